/// All the worker needs to know to read one delivery: a plugin's datasets, compiled by the daemon.
///
/// The worker opens no file and knows no YAML; code lists, patterns and the shared model reach it as the numbers and
/// tables below. Every index in a plan is checked when the plan is read from the wire (`FormatPlan.check()`).
package struct FormatPlan: Hashable, Sendable {
    package var plugin: String
    package var pluginVersion: String
    /// The sender may supply anonymous information only: look for patient identifiers and refuse.
    package var isHealth: Bool
    /// The day the delivery is judged, for dates that may not lie in the future.
    package var today: CivilDate
    package var limits: DecodeLimits
    /// Names of columns that identify a patient, normalised as `HeaderName.normalised` does.
    package var patientColumns: [String]
    package var codeTables: [CodeTable]
    package var patterns: [PatternTable]
    /// The shared model's dimensions, in the order of its file: how many codes each has, code 0 (not known) included.
    package var dimensions: [DimensionPlan]
    /// In the order they are tried when a header fits several equally well.
    package var datasets: [DatasetPlan]

    package init(
        plugin: String, pluginVersion: String, isHealth: Bool, today: CivilDate, limits: DecodeLimits,
        patientColumns: [String], codeTables: [CodeTable], patterns: [PatternTable], dimensions: [DimensionPlan],
        datasets: [DatasetPlan]
    ) {
        self.plugin = plugin
        self.pluginVersion = pluginVersion
        self.isHealth = isHealth
        self.today = today
        self.limits = limits
        self.patientColumns = patientColumns
        self.codeTables = codeTables
        self.patterns = patterns
        self.dimensions = dimensions
        self.datasets = datasets
    }
}

/// Bounds on what the worker will read. A file beyond one of them is rejected, naming it.
package struct DecodeLimits: Hashable, Sendable {
    package var rowLimitBytes = 1 << 20
    package var cellLimitBytes = 1 << 16
    package var columnLimit = 2000
    package var rowLimit = 50_000_000
    /// Rows per block of records on the wire.
    package var blockRows = 16_384
    /// Distinct (column, rule) pairs that are reported.
    package var findingLimit = 500

    package init() {}
}

/// One dimension of the shared model, as the worker and the wire see it.
package struct DimensionPlan: Hashable, Sendable {
    package var id: String
    /// Codes 0 ..< codeCount are legal; 0 means not known. For `isMonth` it is 120,000, see `CivilMonth.index`.
    package var codeCount: Int
    package var isMonth: Bool

    package init(id: String, codeCount: Int, isMonth: Bool = false) {
        self.id = id
        self.codeCount = codeCount
        self.isMonth = isMonth
    }
}

/// One dataset of a plugin in one of its editions or accepted variants.
package struct DatasetPlan: Hashable, Sendable {
    package var id: String
    /// The edition's or variant's name, empty for the base schema. Stated in the receipt.
    package var edition: String
    package var encodings: [TextEncoding]
    /// Candidate delimiters, each one byte; the one whose header fits best is taken, the first on a tie.
    package var delimiters: [UInt8]
    /// The header is looked for in this many first rows.
    package var headerWithinRows: Int
    /// Normalised header names that are skipped without a finding, the empty name among them where it may occur.
    package var ignoredHeaders: [String]
    package var fields: [FieldPlan]
    package var rowRules: [RowRule]
    /// Indices of the fields that together are unique, empty when there is no key.
    package var primaryKey: [Int]
    package var output: OutputPlan
    package var period: PeriodPlan
    /// Rejected rows per million read above which the whole file is rejected.
    package var toleranceRowsPerMillion: Int

    package init(
        id: String, edition: String, encodings: [TextEncoding], delimiters: [UInt8], headerWithinRows: Int,
        ignoredHeaders: [String], fields: [FieldPlan], rowRules: [RowRule], primaryKey: [Int], output: OutputPlan,
        period: PeriodPlan, toleranceRowsPerMillion: Int
    ) {
        self.id = id
        self.edition = edition
        self.encodings = encodings
        self.delimiters = delimiters
        self.headerWithinRows = headerWithinRows
        self.ignoredHeaders = ignoredHeaders
        self.fields = fields
        self.rowRules = rowRules
        self.primaryKey = primaryKey
        self.output = output
        self.period = period
        self.toleranceRowsPerMillion = toleranceRowsPerMillion
    }
}

package enum TextEncoding: UInt8, CaseIterable, Sendable {
    /// With or without a byte order mark.
    case utf8 = 0
    /// Recognised by its byte order mark only.
    case utf16 = 1
    case windows1252 = 2

    package var text: String {
        switch self {
        case .utf8: "utf-8"
        case .utf16: "utf-16"
        case .windows1252: "windows-1252"
        }
    }
}

