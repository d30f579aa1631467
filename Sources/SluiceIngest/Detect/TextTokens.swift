import SluiceModel

/// A text cut into words, numbers and the signs between them.
///
/// Letters of other scripts and accented ones count as letters. What word processors write for plain signs (curly
/// quotes, long dashes, hard blanks, full-width digits and letters) is read as the plain sign, and signs without width
/// are passed over, so that an identifier is not hidden by the way it was typed.
struct TextTokens {
    struct Token: BitwiseCopyable {
        var start: Int32
        var end: Int32
        var kind: Kind
        var letters: Letters
        /// Ends in `'s`, which `end` leaves out.
        var isPossessive: Bool
        /// The kinds of `NameWord` it has, a bit each.
        var words: UInt16
    }

    enum Kind: UInt8, BitwiseCopyable {
        case word, number, mixed
    }

    /// Which letters are capitals.
    enum Letters: UInt8, BitwiseCopyable {
        case none, small, first, all, other
    }

    /// The text that was cut, plain: `Token` places are in it.
    private(set) var text: Flat<UInt8>
    private(set) var start = 0
    private(set) var end = 0
    private(set) var tokens: [Token] = []
    /// More than half of the letters of a longer text are capitals; or none is.
    private(set) var isShouting = false
    private(set) var isQuiet = false

    private let plain: Flat<UInt8>

    /// - Parameter limitBytes: no text is longer; of one that is, the beginning is read.
    init(limitBytes: Int, arena: Arena) {
        plain = arena.flat(limitBytes + 8, repeating: 0)
        text = plain
        tokens.reserveCapacity(64)
    }

    mutating func cut(_ source: Flat<UInt8>, _ from: Int, _ to: Int) {
        let to = min(to, from + plain.count - 8)
        tokens.removeAll(keepingCapacity: true)
        var isPlain = true
        for index in from..<to where source[index] >= 0x80 {
            isPlain = false
            break
        }
        if isPlain {
            (text, start, end) = (source, from, to)
        } else {
            (text, start, end) = (plain, 0, makePlain(source, from, to))
        }
        cut()
    }

    // MARK: - Words

    private mutating func cut() {
        var capitals = 0
        var smalls = 0
        var index = start
        while index < end {
            guard TextTokens.isWordByte(text[index]) else {
                index += 1
                continue
            }
            let first = index
            var digits = 0
            var letters = 0
            var upper = 0
            var firstIsUpper = false
            while index < end {
                let byte = text[index]
                if byte &- 0x30 <= 9 {
                    digits += 1
                } else if TextTokens.isWordByte(byte) {
                    // The bytes of one character beyond ASCII count once.
                    if byte & 0xC0 != 0x80 {
                        letters += 1
                        if isUpper(index) {
                            upper += 1
                            if index == first { firstIsUpper = true }
                        }
                    }
                } else if digits == 0, index + 1 < end, byte == 0x27 || byte == 0x2D,
                    TextTokens.isLetter(text[index + 1])
                {
                    // O'Brien, Smith-Jones.
                } else {
                    break
                }
                index += 1
            }
            var last = index
            var isPossessive = false
            if digits == 0, last - first > 2, text[last - 1] | 0x20 == UInt8(ascii: "s"), text[last - 2] == 0x27 {
                last -= 2
                letters -= 1
                if TextTokens.isCapital(text[last + 1]) { upper -= 1 }
                isPossessive = true
            }
            capitals += upper
            smalls += letters - upper
            let style: Letters =
                letters == 0
                ? .none
                : upper == 0
                    ? .small : upper == letters ? (letters == 1 ? .first : .all) : firstIsUpper ? .first : .other
            tokens.append(
                Token(
                    start: Int32(first), end: Int32(last), kind: digits == 0 ? .word : letters == 0 ? .number : .mixed,
                    letters: style, isPossessive: isPossessive, words: 0))
        }
        isShouting = capitals > 8 && capitals > 2 * smalls
        isQuiet = capitals == 0 && smalls > 0
    }

