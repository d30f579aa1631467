import SluiceModel

/// Takes the rows after the header one by one: scan, judge, minimise, and at the end of each block look for keys that
/// were there before.
struct RowPipeline {
    private(set) var counts = RowCounts()
    /// A disclosure rule forbids taking the file.
    private(set) var isRefused = false

    private let plan: FormatPlan
    private let dataset: DatasetPlan
    private let match: HeaderMatch
    private let cells: Flat<RowScanner.Cell>
    private let columnCount: Int
    private let rowLimitBytes: Int
    private var scanner: RowScanner
    private var judge: RowJudge
    private var minimiser: Minimiser
    private var rowNumber: Int
    /// The rest of a row that is too long is passed over.
    private var isSkipping = false

    // Keys are looked up a block at a time: the table is larger than the processor's caches, and one lookup after
    // another without other work between them lets it wait for several places at once.
    private let keys: Flat<Key>
    private var keySets: [KeySet]
    private let staged: Flat<StagedRow>
    private let stagedHashes: Flat<UInt64>
    private var stagedCount = 0

    enum Pause {
        case blockFull
        case needsText
        case end
    }

    private struct Key: BitwiseCopyable {
        let fields: Flat<Int32>
        let kind: FindingKind
        let columnNumber: Int
        let hasher: KeyHasher
    }

    private struct StagedRow: BitwiseCopyable {
        var rowNumber: Int
        /// Index in the block; −1 when the row was rejected.
        var record: Int
    }

    init(
        plan: FormatPlan, match: HeaderMatch, cells: Flat<RowScanner.Cell>, collector: FindingCollector,
        text: Flat<UInt8>, arena: Arena
    ) {
        self.plan = plan
        self.match = match
        self.cells = cells
        let dataset = plan.datasets[match.datasetIndex]
        self.dataset = dataset
        columnCount = match.columns.count
        rowLimitBytes = plan.limits.rowLimitBytes
        rowNumber = match.rowNumber
        scanner = RowScanner(delimiter: match.delimiter, cells: cells)
        scanner.restart(at: match.nextRow, in: text)
        let judge = RowJudge(
            plan: plan, dataset: dataset, columns: match.columns, wanted: RowPipeline.wantedFields(dataset),
            cells: cells, collector: collector, arena: arena)
        self.judge = judge
        minimiser = Minimiser(plan: plan, dataset: dataset, arena: arena)

        var keys: [Key] = []
        func add(_ fields: [Int], _ kind: FindingKind) {
            guard fields.allSatisfy(judge.hasColumn) else { return }
            var random = SystemRandomNumberGenerator()
            keys.append(
                Key(
                    fields: arena.flat(fields.map(Int32.init)), kind: kind,
                    columnNumber: fields.count == 1 ? judge.columnNumber(of: fields[0]) : 0,
                    hasher: KeyHasher(seed: (random.next(), random.next()))))
        }
        if !dataset.primaryKey.isEmpty { add(dataset.primaryKey, .keyNotUnique) }
        for (index, field) in dataset.fields.enumerated() where field.isUnique && dataset.primaryKey != [index] {
            add([index], .notUnique)
        }
        self.keys = arena.flat(keys)
        keySets = keys.map { _ in KeySet(arena: arena) }
        staged = arena.flat(plan.limits.blockRows, repeating: StagedRow(rowNumber: 0, record: -1))
        stagedHashes = arena.flat(keys.count * plan.limits.blockRows, repeating: 0)
    }

    /// Where the text that is still needed begins.
    var position: Int { scanner.position }

    /// The text was refilled: what was at `position` is now at its start.
    mutating func textMoved(_ text: Flat<UInt8>) { scanner.restart(at: 0, in: text) }

    /// Takes rows until the block is full or the text is used up.
    mutating func advance(_ text: Flat<UInt8>, end: Int, isComplete: Bool) -> Pause {
        while stagedCount < staged.count {
            if isSkipping, !skip(text, end: end, isComplete: isComplete) { return isComplete ? .end : .needsText }
            let outcome = scanner.scan(text, end: end, isLast: isComplete)
            let rowEnd = if case .row = outcome { scanner.position } else { end }
            if rowEnd &- scanner.rowStart > rowLimitBytes {
                guard takeLongRow(text) else { return .end }
                continue
            }
            switch outcome {
            case .row:
                rowNumber &+= 1
                guard takeRow(text) else { return .end }
            case .incomplete: return .needsText
            case .unclosedQuote:
                fail(.quoteUnclosed, rule: FindingRule.quoting, rows: [rowNumber + 1])
                return .end
            case .end: return .end
            }
        }
        return .blockFull
    }

    private mutating func fail(_ code: FindingCode, rule: String, rows: [Int] = [], arguments: [Int] = []) {
        judge.collector.add(
            Finding(rule: rule, code: code, severity: .fatal, rows: rows, arguments: arguments, message: ""))
    }

    // MARK: - One row

