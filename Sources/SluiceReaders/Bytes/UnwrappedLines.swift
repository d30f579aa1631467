package import SluiceModel

/// Text whose lines stand in quotes, each as one cell, without them: what comes of a table that was taken for a column
/// and saved again.
///
/// Delimiters and blanks may stand behind such a line's closing quote. Lines that are not quoted as a whole stay as
/// they are, and so do those that are longer than a row may be.
package final class UnwrappedLines: ByteStream {
    /// What the text's characters are written in.
    package enum Units: Hashable, Sendable {
        /// A quote, a delimiter, CR and LF are a byte each.
        case bytes
        /// They are two bytes each, of which the lower one may be the first.
        case pairs(isLittle: Bool)
    }

    private let source: any ByteStream
    private let unitBytes: Int
    private let isLittle: Bool
    private let delimiters: [UInt16]
    /// Units of a line that are looked at together.
    private let lineLimit: Int
    /// Units of the byte order mark, until the first line was read.
    private var markUnits: Int

    private var chunk = [UInt8](repeating: 0, count: SluiceReaders.chunkBytes)
    /// What was read and is part of no line yet, from `rawStart` on.
    private var raw: [UInt8] = []
    private var rawStart = 0
    private var hasEnded = false
    /// The line at hand, its end included.
    private var line: [UInt16] = []
    /// The line began in front of `line`.
    private var isInLine = false
    /// What was not given out yet, from `start` on.
    private var text: [UInt8] = []
    private var start = 0

    private static let quote = UInt16(UInt8(ascii: "\""))

    /// - Parameters:
    ///   - delimiters: what may stand behind a closing quote.
    ///   - markBytes: bytes of the byte order mark.
    package init(
        _ source: any ByteStream, units: Units = .bytes, delimiters: [UInt8], skipping markBytes: Int = 0,
        limits: DecodeLimits
    ) {
        self.source = source
        self.delimiters = delimiters.map { UInt16($0) }
        lineLimit = limits.rowLimitBytes
        switch units {
        case .bytes:
            unitBytes = 1
            isLittle = true
        case .pairs(let isLittle):
            unitBytes = 2
            self.isLittle = isLittle
        }
        markUnits = markBytes / unitBytes
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReaderError) -> Int {
        if start == text.count { try refill() }
        let length = min(buffer.count, text.count - start)
        guard length > 0 else { return 0 }
        unsafe text.withUnsafeBytes { bytes in
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + length]))
        }
        start += length
        return length
    }

    private func refill() throws(ReaderError) {
        text.removeAll(keepingCapacity: true)
        start = 0
        while text.count < SluiceReaders.chunkBytes, try readLine() { writeLine() }
        guard text.isEmpty else { return }
        // Half a unit may be left at the end.
        text += raw[rawStart...]
        rawStart = raw.count
    }

    // MARK: - Reading

    /// Reads the next line, or so much of it as is looked at together; false at the end.
    private func readLine() throws(ReaderError) -> Bool {
        line.removeAll(keepingCapacity: true)
        while line.count < lineLimit, let unit = try nextUnit() {
            line.append(unit)
            if isLineEnd(unit) { break }
        }
        return !line.isEmpty
    }

    private func nextUnit() throws(ReaderError) -> UInt16? {
        while raw.count - rawStart < unitBytes, try fill() {}
        guard raw.count - rawStart >= unitBytes else { return nil }
        defer { rawStart += unitBytes }
        let first = UInt16(raw[rawStart])
        guard unitBytes == 2 else { return first }
        let second = UInt16(raw[rawStart + 1])
        return isLittle ? second << 8 | first : first << 8 | second
    }

    /// Reads on behind what is left over; false at the end of the source.
    private func fill() throws(ReaderError) -> Bool {
        guard !hasEnded else { return false }
        raw.removeFirst(rawStart)
        rawStart = 0
        let got = try source.fill(&chunk)
        raw += chunk[..<got]
        hasEnded = got == 0
        return !hasEnded
    }

    // MARK: - Writing

    private func writeLine() {
        let first = min(markUnits, line.count)
        markUnits = 0
        let endsHere = line.last.map(isLineEnd) ?? false
        let isWhole = !isInLine && (endsHere || line.count < lineLimit)
        isInLine = !endsHere
        guard isWhole, let (open, close) = quotes(from: first) else { return write(line[...]) }
        write(line[..<open])
        var index = open + 1
        while index < close {
            write(line[index...index])
            // A doubled quote is one.
            index += line[index] == UnwrappedLines.quote && line[index + 1] == UnwrappedLines.quote ? 2 : 1
        }
        write(line[(close + 1)...])
    }

    private func write(_ units: ArraySlice<UInt16>) {
        for unit in units {
            let (low, high) = (UInt8(truncatingIfNeeded: unit), UInt8(truncatingIfNeeded: unit >> 8))
            if unitBytes == 1 {
                text.append(low)
            } else {
                text.append(isLittle ? low : high)
                text.append(isLittle ? high : low)
            }
        }
    }

    /// The places of the quotes that stand around the line; nil where none do.
    private func quotes(from first: Int) -> (open: Int, close: Int)? {
        guard let open = line[first...].firstIndex(where: { !isBlank($0) }), line[open] == UnwrappedLines.quote,
            let close = line.lastIndex(where: { !isLineEnd($0) && !isBlank($0) && !delimiters.contains($0) }),
            close > open, line[close] == UnwrappedLines.quote
        else { return nil }
        var index = open + 1
        while index < close {
            guard line[index] == UnwrappedLines.quote else {
                index += 1
                continue
            }
            if line[index + 1] == UnwrappedLines.quote {
                index += 2
                continue
            }
            // The quotes inside are not doubled, or this one closes the first of several cells.
            let next = line[(index + 1)...].first { delimiters.contains($0) || !isBlank($0) }
            if let next, delimiters.contains(next) { return nil }
            return (open, close)
        }
        return index == close ? (open, close) : nil
    }

    private func isLineEnd(_ unit: UInt16) -> Bool { unit == 0x0A || unit == 0x0D }
    private func isBlank(_ unit: UInt16) -> Bool { unit == 0x20 || unit == 0x09 }
}
