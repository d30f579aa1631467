internal import GRDB
internal import SluiceModel
internal import SluiceStore

/// Statements on the `delivery` table.
enum DeliveryRow {
    typealias Place = (sequence: Int64, status: DeliveryStatus)

    // MARK: - Finding

    static func find(_ id: DeliveryID, _ db: Database) throws -> Place? {
        let statement = try db.cachedStatement(sql: "SELECT sequence, status FROM delivery WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id.text]) else { return nil }
        guard let status = DeliveryStatus(row["status"]) else { throw UnreadableValue() }
        return (row["sequence"], status)
    }

    /// Finds a delivery that is waiting or claimed.
    static func findOpen(_ id: DeliveryID, _ db: Database) throws -> Place {
        guard let found = try find(id, db) else { throw StoreError.deliveryMissing(id) }
        guard found.status.isOpen else { throw StoreError.deliveryFinal(id) }
        return found
    }

    static func fetch(
        where condition: String, _ arguments: StatementArguments, order: String = "d.sequence", _ db: Database
    ) throws -> [Delivery] {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT d.*,
                    (SELECT group_concat(r.id, ' ') FROM delivery r WHERE r.replaced_by = d.id) AS replaces
                FROM delivery d WHERE \(condition) ORDER BY \(order)
                """,
            arguments: arguments)
        return try Array(rows.map(delivery))
    }

    private static func delivery(_ row: Row) throws -> Delivery {
        guard let id = DeliveryID(row["id"]), let authority = AuthorityID(row["authority"]),
            let status = DeliveryStatus(row["status"])
        else { throw UnreadableValue() }
        let replaces: String? = row["replaces"]
        var delivery = Delivery(
            id: id,
            parent: try decoded(row["parent"]) { DeliveryID($0) },
            table: try table(row),
            authority: authority,
            plugin: row["plugin"],
            dataset: row["dataset"],
            nameHash: row["name_hash"],
            sha256: row["sha256"],
            bytes: row["bytes"],
            period: try storedPeriod(row),
            status: status,
            outcomeAtArrival: try decoded(row["outcome_at_arrival"]) { Outcome(rawValue: $0) },
            rows: rowCounts(row),
            receivedAt: Instant(secondsSince1970: row["received_at"]),
            finishedAt: (row["finished_at"] as Int?).map(Instant.init(secondsSince1970:)),
            replaces: try (replaces ?? "").split(separator: " ").map { text in
                guard let id = DeliveryID(String(text)) else { throw UnreadableValue() }
                return id
            }.sorted(),
            replacedBy: try decoded(row["replaced_by"]) { DeliveryID($0) },
            reason: row["reason"],
            attempts: row["attempts"],
            workerDeaths: row["worker_deaths"])
        delivery.gateway = row["gateway"]
        delivery.heldFor = row["held_for"]
        delivery.heldFigures = row["held_figures"]
        func instant(_ column: String) -> Instant? { (row[column] as Int?).map(Instant.init(secondsSince1970:)) }
        delivery.heldAt = instant("held_at")
        delivery.confirmedAt = instant("confirmed_at")
        delivery.supersededAt = instant("superseded_at")
        delivery.purgedAt = instant("purged_at")
        return delivery
    }

    private static func table(_ row: Row) throws -> DeliveredTable? {
        guard let index: Int = row["table_index"] else { return nil }
        guard let memberPosition: Int = row["member_position"], let sheetPosition: Int = row["sheet_position"] else {
            throw UnreadableValue()
        }
        return DeliveredTable(
            index: index, place: TablePlace(memberPosition: memberPosition, sheetPosition: sheetPosition))
    }

    private static func rowCounts(_ row: Row) -> RowCounts? {
        guard let read: Int = row["rows_read"], let accepted: Int = row["rows_accepted"],
            let rejected: Int = row["rows_rejected"]
        else { return nil }
        return RowCounts(read: read, accepted: accepted, rejected: rejected)
    }

    // MARK: - Changing

    static func insert(_ delivery: Delivery, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO delivery (
                    id, parent, authority, plugin, dataset, name_hash, sha256, bytes, period_first, period_last, status,
                    outcome_at_arrival, rows_read, rows_accepted, rows_rejected, received_at, finished_at, reason,
                    attempts, worker_deaths, table_index, member_position, sheet_position, gateway
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                delivery.id.text, delivery.parent?.text, delivery.authority.text, delivery.plugin, delivery.dataset,
                delivery.nameHash, delivery.sha256, delivery.bytes, delivery.period?.first.index,
                delivery.period?.last.index, delivery.status.text, delivery.outcomeAtArrival?.rawValue,
                delivery.rows?.read, delivery.rows?.accepted, delivery.rows?.rejected,
                delivery.receivedAt.secondsSince1970, delivery.finishedAt?.secondsSince1970, delivery.reason,
                delivery.attempts, delivery.workerDeaths, delivery.table?.index, delivery.table?.place.memberPosition,
                delivery.table?.place.sheetPosition, delivery.gateway,
            ])
    }

    /// Adds the tables of a delivery that is claimed.
    ///
    /// - Returns: their sequences.
    static func insert(children: [Delivery], _ db: Database) throws -> [Int64] {
        try children.map { child in
            guard let parent = child.parent, let table = child.table, child.status == .claimed else {
                preconditionFailure("a child is a claimed table of a delivery")
            }
            guard try findOpen(parent, db).status == .claimed else { throw StoreError.deliveryFinal(parent) }
            let isKnown = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM delivery WHERE id = ? OR (parent = ? AND table_index = ?))",
                arguments: [child.id.text, parent.text, table.index])
            guard isKnown == false else { throw StoreError.deliveryExists(child.id) }
            try insert(child, db)
            return db.lastInsertedRowID
        }
    }

    static func decide(_ sequence: Int64, _ decision: Decision.Child, at finishedAt: Instant, _ db: Database) throws {
        try db.execute(
            sql: """
                UPDATE delivery SET status = ?, outcome_at_arrival = ?, dataset = ?, period_first = ?, period_last = ?,
                    rows_read = ?, rows_accepted = ?, rows_rejected = ?, finished_at = ?, reason = ?
                WHERE sequence = ?
                """,
            arguments: [
                decision.outcome.rawValue, decision.outcome.rawValue, decision.dataset, decision.period?.first.index,
                decision.period?.last.index, decision.rows?.read, decision.rows?.accepted, decision.rows?.rejected,
                finishedAt.secondsSince1970, decision.reason, sequence,
            ])
        guard let profile = decision.profile, decision.outcome.isAccepted else { return }
        try db.execute(
            sql: "INSERT INTO delivery_profile (delivery, body) VALUES (?, ?)",
            arguments: [sequence, profile.json.compactText])
    }

    /// Marks an accepted delivery as replaced. Its records stay.
    ///
    /// - Throws: `StoreError.deliveryMissing`, or `.deliveryFinal` when it is not accepted and current.
    static func supersede(_ id: DeliveryID, by newer: DeliveryID, at: Instant, _ db: Database) throws {
        guard let old = try find(id, db) else { throw StoreError.deliveryMissing(id) }
        guard old.status.isCurrent, id != newer else { throw StoreError.deliveryFinal(id) }
        try db.execute(
            sql: "UPDATE delivery SET status = ?, replaced_by = ?, superseded_at = ? WHERE sequence = ?",
            arguments: [DeliveryStatus.superseded.text, newer.text, at.secondsSince1970, old.sequence])
    }

    /// Removes what is kept of deliveries that `condition` lets through: records and profiles.
    static func purge(where condition: String, _ arguments: StatementArguments, at: Instant, _ db: Database) throws {
        for table in ["record_block", "delivery_profile"] {
            try db.execute(
                sql: "DELETE FROM \(table) WHERE delivery IN (SELECT sequence FROM delivery WHERE \(condition))",
                arguments: arguments)
        }
        try db.execute(
            sql: "UPDATE delivery SET purged_at = ? WHERE \(condition)", arguments: [at.secondsSince1970] + arguments)
    }
}

/// A stored text as the value it stands for, or nil where it is null.
func decoded<Value>(_ text: String?, _ make: (String) -> Value?) throws -> Value? {
    guard let text else { return nil }
    guard let value = make(text) else { throw UnreadableValue() }
    return value
}

/// The period in the columns `period_first` and `period_last`.
func storedPeriod(_ row: Row) throws -> Period? {
    guard let first: Int = row["period_first"], let last: Int = row["period_last"] else { return nil }
    guard let firstMonth = CivilMonth(index: first), let lastMonth = CivilMonth(index: last),
        let period = Period(first: firstMonth, last: lastMonth)
    else { throw UnreadableValue() }
    return period
}
