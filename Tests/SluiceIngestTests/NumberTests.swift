import SluiceModel
import SluiceTestSupport
import Testing

@testable import SluiceIngest

/// A decimal number as a sign and a list of digits, by school arithmetic: what the worker's own is compared with.
private struct PlainDecimal {
    var isNegative: Bool
    /// The number is `0.d₀d₁d₂… × 10^place`; no zeros at either end, empty for zero.
    var digits: [Int]
    var place: Int

    /// `text` has digits, at most one point, and perhaps a sign and an exponent.
    init(_ text: String) {
        var rest = Substring(text)
        isNegative = rest.first == "-"
        if let first = rest.first, "+-".contains(first) { rest.removeFirst() }
        let halves = rest.split(whereSeparator: { "eE".contains($0) })
        let parts = halves[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        digits = (String(parts[0]) + fraction).map { Int(String($0))! }
        place = parts[0].count + (halves.count > 1 ? Int(halves[1])! : 0)
        while digits.first == 0 {
            digits.removeFirst()
            place -= 1
        }
        while digits.last == 0 { digits.removeLast() }
        if digits.isEmpty { (isNegative, place) = (false, 0) }
    }

    func compare(_ other: PlainDecimal) -> Int {
        func sign(_ number: PlainDecimal) -> Int { number.digits.isEmpty ? 0 : number.isNegative ? -1 : 1 }
        if sign(self) != sign(other) { return sign(self) < sign(other) ? -1 : 1 }
        if sign(self) == 0 { return 0 }
        var order = 0
        if place != other.place {
            order = place < other.place ? -1 : 1
        } else {
            for index in 0..<max(digits.count, other.digits.count) where order == 0 {
                let own = index < digits.count ? digits[index] : 0
                let its = index < other.digits.count ? other.digits[index] : 0
                order = (own - its).signum()
            }
        }
        return order * sign(self)
    }

    /// Halves away from zero; nil from 10^15 on.
    var thousandths: Int? {
        guard place <= 15 else { return nil }
        guard place >= -3 else { return 0 }
        var value = 0
        for index in 0..<place + 3 { value = value * 10 + (index < digits.count ? digits[index] : 0) }
        if place + 3 < digits.count, digits[place + 3] >= 5 { value += 1 }
        return isNegative ? -value : value
    }
}

func withBytes<Result>(_ text: String, _ body: (Flat<UInt8>, Int, Int) -> Result) -> Result {
    let arena = Arena()
    defer { withExtendedLifetime(arena) {} }
    let bytes = Array(text.utf8)
    // Readers may look at the bytes behind a cell, and must not be led by them.
    return body(arena.flat(bytes + Array("9:1,\"}]e5".utf8) + [UInt8](repeating: 0x39, count: 64)), 0, bytes.count)
}

private func decimal(_ text: String, _ form: NumberForm = NumberForm()) -> DecimalNumber? {
    withBytes(text) { bytes, start, end in
        if case .finite(let number)? = NumberReader.number(bytes, start, end, form) { number } else { nil }
    }
}

@Suite struct NumberTests {
    private static func randomText(_ random: inout SplitMix64, digitLimit: Int) -> String {
        func digits(_ count: Int) -> String {
            (0..<count).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
        }
        let count = Int.random(in: 1...digitLimit, using: &random)
        let whole = Int.random(in: 0...count, using: &random)
        var text = ["", "", "-", "+"].randomElement(using: &random)! + digits(whole)
        if whole < count { text += "." + digits(count - whole) }
        if Int.random(in: 0..<3, using: &random) == 0 {
            text += ["e", "E"].randomElement(using: &random)! + ["", "-", "+"].randomElement(using: &random)!
            text += digits(1) + (Bool.random(using: &random) ? digits(1) : "")
        }
        return text
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `numbers are what school arithmetic makes of them`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<4000 {
            let text = Self.randomText(&random, digitLimit: 36)
            let plain = PlainDecimal(text)
            let number = try #require(decimal(text), "\(text)")
            #expect(!number.isCut)
            #expect(number.thousandths == plain.thousandths, "\(text)")
            // Against one like it, and against itself but for a digit.
            var near = Array(text.utf8)
            if let place = near.indices.filter({ near[$0] >= 0x30 && near[$0] <= 0x39 }).randomElement(using: &random) {
                near[place] = UInt8.random(in: 0x30...0x39, using: &random)
            }
            for other in [Self.randomText(&random, digitLimit: 36), String(decoding: near, as: UTF8.self)] {
                let its = try #require(decimal(other))
                #expect(number.compare(its) == plain.compare(PlainDecimal(other)), "\(text) \(other)")
                #expect((number.compare(its) == 0) == (number.canonical.isSame(as: its.canonical)), "\(text) \(other)")
            }
        }
    }

