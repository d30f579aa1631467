import CSluiceLinux
import Glibc

/// Who is at the other end of a local socket, by the kernel's word.
package struct PeerIdentity: Hashable, Sendable {
    package var userID: UInt32
    package var groupID: UInt32
    package var processID: Int32

    package init(userID: UInt32, groupID: UInt32, processID: Int32) {
        self.userID = userID
        self.groupID = groupID
        self.processID = processID
    }
}

/// One message of a local socket.
package struct LocalMessage: ~Copyable, Sendable {
    package let bytes: [UInt8]
    private var attachment: OpenFile?

    init(bytes: [UInt8], attachment: consuming OpenFile?) {
        self.bytes = bytes
        self.attachment = attachment
    }

    package var hasAttachment: Bool { attachment != nil }

    /// The open file that came with the message; `nil` without one, or the second time.
    package mutating func takeAttachment() -> OpenFile? { attachment.take() }
}

/// A local socket that waits for connections.
package struct UnixListener: ~Copyable, Sendable {
    private let file: OpenFile

    /// Listens at a path. A socket that nobody answers any more is replaced.
    ///
    /// - Throws: `EADDRINUSE` when another process listens there, `EEXIST` when something else stands there.
    package static func listen(path: String, mode: UInt32 = 0o660) throws(SystemError) -> UnixListener {
        let found = try checked(unsafe sluice_listen(path, mode), "bind", path)
        return UnixListener(file: OpenFile(descriptor: found, label: path))
    }

    /// Readable when somebody wants to connect.
    package var descriptor: Int32 { file.descriptor }

    /// The next connection; `nil` when nobody waits. Never waits itself.
    package func accept() throws(SystemError) -> UnixConnection? {
        let found = sluice_accept(descriptor)
        if found == -EAGAIN { return nil }
        let file = OpenFile(descriptor: try checked(found, "accept", file.label), label: file.label)
        return UnixConnection(file: file)
    }
}

/// A connection that carries whole messages: their length as 32 bits, least significant byte first, then the bytes.
package struct UnixConnection: ~Copyable, Sendable {
    private let file: OpenFile

    init(file: consuming OpenFile) { self.file = file }

    /// - Throws: `ENOENT` or `ECONNREFUSED` when nobody listens at the path.
    package static func connect(path: String) throws(SystemError) -> UnixConnection {
        let found = try checked(unsafe sluice_connect(path), "connect", path)
        return UnixConnection(file: OpenFile(descriptor: found, label: path))
    }

    /// Readable when a message begins or the other end has closed.
    package var descriptor: Int32 { file.descriptor }

    /// Who connected, or whom this process connected to.
    package func peer() throws(SystemError) -> PeerIdentity {
        var found = sluice_peer()
        try checked(unsafe sluice_peer(descriptor, &found), "getsockopt", file.label)
        return PeerIdentity(userID: found.uid, groupID: found.gid, processID: found.pid)
    }

    /// Sends a message, with one open file if wanted; the receiver gets a descriptor of its own for it.
    ///
    /// - Parameter timeoutMilliseconds: for the whole message.
    /// - Throws: `ETIMEDOUT`; `EPIPE` when the other end has closed. The connection is of no use afterwards.
    package func send(
        _ bytes: [UInt8], attaching attachment: Int32? = nil, timeoutMilliseconds: Int = 10_000
    ) throws(SystemError) {
        guard let length = UInt32(exactly: bytes.count) else {
            throw SystemError(call: "sendmsg", path: file.label, errno: EMSGSIZE)
        }
        let header = (0..<4).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }
        let message = header + bytes
        let result = unsafe sluice_send_all(
            descriptor, message, message.count, attachment ?? -1, deadline(timeoutMilliseconds))
        try checked(result, "sendmsg", file.label)
    }

    /// Receives a message; `nil` when the other end has closed instead of sending one.
    ///
    /// - Parameters:
    ///   - limitBytes: of the message; nothing is set aside for a longer one.
    ///   - timeoutMilliseconds: for the whole message.
    /// - Throws: `EMSGSIZE` for one that is too long, `EBADMSG` for more than one attachment, `ECONNRESET` when it
    ///   breaks off, `ETIMEDOUT`. The connection is of no use afterwards.
    package func receive(
        limitBytes: Int, timeoutMilliseconds: Int = 10_000
    ) throws(SystemError) -> LocalMessage? {
        let deadline = deadline(timeoutMilliseconds)
        var header = [UInt8](repeating: 0, count: 4)
        var attached: Int32 = -1
        let count = try checked(
            unsafe sluice_receive_all(descriptor, &header, 4, &attached, deadline), "recvmsg", file.label)
        if count == 0 { return nil }
        let attachment = attached >= 0 ? OpenFile(descriptor: attached, label: "\(file.label), attachment") : nil

        let length = header.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= limitBytes else { throw SystemError(call: "recvmsg", path: file.label, errno: EMSGSIZE) }
        var bytes = [UInt8](repeating: 0, count: length)
        if length > 0 {
            let received = try checked(
                unsafe sluice_receive_all(descriptor, &bytes, length, nil, deadline), "recvmsg", file.label)
            guard received == length else { throw SystemError(call: "recvmsg", path: file.label, errno: ECONNRESET) }
        }
        return LocalMessage(bytes: bytes, attachment: attachment)
    }

    private func deadline(_ milliseconds: Int) -> Int64 { sluice_monotonic_us() + Int64(milliseconds) * 1000 }
}
