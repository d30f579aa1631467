import SluiceModel

/// Reads decimals that the settings themselves write: `12`, `-0.50`, `1e3`.
enum DecimalNotation {
    /// Exactly the number, without zeros that mean nothing; nil for what is no number or has more than 36 digits.
    static func read(_ text: String) -> ExactDecimal? {
        var bytes = Array(text.utf8)[...]
        var isNegative = false
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            bytes.removeFirst()
        }
        var exponent = 0
        if let place = bytes.firstIndex(where: { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }) {
            guard let power = Int(String(decoding: bytes[(place + 1)...], as: UTF8.self)), power.magnitude < 10_000
            else { return nil }
            exponent = power
            bytes = bytes[..<place]
        }
        let halves = bytes.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        var digits: [UInt8] = halves.flatMap { $0 }
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        exponent -= halves.count == 2 ? halves[1].count : 0
        while digits.last == 0x30, digits.count > 1 {
            digits.removeLast()
            exponent += 1
        }
        digits = Array(digits.drop { $0 == 0x30 })
        guard !digits.isEmpty else { return ExactDecimal(digits: 0, exponent: 0) }
        // Zeros before the point are written out where they fit.
        while exponent > 0, digits.count < 36 {
            digits.append(0x30)
            exponent -= 1
        }
        guard digits.count <= 36, exponent.magnitude <= ExactDecimal.exponentLimit.magnitude else { return nil }
        let magnitude = digits.reduce(Int128(0)) { $0 * 10 + Int128($1 - 0x30) }
        return ExactDecimal(digits: isNegative ? -magnitude : magnitude, exponent: Int32(exponent))
    }

    /// Nil when that is no whole number of thousandths, or a very large one.
    static func thousandths(_ decimal: ExactDecimal) -> Int? {
        var value = decimal.digits
        var shift = Int(decimal.exponent) + 3
        while shift < 0 {
            guard value % 10 == 0 else { return nil }
            value /= 10
            shift += 1
        }
        guard value != 0 else { return 0 }
        while shift > 0 {
            guard value.magnitude < 1 << 60 else { return nil }
            value *= 10
            shift -= 1
        }
        return value.magnitude <= 1 << 60 ? Int(value) : nil
    }
}

extension ExactDecimal {
    /// By value: `1.0` is not less than `1`.
    static func < (a: ExactDecimal, b: ExactDecimal) -> Bool {
        if a.digits.signum() != b.digits.signum() || a.digits == 0 { return a.digits.signum() < b.digits.signum() }
        let (left, right) = (Array(String(a.digits.magnitude).utf8), Array(String(b.digits.magnitude).utf8))
        // The power of ten of the first digit decides, then digit by digit.
        let (leftPower, rightPower) = (left.count + Int(a.exponent), right.count + Int(b.exponent))
        let isNegative = a.digits < 0
        if leftPower != rightPower { return (leftPower < rightPower) != isNegative }
        for place in 0..<max(left.count, right.count) {
            let (x, y) = (place < left.count ? left[place] : 0x30, place < right.count ? right[place] : 0x30)
            if x != y { return (x < y) != isNegative }
        }
        return false
    }
}
