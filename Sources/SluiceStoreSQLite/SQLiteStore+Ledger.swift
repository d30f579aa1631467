internal import FoundationEssentials
internal import GRDB
package import SluiceModel
internal import SluiceStore

extension SQLiteStore {
    package func append(_ entries: [LedgerEntry]) throws {
        try write("append to the ledger") { db in try append(entries, db) }
    }

    package func ledgerHead() throws -> LedgerHead {
        try read("read the ledger's head") { db in try LedgerTable.head(db, chain) }
    }

    package func keptLedgerTree() throws -> (size: Int, nodes: [[UInt8]])? {
        try read("read the ledger's tree") { db in try LedgerTable.keptTree(db) }
    }

    package func ledgerRows(_ range: Range<Int>, limit: Int) throws -> [LedgerRow] {
        try read("read the ledger") { db in try LedgerTable.rows(range, limit: limit, db) }
    }

    /// Appends within a transaction that changes something else too.
    func append(_ entries: [LedgerEntry], _ db: Database) throws {
        guard !entries.isEmpty else { return }
        let (rows, head) = chain.chain(entries, after: try LedgerTable.head(db, chain))
        precondition(rows.count == entries.count, "a chain makes one row of each entry")
        for row in rows { try LedgerTable.insert(row, db) }
        try LedgerTable.keep(head, db)
        appended(head)
    }
}

/// Statements on the `ledger` table.
enum LedgerTable {
    static func head(_ db: Database, _ chain: any LedgerChaining) throws -> LedgerHead {
        let statement = try db.cachedStatement(
            sql: "SELECT sequence, row_hash FROM ledger ORDER BY sequence DESC LIMIT 1")
        guard let row = try Row.fetchOne(statement) else { return .empty }
        let size: Int = row["sequence"]
        guard let tree = try keptTree(db), tree.size == size, tree.nodes.count == size.nonzeroBitCount else {
            return try recomputedHead(db, chain)
        }
        return LedgerHead(size: size, rowHash: bytes(row["row_hash"]), treeNodes: tree.nodes)
    }

    static func keptTree(_ db: Database) throws -> (size: Int, nodes: [[UInt8]])? {
        let statement = try db.cachedStatement(sql: "SELECT size, nodes FROM ledger_tree")
        guard let row = try Row.fetchOne(statement) else { return nil }
        let nodes = bytes(row["nodes"])
        return (
            row["size"], stride(from: 0, to: nodes.count, by: 32).map { Array(nodes[$0..<min($0 + 32, nodes.count)]) }
        )
    }

    /// The head made anew from every row: of a store that did not keep the tree yet, or lost it.
    private static func recomputedHead(_ db: Database, _ chain: any LedgerChaining) throws -> LedgerHead {
        var head = LedgerHead.empty
        let hashes = try Data.fetchCursor(db, sql: "SELECT row_hash FROM ledger ORDER BY sequence")
        while let hash = try hashes.next() { head = chain.head(after: head, rowHash: bytes(hash)) }
        return head
    }

    static func keep(_ head: LedgerHead, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO ledger_tree (id, size, nodes) VALUES (1, ?, ?)")
        try statement.execute(arguments: [head.size, Data(head.treeNodes.joined())])
    }

    static func insert(_ row: LedgerRow, _ db: Database) throws {
        // SQLite's text ends at a NUL: a row that came back shorter than it was hashed would break the chain.
        guard !row.entry.actor.utf8.contains(0), !row.entry.subject.utf8.contains(0) else { throw UnreadableValue() }
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO ledger (sequence, at, actor, kind, subject, details, details_hash, previous_hash, row_hash)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            row.sequence, row.entry.at.secondsSince1970, row.entry.actor, row.entry.kind.rawValue, row.entry.subject,
            storedText(details: row.entry.details), Data(row.detailsHash), Data(row.previousHash), Data(row.rowHash),
        ])
    }

    static func rows(_ range: Range<Int>, limit: Int = .max, _ db: Database) throws -> [LedgerRow] {
        // Texts as bytes: as texts they would end at a NUL, and what is no UTF-8 would be mended.
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT sequence, at, CAST(actor AS BLOB) AS actor, CAST(kind AS BLOB) AS kind,
                    CAST(subject AS BLOB) AS subject, CAST(details AS BLOB) AS details,
                    details_hash, previous_hash, row_hash
                FROM ledger WHERE sequence >= ? AND sequence <= ? ORDER BY sequence LIMIT ?
                """,
            // The greatest number there is belongs to an open end.
            arguments: [
                range.lowerBound, range.upperBound == .max ? Int.max : range.upperBound &- 1, limit,
            ])
        return try Array(
            rows.map { row in
                let sequence: Int = row["sequence"]
                func text(_ column: String) throws -> String {
                    let bytes = bytes(row[column])
                    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
                        throw StoreError.ledgerRowUnreadable(sequence: sequence)
                    }
                    return text
                }
                guard let details = try? storedDetails(try text("details")) else {
                    throw StoreError.ledgerRowUnreadable(sequence: sequence)
                }
                return LedgerRow(
                    sequence: sequence,
                    entry: LedgerEntry(
                        at: Instant(secondsSince1970: row["at"]), actor: try text("actor"),
                        kind: LedgerKind(rawValue: try text("kind")), subject: try text("subject"), details: details),
                    detailsHash: bytes(row["details_hash"]), previousHash: bytes(row["previous_hash"]),
                    rowHash: bytes(row["row_hash"]))
            })
    }

    private static func bytes(_ data: Data) -> [UInt8] { [UInt8](data) }
}
