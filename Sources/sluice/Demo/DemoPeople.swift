import SluiceModel

/// The people of the demo. Nobody is called so, and no number can belong to anyone: each is of a range that is never
/// given out, with a check digit that is right.
///
/// All pools are fixed, so that everything planted can be listed without making a file.
enum DemoPeople {
    static let surnames = [
        "erby", "ford", "ham", "wick", "mere", "ton", "dale", "stead", "worth", "hurst", "combe", "thorpe", "beck",
        "gate", "field", "wood", "shaw", "bourne", "brook", "cliffe", "croft", "garth", "grove", "haven", "hill",
        "holm", "hope", "keld", "kirk", "land", "marsh", "minster", "moor", "mouth", "ness", "pool", "rigg", "sand",
        "side", "stoke", "tarn", "toft", "well",
    ].map { "Zzyzx" + $0 }

    static let maleForenames = [
        "Quillobert", "Xanthopher", "Peregrinox", "Thaddeusko", "Fitzwilliax", "Balthazorn", "Ignatiusk", "Leopoldix",
        "Octaviusk", "Barnabizko",
    ]

    static let femaleForenames = [
        "Ottolinquex", "Brunhildix", "Marigolduin", "Wilhelmyna", "Ermintrudo", "Gwendoquin", "Philippazka",
        "Hortensiax", "Clementyxa", "Rosamundix",
    ]

    static let streets = [
        "Qwyxholm Crescent", "Vexborrow Lane", "Jorrowick Close", "Pyxmarden Avenue", "Quadling Wharf",
        "Zibberton Road", "Wexquay Terrace", "Ockzam Gardens",
    ]

    /// Area `ZZ` does not exist.
    static let postcodes = (0..<40).map { index in
        let letters = Array("ABDEFGHJLN")
        return "ZZ98 \(index % 10)\(letters[index / 10])\(letters[(index * 3 + 1) % 10])"
    }

    /// 07700 900000 to 900999 are set aside for drama.
    ///
    /// Source: Ofcom, telephone numbers for use in TV and radio drama programmes.
    static let phones = (0..<60).map { "07700 9002" + padded($0, 2) }

    /// `example` is a reserved top-level domain (RFC 2606).
    static let mailAddresses = (0..<32).map { index in
        femaleForenames[index % 10].lowercased() + "." + surnames[index].lowercased() + "@mail.example"
    }

    /// Numbers that begin with 999 are for tests; weights 10 to 2, modulo 11.
    static let nhsNumbers = (0..<100).compactMap { index -> String? in
        let digits = padded(999_400_000 + index * 37, 9)
        let sum = zip(digits.utf8, 0...).reduce(0) { $0 + Int($1.0 - 0x30) * (10 - $1.1) }
        let check = (11 - sum % 11) % 11
        return check == 10 ? nil : digits + "\(check)"
    }

    /// As people write them: `999 400 0376`.
    static func spaced(_ nhsNumber: String) -> String {
        let digits = Array(nhsNumber)
        return String(digits[..<3]) + " " + String(digits[3..<6]) + " " + String(digits[6...])
    }

    // MARK: - Adults known to police and probation

    struct Adult: Sendable {
        let crn: String
        let pncID: String
        let croNumber: String
        let surname: String
        let forename: String
        let isMale: Bool
        let birth: CivilDate
        let phone: String
        let mail: String
        let postcode: String
    }

    static let adults: [Adult] = (0..<900).map { index in
        var random = DemoRandom(seed: UInt64(index), label: "adult")
        let isMale = random.chance(perThousand: 870)
        // Between 18 and 60 in 2025, most of them under 40.
        let years = 19 + min(random.below(42), random.below(42))
        return Adult(
            crn: "X99\(padded(index + 1, 4))", pncID: pncID(serial: 9_200_000 + index * 11),
            croNumber: croNumber(serial: 900_000 + index), surname: random.one(of: surnames),
            forename: random.one(of: isMale ? maleForenames : femaleForenames), isMale: isMale,
            birth: CivilDate(year: 2025 - years, month: 1, day: 1)!.adding(days: random.below(365)),
            phone: random.one(of: phones), mail: random.one(of: mailAddresses), postcode: random.one(of: postcodes))
    }