    @Test(arguments: [5, 6] as [UInt64])
    func `more digits than are kept still stand on the right side of a bound`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2000 {
            let text = Self.randomText(&random, digitLimit: 90)
            // A bound of the first 30 digits of the same number, so that only what is cut differs.
            var bound = ""
            var count = 0
            for character in text {
                if character.isNumber, !bound.lowercased().contains("e") { count += 1 }
                bound.append(character.isNumber && count > 30 && !bound.lowercased().contains("e") ? "0" : character)
            }
            let (number, limit) = (try #require(decimal(text)), try #require(decimal(bound)))
            #expect(number.compare(limit) == PlainDecimal(text).compare(PlainDecimal(bound)), "\(text) \(bound)")
            #expect(limit.compare(number) == -number.compare(limit))
        }
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `the short way reads what the long way reads`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let alphabet = Array("0123456789999000..--+eE, ")
        for _ in 0..<20_000 {
            let length = Int.random(in: 0...22, using: &random)
            let text = String((0..<length).map { _ in alphabet.randomElement(using: &random)! })
            withBytes(text) { bytes, start, end in
                if let short = NumberReader.thousandths(bytes, start, end) {
                    #expect(decimal(text)?.thousandths == short, "\(text)")
                }
                let whole = NumberForm(decimalMark: "")
                if let short = NumberReader.integer(bytes, start, end) {
                    #expect(decimal(text, whole)?.integer == short, "\(text)")
                } else if let long = decimal(text, whole)?.integer {
                    #expect(text.count > 18 && Int(text) == long, "\(text)")
                }
            }
        }
    }

    static let usual = NumberForm()
    static let continental = NumberForm(decimalMark: ",", groupMark: ".")
    static let british = NumberForm(groupMark: ",")
    static let money = NumberForm(groupMark: ",", isBare: false)

    struct Form: CustomTestStringConvertible, Sendable {
        var name: String
        var text: String
        var thousandths: Int?
        var testDescription: String { "\(name) \(text)" }
        var form: NumberForm {
            switch name {
            case "continental": continental
            case "british": british
            case "money": money
            case "long": NumberForm(decimalMark: " point ", groupMark: "''")
            case "narrow": NumberForm(groupMark: "\u{202F}")
            default: usual
            }
        }
        init(_ name: String, _ text: String, _ thousandths: Int?) {
            self.name = name
            self.text = text
            self.thousandths = thousandths
        }
    }

    @Test(arguments: [
        Form("usual", "1E5", 100_000_000), Form("usual", "1e-2", 10), Form("usual", "+1.5E+2", 150_000),
        Form("usual", "1E", nil), Form("usual", "E5", nil), Form("usual", "1E+", nil), Form("usual", "1E5.0", nil),
        Form("usual", "1 E5", nil), Form("usual", ".E5", nil), Form("usual", "1.E1", 10_000), Form("usual", "", nil),
        Form("usual", "+", nil), Form("usual", "--1", nil), Form("usual", "1-", nil), Form("usual", "0x10", nil),
        Form("usual", "1_000", nil), Form("usual", "１", nil), Form("usual", "1,000", nil), Form("usual", "£1", nil),
        Form("usual", "1E-999999999999999999999", 0), Form("usual", "0E999999999999999999999", 0),
        Form("british", "1,000", 1_000_000), Form("british", "1,000,000.5", 1_000_000_500),
        Form("british", "12,34,567", nil), Form("british", "1,5", nil), Form("british", ",100", nil),
        Form("british", "17,50", nil), Form("british", "12,3456", nil), Form("british", "1234,567", nil),
        Form("british", "1,234,56", nil), Form("british", "1,234567", nil), Form("british", "1,234,56.5", nil),
        Form("british", "999,999,999.999", 999_999_999_999), Form("british", "1,234.5,67", nil),
        Form("british", "100,", nil), Form("british", "1,,000", nil), Form("british", "1.000,5", nil),
        Form("british", "-1,000", -1_000_000), Form("british", "1000", 1_000_000),
        Form("continental", "1.234,5", 1_234_500), Form("continental", "1,5", 1500), Form("continental", "1.5", nil),
        Form("continental", "1.5,0", nil), Form("money", "£1,5", nil), Form("money", "1,50 EUR", nil),
        Form("continental", "1,234.5", nil), Form("continental", ",5", 500), Form("continental", "1,5E1", 15_000),
        Form("money", "£1,234.50", 1_234_500), Form("money", "EUR 95", 95_000), Form("money", "95%", 95_000),
        Form("money", "€95", 95_000), Form("money", "95 EUR", 95_000), Form("money", "-£5", -5000),
        Form("money", "£-5", -5000), Form("money", "- 5 kg", -5000), Form("money", "\u{2212}5", -5000),
        Form("money", "£.50", 500), Form("money", "5.", 5000), Form("money", "No. 5", 5000),
        Form("money", "5 of 10", nil), Form("money", "1 000", nil), Form("money", "£", nil), Form("money", "", nil),
        Form("money", "1E2x", 100_000), Form("money", "5e", 5000), Form("money", "+5", 5000),
        Form("long", "1 point 5", 1500), Form("long", "1''000 point 25", 1_000_250), Form("long", "1.5", nil),
        Form("narrow", "12\u{202F}345", 12_345_000), Form("narrow", "12 345", nil),
    ])
    func `a number in the form its field has`(_ item: Form) {
        #expect(decimal(item.text, item.form)?.thousandths == item.thousandths)
    }

