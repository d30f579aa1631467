import Glibc
import SluiceModel

/// The rows of one sheet.
final class SheetRows: RowSource {
    private let parser: MarkupParser
    private let handler: SheetHandler
    private let ownNotes: [FileNote]
    private var hasEnded = false

    /// - Parameter notes: what is to be said besides what the sheet shows.
    init(_ stream: any ByteStream, _ handler: SheetHandler, _ notes: [FileNote], limits: DecodeLimits) {
        self.handler = handler
        ownNotes = notes
        parser = MarkupParser(stream, handler, limits: limits, resolvesNamespaces: false)
    }

    func read(into rows: inout RowText, target: Int) throws(ReaderError) -> Bool {
        guard !hasEnded else { return false }
        swap(&rows, &handler.sheet.rows)
        handler.sheet.target = target
        defer { swap(&rows, &handler.sheet.rows) }
        // A piece of the document may end within a row, which then is in hand.
        while handler.sheet.rows.bytes.count < target || handler.sheet.rows.cellCount > 0 {
            guard try parser.step() else {
                hasEnded = true
                guard handler.sheet.isSheet else { throw .fault(.structureUnexpected, FindingRule.sheet) }
                return false
            }
        }
        return true
    }

    var notes: [FileNote] { handler.sheet.notes + ownNotes }

    var dateSystem: DateSystem? { handler.sheet.dateSystem }
}

/// Hands a sheet's elements on.
final class SheetHandler: MarkupHandler {
    /// A value, so that one event looks at this class once.
    var sheet: SheetState

    init(strings: StringTable, styles: [NumberKind], numbers: CellNumber, limits: DecodeLimits) {
        sheet = SheetState(strings: strings, styles: styles, numbers: numbers, limits: limits)
        super.init()
    }

    override func start(_ name: UnsafePointer<CChar>, _ attributes: Attributes) {
        unsafe sheet.start(name, attributes, control)
    }

    override func end(_ name: UnsafePointer<CChar>) { unsafe sheet.end(name, control) }

    override func text(_ piece: UnsafeBufferPointer<UInt8>) { unsafe sheet.text(piece, control) }
}

/// Turns a sheet's elements into rows.
///
/// Rows and cells stand where their references say; without one, after the one before. What is empty at the end of a
/// row or of the sheet is left out, and rows are filled up to the widest so far, so that none is shorter than the
/// header.
///
/// Source: ECMA-376 part 1, sections 18.3.1.4 (cell), 18.3.1.73 (row), 18.3.1.55 (merged cells), 18.18.11 (cell types).
struct SheetState: ~Copyable {
    var rows = RowText(limits: DecodeLimits())
    /// Bytes of `rows` from which on the parser pauses.
    var target = 0
    /// The document is a worksheet.
    private(set) var isSheet = false

    private enum CellType { case number, shared, text, inline, boolean, error, date }

    private let strings: StringTable
    private let styles: [NumberKind]
    private let numbers: CellNumber
    private let rowLimitBytes: Int

    var dateSystem: DateSystem { numbers.dates }

    /// What stands before local names, the colon included.
    private var prefix: [UInt8] = []
    private var isInData = false
    private var isInMerged = false
    private var isInColumns = false
    /// From 1; 0 before the first.
    private var row = 0
    /// Rows of nothing since the last one that was written.
    private var emptyRows = 0
    /// From 0; -1 before the first of a row.
    private var column = -1
    private var type = CellType.number
    private var kind = NumberKind.number
    private var value = Scratch()
    private var inline = RichText()
    private var isInCell = false
    private var isInValue = false
    private var isInInline = false
    private var hasInline = false
    private var hasFormula = false
    private var text = Scratch()
    /// Cells of the widest row so far.
    private var widest = 0

    private var hidden = RowTally()
    private var formulas = RowTally()
    private var merged = RowTally()
    /// The first columns that are hidden, from 1.
    private var hiddenColumns: [Int] = []

    /// Source: ECMA-376 part 1, section 18.3.1.73; Excel's own bounds.
    private static let rowLimit = 1_048_576
    private static let columnLimit = 16_384

    init(strings: StringTable, styles: [NumberKind], numbers: CellNumber, limits: DecodeLimits) {
        self.strings = strings
        self.styles = styles
        self.numbers = numbers
        rowLimitBytes = limits.rowLimitBytes
    }

    var notes: [FileNote] {
        [
            hidden.note(.rowsHidden, severity: .warning), merged.note(.cellsMerged, severity: .warning),
            formulas.note(.formulasRead, severity: .note), hiddenColumnsNote,
        ].compactMap { $0 }
    }

