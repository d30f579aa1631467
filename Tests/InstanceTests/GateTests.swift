import Logging
import SluiceInstance
import SluiceModel
import SluiceSettings
import SluiceStore
import SluiceSystem
import SluiceTestSupport
import Testing

/// The rules of `disclosure/rules.yaml`: for each a case that meets it and one that just misses it.
@Suite struct PartyRuleTests {
    private func site(
        operator kind: String = "policing-body", gateway: String = "pcsc-16", authority: String = police,
        at now: String = "2026-04-10T09:00:00Z", more: (String) throws -> Void = { _ in }
    ) throws -> TestInstance {
        try TestInstance(at: now, waits: true) { folder in
            try edit(folder + "/sluice.yaml", "kind: policing-body", "kind: \(kind)")
            let file = folder + "/authorities/\(authority).yaml"
            let text = String(decoding: try readSmallFile(file), as: UTF8.self)
            let old = try #require(text.split(separator: "\n").first { $0.hasPrefix("gateway: ") })
            try edit(file, String(old), "gateway: \(gateway)")
            try more(folder)
        }
    }

    private func status(_ site: TestInstance) throws -> (status: DeliveryStatus, reason: String?) {
        let delivery = try site.deliver(crimes((1...9).map { crime($0) }), as: "march.csv", for: police)
        return (delivery.status, delivery.reason)
    }

