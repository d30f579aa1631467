import SluiceModel

/// The file as UTF-8 text in one reusable buffer, whatever its encoding.
///
/// Reads in chunks of `chunkBytes`. What could not be turned into text becomes the byte 0xFF, which is never valid
/// UTF-8, so that the cell it stands in is found and reported.
struct TextSource {
    /// How the bytes of the file become text.
    enum Form: Hashable {
        case utf8, utf16LittleEndian, utf16BigEndian, windows1252
    }

    /// The text; valid from `start` to `end`, with at least 64 readable bytes behind it.
    let text: Flat<UInt8>
    private(set) var start = 0
    private(set) var end = 0
    /// Bytes read from the file so far.
    private(set) var bytesRead = 0
    /// No byte of the file is left beyond `end`.
    private(set) var isComplete = false
    /// The file's first bytes as they are, for recognising what it is.
    let raw: Flat<UInt8>
    private(set) var rawCount = 0

    private var form = Form.utf8
    private var inputEnded = false
    private var rawStart = 0

    /// Small enough to stay in the processor's second cache together with the tables.
    private static let chunkBytes = 256 << 10
    /// One byte of Windows-1252 is at most three of UTF-8.
    private static let growthLimit = 3

    init(limits: DecodeLimits, arena: Arena) {
        raw = arena.zeros(TextSource.chunkBytes + 64, of: UInt8.self)
        text = arena.zeros(
            limits.rowLimitBytes + TextSource.growthLimit * TextSource.chunkBytes + 256, of: UInt8.self)
    }

    /// Reads the first chunk into `raw`, as full as the file allows.
    mutating func readFirst(_ input: inout some IngestInput) throws(IngestError) {
        rawCount = try read(&input, into: raw, at: 0, limit: TextSource.chunkBytes)
        isComplete = inputEnded
    }

    /// Turns the first chunk into text, leaving out `skipping` bytes of byte order mark. May be called again with
    /// another form as long as nothing was read after the first chunk.
    mutating func begin(_ form: Form, skipping: Int) {
        self.form = form
        start = 0
        end = 0
        rawStart = skipping
        takeRaw()
    }

    /// Makes room by moving the text from `position` to the front, and reads on until a chunk was added or the file
    /// ends.
    mutating func fill(_ input: inout some IngestInput, keepingFrom position: Int) throws(IngestError) {
        text.move(position..<end, to: 0)
        end -= position
        start = 0
        guard !inputEnded else {
            isComplete = true
            return
        }
        if form == .utf8 {
            end += try read(&input, into: text, at: end, limit: TextSource.chunkBytes)
            isComplete = inputEnded
        } else {
            // A character cut off by the last chunk stays at the front.
            raw.move(rawStart..<rawCount, to: 0)
            rawCount -= rawStart
            rawStart = 0
            rawCount += try read(&input, into: raw, at: rawCount, limit: TextSource.chunkBytes - rawCount)
            takeRaw()
        }
    }

    private mutating func read(
        _ input: inout some IngestInput, into target: Flat<UInt8>, at offset: Int, limit: Int
    ) throws(IngestError) -> Int {
        var total = 0
        while total < limit {
            let range = offset + total..<offset + limit
            let count = try unsafe target.withBytes(range) { bytes throws(IngestError) in
                try unsafe input.read(into: bytes)
            }
            precondition(count >= 0 && count <= range.count)
            if count == 0 {
                inputEnded = true
                break
            }
            total += count
        }
        bytesRead += total
        return total
    }

    // MARK: - Forms

    private mutating func takeRaw() {
        switch form {
        case .utf8:
            text.copy(rawStart..<rawCount, from: raw, to: end)
            end += rawCount - rawStart
            rawStart = rawCount
        case .windows1252:
            while rawStart < rawCount {
                append(scalar: TextSource.scalar(ofWindows1252: raw[rawStart]))
                rawStart += 1
            }
        case .utf16LittleEndian, .utf16BigEndian:
            takeUTF16()
        }
        isComplete = inputEnded
    }

    private mutating func takeUTF16() {
        let high = form == .utf16BigEndian ? 0 : 1
        func unit(at index: Int) -> UInt32 { UInt32(raw[index + high]) << 8 | UInt32(raw[index + 1 - high]) }
        while rawStart + 2 <= rawCount {
            let first = unit(at: rawStart)
            guard first & 0xF800 == 0xD800 else {
                append(scalar: first)
                rawStart += 2
                continue
            }
            if rawStart + 4 > rawCount && !inputEnded { return }
            if first < 0xDC00, rawStart + 4 <= rawCount {
                let second = unit(at: rawStart + 2)
                if second & 0xFC00 == 0xDC00 {
                    append(scalar: 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
                    rawStart += 4
                    continue
                }
            }
            append(scalar: nil)
            rawStart += 2
        }
        if inputEnded, rawStart < rawCount {
            append(scalar: nil)
            rawStart = rawCount
        }
    }

    private mutating func append(scalar: UInt32?) {
        func put(_ byte: UInt32) {
            text[end] = UInt8(truncatingIfNeeded: byte)
            end += 1
        }
        guard let scalar else { return put(0xFF) }
        switch scalar {
        case ..<0x80: put(scalar)
        case ..<0x800:
            put(0xC0 | scalar >> 6)
            put(0x80 | scalar & 0x3F)
        case ..<0x10000:
            put(0xE0 | scalar >> 12)
            put(0x80 | scalar >> 6 & 0x3F)
            put(0x80 | scalar & 0x3F)
        default:
            put(0xF0 | scalar >> 18)
            put(0x80 | scalar >> 12 & 0x3F)
            put(0x80 | scalar >> 6 & 0x3F)
            put(0x80 | scalar & 0x3F)
        }
    }

    /// Nil for the five bytes that Windows-1252 leaves undefined.
    private static func scalar(ofWindows1252 byte: UInt8) -> UInt32? {
        guard byte >= 0x80, byte < 0xA0 else { return UInt32(byte) }
        let scalar = windows1252[Int(byte) - 0x80]
        return scalar == 0 ? nil : scalar
    }

    /// Source: Unicode Consortium, VENDORS/MICSFT/WINDOWS/CP1252.TXT; 0 where undefined.
    private static let windows1252: [UInt32] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
        0x0178,
    ]
}
