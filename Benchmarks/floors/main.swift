// Measures what the machine does at best on two parts of the intake, each alone on one thread:
//
//   floors scan FILE               one pass of Sluice's row scanner over delimited text
//   floors insert DATABASE ROWS    as many rows of ten columns into a new SQLite database, durably
//
// Prints one JSON object: `rows`, `seconds`.

import Glibc

let usage = "usage: floors scan FILE | floors insert DATABASE ROWS"

func stop(_ text: String, _ status: Int32) -> Never {
    let line = Array("floors: \(text)\n".utf8)
    _ = write(2, line, line.count)
    exit(status)
}

/// What was done, and in what time.
struct Measurement {
    var rows: Int
    var time: Duration
}

let words = CommandLine.arguments.dropFirst()
let measured: Measurement
switch (words.first, words.count) {
case ("scan", 2): measured = scan(words[2])
case ("insert", 3):
    guard let count = Int(words[3]), count > 0 else { stop(usage, 64) }
    measured = insert(count, into: words[2])
default: stop(usage, 64)
}
print("{\"rows\": \(measured.rows), \"seconds\": \(measured.time / .seconds(1))}")
