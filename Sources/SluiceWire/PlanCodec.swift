package import SluiceModel

/// The plan of one delivery as bytes: how the daemon tells the worker what to read.
///
/// Written in the order of the types' stored properties. `decode` accepts what `encode` makes and nothing longer; it
/// checks form and bounds only, `FormatPlan.check()` checks that the plan makes sense.
package enum PlanCodec {
    /// First byte of every encoded plan.
    package static let version: UInt8 = 5

    package static func encode(_ plan: FormatPlan) -> [UInt8] {
        var writer = ByteWriter()
        writer.byte(version)
        writer.plan(plan)
        return writer.bytes
    }

    /// - Throws: `WireError` for bytes that are not exactly one plan within the bounds of `PlanBounds`.
    package static func decode(_ bytes: [UInt8]) throws(WireError) -> FormatPlan {
        guard bytes.count <= Wire.planLimitBytes else {
            throw .limitExceeded(.plan, limit: Wire.planLimitBytes)
        }
        var reader = ByteReader(bytes, place: .plan)
        guard try reader.byte() == version else { throw .versionUnknown(.plan) }
        let plan = try reader.plan()
        try reader.expectEnd()
        return plan
    }
}

/// Bounds on the parts of an encoded plan.
enum PlanBounds {
    static let textBytes = 1 << 16
    static let datasets = 1000
    static let fields = 10_000
    static let names = 10_000
    static let dimensions = 1000
    static let codeTables = 10_000
    static let entries = 4_000_000
    static let patterns = 10_000
    static let transitions = 8_000_000
    static let rules = 10_000
    static let nameWords = 100_000
    static let wordBytes = 8 << 20
    static let keys = 1000
    /// Steps of a path into a document.
    static let steps = 256
    static let sources = 1000
    static let bands = 100_000
    /// Numbers that are bounds, limits and slots: far from the edge of `Int`, so that sums with them cannot trap.
    static let number = 1 << 60
    /// Digits of an exact decimal, and the power of ten beside them.
    static let decimalMagnitude = ExactDecimal.digitsLimit.magnitude
    static let decimalExponent = Int(ExactDecimal.exponentLimit)
    /// 0001-01-01 and 9999-12-31 as day numbers.
    static let days = -719_162...2_932_896
}

// MARK: - Writing

extension ByteWriter {
    fileprivate mutating func plan(_ plan: FormatPlan) {
        text(plan.plugin)
        text(plan.pluginVersion)
        flag(plan.isHealth)
        flag(plan.isAgencySide)
        optional(plan.tableIndex) { $0.count($1) }
        date(plan.today)
        zone(plan.zone)
        optional(plan.encoding) { $0.byte($1.rawValue) }
        for limit in [
            plan.limits.rowLimitBytes, plan.limits.cellLimitBytes, plan.limits.columnLimit, plan.limits.rowLimit,
            plan.limits.blockRows, plan.limits.findingLimit, plan.limits.memberLimit, plan.limits.inflatedLimitBytes,
            plan.limits.inflationRatioLimit, plan.limits.nestingLimit,
        ] { count(limit) }
        texts(plan.patientColumns)
        array(plan.contentRules) { $0.contentRule($1) }
        array(plan.nameWords) { writer, word in
            writer.text(word.text)
            writer.byte(word.kind.rawValue)
        }
        count(plan.ordinaryWords.count)
        bytes.append(contentsOf: plan.ordinaryWords)
        count(plan.placeCount)
        array(plan.gazetteer) { writer, name in
            writer.text(name.text)
            writer.count(name.place)
        }
        array(plan.codeTables) { $0.codeTable($1) }
        array(plan.patterns) { $0.pattern($1) }
        array(plan.dimensions) { writer, dimension in
            writer.text(dimension.id)
            writer.count(dimension.codeCount)
            writer.flag(dimension.isMonth)
        }
        array(plan.datasets) { $0.dataset($1) }
    }

    mutating func texts(_ values: [String]) { array(values) { $0.text($1) } }

    mutating func date(_ date: CivilDate) { signed(date.dayNumber) }

    mutating func numbers(_ values: [Int]) { array(values) { $0.count($1) } }

    private mutating func codes(_ values: [UInt32]) { array(values) { $0.varint(UInt64($1)) } }

