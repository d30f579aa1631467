import Glibc
import SluiceInstance
import SluiceLedger
import SluiceModel
import SluiceRelease
import SluiceReview
import SluiceStore
import SluiceSystem
import SluiceTestSupport
import Testing

@Suite struct ReleaseTests {
    @Test func `a release counts the records, hides what is small and is proved, signed and checked`() throws {
        let site = try TestInstance()
        var rows = (1...40).map { crime($0, offence: "8N") }
        rows += (41...43).map { crime($0, offence: "34B") }
        _ = try site.deliver(crimes(rows), as: "march.csv", for: police)
        let result = site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "user:0")
        #expect(result.exit == .done, "\(result.text)")
        let latest = site.site + "/srv/releases/violence-profile/latest"
        let table = String(decoding: try readSmallFile(latest + "/tables/offences.csv"), as: UTF8.self)
        let lines = table.split(separator: "\r\n").map(String.init)
        #expect(lines.first == "area,month,offence,measure,value,marker")
        #expect(lines.contains("total,total,total,offence,43,"))
        #expect(lines.contains("E08999001,2026-Q1,robbery,offence,,[c]"))
        #expect(!table.contains(",3,"))
        // No other figure is anywhere in the release.
        let provenance = try JSON(reading: try readSmallFile(latest + "/provenance.json"))
        #expect(provenance["proof"]?["verdict"]?.text == "accepted")
        #expect(provenance["proof"]?["scope"]?.text == "this release alone")
        #expect(provenance["audience"]?.text == "partnership")
        let sums = String(decoding: try readSmallFile(latest + "/SHA256SUMS"), as: UTF8.self)
        #expect(sums.split(separator: "\n").count == 2 + (try site.files(below: latest + "/tables").count))

