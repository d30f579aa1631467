import SluiceModel
import SluiceReaders

/// The file as UTF-8 text, whatever its encoding: first its beginning, to recognise it by, then chunk after chunk.
///
/// What could not be turned into text becomes the byte 0xFF, which is never valid UTF-8, so that the cell it stands in
/// is found and reported.
final class TextSource: HeadedSource {
    /// How the bytes of the file become text.
    enum Form: Hashable {
        case utf8, utf16LittleEndian, utf16BigEndian, windows1252
    }

    /// The beginning of the text, and later what the last chunk left over; valid from `start` to `end`, with at least
    /// 64 readable bytes behind it.
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

    private let input: any ByteStream
    /// Quotes mean something: a line end inside them ends no row.
    private let hasQuotes: Bool
    private let limits: DecodeLimits
    private let readBytes: Int
    private var form = Form.utf8
    private var inputEnded = false
    private var rawStart = 0
    private var markBytes = 0
    /// What the last chunk left over begins in a row that is too long.
    private var isInLongRow = false
    private var delimiter = UInt8(ascii: ",")
    /// Finds the ends of rows where quotes stand in cells that are not quoted.
    private var scanner: RowScanner
    private let scannedCell: Flat<RowScanner.Cell>

    /// Small enough for the text to stay in the processor's second cache together with the tables.
    static let readBytes = 256 << 10
    /// One byte of Windows-1252 is at most three of UTF-8.
    static let growthLimit = 3

    /// - Parameter readBytes: what one read takes, from 1 to `TextSource.readBytes`. The first takes all of these.
    init(
        _ input: any ByteStream, limits: DecodeLimits, readBytes: Int = TextSource.readBytes, hasQuotes: Bool = true,
        arena: Arena
    ) {
        precondition((1...TextSource.readBytes).contains(readBytes))
        self.input = input
        self.hasQuotes = hasQuotes
        self.limits = limits
        self.readBytes = readBytes
        raw = arena.zeros(TextSource.readBytes + 64, of: UInt8.self)
        text = arena.zeros(Chunk.textLimitBytes(limits) + 256, of: UInt8.self)
        scannedCell = arena.flat(1, repeating: RowScanner.Cell(start: 0, end: 0, marks: []))
        scanner = RowScanner(delimiter: delimiter, cells: scannedCell)
    }

    /// Reads the first bytes into `raw`, as many as the file has up to its size.
    func readFirst() throws(ReaderError) {
        rawCount = try read(into: raw, at: 0, limit: TextSource.readBytes)
        isComplete = inputEnded
    }

    /// Turns the first bytes into text, leaving out `skipping` bytes of byte order mark. May be called again with
    /// another form as long as nothing was read after them.
    func begin(_ form: Form, skipping: Int) {
        self.form = form
        start = 0
        end = 0
        rawStart = skipping
        markBytes = skipping
        takeRaw(into: text, &end)
        isComplete = inputEnded
    }

    /// Turns the first bytes into text as `other` did.
    func begin(like other: TextSource) { begin(other.form, skipping: other.markBytes) }

    func skip(to position: Int, rowIndex: Int, delimiter: UInt8) {
        start = position
        self.delimiter = delimiter
        scanner = RowScanner(delimiter: delimiter, cells: scannedCell)
    }

    /// Delimited text has nothing to say beyond its rows.
    var notes: [FileNote] { [] }

    // MARK: - Chunks

    func next(_ chunk: inout Chunk) throws(ReaderError) -> Bool {
        guard start < end || !isComplete else { return false }
        chunk.notes = []
        chunk.startsInLongRow = isInLongRow
        var filled = 0
        while true {
            if start < end {
                let taken = start..<min(end, start + readBytes)
                chunk.text.copy(taken, from: text, to: filled)
                filled += taken.count
                start = taken.upperBound
            } else {
                try readOn(into: chunk.text, &filled)
            }
            // With more than a row's worth at hand an end is always found.
            let isLast = isComplete && start == end
            guard let cut = cut(chunk.text, filled, isLast: isLast), cut.end > 0 || isLast else { continue }
            let left = filled - cut.end
            text.move(start..<end, to: left)
            text.copy(cut.end..<filled, from: chunk.text, to: 0)
            (start, end) = (0, left + end - start)
            isInLongRow = cut.isInLongRow
            chunk.end = cut.end
            chunk.bytesRead = bytesRead
            return true
        }
    }

    private func readOn(into target: Flat<UInt8>, _ filled: inout Int) throws(ReaderError) {
        if form == .utf8 {
            filled += try read(into: target, at: filled, limit: readBytes)
        } else {
            // A character cut off by the last read stays at the front.
            raw.move(rawStart..<rawCount, to: 0)
            rawCount -= rawStart
            rawStart = 0
            rawCount += try read(into: raw, at: rawCount, limit: min(readBytes, TextSource.readBytes - rawCount))
            takeRaw(into: target, &filled)
        }
        isComplete = inputEnded
    }

    private struct Cut {
        var end: Int
        var isInLongRow = false
    }

