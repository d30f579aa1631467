import SluiceModel
import SluiceReaders

/// Judges one batch of rows after another: notes what is wrong and keeps each field's value for the minimiser.
struct RowJudge {
    let batch: RowBatch
    var collector: FindingCollector

    /// The row of the batch that is at hand.
    private(set) var slot = 0
    /// Its values by field; a field whose column the file lacks stays missing.
    private(set) var values: Flat<FieldValue>
    private(set) var cells: Flat<RowScanner.Cell>

    let checkers: Flat<FieldChecker>
    /// Of each checker.
    let fieldRules: Flat<FieldRules>
    let rules: Flat<Rule>
    let dated: Flat<DatedField>
    let points: [Point]
    let directory: PostcodeDirectory?
    let gazetteer: Gazetteer?
    /// Fields that say when the event was, in the order they are tried.
    let eventFields: Flat<Int32>
    /// Index into a date field's formats once one has fitted, −1 before.
    let chosenFormat: Flat<Int32>
    let today: CivilDate
    let todayMonth: Int
    let currentYear: Int
    /// Reads JSON texts; kept for its memory.
    var json: JSONCell
    let dateForms: DateForms
    /// How the workbook that the rows are of counts days; nil in other files.
    let dateSystem: DateSystem?
    /// Where a cell is put together in another form.
    let scratch: Flat<UInt8>
    static let scratchBytes = 1024
    /// The code list of each field and, once a cell was not in it, what is needed to find near ones; nil inside when
    /// the list is too long.
    let codeTables: [CodeTable?]
    var nearMisses: [Int: NearMiss?] = [:]

    /// Column of each field, −1 when the file lacks it.
    private let columnOfField: Flat<Int32>
    private let types: Flat<FieldType>
    private let cellLimitBytes: Int
    /// By column: something is made of its cells or asked of them.
    private let isReadColumn: Flat<Bool>
    let ages: Flat<AgePair>
    /// By field, since `begin`: rows without a value there.
    let missingCounts: Flat<Int>
    /// The line of the first of them.
    let missingLines: Flat<Int>
    /// By checker: where the entries of its code list begin in `entryCounts`; −1 where they are not counted.
    let entryBases: Flat<Int32>
    /// By entry, since `begin`: cells that name it.
    let entryCounts: Flat<Int>
    /// How many entries of each field are counted.
    private let countedEntries: [Int]
    /// Fields that have a checker.
    private let isChecked: Flat<Bool>
    /// Rows since `begin` that lie outside the months that the file is of.
    var outsideCount = 0
    private(set) var bytesSeen = BytesSeen()

    /// What cells beyond ASCII say of the encoding that the text was taken for.
    struct BytesSeen: BitwiseCopyable {
        private var valid = 0
        private var invalid = 0
        private var undefined = 0

        /// Some cell is no UTF-8, none that is beyond ASCII is, and all bytes have a meaning in Windows-1252.
        var fitWindows1252: Bool { invalid > 0 && valid == 0 && undefined == 0 }

        mutating func add(_ other: BytesSeen) {
            valid += other.valid
            invalid += other.invalid
            undefined += other.undefined
        }

        fileprivate mutating func add(_ text: Flat<UInt8>, _ range: Range<Int>, isValid: Bool) {
            if isValid { return valid += 1 }
            invalid += 1
            // Source: Unicode Consortium, VENDORS/MICSFT/WINDOWS/CP1252.TXT.
            let free: [UInt8] = [0x81, 0x8D, 0x8F, 0x90, 0x9D]
            if range.contains(where: { free.contains(text[$0]) }) { undefined += 1 }
        }
    }
    /// Nothing is noted: the rows were judged before.
    let isQuiet: Bool

    /// A field whose codes are in force for a time only.
    struct DatedField: BitwiseCopyable {
        let field: Int
        let from: Flat<Int32>
        let to: Flat<Int32>
        /// The next entry with the same text, −1 after the last.
        let next: Flat<Int32>
    }

