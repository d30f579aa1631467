import Glibc

/// Bytes in the making that are used again and again: emptying keeps the room, and nothing is counted or copied.
///
/// An array would do the same at several times the price for texts of a few bytes, of which a sheet has millions.
@safe struct Scratch: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    init() {
        capacity = 256
        unsafe base = .allocate(capacity: 256)
    }

    deinit {
        unsafe base.deallocate()
    }

    var isEmpty: Bool { count == 0 }

    /// Good until the next change.
    @unsafe var bytes: UnsafeBufferPointer<UInt8> { unsafe UnsafeBufferPointer(start: base, count: count) }

    var array: [UInt8] { unsafe Array(bytes) }

    mutating func clear() { count = 0 }

    @inline(__always)
    mutating func append(_ piece: UnsafeBufferPointer<UInt8>) {
        guard let start = piece.baseAddress, piece.count > 0 else { return }
        if piece.count > capacity - count { grow(by: piece.count) }
        unsafe (base + count).update(from: start, count: piece.count)
        count += piece.count
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        if count == capacity { grow(by: 1) }
        unsafe base[count] = byte
        count += 1
    }

    mutating func append(contentsOf bytes: some Sequence<UInt8>) {
        for byte in bytes { append(byte) }
    }

    mutating func set(_ bytes: [UInt8]) {
        clear()
        append(contentsOf: bytes)
    }

    @inline(never)
    private mutating func grow(by more: Int) {
        let wider = max(capacity * 2, count + more)
        let room = UnsafeMutablePointer<UInt8>.allocate(capacity: wider)
        unsafe room.update(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = room
        capacity = wider
    }
}
