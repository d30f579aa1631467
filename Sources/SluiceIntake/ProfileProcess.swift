import Glibc
package import SluiceModel
import SluiceSystem
import SluiceWire

/// One run of the worker over a sample file, for its profile instead of its records. The same program, confined the
/// same way, with the same four descriptors.
package struct ProfileJob: Sendable {
    /// Path of `sluice-decode`.
    package var executable: String
    /// Open for reading, from its start. Stays the caller's.
    package var input: Int32
    /// The questions, see `SampleProfile`.
    package var plan: FormatPlan
    package var timeLimitSeconds: Int
    package var memoryLimitBytes: Int

    package init(executable: String, input: Int32, plan: FormatPlan, timeLimitSeconds: Int, memoryLimitBytes: Int) {
        self.executable = executable
        self.input = input
        self.plan = plan
        self.timeLimitSeconds = timeLimitSeconds
        self.memoryLimitBytes = memoryLimitBytes
    }

    package enum Outcome: Sendable {
        /// Checked, see `ProfileCodec`.
        case profile(SampleProfile)
        case refused(ProfileRefusal)
        case died(WorkerDeath)
    }

    /// Starts the worker, reads its one answer and returns when it has ended and is reaped. Blocks its thread.
    ///
    /// - Throws: `SystemError` when the worker could not be started or followed; it is then killed and reaped.
    package func run() throws -> Outcome {
        let questions = try OpenFile(sealing: PlanCodec.encode(plan), label: "the worker's plan")
        var answers = try Pipe(label: "the worker's answer")
        let answerEnd = answers.takeReadEnd()
        let child = try start(questions, answers: answers.takeWriteEnd())
        do {
            let outcome = try follow(child, answerEnd)
            child.kill()
            try child.wait()
            return outcome
        } catch {
            child.kill()
            _ = try? child.wait()
            throw error
        }
    }

    /// Descriptor 2 is `/dev/null`: what the worker says there might hold a value.
    private func start(
        _ questions: borrowing OpenFile, answers: consuming OpenFile
    ) throws(SystemError) -> ChildProcess {
        try ChildProcess.spawn(
            path: executable,
            arguments: [
                "--profile", "--memory-bytes", "\(memoryLimitBytes)", "--cpu-seconds", "\(timeLimitSeconds)",
                "--parent", "\(ownProcessID())",
            ],
            descriptors: [(0, input), (1, answers.descriptor), (3, questions.descriptor)])
    }

    private func follow(_ child: ChildProcess, _ answerEnd: borrowing OpenFile) throws -> Outcome {
        let deadline = monotonicSeconds() + Double(timeLimitSeconds)
        func left() -> Int { Int(((deadline - monotonicSeconds()) * 1000).rounded(.up)) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            guard left() > 0 else { return .died(.timeLimit) }
            guard try !waitReadable([answerEnd.descriptor], timeoutMilliseconds: min(left(), 1000)).isEmpty else {
                continue
            }
            let count = try answerEnd.read(into: &buffer)
            if count == 0 { break }
            guard bytes.count + count <= ProfileCodec.limitBytes else { return .died(.outputLimit) }
            bytes += buffer[..<count]
        }
        var status: ExitStatus?
        while status == nil {
            guard left() > 0 else { return .died(.timeLimit) }
            status = try child.wait(timeoutMilliseconds: min(left(), 1000))
        }
        if case .signalled(let signal) = status { return .died(.signalled(signal)) }
        let answer: ProfileAnswer
        let sandbox: SandboxLevel
        do throws(WireError) {
            (answer, sandbox) = try ProfileCodec.decode(bytes, plan: plan)
        } catch {
            // One that said nothing ended before it could.
            if bytes.isEmpty, case .exited(let code) = status { return .died(.exited(code)) }
            return .died(.protocolViolation(error))
        }
        // The program says why it failed before it exits with more than 0.
        if case .failed(let failure) = answer { return .died(.failure(failure)) }
        guard sandbox.landlockABI > 0 else { return .died(.failure(.sandboxMissing)) }
        if case .exited(let code) = status, code != 0 { return .died(.exited(code)) }
        switch answer {
        case .profile(let profile): return .profile(profile)
        case .refused(let refusal): return .refused(refusal)
        case .failed(let failure): return .died(.failure(failure))
        }
    }
}