    private mutating func codeTable(_ table: CodeTable) {
        text(table.name)
        flag(table.ignoresCase)
        array(table.entries) { writer, entry in
            writer.text(entry.text)
            writer.byte((entry.validFrom == nil ? 0 : 1) | (entry.validTo == nil ? 0 : 2))
            if let day = entry.validFrom { writer.date(day) }
            if let day = entry.validTo { writer.date(day) }
        }
    }

    private mutating func pattern(_ pattern: PatternTable) {
        text(pattern.text)
        count(pattern.classes.count)
        bytes.append(contentsOf: pattern.classes)
        count(pattern.classCount)
        array(pattern.transitions) { writer, state in
            writer.byte(UInt8(truncatingIfNeeded: state))
            writer.byte(UInt8(truncatingIfNeeded: state >> 8))
        }
        array(pattern.accepting) { $0.flag($1) }
    }

    private mutating func dataset(_ dataset: DatasetPlan) {
        text(dataset.id)
        text(dataset.edition)
        array(dataset.encodings) { $0.byte($1.rawValue) }
        array(dataset.delimiters) { $0.byte($1) }
        count(dataset.headerWithinRows)
        texts(dataset.ignoredHeaders)
        array(dataset.fields) { $0.field($1) }
        array(dataset.rowRules) { $0.rowRule($1) }
        numbers(dataset.primaryKey)
        output(dataset.output)
        period(dataset.period)
        count(dataset.toleranceRowsPerMillion)
        forms(dataset.forms)
        texts(dataset.footers)
        byte(dataset.fieldsMatch.rawValue)
        array(dataset.uniqueKeys) { $0.numbers($1) }
        array(dataset.foreignKeys) { $0.foreignKey($1) }
        array(dataset.fileRules) { $0.fileRule($1) }
        optional(dataset.validFrom) { $0.date($1) }
        optional(dataset.validTo) { $0.date($1) }
        text(dataset.refusalAdvice)
        flag(dataset.looksForDoubles)
        optional(dataset.doublesNeed) { $0.count($1) }
        optional(dataset.ages) { writer, ages in
            writer.count(ages.lowerBound)
            writer.count(ages.upperBound)
        }
        optional(dataset.earliestMonth) { $0.count($1.index) }
        optional(dataset.onlyPeriod) { $0.period($1) }
    }

    private mutating func zone(_ zone: ZoneOffsets) {
        signed(zone.firstOffsetSeconds)
        array(zone.changes) { writer, change in
            writer.signed(change.from)
            writer.signed(change.offsetSeconds)
        }
    }

    private mutating func field(_ field: FieldPlan) {
        text(field.name)
        texts(field.headers)
        flag(field.isOptional)
        byte(field.type.rawValue)
        array(field.dateFormats) { $0.dateFormat($1) }
        texts(field.missingValues)
        texts(field.trueValues)
        texts(field.falseValues)
        flag(field.isRequired)
        flag(field.isUnique)
        optional(field.pattern) { $0.count($1) }
        optional(field.minimum) { $0.signed($1) }
        optional(field.maximum) { $0.signed($1) }
        optional(field.lengthMinimum) { $0.count($1) }
        optional(field.lengthMaximum) { $0.count($1) }
        optional(field.codes) { $0.count($1) }
        byte(field.codesSeverity.rawValue)
        optional(field.codesPart) { writer, part in
            writer.count(part.lowerBound)
            writer.count(part.upperBound)
        }
        optional(field.check) { $0.byte($1.rawValue) }
        byte(field.checkSeverity.rawValue)
        flag(field.mayLieInFuture)
        byte(field.privacy.rawValue)
        byte(field.stringFormat.rawValue)
        byte(field.geopointFormat.rawValue)
        text(field.decimalMark)
        text(field.groupMark)
        flag(field.isBareNumber)
        optional(field.numberMinimum) { $0.decimal($1) }
        optional(field.numberMaximum) { $0.decimal($1) }
        flag(field.isMinimumExclusive)
        flag(field.isMaximumExclusive)
        array(field.allowedSlots) { $0.signed($1) }
        array(field.allowedNumbers) { $0.decimal($1) }
        text(field.listDelimiter)
        byte(field.itemType.rawValue)
        flag(field.isFreeText)
        flag(field.isReference)
        byte(field.place.rawValue)
        varint(UInt64(field.mayHold.rawValue))
        choices(field.facts)
    }