    /// Where a chunk may end: behind the last whole row of `text`, or anywhere in a row that is too long. Nil when
    /// there is no such place yet.
    private func cut(_ text: Flat<UInt8>, _ end: Int, isLast: Bool) -> Cut? {
        if isLast { return Cut(end: end) }
        var first = 0
        if isInLongRow {
            guard let next = text.lineEnd(from: 0, to: end, isLast: false) else {
                return Cut(end: text.endsInReturn(end) ? end - 1 : end, isInLongRow: true)
            }
            first = next
        }
        if hasQuotes, text.firstIndex(of: UInt8(ascii: "\""), in: first..<end) != nil {
            return cutBetweenPairs(text, from: first, end) ?? cutQuoted(text, from: first, end)
        }
        // The last byte is left alone when it is CR: LF may follow.
        let last =
            text.lastIndex(of: 0x0A, in: first..<end)
            ?? text.lastIndex(of: 0x0D, in: first..<max(first, end - 1))
        if let last { return Cut(end: last + 1) }
        // One byte more than the limit, so that the chunk shows the row to be too long without its last CR.
        if end - first > limits.rowLimitBytes + 1 {
            return Cut(end: text.endsInReturn(end) ? end - 1 : end, isInLongRow: true)
        }
        return first > 0 ? Cut(end: first) : nil
    }

    /// The same where quotes come in pairs round whole cells, as nearly everywhere: whatever stands between the pairs is
    /// outside quotes, without a look at every cell. Nil when they do not, or when the end is not clear.
    private func cutBetweenPairs(_ text: Flat<UInt8>, from first: Int, _ end: Int) -> Cut? {
        guard end - first <= limits.rowLimitBytes else { return nil }
        // The last line end outside quotes that is known, and where the text after the last pair begins.
        var last = 0
        var outside = first
        var isInside = false
        var base = first
        while base < end {
            var quotes = text.places(of: UInt8(ascii: "\""), at: base)
            while quotes != 0 {
                let index = base &+ quotes.trailingZeroBitCount
                quotes &= quotes &- 1
                guard index < end else { break }
                isInside.toggle()
                if !isInside {
                    outside = index &+ 1
                    continue
                }
                // A doubled quote closes and opens: still the same cell.
                let before = index > first ? text[index &- 1] : 0x0A
                guard before == delimiter || before == 0x0A || before == 0x0D || before == 0x22 else { return nil }
                // The line ends before the last few pairs are enough to know.
                if end &- index < TextSource.searchBytes, outside < index,
                    let found = text.lastIndex(of: 0x0A, in: outside..<index)
                {
                    last = found &+ 1
                }
            }
            base &+= 64
        }
        if !isInside, let found = text.lastIndex(of: 0x0A, in: outside..<end) { last = found + 1 }
        return last > 0 ? Cut(end: last) : nil
    }

    /// Before the end of a chunk, where the ends of rows are looked for.
    private static let searchBytes = 16 << 10

    /// The same where a line end may stand inside quotes, and quotes inside cells: only a walk from row to row tells.
    private func cutQuoted(_ text: Flat<UInt8>, from first: Int, _ end: Int) -> Cut? {
        scanner.restart(at: first, in: text)
        var last = first
        while true {
            let outcome = scanner.scan(text, end: end, isLast: false)
            let isWhole = if case .row = outcome { true } else { false }
            let rowEnd = isWhole ? scanner.position : end
            if rowEnd - scanner.rowStart > limits.rowLimitBytes + (isWhole ? 0 : 1) {
                // What follows a row that is too long begins at the next line end, in quotes or not.
                guard let next = text.lineEnd(from: scanner.rowStart + limits.rowLimitBytes, to: end, isLast: false)
                else { return Cut(end: text.endsInReturn(end) ? end - 1 : end, isInLongRow: true) }
                last = next
                scanner.restart(at: next, in: text)
                continue
            }
            guard isWhole else { return last > 0 ? Cut(end: last) : nil }
            last = scanner.position
        }
    }

    private func read(into target: Flat<UInt8>, at offset: Int, limit: Int) throws(ReaderError) -> Int {
        var total = 0
        while total < limit {
            let range = offset + total..<offset + limit
            let count = try unsafe target.withBytes(range) { bytes throws(ReaderError) in
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

    private func takeRaw(into target: Flat<UInt8>, _ end: inout Int) {
        switch form {
        case .utf8:
            target.copy(rawStart..<rawCount, from: raw, to: end)
            end += rawCount - rawStart
            rawStart = rawCount
        case .windows1252:
            while rawStart < rawCount {
                append(TextSource.scalar(ofWindows1252: raw[rawStart]), to: target, &end)
                rawStart += 1
            }
        case .utf16LittleEndian, .utf16BigEndian:
            takeUTF16(into: target, &end)
        }
    }

    private func takeUTF16(into target: Flat<UInt8>, _ end: inout Int) {
        let high = form == .utf16BigEndian ? 0 : 1
        func unit(at index: Int) -> UInt32 { UInt32(raw[index + high]) << 8 | UInt32(raw[index + 1 - high]) }
        while rawStart + 2 <= rawCount {
            let first = unit(at: rawStart)
            guard first & 0xF800 == 0xD800 else {
                append(first, to: target, &end)
                rawStart += 2
                continue
            }
            if rawStart + 4 > rawCount && !inputEnded { return }
            if first < 0xDC00, rawStart + 4 <= rawCount {
                let second = unit(at: rawStart + 2)
                if second & 0xFC00 == 0xDC00 {
                    append(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00), to: target, &end)
                    rawStart += 4
                    continue
                }
            }
            append(nil, to: target, &end)
            rawStart += 2
        }
        if inputEnded, rawStart < rawCount {
            append(nil, to: target, &end)
            rawStart = rawCount
        }
    }

    @inline(__always)
    private func append(_ scalar: UInt32?, to target: Flat<UInt8>, _ end: inout Int) {
        func put(_ byte: UInt32) {
            target[end] = UInt8(truncatingIfNeeded: byte)
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
