import SluiceModel

/// What may be wrong with a row or a cell, as the hot loop notes it.
enum FindingKind: UInt8, CaseIterable, BitwiseCopyable {
    // Rows.
    case rowRagged, rowTooLong, rowEmpty, footerIgnored, headerRepeated, headingsDiffer, marginIgnored, quoteHoldsRows
    case rowEmptyBetween, rowsAlike
    // Cells of any column.
    case bytesInvalid, characterForbidden, textAfterQuote, cellTooLong, cellError, formulaUncached, structureUnexpected
    // Cells of a field.
    case valueMissing, markerMissing, keyMissing, typeMismatch, formatMismatch, patternMismatch, codeUnknown,
        areaUnknown
    case postcodeInvalid, postcodeUnknown, pointUnlocated
    case codeNotInForce, valueNotAllowed, checkDigitWrong, placeholder
    case belowMinimum, aboveMaximum, atOrBelowMinimum, atOrAboveMaximum, tooShort, tooLong
    case dateInFuture, dateImplausible, outsidePeriod, ageImplausible, healthFieldDropped
    // Keys.
    case notUnique, keyNotUnique, uniqueKeyNotUnique, referenceMissing

    var code: FindingCode {
        switch self {
        case .rowRagged: .rowRagged
        case .rowTooLong: .rowTooLong
        case .rowEmpty, .rowEmptyBetween: .rowEmpty
        case .footerIgnored: .footerIgnored
        case .headerRepeated: .headerRepeated
        case .headingsDiffer: .headingsDiffer
        case .marginIgnored: .marginIgnored
        case .quoteHoldsRows: .quoteHoldsRows
        case .rowsAlike: .rowsAlike
        case .bytesInvalid: .bytesInvalid
        case .characterForbidden: .characterForbidden
        case .textAfterQuote: .quoteMisplaced
        case .cellTooLong: .cellTooLong
        case .cellError: .cellError
        case .formulaUncached: .formulaUncached
        case .structureUnexpected: .structureUnexpected
        case .valueMissing, .markerMissing: .valueMissing
        case .keyMissing: .keyMissing
        case .typeMismatch, .formatMismatch: .typeMismatch
        case .patternMismatch: .patternMismatch
        case .codeUnknown, .valueNotAllowed: .codeUnknown
        case .areaUnknown: .areaUnknown
        case .postcodeInvalid: .postcodeInvalid
        case .postcodeUnknown: .postcodeUnknown
        case .pointUnlocated: .pointUnlocated
        case .codeNotInForce: .codeNotInForce
        case .checkDigitWrong: .checkDigitWrong
        case .placeholder: .placeholder
        case .belowMinimum, .atOrBelowMinimum: .belowMinimum
        case .aboveMaximum, .atOrAboveMaximum: .aboveMaximum
        case .tooShort: .tooShort
        case .tooLong: .tooLong
        case .dateInFuture: .dateInFuture
        case .dateImplausible: .dateImplausible
        case .outsidePeriod: .outsidePeriod
        case .ageImplausible: .ageImplausible
        case .healthFieldDropped: .healthFieldDropped
        case .notUnique, .keyNotUnique, .uniqueKeyNotUnique: .notUnique
        case .referenceMissing: .referenceMissing
        }
    }

    func rule(field: FieldPlan?, plan: FormatPlan) -> String {
        switch self {
        case .rowRagged, .rowEmpty, .rowEmptyBetween: return FindingRule.row
        case .rowTooLong: return FindingRule.rowLimitBytes
        case .footerIgnored: return FindingRule.footers
        case .headerRepeated, .headingsDiffer: return FindingRule.header
        case .marginIgnored: return FindingRule.row
        case .quoteHoldsRows: return FindingRule.quoting
        case .rowsAlike: return FindingRule.doubles
        case .bytesInvalid: return FindingRule.encodings
        case .characterForbidden, .cellError, .formulaUncached: return FindingRule.cell
        case .textAfterQuote: return FindingRule.quoting
        case .cellTooLong: return FindingRule.cellLimitBytes
        case .structureUnexpected: return FindingRule.document
        case .valueMissing: return FindingRule.required
        case .markerMissing: return FindingRule.missingValues
        case .keyMissing, .keyNotUnique: return FindingRule.primaryKey
        case .typeMismatch: return FindingRule.type
        case .formatMismatch: return FindingRule.format
        case .patternMismatch: return FindingRule.pattern
        case .codeUnknown, .codeNotInForce:
            // An `enum` constraint is compiled to a list without a name.
            let isEnumeration = field?.codes.map { plan.codeTables[$0].name.isEmpty } ?? false
            return isEnumeration ? FindingRule.enumeration : FindingRule.codes
        case .valueNotAllowed: return FindingRule.enumeration
        case .areaUnknown: return FindingRule.area
        case .postcodeInvalid, .postcodeUnknown, .pointUnlocated: return FindingRule.locates
        case .checkDigitWrong, .placeholder: return FindingRule.check
        case .belowMinimum: return FindingRule.minimum
        case .aboveMaximum: return FindingRule.maximum
        case .atOrBelowMinimum: return FindingRule.exclusiveMinimum
        case .atOrAboveMaximum: return FindingRule.exclusiveMaximum
        case .tooShort: return FindingRule.minLength
        case .tooLong: return FindingRule.maxLength
        case .dateInFuture: return FindingRule.notInFuture
        case .dateImplausible, .outsidePeriod: return FindingRule.period
        case .ageImplausible: return FindingRule.ageRange
        case .healthFieldDropped:
            return field.flatMap { plan.classRule($0.privacy)?.name } ?? FindingRule.healthField
        case .notUnique: return FindingRule.unique
        case .uniqueKeyNotUnique: return FindingRule.uniqueKeys
        case .referenceMissing: return FindingRule.foreignKeys
        }
    }

