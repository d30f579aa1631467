/// All the worker needs to know to read one delivery: a plugin's datasets, compiled by the daemon.
///
/// The worker opens no file and knows no YAML; code lists, patterns and the shared model reach it as the numbers and
/// tables below. Every index in a plan is checked when the plan is read from the wire (`FormatPlan.check()`).
package struct FormatPlan: Hashable, Sendable {
    package var plugin: String
    package var pluginVersion: String
    /// The sender may supply anonymous information only: look for patient identifiers and refuse.
    package var isHealth: Bool
    /// The run is `sluice minimise`, inside the agency that holds the file: patient identifiers are dropped like any
    /// other, and datasets that intake only recognises to refuse them are read.
    package var isAgencySide = false
    /// Which of the tables that are recognised in the file to read, from 0 in the order of `DecodeReport.tables`; nil
    /// for the only one.
    package var tableIndex: Int?
    /// The day the delivery is judged, for dates that may not lie in the future.
    package var today: CivilDate
    /// The instance's clocks: a time with a zone of its own is brought to them before anything is made of it.
    package var zone = ZoneOffsets.utc
    /// The only encoding to read text by; nil for the first that fits. Of a second reading, see
    /// `DecodeReport.fitsEncoding`.
    package var encoding: TextEncoding?
    package var limits: DecodeLimits
    /// Names of columns that identify a patient, normalised as `HeaderName.normalised` does.
    package var patientColumns: [String]
    /// Disclosure rules on contents that are about the sender. What the law says of patients holds without them.
    package var contentRules: [ContentRule] = []
    /// What names of people are told by in free text.
    package var nameWords: [NameWord] = []
    /// The ordinary words of the language: small letters, one a line.
    package var ordinaryWords: [UInt8] = []
    /// The known places of the partnership, by every name.
    package var gazetteer: [GazetteerName] = []
    package var placeCount = 0
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

    /// A file that identifies a patient is refused, whole.
    package var refusesPatients: Bool { isHealth && !isAgencySide }

    /// A file with a column that is called like a patient identifier is refused, whole.
    package var refusesPatientColumns: Bool {
        refusesPatients || contentRules.contains { $0.condition == .patientColumns && $0.effect == .refuse }
    }

    /// The rules on contents with what holds whatever they say: one NHS number refuses a health sender's file.
    ///
    /// - Source: PCSC Act 2022 ss. 16(4), 17(6); draft guidance June 2022, paras 148, 157.
    package var contentRulesInForce: [ContentRule] {
        let isCovered = contentRules.contains { rule in
            guard case .identifiers(let kinds, 0) = rule.condition else { return false }
            return kinds.contains(.nhsNumber) && rule.effect == .refuse
        }
        guard refusesPatients, !isCovered else { return contentRules }
        return contentRules + [
            ContentRule(
                id: "nhs-number", condition: .identifiers(IdentifierKinds(.nhsNumber), percent: 0), effect: .refuse,
                message: "")
        ]
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
    /// Members of an archive.
    package var memberLimit = 10_000
    /// Bytes of all members of an archive together, inflated.
    package var inflatedLimitBytes = 8 << 30
    /// Inflated over deflated bytes, once more than 1 MiB was inflated. Source: intake reference, "Zip bomb".
    package var inflationRatioLimit = 100
    /// Elements or objects inside each other, in XML and JSON.
    package var nestingLimit = 64
    /// Recognised tables of one file.
    package static let tableLimit = 10_000
    /// Threads of one worker, each of which may use a processor for the whole time. More gain little: reading and
    /// handing on are done by one at a time.
    package static let threadLimit = 4

    package init() {}

    /// What a file of so many bytes may inflate to at most, by the ratio and the limit: the ratio counts from the first
    /// MiB on.
    package func inflatedBytes(ofInput inputBytes: Int) -> Int {
        let ratio = max(1, inflationRatioLimit)
        guard inputBytes <= inflatedLimitBytes / ratio else { return inflatedLimitBytes }
        return min(inflatedLimitBytes, inputBytes * ratio + 1 << 20)
    }
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

extension FormatPlan {
    /// Longer lists are not counted by entry.
    package static let countedEntryLimit = 256

    /// How many entries of a field's code list are counted; 0 where it has none, or a long one.
    package func countedEntries(of field: FieldPlan) -> Int {
        guard let table = field.codes, codeTables[table].entries.count <= FormatPlan.countedEntryLimit else { return 0 }
        return codeTables[table].entries.count
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
    /// The forms the dataset may arrive in, in no order: bytes say which it is.
    package var forms = TableForms()
    /// Normalised beginnings of the first cell of rows that are no records: totals, counts and "end of report".
    /// A row is one when its first cell that is not blank begins so and fewer than half of its cells hold anything, or
    /// it has fewer cells than the header and so is no record in any case.
    package var footers: [String] = []
    package var fieldsMatch = FieldsMatch.byName
    /// Further keys beside `primaryKey`: field indices. A row with a missing part is no one's double.
    package var uniqueKeys: [[Int]] = []
    package var foreignKeys: [ForeignKey] = []
    /// Rules over the whole file.
    package var fileRules: [FileRule] = []
    /// The days for which this edition is the right one, by the first day of the file's period; nil where open.
    /// Of editions of one dataset that fit a header equally well the one in force is taken.
    package var validFrom: CivilDate?
    package var validTo: CivilDate?
    /// In a table without a key, rows that are alike in every cell are told.
    package var looksForDoubles = false
    /// Only rows with a value in this field can be doubles; nil for all rows.
    package var doublesNeed: Int?
    /// Ages in years that people of this data have; nil for those that people have at all.
    package var ages: ClosedRange<Int>?
    /// No period begins before this month: the plugin's `earliest`. What is past its retention is left out by the months
    /// that a second reading is told, see `onlyPeriod`. Nil for no such bound.
    package var earliestMonth: CivilMonth?
    /// The months that the file is of; rows of others are rejected. Of a second reading, see `PeriodRun`.
    package var onlyPeriod: Period?
    /// Intake recognises the dataset only to refuse it; what to send instead, in the plugin's words, empty when the
    /// dataset is taken.
    package var refusalAdvice = ""

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

extension DatasetPlan {
    /// Fields whose value is asked for after the row was checked: by the output, a rule, a key or the period.
    package var usedFields: Set<Int> {
        var used = Set(primaryKey)
        for (index, field) in fields.enumerated() where field.isUnique { used.insert(index) }
        for key in uniqueKeys { used.formUnion(key) }
        for key in foreignKeys { used.formUnion(key.fields) }
        for rule in rowRules { used.formUnion(rule.fields) }
        for column in output.columns { for source in column.sources { used.formUnion(source.fields) } }
        if case .counts(let field) = output.kind { used.insert(field) }
        if let field = output.linkField { used.formUnion([field] + output.linkMore) }
        switch period {
        case .field(let field, _): used.insert(field)
        case .fields(let from, let to): used.formUnion([from, to])
        case .none: break
        }
        return used
    }

    /// Whether a field holds a count in place of which a marker may stand, but not nothing.
    package func wantsMarker(_ field: Int) -> Bool {
        output.kind == .counts(countField: field) && !fields[field].missingValues.contains("")
    }

    /// No event that came so many years before the day of receipt is of use to the partnership.
    package static let oldestEventYears = 80

    /// Ages that are no mistake.
    package var plausibleAges: ClosedRange<Int> { ages ?? 0...OutputSource.oldestAge }

    /// Whether a field tells the period.
    package func usesForPeriod(_ field: Int) -> Bool {
        switch period {
        case .field(let index, _): index == field
        case .fields(let from, let to): from == field || to == field
        case .none: false
        }
    }

    /// Fields of which it matters what stands in a cell: those that are used, and those that the schema says something
    /// of. A text that is only dropped may hold anything.
    package var readFields: Set<Int> {
        usedFields.union(
            fields.indices.filter { index in
                let field = fields[index]
                return !field.isPlainText || field.isRequired || field.lengthMinimum != nil
                    || field.lengthMaximum != nil
            })
    }
}

/// How the columns of a file must answer to the fields of the schema.
///
/// Source: Data Package (v2) Table Schema, `fieldsMatch`. Names are compared as `HeaderName.normalised` in every mode.
package enum FieldsMatch: UInt8, CaseIterable, Sendable {
    /// Ours, where the schema says nothing: every field that is not `sluice.optional`, in any order; others are a
    /// warning.
    case byName = 0
    /// The same number of columns in the same order.
    case exact
    /// The same fields in any order, and no other column.
    case equal
    /// Every field of the schema, in any order; other columns are not judged.
    case subset
    /// Only fields of the schema; some may be absent, though not those of the primary key and the period.
    case superset
    /// At least one field of the schema, and those of the primary key and the period; other columns are not judged.
    case partial
}

/// The forms a dataset may arrive in besides what `DatasetPlan.encodings` and `.delimiters` say of delimited text.
package struct TableForms: Hashable, Sendable {
    package var delimited = true
    package var workbook: WorkbookForm? = WorkbookForm()
    package var json: JSONForm? = JSONForm()
    package var xml: XMLForm? = XMLForm()
    package var fixedWidth: FixedWidthForm?

    package init() {}
}

/// Where the table stands in a workbook. By default the first sheet whose header fits.
package struct WorkbookForm: Hashable, Sendable {
    /// Only sheets of these names, compared as `HeaderName.normalised`; empty for any.
    package var sheetNames: [String] = []
    /// Only the sheet at this place, from 1.
    package var sheetPosition: Int?

    package init() {}
}

/// Where the records stand in a JSON text: an array of objects. JSON Lines are read too: an object a line.
///
/// A member of a record is a column of that name; members of an object inside it are columns `outer.inner`.
package struct JSONForm: Hashable, Sendable {
    /// Names of the members that lead from the outermost object to the array; empty when the text is the array itself.
    package var recordsPath: [String] = []

    package init() {}
}

/// Where the records stand in an XML document.
package struct XMLForm: Hashable, Sendable {
    /// A column: the text below `path`, seen from the record's element.
    package struct Column: Hashable, Sendable {
        /// The field's header name, as `FieldPlan.headers` has it.
        package var name: String
        /// Local names from the record's element down; a last part `@name` is an attribute; `..` goes up, before all
        /// names. Of several that match the first is taken.
        package var path: [String]

        package init(name: String, path: [String]) {
            self.name = name
            self.path = path
        }
    }

    /// Local names from the root element to a record, `*` for any; empty for "each child of the root".
    package var recordPath: [String] = []
    /// The namespace that the root element must have; nil for any or none.
    package var namespace: String?
    /// Empty: each attribute and each child with text is a column of its own local name.
    package var columns: [Column] = []

    package init() {}
}

/// Lines cut at fixed places.
package struct FixedWidthForm: Hashable, Sendable {
    package struct Column: Hashable, Sendable {
        /// The field's header name, as `FieldPlan.headers` has it.
        package var name: String
        /// Characters (Unicode scalars) from the line's start, counted from 0.
        package var offset: Int
        package var width: Int

        package init(name: String, offset: Int, width: Int) {
            self.name = name
            self.offset = offset
            self.width = width
        }
    }

    package var columns: [Column]
    /// Lines above the first record, headings among them.
    package var leadingLines: Int

    package init(columns: [Column], leadingLines: Int = 0) {
        self.columns = columns
        self.leadingLines = leadingLines
    }
}

/// Fields whose values must occur together in another table of the same delivery, or in the same table.
package struct ForeignKey: Hashable, Sendable {
    package var fields: [Int]
    /// Index into `FormatPlan.datasets`; the dataset itself for a reference within the table.
    package var dataset: Int
    package var referenced: [Int]

    package init(fields: [Int], dataset: Int, referenced: [Int]) {
        self.fields = fields
        self.dataset = dataset
        self.referenced = referenced
    }
}

/// A rule over all rows of a file. A broken one is a finding of its severity, `fatal` where it says `error`.
package struct FileRule: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The number in a footer row whose first cell begins with one of these normalised words must be the number of
        /// rows read; a file without such a row breaks it when `isRequired`.
        case controlTotal(words: [String], isRequired: Bool)
        /// Every unit of the period between its first and last must have an accepted row.
        case coverage(PeriodUnit)
        /// Rows accepted must not differ by more than this many per cent from the median of earlier deliveries of the
        /// same dataset and length of period. Judged by the daemon, which knows them; always a warning.
        case suddenChange(percent: Int, deliveriesMin: Int)
    }

    package var id: String
    package var kind: Kind
    package var severity: Severity

    package init(id: String, kind: Kind, severity: Severity) {
        self.id = id
        self.kind = kind
        self.severity = severity
    }
}

package enum TextEncoding: UInt8, CaseIterable, Sendable {
    /// With or without a byte order mark.
    case utf8 = 0
    /// Recognised by its byte order mark only.
    case utf16 = 1
    case windows1252 = 2
    /// Without a byte order mark, stated or recognised by its zero bytes.
    case utf16LittleEndian = 3
    case utf16BigEndian = 4

    package var text: String {
        switch self {
        case .utf8: "utf-8"
        case .utf16: "utf-16"
        case .windows1252: "windows-1252"
        case .utf16LittleEndian: "utf-16le"
        case .utf16BigEndian: "utf-16be"
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
    /// For `string`.
    package var stringFormat = StringFormat.any
    /// For `geopoint`.
    package var geopointFormat = GeopointFormat.text
    /// For `number` and `integer`: what stands between the whole and the fraction, and between groups of digits.
    package var decimalMark = "."
    package var groupMark = ""
    /// False: signs before and after the digits, a currency's or `%`, are passed over.
    package var isBareNumber = true
    /// Exact: for `number` in place of `minimum` and `maximum`, which are thousandths; for `integer` where a slot cannot
    /// hold the bound.
    package var numberMinimum: ExactDecimal?
    package var numberMaximum: ExactDecimal?
    /// The bound itself is not allowed.
    package var isMinimumExclusive = false
    package var isMaximumExclusive = false
    /// The only values allowed of a field that is no `string`, in slot units, ascending; empty for no such rule.
    package var allowedSlots: [Int] = []
    /// The same, of numbers, where a slot cannot hold one of them: exact, ascending, in place of `allowedSlots`.
    package var allowedNumbers: [ExactDecimal] = []
    /// For `list`: what stands between items, and what each of them is.
    package var listDelimiter = ","
    package var itemType = FieldType.string
    /// Words of people: searched for identifiers wherever they stand in a cell.
    package var isFreeText = false
    package var place = PlaceReading.none
    /// References of the sender's own: some are valid identifiers by chance.
    package var isReference = false
    /// Identifiers that are expected in the column and no reason to refuse it.
    package var mayHold: IdentifierKinds = []
    /// What the column tells, for rules on columns that together single a person out.
    package var facts: Set<FieldFact> = []

    /// A text that nothing says the form of, so that anything may stand in it.
    package var isPlainText: Bool {
        (type == .string && stringFormat == .any || type == .any) && pattern == nil && codes == nil && check == nil
            && !isReference
    }

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
    /// Seconds since 1970-01-01T00:00:00 of the clocks of `FormatPlan.zone`.
    case datetime = 5
    /// Seconds since midnight.
    case time = 6
    /// The year.
    case year = 7
    /// `CivilMonth.index`.
    case yearmonth = 8
    // The types below are checked and have no value: nothing of the model is made of them.
    /// A JSON object.
    case object = 9
    /// A JSON array.
    case array = 10
    /// Items between delimiters.
    case list = 11
    /// ISO 8601 `PnYnMnDTnHnMnS`.
    case duration = 12
    /// Longitude and latitude.
    case geopoint = 13
    /// A GeoJSON object.
    case geojson = 14
    /// Anything.
    case any = 15

    package var isTemporal: Bool {
        switch self {
        case .date, .datetime, .time, .year, .yearmonth: true
        default: false
        }
    }

    /// Whether a value has a slot: a number that bounds, rules and outputs may use.
    package var hasSlot: Bool { rawValue >= 1 && rawValue <= 8 }
}

/// Formats of the type `string`. Source: Data Package (v2) Table Schema, "string".
package enum StringFormat: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case any = 0, email, uri, binary, uuid
}

/// Formats of the type `geopoint`. Source: Data Package (v2) Table Schema, "geopoint".
package enum GeopointFormat: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    /// `lon, lat`
    case text = 0
    /// `[lon, lat]`
    case array
    /// `{"lon": …, "lat": …}`
    case object
}

/// A decimal number of up to 36 digits: `digits × 10^exponent`.
package struct ExactDecimal: Hashable, Sendable, BitwiseCopyable {
    package var digits: Int128
    package var exponent: Int32

    package init(digits: Int128, exponent: Int32) {
        self.digits = digits
        self.exponent = exponent
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
        /// `Z`, `+00:00` or `+0000`: the time is brought to the clocks of `FormatPlan.zone`.
        case zone
        /// Digits of a fraction of a second, one or more: read and set aside.
        case fraction
        /// The same behind a point, or nothing.
        case optionalFraction
        /// A zone, or nothing.
        case optionalZone
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
    case drop, keep, band, truncate, area, group, gazetteer, scan, link
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

/// A rule across the fields of one row: `CommittedTo >= CommittedFrom`, a field required where another has a value, one
/// of several.
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

    /// When a rule applies. A field that the file lacks is missing.
    package enum Condition: Hashable, Sendable {
        case hasValue(Int)
        case isMissing(Int)
        /// The field's cell is one of the entries of a code table: of the field's own codes.
        case isOneOf(Int, entries: [Int])
    }

    package enum Kind: Hashable, Sendable {
        /// Judged when both fields have a value.
        case compare(left: Int, Comparison, right: Int)
        /// `value` in the field's slot unit, for `number` in thousandths.
        case compareValue(field: Int, Comparison, value: Int)
        /// All of `fields` must have a value where `condition` holds.
        case requiredWhen(fields: [Int], condition: Condition)
        /// At least one of `fields` must have a value; exactly one when `isExclusive`.
        case oneOf(fields: [Int], isExclusive: Bool)
    }

    package var id: String
    package var kind: Kind
    package var severity: Severity

    package init(id: String, kind: Kind, severity: Severity) {
        self.id = id
        self.kind = kind
        self.severity = severity
    }

    package init(id: String, left: Int, comparison: Comparison, right: Int, severity: Severity) {
        self.init(id: id, kind: .compare(left: left, comparison, right: right), severity: severity)
    }

    /// The fields the rule looks at.
    package var fields: [Int] {
        switch kind {
        case .compare(let left, _, let right): return [left, right]
        case .compareValue(let field, _, _): return [field]
        case .requiredWhen(let fields, let condition):
            switch condition {
            case .hasValue(let field), .isMissing(let field), .isOneOf(let field, _): return fields + [field]
            }
        case .oneOf(let fields, _): return fields
        }
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
    /// Where people are linked by name and birth date: `linkField` is the surname, these are forename and date of birth.
    package var linkMore: [Int] = []
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
    /// By the areas of the place that the imported directory has for a postcode, or for the point of two fields: the
    /// finest of its areas that is an entry of the code table `areas`, and that entry's code.
    case directory(field: Int, second: Int?, areas: Int, codes: [UInt32])
    /// By the known place that the text names: one code for each.
    case gazetteer(field: Int, codes: [UInt32])

    /// In whole years; a greater age is a mistake, and not known. Source: the oldest person of the United Kingdom on
    /// record lived to 115.
    package static let oldestAge = 120

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
