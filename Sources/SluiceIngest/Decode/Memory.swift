internal import CSluiceBytes
internal import Glibc

/// The memory of one run: taken once, used again for every row, given back together.
///
/// `Flat` values made here stay valid until they are freed or the arena goes away; the run keeps the arena alive.
final class Arena {
    /// Addresses, each from `calloc`.
    private var blocks: Set<UInt> = []
    /// Addresses and lengths of files that are mapped.
    private var mappings: [(start: UInt, bytes: Int)] = []

    deinit {
        for block in blocks { unsafe Glibc.free(UnsafeMutableRawPointer(bitPattern: block)) }
        for mapping in mappings { unsafe munmap(UnsafeMutableRawPointer(bitPattern: mapping.start), mapping.bytes) }
    }

    /// `count` elements that each hold `value`.
    func flat<Element: BitwiseCopyable>(_ count: Int, repeating value: Element) -> Flat<Element> {
        let base = unsafe take(bytes: count * MemoryLayout<Element>.stride).bindMemory(
            to: Element.self, capacity: count)
        unsafe base.initialize(repeating: value, count: count)
        return unsafe Flat(base: base, count: count)
    }

    func flat<Element: BitwiseCopyable>(_ elements: [Element]) -> Flat<Element> {
        guard let first = elements.first else { return empty() }
        let flat = flat(elements.count, repeating: first)
        for (index, element) in elements.enumerated() { flat[index] = element }
        return flat
    }

    func empty<Element: BitwiseCopyable>() -> Flat<Element> {
        unsafe Flat(base: take(bytes: 1).bindMemory(to: Element.self, capacity: 0), count: 0)
    }

    /// `count` zeros, in pages that cost nothing until they are touched.
    func zeros<Element: FixedWidthInteger & BitwiseCopyable>(_ count: Int, of type: Element.Type) -> Flat<Element> {
        unsafe Flat(
            base: take(bytes: count * MemoryLayout<Element>.stride).bindMemory(to: Element.self, capacity: count),
            count: count)
    }

    /// `count` zeros that begin at a line of the processor's cache, in pages that cost nothing until they are touched.
    /// The kernel is asked for large pages, since what is looked up in such a table lies anywhere in it.
    func zeroLines(_ count: Int) -> Flat<UInt32> {
        let bytes = count * MemoryLayout<UInt32>.stride
        let isLarge = bytes >= Arena.largePageBytes
        let alignment = isLarge ? Arena.largePageBytes : Arena.lineBytes
        let block = unsafe take(bytes: bytes + alignment)
        let start = unsafe block.alignedUp(toMultipleOf: alignment)
        if isLarge { unsafe madvise(start, bytes, MADV_HUGEPAGE) }
        return unsafe Flat(base: start.bindMemory(to: UInt32.self, capacity: count), count: count)
    }

    private static var lineBytes: Int { 64 }
    private static var largePageBytes: Int { 2 << 20 }

    /// Gives back the memory of a flat made here. It must not be used again.
    func free<Element: BitwiseCopyable>(_ flat: Flat<Element>) {
        guard blocks.remove(unsafe UInt(bitPattern: flat.base)) != nil else { return }
        unsafe Glibc.free(flat.base)
    }

    /// The first `bytes` bytes of an open file, in place, to be read only: a write would end the process. The file must not
    /// become shorter. Nil when the system refuses.
    func mapped(_ descriptor: Int32, bytes: Int) -> Flat<UInt8>? {
        guard bytes > 0 else { return nil }
        let start = unsafe mmap(nil, bytes, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let start = unsafe start, unsafe start != MAP_FAILED else { return nil }
        mappings.append((UInt(bitPattern: start), bytes))
        return unsafe Flat(base: start.bindMemory(to: UInt8.self, capacity: bytes), count: bytes)
    }

    private func take(bytes: Int) -> UnsafeMutableRawPointer {
        guard let block = unsafe calloc(max(bytes, 1), 1) else { fatalError("out of memory") }
        blocks.insert(UInt(bitPattern: block))
        return unsafe block
    }
}

/// A fixed run of trivial elements in an `Arena`. Copies share the memory; every index is checked.
///
/// It is what the hot loop reads and writes instead of `Array`: no reference counting and no uniqueness check per
/// access. This file is the only place where the worker's memory is reached without the compiler's help.
@safe
struct Flat<Element: BitwiseCopyable>: BitwiseCopyable {
    fileprivate let base: UnsafeMutablePointer<Element>
    let count: Int

    fileprivate init(base: UnsafeMutablePointer<Element>, count: Int) {
        unsafe self.base = unsafe base
        self.count = count
    }

