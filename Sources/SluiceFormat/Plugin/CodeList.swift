import SluiceModel
import SluiceYAML

/// One file of `codes/`: the codes a field may hold, and what each becomes.
struct CodeList: Sendable {
    struct Entry: Sendable {
        var text: String
        var validFrom: CivilDate?
        var validTo: CivilDate?
        /// One cell per column of the file.
        var cells: [CSVFile.Cell]
    }

    static let columns = ["code", "label", "group", "valid_from", "valid_to", "source"]

    var name: String
    var file: String
    /// Where `group` and the further columns stand.
    var places: [String: Int]
    /// One for each distinct code, in the file's order.
    var entries: [Entry]
    /// Names that end in `-nocase`.
    var ignoresCase: Bool { name.hasSuffix("-nocase") }
    /// Columns that a mapping may name.
    var groupColumns: [String] {
        places.filter { !["code", "label", "valid_from", "valid_to", "source"].contains($0.key) }
            .sorted { $0.value < $1.value }.map(\.key)
    }

    /// Reads and checks the bytes of one list.
    ///
    /// Rows that repeat a code for other times are one entry that is valid over all of them, if they agree on what it
    /// becomes.
    init?(name: String, file: String, bytes: [UInt8], mistakes: Mistakes) {
        guard let csv = CSVFile(file: file, bytes: bytes, mistakes: mistakes) else { return nil }
        self.name = name
        self.file = file
        places = csv.columns(required: CodeList.columns, known: nil, mistakes: mistakes)
        entries = []
        guard let codeColumn = places["code"], let fromColumn = places["valid_from"], let toColumn = places["valid_to"]
        else { return nil }
        if csv.rows.isEmpty {
            mistakes.add(Mistake(file: file, line: 2, what: "there is no code", hint: "add a row for each code"))
        }
        let meaning = csv.header.indices.filter { index in
            !["code", "label", "valid_from", "valid_to", "source"].contains(csv.header[index].text)
        }

        func date(_ cell: CSVFile.Cell) -> CivilDate? {
            if cell.text.isEmpty { return nil }
            if let date = CivilDate(cell.text) { return date }
            csv.add(cell, "\(shown(cell.text)) is not a day", hint: "write YYYY-MM-DD or nothing", to: mistakes)
            return nil
        }

        var indices: [String: Int] = [:]
        /// For each entry, the times of the rows it was made from.
        var times: [[(from: Int, to: Int)]] = []
        for row in csv.rows {
            let code = row[codeColumn]
            if code.text.isEmpty {
                csv.add(code, "the code is empty", hint: "cells without a value need no code", to: mistakes)
                continue
            }
            if code.text.first == " " || code.text.last == " " {
                csv.add(code, "a space before or after the code", hint: "remove it, cells are trimmed", to: mistakes)
            }
            let from = date(row[fromColumn])
            let to = date(row[toColumn])
            if let from, let to, from > to {
                csv.add(row[fromColumn], "`valid_from` is after `valid_to`", hint: "swap or correct them", to: mistakes)
            }
            let time = (from: from?.dayNumber ?? .min, to: to?.dayNumber ?? .max)
            let key = ignoresCase ? lowerCased(code.text) : code.text
            guard let index = indices[key] else {
                indices[key] = entries.count
                entries.append(Entry(text: code.text, validFrom: from, validTo: to, cells: row))
                times.append([time])
                continue
            }
            if times[index].contains(where: { $0.from <= time.to && time.from <= $0.to }) {
                csv.add(
                    code, "the code \(shown(code.text)) stands twice for the same time",
                    hint: "remove one, or give each its `valid_from` and `valid_to`", to: mistakes)
            } else if let column = meaning.first(where: { row[$0].text != entries[index].cells[$0].text }) {
                csv.add(
                    row[column],
                    "\(shown(code.text)) becomes something else here than in line \(entries[index].cells[0].line)",
                    hint: "a code has one meaning over all time; put the other in a list of its own", to: mistakes)
            } else {
                times[index].append(time)
                if from == nil { entries[index].validFrom = nil }
                if to == nil { entries[index].validTo = nil }
                if let from, let known = entries[index].validFrom { entries[index].validFrom = min(from, known) }
                if let to, let known = entries[index].validTo { entries[index].validTo = max(to, known) }
            }
        }
    }
}

/// With ASCII letters in lower case.
func lowerCased(_ text: String) -> String {
    String(decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
}
