import SluiceModel
import SluiceYAML

/// Reads one item of a mapping's `rules`: a rule over the fields of a row, or over all rows of a file.
struct RuleReader {
    let mistakes: Mistakes

    private static let kinds = ["check", "require", "oneOf", "controlTotal", "coverage", "suddenChange"]

    func read(_ node: Node) -> Mapping.Rule? {
        guard var reader = MappingReader(node, mistakes: mistakes, what: "a rule") else { return nil }
        let id = reader.requiredPlacedString("id")
        let written = Self.kinds.filter { reader.has($0) }
        let severityNode = reader.node("severity")
        let severity = reader.word("severity", among: SchemaFieldReader.severities)
        let kind = written.count == 1 ? kind(written[0], &reader) : nil
        // Known keys also where they mean nothing, so that one mistake does not look like two.
        for (key, owner) in [("when", "require"), ("exactly", "oneOf")] {
            guard let keyNode = reader.keyNode(key), !written.contains(owner) else { continue }
            mistakes.add(keyNode, "`\(key)` without `\(owner)`", hint: "remove it")
        }
        reader.finish()
        if written.count != 1 {
            mistakes.add(
                node, written.isEmpty ? "the rule says nothing" : "the rule says several things",
                hint: "write one of " + Self.kinds.joined(separator: ", "))
        }
        guard let id, let kind else { return nil }
        if !isShortName(id.value) {
            mistakes.add(
                id.node, "\(shown(id.value)) cannot name a rule",
                hint: "up to 40 of a-z, 0-9 and `-`, beginning with a letter")
        }
        if case .suddenChange = kind {
            if let severityNode, severity == .error {
                mistakes.add(
                    severityNode, "a sudden change is always a warning",
                    hint: "remove `severity`: the number may be right")
            }
            return Mapping.Rule(id: id.value, kind: kind, severity: .warning, node: node)
        }
        return Mapping.Rule(id: id.value, kind: kind, severity: severity ?? .error, node: node)
    }

    private func kind(_ key: String, _ reader: inout MappingReader) -> Mapping.Rule.Kind? {
        switch key {
        case "check": return check(&reader)
        case "require": return required(&reader)
        case "oneOf": return oneOf(&reader)
        case "controlTotal": return controlTotal(&reader)
        case "coverage": return reader.requiredChoice("coverage", PeriodUnit.self).map { .coverage($0) }
        default: return suddenChange(&reader)
        }
    }

    // MARK: - The fields of a row

    private func check(_ reader: inout MappingReader) -> Mapping.Rule.Kind? {
        guard let check = reader.requiredPlacedString("check") else { return nil }
        guard let (left, comparison, right) = parse(check.value) else {
            mistakes.add(
                check.node, "\(shown(check.value)) is not a check",
                hint: "write `FIELD >= FIELD` or `FIELD >= VALUE` with one of < <= = != >= >")
            return nil
        }
        return .check(left: left, comparison, right: right, check.node)
    }

    private func parse(_ text: String) -> (String, RowRule.Comparison, String)? {
        let operators: Set<Character> = ["<", ">", "=", "!"]
        guard let start = text.firstIndex(where: { operators.contains($0) }) else { return nil }
        let end = text[start...].firstIndex { !operators.contains($0) } ?? text.endIndex
        let sign = String(text[start..<end])
        guard let comparison = RowRule.Comparison.allCases.first(where: { $0.text == sign }) else { return nil }
        let left = trimmed(text[..<start])
        let right = trimmed(text[end...])
        guard !left.isEmpty, !right.isEmpty, !right.contains(where: { operators.contains($0) }) else { return nil }
        return (left, comparison, right)
    }

    private func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    private func required(_ reader: inout MappingReader) -> Mapping.Rule.Kind? {
        let fields = fields("require", least: 1, &reader)
        guard let when = reader.requiredNode("when"), let condition = condition(when), let fields else { return nil }
        return .required(fields: fields, condition)
    }

    private func fields(_ key: String, least: Int, _ reader: inout MappingReader) -> [Placed<String>]? {
        _ = reader.requiredNode(key)
        guard let fields = reader.placedStrings(key), let keyNode = reader.keyNode(key) else { return nil }
        var seen: Set<String> = []
        for field in fields where !seen.insert(field.value).inserted {
            mistakes.add(field.node, "\(shown(field.value)) stands twice", hint: "remove one")
        }
        guard fields.count >= least else {
            mistakes.add(
                keyNode, "`\(key)` needs at least \(least == 1 ? "one field" : "two fields")", hint: "name them")
            return nil
        }
        return fields
    }

    /// `FIELD`, `not FIELD` or `{field: FIELD, in: [CODE]}`.
    private func condition(_ node: Node) -> Mapping.Condition? {
        if node.text != nil {
            guard let text = scalarText(node, mistakes: mistakes, what: "`when`") else { return nil }
            guard text.hasPrefix("not ") else { return .hasValue(Placed(text, node)) }
            return .isMissing(Placed(trimmed(text.dropFirst(4)), node))
        }
        guard var reader = MappingReader(node, mistakes: mistakes, what: "`when`") else { return nil }
        let field = reader.requiredPlacedString("field")
        _ = reader.requiredNode("in")
        let codes = reader.placedStrings("in")
        reader.finish()
        guard let field, let codes else { return nil }
        if codes.isEmpty {
            mistakes.add(node, "`in` is empty", hint: "name the codes for which the fields are required")
        }
        return .isOneOf(field, codes)
    }

    private func oneOf(_ reader: inout MappingReader) -> Mapping.Rule.Kind? {
        let fields = fields("oneOf", least: 2, &reader)
        let exactly = reader.word("exactly", among: [("one", true)]) ?? false
        return fields.map { .oneOf(fields: $0, isExclusive: exactly) }
    }

    // MARK: - All rows of a file

    private func controlTotal(_ reader: inout MappingReader) -> Mapping.Rule.Kind? {
        guard var total = reader.requiredMapping("controlTotal", what: "`controlTotal`") else { return nil }
        let footersNode = total.requiredNode("footers")
        let footers = total.placedStrings("footers")
        let isRequired = total.boolean("required") ?? false
        total.finish()
        guard let footersNode, let footers else { return nil }
        let words = wordings(footers, mistakes: mistakes)
        if footers.isEmpty {
            mistakes.add(
                footersNode, "`footers` is empty", hint: "write how the row begins that states the number of records")
        }
        return words.isEmpty ? nil : .controlTotal(words: words, isRequired: isRequired)
    }

    private func suddenChange(_ reader: inout MappingReader) -> Mapping.Rule.Kind? {
        guard var change = reader.requiredMapping("suddenChange", what: "`suddenChange`") else { return nil }
        let percent = change.requiredInteger("percent", in: 1...10_000)
        let deliveries = change.integer("deliveries", in: 1...1000) ?? 3
        change.finish()
        return percent.map { .suddenChange(percent: $0, deliveriesMin: deliveries) }
    }
}
