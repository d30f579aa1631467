/// A JSON text in a cell, read to a flat list of its values.
///
/// Source: RFC 8259. Strict: no comments, no trailing commas, no `NaN`. Bytes beyond ASCII were checked before.
struct JSONCell {
    enum Kind: UInt8, BitwiseCopyable {
        case object, array, string, number, word
    }

    /// A value or the name of a member.
    struct Node: BitwiseCopyable {
        var kind: Kind
        /// Bytes of the text; of a string those between its quotes.
        var start: Int32
        var end: Int32 = 0
        /// Members of an object or items of an array.
        var count: Int32 = 0
        /// The node after this one and all that is inside it.
        var next: Int32 = 0
    }

    /// In the order of the text: an object is followed by name and value of each member, an array by its items.
    private(set) var nodes: [Node] = []
    private let depthLimit: Int

    init(depthLimit: Int) { self.depthLimit = depthLimit }

    /// Reads the bytes from `start` to `end`; false when they are no JSON text or too deep.
    mutating func read(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        nodes.removeAll(keepingCapacity: true)
        var index = start
        guard value(text, &index, end, depth: 0) else { return false }
        skipBlanks(text, &index, end)
        return index == end
    }

    /// Items of the array or members of the object that the text is; nil when it is anything else.
    func count(of kind: Kind) -> Int? {
        guard let root = nodes.first, root.kind == kind else { return nil }
        return Int(root.count)
    }

    /// Places of the items of the array at `node`.
    func items(of node: Int) -> [Int] {
        var items: [Int] = []
        var index = node + 1
        for _ in 0..<nodes[node].count {
            items.append(index)
            index = Int(nodes[index].next)
        }
        return items
    }

    /// Place of the value of the object's first member of that name.
    func member(_ name: StaticString, of node: Int, in text: Flat<UInt8>) -> Int? {
        guard nodes[node].kind == .object else { return nil }
        var index = node + 1
        for _ in 0..<nodes[node].count {
            if spells(name, at: index, in: text) { return index + 1 }
            index = Int(nodes[index + 1].next)
        }
        return nil
    }

    /// Whether the node is a string of these ASCII characters, escaped or not.
    func spells(_ word: StaticString, at node: Int, in text: Flat<UInt8>) -> Bool {
        let node = nodes[node]
        guard node.kind == .string else { return false }
        return word.withUTF8Buffer { word in
            var index = Int(node.start)
            var place = 0
            while index < Int(node.end) {
                guard place < word.count else { return false }
                var scalar = Int(text[index])
                index += 1
                if scalar == 0x5C {
                    guard text[index] == UInt8(ascii: "u") else { return false }
                    scalar = (1...4).reduce(0) { $0 << 4 | JSONCell.digit(text[index + $1]) }
                    index += 5
                }
                guard unsafe scalar == Int(word[place]) else { return false }
                place += 1
            }
            return place == word.count
        }
    }

    private static func digit(_ byte: UInt8) -> Int {
        byte <= 0x39 ? Int(byte) - 0x30 : Int(byte | 0x20) - 0x57
    }

    // MARK: - Reading

    private func skipBlanks(_ text: Flat<UInt8>, _ index: inout Int, _ end: Int) {
        while index < end, [0x20, 0x09, 0x0A, 0x0D].contains(text[index]) { index += 1 }
    }

    /// Skips blanks and takes `byte` if it comes next.
    private func take(_ byte: UInt8, _ text: Flat<UInt8>, _ index: inout Int, _ end: Int) -> Bool {
        skipBlanks(text, &index, end)
        guard index < end, text[index] == byte else { return false }
        index += 1
        return true
    }

    private mutating func value(_ text: Flat<UInt8>, _ index: inout Int, _ end: Int, depth: Int) -> Bool {
        skipBlanks(text, &index, end)
        guard index < end else { return false }
        switch text[index] {
        case UInt8(ascii: "{"): return members(text, &index, end, depth: depth + 1)
        case UInt8(ascii: "["): return items(text, &index, end, depth: depth + 1)
        case UInt8(ascii: "\""): return string(text, &index, end)
        case UInt8(ascii: "t"): return word("true", text, &index, end)
        case UInt8(ascii: "f"): return word("false", text, &index, end)
        case UInt8(ascii: "n"): return word("null", text, &index, end)
        default: return number(text, &index, end)
        }
    }

