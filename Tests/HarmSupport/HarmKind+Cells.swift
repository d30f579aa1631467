import SluiceModel
import SluiceTestSupport

extension HarmKind {
    // MARK: - Numbers

    static let values: [HarmKind] = [
        HarmKind("zeros-lost", "leading zeros lost in a column") { draft in
            let columns = draft.usedColumns.filter { column in
                draft.values(column).contains { $0.utf8.count > 1 && $0.hasPrefix("0") && Int($0) != nil }
            }
            guard let column = draft.pick(columns) else { return false }
            for row in draft.rows.indices {
                let cell = draft.rows[row][column]
                if let number = Int(cell) {
                    draft.rows[row][column] = "\(number)"
                    if cell.hasPrefix("0") { draft.place.rows.insert(draft.rowNumber(row)) }
                }
            }
            draft.note(column: column)
            return true
        },
        HarmKind("scientific", "numbers in powers of ten") { draft in
            numbers(&draft) { number in
                let digits = "\(number)"
                let rest = digits.dropFirst().prefix(1)
                return number < 100 ? nil : "\(digits.prefix(1)).\(rest)E+\(padded(digits.utf8.count - 1, 2))"
            }
        },
        HarmKind("keys-scientific", "identifiers in powers of ten in one row") { draft in
            guard let column = draft.pick(draft.dataset.keys), !draft.isDates(column) else { return false }
            let row = draft.row()
            draft.rows[row][column] = "1.23E+11"
            draft.note(row: row, column: column)
            return true
        },
        HarmKind("thousands", "numbers with a separator of thousands") { draft in
            numbers(&draft) { $0 >= 1000 ? "\($0 / 1000),\(padded($0 % 1000, 3))" : nil }
        },
        HarmKind("thousands-dot", "numbers with a dot between thousands") { draft in
            numbers(&draft) { $0 >= 1000 ? "\($0 / 1000).\(padded($0 % 1000, 3))" : nil }
        },
        HarmKind("thousands-space", "numbers with a blank between thousands") { draft in
            numbers(&draft) { $0 >= 1000 ? "\($0 / 1000)\u{A0}\(padded($0 % 1000, 3))" : nil }
        },
        HarmKind("decimal-comma", "numbers with a decimal comma") { draft in numbers(&draft) { "\($0),0" } },
        HarmKind("decimal-comma-one", "a number with a decimal comma in one row") { draft in
            oneNumber(&draft) { "\($0),5" }
        },
        HarmKind("minus", "a number below zero in one row") { draft in oneNumber(&draft) { "-\($0 + 1)" } },
        HarmKind("times-ten", "numbers ten times too large in all rows") { draft in numbers(&draft) { "\($0 * 10)" } },
        HarmKind("all-zero", "all numbers are zero") { draft in numbers(&draft) { _ in "0" } },
        HarmKind("text-truncated", "texts of a column cut at so many characters") { draft in
            let columns = draft.usedColumns.filter { column in
                !draft.isDates(column) && !draft.isNumbers(column) && !draft.dataset.freeTexts.contains(column)
                    && draft.values(column).contains { $0.utf8.count > 3 }
            }
            guard let column = draft.pick(columns) else { return false }
            let longest = draft.values(column).map(\.count).max() ?? 4
            let limit = draft.random.int(2...longest - 1)
            for row in draft.rows.indices {
                if draft.rows[row][column].count > limit { draft.place.rows.insert(draft.rowNumber(row)) }
                draft.rows[row][column] = String(draft.rows[row][column].prefix(limit))
            }
            draft.note(column: column)
            return true
        },
    ]

    private static func numbers(_ draft: inout Draft, _ change: (Int) -> String?) -> Bool {
        let columns = draft.usedColumns.filter { draft.isNumbers($0) && !draft.dataset.keys.contains($0) }
        guard let column = draft.pick(columns) else { return false }
        var isChanged = false
        for row in draft.rows.indices {
            guard let number = Int(draft.rows[row][column]), let text = change(number) else { continue }
            draft.rows[row][column] = text
            isChanged = true
            draft.place.rows.insert(draft.rowNumber(row))
        }
        draft.note(column: column)
        return isChanged
    }

