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
        let first = Int32(board.firstSlots[slot] ?? slot)
        let groups = alikeSlots(board, keys, target: first)
        var program = LinearProgram()
        var rowsOfAtom = [[(row: Int32, value: Double)]](repeating: [], count: keys.count)
        var own = [Group](repeating: Group(), count: keys.count)
        let sign: Double = isUp ? 1 : -1
        for group in groups {
            if group.atoms.count == 1 {
                own[Int(group.atoms[0])] = group
                continue
            }
            let isForced = group.price >= Int(Board.forbidden)
            let (down, up) = (Double(max(0, group.room) / times), Search.bound(group.lift, times))
            let row: Int32
            if group.isTarget {
                row = program.row(sign, sign)
            } else if isForced {
                row = program.row(0, 0)
            } else if group.price > 0 {
                // What the row moves by is bought.
                row = program.row(0, 0)
                program.column(0, up, cost: Double(group.price), [(row, -1)])
                program.column(0, down, cost: Double(group.price), [(row, 1)])
            } else {
                row = program.row(-down, up)
            }
            for atom in group.atoms { rowsOfAtom[Int(atom)].append((row, 1)) }
        }
        // What goes up and down, by column; an atom that cannot go a way has none for it.
        var columns: [(atom: Int, sign: Double)] = []
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
            if up.upper > 0 {
                program.column(up.lower, up.upper, cost: cost, rowsOfAtom[place])
                columns.append((place, 1))
            }
            if down.upper > 0 {
                program.column(down.lower, down.upper, cost: cost, rowsOfAtom[place].map { ($0.row, -$0.value) })
                columns.append((place, -1))
            }
        }
        guard let found = program.solution() else { return nil }
        var moves = [Double](repeating: 0, count: keys.count)
        for (place, column) in columns.enumerated() { moves[column.atom] += column.sign * found[firstAtom + place] }
        var changes: [(key: UInt64, by: Int32)] = []
        for (key, by) in zip(keys, moves) {
            guard by.isFinite, abs(by) < 1e6, abs(by - by.rounded()) < 1e-6 else { return nil }
            if by.rounded() != 0 { changes.append((key, Int32(by.rounded()) * (isUp ? 1 : -1))) }
        }
        return weighed(board, changes, slot: Int(first), isUp: isUp, limit: limit)
    }

    /// Which slots hold which of the atoms, those that hold the same ones taken together.
    private mutating func alikeSlots(_ board: borrowing Board, _ keys: [UInt64], target: Int32) -> [Group] {
        var seen: [Int32] = []
        // Of what each slot holds: a sum of numbers that look like chance, alike for the same atoms.
        var signatures: [UInt64] = []
        var entries: [(place: Int32, atom: Int32)] = []
        for (atom, key) in keys.enumerated() {
            let mark = mixed(UInt64(atom) &+ 1)
            let atoms = tables.atoms(ofKey: key)
            for table in layout.blocks.indices {
                layout.forEachSlot(table: table, atoms: atoms, &slotBuffer) { slot in
                    if placeOfSlot[slot] == 0 {
                        seen.append(Int32(slot))
                        signatures.append(0)
                        placeOfSlot[slot] = Int32(seen.count)
                    }
                    let place = placeOfSlot[slot] - 1
                    signatures[Int(place)] &+= mark
                    entries.append((place, Int32(atom)))
                }
            }
        }
        var groups: [Group] = []
        var numbers: [UInt64: Int32] = [:]
        // By place, the group that it speaks for; −1 where another does.
        var speaks = [Int32](repeating: -1, count: seen.count)
        for (place, slot) in seen.enumerated() {
            placeOfSlot[Int(slot)] = 0
            let number: Int
            if let known = numbers[signatures[place]] {
                number = Int(known)
            } else {
                number = groups.count
                numbers[signatures[place]] = Int32(number)
                speaks[place] = Int32(number)
                groups.append(Group())
            }
            let cell = board.cells[Int(slot)]
            groups[number].price += Int(cell.price)
            groups[number].room = min(groups[number].room, cell.room)
            groups[number].lift = min(groups[number].lift, cell.lift)
            if slot == target { groups[number].isTarget = true }
        }
        for entry in entries where speaks[Int(entry.place)] >= 0 {
            groups[Int(speaks[Int(entry.place)])].atoms.append(entry.atom)
        }
        return groups
    }

    /// Slots that hold the same atoms of a neighbourhood, and so move alike.
    private struct Group {
        /// By number in the neighbourhood.
        var atoms: [Int32] = []
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
