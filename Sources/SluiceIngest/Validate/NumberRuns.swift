import SluiceModel

/// Runs of rows in which a column of numbers goes on by the same step, as a spreadsheet's fill handle leaves it. Parts of
/// a file add up to what the whole would give.
struct NumberRuns: BitwiseCopyable {
    let field: Int
    /// From 1.
    let columnNumber: Int
    /// Each number is one more than the one before.
    var climbing: Run
    /// Each number is the same.
    var level: Run

    /// So many rows are no accident. Source: engineering choice; twenty ages or counts that happen to go up by one, each
    /// row by row, are not met, while small counts repeat more often.
    static var climbingLimit: Int { 20 }
    static var levelLimit: Int { 30 }
    /// Smaller counts repeat by chance, and where a table is sorted by them.
    static var leastLevel: Int { 5 }

    struct Run: BitwiseCopyable {
        let step: Int
        let limit: Int
        private var count = 0
        private var firstRow = 0
        private var first = Int.min
        private var last = Int.min
        /// Rows of the run that the part begins with, and of the one it ends with.
        private var head = 0
        private var tail = 0
        private var tailRow = 0
        /// The first run that is long enough, without the one that the part begins with.
        private var found: (row: Int, count: Int) = (-1, 0)

        init(step: Int, limit: Int) {
            self.step = step
            self.limit = limit
        }

        /// The first long run of the whole; −1 for none.
        var firstFound: (row: Int, count: Int) { head >= limit ? (firstRow, head) : found }
        /// The same, without the run that begins with the first row.
        var laterFound: (row: Int, count: Int) { found }

        @inline(__always)
        private func goesOn(to value: Int) -> Bool { value != .min && last != .min && value == last &+ step }

        /// `value`: `Int.min` where there is no number.
        @inline(__always)
        mutating func add(_ value: Int, row: Int) {
            if count == 0 {
                (first, firstRow, tailRow) = (value, row, row)
                (head, tail) = (1, 1)
            } else if goesOn(to: value) {
                if head == count { head &+= 1 }
                tail &+= 1
                if tail >= limit { note() }
            } else {
                (tail, tailRow) = (1, row)
            }
            last = value
            count &+= 1
        }

        private mutating func note() {
            guard tailRow != firstRow else { return }
            if found.row < 0 { found.row = tailRow }
            if found.row == tailRow { found.count = tail }
        }

        /// Adds later rows, whose numbers are `rowOffset` too low.
        mutating func add(_ later: Run, rowOffset: Int) {
            guard later.count > 0 else { return }
            guard count > 0 else {
                self = later
                firstRow += rowOffset
                tailRow += rowOffset
                if found.row >= 0 { found.row += rowOffset }
                return
            }
            if goesOn(to: later.first) {
                if head == count { head += later.head }
                tail += later.head
            } else {
                (tail, tailRow) = (later.head, later.firstRow + rowOffset)
            }
            if tail >= limit { note() }
            if found.row < 0, later.found.row >= 0 { found = (later.found.row + rowOffset, later.found.count) }
            if later.head < later.count { (tail, tailRow) = (later.tail, later.tailRow + rowOffset) }
            last = later.last
            count += later.count
        }
    }

    private init(field: Int, columnNumber: Int, unit: Int) {
        self.field = field
        self.columnNumber = columnNumber
        climbing = Run(step: unit, limit: NumberRuns.climbingLimit)
        level = Run(step: 0, limit: NumberRuns.levelLimit)
    }

    /// Of the columns that hold counts and ages.
    static func all(of dataset: DatasetPlan, plan: FormatPlan, columns: [HeaderMatch.Column]) -> [NumberRuns] {
        var fields: Set<Int> = []
        if case .counts(let field) = dataset.output.kind { fields.insert(field) }
        for column in dataset.output.columns where plan.dimensions[column.dimension].id == "age" {
            for case .band(let field, _) in column.sources { fields.insert(field) }
        }
        return fields.sorted().compactMap { field in
            let type = dataset.fields[field].type
            guard type == .integer || type == .number,
                let column = columns.firstIndex(where: { if case .field(field) = $0 { true } else { false } })
            else { return nil }
            return NumberRuns(field: field, columnNumber: column + 1, unit: type == .number ? 1000 : 1)
        }
    }

    mutating func add(_ batch: RowBatch, count: Int) {
        var (climbing, level) = (climbing, level)
        for row in 0..<count {
            let value = batch[row, field]
            let number = value.state == .good ? value.value : .min
            climbing.add(number, row: batch.lines[row])
            level.add(number >= NumberRuns.leastLevel ? number : .min, row: batch.lines[row])
        }
        (self.climbing, self.level) = (climbing, level)
    }

    mutating func add(_ later: NumberRuns, rowOffset: Int) {
        climbing.add(later.climbing, rowOffset: rowOffset)
        level.add(later.level, rowOffset: rowOffset)
    }

    mutating func removeAll() {
        climbing = Run(step: climbing.step, limit: climbing.limit)
        level = Run(step: 0, limit: level.limit)
    }

    /// What is to be said of the column.
    func finding(_ dataset: DatasetPlan) -> Finding? {
        let isCount = dataset.output.kind == .counts(countField: field)
        let isSeries = climbing.firstFound.row >= 0
        let run = isSeries ? climbing.firstFound : level.laterFound
        guard isSeries || isCount, run.row >= 0 else { return nil }
        return Finding(
            column: dataset.fields[field].name, columnNumber: columnNumber, rule: FindingRule.series,
            code: .columnFilled, severity: .warning, count: run.count, rows: [run.row],
            arguments: [isSeries ? 1 : 0], message: "")
    }
}
