import SluiceYAML
import Testing

@Suite struct MappingReaderTests {
    enum Kind: String, CaseIterable { case police, probation, yot }

    /// Hands `text`'s mapping to `use` and returns the mistakes.
    func mistakes(_ text: String, _ use: (inout MappingReader) -> Void) throws -> [String] {
        let mistakes = Mistakes()
        let node = try #require(readYAML(file: "a.yaml", bytes: Array(text.utf8), mistakes: mistakes))
        if var reader = MappingReader(node, mistakes: mistakes, what: "an authority") { use(&reader) }
        return mistakes.all.map(\.description)
    }

    @Test func `each type is read`() throws {
        let text = "s: 'null'\nn: -5\nb: true\nl: [x, y]\nk: yot\nm: {s: z}\ne: ''\n"
        let found = try mistakes(text) { reader in
            #expect(reader.requiredString("s") == "null")
            #expect(reader.requiredInteger("n", in: -5...5) == -5)
            #expect(reader.boolean("b") == true)
            #expect(reader.strings("l") == ["x", "y"])
            #expect(reader.nodes("l")?.count == 2)
            #expect(reader.requiredChoice("k", Kind.self) == .yot)
            var inner = reader.requiredMapping("m", what: "a part")
            #expect(inner?.string("s") == "z")
            inner?.finish()
            #expect(reader.requiredString("e") == "")
            let isWritten = ["s", "zz"].map { reader.has($0) }
            #expect(isWritten == [true, false])
            reader.finish()
        }
        #expect(found == [])
    }

    @Test(arguments: ["", "~", "null"])
    func `an optional key without a value counts as absent`(text: String) throws {
        let found = try mistakes("x: \(text)\n") { reader in
            let isWritten = reader.has("x")
            #expect(isWritten)
            #expect(reader.node("x") == nil)
            #expect(reader.string("x") == nil)
            #expect(reader.integer("x", in: 0...1) == nil)
            #expect(reader.boolean("x") == nil)
            #expect(reader.strings("x") == nil)
            #expect(reader.choice("x", Kind.self) == nil)
            #expect(reader.mapping("x", what: "a part") == nil)
            reader.finish()
        }
        #expect(found == [])
    }

    @Test(arguments: [
        ("[a]", "a.yaml:1:1: an authority must be a mapping, not a list; write `key: value` lines"),
        ("word", "a.yaml:1:1: an authority must be a mapping, not a single value; write `key: value` lines"),
        ("y: 1", "a.yaml:1:1: an authority needs the key `x`; add `x: …`"),
        ("x: ~", "a.yaml:1:4: `x` has no value; write one, in quotes if it is meant to be empty"),
        ("x: [a]", "a.yaml:1:4: `x` must be a single value, not a list; write one value"),
    ])
    func `a required text that is not there is a mistake`(text: String, expected: String) throws {
        let found = try mistakes(text) { #expect($0.requiredString("x") == nil) }
        #expect(found == [expected])
    }

    @Test(arguments: [
        ("1.5", "a.yaml:1:4: `x` must be a whole number; write digits without quotes, 0 to 100"),
        ("'5'", "a.yaml:1:4: `x` must be a whole number; write digits without quotes, 0 to 100"),
        ("007", "a.yaml:1:4: `x` must be a whole number; write digits without quotes, 0 to 100"),
        ("+5", "a.yaml:1:4: `x` must be a whole number; write digits without quotes, 0 to 100"),
        ("{a: 1}", "a.yaml:1:4: `x` must be a whole number; write digits without quotes, 0 to 100"),
        ("99999999999999999999", "a.yaml:1:4: `x` must be a whole number; write digits without quotes, 0 to 100"),
        ("101", "a.yaml:1:4: `x` is out of range; write a number from 0 to 100"),
        ("-1", "a.yaml:1:4: `x` is out of range; write a number from 0 to 100"),
    ])
    func `a number that is none or out of range is a mistake`(value: String, expected: String) throws {
        let found = try mistakes("x: \(value)") { #expect($0.integer("x", in: 0...100) == nil) }
        #expect(found == [expected])
    }

    @Test(arguments: ["yes", "True", "1", "'true'", "[true]"])
    func `only true and false are truth values`(value: String) throws {
        let expected = "a.yaml:1:4: `x` must be true or false; write `x: true` or `x: false`"
        let found = try mistakes("x: \(value)") { #expect($0.boolean("x") == nil) }
        #expect(found == [expected])
    }

    @Test(arguments: [
        ("x: a", "a.yaml:1:4: `x` must be a list, not a single value; write [a]"),
        ("x: {a: 1}", "a.yaml:1:4: `x` must be a list, not a mapping; write one `- ` line for each"),
        ("x: [a, [b]]", "a.yaml:1:8: an item of `x` must be a single value, not a list; write one value"),
        ("x: [a, ~]", "a.yaml:1:8: an item of `x` has no value; write one, in quotes if it is meant to be empty"),
    ])
    func `a list that is none or holds something else is a mistake`(text: String, expected: String) throws {
        let found = try mistakes(text) { _ = $0.strings("x") }
        #expect(found == [expected])
    }

    @Test(arguments: [
        ("polcie", "a.yaml:1:4: `x` cannot be `polcie`; did you mean `police`? it is one of police, probation, yot"),
        ("fire", "a.yaml:1:4: `x` cannot be `fire`; it is one of police, probation, yot"),
    ])
    func `an unknown choice names the nearest and lists all`(value: String, expected: String) throws {
        let found = try mistakes("x: \(value)") { #expect($0.choice("x", Kind.self) == nil) }
        #expect(found == [expected])
    }

    @Test func `every key that nobody asked for is unknown, with a suggestion`() throws {
        let text = "title: a\ntitel: b\nponces: 1\nportant: 1\n"
        let found = try mistakes(text) { reader in
            _ = reader.string("title")
            _ = reader.strings("purposes")
            _ = reader.string("important")
            reader.finish()
        }
        #expect(
            found == [
                "a.yaml:2:1: unknown key `titel`; an authority may have important, purposes, title",
                "a.yaml:3:1: unknown key `ponces`; an authority may have important, purposes, title",
                "a.yaml:4:1: unknown key `portant`; did you mean `important`?",
            ])
    }

    @Test func `a message never carries control characters or long texts`() {
        #expect(shown("a\nb\u{202E}c") == "`a\u{FFFD}b\u{FFFD}c`")
        #expect(shown(String(repeating: "x", count: 61)) == "`" + String(repeating: "x", count: 60) + "…`")
    }

    @Test(arguments: [
        ("titel", "title"), ("Title", "title"), ("tite", "title"), ("title", "title"), ("xyz", nil), ("", nil),
        ("rete", "retentionMonths"), ("ret", nil), ("purpsoes", "purposes"),
    ])
    func `the nearest word is at most a third away, or begins alike`(word: String, expected: String?) {
        #expect(nearest(word, among: ["purposes", "title", "retentionMonths"]) == expected)
    }
}
