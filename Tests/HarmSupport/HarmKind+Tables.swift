import SluiceModel
import SluiceTestSupport

extension HarmKind {
    // MARK: - Cut short

    static let cuts: [HarmKind] = [
        HarmKind("cut-half", "cut at a row's end, half or more lost") { draft in
            let kept = draft.row(from: 0.05, to: 0.5)
            draft.rows.removeSubrange(kept...)
            draft.noteFile("all rows from \(draft.rowNumber(kept)) on")
            return kept > 0
        },
        HarmKind("cut-quarter", "cut at a row's end, a quarter to a half lost") { draft in
            let kept = draft.row(from: 0.52, to: 0.75)
            draft.rows.removeSubrange(kept...)
            draft.noteFile("all rows from \(draft.rowNumber(kept)) on")
            return true
        },
        HarmKind("cut-last-cell", "cut within the last row's cells", [.csv]) { draft in
            let kept = draft.row(from: 0.1)
            draft.rows.removeSubrange((kept + 1)...)
            var bytes = draft.csv()
            bytes.removeLast(2)
            let line = draft.lines().last!.utf8.count
            bytes.removeLast(draft.random.int(1...max(1, min(line - 1, 40))))
            draft.bytes = bytes
            draft.noteFile("cut in row \(draft.rowNumber(kept))")
            draft.place.rows = [draft.rowNumber(kept)]
            return true
        },
        HarmKind("cut-anywhere", "cut at a random byte", [.csv]) { draft in
            let bytes = draft.csv()
            let head = draft.lines()[0].utf8.count + 2
            let end = draft.random.int(head + 10...bytes.count - 3)
            // A cut behind a line's end is another kind.
            guard bytes[end - 1] != 0x0A else { return false }
            draft.bytes = Array(bytes[..<end])
            draft.noteFile("cut at byte \(end)")
            draft.place.rows = [bytes[..<end].filter { $0 == 0x0A }.count + 1]
            return true
        },
        HarmKind("cut-workbook", "a workbook cut at a random byte", [.xlsx]) { draft in
            let bytes = draft.workbook().bytes()
            draft.bytes = Array(bytes[..<draft.random.int(100...bytes.count - 10)])
            draft.noteFile("cut")
            return true
        },
        HarmKind("half-missing", "every other row is missing") { draft in
            draft.rows = draft.rows.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
            draft.noteFile("every other row")
            return true
        },
        HarmKind("first-25", "all rows but the first 25 are missing") { draft in
            guard draft.rows.count > 50 else { return false }
            draft.rows.removeSubrange(25...)
            draft.noteFile("all rows but 25")
            return true
        },
        HarmKind("filter-left-on", "only the rows with one code of a column") { draft in
            guard let column = draft.pick(draft.codeColumns.filter { !draft.values($0).contains("") }) else {
                return false
            }
            let value = draft.random.element(of: draft.values(column))
            draft.rows.removeAll { $0[column] != value }
            draft.note(column: column)
            return draft.rows.count < draft.dataset.rows(before: 0).count
        },
        HarmKind("filter-out", "the rows with one code of a column are missing, a fifth of all or more") { draft in
            guard let column = draft.pick(draft.codeColumns) else { return false }
            let counts = Dictionary(grouping: draft.values(column)) { $0 }.mapValues(\.count)
            let large = counts.filter { $0.value * 5 >= draft.rows.count }.keys.sorted()
            guard let value = draft.pick(large) else { return false }
            draft.rows.removeAll { $0[column] == value }
            draft.note(column: column)
            return !draft.rows.isEmpty
        },
    ]

    // MARK: - Columns

