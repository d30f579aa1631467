internal import GRDB
package import SluiceModel
internal import SluiceStore

extension SQLiteStore {
    package func keep(_ overlaps: [OverlapCounts], ledger: [LedgerEntry]) throws {
        try write("keep overlaps") { db in
            try forgetOverlaps(db)
            for overlap in overlaps {
                try db.execute(
                    sql: "INSERT INTO overlap VALUES (?, ?, ?, ?, ?, ?)",
                    arguments: [
                        overlap.id, overlap.countedAt.secondsSince1970, overlap.first.rows, overlap.first.linked,
                        overlap.second.rows, overlap.second.linked,
                    ])
                for cell in overlap.cells {
                    try db.execute(
                        sql: "INSERT INTO overlap_cell VALUES (?, ?, ?, ?)",
                        arguments: [overlap.id, cell.area, cell.quarter, cell.persons])
                }
            }
            try append(ledger, db)
        }
    }

    /// What was counted over records that are no longer there goes with them, in the same transaction.
    func forgetOverlaps(_ db: Database) throws {
        try db.execute(sql: "DELETE FROM overlap_cell; DELETE FROM overlap")
    }

    package func overlaps() throws -> [OverlapCounts] {
        try read("read overlaps") { db in
            try Row.fetchAll(db, sql: "SELECT * FROM overlap ORDER BY id").map { row in
                let id: String = row["id"]
                let cells = try Row.fetchAll(
                    db, sql: "SELECT * FROM overlap_cell WHERE overlap = ? ORDER BY area, quarter", arguments: [id])
                return OverlapCounts(
                    id: id, countedAt: Instant(secondsSince1970: row["counted_at"]),
                    first: OverlapCounts.Side(rows: row["first_rows"], linked: row["first_linked"]),
                    second: OverlapCounts.Side(rows: row["second_rows"], linked: row["second_linked"]),
                    cells: cells.map {
                        OverlapCounts.Cell(area: $0["area"], quarter: $0["quarter"], persons: $0["persons"])
                    })
            }
        }
    }
}
