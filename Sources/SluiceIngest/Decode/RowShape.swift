import SluiceModel

/// Tells what a row looks like that is not what it should be: a record inside a text, headings among records.
struct RowShape {
    private let delimiter: UInt8
    private let columnCount: Int
    /// Columns whose cells begin with a digit or a sign where they hold anything: numbers, dates, times.
    private let isNumeric: [Bool]
    /// By column of numbers: words that stand for a value that is not there, and say nothing of a row.
    private let neutral: [Set<[UInt8]>]
    /// Columns of months that may be written with their name first: `Apr-25`.
    private let hasNames: [Bool]
    private let hasNumeric: Bool
    /// Every heading that the dataset knows, normalised.
    private let headings: Set<String>
    /// By first byte: some heading begins with it, in either case.
    private let starts: [Bool]
    /// Below this a line has as many delimiters as a header by chance too often.
    private static let columnsMin = 4

    init(dataset: DatasetPlan, match: HeaderMatch) {
        delimiter = match.delimiter
        columnCount = match.columns.count
        isNumeric = match.columns.map { column in
            guard case .field(let index) = column else { return false }
            switch dataset.fields[index].type {
            case .integer, .number, .date, .datetime, .time, .year, .yearmonth: return true
            default: return false
            }
        }
        hasNumeric = isNumeric.contains(true)
        neutral = zip(match.columns, isNumeric).map { column, isNumeric in
            guard isNumeric, case .field(let index) = column else { return [] }
            return Set(dataset.fields[index].missingValues.map { Array($0.utf8) }).union(RowShape.words)
        }
        hasNames = match.columns.map { column in
            guard case .field(let index) = column else { return false }
            return dataset.fields[index].dateFormats.contains { $0.parts.first == .monthName }
        }
        headings = Set(dataset.fields.flatMap(\.headers) + dataset.ignoredHeaders + match.names).subtracting([""])
        var starts = [Bool](repeating: false, count: 256)
        for byte in headings.compactMap(\.utf8.first) {
            starts[Int(byte)] = true
            if byte &- 0x61 < 26 { starts[Int(byte & 0xDF)] = true }
        }
        self.starts = starts
    }

    /// Whether a row that is no record as it stands has headings in it: three or more that the dataset knows, and those
    /// at least half of what stands in it.
    func isHeadings(_ text: Flat<UInt8>, _ cells: Flat<RowScanner.Cell>, _ count: Int) -> Bool {
        guard columnCount >= 3, let first = (0..<count).first(where: { cells[$0].start < cells[$0].end }),
            starts[Int(text[Int(cells[first].start)])]
        else { return false }
        var (filled, known) = (0, 0)
        for index in first..<count where cells[index].start < cells[index].end {
            filled += 1
            let cell = cells[index]
            guard cell.end - cell.start <= RowShape.headingBytes else { continue }
            if headings.contains(HeaderName.normalised(text.bytes(Int(cell.start)..<Int(cell.end)))) { known += 1 }
            // A record is told by its first cells.
            if filled == 3, known == 0 { return false }
        }
        return known >= 3 && known * 2 >= filled
    }

    private static let headingBytes = 200
    /// What programs write for no value, whatever a schema says.
    private static let words: Set<[UInt8]> = Set(
        ["NULL", "null", "NA", "N/A", "n/a", "NaN", "None", "#N/A", "\\N"].map { Array($0.utf8) })

    /// How many lines of a range look like records. A line has no quoted cell but those that end in it.
    func recordLines(_ text: Flat<UInt8>, _ range: Range<Int>) -> Int {
        guard columnCount >= RowShape.columnsMin else { return 0 }
        var count = 0
        var start = range.lowerBound
        while start < range.upperBound {
            let next = text.lineEnd(from: start, to: range.upperBound, isLast: true) ?? range.upperBound
            var end = next
            while end > start, text[end - 1] == 0x0A || text[end - 1] == 0x0D { end -= 1 }
            if isRecord(text, start, end) { count += 1 }
            start = next
        }
        return count
    }

    /// As many cells as there are columns, and digits where numbers are.
    private func isRecord(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var column = 0
        var (numbers, others, neutrals) = (0, 0, 0)
        var index = start
        while true {
            guard column < columnCount else { return false }
            var first = index
            while first < end, isBlank(text[first]) { first += 1 }
            if first < end, text[first] == 0x22 {
                if let close = closingQuote(text, first + 1, end) {
                    index = close + 1
                    first += 1
                    if first == close { first = end }
                } else {
                    // Opened here and not closed: of the line it is no more than a sign.
                    first += 1
                }
            }
            var next = index
            while next < end, text[next] != delimiter { next += 1 }
            if isNumeric[column], first < end, text[first] != delimiter {
                var last = next
                while last > first, isBlank(text[last - 1]) || text[last - 1] == 0x22 { last -= 1 }
                if text[first] &- 0x30 < 10 || text[first] == UInt8(ascii: "-") {
                    numbers += 1
                } else if hasNames[column] || neutral[column].contains(text.bytes(first..<last)) {
                    neutrals += 1
                } else {
                    others += 1
                }
            }
            column += 1
            if next >= end { break }
            index = next + 1
        }
        return column == columnCount && (numbers > others || others == 0 && neutrals > 0 || !hasNumeric)
    }

    /// The quotation mark that ends the cell, when it is in the line and a delimiter or the line's end follows.
    private func closingQuote(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var index = start
        while index < end {
            guard text[index] == 0x22 else {
                index += 1
                continue
            }
            if index + 1 < end, text[index + 1] == 0x22 {
                index += 2
                continue
            }
            var after = index + 1
            while after < end, isBlank(text[after]) { after += 1 }
            return after == end || text[after] == delimiter ? index : nil
        }
        return nil
    }
}