    static let columns: [HarmKind] = [
        HarmKind("column-emptied", "a column without its values") { draft in
            guard let column = draft.pick(draft.usedColumns) else { return false }
            for row in draft.rows.indices { draft.rows[row][column] = "" }
            draft.note(column: column)
            return true
        },
        HarmKind("column-half-emptied", "a column without its values from the middle on") { draft in
            guard let column = draft.pick(draft.usedColumns) else { return false }
            let first = draft.row(from: 0.3, to: 0.6)
            for row in first..<draft.rows.count { draft.rows[row][column] = "" }
            draft.note(column: column)
            draft.noteRows(first..<draft.rows.count, draft.place.text + " from row \(draft.rowNumber(first)) on")
            return true
        },
        HarmKind("column-left-out", "a column left out") { draft in
            guard let column = draft.pick(draft.usedColumns) else { return false }
            for row in draft.rows.indices { draft.rows[row].remove(at: column) }
            draft.header.remove(at: column)
            draft.note(column: column)
            return true
        },
        HarmKind("column-doubled", "a column twice, the second one with other values") { draft in
            guard let column = draft.pick(draft.usedColumns) else { return false }
            let values = draft.values(column)
            let isBefore = draft.random.bool()
            let place = isBefore ? column : draft.header.count
            for row in draft.rows.indices {
                draft.rows[row].insert(isBefore ? values[(row + 1) % values.count] : values[row], at: place)
            }
            draft.header.insert(draft.header[column], at: place)
            draft.note(column: column)
            return true
        },
        HarmKind("headings-swapped", "two headings swapped above columns that stay") { draft in
            let used = draft.usedColumns
            guard let first = draft.pick(used), let second = draft.pick(used.filter { $0 != first }) else {
                return false
            }
            draft.header.swapAt(first, second)
            draft.note(column: first)
            draft.note(column: second)
            return true
        },
        HarmKind("heading-misspelt", "a heading with a letter less") { draft in
            guard let column = draft.pick(draft.usedColumns) else { return false }
            let name = draft.header[column]
            draft.header[column] = String(name.dropLast())
            draft.note(column: column)
            return name.count > 2
        },
        HarmKind("columns-swapped-later", "two columns swapped from one row on") { draft in
            let used = draft.usedColumns
            guard let first = draft.pick(used), let second = draft.pick(used.filter { $0 != first }) else {
                return false
            }
            let start = draft.row(from: 0.2, to: 0.9)
            for row in start..<draft.rows.count { draft.rows[row].swapAt(first, second) }
            draft.note(column: first)
            draft.note(column: second)
            draft.noteRows(start..<draft.rows.count, draft.place.text + " from row \(draft.rowNumber(start)) on")
            return true
        },
        HarmKind("fill-down", "a whole column with its first value") { draft in
            guard let column = draft.pick(draft.usedColumns.filter { Set(draft.values($0)).count > 1 }) else {
                return false
            }
            for row in draft.rows.indices { draft.rows[row][column] = draft.rows[0][column] }
            draft.note(column: column)
            return true
        },
        HarmKind("fill-down-later", "a column filled down from the middle on") { draft in
            // Of free texts hardly one says anything that is kept.
            let columns = draft.usedColumns.filter {
                Set(draft.values($0)).count > 1 && !draft.dataset.freeTexts.contains($0)
            }
            guard let column = draft.pick(columns) else { return false }
            let start = draft.row(from: 0.3, to: 0.6)
            for row in start..<draft.rows.count { draft.rows[row][column] = draft.rows[start][column] }
            draft.note(column: column)
            draft.noteRows(start..<draft.rows.count, draft.place.text + " from row \(draft.rowNumber(start)) on")
            return true
        },
        HarmKind("fill-series", "a column of numbers filled as a series") { draft in
            guard
                let column = draft.pick(
                    draft.usedColumns.filter { draft.isNumbers($0) && !draft.dataset.keys.contains($0) }),
                let start = draft.filledRow(column), let value = Int(draft.rows[start][column])
            else { return false }
            for row in start..<draft.rows.count { draft.rows[row][column] = "\(value + row - start)" }
            draft.note(column: column)
            draft.noteRows(start..<draft.rows.count, draft.place.text + " from row \(draft.rowNumber(start)) on")
            return draft.rows.count - start > 20
        },
        HarmKind("column-sorted", "one column sorted by itself") { draft in
            guard let column = draft.pick(draft.usedColumns.filter { Set(draft.values($0)).count > 1 }) else {
                return false
            }
            let sorted = draft.values(column).sorted()
            for row in draft.rows.indices { draft.rows[row][column] = sorted[row] }
            draft.note(column: column)
            return true
        },
        HarmKind("defaults", "an export writes one code where a value is not known") { draft in
            let columns = draft.codeColumns.filter { column in
                draft.values(column).filter(\.isEmpty).count * 5 >= draft.rows.count
            }
            guard let column = draft.pick(columns), let row = draft.filledRow(column) else { return false }
            let value = draft.rows[row][column]
            for row in draft.rows.indices where draft.rows[row][column].isEmpty { draft.rows[row][column] = value }
            draft.note(column: column)
            return true
        },
        HarmKind("all-unknown", "a column says Unknown in every row") { draft in
            guard let column = draft.pick(draft.codeColumns) else { return false }
            for row in draft.rows.indices { draft.rows[row][column] = draft.random.oneIn(2) ? "Unknown" : "N/K" }
            draft.note(column: column)
            return true
        },
    ]

