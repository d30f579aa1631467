import SluiceInstance
import SluiceLedger
import SluiceModel
import SluiceRelease
import SluiceStore
import SluiceSystem
import SluiceTestSupport
import Testing

@Suite struct RetentionTests {
    private let header = policeHeader + ",PNCID"

    private func linked(_ count: Int, month: String) -> String {
        crimes((1...count).map { crime($0, month: month) + ",2099/9999999V" }, header: header)
    }

    /// The link token of the first record of a delivery: 16 bytes that stand nowhere else.
    private func token(_ id: DeliveryID, _ site: TestInstance) throws -> [UInt8] {
        var token: [UInt8] = []
        try site.store.forEachBlock(RecordFilter()) { stored in
            if stored.delivery == id, token.isEmpty { token = Array(stored.block.linkTokens.prefix(16)) }
        }
        #expect(token.contains { $0 != 0 })
        return token
    }

    private func isInStore(_ bytes: [UInt8], _ site: TestInstance) throws -> Bool {
        try site.files(below: site.site + "/state").filter { $0.contains("/sluice.db") }
            .contains { contains(try readSmallFile($0), bytes) }
    }

    private func perform(_ command: Command, _ site: TestInstance) -> CommandResult {
        site.instance.perform(command, attachment: nil, actor: "user:0")
    }

    @Test func `certificates go after a time of their own, and releases stay`() throws {
        let site = try TestInstance(at: "2026-04-10T09:00:00Z") { folder in
            try edit(
                folder + "/sluice.yaml", "# certificateRetentionMonths: 84\n", "certificateRetentionMonths: 2\n")
        }
        _ = try site.deliver(crimes((1...40).map { crime($0) }), as: "march.csv", for: police)
        #expect(perform(.buildRelease("violence-profile"), site).exit == .done)
        let folder = site.site + "/state/certificates"
        #expect(try listSmallFolder(folder) == ["violence-profile-0001.certificate"])
        #expect(try site.instance.certificateRetention().kept.map(\.day) == [CivilDate("2026-07-01")])
        site.clock.advance(seconds: 81 * 86_400)
        #expect(perform(.purge, site).json["certificates"]?.items == [])
        site.clock.advance(seconds: 86_400)
        #expect(perform(.purge, site).json["certificates"]?.items == ["violence-profile-0001.certificate"])
        #expect(try listSmallFolder(folder) == [])
        #expect(perform(.purge, site).json["certificates"]?.items == [])
        // What was published stays, and its check says what is missing.
        let found = try site.instance.verifyRelease(
            folder: site.site + "/srv/releases/violence-profile/latest", checksHashes: true)
        #expect(found.signature == .holds && found.hashes == .holds)
        if case .notChecked = found.proof {} else { Issue.record("\(found.text)") }
        #expect(try site.store.ledgerRows(1..<1000).contains { $0.entry.kind == .certificatePurged })
    }

    @Test func `records past their retention are gone from the store's bytes, and the ledger still verifies`() throws {
        let site = try TestInstance(at: "2026-04-10T09:00:00Z") { folder in
            try edit(folder + "/authorities/\(police).yaml", "retentionMonths: 36", "retentionMonths: 2")
        }
        let delivery = try site.deliver(linked(40, month: "03/2026"), as: "march.csv", for: police)
        #expect(delivery.status == .final(.accepted))
        let token = try token(delivery.id, site)
        #expect(try isInStore(token, site))
        // March and two months more are May.
        site.clock.advance(seconds: 51 * 86_400)
        #expect(site.clock.now().date == CivilDate("2026-05-31"))
        #expect(try site.instance.retention().map(\.nextPurge) == [CivilDate("2026-06-01")])
        #expect(perform(.purge, site).json["purged"]?.items == [])
        #expect(try isInStore(token, site))
        site.clock.advance(seconds: 86_400)
        #expect(try site.instance.retention().flatMap(\.due) == [delivery.id])
        #expect(perform(.purge, site).json["purged"]?.items == [.string(delivery.id.text)])
        #expect(try site.store.delivery(delivery.id)?.status == .purged)
        #expect(try !isInStore(token, site))
        #expect(try site.instance.retention().isEmpty)
        #expect(try site.instance.verifyLedger().problem == nil)
        // It stays so when the purge is asked for again, and after a restart.
        #expect(perform(.purge, site).exit == .done)
        try site.reopen()
        #expect(try !isInStore(token, site))
    }

