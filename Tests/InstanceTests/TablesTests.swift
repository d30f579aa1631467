import Glibc
import SluiceInstance
import SluiceIntake
import SluiceLedger
import SluiceModel
import SluiceStore
import SluiceSystem
import SluiceTestSupport
import Testing

private func month(_ month: String, _ count: Int = 20, first: Int = 1) -> String {
    crimes((first..<first + count).map { crime($0, month: month) })
}

/// Good of its form, and with more bad rows than the tolerance.
private func badMonth(_ name: String) -> String {
    crimes((1...20).map { crime($0, month: name, offence: $0 < 15 ? "nonsense" : "8N") })
}

private let unknown = "Colour,Shape\r\nred,round\r\n"

@Suite struct TablesTogetherTests {
    @Test func `the tables of a file are deliveries of their own, taken with it and told of in its receipt`() throws {
        let site = try TablesSite()
        let searches = try site.site.sample("police", "stop-and-search.csv")
        let (whole, tables) = try site.deliver([month("03/2026"), searches, month("02/2026", 10)])
        #expect(whole.status == .final(.accepted))
        #expect(whole.dataset == nil && whole.period == nil)
        #expect(tables.map(\.status) == [.final(.accepted), .final(.accepted), .final(.accepted)])
        #expect(tables.map(\.dataset) == ["recorded-crime", "stop-and-search", "recorded-crime"])
        #expect(tables[0].period == Period("2026-03") && tables[2].period == Period("2026-02"))
        #expect(tables.map(\.table?.index) == [0, 1, 2])
        #expect(tables.map(\.table?.place.memberPosition) == [11, 12, 13])
        #expect(whole.rows?.read == tables.reduce(0) { $0 + $1.rows!.read })
        #expect(try site.recordCount() == whole.rows?.accepted)

        let receipt = try site.site.receipt(whole)
        #expect(receipt.json["file"]?.text == "tables.zip")
        let listed = try #require(receipt.json["tables"]?.items)
        #expect(listed.map { $0["delivery"]?.text } == tables.map(\.id.text))
        #expect(listed.map { $0["table"]?["member"]?.number } == [11, 12, 13])
        #expect(listed.allSatisfy { $0["assumed"]?["encoding"]?.text == "utf-8" && $0["findings"]?.items != nil })
        #expect(receipt.text.contains("Table 2: file 12: ACCEPTED"))
        #expect(try site.receiptNames().count == 1)
        #expect(try site.isTidy())
        // One look at the file, then one for each table.
        #expect(try site.runs() == 4)
        #expect(try site.site.instance.verifyLedger().problem == nil)
        let kinds = try site.store.ledgerRows(1..<100).filter { $0.entry.kind == .deliveryDecided }
        #expect(kinds.map(\.entry.subject) == tables.map(\.id.text) + [whole.id.text])
        #expect(kinds.dropLast().allSatisfy { $0.entry.details["parent"] == whole.id.text })
    }

    @Test func `a file with one table is a delivery without children`() throws {
        let site = try TablesSite()
        let (whole, tables) = try site.deliver([month("03/2026")])
        #expect(whole.status == .final(.accepted) && whole.dataset == "recorded-crime")
        #expect(tables.isEmpty)
        #expect(try site.site.receipt(whole).json["tables"]?.items == [])
    }

