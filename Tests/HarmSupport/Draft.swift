import DeliverySupport
import SluiceModel
import SluiceSystem
import SluiceTestSupport

package enum HarmForm: String, CaseIterable, Sendable {
    case csv, xlsx
}

/// Where a mistake was made, and by what a receipt would speak of it.
struct Place {
    /// Numbers of rows as receipts count them, from 1 at the first of the file; empty where no row is named.
    var rows: Set<Int> = []
    /// Headings.
    var columns: Set<String> = []
    /// The file as a whole is spoilt, so that a finding of the whole file can speak of it.
    var isOfFile = false
    /// In words, for a person: `column LSOA, row 17`.
    var text = ""
}

/// A delivery on its way from good rows to bytes, into which a mistake is made.
struct Draft {
    let dataset: HarmDataset
    let form: HarmForm
    var header: [String]
    var rows: [[String]]
    var random = SplitMix64(seed: 0)
    var place = Place()
    /// Rows above the headings.
    var above: [[String]] = []
    /// The whole file, where a mistake is one of bytes.
    var bytes: [UInt8]?
    // What only a workbook has.
    var textColumns: Set<Int> = []
    var cells: [Spot: Workbook.Cell] = [:]
    var merged: [String] = []
    var moreSheets: [Workbook.Sheet] = []
    var is1904 = false
    /// The file's name, where it is not this period's.
    var sentAgain = false

    struct Spot: Hashable {
        var row: Int
        var column: Int
    }

    init(_ dataset: HarmDataset, before: Int = 0, form: HarmForm = .csv) {
        self.dataset = dataset
        self.form = form
        header = dataset.header
        rows = dataset.rows(before: before)
    }

    /// As receipts count them.
    func rowNumber(_ index: Int) -> Int { index + 2 + above.count }

    // MARK: - Bytes

    func encoded() -> [UInt8] {
        if let bytes { return bytes }
        return form == .csv ? csv() : workbook().bytes()
    }

    func csv(_ delimiter: String = ",") -> [UInt8] { Array(text(delimiter).utf8) }

    func text(_ delimiter: String = ",") -> String { lines(delimiter).map { $0 + "\r\n" }.joined() }

    /// Without their ends, the headings first.
    func lines(_ delimiter: String = ",") -> [String] {
        (above + [header] + rows).map { row in row.map { Draft.quoted($0, delimiter) }.joined(separator: delimiter) }
    }

    static func quoted(_ cell: String, _ delimiter: String) -> String {
        let isPlain = !cell.utf8.contains { $0 == 0x22 || $0 == 0x0A || $0 == 0x0D || $0 == delimiter.utf8.first }
        return isPlain ? cell : "\"" + cell.replacing("\"", with: "\"\"") + "\""
    }

    func sheet(_ name: String) -> Workbook.Sheet {
        let head = (above + [header]).map { $0.map { $0.isEmpty ? Workbook.Cell.empty : .text($0) } }
        let body = rows.enumerated().map { index, row in
            row.enumerated().map { column, cell in
                cells[Spot(row: index, column: column)]
                    ?? (textColumns.contains(column)
                        ? cell.isEmpty ? .empty : .text(cell) : Workbook.typed(cell, from1904: is1904))
            }
        }
        return Workbook.Sheet(name: name, rows: head + body, merged: merged)
    }

    func workbook() -> Workbook {
        Workbook(sheets: [sheet("Data")] + moreSheets, is1904: is1904)
    }

    // MARK: - Choosing

    /// Columns that decide what is stored and have values in a fifth of the rows.
    var usedColumns: [Int] {
        dataset.used.sorted().filter { column in
            rows.filter { column < $0.count && !$0[column].isEmpty }.count * 5 >= rows.count
        }
    }

    func values(_ column: Int) -> [String] { rows.map { column < $0.count ? $0[column] : "" } }

    /// Used columns of dates.
    var dateColumns: [Int] { usedColumns.filter { isDates($0) } }

    /// Those that decide the period.
    var periodColumns: [Int] { dateColumns.filter { dataset.periodColumns.contains($0) } }

    /// Those that are no births.
    var eventColumns: [Int] { dateColumns.filter { !dataset.births.contains($0) } }

    func isDates(_ column: Int) -> Bool {
        let filled = values(column).filter { !$0.isEmpty }
        return !filled.isEmpty && filled.allSatisfy { DateText($0) != nil }
    }

    /// Used columns of codes: few different values, no dates and no keys.
    var codeColumns: [Int] {
        usedColumns.filter { column in
            !isDates(column) && !dataset.keys.contains(column) && !dataset.freeTexts.contains(column)
                && Set(values(column)).count > 1
                && (!isNumbers(column) || Set(values(column)).count < 12)
        }
    }

    func isNumbers(_ column: Int) -> Bool {
        let filled = values(column).filter { !$0.isEmpty }
        return !filled.isEmpty && filled.filter { Int($0) != nil }.count * 10 >= filled.count * 8
    }

    /// A row with a value in the column.
    mutating func filledRow(_ column: Int) -> Int? {
        let filled = rows.indices.filter { column < rows[$0].count && !rows[$0][column].isEmpty }
        return filled.isEmpty ? nil : random.element(of: filled)
    }

    mutating func pick<T>(_ items: [T]) -> T? { items.isEmpty ? nil : random.element(of: items) }

    mutating func row(from low: Double = 0, to high: Double = 1) -> Int {
        let first = Int(Double(rows.count - 1) * low)
        let last = Int(Double(rows.count - 1) * high)
        return random.int(first...max(first, last))
    }

    // MARK: - Noting the place

    mutating func note(row index: Int, column: Int? = nil) {
        place.rows.insert(rowNumber(index))
        if let column, column < dataset.header.count { place.columns.insert(dataset.header[column]) }
        place.text = "row \(rowNumber(index))" + (column.map { ", column \(dataset.header[$0])" } ?? "")
    }

    mutating func note(column: Int) {
        place.columns.insert(dataset.header[column])
        place.isOfFile = true
        place.text = (place.text.isEmpty ? "" : place.text + ", ") + "column \(dataset.header[column])"
    }

    /// The cells from this column on, in every row from that one on.
    mutating func note(rowsFrom row: Int, columnsFrom column: Int) {
        noteRows(row..<rows.count, "from row \(rowNumber(row)) and column \(column + 1) on")
        place.columns.formUnion(dataset.header[column...])
        place.isOfFile = true
    }

    mutating func noteFile(_ text: String) {
        place.isOfFile = true
        place.text = text
    }

    mutating func noteRows(_ indices: some Sequence<Int>, _ text: String) {
        for index in indices { place.rows.insert(rowNumber(index)) }
        place.text = text
    }
}

extension HarmDataset {
    func fileName(before: Int, form: HarmForm) -> FileName {
        FileName(own: "\(dataset)-\(period(before: before).last).\(form.rawValue)")
    }
}
