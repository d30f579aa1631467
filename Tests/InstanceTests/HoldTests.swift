import Foundation
import Glibc
import Logging
import SluiceInstance
import SluiceIntake
import SluiceLedger
import SluiceModel
import SluiceSettings
import SluiceStore
import SluiceSystem
import SluiceTestSupport
import Testing

private let large = 200
private let small = 25

/// An instance with a large March, and a small file of March that waits to be confirmed.
private struct HeldSite {
    let site: TestInstance
    let march: Delivery
    let held: Delivery

    init(at now: String = "2026-04-10T09:00:00Z") throws {
        site = try TestInstance(at: now, holds: true)
        march = try site.deliver(monthFile("03/2026", large), as: "march.csv", for: police)
        held = try site.deliver(monthFile("03/2026", small), as: "march-again.csv", for: police)
    }

    /// The one that was held, as it is now.
    func now() throws -> Delivery { try site.standing(held) }

    func confirmFromFolder(_ name: String? = nil, _ text: String = "", as authority: String = police) throws {
        try site.drop(text, as: name ?? "confirm-\(held.id).txt", for: authority)
        site.takeIn()
    }

    func nothingToConfirm(_ authority: String = police) throws -> String? {
        let path = site.dropFolder(authority) + "/receipts/\(held.id)-nothing-to-confirm.notice.txt"
        return (try? readSmallFile(path)).map { String(decoding: $0, as: UTF8.self) }
    }

    func expectTaken() throws {
        let taken = try now()
        #expect(taken.status == .final(.accepted) && taken.replaces == [march.id])
        #expect(try site.standing(march).status == .superseded)
        #expect(try site.recordCount() == small)
        #expect(try site.receipt(taken).json["file"]?.text == "march-again.csv")
        #expect(try site.isTidy())
        #expect(try site.ledger(.deliveryConfirmed).map(\.subject) == [held.id.text])
    }

    func expectWaiting() throws {
        #expect(try now().status == .held && now().toConfirm != nil)
        #expect(try site.standing(march).status == .final(.accepted))
        #expect(try site.recordCount() == large)
    }
}

@Suite struct HoldTests {
    @Test func `a few rows in place of many are held: both sides are told the figures, and the many stand`() throws {
        let held = try HeldSite()
        let site = held.site
        try held.expectWaiting()
        #expect(held.held.reason == "replaces-much")
        let figures = "2026-03: this file has 25 rows; delivery \(held.march.id), which it would replace, has 200."
        #expect(held.held.toConfirm == figures)
        let notice = try site.notice(held.held)
        for part in [
            "HELD UNTIL YOU CONFIRM", "march-again.csv", "Covers      2026-03", figures, "the earlier deliveries stand",
            "confirm-\(held.held.id).txt", "by 2026-04-24",
        ] {
            #expect(notice.contains(part), "\(part)")
        }
        let alert = try #require(site.intake.conditions["delivery-held.\(held.held.id)"])
        #expect(alert.contains(figures) && alert.contains("sluice deliveries confirm \(held.held.id)"))
        #expect(alert.contains("2026-04-24"))
        let status = try site.instance.statusJSON(isDaemonRunning: false)
        #expect(status["held"]?.number == 1)
        #expect(status["toConfirm"]?.items?.map { $0["figures"]?.text } == [figures])
        #expect(site.instance.deliveryJSON(try held.now())["toConfirm"]?.text == figures)
        #expect(site.instance.deliveryJSON(try held.now())["file"]?.text == "march-again.csv")
        let entry = try #require(try site.ledger(.deliveryHeld).first)
        #expect(entry.subject == held.held.id.text && entry.details["figures"] == figures)
        // It has no receipt, for it has no outcome, and no private copy is left.
        #expect(try site.store.receipt(held.held.id) == nil)
        #expect(try site.files(below: site.site + "/state/spool").isEmpty)
        // What stands is what a release counts.
        #expect(site.perform(.buildRelease("violence-profile")).exit == .done)
        #expect(try site.store.releases().last?.deliveries == [held.march.id])
        #expect(try site.instance.staleReleases().isEmpty)
    }