    private mutating func dateFormat(_ format: DateFormat) {
        text(format.text)
        array(format.parts) { writer, part in
            switch part {
            case .year: writer.byte(0)
            case .shortYear: writer.byte(1)
            case .month: writer.byte(2)
            case .day: writer.byte(3)
            case .hour: writer.byte(4)
            case .minute: writer.byte(5)
            case .second: writer.byte(6)
            case .monthName: writer.byte(7)
            case .zone: writer.byte(8)
            case .literal(let literal):
                writer.byte(9)
                writer.byte(literal)
            case .fraction: writer.byte(10)
            case .optionalFraction: writer.byte(11)
            case .optionalZone: writer.byte(12)
            }
        }
    }

    private mutating func output(_ output: OutputPlan) {
        switch output.kind {
        case .event(let kind):
            byte(0)
            text(kind)
        case .counts(let field):
            byte(1)
            count(field)
        }
        array(output.columns) { writer, column in
            writer.count(column.dimension)
            writer.array(column.sources) { $0.source($1) }
        }
        optional(output.linkField) { $0.count($1) }
        text(output.linkRecipe)
        numbers(output.linkMore)
    }

    private mutating func source(_ source: OutputSource) {
        switch source {
        case .constant(let code):
            byte(0)
            varint(UInt64(code))
        case .lookup(let field, let codes):
            byte(1)
            count(field)
            self.codes(codes)
        case .boolean(let field, let whenTrue, let whenFalse):
            byte(2)
            count(field)
            varint(UInt64(whenTrue))
            varint(UInt64(whenFalse))
        case .month(let field):
            byte(3)
            count(field)
        case .weekday(let field, let codes):
            byte(4)
            count(field)
            self.codes(codes)
        case .partOfDay(let field, let codes, let midnightIsUnknown):
            byte(5)
            count(field)
            self.codes(codes)
            flag(midnightIsUnknown)
        case .band(let field, let bands):
            byte(6)
            count(field)
            self.bands(bands)
        case .age(let birth, let at, let bands):
            byte(7)
            count(birth)
            count(at)
            self.bands(bands)
        case .directory(let field, let second, let areas, let codes):
            byte(8)
            count(field)
            optional(second) { $0.count($1) }
            count(areas)
            self.codes(codes)
        case .gazetteer(let field, let codes):
            byte(9)
            count(field)
            self.codes(codes)
        }
    }

    private mutating func bands(_ bands: [OutputSource.Band]) {
        array(bands) { writer, band in
            writer.signed(band.lower)
            writer.signed(band.upper)
            writer.varint(UInt64(band.code))
        }
    }

    private mutating func period(_ period: PeriodPlan) {
        switch period {
        case .none: byte(0)
        case .field(let field, let unit):
            byte(1)
            count(field)
            periodUnit(unit)
        case .fields(let from, let to):
            byte(2)
            count(from)
            count(to)
        }
    }
}

// MARK: - Reading

