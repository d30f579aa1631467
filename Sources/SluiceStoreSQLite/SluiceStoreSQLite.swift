internal import GRDB
internal import Glibc
package import SluiceModel
package import SluiceStore
internal import Synchronization

/// The store in one SQLite file, with its write-ahead log beside it.
///
/// One connection writes and several read, each read from its own snapshot, so a long release build and a delivery
/// being decided do not wait for each other. Every transaction is synced before its method returns.
///
/// What is purged is gone from the files and not only from the tables: SQLite overwrites deleted content
/// (`secure_delete`), and the log is cut to nothing after a purge, after records were discarded and when a store is
/// opened for writing. While a reader still uses the log it cannot be cut; then the next write tries again.
///
/// No body passed to `decide` or `forEachBlock` may call the store: connections are not reentrant, and doing so traps.
package final class SQLiteStore: Store {
    let chain: any LedgerChaining
    private let pool: DatabasePool
    private let isReadOnly: Bool
    /// Who is told of the ledger's heads, and the one that the transaction at hand leads to.
    private let ledgerObserver = Mutex<(body: (@Sendable (LedgerHead) -> Void)?, pending: LedgerHead?)>((nil, nil))
    /// Whether the write-ahead log may still hold what was purged, or has grown too long.
    private let owesEmptyLog = Mutex(false)

    /// A log that one transaction made longer than this is cut by the next.
    static let logLimitBytes = 4 << 20
    /// How long to wait for another program that holds the database.
    private static let busyLimitSeconds = 5.0

    /// Opens the store, after creating it or bringing it to this version's schema where needed.
    ///
    /// The file, its log and its index are readable and writable by their owner only.
    ///
    /// - Parameters:
    ///   - path: The database file. Its folder must exist.
    ///   - chain: Chains the ledger's rows.
    ///   - readOnly: Opens an existing store of this version and writes nothing; another program may be writing.
    ///   - sizeLimitBytes: The store's own quota: a transaction that would make the file larger throws
    ///     `StoreError.full`. Nil leaves it to the disk.
    /// - Throws: `StoreError.unusable`, `.full`, `.busy`, `.failed`.
    package init(
        path: String, chain: any LedgerChaining, readOnly: Bool = false, sizeLimitBytes: Int? = nil
    ) throws {
        self.chain = chain
        isReadOnly = readOnly
        try prepareStoreFile(path, readOnly: readOnly)

        var configuration = Configuration()
        configuration.label = "store"
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(SQLiteStore.busyLimitSeconds)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;")
            if readOnly || !db.configuration.readonly { try Schema.identify(db) }
        }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            if !readOnly {
                try pool.writeWithoutTransaction { db in
                    // The pool sets NORMAL when it turns the log on, which may lose the last transactions in a power
                    // cut.
                    try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;")
                    try db.execute(sql: "PRAGMA journal_size_limit = \(SQLiteStore.logLimitBytes)")
                }
            }
            try Schema.bringUpToDate(pool, readOnly: readOnly)
            if let sizeLimitBytes {
                try pool.writeWithoutTransaction { db in
                    let pageBytes = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? Schema.pageBytes
                    try db.execute(sql: "PRAGMA max_page_count = \(max(1, sizeLimitBytes / pageBytes))")
                }
            }
        } catch let error as DatabaseError {
            throw StoreError(opening: error)
        }
        if !readOnly {
            // A program that was killed may have left discarded records in the log.
            oweEmptyLog()
            emptyLogIfOwed()
        }
    }

    // MARK: - Transactions

    /// Runs `body` in one read transaction, from one snapshot.
    func read<Result>(_ operation: String, _ body: (Database) throws -> Result) throws -> Result {
        try translatingErrors(operation) { try pool.read(body) }
    }

    /// Runs `body` in one write transaction: durable when this returns, undone when it throws.
    func write<Result>(_ operation: String, _ body: (Database) throws -> Result) throws -> Result {
        defer { emptyLogIfOwed() }
        do {
            // Reset inside, where no other transaction can be.
            let (result, head) = try translatingErrors(operation) {
                try pool.write { db in
                    ledgerObserver.withLock { $0.pending = nil }
                    let result = try body(db)
                    return (result, ledgerObserver.withLock { $0.pending })
                }
            }
            if let head { ledgerObserver.withLock { $0.body }?(head) }
            return result
        } catch {
            // Pages that did not fit in the cache are written to the log before it is known whether they will be
            // committed, and stay there when they are not.
            oweEmptyLog()
            throw error
        }
    }

    package func observeLedger(_ body: @escaping @Sendable (LedgerHead) -> Void) {
        ledgerObserver.withLock { $0.body = body }
    }

    /// The transaction at hand makes this the ledger's head.
    func appended(_ head: LedgerHead) { ledgerObserver.withLock { $0.pending = head } }

    package func writeBackup(to path: String) throws {
        // Before SQLite would create it for everybody.
        try prepareStoreFile(path, readOnly: false)
        try translatingErrors("back up the store") {
            try pool.unsafeRead { db in try db.execute(sql: "VACUUM INTO ?", arguments: [path]) }
        }
    }

    package func damage() throws -> String? {
        try read("check the store") { db in
            let found = try String.fetchAll(db, sql: "PRAGMA integrity_check(1)")
            // SQLite's own words quote no content, but name rows.
            return found == ["ok"] ? nil : "the database file is malformed"
        }
    }

    package func compact() throws {
        try translatingErrors("compact the store") {
            try pool.writeWithoutTransaction { db in
                // A store from before it kept track of free pages has them in place until it is written anew.
                guard try Int.fetchOne(db, sql: "PRAGMA auto_vacuum") == 2 else {
                    return try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL; VACUUM;")
                }
                let pages = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
                // The statement frees a page with each step.
                _ = try Row.fetchAll(db, sql: "PRAGMA incremental_vacuum(\(pages))")
            }
        }
        oweEmptyLog()
        emptyLogIfOwed()
    }

    /// Has the log cut to nothing at the end of this write, or of a later one when a reader is in the way.
    func oweEmptyLog() { owesEmptyLog.withLock { $0 = true } }

    private func emptyLogIfOwed() {
        guard !isReadOnly, owesEmptyLog.withLock({ $0 }) else { return }
        // What was committed is durable in the log already. When it cannot be moved into the file now, because a
        // reader needs the log or the disk is full, nothing is lost and the next write tries again.
        try? pool.writeWithoutTransaction { db in
            // Not waiting for readers: a release build may read for minutes.
            try db.execute(sql: "PRAGMA busy_timeout = 0")
            defer { try? db.execute(sql: "PRAGMA busy_timeout = \(Int(SQLiteStore.busyLimitSeconds * 1000))") }
            try db.checkpoint(.truncate)
            owesEmptyLog.withLock { $0 = false }
        }
    }
}

/// Creates the file for its owner only, before SQLite would create it for everybody. SQLite gives the log and its
/// index the mode of the database.
private func prepareStoreFile(_ path: String, readOnly: Bool) throws {
    if unsafe access(path, F_OK) != 0 {
        guard errno == ENOENT else { throw StoreError.cannotOpen }
        guard !readOnly else {
            throw StoreError.unusable(what: "there is no store yet", hint: "start the daemon once; it creates one")
        }
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw errno == ENOSPC || errno == EDQUOT ? StoreError.full : StoreError.cannotOpen
        }
        close(descriptor)
        try syncFolder(of: path)
    } else if !readOnly {
        // By path: closing a descriptor of the file would drop the locks that this process holds on it.
        for suffix in ["", "-wal", "-shm"] {
            guard unsafe chmod(path + suffix, 0o600) == 0 || errno == ENOENT else { throw StoreError.cannotOpen }
        }
    }
}

private func syncFolder(of path: String) throws {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StoreError.cannotOpen }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw StoreError.failed(operation: "create the store", resultCode: Int(errno)) }
}