        let found = try site.instance.verifyRelease(folder: latest, checksHashes: true)
        #expect(found.signature == .holds && found.hashes == .holds && found.proof == .holds, "\(found.text)")
        // Who has neither certificate nor key is told what it takes.
        let without = try Instance.verifyRelease(folder: latest, certificate: nil, key: nil, checksHashes: true)
        #expect(without.hashes == .holds)
        if case .notChecked = without.proof {} else { Issue.record("\(without.text)") }
        // The proof stays with the controller.
        let certificate = site.site + "/state/certificates/violence-profile-0001.certificate"
        let status = try Folder(path: site.site + "/state/certificates").status(
            FileName(own: "violence-profile-0001.certificate"))
        #expect(status?.mode == 0o600)
        #expect(
            try Instance.verifyRelease(folder: latest, certificate: certificate, key: nil, checksHashes: false).proof
                == .holds)
    }

    /// With checksums off the tables must prove as they stand.
    @Test func `a figure that is changed, shown or hidden after publication makes the check fail`() throws {
        let site = try TestInstance()
        var rows = (1...40).map { crime($0, offence: "8N") }
        rows += (41...43).map { crime($0, offence: "34B") }
        _ = try site.deliver(crimes(rows), as: "march.csv", for: police)
        _ = site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "user:0")
        let latest = site.site + "/srv/releases/violence-profile/0001"
        let path = latest + "/tables/offences.csv"
        let table = String(decoding: try readSmallFile(path), as: UTF8.self)
        var failed = 0
        func check(_ changed: String, _ mustFail: Bool, _ what: String) throws {
            try Folder(path: latest + "/tables").writeAtomically(
                FileName(own: "offences.csv"), Array(changed.utf8), mode: 0o644)
            let hashes = try site.instance.verifyRelease(folder: latest, checksHashes: true)
            if case .fails = hashes.hashes {} else { Issue.record("\(what): its hash still fits") }
            let found = try site.instance.verifyRelease(folder: latest, checksHashes: false)
            if case .fails = found.proof { failed += 1 } else if mustFail { Issue.record("\(what): accepted") }
        }
        let lines = table.split(separator: "\r\n").map(String.init)
        for (index, line) in lines.enumerated().dropFirst() {
            var changed = lines
            if line.hasSuffix("[c]") {
                // What is sensitive must not be shown, whatever the count; a complement that proves something neither.
                changed[index] = line.replacing(",,[c]", with: ",3,")
                try check(changed.joined(separator: "\r\n") + "\r\n", true, "row \(index + 1) unhidden")
            } else {
                let parts = line.split(separator: ",", omittingEmptySubsequences: false)
                let value = Int(parts[4]) ?? 0
                changed[index] = parts[..<4].joined(separator: ",") + ",\(value + 1),"
                try check(changed.joined(separator: "\r\n") + "\r\n", true, "row \(index + 1) changed")
            }
        }
        try check(lines.dropLast().joined(separator: "\r\n") + "\r\n", true, "a row dropped")
        #expect(failed == lines.count)
        try Folder(path: latest + "/tables").writeAtomically(
            FileName(own: "offences.csv"), Array(table.utf8), mode: 0o644)
        #expect(try site.instance.verifyRelease(folder: latest, checksHashes: true).isFine)
    }

    @Test
    func `a release for the public waits for a person's judgement, and none goes out over figures of an earlier one`()
        throws
    {
        let site = try TestInstance { folder in
            try edit(
                folder + "/releases/violence-profile.yaml", "audience: partnership",
                "audience: public\nacceptIncomplete: true")
        }
        _ = try site.deliver(crimes((1...40).map { crime($0) }), as: "march.csv", for: police)
        let built = site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "user:0")
        #expect(built.exit == .done, "\(built.text)")
        #expect(built.json["state"]?.text == "pending")
        let folder = site.site + "/srv/releases/violence-profile"
        #expect((try? Folder(path: folder)) == nil)
        // A restart publishes nothing that waits.
        site.instance.finishReleases()
        #expect((try? Folder(path: folder)) == nil)
        let silent = site.instance.perform(
            .approveRelease("violence-profile", by: "A. Lead", judgement: " "), attachment: nil, actor: "user:0")
        #expect(silent.exit == .no)
        let approved = site.instance.perform(
            .approveRelease("violence-profile", by: "A. Lead", judgement: "Nothing in it tells of operations."),
            attachment: nil, actor: "user:0")
        #expect(approved.exit == .done, "\(approved.text)")
        #expect(try site.instance.verifyRelease(folder: folder + "/latest", checksHashes: true).isFine)
        let row = try #require(try site.store.ledgerRows(1..<1000).last { $0.entry.kind == .releaseApproved })
        #expect(row.entry.details["by"] == "A. Lead")
        #expect(row.entry.details["judgement"] == "Nothing in it tells of operations.")
        let again = site.instance.perform(
            .approveRelease("violence-profile", by: "A. Lead", judgement: "Again."), attachment: nil, actor: "user:0")
        #expect(again.exit == .no)
        // Now there is an earlier one.
        let second = site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "user:0")
        #expect(second.exit == .no)
        #expect(second.text.contains("violence-profile, version 0001"))
    }

    @Test func `a release that waits is not published over records that were taken back`() throws {
        let site = try TestInstance { folder in
            try edit(
                folder + "/releases/violence-profile.yaml", "audience: partnership",
                "audience: public\nacceptIncomplete: true")
        }
        let delivery = try site.deliver(crimes((1...40).map { crime($0) }), as: "march.csv", for: police)
        #expect(
            site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "user:0").exit == .done)
        _ = site.instance.perform(
            .withdraw(delivery: delivery.id.text, reason: "sent in error"), attachment: nil, actor: "user:0")
        let result = site.instance.perform(
            .approveRelease("violence-profile", by: "A. Lead", judgement: "Fine."), attachment: nil, actor: "user:0")
        #expect(result.exit == .no)
        #expect(result.text.contains("taken back"))
    }

    @Test func `a second release over the same events says so`() throws {
        let site = try TestInstance()
        _ = try site.deliver(crimes((1...20).map { crime($0) }), as: "march.csv", for: police)
        _ = site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "user:0")
        let second = site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "user:0")
        #expect(second.exit == .done)
        let folder = site.site + "/srv/releases/violence-profile"
        let provenance = try JSON(reading: try readSmallFile(folder + "/0002/provenance.json"))
        #expect(provenance["warnings"]?.items?.isEmpty == false)
        let releases = try Folder(path: folder)
        #expect(try releases.linkTarget(FileName(own: "latest")) == "0002")
        let withdrawn = try #require(try site.store.deliveries(DeliveryFilter()).first)
        let result = site.instance.perform(
            .withdraw(delivery: withdrawn.id.text, reason: "wrong"), attachment: nil, actor: "user:0")
        #expect(result.json["affectedReleases"]?.items?.count == 2)
    }

    @Test func `a release of nothing is refused, and a table that nobody supplied is named`() throws {
        let site = try TestInstance()
        let empty = site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "user:0")
        #expect(empty.exit == .no)
        _ = try site.deliver(crimes((1...20).map { crime($0) }), as: "march.csv", for: police)
        let built = site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "user:0")
        #expect(built.exit == .done)
        #expect(built.json["warnings"]?.items?.contains { $0.text?.contains("kind exclusion ") == true } == true)
    }

    @Test func `a release that no spec describes is refused`() throws {
        let site = try TestInstance()
        let result = site.instance.perform(.buildRelease("nothing"), attachment: nil, actor: "user:0")
        #expect(result.exit == .no)
    }

    @Test func `a crash between the renames is finished at the next start`() throws {
        let site = try TestInstance()
        _ = try site.deliver(crimes((1...20).map { crime($0) }), as: "march.csv", for: police)
        _ = site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "user:0")
        let folder = site.site + "/srv/releases"
        // As after a crash before the first rename: in staging, known to the store as being published.
        var record = try #require(try site.store.releases().first)
        record.version = 2
        record.state = .publishing
        record.stagingName = "violence-profile-0002"
        try site.store.insert(record, ledger: [])
        #expect(unsafe rename(folder + "/violence-profile/0001", folder + "/.staging/violence-profile-0002") == 0)
        site.instance.finishReleases()
        #expect(try Folder(path: folder + "/violence-profile").linkTarget(FileName(own: "latest")) == "0002")
        #expect(try site.store.releases().map(\.state) == [.published, .published])
    }
}

