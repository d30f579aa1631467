package import SluiceModel
package import SluiceYAML

/// Reads the shared model: `model.yaml` in `folder` and the code files it names.
///
/// Node 0 of every dimension is `unknown`; the others follow in the file's order. Every parent exists at a coarser
/// level, so that there are no cycles, and no code lies below two codes of one level.
///
/// - Returns: Nil when anything is wrong; all of it is then in `mistakes`.
package func readModel(folder: String, mistakes: Mistakes) -> EventModel? {
    let countBefore = mistakes.all.count
    let file = folder + "/model.yaml"
    guard let bytes = settingsBytes(file, mistakes: mistakes),
        let root = readYAML(file: file, bytes: bytes, mistakes: mistakes),
        var reader = MappingReader(root, mistakes: mistakes, what: "the model")
    else { return nil }

    var kinds: [EventModel.EventKind] = []
    if reader.requiredNode("eventKinds") != nil {
        for node in reader.nodes("eventKinds") ?? [] {
            guard var item = MappingReader(node, mistakes: mistakes, what: "an event kind") else { continue }
            let id = item.requiredPlacedString("id")
            let label = item.requiredString("label")
            item.finish()
            guard let id, isNewShortName(id, among: kinds.map(\.id), "an event kind", mistakes) else { continue }
            kinds.append(EventModel.EventKind(id: id.value, label: label ?? id.value))
        }
        if kinds.isEmpty, mistakes.all.count == countBefore {
            mistakes.add(root, "the model has no event kind", hint: "add one to `eventKinds`")
        }
    }

    var dimensions: [Dimension] = []
    if reader.requiredNode("dimensions") != nil {
        for node in reader.nodes("dimensions") ?? [] {
            guard let dimension = readDimension(node, folder: folder, earlier: dimensions, mistakes: mistakes) else {
                continue
            }
            dimensions.append(dimension)
        }
        if dimensions.filter({ $0.kind == .month }).count != 1, mistakes.all.count == countBefore {
            mistakes.add(
                root, "the model needs exactly one dimension of kind `month`",
                hint: "write `- {id: month, label: Month, kind: month}` once")
        }
    }
    let gazetteer = reader.placedString("gazetteer")
    reader.finish()
    guard mistakes.all.count == countBefore else { return nil }
    var model = EventModel(eventKinds: kinds, dimensions: dimensions)
    if let gazetteer { model.places = readGazetteer(gazetteer, folder: folder, model: model, mistakes: mistakes) }
    model.links = readLinkRecipes(folder: folder + "/links", model: model, mistakes: mistakes)
    return mistakes.all.count == countBefore ? model : nil
}

private func isNewShortName(_ id: Placed<String>, among known: [String], _ what: String, _ mistakes: Mistakes) -> Bool {
    guard isShortName(id.value) else {
        mistakes.add(
            id.node, "\(shown(id.value)) cannot name \(what)",
            hint: "up to 40 of a-z, 0-9 and `-`, beginning with a letter")
        return false
    }
    guard !known.contains(id.value) else {
        mistakes.add(id.node, "\(shown(id.value)) stands twice", hint: "rename or remove one")
        return false
    }
    return true
}

