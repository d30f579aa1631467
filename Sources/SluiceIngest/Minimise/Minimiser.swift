import SluiceModel

/// Turns judged rows into codes of the shared model, and a block's worth of them into a `RecordBlock`.
///
/// Nothing but codes, months, counts and the one identifier to link by is kept of a row.
struct Minimiser {
    /// Rows in the block that is being filled.
    private(set) var rowCount = 0
    private(set) var linkedRowCount = 0
    /// Months the sealed rows lie in, by the plan's period.
    private(set) var months: Months

    private let columns: Flat<Column>
    private let sources: Flat<Source>
    private let countField: Int
    private let counts: Flat<UInt32>
    /// The field to link by; −1 for none.
    let linkField: Int
    /// Where people are linked by name: forename and date of birth.
    let linkMore: [Int]
    private let linkCheck: CheckDigit?
    /// `linkStride` bytes a row: length and identifier.
    private let links: Flat<UInt8>
    private let periodFrom: Int
    private let periodTo: Int
    /// What is added to reach a period's last month: 11 for a field that holds a year.
    private let periodToSpan: Int
    private let rowMonths: Flat<MonthPair>
    /// Rows of the batch at hand that are kept.
    private let kept: Flat<Int>
    private let currentYear: Int

    private static var linkStride: Int { LinkIdentifiers.identifierLimitBytes + 1 }
    /// What the wire lets through: 1900-01 to 2200-12. A month outside is no month an event was recorded in.
    static var knownMonths: ClosedRange<Int> { 1900 * 12...2200 * 12 + 11 }

    private struct Column: BitwiseCopyable {
        let dimension: Int
        let width: Int
        /// Place of the first source in `sources`, and of the one behind the last.
        let firstSource: Int
        let endSource: Int
        let staged: Flat<UInt32>
    }

    /// Months of a row that count towards the period; 0 for none.
    fileprivate struct MonthPair: BitwiseCopyable, Hashable {
        var first: Int32
        var last: Int32
    }

    init(plan: FormatPlan, dataset: DatasetPlan, arena: Arena) {
        let rows = plan.limits.blockRows
        var sources: [Source] = []
        var columns: [Column] = []
        for column in dataset.output.columns {
            let first = sources.count
            sources += column.sources.map { Source($0, arena: arena) }
            columns.append(
                Column(
                    dimension: column.dimension,
                    width: RecordBlock.width(codeCount: plan.dimensions[column.dimension].codeCount),
                    firstSource: first, endSource: sources.count,
                    staged: arena.flat(rows, repeating: 0)))
        }
        self.columns = arena.flat(columns)
        self.sources = arena.flat(sources)
        if case .counts(let field) = dataset.output.kind {
            countField = field
            counts = arena.flat(rows, repeating: 0)
        } else {
            countField = -1
            counts = arena.empty()
        }
        linkField = dataset.output.linkField ?? -1
        linkMore = dataset.output.linkMore
        linkCheck = dataset.output.linkField.flatMap { dataset.fields[$0].check }
        links = linkField >= 0 ? arena.flat(rows * Minimiser.linkStride, repeating: 0) : arena.empty()
        switch dataset.period {
        case .field(let field, _): (periodFrom, periodTo) = (field, field)
        case .fields(let from, let to): (periodFrom, periodTo) = (from, to)
        case .none: (periodFrom, periodTo) = (-1, -1)
        }
        months = Months()
        periodToSpan = periodTo >= 0 && dataset.fields[periodTo].type == .year ? 11 : 0
        rowMonths = arena.flat(rows, repeating: MonthPair(first: 0, last: 0))
        kept = arena.flat(RowBatch.rowLimit, repeating: 0)
        currentYear = plan.today.parts.year
    }

