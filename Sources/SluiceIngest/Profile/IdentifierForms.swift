import SluiceModel

extension IdentifierForm {
    /// Whether the bytes from `start` to `end`, trimmed, have the form.
    ///
    /// - Source: formats reference, sections 7.1, 8.5 and 8.6.
    func fits(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        switch self {
        case .email: return IdentifierForm.holdsEmail(text, start, end)
        case .phone: return IdentifierForm.isPhone(text, start, end)
        case .postcode: return IdentifierForm.isPostcode(text, start, end)
        case .vehiclePlate: return IdentifierForm.hasShape(text, start, end, "AA00AAA")
        case .driverNumber: return IdentifierForm.hasShape(text, start, end, "NNNNN000000NNXXX")
        case .nhsNumberInside: return Identifier.holdsNHSNumber(text, start, end)
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// Without blanks, character by character: `A` a letter, `0` a digit, `N` a letter or 9, `X` a letter or digit.
    private static func hasShape(_ text: Flat<UInt8>, _ start: Int, _ end: Int, _ shape: StaticString) -> Bool {
        let length = shape.utf8CodeUnitCount
        guard end - start >= length, end - start <= length + 4 else { return false }
        return shape.withUTF8Buffer { shape in
            var place = 0
            for index in start..<end {
                let byte = text[index]
                if isBlank(byte) { continue }
                guard place < length else { return false }
                let fits =
                    switch unsafe shape[place] {
                    case UInt8(ascii: "A"): isLetter(byte)
                    case UInt8(ascii: "0"): isDigit(byte)
                    case UInt8(ascii: "N"): isLetter(byte) || byte == UInt8(ascii: "9")
                    default: isLetter(byte) || isDigit(byte)
                    }
                guard fits else { return false }
                place += 1
            }
            return place == length
        }
    }

    /// `A9 9AA`, `A99 9AA`, `AA9 9AA`, `AA99 9AA`, `A9A 9AA` or `AA9A 9AA`, with or without the blank.
    private static func isPostcode(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard (5...8).contains(end - start) else { return false }
        return hasShape(text, start, end, "A00AA") || hasShape(text, start, end, "A000AA")
            || hasShape(text, start, end, "AA00AA") || hasShape(text, start, end, "AA000AA")
            || hasShape(text, start, end, "A0A0AA") || hasShape(text, start, end, "AA0A0AA")
    }

    /// `0` or `+44` and nine or ten digits more, with blanks, hyphens, dots and brackets between.
    private static func isPhone(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard (10...24).contains(end - start) else { return false }
        var digits = 0
        var prefix = 0
        for index in start..<end {
            let byte = text[index]
            if isDigit(byte) {
                digits += 1
                if digits <= 2 { prefix = prefix * 10 + Int(byte - 0x30) }
            } else if byte == UInt8(ascii: "+") {
                guard index == start else { return false }
            } else {
                guard isBlank(byte) || [0x28, 0x29, 0x2D, 0x2E].contains(byte) else { return false }
            }
        }
        if text[start] == UInt8(ascii: "+") { return prefix == 44 && (11...13).contains(digits) }
        if prefix == 44 { return digits == 12 }
        return prefix > 0 && prefix < 10 && (10...11).contains(digits)
    }

    /// An `@` between letters or digits with a dot somewhere after it.
    private static func holdsEmail(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard end - start >= 5 else { return false }
        for index in start..<end where text[index] == UInt8(ascii: "@") {
            guard index > start, !isBlank(text[index - 1]), index + 1 < end, !isBlank(text[index + 1]) else { continue }
            var after = index + 1
            while after < end, !isBlank(text[after]) {
                if text[after] == UInt8(ascii: "."), after > index + 1, after + 1 < end { return true }
                after += 1
            }
        }
        return false
    }
}
