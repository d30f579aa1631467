/// A regular expression, read.
indirect enum PatternNode: Hashable, Sendable {
    case empty
    case set(CodePointSet)
    case sequence([PatternNode])
    case alternatives([PatternNode])
    /// `maximum` nil: any number.
    case repeated(PatternNode, minimum: Int, maximum: Int?)
}

/// What is wrong with a pattern, and at which of its characters, from 1.
struct PatternError: Error, Hashable, Sendable {
    var characterNumber: Int
    var what: String
}

/// Reads the regular expressions of Table Schema's `pattern`.
///
/// They are those of XML Schema and match the whole value; a leading `^` and a trailing `$` are allowed and mean
/// nothing. `\d`, `\w` and `\s` are about ASCII: `[0-9]`, `[0-9A-Z_a-z]` and space, tab, line feed, return. Capturing
/// and plain groups are the same. Everything else is refused with its place.
///
/// - Source: XML Schema Part 2: Datatypes, second edition, appendix F.
struct PatternParser {
    static let lengthLimit = 4096
    static let depthLimit = 50
    static let repetitionLimit = 1000

    private let characters: [Unicode.Scalar]
    private var index = 0
    private var depth = 0

    private init(_ text: String) { characters = Array(text.unicodeScalars) }

    static func parse(_ text: String) throws(PatternError) -> PatternNode {
        var parser = PatternParser(text)
        guard parser.characters.count <= lengthLimit else {
            throw PatternError(characterNumber: lengthLimit + 1, what: "more than \(lengthLimit) characters")
        }
        if parser.next == "^" { parser.index += 1 }
        let node = try parser.alternatives()
        guard parser.next == nil else { throw parser.error("`)` without `(`") }
        return node
    }

    private var next: Unicode.Scalar? { index < characters.count ? characters[index] : nil }

    private func error(_ what: String, at place: Int? = nil) -> PatternError {
        PatternError(characterNumber: (place ?? index) + 1, what: what)
    }

    private func startsWith(_ text: String) -> Bool { characters[index...].starts(with: text.unicodeScalars) }

    // MARK: - Structure

