import SluiceModel
import SluiceYAML

/// Reads one `mapping.yaml`.
struct MappingFileReader {
    let mistakes: Mistakes

    static let encodings: [(text: String, value: TextEncoding)] = TextEncoding.allCases.map { ($0.text, $0) }
    static let defaultRejectedPercent = 5

    func read(_ root: Node) -> Mapping? {
        guard var reader = MappingReader(root, mistakes: mistakes, what: "a mapping") else { return nil }
        var mapping = Mapping(
            node: root, output: nil, encodings: [.utf8, .utf16], delimiters: [UInt8(ascii: ",")], headerWithinRows: 20,
            ignoredHeaders: [], period: nil, replacement: nil, rejectedPercent: Self.defaultRejectedPercent, rules: [],
            map: [], links: [])
        mapping.output = output(&reader)
        if let dialect = reader.mapping("dialect", what: "`dialect`") { read(dialect, into: &mapping) }
        mapping.forms = FormsReader(mistakes: mistakes).read(&reader)
        mapping.refusalAdvice = refusalAdvice(&reader)
        mapping.doubles = doubles(&reader)
        mapping.earliest = earliest(&reader)
        mapping.ages = ages(&reader)
        mapping.period = reader.requiredNode("period").flatMap { period($0) }
        if let value = reader.choice("replace", Replacement.self), let node = reader.node("replace") {
            mapping.replacement = Placed(value, node)
        }
        if var tolerance = reader.mapping("tolerance", what: "`tolerance`") {
            mapping.rejectedPercent = tolerance.requiredInteger("rejectedPercent", in: 0...100) ?? 0
            tolerance.finish()
        }
        let rules = RuleReader(mistakes: mistakes)
        for node in reader.nodes("rules") ?? [] {
            guard let rule = rules.read(node) else { continue }
            if mapping.rules.contains(where: { $0.id == rule.id }) {
                mistakes.add(node, "the rule \(shown(rule.id)) stands twice", hint: "rename one")
            }
            mapping.rules.append(rule)
        }
        if let node = reader.requiredNode("map") { mapping.map = targets(node) }
        if let node = reader.node("link") {
            if case .sequence = node.value {
                mapping.links = (reader.nodes("link") ?? []).compactMap { link($0) }
            } else {
                mapping.links = [link(node)].compactMap(\.self)
            }
        }
        reader.finish()
        return mapping
    }

    private func output(_ reader: inout MappingReader) -> Mapping.Output? {
        let event = reader.placedString("event")
        var countField: Placed<String>?
        if var counts = reader.mapping("counts", what: "`counts`") {
            countField = counts.requiredPlacedString("field")
            counts.finish()
        }
        switch (reader.keyNode("event"), reader.keyNode("counts")) {
        case (nil, nil):
            mistakes.add(
                reader.node, "a mapping needs `event` or `counts`",
                hint: "write `event: KIND` for a row per case, `counts: {field: FIELD}` for aggregates")
        case (let eventKey?, _?):
            mistakes.add(eventKey, "a mapping has `event` or `counts`, not both", hint: "remove one")
        default: break
        }
        return event.map { .event($0) } ?? countField.map { .counts(field: $0) }
    }

    private func read(_ dialect: MappingReader, into mapping: inout Mapping) {
        var dialect = dialect
        if let delimiters = dialect.placedStrings("delimiters") {
            mapping.delimiters = []
            for delimiter in delimiters {
                let bytes = Array(delimiter.value.utf8)
                let isText = bytes.first.map { byte in
                    byte >= 0x80 || (byte <= 0x20 && byte != 0x09) || byte == 0x7F || byte == UInt8(ascii: "\"")
                        || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                        || (0x61...0x7A).contains(byte)
                }
                if bytes.count != 1 || isText != false {
                    mistakes.add(
                        delimiter.node, "a delimiter is one ASCII character that is no letter, digit, blank or quote",
                        hint: "write \",\", \";\", \"|\" or \"\\t\" in double quotes")
                } else if mapping.delimiters.contains(bytes[0]) {
                    mistakes.add(delimiter.node, "the delimiter stands twice", hint: "remove one")
                } else {
                    mapping.delimiters.append(bytes[0])
                }
            }
            if delimiters.isEmpty, let node = dialect.keyNode("delimiters") {
                mistakes.add(node, "`delimiters` is empty", hint: "name one or remove the key")
            }
        }
        if let encodings = dialect.placedStrings("encodings") {
            mapping.encodings = []
            for name in encodings {
                guard let encoding = Self.encodings.first(where: { $0.text == name.value })?.value else {
                    mistakes.add(
                        name.node, "\(shown(name.value)) is not an encoding",
                        hint: choiceHint(name.value, among: Self.encodings.map(\.text)))
                    continue
                }
                if mapping.encodings.contains(encoding) {
                    mistakes.add(name.node, "\(shown(name.value)) stands twice", hint: "remove one")
                } else {
                    mapping.encodings.append(encoding)
                }
            }
            if encodings.isEmpty, let node = dialect.keyNode("encodings") {
                mistakes.add(node, "`encodings` is empty", hint: "name one or remove the key")
            }
        }
        mapping.headerWithinRows = dialect.integer("headerWithinRows", in: 1...1000) ?? 20
        mapping.ignoredHeaders = dialect.placedStrings("ignoreHeaders") ?? []
        if let footers = dialect.placedStrings("footers") { mapping.footers = wordings(footers, mistakes: mistakes) }
        dialect.finish()
    }

