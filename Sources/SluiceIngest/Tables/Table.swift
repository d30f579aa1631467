import SluiceModel
import SluiceReaders

/// One table whose header is known: its rows through the pipelines of a team's threads, in the file's order, and a
/// second pass where keys are in doubt.
struct Table {
    private let plan: FormatPlan
    private let match: HeaderMatch
    private let assumptions: Assumptions
    private let keys: KeyPlan
    private let fold: RowFold
    private let reopen: (Arena) throws(ReaderError) -> any ChunkSource
    private let arena: Arena

    /// - Parameters:
    ///   - collector: what was found in the header.
    ///   - rowsExpected: for the size of the key filter; any number of rows is read.
    ///   - reopen: the rows after the header once more, from the first.
    init(
        plan: FormatPlan, match: HeaderMatch, assumptions: Assumptions, collector: FindingCollector,
        rowsExpected: Int, arena: Arena, reopen: @escaping (Arena) throws(ReaderError) -> any ChunkSource
    ) {
        self.plan = plan
        self.match = match
        self.assumptions = assumptions
        self.arena = arena
        self.reopen = reopen
        keys = KeyPlan(dataset: plan.datasets[match.datasetIndex], match: match, arena: arena)
        fold = RowFold(
            plan: plan, match: match, keys: keys, collector: collector, rowsExpected: rowsExpected, arena: arena)
    }

    func run<Output: IngestOutput>(
        _ source: any HeadedSource, team: ThreadTeam, output: inout Output
    ) throws(IngestError) -> DecodeReport {
        let first = FirstPass(fold: fold, output: output, table: self)
        defer { withExtendedLifetime(first) {} }
        try ChunkRun(source: source, work: first, plan: plan).run(team) { pipeline(nil, $0) }
        output = first.output
        var fold = first.fold
        var pipelines = first.pipelines
        if fold.hasDoubts, !fold.isStopped {
            try settle(&fold, team: team, blocks: &pipelines[0], output: &output)
        }
        fold.add(source.notes)
        try output.progress(rows: fold.counts.read, bytes: fold.bytesRead)
        return fold.report(
            assumptions: assumptions, datasetIndex: match.datasetIndex, minimisers: pipelines.map(\.minimiser))
    }

    private func pipeline(_ candidates: KeyCandidates?, _ arena: Arena) -> RowPipeline {
        RowPipeline(plan: plan, match: match, keys: keys, candidates: candidates, arena: arena)
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
        try ChunkRun(source: again, work: second, plan: plan).run(team) { pipeline(candidates, $0) }
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
                try output.progress(rows: fold.counts.read, bytes: fold.bytesRead)
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

/// What is done with each chunk's rows once it is its turn.
private protocol ChunkWork: AnyObject {
    /// Date formats that are known by now.
    var formats: [Int32] { get }
    /// Called in the order of the chunks, by one thread at a time; `pause` is what `advance` gave. False to stop.
    func fold(_ pipeline: inout RowPipeline, _ pause: RowPipeline.Pause) throws(IngestError) -> Bool
    /// The reader could make nothing of what follows the chunks that were folded.
    func stop(_ fault: Unreadable)
    /// A thread is done with its pipeline, whose memory is given back with the arena.
    func finish(_ pipeline: RowPipeline, _ arena: Arena)
}

/// Reads chunks, one thread at a time, works on them side by side, and folds them one after the other.
private final class ChunkRun<Work: ChunkWork> {
    private let source: any ChunkSource
    private let work: Work
    private let plan: FormatPlan

    private let reading = Gate()
    /// Guarded by `reading`: chunks given out; no chunk is left.
    private var chunkCount = 0
    private var isExhausted = false

    private let folding = Gate()
    /// Guarded by `folding`: chunks folded; why no more are.
    private var turn = 0
    private var isStopped = false
    private var failure: IngestError?

    init(source: any ChunkSource, work: Work, plan: FormatPlan) {
        self.source = source
        self.work = work
        self.plan = plan
    }

    func run(_ team: ThreadTeam, pipeline: @escaping (Arena) -> RowPipeline) throws(IngestError) {
        team.run { _ in
            let arena = Arena()
            var own = pipeline(arena)
            self.loop(&own)
            self.folding.guarding {
                self.work.finish(own, arena)
            }
        }
        if let failure { throw failure }
    }

    private func loop(_ pipeline: inout RowPipeline) {
        while true {
            reading.lock()
            let ticket = chunkCount
            var isTaken = false
            var error: ReaderError?
            if !isExhausted {
                do throws(ReaderError) { isTaken = try pipeline.take(from: source) } catch let trouble {
                    error = trouble
                }
            }
            if isTaken || error != nil { chunkCount += 1 }
            if !isTaken { isExhausted = true }
            reading.unlock()
            if let error { return stop(error, ticket) }
            guard isTaken else { return }

            let formats = folding.guarding { work.formats }
            pipeline.begin(formats: formats)
            let pause = pipeline.advance()

            folding.lock()
            while turn != ticket, !isStopped { folding.wait() }
            if !isStopped {
                do throws(IngestError) {
                    if try !work.fold(&pipeline, pause) { isStopped = true }
                } catch {
                    failure = error
                    isStopped = true
                }
            }
            turn += 1
            let isDone = isStopped
            folding.wakeAll()
            folding.unlock()
            if isDone {
                reading.guarding { isExhausted = true }
                return
            }
        }
    }
    /// Ends the run for a reason of the reader's, after the chunks before it.
    private func stop(_ error: ReaderError, _ ticket: Int) {
        folding.guarding {
            while turn != ticket, !isStopped { folding.wait() }
            if !isStopped {
                switch error {
                case .failed: failure = IngestError(error)
                case .unreadable(let fault): work.stop(fault)
                }
            }
            isStopped = true
            turn += 1
            folding.wakeAll()
        }
    }
}
