import SluiceModel
import SluiceYAML

/// One `schema.yaml`: a Table Schema with our own keys.
///
/// Source: Data Package (v2) Table Schema.
struct Schema: Sendable {
    /// A field or fields whose values must occur together elsewhere.
    struct ForeignKey: Sendable {
        var node: Node
        var fields: [Placed<String>]
        /// A dataset of the plugin; nil for the same table.
        var resource: Placed<String>?
        /// As many as `fields`.
        var referenced: [Placed<String>]
    }

    var node: Node
    var fields: [SchemaField]
    var missingValues: [String]
    var primaryKey: [Placed<String>]
    var uniqueKeys: [[Placed<String>]] = []
    /// Those to code lists are not among them: they are the `codes` of their field.
    var foreignKeys: [ForeignKey] = []
    /// Nil where nothing is said, which is our own mode.
    var fieldsMatch: Placed<FieldsMatch>?
}

struct SchemaField: Sendable {
    var node: Node
    var name: Placed<String>
    var title: String?
    var description: String?
    var type: FieldType
    /// Nil when it is wrong or missing, which is on record.
    var privacy: PrivacyClass?
    var treatment: Placed<Treatment>?
    var format: Placed<String>?
    var furtherFormats: [Placed<String>] = []
    var trueValues: [Placed<String>]?
    var falseValues: [Placed<String>]?
    var missingValues: [String]?
    var decimalMark: Placed<String>?
    var groupMark: Placed<String>?
    var isBareNumber: Placed<Bool>?
    var listDelimiter: Placed<String>?
    var itemType: Placed<FieldType>?
    var isRequired = false
    var isUnique = false
    var pattern: Placed<String>?
    /// `enum`, or `categories` where there is no `enum`.
    var allowedValues: [Placed<String>]?
    var minimum: Placed<String>?
    var maximum: Placed<String>?
    var exclusiveMinimum: Placed<String>?
    var exclusiveMaximum: Placed<String>?
    var minimumLength: Placed<Int>?
    var maximumLength: Placed<Int>?
    var codes: Placed<String>?
    var codesSeverity: Placed<Severity>?
    var part: Placed<Range<Int>>?
    var aliases: [Placed<String>] = []
    var check: Placed<CheckDigit>?
    var checkSeverity: Placed<Severity>?
    var isOptional = false
    var isReference: Placed<Bool>?
    var locates: Placed<PlaceReading>?
    var mayHold: IdentifierKinds = []
    var facts: Set<FieldFact> = []
    var notInFuture: Placed<Bool>?

    init(node: Node, name: Placed<String>, type: FieldType) {
        self.node = node
        self.name = name
        self.type = type
    }
}
