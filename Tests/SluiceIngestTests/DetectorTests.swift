import SluiceModel
import Testing

@testable import SluiceIngest

/// Identifiers found by what a cell holds.
@Suite struct DetectorTests {
    static let words = [
        ("james", NameWord.Kind.given), ("smith", .surname), ("mr", .title), ("dr", .title), ("brother", .role),
        ("pt", .role),
        ("named", .introducer), ("by", .before), ("told", .before), ("said", .verb), ("was", .verb), ("punched", .verb),
        ("at", .placeBefore),
        ("outside", .placeBefore), ("road", .placeHead), ("park", .placeHead), ("arms", .placeHead), ("the", .never),
        ("john lewis", .never),
    ].map { NameWord(text: $0.0, kind: $0.1) }
    static let ordinary = Array("rose\nmark\nhit\nwith\nbottle\non\narm\nleft\nkindly\nvery\n".utf8)

    private func kinds(_ text: String, _ wanted: IdentifierKinds = .all) -> [String] {
        var search = IdentifierSearch(words: Self.words, ordinary: Self.ordinary, today: CivilDate("2026-06-30")!)
        return search.kinds(Array(text.utf8), wanted: wanted).kinds.map(\.text)
    }

    @Test(arguments: [
        ("nhs-number", "see 999 000 0034 please"), ("nhs-number", "9990000034"), ("nhs-number", "999-000-0182"),
        ("nhs-number", "\u{FF19}\u{FF19}\u{FF19}\u{FF10}\u{FF10}\u{FF10}\u{FF10}\u{FF10}\u{FF13}\u{FF14}"),
        ("nhs-number", "999\u{00A0}000\u{00A0}0034"),
        ("upn", "pupil G999999900001 absent"), ("upn", "z99900009900a"),
        ("pnc-id", "2099/9999999V"), ("pnc-id", "seen 02/73319Z"), ("pnc-id", "19790163001B"),
        ("pnc-id", "PNC 81/34U"),
        ("cro-number", "000001/99W"), ("cro-number", "SF99/1B on file"), ("cro-number", "CRO 1/99W"),
        ("crn", "CRN X999999"), ("prison-number", "now A9999ZZ"),
        ("national-insurance-number", "AB 12 34 56 C"), ("national-insurance-number", "ab123456c"),
        ("passport-number", "passport no 123456789"), ("driver-number", "MORGA 657054 SM9IJ"),
        ("postcode", "from M1 1AE to town"), ("postcode", "sw1a1aa"), ("street-address", "at 12 Made Up Road"),
        ("street-address", "Flat 3, Some House"), ("phone-number", "call 07700 900123"),
        ("phone-number", "+44 (0)20 7946 0123"),
        ("email-address", "write to a.b+c@mail.example."), ("date-of-birth", "DOB 3/4/1987"),
        ("date-of-birth", "born on 3rd April 1987"), ("date-of-birth", "d.o.b. 1987-04-03"),
        ("vehicle-mark", "in a AB12 CDE"), ("vehicle-mark", "reg A123 BCD"), ("ip-address", "from 192.0.2.44"),
        ("ip-address", "2001:db8::8a2e:370:7334"),
        ("name", "pt said Mr Xylander punched him"), ("name", "hit by James"),
        ("name", "his brother, Qwerin, was told"),
        ("name", "a man named Zorbu"), ("name", "SMITHSON, Olive"),
    ])
    func `each kind is found in a text`(kind: String, text: String) {
        #expect(kinds(text).contains(kind), "\(text)")
    }

