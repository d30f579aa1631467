import SluiceSystem

/// Where the parts of this installation are, found from the running program.
///
/// ```
/// PREFIX/bin/sluice  PREFIX/sbin/sluiced  PREFIX/libexec/sluice/{sluice-decode,sluice-protect,sluice-watch}  PREFIX/share/sluice/
/// .build/release/{sluice,sluiced,sluice-decode,sluice-protect,sluice-watch}, with plugins/ and config/ in the source folder above
/// ```
package enum Installation {
    package static func worker() throws -> String { try program("sluice-decode") }
    package static func protector() throws -> String { try program("sluice-protect") }
    package static func daemon() throws -> String { try program("sluiced") }
    /// Nil when it was not built: the daemon then works by scanning alone.
    package static func watcher() -> String? { try? program("sluice-watch") }

    private static func program(_ name: String) throws -> String {
        let here = try executableFolder()
        for folder in [here, here + "/../libexec/sluice", here + "/../sbin", here + "/../bin"] {
            if (try? OpenFile(readingPath: folder + "/" + name)) != nil { return folder + "/" + name }
        }
        throw InstanceError.programMissing(name)
    }

    /// The folder that holds the shipped `plugins/` and `config/`.
    package static func share() throws -> String {
        let here = try executableFolder()
        let candidates =
            [here + "/../share/sluice"] + (1...5).map { here + String(repeating: "/..", count: $0) }
        for folder in candidates where (try? OpenFile(readingPath: folder + "/config/sluice.yaml")) != nil {
            return normalised(folder)
        }
        throw InstanceError.programMissing("share/sluice")
    }

    /// The path without `..`; the folders on it are real.
    private static func normalised(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") {
            if part == ".." { parts = parts.dropLast() } else if part != "." { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}
