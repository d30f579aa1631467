import SluiceModel
import SluiceYAML

/// Reads one `schema.yaml`.
struct SchemaFileReader {
    let lists: [String: CodeList]
    let mistakes: Mistakes

    static let fieldLimit = 2000
    static let keyLimit = 100
    /// What a reference to a code list begins with.
    static let codesResource = "codes/"

    static let fieldsMatches: [(text: String, value: FieldsMatch)] = [
        ("exact", .exact), ("equal", .equal), ("subset", .subset), ("superset", .superset), ("partial", .partial),
    ]

    func read(_ root: Node) -> Schema? {
        guard var reader = MappingReader(root, mistakes: mistakes, what: "a schema") else { return nil }
        var schema = Schema(node: root, fields: [], missingValues: [""], primaryKey: [])
        // Which profile it follows changes nothing here: keys of all versions are read.
        _ = reader.string("$schema")
        if reader.requiredNode("fields") != nil {
            let nodes = reader.nodes("fields") ?? []
            if nodes.count > Self.fieldLimit {
                mistakes.add(root, "more than \(Self.fieldLimit) fields", hint: "split the dataset")
            }
            let fields = SchemaFieldReader(lists: lists, mistakes: mistakes)
            schema.fields = nodes.prefix(Self.fieldLimit).compactMap { fields.read($0) }
            if nodes.isEmpty { mistakes.add(root, "the schema has no field", hint: "add one to `fields`") }
        }
        if let missing = missingValues(&reader, mistakes: mistakes) { schema.missingValues = missing }
        schema.fieldsMatch = fieldsMatch(&reader)
        schema.primaryKey = reader.placedStrings("primaryKey") ?? []
        schema.uniqueKeys = uniqueKeys(&reader)
        for node in bounded(reader.nodes("foreignKeys"), "foreignKeys", &reader) {
            if let key = foreignKey(node) { add(key, to: &schema) }
        }
        reader.finish()
        return schema
    }

    /// Version 2.0 of the profile has a list of one word by mistake; both forms are read.
    private func fieldsMatch(_ reader: inout MappingReader) -> Placed<FieldsMatch>? {
        guard let words = reader.placedStrings("fieldsMatch"), let node = reader.node("fieldsMatch") else { return nil }
        guard words.count == 1, let word = words.first else {
            mistakes.add(
                node, "`fieldsMatch` is one word", hint: choiceHint("", among: Self.fieldsMatches.map(\.text)))
            return nil
        }
        guard let match = Self.fieldsMatches.first(where: { $0.text == word.value })?.value else {
            mistakes.add(
                word.node, "`fieldsMatch` cannot be \(shown(word.value))",
                hint: choiceHint(word.value, among: Self.fieldsMatches.map(\.text)))
            return nil
        }
        return Placed(match, word.node)
    }

    private func bounded(_ nodes: [Node]?, _ key: String, _ reader: inout MappingReader) -> [Node] {
        guard let nodes, let keyNode = reader.keyNode(key) else { return [] }
        if nodes.isEmpty { mistakes.add(keyNode, "`\(key)` is empty", hint: "name a key or remove it") }
        if nodes.count > Self.keyLimit {
            mistakes.add(keyNode, "more than \(Self.keyLimit) keys", hint: "remove some")
        }
        return Array(nodes.prefix(Self.keyLimit))
    }

    private func uniqueKeys(_ reader: inout MappingReader) -> [[Placed<String>]] {
        bounded(reader.nodes("uniqueKeys"), "uniqueKeys", &reader).compactMap { node in
            guard case .sequence(let items) = node.value else {
                mistakes.add(
                    node, "a key of `uniqueKeys` must be a list, not \(node.kindName)",
                    hint: "write [[\(node.text ?? "FIELD")]]")
                return nil
            }
            if items.isEmpty { mistakes.add(node, "the key is empty", hint: "name its fields or remove it") }
            return items.compactMap { item in
                scalarText(item, mistakes: mistakes, what: "a field of a key").map { Placed($0, item) }
            }
        }
    }

