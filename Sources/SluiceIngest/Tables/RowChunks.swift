import SluiceModel
import SluiceReaders

/// The rows of a structured form, as its reader turns them into canonical text, chunk after chunk.
final class RowChunks: HeadedSource {
    let text: Flat<UInt8>
    private(set) var end = 0
    private(set) var isComplete = false

    private let source: any RowSource
    private let readBytes: Int
    private var rows: RowText
    /// What the beginning holds, until it is given out.
    private var start = 0
    private var headRowCount = 0
    private var headNotes: [ChunkNote] = []
    private var bytesRead = 0

    init(_ source: any RowSource, limits: DecodeLimits, readBytes: Int = TextSource.readBytes, arena: Arena) {
        self.source = source
        self.readBytes = readBytes
        rows = RowText(limits: limits)
        text = arena.zeros(Chunk.textLimitBytes(limits) + 256, of: UInt8.self)
    }

    var notes: [FileNote] { source.notes }
    var dateSystem: DateSystem? { source.dateSystem }

    /// Reads the beginning.
    func readFirst() throws(ReaderError) {
        isComplete = try !source.read(into: &rows, target: TextSource.readBytes)
        text.copy(rows.bytes)
        end = rows.bytes.count
        headNotes = rows.notes.map(ChunkNote.init)
        headRowCount = rows.rowCount
    }

    func skip(to position: Int, rowIndex: Int, delimiter: UInt8) {
        start = position
        headRowCount -= rowIndex
        headNotes = headNotes.compactMap { note in
            note.row < rowIndex ? nil : ChunkNote(row: note.row - rowIndex, column: note.column, kind: note.kind)
        }
    }

    func next(_ chunk: inout Chunk) throws(ReaderError) -> Bool {
        if start < end {
            chunk.text.copy(start..<end, from: text, to: 0)
            chunk.end = end - start
            chunk.notes = headNotes
            chunk.rowCount = headRowCount
            start = end
        } else {
            guard !isComplete else { return false }
            rows.removeAll()
            isComplete = try !source.read(into: &rows, target: readBytes)
            chunk.text.copy(rows.bytes)
            chunk.end = rows.bytes.count
            chunk.notes = rows.notes.map(ChunkNote.init)
            chunk.rowCount = rows.rowCount
        }
        chunk.startsInLongRow = false
        bytesRead += chunk.end
        chunk.bytesRead = bytesRead
        return true
    }
}

extension ChunkNote {
    fileprivate init(_ note: CellNote) {
        self.init(row: note.row, column: note.column, kind: FindingKind(note.code))
    }
}

/// Lines cut at fixed places, as rows below a header of the columns' names.
final class FixedWidthSource: RowSource {
    private let lines: TextSource
    private var chunk: Chunk
    private var cutter: FixedWidthRows
    private let rowLimitBytes: Int
    private var linesToSkip: Int
    private var hasHeader = false
    private var lineNumber = 0

    init(_ lines: TextSource, form: FixedWidthForm, limits: DecodeLimits, arena: Arena) {
        self.lines = lines
        chunk = Chunk(limits: limits, arena: arena)
        cutter = FixedWidthRows(form: form)
        rowLimitBytes = limits.rowLimitBytes
        linesToSkip = form.leadingLines
    }

    var notes: [FileNote] { [] }

    func read(into rows: inout RowText, target: Int) throws(ReaderError) -> Bool {
        if !hasHeader {
            cutter.appendHeader(to: &rows)
            hasHeader = true
        }
        while rows.bytes.count < target {
            guard try lines.next(&chunk) else { return false }
            var start = 0
            while start < chunk.end {
                let next = chunk.text.lineEnd(from: start, to: chunk.end, isLast: true) ?? chunk.end
                var end = next
                while end > start, chunk.text[end - 1] == 0x0A || chunk.text[end - 1] == 0x0D { end -= 1 }
                lineNumber += 1
                // A line that is cut between two chunks is longer than this already.
                guard end - start <= rowLimitBytes else {
                    throw .unreadable(Unreadable(.limitExceeded, rule: FindingRule.rowLimitBytes, rows: [lineNumber]))
                }
                if linesToSkip > 0 {
                    linesToSkip -= 1
                } else {
                    let line = chunk.text.bytes(start..<end)
                    try append(line, to: &rows)
                }
                start = next
            }
        }
        return true
    }

    private func append(_ line: [UInt8], to rows: inout RowText) throws(ReaderError) {
        var failure: ReaderError?
        unsafe line.withUnsafeBufferPointer { line in
            do throws(ReaderError) {
                try unsafe cutter.append(line: line, rowNumber: lineNumber, to: &rows)
            } catch { failure = error }
        }
        if let failure { throw failure }
    }
}
