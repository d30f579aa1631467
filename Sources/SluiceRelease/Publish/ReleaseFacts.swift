import SluiceCertificate
import SluiceModel

/// All that a release folder states, and the text of its files.
///
/// No number is in it that is not a cell of a proved table: no counts of rows, deliveries or hidden cells.
struct ReleaseFacts {
    struct Source: Hashable {
        var authority: String
        var dataset: String
        var period: String
        var plugin: String
        var pluginVersion: String
    }

    var spec: ReleaseSpec
    var version: Int
    var builtAt: Instant
    var warnings: [String]
    var proved: [ProvedTable]
    var counted: ReleaseBuilder.Counted
    var sources: [Source]
    var settingsHash: String
    /// The ledger's head, signed.
    var checkpoint: String

    func files() -> [(path: String, text: String)] {
        var files = proved.map { (path: "tables/\($0.table.id).csv", text: csv($0)) }
        files.append(("datapackage.json", dataPackage.prettyText))
        files.append(("provenance.json", provenance.prettyText))
        return files
    }

    /// One row per cell: the dimensions, `measure`, `value`, `marker`.
    private func csv(_ proved: ProvedTable) -> String {
        let table = proved.table
        var text = (table.axes.map(\.dimension) + ["measure", "value", "marker"]).joined(separator: ",") + "\r\n"
        for cell in table.cells {
            for code in cell.codes {
                text += csvField(code)
                text += ","
            }
            text += csvField(table.eventKind)
            switch cell.shown {
            case .count(let count): text += ",\(count),\r\n"
            case .confidential: text += ",,[c]\r\n"
            }
        }
        return text
    }

    // MARK: - datapackage.json

    /// Source: Data Package (v2), Data Resource and Table Schema, `categories` for codes with labels.
    private var dataPackage: JSON {
        .members([
            "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
            "name": .string(spec.id),
            "title": .string(spec.title),
            "version": .string(padded(version, 4)),
            "created": .string("\(builtAt)"),
            "description": .string(
                "Counts for \(spec.period), for the purpose \(spec.purpose). Counts from 1 to "
                    + "\(spec.profile.threshold - 1) are not shown: their marker is [c]. "
                    + (counted.leftOut.isEmpty
                        ? "A 0 is a true zero."
                        : "A 0 is a true zero of the records that are in it; whose are left out stands in "
                            + "provenance.json.")),
            "resources": .array(proved.indices.map { resource($0) }),
        ])
    }

    private func resource(_ index: Int) -> JSON {
        let table = proved[index].table
        let axes = counted.aggregators[index].axes
        var fields: [JSON] = axes.map { axis in
            .members([
                "name": .string(axis.spec.dimension),
                "type": "string",
                "title": .string(axis.label),
                "description": .string("Level: \(axis.spec.level)"),
                "constraints": .members(["required": true]),
                "categories": .array(
                    axis.codes.map { .members(["value": .string($0.code), "label": .string($0.label)]) }),
            ])
        }
        fields += [
            .members([
                "name": "measure", "type": "string", "title": "What is counted",
                "constraints": .members(["required": true, "enum": .strings([table.eventKind])]),
            ]),
            .members([
                "name": "value", "type": "integer", "title": "Count of events", "description": "Empty where marked",
                "constraints": .members(["minimum": 0]),
            ]),
            .members([
                "name": "marker", "type": "string", "title": "Status marker",
                "description": .string("[c] confidential: a count from 1 to \(spec.profile.threshold - 1)"),
                "constraints": .members(["enum": .strings(["[c]"])]),
            ]),
        ]
        return .members([
            "name": .string(table.id),
            "title": .string(spec.tables[index].title),
            "path": .string("tables/\(table.id).csv"),
            "type": "table",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": .members([
                "fields": .array(fields),
                "primaryKey": .strings(table.axes.map(\.dimension)),
                "missingValues": .strings([""]),
            ]),
        ])
    }

    // MARK: - provenance.json

    private var provenance: JSON {
        .members([
            "release": .string(spec.id),
            "version": .string(padded(version, 4)),
            "title": .string(spec.title),
            "builtAt": .string("\(builtAt)"),
            "builtBy": .string("sluice \(sluiceVersion)"),
            "audience": .string(spec.audience.rawValue),
            "recipients": .array(
                spec.recipients.map { .members(["kind": .string($0.kind.rawValue), "name": .string($0.name)]) }),
            "purpose": .string(spec.purpose),
            "period": .string("\(spec.period)"),
            "profile": .members([
                "id": .string(spec.profile.id), "threshold": .int(spec.profile.threshold), "zeros": "published",
            ]),
            "proof": .string(proved.first?.proof.rule.rawValue ?? Proof.Rule.noEquations.rawValue),
            "proofScope": "this release alone",
            "warnings": .strings(warnings),
            "countedBy": "rows",
            "sources": .array(
                sources.map {
                    .members([
                        "authority": .string($0.authority), "dataset": .string($0.dataset),
                        "period": .string($0.period), "plugin": .string($0.plugin),
                        "pluginVersion": .string($0.pluginVersion),
                    ])
                }),
            "leftOut": .array(
                counted.leftOut.map {
                    .members([
                        "authority": .string($0.authority.text), "rule": .string($0.rule),
                        "because": .string($0.because), "citation": .string($0.citation),
                    ])
                }),
            "settingsHash": .string(settingsHash),
            "checkpoint": .string(checkpoint),
        ])
    }
}

/// A CSV field, quoted where RFC 4180 asks for it, and with an apostrophe before what a spreadsheet would take for a
/// formula.
func csvField(_ text: String) -> String {
    var text = text
    if let first = text.unicodeScalars.first, "=+-@\t\r＝＋－＠".unicodeScalars.contains(first) { text = "'" + text }
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
}