/// One column: how its cells are read, what they must satisfy and what becomes of them.
package struct FieldPlan: Hashable, Sendable {
    package var name: String
    /// Normalised header names that mean this field: its own name first, then its aliases.
    package var headers: [String]
    /// The column may be absent from a file.
    package var isOptional: Bool
    package var type: FieldType
    /// For dates and times: the accepted formats, tried in order on the first cell that has a value; all later cells
    /// of the column must have the one that fitted.
    package var dateFormats: [DateFormat]
    /// Cells that mean "no value", compared after trimming spaces; the empty cell is always one.
    package var missingValues: [String]
    package var trueValues: [String]
    package var falseValues: [String]
    package var isRequired: Bool
    package var isUnique: Bool
    /// Index into `FormatPlan.patterns`.
    package var pattern: Int?
    /// Lower and upper bound, both allowed, in the field's slot unit (`FieldType`).
    package var minimum: Int?
    package var maximum: Int?
    /// In characters (Unicode scalars).
    package var lengthMinimum: Int?
    package var lengthMaximum: Int?
    /// The only codes allowed: index into `FormatPlan.codeTables`.
    package var codes: Int?
    /// `warning` keeps a row whose code is unknown; `error` rejects it.
    package var codesSeverity: Severity
    /// The part of the cell that is looked up in `codes`, in bytes; nil for the whole cell.
    package var codesPart: Range<Int>?
    package var check: CheckDigit?
    package var checkSeverity: Severity
    package var mayLieInFuture: Bool
    package var privacy: PrivacyClass

    package init(name: String, headers: [String], type: FieldType, privacy: PrivacyClass) {
        self.name = name
        self.headers = headers
        isOptional = false
        self.type = type
        dateFormats = []
        missingValues = []
        trueValues = []
        falseValues = []
        isRequired = false
        isUnique = false
        codesSeverity = .error
        checkSeverity = .error
        mayLieInFuture = true
        self.privacy = privacy
    }
}

/// The types of Table Schema that Sluice reads, and what one value of each is held as while its row is judged.
///
/// Source: Data Package (v2) Table Schema, "Field types".
package enum FieldType: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    /// The bytes themselves.
    case string = 0
    /// The number itself.
    case integer = 1
    /// Thousandths, rounded to nearest.
    case number = 2
    /// 0 or 1.
    case boolean = 3
    /// Days since 1970-01-01.
    case date = 4
    /// Seconds since 1970-01-01T00:00:00 of the wall clock the file was written by.
    case datetime = 5
    /// Seconds since midnight.
    case time = 6
    /// The year.
    case year = 7
    /// `CivilMonth.index`.
    case yearmonth = 8

    package var isTemporal: Bool {
        switch self {
        case .date, .datetime, .time, .year, .yearmonth: true
        case .string, .integer, .number, .boolean: false
        }
    }
}

/// A date or time format, parsed from its `%` notation.
package struct DateFormat: Hashable, Sendable {
    package enum Part: Hashable, Sendable {
        /// Exactly four digits.
        case year
        /// Exactly two digits; up to the current year's it is 20YY, otherwise 19YY.
        case shortYear
        /// One or two digits.
        case month, day, hour, minute, second
        /// `Jan`, in any case.
        case monthName
        /// `Z`, `+00:00` or `+0000`: read and set aside, the wall clock is kept.
        case zone
        case literal(UInt8)
    }

    package var text: String
    package var parts: [Part]

    package init(text: String, parts: [Part]) {
        self.text = text
        self.parts = parts
    }
}

/// How far a value points at a person.
package enum PrivacyClass: UInt8, CaseIterable, Sendable {
    case direct = 0, quasi = 1, health = 2, sensitive = 3, neutral = 4

    package var letter: Character {
        switch self {
        case .direct: "D"
        case .quasi: "Q"
        case .health: "H"
        case .sensitive: "S"
        case .neutral: "N"
        }
    }
}

/// What becomes of a field. Stated in the schema; `OutputPlan` is what carries it out.
package enum Treatment: String, CaseIterable, Sendable {
    case drop, keep, band, truncate, area, group, scan, link
}

/// The identifiers whose check digit or form Sluice knows.
package enum CheckDigit: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case nhsNumber = 0, upn, pncID, croNumber, crn, prisonNumber, nino, uln, urn

    /// The name in a schema, `sluice: {check: nhs-number}`.
    package var text: String {
        switch self {
        case .nhsNumber: "nhs-number"
        case .upn: "upn"
        case .pncID: "pnc-id"
        case .croNumber: "cro-number"
        case .crn: "crn"
        case .prisonNumber: "prison-number"
        case .nino: "national-insurance-number"
        case .uln: "uln"
        case .urn: "urn"
        }
    }
}

