import SluiceModel
import SluiceReaders

/// The one table of a delivered file that is read: that which was asked for, or the only one whose header fits.
struct TableChoice {
    let opening: Opening
    /// All tables whose headers fit, in the file's order.
    private(set) var recognised: [DecodeReport.TableEntry] = []
    /// Those of them that can be read, where foreign keys may refer to them.
    private(set) var targets: [References.Target] = []
    /// Where the opening lives.
    let arena: Arena

    init(plan: FormatPlan, tables: [DeliveredTable]) throws(ReaderError) {
        var chosen: (opening: Opening, arena: Arena)?
        var unread: (opening: Opening, arena: Arena)?
        var unreadRank = Int.max
        var chosenIndex: Int?
        var others: [DeliveredTable] = []
        let hasReferences = plan.datasets.contains { !$0.foreignKeys.isEmpty }
        for (index, table) in tables.enumerated() {
            let arena = Arena()
            let opening = try Opening(plan: plan, table: table, arena: arena)
            if opening.collector.fileFindings.contains(where: { $0.severity == .refusal }) {
                (self.opening, self.arena) = (opening, arena)
                return
            }
            if case .unreadable = opening.outcome {
                // What is said of a file that holds no table is said of its first place that holds anything, and of one
                // that could be seen before one that could not.
                let rank = (table.isHidden ? 2 : 0) + (opening.isEmpty ? 1 : 0)
                if unread == nil || rank < unreadRank {
                    unread = (opening, arena)
                    unreadRank = rank
                }
                others.append(table)
            } else {
                recognised.append(
                    DecodeReport.TableEntry(
                        memberPosition: table.memberPosition, sheetPosition: table.sheetPosition,
                        datasetIndex: opening.datasetIndex ?? 0))
                if hasReferences, case .open(let match, _) = opening.outcome, let reading = opening.reading {
                    targets.append(References.Target(match: match, reading: reading))
                }
                if recognised.count - 1 == plan.tableIndex ?? 0 {
                    chosen = (opening, arena)
                    chosenIndex = index
                }
            }
        }
        guard var chosen = chosen ?? unread else {
            var collector = FindingCollector(plan: plan)
            collector.add(Finding(rule: FindingRule.container, code: .containerEmpty, severity: .fatal, message: ""))
            arena = Arena()
            opening = Opening(plan: plan, collector: collector)
            return
        }
        if plan.refusesPatients {
            for aside in tables.flatMap(\.asides) {
                if let finding = try PatientScan.finding(in: try aside.open()) { chosen.opening.refuse(finding) }
            }
            try TableChoice.refusePatients(
                in: others, besides: chosenIndex.map { tables[$0] }, &chosen.opening, plan: plan)
        }
        if chosenIndex != nil { TableChoice.note(others, in: &chosen.opening) }
        (opening, arena) = chosen
    }

    /// Looks where the gate does not: in places that are passed over, in notes beside cells, and in all of a table that
    /// is not read on.
    ///
    /// - Throws: where a table is to be read although another place cannot be looked into.
    private static func refusePatients(
        in others: [DeliveredTable], besides table: DeliveredTable?, _ opening: inout Opening, plan: FormatPlan
    ) throws(ReaderError) {
        var unseen = others
        var isOpen = false
        if case .open = opening.outcome { isOpen = true }
        if let table, !isOpen || table.bytes != nil { unseen.append(table) }
        for table in unseen {
            do throws(ReaderError) {
                if let finding = try PatientScan.finding(in: table, plan: plan) {
                    opening.refuse(finding)
                    return
                }
                // The others were opened, and their headings seen.
                if let reading = table.readings.first, reading.datasets.isEmpty {
                    try opening.refuseHeading(of: reading)
                }
            } catch .unreadable where !isOpen {
                // The file is rejected whatever else it holds.
                continue
            }
        }
    }

    /// Puts the places that were passed over on record.
    private static func note(_ others: [DeliveredTable], in opening: inout Opening) {
        let hidden = others.count { $0.isHidden }
        let sheets = others.count { !$0.isHidden && $0.sheetPosition > 0 }
        let members = others.count - hidden - sheets
        func note(_ code: FindingCode, _ rule: String, _ severity: Severity, _ count: Int) {
            guard count > 0 else { return }
            opening.add(Finding(rule: rule, code: code, severity: severity, count: count, message: ""))
        }
        note(.sheetHidden, FindingRule.sheet, .warning, hidden)
        note(.sheetIgnored, FindingRule.sheet, .note, sheets)
        note(.memberIgnored, FindingRule.container, .note, members)
    }
}
