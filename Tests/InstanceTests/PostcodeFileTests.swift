import SluiceInstance
import SluiceIntake
import SluiceModel
import SluiceSettings
import SluiceStore
import SluiceSystem
import Testing

/// The look-up of postcodes as the daemon finds it.
@Suite struct PostcodeFileTests {
    @Test(arguments: [[], [0x53], Array("SLUICEPC".utf8), [UInt8](repeating: 0, count: 5_000)])
    func `files that tell places wait for a look-up that can be used, and others do not`(bytes: [UInt8]) throws {
        let site = try TestInstance()
        let settings = site.instance.settings
        #expect(!PostcodeFile.isUnusable(settings))
        let folder = try Folder.createIfMissing(path: settings.paths.geography)
        try folder.writeAtomically(PostcodeFile.name, bytes, mode: 0o644)
        #expect(PostcodeFile.isUnusable(settings))
        #expect(throws: SystemError.self) { _ = try PostcodeFile.open(settings) }

        try site.drop(try site.sample("police", "recorded-crime.csv"), as: "a.csv", for: police)
        let accepted = try site.deliver(try site.sample("nhs-ed", "istv.csv"), as: "b.csv", for: hospital)
        #expect(accepted.authority.text == hospital && accepted.status == .final(.accepted))
        #expect(try site.store.deliveries(DeliveryFilter()).count == 1)
        #expect(site.instance.intake.conditions["directory-unusable"] != nil)

        try folder.remove(PostcodeFile.name)
        site.takeIn()
        #expect(try site.store.deliveries(DeliveryFilter()).contains { $0.authority.text == police })
        #expect(site.instance.intake.conditions["directory-unusable"] == nil)
    }
}
