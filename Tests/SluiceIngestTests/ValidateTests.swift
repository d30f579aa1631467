import SluiceModel
import SluiceTestSupport
import Testing

@testable import SluiceIngest

@Suite struct ValidateTests {
    // MARK: - Identifiers

    static let identifiers: [(CheckDigit, String, Bool)] = [
        (.nhsNumber, "9990000034", true), (.nhsNumber, "999 000 0182", true), (.nhsNumber, "999-000-0271", true),
        (.nhsNumber, "9991112227", true), (.nhsNumber, "9991112228", false), (.nhsNumber, "9990000000", false),
        (.nhsNumber, "999000003", false), (.nhsNumber, "99900000340", false),
        (.upn, "G999999900001", true), (.upn, "N999000099001", true), (.upn, "Z99900009900A", true),
        (.upn, "B801200005001", true), (.upn, "P207000016049", true), (.upn, "Q207000016049", false),
        (.upn, "Z99900009900I", false), (.upn, "g999999900001", true),
        (.pncID, "2099/9999999V", true), (.pncID, "2099/1G", true), (.pncID, "02/73319Z", true),
        (.pncID, "79/163001B", true), (.pncID, "81/34U", true), (.pncID, "79163001B", true),
        (.pncID, "19790163001B", true), (.pncID, "1979/163001C", false), (.pncID, "79/", false), (.pncID, "/1A", false),
        (.pncID, "79/12345678A", false), (.pncID, "", false),
        (.croNumber, "000001/99W", true), (.croNumber, "1/99W", true), (.croNumber, "SF99/1B", true),
        (.croNumber, "SF99/1C", false), (.croNumber, "000001/99X", false), (.croNumber, "SF99/", false),
        (.crn, "X999999", true), (.crn, "X99999", false), (.crn, "9999999", false),
        (.prisonNumber, "A9999ZZ", true), (.prisonNumber, "A99999Z", false),
        (.nino, "AA123456A", true), (.nino, "AA 12 34 56 A", true), (.nino, "AA123456", true),
        (.nino, "QQ123456A", false), (.nino, "AO123456A", false), (.nino, "GB123456A", false),
        (.nino, "AA123456E", false),
        (.uln, "9999999998", true), (.uln, "9999999999", false),
        (.urn, "999999", true), (.urn, "99999", false),
    ]

    @Test(arguments: identifiers)
    func `identifiers are judged by form and check digit`(check: CheckDigit, text: String, isValid: Bool) {
        #expect((judge(check, text).verdict == .valid) == isValid)
    }

    @Test func `a repeated digit passes the NHS check and is a placeholder`() {
        #expect(judge(.nhsNumber, "9999999999").verdict == .placeholder)
        #expect(judge(.nhsNumber, "0000000000").verdict == .placeholder)
    }

    @Test(arguments: [
        ("2099/9999999V", "2099/9999999V"), ("2099/1G", "2099/0000001G"), ("02/73319Z", "2002/0073319Z"),
        ("79/163001b", "1979/0163001B"), ("81/34U", "1981/0000034U"), ("19790163001B", "1979/0163001B"),
    ])
    func `a PNC ID has one long form`(text: String, canonical: String) {
        #expect(judge(.pncID, text).text == canonical)
    }

    private func judge(_ check: CheckDigit, _ text: String) -> (verdict: Identifier.Verdict, text: String) {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let bytes = Array(text.utf8)
        guard var identifier = Identifier(arena.flat(bytes), 0, bytes.count, check: check) else { return (.wrong, "") }
        let verdict = identifier.judge(check, year: 2026)
        return (verdict, String(decoding: (0..<identifier.count).map { identifier[$0] }, as: UTF8.self))
    }