@Suite struct SixthAuthorityTests {
    private var fixtures: String {
        "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Fixtures"
    }

    @Test func `adding a folder and a file adds fire while the daemon runs`() throws {
        let site = try TestInstance(at: "2026-11-21T09:00:00Z")
        try copyTree(fixtures + "/fire", to: site.site + "/plugins/fire")
        try Folder(path: site.site + "/authorities").writeAtomically(
            FileName(own: "marshvale-fire.yaml"), try readSmallFile(fixtures + "/marshvale-fire.yaml"), mode: 0o644)
        try site.instance.reload()
        let text = String(decoding: try readSmallFile(fixtures + "/fire-incidents.csv"), as: UTF8.self)
        let delivery = try site.deliver(text, as: "incidents.csv", for: "marshvale-fire")
        #expect(delivery.status == .final(.accepted))
        #expect(delivery.rows?.accepted == 40)
        var kinds: Set<String> = []
        try site.store.forEachBlock(RecordFilter()) { kinds.insert($0.eventKind ?? "") }
        #expect(kinds == ["fire-incident"])
    }

    private func copyTree(_ source: String, to target: String) throws {
        let from = try Folder(path: source)
        let to = try Folder.createIfMissing(path: target)
        for name in try from.entries() {
            if try from.status(name)?.kind == .folder {
                try copyTree(source + "/" + name.text!, to: target + "/" + name.text!)
            } else {
                try to.writeAtomically(name, try readSmallFile(source + "/" + name.text!), mode: 0o644)
            }
        }
    }
}

