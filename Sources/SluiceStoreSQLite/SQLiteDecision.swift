internal import GRDB
internal import SluiceModel
internal import SluiceStore

/// The open transaction in which one delivery is decided. Ends with the call of `decide`; using it later traps.
///
/// Records are written as they are appended, below a savepoint, so that they can be taken back without a trace in
/// the file and a large delivery never stands in memory.
final class SQLiteDecision: DecisionTransaction {
    /// Nil once the transaction is over.
    private var database: Database?
    private let deliverySequence: Int64
    /// Of the children that were opened, in order.
    private(set) var childSequences: [Int64] = []
    private var children: [DeliveryID] = []
    /// The delivery or child whose records are appended, and how many blocks it has.
    private var recipient: Int64
    private let chain: any LedgerChaining
    /// Blocks so far of each that has some, by sequence.
    private var blockCounts: [Int64: Int] = [:]
    private var appendedBytes = 0
    /// Whether the log may hold records that were taken back.
    private(set) var hasDiscarded = false
    /// The dictionary that was appended with last, and its row: blocks of one delivery share theirs.
    private var lastDictionary: (dictionary: CodeDictionary, row: Int64)?
    /// Entries whose head was handed out, to go into the receipt.
    private var announced: [LedgerEntry]?
    /// The first failure. The decision cannot be taken after one, whatever `body` made of it.
    private var failure: (any Error)?

    init(_ db: Database, deliverySequence: Int64, chain: any LedgerChaining) throws {
        database = db
        self.deliverySequence = deliverySequence
        recipient = deliverySequence
        self.chain = chain
        try db.execute(sql: "SAVEPOINT records")
    }

    /// Whether the log has grown long.
    var leavesLongLog: Bool { appendedBytes > SQLiteStore.logLimitBytes }

    // MARK: - What a decision may do

    func open(children: [Delivery]) throws {
        precondition(self.children.isEmpty && blockCounts.isEmpty, "children are opened once, before their records")
        try step("journal the tables of a delivery") { db in
            // They stay when the records go.
            try db.execute(sql: "RELEASE records")
            childSequences = try DeliveryRow.insert(children: children, db)
            try db.execute(sql: "SAVEPOINT records")
        }
        self.children = children.map(\.id)
    }

    func turn(to child: DeliveryID) throws {
        guard let index = children.firstIndex(of: child) else { throw StoreError.deliveryMissing(child) }
        recipient = childSequences[index]
    }

    func append(_ block: RecordBlock, eventKind: String?, dictionary: CodeDictionary) throws {
        try step("append records") { db in
            let payload = BlockPayload.encode(block)
            let statement = try db.cachedStatement(
                sql: """
                    INSERT INTO record_block (delivery, place, event_kind, dictionary, row_count, payload)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """)
            let place = blockCounts[recipient, default: 0]
            try statement.execute(arguments: [
                recipient, place, eventKind, try row(of: dictionary, db), block.rowCount, payload,
            ])
            blockCounts[recipient] = place + 1
            appendedBytes += payload.count
        }
    }

    func discardRecords() throws {
        try step("discard records") { db in
            guard !blockCounts.isEmpty else { return }
            try db.execute(sql: "ROLLBACK TO records")
            blockCounts = [:]
            hasDiscarded = true
            lastDictionary = nil
        }
    }

    func discardRecordsOfTurn() throws {
        try step("discard records of a table") { db in
            guard blockCounts[recipient] != nil else { return }
            try db.execute(sql: "DELETE FROM record_block WHERE delivery = ?", arguments: [recipient])
            blockCounts[recipient] = nil
            hasDiscarded = true
        }
    }

    func current(authority: AuthorityID, dataset: String, overlapping period: Period) throws -> [Delivery] {
        try step("look for earlier deliveries") { db in
            try DeliveryRow.fetch(
                where: """
                    d.authority = ? AND d.dataset = ? AND d.status IN (\(DeliveryStatus.currentSQL))
                    AND d.period_first <= ? AND d.period_last >= ?
                    """,
                [authority.text, dataset, period.last.index, period.first.index], db)
        }
    }

    func current(authority: AuthorityID, dataset: String, periodMonths: Int, limit: Int) throws -> [Delivery] {
        try step("look for earlier deliveries") { db in
            try DeliveryRow.fetch(
                where: """
                    d.authority = ? AND d.dataset = ? AND d.status IN (\(DeliveryStatus.currentSQL))
                    AND d.period_first IS NOT NULL AND d.period_last - d.period_first = ?
                    """,
                [authority.text, dataset, periodMonths - 1, max(0, limit)], order: "d.sequence DESC LIMIT ?", db)
        }
    }

