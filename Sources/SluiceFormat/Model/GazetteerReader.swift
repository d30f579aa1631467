import SluiceModel
import SluiceYAML

/// Reads the known places: a CSV file with the columns `name`, `aliases` (with `|` between) and one for each dimension
/// that a place has a code of.
func readGazetteer(
    _ name: Placed<String>, folder: String, model: EventModel, mistakes: Mistakes
) -> [EventModel.KnownPlace] {
    let path = folder + "/" + name.value
    guard !name.value.contains("/") else {
        mistakes.add(name.node, "`gazetteer` must be a file beside model.yaml", hint: "write its name alone")
        return []
    }
    guard let bytes = settingsBytes(path, named: name.node, mistakes: mistakes),
        let csv = CSVFile(file: path, bytes: bytes, mistakes: mistakes)
    else { return [] }
    let dimensions = model.dimensions.filter { $0.kind == .codes }.map(\.id)
    let places = csv.columns(required: ["name", "aliases"], known: dimensions, mistakes: mistakes)
    guard let nameColumn = places["name"], let aliasColumn = places["aliases"] else { return [] }
    var known: [EventModel.KnownPlace] = []
    var owners: [String: String] = [:]
    for row in csv.rows {
        var names: [String] = []
        for text in [row[nameColumn].text] + row[aliasColumn].text.split(separator: "|").map(String.init) {
            let normalised = String(decoding: PlaceName.normalised(Array(text.utf8)), as: UTF8.self)
            guard !normalised.isEmpty else {
                csv.add(
                    row[nameColumn], "a name without a letter or digit", hint: "write the place's name", to: mistakes)
                continue
            }
            guard normalised.split(separator: " ").count <= GazetteerName.wordLimit else {
                csv.add(
                    row[nameColumn], "a name of more than \(GazetteerName.wordLimit) words",
                    hint: "write the words that tell the place", to: mistakes)
                continue
            }
            if names.contains(normalised) { continue }
            if let other = owners[normalised] {
                csv.add(
                    row[nameColumn], "\(shown(text)) is also a name of \(shown(other))",
                    hint: "names are compared without case, punctuation and abbreviations; tell them apart",
                    to: mistakes)
                continue
            }
            owners[normalised] = row[nameColumn].text
            names.append(normalised)
        }
        var codes: [Int: Int] = [:]
        for (id, column) in places where id != "name" && id != "aliases" {
            let text = row[column].text
            guard !text.isEmpty, let dimension = model.dimensionIndex(id) else { continue }
            let nodes = model.dimensions[dimension].nodes
            guard let node = nodes.firstIndex(where: { $0.code == text }) else {
                csv.add(
                    row[column], "\(shown(text)) is not a code of `\(id)`",
                    hint: nameHint(text, among: nodes.map(\.code), else: "the codes are in the model's folder"),
                    to: mistakes)
                continue
            }
            codes[dimension] = model.dimensions[dimension].kept(node)
        }
        if codes.isEmpty {
            csv.add(
                row[nameColumn], "the place means nothing", hint: "give it a code of at least one dimension",
                to: mistakes)
        }
        known.append(EventModel.KnownPlace(names: names, codes: codes))
    }
    return known
}
