import SluiceModel

/// What a whole table is like, for a comparison with earlier ones of its sender. Parts of a file add up to what the whole
/// would give.
struct TableShape {
    private(set) var ascending: AscendingColumns
    private(set) var unread: UnreadColumns
    private(set) var days: EventDays

    init(_ dataset: DatasetPlan, columns: [HeaderMatch.Column], arena: Arena) {
        ascending = AscendingColumns(dataset, columns: columns, arena: arena)
        unread = UnreadColumns(dataset, columns: columns)
        days = EventDays(dataset, columns: columns)
    }

    mutating func removeAll() {
        ascending.removeAll()
        unread.removeAll()
        days.removeAll()
    }

    mutating func add(_ batch: RowBatch, count: Int, _ text: Flat<UInt8>) {
        ascending.add(batch, count: count, text)
        unread.add(batch, count: count)
        days.add(batch, count: count)
    }

    /// Adds what later rows of the same columns are like, whose numbers are `rowOffset` too low.
    mutating func add(_ later: TableShape, rowOffset: Int) {
        ascending.add(later.ascending)
        unread.add(later.unread, rowOffset: rowOffset)
        days.add(later.days)
    }
}

/// The first row with anything in each column that the schema names and nobody reads: what slips by a cell may end in one.
struct UnreadColumns {
    private struct Column: BitwiseCopyable {
        let field: Int
        let column: Int
        /// −1 for none.
        var firstRow = -1
    }

    private var columns: [Column]

    init(_ dataset: DatasetPlan, columns: [HeaderMatch.Column]) {
        let used = dataset.usedFields
        self.columns = columns.enumerated().compactMap { column, kind in
            guard case .field(let field) = kind, !used.contains(field) else { return nil }
            return Column(field: field, column: column)
        }
    }

    mutating func removeAll() {
        for index in columns.indices { columns[index].firstRow = -1 }
    }

    mutating func add(_ batch: RowBatch, count: Int) {
        for index in columns.indices where columns[index].firstRow < 0 {
            let column = columns[index].column
            for row in 0..<count {
                let cell = batch.cell(row, column: column)
                guard cell.start != cell.end else { continue }
                columns[index].firstRow = batch.lines[row]
                break
            }
        }
    }

    mutating func add(_ later: UnreadColumns, rowOffset: Int) {
        for index in columns.indices where columns[index].firstRow < 0 && later.columns[index].firstRow >= 0 {
            columns[index].firstRow = later.columns[index].firstRow + rowOffset
        }
    }

    /// By field: the row's number, 0 where there is none, nil where the column is read or is not there.
    func firstRows(fieldCount: Int) -> [Int?] {
        var rows = [Int?](repeating: nil, count: fieldCount)
        for column in columns { rows[column.field] = max(0, column.firstRow) }
        return rows
    }
}

/// The days that stand in each column of dates.
struct EventDays {
    private let fields: [Int]
    /// For each of them, one behind the other, a bit for each day of `Minimiser.knownMonths`.
    private var bits: [UInt64]

    private static let range: Range<Int> = {
        let known = Minimiser.knownMonths
        let (first, last) = (CivilMonth(index: known.lowerBound)!, CivilMonth(index: known.upperBound)!)
        return first.firstDay.dayNumber..<last.next.firstDay.dayNumber
    }()
    private static let words = range.count / 64 + 1

    init(_ dataset: DatasetPlan, columns: [HeaderMatch.Column]) {
        fields = dataset.fields.indices.filter { field in
            let type = dataset.fields[field].type
            return (type == .date || type == .datetime) && columns.contains(.field(field))
        }
        bits = [UInt64](repeating: 0, count: fields.count * EventDays.words)
    }

    mutating func removeAll() {
        for index in bits.indices { bits[index] = 0 }
    }

    mutating func add(_ batch: RowBatch, count: Int) {
        let range = EventDays.range
        for (index, field) in fields.enumerated() {
            let start = index &* EventDays.words
            for row in 0..<count where batch[row, field].state == .good {
                let day = Int(batch[row, field].time.day)
                guard range.contains(day) else { continue }
                let place = day &- range.lowerBound
                bits[start &+ place &>> 6] |= 1 &<< UInt64(place & 63)
            }
        }
    }

    mutating func add(_ later: EventDays) {
        for index in bits.indices { bits[index] |= later.bits[index] }
    }

    /// By field: days of the period, as far as they have begun, before the first that stands in the column and after the
    /// last. Nil where none does.
    func empty(in period: Period, until today: CivilDate, fieldCount: Int) -> [EmptyDays?] {
        var found = [EmptyDays?](repeating: nil, count: fieldCount)
        let end = min(period.last.next.firstDay, today.adding(days: 1))
        guard period.first.firstDay < end else { return found }
        let days = (period.first.firstDay.dayNumber..<end.dayNumber).clamped(to: EventDays.range)
        for (index, field) in fields.enumerated() {
            func stands(_ day: Int) -> Bool {
                let place = day - EventDays.range.lowerBound
                return bits[index * EventDays.words + place >> 6] >> UInt64(place & 63) & 1 == 1
            }
            guard let first = days.first(where: stands), let last = days.last(where: stands) else { continue }
            found[field] = EmptyDays(
                atStart: first - days.lowerBound, atEnd: days.upperBound - 1 - last, of: days.count)
        }
        return found
    }
}
