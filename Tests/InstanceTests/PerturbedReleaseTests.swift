import SluiceInstance
import SluiceModel
import SluiceRelease
import SluiceStore
import SluiceSystem
import SluiceTestSupport
import Testing

/// Releases whose figures are rounded or perturbed, from the drop folder to the check of what was published.
@Suite struct PerturbedReleaseTests {
    private static let spec = "/releases/violence-profile.yaml"

    /// With one table of offences, and the keys of a profile.
    private func site(_ profile: String, more: String = "", noise: String? = nil) throws -> TestInstance {
        try TestInstance { folder in
            let tables = """
                  - id: offences
                    title: Offences
                    event: offence
                    by: {area: lad, offence: group}
                    only: {offence: [homicide, violence, sexual, robbery, weapons]}
                    totals: true
                \(more)

                """
            try replaceTables(in: folder, with: tables)
            try edit(
                folder + PerturbedReleaseTests.spec, "profile: partnership-5\n",
                "profile: {id: own, threshold: 5, \(profile)}\n")
            if let noise {
                try overwrite(folder + "/disclosure/noise.csv", Array(noise.utf8))
            }
        }
    }

    private static let rows =
        (1...43).map { crime($0, offence: "8N") } + (44...46).map { crime($0, offence: "34B") }
        + (47...63).map { crime($0, offence: "8N").replacing("E01999001", with: "E01999005") }

    private func lines(_ site: TestInstance, _ version: String = "latest") throws -> [[String]] {
        let path = site.site + "/srv/releases/violence-profile/\(version)/tables/offences.csv"
        return String(decoding: try readSmallFile(path), as: UTF8.self).split(separator: "\r\n").dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    private func build(_ site: TestInstance) throws -> CommandResult {
        let result = site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "user:0")
        #expect(result.exit == .done, "\(result.text)")
        return result
    }

    private func isVerified(_ site: TestInstance) throws -> Bool {
        let latest = site.site + "/srv/releases/violence-profile/latest"
        let found = try site.instance.verifyRelease(folder: latest, checksHashes: true)
        return found.signature == .holds && found.hashes == .holds && found.proof == .holds
    }

    @Test func `rounded figures add up, are told and are proved`() throws {
        let site = try site("rounding: {base: 5, controlled: true}")
        _ = try site.deliver(crimes(PerturbedReleaseTests.rows), as: "march.csv", for: police)
        _ = try build(site)
        let lines = try lines(site)
        func value(_ area: String, _ offence: String) throws -> Int {
            let line = try #require(lines.first { $0[0] == area && $0[1] == offence })
            return try #require(Int(line[3]))
        }
        #expect(lines.allSatisfy { Int($0[3])! % 5 == 0 && ["", "[low]"].contains($0[4]) })
        let areas = Set(lines.map { $0[0] }).subtracting(["total"])
        for offence in ["total", "violence", "robbery", "homicide"] {
            #expect(try value("total", offence) == areas.reduce(0) { try $0 + value($1, offence) })
        }
        #expect(abs(try value("total", "total") - 63) < 5)
        // Three robberies are 5 or [low], none is a true zero.
        let robberies = try #require(lines.first { $0[0] == "total" && $0[1] == "robbery" })
        #expect(robberies[3] == "5" || robberies[4] == "[low]")
        #expect(lines.contains { $0[1] == "homicide" && $0[3] == "0" && $0[4].isEmpty })
        #expect(try isVerified(site))
        // A figure at another multiple, or one that is not told to be low, is seen.
        let path = site.site + "/srv/releases/violence-profile/0001/tables/offences.csv"
        let text = String(decoding: try readSmallFile(path), as: UTF8.self)
        let folder = try Folder(path: site.site + "/srv/releases/violence-profile/0001/tables")
        for (index, line) in lines.enumerated() {
            var changed = lines
            changed[index][3] = "\(Int(line[3])! + 10)"
            let header = text.split(separator: "\r\n")[0]
            let other = ([String(header)] + changed.map { $0.joined(separator: ",") }).map { $0 + "\r\n" }.joined()
            try folder.writeAtomically(FileName(own: "offences.csv"), Array(other.utf8), mode: 0o644)
            let latest = site.site + "/srv/releases/violence-profile/latest"
            let found = try site.instance.verifyRelease(folder: latest, checksHashes: false)
            if case .fails = found.proof { continue }
            Issue.record("row \(index + 2): a figure that was never there is accepted")
        }
    }

    /// Noise of 1 or 2 each way from a count of 3, 1 below it.
    private static let noise: String = {
        var text = "pcv,ckey,pvalue\n"
        for pcv in 1...750 {
            for key in 0..<256 {
                let noise = pcv < 3 ? [-1, 0, 0, 1][key / 64] : [-2, -1, 0, 0, 0, 0, 1, 2][key / 32]
                text += "\(pcv),\(key),\(noise)\n"
            }
        }
        return text
    }()

