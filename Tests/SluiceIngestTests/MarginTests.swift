import SluiceModel
import SluiceReaders
import SluiceTestSupport
import Testing

@testable import SluiceIngest

/// Rows that are no records.
@Suite struct MarginTests {
    /// The default of a plugin, with a control total.
    private static func plan(columns: Int = 8) -> FormatPlan {
        SmallPlan { dataset, _ in
            dataset.footers = [
                "total", "totals", "grandtotal", "totalrecords", "recordcount", "numberofrecords", "endofreport",
                "endoffile", "endofdata",
            ]
            dataset.fileRules = [
                FileRule(
                    id: "whole", kind: .controlTotal(words: ["totalrecords", "recordcount"], isRequired: false),
                    severity: .error)
            ]
            for index in 4..<max(4, columns) {
                var field = dataset.fields[0]
                (field.name, field.headers) = ("Free\(index)", ["free\(index)"])
                dataset.fields.append(field)
            }
        }.plan
    }

    private static func file(_ below: String, columns: Int = 8) -> String {
        let header = ["Id", "Day", "Sex", "Age"] + (4..<max(4, columns)).map { "Free\($0)" }
        let row = "a,2026-01-31,M,20" + String(repeating: ",x", count: columns - 4)
        return header.joined(separator: ",") + "\n" + row + "\n" + below + "\n"
    }

    @Test(arguments: [
        "Total,123", "Total,123,,,,,,", ",,Total,5,,,,", "TOTALS:,,,,,,,", "\"Total records: 1\"", "Total records: 1",
        "Total records,1", "Record count = 1", "End of report", "*** End of report ***", "-- END OF FILE --",
        "\u{2014} End of data \u{2014}", "\u{A0}Grand\u{A0}total,1", "\"Total\nrecords: 1\"", "(end of report)",
        "Number of records: 77", "\"\"\"End of report\"\"\"", "Total records at 31/01/2026: 1",
    ])
    func `a footer is passed over with a note`(footer: String) throws {
        for columns in [4, 8, 16] {
            // As many cells as the file has columns, where the row names all of them.
            let result = try ingest(Self.file(footer, columns: columns), Self.plan(columns: columns))
            if columns == 4, footer.contains(",,") { continue }
            #expect(result.codes == [.footerIgnored], "\(columns)")
            #expect(result.finding(.footerIgnored)?.rows == [3])
            #expect(result.report.rows == RowCounts(read: 1, accepted: 1, rejected: 0))
        }
    }

    @Test(arguments: 0..<200)
    func `a whole row of which half is there is never a footer`(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let columns = Int.random(in: 4...12, using: &random)
        let words = ["Total", "total records 5", "End of report", "*** Totals", "Record count", "\u{A0}Total"]
        var cells = (0..<columns).map { _ in "" }
        // The word and the cells that a record needs, and further ones up to a half.
        (cells[0], cells[1]) = (words.randomElement(using: &random)!, "2026-01-31")
        var free = Array(2..<columns).shuffled(using: &random)
        while cells.count(where: { !$0.isEmpty }) * 2 < columns {
            let next = free.removeLast()
            cells[next] = next == 2 ? "F" : next == 3 ? "30" : "y"
        }
        let result = try ingest(
            Self.file(cells.joined(separator: ","), columns: columns), Self.plan(columns: columns))
        #expect(result.report.rows.accepted == 2)
        #expect(result.codes == [])
    }

    @Test(arguments: [
        "b,2026-01-31,M,20,,,,", "Subtotal,2026-01-31,M,20,x,,,", "Tot,,,,,,,", "Tota,2026-01-31,,,,,,",
        "x total,2026-01-31,,,,,,", "End,2026-01-31,,,,,,",
    ])
    func `other rows are records, whatever they lack`(row: String) throws {
        let result = try ingest(Self.file(row), Self.plan())
        #expect(result.report.rows.read == 2)
        #expect(result.finding(.footerIgnored) == nil)
    }

    @Test(arguments: [
        ("Id,Day,Sex,Age", true), ("ID , \"day\",SEX,Age:", true), ("Id,Day,Sex,Age,,", true),
        ("\u{A0}Id,Day,Sex,Age", true),
        ("*Id*,Day,Sex,Age", true), ("Id,Day,Sex", false), ("Id,Day,Sex,20", false), ("Id,Day,Sex,Age,x", false),
        ("Id,Sex,Day,Age", false),
    ])
    func `the header once more is passed over`(row: String, isHeader: Bool) throws {
        let result = try ingest(Self.file(row, columns: 4), Self.plan(columns: 4))
        #expect((result.finding(.headerRepeated) != nil) == isHeader)
        #expect(result.report.rows.read == (isHeader ? 1 : 2))
    }

    // MARK: - What programs add

    @Test(arguments: [
        "\u{1A}", "\u{1A}\u{1A}\u{1A}", "\u{0}\u{0}\u{0}\u{0}", "---,---,---,---", "--- ---,===,***,+--+", ",--,,",
        "(1 rows affected)", "\"(1 rows affected)\"", "(1 row affected),,,", "1 row selected.",
    ])
    func `lines of dashes, counts of rows and padding are passed over with a note`(row: String) throws {
        let result = try ingest(Self.file(row, columns: 4), Self.plan(columns: 4))
        #expect(result.codes == [.marginIgnored])
        #expect(result.finding(.marginIgnored)?.rows == [3])
        #expect(result.finding(.marginIgnored)?.severity == .note)
        #expect(result.report.rows == RowCounts(read: 1, accepted: 1, rejected: 0))
    }