    private static func oneNumber(_ draft: inout Draft, _ change: (Int) -> String) -> Bool {
        let columns = draft.usedColumns.filter { draft.isNumbers($0) && !draft.dataset.keys.contains($0) }
        guard let column = draft.pick(columns), let row = draft.filledRow(column),
            let number = Int(draft.rows[row][column])
        else { return false }
        draft.rows[row][column] = change(number)
        draft.note(row: row, column: column)
        return true
    }

    // MARK: - Codes

    static let codes: [HarmKind] = [
        HarmKind("codes-to-dates", "codes that a spreadsheet took for dates") { draft in
            let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
            func parts(_ cell: String) -> [Int]? {
                let parts = cell.split { $0 == "-" || $0 == "/" }.map { Int($0) }
                guard parts.count == 2, let first = parts[0], let second = parts[1], cell.count <= 5 else { return nil }
                return [first, second]
            }
            let columns = draft.usedColumns.filter { column in
                draft.values(column).contains { parts($0).map { $0[0] <= 12 || $0[1] <= 12 } ?? false }
            }
            guard let column = draft.pick(columns) else { return false }
            for row in draft.rows.indices {
                guard let two = parts(draft.rows[row][column]) else { continue }
                if (1...12).contains(two[1]), two[0] <= 31 {
                    draft.rows[row][column] = "\(padded(two[0], 2))-\(months[two[1] - 1])"
                } else if (1...12).contains(two[0]) {
                    draft.rows[row][column] = "\(months[two[0] - 1])-\(padded(two[1] % 100, 2))"
                } else {
                    continue
                }
                draft.place.rows.insert(draft.rowNumber(row))
            }
            draft.note(column: column)
            return true
        },
        HarmKind("code-unknown", "a code that is not known in one row") { draft in
            oneCode(&draft) { _ in "QX7" }
        },
        HarmKind("code-misspelt", "a code with a letter more in one row") { draft in oneCode(&draft) { $0 + "x" } },
        HarmKind("code-renamed", "one code renamed in all rows") { draft in
            guard let column = draft.pick(draft.codeColumns), let sample = draft.filledRow(column) else { return false }
            let code = draft.rows[sample][column]
            for row in draft.rows.indices where draft.rows[row][column] == code {
                draft.rows[row][column] = "QX7"
                draft.place.rows.insert(draft.rowNumber(row))
            }
            draft.note(column: column)
            return true
        },
        HarmKind("codes-merged", "one code in place of a frequent other one in all rows") { draft in
            guard let column = draft.pick(draft.codeColumns) else { return false }
            let counts = Dictionary(grouping: draft.values(column)) { $0 }.mapValues(\.count)
            let large = counts.filter { $0.value * 5 >= draft.rows.count && !$0.key.isEmpty }.keys.sorted()
            guard let code = draft.pick(large),
                let other = draft.pick(counts.keys.filter { $0 != code && !$0.isEmpty }.sorted())
            else { return false }
            for row in draft.rows.indices where draft.rows[row][column] == code { draft.rows[row][column] = other }
            draft.note(column: column)
            return true
        },
        HarmKind("codes-exchanged", "two codes of unlike shares exchanged in all rows") { draft in
            guard let column = draft.pick(draft.codeColumns) else { return false }
            let counts = Dictionary(grouping: draft.values(column)) { $0 }.mapValues(\.count)
            let ordered = counts.keys.filter { !$0.isEmpty }.sorted { (counts[$0]!, $0) < (counts[$1]!, $1) }
            guard let least = ordered.first, let most = ordered.last,
                (counts[most]! - counts[least]!) * 4 >= draft.rows.count
            else { return false }
            for row in draft.rows.indices {
                let cell = draft.rows[row][column]
                if cell == least { draft.rows[row][column] = most }
                if cell == most { draft.rows[row][column] = least }
            }
            draft.note(column: column)
            return true
        },
        HarmKind("hard-blank", "a hard blank in a code in one row") { draft in
            oneCode(&draft) { $0.prefix(1) + "\u{A0}" + $0.dropFirst(1) }
        },
        HarmKind("zero-width", "a zero-width mark in a code in one row") { draft in
            oneCode(&draft) { $0.prefix(1) + "\u{200B}" + $0.dropFirst(1) }
        },
        HarmKind("zero-width-all", "a zero-width mark behind every code of a column") { draft in
            everyCode(&draft) { $0 + "\u{200B}" }
        },
        HarmKind("soft-hyphen-all", "a soft hyphen in every code of a column") { draft in
            everyCode(&draft) { $0.prefix(1) + "\u{AD}" + $0.dropFirst(1) }
        },
        HarmKind("upper-case", "a column in capitals") { draft in everyCode(&draft) { $0.uppercased() } },
        HarmKind("lower-case", "a column in small letters") { draft in everyCode(&draft) { $0.lowercased() } },
        HarmKind("look-alike", "letters of another script that look alike in one row") { draft in
            oneCode(&draft) {
                $0.replacing("A", with: "\u{0410}").replacing("E", with: "\u{0415}").replacing("o", with: "\u{043E}")
                    .replacing("e", with: "\u{0435}").replacing("a", with: "\u{0430}")
            }
        },
        HarmKind("padded", "a column padded with blanks") { draft in everyCode(&draft) { "  " + $0 + "   " } },
        HarmKind("apostrophes", "an apostrophe before every code of a column") { draft in everyCode(&draft) { "'" + $0 }
        },
        HarmKind("cell-emptied", "a cell emptied in one row", untellable: nil) { draft in
            // Where the column has a value in every row: elsewhere one more is nothing that could be told.
            let full = draft.usedColumns.filter { !draft.values($0).contains("") }
            guard let column = draft.pick(full) else { return false }
            let row = draft.row()
            draft.rows[row][column] = ""
            draft.note(row: row, column: column)
            return true
        },
    ]

