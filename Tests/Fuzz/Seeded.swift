/// Pseudo-random numbers that are the same each time (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    mutating func oneIn(_ count: Int) -> Bool { int(1...count) == 1 }
    mutating func element<T>(of items: [T]) -> T { items[int(0...items.count - 1)] }

    /// A number that is small most of the time and as large as `limit` some of the time.
    mutating func skewed(_ limit: Int) -> Int {
        int(0...max(0, limit >> int(0...limit.bitWidth - limit.leadingZeroBitCount)))
    }
}
