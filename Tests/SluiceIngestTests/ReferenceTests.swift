import DeliverySupport
import SluiceModel
import SluiceSystem
import SluiceTestSupport
import Testing

@testable import SluiceIngest

@Suite struct ReferenceTests {
    // MARK: - Within a table

    /// Age refers to Id, both numbers: a parent's number, say.
    private static func plan(_ change: (inout DatasetPlan, inout FormatPlan) -> Void = { _, _ in }) -> FormatPlan {
        SmallPlan { dataset, plan in
            dataset.fields[0].type = .integer
            dataset.foreignKeys = [ForeignKey(fields: [3], dataset: 0, referenced: [0])]
            change(&dataset, &plan)
        }.plan
    }

    @Test func `a row may refer to any row of its table, to itself and to nothing`() throws {
        let result = try ingest(
            SmallPlan.header + "1,2026-01-31,M,3\n2,2026-01-31,M,2\n3,2026-01-31,M,NA\n4,2026-01-31,M,5\n"
                + "x,2026-01-31,M,4\n6,2026-01-31,?,7\n", Self.plan())
        let finding = try #require(result.finding(.referenceMissing))
        #expect(finding.rows == [5, 7])
        #expect(finding.rule == FindingRule.foreignKeys)
        #expect(finding.column == "Age")
        #expect(finding.severity == .error)
        #expect(result.report.rows == RowCounts(read: 6, accepted: 3, rejected: 3))
        #expect(!finding.message.contains("7"))
    }

    @Test func `equal values refer to each other however they are written`() throws {
        let header = SmallPlan.header
        #expect(try ingest(header + "007,2026-01-31,M,7\n", Self.plan()).codes.isEmpty)
        let dates = SmallPlan { dataset, _ in
            dataset.fields[0].type = .date
            dataset.fields[0].dateFormats = [PolicePlan.ukDate]
            dataset.foreignKeys = [ForeignKey(fields: [1], dataset: 0, referenced: [0])]
        }.plan
        #expect(try ingest(header + "31/01/2026,2026-01-31,M,\n", dates).codes.isEmpty)
        #expect(try ingest(header + "30/01/2026,2026-01-31,M,\n", dates).finding(.referenceMissing) != nil)
        let numbers = Self.plan { dataset, _ in
            dataset.fields[0].type = .number
            dataset.fields[3].type = .number
        }
        #expect(try ingest(header + "1.50,2026-01-31,M,15E-1\n", numbers).codes.isEmpty)
        #expect(try ingest(header + "1.50001,2026-01-31,M,1.5\n", numbers).finding(.referenceMissing) != nil)
        let texts = SmallPlan { dataset, _ in
            dataset.foreignKeys = [ForeignKey(fields: [2], dataset: 0, referenced: [0])]
        }.plan
        #expect(try ingest(header + "\" M\",2026-01-31,M,\n", texts).finding(.referenceMissing) != nil)
    }

    @Test func `a reference of several parts needs all of them in one row`() throws {
        let plan = SmallPlan { dataset, _ in
            dataset.fields[0].type = .integer
            dataset.foreignKeys = [ForeignKey(fields: [3, 2], dataset: 0, referenced: [0, 2])]
        }.plan
        let rows = "1,2026-01-31,M,2\n2,2026-01-31,M,1\n3,2026-01-31,F,1\n4,2026-01-31,NA,9\n"
        let result = try ingest(SmallPlan.header + rows, plan)
        #expect(result.finding(.referenceMissing)?.rows == [4])
        #expect(result.finding(.referenceMissing)?.columnNumber == nil)
    }

