/// Builds nodes from events, within the limits. A thrown mistake ends the file.
struct Composer: ~Copyable {
    private struct Built {
        var node: Node
        /// Nodes in it, itself included, aliases counted in full.
        var nodeCount: Int
        /// Collections inside one another, itself included.
        var height: Int
    }

    private enum Anchor {
        /// Its collection has begun and not ended.
        case open
        case done(Built)
    }

    private var source: EventSource
    private let file: String
    private let mistakes: Mistakes
    private let limits: YAMLLimits
    private var anchors: [String: Anchor] = [:]
    private var aliasedNodeCount = 0

    init(source: consuming EventSource, file: String, mistakes: Mistakes, limits: YAMLLimits) {
        self.source = source
        self.file = file
        self.mistakes = mistakes
        self.limits = limits
    }

    mutating func document() throws(Mistake) -> Node {
        guard case .documentStart = try nextOutsideDocument().kind else {
            throw Mistake(file: file, what: "nothing is written here", hint: "write the settings, or remove the file")
        }
        let root = try node(try source.next(), depth: 1)
        let event = try nextOutsideDocument()
        guard case .streamEnd = event.kind else {
            throw mistake(event, "a second document begins here", hint: "keep one document in a file")
        }
        return root.node
    }

    private mutating func nextOutsideDocument() throws(Mistake) -> Event {
        var event = try source.next()
        while case .other = event.kind { event = try source.next() }
        return event
    }

    private mutating func node(_ event: Event, depth: Int) throws(Mistake) -> Built {
        switch event.kind {
        case .scalar(let text, let isPlain):
            check(event, Event.scalarTags)
            if text.unicodeScalars.contains("\0") {
                mistakes.add(mistake(event, "a text holds the character U+0000", hint: "remove it"))
            }
            let scalar = Built(node: make(event, .scalar(text: text, isPlain: isPlain)), nodeCount: 1, height: 0)
            if let anchor = event.anchor { anchors[anchor] = .done(scalar) }
            return scalar
        case .alias(let name): return try aliased(name, event, depth: depth)
        case .sequenceStart, .mappingStart:
            guard depth <= limits.depth else {
                throw mistake(
                    event, "more than \(limits.depth) levels inside one another", hint: "take levels out")
            }
            if let anchor = event.anchor { anchors[anchor] = .open }
            let built =
                if case .sequenceStart = event.kind {
                    try sequence(event, depth: depth)
                } else {
                    try mapping(event, depth: depth)
                }
            if let anchor = event.anchor { anchors[anchor] = .done(built) }
            return built
        case .sequenceEnd, .mappingEnd, .documentStart, .streamEnd, .other:
            preconditionFailure("libyaml keeps collections balanced")
        }
    }

    private mutating func sequence(_ start: Event, depth: Int) throws(Mistake) -> Built {
        check(start, Event.sequenceTags)
        var items: [Node] = []
        var nodeCount = 1
        var height = 0
        while true {
            let event = try source.next()
            if case .sequenceEnd = event.kind { break }
            let item = try node(event, depth: depth + 1)
            items.append(item.node)
            nodeCount += item.nodeCount
            height = max(height, item.height)
        }
        return Built(node: make(start, .sequence(items)), nodeCount: nodeCount, height: height + 1)
    }

    private mutating func mapping(_ start: Event, depth: Int) throws(Mistake) -> Built {
        check(start, Event.mappingTags)
        var pairs: [Node.Pair] = []
        var lines: [String: Int] = [:]
        var nodeCount = 1
        var height = 0
        while true {
            let event = try source.next()
            if case .mappingEnd = event.kind { break }
            let key = try node(event, depth: depth + 1)
            let value = try node(try source.next(), depth: depth + 1)
            nodeCount += key.nodeCount + value.nodeCount
            height = max(height, key.height, value.height)
            // The key as an alias shows it stands elsewhere; mistakes point at where it is used.
            let place = make(event, key.node.value)
            guard let text = key.node.text, !key.node.isNull else {
                mistakes.add(place, "a key must be a word, not \(key.node.kindName)", hint: "write `key: value`")
                continue
            }
            if case .scalar("<<", isPlain: true) = key.node.value {
                mistakes.add(place, "merge keys (`<<`) are not read", hint: "write the keys out")
                continue
            }
            if let line = lines[text] {
                mistakes.add(place, "key \(shown(text)) is on line \(line) already", hint: "keep one of them")
                continue
            }
            lines[text] = place.line
            pairs.append(Node.Pair(key: place, value: value.node))
        }
        return Built(node: make(start, .mapping(pairs)), nodeCount: nodeCount, height: height + 1)
    }

    private mutating func aliased(_ name: String, _ event: Event, depth: Int) throws(Mistake) -> Built {
        switch anchors[name] {
        case nil:
            throw mistake(event, "alias \(shown("*" + name)) has no anchor before it", hint: "write the value out")
        case .open:
            throw mistake(
                event, "alias \(shown("*" + name)) stands inside its own anchor", hint: "write the value out")
        case .done(let built):
            aliasedNodeCount += built.nodeCount
            guard aliasedNodeCount <= limits.aliasedNodes else {
                throw mistake(
                    event, "aliases stand for more than \(limits.aliasedNodes) values", hint: "write the values out")
            }
            guard depth - 1 + built.height <= limits.depth else {
                throw mistake(event, "more than \(limits.depth) levels inside one another", hint: "take levels out")
            }
            return built
        }
    }

    private func check(_ event: Event, _ allowed: Set<String>) {
        guard let tag = event.tag, !allowed.contains(tag) else { return }
        let prefix = "tag:yaml.org,2002:"
        let name = tag.hasPrefix(prefix) ? "!!" + tag.dropFirst(prefix.count) : tag
        mistakes.add(mistake(event, "tag \(shown(name)) is not allowed here", hint: "remove it"))
    }

    private func make(_ event: Event, _ value: Node.Value) -> Node {
        Node(file: file, line: event.line, column: event.column, value: value)
    }

    private func mistake(_ event: Event, _ what: String, hint: String) -> Mistake {
        Mistake(file: file, line: event.line, column: event.column, what: what, hint: hint)
    }
}
