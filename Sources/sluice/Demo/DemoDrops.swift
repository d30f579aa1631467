// What `sluice demo` drops: twelve months of made-up files from five authorities in two made-up districts, and from a
// sixth whose agreement has lapsed.
//
//   DemoDrops        the files, in the order they are dropped, and what each should come to
//   DemoPolice, DemoHospital, DemoEducation, DemoProbation, DemoYouthJustice    the rows, one authority each
//   DemoPeople       names and numbers that can belong to nobody, all of them planted
//   DemoPlaces       the districts, and at what hours things happen in them
//   DemoDefects      what is wrong with a file on purpose
//   DemoTable        delimited text
//   DemoRandom       the seeded generator behind it all
//   DemoSettings     the sixth authority and the register of reviews
//   PlantedSearch    looks for planted identifiers in bytes

import SluiceModel

/// The files of the demo. The same seed, scale and day give the same bytes.
///
/// They cover April 2025 to March 2026, as the shipped release does. At scale 1 they have about 340,000 rows and
/// 59 MB.
struct DemoDrops: Sendable {
    /// One thing that is put into an authority's `incoming/`.
    struct Drop: Sendable {
        enum Kind: Hashable, Sendable {
            case file
            /// A file with a second name: write the bytes to `otherName` beside it, link `name` to it, and remove
            /// `otherName` when the demo is over. It is a temporary name, so that nobody takes it for a delivery.
            case hardLink(otherName: String)
            /// Points at a place that does not exist.
            case symbolicLink(target: String)
        }

        let authority: String
        /// Names begin with the day they were sent, so that their order is the order of the drops.
        let name: String
        let kind: Kind
        /// What is special about it, in plain words; nil for an ordinary file.
        let special: String?
        /// The status it has once everything is taken in.
        let status: DeliveryStatus
        fileprivate let make: @Sendable () -> [UInt8]

        var expected: String { status.text }
        var purpose: String { special ?? "an ordinary file" }

        /// Its content, made anew at each call; empty for a symbolic link.
        func bytes() -> [UInt8] { make() }
    }

    /// In the order they are dropped. No two of one authority have the same name.
    let drops: [Drop]

    /// Every direct identifier in any file or name, and the beginnings of references that are too many to list.
    static var plantedIdentifiers: [String] { DemoPeople.identifiers }

    static let lapsedAuthorityYAML = DemoSettings.lapsedAuthorityYAML

    static func reviewsYAML(today: CivilDate) -> String { DemoSettings.reviewsYAML(today: today) }

    /// - Parameters:
    ///   - today: Files that would have been sent later are left out.
    ///   - scale: Multiplies the number of rows: 1 for a few hundred thousand.
    init(seed: UInt64, today: CivilDate, scale: Double = 1) {
        var maker = DropMaker(seed: seed, scale: scale)
        for month in DropMaker.months {
            maker.addMonth(month)
            maker.addTermOrQuarter(endingWith: month)
        }
        maker.addSpecials()
        drops = maker.inOrder.filter { $0.sent <= today }.map(\.drop)
    }
}

/// Puts the drops together.
private struct DropMaker {
    static let months = (0..<12).map { CivilMonth(index: CivilMonth("2025-04")!.index + $0)! }

    let seed: UInt64
    let scale: Double
    private var all: [(sent: CivilDate, drop: DemoDrops.Drop)] = []

    init(seed: UInt64, scale: Double) {
        self.seed = seed
        self.scale = scale
    }

    /// By the day sent; those of one day in the order they were added.
    var inOrder: [(sent: CivilDate, drop: DemoDrops.Drop)] {
        all.enumerated()
            .sorted { ($0.element.sent, $0.offset) < ($1.element.sent, $1.offset) }
            .map(\.element)
    }

    /// At least fifty, so that the few bad rows of a large file are below the tolerance in a small one too.
    private func rows(_ atScaleOne: Int) -> Int { max(50, Int(Double(atScaleOne) * scale)) }

    private func random(_ label: String) -> DemoRandom { DemoRandom(seed: seed, label: label) }

    /// - Parameters:
    ///   - what: Dataset and period, the middle of the name.
    ///   - note: The end of the name.
    private mutating func add(
        _ authority: String, _ what: String, sent: CivilDate, note: String = "",
        _ status: DeliveryStatus = .final(.accepted), special: String? = nil, kind: DemoDrops.Drop.Kind = .file,
        content: @escaping @Sendable () -> [UInt8]
    ) {
        let day = "\(sent)".filter { $0 != "-" }
        let name = day + "-" + what + (note.isEmpty ? "" : "-" + note) + ".csv"
        let drop = DemoDrops.Drop(
            authority: authority, name: name, kind: kind, special: special, status: status, make: content)
        all.append((sent, drop))
    }