    private static func oneCode(_ draft: inout Draft, _ change: (String) -> String) -> Bool {
        guard let column = draft.pick(draft.codeColumns), let row = draft.filledRow(column) else { return false }
        let old = draft.rows[row][column]
        draft.rows[row][column] = change(old)
        draft.note(row: row, column: column)
        return draft.rows[row][column] != old
    }

    private static func everyCode(_ draft: inout Draft, _ change: (String) -> String) -> Bool {
        guard let column = draft.pick(draft.codeColumns) else { return false }
        var isChanged = false
        for row in draft.rows.indices where !draft.rows[row][column].isEmpty {
            let old = draft.rows[row][column]
            draft.rows[row][column] = change(old)
            if draft.rows[row][column] != old {
                isChanged = true
                draft.place.rows.insert(draft.rowNumber(row))
            }
        }
        draft.note(column: column)
        return isChanged
    }

    // MARK: - Bytes of a text

    /// Changes the bytes of one row of a text, without its line end.
    private static func line(
        _ id: String, _ what: String, _ change: @escaping @Sendable (inout [UInt8], inout Draft) -> Bool
    ) -> HarmKind {
        HarmKind(id, what, [.csv]) { draft in
            var lines = draft.lines().map { Array($0.utf8) }
            let row = draft.row()
            guard change(&lines[row + 1], &draft) else { return false }
            draft.bytes = lines.flatMap { $0 + [0x0D, 0x0A] }
            draft.note(row: row)
            return true
        }
    }

