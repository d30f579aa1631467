import SluiceModel

/// What may be wrong with a row or a cell, as the hot loop notes it.
enum FindingKind: UInt8, CaseIterable, BitwiseCopyable {
    // Rows.
    case rowRagged, rowTooLong, rowEmpty
    // Cells of any column.
    case bytesInvalid, characterForbidden, textAfterQuote, cellTooLong
    // Cells of a field.
    case valueMissing, keyMissing, typeMismatch, patternMismatch, codeUnknown, areaUnknown, codeNotInForce
    case checkDigitWrong, placeholder, belowMinimum, aboveMaximum, tooShort, tooLong, notUnique, keyNotUnique
    case dateInFuture, healthFieldDropped

    fileprivate var code: FindingCode {
        switch self {
        case .rowRagged: .rowRagged
        case .rowTooLong: .rowTooLong
        case .rowEmpty: .rowEmpty
        case .bytesInvalid: .bytesInvalid
        case .characterForbidden, .textAfterQuote: .characterForbidden
        case .cellTooLong: .cellTooLong
        case .valueMissing: .valueMissing
        case .keyMissing: .keyMissing
        case .typeMismatch: .typeMismatch
        case .patternMismatch: .patternMismatch
        case .codeUnknown: .codeUnknown
        case .areaUnknown: .areaUnknown
        case .codeNotInForce: .codeNotInForce
        case .checkDigitWrong: .checkDigitWrong
        case .placeholder: .placeholder
        case .belowMinimum: .belowMinimum
        case .aboveMaximum: .aboveMaximum
        case .tooShort: .tooShort
        case .tooLong: .tooLong
        case .notUnique, .keyNotUnique: .notUnique
        case .dateInFuture: .dateInFuture
        case .healthFieldDropped: .healthFieldDropped
        }
    }

    fileprivate func rule(field: FieldPlan?, plan: FormatPlan) -> String {
        switch self {
        case .rowRagged: return FindingRule.delimiters
        case .rowTooLong: return FindingRule.rowLimitBytes
        case .rowEmpty: return FindingRule.row
        case .bytesInvalid: return FindingRule.encodings
        case .characterForbidden: return FindingRule.cell
        case .textAfterQuote: return FindingRule.quoting
        case .cellTooLong: return FindingRule.cellLimitBytes
        case .valueMissing: return FindingRule.required
        case .keyMissing, .keyNotUnique: return FindingRule.primaryKey
        case .typeMismatch: return FindingRule.type
        case .patternMismatch: return FindingRule.pattern
        case .codeUnknown, .codeNotInForce:
            // An `enum` constraint is compiled to a list without a name.
            let isEnumeration = field?.codes.map { plan.codeTables[$0].name.isEmpty } ?? false
            return isEnumeration ? FindingRule.enumeration : FindingRule.codes
        case .areaUnknown: return FindingRule.area
        case .checkDigitWrong, .placeholder: return FindingRule.check
        case .belowMinimum: return FindingRule.minimum
        case .aboveMaximum: return FindingRule.maximum
        case .tooShort: return FindingRule.minLength
        case .tooLong: return FindingRule.maxLength
        case .notUnique: return FindingRule.unique
        case .dateInFuture: return FindingRule.notInFuture
        case .healthFieldDropped: return FindingRule.healthField
        }
    }

    fileprivate func severity(field: FieldPlan?) -> Severity {
        switch self {
        case .rowEmpty: .note
        case .areaUnknown, .codeNotInForce, .placeholder, .healthFieldDropped: .warning
        case .codeUnknown: field?.codesSeverity ?? .error
        case .checkDigitWrong: field?.checkSeverity ?? .error
        default: .error
        }
    }
}

/// Groups what is wrong by column and rule, and turns the groups into findings at the end.
///
/// Memory is bounded by columns × kinds, whatever the file holds.
struct FindingCollector {
    /// Findings about the file or its columns, complete as they are.
    private(set) var fileFindings: [Finding] = []
    private let plan: FormatPlan

