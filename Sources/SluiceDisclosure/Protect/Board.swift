import SluiceCertificate
import SluiceModel

/// All slots of linked tables as the search sees them.
struct Board {
    struct Cell {
        /// What hiding it costs, in sixteenths of a bit; 0 when it is hidden already.
        var price: Int32
        /// How far it may still fall. Where a cell stands in several tables, all but its first slot cost nothing and
        /// fall without end.
        var room: Int32
        /// How far it may still rise: without end, but where what is shown or marked gives a range away.
        var lift: Int32 = Board.endless
    }

    /// More than any sum of prices.
    static let forbidden = Int32(1) << 26
    /// What a cell can cost at most.
    static let dearest = 1 << 20
    static let endless = Int32(1) << 30

    let tables: LinkedTables
    let rules: AuditRules
    let layout: Layout
    let values: [Int32]
    /// Each once, by the first slots of the cells they are about.
    let needs: [Need]
    /// For each that must be proved, slot by slot, its number in `needs`.
    let asked: [(slot: Int, need: Int)]
    /// By slot: the number in `needs` of what is about that cell alone, or −1.
    let needOfSlot: [Int32]
    var cells: [Cell]
    var isHidden: [Bool]
    /// What each cell costs to hide while it is shown.
    private(set) var prices: [Int32] = []
    /// For slots that stand for the same cell as an earlier one: that one. Empty in parts with one table.
    let firstSlots: [Int: Int]
    /// How many records each atom has left, where atoms are not cells of a table.
    var atoms: [UInt64: Int32] = [:]
    let standsFree: Bool
    /// The least that a hidden cell can be taken for.
    let floor: Int32
    /// Shown figures are perturbed, so that each may move in its range and nothing but small counts, if anything, is hidden.
    var hasRanges: Bool { rules.perturbation != .none }
    /// See `Sensitivity`.
    let markerTops: [Int: Int]
    /// By slot where one person is alone in a cell: who; empty where nobody reckons with that.
    let singletons: [Int: Int]
    let slotsOfSingleton: [Int: [Int]]
    /// By slot where controlled rounding goes up; empty where none is asked for.
    let isRaised: [Bool]
    let impossible: ImpossibleAtoms

    init(_ tables: LinkedTables, _ rules: AuditRules, _ options: SearchOptions, isRaised: [Bool] = []) {
        self.tables = tables
        self.rules = rules
        self.isRaised = isRaised
        impossible = tables.impossibleAtoms
        layout = Layout(tables)
        values = layout.values(of: tables)
        let sensitivity = tables.sensitivity(rules, layout: layout, values: values)
        firstSlots = Board.firstSlots(tables, layout)
        (needs, asked) = Board.merged(sensitivity.needs, firstSlots)
        standsFree = sensitivity.standsFree
        markerTops = sensitivity.markerTops
        singletons = sensitivity.singletons
        slotsOfSingleton = Dictionary(grouping: sensitivity.singletons.keys.sorted()) { sensitivity.singletons[$0]! }
        var needOfSlot = [Int32](repeating: -1, count: values.count)
        for (index, need) in needs.enumerated() where need.with.isEmpty { needOfSlot[need.slot] = Int32(index) }
        self.needOfSlot = needOfSlot
        isHidden = [Bool](repeating: false, count: values.count)
        let floor: Int32 = rules.zeros == .published ? 1 : 0
        self.floor = rules.perturbation.showsAll ? 0 : rules.perturbation == .none ? floor : 1
        cells = values.map { Cell(price: 0, room: $0 - floor) }
        priceAll(options)
        prices = cells.map(\.price)
        // What must be shown and must not be is the search's to tell.
        let forced = Set(options.forcedPublic.map { firstSlots[$0] ?? $0 })
        if !rules.perturbation.showsAll {
            for need in needs where !forced.contains(firstSlots[need.slot] ?? need.slot) { hide(need.slot) }
        }
        if !layout.showsAtoms || rules.knowsOwn || !impossible.isEmpty {
            atoms = tables.atomCounts(knowsOwn: rules.knowsOwn).mapValues { Int32($0.count - $0.known) }
        }
        if hasRanges { giveRanges(FigureRanges(tables, rules, layout, sensitivity)) }
        for (slot, isZero) in tables.structurallyZero(layout).enumerated() where isZero {
            cells[firstSlots[slot] ?? slot] = Cell(price: Board.forbidden, room: 0, lift: 0)
        }
    }

    /// Needs of a cell that stands in several tables are one, the strictest of all.
    private static func merged(
        _ given: [Need], _ firstSlots: [Int: Int]
    ) -> (needs: [Need], asked: [(slot: Int, need: Int)]) {
        var needs: [Need] = []
        var numbers: [[Int]: Int] = [:]
        var asked: [(slot: Int, need: Int)] = []
        for need in given {
            var first = need
            let slots = need.slots.map { firstSlots[$0] ?? $0 }.sorted()
            (first.slot, first.with) = (slots[0], Array(slots[1...]))
            if let number = numbers[slots] {
                needs[number].tighten(first)
                asked.append((need.slot, number))
            } else {
                numbers[slots] = needs.count
                asked.append((need.slot, needs.count))
                needs.append(first)
            }
        }
        return (needs, asked)
    }