    /// Where the cells of a line begin that are not quoted.
    private static func starts(_ line: [UInt8]) -> [Int] {
        var starts = [0]
        var isQuoted = false
        for (index, byte) in line.enumerated() {
            if byte == 0x22 { isQuoted.toggle() }
            if byte == 0x2C, !isQuoted { starts.append(index + 1) }
        }
        return starts.filter { $0 < line.count && line[$0] != 0x22 && line[$0] != 0x2C }
    }

    static let bytesOfText: [HarmKind] = [
        line("quote-opens", "a quotation mark before a cell in one row") { line, draft in
            guard let start = draft.pick(starts(line)) else { return false }
            line.insert(0x22, at: start)
            return true
        },
        line("quote-inside", "a quotation mark within a cell in one row") { line, draft in
            guard let start = draft.pick(starts(line).filter { $0 + 1 < line.count && line[$0 + 1] != 0x2C }) else {
                return false
            }
            line.insert(0x22, at: start + 1)
            return true
        },
        line("quote-then-text", "text behind a quoted cell in one row") { line, draft in
            guard let start = draft.pick(starts(line)) else { return false }
            line.insert(contentsOf: [0x22, 0x61, 0x22], at: start)
            return true
        },
        line("delimiter-inside", "a delimiter within an unquoted cell in one row") { line, draft in
            let places = starts(line).filter { $0 + 1 < line.count && line[$0 + 1] != 0x2C }
            guard let start = draft.pick(places) else { return false }
            line.insert(0x2C, at: start + 1)
            return true
        },
        line("byte-broken", "a byte of Windows-1252 among UTF-8 in one row") { line, draft in
            line[draft.random.int(0...line.count - 1)] = 0xE9
            return true
        },
        line("nul-byte", "a NUL byte in one row") { line, draft in
            line[draft.random.int(0...line.count - 1)] = 0
            return true
        },
        line("control-byte", "a control character in one row") { line, draft in
            guard let start = draft.pick(starts(line)) else { return false }
            line.insert(draft.random.element(of: [0x01, 0x08, 0x0B, 0x1A, 0x1F]), at: start)
            return true
        },
        line("bit-flipped", "a bit flipped in one row") { line, draft in
            let place = draft.random.int(0...line.count - 1)
            line[place] |= 0x80
            return true
        },
        HarmKind("nul-run", "a stretch of NUL bytes in place of rows", [.csv]) { draft in
            var bytes = draft.csv()
            let start = draft.random.int(draft.lines()[0].utf8.count + 10...bytes.count - 10)
            let end = min(bytes.count, start + draft.random.element(of: [100, 512, 4096]))
            for index in start..<end { bytes[index] = 0 }
            draft.bytes = bytes
            let first = bytes[..<start].filter { $0 == 0x0A }.count + 1
            draft.noteFile("\(end - start) bytes from row \(first) on")
            draft.place.rows = Set(first...first + 1)
            return true
        },
        HarmKind("block-lost", "a stretch of bytes is missing", [.csv]) { draft in
            var bytes = draft.csv()
            let start = draft.random.int(draft.lines()[0].utf8.count + 10...bytes.count - 600)
            let count = draft.random.element(of: [100, 300, 512])
            bytes.removeSubrange(start..<start + count)
            draft.bytes = bytes
            let first = bytes[..<start].filter { $0 == 0x0A }.count + 1
            draft.noteFile("\(count) bytes in row \(first)")
            draft.place.rows = [first]
            return true
        },
        HarmKind("other-delimiter", "another delimiter from one row on", [.csv]) { draft in
            let start = draft.row(from: 0.1, to: 0.95)
            let other = draft.random.element(of: [";", "\t", "|"])
            let (own, others) = (draft.lines(), draft.lines(other))
            draft.bytes = (own[...start] + others[(start + 1)...]).flatMap { Array(($0 + "\r\n").utf8) }
            draft.noteFile("from row \(draft.rowNumber(start)) on")
            draft.noteRows(start..<draft.rows.count, draft.place.text)
            return true
        },
        HarmKind("line-end-lost", "the end of one line lost", [.csv]) { draft in
            let row = draft.row(from: 0, to: 0.95)
            let ends = draft.lines().enumerated().map { $0.offset == row + 1 ? $0.element : $0.element + "\r\n" }
            draft.bytes = Array(ends.joined().utf8)
            draft.note(row: row)
            return true
        },
        HarmKind("line-ends-lost", "all ends of lines lost", [.csv]) { draft in
            draft.bytes = Array(draft.lines().joined(separator: draft.random.bool() ? "" : " ").utf8)
            draft.noteFile("the whole file")
            return true
        },
        HarmKind("carriage-returns", "lines ended by CR alone, in all or some rows", [.csv]) { draft in
            let start = draft.random.bool() ? 0 : draft.row()
            draft.bytes = draft.lines().enumerated().flatMap {
                Array(($0.element + ($0.offset >= start ? "\r" : "\r\n")).utf8)
            }
            draft.noteFile("from row \(start + 1) on")
            return true
        },
        HarmKind("doubled-returns", "lines ended by CR CR LF", [.csv]) { draft in
            draft.bytes = draft.lines().flatMap { Array(($0 + "\r\r\n").utf8) }
            draft.noteFile("the whole file")
            return true
        },
        HarmKind("utf16-no-mark", "UTF-16 without its mark", [.csv]) { draft in
            let isLittle = draft.random.bool()
            draft.bytes = draft.text().utf16.flatMap { unit -> [UInt8] in
                let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
                return isLittle ? [low, high] : [high, low]
            }
            draft.noteFile("the whole file")
            return true
        },
        HarmKind("utf16-odd", "UTF-16 with a byte lost in the middle", [.csv]) { draft in
            var bytes: [UInt8] = [0xFF, 0xFE] + draft.text().utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
            bytes.remove(at: draft.random.int(bytes.count / 4...bytes.count - 10))
            draft.bytes = bytes
            draft.noteFile("one byte")
            return true
        },
        HarmKind("mojibake", "texts encoded twice") { draft in
            // An accented letter in some texts, as names of places have, and in codes the dash that people type.
            guard let column = draft.pick(draft.codeColumns) else { return false }
            let row = draft.row()
            draft.rows[row][column] += "\u{C3}\u{A9}"
            draft.note(row: row, column: column)
            return true
        },
        HarmKind("mark-inside", "a byte order mark in the middle of a text", [.csv]) { draft in
            var lines = draft.lines()
            let row = draft.row()
            lines[row + 1] = "\u{FEFF}" + lines[row + 1]
            draft.bytes = lines.flatMap { Array(($0 + "\r\n").utf8) }
            draft.note(row: row)
            return true
        },
    ]

