import DeliverySupport
import Glibc
import SluiceIngest
import SluiceSystem

/// The process that runs inputs, one after another, until one breaks a promise or the process.
enum FuzzWorker {
    enum ExitCode {
        static let fine: Int32 = 0
        static let violation: Int32 = 3
    }

    /// Address space: four runs of the pipeline with the largest buffers that the changed plans ask for.
    private static let memoryLimitBytes: rlim_t = 2 << 30
    private static let threads = 3

    /// Makes and checks the inputs of one seed after another; the state file has the one at hand.
    static func loop(_ kind: FuzzKind, firstSeed: UInt64, seconds: Int, stateFile: String) throws -> Int32 {
        confine()
        let corpus = try Corpus()
        let team = ThreadTeam(count: threads)
        let state = unsafe open(stateFile, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard state >= 0 else { throw SystemError(call: "open", path: stateFile, errno: errno) }
        let end = monotonicSeconds() + Double(seconds)
        var seed = firstSeed
        while monotonicSeconds() < end {
            FuzzState(seed: seed, cases: Int(seed - firstSeed), peakKiB: peakKiB()).write(state)
            let made = try Generator(corpus: corpus).make(kind, seed: seed)
            guard isFine(made, corpus, team) else { return ExitCode.violation }
            seed += 1
        }
        FuzzState(seed: seed, cases: Int(seed - firstSeed), peakKiB: peakKiB()).write(state)
        return ExitCode.fine
    }

    /// Checks the input in a file whose name says what it is tried with.
    static func check(_ file: String) throws -> Int32 {
        confine()
        guard let found = FuzzCase(fileName: file, bytes: try readSmallFile(file)) else {
            throw FuzzOptions.Usage(description: "the file's name does not begin with KIND.PLUGIN.PLANSEED")
        }
        return isFine(found, try Corpus([found.plugin]), ThreadTeam(count: threads))
            ? ExitCode.fine : ExitCode.violation
    }

    private static func isFine(_ found: FuzzCase, _ corpus: Corpus, _ team: ThreadTeam) -> Bool {
        do {
            try found.check(corpus, team: team)
            return true
        } catch {
            printError("\(found.name): \(error)")
            return false
        }
    }

    private static func confine() {
        var memory = rlimit(rlim_cur: memoryLimitBytes, rlim_max: memoryLimitBytes)
        _ = unsafe setrlimit(Int32(RLIMIT_AS.rawValue), &memory)
        var core = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = unsafe setrlimit(Int32(RLIMIT_CORE.rawValue), &core)
    }

    private static func peakKiB() -> Int {
        var usage = rusage()
        _ = unsafe getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss
    }
}

/// Where a worker stands, for whoever looks after it has died.
struct FuzzState {
    var seed: UInt64
    var cases: Int
    var peakKiB: Int

    init(seed: UInt64, cases: Int, peakKiB: Int) {
        self.seed = seed
        self.cases = cases
        self.peakKiB = peakKiB
    }

    init?(_ file: String) {
        guard let bytes = try? readSmallFile(file, limitBytes: 4096) else { return nil }
        let numbers = String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { UInt64($0) }
        guard numbers.count >= 3 else { return nil }
        self.init(seed: numbers[0], cases: Int(numbers[1]), peakKiB: Int(numbers[2]))
    }

    func write(_ descriptor: Int32) {
        var text = Array("\(seed) \(cases) \(peakKiB) ".utf8)
        text += [UInt8](repeating: UInt8(ascii: " "), count: max(0, 80 - text.count))
        _ = unsafe pwrite(descriptor, text, text.count, 0)
    }
}
