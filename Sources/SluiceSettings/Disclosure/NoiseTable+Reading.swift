import SluiceModel
import SluiceSystem
import SluiceYAML

/// Reads the tables of noise that profiles name, from the folder of the profiles.
struct NoiseTableFolder {
    let absolute: String
    /// As people wrote it.
    let shown: String

    func table(_ node: Node, _ name: String, mistakes: Mistakes) -> NoiseTable? {
        guard FileName(string: name) != nil, !name.hasPrefix(".") else {
            mistakes.add(node, "the table of noise must be a file beside the profiles", hint: "write its name alone")
            return nil
        }
        do {
            let bytes = try settingsBytes(absolute + "/" + name, mistakes)
            return readNoiseTable(bytes, name: name, shown: shown + "/" + name, mistakes: mistakes)
        } catch {
            mistakes.add(
                node, "\(shown)/\(name) cannot be read: \(reason(error))", hint: "put the table of noise there")
            return nil
        }
    }
}

/// Reads a table of noise in either form in use.
///
/// - ONS: columns `pcv`, `ckey`, `pvalue`, in any order. Keys are whole numbers up to the largest `ckey`; counts above 750
///   go through the rows 501 to 750 again and again, rows beyond are not used; where there is no row the noise is 0.
/// - Destatis and tau-ARGUS: `i;j;p;v;p_int_ub`, the noise being `j − i` for keys, between 0 and 1, from the bound before to
///   below this one; counts beyond the last `i` have its row. Bounds have up to twelve decimals.
///
/// - Source: the Python package cell_key_perturbation 3.1 (ONS); the R packages ptable 1.0 and cellKey, and tau-ARGUS's
///   reader of frequency tables.
func readNoiseTable(_ bytes: [UInt8], name: String, shown: String, mistakes: Mistakes) -> NoiseTable? {
    guard let whole = String(validating: bytes, as: UTF8.self) else {
        mistakes.add(Mistake(file: shown, what: "it is no text in UTF-8", hint: "export it as CSV"))
        return nil
    }
    // As spreadsheets write it.
    let text = whole.hasPrefix("\u{FEFF}") ? whole.dropFirst() : whole[...]
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        .enumerated().map { (number: $0.offset + 1, text: $0.element) }
        .filter { !$0.text.allSatisfy(\.isWhitespace) }
    guard let header = lines.first else {
        mistakes.add(Mistake(file: shown, what: "it is empty", hint: "export it with its header"))
        return nil
    }
    lines.removeFirst()
    let separator: Character = header.text.contains(";") ? ";" : header.text.contains("\t") ? "\t" : ","
    let columns = fields(header.text, separator)
    do throws(Mistake) {
        if let pcv = columns.firstIndex(of: "pcv"), let ckey = columns.firstIndex(of: "ckey"),
            let pvalue = columns.firstIndex(of: "pvalue")
        {
            let rows = try lines.map { line throws(Mistake) in
                let values = try numbers(line, separator, [pcv, ckey, pvalue], shown)
                return (line: line.number, pcv: values[0], ckey: values[1], pvalue: values[2])
            }
            return try byWholeKeys(rows, name: name, shown: shown)
        }
        guard columns.count >= 5, columns[0] == "i", columns[1] == "j" else {
            throw Mistake(
                file: shown, line: header.number,
                what: "the header names neither pcv, ckey and pvalue nor i, j and bounds",
                hint: "export it from ptable (`i;j;p;v;p_int_ub`) or in the form of the ONS (`pcv,ckey,pvalue`)")
        }
        let bound = columns.firstIndex { ["p_int_ub", "p_ij_ub", "kum_p_o", "ub"].contains($0) } ?? 4
        let rows = try lines.map { line throws(Mistake) in
            let values = try numbers(line, separator, [0, 1], shown)
            let cells = fields(line.text, separator)
            if cells.count > 3, let stated = Int(cells[3]), stated != values[1] - values[0] {
                throw Mistake(
                    file: shown, line: line.number, what: "v is not j less i",
                    hint: "columns are i, j, p, v and the upper bound, in this order")
            }
            guard bound < cells.count, let key = decimal(cells[bound]) else {
                throw Mistake(
                    file: shown, line: line.number, what: "the upper bound of the keys is no number from 0 to 1",
                    hint: "write it with up to twelve decimals")
            }
            return (line: line.number, i: values[0], j: values[1], below: key)
        }
        return try byDecimalKeys(rows, name: name, shown: shown)
    } catch {
        mistakes.add(error)
        return nil
    }
}

private func fields(_ line: Substring, _ separator: Character) -> [String] {
    line.split(separator: separator, omittingEmptySubsequences: false).map { field in
        var text = field[...]
        while let first = text.first, first.isWhitespace || first == "\"" { text.removeFirst() }
        while let last = text.last, last.isWhitespace || last == "\"" { text.removeLast() }
        return String(text)
    }
}

private func numbers(
    _ line: (number: Int, text: Substring), _ separator: Character, _ places: [Int], _ shown: String
) throws(Mistake) -> [Int] {
    let cells = fields(line.text, separator)
    var values: [Int] = []
    for place in places {
        guard place < cells.count, let value = Int(cells[place]), value.magnitude <= 1_000_000 else {
            throw Mistake(
                file: shown, line: line.number, what: "field \(place + 1) is no whole number",
                hint: "write one, and no thousands separator")
        }
        values.append(value)
    }
    return values
}

// MARK: - Whole keys

private let onsLastCount = 750
private let onsCycle = 250
private let rowLimit = 100_000

