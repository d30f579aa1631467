import Glibc
import SluiceModel

/// Files that `Fixtures/make.py` made with other programs' writers.
enum Fixture {
    static let folder =
        "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Fixtures/"

    static func bytes(_ name: String) -> [UInt8] {
        guard let file = unsafe fopen(folder + name, "r") else { preconditionFailure("no fixture of that name") }
        defer { unsafe fclose(file) }
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe fread(&chunk, 1, chunk.count, file)
            guard count > 0 else { return all }
            all += chunk[..<count]
        }
    }

    static func text(_ name: String) -> String { String(decoding: bytes(name), as: UTF8.self) }
}
