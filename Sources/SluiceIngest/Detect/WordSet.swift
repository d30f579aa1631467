/// The ordinary words of the language, as the plan has them: small letters, one a line.
struct WordSet {
    private let words: Flat<UInt8>
    /// Where a word begins, plus one; 0 in a free slot.
    private let slots: Flat<Int32>

    init(_ list: [UInt8], arena: Arena) {
        words = arena.flat(list + [0x0A])
        let count = list.count { $0 == 0x0A } + 1
        var capacity = 4
        while capacity < count * 2 { capacity *= 2 }
        slots = arena.flat(capacity, repeating: 0)
        var start = 0
        for index in 0..<words.count where words[index] == 0x0A {
            if index > start {
                var place = WordSet.hash(words, start, index) & (capacity - 1)
                while slots[place] != 0 { place = (place + 1) & (capacity - 1) }
                slots[place] = Int32(start + 1)
            }
            start = index + 1
        }
    }

    /// Whether the bytes from `start` to `end`, in any case, are one of the words.
    func contains(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        let mask = slots.count - 1
        var place = WordSet.hash(text, start, end) & mask
        while slots[place] != 0 {
            var word = Int(slots[place]) - 1
            var index = start
            while index < end, words[word] == WordSet.small(text[index]) {
                word += 1
                index += 1
            }
            if index == end, words[word] == 0x0A { return true }
            place = (place + 1) & mask
        }
        return false
    }

    private static func small(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    private static func hash(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in start..<end { hash = (hash ^ UInt64(small(text[index]))) &* 0x0000_0100_0000_01B3 }
        return Int(truncatingIfNeeded: hash >> 20)
    }
}
