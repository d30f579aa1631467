import SluiceModel

/// What a probation delivery unit exports: everyone under supervision on the last day of a month.
enum DemoProbation {
    private static let columns = [
        "snapshotDate", "crn", "convictionIndex", "pncNumber", "croNumber", "firstName", "surname", "dateOfBirth",
        "gender", "ethnicity", "telephone", "email", "postcode", "area", "offenceCode", "mainOffence", "offenceDate",
        "convictionDate", "sentenceType", "status", "referralDate", "rsrScore", "ogrsScore", "roshRegister",
        "mappaLevel", "mappaCategory", "STRG", "registrationNotes",
    ]

    /// - Parameters:
    ///   - rows: About how many convictions are supervised on one day.
    ///   - district: Where everyone lives; both districts when nil.
    ///   - seed: The same for every month, so that people stay under supervision from month to month.
    static func caseload(month: CivilMonth, rows: Int, district: String? = nil, seed: UInt64) -> [UInt8] {
        let snapshot = month.next.firstDay.adding(days: -1)
        var table = DemoTable(columns: columns, reserving: rows * 300)
        // A fifth of all convictions is not supervised in a given month.
        for index in 0..<(rows * 5 / 4) {
            // The facts of a conviction do not depend on the month; what changes is drawn from a stream of its own.
            var facts = DemoRandom(seed: seed, label: "conviction \(index)")
            var changes = DemoRandom(seed: seed, label: "conviction \(index) in \(month)")
            guard changes.chance(perThousand: 800) || index < 2 else { continue }
            write(
                index: index, snapshot: snapshot, district: district ?? DemoPlaces.districts.draw(&facts),
                into: &table, &facts, &changes)
        }
        return table.bytes
    }

    private static func write(
        index: Int, snapshot: CivilDate, district: String, into table: inout DemoTable, _ facts: inout DemoRandom,
        _ changes: inout DemoRandom
    ) {
        let person = DemoPeople.adults[index % DemoPeople.adults.count]
        let offence = CivilDate(year: 2022, month: 1, day: 1)!.adding(days: facts.below(1000))
        let conviction = offence.adding(days: facts.within(20...120))
        let (sentence, status) = sentences.draw(&facts)
        // One person in twenty is judged anew in a month.
        let risk = changes.chance(perThousand: 50) ? risks.draw(&changes) : risks.draw(&facts)
        let isDangerous = risk == "RHRH" || risk == "RVHR"
        let mappa = isDangerous ? dangerousLevels.draw(&facts) : facts.chance(perThousand: 60) ? "M1" : "NONE"
        table.cell(snapshot, .iso)
        table.cell(person.crn)
        table.cell(index / DemoPeople.adults.count + 1)
        table.cell(facts.chance(perThousand: 900) ? person.pncID : "")
        table.cell(facts.chance(perThousand: 500) ? person.croNumber : "")
        table.cell(person.forename)
        table.cell(person.surname)
        table.cell(person.birth, .iso)
        table.cell(person.isMale ? "M" : "F")
        table.cell(ethnicities.draw(&facts))
        table.cell(DemoPeople.compact(person.phone))
        table.cell(facts.chance(perThousand: 250) ? person.mail : "")
        table.cell(person.postcode)
        table.cell(district)
        table.cell(offences.draw(&facts))
        table.cell("Y")
        table.cell(offence, .iso)
        table.cell(conviction, .iso)
        table.cell(sentence)
        table.cell(status)
        table.cell(conviction.adding(days: facts.within(1...14)), .iso)
        table.cell("", facts.below(9), width: 1, "." + padded(facts.below(100), 2))
        table.cell(facts.within(8...92))
        table.cell(risk)
        table.cell(mappa)
        table.cell(mappa == "NONE" ? "" : "M\(facts.within(1...3))")
        table.cell(facts.chance(perThousand: 40) ? "Y" : "N")
        table.cell(
            index < 2 || facts.chance(perThousand: 70)
                ? "Lives with \(facts.one(of: DemoPeople.surnames)) at \(facts.one(of: DemoPeople.streets))" : "")
        table.endRow()
    }

    private static let sentences = DemoMix<(String, String)>([
        (("SP", "COMMUNITY"), 400), (("SUSPENDED", "COMMUNITY"), 170), (("SC", "CUSTODY"), 190),
        (("LICENCE", "COMMUNITY"), 170), (("PSS", "COMMUNITY"), 50), (("OTHER", "COMMUNITY"), 12),
        (("", "REMAND"), 8),
    ])
    private static let risks = DemoMix([("RLRH", 300), ("RMRH", 480), ("RHRH", 190), ("RVHR", 9), ("", 21)])
    private static let dangerousLevels = DemoMix([("M1", 620), ("M2", 120), ("M3", 12), ("NONE", 248)])
    private static let ethnicities = DemoMix([
        ("W1", 690), ("W9", 50), ("A2", 60), ("A1", 20), ("B1", 40), ("B2", 35), ("M1", 40), ("O9", 15), ("NS", 30),
        ("", 20),
    ])
    /// Home Office class and sub-class.
    private static let offences = DemoMix([
        ("008/06", 120), ("105/01", 190), ("005/01", 35), ("001/01", 9), ("004/01", 4), ("034/01", 70),
        ("010/11", 25), ("008/33", 40), ("092/01", 110), ("028/01", 60), ("030/01", 30), ("046/00", 95),
        ("049/10", 50), ("058/02", 40), ("019/08", 20), ("020/06", 30), ("009/01", 30), ("066/91", 12),
        ("079/01", 10), ("081/20", 3), ("", 17),
    ])
}
