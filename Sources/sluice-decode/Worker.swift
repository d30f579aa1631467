import Glibc
import SluiceIngest
import SluiceModel
import SluiceReaders
import SluiceSystem
import SluiceWire

/// The work: confine, read the plan, read the file, report.
struct Worker {
    private let options: Options
    private var output = FramePipe()
    /// Threads are made once, inside the confinement.
    private var team = ThreadTeam(count: 1)

    private init(_ options: Options) { self.options = options }

    /// Does the work and returns the exit code. Whatever happens, the daemon is told by a frame first, as long as it
    /// listens.
    static func run(_ options: Options) -> Int32 {
        var worker = Worker(options)
        return worker.run()
    }

    private mutating func run() -> Int32 {
        do throws(WorkerFailure) {
            try confine()
            let plan = try Worker.readPlan()
            output.frames.plan = plan
            let input = try FileInput()
            let ingest = Ingest(plan: plan, team: team, lookUps: options.lookUps)
            let report: DecodeReport
            do throws(IngestError) {
                report = try ingest.run(input: input, output: &output)
            } catch {
                switch error {
                case .inputFailed: throw WorkerFailure.inputUnreadable
                case .outputFailed: throw output.failure ?? WorkerFailure.outputFailed
                }
            }
            do throws(WireError) { try output.frames.report(report) } catch { throw WorkerFailure.internalFault }
            output.flush()
            return ExitCode.done
        } catch {
            output.frames.failure(error)
            output.flush()
            return ExitCode.failed
        }
    }

    /// Says hello with the level that was reached, before anything is read.
    private mutating func confine() throws(WorkerFailure) {
        useOneHeap()
        var team: ThreadTeam?
        let (level, failure) = options.confine {
            team = ThreadTeam(count: min(processorCount(), DecodeLimits.threadLimit))
        }
        if let team { self.team = team }
        output.frames.hello(level)
        if let failure { throw failure }
    }

    static func readPlan() throws(WorkerFailure) -> FormatPlan {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try OpenFile(descriptor: 3, label: "the plan").readToEnd(limitBytes: Wire.planLimitBytes)
        } catch {
            throw .planInvalid
        }
        let plan: FormatPlan
        do throws(WireError) {
            plan = try PlanCodec.decode(bytes)
        } catch {
            say("sluice-decode: the plan cannot be read: \(error)\n", to: 2)
            throw .planInvalid
        }
        guard plan.check().isEmpty else {
            say("sluice-decode: the plan does not make sense\n", to: 2)
            throw .planInvalid
        }
        return plan
    }
}

extension Options {
    /// Confines the process, with the threads that `startThreads` makes. Returns the level that was reached, and why it
    /// must not go on.
    func confine(startThreads: () -> Void = {}) -> (level: SandboxLevel, failure: WorkerFailure?) {
        let report: SandboxReport
        do throws(SystemError) {
            report = try confineWorker(
                memoryLimitBytes: memoryLimitBytes, cpuSeconds: cpuLimitSeconds, parentProcessID: parent,
                startThreads: startThreads)
        } catch {
            say("sluice-decode: \(error.call): error \(error.errno)\n", to: 2)
            return (
                SandboxLevel(landlockABI: 0, hasNoNewPrivileges: false, hasResourceLimits: false), .sandboxFailed
            )
        }
        let level = SandboxLevel(
            landlockABI: report.landlockABI, hasNoNewPrivileges: report.noNewPrivileges,
            hasResourceLimits: report.limits)
        // Landlock binds this thread and later ones; one that ran before would be free.
        guard report.isSingleThreaded else { return (level, .sandboxFailed) }
        guard report.landlockABI > 0 || allowsDegraded else { return (level, .sandboxMissing) }
        return (level, nil)
    }
}

/// The file on descriptor 0, from its start.
final class FileInput: DeliveredBytes {
    let count: Int

    init() throws(WorkerFailure) {
        let end = lseek(0, 0, SEEK_END)
        guard end >= 0 else { throw .inputUnreadable }
        count = end
    }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        while true {
            let count = unsafe pread(0, buffer.baseAddress, buffer.count, offset)
            if count >= 0 { return count }
            guard errno == EINTR else { throw ReadFailure(errno: errno) }
        }
    }
}

/// The frames on descriptor 1, gathered so that a write fills the pipe.
private struct FramePipe: IngestOutput {
    var frames = FrameWriter()
    /// Why a frame could not be made.
    private(set) var failure: WorkerFailure?
    private static let bufferBytes = 1 << 20

    mutating func recognised(datasetIndex: Int, _ assumptions: Assumptions) throws(IngestError) {
        try make { frames throws(WireError) in
            try frames.recognised(datasetIndex: datasetIndex, assumptions)
        }
    }

    mutating func append(_ block: RecordBlock, links: LinkIdentifiers?) throws(IngestError) {
        try make { frames throws(WireError) in try frames.block(block, links: links) }
        if frames.buffer.count >= FramePipe.bufferBytes { flush() }
    }

    /// Sent at once: the daemon shows it, and takes it as a sign of life.
    mutating func progress(rows: Int, bytes: Int) throws(IngestError) {
        frames.progress(rows: rows, bytes: bytes)
        flush()
    }

    /// Writes out what was made. A daemon that no longer listens ends the process: nobody is left to tell.
    mutating func flush() {
        guard writeAll(frames.buffer, to: 1) else { exit(ExitCode.outputClosed) }
        frames.removeAll()
    }

    private mutating func make(_ frame: (inout FrameWriter) throws(WireError) -> Void) throws(IngestError) {
        do throws(WireError) {
            try frame(&frames)
        } catch {
            failure = .internalFault
            throw .outputFailed(EINVAL)
        }
    }
}
