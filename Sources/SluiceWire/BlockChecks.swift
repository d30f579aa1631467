import SluiceModel

// The checks on every value of a block. They run over millions of rows in the daemon, so each is one loop without a
// branch, which the compiler turns into vector instructions; loads go through unsafe buffers because a bounds check
// per element would prevent that.

/// The months that may stand in a record: from 1900-01 to 2200-12.
enum MonthRange {
    static let first = 1900 * 12
    static let last = 2200 * 12 + 11
}

/// Whether every code of `bytes`, `width` bytes each and little-endian, is below `codeCount`.
func codesAreLegal(_ bytes: [UInt8], width: Int, codeCount: Int) -> Bool {
    switch width {
    case 1: codeCount >= 1 << 8 || Int(greatest(bytes, as: UInt8.self)) < codeCount
    case 2: codeCount >= 1 << 16 || Int(greatest(bytes, as: UInt16.self)) < codeCount
    default: Int(greatest(bytes, as: UInt32.self)) < codeCount
    }
}

/// Whether every month of `bytes` is 0 or within `MonthRange`.
func monthsAreLegal(_ bytes: [UInt8], width: Int) -> Bool {
    guard width == 4 else { return codesAreLegal(bytes, width: width, codeCount: 1) }
    let first = UInt32(MonthRange.first)
    let span = UInt32(MonthRange.last - MonthRange.first)
    var illegal: UInt32 = 0
    unsafe bytes.withUnsafeBytes { raw in
        unsafe raw.withMemoryRebound(to: UInt32.self) { months in
            for index in 0..<months.count {
                let month = unsafe UInt32(littleEndian: months[index])
                illegal |= month != 0 && month &- first > span ? 1 : 0
            }
        }
    }
    return illegal == 0
}

private func greatest<T: FixedWidthInteger & UnsignedInteger>(_ bytes: [UInt8], as type: T.Type) -> T {
    var greatest: T = 0
    unsafe bytes.withUnsafeBytes { raw in
        unsafe raw.withMemoryRebound(to: T.self) { codes in
            for index in 0..<codes.count {
                greatest = unsafe max(greatest, T(littleEndian: codes[index]))
            }
        }
    }
    return greatest
}

/// How many of the rows have an identifier, or nil unless `bytes` holds exactly `rowCount` of them, each of at most
/// `LinkIdentifiers.identifierLimitBytes` printable ASCII characters.
func countLinked(_ bytes: [UInt8], rowCount: Int) -> Int? {
    unsafe bytes.withUnsafeBufferPointer { bytes -> Int? in
        var offset = 0
        var linked = 0
        for _ in 0..<rowCount {
            guard offset < bytes.count else { return nil }
            let length = unsafe Int(bytes[offset])
            offset += 1
            guard length <= LinkIdentifiers.identifierLimitBytes, length <= bytes.count - offset else { return nil }
            var illegal: UInt8 = 0
            for index in offset..<offset + length {
                illegal |= unsafe bytes[index] &- 0x20 < 0x5F ? 0 : 1
            }
            guard illegal == 0 else { return nil }
            linked += length > 0 ? 1 : 0
            offset += length
        }
        return offset == bytes.count ? linked : nil
    }
}
