internal import GRDB
package import SluiceModel
package import SluiceStore

extension SQLiteStore {
    // MARK: - Journal

    package func insert(_ delivery: Delivery, ledger: [LedgerEntry]) throws {
        precondition(delivery.status.isOpen, "only decide gives a delivery its outcome")
        precondition(delivery.replaces.isEmpty && delivery.replacedBy == nil, "only decide replaces deliveries")
        try write("journal a delivery") { db in
            guard try DeliveryRow.find(delivery.id, db) == nil else { throw StoreError.deliveryExists(delivery.id) }
            try DeliveryRow.insert(delivery, db)
            try append(ledger, db)
        }
    }

    package func insert(children: [Delivery], ledger: [LedgerEntry]) throws {
        try write("journal the tables of a delivery") { db in
            _ = try DeliveryRow.insert(children: children, db)
            try append(ledger, db)
        }
    }

    package func update(_ delivery: Delivery, ledger: [LedgerEntry]) throws {
        precondition(delivery.status.isOpen, "only decide gives a delivery its outcome")
        try write("update a delivery") { db in
            let row = try DeliveryRow.findOpen(delivery.id, db)
            try db.execute(
                sql: """
                    UPDATE delivery SET status = ?, reason = ?, sha256 = ?, bytes = ?, gateway = ?, held_for = ?,
                        held_figures = ?, held_at = ?, confirmed_at = ?
                    WHERE sequence = ?
                    """,
                arguments: [
                    delivery.status.text, delivery.reason, delivery.sha256, delivery.bytes, delivery.gateway,
                    delivery.heldFor, delivery.heldFigures, delivery.heldAt?.secondsSince1970,
                    delivery.confirmedAt?.secondsSince1970,
                    row.sequence,
                ])
            try append(ledger, db)
        }
    }

    package func remove(waiting id: DeliveryID) throws {
        try write("forget a waiting delivery") { db in
            let row = try DeliveryRow.findOpen(id, db)
            guard row.status != .claimed else { throw StoreError.deliveryFinal(id) }
            try db.execute(sql: "DELETE FROM delivery WHERE sequence = ?", arguments: [row.sequence])
        }
    }

