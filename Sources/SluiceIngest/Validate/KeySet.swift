/// The keys met so far, as 64-bit hashes under a random key: eight bytes a row and no text.
///
/// Two different keys of `n` share a hash with a chance of about n² / 2⁶⁵: one in ten million for two million rows,
/// one in fifteen thousand for fifty million. A file cannot be made to collide, since the hash key is drawn anew for
/// each run.
struct KeySet: BitwiseCopyable {
    private var slots: Flat<UInt64>
    private var count = 0

    init(arena: Arena) { slots = arena.zeros(1 << 12, of: UInt64.self) }

    /// Makes room for `more` further keys, so that `insert` need not.
    mutating func reserve(_ more: Int, arena: Arena) {
        var capacity = slots.count
        while (count + more) * 4 > capacity * 3 { capacity *= 2 }
        guard capacity != slots.count else { return }
        let larger = arena.zeros(capacity, of: UInt64.self)
        for index in 0..<slots.count where slots[index] != 0 {
            var place = KeySet.place(slots[index], mask: capacity - 1)
            while larger[place] != 0 { place = (place &+ 1) & (capacity - 1) }
            larger[place] = slots[index]
        }
        arena.free(slots)
        slots = larger
    }

    /// False when the key, which is not 0, was there already.
    @inline(__always)
    mutating func insert(_ key: UInt64) -> Bool {
        let mask = slots.count &- 1
        var place = KeySet.place(key, mask: mask)
        while true {
            let found = slots[place]
            if found == 0 {
                slots[place] = key
                count &+= 1
                return true
            }
            if found == key { return false }
            place = (place &+ 1) & mask
        }
    }

    @inline(__always)
    private static func place(_ key: UInt64, mask: Int) -> Int { Int(truncatingIfNeeded: key &>> 20) & mask }
}

/// Hashes the parts of a key one after another, under a key of its own.
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
