import SluiceModel

/// Blank rows that follow each other. Between two records they may be records whose cells somebody wiped; at the end, under
/// the headings and beside footers they are how spreadsheets and reports look.
struct BlankRows {
    private(set) var count = 0
    /// The first of them.
    private(set) var rows: [Int] = []

    mutating func add(_ row: Int) {
        count &+= 1
        if rows.count < Finding.rowLimit { rows.append(row) }
    }

    mutating func add(_ later: BlankRows, rowOffset: Int) {
        count += later.count
        rows += later.rows.prefix(Finding.rowLimit - rows.count).map { $0 + rowOffset }
    }

    mutating func removeAll() {
        count = 0
        rows.removeAll(keepingCapacity: true)
    }

    /// What a row is that blank ones stand beside.
    enum Neighbour { case record, other }

    /// Puts them on record once it is known what stands on both sides, and forgets them.
    mutating func settle(between first: Neighbour, and second: Neighbour, in collector: inout FindingCollector) {
        guard count > 0 else { return }
        let kind: FindingKind = first == .record && second == .record ? .rowEmptyBetween : .rowEmpty
        collector.note(kind, rows: rows, count: count)
        removeAll()
    }
}
