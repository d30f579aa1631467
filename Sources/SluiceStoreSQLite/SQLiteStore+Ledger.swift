internal import FoundationEssentials
internal import GRDB
package import SluiceModel
internal import SluiceStore

extension SQLiteStore {
    package func append(_ entries: [LedgerEntry]) throws {
        try write("append to the ledger") { db in try append(entries, db) }
    }

    package func ledgerHead() throws -> LedgerHead {
        try read("read the ledger's head") { db in try LedgerTable.head(db) }
    }

    package func ledgerRows(_ range: Range<Int>) throws -> [LedgerRow] {
        try read("read the ledger") { db in try LedgerTable.rows(range, db) }
    }

    /// Appends within a transaction that changes something else too.
    func append(_ entries: [LedgerEntry], _ db: Database) throws {
        guard !entries.isEmpty else { return }
        let rows = chain.rows(for: entries, after: try LedgerTable.head(db))
        precondition(rows.count == entries.count, "a chain makes one row of each entry")
        for row in rows { try LedgerTable.insert(row, db) }
    }
}

/// Statements on the `ledger` table.
enum LedgerTable {
    static func head(_ db: Database) throws -> LedgerHead {
        let statement = try db.cachedStatement(
            sql: "SELECT sequence, row_hash FROM ledger ORDER BY sequence DESC LIMIT 1")
        guard let row = try Row.fetchOne(statement) else { return .empty }
        return LedgerHead(size: row["sequence"], rowHash: bytes(row["row_hash"]))
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

    static func rows(_ range: Range<Int>, _ db: Database) throws -> [LedgerRow] {
        let rows = try Row.fetchCursor(
            db, sql: "SELECT * FROM ledger WHERE sequence >= ? AND sequence < ? ORDER BY sequence",
            arguments: [range.lowerBound, range.upperBound])
        return try Array(
            rows.map { row in
                guard let kind = LedgerKind(rawValue: row["kind"]) else { throw UnreadableValue() }
                return LedgerRow(
                    sequence: row["sequence"],
                    entry: LedgerEntry(
                        at: Instant(secondsSince1970: row["at"]), actor: row["actor"], kind: kind,
                        subject: row["subject"],
                        details: try storedDetails(row["details"])),
                    detailsHash: bytes(row["details_hash"]), previousHash: bytes(row["previous_hash"]),
                    rowHash: bytes(row["row_hash"]))
            })
    }

    private static func bytes(_ data: Data) -> [UInt8] { [UInt8](data) }
}
