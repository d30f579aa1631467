import SluiceModel
import SluiceReaders

/// Puts chunks together in the file's order: counts, findings, date formats, keys that were there before. One thread at
/// a time folds, and what comes out does not depend on how many there are or on where chunks end.
struct RowFold {
    private(set) var counts = RowCounts()
    private(set) var collector: FindingCollector
    /// By field: index of the date format that an earlier row chose, −1 before.
    private(set) var formats: [Int32]
    /// Nothing more of the file is to be read.
    private(set) var isStopped = false
    private(set) var isRefused = false
    private(set) var bytesRead = 0
    private var statedTotal = -1
    /// Where the lines went so far, those of the head among them.
    private var account: LineAccount
    private var endsWithLineEnd = true
    /// By field: rows without a value there; nil where nobody looked.
    private var missingCounts: [Int?]
    private var missingRows: [Int]
    private var entryCounts: [[Int]]
    /// Fields that the file has no column for.
    private let absentFields: [Int]
    /// What cells say of the encoding the text was taken for.
    private var bytesSeen = RowJudge.BytesSeen()
    private var outsideCount = 0
    private var runs: [NumberRuns]
    private var shape: TableShape
    /// The blank rows that the last chunks end with, and the row in front of them.
    private var blanks = BlankRows()
    private var blanksNeighbour = BlankRows.Neighbour.other
    private let gate: ContentGate
    private var tally: DetectionTally

    private let plan: FormatPlan
    private let dataset: DatasetPlan
    private let keys: KeyPlan
    private var filters: [KeyFilter]
    /// The number of the row before the chunk's first, from 1.
    private var rowNumber: Int
    /// Rows whose key the filter took for one it had seen: kept out of their block until the second pass.
    private var doubtful: [Doubtful] = []

    private struct Doubtful {
        var rowNumber: Int
        var key: Int
        var hash: UInt64
        /// Nil when the row was rejected for another reason, or when an earlier key of it is in doubt.
        var held: Minimiser.Held?
    }

    private struct SettledKey: Hashable {
        var key: Int
        var bytes: [UInt8]
    }

    init(
        plan: FormatPlan, match: HeaderMatch, keys: KeyPlan, collector: FindingCollector, head: LineAccount,
        rowsExpected: Int, arena: Arena
    ) {
        self.plan = plan
        dataset = plan.datasets[match.datasetIndex]
        self.keys = keys
        self.collector = collector
        formats = [Int32](repeating: -1, count: dataset.fields.count)
        rowNumber = match.rowNumber
        account = head
        missingCounts = [Int?](repeating: 0, count: dataset.fields.count)
        missingRows = [Int](repeating: 0, count: dataset.fields.count)
        entryCounts = [[Int]](repeating: [], count: dataset.fields.count)
        absentFields = dataset.fields.indices.filter { !match.columns.contains(.field($0)) }
        gate = ContentGate(plan: plan, match: match)
        runs = NumberRuns.all(of: dataset, plan: plan, columns: match.columns)
        shape = TableShape(dataset, columns: match.columns, arena: arena)
        tally = DetectionTally(columnCount: match.columns.count + 1)
        filters = (0..<keys.count).map { _ in KeyFilter(rowCount: rowsExpected, arena: arena) }
    }

    /// Rows that may still be read.
    var rowBudget: Int { plan.limits.rowLimit - counts.read }

    /// Whether the chunk must be done again with `formats` and `rowBudget`, because earlier rows chose another date
    /// format or leave room for fewer rows.
    func contradicts(_ pipeline: RowPipeline) -> Bool {
        pipeline.readCount > rowBudget || pipeline.judge.contradicts(formats)
    }

    // MARK: - Chunks