    // MARK: - Around the rows

    static let margins: [HarmKind] = [
        HarmKind("total-row", "a row of totals at the end") { draft in
            var row = draft.header.map { _ in "" }
            let numbers = draft.header.indices.filter { draft.isNumbers($0) && !draft.dataset.keys.contains($0) }
            for column in numbers { row[column] = "\(draft.values(column).compactMap { Int($0) }.reduce(0, +))" }
            if draft.random.bool() { row[0] = draft.random.element(of: ["Total", "Grand Total", "TOTAL"]) }
            guard !numbers.isEmpty || !row[0].isEmpty else { return false }
            draft.rows.append(row)
            draft.note(row: draft.rows.count - 1)
            return true
        },
        HarmKind("subtotals", "rows of subtotals among the rows") { draft in
            guard let key = draft.pick(draft.codeColumns) else { return false }
            let places = [draft.rows.count / 3, draft.rows.count * 2 / 3, draft.rows.count]
            for (index, place) in places.enumerated() {
                var row = draft.header.map { _ in "" }
                row[key] = (draft.rows[place + index - 1][key]) + " Total"
                row[draft.header.count - 1] = "\(place / (index + 1))"
                draft.rows.insert(row, at: place + index)
                draft.place.rows.insert(draft.rowNumber(place + index))
            }
            draft.place.text = "three rows"
            return true
        },
        HarmKind("notes-above", "notes above the headings") { draft in
            draft.above = [["Made-up export of 2 December 2026"], ["Restricted"], [""]]
            draft.noteFile("three rows above")
            return true
        },
        HarmKind("headings-above", "a second row of headings above") { draft in
            draft.above = [draft.header.map { $0.uppercased() + " (text)" }]
            draft.noteFile("a row above")
            return true
        },
        HarmKind("headings-below", "a row of titles below the headings") { draft in
            draft.rows.insert(draft.header.map { "Title of " + $0 }, at: 0)
            draft.note(row: 0)
            return true
        },
        HarmKind("headings-again", "the headings again in the middle") { draft in
            let row = draft.row(from: 0.2, to: 0.9)
            draft.rows.insert(draft.header, at: row)
            draft.note(row: row)
            return true
        },
        HarmKind("headings-lost", "no headings") { draft in
            draft.header = draft.rows.removeFirst()
            draft.noteFile("the headings")
            return true
        },
        HarmKind("blank-row", "a blank row in the middle") { draft in
            let row = draft.row(from: 0.2, to: 0.9)
            draft.rows.insert(draft.header.map { _ in "" }, at: row)
            draft.note(row: row)
            return true
        },
        HarmKind("empty-rows", "empty rows at the end") { draft in
            for _ in 0..<draft.random.int(1...60) { draft.rows.append(draft.header.map { _ in "" }) }
            draft.noteFile("the end")
            return true
        },
        HarmKind("rows-wiped", "the cells of some rows wiped") { draft in
            // With rows on both sides: at the end they are like rows that were cut off.
            let start = max(1, draft.row(from: 0, to: 0.9))
            let count = min(draft.random.int(3...12), draft.rows.count - start - 1)
            guard count > 0 else { return false }
            for row in start..<start + count { draft.rows[row] = draft.header.map { _ in "" } }
            draft.noteRows(start..<start + count, "\(count) rows from \(draft.rowNumber(start)) on")
            return true
        },
        HarmKind("row-broken", "a row broken in two", [.csv]) { draft in
            var lines = draft.lines()
            let row = draft.row()
            let commas = lines[row + 1].indices.filter { lines[row + 1][$0] == "," }
            guard let comma = draft.pick(commas) else { return false }
            lines[row + 1].insert(contentsOf: "\r\n", at: lines[row + 1].index(after: comma))
            draft.bytes = lines.flatMap { Array(($0 + "\r\n").utf8) }
            draft.noteRows([row, row + 1], "row \(draft.rowNumber(row))")
            return true
        },
    ]

