import SluiceCertificate
import SluiceSystem
import SluiceWire

/// One run of `sluice-protect`: tables in, what to hide and the proof out. The program holds two descriptors and may be
/// killed at any time; nothing it says is believed.
package struct ProtectJob: Sendable {
    /// Path of `sluice-protect`.
    package var executable: String
    package var timeLimitSeconds: Int
    package var memoryLimitBytes: Int
    /// Whether to go on where the kernel cannot confine it.
    package var allowsDegraded: Bool

    package init(
        executable: String, timeLimitSeconds: Int = 600, memoryLimitBytes: Int = 3 << 29, allowsDegraded: Bool = false
    ) {
        self.executable = executable
        self.timeLimitSeconds = timeLimitSeconds
        self.memoryLimitBytes = memoryLimitBytes
        self.allowsDegraded = allowsDegraded
    }

    /// Starts the program, reads its answer and returns when it has ended and is reaped. Blocks its thread.
    ///
    /// - Throws: `ReleaseRefusal.protectionFailed` when it gave no answer that means anything; `SystemError` when it
    ///   could not be started or followed. It is then killed and reaped.
    func run(_ request: ProtectionRequest, slotCounts: [Int]) throws -> ProtectionAnswer {
        let question = try OpenFile(sealing: ProtectCodec.encode(request), label: "the tables to protect")
        var answers = try Pipe(label: "the protected tables")
        let answerEnd = answers.takeReadEnd()
        let child = try start(question, answers: answers.takeWriteEnd())
        let ending = try child.attended {
            try child.answer(
                from: answerEnd, timeLimitSeconds: timeLimitSeconds, limitBytes: ProtectCodec.limitBytes)
        }
        switch ending {
        case .answered(let bytes, .exited(0)):
            do throws(ProofRefusal) {
                return try ProtectCodec.decodeAnswer(bytes, slotCounts: slotCounts)
            } catch {
                throw ReleaseRefusal.protectionFailed("its answer cannot be read")
            }
        case .answered(_, .exited(let code)): throw ReleaseRefusal.protectionFailed("it ended with \(code)")
        case .answered(_, .signalled(let signal)), .signalled(let signal):
            throw ReleaseRefusal.protectionFailed("signal \(signal) ended it, as running out of memory does")
        case .timeLimit: throw ReleaseRefusal.protectionFailed("it took more than \(timeLimitSeconds) seconds")
        case .outputLimit: throw ReleaseRefusal.protectionFailed("its answer is too long")
        }
    }

    private func start(_ question: borrowing OpenFile, answers: consuming OpenFile) throws(SystemError) -> ChildProcess
    {
        try ChildProcess.spawn(
            path: executable,
            arguments: [
                "--memory-bytes", "\(memoryLimitBytes)", "--cpu-seconds", "\(timeLimitSeconds)", "--parent",
                "\(ownProcessID())",
            ] + (allowsDegraded ? ["--allow-degraded"] : []),
            descriptors: [(0, question.descriptor), (1, answers.descriptor)])
    }
}