    /// Takes in what the pipeline has staged; returns the block of it.
    mutating func fold(
        _ pipeline: inout RowPipeline, isEnd: Bool
    ) -> (block: RecordBlock, links: LinkIdentifiers?)? {
        if keys.count > 0 { lookUpKeys(&pipeline) }
        pipeline.emptyStage()
        if !isEnd { return pipeline.seal() }
        pipeline.judge.keep(&formats)
        counts.read += pipeline.readCount
        counts.rejected += pipeline.rejectedCount
        collector.merge(pipeline.judge.collector, rowOffset: rowNumber + 1)
        tally.merge(pipeline.tally, rowOffset: rowNumber + 1)
        for index in runs.indices { runs[index].add(pipeline.runs[index], rowOffset: rowNumber + 1) }
        if let later = pipeline.shape { shape.add(later, rowOffset: rowNumber + 1) }
        foldBlanks(pipeline)
        for field in missingRows.indices where missingRows[field] == 0 {
            if let line = pipeline.judge.missingLine(of: field) { missingRows[field] = line + rowNumber + 1 }
        }
        rowNumber += pipeline.lineCount
        bytesRead = pipeline.bytesRead
        if pipeline.statedTotal >= 0 { statedTotal = pipeline.statedTotal }
        account = account + pipeline.account
        endsWithLineEnd = pipeline.endsWithLineEnd
        for field in missingCounts.indices {
            missingCounts[field] = pipeline.judge.missingCount(of: field).map { (missingCounts[field] ?? 0) + $0 }
        }
        pipeline.judge.addEntries(to: &entryCounts)
        bytesSeen.add(pipeline.judge.bytesSeen)
        outsideCount += pipeline.judge.outsideCount
        return pipeline.seal()
    }

    /// Before the rows of the chunk are counted.
    private mutating func foldBlanks(_ pipeline: RowPipeline) {
        blanks.add(pipeline.leadingBlanks, rowOffset: rowNumber + 1)
        guard let next = pipeline.leadingNeighbour, let last = pipeline.lastNeighbour else { return }
        blanks.settle(between: blanksNeighbour, and: next, in: &collector)
        blanksNeighbour = last
        blanks.add(pipeline.trailingBlanks, rowOffset: rowNumber + 1)
    }

    mutating func stop(isRefused: Bool = false) {
        isStopped = true
        self.isRefused = self.isRefused || isRefused
    }

    /// The reader can make nothing of the rest.
    mutating func stop(_ fault: Unreadable) {
        collector.add(Finding(fault))
        isStopped = true
    }

    /// What is to be said of the table as a whole.
    mutating func add(_ notes: [FileNote]) {
        for note in notes { collector.add(Finding(note)) }
    }

    mutating func fail(_ code: FindingCode, rule: String, severity: Severity = .fatal, arguments: [Int] = []) {
        collector.add(Finding(rule: rule, code: code, severity: severity, arguments: arguments, message: ""))
    }

    private mutating func lookUpKeys(_ pipeline: inout RowPipeline) {
        var removed: Set<Int> = []
        for key in 0..<keys.count {
            for index in RowFold.doubts(&filters[key], pipeline, key: key) {
                let row = pipeline.stagedRow(index)
                var held: Minimiser.Held?
                if row.record >= 0, removed.insert(row.record).inserted { held = pipeline.held(row.record) }
                doubtful.append(
                    Doubtful(
                        rowNumber: rowNumber + 1 + row.line, key: key, hash: pipeline.stagedHash(index, key: key),
                        held: held))
            }
        }
        if !removed.isEmpty { pipeline.remove(removed.sorted()) }
    }

    /// The staged rows whose key may have been there before.
    private static func doubts(
        _ filter: inout KeyFilter, _ pipeline: RowPipeline, key: Int
    ) -> [Int] {
        var doubts: [Int] = []
        let count = pipeline.stagedCount
        var index = 0
        while index < count {
            // The table is larger than the processor's caches: the lines of later rows are asked for well ahead.
            let ahead = index &+ prefetchDistance
            if ahead < count { filter.prefetch(pipeline.stagedHash(ahead, key: key)) }
            let hash = pipeline.stagedHash(index, key: key)
            if hash != 0, !filter.insert(hash) { doubts.append(index) }
            index &+= 1
        }
        return doubts
    }

    private static let prefetchDistance = 16

    // MARK: - The second pass

    /// Rows in doubt before a second pass is due in the middle of the file, so that they take bounded memory. More
    /// after each one, since every pass reads the file from its beginning.
    private static let doubtfulLimit = 1 << 17
    private var passCount = 0