    // MARK: - Workbooks

    private static let alone: [HarmForm] = [.xlsx]

    static let workbooks: [HarmKind] = [
        HarmKind("numbers-as-text", "numbers stored as text", alone) { draft in
            draft.textColumns = Set(draft.header.indices.filter { draft.isNumbers($0) })
            draft.noteFile("all columns of numbers")
            return !draft.textColumns.isEmpty
        },
        HarmKind("dates-as-text", "dates stored as text", alone) { draft in
            draft.textColumns = Set(draft.header.indices.filter { draft.isDates($0) })
            draft.noteFile("all columns of dates")
            return !draft.textColumns.isEmpty
        },
        HarmKind("cells-merged", "cells of one value merged", alone) { draft in
            guard let column = draft.pick(draft.usedColumns) else { return false }
            let start = draft.row(from: 0, to: 0.8)
            let end = min(draft.rows.count - 1, start + draft.random.int(2...9))
            for row in start + 1...end { draft.rows[row][column] = "" }
            draft.merged = ["\(Workbook.place(column, start + 1)):\(Workbook.place(column, end + 1))"]
            draft.note(column: column)
            draft.noteRows(
                start...end, draft.place.text + ", rows \(draft.rowNumber(start)) to \(draft.rowNumber(end))")
            return true
        },
        HarmKind("hidden-sheet", "a hidden sheet with another period", alone) { draft in
            var other = Draft(draft.dataset, before: 1, form: .xlsx).sheet("Old")
            other.isHidden = true
            draft.moreSheets = [other]
            draft.noteFile("the second sheet")
            return true
        },
        HarmKind("sheet-last", "a second sheet with last period", alone) { draft in
            draft.moreSheets = [Draft(draft.dataset, before: 1, form: .xlsx).sheet("Before")]
            draft.noteFile("the second sheet")
            return true
        },
        HarmKind("sheet-same", "a second sheet of the same period", alone) { draft in
            var other = draft
            other.rows = other.rows.enumerated().filter { $0.offset % 3 != 0 }.map(\.element)
            draft.moreSheets = [other.sheet("Copy")]
            draft.noteFile("the second sheet")
            return true
        },
        HarmKind("formulas", "formulas in a column whose values were never worked out", alone) { draft in
            guard let column = draft.pick(draft.usedColumns) else { return false }
            for row in draft.rows.indices {
                draft.cells[Draft.Spot(row: row, column: column)] = .formula("A\(draft.rowNumber(row))")
            }
            draft.note(column: column)
            return true
        },
        HarmKind("formula-one", "a formula in one row whose value was never worked out", alone) { draft in
            guard let column = draft.pick(draft.usedColumns), let row = draft.filledRow(column) else { return false }
            draft.cells[Draft.Spot(row: row, column: column)] = .formula("A1")
            draft.note(row: row, column: column)
            return true
        },
        HarmKind("error-cell", "an error in one cell", alone) { draft in
            guard let column = draft.pick(draft.usedColumns), let row = draft.filledRow(column) else { return false }
            draft.cells[Draft.Spot(row: row, column: column)] = .error(
                draft.random.element(of: ["#REF!", "#N/A", "#VALUE!", "#NAME?"]))
            draft.note(row: row, column: column)
            return true
        },
        HarmKind("error-column", "errors in a column", alone) { draft in
            guard let column = draft.pick(draft.usedColumns) else { return false }
            for row in draft.rows.indices { draft.cells[Draft.Spot(row: row, column: column)] = .error("#N/A") }
            draft.note(column: column)
            return true
        },
        HarmKind("dates-as-numbers-one", "a date in a cell that is not shown as a date in one row", alone) { draft in
            guard let column = draft.pick(draft.dateColumns), let row = draft.filledRow(column),
                let date = DateText(draft.rows[row][column])
            else { return false }
            draft.cells[Draft.Spot(row: row, column: column)] = .number(date.serial())
            draft.note(row: row, column: column)
            return true
        },
        HarmKind("date-in-code", "a date cell in a column of codes in one row", alone) { draft in
            guard let column = draft.pick(draft.codeColumns), let row = draft.filledRow(column) else { return false }
            draft.cells[Draft.Spot(row: row, column: column)] = .date("46000")
            draft.note(row: row, column: column)
            return true
        },
    ]

