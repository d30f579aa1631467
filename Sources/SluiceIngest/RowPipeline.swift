import SluiceModel
import SluiceReaders

/// Takes a chunk's rows batch by batch: scan, judge, minimise. Each thread has its own.
///
/// Nothing in it depends on other chunks but the date formats that earlier rows chose and the number of rows that may
/// still be read; `RowFold` knows those and has a chunk done again where they were not what it was done with. Row
/// numbers count from 0 at the chunk's first row.
struct RowPipeline {
    /// Rows of the chunk that were read, and those thrown out already.
    private(set) var readCount = 0
    private(set) var rejectedCount = 0
    /// Rows of the chunk that were passed, empty ones and footers among them: what rows are numbered by.
    private(set) var lineCount = 0
    /// Where the chunk's lines went.
    private(set) var account = LineAccount()
    /// The chunk ends with a line end.
    private(set) var endsWithLineEnd = true
    /// A disclosure rule forbids taking the file.
    private(set) var isRefused = false
    private(set) var judge: RowJudge
    private(set) var minimiser: Minimiser
    /// Rows since the last `emptyStage`.
    private(set) var stagedCount = 0
    /// Runs of numbers in the chunk's rows, by column of counts or ages.
    private(set) var runs: [NumberRuns]
    /// Columns whose values are in order in the chunk; nil on a second pass.
    private(set) var shape: TableShape?
    /// Blank rows at the chunk's beginning, what follows them, and those at its end; a chunk of nothing else has all
    /// of them in the first, and nothing that follows.
    private(set) var leadingBlanks = BlankRows()
    private(set) var leadingNeighbour: BlankRows.Neighbour?
    private(set) var trailingBlanks = BlankRows()
    /// The row in front of the blank ones at the end.
    private var blanksNeighbour = BlankRows.Neighbour.record
    /// The last row that was passed over as a margin.
    private var marginLine = -1
    /// The number that the chunk's footers say the file has of records; −1 where none does.
    private(set) var statedTotal = -1

    private let plan: FormatPlan
    private let dataset: DatasetPlan
    private let match: HeaderMatch
    private let batch: RowBatch
    private let columnCount: Int
    private let rowLimitBytes: Int
    private let scratch: Int
    private let refusesPatients: Bool
    private let keys: KeyPlan
    private let margin: Margin
    private let rowShape: RowShape
    private let gate: ContentGate
    private var detector: Detector
    /// What was found in the chunk's rows.
    private(set) var tally: DetectionTally
    private let staged: Flat<StagedRow>
    private let stagedHashes: Flat<UInt64>
    /// By row of the batch, of the key that was hashed last.
    private let keyHashes: Flat<UInt64>
    private var scanner: RowScanner
    private var chunk: Chunk
    /// Rows of the batch, and where the unescaped cells of the next one may begin.
    private var batchCount = 0
    private var scratchEnd = 0
    private let task: Task
    private var matches: [Match] = []
    private var gathered: [UInt64] = []
    private var nextNote = 0
    private var rowBudget = Int.max
    /// The rest of a row that is too long is passed over.
    private var isSkipping = false

    /// What is done with rows.
    enum Task {
        /// The first pass: all that there is to do, the references of the rows to others among it.
        case judge(References?)
        /// A second pass, which only looks for rows with these keys.
        case find(KeyCandidates)
        /// Of a table that others refer to, only the hashes of all keys are wanted.
        case gather

        fileprivate var isJudging: Bool { if case .judge = self { true } else { false } }
    }

    enum Pause {
        case blockFull
        case chunkEnd
        /// Nothing more of the file is to be read.
        case stop
    }

    /// A row that was judged, kept or not.
    struct StagedRow: BitwiseCopyable {
        /// From 0 within the chunk.
        var line: Int
        /// Index in the minimiser's block; −1 when the row was rejected.
        var record: Int
    }

    /// A row, on the second pass, that has a key looked for.
    struct Match {
        /// From 0 within the chunk.
        var line: Int
        var key: Int
        /// The key itself, see `KeyPlan.bytes`.
        var bytes: [UInt8]
    }

