import SluiceModel

/// The judgement of a file's beginning: what encoding it has, which dataset it holds, and whether to read on.
struct Opening {
    enum Outcome {
        /// No dataset was recognised.
        case unreadable(FindingCollector)
        /// A dataset was recognised, but the file cannot be read as it.
        case misfit(HeaderMatch, Assumptions, FindingCollector)
        /// Read on at `HeaderMatch.nextRow`.
        case open(HeaderMatch, Assumptions, FindingCollector)
    }

    let outcome: Outcome
    /// Room for the cells of a row, one more than a row may have.
    let cells: Flat<RowScanner.Cell>

    private let plan: FormatPlan

    init(plan: FormatPlan, source: inout TextSource, arena: Arena) {
        self.plan = plan
        cells = arena.flat(plan.limits.columnLimit + 1, repeating: RowScanner.Cell(start: 0, end: 0, marks: []))
        outcome = Opening.judge(plan: plan, source: &source, cells: cells)
    }

    private static func judge(
        plan: FormatPlan, source: inout TextSource, cells: Flat<RowScanner.Cell>
    ) -> Outcome {
        var collector = FindingCollector(plan: plan)
        let verdict = Recognition.verdict(
            source.raw, count: source.rawCount, isWhole: source.isComplete, plan: plan)
        guard case .readings(let readings) = verdict else {
            if case .unreadable(let code, let rule) = verdict {
                collector.add(Finding(rule: rule, code: code, severity: .fatal, message: ""))
            }
            return .unreadable(collector)
        }

        var nearest: (HeaderMatch, Recognition.Reading)?
        for reading in readings {
            source.begin(reading.form, skipping: reading.byteOrderMarkBytes)
            let search = HeaderMatch.search(
                source.text, end: source.end, isWhole: source.isComplete, datasets: reading.datasets, plan: plan,
                cells: cells)
            switch search {
            case .found(let match):
                return open(match, reading, plan: plan, source: source, cells: cells, collector: collector)
            case .tooManyColumns(let match):
                collector.add(
                    Finding(rule: FindingRule.columnLimit, code: .limitExceeded, severity: .fatal, message: ""))
                return misfit(match, reading, plan: plan, collector: collector)
            case .nothing(let match):
                if let match, nearest == nil { nearest = (match, reading) }
            }
        }

        // Nothing fits. The first reading is the most likely one: the words about the file are judged in it.
        source.begin(readings[0].form, skipping: readings[0].byteOrderMarkBytes)
        let head = HeadRows(plan: plan, source: source, cells: cells)
        if plan.isHealth, let column = head.patientColumn {
            collector.add(
                Finding(
                    columnNumber: column, rule: FindingRule.patientColumns, code: .patientIdentifier,
                    severity: .refusal, message: ""))
            return .unreadable(collector)
        }
        if plan.isHealth, let (row, column) = head.nhsNumber {
            collector.add(
                Finding(
                    columnNumber: column, rule: FindingRule.nhsNumber, code: .patientIdentifier, severity: .refusal,
                    rows: [row], message: ""))
            return .unreadable(collector)
        }
        if let (match, reading) = nearest, match.isNear {
            for field in match.missing {
                collector.add(
                    Finding(
                        column: plan.datasets[match.datasetIndex].fields[field].name, rule: FindingRule.header,
                        code: .columnMissing, severity: .fatal, message: ""))
            }
            return misfit(match, reading, plan: plan, collector: collector)
        }
        if !head.hasText {
            collector.add(Finding(rule: FindingRule.file, code: .fileEmpty, severity: .fatal, message: ""))
        } else if let row = head.unclosedQuoteRow {
            collector.add(
                Finding(rule: FindingRule.quoting, code: .quoteUnclosed, severity: .fatal, rows: [row], message: ""))
        } else if let (match, _) = nearest {
            collector.add(
                Finding(
                    rule: FindingRule.header, code: .datasetUnknown, severity: .fatal,
                    arguments: [match.datasetIndex, match.missing.count], message: ""))
        } else {
            collector.add(
                Finding(rule: FindingRule.headerWithinRows, code: .headerMissing, severity: .fatal, message: ""))
        }
        return .unreadable(collector)
    }

    private static func misfit(
        _ match: HeaderMatch, _ reading: Recognition.Reading, plan: FormatPlan, collector: FindingCollector
    ) -> Outcome {
        var collector = collector
        collector.begin(datasetIndex: match.datasetIndex, fieldOfColumn: [])
        return .misfit(match, assumptions(match, reading, plan: plan), collector)
    }

    private static func assumptions(
        _ match: HeaderMatch, _ reading: Recognition.Reading, plan: FormatPlan
    ) -> Assumptions {
        let dataset = plan.datasets[match.datasetIndex]
        let delimiter = match.delimiter == 0x09 ? "tab" : String(Unicode.Scalar(match.delimiter))
        return Assumptions(
            dataset: dataset.id, edition: dataset.edition, encoding: reading.encoding.text,
            hasByteOrderMark: reading.byteOrderMarkBytes > 0, delimiter: delimiter, headerRowNumber: match.rowNumber,
            dateFormats: [])
    }

