import SluiceFormat
import SluiceInstance
import SluiceIntake
import SluiceModel
import SluiceSettings
import SluiceStore
import SluiceSystem
import SluiceTestSupport
import SluiceYAML
import Testing

/// By what records are told to be of the same person, and what is counted from it.
@Suite struct LinkTests {
    private static let probation = "marshvale-probation"

    /// PNC IDs with their letters, made up: of the year 2099.
    private func pnc(_ serial: Int) -> String {
        let letters = Array("ZABCDEFGHJKLMNPQRTUVWXY")
        return "2099/\(padded(serial, 7))\(letters[(99 * 10_000_000 + serial) % 23])"
    }

    private func policeFile(_ people: [Int], month: String = "03/2026") -> String {
        crimes(
            people.enumerated().map { crime($0 + 1, month: month) + "," + ($1 == 0 ? "" : pnc($1)) },
            header: policeHeader + ",PNCID")
    }

    private func tokens(_ site: TestInstance, _ id: DeliveryID) throws -> [[UInt8]] {
        var found: [[UInt8]] = []
        try site.store.forEachBlock(RecordFilter()) { stored in
            guard stored.delivery == id else { return }
            let bytes = stored.block.linkTokens
            for start in stride(from: 0, to: bytes.count, by: 16) { found.append(Array(bytes[start..<start + 16])) }
        }
        return found
    }

    @Test func `the receipt states how many rows were linked, and who sends is linked by a recipe of its kind only`()
        throws
    {
        let site = try TestInstance()
        let delivery = try site.deliver(policeFile([1, 2, 0, 1]), as: "a.csv", for: police)
        #expect(delivery.status == .final(.accepted))
        let receipt = try site.receipt(delivery)
        #expect(receipt.json["linked"]?.number == 3)
        #expect(receipt.text.contains("Linked      3 of 4 rows by a keyed token in place of an identifier (75 %)"))
        let found = try tokens(site, delivery.id)
        #expect(found[0] == found[3] && found[0] != found[1] && found[2].allSatisfy { $0 == 0 })

        let other = try TestInstance { folder in
            try edit(
                folder + "/model/links/pnc-id.yaml", "between: [police, probation, yot]", "between: [probation, yot]")
        }
        let unlinked = try other.deliver(policeFile([1, 2]), as: "a.csv", for: police)
        #expect(try tokens(other, unlinked.id).isEmpty)
        #expect(!(try other.receipt(unlinked).text.contains("Linked")))
    }

    @Test(arguments: [
        ("purposes: [needs-assessment, hotspots, strategy-review]", "purposes: [hotspots]"),
        ("validTo: 2027-03-31}", "validTo: 2027-03-31, links: [upn]}"),
    ])
    func `an agreement that does not allow the purpose or the recipe links nothing`(old: String, new: String) throws {
        let settings = try TestInstance { folder in
            try edit(folder + "/authorities/\(police).yaml", old, new)
            try edit(
                folder + "/releases/violence-profile.yaml", "# sources: [marshvale-police, northmarsh-hospital]",
                "sources: [northmarsh-hospital]")
        }
        let delivery = try settings.deliver(policeFile([1, 2]), as: "a.csv", for: police)
        #expect(try tokens(settings, delivery.id).isEmpty)
    }

    @Test func `a new key and another purpose give other tokens`() throws {
        let site = try TestInstance()
        let first = try site.deliver(policeFile([1]), as: "a.csv", for: police)
        let result = site.instance.perform(
            .rotateLink("pnc-id", reason: "once a year"), attachment: nil, actor: "user:0")
        #expect(result.exit == .done, "\(result.text)")
        let second = try site.deliver(policeFile([1], month: "02/2026"), as: "b.csv", for: police)
        let third = try site.deliver(policeFile([1], month: "01/2026"), as: "c.csv", for: police)
        #expect(try tokens(site, first.id) != tokens(site, second.id))
        #expect(try tokens(site, second.id) == tokens(site, third.id))
        let keys = try listSmallFolder(site.site + "/state/keys")
        #expect(keys.contains("link-pnc-id.key"))
        var filter = LedgerFilter()
        filter.subject = "pnc-id"
        var kinds: [LedgerKind] = []
        try site.instance.forEachLedgerRow(filter) { kinds.append($0.entry.kind) }
        #expect(kinds == [.linkKeyRotated])
        #expect(site.instance.perform(.rotateLink("nobody", reason: "x"), attachment: nil, actor: "user:0").exit == .no)
        // A backup has the key, and gives it back.
        let folder = site.site + "/copy"
        _ = try site.instance.backUp(to: folder)
        #expect(try listSmallFolder(folder + "/keys").contains("link-pnc-id.key"))

        let other = try TestInstance { folder in
            try edit(folder + "/model/links/pnc-id.yaml", "purpose: needs-assessment", "purpose: hotspots")
        }
        let elsewhere = try other.deliver(policeFile([1]), as: "a.csv", for: police)
        #expect(try !tokens(other, elsewhere.id).isEmpty)
    }