    init(
        plan: FormatPlan, match: HeaderMatch, keys: KeyPlan, task: Task = .judge(nil), lookUps: LookUps = .none,
        arena: Arena
    ) {
        self.task = task
        self.plan = plan
        self.match = match
        self.keys = keys
        let dataset = plan.datasets[match.datasetIndex]
        self.dataset = dataset
        columnCount = match.columns.count
        rowLimitBytes = plan.limits.rowLimitBytes
        scratch = Chunk.scratch(plan.limits)
        refusesPatients = plan.refusesPatients
        batch = RowBatch(
            columnCount: match.columns.count, fieldCount: dataset.fields.count, cellRoom: plan.limits.columnLimit + 1,
            arena: arena)
        chunk = Chunk(limits: plan.limits, arena: arena)
        scanner = RowScanner(delimiter: match.delimiter, cells: batch.cells(of: 0))
        var collector = FindingCollector(plan: plan)
        collector.begin(match)
        judge = RowJudge(
            plan: plan, dataset: dataset, columns: match.columns,
            wanted: task.isJudging ? dataset.usedFields : keys.fields,
            batch: batch, collector: collector, lookUps: lookUps, arena: arena, dateSystem: match.dateSystem,
            isQuiet: !task.isJudging,
            onlyFields: task.isJudging ? nil : keys.fields)
        minimiser = Minimiser(plan: plan, dataset: dataset, arena: arena)
        margin = Margin(dataset: dataset, match: match, arena: arena)
        rowShape = RowShape(dataset: dataset, match: match)
        gate = ContentGate(plan: plan, match: match)
        let looks = task.isJudging && !gate.columns.isEmpty
        detector = Detector(
            words: looks ? plan.nameWords : [], ordinary: looks ? plan.ordinaryWords : [], today: plan.today,
            limitBytes: looks ? plan.limits.cellLimitBytes : 0, arena: arena)
        tally = DetectionTally(columnCount: columnCount + 1)
        runs = task.isJudging ? NumberRuns.all(of: dataset, plan: plan, columns: match.columns) : []
        shape = task.isJudging ? TableShape(dataset, columns: match.columns, arena: arena) : nil
        staged = arena.flat(plan.limits.blockRows, repeating: StagedRow(line: 0, record: -1))
        stagedHashes = arena.flat(keys.count * plan.limits.blockRows, repeating: 0)
        keyHashes = arena.flat(RowBatch.rowLimit, repeating: 0)
    }

    // MARK: - A chunk

    /// Takes the next chunk from `source` in place of the last one.
    mutating func take(from source: any ChunkSource) throws(ReaderError) -> Bool { try source.next(&chunk) }

    /// Where the chunk stands in the file.
    var bytesRead: Int { chunk.bytesRead }

    /// Goes to the chunk's first row, with the date formats that are known and the rows that may still be read.
    mutating func begin(formats: [Int32], rowBudget: Int = .max) {
        judge.begin(formats: formats)
        minimiser.removeAll()
        tally.removeAll()
        (matches, gathered) = ([], [])
        scanner.restart(at: 0, in: chunk.text)
        (readCount, rejectedCount, lineCount, stagedCount, nextNote) = (0, 0, 0, 0, 0)
        account = LineAccount()
        account.total = chunk.rowCount ?? chunk.text.lineEnds(in: 0..<chunk.end)
        if chunk.end > 0 { endsWithLineEnd = [0x0A, 0x0D].contains(chunk.text[chunk.end - 1]) }
        isSkipping = chunk.startsInLongRow
        isRefused = false
        statedTotal = -1
        for index in runs.indices { runs[index].removeAll() }
        shape?.removeAll()
        leadingBlanks.removeAll()
        trailingBlanks.removeAll()
        leadingNeighbour = nil
        marginLine = -1
        self.rowBudget = rowBudget
    }

    /// Rows that may still be read, known once it is the chunk's turn.
    mutating func set(rowBudget: Int) { self.rowBudget = rowBudget }

    /// Takes rows until the stage is full or the chunk ends.
    mutating func advance() -> Pause {
        while stagedCount < staged.count {
            let pause = fillBatch(limit: min(RowBatch.rowLimit, staged.count &- stagedCount))
            takeBatch()
            if let pause { return pause }
        }
        return .blockFull
    }

