/// Finds rows and cells in a buffer of text, without copying.
///
/// Looks at 64 bytes at a time for the few that matter (delimiters, quotes, line ends, characters that need a closer
/// look) and steps from one to the next. Between calls it remembers where it was, so that no byte is looked at twice
/// unless the buffer was refilled in the middle of a row.
///
/// Source: RFC 4180 section 2; CR alone ends a row too, and blanks around a quoted cell are let through.
struct RowScanner {
    /// One cell of the row last scanned: its bytes in the buffer, without quotes, and what was met in it.
    struct Cell: BitwiseCopyable {
        var start: Int32
        var end: Int32
        var marks: Marks
    }

    struct Marks: OptionSet, BitwiseCopyable {
        let rawValue: UInt32

        static var quoted: Marks { Marks(rawValue: 1) }
        /// Doubled quotes inside, still doubled.
        static var escaped: Marks { Marks(rawValue: 2) }
        static var beyondASCII: Marks { Marks(rawValue: 4) }
        /// A character that no cell may hold.
        static var forbidden: Marks { Marks(rawValue: 8) }
        /// A tab outside quotes: blank at an edge, forbidden in the middle.
        static var tab: Marks { Marks(rawValue: 16) }
        /// Text after the closing quote.
        static var afterQuote: Marks { Marks(rawValue: 32) }
        /// A line end inside quotes.
        static var holdsBreak: Marks { Marks(rawValue: 128) }
        /// Not quoted, but `="…"`, as a formula that keeps a spreadsheet from reading a text as a number.
        static var formula: Marks { Marks(rawValue: 256) }
    }

    enum Outcome {
        case row
        /// The buffer ends before the row does.
        case incomplete
        /// The file ends inside a quoted cell.
        case unclosedQuote
        case end
    }

    /// Where the next row begins.
    private(set) var position = 0
    private(set) var rowStart = 0
    /// Cells in the row last scanned, those beyond the capacity of `cells` too.
    private(set) var cellCount = 0
    /// All marks of the row's cells together.
    private(set) var rowMarks: Marks = []
    /// Line ends inside quotes of the row last scanned.
    private(set) var breakCount = 0
    /// After `incomplete`: the text ended inside quotes that hold a line break.
    private(set) var endsInBrokenQuote = false

    /// Where the cells of the next row are put.
    var cells: Flat<Cell>
    private let delimiter: UInt8
    /// Where the 64 bytes begin that `pending` is about.
    private var base = 0
    /// Bytes of those that were not visited yet, the first one the lowest bit.
    private var pending: UInt64 = 0

    /// Steps from one byte that matters to the next.
    private struct Cursor {
        let text: Flat<UInt8>
        let end: Int
        let isLast: Bool
        let delimiter: UInt8
        var base: Int
        var pending: UInt64

        @inline(__always)
        mutating func next() -> Int {
            while pending == 0 {
                base &+= 64
                if base >= end { return end }
                pending = text.marks(at: base, delimiter: delimiter)
            }
            let found = base &+ pending.trailingZeroBitCount
            pending &= pending &- 1
            return found < end ? found : end
        }

        /// Where the row after the line end at `index` begins; −1 when the text is cut off between CR and LF.
        @inline(__always)
        mutating func rowAfter(_ index: Int) -> Int {
            guard text[index] == 0x0D else { return index &+ 1 }
            guard index &+ 1 < end else { return isLast ? end : -1 }
            return text[index &+ 1] == 0x0A ? next() &+ 1 : index &+ 1
        }
    }

    /// The cells of the row that is being scanned.
    private struct Row {
        let cells: Flat<Cell>
        var count = 0
        var all: Marks = []
        var breaks = 0
        /// Marks of the cell at hand.
        var marks: Marks = []

        init(_ cells: Flat<Cell>) { self.cells = cells }

        @inline(__always)
        mutating func append(_ start: Int, _ end: Int) {
            if count < cells.count {
                cells[count] = Cell(
                    start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: end), marks: marks)
            }
            count &+= 1
            all.formUnion(marks)
            marks = []
        }

