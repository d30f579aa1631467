import Glibc
import SluiceModel
import SluiceSystem
import SluiceTestSupport
import Testing

/// The daemon killed, its watcher killed, its settings reloaded: what comes out is always the same.
@Suite(.serialized) struct CrashTests {
    private static let scale = "0.05"

    /// An instance with made-up drops, which the daemon has not seen yet.
    private func site() throws -> Programs {
        let programs = Programs()
        let (exit, _) = try programs.run(
            "sluice", ["demo", programs.site, "--scale", CrashTests.scale, "--drops-only"])
        #expect(exit == 0)
        // So few records hide most of what the tables hold; and ties between cells are broken by a key, here the same one.
        let spec = programs.site + "/releases/violence-profile.yaml"
        let text = String(decoding: try readSmallFile(spec), as: UTF8.self)
        try Folder(path: programs.site + "/releases").writeAtomically(
            FileName(own: "violence-profile.yaml"),
            Array(
                text.replacing("profile: partnership-5\n", with: "profile: partnership-5\nacceptHidingMost: true\n")
                    .utf8),
            mode: 0o644)
        let keys = try Folder.createIfMissing(path: programs.site + "/state/keys", mode: 0o700)
        try keys.writeAtomically(FileName(own: "name.key"), [UInt8](repeating: 7, count: 32), mode: 0o600)
        return programs
    }

    private func undisturbed() throws -> (deliveries: Set<String>, count: Int, tables: [String: [UInt8]]) {
        let programs = try site()
        let daemon = try programs.startDaemon()
        try programs.waitUntilIdle(daemon)
        try programs.stop(daemon)
        return try programs.result()
    }

    @Test func `killed at ten random moments, the daemon comes to the same result`() throws {
        let expected = try undisturbed()
        #expect(expected.deliveries.count == expected.count)
        #expect(!expected.tables.isEmpty)
        let programs = try site()
        var random = SplitMix64(seed: 20_260_401)
        for _ in 1...10 {
            let daemon = try programs.startDaemon()
            // From its first system calls to the middle of the intake.
            let milliseconds = Int.random(in: 5...600, using: &random)
            #expect(try daemon.wait(timeoutMilliseconds: milliseconds) == nil)
            daemon.kill()
            #expect(try daemon.wait() == .signalled(SIGKILL))
        }
        let daemon = try programs.startDaemon()
        try programs.waitUntilIdle(daemon)
        try programs.stop(daemon)
        let result = try programs.result()
        #expect(result.deliveries == expected.deliveries)
        #expect(result.count == expected.count)
        #expect(result.tables == expected.tables)
        #expect(try programs.ask("ledger", "verify")["intact"] == .bool(true))
        // One receipt each, and nothing left in between.
        for delivery in try #require(try programs.ask("deliveries", "list").items)
        where delivery["outcomeAtArrival"] != .null {
            let id = try #require(delivery["id"]?.text)
            let authority = try #require(delivery["authority"]?.text)
            let receipts = try listSmallFolder(programs.site + "/srv/drop/\(authority)/receipts")
            #expect(receipts.filter { $0.hasPrefix(id) && $0.hasSuffix(".receipt.json") }.count == 1)
        }
        #expect(try listSmallFolder(programs.site + "/state/spool").isEmpty)
    }

    @Test func `with its watcher killed all the time, the daemon comes to the same result`() throws {
        let expected = try undisturbed()
        let programs = try site()
        let daemon = try programs.startDaemon()
        while try !programs.isIdle() {
            for child in children(of: daemon.pid) where name(of: child) == "sluice-watch" { _ = kill(child, SIGKILL) }
            #expect(try daemon.wait(timeoutMilliseconds: 20) == nil)
        }
        try programs.stop(daemon)
        let result = try programs.result()
        #expect(result.deliveries == expected.deliveries)
        #expect(result.tables == expected.tables)
    }