    /// Scans rows into the batch. Nil when it is full.
    private mutating func fillBatch(limit: Int) -> Pause? {
        let text = chunk.text
        let end = chunk.end
        batchCount = 0
        scratchEnd = scratch
        while batchCount < limit, scratchEnd &- scratch <= rowLimitBytes {
            if isSkipping, !skip(text, end: end) { return .chunkEnd }
            scanner.cells = batch.cells(of: batchCount)
            // The chunk ends with a row, or in one that is too long.
            let outcome = scanner.scan(text, end: end, isLast: true)
            let rowEnd = if case .row = outcome { scanner.position } else { end }
            if rowEnd &- scanner.rowStart > rowLimitBytes {
                guard takeLongRow(text) else { return .stop }
                continue
            }
            switch outcome {
            case .row:
                guard takeRow(text) else { return .stop }
                lineCount &+= 1
            case .unclosedQuote:
                if refusesPatients, !passesGate(text, from: scanner.rowStart, to: end) { return .stop }
                fail(.quoteUnclosed, rule: FindingRule.quoting, rows: [lineCount])
                return .stop
            case .incomplete, .end: return .chunkEnd
            }
        }
        return nil
    }

    /// Judges the rows of the batch and minimises those that are kept.
    private mutating func takeBatch() {
        guard batchCount > 0 else { return }
        let text = chunk.text
        // By the cells as they stand in the file: what is judged may be freed of what stands around it.
        let looksForDoubles = keys.count > 0 && !keys.rejects(0)
        if looksForDoubles { hashKeys(0, keys, text) }
        judge.judge(text, count: batchCount)
        switch task {
        case .judge(let references): if let references { judgeReferences(references, text) }
        case .find(let candidates): return find(candidates, text)
        case .gather: return gather(text)
        }
        for index in runs.indices { runs[index].add(batch, count: batchCount) }
        shape?.add(batch, count: batchCount, text)
        var record = minimiser.rowCount
        minimiser.add(batch, count: batchCount)
        for row in 0..<batchCount {
            let isRejected = batch.isRejected[row]
            staged[stagedCount &+ row] = StagedRow(line: batch.lines[row], record: isRejected ? -1 : record)
            if isRejected {
                rejectedCount &+= 1
                if rowShape.isHeadings(text, batch.cells(of: row), columnCount) {
                    judge.collector.note(.headingsDiffer, columnNumber: 0, row: batch.lines[row])
                }
                continue
            }
            if minimiser.linkField >= 0 {
                judge.select(row)
                if minimiser.linkMore.isEmpty {
                    minimiser.link(record, text, judge.linkableCell(of: minimiser.linkField))
                } else {
                    minimiser.link(
                        record, text, surname: judge.linkableCell(of: minimiser.linkField),
                        forename: judge.linkableCell(of: minimiser.linkMore[0]),
                        birth: judge.values[minimiser.linkMore[1]])
                }
            }
            record &+= 1
        }
        if looksForDoubles {
            for row in 0..<batchCount where batch.isRejected[row] { keyHashes[row] = 0 }
        }
        for key in 0..<keys.count {
            if !looksForDoubles { hashKeys(key, keys, text) }
            stagedHashes.copy(0..<batchCount, from: keyHashes, to: key &* staged.count &+ stagedCount)
        }
        stagedCount &+= batchCount
    }

    /// Rejects the rows of the batch that refer to what is not there.
    private mutating func judgeReferences(_ references: References, _ text: Flat<UInt8>) {
        for key in 0..<references.keys.count {
            hashKeys(key, references.keys, text)
            for row in 0..<batchCount where !references.holds(keyHashes[row], key: key) {
                references.keys.note(key, row: batch.lines[row], in: &judge.collector)
                batch.isRejected[row] = true
            }
        }
    }

    /// The rows since the last one were dealt with.
    mutating func emptyStage() { stagedCount = 0 }

    @inline(__always)
    func stagedRow(_ index: Int) -> StagedRow { staged[index] }

    /// 0 when a part of the key is missing or bad.
    @inline(__always)
    func stagedHash(_ index: Int, key: Int) -> UInt64 { stagedHashes[key &* staged.count &+ index] }

    private mutating func fail(_ code: FindingCode, rule: String, rows: [Int] = [], arguments: [Int] = []) {
        judge.collector.add(
            Finding(rule: rule, code: code, severity: .fatal, rows: rows, arguments: arguments, message: ""))
    }

    // MARK: - One row

