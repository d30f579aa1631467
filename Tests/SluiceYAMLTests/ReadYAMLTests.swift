import SluiceTestSupport
import SluiceYAML
import Testing

/// Reads `text` as `a.yaml` and returns the node and the mistakes as people see them.
func read(_ text: String, limits: YAMLLimits = .init()) -> (node: Node?, mistakes: [String]) {
    read(bytes: Array(text.utf8), limits: limits)
}

func read(bytes: [UInt8], limits: YAMLLimits = .init()) -> (node: Node?, mistakes: [String]) {
    let mistakes = Mistakes()
    let node = readYAML(file: "a.yaml", bytes: bytes, mistakes: mistakes, limits: limits)
    return (node, mistakes.all.map(\.description))
}

/// The node written in one line, scalars in quotes where they are text by their style.
func outline(_ node: Node) -> String {
    switch node.value {
    case .scalar(let text, let isPlain): isPlain ? text : "\"\(text)\""
    case .sequence(let items): "[" + items.map(outline).joined(separator: ", ") + "]"
    case .mapping(let pairs):
        "{" + pairs.map { outline($0.key) + ": " + outline($0.value) }.joined(separator: ", ") + "}"
    }
}

@Suite struct ReadYAMLTests {
    @Test(arguments: [
        ("a: 1\nb: [x, 'y', \"z\"]\n", "{a: 1, b: [x, \"y\", \"z\"]}"),
        ("- |\n  text\n- !!str 5\n- !!int 5\n", "[\"text\n\", \"5\", 5]"),
        ("%YAML 1.1\n---\na: ~\n...\n", "{a: ~}"),
        ("\u{FEFF}a: é\n", "{a: é}"),
        ("a: &x [1, 2]\nb: *x\n", "{a: [1, 2], b: [1, 2]}"),
        ("a: 1\r\nb: 2\r\n", "{a: 1, b: 2}"),
        ("'<<': text\n", "{\"<<\": text}"),
        ("word", "word"),
    ])
    func `a well formed document becomes its nodes`(text: String, expected: String) throws {
        let result = read(text)
        #expect(result.mistakes.isEmpty)
        #expect(outline(try #require(result.node)) == expected)
    }

    @Test func `every node knows its line and its column in characters`() throws {
        let node = try #require(read("é: [ü, x]\r\nb:\r\n  - c\n").node)
        guard case .mapping(let pairs) = node.value, case .sequence(let first) = pairs[0].value.value,
            case .sequence(let second) = pairs[1].value.value
        else {
            Issue.record("not the expected shape")
            return
        }
        #expect([node.line, node.column] == [1, 1])
        #expect([first[0].line, first[0].column] == [1, 5])
        #expect([first[1].line, first[1].column] == [1, 8])
        #expect([pairs[1].key.line, pairs[1].key.column] == [2, 1])
        #expect([second[0].line, second[0].column] == [3, 5])
    }

    /// Nothing can be read after these.
    @Test(arguments: [
        ("", "a.yaml:1:1: nothing is written here; write the settings, or remove the file"),
        ("# only a comment\n", "a.yaml:1:1: nothing is written here; write the settings, or remove the file"),
        ("a: 1\n---\nb: 2\n", "a.yaml:2:1: a second document begins here; keep one document in a file"),
        ("a: *x\n", "a.yaml:1:4: alias `*x` has no anchor before it; write the value out"),
        ("a: &x [1, *x]\n", "a.yaml:1:11: alias `*x` stands inside its own anchor; write the value out"),
        (
            "a: b: c\n",
            "a.yaml:1:5: not YAML: mapping values are not allowed in this context; "
                + "put text that holds `: ` in quotes, and begin keys of one mapping in one column"
        ),
        (
            "a:\n\t- b\n",
            "a.yaml:2:1: not YAML: found character that cannot start any token; "
                + "indent with spaces, and put text that begins with a special character in quotes"
        ),
        (
            "a: 'b\n",
            "a.yaml:2:1: not YAML: found unexpected end of stream; close the quotes or brackets opened before"
        ),
        (
            "a: [1, 2\nb: 3\n",
            "a.yaml:2:2: not YAML: did not find expected ',' or ']'; "
                + "look at the indentation, quotes and brackets here and just above"
        ),
        ("a: !x!y 1\n", "a.yaml:1:4: not YAML: found undefined tag handle; remove the tag"),
        (
            "a: 1\nb: \u{7}\n",
            "a.yaml:2:4: the control character U+0007 is not allowed; remove it; save the file as UTF-8 if there are many"
        ),
    ])
    func `an unusable file is one mistake with its place`(text: String, expected: String) {
        let result = read(text)
        #expect(result.node == nil)
        #expect(result.mistakes == [expected])
    }

