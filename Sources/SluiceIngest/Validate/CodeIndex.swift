/// Finds a cell's bytes in a closed list of texts: an open-addressed table, compared eight bytes at a time.
///
/// The list comes from the plan, not from the file, so its hash needs no key.
struct CodeIndex: BitwiseCopyable {
    private struct Slot: BitwiseCopyable {
        /// The text itself when it has at most eight bytes, otherwise its hash.
        var word: UInt64
        var length: Int32
        /// Place in `pool` of a longer text.
        var offset: Int32
        /// −1 in a free slot.
        var entry: Int32
    }

    let count: Int
    private let slots: Flat<Slot>
    private let pool: Flat<UInt8>
    private let ignoresCase: Bool
    /// The table does not stay in the processor's nearest caches: what it holds is worth asking for ahead.
    let isLarge: Bool

    /// Indexes `texts` in order; of equal ones the first is found.
    init(_ texts: [[UInt8]], ignoresCase: Bool, arena: Arena) {
        self.ignoresCase = ignoresCase
        let folded = ignoresCase ? texts.map { $0.map(CodeIndex.lowercased) } : texts
        var pool: [UInt8] = []
        var offsets: [Int32] = []
        for text in folded {
            offsets.append(Int32(pool.count))
            pool += text
        }
        self.pool = arena.flat(pool + [UInt8](repeating: 0, count: 8))
        var capacity = 4
        while capacity < texts.count * 2 { capacity *= 2 }
        slots = arena.flat(capacity, repeating: Slot(word: 0, length: 0, offset: 0, entry: -1))
        count = texts.count
        isLarge = slots.count * MemoryLayout<Slot>.stride > 64 << 10
        for (entry, text) in folded.enumerated() {
            let start = Int(offsets[entry])
            let range = (start, start + text.count)
            guard find(self.pool, range.0, range.1) < 0 else { continue }
            let word = CodeIndex.word(of: self.pool, range.0, range.1, ignoresCase: ignoresCase)
            var place = CodeIndex.place(word, length: text.count, mask: capacity - 1)
            while slots[place].entry >= 0 { place = (place + 1) & (capacity - 1) }
            slots[place] = Slot(
                word: word, length: Int32(text.count), offset: offsets[entry], entry: Int32(entry))
        }
    }

    /// The entry equal to the bytes from `start` to `end`, or −1. Eight readable bytes must follow `end`.
    @inline(__always)
    func find(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Int {
        let length = end &- start
        let word = CodeIndex.word(of: text, start, end, ignoresCase: ignoresCase)
        let mask = slots.count &- 1
        var place = CodeIndex.place(word, length: length, mask: mask)
        while true {
            let slot = slots[place]
            if slot.entry < 0 { return -1 }
            if slot.word == word, Int(slot.length) == length {
                if length <= 8 || isEqual(text, start, length, Int(slot.offset)) { return Int(slot.entry) }
            }
            place = (place &+ 1) & mask
        }
    }

    /// Asks for the slot that `find` will look at first.
    @inline(__always)
    func prefetch(_ text: Flat<UInt8>, _ start: Int, _ end: Int) {
        let word = CodeIndex.word(of: text, start, end, ignoresCase: ignoresCase)
        slots.prefetch(CodeIndex.place(word, length: end &- start, mask: slots.count &- 1))
    }

    private func isEqual(_ text: Flat<UInt8>, _ start: Int, _ length: Int, _ offset: Int) -> Bool {
        var index = 0
        while index < length {
            let mask = CodeIndex.mask(bytes: min(8, length &- index))
            var word = text.word(at: start &+ index) & mask
            if ignoresCase { word = CodeIndex.lowercased(word) }
            if word != pool.word(at: offset &+ index) & mask { return false }
            index &+= 8
        }
        return true
    }

    @inline(__always)
    private static func word(of text: Flat<UInt8>, _ start: Int, _ end: Int, ignoresCase: Bool) -> UInt64 {
        let length = end &- start
        if length <= 8 {
            let word = text.word(at: start) & mask(bytes: length)
            return ignoresCase ? lowercased(word) : word
        }
        var hash = UInt64(truncatingIfNeeded: length)
        var index = start
        while index < end {
            var word = text.word(at: index) & mask(bytes: min(8, end &- index))
            if ignoresCase { word = lowercased(word) }
            hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash &>> 29
            index &+= 8
        }
        return hash
    }

    @inline(__always)
    private static func place(_ word: UInt64, length: Int, mask: Int) -> Int {
        let mixed = (word ^ UInt64(truncatingIfNeeded: length)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed &>> 32) & mask
    }

    /// The low `bytes` bytes of a word, 0 to 8.
    @inline(__always)
    static func mask(bytes: Int) -> UInt64 {
        bytes <= 0 ? 0 : UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- 8 &* bytes)
    }

    /// Each of the word's ASCII capitals as a small letter.
    @inline(__always)
    private static func lowercased(_ word: UInt64) -> UInt64 {
        let low = word & 0x7F7F_7F7F_7F7F_7F7F
        let fromA = low &+ 0x3F3F_3F3F_3F3F_3F3F
        let beyondZ = low &+ 0x2525_2525_2525_2525
        let capitals = (fromA ^ beyondZ) & ~word & 0x8080_8080_8080_8080
        return word | capitals &>> 2
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
}
