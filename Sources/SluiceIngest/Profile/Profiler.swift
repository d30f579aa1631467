package import SluiceModel
package import SluiceReaders

/// Looks through a sample file and says what its columns hold, so that a plugin can be written for it.
///
/// One pass, in bounded memory. The plan asks the questions, see `SampleProfile`.
///
/// ```
/// ProfileRows      the file as rows            HeaderGuess     delimiter and header row
/// CellTrials       what a cell could be        DistinctValues  how many, and which are shared
/// IdentifierForms  forms of section 8          ProfileTexts    the few texts that leave
/// ```
package struct Profiler {
    private let plan: FormatPlan

    /// `plan.check()` must have found nothing.
    package init(plan: FormatPlan) { self.plan = plan }

    package func run(input: any DeliveredBytes) throws(ReaderError) -> Result<SampleProfile, ProfileRefusal> {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        var rows = ProfileRows(input, plan: plan, arena: arena)
        if let refusal = try rows.open() { return .failure(refusal) }
        let trials = CellTrials(plan: plan, arena: arena)
        let guess: HeaderGuess
        switch HeaderGuess.make(rows, plan: plan, trials: trials, arena: arena) {
        case .failure(let refusal): return .failure(refusal)
        case .success(let found): guess = found
        }

        var columns = guess.headings.map { heading in
            var column = ColumnProfile(heading: ProfileTexts.heading(heading))
            column.answers = trials.noAnswers
            return column
        }
        var distinct = [DistinctValues](repeating: DistinctValues(columnCount: columns.count), count: columns.count)
        var rowCount = 0
        var raggedRowCount = 0
        var isCut = false
        rows.begin(delimiter: guess.delimiter)
        while let row = try rows.next() {
            let cellCount: Int
            switch row {
            case .failure(let refusal): return .failure(refusal)
            case .success(let count): cellCount = count
            }
            guard rows.rowNumber > guess.rowNumber else { continue }
            guard rowCount + raggedRowCount < plan.limits.rowLimit else {
                isCut = true
                break
            }
            let text = rows.text
            if (0..<min(cellCount, columns.count)).allSatisfy({ rows.range(of: $0).start == rows.range(of: $0).end }) {
                continue
            }
            guard cellCount == columns.count else {
                raggedRowCount += 1
                continue
            }
            rowCount += 1
            for column in columns.indices {
                let (start, end) = rows.range(of: column)
                if start == end {
                    columns[column].blankCount += 1
                } else if !trials.countMissing(text, start, end, in: &columns[column]) {
                    trials.count(text, start, end, in: &columns[column])
                    distinct[column].add(text, start, end)
                }
            }
        }
        for column in columns.indices {
            columns[column].distinctCount = distinct[column].count
            columns[column].isDistinctCut = distinct[column].isCut
            guard columns[column].mayListValues, !holdsDays(columns[column]) else { continue }
            columns[column].values = ProfileTexts.values(
                distinct[column].shared(filledCount: columns[column].filledCount))
        }
        return .success(
            SampleProfile(
                encoding: rows.encoding, hasByteOrderMark: rows.hasByteOrderMark, delimiter: guess.delimiter,
                headerRowNumber: guess.rowNumber, rowCount: rowCount, raggedRowCount: raggedRowCount, isCut: isCut,
                columns: columns))
    }

    /// Days are no codes, and some are days of birth.
    private func holdsDays(_ column: ColumnProfile) -> Bool {
        zip(plan.datasets[0].fields, column.answers).contains { field, answers in
            (field.type == .date || field.type == .datetime) && answers.contains { $0 > 0 }
        }
    }
}
