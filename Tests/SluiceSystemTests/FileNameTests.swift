import SluiceSystem
import Testing

struct FileNameTests {
    @Test(arguments: [[], [0x2E], [0x2E, 0x2E], [0x61, 0x2F, 0x62], [0x61, 0], Array(repeating: 0x61, count: 256)])
    func `bytes that could lead elsewhere are no name`(bytes: [UInt8]) {
        #expect(FileName(bytes) == nil)
    }

    @Test(arguments: [[0xFF, 0xFE], [0x0A], [0x2E, 0x2E, 0x2E], Array(repeating: 0x61, count: 255)])
    func `any other bytes are a name`(bytes: [UInt8]) {
        #expect(FileName(bytes)?.bytes == bytes)
    }

    @Test(arguments: [
        ".returns.csv", "~$returns.xlsx", "a.tmp", "a.PART", "a.csv.filepart", "a.crdownload", "a.Partial", ".a.swp",
    ])
    func `a name that a program is still writing under is temporary`(text: String) {
        #expect(FileName(string: text)?.isTemporary == true)
    }

    @Test(arguments: ["returns.csv", "tmp", "part", "a.tmp.csv", "~returns", "a~$.csv"])
    func `other names are not temporary`(text: String) {
        #expect(FileName(string: text)?.isTemporary == false)
    }

    @Test(arguments: [
        (Array("January returns-1.csv".utf8), "January returns-1.csv"),
        (Array("a\nb\t\"c'\\".utf8), #"a\nb\t\"c\'\\"#),
        ([0x01, 0x31, 0x7F], #"\0011\177"#),
        ([0x61, 0xFF, 0xC3], #"a\377\303"#),
        (Array("caf\u{E9} \u{1F4C1}".utf8), "caf\u{E9} \u{1F4C1}"),
        (Array("a\u{202E}vsc.exe".utf8), #"a\u202evsc.exe"#),
        (Array("a\u{200B}b\u{A0}c\u{2028}".utf8), #"a\u200bb\u00a0c\u2028"#),
        (Array("\u{E0041}".utf8), #"\U000e0041"#),
        ([0xC0, 0xAE], #"\300\256"#),
        ([0xED, 0xA0, 0x80], #"\355\240\200"#),
    ])
    func `a name is shown on one line without surprises`(bytes: [UInt8], shown: String) throws {
        #expect(try #require(FileName(bytes)).escapedForDisplay == shown)
    }

    @Test func `names are ordered by their bytes`() {
        #expect(["b", "a", "B", "ab"].map { FileName(stringLiteral: $0) }.sorted() == ["B", "a", "ab", "b"])
    }
}
