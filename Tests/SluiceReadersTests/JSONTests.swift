import SluiceModel
import SluiceReaders
import SluiceTestSupport
import Testing

struct JSONTests {
    private func table(
        _ text: [UInt8], _ paths: [[String]] = [[]], isLines: Bool = false, limits: DecodeLimits = DecodeLimits(),
        step: Int = .max, target: Int = 1 << 16
    ) throws -> (matches: [Int], table: Table) {
        let candidates = paths.enumerated().map { place in
            var form = JSONForm()
            form.recordsPath = place.element
            return JSONRows.Candidate(index: place.offset, form: form)
        }
        let opened = try JSONRows.open(
            { stream(text, step: step) }, isLines: isLines, candidates: candidates, limits: limits)
        return (opened.matches, try Table(opened.rows, limits: limits, target: target))
    }

    private func text(_ json: String, _ path: [String] = [], isLines: Bool = false) throws -> String {
        try table(Array(json.utf8), [path], isLines: isLines).table.text
    }

    private func fault(
        _ json: String, _ path: [String] = [], isLines: Bool = false, limits: DecodeLimits = DecodeLimits()
    ) -> Unreadable? {
        SluiceReadersTests.fault { _ = try table(Array(json.utf8), [path], isLines: isLines, limits: limits) }
    }

    // MARK: - Records and columns

    private let records = #"""
        [ {"id": 1, "when": "2024-05-01", "place": {"lat": -1.50, "lon": 1e3, "deep": {"a": [ 1 , {} ]}},
           "tags": ["a", "b"]},
          {"note": "line\nbreak, \"quoted\"", "id": 0, "when": null, "flag": true, "place": {}},
          {},
          {"flag": false, "note": " \u00a3\ud83d\ude00 ", "tags": [], "place": null} ]
        """#

    private let rows = #"""
        id,when,place.lat,place.lon,place.deep,tags,note,flag,place
        1,2024-05-01,-1.5,1000,"{""a"":[1,{}]}","[""a"",""b""]",,,
        0,,,,,,"line
        break, ""quoted""",true,
        ,,,,,,,,
        ,,,,,[]," £😀 ",false,

        """#

    @Test func `members are columns in the order in which they first appear`() throws {
        #expect(try text(records) == rows)
    }

    @Test(arguments: [
        ("1.0", "1"), ("1e2", "100"), ("1E+2", "100"), ("10e-1", "1"), ("-0.0", "0"), ("-1.50", "-1.5"),
        ("0.050", "0.05"),
        ("1e-3", "0.001"), ("1.25e1", "12.5"), ("12", "12"), ("0", "0"), ("-7", "-7"), ("0e5", "0"), ("0.0e-7", "0"),
        ("100", "100"), ("1.10", "1.1"), ("123456789012345678901234567890.5", "123456789012345678901234567890.5"),
        // Too long to be written out.
        ("1e41", "1e41"), ("1e-41", "1e-41"), ("1e99999999999999999999", "1e99999999999999999999"),
    ])
    func `a number is a cell of its value`(number: String, cell: String) throws {
        #expect(try text("[{\"n\": \(number)}]") == "n\n\(cell)\n")
    }

    @Test(arguments: [1, 2, 3, 17, 1000])
    func `the size of reads and targets makes no difference`(size: Int) throws {
        #expect(try table(Array(records.utf8), step: size, target: size).table == table(Array(records.utf8)).table)
    }

    @Test func `the records may stand at the end of a path`() throws {
        let inside = #"{"meta": {"n": [1, {"data": []}]}, "data": {"rows": [{"a": 1}, {"a": 2}], "x": 1}, "y": "z"}"#
        #expect(try text(inside, ["data", "rows"]) == "a\n1\n2\n")
        #expect(fault(inside, ["data"])?.code == .structureUnexpected)
        #expect(fault(inside, ["rows"])?.code == .structureUnexpected)
        #expect(fault(inside, ["meta"])?.code == .structureUnexpected)
        #expect(fault(inside, ["meta", "n"])?.code == .structureUnexpected)
        #expect(try table(Array(inside.utf8), [["rows"], [], ["data", "rows"], ["data", "rows"]]).matches == [2, 3])
        let twice = #"{"a": [{"b": 1}], "a": [{"b": 2}]}"#
        #expect(fault(twice, ["a"])?.code == .structureUnexpected)
    }

