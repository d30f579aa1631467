import SluiceModel
import SluiceReaders

/// Looks for patients' numbers in those parts of a health sender's file that are not read as a table: other sheets and
/// members, elements that no column names.
enum PatientScan {
    /// The refusal when a place holds a valid NHS number anywhere in its text; nil when it does not.
    static func finding(in table: DeliveredTable, plan: FormatPlan) throws(ReaderError) -> Finding? {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let isFound: Bool
        if let bytes = table.bytes {
            isFound = try holdsNumber(try bytes(), arena)
        } else if let reading = table.readings.first {
            let source = try reading.open(arena)
            source.skip(to: 0, rowIndex: 0, delimiter: UInt8(ascii: ","))
            isFound = try holdsNumber(ChunkBytes(source, Chunk(limits: plan.limits, arena: arena)), arena)
        } else {
            isFound = false
        }
        return isFound ? refusal : nil
    }

    static func finding(in stream: any ByteStream) throws(ReaderError) -> Finding? {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        return try holdsNumber(stream, arena) ? refusal : nil
    }

    private static let refusal = Finding(
        rule: FindingRule.nhsNumber, code: .patientIdentifier, severity: .refusal, message: "")

    /// More than the longest number with the signs that people write into it, and a label before it.
    private static let overlapBytes = 96
    private static let chunkBytes = 64 << 10

    private static func holdsNumber(_ stream: any ByteStream, _ arena: Arena) throws(ReaderError) -> Bool {
        let text = arena.zeros(chunkBytes + 2 * overlapBytes + 64, of: UInt8.self)
        var kept = 0
        // What was kept begins inside a word so long that no number ends it.
        var isInWord = false
        while true {
            let count = try unsafe text.withBytes(kept..<kept + chunkBytes) { bytes throws(ReaderError) in
                try unsafe stream.read(into: bytes)
            }
            // UTF-16 is ASCII with zeros between for the characters that count.
            var end = kept
            for index in kept..<kept + count where text[index] != 0 {
                text[end] = text[index]
                end += 1
            }
            var start = 0
            if isInWord { while start < end, isOfWord(text[start]) { start += 1 } }
            // A number that begins in the last bytes may go on in the next: it is judged with them, from the beginning
            // of its word.
            var limit = count == 0 ? end : max(start, end - overlapBytes)
            let longest = max(start, limit - overlapBytes)
            while count > 0, limit > longest, isOfWord(text[limit - 1]) { limit -= 1 }
            if holdsNumber(text, start..<end, startLimit: limit) { return true }
            if count == 0 { return false }
            if limit > 0 { isInWord = isOfWord(text[limit - 1]) }
            kept = end - limit
            text.move(limit..<end, to: 0)
        }
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "\\")
    }

    /// Looks at each run of text between markup, quotes and separators, for numbers that begin before `startLimit`.
    private static func holdsNumber(_ text: Flat<UInt8>, _ range: Range<Int>, startLimit: Int) -> Bool {
        var start = range.lowerBound
        for index in range where index >= start {
            switch text[index] {
            case UInt8(ascii: "\\"):
                // An escape of JSON stands for a character, and its letters belong to no word.
                if Identifier.holdsNHSNumber(text, start, index, startLimit: startLimit) { return true }
                let isCode = index + 1 < range.upperBound && text[index + 1] == UInt8(ascii: "u")
                start = min(index + (isCode ? 6 : 2), range.upperBound)
            case 0..<0x20, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: ","):
                if Identifier.holdsNHSNumber(text, start, index, startLimit: startLimit) { return true }
                start = index + 1
            default: break
            }
        }
        return Identifier.holdsNHSNumber(text, start, range.upperBound, startLimit: startLimit)
    }
}

/// The text of a source's chunks, one after the other: a row that is too long is cut between them.
private final class ChunkBytes: ByteStream {
    private let source: any ChunkSource
    private var chunk: Chunk
    private var place = 0

    init(_ source: any ChunkSource, _ chunk: Chunk) {
        self.source = source
        self.chunk = chunk
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReaderError) -> Int {
        while place == chunk.end {
            guard try source.next(&chunk) else { return 0 }
            place = 0
        }
        let count = min(buffer.count, chunk.end - place)
        for index in 0..<count { unsafe buffer[index] = chunk.text[place + index] }
        place += count
        return count
    }
}
