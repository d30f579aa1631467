import DeliverySupport
import SluiceModel
import SluiceReaders
import Testing

struct KindTests {
    private func kind(_ bytes: [UInt8]) throws -> FileKind {
        try FileKind.of(MemoryFile(bytes), limits: DecodeLimits())
    }

    @Test(arguments: [
        "id,when\n1,2\n", "", " ", "\u{FEFF}id\n", "[id],[when]\n", "{id},when\n", "[", "{", "\"[{\",b\n", "<5,>5\n",
        "<\n",
        "{not,json}\n", "[1,2]\n", "PK,id\n", "BZh,x\n", "%PDF,x\n", "\0\0\0\0",
    ])
    func `what may be delimited text is text`(text: String) throws {
        #expect(try kind(Array(text.utf8)) == .text)
    }

    @Test(arguments: [
        ("<?xml version=\"1.0\"?><a/>", FileKind.xml), ("  \r\n<a>", .xml), ("<!-- x --><a/>", .xml),
        ("<!DOCTYPE a><a/>", .xml), ("<_a/>", .xml), ("\u{FEFF}<a/>", .xml),
        ("[{\"a\":1}]", .json), ("[]", .json), (" [ [1]]", .json), ("{}", .json), ("{\n \"a\": [\n{}]}\n", .json),
        ("{\"a\":\"}{\\\"\"}", .json), ("{\"a\":1}\n{\"a\":2}\n", .jsonLines), ("{\"a\":{}}\r\n\r\n{", .jsonLines),
        ("{\"a\":\"}\\\"{\"}\n{\"a\":2}", .jsonLines),
        ("<html><body>", .unsupported(.html)), ("<!doctype HTML>", .unsupported(.html)),
        (
            "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?><Workbook/>",
            .unsupported(.spreadsheetXML)
        ),
        ("%PDF-1.7\n", .unsupported(.pdf)), ("Rar!\u{1A}\u{07}\u{01}\0", .unsupported(.rar)),
        ("SQLite format 3\0", .unsupported(.sqlite)), ("PAR1....", .unsupported(.parquet)),
        ("GIF89a..", .unsupported(.image)), (String(repeating: "x", count: 257) + "ustar\0", .unsupported(.tar)),
    ])
    func `a kind is told by its first bytes`(text: String, expected: FileKind) throws {
        #expect(try kind(Array(text.utf8)) == expected)
    }

    @Test(arguments: [true, false])
    func `markup and JSON are told in UTF-16 too`(isLittle: Bool) throws {
        for (text, expected) in [("<?xml?><a/>", FileKind.xml), ("[{\"a\":1}]", .json), ("id,when\n", .text)] {
            var bytes: [UInt8] = isLittle ? [0xFF, 0xFE] : [0xFE, 0xFF]
            for unit in text.utf16 {
                let (low, high) = (UInt8(unit & 255), UInt8(unit >> 8))
                bytes += isLittle ? [low, high] : [high, low]
            }
            #expect(try kind(bytes) == expected)
        }
    }

    @Test func `zips are told apart by their members`() throws {
        func made(_ names: String...) -> [UInt8] { ZipWriter(parts: names.map { .init($0, "x") }).bytes() }
        #expect(try kind(made("a.csv")) == .zip)
        #expect(try kind(made("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")) == .workbook)
        #expect(try kind(made("docProps/app.xml", "[Content_Types].xml", "XL/Workbook.xml")) == .workbook)
        #expect(try kind(made("[Content_Types].xml", "xl/workbook.bin")) == .unsupported(.binaryWorkbook))
        #expect(try kind(made("[Content_Types].xml", "word/document.xml")) == .unsupported(.wordDocument))
        #expect(try kind(made("[Content_Types].xml", "ppt/presentation.xml")) == .unsupported(.presentation))
        let sheet = ["mimetype", "content.xml", "META-INF/manifest.xml"]
        #expect(try kind(ZipWriter(parts: sheet.map { .init($0, "x") }).bytes()) == .unsupported(.openDocument))
        #expect(try kind(gzipped([1])) == .gzip)
    }

    @Test func `an old Office file that holds an encrypted package is called encrypted`() throws {
        var file = [UInt8](repeating: 0, count: 2048)
        file.replaceSubrange(0..<8, with: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1])
        file[30] = 9
        file[48] = 1
        #expect(try kind(file) == .unsupported(.oldOffice))
        var name: [UInt8] = []
        for letter in "EncryptedPackage".utf8 { name += [letter, 0] }
        file.replaceSubrange(1024 + 128..<1024 + 128 + name.count, with: name)
        #expect(try kind(file) == .unsupported(.encryptedOffice))
        #expect(FileKind.Foreign.encryptedOffice.fault.code == .containerEncrypted)
        #expect(FileKind.Foreign.oldOffice.fault.code == .formatUnsupported)
        for length in 8..<file.count { _ = try kind(Array(file[..<length])) }
    }
}
