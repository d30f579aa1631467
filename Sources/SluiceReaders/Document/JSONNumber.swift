/// Numbers as JSON writes them.
enum JSONNumber {
    /// Digits beyond which a number stays as it is written.
    private static let digitLimit = 40

    /// Makes of a number its plain decimal, exactly: `1.0` is `1`, `1.5e2` is `150`, `-0.50` is `-0.5`.
    ///
    /// Programs write whole numbers with a fraction of noughts or a power of ten, which says nothing about the value. One
    /// that would have too many digits is left alone.
    static func shorten(_ text: inout [UInt8]) {
        guard text.contains(where: { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }) else { return }
        let isNegative = text.first == UInt8(ascii: "-")
        let mark = text.firstIndex { $0 | 0x20 == UInt8(ascii: "e") } ?? text.endIndex
        let mantissa = text[..<mark].dropFirst(isNegative ? 1 : 0)
        var exponent = 0
        if mark < text.endIndex {
            let power = text[(mark + 1)...].drop { $0 == UInt8(ascii: "+") }
            guard let value = Int(String(decoding: power, as: UTF8.self)), abs(value) <= digitLimit else { return }
            exponent = value
        }
        let point = mantissa.firstIndex(of: UInt8(ascii: ".")) ?? mantissa.endIndex
        var digits = Array(mantissa[..<point])
        let fraction = point < mantissa.endIndex ? mantissa[(point + 1)...] : []
        digits += fraction
        // How many of the digits stand before the point.
        var whole = digits.count - fraction.count + exponent
        while digits.count > max(whole, 1), digits.last == 0x30 { digits.removeLast() }
        if digits == [0x30] { whole = 1 }
        guard digits.count <= digitLimit, whole <= digitLimit, whole >= -digitLimit else { return }
        if whole <= 0 {
            digits.insert(contentsOf: repeatElement(0x30, count: 1 - whole), at: 0)
            whole = 1
        }
        if digits.count < whole { digits += repeatElement(0x30, count: whole - digits.count) }
        let leading = digits[..<(whole - 1)].prefix { $0 == 0x30 }.count
        text = isNegative && digits.contains { $0 != 0x30 } ? [UInt8(ascii: "-")] : []
        text += digits[leading..<whole]
        if digits.count > whole { text += [UInt8(ascii: ".")] + digits[whole...] }
    }
}