    /// Of columns that hold anything.
    private var hiddenColumnsNote: FileNote? {
        let columns = hiddenColumns.filter { $0 <= widest }
        guard !columns.isEmpty else { return nil }
        return FileNote(
            .columnsHidden, rule: FindingRule.sheet, severity: .warning, count: columns.count,
            arguments: Array(columns.prefix(Finding.argumentLimit)))
    }

    // MARK: - Elements

    @unsafe mutating func start(
        _ name: UnsafePointer<CChar>, _ attributes: Attributes, _ control: MarkupControl
    ) {
        let depth = control.depth
        if isInInline {
            return unsafe inline.start(Markup.local(name), depth: depth - 5)
        }
        switch depth {
        case 4 where isInData: unsafe startCell(name, attributes, control)
        case 5 where isInCell:
            guard let local = unsafe local(name) else { return }
            if unsafe Markup.isName(local, "v") {
                isInValue = true
            } else if unsafe Markup.isName(local, "f") {
                hasFormula = true
            } else if unsafe Markup.isName(local, "is") {
                isInInline = true
                hasInline = true
                inline.begin()
            }
        case 3:
            guard let local = unsafe local(name) else { return }
            if isInData, unsafe Markup.isName(local, "row") {
                unsafe startRow(attributes, control)
            } else if isInMerged, unsafe Markup.isName(local, "mergeCell") {
                unsafe meetMerged(attributes)
            } else if isInColumns, unsafe Markup.isName(local, "col") {
                unsafe meetColumns(attributes)
            }
        case 2:
            guard let local = unsafe local(name) else { return }
            isInData = unsafe Markup.isName(local, "sheetData")
            isInMerged = unsafe Markup.isName(local, "mergeCells")
            isInColumns = unsafe Markup.isName(local, "cols")
        case 1: unsafe startSheet(name, attributes, control)
        default: break
        }
    }

    @unsafe mutating func end(_ name: UnsafePointer<CChar>, _ control: MarkupControl) {
        let depth = control.depth
        switch depth {
        case 5:
            isInValue = false
            isInInline = false
        case 4 where isInCell: endCell(control)
        case 3 where isInData: unsafe endRow(name, control)
        case 2:
            isInData = false
            isInMerged = false
            isInColumns = false
        default: if isInInline { inline.end(depth: depth - 5) }
        }
    }

    mutating func text(_ piece: UnsafeBufferPointer<UInt8>, _ control: MarkupControl) {
        if isInValue {
            guard value.count + piece.count <= rowLimitBytes else {
                return control.fail(.limitExceeded, FindingRule.rowLimitBytes, rows: [row])
            }
            unsafe value.append(piece)
        } else if isInInline {
            guard unsafe inline.append(piece, limitBytes: rowLimitBytes) else {
                return control.fail(.limitExceeded, FindingRule.rowLimitBytes, rows: [row])
            }
        }
    }

    /// The name without the sheet's own prefix; nil for a name of another vocabulary.
    @inline(__always)
    @unsafe private func local(_ name: UnsafePointer<CChar>) -> UnsafePointer<CChar>? {
        if prefix.isEmpty { return unsafe name }
        for (index, byte) in prefix.enumerated() where unsafe UInt8(bitPattern: name[index]) != byte { return nil }
        return unsafe name + prefix.count
    }

    /// The two editions of the standard. Source: ECMA-376 part 1, annex A; ISO/IEC 29500-1 strict.
    private static let namespaces = [
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main",
    ]

    @unsafe private mutating func startSheet(
        _ name: UnsafePointer<CChar>, _ attributes: Attributes, _ control: MarkupControl
    ) {
        let whole = unsafe Markup.bytes(name)
        let local = unsafe Markup.afterLast(UInt8(ascii: ":"), name)
        unsafe prefix = Array(whole[..<(whole.count - local.count)])
        let declaration = prefix.isEmpty ? Array("xmlns".utf8) : Array("xmlns:".utf8) + prefix.dropLast()
        var isOurs = false
        var rest = unsafe attributes
        while let (key, value) = unsafe rest.next() {
            guard unsafe Markup.bytes(key).elementsEqual(declaration) else { continue }
            isOurs = SheetState.namespaces.contains { unsafe Markup.bytes(value).elementsEqual($0.utf8) }
        }
        isSheet = unsafe isOurs && local.elementsEqual("worksheet".utf8)
        if !isSheet { control.fail(.structureUnexpected, FindingRule.sheet) }
    }

    // MARK: - Columns