    private func children(of pid: Int32) -> [Int32] {
        let tasks = (try? listSmallFolder("/proc/\(pid)/task")) ?? []
        return tasks.flatMap { task -> [Int32] in
            let bytes = (try? readSmallFile("/proc/\(pid)/task/\(task)/children")) ?? []
            return String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
        }
    }

    private func name(of pid: Int32) -> String {
        let bytes = (try? readSmallFile("/proc/\(pid)/comm")) ?? []
        return String(decoding: bytes, as: UTF8.self).replacing("\n", with: "")
    }
}

@Suite struct DaemonLifeTests {
    private func site() throws -> Programs {
        let programs = Programs()
        #expect(try programs.sluice("init", programs.site).exit == 0)
        let settings = String(decoding: try readSmallFile(programs.config), as: UTF8.self)
            .replacing("# settleMilliseconds: 5000", with: "settleMilliseconds: 50")
        try Folder(path: programs.site).writeAtomically(
            FileName(own: "sluice.yaml"), Array(settings.utf8), mode: 0o644)
        return programs
    }

    @Test func `the service manager is told of start, reload, refused settings and stop`() throws {
        let programs = try site()
        let manager = try ServiceManager(path: programs.folder.path + "/notify")
        let daemon = try programs.startDaemon(environment: [
            "NOTIFY_SOCKET": programs.folder.path + "/notify", "WATCHDOG_USEC": "2000000",
        ])
        try manager.waitFor { $0.contains("READY=1") }
        try manager.waitFor { $0.contains("WATCHDOG=1") && $0.contains("STATUS=Waiting: ") }
        daemon.signal(SIGHUP)
        try manager.waitFor { $0.contains("RELOADING=1") && $0.contains("MONOTONIC_USEC=") }
        try manager.waitFor { $0.contains("READY=1") }
        let authority = programs.site + "/authorities/marshvale-police.yaml"
        let good = try readSmallFile(authority)
        let authorities = try Folder(path: programs.site + "/authorities")
        try authorities.writeAtomically(FileName(own: "marshvale-police.yaml"), Array("kind: [".utf8), mode: 0o644)
        daemon.signal(SIGHUP)
        try manager.waitFor { $0.contains("READY=1") && $0.contains("refused") }
        try authorities.writeAtomically(FileName(own: "marshvale-police.yaml"), good, mode: 0o644)
        daemon.signal(SIGTERM)
        try manager.waitFor { $0.contains("STOPPING=1") }
        #expect(try daemon.wait(timeoutMilliseconds: 20_000) == .exited(0))
    }

    @Test func `while the daemon runs, commands that change state go through it and name who asked`() throws {
        let programs = try site()
        let daemon = try programs.startDaemon()
        try programs.waitUntilIdle(daemon)
        let sample = try Programs.path("..") + "/../../plugins/police/samples/recorded-crime.csv"
        let ingest = try programs.run(
            "sluice", ["ingest", sample, "--authority", "marshvale-police", "--config", programs.config, "--json"])
        #expect(ingest.exit == 0)
        let delivery = try JSON(reading: ingest.output)
        #expect(delivery["outcome"]?.text == "accepted")
        #expect(delivery["file"]?.text == "recorded-crime.csv")
        let again = try programs.run(
            "sluice", ["ingest", sample, "--authority", "marshvale-police", "--config", programs.config, "--json"])
        #expect(again.exit == 0)
        #expect(try JSON(reading: again.output)["outcome"]?.text == "duplicate")
        let id = try #require(delivery["id"]?.text)
        #expect(try programs.ask("deliveries", "withdraw", id, "--reason", "a test")["delivery"]?.text == id)
        let rows = try #require(try programs.ask("ledger", "show", "--subject", id).items)
        #expect(rows.last?["kind"]?.text == "delivery-withdrawn")
        #expect(rows.last?["actor"]?.text == "user:\(ownIdentity().userID)")
        #expect(try programs.ask("status")["daemon"]?.text == "running")
        try programs.stop(daemon)
        #expect(try programs.ask("status")["daemon"]?.text == "stopped")
    }