    /// A day of the month after `month`, when its files are sent.
    private func day(_ number: Int, after month: CivilMonth) -> CivilDate {
        month.next.firstDay.adding(days: number - 1)
    }

    // MARK: - Ordinary months

    mutating func addMonth(_ month: CivilMonth) {
        addRecordedCrime(month)
        add(police, "stop-and-search-\(month)", sent: day(7, after: month), content: searches(month))
        addAttendances(month)
        addAbsences(month)
        let (seed, rows) = (seed, rows(1500))
        add(probation, "caseload-\(month)", sent: day(4, after: month)) {
            DemoProbation.caseload(month: month, rows: rows, seed: seed)
        }
    }

    mutating func addTermOrQuarter(endingWith month: CivilMonth) {
        let quarter = PeriodUnit.quarter.period(holding: month)
        if quarter.last == month {
            let (random, rows) = (random("youth \(quarter)"), rows(240))
            let firstOffence = (quarter.first.index - Self.months[0].index) * 10_000 + 1
            add(youthJustice, "offences-\(quarter.first)-to-\(quarter.last)", sent: day(20, after: month)) {
                DemoYouthJustice.offences(quarter: quarter, rows: rows, firstOffence: firstOffence, random: random)
            }
        }
        let term = PeriodUnit.term.period(holding: month)
        if term.last == month { addExclusions(term) }
    }

    private mutating func addRecordedCrime(_ month: CivilMonth) {
        let what = "recorded-crime-\(month)"
        let sent = day(6, after: month)
        switch "\(month)" {
        case "2025-06":
            add(
                police, what, sent: sent, .final(.acceptedWithRejections),
                special: "two rows in a hundred are wrong: codes that do not exist, an end before its beginning, an "
                    + "impossible age", content: crimes(month, DemoDefects(badRowsPerThousand: 20)))
        case "2025-08":
            add(
                police, what, sent: sent, .superseded,
                special: "sent too early: one crime in seven is not in it yet; the corrected file replaces it whole",
                content: crimes(month, DemoDefects(missingRowsPerThousand: 140)))
            add(
                police, what, sent: day(27, after: month), note: "corrected",
                special: "the same month again, complete: it replaces the earlier file", content: crimes(month))
        case "2025-11":
            add(
                police, what, sent: sent, .final(.rejected), special: "the column with the offence codes is missing",
                content: crimes(month, DemoDefects(missingColumns: ["OffenceCode"])))
            add(
                police, what, sent: day(9, after: month), note: "complete",
                special: "the rejected file again, with its column", content: crimes(month))
        case "2026-02":
            let person = "\(DemoPeople.maleForenames[3]) \(DemoPeople.surnames[11])"
            add(
                police, what, sent: sent,
                special: "somebody gave a column a person's name; it is reported by its position only",
                content: crimes(month, DemoDefects(extraColumn: person)))
        default:
            add(police, what, sent: sent, content: crimes(month))
        }
    }

    private mutating func addAttendances(_ month: CivilMonth) {
        let what = "istv-\(month)"
        let sent = day(10, after: month)
        switch "\(month)" {
        case "2025-07":
            add(
                hospital, what, sent: sent, .final(.refused), special: "a column of NHS numbers",
                content: attendances(month, .numberColumn))
            add(
                hospital, what, sent: day(14, after: month), note: "anonymous",
                special: "the refused file again, without its patients' numbers", content: attendances(month, .none))
        case "2025-12":
            add(
                hospital, what, sent: sent, .final(.refused), special: "three NHS numbers hidden in free text",
                content: attendances(month, .numbersInText))
            add(
                hospital, what, sent: day(16, after: month), note: "anonymous",
                special: "the refused file again, without its patients' numbers", content: attendances(month, .none))
        default:
            add(hospital, what, sent: sent, content: attendances(month, .none))
        }
    }

    private mutating func addAbsences(_ month: CivilMonth) {
        guard !DemoEducation.schoolDays(Period(first: month, last: month)!).isEmpty else { return }
        let (random, rows) = (random("absences \(month)"), rows(3000))
        let isFaulty = "\(month)" == "2025-10"
        add(
            education, "attendance-\(month)", sent: day(12, after: month),
            isFaulty ? .final(.acceptedWithRejections) : .final(.accepted),
            special: isFaulty ? "a few sessions and marks that do not exist" : nil
        ) {
            DemoEducation.absences(
                month: month, rows: rows, random: random, defects: DemoDefects(badRowsPerThousand: isFaulty ? 12 : 0))
        }
    }

