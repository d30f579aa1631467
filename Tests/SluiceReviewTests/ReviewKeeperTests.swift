import SluiceModel
import SluiceReview
import SluiceTestSupport
import Testing

@Suite struct ReviewKeeperTests {
    /// Day by day over two years: each step of the ladder once, at the first day it is reached, then weekly.
    @Test func `each step is raised once, on its day, over restarts`() throws {
        let due = CivilDate("2026-06-30")!
        let register = try Register([item(.once(due))])
        var raised: [Int: Int] = [:]
        for day in 0..<260 {
            let date = CivilDate("2026-01-01")!.adding(days: day)
            register.setDate("\(date)")
            if day % 17 == 0 { try register.restart() }
            for occurrence in try register.keeper.tick() {
                #expect(raised[occurrence.step] == nil, "step \(occurrence.step) twice")
                raised[occurrence.step] = due.dayNumber - date.dayNumber
            }
        }
        var expected = Dictionary(uniqueKeysWithValues: [90, 30, 14, 7, 1, 0].map { ($0, $0) })
        for week in stride(from: -7, through: -77, by: -7) { expected[week] = week }
        #expect(raised == expected)
    }

    @Test func `what was missed while nothing ran is one alert, the most urgent`() throws {
        let register = try Register([item(.once(CivilDate("2026-06-30")!))])
        register.setDate("2026-06-25")
        #expect(try register.keeper.tick().map(\.step) == [7])
        register.setDate("2026-08-01")
        #expect(try register.keeper.tick().map(\.step) == [-28])
        #expect(register.alerts == ["review-strategy"])
    }

    @Test func `an item that returns is due again after the date it was due, not after the day it was closed`() throws {
        let register = try Register([item(.every(months: 12, first: CivilDate("2026-02-01")!))])
        register.setDate("2026-03-20")
        #expect(try register.keeper.standings().map(\.daysLeft) == [-47])
        #expect(try register.keeper.close("strategy", note: "done") == CivilDate("2027-02-01"))
        #expect(try register.keeper.standings().map(\.state) == [.ok])
        #expect(register.alerts.isEmpty)
    }

    @Test func `an expected delivery is awaited until one that covers its period is accepted`() throws {
        let authority = AuthorityID("marshvale-police")!
        let schedule = ReviewItem.Schedule.delivery(
            authority: authority, dataset: "recorded-crime", unit: .month, first: CivilMonth("2026-01")!, graceDays: 14)
        let register = try Register([item(schedule)])
        register.setDate("2026-02-10")
        #expect(try register.keeper.standings().first?.due == CivilDate("2026-02-15"))
        try register.accept("2026-01", authority: authority, dataset: "recorded-crime")
        #expect(try register.keeper.standings().first?.due == CivilDate("2026-03-15"))
        // One that never came can be closed by a person.
        #expect(try register.keeper.close("strategy", note: "none this month") == CivilDate("2026-04-15"))
        // A quarter in one file covers its months.
        try register.accept("2026-03/2026-05", authority: authority, dataset: "recorded-crime")
        #expect(try register.keeper.standings().first?.due == CivilDate("2026-07-15"))
    }

    @Test func `an alert that somebody deleted comes back until it is acknowledged`() throws {
        let register = try Register([item(.once(CivilDate("2026-01-08")!))])
        try register.keeper.tick()
        #expect(register.alerts == ["review-strategy"])
        try AlertFolder(path: register.folder.path + "/alerts").remove("review-strategy")
        #expect(try register.keeper.tick().isEmpty)
        #expect(register.alerts == ["review-strategy"])
        try register.keeper.acknowledge("strategy")
        try register.keeper.tick()
        #expect(register.alerts.isEmpty)
        #expect(throws: ReviewRefusal.nothingToAcknowledge("strategy")) { try register.keeper.acknowledge("strategy") }
        #expect(throws: ReviewRefusal.unknown("nothing")) { try register.keeper.acknowledge("nothing") }
    }
}
