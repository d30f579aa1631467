import SluiceModel
import SluiceSystem
import Testing

@testable import SluiceIngest

@Suite struct NumberRunsTests {
    private static func text(_ ages: [Int?]) -> [UInt8] {
        Array((SmallPlan.header + ages.map { "a,2026-01-31,M,\($0.map(String.init) ?? "")\n" }.joined()).utf8)
    }

    private static let start = [30, 31, 33, 12]

    @Test(arguments: [1, 7, 64, 300, 1 << 16], [1, 3])
    func `ages that go up by one from row to row are told once, in chunks of any size`(readBytes: Int, threads: Int)
        throws
    {
        let plan = SmallPlan().plan
        func finding(_ ages: [Int?]) throws -> Finding? {
            try ingest(Self.text(ages), plan, team: ThreadTeam(count: threads), readBytes: readBytes)
                .finding(.columnFilled)
        }
        let filled = try #require(try finding(Self.start + Array(40..<75)))
        #expect(filled.column == "Age" && filled.columnNumber == 4)
        #expect(filled.rows == [6] && filled.count == 35 && filled.severity == .warning)
        #expect(filled.message.contains("one more"))
        #expect(try finding(Array(40..<60) + Self.start)?.rows == [2])
        #expect(try finding(Array(40..<60) + Self.start)?.count == 20)
        #expect(try finding(Array(40..<59) + Self.start + Array(40..<59)) == nil)
        #expect(try finding(Array(40..<59) + [nil] + Array(60..<79)) == nil)
        #expect(try finding(Self.start + Array(10..<30) + Self.start + Array(40..<70))?.rows == [6])
        // Ages are no counts: many are alike.
        #expect(try finding(Self.start + [Int?](repeating: 15, count: 40)) == nil)
    }

    @Test(arguments: [1, 64, 1 << 16])
    func `a count that stays the same is told where it varied before`(readBytes: Int) throws {
        let plan = SmallPlan { dataset, _ in
            dataset.output.kind = .counts(countField: 3)
            dataset.output.columns.removeAll { column in
                column.sources.contains { if case .band = $0 { true } else { false } }
            }
        }.plan
        #expect(plan.check() == [])
        func finding(_ ages: [Int?]) throws -> Finding? {
            try ingest(Self.text(ages), plan, readBytes: readBytes).finding(.columnFilled)
        }
        let filled = try #require(try finding(Self.start + [Int?](repeating: 17, count: 31) + Self.start))
        #expect(filled.rows == [6] && filled.count == 31 && filled.message.contains("is the same"))
        #expect(try finding(Self.start + [Int?](repeating: 17, count: 29) + Self.start) == nil)
        #expect(try finding(Self.start + [Int?](repeating: 4, count: 40)) == nil)
        #expect(try finding(Self.start + [Int?](repeating: nil, count: 40)) == nil)
        #expect(try finding([Int?](repeating: 17, count: 60) + Self.start) == nil)
    }
}