    @Test(arguments: [0, 1, 2])
    func `one table that is rejected rejects all, wherever it stands, and nothing is kept`(place: Int) throws {
        let site = try TablesSite()
        let before = try site.site.deliver(month("03/2026", 30), as: "march.csv", for: police)
        var parts = [month("03/2026"), month("02/2026")]
        parts.insert(badMonth("01/2026"), at: place)
        let (whole, tables) = try site.deliver(parts)
        #expect(whole.status == .final(.rejected))
        #expect(tables.allSatisfy { $0.status == .final(.rejected) })
        #expect(
            tables.map(\.reason)
                == (0...2).map { $0 == place ? nil : "other-table-failed" })
        #expect(try site.recordCount() == 30)
        #expect(try site.store.delivery(before.id)?.status == .final(.accepted))
        let receipt = try site.site.receipt(whole)
        let listed = try #require(receipt.json["tables"]?.items)
        #expect(listed[place]["findings"]?.items?.contains { $0["code"]?.text == "tolerance-exceeded" } == true)
        #expect(receipt.text.contains("Table \(place + 1): file \(place + 11): REJECTED"))
        #expect(receipt.text.contains("taken together or not at all"))
        #expect(try site.isTidy())
        // The same file, mended, is taken.
        parts[place] = month("01/2026")
        #expect(try site.deliver(parts).whole.status == .final(.accepted))
    }

    @Test func `a table of an unknown dataset rejects the file`() throws {
        let site = try TablesSite()
        let (whole, tables) = try site.deliver([month("03/2026"), unknown])
        #expect(whole.status == .final(.rejected))
        #expect(tables.map(\.dataset) == ["recorded-crime", nil])
        #expect(try site.recordCount() == 0)
    }

    @Test func `a table that is refused refuses the file`() throws {
        let site = try TablesSite(hospital)
        let good = try site.site.sample("nhs-ed", "istv.csv")
        let (whole, tables) = try site.deliver([good, try site.site.sample("nhs-ed", "istv-patient-columns.csv")])
        #expect(whole.status == .final(.refused))
        #expect(tables.map(\.status) == [.final(.rejected), .final(.refused)])
        #expect(try site.recordCount() == 0)
    }

    @Test func `the same table twice in one file is rejected, named by its place`() throws {
        let site = try TablesSite()
        let (whole, tables) = try site.deliver([month("03/2026"), month("02/2026"), month("03/2026", 5, first: 50)])
        #expect(whole.status == .final(.rejected))
        #expect(tables.map(\.reason) == ["other-table-failed", "other-table-failed", nil])
        let finding = try site.site.receipt(whole).json["tables"]?.items?[2]["findings"]?.items?.first
        #expect(finding?["code"]?.text == "period-overlaps")
        #expect(finding?["message"]?.text?.contains("table 1 of the same file (file 11)") == true)
        #expect(try site.recordCount() == 0)
    }

    @Test func `each table replaces what it covers, and is replaced by itself`() throws {
        let site = try TablesSite()
        let plain = try site.site.deliver(month("03/2026", 30), as: "march.csv", for: police)
        let first = try site.deliver([month("03/2026"), month("02/2026")])
        #expect(first.tables[0].replaces == [plain.id])
        #expect(first.tables[1].replaces == [])
        #expect(try site.store.delivery(plain.id)?.replacedBy == first.tables[0].id)
        #expect(try site.recordCount() == 40)
        let later = try site.site.deliver(month("02/2026", 7), as: "february.csv", for: police)
        #expect(later.replaces == [first.tables[1].id])
        #expect(try site.recordCount() == 27)
        // Going back to the file takes in what no longer stands, and only that.
        let again = try site.deliver([month("03/2026"), month("02/2026")])
        #expect(again.whole.status == .final(.accepted))
        #expect(again.tables.map(\.status) == [.final(.duplicate), .final(.accepted)])
        #expect(again.tables[1].replaces == [later.id])
        #expect(try site.recordCount() == 40)
        let listed = try site.site.receipt(again.whole).json["tables"]?.items
        #expect(listed?[0]["duplicateOf"]?.text == first.tables[0].id.text)
        // Now all of it stands.
        #expect(try site.deliver([month("03/2026"), month("02/2026")]).whole.status == .final(.duplicate))
    }

    @Test func `a file whose tables stand is a duplicate, without a look at it`() throws {
        let site = try TablesSite()
        let first = try site.deliver([month("03/2026"), month("02/2026")])
        let runs = try site.runs()
        let second = try site.deliver([month("03/2026"), month("02/2026")], as: "again.zip")
        #expect(second.whole.status == .final(.duplicate))
        #expect(try site.site.receipt(second.whole).json["duplicateOf"]?.text == first.whole.id.text)
        #expect(second.tables.isEmpty)
        #expect(try site.runs() == runs)
    }

    @Test func `withdrawing a file withdraws its tables, and its bytes may come again`() throws {
        let site = try TablesSite()
        let first = try site.deliver([month("03/2026"), month("02/2026")])
        let later = try site.site.deliver(month("02/2026", 7), as: "february.csv", for: police)
        _ = try site.intake.withdraw(first.whole.id, reason: "wrong export")
        #expect(try site.store.delivery(first.whole.id)?.status == .withdrawn)
        // The one that was replaced still had its records.
        #expect(try site.tables(of: first.whole).map(\.status) == [.withdrawn, .withdrawn])
        #expect(try site.store.delivery(later.id)?.status == .final(.accepted))
        #expect(try site.recordCount() == 7)
        let withdrawn = try site.store.ledgerRows(1..<100).filter { $0.entry.kind == .deliveryWithdrawn }
        #expect(withdrawn.map(\.entry.subject) == first.tables.map(\.id.text) + [first.whole.id.text])
        let notice = site.site.site + "/srv/drop/\(police)/receipts/\(first.whole.id)-withdrawn.notice.txt"
        #expect(String(decoding: try readSmallFile(notice), as: UTF8.self).contains(first.tables[0].id.text))
        #expect(try site.deliver([month("03/2026"), month("02/2026")]).whole.status == .final(.accepted))
        #expect(try site.recordCount() == 40)
    }

    @Test func `a table that kills the worker ends its file, and no table is on record`() throws {
        let site = try TablesSite()
        let (whole, tables) = try site.deliver([month("03/2026"), "DIE\n", month("02/2026")])
        #expect(whole.status == .final(.quarantined))
        #expect(whole.reason == "worker-died")
        #expect(whole.workerDeaths == 3)
        #expect(tables.isEmpty)
        #expect(try site.recordCount() == 0)
        #expect(try site.isTidy())
    }

    @Test func `a table is shown with its file, and the file with its tables`() throws {
        let site = try TablesSite()
        let (whole, tables) = try site.deliver([month("03/2026"), badMonth("02/2026")])
        let instance = site.site.instance
        let shown = try instance.deliveryDetailJSON(whole)
        #expect(shown["children"]?.items?.map { $0["id"]?.text } == tables.map(\.id.text))
        #expect(shown["table"] == .null && shown["parent"] == .null)
        let table = try instance.deliveryDetailJSON(tables[1])
        #expect(table["parent"]?.text == whole.id.text)
        #expect(table["table"]?["number"]?.number == 2)
        #expect(table["file"]?.text == "tables.zip")
        #expect(table["findings"]?.items?.isEmpty == false)
        #expect(table["checkpoint"]?.text == shown["checkpoint"]?.text)
        #expect(try instance.receiptText(tables[1]) == instance.receiptText(whole))
    }
}

