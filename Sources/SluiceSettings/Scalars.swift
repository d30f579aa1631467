import SluiceModel
import SluiceYAML

extension MappingReader {
    /// A date as `YYYY-MM-DD`.
    mutating func date(_ key: String) -> CivilDate? { node(key).flatMap { date($0, key) } }
    mutating func requiredDate(_ key: String) -> CivilDate? { requiredNode(key).flatMap { date($0, key) } }

    /// A month as `YYYY-MM`.
    mutating func month(_ key: String) -> CivilMonth? { node(key) == nil ? nil : requiredMonth(key) }

    mutating func requiredMonth(_ key: String) -> CivilMonth? {
        guard let node = requiredNode(key), let text = scalarText(node, mistakes: mistakes, what: "`\(key)`") else {
            return nil
        }
        guard let month = CivilMonth(text) else {
            mistakes.add(node, "`\(key)` is not a month", hint: "write it as 2025-04")
            return nil
        }
        return inYears(month.year, node, key) ? month : nil
    }

    /// A number of bytes: digits, or digits and a unit of 1024, `2 GiB`.
    mutating func bytes(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let node = node(key), let text = scalarText(node, mistakes: mistakes, what: "`\(key)`") else {
            return nil
        }
        guard let bytes = byteCount(text) else {
            mistakes.add(node, "`\(key)` is not a size", hint: "write it as 2 GiB, 256 MiB or plain bytes")
            return nil
        }
        guard range.contains(bytes) else {
            mistakes.add(
                node, "`\(key)` is out of range",
                hint: "write a size from \(sizeText(range.lowerBound)) to \(sizeText(range.upperBound))")
            return nil
        }
        return bytes
    }

    /// A short name: 1 to 40 of `a-z`, `0-9` and `-`, beginning with a letter.
    mutating func shortName(_ key: String) -> String? {
        node(key).flatMap { SluiceSettings.shortName($0, "`\(key)`", mistakes: mistakes) }
    }

    mutating func requiredShortName(_ key: String) -> String? {
        requiredNode(key).flatMap { SluiceSettings.shortName($0, "`\(key)`", mistakes: mistakes) }
    }

    /// The name a file gives itself, which must be the file's own.
    mutating func ownName(_ key: String, stem: String) -> String? {
        guard let node = requiredNode(key), let name = SluiceSettings.shortName(node, "`\(key)`", mistakes: mistakes)
        else { return nil }
        guard name == stem else {
            mistakes.add(
                node, "`\(key)` is \(shown(name)) and the file is named \(shown(stem + ".yaml"))",
                hint: "give both the same name")
            return nil
        }
        return name
    }

    /// One of `words`.
    mutating func requiredWord(_ key: String, among words: [String]) -> String? {
        guard let node = requiredNode(key), let text = scalarText(node, mistakes: mistakes, what: "`\(key)`") else {
            return nil
        }
        if words.contains(text) { return text }
        mistakes.add(node, "`\(key)` cannot be \(shown(text))", hint: choiceHint(text, among: words))
        return nil
    }

    private func date(_ node: Node, _ key: String) -> CivilDate? {
        guard let text = scalarText(node, mistakes: mistakes, what: "`\(key)`") else { return nil }
        guard let date = CivilDate(text) else {
            mistakes.add(node, "`\(key)` is not a date", hint: "write one that exists, as 2025-04-01")
            return nil
        }
        return inYears(date.parts.year, node, key) ? date : nil
    }

    /// Years that leave room for adding periods and warnings on either side.
    private func inYears(_ year: Int, _ node: Node, _ key: String) -> Bool {
        if (1900...2199).contains(year) { return true }
        mistakes.add(node, "`\(key)` is out of range", hint: "write a year from 1900 to 2199")
        return false
    }
}

func shortName(_ node: Node, _ what: String, mistakes: Mistakes) -> String? {
    guard let text = scalarText(node, mistakes: mistakes, what: what) else { return nil }
    if isShortName(text) { return text }
    mistakes.add(
        node, "\(what) cannot be \(shown(text))", hint: "write 1 to 40 of a-z, 0-9 and -, a letter first")
    return nil
}

/// A name that must be among the known ones.
func knownName(_ node: Node, _ what: String, among known: [String], mistakes: Mistakes) -> String? {
    guard let text = scalarText(node, mistakes: mistakes, what: what) else { return nil }
    if known.contains(text) { return text }
    mistakes.add(node, "\(what) \(shown(text)) is not known", hint: knownHint(text, among: known))
    return nil
}

func knownHint(_ word: String, among known: [String]) -> String {
    if let near = nearest(word, among: known) { return "did you mean `\(near)`?" }
    if known.isEmpty { return "none is set up yet" }
    let listed = known.prefix(20).joined(separator: ", ")
    return "known are " + listed + (known.count > 20 ? " and \(known.count - 20) more" : "")
}

private let units = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10), ("B", 0)]

private func byteCount(_ text: String) -> Int? {
    var digits = text[...]
    var shift = 0
    if let (unit, bits) = units.first(where: { text.hasSuffix($0.0) }) {
        digits = digits.dropLast(unit.count)
        if digits.last == " " { digits = digits.dropLast() }
        shift = bits
    }
    guard let number = Int(digits), String(number) == digits, number >= 0 else { return nil }
    let (bytes, overflows) = number.multipliedReportingOverflow(by: 1 << shift)
    return overflows ? nil : bytes
}

private func sizeText(_ bytes: Int) -> String {
    for (unit, bits) in units where bytes >= 1 << bits && bytes % (1 << bits) == 0 {
        return "\(bytes >> bits) \(unit)"
    }
    return "\(bytes)"
}
