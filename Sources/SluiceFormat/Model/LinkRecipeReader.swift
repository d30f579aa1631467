import SluiceModel
import SluiceSystem
import SluiceYAML

/// Reads `links/*.yaml` of the model's folder, which need not be there.
func readLinkRecipes(folder: String, model: EventModel, mistakes: Mistakes) -> [LinkRecipe] {
    var recipes: [LinkRecipe] = []
    var overlaps: Set<String> = []
    for name in folderNames(folder, mistakes: mistakes).sorted() where name.hasSuffix(".yaml") {
        let path = folder + "/" + name
        guard let bytes = settingsBytes(path, mistakes: mistakes),
            let root = readYAML(file: path, bytes: bytes, mistakes: mistakes),
            let recipe = readLinkRecipe(
                root, stem: String(name.dropLast(5)), model: model, overlaps: &overlaps, mistakes: mistakes)
        else { continue }
        recipes.append(recipe)
    }
    return recipes
}

private func readLinkRecipe(
    _ root: Node, stem: String, model: EventModel, overlaps known: inout Set<String>, mistakes: Mistakes
) -> LinkRecipe? {
    guard var reader = MappingReader(root, mistakes: mistakes, what: "a link recipe") else { return nil }
    let id = reader.requiredPlacedString("recipe")
    if let id, id.value != stem || !isShortName(id.value) {
        mistakes.add(
            id.node, "the recipe is called \(shown(id.value)) and its file \(shown(stem))", hint: "name both alike")
    }
    let title = reader.requiredString("title")
    var words: [(text: String, value: LinkRecipe.Way)] = CheckDigit.allCases.map { ($0.text, .identifier($0)) }
    words.append((LinkRecipe.Way.nameAndBirthDateText, .nameAndBirthDate))
    let way: LinkRecipe.Way? = reader.word("by", among: words, isRequired: true)
    if case .identifier(.nhsNumber) = way, let node = reader.node("by") {
        mistakes.add(node, "health is never linked", hint: "link by an identifier that other services share")
    }
    var kinds: Set<AuthorityKind> = []
    if let node = reader.requiredNode("between") {
        for kind in reader.placedStrings("between") ?? [] {
            guard let found = AuthorityKind(rawValue: kind.value) else {
                mistakes.add(
                    kind.node, "\(shown(kind.value)) is no kind of authority",
                    hint: choiceHint(kind.value, among: AuthorityKind.allCases.map(\.rawValue)))
                continue
            }
            if found.isHealth {
                mistakes.add(kind.node, "records of health bodies are never linked", hint: "remove it")
            }
            kinds.insert(found)
        }
        if kinds.isEmpty { mistakes.add(node, "`between` names nobody", hint: "name at least one kind of authority") }
    }
    let purpose = reader.requiredPlacedString("purpose")
    if let purpose, !isShortName(purpose.value) {
        mistakes.add(
            purpose.node, "\(shown(purpose.value)) cannot name a purpose",
            hint: "one of those that agreements allow, as needs-assessment")
    }
    let overlaps = (reader.nodes("overlaps") ?? []).compactMap { node in
        readOverlap(node, model: model, known: &known, mistakes: mistakes)
    }
    reader.finish()
    guard let id, let title, let way, let purpose else { return nil }
    return LinkRecipe(
        id: id.value, title: title, way: way, kinds: kinds, purpose: purpose.value, overlaps: overlaps)
}

private func readOverlap(
    _ node: Node, model: EventModel, known: inout Set<String>, mistakes: Mistakes
) -> CohortOverlap? {
    guard var reader = MappingReader(node, mistakes: mistakes, what: "an overlap") else { return nil }
    let id = reader.requiredPlacedString("id")
    let title = reader.requiredString("title")
    let kinds = model.eventKinds.map(\.id)
    func kind(_ key: String) -> String? {
        guard let text = reader.requiredPlacedString(key) else { return nil }
        if kinds.contains(text.value) { return text.value }
        mistakes.add(
            text.node, "\(shown(text.value)) is not an event kind of the model",
            hint: choiceHint(text.value, among: kinds))
        return nil
    }
    let first = kind("of")
    let second = kind("and")
    let level = reader.requiredPlacedString("area")
    if let level, let area = model.dimensions.first(where: { $0.id == "area" }), !area.levels.contains(level.value) {
        mistakes.add(
            level.node, "\(shown(level.value)) is not a level of `area`",
            hint: choiceHint(level.value, among: area.levels))
    }
    reader.finish()
    if let first, first == second {
        mistakes.add(node, "an overlap of \(shown(first)) with itself", hint: "name two kinds of event")
    }
    if let id, !known.insert(id.value).inserted || !isShortName(id.value) {
        mistakes.add(
            id.node, "\(shown(id.value)) cannot name this overlap, or names another", hint: "give it its own id")
    }
    guard let id, let title, let first, let second, let level else { return nil }
    return CohortOverlap(id: id.value, title: title, first: first, second: second, areaLevel: level.value)
}
