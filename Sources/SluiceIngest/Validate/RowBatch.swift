/// Some rows of a chunk side by side: a field is judged in all of them before the next field is, so that the loop over
/// its cells does the same for each and the processor foresees it.
struct RowBatch: BitwiseCopyable {
    /// Cells and values of so many rows of usual width stay in the processor's caches beside the code lists.
    static var rowLimit: Int { 64 }

    /// The number of each row within its chunk, from 0.
    let lines: Flat<Int>
    let isRejected: Flat<Bool>
    private let columnCount: Int
    private let fieldCount: Int
    private let cellRoom: Int
    private let allCells: Flat<RowScanner.Cell>
    private let allValues: Flat<FieldValue>

    /// - Parameter cellRoom: cells that a row may have while it is scanned.
    init(columnCount: Int, fieldCount: Int, cellRoom: Int, arena: Arena) {
        self.columnCount = columnCount
        self.fieldCount = fieldCount
        self.cellRoom = cellRoom
        lines = arena.flat(RowBatch.rowLimit, repeating: 0)
        isRejected = arena.flat(RowBatch.rowLimit, repeating: false)
        allCells = arena.flat(
            (RowBatch.rowLimit - 1) * columnCount + cellRoom, repeating: RowScanner.Cell(start: 0, end: 0, marks: []))
        allValues = arena.flat(RowBatch.rowLimit * fieldCount, repeating: FieldValue())
    }

    /// The cells of a row, with room for more than the header has: a row may be too wide, and is then no row of the
    /// batch, so that the next one takes its place.
    @inline(__always)
    func cells(of row: Int) -> Flat<RowScanner.Cell> { allCells.part(from: row &* columnCount, count: cellRoom) }

    /// By field.
    @inline(__always)
    func values(of row: Int) -> Flat<FieldValue> { allValues.part(from: row &* fieldCount, count: fieldCount) }

    @inline(__always)
    func cell(_ row: Int, column: Int) -> RowScanner.Cell { allCells[row &* columnCount &+ column] }

    /// The value of a field in a row, to be written where it lies.
    subscript(row: Int, field: Int) -> FieldValue {
        @inline(__always) get { allValues[row &* fieldCount &+ field] }
        @inline(__always) nonmutating _modify { yield &allValues[row &* fieldCount &+ field] }
    }
}
