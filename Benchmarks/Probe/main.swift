import SluiceFormat
import SluiceIngest
import SluiceModel
import SluiceYAML

// Parts of the worker without a file around them, for the benchmarks. It is not installed.
//
//   sluice-probe texts WORDS.csv      a text a line; says the kinds of identifier in each
//   sluice-probe columns FOLDER    a cell a line, an empty line behind each column; says what each is full of

func words(_ folder: String) -> PersonWords {
    let mistakes = Mistakes()
    guard let words = PersonWords(folder: folder, mistakes: mistakes) else {
        for mistake in mistakes.all { print("\(mistake)") }
        fatalError("the words cannot be read")
    }
    return words
}

func say(_ kinds: IdentifierKinds) { print(kinds.kinds.map(\.text).joined(separator: " ")) }

let arguments = CommandLine.arguments
guard arguments.count == 3, let today = CivilDate("2026-11-28") else { fatalError("see the top of main.swift") }
let known = words(arguments[2])
var search = IdentifierSearch(words: known.names, ordinary: known.ordinary, today: today)
switch arguments[1] {
case "texts":
    while let line = readLine() { say(search.kinds(Array(line.utf8))) }
case "columns":
    var cells: [[UInt8]] = []
    while let line = readLine() {
        if line.isEmpty {
            say(search.kinds(ofColumn: cells))
            cells = []
        } else {
            cells.append(Array(line.utf8))
        }
    }
default: fatalError("see the top of main.swift")
}
