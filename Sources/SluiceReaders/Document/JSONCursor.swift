import SluiceModel

/// Reads JSON text a byte at a time, as strictly as the standard has it. Padding behind the text is no part of it.
///
/// Source: RFC 8259.
struct JSONCursor {
    private let document: UnpaddedStream
    private let stream: any ByteStream
    private let limits: DecodeLimits
    private var buffer: [UInt8]
    private var index = 0
    private var end = 0
    /// Lines read, and where the line in hand begins, counted from the start of the buffer.
    private var line = 1
    private var lineStart = 0

    init(_ stream: any ByteStream, limits: DecodeLimits) {
        document = UnpaddedStream(stream)
        self.stream = UnicodeStream(document)
        self.limits = limits
        buffer = [UInt8](repeating: 0, count: SluiceReaders.chunkBytes)
    }

    /// Padding follows the text. Known once its end was met.
    var hasPadding: Bool { document.hasPadding }

    // MARK: - Bytes

    /// The next byte; nil at the end.
    @inline(__always)
    mutating func peek() throws(ReaderError) -> UInt8? {
        if index < end { return buffer[index] }
        return try refill()
    }

    @inline(never)
    private mutating func refill() throws(ReaderError) -> UInt8? {
        lineStart -= end
        index = 0
        end = 0
        end = try stream.fill(&buffer)
        return end > 0 ? buffer[0] : nil
    }

    @inline(__always)
    mutating func advance() { index += 1 }

    /// Passes blanks and line ends; true when there was a line end.
    @discardableResult
    mutating func skipBlanks() throws(ReaderError) -> Bool {
        var hasLineEnd = false
        while let byte = try peek() {
            switch byte {
            case 0x20, 0x09: break
            case 0x0D: hasLineEnd = true
            case 0x0A:
                hasLineEnd = true
                line += 1
                lineStart = index + 1
            default: return hasLineEnd
            }
            advance()
        }
        return hasLineEnd
    }

    mutating func expect(_ byte: Character) throws(ReaderError) {
        guard try peek() == byte.asciiValue else { throw syntaxFault }
        advance()
    }

    /// Line and column in bytes, both from 1, of the next byte.
    var syntaxFault: ReaderError {
        .fault(.syntaxInvalid, FindingRule.document, arguments: [line, index - lineStart + 1])
    }

    // MARK: - Structure

    /// Passes the start of an object or array.
    ///
    /// - Returns: false when it is empty; then its end was passed too.
    mutating func open(_ start: Character, _ finish: Character) throws(ReaderError) -> Bool {
        try expect(start)
        try skipBlanks()
        guard try peek() == finish.asciiValue else { return true }
        advance()
        return false
    }

    /// Passes the comma before the next element, or the end.
    ///
    /// - Returns: false at the end.
    mutating func next(_ finish: Character) throws(ReaderError) -> Bool {
        try skipBlanks()
        switch try peek() {
        case UInt8(ascii: ","):
            advance()
            try skipBlanks()
            return true
        case finish.asciiValue:
            advance()
            return false
        default: throw syntaxFault
        }
    }

    /// Reads a member's name and passes the colon.
    mutating func name(into name: inout [UInt8]) throws(ReaderError) {
        name.removeAll(keepingCapacity: true)
        _ = try string(into: &name, limitBytes: limits.cellLimitBytes)
        try skipBlanks()
        try expect(":")
        try skipBlanks()
    }

    // MARK: - Values

    /// Appends the characters of a string.
    ///
    /// - Returns: false when half of a surrogate pair stood alone; U+FFFD stands in its place.
    mutating func string(into text: inout [UInt8], limitBytes: Int) throws(ReaderError) -> Bool {
        try expect("\"")
        var isWhole = true
        var high: UInt32?
        while true {
            guard let byte = try peek() else { throw syntaxFault }
            if high != nil, byte != UInt8(ascii: "\\") {
                isWhole = false
                high = nil
                JSONCursor.append(0xFFFD, to: &text)
            }
            if byte == UInt8(ascii: "\"") {
                advance()
                return isWhole
            }
            guard byte >= 0x20 else { throw syntaxFault }
            if byte != UInt8(ascii: "\\") {
                try copyPlain(into: &text, limitBytes: limitBytes)
                continue
            }
            advance()
            let unit = try escape()
            if let before = high {
                if unit & 0xFC00 == 0xDC00 {
                    high = nil
                    JSONCursor.append(0x10000 + ((before & 0x3FF) << 10 | unit & 0x3FF), to: &text)
                    continue
                }
                isWhole = false
                high = nil
                JSONCursor.append(0xFFFD, to: &text)
            }
            switch unit & 0xFC00 {
            case 0xD800: high = unit
            case 0xDC00:
                isWhole = false
                JSONCursor.append(0xFFFD, to: &text)
            default: JSONCursor.append(unit, to: &text)
            }
            guard text.count <= limitBytes else { throw tooLong }
        }
    }

