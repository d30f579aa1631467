import SluiceModel
import SluiceReaders

/// Which dataset a file holds, where its header stands and which column is which field.
struct HeaderMatch {
    /// What one column of the file is.
    enum Column: Hashable {
        case field(Int)
        /// A second column of the same field; the first one's index.
        case repeated(Int, first: Int)
        /// The dataset says that the heading means nothing.
        case ignored
        /// No heading, and either nothing below it or the numbers of the rows: see `settleUnnamed`.
        case unnamed
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
    /// The fields stand in the schema's order. True where the form of the file knows no order.
    var isInOrder: Bool
    /// Where the row after the header begins.
    var nextRow: Int
    /// Rows of the beginning up to and with the header.
    var headRowCount: Int
    /// How the workbook that it stands in counts days; nil in other files.
    var dateSystem: DateSystem?

    private var mode: FieldsMatch
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
        var rows: [(names: [String], nextRow: Int)]
    }

    /// Looks through the first rows of `source` for the row, delimiter and dataset that fit best: every column that
    /// must be there is, the most others are, none is against the dataset's `fieldsMatch`, the fewest are unknown, and
    /// then the earliest dataset, delimiter and row. Of editions that fit equally well the one in force is taken.
    ///
    /// A reading without a header of its own has its names in the first row.
    static func search(
        _ source: any HeadedSource, _ reading: DeliveredTable.Reading, plan: FormatPlan, cells: Flat<RowScanner.Cell>
    ) -> Outcome {
        let hasOwnHeader = reading.rowsAboveRecords == nil
        let candidates = reading.datasets.map {
            Candidate(plan.datasets[$0], index: $0, judgesOrder: hasOwnHeader)
        }
        let rowCount = hasOwnHeader ? reading.datasets.map { plan.datasets[$0].headerWithinRows }.max() ?? 0 : 1
        var heads: [UInt8: Head] = [:]
        // The best, and other editions of its dataset that fit as well.
        var best: [HeaderMatch] = []
        for candidate in candidates {
            let dataset = plan.datasets[candidate.index]
            for delimiter in reading.delimiters ?? dataset.delimiters {
                let head = heads[delimiter] ?? Self.head(source, delimiter: delimiter, rowCount: rowCount, cells: cells)
                heads[delimiter] = head
                for (rowIndex, row) in head.rows.prefix(dataset.headerWithinRows).enumerated() {
                    let match = candidate.match(
                        row.names, delimiter: delimiter, rowIndex: rowIndex, nextRow: row.nextRow)
                    guard match.matchedCount > 0 else { continue }
                    guard let current = best.first, !match.fitsBetter(than: current) else {
                        best = [match]
                        continue
                    }
                    if !current.fitsBetter(than: match), match.rowNumber == current.rowNumber,
                        match.delimiter == current.delimiter, dataset.id == plan.datasets[current.datasetIndex].id
                    {
                        best.append(match)
                    }
                }
            }
        }
        let choice = EditionChoice(plan: plan, cells: cells)
        guard var match = best.count > 1 ? best[choice.index(among: best, in: source)] : best.first else {
            return .nothing(nearest: nil)
        }
        match.dateSystem = source.dateSystem
        let isCut = match.columns.count > plan.limits.columnLimit
        if !isCut { match.settleUnnamed(source, cells) }
        if let rowsAbove = reading.rowsAboveRecords { match.rowNumber = rowsAbove }
        guard match.fits else { return .nothing(nearest: match) }
        return isCut ? .tooManyColumns(match) : .found(match)
    }

    // MARK: - How well it fits

    /// How many of the columns that count are as they should be. Where fields may be absent, it is the columns of the
    /// file that count.
    private var share: (part: Int, whole: Int) {
        mode == .superset
            ? (matchedCount, matchedCount + unknownCount) : (wantedCount - missing.count, wantedCount)
    }

    /// Whether at least half of the columns that count are as they should be.
    var isNear: Bool { share.part * 2 >= share.whole }

    private var fits: Bool { missing.isEmpty && isNear }

    /// A column that no schema knows is against the dataset's `fieldsMatch`.
    var forbidsUnknown: Bool {
        switch mode {
        case .exact, .equal, .superset: true
        case .byName, .subset, .partial: false
        }
    }

    private var isFaulty: Bool { !isInOrder || forbidsUnknown && unknownCount > 0 }

    private func fitsBetter(than other: HeaderMatch) -> Bool {
        if fits != other.fits { return fits }
        if !fits {
            // Compared crosswise.
            let mine = share.part * other.share.whole
            let others = other.share.part * share.whole
            if mine != others { return mine > others }
        }
        if matchedCount != other.matchedCount { return matchedCount > other.matchedCount }
        if isFaulty != other.isFaulty { return !isFaulty }
        if unknownCount != other.unknownCount { return unknownCount < other.unknownCount }
        return false
    }

    private static func head(
        _ source: any HeadedSource, delimiter: UInt8, rowCount: Int, cells: Flat<RowScanner.Cell>
    ) -> Head {
        let text = source.text
        var head = Head(delimiter: delimiter, rows: [])
        var scanner = RowScanner(delimiter: delimiter, cells: cells)
        scanner.restart(at: 0, in: text)
        while head.rows.count < rowCount,
            case .row = scanner.scan(text, end: source.end, isLast: source.isComplete)
        {
            var names: [String] = []
            for index in 0..<min(scanner.cellCount, cells.count) {
                let cell = cells[index]
                names.append(HeaderName.normalised(text.bytes(Int(cell.start)..<Int(cell.end))))
            }
            head.rows.append((names, scanner.position))
        }
        return head
    }

    // MARK: - Columns without a heading

    /// So many rows below the header are looked at.
    static var sampleRows: Int { 1000 }