    @Test(arguments: [
        "9990000035", "999000003", "99900000340", "9999999999", "order 12345678901234", "A999999900001",
        "2099/9999999W",
        "221B", "000001/99A", "X999999 units", "AB123456", "QQ123456C", "123456789", "M25 3AM", "ZZ99 3AA",
        "E10 2nd floor",
        "2 men in the street", "12 days", "at 10:30:45", "1.2.3.4", "v10.0.19045.2", "2025-04-03", "3/4/2025",
        "1st on 3rd July",
        "someone@", "@ 5", "rate 5 @ 3.20", "at Victoria Park", "outside the Xylander Arms",
        "Rose on left arm",
        "Mark on arm", "hit by John Lewis", "20 mg", "0161", "A57 and M60", "TH68010", "08N", "",
    ])
    func `what only looks like one is left alone`(text: String) { #expect(kinds(text) == [], "\(text)") }

    @Test func `the upper tail of the binomial distribution is that of an exact count`() {
        func tail(_ hits: Int, _ trials: Int, _ chance: Double) -> Double {
            var row = [1.0]
            for _ in 0..<trials {
                var next = [Double](repeating: 0, count: row.count + 1)
                for (count, weight) in row.enumerated() {
                    next[count] += weight * (1 - chance)
                    next[count + 1] += weight * chance
                }
                row = next
            }
            return row[hits...].reduce(0, +)
        }
        for trials in [1, 5, 6, 20, 60, 200] {
            for chance in [1.0 / 11, 1.0 / 23, 0.5] {
                for hits in 0...trials where Double(hits) > Double(trials) * chance {
                    let isBeyond = tail(hits, trials, chance) < ContentRule.chanceLimit
                    #expect(
                        ContentGate.isBeyondChance(hits, of: trials, chance: chance) == isBeyond, "\(hits)/\(trials)")
                }
            }
        }
        // Worked: six valid NHS numbers of six, (1/11)^6 = 5.6e-7; five of five, 6.2e-6.
        #expect(ContentGate.isBeyondChance(6, of: 6, chance: 1.0 / 11))
        #expect(!ContentGate.isBeyondChance(5, of: 5, chance: 1.0 / 11))
        #expect(!ContentGate.isBeyondChance(0, of: 0, chance: 0.5))
        #expect(!ContentGate.isBeyondChance(9, of: 9, chance: 1))
    }

    // MARK: - Files

    private func healthPlan(_ change: (inout DatasetPlan, inout FormatPlan) -> Void = { _, _ in }) -> FormatPlan {
        SmallPlan { dataset, plan in
            plan.isHealth = true
            dataset.fields[0].isOptional = true
            change(&dataset, &plan)
        }.plan
    }