    private mutating func addExclusions(_ term: Period) {
        let (random, rows) = (random("exclusions \(term)"), rows(700))
        let what = "exclusions-\(term.first)-to-\(term.last)"
        let sent = day(15, after: term.last)
        switch "\(term.last)" {
        case "2025-12":
            let dialect = DemoTable.Dialect(
                delimiter: UInt8(ascii: ";"), isWindows1252: true,
                titles: ["Suspensions and exclusions, autumn term, schools of Café Quay and others (made up)"])
            add(
                education, what, sent: sent,
                special: "from another system: a title above the header, semicolons, Windows-1252"
            ) { DemoEducation.exclusions(term: term, rows: rows, random: random, dialect: dialect) }
        case "2026-03":
            add(
                education, what, sent: sent, .final(.rejected),
                special: "three rows in ten have a category that does not exist, more than is tolerated"
            ) {
                DemoEducation.exclusions(
                    term: term, rows: rows, random: random, defects: DemoDefects(badRowsPerThousand: 300))
            }
            add(
                education, what, sent: day(19, after: term.last), note: "mended",
                special: "the rejected file again, with its categories put right"
            ) { DemoEducation.exclusions(term: term, rows: rows, random: random) }
        default:
            add(education, what, sent: sent) { DemoEducation.exclusions(term: term, rows: rows, random: random) }
        }
    }

    // MARK: - Special files

    mutating func addSpecials() {
        let march = Self.months[11]
        let september = Self.months[5]
        add(
            police, "stop-and-search-\(september)", sent: day(9, after: september), note: "again", .final(.duplicate),
            special: "the very bytes of a file that was taken two days before", content: searches(september))

        let (random, rows) = (random("shared"), rows(200))
        let linked = "recorded-crime-\(march)"
        add(
            police, linked, sent: day(2, after: march), note: "shared", .final(.quarantined),
            special: "it has a second name (a hard link), so somebody else may still write to it",
            kind: .hardLink(otherName: ".recorded-crime-\(march)-shared.part")
        ) { DemoPolice.recordedCrime(month: march, rows: rows, firstReference: 9_000_001, random: random) }
        add(
            probation, "caseload-\(march)", sent: day(2, after: march), note: "shortcut", .final(.quarantined),
            special: "it is no file but a link to somewhere else",
            kind: .symbolicLink(target: "/home/\(DemoPeople.surnames[5])/caseload-\(march).csv")
        ) { [] }

        let (seed, held) = (seed, self.rows(300))
        for (month, note) in [(Self.months[10], ""), (march, "for-\(DemoPeople.surnames[8])")] {
            add(
                DemoSettings.lapsedAuthority, "caseload-\(month)", sent: day(8, after: month), note: note, .held,
                special: "its agreement ended in March 2025: it waits unopened"
                    + (note.isEmpty ? "" : "; its name holds a person's name")
            ) { DemoProbation.caseload(month: month, rows: held, district: DemoPlaces.eastvale, seed: seed &+ 1) }
        }
    }

    // MARK: - Contents

    private func crimes(_ month: CivilMonth, _ defects: DemoDefects = DemoDefects()) -> @Sendable () -> [UInt8] {
        let index = month.index - Self.months[0].index
        // Summer has more crime than winter.
        let season = [98, 102, 106, 110, 108, 102, 104, 98, 92, 90, 88, 100][index]
        let (random, rows) = (random("crimes \(month)"), rows(200 * season))
        return {
            DemoPolice.recordedCrime(
                month: month, rows: rows, firstReference: index * 700_000 + 1, random: random, defects: defects)
        }
    }

    private func searches(_ month: CivilMonth) -> @Sendable () -> [UInt8] {
        let (random, rows) = (random("searches \(month)"), rows(320))
        return { DemoPolice.searches(month: month, rows: rows, random: random) }
    }

    private func attendances(
        _ month: CivilMonth, _ patientData: DemoHospital.PatientData
    ) -> @Sendable () -> [UInt8] {
        let (random, rows) = (random("attendances \(month)"), rows(400))
        return { DemoHospital.attendances(month: month, rows: rows, random: random, patientData: patientData) }
    }

    private let police = "marshvale-police"
    private let hospital = "northmarsh-hospital"
    private let education = "northmarsh-council-education"
    private let probation = "marshvale-probation"
    private let youthJustice = "marshvale-yot"
}