    /// Judges the columns of a header that fits.
    /// Whether a heading names a patient identifier: as the list has it, or, where no schema knows the column, with one
    /// of the list's longer names anywhere in it: `Date of birth (patient)`.
    private static func namesPatient(_ name: String, plan: FormatPlan, isKnown: Bool) -> Bool {
        plan.patientColumns.contains(name)
            || (!isKnown && plan.patientColumns.contains { $0.utf8.count >= 5 && name.contains($0) })
    }

    private static func open(
        _ match: HeaderMatch, _ reading: Recognition.Reading, plan: FormatPlan, source: TextSource,
        cells: Flat<RowScanner.Cell>, collector: FindingCollector
    ) -> Outcome {
        var collector = collector
        let dataset = plan.datasets[match.datasetIndex]
        collector.begin(
            datasetIndex: match.datasetIndex,
            fieldOfColumn: match.columns.map { if case .field(let field) = $0 { field } else { nil } })
        let assumptions = assumptions(match, reading, plan: plan)
        if plan.isHealth {
            let head = HeadRows(plan: plan, source: source, match: match, cells: cells)
            for (column, name) in match.names.enumerated() {
                var isKnown = false
                if case .field = match.columns[column] { isKnown = true }
                guard namesPatient(name, plan: plan, isKnown: isKnown) else { continue }
                var field: String?
                if case .field(let index) = match.columns[column] { field = dataset.fields[index].name }
                collector.add(
                    Finding(
                        column: field, columnNumber: column + 1, rule: FindingRule.patientColumns,
                        code: .patientIdentifier, severity: .refusal, rows: [match.rowNumber], message: ""))
            }
            if let (row, column) = head.nhsNumber {
                collector.add(
                    Finding(
                        columnNumber: column, rule: FindingRule.nhsNumber, code: .patientIdentifier,
                        severity: .refusal, rows: [row], message: ""))
            }
            if !collector.fileFindings.isEmpty { return .misfit(match, assumptions, collector) }
        }

        var ignoredCount = 0
        var firstIgnored: Int?
        var isRepeated = false
        for (column, kind) in match.columns.enumerated() {
            switch kind {
            case .field: break
            case .repeated(let field, let first):
                isRepeated = true
                collector.add(
                    Finding(
                        column: dataset.fields[field].name, columnNumber: column + 1, rule: FindingRule.header,
                        code: .columnRepeated, severity: .fatal, rows: [match.rowNumber], arguments: [first + 1],
                        message: ""))
            case .ignored:
                ignoredCount += 1
                firstIgnored = firstIgnored ?? column + 1
            case .unknown:
                collector.add(
                    Finding(
                        columnNumber: column + 1, rule: FindingRule.header, code: .columnUnknown, severity: .warning,
                        rows: [match.rowNumber], message: ""))
            }
        }
        if let firstIgnored {
            collector.add(
                Finding(
                    columnNumber: firstIgnored, rule: FindingRule.ignoreHeaders, code: .columnIgnored,
                    severity: .note, count: ignoredCount, rows: [match.rowNumber], message: ""))
        }
        return isRepeated ? .misfit(match, assumptions, collector) : .open(match, assumptions, collector)
    }
}

/// The first rows of a file, looked at once more for what the search for a header does not see.
private struct HeadRows {
    /// Some cell is not blank.
    private(set) var hasText = false
    /// From 1.
    private(set) var unclosedQuoteRow: Int?
    /// The first column, from 1, with a heading of `FormatPlan.patientColumns`.
    private(set) var patientColumn: Int?
    /// Row and column, from 1, of the first valid NHS number.
    private(set) var nhsNumber: (row: Int, column: Int)?

    /// The rows up to and including the header of `match`; without one, as many as a header is looked for in.
    init(
        plan: FormatPlan, source: TextSource, match: HeaderMatch? = nil, cells: Flat<RowScanner.Cell>
    ) {
        let dataset = match.map { plan.datasets[$0.datasetIndex] } ?? plan.datasets[0]
        var scanner = RowScanner(delimiter: match?.delimiter ?? dataset.delimiters[0], cells: cells)
        scanner.restart(at: 0, in: source.text)
        let rowCount = match?.rowNumber ?? plan.datasets.map(\.headerWithinRows).max() ?? 0
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
                guard plan.isHealth else { continue }
                if nhsNumber == nil, Identifier.holdsNHSNumber(source.text, start, end) {
                    nhsNumber = (row + 1, column + 1)
                }
                let name = HeaderName.normalised(source.text.bytes(start..<end))
                if patientColumn == nil, plan.patientColumns.contains(name) { patientColumn = column + 1 }
            }
        }
    }
}
