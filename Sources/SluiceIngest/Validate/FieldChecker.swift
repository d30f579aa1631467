import SluiceModel

/// One field's rules, laid out for the loop over rows. All it refers to lives in the run's arena.
struct FieldChecker: BitwiseCopyable {
    let field: Int
    /// Index of the cell in the row.
    let column: Int
    let type: FieldType
    // Comparing a type of another module is a call; these are not.
    let isText: Bool
    let isYear: Bool
    let isRequired: Bool
    let isKey: Bool
    let isHealth: Bool
    let isCount: Bool
    let mayLieInFuture: Bool

    let missing: CodeIndex
    /// Bit n: some missing value is n bytes long (63: or longer).
    let missingLengths: UInt64

    let formats: Flat<DateReader>
    let booleans: CodeIndex
    let trueCount: Int

    let minimum: Int
    let maximum: Int
    let hasLength: Bool
    let lengthMinimum: Int
    let lengthMaximum: Int

    let hasPattern: Bool
    let pattern: PatternMatcher
    let hasCodes: Bool
    let codes: CodeIndex
    let codesRejectRow: Bool
    let codesPart: (lower: Int, upper: Int)
    let codesKind: FindingKind

    let hasCheck: Bool
    let check: CheckDigit
    let checkRejectsRow: Bool

    /// False when no cell of the field can lead to a finding or be asked for later.
    let isNeeded: Bool
}

/// What a field holds in the row at hand.
struct FieldValue: BitwiseCopyable {
    enum State: UInt8, BitwiseCopyable {
        case missing, good, bad
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

/// Makes the checkers of one dataset for the columns of one file.
struct FieldCompiler {
    let plan: FormatPlan
    let dataset: DatasetPlan
    let arena: Arena
    private let calendar: Calendar
    private let tables: [CodeIndex]
    private let matchers: [PatternMatcher]
    private let none: CodeIndex
    private let anything: PatternMatcher

    init(plan: FormatPlan, dataset: DatasetPlan, arena: Arena) {
        self.plan = plan
        self.dataset = dataset
        self.arena = arena
        calendar = Calendar(arena: arena)
        none = CodeIndex([], ignoresCase: false, arena: arena)
        anything = PatternMatcher(
            PatternTable(
                text: "", classes: [UInt8](repeating: 0, count: 256), classCount: 1, transitions: [0],
                accepting: [true]), arena: arena)
        let usedTables = Set(dataset.fields.compactMap(\.codes))
        let usedPatterns = Set(dataset.fields.compactMap(\.pattern))
        // An empty index costs nothing and keeps the numbers of the plan.
        var tables: [CodeIndex] = []
        for (index, table) in plan.codeTables.enumerated() {
            tables.append(
                usedTables.contains(index)
                    ? CodeIndex(table.entries.map { Array($0.text.utf8) }, ignoresCase: table.ignoresCase, arena: arena)
                    : none)
        }
        self.tables = tables
        var matchers: [PatternMatcher] = []
        for (index, pattern) in plan.patterns.enumerated() {
            matchers.append(usedPatterns.contains(index) ? PatternMatcher(pattern, arena: arena) : anything)
        }
        self.matchers = matchers
    }

    /// `isWanted`: the value is asked for after the row was checked, by the output, a rule, a key or the period.
    func checker(field index: Int, column: Int, isWanted: Bool, feedsArea: Bool) -> FieldChecker {
        let field = dataset.fields[index]
        let missing = field.missingValues.map { Array($0.utf8) }
        let booleans = (field.trueValues + field.falseValues).map { Array($0.utf8) }
        let isCount = if case .counts(index) = dataset.output.kind { true } else { false }
        let isKey = dataset.primaryKey.contains(index)
        let isTyped = field.type != .string
        let hasLength = field.lengthMinimum != nil || field.lengthMaximum != nil
        let isHealth = field.privacy == .health
        let part = field.codesPart.map { ($0.lowerBound, $0.upperBound) } ?? (0, 0)
        let readers = field.dateFormats.map { DateReader($0, today: plan.today, calendar: calendar, arena: arena) }
        return FieldChecker(
            field: index, column: column, type: field.type, isText: field.type == .string,
            isYear: field.type == .year && readers.isEmpty, isRequired: field.isRequired, isKey: isKey,
            isHealth: isHealth, isCount: isCount,
            mayLieInFuture: field.mayLieInFuture,
            missing: CodeIndex(missing, ignoresCase: false, arena: arena),
            missingLengths: missing.reduce(1) { $0 | 1 << UInt64(min($1.count, 63)) },
            formats: arena.flat(readers),
            booleans: CodeIndex(booleans, ignoresCase: false, arena: arena), trueCount: field.trueValues.count,
            minimum: field.minimum ?? .min, maximum: field.maximum ?? .max,
            hasLength: hasLength, lengthMinimum: field.lengthMinimum ?? 0, lengthMaximum: field.lengthMaximum ?? .max,
            hasPattern: field.pattern != nil, pattern: field.pattern.map { matchers[$0] } ?? anything,
            hasCodes: field.codes != nil, codes: field.codes.map { tables[$0] } ?? none,
            codesRejectRow: field.codesSeverity >= .error, codesPart: part,
            codesKind: feedsArea && field.codesSeverity < .error ? .areaUnknown : .codeUnknown,
            hasCheck: field.check != nil, check: field.check ?? .nhsNumber,
            checkRejectsRow: field.checkSeverity >= .error,
            isNeeded: isWanted || isTyped || hasLength || isHealth || isKey || field.isRequired || field.isUnique
                || field.pattern != nil || field.codes != nil || field.check != nil)
    }
}