private func byWholeKeys(
    _ rows: [(line: Int, pcv: Int, ckey: Int, pvalue: Int)], name: String, shown: String
) throws(Mistake) -> NoiseTable {
    let largest = rows.map(\.ckey).max() ?? 0
    guard largest >= 1, largest < 1 << 16 else {
        throw Mistake(
            file: shown, what: largest < 1 ? "no row has a key" : "a key is above 65535",
            hint: "keys run from 0 to 255 or 0 to 4095")
    }
    var noise: [Int: [Int: Int]] = [:]
    for row in rows {
        guard row.pcv >= 0, row.ckey >= 0 else {
            throw Mistake(file: shown, line: row.line, what: "a count or key is below 0", hint: "take the row out")
        }
        try checkNoise(row.pcv, row.pvalue, row.line, shown)
        guard noise[row.pcv, default: [:]].updateValue(row.pvalue, forKey: row.ckey) == nil else {
            throw Mistake(
                file: shown, line: row.line, what: "this count and key have a row already", hint: "keep one of the two")
        }
    }
    let made = (0...onsLastCount).map { count -> [NoiseTable.Entry] in
        var entries: [NoiseTable.Entry] = []
        func add(_ last: Int, _ noise: Int) {
            if entries.last?.noise == noise {
                entries[entries.count - 1].last = UInt64(last)
            } else {
                entries.append(NoiseTable.Entry(last: UInt64(last), noise: noise))
            }
        }
        var next = 0
        for (key, value) in (noise[count] ?? [:]).sorted(by: { $0.key < $1.key }) {
            if key > next { add(key - 1, 0) }
            add(key, value)
            next = key + 1
        }
        if next <= largest { add(largest, 0) }
        return entries
    }
    return NoiseTable(name: name, modulus: UInt64(largest) + 1, rows: made, cycle: onsCycle)
}

/// Nothing is made of nothing, and nothing less than nothing.
private func checkNoise(_ count: Int, _ noise: Int, _ line: Int, _ shown: String) throws(Mistake) {
    if count == 0, noise != 0 {
        throw Mistake(
            file: shown, line: line, what: "a count of 0 would be published as something else",
            hint: "leave 0 as it is: a zero everywhere the same gives itself away")
    }
    if count + noise < 0 {
        throw Mistake(
            file: shown, line: line, what: "a count would be published as less than 0",
            hint: "make a table whose noise takes away no more than the count")
    }
    if abs(noise) > 1_000 {
        throw Mistake(file: shown, line: line, what: "the noise is above 1000", hint: "make a table with less noise")
    }
}

// MARK: - Keys between 0 and 1

private let decimals = 12
private let decimalModulus: UInt64 = 1_000_000_000_000

private func byDecimalKeys(
    _ rows: [(line: Int, i: Int, j: Int, below: UInt64)], name: String, shown: String
) throws(Mistake) -> NoiseTable {
    var made: [[NoiseTable.Entry]] = []
    for row in rows {
        if row.i == made.count + (made.isEmpty ? 1 : 0), made.isEmpty {
            // Zero has no row of its own in some files.
            made.append([NoiseTable.Entry(last: decimalModulus - 1, noise: 0)])
        }
        if row.i == made.count, row.i < rowLimit { made.append([]) }
        guard row.i >= 0, row.i == made.count - 1 else {
            throw Mistake(
                file: shown, line: row.line, what: "counts do not follow each other",
                hint: "keep the rows of a count together, from 0 upwards and without a gap")
        }
        try checkNoise(row.i, row.j - row.i, row.line, shown)
        let from = made[row.i].last.map { $0.last + 1 } ?? 0
        guard row.below >= from else {
            throw Mistake(
                file: shown, line: row.line, what: "the upper bound is below the one before",
                hint: "keep the rows in the order of their bounds")
        }
        // A row that no key leads to.
        if row.below == from { continue }
        made[row.i].append(NoiseTable.Entry(last: row.below - 1, noise: row.j - row.i))
    }
    guard made.count >= 2 else {
        throw Mistake(file: shown, what: "it has no row for a count of 1", hint: "export the whole table")
    }
    for (count, entries) in made.enumerated() where entries.last?.last != decimalModulus - 1 {
        throw Mistake(
            file: shown, what: "the bounds for the count \(count) do not end at 1",
            hint: "export the whole table, with all its decimals")
    }
    return NoiseTable(name: name, modulus: decimalModulus, rows: made, cycle: 1)
}

/// From 0 to 1, in units of 10⁻¹², as `0.3625`, `1`, `1.00E-07`.
private func decimal(_ text: String) -> UInt64? {
    let parts = text.lowercased().split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
    var exponent = 0
    if parts.count == 2 {
        guard let value = Int(parts[1].hasPrefix("+") ? parts[1].dropFirst() : parts[1]), value.magnitude <= 40 else {
            return nil
        }
        exponent = value
    }
    let digits = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = digits.count == 2 ? digits[1] : ""
    guard let whole = digits.first, !(whole.isEmpty && fraction.isEmpty),
        (whole + fraction).allSatisfy({ $0.isASCII && $0.isNumber })
    else { return nil }
    // The value is all digits as one number, times ten to the power of `shift − 12`.
    var all = Array((whole + fraction).drop { $0 == "0" })
    let shift = decimals + exponent - fraction.count
    if shift >= 0 {
        guard all.isEmpty || all.count + shift <= 13 else { return nil }
        all += repeatElement("0", count: all.isEmpty ? 0 : shift)
    } else {
        let cut = min(all.count, -shift)
        guard all.suffix(cut).allSatisfy({ $0 == "0" }) else { return nil }
        all.removeLast(cut)
    }
    guard let value = all.isEmpty ? 0 : UInt64(String(all)), value <= decimalModulus else { return nil }
    return value
}
