import SluiceCertificate

/// The cheapest change of the atoms around a cell that moves it, by linear programming.
///
/// All outside the neighbourhood stays as it is. What is shown and must be keeps its count; what is shown and may be
/// hidden costs its price for each time it moves, which only answers in whole numbers make exact.
///
/// - Source: the linear relaxation of complementary suppression, Kelly, Golden and Assad (1992), with buying as in
///   Fischetti and Salazar (2000).
extension Search {
    /// Atoms in a neighbourhood.
    static let localLimit = 180

    /// - Parameter times: how many times the change must be possible.
    mutating func local(
        _ board: borrowing Board, slot: Int, isUp: Bool, times: Int32, limit: Int32
    ) -> Candidate? {
        let keys = neighbourhood(board, slot)
        guard !keys.isEmpty else { return nil }
        programs += 1
        // Which slots hold which of the atoms; slots that hold the same ones move alike.
        var atomsOfSlot: [Int32: [Int32]] = [:]
        for (place, key) in keys.enumerated() {
            for other in slots(ofAtom: key) { atomsOfSlot[Int32(other), default: []].append(Int32(place)) }
        }
        var groups: [[Int32]: Group] = [:]
        let first = Int32(board.firstSlots[slot] ?? slot)
        for (other, atoms) in atomsOfSlot {
            let cell = board.cells[Int(other)]
            var group = groups[atoms] ?? Group()
            group.price += Int(cell.price)
            group.room = min(group.room, cell.room)
            group.lift = min(group.lift, cell.lift)
            if other == first { group.isTarget = true }
            groups[atoms] = group
        }
        var program = LinearProgram()
        var rowsOfAtom = [[(row: Int32, value: Double)]](repeating: [], count: keys.count)
        var own = [Group](repeating: Group(), count: keys.count)
        let sign: Double = isUp ? 1 : -1
        for (atoms, group) in groups.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            if atoms.count == 1 {
                own[Int(atoms[0])] = group
                continue
            }
            let isForced = group.price >= Int(Board.forbidden)
            let row: Int32
            if group.isTarget {
                row = program.row(sign, sign)
            } else if isForced {
                row = program.row(0, 0)
            } else {
                row = program.row(-Double(max(0, group.room) / times), Search.bound(group.lift, times))
            }
            for atom in atoms { rowsOfAtom[Int(atom)].append((row, 1)) }
            if group.price > 0, !isForced, !group.isTarget {
                // What the row moves by is bought.
                let bought = program.row(0, 0)
                for atom in atoms { rowsOfAtom[Int(atom)].append((bought, 1)) }
                program.column(0, .infinity, cost: Double(group.price), [(bought, -1)])
                program.column(0, .infinity, cost: Double(group.price), [(bought, 1)])
            }
        }
        let firstAtom = program.columnCount
        for (place, key) in keys.enumerated() {
            let group = own[place]
            let isForced =
                group.price >= Int(Board.forbidden)
                || (!board.impossible.isEmpty && board.impossible.contains(tables.atoms(ofKey: key)))
            var room = group.room
            if !board.atoms.isEmpty { room = min(room, board.atoms[key] ?? 0) }
            var up: (lower: Double, upper: Double) = (0, isForced ? 0 : Search.bound(group.lift, times))
            var down: (lower: Double, upper: Double) = (0, isForced ? 0 : Double(max(0, room) / times))
            if group.isTarget, !isForced {
                up = isUp ? (1, 1) : (0, 0)
                down = isUp ? (0, 0) : (down.upper >= 1 ? (1, 1) : (1, 0))
                if down.lower > down.upper { return nil }
            }
            // A trace of a cost keeps the answer small.
            let cost = Double(isForced ? 0 : group.price) + 0.01
            program.column(up.lower, up.upper, cost: cost, rowsOfAtom[place])
            program.column(down.lower, down.upper, cost: cost, rowsOfAtom[place].map { ($0.row, -$0.value) })
        }
        guard let found = program.solution() else { return nil }
        var changes: [(key: UInt64, by: Int32)] = []
        for (place, key) in keys.enumerated() {
            let by = found[firstAtom + 2 * place] - found[firstAtom + 2 * place + 1]
            guard by.isFinite, abs(by) < 1e6, abs(by - by.rounded()) < 1e-6 else { return nil }
            if by.rounded() != 0 { changes.append((key, Int32(by.rounded()) * (isUp ? 1 : -1))) }
        }
        return weighed(board, changes, slot: Int(first), isUp: isUp, limit: limit)
    }

    /// Slots that hold the same atoms of a neighbourhood, and so move alike.
    private struct Group {
        var price = 0
        var room = Int32.max
        var lift = Int32.max
        var isTarget = false
    }

    private static func bound(_ lift: Int32, _ times: Int32) -> Double {
        lift >= Board.endless / 2 ? .infinity : Double(max(0, lift) / times)
    }

    /// The change as a candidate, its cost and how often it can be made worked out in whole numbers.
    private mutating func weighed(
        _ board: borrowing Board, _ changes: [(key: UInt64, by: Int32)], slot: Int, isUp: Bool, limit: Int32
    ) -> Candidate? {
        guard !changes.isEmpty else { return nil }
        let number = keep(changes)
        expand([number])
        var cost = 0
        var times = Int32.max
        var movesTarget = false
        for (other, by) in moves {
            let cell = board.cells[Int(other)]
            cost += Int(cell.price)
            let down = isUp ? -by : by
            if down > 0 { times = min(times, cell.room / down) }
            if down < 0 { times = min(times, cell.lift / -down) }
            if Int(other) == slot { movesTarget = by == 1 }
        }
        if !board.atoms.isEmpty {
            for (key, by) in changes {
                let down = isUp ? -by : by
                if down > 0 { times = min(times, (board.atoms[key] ?? 0) / down) }
            }
        }
        guard movesTarget, times > 0, cost <= Int(limit) else {
            forget(number)
            return nil
        }
        return Candidate(changes: [number], cost: Int32(cost), times: times)
    }
}