    private struct Tally {
        /// From 1; 0 for the row.
        var columnNumber: Int
        var kind: FindingKind?
        var ruleIndex = 0
        var count = 0
        var rows: [Int] = []
    }

    private var tallies: [Tally] = []
    /// Tally of each (column number, kind) and, behind them, of each rule between fields; −1 while there is none.
    private var tallyIndex: [Int32] = []
    private var columnCount = 0
    private var fieldOfColumn: [Int?] = []
    private var datasetIndex: Int?

    init(plan: FormatPlan) { self.plan = plan }

    /// Must precede the first note. `fieldOfColumn` has the field of each column of the file.
    mutating func begin(datasetIndex: Int, fieldOfColumn: [Int?]) {
        self.datasetIndex = datasetIndex
        self.fieldOfColumn = fieldOfColumn
        columnCount = fieldOfColumn.count
        let rules = plan.datasets[datasetIndex].rowRules.count
        tallyIndex = [Int32](repeating: -1, count: (columnCount + 1) * FindingKind.allCases.count + rules)
    }

    /// Notes `kind` in a row; `columnNumber` counts from 1 and is 0 for the row as a whole.
    @inline(never)
    mutating func note(_ kind: FindingKind, columnNumber: Int, row: Int) {
        let place = columnNumber * FindingKind.allCases.count + Int(kind.rawValue)
        note(at: place, row: row, new: Tally(columnNumber: columnNumber, kind: kind))
    }

    @inline(never)
    mutating func note(rule: Int, row: Int) {
        let place = (columnCount + 1) * FindingKind.allCases.count + rule
        note(at: place, row: row, new: Tally(columnNumber: 0, kind: nil, ruleIndex: rule))
    }

    private mutating func note(at place: Int, row: Int, new: Tally) {
        if tallyIndex[place] < 0 {
            tallyIndex[place] = Int32(tallies.count)
            tallies.append(new)
        }
        let index = Int(tallyIndex[place])
        tallies[index].count += 1
        if tallies[index].rows.count < Finding.rowLimit { tallies[index].rows.append(row) }
    }

    mutating func add(_ finding: Finding) { fileFindings.append(finding) }

    /// Worst first, then the most frequent, then by column; `isCut` when there were more than the limit.
    func findings() -> (findings: [Finding], isCut: Bool) {
        var all = fileFindings
        let dataset = datasetIndex.map { plan.datasets[$0] }
        for tally in tallies {
            let fieldIndex = tally.columnNumber > 0 ? fieldOfColumn[tally.columnNumber - 1] : nil
            let field = fieldIndex.flatMap { dataset?.fields[$0] }
            let columnNumber = tally.columnNumber > 0 ? tally.columnNumber : nil
            if let kind = tally.kind {
                all.append(
                    Finding(
                        column: field?.name, columnNumber: columnNumber, rule: kind.rule(field: field, plan: plan),
                        code: kind.code, severity: kind.severity(field: field), count: tally.count, rows: tally.rows,
                        arguments: kind == .rowRagged ? [columnCount] : [], message: ""))
            } else if let rule = dataset?.rowRules[tally.ruleIndex] {
                all.append(
                    Finding(
                        rule: FindingRule.rowRule(rule.id), code: .ruleBroken, severity: rule.severity,
                        count: tally.count, rows: tally.rows, message: ""))
            }
        }
        all.sort { a, b in
            if a.severity != b.severity { return a.severity > b.severity }
            if a.count != b.count { return a.count > b.count }
            // A total order, so that the same file always gives the same report.
            let placeA = (a.columnNumber ?? 0, a.column ?? "", a.rule, a.code.rawValue)
            let placeB = (b.columnNumber ?? 0, b.column ?? "", b.rule, b.code.rawValue)
            return placeA < placeB
        }
        let limit = plan.limits.findingLimit
        var kept = Array(all.prefix(limit))
        for index in kept.indices {
            kept[index].message = FindingMessages.message(for: kept[index], plan: plan, datasetIndex: datasetIndex)
        }
        return (kept, all.count > limit)
    }
}