    @Test(arguments: [
        "confirm-ID.txt", "confirm-ID", "Confirm-ID.TXT", "confirm-ID.txt.txt", "confirm-ID (1).txt",
        "confirm-ID - Copy.txt",
    ])
    func `the agency confirms by an empty file`(name: String) throws {
        let held = try HeldSite()
        try held.confirmFromFolder(name.replacing("ID", with: held.held.id.text))
        try held.expectTaken()
        #expect(held.site.intake.conditions.isEmpty)
        #expect(try held.site.ledger(.deliveryConfirmed).first?.details["by"] == "agency")
        #expect(try held.nothingToConfirm() == nil)
    }

    @Test func `what is written in the file does not matter, as long as it is little`() throws {
        let held = try HeldSite()
        try held.confirmFromFolder(nil, "yes, this is right\r\n")
        try held.expectTaken()
    }

    @Test func `a file of some size is a delivery, whatever it is called`() throws {
        let held = try HeldSite()
        try held.confirmFromFolder(nil, monthFile("02/2026", 40))
        try held.expectWaiting(besides: 40)
    }

    @Test func `no other agency can confirm it, and learns nothing`() throws {
        let held = try HeldSite()
        try held.confirmFromFolder(as: hospital)
        try held.expectWaiting()
        let notice = try #require(try held.nothingToConfirm(hospital))
        #expect(notice.contains("No delivery of yours with this number waits to be confirmed"))
        #expect(!notice.contains("200") && !notice.contains("march"))
        #expect(try held.nothingToConfirm() == nil)
        #expect(try held.site.ledger(.deliveryConfirmed).isEmpty)
    }

    @Test func `an unknown number confirms nothing`() throws {
        let held = try HeldSite()
        try held.site.drop("", as: "confirm-20260101-000000-aaaaaaaa.txt", for: police)
        held.site.takeIn()
        try held.expectWaiting()
        let receipts = try listSmallFolder(held.site.dropFolder(police) + "/receipts")
        #expect(receipts.contains { $0.hasSuffix("-nothing-to-confirm.notice.txt") })
        #expect(try listSmallFolder(held.site.incoming(police)).isEmpty)
    }

    @Test func `confirming twice at once is confirming once, and later it is nothing to confirm`() throws {
        let held = try HeldSite()
        try held.site.drop("", as: "confirm-\(held.held.id)", for: police)
        try held.confirmFromFolder()
        try held.expectTaken()
        try held.confirmFromFolder()
        #expect(try held.nothingToConfirm()?.contains("may have been confirmed already") == true)
        try held.expectTaken()
    }

    @Test func `the operator confirms by a command`() throws {
        let held = try HeldSite()
        let result = held.site.confirm(held.held)
        #expect(result.exit == .done)
        #expect(result.text.contains("accepted; 25 rows read, 25 kept, 0 rejected"))
        #expect(result.text.contains("replaces \(held.march.id)"))
        #expect(result.json["outcome"]?.text == "accepted")
        try held.expectTaken()
        let entry = try #require(try held.site.ledger(.deliveryConfirmed).first)
        #expect(entry.actor == "user:0" && entry.details["by"] == "operator")
        #expect(entry.details["what"] == "replaces \(held.march.id)")
        let again = held.site.confirm(held.held)
        #expect(again.exit == .no && again.text.contains("is accepted: there is nothing to confirm"))
        #expect(held.site.perform(.confirm(delivery: "nonsense")).exit == .no)
    }

