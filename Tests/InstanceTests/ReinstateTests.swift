import SluiceInstance
import SluiceIntake
import SluiceLedger
import SluiceModel
import SluiceStore
import SluiceSystem
import SluiceTestSupport
import Testing

@Suite struct ReinstateTests {
    private func site(_ counts: [Int], month: String = "03/2026") throws -> (site: TestInstance, all: [Delivery]) {
        let site = try TestInstance()
        let all = try counts.map { try site.deliver(monthFile(month, $0), as: "\($0).csv", for: police) }
        return (site, all)
    }

    private func statuses(_ site: TestInstance, _ all: [Delivery]) throws -> [String] {
        try all.map { try site.standing($0).status.text }
    }

    private func notice(_ site: TestInstance, _ delivery: Delivery) throws -> String {
        String(
            decoding: try readSmallFile(
                site.dropFolder(police) + "/receipts/\(delivery.id)-reinstated.notice.txt"), as: UTF8.self)
    }

    @Test func `what was replaced counts nowhere, and again once it is brought back`() throws {
        let (site, all) = try site([20, 30])
        #expect(try site.recordCount() == 30)
        #expect(site.instance.deliveryJSON(try site.standing(all[0]))["canBeReinstated"] == .bool(true))
        let standing = try #require(try site.instance.retention().first)
        #expect(standing.deliveries == 1 && standing.superseded == 1)
        let result = site.reinstate(all[0], reason: "the second was a test export")
        #expect(result.exit == .done)
        #expect(result.json["reinstated"]?.items == [.string(all[0].id.text)])
        #expect(result.json["superseded"]?.items == [.string(all[1].id.text)])
        #expect(try site.recordCount() == 20)
        #expect(try statuses(site, all) == ["accepted", "superseded"])
        let text = try notice(site, all[0])
        #expect(text.contains("Delivery \(all[0].id), which covers 2026-03, counts again."))
        #expect(text.contains("Delivery \(all[1].id), which covers 2026-03, no longer counts."))
        #expect(text.contains("the second was a test export"))
        let entry = try #require(try site.ledger(.deliveryReinstated).first)
        #expect(entry.subject == all[0].id.text && entry.actor == "user:0")
        #expect(entry.details["from"] == all[1].id.text)
        #expect(entry.details["reason"] == "the second was a test export")
        #expect(try site.ledger(.deliverySuperseded).last?.details["by"] == all[0].id.text)
        // Twice is no.
        let again = site.reinstate(all[0])
        #expect(again.exit == .no && again.text.contains("is accepted: only one that was replaced"))
        #expect(try site.instance.verifyLedger().problem == nil)
        // Its bytes are a duplicate now; those of the other are not.
        #expect(try site.deliver(monthFile("03/2026", 20), as: "a.csv", for: police).status == .final(.duplicate))
        #expect(try site.deliver(monthFile("03/2026", 30), as: "b.csv", for: police).replaces == [all[0].id])
    }

    @Test func `a reason that says nothing is no, and none is fine`() throws {
        let (site, all) = try site([20, 30])
        #expect(site.reinstate(all[0], reason: "  ").exit == .no)
        #expect(site.perform(.reinstate(delivery: "nonsense", reason: nil)).exit == .no)
        #expect(site.reinstate(all[0]).exit == .done)
        #expect(try site.ledger(.deliveryReinstated).first?.details["reason"] == nil)
    }

    /// However it is turned, a month counts once.
    @Test func `three deliveries of a month are brought back one after another, and never two at once`() throws {
        let (site, all) = try site([20, 30, 40])
        let early = site.reinstate(all[0])
        #expect(early.exit == .no)
        #expect(early.text.contains("bring \(all[1].id) back first"))
        #expect(try site.recordCount() == 40)
        #expect(site.reinstate(all[1]).exit == .done)
        #expect(try site.recordCount() == 30)
        #expect(site.reinstate(all[0]).exit == .done)
        #expect(try site.recordCount() == 20)
        #expect(try statuses(site, all) == ["accepted", "superseded", "superseded"])
        // And forward again.
        #expect(site.reinstate(all[1]).exit == .done)
        #expect(try statuses(site, all) == ["superseded", "accepted", "superseded"])
        #expect(try site.recordCount() == 30)
        #expect(site.reinstate(all[2]).exit == .done)
        #expect(try statuses(site, all) == ["superseded", "superseded", "accepted"])
        #expect(try site.recordCount() == 40)
        #expect(site.reinstate(all[1]).exit == .done)
        #expect(try statuses(site, all) == ["superseded", "accepted", "superseded"])
    }

