import Glibc
import SluiceModel
import SluiceSystem
import SluiceTestSupport
import Testing

/// Runs the built programs as an operator would.
struct Programs {
    let folder = try! TemporaryFolder()
    /// The instance's folder.
    var site: String { folder.path + "/site" }
    var config: String { site + "/sluice.yaml" }

    static func path(_ name: String) throws -> String { try executableFolder() + "/" + name }

    /// Runs `sluice` to its end.
    ///
    /// - Returns: its exit status and what it wrote to standard output.
    func sluice(_ arguments: String..., input: String? = nil) throws -> (exit: Int32, output: String) {
        try run("sluice", arguments)
    }

    /// The JSON answer of a command on the instance.
    func ask(_ arguments: String...) throws -> JSON {
        let (_, output) = try run("sluice", arguments + ["--config", config, "--json"])
        return try JSON(reading: output)
    }

    func run(_ program: String, _ arguments: [String]) throws -> (exit: Int32, output: String) {
        var pipe = try Pipe(label: "a program's output")
        let reading = pipe.takeReadEnd()
        let writing = pipe.takeWriteEnd()
        let child = try ChildProcess.spawn(
            path: try Programs.path(program), arguments: arguments, environment: ["HOME": folder.path],
            descriptors: [(1, writing.descriptor)], workingFolder: folder.path)
        _ = consume writing
        let bytes = try reading.readToEnd(limitBytes: 256 << 20)
        guard case .exited(let status)? = try child.wait() else { throw ProgramFailed(what: "\(program) was killed") }
        return (status, String(decoding: bytes, as: UTF8.self))
    }

    func startDaemon(environment: [String: String] = [:]) throws -> ChildProcess {
        try ChildProcess.spawn(
            path: try Programs.path("sluiced"), arguments: ["--config", config], environment: environment)
    }

    /// Waits until the daemon answers that nothing is left to do.
    func waitUntilIdle(_ daemon: ChildProcess) throws {
        while true {
            if try daemon.wait(timeoutMilliseconds: 50) != nil { throw ProgramFailed(what: "the daemon ended") }
            if try isIdle() { return }
        }
    }

    func isIdle() throws -> Bool {
        guard let connection = try? UnixConnection.connect(path: site + "/state/control.sock") else { return false }
        try connection.send(Array(#"{"command":"idle"}"#.utf8))
        guard let message = try? connection.receive(limitBytes: 1 << 20, timeoutMilliseconds: 60_000) else {
            return false
        }
        return try JSON(reading: message.bytes)["exit"]?.number == 0
    }

    func stop(_ daemon: ChildProcess) throws {
        daemon.signal(SIGTERM)
        #expect(try daemon.wait(timeoutMilliseconds: 30_000) == .exited(0))
    }

    /// What two runs over the same drops must have in common: file, hash, outcome and counts of every delivery, and the
    /// tables of the release byte for byte.
    func result() throws -> (deliveries: Set<String>, count: Int, tables: [String: [UInt8]]) {
        let list = try #require(try ask("deliveries", "list").items)
        let lines = list.map { delivery in
            ["authority", "file", "sha256", "outcome", "rows"].map { delivery[$0]?.compactText ?? "" }
                .joined(separator: " ")
        }
        let (exit, _) = try run("sluice", ["release", "build", "violence-profile", "--config", config])
        #expect(exit == 0)
        let tables = site + "/srv/releases/violence-profile/latest/tables"
        var bytes: [String: [UInt8]] = [:]
        for name in try listSmallFolder(tables) { bytes[name] = try readSmallFile(tables + "/" + name) }
        return (Set(lines), lines.count, bytes)
    }
}

struct ProgramFailed: Error, CustomStringConvertible {
    var what: String
    var description: String { what }
}
