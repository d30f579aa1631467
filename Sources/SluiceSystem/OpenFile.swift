import CSluiceLinux
import Glibc

/// One open descriptor: a file, a pipe's end or a socket. Closed when the value goes out of scope.
package struct OpenFile: ~Copyable, Sendable {
    /// How errors call it. Never an agency's file name.
    package let label: String
    private let owned: OwnedDescriptor

    /// The kernel's number, good while this value lives.
    package var descriptor: Int32 { owned.number }

    /// Takes over a descriptor that nobody else will close.
    package init(descriptor: Int32, label: String) {
        owned = OwnedDescriptor(number: descriptor)
        self.label = label
    }

    /// Opens a file for reading by its path, following links; for files that the operator names.
    ///
    /// It never waits, not even for the writer of a FIFO. With `what`, errors hold that instead of the path.
    package init(readingPath path: String, what: String? = nil) throws(SystemError) {
        let found = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard found >= 0 else { throw SystemError(call: "open", path: what ?? path, errno: errno) }
        self.init(descriptor: found, label: what ?? path)
    }

    /// An anonymous file with these bytes, read from its start, which nobody can change any more.
    package init(sealing bytes: [UInt8], label: String) throws(SystemError) {
        let found = try checked(unsafe sluice_sealed_memory(bytes, bytes.count), "memfd_create", label)
        self.init(descriptor: found, label: label)
    }

    /// Hands the descriptor to the caller, who closes it.
    package consuming func takeDescriptor() -> Int32 { owned.take() }

    /// A second descriptor of the same open file: position and flags are shared.
    package func duplicate() throws(SystemError) -> OpenFile {
        OpenFile(descriptor: try checked(sluice_duplicate(descriptor, 3), "fcntl", label), label: label)
    }

    /// The same file opened anew, for reading only and from its start.
    package func reopenedForReading() throws(SystemError) -> OpenFile {
        OpenFile(descriptor: try checked(sluice_reopen_for_reading(descriptor), "open", label), label: label)
    }

    package func status() throws(SystemError) -> FileStatus {
        var found = sluice_status()
        try checked(unsafe sluice_status_of(descriptor, &found), "fstat", label)
        return FileStatus(found)
    }
}

/// The number alone: only a value without other storage can be given away without its `deinit`.
/// Not private: optimised builds of other targets refer to it when they destroy an `OpenFile`.
package struct OwnedDescriptor: ~Copyable, Sendable {
    let number: Int32

    deinit { close(number) }

    consuming func take() -> Int32 {
        let taken = number
        discard self
        return taken
    }
}

// MARK: - Reading

extension OpenFile {
    /// Reads at most the buffer's length into its start; 0 at the end.
    package func read(into buffer: inout [UInt8]) throws(SystemError) -> Int {
        try checked(unsafe sluice_read(descriptor, &buffer, buffer.count), "read", label)
    }

    /// Reads at most `limitBytes`; empty at the end.
    package func readChunk(limitBytes: Int) throws(SystemError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: limitBytes)
        let count = try read(into: &buffer)
        buffer.removeLast(limitBytes - count)
        return buffer
    }

    /// Reads to the end.
    ///
    /// - Throws: `EFBIG` when more than `limitBytes` come.
    package func readToEnd(limitBytes: Int) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = try read(into: &buffer)
            if count == 0 { return bytes }
            guard bytes.count + count <= limitBytes else { throw SystemError(call: "read", path: label, errno: EFBIG) }
            bytes += buffer[..<count]
        }
    }

    /// Reads to the end and passes on each chunk, 1 to `sizeBytes` bytes long.
    ///
    /// - Throws: a `SystemError` of its own or what `body` throws.
    package func forEachChunk(sizeBytes: Int = 1 << 18, _ body: (Span<UInt8>) throws -> Void) throws {
        var buffer = [UInt8](repeating: 0, count: sizeBytes)
        while true {
            let count = try read(into: &buffer)
            if count == 0 { return }
            try body(buffer.span.extracting(0..<count))
        }
    }
}

// MARK: - Writing

extension OpenFile {
    package func writeAll(_ bytes: [UInt8]) throws(SystemError) {
        try writeAll(bytes.span)
    }

    /// Writes every byte or throws, in which case some may have been written.
    package func writeAll(_ bytes: Span<UInt8>) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            let rest = bytes.extracting(written..<bytes.count)
            let count = unsafe rest.withUnsafeBytes { unsafe sluice_write(descriptor, $0.baseAddress, $0.count) }
            written += try checked(count, "write", label)
        }
    }

    /// Waits until the content is on the disk. The name needs its folder's `sync` too.
    package func sync() throws(SystemError) {
        try checked(sluice_sync(descriptor), "fsync", label)
    }

    /// Has the content go to the disk beside whatever follows; what comes of it is nil, or the error of the sync.
    package func beginSync() throws(SystemError) -> SideWork<SystemError?> {
        try beside { file in
            do throws(SystemError) {
                try file.sync()
                return nil
            } catch {
                return error
            }
        }
    }

    /// The content will not be read again, so its memory may be given back, which takes a while for a large file and
    /// happens beside whatever follows.
    package func beginUncaching() { _ = try? beside { sluice_uncache($0.descriptor) } }

    /// Works on the file on a thread of its own, with a descriptor of its own: this one may be closed meanwhile.
    private func beside<Value>(
        _ work: @escaping (borrowing OpenFile) -> Value
    ) throws(SystemError) -> SideWork<Value> {
        let own = try duplicate().takeDescriptor()
        let label = label
        return SideWork { work(OpenFile(descriptor: own, label: label)) }
    }

    package func truncate(toBytes size: Int) throws(SystemError) {
        try checked(sluice_truncate(descriptor, Int64(size)), "ftruncate", label)
    }

    package func seek(to offset: Int) throws(SystemError) {
        try checked(sluice_seek(descriptor, Int64(offset)), "lseek", label)
    }

    package func setMode(_ mode: UInt32) throws(SystemError) {
        try checked(sluice_set_mode(descriptor, mode), "fchmod", label)
    }
}
