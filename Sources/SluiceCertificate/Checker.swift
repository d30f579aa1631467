/// Follows walks and notes what they prove. Additions only, in time that grows with the length of the proof.
struct Checker {
    let tables: LinkedTables
    let rules: AuditRules
    let layout: Layout
    let values: [Int32]
    let sensitivity: Sensitivity
    private let statuses: [Protection.Status]
    /// How far the walk has moved each slot.
    private var moved: [Int]
    private var touched: [Int] = []
    private var buffer: [Int32] = []
    private var signed: [(step: Int32, sign: Int8)] = []
    /// True counts of atoms, where atoms are not cells of a table; and what authorities know of them.
    private var atomCounts: [UInt64: (count: Int, known: Int)] = [:]
    private var atomsMoved: [UInt64: Int] = [:]
    private let checksAtoms: Bool
    private let impossible: ImpossibleAtoms
    let ranges: FigureRanges
    /// By slot; empty where there is none.
    let structurallyZero: [Bool]
    /// By slot what an attacker takes for possible; empty where what is shown is known and what is hidden is not.
    private let bounds: [ClosedRange<Int>]

    init(_ tables: LinkedTables, _ rules: AuditRules, statuses: [Protection.Status]) {
        self.tables = tables
        self.rules = rules
        self.statuses = statuses
        layout = Layout(tables)
        values = layout.values(of: tables)
        sensitivity = tables.sensitivity(rules, layout: layout, values: values)
        moved = [Int](repeating: 0, count: layout.slotCount)
        impossible = tables.impossibleAtoms
        let ranges = FigureRanges(tables, rules, layout, sensitivity)
        self.ranges = ranges
        bounds = rules.perturbation == .none && !sensitivity.standsFree ? [] : ranges.ranges(values, statuses)
        structurallyZero = tables.structurallyZero(layout)
        checksAtoms = !layout.showsAtoms || rules.knowsOwn || !impossible.isEmpty
        if checksAtoms { atomCounts = tables.atomCounts(knowsOwn: rules.knowsOwn) }
    }

    // MARK: - Statuses

    /// Sensitive cells are hidden, zeros only where they may be, and where only small counts are marked nothing else is.
    func checkStatuses() throws(ProofRefusal) {
        try checkRaised()
        if case .controlled(let base) = rules.perturbation { try checkSums(base) }
        if rules.perturbation.showsAll {
            guard !statuses.contains(.hidden) else { throw .malformed("statuses") }
            return
        }
        for need in sensitivity.needs where statuses[need.slot] != .hidden { throw shown(need.slot) }
        for (slot, isZero) in structurallyZero.enumerated() where isZero && statuses[slot] == .hidden {
            let (table, cell) = layout.place(of: slot)
            throw .zeroHidden(table: tables.tables[table].id, cell: cell)
        }
        let marksOnlySmall = sensitivity.standsFree || rules.perturbation.isNearest
        if marksOnlySmall {
            for slot in statuses.indices where statuses[slot] == .hidden {
                if let top = sensitivity.markerTops[slot], Int(values[slot]) <= top { continue }
                let (table, cell) = layout.place(of: slot)
                throw .markerLies(table: tables.tables[table].id, cell: cell)
            }
        }
        if rules.zeros == .published || marksOnlySmall {
            for slot in statuses.indices where statuses[slot] == .hidden && values[slot] == 0 {
                if sensitivity.markerTops[slot] != nil, rules.hidesGroups { continue }
                let (table, cell) = layout.place(of: slot)
                throw .zeroHidden(table: tables.tables[table].id, cell: cell)
            }
        }
    }

    private func shown(_ slot: Int) -> ProofRefusal {
        let (table, cell) = layout.place(of: slot)
        return .sensitiveShown(table: tables.tables[table].id, cell: cell)
    }

    /// Only what controlled rounding can raise is raised.
    private func checkRaised() throws(ProofRefusal) {
        guard statuses.contains(.raised) else { return }
        guard case .controlled(let base) = rules.perturbation,
            statuses.indices.allSatisfy({ statuses[$0] != .raised || Int(values[$0]) % base > 0 })
        else { throw .malformed("statuses") }
    }

    /// What is rounded by control adds up in every line that a reader sees.
    private func checkSums(_ base: Int) throws(ProofRefusal) {
        func multiple(_ slot: Int) -> Int { Int(values[slot]) / base + (statuses[slot] == .raised ? 1 : 0) }
        for line in tables.lines(layout) {
            guard let total = line.total, line.parts.reduce(0, { $0 + multiple($1) }) != multiple(total) else {
                continue
            }
            let (table, cell) = layout.place(of: total)
            throw .addsUpToOther(table: tables.tables[table].id, cell: cell)
        }
    }