    /// False when nothing more should be read.
    @inline(__always)
    private mutating func takeRow(_ text: Flat<UInt8>) -> Bool {
        let cellCount = scanner.cellCount
        if cells[0].start == cells[0].end, isEmpty(from: 0, cellCount) {
            judge.collector.note(.rowEmpty, columnNumber: 0, row: rowNumber)
            return true
        }
        guard counts.read < plan.limits.rowLimit else {
            fail(.limitExceeded, rule: FindingRule.rowLimit)
            return false
        }
        counts.read &+= 1
        let marks = scanner.rowMarks
        if marks.contains(.escaped) { scanner.unescape(text) }
        if plan.isHealth, !passesGate(text, cellCount) { return false }
        // What a cell's bounds leave out: text after a closing quote, cells beyond those that are kept.
        if plan.isHealth, cellCount > cells.count || !marks.isDisjoint(with: [.afterQuote, .forbidden]),
            !passesGate(text, from: scanner.rowStart, to: scanner.position)
        {
            return false
        }
        if cellCount != columnCount {
            guard fitsHeader(cellCount) else {
                judge.collector.note(.rowRagged, columnNumber: 0, row: rowNumber)
                counts.rejected &+= 1
                return true
            }
        }
        let needsInspection =
            !marks.isDisjoint(with: [.beyondASCII, .forbidden, .tab, .afterQuote])
            || scanner.position &- scanner.rowStart > plan.limits.cellLimitBytes
        let isKept = judge.judge(
            text, row: rowNumber, cellCount: min(cellCount, columnCount), needsInspection: needsInspection)
        var record = -1
        if isKept {
            record = minimiser.add(judge.values)
            if minimiser.linkField >= 0 { minimiser.link(record, text, judge.linkableCell(of: minimiser.linkField)) }
        } else {
            counts.rejected &+= 1
        }
        staged[stagedCount] = StagedRow(rowNumber: rowNumber, record: record)
        var key = 0
        while key < keys.count {
            stagedHashes[key &* staged.count &+ stagedCount] = hash(key, text)
            key &+= 1
        }
        stagedCount &+= 1
        return true
    }

    private func isEmpty(from first: Int, _ cellCount: Int) -> Bool {
        // Cells beyond the capacity were not kept: too many to be a row of nothing.
        guard cellCount <= cells.count else { return false }
        for index in first..<cellCount where cells[index].start != cells[index].end { return false }
        return true
    }

    /// Whether a row with another number of cells than the header may be read all the same: empty cells too many at
    /// its end, or columns without a heading too few.
    private func fitsHeader(_ cellCount: Int) -> Bool {
        if cellCount > columnCount { return isEmpty(from: columnCount, cellCount) }
        for column in cellCount..<columnCount {
            guard match.names[column].isEmpty else { return false }
            cells[column] = RowScanner.Cell(start: 0, end: 0, marks: [])
        }
        return true
    }

    /// Looks in every cell of a health sender's row for an NHS number; false when the file is refused.
    private mutating func passesGate(_ text: Flat<UInt8>, _ cellCount: Int) -> Bool {
        for column in 0..<min(cellCount, cells.count)
        where Identifier.holdsNHSNumber(text, Int(cells[column].start), Int(cells[column].end)) {
            var name: String?
            if column < columnCount, case .field(let field) = match.columns[column] {
                name = dataset.fields[field].name
            }
            refuse(column: name, columnNumber: column + 1)
            return false
        }
        return true
    }

    /// The same over bytes of a row whose cells say too little.
    private mutating func passesGate(_ text: Flat<UInt8>, from start: Int, to end: Int) -> Bool {
        guard Identifier.holdsNHSNumber(text, start, end) else { return true }
        refuse(column: nil, columnNumber: nil)
        return false
    }

    private mutating func refuse(column: String?, columnNumber: Int?) {
        judge.collector.add(
            Finding(
                column: column, columnNumber: columnNumber, rule: FindingRule.nhsNumber, code: .patientIdentifier,
                severity: .refusal, rows: [rowNumber], message: ""))
        isRefused = true
    }

    // MARK: - Long rows

    /// Rejects the row at hand, which is longer than the limit; false when a quote that was never closed made it so.
    private mutating func takeLongRow(_ text: Flat<UInt8>) -> Bool {
        let start = scanner.rowStart
        rowNumber += 1
        // Only what lies within the limit is judged, so that the result does not depend on how much was read.
        scanner.restart(at: start, in: text)
        _ = scanner.scan(text, end: start + rowLimitBytes, isLast: false)
        if scanner.endsInBrokenQuote {
            fail(.quoteUnclosed, rule: FindingRule.quoting, rows: [rowNumber])
            return false
        }
        guard counts.read < plan.limits.rowLimit else {
            fail(.limitExceeded, rule: FindingRule.rowLimit)
            return false
        }
        judge.collector.note(.rowTooLong, columnNumber: 0, row: rowNumber)
        counts.read += 1
        counts.rejected += 1
        if plan.isHealth {
            // The rest of the row would go unread, so nobody could say that no patient is named in it.
            if passesGate(text, from: start, to: start + rowLimitBytes) {
                fail(.limitExceeded, rule: FindingRule.rowLimit, rows: [rowNumber])
            }
            return false
        }
        scanner.restart(at: start + rowLimitBytes, in: text)
        isSkipping = true
        return true
    }