    @Test(arguments: [
        ("9990000034", true), ("ref 9990000034.", true), ("seen 744-256-9522?", false), ("999 000 0034", true),
        ("999-000-0034", true), ("99 990 0000 034", false), ("19990000034", false), ("99900000341", false),
        ("1999 000 0034", false), ("999 000 00341", false), ("9999999999", false), ("12 999 000 0034", true),
        ("999  000 0034", true), ("a9990000034b", false), ("9990000035", false), ("", false),
        ("123 123 9990000034", true),
        // A word, a hash, a reference and a UUID hold no number; a label goes before one.
        ("x9990000034", false), ("9990000034x", false), ("5f9990000034", false), ("CR9990000034", false),
        ("9f86d081884c7d659a2feaa0c55ad015a3bf4f9990000034b822cd15d6c15b0f00a08", false),
        ("0a1b2c3d-9990-4000-b999-0000034abcde", false), ("0a1b2c3d-9990-4000-8999-00000341abcd", false),
        ("999 000 0034th", false), ("NHS9990000034", true), ("nhsno9990000034,", true), ("NHS No:9990000034", true),
        ("1nhs9990000034", false), ("\u{A0}9990000034\u{A0}", true), ("_9990000034_", true), ("no999-000-0034", true),
    ])
    func `an NHS number is found anywhere in a cell`(text: String, isFound: Bool) {
        let arena = Arena()
        let bytes = Array(text.utf8)
        #expect(Identifier.holdsNHSNumber(arena.flat(bytes), 0, bytes.count) == isFound)
        withExtendedLifetime(arena) {}
    }

    // MARK: - Dates

    static let dates: [(String, String, String?)] = [
        ("%d/%m/%Y", "31/12/2025", "2025-12-31 0"), ("%d/%m/%Y", "1/2/2025", "2025-02-01 0"),
        ("%d/%m/%Y", "29/02/2024", "2024-02-29 0"), ("%d/%m/%Y", "29/02/2025", nil), ("%d/%m/%Y", "31/04/2025", nil),
        ("%d/%m/%Y", "00/01/2025", nil), ("%d/%m/%Y", "01/13/2025", nil), ("%d/%m/%Y", "01/00/2025", nil),
        ("%d/%m/%Y", "31-12-2025", nil), ("%d/%m/%Y", "31/12/25", nil), ("%d/%m/%Y", "3a/12/2025", nil),
        ("%d/%m/%Y", "31/12/20255", nil), ("%d/%m/%Y", "31/12/0000", nil), ("%d/%m/%Y", "01/01/1700", "1700-01-01 0"),
        ("%d/%m/%Y", "31/12/9999", "9999-12-31 0"), ("%d/%m/%Y", "\u{E9}1/2/2025", nil),
        ("%d/%m/%y", "01/02/26", "2026-02-01 0"), ("%d/%m/%y", "01/02/27", "1927-02-01 0"),
        ("%d/%m/%Y %H:%M", "31/12/2025 23:59", "2025-12-31 86340"), ("%d/%m/%Y %H:%M", "31/12/2025 24:00", nil),
        ("%d/%m/%Y %H:%M", "31/12/2025 9:05", "2025-12-31 32700"), ("%d/%m/%Y %H:%M", "31/12/2025 23:60", nil),
        ("%Y-%m-%dT%H:%M:%S%z", "2019-06-30T23:05:00+00:00", "2019-06-30 83100"),
        ("%Y-%m-%dT%H:%M:%S%z", "2019-06-30T23:05:00Z", "2019-06-30 83100"),
        ("%Y-%m-%dT%H:%M:%S%z", "2019-06-30T23:05:00-0130", "2019-07-01 2100"),
        ("%Y-%m-%dT%H:%M:%S%z", "2019-06-30T23:05:00", nil), ("%Y-%m-%dT%H:%M:%S%z", "2019-06-30T23:05:00+0", nil),
        ("%Y-%m-%d %H:%M:%S", "2019-06-30 23:05:59", "2019-06-30 83159"),
        ("%Y-%b-%d", "2024-Feb-03", "2024-02-03 0"), ("%Y-%b-%d", "2024-SEP-30", "2024-09-30 0"),
        ("%Y-%b-%d", "2024-Foo-03", nil), ("%Y-%b-%d", "2024-Fe", nil),
        ("%b-%y", "Apr-25", "2025-04-01 0"), ("%b-%y", "Apr-2025", nil), ("%b-%y", "25-Apr", nil),
        ("%Y%m%d%H%M", "202412311805", "2024-12-31 65100"), ("%Y%m%d", "20241231", "2024-12-31 0"),
        ("%Y-%m", "2026-04", "2026-04-01 0"), ("%H:%M", "07:30", "1970-01-01 27000"),
    ]

