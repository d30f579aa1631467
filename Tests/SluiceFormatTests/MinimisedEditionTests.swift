import SluiceFormat
import SluiceModel
import SluiceYAML
import Testing

@Suite struct `The minimised edition` {
    private func compiled(_ name: String, isAgencySide: Bool = false) throws -> CompiledPlugin {
        let model = try shippedModel()
        let mistakes = Mistakes()
        let plugin = readPlugin(folder: repository + "/plugins/" + name, mistakes: mistakes)
        let compiled = plugin.flatMap {
            compile(
                $0, model: model,
                options: PlanOptions(isHealth: $0.isHealth, today: anyDay, isAgencySide: isAgencySide),
                mistakes: mistakes)
        }
        #expect(mistakes.isEmpty, "\(texts(mistakes))")
        return try #require(compiled)
    }

    @Test(arguments: shippedPlugins)
    func `is there for every dataset of the shipped plugins`(name: String) throws {
        let compiled = try compiled(name)
        #expect(compiled.plan.datasets.count == compiled.datasets.count)
        let ids = Set(compiled.plan.datasets.map(\.id))
        let minimised = compiled.plan.datasets.filter { $0.edition == MinimisedEdition.name }
        #expect(Set(minimised.map(\.id)) == ids)
        for (plan, beside) in zip(compiled.plan.datasets, compiled.datasets) {
            #expect((plan.id, plan.edition) == (beside.id, beside.edition))
        }
        for dataset in minimised {
            #expect(dataset.output.linkField == nil)
            #expect(dataset.fields.allSatisfy { $0.privacy == .neutral || $0.privacy == .sensitive })
            #expect(dataset.fields.allSatisfy { $0.name.hasPrefix("sluice-") })
            let base = try #require(compiled.plan.datasets.first { $0.id == dataset.id })
            #expect(Set(dataset.output.columns.map(\.dimension)).isSuperset(of: base.output.columns.map(\.dimension)))
            #expect((dataset.period == .none) == (base.period == .none))
        }
    }

    @Test func `the agency's side is in the plan`() throws {
        let health = try compiled("nhs-ed")
        #expect(health.plan.refusesPatients)
        let inside = try compiled("nhs-ed", isAgencySide: true)
        #expect(inside.plan.isHealth && inside.plan.isAgencySide && !inside.plan.refusesPatients)
    }
}