    /// Adds those of the batch's first `count` rows that are not rejected, in their order.
    mutating func add(_ batch: RowBatch, count: Int) {
        var keptCount = 0
        for row in 0..<count where !batch.isRejected[row] {
            kept[keptCount] = row
            keptCount &+= 1
        }
        let kept = kept.part(from: 0, count: keptCount)
        for column in 0..<columns.count {
            let codes = columns[column].staged.part(from: rowCount, count: keptCount)
            let first = columns[column].firstSource
            guard first < columns[column].endSource else {
                for place in 0..<keptCount { codes[place] = 0 }
                continue
            }
            sources[first].fill(codes, kept, batch)
            for index in first &+ 1..<columns[column].endSource { sources[index].complete(codes, kept, batch) }
        }
        for place in 0..<keptCount {
            let row = kept[place]
            let index = rowCount &+ place
            if countField >= 0 {
                let value = batch[row, countField]
                counts[index] =
                    value.state == .good ? UInt32(truncatingIfNeeded: value.value) : RecordBlock.countHidden
            }
            if periodFrom >= 0 {
                rowMonths[index] = MonthPair(
                    first: month(batch[row, periodFrom], adding: 0),
                    last: month(batch[row, periodTo], adding: periodToSpan))
            }
        }
        rowCount &+= keptCount
    }

    @inline(__always)
    private func month(_ value: FieldValue, adding span: Int) -> Int32 {
        guard value.state == .good else { return 0 }
        let month = Int(value.time.month) &+ span
        return Minimiser.knownMonths.contains(month) ? Int32(truncatingIfNeeded: month) : 0
    }

    /// Gives a row that was added its identifier: the cell's, nil when it has none that may be linked by.
    func link(_ row: Int, _ text: Flat<UInt8>, _ cell: RowScanner.Cell?) {
        let offset = row * Minimiser.linkStride
        links[offset] = 0
        guard let cell, var identifier = Identifier(text, Int(cell.start), Int(cell.end), check: linkCheck),
            identifier.count > 0
        else { return }
        if let linkCheck { guard case .valid = identifier.judge(linkCheck, year: currentYear) else { return } }
        links[offset] = UInt8(identifier.count)
        for index in 0..<identifier.count { links[offset + 1 + index] = identifier[index] }
    }

    /// Gives a row that was added its person: surname, first forename and day of birth in one form. None where a part is
    /// missing, or a name has no letter of the Latin alphabet.
    func link(_ row: Int, _ text: Flat<UInt8>, surname: RowScanner.Cell?, forename: RowScanner.Cell?, birth: FieldValue)
    {
        let offset = row * Minimiser.linkStride
        links[offset] = 0
        guard let surname, let forename, birth.state == .good else { return }
        let last = PersonName.normalised(text.bytes(Int(surname.start)..<Int(surname.end)), isFirstWordOnly: false)
        let first = PersonName.normalised(text.bytes(Int(forename.start)..<Int(forename.end)), isFirstWordOnly: true)
        guard !last.isEmpty, !first.isEmpty else { return }
        let bytes =
            last.prefix(24) + [UInt8(ascii: "|")] + first.prefix(24) + [UInt8(ascii: "|")]
            + Array("\(birth.time.day)".utf8)
        guard bytes.count <= LinkIdentifiers.identifierLimitBytes else { return }
        links[offset] = UInt8(bytes.count)
        for (index, byte) in bytes.enumerated() { links[offset + 1 + index] = byte }
    }

    /// What one row of the block became, to be put into a later block or thrown away.
    struct Held {
        fileprivate var codes: [UInt32]
        fileprivate var count: UInt32
        fileprivate var link: [UInt8]
        fileprivate var months: MonthPair
    }

    func held(_ row: Int) -> Held {
        let offset = row * Minimiser.linkStride
        return Held(
            codes: (0..<columns.count).map { columns[$0].staged[row] },
            count: countField >= 0 ? counts[row] : 0,
            link: linkField >= 0 ? links.bytes(offset..<offset + 1 + Int(links[offset])) : [], months: rowMonths[row])
    }

