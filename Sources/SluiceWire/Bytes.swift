/// Appends values in the wire's notation: little-endian, numbers as LEB128 where they are mostly small.
struct ByteWriter {
    var bytes: [UInt8]

    init(bytes: [UInt8] = []) { self.bytes = bytes }

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }

    mutating func uint32(_ value: UInt32) {
        for shift in stride(from: UInt32(0), to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    /// Seven bits a byte, lowest first, the top bit set on all but the last.
    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// A count or index; negative ones are written as what no reader accepts.
    mutating func count(_ value: Int) { varint(UInt64(bitPattern: Int64(value))) }

    /// Any whole number: sign in the lowest bit.
    mutating func signed(_ value: Int) {
        let wide = Int64(value)
        varint(UInt64(bitPattern: (wide << 1) ^ (wide >> 63)))
    }

    mutating func text(_ value: String) {
        count(value.utf8.count)
        bytes.append(contentsOf: value.utf8)
    }

    mutating func optional<T>(_ value: T?, _ write: (inout ByteWriter, T) -> Void) {
        flag(value != nil)
        if let value { write(&self, value) }
    }

    mutating func array<T>(_ values: [T], _ write: (inout ByteWriter, T) -> Void) {
        count(values.count)
        for value in values { write(&self, value) }
    }
}

/// Reads values in the wire's notation from a part of an array, every one bounded.
///
/// Each function throws `WireError.truncated` of `place` when the bytes end first, and leaves `offset` anywhere.
struct ByteReader {
    private let bytes: [UInt8]
    private(set) var offset: Int
    private let end: Int
    /// What is being read, for errors that have no nearer name.
    private let place: WirePlace

    init(_ bytes: [UInt8], range: Range<Int>? = nil, place: WirePlace) {
        let range = range ?? 0..<bytes.count
        self.bytes = bytes
        offset = range.lowerBound
        end = range.upperBound
        self.place = place
    }

    var remaining: Int { end - offset }

    func expectEnd() throws(WireError) {
        guard offset == end else { throw .trailing(place) }
    }

    mutating func byte() throws(WireError) -> UInt8 {
        guard offset < end else { throw .truncated(place) }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func flag(_ place: WirePlace) throws(WireError) -> Bool {
        switch try byte() {
        case 0: return false
        case 1: return true
        default: throw .invalid(place)
        }
    }

    mutating func uint32() throws(WireError) -> UInt32 {
        guard remaining >= 4 else { throw .truncated(place) }
        defer { offset += 4 }
        return UInt32(bytes[offset]) | UInt32(bytes[offset + 1]) << 8 | UInt32(bytes[offset + 2]) << 16
            | UInt32(bytes[offset + 3]) << 24
    }

    mutating func varint(_ place: WirePlace) throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            // The tenth byte has one bit left; a last byte of zero would be a second way to write the same number.
            guard shift < 63 || byte <= 1, shift == 0 || byte != 0 else { throw .invalid(place) }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    /// A number from 0 to `limit`.
    mutating func count(_ place: WirePlace, limit: Int) throws(WireError) -> Int {
        let value = try varint(place)
        guard value <= UInt64(limit) else { throw .limitExceeded(place, limit: limit) }
        return Int(value)
    }

    /// A whole number whose magnitude is at most `limit`.
    mutating func signed(_ place: WirePlace, limit: Int) throws(WireError) -> Int {
        let raw = try varint(place)
        let value = Int(Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1))
        guard value.magnitude <= limit.magnitude else { throw .limitExceeded(place, limit: limit) }
        return value
    }

    mutating func text(_ place: WirePlace, limit: Int) throws(WireError) -> String {
        let raw = try data(count(place, limit: limit))
        guard let text = String(validating: raw, as: UTF8.self) else { throw .invalid(place) }
        return text
    }

    /// The next `count` bytes, copied at once.
    mutating func data(_ count: Int) throws(WireError) -> [UInt8] {
        guard count >= 0, count <= remaining else { throw .truncated(place) }
        defer { offset += count }
        return [UInt8](bytes[offset..<offset + count])
    }

    mutating func optional<T>(
        _ place: WirePlace, _ read: (inout ByteReader) throws(WireError) -> T
    ) throws(WireError) -> T? {
        try flag(place) ? try read(&self) : nil
    }

    /// Every element takes at least one byte, so that a count cannot promise more than the bytes hold.
    mutating func array<T>(
        _ place: WirePlace, limit: Int, _ read: (inout ByteReader) throws(WireError) -> T
    ) throws(WireError) -> [T] {
        let count = try count(place, limit: limit)
        guard count <= remaining else { throw .truncated(self.place) }
        var values: [T] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try read(&self)) }
        return values
    }
}