    @Test func `an object is one cell of its text where its column is to be had whole`() throws {
        let json = #"[{"k": "r", "V": {"a": 1.0, "b": [ 2, {} ]}, "w": {"a": 3, "v": {"a": 4}}}, {"V": {}}]"#
        let candidate = JSONRows.Candidate(index: 0, form: JSONForm())
        let opened = try JSONRows.open(
            { stream(json) }, isLines: false, candidates: [candidate], wholeColumns: ["v"], limits: DecodeLimits())
        let text = try Table(opened.rows).text
        #expect(text == "k,V,w.a,w.v\nr,\"{\"\"a\"\":1.0,\"\"b\"\":[2,{}]}\",3,\"{\"\"a\"\":4}\"\n,{},,\n")
    }

    @Test func `one object is one record for a form without a path`() throws {
        #expect(try text(#" {"a": 1, "b": {"c": 2}} "#) == "a,b.c\n1,2\n")
        #expect(fault(#"{"a": 1} {"a": 2}"#)?.code == .syntaxInvalid)
        #expect(fault("{}")?.code == .rowsMissing)
        #expect(fault("[]")?.code == .rowsMissing)
    }

    @Test func `JSON Lines are an object a line`() throws {
        let lines = "\n{\"a\": 1}\r\n\n  {\"b\": 2, \"a\": 3}\n{}\n{\"a\":\n4}"
        #expect(try text(lines, isLines: true) == "a,b\n1,\n3,2\n,\n4,\n")
        #expect(fault("{\"a\":1} {\"a\":2}", isLines: true)?.code == .syntaxInvalid)
        #expect(
            fault("{\"a\":1}\n[1]", isLines: true)
                == Unreadable(.structureUnexpected, rule: FindingRule.document, rows: [3]))
        #expect(fault("{\"a\":1}\n{", isLines: true)?.code == .syntaxInvalid)
        #expect(fault("{\"a\":1}", ["a"], isLines: true)?.code == .structureUnexpected)
    }

    // MARK: - Padding

    private static let paddings = ["\u{1A}", "\r\n\u{1A}", "\0", "\n\0\0\0 \n\u{1A}\0\t"]

    @Test(arguments: paddings)
    func `padding behind the text is passed over with a note`(padding: String) throws {
        let note = FileNote(.marginIgnored, rule: FindingRule.row, severity: .note, count: 1, rows: [3])
        for (json, isLines) in [("[{\"a\":1},{\"a\":2}]", false), ("{\"a\":1}\n{\"a\":2}", true)] {
            for step in [1, 3, Int.max] {
                let found = try table(Array((json + padding).utf8), isLines: isLines, step: step).table
                #expect(found.text == "a\n1\n2\n")
                #expect(found.fileNotes == [note])
            }
            #expect(try table(Array((json + "\n ").utf8), isLines: isLines).table.fileNotes == [])
        }
    }

    @Test(arguments: paddings, [true, false])
    func `padding is told in every encoding, and half a unit of it too`(padding: String, isLittle: Bool) throws {
        let json = "[{\"a\":1},{\"a\":2}]"
        func units(_ text: String) -> [UInt8] {
            text.utf16.flatMap { unit -> [UInt8] in
                let pair = [UInt8(unit & 255), UInt8(unit >> 8)]
                return isLittle ? pair : pair.reversed()
            }
        }
        let tails: [[UInt8]] = [units(padding), units(padding) + [0], [0x1A], [0], [0, 0, 0]]
        for tail in tails {
            for step in [1, 3, Int.max] {
                let found = try table(units("\u{FEFF}" + json) + tail, step: step).table
                #expect(found.text == "a\n1\n2\n")
                #expect(found.fileNotes.map(\.code) == [.marginIgnored])
            }
        }
    }

    @Test(arguments: ["\u{1A}\u{1A}", "\0x", "\u{1A}]", "\u{1}", "\u{1A}\n{\"a\":2}"])
    func `anything else behind the text is a mistake at its first character`(tail: String) {
        let json = "[{\"a\":1}]"
        #expect(fault(json + tail)?.code == .syntaxInvalid)
        #expect(fault(json + tail)?.arguments == [1, 10])
        let long = String(repeating: "\0", count: 200_000)
        #expect(fault(json + long + "x")?.arguments == [1, 10])
        #expect(fault("[{\"a\":1" + tail)?.code == .syntaxInvalid)
    }

    // MARK: - Cells that reject their row

    @Test func `a name that occurs twice in a record, and half a character, are noted`() throws {
        let json =
            #"[{"a": 1, "b": 2, "a": 3}, {"a": "\ud800", "b": "\ud800\ud83d\ude00\udc00x"}, {"b": {"c": 1}, "b.c": 2}]"#
        let found = try table(Array(json.utf8)).table
        #expect(found.text == "a,b,b.c\n1,2,\n\u{FFFD},\u{FFFD}😀\u{FFFD}x,\n,,1\n")
        #expect(
            found.notes == [
                CellNote(row: 1, column: 0, code: .structureUnexpected),
                CellNote(row: 2, column: 0, code: .bytesInvalid),
                CellNote(row: 2, column: 1, code: .bytesInvalid),
                CellNote(row: 3, column: 2, code: .structureUnexpected),
            ])
    }

    @Test func `a record that is no object is refused with its row`() {
        for wrong in ["1", "null", "[]", "\"x\""] {
            let found = fault("[{\"a\":1}, \(wrong)]")
            #expect(found == Unreadable(.structureUnexpected, rule: FindingRule.document, rows: [3]))
        }
    }

    // MARK: - Strictness

    @Test(arguments: [
        #"[{"a":1},]"#, #"[{"a":1,}]"#, #"[{"a" 1}]"#, #"[{a:1}]"#, #"[{'a':1}]"#, #"[{"a":01}]"#, #"[{"a":-}]"#,
        #"[{"a":1.}]"#,
        #"[{"a":.5}]"#, #"[{"a":1e}]"#, #"[{"a":+1}]"#, #"[{"a":0x1}]"#, #"[{"a":NaN}]"#, #"[{"a":tru}]"#,
        #"[{"a":truee}]"#,
        #"[{"a":nul}]"#, #"[{"a":"\x"}]"#, #"[{"a":"\u12g4"}]"#, "[{\"a\":\"\n\"}]", "[{\"a\":\"\t\"}]", #"[{"a":"}]"#,
        #"[{"a":1}] x"#, #"[{"a":1}]]"#, #"[{"a":1}"#, #"[{"a":[1 2]}]"#, #"[{"a":[1,]}]"#, #"[{"a":{"b":{"c"}}}]"#,
        #"[{"a":1}{"a":2}]"#, #"[{"a":1 // x"# + "\n}]", "[{\"a\":\u{B}1}]", #"[{"a":"\"#, #"[,]"#, #"[{"a":00}]"#,
    ])
    func `what the standard does not allow is refused with its place`(json: String) {
        let found = fault(json)
        #expect(found?.code == .syntaxInvalid)
        #expect(found?.arguments.count == 2)
    }

    @Test func `the place of a mistake is its line and column`() {
        #expect(fault("[\n {\"a\": 1},\n {\"a\": x}]")?.arguments == [3, 8])
        let far = "[" + String(repeating: "\n", count: 100_000) + "  x]"
        #expect(fault(far)?.arguments == [100_001, 3])
    }

    @Test func `strings give back what was written, in every encoding`() throws {
        var random = SplitMix64(seed: 5)
        let alphabet = Array("ab \"\\/\n\r\t\u{8}\u{C}\u{1}é漢😀,'").map { String($0) }
        for _ in 0..<300 {
            let wanted = (0..<Int.random(in: 1...12, using: &random)).map { _ in alphabet.randomElement(using: &random)!
            }
            .joined()
            var escaped = ""
            for scalar in wanted.unicodeScalars {
                let isPlain = scalar.value >= 0x20 && scalar != "\"" && scalar != "\\"
                if isPlain, Bool.random(using: &random) {
                    escaped.unicodeScalars.append(scalar)
                } else {
                    for unit in String(scalar).utf16 {
                        let digits = String(unit, radix: 16, uppercase: Bool.random(using: &random))
                        escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                    }
                }
            }
            let json = "[{\"a\":\"\(escaped)\"}]"
            var expected = RowText(limits: DecodeLimits())
            expected.appendCell(Array(wanted.utf8))
            expected.endRow()
            let text = "a\n" + String(decoding: expected.bytes, as: UTF8.self)
            #expect(try table(Array(json.utf8)).table.text == text)
            #expect(try table([0xEF, 0xBB, 0xBF] + Array(json.utf8)).table.text == text)
            for isLittle in [true, false] {
                var utf16: [UInt8] = isLittle ? [0xFF, 0xFE] : [0xFE, 0xFF]
                for unit in json.utf16 {
                    let pair = [UInt8(unit & 255), UInt8(unit >> 8)]
                    utf16 += isLittle ? pair : pair.reversed()
                }
                #expect(try table(utf16, step: 3).table.text == text)
                var utf32: [UInt8] = isLittle ? [0xFF, 0xFE, 0, 0] : [0, 0, 0xFE, 0xFF]
                for scalar in json.unicodeScalars {
                    let four = (0..<4).map { UInt8(truncatingIfNeeded: scalar.value >> ($0 * 8)) }
                    utf32 += isLittle ? four : four.reversed()
                }
                #expect(try table(utf32, step: 5).table.text == text)
                #expect(SluiceReadersTests.fault { _ = try table(utf16.dropLast(1)) } != nil)
                #expect(SluiceReadersTests.fault { _ = try table(utf32.dropLast(1)) } != nil)
            }
        }
    }

    // MARK: - Bounds and damage

    @Test func `depth, columns, rows and names are bounded`() {
        var limits = DecodeLimits()
        let deep = String(repeating: "[", count: 100_000)
        #expect(fault("[{\"a\":" + deep)?.rule == FindingRule.nestingLimit)
        #expect(fault(deep)?.code == .structureUnexpected || fault(deep)?.rule == FindingRule.nestingLimit)
        let objects = String(repeating: "{\"a\":", count: 100_000)
        #expect(fault("[" + objects)?.rule == FindingRule.nestingLimit)
        #expect(fault(objects, ["b"])?.rule == FindingRule.nestingLimit)
        limits.nestingLimit = 4
        #expect(fault("[{\"a\":[[1]]}]", limits: limits) == nil)
        #expect(fault("[{\"a\":[[[1]]]}]", limits: limits)?.rule == FindingRule.nestingLimit)
        limits.columnLimit = 2
        limits.rowLimitBytes = 100
        #expect(fault("[{\"a\":1,\"b\":2},{\"a\":1}]", limits: limits) == nil)
        #expect(fault("[{\"a\":1,\"b\":2},{\"c\":1}]", limits: limits)?.rule == FindingRule.columnLimit)
        let long = String(repeating: "x", count: 120)
        for value in [
            "\"\(long)\"", "[\"\(long)\"]", "[" + String(repeating: "null,", count: 50) + "1]",
            "1\(String(repeating: "0", count: 120))",
        ] {
            let found = fault("[{\"a\":1},{\"a\":\(value)}]", limits: limits)
            #expect(found == Unreadable(.limitExceeded, rule: FindingRule.rowLimitBytes, rows: [3]))
        }
        #expect(fault("[{\"\(String(repeating: "x", count: 70_000))\":1}]")?.code == .limitExceeded)
    }

    @Test func `a text cut off anywhere is an error`() {
        let whole = Array(records.utf8)
        for length in 0..<whole.count where !whole[length...].allSatisfy({ $0 <= 0x20 }) {
            #expect(SluiceReadersTests.fault { _ = try table(Array(whole[..<length])) } != nil, "\(length)")
        }
    }

    @Test func `damage gives rows or an error, the same in pieces of any size`() {
        var random = SplitMix64(seed: 13)
        for _ in 0..<4000 {
            let json = mutated(Array(records.utf8), using: &random)
            for isLines in [false, true] {
                var small: Table?, large: Table?
                let first = SluiceReadersTests.fault {
                    small = try table(json, isLines: isLines, step: 3, target: 1).table
                }
                let second = SluiceReadersTests.fault { large = try table(json, isLines: isLines).table }
                #expect(first == second)
                #expect(small == large)
            }
        }
    }
}