    @Test(arguments: ["NaN", "nan", "NAN"])
    func `not a number is one`(text: String) {
        withBytes(text) { bytes, start, end in
            guard case .notANumber? = NumberReader.number(bytes, start, end, Self.usual) else {
                Issue.record("read otherwise")
                return
            }
        }
    }

    @Test(arguments: [("INF", false), ("-inf", true), ("Inf", false)])
    func `infinity is a number`(text: String, isNegative: Bool) {
        withBytes(text) { bytes, start, end in
            guard case .infinite(isNegative)? = NumberReader.number(bytes, start, end, Self.usual) else {
                Issue.record("read otherwise")
                return
            }
            #expect(NumberReader.number(bytes, start, end, NumberForm(decimalMark: "")) == nil)
        }
    }

    @Test(arguments: ["+INF", "Infinity", "-NaN", "sNaN", "IN", "INFx", "--INF"])
    func `other words are no numbers`(text: String) {
        withBytes(text) { bytes, start, end in
            #expect(NumberReader.number(bytes, start, end, Self.usual) == nil)
        }
    }

    // MARK: - Bounds

    /// Ages are numbers here, between the bounds.
    private func judged(
        _ cells: [String], _ type: FieldType = .number, _ change: @escaping (inout FieldPlan) -> Void
    ) throws -> Result {
        let plan = SmallPlan { dataset, _ in
            dataset.fields[3].type = type
            if type != .number, type != .integer { dataset.output.columns[2].sources = [.constant(1)] }
            change(&dataset.fields[3])
        }.plan
        #expect(plan.check() == [])
        // Quoted, since some numbers hold commas.
        return try ingest(SmallPlan.header + cells.map { "a,2026-01-31,M,\"\($0)\"\n" }.joined(), plan)
    }

    @Test(arguments: [false, true])
    func `bounds of a number are exact`(isExclusive: Bool) throws {
        let cells = [
            "0.1", "0.10000", "0.09999999999999999999999999", "0.1000000000000000000000000000000000000000000001",
            "1E-1", "0.2", "0.2000000000000000000000000000000000000000000000000001", "0.15", "0.1999999999999999999999",
            "NaN", "INF", "-INF", "1E400", "-1E400", "2E-1",
        ]
        let result = try judged(cells) { field in
            field.numberMinimum = ExactDecimal(digits: 1, exponent: -1)
            field.numberMaximum = ExactDecimal(digits: 2000, exponent: -4)
            field.isMinimumExclusive = isExclusive
            field.isMaximumExclusive = isExclusive
        }
        let below = try #require(result.finding(.belowMinimum))
        let above = try #require(result.finding(.aboveMaximum))
        #expect(below.rule == (isExclusive ? FindingRule.exclusiveMinimum : FindingRule.minimum))
        #expect(above.rule == (isExclusive ? FindingRule.exclusiveMaximum : FindingRule.maximum))
        #expect(below.rows == (isExclusive ? [2, 3, 4, 6, 11, 13, 15] : [4, 11, 13, 15]))
        #expect(above.rows == (isExclusive ? [7, 8, 12, 14, 16] : [8, 12, 14]))
        #expect(result.finding(.typeMismatch) == nil)
    }

