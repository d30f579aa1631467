import SluiceModel
import SluiceReaders

/// The first rows of a file, looked at once more for what the search for a header does not see.
struct HeadRows {
    /// Some cell is not blank: of these rows, or of those below them.
    private(set) var hasText = false
    /// From 1.
    private(set) var unclosedQuoteRow: Int?
    /// The first column, from 1, with a heading of `FormatPlan.patientColumns`.
    private(set) var patientColumn: Int?
    /// Row and column, from 1, of the first valid NHS number.
    private(set) var nhsNumber: (row: Int, column: Int)?

    /// - Parameter rowCount: how many rows to look at; nil for as many as a header is looked for in.
    init(
        plan: FormatPlan, source: any HeadedSource, delimiter: UInt8, rowCount: Int? = nil,
        cells: Flat<RowScanner.Cell>
    ) {
        var scanner = RowScanner(delimiter: delimiter, cells: cells)
        scanner.restart(at: 0, in: source.text)
        let rowCount = rowCount ?? plan.datasets.map(\.headerWithinRows).max() ?? 0
        for row in 0..<rowCount {
            let outcome = scanner.scan(source.text, end: source.end, isLast: source.isComplete)
            if case .unclosedQuote = outcome {
                unclosedQuoteRow = row + 1
                hasText = true
            }
            guard case .row = outcome else {
                if case .incomplete = outcome { hasText = true }
                break
            }
            for column in 0..<min(scanner.cellCount, cells.count) {
                let (start, end) = (Int(cells[column].start), Int(cells[column].end))
                guard start < end else { continue }
                hasText = true
                guard plan.refusesPatients else { continue }
                if nhsNumber == nil, Identifier.holdsNHSNumber(source.text, start, end) {
                    nhsNumber = (row + 1, column + 1)
                }
                let name = HeaderName.normalised(source.text.bytes(start..<end))
                if patientColumn == nil, plan.patientColumns.contains(name) { patientColumn = column + 1 }
            }
        }
        while !hasText {
            guard case .row = scanner.scan(source.text, end: source.end, isLast: source.isComplete) else {
                hasText = !source.isComplete
                break
            }
            hasText = (0..<min(scanner.cellCount, cells.count)).contains { cells[$0].start < cells[$0].end }
        }
    }
}
