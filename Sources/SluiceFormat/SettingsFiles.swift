import Glibc
import SluiceSystem
import SluiceYAML

/// The bytes of one file of a plugin or the model; a mistake when it cannot be read.
///
/// - Parameter named: Where the file is asked for; nil blames the file itself.
func settingsBytes(_ path: String, named: Node? = nil, mistakes: Mistakes) -> [UInt8]? {
    do {
        let bytes = try readSmallFile(path)
        mistakes.noteRead(path, bytes)
        return bytes
    } catch {
        let what = error.errno == ENOENT ? "the file \(path) does not exist" : "cannot be read: \(error)"
        let hint = error.errno == ENOENT ? "write it, or correct its name" : "check the file and its permissions"
        if let named {
            mistakes.add(named, what, hint: hint)
        } else {
            mistakes.add(Mistake(file: path, what: what, hint: hint))
        }
        return nil
    }
}

/// The names in a folder that need not be there, without hidden ones.
func folderNames(_ path: String, mistakes: Mistakes) -> [String] {
    do {
        return try listSmallFolder(path).filter { !$0.hasPrefix(".") }
    } catch {
        if error.errno != ENOENT {
            mistakes.add(
                Mistake(
                    file: path, what: "the folder cannot be read: \(error)",
                    hint: "check the folder and its permissions")
            )
        }
        return []
    }
}

/// A text of a settings file and the node it stands in.
struct Placed<Value: Sendable>: Sendable {
    var value: Value
    var node: Node

    init(_ value: Value, _ node: Node) {
        self.value = value
        self.node = node
    }
}

extension MappingReader {
    mutating func placedString(_ key: String) -> Placed<String>? {
        guard let node = node(key), let text = scalarText(node, mistakes: mistakes, what: "`\(key)`") else {
            return nil
        }
        return Placed(text, node)
    }

    mutating func requiredPlacedString(_ key: String) -> Placed<String>? {
        guard let node = requiredNode(key), let text = scalarText(node, mistakes: mistakes, what: "`\(key)`") else {
            return nil
        }
        return Placed(text, node)
    }

    /// A list of texts, or one text for a list of one.
    mutating func placedStrings(_ key: String) -> [Placed<String>]? {
        guard let node = node(key) else { return nil }
        if node.text != nil { return [Placed(node.text ?? "", node)] }
        return nodes(key)?.compactMap { item in
            scalarText(item, mistakes: mistakes, what: "an item of `\(key)`").map { Placed($0, item) }
        }
    }

    /// The value that goes with a word.
    mutating func word<Value>(_ key: String, among words: [(text: String, value: Value)], isRequired: Bool = false)
        -> Value?
    {
        guard let found = isRequired ? requiredPlacedString(key) : placedString(key) else { return nil }
        if let match = words.first(where: { $0.text == found.value }) { return match.value }
        mistakes.add(
            found.node, "`\(key)` cannot be \(shown(found.value))",
            hint: choiceHint(found.value, among: words.map(\.text)))
        return nil
    }
}

/// What to write instead of `name`, when it should be one of `names`.
func nameHint(_ name: String, among names: [String], else hint: String) -> String {
    if let near = nearest(name, among: names) { return "did you mean `\(near)`?" }
    return hint
}