    var isSettlingDue: Bool { doubtful.count >= RowFold.doubtfulLimit << min(passCount, 3) }

    var hasDoubts: Bool { !doubtful.isEmpty }

    /// What a second pass has to look for, up to and including the last row that is in doubt.
    func candidates(arena: Arena) -> (hashes: KeyCandidates, lastRow: Int) {
        (
            KeyCandidates(doubtful.map { ($0.hash, $0.key) }, arena: arena),
            doubtful.reduce(0) { max($0, $1.rowNumber) }
        )
    }

    /// Takes in what a second pass found, in the file's order: rows with a key that was there before are rejected, and
    /// the others come back as blocks through `emit`.
    mutating func settle(
        _ matches: [(rowNumber: Int, key: Int, bytes: [UInt8])], blocks: inout RowPipeline,
        emit: ((block: RecordBlock, links: LinkIdentifiers?)) throws(IngestError) -> Void
    ) throws(IngestError) {
        struct Place: Hashable {
            var row: Int
            var key: Int
        }
        passCount += 1
        var firstRows: [SettledKey: Int] = [:]
        var doubles: Set<Place> = []
        for match in matches {
            let key = SettledKey(key: match.key, bytes: match.bytes)
            if let first = firstRows[key] {
                if first != match.rowNumber { doubles.insert(Place(row: match.rowNumber, key: match.key)) }
            } else {
                firstRows[key] = match.rowNumber
            }
        }
        // A row is in doubt by one key or by several; it holds its record once.
        var index = 0
        doubtful.sort { ($0.rowNumber, $0.key) < ($1.rowNumber, $1.key) }
        while index < doubtful.count {
            let row = doubtful[index].rowNumber
            var held: Minimiser.Held?
            var isDouble = false
            while index < doubtful.count, doubtful[index].rowNumber == row {
                held = held ?? doubtful[index].held
                let key = doubtful[index].key
                if doubles.contains(Place(row: row, key: key)) {
                    isDouble = isDouble || keys.rejects(key)
                    keys.note(key, row: row, in: &collector)
                }
                index += 1
            }
            guard let held else { continue }
            if isDouble {
                counts.rejected += 1
            } else {
                blocks.restore(held)
                if blocks.minimiser.isFull, let sealed = blocks.seal() { try emit(sealed) }
            }
        }
        doubtful = []
        if let sealed = blocks.seal() { try emit(sealed) }
    }

    // MARK: - The report