    /// The second replaced the first; brought back, it has also replaced the third.
    @Test func `one that has replaced twice gives back only what is asked for`() throws {
        let (site, all) = try site([20, 30, 40])
        // Same second or not.
        for seconds in [0, 60] {
            #expect(site.reinstate(all[1]).exit == .done)
            #expect(try site.recordCount() == 30)
            site.clock.advance(seconds: seconds)
            #expect(site.reinstate(all[2]).exit == .done)
            #expect(try statuses(site, all) == ["superseded", "superseded", "accepted"])
            #expect(try site.recordCount() == 40)
        }
    }

    @Test func `what one delivery replaced comes back together, and months that nothing counts for are named`() throws {
        let site = try TestInstance()
        let february = try site.deliver(monthFile("02/2026", 20), as: "f.csv", for: police)
        let march = try site.deliver(monthFile("03/2026", 21, first: 100), as: "m.csv", for: police)
        let quarter = try site.deliver(
            crimes(["01/2026", "02/2026", "03/2026"].enumerated().flatMap { monthRows($1, 30, first: 100 * $0 + 1) }),
            as: "q.csv", for: police)
        #expect(Set(quarter.replaces) == [february.id, march.id])
        let result = site.reinstate(march)
        #expect(result.exit == .done)
        #expect(
            Set(result.json["reinstated"]?.items?.compactMap(\.text) ?? []) == [february.id.text, march.id.text])
        #expect(result.json["uncovered"]?.items == ["2026-01"])
        #expect(result.text.contains("nothing counts any more for 2026-01"))
        let text = try notice(site, february)
        #expect(text.contains("\(march.id), which covers 2026-03, counts again") && text.contains("for 2026-01 now"))
        #expect(try site.recordCount() == 41)
        // The quarter comes back whole, and nothing counts twice.
        let whole = site.reinstate(quarter)
        #expect(Set(whole.json["superseded"]?.items?.compactMap(\.text) ?? []) == [february.id.text, march.id.text])
        #expect(try site.recordCount() == 90)
        #expect(try statuses(site, [february, march, quarter]) == ["superseded", "superseded", "accepted"])
        // And again the two, together.
        #expect(site.reinstate(february).exit == .done)
        #expect(try site.recordCount() == 41)
    }

    @Test func `what came meanwhile for more months than come back is not taken away`() throws {
        let site = try TestInstance()
        let february = try site.deliver(monthFile("02/2026", 20), as: "f.csv", for: police)
        let march = try site.deliver(monthFile("03/2026", 21, first: 100), as: "m.csv", for: police)
        let both = try site.deliver(
            crimes(monthRows("02/2026", 30) + monthRows("03/2026", 30, first: 200)), as: "b.csv", for: police)
        #expect(site.reinstate(february).exit == .done)
        let more = try site.deliver(
            crimes(monthRows("01/2026", 30) + monthRows("02/2026", 31, first: 200)), as: "more.csv", for: police)
        #expect(more.replaces == [february.id])
        // February was replaced again: the one that went for it cannot come back before that is undone.
        #expect(site.reinstate(both).text.contains("bring \(february.id) back first"))
        #expect(try site.recordCount() == 82)
        #expect(site.reinstate(february).json["uncovered"]?.items == ["2026-01"])
        #expect(site.reinstate(both).exit == .done)
        #expect(try site.recordCount() == 60)
        #expect(try statuses(site, [february, march, both]) == ["superseded", "superseded", "accepted"])
    }

    @Test func `once what replaced it is withdrawn, it can come back where its months are free`() throws {
        let (site, all) = try site([20, 30])
        let withdrawn = site.withdraw(all[1])
        #expect(withdrawn.text.contains("sluice deliveries reinstate \(all[0].id)"))
        #expect(withdrawn.json["canBeReinstated"]?.items == [.string(all[0].id.text)])
        #expect(try site.recordCount() == 0)
        let wide = try site.deliver(
            crimes(monthRows("02/2026", 25) + monthRows("03/2026", 25, first: 200)), as: "w.csv", for: police)
        let clash = site.reinstate(all[0])
        #expect(clash.exit == .no)
        #expect(clash.text.contains("delivery \(wide.id), which stands, covers 2026-02/2026-03"))
        #expect(clash.text.contains("sluice deliveries withdraw \(wide.id)"))
        #expect(try site.recordCount() == 50)
        #expect(site.withdraw(wide).exit == .done)
        #expect(site.reinstate(all[0]).exit == .done)
        #expect(try site.recordCount() == 20)
        #expect(try notice(site, all[0]).contains("no longer counts") == false)
    }

    @Test func `of several that were replaced at once, those come back whose months are free`() throws {
        let site = try TestInstance()
        let february = try site.deliver(monthFile("02/2026", 20), as: "f.csv", for: police)
        let march = try site.deliver(monthFile("03/2026", 21, first: 100), as: "m.csv", for: police)
        let both = try site.deliver(
            crimes(monthRows("02/2026", 30) + monthRows("03/2026", 30, first: 200)), as: "b.csv", for: police)
        #expect(site.withdraw(both).exit == .done)
        let newer = try site.deliver(monthFile("03/2026", 33, first: 100), as: "n.csv", for: police)
        let result = site.reinstate(february)
        #expect(result.json["reinstated"]?.items == [.string(february.id.text)])
        #expect(try statuses(site, [february, march, newer]) == ["accepted", "superseded", "accepted"])
        #expect(try site.recordCount() == 53)
        #expect(site.reinstate(march).text.contains("withdraw \(newer.id) first"))
    }

    @Test func `after the set days its records are purged, and the refusal says what to do`() throws {
        let (site, all) = try site([20, 30])
        site.clock.advance(seconds: 34 * 86_400)
        #expect(site.perform(.purge).json["purged"]?.items == [])
        site.clock.advance(seconds: 86_400)
        #expect(try site.instance.retention().first?.due == [all[0].id])
        #expect(site.perform(.purge).json["purged"]?.items == [.string(all[0].id.text)])
        let refused = site.reinstate(all[0])
        #expect(refused.exit == .no)
        #expect(refused.text.contains("were removed on 2026-05-15; ask the agency to send the file again"))
        #expect(site.instance.deliveryJSON(try site.standing(all[0]))["canBeReinstated"] == .bool(false))
        let entry = try #require(try site.ledger(.recordsPurged).first)
        #expect(entry.details["reason"] == "superseded")
        #expect(try site.recordCount() == 30)
        #expect(site.withdraw(all[0]).exit == .no)
        // The one that stands is not touched, and there is nothing more to do.
        #expect(site.perform(.purge).json["purged"]?.items == [])
    }

    @Test func `what was brought back is not purged for having been replaced once`() throws {
        let (site, all) = try site([20, 30])
        site.clock.advance(seconds: 30 * 86_400)
        #expect(site.reinstate(all[0]).exit == .done)
        site.clock.advance(seconds: 34 * 86_400)
        #expect(site.perform(.purge).json["purged"]?.items == [])
        site.clock.advance(seconds: 86_400)
        #expect(site.perform(.purge).json["purged"]?.items == [.string(all[1].id.text)])
        #expect(try site.recordCount() == 20)
    }

    @Test func `a replaced delivery that is withdrawn is purged at once and cannot come back`() throws {
        let (site, all) = try site([20, 30])
        #expect(site.withdraw(all[0]).exit == .done)
        #expect(try site.recordCount() == 30)
        let withdrawn = try site.standing(all[0])
        #expect(withdrawn.status == .withdrawn && withdrawn.purgedAt != nil)
        #expect(site.reinstate(all[0]).text.contains("is withdrawn: only one that was replaced"))
        // What replaced it can be withdrawn too; then nothing is left to bring back.
        let result = site.withdraw(all[1])
        #expect(result.json["canBeReinstated"]?.items == [])
        #expect(!result.text.contains("reinstate"))
    }

    @Test func `a table of a file comes back by itself, and its file says which can`() throws {
        let site = try TablesSite()
        let first = try site.deliver([monthFile("03/2026", 20), monthFile("02/2026", 21, first: 100)])
        let march = try site.site.deliver(monthFile("03/2026", 30), as: "march.csv", for: police)
        #expect(march.replaces == [first.tables[0].id])
        let whole = site.site.reinstate(first.whole)
        #expect(whole.exit == .no && whole.text.contains("name one of them: \(first.tables[0].id)"))
        #expect(site.site.reinstate(first.tables[0]).exit == .done)
        #expect(try site.recordCount() == 41)
        #expect(try site.tables(of: first.whole).map(\.status) == [.final(.accepted), .final(.accepted)])
        // A file of tables that replaced another is undone table by table.
        let second = try site.deliver([monthFile("03/2026", 40), monthFile("02/2026", 41, first: 100)])
        #expect(try site.recordCount() == 81)
        #expect(site.site.reinstate(first.tables[1]).exit == .done)
        #expect(try site.recordCount() == 61)
        #expect(try site.tables(of: second.whole).map(\.status) == [.final(.accepted), .superseded])
        // Withdrawing the file takes what it had replaced no further away.
        #expect(site.site.withdraw(second.whole).json["canBeReinstated"]?.items == [.string(first.tables[0].id.text)])
        #expect(site.site.reinstate(first.tables[0]).exit == .done)
        #expect(try site.recordCount() == 41)
    }
}