    // MARK: - Shifted cells

    static let shifts: [HarmKind] = [
        HarmKind("cell-inserted-one-row", "a cell inserted in one row") { draft in
            let row = draft.row()
            let column = draft.random.int(0...draft.header.count - 1)
            draft.rows[row].insert("", at: column)
            if draft.random.bool() { draft.rows[row].removeLast() }
            draft.note(row: row)
            return true
        },
        HarmKind("cell-removed-one-row", "a cell removed in one row") { draft in
            let row = draft.row()
            draft.rows[row].remove(at: draft.random.int(0...draft.header.count - 1))
            if draft.random.bool() { draft.rows[row].append("") }
            draft.note(row: row)
            return true
        },
        HarmKind("cells-inserted-later", "a cell inserted in all later rows") { draft in
            let start = draft.row(from: 0, to: 0.95)
            let column = draft.random.int(0...draft.header.count - 1)
            let cuts = draft.random.bool()
            for row in start..<draft.rows.count {
                draft.rows[row].insert("", at: column)
                if cuts { draft.rows[row].removeLast() }
            }
            draft.note(rowsFrom: start, columnsFrom: column)
            return true
        },
        HarmKind("cells-removed-later", "a cell removed in all later rows") { draft in
            let start = draft.row(from: 0, to: 0.95)
            let column = draft.random.int(0...draft.header.count - 1)
            let fills = draft.random.bool()
            for row in start..<draft.rows.count {
                draft.rows[row].remove(at: column)
                if fills { draft.rows[row].append("") }
            }
            draft.note(rowsFrom: start, columnsFrom: column)
            return true
        },
        HarmKind("column-pushed-down", "a cell inserted in a column, the rest pushed down") { draft in
            guard let column = draft.pick(draft.usedColumns) else { return false }
            let start = draft.row(from: 0, to: 0.9)
            var values = draft.values(column)
            values.insert("", at: start)
            draft.rows.append(draft.header.map { _ in "" })
            for row in draft.rows.indices { draft.rows[row][column] = values[row] }
            draft.note(column: column)
            draft.noteRows(start..<draft.rows.count, draft.place.text + " from row \(draft.rowNumber(start)) on")
            return true
        },
        HarmKind("column-pulled-up", "a cell deleted in a full column, the rest pulled up") { draft in
            pullUp(&draft, draft.usedColumns.filter { !draft.values($0).contains("") })
        },
    ]

    /// Deletes a cell of one of the columns and pulls those below it up.
    static func pullUp(_ draft: inout Draft, _ columns: [Int]) -> Bool {
        guard let column = draft.pick(columns) else { return false }
        let start = draft.row(from: 0, to: 0.9)
        var values = draft.values(column)
        values.remove(at: start)
        values.append("")
        for row in draft.rows.indices { draft.rows[row][column] = values[row] }
        draft.note(column: column)
        draft.noteRows(start..<draft.rows.count, draft.place.text + " from row \(draft.rowNumber(start)) on")
        return true
    }

    // MARK: - Dates

