import HarmSupport
import Testing

/// A few cases of every kind; `scripts/harm` runs thousands. Issue 15.
@Suite struct SilentHarmTests {
    @Test func `an unspoilt delivery is taken without a word, and a mistake in one is told`() throws {
        let sites = HarmSites()
        for dataset in HarmDataset.all {
            for form in HarmForm.allCases { #expect(try sites.good(dataset, form).isAccepted) }
        }
        for (index, kind) in HarmKind.all.enumerated()
        where kind.isCounted {
            // Other datasets and forms for each kind.
            for seed in [UInt64(index * 2), UInt64(index * 2 + 1)] {
                let result = try HarmCase(kind, seed: seed).run(in: sites)
                #expect(
                    result.fate != .silent,
                    "scripts/harm --kind \(kind.id) --seed \(seed): \(result.dataset), \(result.place)")
            }
        }
    }

    @Test func `there are forty kinds and more, each of its own name, and few that nobody could tell`() {
        #expect(HarmKind.all.filter(\.isCounted).count >= 40)
        #expect(Set(HarmKind.all.map(\.id)).count == HarmKind.all.count)
        #expect(HarmKind.all.filter { !$0.isCounted }.count <= 12)
    }
}
