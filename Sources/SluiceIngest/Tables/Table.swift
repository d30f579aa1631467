import SluiceModel
import SluiceReaders
import SluiceSystem

/// One table whose header is known: its rows through the pipelines of a team's threads, in the file's order, and a
/// second pass where keys are in doubt.
struct Table {
    private let plan: FormatPlan
    private let match: HeaderMatch
    private let assumptions: Assumptions
    private let keys: KeyPlan
    private let references: References?
    private let lookUps: LookUps
    private let fold: RowFold
    private let bytesExpected: Int
    private let reopen: (Arena) throws(ReaderError) -> any ChunkSource
    private let arena: Arena

    /// - Parameters:
    ///   - collector: what was found in the header.
    ///   - head: where the lines up to and with the header went.
    ///   - references: what the table's foreign keys refer to; nil when it has none.
    ///   - bytesExpected: what the file has at most. Structured forms may become more text than they have bytes, and no
    ///     more are told as progress.
    ///   - rowsExpected: for the size of the key filter; any number of rows is read.
    ///   - reopen: the rows after the header once more, from the first.
    init(
        plan: FormatPlan, match: HeaderMatch, assumptions: Assumptions, collector: FindingCollector,
        head: LineAccount, references: References?, lookUps: LookUps, bytesExpected: Int, rowsExpected: Int,
        arena: Arena,
        reopen: @escaping (Arena) throws(ReaderError) -> any ChunkSource
    ) {
        var plan = plan
        if let directory = lookUps.directory {
            plan.datasets[match.datasetIndex].output.place(by: directory, tables: plan.codeTables)
        }
        self.plan = plan
        self.match = match
        self.assumptions = assumptions
        self.arena = arena
        self.reopen = reopen
        self.references = references
        self.lookUps = lookUps
        self.bytesExpected = bytesExpected
        keys = KeyPlan(dataset: plan.datasets[match.datasetIndex], match: match, arena: arena)
        fold = RowFold(
            plan: plan, match: match, keys: keys, collector: collector, head: head, rowsExpected: rowsExpected,
            arena: arena)
    }

    func run<Output: IngestOutput>(
        _ source: any HeadedSource, team: ThreadTeam, output: inout Output
    ) throws(IngestError) -> DecodeReport {
        let first = FirstPass(fold: fold, output: output, table: self)
        defer { withExtendedLifetime(first) {} }
        try ChunkRun(source: source, work: first, plan: plan).run(team) { pipeline(.judge(references), $0) }
        output = first.output
        var fold = first.fold
        var pipelines = first.pipelines
        if fold.hasDoubts, !fold.isStopped {
            try settle(&fold, team: team, blocks: &pipelines[0], output: &output)
        }
        fold.add(source.notes)
        try output.progress(rows: fold.counts.read, bytes: min(fold.bytesRead, bytesExpected))
        return fold.report(
            assumptions: assumptions, datasetIndex: match.datasetIndex, minimisers: pipelines.map(\.minimiser))
    }

    private func pipeline(_ task: RowPipeline.Task, _ arena: Arena) -> RowPipeline {
        RowPipeline(plan: plan, match: match, keys: keys, task: task, lookUps: lookUps, arena: arena)
    }

    /// Settles the rows that are in doubt, by reading the table again up to the last of them.
    fileprivate func settle(
        _ fold: inout RowFold, team: ThreadTeam, blocks: inout RowPipeline, output: inout some IngestOutput
    ) throws(IngestError) {
        let arena = Arena()
        let (candidates, lastRow) = fold.candidates(arena: arena)
        let second = SecondPass(formats: fold.formats, firstRow: match.rowNumber + 1, lastRow: lastRow)
        let again: any ChunkSource
        do throws(ReaderError) { again = try reopen(arena) } catch { throw IngestError(error) }
        try ChunkRun(source: again, work: second, plan: plan).run(team) { pipeline(.find(candidates), $0) }
        try fold.settle(second.matches, blocks: &blocks) { (sealed) throws(IngestError) in
            try output.append(sealed.block, links: sealed.links)
        }
        withExtendedLifetime(arena) {}
    }

    // MARK: - What is done with chunks

    /// Judges every row, hands on the blocks.
    private final class FirstPass<Output: IngestOutput>: ChunkWork {
        var fold: RowFold
        var output: Output
        var pipelines: [RowPipeline] = []
        private let table: Table
        private var progressBytes = 0

        /// The daemon takes word of progress as a sign of life.
        private static var progressStepBytes: Int { 4 << 20 }

        init(fold: RowFold, output: Output, table: Table) {
            self.fold = fold
            self.output = output
            self.table = table
        }

        var formats: [Int32] { fold.formats }

        func fold(_ pipeline: inout RowPipeline, _ firstPause: RowPipeline.Pause) throws(IngestError) -> Bool {
            var pause = firstPause
            if fold.contradicts(pipeline) {
                pipeline.begin(formats: fold.formats, rowBudget: fold.rowBudget)
                pause = pipeline.advance()
            } else {
                pipeline.set(rowBudget: fold.rowBudget)
            }
            while true {
                let isEnd = pause != .blockFull
                let sealed = fold.fold(&pipeline, isEnd: isEnd)
                if pipeline.isRefused { fold.stop(isRefused: true) }
                if let sealed, !fold.isRefused { try output.append(sealed.block, links: sealed.links) }
                if fold.isSettlingDue {
                    try table.settle(&fold, team: ThreadTeam(count: 1), blocks: &pipeline, output: &output)
                }
                if isEnd { break }
                pause = pipeline.advance()
            }
            if pause == .stop { fold.stop() }
            if fold.bytesRead - progressBytes >= FirstPass.progressStepBytes {
                progressBytes = fold.bytesRead
                try output.progress(rows: fold.counts.read, bytes: min(fold.bytesRead, table.bytesExpected))
            }
            return !fold.isStopped
        }

        /// Where the pipelines live.
        private var arenas: [Arena] = []

        func stop(_ fault: Unreadable) { fold.stop(fault) }

        func finish(_ pipeline: RowPipeline, _ arena: Arena) {
            pipelines.append(pipeline)
            arenas.append(arena)
        }
    }

    /// Gathers the rows whose keys are candidates.
    private final class SecondPass: ChunkWork {
        let formats: [Int32]
        private(set) var matches: [(rowNumber: Int, key: Int, bytes: [UInt8])] = []
        private var rowNumber: Int
        private let lastRow: Int

        init(formats: [Int32], firstRow: Int, lastRow: Int) {
            self.formats = formats
            rowNumber = firstRow
            self.lastRow = lastRow
        }

        func fold(_ pipeline: inout RowPipeline, _ firstPause: RowPipeline.Pause) throws(IngestError) -> Bool {
            for match in pipeline.takeMatches() where rowNumber + match.line <= lastRow {
                matches.append((rowNumber + match.line, match.key, match.bytes))
            }
            rowNumber += pipeline.lineCount
            return firstPause != .stop && rowNumber <= lastRow
        }

        /// The first pass has met it and said so.
        func stop(_ fault: Unreadable) {}

        func finish(_ pipeline: RowPipeline, _ arena: Arena) {}
    }
}
