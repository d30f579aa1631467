internal import GRDB
package import SluiceModel
internal import SluiceStore

extension SQLiteStore {
    package func insert(_ release: ReleaseRecord, ledger: [LedgerEntry]) throws {
        try write("record a release") { db in
            try ReleaseRow.insert(release, db)
            try append(ledger, db)
        }
    }

    package func markPublished(release: String, version: Int) throws {
        try change(
            release, version, from: [.publishing, .published], to: .published, "mark a release as published", ledger: []
        )
    }

    package func approve(release: String, version: Int, ledger: [LedgerEntry]) throws {
        try change(release, version, from: [.pending], to: .publishing, "approve a release", ledger: ledger)
    }

    package func abandon(release: String, version: Int, ledger: [LedgerEntry]) throws {
        try change(
            release, version, from: [.publishing, .pending], to: .abandoned, "give up a release", ledger: ledger)
    }

    /// - Throws: `StoreError.notFound` when it is in none of the states.
    private func change(
        _ release: String, _ version: Int, from states: [ReleaseRecord.State], to state: ReleaseRecord.State,
        _ operation: String, ledger: [LedgerEntry]
    ) throws {
        try write(operation) { db in
            let marks = states.map { _ in "?" }.joined(separator: ", ")
            try db.execute(
                sql: "UPDATE release SET state = ? WHERE release = ? AND version = ? AND state IN (\(marks))",
                arguments: [state.rawValue, release, version] + StatementArguments(states.map(\.rawValue)))
            guard db.changesCount == 1 else { throw StoreError.notFound(operation) }
            try append(ledger, db)
        }
    }

    package func releases() throws -> [ReleaseRecord] {
        try read("list releases") { db in try ReleaseRow.fetch(where: "TRUE", [], db) }
    }
}

/// Statements on the `release` and `release_delivery` tables.
enum ReleaseRow {
    static func insert(_ release: ReleaseRecord, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO release (
                    release, version, state, built_at, sums_hash, staging_name, audience, event_kinds, period_first,
                    period_last
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                release.release, release.version, release.state.rawValue, release.builtAt.secondsSince1970,
                release.sumsHash, release.stagingName, release.audience.rawValue,
                storedText(strings: release.eventKinds), release.period.first.index, release.period.last.index,
            ])
        let sequence = db.lastInsertedRowID
        for (place, delivery) in release.deliveries.enumerated() {
            guard try DeliveryRow.find(delivery, db) != nil else { throw StoreError.deliveryMissing(delivery) }
            try db.execute(
                sql: "INSERT INTO release_delivery (release, place, delivery) VALUES (?, ?, ?)",
                arguments: [sequence, place, delivery.text])
        }
    }

    /// Releases in the order they were recorded.
    static func fetch(
        where condition: String, _ arguments: StatementArguments, _ db: Database
    ) throws -> [ReleaseRecord] {
        let rows = try Row.fetchAll(
            db, sql: "SELECT * FROM release WHERE \(condition) ORDER BY sequence", arguments: arguments)
        return try rows.map { row in
            guard let state = ReleaseRecord.State(rawValue: row["state"]),
                let audience = ReleaseSpec.Audience(rawValue: row["audience"]), let period = try storedPeriod(row)
            else { throw UnreadableValue() }
            let sequence: Int64 = row["sequence"]
            let deliveries = try String.fetchAll(
                db, sql: "SELECT delivery FROM release_delivery WHERE release = ? ORDER BY place",
                arguments: [sequence])
            return ReleaseRecord(
                release: row["release"], version: row["version"], state: state,
                builtAt: Instant(secondsSince1970: row["built_at"]), sumsHash: row["sums_hash"],
                stagingName: row["staging_name"], audience: audience,
                eventKinds: try storedStrings(row["event_kinds"] as String), period: period,
                deliveries: try deliveries.map { text in
                    guard let id = DeliveryID(text) else { throw UnreadableValue() }
                    return id
                })
        }
    }
}