@Suite struct StaleReleaseTests {
    private func built(_ counts: [Int]) throws -> (site: TestInstance, all: [Delivery]) {
        let site = try TestInstance()
        let all = try counts.map { try site.deliver(monthFile("03/2026", $0), as: "\($0).csv", for: police) }
        try build(site)
        return (site, all)
    }

    private func build(_ site: TestInstance) throws {
        let result = site.perform(.buildRelease("violence-profile"))
        #expect(result.exit == .done, "\(result.text)")
    }

    private func reason(_ site: TestInstance) throws -> String? {
        let stale = try site.instance.staleReleases()
        let status = try site.instance.statusJSON(isDaemonRunning: false)["staleReleases"]?.items
        #expect(status?.map { $0["reason"]?.text } == stale.map(\.reason))
        let listed = try site.instance.releasesJSON()
        #expect(listed.dropLast().allSatisfy { $0["stale"] == .null })
        #expect(listed.last?["stale"]?.text == stale.first?.reason)
        let alert = try site.instance.standingConditions()["release-stale.violence-profile"]
        #expect((alert == nil) == stale.isEmpty)
        if let reason = stale.first?.reason, let alert {
            #expect(alert.contains(reason) && alert.contains(stale.first?.advice ?? "?"))
            let isOverAlone = reason.contains("was purged after") && !reason.contains("replaced")
            #expect(alert.contains("sluice release build violence-profile") != isOverAlone)
        }
        return stale.first?.reason
    }