    @Test(arguments: [
        "Completion time: 2025-07-05T12:00:00.0000000+01:00", "\"Completion time: 2025-07-05T12:00:00+01:00\",,,",
        "Elapsed: 00:00:00.01", "Time: 12.345 ms", "SQL> spool off", "SQL> select a, b from t;", "sql>,,,",
        "mysql> exit", "1 row in set (0.00 sec)", "1 row in set (1 min 0.05 sec),,,", "1 rows copied.", "Records: 1",
        "Records: 1,,,", "Row count = 1", "Number of rows: 1",
    ])
    func `what database programs say of their work is passed over with a note`(row: String) throws {
        for columns in [4, 8] {
            let result = try ingest(Self.file(row, columns: columns), Self.plan(columns: columns))
            #expect(result.codes == [.marginIgnored], "\(columns)")
            #expect(result.finding(.marginIgnored)?.rows == [3])
            #expect(result.report.rows == RowCounts(read: 1, accepted: 1, rejected: 0))
        }
    }

    @Test(
        arguments: [
            ("(3,000 rows affected)", 3000), ("\"(3,000 rows affected)\"", 3000), ("(3,000 rows affected),,,", 3000),
            ("(1,234,567 rows affected)", 1_234_567), ("3,000 rows selected.", 3000), ("3 rows selected.", 3),
            ("3 rows in set (0.00 sec)", 3), ("no rows selected", 0), ("Records: 3", 3), ("Records: 3,000", 3000),
            ("Records: 3,000,,,", 3000),
        ] as [(String, Int)])
    func `the number of rows that a program states is compared with those read`(row: String, stated: Int) throws {
        let result = try ingest(Self.file(row), Self.plan())
        #expect(result.codes == [.totalMismatch, .marginIgnored])
        #expect(result.finding(.totalMismatch)?.arguments == [stated, 1])
        #expect(result.report.rows.read == 1)
    }

    @Test(arguments: [
        "\"Completion time: 2025-07-05\",2026-01-31,M,20", "Completion time,,,", "Elapsed,,,",
        "SQL> x,2026-01-31,M,20", "SQL,,,", "Records: 3,2026-01-31,M,20", "Records: many,,,", "Records 3,,,",
        "12,345,,", "1,000 rows of seats,,", "1234,000 rows affected,,", "3,00 rows affected,,", "no rows here,,,",
        "no rows,,,", "3 rows in setting,,,",
    ])
    func `a record that begins like what programs say is one all the same`(row: String) throws {
        let result = try ingest(Self.file(row, columns: 4), Self.plan(columns: 4))
        #expect(result.finding(.marginIgnored) == nil)
        #expect(result.report.rows.read == 2)
    }

    @Test func `dashes under the headings and padding behind the last cell are no part of a record`() throws {
        let result = try ingest(
            SmallPlan.header + "---,---,---,---\na,2026-01-31,M,20\u{1A}", Self.plan(columns: 4))
        #expect(result.records == [[24_312, 1, 2]])
        #expect(result.codes == [.marginIgnored])
        #expect(result.finding(.marginIgnored)?.rows == [2, 3])
    }

    @Test(arguments: ["-,-,-,-", "(1 of many),,,", "1 rowing club,,,", "\u{1A}b,2026-01-31,M,20"])
    func `what only begins like one of them is a record`(row: String) throws {
        let result = try ingest(Self.file(row, columns: 4), Self.plan(columns: 4))
        #expect(result.finding(.marginIgnored) == nil)
        #expect(result.report.rows.read == 2)
    }

    @Test func `a count of rows that is not the file's is told, of a dataset without a rule too`() throws {
        let below = "(2 rows affected)"
        let ruled = try ingest(Self.file(below), Self.plan())
        #expect(ruled.codes == [.totalMismatch, .marginIgnored])
        #expect(ruled.finding(.totalMismatch)?.arguments == [2, 1])
        #expect(ruled.finding(.totalMismatch)?.severity == .fatal)
        let plain = try ingest(Self.file(below, columns: 4), SmallPlan().plan)
        #expect(plain.codes == [.totalMismatch, .marginIgnored])
        #expect(plain.finding(.totalMismatch)?.severity == .warning)
        #expect(plain.report.rows == RowCounts(read: 1, accepted: 1, rejected: 0))
    }

    // MARK: - Control totals

    @Test(
        arguments: [
            ("Total records: 1", nil), ("\"Total records: 1,234\"", 1234), ("Total records: 1,234", 1234),
            ("Total records: 1,234,567", 1_234_567), ("Total records,1234", 1234), ("Total records,\"1,234\"", 1234),
            ("Total records,,,1,,,,", nil), ("Total records: 1\u{A0}234", 1234), ("Total records: 1'234", 1234),
            ("Total records at 31/12/2025: 12", 12), ("Total records (09:30): 12.", 12),
            ("Total records Q4 E01999: 7", 7),
            ("Total records 2025-12-31,7", 7), ("Total records: 12 of 20", 12), ("Total records: 12,5", 12),
            ("Total records: 99999999999999999999", 1_000_000_000), ("Total records: 4.5", -1), ("Total records:", -1),
            ("Total: 99", -1), ("*** RECORD COUNT: 0003 ***", 3), ("Total records: 1234,567", 1234),
        ] as [(String, Int?)])
    func `the number that a footer states is read as people write it`(footer: String, stated: Int?) throws {
        let result = try ingest(Self.file(footer), Self.plan())
        #expect(result.report.rows.read == 1)
        switch stated {
        case .none: #expect(result.codes == [.footerIgnored])
        case .some(-1): #expect(result.codes == [.footerIgnored])
        case .some(let number): #expect(result.finding(.totalMismatch)?.arguments == [number, 1])
        }
    }
}
