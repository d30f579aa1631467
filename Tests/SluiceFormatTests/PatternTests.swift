import SluiceModel
import SluiceTestSupport
import Testing

@testable import SluiceFormat

extension PatternTable {
    func matches(_ text: String) -> Bool {
        var state = 0
        for byte in text.utf8 {
            let next = transitions[state * classCount + Int(classes[Int(byte)])]
            if next == .max { return false }
            state = Int(next)
        }
        return accepting[state]
    }
}

/// All ends of matches of `node` that begin at `start`: slow, plain and independent of the automaton.
private func ends(_ node: PatternNode, _ text: [Unicode.Scalar], from start: Int) -> Set<Int> {
    switch node {
    case .empty: return [start]
    case .set(let set): return start < text.count && set.contains(text[start]) ? [start + 1] : []
    case .sequence(let parts):
        return parts.reduce([start]) { starts, part in
            starts.reduce(into: []) { $0.formUnion(ends(part, text, from: $1)) }
        }
    case .alternatives(let branches):
        return branches.reduce(into: []) { $0.formUnion(ends($1, text, from: start)) }
    case .repeated(let part, let minimum, let maximum):
        var current: Set<Int> = [start]
        for _ in 0..<minimum { current = current.reduce(into: []) { $0.formUnion(ends(part, text, from: $1)) } }
        var all = current
        var rounds = 0
        while maximum.map({ rounds < $0 - minimum }) ?? true {
            current = current.reduce(into: []) { $0.formUnion(ends(part, text, from: $1)) }
            if current.isSubset(of: all) { break }
            all.formUnion(current)
            rounds += 1
        }
        return all
    }
}

private func slowlyMatches(_ node: PatternNode, _ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    return ends(node, scalars, from: 0).contains(scalars.count)
}

private let postcode =
    "^([A-PR-UWYZ]([0-9]{1,2}|[0-9][A-HJKPSTUW]|[A-HK-Y][0-9]{1,2}|[A-HK-Y][0-9][ABEHMNPRVWXY]))([0-9][ABD-HJLNP-UW-Z]{2})$"