    @Test func `the same records have the same noise in every version, also when they come again`() throws {
        // Without `hideBelow` the noise of some keys would be refused.
        let site = try site("width: 3, cellKeys: {table: noise.csv, hideBelow: 7}", noise: PerturbedReleaseTests.noise)
        _ = try site.deliver(crimes(PerturbedReleaseTests.rows), as: "march.csv", for: police)
        _ = try build(site)
        #expect(try isVerified(site))
        let first = try lines(site)
        let total = try #require(first.first { $0[0] == "total" && $0[1] == "total" }.flatMap { Int($0[3]) })
        #expect(abs(total - 63) <= 2)
        #expect(first.allSatisfy { $0[4] == ($0[3].isEmpty ? "[c]" : "") })
        #expect(first.contains { $0[0] == "E08999001" && $0[1] == "violence" && !$0[3].isEmpty })
        // The same rows in another order, as another file: nothing changes.
        let reversed = crimes(PerturbedReleaseTests.rows.reversed())
        #expect(try site.deliver(reversed, as: "march-again.csv", for: police).status == .final(.accepted))
        _ = try build(site)
        #expect(try lines(site) == first)
        // One more record changes the cells it is in and no other.
        _ = try site.deliver(
            crimes(PerturbedReleaseTests.rows + [crime(64, offence: "34B")]), as: "march-more.csv", for: police)
        _ = try build(site)
        let later = try lines(site)
        for (before, after) in zip(first, later)
        where !["total", "E08999001"].contains(before[0])
            || !["total", "robbery"].contains(before[1])
        {
            #expect(before == after)
        }
        let provenance = try JSON(
            reading: try readSmallFile(site.site + "/srv/releases/violence-profile/latest/provenance.json"))
        #expect(provenance["countedBy"]?.items?.first?["perturbation"]?["method"]?.text == "cell-key")
        #expect(try isVerified(site))
    }

    @Test func `noise that tells too much is refused, with what would help`() throws {
        let none = "pcv,ckey,pvalue\n1,0,0\n1,255,0\n"
        for (keys, remedy) in [
            ("{table: noise.csv}", "write `hideBelow` under `cellKeys`"),
            ("{table: noise.csv, hideBelow: 2}", "ask for a larger `hideBelow`"),
        ] {
            let site = try site("width: 3, cellKeys: \(keys)", noise: none)
            _ = try site.deliver(crimes(PerturbedReleaseTests.rows), as: "march.csv", for: police)
            let result = site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "user:0")
            #expect(result.exit == .no)
            let why = "what is shown leaves fewer values possible for these cells than `width` asks for"
            #expect(result.text.contains(why) && result.text.contains(remedy), "\(result.text)")
            let plan = try site.instance.planRelease("violence-profile")
            #expect(plan.exit == .no)
            #expect(plan.text.contains(why))
            #expect(try site.store.releases().isEmpty)
        }
    }

    @Test func `what cannot occur has a marker of its own, and is refused when it did`() throws {
        let zeros = "structuralZeros:\n  - {event: offence, codes: {offence: homicide}}"
        let site = try site("search: fast", more: zeros)
        _ = try site.deliver(crimes(PerturbedReleaseTests.rows), as: "march.csv", for: police)
        _ = try build(site)
        let lines = try lines(site)
        let homicides = lines.filter { $0[1] == "homicide" }
        #expect(!homicides.isEmpty && homicides.allSatisfy { $0[3].isEmpty && $0[4] == "[z]" })
        #expect(lines.filter { $0[1] != "homicide" }.allSatisfy { $0[4] != "[z]" })
        #expect(try isVerified(site))
        // A homicide all the same.
        _ = try site.deliver(
            crimes(PerturbedReleaseTests.rows + [crime(70, offence: "1")]), as: "march-more.csv", for: police)
        let refused = site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "user:0")
        #expect(refused.exit == .no)
        #expect(refused.text.contains("event offence, offence homicide"), "\(refused.text)")
    }

    @Test func `a total that sits in one part is told to the person who builds`() throws {
        let flagged = try site("groupDisclosure: flagged")
        let rows = (1...43).map { crime($0, offence: "8N") }
        _ = try flagged.deliver(crimes(rows), as: "march.csv", for: police)
        let result = try build(flagged)
        #expect(result.json["groups"]?.items?.contains("table offences, E08999001 · violence") == true)
        #expect(result.text.contains("all of a total is seen to sit in one part"))
        let hiding = try site("groupDisclosure: hidden")
        _ = try hiding.deliver(crimes(rows), as: "march.csv", for: police)
        _ = try build(hiding)
        let line = try lines(hiding).first { $0[0] == "E08999001" && $0[1] == "violence" }
        #expect(line?[4] == "[c]")
        #expect(try isVerified(hiding))
    }
}
