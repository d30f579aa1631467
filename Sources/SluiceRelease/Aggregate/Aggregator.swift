import SluiceModel
import SluiceStore

/// Counts events into the cells of one table.
struct Aggregator {
    let spec: TableSpec
    let axes: [AxisCodes]
    /// One count per cell, the last axis running fastest.
    private(set) var counts: [Int]
    private let period: Period
    /// How far one step on each axis moves in `counts`.
    private let strides: [Int]

    /// Cells above which a table is refused: it would hold more zeros than sense.
    static let cellLimit = 5_000_000

    init(_ spec: TableSpec, model: EventModel, period: Period) throws(ReleaseRefusal) {
        var axes: [AxisCodes] = []
        for axis in spec.axes {
            guard let index = model.dimensionIndex(axis.dimension) else {
                throw .axisUnknown(table: spec.id, dimension: axis.dimension)
            }
            axes.append(AxisCodes(axis, dimension: model.dimensions[index], period: period))
        }
        var size = 1
        var strides = [Int](repeating: 0, count: axes.count)
        for index in axes.indices.reversed() {
            strides[index] = size
            size *= max(1, axes[index].codes.count)
            guard size <= Aggregator.cellLimit else {
                throw .tableTooLarge(table: spec.id, cellLimit: Aggregator.cellLimit)
            }
        }
        self.spec = spec
        self.axes = axes
        self.period = period
        self.strides = strides
        counts = [Int](repeating: 0, count: size)
    }

    /// Adds the events of a block that fall in the period.
    mutating func add(_ stored: StoredBlock) {
        let block = stored.block
        var cells = [Int32](repeating: 0, count: block.rowCount)
        keepPeriod(stored, &cells)
        for (index, axis) in axes.enumerated() {
            let stride = Int32(strides[index])
            guard let column = column(axis.spec.dimension, of: stored) else {
                move(&cells, by: axis.unknownPlace, stride)
                continue
            }
            if axis.spec.dimension == "month" {
                var places: [Int: Int32] = [:]
                forEachCode(column) { row, code in
                    let place = places[code] ?? axis.place(ofMonth: code)
                    places[code] = place
                    step(&cells, row, place, stride)
                }
            } else {
                let places = axis.places(of: stored.dictionary.dimensions[column.dimension])
                forEachCode(column) { row, code in step(&cells, row, places[code], stride) }
            }
        }
        for cell in cells where cell >= 0 { counts[Int(cell)] += 1 }
    }

    /// Marks rows outside the period, or of unknown month, as left out.
    private func keepPeriod(_ stored: StoredBlock, _ cells: inout [Int32]) {
        guard let months = column("month", of: stored) else {
            move(&cells, by: AxisCodes.noPlace, 0)
            return
        }
        forEachCode(months) { row, code in
            if code < period.first.index || code > period.last.index { cells[row] = -1 }
        }
    }

    private func step(_ cells: inout [Int32], _ row: Int, _ place: Int32, _ stride: Int32) {
        if cells[row] < 0 { return }
        cells[row] = place < 0 ? -1 : cells[row] + place * stride
    }

    private func move(_ cells: inout [Int32], by place: Int32, _ stride: Int32) {
        for row in cells.indices { step(&cells, row, place, stride) }
    }

    private func column(_ dimension: String, of stored: StoredBlock) -> RecordBlock.Column? {
        stored.block.columns.first { stored.dictionary.dimensions[$0.dimension].id == dimension }
    }

    /// The cells in the order of the axes, with the codes of each.
    func forEachCell(_ body: (_ codes: [String], _ count: Int) -> Void) {
        for (index, count) in counts.enumerated() {
            let codes = axes.indices.map { axis in
                axes[axis].codes[index / strides[axis] % max(1, axes[axis].codes.count)].code
            }
            body(codes, count)
        }
    }
}

/// Calls `body` with each row's index and code.
func forEachCode(_ column: RecordBlock.Column, _ body: (Int, Int) -> Void) {
    let bytes = column.bytes.span
    switch column.width {
    case 1: for row in bytes.indices { body(row, Int(bytes[row])) }
    case 2: for row in 0..<bytes.count / 2 { body(row, Int(bytes[2 * row]) | Int(bytes[2 * row + 1]) << 8) }
    default:
        for row in 0..<bytes.count / 4 {
            let low = Int(bytes[4 * row]) | Int(bytes[4 * row + 1]) << 8
            body(row, low | Int(bytes[4 * row + 2]) << 16 | Int(bytes[4 * row + 3]) << 24)
        }
    }
}
