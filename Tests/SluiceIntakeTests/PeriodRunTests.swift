import Glibc
import SluiceModel
import SluiceTestSupport
import Testing

@testable import SluiceIntake

/// The months that a file is of. The worked cases are those of decision 0020.
@Suite struct PeriodRunTests {
    /// `2026-06 200, 2026-07 210`: months and rows.
    private func spans(_ text: String) -> [PeriodSpan] {
        text.split(separator: ", ").map { part in
            let words = part.split(separator: " ")
            return PeriodSpan(period: Period(String(words[0]))!, rows: Int(words[1])!)
        }
    }

    private func plan(
        _ period: PeriodPlan = .field(0, unit: .month), counts: Bool = false, tolerance: Int = 50_000
    ) -> DatasetPlan {
        DatasetPlan(
            id: "a", edition: "", encodings: [.utf8], delimiters: [0x2C], headerWithinRows: 20, ignoredHeaders: [],
            fields: [], rowRules: [], primaryKey: [],
            output: OutputPlan(kind: counts ? .counts(countField: 0) : .event("offence"), columns: []), period: period,
            toleranceRowsPerMillion: tolerance)
    }

    private func context(
        today: String = "2026-08-10", cadence: PeriodUnit? = nil, keptFrom: String? = nil, standing: String = "",
        usualMonths: Int? = nil
    ) -> PeriodContext {
        var context = PeriodContext(
            today: CivilDate(today)!, cadence: cadence, keptFrom: keptFrom.flatMap { CivilMonth($0) })
        context.standing = spans(standing)
        context.usualMonths = usualMonths
        return context
    }

    @Test(arguments: [
        ("2026-05 200, 2026-07 210", nil, ["2026-06"]),
        ("2026-03 200, 2026-05 30, 2026-07 210", nil, ["2026-04", "2026-06"]),
        ("2026-02 90, 2026-05 90", nil, ["2026-03/2026-04"]), ("2026-05 200, 2026-06 1, 2026-07 210", nil, []),
        // Where events are few, months without one are common.
        ("2026-01 3, 2026-05 2, 2026-07 4", nil, []), ("2026-05 12, 2026-07 15", nil, []),
        // What stragglers leave empty is no gap.
        ("2026-03 1, 2026-06 200, 2026-07 210", "2026-06/2026-07", []), ("2026-07 210", nil, []),
    ])
    func `a month without a row among months with many is told`(_ text: String, only: String?, gaps: [String]) {
        let found = PeriodRun.gaps(spans(text), plan: plan(), context(), in: only.flatMap { Period($0) })
        #expect(found.map { "\($0)" } == gaps)
    }

    private func only(_ period: String) -> PeriodRun.Verdict { .only(Period(period)!) }

    @Test(arguments: [
        // One month, several months, a year: all of one run, however even.
        ("2026-07 1", PeriodRun.Verdict.whole), ("2026-07 5000", .whole), ("2026-06 200, 2026-07 210", .whole),
        ("2026-01 3, 2026-02 1, 2026-03 2, 2026-04 4", .whole), ("2026-06 40, 2026-07 20", .whole),
        // Few rows in all say nothing of a rate.
        ("2026-06 1, 2026-07 1", .whole), ("2026-06 1, 2026-07 8", .whole), ("2026-03 2, 2026-06 3", .whole),
        // A month that has only begun has fewer.
        ("2026-07 310, 2026-08 90", .whole), ("2026-07 31, 2026-08 3", .whole),
        // The zone's edge, a slip in a year, a slip in a month, several of them.
        ("2026-06 1, 2026-07 200", .only(Period("2026-07")!)),
        ("2016-09 1, 2026-07 40", .only(Period("2026-07")!)),
        ("2026-01 1, 2026-07 200", .only(Period("2026-07")!)),
        ("2025-12 1, 2026-02 1, 2026-07 300", .only(Period("2026-07")!)),
        ("2026-05 2, 2026-06 190, 2026-07 210", .only(Period("2026-06/2026-07")!)),
        ("2026-04 900, 2026-05 950, 2026-06 9", .only(Period("2026-04/2026-05")!)),
        // Two clusters, neither of them a straggler.
        ("2025-09 180, 2026-07 200", .unclear), ("2026-01 40, 2026-06 200", .unclear),
        // Months without an event are common where events are few.
        ("2026-01 3, 2026-05 2, 2026-07 4", .whole),
    ])
    func `without anything earlier it is told by the rows' own rate`(text: String, verdict: PeriodRun.Verdict) {
        #expect(PeriodRun.judge(spans(text), plan: plan(), context()) == verdict)
    }