    // MARK: - Bounds

    /// What an attacker takes for possible in a slot.
    private func isPossible(_ slot: Int) -> Bool {
        if !bounds.isEmpty { return bounds[slot].contains(Int(values[slot]) + moved[slot]) }
        if statuses[slot] != .hidden { return moved[slot] == 0 }
        return Int(values[slot]) + moved[slot] >= (rules.zeros == .published ? 1 : 0)
    }

    // MARK: - Walks

    /// What one walk shows about one cell.
    struct Attained {
        /// Every value from `low` to `high` is attainable.
        var low: Int
        var high: Int
        /// Values beyond them, reached in steps of more than one.
        var apart: Set<Int> = []

        init(_ value: Int) {
            low = value
            high = value
        }

        mutating func merge(_ other: Attained) {
            low = min(low, other.low)
            high = max(high, other.high)
            apart.formUnion(other.apart)
        }

        func isEnough(_ need: Need) -> Bool {
            let beyond = apart.filter { $0 < low || $0 > high }
            return max(high, beyond.max() ?? high) >= need.reach && high - low + 1 + beyond.count >= need.width
                && (!need.wantsZero || low <= 0 || beyond.contains(0))
        }
    }

    /// Follows a walk from the true counts and notes what it shows about each of the cells.
    ///
    /// - Returns: parallel to `needs`; and the slots the walk changes, for those who know one of them.
    /// - Throws: at the first leg whose end is impossible.
    mutating func follow(
        _ walk: Walk, number: Int, needs: [Need]
    ) throws(ProofRefusal) -> (attained: [Attained], singletons: Set<Int>) {
        defer { goBack() }
        var attained = needs.map { Attained(value($0)) }
        var singletons: Set<Int> = []
        for (legIndex, leg) in walk.legs.enumerated() {
            guard leg.amount != 0, abs(leg.amount) <= 1 << 31 else { throw .malformed("steps") }
            let before = needs.map { moved($0) }
            let first = touched.count
            try apply(leg, walk: number, leg: legIndex)
            for slot in touched[first...] where !isPossible(slot) {
                let (table, cell) = layout.place(of: slot)
                throw .stepImpossible(walk: number, leg: legIndex, table: tables.tables[table].id, cell: cell)
            }
            // Also what a later leg puts back: on the way it was otherwise.
            if rules.knowsSingletons {
                for slot in touched where moved[slot] != 0 {
                    if let person = sensitivity.singletons[slot] { singletons.insert(person) }
                }
            }
            for index in needs.indices {
                let value = value(needs[index])
                note(
                    &attained[index], from: value + before[index], to: value + moved(needs[index]),
                    times: abs(leg.amount), width: needs[index].width)
            }
        }
        return (attained, singletons)
    }

    /// The true count that a need is about.
    func value(_ need: Need) -> Int { need.with.reduce(Int(values[need.slot])) { $0 + Int(values[$1]) } }

    private func moved(_ need: Need) -> Int { need.with.reduce(moved[need.slot]) { $0 + moved[$1] } }

    private func note(_ attained: inout Attained, from: Int, to: Int, times: Int, width: Int) {
        let step = (to - from) / times
        if step == 0 { return }
        // A leg by ones from a value inside what is known makes it longer without a gap.
        if abs(step) == 1, from >= attained.low, from <= attained.high {
            attained.low = min(attained.low, to)
            attained.high = max(attained.high, to)
            return
        }
        // More than `width` values prove no more; the last one may be the one that is far enough.
        for count in 1...min(times, width + 1) { attained.apart.insert(from + count * step) }
        attained.apart.insert(to)
    }

    private mutating func goBack() {
        for slot in touched { moved[slot] = 0 }
        touched.removeAll(keepingCapacity: true)
        if checksAtoms { atomsMoved.removeAll(keepingCapacity: true) }
    }

