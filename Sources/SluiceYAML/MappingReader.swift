/// Reads one mapping key by key and remembers which keys were asked for, so that the rest can be called unknown.
///
/// Every function that returns an optional has put a mistake on record when a value is there and wrong. An optional
/// key without a value (`key:`, `key: ~`) counts as absent; a required one is a mistake.
package struct MappingReader {
    /// The mapping itself.
    package let node: Node
    /// What it is to a person: "an authority".
    package let what: String
    package let mistakes: Mistakes
    private let pairs: [String: Node.Pair]
    private let order: [Node.Pair]
    /// In the order of asking, each once.
    private var asked: [String] = []

    /// Begins to read `node`; anything but a mapping is a mistake.
    package init?(_ node: Node, mistakes: Mistakes, what: String) {
        guard case .mapping(let pairs) = node.value else {
            mistakes.add(node, "\(what) must be a mapping, not \(node.kindName)", hint: "write `key: value` lines")
            return nil
        }
        self.node = node
        self.what = what
        self.mistakes = mistakes
        self.order = pairs
        self.pairs = Dictionary(pairs.map { ($0.key.text ?? "", $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Whether the key is written, with or without a value.
    package mutating func has(_ key: String) -> Bool { pair(key) != nil }

    /// Every key, in the file's order: of a mapping whose keys are names.
    package var keyNodes: [Node] { order.map(\.key) }

    /// Where the key itself stands, for a mistake about its being there.
    package mutating func keyNode(_ key: String) -> Node? { pair(key)?.key }

    // MARK: - Nodes

    package mutating func node(_ key: String) -> Node? {
        guard let value = pair(key)?.value, !value.isNull else { return nil }
        return value
    }

    package mutating func requiredNode(_ key: String) -> Node? {
        guard let pair = pair(key) else {
            mistakes.add(node, "\(what) needs the key `\(key)`", hint: "add `\(key): …`")
            return nil
        }
        if pair.value.isNull {
            mistakes.add(pair.value, "`\(key)` has no value", hint: "write one, in quotes if it is meant to be empty")
            return nil
        }
        return pair.value
    }

    // MARK: - Scalars

    package mutating func string(_ key: String) -> String? {
        node(key).flatMap { scalarText($0, mistakes: mistakes, what: "`\(key)`") }
    }

    package mutating func requiredString(_ key: String) -> String? {
        requiredNode(key).flatMap { scalarText($0, mistakes: mistakes, what: "`\(key)`") }
    }

    package mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        node(key).flatMap { wholeNumber($0, key, in: range) }
    }

    package mutating func requiredInteger(_ key: String, in range: ClosedRange<Int>) -> Int? {
        requiredNode(key).flatMap { wholeNumber($0, key, in: range) }
    }

    /// An unquoted `true` or `false` and nothing else: `yes`, `on` and `1` are mistakes.
    package mutating func boolean(_ key: String) -> Bool? {
        guard let value = node(key) else { return nil }
        if case .scalar("true", isPlain: true) = value.value { return true }
        if case .scalar("false", isPlain: true) = value.value { return false }
        mistakes.add(value, "`\(key)` must be true or false", hint: "write `\(key): true` or `\(key): false`")
        return nil
    }

    /// One of the words of `type`.
    package mutating func choice<T: RawRepresentable & CaseIterable>(_ key: String, _ type: T.Type) -> T?
    where T.RawValue == String {
        node(key).flatMap { word($0, key, type) }
    }

    package mutating func requiredChoice<T: RawRepresentable & CaseIterable>(_ key: String, _ type: T.Type) -> T?
    where T.RawValue == String {
        requiredNode(key).flatMap { word($0, key, type) }
    }

    // MARK: - Lists

    package mutating func nodes(_ key: String) -> [Node]? {
        guard let value = node(key) else { return nil }
        guard case .sequence(let items) = value.value else {
            let hint = value.text.map { "write [\($0)]" } ?? "write one `- ` line for each"
            mistakes.add(value, "`\(key)` must be a list, not \(value.kindName)", hint: hint)
            return nil
        }
        return items
    }

    /// A list of single values. Wrong items are mistakes and are left out.
    package mutating func strings(_ key: String) -> [String]? {
        nodes(key)?.compactMap { scalarText($0, mistakes: mistakes, what: "an item of `\(key)`") }
    }

    /// A list of whole numbers. Wrong items are mistakes and are left out.
    package mutating func integers(_ key: String, in range: ClosedRange<Int>) -> [Int]? {
        nodes(key)?.compactMap { wholeNumber($0, key, in: range) }
    }

    // MARK: - Mappings

    package mutating func mapping(_ key: String, what: String) -> MappingReader? {
        node(key).flatMap { MappingReader($0, mistakes: mistakes, what: what) }
    }

    package mutating func requiredMapping(_ key: String, what: String) -> MappingReader? {
        requiredNode(key).flatMap { MappingReader($0, mistakes: mistakes, what: what) }
    }

    // MARK: - The end

    /// Puts every key that was never asked for on record as unknown. Call it last.
    package func finish() {
        let absent = asked.filter { pairs[$0] == nil }
        for pair in order {
            guard let key = pair.key.text, !asked.contains(key) else { continue }
            // A key that is there already cannot be what was meant.
            let hint =
                if let near = nearest(key, among: absent) {
                    "did you mean `\(near)`?"
                } else {
                    "\(what) may have " + asked.sorted().joined(separator: ", ")
                }
            mistakes.add(pair.key, "unknown key \(shown(key))", hint: hint)
        }
    }

    // MARK: - Private

    private mutating func pair(_ key: String) -> Node.Pair? {
        if !asked.contains(key) { asked.append(key) }
        return pairs[key]
    }

    private func wholeNumber(_ node: Node, _ key: String, in range: ClosedRange<Int>) -> Int? {
        let rangeText = "\(range.lowerBound) to \(range.upperBound)"
        guard case .scalar(let text, isPlain: true) = node.value, let number = Int(text), String(number) == text
        else {
            mistakes.add(node, "`\(key)` must be a whole number", hint: "write digits without quotes, \(rangeText)")
            return nil
        }
        guard range.contains(number) else {
            mistakes.add(node, "`\(key)` is out of range", hint: "write a number from \(rangeText)")
            return nil
        }
        return number
    }

    private func word<T: RawRepresentable & CaseIterable>(_ node: Node, _ key: String, _ type: T.Type) -> T?
    where T.RawValue == String {
        guard let text = scalarText(node, mistakes: mistakes, what: "`\(key)`") else { return nil }
        if let value = T(rawValue: text) { return value }
        mistakes.add(
            node, "`\(key)` cannot be \(shown(text))", hint: choiceHint(text, among: T.allCases.map(\.rawValue)))
        return nil
    }
}

/// What to write instead of `word`: the nearest of `words` when one is near, and all of them.
package func choiceHint(_ word: String, among words: [String]) -> String {
    let all = "it is one of " + words.joined(separator: ", ")
    guard let near = nearest(word, among: words) else { return all }
    return "did you mean `\(near)`? " + all
}
