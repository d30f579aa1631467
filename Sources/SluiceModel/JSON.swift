/// A JSON value (RFC 8259) whose objects keep their order, so that the same value always gives the same bytes.
package enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int)
    case string(String)
    case array([JSON])
    case object([Member])

    package struct Member: Hashable, Sendable {
        package var name: String
        package var value: JSON

        package init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// An object of the members in the order they are written.
    package static func members(_ pairs: KeyValuePairs<String, JSON>) -> JSON {
        .object(pairs.map { Member($0.key, $0.value) })
    }

    package static func optional(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
    package static func optional(_ number: Int?) -> JSON { number.map { .int($0) } ?? .null }
    package static func strings(_ texts: some Sequence<String>) -> JSON { .array(texts.map { .string($0) }) }

    /// The member of that name, nil when this is no object or has none.
    package subscript(_ name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    package var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    package var number: Int? {
        if case .int(let number) = self { number } else { nil }
    }

    package var items: [JSON]? {
        if case .array(let items) = self { items } else { nil }
    }

    package var isTrue: Bool { self == .bool(true) }

    /// This object with the member set: replaced where it stands, or added at the end.
    package func setting(_ name: String, _ value: JSON) -> JSON {
        guard case .object(var members) = self else { return self }
        if let index = members.firstIndex(where: { $0.name == name }) {
            members[index].value = value
        } else {
            members.append(Member(name, value))
        }
        return .object(members)
    }
}

// MARK: - Writing

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .int(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSON {
    /// On one line, without spaces.
    package var compactText: String {
        var text = ""
        write(to: &text, indent: nil, depth: 0)
        return text
    }

    /// On one line, with spaces between, for people.
    package var lineText: String {
        var text = ""
        write(to: &text, indent: nil, depth: 0, gap: " ")
        return text
    }

    /// Indented by two spaces, with a line feed at the end, for people.
    package var prettyText: String {
        var text = ""
        write(to: &text, indent: 2, depth: 0, gap: " ")
        return text + "\n"
    }

    private func write(to text: inout String, indent: Int?, depth: Int, gap: String = "") {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .int(let value): text += String(value)
        case .string(let value): JSON.quote(value, to: &text)
        case .array(let items):
            JSON.list(items, "[", "]", to: &text, indent: indent, depth: depth, gap: gap) { item, text in
                item.write(to: &text, indent: indent, depth: depth + 1, gap: gap)
            }
        case .object(let members):
            JSON.list(members, "{", "}", to: &text, indent: indent, depth: depth, gap: gap) { member, text in
                JSON.quote(member.name, to: &text)
                text += ":" + gap
                member.value.write(to: &text, indent: indent, depth: depth + 1, gap: gap)
            }
        }
    }

    private static func list<Item>(
        _ items: [Item], _ open: String, _ close: String, to text: inout String, indent: Int?, depth: Int,
        gap: String, _ write: (Item, inout String) -> Void
    ) {
        text += open
        for (index, item) in items.enumerated() {
            if index > 0 { text += indent == nil ? "," + gap : "," }
            if let indent { text += "\n" + String(repeating: " ", count: indent * (depth + 1)) }
            write(item, &text)
        }
        if let indent, !items.isEmpty { text += "\n" + String(repeating: " ", count: indent * depth) }
        text += close
    }

    private static func quote(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default:
                if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0x2028
                    || scalar.value == 0x2029
                {
                    let hex = String(scalar.value, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }
}

// MARK: - Reading

/// Why a text is no JSON that Sluice reads: the byte, from 0, where it stopped.
package struct JSONError: Error, Hashable, Sendable {
    package var offset: Int
}

extension JSON {
    /// Reads one value. Whole numbers only: a fraction or an exponent is refused.
    package init(reading bytes: [UInt8], depthLimit: Int = 64) throws(JSONError) {
        var reader = JSONReader(bytes: bytes)
        self = try reader.value(depth: depthLimit)
        reader.skipSpace()
        guard reader.offset == bytes.count else { throw JSONError(offset: reader.offset) }
    }

    package init(reading text: String) throws(JSONError) { try self.init(reading: Array(text.utf8)) }
}

private struct JSONReader {
    let bytes: [UInt8]
    var offset = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    mutating func take(_ text: StaticString) throws(JSONError) {
        for expected in text.description.utf8 {
            guard next == expected else { throw JSONError(offset: offset) }
            offset += 1
        }
    }

    mutating func value(depth: Int) throws(JSONError) -> JSON {
        guard depth > 0 else { throw JSONError(offset: offset) }
        skipSpace()
        switch next {
        case UInt8(ascii: "n"):
            try take("null")
            return .null
        case UInt8(ascii: "t"):
            try take("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try take("false")
            return .bool(false)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "["):
            var items: [JSON] = []
            try list(close: UInt8(ascii: "]")) { (reader: inout JSONReader) throws(JSONError) in
                items.append(try reader.value(depth: depth - 1))
            }
            return .array(items)
        case UInt8(ascii: "{"):
            var members: [JSON.Member] = []
            try list(close: UInt8(ascii: "}")) { (reader: inout JSONReader) throws(JSONError) in
                reader.skipSpace()
                let name = try reader.string()
                reader.skipSpace()
                try reader.take(":")
                members.append(JSON.Member(name, try reader.value(depth: depth - 1)))
            }
            return .object(members)
        default: return .int(try integer())
        }
    }

    mutating func list(
        close: UInt8, _ item: (inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        offset += 1
        skipSpace()
        if next == close {
            offset += 1
            return
        }
        while true {
            try item(&self)
            skipSpace()
            guard let byte = next, byte == close || byte == UInt8(ascii: ",") else {
                throw JSONError(offset: offset)
            }
            offset += 1
            if byte == close { return }
        }
    }

    mutating func integer() throws(JSONError) -> Int {
        let start = offset
        if next == UInt8(ascii: "-") { offset += 1 }
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { offset += 1 }
        guard let number = Int(String(decoding: bytes[start..<offset], as: UTF8.self)) else {
            throw JSONError(offset: start)
        }
        return number
    }

    mutating func string() throws(JSONError) -> String {
        try take("\"")
        var text: [UInt8] = []
        while let byte = next {
            offset += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw JSONError(offset: offset) }
                return string
            case UInt8(ascii: "\\"):
                guard let escape = next else { throw JSONError(offset: offset) }
                offset += 1
                switch escape {
                case UInt8(ascii: "n"): text.append(0x0A)
                case UInt8(ascii: "r"): text.append(0x0D)
                case UInt8(ascii: "t"): text.append(0x09)
                case UInt8(ascii: "b"): text.append(0x08)
                case UInt8(ascii: "f"): text.append(0x0C)
                case UInt8(ascii: "u"): text += Array(String(Character(try escapedScalar())).utf8)
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
                default: throw JSONError(offset: offset)
                }
            case 0..<0x20: throw JSONError(offset: offset)
            default: text.append(byte)
            }
        }
        throw JSONError(offset: offset)
    }

    private mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
        let high = try hexUnit()
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard (0xD800..<0xDC00).contains(high) else { throw JSONError(offset: offset) }
        try take("\\u")
        let low = try hexUnit()
        guard (0xDC00..<0xE000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
        else { throw JSONError(offset: offset) }
        return scalar
    }

    private mutating func hexUnit() throws(JSONError) -> UInt32 {
        guard offset + 4 <= bytes.count,
            let unit = UInt32(String(decoding: bytes[offset..<offset + 4], as: UTF8.self), radix: 16)
        else { throw JSONError(offset: offset) }
        offset += 4
        return unit
    }
}