    /// Names that programs give to a first column of row numbers, which has none.
    private static let indexNames: Set<String> = ["", "unnamed0"]

    /// Says what the columns without a heading are, by the first rows below the header.
    ///
    /// Those at the end over nothing are the work of delimiters too many and no columns: a row with a value there has
    /// a cell too many. Others over nothing are `unnamed`, and so is a first column of ascending whole numbers where
    /// the dataset lets unknown columns pass. The rest stay unknown.
    private mutating func settleUnnamed(_ source: any HeadedSource, _ cells: Flat<RowScanner.Cell>) {
        let nameless = names.indices.filter { columns[$0] == .unknown && names[$0].isEmpty }
        let mayBeIndex = columns[0] == .unknown && HeaderMatch.indexNames.contains(names[0]) && !forbidsUnknown
        guard !nameless.isEmpty || mayBeIndex else { return }
        var isFilled = [Bool](repeating: false, count: columns.count)
        var numbers: [Int] = []
        var isIndex = mayBeIndex
        var scanner = RowScanner(delimiter: delimiter, cells: cells)
        scanner.restart(at: nextRow, in: source.text)
        for _ in 0..<HeaderMatch.sampleRows {
            guard case .row = scanner.scan(source.text, end: source.end, isLast: source.isComplete) else { break }
            let count = min(scanner.cellCount, cells.count)
            for column in nameless where column < count && cells[column].start < cells[column].end {
                isFilled[column] = true
            }
            // Rows of which less is there may be totals.
            let filled = (0..<count).count { cells[$0].start < cells[$0].end }
            guard isIndex, filled * 2 >= columns.count else { continue }
            guard let number = wholeNumber(source.text, cells[0]), numbers.last.map({ number > $0 }) ?? true else {
                isIndex = false
                continue
            }
            numbers.append(number)
        }
        // One row says nothing but where it begins.
        if numbers.count < 2 { isIndex = isIndex && numbers.first.map { $0 <= 1 } ?? false }
        if isIndex { columns[0] = .unnamed }
        for column in nameless where !isFilled[column] { columns[column] = .unnamed }
        while let last = columns.last, last == .unnamed, !isFilled[columns.count - 1], columns.count > 1 {
            columns.removeLast()
            names.removeLast()
        }
        unknownCount = columns.count { $0 == .unknown }
    }

    /// The number that the cell's digits are; nil for anything else.
    private func wholeNumber(_ text: Flat<UInt8>, _ cell: RowScanner.Cell) -> Int? {
        guard cell.start < cell.end, cell.end - cell.start <= 12 else { return nil }
        var number = 0
        for index in Int(cell.start)..<Int(cell.end) {
            guard text[index] &- 0x30 <= 9 else { return nil }
            number = number * 10 + Int(text[index] - 0x30)
        }
        return number
    }

    /// Whether the file has a column of one of these fields.
    func hasColumns(of fields: [Int]) -> Bool {
        columns.contains { if case .field(let field) = $0 { fields.contains(field) } else { false } }
    }

    // MARK: - One dataset

    /// A dataset's header names, ready to be looked up.
    private struct Candidate {
        let index: Int
        private var fieldOfName: [String: Int] = [:]
        private let ignored: Set<String>
        private let wanted: [Int]
        private let mode: FieldsMatch
        private let fieldCount: Int
        private let judgesOrder: Bool

        /// - Parameter judgesOrder: false for forms whose columns have no order of their own, such as objects.
        init(_ dataset: DatasetPlan, index: Int, judgesOrder: Bool) {
            self.index = index
            for (field, plan) in dataset.fields.enumerated() {
                for name in plan.headers where fieldOfName[name] == nil { fieldOfName[name] = field }
            }
            ignored = Set(dataset.ignoredHeaders)
            mode = dataset.fieldsMatch
            fieldCount = dataset.fields.count
            self.judgesOrder = judgesOrder && dataset.fieldsMatch == .exact
            wanted = dataset.wantedFields
        }

        func match(_ names: [String], delimiter: UInt8, rowIndex: Int, nextRow: Int) -> HeaderMatch {
            var columnOfField: [Int: Int] = [:]
            var columns: [Column] = []
            var order: [Int] = []
            var unknownCount = 0
            // Empty headings at the end are most often no columns.
            let namedCount = (names.lastIndex { !$0.isEmpty } ?? -1) + 1
            for (column, name) in names.enumerated() {
                if let field = fieldOfName[name] {
                    order.append(field)
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
                    if column < namedCount { unknownCount += 1 }
                }
            }
            return HeaderMatch(
                datasetIndex: index, delimiter: delimiter, rowNumber: rowIndex + 1, columns: columns, names: names,
                missing: wanted.filter { columnOfField[$0] == nil },
                isInOrder: !judgesOrder || zip(order, order.dropFirst()).allSatisfy { $0 < $1 }, nextRow: nextRow,
                headRowCount: rowIndex + 1, mode: mode, matchedCount: columnOfField.count, unknownCount: unknownCount,
                wantedCount: wanted.count)
        }
    }
}

extension DatasetPlan {
    /// Indices of the fields without which a header is not this dataset's, ascending.
    ///
    /// Where `fieldsMatch` lets fields be absent, those that tell rows apart and the time they are of are still needed.
    fileprivate var wantedFields: [Int] {
        switch fieldsMatch {
        case .byName: return fields.indices.filter { !fields[$0].isOptional }
        case .exact, .equal, .subset: return Array(fields.indices)
        case .superset, .partial:
            var wanted = Set(primaryKey)
            switch period {
            case .field(let field, _): wanted.insert(field)
            case .fields(let from, let to): wanted.formUnion([from, to])
            case .none: break
            }
            return wanted.sorted()
        }
    }
}
