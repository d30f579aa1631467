import CLibYAML

/// One step of libyaml's parser, copied out of its memory.
struct Event {
    enum Kind {
        case scalar(text: String, isPlain: Bool)
        case alias(String)
        case sequenceStart, sequenceEnd, mappingStart, mappingEnd
        case documentStart, streamEnd
        /// The start of the stream and the ends of documents.
        case other
    }

    var kind: Kind
    var anchor: String?
    /// In full, `tag:yaml.org,2002:str`; nil when none was written.
    var tag: String?
    /// From 1.
    var line: Int
    /// From 1, in characters.
    var column: Int

    // The tags of the core schema: YAML 1.2.2, section 10.3.
    static let stringTag = "tag:yaml.org,2002:str"
    static let scalarTags: Set = Set(["str", "int", "float", "bool", "null"].map { "tag:yaml.org,2002:" + $0 })
    static let sequenceTags: Set = ["tag:yaml.org,2002:seq"]
    static let mappingTags: Set = ["tag:yaml.org,2002:map"]
}

/// libyaml's event parser over bytes that are known to be UTF-8.
@safe struct EventSource: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let file: String

    init(file: String, bytes: ArraySlice<UInt8>) {
        self.file = file
        // The parser keeps the address of its input, which must therefore not move.
        unsafe input = .allocate(capacity: max(1, bytes.count))
        _ = unsafe input.initialize(from: bytes)
        unsafe parser = .allocate(capacity: 1)
        unsafe parser.initialize(to: yaml_parser_t())
        let isReady = unsafe yaml_parser_initialize(parser)
        precondition(isReady == 1, "out of memory")
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe input.deallocate()
    }

    mutating func next() throws(Mistake) -> Event {
        var raw = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &raw) == 1 else { throw syntaxMistake() }
        defer { unsafe yaml_event_delete(&raw) }
        let line = Int(unsafe raw.start_mark.line) + 1
        let column = Int(unsafe raw.start_mark.column) + 1
        func event(_ kind: Event.Kind, anchor: String? = nil, tag: String? = nil) -> Event {
            Event(kind: kind, anchor: anchor, tag: tag, line: line, column: column)
        }
        switch unsafe raw.type {
        case YAML_SCALAR_EVENT:
            let scalar = unsafe raw.data.scalar
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let tag = unsafe text(scalar.tag)
            let isPlain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE && tag != Event.stringTag
            return event(
                .scalar(text: unsafe String(decoding: bytes, as: UTF8.self), isPlain: isPlain),
                anchor: unsafe text(scalar.anchor), tag: tag)
        case YAML_ALIAS_EVENT: return event(.alias(unsafe text(raw.data.alias.anchor) ?? ""))
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe raw.data.sequence_start
            return event(.sequenceStart, anchor: unsafe text(start.anchor), tag: unsafe text(start.tag))
        case YAML_MAPPING_START_EVENT:
            let start = unsafe raw.data.mapping_start
            return event(.mappingStart, anchor: unsafe text(start.anchor), tag: unsafe text(start.tag))
        case YAML_SEQUENCE_END_EVENT: return event(.sequenceEnd)
        case YAML_MAPPING_END_EVENT: return event(.mappingEnd)
        case YAML_DOCUMENT_START_EVENT: return event(.documentStart)
        // libyaml answers with no event at all once the stream has ended.
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return event(.streamEnd)
        default: return event(.other)
        }
    }

    @unsafe private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        guard let pointer = unsafe pointer else { return nil }
        return unsafe String(cString: pointer)
    }

    /// What libyaml stopped at, with a hint for the commonest slips.
    private func syntaxMistake() -> Mistake {
        let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "out of memory"
        let hint =
            if problem.hasPrefix("mapping values are not allowed") {
                "put text that holds `: ` in quotes, and begin keys of one mapping in one column"
            } else if problem.hasPrefix("found character that cannot start any token") {
                "indent with spaces, and put text that begins with a special character in quotes"
            } else if problem.contains("unexpected end of stream") || problem.contains("stream end") {
                "close the quotes or brackets opened before"
            } else if problem.contains("undefined tag handle") {
                "remove the tag"
            } else {
                "look at the indentation, quotes and brackets here and just above"
            }
        return Mistake(
            file: file, line: Int(unsafe parser.pointee.problem_mark.line) + 1,
            column: Int(unsafe parser.pointee.problem_mark.column) + 1, what: "not YAML: " + problem, hint: hint)
    }
}
