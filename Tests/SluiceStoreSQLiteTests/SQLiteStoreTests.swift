import Foundation
import GRDB
import SluiceLedger
import SluiceModel
import SluiceStore
import SluiceStoreSQLite
import SluiceTestSupport
import Testing

/// Opens the store of a test's folder.
private func open(
    _ folder: TemporaryFolder, readOnly: Bool = false, sizeLimitBytes: Int? = nil
) throws -> SQLiteStore {
    try SQLiteStore(
        path: folder.file("store.sqlite"), chain: LedgerChain(), readOnly: readOnly, sizeLimitBytes: sizeLimitBytes)
}

/// A connection beside the store, as `sqlite3` on the command line would be.
private func rawConnection(_ folder: TemporaryFolder) throws -> DatabaseQueue {
    try DatabaseQueue(path: folder.file("store.sqlite"))
}

struct SchemaTests {
    @Test
    func `a new store has the tables of this version and the identity of a store`() throws {
        let folder = try TemporaryFolder()
        _ = try open(folder)
        try rawConnection(folder).read { db in
            let tables = try String.fetchSet(
                db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'")
            #expect(
                tables == [
                    "closing", "code_dictionary", "delivery", "grdb_migrations", "ledger", "ledger_tree", "occurrence",
                    "delivery_profile", "overlap", "overlap_cell", "receipt", "record_block", "release",
                    "release_delivery", "value",
                ])
            #expect(try Int.fetchOne(db, sql: "PRAGMA application_id") == 0x534c_5543)
            #expect(try String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal")
            #expect(try String.fetchOne(db, sql: "PRAGMA integrity_check") == "ok")
        }
    }

    @Test
    func `a store of a newer version is refused with the next step, and left as it is`() throws {
        let folder = try TemporaryFolder()
        _ = try open(folder)
        try rawConnection(folder).write { db in
            try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('2 from the future')")
        }
        for readOnly in [false, true] {
            let error = #expect(throws: StoreError.self) { _ = try open(folder, readOnly: readOnly) }
            guard case .unusable(let what, let hint) = error else { throw error ?? CancellationError() }
            #expect(what.contains("newer"))
            #expect(hint.contains("backup"))
        }
    }

    @Test
    func `another program's database and a file that is none are refused and left as they are`() throws {
        let folder = try TemporaryFolder()
        try rawConnection(folder).write { db in try db.execute(sql: "CREATE TABLE theirs (a)") }
        try folder.write(String(repeating: "not a database. ", count: 300), to: "text")
        for name in ["store.sqlite", "text"] {
            let before = try folder.bytes(of: name)
            let error = #expect(throws: StoreError.self) {
                _ = try SQLiteStore(path: folder.file(name), chain: LedgerChain())
            }
            guard case .unusable = error else { throw error ?? CancellationError() }
            #expect(try folder.bytes(of: name) == before)
        }
    }

    @Test
    func `a store whose creation was cut short is finished`() throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "store.sqlite")
        #expect(try open(folder).ledgerHead() == .empty)
    }

    @Test
    func `the file, its log and its index belong to their owner only`() throws {
        let folder = try TemporaryFolder()
        do {
            let store = try open(folder)
            try StoreSuite.accept(store, 1)
            for name in ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm"] {
                #expect(try mode(folder.file(name)) == 0o600, "\(name)")
            }
        }
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644], ofItemAtPath: folder.file("store.sqlite"))
        let store = try open(folder)
        try StoreSuite.accept(store, 2)
        for name in ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm"] {
            #expect(try mode(folder.file(name)) == 0o600, "\(name)")
        }
    }

    @Test
    func `a folder that does not exist is named as unusable, without its path`() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: StoreError.self) {
            _ = try SQLiteStore(path: folder.file("no-such/store.sqlite"), chain: LedgerChain())
        }
        guard case .unusable = error else { throw error ?? CancellationError() }
        #expect(!"\(error!)".contains("no-such"))
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}

