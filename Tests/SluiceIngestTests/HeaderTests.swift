import SluiceModel
import SluiceReaders
import SluiceTestSupport
import Testing

@testable import SluiceIngest

/// Headers as programs and people really write them.
@Suite struct HeaderTests {
    private static let rows = "a,2026-01-31,M,20\nb,2026-02-01,F,17\n"
    private static let records: [[UInt32]] = [[24_312, 1, 2], [24_313, 2, 1]]

    @Test(arguments: [
        "Id,Day,Sex,Age", " Id , Day ,Sex\t, Age ", "\"Id\",\"Day\",\"Sex\",\"Age\"", "\u{FEFF}\"Id\",Day,Sex,Age",
        "\u{FEFF}\u{FEFF}\"Id\",Day,Sex,Age", "ï»¿Id,Day,Sex,Age", "Id,\u{FEFF}Day,Sex,Age",
        "\u{A0}Id\u{A0},Day\u{202F},\u{2009}Sex,A\u{AD}ge", "“Id”,‘Day’,'Sex',«Age»", "\"\"\"Id\"\"\",Day,Sex,Age",
        "I\u{200B}d,Day\u{2060},\u{200E}Sex,Age", "I–d,D\u{2011}ay,*Sex*,Age:", "\"I\nd\",Day,Sex,Age",
    ])
    func `marks, quotes and blanks in names mean nothing`(header: String) throws {
        let result = try ingest(header + "\n" + Self.rows, SmallPlan().plan)
        #expect(result.records == Self.records)
        #expect(result.report.findings == [])
    }

