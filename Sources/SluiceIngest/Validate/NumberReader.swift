import SluiceModel

/// How the numbers of a field are written.
struct NumberForm: BitwiseCopyable {
    /// Up to 16 bytes that stand between digits.
    struct Mark: BitwiseCopyable {
        private(set) var bytes: InlineArray<16, UInt8> = .init(repeating: 0)
        private(set) var count = 0

        init(_ text: String) {
            for byte in text.utf8.prefix(16) {
                bytes[count] = byte
                count += 1
            }
        }
    }

    /// What stands before the fraction; empty for a whole number, which has none.
    let decimalMark: Mark
    /// What may stand before each three digits of the whole part; empty for nothing.
    let groupMark: Mark
    /// False: text before and after the number is passed over.
    let isBare: Bool

    init(decimalMark: String = ".", groupMark: String = "", isBare: Bool = true) {
        self.decimalMark = Mark(decimalMark)
        self.groupMark = Mark(groupMark)
        self.isBare = isBare
    }
}

/// A number that a cell holds.
enum WrittenNumber {
    case finite(DecimalNumber)
    case notANumber
    case infinite(isNegative: Bool)
}

/// Numbers as Table Schema writes them. Each reads all the bytes from `start` to `end`.
///
/// Groups are of three digits: `17,5` with a comma for them is no 175 but a decimal comma.
///
/// Source: Data Package (v2) Table Schema, "number" and "integer". Leading zeros are part of it, as in XML Schema's
/// `decimal`, and a number may have any count of digits; one that has no place in a slot is still a number.
enum NumberReader {
    /// An optional sign and up to 18 digits.
    @inline(__always)
    static func integer(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var index = start
        guard index < end else { return nil }
        let isNegative = text[index] == UInt8(ascii: "-")
        if isNegative || text[index] == UInt8(ascii: "+") { index &+= 1 }
        guard index < end, end &- index <= 18 else { return nil }
        var value = 0
        while index < end {
            let digit = Int(text[index]) &- 0x30
            guard digit >= 0, digit <= 9 else { return nil }
            value = value &* 10 &+ digit
            index &+= 1
        }
        return isNegative ? -value : value
    }

    /// A decimal number in thousandths, rounded to nearest, halves away from zero; up to 15 digits before the point,
    /// and no exponent.
    static func thousandths(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var index = start
        guard index < end else { return nil }
        let isNegative = text[index] == UInt8(ascii: "-")
        if isNegative || text[index] == UInt8(ascii: "+") { index += 1 }
        var value = 0
        var digits = 0
        var decimals = -1
        while index < end {
            let byte = text[index]
            index += 1
            if byte == UInt8(ascii: "."), decimals < 0 {
                decimals = 0
                continue
            }
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            digits += 1
            let digit = Int(byte) - 0x30
            if decimals < 0 {
                guard value < 100_000_000_000_000 else { return nil }
                value = value * 10 + digit
            } else {
                decimals += 1
                if decimals <= 3 {
                    value = value * 10 + digit
                } else if decimals == 4, digit >= 5 {
                    value += 1
                }
            }
        }
        guard digits > 0 else { return nil }
        for _ in 0..<max(0, 3 - max(0, decimals)) { value *= 10 }
        return isNegative ? -value : value
    }