    /// The true count that a need is about.
    func value(_ need: Need) -> Int32 { need.with.reduce(values[need.slot]) { $0 + values[$1] } }

    /// The range that each figure gives away.
    private mutating func giveRanges(_ ranges: FigureRanges) {
        let bounds = ranges.ranges(values, statuses)
        for slot in cells.indices where !isTwin(slot) {
            let value = Int(values[slot])
            cells[slot] = Cell(
                price: 0, room: Int32(value - bounds[slot].lowerBound),
                lift: Int32(min(bounds[slot].upperBound - value, Int(Board.endless))))
        }
    }

    private mutating func priceAll(_ options: SearchOptions) {
        let forced = options.forced(tables, layout)
        for table in layout.blocks.indices {
            let block = layout.blocks[table]
            let shown = tables.tables[table].codes
            // By axis and position: how many times dearer.
            let weights = shown.indices.map { axis in
                shown[axis].map { code in
                    shown[axis].count > 1 && tables.axes[axis].codes[code].atoms.count > 1
                        ? options.totalWeight : 10
                }
            }
            var positions = [Int](repeating: 0, count: shown.count)
            for cell in 0..<block.cellCount {
                let slot = block.base + cell
                let value = values[slot]
                var weighed = Int(16 + logarithm16(value))
                for axis in positions.indices {
                    weighed = min(weighed * weights[axis][positions[axis]] / 10, Board.dearest)
                }
                var price = Int32(weighed)
                if options.hiddenBefore.contains(slot) { price = max(1, price / 4) }
                let isZeroShown = value == 0 && (rules.zeros == .published || standsFree)
                if isZeroShown || forced.contains(slot) || standsFree {
                    price = Board.forbidden
                }
                cells[slot].price = price
                var axis = positions.count - 1
                while axis >= 0 {
                    positions[axis] += 1
                    if positions[axis] < shown[axis].count { break }
                    positions[axis] = 0
                    axis -= 1
                }
            }
        }
        for (slot, first) in firstSlots {
            // What is forced in one table is forced in all.
            if cells[slot].price == Board.forbidden { cells[first].price = Board.forbidden }
            cells[slot] = Cell(price: 0, room: Board.endless)
        }
    }

    /// 16 · log2(1 + value), rounded down to whole sixteenths by table-free halving.
    private func logarithm16(_ value: Int32) -> Int32 {
        var number = UInt64(value) + 1
        let whole = 63 - number.leadingZeroBitCount
        number = (number << 32) >> UInt64(whole)
        var fraction: Int32 = 0
        for _ in 0..<4 {
            number = number * number >> 32
            fraction <<= 1
            if number >= 1 << 33 {
                fraction |= 1
                number >>= 1
            }
        }
        return Int32(whole) * 16 + fraction
    }

    private static func firstSlots(_ tables: LinkedTables, _ layout: Layout) -> [Int: Int] {
        // Codes that cover the same atoms are the same cell: parents with one child among them.
        let same = tables.axes.map { axis -> [Int] in
            var firstOf: [[Int]: Int] = [:]
            return axis.codes.indices.map { code in
                if let first = firstOf[axis.codes[code].atoms] { return first }
                firstOf[axis.codes[code].atoms] = code
                return code
            }
        }
        let hasTwins = zip(same, tables.axes).contains { $0 != Array($1.codes.indices) }
        guard tables.tables.count > 1 || hasTwins else { return [:] }
        var seen: [UInt64: Int] = [:]
        var first: [Int: Int] = [:]
        for table in tables.tables.indices {
            let block = layout.blocks[table]
            for cell in 0..<block.cellCount {
                var key: UInt64 = 0
                for axis in tables.axes.indices {
                    let shown = tables.tables[table].codes[axis]
                    let position = shown.count == 1 ? 0 : cell / block.strides[axis] % shown.count
                    key = key &* UInt64(tables.axes[axis].codes.count) &+ UInt64(same[axis][shown[position]])
                }
                let slot = block.base + cell
                if let earlier = seen[key] { first[slot] = earlier } else { seen[key] = slot }
            }
        }
        return first
    }

    /// Whether the slot stands for the same cell as an earlier one.
    func isTwin(_ slot: Int) -> Bool { !firstSlots.isEmpty && firstSlots[slot] != nil }

    /// Hides a cell; in all tables where it stands, see `statuses`.
    mutating func hide(_ slot: Int) {
        let first = firstSlots[slot] ?? slot
        isHidden[first] = true
        cells[first].price = 0
    }

    /// What is hidden, by slot.
    var statuses: [Protection.Status] {
        var statuses = isHidden.map { $0 ? Protection.Status.hidden : .shown }
        for (slot, isRaised) in isRaised.enumerated() where isRaised { statuses[slot] = .raised }
        for (slot, first) in firstSlots { statuses[slot] = statuses[first] }
        return statuses
    }
}

extension SearchOptions {
    /// All slots that must be shown.
    func forced(_ tables: LinkedTables, _ layout: Layout) -> Set<Int> {
        isGrandTotalPublic ? forcedPublic.union(layout.grandTotals(of: tables)) : forcedPublic
    }
}
