import Foundation
import SluiceInstance
import SluiceIntake
import SluiceModel
import SluiceRelease
import SluiceStore
import SluiceSystem
import SluiceTestSupport
import Testing

/// A figure is there where every expected source has delivered what it counts, and nowhere else.
@Suite struct CoverageTests {
    private static let table = """
          - id: offences
            title: Offences
            event: offence
            by: {area: lad, month: [quarter, month], offence: group}
            only: {offence: [violence, robbery]}
            totals: true

        """

    /// One table of offences over January to March 2026, received on 10 April.
    private func site(
        at now: String = "2026-04-10T09:00:00Z", spec: String = "", more: (String) throws -> Void = { _ in }
    ) throws -> TestInstance {
        try TestInstance(at: now, waits: true) { folder in
            let path = folder + "/releases/violence-profile.yaml"
            try edit(path, "period: {from: 2025-04, to: 2026-03}", "period: {from: 2026-01, to: 2026-03}")
            try replaceTables(in: folder, with: CoverageTests.table)
            try edit(path, "tables:\n", spec + "tables:\n")
            try more(folder)
        }
    }

    private func build(_ site: TestInstance) -> CommandResult {
        site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "user:0")
    }

    /// One row of the published table.
    private struct Row: Hashable {
        var area: String
        var month: String
        var offence: String
        var value: String
        var marker: String
    }

    private func rows(_ site: TestInstance, _ version: String = "latest") throws -> [Row] {
        let path = site.site + "/srv/releases/violence-profile/\(version)/tables/offences.csv"
        return String(decoding: try readSmallFile(path), as: UTF8.self).split(separator: "\r\n").dropFirst().map {
            let cells = $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            return Row(area: cells[0], month: cells[1], offence: cells[2], value: cells[4], marker: cells[5])
        }
    }

    private func json(_ site: TestInstance, _ file: String) throws -> JSON {
        try JSON(reading: try readSmallFile(site.site + "/srv/releases/violence-profile/latest/" + file))
    }

    private func month(_ number: Int, _ count: Int = 20, area: String = "E01999001") -> String {
        crimes(
            (1...count).map {
                crime($0 + number * 1000, month: "0\(number)/2026").replacing("E01999001", with: area)
            })
    }

    private func isVerified(_ site: TestInstance) throws -> Bool {
        try site.instance.verifyRelease(
            folder: site.site + "/srv/releases/violence-profile/latest", checksHashes: true
        ).isFine
    }

    @Test func `months that were not sent are not available, and neither is a sum with them`() throws {
        let site = try site()
        _ = try site.deliver(month(3), as: "march.csv", for: police)
        let built = build(site)
        #expect(built.exit == .done, "\(built.text)")
        let found = try rows(site)
        let lacking: Set = ["2026-01", "2026-02", "2026-Q1", "total"]
        for row in found {
            #expect((row.marker == "[x]") == lacking.contains(row.month), "\(row)")
            if row.marker == "[x]" { #expect(row.value.isEmpty) }
        }
        #expect(found.contains { $0.month == "2026-03" && $0.offence == "violence" && $0.value == "20" })
        // What was delivered and is none is a true zero.
        #expect(found.contains { $0.month == "2026-03" && $0.offence == "robbery" && $0.value == "0" })
        let sentence =
            "marshvale-police has not delivered recorded-crime for 2026-01/2026-02: figures over events of the kind offence "
            + "that count these months are [x]."
        #expect(built.text.contains(sentence))
        let provenance = try json(site, "provenance.json")
        #expect(provenance["warnings"]?.items?.compactMap(\.text) == [sentence])
        let coverage = try #require(provenance["coverage"]?.items?.first)
        #expect(coverage["authority"]?.text == police && coverage["dataset"]?.text == "recorded-crime")
        #expect(coverage["months"]?["2026-02"]?.text == "missing")
        #expect(coverage["months"]?["2026-03"]?.text == "complete")
        #expect(try isVerified(site))

        // With the months everything is there.
        _ = try site.deliver(month(1), as: "january.csv", for: police)
        _ = try site.deliver(month(2), as: "february.csv", for: police)
        #expect(build(site).exit == .done)
        #expect(try rows(site).allSatisfy { $0.marker != "[x]" })
        #expect(try rows(site).contains { $0.month == "total" && $0.area == "total" && $0.value == "60" })
        #expect(try isVerified(site))
        // The first counts nothing that no longer counts.
        #expect(try site.instance.releasesJSON().allSatisfy { $0["stale"] == .null })
    }

    @Test func `a month that came before its end is no whole month`() throws {
        let site = try site(at: "2026-03-31T20:00:00Z", spec: "notExpected: []\n")
        _ = try site.deliver(month(1), as: "january.csv", for: police)
        _ = try site.deliver(month(2), as: "february.csv", for: police)
        _ = try site.deliver(month(3), as: "march.csv", for: police)
        #expect(build(site).exit == .done)
        #expect(try json(site, "provenance.json")["coverage"]?.items?.first?["months"]?["2026-03"]?.text == "part")
        for row in try rows(site) {
            #expect((row.marker == "[x]") == ["2026-03", "2026-Q1", "total"].contains(row.month), "\(row)")
        }
        // By the clock of the instance it is April already.
        let late = try self.site(at: "2026-03-31T23:30:00Z")
        _ = try late.deliver(month(3), as: "march.csv", for: police)
        #expect(build(late).exit == .done)
        #expect(try json(late, "provenance.json")["coverage"]?.items?.first?["months"]?["2026-03"]?.text == "complete")
    }

    @Test func `the public gets no release with months missing or files waiting, unless the spec says so`() throws {
        let site = try site { folder in
            try edit(folder + "/releases/violence-profile.yaml", "audience: partnership", "audience: public")
        }
        _ = try site.deliver(month(2), as: "february.csv", for: police)
        _ = try site.deliver(month(3), as: "march.csv", for: police)
        let refused = build(site)
        #expect(refused.exit == .no)
        #expect(refused.text.contains("marshvale-police has not delivered recorded-crime for 2026-01"))
        #expect(refused.text.contains("acceptIncomplete: true"))
        #expect(try site.store.releases().isEmpty)

        _ = try site.deliver(month(1), as: "january.csv", for: police)
        try site.drop(month(3, 21), as: "march-again.csv", for: police)
        let waiting = build(site)
        #expect(waiting.exit == .no)
        #expect(waiting.text.contains("Files of marshvale-police were waiting"))
        // Those of an authority that is no source of it do not matter, nor does what is never taken in.
        site.takeIn()
        try site.drop("x\n", as: "x.csv", for: hospital)
        let outside = site.folder.file("elsewhere.csv")
        try overwrite(outside, Array("x\n".utf8))
        try FileManager.default.linkItem(
            atPath: outside, toPath: site.dropFolder(police) + "/incoming/linked.csv")
        #expect(build(site).exit == .done)

        try edit(
            site.site + "/releases/violence-profile.yaml", "audience: public",
            "audience: public\nacceptIncomplete: true")
        _ = try site.store.deliveries(DeliveryFilter(authority: AuthorityID(police))).map {
            site.instance.perform(.withdraw(delivery: $0.id.text, reason: "test"), attachment: nil, actor: "user:0")
        }
        try site.instance.reload()
        _ = try site.deliver(month(3), as: "march-last.csv", for: police)
        let accepted = build(site)
        #expect(accepted.exit == .done, "\(accepted.text)")
        #expect(accepted.text.contains("not available, [x]"))
    }

    @Test func `whom a spec does not expect need not send, and somebody must have`() throws {
        let spec = """
            notExpected:
              - {authority: marshvale-police, to: 2026-02, because: its new system begins in March}

            """
        let site = try site(spec: spec)
        _ = try site.deliver(month(3), as: "march.csv", for: police)
        #expect(build(site).exit == .done)
        // Nobody else sends offences: their zeros would be nobody's.
        for row in try rows(site) { #expect((row.marker == "[x]") == (row.month != "2026-03"), "\(row)") }
        let coverage = try #require(try json(site, "provenance.json")["coverage"]?.items?.first)
        #expect(coverage["notExpected"]?.items?.compactMap(\.text) == ["2026-01", "2026-02"])
        #expect(coverage["because"]?.items?.compactMap(\.text) == ["its new system begins in March"])
    }

    // MARK: - Several sources

    private static let eastvale = "eastvale-police"

    private func addEastvale(_ folder: String, areas: Bool) throws {
        let file = folder + "/authorities/\(police).yaml"
        let text = String(decoding: try readSmallFile(file), as: UTF8.self)
        let other = text.replacing("authority: \(police)", with: "authority: \(Self.eastvale)")
        try overwrite(
            folder + "/authorities/\(Self.eastvale).yaml",
            Array((other + (areas ? "areas: [E08999002]\n" : "")).utf8))
        if areas { try overwrite(file, Array((text + "areas: [E08999001]\n").utf8)) }
    }

    /// By brute force, for every choice of months that each of two sources has sent.
    @Test(arguments: [false, true])
    func `each figure is available where all who send it have sent all of it`(knowsAreas: Bool) throws {
        for seed in 0..<8 {
            var random = SplitMix64(seed: UInt64(seed) + (knowsAreas ? 100 : 0))
            let sent = [police, Self.eastvale].map { _ in (1...3).filter { _ in Bool.random(using: &random) } }
            if sent.allSatisfy(\.isEmpty) { continue }
            let site = try site { try addEastvale($0, areas: knowsAreas) }
            for number in sent[0] { _ = try site.deliver(month(number), as: "\(number).csv", for: police) }
            for number in sent[1] {
                _ = try site.deliver(
                    month(number, 15, area: "E01999031"), as: "\(number).csv", for: Self.eastvale)
            }
            let built = build(site)
            #expect(built.exit == .done, "\(built.text)")
            for row in try rows(site) {
                let months = row.month.hasPrefix("2026-0") ? [Int(String(row.month.last!))!] : [1, 2, 3]
                let isAbout = { (index: Int) in
                    !knowsAreas || !["E08999001", "E08999002"].contains(row.area)
                        || row.area == ["E08999001", "E08999002"][index]
                }
                let isAvailable = (0...1).allSatisfy { index in
                    !isAbout(index) || Set(months).isSubset(of: sent[index])
                }
                #expect((row.marker == "[x]") == !isAvailable, "\(sent) \(row)")
            }
            #expect(try isVerified(site))
        }
    }

    @Test(arguments: [false, true])
    func `areas that no delivery is about are not available, and that is said`(isPublic: Bool) throws {
        let site = try site { folder in
            let file = folder + "/authorities/\(police).yaml"
            let text = String(decoding: try readSmallFile(file), as: UTF8.self)
            try overwrite(file, Array((text + "areas: [E08999001]\n").utf8))
            guard isPublic else { return }
            try edit(folder + "/releases/violence-profile.yaml", "audience: partnership", "audience: public")
        }
        for number in 1...3 { _ = try site.deliver(month(number), as: "\(number).csv", for: police) }
        let sentence =
            "Events of the kind offence for 2026-01/2026-03 were delivered of some areas alone: figures of other areas that "
            + "count these months are [x]."
        let built = build(site)
        // What is [x] keeps a public release back, whatever the reason.
        if isPublic {
            #expect(built.exit == .no && built.text.contains(sentence))
            #expect(try site.store.releases().isEmpty)
            return
        }
        #expect(built.exit == .done, "\(built.text)")
        for row in try rows(site) {
            #expect((row.marker == "[x]") == ["total", "E08999002"].contains(row.area), "\(row)")
        }
        #expect(try json(site, "provenance.json")["warnings"]?.items?.compactMap(\.text) == [sentence])
    }

    // MARK: - What is said

    @Test func `a figure that is taken for one not available, or the other way, makes the check fail`() throws {
        let site = try site()
        _ = try site.deliver(month(3), as: "march.csv", for: police)
        #expect(build(site).exit == .done)
        let folder = site.site + "/srv/releases/violence-profile/0001"
        let path = folder + "/tables/offences.csv"
        let text = String(decoding: try readSmallFile(path), as: UTF8.self)
        for (old, new) in [
            ("total,2026-03,violence,offence,20,", "total,2026-03,violence,offence,,[x]"),
            ("total,2026-02,violence,offence,,[x]", "total,2026-02,violence,offence,0,"),
            ("total,2026-02,violence,offence,,[x]", "total,2026-02,violence,offence,,[c]"),
        ] {
            #expect(text.contains(old))
            try overwrite(path, Array(text.replacing(old, with: new).utf8))
            let found = try site.instance.verifyRelease(folder: folder, checksHashes: false)
            if case .fails = found.proof {} else { Issue.record("\(old) as \(new)") }
        }
    }

    @Test(arguments: [
        "partnership-5", "{id: own, threshold: 5, rounding: 5}",
        "{id: own, threshold: 5, rounding: {base: 5, controlled: true}}",
    ])
    func `what a release says of its figures is so`(profile: String) throws {
        for isWhole in [true, false] {
            let site = try site { folder in
                try edit(folder + "/releases/violence-profile.yaml", "profile: partnership-5", "profile: \(profile)")
            }
            for number in isWhole ? [1, 2, 3] : [2, 3] {
                var text = month(number)
                // Three robberies, too few to show.
                text +=
                    (1...3).map { crime(number * 1000 + 900 + $0, month: "0\(number)/2026", offence: "34B") }
                    .joined(separator: "\n") + "\n"
                let delivery = try site.deliver(text, as: "\(number).csv", for: police)
                #expect(delivery.rows?.rejected == 0)
            }
            let built = build(site)
            #expect(built.exit == .done, "\(built.text)")
            let found = try rows(site)
            let package = try json(site, "datapackage.json")
            let description = package["description"]?.text ?? ""
            #expect(description.contains("[x]") == found.contains { $0.marker == "[x]" })
            #expect(found.contains { $0.marker == "[x]" } == !isWhole)
            #expect(description.contains("a true zero: every source has delivered the months"))
            // True counts: 20 and 3 in each month that was sent, all in one district.
            for row in found where row.value == "0" && row.marker.isEmpty {
                #expect(row.area == "E08999002" || row.area == "unknown", "\(row)")
            }
            let fields = try #require(package["resources"]?.items?.first?["schema"]?["fields"]?.items)
            let allowed = fields.first { $0["name"]?.text == "marker" }?["constraints"]?["enum"]?.items?.compactMap(
                \.text)
            #expect(Set(found.map(\.marker)).subtracting([""]).isSubset(of: allowed ?? []))
            let value = try #require(fields.first { $0["name"]?.text == "value" }?["description"]?.text)
            for row in found {
                #expect(row.value.isEmpty == (!row.marker.isEmpty && value.contains(row.marker)), "\(row)")
            }
            if description.contains("rounded") {
                #expect(found.allSatisfy { (Int($0.value) ?? 0) % 5 == 0 })
            }
            if description.contains("[low]") {
                #expect(found.filter { $0.marker == "[low]" }.allSatisfy { $0.offence != "violence" })
            }
            #expect(!description.contains("none "))
        }
    }

    @Test func `a step of time that the period cuts says which months it counts`() throws {
        let site = try site { folder in
            try edit(
                folder + "/releases/violence-profile.yaml", "period: {from: 2026-01, to: 2026-03}",
                "period: {from: 2026-02, to: 2026-03}")
        }
        _ = try site.deliver(month(2), as: "2.csv", for: police)
        _ = try site.deliver(month(3), as: "3.csv", for: police)
        #expect(build(site).exit == .done)
        let fields = try json(site, "datapackage.json")["resources"]?.items?.first?["schema"]?["fields"]?.items
        let labels = fields?.first { $0["name"]?.text == "month" }?["categories"]?.items?.compactMap {
            $0["label"]?.text
        }
        #expect(labels == ["Total", "2026-Q1, of it 2026-02 to 2026-03", "2026-02", "2026-03"])
    }

    @Test func `certificates from before there were gaps still prove their release`() throws {
        let site = try site()
        for number in 1...3 { _ = try site.deliver(month(number), as: "\(number).csv", for: police) }
        #expect(build(site).exit == .done)
        var bytes = try readSmallFile(site.site + "/state/certificates/violence-profile-0001.certificate")
        let first = Array("SLUICE-CERTIFICATE 2".utf8)
        #expect(bytes.starts(with: first))
        bytes[first.count - 1] = UInt8(ascii: "1")
        // One kind of event, and the number of its gaps stands last.
        #expect(bytes.removeLast() == 0)
        let old = site.folder.path + "/old.certificate"
        try overwrite(old, bytes)
        let folder = site.site + "/srv/releases/violence-profile/0001"
        #expect(
            try Instance.verifyRelease(folder: folder, certificate: old, key: nil, checksHashes: false).proof == .holds)
    }

    // MARK: - Broken specs

    @Test func `a broken spec keeps no other from being built`() throws {
        let site = try site { folder in
            let path = folder + "/releases/violence-profile.yaml"
            let text = String(decoding: try readSmallFile(path), as: UTF8.self)
            try overwrite(
                folder + "/releases/second.yaml",
                Array(
                    text.replacing("release: violence-profile", with: "release: second")
                        .replacing("event: offence", with: "event: offense").utf8))
            try overwrite(folder + "/releases/third.yaml", Array("release: [third\n".utf8))
        }
        _ = try site.deliver(month(3), as: "march.csv", for: police)
        #expect(build(site).exit == .done)
        let second = site.instance.perform(.buildRelease("second"), attachment: nil, actor: "user:0")
        #expect(second.exit == .no)
        #expect(second.text.contains("releases/second.yaml:"))
        #expect(second.text.contains("did you mean `offence`?"))
        let third = site.instance.perform(.buildRelease("third"), attachment: nil, actor: "user:0")
        #expect(third.exit == .no && third.text.contains("releases/third.yaml:"))
        let status = try site.instance.statusJSON(isDaemonRunning: false)
        #expect(status["brokenReleases"]?.items?.compactMap { $0["release"]?.text } == ["second", "third"])
        let conditions = try site.instance.standingConditions()
        #expect(conditions["release-spec.second"] != nil && conditions["release-spec.third"] != nil)
        // Mended, it is one like the others.
        try edit(site.site + "/releases/second.yaml", "event: offense", "event: offence")
        try site.instance.reload()
        #expect(site.instance.perform(.buildRelease("second"), attachment: nil, actor: "user:0").exit == .done)
    }
}