    private mutating func begin(_ kind: Kind, at index: Int) -> Int {
        nodes.append(Node(kind: kind, start: Int32(truncatingIfNeeded: index)))
        return nodes.count - 1
    }

    private mutating func finish(_ node: Int, at index: Int, count: Int = 0) {
        nodes[node].end = Int32(truncatingIfNeeded: index)
        nodes[node].count = Int32(truncatingIfNeeded: count)
        nodes[node].next = Int32(truncatingIfNeeded: nodes.count)
    }

    private mutating func members(_ text: Flat<UInt8>, _ index: inout Int, _ end: Int, depth: Int) -> Bool {
        guard depth <= depthLimit else { return false }
        let node = begin(.object, at: index)
        index += 1
        var count = 0
        if !take(UInt8(ascii: "}"), text, &index, end) {
            repeat {
                skipBlanks(text, &index, end)
                guard index < end, text[index] == UInt8(ascii: "\""), string(text, &index, end),
                    take(UInt8(ascii: ":"), text, &index, end), value(text, &index, end, depth: depth)
                else { return false }
                count += 1
            } while take(UInt8(ascii: ","), text, &index, end)
            guard take(UInt8(ascii: "}"), text, &index, end) else { return false }
        }
        finish(node, at: index, count: count)
        return true
    }

    private mutating func items(_ text: Flat<UInt8>, _ index: inout Int, _ end: Int, depth: Int) -> Bool {
        guard depth <= depthLimit else { return false }
        let node = begin(.array, at: index)
        index += 1
        var count = 0
        if !take(UInt8(ascii: "]"), text, &index, end) {
            repeat {
                guard value(text, &index, end, depth: depth) else { return false }
                count += 1
            } while take(UInt8(ascii: ","), text, &index, end)
            guard take(UInt8(ascii: "]"), text, &index, end) else { return false }
        }
        finish(node, at: index, count: count)
        return true
    }

    private mutating func string(_ text: Flat<UInt8>, _ index: inout Int, _ end: Int) -> Bool {
        let node = begin(.string, at: index + 1)
        index += 1
        while index < end {
            let byte = text[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                finish(node, at: index - 1)
                return true
            case 0..<0x20: return false
            case 0x5C:
                guard index < end else { return false }
                let escape = text[index]
                index += 1
                if escape == UInt8(ascii: "u") {
                    guard end - index >= 4, (0..<4).allSatisfy({ isHexadecimal(text[index + $0]) }) else {
                        return false
                    }
                    index += 4
                } else if !"\"\\/bfnrt".utf8.contains(escape) {
                    return false
                }
            default: break
            }
        }
        return false
    }

    private mutating func word(
        _ word: StaticString, _ text: Flat<UInt8>, _ index: inout Int, _ end: Int
    ) -> Bool {
        let node = begin(.word, at: index)
        let length = word.utf8CodeUnitCount
        let start = index
        guard end - start >= length,
            word.withUTF8Buffer({ word in (0..<length).allSatisfy { unsafe text[start + $0] == word[$0] } })
        else { return false }
        index += length
        finish(node, at: index)
        return true
    }

    private mutating func number(_ text: Flat<UInt8>, _ index: inout Int, _ end: Int) -> Bool {
        let node = begin(.number, at: index)
        func digits(_ index: inout Int) -> Int {
            let start = index
            while index < end, text[index] >= 0x30, text[index] <= 0x39 { index += 1 }
            return index - start
        }
        if text[index] == UInt8(ascii: "-") { index += 1 }
        let first = index
        let whole = digits(&index)
        guard whole == 1 || whole > 1 && text[first] != 0x30 else { return false }
        if index < end, text[index] == UInt8(ascii: ".") {
            index += 1
            guard digits(&index) > 0 else { return false }
        }
        if index < end, text[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < end, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") { index += 1 }
            guard digits(&index) > 0 else { return false }
        }
        finish(node, at: index)
        return true
    }
}
