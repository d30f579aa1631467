/// A sample of the different values of a column, and which of them are valid: those of the lowest hashes, so that it is
/// the same in whatever order and in how many parts the values come, and one value counts once however often it stands
/// there (Beyer et al., "On synopses for distinct-value estimation under multiset operations", SIGMOD 2007).
///
/// A share that is weighed against chance needs trials that are independent: a column of a dozen sites' codes has
/// twelve, not as many as it has rows. The hash has no key: who chooses values to deceive it does better with values
/// that are no identifiers at all.
struct DistinctSample: Hashable {
    /// Enough to tell 11 in 100 from 1 in 11.
    static let size = 8_192

    /// Of each value its hash, whose lowest bit says whether it is valid.
    private var hashes: Set<UInt64> = []
    /// Hashes from here on are not in the sample.
    private var bound = UInt64.max

    mutating func insert(_ hash: UInt64, isValid: Bool) {
        guard hash < bound else { return }
        hashes.insert(hash & ~1 | (isValid ? 1 : 0))
        if hashes.count > 2 * DistinctSample.size { prune() }
    }

    mutating func merge(_ other: DistinctSample) {
        bound = min(bound, other.bound)
        let limit = bound
        hashes.formUnion(other.hashes)
        if limit < .max { hashes = hashes.filter { $0 < limit } }
        if hashes.count > 2 * DistinctSample.size { prune() }
    }

    /// How many values the sample has, and how many of them are valid.
    func counts() -> (trials: Int, hits: Int) {
        let values = hashes.count > DistinctSample.size ? lowest() : Array(hashes)
        return (values.count, values.count { $0 & 1 == 1 })
    }

    private mutating func prune() {
        let values = lowest()
        bound = values[values.count - 1] | 1
        hashes = Set(values)
    }

    private func lowest() -> [UInt64] { Array(hashes.sorted().prefix(DistinctSample.size)) }

    /// FNV-1a of the bytes without blanks and without the case of letters, mixed so that all bits count.
    static func hash(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in start..<end where text[index] != 0x20 {
            hash = (hash ^ UInt64(text[index] | 0x20)) &* 0x100_0000_01B3
        }
        hash = (hash ^ hash >> 33) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ hash >> 33) &* 0xC4CE_B9FE_1A85_EC53
        return hash ^ hash >> 33
    }
}
