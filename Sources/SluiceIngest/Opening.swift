import SluiceModel
import SluiceReaders

/// The judgement of a table's beginning: which dataset it holds, in which form, and whether to read on.
struct Opening {
    enum Outcome {
        /// No dataset was recognised.
        case unreadable
        /// A dataset was recognised, but the table cannot be read as it.
        case misfit(HeaderMatch, Assumptions)
        /// Read on at `HeaderMatch.nextRow`.
        case open(HeaderMatch, Assumptions)
    }

    private(set) var outcome = Outcome.unreadable
    /// What there is to say so far.
    private(set) var collector: FindingCollector
    /// Where to read on, and how to begin anew for a second pass.
    private(set) var source: (any HeadedSource)?
    private(set) var reading: DeliveredTable.Reading?

    private let plan: FormatPlan
    private let table: DeliveredTable
    private let cells: Flat<RowScanner.Cell>

    /// Opens each reading of the table in turn, in memory of `arena`, and takes the first whose header fits.
    init(plan: FormatPlan, table: DeliveredTable, arena: Arena) throws(ReaderError) {
        self.plan = plan
        self.table = table
        collector = FindingCollector(plan: plan)
        cells = arena.flat(plan.limits.columnLimit + 1, repeating: RowScanner.Cell(start: 0, end: 0, marks: []))
        if let fault = table.fault { collector.add(fault) }
        for note in table.notes { collector.add(note) }
        try judge(arena)
    }

    /// A file that holds no place for a table.
    init(plan: FormatPlan, collector: FindingCollector) {
        self.plan = plan
        self.collector = collector
        table = DeliveredTable()
        cells = Arena().empty()
    }

    /// The dataset that was recognised.
    var datasetIndex: Int? {
        switch outcome {
        case .unreadable: nil
        case .misfit(let match, _), .open(let match, _): match.datasetIndex
        }
    }

    /// Nothing stands there.
    var isEmpty: Bool { collector.fileFindings.contains { $0.code == .fileEmpty } }

    mutating func add(_ finding: Finding) { collector.add(finding) }

    /// Ends the reading: a disclosure rule forbids taking the file.
    mutating func refuse(_ finding: Finding) {
        collector.add(finding)
        if case .open(let match, let assumptions) = outcome { outcome = .misfit(match, assumptions) }
    }

    /// A reading whose header fits.
    private struct Found {
        var match: HeaderMatch
        var reading: DeliveredTable.Reading
        var source: any HeadedSource
    }

    private mutating func judge(_ arena: Arena) throws(ReaderError) {
        var found: [Found] = []
        var nearest: (match: HeaderMatch, reading: DeliveredTable.Reading)?
        var first: (source: any HeadedSource, delimiter: UInt8)?
        for reading in table.readings where !reading.datasets.isEmpty && mayBeRival(reading, of: found) {
            let source: any HeadedSource
            do throws(ReaderError) {
                source = try reading.open(arena)
            } catch .unreadable(let fault) {
                if found.isEmpty { collector.add(Finding(fault)) }
                continue
            }
            let delimiter = reading.delimiters?[0] ?? plan.datasets[reading.datasets[0]].delimiters[0]
            if first == nil { first = (source, delimiter) }
            switch HeaderMatch.search(source, reading, plan: plan, cells: cells) {
            case .found(let match): found.append(Found(match: match, reading: reading, source: source))
            case .tooManyColumns(let match):
                guard found.isEmpty else { continue }
                misfit(match, reading)
                if plan.refusesPatients, refusePatients(in: match, source) { return }
                collector.add(
                    Finding(rule: FindingRule.columnLimit, code: .limitExceeded, severity: .fatal, message: ""))
                return
            case .nothing(let match):
                if let match, nearest == nil { nearest = (match, reading) }
            }
        }
        if let chosen = inForce(found) {
            (source, reading) = (chosen.source, chosen.reading)
            return open(chosen)
        }

        // Nothing fits. The first reading is the most likely one: the words about the table are judged in it.
        guard let first else {
            if collector.fileFindings.isEmpty {
                collector.add(Finding(rule: FindingRule.forms, code: .datasetUnknown, severity: .fatal, message: ""))
            }
            return
        }
        let head = HeadRows(plan: plan, source: first.source, delimiter: first.delimiter, cells: cells)
        if plan.refusesPatients, let column = head.patientColumn {
            collector.add(patientColumn(column, field: nil, rows: []))
            return
        }
        if plan.refusesPatients, let (row, column) = head.nhsNumber {
            collector.add(nhsNumber(row: row, column: column))
            return
        }
        if let (match, reading) = nearest, match.isNear {
            misfit(match, reading)
            if plan.refusesPatients, refusePatientColumns(in: match) { return }
            for finding in ColumnFindings(plan: plan, match: match).faults { collector.add(finding) }
            return
        }
        if !head.hasText {
            collector.add(Finding(rule: FindingRule.file, code: .fileEmpty, severity: .fatal, message: ""))
        } else if let row = head.unclosedQuoteRow {
            collector.add(
                Finding(rule: FindingRule.quoting, code: .quoteUnclosed, severity: .fatal, rows: [row], message: ""))
        } else if let match = nearest?.match {
            collector.add(
                Finding(
                    rule: FindingRule.header, code: .datasetUnknown, severity: .fatal,
                    arguments: [match.datasetIndex] + (match.missing.isEmpty ? [] : [match.missing.count]), message: "")
            )
        } else {
            collector.add(
                Finding(rule: FindingRule.headerWithinRows, code: .headerMissing, severity: .fatal, message: ""))
        }
    }