    /// Of the year 2099; the letter is the year's last two digits and the serial, modulo 23.
    ///
    /// Source: ministryofjustice/hmpps-person-record, PNC identifier. 2099/9999999V passes.
    static func pncID(serial: Int) -> String {
        "2099/" + padded(serial, 7) + String(policeLetters[(99 * 10_000_000 + serial) % 23])
    }

    /// Source: as above, CRO identifier. 000001/99W passes.
    static func croNumber(serial: Int) -> String {
        padded(serial, 6) + "/99" + String(policeLetters[(99 * 1_000_000 + serial) % 23])
    }

    private static let policeLetters = Array("ZABCDEFGHJKLMNPQRTUVWXY")

    // MARK: - Pupils

    struct Pupil: Sendable {
        let upn: String
        let surname: String
        let forename: String
        let isMale: Bool
        let birth: CivilDate
        /// In the September of this year, school year 0 would have begun five years after it.
        let cohort: Int
        let ethnicity: String
        /// Of the school.
        let district: String
        let schoolURN: Int
        let postcode: String

        /// The school year on a day; below 1 or above 11 when the pupil is not of school age.
        func schoolYear(on day: CivilDate) -> Int {
            let (year, month, _) = day.parts
            return (month >= 9 ? year : year - 1) - 5 - cohort
        }
    }

    static let pupils: [Pupil] = (0..<720).map { index in
        var random = DemoRandom(seed: UInt64(index), label: "pupil")
        // Years 9 to 11 are suspended and miss school the most.
        let cohort = [
            2008, 2008, 2009, 2009, 2009, 2010, 2010, 2010, 2011, 2011, 2011, 2012, 2012, 2013, 2013, 2014, 2015,
            2016, 2017, 2018,
        ][index % 20]
        let isMale = random.chance(perThousand: 600)
        let isNorthmarsh = random.chance(perThousand: 610)
        return Pupil(
            upn: upn(serial: index), surname: random.one(of: surnames),
            forename: random.one(of: isMale ? maleForenames : femaleForenames), isMale: isMale,
            birth: CivilDate(year: cohort, month: 9, day: 1)!.adding(days: random.below(365)), cohort: cohort,
            ethnicity: schoolEthnicities.draw(&random),
            district: isNorthmarsh ? DemoPlaces.northmarsh : DemoPlaces.eastvale,
            schoolURN: (isNorthmarsh ? 999_001 : 999_011) + random.below(8), postcode: random.one(of: postcodes))
    }

    private static let schoolEthnicities = DemoMix([
        ("WBRI", 660), ("WOTH", 60), ("MWBC", 40), ("APKN", 50), ("AIND", 30), ("BAFR", 60), ("BCRB", 25),
        ("OOTH", 25), ("WROM", 8), ("REFU", 22), ("NOBT", 20),
    ])

    /// Local authority 999 is none; weights 2 to 13 over the twelve digits, modulo 23.
    ///
    /// Source: Government Data Standards Catalogue, UPN. G999999900001 passes.
    static func upn(serial: Int) -> String {
        let digits = "999770177" + padded(serial, 3)
        let sum = zip(digits.utf8, 2...).reduce(0) { $0 + Int($1.0 - 0x30) * $1.1 }
        return String(Array("ABCDEFGHJKLMNPQRTUVWXYZ")[sum % 23]) + digits
    }

    // MARK: - Children known to youth justice

    struct Child: Sendable {
        let pncID: String
        let surname: String
        let forename: String
        let isMale: Bool
        let birth: CivilDate
        let ethnicity: String
    }

