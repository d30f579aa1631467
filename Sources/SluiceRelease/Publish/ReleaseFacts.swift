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
    /// By kind of event.
    var proved: [ProvedTables]
    /// Parallel to them, by slot; empty where all is available.
    var notAvailable: [[Bool]]
    var counted: ReleaseBuilder.Counted
    var sources: [Source]
    var settingsHash: String
    /// The ledger's head, signed.
    var checkpoint: String
    /// SHA-256, hexadecimal.
    var certificateHash: String

    /// All but the tables.
    func files() -> [(path: String, text: String)] {
        [("datapackage.json", dataPackage.prettyText), ("provenance.json", provenance.prettyText)]
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
                "Counts for \(spec.period), for the purpose \(spec.purpose). "
                    + Set(proved.map(\.rules.perturbation.name)).sorted().map { disguise($0) }.joined(separator: " ")
                    + (lacksFigures
                        ? " The marker [x] stands where a source has not delivered all that a figure counts; which, stands in "
                            + "provenance.json."
                        : "")),
            "resources": .array(
                proved.indices.flatMap { part in
                    proved[part].tables.tables.indices.map { resource(part, $0) }
                }),
        ])
    }

    private var lacksFigures: Bool { notAvailable.contains { !$0.isEmpty } }

    /// What a reader must know about figures and markers of one way of showing them.
    private func disguise(_ method: String) -> String {
        let parts = proved.filter { $0.rules.perturbation.name == method }
        let base = parts.lazy.compactMap(\.rules.perturbation.base).first ?? 1
        let hiddenBelow = parts.map(\.rules.perturbation.hiddenBelow).max() ?? 0
        let threshold = spec.profile.threshold
        let few =
            threshold > 2
            ? "Counts of 1 to \(threshold - 1) people are not shown"
            : threshold == 2 ? "Counts of one person are not shown" : "Counts that say too much are not shown"
        switch method {
        case "nearest-rounding":
            return "\(few): their marker is [c]. What is shown is rounded to the nearest multiple of \(base). \(zero)"
        case "controlled-rounding":
            return
                "Every count is rounded to one of the two multiples of \(base) beside it, so that tables add up; what is "
                + "shown as 0 and is not 0 has the marker [low]. \(zero)"
        case "cell-key":
            return
                "Every count but 0 has noise by the cell key method, so that tables do not add up and a 0 may be a small "
                + "count; do not add figures up, ask for a table that has the sum."
                + (hiddenBelow > 0
                    ? " What would stand below \(hiddenBelow), 0 too, is not shown: its marker is [c]." : "")
        default: return "\(few), nor some others that would give them away: their marker is [c]. \(zero)"
        }
    }

    /// What a 0 without a marker means.
    private var zero: String {
        let isWhole = counted.coverage.rows.allSatisfy { !$0.isExpected.contains(false) } && counted.leftOut.isEmpty
        return isWhole
            ? "A 0 without a marker is a true zero: every source has delivered the months, and nothing is in them."
            : "A 0 without a marker is a true zero of the sources that are in it; those that are left out or not expected "
                + "stand in provenance.json."
    }

    private func resource(_ part: Int, _ index: Int) -> JSON {
        let tables = proved[part].tables
        let table = tables.tables[index]
        let counter = counted.counters[part]
        var fields: [JSON] = zip(table.columns, counter.specs[index].axes).map { column, use in
            let axis = counter.axes[column]
            return .members([
                "name": .string(axis.dimension.id),
                "type": "string",
                "title": .string(axis.dimension.label),
                "description": .string(
                    "Level: " + use.levels.joined(separator: ", ") + (use.hasTotal ? ", total" : "")),
                "constraints": .members(["required": true]),
                "categories": .array(
                    table.codes[column].map {
                        .members(["value": .string(axis.axis.codes[$0].name), "label": .string(axis.labels[$0])])
                    }),
            ])
        }
        fields += [
            .members([
                "name": "measure", "type": "string", "title": "What is counted",
                "constraints": .members(["required": true, "enum": .strings([tables.eventKind])]),
            ]),
            .members([
                "name": "value", "type": "integer", "title": .string(figureTitle(part)),
                "description": .string(figureDescription(part)),
                "constraints": .members(["minimum": 0]),
            ]),
            .members([
                "name": "marker", "type": "string", "title": "Status marker",
                "description": .string(markerDescription(part)),
                "constraints": .members(["enum": .strings(markers(part))]),
            ]),
        ]
        return .members([
            "name": .string(table.id),
            "title": .string(counter.specs[index].title),
            "path": .string("tables/\(table.id).csv"),
            "type": "table",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": .members([
                "fields": .array(fields),
                "primaryKey": .strings(table.columns.map { tables.axes[$0].id }),
                "missingValues": .strings([""]),
            ]),
        ])
    }

    private func markers(_ part: Int) -> [String] {
        var markers = [TableFile.marker]
        switch proved[part].rules.perturbation {
        case .controlled: markers = [TableFile.lowMarker]
        case .cellKey(let table): if table.hiddenBelow == 0 { markers = [] }
        case .none, .nearest: break
        }
        if !proved[part].tables.structuralZeros.isEmpty { markers.append(TableFile.notApplicableMarker) }
        if !notAvailable[part].isEmpty { markers.append(TableFile.notAvailableMarker) }
        return markers
    }

    private func figureTitle(_ part: Int) -> String {
        switch proved[part].rules.perturbation {
        case .none: "Count of events"
        case .nearest, .controlled: "Rounded count of events"
        case .cellKey: "Count of events, with noise"
        }
    }

    private func figureDescription(_ part: Int) -> String {
        let empty = markers(part).filter { $0 != TableFile.lowMarker }
        return empty.isEmpty ? "Never empty" : "Empty where the marker is \(empty.joined(separator: " or "))"
    }

    private func markerDescription(_ part: Int) -> String {
        let small =
            proved[part].markerTellsCount
            ? "a count from 1 to \(spec.profile.threshold - 1)" : "a count of too few people"
        let confidential =
            switch proved[part].rules.perturbation {
            case .cellKey(let table): "a figure below \(table.hiddenBelow)"
            case .nearest: small
            default:
                proved[part].standsFree && !proved[part].rules.hidesGroups
                    ? small : "a small count, or one that would give a small one away"
            }
        let texts = [
            TableFile.marker: "[c] confidential: \(confidential)",
            TableFile.lowMarker: "[low] rounded to 0, and not 0",
            TableFile.notApplicableMarker: "[z] not applicable: it cannot occur",
            TableFile.notAvailableMarker: "[x] not available: a source has not delivered all that it counts",
        ]
        return markers(part).compactMap { texts[$0] }.joined(separator: "; ")
    }

    /// What became of the figures that are shown.
    private func perturbation(_ part: Int) -> JSON {
        var members = [JSON.Member("method", .string(proved[part].rules.perturbation.name))]
        if let base = proved[part].rules.perturbation.base { members.append(JSON.Member("base", .int(base))) }
        if case .cellKey(let table) = spec.profile.perturbation {
            members.append(JSON.Member("table", .string(table.name)))
            if table.hiddenBelow > 0 { members.append(JSON.Member("hiddenBelow", .int(table.hiddenBelow))) }
        }
        return .object(members)
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
                "id": .string(spec.profile.id), "version": .int(spec.profile.version),
                "threshold": .int(spec.profile.threshold), "width": .int(spec.profile.width),
                "zeros": .string(spec.profile.zeros.rawValue),
            ]),
            "proof": .members([
                "verdict": "accepted", "scope": .string(Certificate.scope), "certificate": .string(certificateHash),
            ]),
            "warnings": .strings(warnings),
            "countedBy": .array(
                counted.counters.enumerated().map { part, counter in
                    .members([
                        "measure": .string(counter.eventKind),
                        "value": "events",
                        "threshold": .string(
                            counter.countsPersons ? "persons, by link token where there is one" : "events"),
                        "width": .int(proved[part].rules.primary.width),
                        "perturbation": perturbation(part),
                    ])
                }),
            "sources": .array(
                sources.map {
                    .members([
                        "authority": .string($0.authority), "dataset": .string($0.dataset),
                        "period": .string($0.period), "plugin": .string($0.plugin),
                        "pluginVersion": .string($0.pluginVersion),
                    ])
                }),
            "coverage": counted.coverage.json,
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
