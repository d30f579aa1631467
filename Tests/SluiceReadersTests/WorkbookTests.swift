import DeliverySupport
import SluiceModel
import SluiceReaders
import SluiceTestSupport
import Testing

struct WorkbookTests {
    private func table(
        _ bytes: [UInt8], sheet: Int = 0, limits: DecodeLimits = DecodeLimits(), step: Int = .max, target: Int = 1 << 16
    ) throws -> Table {
        let book = try Workbook.open(MemoryFile(bytes, step: step), limits: limits)
        return try Table(book.rows(ofSheet: sheet), limits: limits, target: target)
    }

    private func table(_ rows: String, strings: String = "", styles: String = "") throws -> Table {
        try table(WorkbookWriter(rows: rows, strings: strings, styles: styles).bytes())
    }

    private func fault(_ writer: WorkbookWriter, limits: DecodeLimits = DecodeLimits()) -> Unreadable? {
        SluiceReadersTests.fault { _ = try table(writer.bytes(), limits: limits) }
    }

    // MARK: - Files of another writer

    private let golden = #"""
        Extract of invented records
        Ref,When,Day,Clock,Count,Share,Text number,Flag,Rich,Formula,Error
        CR000001,2024-02-29T23:59:58,2024-02-29,07:05:00,12,0.3,007,true,bold and plain,,
        "CR, ""two""",1999-12-31T00:00:00,1900-03-01,00:00:00,-3,0.0000001,"  padded ",false,,,
        "line
        break",,,,123456789012,2.5,£ é 漢,,,,

