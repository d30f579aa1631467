import SluiceCertificate

/// A product of axis changes and what buying it costs.
struct Candidate {
    /// By axis: into `Changes`.
    var changes: [Int32]
    var cost: Int32
    /// How many times it can be made.
    var times: Int32
}

/// Looks for the cheapest product that moves one cell one way.
struct Search {
    var changes: [Changes]
    private let neighbours: [Neighbours]
    let tables: LinkedTables
    let layout: Layout
    /// Where there are atoms to mind: by table, which records each of its finest cells holds.
    private var records: [RecordIndex] = []
    /// By axis, which records are alike but for it.
    private var alike: [AlikeIndex] = []
    /// By table, a bit for each axis it has.
    let seenAxes: [UInt32]
    /// By axis and atom: how many different records have it, where there are atoms to mind.
    private var popularity: [[Int32]]
    /// By table, axis and atom, see `finest(_:table:axis:)`.
    let finest: [[[Int32]]]
    /// By table, axis and code: where it stands on the axis, or −1.
    private let positions: [[[Int32]]]
    private let key: UInt64
    /// Products looked at.
    var tried = 0

    /// What `expand` noted.
    var moves: [(slot: Int32, by: Int32)] = []
    /// Changes of atoms that no product makes.
    var explicit: [[(key: UInt64, by: Int32)]] = []
    /// Linear programs solved.
    var programs = 0
    /// By axis and code, changes from the only atom of the code to those of the codes beside it; empty until asked for.
    private var beforehand: [[[Int32]?]]

    // Room for what is being looked at.
    var slotBuffer: [Int32] = []
    /// By slot, its place among those of a neighbourhood plus 1; 0 between looks.
    var placeOfSlot: [Int32]
    var base: [(step: Int32, sign: Int32)] = []
    var bases: [[(step: Int32, sign: Int32)]]
    var corners: [(key: UInt64, sign: Int32)] = []

    init(_ board: Board, key: UInt64) {
        tables = board.tables
        layout = board.layout
        self.key = key
        changes = board.tables.axes.indices.map { Changes(axis: $0, blocks: board.layout.blocks) }
        neighbours = board.tables.axes.indices.map { axis in
            var isShown = Set<Int>()
            for table in board.tables.tables { isShown.formUnion(table.codes[axis]) }
            return Neighbours(board.tables.axes[axis], shown: isShown.sorted(), key: key)
        }
        finest = board.tables.tables.indices.map { table in
            board.tables.axes.indices.map { Search.finest(board, table: table, axis: $0) }
        }
        positions = board.tables.tables.map { table in
            table.codes.indices.map { axis in
                var positions = [Int32](repeating: -1, count: board.tables.axes[axis].codes.count)
                for (position, code) in table.codes[axis].enumerated() { positions[code] = Int32(position) }
                return positions
            }
        }
        placeOfSlot = [Int32](repeating: 0, count: board.layout.slotCount)
        beforehand = board.tables.axes.map { Array(repeating: nil, count: $0.codes.count) }
        bases = Array(repeating: [], count: board.layout.blocks.count)
        seenAxes = board.tables.tables.map { table in
            table.codes.indices.reduce(0) { table.codes[$1].count > 1 ? $0 | 1 << UInt32($1) : $0 }
        }
        popularity = board.tables.axes.map { [Int32](repeating: 0, count: $0.atomCount) }
        if !board.atoms.isEmpty {
            records = board.tables.tables.indices.map { RecordIndex(board, table: $0, finest: finest[$0]) }
            alike = board.tables.axes.indices.map { AlikeIndex(board, axis: $0) }
            for key in board.atoms.keys {
                for (axis, atom) in board.tables.atoms(ofKey: key).enumerated() { popularity[axis][atom] += 1 }
            }
        }
    }

    // MARK: - What to try

    /// How wide to look.
    enum Breadth: Int, Comparable {
        /// Two records exchange what they are on one axis; only where there are atoms to mind.
        case swaps
        case siblings, cousins, transfers, farTransfers

