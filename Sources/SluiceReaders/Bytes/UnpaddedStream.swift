/// A document without the padding behind its end.
///
/// Zero and Ctrl-Z are characters of no document. The first of them is padding where only padding follows, and is left
/// out with it. Where anything else follows it is a mistake: all bytes go through, and the parser names the place.
final class UnpaddedStream: ByteStream {
    /// Known once the end was read.
    private(set) var hasPadding = false

    private let source: any ByteStream
    private var chunk = [UInt8](repeating: 0, count: SluiceReaders.chunkBytes)
    /// What was read and not given out: no padding from `start` to `clear`, and then what was not looked at.
    private var raw: [UInt8] = []
    private var start = 0
    private var clear = 0
    private var hasEnded = false
    /// Bytes of a code unit, by the byte order mark; 0 before the first are known.
    private var unitBytes = 0
    private var isLittle = false
    /// A mistake was met, and nothing is looked at any more.
    private var isFaulty = false

    /// The longest byte order mark.
    private static let markBytes = 4

    init(_ source: any ByteStream) { self.source = source }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReaderError) -> Int {
        while start == clear {
            guard try look() else { return 0 }
        }
        let length = min(buffer.count, clear - start)
        unsafe raw.withUnsafeBytes { bytes in
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + length]))
        }
        start += length
        return length
    }

    /// Looks at further bytes; false at the end.
    private func look() throws(ReaderError) -> Bool {
        raw.removeFirst(clear)
        (start, clear) = (0, 0)
        while raw.count < UnpaddedStream.markBytes, try fill() {}
        if unitBytes == 0 { begin() }
        // The last unit may be cut off.
        let known = hasEnded ? raw.count : raw.count - raw.count % unitBytes
        if isFaulty {
            clear = raw.count
        } else if let place = firstSign(before: known) {
            clear = place
            if place == 0 {
                if try isPadding() {
                    hasPadding = true
                    raw = []
                    return false
                }
                isFaulty = true
                clear = raw.count
            }
        } else {
            clear = known
        }
        return clear > 0
    }

    /// Reads on; false at the end of the source.
    private func fill() throws(ReaderError) -> Bool {
        guard !hasEnded else { return false }
        let got = try source.fill(&chunk)
        raw += chunk[..<got]
        hasEnded = got == 0
        return !hasEnded
    }

    private func begin() {
        if raw.starts(with: [0xFF, 0xFE, 0, 0]) || raw.starts(with: [0, 0, 0xFE, 0xFF]) {
            unitBytes = 4
        } else {
            unitBytes = raw.starts(with: [0xFF, 0xFE]) || raw.starts(with: [0xFE, 0xFF]) ? 2 : 1
        }
        isLittle = raw.first == 0xFF
    }

    /// The place of the first zero or Ctrl-Z.
    private func firstSign(before end: Int) -> Int? {
        if unitBytes == 1 { return raw[..<end].firstIndex { $0 == 0 || UInt32($0) == Padding.endMark } }
        return stride(from: 0, to: end, by: unitBytes).first { place in
            let unit = unit(at: place)
            return unit == 0 || unit == Padding.endMark
        }
    }

    /// Whether nothing but padding follows; then all of it is read.
    private func isPadding() throws(ReaderError) -> Bool {
        var padding = Padding()
        var place = 0
        while true {
            while place + unitBytes <= raw.count || hasEnded && place < raw.count {
                guard padding.take(unit(at: place)) else { return false }
                place += unitBytes
            }
            if hasEnded { return true }
            // However much there is, the beginning is enough for the parser to fail at.
            if place > SluiceReaders.chunkBytes {
                raw.removeSubrange(SluiceReaders.chunkBytes..<place)
                place = SluiceReaders.chunkBytes
            }
            _ = try fill()
        }
    }

    /// The code unit at `place`; what there is of one that the end cuts off.
    private func unit(at place: Int) -> UInt32 {
        let length = min(unitBytes, raw.count - place)
        var unit: UInt32 = 0
        for offset in 0..<length {
            let shift = 8 * (isLittle ? offset : length - 1 - offset)
            unit |= UInt32(raw[place + offset]) << UInt32(shift)
        }
        return unit
    }
}
