import CSluiceLinux
import Glibc

/// A lock that one process at a time holds, and that the kernel releases when it ends, however it ends.
///
/// The file stays when the lock is released: removing it would let two processes lock two files of one name.
package struct FileLock: ~Copyable, Sendable {
    private let file: OpenFile

    /// Takes the lock, creating its file, or returns `nil` when somebody holds it. The file then names the holder.
    package static func tryLock(_ path: String) throws(SystemError) -> FileLock? {
        let result = unsafe sluice_lock_file(path)
        if result == -EWOULDBLOCK { return nil }
        let file = OpenFile(descriptor: try checked(result, "flock", path), label: path)
        try file.truncate(toBytes: 0)
        try file.writeAll(Array("\(ownProcessID())\n".utf8))
        return FileLock(file: file)
    }

    private init(file: consuming OpenFile) { self.file = file }

    deinit {
        // Closing alone could come too late: a child that is just being started holds a copy until it executes.
        _ = sluice_unlock_file(file.descriptor)
    }

    /// The process id that the file names, for a message. It is not proof that the process still holds the lock.
    package static func holder(_ path: String) -> Int32? {
        guard let bytes = try? readSmallFile(path, limitBytes: 32) else { return nil }
        return Int32(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
