import SluiceModel

/// Judges one row after another: notes what is wrong and keeps each field's value for the minimiser.
struct RowJudge {
    /// By field; a field whose column the file lacks stays missing.
    let values: Flat<FieldValue>
    var collector: FindingCollector

    private let cells: Flat<RowScanner.Cell>
    private let checkers: Flat<FieldChecker>
    private let rules: Flat<Rule>
    private let dated: Flat<DatedField>
    /// Fields that say when the event was, in the order they are tried.
    private let eventFields: Flat<Int32>
    /// Column of each field, −1 when the file lacks it.
    private let columnOfField: Flat<Int32>
    /// Index into a date field's formats once one has fitted, −1 before.
    private let chosenFormat: Flat<Int32>
    private let textFields: Flat<Bool>
    private let integerFields: Flat<Bool>
    private let yearmonthFields: Flat<Bool>
    private let today: CivilDate
    private let todayMonth: Int
    private let currentYear: Int
    private let cellLimitBytes: Int
    private var isRejected = false
    private var row = 0

    private struct Rule: BitwiseCopyable {
        let left: Int
        let right: Int
        let comparison: RowRule.Comparison
        let unit: RowRule.Unit
        let rejectsRow: Bool
    }

    /// A field whose codes are in force for a time only.
    fileprivate struct DatedField: BitwiseCopyable {
        let field: Int
        let from: Flat<Int32>
        let to: Flat<Int32>
        /// The next entry with the same text, −1 after the last.
        let next: Flat<Int32>
    }

    init(
        plan: FormatPlan, dataset: DatasetPlan, columns: [HeaderMatch.Column], wanted: Set<Int>,
        cells: Flat<RowScanner.Cell>, collector: FindingCollector, arena: Arena
    ) {
        self.cells = cells
        self.collector = collector
        today = plan.today
        let (year, month, _) = plan.today.parts
        todayMonth = year * 12 + month - 1
        currentYear = year
        cellLimitBytes = plan.limits.cellLimitBytes

        let compiler = FieldCompiler(plan: plan, dataset: dataset, arena: arena)
        let areaFields = Set(
            dataset.output.columns.filter { plan.dimensions[$0.dimension].id == "area" }
                .flatMap { $0.sources.compactMap(\.lookedUpField) })
        var checkers: [FieldChecker] = []
        var columnOfField = [Int32](repeating: -1, count: dataset.fields.count)
        for (column, kind) in columns.enumerated() {
            guard case .field(let field) = kind else { continue }
            columnOfField[field] = Int32(column)
            let checker = compiler.checker(
                field: field, column: column, isWanted: wanted.contains(field), feedsArea: areaFields.contains(field))
            if checker.isNeeded { checkers.append(checker) }
        }
        self.checkers = arena.flat(checkers)
        self.columnOfField = arena.flat(columnOfField)
        values = arena.flat(dataset.fields.count, repeating: FieldValue())
        chosenFormat = arena.flat(dataset.fields.count, repeating: -1)
        textFields = arena.flat(dataset.fields.map { $0.type == .string })
        integerFields = arena.flat(dataset.fields.map { $0.type == .integer })
        yearmonthFields = arena.flat(dataset.fields.map { $0.type == .yearmonth })
        rules = arena.flat(
            dataset.rowRules.map { rule in
                Rule(
                    left: rule.left, right: rule.right, comparison: rule.comparison,
                    unit: RowRule.unit(dataset.fields[rule.left].type, dataset.fields[rule.right].type) ?? .slot,
                    rejectsRow: rule.severity >= .error)
            })
        let monthColumn = dataset.output.columns.first { plan.dimensions[$0.dimension].isMonth }
        eventFields = arena.flat(
            (monthColumn?.sources ?? []).compactMap { source in
                if case .month(let field) = source { Int32(field) } else { nil }
            })
        var dated: [DatedField] = []
        for (index, field) in dataset.fields.enumerated() where columnOfField[index] >= 0 {
            guard let table = field.codes.map({ plan.codeTables[$0] }),
                table.entries.contains(where: { $0.validFrom != nil || $0.validTo != nil })
            else { continue }
            dated.append(DatedField(field: index, table: table, arena: arena))
        }
        self.dated = arena.flat(dated)
    }

    /// Whether some key or output asks for the field and the file has it.
    func hasColumn(_ field: Int) -> Bool { columnOfField[field] >= 0 }

    /// The cell of `field` in the row at hand, which the file must have.
    @inline(__always)
    func cell(of field: Int) -> RowScanner.Cell { cells[Int(columnOfField[field])] }