        static func < (first: Breadth, second: Breadth) -> Bool { first.rawValue < second.rawValue }
    }

    /// The cheapest product that moves the cell in `slot` up, or down, at least once.
    ///
    /// - Parameters:
    ///   - wanted: times; what does it more cheaply for each time is better.
    ///   - limit: nothing dearer than this is looked at; 0 asks for what is hidden already.
    mutating func best(
        _ board: borrowing Board, slot: Int, isUp: Bool, wanted: Int32, limit: Int32, breadth: Breadth
    ) -> Candidate? {
        let table = layout.place(of: slot).table
        let codes = layout.codes(of: slot, tables)
        if records.isEmpty {
            return breadth == .swaps
                ? nil : best(board, table, codes, background: nil, isUp, wanted, limit, breadth)
        }
        if breadth == .swaps { return swap(board, table, codes, isUp, wanted, limit) }
        var result: Candidate?
        var limit = limit
        for background in backgrounds(board, table, codes, isUp) {
            let found = best(board, table, codes, background: background, isUp, wanted, limit, breadth)
            guard let found, isBetter(found, than: result, wanted) else { continue }
            result = found
            if found.cost == 0, found.times >= wanted { return found }
            limit = min(limit, max(found.cost, 1) * max(1, wanted / found.times))
        }
        return result
    }

    private static let backgroundLimit = 4

    /// Records whose attributes a product may keep where its table does not tell: of what would fall.
    private func backgrounds(_ board: borrowing Board, _ table: Int, _ codes: [Int], _ isUp: Bool) -> [[Int]] {
        var found: [[Int]] = []
        func add(_ codes: [Int]) {
            let atoms = descend(board, table, codes, nil, .fullest)
            for key in records[table].keys(in: cell(table, atoms)).prefix(3) where (board.atoms[key] ?? 0) > 0 {
                let atoms = tables.atoms(ofKey: key)
                if !found.contains(atoms) { found.append(atoms) }
            }
        }
        if !isUp { add(codes) }
        for axis in codes.indices {
            for code in neighbours[axis].siblings[codes[axis]] where found.count < Search.backgroundLimit {
                var other = codes
                other[axis] = Int(code)
                add(other)
            }
        }
        if found.isEmpty {
            add(codes.indices.map { positions[table][$0][0] >= 0 ? 0 : codes[$0] })
        }
        return found.isEmpty ? [tables.axes.map { _ in 0 }] : Array(found.prefix(Search.backgroundLimit))
    }

    /// The number of the finest cell of a table that atoms are in.
    private func cell(_ table: Int, _ atoms: [Int]) -> Int {
        atoms.indices.reduce(0) { $0 + Int(max(0, finest[table][$1][atoms[$1]])) }
    }

    /// Products tried for one cell.
    private static let swapLimit = 12

