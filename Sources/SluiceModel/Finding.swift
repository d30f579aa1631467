/// One thing that is wrong with a file, for one column and one rule, over all the rows it was seen in.
///
/// A finding never holds a value from a record. Its message is made from the schema's own words, numbers of rows
/// and positions; a column no schema knows is named by its position only.
package struct Finding: Hashable, Sendable {
    /// The schema's name of the column; nil when the finding is about a row or the file, or no schema knows it.
    package var column: String?
    /// Where the column stands in the file, from 1; nil when the finding is about rows or the file.
    package var columnNumber: Int?
    /// Where the rule stands, so that a reader can look it up: `type`, `constraints.pattern`, `sluice.codes`, …
    package var rule: String
    package var code: FindingCode
    package var severity: Severity
    /// How many rows (or columns, or bytes: the message says) it was seen in.
    package var count: Int
    /// The numbers of the first rows it was seen in, ascending, counted from 1 at the first row of the file;
    /// at most `Finding.rowLimit`.
    package var rows: [Int]
    /// Further numbers of the message, at most `argumentLimit`; `FindingMessages` says what each code takes.
    package var arguments: [Int]
    /// Made by `FindingMessages` alone. It does not cross the wire: the daemon makes it again from the plan.
    package var message: String

    package static let rowLimit = 10
    package static let argumentLimit = 4

    package init(
        column: String? = nil, columnNumber: Int? = nil, rule: String, code: FindingCode, severity: Severity,
        count: Int = 1, rows: [Int] = [], arguments: [Int] = [], message: String
    ) {
        self.column = column
        self.columnNumber = columnNumber
        self.rule = rule
        self.code = code
        self.severity = severity
        self.count = count
        self.rows = rows
        self.arguments = arguments
        self.message = message
    }
}

/// How much a finding weighs. The raw value is its place on the wire.
package enum Severity: UInt8, CaseIterable, Sendable, Comparable {
    /// Something was assumed or left out; nothing to do.
    case note = 0
    /// Kept, but look at it.
    case warning = 1
    /// The row is rejected.
    case error = 2
    /// The whole file is rejected.
    case fatal = 3
    /// A disclosure rule forbids taking the file.
    case refusal = 4

    package var text: String {
        switch self {
        case .note: "note"
        case .warning: "warning"
        case .error: "error"
        case .fatal: "fatal"
        case .refusal: "refusal"
        }
    }

    package static func < (a: Severity, b: Severity) -> Bool { a.rawValue < b.rawValue }
}

