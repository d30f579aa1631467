import Glibc
package import SluiceModel
import SluiceSystem
package import SluiceWire

/// One run of the worker over one claimed file: what it is given and where it is stopped.
package struct WorkerJob: Sendable {
    /// Path of `sluice-decode`.
    package var executable: String
    /// The spool copy, open for reading, from its start. Stays the caller's, who keeps it open during `run`.
    package var input: Int32
    package var plan: FormatPlan
    /// Wall clock, without the time the callbacks take.
    package var timeLimitSeconds: Int
    /// Address space.
    package var memoryLimitBytes: Int
    /// Go on where the kernel has no Landlock.
    package var allowDegraded: Bool
    /// What the worker may write to its pipes in all; nil for what no sound worker needs for an input of this size.
    package var outputLimitBytes: Int?
    /// A look-up of postcodes, open for reading, and its size. Stays the caller's.
    package var directory: Directory?

    package struct Directory: Sendable {
        package var descriptor: Int32
        package var bytes: Int

        package init(descriptor: Int32, bytes: Int) {
            self.descriptor = descriptor
            self.bytes = bytes
        }
    }

    package init(
        executable: String, input: Int32, plan: FormatPlan, timeLimitSeconds: Int, memoryLimitBytes: Int,
        allowDegraded: Bool, outputLimitBytes: Int? = nil
    ) {
        self.executable = executable
        self.input = input
        self.plan = plan
        self.timeLimitSeconds = timeLimitSeconds
        self.memoryLimitBytes = memoryLimitBytes
        self.allowDegraded = allowDegraded
        self.outputLimitBytes = outputLimitBytes
    }

    /// What no sound worker writes more of, for a text of so many bytes: a record takes some twenty bytes and an
    /// identifier, a row of the text a few; findings and progress little. Never more than the rows that the plan allows
    /// can take.
    package static func outputLimitBytes(textBytes: Int, plan: FormatPlan) -> Int {
        let bySize = textBytes.multipliedReportingOverflow(by: 32)
        let byRows = plan.limits.rowLimit.multipliedReportingOverflow(by: plan.recordLimitBytes)
        let records = min(
            bySize.overflow ? Int.max : bySize.partialValue, byRows.overflow ? Int.max : byRows.partialValue)
        let (total, overflow) = records.addingReportingOverflow(64 << 20)
        return overflow ? Int.max : total
    }
}

package enum WorkerResult: Sendable {
    /// It read the file to its end, said so and exited with 0. Checked, see `WireReader`.
    case report(DecodeReport, SandboxLevel)
    /// It did not. What the callbacks were given must be thrown away.
    case died(WorkerDeath)
}

/// How a worker ended that brought no report.
package enum WorkerDeath: Hashable, Sendable {
    case signalled(Int32)
    case exited(Int32)
    case timeLimit
    case outputLimit
    /// It said something that no sound worker says; it may have been taken over.
    case protocolViolation(WireError)
    /// It said itself that it could not work.
    case failure(WorkerFailure)
    /// The daemon is stopping and took it down.
    case interrupted

    /// A stable word for the delivery's reason and the journal.
    package var reason: String {
        switch self {
        case .signalled, .exited: "worker-died"
        case .timeLimit: "worker-time-limit"
        case .outputLimit: "worker-output-limit"
        case .protocolViolation: "worker-protocol-violation"
        case .failure(let failure): "worker-\(failure.text)"
        case .interrupted: "interrupted"
        }
    }

    /// Whether the file may be to blame, so that the attempt counts towards its quarantine.
    package var countsAgainstFile: Bool {
        switch self {
        case .signalled, .exited, .timeLimit, .outputLimit, .protocolViolation: true
        case .failure(let failure): failure == .internalFault
        case .interrupted: false
        }
    }
}