    /// The cell of `field` when an identifier to link by may be taken from it.
    func linkableCell(of field: Int) -> RowScanner.Cell? {
        guard hasColumn(field), values[field].state == .good, values[field].isLinkable else { return nil }
        return cell(of: field)
    }

    @inline(__always)
    func isText(_ field: Int) -> Bool { textFields[field] }

    /// From 1.
    func columnNumber(of field: Int) -> Int { Int(columnOfField[field]) + 1 }

    /// The date formats that columns turned out to have, by field.
    func dateFormats(of dataset: DatasetPlan) -> [Assumptions.DateFormatChoice] {
        dataset.fields.indices.compactMap { index in
            guard chosenFormat[index] >= 0 else { return nil }
            let field = dataset.fields[index]
            return Assumptions.DateFormatChoice(
                field: field.name, format: field.dateFormats[Int(chosenFormat[index])].text)
        }
    }

    /// Judges the row in the cells; true when it may be kept. `needsInspection` when the scanner marked something in
    /// it or it is long.
    @inline(__always)
    mutating func judge(_ text: Flat<UInt8>, row: Int, cellCount: Int, needsInspection: Bool) -> Bool {
        self.row = row
        isRejected = false
        if needsInspection { inspect(text, cellCount: cellCount) }
        var index = 0
        let count = checkers.count
        while index < count {
            check(index, text)
            index &+= 1
        }
        index = 0
        while index < rules.count {
            judge(rule: index, text)
            index &+= 1
        }
        if dated.count > 0 { judgeValidity() }
        return !isRejected
    }

    // MARK: - Bytes

    /// Looks at every cell, of columns no schema knows too, for what may not be in a text.
    @inline(never)
    private mutating func inspect(_ text: Flat<UInt8>, cellCount: Int) {
        for column in 0..<min(cellCount, cells.count) {
            var cell = cells[column]
            let range = Int(cell.start)..<Int(cell.end)
            if range.count > cellLimitBytes {
                reject(.cellTooLong, column: column)
            } else if cell.marks.contains(.beyondASCII), !isValidUTF8(text, range) {
                reject(.bytesInvalid, column: column)
            } else if cell.marks.contains(.forbidden) || (cell.marks.contains(.tab) && range.contains { text[$0] == 9 })
            {
                reject(.characterForbidden, column: column)
            } else if cell.marks.contains(.afterQuote) {
                reject(.textAfterQuote, column: column)
            } else {
                continue
            }
            cell.marks.insert(.rejected)
            cells[column] = cell
        }
    }

    private mutating func reject(_ kind: FindingKind, column: Int) {
        collector.note(kind, columnNumber: column + 1, row: row)
        isRejected = true
    }

    // MARK: - Cells

    @inline(__always)
    private mutating func check(_ index: Int, _ text: Flat<UInt8>) {
        let field = checkers[index].field
        let column = checkers[index].column
        let cell = cells[column]
        var start = Int(cell.start)
        var end = Int(cell.end)
        var value = FieldValue()
        if cell.marks.rawValue != 0 {
            if cell.marks.contains(.rejected) {
                value.state = .bad
                values[field] = value
                return
            }
            if cell.marks.contains(.quoted) {
                // Blanks inside quotes are part of a text and of nothing else.
                var (first, last) = (start, end)
                while first < last, isBlank(text[first]) { first &+= 1 }
                while first < last, isBlank(text[last &- 1]) { last &-= 1 }
                if !checkers[index].isText || isMissing(index, text, first, last) { (start, end) = (first, last) }
            }
        }
        if isMissing(index, text, start, end) {
            values[field] = value
            if checkers[index].isRequired {
                reject(.valueMissing, column: column)
            } else if checkers[index].isKey {
                reject(.keyMissing, column: column)
            }
            return
        }

        value.state = .good
        value.isLinkable = true
        if checkers[index].isHealth { collector.note(.healthFieldDropped, columnNumber: column &+ 1, row: row) }
        let isRead: Bool
        switch checkers[index].type {
        case .string: isRead = true
        case .date, .datetime, .time, .yearmonth, .year: isRead = readTime(index, text, start, end, &value)
        case .integer:
            let number = NumberReader.integer(text, start, end)
            value.value = number ?? 0
            isRead = number != nil && !(checkers[index].isCount && UInt(bitPattern: value.value) >= UInt(UInt32.max))
        case .number:
            let number = NumberReader.thousandths(text, start, end)
            value.value = number ?? 0
            isRead = number != nil
        case .boolean:
            let entry = checkers[index].booleans.find(text, start, end)
            value.value = entry < checkers[index].trueCount ? 1 : 0
            isRead = entry >= 0
        }
        guard isRead else {
            value.state = .bad
            values[field] = value
            reject(.typeMismatch, column: column)
            return
        }

        if checkers[index].hasCodes {
            value.entry = entry(index, text, start, end)
            if value.entry < 0 {
                collector.note(checkers[index].codesKind, columnNumber: column &+ 1, row: row)
                if checkers[index].codesRejectRow { isRejected = true }
            }
        }
        if checkers[index].isText {
            if checkers[index].hasLength { checkLength(index, text, start, end, cell.marks) }
        } else {
            if value.value < checkers[index].minimum { reject(.belowMinimum, column: column) }
            if value.value > checkers[index].maximum { reject(.aboveMaximum, column: column) }
            if !checkers[index].mayLieInFuture, isInFuture(checkers[index].type, value) {
                reject(.dateInFuture, column: column)
            }
        }
        if checkers[index].hasPattern, !checkers[index].pattern.matches(text, start, end) {
            reject(.patternMismatch, column: column)
        }
        if checkers[index].hasCheck { checkIdentifier(index, text, start, end, &value) }
        values[field] = value
    }