    package func rememberGateway(_ gateway: String, of authority: AuthorityID) throws {
        let isNeeded = try read("look for deliveries without a power") { db in
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM delivery WHERE authority = ? AND gateway IS NULL)",
                arguments: [authority.text]) ?? false
        }
        guard isNeeded else { return }
        try write("remember a power") { db in
            try db.execute(
                sql: "UPDATE delivery SET gateway = ? WHERE authority = ? AND gateway IS NULL",
                arguments: [gateway, authority.text])
        }
    }

    package func forget(_ id: DeliveryID) throws {
        try write("forget a delivery") { db in
            let row = try DeliveryRow.findOpen(id, db)
            oweEmptyLog()
            try db.execute(
                sql: """
                    DELETE FROM record_block WHERE delivery IN (SELECT sequence FROM delivery WHERE parent = ?)
                    """, arguments: [id.text])
            try db.execute(
                sql: """
                    DELETE FROM delivery_profile WHERE delivery IN (SELECT sequence FROM delivery WHERE parent = ?)
                    """, arguments: [id.text])
            try db.execute(
                sql: "DELETE FROM receipt WHERE delivery IN (SELECT sequence FROM delivery WHERE parent = ?)",
                arguments: [id.text])
            try db.execute(sql: "DELETE FROM delivery WHERE parent = ?", arguments: [id.text])
            try db.execute(sql: "DELETE FROM delivery WHERE sequence = ?", arguments: [row.sequence])
        }
    }

    package func beginAttempt(_ id: DeliveryID) throws -> Int {
        try write("begin an attempt") { db in
            let row = try DeliveryRow.findOpen(id, db)
            return try Int.fetchOne(
                db, sql: "UPDATE delivery SET attempts = attempts + 1 WHERE sequence = ? RETURNING attempts",
                arguments: [row.sequence]) ?? 0
        }
    }

    package func recordWorkerDeath(_ id: DeliveryID) throws -> Int {
        try write("record a worker's death") { db in
            let row = try DeliveryRow.findOpen(id, db)
            return try Int.fetchOne(
                db,
                sql: "UPDATE delivery SET worker_deaths = worker_deaths + 1 WHERE sequence = ? RETURNING worker_deaths",
                arguments: [row.sequence]) ?? 0
        }
    }

    // MARK: - Listing

    package func delivery(_ id: DeliveryID) throws -> Delivery? {
        try read("read a delivery") { db in
            try DeliveryRow.fetch(where: "d.id = ?", [id.text], db).first
        }
    }

    package func deliveries(_ filter: DeliveryFilter) throws -> [Delivery] {
        var conditions = ["TRUE"]
        var arguments: StatementArguments = []
        for (column, value) in [
            ("authority", filter.authority?.text), ("dataset", filter.dataset), ("status", filter.status?.text),
            ("sha256", filter.sha256), ("name_hash", filter.nameHash), ("parent", filter.parent?.text),
        ] {
            guard let value else { continue }
            conditions.append("d.\(column) = ?")
            arguments += [value]
        }
        var order = "d.sequence"
        if let limit = filter.limit {
            order = "d.sequence DESC LIMIT ?"
            arguments += [max(0, limit)]
        }
        return try read("list deliveries") { db in
            try DeliveryRow.fetch(where: conditions.joined(separator: " AND "), arguments, order: order, db)
        }
    }

    // MARK: - Outcome

    package func decide(_ id: DeliveryID, _ body: (any DecisionTransaction) throws -> Decision) throws {
        var isLogLong = false
        // The next write cuts it, most often the one that notes the receipt: the receipt itself need not wait for it.
        defer { if isLogLong { oweEmptyLog() } }
        try write("decide a delivery") { db in
            let row = try DeliveryRow.findOpen(id, db)
            let transaction = try SQLiteDecision(db, deliverySequence: row.sequence, chain: chain)
            defer {
                transaction.end()
                if transaction.hasDiscarded { oweEmptyLog() }
                isLogLong = transaction.leavesLongLog
            }
            let decision = try body(transaction)
            try transaction.finish(decision)
            var own = Decision.Child(
                id: id, outcome: decision.outcome, dataset: decision.dataset, period: decision.period,
                rows: decision.rows, reason: decision.reason, replaces: decision.replaces)
            own.profile = decision.profile
            // The delivery itself last: until it is decided, its tables are not.
            for (child, sequence) in Array(zip(decision.children, transaction.childSequences)) + [(own, row.sequence)] {
                try DeliveryRow.decide(sequence, child, at: decision.finishedAt, db)
                for replaced in child.replaces {
                    try DeliveryRow.supersede(replaced, by: child.id, at: decision.finishedAt, db)
                }
            }
            try db.execute(
                sql: "INSERT INTO receipt (delivery, json, text) VALUES (?, ?, ?)",
                arguments: [row.sequence, decision.receiptJSON, decision.receiptText])
            try append(decision.ledger, db)
        }
    }

    package func confirm(_ id: DeliveryID, at instant: Instant, ledger: [LedgerEntry]) throws {
        try write("confirm a delivery") { db in
            let row = try DeliveryRow.findOpen(id, db)
            try db.execute(
                sql: "UPDATE delivery SET confirmed_at = ? WHERE sequence = ? AND status = ? AND held_for IS NOT NULL",
                arguments: [instant.secondsSince1970, row.sequence, DeliveryStatus.held.text])
            guard db.changesCount == 1 else { throw StoreError.deliveryFinal(id) }
            try append(ledger, db)
        }
    }

    package func reinstate(
        _ ids: [DeliveryID], replacing: [(old: DeliveryID, by: DeliveryID)], at instant: Instant, ledger: [LedgerEntry]
    ) throws {
        try write("bring a delivery back") { db in
            for id in ids {
                guard let found = try DeliveryRow.fetch(where: "d.id = ?", [id.text], db).first else {
                    throw StoreError.deliveryMissing(id)
                }
                guard found.canBeReinstated, let outcome = found.outcomeAtArrival else {
                    throw StoreError.deliveryFinal(id)
                }
                try db.execute(
                    sql: "UPDATE delivery SET status = ?, replaced_by = NULL, superseded_at = NULL WHERE id = ?",
                    arguments: [outcome.rawValue, id.text])
            }
            for pair in replacing { try DeliveryRow.supersede(pair.old, by: pair.by, at: instant, db) }
            try forgetOverlaps(db)
            try append(ledger, db)
        }
    }

    package func withdraw(_ id: DeliveryID, at instant: Instant, ledger: [LedgerEntry]) throws -> [ReleaseRecord] {
        try write("withdraw a delivery") { db in
            guard let row = try DeliveryRow.find(id, db), !row.status.isOpen else {
                throw StoreError.deliveryMissing(id)
            }
            let kept = "(status IN (\(DeliveryStatus.currentSQL)) OR status = 'superseded' AND purged_at IS NULL)"
            guard
                try Bool.fetchOne(
                    db, sql: "SELECT EXISTS (SELECT 1 FROM delivery WHERE sequence = ? AND \(kept))",
                    arguments: [row.sequence]) == true
            else { throw StoreError.deliveryFinal(id) }
            oweEmptyLog()
            let withdrawn = "sequence = ? OR (parent = ? AND \(kept))"
            let arguments: StatementArguments = [row.sequence, id.text]
            let releases = try ReleaseRow.fetch(
                where: """
                    sequence IN (
                        SELECT release FROM release_delivery
                        WHERE delivery IN (SELECT id FROM delivery WHERE \(withdrawn)))
                    """,
                arguments, db)
            // Which they are is asked before any of them changes.
            let sequences = try Int64.fetchAll(
                db, sql: "SELECT sequence FROM delivery WHERE \(withdrawn)", arguments: arguments)
            for sequence in sequences {
                try DeliveryRow.purge(where: "sequence = ?", [sequence], at: instant, db)
                try db.execute(
                    sql: "UPDATE delivery SET status = ?, withdrawn_at = ? WHERE sequence = ?",
                    arguments: [DeliveryStatus.withdrawn.text, instant.secondsSince1970, sequence])
            }
            try forgetOverlaps(db)
            try append(ledger, db)
            return releases
        }
    }

    package func purge(_ ids: [DeliveryID], at instant: Instant, ledger: [LedgerEntry]) throws {
        try write("purge deliveries") { db in
            oweEmptyLog()
            for id in ids {
                guard let found = try DeliveryRow.fetch(where: "d.id = ?", [id.text], db).first else {
                    throw StoreError.deliveryMissing(id)
                }
                guard found.status.isCurrent || found.canBeReinstated else { throw StoreError.deliveryFinal(id) }
                try DeliveryRow.purge(where: "id = ?", [id.text], at: instant, db)
                guard found.status.isCurrent else { continue }
                try db.execute(
                    sql: "UPDATE delivery SET status = ? WHERE id = ?",
                    arguments: [DeliveryStatus.purged.text, id.text])
            }
            try forgetOverlaps(db)
            // Dictionaries that no block uses any more say nothing of a person, but nothing needs them either.
            try db.execute(
                sql: "DELETE FROM code_dictionary WHERE id NOT IN (SELECT DISTINCT dictionary FROM record_block)")
            try append(ledger, db)
        }
    }

    // MARK: - Receipts

    package func pendingReceipts() throws -> [PendingReceipt] {
        try read("list receipts to be written") { db in
            try receipts(where: "r.is_written = 0", [], db)
        }
    }

    package func receiptWritten(_ id: DeliveryID) throws {
        try write("note that a receipt is written") { db in
            try db.execute(
                sql: """
                    UPDATE receipt SET is_written = 1
                    WHERE delivery = (SELECT sequence FROM delivery WHERE id = ?)
                    """,
                arguments: [id.text])
            guard db.changesCount == 1 else { throw StoreError.deliveryMissing(id) }
        }
    }

    package func receipt(_ id: DeliveryID) throws -> PendingReceipt? {
        try read("read a receipt") { db in try receipts(where: "d.id = ?", [id.text], db).first }
    }

    private func receipts(
        where condition: String, _ arguments: StatementArguments, _ db: Database
    ) throws -> [PendingReceipt] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT d.id, d.authority, d.outcome_at_arrival, r.json, r.text
                FROM receipt r JOIN delivery d ON d.sequence = r.delivery
                WHERE \(condition) ORDER BY r.sequence
                """,
            arguments: arguments)
        return try rows.map { row in
            guard let id = DeliveryID(row["id"]), let authority = AuthorityID(row["authority"]),
                let outcome = Outcome(rawValue: row["outcome_at_arrival"])
            else { throw UnreadableValue() }
            return PendingReceipt(
                delivery: id, authority: authority, outcome: outcome, json: row["json"], text: row["text"])
        }
    }
}

extension DeliveryStatus {
    /// Not yet decided.
    var isOpen: Bool { self == .stalled || self == .held || self == .claimed }

    /// `'accepted', 'accepted-with-rejections'`, to stand in a statement.
    static let currentSQL = current.map { "'\($0.text)'" }.joined(separator: ", ")
}
