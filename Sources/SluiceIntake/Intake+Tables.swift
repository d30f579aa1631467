import SluiceFormat
import SluiceModel
import SluiceSettings
import SluiceStore
import SluiceSystem

/// Files of several tables: an archive, or a workbook whose sheets are tables.
///
/// The file is the delivery that was claimed; each table is a child of it. By default they are decided in one
/// transaction, so that no moment shows some without the others, whatever happens to the machine. With
/// `members: separate` each has a transaction and a receipt of its own, and the file is decided last: as long as it is
/// claimed, a restart takes up the tables that are left.
extension Intake {
    /// Why a good table is not taken: another of its file is not.
    static let otherTableFailed = "other-table-failed"
    /// The file was first seen to hold other tables, by another version of the plugin.
    static let tablesChanged = "tables-changed"

    // MARK: - Together

    /// Lets the worker read each table into the transaction, and rules on all of them: accepted together, or none.
    func judgeTogether(
        _ entries: [DecodeReport.TableEntry], _ reading: Reading, from source: Source,
        in transaction: any DecisionTransaction
    ) throws -> Ruling {
        let children = makeChildren(of: reading.delivery, entries)
        try transaction.open(children: children)
        var tables: [TableRuling] = []
        for child in children {
            try transaction.turn(to: child.id)
            // Once one failed the others are judged for their findings alone.
            let isKept = tables.allSatisfy { $0.ruling.outcome.isAccepted || $0.ruling.outcome == .duplicate }
            var ruling = try judgeTable(child, reading, isKept: isKept, in: transaction)
            if ruling.outcome.isAccepted, let period = ruling.period,
                let twin = tables.first(where: { $0.hasMonths(of: period, in: ruling, reading) }),
                let table = twin.child.table, let covered = twin.ruling.period
            {
                ruling.replaces = []
                ruling.reject(covering: period, as: covered, ofTable: table)
            }
            tables.append(TableRuling(child: child, ruling: ruling))
        }
        var ruling = Ruling(outcome: tables.outcomeTogether)
        if ruling.outcome.isAccepted, try changedAfterClaim(reading.delivery, from: source) {
            ruling = Ruling(outcome: .quarantined, reason: Intake.modifiedAfterClaim)
        }
        ruling.decidesTables = true
        ruling.rows = tables.rows
        if ruling.outcome == .duplicate { ruling.duplicateOf = tables.first?.ruling.duplicateOf }
        if !ruling.outcome.isAccepted {
            try transaction.discardRecords()
            for index in tables.indices where tables[index].ruling.outcome.isAccepted {
                tables[index].ruling.outcome = ruling.reason == nil ? .rejected : ruling.outcome
                tables[index].ruling.reason = ruling.reason ?? Intake.otherTableFailed
                tables[index].ruling.replaces = []
            }
        }
        ruling.tables = tables
        return ruling
    }

    /// Lets the worker read one table into the transaction.
    private func judgeTable(
        _ child: Delivery, _ reading: Reading, isKept: Bool = true, in transaction: any DecisionTransaction
    ) throws -> Ruling {
        guard let table = child.table else { preconditionFailure("a child without its table") }
        if let earlier = reading.standing[table.place] {
            return Ruling(outcome: .duplicate, duplicateOf: earlier)
        }
        let (report, sandbox, profile) = try read(
            reading, as: child, tableIndex: table.index, isKept: isKept, in: transaction)
        return try rule(on: report, sandbox, profile, as: child, reading.compiled, in: transaction)
    }

    // MARK: - Separately

    /// Decides the tables of a file one after another, each in a transaction of its own, and then the file.
    ///
    /// - Parameter entries: the tables that the worker sees now. Those on record from an earlier start must be the same.
    func processSeparately(
        _ delivery: Delivery, _ entries: [DecodeReport.TableEntry], from source: Source
    ) throws {
        var children = try store.deliveries(DeliveryFilter(parent: delivery.id))
        if children.isEmpty {
            // A word is asked for the whole file, before any of its tables is decided.
            if let hold = try lookAhead(delivery, entries, from: source) {
                return try holdForWord(delivery, hold, from: source)
            }
            children = makeChildren(of: delivery, entries)
            try store.insert(children: children, ledger: children.map(claimEntry))
        } else if children.map(\.table?.place) != entries.map(\.place) {
            try decideQuarantine(delivery, from: source, reason: Intake.tablesChanged)
            return
        }
        let reading = try open(delivery, from: source)
        for child in children where child.status == .claimed {
            try untilDecided(child, from: source) {
                try decide(child, from: source) { transaction in
                    var ruling = try judgeTable(child, reading, in: transaction)
                    if ruling.outcome.isAccepted, try changedAfterClaim(delivery, from: source) {
                        ruling = Ruling(outcome: .quarantined, reason: Intake.modifiedAfterClaim)
                    }
                    do {
                        try awaitWord(on: ruling, delivery)
                    } catch let hold as Hold {
                        ruling.reject(for: hold)
                    }
                    if !ruling.outcome.isAccepted { try transaction.discardRecords() }
                    return ruling
                }
            }
        }
        try decideParent(delivery, from: source, reason: nil)
    }