    /// Adds a row that was taken out. The block must not be full.
    mutating func add(_ held: Held) {
        for (column, code) in held.codes.enumerated() { columns[column].staged[rowCount] = code }
        if countField >= 0 { counts[rowCount] = held.count }
        for (index, byte) in held.link.enumerated() { links[rowCount * Minimiser.linkStride + index] = byte }
        rowMonths[rowCount] = held.months
        rowCount += 1
    }

    var isFull: Bool { rowCount == rowMonths.count }

    /// Throws the block away.
    mutating func removeAll() { rowCount = 0 }

    /// Takes the rows at `indices`, ascending, out of the block again.
    mutating func remove(_ indices: [Int]) {
        guard var write = indices.first else { return }
        for (place, index) in indices.enumerated() {
            let stay = index + 1..<(place + 1 < indices.count ? indices[place + 1] : rowCount)
            for column in 0..<columns.count { columns[column].staged.move(stay, to: write) }
            if countField >= 0 { counts.move(stay, to: write) }
            if linkField >= 0 {
                let stride = Minimiser.linkStride
                links.move(stay.lowerBound * stride..<stay.upperBound * stride, to: write * stride)
            }
            rowMonths.move(stay, to: write)
            write += stay.count
        }
        rowCount = write
    }

    /// The block and its identifiers; nil when it is empty. The next row begins a new one.
    mutating func seal() -> (block: RecordBlock, links: LinkIdentifiers?)? {
        let rows = rowCount
        guard rows > 0 else { return nil }
        rowCount = 0
        foldMonths(rows)
        let block = RecordBlock(
            rowCount: rows,
            columns: (0..<columns.count).map { index in
                let column = columns[index]
                return RecordBlock.Column(
                    dimension: column.dimension, width: column.width,
                    bytes: column.staged.packed(rows: rows, width: column.width))
            },
            counts: countField >= 0 ? counts.packed(rows: rows, width: 4) : [])
        guard linkField >= 0 else { return (block, nil) }
        // Moved together: each row's identifier behind the one before.
        var end = 0
        for row in 0..<rows {
            let offset = row * Minimiser.linkStride
            let length = Int(links[offset])
            if length > 0 { linkedRowCount += 1 }
            links.move(offset..<offset + 1 + length, to: end)
            end += 1 + length
        }
        return (block, LinkIdentifiers(bytes: links.bytes(0..<end)))
    }

    private mutating func foldMonths(_ rows: Int) {
        guard periodFrom >= 0 else { return }
        for row in 0..<rows { months.add(first: Int(rowMonths[row].first), last: Int(rowMonths[row].last)) }
    }

    /// The months that rows lie in.
    struct Months {
        /// Rows by the one month they are of, from the first of `knownMonths`.
        private var rows: [Int]
        /// Rows by the months that they state, where those are several.
        private var stated: [MonthPair: Int] = [:]
        /// Further rows, of periods that are too many to be told apart.
        private var hasMore = false
        private var first = Int.max
        private var last = Int.min

        fileprivate init() { rows = [Int](repeating: 0, count: Minimiser.knownMonths.count) }

        /// Those of several minimisers together.
        init(_ minimisers: [Minimiser]) {
            self.init()
            for months in minimisers.map(\.months) {
                first = min(first, months.first)
                last = max(last, months.last)
                hasMore = hasMore || months.hasMore
                for index in rows.indices { rows[index] += months.rows[index] }
                for (pair, count) in months.stated { state(pair, count) }
            }
        }

        /// 0 stands for none.
        @inline(__always)
        fileprivate mutating func add(first: Int, last: Int) {
            if first > 0, first < self.first { self.first = first }
            if last > 0, last > self.last { self.last = last }
            guard first > 0, last > 0 else { return }
            if first == last {
                rows[first &- Minimiser.knownMonths.lowerBound] &+= 1
            } else {
                state(MonthPair(first: Int32(first), last: Int32(last)), 1)
            }
        }

