internal import FoundationEssentials
internal import GRDB
internal import SluiceModel
package import SluiceStore

extension SQLiteStore {
    package func forEachBlock(_ filter: RecordFilter, _ body: (StoredBlock) throws -> Void) throws {
        let (sql, arguments) = SQLiteStore.blockQuery(filter)
        try read("read records") { db in
            let rows = try Row.fetchCursor(db, sql: sql, arguments: arguments)
            // Blocks of one delivery share their dictionary.
            var lastDictionary: (row: Int64, dictionary: CodeDictionary)?
            while let row = try rows.next() {
                guard let id = DeliveryID(row["id"]), let authority = AuthorityID(row["authority"]) else {
                    throw UnreadableValue()
                }
                let dictionaryRow: Int64 = row["dictionary"]
                if lastDictionary?.row != dictionaryRow {
                    lastDictionary = (dictionaryRow, try dictionary(dictionaryRow, db))
                }
                guard let dictionary = lastDictionary?.dictionary else { throw UnreadableValue() }
                let payload: Data = row["payload"]
                try body(
                    StoredBlock(
                        delivery: id, authority: authority, eventKind: row["event_kind"],
                        block: try BlockPayload.decode(payload), dictionary: dictionary))
            }
        }
    }

    /// The statement that yields blocks in order without sorting them, which would hold all of them in memory.
    ///
    /// The unary plus and CROSS JOIN keep SQLite to walking `delivery` by sequence and `record_block` by its index.
    static func blockQuery(_ filter: RecordFilter) -> (sql: String, arguments: StatementArguments) {
        var conditions = ["+d.status IN (\(DeliveryStatus.currentSQL))"]
        var arguments: StatementArguments = []
        func require(_ column: String, in values: [String]) {
            guard !values.isEmpty else { return }
            let marks = Array(repeating: "?", count: values.count).joined(separator: ", ")
            conditions.append("+\(column) IN (\(marks))")
            arguments += StatementArguments(values)
        }
        require("b.event_kind", in: filter.eventKinds)
        require("d.authority", in: filter.authorities.map(\.text))
        if let period = filter.period {
            // A delivery without a period may hold records of any month.
            conditions.append("(d.period_first IS NULL OR (d.period_first <= ? AND d.period_last >= ?))")
            arguments += [period.last.index, period.first.index]
        }
        let sql = """
            SELECT d.id, d.authority, b.event_kind, b.dictionary, b.payload
            FROM delivery d CROSS JOIN record_block b ON b.delivery = d.sequence
            WHERE \(conditions.joined(separator: " AND "))
            ORDER BY d.sequence, b.place
            """
        return (sql, arguments)
    }

    private func dictionary(_ row: Int64, _ db: Database) throws -> CodeDictionary {
        let body = try String.fetchOne(db, sql: "SELECT body FROM code_dictionary WHERE id = ?", arguments: [row])
        guard let body else { throw UnreadableValue() }
        return try CodeDictionary(storedText: body)
    }
}