@Suite struct TablesSeparateTests {
    @Test func `each table is decided by itself with its own receipt, and the file's lists them`() throws {
        let site = try TablesSite(members: "separate")
        let (whole, tables) = try site.deliver([month("03/2026"), badMonth("02/2026"), unknown, month("01/2026", 5)])
        #expect(whole.status == .final(.acceptedWithRejections))
        #expect(
            tables.map(\.status) == [
                .final(.accepted), .final(.rejected), .final(.rejected), .final(.accepted),
            ])
        #expect(tables.allSatisfy { $0.reason == nil })
        #expect(try site.recordCount() == 25)
        #expect(try site.receiptNames().count == 5)
        for table in tables {
            let receipt = try site.site.receipt(table)
            #expect(receipt.json["file"]?.text == "tables.zip")
            #expect(receipt.json["parent"]?.text == whole.id.text)
            #expect(receipt.json["table"]?["number"]?.number == table.table?.number)
            #expect(receipt.text.contains("part of \(whole.id)"))
            #expect(receipt.text.contains("Table       \(table.table!.number): file \(table.table!.number + 10)"))
        }
        let receipt = try site.site.receipt(whole)
        #expect(receipt.json["tables"]?.items?.map { $0["outcome"]?.text } == tables.map(\.outcomeAtArrival?.rawValue))
        #expect(receipt.text.contains("decided by itself"))
        #expect(try site.isTidy())
        #expect(try site.site.instance.verifyLedger().problem == nil)
        let decided = try site.store.ledgerRows(1..<100).filter { $0.entry.kind == .deliveryDecided }
        #expect(decided.map(\.entry.subject) == tables.map(\.id.text) + [whole.id.text])
    }

    @Test func `a file of which no table is taken is rejected`() throws {
        let site = try TablesSite(members: "separate")
        #expect(try site.deliver([badMonth("02/2026"), unknown]).whole.status == .final(.rejected))
    }

    @Test func `the same table twice in one file: the first is taken, the second rejected`() throws {
        let site = try TablesSite(members: "separate")
        let (whole, tables) = try site.deliver([month("03/2026"), month("03/2026", 5, first: 50)])
        #expect(tables.map(\.status) == [.final(.accepted), .final(.rejected)])
        #expect(whole.status == .final(.acceptedWithRejections))
        let findings = try site.site.receipt(tables[1]).json["findings"]?.items
        #expect(findings?.first?["message"]?.text?.contains("table 1 of the same file (file 11)") == true)
        #expect(try site.recordCount() == 20)
    }

    @Test func `sent again, a file brings only the tables that do not stand`() throws {
        let site = try TablesSite(members: "separate")
        let parts = [month("03/2026"), badMonth("02/2026")]
        let first = try site.deliver(parts)
        let second = try site.deliver(parts)
        #expect(second.tables.map(\.status) == [.final(.duplicate), .final(.rejected)])
        #expect(try site.site.receipt(second.tables[0]).json["duplicateOf"]?.text == first.tables[0].id.text)
        #expect(try site.recordCount() == 20)
    }

    @Test func `a table that kills the worker is quarantined alone`() throws {
        let site = try TablesSite(members: "separate")
        let (whole, tables) = try site.deliver([month("03/2026"), "DIE\n", month("02/2026")])
        #expect(tables.map(\.status) == [.final(.accepted), .final(.quarantined), .final(.accepted)])
        #expect(tables.map(\.workerDeaths) == [0, 3, 0])
        #expect(tables[1].reason == "worker-died")
        #expect(whole.status == .final(.acceptedWithRejections))
        #expect(try site.recordCount() == 40)
        #expect(try site.isTidy())
    }

    @Test func `withdrawing a file withdraws the tables that stand`() throws {
        let site = try TablesSite(members: "separate")
        let (whole, tables) = try site.deliver([month("03/2026"), badMonth("02/2026")])
        _ = try site.intake.withdraw(whole.id, reason: "wrong export")
        #expect(try site.tables(of: whole).map(\.status) == [.withdrawn, .final(.rejected)])
        #expect(try site.recordCount() == 0)
        #expect(throws: StoreError.deliveryFinal(tables[0].id)) {
            try site.intake.withdraw(tables[0].id, reason: "twice")
        }
    }

    @Test func `one table can be withdrawn by itself`() throws {
        let site = try TablesSite(members: "separate")
        let (whole, tables) = try site.deliver([month("03/2026"), month("02/2026", 5)])
        _ = try site.intake.withdraw(tables[0].id, reason: "wrong month")
        #expect(try site.tables(of: whole).map(\.status) == [.withdrawn, .final(.accepted)])
        #expect(try site.store.delivery(whole.id)?.status == .final(.accepted))
        #expect(try site.recordCount() == 5)
    }
}

