import Glibc

// Fuzzes every reader with the whole pipeline behind it, and every decoder of what another program sent.
//
//     sluice-fuzz [--seconds N] [--seed S] [--failures FOLDER] [KIND…]
//     sluice-fuzz --check FILE            tries one failing input again; its name says with what
//
// A process of its own does the work, so that a trap or a hang ends that process only.
do {
    let options = try FuzzOptions(Array(CommandLine.arguments.dropFirst()))
    switch options.work {
    case .fuzz: exit(try FuzzSupervisor(options).run())
    case .check(let file): exit(try FuzzWorker.check(file))
    case .loop(let kind, let firstSeed, let seconds, let stateFile):
        exit(try FuzzWorker.loop(kind, firstSeed: firstSeed, seconds: seconds, stateFile: stateFile))
    }
} catch {
    printError("sluice-fuzz: \(error)")
    exit(error is FuzzOptions.Usage ? 64 : 70)
}

func printError(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    _ = unsafe write(2, bytes, bytes.count)
}
