import HarmSupport
import Testing

/// A few cases of every kind; `scripts/harm` runs thousands. Issue 15.
@Suite struct SilentHarmTests {
    @Test func `an unspoilt delivery is taken without a word`() throws {
        let sites = HarmSites()
        for dataset in HarmDataset.all {
            for form in HarmForm.allCases { #expect(try sites.good(dataset, form).isAccepted) }
        }
    }
}
