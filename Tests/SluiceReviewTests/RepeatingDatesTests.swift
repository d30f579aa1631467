import SluiceModel
import SluiceReview
import SluiceStore
import SluiceTestSupport
import Testing

private func dates(_ texts: String) -> [CivilDate] { texts.split(separator: " ").map { CivilDate(String($0))! } }

/// The dates of a schedule as they come when each is closed.
private func schedule(_ months: Int, _ first: CivilDate, _ count: Int) -> [CivilDate] {
    var result: [CivilDate] = []
    while result.count < count, let due = ReviewKeeper.due(every: months, from: first, after: result.last) {
        result.append(due)
    }
    return result
}

@Suite struct RepeatingDatesTests {
    @Test(arguments: [
        (1, "2026-08-31 2026-09-30 2026-10-31 2026-11-30 2026-12-31 2027-01-31 2027-02-28 2027-03-31"),
        (12, "2024-02-29 2025-02-28 2026-02-28 2027-02-28 2028-02-29 2029-02-28"),
        (3, "2026-05-31 2026-08-31 2026-11-30 2027-02-28 2027-05-31"),
        (48, "2092-02-29 2096-02-29 2100-02-28 2104-02-29"),
    ])
    func `dates count from the first, not from one that a short month cut`(months: Int, texts: String) {
        let expected = dates(texts)
        #expect(schedule(months, expected[0], expected.count) == expected)
    }

    /// Every first date of a leap year and the year after it, and intervals up to the longest that may be set.
    @Test func `each date is the first one's day, or its month's last`() {
        var wrong = 0
        for day in 0..<731 {
            let first = CivilDate("2024-01-01")!.adding(days: day)
            let (year, month, dayOfMonth) = first.parts
            for months in [1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 24, 36, 48, 60, 119, 120] {
                for (place, due) in schedule(months, first, 30).enumerated() {
                    let index = month - 1 + place * months
                    let (wantedYear, wantedMonth) = (year + index / 12, index % 12 + 1)
                    let length = CivilDate.dayCount(year: wantedYear, month: wantedMonth)
                    let wanted = CivilDate(year: wantedYear, month: wantedMonth, day: min(dayOfMonth, length))
                    if due != wanted { wrong += 1 }
                }
            }
        }
        #expect(wrong == 0)
    }

    /// Closings were counted from the one before: whichever of those was the last, the date after its own comes next.
    @Test func `a closing of a date that had slid closes the date it slid from, and no other`() {
        var wrong = 0
        var slidCount = 0
        for day in 0..<731 {
            let first = CivilDate("2024-01-01")!.adding(days: day)
            for months in [1, 3, 6, 12, 48] {
                let right = schedule(months, first, 40)
                var slid = first
                for place in 0..<39 {
                    if slid != right[place] { slidCount += 1 }
                    if ReviewKeeper.due(every: months, from: first, after: slid) != right[place + 1] { wrong += 1 }
                    slid = slid.adding(months: months)
                }
            }
        }
        #expect(wrong == 0)
        #expect(slidCount > 2000)
    }

    /// Of a schedule that was another when they were closed.
    @Test func `after a closing of any date comes the first of the schedule behind it`() {
        for day in -400..<1500 {
            let last = CivilDate("2026-08-31")!.adding(days: day)
            let due = ReviewKeeper.due(every: 3, from: CivilDate("2026-08-15")!, after: last)!
            let all = schedule(3, CivilDate("2026-08-15")!, 40)
            #expect(due == all.first { $0 > last })
        }
    }

    @Test func `past the last year that a date can have nothing is due`() {
        let first = CivilDate("9999-06-30")!
        #expect(ReviewKeeper.due(every: 6, from: first, after: first) == CivilDate("9999-12-30"))
        #expect(ReviewKeeper.due(every: 6, from: first, after: CivilDate("9999-12-30")) == nil)
    }

    @Test func `each is closed in its turn, over the store`() throws {
        let expected = dates("2026-08-31 2026-09-30 2026-10-31 2026-11-30 2026-12-31 2027-01-31 2027-02-28 2027-03-31")
        let register = try Register([item(.every(months: 1, first: expected[0]))])
        for (due, next) in zip(expected, expected.dropFirst()) {
            register.setDate("\(due)")
            #expect(try register.keeper.standings().map(\.due) == [due])
            #expect(try register.keeper.close("strategy", note: "done") == next)
        }
    }

    @Test func `what an earlier version closed still counts`() throws {
        let register = try Register([item(.every(months: 1, first: CivilDate("2026-01-31")!))])
        for due in dates("2026-01-31 2026-02-28 2026-03-28 2026-04-28") {
            try register.store.insert(
                ReviewClosing(
                    item: "strategy", due: due, closedAt: register.clock.now(), actor: "user:1", note: "done"),
                ledger: [])
        }
        register.setDate("2026-05-20")
        #expect(try register.keeper.standings().map(\.due) == dates("2026-05-31"))
    }
}