    // MARK: - Editions of their own form

    /// Whether a reading is worth opening beside those whose header fits: only where the form gives the header, and
    /// editions of the dataset have forms of their own, does time have to tell them apart.
    private func mayBeRival(_ reading: DeliveredTable.Reading, of found: [Found]) -> Bool {
        guard let first = found.first else { return true }
        guard first.reading.rowsAboveRecords != nil, reading.form == first.reading.form else { return false }
        let id = plan.datasets[first.match.datasetIndex].id
        return reading.datasets.contains { index in
            plan.datasets[index].id == id && !found.contains { $0.match.datasetIndex == index }
        }
    }

    /// Of the readings whose header fits, that of the edition in force; nil when there is none.
    private func inForce(_ found: [Found]) -> Found? {
        guard let first = found.first else { return nil }
        let id = plan.datasets[first.match.datasetIndex].id
        let editions = found.filter { plan.datasets[$0.match.datasetIndex].id == id }
        guard editions.count > 1 else { return first }
        let choice = EditionChoice(plan: plan, cells: cells)
        return editions[
            EditionChoice.index(
                among: editions.map { choice.candidate($0.match, in: $0.source) }, today: plan.today)]
    }

    private mutating func misfit(_ match: HeaderMatch, _ reading: DeliveredTable.Reading) {
        collector.begin(datasetIndex: match.datasetIndex, fieldOfColumn: [])
        outcome = .misfit(match, assumptions(match, reading))
    }

    private func assumptions(_ match: HeaderMatch, _ reading: DeliveredTable.Reading) -> Assumptions {
        let dataset = plan.datasets[match.datasetIndex]
        let delimiter = match.delimiter == 0x09 ? "tab" : String(Unicode.Scalar(match.delimiter))
        var assumptions = Assumptions(
            dataset: dataset.id, edition: dataset.edition, encoding: reading.encoding?.text ?? "",
            hasByteOrderMark: reading.hasByteOrderMark, delimiter: reading.form == .delimited ? delimiter : "",
            headerRowNumber: match.rowNumber, dateFormats: [])
        assumptions.form = reading.form
        assumptions.container = table.container
        assumptions.memberPosition = table.memberPosition
        assumptions.sheetPosition = table.sheetPosition
        return assumptions
    }

