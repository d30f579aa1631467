internal import GRDB
package import SluiceModel
internal import SluiceStore

extension SQLiteStore {
    // MARK: - Occurrences

    package func insert(_ occurrence: ReviewOccurrence, ledger: [LedgerEntry]) throws -> Bool {
        try write("record a review warning") { db in
            try db.execute(
                sql: """
                    INSERT INTO occurrence (key, item, due, step, state, created_at) VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (key) DO NOTHING
                    """,
                arguments: [
                    occurrence.key, occurrence.item, occurrence.due.description, occurrence.step,
                    occurrence.state.rawValue, occurrence.createdAt.secondsSince1970,
                ])
            guard db.changesCount == 1 else { return false }
            try append(ledger, db)
            return true
        }
    }

    package func setState(
        _ state: ReviewOccurrence.State, ofOccurrence key: String, ledger: [LedgerEntry]
    ) throws {
        let operation = "change a review warning"
        try write(operation) { db in
            try db.execute(
                sql: "UPDATE occurrence SET state = ? WHERE key = ?", arguments: [state.rawValue, key])
            guard db.changesCount == 1 else { throw StoreError.notFound(operation) }
            try append(ledger, db)
        }
    }

    package func occurrences(item: String?) throws -> [ReviewOccurrence] {
        try read("list review warnings") { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT * FROM occurrence WHERE ?1 IS NULL OR item = ?1 ORDER BY sequence",
                arguments: [item])
            return try rows.map { row in
                guard let due = CivilDate(row["due"] as String),
                    let state = ReviewOccurrence.State(rawValue: row["state"])
                else { throw UnreadableValue() }
                return ReviewOccurrence(
                    key: row["key"], item: row["item"], due: due, step: row["step"], state: state,
                    createdAt: Instant(secondsSince1970: row["created_at"]))
            }
        }
    }

    // MARK: - Closings

    package func insert(_ closing: ReviewClosing, ledger: [LedgerEntry]) throws {
        try write("close a review") { db in
            try db.execute(
                sql: "INSERT INTO closing (item, due, closed_at, actor, note, reopened_at) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [
                    closing.item, closing.due.description, closing.closedAt.secondsSince1970, closing.actor,
                    closing.note, closing.reopenedAt?.secondsSince1970,
                ])
            try append(ledger, db)
        }
    }

    package func reopen(item: String, due: CivilDate, at: Instant, ledger: [LedgerEntry]) throws {
        let operation = "reopen a review"
        try write(operation) { db in
            try db.execute(
                sql: "UPDATE closing SET reopened_at = ? WHERE item = ? AND due = ? AND reopened_at IS NULL",
                arguments: [at.secondsSince1970, item, due.description])
            guard db.changesCount > 0 else { throw StoreError.notFound(operation) }
            try append(ledger, db)
        }
    }

    package func closings() throws -> [ReviewClosing] {
        try read("list closed reviews") { db in
            let rows = try Row.fetchAll(db, sql: "SELECT * FROM closing ORDER BY sequence")
            return try rows.map { row in
                guard let due = CivilDate(row["due"] as String) else { throw UnreadableValue() }
                return ReviewClosing(
                    item: row["item"], due: due, closedAt: Instant(secondsSince1970: row["closed_at"]),
                    actor: row["actor"], note: row["note"],
                    reopenedAt: (row["reopened_at"] as Int?).map { Instant(secondsSince1970: $0) })
            }
        }
    }

    // MARK: - Values

    package func value(_ name: String) throws -> String? {
        try read("read a value") { db in
            try String.fetchOne(db, sql: "SELECT value FROM value WHERE name = ?", arguments: [name])
        }
    }

    package func setValue(_ name: String, _ value: String) throws {
        try write("set a value") { db in
            try db.execute(
                sql: """
                    INSERT INTO value (name, value) VALUES (?, ?)
                    ON CONFLICT (name) DO UPDATE SET value = excluded.value
                    """,
                arguments: [name, value])
        }
    }
}
