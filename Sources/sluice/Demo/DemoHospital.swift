import SluiceModel

/// What Northmarsh General Hospital exports: attendances for assault, by month.
enum DemoHospital {
    /// What a file holds that may never come from a health sender.
    enum PatientData: Sendable {
        case none
        case numberColumn
        /// In free text, three rows of the file.
        case numbersInText
    }

    private static let columns = [
        "ReportingPeriodStartDate", "ReportingPeriodEndDate", "SiteCode", "ArrivalDateTime", "AssaultDateTime",
        "AssaultMethod", "AssaultMethodOther", "AssaultLocationType", "AssaultLocationDescription", "Age", "Sex",
        "EthnicCategory", "LSOA", "PoliceInformed",
    ]

    static func attendances(
        month: CivilMonth, rows: Int, random seed: DemoRandom, patientData: PatientData = .none
    ) -> [UInt8] {
        var random = seed
        var identities = DemoIdentities(DemoRandom(seed: random.next()))
        var patients = DemoIdentities(DemoRandom(seed: random.next()))
        let hasNumbers = patientData == .numberColumn
        var table = DemoTable(columns: columns + (hasNumbers ? ["NHS Number"] : []), reserving: rows * 160)
        let dayCount = CivilDate.dayCount(year: month.year, month: month.month)
        for index in 0..<rows {
            var day = month.firstDay
            for _ in 0..<4 {
                day = month.firstDay.adding(days: random.below(dayCount))
                if random.chance(perThousand: DemoHours.night.takenPerThousand[day.weekday - 1]) { break }
            }
            let hour = DemoHours.night.hour(weekday: day.weekday, &random)
            let minute = random.chance(perThousand: 90) ? 0 : hour * 60 + random.below(60)
            let arrival = minute + random.within(20...400)
            let method = methods.draw(&random)

            table.cell(month.firstDay, .iso)
            table.cell(month.firstDay.adding(days: dayCount - 1), .iso)
            table.cell("RZ999")
            table.cell(day.adding(days: arrival / 1440), .iso, minute: arrival % 1440, separator: "T", ending: ":00")
            table.cell(day, .iso, minute: minute, separator: "T", ending: ":00")
            table.cell(method)
            table.cell(method == "Other" ? others.draw(&random) : "")
            table.cell(places.draw(&random))
            if patientData == .numbersInText, index == 11 || index == 40 || index == rows - 1 {
                table.cell("Brought in by ambulance, patient \(DemoPeople.spaced(patients.nhsNumber()))")
            } else {
                table.cell(index == 0 || identities.chance(perThousand: 80) ? identities.placeNote() : "")
            }
            if random.chance(perThousand: 15) { table.cell(999) } else { table.cell(age(&random)) }
            table.cell(sexes.draw(&random))
            table.cell(ethnicities.draw(&random))
            table.cell(random.chance(perThousand: 940) ? DemoPlaces.smallAreas.draw(&random).lsoa : "")
            table.cell(informed.draw(&random))
            if hasNumbers { table.cell(patients.chance(perThousand: 960) ? patients.nhsNumber() : "") }
            table.endRow()
        }
        return table.bytes
    }

    private static func age(_ random: inout DemoRandom) -> Int {
        random.chance(perThousand: 90)
            ? random.within(9...17) : 18 + min(random.below(65), random.below(65), random.below(80))
    }

    private static let methods = DemoMix([
        ("Body part", 610), ("Knife or sharp", 75), ("Bottle or glass", 62), ("Blunt object", 80), ("Firearm", 3),
        ("Vehicle", 6), ("Corrosive", 3), ("Strangulation", 14), ("Sexual", 18), ("Animal", 4), ("Other", 30),
        ("Unknown", 95),
    ])
    private static let others = DemoMix([("Garden gnome", 10), ("Shopping trolley", 8), ("Umbrella", 6), ("", 10)])
    private static let places = DemoMix([
        ("Street or public place", 390), ("Licensed premises", 210), ("Own home", 160), ("Other home", 70),
        ("School or college", 25), ("Transport", 15), ("Workplace", 18), ("Custody or care setting", 12),
        ("Other", 30), ("Unknown", 70),
    ])
    private static let sexes = DemoMix([("1", 690), ("2", 300), ("9", 3), ("X", 7)])
    private static let ethnicities = DemoMix([
        ("A", 610), ("C", 60), ("H", 25), ("J", 60), ("L", 20), ("M", 25), ("N", 45), ("D", 20), ("R", 8), ("S", 20),
        ("Z", 70), ("99", 37),
    ])
    private static let informed = DemoMix([("Yes", 420), ("No", 380), ("", 200)])
}
