import Glibc
import HarmSupport

// Makes one mistake in each of many good deliveries and counts those that nobody would have noticed.
//
//     sluice-harm [--check] [--cases N] [--kind K] [--seed S] [--keep FOLDER]
do {
    exit(try HarmRun(HarmOptions(Array(CommandLine.arguments.dropFirst()))).run())
} catch {
    printError("sluice-harm: \(error)")
    exit(error is HarmOptions.Usage ? 64 : 70)
}

func printError(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    _ = unsafe write(2, bytes, bytes.count)
}
