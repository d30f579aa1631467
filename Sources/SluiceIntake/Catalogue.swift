package import SluiceFormat
package import SluiceModel
package import SluiceSettings
import SluiceSystem
package import SluiceYAML

/// The shared model and the plugins of an instance, as read from disk. A plugin that cannot be used is kept with its
/// mistakes, so that status and ledger can say why.
package struct Catalogue: Sendable {
    package let model: EventModel
    package let plugins: [String: Plugin]
    /// Plugin id, or folder name where the id is unreadable, to its mistakes.
    package let broken: [String: [Mistake]]
    package let patientColumns: [String]
    package let words: PersonWords

    /// Reads the model and every plugin below the plugin folders; an earlier folder overrides a later one.
    ///
    /// - Parameter mistakes: gets those of the model, of every plugin, and of the patient columns.
    /// - Returns: nil when the model itself cannot be used.
    package static func read(
        model modelFolder: String, plugins folders: [String], patientColumns file: String, words wordFolder: String,
        mistakes: Mistakes
    ) -> Catalogue? {
        guard let model = readModel(folder: modelFolder, mistakes: mistakes) else { return nil }
        var found: [(name: String, folder: String)] = []
        for folder in folders {
            for name in (try? listSmallFolder(folder)) ?? [] where !found.contains(where: { $0.name == name }) {
                guard (try? readSmallFile(folder + "/" + name + "/plugin.yaml")) != nil else { continue }
                found.append((name, folder + "/" + name))
            }
        }
        var plugins: [String: Plugin] = [:]
        var broken: [String: [Mistake]] = [:]
        for (name, checked) in zip(found.map(\.name), check(found.map(\.folder), model: model)) {
            mistakes.add(contentsOf: checked.mistakes)
            if let plugin = checked.plugin {
                plugins[plugin.id] = plugin
            } else {
                broken[name] = checked.mistakes.all
            }
        }
        let columns = readPatientColumns(file: file, mistakes: mistakes)
        let words = PersonWords(folder: wordFolder, mistakes: mistakes)
        return Catalogue(
            model: model, plugins: plugins, broken: broken, patientColumns: columns ?? [], words: words ?? PersonWords()
        )
    }

    /// Reads and compiles several plugins side by side: it is most of what a command does before its work.
    private static func check(_ folders: [String], model: EventModel) -> [(plugin: Plugin?, mistakes: Mistakes)] {
        let team = ThreadTeam(count: min(folders.count, 4))
        let gate = Gate()
        var next = 0
        var results = folders.map { _ in (plugin: Plugin?.none, mistakes: Mistakes()) }
        team.run { _ in
            while true {
                let index = gate.guarding {
                    defer { next += 1 }
                    return next
                }
                guard index < folders.count else { return }
                let own = Mistakes()
                let plugin = checkedPlugin(folders[index], model: model, mistakes: own)
                gate.guarding { results[index] = (plugin, own) }
            }
        }
        return results
    }

    /// Reads a plugin and compiles it once, so that all its mistakes are known.
    private static func checkedPlugin(_ folder: String, model: EventModel, mistakes: Mistakes) -> Plugin? {
        guard let plugin = readPlugin(folder: folder, mistakes: mistakes), mistakes.isEmpty else { return nil }
        let options = PlanOptions(isHealth: plugin.isHealth, today: CivilDate(dayNumber: 0))
        guard compile(plugin, model: model, options: options, mistakes: mistakes) != nil else { return nil }
        return mistakes.isEmpty ? plugin : nil
    }

    /// What the worker is to do with this authority's files on this day; nil when its plugin cannot be used.
    package func plan(for authority: Authority, settings: Settings, today: CivilDate) -> CompiledPlugin? {
        guard let plugin = plugins[authority.plugin] else { return nil }
        var options = PlanOptions(
            isHealth: authority.suppliesAnonymousOnly, today: today, patientColumns: patientColumns,
            tolerancePercentOverride: authority.toleranceRejectedPercent, datasets: authority.datasets)
        options.zone = settings.zone
        options.cadences = authority.cadences
        options.contentRules = settings.gate.contentRules(authority)
        options.links = settings.links(of: authority, among: model.links)
        options.words = words
        return compile(plugin, model: model, options: options, mistakes: Mistakes())
    }

    /// What a plugin's author or an agency gets without an instance: the plugin's own kinds say whether it is health.
    ///
    /// - Parameter datasets: only these; empty for all.
    package func plan(
        trying plugin: Plugin, rules: [DisclosureRule], today: CivilDate, datasets: [String] = []
    ) -> CompiledPlugin? {
        var options = PlanOptions(
            isHealth: plugin.isHealth, today: today, patientColumns: patientColumns, datasets: datasets)
        options.zone = zoneOfEngland
        options.contentRules = DisclosureGate.contentRules(rules, ofAny: Set(plugin.kinds))
        options.words = words
        return compile(plugin, model: model, options: options, mistakes: Mistakes())
    }
}
