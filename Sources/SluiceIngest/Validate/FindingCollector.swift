import SluiceModel

/// Groups what is wrong by column and rule, and turns the groups into findings at the end.
///
/// Memory is bounded by columns × kinds, whatever the file holds. Collectors of parts of a file merge to what one
/// collector of the whole would hold.
struct FindingCollector {
    /// Findings about the file or its columns, complete as they are.
    private(set) var fileFindings: [Finding] = []
    private let plan: FormatPlan

    /// What the list of a field has near one cell that is not in it.
    struct Look: BitwiseCopyable {
        var row: Int
        /// Entries of the field's code table, −1 for none.
        var entries: (Int32, Int32, Int32)
    }

    /// So many unknown codes of a column are compared with the list. Source: a bound on the work, not on the findings.
    static var lookLimit: Int { 64 }

    private struct Tally {
        /// From 1; 0 for the row.
        var columnNumber: Int
        var kind: FindingKind?
        /// Of a rule between fields, a unique key or a foreign key.
        var index = 0
        var count = 0
        /// The first of them, ascending, each once.
        var rows: [Int] = []
        /// By row, ascending.
        var looks: [Look] = []

        mutating func insert(row: Int) {
            if let last = rows.last, row <= last {
                let place = rows.firstIndex { $0 >= row } ?? rows.endIndex
                if rows[place] == row { return }
                rows.insert(row, at: place)
                if rows.count > Finding.rowLimit { rows.removeLast() }
            } else if rows.count < Finding.rowLimit {
                rows.append(row)
            }
        }

        mutating func insert(_ look: Look) {
            let place =
                looks.last.map { $0.row <= look.row } ?? true
                ? looks.endIndex : looks.firstIndex { $0.row > look.row } ?? looks.endIndex
            guard place < FindingCollector.lookLimit else { return }
            looks.insert(look, at: place)
            if looks.count > FindingCollector.lookLimit { looks.removeLast() }
        }

        /// The entries that came near, the most frequent first, at most three.
        var suggestions: [Int] {
            var counts: [Int32: Int] = [:]
            for look in looks {
                let (first, second, third) = look.entries
                for entry in [first, second, third] where entry >= 0 { counts[entry, default: 0] += 1 }
            }
            return counts.sorted { a, b in a.value != b.value ? a.value > b.value : a.key < b.key }
                .prefix(3).map { Int($0.key) }
        }
    }

    private var tallies: [Tally] = []
    /// Tally of each (column number, kind) and, behind them, of each rule between fields, unique key and foreign key;
    /// −1 while there is none.
    private var tallyIndex: [Int32] = []
    private var columnCount = 0
    private var fieldOfColumn: [Int?] = []
    private var isReadColumn: [Bool] = []
    private var datasetIndex: Int?

    init(plan: FormatPlan) { self.plan = plan }

    private var dataset: DatasetPlan? { datasetIndex.map { plan.datasets[$0] } }

    /// Must precede the first note. `fieldOfColumn` has the field of each column of the file.
    mutating func begin(datasetIndex: Int, fieldOfColumn: [Int?]) {
        self.datasetIndex = datasetIndex
        self.fieldOfColumn = fieldOfColumn
        columnCount = fieldOfColumn.count
        let dataset = plan.datasets[datasetIndex]
        let read = dataset.readFields
        isReadColumn = fieldOfColumn.map { $0.map(read.contains) ?? false }
        tallies = []
        tallyIndex = [Int32](
            repeating: -1,
            count: rulePlace(0) + dataset.rowRules.count + dataset.uniqueKeys.count + dataset.foreignKeys.count)
    }

    private func rulePlace(_ rule: Int) -> Int { (columnCount + 1) * FindingKind.allCases.count + rule }

    // MARK: - Notes

    mutating func begin(_ match: HeaderMatch) {
        begin(
            datasetIndex: match.datasetIndex,
            fieldOfColumn: match.columns.map { if case .field(let field) = $0 { field } else { nil } })
    }

    /// Notes `kind` in a row; `columnNumber` counts from 1 and is 0 for the row as a whole.
    @inline(never)
    mutating func note(_ kind: FindingKind, columnNumber: Int, row: Int) {
        note(at: place(kind, columnNumber), row: row, new: Tally(columnNumber: columnNumber, kind: kind))
    }

    /// Notes `kind` of several rows as a whole, of which `rows` has the first.
    mutating func note(_ kind: FindingKind, rows: [Int], count: Int) {
        let index = tally(at: place(kind, 0), new: Tally(columnNumber: 0, kind: kind))
        tallies[index].count += count
        for row in rows { tallies[index].insert(row: row) }
    }

    /// Notes a broken rule between fields.
    @inline(never)
    mutating func note(rule: Int, row: Int) {
        note(at: rulePlace(rule), row: row, new: Tally(columnNumber: 0, kind: nil, index: rule))
    }

    /// Notes that a row has the values of `DatasetPlan.uniqueKeys[key]` that an earlier row has.
    @inline(never)
    mutating func note(uniqueKey key: Int, row: Int) {
        let place = rulePlace(dataset?.rowRules.count ?? 0) + key
        note(at: place, row: row, new: Tally(columnNumber: 0, kind: .uniqueKeyNotUnique, index: key))
    }

    /// Notes that nothing has the values that a row gives for `DatasetPlan.foreignKeys[key]`.
    @inline(never)
    mutating func note(foreignKey key: Int, row: Int) {
        let place = rulePlace((dataset?.rowRules.count ?? 0) + (dataset?.uniqueKeys.count ?? 0)) + key
        note(at: place, row: row, new: Tally(columnNumber: 0, kind: .referenceMissing, index: key))
    }

