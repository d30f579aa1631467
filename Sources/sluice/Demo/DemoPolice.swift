import SluiceModel
import SluiceSettings

/// What Marshvale Police exports: recorded crime and stop and search, by month.
enum DemoPolice {
    // MARK: - Recorded crime

    /// A crime as the counting rules name it.
    private struct Offence: Sendable {
        let code: String
        let title: String
        let kind: Kind

        enum Kind: Sendable {
            case homicide, violence, sexual, robbery, weapons, againstProperty, againstBusiness, disorder
        }
    }

    private static let offences = DemoMix<Offence>([
        (Offence(code: "1", title: "Murder", kind: .homicide), 6),
        (Offence(code: "4.1", title: "Manslaughter", kind: .homicide), 2),
        (Offence(code: "2", title: "Attempted murder", kind: .violence), 20),
        (Offence(code: "5D", title: "Assault with intent to cause serious harm", kind: .violence), 350),
        (Offence(code: "8N", title: "Assault with injury", kind: .violence), 9000),
        (Offence(code: "8P", title: "Racially or religiously aggravated assault with injury", kind: .violence), 150),
        (Offence(code: "8S", title: "Assault with injury on a constable", kind: .violence), 400),
        (Offence(code: "3B", title: "Threats to kill", kind: .violence), 700),
        (Offence(code: "36", title: "Kidnapping", kind: .violence), 60),
        (Offence(code: "104", title: "Assault without injury on a constable", kind: .violence), 900),
        (Offence(code: "105A", title: "Assault without injury", kind: .violence), 11_000),
        (Offence(code: "8L", title: "Harassment", kind: .violence), 5200),
        (Offence(code: "8Q", title: "Stalking", kind: .violence), 1900),
        (Offence(code: "8R", title: "Malicious communications", kind: .violence), 4300),
        (Offence(code: "19C", title: "Rape of a female aged 16 and over", kind: .sexual), 700),
        (Offence(code: "19F", title: "Rape of a male aged 16 and over", kind: .sexual), 60),
        (Offence(code: "20A", title: "Sexual assault on a female aged 13 and over", kind: .sexual), 900),
        (Offence(code: "88E", title: "Exposure and voyeurism", kind: .sexual), 250),
        (Offence(code: "34A", title: "Robbery of business property", kind: .robbery), 200),
        (Offence(code: "34B", title: "Robbery of personal property", kind: .robbery), 1700),
        (Offence(code: "10B", title: "Possession of firearms offences", kind: .weapons), 40),
        (Offence(code: "10C", title: "Possession of other weapons", kind: .weapons), 250),
        (Offence(code: "10D", title: "Possession of an article with a blade or point", kind: .weapons), 700),
        (Offence(code: "9A", title: "Public fear, alarm or distress", kind: .disorder), 6500),
        (Offence(code: "62A", title: "Violent disorder", kind: .disorder), 60),
        (Offence(code: "66", title: "Other offences against the State or public order", kind: .disorder), 400),
        (Offence(code: "56B", title: "Arson not endangering life", kind: .againstProperty), 350),
        (Offence(code: "58A", title: "Criminal damage to a dwelling", kind: .againstProperty), 1900),
        (Offence(code: "58C", title: "Criminal damage to a vehicle", kind: .againstProperty), 3300),
        (Offence(code: "58D", title: "Other criminal damage", kind: .againstProperty), 1900),
        (Offence(code: "92A", title: "Trafficking in controlled drugs", kind: .disorder), 900),
        (Offence(code: "92D", title: "Possession of controlled drugs (excluding cannabis)", kind: .disorder), 700),
        (Offence(code: "92E", title: "Possession of controlled drugs (cannabis)", kind: .disorder), 2200),
        (Offence(code: "28E", title: "Burglary, residential", kind: .againstProperty), 2600),
        (Offence(code: "30C", title: "Burglary, business and community", kind: .againstBusiness), 1500),
        (Offence(code: "39", title: "Theft from the person", kind: .againstProperty), 1400),
        (Offence(code: "46", title: "Shoplifting", kind: .againstBusiness), 9500),
        (Offence(code: "45", title: "Theft from a vehicle", kind: .againstProperty), 4200),
        (Offence(code: "48", title: "Theft or unauthorised taking of a motor vehicle", kind: .againstProperty), 2300),
        (Offence(code: "44", title: "Theft or unauthorised taking of a pedal cycle", kind: .againstProperty), 1400),
        (Offence(code: "49", title: "Other theft", kind: .againstProperty), 6200),
        (Offence(code: "79", title: "Perverting the course of justice", kind: .disorder), 150),
        (Offence(code: "99", title: "Other notifiable offences", kind: .disorder), 100),
    ])

