package import SluiceModel
import SluiceYAML

/// A plugin folder as it is written, before the shared model has had its say.
///
/// What may still be wrong at `compile` keeps the node it stands in.
package struct Plugin: Sendable {
    package var id: String
    package var version: String
    package var title: String
    /// Kinds of authority that may send it, in the file's order.
    package var kinds: [AuthorityKind]
    package var folder: String
    /// Where the formats are defined.
    package var sources: [String]
    /// In the order they are tried.
    package var datasets: [PluginDataset]
    /// Files below `folder` that it was read from, sorted; what a hash of the plugin covers.
    package var files: [String]
    /// Whether reading it left mistakes behind; it is then never compiled.
    package var hasMistakes: Bool
    var codeLists: [String: CodeList]
    /// `plugin.yaml`.
    var node: Node

    /// Whether a sender of it may supply anonymous information only.
    package var isHealth: Bool { kinds.contains { $0.isHealth } }
}

package struct PluginDataset: Sendable {
    package var id: String
    /// The base first, then `schema@….yaml` in the order of their names.
    package var editions: [PluginEdition]
    /// Its name in `plugin.yaml`.
    var node: Node
}

package struct PluginEdition: Sendable {
    /// Empty for the base.
    package var name: String
    /// Below the plugin's folder.
    package var schemaFile: String
    package var mappingFile: String
    var schema: Schema
    var mapping: Mapping
}

/// One `schema.yaml`.
struct Schema: Sendable {
    var node: Node
    var fields: [SchemaField]
    var missingValues: [String]
    var primaryKey: [Placed<String>]
}

struct SchemaField: Sendable {
    var node: Node
    var name: Placed<String>
    var type: FieldType
    /// Nil when it is wrong or missing, which is on record.
    var privacy: PrivacyClass?
    var treatment: Placed<Treatment>?
    var format: Placed<String>?
    var furtherFormats: [Placed<String>]
    var trueValues: [Placed<String>]?
    var falseValues: [Placed<String>]?
    var missingValues: [String]?
    var isRequired: Bool
    var isUnique: Bool
    var pattern: Placed<String>?
    var allowedValues: [Placed<String>]?
    var minimum: Placed<String>?
    var maximum: Placed<String>?
    var minimumLength: Placed<Int>?
    var maximumLength: Placed<Int>?
    var codes: Placed<String>?
    var codesSeverity: Placed<Severity>?
    var part: Placed<Range<Int>>?
    var aliases: [Placed<String>]
    var check: Placed<CheckDigit>?
    var checkSeverity: Placed<Severity>?
    var isOptional: Bool
    var notInFuture: Placed<Bool>?
}

/// One `mapping.yaml`.
struct Mapping: Sendable {
    enum Output: Sendable {
        case event(Placed<String>)
        case counts(field: Placed<String>)
    }

    enum PeriodSource: Sendable {
        case field(Placed<String>, unit: PeriodUnit)
        case fields(from: Placed<String>, to: Placed<String>)
        case noPeriod(Node)
    }

    struct Rule: Sendable {
        var id: String
        var left: String
        var comparison: RowRule.Comparison
        var right: String
        var severity: Severity
        /// Where `check` stands.
        var node: Node
    }

    struct Target: Sendable {
        var dimension: Placed<String>
        /// In the order they are tried.
        var sources: [Source]
    }

    /// One way to a dimension's code; which keys go together is checked against the field.
    struct Source: Sendable {
        var node: Node
        var field: Placed<String>?
        var column: Placed<String>?
        var values: [Node.Pair]?
        var whenTrue: Placed<String>?
        var whenFalse: Placed<String>?
        var midnightIsUnknown: Placed<Bool>?
        var bands: [BandSource]?
        var birth: Placed<String>?
        var at: Placed<String>?
        var value: Placed<String>?
    }

    struct BandSource: Sendable {
        var node: Node
        var from: Placed<String>?
        var to: Placed<String>?
        var code: Placed<String>
    }

    struct Link: Sendable {
        var field: Placed<String>
        var recipe: Placed<String>
    }

    var node: Node
    /// Nil when it is wrong or missing, which is on record.
    var output: Output?
    var encodings: [TextEncoding]
    var delimiters: [UInt8]
    var headerWithinRows: Int
    var ignoredHeaders: [Placed<String>]
    var period: PeriodSource?
    var replacement: Placed<Replacement>?
    var rejectedPercent: Int
    var rules: [Rule]
    var map: [Target]
    var link: Link?
}

/// What a delivery does to earlier ones of its authority and dataset.
package enum Replacement: String, CaseIterable, Sendable {
    /// Replaces those of the same period, whole.
    case period
    /// Adds to them.
    case append
}
