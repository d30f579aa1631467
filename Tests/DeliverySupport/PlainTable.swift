package import SluiceModel

/// A table as its cells, free of any form: what one delivery written in many forms has in common.
package struct PlainTable {
    package var header: [String]
    /// Rows need not be as long as the header.
    package var rows: [[String]]

    package init(header: [String], rows: [[String]]) {
        self.header = header
        self.rows = rows
    }

    /// Reads delimited text, of which the header is the row with this number, from 1. Rows above it are left out.
    ///
    /// - Source: RFC 4180 section 2; LF and CR alone end rows too.
    /// - Returns: nil when the text is not of this encoding, or ends inside quotes.
    package init?(reading bytes: [UInt8], encoding: TextEncoding, delimiter: Unicode.Scalar, headerRow: Int) {
        guard let text = PlainTable.scalars(bytes, encoding) else { return nil }
        var rows: [[String]] = []
        var row: [String] = []
        var cell = String.UnicodeScalarView()
        var isQuoted = false
        var hasCell = false
        func endCell() {
            row.append(String(cell))
            cell = String.UnicodeScalarView()
            hasCell = false
        }
        func endRow() {
            endCell()
            rows.append(row)
            row = []
        }
        var index = 0
        while index < text.count {
            let scalar = text[index]
            index += 1
            if isQuoted {
                if scalar != "\"" {
                    cell.append(scalar)
                } else if index < text.count, text[index] == "\"" {
                    cell.append(scalar)
                    index += 1
                } else {
                    isQuoted = false
                }
                continue
            }
            switch scalar {
            case "\"" where !hasCell:
                isQuoted = true
                hasCell = true
            case delimiter: endCell()
            case "\r":
                if index < text.count, text[index] == "\n" { index += 1 }
                endRow()
            case "\n": endRow()
            default:
                cell.append(scalar)
                hasCell = true
            }
        }
        if !row.isEmpty || hasCell || !cell.isEmpty { endRow() }
        guard !isQuoted, rows.count >= headerRow, headerRow >= 1 else { return nil }
        header = rows[headerRow - 1]
        self.rows = Array(rows.dropFirst(headerRow))
    }

    /// Every cell, the header's first.
    package var cells: [String] { header + rows.flatMap { $0 } }

    private static func scalars(_ bytes: [UInt8], _ encoding: TextEncoding) -> [Unicode.Scalar]? {
        switch encoding {
        case .utf8:
            let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
            return String(validating: body, as: UTF8.self).map { Array($0.unicodeScalars) }
        case .windows1252: return Windows1252.scalars(bytes)
        case .utf16, .utf16LittleEndian, .utf16BigEndian:
            let isLittle = encoding == .utf16LittleEndian || bytes.starts(with: [0xFF, 0xFE])
            let hasMark = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
            guard bytes.count % 2 == 0 else { return nil }
            let units = stride(from: hasMark ? 2 : 0, to: bytes.count, by: 2).map { place in
                let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
                return isLittle ? second << 8 | first : first << 8 | second
            }
            return String(validating: units, as: UTF16.self).map { Array($0.unicodeScalars) }
        }
    }
}

/// The 27 characters of Windows-1252 that stand elsewhere in Unicode. Source: WHATWG Encoding, index windows-1252.
package enum Windows1252 {
    private static let upper: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]

    static func scalars(_ bytes: [UInt8]) -> [Unicode.Scalar] {
        bytes.map { byte in
            (0x80..<0xA0).contains(byte)
                ? Unicode.Scalar(upper[Int(byte) - 0x80]) ?? "\u{FFFD}" : Unicode.Scalar(byte)
        }
    }

    /// Nil when a character has no byte.
    package static func bytes(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            if scalar.value < 0x80 || (0xA0...0xFF).contains(scalar.value) {
                bytes.append(UInt8(scalar.value))
            } else if scalar.value > 0xFF, let place = upper.firstIndex(of: scalar.value) {
                bytes.append(UInt8(0x80 + place))
            } else {
                return nil
            }
        }
        return bytes
    }
}