    /// Source: ECMA-376 part 1, section 18.3.1.13.
    @unsafe private mutating func meetColumns(_ attributes: Attributes) {
        var (first, last, isHidden) = (0, 0, false)
        var rest = unsafe attributes
        while let (key, value) = unsafe rest.next() {
            var end = unsafe value
            if unsafe Markup.isName(key, "min") {
                first = unsafe SheetState.number(&end) ?? 0
            } else if unsafe Markup.isName(key, "max") {
                last = unsafe SheetState.number(&end) ?? 0
            } else if unsafe Markup.isName(key, "hidden") {
                isHidden = unsafe value.pointee == 0x31 || Markup.isName(value, "true")
            }
        }
        guard isHidden, first > 0, first <= last, last <= SheetState.columnLimit else { return }
        hiddenColumns += Array(first...last)
        if hiddenColumns.count > SheetState.columnLimit {
            hiddenColumns.removeLast(hiddenColumns.count - SheetState.columnLimit)
        }
    }

    // MARK: - Rows

    @unsafe private mutating func startRow(_ attributes: Attributes, _ control: MarkupControl) {
        var number = row + 1
        var isHidden = false
        var rest = unsafe attributes
        while let (key, value) = unsafe rest.next() {
            if unsafe Markup.isName(key, "r") {
                var end = unsafe value
                guard let read = unsafe SheetState.number(&end), unsafe end.pointee == 0 else {
                    return control.fail(.structureUnexpected, FindingRule.sheet, rows: [number])
                }
                number = read
            } else if unsafe Markup.isName(key, "hidden") {
                isHidden = unsafe value.pointee == 0x31 || Markup.isName(value, "true")
            }
        }
        guard number > row, number <= SheetState.rowLimit else {
            return control.fail(.structureUnexpected, FindingRule.sheet, rows: [max(1, row)])
        }
        emptyRows += number - row - 1
        row = number
        column = -1
        if isHidden { hidden.add(number) }
    }

    @unsafe private mutating func endRow(_ name: UnsafePointer<CChar>, _ control: MarkupControl) {
        guard let local = unsafe local(name), unsafe Markup.isName(local, "row") else { return }
        if rows.cellCount == 0 {
            emptyRows += 1
        } else {
            widest = max(widest, rows.cellCount)
            rows.appendEmptyCells(widest - rows.cellCount)
            rows.endRow()
        }
        if let excess = rows.excess { return control.fail(excess.code, excess.rule, rows: [row]) }
        if rows.bytes.count >= target { control.pause() }
    }

    /// Rows of nothing are written once something follows them.
    private mutating func catchUp() {
        guard emptyRows > 0 else { return }
        for _ in 0..<emptyRows { rows.endRow() }
        emptyRows = 0
    }

    // MARK: - Cells

    @unsafe private mutating func startCell(
        _ name: UnsafePointer<CChar>, _ attributes: Attributes, _ control: MarkupControl
    ) {
        guard let local = unsafe local(name), unsafe Markup.isName(local, "c") else { return }
        var place = column + 1
        type = .number
        kind = .number
        var rest = unsafe attributes
        while let (key, value) = unsafe rest.next() {
            // Of these three only the first letter counts, and any other attribute has another.
            guard unsafe key[1] == 0 else { continue }
            switch unsafe UInt8(bitPattern: key[0]) {
            case UInt8(ascii: "r"):
                guard let found = unsafe columnIndex(value) else {
                    return control.fail(.structureUnexpected, FindingRule.sheet, rows: [row])
                }
                place = found
            case UInt8(ascii: "s"):
                var end = unsafe value
                guard let style = unsafe SheetState.number(&end) else { continue }
                kind = style < styles.count ? styles[style] : .number
            case UInt8(ascii: "t"):
                guard let found = unsafe SheetState.cellType(value) else {
                    return control.fail(.structureUnexpected, FindingRule.sheet, rows: [row])
                }
                type = found
            default: break
            }
        }
        guard place > column, place < SheetState.columnLimit else {
            return control.fail(.structureUnexpected, FindingRule.sheet, rows: [row])
        }
        column = place
        isInCell = true
        hasFormula = false
        value.clear()
        hasInline = false
    }

    private mutating func endCell(_ control: MarkupControl) {
        isInCell = false
        if hasFormula { formulas.add(row) }
        switch type {
        case .shared:
            guard let index = sharedIndex() else {
                if hasFormula, value.isEmpty { return note(.formulaUncached) }
                return value.isEmpty ? () : control.fail(.structureUnexpected, FindingRule.sheet, rows: [row])
            }
            catchUp()
            if !strings.append(index, afterGap: column - rows.cellCount, to: &rows) {
                control.fail(.structureUnexpected, FindingRule.sheet, rows: [row])
            }
        case .number:
            guard !value.isEmpty else { return hasFormula ? note(.formulaUncached) : () }
            text.clear()
            unsafe numbers.append(value.bytes, kind: kind, to: &text)
            unsafe append(text.bytes)
        case .text:
            if hasFormula, value.isEmpty { return }
            RichText.decodeEscapes(&value)
            unsafe append(value.bytes)
        case .inline:
            guard hasInline else { return }
            inline.decodeEscapes()
            unsafe append(inline.text.bytes)
        case .boolean:
            if hasFormula, value.isEmpty { return note(.formulaUncached) }
            if value.count == 1, case let digit = unsafe value.bytes[0], digit == 0x30 || digit == 0x31 {
                value.set(Array((digit == 0x31 ? "true" : "false").utf8))
            }
            unsafe append(value.bytes)
        case .error: note(.cellError)
        case .date: unsafe append(value.bytes)
        }
    }