    private func doubles(_ reader: inout MappingReader) -> Mapping.Doubles {
        guard let node = reader.node("doubles") else { return .told }
        switch node.text {
        case "told": return .told
        case "allowed": return .allowed
        case .some:
            mistakes.add(
                node, "`doubles` cannot be \(shown(node.text ?? ""))",
                hint: "write `told`, `allowed`, or {with: FIELD} to look only at rows with a value there")
            return .told
        case nil:
            guard var inner = MappingReader(node, mistakes: mistakes, what: "`doubles`") else { return .told }
            let field = inner.requiredPlacedString("with")
            inner.finish()
            return field.map { .toldWith($0) } ?? .told
        }
    }

    private func earliest(_ reader: inout MappingReader) -> Placed<CivilMonth>? {
        guard let text = reader.placedString("earliest") else { return nil }
        guard let month = CivilMonth(text.value), month.year >= 1900 else {
            mistakes.add(
                text.node, "`earliest` is no month from 1900 on", hint: "write the first month of the data, 2015-04")
            return nil
        }
        return Placed(month, text.node)
    }

    private func ages(_ reader: inout MappingReader) -> Placed<ClosedRange<Int>>? {
        guard let node = reader.node("ages"), var ages = reader.mapping("ages", what: "`ages`") else { return nil }
        let lower = ages.requiredInteger("from", in: 0...OutputSource.oldestAge)
        let upper = ages.requiredInteger("to", in: 0...OutputSource.oldestAge)
        ages.finish()
        guard let lower, let upper else { return nil }
        guard lower <= upper else {
            mistakes.add(node, "`from` is above `to`", hint: "swap or correct them")
            return nil
        }
        return Placed(lower...upper, node)
    }

    private func refusalAdvice(_ reader: inout MappingReader) -> String? {
        guard let advice = reader.placedString("refuse") else { return nil }
        if !(20...500).contains(advice.value.count) {
            mistakes.add(
                advice.node, "`refuse` is a sentence or two, 20 to 500 characters",
                hint: "say why the file is refused and what to send instead")
        }
        return advice.value
    }

    private func period(_ node: Node) -> Mapping.PeriodSource? {
        if node.text == "none" { return .noPeriod(node) }
        guard var reader = MappingReader(node, mistakes: mistakes, what: "`period`") else { return nil }
        defer { reader.finish() }
        if reader.has("from") || reader.has("to") {
            for key in ["field", "unit"] {
                guard let keyNode = reader.keyNode(key) else { continue }
                mistakes.add(keyNode, "`\(key)` beside `from` and `to`", hint: "remove it")
            }
            guard let from = reader.requiredPlacedString("from"), let to = reader.requiredPlacedString("to") else {
                return nil
            }
            return .fields(from: from, to: to)
        }
        let field = reader.requiredPlacedString("field")
        let unit = reader.requiredChoice("unit", PeriodUnit.self)
        guard let field, let unit else { return nil }
        return .field(field, unit: unit)
    }

