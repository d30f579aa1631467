import Glibc
import SluiceSystem

/// Runs workers kind by kind, notices when one dies or stands still, and makes failing inputs small.
struct FuzzSupervisor {
    private let options: FuzzOptions
    private let program: String
    /// Absolute: where failing inputs go.
    private let folder: String
    private let stateFile: String

    /// An input that takes longer hangs, even on a machine that is busy.
    private static let hangSeconds = 60
    private static let minimiseSeconds = 60.0
    private static let attemptLimit = 400
    /// Failures of one kind after which the others get their turn.
    private static let failureLimit = 20

    init(_ options: FuzzOptions) throws {
        self.options = options
        program = try executableFolder() + "/sluice-fuzz"
        if unsafe mkdir(options.failures, 0o700) != 0, errno != EEXIST {
            throw SystemError(call: "mkdir", path: options.failures, errno: errno)
        }
        let absolute = unsafe realpath(options.failures, nil)
        guard let absolute = unsafe absolute else {
            throw SystemError(call: "realpath", path: options.failures, errno: errno)
        }
        defer { unsafe free(absolute) }
        folder = unsafe String(cString: absolute)
        stateFile = folder + "/state"
    }

    /// - Returns: 1 when an input failed.
    func run() throws -> Int32 {
        var failures = 0
        var total = 0
        for kind in options.kinds {
            let seconds = max(1, options.seconds / options.kinds.count)
            let outcome = try run(kind, seconds: seconds)
            total += outcome.processorMilliseconds
            failures += outcome.failures
            print(
                "\(kind.rawValue): \(outcome.cases) inputs, \(outcome.processorMilliseconds / 1000) s of processor time,"
                    + " peak \(outcome.peakKiB / 1024) MiB, \(outcome.failures) failures")
            _ = fflush(nil)
        }
        print("in total \(total / 1000) s of processor time, \(failures) failures")
        return failures > 0 ? 1 : 0
    }

    private struct KindOutcome {
        var cases = 0
        var processorMilliseconds = 0
        var peakKiB = 0
        var failures = 0
    }

    private func run(_ kind: FuzzKind, seconds: Int) throws -> KindOutcome {
        var outcome = KindOutcome()
        let end = monotonicSeconds() + Double(seconds)
        // Seeds of different kinds and runs do not overlap.
        var seed = options.seed << 32
        while outcome.failures < FuzzSupervisor.failureLimit {
            let left = Int(end - monotonicSeconds())
            guard left > 0 else { break }
            _ = unsafe unlink(stateFile)
            let child = try spawn(["--loop", kind.rawValue, "\(seed)", "\(left)", stateFile])
            let hung = try watch(child)
            let status = try child.wait()
            outcome.processorMilliseconds += child.processorMilliseconds ?? 0
            guard let state = FuzzState(stateFile) else {
                throw FuzzFailure(description: "the worker ended before its first input")
            }
            outcome.cases += state.cases
            outcome.peakKiB = max(outcome.peakKiB, state.peakKiB)
            if status == .exited(FuzzWorker.ExitCode.fine) { break }
            outcome.failures += 1
            try keep(kind, state.seed, hung ? "hang" : "\(status.map { "\($0)" } ?? "")")
            seed = state.seed + 1
        }
        return outcome
    }

    private func spawn(_ arguments: [String]) throws -> ChildProcess {
        try ChildProcess.spawn(
            path: program, arguments: arguments, environment: ["SWIFT_BACKTRACE": "enable=no"],
            descriptors: [(1, 1), (2, 2)])
    }

    /// Waits for the end; true when the worker stood still and was killed.
    private func watch(_ child: ChildProcess) throws -> Bool {
        var last: UInt64?
        var since = monotonicSeconds()
        while try child.wait(timeoutMilliseconds: 1000) == nil {
            let seed = FuzzState(stateFile)?.seed
            if seed != last {
                last = seed
                since = monotonicSeconds()
            } else if monotonicSeconds() - since > Double(FuzzSupervisor.hangSeconds) {
                child.kill()
                return true
            }
        }
        return false
    }

    // MARK: - Failing inputs

    /// Makes the failing input once more and smaller, and writes it to the folder.
    private func keep(_ kind: FuzzKind, _ seed: UInt64, _ end: String) throws {
        let corpus = try Corpus()
        var found = try Generator(corpus: corpus).make(kind, seed: seed)
        let name = "\(found.name).\(seed)"
        try write(found.bytes, "\(name).whole")
        let size = found.bytes.count
        try minimise(&found)
        try write(found.bytes, "\(name).small")
        print(
            "\(kind.rawValue): seed \(seed) failed (\(end)); \(size) bytes, made \(found.bytes.count), in \(name).small"
        )
        _ = fflush(nil)
    }

    private func write(_ bytes: [UInt8], _ name: String) throws {
        try Folder(path: folder).writeAtomically(FileName(string: name)!, bytes)
    }

    /// Takes out pieces, smaller and smaller, for as long as the rest still fails.
    private func minimise(_ found: inout FuzzCase) throws {
        let end = monotonicSeconds() + FuzzSupervisor.minimiseSeconds
        var attempts = 0
        var size = found.bytes.count / 2
        while size > 0 {
            var start = 0
            while start < found.bytes.count {
                guard attempts < FuzzSupervisor.attemptLimit, monotonicSeconds() < end else { return }
                attempts += 1
                var smaller = found
                smaller.bytes.removeSubrange(start..<min(start + size, found.bytes.count))
                if try fails(smaller) { found = smaller } else { start += size }
            }
            size /= 2
        }
    }

    private func fails(_ found: FuzzCase) throws -> Bool {
        let name = "\(found.name).attempt"
        try write(found.bytes, name)
        let child = try ChildProcess.spawn(
            path: program, arguments: ["--check", "\(folder)/\(name)"],
            environment: ["SWIFT_BACKTRACE": "enable=no"])
        let status = try child.wait(timeoutMilliseconds: FuzzSupervisor.hangSeconds * 1000)
        if status == nil { child.kill() }
        _ = unsafe unlink("\(folder)/\(name)")
        return status != .exited(FuzzWorker.ExitCode.fine)
    }
}

struct FuzzFailure: Error, CustomStringConvertible {
    var description: String
}
