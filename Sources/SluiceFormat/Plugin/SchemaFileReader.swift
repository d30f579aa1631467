import SluiceModel
import SluiceYAML

/// Reads one `schema.yaml`.
struct SchemaFileReader {
    let lists: [String: CodeList]
    let mistakes: Mistakes

    static let types: [(text: String, value: FieldType)] = [
        ("string", .string), ("integer", .integer), ("number", .number), ("boolean", .boolean), ("date", .date),
        ("datetime", .datetime), ("time", .time), ("year", .year), ("yearmonth", .yearmonth),
    ]
    static let classes: [(text: String, value: PrivacyClass)] = PrivacyClass.allCases.map { (String($0.letter), $0) }
    static let checks: [(text: String, value: CheckDigit)] = CheckDigit.allCases.map { ($0.text, $0) }
    static let severities: [(text: String, value: Severity)] = [("error", .error), ("warning", .warning)]
    static let fieldLimit = 2000

    func read(_ root: Node) -> Schema? {
        guard var reader = MappingReader(root, mistakes: mistakes, what: "a schema") else { return nil }
        var schema = Schema(node: root, fields: [], missingValues: [""], primaryKey: [])
        if reader.requiredNode("fields") != nil {
            let nodes = reader.nodes("fields") ?? []
            if nodes.count > Self.fieldLimit {
                mistakes.add(root, "more than \(Self.fieldLimit) fields", hint: "split the dataset")
            }
            schema.fields = nodes.prefix(Self.fieldLimit).compactMap { field($0) }
            if nodes.isEmpty { mistakes.add(root, "the schema has no field", hint: "add one to `fields`") }
        }
        if let missing = reader.strings("missingValues") { schema.missingValues = missing }
        schema.primaryKey = reader.placedStrings("primaryKey") ?? []
        reader.finish()
        return schema
    }

    private func field(_ node: Node) -> SchemaField? {
        guard var reader = MappingReader(node, mistakes: mistakes, what: "a field") else { return nil }
        let name = reader.requiredPlacedString("name")
        _ = reader.string("title")
        _ = reader.string("description")
        let type = reader.word("type", among: Self.types) ?? .string
        let format = reader.placedString("format")
        let trueValues = reader.placedStrings("trueValues")
        let falseValues = reader.placedStrings("falseValues")
        let missingValues = reader.strings("missingValues")

        var field = SchemaField(
            node: node, name: name ?? Placed("", node), type: type, privacy: nil, treatment: nil, format: format,
            furtherFormats: [], trueValues: trueValues, falseValues: falseValues, missingValues: missingValues,
            isRequired: false, isUnique: false, pattern: nil, allowedValues: nil, minimum: nil, maximum: nil,
            minimumLength: nil, maximumLength: nil, codes: nil, codesSeverity: nil, part: nil, aliases: [], check: nil,
            checkSeverity: nil, isOptional: false, notInFuture: nil)
        if let constraints = reader.mapping("constraints", what: "`constraints`") {
            readConstraints(constraints, into: &field)
        }
        if let own = reader.requiredMapping("sluice", what: "`sluice`") { readOwnKeys(own, into: &field) }
        reader.finish()
        return name == nil ? nil : field
    }

    private func readConstraints(_ reader: MappingReader, into field: inout SchemaField) {
        var reader = reader
        field.isRequired = reader.boolean("required") ?? false
        field.isUnique = reader.boolean("unique") ?? false
        field.pattern = reader.placedString("pattern")
        field.allowedValues = reader.placedStrings("enum")
        field.minimum = reader.placedString("minimum")
        field.maximum = reader.placedString("maximum")
        field.minimumLength = placedInteger("minLength", &reader)
        field.maximumLength = placedInteger("maxLength", &reader)
        reader.finish()
    }

    private func placedInteger(_ key: String, _ reader: inout MappingReader) -> Placed<Int>? {
        guard let value = reader.integer(key, in: 0...1_000_000), let node = reader.node(key) else { return nil }
        return Placed(value, node)
    }

    private func readOwnKeys(_ reader: MappingReader, into field: inout SchemaField) {
        var reader = reader
        field.privacy = reader.word("class", among: Self.classes, isRequired: true)
        if let treatment = reader.requiredChoice("treatment", Treatment.self), let node = reader.node("treatment") {
            field.treatment = Placed(treatment, node)
        }
        field.codes = reader.placedString("codes")
        field.codesSeverity = severity("codesSeverity", &reader)
        field.part = part(&reader)
        field.aliases = reader.placedStrings("aliases") ?? []
        field.furtherFormats = reader.placedStrings("formats") ?? []
        if let check = reader.word("check", among: Self.checks), let node = reader.node("check") {
            field.check = Placed(check, node)
        }
        field.checkSeverity = severity("checkSeverity", &reader)
        field.isOptional = reader.boolean("optional") ?? false
        if let flag = reader.boolean("notInFuture"), let node = reader.node("notInFuture") {
            field.notInFuture = Placed(flag, node)
        }
        reader.finish()

        if let codes = field.codes, lists[codes.value] == nil {
            mistakes.add(
                codes.node, "there is no code list \(shown(codes.value))",
                hint: nameHint(
                    codes.value, among: lists.keys.sorted(),
                    else: "write codes/\(codes.value).csv or correct its mistakes"))
        }
    }

    private func severity(_ key: String, _ reader: inout MappingReader) -> Placed<Severity>? {
        guard let value = reader.word(key, among: Self.severities), let node = reader.node(key) else { return nil }
        return Placed(value, node)
    }

    private func part(_ reader: inout MappingReader) -> Placed<Range<Int>>? {
        guard let node = reader.node("part") else { return nil }
        guard let items = reader.nodes("part") else { return nil }
        let numbers = items.compactMap { item in item.text.flatMap { Int($0) } }
        guard items.count == 2, numbers.count == 2, numbers[0] >= 0, numbers[0] < numbers[1], numbers[1] <= 65_536
        else {
            mistakes.add(
                node, "`part` needs two numbers, the first smaller", hint: "write [0, 9] for the first nine bytes")
            return nil
        }
        return Placed(numbers[0]..<numbers[1], node)
    }
}