    @Test func `a file that waits for another reason is not confirmed`() throws {
        let site = try TestInstance(at: "2026-04-10T09:00:00Z", holds: true) { folder in
            try edit(folder + "/authorities/\(police).yaml", "validTo: 2027-03-31", "validTo: 2026-01-01")
        }
        let delivery = try site.deliver(monthFile("03/2026", 20), as: "march.csv", for: police)
        #expect(delivery.status == .held && delivery.heldFor == nil)
        let result = site.confirm(delivery)
        #expect(result.exit == .no && result.text.contains("for another reason (agreement-lapsed)"))
        try site.drop("", as: "confirm-\(delivery.id).txt", for: police)
        site.takeIn()
        #expect(try site.standing(delivery).status == .held)
        #expect(try site.recordCount() == 0)
    }

    @Test func `the operator rejects it at once, with a reason, and what stood before stands`() throws {
        let held = try HeldSite()
        let id = held.held.id.text
        #expect(held.site.perform(.reject(delivery: id, reason: " ")).exit == .no)
        let result = held.site.perform(.reject(delivery: id, reason: "cut short by the export"))
        #expect(result.exit == .done, "\(result.text)")
        let rejected = try held.now()
        #expect(rejected.status == .final(.rejected) && rejected.reason == "rejected-by-operator")
        #expect(try held.site.recordCount() == large)
        #expect(try held.site.isTidy())
        #expect(held.site.intake.conditions.isEmpty)
        let receipt = try held.site.receipt(rejected)
        #expect(receipt.text.contains("cut short by the export") && receipt.text.contains("the operator rejected it"))
        #expect(try held.site.ledger(.deliveryDecided).last?.details["why"] == "cut short by the export")
        // Neither rejected twice nor confirmed any more.
        #expect(held.site.perform(.reject(delivery: id, reason: "again")).exit == .no)
        #expect(held.site.perform(.confirm(delivery: id)).exit == .no)
    }

    @Test func `unconfirmed for the set time it is rejected, with the figures`() throws {
        let held = try HeldSite()
        // The day that its notice names is over at midnight where the instance is, an hour before that of UTC.
        let heldAt = try #require(try held.now().heldAt).secondsSince1970
        let end = (heldAt / 86_400 + 15) * 86_400 - 3600
        held.site.clock.advance(seconds: end - 60 - held.site.clock.now().secondsSince1970)
        held.site.takeIn()
        try held.expectWaiting()
        held.site.clock.advance(seconds: 60)
        held.site.takeIn()
        let rejected = try held.now()
        #expect(rejected.status == .final(.rejected) && rejected.reason == "not-confirmed")
        #expect(try held.site.recordCount() == large)
        #expect(try held.site.isTidy())
        #expect(held.site.intake.conditions.isEmpty)
        let receipt = try held.site.receipt(rejected)
        #expect(receipt.json["file"]?.text == "march-again.csv")
        #expect(receipt.json["next"]?.text?.contains("nobody confirmed it in time") == true)
        #expect(receipt.text.contains("this file has 25 rows"))
        #expect(!receipt.text.contains("Correct what is listed below"))
        // A word that comes late is answered.
        try held.confirmFromFolder()
        #expect(try held.nothingToConfirm()?.contains("nobody did in time") == true)
        #expect(try held.now().status == .final(.rejected))
        // Sent again it is judged anew.
        let again = try held.site.deliver(monthFile("03/2026", small), as: "march-again.csv", for: police)
        #expect(again.status == .held)
    }

    @Test func `a word that came in time counts, though the daemon was down until it was over`() throws {
        let held = try HeldSite()
        try held.site.drop("", as: "confirm-\(held.held.id).txt", for: police)
        held.site.clock.advance(seconds: 20 * 86_400)
        try held.site.reopen()
        held.site.intake.recover()
        held.site.takeIn()
        try held.expectTaken()
    }

    @Test func `a restart forgets no hold`() throws {
        let held = try HeldSite()
        try held.site.reopen()
        held.site.intake.recover()
        held.site.takeIn()
        try held.expectWaiting()
        #expect(held.site.intake.conditions["delivery-held.\(held.held.id)"] != nil)
        #expect(try held.now().heldAt == held.held.heldAt)
        try held.confirmFromFolder()
        try held.expectTaken()
    }

