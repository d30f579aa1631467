import SluiceModel
import SluiceTestSupport

extension SplitMix64 {
    mutating func text() -> String {
        let alphabet: [Character] = ["a", "B", "9", " ", "é", "🙂", "\u{0}", "-", "%"]
        return String((0..<int(0...12)).map { _ in alphabet.randomElement(using: &self)! })
    }

    mutating func array<T>(_ most: Int = 4, _ make: (inout SplitMix64) -> T) -> [T] {
        (0..<int(0...most)).map { _ in make(&self) }
    }

    mutating func maybe<T>(_ make: (inout SplitMix64) -> T) -> T? { bool() ? make(&self) : nil }

    mutating func pick<T: CaseIterable>(_ type: T.Type) -> T { Array(T.allCases).randomElement(using: &self)! }
}

/// A plan with every kind of part, well formed but not sensible: what `PlanCodec` must carry.
func randomPlan(_ random: inout SplitMix64) -> FormatPlan {
    var limits = DecodeLimits()
    limits.rowLimitBytes = random.int(0...1 << 40)
    limits.cellLimitBytes = random.int(0...1 << 40)
    limits.columnLimit = random.int(0...1 << 20)
    limits.rowLimit = random.int(0...1 << 40)
    limits.blockRows = random.int(0...1 << 20)
    limits.findingLimit = random.int(0...1000)
    limits.memberLimit = random.int(0...1000)
    limits.inflatedLimitBytes = random.int(0...1 << 40)
    limits.inflationRatioLimit = random.int(0...1000)
    limits.nestingLimit = random.int(0...1000)
    var plan = FormatPlan(
        plugin: random.text(), pluginVersion: random.text(), isHealth: random.bool(), today: randomDate(&random),
        limits: limits, patientColumns: random.array { $0.text() },
        codeTables: random.array { random in
            CodeTable(
                name: random.text(), ignoresCase: random.bool(),
                entries: random.array(20) { random in
                    CodeTable.Entry(
                        text: random.text(), validFrom: random.maybe(randomDate), validTo: random.maybe(randomDate))
                })
        },
        patterns: random.array { random in
            PatternTable(
                text: random.text(), classes: (0..<256).map { UInt8($0) }, classCount: random.int(0...256),
                transitions: random.array(30) { UInt16($0.int(0...65_535)) }, accepting: random.array { $0.bool() })
        },
        dimensions: random.array { DimensionPlan(id: $0.text(), codeCount: $0.int(1...200_000), isMonth: $0.bool()) },
        datasets: random.array { randomDataset(&$0) })
    plan.zone = ZoneOffsets(
        firstOffsetSeconds: random.int(-50_000...50_000),
        changes: random.array { random in
            ZoneOffsets.Change(from: random.int(-1 << 40...1 << 40), offsetSeconds: random.int(-50_000...50_000))
        })
    plan.encoding = random.maybe { $0.pick(TextEncoding.self) }
    plan.isAgencySide = random.bool()
    plan.tableIndex = random.maybe { $0.int(0...DecodeLimits.tableLimit - 1) }
    plan.contentRules = random.array { randomContentRule(&$0) }
    plan.nameWords = random.array { NameWord(text: $0.text(), kind: $0.pick(NameWord.Kind.self)) }
    plan.ordinaryWords = random.array(20) { UInt8($0.int(0...255)) }
    plan.placeCount = random.int(0...1000)
    plan.gazetteer = random.array { GazetteerName(text: $0.text(), place: $0.int(0...1000)) }
    return plan
}

private func randomContentRule(_ random: inout SplitMix64) -> ContentRule {
    let condition: ContentRule.Condition =
        switch random.int(0...3) {
        case 0: .identifiers(randomKinds(&random), percent: random.int(0...100))
        case 1: .patientColumns
        case 2: .classes(Set(random.array { $0.pick(PrivacyClass.self) }))
        default: .together(Set(random.array { $0.pick(FieldFact.self) }))
        }
    return ContentRule(
        id: random.text(), condition: condition, effect: random.pick(ContentRule.Effect.self), message: random.text())
}

private func randomKinds(_ random: inout SplitMix64) -> IdentifierKinds {
    IdentifierKinds(rawValue: UInt32(truncatingIfNeeded: random.next()) & IdentifierKinds.all.rawValue)
}

private func randomDate(_ random: inout SplitMix64) -> CivilDate {
    CivilDate(year: random.int(1...9999), month: random.int(1...12), day: random.int(1...28))!
}