    /// The cheapest exchange of one axis between two records that are alike on all but two.
    private mutating func swap(
        _ board: borrowing Board, _ table: Int, _ codes: [Int], _ isUp: Bool, _ wanted: Int32, _ limit: Int32
    ) -> Candidate? {
        var result: Candidate?
        var left = Search.swapLimit
        let seen = codes.indices.filter { tables.tables[table].codes[$0].count > 1 && codes[$0] != 0 }
        guard seen.count > 1 else { return nil }
        for second in seen {
            for beside in neighbours[second].siblings[codes[second]].prefix(8) {
                // The record that is taken: from beside the cell when it rises, from the cell when it falls.
                var from = codes
                if isUp { from[second] = Int(beside) }
                let atoms = descend(board, table, from, nil, .fullest)
                for key in records[table].keys(in: cell(table, atoms)).prefix(4) where (board.atoms[key] ?? 0) > 0 {
                    let taken = tables.atoms(ofKey: key)
                    // What it turns into on the second axis: the other record has that already.
                    let turned = atom(board, table, second, isUp ? codes[second] : Int(beside), taken, .cheapest, nil)
                    for first in seen where first != second {
                        var other = taken
                        other[second] = turned
                        let own = tables.axes[first].codes[codes[first]]
                        for partner in alike[first].keys(tables, other, but: first).prefix(6) {
                            let there = tables.atoms(ofKey: partner)[first]
                            if there == taken[first] || (board.atoms[partner] ?? 0) <= 0 || own.contains(there) {
                                continue
                            }
                            var options = codes.indices.map { [changes[$0].number(taken[$0], -1)] }
                            var plus = taken
                            options[first] = [changes[first].number(taken[first], there)]
                            if isUp {
                                plus[second] = turned
                                options[second] = [changes[second].number(turned, taken[second])]
                            } else {
                                options[second] = [changes[second].number(taken[second], turned)]
                            }
                            let ceiling = result.map { min(limit, $0.cost * wanted / max(1, $0.times)) } ?? limit
                            if let found = cheapest(board, table, plus, options, isUp, wanted, ceiling),
                                isBetter(found, than: result, wanted)
                            {
                                result = found
                                if found.cost == 0 { return found }
                            }
                            left -= 1
                            if left == 0 { return result }
                        }
                    }
                }
            }
        }
        return result
    }

    private func isBetter(_ first: Candidate, than second: Candidate?, _ wanted: Int32) -> Bool {
        guard let second else { return true }
        let a = Int(first.cost) * Int(min(second.times, wanted))
        let b = Int(second.cost) * Int(min(first.times, wanted))
        return a != b ? a < b : first.times > second.times
    }

    private mutating func best(
        _ board: borrowing Board, _ table: Int, _ codes: [Int], background: [Int]?, _ isUp: Bool, _ wanted: Int32,
        _ limit: Int32, _ breadth: Breadth
    ) -> Candidate? {
        if breadth >= .transfers { return transfer(board, table, codes, background, isUp, wanted, limit, breadth) }
        let plus = descend(board, table, codes, background, .cheapest)
        var options: [[Int32]] = []
        for axis in tables.axes.indices {
            var list: [Int32] = []
            if tables.tables[table].codes[axis].count > 1 || codes[axis] != 0 {
                list = siblings(board, table, axis, codes[axis], plus, background)
                if breadth >= .cousins {
                    for code in neighbours[axis].cousins[codes[axis]] {
                        let minus = atom(board, table, axis, Int(code), plus, .cheapest, background)
                        list.append(changes[axis].number(plus[axis], minus))
                    }
                }
            }
            if list.isEmpty || breadth >= .cousins { list.append(changes[axis].number(plus[axis], -1)) }
            options.append(list)
        }
        return cheapest(board, table, plus, options, isUp, wanted, limit)
    }

    private mutating func siblings(
        _ board: borrowing Board, _ table: Int, _ axis: Int, _ code: Int, _ plus: [Int],
        _ background: [Int]?
    ) -> [Int32] {
        if let known = beforehand[axis][code] { return known }
        let codes = neighbours[axis].siblings[code]
        var list: [Int32] = []
        list.reserveCapacity(codes.count)
        for other in codes {
            let minus = atom(board, table, axis, Int(other), plus, .cheapest, background)
            list.append(changes[axis].number(plus[axis], minus))
        }
        let all = tables.axes[axis].codes
        if all[code].atoms.count == 1, codes.allSatisfy({ all[Int($0)].atoms.count == 1 }) {
            beforehand[axis][code] = list
        }
        return list
    }