    private static let crimeColumns = [
        "CrimeRef", "OffenceCode", "OffenceDesc", "CommittedFrom", "CommittedTo", "RecordedDate", "LSOA", "Ward",
        "LocationType", "Weapon", "VictimSurname", "VictimForename", "VictimDOB", "VictimSex", "VictimAge",
        "VictimEthnicity", "VictimPostcode", "KnifeFlag", "DAFlag", "Outcome", "PNCID", "SuspectSurname", "MOText",
    ]

    /// - Parameters:
    ///   - rows: How many crimes the month has, before defects.
    ///   - firstReference: The number of the first crime's reference.
    static func recordedCrime(
        month: CivilMonth, rows: Int, firstReference: Int, random seed: DemoRandom,
        defects: DemoDefects = DemoDefects()
    ) -> [UInt8] {
        var random = seed
        var identities = DemoIdentities(DemoRandom(seed: random.next()))
        var faults = DemoRandom(seed: random.next())
        var table = DemoTable(
            columns: crimeColumns + (defects.extraColumn.map { [$0] } ?? []), leavingOut: defects.missingColumns,
            reserving: rows * 260)
        for index in 0..<rows {
            let isBad = defects.spoils(index, &faults)
            let isMissing = faults.chance(perThousand: defects.missingRowsPerThousand)
            writeCrime(
                number: firstReference + index, month: month, isBad: isBad, showsPeople: index < 3, into: &table,
                &random, &identities)
            if defects.extraColumn != nil { table.emptyCell() }
            if isMissing && index >= 3 { table.abandonRow() } else { table.endRow() }
        }
        return table.bytes
    }

    private static func writeCrime(
        number: Int, month: CivilMonth, isBad: Bool, showsPeople: Bool, into table: inout DemoTable,
        _ random: inout DemoRandom, _ identities: inout DemoIdentities
    ) {
        let offence = offences.draw(&random)
        let (recorded, committed, minute) = time(of: offence, in: month, &random)
        let minutesLong = min(random.below(90), 1439 - minute)
        let area = DemoPlaces.smallAreas.draw(&random)
        let place = place(of: offence, &random)
        let weapon = weapon(of: offence, &random)
        let hasVictim = offence.kind != .againstBusiness && offence.kind != .weapons && offence.kind != .disorder
        let isMale = random.chance(perThousand: offence.kind == .sexual ? 120 : offence.kind == .robbery ? 720 : 510)
        let age = victimAge(of: offence, &random)
        let birth = committed.adding(months: -12 * age).adding(days: -random.below(365))
        let isDomestic = offence.kind == .violence && place == "DWELLING" && random.chance(perThousand: 620)
        // Reversed times and codes that do not exist are what a force's system lets through.
        let badness = isBad ? 1 + random.below(3) : 0

        table.cell(DemoPeople.crimeReferencePrefix, number, width: 7, "/" + padded(month.year % 100, 2))
        table.cell(badness == 1 ? "8ZZ" : offence.code)
        table.cell(offence.title)
        table.cell(committed, .british, minute: minute)
        table.cell(badness == 2 ? committed.adding(days: -2) : committed, .british, minute: minute + minutesLong)
        table.cell(recorded, .british)
        let located = random.chance(perThousand: 985)
        table.cell(located ? area.lsoa : "")
        table.cell(located || random.chance(perThousand: 500) ? area.ward : "")
        table.cell(place)
        table.cell(weapon)

        let isNamed = showsPeople || (hasVictim && identities.chance(perThousand: 930))
        table.cell(isNamed ? identities.surname() : "")
        table.cell(isNamed ? identities.forename(isMale: isMale) : "")
        let knowsAge = hasVictim && random.chance(perThousand: 930)
        if knowsAge { table.cell(birth, .british) } else { table.emptyCell() }
        table.cell(!hasVictim ? "" : random.chance(perThousand: 15) ? "U" : isMale ? "M" : "F")
        if badness == 3 {
            table.cell(214)
        } else if knowsAge && random.chance(perThousand: 900) {
            table.cell(age)
        } else {
            table.emptyCell()
        }
        table.cell(hasVictim ? ethnicities.draw(&random) : "")
        table.cell(isNamed ? identities.postcode() : "")

        table.cell(weapon == "knife" || offence.code == "10D" ? "Y" : random.chance(perThousand: 30) ? "" : "N")
        table.cell(isDomestic ? "Y" : "N")
        table.cell(outcomes.draw(&random))
        let hasSuspect = showsPeople || identities.chance(perThousand: 110)
        let suspect = hasSuspect ? identities.adult() : nil
        table.cell(suspect?.pncID ?? "")
        table.cell(suspect?.surname ?? "")
        table.cell(showsPeople || identities.chance(perThousand: 120) ? identities.crimeNote() : "")
    }