    // By address, so that one member of a large element is read without copying the whole.
    subscript(index: Int) -> Element {
        @inline(__always) unsafeAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            return unsafe UnsafePointer(base + index)
        }
        @inline(__always) nonmutating unsafeMutableAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            return unsafe base + index
        }
    }

    /// Asks for the element at `index`, which will soon be wanted.
    @inline(__always)
    func prefetch(_ index: Int) {
        precondition(index >= 0 && index < count)
        unsafe sluice_prefetch(base + index)
    }

    /// `count` elements from `start`, in the same memory.
    @inline(__always)
    func part(from start: Int, count: Int) -> Flat {
        precondition(start >= 0 && count >= 0 && start &+ count <= self.count)
        return unsafe Flat(base: base + start, count: count)
    }

    /// Moves `range` to begin at `target`; the two may overlap.
    func move(_ range: Range<Int>, to target: Int) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count && target >= 0 && target + range.count <= count)
        unsafe (base + target).update(from: base + range.lowerBound, count: range.count)
    }

    func copy(_ range: Range<Int>, from source: Flat, to target: Int) {
        precondition(range.lowerBound >= 0 && range.upperBound <= source.count)
        precondition(target >= 0 && target + range.count <= count)
        unsafe (base + target).update(from: source.base + range.lowerBound, count: range.count)
    }

    /// The memory of `range`, for a read from a descriptor.
    func withBytes<Result, Failure: Error>(
        _ range: Range<Int>, _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        let stride = MemoryLayout<Element>.stride
        return try unsafe body(
            UnsafeMutableRawBufferPointer(start: base + range.lowerBound, count: range.count * stride))
    }
}

extension Flat where Element == UInt8 {
    /// Copies all of `bytes` to the front.
    func copy(_ bytes: [UInt8]) {
        precondition(bytes.count <= count)
        unsafe bytes.withUnsafeBufferPointer { source in
            guard let first = source.baseAddress else { return }
            unsafe base.update(from: first, count: source.count)
        }
    }

    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        guard let found = unsafe memchr(base + range.lowerBound, Int32(byte), range.count) else { return nil }
        return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    func lastIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        var index = range.upperBound
        while index > range.lowerBound {
            index &-= 1
            if unsafe base[index] == byte { return index }
        }
        return nil
    }

    /// Where the text after the first line end from `start` begins: LF, CR or both. Nil when there is none, or when it
    /// is a CR that LF may still follow.
    func lineEnd(from start: Int, to end: Int, isLast: Bool) -> Int? {
        var index = start
        while index < end, self[index] != 0x0A, self[index] != 0x0D { index += 1 }
        guard index < end else { return nil }
        guard self[index] == 0x0D else { return index + 1 }
        guard index + 1 < end else { return isLast ? end : nil }
        return self[index + 1] == 0x0A ? index + 2 : index + 1
    }

    /// How many lines end in the range: with LF, CR or both. A CR at its end is one of its own.
    func lineEnds(in range: Range<Int>) -> Int {
        var count = 0
        var base = range.lowerBound
        while base < range.upperBound {
            let rest = range.upperBound &- base
            let mask = rest >= 64 ? UInt64.max : (1 &<< UInt64(truncatingIfNeeded: rest)) &- 1
            let feeds = places(of: 0x0A, at: base) & mask
            let returns = places(of: 0x0D, at: base) & mask
            count &+= feeds.nonzeroBitCount
            if returns != 0 {
                // A CR before an LF is no end of its own.
                let next: UInt64 = rest > 64 && self[base &+ 64] == 0x0A ? 1 : 0
                count &+= (returns & ~(feeds &>> 1 | next &<< 63)).nonzeroBitCount
            }
            base &+= 64
        }
        return count
    }

    /// Whether the byte before `end` is CR.
    func endsInReturn(_ end: Int) -> Bool { end > 0 && self[end - 1] == 0x0D }

    /// Eight bytes from `index`, the first one lowest.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        precondition(index >= 0 && index &+ 8 <= count)
        return unsafe UInt64(
            littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
    }

    /// Which of the 64 bytes from `index` are `delimiter`, a double quote, a control character or beyond ASCII; the
    /// first byte is the lowest bit.
    @inline(__always)
    func marks(at index: Int, delimiter: UInt8) -> UInt64 {
        precondition(index >= 0 && index &+ 64 <= count)
        return unsafe sluice_marks(base + index, delimiter)
    }

    /// Which of the 64 bytes from `index` are `byte`; the first byte is the lowest bit.
    @inline(__always)
    func places(of byte: UInt8, at index: Int) -> UInt64 {
        precondition(index >= 0 && index &+ 64 <= count)
        return unsafe sluice_places(base + index, byte)
    }

    func bytes(_ range: Range<Int>) -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        return unsafe [UInt8](UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
    }
}

extension Flat where Element == UInt32 {
    /// Sixteen elements from `index`.
    @inline(__always)
    func lanes(at index: Int) -> SIMD16<UInt32> {
        precondition(index >= 0 && index &+ 16 <= count)
        return unsafe UnsafeRawPointer(base + index).loadUnaligned(as: SIMD16<UInt32>.self)
    }

    /// The first `rows` elements as `width` little-endian bytes each.
    func packed(rows: Int, width: Int) -> [UInt8] {
        precondition(rows <= count && (width == 1 || width == 2 || width == 4))
        return unsafe [UInt8](unsafeUninitializedCapacity: rows * width) { buffer, filled in
            switch width {
            case 1:
                for row in 0..<rows { unsafe buffer[row] = UInt8(truncatingIfNeeded: base[row]) }
            case 2:
                let raw = UnsafeMutableRawBufferPointer(buffer)
                for row in 0..<rows {
                    unsafe raw.storeBytes(
                        of: UInt16(truncatingIfNeeded: base[row]).littleEndian, toByteOffset: row * 2, as: UInt16.self)
                }
            default:
                let raw = UnsafeMutableRawBufferPointer(buffer)
                for row in 0..<rows {
                    unsafe raw.storeBytes(of: base[row].littleEndian, toByteOffset: row * 4, as: UInt32.self)
                }
            }
            filled = rows * width
        }
    }
}
