import Glibc
import SluiceInstance
import SluiceIntake
import SluiceModel
import SluiceStore
import SluiceSystem
import SluiceTestSupport
import Testing

/// One bad file: what is in it and how it ends.
struct BadFile: Sendable, CustomTestStringConvertible {
    var what: String
    var bytes: [UInt8]
    var outcome: Outcome
    var code: FindingCode?

    init(_ what: String, _ bytes: [UInt8], _ outcome: Outcome, _ code: FindingCode?) {
        self.what = what
        self.bytes = bytes
        self.outcome = outcome
        self.code = code
    }

    init(_ what: String, _ text: String, _ outcome: Outcome, _ code: FindingCode?) {
        self.init(what, Array(text.utf8), outcome, code)
    }

    var testDescription: String { what }
}

private func goodRows(_ count: Int = 40) -> [String] { (1...count).map { crime($0) } }

private let badFiles: [BadFile] = {
    var unclosed = goodRows()
    unclosed[20] = unclosed[20].replacing("made up", with: "\"made up")
    var nul = Array(crimes(goodRows()).utf8)
    nul[policeHeader.utf8.count + 400] = 0
    // As a case system writes it that knows only Windows-1252: "é" in a free text.
    var western = Array(crimes(goodRows()).utf8)
    western[policeHeader.utf8.count + "\r\n99/0000001/26,8N,m".utf8.count] = 0xE9
    var ragged = goodRows()
    ragged[20] += ",one,too many"
    var utf16: [UInt8] = [0xFF, 0xFE]
    for unit in crimes(goodRows()).utf16 { utf16 += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
    var longLine = goodRows()
    longLine[20] = longLine[20].replacing("made up", with: String(repeating: "x", count: 10 << 20))
    return [
        BadFile("an empty file", "", .rejected, .fileEmpty),
        BadFile("a header and no rows", crimes([]), .rejected, .rowsMissing),
        BadFile("rows and no header", goodRows().joined(separator: "\r\n"), .rejected, nil),
        BadFile("another plugin's file", "UPN,Surname,StartDate\nG999999900001,Zzyzx,2026-03-01\n", .rejected, nil),
        BadFile(
            "an unknown column", crimes(goodRows().map { $0 + ",extra" }, header: policeHeader + ",Zzyzx"), .accepted,
            .columnUnknown),
        BadFile(
            "a missing column", crimes(goodRows(), header: policeHeader.replacing("LSOA", with: "Zzyzx")), .rejected,
            .columnMissing),
        BadFile("a ragged row", crimes(ragged), .acceptedWithRejections, .rowRagged),
        BadFile("a quote that is never closed", crimes(unclosed), .rejected, .quoteUnclosed),
        BadFile("a NUL byte", nul, .acceptedWithRejections, .characterForbidden),
        BadFile("a byte that is not UTF-8 but Windows-1252", western, .accepted, nil),
        BadFile("UTF-16 with its mark", utf16, .accepted, nil),
        BadFile("a line of 10 MiB", crimes(longLine), .acceptedWithRejections, nil),
        BadFile(
            "a ZIP archive", [0x50, 0x4B, 3, 4] + [UInt8](repeating: 7, count: 500), .rejected, .containerInvalid),
    ]
}()

@Suite struct BadInputTests {
    @Test(arguments: badFiles)
    func `each bad file has its outcome, and the next good one is taken`(file: BadFile) throws {
        let site = try TestInstance()
        try site.drop(file.bytes, as: "file.csv", for: police)
        site.takeIn()
        let delivery = try #require(try site.store.deliveries(DeliveryFilter()).first)
        #expect(delivery.status == .final(file.outcome))
        if let code = file.code {
            let codes = try site.receipt(delivery).json["findings"]?.items?.compactMap { $0["code"]?.text }
            #expect(codes?.contains(code.rawValue) == true)
        }
        let next = try site.deliver(crimes(goodRows(50)), as: "good.csv", for: police)
        #expect(next.status == .final(.accepted))
    }

    @Test func `links, FIFOs and folders are never opened`() throws {
        let site = try TestInstance()
        let incoming = site.incoming(police)
        try site.folder.write(crimes(goodRows()), to: "elsewhere.csv")
        #expect(unsafe symlink(site.folder.file("elsewhere.csv"), incoming + "/symlink.csv") == 0)
        #expect(unsafe link(site.folder.file("elsewhere.csv"), incoming + "/hardlink.csv") == 0)
        #expect(unsafe mkfifo(incoming + "/fifo.csv", 0o644) == 0)
        #expect(unsafe mkdir(incoming + "/folder.csv", 0o755) == 0)
        site.takeIn()
        let deliveries = try site.store.deliveries(DeliveryFilter())
        #expect(
            deliveries.filter { $0.status == .final(.quarantined) }.map(\.reason).sorted { $0! < $1! }
                == ["hard-linked", "not-a-regular-file", "not-a-regular-file"])
        #expect(deliveries.filter { $0.status == .stalled }.map(\.reason) == ["folder"])
        // What they point at is untouched.
        #expect(try site.folder.text(of: "elsewhere.csv") == crimes(goodRows()))
        #expect(try site.deliver(crimes(goodRows(50)), as: "good.csv", for: police).status == .final(.accepted))
    }

    @Test func `two files of the same name are two deliveries`() throws {
        let site = try TestInstance()
        let first = try site.deliver(crimes(goodRows()), as: "march.csv", for: police)
        let second = try site.deliver("not it\n", as: "march.csv", for: police)
        #expect(first.id != second.id)
        #expect(try site.receipt(first).json["outcome"]?.text == "accepted")
        #expect(try site.receipt(second).json["outcome"]?.text == "rejected")
    }

    @Test func `a file larger than the limit is quarantined without being copied`() throws {
        let site = try TestInstance { folder in
            try edit(folder + "/sluice.yaml", "  # fileLimitBytes: 2 GiB", "  fileLimitBytes: 2 KiB")
        }
        let delivery = try site.deliver(crimes(goodRows()), as: "march.csv", for: police)
        #expect(delivery.status == .final(.quarantined))
        #expect(delivery.reason == "too-large")
        #expect(delivery.sha256 == nil)
    }

    @Test func `names of any bytes are taken and shown without surprises`() throws {
        let site = try TestInstance()
        let name = try #require(FileName([0x2D, 0x72, 0x0A, 0xFF, 0x22] + Array("ü.csv".utf8)))
        try Folder(path: site.incoming(police)).writeAtomically(name, Array(crimes(goodRows()).utf8), mode: 0o644)
        site.takeIn()
        let delivery = try #require(try site.store.deliveries(DeliveryFilter()).first)
        #expect(delivery.status == .final(.accepted))
        #expect(try site.receipt(delivery).json["file"]?.text == name.escapedForDisplay)
        #expect(name.escapedForDisplay.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }

    @Test func `with the state folder full the file stays and is taken once there is room`() throws {
        let site = try TestInstance { folder in
            try edit(folder + "/sluice.yaml", "  # freeSpaceFloorBytes: 256 MiB", "  freeSpaceFloorBytes: 900 TiB")
        }
        try site.drop(crimes(goodRows()), as: "march.csv", for: police)
        site.takeIn()
        #expect(try site.store.deliveries(DeliveryFilter()).isEmpty)
        #expect(site.instance.intake.conditions["state-full"] != nil)
        #expect(try Folder(path: site.incoming(police)).entries().count == 1)
        try edit(site.site + "/sluice.yaml", "  freeSpaceFloorBytes: 900 TiB", "  freeSpaceFloorBytes: 1 MiB")
        try site.instance.reload()
        site.takeIn()
        #expect(try site.store.deliveries(DeliveryFilter()).map(\.status) == [.final(.accepted)])
    }

    @Test func `an unmounted share is not an empty folder`() throws {
        let site = try TestInstance()
        let drop = site.site + "/srv/drop/\(police)"
        #expect(unsafe rename(drop, drop + ".away") == 0)
        #expect(unsafe mkdir(drop, 0o755) == 0)
        #expect(unsafe mkdir(drop + "/incoming", 0o755) == 0)
        site.takeIn()
        #expect(site.instance.intake.conditions.keys.contains { $0.hasPrefix("source-unavailable.") })
        #expect(unsafe rmdir(drop + "/incoming") == 0)
        #expect(unsafe rmdir(drop) == 0)
        #expect(unsafe rename(drop + ".away", drop) == 0)
        #expect(try site.deliver(crimes(goodRows()), as: "march.csv", for: police).status == .final(.accepted))
    }
}
