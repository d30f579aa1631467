import SluiceModel
import SluiceSystem
import Testing

@testable import SluiceIngest

@Suite struct AscendingColumnsTests {
    @Test(arguments: [1, 9, 64, 1 << 16], [1, 3])
    func `a column whose values never fall is told from others, in chunks of any size`(readBytes: Int, threads: Int)
        throws
    {
        let plan = SmallPlan { dataset, _ in dataset.primaryKey = [0] }.plan
        func ascending(_ rows: [String]) throws -> [Bool] {
            let text = SmallPlan.header + rows.map { $0 + "\n" }.joined()
            return try ingest(Array(text.utf8), plan, team: ThreadTeam(count: threads), readBytes: readBytes).report
                .ascending
        }
        let days = (10..<30).map { "2026-01-\($0)" }
        // The ids are in order but for empty cells, the ages are few and in order, the sexes are not.
        func rows(_ id: (Int) -> String) -> [String] {
            days.indices.map { "\(id($0)),\(days[$0]),\($0 % 2 == 0 ? "M" : "F"),\(20 + $0 / 3)" }
        }
        #expect(try ascending(rows { "a\(100 + $0 / 2)" }) == [true, true, false, false])
        #expect(try ascending(rows { $0 % 3 == 1 ? "" : "\"b\"\"\(100 + $0)\"" }) == [true, true, false, false])
        #expect(try ascending(rows { "a\($0 == 19 ? 100 : 101 + $0)" }) == [false, true, false, false])
        #expect(try ascending(rows { "a\($0)" }) == [false, true, false, false])
        #expect(try ascending(Array(rows { "a\(100 + $0)" }.prefix(9))) == [false, false, false, false])
    }
}
