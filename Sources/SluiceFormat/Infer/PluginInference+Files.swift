import SluiceModel

/// The guesses as the files of a plugin.
extension PluginInference {
    func written() -> InferredPlugin {
        let folder = "datasets/" + Self.dataset
        var files: [(path: String, text: String)] = [("plugin.yaml", pluginFile)]
        let schema = schemaFile()
        files.append((folder + "/schema.yaml", schema.text))
        files.append((folder + "/mapping.yaml", mappingFile))
        for column in columns {
            guard let list = column.list else { continue }
            files.append(("codes/\(list.name).csv", codeFile(column, groups: list.groups)))
        }
        let samples = MadeUpRows(inference: self)
        files.append(("samples/good.csv", samples.good))
        files.append(
            (
                "samples/good.receipt.json",
                receipt("accepted", read: MadeUpRows.goodCount, accepted: MadeUpRows.goodCount)
            ))
        files.append(("samples/bad.csv", samples.bad))
        files.append(("samples/bad.receipt.json", receipt("rejected", read: samples.badCount, accepted: 1)))
        files.append(("README.md", readme))
        return InferredPlugin(
            files: files, dataset: Self.dataset, assumptions: assumptions,
            ignoredColumnCount: ignoredColumnCount + schema.leftOutCount)
    }

    /// What was assumed of the whole file.
    var assumptions: [String] {
        var lines = [
            "encoding \(profile.encoding.text)\(profile.hasByteOrderMark ? " with a byte order mark" : "")",
            "delimiter \(delimiterName), headings in row \(profile.headerRowNumber)",
            "\(grouped(profile.columns.count)) columns, \(grouped(profile.rowCount)) rows"
                + (profile.isCut ? "; there are more rows, which were not looked at" : ""),
        ]
        if profile.raggedRowCount > 0 {
            lines.append("\(grouped(profile.raggedRowCount)) rows have another number of cells and were passed over")
        }
        if ignoredColumnCount > 0 {
            lines.append(
                "\(grouped(ignoredColumnCount)) columns are passed over: their headings are empty or stand twice")
        }
        return lines
    }

    private var delimiterName: String {
        profile.delimiter == 0x09 ? "tab" : "`\(String(Unicode.Scalar(profile.delimiter)))`"
    }

    private func receipt(_ outcome: String, read: Int, accepted: Int) -> String {
        """
        {"outcome": "\(outcome)", "dataset": "\(Self.dataset)", "edition": "",
         "rows": {"read": \(read), "accepted": \(accepted), "rejected": \(read - accepted)}}

        """
    }

    private var pluginFile: String {
        """
        # Written by `sluice plugin new --from` from a sample file. Every guess is commented where it stands; read
        # schema.yaml and mapping.yaml before an agency relies on it.
        plugin: \(id)
        version: 0.1.0
        title: Records like those of the sample file
        # Guessed: police probation yot fire health nhs-provider local-authority education prison youth-custody
        # policing-body vru voluntary
        kinds: [voluntary]
        datasets: [\(Self.dataset)]
        sources:
          - Write here where the format is defined, and which edition

        """
    }

    // MARK: - Schema

    /// The largest schema that a plugin may have is 1 MiB; a file of very many columns with very long headings has more.
    private static let schemaLimitBytes = 1_000_000

    private func schemaFile() -> (text: String, leftOutCount: Int) {
        var text = """
            # A Table Schema in YAML, guessed column by column from a sample file; our own keys stand under `sluice:`.
            #
            # class:     D points at a person, Q narrows to few, H health of a person, S sensitive, N neutral
            # treatment: drop keep band truncate area group scan link
            #
            # A column that nothing is made of is checked and dropped. To keep more, map it in mapping.yaml and give it
            # the treatment that the mapping needs: docs/plugins.md, under mapping.yaml.
            fields:

            """
        let entries = columns.map { (use: needs($0), entry: schemaEntry($0), comment: comment($0)) }
        var bytes = text.utf8.count + 4096
        // Those that something needs come first into the room there is; comments only where all have some.
        let needed = entries.reduce(0) { $0 + ($1.use ? $1.entry.utf8.count : 0) }
        let hasComments =
            entries.reduce(bytes) { $0 + $1.entry.utf8.count + $1.comment.utf8.count } <= Self.schemaLimitBytes
        bytes += needed
        var leftOutCount = 0
        for entry in entries {
            if !entry.use {
                guard bytes + entry.entry.utf8.count <= Self.schemaLimitBytes else {
                    leftOutCount += 1
                    continue
                }
                bytes += entry.entry.utf8.count
            }
            text += (hasComments ? entry.comment : "") + entry.entry
        }
        if let standInMonth {
            text += """
                  # No column of the sample tells on which day or in which month a row happened, so this one stands in:
                  # ask the sender for it. Without it records have no month.
                  - name: \(YAMLText.quoted(standInMonth))
                    type: yearmonth
                    sluice: {class: Q, treatment: truncate, optional: true}

                """
        }
        if leftOutCount > 0 {
            text +=
                "# \(grouped(leftOutCount)) further columns found no room here; they are reported as unknown and dropped.\n"
        }
        text += "# Spellings of \"no value\" that the sample uses.\n"
        text += "missingValues: [" + ([""] + missingValues).map(YAMLText.quoted).joined(separator: ", ") + "]\n"
        if let key = columns.first(where: \.isKey) { text += "primaryKey: \(YAMLText.quoted(key.name))\n" }
        return (text, leftOutCount)
    }

