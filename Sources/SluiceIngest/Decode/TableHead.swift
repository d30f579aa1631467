import SluiceModel

/// What stands above a table's first record: the headings, and the rows above them.
struct TableHead {
    /// Where its lines went.
    private(set) var account = LineAccount()
    /// Rows above the headings, from 1, that look like records, and that look like headings.
    private var records: [Int] = []
    private var headings: [Int] = []

    init(_ match: HeaderMatch, _ reading: DeliveredTable.Reading, in source: any HeadedSource) {
        // Where the form gives the headings, no row of the file has them.
        if let rows = reading.rowsAboveRecords {
            account.above = rows
            account.total = rows
            return
        }
        let isText = reading.form == .delimited
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let cells = arena.flat(match.columns.count + 1, repeating: RowScanner.Cell(start: 0, end: 0, marks: []))
        var scanner = RowScanner(delimiter: match.delimiter, cells: cells)
        scanner.restart(at: 0, in: source.text)
        let named = match.names.count { !$0.isEmpty }
        // Of a table with fewer columns: its headings' row, and the rows below.
        var (narrowHeadings, narrow) = (0, [Int]())
        for row in 1...match.headRowCount {
            guard case .row = scanner.scan(source.text, end: source.end, isLast: source.isComplete) else { break }
            if isText { account.insideCells += scanner.breakCount }
            guard row < match.headRowCount else {
                account.headings += 1
                break
            }
            let filled = (0..<min(scanner.cellCount, cells.count)).filter { cells[$0].start < cells[$0].end }
            if filled.isEmpty {
                account.blank += 1
                continue
            }
            account.above += 1
            let withDigits = filled.count { column in
                (Int(cells[column].start)..<Int(cells[column].end)).contains { source.text[$0] &- 0x30 < 10 }
            }
            if filled.count >= TableHead.fullCount(of: named) {
                if withDigits * 5 >= filled.count { records.append(row) } else { headings.append(row) }
            }
            if filled.count >= TableHead.narrowCount, withDigits == 0 {
                endNarrow(narrowHeadings, narrow)
                (narrowHeadings, narrow) = (row, [])
            } else if narrowHeadings > 0, filled.count >= TableHead.narrowCount - 1, withDigits * 4 >= filled.count {
                narrow.append(row)
            } else {
                endNarrow(narrowHeadings, narrow)
                (narrowHeadings, narrow) = (0, [])
            }
        }
        endNarrow(narrowHeadings, narrow)
        account.total =
            isText
            ? source.text.lineEnds(in: 0..<match.nextRow) + (endsOpen(match, source) ? 1 : 0) : match.headRowCount
    }

    /// The headings are the last line of the file and lack their line end.
    private func endsOpen(_ match: HeaderMatch, _ source: any HeadedSource) -> Bool {
        let last = match.nextRow - 1
        return last >= 0 && source.text[last] != 0x0A && source.text[last] != 0x0D
    }

    /// From so many filled cells on a row is as full as one of the table: titles have few.
    private static func fullCount(of named: Int) -> Int { named <= 4 ? max(named, 2) : (named * 3 + 4) / 5 }

    /// A table of its own has headings of four cells or more; its records have three or more, and a digit in at least one
    /// of four.
    private static let narrowCount = 4

    /// Two rows of a table are none of titles; a single one may be, with the names of what it says above.
    private mutating func endNarrow(_ headings: Int, _ rows: [Int]) {
        guard headings > 0, rows.count >= 2 else { return }
        records = Set(records).union(rows).sorted()
    }

    /// What is to be said of the rows above.
    var findings: [Finding] {
        var findings: [Finding] = []
        func add(_ code: FindingCode, _ severity: Severity, _ rows: [Int]) {
            guard !rows.isEmpty else { return }
            findings.append(
                Finding(
                    rule: FindingRule.header, code: code, severity: severity, count: rows.count,
                    rows: Array(rows.prefix(Finding.rowLimit)), message: ""))
        }
        add(.rowsAboveHeadings, .fatal, records)
        add(.headingsAbove, .warning, headings)
        return findings
    }
}