    private mutating func append(_ cell: UnsafeBufferPointer<UInt8>) {
        guard cell.count > 0 else { return }
        catchUp()
        rows.appendEmptyCells(column - rows.cellCount)
        unsafe rows.appendCell(cell)
    }

    /// An empty cell that rejects its row.
    private mutating func note(_ code: FindingCode) {
        catchUp()
        rows.appendEmptyCells(column - rows.cellCount + 1)
        rows.noteCell(code)
    }

    private func sharedIndex() -> Int? {
        guard !value.isEmpty, value.count <= 9 else { return nil }
        var index = 0
        for place in 0..<value.count {
            let byte = unsafe value.bytes[place]
            guard 0x30...0x39 ~= byte else { return nil }
            index = index * 10 + Int(byte) - 0x30
        }
        return index
    }

    /// The column, from 0, of a reference such as `AB12`, whose row must be this one.
    @unsafe private func columnIndex(_ reference: UnsafePointer<CChar>) -> Int? {
        var place = unsafe reference
        var index = 0
        while case let letter = unsafe UInt8(bitPattern: place.pointee), 0x41...0x5A ~= letter {
            index = index * 26 + Int(letter) - 0x40
            guard index <= SheetState.columnLimit else { return nil }
            unsafe place += 1
        }
        guard index > 0, let number = unsafe SheetState.number(&place), number == row, unsafe place.pointee == 0
        else {
            return nil
        }
        return index - 1
    }

    /// Reads up to nine digits and moves past them.
    @inline(__always)
    @unsafe private static func number(_ place: inout UnsafePointer<CChar>) -> Int? {
        var number = 0
        var digits = 0
        while case let digit = unsafe Int(place.pointee) - 0x30, 0...9 ~= digit {
            number = number * 10 + digit
            digits += 1
            guard digits <= 9 else { return nil }
            unsafe place += 1
        }
        return digits > 0 ? number : nil
    }

    @unsafe private static func cellType(_ value: UnsafePointer<CChar>) -> CellType? {
        switch unsafe UInt8(bitPattern: value.pointee) {
        case UInt8(ascii: "s"):
            if unsafe value[1] == 0 { return .shared }
            return unsafe Markup.isName(value, "str") ? .text : nil
        case UInt8(ascii: "n"): return .number
        case UInt8(ascii: "i"): return .inline
        case UInt8(ascii: "b"): return .boolean
        case UInt8(ascii: "e"): return .error
        case UInt8(ascii: "d"): return .date
        default: return nil
        }
    }

    // MARK: - Merged cells

    @unsafe private mutating func meetMerged(_ attributes: Attributes) {
        var rest = unsafe attributes
        while let (key, value) = unsafe rest.next() {
            guard unsafe Markup.isName(key, "ref") else { continue }
            // The row of the upper left corner.
            var place = unsafe value
            while case let letter = unsafe UInt8(bitPattern: place.pointee), 0x41...0x5A ~= letter {
                unsafe place += 1
            }
            // A reference to a row that no sheet has is none.
            let row = unsafe SheetState.number(&place) ?? 1
            merged.add((1...SheetState.rowLimit).contains(row) ? row : 1)
        }
    }
}

/// How many rows something was seen in, and the first of them.
private struct RowTally {
    private var count = 0
    /// Ascending, each once.
    private var rows: [Int] = []

    /// Merged cells are listed in the order in which they were made (ECMA-376 part 1, section 18.3.1.55), so that rows
    /// come in any order.
    mutating func add(_ row: Int) {
        count += 1
        let place = rows.firstIndex { $0 >= row } ?? rows.endIndex
        guard place < Finding.rowLimit, place == rows.endIndex || rows[place] != row else { return }
        rows.insert(row, at: place)
        if rows.count > Finding.rowLimit { rows.removeLast() }
    }

    func note(_ code: FindingCode, severity: Severity) -> FileNote? {
        guard count > 0 else { return nil }
        return FileNote(code, rule: FindingRule.sheet, severity: severity, count: count, rows: rows)
    }
}