private func randomDataset(_ random: inout SplitMix64) -> DatasetPlan {
    var dataset = DatasetPlan(
        id: random.text(), edition: random.text(), encodings: random.array { $0.pick(TextEncoding.self) },
        delimiters: random.array { UInt8($0.int(0...255)) }, headerWithinRows: random.int(1...20),
        ignoredHeaders: random.array { $0.text() }, fields: random.array(8) { randomField(&$0) },
        rowRules: random.array(8) { random in
            RowRule(id: random.text(), kind: randomRuleKind(&random), severity: random.pick(Severity.self))
        },
        primaryKey: random.array { $0.int(0...9) },
        output: OutputPlan(
            kind: random.bool() ? .event(random.text()) : .counts(countField: random.int(0...9)),
            columns: random.array(6) { random in
                OutputColumn(dimension: random.int(0...9), sources: random.array { randomSource(&$0) })
            },
            linkField: random.maybe { $0.int(0...9) }, linkRecipe: random.text()),
        period: randomPeriod(&random), toleranceRowsPerMillion: random.int(0...1_000_000))
    dataset.output.linkMore = random.array { $0.int(0...9) }
    dataset.forms = randomForms(&random)
    dataset.footers = random.array { $0.text() }
    dataset.fieldsMatch = random.pick(FieldsMatch.self)
    dataset.uniqueKeys = random.array { random in random.array { $0.int(0...9) } }
    dataset.foreignKeys = random.array { random in
        ForeignKey(
            fields: random.array { $0.int(0...9) }, dataset: random.int(0...9),
            referenced: random.array { $0.int(0...9) })
    }
    dataset.fileRules = random.array { random in
        FileRule(id: random.text(), kind: randomFileRuleKind(&random), severity: random.pick(Severity.self))
    }
    dataset.validFrom = random.maybe(randomDate)
    dataset.validTo = random.maybe(randomDate)
    dataset.refusalAdvice = random.text()
    dataset.looksForDoubles = random.bool()
    dataset.doublesNeed = random.maybe { $0.int(0...1000) }
    dataset.ages = random.maybe { $0.int(0...20)...$0.int(20...120) }
    dataset.earliestMonth = random.maybe { CivilMonth(index: $0.int(22_800...26_000))! }
    dataset.onlyPeriod = random.maybe { random in
        let first = random.int(22_800...26_000)
        return Period(first: CivilMonth(index: first)!, last: CivilMonth(index: first + random.int(0...100))!)!
    }
    return dataset
}

private func randomForms(_ random: inout SplitMix64) -> TableForms {
    var forms = TableForms()
    forms.delimited = random.bool()
    forms.workbook = random.maybe { random in
        var form = WorkbookForm()
        form.sheetNames = random.array { $0.text() }
        form.sheetPosition = random.maybe { $0.int(0...9) }
        return form
    }
    forms.json = random.maybe { random in
        var form = JSONForm()
        form.recordsPath = random.array { $0.text() }
        return form
    }
    forms.xml = random.maybe { random in
        var form = XMLForm()
        form.recordPath = random.array { $0.text() }
        form.namespace = random.maybe { $0.text() }
        form.columns = random.array { random in
            XMLForm.Column(name: random.text(), path: random.array { $0.text() })
        }
        return form
    }
    forms.fixedWidth = random.maybe { random in
        FixedWidthForm(
            columns: random.array { random in
                FixedWidthForm.Column(name: random.text(), offset: random.int(0...99), width: random.int(0...99))
            }, leadingLines: random.int(0...9))
    }
    return forms
}

private func randomRuleKind(_ random: inout SplitMix64) -> RowRule.Kind {
    let field = random.int(0...9)
    let comparison = random.pick(RowRule.Comparison.self)
    switch random.int(0...3) {
    case 0: return .compare(left: field, comparison, right: random.int(0...9))
    case 1: return .compareValue(field: field, comparison, value: random.int(-(1 << 60)...1 << 60))
    case 2:
        let condition: RowRule.Condition =
            switch random.int(0...2) {
            case 0: .hasValue(field)
            case 1: .isMissing(field)
            default: .isOneOf(field, entries: random.array { $0.int(0...9) })
            }
        return .requiredWhen(fields: random.array { $0.int(0...9) }, condition: condition)
    default: return .oneOf(fields: random.array { $0.int(0...9) }, isExclusive: random.bool())
    }
}

private func randomFileRuleKind(_ random: inout SplitMix64) -> FileRule.Kind {
    switch random.int(0...2) {
    case 0: .controlTotal(words: random.array { $0.text() }, isRequired: random.bool())
    case 1: .coverage(random.pick(PeriodUnit.self))
    default: .suddenChange(percent: random.int(0...999), deliveriesMin: random.int(0...99))
    }
}

