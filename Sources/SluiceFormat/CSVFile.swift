import SluiceYAML

/// A comma-separated file of the plugin's or the model's own, read strictly: any slip in it is a mistake with its place.
///
/// - Source: RFC 4180 section 2; a byte order mark, line feeds alone and a missing last line end are allowed as well.
struct CSVFile {
    struct Cell: Hashable, Sendable {
        var text: String
        var line: Int
        /// In characters, from 1.
        var column: Int
    }

    var file: String
    var header: [Cell]
    /// As many cells in each row as in the header.
    var rows: [[Cell]]

    /// Reads the bytes of `file`. Rows with a mistake are left out.
    init?(file: String, bytes: [UInt8], mistakes: Mistakes) {
        self.file = file
        var reader = CSVReader(file: file, bytes: bytes, mistakes: mistakes)
        guard let first = reader.nextRow() else {
            if !reader.hasFailed {
                mistakes.add(Mistake(file: file, what: "the file is empty", hint: "write a header line"))
            }
            return nil
        }
        header = first
        rows = []
        while let row = reader.nextRow() {
            if row.count == 1, row[0].text.isEmpty, header.count > 1 {
                reader.add(row[0], "the line is empty", hint: "remove it")
            } else if row.count != header.count {
                reader.add(
                    row[0], "the row has \(row.count) cells and the header \(header.count)",
                    hint: "put a text with a comma in it in double quotes")
            } else {
                rows.append(row)
            }
        }
        if reader.hasFailed { return nil }
    }

    /// Where each column stands, by name. Repeated, missing and unknown names are mistakes.
    ///
    /// - Parameter known: The names allowed beside the required ones; nil allows any.
    func columns(required: [String], known: [String]?, mistakes: Mistakes) -> [String: Int] {
        var places: [String: Int] = [:]
        for (index, cell) in header.enumerated() {
            if places[cell.text] != nil {
                add(cell, "the column \(shown(cell.text)) stands twice", hint: "remove one", to: mistakes)
            } else {
                places[cell.text] = index
            }
        }
        let absent = (required + (known ?? [])).filter { places[$0] == nil }
        for cell in header where !required.contains(cell.text) {
            if let known {
                guard !known.contains(cell.text) else { continue }
                let all = (required + known).joined(separator: ", ")
                add(
                    cell, "unknown column \(shown(cell.text))",
                    hint: nameHint(cell.text, among: absent, else: "the columns are \(all)"), to: mistakes)
            } else if cell.text.isEmpty {
                add(cell, "a column without a name", hint: "name it or remove it", to: mistakes)
            }
        }
        for name in required where places[name] == nil {
            let near = nearest(name, among: header.map(\.text).filter { !required.contains($0) })
            let hint =
                near.map { "\(shown($0)) may be meant for it" }
                ?? "the header begins \(required.joined(separator: ","))"
            mistakes.add(Mistake(file: file, what: "the column `\(name)` is missing", hint: hint))
        }
        return places
    }

    func add(_ cell: Cell, _ what: String, hint: String, to mistakes: Mistakes) {
        mistakes.add(Mistake(file: file, line: cell.line, column: cell.column, what: what, hint: hint))
    }
}

private struct CSVReader {
    let file: String
    let mistakes: Mistakes
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var column = 1
    private(set) var hasFailed = false

    init(file: String, bytes: [UInt8], mistakes: Mistakes) {
        self.file = file
        self.mistakes = mistakes
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    }

    func add(_ cell: CSVFile.Cell, _ what: String, hint: String) {
        mistakes.add(Mistake(file: file, line: cell.line, column: cell.column, what: what, hint: hint))
    }

    private mutating func fail(_ what: String, hint: String, line: Int? = nil, column: Int? = nil) {
        hasFailed = true
        mistakes.add(
            Mistake(file: file, line: line ?? self.line, column: column ?? self.column, what: what, hint: hint))
    }

    /// The next row's cells, at least one; nil at the end and after a mistake that loses the thread.
    mutating func nextRow() -> [CSVFile.Cell]? {
        guard !hasFailed, index < bytes.count else { return nil }
        var cells: [CSVFile.Cell] = []
        while true {
            guard let cell = nextCell() else { return nil }
            cells.append(cell)
            guard index < bytes.count else { return cells }
            switch bytes[index] {
            case UInt8(ascii: ","):
                step()
            case UInt8(ascii: "\r"):
                guard index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "\n") else {
                    fail("a carriage return without a line feed", hint: "save the file with ordinary line ends")
                    return nil
                }
                index += 2
                line += 1
                column = 1
                return cells
            case UInt8(ascii: "\n"):
                index += 1
                line += 1
                column = 1
                return cells
            default:
                fail("text after a closing quote", hint: "double a quote that belongs to the text")
                return nil
            }
        }
    }

    private mutating func step() {
        // Continuation bytes of UTF-8 are no characters of their own.
        if bytes[index] & 0xC0 != 0x80 { column += 1 }
        index += 1
    }

    private mutating func nextCell() -> CSVFile.Cell? {
        let start = (line: line, column: column)
        var content: [UInt8] = []
        if index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
            step()
            while true {
                guard index < bytes.count else {
                    fail("a quote that is never closed", hint: "close it", line: start.line, column: start.column)
                    return nil
                }
                let byte = bytes[index]
                if byte == UInt8(ascii: "\"") {
                    step()
                    guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { break }
                } else if byte == UInt8(ascii: "\n") {
                    content.append(byte)
                    index += 1
                    line += 1
                    column = 1
                    continue
                }
                guard isAllowed(bytes[index], inQuotes: true) else { return nil }
                content.append(bytes[index])
                step()
            }
        } else {
            while index < bytes.count {
                let byte = bytes[index]
                if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { break }
                if byte == UInt8(ascii: "\"") {
                    fail("a quote inside a cell that does not begin with one", hint: "put the whole cell in quotes")
                    return nil
                }
                guard isAllowed(byte, inQuotes: false) else { return nil }
                content.append(byte)
                step()
            }
        }
        guard let text = String(validating: content, as: UTF8.self) else {
            fail("the cell is not UTF-8", hint: "save the file as UTF-8", line: start.line, column: start.column)
            return nil
        }
        return CSVFile.Cell(text: text, line: start.line, column: start.column)
    }

    private mutating func isAllowed(_ byte: UInt8, inQuotes: Bool) -> Bool {
        if byte >= 0x20, byte != 0x7F { return true }
        if inQuotes, byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\t") { return true }
        fail("a control character", hint: "remove it")
        return false
    }
}
