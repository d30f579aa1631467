import SluiceModel
import SluiceReaders
import SluiceTestSupport
import Testing

struct RowTextTests {
    /// Cells of canonical text, read back by the rules of RFC 4180 and nothing more.
    private func cells(_ bytes: [UInt8]) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var cell: [UInt8] = []
        var isQuoted = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if isQuoted {
                if byte != UInt8(ascii: "\"") {
                    cell.append(byte)
                } else if index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
                    cell.append(byte)
                    index += 1
                } else {
                    isQuoted = false
                }
            } else if byte == UInt8(ascii: "\"") {
                isQuoted = true
            } else if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") {
                row.append(String(decoding: cell, as: UTF8.self))
                cell = []
                if byte == UInt8(ascii: "\n") {
                    rows.append(row)
                    row = []
                }
            } else {
                cell.append(byte)
            }
        }
        return rows
    }

    @Test func `whatever a cell holds comes back`() {
        var random = SplitMix64(seed: 19)
        let alphabet = Array("ab ,\"\n\r\té;'").map { String($0) }
        for _ in 0..<500 {
            let table = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                (0..<3).map { _ in
                    (0..<Int.random(in: 0...5, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
                        .joined()
                }
            }
            var rows = RowText(limits: DecodeLimits())
            for row in table {
                for cell in row { rows.appendCell(Array(cell.utf8)) }
                rows.endRow()
            }
            #expect(cells(rows.bytes) == table)
        }
    }

    @Test(arguments: [
        ("a b", "a b"), ("", ""), (" a", "\" a\""), ("a ", "\"a \""), ("a,b", "\"a,b\""), ("\"", "\"\"\"\""),
        ("a\tb", "\"a\tb\""),
        ("a;b", "a;b"), ("=1+1", "=1+1"), ("a\rb", "\"a\rb\""), (" ", "\" \""),
    ])
    func `a cell is quoted when it has to be and not otherwise`(cell: String, expected: String) {
        var rows = RowText(limits: DecodeLimits())
        rows.appendCell(Array(cell.utf8))
        rows.endRow()
        #expect(String(decoding: rows.bytes, as: UTF8.self) == expected + "\n")
    }

    @Test func `nothing is added once a limit was passed`() {
        var limits = DecodeLimits()
        limits.columnLimit = 2
        var rows = RowText(limits: limits)
        rows.appendCell([0x61])
        rows.endRow()
        rows.appendEmptyCells(1_000_000_000)
        rows.appendCell([0x62])
        rows.endRow()
        #expect(rows.rowCount == 1)
        #expect(rows.bytes.count < 10)
    }
}