    @Test func `lines that each stand in quotes are read without them`() throws {
        let lines = DecodeTests.good.split(separator: "\n")
        let quoted = lines.map { "\"\($0.replacing("\"", with: "\"\""))\"\n" }.joined()
        let result = try ingest(quoted, SmallPlan().plan)
        #expect(result.records == DecodeTests.goodRecords)
        #expect(result.codes == [.linesQuoted])
        #expect(result.finding(.linesQuoted)?.severity == .warning)
        #expect(result.report.rows == RowCounts(read: 3, accepted: 3, rejected: 0))
    }

    /// Each line in quotes, and what stands behind it.
    private static func quoted(_ text: String, behind: String = "") -> String {
        text.split(separator: "\n").map { "\"\($0.replacing("\"", with: "\"\""))\"\(behind)\n" }.joined()
    }

    private static let good = DecodeTests.good
    private static let goodRows = String(good.dropFirst(SmallPlan.header.count))
    private static let inQuotes: [String] = [
        quoted("Monthly return\n\(good)"), quoted("Return, all areas\n\(good)"), "Monthly return\n\n\(quoted(good))",
        "Return,July\n\(quoted(good))", quoted(good, behind: ","), quoted(good, behind: ",,,"),
        quoted(good, behind: " "), "\(SmallPlan.header)\(quoted(goodRows))",
        "\"Id\",\"Day\",\"Sex\",\"Age\"\n\(quoted(goodRows))",
    ]

    @Test(arguments: inQuotes)
    func `titles above, delimiters behind and plain headings make no difference to lines in quotes`(text: String) throws
    {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let utf16 = Array("\u{FEFF}\(text)".utf16)
        let variants: [[UInt8]] = [
            Array(text.utf8), mark + Array(text.replacing("\n", with: "\r\n").utf8),
            utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }, utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] },
        ]
        for bytes in variants {
            for (size, readBytes) in [(1 << 20, TextSource.readBytes), (3, 7), (1, 1)] {
                let result = try ingest(bytes, SmallPlan().plan, sizes: [size], readBytes: readBytes)
                #expect(result.records == DecodeTests.goodRecords)
                #expect(result.codes == [.linesQuoted])
                #expect(result.report.rows == RowCounts(read: 3, accepted: 3, rejected: 0))
            }
        }
    }

    @Test func `lines that are quoted as a whole are told from those that begin or end with a quoted cell`() throws {
        let first = "\"b, c\",2026-01-31,M,20\n"
        let many = (0..<40).map { "x\($0),2026-01-31,M,20\n" }.joined()
        let mixed = try ingest(SmallPlan.header + Self.quoted(many) + first, SmallPlan().plan)
        #expect(mixed.records.count == 41)
        #expect(mixed.codes == [.linesQuoted])
        // A remark below plain rows is no record.
        let remark = try ingest(SmallPlan.header + first + "\"Source: a, b, c, d\"\n", SmallPlan().plan)
        #expect(remark.records.count == 1)
        #expect(remark.codes == [.rowRagged])
    }

    @Test(arguments: [("É", "É"), ("Straße 5", "straße5"), ("ward²", "ward²"), ("№", "№"), ("日 付", "日付")])
    func `letters and numbers beyond ASCII are part of a name`(heading: String, name: String) {
        #expect(HeaderName.normalised(heading) == name)
    }

    // MARK: - Columns without a heading

    @Test(arguments: [1, 2, 12])
    func `delimiters too many at the end of the header are no columns`(count: Int) throws {
        let commas = String(repeating: ",", count: count)
        let text =
            "Id,Day,Sex,Age\(commas)\na,2026-01-31,M,20\(commas)\nb,2026-02-01,F,17\n\(commas),,\nId,Day,Sex,Age\(commas)\n"
        let result = try ingest(text, SmallPlan().plan)
        #expect(result.records == Self.records)
        #expect(result.codes == [.headerRepeated, .rowEmpty])
    }

    @Test func `a cell behind the last column was cut off from another, unless the column was seen to hold something`()
        throws
    {
        let shifted = "c,see, 2026-02-01,F,17\n"
        let many = String(repeating: "a,2026-01-31,M,20,\n", count: HeaderMatch.sampleRows)
        let result = try ingest("Id,Day,Sex,Age,\n" + many + shifted, SmallPlan().plan)
        #expect(result.codes == [.rowRagged])
        #expect(result.finding(.rowRagged)?.rows == [1002])
        let seen = try ingest("Id,Day,Sex,Age,\n" + Self.rows + shifted, SmallPlan().plan)
        #expect(seen.codes.contains(.columnUnknown))
        #expect(seen.records == Self.records)
    }

    @Test func `a column without a heading that holds something is unknown`() throws {
        let result = try ingest("Id,Day,Sex,Age,,\na,2026-01-31,M,20,,\nb,2026-02-01,F,17,x,\n", SmallPlan().plan)
        #expect(result.records == Self.records)
        #expect(result.codes == [.columnUnknown])
        #expect(result.report.findings[0].columnNumber == 5)
    }

    @Test func `a column without a heading that holds nothing is passed over with a note`() throws {
        let result = try ingest("Id,,Day,Sex,,Age\na,,2026-01-31,M,,20\nb,,2026-02-01,F,,17\n", SmallPlan().plan)
        #expect(result.records == Self.records)
        #expect(result.codes == [.columnIgnored])
        #expect(result.report.findings[0].columnNumber == 2)
        #expect(result.report.findings[0].count == 2)
        #expect(result.report.findings[0].severity == .note)
    }

    @Test(arguments: [
        ("", ["0", "1"], true), ("", ["1", "2"], true), ("Unnamed: 0", ["0", "1"], true), ("\"\"", ["7", "12"], true),
        ("", ["1", "1"], false), ("", ["2", "1"], false), ("", ["x", "1"], false), ("", ["1", ""], false),
        ("", ["1.5", "2.5"], false), ("Unnamed: 0", ["x", "y"], false), ("nr", ["0", "1"], false),
    ])
    func `a first column of row numbers needs no heading`(heading: String, cells: [String], isIndex: Bool) throws {
        let lines = Self.rows.split(separator: "\n")
        let text = "\(heading),Id,Day,Sex,Age\n\(cells[0]),\(lines[0])\n\(cells[1]),\(lines[1])\nTotal,2,,,\n"
        let plan = SmallPlan { dataset, _ in dataset.footers = ["total"] }.plan
        let result = try ingest(text, plan)
        #expect(result.records == Self.records)
        #expect(result.codes == (isIndex ? [.columnIgnored, .footerIgnored] : [.columnUnknown, .footerIgnored]))
        #expect(result.report.findings[0].columnNumber == 1)
    }

    @Test func `one row number is one that rows begin with`() throws {
        func code(_ number: String) throws -> [FindingCode] {
            try ingest(",Id,Day,Sex,Age\n\(number),a,2026-01-31,M,20\n", SmallPlan().plan).codes
        }
        #expect(try code("0") == [.columnIgnored])
        #expect(try code("1") == [.columnIgnored])
        #expect(try code("20") == [.columnUnknown])
    }

    @Test func `row numbers are a column too many where the schema allows no others`() throws {
        let plan = SmallPlan { dataset, _ in dataset.fieldsMatch = .equal }.plan
        let result = try ingest(",Id,Day,Sex,Age\n0,a,2026-01-31,M,20\n", plan)
        #expect(result.codes == [.columnUnknown])
        #expect(result.report.outcome == .rejected)
        // But nothing over nothing is no column.
        #expect(try ingest("Id,Day,Sex,Age,,\na,2026-01-31,M,20,,\n", plan).report.findings == [])
    }

    // MARK: - Rows above

    private static let titles = [
        "", ",,,", ",,,,,,,,", "Monthly return", "Monthly return,,,", "\"Return, all areas\",,,\"x \"\"y\"\"\"",
        "sep=;", "Sex,,,", "Day: 2026-02-01,Age: all", "  ",
        "\u{A0}",
        "Total,12", "*** EXTRACT ***", "5\" pipes,,", "Note: Id is not a person's,,", "Group A,,Group B,",
        "\"two\nlines\",",
    ]

    @Test(arguments: ["1,2,3,4", "a,2026-01-31,M,20", "a;2026-01-31;M;20"])
    func `a row above the headings that looks like a record rejects the file`(row: String) throws {
        let delimiter = row.contains(";") ? ";" : ","
        let plan = SmallPlan { dataset, _ in dataset.delimiters = [0x3B, 0x2C] }.plan
        let text = ["Title", row, "Id,Day,Sex,Age", "b,2026-01-31,M,20", ""].joined(separator: "\n")
        let result = try ingest(text.replacing(",", with: delimiter), plan)
        #expect(result.codes == [.rowsAboveHeadings])
        #expect(result.finding(.rowsAboveHeadings)?.rows == [2])
        #expect(result.report.outcome == .rejected)
    }

    @Test func `a table with fewer columns above the headings rejects the file, a row of what a report is of does not`()
        throws
    {
        let plan = SmallPlan { dataset, _ in
            for number in 1...6 {
                var field = dataset.fields[0]
                (field.name, field.headers) = ("Note \(number)", ["note\(number)"])
                dataset.fields.append(field)
            }
        }.plan
        let header = "Id,Day,Sex,Age,Note 1,Note 2,Note 3,Note 4,Note 5,Note 6\n"
        let row = "b,2026-01-31,M,20,,,,,,\n"
        let table = "Id,Day,Sex,Age\na,2026-01-30,M,20\nb,2026-01-30,F,30\n"
        for text in ["Title\n" + table, "Title\n" + table.replacing("\n", with: ",,,,,,\n")] {
            let result = try ingest(text + header + row, plan)
            #expect(result.codes == [.rowsAboveHeadings])
            #expect(result.finding(.rowsAboveHeadings)?.rows == [3, 4])
        }
        let report = "Force,From,To,Run by\nMarshvale,2026-01-01,2026-01-31,An analyst\n"
        #expect(try ingest(report + header + row, plan).codes == [])
        let settings = "From,2026-01-01,To,2026-01-31\nRun,2026-02-01,Rows,1\n"
        #expect(try ingest(settings + header + row, plan).codes == [])
    }

    @Test func `a second row of headings is told, above and below`() throws {
        let above = try ingest("Ref,When,Gender,Years\nId,Day,Sex,Age\nb,2026-01-31,M,20\n", SmallPlan().plan)
        #expect(above.codes == [.headingsAbove])
        #expect(above.finding(.headingsAbove)?.rows == [1])
        #expect(above.report.outcome == .accepted)
        // The same names in another order: what follows is of other columns.
        let below = try ingest(
            "Id,Day,Sex,Age\nb,2026-01-31,M,20\nId,Sex,Day,Age\nc,F,2026-01-31,20\n", SmallPlan().plan)
        #expect(below.finding(.headingsDiffer)?.rows == [3])
        #expect(below.report.outcome == .rejected)
        let shorter = try ingest("Id,Day,Sex,Age\nb,2026-01-31,M,20\nId,Day,Sex\n", SmallPlan().plan)
        #expect(shorter.codes.contains(.headingsDiffer))
    }

    @Test(arguments: 0..<40)
    func `any title rows above give the same records`(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let plan = SmallPlan { dataset, _ in
            dataset.headerWithinRows = 20
            dataset.delimiters = [0x3B, 0x2C]
        }.plan
        let expected = try ingest(SmallPlan.header + Self.rows, plan)
        let count = Int.random(in: 0...19, using: &random)
        let above = (0..<count).map { _ in Self.titles.randomElement(using: &random)! }
        let result = try ingest((above + ["Id,Day,Sex,Age"]).joined(separator: "\n") + "\n" + Self.rows, plan)
        #expect(result.records == expected.records, "\(above)")
        #expect(result.report.rows == expected.report.rows)
        #expect(result.report.findings == [], "\(above)")
        #expect(result.report.assumptions?.headerRowNumber == count + 1)
    }
}
