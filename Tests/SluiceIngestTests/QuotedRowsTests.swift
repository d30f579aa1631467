import SluiceModel
import Testing

@testable import SluiceIngest

/// Rows that a stray quotation mark took into a cell, whatever stands in them.
@Suite struct QuotedRowsTests {
    /// Between the marks stand rows like `row`, two or more.
    private func swallowed(_ row: String, count: Int, of dataset: FormatPlan) throws -> [FindingCode] {
        let rows = Array(repeating: row, count: count).joined(separator: "\n")
        let text = SmallPlan.header + "a,2026-01-31,\"M,20\n\(rows)\nz,2026-01-31,M\",20\nz,2026-01-31,M,20\n"
        return try ingest(text, dataset).codes
    }

    @Test(arguments: [
        "b,2026-01-31,M,20", "b,2026-01-31,M,NULL", "b,2026-01-31,M,", "b,NULL,M,NULL", "b,NULL,M,31", "b,NA,M,NA",
        "b, 2026-01-31 ,M, NULL", "b,n/a,M,n/a",
    ])
    func `rows within a quoted cell are told, with values and words for none`(row: String) throws {
        let plan = SmallPlan { dataset, _ in dataset.fields[3].missingValues = ["", "[low]", "c"] }.plan
        for count in 1...3 { #expect(try swallowed(row, count: count, of: plan).contains(.quoteHoldsRows), "\(count)") }
    }

    @Test(arguments: ["b,2026-01-31,M,c", "b,2026-01-31,M,[low]", "b,,M,c"])
    func `and with markers in place of counts`(row: String) throws {
        let plan = SmallPlan { dataset, _ in dataset.fields[3].missingValues = ["", "[low]", "c"] }.plan
        #expect(try swallowed(row, count: 2, of: plan).contains(.quoteHoldsRows))
    }

    @Test(arguments: ["He said, she said, they said, well", "one, two", "b,,,", "2026-01-31"])
    func `a text of several lines is a text`(line: String) throws {
        let text = SmallPlan.header + "\"Note:\n\(line)\n\(line)\n\(line)\nend\",2026-01-31,M,20\n"
        #expect(try ingest(text, SmallPlan().plan).codes == [])
    }

    @Test func `text behind a quoted cell rejects the row where the column is read`() throws {
        let plan = SmallPlan().plan
        let text = SmallPlan.header + "a,2026-01-31,\"M\"x,20\n\"b\"y,2026-01-31,M,20\n"
        let result = try ingest(text, plan)
        // Nothing is made of the ids.
        #expect(result.report.rows == RowCounts(read: 2, accepted: 1, rejected: 1))
        #expect(result.report.findings.map(\.severity) == [.error, .warning])
        #expect(result.report.findings.map(\.rows) == [[2], [3]])
        #expect(Set(result.codes) == [.quoteMisplaced])
    }

    @Test(arguments: [
        ("2026-07-05T19:54:00.000Z", true), ("2026-07-05T19:54:00.0000000+00:00", true),
        ("2026-07-05T19:54:00Z", true), ("2026-07-05T19:54:00.001Z", false), ("2026-07-05T19:54:00.Z", false),
        ("2026-07-05T19:54:00.000", false), ("2026-07-05T19:54:00.000X", false),
    ])
    func `noughts of a second before a zone are nothing`(cell: String, isRead: Bool) throws {
        let format = DateFormat(
            text: "",
            parts: [
                .year, .literal(0x2D), .month, .literal(0x2D), .day, .literal(0x54), .hour, .literal(0x3A), .minute,
                .literal(0x3A), .second, .zone,
            ])
        let plan = SmallPlan { dataset, plan in
            dataset.fields[1].type = .datetime
            dataset.fields[1].dateFormats = [format]
            plan.today = CivilDate("2026-07-31")!
        }.plan
        let result = try ingest(SmallPlan.header + "a,\(cell),M,20\n", plan)
        #expect(result.report.rows.accepted == (isRead ? 1 : 0), "\(result.codes)")
    }
}