    /// Goes to the next line end; false when the text holds none.
    private mutating func skip(_ text: Flat<UInt8>, end: Int, isComplete: Bool) -> Bool {
        var index = scanner.position
        while index < end, text[index] != 0x0A, text[index] != 0x0D { index += 1 }
        if index < end, text[index] == 0x0D, index + 1 == end, !isComplete {
            scanner.restart(at: index, in: text)
            return false
        }
        guard index < end else {
            scanner.restart(at: end, in: text)
            return false
        }
        let isPair = text[index] == 0x0D && index + 1 < end && text[index + 1] == 0x0A
        scanner.restart(at: index + (isPair ? 2 : 1), in: text)
        isSkipping = false
        return true
    }

    // MARK: - Keys and blocks

    /// The hash of the row's key; 0 when a part of it is missing or bad.
    @inline(__always)
    private func hash(_ index: Int, _ text: Flat<UInt8>) -> UInt64 {
        var hasher = keys[index].hasher
        let fields = keys[index].fields
        var part = 0
        while part < fields.count {
            let field = Int(fields[part])
            guard judge.values[field].state == .good else { return 0 }
            if judge.isText(field) {
                let cell = judge.cell(of: field)
                hasher.add(text, Int(cell.start), Int(cell.end))
            } else {
                hasher.add(judge.values[field].value)
            }
            part &+= 1
        }
        return hasher.finish()
    }

    /// Finishes the block: rows whose key was there before are rejected, the others are its records. Nil when none
    /// are left.
    mutating func seal(arena: Arena) -> (block: RecordBlock, links: LinkIdentifiers?)? {
        var repeated: Set<Int> = []
        for index in 0..<keys.count {
            keySets[index].reserve(stagedCount, arena: arena)
            var set = keySets[index]
            for row in 0..<stagedCount {
                let hash = stagedHashes[index &* staged.count &+ row]
                if hash == 0 || set.insert(hash) { continue }
                judge.collector.note(
                    keys[index].kind, columnNumber: keys[index].columnNumber, row: staged[row].rowNumber)
                if staged[row].record >= 0 { repeated.insert(staged[row].record) }
            }
            keySets[index] = set
        }
        stagedCount = 0
        counts.rejected += repeated.count
        counts.accepted = counts.read - counts.rejected
        minimiser.remove(repeated.sorted())
        return minimiser.seal()
    }

    // MARK: - The report

    /// The last word on the file. Every block must have been sealed.
    func report(assumptions: Assumptions) -> DecodeReport {
        var collector = judge.collector
        func fail(_ code: FindingCode, rule: String, arguments: [Int] = []) {
            collector.add(
                Finding(rule: rule, code: code, severity: .fatal, arguments: arguments, message: ""))
        }
        let isGivenUp = collector.fileFindings.contains { $0.severity >= .fatal }
        let period = minimiser.period(dataset.period)
        if !isGivenUp {
            if counts.read == 0 {
                fail(.rowsMissing, rule: FindingRule.file)
            } else {
                if counts.rejected * 1_000_000 > dataset.toleranceRowsPerMillion * counts.read {
                    fail(.toleranceExceeded, rule: FindingRule.tolerance, arguments: [counts.rejected, counts.read])
                }
                if dataset.period != .none, period == nil { fail(.periodUnknown, rule: FindingRule.period) }
            }
        }
        var assumptions = assumptions
        assumptions.dateFormats = judge.dateFormats(of: dataset)
        let (findings, isCut) = collector.findings()
        // Of a refused file nothing is kept, however good its rows were.
        let rows = isRefused ? RowCounts(read: counts.read, rejected: counts.read) : counts
        return DecodeReport(
            assumptions: assumptions, datasetIndex: match.datasetIndex, rows: rows, period: period,
            findings: findings, findingsCut: isCut, linkedRows: isRefused ? 0 : minimiser.linkedRowCount)
    }

    /// Fields whose value is asked for after the row was checked.
    private static func wantedFields(_ dataset: DatasetPlan) -> Set<Int> {
        var wanted = Set(dataset.primaryKey)
        for (index, field) in dataset.fields.enumerated() where field.isUnique { wanted.insert(index) }
        for rule in dataset.rowRules { wanted.formUnion([rule.left, rule.right]) }
        for column in dataset.output.columns {
            for source in column.sources {
                switch source {
                case .constant: break
                case .lookup(let field, _), .boolean(let field, _, _), .month(let field), .weekday(let field, _),
                    .partOfDay(let field, _, _), .band(let field, _):
                    wanted.insert(field)
                case .age(let birth, let at, _): wanted.formUnion([birth, at])
                }
            }
        }
        if case .counts(let field) = dataset.output.kind { wanted.insert(field) }
        if let field = dataset.output.linkField { wanted.insert(field) }
        switch dataset.period {
        case .field(let field, _): wanted.insert(field)
        case .fields(let from, let to): wanted.formUnion([from, to])
        case .none: break
        }
        return wanted
    }
}