private func readDimension(_ node: Node, folder: String, earlier: [Dimension], mistakes: Mistakes) -> Dimension? {
    guard var reader = MappingReader(node, mistakes: mistakes, what: "a dimension") else { return nil }
    let id = reader.requiredPlacedString("id")
    let label = reader.requiredString("label")
    let kind = reader.choice("kind", Dimension.Kind.self) ?? .codes
    let unknown = Dimension.Node(code: "unknown", label: "Not known", level: "")

    var dimension: Dimension?
    switch kind {
    case .month:
        for key in ["codes", "levels", "keptLevel"] {
            guard let keyNode = reader.keyNode(key) else { continue }
            mistakes.add(keyNode, "a dimension of months has no `\(key)`", hint: "remove it")
        }
        dimension = Dimension(
            id: id?.value ?? "", label: label ?? "", kind: .month, levels: Dimension.monthLevels, nodes: [unknown])
    case .codes:
        let codes = reader.requiredPlacedString("codes")
        _ = reader.requiredNode("levels")
        var levels: [String] = []
        for level in reader.placedStrings("levels") ?? []
        where isNewShortName(level, among: levels, "a level", mistakes) { levels.append(level.value) }
        let keptLevel = reader.placedString("keptLevel")
        if let keptLevel, !levels.contains(keptLevel.value) {
            mistakes.add(
                keptLevel.node, "\(shown(keptLevel.value)) is not one of the levels",
                hint: choiceHint(keptLevel.value, among: levels))
        }
        if let codes, !levels.isEmpty {
            let path = folder + "/" + codes.value
            if codes.value.contains("/") {
                mistakes.add(codes.node, "`codes` must be a file beside model.yaml", hint: "write its name alone")
            } else if let bytes = settingsBytes(path, named: codes.node, mistakes: mistakes),
                let csv = CSVFile(file: path, bytes: bytes, mistakes: mistakes)
            {
                let nodes = CodeFileReader(csv: csv, levels: levels, mistakes: mistakes).nodes()
                dimension = Dimension(
                    id: id?.value ?? "", label: label ?? "", kind: .codes, levels: levels, keptLevel: keptLevel?.value,
                    nodes: [unknown] + nodes)
            }
        }
    }
    reader.finish()
    guard let id, isNewShortName(id, among: earlier.map(\.id), "a dimension", mistakes) else { return nil }
    return dimension
}

/// Checks and links the codes of one file.
private struct CodeFileReader {
    let csv: CSVFile
    let levels: [String]
    let mistakes: Mistakes

    func nodes() -> [Dimension.Node] {
        let columns = csv.columns(
            required: ["code", "label", "level", "parents"], known: ["from", "to"], mistakes: mistakes)
        guard let codeColumn = columns["code"], let labelColumn = columns["label"], let levelColumn = columns["level"],
            let parentsColumn = columns["parents"]
        else { return [] }
        if csv.rows.isEmpty {
            mistakes.add(Mistake(file: csv.file, line: 2, what: "there is no code", hint: "add a row for each code"))
        }
        if (columns["from"] == nil) != (columns["to"] == nil) {
            csv.add(csv.header[0], "`from` and `to` go together", hint: "add the other column", to: mistakes)
        }

        var numbers: [String: Int] = [:]
        var nodes: [Dimension.Node] = []
        for (index, row) in csv.rows.enumerated() {
            let code = row[codeColumn]
            if code.text.isEmpty || code.text.contains(where: \.isWhitespace) {
                csv.add(code, "a code must have characters and no spaces", hint: "give it one", to: mistakes)
            } else if code.text == "unknown" {
                csv.add(code, "the code `unknown` is there already", hint: "remove the row", to: mistakes)
            } else if numbers[code.text] != nil {
                csv.add(code, "the code \(shown(code.text)) stands twice", hint: "remove one", to: mistakes)
            } else {
                numbers[code.text] = index + 1
            }
            let level = row[levelColumn]
            if !levels.contains(level.text) {
                csv.add(
                    level, "\(shown(level.text)) is not a level", hint: choiceHint(level.text, among: levels),
                    to: mistakes)
            }
            if row[labelColumn].text.isEmpty {
                csv.add(row[labelColumn], "the label is empty", hint: "write what people call it", to: mistakes)
            }
            let lower = columns["from"].flatMap { years(row[$0]) }
            let upper = columns["to"].flatMap { years(row[$0]) }
            if let lower, let upper, lower >= upper, let place = columns["from"] {
                csv.add(row[place], "`from` is not below `to`", hint: "`to` is the first age beyond", to: mistakes)
            }
            if lower == nil, upper != nil, let place = columns["from"] {
                csv.add(row[place], "`to` without `from`", hint: "write 0 for no lower end", to: mistakes)
            }
            nodes.append(
                Dimension.Node(
                    code: code.text, label: row[labelColumn].text, level: level.text, ageLower: lower, ageUpper: upper))
        }
        for (index, row) in csv.rows.enumerated() {
            nodes[index].parents = parents(row[parentsColumn], of: nodes[index], numbers: numbers, nodes: nodes)
        }
        checkAncestors(nodes, column: parentsColumn)
        if columns["from"] != nil { checkAges(nodes, column: codeColumn) }
        return nodes
    }