    @Test func `a recipe's key that is lost is made anew, never the one before, and one that others can read stops`()
        throws
    {
        let site = try TestInstance()
        let path = site.site + "/state/keys"
        let identifiers = LinkIdentifiers(bytes: [3, 1, 2, 3])
        func tokens() throws -> [UInt8] {
            try InstanceKeys(folder: path).linkTokens(recipe: "pnc-id", purpose: "p").tokens(
                for: identifiers, rowCount: 1)
        }
        let first = try tokens()
        #expect(try tokens() == first)
        let keys = try InstanceKeys(folder: path)
        try keys.rotateLink(recipe: "pnc-id")
        let second = try tokens()
        try Folder(path: path).remove(FileName(own: "link-pnc-id.key"))
        let third = try tokens()
        #expect(first != second && second != third && third != first)
        for (bytes, mode) in [([UInt8](repeating: 1, count: 32), UInt32(0o644)), ([], 0o600), ([1], 0o600)] {
            try Folder(path: path).writeAtomically(FileName(own: "link-pnc-id.key"), bytes, mode: mode)
            #expect(throws: KeyError.self) { try InstanceKeys(folder: path) }
            #expect(throws: KeyError.self) { try keys.linkTokens(recipe: "pnc-id", purpose: "p") }
        }
    }

    // MARK: - Overlaps

    private func probationSample() throws -> String {
        let sample = try readSmallFile(Installation.share() + "/plugins/probation/samples/caseload-good.csv")
        return String(decoding: sample, as: UTF8.self)
    }

    @Test func `persons in common are counted by area and quarter, as a count by hand has them`() throws {
        let site = try TestInstance(at: "2026-11-10T09:00:00Z")
        let caseload = try site.deliver(try probationSample(), as: "p.csv", for: Self.probation)
        #expect(caseload.status == .final(.accepted))
        // The police know half of the people of the sample, in one of its quarters.
        var people: [[UInt8]: Set<String>] = [:]
        var quarters: Set<String> = []
        try site.store.forEachBlock(RecordFilter()) { stored in
            let month = try #require(
                stored.block.columns.first { stored.dictionary.dimensions[$0.dimension].id == "month" })
            for row in 0..<stored.block.rowCount {
                let token = Array(stored.block.linkTokens[row * 16..<row * 16 + 16])
                guard token.contains(where: { $0 != 0 }) else { continue }
                let index = (0..<4).reduce(0) { $0 | Int(month.bytes[row * 4 + $1]) << (8 * $1) }
                let date = try #require(CivilMonth(index: index))
                let quarter = "\(date.year)-Q\((date.month - 1) / 3 + 1)"
                people[token, default: []].insert(quarter)
                quarters.insert(quarter)
            }
        }
        let text = try probationSample()
        let header = text.split(whereSeparator: \.isNewline)[0].split(separator: ",")
        let column = try #require(header.firstIndex { $0.lowercased().contains("pnc") })
        let identifiers = text.split(whereSeparator: \.isNewline).dropFirst().map {
            String($0.split(separator: ",", omittingEmptySubsequences: false)[column])
        }.filter { !$0.isEmpty }
        let known = Array(Set(identifiers)).sorted().enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        let quarter = try #require(quarters.sorted().last)
        let year = String(quarter.prefix(4))
        let month = padded((Int(String(quarter.last!))! - 1) * 3 + 1, 2)
        let rows = known.enumerated().map { crime($0 + 1, month: "\(month)/\(year)") + "," + $1 }
        let offences = try site.deliver(crimes(rows, header: policeHeader + ",PNCID"), as: "o.csv", for: police)
        #expect(offences.status == .final(.accepted))

        #expect(site.instance.perform(.countOverlaps, attachment: nil, actor: "daemon").exit == .done)
        let kept = try site.store.overlaps()
        let overlap = try #require(kept.first { $0.id == "probation-and-police" })
        let policeTokens = Set(try tokens(site, offences.id))
        let expected = people.filter { policeTokens.contains($0.key) && $0.value.contains(quarter) }.count
        #expect(expected > 0)
        let counted = overlap.cells.filter { $0.quarter == quarter }
        #expect(overlap.cells.allSatisfy { $0.quarter == quarter && $0.persons > 0 })
        // A person may be known in two areas.
        #expect(counted.reduce(0) { $0 + $1.persons } >= expected)
        #expect(Set(counted.map(\.area)).isSubset(of: ["E08999001", "E08999002", "unknown"]))
        #expect(overlap.second == OverlapCounts.Side(rows: known.count, linked: policeTokens.count))
        let standing = try #require(try site.instance.links().first { $0.recipe.id == "pnc-id" })
        #expect(standing.authorities.map(\.text).sorted() == [Self.probation, police, "marshvale-yot"].sorted())
        #expect(standing.json["caveat"]?.text?.contains("this or more") == true)
        // What is shown about an overlap holds no number of people.
        #expect(!standing.json.prettyText.contains("persons"))

