import Glibc
import SluiceModel
import SluiceSystem
import SluiceWire
import Testing

@testable import SluiceIntake

/// The daemon's side of a worker, against scripts that play the worker.
@Suite struct WorkerProcessTests {
    private let folder: Scratch
    private let plan: FormatPlan
    /// The frames of a run with one block of two rows.
    private let frames: [UInt8]

    init() throws {
        folder = try Scratch()
        plan = FormatPlan(
            plugin: "police", pluginVersion: "1", isHealth: false, today: CivilDate("2026-11-20")!,
            limits: DecodeLimits(), patientColumns: [], codeTables: [], patterns: [],
            dimensions: [DimensionPlan(id: "sex", codeCount: 4)],
            datasets: [
                DatasetPlan(
                    id: "crime", edition: "", encodings: [.utf8], delimiters: [44], headerWithinRows: 1,
                    ignoredHeaders: [],
                    fields: [FieldPlan(name: "Sex", headers: ["sex"], type: .string, privacy: .quasi)],
                    rowRules: [], primaryKey: [],
                    output: OutputPlan(
                        kind: .event("offence"), columns: [OutputColumn(dimension: 0, sources: [.constant(1)])]),
                    period: .none, toleranceRowsPerMillion: 0)
            ])
        var writer = FrameWriter()
        writer.hello(SandboxLevel(landlockABI: 3, hasNoNewPrivileges: true, hasResourceLimits: true))
        writer.plan = plan
        writer.progress(rows: 1, bytes: 3)
        try writer.recognised(
            datasetIndex: 0,
            Assumptions(
                dataset: "crime", edition: "", encoding: "utf-8", hasByteOrderMark: false, delimiter: ",",
                headerRowNumber: 1, dateFormats: []))
        try writer.block(
            RecordBlock(rowCount: 2, columns: [RecordBlock.Column(dimension: 0, width: 1, bytes: [1, 3])]), links: nil)
        try writer.report(
            DecodeReport(
                assumptions: nil, datasetIndex: 0, rows: RowCounts(read: 2, accepted: 2), period: nil, findings: []))
        frames = writer.buffer
    }

    /// A job whose worker is a shell script; `$D` in it is the scratch folder.
    private func job(_ script: String, input: borrowing OpenFile, timeLimitSeconds: Int = 60) throws -> WorkerJob {
        try folder.write("frames", frames)
        let path = try folder.write("worker", Array("#!/bin/sh\nD=\(folder.path)\n\(script)\n".utf8), mode: 0o700)
        return WorkerJob(
            executable: path, input: input.descriptor, plan: plan, timeLimitSeconds: timeLimitSeconds,
            memoryLimitBytes: 1 << 30, allowDegraded: false)
    }

    private func result(_ script: String, timeLimitSeconds: Int = 60) throws -> WorkerResult {
        let input = try OpenFile(sealing: Array("Sex\nM\nF\n".utf8), label: "input")
        return try job(script, input: input, timeLimitSeconds: timeLimitSeconds).run(onBlock: { _, _ in })
    }

    private func death(_ script: String, timeLimitSeconds: Int = 60) throws -> WorkerDeath? {
        guard case .died(let death) = try result(script, timeLimitSeconds: timeLimitSeconds) else { return nil }
        return death
    }

    @Test func `a run hands on each frame in order and returns the report`() throws {
        let input = try OpenFile(sealing: Array("Sex\nM\nF\n".utf8), label: "input")
        var seen: [String] = []
        let result = try job("/bin/cat $D/frames", input: input).run(
            onSandbox: { seen.append("sandbox \($0.landlockABI)") },
            onRecognised: { seen.append("dataset \($0)") },
            onBlock: { block, links in seen.append("block \(block.columns[0].bytes) \(links == nil)") },
            onProgress: { seen.append("progress \($0) \($1)") })
        #expect(seen == ["sandbox 3", "progress 1 3", "dataset 0", "block [1, 3] true"])
        guard case .report(let report, let level) = result else {
            Issue.record("no report came")
            return
        }
        #expect(report.rows == RowCounts(read: 2, accepted: 2))
        #expect(level.landlockABI == 3)
    }