/// The process dies at every write to the store in turn, before and after it: what comes out is always the same.
@Suite struct TablesCrashTests {
    private struct Result: Hashable {
        var whole: String
        var tables: [String]
        var records: Int
        var receipts: Int
        var superseded: Int
        var isTidy: Bool
        var ledger: [String]
    }

    private static let parts = [month("03/2026"), month("02/2026", 5), badMonth("01/2026")]

    /// An instance with a delivery of March, and a file of tables dropped but not yet seen.
    private func prepared(_ members: String, _ parts: [String]) throws -> TablesSite {
        let site = try TablesSite(members: members)
        _ = try site.site.deliver(month("03/2026", 30), as: "march.csv", for: police)
        try site.drop(parts)
        return site
    }

    private func result(_ site: TablesSite) throws -> Result {
        let whole = try #require(try site.store.deliveries(DeliveryFilter()).last { $0.parent == nil })
        #expect(try site.site.instance.verifyLedger().problem == nil)
        func text(_ delivery: Delivery) -> String {
            "\(delivery.table?.number ?? 0) \(delivery.status.text) \(delivery.dataset ?? "") "
                + "\(delivery.period.map { "\($0)" } ?? "") \(delivery.rows?.accepted ?? -1) \(delivery.reason ?? "") "
                + "\(delivery.replaces.count)"
        }
        return Result(
            whole: text(whole), tables: try site.tables(of: whole).map(text), records: try site.recordCount(),
            receipts: try site.receiptNames().count,
            superseded: try site.store.deliveries(DeliveryFilter(status: .superseded)).count,
            isTidy: try site.isTidy(),
            ledger: try site.store.ledgerRows(1..<1000).map { $0.entry.kind.rawValue })
    }