    private mutating func apply(_ leg: Walk.Leg, walk: Int, leg number: Int) throws(ProofRefusal) {
        switch leg.move {
        case .product(let steps):
            guard steps.count == tables.axes.count else { throw .malformed("steps") }
            for (step, axis) in zip(steps, tables.axes) {
                guard step.plus >= 0, step.plus < axis.atomCount, step.minus >= -1, step.minus < axis.atomCount,
                    step.plus != step.minus
                else { throw .malformed("steps") }
            }
            // More corners than any search makes: nothing but work.
            guard steps.count(where: { $0.minus >= 0 }) <= 12 else { throw .malformed("steps") }
            for table in layout.blocks.indices { applyProduct(steps, leg.amount, table) }
            if checksAtoms {
                for (atom, sign) in corners(steps) {
                    try move(atom, by: sign * leg.amount, walk: walk, leg: number)
                }
            }
        case .atoms(let changes):
            for change in changes {
                guard abs(change.by) <= 1 << 31 else { throw .malformed("steps") }
                let (by, isTooLarge) = change.by.multipliedReportingOverflow(by: leg.amount)
                guard !isTooLarge, abs(by) <= 1 << 40, change.atom < atomLimit else { throw .malformed("steps") }
                let atoms = tables.atoms(ofKey: change.atom)
                for table in layout.blocks.indices {
                    var slots: [Int] = []
                    layout.forEachSlot(table: table, atoms: atoms, &buffer) { slots.append($0) }
                    for slot in slots {
                        moved[slot] += by
                        guard abs(moved[slot]) < 1 << 50 else { throw .malformed("steps") }
                        touched.append(slot)
                    }
                }
                if checksAtoms {
                    atomsMoved[change.atom, default: 0] += by
                    guard abs(atomsMoved[change.atom]!) < 1 << 50 else { throw .malformed("steps") }
                }
            }
            if checksAtoms {
                for change in changes { try checkAtom(change.atom, walk: walk, leg: number) }
            }
        }
    }

    private var atomLimit: UInt64 { tables.axes.reduce(1) { $0 * UInt64($1.atomCount) } }

    /// A table's cells change by the product of how each axis changes; where an axis of it cannot tell `plus` from
    /// `minus`, nothing does.
    private mutating func applyProduct(_ steps: [Move.Step], _ amount: Int, _ table: Int) {
        let block = layout.blocks[table]
        signed.removeAll(keepingCapacity: true)
        signed.append((0, 1))
        for (axis, step) in zip(block.axes, steps) {
            let count = signed.count
            let plus = Int(axis.starts[Int(step.plus)])..<Int(axis.starts[Int(step.plus) + 1])
            let minus =
                step.minus < 0 ? 0..<0 : Int(axis.starts[Int(step.minus)])..<Int(axis.starts[Int(step.minus) + 1])
            // Both ascend; what they share cancels.
            var first = plus.lowerBound
            var second = minus.lowerBound
            while first < plus.upperBound || second < minus.upperBound {
                if second == minus.upperBound
                    || (first < plus.upperBound && axis.steps[first] < axis.steps[second])
                {
                    for index in 0..<count {
                        signed.append((signed[index].step + axis.steps[first], signed[index].sign))
                    }
                    first += 1
                } else if first == plus.upperBound || axis.steps[second] < axis.steps[first] {
                    for index in 0..<count {
                        signed.append((signed[index].step + axis.steps[second], -signed[index].sign))
                    }
                    second += 1
                } else {
                    first += 1
                    second += 1
                }
            }
            signed.removeFirst(count)
            if signed.isEmpty { return }
        }
        for (step, sign) in signed {
            let slot = block.base + Int(step)
            moved[slot] += Int(sign) * amount
            touched.append(slot)
        }
    }

    private func corners(_ steps: [Move.Step]) -> [(atom: UInt64, sign: Int)] {
        var corners: [(atom: UInt64, sign: Int)] = [(0, 1)]
        for (axis, step) in zip(tables.axes, steps) {
            let size = UInt64(axis.atomCount)
            corners =
                corners.map { ($0.atom * size + UInt64(step.plus), $0.sign) }
                + (step.minus < 0 ? [] : corners.map { ($0.atom * size + UInt64(step.minus), -$0.sign) })
        }
        return corners
    }

    private mutating func move(_ atom: UInt64, by amount: Int, walk: Int, leg: Int) throws(ProofRefusal) {
        atomsMoved[atom, default: 0] += amount
        try checkAtom(atom, walk: walk, leg: leg)
    }

    private func checkAtom(_ atom: UInt64, walk: Int, leg: Int) throws(ProofRefusal) {
        let moved = atomsMoved[atom] ?? 0
        let (count, known) = atomCounts[atom] ?? (0, 0)
        guard count + moved >= known else { throw .atomImpossible(walk: walk, leg: leg) }
        guard moved != 0, !impossible.isEmpty, impossible.contains(tables.atoms(ofKey: atom)) else { return }
        throw .atomImpossible(walk: walk, leg: leg)
    }
}
