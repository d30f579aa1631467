import SluiceModel
import SluiceReaders
import Testing

@testable import SluiceIngest

@Suite struct DecodeTests {
    static let good = "Id,Day,Sex,Age\na,2026-01-31,M,20\n\"b, \"\"c\"\"\",2026-02-01,F,17\nd,2026-02-28,,\n"
    static let goodRecords: [[UInt32]] = [[24_312, 1, 2], [24_313, 2, 1], [24_313, 0, 0]]

    @Test func `rows become records`() throws {
        let result = try ingest(Self.good, SmallPlan().plan)
        #expect(result.records == Self.goodRecords)
        #expect(result.report.rows == RowCounts(read: 3, accepted: 3, rejected: 0))
        #expect(result.report.outcome == .accepted)
        #expect(result.report.findings == [])
        #expect(result.report.period == Period("2026-01/2026-02"))
        #expect(result.recognised == [0])
        #expect(
            result.report.assumptions
                == Assumptions(
                    dataset: "small", edition: "", encoding: "utf-8", hasByteOrderMark: false, delimiter: ",",
                    headerRowNumber: 1, dateFormats: [.init(field: "Day", format: "%Y-%m-%d")]))
    }

    @Test(arguments: ["\n", "\r\n", "\r"], [true, false])
    func `every line end gives the same`(lineEnd: String, isLastEnded: Bool) throws {
        var text = Self.good.split(separator: "\n").joined(separator: lineEnd)
        if isLastEnded { text += lineEnd }
        var result = try ingest(text, SmallPlan().plan)
        #expect(result.report.endsWithLineEnd == isLastEnded)
        result.report.endsWithLineEnd = true
        #expect(try result == ingest(Self.good, SmallPlan().plan))
    }

    @Test func `line ends may be mixed`() throws {
        let text = "Id,Day,Sex,Age\r\na,2026-01-31,M,20\rb,2026-02-01,F,17\nd,2026-02-28,,"
        #expect(try ingest(text, SmallPlan().plan).records == Self.goodRecords)
    }

    @Test func `the size of the pieces makes no difference`() throws {
        var plan = SmallPlan { dataset, plan in
            dataset.encodings.append(.windows1252)
            plan.limits.rowLimitBytes = 100
            plan.limits.cellLimitBytes = 60
            plan.limits.blockRows = 3
        }.plan
        plan.datasets[0].fields[0].isUnique = true
        let text =
            "Title,\n\nid,DAY,sex,age,\n\"q\nr\",2026-01-31,M,20,\r\n" + String(repeating: "z", count: 300)
            + ",2026-01-31,M,20\r\ncafé,2026-01-31,M,20,\n\"q\nr\",2026-01-31,M,20,\n,,,\ne,bad,M,20,,,\nf\tg,2026-03-01,M,20\n"
            + "\"h\"i,2026-03-01,M,20\n" + String(repeating: "y", count: 70) + ",2026-03-01,F,1\nz,2026-03-01,F,1"
        var bytes = Array(text.utf8)
        for variant in 0..<3 {
            if variant == 1 { bytes = [0xEF, 0xBB, 0xBF] + bytes }
            if variant == 2 { bytes = [0xFF, 0xFE] + Array(text.utf16).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] } }
            let whole = try ingest(bytes, plan)
            #expect(whole.report.rows == RowCounts(read: 9, accepted: 3, rejected: 6))
            for sizes in [[1], [2], [3, 1], [7], [64], [65, 1, 2]] {
                #expect(try ingest(bytes, plan, sizes: sizes) == whole)
            }
        }
    }

    @Test func `rows far apart from the buffer's size survive refilling`() throws {
        // Longer than two chunks, so that rows straddle the refills at many offsets.
        var text = SmallPlan.header
        for row in 0..<40_000 {
            text += "\"row \(row), \"\"x\"\"\",2026-01-0\(row % 9 + 1),\(row % 2 == 0 ? "M" : "F"),\(row % 90)\n"
        }
        let result = try ingest(text, SmallPlan().plan, sizes: [100_003])
        #expect(result.records.count == 40_000)
        for row in 0..<40_000 {
            let expected: [UInt32] = [24_312, row % 2 == 0 ? 1 : 2, row % 90 < 18 ? 1 : 2]
            if result.records[row] != expected {
                Issue.record("record \(row) differs")
                break
            }
        }
    }

    @Test func `the order of columns makes no difference`() throws {
        let rows = [["Id", "Day", "Sex", "Age"], ["a", "2026-01-31", "M", "20"], ["b", "2026-02-01", "F", "17"]]
        let straight = try ingest(rows.map { $0.joined(separator: ",") }.joined(separator: "\n"), SmallPlan().plan)
        for order in [[3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1]] {
            let text = rows.map { row in order.map { row[$0] }.joined(separator: ",") }.joined(separator: "\n")
            let permuted = try ingest(text, SmallPlan().plan)
            #expect(permuted.records == straight.records)
            #expect(permuted.report.rows == straight.report.rows)
        }
    }

    // MARK: - Encodings

    @Test func `a byte order mark is passed over`() throws {
        let result = try ingest([0xEF, 0xBB, 0xBF] + Array(Self.good.utf8), SmallPlan().plan)
        #expect(result.records == Self.goodRecords)
        #expect(result.report.assumptions?.hasByteOrderMark == true)
    }

    @Test(arguments: [true, false])
    func `UTF-16 is read by its byte order mark`(isLittleEndian: Bool) throws {
        let units = Array(("\u{FEFF}" + Self.good.replacing("\nd,", with: "\n😀,")).utf16)
        let bytes = units.flatMap {
            isLittleEndian ? [UInt8($0 & 255), UInt8($0 >> 8)] : [UInt8($0 >> 8), UInt8($0 & 255)]
        }
        let result = try ingest(bytes, SmallPlan().plan)
        #expect(result.records == Self.goodRecords)
        #expect(result.report.assumptions?.encoding == "utf-16")

        let refusing = SmallPlan { dataset, _ in dataset.encodings = [.utf8] }.plan
        #expect(try ingest(bytes, refusing).codes == [.encodingUnsupported])
        #expect(try ingest(Array(bytes.dropFirst(2)), SmallPlan().plan).codes == [.encodingUnsupported])
    }

    @Test func `half a surrogate pair is an invalid cell`() throws {
        var units = Array(("\u{FEFF}" + Self.good).utf16)
        units[16] = 0xD800
        let plan = SmallPlan { dataset, _ in dataset.fields[0].isRequired = true }.plan
        let result = try ingest(units.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }, plan)
        #expect(result.finding(.bytesInvalid)?.rows == [2])
        #expect(result.report.rows.rejected == 1)
    }

    @Test func `Windows-1252 is read where a dataset lists it and the bytes are not UTF-8`() throws {
        let bytes = Array("Id,Day,Sex,Age\ncaf".utf8) + [0xE9, 0x80] + Array(",2026-01-31,M,20\n".utf8)
        let plan = SmallPlan { dataset, _ in
            dataset.encodings.append(.windows1252)
            dataset.fields[0].lengthMaximum = 5
            dataset.fields[0].lengthMinimum = 5
        }.plan
        let result = try ingest(bytes, plan)
        #expect(result.report.findings == [])
        #expect(result.report.assumptions?.encoding == "windows-1252")
        #expect(try ingest(Self.good, plan).report.assumptions?.encoding == "utf-8")

        let strict = try ingest(bytes, SmallPlan().plan)
        #expect(strict.finding(.bytesInvalid)?.column == "Id")
        #expect(strict.finding(.bytesInvalid)?.rows == [2])
    }

    @Test func `a byte of Windows-1252 may come after all that the encoding is told by`() throws {
        var plan = SmallPlan { dataset, _ in
            dataset.encodings.append(.windows1252)
            dataset.fields[0].isRequired = true
        }.plan
        let rows = Array((",2026-01-31,M,20\n" + String(repeating: "a,2026-01-31,M,20\n", count: 17_100)).utf8)
        #expect(rows.count > TextSource.readBytes)
        let plain = Array("its".utf8)
        let marked = Array("it".utf8) + [0x92] + Array("s".utf8)
        func file(first: [UInt8], last: [UInt8]) -> [UInt8] {
            Array(SmallPlan.header.utf8) + first + rows + last + Array(",2026-02-01,F,17\n".utf8)
        }
        let early = try ingest(file(first: marked, last: plain), plan)
        #expect(early.report.assumptions?.encoding == "windows-1252")
        #expect(early.records.count == 17_102)
        let unread = try ingest(file(first: plain, last: marked), plan)
        #expect(unread.report.fitsEncoding == .windows1252)
        plan.encoding = unread.report.fitsEncoding
        let late = try ingest(file(first: plain, last: marked), plan)
        #expect(late.records == early.records)
        #expect(late.report.findings == [])
        #expect(late.report.assumptions?.encoding == "windows-1252")
    }

    @Test(arguments: [
        ("PK\u{3}\u{4}rest", FindingCode.containerInvalid), ("%PDF-1.7", .formatUnsupported),
        ("<?xml version=\"1.0\"?>", .syntaxInvalid), ("\u{1F}\u{8B}x", .containerInvalid),
        ("  \n<html>", .formatUnsupported), ("[{\"Id\": 1}", .syntaxInvalid),
    ])
    func `another kind of file is told by its first bytes`(text: String, code: FindingCode) throws {
        let bytes = text.unicodeScalars.map { UInt8($0.value) }
        let result = try ingest(bytes, SmallPlan().plan)
        #expect(result.codes == [code])
        #expect(result.report.outcome == .rejected)
        #expect(result.recognised == [])
    }

    // MARK: - Headers

    @Test(arguments: ["", "\u{FEFF}", "\n\n \n"])
    func `a file without a word in it is empty`(text: String) throws {
        #expect(try ingest(text, SmallPlan().plan).codes == [.fileEmpty])
    }

    @Test(arguments: ["{\"\":0}", "[{\"\":0}]", "{\"\":0}\n{\"\":1}\n"])
    func `JSON whose members have no names lacks a header and is not empty`(text: String) throws {
        let result = try ingest(text, SmallPlan().plan)
        #expect(result.codes == [.headerMissing])
        #expect(result.report.outcome == .rejected)
    }

    @Test func `a header alone is not enough`() throws {
        #expect(try ingest(SmallPlan.header, SmallPlan().plan).codes == [.rowsMissing])
        #expect(try ingest("Id,Day,Sex,Age", SmallPlan().plan).codes == [.rowsMissing])
    }

    @Test func `rows without a header are told from a header of another dataset`() throws {
        #expect(try ingest("a,2026-01-31,M,20\nb,2026-01-31,M,20\n", SmallPlan().plan).codes == [.headerMissing])
        let other = try ingest("Id,Something,Else,Here\n1,2,3,4\n", SmallPlan().plan)
        #expect(other.codes == [.datasetUnknown])
        #expect(other.report.findings[0].arguments == [0, 3])
    }

    @Test func `each missing column of the nearest dataset is named`() throws {
        let result = try ingest("Id,Day\n1,2026-01-01\n", SmallPlan().plan)
        #expect(result.codes == [.columnMissing, .columnMissing])
        #expect(result.report.findings.map(\.column) == ["Age", "Sex"])
        #expect(result.report.assumptions?.dataset == "small")
        #expect(result.recognised == [0])
        #expect(result.records == [])
    }

    @Test func `the header is found below titles, by the delimiter that fits`() throws {
        let plan = SmallPlan { dataset, _ in dataset.delimiters = [0x2C, 0x3B, 0x09] }.plan
        let text = "Monthly return; all areas\n;;;\nID ; day;SEX;\"a g e\"\n x ;2026-01-31; M ; 20 \n"
        let result = try ingest(text, plan)
        #expect(result.records == [[24_312, 1, 2]])
        #expect(result.report.assumptions?.delimiter == ";")
        #expect(result.report.assumptions?.headerRowNumber == 3)
        let tabs = try ingest(text.replacing(";", with: "\t"), plan)
        #expect(tabs.report.assumptions?.delimiter == "tab")
        #expect(tabs.records == [[24_312, 1, 2]])
    }

    @Test func `a header too far down is not found`() throws {
        let plan = SmallPlan().plan
        let titles = String(repeating: "title\n", count: 4)
        #expect(try ingest(titles + Self.good, plan).records == Self.goodRecords)
        #expect(try ingest("title\n" + titles + Self.good, plan).codes == [.headerMissing])
    }

    @Test func `the dataset with most columns wins, and the first of equals`() throws {
        let plan = SmallPlan { dataset, plan in
            var shorter = dataset
            shorter.id = "shorter"
            shorter.fields.removeLast()
            shorter.output.columns.removeLast()
            var same = dataset
            same.id = "same"
            plan.datasets = [shorter, dataset, same]
        }.plan
        #expect(plan.check() == [])
        #expect(try ingest(Self.good, plan).report.assumptions?.dataset == "small")
        #expect(try ingest("Id,Day,Sex\na,2026-01-31,M\n", plan).report.assumptions?.dataset == "shorter")
    }

    @Test func `an optional column may be absent`() throws {
        let plan = SmallPlan { dataset, _ in dataset.fields[3].isOptional = true }.plan
        let result = try ingest("Id,Day,Sex\na,2026-01-31,M\n", plan)
        #expect(result.records == [[24_312, 1, 0]])
        #expect(result.report.findings == [])
    }

    @Test func `an unknown column is reported by its place and never by name`() throws {
        let plan = SmallPlan { dataset, _ in dataset.ignoredHeaders = ["", "1"] }.plan
        let result = try ingest("Id,Day,Sex,Age,Zelda Quill,...1,\na,2026-01-31,M,20,x,1,\n", plan)
        let unknown = try #require(result.finding(.columnUnknown))
        #expect(unknown.column == nil)
        #expect(unknown.columnNumber == 5)
        #expect(unknown.severity == .warning)
        #expect(!result.report.findings.contains { $0.message.contains("Zelda") || $0.rule.contains("Zelda") })
        #expect(result.finding(.columnIgnored)?.count == 2)
        #expect(result.records.count == 1)
    }

    @Test func `a column that appears twice rejects the file`() throws {
        let result = try ingest("Id,Day,Sex,Age,DAY\na,2026-01-31,M,20,2026-01-31\n", SmallPlan().plan)
        #expect(result.codes == [.columnRepeated])
        #expect(result.report.findings[0].columnNumber == 5)
        #expect(result.report.findings[0].arguments == [2])
        #expect(result.records == [])
    }

    @Test func `too many columns reject the file`() throws {
        let plan = SmallPlan { _, plan in plan.limits.columnLimit = 6 }.plan
        #expect(try ingest("Id,Day,Sex,Age,x,y\na,2026-01-31,M,20,1,2\n", plan).records.count == 1)
        let result = try ingest("Id,Day,Sex,Age,x,y,z\na,2026-01-31,M,20,1,2,3\n", plan)
        #expect(result.codes == [.limitExceeded])
        #expect(result.report.findings[0].rule == FindingRule.columnLimit)
    }

    // MARK: - Rows

    @Test func `a quote that is never closed rejects the file and names the row it began in`() throws {
        let result = try ingest(
            "Id,Day,Sex,Age\na,2026-01-31,M,20\n\"b,2026-01-31,M,20\nc,2026-01-31,M,20\n", SmallPlan().plan)
        #expect(result.codes == [.quoteUnclosed])
        #expect(result.report.findings[0].rows == [3])
        #expect(result.report.outcome == .rejected)
        #expect(try ingest("\"Id,Day\n1,2\n", SmallPlan().plan).codes == [.quoteUnclosed])
    }

    @Test(arguments: [
        ("\"a,2026-01-31,M,20\nb,2026-02-01,F,17\nc\",2026-02-28,M,20\n", RowCounts(read: 3, accepted: 0, rejected: 3)),
        ("a,2026-01-31,\"M,20\nb,2026-02-01,F,17\nc,2026-02-28,M\",20\n", RowCounts(read: 3, accepted: 0, rejected: 3)),
        // The mark is missing at the row's end.
        (
            "a,2026-01-31,M,\"20\n\"b\",\"2026-02-01\",\"F\",\"17\"\nc,2026-02-28,M,20\n",
            RowCounts(read: 3, accepted: 1, rejected: 2)
        ),
    ])
    func `a quoted cell that holds whole rows rejects all of them`(rows: String, counts: RowCounts) throws {
        let result = try ingest(SmallPlan.header + rows, SmallPlan().plan)
        #expect(result.finding(.quoteHoldsRows)?.rows == [2])
        #expect(result.finding(.quoteHoldsRows)?.severity == .error)
        #expect(result.finding(.rowRagged) == nil)
        #expect(result.report.rows == counts)
        #expect(result.records.count == counts.accepted)
    }

    @Test func `an unclosed quote longer than a row may be is found without holding the rest`() throws {
        let plan = SmallPlan { _, plan in plan.limits.rowLimitBytes = 64 }.plan
        let rest = String(repeating: "c,2026-01-31,M,20\n", count: 30)
        let result = try ingest("Id,Day,Sex,Age\na,2026-01-31,M,20\n\"b,2026-01-31,M,20\n" + rest, plan)
        #expect(result.codes == [.quoteUnclosed])
        #expect(result.report.findings[0].rows == [3])
    }

    @Test(arguments: [false, true])
    func `a row that is too long is passed over in bounded memory`(isQuoted: Bool) throws {
        let long = String(repeating: "x", count: 10 << 20)
        let cell = isQuoted ? "\"\(long)\"" : long
        let result = try ingest(
            SmallPlan.header + "a,2026-01-31,M,20\n\(cell),2026-01-31,M,20\r\nb,2026-01-31,F,20\n", SmallPlan().plan,
            sizes: [65_536])
        #expect(result.records == [[24_312, 1, 2], [24_312, 2, 2]])
        #expect(result.finding(.rowTooLong)?.rows == [3])
        #expect(result.report.rows == RowCounts(read: 3, accepted: 2, rejected: 1))
    }

    @Test(arguments: [99, 100, 101])
    func `the longest row allowed is the limit with its line end`(length: Int) throws {
        let plan = SmallPlan { _, plan in plan.limits.rowLimitBytes = 100 }.plan
        let row = String(repeating: "x", count: length - 18) + ",2026-01-31,M,20\n"
        let result = try ingest(SmallPlan.header + row + "b,2026-01-31,M,20\n", plan)
        #expect(row.utf8.count == length - 1)
        let longer = try ingest(SmallPlan.header + "y" + row + "b,2026-01-31,M,20\n", plan)
        #expect(longer.report.rows.rejected == (length > 100 ? 1 : 0))
        #expect(result.report.rows.read == 2)
    }

    @Test func `a cell that is too long rejects its row`() throws {
        let plan = SmallPlan { dataset, plan in
            plan.limits.cellLimitBytes = 10
            dataset.fields[0].isRequired = true
        }.plan
        let result = try ingest(SmallPlan.header + "aaaaaaaaaaa,2026-01-31,M,20\nbbbbbbbbbb,2026-01-31,M,20\n", plan)
        #expect(result.finding(.cellTooLong)?.column == "Id")
        #expect(result.finding(.cellTooLong)?.rows == [2])
        #expect(result.records.count == 1)
    }

    @Test func `more rows than allowed reject the file`() throws {
        let plan = SmallPlan { _, plan in plan.limits.rowLimit = 2 }.plan
        #expect(try ingest(Self.good, plan).codes == [.limitExceeded])
    }

    @Test func `rows with other numbers of cells than the header are ragged`() throws {
        let result = try ingest(
            SmallPlan.header + "a,2026-01-31,M,20,,\nb,2026-01-31,M\nc,2026-01-31,M,20,x\nd,2026-01-31,M,20\n",
            SmallPlan().plan)
        #expect(result.finding(.rowRagged)?.rows == [3, 4])
        #expect(result.finding(.rowRagged)?.arguments == [4])
        #expect(result.records.count == 2)

        let plan = SmallPlan { dataset, _ in dataset.ignoredHeaders = [""] }.plan
        let trailing = try ingest("Id,Day,Sex,Age,\na,2026-01-31,M,20\nb,2026-01-31,M,20,\n", plan)
        #expect(trailing.records.count == 2)
        #expect(trailing.codes == [.columnIgnored])
    }

    @Test func `rows without a value are passed over and noted`() throws {
        let result = try ingest(SmallPlan.header + "\n,,,\na,2026-01-31,M,20\n , ,\t,\"\"\n", SmallPlan().plan)
        #expect(result.report.rows == RowCounts(read: 1, accepted: 1, rejected: 0))
        #expect(result.finding(.rowEmpty)?.rows == [2, 3, 5])
        #expect(result.finding(.rowEmpty)?.severity == .note)
        #expect(result.report.outcome == .accepted)
    }

    @Test func `blank rows between records are told, in chunks of any size`() throws {
        let record = ",2026-01-31,M,20\n"
        let text =
            SmallPlan.header + "\na\(record)" + String(repeating: ",,,\n", count: 14)
            + "b\(record)\nc\(record)Total,,,\n\nd\(record)"
            + "\n\nTotal,,,\n\n"
        for readBytes in [1, 40, 4096] {
            let plan = SmallPlan { dataset, _ in dataset.footers = ["total"] }.plan
            let result = try ingest(Array(text.utf8), plan, readBytes: readBytes)
            #expect(result.report.rows == RowCounts(read: 4, accepted: 4, rejected: 0))
            let told = result.report.findings.filter { $0.code == .rowEmpty }
            #expect(told.map(\.severity) == [.warning, .note])
            #expect(told.first?.count == 15)
            #expect(told.first?.rows == Array(4...13))
            #expect(told.first?.message.hasPrefix("15 rows between records") == true)
            #expect(told.last?.rows == [2, 22, 24, 25, 27])
        }
    }

    @Test(arguments: ["a\u{0}b", "\"a\u{0}b\"", "a\u{1B}b", "a\u{7F}b", "a\tb"])
    func `control characters reject the row`(cell: String) throws {
        let result = try SmallPlan { dataset, _ in dataset.fields[0].isRequired = true }.judge(
            "\(cell),2026-01-31,M,20")
        #expect(result.finding(.characterForbidden)?.rows == [3])
        #expect(result.finding(.characterForbidden)?.column == "Id")
        #expect(result.finding(.characterForbidden)?.severity == .error)
        #expect(result.records.count == 1)
        // Where nobody reads the column, the row is kept.
        let unread = try SmallPlan().judge("\(cell),2026-01-31,M,20")
        #expect(unread.codes == [.characterForbidden])
        #expect(unread.finding(.characterForbidden)?.severity == .warning)
        #expect(unread.records.count == 2)
        let unknown = try ingest("Id,Day,Sex,Age,x\na,2026-01-31,M,20,\(cell)\n", SmallPlan().plan)
        #expect(unknown.finding(.characterForbidden)?.columnNumber == 5)
        #expect(unknown.records.count == 1)
    }

    @Test(arguments: [
        "\"a\tb\"", "\"a\nb\"", "\"a\r\nb\"", "5\" pipe", "\ta\t", " \"a, b\" ", "\"\"\"\"", "na\u{EF}ve",
    ])
    func `tabs and line ends inside quotes, inch marks and blanks around are fine`(cell: String) throws {
        let result = try SmallPlan().judge("\(cell),2026-01-31,M,20")
        #expect(result.report.findings == [])
        #expect(result.records.count == 2)
    }

    @Test func `text after a closing quote rejects the row`() throws {
        let plan = SmallPlan { dataset, _ in dataset.primaryKey = [0] }
        let result = try plan.judge("\"b\"b,2026-01-31,M,20")
        #expect(result.finding(.quoteMisplaced)?.rule == FindingRule.quoting)
        #expect(result.finding(.quoteMisplaced)?.message.contains("quotation mark") == true)
        #expect(result.records.count == 1)
    }

    @Test func `bytes that are not UTF-8 reject the row, and are told of in unknown columns too`() throws {
        let bytes =
            Array("Id,Day,Sex,Age,x\na,2026-01-31,M,20,".utf8) + [0xC3, 0x28, 0x0A] + Array("b,2026-01-31,".utf8)
            + [0xC3, 0x28] + Array(",20,y".utf8)
        let result = try ingest(bytes, SmallPlan().plan)
        #expect(result.report.findings.filter { $0.code == .bytesInvalid }.map(\.columnNumber) == [3, 5])
        #expect(result.report.findings.filter { $0.code == .bytesInvalid }.map(\.severity) == [.error, .warning])
        #expect(result.finding(.bytesInvalid)?.column == "Sex")
        #expect(result.records.count == 1)
    }

    @Test(arguments: [
        ([0x41, 0xC3, 0xA9], true), ([0xC3], false), ([0xC0, 0x80], false), ([0xED, 0xA0, 0x80], false),
        ([0xF0, 0x9F, 0x98, 0x80], true), ([0xF4, 0x90, 0x80, 0x80], false), ([0xE0, 0x80, 0x80], false),
        ([0x80], false), ([0xFF], false), ([0xE2, 0x82, 0xAC], true), ([0xE2, 0x82], false),
    ])
    func `UTF-8 is judged by the Unicode table`(bytes: [UInt8], isValid: Bool) {
        let arena = Arena()
        #expect(isValidUTF8(arena.flat(bytes), 0..<bytes.count) == isValid)
        withExtendedLifetime(arena) {}
    }

    @Test func `a failing input throws and is no finding`() {
        final class Broken: DeliveredBytes {
            let count = 100
            func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
                throw ReadFailure(errno: 5)
            }
        }
        var output = RowsOutput()
        do {
            _ = try Ingest(plan: SmallPlan().plan).run(input: Broken(), output: &output)
            Issue.record("nothing was thrown")
        } catch {
            #expect(error == .inputFailed(5))
        }
    }
}