    @Test(arguments: [("separate", true), ("together", true), ("together", false)])
    func `whichever write it died at`(members: String, hasBadTable: Bool) throws {
        let parts = hasBadTable ? Self.parts : Array(Self.parts.dropLast())
        let calm = try prepared(members, parts)
        let counting = CrashingStore(calm.store, crashAt: .max, isAfter: false)
        try calm.restart(store: counting)
        calm.takeIn()
        let expected = try result(calm)
        #expect(expected.isTidy && expected.tables.count == parts.count)
        #expect(expected.receipts == (members == "separate" ? 2 + parts.count : 2))
        #expect(counting.writeCount >= 4)

        for crashAt in 0..<counting.writeCount {
            for isAfter in [false, true] {
                let site = try prepared(members, parts)
                let crashing = CrashingStore(site.store, crashAt: crashAt, isAfter: isAfter)
                try site.restart(store: crashing)
                site.takeIn()
                #expect(crashing.isDead)
                try site.restart()
                site.intake.recover()
                site.takeIn()
                #expect(try result(site) == expected, "died \(isAfter ? "after" : "before") write \(crashAt)")
            }
        }
    }

    @Test func `tables that are others after a restart are not mixed with those taken before`() throws {
        let site = try prepared("separate", TablesCrashTests.parts)
        // Journal, attempt, a look at the file, a look ahead, tables, first table: then it dies.
        try site.restart(store: CrashingStore(site.store, crashAt: 5, isAfter: true))
        site.takeIn()
        let whole = try #require(try site.store.deliveries(DeliveryFilter()).last { $0.parent == nil })
        #expect(whole.status == .claimed)
        #expect(try site.tables(of: whole).map(\.status) == [.final(.accepted), .claimed, .claimed])
        try site.pretend(tables: 4)
        try site.restart()
        site.intake.recover()
        #expect(
            try site.tables(of: whole).map(\.status)
                == [.final(.accepted), .final(.quarantined), .final(.quarantined)])
        #expect(try site.tables(of: whole).map(\.reason) == [nil, "tables-changed", "tables-changed"])
        let decided = try #require(try site.store.delivery(whole.id))
        #expect(decided.status == .final(.acceptedWithRejections) && decided.reason == "tables-changed")
        #expect(try site.isTidy())
    }

    /// After a power cut the copy may be there in name only; the original is where it was claimed.
    @Test func `a private copy that did not reach the disk is made anew from the original`() throws {
        let site = try prepared("together", TablesCrashTests.parts)
        // Journal and attempt: then it dies.
        try site.restart(store: CrashingStore(site.store, crashAt: 1, isAfter: true))
        site.takeIn()
        let claimed = try #require(try site.store.deliveries(DeliveryFilter()).last { $0.parent == nil })
        #expect(claimed.status == .claimed)
        let copy = site.site.site + "/state/spool/" + claimed.id.text
        #expect(unsafe truncate(copy, 10) == 0)
        try site.restart()
        site.intake.recover()
        #expect(try site.tables(of: claimed).allSatisfy { $0.status != .claimed })
        #expect(try site.store.delivery(claimed.id)?.reason == nil)
        #expect(try site.isTidy())
    }

    @Test func `a private copy that is damaged with its original is not read`() throws {
        let site = try prepared("together", TablesCrashTests.parts)
        try site.restart(store: CrashingStore(site.store, crashAt: 1, isAfter: true))
        site.takeIn()
        let claimed = try #require(try site.store.deliveries(DeliveryFilter()).last { $0.parent == nil })
        #expect(unsafe truncate(site.site.site + "/state/spool/" + claimed.id.text, 10) == 0)
        let folder = site.site.site + "/srv/drop/\(police)/.sluice-claimed/" + claimed.id.text
        let original = try #require(try listSmallFolder(folder).first)
        #expect(unsafe truncate(folder + "/" + original, 10) == 0)
        try site.restart()
        site.intake.recover()
        let decided = try #require(try site.store.delivery(claimed.id))
        #expect(decided.status == .final(.quarantined) && decided.reason == "spool-damaged")
    }

    @Test func `a setting that changed in between does not change how the file is decided`() throws {
        let site = try prepared("separate", TablesCrashTests.parts)
        try site.restart(store: CrashingStore(site.store, crashAt: 4, isAfter: true))
        site.takeIn()
        try edit(site.site.site + "/authorities/\(police).yaml", "members: separate", "members: together")
        try site.site.instance.reload()
        try site.restart()
        site.intake.recover()
        let whole = try #require(try site.store.deliveries(DeliveryFilter()).last { $0.parent == nil })
        #expect(whole.status == .final(.acceptedWithRejections))
        #expect(
            try site.tables(of: whole).map(\.status) == [.final(.accepted), .final(.accepted), .final(.rejected)])
    }
}

