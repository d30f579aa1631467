import SluiceModel
import SluiceReaders
import SluiceTestSupport
import Testing

struct XMLTests {
    private func form(_ record: String = "", _ columns: [(String, String)] = [], namespace: String? = nil) -> XMLForm {
        var form = XMLForm()
        form.recordPath = record.split(separator: "/").map { String($0) }
        form.namespace = namespace
        form.columns = columns.map { .init(name: $0.0, path: $0.1.split(separator: "/").map { String($0) }) }
        return form
    }

    private func table(
        _ document: [UInt8], _ forms: XMLForm..., limits: DecodeLimits = DecodeLimits(), step: Int = .max,
        target: Int = 1 << 16
    ) throws -> (match: Int, table: Table) {
        let opened = try XMLRows.open(
            { stream(document, step: step) },
            candidates: forms.enumerated().map { .init(index: $0.offset, form: $0.element) }, limits: limits)
        return (opened.match, try Table(opened.rows, limits: limits, target: target))
    }

    private func text(_ document: String, _ form: XMLForm) throws -> String {
        try table(Array(document.utf8), form).table.text
    }

    private func fault(_ document: String, _ form: XMLForm = XMLForm(), limits: DecodeLimits = DecodeLimits())
        -> Unreadable?
    {
        SluiceReadersTests.fault { _ = try table(Array(document.utf8), form, limits: limits) }
    }

    // MARK: - Records and columns

    @Test func `each child of the root is a record, and its attributes and children are columns`() throws {
        let document = """
            <rows xmlns:x="urn:x">
              <row id="1"><name> Alpha,
            Beta </name><x:when>2024-05-01</x:when><empty/></row>
              <!-- between --><row when="no" id="2"><note>a plain word</note><empty> </empty></row>
              <row><name><![CDATA["quoted" & more]]></name></row>
            </rows>
            """
        #expect(
            try text(document, form())
                == #"""
                id,name,when,when,note
                1,"Alpha,
                Beta",2024-05-01,,
                2,,,no,a plain word
                ,"""quoted"" & more",,,

                """#)
    }

