import Glibc
import SluiceModel

/// Which columns never fall from row to row, though so many other orders were possible that it is no accident: of a table
/// that is not sorted by it, a column that was sorted by itself. Cells are compared by their bytes, and dates and times by
/// what they say as well, for some notations sort otherwise. Parts of a file add up to what the whole would give; empty
/// cells may stand anywhere, but all at one end is an order too; of a long cell the beginning counts.
struct AscendingColumns {
    private static var byteLimit: Int { 64 }

    /// Values that never fall, in runs of equal ones.
    private struct Order: BitwiseCopyable {
        var isAscending = true
        private var count = 0
        /// Of the first run, once it has ended, and of the last one.
        private var head = 0
        private var tail = 0
        /// The logarithms of the factorials of the lengths of the others.
        private var between = 0.0

        var isEmpty: Bool { count == 0 }

        @inline(__always)
        mutating func add(isNew: Bool) {
            count &+= 1
            if isNew {
                endTail()
                tail = 1
            } else {
                tail &+= 1
            }
        }

        private mutating func endTail() {
            if head == 0 { head = tail } else if tail > 1 { between += Order.factorial(tail) }
        }

        /// Adds what comes after it.
        mutating func add(_ later: Order, isNew: Bool) {
            guard count > 0 else {
                self = later
                return
            }
            count += later.count
            if isNew { endTail() }
            let before = isNew ? 0 : tail
            tail = before + later.tail
            guard later.head > 0 else { return }
            // The first run of what comes after ends within it.
            tail = before + later.head
            endTail()
            between += later.between
            tail = later.tail
        }

        /// Of all orders of the values, and of the empty cells among them, less than one in ten thousand is ascending.
        func isNoAccident(_ blanks: Blanks = Blanks()) -> Bool {
            guard isAscending, count > 0 else { return false }
            let ways = Order.factorial(count) - Order.factorial(head) - Order.factorial(tail) - between
            let empty = blanks.atOneEnd
            let places = Order.factorial(count + empty) - Order.factorial(count) - Order.factorial(empty)
            return ways + places > 9.21
        }

        private static func factorial(_ number: Int) -> Double { lgamma(Double(number) + 1) }
    }

    /// Empty cells of a column.
    private struct Blanks: BitwiseCopyable {
        private var hasValue = false
        private var before = 0
        private var after = 0
        private var areInside = false

        mutating func addEmpty() {
            if hasValue { after &+= 1 } else { before &+= 1 }
        }

        @inline(__always)
        mutating func addValue() {
            if after > 0 {
                areInside = true
                after = 0
            }
            hasValue = true
        }

        /// Adds what comes after it.
        mutating func add(_ later: Blanks) {
            if !hasValue { before += later.before } else { after += later.before }
            guard later.hasValue else { return }
            addValue()
            after = later.after
            areInside = areInside || later.areInside
        }

        /// How many, where all of them stand before the first value or behind the last; else 0.
        var atOneEnd: Int { areInside || before > 0 && after > 0 ? 0 : before + after }
    }

    private struct Column: BitwiseCopyable {
        let field: Int
        let column: Int
        var order = Order()
        var blanks = Blanks()
        var firstCount = 0
        var lastCount = 0
    }

    /// A column of dates or times, by what they say.
    private struct Times: BitwiseCopyable {
        let field: Int
        var order = Order()
        var first = 0
        var last = 0
    }

    private var columns: [Column]
    private var times: [Times]
    /// `byteLimit` bytes a column: its first value in the part, and its last.
    private let firsts: Flat<UInt8>
    private let lasts: Flat<UInt8>

    init(_ dataset: DatasetPlan, columns: [HeaderMatch.Column], arena: Arena) {
        let used = dataset.usedFields
        self.columns = columns.enumerated().compactMap { column, kind in
            guard case .field(let field) = kind, used.contains(field) else { return nil }
            return Column(field: field, column: column)
        }
        times = self.columns.filter { dataset.fields[$0.field].type.isTemporal }.map { Times(field: $0.field) }
        firsts = arena.flat(self.columns.count * AscendingColumns.byteLimit, repeating: 0)
        lasts = arena.flat(self.columns.count * AscendingColumns.byteLimit, repeating: 0)
    }