        private mutating func state(_ pair: MonthPair, _ count: Int) {
            if let known = stated[pair] {
                stated[pair] = known + count
            } else if stated.count < PeriodSpan.limit {
                stated[pair] = count
            } else {
                hasMore = true
            }
        }

        /// What the rows say, each once, ascending; empty where it is too much to be told apart. What ends before it
        /// begins says nothing.
        var spans: [PeriodSpan] {
            var spans: [PeriodSpan] = []
            func add(_ first: Int, _ last: Int, _ count: Int) {
                guard let first = CivilMonth(index: first), let last = CivilMonth(index: last),
                    let period = Period(first: first, last: last)
                else { return }
                spans.append(PeriodSpan(period: period, rows: count))
            }
            for (index, count) in rows.enumerated() where count > 0 {
                let month = index + Minimiser.knownMonths.lowerBound
                add(month, month, count)
            }
            for (pair, count) in stated { add(Int(pair.first), Int(pair.last), count) }
            guard !hasMore, spans.count <= PeriodSpan.limit else { return [] }
            return spans.sorted { ($0.period.first, $0.period.last) < ($1.period.first, $1.period.last) }
        }

        private func isCovered(_ month: Int) -> Bool {
            rows[month - Minimiser.knownMonths.lowerBound] > 0
                || stated.keys.contains { Int($0.first) == month || Int($0.last) == month }
        }

        /// The reporting period, in whole units as far as they are over: nobody can send what has not happened yet. Nil
        /// when no row had a month.
        func period(_ plan: PeriodPlan, until today: CivilMonth) -> Period? {
            guard first <= last else { return nil }
            func month(_ index: Int) -> CivilMonth {
                let known = Minimiser.knownMonths
                return CivilMonth(index: max(known.lowerBound, min(known.upperBound, index)))!
            }
            let (first, last) = (month(first), month(last))
            guard case .field(_, let unit) = plan else {
                return Period(first: first, last: max(first, min(last, today)))
            }
            let start = month(unit.period(holding: first).first.index)
            return Period(first: start, last: max(start, min(today, month(unit.period(holding: last).last.index))))
        }

        /// The first months of the units between the first and the last row in which no row lies, ascending.
        func gaps(_ unit: PeriodUnit) -> [Int] {
            guard first <= last, let start = CivilMonth(index: first) else { return [] }
            var gaps: [Int] = []
            var period = unit.period(holding: start)
            while period.first.index <= last {
                let range = period.first.index...period.last.index
                let known = range.clamped(to: Minimiser.knownMonths)
                if !known.contains(where: isCovered) {
                    gaps.append(period.first.index)
                }
                guard let next = CivilMonth(index: period.last.index + 1) else { break }
                period = unit.period(holding: next)
            }
            return gaps
        }
    }
}

/// One `OutputSource`, laid out for the loop over rows.
private struct Source: BitwiseCopyable {
    enum Kind: UInt8, BitwiseCopyable {
        case constant, lookup, boolean, month, weekday, partOfDay, band, age
    }

    struct Band: BitwiseCopyable {
        var lower: Int
        var upper: Int
        var code: UInt32
    }

    private let kind: Kind
    private let midnightIsUnknown: Bool
    private let field: Int
    private let at: Int
    private let codes: Flat<UInt32>
    private let bands: Flat<Band>
    /// The codes of the values 0 to 127, since most bands are of ages.
    private let small: Flat<UInt32>

