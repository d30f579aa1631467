import Glibc
import SluiceCertificate
import SluiceDisclosure
import SluiceSystem
import SluiceWire

// The program with the solvers: one release's tables in on descriptor 0, what to hide and the proof out on descriptor 1.
// It holds nothing else, and nothing it says is believed before `SluiceCertificate` has checked it.

/// How it ends; numbers after sysexits.h.
enum ExitCode {
    static let done: Int32 = 0
    static let usage: Int32 = 64
    static let failed: Int32 = 70
    static let outputClosed: Int32 = 74
}

struct Options {
    var memoryLimitBytes = 4 << 30
    var cpuLimitSeconds = 600
    var parent: Int32?
    var allowsDegraded = false

    static let usage = """
        usage: sluice-protect [--memory-bytes N] [--cpu-seconds N] [--parent PID] [--allow-degraded]
        Protects the tables it reads from descriptor 0. Started by sluiced; see sluice release build.

        """

    init?(_ arguments: some Sequence<String>) {
        var rest = Array(arguments)[...]
        while let argument = rest.popFirst() {
            func number() -> Int? { rest.popFirst().flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } }
            switch argument {
            case "--memory-bytes": guard let value = number() else { return nil }; memoryLimitBytes = value
            case "--cpu-seconds": guard let value = number() else { return nil }; cpuLimitSeconds = value
            case "--parent": guard let value = number() else { return nil }; parent = Int32(clamping: value)
            case "--allow-degraded": allowsDegraded = true
            default: return nil
            }
        }
    }
}

/// Where the answer goes. Descriptor 1 itself leads nowhere from then on: a solver may print there.
func takeOutput() -> OpenFile? {
    let answer = dup(1)
    let nowhere = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
    guard answer >= 0, nowhere >= 0, dup2(nowhere, 1) == 1 else { return nil }
    close(nowhere)
    return OpenFile(descriptor: answer, label: "the answer")
}

func run(_ options: Options) -> Int32 {
    guard let output = takeOutput() else { return ExitCode.failed }
    keepFreedMemory()
    var team = ThreadTeam(count: 1)
    do throws(SystemError) {
        let report = try confineWorker(
            memoryLimitBytes: options.memoryLimitBytes, cpuSeconds: options.cpuLimitSeconds,
            parentProcessID: options.parent
        ) { team = ThreadTeam(count: min(processorCount(), 4)) }
        guard options.allowsDegraded || (report.landlockABI > 0 && report.isSingleThreaded) else {
            return ExitCode.failed
        }
    } catch {
        return ExitCode.failed
    }
    let request: ProtectionRequest
    do {
        let bytes = try OpenFile(descriptor: 0, label: "the request").readToEnd(limitBytes: ProtectCodec.limitBytes)
        request = try ProtectCodec.decodeRequest(bytes)
    } catch {
        return ExitCode.failed
    }
    // Kinds of event have nothing to do with each other.
    let parts = team.map(request.parts.count) { protect(request.parts[$0], explains: request.explains) }
    let answer = ProtectionAnswer(parts: parts)
    do {
        try output.writeAll(ProtectCodec.encode(answer))
    } catch {
        return ExitCode.outputClosed
    }
    return ExitCode.done
}

func protect(_ part: ProtectionRequest.Part, explains: Bool) -> ProtectionAnswer.Part {
    var protector = Protector(part.tables, part.rules, part.options)
    let protection = protector.run()
    let unproved = protector.unprovedSlots
    let conflicts = explains ? Conflict.find(part.tables, part.rules, part.options, unproved: unproved) : []
    var answer = ProtectionAnswer.Part(
        protection: protection, unproved: unproved, conflicts: conflicts.map { ($0.slot, $0.core) })
    answer.roundsEach = protector.rules != part.rules
    return answer
}

guard let options = Options(CommandLine.arguments.dropFirst()) else {
    try? OpenFile(descriptor: 2, label: "messages").writeAll(Array(Options.usage.utf8))
    exit(ExitCode.usage)
}
signal(SIGPIPE, SIG_IGN)
signal(SIGXFSZ, SIG_IGN)
exit(run(options))
