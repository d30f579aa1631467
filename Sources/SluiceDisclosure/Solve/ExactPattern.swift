import SluiceCertificate

/// The cheapest pattern of hidden cells that leaves every sensitive cell its room, for tables so small that a program in
/// whole numbers can be asked for all of it at once.
///
/// For each sensitive cell two changes of all atoms are sought, one that raises and one that lowers it; a cell may move by
/// them only where it is hidden. The changes may be fractions, so the pattern is a guess like any other: the search looks
/// for walks over it, and it is dropped where there are none.
///
/// - Source: the exact model of complementary suppression, Fischetti and Salazar, "Models and algorithms for optimizing
///   cell suppression in tabular data with linear constraints" (2000), without its decomposition.
struct ExactPattern {
    let board: Board

    private static let atomLimit = 400
    /// Sensitive cells times cells: beyond this a program takes seconds.
    private static let sizeLimit = 800
    private static let nodeLimit: Int32 = 60

    /// Slots to be hidden besides the sensitive ones, for less than `cost`; nil where none was found, or the tables are too
    /// large.
    func slots(cheaperThan cost: Int) -> Set<Int>? {
        let atomCount = board.tables.axes.reduce(1.0) { $0 * Double($1.atomCount) }
        let cells = board.cells.indices.filter { !board.isTwin($0) }
        let needs = board.needs
        guard cost > 0, !needs.isEmpty, needs.allSatisfy({ $0.with.isEmpty }),
            atomCount <= Double(ExactPattern.atomLimit),
            needs.count * cells.count <= ExactPattern.sizeLimit
        else { return nil }
        let atoms = (0..<UInt64(atomCount)).filter {
            board.impossible.isEmpty || !board.impossible.contains(board.tables.atoms(ofKey: $0))
        }
        let slotsOfAtom = atoms.map { key in
            board.layout.slots(of: board.tables.atoms(ofKey: key)).filter { !board.isTwin($0) }
        }
        var program = LinearProgram()
        // What each hidden cell lets go up and down, by sensitive cell and direction.
        var entries: [Int: [(row: Int32, value: Double)]] = [:]
        for need in needs { add(need, &program, cells, atoms, slotsOfAtom, &entries) }
        let candidates = cells.filter { board.needOfSlot[$0] < 0 && board.prices[$0] < Board.forbidden }
        let first = program.columnCount
        for slot in candidates {
            program.column(0, 1, cost: Double(board.prices[slot]), isWhole: true, entries[slot] ?? [])
        }
        guard
            let found = program.wholeSolution(nodeLimit: ExactPattern.nodeLimit, cutoff: Double(cost) - 0.5)
        else { return nil }
        return Set(candidates.enumerated().filter { found[first + $0.offset] > 0.5 }.map(\.element))
    }

    /// The rows and columns of one sensitive cell.
    private func add(
        _ need: Need, _ program: inout LinearProgram, _ cells: [Int], _ atoms: [UInt64], _ slotsOfAtom: [[Int]],
        _ entries: inout [Int: [(row: Int32, value: Double)]]
    ) {
        let value = Int(board.values[need.slot])
        let most = Double(need.reach + need.width + value)
        // How far up and how far down, together wide enough.
        let width = program.row(Double(need.width - 1), .infinity)
        for isUp in [true, false] {
            let sign: Double = isUp ? 1 : -1
            var rows: [Int: [(row: Int32, value: Double)]] = [:]
            for slot in cells {
                let room = min(most, Double(board.values[slot] - board.floor))
                if slot == need.slot {
                    rows[slot] = [(program.row(0, 0), 1)]
                } else if board.needOfSlot[slot] >= 0 {
                    rows[slot] = [(program.row(-room, most), 1)]
                } else if board.prices[slot] >= Board.forbidden {
                    rows[slot] = [(program.row(0, 0), 1)]
                } else {
                    let upper = program.row(-.infinity, 0)
                    let lower = program.row(0, .infinity)
                    rows[slot] = [(upper, 1), (lower, 1)]
                    entries[slot, default: []] += [(upper, -most), (lower, room)]
                }
            }
            let least = isUp ? max(0, need.reach - value) : need.wantsZero ? value : 0
            let deepest = isUp ? most : Double(value) - Double(board.floor)
            program.column(
                Double(least), max(Double(least), deepest), cost: 0,
                [(width, 1)] + rows[need.slot]!.map { ($0.row, -sign) })
            for (key, slots) in zip(atoms, slotsOfAtom) {
                // An atom that is a cell by itself is bounded by that.
                let room = board.atoms.isEmpty ? most : min(most, Double(board.atoms[key] ?? 0))
                program.column(-room, most, cost: 0, slots.flatMap { rows[$0] ?? [] })
            }
        }
    }
}
