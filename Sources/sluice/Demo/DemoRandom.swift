/// A small seeded generator: the same seed gives the same demo on every machine and in every release.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014), SplitMix64. The
/// standard library's generators are seeded by the system, and its `random(in:)` may change how it draws.
struct DemoRandom: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A stream of its own for each label, so that one file's rows do not depend on which files were made before.
    init(seed: UInt64, label: String) {
        // FNV-1a, 64 bits.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in label.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        self.init(seed: seed ^ hash)
        state = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// 0 ..< bound, which is above zero. The slight preference for small numbers does not matter here.
    mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    mutating func chance(perThousand: Int) -> Bool { below(1000) < perThousand }

    mutating func one<Value>(of values: [Value]) -> Value { values[below(values.count)] }
}

/// Values with weights, to draw from.
struct DemoMix<Value: Sendable>: Sendable {
    private let values: [Value]
    /// Running totals of the weights, ascending.
    private let upTo: [Int]

    /// At least one weight is above zero.
    init(_ weighted: [(Value, Int)]) {
        values = weighted.map(\.0)
        var total = 0
        upTo = weighted.map {
            total += $0.1
            return total
        }
    }

    func draw(_ random: inout DemoRandom) -> Value {
        let point = random.below(upTo[upTo.count - 1])
        var low = 0
        var high = upTo.count - 1
        while low < high {
            let middle = (low + high) / 2
            if point < upTo[middle] { high = middle } else { low = middle + 1 }
        }
        return values[low]
    }
}
