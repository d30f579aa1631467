/// Addresses of resources: a scheme and what follows it. A relative reference is none.
///
/// Source: RFC 3986 section 3 and appendix A.
enum UniformResourceIdentifier {
    static func isValid(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard let colon = (start..<end).first(where: { text[$0] == UInt8(ascii: ":") }), colon > start,
            text[start] | 0x20 >= 0x61, text[start] | 0x20 <= 0x7A,
            (start..<colon).allSatisfy({ isLetterOrDigit(text[$0]) || "+-.".utf8.contains(text[$0]) })
        else { return false }
        let fragment = (colon..<end).first { text[$0] == UInt8(ascii: "#") } ?? end
        let query = (colon..<fragment).first { text[$0] == UInt8(ascii: "?") } ?? fragment
        guard query == fragment || holdsOnly("/?", text, query + 1, fragment),
            fragment == end || holdsOnly("/?", text, fragment + 1, end)
        else { return false }
        var path = colon + 1
        if query - path >= 2, text[path] == UInt8(ascii: "/"), text[path + 1] == UInt8(ascii: "/") {
            let authority = path + 2
            path = (authority..<query).first { text[$0] == UInt8(ascii: "/") } ?? query
            guard isAuthority(text, authority, path) else { return false }
        }
        return holdsOnly("/", text, path, query)
    }

    /// Characters of a path segment, and `others`.
    private static func holdsOnly(_ others: String, _ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        holds(text, start, end) {
            isUnreserved($0) || isSubDelimiter($0) || ":@".utf8.contains($0) || others.utf8.contains($0)
        }
    }

    /// Whether every character is allowed or a byte in hexadecimal.
    private static func holds(
        _ text: Flat<UInt8>, _ start: Int, _ end: Int, allowed: (UInt8) -> Bool
    ) -> Bool {
        var index = start
        while index < end {
            if text[index] == UInt8(ascii: "%") {
                guard end - index >= 3, isHexadecimal(text[index + 1]), isHexadecimal(text[index + 2]) else {
                    return false
                }
                index += 3
            } else {
                guard allowed(text[index]) else { return false }
                index += 1
            }
        }
        return true
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool { isLetterOrDigit(byte) || "-._~".utf8.contains(byte) }

    private static func isSubDelimiter(_ byte: UInt8) -> Bool { "!$&'()*+,;=".utf8.contains(byte) }

    private static func isAuthority(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var host = start
        if let at = (start..<end).last(where: { text[$0] == UInt8(ascii: "@") }) {
            guard holds(text, start, at, allowed: { isUnreserved($0) || isSubDelimiter($0) || $0 == UInt8(ascii: ":") })
            else { return false }
            host = at + 1
        }
        var hostEnd = end
        if host < end, text[host] == UInt8(ascii: "[") {
            guard let close = (host..<end).first(where: { text[$0] == UInt8(ascii: "]") }),
                isLiteral(text, host + 1, close)
            else { return false }
            hostEnd = close + 1
            guard hostEnd == end || text[hostEnd] == UInt8(ascii: ":") else { return false }
        } else {
            hostEnd = (host..<end).first { text[$0] == UInt8(ascii: ":") } ?? end
            guard holds(text, host, hostEnd, allowed: { isUnreserved($0) || isSubDelimiter($0) }) else { return false }
        }
        return hostEnd == end || (hostEnd + 1..<end).allSatisfy { isDigit(text[$0]) }
    }

    /// An address of version 6, or of a version to come.
    private static func isLiteral(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard start < end else { return false }
        if text[start] | 0x20 == UInt8(ascii: "v") {
            guard let dot = (start..<end).first(where: { text[$0] == UInt8(ascii: ".") }), dot > start + 1,
                dot + 1 < end, (start + 1..<dot).allSatisfy({ isHexadecimal(text[$0]) })
            else { return false }
            return (dot + 1..<end).allSatisfy {
                isUnreserved(text[$0]) || isSubDelimiter(text[$0]) || text[$0] == UInt8(ascii: ":")
            }
        }
        return isVersion6(text, start, end)
    }

    /// Eight groups of 16 bits; the last two may be an address of version 4, and `::` stands for one group or more.
    private static func isVersion6(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var groups = 0
        var hasGap = false
        var index = start
        if end - index >= 2, text[index] == UInt8(ascii: ":"), text[index + 1] == UInt8(ascii: ":") {
            hasGap = true
            index += 2
        }
        while index < end {
            var groupEnd = index
            while groupEnd < end, isHexadecimal(text[groupEnd]) { groupEnd += 1 }
            if groupEnd < end, text[groupEnd] == UInt8(ascii: ".") {
                guard isVersion4(text, index, end) else { return false }
                groups += 2
                break
            }
            guard (1...4).contains(groupEnd - index) else { return false }
            groups += 1
            if groupEnd == end { break }
            guard text[groupEnd] == UInt8(ascii: ":"), groupEnd + 1 < end else { return false }
            index = groupEnd + 1
            guard text[index] == UInt8(ascii: ":") else { continue }
            guard !hasGap else { return false }
            hasGap = true
            index += 1
        }
        return hasGap ? groups <= 7 : groups == 8
    }

    private static func isVersion4(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var parts = 0
        var partStart = start
        for index in start...end where index == end || text[index] == UInt8(ascii: ".") {
            guard (1...3).contains(index - partStart), (partStart..<index).allSatisfy({ isDigit(text[$0]) }),
                index - partStart == 1 || text[partStart] != 0x30,
                let value = NumberReader.integer(text, partStart, index), value <= 255
            else { return false }
            parts += 1
            partStart = index + 1
        }
        return parts == 4
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