    /// Marks every word with what the list says of it.
    mutating func look(up words: NameWordIndex) {
        for index in tokens.indices where tokens[index].kind == .word {
            tokens[index].words = words.kinds(text, Int(tokens[index].start), Int(tokens[index].end))
        }
    }

    // MARK: - Reading tokens

    var count: Int { tokens.count }

    subscript(index: Int) -> Token { tokens[index] }

    func length(_ index: Int) -> Int { Int(tokens[index].end - tokens[index].start) }

    /// The byte at `offset` of a token, ASCII letters as capitals.
    func capital(_ index: Int, _ offset: Int) -> UInt8 {
        let byte = text[Int(tokens[index].start) + offset]
        return byte >= 0x61 && byte <= 0x7A ? byte & 0xDF : byte
    }

    func byte(_ index: Int, _ offset: Int) -> UInt8 { text[Int(tokens[index].start) + offset] }

    /// Whether a token is ASCII `word`, which is lower case.
    func has(_ index: Int, _ word: StaticString) -> Bool {
        guard tokens.indices.contains(index), length(index) == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { word in
            (0..<word.count).allSatisfy { unsafe text[Int(tokens[index].start) + $0] | 0x20 == word[$0] | 0x20 }
        }
    }

    /// Whether a token's characters are digits and letters as `form` has `0` and `A`, from `offset` of it on.
    func has(form: StaticString, _ index: Int, from offset: Int = 0) -> Bool {
        guard tokens.indices.contains(index), length(index) - offset == form.utf8CodeUnitCount, offset >= 0 else {
            return false
        }
        return form.withUTF8Buffer { form in
            (0..<form.count).allSatisfy { place in
                let byte = text[Int(tokens[index].start) + offset + place]
                return unsafe form[place] == UInt8(ascii: "A") ? TextTokens.isASCIILetter(byte) : byte &- 0x30 <= 9
            }
        }
    }

    /// The number that a token of digits is, up to nine of them; −1 for anything else.
    func number(_ index: Int) -> Int {
        guard tokens.indices.contains(index), tokens[index].kind == .number, length(index) <= 9 else { return -1 }
        var value = 0
        for place in Int(tokens[index].start)..<Int(tokens[index].end) { value = value * 10 + Int(text[place] - 0x30) }
        return value
    }

    /// What stands between a token and the next one is one byte, this one.
    func isJoined(_ index: Int, by byte: UInt8) -> Bool {
        guard index >= 0, index + 1 < tokens.count, !tokens[index].isPossessive else { return false }
        return tokens[index + 1].start - tokens[index].end == 1 && text[Int(tokens[index].end)] == byte
    }

    /// One to three blanks and nothing else stand between a token and the next one.
    func isSpaced(_ index: Int) -> Bool {
        guard index >= 0, index + 1 < tokens.count else { return false }
        let gap = Int(tokens[index].end) + (tokens[index].isPossessive ? 2 : 0)..<Int(tokens[index + 1].start)
        return (1...3).contains(gap.count) && gap.allSatisfy { text[$0] == 0x20 || text[$0] == 0x09 }
    }