    /// Appends a value's own text without the blanks between its tokens; nothing but the value is passed.
    ///
    /// - Parameter depth: objects and arrays around the value.
    mutating func copyValue(into text: inout [UInt8], depth: Int, limitBytes: Int) throws(ReaderError) {
        guard let first = try peek() else { throw syntaxFault }
        guard text.count <= limitBytes else { throw tooLong }
        switch first {
        case UInt8(ascii: "{"):
            guard depth < limits.nestingLimit else { throw tooDeep }
            text.append(first)
            if try open("{", "}") {
                repeat {
                    try copyString(into: &text, limitBytes: limitBytes)
                    try skipBlanks()
                    try expect(":")
                    try skipBlanks()
                    text.append(UInt8(ascii: ":"))
                    try copyValue(into: &text, depth: depth + 1, limitBytes: limitBytes)
                    text.append(UInt8(ascii: ","))
                } while try next("}")
                text.removeLast()
            }
            text.append(UInt8(ascii: "}"))
        case UInt8(ascii: "["):
            guard depth < limits.nestingLimit else { throw tooDeep }
            text.append(first)
            if try open("[", "]") {
                repeat {
                    try copyValue(into: &text, depth: depth + 1, limitBytes: limitBytes)
                    text.append(UInt8(ascii: ","))
                } while try next("]")
                text.removeLast()
            }
            text.append(UInt8(ascii: "]"))
        case UInt8(ascii: "\""): try copyString(into: &text, limitBytes: limitBytes)
        default: try copyPlainValue(into: &text, limitBytes: limitBytes)
        }
    }

    /// Passes a value of any size, and checks it.
    mutating func skipValue(depth: Int, scratch: inout [UInt8]) throws(ReaderError) {
        scratch.removeAll(keepingCapacity: true)
        switch try peek() {
        case UInt8(ascii: "{"):
            guard depth < limits.nestingLimit else { throw tooDeep }
            guard try open("{", "}") else { return }
            repeat {
                try name(into: &scratch)
                try skipValue(depth: depth + 1, scratch: &scratch)
            } while try next("}")
        case UInt8(ascii: "["):
            guard depth < limits.nestingLimit else { throw tooDeep }
            guard try open("[", "]") else { return }
            repeat { try skipValue(depth: depth + 1, scratch: &scratch) } while try next("]")
        default: try copyValue(into: &scratch, depth: depth, limitBytes: limits.rowLimitBytes)
        }
    }

    /// Appends a number or one of `true`, `false` and `null` as it stands.
    mutating func copyPlainValue(into text: inout [UInt8], limitBytes: Int) throws(ReaderError) {
        switch try peek() {
        case UInt8(ascii: "t"): try copyWord("true", into: &text)
        case UInt8(ascii: "f"): try copyWord("false", into: &text)
        case UInt8(ascii: "n"): try copyWord("null", into: &text)
        default: try copyNumber(into: &text, limitBytes: limitBytes)
        }
    }

    // MARK: - Parts of values

    private mutating func copyPlain(into text: inout [UInt8], limitBytes: Int) throws(ReaderError) {
        let start = index
        var place = index
        while place < end {
            let byte = buffer[place]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            place += 1
        }
        guard text.count + place - start <= limitBytes else { throw tooLong }
        text.append(contentsOf: buffer[start..<place])
        index = place
    }

