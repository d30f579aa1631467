import SluiceModel
import SluiceStore

/// Records without their order: how often each one stands there.
struct RecordBag: Equatable {
    private(set) var counts: [[UInt8]: Int] = [:]
    private(set) var total = 0

    mutating func add(_ block: RecordBlock, eventKind: String?, dictionary: CodeDictionary) {
        for row in 0..<block.rowCount {
            var key = Array((eventKind ?? "counts").utf8)
            for column in block.columns {
                key += [UInt8(truncatingIfNeeded: column.dimension)]
                key += bytes(of: column.code(row))
            }
            if !block.counts.isEmpty { key += block.counts[row * 4..<row * 4 + 4] }
            if !block.linkTokens.isEmpty {
                let width = RecordBlock.linkTokenBytes
                key += block.linkTokens[row * width..<(row + 1) * width]
            }
            counts[key, default: 0] += 1
            total += 1
        }
    }

    mutating func add(_ other: RecordBag) {
        for (key, count) in other.counts { counts[key, default: 0] += count }
        total += other.total
    }

    /// Records that are in one of the two and not in the other.
    func difference(from other: RecordBag) -> (missing: Int, added: Int) {
        var (missing, added) = (0, 0)
        for (key, count) in other.counts { missing += max(0, count - (counts[key] ?? 0)) }
        for (key, count) in counts { added += max(0, count - (other.counts[key] ?? 0)) }
        return (missing, added)
    }

    private func bytes(of code: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: code >> ($0 * 8)) } }
}