    /// What no column would have is not lost without a word.
    @Test(arguments: [
        "<a><head><sent>2024-05-01</sent></head><row><id>1</id></row></a>",
        "<a><row><id>1</id></row><total>1</total></a>",
        "<a><row><id>1</id><person><name>x</name></person></row></a>",
        "<a><row><note>a <b>bold</b> word</note></row></a>",
    ])
    func `a document whose records are not plain children of the root needs its columns named`(document: String) throws
    {
        let rows = try XMLRows.rows({ stream(Array(document.utf8), step: .max) }, of: XMLForm(), limits: DecodeLimits())
        #expect(
            rows.notes
                == [FileNote(.structureUnexpected, rule: FindingRule.document, severity: .fatal, count: 1)])
    }

    @Test func `an element that stands several times where one is expected is noted, and not the first taken silently`()
        throws
    {
        let document = """
            <c><p><need>A</need><need>B</need><day>1</day></p><p><need>A</need><day>2</day></p>
            <p><n><need>A</need></n><n><need>A</need></n><day>3</day></p></c>
            """
        for (path, noted) in [("need", [1]), ("n/need", [3])] {
            let found = try table(Array(document.utf8), form("c/p", [("Need", path), ("Day", "day")])).table
            #expect(found.notes == noted.map { CellNote(row: $0, column: 0, code: .structureUnexpected) })
        }
    }

    @Test func `an attribute of elements of which one is expected is noted where it stands several times`() throws {
        let document = "<c><p><n f=\"A\"/><n f=\"B\"/></p><p><n f=\"A\"/><n g=\"B\"/></p><p><n f=\"A\"/></p></c>"
        let found = try table(Array(document.utf8), form("c/p", [("Factor", "n/@f")])).table
        #expect(found.notes == [CellNote(row: 1, column: 0, code: .structureUnexpected)])
    }

    private let transfer = """
        <?xml version="1.0"?>
        <CTfile xmlns="urn:ctf"><Header Version="25"><DateTime>2024-05-01</DateTime><Estab>4000</Estab></Header>
        <CTFpupilData>
        <Group Name="a"><Pupil Key="1"><UPN>one</UPN><Address><Town>T1</Town><Town>T2</Town></Address></Pupil>
        <Pupil Key="2"><Address/><Town>not here</Town></Pupil></Group>
        <Group><Pupil><UPN>three</UPN></Pupil></Group>
        </CTFpupilData><Header><Estab>9999</Estab></Header></CTfile>
        """

    @Test func `columns are found down, up and in attributes`() throws {
        let columns = [
            ("UPN", "UPN"), ("Key", "@Key"), ("Town", "Address/Town"), ("Group", "../@Name"),
            ("Estab", "../../../Header/Estab"), ("Version", "../../../Header/@Version"), ("Beyond", "../../../../x"),
        ]
        for path in ["CTfile/CTFpupilData/Group/Pupil", "CTfile/*/*/Pupil", "*/CTFpupilData/*/Pupil"] {
            #expect(
                try text(transfer, form(path, columns, namespace: "urn:ctf")) == """
                    UPN,Key,Town,Group,Estab,Version,Beyond
                    one,1,T1,a,4000,25,
                    ,2,,a,4000,25,
                    three,,,,4000,25,

                    """)
        }
    }

    @Test func `the first form that fits is taken, and all that fit are told`() throws {
        let none = form("CTfile/Nowhere"), other = form("CTfile/Header", namespace: "urn:other")
        let fits = form("CTfile/CTFpupilData/Group/Pupil", [("UPN", "UPN")]), also = form("CTfile/Header")
        let document = Array(transfer.utf8)
        #expect(try table(document, none, other, fits, also).match == 2)
        let matches = try XMLRows.matches(
            { stream(document) },
            candidates: [none, other, fits, also].enumerated().map { .init(index: $0.offset + 10, form: $0.element) },
            limits: DecodeLimits())
        #expect(matches.map(\.index) == [12, 13])
        #expect(fault(transfer, none)?.code == .structureUnexpected)
        #expect(fault(transfer, other)?.code == .structureUnexpected)
    }

    @Test func `records that hold records are records of the outer kind only`() throws {
        #expect(try text("<a><b><c>1</c><b><c>2</c></b></b></a>", form("a/b", [("c", "c")])) == "c\n1\n")
        #expect(try text("<b><c>1</c></b>", form("b", [("c", "c")])) == "c\n1\n")
    }

    @Test func `a document without records or columns says so`() {
        #expect(fault("<a/>")?.code == .structureUnexpected)
        #expect(fault("<a>text</a>")?.code == .structureUnexpected)
        #expect(fault("<a><b/></a>")?.code == .headerMissing)
    }

    // MARK: - Encodings

    @Test func `encodings give the same rows`() throws {
        let letters: [(Character, UInt8)] = [("£", 0xA3), ("é", 0xE9)]
        func document(_ encoding: String) -> String {
            "<?xml version='1.0' encoding='\(encoding)'?><a><b><c>£é</c></b></a>"
        }
        func bytes(_ encoding: String) -> [UInt8] {
            document(encoding).flatMap { letter in
                letters.first { $0.0 == letter }.map { [$0.1] } ?? Array(String(letter).utf8)
            }
        }
        for encoding in ["windows-1252", "CP1252", "iso-8859-1"] {
            #expect(try table(bytes(encoding), form()).table.text == "c\n£é\n")
        }
        #expect(try table(Array(document("utf-8").utf8), form()).table.text == "c\n£é\n")
        for isLittle in [true, false] {
            var utf16: [UInt8] = isLittle ? [0xFF, 0xFE] : [0xFE, 0xFF]
            for unit in document("utf-16").utf16 {
                let pair = [UInt8(unit & 255), UInt8(unit >> 8)]
                utf16 += isLittle ? pair : pair.reversed()
            }
            #expect(try table(utf16, form()).table.text == "c\n£é\n")
        }
        let quote = Array("<?xml version='1.0' encoding='windows-1252'?><a><b><c>".utf8) + [0x80, 0x92]
        #expect(try table(quote + Array("</c></b></a>".utf8), form()).table.text == "c\n€’\n")
        #expect(SluiceReadersTests.fault { _ = try table(quote + [0x81] + Array("</c></b></a>".utf8), form()) } != nil)
        #expect(fault(document("koi8-r"))?.code == .encodingUnsupported)
        #expect(fault(document("us-ascii"))?.code == .syntaxInvalid)
    }

    // MARK: - Padding

    private static let paddings = ["\u{1A}", "\r\n\u{1A}", "\0", "\n\0\0\0 \n\u{1A}\0\t"]

    @Test(arguments: paddings)
    func `padding behind the document is passed over with a note`(padding: String) throws {
        let note = FileNote(.marginIgnored, rule: FindingRule.row, severity: .note, count: 1, rows: [3])
        let document = "<a><b><c>1</c></b><b><c>2</c></b></a>"
        func units(_ text: String, isLittle: Bool) -> [UInt8] {
            text.utf16.flatMap { unit -> [UInt8] in
                let pair = [UInt8(unit & 255), UInt8(unit >> 8)]
                return isLittle ? pair : pair.reversed()
            }
        }
        for form in [form(), form("a/b", [("c", "c")])] {
            for step in [1, 3, Int.max] {
                var documents = [Array((document + padding).utf8)]
                for isLittle in [true, false] {
                    let whole = units("\u{FEFF}" + document, isLittle: isLittle)
                    documents.append(whole + units(padding, isLittle: isLittle))
                    documents.append(whole + [0x1A])
                    documents.append(whole + [0, 0, 0])
                }
                for bytes in documents {
                    let found = try table(bytes, form, step: step).table
                    #expect(found.text == "c\n1\n2\n")
                    #expect(found.fileNotes == [note])
                }
                #expect(try table(Array((document + "\n ").utf8), form, step: step).table.fileNotes == [])
            }
        }
    }

    @Test(arguments: ["\u{1A}\u{1A}", "\0x", "\u{1A}<b/>", "\u{1}", "\0<!-- x -->"])
    func `anything else behind the document is a mistake`(tail: String) {
        #expect(fault("<a><b c='1'/></a>" + tail)?.code == .syntaxInvalid)
        #expect(fault("<a><b c='1'/>" + tail)?.code == .syntaxInvalid)
    }

    // MARK: - What is refused

    @Test func `a document type is refused where it begins`() {
        let laughs = """
            <?xml version="1.0"?>
            <!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>
            <lolz><a>&lol2;</a></lolz>
            """
        let found = fault(laughs)
        #expect(found?.code == .documentTypeForbidden)
        #expect(found?.arguments.first == 2)
        #expect(fault("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>")?.code == .documentTypeForbidden)
        // Without one, an entity is a mistake.
        #expect(fault("<a><b>&lol;</b></a>")?.code == .syntaxInvalid)
    }

    @Test(arguments: [
        "<a><b></a>", "<a/><b/>", "<a", "", "<a><b x='1' x='2'/></a>", "<a>\u{1}</a>", "<a>&#0;</a>", "<a></a>x",
    ])
    func `what is malformed is refused with its place`(document: String) {
        let found = fault(document)
        #expect(found?.code == .syntaxInvalid)
        #expect(found?.arguments.count == 2)
    }

    @Test func `depth, columns, rows and tags are bounded`() {
        let deep = String(repeating: "<a>", count: 65) + "x" + String(repeating: "</a>", count: 65)
        #expect(fault(deep)?.rule == FindingRule.nestingLimit)
        #expect(fault("<a><b>" + deep + "</b></a>", form("a/b", [("c", "c")]))?.rule == FindingRule.nestingLimit)
        var limits = DecodeLimits()
        limits.columnLimit = 3
        limits.rowLimitBytes = 100
        #expect(fault("<a><b c='1' d='1' e='1'/></a>", limits: limits) == nil)
        #expect(fault("<a><b c='1' d='1' e='1'/><b f='1'/></a>", limits: limits)?.rule == FindingRule.columnLimit)
        let long = String(repeating: "x", count: 200)
        #expect(
            fault("<a><b c='1'/><b c='\(long)'/></a>", limits: limits)
                == Unreadable(.limitExceeded, rule: FindingRule.rowLimitBytes, rows: [3]))
        let tag = String(repeating: "y", count: 3 << 20)
        #expect(fault("<a><b c='\(tag)'/></a>")?.code == .limitExceeded)
        #expect(fault("<a><!-- \(tag) --></a>")?.code == .limitExceeded)
    }

    // MARK: - Pieces and damage

    @Test(arguments: [1, 2, 5, 64])
    func `the size of reads and targets makes no difference`(size: Int) throws {
        let whole = form(
            "CTfile/*/*/Pupil", [("UPN", "UPN"), ("Town", "Address/Town"), ("Estab", "../../../Header/Estab")])
        let document = Array(transfer.utf8)
        #expect(try table(document, whole, step: size, target: size).table == table(document, whole).table)
        let plain = Array("<a><b c='1'><d>x</d></b><b><d>y</d></b></a>".utf8)
        #expect(try table(plain, form(), step: size, target: size).table == table(plain, form()).table)
    }

    @Test func `damage gives rows or an error, the same in pieces of any size`() {
        var random = SplitMix64(seed: 11)
        for _ in 0..<3000 {
            let document = mutated(Array(transfer.utf8), using: &random)
            for form in [form(), form("*/*/*/Pupil", [("a", "UPN"), ("b", "../@Name"), ("c", "../../../*")])] {
                var small: Table?, large: Table?
                let first = SluiceReadersTests.fault { small = try table(document, form, step: 7, target: 1).table }
                let second = SluiceReadersTests.fault { large = try table(document, form).table }
                #expect(first?.code == second?.code)
                #expect(small == large)
            }
        }
    }
}
