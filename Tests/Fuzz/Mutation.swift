import SluiceTestSupport

/// Changes to bytes: bits, cuts, repeats, words that readers know, and numbers that are too large.
enum Mutation {
    private static let words: [[UInt8]] = [
        "\"", "\"\"", ",", ";", "\t", "\n", "\r", "\r\n", "\u{FEFF}", "\u{0}", "{", "}", "[", "]", ":", "null", "true",
        "-", "1e999", "\\u0000", "\\ud800", "<", ">", "</", "/>", "<!DOCTYPE x>", "<![CDATA[", "]]>", "&amp;", "&#0;",
        "&#x110000;", "<record>", "</record>", "<a xmlns=\"urn:x\"/>", "<?xml version=\"1.0\" encoding=\"utf-16\"?>",
        "PK\u{3}\u{4}", "PK\u{1}\u{2}", "PK\u{5}\u{6}", "r=\"XFE1048577\"", "t=\"s\"", "t=\"e\"", "<v>-1</v>",
        "99999999999999999999", "9223372036854775807", "-9223372036854775808", "0001-01-01", "9999-12-31", "total",
        "zqcanary", "73920461", "\u{85}", "\u{2028}", "é", "🙂",
    ].map { Array($0.utf8) }

    static func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        for _ in 0..<random.skewed(16) + 1 { step(&bytes, &random) }
    }

    private static func step(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        guard !bytes.isEmpty else { return bytes = random.element(of: words) }
        let place = random.int(0...bytes.count - 1)
        let end = min(bytes.count, place + random.skewed(64) + 1)
        switch random.int(0...9) {
        case 0: bytes[place] ^= 1 << UInt8(random.int(0...7))
        case 1: bytes[place] = UInt8(random.int(0...255))
        case 2: bytes.removeSubrange(place..<end)
        case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 4: if random.oneIn(4) { bytes.removeSubrange(place...) }
        case 5, 6: bytes.insert(contentsOf: random.element(of: words), at: place)
        case 7:
            let word = random.element(of: words)
            bytes.replaceSubrange(place..<min(bytes.count, place + word.count), with: word)
        case 8:
            // A number in a header: small, large, or all ones.
            let value: UInt8 = random.element(of: [0, 1, 0x7F, 0x80, 0xFF])
            for index in place..<min(bytes.count, place + random.element(of: [1, 2, 4, 8])) { bytes[index] = value }
        default:
            let from = random.int(0...bytes.count - 1)
            let piece = Array(bytes[from..<min(bytes.count, from + random.skewed(200) + 1)])
            bytes.insert(contentsOf: piece, at: place)
        }
    }

    static func mutate(_ text: String, _ random: inout SplitMix64) -> String {
        var bytes = Array(text.utf8)
        mutate(&bytes, &random)
        return String(decoding: bytes, as: UTF8.self)
    }
}
