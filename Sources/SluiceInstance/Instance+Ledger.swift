package import SluiceLedger
package import SluiceModel
import SluiceStore
import SluiceSystem

/// Which rows of the ledger to show. What is nil lets everything through.
package struct LedgerFilter: Sendable {
    /// A delivery, release, review item or authority.
    package var subject: String?
    /// Of whose deliveries.
    package var authority: String?
    /// What happened.
    package var kind: String?
    /// A rule or reason that the decision cites.
    package var rule: String?
    /// First and last day, in UTC.
    package var from: CivilDate?
    package var to: CivilDate?

    package init() {}

    /// - Parameter authorityOf: whose delivery the row's subject is, where it is one.
    func lets(_ row: LedgerRow, authorityOf: (String) -> String?) -> Bool {
        let details = row.entry.details
        if let subject, row.entry.subject != subject { return false }
        if let kind, row.entry.kind.rawValue != kind { return false }
        if let from, row.entry.at.date < from { return false }
        if let to, row.entry.at.date > to { return false }
        if let rule {
            let cited = (details["rules"] ?? "").split(separator: " ").map(String.init) + [details["reason"] ?? ""]
            guard cited.contains(rule) else { return false }
        }
        if let authority {
            let own = details["authority"] ?? authorityOf(row.entry.subject)
            guard own == authority || row.entry.subject == authority else { return false }
        }
        return true
    }
}

extension Instance {
    /// Calls `body` with the rows that `filter` lets through, oldest first, from row `first` on and at most `limit`.
    package func forEachLedgerRow(
        _ filter: LedgerFilter, from first: Int = 1, limit: Int = .max, _ body: (LedgerRow) throws -> Void
    ) throws {
        let size = try store.ledgerHead().size
        var authorities: [String: String?] = [:]
        func authority(of subject: String) -> String? {
            if let known = authorities[subject] { return known }
            let found = DeliveryID(subject).flatMap { try? store.delivery($0)?.authority.text }
            authorities[subject] = .some(found)
            return found
        }
        var left = limit
        var next = first
        while next <= size, left > 0 {
            let end = min(next + Instance.ledgerStep, size + 1)
            for row in try store.ledgerRows(next..<end) where left > 0 {
                guard filter.lets(row, authorityOf: authority) else { continue }
                left -= 1
                try body(row)
            }
            next = end
        }
    }

    private static let ledgerStep = 10_000

    /// All that is needed to check the row again elsewhere.
    package func ledgerJSON(_ row: LedgerRow) -> JSON {
        .members([
            "sequence": .int(row.sequence),
            "at": .string("\(row.entry.at)"),
            "actor": .string(row.entry.actor),
            "kind": .string(row.entry.kind.rawValue),
            "subject": .string(row.entry.subject),
            "details": .object(
                row.entry.details.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) }),
            "detailsHash": .string(hexadecimal(row.detailsHash)),
            "previousHash": .string(hexadecimal(row.previousHash)),
            "hash": .string(hexadecimal(row.rowHash)),
        ])
    }

    // MARK: - Checking

    /// Recomputes the ledger's chain, and holds it against checkpoints that others kept.
    ///
    /// - Parameters:
    ///   - anchors: files with a checkpoint each: receipts, provenance, notes.
    ///   - keys: trusted beside those that the ledger names.
    ///   - acceptedRestores: rows of restores that the caller knows to have taken place.
    /// - Throws: `AnchorRefusal`, and what the store throws.
    package func verifyLedger(
        anchors: [String] = [], keys: [String] = [], acceptedRestores: [Int] = []
    ) throws -> LedgerVerifier.Report {
        let anchors = try anchors.map { path in
            let text = String(decoding: try readSmallFile(path), as: UTF8.self)
            guard let anchor = Anchor(label: path, text: text) else { throw AnchorRefusal.noCheckpoint(path) }
            return anchor
        }
        let keys = try keys.map { text in
            guard let key = CheckpointVerifier(text) else { throw AnchorRefusal.noKey }
            return key
        }
        return try Instance.check(
            store, LedgerVerifier(anchors: anchors, keys: keys, acceptedRestores: acceptedRestores))
    }

    /// Checks every row that the store has, wherever it stands, and what is kept of the tree.
    static func check(_ store: any Store, _ verifier: LedgerVerifier) throws -> LedgerVerifier.Report {
        var verifier = verifier
        var next = Int.min
        while true {
            // In this order: rows that come meanwhile are in a tree that was read before, or read in another round.
            let kept = try store.keptLedgerTree()
            do {
                while next < Int.max, case let rows = try store.ledgerRows(next..<Int.max, limit: ledgerStep),
                    let last = rows.last
                {
                    verifier.take(rows)
                    next = last.sequence == .max ? .max : last.sequence + 1
                }
            } catch StoreError.ledgerRowUnreadable(let sequence) {
                verifier.take(try store.ledgerRows(next..<sequence))
                verifier.meetUnreadable()
                return verifier.finish(kept: kept)
            }
            let now = try store.keptLedgerTree()
            if now?.size == kept?.size || verifier.hasFault { return verifier.finish(kept: now) }
        }
    }
}

/// Why a ledger could not be held against what was given. Nothing is said of the ledger.
package enum AnchorRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case noCheckpoint(String)
    case noKey

    package var description: String {
        switch self {
        case .noCheckpoint(let path):
            "\(path): there is no checkpoint in it; give a receipt (its JSON file), a release's provenance.json or a "
                + "signed note"
        case .noKey: "not a public key; it has the form NAME+HASH+KEY"
        }
    }
}

extension LedgerVerifier.Report {
    package var json: JSON {
        .members([
            "intact": .bool(problem == nil),
            "rows": .int(head.size),
            "reason": .optional(problem?.reason),
            "problem": .optional(problem.map { "\($0)" }),
            "checkpoint": .string(checkpointLine(head)),
            "anchoredRows": .int(anchoredRows),
            "unanchoredRows": .int(head.size - min(anchoredRows, head.size)),
            "anchors": .array(
                anchors.map {
                    .members([
                        "file": .string($0.anchor.label), "rows": .int($0.anchor.size),
                        "standing": .string($0.standing.rawValue),
                    ])
                }),
            "restores": .array(restores.map { .int($0) }),
        ])
    }

    package var lines: [String] {
        var lines = [problem.map { "NOT INTACT: \($0)" } ?? "intact: \(head.size) rows, \(checkpointLine(head))"]
        if !anchors.isEmpty {
            let rest = head.size - min(anchoredRows, head.size)
            lines.append(
                anchoredRows == 0
                    ? "no row is vouched for by an anchor"
                    : "rows 1 to \(anchoredRows) are vouched for by an anchor, "
                        + (rest == 0 ? "all there are" : "the last \(rest) by none"))
        }
        for (anchor, standing) in anchors {
            lines.append("  \(anchor.label): \(anchor.size) rows, \(standing.rawValue)")
        }
        for row in restores { lines.append("row \(row): the store was restored from a backup of the rows before") }
        return lines
    }
}
