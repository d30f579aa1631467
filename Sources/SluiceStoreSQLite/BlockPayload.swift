internal import FoundationEssentials
internal import SluiceModel

/// A block of records as bytes: the `payload` of a `record_block` row.
///
/// Version 2; integers are little-endian:
///
/// | Bytes | What |
/// |---|---|
/// | 1 | version, 2 |
/// | 1 | flags: 1 the block has counts, 2 it has link tokens |
/// | 2 | number of columns |
/// | 4 | number of rows |
/// | 10 each | for each column: dimension number (4), bytes per code in memory (1), smallest code (4), bits per code (1) |
/// | ⌈rows × bits ÷ 8⌉ each | for each column: codes less the smallest, in row order, lowest bits first |
/// | rows × 4 | counts, if flagged |
/// | rows × 16 | link tokens, if flagged |
///
/// A column of one code only takes no bytes beside its header. Version 1, which is still read, has 5 bytes for each
/// column, without smallest code and bits, and its codes as they are in memory.
///
/// Dimension numbers are places in the block's own code dictionary, which is kept beside it.
enum BlockPayload {
    private static let version: UInt8 = 2
    private static let headerBytes = 8
    private static let columnHeaderBytes = 10
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

        let shapes = block.columns.map { CodeShape($0) }
        let bodyBytes = shapes.reduce(block.counts.count + block.linkTokens.count) {
            $0 + $1.packedBytes(block.rowCount)
        }
        var data = Data(capacity: headerBytes + columnHeaderBytes * block.columns.count + bodyBytes)
        data.append(version)
        data.append((block.counts.isEmpty ? 0 : hasCounts) | (block.linkTokens.isEmpty ? 0 : hasLinkTokens))
        data.append(littleEndian: UInt16(block.columns.count))
        data.append(littleEndian: UInt32(block.rowCount))
        for (column, shape) in zip(block.columns, shapes) {
            data.append(littleEndian: UInt32(column.dimension))
            data.append(UInt8(column.width))
            data.append(littleEndian: shape.smallest)
            data.append(UInt8(shape.bits))
        }
        for (column, shape) in zip(block.columns, shapes) { data.append(contentsOf: shape.pack(column)) }
        data.append(contentsOf: block.counts)
        data.append(contentsOf: block.linkTokens)
        return data
    }

    static func decode(_ data: Data) throws(UnreadableValue) -> RecordBlock {
        var reader = PayloadReader(data)
        let version = try reader.integer(bytes: 1)
        guard version == 1 || version == 2 else { throw UnreadableValue() }
        let flags = UInt8(try reader.integer(bytes: 1))
        guard flags & ~(hasCounts | hasLinkTokens) == 0 else { throw UnreadableValue() }
        let columnCount = try reader.integer(bytes: 2)
        let rowCount = try reader.integer(bytes: 4)
        var shapes: [(dimension: Int, width: Int, packed: CodeShape?)] = []
        for _ in 0..<columnCount {
            let dimension = try reader.integer(bytes: 4)
            let width = try reader.integer(bytes: 1)
            guard [1, 2, 4].contains(width) else { throw UnreadableValue() }
            var packed: CodeShape?
            if version == 2 {
                let smallest = UInt32(try reader.integer(bytes: 4))
                let bits = try reader.integer(bytes: 1)
                packed = CodeShape(smallest: smallest, bits: bits)
                guard packed?.fits(width: width) ?? false else { throw UnreadableValue() }
            }
            shapes.append((dimension, width, packed))
        }
        var block = RecordBlock(rowCount: rowCount, columns: [])
        for shape in shapes {
            let bytes: [UInt8]
            if let packed = shape.packed {
                // Rows of a block whose columns take no bytes must not ask for any amount of memory.
                guard rowCount <= rowLimit else { throw UnreadableValue() }
                bytes = try packed.unpack(
                    try reader.bytes(packed.packedBytes(rowCount)), rowCount: rowCount, width: shape.width)
            } else {
                bytes = try reader.bytes(rowCount * shape.width)
            }
            block.columns.append(RecordBlock.Column(dimension: shape.dimension, width: shape.width, bytes: bytes))
        }
        if flags & hasCounts != 0 { block.counts = try reader.bytes(rowCount * 4) }
        if flags & hasLinkTokens != 0 {
            block.linkTokens = try reader.bytes(rowCount * RecordBlock.linkTokenBytes)
        }
        guard reader.isAtEnd else { throw UnreadableValue() }
        return block
    }

    /// Of one block; the wire allows fewer.
    private static let rowLimit = 1 << 24
}

/// How the codes of one column are packed.
private struct CodeShape {
    var smallest: UInt32
    /// 0 to 32.
    var bits: Int

