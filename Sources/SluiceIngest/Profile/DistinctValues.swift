import SluiceModel

/// The different values of one column: how many there are, and those that many rows share.
///
/// Bounded: beyond `distinctLimit` hashes nothing is counted any more, beyond `keptLimit` values none is kept.
struct DistinctValues {
    private(set) var isCut = false
    private var rows: [Int: UInt32] = [:]
    /// The bytes of each value by its hash, as long as there are few.
    private var kept: [Int: [UInt8]] = [:]
    private var keepsValues = true

    private let distinctLimit: Int
    private let keptLimit: Int

    /// Room for a column of `columnCount`.
    init(columnCount: Int) {
        distinctLimit = min(500_000, max(1000, 2_000_000 / max(1, columnCount)))
        keptLimit = min(1000, max(ColumnProfile.listedValuesLimit + 1, 400_000 / max(1, columnCount)))
    }

    var count: Int { rows.count }

    mutating func add(_ text: Flat<UInt8>, _ start: Int, _ end: Int) {
        var hasher = Hasher()
        // The read buffer goes on behind the cell, so that only its own bytes may be hashed.
        unsafe text.withBytes(start..<end) { bytes in unsafe hasher.combine(bytes: UnsafeRawBufferPointer(bytes)) }
        let hash = hasher.finalize()
        if let seen = rows[hash] {
            rows[hash] = seen &+ 1
            return
        }
        guard rows.count < distinctLimit else {
            isCut = true
            return
        }
        rows[hash] = 1
        guard keepsValues else { return }
        if end - start > ColumnProfile.listedValueLimitBytes || kept.count >= keptLimit {
            // Sentences, or too many to be codes.
            keepsValues = false
            kept = [:]
        } else {
            kept[hash] = text.bytes(start..<end)
        }
    }

    /// The values in enough rows, by falling number of them; empty when there are too many or when they are not what
    /// most filled cells hold.
    func shared(filledCount: Int) -> [(bytes: [UInt8], rowCount: Int)] {
        var found: [(bytes: [UInt8], rowCount: Int)] = []
        for (hash, bytes) in kept {
            guard let count = rows[hash], count >= ColumnProfile.listedRowsMin else { continue }
            found.append((bytes, Int(count)))
        }
        let covered = found.reduce(0) { $0 + $1.rowCount }
        guard !found.isEmpty, found.count <= ColumnProfile.listedValuesLimit, covered * 2 >= filledCount else {
            return []
        }
        return found.sorted { a, b in
            a.rowCount != b.rowCount ? a.rowCount > b.rowCount : a.bytes.lexicographicallyPrecedes(b.bytes)
        }
    }
}