    private func needs(_ column: ColumnGuess) -> Bool { column.use != .nothing || column.isKey }

    private func comment(_ column: ColumnGuess) -> String {
        var lines: [String] = []
        var line = "Column \(column.columnNumber)."
        var words = column.reasons.joined(separator: " ").split(separator: " ").map(String.init)
        if column.profile.blankCount > 0 {
            words += "\(grouped(column.profile.blankCount)) blank.".split(separator: " ").map(String.init)
        }
        for word in words {
            if line.utf8.count + word.utf8.count + 1 > 112 {
                lines.append(line)
                line = word
            } else {
                line += " " + word
            }
        }
        lines.append(line)
        return lines.map { "  # \($0)\n" }.joined()
    }

    private func schemaEntry(_ column: ColumnGuess) -> String {
        var text = "  - name: \(YAMLText.quoted(column.name))\n"
        if column.type != .string {
            // The cases are called as the standard's types are.
            text += "    type: \(column.type)\n"
        }
        if let notation = column.notation { text += "    format: \(YAMLText.quoted(notation))\n" }
        if let family = column.booleanFamily {
            let words = ProfilePlan.booleans[family]
            text += "    trueValues: [" + words.whenTrue.map(YAMLText.quoted).joined(separator: ", ") + "]\n"
            text += "    falseValues: [" + words.whenFalse.map(YAMLText.quoted).joined(separator: ", ") + "]\n"
        }
        if column.isRequired { text += "    constraints: {required: true}\n" }
        var own = ["class: \(column.privacy.letter)", "treatment: \(column.treatment.rawValue)"]
        if let check = column.check { own += ["check: \(check.text)", "checkSeverity: warning"] }
        if let list = column.list { own += ["codes: \(YAMLText.quoted(list.name))", "codesSeverity: warning"] }
        if let alias = column.alias { own.append("aliases: [\(YAMLText.quoted(alias))]") }
        return text + "    sluice: {\(own.joined(separator: ", "))}\n"
    }

    // MARK: - Mapping

    private var mappingFile: String {
        let encodings = [profile.encoding] + [TextEncoding.utf8, .utf16].filter { $0 != profile.encoding }
        var text =
            isEventChosen
            ? "# What a row is.\n"
            : "# What a row is: an event kind of the shared model. Guessed: the model's first. There are:\n# "
                + model.eventKinds.map(\.id).joined(separator: " ") + "\n"
        text += """
            event: \(eventKind)
            dialect:
              # The sample: \(assumptions[0]); \(assumptions[1]).
              delimiters: [\(YAMLText.quoted(String(Unicode.Scalar(profile.delimiter))))]
              encodings: [\(encodings.map(\.text).joined(separator: ", "))]

            """
        if !ignoredHeadings.isEmpty {
            text +=
                "  # Empty, or there more than once: columns are found by the letters and digits of their headings.\n"
            text += "  ignoreHeaders: [" + ignoredHeadings.map(YAMLText.quoted).joined(separator: ", ") + "]\n"
        }
        let day = columns.first { $0.use == .eventDay }
        if let day {
            text += """
                # Guessed by heading and cells. With \(YAMLText.quoted("replace: period")) a later file of the same months
                # takes the place of an earlier one.
                period: {field: \(YAMLText.quoted(day.name)), unit: month}
                replace: period

                """
        } else {
            text += """
                # No column tells a period, so each file adds to the earlier ones.
                period: none
                replace: append

                """
        }
        text += """
            # With more rejected rows than this the whole file is rejected.
            tolerance: {rejectedPercent: 5}
            # Dimension of the shared model: the field its code comes from. What is not named here is not kept.
            map:

            """
        let lines = mapLines(day: day)
        text += lines.active.map { "  \($0)\n" }.joined()
        if !lines.suggested.isEmpty {
            text +=
                "  # To be had with some work: fill in the column `group` of the code list with codes of the model,\n"
            text += "  # write `treatment: group` in the schema, and take the `#` away.\n"
            text += lines.suggested.map { "  # \($0)\n" }.joined()
        }
        let unmapped = model.dimensions.map(\.id).filter { id in
            id != "measure" && !(lines.active + lines.suggested).contains { $0.hasPrefix("\(id):") }
        }
        if !unmapped.isEmpty {
            text += "  # Nothing was found for: \(unmapped.joined(separator: " ")).\n"
        }
        return text
    }

