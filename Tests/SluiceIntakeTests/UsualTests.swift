import SluiceModel
import SluiceTestSupport
import Testing

@testable import SluiceIntake

@Suite struct UsualTests {
    @Test func `the bound itself is within it, on both sides`() {
        #expect(Usual.exceeded(by: 15, earlier: [10], percent: 50) == nil)
        #expect(Usual.exceeded(by: 16, earlier: [10], percent: 50) == 10)
        #expect(Usual.exceeded(by: 5, earlier: [10], percent: 50) == nil)
        #expect(Usual.exceeded(by: 4, earlier: [10], percent: 50) == 10)
    }

    @Test func `of an even number the mean of the two in the middle counts, exactly`() {
        #expect(Usual.exceeded(by: 15, earlier: [11, 10], percent: 50) == nil)
        #expect(Usual.exceeded(by: 16, earlier: [10, 11], percent: 50) == 11)
        #expect(Usual.exceeded(by: 16, earlier: [900, 10, 11, 1], percent: 50) == 11)
    }

    @Test func `nothing earlier is nothing to compare with, and after nothing anything is a change`() {
        #expect(Usual.exceeded(by: 7, earlier: [], percent: 1) == nil)
        #expect(Usual.exceeded(by: 0, earlier: [0, 0, 0], percent: 1) == nil)
        #expect(Usual.exceeded(by: 1, earlier: [0, 0, 0], percent: 10_000) == 0)
        #expect(Usual.exceeded(by: 0, earlier: [3], percent: 100) == nil)
        #expect(Usual.exceeded(by: 0, earlier: [3], percent: 99) == 3)
    }

    @Test(arguments: 0..<20)
    func `it is the median by the book`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<500 {
            let earlier = (0..<Int.random(in: 1...9, using: &random)).map { _ in Int.random(in: 0...40, using: &random)
            }
            let accepted = Int.random(in: 0...90, using: &random)
            let percent = Int.random(in: 1...200, using: &random)
            // The value that as many are above as below, by counting.
            let doubled = (0...80).filter { value in
                let below = earlier.count { 2 * $0 < value }
                let above = earlier.count { 2 * $0 > value }
                return below <= earlier.count / 2 && above <= earlier.count / 2
            }
            let median = Double(doubled.first! + doubled.last!) / 4
            let isExceeded = abs(Double(accepted) - median) * 100 > Double(percent) * median
            let found = Usual.exceeded(by: accepted, earlier: earlier, percent: percent)
            #expect((found != nil) == isExceeded)
            if let found { #expect(Double(found) == median.rounded(.up)) }
        }
    }

    @Test func `warnings stand before the notes`() {
        func finding(_ severity: Severity, _ count: Int = 1) -> Finding {
            Finding(rule: FindingRule.file, code: .suddenChange, severity: severity, count: count, message: "")
        }
        var findings = [finding(.error), finding(.warning), finding(.note)]
        findings.insert(warnings: [finding(.warning, 7)])
        #expect(findings.map(\.severity) == [.error, .warning, .warning, .note])
        #expect(findings[2].count == 7)
        findings = []
        findings.insert(warnings: [finding(.warning)])
        #expect(findings.count == 1)
    }
}

/// What a delivery is compared with: profiles made by hand. The bounds are those of decision 0021.
@Suite struct UsualMeasureTests {
    private static let dimensions = [
        DimensionPlan(id: "month", codeCount: 120_000, isMonth: true), DimensionPlan(id: "sex", codeCount: 4),
        DimensionPlan(id: "measure", codeCount: 4),
    ]

    private func plan(counts: Bool = false, unit: PeriodUnit = .month) -> FormatPlan {
        let day = FieldPlan(name: "Day", headers: ["day"], type: .date, privacy: .quasi)
        let sex = FieldPlan(name: "Sex", headers: ["sex"], type: .string, privacy: .quasi)
        let person = FieldPlan(name: "PNC", headers: ["pnc"], type: .string, privacy: .direct)
        let columns = [OutputColumn(dimension: 0, sources: [.month(field: 0)])]
        let dataset = DatasetPlan(
            id: "a", edition: "", encodings: [.utf8], delimiters: [0x2C], headerWithinRows: 20, ignoredHeaders: [],
            fields: [day, sex, person], rowRules: [], primaryKey: [],
            output: OutputPlan(
                kind: counts ? .counts(countField: 1) : .event("offence"), columns: columns,
                linkField: counts ? nil : 2, linkRecipe: counts ? "" : "pnc-id"),
            period: .field(0, unit: unit), toleranceRowsPerMillion: 0)
        return FormatPlan(
            plugin: "p", pluginVersion: "1", isHealth: false, today: CivilDate("2026-11-20")!, limits: DecodeLimits(),
            patientColumns: [], codeTables: [], patterns: [], dimensions: Self.dimensions, datasets: [dataset])
    }

