/// Pseudo-random numbers that are the same each time and on every machine, so that a failing case can be met again.
///
/// - Source: Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014, figure 4.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    package mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    package mutating func bool() -> Bool { Bool.random(using: &self) }
    package mutating func oneIn(_ count: Int) -> Bool { int(1...count) == 1 }
    package mutating func element<T>(of items: [T]) -> T { items[int(0...items.count - 1)] }
}
