import SluiceModel

/// A decimal number as a cell wrote it: its first 38 significant digits, and whether there were more.
struct DecimalNumber: BitwiseCopyable {
    var isNegative = false
    /// Below 10^38, so that as many as `ExactDecimal` holds are never cut.
    var digits: UInt128 = 0
    /// The power of ten of the last digit.
    var exponent = 0
    /// Further digits were left out, and not all of them were zeros.
    var isCut = false

    static var digitLimit: Int { 38 }

    init() {}

    init(_ exact: ExactDecimal) {
        isNegative = exact.digits < 0
        digits = exact.digits.magnitude
        exponent = Int(exact.exponent)
    }

    /// Thousandths as they are held in a slot.
    init(thousandths: Int) {
        isNegative = thousandths < 0
        digits = UInt128(thousandths.magnitude)
        exponent = -3
    }

    /// The nearest of 64 bits, to within a few units in the last place.
    var double: Double {
        var value = Double(digits)
        for _ in 0..<min(400, exponent.magnitude) { value = exponent < 0 ? value / 10 : value * 10 }
        return isNegative ? -value : value
    }

    /// The number in thousandths, rounded to nearest, halves away from zero; nil from 10^15 on, which has no slot.
    var thousandths: Int? {
        let shift = exponent + 3
        var magnitude = digits
        if shift >= 0 {
            guard digits != 0 else { return 0 }
            guard DecimalNumber.digitCount(digits) + shift <= 18 else { return nil }
            magnitude *= DecimalNumber.power(shift)
        } else if -shift > DecimalNumber.digitLimit {
            magnitude = 0
        } else {
            let (quotient, rest) = digits.quotientAndRemainder(dividingBy: DecimalNumber.power(-shift))
            magnitude = quotient
            if rest >= DecimalNumber.power(-shift) - rest { magnitude += 1 }
        }
        guard magnitude <= 1_000_000_000_000_000_000 else { return nil }
        return isNegative ? -Int(magnitude) : Int(magnitude)
    }

    /// Whether `thousandths` is the number itself and not rounded.
    var isWholeThousandths: Bool {
        guard let thousandths else { return false }
        return compare(DecimalNumber(thousandths: thousandths)) == 0
    }

    /// The whole number it is, up to 64 bits; nil beyond them. `exponent` must not be negative.
    var integer: Int? {
        guard digits != 0 else { return 0 }
        guard exponent + DecimalNumber.digitCount(digits) <= 19, !isCut else { return nil }
        let magnitude = digits * DecimalNumber.power(exponent)
        if magnitude == UInt128(Int.min.magnitude), isNegative { return .min }
        guard magnitude <= UInt128(Int.max) else { return nil }
        return isNegative ? -Int(magnitude) : Int(magnitude)
    }

    /// −1, 0 or 1 as the number is less than, equal to or greater than the other. Exact where one of the two has no
    /// more than 38 significant digits.
    func compare(_ other: DecimalNumber) -> Int {
        let sign = digits == 0 ? 0 : isNegative ? -1 : 1
        let otherSign = other.digits == 0 ? 0 : other.isNegative ? -1 : 1
        guard sign == otherSign, sign != 0 else { return (sign - otherSign).signum() }
        // Both with their first digit in the same place.
        let (own, ownExponent) = aligned
        let (its, itsExponent) = other.aligned
        if ownExponent != itsExponent { return ownExponent < itsExponent ? -sign : sign }
        if own != its { return own < its ? -sign : sign }
        return isCut == other.isCut ? 0 : isCut ? sign : -sign
    }

    /// The digits with zeros behind them, 38 in all.
    private var aligned: (digits: UInt128, exponent: Int) {
        let shift = DecimalNumber.digitLimit - DecimalNumber.digitCount(digits)
        guard shift >= 0 else { return (digits / 10, exponent + 1) }
        return (digits * DecimalNumber.power(shift), exponent - shift)
    }

    /// The number without zeros at its end: equal numbers have equal parts.
    var canonical: DecimalNumber {
        guard digits != 0 else { return DecimalNumber() }
        var number = self
        while number.digits % 10 == 0 {
            number.digits /= 10
            number.exponent += 1
        }
        return number
    }

    private static func digitCount(_ digits: UInt128) -> Int {
        var count = 0
        var rest = digits
        while rest != 0 {
            rest /= 10
            count += 1
        }
        return count
    }

    /// 10 to a power from 0 to 38.
    private static func power(_ exponent: Int) -> UInt128 {
        var power: UInt128 = 1
        for _ in 0..<exponent { power *= 10 }
        return power
    }
}