    /// `{field: F, recipe: R}`, or `{surname: F, forename: F, birthDate: F, recipe: R}`.
    private func link(_ node: Node) -> Mapping.Link? {
        guard var reader = MappingReader(node, mistakes: mistakes, what: "`link`") else { return nil }
        defer { reader.finish() }
        let recipe = reader.requiredPlacedString("recipe")
        let names = reader.has("surname") || reader.has("forename") || reader.has("birthDate")
        let keys = names ? ["surname", "forename", "birthDate"] : ["field"]
        let fields = keys.map { reader.requiredPlacedString($0) }
        if names, let keyNode = reader.keyNode("field") {
            mistakes.add(keyNode, "`field` beside `surname`, `forename` and `birthDate`", hint: "remove it")
        }
        guard let recipe, !fields.contains(where: { $0 == nil }) else { return nil }
        return Mapping.Link(fields: fields.compactMap(\.self), recipe: recipe)
    }

    // MARK: - The way into the model

    private func targets(_ node: Node) -> [Mapping.Target] {
        guard case .mapping(let pairs) = node.value else {
            mistakes.add(node, "`map` must be a mapping, not \(node.kindName)", hint: "write `dimension: field` lines")
            return []
        }
        return pairs.map { pair in
            let items: [Node]
            if case .sequence(let nodes) = pair.value.value { items = nodes } else { items = [pair.value] }
            if items.isEmpty {
                mistakes.add(
                    pair.value, "no source for \(shown(pair.key.text ?? ""))", hint: "name a field or remove the line")
            }
            return Mapping.Target(
                dimension: Placed(pair.key.text ?? "", pair.key), sources: items.compactMap { source($0) })
        }
    }

    private func source(_ node: Node) -> Mapping.Source? {
        if node.text != nil {
            guard let name = scalarText(node, mistakes: mistakes, what: "a source") else { return nil }
            return Mapping.Source(node: node, field: Placed(name, node))
        }
        guard var reader = MappingReader(node, mistakes: mistakes, what: "a source") else { return nil }
        var source = Mapping.Source(node: node)
        source.field = reader.placedString("field")
        source.column = reader.placedString("column")
        if let values = reader.node("values") {
            if case .mapping(let pairs) = values.value {
                source.values = pairs
            } else {
                mistakes.add(values, "`values` must be a mapping, not \(values.kindName)", hint: "write {VALUE: code}")
            }
        }
        source.whenTrue = reader.placedString("true")
        source.whenFalse = reader.placedString("false")
        if let flag = reader.boolean("midnightIsUnknown"), let node = reader.node("midnightIsUnknown") {
            source.midnightIsUnknown = Placed(flag, node)
        }
        source.bands = reader.nodes("bands")?.compactMap { band($0) }
        source.point = reader.has("point") ? reader.placedStrings("point") : nil
        source.birth = reader.placedString("birth")
        source.at = reader.placedString("at")
        source.value = reader.placedString("value")
        reader.finish()

        let ways = [
            source.field != nil, source.point != nil, source.birth != nil || source.at != nil, source.value != nil,
        ]
        if ways.filter({ $0 }).count != 1 {
            mistakes.add(
                node, "a source has either `field`, or `point`, or `birth` and `at`, or `value`",
                hint: "write one of the four")
            return nil
        }
        if let point = source.point, point.count != 2, let pointNode = reader.keyNode("point") {
            mistakes.add(
                pointNode, "`point` has two fields", hint: "write [LONGITUDE, LATITUDE] or [EASTING, NORTHING]")
            return nil
        }
        if (source.birth == nil) != (source.at == nil) {
            mistakes.add(node, "`birth` and `at` go together", hint: "name the date of birth and the day of the event")
            return nil
        }
        return source
    }

    private func band(_ node: Node) -> Mapping.BandSource? {
        guard var reader = MappingReader(node, mistakes: mistakes, what: "a band") else { return nil }
        let from = reader.placedString("from")
        let to = reader.placedString("to")
        let code = reader.requiredPlacedString("code")
        reader.finish()
        return code.map { Mapping.BandSource(node: node, from: from, to: to, code: $0) }
    }
}

extension Mapping.Source {
    init(node: Node, field: Placed<String>? = nil) {
        self.node = node
        self.field = field
        column = nil
        values = nil
        whenTrue = nil
        whenFalse = nil
        midnightIsUnknown = nil
        bands = nil
        point = nil
        birth = nil
        at = nil
        value = nil
    }
}

/// The texts, each with a letter or digit, since only those are compared.
func wordings(_ texts: [Placed<String>], mistakes: Mistakes) -> [String] {
    texts.compactMap { text in
        if !HeaderName.normalised(text.value).isEmpty { return text.value }
        mistakes.add(text.node, "a footer without a letter or digit", hint: "write how its first cell begins")
        return nil
    }
}
