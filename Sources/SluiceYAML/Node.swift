/// One value of a YAML file and where it stands.
package struct Node: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
        /// `isPlain` is false when it was quoted, written as a block or tagged `!!str`: then it is text, whatever it
        /// looks like.
        case scalar(text: String, isPlain: Bool)
        case sequence([Node])
        /// In the file's order; each key is a scalar and stands once.
        case mapping([Pair])
    }

    package struct Pair: Hashable, Sendable {
        package var key: Node
        package var value: Node

        package init(key: Node, value: Node) {
            self.key = key
            self.value = value
        }
    }

    package var file: String
    /// From 1.
    package var line: Int
    /// From 1, in characters.
    package var column: Int
    package var value: Value

    package init(file: String, line: Int, column: Int, value: Value) {
        self.file = file
        self.line = line
        self.column = column
        self.value = value
    }

    /// The text of a scalar; nil for a sequence or mapping.
    package var text: String? {
        if case .scalar(let text, _) = value { text } else { nil }
    }

    /// Whether nothing was written: an unquoted `null`, `~` or empty place.
    package var isNull: Bool {
        if case .scalar(let text, isPlain: true) = value {
            text.isEmpty || text == "~" || text == "null"
        } else {
            false
        }
    }

    /// What it is to a person: `a mapping`, `a list`, `a text`, `no value`.
    package var kindName: String {
        switch value {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar: isNull ? "no value" : "a single value"
        }
    }
}

/// The text of a scalar; anything else, and no value at all, is a mistake.
///
/// - Parameter what: What it is to a person: "`title`".
package func scalarText(_ node: Node, mistakes: Mistakes, what: String) -> String? {
    guard let text = node.text else {
        mistakes.add(node, "\(what) must be a single value, not \(node.kindName)", hint: "write one value")
        return nil
    }
    if node.isNull {
        mistakes.add(node, "\(what) has no value", hint: "write one, in quotes if it is meant to be empty")
        return nil
    }
    return text
}

/// `text` between backticks as a message shows it: without control characters, cut after 60 characters.
package func shown(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars.prefix(60) {
        let isControl =
            scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
            || scalar.properties.generalCategory == .lineSeparator
        if isControl { result += "\u{FFFD}" } else { result.unicodeScalars.append(scalar) }
    }
    return "`" + result + (text.unicodeScalars.count > 60 ? "…" : "") + "`"
}
