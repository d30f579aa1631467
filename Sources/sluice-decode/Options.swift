import Glibc
import SluiceIngest

/// The command line, as the daemon writes it.
struct Options {
    var memoryLimitBytes = 512 << 20
    var cpuLimitSeconds = 300
    /// The process whose end ends the worker.
    var parent: Int32?
    /// Go on where the kernel has no Landlock.
    var allowsDegraded = false
    var isSelfTest = false
    /// Answer with a profile of the file instead of records, see `ProfileCodec`.
    var isProfile = false

    /// Answer with a look-up of postcodes made of the file, see `DirectoryImport`.
    var isGeography = false
    /// Of the census, two digits: which small areas to take for it.
    var year: Int?
    /// Descriptor 4 is a look-up of postcodes of so many bytes.
    var directoryBytes = 0

    static let usage = """
        usage: sluice-decode [--memory-bytes N] [--cpu-seconds N] [--parent PID] [--allow-degraded]
                             [--directory-bytes N]
                             [--self-test | --profile | --geography [--year YY]]
        Reads a file from descriptor 0 by the plan on descriptor 3. Started by sluiced; see sluice validate.
        """

    init(_ arguments: some Sequence<String>) throws(UsageError) {
        var rest = Array(arguments)[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--memory-bytes": memoryLimitBytes = try Options.number(&rest, argument)
            case "--cpu-seconds": cpuLimitSeconds = try Options.number(&rest, argument)
            case "--parent": parent = try Options.number(&rest, argument)
            case "--allow-degraded": allowsDegraded = true
            case "--self-test": isSelfTest = true
            case "--profile": isProfile = true
            case "--geography": isGeography = true
            case "--year": year = try Options.number(&rest, argument)
            case "--directory-bytes": directoryBytes = try Options.number(&rest, argument)
            default: throw UsageError(text: "unknown argument")
            }
        }
    }

    private static func number<T: FixedWidthInteger>(
        _ rest: inout ArraySlice<String>, _ name: String
    ) throws(UsageError) -> T {
        guard let text = rest.popFirst(), let value = T(text), value > 0 else {
            throw UsageError(text: "\(name) needs a number above 0")
        }
        return value
    }
}

extension Options {
    var lookUps: LookUps { directoryBytes > 0 ? LookUps(mapping: 4, bytes: directoryBytes) : .none }
}

struct UsageError: Error {
    var text: String
}

/// How the worker ends; numbers after sysexits.h.
enum ExitCode {
    /// The report was written.
    static let done: Int32 = 0
    /// An attempt of the self-test was not denied.
    static let selfTestFailed: Int32 = 1
    static let usage: Int32 = 64
    /// A failure frame was written, or tried.
    static let failed: Int32 = 70
    /// The daemon no longer listens.
    static let outputClosed: Int32 = 74
}

/// Writes a message, or gives up: there is nobody else to tell.
func say(_ text: String, to descriptor: Int32) {
    _ = writeAll(Array(text.utf8), to: descriptor)
}

/// Writes every byte; false when the descriptor takes no more.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    unsafe bytes.withUnsafeBytes { buffer in
        var written = 0
        while written < buffer.count {
            let count = unsafe write(descriptor, buffer.baseAddress! + written, buffer.count - written)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }
}
