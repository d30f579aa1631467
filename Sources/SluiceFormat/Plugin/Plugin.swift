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

    /// Whether a dataset of it needs the look-up of postcodes.
    package var usesDirectory: Bool {
        datasets.contains { $0.editions.contains { $0.schema.fields.contains { $0.locates != nil } } }
    }
}

package struct PluginDataset: Sendable {
    package var id: String
    /// The base first, then `schema@….yaml` in the order of their names.
    package var editions: [PluginEdition]
    /// Its name in `plugin.yaml`.
    var node: Node

    /// Kinds of event that its records are; none of one that holds counts.
    package var eventKinds: [String] {
        var kinds: [String] = []
        for edition in editions {
            guard case .event(let kind) = edition.mapping.output, !kinds.contains(kind.value) else { continue }
            kinds.append(kind.value)
        }
        return kinds
    }
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

/// What a delivery does to earlier ones of its authority and dataset.
package enum Replacement: String, CaseIterable, Sendable {
    /// Replaces those of the same period, whole.
    case period
    /// Adds to them.
    case append
}