/// What kind of thing is wrong. Stable: agencies and scripts match on the text. `docs/findings.md` has each one.
package enum FindingCode: String, CaseIterable, Sendable {
    // The file.
    case fileEmpty = "file-empty"
    case headerMissing = "header-missing"
    case rowsMissing = "rows-missing"
    case datasetUnknown = "dataset-unknown"
    case encodingUnsupported = "encoding-unsupported"
    case formatUnsupported = "format-unsupported"
    case quoteUnclosed = "quote-unclosed"
    case toleranceExceeded = "tolerance-exceeded"
    case periodUnknown = "period-unknown"
    case periodOverlaps = "period-overlaps"
    /// The rows lie in months of which no run can be told to be the file's.
    case periodUnclear = "period-unclear"
    /// The authority sends by month, say, and the file holds more or less.
    case cadenceBroken = "cadence-broken"
    /// More lines, rows or records than were accounted for.
    case linesUnaccounted = "lines-unaccounted"
    case paddingIgnored = "padding-ignored"
    /// Each line stands in quotes as if it were one cell.
    case linesQuoted = "lines-quoted"
    case limitExceeded = "limit-exceeded"
    // Containers and structured forms.
    case containerInvalid = "container-invalid"
    case containerUnsafe = "container-unsafe"
    case containerEncrypted = "container-encrypted"
    case containerEmpty = "container-empty"
    case syntaxInvalid = "syntax-invalid"
    case documentTypeForbidden = "document-type-forbidden"
    case structureUnexpected = "structure-unexpected"
    case workbookMacros = "workbook-macros"
    case workbookLinks = "workbook-links"
    case sheetHidden = "sheet-hidden"
    case sheetIgnored = "sheet-ignored"
    case memberIgnored = "member-ignored"
    case rowsHidden = "rows-hidden"
    case columnsHidden = "columns-hidden"
    case cellsMerged = "cells-merged"
    case cellError = "cell-error"
    case formulaUncached = "formula-uncached"
    case formulasRead = "formulas-read"
    case datasetNotAccepted = "dataset-not-accepted"
    // Columns.
    case columnMissing = "column-missing"
    case columnUnknown = "column-unknown"
    case columnRepeated = "column-repeated"
    case columnIgnored = "column-ignored"
    /// Above the headings stand rows that look like records.
    case rowsAboveHeadings = "rows-above-headings"
    /// Above the headings stands another row of headings.
    case headingsAbove = "headings-above"
    // Rows.
    case rowRagged = "row-ragged"
    case rowTooLong = "row-too-long"
    case rowEmpty = "row-empty"
    case footerIgnored = "footer-ignored"
    case headerRepeated = "header-repeated"
    /// Below the headings stand others: two files joined.
    case headingsDiffer = "headings-differ"
    case marginIgnored = "margin-ignored"
    case rowsAlike = "rows-alike"
    /// The row lies outside the months that the file is of.
    case outsidePeriod = "outside-period"
    /// A quoted cell holds whole rows.
    case quoteHoldsRows = "quote-holds-rows"
    // Cells.
    case cellTooLong = "cell-too-long"
    case bytesInvalid = "bytes-invalid"
    case characterForbidden = "character-forbidden"
    case quoteMisplaced = "quote-misplaced"
    case valueMissing = "value-missing"
    case typeMismatch = "type-mismatch"
    case patternMismatch = "pattern-mismatch"
    case codeUnknown = "code-unknown"
    case codeNotInForce = "code-not-in-force"
    case checkDigitWrong = "check-digit-wrong"
    case placeholder = "placeholder"
    case belowMinimum = "below-minimum"
    case aboveMaximum = "above-maximum"
    case tooShort = "too-short"
    case tooLong = "too-long"
    case notUnique = "not-unique"
    case dateInFuture = "date-in-future"
    case dateImplausible = "date-implausible"
    case ageImplausible = "age-implausible"
    case ruleBroken = "rule-broken"
    case areaUnknown = "area-unknown"
    case postcodeInvalid = "postcode-invalid"
    case postcodeUnknown = "postcode-unknown"
    case pointUnlocated = "point-unlocated"
    case directoryMissing = "directory-missing"
    case keyMissing = "key-missing"
    case referenceMissing = "reference-missing"
    case referenceUnjudged = "reference-unjudged"
    // The file as a whole, by rules of its dataset.
    case totalMismatch = "total-mismatch"
    case totalMissing = "total-missing"
    case periodGap = "period-gap"
    case suddenChange = "sudden-change"
    /// What the delivery replaces, in figures.
    case replacesFigures = "replaces-figures"
    /// Another period than the one that follows those that stand.
    case periodOutOfTurn = "period-out-of-turn"
    /// A column is in an order that it never had.
    case columnSorted = "column-sorted"
    /// The figures of a measure are far from what is usual.
    case figuresChanged = "figures-changed"
    /// A column that usually has values has none, or is not there.
    case columnEmptied = "column-emptied"
    /// The share of a column's values, or of a code, is far from what is usual.
    case shareChanged = "share-changed"
    /// The numbers of a column look as if a spreadsheet had filled them in.
    case columnFilled = "column-filled"
    case fileCutShort = "file-cut-short"
    case columnOrder = "column-order"
    // The intake gate.
    case healthFieldDropped = "health-field-dropped"
    case patientIdentifier = "patient-identifier"
    case identifierFound = "identifier-found"
    /// A rule of `disclosure/rules.yaml`, whose own words the message is.
    case disclosureRule = "disclosure-rule"
}