private func randomDecimal(_ random: inout SplitMix64) -> ExactDecimal {
    let digits =
        switch random.int(0...3) {
        case 0: Int128(random.int(-9...9))
        case 1: Int128(random.int(Int.min...Int.max))
        case 2: ExactDecimal.digitsLimit - 1
        default: 1 - ExactDecimal.digitsLimit
        }
    return ExactDecimal(digits: digits, exponent: Int32(random.int(-1000...1000)))
}

private func randomField(_ random: inout SplitMix64) -> FieldPlan {
    var field = FieldPlan(
        name: random.text(), headers: random.array { $0.text() }, type: random.pick(FieldType.self),
        privacy: random.pick(PrivacyClass.self))
    field.isOptional = random.bool()
    field.dateFormats = random.array { random in
        DateFormat(
            text: random.text(),
            parts: random.array(10) { random in
                let parts: [DateFormat.Part] = [
                    .year, .shortYear, .month, .day, .hour, .minute, .second, .monthName, .zone, .fraction,
                    .optionalFraction, .optionalZone,
                    .literal(UInt8(random.int(0...255))),
                ]
                return parts.randomElement(using: &random)!
            })
    }
    field.missingValues = random.array { $0.text() }
    field.trueValues = random.array { $0.text() }
    field.falseValues = random.array { $0.text() }
    field.isRequired = random.bool()
    field.isUnique = random.bool()
    field.pattern = random.maybe { $0.int(0...9) }
    field.minimum = random.maybe { $0.int(-(1 << 60)...1 << 60) }
    field.maximum = random.maybe { $0.int(-1000...1000) }
    field.lengthMinimum = random.maybe { $0.int(0...1000) }
    field.lengthMaximum = random.maybe { $0.int(0...1000) }
    field.codes = random.maybe { $0.int(0...9) }
    field.codesSeverity = random.pick(Severity.self)
    field.codesPart = random.maybe { random in
        let lower = random.int(0...9)
        return lower..<lower + random.int(0...9)
    }
    field.check = random.maybe { $0.pick(CheckDigit.self) }
    field.checkSeverity = random.pick(Severity.self)
    field.mayLieInFuture = random.bool()
    field.stringFormat = random.pick(StringFormat.self)
    field.geopointFormat = random.pick(GeopointFormat.self)
    field.decimalMark = random.text()
    field.groupMark = random.text()
    field.isBareNumber = random.bool()
    field.numberMinimum = random.maybe(randomDecimal)
    field.numberMaximum = random.maybe(randomDecimal)
    field.isMinimumExclusive = random.bool()
    field.isMaximumExclusive = random.bool()
    field.allowedNumbers = random.array {
        ExactDecimal(digits: Int128($0.int(-(1 << 60)...1 << 60)) * 1_000_000_007, exponent: Int32($0.int(-30...30)))
    }
    field.allowedSlots = random.array { $0.int(-(1 << 60)...1 << 60) }
    field.listDelimiter = random.text()
    field.itemType = random.pick(FieldType.self)
    field.isFreeText = random.bool()
    field.isReference = random.bool()
    field.place = random.pick(PlaceReading.self)
    field.mayHold = randomKinds(&random)
    field.facts = Set(random.array { $0.pick(FieldFact.self) })
    return field
}

private func randomSource(_ random: inout SplitMix64) -> OutputSource {
    func code(_ random: inout SplitMix64) -> UInt32 { UInt32(random.int(0...Int(UInt32.max))) }
    func bands(_ random: inout SplitMix64) -> [OutputSource.Band] {
        random.array { OutputSource.Band(lower: $0.int(-99...99), upper: $0.int(-99...99), code: code(&$0)) }
    }
    let field = random.int(0...9)
    switch random.int(0...9) {
    case 0: return .constant(code(&random))
    case 1: return .lookup(field: field, codes: random.array(20, code))
    case 2: return .boolean(field: field, whenTrue: code(&random), whenFalse: code(&random))
    case 3: return .month(field: field)
    case 4: return .weekday(field: field, codes: (0..<7).map { _ in code(&random) })
    case 5:
        return .partOfDay(field: field, codes: (0..<4).map { _ in code(&random) }, midnightIsUnknown: random.bool())
    case 6: return .band(field: field, bands: bands(&random))
    case 7: return .age(birth: field, at: random.int(0...9), bands: bands(&random))
    case 8:
        return .directory(
            field: field, second: random.maybe { $0.int(0...9) }, areas: random.int(0...9),
            codes: random.array(20, code))
    default: return .gazetteer(field: field, codes: random.array(20, code))
    }
}

private func randomPeriod(_ random: inout SplitMix64) -> PeriodPlan {
    switch random.int(0...2) {
    case 0: .none
    case 1: .field(random.int(0...9), unit: random.pick(PeriodUnit.self))
    default: .fields(from: random.int(0...9), to: random.int(0...9))
    }
}