    private func heldFile(_ held: HeldSite) throws -> String {
        let folder = held.site.dropFolder(police) + "/held/\(held.held.id)"
        return folder + "/" + (try #require(try listSmallFolder(folder).first))
    }

    @Test func `a word is about the bytes that were held`() throws {
        let held = try HeldSite()
        try overwrite(try heldFile(held), Array(monthFile("03/2026", 7).utf8))
        let result = held.site.confirm(held.held)
        #expect(result.exit == .no)
        #expect(result.text.contains("waits again") && result.text.contains("this file has 7 rows"))
        try held.expectWaiting()
        #expect(try held.site.notice(held.held).contains("this file has 7 rows"))
        // Good ones need no word.
        try overwrite(try heldFile(held), Array(monthFile("03/2026", large + 3).utf8))
        #expect(held.site.confirm(held.held).exit == .done)
        #expect(try held.site.recordCount() == large + 3)
        #expect(try held.site.isTidy())
    }

    @Test func `a file that was taken out of the folder is forgotten, and the command says so`() throws {
        let held = try HeldSite()
        try FileManager.default.removeItem(atPath: try heldFile(held))
        let result = held.site.confirm(held.held)
        #expect(result.exit == .no && result.text.contains("no longer in the folder held"))
        #expect(try held.site.store.delivery(held.held.id) == nil)
        #expect(try held.site.isTidy())
        let other = try HeldSite()
        try FileManager.default.removeItem(atPath: try heldFile(other))
        other.site.takeIn()
        #expect(try other.site.store.delivery(other.held.id) == nil)
        #expect(other.site.intake.conditions.isEmpty)
    }

    @Test func `when what stands has changed, it is asked again with the new figures`() throws {
        let held = try HeldSite()
        let newer = try held.site.deliver(monthFile("03/2026", 210), as: "march-right.csv", for: police)
        #expect(newer.replaces == [held.march.id])
        try held.confirmFromFolder()
        let again = try held.now()
        #expect(again.status == .held)
        #expect(again.toConfirm?.contains("delivery \(newer.id), which it would replace, has 210") == true)
        #expect(try held.site.notice(again).contains("has 210"))
        #expect(try held.site.standing(newer).status == .final(.accepted))
        #expect(try held.site.recordCount() == 210)
        try held.confirmFromFolder()
        #expect(try held.now().replaces == [newer.id])
        #expect(try held.site.recordCount() == small)
    }

    @Test func `a file that waited takes the place of a later one with a word for just that`() throws {
        let held = try HeldSite()
        #expect(held.site.withdraw(held.march).exit == .done)
        held.site.clock.advance(seconds: 3600)
        let later = try held.site.deliver(monthFile("03/2026", small + 2), as: "march-late.csv", for: police)
        #expect(later.status == .final(.accepted))
        // It has two rows more, so that little would be taken away.
        try held.confirmFromFolder()
        let again = try held.now()
        #expect(again.status == .held && again.reason == "replaces-newer")
        let figures = "2026-03: delivery \(later.id), which it would replace, came after this file."
        #expect(again.toConfirm == figures)
        let notice = try held.site.notice(again)
        #expect(notice.contains(figures) && notice.contains("would take the place of a later one"))
        #expect(try held.site.standing(later).status == .final(.accepted))
        try held.confirmFromFolder()
        #expect(try held.now().replaces == [later.id])
        #expect(try held.site.recordCount() == small)
    }

    @Test func `when nothing is taken away any more, a word is not needed to the letter`() throws {
        let held = try HeldSite()
        #expect(held.site.withdraw(held.march).exit == .done)
        try held.confirmFromFolder()
        #expect(try held.now().status == .final(.accepted) && held.now().replaces == [])
        #expect(try held.site.recordCount() == small)
    }

    @Test func `ingest keeps the bytes of a file that is held, and says how to take it in`() throws {
        let site = try TestInstance(holds: true)
        let march = try site.deliver(monthFile("03/2026", large), as: "march.csv", for: police)
        let folder = try TemporaryFolder()
        try folder.write(monthFile("03/2026", small), to: "few.csv")
        let name = FileName(own: "few.csv")
        let file = try Folder(path: folder.path).openForReading(name)
        let result = site.instance.perform(
            .ingest(authority: police, nameHex: name.hexadecimalText), attachment: file, actor: "user:0")
        #expect(result.exit == .no)
        let delivery = try #require(try site.store.deliveries(DeliveryFilter(status: .held)).first)
        #expect(result.text.contains("this file has 25 rows"))
        #expect(result.text.contains("sluice deliveries confirm \(delivery.id)"))
        #expect(!result.text.contains("/receipts/"))
        // The operator's file may go: the copy waits.
        try FileManager.default.removeItem(atPath: folder.file("few.csv"))
        #expect(
            try readSmallFile(site.dropFolder(police) + "/held/\(delivery.id)/few.csv")
                == Array(monthFile("03/2026", small).utf8))
        #expect(site.confirm(delivery).exit == .done)
        #expect(try site.standing(march).status == .superseded)
        #expect(try site.recordCount() == small)
        #expect(try site.isTidy())
    }