        """#

    @Test(arguments: [1, 3, 64, 1000, 1 << 20])
    func `a workbook reads the same whatever the size of reads and targets`(size: Int) throws {
        let found = try table(Fixture.bytes("types.xlsx"), step: size, target: size)
        #expect(found.text == golden)
        #expect(found.rowCount == 5)
        // The two formulas were never calculated.
        #expect(found.notes == [9, 10].map { CellNote(row: 2, column: $0, code: .formulaUncached) })
        #expect(
            found.fileNotes == [
                FileNote(.rowsHidden, rule: FindingRule.sheet, severity: .warning, count: 1, rows: [4]),
                FileNote(.cellsMerged, rule: FindingRule.sheet, severity: .warning, count: 1, rows: [1]),
                FileNote(.formulasRead, rule: FindingRule.sheet, severity: .note, count: 2, rows: [3]),
            ])
    }

    /// Excel hides all columns to the right as one range; only those that hold something are named.
    @Test(arguments: [
        (#"<col min="2" max="2" hidden="1"/>"#, [2]), (#"<col min="2" max="16384" width="0" hidden="true"/>"#, [2, 3]),
        (#"<col min="1" max="3" hidden="0"/>"#, []), (#"<col min="4" max="9" hidden="1"/>"#, []),
        (#"<col min="3" max="2" hidden="1"/><col min="x" max="2" hidden="1"/><col hidden="1"/>"#, []),
        (#"<col min="1" max="1" hidden="1"/><col min="3" max="3" hidden="1"/>"#, [1, 3]),
    ])
    func `hidden columns are named`(columns: String, hidden: [Int]) throws {
        let cells = (0..<3).map { "<c><v>\($0)</v></c>" }.joined()
        let sheet =
            "<worksheet xmlns=\"\(WorkbookWriter.main)\"><cols>\(columns)</cols><sheetData><row>\(cells)</row></sheetData>"
            + "</worksheet>"
        let notes = try table(WorkbookWriter(sheet: sheet).bytes()).fileNotes
        #expect(
            notes
                == (hidden.isEmpty
                    ? []
                    : [
                        FileNote(
                            .columnsHidden, rule: FindingRule.sheet, severity: .warning, count: hidden.count,
                            arguments: hidden)
                    ]))
    }

    @Test(arguments: [[0x0A], [UInt8](repeating: 0, count: 512)] as [[UInt8]])
    func `padding behind a workbook is told`(padding: [UInt8]) throws {
        let whole = WorkbookWriter(rows: "<row><c><v>1</v></c></row>").bytes()
        let found = try table(whole + padding)
        #expect(found.text == "1\n")
        #expect(
            found.fileNotes == [
                FileNote(
                    .paddingIgnored, rule: FindingRule.container, severity: .note, count: 1,
                    arguments: [padding.count])
            ])
    }

    /// They are listed in the order in which they were made.
    @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func `merged cells are told by ascending rows, however they are listed`(order: [Int]) throws {
        let merged = ["A2:A3", "B4:B5", "C2:C3"]
        let listed = order.map { "<mergeCell ref=\"\(merged[$0])\"/>" }.joined()
        func row(_ numbers: [Int?]) -> String {
            let cells = numbers.map { number in number.map { "<c><v>\($0)</v></c>" } ?? "<c/>" }
            return "<row>\(cells.joined())</row>"
        }
        let numbers: [[Int?]] = [[1, 2, 3], [4, 5, 6], [nil, 7, nil], [8, 9, 10], [11, nil, 12]]
        let writer = WorkbookWriter(
            rows: numbers.map(row).joined(), afterRows: "<mergeCells>\(listed)</mergeCells>")
        let found = try table(writer.bytes())
        #expect(found.text == "1,2,3\n4,5,6\n,7,\n8,9,10\n11,,12\n")
        #expect(
            found.fileNotes == [
                FileNote(.cellsMerged, rule: FindingRule.sheet, severity: .warning, count: 3, rows: [2, 4])
            ])
    }

    @Test(arguments: ["A999999999:B9", "A1048577", "A0:B1", "A", "A99999999999999999999:B2"])
    func `a merge over rows that no sheet has is told at a row that it can have`(reference: String) throws {
        let writer = WorkbookWriter(
            rows: "<row><c><v>1</v></c></row>",
            afterRows: "<mergeCells><mergeCell ref=\"\(reference)\"/></mergeCells>")
        let note = FileNote(.cellsMerged, rule: FindingRule.sheet, severity: .warning, count: 1, rows: [1])
        #expect(try table(writer.bytes()).fileNotes == [note])
    }

    /// The parser's pieces end within rows; so much is read for one that they do so many times.
    @Test(arguments: [1, 500, 10_000, 100_000])
    func `rows are whole whatever the size of targets`(size: Int) throws {
        let rows = (0..<4000).map { "<row><c><v>\($0)</v></c><c><v>1</v></c><c><v>2</v></c><c><v>3</v></c></row>" }
        let expected = (0..<4000).map { "\($0),1,2,3\n" }.joined()
        let book = try Workbook.open(
            MemoryFile(WorkbookWriter(rows: rows.joined()).bytes()), limits: DecodeLimits())
        let source = try book.rows(ofSheet: 0)
        var text: [UInt8] = []
        var rowCount = 0
        var hasMore = true
        while hasMore {
            var rows = RowText(limits: DecodeLimits())
            hasMore = try source.read(into: &rows, target: size)
            #expect(rows.bytes.last == UInt8(ascii: "\n") || rows.bytes.isEmpty)
            text += rows.bytes
            rowCount += rows.rowCount
        }
        #expect(String(decoding: text, as: UTF8.self) == expected)
        #expect(rowCount == 4000)
    }

    @Test func `sheets are told with position and visibility`() throws {
        let book = try Workbook.open(MemoryFile(Fixture.bytes("types.xlsx")), limits: DecodeLimits())
        #expect(book.sheets.map(\.name) == ["stopsearch2024", "lookup", "very", "last"])
        #expect(book.sheets.map(\.position) == [1, 2, 3, 5])
        #expect(book.sheets.map(\.isHidden) == [false, true, true, false])
        #expect(try Table(book.rows(ofSheet: 1)).text == "code,label\n1,one\n")
        #expect(try Table(book.rows(ofSheet: 2)).text == "")
        #expect(try Table(book.rows(ofSheet: 3)).text == "\n\n,,x\n")
        #expect(try Table(book.rows(ofSheet: 0)).text == golden)
    }

    @Test func `days of the 1904 system are the same days`() throws {
        #expect(try table(Fixture.bytes("since-1904.xlsx")).text == "Day\n2024-05-01\n")
    }

    // MARK: - Cells

    @Test(arguments: [
        ("<c r=\"A1\"><v>12</v></c>", "12"),
        ("<c><v>0.30000000000000004</v></c>", "0.3"),
        ("<c t=\"n\"><v>1E3</v></c>", "1000"),
        ("<c t=\"s\"><v>1</v></c>", "two"),
        ("<c t=\"str\"><f>A2</f><v>a_x000D_b</v></c>", "\"a\rb\""),
        ("<c t=\"b\"><v>1</v></c>", "true"), ("<c t=\"b\"><v>0</v></c>", "false"),
        ("<c t=\"inlineStr\"><is><t>a</t><rPh><t>no</t></rPh></is></c>", "a"),
        (
            "<c t=\"inlineStr\"><is><r><rPr><b/></rPr><t>a</t></r><r><t xml:space=\"preserve\"> b</t></r></is></c>",
            "a b"
        ),
        ("<c t=\"d\"><v>2024-05-01</v></c>", "2024-05-01"),
        ("<c t=\"inlineStr\"><is><t>&lt;&amp;&#x41;&#10;</t></is></c>", "\"<&A\n\""),
        ("<c t=\"inlineStr\"><is><t><![CDATA[<b>]]></t></is></c>", "<b>"),
        ("<c s=\"9\"><v>1</v></c>", "1"),
        ("<c><v>1</v><extLst><ext><v>2</v></ext></extLst></c>", "1"),
    ])
    func `a cell becomes its text`(cell: String, expected: String) throws {
        let found = try table("<row>\(cell)</row>", strings: "<si><t>one</t></si><si><t>two</t></si>")
        #expect(found.text == expected + "\n")
        #expect(found.notes.isEmpty)
    }

    @Test func `shared strings join their runs and leave out how they are spoken`() throws {
        let found = try table(
            "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c><c t=\"s\"><v>2</v></c><c t=\"s\"><v>3</v></c></row>",
            strings: "<si><r><t>a</t></r><r><t>,b</t></r><rPh sb=\"0\" eb=\"1\"><t>x</t></rPh></si><si/>"
                + "<si><t>_x005F_x0041_</t></si><si><t>_xD83D__xDE00_ _xD83D_ _x00zz_</t></si>")
        #expect(found.text == "\"a,b\",,_x0041_,😀 _xD83D_ _x00zz_\n")
    }

    @Test func `errors and formulas that were never calculated reject their cells`() throws {
        let found = try table(
            "<row><c t=\"e\"><v>#REF!</v></c><c><f>1+1</f></c><c><f>2</f><v/></c><c t=\"str\"><f>\"\"</f><v></v></c>"
                + "<c><f>3</f><v>3</v></c></row>")
        #expect(found.text == ",,,,3\n")
        #expect(
            found.notes == [
                CellNote(row: 0, column: 0, code: .cellError), CellNote(row: 0, column: 1, code: .formulaUncached),
                CellNote(row: 0, column: 2, code: .formulaUncached),
            ])
        #expect(found.fileNotes.map(\.code) == [.formulasRead])
        #expect(found.fileNotes.map(\.count) == [4])
    }

    @Test func `number formats make dates, times and durations`() throws {
        let formats = ["yyyy\\-mm\\-dd hh:mm", "[h]:mm", "0.00", "h:mm AM/PM"]
        var styles = "<numFmts>"
        for (index, code) in formats.enumerated() {
            styles += "<numFmt numFmtId=\"\(170 + index)\" formatCode=\"\(code)\"/>"
        }
        styles += "</numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs>"
        for id in [0, 14, 170, 171, 172, 173] { styles += "<xf numFmtId=\"\(id)\"/>" }
        styles += "</cellXfs>"
        var cells = ""
        for style in 0..<6 { cells += "<c s=\"\(style)\"><v>45413.75</v></c>" }
        let found = try table("<row>\(cells)</row>", styles: styles)
        #expect(
            found.text
                == "45413.75,2024-05-01T18:00:00,2024-05-01T18:00:00,1089930:00:00,45413.75,2024-05-01T18:00:00\n")
    }

    // MARK: - Places

    @Test func `rows and cells stand where they say`() throws {
        let found = try table(
            "<row r=\"3\"><c r=\"B3\"><v>1</v></c><c><v>2</v></c><c r=\"F3\"/></row><row><c r=\"A4\"><v>3</v></c></row>"
                + "<row r=\"7\"><c r=\"E7\"><v>4</v></c></row><row/><row><c s=\"1\"/></row>")
        // Filled up to the widest so far; what is empty at the end is left out.
        #expect(found.text == "\n\n,1,2\n3,,\n\n\n,,,,4\n")
        #expect(found.rowCount == 7)
    }

    @Test(arguments: [
        "<row r=\"0\"/>", "<row r=\"2\"/><row r=\"2\"/>", "<row r=\"2\"/><row r=\"1\"/>", "<row r=\"1048577\"/>",
        "<row r=\"99999999999999999999\"/>", "<row r=\"-1\"/>", "<row r=\"1x\"/>", "<row r=\"\"/>",
        "<row><c r=\"B1\"/><c r=\"A1\"/></row>", "<row><c r=\"A1\"/><c r=\"A1\"/></row>", "<row><c r=\"A2\"/></row>",
        "<row><c r=\"XFE1\"/></row>", "<row><c r=\"ZZZZZZZZZZZZZZZZ1\"/></row>", "<row><c r=\"1\"/></row>",
        "<row><c r=\"A\"/></row>", "<row><c r=\"a1\"/></row>", "<row><c t=\"x\"/></row>", "<row><c t=\"sx\"/></row>",
        "<row><c t=\"s\"><v>2</v></c></row>", "<row><c t=\"s\"><v>-1</v></c></row>",
        "<row><c t=\"s\"><v>99999999999999999999</v></c></row>",
    ])
    func `a place or reference that cannot be is refused`(rows: String) {
        #expect(fault(WorkbookWriter(rows: rows))?.code == .structureUnexpected)
    }

    @Test func `a far row costs a line end for each before it`() throws {
        let found = try table("<row r=\"1048576\"><c><v>1</v></c></row>")
        #expect(found.rowCount == 1_048_576)
        #expect(found.text.utf8.count == 1_048_577)
        #expect(try table("<row r=\"1048576\"/>").text == "")
    }

    // MARK: - The standard's two editions, and prefixes

    @Test func `the strict edition and prefixed names read alike`() throws {
        var writer = WorkbookWriter(rows: "<row><c t=\"s\"><v>0</v></c></row>", strings: "<si><t>a</t></si>")
        writer.kinds = "http://purl.oclc.org/ooxml/officeDocument/relationships"
        writer.vocabulary = "http://purl.oclc.org/ooxml/spreadsheetml/main"
        writer.folder = "Other Folder/"
        #expect(try table(writer.bytes()).text == "a\n")
        writer.sheet =
            "<x:worksheet xmlns:x=\"\(WorkbookWriter.main)\" xmlns=\"urn:other\"><x:sheetData><x:row>"
            + "<c><v>9</v></c><x:c t=\"s\"><v>8</v><x:v>0</x:v></x:c></x:row><row/></x:sheetData></x:worksheet>"
        #expect(try table(writer.bytes()).text == "a\n")
    }

    @Test(arguments: [
        "<worksheet><sheetData/></worksheet>", "<worksheet xmlns=\"urn:other\"/>",
        "<chartsheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"/>",
    ])
    func `a sheet of another vocabulary is refused`(sheet: String) {
        #expect(fault(WorkbookWriter(sheet: sheet))?.code == .structureUnexpected)
    }

    // MARK: - What is refused

    @Test func `macros and links to other workbooks are refused`() {
        for type in [
            "application/vnd.ms-excel.sheet.macroEnabled.main+xml", "application/vnd.ms-office.vbaProject",
            "application/vnd.ms-excel.macrosheet+xml",
        ] {
            let types = "<Override PartName=\"/x\" ContentType=\"\(type)\"/>"
            #expect(fault(WorkbookWriter(contentTypes: types))?.code == .workbookMacros)
        }
        #expect(
            fault(WorkbookWriter(extraParts: [.init("xl/VbaProject.bin", "x")]))?.code == .workbookMacros)
        let link =
            "<Relationship Id=\"q\" Type=\"\(WorkbookWriter.relationships)/externalLink\" Target=\"http://x.invalid/\""
            + " TargetMode=\"External\"/>"
        #expect(fault(WorkbookWriter(links: link))?.code == .workbookLinks)
        #expect(fault(WorkbookWriter(extraParts: [.init("xl/externalLinks/1.xml", "x")]))?.code == .workbookLinks)
        let page = link.replacing("externalLink", with: "hyperlink")
        #expect(fault(WorkbookWriter(links: page)) == nil)
    }

    @Test func `a document type is refused in every part, before an entity means anything`() {
        let bomb =
            "<!DOCTYPE a [<!ENTITY b \"\(String(repeating: "x", count: 100))\"><!ENTITY c \"&b;&b;&b;\">]>"
            + "<worksheet xmlns=\"\(WorkbookWriter.main)\"><sheetData><row><c><v>&c;</v></c></row></sheetData>"
            + "</worksheet>"
        let found = fault(WorkbookWriter(sheet: bomb))
        #expect(found?.code == .documentTypeForbidden)
        #expect(found?.arguments.count == 2)
    }

    @Test func `malformed parts are told with line and column`() {
        let found = fault(WorkbookWriter(rows: "<row>\n<c></row>"))
        #expect(found?.code == .syntaxInvalid)
        #expect(found?.arguments.first == 3)
    }

    @Test func `a workbook without sheets, or whose sheet is missing, is refused`() {
        #expect(fault(WorkbookWriter(tabs: []))?.code == .containerEmpty)
        var writer = WorkbookWriter()
        writer.tabs = ["name=\"a\" r:id=\"none\""]
        #expect(fault(writer) != nil)
    }

    @Test func `a thousand sheets open, and more than the limit are refused`() throws {
        var writer = WorkbookWriter()
        writer.tabs = (0..<1000).map { "name=\"Sheet \($0)\"" }
        let book = try Workbook.open(MemoryFile(writer.bytes()), limits: DecodeLimits())
        #expect(book.sheets.count == 1000)
        var limits = DecodeLimits()
        limits.memberLimit = 100
        #expect(
            SluiceReadersTests.fault { _ = try table(writer.bytes(), limits: limits) }?.rule == FindingRule.memberLimit)
    }

    @Test func `depth is bounded`() {
        let deep = String(repeating: "<a>", count: 70) + String(repeating: "</a>", count: 70)
        #expect(fault(WorkbookWriter(afterRows: deep))?.rule == FindingRule.nestingLimit)
    }

    @Test func `wide and long rows are bounded`() throws {
        var limits = DecodeLimits()
        limits.columnLimit = 3
        #expect(fault(WorkbookWriter(rows: "<row><c r=\"C1\"><v>1</v></c></row>"), limits: limits) == nil)
        let wide = fault(WorkbookWriter(rows: "<row/><row><c r=\"D2\"><v>1</v></c></row>"), limits: limits)
        #expect(wide == Unreadable(.limitExceeded, rule: FindingRule.columnLimit, rows: [2]))
        // A little file that asks for much: one long text, shared by many cells.
        let text = "<si><t>\(String(repeating: "ab ", count: 10_000))</t></si>"
        let rows = "<row>" + String(repeating: "<c t=\"s\"><v>0</v></c>", count: 100) + "</row>"
        let long = fault(WorkbookWriter(rows: rows, strings: text))
        #expect(long == Unreadable(.limitExceeded, rule: FindingRule.rowLimitBytes, rows: [1]))
    }

    @Test func `a reader stops at its target, whatever a row refers to`() throws {
        let text = "<si><t>\(String(repeating: "ab ", count: 10_000))</t></si>"
        let rows = String(repeating: "<row><c t=\"s\"><v>0</v></c></row>", count: 500)
        let book = try Workbook.open(
            MemoryFile(WorkbookWriter(rows: rows, strings: text).bytes()), limits: DecodeLimits())
        let source = try book.rows(ofSheet: 0)
        var total = 0
        var hasMore = true
        while hasMore {
            var rows = RowText(limits: DecodeLimits())
            hasMore = try source.read(into: &rows, target: 1000)
            #expect(rows.rowCount <= 1)
            total += rows.rowCount
        }
        #expect(total == 500)
    }

    // MARK: - Damage

    @Test func `a workbook cut off anywhere is an error`() {
        let whole = WorkbookWriter(rows: "<row><c><v>1</v></c></row>").bytes()
        for length in 4..<whole.count {
            #expect(SluiceReadersTests.fault { _ = try table(Array(whole[..<length])) } != nil)
        }
    }

    @Test func `damaged parts give rows or an error`() {
        var random = SplitMix64(seed: 7)
        let rows =
            "<row r=\"2\" hidden=\"1\"><c r=\"A2\" s=\"1\"><v>45413.5</v></c><c t=\"s\"><v>1</v></c>"
            + "<c t=\"e\"><v>#N/A</v></c>"
            + "</row><row r=\"9\"><c r=\"AB9\" t=\"inlineStr\"><is><r><t>a_x000D_</t></r></is></c><c><f>1</f></c></row>"
        let strings = "<si><t>a&amp;b</t></si><si><r><t>c</t></r><rPh><t>d</t></rPh></si>"
        let styles =
            "<numFmts><numFmt numFmtId=\"170\" formatCode=\"yyyy;[h]\"/></numFmts>"
            + "<cellXfs><xf numFmtId=\"170\"/></cellXfs>"
        for turn in 0..<1500 {
            func damaged(_ text: String, _ part: Int) -> String {
                guard turn % 4 == part else { return text }
                return String(decoding: mutated(Array(text.utf8), using: &random), as: UTF8.self)
            }
            var writer = WorkbookWriter(
                rows: damaged(rows, 0), strings: damaged(strings, 1), styles: damaged(styles, 2))
            writer.afterRows = damaged("<mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells>", 3)
            let bytes = writer.bytes()
            var small: Table?, large: Table?
            let first = SluiceReadersTests.fault { small = try table(bytes, step: 100, target: 1) }
            let second = SluiceReadersTests.fault { large = try table(bytes) }
            #expect(first == second)
            #expect(small == large)
        }
    }
}
