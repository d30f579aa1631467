/// Hashes the parts of a key one after another, under a key of its own that is drawn anew for each run, so that no file
/// can be made to collide.
///
/// Multiplies to 128 bits and folds, as wyhash does.
struct KeyHasher: BitwiseCopyable {
    private let first: UInt64
    private let second: UInt64
    private var state: UInt64

    init(seed: (UInt64, UInt64)) {
        first = seed.0
        second = seed.1 | 1
        state = seed.0
    }

    /// What only this run knows.
    static func newSeed() -> (UInt64, UInt64) {
        var random = SystemRandomNumberGenerator()
        return (random.next(), random.next())
    }

    @inline(__always)
    private mutating func mix(_ word: UInt64) {
        let product = (state ^ word).multipliedFullWidth(by: second)
        state = product.high ^ product.low
    }

    @inline(__always)
    mutating func add(_ text: Flat<UInt8>, _ start: Int, _ end: Int) {
        mix(UInt64(truncatingIfNeeded: end &- start) ^ first)
        var index = start
        while index < end {
            mix(text.word(at: index) & CodeIndex.mask(bytes: min(8, end &- index)))
            index &+= 8
        }
    }

    mutating func add(_ value: Int) { mix(UInt64(bitPattern: Int64(value))) }

    /// Never 0, which stands for "no key".
    @inline(__always)
    mutating func finish() -> UInt64 {
        mix(first)
        return state == 0 ? 1 : state
    }
}
