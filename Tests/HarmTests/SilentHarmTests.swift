import HarmSupport
import Testing

/// A few cases of every kind; `scripts/harm` runs thousands. Issue 15.
@Suite struct SilentHarmTests {
    /// Kinds with cases that nothing tells yet.
    private static let open: Set<String> = []
    private static let seeds: [UInt64] = [3, 10, 16, 22]

    @Test func `an unspoilt delivery is taken without a word, and a mistake in one is told, whatever it is`() throws {
        let sites = HarmSites()
        for dataset in HarmDataset.all {
            for form in HarmForm.allCases { #expect(try sites.good(dataset, form).isAccepted) }
        }
        for kind in HarmKind.all where kind.isCounted && !SilentHarmTests.open.contains(kind.id) {
            for seed in SilentHarmTests.seeds {
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
        #expect(HarmKind.all.filter { !$0.isCounted }.count <= 10)
    }
}