extension FormatPlan {
    /// The most that one record of any dataset takes on the wire, with its count and an identifier to link by.
    fileprivate var recordLimitBytes: Int {
        let columns = datasets.map { dataset in
            dataset.output.columns.reduce(0) { size, column in
                let codeCount =
                    dimensions.indices.contains(column.dimension) ? dimensions[column.dimension].codeCount : 1
                return size + RecordBlock.width(codeCount: codeCount)
            }
        }
        return (columns.max() ?? 0) + 4 + 1 + LinkIdentifiers.identifierLimitBytes
    }
}

extension WorkerJob {
    /// Starts the worker, hands on what it says and returns when it has ended and is reaped. Blocks its thread.
    ///
    /// The worker gets four descriptors or five and nothing else: 0 the input, 1 the pipe of its frames, 2 a pipe whose
    /// contents are thrown away (they might hold a value), 3 the plan, sealed, and 4 the look-up of postcodes, if any.
    /// The callbacks run on this thread, in the order of the frames, each with data that was checked against the plan.
    ///
    /// - Parameter shouldStop: asked at least every 200 ms, as long as the callbacks do not take longer.
    /// - Throws: `SystemError` when the worker could not be started or followed, and what a callback throws; the
    ///   worker is then killed and reaped.
    package func run(
        onSandbox: (SandboxLevel) throws -> Void = { _ in },
        onRecognised: (_ datasetIndex: Int) throws -> Void = { _ in },
        onBlock: (RecordBlock, LinkIdentifiers?) throws -> Void,
        onProgress: (_ rows: Int, _ bytes: Int) throws -> Void = { _, _ in },
        shouldStop: () -> Bool = { false }
    ) throws -> WorkerResult {
        let inputBytes = try rewoundInputBytes()
        let planFile = try OpenFile(sealing: PlanCodec.encode(plan), label: "the worker's plan")
        var results = try Pipe(label: "the worker's frames")
        var messages = try Pipe(label: "the worker's messages")
        let resultEnd = results.takeReadEnd()
        let messageEnd = messages.takeReadEnd()
        let child = try start(plan: planFile, results: results.takeWriteEnd(), messages: messages.takeWriteEnd())
        return try child.attended {
            try follow(
                child, inputBytes: inputBytes, resultEnd: resultEnd, messageEnd: messageEnd, onSandbox: onSandbox,
                onRecognised: onRecognised, onBlock: onBlock, onProgress: onProgress, shouldStop: shouldStop)
        }
    }

    /// Starts the program; the daemon's copies of its ends of the pipes close on return.
    private func start(
        plan: borrowing OpenFile, results: consuming OpenFile, messages: consuming OpenFile
    ) throws(SystemError) -> ChildProcess {
        // A larger pipe lets the worker decode while the daemon stores. Refused to a user with many pipes, which only
        // costs time.
        _ = fcntl(results.descriptor, Self.setPipeSize, 1 << 20)
        var arguments = [
            "--memory-bytes", "\(memoryLimitBytes)",
            "--cpu-seconds", "\(timeLimitSeconds * DecodeLimits.threadLimit)",
            "--parent", "\(ownProcessID())",
        ]
        if allowDegraded { arguments.append("--allow-degraded") }
        var descriptors = [(Int32(0), input), (1, results.descriptor), (2, messages.descriptor), (3, plan.descriptor)]
        if let directory {
            arguments += ["--directory-bytes", "\(directory.bytes)"]
            descriptors.append((4, directory.descriptor))
        }
        return try ChildProcess.spawn(path: executable, arguments: arguments, descriptors: descriptors)
    }

    /// The size of the input, which is then at its start again: the worker must not begin where an earlier one ended.
    private func rewoundInputBytes() throws(SystemError) -> Int {
        let end = lseek(input, 0, SEEK_END)
        guard end >= 0, lseek(input, 0, SEEK_SET) == 0 else {
            throw SystemError(call: "lseek", path: "the worker's input", errno: errno)
        }
        return end
    }