@Suite struct `Patterns` {
    @Test(
        arguments: [
            ("a", ["a"], ["", "b", "aa"]),
            ("", [""], ["a"]),
            ("^abc$", ["abc"], ["ab", "^abc$", "abcd"]),
            ("^a|b$", ["a", "b"], ["ab"]),
            ("a|", ["a", ""], ["b"]),
            ("colou?r", ["color", "colour"], ["colouur"]),
            ("(ab)*", ["", "ab", "abab"], ["a", "aba"]),
            ("(?:ab)+", ["ab", "abab"], ["", "a"]),
            ("(a*)*b", ["b", "aab"], ["a"]),
            ("a{3}", ["aaa"], ["aa", "aaaa"]),
            ("a{2,}", ["aa", "aaaaa"], ["a"]),
            ("a{0,2}", ["", "a", "aa"], ["aaa"]),
            ("a{0}", [""], ["a"]),
            ("[0-9]{2}/\\d{2}", ["01/02"], ["1/02", "01/0a"]),
            ("[^0-9]+", ["abc", "é"], ["1", ""]),
            ("[a-z-[aeiou]]+", ["bcd"], ["bad"]),
            ("[-a]", ["-", "a"], ["b"]),
            ("[a-]", ["-", "a"], ["b"]),
            ("[\\]\\\\^]", ["]", "\\", "^"], ["["]),
            ("\\D\\W\\S", ["x-y", "é é"], ["1-y", "xay", "x- "]),
            ("\\w+\\s\\w+", ["a_1 B"], ["é é", "a-b c"]),
            ("\\.\\-\\$\\^", [".-$^"], ["a-$^"]),
            ("\\x41\\u00e9", ["Aé"], ["aé"]),
            ("\\n\\r\\t", ["\n\r\t"], ["nrt"]),
            (".", ["a", "é", "€", "😀", "\u{10FFFF}"], ["", "ab", "\n", "\r"]),
            ("[à-ÿ]{2}", ["éà"], ["é", "e\u{301}", "az"]),
            ("[\\x00-\\uFFFF]", ["a", "é", "\u{FFFF}"], ["😀"]),
            ("[€-😀]", ["€", "😀", "\u{FFFD}"], ["é", "😁"]),
            (
                postcode, ["M11AE", "B338TH", "CR26XH", "DN551PT", "W1A1HQ", "EC1A1BB", "C251YT", "M401UB"],
                ["Q67TT", "M1 1AE", "m11ae", "EC1A1B", "SW1A1CA", "AI11AA", ""]
            ),
        ] as [(String, [String], [String])])
    func `match the whole value`(pattern: String, good: [String], bad: [String]) throws {
        let table = try PatternCompiler.compile(pattern)
        for text in good { #expect(table.matches(text), "\(text)") }
        for text in bad { #expect(!table.matches(text), "\(text)") }
    }

    @Test(
        arguments: [
            ("a(?=b)", 2, "look-ahead"), ("(?<!a)b", 1, "look-behind"), ("(a)\\1", 4, "back reference"),
            ("ab*?c", 4, "lazy"), ("a++", 3, "possessive"), ("(?<n>a)", 1, "named group"),
            ("(?P=n)", 1, "back reference"),
            ("(?i)a", 1, "flags"), ("a\\b", 2, "word boundary"), ("\\p{L}", 1, "Unicode category"), ("a^b", 2, "`^`"),
            ("(a$)", 3, "`$`"), ("*a", 1, "nothing before"), ("a|*", 3, "nothing before"),
            ("a**", 2, "two quantifiers"),
            ("(a", 1, "without `)`"), ("a)", 2, "without `(`"), ("[a", 1, "without `]`"), ("[]", 1, "empty class"),
            ("[z-a]", 2, "below its beginning"), ("[a-\\d]", 2, "one character at each end"),
            ("a{", 2, "without a number"),
            ("a{2", 2, "without `}`"), ("a{3,2}", 2, "below its beginning"), ("a{1001}", 3, "more than 1000"),
            ("a\\", 2, "`\\` at the end"), ("\\q", 1, "not known"), ("\\xZ1", 1, "hexadecimal"),
            ("\\ud800", 1, "surrogate"),
            ("[[:alpha:]]", 2, "POSIX"), ("[a[b]", 3, "inside a class"), ("[^\\s\\S]", 1, "no character is in"),
            ("]", 1, "alone"),
        ] as [(String, Int, String)])
    func `name what they do not support and where`(pattern: String, characterNumber: Int, what: String) {
        let error = #expect(throws: PatternError.self) { try PatternCompiler.compile(pattern) }
        #expect(error?.characterNumber == characterNumber)
        #expect(error?.what.contains(what) == true, "\(error?.what ?? "")")
    }

    @Test(arguments: [
        "(a|b)*a(a|b){14}", "((a{999}){999}){999}", "(.{1,900}){1,900}",
        "(a?){1000}(b?){1000}(c?){1000}(d?){1000}(e?){1000}",
    ])
    func `that explode are refused and not built`(pattern: String) {
        let error = #expect(throws: PatternError.self) { try PatternCompiler.compile(pattern) }
        #expect(error?.what.contains("4096 states") == true)
    }

    @Test func `of great depth and length are refused`() {
        #expect(throws: PatternError.self) {
            try PatternCompiler.compile(String(repeating: "(", count: 2000) + String(repeating: ")", count: 2000))
        }
        #expect(throws: PatternError.self) { try PatternCompiler.compile(String(repeating: "[a-", count: 1000)) }
        #expect(throws: PatternError.self) { try PatternCompiler.compile(String(repeating: "a", count: 5000)) }
    }

    @Test func `of the same language give the same smallest table`() throws {
        let tables = try ["(a|b)*abb", "((a|b)*)(a)(b{2})", "[ab]*a[b]b"].map { try PatternCompiler.compile($0) }
        #expect(tables[0].accepting.count == 4)
        for table in tables {
            #expect(table.transitions == tables[0].transitions)
            #expect(table.accepting == tables[0].accepting)
            #expect(table.classes == tables[0].classes)
        }
        // Three classes: a, b, anything else.
        #expect(tables[0].classCount == 3)
    }

    @Test func `of one free character walk the bytes of UTF-8 in few states`() throws {
        let table = try PatternCompiler.compile(".{1,200}")
        #expect(table.matches(String(repeating: "€", count: 200)))
        #expect(!table.matches(String(repeating: "€", count: 201)))
        #expect(table.accepting.count < 2000)
    }

    @Test(arguments: 1...4)
    func `made at random match as a slow matcher does`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let alphabet: [Unicode.Scalar] = ["a", "b", "c", "é", "€", "😀", "\n"]
        func pattern(_ depth: Int) -> PatternNode {
            switch Int.random(in: 0..<(depth == 0 ? 2 : 7), using: &random) {
            case 0: return .set(CodePointSet(alphabet.randomElement(using: &random)!))
            case 1:
                let picked = alphabet.filter { _ in Bool.random(using: &random) }
                let set = picked.reduce(CodePointSet(picked.first ?? "a")) { $0.union(CodePointSet($1)) }
                return .set(Bool.random(using: &random) ? set : set.inverted)
            case 2: return .empty
            case 3: return .alternatives([pattern(depth - 1), pattern(depth - 1)])
            case 4, 5: return .sequence([pattern(depth - 1), pattern(depth - 1)])
            default:
                let minimum = Int.random(in: 0...2, using: &random)
                let maximum = Bool.random(using: &random) ? nil : minimum + Int.random(in: 0...2, using: &random)
                return .repeated(pattern(depth - 1), minimum: minimum, maximum: maximum)
            }
        }
        var matchCount = 0
        for _ in 0..<120 {
            let node = pattern(4)
            let table: PatternTable
            do {
                table = try PatternCompiler.compile(node, text: "")
            } catch {
                continue
            }
            for _ in 0..<40 {
                var text = ""
                for _ in 0..<Int.random(in: 0...6, using: &random) {
                    text.unicodeScalars.append(alphabet.randomElement(using: &random)!)
                }
                let expected = slowlyMatches(node, text)
                if expected { matchCount += 1 }
                #expect(table.matches(text) == expected)
            }
        }
        #expect(matchCount > 100)
    }