    @Test func `rows of a month that another delivery holds do not take its place`() {
        func judge(_ text: String, _ standing: String) -> PeriodRun.Verdict {
            PeriodRun.judge(spans(text), plan: plan(), context(standing: standing))
        }
        #expect(judge("2026-06 1, 2026-07 2", "2026-06 2") == only("2026-07"))
        #expect(judge("2026-05 1, 2026-06 1, 2026-07 5", "2026-05 200, 2026-06 200") == only("2026-07"))
        #expect(judge("2026-06 200, 2026-07 2", "2026-07 180") == only("2026-06"))
        // As many as it had, or nearly: the month is meant.
        #expect(judge("2026-06 2, 2026-07 3", "2026-06 2") == .whole)
        #expect(judge("2026-06 50, 2026-07 60", "2026-06 200") == .whole)
        // A file that is of that month alone is no straggler: whether it takes too much away is another question.
        #expect(judge("2026-06 1", "2026-06 200") == .whole)
    }

    @Test func `a sender whose files always cover one month has stragglers sooner`() {
        func judge(_ text: String) -> PeriodRun.Verdict {
            PeriodRun.judge(spans(text), plan: plan(), context(usualMonths: 1))
        }
        #expect(judge("2026-06 1, 2026-07 4") == only("2026-07"))
        #expect(judge("2026-05 1, 2026-07 4") == only("2026-07"))
        // Two months caught up on.
        #expect(judge("2026-06 12, 2026-07 9") == .whole)
        #expect(judge("2026-06 1, 2026-07 1") == .whole)
    }

    @Test func `an agreed cadence is held to`() {
        func judge(_ text: String, _ cadence: PeriodUnit, _ period: PeriodPlan? = nil) -> PeriodRun.Verdict {
            PeriodRun.judge(
                spans(text), plan: plan(period ?? .field(0, unit: cadence)), context(cadence: cadence))
        }
        #expect(judge("2026-07 4", .month) == .whole)
        #expect(judge("2026-06 1, 2026-07 4", .month) == only("2026-07"))
        #expect(judge("2026-06 40, 2026-07 44", .month) == .offCadence(.month))
        #expect(judge("2026-06 1, 2026-07 1", .month) == .offCadence(.month))
        #expect(judge("2026-04 1, 2026-06 90", .quarter) == .whole)
        #expect(judge("2026-03 1, 2026-04 2, 2026-06 90", .quarter) == only("2026-04/2026-06"))
        let stated = PeriodPlan.fields(from: 0, to: 1)
        #expect(judge("2026-04/2026-06 90", .quarter, stated) == .whole)
        #expect(judge("2026-05/2026-07 90", .quarter, stated) == .offCadence(.quarter))
        #expect(judge("2026-04 90", .quarter, stated) == .offCadence(.quarter))
        // A quarter that has not ended is stated as far as it has come.
        #expect(judge("2026-07/2026-08 90", .quarter, stated) == .whole)
    }

    @Test func `periods that rows state belong together where they tile time`() {
        func judge(_ text: String, _ standing: String = "") -> PeriodRun.Verdict {
            PeriodRun.judge(spans(text), plan: plan(.fields(from: 0, to: 1)), context(standing: standing))
        }
        #expect(judge("2026-04 80") == .whole)
        #expect(judge("2026-04 80, 2026-05 90, 2026-06 70") == .whole)
        #expect(judge("2026-04 80, 2026-05 1") == only("2026-04"))
        #expect(judge("2025-04 1, 2026-04 80") == only("2026-04"))
        #expect(judge("2026-03/2026-04 1, 2026-04 80") == only("2026-04"))
        #expect(judge("2026-03/2026-04 40, 2026-04 80") == .unclear)
        #expect(judge("2026-01/2026-03 80, 2026-04/2026-06 90") == .whole)
        // Within it, whatever it says.
        #expect(judge("2026-01/2026-03 80, 2026-02 1") == .whole)
    }