        // What was counted over a delivery goes with it.
        let withdrawn = try #require(
            try site.store.deliveries(DeliveryFilter()).first { $0.authority.text == police && $0.parent == nil })
        #expect(
            site.instance.perform(
                .withdraw(delivery: withdrawn.id.text, reason: "test"), attachment: nil, actor: "daemon"
            ).exit
                == .done)
        #expect(try site.store.overlaps() == [])

        // After a new key the records from before are left out.
        site.clock.advance(seconds: 60)
        #expect(
            site.instance.perform(.rotateLink("pnc-id", reason: "test"), attachment: nil, actor: "daemon").exit == .done
        )
        #expect(site.instance.perform(.countOverlaps, attachment: nil, actor: "daemon").exit == .done)
        #expect(try site.store.overlaps().first { $0.id == "probation-and-police" }?.first == OverlapCounts.Side())
    }

    @Test func `records received under section 17 are in no overlap`() throws {
        let site = try TestInstance(at: "2026-11-10T09:00:00Z") { folder in
            let file = folder + "/authorities/\(police).yaml"
            try edit(file, "gateway: pcsc-16", "gateway: pcsc-17")
        }
        _ = try site.deliver(try probationSample(), as: "p.csv", for: Self.probation)
        _ = try site.deliver(policeFile([1, 2]), as: "o.csv", for: police)
        #expect(site.instance.perform(.countOverlaps, attachment: nil, actor: "daemon").exit == .done)
        let overlap = try #require(try site.store.overlaps().first { $0.id == "probation-and-police" })
        #expect(overlap.second == OverlapCounts.Side() && overlap.first.rows > 0 && overlap.cells.isEmpty)
    }

    @Test func `a spec that publishes an overlap is refused and told why`() throws {
        let site = try TestInstance { folder in
            try edit(
                folder + "/releases/violence-profile.yaml",
                "    event: offence\n    by: {area: lad, month: quarter, offence",
                "    event: offence\n    overlap: yot-and-police\n    by: {area: lad, month: quarter, offence")
        }
        let result = site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "user:0")
        #expect(result.exit == .no)
        #expect(result.text.contains("`overlap` is refused: what persons in common give away"))
    }

    // MARK: - Recipes

    private func settings(_ police: [String]?, _ yot: [String]?) throws -> (Settings, [LinkRecipe]) {
        let site = try TestInstance()
        var settings = site.instance.settings
        for index in settings.authorities.indices {
            switch settings.authorities[index].kind {
            case .police: settings.authorities[index].agreement.links = police
            case .yot: settings.authorities[index].agreement.links = yot
            default: break
            }
        }
        let byName = LinkRecipe(
            id: "by-name", title: "", way: .nameAndBirthDate, kinds: [.police, .yot], purpose: "needs-assessment",
            overlaps: [])
        return (settings, site.instance.catalogue.model.links + [byName])
    }

    @Test func `names link only where both agreements name the recipe`() throws {
        func links(_ police: [String]?, _ yot: [String]?) throws -> [Set<String>] {
            let (settings, recipes) = try settings(police, yot)
            return settings.authorities.filter { $0.kind == .police || $0.kind == .yot }.map {
                settings.links(of: $0, among: recipes)
            }
        }
        #expect(try links(nil, nil) == [["pnc-id"], ["pnc-id"]])
        #expect(try links(["by-name"], nil) == [[], ["pnc-id"]])
        #expect(try links(["by-name", "pnc-id"], ["by-name"]) == [["by-name", "pnc-id"], ["by-name"]])
        let (all, recipes) = try settings(["by-name"], ["by-name"])
        for authority in all.authorities where authority.kind.isHealth {
            #expect(all.links(of: authority, among: recipes).isEmpty)
        }
    }

    @Test(arguments: [
        ("by: pnc-id", "by: nhs-number", "health is never linked"),
        ("by: pnc-id", "by: pnc-ids", "did you mean `pnc-id`?"),
        ("between: [police,", "between: [nhs-provider,", "records of health bodies are never linked"),
        ("recipe: pnc-id", "recipe: pnc", "name both alike"),
        ("of: supervision", "of: supervison", "did you mean `supervision`?"),
        ("of: supervision", "of: offence", "with itself"),
        ("area: lad}", "area: district}", "is not a level of `area`"),
        ("title: PNC ID\n", "", "needs the key `title`"),
    ])
    func `a mistake in a recipe is refused with its place`(old: String, new: String, said: String) throws {
        let failure = #expect(throws: InstanceError.self) {
            _ = try TestInstance { folder in try edit(folder + "/model/links/pnc-id.yaml", old, new) }
        }
        let text = "\(try #require(failure))"
        #expect(text.contains("links/pnc-id.yaml:") && text.contains(said), "\(text)")
    }
}