    /// The cheapest way to move records between the cell and one beside it on one axis, all else about them the same.
    private mutating func transfer(
        _ board: borrowing Board, _ table: Int, _ codes: [Int], _ background: [Int]?, _ isUp: Bool, _ wanted: Int32,
        _ limit: Int32, _ breadth: Breadth
    ) -> Candidate? {
        var result: Candidate?
        let falling = isUp ? [] : taken(board, table, codes, background)
        for axis in codes.indices {
            let beside = breadth == .transfers ? neighbours[axis].cousins : neighbours[axis].others
            // Each is dear to weigh where there are records to mind.
            let most = records.isEmpty ? Int.max : breadth == .transfers ? 8 : 32
            for code in (neighbours[axis].siblings[codes[axis]] + beside[codes[axis]]).prefix(most) {
                var atoms = falling
                var other = codes
                other[axis] = Int(code)
                if isUp { atoms = taken(board, table, other, background) }
                let there = atom(board, table, axis, isUp ? codes[axis] : Int(code), atoms, .cheapest, background)
                let (plus, minus) = isUp ? (there, atoms[axis]) : (atoms[axis], there)
                let options = codes.indices.map {
                    [$0 == axis ? changes[$0].number(plus, minus) : changes[$0].number(atoms[$0], -1)]
                }
                let ceiling = result.map { min(limit, $0.cost * wanted / max(1, $0.times)) } ?? limit
                if let found = cheapest(
                    board, table, isUp ? replaced(atoms, axis, there) : atoms, options, isUp, wanted, ceiling),
                    isBetter(found, than: result, wanted)
                {
                    result = found
                }
            }
        }
        return result
    }

    /// The atoms of a record that can be taken out of a cell.
    private func taken(_ board: borrowing Board, _ table: Int, _ codes: [Int], _ background: [Int]?) -> [Int] {
        let atoms = descend(board, table, codes, background, .fullest)
        guard !records.isEmpty else { return atoms }
        var best: (room: Int32, key: UInt64)?
        for key in records[table].keys(in: cell(table, atoms)) {
            let room = board.atoms[key] ?? 0
            if room > 0, room > best?.room ?? 0 { best = (room, key) }
        }
        return best.map { tables.atoms(ofKey: $0.key) } ?? atoms
    }

    private func replaced(_ atoms: [Int], _ axis: Int, _ atom: Int) -> [Int] {
        var atoms = atoms
        atoms[axis] = atom
        return atoms
    }

    /// Which of the atoms of a code to take.
    private enum Preference {
        /// Whose cell costs least to hide.
        case cheapest
        /// Whose cell may fall furthest.
        case fullest
    }

    /// An atom in every code: of those that a table shows, going down axis by axis.
    private func descend(
        _ board: borrowing Board, _ table: Int, _ codes: [Int], _ background: [Int]?, _ preference: Preference
    ) -> [Int] {
        let block = layout.blocks[table]
        var atoms = codes.indices.map { axis in tables.axes[axis].codes[codes[axis]].atoms[0] }
        var steps = codes.indices.map { axis in Int(positions[table][axis][codes[axis]]) * block.strides[axis] }
        for axis in codes.indices where tables.axes[axis].codes[codes[axis]].atoms.count > 1 {
            let base = block.base + steps.reduce(0, +) - steps[axis]
            atoms[axis] = atom(board, table, axis, codes[axis], base: base, preference, background?[axis])
            steps[axis] = Int(max(0, finest[table][axis][atoms[axis]]))
        }
        return atoms
    }

    /// The atom of `code` whose cell is preferred, the other axes standing at the atoms `others`.
    private func atom(
        _ board: borrowing Board, _ table: Int, _ axis: Int, _ code: Int, _ others: [Int], _ preference: Preference,
        _ background: [Int]?
    ) -> Int {
        var base = layout.blocks[table].base
        for other in others.indices where other != axis { base += Int(max(0, finest[table][other][others[other]])) }
        return atom(board, table, axis, code, base: base, preference, background?[axis])
    }

