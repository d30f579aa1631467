import CSluiceLinux
import Glibc

/// Writes structured entries to the system's journal by its native protocol.
///
/// - Source: systemd.io/JOURNAL_NATIVE_PROTOCOL.
package final class JournalWriter: Sendable {
    private let path: String
    private let socket: OpenFile

    package init(path: String = "/run/systemd/journal/socket") throws(SystemError) {
        self.path = path
        socket = OpenFile(descriptor: try checked(sluice_datagram_socket(), "socket", path), label: path)
    }

    /// Sends one entry. Names are capital letters, digits and underscores, a letter first, 64 at most; traps otherwise.
    ///
    /// - Returns: whether the journal has it; `false` when there is none.
    @discardableResult
    package func send(_ fields: [(name: String, value: String)]) -> Bool {
        let entry = Self.encoded(fields)
        let result = unsafe sluice_send_datagram(socket.descriptor, path, entry, entry.count, -1)
        guard result == -EMSGSIZE || result == -ENOBUFS else { return result == 0 }
        // Too long for a datagram: the journal accepts a sealed file instead.
        guard let file = try? OpenFile(sealing: entry, label: path) else { return false }
        return unsafe sluice_send_datagram(socket.descriptor, path, entry, 0, file.descriptor) == 0
    }

    /// `NAME=value` on a line, or, for a value of several lines, the name alone, the value's length as 64 bits, least
    /// significant byte first, and the value.
    static func encoded(_ fields: [(name: String, value: String)]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (name, value) in fields {
            precondition(isFieldName(name), "not a journal field's name")
            bytes += name.utf8
            if value.utf8.contains(UInt8(ascii: "\n")) {
                bytes.append(UInt8(ascii: "\n"))
                bytes += (0..<8).map { UInt8(truncatingIfNeeded: value.utf8.count >> ($0 * 8)) }
            } else {
                bytes.append(UInt8(ascii: "="))
            }
            bytes += value.utf8
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    private static func isFieldName(_ name: String) -> Bool {
        guard let first = name.utf8.first, (0x41...0x5A).contains(first), name.utf8.count <= 64 else { return false }
        return name.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    }
}
