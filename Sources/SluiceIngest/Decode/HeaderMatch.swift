import SluiceModel

/// Which dataset a file holds, where its header stands and which column is which field.
struct HeaderMatch {
    /// What one column of the file is.
    enum Column: Hashable {
        case field(Int)
        /// A second column of the same field; the first one's index.
        case repeated(Int, first: Int)
        case ignored
        case unknown
    }

    var datasetIndex: Int
    var delimiter: UInt8
    /// From 1.
    var rowNumber: Int
    /// One per column of the header row.
    var columns: [Column]
    /// The header row's names, normalised, one per column.
    var names: [String]
    /// Indices of the fields that must be there and are not, ascending.
    var missing: [Int]
    /// Where the row after the header begins.
    var nextRow: Int

    private var matchedCount: Int
    private var unknownCount: Int
    private var wantedCount: Int

    /// How a search ended.
    enum Outcome {
        case found(HeaderMatch)
        /// More than `DecodeLimits.columnLimit` cells in the best row.
        case tooManyColumns(HeaderMatch)
        /// No row has every column of a dataset. The nearest, if any row has any column of one.
        case nothing(nearest: HeaderMatch?)
    }

    /// The first rows of a file, cut into cells by one delimiter.
    private struct Head {
        var delimiter: UInt8
        var rows: [(names: [String], nextRow: Int, cellCount: Int)]
    }

    /// Looks through the first rows of `text` for the row, delimiter and dataset that fit best: every column that
    /// must be there is, the most others are, the fewest columns are unknown, and then the earliest row, dataset and
    /// delimiter.
    static func search(
        _ text: Flat<UInt8>, end: Int, isWhole: Bool, datasets: [Int], plan: FormatPlan, cells: Flat<RowScanner.Cell>
    ) -> Outcome {
        let candidates = datasets.map { Candidate(plan.datasets[$0], index: $0) }
        let rowCount = datasets.map { plan.datasets[$0].headerWithinRows }.max() ?? 0
        var heads: [UInt8: Head] = [:]
        var best: HeaderMatch?
        for candidate in candidates {
            let dataset = plan.datasets[candidate.index]
            for delimiter in dataset.delimiters {
                let head =
                    heads[delimiter]
                    ?? Self.head(
                        text, end: end, isWhole: isWhole, delimiter: delimiter, rowCount: rowCount, cells: cells)
                heads[delimiter] = head
                for (rowIndex, row) in head.rows.prefix(dataset.headerWithinRows).enumerated() {
                    let match = candidate.match(
                        row.names, cellCount: row.cellCount, delimiter: delimiter, rowIndex: rowIndex,
                        nextRow: row.nextRow)
                    guard match.matchedCount > 0 else { continue }
                    if let current = best, !match.fitsBetter(than: current) { continue }
                    best = match
                }
            }
        }
        guard let best else { return .nothing(nearest: nil) }
        guard best.missing.isEmpty else { return .nothing(nearest: best) }
        return best.columns.count > plan.limits.columnLimit ? .tooManyColumns(best) : .found(best)
    }

    /// Whether at least half of the columns that must be there are.
    var isNear: Bool { (wantedCount - missing.count) * 2 >= wantedCount }

    private func fitsBetter(than other: HeaderMatch) -> Bool {
        if missing.isEmpty != other.missing.isEmpty { return missing.isEmpty }
        if !missing.isEmpty {
            // Shares of the wanted columns, compared crosswise.
            let mine = (wantedCount - missing.count) * other.wantedCount
            let others = (other.wantedCount - other.missing.count) * wantedCount
            if mine != others { return mine > others }
        }
        if matchedCount != other.matchedCount { return matchedCount > other.matchedCount }
        if unknownCount != other.unknownCount { return unknownCount < other.unknownCount }
        return false
    }

    private static func head(
        _ text: Flat<UInt8>, end: Int, isWhole: Bool, delimiter: UInt8, rowCount: Int, cells: Flat<RowScanner.Cell>
    ) -> Head {
        var head = Head(delimiter: delimiter, rows: [])
        var scanner = RowScanner(delimiter: delimiter, cells: cells)
        scanner.restart(at: 0, in: text)
        while head.rows.count < rowCount, case .row = scanner.scan(text, end: end, isLast: isWhole) {
            var names: [String] = []
            for index in 0..<min(scanner.cellCount, cells.count) {
                let cell = cells[index]
                names.append(HeaderName.normalised(text.bytes(Int(cell.start)..<Int(cell.end))))
            }
            head.rows.append((names, scanner.position, scanner.cellCount))
        }
        return head
    }

    /// A dataset's header names, ready to be looked up.
    private struct Candidate {
        let index: Int
        private var fieldOfName: [String: Int] = [:]
        private let ignored: Set<String>
        private let wanted: [Int]

        init(_ dataset: DatasetPlan, index: Int) {
            self.index = index
            for (field, plan) in dataset.fields.enumerated() {
                for name in plan.headers where fieldOfName[name] == nil { fieldOfName[name] = field }
            }
            ignored = Set(dataset.ignoredHeaders)
            wanted = dataset.fields.indices.filter { !dataset.fields[$0].isOptional }
        }

        func match(
            _ names: [String], cellCount: Int, delimiter: UInt8, rowIndex: Int, nextRow: Int
        ) -> HeaderMatch {
            var columnOfField: [Int: Int] = [:]
            var columns: [Column] = []
            var unknownCount = max(0, cellCount - names.count)
            for (column, name) in names.enumerated() {
                if let field = fieldOfName[name] {
                    if let first = columnOfField[field] {
                        columns.append(.repeated(field, first: first))
                    } else {
                        columnOfField[field] = column
                        columns.append(.field(field))
                    }
                } else if ignored.contains(name) {
                    columns.append(.ignored)
                } else {
                    columns.append(.unknown)
                    unknownCount += 1
                }
            }
            return HeaderMatch(
                datasetIndex: index, delimiter: delimiter, rowNumber: rowIndex + 1, columns: columns, names: names,
                missing: wanted.filter { columnOfField[$0] == nil }, nextRow: nextRow,
                matchedCount: columnOfField.count, unknownCount: unknownCount, wantedCount: wanted.count)
        }
    }
}
