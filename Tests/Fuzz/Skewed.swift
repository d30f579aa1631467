import SluiceTestSupport

extension SplitMix64 {
    /// A number that is small most of the time and as large as `limit` some of the time.
    mutating func skewed(_ limit: Int) -> Int {
        int(0...max(0, limit >> int(0...limit.bitWidth - limit.leadingZeroBitCount)))
    }
}