    @Test(arguments: dates)
    func `dates are read by their format`(format: String, text: String, expected: String?) {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let reader = DateReader(
            PolicePlan.dateFormat(format), today: CivilDate("2026-06-30")!, calendar: Calendar(arena: arena),
            arena: arena)
        let bytes = Array(text.utf8)
        let time = reader.read(arena.flat(bytes + [UInt8](repeating: 0, count: 32)), 0, bytes.count)
        #expect(time.map { "\(CivilDate(dayNumber: Int($0.day))) \($0.second)" } == expected)
        if let time {
            let date = CivilDate(dayNumber: Int(time.day))
            #expect(Int(time.month) == date.month.index)
            #expect(Int(time.dayOfMonth) == date.parts.day)
        }
    }

    @Test func `every day of the calendar is itself again`() {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let calendar = Calendar(arena: arena)
        for number in stride(from: CivilDate("1795-01-01")!.dayNumber, to: CivilDate("2205-01-01")!.dayNumber, by: 13) {
            let (year, month, day) = CivilDate(dayNumber: number).parts
            #expect(calendar.dayNumber(year: year, month: month, day: day) == number)
        }
        #expect(calendar.dayNumber(year: 2200, month: 12, day: 31) == CivilDate("2200-12-31")!.dayNumber)
        #expect(calendar.dayNumber(year: 2200, month: 12, day: 32) == nil)
    }

    @Test func `the first value that fits chooses the format of its column`() throws {
        let text = SmallPlan.header + "a,soon,M,20\nb,01/02/2026,M,20\nc,2026-02-01,M,20\nd,03/02/2026,M,20\n"
        let result = try ingest(text, SmallPlan().plan)
        #expect(result.finding(.typeMismatch)?.rows == [2, 4])
        #expect(result.report.assumptions?.dateFormats == [.init(field: "Day", format: "%d/%m/%Y")])
    }

    // MARK: - Numbers

    @Test(
        arguments: [
            ("0", 0), ("12", 12), ("+7", 7), ("-3", -3), ("007", 7), ("10.0", nil), ("", nil), ("-", nil), ("1 2", nil),
            ("999999999999999999", 999_999_999_999_999_999), ("1000000000000000000", nil), ("1,0", nil), ("１", nil),
        ] as [(String, Int?)])
    func `whole numbers`(text: String, value: Int?) {
        let arena = Arena()
        let bytes = Array(text.utf8)
        #expect(NumberReader.integer(arena.flat(bytes), 0, bytes.count) == value)
        withExtendedLifetime(arena) {}
    }

    @Test(
        arguments: [
            ("0", 0), ("10.0", 10_000), ("1.2345", 1235), ("-1.2345", -1235), ("1.2344", 1234), (".5", 500),
            ("5.", 5000),
            ("1.9999", 2000), ("-0.0005", -1), ("1.2.3", nil), (".", nil), ("1e3", nil), ("NaN", nil), ("", nil),
            ("999999999999999", 999_999_999_999_999_000), ("1000000000000000", nil),
        ] as [(String, Int?)])
    func `decimal numbers in thousandths`(text: String, value: Int?) {
        let arena = Arena()
        let bytes = Array(text.utf8)
        #expect(NumberReader.thousandths(arena.flat(bytes), 0, bytes.count) == value)
        withExtendedLifetime(arena) {}
    }

    // MARK: - Tables

