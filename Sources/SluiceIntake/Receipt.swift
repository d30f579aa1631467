package import SluiceModel
import SluiceStore

/// What an agency is told about one delivery, as JSON for machines and as text a person can act on.
///
/// The two are made from the same facts when the delivery is decided and never change. The file's name is not among
/// them, for the store keeps them: `named` puts it in when they are written to the agency's own folder.
package struct Receipt: Sendable {
    package var delivery: Delivery
    package var authorityName: String
    package var outcome: Outcome
    package var finishedAt: Instant
    package var pluginVersion: String
    package var report: DecodeReport?
    package var dataset: String?
    package var period: Period?
    package var rows: RowCounts?
    package var findings: [Finding]
    package var replaces: [DeliveryID]
    package var duplicateOf: DeliveryID?
    package var reason: String?
    package var sandbox: SandboxLevel?
    /// Rules the worker could not judge.
    package var notChecked: [String]
    /// The ledger's head with this decision in it, as a signed note.
    package var checkpoint: String
    /// Of a file of several tables: how each stands, and whether this is also their receipt.
    var tables: [TableRuling] = []
    var decidesTables = false

    /// Stands for the file's name until the receipt is written.
    static let nameMark = "{file}"

    package var json: JSON {
        .members([
            "receipt": 1,
            "delivery": .string(delivery.id.text),
            "parent": .optional(delivery.parent?.text),
            "table": delivery.table.map(\.json) ?? .null,
            "authority": .string(delivery.authority.text),
            "file": .string(Receipt.nameMark),
            "sha256": .optional(delivery.sha256),
            "bytes": .int(delivery.bytes),
            "receivedAt": .string("\(delivery.receivedAt)"),
            "finishedAt": .string("\(finishedAt)"),
            "outcome": .string(outcome.rawValue),
            "reason": .optional(reason),
            "plugin": .members(["id": .string(delivery.plugin), "version": .string(pluginVersion)]),
            "dataset": .optional(dataset),
            "period": .optional(period.map { "\($0)" }),
            "rows": rows.map(\.json) ?? .null,
            "lines": report?.lines?.json ?? .null,
            "assumed": report?.assumptions?.json ?? .null,
            "findings": .array(findings.map(\.json)),
            "findingsCut": .bool(report?.findingsCut ?? false),
            "notChecked": .strings(notChecked),
            "linked": .optional(report?.linkedRows),
            "tables": .array(tables.map { $0.json(decidesTables: decidesTables) }),
            "replaces": .strings(replaces.map(\.text)),
            "duplicateOf": .optional(duplicateOf?.text),
            "sandbox": .optional(sandbox?.text),
            "next": .string(next),
            "checkpoint": .string(checkpoint),
            "sluice": .string(sluiceVersion),
        ])
    }

    package var text: String {
        var lines = [
            "Sluice receipt: \(outcome.headline)",
            "",
            "File        \(Receipt.nameMark)",
            "Delivery    \(delivery.id)" + (delivery.parent.map { ", part of \($0)" } ?? ""),
            "From        \(authorityName) (\(delivery.authority))",
            "Received    \(delivery.receivedAt)",
            "Decided     \(finishedAt)",
        ]
        if let table = delivery.table { lines.append("Table       \(table.title)") }
        if !tables.isEmpty { lines.append("Tables      \(tables.count)") }
        if let dataset {
            let edition = report?.assumptions?.edition ?? ""
            lines.append(
                "Dataset     \(delivery.plugin) / \(dataset)" + (edition.isEmpty ? "" : ", edition \(edition)"))
        }
        if let period { lines.append("Covers      \(period)") }
        if let rows {
            let kept = outcome.isAccepted ? "\(rows.accepted) kept, \(rows.rejected) rejected" : "none kept"
            lines.append("Rows        \(rows.read) read, \(kept)")
            if outcome.isAccepted, let linked = report?.linkedRows, linked > 0 {
                lines.append("Linked      \(linkage(linked, of: rows.accepted))")
            }
        }
        if let account = report?.lines { lines.append("Lines       \(account.text)") }
        if let duplicateOf { lines.append("Same as     delivery \(duplicateOf)") }
        if !replaces.isEmpty { lines.append("Replaces    " + replaces.map(\.text).joined(separator: ", ")) }
        if let reason { lines.append("Reason      \(reason)") }
        lines += ["", "What happens next", "  " + next]
        if !findings.isEmpty {
            lines += ["", "What was found, worst first"]
            for finding in findings { lines.append("  " + finding.line(rowsRead: rows?.read)) }
            if report?.findingsCut == true { lines.append("  (more kinds of finding than are listed)") }
        }
        if let assumed = report?.assumptions {
            lines += ["", "What was taken for granted"] + assumed.lines.map { "  " + $0 }
        }
        for table in tables { lines += [""] + table.lines(plugin: delivery.plugin, decidesTables: decidesTables) }
        lines += ["", "For the record"]
        if let sha256 = delivery.sha256 { lines.append("  SHA-256     \(sha256)") }
        lines.append("  Plugin      \(delivery.plugin) \(pluginVersion)")
        if let sandbox { lines.append("  Read under  \(sandbox.text)") }
        let head = checkpoint.split(separator: Character("\n")).dropFirst().prefix(2)
        lines.append("  Ledger      " + head.joined(separator: " ") + ", signed in the receipt's JSON file")
        lines.append("  Sluice      \(sluiceVersion)")
        return lines.joined(separator: "\n") + "\n"
    }

    private var hasWarnings: Bool {
        (findings + tables.flatMap(\.ruling.findings)).contains { $0.severity >= .warning }
    }

    private var next: String {
        if !tables.isEmpty, !decidesTables {
            return "Each table was decided by itself and has a receipt of its own, which says what to do."
        }
        if !tables.isEmpty, !outcome.isAccepted, outcome != .duplicate {
            return
                "Nothing of the file is kept, because the tables of one file are taken together or not at all. Correct "
                + "what is listed below, table by table, and send the whole file again."
        }
        return switch outcome {
        case .accepted where hasWarnings:
            "The rows are kept as minimised records, and the file has been removed from incoming. Look at the warnings "
                + "below: if one of them is a mistake, correct it and send the whole period again; it will replace this "
                + "delivery."
        case .accepted:
            "Nothing to do. The file has been removed from incoming; only minimised records are kept."
        case .acceptedWithRejections:
            "The good rows are kept. Correct the rows listed below and send the whole period again; it will replace "
                + "this delivery."
        case .refused:
            "Nothing of the file is kept: a disclosure rule forbids taking it. Delete the export, leave out what is "
                + "named below, and tell your information governance lead."
        case .rejected where reason == Intake.notConfirmed:
            "Nothing of the file is kept, because nobody confirmed it in time; what stood before still stands. If the file "
                + "is right, send it again and confirm it as its notice in the folder held says. If it is wrong, correct it "
                + "and send it again."
        case .rejected where reason == Intake.rejectedByOperator:
            "Nothing of the file is kept, because the operator rejected it while it waited to be confirmed; what stood "
                + "before still stands. If the file is right, speak with the operator before you send it again."
        case .rejected:
            "Nothing of the file is kept. Correct what is listed below and send it again. You can try it first with "
                + "`sluice validate`."
        case .duplicate:
            "Nothing has changed: these very bytes were taken before. If you meant to send another file, such as that of "
                + "the next month, check the export and send that one."
        case .quarantined:
            "The file could not be processed and its content is not kept. Export it again; if that fails too, ask the "
                + "operator, naming the delivery."
        }
    }
}

