import Glibc
import SluiceInstance
import SluiceIntake
import SluiceLedger
import SluiceModel
import SluiceStore
import SluiceSystem
import SluiceTestSupport
import Testing

let police = "marshvale-police"
let hospital = "northmarsh-hospital"

/// Minimal police files with one header.
func crimes(_ rows: [String], header: String = policeHeader) -> String {
    ([header] + rows).map { $0 + "\r\n" }.joined()
}

let policeHeader =
    "CrimeRef,OffenceCode,OffenceDesc,CommittedFrom,CommittedTo,RecordedDate,LSOA,Ward,LocationType,Weapon,VictimSex,"
    + "VictimAge,VictimEthnicity,KnifeFlag,DAFlag,Outcome"

/// A good row; `day` is a date of the month, so that a file covers just that month.
func crime(_ number: Int, month: String = "03/2026", day: Int = 5, offence: String = "8N") -> String {
    let date = "\(padded(day, 2))/\(month)"
    return "99/\(padded(number, 7))/26,\(offence),made up,\(date) 21:30,\(date) 21:45,\(date),E01999001,E05999001,"
        + "PUBLIC PLACE,none,M,23,W1,N,N,18"
}

@Suite struct IntakeTests {
    @Test func `a good file is accepted, its receipt written and the original removed`() throws {
        let site = try TestInstance()
        let delivery = try site.deliver(crimes((1...20).map { crime($0) }), as: "march.csv", for: police)
        #expect(delivery.status == .final(.accepted))
        #expect(delivery.rows == RowCounts(read: 20, accepted: 20, rejected: 0))
        #expect(delivery.period == Period("2026-03"))
        let receipt = try site.receipt(delivery)
        #expect(receipt.json["file"]?.text == "march.csv")
        #expect(receipt.json["outcome"]?.text == "accepted")
        #expect(receipt.text.contains("march.csv"))
        #expect(try Folder(path: site.incoming(police)).entries().isEmpty)
        #expect(try site.files(below: site.site + "/state/spool").isEmpty)
        #expect(try site.files(below: site.site + "/srv/drop/\(police)/.sluice-claimed").isEmpty)
    }

    @Test func `a file that still changes is left alone until it has settled`() throws {
        let site = try TestInstance()
        try site.drop(crimes([crime(1)]), as: "growing.csv", for: police)
        site.instance.intake.pass()
        site.clock.advance(seconds: 10)
        try site.drop(crimes([crime(1), crime(2)]), as: "growing.csv", for: police)
        site.instance.intake.pass()
        #expect(try site.store.deliveries(DeliveryFilter()).isEmpty)
        site.clock.advance(seconds: 10)
        site.instance.intake.pass()
        #expect(try site.store.deliveries(DeliveryFilter()).map(\.rows?.read) == [2])
    }

    @Test func `temporary names wait until they are renamed`() throws {
        let site = try TestInstance()
        try site.drop(crimes([crime(1)]), as: "march.csv.part", for: police)
        site.takeIn()
        #expect(try site.store.deliveries(DeliveryFilter()).isEmpty)
        let incoming = try Folder(path: site.incoming(police))
        try incoming.rename(FileName(own: "march.csv.part"), as: FileName(own: "march.csv"))
        site.takeIn()
        #expect(try site.store.deliveries(DeliveryFilter()).count == 1)
    }

    @Test func `a temporary name that stays for hours is reported to its agency, once`() throws {
        let site = try TestInstance()
        try site.drop(crimes([crime(1)]), as: "march.csv.part", for: police)
        site.instance.intake.pass()
        for _ in 1...3 {
            site.clock.advance(seconds: 4000)
            site.instance.intake.pass()
        }
        let delivery = try #require(try site.store.deliveries(DeliveryFilter()).first)
        #expect(delivery.status == .stalled)
        let notices = try site.files(below: site.site + "/srv/drop/\(police)/receipts")
        #expect(notices.count == 1)
        // Once it is renamed it is taken under the same name it was reported by.
        let incoming = try Folder(path: site.incoming(police))
        try incoming.remove(FileName(own: "march.csv.part"))
        site.takeIn()
        #expect(try site.store.deliveries(DeliveryFilter()).isEmpty)
    }

