import Foundation
import Logging
import SluiceInstance
import SluiceLedger
import SluiceModel
import SluiceReview
import SluiceStore
import SluiceSystem
import SluiceTestSupport
import Testing

@Suite struct BackupTests {
    private func restore(_ site: TestInstance, from backup: String) throws -> [MissingDelivery] {
        _ = try Instance.restore(config: site.config, from: backup, actor: "user:0", clock: site.clock)
        return try site.opened().missing
    }

    @Test func `what a lost state folder held comes back, and what came after the backup is listed`() throws {
        let site = try TestInstance()
        let kept = try site.deliver(crimes((1...9).map { crime($0) }), as: "march.csv", for: police)
        let withdrawn = try site.deliver(
            crimes((1...9).map { crime($0, month: "02/2026") }), as: "february.csv", for: police)
        let backup = site.folder.file("backup")
        let made = try site.instance.backUp(to: backup)
        // After the backup: a delivery, one taken back, and an alert.
        let lost = try site.deliver(
            crimes((1...9).map { crime($0, month: "01/2026") }), as: "january.csv", for: police)
        let withdrawal = Command.withdraw(delivery: withdrawn.id.text, reason: "wrong")
        #expect(site.instance.perform(withdrawal, attachment: nil, actor: "user:0").exit == .done)
        _ = try site.instance.reviews(actor: "daemon").tick()
        let alerts = try site.files(below: site.site + "/srv/alerts").sorted()
        #expect(alerts.contains { $0.contains("/review-") })

        try site.loseState()
        let missing = try restore(site, from: backup)
        #expect(missing.map(\.delivery) == [lost.id.text])
        #expect(missing.first?.period == "2026-01")
        #expect(missing.first?.wasAccepted == true)
        #expect(try site.store.delivery(kept.id)?.status == .final(.accepted))
        #expect(try site.store.delivery(withdrawn.id)?.status == .withdrawn)
        // Alerts stand as they did and none is raised again.
        #expect(try site.instance.reviews(actor: "daemon").tick().isEmpty)
        #expect(try site.files(below: site.site + "/srv/alerts").sorted() == alerts)

        // Receipts from before the backup still vouch for rows; newer ones are told apart.
        func receipt(_ delivery: Delivery) -> String {
            "\(site.site)/srv/drop/\(police)/receipts/\(delivery.id)-accepted.receipt.json"
        }
        let report = try site.instance.verifyLedger(anchors: [receipt(kept), receipt(lost)])
        #expect(report.anchors.map(\.standing) == [.agrees, .restoredFrom])
        #expect(report.restores == [made.rows + 1])
        // That there was a restore is for a person to confirm: whoever cuts a ledger short can write so.
        #expect(report.problem == .restoreUnaccepted(sequence: made.rows + 1))
        let accepted = try site.instance.verifyLedger(
            anchors: [receipt(kept), receipt(lost)], acceptedRestores: [made.rows + 1])
        #expect(accepted.problem == nil)
        // The same person is the same token, the same file the same name: the keys came back.
        let again = try site.deliver(
            crimes((1...9).map { crime($0, month: "01/2026") }), as: "january.csv", for: police)
        #expect(again.nameHash == lost.nameHash)
    }

    @Test
    func `what was brought back after the backup is brought back again, and what was replaced again since is not`()
        throws
    {
        let site = try TestInstance()
        func deliver(_ month: String, _ count: Int, _ name: String) throws -> Delivery {
            try site.deliver(crimes((1...count).map { crime($0, month: month) }), as: name, for: police)
        }
        let (first, second) = (try deliver("02/2026", 9, "a.csv"), try deliver("02/2026", 10, "b.csv"))
        // Brought back and replaced once more before the backup: its notice is older than that.
        let (third, fourth) = (try deliver("01/2026", 9, "c.csv"), try deliver("01/2026", 10, "d.csv"))
        func bringBack(_ delivery: Delivery) {
            let command = Command.reinstate(delivery: delivery.id.text, reason: nil)
            #expect(site.instance.perform(command, attachment: nil, actor: "user:0").exit == .done)
        }
        bringBack(third)
        let receipts = site.site + "/srv/drop/\(police)/receipts/"
        let old = Date(timeIntervalSince1970: Double(site.clock.now().secondsSince1970 - 1))
        try FileManager.default.setAttributes(
            [.modificationDate: old], ofItemAtPath: receipts + "\(third.id)-reinstated.notice.txt")
        site.clock.advance(seconds: 60)
        let fifth = try deliver("01/2026", 11, "e.csv")
        let backup = site.folder.file("backup")
        _ = try site.instance.backUp(to: backup)
        bringBack(first)

        try site.loseState()
        _ = try restore(site, from: backup)
        let statuses = try [first, second, third, fourth, fifth].map { try site.store.delivery($0.id)?.status }
        #expect(statuses == [.final(.accepted), .superseded, .superseded, .superseded, .final(.accepted)])
    }