    /// Wrong with a cell whatever its column says; it rejects the row only where somebody reads the column.
    var isOfAnyColumn: Bool {
        switch self {
        case .bytesInvalid, .characterForbidden, .textAfterQuote, .cellTooLong, .cellError, .formulaUncached,
            .structureUnexpected:
            true
        default: false
        }
    }

    /// - Parameter isRead: somebody reads the column.
    func severity(field: FieldPlan?, isRead: Bool, plan: FormatPlan) -> Severity {
        if isOfAnyColumn, !isRead { return .warning }
        return switch self {
        case .healthFieldDropped:
            field.flatMap { plan.classRule($0.privacy)?.effect } == .refuse ? .refusal : .warning
        case .rowEmpty, .footerIgnored, .headerRepeated, .marginIgnored: .note
        case .headingsDiffer: .fatal
        case .rowEmptyBetween, .rowsAlike, .ageImplausible: .warning
        case .areaUnknown, .codeNotInForce, .placeholder, .postcodeInvalid, .postcodeUnknown, .pointUnlocated: .warning
        case .codeUnknown: field?.codesSeverity ?? .error
        case .checkDigitWrong: field?.checkSeverity ?? .error
        default: .error
        }
    }
}

extension Finding {
    /// Where a person who sets the file right would meet what is wrong: what it came in, its encoding, its header, its
    /// rows, their keys, their cells, and what only the whole can show.
    private enum Stage: Int {
        case container, encoding, header, rows, keys, cells, rules
    }

    private var stage: Stage {
        switch code {
        case .fileEmpty, .rowsMissing, .formatUnsupported, .quoteUnclosed, .limitExceeded, .containerInvalid,
            .containerUnsafe, .containerEncrypted, .containerEmpty, .syntaxInvalid, .documentTypeForbidden,
            .workbookMacros, .workbookLinks, .sheetHidden, .sheetIgnored, .memberIgnored, .datasetNotAccepted,
            .patientIdentifier, .identifierFound, .disclosureRule, .paddingIgnored, .fileCutShort, .linesQuoted:
            .container
        case .encodingUnsupported, .bytesInvalid: .encoding
        case .rowsAboveHeadings, .headingsAbove: .header
        case .headerMissing, .datasetUnknown, .directoryMissing, .columnMissing, .columnUnknown, .columnRepeated,
            .columnIgnored,
            .columnOrder:
            .header
        case .headingsDiffer, .marginIgnored, .rowsAlike, .outsidePeriod, .quoteHoldsRows, .linesUnaccounted,
            .rowRagged, .rowTooLong, .rowEmpty, .footerIgnored, .headerRepeated, .rowsHidden, .columnsHidden,
            .cellsMerged,
            .structureUnexpected:
            .rows
        case .keyMissing, .notUnique, .referenceMissing, .referenceUnjudged: .keys
        case .quoteMisplaced, .dateImplausible, .ageImplausible,
            .cellTooLong, .characterForbidden, .cellError, .formulaUncached, .formulasRead, .valueMissing,
            .typeMismatch, .patternMismatch, .codeUnknown, .codeNotInForce, .checkDigitWrong, .placeholder,
            .belowMinimum, .aboveMaximum, .tooShort, .tooLong, .dateInFuture, .areaUnknown, .healthFieldDropped,
            .postcodeInvalid, .postcodeUnknown,
            .pointUnlocated:
            .cells
        case .periodUnclear, .cadenceBroken, .replacesFigures, .periodOutOfTurn, .figuresChanged, .columnSorted,
            .columnEmptied,
            .shareChanged, .columnFilled,
            .ruleBroken, .totalMismatch, .totalMissing, .periodGap, .suddenChange, .periodUnknown, .periodOverlaps,
            .toleranceExceeded:
            .rules
        }
    }

    /// The order of a report: the worst first; then by stage; cells by column; then the most frequent. Total, so that
    /// the same file always gives the same report.
    static func comesBefore(_ a: Finding, _ b: Finding) -> Bool {
        if a.severity != b.severity { return a.severity > b.severity }
        let (stage, other) = (a.stage, b.stage)
        if stage != other { return stage.rawValue < other.rawValue }
        let (columnA, columnB) = (a.columnNumber ?? 0, b.columnNumber ?? 0)
        if stage == .cells, columnA != columnB { return columnA < columnB }
        if a.count != b.count { return a.count > b.count }
        let (placeA, placeB) = ((columnA, a.column ?? "", a.rule), (columnB, b.column ?? "", b.rule))
        if placeA != placeB { return placeA < placeB }
        if a.code != b.code { return a.code.rawValue < b.code.rawValue }
        if a.arguments != b.arguments { return a.arguments.lexicographicallyPrecedes(b.arguments) }
        return a.rows.lexicographicallyPrecedes(b.rows)
    }
}