    @Test func `withdrawn records are gone from the store's bytes, and others are not`() throws {
        let site = try TestInstance()
        let first = try site.deliver(linked(40, month: "02/2026"), as: "february.csv", for: police)
        let second = try site.deliver(crimes((1...9).map { crime($0) }), as: "march.csv", for: police)
        let token = try token(first.id, site)
        #expect(perform(.withdraw(delivery: first.id.text, reason: "wrong"), site).exit == .done)
        #expect(try !isInStore(token, site))
        var kept = 0
        try site.store.forEachBlock(RecordFilter()) { stored in
            kept += stored.delivery == second.id ? stored.block.rowCount : 1000
        }
        #expect(kept == 9)
        #expect(try site.instance.verifyLedger().problem == nil)
    }

    @Test func `a period that was purged is not asked for again`() throws {
        let site = try TestInstance(at: "2026-04-10T09:00:00Z") { folder in
            try edit(folder + "/authorities/\(police).yaml", "retentionMonths: 36", "retentionMonths: 1")
            try Folder(path: folder).writeAtomically(
                FileName(own: "reviews.yaml"),
                Array(
                    """
                    reviews:
                      - id: expected
                        kind: expected-delivery
                        title: Crime of each month
                        owner: analyst
                        delivery: {authority: \(police), dataset: recorded-crime, unit: month, first: 2026-03, graceDays: 10}

                    """.utf8), mode: 0o644)
        }
        _ = try site.deliver(linked(9, month: "03/2026"), as: "march.csv", for: police)
        let due = try site.instance.reviewsJSON().first?["due"]?.text
        site.clock.advance(seconds: 40 * 86_400)
        #expect(perform(.purge, site).json["purged"]?.items?.count == 1)
        #expect(try site.instance.reviewsJSON().first?["due"]?.text == due)
    }

    @Test func `looking at an instance makes no key`() throws {
        let site = try TestInstance()
        let keys = site.site + "/state/keys"
        try Folder(path: keys).remove(FileName(own: "checkpoint.key"))
        _ = try Instance.openForLooking(config: site.config)
        #expect(try listSmallFolder(keys) == ["link.key", "name.key"])
    }

    @Test func `a dataset may be kept shorter than the rest of its authority's`() throws {
        let site = try TestInstance(at: "2026-04-10T09:00:00Z") { folder in
            try edit(
                folder + "/authorities/\(police).yaml", "retentionMonths: 36",
                "retentionMonths: 36\nretentionMonthsOf: {recorded-crime: 1}")
        }
        _ = try site.deliver(linked(40, month: "03/2026"), as: "march.csv", for: police)
        let standing = try #require(try site.instance.retention().first)
        #expect(standing.months == 1)
        #expect(standing.nextPurge == CivilDate("2026-05-01"))
    }

    @Test func `a retention for a dataset that the plugin lacks is a mistake with its place`() throws {
        let failure = #expect(throws: InstanceError.self) {
            _ = try TestInstance { folder in
                try edit(
                    folder + "/authorities/\(police).yaml", "retentionMonths: 36",
                    "retentionMonths: 36\nretentionMonthsOf: {recorded-crimes: 1}")
            }
        }
        #expect("\(try #require(failure))".contains("did you mean `recorded-crime`?"))
    }
}

