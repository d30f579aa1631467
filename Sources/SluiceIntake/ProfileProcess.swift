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
        let process = AnswerProcess(
            executable: executable, arguments: ["--profile"], input: input, plan: plan,
            timeLimitSeconds: timeLimitSeconds, memoryLimitBytes: memoryLimitBytes,
            answerLimitBytes: ProfileCodec.limitBytes)
        let (bytes, status): ([UInt8], ExitStatus)
        switch try process.run() {
        case .died(let death): return .died(death)
        case .answered(let given, let ended): (bytes, status) = (given, ended)
        }
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