    private func profile(
        _ rows: Int, filled: Int? = nil, entries: [String: Int] = [:], outside: Int? = nil, sum: Int? = nil,
        largest: Int? = nil
    ) -> DeliveryProfile {
        var profile = DeliveryProfile(
            rows: rows, filled: filled.map { ["Sex": $0] } ?? [:], records: rows, codes: [:], endsWithLineEnd: true)
        if !entries.isEmpty { profile.entries = ["Sex": entries] }
        profile.outside = outside
        if let sum { profile.sums = ["m": sum] }
        if let largest { profile.largest = ["m": largest] }
        return profile
    }

    private func delivery(_ period: String) -> Delivery {
        var random = SplitMix64(seed: 7)
        let at = Instant("2026-11-20T09:00:00Z")!
        return Delivery(
            id: DeliveryID(at: at, random: &random), authority: AuthorityID("police")!, plugin: "p", dataset: "a",
            nameHash: "", sha256: nil, bytes: 1, period: Period(period), status: .final(.accepted), receivedAt: at)
    }

    private static let months = ["2026-10", "2026-09", "2026-08", "2026-07", "2026-06"]

    private func judge(
        _ now: DeliveryProfile, _ earlier: [DeliveryProfile], plan: FormatPlan? = nil, period: String = "2026-11",
        periods: [String] = months
    ) -> Usual {
        Usual(
            now, plan: plan ?? self.plan(), datasetIndex: 0, period: Period(period),
            earlier: zip(periods, earlier).map { (delivery($0), $1) }, unusualPercent: 80)
    }

    private func codes(_ usual: Usual) -> [FindingCode] { usual.warnings.map(\.code) }

    @Test(arguments: [
        // A quarter and more, beyond chance, beyond what it ever moved by.
        (225, [225, 225, 225, 225, 225], false), (168, [225, 225, 225, 225, 225], true),
        (170, [225, 225, 225, 225, 225], false), (282, [225, 225, 225, 225, 225], true),
        (169, [225, 190, 260, 225, 225], false), (100, [225, 190, 260, 225, 225], true),
        // Half of a small number is chance.
        (10, [20, 20, 20], false), (30, [20, 20, 20], false), (2, [20, 20, 20], true),
        // Two deliveries are no usage.
        (1, [200, 200], false),
    ])
    func `rows are far from usual beyond a quarter, chance and their own scatter`(
        rows: Int, earlier: [Int], isFar: Bool
    ) {
        var usual = judge(profile(rows), earlier.map { profile($0) })
        usual.judgeRows(rows, same: earlier)
        #expect(codes(usual).contains(.suddenChange) == isFar)
    }

    @Test func `a table of counts that always had as many rows has as many`() {
        var usual = judge(profile(83), [profile(84), profile(84), profile(84)], plan: plan(counts: true))
        usual.judgeRows(83, same: [84, 84, 84])
        #expect(codes(usual) == [.suddenChange])
    }

    @Test func `a hold on rows asks for the bound alone`() {
        var usual = judge(profile(30), [profile(100), profile(100), profile(100)])
        usual.judgeRows(30, same: [100, 100, 100])
        #expect(usual.unusual.isEmpty)
        usual.judgeRows(19, same: [100, 100, 100])
        #expect(usual.unusual.map(\.key) == ["rows"])
    }

    @Test(arguments: [
        ("2026-11", false), ("2026-10", true), ("2026-05", true), ("2026-12", true), ("2025-11", true),
        ("2026-11/2026-12", false),
    ])
    func `a new period follows the latest that stands`(period: String, isTold: Bool) {
        var usual = judge(profile(10), [profile(10), profile(10)], period: period)
        usual.judgeTurn(Period(period), replaces: [])
        #expect(codes(usual).contains(.periodOutOfTurn) == isTold)
        // What replaces is told with its figures.
        var replacing = judge(profile(10), [profile(10), profile(10)], period: period)
        replacing.judgeTurn(Period(period), replaces: [delivery("2026-10").id])
        #expect(!codes(replacing).contains(.periodOutOfTurn))
    }