struct ReadOnlyTests {
    @Test
    func `a read-only store sees each commit of a writer and writes nothing`() throws {
        let folder = try TemporaryFolder()
        let writer = try open(folder)
        let reader = try open(folder, readOnly: true)
        for number in 1...3 {
            try StoreSuite.accept(writer, number)
            #expect(try StoreSuite.blocks(reader).count == number)
            #expect(try reader.ledgerHead() == writer.ledgerHead())
        }
        #expect(throws: StoreError.self) { try reader.setValue("a", "b") }
        #expect(throws: StoreError.self) { try reader.append([StoreSuite.entry(.settingsLoaded, "x")]) }
        #expect(try writer.ledgerHead().size == 3)
        #expect(try writer.value("a") == nil)
    }

    @Test
    func `a read-only store opens when no writer runs`() throws {
        let folder = try TemporaryFolder()
        try StoreSuite.accept(open(folder), 1)
        #expect(try StoreSuite.blocks(open(folder, readOnly: true)).count == 1)
    }

    @Test
    func `where there is no store a read-only one is not made`() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: StoreError.self) { _ = try open(folder, readOnly: true) }
        guard case .unusable(let what, _) = error else { throw error ?? CancellationError() }
        #expect(what == "there is no store yet")
        #expect(try folder.files().isEmpty)
    }
}

struct LedgerTableTests {
    @Test(arguments: [
        "UPDATE ledger SET subject = 'x' WHERE sequence = 1",
        "DELETE FROM ledger WHERE sequence = 3",
        "DELETE FROM ledger",
        """
        REPLACE INTO ledger SELECT 3, at, actor, kind, 'x', details, details_hash, previous_hash, row_hash
        FROM ledger WHERE sequence = 3
        """,
        """
        INSERT INTO ledger SELECT 5, at, actor, kind, subject, details, details_hash, row_hash, row_hash
        FROM ledger WHERE sequence = 3
        """,
        """
        INSERT INTO ledger SELECT 4, at, actor, kind, subject, details, details_hash, previous_hash, row_hash
        FROM ledger WHERE sequence = 3
        """,
    ])
    func `the database itself refuses to change, delete or misplace a row`(sql: String) throws {
        let folder = try TemporaryFolder()
        let store = try open(folder)
        try store.append((1...3).map { StoreSuite.entry(.settingsLoaded, $0) })
        let before = try store.ledgerRows(1..<10)
        let error = #expect(throws: DatabaseError.self) {
            try rawConnection(folder).write { db in try db.execute(sql: sql) }
        }
        #expect(error?.extendedResultCode == .SQLITE_CONSTRAINT_TRIGGER)
        #expect(try store.ledgerRows(1..<10) == before)
    }

    @Test
    func `text that would not come back whole is refused`() throws {
        let store = try open(TemporaryFolder())
        #expect(throws: StoreError.self) { try store.append([StoreSuite.entry(.settingsLoaded, "a\u{0}b")]) }
        #expect(try store.ledgerHead() == .empty)
    }
}

