import SluiceCertificate

/// Which records are alike on all axes but one.
struct AlikeIndex {
    private var ranges: [UInt64: Range<Int32>] = [:]
    private var sorted: [UInt64] = []
    private let weight: UInt64
    private let size: UInt64

    init(_ board: Board, axis: Int) {
        let axes = board.tables.axes
        let weight = axes[(axis + 1)...].reduce(UInt64(1)) { $0 * UInt64($1.atomCount) }
        let size = UInt64(axes[axis].atomCount)
        self.weight = weight
        self.size = size
        var placed = board.atoms.keys.map { (rest: $0 - $0 / weight % size * weight, key: $0) }
        placed.sort { ($0.rest, $0.key) < ($1.rest, $1.key) }
        sorted = placed.map(\.key)
        var from = 0
        while from < placed.count {
            var to = from
            while to < placed.count, placed[to].rest == placed[from].rest { to += 1 }
            // One that is like no other is nobody's partner.
            ranges[placed[from].rest] = Int32(from)..<Int32(to)
            from = to
        }
    }

    func keys(_ tables: LinkedTables, _ atoms: [Int], but axis: Int) -> ArraySlice<UInt64> {
        let key = tables.atomKey(atoms)
        guard let range = ranges[key - key / weight % size * weight] else { return [] }
        return sorted[Int(range.lowerBound)..<Int(range.upperBound)]
    }
}

/// Which records each of a table's finest cells holds.
struct RecordIndex {
    private let starts: [Int32]
    private let sorted: [UInt64]

    /// - Parameter finest: by axis and atom, see `Search`.
    init(_ board: Board, table: Int, finest: [[Int32]]) {
        var placed: [(cell: Int, key: UInt64)] = []
        placed.reserveCapacity(board.atoms.count)
        for key in board.atoms.keys {
            var cell = 0
            for (axis, atom) in board.tables.atoms(ofKey: key).enumerated() {
                let step = finest[axis][atom]
                if step < 0 {
                    cell = -1
                    break
                }
                cell += Int(step)
            }
            if cell >= 0 { placed.append((cell, key)) }
        }
        placed.sort { ($0.cell, $0.key) < ($1.cell, $1.key) }
        var starts = [Int32](repeating: 0, count: board.layout.blocks[table].cellCount + 1)
        for entry in placed { starts[entry.cell + 1] += 1 }
        for cell in 1..<starts.count { starts[cell] += starts[cell - 1] }
        self.starts = starts
        sorted = placed.map(\.key)
    }

    func keys(in cell: Int) -> ArraySlice<UInt64> { sorted[Int(starts[cell])..<Int(starts[cell + 1])] }
}
