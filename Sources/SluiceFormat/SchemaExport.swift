package import SluiceModel

/// Why a schema cannot be exported.
package struct SchemaExportError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        /// The plugin was read with mistakes.
        case pluginHasMistakes
        case datasetUnknown
        case editionUnknown
    }

    package var reason: Reason
    /// What there is instead: the datasets of the plugin, or the editions of the dataset.
    package var known: [String]

    package var description: String {
        switch reason {
        case .pluginHasMistakes: "the plugin has mistakes; `sluice plugin check` shows them"
        case .datasetUnknown: "the plugin has no such dataset; it has " + known.joined(separator: ", ")
        case .editionUnknown:
            "the dataset has no such edition; it has "
                + known.map { $0.isEmpty ? "the base schema" : $0 }.joined(separator: ", ")
        }
    }
}

/// The flat standard form of a schema: what any reader of Table Schema version 2 can judge a file by.
///
/// Our own keys are left out. What the standard cannot say, or would judge more strictly, stands in the field's
/// description in words: an unknown code that is kept, a code in any case, a check digit, a further date format. Code
/// lists of at most `SchemaExport.enumLimit` codes become an `enum`; identifiers get a pattern of their form.
///
/// - Source: Data Package (v2) Table Schema.
package func exportedSchema(
    of plugin: Plugin, dataset: String, edition: String
) throws(SchemaExportError) -> JSON {
    guard !plugin.hasMistakes else { throw SchemaExportError(reason: .pluginHasMistakes, known: []) }
    guard let found = plugin.datasets.first(where: { $0.id == dataset }) else {
        throw SchemaExportError(reason: .datasetUnknown, known: plugin.datasets.map(\.id))
    }
    guard let schema = found.editions.first(where: { $0.name == edition })?.schema else {
        throw SchemaExportError(reason: .editionUnknown, known: found.editions.map(\.name))
    }
    return SchemaExport(plugin: plugin, schema: schema).json
}

struct SchemaExport {
    let plugin: Plugin
    let schema: Schema

    static let enumLimit = 500
    static let profile = "https://datapackage.org/profiles/2.0/tableschema.json"

    var json: JSON {
        var members: [JSON.Member] = [
            JSON.Member("$schema", .string(Self.profile)), JSON.Member("fieldsMatch", .string(fieldsMatch)),
            JSON.Member("fields", .array(schema.fields.map { field($0) })),
            JSON.Member("missingValues", missingValues(schema.missingValues)),
        ]
        if !schema.primaryKey.isEmpty { members.append(JSON.Member("primaryKey", names(schema.primaryKey))) }
        if !schema.uniqueKeys.isEmpty {
            members.append(JSON.Member("uniqueKeys", .array(schema.uniqueKeys.map { names($0) })))
        }
        if !schema.foreignKeys.isEmpty {
            members.append(JSON.Member("foreignKeys", .array(schema.foreignKeys.map { foreignKey($0) })))
        }
        return .object(members)
    }

    /// Our own mode is nearest to `subset`, which lets no column be absent, and else to `partial`.
    private var fieldsMatch: String {
        if let match = schema.fieldsMatch?.value {
            return SchemaFileReader.fieldsMatches.first { $0.value == match }?.text ?? "partial"
        }
        return schema.fields.contains(where: \.isOptional) ? "partial" : "subset"
    }

    private func names(_ names: [Placed<String>]) -> JSON { .strings(names.map(\.value)) }

    /// The empty cell never has a value here.
    private func missingValues(_ values: [String]) -> JSON { .strings(values.contains("") ? values : [""] + values) }

    private func foreignKey(_ key: Schema.ForeignKey) -> JSON {
        var reference: [JSON.Member] = []
        if let resource = key.resource { reference.append(JSON.Member("resource", .string(resource.value))) }
        reference.append(JSON.Member("fields", names(key.referenced)))
        return .members(["fields": names(key.fields), "reference": .object(reference)])
    }

    // MARK: - Fields

    private func field(_ field: SchemaField) -> JSON {
        var members = [JSON.Member("name", .string(field.name.value))]
        func add(_ name: String, _ value: JSON?) {
            if let value { members.append(JSON.Member(name, value)) }
        }
        let (constraints, notes) = constraints(field)
        add("title", field.title.map { .string($0) })
        let sentences = [field.description.map { Self.sentence($0) }].compactMap { $0 } + notes
        add("description", sentences.isEmpty ? nil : .string(sentences.joined(separator: " ")))
        add("type", .string(SchemaFieldReader.name(of: field.type)))
        add("format", format(field).map { .string($0) })
        add("trueValues", field.trueValues.map { names($0) })
        add("falseValues", field.falseValues.map { names($0) })
        add("decimalChar", field.decimalMark.map { .string($0.value) })
        add("groupChar", field.groupMark.map { .string($0.value) })
        add("bareNumber", field.isBareNumber.map { .bool($0.value) })
        add("delimiter", field.listDelimiter.map { .string($0.value) })
        add("itemType", field.itemType.map { .string(SchemaFieldReader.name(of: $0.value)) })
        add("missingValues", field.missingValues.map { missingValues($0) })
        if !constraints.isEmpty { add("constraints", .object(constraints)) }
        return .object(members)
    }

    private static func sentence(_ text: String) -> String { text.hasSuffix(".") ? text : text + "." }