struct DecisionTests {
    @Test
    func `a receipt whose checkpoint other entries led to stops the program`() async {
        await #expect(processExitsWith: .failure) {
            let store = try open(TemporaryFolder())
            try store.insert(StoreSuite.delivery(1), ledger: [])
            try store.decide(StoreSuite.id(1)) { transaction in
                _ = try transaction.headAfter([StoreSuite.entry(.deliveryDecided, "one")])
                return StoreSuite.decision(.accepted, ledger: [StoreSuite.entry(.deliveryDecided, "other")])
            }
        }
    }

    @Test
    func `a process killed while it decides leaves the delivery as it was`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.sqlite")
        do {
            let store = try open(folder)
            try StoreSuite.accept(store, 1)
            try store.insert(StoreSuite.delivery(2), ledger: [])
        }
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = try SQLiteStore(path: path, chain: LedgerChain())
            try store.decide(StoreSuite.id(2)) { transaction in
                // Enough that some of it is in the log already.
                try appendMegabytes(32, transaction)
                kill(getpid(), SIGKILL)
                return StoreSuite.decision(.accepted)
            }
        }
        #expect(try folder.bytes(of: "store.sqlite-wal").count > 1 << 20)
        let store = try open(folder)
        #expect(try store.delivery(StoreSuite.id(2)) == StoreSuite.delivery(2))
        #expect(try StoreSuite.blocks(store).map(\.delivery) == [StoreSuite.id(1)])
        #expect(try store.ledgerHead().size == 1)
        #expect(try folder.bytes(of: "store.sqlite-wal").isEmpty)
    }

    @Test
    func `a failure that the body hides still undoes the decision`() throws {
        let folder = try TemporaryFolder()
        let store = try open(folder, sizeLimitBytes: 2 << 20)
        try store.insert(StoreSuite.delivery(1), ledger: [])
        #expect(throws: StoreError.full) {
            try store.decide(StoreSuite.id(1)) { transaction in
                try? appendMegabytes(4, transaction)
                return StoreSuite.decision(.accepted)
            }
        }
        #expect(try store.delivery(StoreSuite.id(1)) == StoreSuite.delivery(1))
    }
}

struct FullDiskTests {
    @Test
    func `a store that would outgrow its limit says that it is full, and works on`() throws {
        let folder = try TemporaryFolder()
        let store = try open(folder, sizeLimitBytes: 4 << 20)
        try StoreSuite.accept(store, 1)
        try fillUp(store, number: 2, megabytes: 8)
        try store.decide(StoreSuite.id(2)) { transaction in
            try appendMegabytes(1, transaction)
            return StoreSuite.decision(.accepted)
        }
        #expect(try StoreSuite.blocks(store).count > 1)
        // Room that is purged is used again.
        _ = try store.withdraw(StoreSuite.id(2), at: Instant("2026-04-02T08:00:00Z")!, ledger: [])
        try store.insert(StoreSuite.delivery(3), ledger: [])
        try store.decide(StoreSuite.id(3)) { transaction in
            try appendMegabytes(2, transaction)
            return StoreSuite.decision(.accepted)
        }
    }

    @Test(.enabled(if: SmallDisk.isPossible, "mounting a file system needs root"))
    func `a store on a full disk says so, loses nothing, and works on once there is room`() throws {
        let folder = try TemporaryFolder()
        let disk = try SmallDisk(at: folder.file("disk"), megabytes: 8)
        let store = try SQLiteStore(path: disk.path + "/store.sqlite", chain: LedgerChain())
        try StoreSuite.accept(store, 1)
        let before = try StoreSuite.blocks(store).map(\.block)
        try fillUp(store, number: 2, megabytes: 12)
        #expect(try StoreSuite.blocks(store).map(\.block) == before)

        // Not one byte left: even the smallest write is refused, and reading goes on.
        try disk.fill()
        var refusals = 0
        for number in 0..<200 {
            do {
                try store.setValue("value-\(number)", String(repeating: "x", count: 4000))
            } catch StoreError.full {
                refusals += 1
            }
        }
        #expect(refusals > 0)
        #expect(try StoreSuite.blocks(store).map(\.block) == before)

        disk.makeRoom()
        try store.decide(StoreSuite.id(2)) { transaction in
            try appendMegabytes(1, transaction)
            return StoreSuite.decision(.accepted, ledger: [StoreSuite.entry(.deliveryDecided, "2")])
        }
        var verifier = LedgerVerifier()
        verifier.take(try store.ledgerRows(1..<10))
        #expect(verifier.finish(kept: try store.keptLedgerTree()).problem == nil)
        #expect(try store.ledgerHead().size == 2)
    }

