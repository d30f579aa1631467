import SluiceModel

/// A generator of numbers from a seed (SplitMix64), so that a failing case can be met again.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    mutating func bool() -> Bool { Bool.random(using: &self) }

    mutating func text() -> String {
        let alphabet: [Character] = ["a", "B", "9", " ", "é", "🙂", "\u{0}", "-", "%"]
        return String((0..<int(0...12)).map { _ in alphabet.randomElement(using: &self)! })
    }

    mutating func array<T>(_ most: Int = 4, _ make: (inout Seeded) -> T) -> [T] {
        (0..<int(0...most)).map { _ in make(&self) }
    }

    mutating func maybe<T>(_ make: (inout Seeded) -> T) -> T? { bool() ? make(&self) : nil }

    mutating func pick<T: CaseIterable>(_ type: T.Type) -> T { Array(T.allCases).randomElement(using: &self)! }
}

/// A plan with every kind of part, well formed but not sensible: what `PlanCodec` must carry.
func randomPlan(_ random: inout Seeded) -> FormatPlan {
    var limits = DecodeLimits()
    limits.rowLimitBytes = random.int(0...1 << 40)
    limits.blockRows = random.int(0...1 << 20)
    limits.findingLimit = random.int(0...1000)
    return FormatPlan(
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
}

private func randomDate(_ random: inout Seeded) -> CivilDate {
    CivilDate(year: random.int(1...9999), month: random.int(1...12), day: random.int(1...28))!
}

private func randomDataset(_ random: inout Seeded) -> DatasetPlan {
    DatasetPlan(
        id: random.text(), edition: random.text(), encodings: random.array { $0.pick(TextEncoding.self) },
        delimiters: random.array { UInt8($0.int(0...255)) }, headerWithinRows: random.int(1...20),
        ignoredHeaders: random.array { $0.text() }, fields: random.array(8) { randomField(&$0) },
        rowRules: random.array { random in
            RowRule(
                id: random.text(), left: random.int(0...9), comparison: random.pick(RowRule.Comparison.self),
                right: random.int(0...9), severity: random.pick(Severity.self))
        },
        primaryKey: random.array { $0.int(0...9) },
        output: OutputPlan(
            kind: random.bool() ? .event(random.text()) : .counts(countField: random.int(0...9)),
            columns: random.array(6) { random in
                OutputColumn(dimension: random.int(0...9), sources: random.array { randomSource(&$0) })
            },
            linkField: random.maybe { $0.int(0...9) }, linkRecipe: random.text()),
        period: randomPeriod(&random), toleranceRowsPerMillion: random.int(0...1_000_000))
}

private func randomField(_ random: inout Seeded) -> FieldPlan {
    var field = FieldPlan(
        name: random.text(), headers: random.array { $0.text() }, type: random.pick(FieldType.self),
        privacy: random.pick(PrivacyClass.self))
    field.isOptional = random.bool()
    field.dateFormats = random.array { random in
        DateFormat(
            text: random.text(),
            parts: random.array(10) { random in
                let parts: [DateFormat.Part] = [
                    .year, .shortYear, .month, .day, .hour, .minute, .second, .monthName, .zone,
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
    return field
}

private func randomSource(_ random: inout Seeded) -> OutputSource {
    func code(_ random: inout Seeded) -> UInt32 { UInt32(random.int(0...Int(UInt32.max))) }
    func bands(_ random: inout Seeded) -> [OutputSource.Band] {
        random.array { OutputSource.Band(lower: $0.int(-99...99), upper: $0.int(-99...99), code: code(&$0)) }
    }
    let field = random.int(0...9)
    switch random.int(0...7) {
    case 0: return .constant(code(&random))
    case 1: return .lookup(field: field, codes: random.array(20, code))
    case 2: return .boolean(field: field, whenTrue: code(&random), whenFalse: code(&random))
    case 3: return .month(field: field)
    case 4: return .weekday(field: field, codes: (0..<7).map { _ in code(&random) })
    case 5:
        return .partOfDay(field: field, codes: (0..<4).map { _ in code(&random) }, midnightIsUnknown: random.bool())
    case 6: return .band(field: field, bands: bands(&random))
    default: return .age(birth: field, at: random.int(0...9), bands: bands(&random))
    }
}

private func randomPeriod(_ random: inout Seeded) -> PeriodPlan {
    switch random.int(0...2) {
    case 0: .none
    case 1: .field(random.int(0...9), unit: random.pick(PeriodUnit.self))
    default: .fields(from: random.int(0...9), to: random.int(0...9))
    }
}
