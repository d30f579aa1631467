import Glibc
package import SluiceModel
import SluiceSystem
import SluiceWire

/// A run of the worker that gives one answer and no records: a profile of a sample, or a look-up made of a directory. The
/// same program, confined the same way.
struct AnswerProcess {
    /// Path of `sluice-decode`.
    var executable: String
    /// What is asked of it, `--profile` or `--geography`, and what goes with that.
    var arguments: [String]
    /// Open for reading, from its start. Stays the caller's.
    var input: Int32
    var plan: FormatPlan
    var timeLimitSeconds: Int
    var memoryLimitBytes: Int
    var answerLimitBytes: Int

    enum Ending {
        /// The answer, and how the process that gave it ended.
        case answered([UInt8], ExitStatus)
        case died(WorkerDeath)
    }

    /// Starts the worker, reads its one answer and returns when it has ended and is reaped. Blocks its thread.
    ///
    /// - Throws: `SystemError` when the worker could not be started or followed; it is then killed and reaped.
    func run() throws -> Ending {
        let questions = try OpenFile(sealing: PlanCodec.encode(plan), label: "the worker's plan")
        var answers = try Pipe(label: "the worker's answer")
        let answerEnd = answers.takeReadEnd()
        let child = try start(questions, answers: answers.takeWriteEnd())
        return try child.attended { try follow(child, answerEnd) }
    }

    /// Descriptor 2 is `/dev/null`: what the worker says there might hold a value.
    private func start(
        _ questions: borrowing OpenFile, answers: consuming OpenFile
    ) throws(SystemError) -> ChildProcess {
        try ChildProcess.spawn(
            path: executable,
            arguments: arguments + [
                "--memory-bytes", "\(memoryLimitBytes)", "--cpu-seconds", "\(timeLimitSeconds)", "--parent",
                "\(ownProcessID())",
            ],
            descriptors: [(0, input), (1, answers.descriptor), (3, questions.descriptor)])
    }

    private func follow(_ child: ChildProcess, _ answerEnd: borrowing OpenFile) throws -> Ending {
        let ending = try child.answer(
            from: answerEnd, timeLimitSeconds: timeLimitSeconds, limitBytes: answerLimitBytes)
        switch ending {
        case .answered(let bytes, let status): return .answered(bytes, status)
        case .timeLimit: return .died(.timeLimit)
        case .outputLimit: return .died(.outputLimit)
        case .signalled(let signal): return .died(.signalled(signal))
        }
    }
}

/// One run of the worker over a postcode directory.
package struct GeographyJob: Sendable {
    /// Path of `sluice-decode`.
    package var executable: String
    /// Open for reading, from its start. Stays the caller's.
    package var input: Int32
    /// For its limits alone.
    package var plan: FormatPlan
    /// Of the census, two digits; nil for the latest in the file.
    package var year: Int?

    package init(executable: String, input: Int32, plan: FormatPlan, year: Int?) {
        self.executable = executable
        self.input = input
        self.plan = plan
        self.year = year
    }

    package enum Outcome: Sendable {
        case answer(DirectoryAnswer)
        case died(WorkerDeath)
    }

    /// - Throws: `SystemError` when the worker could not be started or followed.
    package func run() throws -> Outcome {
        let process = AnswerProcess(
            executable: executable, arguments: ["--geography"] + (year.map { ["--year", "\($0)"] } ?? []), input: input,
            plan: plan, timeLimitSeconds: 3600, memoryLimitBytes: 2 << 30, answerLimitBytes: GeographyCodec.limitBytes)
        switch try process.run() {
        case .died(let death): return .died(death)
        case .answered(let bytes, let status):
            if case .exited(let code) = status, code != 0 { return .died(.exited(code)) }
            do throws(WireError) {
                return .answer(try GeographyCodec.decode(bytes))
            } catch {
                return .died(.protocolViolation(error))
            }
        }
    }
}
