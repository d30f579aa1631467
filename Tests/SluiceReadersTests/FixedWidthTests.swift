import SluiceModel
import SluiceReaders
import SluiceTestSupport
import Testing

struct FixedWidthTests {
    private func text(_ lines: [String], _ columns: [(String, Int, Int)], limits: DecodeLimits = DecodeLimits()) throws
        -> String
    {
        try text(lines.map { Array($0.utf8) }, columns, limits: limits)
    }

    private func text(_ lines: [[UInt8]], _ columns: [(String, Int, Int)], limits: DecodeLimits = DecodeLimits()) throws
        -> String
    {
        var fixed = FixedWidthRows(
            form: FixedWidthForm(columns: columns.map { .init(name: $0.0, offset: $0.1, width: $0.2) }))
        var rows = RowText(limits: limits)
        fixed.appendHeader(to: &rows)
        for (index, line) in lines.enumerated() {
            try unsafe line.withUnsafeBufferPointer {
                unsafe try fixed.append(line: $0, rowNumber: index + 2, to: &rows)
            }
        }
        #expect(rows.rowCount == lines.count + 1)
        return String(decoding: rows.bytes, as: UTF8.self)
    }

    @Test func `a line is cut at its places, and blanks around a cell go`() throws {
        let lines = ["CR01 2024-05-01  8N", "CR02", "", "   ", "CR3  2024-05-0199, \"x\" beyond"]
        #expect(
            try text(lines, [("id", 0, 5), ("when", 5, 10), ("code", 15, 8)]) == #"""
                id,when,code
                CR01,2024-05-01,8N
                CR02,,


                CR3,2024-05-01,"99, ""x"""

                """#)
    }

    @Test func `places count characters, and may overlap or come in any order`() throws {
        #expect(try text(["é漢😀abc"], [("b", 3, 3), ("a", 0, 3), ("c", 2, 2)]) == "b,a,c\nabc,é漢😀,😀a\n")
    }

    @Test func `bytes that are no character count one each and are kept`() throws {
        let columns = [("a", 0, 2), ("b", 2, 2)]
        var fixed = FixedWidthRows(
            form: FixedWidthForm(columns: columns.map { .init(name: $0.0, offset: $0.1, width: $0.2) }))
        var rows = RowText(limits: DecodeLimits())
        let line: [UInt8] = [0xFF, 0x61, 0xC3, 0x62, 0xE2]
        try unsafe line.withUnsafeBufferPointer { unsafe try fixed.append(line: $0, rowNumber: 1, to: &rows) }
        #expect(rows.bytes == [0xFF, 0x61, 0x2C, 0xC3, 0x62, 0x0A])
    }

    @Test func `cutting agrees with cutting an array of characters`() throws {
        var random = SplitMix64(seed: 17)
        let alphabet = Array("ab ,\"é漢😀").map { String($0) }
        for _ in 0..<500 {
            let line = (0..<Int.random(in: 0...20, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
                .joined()
            let columns = (0..<4).map {
                ("c\($0)", Int.random(in: 0...22, using: &random), Int.random(in: 1...6, using: &random))
            }
            let scalars = Array(line.unicodeScalars)
            var expected = RowText(limits: DecodeLimits())
            let cells = columns.map { column in
                let start = min(column.1, scalars.count), end = min(column.1 + column.2, scalars.count)
                let cell = scalars[start..<end].drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
                return Array(String(String.UnicodeScalarView(cell)).utf8)
            }
            if !cells.allSatisfy(\.isEmpty) { for cell in cells { expected.appendCell(cell) } }
            expected.endRow()
            #expect(try text([line], columns) == "c0,c1,c2,c3\n" + String(decoding: expected.bytes, as: UTF8.self))
        }
    }

    @Test func `a row beyond the limit is refused with its number`() {
        var limits = DecodeLimits()
        limits.rowLimitBytes = 20
        let found = fault { _ = try text(["a", String(repeating: "b", count: 30)], [("x", 0, 30)], limits: limits) }
        #expect(found == Unreadable(.limitExceeded, rule: FindingRule.rowLimitBytes, rows: [3]))
    }
}
