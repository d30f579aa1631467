/// The hashes that a second pass looks for, by key: those of rows which the filter took for doubles.
struct KeyCandidates {
    private var words: HashSet

    init(_ hashes: [(hash: UInt64, key: Int)], arena: Arena) {
        words = HashSet(arena: arena)
        for (hash, key) in hashes { words.insert(KeyCandidates.word(hash, key)) }
    }

    @inline(__always)
    func holds(_ hash: UInt64, key: Int) -> Bool { words.holds(KeyCandidates.word(hash, key)) }

    /// Never 0. Two that meet here cost a comparison, nothing else.
    @inline(__always)
    private static func word(_ hash: UInt64, _ key: Int) -> UInt64 { max(1, hash &+ UInt64(truncatingIfNeeded: key)) }
}