    func usualMonths(authority: AuthorityID, dataset: String) throws -> Int? {
        try step("look for earlier deliveries") { db in
            let lengths = try Int.fetchAll(
                db,
                sql: """
                    SELECT period_last - period_first + 1 FROM delivery
                    WHERE authority = ? AND dataset = ? AND status IN (\(DeliveryStatus.currentSQL))
                        AND period_first IS NOT NULL
                    ORDER BY sequence DESC LIMIT 12
                    """,
                arguments: [authority.text, dataset])
            return lengths.count >= 3 && Set(lengths).count == 1 ? lengths[0] : nil
        }
    }

    func profiles(
        authority: AuthorityID, dataset: String, limit: Int
    ) throws -> [(delivery: Delivery, profile: DeliveryProfile)] {
        try step("look for profiles") { db in
            let condition = """
                d.authority = ? AND d.dataset = ? AND d.status IN (\(DeliveryStatus.currentSQL))
                AND d.sequence IN (SELECT delivery FROM delivery_profile)
                """
            let deliveries = try DeliveryRow.fetch(
                where: condition, [authority.text, dataset, max(0, limit)], order: "d.sequence DESC LIMIT ?", db)
            return try deliveries.map { delivery in
                let body = try String.fetchOne(
                    db,
                    sql: """
                        SELECT body FROM delivery_profile
                        WHERE delivery = (SELECT sequence FROM delivery WHERE id = ?)
                        """, arguments: [delivery.id.text])
                guard let body, let json = try? JSON(reading: body), let profile = DeliveryProfile(json) else {
                    throw UnreadableValue()
                }
                return (delivery, profile)
            }
        }
    }

    func headAfter(_ entries: [LedgerEntry]) throws -> LedgerHead {
        try step("compute the ledger's head") { db in
            announced = entries
            return chain.chain(entries, after: try LedgerTable.head(db, chain)).head
        }
    }

    // MARK: - The end

    /// Ends the transaction's part for `body`: drops the records of a decision that accepts nothing.
    func finish(_ decision: Decision) throws {
        if let failure { throw failure }
        precondition(
            decision.outcome.isAccepted || decision.replaces.isEmpty,
            "only an accepted delivery replaces others")
        precondition(
            decision.children.map(\.id) == children, "the decision has one of each child that was opened, and no other")
        for (child, sequence) in zip(decision.children, childSequences) {
            precondition(
                decision.outcome.isAccepted || !child.outcome.isAccepted, "tables are accepted with their delivery")
            precondition(
                child.outcome.isAccepted || child.replaces.isEmpty, "only an accepted table replaces others")
            precondition(
                child.outcome.isAccepted || !decision.outcome.isAccepted || blockCounts[sequence] == nil,
                "only an accepted table has records")
        }
        precondition(
            children.isEmpty || blockCounts[deliverySequence] == nil && decision.replaces.isEmpty,
            "records are of the tables, where there are several")
        precondition(
            announced == nil || announced == decision.ledger,
            "the receipt's checkpoint was computed from other ledger entries")
        if !decision.outcome.isAccepted { try discardRecords() }
        try step("decide a delivery") { db in try db.execute(sql: "RELEASE records") }
    }

    func end() { database = nil }

    private func step<Result>(_ operation: String, _ body: (Database) throws -> Result) throws -> Result {
        guard let database else { preconditionFailure("the transaction is over") }
        if let failure { throw failure }
        do {
            return try translatingErrors(operation) { try body(database) }
        } catch {
            failure = error
            throw error
        }
    }

    // MARK: - Dictionaries

    /// The row that keeps `dictionary`, written if it is new.
    private func row(of dictionary: CodeDictionary, _ db: Database) throws -> Int64 {
        if let lastDictionary, lastDictionary.dictionary == dictionary { return lastDictionary.row }
        let body = dictionary.storedText
        let hash = lookupHash(body)
        let known = try Int64.fetchOne(
            db, sql: "SELECT id FROM code_dictionary WHERE hash = ? AND body = ?", arguments: [hash, body])
        let row: Int64
        if let known {
            row = known
        } else {
            try db.execute(
                sql: "INSERT INTO code_dictionary (hash, body) VALUES (?, ?)", arguments: [hash, body])
            row = db.lastInsertedRowID
        }
        lastDictionary = (dictionary, row)
        return row
    }
}
