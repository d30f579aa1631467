import Glibc
import SluiceIngest
import SluiceModel
import SluiceReaders
import SluiceSystem
import SluiceWire

/// A third work: confine, read a postcode directory, answer with the look-up made of it.
enum GeographyWork {
    /// Does the work and returns the exit code. Without an answer none is written, and the code says so.
    static func run(_ options: Options) -> Int32 {
        let (_, failure) = options.confine()
        guard failure == nil else { return ExitCode.failed }
        let answer: DirectoryAnswer
        do throws(WorkerFailure) {
            answer = try self.answer(options)
        } catch {
            return ExitCode.failed
        }
        return writeAll(GeographyCodec.encode(answer), to: 1) ? ExitCode.done : ExitCode.outputClosed
    }

    private static func answer(_ options: Options) throws(WorkerFailure) -> DirectoryAnswer {
        let plan = try Worker.readPlan()
        let input = try FileInput()
        do throws(ReaderError) {
            return try DirectoryImport(plan: plan, year: options.year).run(input: input)
        } catch {
            throw .inputUnreadable
        }
    }
}