    /// Changes the dates of one used column, in one row or all.
    static func someDates(
        _ id: String, _ what: String, isOneRow: Bool, untellable: String? = nil,
        of columns: @escaping @Sendable (Draft) -> [Int],
        _ change: @escaping @Sendable (DateText, inout Draft) -> String?
    ) -> HarmKind {
        HarmKind(id, what, untellable: untellable) { draft in
            guard let column = draft.pick(columns(draft)) else { return false }
            if isOneRow {
                for _ in 0..<20 {
                    guard let row = draft.filledRow(column), let date = DateText(draft.rows[row][column]),
                        let text = change(date, &draft), text != draft.rows[row][column]
                    else { continue }
                    // Another month of the same term is as good.
                    if draft.dataset.periodColumns.contains(column), let moved = DateText(text),
                        moved.date.month != date.date.month,
                        draft.dataset.period(before: 0).contains(
                            Period(first: moved.date.month, last: moved.date.month)!)
                    {
                        continue
                    }
                    draft.rows[row][column] = text
                    draft.note(row: row, column: column)
                    return true
                }
                return false
            }
            var isChanged = false
            for row in draft.rows.indices {
                guard let date = DateText(draft.rows[row][column]), let text = change(date, &draft) else { continue }
                isChanged = isChanged || text != draft.rows[row][column]
                draft.rows[row][column] = text
            }
            draft.note(column: column)
            return isChanged
        }
    }

    /// Changes every used column of dates in all rows, as an export that is wrong throughout.
    static func allDates(
        _ id: String, _ what: String, _ forms: [HarmForm] = HarmForm.allCases, untellable: String? = nil,
        _ change: @escaping @Sendable (DateText) -> String?
    ) -> HarmKind {
        HarmKind(id, what, forms, untellable: untellable) { draft in
            var isChanged = false
            for column in draft.dateColumns {
                for row in draft.rows.indices {
                    guard let date = DateText(draft.rows[row][column]), let text = change(date) else { continue }
                    isChanged = isChanged || text != draft.rows[row][column]
                    draft.rows[row][column] = text
                }
                draft.note(column: column)
            }
            return isChanged
        }
    }

    /// When an offence began, which may be long before it is recorded.
    static let committedColumn = "CommittedFrom"

    private static func swapped(_ date: DateText) -> String? {
        guard date.notation != .month else { return nil }
        let (year, month, day) = date.date.parts
        guard let other = CivilDate(year: year, month: day, day: month) else { return nil }
        var copy = date
        copy.date = other
        return copy.text
    }