    /// `wanted` fields are those whose values are asked for after a row was judged. With `onlyFields` nothing but these
    /// fields is looked at, and no rule; with `isQuiet` nothing is noted.
    init(
        plan: FormatPlan, dataset: DatasetPlan, columns: [HeaderMatch.Column], wanted: Set<Int>,
        batch: RowBatch, collector: FindingCollector, lookUps: LookUps = .none, arena: Arena,
        dateSystem: DateSystem? = nil, isQuiet: Bool = false, onlyFields: Set<Int>? = nil
    ) {
        self.batch = batch
        values = batch.values(of: 0)
        cells = batch.cells(of: 0)
        self.collector = collector
        self.isQuiet = isQuiet
        today = plan.today
        let (year, month, _) = plan.today.parts
        todayMonth = year * 12 + month - 1
        currentYear = year
        cellLimitBytes = plan.limits.cellLimitBytes
        json = JSONCell(depthLimit: plan.limits.nestingLimit)
        self.dateSystem = dateSystem
        dateForms = DateForms(
            today: plan.today, zone: ZoneTable(plan.zone, arena: arena), calendar: Calendar(arena: arena), arena: arena)
        scratch = arena.zeros(RowJudge.scratchBytes + 64, of: UInt8.self)
        let read = dataset.readFields
        isReadColumn = arena.flat(
            columns.map { if case .field(let field) = $0 { read.contains(field) } else { false } })
        codeTables = dataset.fields.map { $0.codes.map { plan.codeTables[$0] } }

        let compiler = FieldCompiler(plan: plan, dataset: dataset, arena: arena)
        let areaFields = Set(
            dataset.output.columns.filter { plan.dimensions[$0.dimension].id == "area" }
                .flatMap { $0.sources.compactMap(\.lookedUpField) })
        var checkers: [FieldChecker] = []
        var fieldRules: [FieldRules] = []
        var columnOfField = [Int32](repeating: -1, count: dataset.fields.count)
        for (column, kind) in columns.enumerated() {
            guard case .field(let field) = kind else { continue }
            columnOfField[field] = Int32(column)
            guard onlyFields?.contains(field) ?? true else { continue }
            let compiled = compiler.checker(
                field: field, column: column, isWanted: wanted.contains(field), feedsArea: areaFields.contains(field))
            guard let (checker, rules) = compiled else { continue }
            checkers.append(checker)
            fieldRules.append(rules)
        }
        points = onlyFields == nil ? RowJudge.points(dataset, checkers) : []
        directory = lookUps.directory
        gazetteer =
            onlyFields == nil ? Gazetteer(plan.gazetteer, limitBytes: plan.limits.cellLimitBytes, arena: arena) : nil
        self.checkers = arena.flat(checkers)
        self.fieldRules = arena.flat(fieldRules)
        self.columnOfField = arena.flat(columnOfField)
        types = arena.flat(dataset.fields.map(\.type))
        missingCounts = arena.flat(dataset.fields.count, repeating: 0)
        missingLines = arena.flat(dataset.fields.count, repeating: 0)
        countedEntries = dataset.fields.map { plan.countedEntries(of: $0) }
        var bases: [Int32] = []
        var entryCount = 0
        for checker in checkers {
            let count = checker.traits.contains(.hasCodes) ? countedEntries[Int(checker.field)] : 0
            bases.append(count > 0 ? Int32(entryCount) : -1)
            entryCount += count
        }
        entryBases = arena.flat(bases)
        entryCounts = arena.flat(entryCount, repeating: 0)
        isChecked = arena.flat(
            dataset.fields.indices.map { field in checkers.contains { $0.field == Int32(field) } })
        chosenFormat = arena.flat(dataset.fields.count, repeating: -1)
        rules = arena.flat(
            onlyFields == nil ? dataset.rowRules.map { Rule($0, dataset: dataset, plan: plan, arena: arena) } : [])
        let monthColumn = dataset.output.columns.first { plan.dimensions[$0.dimension].isMonth }
        eventFields = arena.flat(
            (monthColumn?.sources ?? []).compactMap { source in
                if case .month(let field) = source { Int32(field) } else { nil }
            })
        var dated: [DatedField] = []
        for (index, field) in dataset.fields.enumerated() where columnOfField[index] >= 0 && onlyFields == nil {
            guard let table = field.codes.map({ plan.codeTables[$0] }),
                table.entries.contains(where: { $0.validFrom != nil || $0.validTo != nil })
            else { continue }
            dated.append(DatedField(field: index, table: table, arena: arena))
        }
        self.dated = arena.flat(dated)
        ages = arena.flat(onlyFields == nil ? AgePair.all(of: dataset, plan: plan) { columnOfField[$0] >= 0 } : [])
    }

    // MARK: - Fields

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

    /// Whether the field's value is the bytes of its cell and not a number in a slot.
    @inline(__always)
    func isText(_ field: Int) -> Bool { !types[field].hasSlot }

    func type(of field: Int) -> FieldType { types[field] }

    /// From 1.
    func columnNumber(of field: Int) -> Int { Int(columnOfField[field]) + 1 }

    /// The number in the field's cell with all its digits, where its slot holds thousandths only. Equal numbers have
    /// equal parts. Nil when the row has none.
    func exactNumber(of field: Int, _ text: Flat<UInt8>) -> DecimalNumber? {
        guard hasColumn(field), values[field].state == .good else { return nil }
        let cell = cell(of: field)
        for index in 0..<checkers.count where Int(checkers[index].field) == field {
            let (start, end) = RowJudge.trimmed(text, Int(cell.start), Int(cell.end))
            guard case .finite(let number)? = NumberReader.number(text, start, end, fieldRules[index].number) else {
                return nil
            }
            return number.canonical
        }
        return nil
    }