    /// What replaces several deliveries has to cover each of them.
    @Test func `several months of which one is missing are held for that one`() throws {
        let site = try TestInstance(holds: true)
        let months = ["01/2026", "02/2026", "03/2026"]
        let each = try months.enumerated().map { index, month in
            try site.deliver(monthFile(month, 40, first: 100 * index + 1), as: "\(index).csv", for: police)
        }
        let quarter = try site.deliver(
            crimes(monthRows("01/2026", 45, first: 1) + monthRows("03/2026", 45, first: 201)), as: "q.csv", for: police)
        #expect(quarter.status == .held)
        #expect(
            quarter.toConfirm
                == "2026-02: this file has 0 rows; delivery \(each[1].id), which it would replace, has 40.")
        let whole = try site.deliver(
            crimes(months.enumerated().flatMap { monthRows($1, 41, first: 100 * $0 + 1) }), as: "w.csv", for: police)
        #expect(whole.status == .final(.accepted) && Set(whole.replaces) == Set(each.map(\.id)))
        #expect(try site.recordCount() == 123)
        // Part of it alone clashes with the whole, and is told what to do.
        let part = try site.deliver(monthFile("02/2026", 42), as: "p.csv", for: police)
        #expect(part.status == .final(.rejected))
        #expect(try site.findings(part, "period-overlaps").count == 1)
    }

    @Test func `a quarter stated in each row is compared with the months it replaces together`() throws {
        let site = try TestInstance(at: "2025-07-10T09:00:00Z", holds: true)
        let ends = ["2025-04": "2025-04-30", "2025-05": "2025-05-31", "2025-06": "2025-06-30"]
        func file(_ first: String, _ last: String, _ month: String, _ count: Int) -> String {
            let header =
                "ReportingPeriodStartDate,ReportingPeriodEndDate,SiteCode,ArrivalDateTime,AssaultDateTime,"
                + "AssaultMethod,AssaultMethodOther,AssaultLocationType,AssaultLocationDescription,Age,Sex,LSOA,"
                + "PoliceInformed"
            let rows = (1...count).map {
                "\(first),\(last),RZ999,\(month)-\(padded(1 + $0 % 28, 2))T12:\(padded($0 % 60, 2)):00,"
                    + "\(month)-\(padded(1 + $0 % 28, 2))T02:45:00,Knife or sharp,,Licensed premises,,28,1,E01999032,No"
            }
            return ([header] + rows).map { $0 + "\r\n" }.joined()
        }
        for (month, end) in ends.sorted(by: { $0.key < $1.key }) {
            let delivery = try site.deliver(file("\(month)-01", end, month, 40), as: month, for: hospital)
            #expect(delivery.status == .final(.accepted))
        }
        let quarter = try site.deliver(file("2025-04-01", "2025-06-30", "2025-05", 50), as: "q.csv", for: hospital)
        #expect(quarter.status == .held, "50 rows in place of 120")
        #expect(quarter.toConfirm?.contains("50 rows") == true && quarter.toConfirm?.contains("120") == true)
        #expect(try site.recordCount() == 120)
        #expect(site.confirm(quarter).exit == .done)
        #expect(try site.recordCount() == 50)
        let more = try site.deliver(file("2025-04-01", "2025-06-30", "2025-05", 60), as: "q.csv", for: hospital)
        #expect(more.status == .final(.accepted))
    }
}