    /// Whether a sign that ends a sentence stands before a token, or it is the first.
    func beginsSentence(_ index: Int) -> Bool {
        guard index > 0 else { return true }
        for place in Int(tokens[index - 1].end)..<Int(tokens[index].start) {
            switch text[place] {
            case UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: ";"),
                UInt8(ascii: "|"), UInt8(ascii: "("), UInt8(ascii: "/"), 0x0A, 0x0D:
                return true
            case UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: ">"): return true
            default: break
            }
        }
        return false
    }

    /// Whether `byte` stands between a token and the next one, or behind the last.
    func isFollowed(_ index: Int, by byte: UInt8) -> Bool {
        let limit = index + 1 < tokens.count ? Int(tokens[index + 1].start) : end
        return (Int(tokens[index].end)..<limit).contains { text[$0] == byte }
    }

    // MARK: - Bytes

    static func isASCIILetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
    static func isCapital(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 }
    private static func isLetter(_ byte: UInt8) -> Bool { isASCIILetter(byte) || byte >= 0x80 }
    private static func isWordByte(_ byte: UInt8) -> Bool { isLetter(byte) || byte &- 0x30 <= 9 }

    /// Of ASCII, Latin-1 and Latin Extended-A.
    private func isUpper(_ index: Int) -> Bool {
        let byte = text[index]
        if byte < 0x80 { return TextTokens.isCapital(byte) }
        guard index + 1 < end else { return false }
        switch byte {
        case 0xC3: return text[index + 1] <= 0x9E
        // Capitals and small letters take turns, twice a place earlier; ĸ and ſ have no capital, Ÿ has its small one elsewhere.
        case 0xC4:
            let second = text[index + 1]
            return second != 0xB8 && second & 1 == (second >= 0xB9 ? 1 : 0)
        case 0xC5:
            let second = text[index + 1]
            return second == 0xB8 || second != 0xBF && second & 1 == (second <= 0x88 || second >= 0xB9 ? 1 : 0)
        default: return false
        }
    }

    /// Writes the text into `plain`, what stands for plain signs as those. Returns the bytes written.
    private func makePlain(_ source: Flat<UInt8>, _ from: Int, _ to: Int) -> Int {
        var write = 0
        var index = from
        func put(_ byte: UInt8) {
            plain[write] = byte
            write += 1
        }
        while index < to {
            let byte = source[index]
            let second = index + 1 < to ? source[index + 1] : 0
            let third = index + 2 < to ? source[index + 2] : 0
            switch (byte, second, third) {
            // No-break space.
            case (0xC2, 0xA0, _): put(0x20)
            // Soft hyphen.
            case (0xC2, 0xAD, _): break
            // Blanks of fixed width, figure and thin space; those without width, and marks of direction.
            case (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xAF), (0xE2, 0x81, 0x9F), (0xE3, 0x80, 0x80): put(0x20)
            case (0xE2, 0x80, 0x8B...0x8F), (0xE2, 0x80, 0xAA...0xAE), (0xE2, 0x81, 0xA0...0xA9), (0xEF, 0xBB, 0xBF):
                break
            case (0xE2, 0x80, 0x90...0x95), (0xE2, 0x88, 0x92): put(0x2D)
            case (0xE2, 0x80, 0x98...0x9B), (0xCA, 0xBC, _): put(0x27)
            case (0xE2, 0x80, 0x9C...0x9F): put(0x22)
            // Full-width forms of ASCII.
            case (0xEF, 0xBC, 0x81...0xBF): put(third - 0x60)
            case (0xEF, 0xBD, 0x80...0x9E): put(third - 0x20)
            default:
                put(byte)
                index += 1
                continue
            }
            index += byte == 0xC2 || byte == 0xCA ? 2 : 3
        }
        return write
    }
}

/// The words of `FormatPlan.nameWords` and `.ordinaryWords`, by their bytes in any case.
struct NameWordIndex {
    private let index: CodeIndex
    private let masks: Flat<UInt16>
    private let ordinary: WordSet

    init(_ words: [NameWord], ordinary: [UInt8], arena: Arena) {
        self.ordinary = WordSet(ordinary, arena: arena)
        var order: [String] = []
        var kinds: [String: UInt16] = [:]
        for word in words {
            if kinds[word.text] == nil { order.append(word.text) }
            kinds[word.text, default: 0] |= 1 << UInt16(word.kind.rawValue)
        }
        index = CodeIndex(order.map { Array($0.utf8) }, ignoresCase: true, arena: arena)
        masks = arena.flat(order.map { kinds[$0] ?? 0 })
    }

    /// Of an ordinary word, beside what the list says of it.
    static let ordinaryMask: UInt16 = 1 << 15

    /// 0 for a word that is in no list.
    func kinds(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> UInt16 {
        let entry = index.find(text, start, end)
        let listed = entry < 0 ? 0 : masks[entry]
        return ordinary.contains(text, start, end) ? listed | NameWordIndex.ordinaryMask : listed
    }
}
