/// Hashes, none of which is 0, in a table that grows: eleven to twenty-two bytes each.
struct HashSet {
    private let arena: Arena
    /// Open addressing; 0 where free.
    private var slots: Flat<UInt64>
    private(set) var count = 0

    init(arena: Arena) {
        self.arena = arena
        slots = arena.zeros(1 << 10, of: UInt64.self)
    }

    @inline(__always)
    func holds(_ hash: UInt64) -> Bool {
        let mask = slots.count &- 1
        var place = Int(truncatingIfNeeded: hash &>> 20) & mask
        while slots[place] != 0 {
            if slots[place] == hash { return true }
            place = (place &+ 1) & mask
        }
        return false
    }

    mutating func insert(_ hash: UInt64) {
        if count >= slots.count / 4 * 3 { grow() }
        if HashSet.put(hash, slots) { count &+= 1 }
    }

    private mutating func grow() {
        let larger = arena.zeros(slots.count * 2, of: UInt64.self)
        for place in 0..<slots.count where slots[place] != 0 { _ = HashSet.put(slots[place], larger) }
        arena.free(slots)
        slots = larger
    }

    /// False when it was there.
    private static func put(_ hash: UInt64, _ slots: Flat<UInt64>) -> Bool {
        let mask = slots.count &- 1
        var place = Int(truncatingIfNeeded: hash &>> 20) & mask
        while slots[place] != 0 {
            if slots[place] == hash { return false }
            place = (place &+ 1) & mask
        }
        slots[place] = hash
        return true
    }
}
