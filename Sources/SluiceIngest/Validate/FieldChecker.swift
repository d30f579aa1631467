import SluiceModel

/// What every cell of one field goes through, laid out for the loop over rows. What few fields have is in
/// `FieldRules`. All it refers to lives in the run's arena.
struct FieldChecker: BitwiseCopyable {
    /// How a cell becomes a value. Comparing an enumeration of another module is a call; this is not.
    enum Reading: UInt8, BitwiseCopyable {
        case text, date, datetime, time, yearmonth, formattedYear, year, integer, number, boolean
        /// A type or format that is only checked.
        case other
    }

    struct Traits: OptionSet, BitwiseCopyable {
        let rawValue: UInt32

        /// Blanks at the ends of a quoted cell are part of it.
        static let isText = Traits(rawValue: 1 << 0)
        static let isRequired = Traits(rawValue: 1 << 1)
        static let isKey = Traits(rawValue: 1 << 2)
        static let hasBounds = Traits(rawValue: 1 << 3)
        static let hasLength = Traits(rawValue: 1 << 4)
        static let hasPattern = Traits(rawValue: 1 << 5)
        static let hasCodes = Traits(rawValue: 1 << 6)
        static let hasCodesPart = Traits(rawValue: 1 << 7)
        static let codesRejectRow = Traits(rawValue: 1 << 8)
        /// Unknown codes are areas elsewhere.
        static let feedsArea = Traits(rawValue: 1 << 9)
        static let mustNotLieInFuture = Traits(rawValue: 1 << 10)
        /// Of class H, or of another that a rule on contents names.
        static let isHealth = Traits(rawValue: 1 << 11)
        static let hasCheck = Traits(rawValue: 1 << 12)
        static let checkRejectsRow = Traits(rawValue: 1 << 13)
        static let hasAllowedSlots = Traits(rawValue: 1 << 14)
        static let isMinimumExclusive = Traits(rawValue: 1 << 15)
        static let isMaximumExclusive = Traits(rawValue: 1 << 16)
        /// A number that the short way would read wrong.
        static let isExactOnly = Traits(rawValue: 1 << 17)

        /// A text of which a list says all there is to say.
        static let plainCodes: Traits = [
            .isText, .isRequired, .isKey, .hasPattern, .hasCodes, .codesRejectRow, .feedsArea,
        ]
        /// Tells the period or the month of the event.
        static let isDated = Traits(rawValue: 1 << 18)
        /// Where nothing is known a marker stands: a cell without one is a mistake.
        static let wantsMarker = Traits(rawValue: 1 << 19)
        /// A postcode or the name of a place, to be looked up.
        static let isPlace = Traits(rawValue: 1 << 20)
        /// Asked for together, since hardly any field has one of them.
        static let rare: Traits = [.isHealth, .hasCheck, .hasAllowedSlots, .isPlace]
    }

    let field: Int32
    /// Index of the cell in the row.
    let column: Int32
    let traits: Traits
    let reading: Reading
    /// Of `lookup`, for a boolean.
    let trueCount: Int32
    /// Bit n: some missing value is n bytes long (63: or longer). No bytes at all are missing without being one.
    let missingLengths: UInt64
    /// Bit n: some missing value begins with a byte of which n are the low six bits.
    let missingStarts: UInt64
    /// Both allowed. Of a number: thousandths that are surely within the bounds.
    let minimum: Int
    let maximum: Int
    /// Codes or, for a boolean, true and false values.
    let lookup: CodeIndex
    let formats: Flat<DateReader>
    /// Of `isDated`.
    let months: Months

    /// Months by `CivilMonth.index`, first and last included.
    struct Months: BitwiseCopyable {
        /// That the model can hold and the dataset knows.
        let first: Int32
        let last: Int32
        /// That the file is of.
        let onlyFirst: Int32
        let onlyLast: Int32
    }
}

extension FieldChecker.Reading {
    init(of field: FieldPlan) {
        switch field.type {
        case .string: self = field.stringFormat == .any ? .text : .other
        case .any: self = .text
        case .integer: self = .integer
        case .number: self = .number
        case .boolean: self = .boolean
        case .date: self = .date
        case .datetime: self = .datetime
        case .time: self = .time
        case .yearmonth: self = .yearmonth
        case .year: self = field.dateFormats.isEmpty ? .year : .formattedYear
        case .object, .array, .list, .duration, .geopoint, .geojson: self = .other
        }
    }
}

/// The rest of one field's rules.
struct FieldRules: BitwiseCopyable {
    let type: FieldType
    let missing: CodeIndex
    let lengthMinimum: Int
    let lengthMaximum: Int
    let pattern: PatternMatcher
    /// By entry of the code list, whether it matches the pattern; empty where a cell that is found may look different.
    let codesFitPattern: Flat<Bool>
    let codesPart: (lower: Int, upper: Int)
    let check: CheckDigit
    let stringFormat: StringFormat
    let geopointFormat: GeopointFormat
    let number: NumberForm
    let hasExactMinimum: Bool
    let hasExactMaximum: Bool
    let exactMinimum: DecimalNumber
    let exactMaximum: DecimalNumber
    /// Ascending.
    let allowedSlots: Flat<Int>
    /// In place of these, exact.
    let allowedNumbers: Flat<DecimalNumber>
    let list: ListReader
    let place: PlaceReading
}

/// What a field holds in the row at hand.
struct FieldValue: BitwiseCopyable {
    enum State: UInt8, BitwiseCopyable {
        case missing, good, bad
        /// Of its type, but a number that a slot cannot hold: not a number, infinite, or too large. Nothing is made
        /// of it.
        case slotless
    }

    var state = State.missing
    /// A good value whose check digit is right, or that has none to check.
    var isLinkable = false
    /// Entry of the field's code table; −1 when there is none.
    var entry: Int32 = -1
    var time = CivilTime()
    /// In the unit of `FieldType`.
    var value = 0
}