    private func atom(
        _ board: borrowing Board, _ table: Int, _ axis: Int, _ code: Int, base: Int, _ preference: Preference,
        _ background: Int?
    ) -> Int {
        let atoms = tables.axes[axis].codes[code].atoms
        if atoms.count == 1 { return atoms[0] }
        var best = (first: Int32.max, second: Int32.max, third: Int32.max, order: UInt64.max, atom: atoms[0])
        for atom in atoms {
            let step = finest[table][axis][atom]
            guard step >= 0 else { continue }
            // What the table does not tell apart: as in the record that is to move, or as most are.
            let third = atom == background ? Int32.min : -popularity[axis][atom]
            let cell = board.cells[base + Int(step)]
            let (first, second) = preference == .cheapest ? (cell.price, -cell.room) : (-cell.room, cell.price)
            let order = mixed(key ^ UInt64(atom))
            if (first, second, third, order) < (best.first, best.second, best.third, best.order) {
                best = (first, second, third, order, atom)
            }
        }
        return best.atom
    }

    /// By atom the step of the smallest code of a table that covers it; −1 where there is none.
    private static func finest(_ board: Board, table: Int, axis: Int) -> [Int32] {
        let of = board.layout.blocks[table].axes[axis]
        let stride = board.layout.blocks[table].strides[axis]
        let shown = board.tables.tables[table].codes[axis]
        let codes = board.tables.axes[axis].codes
        return (0..<board.tables.axes[axis].atomCount).map { atom in
            let steps = of.steps[Int(of.starts[atom])..<Int(of.starts[atom + 1])]
            return steps.min { codes[shown[Int($0) / stride]].atoms.count < codes[shown[Int($1) / stride]].atoms.count }
                ?? -1
        }
    }

    /// A few cells of the same table that differ from this one on one axis, the nearest of each axis.
    func beside(_ slot: Int) -> [Int] {
        let (table, cell) = layout.place(of: slot)
        let places = layout.positions(table: table, cell: cell, tables)
        return tables.axes.indices.flatMap { axis in
            let code = tables.tables[table].codes[axis][places[axis]]
            return (neighbours[axis].siblings[code].prefix(3) + neighbours[axis].cousins[code].prefix(2)).compactMap {
                let position = Int(positions[table][axis][Int($0)])
                return position < 0 ? nil : slot + (position - places[axis]) * layout.blocks[table].strides[axis]
            }
        }
    }

    // MARK: - Around a cell

    /// Every slot that counts an atom.
    func slots(ofAtom key: UInt64) -> [Int] { layout.slots(of: tables.atoms(ofKey: key)) }

    /// Atoms that a cell may trade with: some of its own on every axis, and some of the codes beside it.
    func neighbourhood(_ board: borrowing Board, _ slot: Int) -> [UInt64] {
        let all = tables.axes.reduce(UInt64(1)) {
            $0.multipliedReportingOverflow(by: UInt64($1.atomCount)).partialValue
        }
        if all <= UInt64(Search.localLimit) { return Array(0..<all) }
        let table = layout.place(of: slot).table
        let codes = layout.codes(of: slot, tables)
        let plus = descend(board, table, codes, nil, .cheapest)
        var lists: [[Int]] = tables.axes.indices.map { axis in
            var list = [plus[axis]]
            let isSeen = tables.tables[table].codes[axis].count > 1
            let own = tables.axes[axis].codes[codes[axis]].atoms
            let beside = neighbours[axis].siblings[codes[axis]] + neighbours[axis].cousins[codes[axis]]
            if isSeen {
                for code in beside where list.count < 14 {
                    let other = atom(board, table, axis, Int(code), plus, .cheapest, nil)
                    if !list.contains(other) { list.append(other) }
                }
            }
            for other in own where list.count < (isSeen ? 8 : 3) && !list.contains(other) { list.append(other) }
            return list
        }
        // The longest list gives way first.
        while lists.reduce(1, { $0 * $1.count }) > Search.localLimit {
            let longest = lists.indices.max { lists[$0].count < lists[$1].count }!
            lists[longest].removeLast()
        }
        var keys: [UInt64] = [0]
        for (axis, list) in lists.enumerated() {
            let size = UInt64(tables.axes[axis].atomCount)
            keys = keys.flatMap { key in list.map { key * size + UInt64($0) } }
        }
        return keys
    }
}