    @inline(__always)
    private func isMissing(_ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        let length = end &- start
        if length == 0 { return true }
        guard checkers[index].missingLengths &>> UInt64(truncatingIfNeeded: min(length, 63)) & 1 == 1 else {
            return false
        }
        return checkers[index].missing.find(text, start, end) >= 0
    }

    @inline(__always)
    private mutating func readTime(
        _ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ value: inout FieldValue
    ) -> Bool {
        let type = checkers[index].type
        let formats = checkers[index].formats
        if checkers[index].isYear {
            guard let year = NumberReader.year(text, start, end) else { return false }
            value.value = year
            value.time.month = Int32(truncatingIfNeeded: year &* 12)
            return true
        }
        let field = checkers[index].field
        var time: CivilTime?
        let chosen = Int(chosenFormat[field])
        if chosen >= 0 {
            time = formats[chosen].read(text, start, end)
        } else {
            for candidate in 0..<formats.count {
                time = formats[candidate].read(text, start, end)
                guard time != nil else { continue }
                chosenFormat[field] = Int32(candidate)
                break
            }
        }
        guard let time else { return false }
        value.time = time
        switch type {
        case .date: value.value = Int(time.day)
        case .datetime: value.value = Int(time.day) &* 86_400 &+ Int(time.second)
        case .time: value.value = Int(time.second)
        case .yearmonth: value.value = Int(time.month)
        default: value.value = Int(time.month) / 12
        }
        return true
    }

