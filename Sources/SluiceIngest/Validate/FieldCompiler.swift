import SluiceModel

/// Makes the checkers of one dataset for the columns of one file.
struct FieldCompiler {
    let plan: FormatPlan
    let dataset: DatasetPlan
    let arena: Arena
    private let calendar: Calendar
    private let zone: ZoneTable
    private let tables: [CodeIndex]
    private let matchers: [PatternMatcher]
    private let none: CodeIndex
    private let anything: PatternMatcher

    init(plan: FormatPlan, dataset: DatasetPlan, arena: Arena) {
        self.plan = plan
        self.dataset = dataset
        self.arena = arena
        calendar = Calendar(arena: arena)
        zone = ZoneTable(plan.zone, arena: arena)
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

    /// The checker of a field, and its rules; nil when no cell of it can lead to a finding or be asked for later.
    ///
    /// `isWanted`: the value is asked for after the row was checked, by the output, a rule, a key or the period.
    func checker(
        field index: Int, column: Int, isWanted: Bool, feedsArea: Bool
    ) -> (checker: FieldChecker, rules: FieldRules)? {
        let field = dataset.fields[index]
        let reading = FieldChecker.Reading(of: field)
        let traits = traits(of: field, index: index, reading: reading, feedsArea: feedsArea)
        let checks: FieldChecker.Traits = [
            .isRequired, .isKey, .hasLength, .hasPattern, .hasCodes, .isHealth, .hasCheck, .isPlace,
        ]
        guard isWanted || reading != .text || field.isUnique || !traits.isDisjoint(with: checks) else { return nil }

        let missing = field.missingValues.map { Array($0.utf8) }
        let readers = field.dateFormats.map {
            DateReader($0, today: plan.today, zone: zone, calendar: calendar, arena: arena)
        }
        let booleans = (field.trueValues + field.falseValues).map { Array($0.utf8) }
        let codes = field.codes.map { tables[$0] } ?? none
        let bounds = bounds(of: field, index: index)
        let checker = FieldChecker(
            field: Int32(index), column: Int32(column), traits: traits, reading: reading,
            trueCount: Int32(field.trueValues.count),
            missingLengths: missing.reduce(1) { $0 | 1 << UInt64(min($1.count, 63)) },
            missingStarts: missing.reduce(0) { $0 | ($1.first.map { 1 << UInt64($0 & 63) } ?? 0) },
            minimum: bounds.minimum,
            maximum: bounds.maximum,
            lookup: reading == .boolean ? CodeIndex(booleans, ignoresCase: false, arena: arena) : codes,
            formats: arena.flat(readers), months: months(of: index))
        let (minimum, maximum) = exactBounds(of: field)
        let rules = FieldRules(
            type: field.type, missing: CodeIndex(missing, ignoresCase: false, arena: arena),
            lengthMinimum: field.lengthMinimum ?? 0, lengthMaximum: field.lengthMaximum ?? .max,
            pattern: field.pattern.map { matchers[$0] } ?? anything, codesFitPattern: codesFitPattern(field),
            codesPart: field.codesPart.map { ($0.lowerBound, $0.upperBound) } ?? (0, 0),
            check: field.check ?? .nhsNumber, stringFormat: field.stringFormat, geopointFormat: field.geopointFormat,
            number: NumberForm(
                decimalMark: field.type == .integer ? "" : field.decimalMark, groupMark: field.groupMark,
                isBare: field.isBareNumber),
            hasExactMinimum: minimum != nil, hasExactMaximum: maximum != nil,
            exactMinimum: minimum ?? DecimalNumber(), exactMaximum: maximum ?? DecimalNumber(),
            allowedSlots: arena.flat(field.allowedSlots),
            allowedNumbers: arena.flat(field.allowedNumbers.map { DecimalNumber($0) }),
            list: ListReader(field, today: plan.today, calendar: calendar, arena: arena), place: field.place)
        return (checker, rules)
    }

    private func codesFitPattern(_ field: FieldPlan) -> Flat<Bool> {
        guard let pattern = field.pattern, let codes = field.codes, field.codesPart == nil,
            !plan.codeTables[codes].ignoresCase
        else { return arena.empty() }
        return arena.flat(
            plan.codeTables[codes].entries.map { entry in
                let text = arena.flat(Array(entry.text.utf8) + [0])
                defer { arena.free(text) }
                return matchers[pattern].matches(text, 0, text.count - 1)
            })
    }

    /// Fields that tell the month of the event.
    private var monthFields: [Int] {
        dataset.output.columns.flatMap { $0.sources }.compactMap { source in
            if case .month(let field) = source { field } else { nil }
        }
    }

    /// The months that a field may hold, and those of them that the file is of.
    private func months(of index: Int) -> FieldChecker.Months {
        let known = Minimiser.knownMonths
        let isPeriod = dataset.usesForPeriod(index)
        let oldest = max(known.lowerBound, plan.today.month.index - DatasetPlan.oldestEventYears * 12)
        let first = isPeriod ? max(oldest, dataset.earliestMonth?.index ?? 0) : oldest
        let only = isPeriod ? dataset.onlyPeriod : nil
        return FieldChecker.Months(
            first: Int32(first), last: Int32(known.upperBound), onlyFirst: Int32(only?.first.index ?? 0),
            onlyLast: Int32(clamping: only?.last.index ?? .max))
    }

    private func isCount(_ index: Int) -> Bool {
        if case .counts(index) = dataset.output.kind { true } else { false }
    }

    private func traits(
        of field: FieldPlan, index: Int, reading: FieldChecker.Reading, feedsArea: Bool
    ) -> FieldChecker.Traits {
        var traits: FieldChecker.Traits = []
        func add(_ trait: FieldChecker.Traits, _ isPresent: Bool) { if isPresent { traits.insert(trait) } }
        let isNumber = field.type == .number
        add(.isText, field.type == .string || field.type == .any)
        add(.isRequired, field.isRequired)
        add(.isKey, dataset.primaryKey.contains(index))
        add(.wantsMarker, dataset.wantsMarker(index))
        add(
            .hasBounds,
            field.type.hasSlot && !isNumber && (field.minimum != nil || field.maximum != nil || isCount(index)))
        add(.hasLength, field.type == .string && (field.lengthMinimum != nil || field.lengthMaximum != nil))
        add(.hasPattern, field.pattern != nil)
        add(.hasCodes, field.codes != nil && reading != .boolean)
        add(.hasCodesPart, field.codesPart != nil)
        add(.codesRejectRow, field.codesSeverity >= .error)
        add(.feedsArea, feedsArea && field.codesSeverity < .error)
        // What tells the period or the month of the event is past when the file is received, whatever a schema says.
        let isDated = dataset.usesForPeriod(index) || monthFields.contains(index)
        add(.mustNotLieInFuture, field.type.isTemporal && (!field.mayLieInFuture || isDated))
        add(.isDated, isDated)
        add(.isHealth, field.privacy == .health || plan.classRule(field.privacy) != nil)
        add(.hasCheck, field.check != nil)
        add(.isPlace, field.place == .postcode || field.place == .gazetteer)
        add(.checkRejectsRow, field.check != nil && field.checkSeverity >= .error)
        add(.hasAllowedSlots, field.type.hasSlot && !isNumber && !field.allowedSlots.isEmpty)
        add(.isMinimumExclusive, field.isMinimumExclusive)
        add(.isMaximumExclusive, field.isMaximumExclusive)
        add(.isExactOnly, isNumber && (field.decimalMark != "." || !field.allowedSlots.isEmpty) || hasExactRules(field))
        return traits
    }

    /// A whole number, or a number's list of values, that only an exact comparison settles.
    private func hasExactRules(_ field: FieldPlan) -> Bool {
        !field.allowedNumbers.isEmpty
            || field.type == .integer && (field.numberMinimum != nil || field.numberMaximum != nil)
    }

    /// Inclusive bounds in slots; of a number those within which its thousandths settle the matter.
    private func bounds(of field: FieldPlan, index: Int) -> (minimum: Int, maximum: Int) {
        if field.type == .number {
            let (minimum, maximum) = exactBounds(of: field)
            // Beyond what thousandths can hold everything is looked at exactly.
            return (
                minimum.map { $0.thousandths.map { $0 + 1 } ?? .max } ?? .min,
                maximum.map { $0.thousandths.map { $0 - 1 } ?? .min } ?? .max
            )
        }
        var minimum = field.minimum ?? .min
        var maximum = field.maximum ?? .max
        if field.isMinimumExclusive, minimum != .max { minimum += 1 }
        if field.isMaximumExclusive, maximum != .min { maximum -= 1 }
        if isCount(index) {
            minimum = max(minimum, 0)
            // The last number says that a count was hidden.
            maximum = min(maximum, Int(UInt32.max) - 1)
        }
        return (minimum, maximum)
    }

    private func exactBounds(of field: FieldPlan) -> (minimum: DecimalNumber?, maximum: DecimalNumber?) {
        guard field.type == .number else {
            return (field.numberMinimum.map { DecimalNumber($0) }, field.numberMaximum.map { DecimalNumber($0) })
        }
        return (
            field.numberMinimum.map { DecimalNumber($0) } ?? field.minimum.map { DecimalNumber(thousandths: $0) },
            field.numberMaximum.map { DecimalNumber($0) } ?? field.maximum.map { DecimalNumber(thousandths: $0) }
        )
    }
}