@Suite struct IncidentTests {
    @Test func `a refused file alerts both governance contacts until somebody closes it`() throws {
        let site = try TestInstance()
        let text = try site.sample("nhs-ed", "istv-nhs-number-in-text.csv")
        let delivery = try site.deliver(text, as: "april.csv", for: hospital)
        #expect(delivery.status == .final(.refused))
        try site.instance.raiseIncidents()
        let file = site.site + "/srv/alerts/incident-\(delivery.id).json"
        let alert = try JSON(reading: try readSmallFile(file))
        #expect(alert["contacts"]?.items?.count == 2)
        #expect(alert["reasons"]?.items?.isEmpty == false)
        #expect(alert["next"]?.text?.contains("delete the export") == true)
        // Deleted by hand it comes back; a restart changes nothing.
        try Folder(path: site.site + "/srv/alerts").remove(FileName(own: "incident-\(delivery.id).json"))
        try site.reopen()
        try site.instance.raiseIncidents()
        #expect((try? readSmallFile(file)) != nil)
        let closing = Command.closeReview("incident-\(delivery.id)", note: "export deleted")
        #expect(site.instance.perform(closing, attachment: nil, actor: "user:0").exit == .done)
        #expect((try? readSmallFile(file)) == nil)
        let again = site.instance.perform(closing, attachment: nil, actor: "user:0")
        #expect(again.exit == .no)
        #expect(again.text.contains("was closed at"))
        try site.instance.raiseIncidents()
        #expect((try? readSmallFile(file)) == nil)
        // Closed by mistake, it is opened again, and can be closed again.
        let reopening = Command.reopenReview("incident-\(delivery.id)", note: "a copy is left")
        #expect(site.instance.perform(reopening, attachment: nil, actor: "user:0").exit == .done)
        #expect((try? readSmallFile(file)) != nil)
        #expect(site.instance.perform(reopening, attachment: nil, actor: "user:0").exit == .no)
        let silent = Command.closeReview("incident-\(delivery.id)", note: " ")
        #expect(site.instance.perform(silent, attachment: nil, actor: "user:0").exit == .no)
        #expect(site.instance.perform(closing, attachment: nil, actor: "user:0").exit == .done)
        #expect((try? readSmallFile(file)) == nil)
        let kinds = try site.store.ledgerRows(1..<1000).map(\.entry).filter { $0.subject == "incident-\(delivery.id)" }
        #expect(kinds.map(\.kind) == [.reviewClosed, .reviewReopened, .reviewClosed])
    }
}

@Suite struct TableIncidentTests {
    @Test func `a refused table of a file that was taken is an incident of its own`() throws {
        let site = try TablesSite(hospital, members: "separate")
        let good = try site.site.sample("nhs-ed", "istv.csv")
        let bad = try site.site.sample("nhs-ed", "istv-nhs-number-in-text.csv")
        let (whole, _) = try site.deliver([good, bad])
        #expect(whole.status == .final(.acceptedWithRejections))
        let refused = try site.site.store.deliveries(DeliveryFilter(status: .final(.refused)))
        #expect(refused.map(\.parent) == [whole.id])
        try site.site.instance.raiseIncidents()
        let alerts = try site.site.files(below: site.site.site + "/srv/alerts")
        #expect(alerts.contains { $0.hasSuffix("incident-\(refused[0].id).json") })
    }
}

@Suite struct StatementTests {
    @Test func `a year's statement says what came under which power, was refused, released and removed`() throws {
        let site = try TestInstance()
        _ = try site.deliver(crimes((1...20).map { crime($0) }), as: "march.csv", for: police)
        _ = try site.deliver(crimes((1...21).map { crime($0) }), as: "march-again.csv", for: police)
        _ = try site.deliver(try site.sample("nhs-ed", "istv-nhs-number-in-text.csv"), as: "a.csv", for: hospital)
        _ = site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "user:0")
        // What was replaced is kept for a while in case it has to come back.
        #expect(try site.instance.statement(year: 2026).purged.isEmpty)
        site.clock.advance(seconds: 36 * 86_400)
        _ = site.instance.perform(.purge, attachment: nil, actor: "user:0")
        let statement = try site.instance.statement(year: 2026)
        let fromPolice = try #require(statement.received.first { $0.authority == police })
        #expect(fromPolice.gateway == "pcsc-16")
        #expect(fromPolice.outcomes == ["accepted": 2])
        #expect(fromPolice.rowsKept == 41)
        #expect(statement.refused.map(\.authority) == [hospital])
        #expect(statement.refused.first?.why == "gate.nhs-number")
        #expect(statement.released.first?.purpose.isEmpty == false)
        #expect(statement.released.first?.recipients.isEmpty == false)
        #expect(statement.purged == ["superseded": 1])
        let text = site.instance.lines(statement).joined(separator: "\n")
        #expect(text.contains("under pcsc-16, agreement DSA-2025-01"))
        // Another year has nothing, and says so.
        #expect(try site.instance.statement(year: 2025).rows == nil)
        #expect(site.instance.lines(try site.instance.statement(year: 2025)).contains("  nothing"))
        // The same figures can be found row by row.
        var filter = LedgerFilter()
        filter.authority = hospital
        filter.rule = "gate.nhs-number"
        var found: [LedgerRow] = []
        try site.instance.forEachLedgerRow(filter) { found.append($0) }
        #expect(found.map(\.entry.kind) == [.deliveryDecided])
    }
}
