import CSluiceLinux
import Glibc

// MARK: - Time

/// Seconds since 1970 by the machine's wall clock, which may be set back.
package func wallClockSeconds() -> Int64 { sluice_wall_clock_seconds() }

/// Microseconds on a clock that never steps back; the one `MONOTONIC_USEC=` means.
package func monotonicMicroseconds() -> Int64 { sluice_monotonic_us() }

/// Seconds on the same clock.
package func monotonicSeconds() -> Double { Double(sluice_monotonic_us()) / 1_000_000 }

// MARK: - Random bytes

/// Bytes from the kernel's generator, fit for keys.
package func randomBytes(count: Int) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try checked(unsafe sluice_random(&bytes, count), "getrandom", "random bytes")
    return bytes
}

// MARK: - This process

/// The user and group in whose name this process acts.
package func ownIdentity() -> (userID: UInt32, groupID: UInt32) { (geteuid(), getegid()) }

package func ownProcessID() -> Int32 { getpid() }

/// The folder of the program that runs, where its companions lie, as an absolute path.
package func executableFolder() throws(SystemError) -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = try checked(unsafe sluice_executable(&buffer, buffer.count), "readlink", "/proc/self/exe")
    // A program replaced while it runs ends in " (deleted)", which falls away with its name.
    let folder = buffer[..<count].lastIndex(of: UInt8(ascii: "/")).map { buffer[..<$0] } ?? []
    return folder.isEmpty ? "/" : String(decoding: folder, as: UTF8.self)
}

/// A variable of the environment; `nil` when it is not set or not UTF-8.
package func environmentValue(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(validatingCString: value)
}

// MARK: - Memory

/// Tells how much memory this process has held at most, also once it can no longer open files.
package struct OwnMemoryGauge: ~Copyable, Sendable {
    private let file: OpenFile

    /// Must be made before confinement.
    package init() throws(SystemError) {
        file = try OpenFile(readingPath: "/proc/self/status")
    }

    package func peakKiB() -> Int? {
        guard (try? file.seek(to: 0)) != nil, let bytes = try? file.readToEnd(limitBytes: 1 << 16) else { return nil }
        return highWaterKiB(fromStatus: bytes)
    }
}

/// The line `VmHWM:    1234 kB` of proc_pid_status(5).
func highWaterKiB(fromStatus bytes: [UInt8]) -> Int? {
    for line in bytes.split(separator: UInt8(ascii: "\n")) where line.starts(with: "VmHWM:".utf8) {
        let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        return words.count == 3 ? Int(String(decoding: words[1], as: UTF8.self)) : nil
    }
    return nil
}
