/// Texts as they are written into YAML and CSV.
enum YAMLText {
    /// In double quotes, on one line whatever it holds.
    ///
    /// - Source: YAML 1.2.2 section 5.7, escaped characters.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22: quoted += "\\\""
            case 0x5C: quoted += "\\\\"
            case 0x20...0x7E, 0xA1...0x167F, 0x1681...0x1FFF, 0x2030...0x205E, 0x2070...0xD7FF, 0xF900...0xFDFF,
                0x10000...0xEFFFF:
                quoted.unicodeScalars.append(scalar)
            case ..<0x10000: quoted += "\\u" + hexadecimal(scalar.value, width: 4)
            default: quoted += "\\U" + hexadecimal(scalar.value, width: 8)
            }
        }
        return quoted + "\""
    }

    private static func hexadecimal(_ value: UInt32, width: Int) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

enum CSVText {
    /// A cell, in quotes where it must be.
    static func cell(_ text: String, delimiter: UInt8 = UInt8(ascii: ",")) -> String {
        let needsQuotes = text.utf8.contains { byte in
            byte == delimiter || byte == 0x22 || byte == 0x0A || byte == 0x0D || byte == 0x09
        }
        guard needsQuotes || text.first == " " || text.last == " " else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    static func row(_ cells: [String], delimiter: UInt8 = UInt8(ascii: ",")) -> String {
        cells.map { cell($0, delimiter: delimiter) }.joined(separator: String(Unicode.Scalar(delimiter))) + "\n"
    }
}
