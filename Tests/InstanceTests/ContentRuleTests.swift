import SluiceInstance
import SluiceModel
import SluiceSettings
import SluiceStore
import SluiceSystem
import SluiceTestSupport
import Testing

/// The shipped rules on contents: for each a file that meets it and one that just misses it.
@Suite struct ContentRuleTests {
    /// Twenty attendances with further columns.
    private func attendances(_ more: [(heading: String, cell: (Int) -> String)]) throws -> String {
        let sample = try readSmallFile(Installation.share() + "/plugins/nhs-ed/samples/istv.csv")
        var lines = String(decoding: sample, as: UTF8.self).split(whereSeparator: \.isNewline).prefix(21).map(
            String.init)
        for (heading, cell) in more {
            lines[0] += ",\(heading)"
            for index in 1..<lines.count { lines[index] += ",\(cell(index))" }
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }

    private func rules(_ site: TestInstance, _ delivery: Delivery) throws -> Set<String> {
        let findings = try site.receipt(delivery).json["findings"]?.items ?? []
        return Set(findings.compactMap { $0["rule"]?.text }.filter { $0.hasPrefix("gate.") })
    }

    private static let health: [(rule: String, heading: String, meets: [String], misses: [String], outcome: Outcome)] =
        [
            ("patient-columns", "NHS Number", [""], [], .refused),
            ("patient-columns", "Number of visits", [], ["2"], .accepted),
            ("nhs-number", "Remarks", ["see 999 000 0034"], ["see 999 000 0035"], .refused),
            ("identifiers", "Remarks", ["mail a.b@mail.example"], ["mail at mail dot example"], .refused),
            ("identifiers", "Remarks", ["lives at M1 1AE"], ["lives in M1"], .refused),
            ("identifiers", "Remarks", ["DOB 3/4/1987"], ["seen 3/4/2025"], .refused),
            ("names", "Remarks", ["hit by Mr Xylander"], [], .refused),
            (
                "name-seen", "Remarks", ["hit by Mr Xylander", "", "", "", "", "", "", "", "", ""],
                ["hit by a stranger"], .accepted
            ),
            ("health-field", "Diagnosis", ["made up"], [""], .accepted),
        ]

    @Test(arguments: health.indices)
    func `of a health sender`(index: Int) throws {
        let site = try TestInstance()
        let (rule, heading, meets, misses, outcome) = Self.health[index]
        if !meets.isEmpty {
            let file = try attendances([(heading, { meets[$0 % meets.count] })])
            let delivery = try site.deliver(file, as: "april.csv", for: hospital)
            #expect(delivery.status == .final(outcome), "\(heading)")
            #expect(try rules(site, delivery).contains("gate.\(rule)"))
            if outcome == .refused { try site.store.forEachBlock(RecordFilter()) { _ in Issue.record("records") } }
        }
        if !misses.isEmpty {
            let file = try attendances([(heading, { misses[$0 % misses.count] })])
            let delivery = try site.deliver(file, as: "april-again.csv", for: hospital)
            #expect(delivery.status == .final(.accepted), "\(heading)")
            #expect(try rules(site, delivery) == [])
        }
    }

    @Test func `columns that together single a person out refuse a health sender's file`() throws {
        let site = try TestInstance()
        let home = ("LSOA of residence", { (_: Int) in "E01999001" })
        let ethnicity = ("Ethnicity", { (_: Int) in "A" })
        let without = try site.deliver(try attendances([home]), as: "a.csv", for: hospital)
        #expect(without.status == .final(.accepted))
        #expect(try rules(site, without) == [])
        let delivery = try site.deliver(try attendances([home, ethnicity]), as: "b.csv", for: hospital)
        #expect(delivery.status == .final(.refused))
        #expect(try rules(site, delivery) == ["gate.singled-out"])
        let receipt = try site.receipt(delivery)
        #expect(receipt.text.contains("together single people out"))
        // The rule's own words stand in the ledger.
        var because = ""
        var filter = LedgerFilter()
        filter.subject = delivery.id.text
        try site.instance.forEachLedgerRow(filter) { row in
            because += row.entry.details["because"] ?? ""
        }
        #expect(because.contains("columns that together single a person out"))
    }

    @Test(arguments: [
        ("patient-number", "NHS no 999 000 0034", "NHS no 999 000 0035"),
        ("free-text", "rang 07700 900123", "rang twice"),
        ("free-text", "hit by Mr Xylander", "hit by a stranger"),
    ])
    func `of others strike in free text, and the file is taken`(rule: String, meets: String, misses: String) throws {
        let site = try TestInstance()
        for (text, isMet) in [(meets, true), (misses, false)] {
            let rows = (1...9).map { crime($0) + ",\(text)" }
            let delivery = try site.deliver(crimes(rows, header: policeHeader + ",MO"), as: "m.csv", for: police)
            #expect(delivery.status == .final(.accepted))
            #expect(try rules(site, delivery) == (isMet ? ["gate.\(rule)"] : []), "\(text)")
            #expect(!(try site.receipt(delivery).text.contains(text)))
        }
    }

    @Test func `a column that holds NHS numbers is not linked by`() throws {
        let site = try TestInstance()
        func file(_ identifiers: [String]) -> String {
            crimes((1...9).map { crime($0) + ",\(identifiers[$0 - 1])" }, header: policeHeader + ",PNCID")
        }
        let linked = try site.deliver(file([String](repeating: "2099/9999999V", count: 9)), as: "a.csv", for: police)
        #expect(linked.status == .final(.accepted))
        func tokens(_ id: DeliveryID) throws -> [UInt8] {
            var bytes: [UInt8] = []
            try site.store.forEachBlock(RecordFilter()) { if $0.delivery == id { bytes += $0.block.linkTokens } }
            return bytes
        }
        #expect(try tokens(linked.id).contains { $0 != 0 })
        let numbers = [
            "9990000018", "9990000026", "9990000034", "9990000042", "9990000050",
            "9990000069", "9990000077", "9990000085", "9990000093",
        ]
        let dropped = try site.deliver(file(numbers), as: "b.csv", for: police)
        #expect(dropped.status == .final(.accepted))
        #expect(try rules(site, dropped) == ["gate.patient-number"])
        #expect(try tokens(dropped.id).allSatisfy { $0 == 0 })
        #expect(dropped.rows == RowCounts(read: 9, accepted: 9, rejected: 0))
    }

    @Test func `a social care file is judged like a health sender's`() throws {
        let site = try TestInstance { folder in
            try edit(
                folder + "/authorities/northmarsh-council-education.yaml", "kind: education",
                "kind: local-authority\nfunction: social-care")
        }
        let sample = try readSmallFile(Installation.share() + "/plugins/education/samples/exclusions-good.csv")
        let delivery = try site.deliver(
            String(decoding: sample, as: UTF8.self), as: "e.csv", for: "northmarsh-council-education")
        #expect(delivery.status == .final(.refused))
    }

    @Test func `a rule that another one always decides with is told, and none of the shipped ones is`() throws {
        let shipped = try Trial.shipped().rules
        #expect(DisclosureRule.neverDecisive(shipped).isEmpty)
        var narrow = try #require(shipped.first { $0.id == "identifiers" })
        narrow.id = "narrow"
        narrow.identifiers = IdentifierKinds([.upn, .crn])
        let found = DisclosureRule.neverDecisive(shipped + [narrow])
        #expect(found.map(\.rule.id) == ["narrow"] && found.map(\.beside.id) == ["identifiers"])
        // Wider in what it asks for, milder in what it does, or of other senders it may decide alone.
        narrow.identifiers = .all
        #expect(DisclosureRule.neverDecisive(shipped + [narrow]).allSatisfy { $0.rule.id != "narrow" })
        narrow.identifiers = IdentifierKinds([.upn])
        narrow.functions = []
        #expect(DisclosureRule.neverDecisive(shipped + [narrow]).isEmpty)
        // Of two that are the same the later one.
        var twin = try #require(shipped.first { $0.id == "health-field" })
        twin.id = "twin"
        #expect(DisclosureRule.neverDecisive(shipped + [twin]).map(\.rule.id) == ["twin"])
    }

    @Test(arguments: [
        ("identifiers: [nhs-number]", "identifiers: [nhs-nmber]", "did you mean `nhs-number`?"),
        ("identifiers: [nhs-number]", "identifiers: []", "the rule can never strike: `identifiers` is empty"),
        ("    identifiers: [nhs-number]\n", "", "`identifiers` is missing"),
        ("classes: [H]", "classes: [H]\n    percent: 3", "`percent` is for `when: holds-identifiers`"),
        ("classes: [H]", "classes: [H]\n    facts: [age]", "`facts` is for `when: tells-together`"),
        ("facts: [age, sex, ethnicity, home-area]", "facts: [age, sexx]", "did you mean `sex`?"),
        (
            "when: patient-column\n    effect: refuse", "when: patient-column\n    effect: hold",
            "`effect: hold` is not possible"
        ),
    ])
    func `a mistake in one is refused with its place`(old: String, new: String, said: String) throws {
        let failure = #expect(throws: InstanceError.self) {
            _ = try TestInstance { folder in try edit(folder + "/disclosure/rules.yaml", old, new) }
        }
        let text = "\(try #require(failure))"
        #expect(text.contains("disclosure/rules.yaml:") && text.contains(said), "\(text)")
    }
}
