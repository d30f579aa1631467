import SluiceFormat
import SluiceInstance
import SluiceIntake
import SluiceModel
import Testing

/// Every sample of every shipped plugin through the real worker.
@Suite struct SampleTests {
    @Test(arguments: ["education", "nhs-ed", "police", "probation", "yot"])
    func `each sample gets the receipt beside it`(plugin: String) throws {
        let (trial, found) = try Trial.open(plugin: plugin)
        let results = try trial.test(found, today: CivilDate("2027-01-01")!)
        #expect(results.count >= 10)
        for result in results { #expect(result.differences.isEmpty, "\(plugin) \(result.name)") }
        let outcomes = Set(results.compactMap { $0.report?.outcome })
        #expect(outcomes.isSuperset(of: [.accepted, .acceptedWithRejections, .rejected]))
    }

    @Test func `every dataset has a sample that is accepted`() throws {
        for (id, _) in try Trial.shipped().catalogue.plugins {
            let (trial, plugin) = try Trial.open(plugin: id)
            let accepted = try trial.test(plugin, today: CivilDate("2027-01-01")!).compactMap { result in
                result.report?.outcome == .accepted ? result.report?.assumptions?.dataset : nil
            }
            #expect(Set(accepted) == Set(plugin.datasets.map(\.id)), "\(id)")
        }
    }
}