    /// The bytes from `start` to `end` without blanks at their ends.
    @inline(__always)
    static func trimmed(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> (start: Int, end: Int) {
        var (first, last) = (start, end)
        while first < last, isBlank(text[first]) { first &+= 1 }
        while first < last, isBlank(text[last &- 1]) { last &-= 1 }
        return (first, last)
    }

    /// By field, which of its date formats its column turned out to have, −1 while that is open. A judge of a later
    /// part of the file must be given those of the earlier one: the first cell decides for the whole column.
    var formatChoices: [Int32] {
        get { (0..<chosenFormat.count).map { chosenFormat[$0] } }
        nonmutating set {
            precondition(newValue.count == chosenFormat.count, "choices of another dataset")
            for (field, choice) in newValue.enumerated() { chosenFormat[field] = choice }
        }
    }

    // MARK: - Chunks

    /// Forgets what was noted. `formats` has, by field, the date format that earlier rows chose, −1 for none.
    mutating func begin(formats: [Int32]) {
        collector.removeAll()
        formatChoices = formats
        for field in 0..<missingCounts.count { missingCounts[field] = 0 }
        for entry in 0..<entryCounts.count { entryCounts[entry] = 0 }
        outsideCount = 0
        bytesSeen = BytesSeen()
    }

    /// Whether rows since `begin` chose a date format where earlier rows, as is known now, had chosen another.
    func contradicts(_ formats: [Int32]) -> Bool {
        for (field, format) in formats.enumerated()
        where format >= 0 && chosenFormat[field] >= 0 && chosenFormat[field] != format { return true }
        return false
    }

    /// Adds the formats that were chosen since `begin`.
    func keep(_ formats: inout [Int32]) {
        for field in formats.indices where formats[field] < 0 { formats[field] = chosenFormat[field] }
    }

    /// Rows since `begin` without a value in a field; nil where nobody looked.
    func missingCount(of field: Int) -> Int? { isChecked[field] ? missingCounts[field] : nil }

    /// The line of the first of them; nil where there is none.
    func missingLine(of field: Int) -> Int? {
        isChecked[field] && missingCounts[field] > 0 ? missingLines[field] : nil
    }

    /// Adds, by field and entry of its list, the cells since `begin` that name it.
    func addEntries(to counts: inout [[Int]]) {
        for index in 0..<checkers.count where entryBases[index] >= 0 {
            let field = Int(checkers[index].field)
            if counts[field].isEmpty { counts[field] = [Int](repeating: 0, count: countedEntries[field]) }
            for entry in counts[field].indices { counts[field][entry] += entryCounts[Int(entryBases[index]) + entry] }
        }
    }

    // MARK: - A batch

    /// Judges the first `count` rows of the batch, whose lines are set and of which some may be rejected already.
    mutating func judge(_ text: Flat<UInt8>, count: Int) {
        for index in 0..<checkers.count { check(index, text, count: count) }
        if !points.isEmpty { locatePoints(text, count: count) }
        defer { if ages.count > 0 { judgeAges(count: count) } }
        guard rules.count > 0 || dated.count > 0 else { return }
        for row in 0..<count {
            select(row)
            var index = 0
            while index < rules.count {
                judge(rule: index, text)
                index &+= 1
            }
            if dated.count > 0 { judgeValidity() }
        }
    }

    /// Takes a row of the batch at hand.
    @inline(__always)
    mutating func select(_ row: Int) {
        slot = row
        values = batch.values(of: row)
        cells = batch.cells(of: row)
    }

    mutating func note(_ kind: FindingKind, column: Int) {
        if !isQuiet { collector.note(kind, columnNumber: column + 1, row: batch.lines[slot]) }
    }

    mutating func reject(_ kind: FindingKind, column: Int) {
        note(kind, column: column)
        batch.isRejected[slot] = true
    }

    private mutating func isWellFormed(_ text: Flat<UInt8>, _ range: Range<Int>) -> Bool {
        let isValid = isValidUTF8(text, range)
        bytesSeen.add(text, range, isValid: isValid)
        return isValid
    }

    /// Notes what is wrong with a cell whose column nobody may read: it rejects the row only where somebody does.
    private mutating func rejectCell(_ kind: FindingKind, column: Int) {
        note(kind, column: column)
        if isRead(column) { batch.isRejected[slot] = true }
    }

    /// Whether something is made of a column's cells, or asked of them.
    func isRead(_ column: Int) -> Bool { column < isReadColumn.count && isReadColumn[column] }

    mutating func note(rule: Int) {
        if !isQuiet { collector.note(rule: rule, row: batch.lines[slot]) }
        if rules[rule].rejectsRow { batch.isRejected[slot] = true }
    }

    // MARK: - Bytes

    /// Looks at every cell of the row at hand, of columns no schema knows too, for what may not be in a text.
    @inline(never)
    mutating func inspect(_ text: Flat<UInt8>, cellCount: Int) {
        for column in 0..<min(cellCount, cells.count) {
            var cell = cells[column]
            let range = Int(cell.start)..<Int(cell.end)
            if range.count > cellLimitBytes {
                rejectCell(.cellTooLong, column: column)
            } else if cell.marks.contains(.beyondASCII), !isWellFormed(text, range) {
                rejectCell(.bytesInvalid, column: column)
            } else if cell.marks.contains(.forbidden) || (cell.marks.contains(.tab) && range.contains { text[$0] == 9 })
            {
                rejectCell(.characterForbidden, column: column)
            } else if cell.marks.contains(.afterQuote) {
                rejectCell(.textAfterQuote, column: column)
            } else {
                continue
            }
            cell.marks.insert(.rejected)
            cells[column] = cell
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
