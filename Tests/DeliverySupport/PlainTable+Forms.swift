package import SluiceModel

extension PlainTable {
    // MARK: - Delimited text

    /// RFC 4180, every row ended. A cell is quoted where it must be.
    package func delimited(_ delimiter: Unicode.Scalar = ",", lineEnd: String = "\n") -> String {
        var text = ""
        for row in [header] + rows {
            text += row.map { PlainTable.quoted($0, delimiter) }.joined(separator: String(delimiter)) + lineEnd
        }
        return text
    }

    private static func quoted(_ cell: String, _ delimiter: Unicode.Scalar) -> String {
        let isPlain = !cell.unicodeScalars.contains { $0 == delimiter || $0 == "\"" || $0 == "\n" || $0 == "\r" }
        return isPlain ? cell : "\"" + cell.replacing("\"", with: "\"\"") + "\""
    }

    // MARK: - Documents

    /// An array of objects, all members texts. A row longer than the header loses what has no name.
    package func json() -> String {
        "[" + rows.map { "\n  " + object($0) }.joined(separator: ",") + "\n]\n"
    }

    package func jsonLines() -> String { rows.map { object($0) + "\n" }.joined() }

    private func object(_ row: [String]) -> String {
        "{" + zip(header, row).map { PlainTable.literal($0) + ": " + PlainTable.literal($1) }.joined(separator: ", ")
            + "}"
    }

    private static func literal(_ text: String) -> String {
        var literal = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": literal += "\\\""
            case "\\": literal += "\\\\"
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                literal += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: literal.unicodeScalars.append(scalar)
            }
        }
        return literal + "\""
    }

    /// `<records><record><Name>`, with `xmlName` for each heading.
    package func xml() -> String {
        let names = header.map(PlainTable.xmlName)
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<records>\n"
        for row in rows {
            text += "<record>"
            for (name, cell) in zip(names, row) { text += "<\(name)>\(PlainTable.escaped(cell))</\(name)>" }
            text += "</record>\n"
        }
        return text + "</records>\n"
    }

    /// A heading without what a name of XML cannot hold, of the same normalised form.
    package static func xmlName(_ heading: String) -> String {
        "_" + HeaderName.normalised(heading)
    }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;").replacing("\r", with: "&#13;")
    }

    // MARK: - Workbook

    /// One sheet, all cells texts: inline, or as shared strings.
    package func workbook(sharesStrings: Bool = false) -> [UInt8] {
        let (rows, strings) = sheet(sharesStrings: sharesStrings)
        return WorkbookWriter(rows: rows, strings: strings).bytes()
    }

    /// The sheet's rows and the items of the shared strings, as text of their parts.
    package func sheet(sharesStrings: Bool) -> (rows: String, strings: String) {
        var places: [String: Int] = [:]
        var strings = ""
        var text = ""
        for (index, row) in ([header] + rows).enumerated() {
            text += "<row r=\"\(index + 1)\">"
            for (column, cell) in row.enumerated() where !cell.isEmpty {
                let place = PlainTable.columnLetters(column) + String(index + 1)
                let content = "<t xml:space=\"preserve\">\(PlainTable.escaped(cell))</t>"
                if sharesStrings {
                    let known = places[cell] ?? places.count
                    if known == places.count {
                        places[cell] = known
                        strings += "<si>\(content)</si>"
                    }
                    text += "<c r=\"\(place)\" t=\"s\"><v>\(known)</v></c>"
                } else {
                    text += "<c r=\"\(place)\" t=\"inlineStr\"><is>\(content)</is></c>"
                }
            }
            text += "</row>"
        }
        return (text, strings)
    }

    /// `A` for 0, `AA` for 26.
    static func columnLetters(_ index: Int) -> String {
        let last = String(Unicode.Scalar(UInt8(ascii: "A") + UInt8(index % 26)))
        return index < 26 ? last : columnLetters(index / 26 - 1) + last
    }

    // MARK: - Fixed width

    /// Lines without a heading, and the form that cuts them; a column is as wide as its widest cell.
    ///
    /// - Parameter names: the fields' header names, one for each column.
    package func fixedWidth(names: [String]) -> (text: String, form: FixedWidthForm) {
        let widths = header.indices.map { column in
            max(1, rows.map { column < $0.count ? $0[column].unicodeScalars.count : 0 }.max() ?? 1)
        }
        var columns: [FixedWidthForm.Column] = []
        var offset = 0
        for (name, width) in zip(names, widths) {
            columns.append(FixedWidthForm.Column(name: name, offset: offset, width: width))
            offset += width
        }
        let lines = rows.map { row in
            zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: max(0, width - cell.unicodeScalars.count))
            }.joined() + "\n"
        }
        return (lines.joined(), FixedWidthForm(columns: columns))
    }
}

extension TextEncoding {
    /// `text` in this encoding, with a byte order mark where `hasMark`. Nil when a character has no bytes in it.
    package func bytes(_ text: String, hasMark: Bool = false) -> [UInt8]? {
        func pairs(_ isLittle: Bool) -> [UInt8] {
            text.utf16.flatMap { unit in
                let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
                return isLittle ? [low, high] : [high, low]
            }
        }
        switch self {
        case .utf8: return (hasMark ? [0xEF, 0xBB, 0xBF] : []) + Array(text.utf8)
        case .windows1252: return Windows1252.bytes(text)
        case .utf16, .utf16LittleEndian: return (hasMark ? [0xFF, 0xFE] : []) + pairs(true)
        case .utf16BigEndian: return (hasMark ? [0xFE, 0xFF] : []) + pairs(false)
        }
    }
}
