import GRDB
import SluiceLedger
import SluiceModel
import SluiceStore
import SluiceTestSupport
import Testing

@testable import SluiceStoreSQLite

@Suite struct MigrationTests {
    @Test
    func `a store of the first version is brought up to date, with what is in it`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.sqlite")
        let raw = try DatabaseQueue(path: path)
        try raw.writeWithoutTransaction { db in try Schema.identify(db) }
        try Schema.migrator.migrate(raw, upTo: "1 deliveries, records, ledger, releases, reviews")
        try raw.write { db in
            try db.execute(
                sql: """
                    INSERT INTO delivery (id, parent, authority, plugin, name_hash, bytes, status, received_at, attempts,
                        worker_deaths)
                    VALUES (?, NULL, 'northtown-police', 'police', 'a', 1, 'claimed', 0, 0, 0),
                        (?, ?, 'northtown-police', 'police', 'a', 1, 'claimed', 0, 0, 0)
                    """,
                arguments: [StoreSuite.id(1).text, StoreSuite.id(2).text, StoreSuite.id(1).text])
            try db.execute(
                sql: """
                    INSERT INTO closing (item, due, closed_at, actor, note)
                    VALUES ('strategy', '2026-02-28', 9, 'user:1', 'done')
                    """)
        }
        let error = #expect(throws: StoreError.self) {
            _ = try SQLiteStore(path: path, chain: LedgerChain(), readOnly: true)
        }
        #expect(error == .older)
        let store = try SQLiteStore(path: path, chain: LedgerChain())
        #expect(try store.deliveries(DeliveryFilter()).map(\.table) == [nil, nil])
        #expect(try store.delivery(StoreSuite.id(2))?.parent == StoreSuite.id(1))
        try store.insert(children: [StoreSuite.child(3, of: 1, 0)], ledger: [])
        #expect(try store.deliveries(DeliveryFilter(parent: StoreSuite.id(1))).map(\.table?.index) == [nil, 0])
        let due = CivilDate("2026-02-28")!
        let closing = ReviewClosing(
            item: "strategy", due: due, closedAt: Instant(secondsSince1970: 9), actor: "user:1", note: "done")
        #expect(try store.closings() == [closing])
        try store.reopen(item: "strategy", due: due, at: Instant(secondsSince1970: 10), ledger: [])
        #expect(try store.closings().map(\.reopenedAt) == [Instant(secondsSince1970: 10)])
    }
}
