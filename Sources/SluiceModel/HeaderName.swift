/// How header names are compared: lower-case, letters and digits only, so that `Crime ID`, `crime_id` and `Crime.ID`
/// are one name.
package enum HeaderName {
    /// The comparable form of a header cell's bytes.
    ///
    /// Beyond ASCII, what has no shape or only separates is left out: byte order marks, no-break and other blanks,
    /// typographic quotes and dashes. Other characters are kept as they are.
    package static func normalised(_ bytes: some Sequence<UInt8>) -> String {
        var kept: [UInt8] = []
        var isASCII = true
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): kept.append(byte | 0x20)
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): kept.append(byte)
            case 0x80...:
                kept.append(byte)
                isASCII = false
            default: break
            }
        }
        if isASCII { return String(decoding: kept, as: UTF8.self) }
        if kept.starts(with: misreadMark) { kept.removeFirst(misreadMark.count) }
        var name = String.UnicodeScalarView()
        for scalar in String(decoding: kept, as: UTF8.self).unicodeScalars where scalar.isASCII || !separates(scalar) {
            name.append(scalar)
        }
        return String(name)
    }

    package static func normalised(_ text: String) -> String { normalised(text.utf8) }

    /// A byte order mark that a program read as Windows-1252 and wrote again as UTF-8: `ï»¿`.
    private static let misreadMark: [UInt8] = [0xC3, 0xAF, 0xC2, 0xBB, 0xC2, 0xBF]

    /// Source: Unicode 16.0 section 4.5, general categories Z, C and P.
    private static func separates(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .spaceSeparator, .lineSeparator, .paragraphSeparator, .control, .format, .connectorPunctuation,
            .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
            .otherPunctuation:
            true
        default: false
        }
    }
}