    static let dates: [HarmKind] = [
        someDates("month-off-one", "a date off by a month in one row", isOneRow: true, of: { $0.periodColumns }) {
            date, draft in
            date.adding(months: draft.random.bool() ? 1 : -1).text
        },
        someDates("month-off-all", "a column of dates off by a month", isOneRow: false, of: { $0.eventColumns }) {
            date, _ in
            date.adding(months: -1).text
        },
        allDates("months-off", "all dates off by a month") { $0.adding(months: -1).text },
        someDates("year-off-one", "a date off by a year in one row", isOneRow: true, of: { $0.periodColumns }) {
            date, draft in
            date.adding(months: draft.random.bool() ? 12 : -12).text
        },
        someDates("year-off-all", "a column of dates off by a year", isOneRow: false, of: { $0.eventColumns }) {
            date, _ in
            date.adding(months: -12).text
        },
        allDates("years-off", "all dates off by a year") { $0.adding(months: -12).text },
        someDates("century-off-one", "a date of the last century in one row", isOneRow: true, of: { $0.dateColumns }) {
            date, _ in
            date.adding(months: -1200).text
        },
        allDates("centuries-off", "all dates of the last century") { $0.adding(months: -1200).text },
        someDates("day-month-one", "day and month swapped in one row", isOneRow: true, of: { $0.periodColumns }) {
            date, _ in swapped(date)
        },
        someDates(
            "day-month-all", "day and month swapped in a column, where it makes a date", isOneRow: false,
            of: { $0.periodColumns }
        ) {
            date, _ in
            swapped(date) ?? date.text
        },
        allDates("days-months", "day and month swapped in all dates, where it makes one") { swapped($0) ?? $0.text },
        someDates(
            "stray-date", "a date ten years away in one row", isOneRow: true,
            of: { draft in draft.eventColumns.filter { draft.header[$0] != committedColumn } }
        ) { date, _ in
            date.adding(months: -120).text
        },
        someDates("future-date", "a date in the future in one row", isOneRow: true, of: { $0.eventColumns }) {
            date, draft in
            var later = date
            later.date = CivilDate("2027-01-02")!.adding(days: draft.random.int(0...600))
            return later.text
        },
        allDates("two-digit-years", "all years with two digits") { date in
            guard date.notation != .month else { return nil }
            let text = date.text
            return date.notation == .iso
                ? String(text.dropFirst(2)) : String(text.prefix(6)) + String(text.dropFirst(8))
        },
        allDates("american-dates", "all dates month first") { date in
            guard date.notation != .month else { return nil }
            let (year, month, day) = date.date.parts
            return "\(padded(month, 2))/\(padded(day, 2))/\(year)" + date.rest.replacing("T", with: " ")
        },
        allDates("serials", "days of a spreadsheet's count in place of dates", [.csv]) { $0.serial() },
        HarmKind("serials-unformatted", "dates in cells that are not shown as dates", [.xlsx]) { draft in
            for column in draft.dateColumns {
                for row in draft.rows.indices {
                    guard let date = DateText(draft.rows[row][column]), date.date.parts.year > 1901 else { continue }
                    draft.cells[Draft.Spot(row: row, column: column)] = .number(date.serial())
                }
                draft.note(column: column)
            }
            return !draft.dateColumns.isEmpty
        },
        allDates("base-1904", "all dates four years early, by the count from 1904") { $0.adding(days: -1462).text },
        HarmKind("workbook-1904", "a workbook that counts from 1904 with days counted from 1900", [.xlsx]) { draft in
            // The cells are written for 1900, the workbook says 1904.
            for column in draft.header.indices {
                for row in draft.rows.indices {
                    guard let date = DateText(draft.rows[row][column]), date.date.parts.year > 1904 else { continue }
                    let serial = date.serial()
                    draft.cells[Draft.Spot(row: row, column: column)] =
                        date.notation == .month ? .month(serial) : date.rest.isEmpty ? .date(serial) : .dateTime(serial)
                }
            }
            for column in draft.dateColumns { draft.note(column: column) }
            draft.is1904 = true
            return !draft.dateColumns.isEmpty
        },
        allDates("offset-stated", "the same moments by a clock an hour ahead, as they say") { date in
            guard date.rest.hasSuffix("+00:00") else { return nil }
            var later = date.adding(minutes: 60)
            later.rest = later.rest.replacing("+00:00", with: "+01:00")
            return later.text
        },
    ]

    // MARK: - Two files in one, or another

    /// An earlier period's rows as they come from the system today: one fewer, in another order, or one corrected.
    private static func exportAnew(_ draft: inout Draft, before: Int) {
        draft.rows = draft.dataset.rows(before: before)
        switch draft.random.int(0...2) {
        case 0: draft.rows.remove(at: draft.row())
        case 1: draft.rows.shuffle(using: &draft.random)
        default:
            guard let column = draft.pick(draft.codeColumns), let row = draft.filledRow(column) else { return }
            draft.rows[row][column] = draft.random.element(of: draft.values(column))
        }
    }

    private static func append(_ draft: inout Draft, _ more: [[String]], withHeading: Bool) {
        let own = draft.rows.count
        draft.rows += (withHeading ? [draft.header] : []) + more
        draft.noteFile("rows from \(draft.rowNumber(own)) on")
        draft.noteRows(own..<draft.rows.count, draft.place.text)
    }