    mutating func removeAll() {
        for index in columns.indices {
            columns[index] = Column(field: columns[index].field, column: columns[index].column)
        }
        for index in times.indices { times[index] = Times(field: times[index].field) }
    }

    mutating func add(_ batch: RowBatch, count: Int, _ text: Flat<UInt8>) {
        for index in columns.indices where columns[index].order.isAscending {
            var column = columns[index]
            let place = index &* AscendingColumns.byteLimit
            // Of the last value, once it stands in this batch: it is kept only when the batch ends.
            var last = -1
            for row in 0..<count {
                let cell = batch.cell(row, column: column.column)
                let start = Int(cell.start)
                let length = min(Int(cell.end) &- start, AscendingColumns.byteLimit)
                guard length > 0 else {
                    column.blanks.addEmpty()
                    continue
                }
                column.blanks.addValue()
                var order = -1
                if column.order.isEmpty {
                    firsts.copy(start..<start + length, from: text, to: place)
                    column.firstCount = length
                } else if last < 0 {
                    order = AscendingColumns.order(lasts, place, column.lastCount, text, start, length)
                } else {
                    order = AscendingColumns.order(text, last, column.lastCount, text, start, length)
                }
                if order > 0 {
                    column.order.isAscending = false
                    break
                }
                column.order.add(isNew: order < 0)
                (last, column.lastCount) = (start, length)
            }
            if last >= 0 { lasts.copy(last..<last + column.lastCount, from: text, to: place) }
            columns[index] = column
        }
        for index in times.indices where times[index].order.isAscending {
            var column = times[index]
            for row in 0..<count where batch[row, column.field].state == .good {
                let value = batch[row, column.field].value
                if column.order.isEmpty {
                    (column.first, column.last) = (value, value)
                } else if value < column.last {
                    column.order.isAscending = false
                    break
                }
                column.order.add(isNew: column.order.isEmpty || value > column.last)
                column.last = value
            }
            times[index] = column
        }
    }

    /// Adds what later rows of the same columns are like.
    mutating func add(_ later: AscendingColumns) {
        for index in columns.indices where columns[index].order.isAscending {
            let next = later.columns[index]
            let place = index * AscendingColumns.byteLimit
            guard next.order.isAscending else {
                columns[index].order.isAscending = false
                continue
            }
            columns[index].blanks.add(next.blanks)
            guard !next.order.isEmpty else { continue }
            var order = -1
            if columns[index].order.isEmpty {
                columns[index].firstCount = next.firstCount
                firsts.copy(place..<place + next.firstCount, from: later.firsts, to: place)
            } else {
                order = AscendingColumns.order(
                    lasts, place, columns[index].lastCount, later.firsts, place, next.firstCount)
                if order > 0 {
                    columns[index].order.isAscending = false
                    continue
                }
            }
            columns[index].order.add(next.order, isNew: order < 0)
            columns[index].lastCount = next.lastCount
            lasts.copy(place..<place + next.lastCount, from: later.lasts, to: place)
        }
        for (index, next) in later.times.enumerated() where times[index].order.isAscending {
            guard next.order.isAscending else {
                times[index].order.isAscending = false
                continue
            }
            guard !next.order.isEmpty else { continue }
            if times[index].order.isEmpty { times[index].first = next.first }
            if !times[index].order.isEmpty, next.first < times[index].last {
                times[index].order.isAscending = false
                continue
            }
            times[index].order.add(next.order, isNew: times[index].order.isEmpty || next.first > times[index].last)
            times[index].last = next.last
        }
    }

    /// By field.
    func found(fieldCount: Int) -> [Bool] {
        var found = [Bool](repeating: false, count: fieldCount)
        for column in columns where column.order.isNoAccident(column.blanks) { found[column.field] = true }
        for column in times where column.order.isNoAccident() { found[column.field] = true }
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