extension ByteReader {
    fileprivate mutating func plan() throws(WireError) -> FormatPlan {
        let plugin = try planText()
        let pluginVersion = try planText()
        let isHealth = try planFlag()
        let isAgencySide = try planFlag()
        let tableIndex = try optional(.planChoice) { r throws(WireError) in
            try r.count(.planNumber, limit: DecodeLimits.tableLimit - 1)
        }
        let (today, zone) = (try date(), try zone())
        let encoding = try optional(.planChoice) { r throws(WireError) in try r.choice(TextEncoding.self) }
        let (limits, patientColumns) = (try limits(), try texts())
        let contentRules = try array(.planCount, limit: PlanBounds.rules) { r throws(WireError) in
            try r.contentRule()
        }
        let nameWords = try array(.planCount, limit: PlanBounds.nameWords) { r throws(WireError) in
            NameWord(text: try r.planText(), kind: try r.choice(NameWord.Kind.self))
        }
        let ordinaryWords = try data(try count(.planNumber, limit: PlanBounds.wordBytes))
        let placeCount = try count(.planNumber, limit: PlanBounds.entries)
        let gazetteer = try array(.planCount, limit: PlanBounds.entries) { r throws(WireError) in
            GazetteerName(text: try r.planText(), place: try r.count(.planNumber, limit: PlanBounds.entries))
        }
        var plan = FormatPlan(
            plugin: plugin, pluginVersion: pluginVersion, isHealth: isHealth, today: today, limits: limits,
            patientColumns: patientColumns,
            codeTables: try array(.planCount, limit: PlanBounds.codeTables) { r throws(WireError) in try r.codeTable()
            },
            patterns: try array(.planCount, limit: PlanBounds.patterns) { r throws(WireError) in try r.pattern() },
            dimensions: try array(.planCount, limit: PlanBounds.dimensions) { r throws(WireError) in
                DimensionPlan(id: try r.planText(), codeCount: try r.number(), isMonth: try r.planFlag())
            },
            datasets: try array(.planCount, limit: PlanBounds.datasets) { r throws(WireError) in try r.dataset() })
        plan.zone = zone
        plan.encoding = encoding
        plan.isAgencySide = isAgencySide
        plan.tableIndex = tableIndex
        plan.contentRules = contentRules
        plan.nameWords = nameWords
        plan.ordinaryWords = ordinaryWords
        plan.placeCount = placeCount
        plan.gazetteer = gazetteer
        return plan
    }

    mutating func planText() throws(WireError) -> String {
        try text(.planText, limit: PlanBounds.textBytes)
    }

    mutating func texts() throws(WireError) -> [String] {
        try array(.planCount, limit: PlanBounds.names) { r throws(WireError) in try r.planText() }
    }

    mutating func planFlag() throws(WireError) -> Bool { try flag(.planChoice) }

    mutating func number() throws(WireError) -> Int { try count(.planNumber, limit: PlanBounds.number) }

    mutating func slot() throws(WireError) -> Int { try signed(.planNumber, limit: PlanBounds.number) }

    mutating func date() throws(WireError) -> CivilDate {
        let day = try signed(.planDate, limit: PlanBounds.number)
        guard PlanBounds.days.contains(day) else { throw .invalid(.planDate) }
        return CivilDate(dayNumber: day)
    }

    private mutating func code() throws(WireError) -> UInt32 {
        UInt32(try count(.planNumber, limit: Int(UInt32.max)))
    }

    private mutating func codes(limit: Int) throws(WireError) -> [UInt32] {
        try array(.planCount, limit: limit) { r throws(WireError) in try r.code() }
    }

    mutating func choice<T: RawRepresentable<UInt8>>(_ type: T.Type) throws(WireError) -> T {
        guard let value = T(rawValue: try byte()) else { throw .invalid(.planChoice) }
        return value
    }

    private mutating func limits() throws(WireError) -> DecodeLimits {
        var limits = DecodeLimits()
        limits.rowLimitBytes = try number()
        limits.cellLimitBytes = try number()
        limits.columnLimit = try number()
        limits.rowLimit = try number()
        limits.blockRows = try number()
        limits.findingLimit = try number()
        limits.memberLimit = try number()
        limits.inflatedLimitBytes = try number()
        limits.inflationRatioLimit = try number()
        limits.nestingLimit = try number()
        return limits
    }

    private mutating func codeTable() throws(WireError) -> CodeTable {
        CodeTable(
            name: try planText(), ignoresCase: try planFlag(),
            entries: try array(.planCount, limit: PlanBounds.entries) { r throws(WireError) in
                var entry = CodeTable.Entry(text: try r.planText())
                let dates = try r.byte()
                guard dates <= 3 else { throw WireError.invalid(.planChoice) }
                if dates & 1 != 0 { entry.validFrom = try r.date() }
                if dates & 2 != 0 { entry.validTo = try r.date() }
                return entry
            })
    }

    private mutating func pattern() throws(WireError) -> PatternTable {
        let text = try planText()
        guard try count(.planPattern, limit: 256) == 256 else { throw .invalid(.planPattern) }
        let classes = try data(256)
        return PatternTable(
            text: text, classes: classes, classCount: try count(.planPattern, limit: 256),
            transitions: try array(.planCount, limit: PlanBounds.transitions) { r throws(WireError) in
                let low = try r.byte()
                return UInt16(low) | UInt16(try r.byte()) << 8
            },
            accepting: try array(.planCount, limit: 1 << 16) { r throws(WireError) in try r.planFlag() })
    }