    init(_ source: OutputSource, arena: Arena) {
        var kind = Kind.constant
        var field = 0
        var at = 0
        var codes: [UInt32] = []
        var bands: [OutputSource.Band] = []
        var midnight = false
        switch source {
        case .constant(let code): codes = [code]
        case .lookup(let index, let entries): (kind, field, codes) = (.lookup, index, entries)
        case .boolean(let index, let whenTrue, let whenFalse):
            (kind, field, codes) = (.boolean, index, [whenFalse, whenTrue])
        case .month(let index): (kind, field) = (.month, index)
        case .weekday(let index, let days): (kind, field, codes) = (.weekday, index, days)
        case .partOfDay(let index, let parts, let midnightIsUnknown):
            (kind, field, codes, midnight) = (.partOfDay, index, parts, midnightIsUnknown)
        case .band(let index, let list): (kind, field, bands) = (.band, index, list)
        case .age(let birth, let day, let list): (kind, field, at, bands) = (.age, birth, day, list)
        // An entry is then a placing.
        case .directory(let index, _, _, let entries): (kind, field, codes) = (.lookup, index, entries)
        case .gazetteer(let index, let entries): (kind, field, codes) = (.lookup, index, entries)
        }
        self.kind = kind
        midnightIsUnknown = midnight
        self.field = field
        self.at = at
        self.codes = arena.flat(codes)
        self.bands = arena.flat(bands.map { Band(lower: $0.lower, upper: $0.upper, code: $0.code) })
        small = arena.flat((0..<128).map { value in bands.first { $0.lower <= value && value < $0.upper }?.code ?? 0 })
    }

    /// Sets the code of each of the batch's `kept` rows; 0 where this source cannot tell.
    func fill(_ target: Flat<UInt32>, _ kept: Flat<Int>, _ batch: RowBatch) {
        switch kind {
        case .constant: for place in 0..<kept.count { target[place] = codes[0] }
        case .lookup: each(target, kept, batch) { $0.entry < 0 ? 0 : codes[Int($0.entry)] }
        case .boolean: each(target, kept, batch) { codes[$0.value] }
        case .month: each(target, kept, batch) { Source.month($0.time) }
        case .weekday: each(target, kept, batch) { codes[Source.weekday($0.time)] }
        case .partOfDay: each(target, kept, batch) { partOfDay($0.time) }
        case .band: each(target, kept, batch) { band($0.value) }
        case .age:
            for place in 0..<kept.count {
                let birth = batch[kept[place], field]
                let day = batch[kept[place], at]
                target[place] = birth.state == .good && day.state == .good ? age(birth.time, day.time) : 0
            }
        }
    }

    /// Sets the codes that no earlier source could tell.
    func complete(_ target: Flat<UInt32>, _ kept: Flat<Int>, _ batch: RowBatch) {
        for place in 0..<kept.count where target[place] == 0 {
            fill(target.part(from: place, count: 1), kept.part(from: place, count: 1), batch)
        }
    }

    @inline(__always)
    private func each(
        _ target: Flat<UInt32>, _ kept: Flat<Int>, _ batch: RowBatch, _ code: (FieldValue) -> UInt32
    ) {
        for place in 0..<kept.count {
            let value = batch[kept[place], field]
            target[place] = value.state == .good ? code(value) : 0
        }
    }

    @inline(__always)
    private static func month(_ time: CivilTime) -> UInt32 {
        Minimiser.knownMonths.contains(Int(time.month)) ? UInt32(truncatingIfNeeded: time.month) : 0
    }

    @inline(__always)
    private static func weekday(_ time: CivilTime) -> Int {
        // 1970-01-01 was a Thursday.
        let weekday = (Int(time.day) &+ 3) % 7
        return weekday < 0 ? weekday &+ 7 : weekday
    }

    @inline(__always)
    private func partOfDay(_ time: CivilTime) -> UInt32 {
        let second = Int(time.second)
        return second == 0 && midnightIsUnknown ? 0 : codes[second / 21_600]
    }

    @inline(__always)
    private func age(_ birth: CivilTime, _ day: CivilTime) -> UInt32 {
        var months = Int(day.month) &- Int(birth.month)
        if day.dayOfMonth < birth.dayOfMonth { months &-= 1 }
        return months < 0 ? 0 : band(months / 12)
    }

    @inline(__always)
    private func band(_ value: Int) -> UInt32 {
        if value >= 0, value < 128 { return small[value] }
        for index in 0..<bands.count where bands[index].lower <= value && value < bands[index].upper {
            return bands[index].code
        }
        return 0
    }
}