    @Test(arguments: 1...2)
    func `of random characters are read or refused`(seed: UInt64) {
        var random = SplitMix64(seed: seed &+ 77)
        let pieces = [
            "a", "(", ")", "[", "]", "{", "}", "|", "*", "+", "?", "\\", "^", "$", "-", ",", "2", "(?:", "\\d", "é",
            ".",
        ]
        for _ in 0..<3000 {
            var pattern = ""
            for _ in 0..<Int.random(in: 0...12, using: &random) { pattern += pieces.randomElement(using: &random)! }
            guard let node = try? PatternParser.parse(pattern), let table = try? PatternCompiler.compile(pattern) else {
                continue
            }
            for text in ["", "a", "aa", "2", "a2-", "é"] {
                #expect(table.matches(text) == slowlyMatches(node, text), "\(pattern)")
            }
        }
    }

    @Test func `cut sets of characters into whole byte ranges`() {
        var random = SplitMix64(seed: 5)
        for _ in 0..<200 {
            let a = UInt32.random(in: 0...0x10FFFF, using: &random)
            let b = min(0x10FFFF, a + UInt32.random(in: 0...0x3000, using: &random))
            let set = CodePointSet([a...b])
            #expect(set.inverted.inverted == set)
            for value in [a, b, a &- 1, b + 1, (a + b) / 2] {
                guard let scalar = Unicode.Scalar(value) else { continue }
                let bytes = Array(String(scalar).utf8)
                let isInside = set.byteSequences.contains { ranges in
                    ranges.count == bytes.count && zip(ranges, bytes).allSatisfy { $0.contains($1) }
                }
                #expect(isInside == set.contains(scalar))
            }
        }
    }
}