    @Test(arguments: [true, false])
    func `codes are found by their bytes and nothing else is`(ignoresCase: Bool) {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        var random = SplitMix64(seed: 3)
        let alphabet = Array("aAbBzZ@[`{é ".utf8)
        var texts: [[UInt8]] = [[]]
        for _ in 0..<300 {
            texts.append(
                (0..<Int.random(in: 1...20, using: &random)).map { _ in alphabet.randomElement(using: &random)! })
        }
        let index = CodeIndex(texts, ignoresCase: ignoresCase, arena: arena)
        func fold(_ text: [UInt8]) -> [UInt8] { ignoresCase ? text.map { $0 >= 65 && $0 <= 90 ? $0 + 32 : $0 } : text }
        for round in 0..<2000 {
            let text =
                round < texts.count
                ? texts[round]
                : (0..<Int.random(in: 0...20, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
            let expected = texts.firstIndex { fold($0) == fold(text) } ?? -1
            // Bytes of the next cell follow in the buffer.
            let flat = arena.flat(text + Array("trailing bytes".utf8))
            #expect(index.find(flat, 0, text.count) == expected)
        }
    }

    @Test func `a pattern matches the whole cell`() {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let matcher = PatternMatcher(PolicePlan.fixedPattern("E01######"), arena: arena)
        for (text, matches) in [
            ("E01999999", true), ("E01000111", true), ("E0199999", false), ("E019999990", false), ("e01999999", false),
            ("", false), ("E02999999", false),
        ] {
            let bytes = Array(text.utf8)
            #expect(matcher.matches(arena.flat(bytes), 0, bytes.count) == matches)
        }
    }

    // MARK: - Findings

    struct Case: CustomTestStringConvertible, Sendable {
        var row: String
        var code: FindingCode
        var column: String?
        var rule: String
        var severity: Severity
        var change: @Sendable (inout DatasetPlan, inout FormatPlan) -> Void = { _, _ in }
        var testDescription: String { "\(code.rawValue) \(rule)" }
    }

    static let cases: [Case] = [
        Case(row: "b,,M,20", code: .valueMissing, column: "Day", rule: FindingRule.required, severity: .error) { d, _ in
            d.fields[1].isRequired = true
        },
        // Blanks are part of a quoted text, but no value.
        Case(
            row: "\" \",2026-01-31,M,20", code: .valueMissing, column: "Id", rule: FindingRule.required,
            severity: .error
        ) { d, _ in d.fields[0].isRequired = true },
        Case(row: "NA,2026-01-31,M,20", code: .keyMissing, column: "Id", rule: FindingRule.primaryKey, severity: .error)
        {
            d, _ in d.primaryKey = [0]
        },
        Case(row: "b,2026-02-30,M,20", code: .typeMismatch, column: "Day", rule: FindingRule.type, severity: .error),
        Case(row: "b,2026-01-31,M,x", code: .typeMismatch, column: "Age", rule: FindingRule.type, severity: .error),
        Case(row: "b,2026-01-31,M,10.5", code: .typeMismatch, column: "Age", rule: FindingRule.type, severity: .error),
        Case(row: "b,2026-01-31,m,20", code: .codeUnknown, column: "Sex", rule: FindingRule.codes, severity: .error),
        Case(
            row: "b,2026-01-31,m,20", code: .codeUnknown, column: "Sex", rule: FindingRule.enumeration, severity: .error
        ) {
            _, p in p.codeTables[0].name = ""
        },
        Case(row: "b,2026-01-31,m,20", code: .codeUnknown, column: "Sex", rule: FindingRule.codes, severity: .warning) {
            d, _ in d.fields[2].codesSeverity = .warning
        },
        Case(row: "b,2026-01-31,m,20", code: .areaUnknown, column: "Sex", rule: FindingRule.area, severity: .warning) {
            d, p in
            d.fields[2].codesSeverity = .warning
            p.dimensions[1].id = "area"
        },
        Case(
            row: "b,2026-01-31,F,20", code: .codeNotInForce, column: "Sex", rule: FindingRule.codes, severity: .warning
        ) {
            _, p in p.codeTables[0].entries[1].validTo = CivilDate("2026-01-30")
        },
        Case(
            row: "b,2026-01-31,F,20", code: .codeNotInForce, column: "Sex", rule: FindingRule.codes, severity: .warning
        ) {
            _, p in p.codeTables[0].entries[1].validFrom = CivilDate("2026-02-01")
        },
        Case(
            row: "b,2026-01-31,M,20", code: .patternMismatch, column: "Id", rule: FindingRule.pattern, severity: .error
        ) {
            d, p in
            d.fields[0].pattern = 0
            p.patterns[0] = PolicePlan.fixedPattern("a")
        },
        Case(
            row: "b,2026-01-31,M,20", code: .checkDigitWrong, column: "Id", rule: FindingRule.check, severity: .warning
        ) {
            d, _ in
            d.fields[0].missingValues = ["a"]
            d.fields[0].check = .upn
            d.fields[0].checkSeverity = .warning
        },
        Case(row: "b,2026-01-31,M,20", code: .checkDigitWrong, column: "Id", rule: FindingRule.check, severity: .error)
        {
            d, _ in
            d.fields[0].missingValues = ["a"]
            d.fields[0].check = .crn
        },
        Case(
            row: "9999999999,2026-01-31,M,20", code: .placeholder, column: "Id", rule: FindingRule.check,
            severity: .warning
        ) { d, _ in
            d.fields[0].missingValues = ["a"]
            d.fields[0].check = .nhsNumber
        },
        Case(row: "b,2026-01-31,M,-1", code: .belowMinimum, column: "Age", rule: FindingRule.minimum, severity: .error)
        {
            d, _ in d.fields[3].minimum = 0
        },
        Case(row: "b,2026-01-31,M,121", code: .aboveMaximum, column: "Age", rule: FindingRule.maximum, severity: .error)
        {
            d, _ in d.fields[3].maximum = 120
        },
        Case(row: "b,2025-12-31,M,1", code: .belowMinimum, column: "Day", rule: FindingRule.minimum, severity: .error) {
            d, _ in d.fields[1].minimum = CivilDate("2026-01-01")!.dayNumber
        },
        Case(row: "éé,2026-01-31,M,1", code: .tooLong, column: "Id", rule: FindingRule.maxLength, severity: .error) {
            d, _ in d.fields[0].lengthMaximum = 1
        },
        Case(row: "é,2026-01-31,M,1", code: .tooShort, column: "Id", rule: FindingRule.minLength, severity: .error) {
            d, _ in
            d.fields[0].lengthMinimum = 2
            d.fields[0].missingValues = ["a"]
        },
        Case(row: "a,2026-01-31,M,1", code: .notUnique, column: "Id", rule: FindingRule.unique, severity: .error) {
            d, _ in d.fields[0].isUnique = true
        },
        Case(row: "a,2026-02-01,M,20", code: .notUnique, column: "Id", rule: FindingRule.primaryKey, severity: .error) {
            d, _ in d.primaryKey = [0]
        },
        Case(row: "a,2026-01-31,F,20", code: .notUnique, column: nil, rule: FindingRule.primaryKey, severity: .error) {
            d, _ in d.primaryKey = [0, 1]
        },
        Case(
            row: "b,2026-07-01,M,20", code: .dateInFuture, column: "Day", rule: FindingRule.notInFuture,
            severity: .error
        ) {
            d, _ in d.fields[1].mayLieInFuture = false
        },
    ]

    @Test(arguments: cases)
    func `a bad row is one finding with its column, rule and row`(_ item: Case) throws {
        let result = try SmallPlan(item.change).judge(item.row)
        #expect(SmallPlan(item.change).plan.check() == [])
        let finding = try #require(result.report.findings.first)
        #expect(result.report.findings.count == 1)
        #expect(finding.code == item.code)
        #expect(finding.column == item.column)
        #expect(finding.rule == item.rule)
        #expect(finding.severity == item.severity)
        #expect(finding.rows == [3])
        #expect(finding.count == 1)
        #expect(!finding.message.isEmpty)
        #expect(result.report.rows.rejected == (item.severity == .error ? 1 : 0))
        #expect(result.records.count == (item.severity == .error ? 1 : 2))
        #expect(result.report.outcome == (item.severity == .error ? .acceptedWithRejections : .accepted))
    }

    /// Two moments and two numbers, compared.
    private static func rulePlan(
        _ comparison: RowRule.Comparison, _ left: FieldType, _ right: FieldType, severity: Severity = .error
    ) -> FormatPlan {
        SmallPlan { dataset, _ in
            for (index, type) in [(0, left), (3, right)] {
                dataset.fields[index].type = type
                dataset.fields[index].dateFormats =
                    switch type {
                    case .date: [PolicePlan.isoDate]
                    case .datetime: [PolicePlan.isoDateTime]
                    case .yearmonth: [PolicePlan.dateFormat("%Y-%m")]
                    default: []
                    }
            }
            dataset.rowRules = [RowRule(id: "order", left: 0, comparison: comparison, right: 3, severity: severity)]
            dataset.output.columns[2] = OutputColumn(dimension: 2, sources: [.constant(1)])
        }.plan
    }

    @Test(arguments: [
        (RowRule.Comparison.lessOrEqual, FieldType.date, FieldType.datetime, "2026-01-31", "2026-01-31T00:00:00", true),
        (.less, .date, .datetime, "2026-01-31", "2026-01-31T23:00:00", false),
        (.less, .datetime, .datetime, "2026-01-31T22:59:59", "2026-01-31T23:00:00", true),
        (.greaterOrEqual, .yearmonth, .date, "2026-01", "2026-01-31", true),
        (.greater, .yearmonth, .date, "2026-02", "2026-01-31", true),
        (.equal, .year, .date, "2026", "2026-01-31", true), (.notEqual, .year, .date, "2026", "2026-01-31", false),
        (.equal, .integer, .number, "2", "2.000", true), (.less, .integer, .number, "2", "1.999", false),
        (.less, .string, .string, "ab", "abc", true), (.greater, .string, .string, "b", "abc", true),
        (.equal, .string, .string, "a", "b", false), (.less, .integer, .integer, "9", "10", true),
        (.less, .integer, .integer, "", "1", true),
    ])
    func `a rule compares in the unit both fields have`(
        comparison: RowRule.Comparison, left: FieldType, right: FieldType, a: String, b: String, holds: Bool
    ) throws {
        let plan = Self.rulePlan(comparison, left, right)
        #expect(plan.check() == [])
        let result = try ingest(SmallPlan.header + "\(a),2026-01-31,M,\(b)\n", plan)
        #expect(result.records.count == (holds ? 1 : 0))
        #expect((result.finding(.ruleBroken) == nil) == holds)
        if !holds { #expect(result.finding(.ruleBroken)?.rule == "rules.order") }
    }

    @Test func `a rule of severity warning keeps the row`() throws {
        let result = try ingest(
            SmallPlan.header + "5,2026-01-31,M,4\n", Self.rulePlan(.less, .integer, .integer, severity: .warning))
        #expect(result.records.count == 1)
        #expect(result.finding(.ruleBroken)?.severity == .warning)
    }

    @Test func `of codes with the same text the one in force is taken`() throws {
        let plan = SmallPlan { _, plan in
            plan.codeTables[0].entries = [
                .init(text: "X", validFrom: nil, validTo: CivilDate("2026-01-31")),
                .init(text: "X", validFrom: CivilDate("2026-02-01"), validTo: nil),
            ]
        }.plan
        let result = try ingest(SmallPlan.header + "a,2026-01-31,X,20\nb,2026-02-01,X,20\n", plan)
        #expect(result.records.map { $0[1] } == [1, 2])
        #expect(result.report.findings == [])
    }

    @Test func `findings are grouped, with the first rows, the worst and most frequent first`() throws {
        var text = SmallPlan.header
        for row in 0..<30 { text += "a,2026-01-31,\(row % 2 == 0 ? "?" : "M"),\(row % 3 == 0 ? "old" : "20")\n" }
        let plan = SmallPlan { dataset, _ in dataset.fields[2].codesSeverity = .warning }.plan
        let findings = try ingest(text, plan).report.findings
        #expect(findings.map(\.code) == [.typeMismatch, .codeUnknown])
        #expect(findings[0].count == 10)
        #expect(findings[1].count == 15)
        #expect(findings[1].rows == [2, 4, 6, 8, 10, 12, 14, 16, 18, 20])
        #expect(findings[1].columnNumber == 3)
    }

    @Test func `findings beyond the limit are cut, the least severe first`() throws {
        let plan = SmallPlan { _, plan in plan.limits.findingLimit = 2 }.plan
        let result = try ingest("Id,Day,Sex,Age,p,q,r\na,2026-01-31,M,20,,,\na,2026-01-31,?,20,,,\n", plan)
        #expect(result.codes == [.codeUnknown, .columnUnknown])
        #expect(result.report.findingsCut)
    }

    @Test func `more rejected rows than tolerated reject the file, with both figures`() throws {
        let plan = SmallPlan { dataset, _ in dataset.toleranceRowsPerMillion = 250_000 }.plan
        let good = "a,2026-01-31,M,20\n"
        let bad = "a,2026-01-31,?,20\n"
        #expect(try ingest(SmallPlan.header + good + good + good + bad, plan).report.outcome == .acceptedWithRejections)
        let result = try ingest(SmallPlan.header + good + good + bad + bad, plan)
        #expect(result.finding(.toleranceExceeded)?.arguments == [2, 4])
        #expect(result.report.outcome == .rejected)
    }

    @Test func `no value of a record reaches a finding`() throws {
        let secret = "Zelda Quill"
        var plan = PolicePlan.plan()
        plan.datasets[0].toleranceRowsPerMillion = 0
        let cells = [String](repeating: secret, count: 16).joined(separator: ",")
        let result = try ingest(PolicePlan.header + "," + secret + "\n" + cells + "," + secret + "\n", plan)
        #expect(result.report.findings.count > 8)
        for finding in result.report.findings {
            #expect(!"\(finding)".contains("Zelda"))
        }
        #expect(!"\(result.report)".contains("Zelda"))
    }
}