    @Test func `the same bytes again are a duplicate, whatever the file is called`() throws {
        let site = try TestInstance()
        let text = crimes((1...20).map { crime($0) })
        let first = try site.deliver(text, as: "march.csv", for: police)
        let second = try site.deliver(text, as: "march again.csv", for: police)
        #expect(second.status == .final(.duplicate))
        #expect(try site.receipt(second).json["duplicateOf"]?.text == first.id.text)
        #expect(try site.store.delivery(first.id)?.status == .final(.accepted))
    }

    @Test func `a later file for the same period replaces the earlier one, whole`() throws {
        let site = try TestInstance()
        let first = try site.deliver(crimes((1...20).map { crime($0) }), as: "march.csv", for: police)
        let second = try site.deliver(crimes((1...30).map { crime($0) }), as: "march.csv", for: police)
        #expect(try site.store.delivery(first.id)?.status == .superseded)
        #expect(try site.store.delivery(first.id)?.replacedBy == second.id)
        #expect(second.replaces == [first.id])
        var rows = 0
        try site.store.forEachBlock(RecordFilter()) { rows += $0.block.rowCount }
        #expect(rows == 30)
        // Going back to the old file is a new delivery, not a duplicate of one that no longer counts.
        let third = try site.deliver(crimes((1...20).map { crime($0) }), as: "march.csv", for: police)
        #expect(third.status == .final(.accepted))
        #expect(third.replaces == [second.id])
    }

    @Test func `a file that covers part of an earlier period is rejected, naming what to send`() throws {
        let site = try TestInstance()
        let both = (1...10).map { crime($0, month: "02/2026") } + (11...20).map { crime($0) }
        let first = try site.deliver(crimes(both), as: "two months.csv", for: police)
        #expect(first.period == Period("2026-02/2026-03"))
        let second = try site.deliver(crimes((11...25).map { crime($0) }), as: "march.csv", for: police)
        #expect(second.status == .final(.rejected))
        #expect(try site.receipt(second).text.contains("2026-02/2026-03"))
        #expect(try site.store.delivery(first.id)?.status == .final(.accepted))
        // One that covers it all replaces it.
        let wide = (101...105).map { crime($0, month: "01/2026") } + both
        let third = try site.deliver(crimes(wide), as: "quarter.csv", for: police)
        #expect(third.replaces == [first.id])
    }

    @Test func `a withdrawn delivery leaves no records, and its bytes may come again`() throws {
        let site = try TestInstance()
        let text = crimes((1...20).map { crime($0) })
        let first = try site.deliver(text, as: "march.csv", for: police)
        let result = site.instance.perform(
            .withdraw(delivery: first.id.text, reason: "wrong export"), attachment: nil, actor: "user:0")
        #expect(result.exit == .done)
        #expect(try site.store.delivery(first.id)?.status == .withdrawn)
        var rows = 0
        try site.store.forEachBlock(RecordFilter()) { rows += $0.block.rowCount }
        #expect(rows == 0)
        let again = site.instance.perform(
            .withdraw(delivery: first.id.text, reason: "twice"), attachment: nil, actor: "user:0")
        #expect(again.exit == .no)
        #expect(try site.deliver(text, as: "march.csv", for: police).status == .final(.accepted))
    }