    static let children: [Child] = (0..<240).map { index in
        var random = DemoRandom(seed: UInt64(index), label: "child")
        let isMale = random.chance(perThousand: 850)
        return Child(
            pncID: pncID(serial: 9_500_000 + index * 7), surname: random.one(of: surnames),
            forename: random.one(of: isMale ? maleForenames : femaleForenames), isMale: isMale,
            birth: CivilDate(year: 2008, month: 3, day: 1)!
                .adding(days: min(random.below(2300), random.below(2300))),
            ethnicity: youthEthnicities.draw(&random))
    }

    private static let youthEthnicities = DemoMix([
        ("White", 700), ("Mixed", 110), ("Asian or Asian British", 70), ("Black or Black British", 90),
        ("Other Ethnic Group", 20), ("Information not obtainable", 10),
    ])

    // MARK: - What is planted

    /// References are too many to list: each begins with one of these.
    static let crimeReferencePrefix = "MVPCRIME/"
    static let childReferencePrefix = "MYJS-YP-"
    static let offenceReferencePrefix = "MYJS-OFF-"

    /// Every direct identifier of the pools, as it is written in some file, and the beginnings of references: seven
    /// bytes or more, and none occurs in a code, a label or an ordinary word.
    static let identifiers: [String] =
        surnames + maleForenames + femaleForenames + streets + postcodes + phones + phones.map(compact)
        + mailAddresses + nhsNumbers + nhsNumbers.map(spaced) + adults.map(\.crn) + adults.map(\.pncID)
        + adults.map(\.croNumber) + pupils.map(\.upn) + children.map(\.pncID)
        + [crimeReferencePrefix, childReferencePrefix, offenceReferencePrefix]

    /// Without blanks, as databases keep telephone numbers.
    static func compact(_ phone: String) -> String { phone.filter { $0 != " " } }
}

/// Who stands in one file: drawn apart from the facts, so that a corrected file has the same facts.
struct DemoIdentities {
    private var random: DemoRandom

    init(_ random: DemoRandom) { self.random = random }

    mutating func chance(perThousand: Int) -> Bool { random.chance(perThousand: perThousand) }
    mutating func surname() -> String { random.one(of: DemoPeople.surnames) }
    mutating func forename(isMale: Bool) -> String {
        random.one(of: isMale ? DemoPeople.maleForenames : DemoPeople.femaleForenames)
    }
    mutating func postcode() -> String { random.one(of: DemoPeople.postcodes) }
    mutating func phone() -> String { random.one(of: DemoPeople.phones) }
    mutating func mailAddress() -> String { random.one(of: DemoPeople.mailAddresses) }
    mutating func street() -> String { random.one(of: DemoPeople.streets) }
    mutating func nhsNumber() -> String { random.one(of: DemoPeople.nhsNumbers) }

    /// A few people turn up again and again.
    mutating func adult() -> DemoPeople.Adult {
        let count = DemoPeople.adults.count
        return DemoPeople.adults[min(random.below(count), random.below(count))]
    }

    /// What officers write, names and all.
    mutating func crimeNote() -> String {
        switch random.below(6) {
        case 0: "Victim \(surname()) states a male known as \(surname()), mobile \(phone()), punched him"
        case 1: "IP lives at \(1 + random.below(90)) \(street()), \(postcode()); CCTV requested"
        case 2: "Offender may be \(forename(isMale: true)) \(surname()), who was seen near \(street())"
        case 3: "Caller on \(phone()) heard shouting. \"Leave her alone\", said a neighbour, \(surname())"
        case 4: "Statement taken from \(forename(isMale: false)) \(surname()), contact \(mailAddress())"
        default: "No forensic opportunities. Owner \(surname()) to send photographs"
        }
    }

    /// What a receptionist writes about the place of an assault.
    mutating func placeNote() -> String {
        switch random.below(4) {
        case 0: "Outside the flat of Mr \(surname())"
        case 1: "\(street()), near the bridge"
        case 2: "At the home of \(forename(isMale: false)) \(surname())"
        default: "Behind the shop on \(street())"
        }
    }
}