    /// Nil for the default. Years and months have none in the standard, and a column that may have one of several
    /// formats has the first.
    private func format(_ field: SchemaField) -> String? {
        guard let format = field.format?.value, format != "default" else { return nil }
        if field.type == .year || field.type == .yearmonth { return nil }
        return format.hasPrefix("fmt:") ? String(format.dropFirst(4)) : format
    }

    private func constraints(_ field: SchemaField) -> (constraints: [JSON.Member], notes: [String]) {
        var members: [JSON.Member] = []
        var notes: [String] = []
        func add(_ name: String, _ value: JSON?) {
            if let value { members.append(JSON.Member(name, value)) }
        }
        if field.isRequired { add("required", true) }
        if field.isUnique { add("unique", true) }
        add("minLength", field.minimumLength.map { .int($0.value) })
        add("maxLength", field.maximumLength.map { .int($0.value) })
        for (name, bound) in [
            ("minimum", field.minimum), ("maximum", field.maximum), ("exclusiveMinimum", field.exclusiveMinimum),
            ("exclusiveMaximum", field.exclusiveMaximum),
        ] { add(name, bound.map { value($0.value, field) }) }
        add("pattern", field.pattern.map { .string($0.value) })
        add("enum", field.allowedValues.map { values in .array(values.map { value($0.value, field) }) })

        if field.isOptional { notes.append("The column may be absent.") }
        notes += formatNotes(field)
        if let check = field.check {
            let severity = field.checkSeverity?.value ?? .error
            // A pattern cannot compute a check digit, only ask for the form.
            if severity == .error, field.pattern == nil { add("pattern", .string(check.value.formPattern)) }
            notes.append(
                "Its form and check digit are those of `\(check.value.text)`"
                    + (severity == .error ? "." : "; a wrong one is reported and kept."))
        }
        if let codes = codes(field) {
            add("enum", codes.values.map { .strings($0) })
            notes += codes.notes
        }
        if field.isModelArea { notes.append("The code of an area of the partnership.") }
        if field.notInFuture?.value == true { notes.append("Not later than the day the file is received.") }
        return (members, notes)
    }

    private func formatNotes(_ field: SchemaField) -> [String] {
        var formats = field.furtherFormats.map(\.value)
        if field.type == .year || field.type == .yearmonth, let format = field.format?.value, format != "default" {
            formats.insert(format, at: 0)
        }
        guard !formats.isEmpty else { return [] }
        return ["The whole column may have another format: \(formats.map { "`\($0)`" }.joined(separator: ", "))."]
    }

    /// A bound or value as JSON can say it exactly: JSON of this program has whole numbers only, and the standard
    /// takes any as text.
    private func value(_ text: String, _ field: SchemaField) -> JSON {
        if field.type == .integer || field.type == .number, let number = Int(text) { return .int(number) }
        return .string(text)
    }

    private func codes(_ field: SchemaField) -> (values: [String]?, notes: [String])? {
        guard let name = field.codes?.value, let list = plugin.codeLists[name] else { return nil }
        let isKept = field.codesSeverity?.value == .warning
        let kept = isKept ? "; an unknown one is reported and kept" : ""
        if let part = field.part?.value {
            let place =
                part.count == 1
                ? "character \(part.upperBound) is" : "characters \(part.lowerBound + 1) to \(part.upperBound) are"
            return (nil, ["Its \(place) a code of the list `\(name)`\(kept)."])
        }
        let texts = list.entries.map(\.text)
        // An enum would refuse what is kept here, or written in another case.
        if isKept || list.ignoresCase || texts.count > Self.enumLimit {
            let anyCase = list.ignoresCase ? ", in any case" : ""
            return (nil, ["A code of the list `\(name)`, which has \(texts.count)\(anyCase)\(kept)."])
        }
        return (texts, ["A code of the list `\(name)`."])
    }
}

extension CheckDigit {
    /// A regular expression of XML Schema that every identifier of the form matches, with the blanks that people write
    /// between its characters and in any case.
    ///
    /// Source: as for the check itself, domain standards of each identifier.
    var formPattern: String {
        func spaced(_ parts: (set: String, counts: String)...) -> String {
            "\\s*" + parts.map { "(\($0.set)\\s*)\($0.counts)" }.joined()
        }
        switch self {
        case .nhsNumber: return "[\\s\\-]*([0-9][\\s\\-]*){10}"
        case .upn: return spaced(("[A-Za-z]", ""), ("[0-9]", "{11}"), ("[0-9A-Za-z]", ""))
        case .pncID: return spaced(("[0-9]", "{2,4}"), ("/", "?"), ("[0-9]", "{1,7}"), ("[A-Za-z]", ""))
        case .croNumber:
            return spaced(("[Ss]\\s*[Ff]", "?"), ("[0-9]", "{1,6}"), ("/", ""), ("[0-9]", "{1,6}"), ("[A-Za-z]", ""))
        case .crn: return spaced(("[A-Za-z]", ""), ("[0-9]", "{6}"))
        case .prisonNumber: return spaced(("[A-Za-z]", ""), ("[0-9]", "{4}"), ("[A-Za-z]", "{2}"))
        case .nino: return spaced(("[A-Za-z]", "{2}"), ("[0-9]", "{6}"), ("[A-Da-d]", "?"))
        case .uln: return spaced(("[0-9]", "{10}"))
        case .urn: return spaced(("[0-9]", "{6}"))
        }
    }
}
