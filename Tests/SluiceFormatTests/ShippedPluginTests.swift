import SluiceFormat
import SluiceModel
import SluiceSystem
import SluiceYAML
import Testing

/// The repository's root folder.
let repository = String(#filePath.dropLast("/Tests/SluiceFormatTests/ShippedPluginTests.swift".count))

let shippedPlugins = ((try? listSmallFolder(repository + "/plugins")) ?? []).filter { !$0.hasPrefix(".") }

func texts(_ mistakes: Mistakes) -> String { mistakes.all.map(\.description).joined(separator: "\n") }

private let readShippedModel: (model: EventModel?, mistakes: String) = {
    let mistakes = Mistakes()
    let model = readModel(folder: repository + "/config/model", mistakes: mistakes)
    return (model, texts(mistakes))
}()

func shippedModel() throws -> EventModel {
    try #require(readShippedModel.model, "\(readShippedModel.mistakes)")
}

let anyDay = CivilDate(year: 2026, month: 6, day: 1)!

@Suite struct `Shipped plugins` {
    @Test(arguments: shippedPlugins)
    func `compile without a mistake, to a plan the worker can carry out`(name: String) throws {
        let model = try shippedModel()
        let mistakes = Mistakes()
        let plugin = readPlugin(folder: repository + "/plugins/" + name, mistakes: mistakes)
        let compiled = plugin.flatMap {
            compile($0, model: model, options: PlanOptions(isHealth: $0.isHealth, today: anyDay), mistakes: mistakes)
        }
        #expect(mistakes.isEmpty, "\(texts(mistakes))")
        let plan = try #require(compiled).plan
        #expect(plan.check() == [])
        #expect(plan.plugin == name)
    }

    @Test(arguments: shippedPlugins)
    func `take a month as a spreadsheet shows it`(name: String) throws {
        let mistakes = Mistakes()
        let model = try shippedModel()
        let plugin = try #require(readPlugin(folder: repository + "/plugins/" + name, mistakes: mistakes))
        let compiled = compile(
            plugin, model: model, options: PlanOptions(isHealth: plugin.isHealth, today: anyDay), mistakes: mistakes)
        let plan = try #require(compiled).plan
        for dataset in plan.datasets where dataset.edition != MinimisedEdition.name {
            for field in dataset.fields where field.type == .yearmonth {
                // `Apr-25`.
                #expect(field.dateFormats.contains { $0.text == "%b-%y" }, "\(dataset.id) \(field.name)")
            }
        }
    }

    @Test(arguments: shippedPlugins)
    func `have samples with receipts that name their datasets`(name: String) throws {
        let mistakes = Mistakes()
        let folder = repository + "/plugins/" + name
        let plugin = try #require(readPlugin(folder: folder, mistakes: mistakes))
        let samples = readSamples(folder: folder, mistakes: mistakes)
        #expect(mistakes.isEmpty, "\(texts(mistakes))")
        #expect(!samples.isEmpty)
        for sample in samples {
            guard let dataset = sample.expected.dataset, !dataset.isEmpty else { continue }
            let found = plugin.datasets.first { $0.id == dataset }
            #expect(found != nil, "\(sample.name)")
            guard let edition = sample.expected.edition else { continue }
            #expect(found?.editions.contains { $0.name == edition } == true, "\(sample.name)")
        }
    }
}