    /// The last word on the file, once every chunk was folded and no row is in doubt.
    func report(
        assumptions: Assumptions, datasetIndex: Int, minimisers: [Minimiser]
    ) -> DecodeReport {
        var fold = self
        for finding in gate.findings(tally) { fold.collector.add(finding) }
        for run in runs { if let finding = run.finding(dataset) { fold.collector.add(finding) } }
        fold.blanks.settle(between: blanksNeighbour, and: .other, in: &fold.collector)
        let isWhole = !isStopped
        // The last line may lack its end.
        if !endsWithLineEnd { fold.account.total += 1 }
        if isWhole, fold.account.total != account.accounted {
            fold.fail(
                .linesUnaccounted, rule: FindingRule.accounting,
                arguments: [fold.account.total, account.accounted])
        }
        fold.counts.accepted = counts.read - counts.rejected
        let isGivenUp = isRefused || fold.collector.fileFindings.contains { $0.severity >= .fatal }
        let months = Minimiser.Months(minimisers)
        let period = months.period(dataset.period, until: plan.today.month)
        if !isGivenUp {
            if counts.read == 0 {
                fold.fail(.rowsMissing, rule: FindingRule.file)
            } else {
                // Rows of other months are no errors: they are left out, and named.
                let mistaken = counts.rejected - outsideCount
                let isBeyondTolerance =
                    mistaken * 1_000_000 > dataset.toleranceRowsPerMillion * (counts.read - outsideCount)
                if isBeyondTolerance {
                    fold.fail(.toleranceExceeded, rule: FindingRule.tolerance, arguments: [mistaken, counts.read])
                }
                // Where no row could be used that is the cause, and it has been said.
                let isExplained = isBeyondTolerance && counts.rejected == counts.read
                if dataset.period != .none, period == nil, !isExplained { fold.failPeriod() }
                fold.judgeFileRules(months)
                fold.judgeStatedTotal()
            }
        }
        var assumptions = assumptions
        assumptions.dateFormats = formats.enumerated().compactMap { index, choice in
            let field = dataset.fields[index]
            // One beyond the field's formats are the workbook's own.
            guard field.dateFormats.indices.contains(Int(choice)) else { return nil }
            return Assumptions.DateFormatChoice(field: field.name, format: field.dateFormats[Int(choice)].text)
        }
        let (findings, isCut) = fold.collector.findings()
        // Of a refused file nothing is kept, however good its rows were.
        let isRefused = isRefused || findings.contains { $0.severity == .refusal }
        let rows = isRefused ? RowCounts(read: counts.read, rejected: counts.read) : fold.counts
        var report = DecodeReport(
            assumptions: assumptions, datasetIndex: datasetIndex, rows: rows, period: period, findings: findings,
            findingsCut: isCut, linkedRows: isRefused ? 0 : minimisers.reduce(0) { $0 + $1.linkedRowCount })
        guard isWhole, !isRefused else { return report }
        report.spans = months.spans
        report.missingCounts = missingCounts
        report.entryCounts = entryCounts
        for field in absentFields { report.missingCounts[field] = counts.read }
        report.ascending = shape.ascending.found(fieldCount: dataset.fields.count)
        report.unreadRows = shape.unread.firstRows(fieldCount: dataset.fields.count)
        report.missingRows = missingRows
        if let period {
            report.emptyDays = shape.days.empty(in: period, until: plan.today, fieldCount: dataset.fields.count)
        }
        report.endsWithLineEnd = endsWithLineEnd
        report.droppedFields = gate.droppedFields(tally)
        report.lines = fold.account
        if fitsAnotherEncoding(assumptions) { report.fitsEncoding = .windows1252 }
        return report
    }

    /// Whether text that was taken for UTF-8 by its beginning, and is none, is Windows-1252 all through.
    private func fitsAnotherEncoding(_ assumptions: Assumptions) -> Bool {
        plan.encoding == nil && assumptions.form == .delimited && assumptions.encoding == TextEncoding.utf8.text
            && !assumptions.hasByteOrderMark && dataset.encodings.contains(.windows1252) && bytesSeen.fitWindows1252
    }

    /// The period cannot be told: for want of dates, or for want of a row that could be used.
    private mutating func failPeriod() {
        let isForDates = counts.rejected < counts.read
        fail(.periodUnknown, rule: FindingRule.period, arguments: isForDates ? [] : [counts.read])
    }

    /// What a database program says of its rows, where the dataset has no rule about it.
    private mutating func judgeStatedTotal() {
        let isRuled = dataset.fileRules.contains { if case .controlTotal = $0.kind { true } else { false } }
        guard !isRuled, statedTotal >= 0, statedTotal != counts.read else { return }
        fail(
            .totalMismatch, rule: FindingRule.accounting, severity: .warning, arguments: [statedTotal, counts.read])
    }

    private mutating func judgeFileRules(_ months: Minimiser.Months) {
        for rule in dataset.fileRules {
            let severity: Severity = rule.severity == .error ? .fatal : rule.severity
            switch rule.kind {
            case .controlTotal(_, let isRequired):
                if statedTotal < 0 {
                    if isRequired { fail(.totalMissing, rule: FindingRule.rowRule(rule.id), severity: severity) }
                } else if statedTotal != counts.read {
                    fail(
                        .totalMismatch, rule: FindingRule.rowRule(rule.id), severity: severity,
                        arguments: [statedTotal, counts.read])
                }
            case .coverage(let unit):
                let gaps = months.gaps(unit)
                if let first = gaps.first {
                    fail(
                        .periodGap, rule: FindingRule.rowRule(rule.id), severity: severity,
                        arguments: [gaps.count, first])
                }
            // The daemon knows the earlier deliveries.
            case .suddenChange: break
            }
        }
    }
}
