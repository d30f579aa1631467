import SluiceModel
import SluiceReaders

/// The rows of a sample file, for the profiler: the one place where it meets the decoding of deliveries.
struct ProfileRows {
    /// How the first bytes are read.
    private(set) var encoding = TextEncoding.utf8
    private(set) var hasByteOrderMark = false
    private(set) var rowNumber = 0

    private let plan: FormatPlan
    private let input: any DeliveredBytes
    private let arena: Arena
    private var source: any HeadedSource
    private var chunk: Chunk
    private var hasChunk = false
    private var scanner: RowScanner
    private let cells: Flat<RowScanner.Cell>

    /// The first rows as one delimiter cuts them.
    struct Head {
        var rows: [[[UInt8]]] = []
        var endsInQuote = false
        var hasTooManyCells = false
    }

    init(_ input: any DeliveredBytes, plan: FormatPlan, arena: Arena) {
        self.plan = plan
        self.input = input
        self.arena = arena
        source = TextSource(DeliveredStream(input), limits: plan.limits, arena: arena)
        chunk = Chunk(limits: plan.limits, arena: arena)
        cells = arena.flat(plan.limits.columnLimit + 1, repeating: RowScanner.Cell(start: 0, end: 0, marks: []))
        scanner = RowScanner(delimiter: UInt8(ascii: ","), cells: cells)
    }

    /// Reads the first bytes and settles the encoding.
    ///
    /// - Returns: Why the file cannot be read.
    mutating func open() throws(ReaderError) -> ProfileRefusal? {
        do throws(ReaderError) {
            guard try FileKind.of(input, limits: plan.limits) == .text else { return try openForm() }
        } catch .unreadable(let fault) {
            return fault.code == .fileEmpty ? .fileEmpty : .formUnsupported
        }
        let source = TextSource(DeliveredStream(input), limits: plan.limits, arena: arena)
        self.source = source
        try source.readFirst()
        switch Recognition.verdict(source.raw, count: source.rawCount, isWhole: source.isComplete, plan: plan) {
        case .unreadable(let code, _):
            switch code {
            case .fileEmpty: return .fileEmpty
            case .encodingUnsupported: return .encodingUnsupported
            default: return .formUnsupported
            }
        case .readings(let readings):
            encoding = readings[0].encoding
            hasByteOrderMark = readings[0].byteOrderMarkBytes > 0
            source.begin(readings[0].form, skipping: readings[0].byteOrderMarkBytes)
            return nil
        }
    }

    /// The first place of a workbook, an archive or a document that holds rows.
    private mutating func openForm() throws(ReaderError) -> ProfileRefusal? {
        let finder = TableFinder(plan: plan, readBytes: TextSource.readBytes)
        for table in try finder.tables(input) where !table.isHidden {
            guard let reading = table.readings.first else { continue }
            source = try reading.open(arena)
            if source.end > 0 { return nil }
        }
        return .fileEmpty
    }

    /// The first `limit` rows of the text read so far, cut by `delimiter`. Nothing is used up.
    func head(delimiter: UInt8, limit: Int) -> Head {
        var head = Head()
        var scanner = RowScanner(delimiter: delimiter, cells: cells)
        scanner.restart(at: 0, in: source.text)
        while head.rows.count < limit {
            switch scanner.scan(source.text, end: source.end, isLast: source.isComplete) {
            case .row: break
            case .unclosedQuote:
                head.endsInQuote = true
                return head
            case .incomplete, .end: return head
            }
            if scanner.cellCount > plan.limits.columnLimit { head.hasTooManyCells = true }
            head.rows.append(
                (0..<min(scanner.cellCount, plan.limits.columnLimit)).map { index in
                    let cell = cells[index]
                    let bytes = source.text.bytes(Int(cell.start)..<Int(cell.end))
                    return cell.marks.contains(.escaped) ? ProfileRows.unescaped(bytes) : bytes
                })
        }
        return head
    }

    /// Begins at the first row.
    mutating func begin(delimiter: UInt8) {
        scanner = RowScanner(delimiter: delimiter, cells: cells)
        source.skip(to: 0, rowIndex: 0, delimiter: delimiter)
        hasChunk = false
        rowNumber = 0
    }

    /// The next row's number of cells; nil at the end.
    mutating func next() throws(ReaderError) -> Result<Int, ProfileRefusal>? {
        while true {
            if !hasChunk {
                guard try source.next(&chunk) else { return nil }
                guard !chunk.startsInLongRow else { return .failure(.rowTooLong) }
                scanner.restart(at: 0, in: chunk.text)
                hasChunk = true
            }
            let outcome = scanner.scan(chunk.text, end: chunk.end, isLast: true)
            if scanner.position - scanner.rowStart > plan.limits.rowLimitBytes { return .failure(.rowTooLong) }
            switch outcome {
            case .row:
                rowNumber += 1
                if scanner.rowMarks.contains(.escaped) {
                    _ = scanner.unescape(chunk.text, scratch: Chunk.scratch(plan.limits))
                }
                return .success(scanner.cellCount)
            case .unclosedQuote: return .failure(.quoteUnclosed)
            case .incomplete, .end: hasChunk = false
            }
        }
    }

    /// All of the file was read.
    var isWhole: Bool { source.isComplete }

    /// The text that `range(of:)` is about, until the next row is asked for.
    var text: Flat<UInt8> { chunk.text }

    /// Without blanks around, inside quotes too.
    func range(of column: Int) -> (start: Int, end: Int) {
        var start = Int(cells[column].start)
        var end = Int(cells[column].end)
        while start < end, isBlank(text[start]) { start += 1 }
        while start < end, isBlank(text[end - 1]) { end -= 1 }
        return (start, end)
    }

    private static func unescaped(_ bytes: [UInt8]) -> [UInt8] {
        var kept: [UInt8] = []
        var index = 0
        while index < bytes.count {
            kept.append(bytes[index])
            index += bytes[index] == 0x22 && index + 1 < bytes.count && bytes[index + 1] == 0x22 ? 2 : 1
        }
        return kept
    }
}
