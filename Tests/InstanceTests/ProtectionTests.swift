import SluiceCertificate
import SluiceInstance
import SluiceModel
import SluiceRelease
import SluiceSettings
import SluiceStore
import SluiceSystem
import SluiceTestSupport
import SluiceWire
import Testing

/// A solver that lies, hangs, dies or eats memory: no table is published that was not proved, and intake goes on.
@Suite struct ProtectionTests {
    enum Stub: String, CaseIterable, CustomTestStringConvertible {
        case nonsense, empty, hangs, aborts, eats, shows, hides

        var testDescription: String { rawValue }
    }

    @Test(arguments: Stub.allCases)
    func `a solver that fails publishes nothing and disturbs nothing`(stub: Stub) throws {
        let site = try TestInstance()
        var rows = (1...40).map { crime($0, offence: "8N") }
        rows += (41...43).map { crime($0, offence: "34B") }
        _ = try site.deliver(crimes(rows), as: "march.csv", for: police)
        let spec = try #require(site.instance.settings.releases.first)
        var builder = site.instance.releases(actor: "test")
        builder.job.executable = try write(stub, site, spec: spec)
        builder.job.timeLimitSeconds = 2
        let refusal = #expect(throws: ReleaseRefusal.self) { try builder.build(spec) }
        let text = "\(try #require(refusal))"
        switch stub {
        case .shows, .hides: #expect(text.contains("not proved safe"))
        default: #expect(text.contains("sluice-protect gave no answer"))
        }
        #expect(try site.store.releases().isEmpty)
        #expect((try? Folder(path: site.site + "/srv/releases/violence-profile")) == nil)
        // Taking in goes on, and the real one still builds.
        _ = try site.deliver(crimes((50...60).map { crime($0) }), as: "again.csv", for: police)
        #expect(site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "test").exit == .done)
    }

    private func write(_ stub: Stub, _ site: TestInstance, spec: ReleaseSpec) throws -> String {
        let folder = site.folder.path
        let body: String
        switch stub {
        case .nonsense: body = "head -c 100000 /dev/urandom"
        case .empty: body = "exit 0"
        case .hangs: body = "cat >/dev/null; sleep 60"
        case .aborts: body = "kill -ABRT $$"
        // As the kernel ends one that has used up its limit.
        case .eats: body = "ulimit -v 100000; head -c 1000000000 /dev/zero | tail -c 1; kill -KILL $$"
        case .shows, .hides:
            let answer = try answer(site, spec: spec, hides: stub == .hides)
            try Folder(path: folder).writeAtomically(FileName(own: "answer"), answer, mode: 0o644)
            body = "cat \(folder)/answer"
        }
        try Folder(path: folder).writeAtomically(FileName(own: "stub"), Array("#!/bin/sh\n\(body)\n".utf8), mode: 0o755)
        return folder + "/stub"
    }

    /// Answers in the right form: everything shown, or only what is sensitive hidden, and no proof of anything.
    private func answer(_ site: TestInstance, spec: ReleaseSpec, hides: Bool) throws -> [UInt8] {
        let request = try site.instance.releases(actor: "test").request(spec)
        return ProtectCodec.encode(
            ProtectionAnswer(
                parts: request.parts.map { part in
                    let layout = Layout(part.tables)
                    let values = layout.values(of: part.tables)
                    let needs = part.tables.sensitivity(part.rules, layout: layout, values: values).needs
                    var protection = Protection(
                        statuses: [Protection.Status](repeating: .shown, count: layout.slotCount))
                    if hides {
                        for need in needs { protection.statuses[need.slot] = .hidden }
                        protection.proofs = needs.map { Protection.Proof(slot: $0.slot, walks: []) }
                    }
                    return ProtectionAnswer.Part(protection: protection, unproved: [])
                }))
    }

    @Test func `what cannot be protected is refused with the figures that stand in the way`() throws {
        let site = try TestInstance { folder in
            let tables = """
                  - id: offences
                    title: Frozen
                    event: offence
                    by: {area: lad, sex: sex}
                    totals: true
                    public:
                """
                + ["total", "E08999001", "E08999002", "unknown"].flatMap { area in
                    ["total", "male", "unknown"].map {
                        "\n      - {area: \(area), sex: \($0)}"
                    }
                }.joined() + "\n"
            try replaceTables(in: folder, with: tables)
        }
        let rows = (1...40).map { crime($0) } + (41...43).map { crime($0).replacing("none,M,", with: "none,F,") }
        _ = try site.deliver(crimes(rows), as: "march.csv", for: police)
        let plain = site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "test")
        #expect(plain.exit == .no)
        #expect(plain.text.contains("--explain"))
        let result = site.instance.perform(
            .buildRelease("violence-profile", explains: true), attachment: nil, actor: "test")
        #expect(result.exit == .no)
        let conflicts = try #require(result.json["conflicts"]?.items)
        #expect(conflicts.contains { $0["cell"]?.text == "table offences, E08999001 · female" })
        // Where the men and the total of the district are shown, the women follow.
        let core = conflicts.first?["mustBeShown"]?.items?.compactMap(\.text) ?? []
        #expect(!core.isEmpty)
        #expect(core.allSatisfy { $0.hasPrefix("table offences, ") })
        // Nothing of it tells a count.
        let words = result.text.split { !$0.isLetter && !$0.isNumber }
        for count in ["3", "40", "43"] { #expect(!words.contains { $0 == count }, "\(count)") }
        #expect(try site.store.releases().isEmpty)
    }

    @Test func `a spec that wants a small count shown is refused by that very cell`() throws {
        let site = try TestInstance { folder in
            let spec = folder + "/releases/violence-profile.yaml"
            try edit(
                spec,
                "    only: {offence: [homicide, violence, sexual, robbery, weapons]}\n    totals: true\n\n  - id: offences-by-sex",
                "    only: {offence: [homicide, violence, sexual, robbery, weapons]}\n    totals: true\n"
                    + "    public: [{offence: robbery}]\n\n  - id: offences-by-sex")
        }
        let rows = (1...40).map { crime($0) } + (41...43).map { crime($0, offence: "34B") }
        _ = try site.deliver(crimes(rows), as: "march.csv", for: police)
        let result = site.instance.perform(
            .buildRelease("violence-profile", explains: true), attachment: nil, actor: "test")
        #expect(result.exit == .no)
        let core = result.json["conflicts"]?.items?.first?["mustBeShown"]?.items?.compactMap(\.text)
        #expect(core == ["table offences, total · total · robbery"])
    }
}
