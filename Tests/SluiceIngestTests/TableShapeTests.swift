import SluiceModel
import SluiceSystem
import Testing

@testable import SluiceIngest

@Suite struct TableShapeTests {
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
        // The ids are in order but for empty cells, the sexes are not.
        func rows(_ id: (Int) -> String) -> [String] {
            days.indices.map { "\(id($0)),\(days[$0]),\($0 % 2 == 0 ? "M" : "F"),\(20 + $0 / 3)" }
        }
        #expect(try ascending(rows { "a\(100 + $0 / 2)" }) == [true, true, false, true])
        #expect(try ascending(rows { $0 % 3 == 1 ? "" : "\"b\"\"\(100 + $0)\"" }) == [true, true, false, true])
        #expect(try ascending(rows { "a\($0 == 19 ? 100 : 101 + $0)" }) == [false, true, false, true])
        #expect(try ascending(rows { "a\($0)" }) == [false, true, false, true])
        #expect(try ascending(Array(rows { "a\(100 + $0)" }.prefix(7))) == [false, false, false, false])
        // Two values can stand in order by chance, but not many of both.
        func two(_ minority: Int) throws -> Bool {
            try ascending((0..<40).map { "a\($0 % 3),2026-01-\(11 + $0 % 2),\($0 < 40 - minority ? "F" : "M"),20" })[2]
        }
        #expect(try !two(0) && !two(1) && !two(2))
        for minority in [4, 20, 36] { #expect(try two(minority)) }
        #expect(try !two(38) && !two(40))
        // Of a few values among many empty cells their place tells it.
        func few(_ places: Set<Int>) throws -> Bool {
            try ascending((0..<60).map { "\(places.contains($0) ? "a\($0)" : ""),2026-01-\(11 + $0 % 2),M,20" })[0]
        }
        for places in [[57, 58, 59], [0, 1, 2], [56, 57, 58, 59]] { #expect(try few(Set(places)), "\(places)") }
        for places in [[56, 57, 58], [0, 1, 59], [59], [1, 2, 3], []] { #expect(try !few(Set(places)), "\(places)") }
        // Dates by what they say, and by their bytes, as a program sorts that takes them for text.
        func rows(days: [String]) -> [String] { days.indices.map { "a\($0 % 3),\(days[$0]),M,\(30 - $0 % 9)" } }
        // The 16th to the 20th of January, the 11th to the 15th of February and so on.
        let british = (0..<20).map { place in
            let day = (3 - place / 5) * 5 + place % 5 + 1
            return "\(day < 10 ? "0" : "")\(day)/0\(1 + place / 5)/2026"
        }
        #expect(try ascending(rows(days: british)) == [false, true, false, false])
        #expect(try ascending(rows(days: british.sorted())) == [false, true, false, false])
        #expect(try ascending(rows(days: british.reversed())) == [false, false, false, false])
    }

    @Test(arguments: [1, 9, 64, 1 << 16], [1, 3])
    func `cells are counted by the entry of their code list, however they are written`(readBytes: Int, threads: Int)
        throws
    {
        for isRequired in [false, true] {
            let plan = SmallPlan { dataset, _ in dataset.fields[2].isRequired = isRequired }.plan
            let sexes = ["M", "F", "M", "\"M\"", " F ", "", "NA", "X", "M"]
            let rows = sexes.map { "a,2026-01-31,\($0),20\n" }
            let report = try ingest(
                Array((SmallPlan.header + rows.joined()).utf8), plan, team: ThreadTeam(count: threads),
                readBytes: readBytes
            ).report
            #expect(report.entryCounts == [[], [], [4, 2], []])
            #expect(report.missingCounts[2] == 2)
            #expect(report.missingRows == [0, 0, 7, 0])
        }
    }

    @Test(arguments: [1, 9, 64, 1 << 16], [1, 3])
    func `columns that nobody reads and days without rows are told, in chunks of any size`(readBytes: Int, threads: Int)
        throws
    {
        // The id is for nothing.
        let plan = SmallPlan().plan
        func report(_ rows: [String]) throws -> DecodeReport {
            let text = SmallPlan.header + rows.map { $0 + "\n" }.joined()
            return try ingest(Array(text.utf8), plan, team: ThreadTeam(count: threads), readBytes: readBytes).report
        }
        func row(_ day: Int, _ id: String = "") -> String { "\(id),2026-04-\(day < 10 ? "0" : "")\(day),M,20" }
        let april = try report([4, 9, 12, 26, 9].map { row($0) })
        #expect(april.unreadRows == [0, nil, nil, nil])
        #expect(april.emptyDays[1] == EmptyDays(atStart: 3, atEnd: 4, of: 30))
        let filled = try report([4, 9].map { row($0) } + [row(30, "x"), row(1, "y")])
        #expect(filled.unreadRows == [4, nil, nil, nil])
        #expect(filled.emptyDays[1] == EmptyDays(atStart: 0, atEnd: 0, of: 30))
        // A day that cannot be, and the month of receipt, which is over with the 30th of June.
        let june = try report(["a,2026-06-31,M,20", "b,2026-06-10,M,20"])
        #expect(june.emptyDays[1] == EmptyDays(atStart: 9, atEnd: 20, of: 30))
    }
}