    private mutating func dataset() throws(WireError) -> DatasetPlan {
        var dataset = DatasetPlan(
            id: try planText(), edition: try planText(),
            encodings: try array(.planCount, limit: 16) { r throws(WireError) in try r.choice(TextEncoding.self) },
            delimiters: try array(.planCount, limit: 256) { r throws(WireError) in try r.byte() },
            headerWithinRows: try number(), ignoredHeaders: try texts(),
            fields: try array(.planCount, limit: PlanBounds.fields) { r throws(WireError) in try r.field() },
            rowRules: try array(.planCount, limit: PlanBounds.rules) { r throws(WireError) in try r.rowRule() },
            primaryKey: try numbers(), output: try output(), period: try period(),
            toleranceRowsPerMillion: try number())
        dataset.forms = try forms()
        dataset.footers = try texts()
        dataset.fieldsMatch = try choice(FieldsMatch.self)
        dataset.uniqueKeys = try array(.planCount, limit: PlanBounds.keys) { r throws(WireError) in try r.numbers() }
        dataset.foreignKeys = try array(.planCount, limit: PlanBounds.keys) { r throws(WireError) in
            try r.foreignKey()
        }
        dataset.fileRules = try array(.planCount, limit: PlanBounds.rules) { r throws(WireError) in try r.fileRule() }
        dataset.validFrom = try optional(.planChoice) { r throws(WireError) in try r.date() }
        dataset.validTo = try optional(.planChoice) { r throws(WireError) in try r.date() }
        dataset.refusalAdvice = try planText()
        dataset.looksForDoubles = try planFlag()
        dataset.doublesNeed = try optional(.planChoice) { r throws(WireError) in try r.number() }
        dataset.ages = try optional(.planChoice) { r throws(WireError) in
            let (lower, upper) = (try r.number(), try r.number())
            guard lower <= upper else { throw WireError.invalid(.planNumber) }
            return lower...upper
        }
        dataset.earliestMonth = try optional(.planChoice) { r throws(WireError) in
            guard let month = CivilMonth(index: try r.number()) else { throw WireError.invalid(.planDate) }
            return month
        }
        dataset.onlyPeriod = try optional(.planChoice) { r throws(WireError) in try r.period(.planDate) }
        return dataset
    }

    private mutating func zone() throws(WireError) -> ZoneOffsets {
        let first = try signed(.planNumber, limit: ZoneOffsets.offsetLimitSeconds)
        return ZoneOffsets(
            firstOffsetSeconds: first,
            changes: try array(.planCount, limit: ZoneOffsets.changeLimit) { r throws(WireError) in
                ZoneOffsets.Change(
                    from: try r.slot(), offsetSeconds: try r.signed(.planNumber, limit: ZoneOffsets.offsetLimitSeconds))
            })
    }

    private mutating func field() throws(WireError) -> FieldPlan {
        let name = try planText()
        let headers = try texts()
        let isOptional = try planFlag()
        var field = FieldPlan(name: name, headers: headers, type: try choice(FieldType.self), privacy: .direct)
        field.isOptional = isOptional
        field.dateFormats = try array(.planCount, limit: 100) { r throws(WireError) in try r.dateFormat() }
        field.missingValues = try texts()
        field.trueValues = try texts()
        field.falseValues = try texts()
        field.isRequired = try planFlag()
        field.isUnique = try planFlag()
        field.pattern = try optionalNumber()
        field.minimum = try optional(.planChoice) { r throws(WireError) in try r.slot() }
        field.maximum = try optional(.planChoice) { r throws(WireError) in try r.slot() }
        field.lengthMinimum = try optionalNumber()
        field.lengthMaximum = try optionalNumber()
        field.codes = try optionalNumber()
        field.codesSeverity = try choice(Severity.self)
        field.codesPart = try optional(.planChoice) { r throws(WireError) in
            let lower = try r.number()
            let upper = try r.number()
            guard lower <= upper else { throw WireError.invalid(.planNumber) }
            return lower..<upper
        }
        field.check = try optional(.planChoice) { r throws(WireError) in try r.choice(CheckDigit.self) }
        field.checkSeverity = try choice(Severity.self)
        field.mayLieInFuture = try planFlag()
        field.privacy = try choice(PrivacyClass.self)
        field.stringFormat = try choice(StringFormat.self)
        field.geopointFormat = try choice(GeopointFormat.self)
        field.decimalMark = try planText()
        field.groupMark = try planText()
        field.isBareNumber = try planFlag()
        field.numberMinimum = try optional(.planChoice) { r throws(WireError) in try r.decimal() }
        field.numberMaximum = try optional(.planChoice) { r throws(WireError) in try r.decimal() }
        field.isMinimumExclusive = try planFlag()
        field.isMaximumExclusive = try planFlag()
        field.allowedSlots = try array(.planCount, limit: PlanBounds.names) { r throws(WireError) in try r.slot() }
        field.allowedNumbers = try array(.planCount, limit: PlanBounds.names) { r throws(WireError) in
            try r.decimal()
        }
        field.listDelimiter = try planText()
        field.itemType = try choice(FieldType.self)
        field.isFreeText = try planFlag()
        field.isReference = try planFlag()
        field.place = try choice(PlaceReading.self)
        field.mayHold = try identifierKinds()
        field.facts = try set(FieldFact.self)
        return field
    }