    @Test func `a lapsed agreement holds the file unopened until it is renewed`() throws {
        let site = try TestInstance { folder in
            try edit(folder + "/authorities/\(police).yaml", "validTo: 2027-03-31", "validTo: 2026-03-31")
        }
        let text = crimes((1...20).map { crime($0) })
        let held = try site.deliver(text, as: "march.csv", for: police)
        #expect(held.status == .held)
        #expect(held.reason == "agreement-lapsed")
        #expect(held.sha256 == nil)
        let drop = site.site + "/srv/drop/\(police)"
        #expect(try readSmallFile(drop + "/held/\(held.id)/march.csv") == Array(text.utf8))
        #expect(
            String(decoding: try readSmallFile(drop + "/held/\(held.id).notice.txt"), as: UTF8.self).contains(
                "march.csv"))
        try edit(site.site + "/authorities/\(police).yaml", "validTo: 2026-03-31", "validTo: 2028-03-31")
        try site.instance.reload()
        site.takeIn()
        let taken = try #require(try site.store.delivery(held.id))
        #expect(taken.status == .final(.accepted))
        #expect(try site.receipt(taken).json["file"]?.text == "march.csv")
        #expect(try site.files(below: drop + "/held").isEmpty)
    }

    @Test func `a health file with patient identifiers is refused and nothing of it is kept`() throws {
        let site = try TestInstance()
        for sample in try site.files(below: Installation.share() + "/plugins/nhs-ed/samples")
        where sample.hasSuffix(".receipt.json") {
            let expected = try JSON(reading: try readSmallFile(sample))
            guard expected["outcome"]?.text == "refused" else { continue }
            let stem = sample.replacing(".receipt.json", with: ".")
            let file = try #require(
                try site.files(below: Installation.share() + "/plugins/nhs-ed/samples").first {
                    $0.hasPrefix(stem) && $0 != sample
                })
            let text = String(decoding: try readSmallFile(file), as: UTF8.self)
            let delivery = try site.deliver(text, as: "april.csv", for: hospital)
            #expect(delivery.status == .final(.refused))
            #expect(delivery.rows?.accepted == 0 || delivery.rows == nil)
        }
        #expect(try site.store.deliveries(DeliveryFilter(status: .final(.refused))).count >= 2)
        try site.store.forEachBlock(RecordFilter()) { _ in Issue.record("a refused file left records") }
    }

    @Test func `no cell of a file is found anywhere afterwards`() throws {
        let site = try TestInstance()
        let canary = "Zzyzxcanary"
        var rows = (1...40).map { crime($0) }
        rows[7] = rows[7].replacing("8N,", with: "\(canary)A,")
        rows[9] = rows[9].replacing("E01999001", with: "\(canary)B")
        rows[11] = rows[11].replacing("05/03/2026 21:30", with: "\(canary)C")
        rows[13] = rows[13].replacing("made up", with: "\(canary)D")
        let delivery = try site.deliver(
            crimes(rows, header: policeHeader.replacing("OffenceDesc", with: "\(canary)E")), as: "\(canary)F.csv",
            for: police)
        #expect(delivery.status != .claimed)
        let rowsKept = try site.deliver(crimes(rows), as: "\(canary)G.csv", for: police)
        #expect(rowsKept.rows?.rejected ?? 0 >= 2 || rowsKept.status == .final(.rejected))
        let holding = try site.filesHolding(canary)
        // A file's name stands in its agency's own receipt and nowhere else.
        #expect(holding.allSatisfy { $0.contains("/receipts/") })
        for path in holding {
            let text = String(decoding: try readSmallFile(path), as: UTF8.self)
            #expect(!text.contains(canary + "A") && !text.contains(canary + "B") && !text.contains(canary + "C"))
            #expect(!text.contains(canary + "D") && !text.contains(canary + "E"))
        }
    }

    @Test func `an operator's file goes through the whole intake and stays where it is`() throws {
        let site = try TestInstance()
        try site.folder.write(crimes((1...20).map { crime($0) }), to: "march.csv")
        let name = FileName(own: "march.csv").hexadecimalText
        let path = site.folder.file("march.csv")
        let result = site.instance.perform(
            .ingest(authority: police, nameHex: name), attachment: try OpenFile(readingPath: path), actor: "user:0")
        #expect(result.exit == .done)
        #expect(result.json["outcome"]?.text == "accepted")
        #expect(result.json["file"]?.text == "march.csv")
        let again = site.instance.perform(
            .ingest(authority: police, nameHex: name), attachment: try OpenFile(readingPath: path), actor: "user:0")
        #expect(again.exit == .done)
        #expect(again.json["outcome"]?.text == "duplicate")
        #expect(try readSmallFile(path).count > 100)
    }

    @Test func `every decision is a row of an intact ledger`() throws {
        let site = try TestInstance()
        _ = try site.deliver(crimes((1...20).map { crime($0) }), as: "march.csv", for: police)
        _ = try site.deliver("nonsense\n", as: "other.csv", for: police)
        let kinds = try site.store.ledgerRows(1..<100).map(\.entry.kind)
        #expect(kinds.filter { $0 == .deliveryClaimed }.count == 2)
        #expect(kinds.filter { $0 == .deliveryDecided }.count == 2)
        #expect(try site.instance.verifyLedger().problem == nil)
    }

    @Test func `an authority's settings with a mistake leave the old ones in force`() throws {
        let site = try TestInstance()
        try edit(site.site + "/authorities/\(police).yaml", "kind: police", "kind: polcie")
        #expect(throws: InstanceError.self) { try site.instance.reload() }
        #expect(
            try site.deliver(crimes((1...20).map { crime($0) }), as: "march.csv", for: police).status
                == .final(.accepted))
    }
}