    @Test func `a table of counts has as many rows for each month`() {
        func judge(_ text: String, tolerance: Int = 50_000) -> PeriodRun.Verdict {
            PeriodRun.judge(spans(text), plan: plan(counts: true, tolerance: tolerance), context())
        }
        #expect(judge("2026-05 6, 2026-06 6, 2026-07 6") == .whole)
        #expect(judge("2026-05 6, 2026-06 5, 2026-07 6") == .whole)
        #expect(judge("2026-04 1, 2026-05 6, 2026-06 6") == only("2026-05/2026-06"))
        #expect(judge("2026-05 6, 2026-06 6, 2026-07 1") == only("2026-05/2026-06"))
        // Where no row may be missing, none may be left out.
        #expect(judge("2026-04 1, 2026-05 6, 2026-06 6", tolerance: 0) == .unclear)
    }

    @Test func `what is past its retention is left out, unless it is most`() {
        func judge(_ text: String) -> PeriodRun.Verdict {
            PeriodRun.judge(spans(text), plan: plan(), context(keptFrom: "2019-08"))
        }
        #expect(judge("2019-07 20, 2019-08 30, 2019-09 25") == only("2019-08/2019-09"))
        #expect(judge("2019-08 30, 2019-09 25") == .whole)
        // All of it: a rule of disclosure refuses the file.
        #expect(judge("2019-06 30, 2019-07 25") == .whole)
        #expect(judge("2019-07 300, 2026-07 1") == .unclear)
    }

    @Test func `nothing to tell by is unclear`() {
        #expect(PeriodRun.judge([], plan: plan(), context()) == .unclear)
    }

    /// What is left is always one run of what was there, and holds most of it.
    @Test(arguments: 0..<300)
    func `what is kept holds two thirds of the rows and more`(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        var months: [PeriodSpan] = []
        var index = 24_100 + random.int(0...100)
        let scale = random.element(of: [1, 10, 200, 5000])
        for _ in 0..<random.int(1...30) {
            index += random.int(1...100) > 80 ? random.int(1...40) : 1
            let month = CivilMonth(index: index)!
            let rows = random.int(1...100) > 70 ? random.int(1...3) : random.int(1...scale)
            months.append(PeriodSpan(period: Period(first: month, last: month)!, rows: rows))
        }
        var context = context(today: "2035-01-01", usualMonths: random.element(of: [nil, 1, 3]))
        context.standing = months.filter { _ in random.int(1...4) == 1 }.map {
            PeriodSpan(period: $0.period, rows: random.int(0...scale))
        }
        let all = months.reduce(0) { $0 + $1.rows }
        switch PeriodRun.judge(months, plan: plan(), context) {
        case .whole, .unclear: break
        case .offCadence: Issue.record("there is no cadence")
        case .only(let period):
            let kept = months.filter { period.contains($0.period) }.reduce(0) { $0 + $1.rows }
            #expect(kept < all && kept * 3 >= all * 2)
            #expect(months.contains { $0.period.first == period.first })
            #expect(months.contains { $0.period.last == period.last })
        }
    }

    @Test func `so many months as can be told apart are judged`() {
        let months = (0..<PeriodSpan.limit).map { index in
            let month = CivilMonth(index: 20_000 + index)!
            return PeriodSpan(period: Period(first: month, last: month)!, rows: 1 + index % 3)
        }
        #expect(PeriodRun.judge(months, plan: plan(), context(today: "2030-01-01")) == .whole)
    }

    @Test(arguments: [0, 1, 2, 5, 17, 100], [0.01, 0.5, 3.0, 11.0, 80.0, 500.0])
    func `the probability is that of the sum of its terms`(count: Int, mean: Double) {
        var sum = 0.0
        for index in 0...count { sum += exp(Double(index) * log(mean) - mean - lgamma(Double(index) + 1)) }
        let found = exp(Poisson.logOfAtMost(count, mean: mean))
        if Double(count) >= mean {
            #expect(found == 1)
        } else {
            #expect(abs(found - sum) <= 1e-9 * max(sum, 1e-30) + 1e-300)
        }
    }

    @Test func `the message has the runs that the file seems to hold`() {
        #expect(spans("2016-09 1, 2026-07 20, 2026-08 11").runs == "2016-09 (1 row) and 2026-07/2026-08 (31 rows)")
        #expect(spans("2026-07 2").runs == "2026-07 (2 rows)")
        let many = (0..<1000).map { "\(1950 + $0 / 12)-\(padded($0 % 12 + 1, 2)) 1" }.filter { $0.contains("-03") }
        #expect(spans(many.joined(separator: ", ")).runs.hasSuffix("1955-03 (1 row) and more"))
    }
}