    private mutating func alternatives() throws(PatternError) -> PatternNode {
        var branches: [PatternNode] = [try sequence()]
        while next == "|" {
            index += 1
            branches.append(try sequence())
        }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() throws(PatternError) -> PatternNode {
        var parts: [PatternNode] = []
        while let character = next, character != "|", character != ")" {
            if character == "$", depth == 0, index == characters.count - 1 {
                index += 1
                break
            }
            let atom = try atom()
            parts.append(try quantified(atom))
        }
        return parts.isEmpty ? .empty : parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func atom() throws(PatternError) -> PatternNode {
        let character = characters[index]
        switch character {
        case "(": return try group()
        case "[": return .set(try characterClass())
        case "\\": return .set(try escape())
        case ".":
            index += 1
            return .set(.dot)
        case "^":
            throw error("`^` inside the pattern; the whole value is matched anyway, write `\\^` for the character")
        case "$":
            throw error("`$` inside the pattern; the whole value is matched anyway, write `\\$` for the character")
        case "?", "*", "+", "{": throw error("`\(character)` with nothing before it to repeat")
        case "]", "}": throw error("`\(character)` alone; write `\\\(character)` for the character")
        default:
            index += 1
            return .set(CodePointSet(character))
        }
    }

    private mutating func group() throws(PatternError) -> PatternNode {
        let start = index
        if startsWith("(?") {
            if startsWith("(?:") {
                index += 3
            } else if startsWith("(?=") || startsWith("(?!") {
                throw error("look-ahead is not supported")
            } else if startsWith("(?<=") || startsWith("(?<!") {
                throw error("look-behind is not supported")
            } else if startsWith("(?P=") {
                throw error("a back reference is not supported")
            } else if startsWith("(?P<") || startsWith("(?<") {
                throw error("a named group is not supported; write `(`")
            } else if startsWith("(?#") {
                throw error("a comment is not supported")
            } else if startsWith("(?>") {
                throw error("an atomic group is not supported")
            } else {
                throw error("flags are not supported; write both cases out, as `[Aa]`")
            }
        } else {
            index += 1
        }
        depth += 1
        guard depth <= Self.depthLimit else {
            throw error("groups nested more than \(Self.depthLimit) deep", at: start)
        }
        let node = try alternatives()
        guard next == ")" else { throw error("`(` without `)`", at: start) }
        index += 1
        depth -= 1
        return node
    }

    private mutating func quantified(_ atom: PatternNode) throws(PatternError) -> PatternNode {
        let start = index
        let node: PatternNode
        switch next {
        case "?": node = .repeated(atom, minimum: 0, maximum: 1)
        case "*": node = .repeated(atom, minimum: 0, maximum: nil)
        case "+": node = .repeated(atom, minimum: 1, maximum: nil)
        case "{": node = try counted(atom)
        default: return atom
        }
        index += 1
        switch next {
        case "?": throw error("a lazy quantifier is not supported")
        case "+": throw error("a possessive quantifier is not supported")
        case "*", "{": throw error("two quantifiers in a row; put the first in a group", at: start)
        default: return node
        }
    }

    /// Leaves `index` on the closing brace.
    private mutating func counted(_ atom: PatternNode) throws(PatternError) -> PatternNode {
        let start = index
        index += 1
        guard let minimum = try number() else {
            throw error("`{` without a number; write `\\{` for the character", at: start)
        }
        var maximum: Int? = minimum
        if next == "," {
            index += 1
            maximum = try number()
        }
        guard next == "}" else { throw error("`{` without `}`", at: start) }
        if let maximum, maximum < minimum { throw error("a repetition whose end is below its beginning", at: start) }
        return .repeated(atom, minimum: minimum, maximum: maximum)
    }

    private mutating func number() throws(PatternError) -> Int? {
        let start = index
        var value = 0
        while let digit = next, digit >= "0", digit <= "9" {
            value = value * 10 + Int(digit.value - 0x30)
            index += 1
            guard value <= Self.repetitionLimit else {
                throw error("more than \(Self.repetitionLimit) repetitions", at: start)
            }
        }
        return index > start ? value : nil
    }

    // MARK: - Characters

    private mutating func escape() throws(PatternError) -> CodePointSet {
        let start = index
        index += 1
        guard let character = next else { throw error("`\\` at the end", at: start) }
        index += 1
        switch character {
        case "d": return .digits
        case "D": return .digits.inverted
        case "w": return .wordCharacters
        case "W": return .wordCharacters.inverted
        case "s": return .spaces
        case "S": return .spaces.inverted
        case "n": return CodePointSet("\n")
        case "r": return CodePointSet("\r")
        case "t": return CodePointSet("\t")
        case "x": return try hexadecimal(digitCount: 2, from: start)
        case "u": return try hexadecimal(digitCount: 4, from: start)
        case "1"..."9": throw error("a back reference is not supported", at: start)
        case "k": throw error("a back reference is not supported", at: start)
        case "b", "B": throw error("a word boundary is not supported", at: start)
        case "A", "Z", "z", "G": throw error("an anchor is not supported; the whole value is matched anyway", at: start)
        case "p", "P": throw error("a Unicode category is not supported; write the characters in `[ ]`", at: start)
        case "i", "I", "c", "C":
            throw error("a class of XML name characters is not supported; write the characters in `[ ]`", at: start)
        default:
            let isLetterOrDigit = CodePointSet.wordCharacters.contains(character) && character != "_"
            guard character.isASCII, !isLetterOrDigit else {
                throw error("the escape `\\\(character)` is not known", at: start)
            }
            return CodePointSet(character)
        }
    }

    private mutating func hexadecimal(digitCount: Int, from start: Int) throws(PatternError) -> CodePointSet {
        var value: UInt32 = 0
        for _ in 0..<digitCount {
            guard let digit = next.flatMap({ Character($0).hexDigitValue }), next?.isASCII == true else {
                throw error("an escape by number needs \(digitCount) hexadecimal digits", at: start)
            }
            value = value * 16 + UInt32(digit)
            index += 1
        }
        guard let scalar = Unicode.Scalar(value) else { throw error("a surrogate is no character", at: start) }
        return CodePointSet(scalar)
    }

    /// `[a-z]`, `[^0-9]` and, as XML Schema has it, `[a-z-[aeiou]]`.
    private mutating func characterClass() throws(PatternError) -> CodePointSet {
        let start = index
        depth += 1
        guard depth <= Self.depthLimit else {
            throw error("classes nested more than \(Self.depthLimit) deep", at: start)
        }
        index += 1
        var isInverted = false
        if next == "^" {
            isInverted = true
            index += 1
        }
        var ranges: [ClosedRange<UInt32>] = []
        var subtracted: CodePointSet?
        while let character = next, character != "]" {
            guard subtracted == nil else { throw error("`]` must follow what is taken out of a class") }
            if character == "-", startsWith("-["), !ranges.isEmpty {
                index += 1
                subtracted = try characterClass()
                continue
            }
            let place = index
            let lower = try classMember()
            guard next == "-", !startsWith("-]"), !startsWith("-[") else {
                ranges += lower.ranges
                continue
            }
            index += 1
            guard next != nil else { break }
            let upper = try classMember()
            guard let first = lower.single, let last = upper.single else {
                throw error("a range needs one character at each end", at: place)
            }
            guard first <= last else { throw error("a range whose end is below its beginning", at: place) }
            ranges.append(first...last)
        }
        guard next == "]" else { throw error("`[` without `]`", at: start) }
        index += 1
        depth -= 1
        guard !ranges.isEmpty else { throw error("an empty class", at: start) }
        var set = CodePointSet(ranges)
        if isInverted { set = set.inverted }
        if let subtracted { set = set.subtracting(subtracted) }
        guard !set.isEmpty else { throw error("a class that no character is in", at: start) }
        return set
    }

    private mutating func classMember() throws(PatternError) -> CodePointSet {
        if next == "\\" { return try escape() }
        if startsWith("[:") { throw error("a POSIX class is not supported; write the characters") }
        if next == "[" { throw error("`[` inside a class; write `\\[` for the character") }
        defer { index += 1 }
        return CodePointSet(characters[index])
    }
}

extension CodePointSet {
    fileprivate var single: UInt32? {
        guard ranges.count == 1, ranges[0].count == 1 else { return nil }
        return ranges[0].lowerBound
    }
}
