package import SluiceModel
package import SluiceYAML

/// What names of people are told by in free text.
package struct PersonWords: Hashable, Sendable {
    package var names: [NameWord] = []
    /// Small letters, one a line.
    package var ordinary: [UInt8] = []

    package init() {}

    /// Reads `name-words.csv` and `ordinary-words.txt` of a folder; nil when anything is wrong with them.
    package init?(folder: String, mistakes: Mistakes) {
        let countBefore = mistakes.all.count
        names = readNameWords(file: folder + "/name-words.csv", mistakes: mistakes) ?? []
        let file = folder + "/ordinary-words.txt"
        ordinary = settingsBytes(file, mistakes: mistakes) ?? []
        if let place = ordinary.firstIndex(where: { $0 != 0x0A && !(0x61...0x7A).contains($0) && $0 != 0x27 }) {
            mistakes.add(
                Mistake(
                    file: file, line: ordinary[..<place].count { $0 == 0x0A } + 1, what: "not a word in small letters",
                    hint: "write one word a line, a to z"))
        }
        guard mistakes.all.count == countBefore else { return nil }
    }
}

/// Reads the words by which names of people are told in free text: a CSV file with the header `word,kind`. A word may
/// be of several kinds, each on a line of its own.
///
/// - Returns: nil when anything is wrong.
func readNameWords(file: String, mistakes: Mistakes) -> [NameWord]? {
    let countBefore = mistakes.all.count
    guard let bytes = settingsBytes(file, mistakes: mistakes),
        let csv = CSVFile(file: file, bytes: bytes, mistakes: mistakes)
    else { return nil }
    let places = csv.columns(required: ["word", "kind"], known: [], mistakes: mistakes)
    guard let wordColumn = places["word"], let kindColumn = places["kind"] else { return nil }
    var words: [NameWord] = []
    var known: Set<NameWord> = []
    for row in csv.rows {
        let text = row[wordColumn].text.lowercased()
        guard let kind = NameWord.Kind.allCases.first(where: { $0.text == row[kindColumn].text }) else {
            csv.add(
                row[kindColumn], "\(shown(row[kindColumn].text)) is no kind of word",
                hint: choiceHint(row[kindColumn].text, among: NameWord.Kind.allCases.map(\.text)), to: mistakes)
            continue
        }
        let word = NameWord(text: text, kind: kind)
        if text.isEmpty || text.split(separator: " ", omittingEmptySubsequences: false).count > 2 {
            csv.add(
                row[wordColumn], "more than two words", hint: "write one word, or two with a blank between",
                to: mistakes)
        } else if !known.insert(word).inserted {
            csv.add(row[wordColumn], "the word stands twice with this kind", hint: "remove one", to: mistakes)
        } else {
            words.append(word)
        }
    }
    return mistakes.all.count == countBefore ? words : nil
}