/// A closed list of texts. An entry's index stands for it from here on.
package struct CodeTable: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package var text: String
        /// The days on which the code is in force; nil where open.
        package var validFrom: CivilDate?
        package var validTo: CivilDate?

        package init(text: String, validFrom: CivilDate? = nil, validTo: CivilDate? = nil) {
            self.text = text
            self.validFrom = validFrom
            self.validTo = validTo
        }
    }

    package var name: String
    /// Compare ASCII letters without regard to case.
    package var ignoresCase: Bool
    package var entries: [Entry]

    package init(name: String, ignoresCase: Bool, entries: [Entry]) {
        self.name = name
        self.ignoresCase = ignoresCase
        self.entries = entries
    }
}

/// A regular expression as a table: a deterministic automaton over bytes, built by `SluiceFormat`.
///
/// Start in state 0 before the first byte; the cell matches when the state after its last byte is accepting.
package struct PatternTable: Hashable, Sendable {
    package var text: String
    /// The class of each byte value, 256 entries, each below `classCount`.
    package var classes: [UInt8]
    package var classCount: Int
    /// Row-major, state × class: the next state. `UInt16.max` means no match is possible any more.
    package var transitions: [UInt16]
    /// One entry per state.
    package var accepting: [Bool]

    package init(text: String, classes: [UInt8], classCount: Int, transitions: [UInt16], accepting: [Bool]) {
        self.text = text
        self.classes = classes
        self.classCount = classCount
        self.transitions = transitions
        self.accepting = accepting
    }
}

/// A relation between two fields of a row, judged when both have a value: `CommittedTo >= CommittedFrom`.
package struct RowRule: Hashable, Sendable {
    package enum Comparison: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        case less = 0, lessOrEqual, equal, notEqual, greaterOrEqual, greater

        package var text: String {
            switch self {
            case .less: "<"
            case .lessOrEqual: "<="
            case .equal: "="
            case .notEqual: "!="
            case .greaterOrEqual: ">="
            case .greater: ">"
            }
        }
    }

    package var id: String
    package var left: Int
    package var comparison: Comparison
    package var right: Int
    package var severity: Severity

    package init(id: String, left: Int, comparison: Comparison, right: Int, severity: Severity) {
        self.id = id
        self.left = left
        self.comparison = comparison
        self.right = right
        self.severity = severity
    }
}

/// What a row becomes.
package struct OutputPlan: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// An event of this kind, by the model's id.
        case event(String)
        /// Aggregated counts: beside its dimensions each record holds a count (field index) and a marker.
        case counts(countField: Int)
    }

    package var kind: Kind
    /// The dimensions this dataset can fill, in the model's order; others are not known.
    package var columns: [OutputColumn]
    /// Index of the field whose identifier becomes the link token, if any.
    package var linkField: Int?
    /// Which recipe the token is made by: identifiers of the same recipe meet across authorities.
    package var linkRecipe: String

    package init(kind: Kind, columns: [OutputColumn], linkField: Int? = nil, linkRecipe: String = "") {
        self.kind = kind
        self.columns = columns
        self.linkField = linkField
        self.linkRecipe = linkRecipe
    }
}

/// One dimension of the output: the first source that gives a code other than 0 wins.
package struct OutputColumn: Hashable, Sendable {
    /// Index into `FormatPlan.dimensions`.
    package var dimension: Int
    package var sources: [OutputSource]

    package init(dimension: Int, sources: [OutputSource]) {
        self.dimension = dimension
        self.sources = sources
    }
}

/// Where a dimension's code comes from. Each `UInt32` is a code of the dimension.
package enum OutputSource: Hashable, Sendable {
    case constant(UInt32)
    /// By the entry of the field's code table: one code per entry.
    case lookup(field: Int, codes: [UInt32])
    case boolean(field: Int, whenTrue: UInt32, whenFalse: UInt32)
    /// The month of a date, datetime or yearmonth field, for the month dimension.
    case month(field: Int)
    /// By weekday of a date or datetime, Monday first, seven codes.
    case weekday(field: Int, codes: [UInt32])
    /// By six-hour part of a datetime's or time's day, four codes. With `midnightIsUnknown`, 00:00:00 gives 0.
    case partOfDay(field: Int, codes: [UInt32], midnightIsUnknown: Bool)
    /// By the bands an integer or number falls in.
    case band(field: Int, bands: [Band])
    /// By age in whole years on the day of `at`, from a date of birth.
    case age(birth: Int, at: Int, bands: [Band])

    /// `lower <= value < upper` gives `code`; in the field's slot unit, or in years for an age.
    package struct Band: Hashable, Sendable {
        package var lower: Int
        package var upper: Int
        package var code: UInt32

        package init(lower: Int, upper: Int, code: UInt32) {
            self.lower = lower
            self.upper = upper
            self.code = code
        }
    }
}

/// How a delivery's reporting period is told.
package enum PeriodPlan: Hashable, Sendable {
    /// From the earliest to the latest month of this field over the accepted rows, widened to whole units.
    case field(Int, unit: PeriodUnit)
    /// From the months of two fields: the earliest first and the latest last.
    case fields(from: Int, to: Int)
    /// No period: deliveries of this dataset add to each other.
    case none
}
