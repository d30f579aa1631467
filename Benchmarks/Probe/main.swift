import SluiceFormat
import SluiceIngest
import SluiceModel
import SluiceSystem
import SluiceYAML

// Parts of the worker without a file around them, for the benchmarks. It is not installed.
//
//   sluice-probe texts FOLDER         a text a line; FOLDER holds the words; says the kinds of identifier in each
//   sluice-probe columns FOLDER       a cell a line, an empty line behind each column; says what each is full of
//   sluice-probe postcodes LOOKUP     a postcode a line; says the areas of each
//   sluice-probe points LOOKUP        easting and northing a line; says the areas of each
//   sluice-probe time-postcodes LOOKUP FILE, time-points LOOKUP FILE
//                                     all of a file; says how many were found, and in how many seconds

func words(_ folder: String) -> PersonWords {
    let mistakes = Mistakes()
    guard let words = PersonWords(folder: folder, mistakes: mistakes) else {
        for mistake in mistakes.all { print("\(mistake)") }
        fatalError("the words cannot be read")
    }
    return words
}

func say(_ kinds: IdentifierKinds) { print(kinds.kinds.map(\.text).joined(separator: " ")) }

func numbers(_ line: some StringProtocol) -> (Double, Double)? {
    let parts = line.split(separator: " ").compactMap { Double($0) }
    return parts.count == 2 ? (parts[0], parts[1]) : nil
}

let arguments = CommandLine.arguments
guard arguments.count >= 3, let today = CivilDate("2026-11-28") else { fatalError("see the top of main.swift") }
switch arguments[1] {
case "texts":
    var search = search(arguments[2])
    while let line = readLine() { say(search.kinds(Array(line.utf8))) }
case "columns":
    var search = search(arguments[2])
    var cells: [[UInt8]] = []
    while let line = readLine() {
        if line.isEmpty {
            say(search.kinds(ofColumn: cells))
            cells = []
        } else {
            cells.append(Array(line.utf8))
        }
    }
case "postcodes":
    let lookUps = try lookUps(arguments[2])
    while let line = readLine() { print(lookUps.areas(postcode: Array(line.utf8)).joined(separator: " ")) }
case "points":
    let lookUps = try lookUps(arguments[2])
    while let line = readLine() {
        let (easting, northing) = numbers(line) ?? (-1, -1)
        print(lookUps.areas(easting: easting, northing: northing).joined(separator: " "))
    }
case "time-postcodes":
    let lookUps = try lookUps(arguments[2])
    let bytes = try OpenFile(readingPath: arguments[3]).readToEnd(limitBytes: 1 << 30)
    let began = monotonicSeconds()
    let found = lookUps.count(postcodes: bytes)
    print(found, monotonicSeconds() - began)
case "time-points":
    let lookUps = try lookUps(arguments[2])
    let bytes = try OpenFile(readingPath: arguments[3]).readToEnd(limitBytes: 1 << 30)
    let points = String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { numbers($0) }
    let began = monotonicSeconds()
    let found = points.count { !lookUps.areas(easting: $0.0, northing: $0.1).isEmpty }
    print(found, monotonicSeconds() - began)
default: fatalError("see the top of main.swift")
}

func search(_ folder: String) -> IdentifierSearch {
    let known = words(folder)
    return IdentifierSearch(words: known.names, ordinary: known.ordinary, today: today)
}

func lookUps(_ path: String) throws -> LookUps {
    let file = try OpenFile(readingPath: path)
    let lookUps = LookUps(mapping: file.descriptor, bytes: Int(try file.status().sizeBytes))
    guard lookUps.hasDirectory else { fatalError("no look-up of postcodes") }
    return lookUps
}
