import SluiceLedger
import SluiceModel
import SluiceStore
import SluiceStoreSQLite
import SluiceTestSupport
import Testing

struct StoreSuiteTests {
    @Test(arguments: StoreSuite.checks)
    func `keeps every promise of a store, with a ledger that verifies`(check: StoreSuite.Check) throws {
        let folder = try TemporaryFolder()
        func make() throws -> any Store {
            try SQLiteStore(path: folder.file("store.sqlite"), chain: LedgerChain())
        }
        try check.run(make)
        let store = try make()
        let rows = try store.ledgerRows(1..<Int.max)
        var verifier = LedgerVerifier()
        verifier.take(rows)
        #expect(verifier.finish(kept: try store.keptLedgerTree()).problem == nil)
    }
}
