import SluiceModel
import SluiceYAML

/// Reads one field of a schema. What goes with its type is judged when it is compiled.
struct SchemaFieldReader {
    let lists: [String: CodeList]
    let mistakes: Mistakes

    static let types: [(text: String, value: FieldType)] = [
        ("string", .string), ("integer", .integer), ("number", .number), ("boolean", .boolean), ("date", .date),
        ("datetime", .datetime), ("time", .time), ("year", .year), ("yearmonth", .yearmonth), ("object", .object),
        ("array", .array), ("list", .list), ("duration", .duration), ("geopoint", .geopoint), ("geojson", .geojson),
        ("any", .any),
    ]
    static let itemTypes = types.filter { FieldPlan.itemTypes.contains($0.value) }
    static let classes: [(text: String, value: PrivacyClass)] = PrivacyClass.allCases.map { (String($0.letter), $0) }
    static let checks: [(text: String, value: CheckDigit)] = CheckDigit.allCases.map { ($0.text, $0) }
    static let severities: [(text: String, value: Severity)] = [("error", .error), ("warning", .warning)]

    static func name(of type: FieldType) -> String { types.first { $0.value == type }?.text ?? "" }

    func read(_ node: Node) -> SchemaField? {
        guard var reader = MappingReader(node, mistakes: mistakes, what: "a field") else { return nil }
        let name = reader.requiredPlacedString("name")
        let title = reader.string("title")
        let description = reader.string("description")
        // Said to people and other programs only. An example may be of any shape.
        _ = reader.node("example")
        _ = reader.string("rdfType")
        let type = reader.word("type", among: Self.types) ?? .string
        var field = SchemaField(node: node, name: name ?? Placed("", node), type: type)
        field.title = title
        field.description = description
        field.format = reader.placedString("format")
        field.trueValues = reader.placedStrings("trueValues")
        field.falseValues = reader.placedStrings("falseValues")
        field.missingValues = missingValues(&reader, mistakes: mistakes)
        field.decimalMark = reader.placedString("decimalChar")
        field.groupMark = reader.placedString("groupChar")
        field.isBareNumber = placedFlag("bareNumber", &reader)
        field.listDelimiter = reader.placedString("delimiter")
        if let type = reader.word("itemType", among: Self.itemTypes), let node = reader.node("itemType") {
            field.itemType = Placed(type, node)
        }
        let categories = categories(&reader, type: type)
        if let constraints = reader.mapping("constraints", what: "`constraints`") {
            readConstraints(constraints, into: &field)
        }
        addCategories(categories, to: &field)
        if let own = reader.requiredMapping("sluice", what: "`sluice`") { readOwnKeys(own, into: &field) }
        reader.finish()
        return name == nil ? nil : field
    }

    private func placedFlag(_ key: String, _ reader: inout MappingReader) -> Placed<Bool>? {
        guard let flag = reader.boolean(key), let node = reader.node(key) else { return nil }
        return Placed(flag, node)
    }

    // MARK: - Constraints

    private func readConstraints(_ reader: MappingReader, into field: inout SchemaField) {
        var reader = reader
        field.isRequired = reader.boolean("required") ?? false
        field.isUnique = reader.boolean("unique") ?? false
        field.pattern = reader.placedString("pattern")
        field.allowedValues = reader.placedStrings("enum")
        if field.allowedValues?.isEmpty == true, let node = reader.keyNode("enum") {
            mistakes.add(node, "`enum` is empty", hint: "list the values or remove it")
            field.allowedValues = nil
        }
        field.minimum = reader.placedString("minimum")
        field.maximum = reader.placedString("maximum")
        field.exclusiveMinimum = reader.placedString("exclusiveMinimum")
        field.exclusiveMaximum = reader.placedString("exclusiveMaximum")
        field.minimumLength = placedInteger("minLength", &reader)
        field.maximumLength = placedInteger("maxLength", &reader)
        if let node = reader.keyNode("jsonSchema") {
            mistakes.add(
                node, "`jsonSchema` is refused: a JSON Schema is not judged here",
                hint: "remove it; the types `object` and `array` check that the cell is JSON, see docs/plugins.md")
        }
        reader.finish()
    }

    private func placedInteger(_ key: String, _ reader: inout MappingReader) -> Placed<Int>? {
        guard let value = reader.integer(key, in: 0...1_000_000), let node = reader.node(key) else { return nil }
        return Placed(value, node)
    }

    // MARK: - Categories

    /// The values of `categories`, whose labels and order are for people.
    private func categories(_ reader: inout MappingReader, type: FieldType) -> [Placed<String>]? {
        _ = reader.boolean("categoriesOrdered")
        if let node = reader.keyNode("categoriesOrdered"), !reader.has("categories") {
            mistakes.add(node, "`categoriesOrdered` without `categories`", hint: "remove it or list the categories")
        }
        guard let nodes = reader.nodes("categories"), let keyNode = reader.keyNode("categories") else { return nil }
        guard type == .string || type == .integer else {
            mistakes.add(keyNode, "`categories` is for strings and integers", hint: "use `enum` in `constraints`")
            return nil
        }
        guard !nodes.isEmpty else {
            mistakes.add(keyNode, "`categories` is empty", hint: "list the values or remove it")
            return nil
        }
        var labels: Set<String> = []
        return nodes.compactMap { labelledValue($0, what: "a category", labels: &labels, mistakes: mistakes) }
    }

    /// Categories are the values allowed; an `enum` beside them must be some of them.
    private func addCategories(_ categories: [Placed<String>]?, to field: inout SchemaField) {
        guard let categories else { return }
        guard let values = field.allowedValues else {
            field.allowedValues = categories
            return
        }
        let known = categories.map(\.value)
        for value in values where !known.contains(value.value) {
            mistakes.add(
                value.node, "\(shown(value.value)) is not one of the `categories`",
                hint: nameHint(value.value, among: known, else: "add it there or remove it here"))
        }
    }

    // MARK: - Our own keys

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
        field.notInFuture = placedFlag("notInFuture", &reader)
        field.isReference = placedFlag("reference", &reader)
        if let place = reader.word("locates", among: PlaceReading.words.map { ($0.text, $0) }),
            let node = reader.node("locates")
        {
            field.locates = Placed(place, node)
        }
        field.mayHold = IdentifierKinds(words("mayHold", IdentifierKind.allCases.map { ($0.text, $0) }, &reader))
        field.facts = Set(words("tells", FieldFact.allCases.map { ($0.text, $0) }, &reader))
        reader.finish()

        if let codes = field.codes, lists[codes.value] == nil {
            mistakes.add(
                codes.node, "there is no code list \(shown(codes.value))",
                hint: nameHint(
                    codes.value, among: lists.keys.sorted(),
                    else: "write codes/\(codes.value).csv or correct its mistakes"))
        }
    }

    /// A list of words of a closed list, or one of them.
    private func words<Value>(
        _ key: String, _ known: [(text: String, value: Value)], _ reader: inout MappingReader
    ) -> [Value] {
        (reader.placedStrings(key) ?? []).compactMap { word in
            if let match = known.first(where: { $0.text == word.value }) { return match.value }
            mistakes.add(
                word.node, "`\(key)` cannot have \(shown(word.value))",
                hint: choiceHint(word.value, among: known.map(\.text)))
            return nil
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