extension HeldSite {
    fileprivate func expectWaiting(besides count: Int) throws {
        #expect(try now().status == .held)
        #expect(try site.standing(march).status == .final(.accepted))
        #expect(try site.recordCount() == large + count)
    }
}

@Suite struct HeldTablesTests {
    private func file(_ months: [String], _ count: Int) -> [String] { months.map { monthFile($0, count) } }

    private func site(_ members: String?) throws -> TablesSite {
        try TablesSite(
            members: members,
            edit: { folder in
                try edit(
                    folder + "/sluice.yaml", "\n  replaceLossPercent: 100\n  unusualPercent: 100\n", "\n")
            })
    }

    @Test(arguments: [nil, "separate"])
    func `a file of tables waits as a whole, and is taken as a whole once it is confirmed`(members: String?) throws {
        let site = try site(members)
        let months = ["03/2026", "02/2026"]
        let first = try site.deliver(file(months, 60))
        #expect(first.whole.status == .final(.accepted))
        let (held, tables) = try site.deliver(file(months, 10), as: "again.zip")
        #expect(held.status == .held && tables.isEmpty)
        let figures = try #require(held.toConfirm)
        #expect(first.tables.allSatisfy { figures.contains("delivery \($0.id), which it would replace, has 60") })
        #expect(try site.recordCount() == 120)
        try site.site.drop("", as: "confirm-\(held.id).txt", for: police)
        site.takeIn()
        #expect(try site.store.delivery(held.id)?.status == .final(.accepted))
        #expect(try site.tables(of: held).map(\.status) == [.final(.accepted), .final(.accepted)])
        #expect(try site.tables(of: held).map(\.replaces) == first.tables.map { [$0.id] })
        #expect(try site.recordCount() == 20)
        #expect(try site.isTidy())
    }

    @Test func `one table that takes much away holds its file`() throws {
        let site = try site("separate")
        let first = try site.deliver(file(["03/2026", "02/2026"], 60))
        let (held, tables) = try site.deliver([monthFile("03/2026", 61), monthFile("02/2026", 5)], as: "again.zip")
        #expect(held.status == .held && tables.isEmpty)
        #expect(held.toConfirm?.contains("2026-02: this file has 5 rows") == true)
        #expect(held.toConfirm?.contains("2026-03") == false)
        #expect(try site.tables(of: first.whole).allSatisfy { $0.status == .final(.accepted) })
    }

    @Test func `an unconfirmed file of tables is rejected as a whole`() throws {
        let site = try site("separate")
        _ = try site.deliver(file(["03/2026", "02/2026"], 60))
        let (held, _) = try site.deliver(file(["03/2026", "02/2026"], 10), as: "again.zip")
        site.site.clock.advance(seconds: 15 * 86_400)
        site.takeIn()
        #expect(try site.store.delivery(held.id)?.status == .final(.rejected))
        #expect(try site.tables(of: held).isEmpty)
        #expect(try site.recordCount() == 120)
        #expect(try site.isTidy())
    }
}

/// The process dies at every write to the store in turn, before and after it: what comes out is always the same.
@Suite struct HoldCrashTests {
    private final class Site {
        let site: TestInstance
        private(set) var intake: Intake

        init() throws {
            site = try TestInstance(holds: true)
            intake = site.instance.intake
            _ = try site.deliver(monthFile("03/2026", 60), as: "march.csv", for: police)
        }

