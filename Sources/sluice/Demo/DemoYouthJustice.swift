import SluiceModel

/// What Marshvale Youth Justice Service exports: offences with an outcome in a quarter, one row per child and
/// offence.
enum DemoYouthJustice {
    private static let columns = [
        "ypid", "offenceID", "yotoucode", "returnStart", "returnEnd", "pncnumber", "forename", "surname",
        "dateOfBirth", "sex", "ethnicity", "offenceDate", "offenceLocationPostcode", "offenceLAD", "offenceLSOA",
        "cjscode", "yjboffenceCategory", "yjbseriousnessScore", "knifeRelatedOffence", "ageOnOffenceDate",
        "outcomeDate", "legalOutcomeGroup", "legalOutcome", "concernsMentalHealth",
    ]

    /// - Parameter firstOffence: The number of the first row's offence.
    static func offences(quarter: Period, rows: Int, firstOffence: Int, random seed: DemoRandom) -> [UInt8] {
        var random = seed
        var identities = DemoIdentities(DemoRandom(seed: random.next()))
        let dialect = DemoTable.Dialect(endsLinesWithCarriageReturn: true, hasByteOrderMark: true)
        var table = DemoTable(columns: columns, dialect: dialect, reserving: rows * 220)
        let start = quarter.first.firstDay
        let end = quarter.last.next.firstDay.adding(days: -1)
        for row in 0..<rows {
            let outcomeDate = start.adding(days: random.below(end.dayNumber - start.dayNumber + 1))
            let offenceDate = outcomeDate.adding(days: -min(random.below(150), random.below(150)))
            let (childIndex, age) = child(on: offenceDate, &random)
            let child = DemoPeople.children[childIndex]
            let offence = kinds.draw(&random)
            let (group, outcome) = (offence.gravity.upperBound >= 6 ? graveOutcomes : outcomes).draw(&random)
            let area = DemoPlaces.smallAreas.draw(&random)
            table.cell(DemoPeople.childReferencePrefix, childIndex + 1, width: 4)
            table.cell(DemoPeople.offenceReferencePrefix, firstOffence + row, width: 6)
            table.cell("E99")
            table.cell(start, .iso)
            table.cell(end, .iso)
            table.cell(random.chance(perThousand: 600) ? child.pncID : "")
            table.cell(child.forename)
            table.cell(child.surname)
            table.cell(child.birth, .iso)
            table.cell(child.isMale ? 1 : 2)
            table.cell(child.ethnicity)
            table.cell(offenceDate, .iso)
            table.cell(identities.chance(perThousand: 300) ? identities.postcode() : "")
            table.cell(area.district)
            table.cell(random.chance(perThousand: 800) ? area.lsoa : "")
            table.cell("TT99999")
            table.cell(offence.category)
            table.cell(random.within(offence.gravity))
            table.cell(random.chance(perThousand: offence.knifePerThousand) ? "Y" : "N")
            table.cell(age)
            table.cell(outcomeDate, .iso)
            table.cell(group)
            table.cell(outcome)
            table.cell(random.chance(perThousand: 200) ? "Y" : "")
            table.endRow()
        }
        return table.bytes
    }

    /// A child of 10 to 17 on a day, and the age in whole years. Few children have most of the offences.
    private static func child(on day: CivilDate, _ random: inout DemoRandom) -> (index: Int, age: Int) {
        let count = DemoPeople.children.count
        while true {
            let index = min(random.below(count), random.below(count))
            let birth = DemoPeople.children[index].birth
            let months = day.month.index - birth.month.index - (day.parts.day < birth.parts.day ? 1 : 0)
            if (120..<216).contains(months) { return (index, months / 12) }
        }
    }

    private struct Kind: Sendable {
        let category: String
        /// 1 to 8.
        let gravity: ClosedRange<Int>
        let knifePerThousand: Int
    }

    private static let kinds = DemoMix<Kind>([
        (Kind(category: "VIOLENCE_AGAINST_THE_PERSON", gravity: 2...4, knifePerThousand: 60), 360),
        (Kind(category: "VIOLENCE_AGAINST_THE_PERSON", gravity: 5...7, knifePerThousand: 350), 25),
        (Kind(category: "VIOLENCE_AGAINST_THE_PERSON", gravity: 8...8, knifePerThousand: 900), 3),
        (Kind(category: "ROBBERY", gravity: 5...6, knifePerThousand: 300), 70),
        (Kind(category: "DRUGS", gravity: 2...4, knifePerThousand: 20), 95),
        (Kind(category: "PUBLIC_ORDER", gravity: 2...3, knifePerThousand: 10), 85),
        (Kind(category: "CRIMINAL_DAMAGE", gravity: 1...3, knifePerThousand: 5), 105),
        (Kind(category: "THEFT_AND_HANDLING", gravity: 1...3, knifePerThousand: 5), 90),
        (Kind(category: "MOTORING", gravity: 1...3, knifePerThousand: 0), 60),
        (Kind(category: "VEHICLE_THEFT", gravity: 3...4, knifePerThousand: 0), 35),
        (Kind(category: "SEXUAL_OFFENCES", gravity: 4...7, knifePerThousand: 10), 30),
        (Kind(category: "DOMESTIC_BURGLARY", gravity: 5...6, knifePerThousand: 30), 25),
        (Kind(category: "ARSON", gravity: 3...6, knifePerThousand: 0), 8),
        (Kind(category: "BREACH_OF_STATUTORY_ORDER", gravity: 2...3, knifePerThousand: 0), 50),
    ])
    private static let outcomes = DemoMix<(String, String)>([
        (("Pre-Court", "Community Resolution"), 260), (("Pre-Court", "Youth Caution"), 180),
        (("Pre-Court", "Youth Conditional Caution"), 130), (("First-tier", "Referral Order"), 220),
        (("First-tier", "Conditional Discharge"), 60), (("Community", "Youth Rehabilitation Order"), 130),
        (("Custody", "Detention and Training Order"), 12), (("", ""), 8),
    ])
    private static let graveOutcomes = DemoMix<(String, String)>([
        (("Pre-Court", "Youth Conditional Caution"), 60), (("First-tier", "Referral Order"), 380),
        (("Community", "Youth Rehabilitation Order"), 400), (("Custody", "Detention and Training Order"), 130),
        (("Custody", "Section 250"), 30),
    ])
}