    @inline(__always)
    private func entry(_ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Int32 {
        let part = checkers[index].codesPart
        guard part.upper > 0 else {
            return Int32(truncatingIfNeeded: checkers[index].codes.find(text, start, end))
        }
        guard end &- start >= part.upper else { return -1 }
        return Int32(
            truncatingIfNeeded: checkers[index].codes.find(text, start &+ part.lower, start &+ part.upper))
    }

    private func isInFuture(_ type: FieldType, _ value: FieldValue) -> Bool {
        switch type {
        case .date, .datetime: Int(value.time.day) > today.dayNumber
        case .yearmonth: Int(value.time.month) > todayMonth
        case .year: Int(value.time.month) / 12 > currentYear
        case .string, .integer, .number, .boolean, .time: false
        }
    }

    @inline(__always)
    private mutating func checkLength(
        _ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ marks: RowScanner.Marks
    ) {
        var length = end &- start
        if marks.contains(.beyondASCII) {
            // Every scalar has one byte that is no continuation.
            length = (start..<end).count { text[$0] & 0xC0 != 0x80 }
        }
        if length < checkers[index].lengthMinimum { reject(.tooShort, column: checkers[index].column) }
        if length > checkers[index].lengthMaximum { reject(.tooLong, column: checkers[index].column) }
    }

    private mutating func checkIdentifier(
        _ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ value: inout FieldValue
    ) {
        let check = checkers[index].check
        let column = checkers[index].column
        var identifier = Identifier(text, start, end, check: check)
        switch identifier?.judge(check, year: currentYear) ?? .wrong {
        case .valid: break
        case .placeholder:
            value.isLinkable = false
            collector.note(.placeholder, columnNumber: column + 1, row: row)
        case .wrong:
            value.isLinkable = false
            collector.note(.checkDigitWrong, columnNumber: column + 1, row: row)
            if checkers[index].checkRejectsRow { isRejected = true }
        }
    }

    // MARK: - Across fields

    @inline(__always)
    private mutating func judge(rule index: Int, _ text: Flat<UInt8>) {
        let rule = rules[index]
        guard values[rule.left].state == .good, values[rule.right].state == .good else { return }
        let order: Int
        switch rule.unit {
        case .text: order = compareTexts(rule.left, rule.right, text)
        case .slot: order = sign(values[rule.left].value, values[rule.right].value)
        case .thousandths: order = sign(thousandths(rule.left), thousandths(rule.right))
        case .day: order = sign(Int(values[rule.left].time.day), Int(values[rule.right].time.day))
        case .month: order = sign(Int(values[rule.left].time.month), Int(values[rule.right].time.month))
        case .year: order = sign(Int(values[rule.left].time.month) / 12, Int(values[rule.right].time.month) / 12)
        }
        let holds =
            switch rule.comparison {
            case .less: order < 0
            case .lessOrEqual: order <= 0
            case .equal: order == 0
            case .notEqual: order != 0
            case .greaterOrEqual: order >= 0
            case .greater: order > 0
            }
        if holds { return }
        collector.note(rule: index, row: row)
        if rule.rejectsRow { isRejected = true }
    }

    @inline(__always)
    private func sign(_ left: Int, _ right: Int) -> Int { left < right ? -1 : left > right ? 1 : 0 }

    private func thousandths(_ field: Int) -> Int {
        guard integerFields[field] else { return values[field].value }
        // Numbers have at most 15 digits before the point, so a bound keeps the order.
        return max(-9_000_000_000_000_000, min(9_000_000_000_000_000, values[field].value)) * 1000
    }

    private func compareTexts(_ left: Int, _ right: Int, _ text: Flat<UInt8>) -> Int {
        let (a, b) = (cell(of: left), cell(of: right))
        let length = min(a.end - a.start, b.end - b.start)
        for offset in 0..<Int(length) {
            let order = sign(Int(text[Int(a.start) + offset]), Int(text[Int(b.start) + offset]))
            if order != 0 { return order }
        }
        return sign(Int(a.end - a.start), Int(b.end - b.start))
    }

    /// Looks whether codes were in force when the event was; of entries with the same text takes the one that was.
    private mutating func judgeValidity() {
        var first = Int32.min
        var last = Int32.max
        var isKnown = false
        for index in 0..<eventFields.count {
            let field = Int(eventFields[index])
            guard values[field].state == .good else { continue }
            first = values[field].time.day
            last = first
            if yearmonthFields[field] {
                let month = Int(values[field].time.month)
                last += Int32(CivilDate.dayCount(year: month / 12, month: month % 12 + 1)) - 1
            }
            isKnown = true
            break
        }
        guard isKnown else { return }
        for index in 0..<dated.count {
            let dated = dated[index]
            var value = values[dated.field]
            guard value.state == .good, value.entry >= 0 else { continue }
            var entry = value.entry
            while entry >= 0, dated.from[Int(entry)] > last || dated.to[Int(entry)] < first {
                entry = dated.next[Int(entry)]
            }
            if entry < 0 {
                collector.note(.codeNotInForce, columnNumber: columnNumber(of: dated.field), row: row)
            } else {
                value.entry = entry
                values[dated.field] = value
            }
        }
    }
}

extension RowJudge.DatedField {
    fileprivate init(field: Int, table: CodeTable, arena: Arena) {
        self.field = field
        from = arena.flat(table.entries.map { $0.validFrom.map { Int32(clamping: $0.dayNumber) } ?? .min })
        to = arena.flat(table.entries.map { $0.validTo.map { Int32(clamping: $0.dayNumber) } ?? .max })
        var next = [Int32](repeating: -1, count: table.entries.count)
        var latest: [[UInt8]: Int] = [:]
        for (index, entry) in table.entries.enumerated() {
            let key = entry.text.utf8.map {
                table.ignoresCase && $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0
            }
            if let previous = latest[key] { next[previous] = Int32(index) }
            latest[key] = index
        }
        self.next = arena.flat(next)
    }
}

extension RowScanner.Marks {
    /// Set by the judge: the cell was found unreadable.
    static var rejected: RowScanner.Marks { RowScanner.Marks(rawValue: 64) }
}

extension OutputSource {
    /// The field whose codes are looked up, if any.
    fileprivate var lookedUpField: Int? {
        if case .lookup(let field, _) = self { field } else { nil }
    }
}