    @Test func `numbers without a slot are of the type, and nothing is made of them`() throws {
        let result = try judged(["NaN", "INF", "1E30", "20"]) { _ in }
        #expect(result.report.findings == [])
        #expect(result.records.map { $0[2] } == [0, 0, 0, 0])
        let whole = try judged(["9223372036854775807", "9223372036854775808", "-99999999999999999999", "20"], .integer)
        {
            $0.minimum = 0
            $0.maximum = 120
        }
        #expect(whole.finding(.typeMismatch) == nil)
        #expect(whole.finding(.aboveMaximum)?.rows == [2, 3])
        #expect(whole.finding(.belowMinimum)?.rows == [4])
    }

    @Test func `an exclusive bound of a whole number leaves out the bound alone`() throws {
        let result = try judged(["0", "1", "119", "120", "-1", "121"], .integer) {
            $0.minimum = 0
            $0.maximum = 120
            $0.isMinimumExclusive = true
            $0.isMaximumExclusive = true
        }
        #expect(result.finding(.belowMinimum)?.rows == [2, 6])
        #expect(result.finding(.belowMinimum)?.rule == FindingRule.exclusiveMinimum)
        #expect(result.finding(.aboveMaximum)?.rows == [5, 7])
        #expect(result.finding(.aboveMaximum)?.rule == FindingRule.exclusiveMaximum)
    }

    @Test func `bounds of a whole number that no slot holds are exact`() throws {
        let result = try judged(["18446744073709551615", "18446744073709551616", "-1", "0"], .integer) {
            $0.numberMinimum = ExactDecimal(digits: 0, exponent: 0)
            $0.numberMaximum = ExactDecimal(digits: Int128(UInt64.max), exponent: 0)
        }
        #expect(result.finding(.aboveMaximum)?.rows == [3])
        #expect(result.finding(.belowMinimum)?.rows == [4])
        #expect(result.report.rows.accepted == 2)
    }

    @Test func `whole numbers in groups and with text round them`() throws {
        let cells = ["0,010", "£20", "about 15 years", "5.0", "0,010,", "x", "30 to 40", "1,0", "1,5", "12,3456"]
        let result = try judged(cells, .integer) {
            $0.groupMark = ","
            $0.isBareNumber = false
        }
        #expect(result.records.map { $0[2] } == [1, 2, 1, 1, 1])
        #expect(result.finding(.typeMismatch)?.rows == [7, 8, 9, 10, 11])
    }

    @Test func `an empty count is a mistake where markers stand for numbers, unless the list has it`() throws {
        func result(_ missing: [String]) throws -> Result {
            let plan = SmallPlan { dataset, _ in
                dataset.output.kind = .counts(countField: 3)
                dataset.output.columns.removeLast()
                dataset.fields[3].missingValues = missing
            }.plan
            let cells = ["12", "", "c", "\"\"", "\" \"", "\u{A0}"]
            return try ingest(SmallPlan.header + cells.map { "a,2026-01-31,M,\($0)\n" }.joined(), plan)
        }
        let strict = try result(["c"])
        #expect(strict.finding(.valueMissing)?.rows == [3, 5, 6, 7])
        #expect(strict.finding(.valueMissing)?.rule == FindingRule.missingValues)
        #expect(strict.finding(.valueMissing)?.severity == .error)
        #expect(strict.finding(.valueMissing)?.message.contains("\"c\"") == true)
        #expect(strict.report.rows.accepted == 2)
        #expect(try result(["", "c"]).report.findings == [])
    }

    // MARK: - Allowed values

    @Test func `a number must be one of those allowed, to the last digit`() throws {
        let cells = ["1.5", "1.50", "15E-1", "1.5004", "1.4999", "2", "2.0000000001", "NaN", "1E30", "3"]
        let result = try judged(cells) { $0.allowedSlots = [1500, 2000] }
        let finding = try #require(result.finding(.codeUnknown))
        #expect(finding.rule == FindingRule.enumeration)
        #expect(finding.rows == [5, 6, 8, 9, 10, 11])
        #expect(finding.severity == .error)
        #expect(result.report.rows.accepted == 4)
    }