    /// Judges the columns of a header that fits.
    private mutating func open(_ found: Found) {
        let match = found.match
        let dataset = plan.datasets[match.datasetIndex]
        collector.begin(match)
        let assumptions = assumptions(match, found.reading)
        outcome = .misfit(match, assumptions)
        let isNotAccepted = !dataset.refusalAdvice.isEmpty && !plan.isAgencySide
        if isNotAccepted {
            collector.add(
                Finding(rule: FindingRule.refusal, code: .datasetNotAccepted, severity: .refusal, message: ""))
        }
        if plan.refusesPatients, refusePatients(in: match, found.source) || isNotAccepted { return }
        if !plan.refusesPatients, plan.refusesPatientColumns, refusePatientColumns(in: match) { return }
        if judgeFacts(of: match) { return }
        let columns = ColumnFindings(plan: plan, match: match)
        let above = TableHead(match, found.reading, in: found.source).findings
        for finding in columns.faults + columns.notes + above + found.reading.notes { collector.add(finding) }
        let isFatal = columns.areFatal || above.contains { $0.severity >= .fatal }
        if !isFatal, !isNotAccepted { outcome = .open(match, assumptions) }
    }

    /// Puts on record which rules the columns of the header meet together; true when one refuses the file.
    private mutating func judgeFacts(of match: HeaderMatch) -> Bool {
        guard !plan.isAgencySide else { return false }
        let dataset = plan.datasets[match.datasetIndex]
        var told: Set<FieldFact> = []
        for case .field(let field) in match.columns { told.formUnion(dataset.fields[field].facts) }
        var isRefused = false
        for rule in plan.contentRules {
            guard case .together(let facts) = rule.condition, facts.isSubset(of: told) else { continue }
            collector.add(
                Finding(
                    rule: rule.name, code: .disclosureRule, severity: rule.effect == .refuse ? .refusal : .warning,
                    message: ""))
            isRefused = isRefused || rule.effect == .refuse
        }
        return isRefused
    }

    // MARK: - Patients

    /// Puts the patient identifiers of a header and the rows above it on record; true when there are any.
    private mutating func refusePatients(in match: HeaderMatch, _ source: any HeadedSource) -> Bool {
        let isRefused = refusePatientColumns(in: match)
        let head = HeadRows(
            plan: plan, source: source, delimiter: match.delimiter, rowCount: match.headRowCount, cells: cells)
        guard let (row, column) = head.nhsNumber else { return isRefused }
        collector.add(nhsNumber(row: row, column: column))
        return true
    }

    /// Refuses the file for a heading that names a patient identifier in a place that is passed over unopened, as hidden
    /// sheets are.
    mutating func refuseHeading(of reading: DeliveredTable.Reading) throws(ReaderError) {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let cells = arena.flat(
            plan.limits.columnLimit + 1, repeating: RowScanner.Cell(start: 0, end: 0, marks: []))
        let source = try reading.open(arena)
        let head = HeadRows(
            plan: plan, source: source, delimiter: reading.delimiters?.first ?? UInt8(ascii: ","), cells: cells)
        if let column = head.patientColumn { refuse(patientColumn(column, field: nil, rows: [])) }
    }

    private mutating func refusePatientColumns(in match: HeaderMatch) -> Bool {
        var isRefused = false
        for (column, name) in match.names.enumerated() {
            var field: Int?
            if case .field(let index) = match.columns[column] { field = index }
            guard namesPatient(name, isKnown: field != nil) else { continue }
            isRefused = true
            let fieldName = field.map { plan.datasets[match.datasetIndex].fields[$0].name }
            collector.add(patientColumn(column + 1, field: fieldName, rows: [match.rowNumber]))
        }
        return isRefused
    }

    /// Whether a heading names a patient identifier: as the list has it, or, where no schema knows the column, with one
    /// of the list's longer names anywhere in it: `Date of birth (patient)`.
    private func namesPatient(_ name: String, isKnown: Bool) -> Bool {
        plan.patientColumns.contains(name)
            || (!isKnown && plan.patientColumns.contains { $0.utf8.count >= 5 && name.contains($0) })
    }

    private func patientColumn(_ column: Int, field: String?, rows: [Int]) -> Finding {
        let rule = plan.contentRules.first { $0.condition == .patientColumns && $0.effect == .refuse }
        return Finding(
            column: field, columnNumber: column, rule: rule?.name ?? FindingRule.patientColumns,
            code: .patientIdentifier,
            severity: .refusal, rows: rows, message: "")
    }

    private func nhsNumber(row: Int, column: Int) -> Finding {
        Finding(
            columnNumber: column, rule: FindingRule.nhsNumber, code: .patientIdentifier, severity: .refusal,
            rows: [row], message: "")
    }
}
