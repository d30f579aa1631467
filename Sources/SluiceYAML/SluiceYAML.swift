// A strict reader of YAML settings: every value knows its place, and whatever could surprise is refused.
//
//   SluiceYAML      the front door: bytes to a node
//   Node            a value and where it stands
//   MappingReader   a mapping, key by key, with unknown keys found at the end
//   Mistake         file:line:column: what; hint
//   Nearest         what a misspelt word was meant to be
//   Composer        events to nodes, within the limits
//   Characters      the check before: UTF-8, no control characters
//   EventSource     the only file that touches libyaml

/// Bounds on one YAML file. Aliases repeat what they point at, so a short file could stand for a huge one.
package struct YAMLLimits: Hashable, Sendable {
    package var bytes: Int
    /// Collections inside one another.
    package var depth: Int
    /// Nodes that all aliases of the file together stand for.
    package var aliasedNodes: Int

    package init(bytes: Int = 1 << 20, depth: Int = 64, aliasedNodes: Int = 10_000) {
        self.bytes = bytes
        self.depth = depth
        self.aliasedNodes = aliasedNodes
    }
}

/// Reads one YAML document.
///
/// - Parameter file: The name that mistakes show. Nothing is opened.
/// - Returns: The document's node; nil when the file cannot be used at all. Repeated keys, custom tags and merge keys
///   are mistakes that leave the rest readable.
package func readYAML(
    file: String, bytes: [UInt8], mistakes: Mistakes, limits: YAMLLimits = .init()
) -> Node? {
    guard bytes.count <= limits.bytes else {
        mistakes.add(
            Mistake(file: file, what: "larger than \(limits.bytes) bytes", hint: "split it into smaller files"))
        return nil
    }
    // A byte order mark is not part of the first line.
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    if let bad = firstForbidden(in: text) {
        mistakes.add(Mistake(file: file, line: bad.line, column: bad.column, what: bad.what, hint: bad.hint))
        return nil
    }
    do {
        var composer = Composer(
            source: EventSource(file: file, bytes: text), file: file, mistakes: mistakes, limits: limits)
        return try composer.document()
    } catch {
        mistakes.add(error)
        return nil
    }
}