    /// The day a crime was recorded, within `month`, and the day and minute it began. Weekend nights have the most
    /// violence; one crime in twelve is reported more than a week later.
    private static func time(
        of offence: Offence, in month: CivilMonth, _ random: inout DemoRandom
    ) -> (recorded: CivilDate, committed: CivilDate, minute: Int) {
        let hours: DemoHours =
            switch offence.kind {
            case .homicide, .violence, .sexual, .robbery, .weapons: .night
            case .againstBusiness: .daytime
            case .againstProperty, .disorder: .evening
            }
        let dayCount = CivilDate.dayCount(year: month.year, month: month.month)
        var recorded = month.firstDay
        var committed = recorded
        for _ in 0..<4 {
            recorded = month.firstDay.adding(days: random.below(dayCount))
            committed = recorded.adding(days: -delays.draw(&random))
            if random.chance(perThousand: hours.takenPerThousand[committed.weekday - 1]) { break }
        }
        // 00:00 where nobody knows the time.
        if random.chance(perThousand: 40) { return (recorded, committed, 0) }
        let minute = hours.hour(weekday: committed.weekday, &random) * 60 + random.below(60)
        return (recorded, committed, minute)
    }

    private static let delays = DemoMix(
        [(0, 600), (1, 220), (2, 50), (3, 25), (5, 15), (7, 10)] + (8...60).map { ($0, 2) })

    private static func place(of offence: Offence, _ random: inout DemoRandom) -> String {
        switch offence.kind {
        case .againstBusiness: random.chance(perThousand: 880) ? "SHOP" : "OTHER"
        case .robbery, .weapons: streetPlaces.draw(&random)
        case .sexual, .homicide: homePlaces.draw(&random)
        case .violence, .disorder, .againstProperty: anyPlaces.draw(&random)
        }
    }

    private static let streetPlaces = DemoMix([
        ("PUBLIC PLACE", 620), ("PARK", 90), ("TRANSPORT", 90), ("SHOP", 110), ("SCHOOL", 20), ("DWELLING", 50),
        ("", 20),
    ])
    private static let homePlaces = DemoMix([
        ("DWELLING", 620), ("PUBLIC PLACE", 190), ("LICENSED PREMISES", 80), ("CARE HOME", 8), ("OTHER", 70),
        ("", 32),
    ])
    private static let anyPlaces = DemoMix([
        ("PUBLIC PLACE", 360), ("DWELLING", 370), ("LICENSED PREMISES", 90), ("SCHOOL", 35), ("TRANSPORT", 25),
        ("WORKPLACE", 25), ("HOSPITAL", 12), ("CUSTODY", 6), ("UNKNOWN", 20), ("", 57),
    ])

    private static func weapon(of offence: Offence, _ random: inout DemoRandom) -> String {
        switch offence.kind {
        case .homicide: fatalWeapons.draw(&random)
        case .violence: violenceWeapons.draw(&random)
        case .robbery: robberyWeapons.draw(&random)
        case .weapons:
            switch offence.code {
            case "10B": "firearm"
            case "10D": "knife"
            default: otherWeapons.draw(&random)
            }
        case .sexual, .disorder, .againstProperty, .againstBusiness: random.chance(perThousand: 950) ? "" : "none"
        }
    }

    private static let fatalWeapons = DemoMix([
        ("knife", 45), ("blunt", 15), ("fist", 20), ("strangulation", 12), ("firearm", 8),
    ])
    private static let violenceWeapons = DemoMix([
        ("none", 260), ("fist", 390), ("foot", 40), ("knife", 38), ("bottle", 22), ("blunt", 30),
        ("strangulation", 22), ("vehicle", 8), ("firearm", 2), ("corrosive", 1), ("dog", 2), ("unknown", 60),
        ("", 125),
    ])
    private static let robberyWeapons = DemoMix([
        ("none", 300), ("fist", 250), ("knife", 240), ("blunt", 40), ("bottle", 20), ("imitation firearm", 8),
        ("firearm", 4), ("unknown", 60), ("", 78),
    ])
    private static let otherWeapons = DemoMix([("blunt", 500), ("corrosive", 30), ("other", 400), ("", 70)])

    private static func victimAge(of offence: Offence, _ random: inout DemoRandom) -> Int {
        let youngest =
            switch offence.kind {
            case .robbery: 12
            case .sexual: 13
            case .violence: random.chance(perThousand: 130) ? 8 : 18
            default: 18
            }
        return youngest + min(random.below(70), random.below(70))
    }

    private static let ethnicities = DemoMix([
        ("W1", 560), ("W9", 60), ("A2", 55), ("A1", 25), ("A9", 20), ("B2", 40), ("B1", 25), ("M1", 25), ("M9", 10),
        ("O9", 20), ("NS", 90), ("", 70),
    ])

    private static let outcomes = DemoMix([
        ("18", 330), ("16", 190), ("15", 130), ("14", 90), ("1", 90), ("8", 40), ("3", 12), ("2", 6), ("10", 10),
        ("21", 12), ("22", 12), ("", 78),
    ])