    @Test func `the worker gets the input from its start, the plan and nothing else`() throws {
        let bytes = Array("Sex\nM\nF\n".utf8)
        let input = try OpenFile(sealing: bytes, label: "input")
        try input.seek(to: 4)
        let script = """
            /bin/cat > $D/input
            /bin/cat <&3 > $D/plan
            for n in 0 1 2 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$n ] && echo $n; done > $D/descriptors
            pwd > $D/cwd
            /bin/cat $D/frames
            """
        _ = try job(script, input: input).run(onBlock: { _, _ in })
        #expect(try readSmallFile(folder.path + "/input") == bytes)
        #expect(try PlanCodec.decode(readSmallFile(folder.path + "/plan")) == plan)
        #expect(try readSmallFile(folder.path + "/cwd") == Array("/\n".utf8))
        // The loop's own output is 1, saved at 11; the shell reads its script from 10.
        #expect(try readSmallFile(folder.path + "/descriptors") == Array("0\n1\n2\n3\n".utf8))
    }

    @Test func `how the worker ended is told apart`() throws {
        #expect(try death("kill -9 $$") == .signalled(9))
        #expect(try death("exit 3") == .exited(3))
        #expect(try death("/bin/cat $D/frames; exit 1") == .exited(1))
        #expect(try death("exit 0") == .protocolViolation(.truncated(.end)))
        #expect(try death("/bin/cat $D/frames; echo") == .protocolViolation(.trailing(.end)))
        #expect(try death("echo something else altogether") != nil)
        #expect(try death("/bin/sleep 10000", timeLimitSeconds: 0) == .timeLimit)
    }

    @Test func `a worker that writes without end is stopped, whichever pipe it writes to`() throws {
        #expect(try death("exec /bin/cat /dev/zero") == .protocolViolation(.invalid(.frameType)))
        #expect(try death("exec /bin/cat /dev/zero >&2") == .outputLimit)
    }

    @Test func `what a worker may write follows what its file may inflate to, and never exceeds the plan's rows`() {
        let slack = 64 << 20
        #expect(WorkerJob.outputLimitBytes(textBytes: 1000, plan: plan) == 32_000 + slack)
        // One column of a byte, a count, and an identifier with its length.
        let record = 1 + 4 + 1 + LinkIdentifiers.identifierLimitBytes
        for textBytes in [8 << 40, Int.max] {
            #expect(WorkerJob.outputLimitBytes(textBytes: textBytes, plan: plan) == 50_000_000 * record + slack)
        }
        var wide = plan
        wide.limits.rowLimit = Int.max
        #expect(WorkerJob.outputLimitBytes(textBytes: Int.max, plan: wide) == Int.max)
        let limits = DecodeLimits()
        #expect(limits.inflatedBytes(ofInput: 0) == 1 << 20)
        #expect(limits.inflatedBytes(ofInput: 1000) == 100_000 + 1 << 20)
        #expect(limits.inflatedBytes(ofInput: 1 << 40) == limits.inflatedLimitBytes)
    }

    /// Writes a hello, then a dataset in this container, then 70 MiB to its other pipe.
    private func talkative(_ container: Assumptions.Container, inputBytes: Int) throws -> WorkerDeath? {
        var writer = FrameWriter()
        writer.hello(SandboxLevel(landlockABI: 3, hasNoNewPrivileges: true, hasResourceLimits: true))
        writer.plan = plan
        var assumptions = Assumptions(
            dataset: "crime", edition: "", encoding: "utf-8", hasByteOrderMark: false, delimiter: ",",
            headerRowNumber: 1, dateFormats: [])
        assumptions.container = container
        try writer.recognised(datasetIndex: 0, assumptions)
        try folder.write("start", writer.buffer)
        let script = "/bin/cat $D/start; /usr/bin/head -c 73400320 /dev/zero >&2; exit 3"
        let input = try OpenFile(sealing: [UInt8](repeating: 10, count: inputBytes), label: "input")
        guard case .died(let death) = try job(script, input: input).run(onBlock: { _, _ in }) else { return nil }
        return death
    }

