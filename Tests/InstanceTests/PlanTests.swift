import SluiceInstance
import SluiceModel
import SluiceStore
import SluiceSystem
import SluiceTestSupport
import Testing

/// What `sluice release plan` says of a spec, and whether what it proposes keeps its promise.
@Suite struct PlanTests {
    /// By everything, as an analyst would ask first.
    private static let crossed = "by: {area: lad, offence: detail, sex: sex, age: band}"

    private func write(_ tables: [String], in folder: String) throws {
        let items = tables.enumerated().map { number, table in
            let lines = table.split(separator: ", totals: ").map(String.init).joined(separator: "\n    totals: ")
            return "  - id: table-\(number)\n    title: Made up\n    event: offence\n    \(lines)\n"
        }
        try replaceTables(in: folder, with: items.joined())
    }

    private func site(_ table: String) throws -> TestInstance {
        let site = try TestInstance { try write([table], in: $0) }
        var random = SplitMix64(seed: 5)
        func pick(_ words: [String]) -> String { words[Int.random(in: words.indices, using: &random)] }
        let rows = (1...700).map { number in
            // Most are of one kind and in one district, as in a police force's export.
            let offence = pick(["8N", "8N", "8N", "105A", "34B", "17A", "5D"])
            let area = pick(["E01999001", "E01999001", "E01999005", "E01999040", "E01999045"])
            return crime(number, offence: offence).replacing("E01999001", with: area)
                .replacing(
                    "none,M,23,", with: "none,\(pick(["M", "M", "F"])),\(Int.random(in: 12...60, using: &random)),")
        }
        let delivery = try site.deliver(crimes(rows), as: "march.csv", for: police)
        #expect(delivery.rows?.accepted == 700)
        return site
    }

    private func number(_ plan: CommandResult, _ member: String, _ place: Int, _ name: String) throws -> Int {
        let items = try #require(plan.json[member]?.items)
        try #require(place < items.count)
        return try #require(items[place][name]?.number)
    }

    @Test(arguments: [", totals: true", ""])
    func `of a crossed table it proposes tables that show more, and they do`(totals: String) throws {
        let site = try site(PlanTests.crossed + totals)
        let plan = try site.instance.planRelease("violence-profile")
        #expect(plan.exit == .done)
        #expect(try number(plan, "tables", 0, "percentHidden") > 20)
        let seen = try number(plan, "standing", 0, "visible")
        let proposed = try number(plan, "proposals", 0, "visible")
        #expect(proposed > seen)

        let tables = try #require(plan.json["proposals"]?.items?.first?["instead"]?.items)
        try write(tables.compactMap(\.text), in: site.site)
        try site.reopen()
        let again = try site.instance.planRelease("violence-profile")
        #expect(again.exit == .done)
        // Ties are broken by the names of tables, so a few figures are others. What hides less than a fifth is no longer
        // compared with anything, so the figures of the event are asked for.
        let count = try number(plan, "proposals", 0, "nonzero")
        #expect(try number(again, "events", 0, "nonzero") == count)
        #expect(abs(try number(again, "events", 0, "visible") - proposed) * 20 < proposed)
    }

    @Test func `proposals stand in order, and none is the table as it is`() throws {
        let site = try site(PlanTests.crossed + ", totals: true")
        let plan = try site.instance.planRelease("violence-profile")
        let proposals = try #require(plan.json["proposals"]?.items)
        #expect(proposals.count == 5)
        let seen = proposals.compactMap { $0["visible"]?.number }
        #expect(seen == seen.sorted(by: >))
        let standing = try #require(plan.json["standing"]?.items?.first?["instead"])
        #expect(!proposals.contains { $0["instead"] == standing })
        #expect(proposals.allSatisfy { $0["visible"]!.number! <= $0["nonzero"]!.number! })
        #expect(plan.text.contains("as it stands "))
        #expect(plan.text.contains("      by: {area: lad, offence: detail, "))
        // Nothing is published by planning.
        #expect(try site.store.releases().isEmpty)
    }

    @Test func `figures that several tables show are counted once`() throws {
        let site = try site(PlanTests.crossed + ", totals: true")
        let once = try site.instance.planRelease("violence-profile")
        try write([PlanTests.crossed + ", totals: true", "by: {sex: sex}, totals: true"], in: site.site)
        try site.reopen()
        let twice = try site.instance.planRelease("violence-profile")
        #expect(try number(once, "standing", 0, "nonzero") == number(twice, "standing", 0, "nonzero"))
        #expect(try number(once, "standing", 0, "value") == number(twice, "standing", 0, "value"))
    }

    @Test func `a table that hides little is left as it is`() throws {
        let site = try site("by: {area: lad}, totals: true")
        let plan = try site.instance.planRelease("violence-profile")
        #expect(plan.exit == .done)
        #expect(plan.json["standing"]?.items?.isEmpty == true)
        #expect(plan.json["proposals"]?.items?.isEmpty == true)
    }
}
