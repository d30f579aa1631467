/// The name of one entry of a folder: 1 to 255 bytes, in any encoding or none.
///
/// It holds no `/` and no NUL and is neither `.` nor `..`, so that it can only mean an entry of the folder it is used
/// with. Ordered by its bytes.
package struct FileName: Hashable, Sendable, Comparable {
    package let bytes: [UInt8]

    /// `nil` when the bytes cannot be a name.
    package init?(_ bytes: [UInt8]) {
        guard (1...255).contains(bytes.count), bytes != [0x2E], bytes != [0x2E, 0x2E],
            !bytes.contains(0), !bytes.contains(UInt8(ascii: "/"))
        else { return nil }
        self.bytes = bytes
    }

    /// `nil` when the text cannot be a name.
    package init?(string: String) {
        self.init(Array(string.utf8))
    }

    package static func < (a: FileName, b: FileName) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }

    /// The form that C reads.
    var terminated: [UInt8] { bytes + [0] }
}

extension FileName: ExpressibleByStringLiteral {
    /// A name that Sluice itself chose. Traps when it cannot be one.
    package init(stringLiteral text: String) {
        guard let name = FileName(string: text) else { preconditionFailure("not a file name") }
        self = name
    }
}

// MARK: - What a name tells

extension FileName {
    /// Whether the name says that a program is still writing the file: a leading dot, `~$` of office programs, or one
    /// of the suffixes that upload clients and browsers use. Case does not matter.
    package var isTemporary: Bool {
        if bytes[0] == UInt8(ascii: ".") || bytes.starts(with: [UInt8(ascii: "~"), UInt8(ascii: "$")]) { return true }
        let folded = bytes.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        return Self.temporarySuffixes.contains { suffix in
            folded.count >= suffix.utf8.count && folded.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
        }
    }

    private static let temporarySuffixes = [".tmp", ".part", ".filepart", ".crdownload", ".partial", ".swp"]

    /// The name as text without surprises: on one line, printable, and no two names alike.
    ///
    /// Quotes and backslash are escaped as in C; control bytes and bytes that are not UTF-8 as three octal digits;
    /// characters that are invisible or turn the writing direction as `\uXXXX`. Only for the agency's own receipt.
    package var escapedForDisplay: String {
        var text = ""
        var index = 0
        while index < bytes.count {
            guard let (scalar, length) = scalar(at: index) else {
                text += octal(bytes[index])
                index += 1
                continue
            }
            text += escaped(scalar)
            index += length
        }
        return text
    }

    private func scalar(at index: Int) -> (Unicode.Scalar, length: Int)? {
        let length =
            switch bytes[index] {
            case 0x00...0x7F: 1
            case 0xC2...0xDF: 2
            case 0xE0...0xEF: 3
            case 0xF0...0xF4: 4
            default: 0
            }
        guard length > 0, index + length <= bytes.count,
            let text = String(validating: bytes[index..<index + length], as: UTF8.self),
            let scalar = text.unicodeScalars.first
        else { return nil }
        return (scalar, length)
    }

    private func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\\", "\"", "'": return "\\" + String(scalar)
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        case " "..."~": return String(scalar)
        default: break
        }
        if scalar.isASCII { return octal(UInt8(scalar.value)) }
        let isPrintable =
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .privateUse, .unassigned,
                .surrogate:
                false
            default: !scalar.properties.isDefaultIgnorableCodePoint
            }
        if isPrintable { return String(scalar) }
        let digits = String(scalar.value, radix: 16)
        let width = digits.count > 4 ? 8 : 4
        return (width == 8 ? "\\U" : "\\u") + String(repeating: "0", count: width - digits.count) + digits
    }

    private func octal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 8)
        return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
    }
}