@Suite struct SuddenChangeIntakeTests {
    private func site(members: String? = nil) throws -> TablesSite {
        try TablesSite(at: "2026-09-10T09:00:00Z", members: members)
    }

    private func warnings(_ delivery: Delivery, _ site: TablesSite) throws -> [JSON] {
        let receipt = try #require(try site.store.receipt(delivery.id))
        return try JSON(reading: receipt.json)["findings"]?.items?.filter { $0["code"]?.text == "sudden-change" } ?? []
    }

    @Test func `far more rows than in earlier deliveries are a warning with both numbers`() throws {
        let site = try site()
        for name in ["01/2026", "02/2026", "03/2026"] {
            let usual = try site.deliver([month(name, 40)]).whole
            #expect(try warnings(usual, site).isEmpty)
        }
        // Half as many again is chance where numbers are small.
        let usual = try site.deliver([month("04/2026", 60)]).whole
        #expect(try warnings(usual, site).isEmpty)
        let many = try site.deliver([month("05/2026", 90)]).whole
        #expect(many.status == .final(.accepted))
        let warning = try #require(try warnings(many, site).first)
        #expect(warning["severity"]?.text == "warning")
        #expect(warning["rule"]?.text == "usual")
        let message = try #require(warning["message"]?.text)
        #expect(message.contains("90 now, 40 as the median before"), "\(message)")
        #expect(try site.site.receipt(many).text.contains(message))
        // A delivery of another length is compared with its like only.
        let quarter = crimes(
            (1...90).map { crime($0, month: ["06/2026", "07/2026", "08/2026"][$0 % 3]) })
        #expect(try warnings(site.deliver([quarter]).whole, site).isEmpty)
    }

    @Test func `what a delivery replaces is not what it is compared with`() throws {
        let site = try site()
        for name in ["01/2026", "02/2026", "03/2026"] { _ = try site.deliver([month(name, 10)]) }
        // Two others are left once March is replaced: too few.
        let again = try site.deliver([month("03/2026", 90)]).whole
        #expect(again.replaces.count == 1)
        #expect(try warnings(again, site).isEmpty)
    }

    @Test(arguments: ["together", "separate"])
    func `tables of one file are compared with earlier deliveries, not with each other`(members: String) throws {
        let site = try site(members: members)
        for name in ["01/2026", "02/2026", "03/2026"] { _ = try site.deliver([month(name, 10)]) }
        let (whole, tables) = try site.deliver([month("04/2026", 40), month("05/2026", 40), month("06/2026", 12)])
        let codes: [[String?]]
        if members == "separate" {
            codes = try tables.map { try warnings($0, site).map { $0["message"]?.text } }
        } else {
            codes = try #require(try site.site.receipt(whole).json["tables"]?.items).map { table in
                table["findings"]?.items?.filter { $0["code"]?.text == "sudden-change" }.map { $0["message"]?.text }
                    ?? []
            }
        }
        #expect(codes.map(\.count) == [1, 1, 0])
        #expect(codes.joined().allSatisfy { $0?.contains("40 now, 10 as the median before") == true })
    }
}