        func restart(_ store: (any Store)? = nil) throws {
            let instance = site.instance
            let keys = try InstanceKeys(folder: instance.settings.paths.state + "/keys")
            let signer = try #require(CheckpointSigner(origin: "sluice/test", seed: keys.checkpointSeed))
            intake = Intake(
                settings: instance.settings, catalogue: instance.catalogue, store: store ?? instance.store, keys: keys,
                signer: signer, clock: site.clock, workerPath: try Installation.worker(), log: Logger(label: "test"))
        }

        func takeIn() {
            intake.pass()
            site.clock.advance(seconds: 10)
            intake.pass()
        }

        func last() throws -> Delivery { try #require(try site.store.deliveries(DeliveryFilter(limit: 1)).first) }
    }

    private struct Result: Hashable {
        var status: String
        var reason: String?
        var figures: Bool
        var records: Int
        var receipts: [String]
        var held: [String]
        var isSpoolEmpty: Bool
        var confirmed: Int
        var holds: Int
    }

    private func result(_ site: Site) throws -> Result {
        let last = try site.last()
        #expect(try site.site.instance.verifyLedger().problem == nil)
        func names(_ folder: String) throws -> [String] {
            try site.site.files(below: site.site.dropFolder(police) + "/" + folder).map {
                String($0.split(separator: "/").last!).replacing(last.id.text, with: "ID")
            }.sorted()
        }
        #expect(try names("incoming").isEmpty && names(".sluice-claimed").isEmpty)
        return Result(
            status: last.status.text, reason: last.reason, figures: last.toConfirm != nil,
            records: try site.site.recordCount(), receipts: try names("receipts").filter { $0.hasPrefix("ID") },
            held: try names("held"), isSpoolEmpty: try site.site.files(below: site.site.site + "/state/spool").isEmpty,
            confirmed: min(1, try site.site.ledger(.deliveryConfirmed).count),
            holds: min(1, try site.site.ledger(.deliveryHeld).count))
    }

    private enum Step: String, CaseIterable { case hold, confirm, timeOut }

    private func prepared(_ step: Step) throws -> Site {
        let site = try Site()
        try site.site.drop(monthFile("03/2026", 10), as: "again.csv", for: police)
        guard step != .hold else { return site }
        site.takeIn()
        switch step {
        case .hold: break
        case .confirm: try site.site.drop("", as: "confirm-\(try site.last().id).txt", for: police)
        case .timeOut: site.site.clock.advance(seconds: 15 * 86_400)
        }
        return site
    }

    @Test(arguments: ["hold", "confirm", "timeOut"])
    func `whichever write it died at`(name: String) throws {
        let step = try #require(Step(rawValue: name))
        let calm = try prepared(step)
        let counting = CrashingStore(calm.site.store, crashAt: .max, isAfter: false)
        try calm.restart(counting)
        calm.takeIn()
        let expected = try result(calm)
        #expect(expected.status == ["hold": "held", "confirm": "accepted", "timeOut": "rejected"][name])
        #expect(expected.records == (step == .confirm ? 10 : 60))
        #expect(expected.held == (step == .hold ? ["ID.notice.txt", "again.csv"] : []))
        #expect(counting.writeCount >= 2)
        for crashAt in 0..<counting.writeCount {
            for isAfter in [false, true] {
                let site = try prepared(step)
                let crashing = CrashingStore(site.site.store, crashAt: crashAt, isAfter: isAfter)
                try site.restart(crashing)
                site.takeIn()
                #expect(crashing.isDead)
                try site.restart()
                site.intake.recover()
                site.takeIn()
                // A file of a word that was found in the middle of its delivery's decision is looked at a minute later.
                site.site.clock.advance(seconds: 61)
                site.takeIn()
                var found = try result(site)
                // One that had done its work may be answered.
                found.receipts.removeAll { $0.contains("nothing-to-confirm") }
                #expect(found == expected, "died \(isAfter ? "after" : "before") write \(crashAt)")
            }
        }
    }
}