/// Real public files, where they are at hand.
@Suite(.enabled(if: environmentValue("SLUICE_REAL_DATA") != nil, "SLUICE_REAL_DATA names no folder of real data"))
struct RealDataTests {
    private let data = environmentValue("SLUICE_REAL_DATA") ?? ""

    @Test func `real stop and search records and a school census table end in a release`() throws {
        let site = try TestInstance { folder in
            // The real files speak of real districts.
            let districts = String(decoding: try readSmallFile(data + "/local-authority-districts.csv"), as: UTF8.self)
            var areas = String(decoding: try readSmallFile(folder + "/model/area.csv"), as: UTF8.self)
            for line in districts.split(separator: "\n").dropFirst()
            where line.hasSuffix(",live") && line.hasPrefix("E") {
                let code = line.split(separator: ",")[0]
                // Some rows stand for two districts at once.
                guard code.utf8.count == 9 else { continue }
                areas += "\(code),District \(code),lad,\n"
            }
            try Folder(path: folder + "/model").writeAtomically(
                FileName(own: "area.csv"), Array(areas.utf8), mode: 0o644)
            try edit(folder + "/releases/violence-profile.yaml", "from: 2026-03", "from: 2019-06")
            // Searches of 2019 are past what the shipped settings keep.
            try edit(folder + "/authorities/\(police).yaml", "retentionMonths: 36", "retentionMonths: 120")
        }
        let searches = String(decoding: try readSmallFile(data + "/stop-and-search-manchester.csv"), as: UTF8.self)
        let first = try site.deliver(searches, as: "searches.csv", for: police)
        #expect(first.status == .final(.accepted))
        #expect(first.rows?.accepted == 435)
        let census = String(
            decoding: try readSmallFile(data + "/school-census-exclusions-synthetic.csv"), as: UTF8.self)
        let second = try site.deliver(census, as: "2024_autumn.csv", for: "northmarsh-council-education")
        let outcome = try #require(second.outcomeAtArrival)
        #expect(outcome.isAccepted)
        #expect(second.rows?.read == 10_373)
        let result = site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "user:0")
        #expect(result.exit == .done)
        let latest = site.site + "/srv/releases/violence-profile/latest/tables"
        var manchester = 0
        var excluded = 0
        for path in try site.files(below: latest) {
            for line in String(decoding: try readSmallFile(path), as: UTF8.self).split(separator: "\r\n") {
                let cells = line.split(separator: ",", omittingEmptySubsequences: false)
                guard let value = Int(cells[cells.count - 2]) else { continue }
                if line.hasPrefix("E08000003,"), line.contains(",search,") { manchester += value }
                if line.contains(",exclusion,") { excluded += value }
            }
        }
        #expect(manchester > 300)
        #expect(excluded > 9000)
    }
}