    init(smallest: UInt32, bits: Int) {
        self.smallest = smallest
        self.bits = bits
    }

    init(_ column: RecordBlock.Column) {
        switch column.width {
        case 1: self.init(column.bytes, UInt8.self)
        case 2: self.init(column.bytes, UInt16.self)
        default: self.init(column.bytes, UInt32.self)
        }
    }

    private init<Code: FixedWidthInteger & UnsignedInteger>(_ bytes: [UInt8], _: Code.Type) {
        let (smallest, largest) = unsafe bytes.withUnsafeBytes { bytes in
            var smallest = Code.max
            var largest = Code.min
            for offset in stride(from: 0, to: bytes.count, by: MemoryLayout<Code>.size) {
                let code = Code(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: offset, as: Code.self))
                smallest = min(smallest, code)
                largest = max(largest, code)
            }
            return (smallest, largest)
        }
        let isEmpty = bytes.isEmpty
        self.smallest = isEmpty ? 0 : UInt32(smallest)
        bits = isEmpty ? 0 : Code.bitWidth - (largest - smallest).leadingZeroBitCount
    }

    /// Whether no code can be larger than `width` bytes hold.
    func fits(width: Int) -> Bool {
        bits <= 8 * width && (width == 4 || smallest < 1 << UInt32(8 * width))
    }

    func packedBytes(_ rowCount: Int) -> Int { (rowCount * bits + 7) / 8 }

    func pack(_ column: RecordBlock.Column) -> [UInt8] {
        guard bits > 0 else { return [] }
        switch column.width {
        case 1: return pack(column.bytes, UInt8.self)
        case 2: return pack(column.bytes, UInt16.self)
        default: return pack(column.bytes, UInt32.self)
        }
    }

    private func pack<Code: FixedWidthInteger & UnsignedInteger>(_ bytes: [UInt8], _: Code.Type) -> [UInt8] {
        let rowCount = bytes.count / MemoryLayout<Code>.size
        let smallest = Code(truncatingIfNeeded: smallest)
        return unsafe [UInt8](unsafeUninitializedCapacity: packedBytes(rowCount) + 8) { packed, count in
            unsafe bytes.withUnsafeBytes { bytes in
                let target = UnsafeMutableRawBufferPointer(packed)
                var word: UInt64 = 0
                var filled = 0
                var place = 0
                for row in 0..<rowCount {
                    let code = Code(
                        littleEndian: unsafe bytes.loadUnaligned(
                            fromByteOffset: row * MemoryLayout<Code>.size, as: Code.self))
                    // At most 31 bits are left from before, so the word has room for 32 more.
                    word |= UInt64(code &- smallest) &<< UInt64(filled)
                    filled &+= bits
                    if filled >= 32 {
                        unsafe target.storeBytes(
                            of: UInt32(truncatingIfNeeded: word).littleEndian, toByteOffset: place, as: UInt32.self)
                        word &>>= 32
                        filled &-= 32
                        place &+= 4
                    }
                }
                while filled > 0 {
                    unsafe target[place] = UInt8(truncatingIfNeeded: word)
                    word &>>= 8
                    filled &-= 8
                    place &+= 1
                }
                count = place
            }
        }
    }

    func unpack(_ packed: [UInt8], rowCount: Int, width: Int) throws(UnreadableValue) -> [UInt8] {
        switch width {
        case 1: try unpack(packed, rowCount, UInt8.self)
        case 2: try unpack(packed, rowCount, UInt16.self)
        default: try unpack(packed, rowCount, UInt32.self)
        }
    }

    private func unpack<Code: FixedWidthInteger & UnsignedInteger>(
        _ packed: [UInt8], _ rowCount: Int, _: Code.Type
    ) throws(UnreadableValue) -> [UInt8] {
        var isWithin = true
        let largest = UInt64(Code.max)
        let mask = (UInt64(1) << UInt64(bits)) - 1
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: rowCount * MemoryLayout<Code>.size) { bytes, count in
            let target = UnsafeMutableRawBufferPointer(bytes)
            var word: UInt64 = 0
            var filled = 0
            var place = 0
            for row in 0..<rowCount {
                while filled < bits {
                    word |= UInt64(packed[place]) &<< UInt64(filled)
                    filled &+= 8
                    place &+= 1
                }
                let code = (word & mask) &+ UInt64(smallest)
                word &>>= UInt64(bits)
                filled &-= bits
                if code > largest { isWithin = false }
                unsafe target.storeBytes(
                    of: Code(truncatingIfNeeded: code).littleEndian, toByteOffset: row * MemoryLayout<Code>.size,
                    as: Code.self)
            }
            count = rowCount * MemoryLayout<Code>.size
        }
        guard isWithin else { throw UnreadableValue() }
        return bytes
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