extension Outcome {
    var headline: String {
        switch self {
        case .accepted: "ACCEPTED"
        case .acceptedWithRejections: "ACCEPTED, WITH REJECTED ROWS"
        case .rejected: "REJECTED"
        case .refused: "REFUSED"
        case .duplicate: "DUPLICATE"
        case .quarantined: "QUARANTINED"
        }
    }
}

extension LineAccount {
    package var json: JSON {
        .members([
            "total": .int(total), "records": .int(records), "headings": .int(headings), "above": .int(above),
            "blank": .int(blank), "passedOver": .int(margins), "insideCells": .int(insideCells),
        ])
    }

    /// `412 = 400 records + 1 heading + 11 blank`.
    package var text: String {
        let parts = [
            (records, "records"), (headings, headings == 1 ? "row of headings" : "rows of headings"),
            (above, "above the headings"), (blank, "blank"), (margins, "passed over"),
            (insideCells, "inside quoted cells"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return "\(total) = " + (parts.isEmpty ? "0" : parts.joined(separator: " + "))
    }
}

extension RowCounts {
    package var json: JSON {
        .members(["read": .int(read), "accepted": .int(accepted), "rejected": .int(rejected)])
    }
}

extension DeliveredTable {
    /// `2: file 2, sheet 1`.
    package var title: String {
        let place = "\(place)"
        return "\(number)" + (place.isEmpty ? "" : ": \(place)")
    }

    /// Positions are null where there is none.
    package var json: JSON {
        .members([
            "number": .int(number),
            "member": .optional(place.memberPosition > 0 ? place.memberPosition : nil),
            "sheet": .optional(place.sheetPosition > 0 ? place.sheetPosition : nil),
        ])
    }
}

extension TableRuling {
    /// One table in the receipt of its file; what was found in it only where it has no receipt of its own.
    fileprivate func json(decidesTables: Bool) -> JSON {
        let report = ruling.report
        let json = JSON.members([
            "delivery": .string(child.id.text),
            "table": child.table.map(\.json) ?? .null,
            "outcome": .string(ruling.outcome.rawValue),
            "reason": .optional(ruling.reason),
            "dataset": .optional(ruling.dataset),
            "period": .optional(ruling.period.map { "\($0)" }),
            "rows": ruling.rows.map(\.json) ?? .null,
        ])
        guard decidesTables else { return json }
        return
            json
            .setting("lines", report?.lines?.json ?? .null)
            .setting("assumed", report?.assumptions?.json ?? .null)
            .setting("findings", .array(ruling.findings.map(\.json)))
            .setting("findingsCut", .bool(report?.findingsCut ?? false))
            .setting("linked", .optional(report?.linkedRows))
            .setting("replaces", .strings(ruling.replaces.map(\.text)))
            .setting("duplicateOf", .optional(ruling.duplicateOf?.text))
    }

    fileprivate func lines(plugin: String, decidesTables: Bool) -> [String] {
        var lines = ["Table \(child.table?.title ?? ""): \(ruling.outcome.headline)", "  Delivery    \(child.id)"]
        if let dataset = ruling.dataset {
            let edition = ruling.report?.assumptions?.edition ?? ""
            lines.append("  Dataset     \(plugin) / \(dataset)" + (edition.isEmpty ? "" : ", edition \(edition)"))
        }
        if let period = ruling.period { lines.append("  Covers      \(period)") }
        if let rows = ruling.rows {
            let kept = ruling.outcome.isAccepted ? "\(rows.accepted) kept, \(rows.rejected) rejected" : "none kept"
            lines.append("  Rows        \(rows.read) read, \(kept)")
            if ruling.outcome.isAccepted, let linked = ruling.report?.linkedRows, linked > 0 {
                lines.append("  Linked      \(linkage(linked, of: rows.accepted))")
            }
        }
        if decidesTables, let account = ruling.report?.lines { lines.append("  Lines       \(account.text)") }
        if let duplicateOf = ruling.duplicateOf { lines.append("  Same as     delivery \(duplicateOf)") }
        if !ruling.replaces.isEmpty {
            lines.append("  Replaces    " + ruling.replaces.map(\.text).joined(separator: ", "))
        }
        if let reason = ruling.reason {
            lines.append(
                "  Reason      \(reason)"
                    + (reason == Intake.otherTableFailed ? " (another table of the file was not taken)" : ""))
        }
        guard decidesTables else { return lines }
        if !ruling.findings.isEmpty {
            lines.append("  What was found, worst first")
            for finding in ruling.findings { lines.append("    " + finding.line(rowsRead: ruling.rows?.read)) }
            if ruling.report?.findingsCut == true { lines.append("    (more kinds of finding than are listed)") }
        }
        if let assumed = ruling.report?.assumptions {
            lines.append("  What was taken for granted")
            lines += assumed.lines.map { "    " + $0 }
        }
        return lines
    }
}

extension Assumptions {
    /// What was taken for granted, for people.
    fileprivate var lines: [String] {
        var lines = [text]
        for choice in dateFormats { lines.append("\(choice.field): dates written as \(choice.format)") }
        return lines
    }

    package var json: JSON {
        .members([
            "dataset": .string(dataset),
            "edition": .string(edition),
            "form": .string(form.text),
            "container": .optional(container == .none ? nil : container == .zip ? "zip" : "gzip"),
            "member": .optional(memberPosition > 0 ? memberPosition : nil),
            "sheet": .optional(sheetPosition > 0 ? sheetPosition : nil),
            "encoding": .string(encoding),
            "byteOrderMark": .bool(hasByteOrderMark),
            "delimiter": .string(delimiter),
            "headerRow": .int(headerRowNumber),
            "dateFormats": .object(dateFormats.map { JSON.Member($0.field, .string($0.format)) }),
        ])
    }
}

extension Finding {
    package var json: JSON {
        .members([
            "column": .optional(column),
            "columnNumber": .optional(columnNumber),
            "rule": .string(rule),
            "code": .string(code.rawValue),
            "severity": .string(severity.text),
            "count": .int(count),
            "rows": .array(rows.map { .int($0) }),
            "message": .string(message),
        ])
    }

    /// One line for people: severity, where, what, and the first rows of `rowsRead`.
    package func line(rowsRead: Int?) -> String {
        var place = ""
        if let column {
            place = column + ": "
        } else if let columnNumber {
            place = "column \(columnNumber): "
        }
        var line = "\(severity.text): \(place)\(message)"
        if count > 1, count == rowsRead {
            line += " In every row."
        } else if !rows.isEmpty {
            line += count == 1 ? " Row " : " \(count) times; rows "
            line += rows.map(String.init).joined(separator: ", ")
            line += count > rows.count ? ", …" : "."
        }
        return line
    }
}

extension PendingReceipt {
    /// The receipt with the file's name in it, as it goes to the agency's own folder.
    func named(_ name: String?) -> (json: String, text: String) {
        let shown = name ?? "(the name is no longer known)"
        let parsed = try? JSON(reading: json)
        let named = parsed?.setting("file", .optional(name)).prettyText ?? json
        var text = text
        if let range = text.firstRange(of: Receipt.nameMark) { text.replaceSubrange(range, with: shown) }
        return (named, text)
    }

    /// `20260401-101530-k3f9q2xw-accepted.receipt`; the same at every try, so that a replay overwrites itself.
    var baseName: String { "\(delivery)-\(outcome.rawValue).receipt" }
}

/// How many of the rows that were kept could be linked: the rest had no identifier, or none that is valid.
private func linkage(_ linked: Int, of rows: Int) -> String {
    "\(linked) of \(rows) rows by a keyed token in place of an identifier (\(rows == 0 ? 0 : linked * 100 / rows) %)"
}
