import SluiceSystem
import Testing

/// Where `scripts/differential` keeps Frictionless.
private enum Frictionless {
    static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    static let cache =
        (environmentValue("XDG_CACHE_HOME") ?? (environmentValue("HOME") ?? "") + "/.cache") + "/sluice-differential"

    /// The script writes the list of packages last, when all of them are there.
    static var isThere: Bool {
        let wanted = try? readSmallFile(root + "/Tests/Differential/requirements.txt")
        return wanted != nil && (try? readSmallFile(cache + "/requirements.txt")) == wanted
    }
}

/// A small sample of what `scripts/differential` compares.
@Suite(.enabled(if: Frictionless.isThere, "no Frictionless here: scripts/differential fetches it"))
struct DifferentialTests {
    @Test func `generated tables are judged as Frictionless judges them`() throws {
        var pipe = try Pipe(label: "what was compared")
        let reading = pipe.takeReadEnd()
        let writing = pipe.takeWriteEnd()
        let child = try ChildProcess.spawn(
            path: Frictionless.cache + "/venv/bin/python",
            arguments: [
                "Tests/Differential/differential.py", "--programs", try executableFolder(), "--seeds", "25",
            ],
            environment: ["PYTHONDONTWRITEBYTECODE": "1"],
            descriptors: [(1, writing.descriptor), (2, writing.descriptor)], workingFolder: Frictionless.root)
        _ = consume writing
        let output = String(decoding: try reading.readToEnd(limitBytes: 1 << 20), as: UTF8.self)
        #expect(try child.wait() == .exited(0), "\(output)")
    }
}