    private func follow(
        _ child: ChildProcess, inputBytes: Int, resultEnd: borrowing OpenFile, messageEnd: borrowing OpenFile,
        onSandbox: (SandboxLevel) throws -> Void, onRecognised: (Int) throws -> Void,
        onBlock: (RecordBlock, LinkIdentifiers?) throws -> Void, onProgress: (Int, Int) throws -> Void,
        shouldStop: () -> Bool
    ) throws -> WorkerResult {
        var reader = WireReader(plan: plan, inputBytes: inputBytes)
        var deadline = monotonicSeconds() + Double(timeLimitSeconds)
        // Whether the file is packed is the worker's word; it may mean an archive until it has said what it reads.
        let plainLimitBytes = outputLimitBytes ?? Self.outputLimitBytes(textBytes: inputBytes, plan: plan)
        let inflatedBytes = max(inputBytes, plan.limits.inflatedBytes(ofInput: inputBytes))
        let inflatedLimitBytes = outputLimitBytes ?? Self.outputLimitBytes(textBytes: inflatedBytes, plan: plan)
        var outputBytes = 0
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var open = [resultEnd.descriptor, messageEnd.descriptor]
        var sandbox: SandboxLevel?
        var report: DecodeReport?

        // Until both pipes are closed: a worker that stays after its last frame must not block on its messages.
        while !open.isEmpty {
            if shouldStop() { return .died(.interrupted) }
            let left = deadline - monotonicSeconds()
            guard left > 0 else { return .died(.timeLimit) }
            let ready = try waitReadable(open, timeoutMilliseconds: min(Self.stopCheckMilliseconds, milliseconds(left)))
            if ready.contains(messageEnd.descriptor) {
                let count = try messageEnd.read(into: &buffer)
                outputBytes += count
                if count == 0 { open.removeAll { $0 == messageEnd.descriptor } }
            }
            if ready.contains(resultEnd.descriptor) {
                let count = try resultEnd.read(into: &buffer)
                outputBytes += count
                if count == 0 { open.removeAll { $0 == resultEnd.descriptor } }
                reader.push(buffer[..<count])
            }
            guard outputBytes <= inflatedLimitBytes else { return .died(.outputLimit) }

            let callbacksBegan = monotonicSeconds()
            while true {
                let message: WireMessage?
                do throws(WireError) { message = try reader.next() } catch { return .died(.protocolViolation(error)) }
                guard let message else { break }
                switch message {
                case .hello(let level):
                    guard level.landlockABI > 0 || allowDegraded else { return .died(.failure(.sandboxMissing)) }
                    sandbox = level
                    try onSandbox(level)
                case .recognised(let index, _): try onRecognised(index)
                case .progress(let rows, let bytes): try onProgress(rows, bytes)
                case .block(let block, let links): try onBlock(block, links)
                case .report(let final): report = final
                case .failure(let failure): return .died(.failure(failure))
                }
            }
            deadline += monotonicSeconds() - callbacksBegan
            guard reader.mayInflate || outputBytes <= plainLimitBytes else { return .died(.outputLimit) }
        }

        // It may close its pipes and stay; what is left of its time still binds it.
        var status: ExitStatus?
        while status == nil {
            if shouldStop() { return .died(.interrupted) }
            let left = deadline - monotonicSeconds()
            guard left > 0 else { return .died(.timeLimit) }
            status = try child.wait(timeoutMilliseconds: min(Self.stopCheckMilliseconds, milliseconds(left)))
        }
        switch status! {
        case .signalled(let signal): return .died(.signalled(signal))
        case .exited(let code) where code != 0: return .died(.exited(code))
        case .exited: break
        }
        do throws(WireError) { try reader.end() } catch { return .died(.protocolViolation(error)) }
        guard let report, let sandbox else { return .died(.protocolViolation(.truncated(.end))) }
        return .report(report, sandbox)
    }

    private static let stopCheckMilliseconds = 200
    /// F_SETPIPE_SZ of fcntl(2), which the C library shows to GNU sources only.
    private static let setPipeSize: Int32 = 1031

    /// Rounded up, so that the last wait does not end just before the deadline.
    private func milliseconds(_ seconds: Double) -> Int { Int((min(seconds, 3600) * 1000).rounded(.up)) }
}