        @inline(__always)
        mutating func appendTrimmed(_ text: Flat<UInt8>, _ cellStart: Int, _ cellEnd: Int) {
            var start = cellStart
            var end = cellEnd
            while start < end, isBlank(text[start]) { start &+= 1 }
            while start < end, isBlank(text[end &- 1]) { end &-= 1 }
            append(start, end)
        }
    }

    init(delimiter: UInt8, cells: Flat<Cell>) {
        self.delimiter = delimiter
        self.cells = cells
    }

    /// Goes on at `position` of a buffer whose bytes may have moved. Must precede the first scan.
    mutating func restart(at position: Int, in text: Flat<UInt8>) {
        self.position = position
        base = position
        pending = text.marks(at: position, delimiter: delimiter)
    }

    /// Scans one row of `text` up to `end`. At least 64 readable bytes must follow `end`.
    mutating func scan(_ text: Flat<UInt8>, end: Int, isLast: Bool) -> Outcome {
        rowStart = position
        endsInBrokenQuote = false
        guard position < end else { return isLast ? .end : .incomplete }
        var row = Row(cells)
        var cursor = Cursor(
            text: text, end: end, isLast: isLast, delimiter: delimiter, base: base, pending: pending)
        var cellStart = position
        let delimiter = delimiter
        while true {
            let found = cursor.next()
            if found >= end {
                guard isLast else { return .incomplete }
                row.appendTrimmed(text, cellStart, end)
                return finish(at: end, row, cursor)
            }
            let byte = text[found]
            if byte == delimiter {
                row.appendTrimmed(text, cellStart, found)
                cellStart = found &+ 1
                continue
            }
            switch byte {
            case 0x0A, 0x0D:
                let next = cursor.rowAfter(found)
                guard next >= 0 else { return .incomplete }
                row.appendTrimmed(text, cellStart, found)
                return finish(at: next, row, cursor)
            case 0x22:
                var before = cellStart
                while before < found, isBlank(text[before]) { before &+= 1 }
                // Not at the start of the cell: an inch mark, say.
                guard before == found else {
                    if before &+ 1 == found, text[before] == UInt8(ascii: "=") { row.marks.insert(.formula) }
                    continue
                }
                row.marks = .quoted
                var holdsBreak = false
                var close = 0
                while true {
                    let inner = cursor.next()
                    if inner >= end {
                        endsInBrokenQuote = holdsBreak
                        return isLast ? .unclosedQuote : .incomplete
                    }
                    switch text[inner] {
                    case 0x22:
                        if inner &+ 1 >= end && !isLast { return .incomplete }
                        if inner &+ 1 < end, text[inner &+ 1] == 0x22 {
                            _ = cursor.next()
                            row.marks.insert(.escaped)
                            continue
                        }
                        close = inner
                    case 0x0A, 0x0D:
                        holdsBreak = true
                        // CR and LF together are one.
                        if text[inner] == 0x0A || text[inner &+ 1] != 0x0A || inner &+ 1 >= end { row.breaks &+= 1 }
                        row.marks.insert(.holdsBreak)
                        continue
                    case 0x80...:
                        row.marks.insert(.beyondASCII)
                        continue
                    case 0x09, delimiter: continue
                    default:
                        row.marks.insert(.forbidden)
                        continue
                    }
                    break
                }
                var after = close &+ 1
                afterQuote: while true {
                    let outer = cursor.next()
                    while after < outer {
                        if !isBlank(text[after]) { row.marks.insert(.afterQuote) }
                        after &+= 1
                    }
                    if outer >= end {
                        guard isLast else { return .incomplete }
                        row.append(found &+ 1, close)
                        return finish(at: end, row, cursor)
                    }
                    let following = text[outer]
                    if following == delimiter {
                        row.append(found &+ 1, close)
                        cellStart = outer &+ 1
                        break afterQuote
                    }
                    switch following {
                    case 0x0A, 0x0D:
                        let next = cursor.rowAfter(outer)
                        guard next >= 0 else { return .incomplete }
                        row.append(found &+ 1, close)
                        return finish(at: next, row, cursor)
                    case 0x09: break
                    default: row.marks.insert(.afterQuote)
                    }
                    after = outer &+ 1
                }
            case 0x09: row.marks.insert(.tab)
            case 0x80...: row.marks.insert(.beyondASCII)
            default: row.marks.insert(.forbidden)
            }
        }
    }

    @inline(__always)
    private mutating func finish(at next: Int, _ row: Row, _ cursor: Cursor) -> Outcome {
        position = next
        base = cursor.base
        pending = cursor.pending
        cellCount = row.count
        rowMarks = row.all
        breakCount = row.breaks
        return .row
    }

    /// Makes the doubled quotes of the row last scanned single, in a copy of the cells that hold any. The copies begin
    /// at `scratch`, behind the text, where as many bytes as the row has must be free. Returns where they end.
    func unescape(_ text: Flat<UInt8>, scratch: Int) -> Int {
        var write = scratch
        for index in 0..<min(cellCount, cells.count) where cells[index].marks.contains(.escaped) {
            var cell = cells[index]
            let start = write
            var read = Int(cell.start)
            while read < Int(cell.end) {
                let byte = text[read]
                text[write] = byte
                write += 1
                read += byte == 0x22 ? 2 : 1
            }
            cell.start = Int32(truncatingIfNeeded: start)
            cell.end = Int32(truncatingIfNeeded: write)
            cells[index] = cell
        }
        return write
    }
}

@inline(__always)
func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

/// Whether `range` of `text` is well-formed UTF-8. With `mayBeCut`, a sequence that the end cuts off is let through.
///
/// Source: Unicode 16.0, table 3-7.
func isValidUTF8(_ text: Flat<UInt8>, _ range: Range<Int>, mayBeCut: Bool = false) -> Bool {
    var index = range.lowerBound
    let end = range.upperBound
    while index < end {
        let lead = text[index]
        index += 1
        if lead < 0x80 { continue }
        var low: UInt8 = 0x80
        var high: UInt8 = 0xBF
        let following: Int
        switch lead {
        case 0xC2...0xDF: following = 1
        case 0xE0: (low, following) = (0xA0, 2)
        case 0xED: (high, following) = (0x9F, 2)
        case 0xE1...0xEF: following = 2
        case 0xF0: (low, following) = (0x90, 3)
        case 0xF4: (high, following) = (0x8F, 3)
        case 0xF1...0xF3: following = 3
        default: return false
        }
        for _ in 0..<following {
            guard index < end else { return mayBeCut }
            guard text[index] >= low, text[index] <= high else { return false }
            (low, high) = (0x80, 0xBF)
            index += 1
        }
    }
    return true
}