    /// False when nothing more should be read.
    @inline(__always)
    private mutating func takeRow(_ text: Flat<UInt8>) -> Bool {
        var cellCount = scanner.cellCount
        let cells = scanner.cells
        if cells[0].start == cells[0].end, isEmpty(from: 0, cellCount) {
            account.blank &+= 1
            takeBlankRow()
            return true
        }
        var marks = scanner.rowMarks
        if scanner.breakCount > 0, chunk.rowCount == nil { account.insideCells &+= scanner.breakCount }
        if marks.contains(.forbidden), takePadding(text, &cellCount, &marks) { return true }
        if marks.contains(.escaped) { scratchEnd = scanner.unescape(text, scratch: scratchEnd) }
        if margin.mayBeOne(text, cells, min(cellCount, cells.count)),
            let kind = margin.kind(text, cells, min(cellCount, cells.count))
        {
            // A patient's number in a footer is one all the same.
            if refusesPatients, !passesGate(text, from: scanner.rowStart, to: scanner.position) { return false }
            takeMargin(kind, text, cellCount)
            return true
        }
        if trailingBlanks.count > 0 || leadingNeighbour == nil { endBlankRows(at: .record) }
        if marks.contains(.holdsBreak), chunk.rowCount == nil, takeSwallowedRows(text) { return !isRefused }
        guard readCount < rowBudget else {
            fail(.limitExceeded, rule: FindingRule.rowLimit)
            return false
        }
        readCount &+= 1
        account.records &+= 1
        if task.isJudging, !gate.columns.isEmpty, !passesGate(text, cellCount) { return false }
        if task.isJudging, refusesPatients {
            // What a cell's bounds leave out: text after a closing quote, cells beyond those that are kept, the rest of
            // a longer cell than is searched.
            if cellCount > cells.count || !marks.isDisjoint(with: [.afterQuote, .forbidden])
                || scanner.position &- scanner.rowStart > plan.limits.cellLimitBytes,
                !passesGate(text, from: scanner.rowStart, to: scanner.position)
            {
                return false
            }
        }
        if cellCount != columnCount {
            guard fitsHeader(cellCount) else {
                let isHeadings = rowShape.isHeadings(text, cells, min(cellCount, cells.count))
                judge.collector.note(isHeadings ? .headingsDiffer : .rowRagged, columnNumber: 0, row: lineCount)
                rejectedCount &+= 1
                return true
            }
        }
        let needsInspection =
            !marks.isDisjoint(with: [.beyondASCII, .forbidden, .tab, .afterQuote])
            || scanner.position &- scanner.rowStart > plan.limits.cellLimitBytes
        batch.lines[batchCount] = lineCount
        batch.isRejected[batchCount] = false
        if needsInspection {
            judge.select(batchCount)
            judge.inspect(text, cellCount: min(cellCount, columnCount))
        }
        if nextNote < chunk.notes.count { takeNotes() }
        batchCount &+= 1
        return true
    }

    private mutating func takeBlankRow() {
        if leadingNeighbour == nil { return leadingBlanks.add(lineCount) }
        if trailingBlanks.count == 0 { blanksNeighbour = marginLine == lineCount &- 1 ? .other : .record }
        trailingBlanks.add(lineCount)
    }

    /// A row that is not blank has come.
    @inline(never)
    private mutating func endBlankRows(at neighbour: BlankRows.Neighbour) {
        if leadingNeighbour == nil { leadingNeighbour = neighbour }
        trailingBlanks.settle(between: blanksNeighbour, and: neighbour, in: &judge.collector)
        if neighbour == .other { marginLine = lineCount }
    }

    /// What the chunk's last row is that is not blank; nil where there is none.
    var lastNeighbour: BlankRows.Neighbour? {
        guard leadingNeighbour != nil else { return nil }
        return trailingBlanks.count > 0 ? blanksNeighbour : marginLine == lineCount - 1 ? .other : .record
    }

    /// Keeps the keys of the batch's rows that a candidate may have.
    private mutating func find(_ candidates: KeyCandidates, _ text: Flat<UInt8>) {
        for key in 0..<keys.count {
            hashKeys(key, keys, text)
            for row in 0..<batchCount where keyHashes[row] != 0 && candidates.holds(keyHashes[row], key: key) {
                judge.select(row)
                matches.append(Match(line: batch.lines[row], key: key, bytes: keys.bytes(key, text, judge)))
            }
        }
    }

    private mutating func gather(_ text: Flat<UInt8>) {
        for key in 0..<keys.count {
            hashKeys(key, keys, text)
            for row in 0..<batchCount where keyHashes[row] != 0 { gathered.append(keyHashes[row]) }
        }
    }