    /// What has to be confirmed before the tables of a file are decided each by itself: they are judged together once,
    /// and nothing is kept of it.
    private func lookAhead(
        _ delivery: Delivery, _ entries: [DecodeReport.TableEntry], from source: Source
    ) throws -> Hold? {
        struct Looked: Error { var hold: Hold? }
        // Of a sender's first file there is nothing to replace and nothing to compare with.
        let isFirst = try DeliveryStatus.current.allSatisfy { status in
            try store.deliveries(DeliveryFilter(authority: delivery.authority, status: status, limit: 1)).isEmpty
        }
        if isFirst { return nil }
        let reading = try open(delivery, from: source)
        do {
            try store.decide(delivery.id) { transaction in
                let children = makeChildren(of: delivery, entries)
                try transaction.open(children: children)
                var whole = Ruling(outcome: .accepted)
                for child in children {
                    try transaction.turn(to: child.id)
                    do {
                        let ruling = try judgeTable(child, reading, in: transaction)
                        whole.tables.append(TableRuling(child: child, ruling: ruling))
                    } catch is WorkerDied {
                        // It will not be taken, and is seen to by itself.
                        continue
                    }
                }
                do {
                    try awaitWord(on: whole, delivery)
                } catch let hold as Hold {
                    throw Looked(hold: hold)
                }
                throw Looked()
            }
        } catch let looked as Looked {
            return looked.hold
        }
        return nil
    }

    /// Decides a file whose tables all are: its receipt lists them.
    ///
    /// - Parameter reason: why the file itself could not be processed to its end, if so.
    func decideParent(_ delivery: Delivery, from source: Source, reason: String?) throws {
        let tables = try store.deliveries(DeliveryFilter(parent: delivery.id)).map { child in
            guard let outcome = child.outcomeAtArrival else { preconditionFailure("a table that is not decided") }
            return TableRuling(child: child, ruling: Ruling(decided: child, outcome: outcome))
        }
        var ruling = Ruling(outcome: tables.outcomeSeparate, reason: reason)
        ruling.rows = tables.rows
        ruling.tables = tables
        ruling.sandbox = sandbox
        try decide(delivery, from: source) { _ in ruling }
    }

    // MARK: - Children

    /// Deliveries for the tables of a file. They share its bytes and its name.
    private func makeChildren(of delivery: Delivery, _ entries: [DecodeReport.TableEntry]) -> [Delivery] {
        let now = clock.now()
        return entries.enumerated().map { index, entry in
            var child = Delivery(
                id: DeliveryID(at: now, random: &random), parent: delivery.id,
                table: DeliveredTable(index: index, place: entry.place), authority: delivery.authority,
                plugin: delivery.plugin, nameHash: delivery.nameHash, sha256: delivery.sha256, bytes: delivery.bytes,
                status: .claimed, receivedAt: delivery.receivedAt)
            child.gateway = delivery.gateway
            return child
        }
    }

    func claimEntry(of child: Delivery) -> LedgerEntry {
        entry(
            .deliveryClaimed, child.id.text,
            [
                "authority": child.authority.text, "sha256": child.sha256 ?? "", "bytes": "\(child.bytes)",
                "parent": child.parent?.text ?? "", "table": "\(child.table?.number ?? 0)",
            ])
    }
}

extension TableRuling {
    /// Whether another table is of the same dataset and has months in common with this one, where a period is replaced
    /// whole. Append datasets may come in several tables of a period, as they may in several files.
    fileprivate func hasMonths(of period: Period, in other: Ruling, _ reading: Reading) -> Bool {
        guard let index = other.report?.datasetIndex, let dataset = ruling.dataset, let covered = ruling.period,
            reading.compiled.datasets[index].replacement == .period
        else { return false }
        return dataset == other.dataset && covered.overlaps(period)
    }
}
