import SluiceModel

/// What Northmarsh Council's education service sends for its schools and, by agreement, for Eastvale's: suspensions
/// and exclusions by term, absences by month.
enum DemoEducation {
    /// Days without school from April 2025 to March 2026, beside weekends.
    private static let holidays: [ClosedRange<CivilDate>] = [
        ("2025-04-05", "2025-04-21"), ("2025-05-05", "2025-05-05"), ("2025-05-24", "2025-06-01"),
        ("2025-07-23", "2025-08-31"), ("2025-10-25", "2025-11-02"), ("2025-12-20", "2026-01-04"),
        ("2026-02-14", "2026-02-22"), ("2026-03-28", "2026-04-12"),
    ].map { CivilDate($0.0)!...CivilDate($0.1)! }

    /// In order.
    static func schoolDays(_ period: Period) -> [CivilDate] {
        (period.first.firstDay.dayNumber..<period.last.next.firstDay.dayNumber)
            .map { CivilDate(dayNumber: $0) }
            .filter { day in day.weekday <= 5 && !holidays.contains { $0.contains(day) } }
    }

    // MARK: - Suspensions and exclusions

    private static let exclusionColumns = [
        "UPN", "Surname", "Forename", "DOB", "NCYear", "Sex", "Ethnicity", "Area", "StartDate", "EndDate", "Sessions",
        "Category", "Reason1", "Reason2", "Reason3", "SENProvision", "SchoolURN", "Postcode",
    ]

    static func exclusions(
        term: Period, rows: Int, random seed: DemoRandom, dialect: DemoTable.Dialect = DemoTable.Dialect(),
        defects: DemoDefects = DemoDefects()
    ) -> [UInt8] {
        var random = seed
        var faults = DemoRandom(seed: random.next())
        var table = DemoTable(columns: exclusionColumns, dialect: dialect, reserving: rows * 150)
        let days = schoolDays(term)
        var taken: Set<Int> = []
        // Beyond a third of all pupil days the draw below would take long.
        for index in 0..<min(rows, days.count * DemoPeople.pupils.count / 3) {
            let (pupil, day, _) = freePupil(on: days, sessions: 1, &taken, &random)
            let category = categories.draw(&random)
            let length = category == "SUSP" ? random.within(1...5) : 0
            let needs = random.chance(perThousand: 350)
            table.cell(pupil.upn)
            table.cell(pupil.surname)
            table.cell(pupil.forename)
            table.cell(pupil.birth, .iso)
            table.cell(pupil.schoolYear(on: day))
            table.cell(pupil.isMale ? "M" : "F")
            table.cell(pupil.ethnicity)
            table.cell(pupil.district)
            table.cell(day, .iso)
            table.cell(day.adding(days: max(0, length - 1)), .iso)
            if category == "SUSP" { table.cell(length * 2) } else { table.emptyCell() }
            table.cell(defects.spoils(index, &faults) ? "EXCLUDED" : category)
            table.cell(reasons.draw(&random))
            let hasSecond = random.chance(perThousand: 260)
            table.cell(hasSecond ? reasons.draw(&random) : "")
            table.cell(hasSecond && random.chance(perThousand: 200) ? reasons.draw(&random) : "")
            table.cell(needs ? (random.chance(perThousand: 250) ? "E" : "K") : "")
            table.cell(pupil.schoolURN)
            table.cell(pupil.postcode)
            table.endRow()
        }
        return table.bytes
    }

    private static let categories = DemoMix([("SUSP", 958), ("PERM", 24), ("LNCH", 18)])
    private static let reasons = DemoMix([
        ("DB", 410), ("VA", 150), ("PP", 140), ("VP", 60), ("PA", 55), ("DM", 35), ("DA", 45), ("OW", 22), ("BU", 14),
        ("RA", 13), ("SM", 9), ("TH", 8), ("LG", 7), ("MT", 8), ("DS", 3), ("", 21),
    ])

    // MARK: - Absences

    private static let absenceColumns = [
        "UPN", "Surname", "Forename", "Date", "Session", "Code", "Area", "DOB", "NCYear", "Sex", "Ethnicity",
        "SchoolURN",
    ]

    /// - Parameter rows: In a month of twenty school days.
    static func absences(
        month: CivilMonth, rows: Int, random seed: DemoRandom, defects: DemoDefects = DemoDefects()
    ) -> [UInt8] {
        var random = seed
        var faults = DemoRandom(seed: random.next())
        let days = schoolDays(Period(first: month, last: month)!)
        let count = min(rows * days.count / 20, days.count * 2 * DemoPeople.pupils.count / 3)
        var table = DemoTable(columns: absenceColumns, reserving: count * 100)
        var taken: Set<Int> = []
        for index in 0..<count {
            let (pupil, day, session) = freePupil(on: days, sessions: 2, &taken, &random)
            let isBad = defects.spoils(index, &faults)
            table.cell(pupil.upn)
            table.cell(pupil.surname)
            table.cell(pupil.forename)
            table.cell(day, .iso)
            table.cell(isBad && index % 2 == 0 ? "EVENING" : session == 0 ? "AM" : "PM")
            table.cell(isBad && index % 2 == 1 ? "ABSENT" : codes.draw(&random))
            table.cell(pupil.district)
            table.cell(pupil.birth, .iso)
            table.cell(pupil.schoolYear(on: day))
            table.cell(pupil.isMale ? "M" : "F")
            table.cell(pupil.ethnicity)
            table.cell(pupil.schoolURN)
            table.endRow()
        }
        return table.bytes
    }

    private static let codes = DemoMix([
        ("I", 420), ("M", 60), ("O", 240), ("U", 60), ("N", 40), ("G", 45), ("E", 40), ("C", 20), ("C2", 12),
        ("R", 8), ("T", 3), ("S", 20),
    ])

    // MARK: - Whom and when

    /// A pupil of school age, a day and a session of it that are not taken yet. Takes them.
    private static func freePupil(
        on days: [CivilDate], sessions: Int, _ taken: inout Set<Int>, _ random: inout DemoRandom
    ) -> (pupil: DemoPeople.Pupil, day: CivilDate, session: Int) {
        let count = DemoPeople.pupils.count
        while true {
            // A quarter of the pupils has nearly half of it.
            let index = min(random.below(count), random.below(count))
            let pupil = DemoPeople.pupils[index]
            let day = random.one(of: days)
            let session = random.below(sessions)
            guard (1...11).contains(pupil.schoolYear(on: day)) else { continue }
            let place = (index * 1_000_000 + day.dayNumber) * 2 + session
            if taken.insert(place).inserted { return (pupil, day, session) }
        }
    }
}