    // MARK: - What nobody could tell

    static let untellable: [HarmKind] = [
        HarmKind(
            "column-pulled-up-sparse", "a cell deleted in a column with empty cells, the rest pulled up",
            untellable: "its values are as many as before, less one, and each row may have any of them"
        ) { draft in
            pullUp(&draft, draft.usedColumns.filter { draft.values($0).contains("") })
        },
        HarmKind(
            "row-left-out", "one row left out in the middle",
            untellable: "numbers of rows vary by more from one period to the next"
        ) { draft in
            let row = draft.row(from: 0.1, to: 0.9)
            draft.rows.remove(at: row)
            draft.note(row: row)
            return true
        },
        HarmKind(
            "cut-few", "cut at a row's end, less than a tenth lost",
            untellable: "numbers of rows vary by as much; a file with a stated total tells it"
        ) { draft in
            let kept = draft.row(from: 0.91, to: 1)
            draft.rows.removeSubrange(kept...)
            draft.noteFile("all rows from \(draft.rowNumber(kept)) on")
            return true
        },
        someDates(
            "day-off-one", "a date off by a day within its month in one row", isOneRow: true,
            untellable: "each of the days is as good", of: { $0.dateColumns }
        ) { date, _ in
            let other = date.adding(days: date.date.parts.day > 15 ? -1 : 1)
            return date.notation == .month ? nil : other.text
        },
        someDates(
            "other-date-one", "a date that does not decide the period off by a month in one row", isOneRow: true,
            untellable: "an offence may be recorded, and a birth lie, a month earlier or later",
            of: { draft in draft.dateColumns.filter { !draft.dataset.periodColumns.contains($0) } }
        ) { date, _ in date.adding(months: -1).text },
        someDates(
            "stray-committed", "an offence committed ten years away in one row", isOneRow: true,
            untellable: "offences of long ago are recorded today, and count in their own month",
            of: { draft in draft.eventColumns.filter { draft.header[$0] == committedColumn } }
        ) { date, _ in date.adding(months: -120).text },
        HarmKind(
            "births-off", "all births off by a year", untellable: "ages move by less than they do by chance"
        ) { draft in
            guard let column = draft.pick(draft.dateColumns.filter { draft.dataset.births.contains($0) }) else {
                return false
            }
            for row in draft.rows.indices {
                guard let date = DateText(draft.rows[row][column]) else { continue }
                draft.rows[row][column] = date.adding(months: -12).text
            }
            draft.note(column: column)
            return true
        },
        HarmKind(
            "code-replaced", "a code replaced by another one that is valid in one row",
            untellable: "each of the codes is as good"
        ) { draft in
            guard let column = draft.pick(draft.codeColumns), let row = draft.filledRow(column) else { return false }
            let old = draft.rows[row][column]
            let others = Set(draft.values(column)).subtracting([old, ""]).sorted()
            guard let other = draft.pick(others) else { return false }
            draft.rows[row][column] = other
            draft.note(row: row, column: column)
            return true
        },
        HarmKind(
            "number-mistyped", "another digit in one number", untellable: "each of the numbers is as good"
        ) { draft in
            oneNumber(&draft) { "\($0 % 10 == 9 ? $0 - 1 : $0 + 1)" }
        },
        allDates(
            "hour-off", "all clocks off by an hour", untellable: "a clock that states no zone may be any"
        ) { date in
            date.minutes.map { $0 == 0 ? date.text : date.adding(minutes: 60).text }
        },
        HarmKind(
            "corrected", "the same file again with one row changed",
            untellable: "a correction looks the same; the receipt says what it replaces", isAgain: true
        ) { draft in
            guard let column = draft.pick(draft.codeColumns), let row = draft.filledRow(column) else { return false }
            let others = Set(draft.values(column)).subtracting([draft.rows[row][column], ""]).sorted()
            guard let other = draft.pick(others) else { return false }
            draft.rows[row][column] = other
            draft.note(row: row, column: column)
            return true
        },
        HarmKind(
            "wrong-dataset", "another dataset of the same agency under this one's name",
            untellable:
                "it is a good delivery of the other one, which the receipt names; the missing one is shown as missing"
        ) { draft in
            let others = HarmDataset.all.filter {
                $0.plugin == draft.dataset.plugin && $0.dataset != draft.dataset.dataset
            }
            guard let other = draft.pick(others) else { return false }
            draft.header = other.header
            draft.rows = other.rows(before: 0)
            draft.noteFile("the whole file")
            return true
        },
    ]
}
