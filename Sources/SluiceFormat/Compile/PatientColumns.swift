import SluiceModel
package import SluiceYAML

/// Reads the names of columns that identify a patient: a CSV file with the header `name,label,source`.
///
/// - Returns: The names, normalised as `HeaderName.normalised` does, each once, in the file's order; nil when anything
///   is wrong.
package func readPatientColumns(file: String, mistakes: Mistakes) -> [String]? {
    let countBefore = mistakes.all.count
    guard let bytes = settingsBytes(file, mistakes: mistakes),
        let csv = CSVFile(file: file, bytes: bytes, mistakes: mistakes)
    else { return nil }
    let places = csv.columns(required: ["name", "label", "source"], known: [], mistakes: mistakes)
    guard let nameColumn = places["name"] else { return nil }
    var names: [String] = []
    for row in csv.rows {
        let name = HeaderName.normalised(row[nameColumn].text)
        if name.isEmpty {
            csv.add(row[nameColumn], "a name without a letter or digit", hint: "write a column's name", to: mistakes)
        } else if names.contains(name) {
            csv.add(row[nameColumn], "the name stands twice", hint: "remove one", to: mistakes)
        } else {
            names.append(name)
        }
    }
    return mistakes.all.count == countBefore ? names : nil
}