    /// Appends a string with its quotes and escapes.
    private mutating func copyString(into text: inout [UInt8], limitBytes: Int) throws(ReaderError) {
        try expect("\"")
        text.append(UInt8(ascii: "\""))
        while true {
            guard let byte = try peek(), byte >= 0x20 else { throw syntaxFault }
            switch byte {
            case UInt8(ascii: "\""):
                advance()
                text.append(byte)
                return
            case UInt8(ascii: "\\"):
                advance()
                guard let letter = try peek() else { throw syntaxFault }
                let unit = try escape()
                text.append(byte)
                text.append(letter)
                if letter == UInt8(ascii: "u") {
                    for shift in stride(from: 12, through: 0, by: -4) {
                        text.append(Array("0123456789abcdef".utf8)[Int(unit >> UInt32(shift) & 15)])
                    }
                }
                guard text.count <= limitBytes else { throw tooLong }
            default: try copyPlain(into: &text, limitBytes: limitBytes)
            }
        }
    }

    /// Reads what follows a backslash: one UTF-16 code unit.
    private mutating func escape() throws(ReaderError) -> UInt32 {
        guard let letter = try peek() else { throw syntaxFault }
        let unit: UInt32
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unit = UInt32(letter)
        case UInt8(ascii: "b"): unit = 0x08
        case UInt8(ascii: "f"): unit = 0x0C
        case UInt8(ascii: "n"): unit = 0x0A
        case UInt8(ascii: "r"): unit = 0x0D
        case UInt8(ascii: "t"): unit = 0x09
        case UInt8(ascii: "u"):
            advance()
            var value: UInt32 = 0
            for _ in 0..<4 {
                guard let digit = try peek(), let number = Hexadecimal.value(digit) else { throw syntaxFault }
                value = value << 4 | UInt32(number)
                advance()
            }
            return value
        default: throw syntaxFault
        }
        advance()
        return unit
    }

    private mutating func copyWord(_ word: StaticString, into text: inout [UInt8]) throws(ReaderError) {
        for letter in word.description.utf8 {
            guard try peek() == letter else { throw syntaxFault }
            text.append(letter)
            advance()
        }
        try endWord()
    }

    /// Source: RFC 8259 section 6.
    private mutating func copyNumber(into text: inout [UInt8], limitBytes: Int) throws(ReaderError) {
        func isDigit(_ byte: UInt8?) -> Bool { byte.map { 0x30...0x39 ~= $0 } ?? false }
        if try peek() == UInt8(ascii: "-") { take(into: &text) }
        if try peek() == UInt8(ascii: "0") {
            take(into: &text)
        } else {
            try copyDigits(into: &text, limitBytes: limitBytes)
        }
        if try peek() == UInt8(ascii: ".") {
            take(into: &text)
            try copyDigits(into: &text, limitBytes: limitBytes)
        }
        if let mark = try peek(), mark | 0x20 == UInt8(ascii: "e") {
            take(into: &text)
            if let sign = try peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { take(into: &text) }
            try copyDigits(into: &text, limitBytes: limitBytes)
        }
        try endWord()
    }

    private mutating func copyDigits(into text: inout [UInt8], limitBytes: Int) throws(ReaderError) {
        var count = 0
        while let digit = try peek(), 0x30...0x39 ~= digit {
            take(into: &text)
            count += 1
            guard text.count <= limitBytes else { throw tooLong }
        }
        guard count > 0 else { throw syntaxFault }
    }

    private mutating func take(into text: inout [UInt8]) {
        text.append(buffer[index])
        advance()
    }

    /// What follows a number or a word ends it.
    private mutating func endWord() throws(ReaderError) {
        switch try peek() {
        case nil, 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"): return
        default: throw syntaxFault
        }
    }

    private static func append(_ scalar: UInt32, to text: inout [UInt8]) {
        if scalar < 0x80 {
            text.append(UInt8(scalar))
        } else if let known = Unicode.Scalar(scalar) {
            for byte in UTF8.encode(known) ?? UTF8.encodedReplacementCharacter { text.append(byte) }
        }
    }

    var tooDeep: ReaderError { .fault(.limitExceeded, FindingRule.nestingLimit) }
    private var tooLong: ReaderError { .fault(.limitExceeded, FindingRule.rowLimitBytes) }
}