    private func foreignKey(_ node: Node) -> Schema.ForeignKey? {
        guard var reader = MappingReader(node, mistakes: mistakes, what: "a foreign key") else { return nil }
        _ = reader.requiredNode("fields")
        let fields = reader.placedStrings("fields") ?? []
        guard var reference = reader.requiredMapping("reference", what: "`reference`") else {
            reader.finish()
            return nil
        }
        reader.finish()
        let resource = reference.placedString("resource")
        _ = reference.requiredNode("fields")
        let referenced = reference.placedStrings("fields") ?? []
        reference.finish()
        guard !fields.isEmpty, !referenced.isEmpty else { return nil }
        guard fields.count == referenced.count else {
            mistakes.add(
                node, "the foreign key has \(fields.count) and refers to \(referenced.count) fields",
                hint: "name as many fields on both sides")
            return nil
        }
        return Schema.ForeignKey(
            node: node, fields: fields, resource: resource?.value.isEmpty == true ? nil : resource,
            referenced: referenced)
    }

    /// A reference to a code list is the field's list; all others are kept for the plan.
    private func add(_ key: Schema.ForeignKey, to schema: inout Schema) {
        guard let resource = key.resource, resource.value.hasPrefix(Self.codesResource) else {
            schema.foreignKeys.append(key)
            return
        }
        let list = String(resource.value.dropFirst(Self.codesResource.count))
        guard lists[list] != nil else {
            mistakes.add(
                resource.node, "there is no code list \(shown(list))",
                hint: nameHint(
                    list, among: lists.keys.sorted(), else: "write codes/\(list).csv or correct its mistakes"))
            return
        }
        guard key.fields.count == 1, let field = key.fields.first, let referenced = key.referenced.first else {
            mistakes.add(key.node, "a code list has one key, `code`", hint: "name one field on both sides")
            return
        }
        if referenced.value != "code" {
            mistakes.add(
                referenced.node, "a code list is referred to by `code`, not \(shown(referenced.value))",
                hint: "write `fields: [code]`")
        }
        guard let index = schema.fields.firstIndex(where: { $0.name.value == field.value }) else {
            mistakes.add(
                field.node, "there is no field \(shown(field.value))",
                hint: nameHint(
                    field.value, among: schema.fields.map(\.name.value), else: "name a field of this schema"))
            return
        }
        if let codes = schema.fields[index].codes, codes.value != list {
            mistakes.add(
                field.node, "\(shown(field.value)) has the code list \(shown(codes.value)) already",
                hint: "keep one: a field has one list")
            return
        }
        schema.fields[index].codes = Placed(list, resource.node)
    }
}

/// The texts of `missingValues`: a list of texts, or of `{value: TEXT, label: TEXT}`.
///
/// Source: Data Package (v2) Table Schema, `missingValues`.
func missingValues(_ reader: inout MappingReader, mistakes: Mistakes) -> [String]? {
    guard let nodes = reader.nodes("missingValues") else { return nil }
    var values: [String] = []
    var labels: Set<String> = []
    for node in nodes {
        guard let value = labelledValue(node, what: "a missing value", labels: &labels, mistakes: mistakes) else {
            continue
        }
        if values.contains(value.value) {
            mistakes.add(value.node, "\(shown(value.value)) stands twice", hint: "remove one")
        } else {
            values.append(value.value)
        }
    }
    return values
}

/// A text, or the `value` of a `{value: TEXT, label: TEXT}`, whose label must be its own.
func labelledValue(_ node: Node, what: String, labels: inout Set<String>, mistakes: Mistakes) -> Placed<String>? {
    guard case .mapping = node.value, var reader = MappingReader(node, mistakes: mistakes, what: what) else {
        return scalarText(node, mistakes: mistakes, what: what).map { Placed($0, node) }
    }
    let value = reader.requiredPlacedString("value")
    if let label = reader.placedString("label"), !labels.insert(label.value).inserted {
        mistakes.add(label.node, "the label \(shown(label.value)) stands twice", hint: "give each its own")
    }
    reader.finish()
    return value
}
