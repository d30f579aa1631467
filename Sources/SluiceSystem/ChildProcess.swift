import CSluiceLinux
import Glibc
import Synchronization

/// How a program ended.
package enum ExitStatus: Hashable, Sendable {
    case exited(Int32)
    case signalled(Int32)
}

/// A program that this process started.
///
/// It has exactly the descriptors it was given, default signal handlers, no blocked signals and its own process group.
/// Letting go of one that still runs kills it.
package final class ChildProcess: Sendable {
    package let pid: Int32
    private let handle: OpenFile
    private let leadsGroup: Bool
    private let end = Mutex<(status: ExitStatus, processorMilliseconds: Int)?>(nil)

    private init(pid: Int32, handle: consuming OpenFile, leadsGroup: Bool) {
        self.pid = pid
        self.handle = handle
        self.leadsGroup = leadsGroup
    }

    /// Starts a program.
    ///
    /// A parent-death signal that the child asks for fires when this process ends and not earlier: all children are
    /// started on one thread of their own.
    ///
    /// - Parameters:
    ///   - arguments: without the program's own name, which is its path.
    ///   - environment: all of it; nothing is inherited.
    ///   - descriptors: the child's number (0 to 255) for each of the parent's, 64 at most. Of 0, 1 and 2 those that
    ///     are not mentioned are `/dev/null`; all others are closed.
    /// - Throws: also when the program cannot be executed, say `ENOENT`.
    package static func spawn(
        path: String, arguments: [String] = [], environment: [String: String] = [:],
        descriptors: [(child: Int32, parent: Int32)] = [], workingFolder: String = "/", newProcessGroup: Bool = true
    ) throws(SystemError) -> ChildProcess {
        var pid: Int32 = -1
        var handle: Int32 = -1
        var words = unsafe CStrings([path] + arguments)
        var variables = unsafe CStrings(environment.map { "\($0.key)=\($0.value)" }.sorted())
        defer {
            unsafe words.free()
            unsafe variables.free()
        }
        let result = unsafe sluice_spawn(
            path, &words.pointers, &variables.pointers, descriptors.map(\.child), descriptors.map(\.parent),
            descriptors.count, workingFolder, newProcessGroup ? 1 : 0, &pid, &handle)
        try checked(result, "posix_spawn", path)
        return ChildProcess(
            pid: pid, handle: OpenFile(descriptor: handle, label: path), leadsGroup: newProcessGroup)
    }

    deinit {
        guard end.withLock({ $0 == nil }) else { return }
        signal(SIGKILL)
        _ = try? wait()
    }

    /// Readable once the program has ended; for `waitReadable`.
    package var descriptor: Int32 { handle.descriptor }

    /// Ends the program and all of its process group at once.
    package func kill() { signal(SIGKILL) }

    /// Sends a signal to the program and its process group; nothing happens after `wait` has returned its end.
    package func signal(_ number: Int32) {
        // Under the lock nobody reaps it, so that the number cannot have passed to another process.
        end.withLock { end in
            if end == nil { _ = sluice_signal(leadsGroup ? -pid : pid, number) }
        }
    }

    /// What `body` makes of the running program, which is ended and reaped by the time this returns or throws.
    package func attended<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            let result = try body()
            kill()
            try wait()
            return result
        } catch {
            kill()
            _ = try? wait()
            throw error
        }
    }

    /// Waits for the end; `nil` when the time is over before it. The same answer each time afterwards.
    ///
    /// - Parameter timeoutMilliseconds: `nil` waits for ever, 0 only looks.
    @discardableResult
    package func wait(timeoutMilliseconds: Int? = nil) throws(SystemError) -> ExitStatus? {
        if let known = end.withLock({ $0 }) { return known.status }
        guard try !waitReadable([descriptor], timeoutMilliseconds: timeoutMilliseconds).isEmpty else { return nil }
        let result: Int32 = end.withLock { end in
            if end != nil { return 1 }
            var found = sluice_exit()
            let result = unsafe sluice_reap(pid, &found)
            if result == 1 {
                let status: ExitStatus = found.signal != 0 ? .signalled(found.signal) : .exited(found.code)
                end = (status, Int((found.user_us + found.system_us) / 1000))
            }
            return result
        }
        try checked(result, "wait4", handle.label)
        return end.withLock { $0?.status }
    }

    /// Processor time, user and system, once `wait` has returned the end.
    package var processorMilliseconds: Int? { end.withLock { $0?.processorMilliseconds } }

    /// The most memory the program has held so far, while it runs; `nil` once it has ended or where the kernel hides it.
    ///
    /// `wait4` cannot tell: its figure is at least what the parent held when it started the child.
    package func peakMemoryKiB() -> Int? {
        guard let bytes = try? readSmallFile("/proc/\(pid)/status", limitBytes: 1 << 16) else { return nil }
        return highWaterKiB(fromStatus: bytes)
    }
}

/// The strings of a program's arguments or environment, as C reads them.
@unsafe
private struct CStrings {
    var pointers: [UnsafeMutablePointer<CChar>?]

    init(_ strings: [String]) {
        unsafe pointers = strings.map { unsafe strdup($0) } + [nil]
    }

    func free() {
        unsafe pointers.forEach { unsafe Glibc.free($0) }
    }
}
