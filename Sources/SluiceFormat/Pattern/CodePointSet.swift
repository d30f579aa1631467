/// A set of Unicode scalar values, as sorted ranges that neither touch nor overlap.
struct CodePointSet: Hashable, Sendable {
    private(set) var ranges: [ClosedRange<UInt32>]

    /// Any ranges, in any order; surrogates are left out.
    init(_ ranges: [ClosedRange<UInt32>]) {
        var parts: [ClosedRange<UInt32>] = []
        for range in ranges {
            // UTF-8 has no surrogates.
            let lower = range.lowerBound
            let upper = min(range.upperBound, 0x10FFFF)
            if lower <= upper, lower < 0xD800 { parts.append(lower...min(upper, 0xD7FF)) }
            if lower <= upper, upper > 0xDFFF { parts.append(max(lower, 0xE000)...upper) }
        }
        parts.sort { $0.lowerBound < $1.lowerBound }
        self.ranges = []
        for part in parts {
            if let last = self.ranges.last, part.lowerBound <= last.upperBound + 1 {
                self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, part.upperBound)
            } else {
                self.ranges.append(part)
            }
        }
    }

    init(_ scalar: Unicode.Scalar) { self.init([scalar.value...scalar.value]) }

    static let all = CodePointSet([0...0x10FFFF])
    /// Every character but the two line ends (XML Schema Part 2, appendix G, "WildcardEsc").
    static let dot = CodePointSet([0x0A...0x0A, 0x0D...0x0D]).inverted
    static let digits = CodePointSet([0x30...0x39])
    static let wordCharacters = CodePointSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let spaces = CodePointSet([0x20...0x20, 0x09...0x0A, 0x0D...0x0D])

    var isEmpty: Bool { ranges.isEmpty }

    var inverted: CodePointSet {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if next < range.lowerBound { gaps.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
        return CodePointSet(gaps)
    }

    func union(_ other: CodePointSet) -> CodePointSet { CodePointSet(ranges + other.ranges) }

    func subtracting(_ other: CodePointSet) -> CodePointSet { inverted.union(other).inverted }

    func contains(_ scalar: Unicode.Scalar) -> Bool { ranges.contains { $0.contains(scalar.value) } }

    // MARK: - UTF-8

    /// The set as sequences of byte ranges: a text of one character is in the set when its bytes lie in one of them.
    ///
    /// The ranges are cut where the length of the UTF-8 form changes, then until all but the first byte that differs
    /// run over their whole range.
    var byteSequences: [[ClosedRange<UInt8>]] {
        var sequences: [[ClosedRange<UInt8>]] = []
        for range in ranges { CodePointSet.cut(range.lowerBound, range.upperBound, into: &sequences) }
        return sequences
    }

    private static func cut(_ lower: UInt32, _ upper: UInt32, into sequences: inout [[ClosedRange<UInt8>]]) {
        for last in [0x7F, 0x7FF, 0xFFFF] as [UInt32] where lower <= last && upper > last {
            cut(lower, last, into: &sequences)
            cut(last + 1, upper, into: &sequences)
            return
        }
        let length = lower <= 0x7F ? 1 : lower <= 0x7FF ? 2 : lower <= 0xFFFF ? 3 : 4
        for tail in stride(from: 1, to: length, by: 1) {
            let mask = (1 as UInt32) << UInt32(6 * tail) - 1
            guard lower & ~mask != upper & ~mask else { continue }
            if lower & mask != 0 {
                cut(lower, lower | mask, into: &sequences)
                cut((lower | mask) + 1, upper, into: &sequences)
                return
            }
            if upper & mask != mask {
                cut(lower, (upper & ~mask) - 1, into: &sequences)
                cut(upper & ~mask, upper, into: &sequences)
                return
            }
        }
        sequences.append(zip(bytes(lower, length), bytes(upper, length)).map { $0...$1 })
    }

    private static func bytes(_ value: UInt32, _ length: Int) -> [UInt8] {
        if length == 1 { return [UInt8(value)] }
        let leads: [UInt8] = [0, 0, 0xC0, 0xE0, 0xF0]
        return (0..<length).map { index in
            let part = UInt8(truncatingIfNeeded: value >> UInt32(6 * (length - 1 - index)))
            return index == 0 ? leads[length] | part : 0x80 | (part & 0x3F)
        }
    }
}