@Suite struct ReviewFlowTests {
    @Test func `an alert is raised once, goes when acknowledged and returns at the next step`() throws {
        let site = try TestInstance { folder in
            try Folder(path: folder).writeAtomically(
                FileName(own: "reviews.yaml"),
                Array(
                    """
                    reviews:
                      - {id: strategy, kind: strategy, title: The strategy, owner: Partnership lead, due: 2026-04-17}
                    """.utf8), mode: 0o644)
        }
        let keeper = site.instance.reviews(actor: "daemon")
        #expect(try keeper.tick().map(\.step) == [7])
        #expect(try keeper.tick().isEmpty)
        let alert = site.site + "/srv/alerts/review-strategy.json"
        #expect(try JSON(reading: try readSmallFile(alert))["due"]?.text == "2026-04-17")
        #expect(
            String(decoding: try readSmallFile(site.site + "/srv/alerts/reviews.ics"), as: UTF8.self)
                .contains("DTSTART;VALUE=DATE:20260417"))
        #expect(site.instance.perform(.acknowledgeReview("strategy"), attachment: nil, actor: "user:0").exit == .done)
        #expect(throws: SystemError.self) { try readSmallFile(alert) }
        #expect(try keeper.tick().isEmpty)
        site.clock.advance(seconds: 6 * 86_400)
        #expect(try keeper.tick().map(\.step) == [1])
        #expect(
            site.instance.perform(.closeReview("strategy", note: "done"), attachment: nil, actor: "user:0").exit
                == .done)
        #expect(try keeper.standings().first?.state == .closed)
        #expect(throws: SystemError.self) { try readSmallFile(alert) }
    }

    private func perform(_ command: Command, _ site: TestInstance) -> CommandResult {
        // As it crosses the control socket.
        Command(command.json).map { site.instance.perform($0, attachment: nil, actor: "user:0") }
            ?? .no("\(command) is not read back")
    }

    @Test func `commands close and reopen, with a note and a date that is one`() throws {
        let site = try TestInstance { folder in
            try Folder(path: folder).writeAtomically(
                FileName(own: "reviews.yaml"),
                Array(
                    """
                    reviews:
                      - {id: strategy, kind: strategy, title: S, owner: O, every: {months: 12, first: 2026-04-17}}
                    """.utf8), mode: 0o644)
        }
        try site.instance.reviews(actor: "daemon").tick()
        let alert = site.site + "/srv/alerts/review-strategy.txt"
        let text = try readSmallFile(alert)
        for note in ["", "  ", String(repeating: "x", count: 501)] {
            #expect(perform(.closeReview("strategy", note: note), site).text.hasPrefix("a note must say something"))
            #expect(perform(.reopenReview("strategy", note: note), site).exit == .no)
        }
        #expect(perform(.closeReview("strategy", note: "done", due: "17/04/2026"), site).text.contains("is no date"))
        let closed = perform(.closeReview("strategy", note: "done", due: "2026-04-17"), site)
        #expect(closed.json["nextDue"]?.text == "2027-04-17")
        let again = perform(.closeReview("strategy", note: "done"), site)
        #expect(again.exit == .no)
        #expect(again.text.contains("it is due next on 2027-04-17"))
        #expect((try? readSmallFile(alert)) == nil)
        let reopened = perform(.reopenReview("strategy", note: "the wrong item", due: "2026-04-17"), site)
        #expect(reopened.json["due"]?.text == "2026-04-17")
        #expect(try readSmallFile(alert) == text)
        let rows = try site.store.ledgerRows(1..<1000).filter { $0.entry.subject == "strategy" }.map(\.entry)
        #expect(rows.map(\.kind) == [.reviewRaised, .reviewClosed, .reviewReopened, .reviewRaised])
        #expect(rows[2].details["note"] == "the wrong item")
        #expect(rows[2].actor == "user:0")
        #expect(perform(.reopenReview("strategy", note: "more"), site).exit == .no)
        #expect(try site.instance.verifyLedger().problem == nil)
    }

    @Test func `the end of an agreement warns by itself until the settings have a new one`() throws {
        let site = try TestInstance { folder in
            try edit(folder + "/authorities/\(police).yaml", "validTo: 2027-03-31", "validTo: 2026-05-01")
        }
        let id = "agreement-\(police)"
        try site.instance.reviews(actor: "daemon").tick()
        let alert = site.site + "/srv/alerts/review-\(id).txt"
        #expect(String(decoding: try readSmallFile(alert), as: UTF8.self).contains("is due in 21 days"))
        let closed = perform(.closeReview(id, note: "renewed", due: "2026-05-01"), site)
        #expect(closed.exit == .no)
        #expect(closed.text.contains("`validTo` in authorities/\(police).yaml"))
        try edit(site.site + "/authorities/\(police).yaml", "validTo: 2026-05-01", "validTo: 2028-05-01")
        try site.instance.reload()
        try site.instance.reviews(actor: "daemon").tick()
        #expect((try? readSmallFile(alert)) == nil)
        let item = try #require(try site.instance.reviewsJSON().first { $0["id"]?.text == id })
        #expect(item["due"]?.text == "2028-05-01")
        #expect(item["state"]?.text == "ok")
    }
}
