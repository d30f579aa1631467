import Glibc

/// The bytes of a small file, settings or a plugin's, up to `limitBytes`.
///
/// - Throws: `SystemError`; `EFBIG` when the file is larger.
package func readSmallFile(_ path: String, limitBytes: Int = 64 << 20) throws(SystemError) -> [UInt8] {
    // Without waiting, for a FIFO in the place of a file would wait for its writer.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw SystemError(call: "open", path: path, errno: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw SystemError(call: "fstat", path: path, errno: errno) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw SystemError(call: "read", path: path, errno: EISDIR)
    // The kernel's own files in /proc are regular too.
    case S_IFREG: break
    default: throw SystemError(call: "read", path: path, errno: EINVAL)
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        if count < 0 {
            if errno == EINTR { continue }
            throw SystemError(call: "read", path: path, errno: errno)
        }
        if count == 0 { return bytes }
        guard bytes.count + count <= limitBytes else { throw SystemError(call: "read", path: path, errno: EFBIG) }
        bytes += buffer[..<count]
    }
}

/// The names in a folder, sorted by their bytes, without `.` and `..`. For folders of Sluice's own: names that are not
/// UTF-8 are left out.
package func listSmallFolder(_ path: String) throws(SystemError) -> [String] {
    guard let folder = unsafe opendir(path) else { throw SystemError(call: "opendir", path: path, errno: errno) }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(validatingCString: $0) }
        }
        if let name, name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}