    /// What is wrong here is left out or read past, so that the rest is checked as well.
    @Test(arguments: [
        ("a: 1\nb: 2\na: 3\n", "{a: 1, b: 2}", "a.yaml:3:1: key `a` is on line 1 already; keep one of them"),
        ("{a: 1, 'a': 2}", "{a: 1}", "a.yaml:1:8: key `a` is on line 1 already; keep one of them"),
        ("a: !secret x\n", "{a: x}", "a.yaml:1:4: tag `!secret` is not allowed here; remove it"),
        ("a: !!binary eA==\n", "{a: eA==}", "a.yaml:1:4: tag `!!binary` is not allowed here; remove it"),
        ("a: !!set {x, y}\n", "{a: {x: , y: }}", "a.yaml:1:4: tag `!!set` is not allowed here; remove it"),
        (
            "a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n", "{a: {b: 1}, c: {d: 2}}",
            "a.yaml:3:3: merge keys (`<<`) are not read; write the keys out"
        ),
        ("? [a, b]\n: 1\nc: 2\n", "{c: 2}", "a.yaml:1:3: a key must be a word, not a list; write `key: value`"),
        ("~: 1\nc: 2\n", "{c: 2}", "a.yaml:1:1: a key must be a word, not no value; write `key: value`"),
        ("a: \"\\0\"\n", "{a: \"\0\"}", "a.yaml:1:4: a text holds the character U+0000; remove it"),
    ])
    func `what strict reading refuses is one mistake and the rest is read`(
        text: String, outlined: String, expected: String
    ) throws {
        let result = read(text)
        #expect(result.mistakes == [expected])
        #expect(outline(try #require(result.node)) == outlined)
    }

    @Test(
        arguments: [
            ([0x61, 0x3A, 0x20, 0xFF], "a.yaml:1:4: not UTF-8; save the file as UTF-8 in your editor"),
            ([0xFF, 0xFE, 0x61, 0x00], "a.yaml:1:1: not UTF-8; save the file as UTF-8 in your editor"),
            ([0x61, 0x0A, 0x62, 0xC0, 0x80], "a.yaml:2:2: not UTF-8; save the file as UTF-8 in your editor"),
            (
                [0x61, 0x00],
                "a.yaml:1:2: the control character U+0000 is not allowed; remove it; save the file as UTF-8 if there are many"
            ),
        ] as [([UInt8], String)])
    func `only UTF-8 text is read`(bytes: [UInt8], expected: String) {
        let result = read(bytes: bytes)
        #expect(result.node == nil)
        #expect(result.mistakes == [expected])
    }

    @Test func `a file above the size limit is not read`() {
        #expect(read("a: 12", limits: YAMLLimits(bytes: 5)).node != nil)
        let result = read("a: 123", limits: YAMLLimits(bytes: 5))
        #expect(result.node == nil)
        #expect(result.mistakes == ["a.yaml:1:1: larger than 5 bytes; split it into smaller files"])
    }

    @Test(arguments: [("[", "]"), ("{a: ", "}")])
    func `nesting ends at 64 levels`(open: String, close: String) {
        func nested(_ depth: Int) -> String {
            String(repeating: open, count: depth) + "x" + String(repeating: close, count: depth)
        }
        #expect(read(nested(64)).mistakes == [])
        let place = 64 * open.utf8.count + 1
        let expected = ["a.yaml:1:\(place): more than 64 levels inside one another; take levels out"]
        #expect(read(nested(65)).mistakes == expected)
        #expect(read(nested(100_000)).mistakes == expected)
    }

    @Test func `aliases cannot nest deeper than 64 levels either`() {
        let deep = String(repeating: "[", count: 40) + "x" + String(repeating: "]", count: 40)
        let outer = String(repeating: "[", count: 23) + "*a" + String(repeating: "]", count: 23)
        #expect(read("a: &a \(deep)\nb: \(outer)\n").mistakes == [])
        #expect(
            read("a: &a \(deep)\nb: [\(outer)]\n").mistakes
                == ["a.yaml:2:28: more than 64 levels inside one another; take levels out"])
    }

    @Test func `aliases may stand for 10,000 values and no more`() {
        let list = "a: &a [" + [String](repeating: "x", count: 999).joined(separator: ", ") + "]\n"
        let ten = list + (0..<10).map { "b\($0): *a\n" }.joined()
        #expect(read(ten).mistakes == [])
        #expect(
            read(ten + "c: *a\n").mistakes
                == ["a.yaml:12:4: aliases stand for more than 10000 values; write the values out"])
    }

    @Test func `a billion laughs end with the first alias too many`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let items = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(items)]\n"
        }
        let result = read(text)
        #expect(result.node == nil)
        #expect(result.mistakes.count == 1)
        #expect(result.mistakes[0].hasSuffix("aliases stand for more than 10000 values; write the values out"))
    }

    @Test func `no changed, cut or repeated bytes end the program, and a lost file always has a mistake`() {
        let seeds = [
            "release: x\ntables:\n  - id: a\n    by: {area: lad, month: quarter}\n    only: [\"é\", 'b', *c]\n",
            "&a !!map {? [x] : &b |\n  text\n, \"\\u00e9\\x41\": >-\n  folded\n}\n---\n%TAG ! x\n...\n",
            "a: &x [1, 2, *x]\n<<: *x\n? b\n: - c\n  - !t d\n# comment\n\t\r\n",
        ].map { Array($0.utf8) }
        let special = Array("[]{}:,-?&*!|>'\"%@`#~ \n\t\r\\\u{FEFF}\u{85}\0".utf8) + [0xFF, 0xC3]
        var random = SplitMix64(seed: 20_260_401)
        for round in 0..<6000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let place = Int.random(in: 0...bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.insert(special[Int.random(in: 0..<special.count, using: &random)], at: place)
                case 2: bytes.removeSubrange(place...)
                default: bytes.insert(contentsOf: bytes[..<place].suffix(20), at: place)
                }
            }
            let result = read(bytes: bytes)
            #expect(result.node != nil || result.mistakes.count >= 1)
        }
    }
}
