import SluiceModel
import Testing

@Suite struct TimeTests {
    @Test func `every day from 1600 to 2400 follows the one before and reads back as itself`() {
        var expected = CivilDate(year: 1600, month: 1, day: 1)!.dayNumber
        for year in 1600...2400 {
            for month in 1...12 {
                for day in 1...CivilDate.dayCount(year: year, month: month) {
                    let date = CivilDate(year: year, month: month, day: day)!
                    #expect(date.dayNumber == expected)
                    #expect(date.parts == (year, month, day))
                    expected += 1
                }
            }
        }
    }

    @Test(arguments: [
        ("1970-01-01", 0, 4), ("2000-02-29", 11_016, 2), ("2026-11-21", 20_778, 6), ("1969-12-31", -1, 3),
    ])
    func `known days have their number and weekday`(text: String, number: Int, weekday: Int) throws {
        let date = try #require(CivilDate(text))
        #expect(date.dayNumber == number)
        #expect(date.weekday == weekday)
        #expect("\(date)" == text)
    }

    @Test(arguments: [
        "2025-02-29", "2026-13-01", "2026-00-01", "2026-1-01", "26-01-01", "2026-01-32", "2026/01/01", "",
    ])
    func `days that do not exist are refused`(text: String) { #expect(CivilDate(text) == nil) }

    @Test func `a month added to the 31st ends on the last day`() {
        #expect(CivilDate("2026-01-31")!.adding(months: 1) == CivilDate("2026-02-28"))
        #expect(CivilDate("2024-02-29")!.adding(months: 12) == CivilDate("2025-02-28"))
        #expect(CivilDate("2026-03-15")!.adding(months: -3) == CivilDate("2025-12-15"))
    }

    @Test(arguments: [
        (PeriodUnit.month, "2026-04", "2026-04"), (.quarter, "2026-05", "2026-04/2026-06"),
        (.term, "2026-09", "2026-09/2026-12"), (.term, "2026-02", "2026-01/2026-03"),
        (.term, "2026-08", "2026-04/2026-08"),
        (.academicYear, "2026-08", "2025-09/2026-08"), (.financialYear, "2026-03", "2025-04/2026-03"),
        (.year, "2026-12", "2026-01/2026-12"),
    ])
    func `a period of a unit holds its month`(unit: PeriodUnit, month: String, period: String) {
        #expect(unit.period(holding: CivilMonth(month)!) == Period(period))
    }

    @Test func `periods that only touch do not overlap`() {
        let spring = Period("2026-01/2026-03")!
        #expect(!spring.overlaps(Period("2026-04")!))
        #expect(spring.overlaps(Period("2026-03/2026-05")!))
        #expect(spring.contains(Period("2026-02")!))
        #expect(!Period("2026-02")!.contains(spring))
    }

    @Test func `an instant reads back as written`() {
        let instant = Instant("2026-04-01T10:15:30Z")!
        #expect("\(instant)" == "2026-04-01T10:15:30Z")
        #expect(instant.compactText == "20260401-101530")
        #expect(Instant("2026-04-01T24:00:00Z") == nil)
        #expect("\(Instant(secondsSince1970: -1))" == "1969-12-31T23:59:59Z")
    }
}

@Suite struct IdentifierTests {
    @Test func `a delivery's name reads back and sorts by time`() {
        var random = SystemRandomNumberGenerator()
        let first = DeliveryID(at: Instant("2026-04-01T10:15:30Z")!, random: &random)
        let second = DeliveryID(at: Instant("2026-04-01T10:15:31Z")!, random: &random)
        #expect(DeliveryID(first.text) == first)
        #expect(first < second)
        #expect(first.text.hasPrefix("20260401-101530-"))
    }

    @Test(arguments: [
        "", "20260401-101530-", "20260401-101530-ABCDEFGH", "../../etc/passwd-abcdefgh", "20260401-101530-abcdefg/",
    ])
    func `what is no delivery's name is refused`(text: String) { #expect(DeliveryID(text) == nil) }

    @Test(arguments: ["", "-a", "1a", "A", "a_b", "a/b", String(repeating: "a", count: 41)])
    func `what is no authority's name is refused`(text: String) { #expect(AuthorityID(text) == nil) }
}
