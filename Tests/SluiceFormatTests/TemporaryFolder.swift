import Glibc
import SluiceSystem

/// A folder of its own for one test, removed with everything in it at the end.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/sluice-format-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { unsafe mkdtemp($0.baseAddress!) != nil }
        guard made else { throw SystemError(call: "mkdtemp", path: "/tmp", errno: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { remove(path) }

    func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

    /// Writes a file, with the folders above it.
    func write(_ name: String, _ bytes: [UInt8]) throws {
        let parts = name.split(separator: "/").map(String.init)
        for end in parts.indices.dropLast() { unsafe mkdir(path + "/" + parts[...end].joined(separator: "/"), 0o700) }
        let file = path + "/" + name
        guard let stream = unsafe fopen(file, "w") else { throw SystemError(call: "fopen", path: file, errno: errno) }
        _ = unsafe fwrite(bytes, 1, bytes.count, stream)
        unsafe fclose(stream)
    }

    private func remove(_ path: String) {
        if unsafe unlink(path) == 0 { return }
        for name in (try? listSmallFolder(path)) ?? [] { remove(path + "/" + name) }
        unsafe rmdir(path)
    }
}