    mutating func optionalNumber() throws(WireError) -> Int? {
        try optional(.planChoice) { r throws(WireError) in try r.number() }
    }

    private mutating func dateFormat() throws(WireError) -> DateFormat {
        DateFormat(
            text: try planText(),
            parts: try array(.planCount, limit: 256) { r throws(WireError) in
                switch try r.byte() {
                case 0: return .year
                case 1: return .shortYear
                case 2: return .month
                case 3: return .day
                case 4: return .hour
                case 5: return .minute
                case 6: return .second
                case 7: return .monthName
                case 8: return .zone
                case 9: return .literal(try r.byte())
                case 10: return .fraction
                case 11: return .optionalFraction
                case 12: return .optionalZone
                default: throw WireError.invalid(.planChoice)
                }
            })
    }

    private mutating func output() throws(WireError) -> OutputPlan {
        let kind: OutputPlan.Kind
        switch try byte() {
        case 0: kind = .event(try planText())
        case 1: kind = .counts(countField: try number())
        default: throw .invalid(.planChoice)
        }
        var output = OutputPlan(
            kind: kind,
            columns: try array(.planCount, limit: PlanBounds.dimensions) { r throws(WireError) in
                OutputColumn(
                    dimension: try r.number(),
                    sources: try r.array(.planCount, limit: PlanBounds.sources) { r throws(WireError) in
                        try r.source()
                    })
            },
            linkField: try optionalNumber(), linkRecipe: try planText())
        output.linkMore = try numbers()
        return output
    }

    private mutating func source() throws(WireError) -> OutputSource {
        switch try byte() {
        case 0: return .constant(try code())
        case 1: return .lookup(field: try number(), codes: try codes(limit: PlanBounds.entries))
        case 2: return .boolean(field: try number(), whenTrue: try code(), whenFalse: try code())
        case 3: return .month(field: try number())
        case 4: return .weekday(field: try number(), codes: try codes(limit: 7))
        case 5:
            return .partOfDay(field: try number(), codes: try codes(limit: 4), midnightIsUnknown: try planFlag())
        case 6: return .band(field: try number(), bands: try bands())
        case 7: return .age(birth: try number(), at: try number(), bands: try bands())
        case 8:
            let field = try number()
            let second = try optional(.planChoice) { r throws(WireError) in try r.number() }
            return .directory(
                field: field, second: second, areas: try number(), codes: try codes(limit: PlanBounds.entries))
        case 9: return .gazetteer(field: try number(), codes: try codes(limit: PlanBounds.entries))
        default: throw .invalid(.planChoice)
        }
    }

    private mutating func bands() throws(WireError) -> [OutputSource.Band] {
        try array(.planCount, limit: PlanBounds.bands) { r throws(WireError) in
            OutputSource.Band(lower: try r.slot(), upper: try r.slot(), code: try r.code())
        }
    }

    private mutating func period() throws(WireError) -> PeriodPlan {
        switch try byte() {
        case 0: return .none
        case 1:
            return .field(try number(), unit: try periodUnit())
        case 2: return .fields(from: try number(), to: try number())
        default: throw .invalid(.planChoice)
        }
    }
}
