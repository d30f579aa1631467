import SluiceModel

/// Which columns never fall from row to row, by the bytes of their cells, while at least ten different values are in them:
/// of a table that is not sorted by it, a column that was sorted by itself. Parts of a file add up to what the whole would
/// give; empty cells count for nothing, and of a long cell the beginning.
struct AscendingColumns {
    /// So many values in order are none by accident.
    static var leastValues: Int { 10 }
    private static var byteLimit: Int { 64 }

    private struct Column: BitwiseCopyable {
        let field: Int
        let column: Int
        var isAscending = true
        var values = 0
        var firstCount = 0
        var lastCount = 0
    }

    private var columns: [Column]
    /// `byteLimit` bytes a column: its first value in the part, and its last.
    private let firsts: Flat<UInt8>
    private let lasts: Flat<UInt8>

    init(_ dataset: DatasetPlan, columns: [HeaderMatch.Column], arena: Arena) {
        let used = dataset.usedFields
        self.columns = columns.enumerated().compactMap { column, kind in
            guard case .field(let field) = kind, used.contains(field) else { return nil }
            return Column(field: field, column: column)
        }
        firsts = arena.flat(self.columns.count * AscendingColumns.byteLimit, repeating: 0)
        lasts = arena.flat(self.columns.count * AscendingColumns.byteLimit, repeating: 0)
    }

    mutating func removeAll() {
        for index in columns.indices {
            columns[index] = Column(field: columns[index].field, column: columns[index].column)
        }
    }

    mutating func add(_ batch: RowBatch, count: Int, _ text: Flat<UInt8>) {
        for index in columns.indices where columns[index].isAscending {
            var column = columns[index]
            let place = index &* AscendingColumns.byteLimit
            for row in 0..<count {
                let cell = batch.cell(row, column: column.column)
                let start = Int(cell.start)
                let length = min(Int(cell.end) &- start, AscendingColumns.byteLimit)
                guard length > 0 else { continue }
                if column.values == 0 {
                    firsts.copy(start..<start + length, from: text, to: place)
                    column.firstCount = length
                } else {
                    let order = AscendingColumns.order(lasts, place, column.lastCount, text, start, length)
                    if order == 0 { continue }
                    if order > 0 {
                        column.isAscending = false
                        break
                    }
                }
                column.values &+= 1
                column.lastCount = length
                lasts.copy(start..<start + length, from: text, to: place)
            }
            columns[index] = column
        }
    }

    /// Adds what later rows of the same columns are like.
    mutating func add(_ later: AscendingColumns) {
        for index in columns.indices where columns[index].isAscending {
            let next = later.columns[index]
            let place = index * AscendingColumns.byteLimit
            guard next.isAscending else {
                columns[index].isAscending = false
                continue
            }
            guard next.values > 0 else { continue }
            var shared = 0
            if columns[index].values > 0 {
                let order = AscendingColumns.order(
                    lasts, place, columns[index].lastCount, later.firsts, place, next.firstCount)
                if order > 0 {
                    columns[index].isAscending = false
                    continue
                }
                if order == 0 { shared = 1 }
            }
            columns[index].values += next.values - shared
            columns[index].lastCount = next.lastCount
            lasts.copy(place..<place + next.lastCount, from: later.lasts, to: place)
        }
    }

    /// By field.
    func found(fieldCount: Int) -> [Bool] {
        var found = [Bool](repeating: false, count: fieldCount)
        for column in columns where column.isAscending && column.values >= AscendingColumns.leastValues {
            found[column.field] = true
        }
        return found
    }

    @inline(__always)
    private static func order(
        _ a: Flat<UInt8>, _ start: Int, _ count: Int, _ b: Flat<UInt8>, _ otherStart: Int, _ otherCount: Int
    ) -> Int {
        for offset in 0..<min(count, otherCount) {
            let (left, right) = (a[start &+ offset], b[otherStart &+ offset])
            if left != right { return left < right ? -1 : 1 }
        }
        return count - otherCount
    }
}