    @Test func `a worker whose file is packed may write more, and one whose file is not may not`() throws {
        #expect(try talkative(.none, inputBytes: 1000) == .outputLimit)
        #expect(try talkative(.gzip, inputBytes: 1000) == .exited(3))
        // The file is large enough by itself.
        #expect(try talkative(.none, inputBytes: 1 << 20) == .exited(3))
    }

    @Test func `a worker's own failure comes back as its kind`() throws {
        var writer = FrameWriter()
        writer.hello(SandboxLevel(landlockABI: 3, hasNoNewPrivileges: true, hasResourceLimits: true))
        writer.failure(.inputUnreadable)
        try folder.write("failure", writer.buffer)
        #expect(try death("/bin/cat $D/failure; exit 70") == .failure(.inputUnreadable))
    }

    @Test func `a worker without Landlock is stopped unless the settings allow it`() throws {
        var degraded = frames
        degraded[Wire.frameHeaderBytes + 1] = 0
        try folder.write("degraded", degraded)
        let script = "/bin/cat $D/degraded"
        #expect(try death(script) == .failure(.sandboxMissing))
        let input = try OpenFile(sealing: [], label: "input")
        var allowed = try job(script, input: input)
        allowed.allowDegraded = true
        guard case .report(_, let level) = try allowed.run(onBlock: { _, _ in }) else {
            Issue.record("the degraded worker was stopped")
            return
        }
        #expect(level.landlockABI == 0)
    }

    @Test func `a stop takes the worker down, also when it has closed its pipe and stays`() throws {
        for script in ["/bin/sleep 10000", "exec 1>&- 2>&-; exec /bin/sleep 10000"] {
            let input = try OpenFile(sealing: [], label: "input")
            var asked = 0
            let result = try job(script, input: input).run(
                onBlock: { _, _ in },
                shouldStop: {
                    asked += 1
                    return asked > 2
                })
            guard case .died(.interrupted) = result else {
                Issue.record("it ended in another way")
                return
            }
        }
    }

    @Test func `what a callback throws ends the run`() throws {
        struct StoreIsFull: Error {}
        let input = try OpenFile(sealing: [], label: "input")
        let job = try job("/bin/cat $D/frames; exec /bin/sleep 10000", input: input)
        #expect(throws: StoreIsFull.self) { try job.run(onBlock: { _, _ in throw StoreIsFull() }) }
    }

    @Test func `a worker that cannot be started throws`() throws {
        let input = try OpenFile(sealing: [], label: "input")
        var job = try job("exit 0", input: input)
        job.executable = folder.path + "/missing"
        #expect(throws: SystemError.self) { try job.run(onBlock: { _, _ in }) }
    }
}

/// A folder below /tmp that goes with the test.
private final class Scratch {
    let path: String
    private var names: [String] = []

    init() throws {
        path = "/tmp/sluice-worker-\(ownProcessID())-\(UInt64.random(in: 0...UInt64.max))"
        guard unsafe mkdir(path, 0o700) == 0 else { throw SystemError(call: "mkdir", path: path, errno: errno) }
    }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o600) throws -> String {
        let file = path + "/" + name
        let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw SystemError(call: "open", path: file, errno: errno) }
        try OpenFile(descriptor: descriptor, label: file).writeAll(bytes)
        return file
    }

    deinit {
        for name in (try? listSmallFolder(path)) ?? [] { unsafe unlink(path + "/" + name) }
        unsafe rmdir(path)
    }
}
