import SluiceModel

/// Which delimiter a sample file has, and which of its first rows holds the headings. Guesses, stated as such.
struct HeaderGuess {
    var delimiter: UInt8
    /// From 1.
    var rowNumber: Int
    /// The header row's cells.
    var headings: [[UInt8]]

    /// Rows that are looked at for the delimiter.
    private static let rowsForDelimiter = 100

    /// The delimiter is the one by which most rows have the same number of cells, more than one where possible; the
    /// header the first row of that many cells that holds no number, date or identifier and is not mostly blank.
    static func make(
        _ rows: ProfileRows, plan: FormatPlan, trials: CellTrials, arena: Arena
    ) -> Result<HeaderGuess, ProfileRefusal> {
        let dataset = plan.datasets[0]
        var best: (delimiter: UInt8, width: Int, score: Int, rows: [[[UInt8]]])?
        var endsInQuote = false
        for delimiter in dataset.delimiters {
            let head = rows.head(delimiter: delimiter, limit: max(rowsForDelimiter, dataset.headerWithinRows))
            if head.rows.isEmpty {
                endsInQuote = endsInQuote || head.endsInQuote
                continue
            }
            if head.hasTooManyCells { return .failure(.tooManyColumns) }
            // Of widths in as many rows the wider: titles stand in rows of one cell.
            var rowsOfWidth: [Int: Int] = [:]
            for row in head.rows where row.contains(where: { !$0.isEmpty }) { rowsOfWidth[row.count, default: 0] += 1 }
            let width = rowsOfWidth.max { ($0.value, $0.key) < ($1.value, $1.key) }
            guard let width else { continue }
            let score = width.key == 1 ? 0 : width.value * min(width.key, 1000)
            if best == nil || score > best!.score { best = (delimiter, width.key, score, head.rows) }
        }
        // Intake looks for headings in the first chunk too.
        guard let best else { return .failure(endsInQuote ? .quoteUnclosed : rows.isWhole ? .fileEmpty : .rowTooLong) }

        let lengths = best.rows.flatMap { $0.map(\.count) }
        let cell = arena.zeros((lengths.max() ?? 0) + 64, of: UInt8.self)
        for (index, row) in best.rows.prefix(dataset.headerWithinRows).enumerated() where row.count == best.width {
            let filled = row.filter { !$0.isEmpty }
            guard filled.count * 2 >= row.count else { continue }
            let holdsValue = filled.contains { bytes in
                for (offset, byte) in bytes.enumerated() { cell[offset] = byte }
                return trials.isValue(cell, 0, bytes.count)
            }
            if holdsValue {
                // Below the first row of data no heading follows.
                return .failure(.headerMissing)
            }
            return .success(HeaderGuess(delimiter: best.delimiter, rowNumber: index + 1, headings: row))
        }
        return .failure(.headerMissing)
    }
}