    // MARK: - Stop and search

    private static let searchColumns = [
        "Type", "Date", "Part of a policing operation", "Policing operation", "Latitude", "Longitude", "Gender",
        "Age range", "Self-defined ethnicity", "Officer-defined ethnicity", "Legislation", "Object of search",
        "Outcome", "Outcome linked to object of search", "Removal of more than just outer clothing", "LSOA code",
    ]

    /// A local day and minute as data.police.uk writes them: in July half past midnight is still the day before.
    private static func utc(_ day: CivilDate, _ minute: Int) -> (day: CivilDate, minute: Int) {
        let seconds = day.dayNumber * 86_400 + minute * 60
        let minutes = seconds / 60 - (zoneOfEngland.local(ofUTC: seconds) - seconds) / 60
        return (CivilDate(dayNumber: minutes / 1440), minutes % 1440)
    }

    static func searches(month: CivilMonth, rows: Int, random seed: DemoRandom) -> [UInt8] {
        var random = seed
        var identities = DemoIdentities(DemoRandom(seed: random.next()))
        var table = DemoTable(columns: searchColumns, reserving: rows * 240)
        let dayCount = CivilDate.dayCount(year: month.year, month: month.month)
        for index in 0..<rows {
            let day = month.firstDay.adding(days: random.below(dayCount))
            let minute = DemoHours.night.hour(weekday: day.weekday, &random) * 60 + random.below(12) * 5
            let object = objects.draw(&random)
            let isOperation = random.chance(perThousand: 60)
            let (ethnicity, seen) = searchEthnicities.draw(&random)
            table.cell(random.chance(perThousand: 780) ? "Person search" : "Person and Vehicle search")
            let utc = utc(day, minute)
            table.cell(utc.day, .iso, minute: utc.minute, separator: "T", ending: ":00+00:00")
            table.cell(isOperation ? "True" : "False")
            table.cell(isOperation || index < 2 ? "Asked for by PC \(identities.surname())" : "")
            table.emptyCell()
            table.emptyCell()
            table.cell(genders.draw(&random))
            table.cell(ageRanges.draw(&random))
            table.cell(ethnicity)
            table.cell(seen)
            table.cell(object.legislation)
            table.cell(object.name)
            let outcome = searchOutcomes.draw(&random)
            table.cell(outcome)
            table.cell(outcome.hasPrefix("A no") ? "False" : random.chance(perThousand: 700) ? "True" : "False")
            table.cell(random.chance(perThousand: 40) ? "True" : "False")
            table.cell(random.chance(perThousand: 970) ? DemoPlaces.smallAreas.draw(&random).lsoa : "")
            table.endRow()
        }
        return table.bytes
    }

    private static let drugsAct = "Misuse of Drugs Act 1971 (section 23)"
    private static let evidenceAct = "Police and Criminal Evidence Act 1984 (section 1)"
    private static let objects = DemoMix<(name: String, legislation: String)>([
        (("Controlled drugs", drugsAct), 590), (("Offensive weapons", evidenceAct), 190),
        (("Stolen goods", evidenceAct), 110), (("Article for use in theft", evidenceAct), 60),
        (("Anything to threaten or harm anyone", "Criminal Justice and Public Order Act 1994 (section 60)"), 20),
        (("Firearms", "Firearms Act 1968 (section 47)"), 8), (("Fireworks", evidenceAct), 4),
        (("Articles for use in criminal damage", evidenceAct), 18),
    ])
    private static let genders = DemoMix([("Male", 890), ("Female", 95), ("Other", 3), ("", 12)])
    private static let ageRanges = DemoMix([
        ("under 10", 1), ("10-17", 190), ("18-24", 330), ("25-34", 240), ("over 34", 190), ("", 49),
    ])
    private static let searchOutcomes = DemoMix([
        ("A no further action disposal", 700), ("Arrest", 130), ("Community resolution", 90),
        ("Khat or Cannabis warning", 30), ("Summons / charged by post", 30), ("Penalty Notice for Disorder", 12),
        ("Caution (simple or conditional)", 8),
    ])
    private static let searchEthnicities = DemoMix<(String, String)>([
        (("White - English/Welsh/Scottish/Northern Irish/British", "White"), 560),
        (("White - Any other White background", "White"), 60), (("Asian/Asian British - Pakistani", "Asian"), 90),
        (("Black/African/Caribbean/Black British - African", "Black"), 60),
        (("Black/African/Caribbean/Black British - Caribbean", "Black"), 35),
        (("Mixed/Multiple ethnic groups - White and Black Caribbean", "Mixed"), 30),
        (("Other ethnic group - Not stated", "White"), 120), (("", "Other"), 45),
    ])
}
