internal import FoundationEssentials
internal import SluiceModel

/// A block of records as bytes: the `payload` of a `record_block` row.
///
/// Version 1; integers are little-endian, as the codes are:
///
/// | Bytes | What |
/// |---|---|
/// | 1 | version, 1 |
/// | 1 | flags: 1 the block has counts, 2 it has link tokens |
/// | 2 | number of columns |
/// | 4 | number of rows |
/// | 5 each | for each column: dimension number in 4 bytes, bytes per code (1, 2 or 4) in one |
/// | rows × width each | for each column: its codes in row order |
/// | rows × 4 | counts, if flagged |
/// | rows × 16 | link tokens, if flagged |
///
/// Dimension numbers are places in the block's own code dictionary, which is kept beside it.
enum BlockPayload {
    private static let version: UInt8 = 1
    private static let headerBytes = 8
    private static let columnHeaderBytes = 5
    private static let hasCounts: UInt8 = 1
    private static let hasLinkTokens: UInt8 = 2

    /// Traps unless the block is well formed: the wire reader has checked every length before.
    static func encode(_ block: RecordBlock) -> Data {
        precondition(
            block.columns.allSatisfy { [1, 2, 4].contains($0.width) && $0.bytes.count == block.rowCount * $0.width },
            "a column holds one code per row")
        precondition(block.counts.isEmpty || block.counts.count == block.rowCount * 4, "one count per row")
        precondition(
            block.linkTokens.isEmpty || block.linkTokens.count == block.rowCount * RecordBlock.linkTokenBytes,
            "one link token per row")

        let bodyBytes = block.columns.reduce(block.counts.count + block.linkTokens.count) { $0 + $1.bytes.count }
        var data = Data(capacity: headerBytes + columnHeaderBytes * block.columns.count + bodyBytes)
        data.append(version)
        data.append((block.counts.isEmpty ? 0 : hasCounts) | (block.linkTokens.isEmpty ? 0 : hasLinkTokens))
        data.append(littleEndian: UInt16(block.columns.count))
        data.append(littleEndian: UInt32(block.rowCount))
        for column in block.columns {
            data.append(littleEndian: UInt32(column.dimension))
            data.append(UInt8(column.width))
        }
        for column in block.columns { data.append(contentsOf: column.bytes) }
        data.append(contentsOf: block.counts)
        data.append(contentsOf: block.linkTokens)
        return data
    }

    static func decode(_ data: Data) throws(UnreadableValue) -> RecordBlock {
        var reader = PayloadReader(data)
        guard try reader.integer(bytes: 1) == Int(version) else { throw UnreadableValue() }
        let flags = UInt8(try reader.integer(bytes: 1))
        guard flags & ~(hasCounts | hasLinkTokens) == 0 else { throw UnreadableValue() }
        let columnCount = try reader.integer(bytes: 2)
        let rowCount = try reader.integer(bytes: 4)
        var shapes: [(dimension: Int, width: Int)] = []
        for _ in 0..<columnCount {
            let dimension = try reader.integer(bytes: 4)
            let width = try reader.integer(bytes: 1)
            guard [1, 2, 4].contains(width) else { throw UnreadableValue() }
            shapes.append((dimension, width))
        }
        var block = RecordBlock(rowCount: rowCount, columns: [])
        for shape in shapes {
            block.columns.append(
                RecordBlock.Column(
                    dimension: shape.dimension, width: shape.width,
                    bytes: try reader.bytes(rowCount * shape.width)))
        }
        if flags & hasCounts != 0 { block.counts = try reader.bytes(rowCount * 4) }
        if flags & hasLinkTokens != 0 {
            block.linkTokens = try reader.bytes(rowCount * RecordBlock.linkTokenBytes)
        }
        guard reader.isAtEnd else { throw UnreadableValue() }
        return block
    }
}

private struct PayloadReader {
    private let data: Data
    private var offset: Int

    init(_ data: Data) {
        self.data = data
        offset = data.startIndex
    }

    var isAtEnd: Bool { offset == data.endIndex }

    mutating func bytes(_ count: Int) throws(UnreadableValue) -> [UInt8] {
        guard count <= data.endIndex - offset else { throw UnreadableValue() }
        defer { offset += count }
        return [UInt8](data[offset..<offset + count])
    }

    mutating func integer(bytes count: Int) throws(UnreadableValue) -> Int {
        guard count <= data.endIndex - offset else { throw UnreadableValue() }
        var value = 0
        for index in 0..<count { value |= Int(data[offset + index]) << (8 * index) }
        offset += count
        return value
    }
}

extension Data {
    fileprivate mutating func append(littleEndian number: some FixedWidthInteger & UnsignedInteger) {
        for shift in stride(from: 0, to: number.bitWidth, by: 8) {
            append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}
