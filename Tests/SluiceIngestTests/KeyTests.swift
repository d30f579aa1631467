import SluiceModel
import Testing

@testable import SluiceIngest
import SluiceSystem
import SluiceTestSupport

@Suite struct KeyTests {
    @Test(arguments: [1 << 12, 1 << 15])
    func `a key filter knows what it has seen, beyond the rows it was made for too`(rowCount: Int) {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        var filter = KeyFilter(rowCount: rowCount, arena: arena)
        var random = SplitMix64(seed: 9)
        let keys = (0..<20_000).map { _ in random.next() | 1 }
        var falseDoubts = 0
        for key in keys where !filter.insert(key) { falseDoubts += 1 }
        // One in 250 million is expected.
        #expect(falseDoubts == 0)
        for key in keys {
            let isNew = filter.insert(key)
            #expect(!isNew)
        }
    }

    /// Rows of three ids, so that most are doubles, with bad rows among them.
    private func rows(_ seed: UInt64, count: Int) -> [(id: String, isBad: Bool)] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { _ in
            ("k\(Int.random(in: 0..<count / 3, using: &random))", Int.random(in: 0..<10, using: &random) == 0)
        }
    }

    @Test(arguments: 0..<20, [1, 2])
    func `doubles are exactly the later rows with a key, whatever the chunks and threads`(
        seed: Int, threads: Int
    ) throws {
        let plan = SmallPlan { dataset, plan in
            dataset.fields[0].isUnique = true
            plan.limits.blockRows = 7
        }.plan
        let rows = rows(UInt64(seed), count: 300)
        var text = SmallPlan.header
        for row in rows { text += "\(row.id),2026-0\(1 + seed % 6)-11,\(row.isBad ? "X" : "M"),20\n" }
        let result = try ingest(
            Array(text.utf8), plan, team: ThreadTeam(count: threads), readBytes: 1 + seed * 37)
        var seen: Set<String> = []
        var doubles: [Int] = []
        var kept = 0
        for (index, row) in rows.enumerated() {
            let isNew = seen.insert(row.id).inserted
            if !isNew { doubles.append(index + 2) }
            if isNew, !row.isBad { kept += 1 }
        }
        #expect(result.finding(.notUnique)?.count == doubles.count)
        #expect(result.finding(.notUnique)?.rows == Array(doubles.prefix(Finding.rowLimit)))
        #expect(result.report.rows == RowCounts(read: 300, accepted: kept, rejected: 300 - kept))
        #expect(result.records.count == kept)
    }

    @Test func `a key that only looks like another by its hash stays`() throws {
        // Every key is in doubt; the second pass clears those that are new.
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let candidates = KeyCandidates([(5, 0), (7, 1)], arena: arena)
        #expect(candidates.holds(5, key: 0))
        #expect(!candidates.holds(5, key: 1))
        #expect(candidates.holds(7, key: 1))
        #expect(!candidates.holds(6, key: 0))
    }

    @Test func `keys of several parts are doubles only in all of them, and not where a part is missing`() throws {
        let plan = SmallPlan { dataset, _ in dataset.uniqueKeys = [[0, 3]] }.plan
        let result = try ingest(
            SmallPlan.header + "a,2026-01-31,M,1\na,2026-01-31,M,2\na,2026-01-31,M,1\na,2026-01-31,M,\n"
                + "a,2026-01-31,M,\n", plan)
        #expect(result.finding(.notUnique)?.rows == [4])
        #expect(result.finding(.notUnique)?.rule == FindingRule.uniqueKeys)
        #expect(result.report.rows.accepted == 4)
    }
}

@Suite struct DoubleTests {
    private static let rows = "a,2026-01-31,M,1\n\"a\",2026-01-31, M ,1\nb,2026-01-31,M,1\n"

    @Test func `a row that is there twice in a table without a key is told, and both are kept`() throws {
        let plan = SmallPlan { dataset, _ in dataset.looksForDoubles = true }.plan
        let result = try ingest(SmallPlan.header + Self.rows, plan)
        #expect(result.codes == [.rowsAlike])
        #expect(result.finding(.rowsAlike)?.rows == [3])
        #expect(result.finding(.rowsAlike)?.severity == .warning)
        #expect(result.report.rows == RowCounts(read: 3, accepted: 3, rejected: 0))
        #expect(result.records.count == 3)
        #expect(try ingest(SmallPlan.header + Self.rows, SmallPlan().plan).report.findings == [])
    }

    @Test func `of a table with a key, or where a needed column is empty, rows alike are no doubles`() throws {
        let keyed = SmallPlan { dataset, _ in
            dataset.looksForDoubles = true
            dataset.primaryKey = [0]
        }.plan
        #expect(try ingest(SmallPlan.header + Self.rows, keyed).codes == [.notUnique])
        let needing = SmallPlan { dataset, _ in
            dataset.looksForDoubles = true
            dataset.doublesNeed = 0
        }.plan
        #expect(try ingest(SmallPlan.header + Self.rows, needing).codes == [.rowsAlike])
        #expect(try ingest(SmallPlan.header + ",2026-01-31,M,1\n,2026-01-31,M,1\n", needing).codes == [])
    }
}

@Suite struct ChunkTests {
    /// Every kind of trouble that crosses the edge of a chunk.
    private static let rows = [
        "a,2026-01-31,M,20", "\"b\",\"2026-02-28\",M,\"21\"", "c,31/01/2026,M,20", "", ",,,", "\"d\nd\",2026-01-01,F,3",
        "\"e\"\"e\",2026-01-01,F,3", "f,2026-01-01,F", "g,2026-01-01,F,3,", "h\u{e9},2026-01-01,F,3",
        "i\u{1},2026-01-01,F,3",
        "Id,Day,Sex,Age", "Total,4", "5\" pipe,2026-01-01,F,3", "j,,F,3", "k,2026-13-01,F,3", "a,2026-01-31,M,20",
        String(repeating: "x", count: 90) + ",2026-01-01,M,1",
        "\"" + String(repeating: "y\n", count: 40) + "\",2026-01-01,M,1",
    ]

    @Test(arguments: 0..<60)
    func `any chunking and any number of threads gives the same records and the same report`(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let plan = SmallPlan { dataset, plan in
            dataset.fields[0].isUnique = true
            dataset.footers = ["total"]
            dataset.output.linkField = 0
            plan.limits.rowLimitBytes = 80
            plan.limits.blockRows = 5
            if seed % 3 == 0 { plan.limits.rowLimit = 1 + seed }
            if seed % 7 == 0 { plan.isHealth = true; dataset.output.linkField = nil }
        }.plan
        let ends = ["\n", "\r\n", "\r"]
        var text = "Id,Day,Sex,Age" + ends[seed % 3]
        for _ in 0..<Int.random(in: 0..<60, using: &random) {
            text += ChunkTests.rows.randomElement(using: &random)!
            text += seed % 5 == 0 ? ends.randomElement(using: &random)! : ends[seed % 3]
        }
        if seed % 11 == 0 { text += "z,2026-01-01,M,9990000018\n" }
        let bytes = Array(text.utf8)
        let whole = try ingest(bytes, plan)
        let team = ThreadTeam(count: 3)
        for readBytes in [1, 2, 3, 7, 31, 64, 81, 200, 1000] {
            let parts = try ingest(bytes, plan, sizes: [readBytes, 5], team: team, readBytes: readBytes)
            #expect(parts == whole, "\(readBytes) \(text.debugDescription)")
            if parts != whole { break }
        }
    }
}
