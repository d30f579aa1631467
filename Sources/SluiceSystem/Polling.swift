import CSluiceLinux
import Glibc

/// A one-way channel. Both ends are closed across `exec` unless a child is given them.
package struct Pipe: ~Copyable, Sendable {
    private var readEnd: OpenFile?
    private var writeEnd: OpenFile?

    package init(label: String) throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        try checked(unsafe sluice_pipe(&ends), "pipe2", label)
        readEnd = OpenFile(descriptor: ends[0], label: label)
        writeEnd = OpenFile(descriptor: ends[1], label: label)
    }

    /// The end to read from. Traps the second time.
    package mutating func takeReadEnd() -> OpenFile {
        guard let end = readEnd.take() else { preconditionFailure("the read end has been taken") }
        return end
    }

    /// The end to write to. Traps the second time.
    package mutating func takeWriteEnd() -> OpenFile {
        guard let end = writeEnd.take() else { preconditionFailure("the write end has been taken") }
        return end
    }
}

/// Wakes a thread that waits for descriptors: it waits for this one too.
package final class Wakeup: Sendable {
    private let file: OpenFile

    package init() throws(SystemError) {
        file = OpenFile(descriptor: try checked(sluice_eventfd(), "eventfd", "a wake-up"), label: "a wake-up")
    }

    /// Readable from the first `signal` until `drain`.
    package var descriptor: Int32 { file.descriptor }

    /// May be called from any thread, as often as wanted. Never waits.
    package func signal() {
        // The counter's overflow is the only error, and means that it is readable as wanted.
        try? file.writeAll([1, 0, 0, 0, 0, 0, 0, 0])
    }

    /// Forgets the signals so far.
    ///
    /// - Returns: whether there were any.
    @discardableResult
    package func drain() -> Bool {
        var counter = [UInt8](repeating: 0, count: 8)
        return (try? file.read(into: &counter)) == 8
    }
}

/// Waits until one of the descriptors can be read without waiting, is at its end or is broken, and returns those.
///
/// - Parameter timeoutMilliseconds: then it returns none; `nil` waits for ever.
package func waitReadable(
    _ descriptors: [Int32], timeoutMilliseconds: Int? = nil
) throws(SystemError) -> [Int32] {
    var ready = [UInt8](repeating: 0, count: descriptors.count)
    let timeout = timeoutMilliseconds.map { Int32(clamping: max(0, $0)) } ?? -1
    try checked(
        unsafe sluice_wait_readable(descriptors, &ready, descriptors.count, timeout), "poll", "waiting for input")
    return descriptors.indices.filter { ready[$0] != 0 }.map { descriptors[$0] }
}
