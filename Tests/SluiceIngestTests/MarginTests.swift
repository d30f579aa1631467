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
