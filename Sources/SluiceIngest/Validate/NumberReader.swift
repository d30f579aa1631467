/// Numbers as Table Schema writes them. Each reads all the bytes from `start` to `end`.
enum NumberReader {
    /// An optional sign and up to 18 digits.
    @inline(__always)
    static func integer(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var index = start
        guard index < end else { return nil }
        let isNegative = text[index] == UInt8(ascii: "-")
        if isNegative || text[index] == UInt8(ascii: "+") { index &+= 1 }
        guard index < end, end &- index <= 18 else { return nil }
        var value = 0
        while index < end {
            let digit = Int(text[index]) &- 0x30
            guard digit >= 0, digit <= 9 else { return nil }
            value = value &* 10 &+ digit
            index &+= 1
        }
        return isNegative ? -value : value
    }

    /// A decimal number in thousandths, rounded to nearest, halves away from zero; up to 15 digits before the point.
    static func thousandths(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var index = start
        guard index < end else { return nil }
        let isNegative = text[index] == UInt8(ascii: "-")
        if isNegative || text[index] == UInt8(ascii: "+") { index += 1 }
        var value = 0
        var digits = 0
        var decimals = -1
        while index < end {
            let byte = text[index]
            index += 1
            if byte == UInt8(ascii: "."), decimals < 0 {
                decimals = 0
                continue
            }
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            digits += 1
            let digit = Int(byte) - 0x30
            if decimals < 0 {
                guard value < 100_000_000_000_000 else { return nil }
                value = value * 10 + digit
            } else {
                decimals += 1
                if decimals <= 3 {
                    value = value * 10 + digit
                } else if decimals == 4, digit >= 5 {
                    value += 1
                }
            }
        }
        guard digits > 0 else { return nil }
        for _ in 0..<max(0, 3 - max(0, decimals)) { value *= 10 }
        return isNegative ? -value : value
    }

    /// Four digits.
    static func year(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Int? {
        guard end - start == 4, text[start] >= 0x30, text[start] <= 0x39 else { return nil }
        guard let value = integer(text, start, end), value >= 1 else { return nil }
        return value
    }
}