    @Test func `a release is stale once what it counts is replaced, and no longer once it is built again`() throws {
        let (site, all) = try built([20])
        #expect(try reason(site) == nil)
        let newer = try site.deliver(monthFile("03/2026", 30), as: "m.csv", for: police)
        #expect(
            try reason(site)
                == "it counts what no longer counts: delivery \(all[0].id) (marshvale-police, recorded-crime 2026-03) was "
                + "replaced by \(newer.id)")
        try build(site)
        #expect(try reason(site) == nil)
    }

    @Test func `a release is stale once what replaced a delivery is set aside for it`() throws {
        let (site, all) = try built([20, 30])
        let result = site.reinstate(all[0])
        #expect(result.json["staleReleases"]?.items == ["violence-profile"])
        #expect(result.text.contains("releases that are stale now: violence-profile"))
        #expect(try reason(site)?.contains("\(all[1].id)") == true)
        // Undone, it counts what stands.
        #expect(site.reinstate(all[1]).exit == .done)
        #expect(try reason(site) == nil)
    }

    @Test func `a release is stale once what it counts is withdrawn`() throws {
        let (site, all) = try built([20])
        #expect(site.withdraw(all[0]).json["affectedReleases"]?.items == ["violence-profile/0001"])
        #expect(try reason(site)?.hasSuffix("was withdrawn") == true)
        _ = try site.deliver(monthFile("03/2026", 30), as: "m.csv", for: police)
        try build(site)
        #expect(try reason(site) == nil)
    }

    @Test func `a release is stale once what it counts is past its retention`() throws {
        let site = try TestInstance { folder in
            try edit(folder + "/authorities/\(police).yaml", "retentionMonths: 36", "retentionMonths: 2")
        }
        _ = try site.deliver(monthFile("03/2026", 20), as: "m.csv", for: police)
        try build(site)
        site.clock.advance(seconds: 60 * 86_400)
        #expect(site.perform(.purge).json["purged"]?.items?.count == 1)
        #expect(try reason(site)?.contains("purged") == true)
    }

    @Test func `what was replaced before a release does not make it stale when it is purged`() throws {
        let (site, _) = try built([20, 30])
        site.clock.advance(seconds: 36 * 86_400)
        #expect(site.perform(.purge).json["purged"]?.items?.count == 1)
        #expect(try reason(site) == nil)
    }
}