    @Test func `a replaced delivery that was withdrawn after the backup is withdrawn again, and its records go`() throws
    {
        let site = try TestInstance()
        let old = try site.deliver(crimes((1...9).map { crime($0) }), as: "march.csv", for: police)
        let new = try site.deliver(crimes((1...10).map { crime($0) }), as: "march-again.csv", for: police)
        let backup = site.folder.file("backup")
        _ = try site.instance.backUp(to: backup)
        let command = Command.withdraw(delivery: old.id.text, reason: "a name in it")
        #expect(site.instance.perform(command, attachment: nil, actor: "user:0").exit == .done)

        try site.loseState()
        _ = try restore(site, from: backup)
        #expect(try site.store.delivery(old.id)?.status == .withdrawn)
        #expect(try site.store.delivery(old.id)?.purgedAt != nil)
        #expect(try site.store.delivery(new.id)?.status == .final(.accepted))
    }

    @Test func `a backup is made and checked while another program writes`() throws {
        let site = try TestInstance()
        _ = try site.deliver(crimes((1...9).map { crime($0) }), as: "march.csv", for: police)
        let store = site.store
        let isDone = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            for number in 0..<300 {
                try? store.append([
                    LedgerEntry(
                        at: Instant(secondsSince1970: 0), actor: "daemon", kind: .settingsLoaded, subject: "\(number)",
                        details: [:])
                ])
            }
            isDone.signal()
        }
        let looking = try Instance.openForLooking(config: site.config)
        var rows: [Int] = []
        for number in 0..<4 { rows.append(try looking.backUp(to: site.folder.file("backup-\(number)")).rows) }
        isDone.wait()
        #expect(rows == rows.sorted())
        try site.loseState()
        _ = try restore(site, from: site.folder.file("backup-3"))
        #expect(try site.instance.verifyLedger().problem == nil)
        let settled = try site.store.ledgerRows(rows[3] + 1..<rows[3] + 2)
        #expect(settled.map(\.entry.kind) == [.storeRestored])
    }

    @Test func `a damaged backup, one of nothing, and one in the way are refused, and nothing is changed`() throws {
        let site = try TestInstance()
        _ = try site.deliver(crimes((1...9).map { crime($0) }), as: "march.csv", for: police)
        let backup = site.folder.file("backup")
        _ = try site.instance.backUp(to: backup)
        #expect(throws: BackupRefusal.exists(backup)) { _ = try site.instance.backUp(to: backup) }
        // The store still stands.
        try site.letGo()
        #expect(throws: BackupRefusal.self) { _ = try restore(site, from: backup) }
        #expect(try site.opened().verifyLedger().problem == nil)
        try site.loseState()
        #expect(throws: BackupRefusal.self) { _ = try restore(site, from: site.folder.path) }
        var bytes = try readSmallFile(backup + "/sluice.db")
        bytes[bytes.count / 2] ^= 1
        try Folder(path: backup).writeAtomically(FileName(own: "sluice.db"), bytes, mode: 0o600)
        #expect(throws: BackupRefusal.self) { _ = try restore(site, from: backup) }
        #expect((try? readSmallFile(site.site + "/state/sluice.db")) == nil)
    }

    @Test func `a backup that cannot be finished leaves nothing`() throws {
        let site = try TestInstance()
        try Folder(path: site.site + "/state/keys").remove(FileName(own: "name.key"))
        #expect(throws: SystemError.self) { _ = try site.instance.backUp(to: site.folder.file("backup")) }
        #expect(try Folder(path: site.folder.path).entries().map(\.text) == ["site"])
    }
}
