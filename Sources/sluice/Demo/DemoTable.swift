import SluiceModel

/// Writes delimited text, cell by cell, as agencies' systems do.
///
/// Traps when a row does not have as many cells as the header.
struct DemoTable {
    /// How one agency's system writes its files.
    struct Dialect: Sendable {
        var delimiter = UInt8(ascii: ",")
        var endsLinesWithCarriageReturn = false
        var hasByteOrderMark = false
        /// Windows-1252 in place of UTF-8, for letters up to U+00FF.
        var isWindows1252 = false
        /// Rows above the header.
        var titles: [String] = []
    }

    enum DateStyle {
        /// `2025-04-30`
        case iso
        /// `30/04/2025`
        case british
    }

    private(set) var bytes: [UInt8] = []
    private let dialect: Dialect
    /// By column, whether it is written.
    private let isWritten: [Bool]
    private var column = 0
    private var rowStart = 0
    private var rowIsEmpty = true

    /// - Parameter leavingOut: Columns that are missing from the file, while their cells are given all the same.
    init(columns: [String], leavingOut: Set<String> = [], dialect: Dialect = Dialect(), reserving: Int = 0) {
        self.dialect = dialect
        isWritten = columns.map { !leavingOut.contains($0) }
        bytes.reserveCapacity(reserving)
        if dialect.hasByteOrderMark { bytes += [0xEF, 0xBB, 0xBF] }
        for title in dialect.titles {
            append(title)
            endLine()
        }
        for name in columns { cell(name) }
        endRow()
    }

    mutating func cell(_ text: String) {
        write { $0.appendQuotedIfNeeded(text) }
    }

    mutating func cell(_ number: Int) {
        write { $0.append(number, width: 1) }
    }

    /// A number with zeros before it and a text around it: `MVPCRIME/0000012/25`.
    mutating func cell(_ prefix: String, _ number: Int, width: Int, _ suffix: String = "") {
        write {
            $0.append(prefix)
            $0.append(number, width: width)
            $0.append(suffix)
        }
    }

    mutating func cell(_ date: CivilDate, _ style: DateStyle) {
        write { $0.append(date, style) }
    }

    /// - Parameters:
    ///   - minute: Of the day.
    ///   - separator: Between day and time.
    ///   - ending: After the minutes, `:00` for seconds.
    mutating func cell(
        _ date: CivilDate, _ style: DateStyle, minute: Int, separator: Character = " ", ending: String = ""
    ) {
        write {
            $0.append(date, style)
            $0.bytes.append(separator.asciiValue!)
            $0.append(minute / 60, width: 2)
            $0.bytes.append(UInt8(ascii: ":"))
            $0.append(minute % 60, width: 2)
            $0.append(ending)
        }
    }

    mutating func emptyCell() { write { _ in } }

    mutating func endRow() {
        precondition(column == isWritten.count, "a row of the demo has \(column) cells, not \(isWritten.count)")
        endLine()
    }

    /// Takes the row that is being written back.
    mutating func abandonRow() {
        bytes.removeSubrange(rowStart...)
        column = 0
        rowIsEmpty = true
    }

    // MARK: - Parts

    private mutating func write(_ content: (inout DemoTable) -> Void) {
        defer { column += 1 }
        guard isWritten[column] else { return }
        if !rowIsEmpty { bytes.append(dialect.delimiter) }
        rowIsEmpty = false
        content(&self)
    }

    private mutating func endLine() {
        if dialect.endsLinesWithCarriageReturn { bytes.append(0x0D) }
        bytes.append(0x0A)
        column = 0
        rowIsEmpty = true
        rowStart = bytes.count
    }

    private mutating func appendQuotedIfNeeded(_ text: String) {
        let needsQuotes = text.utf8.contains { $0 == dialect.delimiter || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
        guard needsQuotes else { return append(text) }
        bytes.append(0x22)
        for character in text {
            append(String(character))
            if character == "\"" { bytes.append(0x22) }
        }
        bytes.append(0x22)
    }

    private mutating func append(_ text: String) {
        if dialect.isWindows1252 {
            for scalar in text.unicodeScalars { bytes.append(UInt8(scalar.value)) }
        } else {
            bytes.append(contentsOf: text.utf8)
        }
    }

    private mutating func append(_ date: CivilDate, _ style: DateStyle) {
        let (year, month, day) = date.parts
        switch style {
        case .iso:
            append(year, width: 4)
            bytes.append(UInt8(ascii: "-"))
            append(month, width: 2)
            bytes.append(UInt8(ascii: "-"))
            append(day, width: 2)
        case .british:
            append(day, width: 2)
            bytes.append(UInt8(ascii: "/"))
            append(month, width: 2)
            bytes.append(UInt8(ascii: "/"))
            append(year, width: 4)
        }
    }

    /// Zero or more, with zeros before it up to `width` digits.
    private mutating func append(_ number: Int, width: Int) {
        var scale = 1
        for _ in 1..<width { scale *= 10 }
        while number / scale >= 10 { scale *= 10 }
        while scale > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / scale % 10))
            scale /= 10
        }
    }
}
