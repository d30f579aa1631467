/// The hashes that a second pass looks for, by key: those of rows which the filter took for doubles.
struct KeyCandidates: BitwiseCopyable {
    /// Open addressing; 0 where free.
    private let slots: Flat<UInt64>

    init(_ hashes: [(hash: UInt64, key: Int)], arena: Arena) {
        var capacity = 16
        while capacity < hashes.count * 2 { capacity *= 2 }
        slots = arena.zeros(capacity, of: UInt64.self)
        for (hash, key) in hashes {
            let word = KeyCandidates.word(hash, key)
            var place = Int(truncatingIfNeeded: word &>> 20) & (capacity - 1)
            while slots[place] != 0, slots[place] != word { place = (place + 1) & (capacity - 1) }
            slots[place] = word
        }
    }

    @inline(__always)
    func holds(_ hash: UInt64, key: Int) -> Bool {
        let word = KeyCandidates.word(hash, key)
        let mask = slots.count &- 1
        var place = Int(truncatingIfNeeded: word &>> 20) & mask
        while slots[place] != 0 {
            if slots[place] == word { return true }
            place = (place &+ 1) & mask
        }
        return false
    }

    /// Never 0. Two that meet here cost a comparison, nothing else.
    @inline(__always)
    private static func word(_ hash: UInt64, _ key: Int) -> UInt64 { max(1, hash &+ UInt64(truncatingIfNeeded: key)) }
}