    /// Four digits from 0001. A sign or a zone, which XML Schema's `gYear` knows, is no year of a record.
    static func year(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Int? {
        guard end - start == 4, text[start] >= 0x30, text[start] <= 0x39 else { return nil }
        guard let value = integer(text, start, end), value >= 1 else { return nil }
        return value
    }

    // MARK: - Any form, any count of digits

    /// A number in the given form.
    static func number(_ text: Flat<UInt8>, _ start: Int, _ end: Int, _ form: NumberForm) -> WrittenNumber? {
        if form.decimalMark.count > 0, let special = special(text, start, end) { return special }
        var index = start
        var isNegative = false
        if form.isBare {
            let sign = signLength(text, index, end, &isNegative, isBare: true)
            index += sign
        } else {
            guard let place = firstOfNumber(text, start, end, form) else { return nil }
            index = place + signLength(text, place, end, &isNegative, isBare: false)
            // `-£5`: a minus before all else, and no sign at the digits.
            if index == place, place > start { _ = signLength(text, start, end, &isNegative, isBare: false) }
        }
        guard var number = digits(text, &index, end, form) else { return nil }
        number.isNegative = isNegative
        // What stands behind a number may hold no other.
        while index < end {
            if form.isBare || isDigit(text[index]) { return nil }
            index += 1
        }
        return .finite(number)
    }

    private static func special(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> WrittenNumber? {
        func spells(_ word: StaticString, from start: Int) -> Bool {
            guard word.utf8CodeUnitCount == end - start else { return false }
            return word.withUTF8Buffer { word in
                (0..<word.count).allSatisfy { unsafe text[start + $0] | 0x20 == word[$0] }
            }
        }
        if spells("nan", from: start) { return .notANumber }
        if spells("inf", from: start) { return .infinite(isNegative: false) }
        if start < end, text[start] == UInt8(ascii: "-"), spells("inf", from: start + 1) {
            return .infinite(isNegative: true)
        }
        return nil
    }

    /// Bytes of the sign at `index`. Where other text is allowed the minus sign U+2212 is one too: it would otherwise
    /// be passed over and turn the number round.
    private static func signLength(
        _ text: Flat<UInt8>, _ index: Int, _ end: Int, _ isNegative: inout Bool, isBare: Bool
    ) -> Int {
        guard index < end else { return 0 }
        switch text[index] {
        case UInt8(ascii: "+"): return 1
        case UInt8(ascii: "-"):
            isNegative = true
            return 1
        case 0xE2 where !isBare && end - index >= 3 && text[index + 1] == 0x88 && text[index + 2] == 0x92:
            isNegative = true
            return 3
        default: return 0
        }
    }

    /// Where the number in a text begins, with the sign right before it; nil when there is none.
    private static func firstOfNumber(
        _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ form: NumberForm
    ) -> Int? {
        for index in start..<end {
            var isNegative = false
            var place = index + signLength(text, index, end, &isNegative, isBare: false)
            if begins(text, place, end, form.decimalMark) { place += form.decimalMark.count }
            if place < end, isDigit(text[place]) { return index }
        }
        return nil
    }

    /// Digits in groups, a fraction and an exponent, and `index` behind them.
    private static func digits(
        _ text: Flat<UInt8>, _ index: inout Int, _ end: Int, _ form: NumberForm
    ) -> DecimalNumber? {
        var number = DecimalNumber()
        var significant = 0
        var hasDigit = false
        var isFraction = false
        // Digits of the whole part since its beginning or the last group mark.
        var groupDigits = 0
        var hasGroups = false
        while index < end {
            let byte = text[index]
            if isDigit(byte) {
                hasDigit = true
                index += 1
                if !isFraction { groupDigits += 1 }
                if significant == 0, byte == 0x30 {
                    if isFraction { number.exponent -= 1 }
                } else if significant < DecimalNumber.digitLimit {
                    number.digits = number.digits * 10 + UInt128(byte - 0x30)
                    significant += 1
                    if isFraction { number.exponent -= 1 }
                } else {
                    if byte != 0x30 { number.isCut = true }
                    if !isFraction { number.exponent += 1 }
                }
            } else if !isFraction, begins(text, index, end, form.decimalMark) {
                isFraction = true
                index += form.decimalMark.count
            } else if !isFraction, hasDigit, begins(text, index, end, form.groupMark),
                index + form.groupMark.count < end, isDigit(text[index + form.groupMark.count])
            {
                guard hasGroups ? groupDigits == 3 : groupDigits <= 3 else { return nil }
                hasGroups = true
                groupDigits = 0
                index += form.groupMark.count
            } else {
                break
            }
        }
        guard hasDigit, !hasGroups || groupDigits == 3 else { return nil }
        if form.decimalMark.count > 0 { number.exponent += exponent(text, &index, end) }
        return number
    }

    /// The power of ten at `index`, if one is written there. More than any bound can have counts as a million.
    private static func exponent(_ text: Flat<UInt8>, _ index: inout Int, _ end: Int) -> Int {
        guard index < end, text[index] | 0x20 == UInt8(ascii: "e") else { return 0 }
        var isNegative = false
        var place = index + 1
        place += signLength(text, place, end, &isNegative, isBare: true)
        guard place < end, isDigit(text[place]) else { return 0 }
        var value = 0
        while place < end, isDigit(text[place]) {
            value = min(value * 10 + Int(text[place] - 0x30), 1_000_000)
            place += 1
        }
        index = place
        return isNegative ? -value : value
    }

    private static func begins(_ text: Flat<UInt8>, _ index: Int, _ end: Int, _ mark: NumberForm.Mark) -> Bool {
        guard mark.count > 0, mark.count <= end - index else { return false }
        for offset in 0..<mark.count where text[index + offset] != mark.bytes[offset] { return false }
        return true
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