    @Test func `terms are as long as each other, months are not`() {
        let terms = ["2026-04/2026-08", "2026-01/2026-03", "2025-09/2025-12"]
        let three = [profile(90), profile(90), profile(90)]
        #expect(
            codes(judge(profile(90), three, plan: plan(unit: .term), period: "2026-09/2026-12", periods: terms)).isEmpty
        )
        #expect(
            codes(judge(profile(90), three, plan: plan(unit: .term), period: "2026-04/2026-12", periods: terms))
                == [.periodUnclear])
        #expect(codes(judge(profile(90), three, period: "2026-11/2026-12")) == [.periodUnclear])
    }

    @Test func `a column that always had a value has one, and one that never had has none`() {
        let always = [profile(50, filled: 50), profile(50, filled: 50), profile(50, filled: 50)]
        #expect(codes(judge(profile(50, filled: 50), always)).isEmpty)
        var missing = profile(50, filled: 49)
        missing.missingRows = ["Sex": 31]
        let gap = judge(missing, always)
        #expect(gap.warnings.first?.rows == [31])
        #expect(codes(gap) == [.columnEmptied])
        #expect(gap.warnings[0].message.contains("in this file 1 row has none"))
        // Of few rows nothing follows.
        #expect(codes(judge(profile(20, filled: 19), Array(repeating: profile(20, filled: 20), count: 4))).isEmpty)
        let never = [profile(50, filled: 0), profile(50, filled: 0), profile(50, filled: 0)]
        #expect(codes(judge(profile(50, filled: 1), never)) == [.shareChanged])
        // Filled with something in every row, of which half had none.
        let half = [profile(100, filled: 50), profile(100, filled: 52), profile(100, filled: 49)]
        #expect(codes(judge(profile(100, filled: 100), half)) == [.shareChanged])
        #expect(codes(judge(profile(100, filled: 10), half)) == [.columnEmptied])
        #expect(codes(judge(profile(100, filled: 58), half)).isEmpty)
    }

    @Test func `a code that each file had and that is gone is told, be it rare`() {
        let usual = Array(repeating: profile(200, entries: ["M": 150, "F": 40, "X": 10]), count: 3)
        #expect(codes(judge(profile(200, entries: ["M": 150, "F": 41, "X": 9]), usual)).isEmpty)
        #expect(codes(judge(profile(200, entries: ["M": 160, "F": 40]), usual)) == [.shareChanged])
        // Nine would have to be expected.
        #expect(codes(judge(profile(90, entries: ["M": 70, "F": 20]), usual)).isEmpty)
        #expect(codes(judge(profile(200, entries: ["M": 40, "F": 150, "X": 10]), usual)) == [.shareChanged])
    }

    @Test func `dates that moved away from the period are told`() {
        let usual = Array(repeating: profile(100, outside: 5), count: 3)
        #expect(codes(judge(profile(100, outside: 8), usual)).isEmpty)
        #expect(codes(judge(profile(100, outside: 100), usual)) == [.shareChanged])
    }

    @Test func `figures of a measure that are other than ever are told`() {
        let usual = Array(repeating: profile(40, sum: 400, largest: 30), count: 3)
        func found(_ sum: Int, _ largest: Int) -> [FindingCode] {
            codes(judge(profile(40, sum: sum, largest: largest), usual, plan: plan(counts: true)))
        }
        #expect(found(420, 35).isEmpty)
        #expect(found(4000, 300) == [.figuresChanged])
        #expect(found(0, 0) == [.figuresChanged])
        #expect(found(470, 100) == [.figuresChanged])
    }

    @Test func `one person in a quarter of all rows is a value that a program fills in`() {
        var now = profile(100)
        (now.linked, now.linkedToOne) = (80, 20)
        #expect(codes(judge(now, [])) == [.shareChanged])
        now.linkedToOne = 19
        #expect(codes(judge(now, [])).isEmpty)
    }

    @Test func `one code in as many of the last records as never, and not by chance, was filled down`() {
        var plan = plan()
        plan.datasets[0].output.columns.append(
            OutputColumn(dimension: 1, sources: [.lookup(field: 1, codes: [1, 2])]))
        func tail(_ count: Int, of share: Int = 50) -> DeliveryProfile {
            var profile = profile(100)
            (profile.codes, profile.tails) = (["sex": ["m": share, "f": 100 - share]], ["sex": count])
            profile.tailCodes = ["sex": "m"]
            return profile
        }
        let earlier = [tail(3), tail(1), tail(4)]
        let filled = judge(tail(20), earlier, plan: plan)
        #expect(codes(filled) == [.columnFilled])
        #expect(filled.warnings[0].column == "Sex")
        #expect(filled.warnings[0].message.contains("The last 20 records all have `m` as sex"))
        #expect(codes(judge(tail(19), earlier, plan: plan)).isEmpty)
        // Tables that are sorted by it always end so, and of a code that nine in ten have a run of twenty is nothing.
        #expect(codes(judge(tail(20), [tail(3), tail(10), tail(4)], plan: plan)).isEmpty)
        let often = Array(repeating: tail(4, of: 90), count: 3)
        #expect(codes(judge(tail(20, of: 90), often, plan: plan)).isEmpty)
        #expect(codes(judge(tail(100, of: 90), often, plan: plan)) == [.columnFilled])
        #expect(codes(judge(tail(20), [tail(3), tail(1)], plan: plan)).isEmpty)
    }

    @Test func `days without a row at an edge of the period are told where there never were as many`() {
        func days(_ atStart: Int, _ atEnd: Int, rows: Int = 100) -> DeliveryProfile {
            var profile = profile(rows)
            profile.emptyDays = ["Day": EmptyDays(atStart: atStart, atEnd: atEnd, of: 30)]
            return profile
        }
        let earlier = [days(1, 2), days(0, 1), days(1, 0)]
        let cut = judge(days(0, 8), earlier)
        #expect(codes(cut) == [.fileCutShort])
        #expect(
            cut.warnings[0].column == nil
                && cut.warnings[0].message.contains("a date of the last 8 days of 2026-11 in Day;"))
        #expect(
            judge(days(9, 0), earlier).warnings[0].message.contains("a date of the first 9 days of 2026-11 in Day;"))
        #expect(codes(judge(days(0, 4), earlier)).isEmpty)
        // Of few rows it may well be chance, and what comes every other month is nothing new.
        #expect(codes(judge(days(0, 8, rows: 20), earlier)).isEmpty)
        #expect(codes(judge(days(0, 8), [days(0, 6), days(0, 0), days(0, 0)])).isEmpty)
        // A snapshot is of its day, be it the last but seven.
        #expect(codes(judge(days(20, 9), [days(29, 0), days(29, 0), days(29, 0)])).isEmpty)
    }

    @Test func `what stands in a column that nobody reads and that was always empty is told at its row`() {
        var empty = profile(40)
        empty.empty = ["Sex"]
        var filled = profile(40)
        (filled.empty, filled.unreadRows) = ([], ["Sex": 7])
        let told = judge(filled, [empty, empty, empty])
        #expect(codes(told) == [.shareChanged])
        #expect(told.warnings[0].rows == [7] && told.warnings[0].column == "Sex")
        #expect(codes(judge(empty, [empty, empty, empty])).isEmpty)
        #expect(codes(judge(filled, [empty, filled, empty])).isEmpty)
        #expect(codes(judge(filled, [empty, empty])).isEmpty)
    }

    @Test func `a profile comes back as it was kept, and one of an earlier version has less`() throws {
        var kept = profile(40, filled: 30, entries: ["M": 3], outside: 2, sum: 9, largest: 4)
        (kept.ascending, kept.empty, kept.tails) = (["Day"], ["Sex"], ["sex": 12])
        kept.emptyDays = ["Day": EmptyDays(atStart: 1, atEnd: 2, of: 30)]
        #expect(DeliveryProfile(kept.json) == kept)
        let old = try JSON(
            reading: Array(#"{"rows":1,"filled":{},"records":1,"codes":{},"endsWithLineEnd":true}"#.utf8))
        #expect(DeliveryProfile(old)?.outside == nil)
        // What no other delivery is compared with is not kept.
        kept.linked = 5
        #expect(DeliveryProfile(kept.json)?.linked == 0)
    }
}
