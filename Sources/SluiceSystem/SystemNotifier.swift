import CSluiceLinux

/// Tells the service manager how the daemon is: the protocol of sd_notify(3), without its library.
package struct SystemNotifier: Sendable {
    private let socketPath: String?
    /// How often the service manager wants to hear `WATCHDOG=1`, at least; `nil` when it does not care.
    package let watchdogIntervalMicroseconds: Int64?

    /// Reads `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` from the environment.
    package init() {
        self.init(
            socketPath: environmentValue("NOTIFY_SOCKET"), watchdogMicroseconds: environmentValue("WATCHDOG_USEC"),
            watchdogProcessID: environmentValue("WATCHDOG_PID"))
    }

    /// - Parameters:
    ///   - socketPath: a path, or `@` and an abstract name; `nil` when no service manager started us.
    ///   - watchdogProcessID: the process that is meant; another one is not watched.
    package init(socketPath: String?, watchdogMicroseconds: String? = nil, watchdogProcessID: String? = nil) {
        let isAddress = socketPath.map { $0.hasPrefix("/") || $0.hasPrefix("@") } ?? false
        self.socketPath = isAddress ? socketPath : nil
        let isMeant = watchdogProcessID.map { Int32($0) == ownProcessID() } ?? true
        let interval = watchdogMicroseconds.flatMap { Int64($0) } ?? 0
        watchdogIntervalMicroseconds = isMeant && interval > 0 ? interval : nil
    }

    /// Whether a service manager listens.
    package var isActive: Bool { socketPath != nil }

    /// Sends lines such as `READY=1` or `STATUS=…`, separated by line feeds. A reload begins with `RELOADING=1` and
    /// `MONOTONIC_USEC=` with `monotonicMicroseconds()`, and ends with `READY=1`.
    ///
    /// - Returns: whether the service manager has it.
    @discardableResult
    package func send(_ lines: String) -> Bool {
        guard let socketPath else { return false }
        let found = sluice_datagram_socket()
        guard found >= 0 else { return false }
        let socket = OpenFile(descriptor: found, label: "the service manager")
        let bytes = Array(lines.utf8)
        return unsafe sluice_send_datagram(socket.descriptor, socketPath, bytes, bytes.count, -1) == 0
    }
}