    /// Tries to accept more than fits and expects that nothing of it happened.
    private func fillUp(_ store: SQLiteStore, number: Int, megabytes: Int) throws {
        try store.insert(StoreSuite.delivery(number), ledger: [])
        let head = try store.ledgerHead()
        #expect(throws: StoreError.full) {
            try store.decide(StoreSuite.id(number)) { transaction in
                try appendMegabytes(megabytes, transaction)
                return StoreSuite.decision(.accepted, ledger: [StoreSuite.entry(.deliveryDecided, "\(number)")])
            }
        }
        #expect(try store.delivery(StoreSuite.id(number)) == StoreSuite.delivery(number))
        #expect(try store.ledgerHead() == head)
    }
}

struct PrivacyTests {
    /// A block whose link tokens are this mark, over and over.
    private static func marked(_ mark: String, rows: Int) -> RecordBlock {
        precondition(mark.utf8.count == RecordBlock.linkTokenBytes)
        let tokens = Array(repeating: Array(mark.utf8), count: rows).flatMap { $0 }
        return RecordBlock(rowCount: rows, columns: [], linkTokens: tokens)
    }

    /// Names of the files below the folder that hold the mark.
    private static func files(_ folder: TemporaryFolder, holding mark: String) throws -> [String] {
        try folder.files().filter { name in
            Data(try folder.bytes(of: name)).range(of: Data(mark.utf8)) != nil
        }
    }

    @Test(arguments: ["withdrawn", "superseded", "discarded", "thrown away", "not accepted"])
    func `purged records are in none of the files`(how: String) throws {
        struct Interrupted: Error {}
        let folder = try TemporaryFolder()
        let store = try open(folder)
        let canary = "CANARY-CANARY-16"
        // More than fits in the cache, so that it reaches the log before the end.
        func appendCanaries(_ transaction: any DecisionTransaction) throws {
            for _ in 0..<64 {
                try transaction.append(
                    PrivacyTests.marked(canary, rows: 16384), eventKind: "offence",
                    dictionary: StoreSuite.dictionary())
            }
        }
        try StoreSuite.accept(store, 1)
        try store.insert(StoreSuite.delivery(2), ledger: [])
        switch how {
        case "withdrawn", "superseded":
            try store.decide(StoreSuite.id(2)) { transaction in
                try appendCanaries(transaction)
                return StoreSuite.decision(.accepted)
            }
            #expect(try !PrivacyTests.files(folder, holding: canary).isEmpty)
            if how == "withdrawn" {
                _ = try store.withdraw(StoreSuite.id(2), at: Instant("2026-04-02T08:00:00Z")!, ledger: [])
            } else {
                try store.insert(StoreSuite.delivery(3), ledger: [])
                try store.decide(StoreSuite.id(3)) { _ in
                    StoreSuite.decision(.accepted, replaces: [StoreSuite.id(2)])
                }
                // They stay for a while, to be brought back.
                #expect(try !PrivacyTests.files(folder, holding: canary).isEmpty)
                try store.purge([StoreSuite.id(2)], at: Instant("2026-05-02T08:00:00Z")!, ledger: [])
            }
        case "thrown away":
            #expect(throws: Interrupted.self) {
                try store.decide(StoreSuite.id(2)) { transaction in
                    try appendCanaries(transaction)
                    #expect(try !PrivacyTests.files(folder, holding: canary).isEmpty)
                    throw Interrupted()
                }
            }
        default:
            try store.decide(StoreSuite.id(2)) { transaction in
                try appendCanaries(transaction)
                if how == "discarded" { try transaction.discardRecords() }
                return StoreSuite.decision(how == "discarded" ? .accepted : .refused)
            }
        }
        #expect(try PrivacyTests.files(folder, holding: canary) == [])
    }

    @Test
    func `records purged while a reader holds on to them go with the next write`() throws {
        let folder = try TemporaryFolder()
        let store = try open(folder)
        let reader = try open(folder, readOnly: true)
        let canary = "CANARY-CANARY-16"
        try store.insert(StoreSuite.delivery(1), ledger: [])
        try store.decide(StoreSuite.id(1)) { transaction in
            try transaction.append(
                PrivacyTests.marked(canary, rows: 5000), eventKind: nil, dictionary: StoreSuite.dictionary())
            return StoreSuite.decision(.accepted)
        }
        try reader.forEachBlock(RecordFilter()) { _ in
            _ = try store.withdraw(StoreSuite.id(1), at: Instant("2026-04-02T08:00:00Z")!, ledger: [])
        }
        try store.setValue("last-seen", "now")
        #expect(try PrivacyTests.files(folder, holding: canary) == [])
    }

    @Test
    func `no error holds a value`() throws {
        let folder = try TemporaryFolder()
        let store = try open(folder)
        let canary = "canary"
        var release = ReleaseRecord(
            release: canary, version: 1, state: .publishing, builtAt: Instant(secondsSince1970: 0), sumsHash: canary,
            stagingName: canary, audience: .partnership, eventKinds: [canary], period: Period("2026-04")!,
            deliveries: [])
        try store.insert(release, ledger: [])
        try StoreSuite.accept(store, 1)
        let raw = try rawConnection(folder)
        try raw.write { db in
            try db.execute(sql: "UPDATE delivery SET status = ?", arguments: [canary])
            try db.execute(sql: "UPDATE code_dictionary SET body = ?", arguments: [canary])
            try db.execute(sql: "UPDATE release SET event_kinds = ?", arguments: [canary])
        }
        release.version = 1
        var errors: [any Error] = []
        func collect(_ body: () throws -> Void) {
            do { try body() } catch { errors.append(error) }
        }
        collect { try store.insert(release, ledger: []) }
        collect { _ = try store.releases() }
        collect { _ = try store.delivery(StoreSuite.id(1)) }
        try raw.write { db in try db.execute(sql: "UPDATE delivery SET status = 'accepted'") }
        collect { _ = try StoreSuite.blocks(store) }
        try raw.write { db in
            try db.execute(sql: "UPDATE code_dictionary SET body = '[]'")
            try db.execute(sql: "UPDATE record_block SET payload = ?", arguments: [Data(canary.utf8)])
        }
        collect { _ = try StoreSuite.blocks(store) }
        collect { _ = try store.decide(StoreSuite.id(9)) { _ in StoreSuite.decision(.accepted) } }
        #expect(errors.count == 6)
        for error in errors {
            #expect(error is StoreError)
            #expect(!String(reflecting: error).contains(canary))
        }
    }
}

