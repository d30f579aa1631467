/// What the worker says of a sample file, so that a plugin can be written for files like it: numbers about each column,
/// the headings, and the few values that many rows share.
///
/// Made from a plan that asks the questions: one dataset whose encodings, delimiters and `headerWithinRows` say how the
/// file may be cut, and whose fields say what cells are tried as. See `ColumnProfile.answers`.
package struct SampleProfile: Hashable, Sendable {
    package var encoding: TextEncoding
    package var hasByteOrderMark: Bool
    package var delimiter: UInt8
    /// From 1.
    package var headerRowNumber: Int
    /// Rows below the header that have as many cells as it and are not blank.
    package var rowCount: Int
    /// Rows with another number of cells, which are not counted in the columns.
    package var raggedRowCount: Int
    /// There are more rows than the plan's `rowLimit`; they were not looked at.
    package var isCut: Bool
    package var columns: [ColumnProfile]

    package init(
        encoding: TextEncoding, hasByteOrderMark: Bool, delimiter: UInt8, headerRowNumber: Int, rowCount: Int,
        raggedRowCount: Int, isCut: Bool, columns: [ColumnProfile]
    ) {
        self.encoding = encoding
        self.hasByteOrderMark = hasByteOrderMark
        self.delimiter = delimiter
        self.headerRowNumber = headerRowNumber
        self.rowCount = rowCount
        self.raggedRowCount = raggedRowCount
        self.isCut = isCut
        self.columns = columns
    }
}

/// What was counted in one column. Cells that are blank or one of the plan's missing values are not `filled`.
package struct ColumnProfile: Hashable, Sendable {
    /// A value that many rows share.
    package struct Value: Hashable, Sendable {
        package var text: String
        package var rowCount: Int

        package init(text: String, rowCount: Int) {
            self.text = text
            self.rowCount = rowCount
        }
    }

    /// Nil when it is not UTF-8 or longer than `headingLimitBytes`.
    package var heading: String?
    package var filledCount = 0
    package var blankCount = 0
    /// Different values of filled cells, up to a bound of the worker's.
    package var distinctCount = 0
    /// There are more than `distinctCount`.
    package var isDistinctCut = false
    /// In characters (Unicode scalars), over the filled cells; 0 when there is none.
    package var lengthMinimum = 0
    package var lengthMaximum = 0
    /// Filled cells with a blank in them, and so perhaps sentences.
    package var spacedCount = 0
    /// Whole numbers of at most 18 digits, those with needless leading zeros left out.
    package var integerCount = 0
    /// Digits that begin with a zero: codes, not numbers.
    package var leadingZeroCount = 0
    /// Whole numbers, and numbers with a point.
    package var pointNumberCount = 0
    /// Whole numbers, and numbers with a comma.
    package var commaNumberCount = 0
    /// Codes of the Office for National Statistics: a letter and eight digits.
    package var areaCodeCount = 0
    /// One list for each field of the plan's dataset, of as many numbers as the field asks questions: filled cells that
    /// are each of its `missingValues` (a string), the number that are one of its true or false values (a boolean),
    /// filled cells that fit each of its `dateFormats`.
    package var answers: [[Int]] = []
    /// Filled cells that pass each of `CheckDigit.allCases`.
    package var checkCounts = [Int](repeating: 0, count: CheckDigit.allCases.count)
    /// Filled cells that have the form of each of `IdentifierForm.allCases`.
    package var formCounts = [Int](repeating: 0, count: IdentifierForm.allCases.count)
    /// By falling number of rows; empty unless `mayListValues`.
    package var values: [Value] = []

    package static let headingLimitBytes = 4096
    package static let listedRowsMin = 10
    package static let listedValuesLimit = 200
    package static let listedValueLimitBytes = 120

    package init(heading: String?) { self.heading = heading }

    /// Whether values of the column may be told at all: no cell passes a check digit or has an identifier's form, and
    /// the heading is known and names no person.
    package var mayListValues: Bool {
        guard let heading else { return false }
        return checkCounts.allSatisfy { $0 == 0 } && formCounts.allSatisfy { $0 == 0 }
            && !PersonHeading.names(heading)
    }

    package func count(_ check: CheckDigit) -> Int { checkCounts[Int(check.rawValue)] }
    package func count(_ form: IdentifierForm) -> Int { formCounts[Int(form.rawValue)] }
}

/// Forms of identifiers that have no check digit, beside those of `CheckDigit`.
///
/// Source: formats reference, section 8.5 and 8.6.
package enum IdentifierForm: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    /// Anywhere in the cell.
    case email = 0
    /// A British telephone number, the whole cell.
    case phone
    /// A whole postcode, the whole cell.
    case postcode
    /// A vehicle's registration mark as made since 2001.
    case vehiclePlate
    case driverNumber
    /// A valid NHS number anywhere in the cell.
    case nhsNumberInside

    package var title: String {
        switch self {
        case .email: "e-mail addresses"
        case .phone: "telephone numbers"
        case .postcode: "postcodes"
        case .vehiclePlate: "vehicle registration marks"
        case .driverNumber: "driver numbers"
        case .nhsNumberInside: "NHS numbers"
        }
    }
}

/// Why no profile could be made of a file. The raw value is its place on the wire.
package enum ProfileRefusal: UInt8, Error, CaseIterable, Sendable {
    case fileEmpty = 1
    /// A workbook, an archive, markup or another form that is not delimited text.
    case formUnsupported
    case encodingUnsupported
    /// No row among the first looks like headings.
    case headerMissing
    case quoteUnclosed
    case tooManyColumns
    case rowTooLong
}

extension ProfileRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .fileEmpty: "the file is empty"
        case .formUnsupported: "the file is no delimited text; save it as CSV"
        case .encodingUnsupported: "the file's encoding is not known; save it as UTF-8"
        case .headerMissing:
            "none of the first rows looks like headings; a plugin finds its columns by them, so add a row of headings"
        case .quoteUnclosed: "a quoted cell is never closed"
        case .tooManyColumns: "the file has more columns than can be read"
        case .rowTooLong: "a row is longer than can be read"
        }
    }
}