    @Test func `a dropped file is noticed without waiting for the clock`() throws {
        let programs = try site()
        let daemon = try programs.startDaemon()
        try programs.waitUntilIdle(daemon)
        let sample = try readSmallFile(try Programs.path("..") + "/../../plugins/police/samples/recorded-crime.csv")
        try Folder(path: programs.site + "/srv/drop/marshvale-police/incoming")
            .writeAtomically(FileName(own: "march.csv"), sample, mode: 0o644)
        // The clock alone would look after five minutes; the test's own limit is far below.
        while try programs.ask("deliveries", "list").items?.first?["outcome"]?.text != "accepted" {
            #expect(try daemon.wait(timeoutMilliseconds: 50) == nil)
        }
        try programs.stop(daemon)
    }

    @Test func `a second daemon on the same instance gives way`() throws {
        let programs = try site()
        let daemon = try programs.startDaemon()
        try programs.waitUntilIdle(daemon)
        #expect(try programs.run("sluiced", ["--config", programs.config]).exit == 75)
        try programs.stop(daemon)
    }

    @Test func `settings with mistakes keep the daemon from starting, with their places`() throws {
        let programs = try site()
        try Folder(path: programs.site).writeAtomically(
            FileName(own: "reviews.yaml"), Array("reviews:\n  - {id: x, kind: strategie}\n".utf8), mode: 0o644)
        #expect(try programs.run("sluiced", ["--config", programs.config]).exit == 78)
        let (exit, output) = try programs.run("sluice", ["check", "--config", programs.config, "--json"])
        #expect(exit == 78)
        let mistakes = try #require(try JSON(reading: output)["mistakes"]?.items)
        #expect(mistakes.contains { $0["file"]?.text?.hasSuffix("reviews.yaml") == true && $0["line"]?.number == 2 })
        #expect(mistakes.count >= 2)
    }

    @Test func `wrong usage exits with 64`() throws {
        let programs = Programs()
        #expect(try programs.sluice("nonsense").exit == 64)
        #expect(try programs.sluice("deliveries", "show").exit == 64)
        #expect(try programs.run("sluiced", ["--nonsense"]).exit == 64)
    }

    @Test func `validate answers without an instance and keeps to its exit status`() throws {
        let programs = Programs()
        let samples = try Programs.path("..") + "/../../plugins/police/samples/"
        let good = try programs.sluice("validate", samples + "recorded-crime.csv", "--plugin", "police", "--json")
        #expect(good.exit == 0)
        let answer = try JSON(reading: good.output)
        #expect(answer["outcome"]?.text == "accepted")
        #expect(answer["notChecked"]?.items?.isEmpty == false)
        let bad = try programs.sluice(
            "validate", samples + "recorded-crime-missing-column.csv", "--plugin", "police", "--json")
        #expect(bad.exit == 1)
        #expect(try JSON(reading: bad.output)["findings"]?.items?.first?["code"]?.text == "column-missing")
        #expect(try programs.sluice("validate", samples + "recorded-crime.csv", "--plugin", "plice").exit == 78)
    }
}

/// A service manager's end of the notification socket.
private struct ServiceManager: ~Copyable {
    let file: OpenFile

    init(path: String) throws {
        let number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        file = OpenFile(descriptor: number, label: "a service manager")
        let address = [UInt8(AF_UNIX), 0] + Array(path.utf8)
        let result = unsafe address.withUnsafeBytes { bytes in
            unsafe bind(number, bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(address.count))
        }
        guard result == 0 else { throw ProgramFailed(what: "the notification socket cannot be bound") }
    }

    /// Reads notifications until one is what is waited for.
    func waitFor(_ isIt: (String) -> Bool) throws {
        for _ in 1...1000 {
            guard try !waitReadable([file.descriptor], timeoutMilliseconds: 30_000).isEmpty else { break }
            if isIt(String(decoding: try file.readChunk(limitBytes: 1 << 16), as: UTF8.self)) { return }
        }
        throw ProgramFailed(what: "the service manager was not told")
    }
}
