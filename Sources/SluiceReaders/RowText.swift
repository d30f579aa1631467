package import SluiceModel

/// Rows of canonical delimited text in the making.
///
/// UTF-8; cells between `,`; a row ends with LF. A cell stands in quotes, its own quotes doubled, whenever it holds
/// `,` `"` CR LF or TAB, or begins or ends with a blank, and never otherwise (RFC 4180 section 2). Nothing is made of a
/// row or of further rows once a limit was passed; `excess` then says which.
package struct RowText {
    /// Whole rows, and the cells so far of the row in hand.
    package private(set) var bytes: [UInt8] = []
    /// Whole rows.
    package private(set) var rowCount = 0
    /// Cells that cannot be told or trusted; each rejects its row.
    package private(set) var notes: [CellNote] = []
    /// The limit that was passed.
    private(set) var excess: Unreadable?

    /// Cells of the row in hand.
    private(set) var cellCount = 0
    private var rowStart = 0
    private let rowLimitBytes: Int
    private let columnLimit: Int

    package init(limits: DecodeLimits) {
        rowLimitBytes = limits.rowLimitBytes
        columnLimit = limits.columnLimit
    }

    /// Drops all rows and keeps the room they took.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        notes.removeAll(keepingCapacity: true)
        rowCount = 0
        rowStart = 0
        cellCount = 0
    }

    /// Ends the row in hand; a row without cells is an empty line.
    package mutating func endRow() {
        guard excess == nil else { return }
        bytes.append(UInt8(ascii: "\n"))
        rowStart = bytes.count
        rowCount += 1
        cellCount = 0
    }

    package mutating func appendCell(_ cell: [UInt8]) {
        unsafe cell.withUnsafeBufferPointer { unsafe appendCell($0) }
    }

    package mutating func appendCell(_ cell: UnsafeBufferPointer<UInt8>) {
        guard beginCell(bytes: cell.count) else { return }
        unsafe RowText.appendCanonical(cell, to: &bytes)
    }

    /// A cell whose bytes are canonical already, quotes and all.
    mutating func appendCanonicalCell(_ cell: UnsafeBufferPointer<UInt8>) {
        guard beginCell(bytes: cell.count) else { return }
        unsafe bytes.append(contentsOf: cell)
    }

    package mutating func appendEmptyCells(_ count: Int) {
        for _ in 0..<max(0, count) { guard beginCell(bytes: 0) else { return } }
    }

    /// Puts a note on the cell last appended.
    mutating func noteCell(_ code: FindingCode) {
        guard excess == nil, cellCount > 0 else { return }
        // A row is rejected by its first note; a few more help, one for each of its cells would only cost memory.
        if notes.count >= RowText.noteLimitPerRow,
            notes[notes.count - RowText.noteLimitPerRow].row == rowCount
        {
            return
        }
        notes.append(CellNote(row: rowCount, column: cellCount - 1, code: code))
    }

    private static let noteLimitPerRow = 64

    /// Ends the cell before, and checks that there is room for one of so many bytes.
    @inline(__always)
    private mutating func beginCell(bytes count: Int) -> Bool {
        guard excess == nil else { return false }
        guard cellCount < columnLimit else {
            excess = Unreadable(.limitExceeded, rule: FindingRule.columnLimit)
            return false
        }
        guard bytes.count - rowStart + count < rowLimitBytes else {
            excess = Unreadable(.limitExceeded, rule: FindingRule.rowLimitBytes)
            return false
        }
        if cellCount > 0 { bytes.append(UInt8(ascii: ",")) }
        cellCount += 1
        return true
    }

    /// Appends a cell in its canonical form.
    static func appendCanonical(_ cell: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        guard unsafe needsQuotes(cell) else {
            unsafe bytes.append(contentsOf: cell)
            return
        }
        let quote = UInt8(ascii: "\"")
        bytes.append(quote)
        for index in 0..<cell.count {
            let byte = unsafe cell[index]
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }

    private static func needsQuotes(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = unsafe cell.first, let last = unsafe cell.last else { return false }
        let blank = UInt8(ascii: " ")
        if first == blank || last == blank { return true }
        for index in 0..<cell.count {
            switch unsafe cell[index] {
            case UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: "\t"):
                return true
            default: break
            }
        }
        return false
    }
}

/// A cell that rejects its row.
package struct CellNote: Hashable, Sendable {
    /// From 0 within its `RowText`.
    package var row: Int
    /// From 0.
    package var column: Int
    package var code: FindingCode

    package init(row: Int, column: Int, code: FindingCode) {
        self.row = row
        self.column = column
        self.code = code
    }
}

/// Something to say of a table as a whole.
package struct FileNote: Hashable, Sendable {
    package var code: FindingCode
    package var rule: String
    /// `note`, `warning`, or `fatal` where the table cannot be what it is taken for.
    package var severity: Severity
    package var count: Int
    /// The first rows it was seen in, from 1, at most `Finding.rowLimit`; empty where it has no row.
    package var rows: [Int]
    package var arguments: [Int]

    package init(
        _ code: FindingCode, rule: String, severity: Severity, count: Int, rows: [Int] = [], arguments: [Int] = []
    ) {
        self.code = code
        self.rule = rule
        self.severity = severity
        self.count = count
        self.rows = rows
        self.arguments = arguments
    }
}