    private func notice(_ site: TestInstance) throws -> String {
        let path = try #require(
            try site.files(below: site.site + "/srv/drop/\(police)/held").first { $0.hasSuffix(".notice.txt") })
        return String(decoding: try readSmallFile(path), as: UTF8.self)
    }

    @Test(arguments: [
        // The operator is listed, and is not.
        ("policing-body", "pcsc-16", String?.none), ("local-authority", "pcsc-16", nil),
        ("vru", "pcsc-16", "pcsc-16-operator"), ("voluntary", "pcsc-16", "pcsc-16-operator"),
        ("vru", "existing-powers", nil),
        // Required by a policing body, and by another.
        ("policing-body", "pcsc-17", nil), ("local-authority", "pcsc-17", "pcsc-17-operator"),
        // The hospital standard for police data.
        ("policing-body", "istv", "istv-sender"),
    ])
    func `a power that does not fit the parties holds the file`(
        operator kind: String, gateway: String, rule: String?
    ) throws {
        let site = try site(operator: kind, gateway: gateway)
        let (status, reason) = try status(site)
        #expect(status == (rule == nil ? .final(.accepted) : .held))
        #expect(reason == rule)
        guard let rule else { return }
        #expect(try notice(site).contains("PCSC Act 2022") || rule == "istv-sender")
        // It is on record by its rule.
        var filter = LedgerFilter()
        filter.rule = "gate.\(rule)"
        var kinds: [LedgerKind] = []
        try site.instance.forEachLedgerRow(filter) { kinds.append($0.entry.kind) }
        #expect(kinds == [.deliveryHeld])
    }

    @Test func `a hospital cannot send under section 16, and can under the hospital standard`() throws {
        let sample = try site().sample("nhs-ed", "istv.csv")
        for (gateway, isHeld) in [("pcsc-16", true), ("istv", false)] {
            let site = try site(gateway: gateway, authority: hospital)
            let delivery = try site.deliver(sample, as: "april.csv", for: hospital)
            #expect((delivery.status == .held) == isHeld)
            #expect(delivery.reason == (isHeld ? "pcsc-16-sender" : nil))
        }
    }

    @Test func `a file that a rule held is taken in once the rule no longer strikes`() throws {
        let site = try site(operator: "vru")
        #expect(try status(site).status == .held)
        try edit(site.site + "/authorities/\(police).yaml", "gateway: pcsc-16", "gateway: existing-powers")
        try site.instance.reload()
        site.takeIn()
        #expect(try site.store.deliveries(DeliveryFilter()).map(\.status) == [.final(.accepted)])
    }

    @Test(arguments: [("2027-03-31T22:30:00Z", DeliveryStatus.final(.accepted)), ("2027-03-31T23:30:00Z", .held)])
    func `the last day of an agreement ends at midnight where the instance is`(
        now: String, expected: DeliveryStatus
    ) throws {
        // 23:30 UTC is half past midnight of 1 April in British summer time.
        #expect(try status(try site(at: now)).status == expected)
    }

    @Test func `every rule that strikes is on record, the agreement's first`() throws {
        let site = try site(operator: "vru", at: "2030-04-10T09:00:00Z")
        #expect(try status(site).reason == "agreement-lapsed")
        let text = try notice(site)
        #expect(text.contains("The data-sharing agreement on file has ended."))
        #expect(text.contains("not one that section 16 lists"))
    }

    @Test func `a lapsed agreement holds files even where nobody wrote a rule for it`() throws {
        let site = try site(at: "2030-04-10T09:00:00Z") { folder in
            try Folder(path: folder + "/disclosure").writeAtomically(
                FileName(own: "rules.yaml"), Array("rules: []\n".utf8), mode: 0o644)
        }
        #expect(try status(site).reason == "agreement-lapsed")
    }

    @Test(arguments: [("retentionMonths: 1", true), ("retentionMonths: 2", false)])
    func `a file all of which is past its retention is refused`(setting: String, isRefused: Bool) throws {
        // March may be kept through April with one month, through May with two.
        let site = try site(at: "2026-05-10T09:00:00Z") { folder in
            try edit(folder + "/authorities/\(police).yaml", "retentionMonths: 36", setting)
        }
        let delivery = try site.deliver(crimes((1...9).map { crime($0) }), as: "march.csv", for: police)
        #expect(delivery.status == .final(isRefused ? .refused : .accepted))
        let receipt = try site.receipt(delivery)
        #expect(receipt.text.contains("older than the partnership may keep") == isRefused)
        var rows = 0
        try site.store.forEachBlock(RecordFilter()) { rows += $0.block.rowCount }
        #expect(rows == (isRefused ? 0 : 9))
    }

    // MARK: - Releases

    private func build(_ site: TestInstance) throws -> (result: CommandResult, provenance: JSON?) {
        let result = site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "user:0")
        let path = site.site + "/srv/releases/violence-profile/latest/provenance.json"
        return (result, (try? readSmallFile(path)).flatMap { try? JSON(reading: $0) })
    }

    @Test func `records received under section 17 stay out of a release for others, without a count`() throws {
        let site = try site(gateway: "pcsc-17")
        _ = try site.deliver(crimes((1...20).map { crime($0) }), as: "march.csv", for: police)
        #expect(try build(site).result.exit == .no)
        _ = try site.deliver(try site.sample("nhs-ed", "istv.csv"), as: "april.csv", for: hospital)
        let (result, provenance) = try build(site)
        #expect(result.exit == .done, "\(result.text)")
        let leftOut = try #require(provenance?["leftOut"]?.items)
        #expect(leftOut.map { $0["authority"]?.text } == [police])
        #expect(leftOut.first?["rule"]?.text == "gate.pcsc-17-7-onward")
        #expect(leftOut.first?["count"] == nil)
        let table = String(
            decoding: try readSmallFile(
                site.site + "/srv/releases/violence-profile/latest/tables/offences.csv"), as: UTF8.self)
        #expect(!table.contains(",20,"))
        #expect(provenance?["sources"]?.items?.contains { $0["authority"]?.text == police } == false)
    }

    @Test func `what came under section 17 stays so when the power is changed later`() throws {
        let site = try site(gateway: "pcsc-17")
        _ = try site.deliver(crimes((1...20).map { crime($0) }), as: "march.csv", for: police)
        try edit(site.site + "/authorities/\(police).yaml", "gateway: pcsc-17", "gateway: pcsc-16")
        try site.instance.reload()
        _ = try site.deliver(
            crimes((1...8).map { crime($0, month: "02/2026") }), as: "february.csv", for: police)
        let (result, provenance) = try build(site)
        #expect(result.exit == .done)
        #expect(provenance?["leftOut"]?.items?.count == 1)
        #expect(provenance?["sources"]?.items?.compactMap { $0["period"]?.text } == ["2026-02"])
    }

    @Test(arguments: ["", "rules: []\n"])
    func `the law on section 17 holds without a rule, and without the authority`(rules: String) throws {
        let site = try site(gateway: "pcsc-17") { folder in
            guard !rules.isEmpty else { return }
            try Folder(path: folder + "/disclosure").writeAtomically(
                FileName(own: "rules.yaml"), Array(rules.utf8), mode: 0o644)
        }
        _ = try site.deliver(crimes((1...20).map { crime($0) }), as: "march.csv", for: police)
        _ = try site.deliver(try site.sample("nhs-ed", "istv.csv"), as: "april.csv", for: hospital)
        try Folder(path: site.site + "/authorities").remove(FileName(own: "\(police).yaml"))
        try Folder(path: site.site).writeAtomically(
            FileName(own: "reviews.yaml"), Array("reviews: []\n".utf8), mode: 0o644)
        try site.instance.reload()
        #expect(!site.instance.settings.authorities.contains { $0.id.text == police })
        let (result, provenance) = try build(site)
        #expect(result.exit == .done, "\(result.text)")
        #expect(provenance?["leftOut"]?.items?.map { $0["authority"]?.text } == [police])
        // A sum of none would be a zero that nobody reported.
        let warnings = provenance?["warnings"]?.items?.compactMap(\.text) ?? []
        #expect(
            warnings.contains(
                "Nobody has delivered events of the kind offence for 2025-04/2026-03: figures that count these months are "
                    + "[x]."))
        let table = String(
            decoding: try readSmallFile(site.site + "/srv/releases/violence-profile/latest/tables/offences.csv"),
            as: UTF8.self)
        #expect(table.split(separator: "\r\n").dropFirst().allSatisfy { $0.hasSuffix(",,[x]") })
    }

    @Test func `the policing body may use them itself, to assist or monitor`() throws {
        let site = try site(gateway: "pcsc-17") { folder in
            let spec = folder + "/releases/violence-profile.yaml"
            try edit(spec, "purpose: needs-assessment", "purpose: pcsc-14-monitor")
            for line in [
                "  - {kind: police, name: Marshvale Police (made up)}\n",
                "  - {kind: local-authority, name: Northmarsh Council (made up)}\n",
                "  - {kind: local-authority, name: Eastvale Council (made up)}\n",
            ] { try edit(spec, line, "") }
            for file in try listSmallFolder(folder + "/authorities") {
                try edit(folder + "/authorities/" + file, "purposes: [", "purposes: [pcsc-14-monitor, ")
            }
        }
        _ = try site.deliver(crimes((1...20).map { crime($0) }), as: "march.csv", for: police)
        let (result, provenance) = try build(site)
        #expect(result.exit == .done, "\(result.text)")
        #expect(provenance?["leftOut"]?.items == [])
    }

    @Test func `a spec that names such a source is refused with its place`() throws {
        let site = try site(gateway: "pcsc-17") { folder in
            try edit(
                folder + "/releases/violence-profile.yaml", "# sources: [marshvale-police, northmarsh-hospital]",
                "sources: [marshvale-police, northmarsh-hospital]")
        }
        let result = try build(site).result
        #expect(result.exit == .no)
        let text = result.text
        #expect(text.contains("releases/violence-profile.yaml:17:11"))
        #expect(text.contains("received under section 17"))
    }

    // MARK: - Mistakes

    @Test(arguments: [
        ("gateways: [pcsc-16]", "gateways: [pcsc-61]", "did you mean `pcsc-16`?"),
        (
            "operators: {except: [policing-body]}", "operators: []",
            "the rule can never strike: `operators` leaves nobody"
        ),
        ("effect: refuse", "effect: hold", "`effect: hold` is not possible with `when: period-outside-retention`"),
        ("id: pcsc-16-sender", "id: pcsc-16-operator", "two rules are called `pcsc-16-operator`"),
        ("    record: the period is past its retention\n", "", "a rule needs the key `record`"),
        ("when: agreement-lapsed", "when: agreement-lapse", "did you mean `agreement-lapsed`?"),
        ("      purposes: [pcsc-14-assist", "      purpose: [pcsc-14-assist", "unknown key `purpose`"),
    ])
    func `a rule with a mistake is refused with its place`(old: String, new: String, said: String) throws {
        let failure = #expect(throws: InstanceError.self) {
            _ = try site { folder in try edit(folder + "/disclosure/rules.yaml", old, new) }
        }
        let text = "\(try #require(failure))"
        #expect(text.contains("disclosure/rules.yaml:"))
        #expect(text.contains(said), "\(text)")
    }
}