    @Test func `whole numbers that no slot holds are allowed to the last digit`() throws {
        let cells = ["9223372036854775808", "1", "9223372036854775807", "9223372036854775809"]
        let result = try judged(cells, .integer) {
            $0.allowedNumbers = [
                ExactDecimal(digits: 1, exponent: 0), ExactDecimal(digits: Int128(Int.max) + 1, exponent: 0),
            ]
        }
        #expect(result.finding(.codeUnknown)?.rows == [4, 5])
        #expect(result.finding(.codeUnknown)?.rule == FindingRule.enumeration)
        #expect(result.report.rows.accepted == 2)
    }

    @Test func `values of other types must be among those allowed`() throws {
        let whole = try judged(["1", "+2", "02", "3", "99999999999999999999", "x"], .integer) {
            $0.allowedSlots = [1, 2]
        }
        #expect(whole.finding(.codeUnknown)?.rows == [5, 6])
        #expect(whole.finding(.typeMismatch)?.rows == [7])
        let years = try judged(["2025", "2026", "2027"], .year) { $0.allowedSlots = [2025, 2027] }
        #expect(years.finding(.codeUnknown)?.rows == [3])
        let days = try judged(["2026-01-31", "31/01/2026", "2026-02-01"], .date) {
            $0.dateFormats = [PolicePlan.isoDate]
            $0.allowedSlots = [CivilDate("2026-01-31")!.dayNumber]
        }
        #expect(days.finding(.codeUnknown)?.rows == [4])
        #expect(days.finding(.typeMismatch)?.rows == [3])
        let flags = try judged(["Y", "N"], .boolean) {
            ($0.trueValues, $0.falseValues) = (["Y"], ["N"])
            $0.allowedSlots = [1]
        }
        #expect(flags.codes == [.codeUnknown])
        #expect(flags.finding(.codeUnknown)?.rows == [3])
    }

    // MARK: - Times

