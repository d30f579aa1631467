import SluiceModel

/// What is to be said of the columns of a header, by the dataset's `fieldsMatch`.
///
/// A heading is never repeated: columns are named by their place, and by the schema's heading that comes near.
struct ColumnFindings {
    /// What to set right: columns that are missing, stand twice or in the wrong place, and those that no schema knows.
    private(set) var faults: [Finding] = []
    /// Columns that were passed over.
    private(set) var notes: [Finding] = []

    /// The table cannot be read.
    var areFatal: Bool { faults.contains { $0.severity >= .fatal } }

    private let match: HeaderMatch
    private let dataset: DatasetPlan

    init(plan: FormatPlan, match: HeaderMatch) {
        self.match = match
        dataset = plan.datasets[match.datasetIndex]
        let suggestions = suggestions
        // A mistake is one finding: the column of a field that is missing is named there.
        var named: Set<Int> = []
        for field in match.missing {
            let near = suggestions.filter { $0.value == field }
            let column = near.count == 1 ? near.first?.key : nil
            if let column { named.insert(column) }
            faults.append(
                Finding(
                    column: dataset.fields[field].name, rule: rule, code: .columnMissing, severity: .fatal,
                    arguments: column.map { [$0 + 1] } ?? [], message: ""))
        }
        for (column, kind) in match.columns.enumerated() {
            switch kind {
            case .repeated(let field, let first): repeated(column, field, first)
            case .unknown where !named.contains(column): unknown(column, suggestions[column])
            case .field, .unknown, .ignored, .unnamed: break
            }
        }
        if !match.isInOrder, !areFatal {
            faults.append(
                Finding(
                    rule: FindingRule.fieldsMatch, code: .columnOrder, severity: .fatal, rows: [match.rowNumber],
                    message: ""))
        }
        passedOver(.ignored, FindingRule.ignoreHeaders)
        passedOver(.unnamed, FindingRule.header)
    }

    /// Where the schema says which columns there must be.
    private var rule: String { dataset.fieldsMatch == .byName ? FindingRule.header : FindingRule.fieldsMatch }

    /// The fields without a column that the headings of unknown columns come near, by column.
    private var suggestions: [Int: Int] {
        var taken: Set<Int> = []
        for case .field(let field) in match.columns { taken.insert(field) }
        guard taken.count < dataset.fields.count else { return [:] }
        var suggestions: [Int: Int] = [:]
        for (column, kind) in match.columns.enumerated() where kind == .unknown {
            suggestions[column] = NearMiss.field(ofHeader: match.names[column], among: dataset, taken: taken)
        }
        return suggestions
    }

    private mutating func repeated(_ column: Int, _ field: Int, _ first: Int) {
        faults.append(
            Finding(
                column: dataset.fields[field].name, columnNumber: column + 1, rule: FindingRule.header,
                code: .columnRepeated, severity: .fatal, rows: [match.rowNumber], arguments: [first + 1], message: ""))
    }

    private mutating func unknown(_ column: Int, _ suggestion: Int?) {
        switch dataset.fieldsMatch {
        case .subset: return
        // Not judged, but a field that is left out by a slip of the pen is worth a word.
        case .partial where suggestion == nil: return
        case .byName, .exact, .equal, .superset, .partial: break
        }
        faults.append(
            Finding(
                columnNumber: column + 1, rule: rule, code: .columnUnknown,
                severity: match.forbidsUnknown ? .fatal : .warning, rows: [match.rowNumber],
                arguments: suggestion.map { [$0] } ?? [], message: ""))
    }

    private mutating func passedOver(_ kind: HeaderMatch.Column, _ rule: String) {
        guard let first = match.columns.firstIndex(of: kind) else { return }
        notes.append(
            Finding(
                columnNumber: first + 1, rule: rule, code: .columnIgnored, severity: .note,
                count: match.columns.count { $0 == kind }, rows: [match.rowNumber], message: ""))
    }
}
