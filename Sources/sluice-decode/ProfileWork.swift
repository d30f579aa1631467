import Glibc
import SluiceIngest
import SluiceModel
import SluiceReaders
import SluiceSystem
import SluiceWire

/// The other work: confine, read the plan's questions, read a sample file, answer with its profile.
enum ProfileWork {
    /// Does the work and returns the exit code. Whatever happens, one answer is written first.
    static func run(_ options: Options) -> Int32 {
        let (sandbox, failure) = options.confine()
        let answer = failure.map { .failed($0) } ?? answer()
        guard writeAll(ProfileCodec.encode(answer, sandbox: sandbox), to: 1) else { return ExitCode.outputClosed }
        if case .failed = answer { return ExitCode.failed }
        return ExitCode.done
    }

    private static func answer() -> ProfileAnswer {
        do throws(WorkerFailure) {
            let plan = try Worker.readPlan()
            let input = try FileInput()
            do throws(ReaderError) {
                switch try Profiler(plan: plan).run(input: input) {
                case .success(let profile): return .profile(profile)
                case .failure(let refusal): return .refused(refusal)
                }
            } catch {
                throw .inputUnreadable
            }
        } catch {
            return .failed(error)
        }
    }
}