    private func years(_ cell: CSVFile.Cell) -> Int? {
        if cell.text.isEmpty { return nil }
        if let value = Int(cell.text), (0...200).contains(value) { return value }
        csv.add(cell, "an age must be a whole number of years", hint: "write 0 to 200, or nothing", to: mistakes)
        return nil
    }

    /// Indices into the dimension, where node 0 is `unknown`.
    private func parents(
        _ cell: CSVFile.Cell, of node: Dimension.Node, numbers: [String: Int], nodes: [Dimension.Node]
    ) -> [Int] {
        var result: [Int] = []
        for word in cell.text.split(separator: " ") {
            guard let number = numbers[String(word)] else {
                csv.add(
                    cell, "the parent \(shown(String(word))) is not a code of this file",
                    hint: nameHint(String(word), among: Array(numbers.keys.sorted()), else: "add a row for it"),
                    to: mistakes)
                continue
            }
            let parent = nodes[number - 1]
            if let own = levels.firstIndex(of: node.level), let above = levels.firstIndex(of: parent.level),
                above >= own
            {
                csv.add(
                    cell, "the parent \(shown(String(word))) is at the level `\(parent.level)`, which is not coarser",
                    hint: "parents stand at a level before `\(node.level)`", to: mistakes)
            } else if result.contains(number) {
                csv.add(cell, "the parent \(shown(String(word))) stands twice", hint: "remove one", to: mistakes)
            } else {
                result.append(number)
            }
        }
        return result
    }

    /// A code below two codes of one level would be counted in one of them at random.
    private func checkAncestors(_ nodes: [Dimension.Node], column: Int) {
        // Parents are coarser, so going level by level sees every parent before its children.
        var ancestors = [[String: Int]](repeating: [:], count: nodes.count)
        for level in levels {
            for (index, node) in nodes.enumerated() where node.level == level {
                var own: [String: Int] = [:]
                for parent in node.parents {
                    let above = ancestors[parent - 1].merging([nodes[parent - 1].level: parent]) { first, _ in first }
                    for (level, code) in above.sorted(by: { $0.key < $1.key }) {
                        if let other = own[level], other != code {
                            csv.add(
                                csv.rows[index][column],
                                "\(shown(node.code)) lies below two codes of the level `\(level)`",
                                hint: "let its parents meet in one code there", to: mistakes)
                        }
                        own[level] = code
                    }
                }
                ancestors[index] = own
            }
        }
    }

    private func checkAges(_ nodes: [Dimension.Node], column: Int) {
        for (index, node) in nodes.enumerated() {
            guard let lower = node.ageLower else { continue }
            let upper = node.ageUpper ?? .max
            for parent in node.parents {
                guard let parentLower = nodes[parent - 1].ageLower else { continue }
                if lower < parentLower || upper > nodes[parent - 1].ageUpper ?? .max {
                    csv.add(
                        csv.rows[index][column], "\(shown(node.code)) is wider than its parent",
                        hint: "correct `from`, `to` or `parents`", to: mistakes)
                }
            }
            for (otherIndex, other) in nodes[..<index].enumerated() where other.level == node.level {
                guard let otherLower = other.ageLower else { continue }
                if lower < other.ageUpper ?? .max, otherLower < upper {
                    csv.add(
                        csv.rows[index][column],
                        "\(shown(node.code)) overlaps \(shown(nodes[otherIndex].code)) of the same level",
                        hint: "put one of them at another level", to: mistakes)
                }
            }
        }
    }
}
