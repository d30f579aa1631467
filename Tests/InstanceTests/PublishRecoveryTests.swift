import SluiceInstance
import SluiceLedger
import SluiceModel
import SluiceRelease
import SluiceSettings
import SluiceStore
import SluiceSystem
import SluiceTestSupport
import Testing

/// A build that dies after its release is on record and before it is in its place.
@Suite struct PublishRecoveryTests {
    private let id = "violence-profile"

    /// With one version on record that nobody has seen, and the delivery it counts.
    private func crashed() throws -> (site: TestInstance, delivery: Delivery) {
        let site = try TestInstance()
        let delivery = try site.deliver(crimes((1...60).map { crime($0) }), as: "march.csv", for: police)
        var builder = site.instance.releases(actor: "test")
        builder.store = CrashingStore(site.store, crashAt: 0, isAfter: true)
        let spec = try #require(site.instance.settings.releases.first)
        #expect(throws: CrashingStore.Crash.self) { try builder.build(spec) }
        #expect(try site.store.releases().map(\.state) == [.publishing])
        #expect((try? Folder(path: site.site + "/srv/releases/\(id)")) == nil)
        return (site, delivery)
    }

    private func latest(_ site: TestInstance) throws -> String {
        let text = try readSmallFile(site.site + "/srv/releases/\(id)/latest/provenance.json")
        return try #require(try JSON(reading: text)["version"]?.text)
    }

    @Test func `the next build finishes it and comes after it`() throws {
        let (site, _) = try crashed()
        let result = site.instance.perform(.buildRelease(id), attachment: nil, actor: "test")
        #expect(result.exit == .done, "\(result.text)")
        #expect(try site.store.releases().map(\.state) == [.published, .published])
        #expect(try latest(site) == "0002")
        for version in ["0001", "0002"] {
            let found = try site.instance.verifyRelease(
                folder: site.site + "/srv/releases/\(id)/\(version)", checksHashes: true)
            #expect(found.signature == .holds && found.hashes == .holds && found.proof == .holds, "\(found.text)")
        }
        // Neither a second look nor a restart moves anything.
        site.instance.finishReleases()
        #expect(try latest(site) == "0002")
    }

    @Test func `what counts records that are gone is given up`() throws {
        let (site, delivery) = try crashed()
        _ = site.instance.perform(
            .withdraw(delivery: delivery.id.text, reason: "sent in error"), attachment: nil, actor: "test")
        site.instance.finishReleases()
        #expect(try site.store.releases().map(\.state) == [.abandoned])
        #expect((try? Folder(path: site.site + "/srv/releases/\(id)")) == nil)
        let rows = try site.store.ledgerRows(1..<1000).filter { $0.entry.kind == .releaseAbandoned }
        #expect(rows.map(\.entry.subject) == ["\(id)/0001"])
        #expect(try site.instance.verifyLedger().problem == nil)
    }

    @Test(arguments: ["tables/offences.csv", "SHA256SUMS", "SHA256SUMS.sig", "extra.csv"])
    func `what is no longer what was built is given up`(name: String) throws {
        let (site, _) = try crashed()
        let staging = site.site + "/srv/releases/.staging/\(id)-0001"
        let path = staging + "/" + name
        let bytes = (try? readSmallFile(path)) ?? []
        try overwrite(path, bytes + Array("9".utf8))
        site.instance.finishReleases()
        #expect(try site.store.releases().map(\.state) == [.abandoned])
        #expect((try? Folder(path: site.site + "/srv/releases/\(id)")) == nil)
        // The next one takes the next number.
        #expect(site.instance.perform(.buildRelease(id), attachment: nil, actor: "test").exit == .done)
        #expect(try latest(site) == "0002")
    }

    @Test func `a lost staging folder is given up, and left over temporaries go`() throws {
        let (site, _) = try crashed()
        try Folder(path: site.site + "/srv/releases/.staging").removeTree(FileName(own: "\(id)-0001"))
        let certificates = try Folder(path: site.site + "/state/certificates")
        try certificates.writeAtomically(FileName(own: "x"), [1], mode: 0o600)
        try certificates.rename(
            FileName(own: "x"), to: certificates, as: FileName(own: ".sluice-new-0123456789abcdef"), replace: false)
        #expect(site.instance.perform(.buildRelease(id), attachment: nil, actor: "test").exit == .done)
        #expect(try site.store.releases().map(\.state) == [.abandoned, .published])
        #expect(try listSmallFolder(site.site + "/state/certificates").allSatisfy { $0.hasSuffix(".certificate") })
    }

    @Test func `a certificate that is lost fails the check, and one past its time does not`() throws {
        let site = try TestInstance(at: "2026-04-10T09:00:00Z")
        _ = try site.deliver(crimes((1...60).map { crime($0) }), as: "march.csv", for: police)
        #expect(site.instance.perform(.buildRelease(id), attachment: nil, actor: "test").exit == .done)
        let latest = site.site + "/srv/releases/\(id)/latest"
        let certificates = try Folder(path: site.site + "/state/certificates")
        try certificates.remove(FileName(own: "\(id)-0001.certificate"))
        let lost = try site.instance.verifyRelease(folder: latest, checksHashes: true)
        #expect(lost.proof == .fails("its certificate is not there, and should be kept until 2033-05-01"))
        #expect(!lost.isFine)
        site.clock.advance(seconds: 86_400 * 366 * 8)
        let gone = try site.instance.verifyRelease(folder: latest, checksHashes: true)
        #expect(gone.proof == .notChecked("its certificate was kept until 2033-05-01 and is removed"))
        #expect(gone.isFine)
    }
}