    /// Puts the hashes of one key in all rows of the batch into `keyHashes`; 0 where a part is missing or bad.
    private mutating func hashKeys(_ key: Int, _ keys: KeyPlan, _ text: Flat<UInt8>) {
        if keys.isPlain(key) {
            for row in 0..<batchCount {
                keyHashes[row] = keys.hash(key, text, batch.values(of: row), batch.cells(of: row))
            }
        } else {
            for row in 0..<batchCount {
                judge.select(row)
                keyHashes[row] = keys.slowHash(key, text, judge)
            }
        }
    }

    /// The hashes of the chunk's keys.
    mutating func takeGathered() -> [UInt64] {
        defer { gathered = [] }
        return gathered
    }

    mutating func takeMatches() -> [Match] {
        defer { matches = [] }
        return matches
    }

    /// Puts the reader's notes on the row that was scanned on record, and rejects it for them.
    private mutating func takeNotes() {
        while nextNote < chunk.notes.count, chunk.notes[nextNote].row <= lineCount {
            let note = chunk.notes[nextNote]
            nextNote += 1
            guard note.row == lineCount, note.column < columnCount else { continue }
            if !judge.isQuiet { judge.collector.note(note.kind, columnNumber: note.column + 1, row: lineCount) }
            // Said once: that the cell is empty then is no mistake of its own.
            scanner.cells[note.column].marks.insert(.rejected)
            if judge.isRead(note.column) { batch.isRejected[batchCount] = true }
        }
    }

    /// Puts on record a repeated header or a footer, which are no records.
    private mutating func takeMargin(_ kind: FindingKind, _ text: Flat<UInt8>, _ cellCount: Int) {
        endBlankRows(at: .other)
        if kind == .headerRepeated { account.headings &+= 1 } else { account.margins &+= 1 }
        judge.collector.note(kind, columnNumber: 0, row: lineCount)
        let cells = scanner.cells
        if kind == .footerIgnored || kind == .marginIgnored,
            let total = margin.statedTotal(text, cells, min(cellCount, cells.count))
        {
            statedTotal = total
        }
    }

    /// Passes over what programs fill files up with at their end: a Ctrl-Z of DOS, NULs of a block device. True when the
    /// row is nothing else; where it follows the last row without a line end, the row's last cell is rid of it.
    private mutating func takePadding(
        _ text: Flat<UInt8>, _ cellCount: inout Int, _ marks: inout RowScanner.Marks
    ) -> Bool {
        func isPadding(_ index: Int) -> Bool { text[index] == 0 || text[index] == 0x1A || text[index] == 0xFF }
        var end = scanner.position
        while end > scanner.rowStart, text[end - 1] == 0x0A || text[end - 1] == 0x0D { end -= 1 }
        var index = end
        while index > scanner.rowStart, isPadding(index - 1) { index -= 1 }
        // A byte that is no character is padding only beside some: half of a NUL of UTF-16.
        guard index < end, (index..<end).contains(where: { text[$0] != 0xFF }) else { return false }
        if index == scanner.rowStart {
            endBlankRows(at: .other)
            account.margins &+= 1
            judge.collector.note(.marginIgnored, columnNumber: 0, row: lineCount)
            return true
        }
        let last = cellCount - 1
        guard end == scanner.position, last < scanner.cells.count, Int(scanner.cells[last].end) == end else {
            return false
        }
        while index > Int(scanner.cells[last].start), isBlank(text[index - 1]) { index -= 1 }
        scanner.cells[last].end = Int32(truncatingIfNeeded: max(index, Int(scanner.cells[last].start)))
        if !(scanner.rowStart..<index).contains(where: { text[$0] < 0x20 && text[$0] != 0x09 }) {
            scanner.cells[last].marks.remove(.forbidden)
            marks.remove(.forbidden)
        }
        judge.collector.note(.marginIgnored, columnNumber: 0, row: lineCount)
        return false
    }

    /// Rejects a row in which a quoted cell holds whole rows, because a quotation mark is missing or too many. The rows
    /// it holds are read and rejected with it.
    private mutating func takeSwallowedRows(_ text: Flat<UInt8>) -> Bool {
        let lines = rowShape.recordLines(text, scanner.rowStart..<scanner.position)
        guard lines >= 2 else { return false }
        if task.isJudging, refusesPatients, !passesGate(text, from: scanner.rowStart, to: scanner.position) {
            return true
        }
        judge.collector.note(.quoteHoldsRows, columnNumber: 0, row: lineCount)
        readCount &+= lines
        rejectedCount &+= lines
        account.records &+= lines
        account.insideCells &-= lines &- 1
        return true
    }