    /// Ten-digit numbers in no order, the same each time.
    private func numbers(_ count: Int) -> [String] {
        var state: UInt64 = 7
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return "\(1_000_000_000 + Int(state >> 33) % 9_000_000_000)"
        }
    }

    @Test func `one number hidden in the notes of a hundred thousand rows refuses a health file`() throws {
        var rows = (0..<100_000).map { "r\($0),2026-01-31,M,20,seen and sent home" }
        rows[67_890] = "r,2026-01-31,M,20,told 999 000 0034 to come back"
        let result = try ingest("Id,Day,Sex,Age,Notes\n" + rows.joined(separator: "\n") + "\n", healthPlan())
        let finding = try #require(result.finding(.patientIdentifier))
        #expect(finding.rows == [67_892] && finding.columnNumber == 5 && finding.rule == FindingRule.nhsNumber)
        #expect(finding.message.contains("One in eleven"))
        #expect(result.report.outcome == .refused)
    }

    @Test func `a declared reference of random ten-digit numbers refuses nothing, and one of NHS numbers does`() throws
    {
        let plan = healthPlan { dataset, _ in dataset.fields[0].isReference = true }
        let random = numbers(5_000).map { "\($0),2026-01-31,M,20\n" }.joined()
        let result = try ingest(SmallPlan.header + random, plan)
        #expect(result.report.outcome == .accepted && result.codes == [])
        // Undeclared it is: about one in eleven is valid.
        #expect(try ingest(SmallPlan.header + random, healthPlan()).report.outcome == .refused)

        let valid = validNumbers(20)
        let mixed = numbers(60).enumerated().map { index, number in
            "\(index % 3 == 0 ? valid[index / 3] : number),2026-01-31,M,20\n"
        }
        let full = try ingest(SmallPlan.header + mixed.joined(), plan)
        let finding = try #require(full.finding(.patientIdentifier))
        #expect(finding.column == "Id" && finding.count >= 20 && !finding.message.contains("One in eleven"))
        #expect(full.report.outcome == .refused)
        // Five say nothing yet, however often they stand there: a site's code is one trial, not as many as rows.
        let few = valid.prefix(5).map { "\($0),2026-01-31,M,20\n" }.joined()
        let often = String(repeating: few, count: 500)
        #expect(try ingest(SmallPlan.header + often, plan).report.outcome == .accepted)
        let six = valid.prefix(6).map { "\($0),2026-01-31,M,20\n" }.joined()
        #expect(try ingest(SmallPlan.header + six, plan).report.outcome == .refused)
    }

    /// NHS numbers of the range that is never given out.
    private func validNumbers(_ count: Int) -> [String] {
        let valid = (999_000_000...999_999_999).lazy.compactMap { number -> String? in
            let digits = String(number).utf8.map { Int($0) - 48 }
            let sum = zip(digits, stride(from: 10, to: 1, by: -1)).reduce(0) { $0 + $1.0 * $1.1 }
            let check = (11 - sum % 11) % 11
            return check == 10 ? nil : "\(number)\(check)"
        }
        return Array(valid.prefix(count))
    }

    @Test func `a sample of different values is the same in any order and in any parts`() {
        var state: UInt64 = 11
        func random() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state ^ state >> 31) &* 0x9E37_79B9_7F4A_7C15
        }
        for different in [10, DistinctSample.size, 5 * DistinctSample.size] {
            let values = (0..<different).map { _ in random() | 1 }
            let drawn = values + (0..<different).map { _ in values[Int(random() % UInt64(different))] }
            func sample(_ hashes: [UInt64]) -> DistinctSample {
                var sample = DistinctSample()
                for hash in hashes { sample.insert(hash, isValid: hash & 2 == 2) }
                return sample
            }
            var parts = DistinctSample()
            for start in stride(from: 0, to: drawn.count, by: 3_000) {
                parts.merge(sample(Array(drawn[start..<min(start + 3_000, drawn.count)].reversed())))
            }
            let lowest = Set(drawn.map { $0 & ~1 }).sorted().prefix(DistinctSample.size)
            let expected = (lowest.count, lowest.count { $0 & 2 == 2 })
            #expect(sample(drawn).counts() == expected && parts.counts() == expected)
        }
    }

    @Test func `one zero of a phone number need not be dialled, and no more`() {
        #expect(kinds("+44 (0)20 7946 0123") == ["phone-number"])
        #expect(kinds("+44 7 7 0 0 9 0 0 1 2 3") == ["phone-number"])
        // Were each passed over, a cell of zeros would be read to its end from each of them.
        #expect(kinds("+44 0 0 20 7946 0123") == [])
        #expect(kinds(String(repeating: "0 ", count: 32_000)) == [])
    }

    @Test func `capitals of Latin letters are those that Unicode has`() {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        var tokens = TextTokens(limitBytes: 64, arena: arena)
        for code in Array(0xC0...0xFF as ClosedRange<UInt32>) + Array(0x100...0x17F) {
            guard let scalar = Unicode.Scalar(code), scalar.properties.isAlphabetic else { continue }
            let bytes = Array("\(scalar)ab".utf8)
            tokens.cut(arena.flat(bytes + [UInt8](repeating: 0, count: 8)), 0, bytes.count)
            #expect(
                tokens.count == 1 && tokens[0].letters == (scalar.properties.isUppercase ? .first : .small), "\(code)")
        }
    }

    @Test func `full-width letters and signs hide nothing`() {
        #expect(kinds("write to some\u{FF20}example.com").contains("email-address"))
        #expect(kinds("Łukasz hit him").isEmpty == kinds("Lukasz hit him").isEmpty)
    }

    @Test func `dates of birth in a column that nobody declared show by themselves`() throws {
        var plan = healthPlan()
        plan.contentRules = [
            ContentRule(
                id: "born", condition: .identifiers([IdentifierKinds(.dateOfBirth)], percent: 0), effect: .refuse,
                message: "No.")
        ]
        func file(_ year: Int) -> String {
            "Id,Day,Sex,Age,Extra\n"
                + (0..<40).map { "a\($0),2026-01-31,M,20,\(year + $0 % 9)-\(10 + $0 % 3)-\(10 + $0 % 19)\n" }.joined()
        }
        let result = try ingest(file(1990), plan)
        #expect(result.report.findings.first { $0.rule == "gate.born" }?.columnNumber == 5)
        #expect(result.report.outcome == .refused)
        #expect(try ingest(file(2017), plan).report.outcome == .accepted)
    }

    @Test func `a rule with a share needs so many cells, and the strictest of several wins`() throws {
        var plan = healthPlan()
        plan.nameWords = Self.words
        plan.ordinaryWords = Self.ordinary
        let names = IdentifierKinds(.name)
        plan.contentRules = [
            ContentRule(id: "many", condition: .identifiers(names, percent: 20), effect: .refuse, message: "No."),
            ContentRule(id: "any", condition: .identifiers(names, percent: 0), effect: .warn, message: "Look."),
        ]
        func file(_ named: Int) -> String {
            "Id,Day,Sex,Age,Notes\n"
                + (0..<50).map { "a\($0),2026-01-31,M,20,\($0 < named ? "hit by Mr Xylander" : "hit with bottle")\n" }
                .joined()
        }
        let few = try ingest(file(9), plan)
        #expect(few.report.findings.map(\.rule) == ["gate.any", "header"] && few.report.outcome == .accepted)
        #expect(few.report.findings[0].count == 9 && few.report.findings[0].rows.count == 9)
        let many = try ingest(file(10), plan)
        #expect(Set(many.report.findings.map(\.rule)).isSuperset(of: ["gate.many", "gate.any"]))
        #expect(many.report.outcome == .refused && many.report.rows.accepted == 0)
    }

    @Test func `the result does not depend on chunks and threads`() throws {
        var plan = healthPlan()
        plan.contentRules = [
            ContentRule(
                id: "mail", condition: .identifiers([IdentifierKinds(.emailAddress)], percent: 0), effect: .warn,
                message: "Look.")
        ]
        let text =
            "Id,Day,Sex,Age,Notes\n"
            + (0..<4000).map { "a\($0),2026-01-31,M,20,\($0 % 7 == 0 ? "a\($0)@mail.example" : "-")\n" }.joined()
        let one = try ingest(text, plan)
        #expect(one.report.findings[0].count == 572 && one.report.findings[0].rows.first == 2)
        for bytes in [1 << 10, 5000] {
            let other = try ingest(Array(text.utf8), plan, readBytes: bytes)
            #expect(other.report == one.report)
        }
    }

    @Test func `other senders are searched in free text and in what no schema knows only`() throws {
        let rule = ContentRule(
            id: "patient", condition: .identifiers([IdentifierKinds(.nhsNumber)], percent: 0), effect: .dropColumn,
            message: "Dropped.")
        let plan = SmallPlan { dataset, plan in
            plan.contentRules = [rule]
            dataset.output.linkField = 0
        }.plan
        let free = try ingest("Id,Day,Sex,Age,Notes\na,2026-01-31,M,20,see 9990000034\n", plan)
        #expect(free.codes.contains(.identifierFound) && free.report.outcome == .accepted)
        // What is linked by is weighed.
        let linked = validNumbers(8).map { "\($0),2026-01-31,M,20\n" }.joined()
        #expect(try ingest(SmallPlan.header + linked, plan).report.findings.map(\.rule) == ["gate.patient"])
        #expect(try ingest(SmallPlan.header + "9990000034,2026-01-31,M,20\n", plan).report.findings == [])
        var unlinked = plan
        unlinked.datasets[0].output.linkField = nil
        #expect(try ingest(SmallPlan.header + linked, unlinked).report.findings == [])
    }

    @Test func `columns that single a person out refuse together, and columns of a class alone`() throws {
        let plan = SmallPlan { dataset, plan in
            dataset.fields[2].facts = [.sex]
            dataset.fields[3].facts = [.age]
            dataset.fields[3].isOptional = true
            dataset.fields[0].privacy = .direct
            plan.contentRules = [
                ContentRule(id: "out", condition: .together([.age, .sex]), effect: .refuse, message: "Out."),
                ContentRule(id: "direct", condition: .classes([.direct]), effect: .warn, message: "Direct."),
            ]
        }.plan
        let both = try ingest(SmallPlan.header + "a,2026-01-31,M,20\n", plan)
        #expect(both.report.outcome == .refused && both.report.findings.map(\.message) == ["Out."])
        let one = try ingest("Id,Day,Sex\na,2026-01-31,M\n", plan)
        #expect(one.report.outcome == .accepted)
        #expect(one.report.findings.map(\.message) == ["Direct."] && one.report.findings[0].column == "Id")
        #expect(try ingest("Id,Day,Sex\n,2026-01-31,M\n", plan).report.findings == [])
    }

    @Test func `inside the agency nothing is refused for what it holds`() throws {
        var plan = healthPlan()
        plan.isAgencySide = true
        #expect(try ingest(SmallPlan.header + "9990000034,2026-01-31,M,20\n", plan).report.outcome == .accepted)
    }
}