    /// Whether an unknown code of the column should still be compared with its list.
    func wantsLook(columnNumber: Int) -> Bool {
        let index = tallyIndex[place(.codeUnknown, columnNumber)]
        return index < 0 || tallies[Int(index)].looks.count < FindingCollector.lookLimit
    }

    /// What came near the unknown code of the row just noted.
    mutating func add(_ look: Look, columnNumber: Int) {
        let index = tallyIndex[place(.codeUnknown, columnNumber)]
        guard index >= 0 else { return }
        tallies[Int(index)].insert(look)
    }

    private func place(_ kind: FindingKind, _ columnNumber: Int) -> Int {
        columnNumber * FindingKind.allCases.count + Int(kind.rawValue)
    }

    private mutating func note(at place: Int, row: Int, new: Tally) {
        let index = tally(at: place, new: new)
        tallies[index].count += 1
        tallies[index].insert(row: row)
    }

    private mutating func tally(at place: Int, new: @autoclosure () -> Tally) -> Int {
        if tallyIndex[place] < 0 {
            tallyIndex[place] = Int32(tallies.count)
            tallies.append(new())
        }
        return Int(tallyIndex[place])
    }

    mutating func add(_ finding: Finding) { fileFindings.append(finding) }

    // MARK: - Parts of a file

    /// Adds what another collector of the same dataset and columns holds, whose row numbers are `rowOffset` too low.
    ///
    /// The order in which parts are merged makes no difference.
    mutating func merge(_ other: FindingCollector, rowOffset: Int) {
        precondition(
            datasetIndex == other.datasetIndex && fieldOfColumn == other.fieldOfColumn,
            "collectors of different columns")
        for finding in other.fileFindings {
            var moved = finding
            moved.rows = finding.rows.map { $0 + rowOffset }
            fileFindings.append(moved)
        }
        for (place, otherIndex) in other.tallyIndex.enumerated() where otherIndex >= 0 {
            let tally = other.tallies[Int(otherIndex)]
            let index = self.tally(
                at: place, new: Tally(columnNumber: tally.columnNumber, kind: tally.kind, index: tally.index))
            tallies[index].count += tally.count
            for row in tally.rows { tallies[index].insert(row: row + rowOffset) }
            for look in tally.looks {
                tallies[index].insert(Look(row: look.row + rowOffset, entries: look.entries))
            }
        }
    }

    /// Forgets all notes and findings, but not the dataset and the columns.
    mutating func removeAll() {
        fileFindings.removeAll()
        guard !tallies.isEmpty else { return }
        tallies.removeAll()
        tallyIndex = [Int32](repeating: -1, count: tallyIndex.count)
    }

    // MARK: - Findings

    /// In the order of `Finding.comesBefore`; `isCut` when there were more than the limit.
    func findings() -> (findings: [Finding], isCut: Bool) {
        var all = fileFindings + tallies.compactMap(finding)
        all.sort(by: Finding.comesBefore)
        let limit = plan.limits.findingLimit
        // What rules on contents found is never cut off for other things: columns are dropped by it.
        if all.count > limit {
            all = all.filter { $0.code == .identifierFound } + all.filter { $0.code != .identifierFound }
        }
        var kept = all.prefix(limit).sorted(by: Finding.comesBefore)
        for index in kept.indices {
            // The headings of a form that has no row for them stand in none.
            kept[index].rows.removeAll { $0 < 1 }
            kept[index].message = FindingMessages.message(for: kept[index], plan: plan, datasetIndex: datasetIndex)
        }
        return (kept, all.count > limit)
    }

    private func finding(_ tally: Tally) -> Finding? {
        guard let kind = tally.kind else {
            guard let rule = dataset?.rowRules[tally.index] else { return nil }
            return Finding(
                rule: FindingRule.rowRule(rule.id), code: .ruleBroken, severity: rule.severity, count: tally.count,
                rows: tally.rows, message: "")
        }
        let columnNumber = tally.columnNumber > 0 ? tally.columnNumber : keyColumn(tally)
        let fieldIndex = columnNumber.flatMap { fieldOfColumn[$0 - 1] }
        let field = fieldIndex.flatMap { dataset?.fields[$0] }
        let arguments: [Int]
        switch kind {
        case .rowRagged: arguments = [columnCount]
        case .codeUnknown: arguments = tally.suggestions
        case .uniqueKeyNotUnique, .referenceMissing: arguments = [tally.index]
        default: arguments = []
        }
        return Finding(
            column: field?.name, columnNumber: columnNumber, rule: kind.rule(field: field, plan: plan),
            code: kind == .healthFieldDropped && field?.privacy != .health ? .disclosureRule : kind.code,
            severity: kind.severity(
                field: field, isRead: tally.columnNumber > 0 && isReadColumn[tally.columnNumber - 1], plan: plan),
            count: tally.count, rows: tally.rows,
            arguments: arguments, message: "")
    }

    /// The number of the only column of a unique or foreign key; nil when it has several.
    private func keyColumn(_ tally: Tally) -> Int? {
        let fields: [Int]?
        switch tally.kind {
        case .uniqueKeyNotUnique: fields = dataset?.uniqueKeys[tally.index]
        case .referenceMissing: fields = dataset?.foreignKeys[tally.index].fields
        default: fields = nil
        }
        guard let fields, fields.count == 1 else { return nil }
        return fieldOfColumn.firstIndex(of: fields[0]).map { $0 + 1 }
    }
}