    private func isEmpty(from first: Int, _ cellCount: Int) -> Bool {
        let cells = scanner.cells
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
            scanner.cells[column] = RowScanner.Cell(start: 0, end: 0, marks: [])
        }
        return true
    }

    /// Looks for identifiers in the cells that rules on contents ask for; false when one refuses the file.
    private mutating func passesGate(_ text: Flat<UInt8>, _ cellCount: Int) -> Bool {
        let cells = scanner.cells
        let limit = min(cellCount, cells.count)
        for column in gate.columns {
            // The last stands for all that the row has too many.
            let end = column.index < columnCount ? min(column.index + 1, limit) : limit
            for index in column.index..<max(column.index, end) { look(text, cells[index], column) }
        }
        return !isRefused
    }

    private mutating func look(_ text: Flat<UInt8>, _ cell: RowScanner.Cell, _ column: ContentGate.Column) {
        let (start, end) = (Int(cell.start), Int(cell.end))
        guard start < end else { return }
        tally.fill(column.index)
        if !column.searched.isEmpty {
            let found = detector.kinds(text, start, end, wanted: column.searched)
            if !found.isEmpty { tally.add(column.index, found, row: lineCount) }
            if !found.isDisjoint(with: column.stopping) { isRefused = true }
        }
        guard !column.weighed.isEmpty else { return }
        let (shaped, valid) = detector.weigh(text, start, end, wanted: column.weighed)
        guard !shaped.isEmpty else { return }
        let hash = DistinctSample.hash(text, start, end)
        tally.add(column.index, shaped: shaped, valid: valid, hash: hash, row: lineCount)
    }

    /// Looks for an NHS number in bytes of a row whose cells say too little.
    private mutating func passesGate(_ text: Flat<UInt8>, from start: Int, to end: Int) -> Bool {
        guard Identifier.holdsNHSNumber(text, start, end) else { return true }
        judge.collector.add(
            Finding(
                rule: FindingRule.nhsNumber, code: .patientIdentifier, severity: .refusal, rows: [lineCount],
                message: ""))
        isRefused = true
        return false
    }

    // MARK: - Long rows

    /// Rejects the row at hand, which is longer than the limit; false when a quote that was never closed made it so.
    private mutating func takeLongRow(_ text: Flat<UInt8>) -> Bool {
        let start = scanner.rowStart
        // Only what lies within the limit is judged, so that the result does not depend on how much was read.
        scanner.restart(at: start, in: text)
        _ = scanner.scan(text, end: start + rowLimitBytes, isLast: false)
        if scanner.endsInBrokenQuote {
            if refusesPatients, !passesGate(text, from: start, to: start + rowLimitBytes) { return false }
            fail(.quoteUnclosed, rule: FindingRule.quoting, rows: [lineCount])
            return false
        }
        guard readCount < rowBudget else {
            fail(.limitExceeded, rule: FindingRule.rowLimit)
            return false
        }
        endBlankRows(at: .record)
        judge.collector.note(.rowTooLong, columnNumber: 0, row: lineCount)
        readCount += 1
        rejectedCount += 1
        account.records += 1
        if chunk.rowCount == nil { account.insideCells += text.lineEnds(in: start..<start + rowLimitBytes) }
        if refusesPatients {
            // The rest of the row would go unread, so nobody could say that no patient is named in it.
            if passesGate(text, from: start, to: start + rowLimitBytes) {
                fail(.limitExceeded, rule: FindingRule.rowLimit, rows: [lineCount])
            }
            return false
        }
        lineCount += 1
        scanner.restart(at: start + rowLimitBytes, in: text)
        isSkipping = true
        return true
    }

    /// Goes to the next line end; false when the chunk holds none.
    private mutating func skip(_ text: Flat<UInt8>, end: Int) -> Bool {
        guard let next = text.lineEnd(from: scanner.position, to: end, isLast: true) else { return false }
        scanner.restart(at: next, in: text)
        isSkipping = false
        return true
    }

    // MARK: - Blocks

    /// Takes the records at `indices`, ascending, out of the block.
    mutating func remove(_ indices: [Int]) { minimiser.remove(indices) }

    /// Takes a record's contents, to be held until it is known whether it may be kept.
    func held(_ record: Int) -> Minimiser.Held { minimiser.held(record) }

    mutating func restore(_ held: Minimiser.Held) { minimiser.add(held) }

    /// Finishes the block; nil when it is empty.
    mutating func seal() -> (block: RecordBlock, links: LinkIdentifiers?)? { minimiser.seal() }
}
