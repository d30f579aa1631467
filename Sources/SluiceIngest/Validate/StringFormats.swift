import SluiceModel

extension StringFormat {
    /// Whether the bytes from `start` to `end` are a text of the format.
    func fits(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        switch self {
        case .any: true
        case .email: MailAddress.isValid(text, start, end)
        case .uri: UniformResourceIdentifier.isValid(text, start, end)
        case .binary: isBase64(text, start, end)
        case .uuid: isUUID(text, start, end)
        }
    }

    /// Groups of four characters, the last one filled up with `=`; no line ends.
    ///
    /// Source: RFC 4648 sections 3.2, 3.3 and 4. Bits of the last character that are left over may have any value.
    private func isBase64(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard (end - start).isMultiple(of: 4), start < end else { return false }
        var last = end
        if text[last - 1] == UInt8(ascii: "=") { last -= 1 }
        if text[last - 1] == UInt8(ascii: "=") { last -= 1 }
        return (start..<last).allSatisfy {
            isLetterOrDigit(text[$0]) || text[$0] == UInt8(ascii: "+") || text[$0] == UInt8(ascii: "/")
        }
    }

    /// Eight, four, four, four and twelve hexadecimal digits, of any version.
    ///
    /// Source: RFC 9562 section 4.
    private func isUUID(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard end - start == 36 else { return false }
        return (0..<36).allSatisfy { offset in
            let byte = text[start + offset]
            return [8, 13, 18, 23].contains(offset) ? byte == UInt8(ascii: "-") : isHexadecimal(byte)
        }
    }
}

/// Addresses of mailboxes.
///
/// Source: RFC 5321 sections 4.1.2 and 4.5.3.1. Narrower than it where no agency's address is wider: the domain has at
/// least two labels and is no address literal, and all is ASCII.
enum MailAddress {
    static func isValid(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        // A quoted local part may hold an @: the last one parts it from the domain.
        guard let at = (start..<end).last(where: { text[$0] == UInt8(ascii: "@") }), at - start <= 64,
            end - start <= 254
        else { return false }
        return isLocalPart(text, start, at) && isDomain(text, at + 1, end)
    }

    private static func isLocalPart(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard start < end else { return false }
        if text[start] == UInt8(ascii: "\"") { return isQuoted(text, start, end) }
        var atomLength = 0
        for index in start..<end {
            if text[index] == UInt8(ascii: ".") {
                if atomLength == 0 { return false }
                atomLength = 0
            } else {
                guard isAtomText(text[index]) else { return false }
                atomLength += 1
            }
        }
        return atomLength > 0
    }

    private static func isQuoted(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        // Nothing at all may stand between the quotes.
        guard end - start >= 2, text[end - 1] == UInt8(ascii: "\"") else { return false }
        var index = start + 1
        while index < end - 1 {
            if text[index] == UInt8(ascii: "\\") {
                index += 1
            } else if text[index] == UInt8(ascii: "\"") {
                return false
            }
            guard index < end - 1, text[index] >= 0x20, text[index] <= 0x7E else { return false }
            index += 1
        }
        return true
    }

    private static func isAtomText(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    private static func isDomain(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var labelCount = 0
        var labelStart = start
        for index in start...end where index == end || text[index] == UInt8(ascii: ".") {
            guard index > labelStart, index - labelStart <= 63, text[labelStart] != UInt8(ascii: "-"),
                text[index - 1] != UInt8(ascii: "-"),
                (labelStart..<index).allSatisfy({ isLetterOrDigit(text[$0]) || text[$0] == UInt8(ascii: "-") })
            else { return false }
            labelCount += 1
            // A number at the end makes it an address on the network and no name.
            if index == end, (labelStart..<index).allSatisfy({ text[$0] <= 0x39 && text[$0] >= 0x30 }) { return false }
            labelStart = index + 1
        }
        return labelCount >= 2
    }
}

@inline(__always)
func isLetterOrDigit(_ byte: UInt8) -> Bool {
    byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A
}

@inline(__always)
func isHexadecimal(_ byte: UInt8) -> Bool {
    byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66
}