    static let joins: [HarmKind] = [
        HarmKind("joined-same-heading", "the same rows twice, with their headings") { draft in
            append(&draft, draft.rows, withHeading: true)
            return true
        },
        HarmKind("joined-same", "the same rows twice") { draft in
            append(&draft, draft.rows, withHeading: false)
            return true
        },
        HarmKind("joined-last-heading", "last period's rows behind these, with their headings") { draft in
            append(&draft, draft.dataset.rows(before: 1), withHeading: true)
            return true
        },
        HarmKind("joined-last", "last period's rows behind these") { draft in
            append(&draft, draft.dataset.rows(before: 1), withHeading: false)
            return true
        },
        HarmKind("joined-above", "last period's rows with their headings above these") { draft in
            let earlier = draft.dataset.rows(before: 1)
            draft.rows = earlier + [draft.header] + draft.rows
            draft.noteFile("the first \(earlier.count) rows")
            return true
        },
        HarmKind("mixed-last", "a tenth of last period's rows among these") { draft in
            let own = draft.rows.count
            let more = draft.dataset.rows(before: 1).prefix(max(1, own / 10))
            draft.rows.insert(contentsOf: more, at: 0)
            draft.noteFile("the first \(more.count) rows")
            draft.noteRows(0..<more.count, draft.place.text)
            return true
        },
        HarmKind("last-period", "last period's file under this period's name") { draft in
            draft.rows = draft.dataset.rows(before: 1)
            draft.noteFile("the whole file")
            return true
        },
        HarmKind("last-period-new", "last period exported anew, under this period's name") { draft in
            exportAnew(&draft, before: 1)
            draft.noteFile("the whole file")
            return true
        },
        HarmKind("older-period", "the file of three periods ago, exported anew, under this period's name") { draft in
            exportAnew(&draft, before: 3)
            draft.noteFile("the whole file")
            return true
        },
        HarmKind("wrong-agency", "the export of another agency: other areas") { draft in
            let columns = draft.usedColumns.filter { column in
                draft.values(column).contains { $0.utf8.count == 9 && $0.hasPrefix("E") }
            }
            guard !columns.isEmpty else { return false }
            for column in columns {
                for row in draft.rows.indices where draft.rows[row][column].hasPrefix("E") {
                    draft.rows[row][column] =
                        draft.rows[row][column].prefix(3) + "777" + draft.rows[row][column].suffix(3)
                }
                draft.note(column: column)
            }
            return true
        },
        HarmKind("wrong-plugin", "a file of another kind of agency") { draft in
            let others = HarmDataset.all
            guard let other = draft.pick(others.filter { $0.plugin != draft.dataset.plugin && $0.dataset != "counts" })
            else { return false }
            draft.header = other.header
            draft.rows = other.rows(before: 0)
            draft.noteFile("the whole file")
            return true
        },
    ]

    // MARK: - Rows that come again

    static let repeats: [HarmKind] = [
        HarmKind("row-doubled", "a row twice") { draft in
            // Events without the field that tells them apart may well be alike.
            guard let row = draft.dataset.doublesColumn.map({ draft.filledRow($0) }) ?? draft.row() else {
                return false
            }
            let second = draft.random.bool() ? row + 1 : draft.rows.count
            draft.rows.insert(draft.rows[row], at: second)
            draft.noteRows([row, second], "rows \(draft.rowNumber(row)) and \(draft.rowNumber(second))")
            draft.place.isOfFile = true
            return true
        },
        HarmKind("half-doubled", "half of the rows twice") { draft in
            draft.rows += draft.rows.prefix(draft.rows.count / 2)
            let own = draft.rows.count * 2 / 3
            draft.noteRows(own..<draft.rows.count, "rows from \(draft.rowNumber(own)) on")
            draft.place.isOfFile = true
            return true
        },
        HarmKind("key-doubled", "a row with the key of another") { draft in
            guard !draft.dataset.keys.isEmpty, draft.rows.count > 10 else { return false }
            let row = draft.row(from: 0.1)
            let other = draft.row(from: 0, to: 0.09)
            for column in draft.dataset.keys { draft.rows[row][column] = draft.rows[other][column] }
            draft.noteRows([row, other], "rows \(draft.rowNumber(other)) and \(draft.rowNumber(row))")
            return row != other
        },
        HarmKind("key-emptied", "a row without its key") { draft in
            guard let column = draft.pick(draft.dataset.keys) else { return false }
            let row = draft.row()
            draft.rows[row][column] = ""
            draft.note(row: row, column: column)
            return true
        },
    ]
}