    @Test(arguments: [
        ("2024-01-26T15:00:00", true), ("2024-01-26T15:00:00.300-05:00", true), ("2024-01-26T15:00:00Z", true),
        ("2024-01-26T15:00:00.3", true), ("2024-01-26T15:00:00.123456789123456789123456789Z", true),
        ("2024-01-26T15:00:00.", false), ("2024-01-26T15:00:00.Z", false), ("2024-01-26T15:00", false),
        ("2024-01-26T15:00:00,3", false), ("2024-01-26 15:00:00", false), ("2024-01-26T15:00:00+01", false),
        ("2024-01-26", false),
    ])
    func `a datetime without a notation is written as XML Schema has it`(text: String, isRead: Bool) throws {
        let format = try #require(DateFormat.standard(for: .datetime))
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let reader = DateReader(
            format, today: CivilDate("2026-06-30")!, calendar: Calendar(arena: arena), arena: arena)
        let time = withBytes(text) { bytes, start, end in reader.read(bytes, start, end) }
        #expect((time != nil) == isRead)
        if let time { #expect(time.second == (text.hasSuffix("-05:00") ? 20 : 15) * 3600) }
    }

    @Test(arguments: [
        ("2024-02-28T24:00:00", "2024-02-29"), ("2023-12-31T24:00:00.000Z", "2024-01-01"),
        ("2024-01-31T24:00:00-05:00", "2024-02-01"), ("2024-02-28T24:00:01", nil), ("2024-02-28T24:01:00", nil),
        ("2024-02-28T24:00:00.001", nil), ("2024-02-28T25:00:00", nil), ("2024-02-30T24:00:00", nil),
        ("9999-12-31T24:00:00", nil),
    ])
    func `hour 24 of a datetime without a notation is the next day's midnight`(text: String, day: String?) throws {
        let time = read(text, try #require(DateFormat.standard(for: .datetime)))
        #expect(time.map { CivilDate(dayNumber: Int($0.day)).description } == day)
        if let time {
            // Five hours west of the clocks that are read by.
            #expect(time.second == (text.hasSuffix("-05:00") ? 5 * 3600 : 0))
            #expect(Int(time.month) == CivilDate(dayNumber: Int(time.day)).month.index)
            #expect(Int(time.dayOfMonth) == CivilDate(dayNumber: Int(time.day)).parts.day)
        }
    }

    @Test func `hour 24 is none of a time or of a notation`() throws {
        #expect(read("24:00:00", try #require(DateFormat.standard(for: .time))) == nil)
        #expect(read("2024-02-28 24:00:00Z", PolicePlan.dateFormat("%Y-%m-%d %H:%M:%S%z")) == nil)
    }

    @Test(arguments: [
        ("+00:00", true), ("-14:00", true), ("+14:00", true), ("+0530", true), ("+14:01", false), ("-15:00", false),
        ("+25:00", false), ("+01:60", false), ("+99:99", false),
    ])
    func `a zone is at most fourteen hours away`(zone: String, isRead: Bool) throws {
        let standard = try #require(DateFormat.standard(for: .datetime))
        #expect((read("2024-01-26T15:00:00" + zone, standard) != nil) == isRead)
        #expect((read("2024-01-26 15:00" + zone, PolicePlan.dateFormat("%Y-%m-%d %H:%M%z")) != nil) == isRead)
    }

    @Test(arguments: [
        (false, "2026-01-31T10:00:00.5", [FindingCode.aboveMaximum]), (false, "2026-01-31T10:00:00.0", []),
        (false, "2026-01-31T09:59:59.9", []), (true, "2026-01-31T10:00:00", [.aboveMaximum]),
        (true, "2026-01-31T09:59:59.9", []), (false, "2026-01-31T08:59:59.9", [.belowMinimum]),
        (false, "2026-01-31T09:00:00.1", []), (true, "2026-01-31T09:00:00.1", []),
        (true, "2026-01-31T09:00:00.000", [.belowMinimum]), (true, "2026-01-31T08:59:59.9", [.belowMinimum]),
        (true, "2026-01-31T10:00:00.1", [.aboveMaximum]),
    ])
    func `a fraction of a second counts at a bound`(isExclusive: Bool, text: String, codes: [FindingCode]) throws {
        let result = try judged([text], .datetime) {
            $0.dateFormats = [DateFormat.standard(for: .datetime)!]
            let midnight = CivilDate("2026-01-31")!.dayNumber * 86_400
            $0.minimum = midnight + 9 * 3600
            $0.maximum = midnight + 10 * 3600
            $0.isMinimumExclusive = isExclusive
            $0.isMaximumExclusive = isExclusive
        }
        #expect(result.report.findings.map(\.code).filter { [.aboveMaximum, .belowMinimum].contains($0) } == codes)
    }

    @Test func `a moment with a zone is held to its bounds as the instant that it is`() throws {
        let cells = [
            "2024-01-01T00:30:00+01:00", "2023-12-31T23:30:00Z", "2024-01-01T00:00:00Z", "2023-12-31T23:30:00-01:00",
        ]
        let result = try judged(cells, .datetime) {
            $0.dateFormats = [DateFormat.standard(for: .datetime)!]
            $0.minimum = CivilDate("2024-01-01")!.dayNumber * 86_400
        }
        #expect(result.codes == [.belowMinimum])
        #expect(result.finding(.belowMinimum)?.rows == [2, 3])
    }

    @Test(arguments: [
        (FieldType.time, "%H:%M:%S.%f", "10:00:00.5", "10:00:00.50", "10:00:00.25"),
        (.datetime, "%d.%m.%Y %H:%M:%S", "01.02.2026 10:00:00", "1.2.2026 10:00:00", "01.02.2026 10:00:01"),
        (.datetime, "%d.%m.%Y %H:%M:%S.%f", "01.02.2026 10:00:00.5", "1.2.2026 10:00:00.500", "1.2.2026 10:00:00.6"),
    ])
    func `times are doubles when they are the same to the fraction`(
        type: FieldType, format: String, first: String, same: String, other: String
    ) throws {
        let result = try judged([first, same, other], type) {
            $0.dateFormats = [PolicePlan.dateFormat(format)]
            $0.isUnique = true
        }
        #expect(result.finding(.notUnique)?.rows == [3])
    }

    private func read(_ text: String, _ format: DateFormat) -> CivilTime? {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let reader = DateReader(
            format, today: CivilDate("2026-06-30")!, calendar: Calendar(arena: arena), arena: arena)
        return withBytes(text) { bytes, start, end in reader.read(bytes, start, end) }
    }
}

extension DecimalNumber {
    fileprivate func isSame(as other: DecimalNumber) -> Bool {
        isNegative == other.isNegative && digits == other.digits && exponent == other.exponent && isCut == other.isCut
    }
}