    private func mapLines(day: ColumnGuess?) -> (active: [String], suggested: [String]) {
        var active: [String] = []
        var suggested: [String] = []
        let month = model.dimensions.first { $0.kind == .month }
        func has(_ id: String, codes: [String]) -> Bool {
            guard let place = model.dimensionIndex(id) else { return false }
            let known = Set(model.dimensions[place].nodes.map(\.code))
            return codes.allSatisfy { known.contains($0) }
        }
        if let month {
            active.append("\(month.id): \(YAMLText.quoted(day?.name ?? standInMonth ?? ""))")
        }
        if let day, day.type != .yearmonth {
            if has("weekday", codes: SourceCompiler.weekdays) { active.append("weekday: \(YAMLText.quoted(day.name))") }
            if has("part-of-day", codes: SourceCompiler.partsOfDay) {
                if day.type == .datetime {
                    // Midnight is what exports write where no time was known.
                    active.append("part-of-day: {field: \(YAMLText.quoted(day.name)), midnightIsUnknown: true}")
                } else if let clock = columns.first(where: { $0.use == .clock }) {
                    active.append("part-of-day: {field: \(YAMLText.quoted(clock.name)), midnightIsUnknown: true}")
                }
            }
        }
        for column in columns {
            let name = YAMLText.quoted(column.name)
            switch column.use {
            case .nothing, .eventDay, .clock: break
            case .area: active.append("area: \(name)")
            case .age: active.append("age: \(name)")
            case .list(let dimension): active.append("\(dimension): \(name)")
            }
            if let dimension = column.suggestedDimension, column.list != nil {
                suggested.append("\(dimension): \(name)")
            }
        }
        return (active, suggested)
    }

    // MARK: - Code lists and README

    private func codeFile(_ column: ColumnGuess, groups: [String]) -> String {
        var text = CodeList.columns.joined(separator: ",") + "\n"
        for (value, group) in zip(column.profile.values, groups) {
            text += CSVText.row(
                [value.text, value.text, group, "", "", "seen in ten or more rows of the sample file"])
        }
        return text
    }

    private var readme: String {
        var text = """
            # \(id)

            Written from a sample file by `sluice plugin new --from`; nothing of the file is in this folder but its
            headings, and values that ten or more of its rows share in columns that identify nobody. Every guess is
            commented in `datasets/\(Self.dataset)/`. Write here who defines the format, where it is described, which
            edition this is and when it was fetched.

            Assumed:


            """
        text += assumptions.map { "- \($0)\n" }.joined()
        text += """

            | Column | Class | Kept as |
            |---|---|---|

            """
        for column in columns {
            text += "| \(Self.tableCell(column.name)) | \(column.privacy.letter) | \(keptAs(column)) |\n"
        }
        text += """

            Check it with `sluice plugin test DIR`, try it with `sluice validate FILE --plugin DIR`. `docs/plugins.md` lists
            every key.

            """
        return text
    }

    private func keptAs(_ column: ColumnGuess) -> String {
        switch column.use {
        case .eventDay: column.type == .yearmonth ? "month" : "month and day of the week"
        case .clock: "part of the day"
        case .area: "the area it lies in, no finer than the model keeps"
        case .age: "age band"
        case .list(let dimension): "code of `\(dimension)`"
        case .nothing:
            column.isKey
                ? "nothing; it must be unique"
                : column.treatment == .scan ? "nothing; searched for identifiers" : "nothing"
        }
    }

    /// Markdown takes a bar for the cell's end, and some signs for more than they are.
    private static func tableCell(_ text: String) -> String {
        var cell = ""
        for scalar in text.unicodeScalars {
            if "\\|`*_<>[]".unicodeScalars.contains(scalar) { cell += "\\" }
            cell.unicodeScalars.append(scalar)
        }
        return cell
    }
}
