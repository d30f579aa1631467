import SluiceModel
import SluiceReaders

/// Some whole rows of a table as UTF-8 text, in memory that is used again for the next ones.
///
/// A row that is longer than allowed may be cut: the chunk then ends in it, and the next one begins in it.
struct Chunk {
    /// Text up to `end`, at least 64 readable bytes behind it, and room for rows without their doubled quotes.
    let text: Flat<UInt8>
    var end = 0
    /// The text begins in the rest of a row that is too long, to be passed over up to the next line end.
    var startsInLongRow = false
    /// Cells that the reader of a structured form could not turn into text, by row from 0 within the chunk.
    var notes: [ChunkNote] = []
    /// Bytes of the file that were read so far.
    var bytesRead = 0
    /// The rows of a structured form, as its reader counts them; nil for delimited text, whose line ends are counted.
    var rowCount: Int?

    init(limits: DecodeLimits, arena: Arena) {
        text = arena.zeros(
            Chunk.textLimitBytes(limits) + 2 * limits.rowLimitBytes + 256, of: UInt8.self)
    }

    /// Where the room for unescaped cells begins: that of two rows of any length.
    static func scratch(_ limits: DecodeLimits) -> Int { textLimitBytes(limits) + 128 }

    /// The longest text of a chunk: a row that is too long, and what one read adds.
    static func textLimitBytes(_ limits: DecodeLimits) -> Int {
        limits.rowLimitBytes + TextSource.growthLimit * TextSource.readBytes
    }
}

/// A cell that rejects its row whatever its column says.
struct ChunkNote: BitwiseCopyable {
    /// From 0, within the chunk.
    var row: Int
    /// From 0.
    var column: Int
    var kind: FindingKind
}

/// Gives a table's rows in order, some at a time. One thread at a time asks.
protocol ChunkSource: AnyObject {
    /// Fills the chunk with what comes next. False when nothing is left, and the chunk is then as it was.
    func next(_ chunk: inout Chunk) throws(ReaderError) -> Bool
}

/// A chunk source that shows its beginning first, to find the header in.
protocol HeadedSource: ChunkSource {
    /// The beginning, UTF-8 from 0 to `end`, with at least 64 readable bytes behind it. Good until the first chunk.
    var text: Flat<UInt8> { get }
    var end: Int { get }
    /// Nothing of the table comes after `end`.
    var isComplete: Bool { get }
    /// What is to be said of the table as a whole; complete once the last chunk was given.
    var notes: [FileNote] { get }
    /// How a workbook counts days; nil for all else.
    var dateSystem: DateSystem? { get }

    /// Chunks begin at `position` of the beginning, the start of the row with this index.
    func skip(to position: Int, rowIndex: Int, delimiter: UInt8)
}

extension HeadedSource {
    var dateSystem: DateSystem? { nil }

    /// Bytes of text for each row of the beginning, from `start`; 1 or more.
    func averageRowBytes(from start: Int) -> Int {
        var lines = 0
        var index = start
        while let next = text.lineEnd(from: index, to: end, isLast: true) {
            lines += 1
            index = next
        }
        return max(1, (end - start) / max(1, lines))
    }
}
