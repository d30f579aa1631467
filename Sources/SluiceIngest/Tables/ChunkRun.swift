import SluiceModel
import SluiceReaders
import SluiceSystem

/// What is done with each chunk's rows once it is its turn.
protocol ChunkWork: AnyObject {
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
final class ChunkRun<Work: ChunkWork> {
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