    @Test(arguments: 0..<30)
    func `what is missing is what no row has, whatever the chunks and threads`(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let plan = Self.plan { _, plan in plan.limits.blockRows = 7 }
        let count = random.int(1...400)
        let rows = (0..<count).map { _ in (id: random.int(0...count), parent: random.int(0...count * 2)) }
        var text = SmallPlan.header
        for row in rows { text += "\(row.id),2026-01-31,M,\(row.parent)\n" }
        let ids = Set(rows.map(\.id))
        let expected = rows.indices.filter { !ids.contains(rows[$0].parent) }.map { $0 + 2 }
        for (threads, readBytes) in [(1, 1 << 16), (1, 9), (3, 33)] {
            let result = try ingest(Array(text.utf8), plan, team: ThreadTeam(count: threads), readBytes: readBytes)
            #expect(result.finding(.referenceMissing)?.count ?? 0 == expected.count)
            #expect(result.finding(.referenceMissing)?.rows ?? [] == Array(expected.prefix(Finding.rowLimit)))
            #expect(result.records.count == count - expected.count)
        }
    }

    @Test func `a set of hashes holds what was put in and nothing else`() {
        var random = SplitMix64(seed: 4)
        var set = HashSet(arena: Arena())
        let hashes = Set((0..<50_000).map { _ in random.next() | 1 })
        for hash in hashes { set.insert(hash) }
        for hash in hashes.prefix(100) { set.insert(hash) }
        #expect(set.count == hashes.count)
        #expect(hashes.allSatisfy(set.holds))
        #expect(!(0..<50_000).contains { _ in set.holds(random.next() & ~1 | 1 << 63) })
    }

    // MARK: - Between tables

    /// Two datasets: `people` with an id, and events that name one of them.
    private static func twoTables() -> FormatPlan {
        SmallPlan { dataset, plan in
            var people = dataset
            people.id = "people"
            people.fields = [
                FieldPlan(name: "Person", headers: ["person"], type: .string, privacy: .neutral),
                FieldPlan(name: "Seen", headers: ["seen"], type: .date, privacy: .neutral),
            ]
            people.fields[1].dateFormats = [PolicePlan.isoDate]
            people.period = .field(1, unit: .month)
            people.output.columns = [OutputColumn(dimension: 0, sources: [.month(field: 1)])]
            dataset.foreignKeys = [ForeignKey(fields: [0], dataset: 1, referenced: [0])]
            plan.datasets = [dataset, people]
        }.plan
    }

    private static let people = "Person,Seen\na,2026-01-01\nb,soon\n"
    private static let events = SmallPlan.header + "a,2026-01-31,M,3\nb,2026-01-31,M,2\nc,2026-01-31,M,2\n"

    private static func zip(_ members: [String]) -> [UInt8] {
        ZipWriter(parts: members.enumerated().map { ZipWriter.Part("\($0).csv", $1) }).bytes()
    }

    @Test(arguments: [0, 1]) func `rows refer to rows of another table of the delivery`(place: Int) throws {
        var plan = Self.twoTables()
        #expect(plan.check() == [])
        plan.tableIndex = place
        let members = place == 0 ? [Self.events, Self.people] : [Self.people, Self.events]
        let result = try ingest(Self.zip(members), plan)
        // That the person's own row is bad is said there.
        #expect(result.finding(.referenceMissing)?.rows == [4])
        #expect(result.finding(.referenceMissing)?.message.contains("people") == true)
        #expect(result.report.rows.accepted == 2)
        plan.tableIndex = 1 - place
        let other = try ingest(Self.zip(members), plan)
        #expect(other.codes.contains(.typeMismatch))
        #expect(!other.codes.contains(.referenceMissing))
    }

    @Test func `several tables of one dataset are referred to together`() throws {
        var plan = Self.twoTables()
        plan.tableIndex = 0
        let result = try ingest(Self.zip([Self.events, Self.people, "Person,Seen\nc,2026-01-01\n"]), plan)
        #expect(result.finding(.referenceMissing) == nil)
    }

    @Test func `without the other table nothing is judged, and that is said`() throws {
        let result = try ingest(Self.events, Self.twoTables())
        #expect(result.codes == [.referenceUnjudged])
        #expect(result.finding(.referenceUnjudged)?.severity == .warning)
        #expect(result.finding(.referenceUnjudged)?.message.contains("people") == true)
        #expect(result.report.rows.accepted == 3)
    }
}