/// Appends blocks of about a megabyte each.
private func appendMegabytes(_ count: Int, _ transaction: any DecisionTransaction) throws {
    for number in 0..<count {
        let tokens = [UInt8](repeating: UInt8(number), count: 65536 * RecordBlock.linkTokenBytes)
        try transaction.append(
            RecordBlock(rowCount: 65536, columns: [], linkTokens: tokens), eventKind: "offence",
            dictionary: StoreSuite.dictionary())
    }
}

/// A file system in memory, as small as a test wants it.
private final class SmallDisk {
    static let isPossible = geteuid() == 0 && (try? SmallDisk(at: probePath, megabytes: 1)) != nil
    private static var probePath: String { "/tmp/sluice-test-disk-\(getpid())" }

    let path: String

    init(at path: String, megabytes: Int) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard unsafe mount("none", path, "tmpfs", 0, "size=\(megabytes)m") == 0 else {
            unsafe rmdir(path)
            throw CocoaError(.fileWriteNoPermission)
        }
    }

    deinit {
        // Detached at once, however many files of it are still open.
        unsafe umount2(path, 2)
        unsafe rmdir(path)
    }

    /// Writes until not one byte more fits.
    func fill() throws {
        let descriptor = unsafe open(path + "/ballast", O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        defer { close(descriptor) }
        let zeros = [UInt8](repeating: 0, count: 4096)
        while unsafe write(descriptor, zeros, zeros.count) > 0 {}
    }

    func makeRoom() { unsafe unlink(path + "/ballast") }
}
