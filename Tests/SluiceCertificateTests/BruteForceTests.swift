import SluiceCertificate
import Testing

/// The checker against enumeration: every assignment of counts that an attacker considers possible is made, and the values
/// a cell has in them are held against those the checker finds on walks to each of them.
///
/// Source: case B of the project's reference on disclosure control.
@Suite struct BruteForceTests {
    @Test(arguments: [ZeroPolicy.hideable, .published])
    func `a proof is accepted exactly when enumeration finds enough values`(zeros: ZeroPolicy) throws {
        var accepted = 0
        var refused = 0
        for seed in 0..<6_000 {
            var chance = Chance(seed: UInt64(seed) &* 77 &+ (zeros == .hideable ? 0 : 1_000_003))
            let tables = randomTables(&chance)
            let layout = Layout(tables)
            let values = layout.values(of: tables)
            let threshold = 3 + chance.below(3)
            let rules = AuditRules(
                primary: PrimaryRules(threshold: threshold, width: 2 + chance.below(threshold)), zeros: zeros)
            let sensitivity = tables.sensitivity(rules, layout: layout, values: values)
            guard let statuses = randomStatuses(tables, layout, values, sensitivity, zeros, &chance) else { continue }
            let attainable = enumerate(tables, layout, values, statuses, zeros, sensitivity)
            // Too many to look at all of them.
            if attainable.changes.count > enumerationLimit { continue }
            let isSafe = sensitivity.needs.allSatisfy { need in
                let found = attainable.values[need.slot]
                return found.count >= need.width && found.max()! >= need.reach
            }
            // A walk to every assignment there is, in one step from the true one.
            let walks = attainable.changes.map { change in
                Walk([
                    Walk.Leg(
                        .atoms(change.map { Move.Change(atom: $0.key, by: $0.value) }.sorted { $0.atom < $1.atom }), 1)
                ])
            }
            let protection = Protection(
                statuses: statuses, walks: walks,
                proofs: sensitivity.needs.map { Protection.Proof(slot: $0.slot, walks: Array(walks.indices)) })
            let isAccepted = (try? prove(tables, rules, protection)) != nil
            #expect(isAccepted == isSafe, "seed \(seed)")
            if isAccepted { accepted += 1 } else { refused += 1 }
        }
        #expect(accepted > 500 && refused > 500, "\(accepted) accepted, \(refused) refused")
    }

    /// With y₁ = y₂ + y₃, y₂ + p = 4 and y₃ + p = 5 every second value of y₁ is impossible: 1, 3, 5, 7, 9 remain.
    @Test func `attainable values are counted and not the width between them`() throws {
        // Atoms: a and b of y₁, and p, which belongs to both sums.
        let codes = [
            Axis.Code(name: "total", atoms: [0, 1, 2]), Axis.Code(name: "y1", atoms: [0, 1]),
            Axis.Code(name: "y2", atoms: [0]), Axis.Code(name: "y3", atoms: [1]), Axis.Code(name: "p", atoms: [2]),
            Axis.Code(name: "y2+p", atoms: [0, 2]), Axis.Code(name: "y3+p", atoms: [1, 2]),
        ]
        let tables = LinkedTables(
            eventKind: "offence", axes: [Axis(id: "a", atomCount: 3, codes: codes)],
            tables: [LinkedTable(id: "t", codes: [[1, 2, 3, 4, 5, 6]])], authorities: [.init(id: "one")],
            contributions: [
                Contribution(atom: 0, count: 1), Contribution(atom: 1, count: 2), Contribution(atom: 2, count: 3),
            ])
        let statuses: [Protection.Status] = [.hidden, .hidden, .hidden, .hidden, .shown, .shown]
        let layout = Layout(tables)
        let all = enumerate(
            tables, layout, layout.values(of: tables), statuses, .hideable,
            tables.sensitivity(
                AuditRules(primary: PrimaryRules(threshold: 4), zeros: .hideable), layout: layout,
                values: layout.values(of: tables)))
        #expect(all.values[0].sorted() == [1, 3, 5, 7, 9])
        // One more of y₂ and of y₃, one less of p.
        let move = Move.atoms([.init(atom: 0, by: 1), .init(atom: 1, by: 1), .init(atom: 2, by: -1)])
        func isProved(width: Int, reach: Int = 4) -> Bool {
            let rules = AuditRules(primary: PrimaryRules(threshold: reach, width: width), zeros: .hideable)
            let protection = Protection(
                statuses: statuses, walks: [Walk([.init(move, 3)]), Walk([.init(move, -1)])],
                proofs: [0, 1, 2, 3].map { .init(slot: $0, walks: [0, 1]) })
            return (try? prove(tables, rules, protection)) != nil
        }
        #expect(isProved(width: 5))
        #expect(!isProved(width: 6), "1 to 9 is nine wide and holds five values")
    }

    // MARK: - Making and enumerating

    private let enumerationLimit = 4_000

    private func randomTables(_ chance: inout Chance) -> LinkedTables {
        switch chance.below(4) {
        case 0: return crossed([2 + chance.below(3), 2 + chance.below(2)], &chance, inner: true)
        case 1: return crossed([2, 2, 2], &chance, inner: true)
        case 2: return crossed([2 + chance.below(2), 2, 2], &chance, inner: false)
        default: return overlapping(&chance)
        }
    }

    /// All cells, or without the inner ones: only pairs of axes are then crossed.
    private func crossed(_ counts: [Int], _ chance: inout Chance, inner: Bool) -> LinkedTables {
        let axes = counts.enumerated().map { index, count in
            Axis(
                id: "x\(index)", atomCount: count,
                codes: [Axis.Code(name: "total", atoms: Array(0..<count))]
                    + (0..<count).map { Axis.Code(name: "\($0)", atoms: [$0]) })
        }
        var tables = [LinkedTable(id: "t", codes: axes.map { Array($0.codes.indices) })]
        if !inner {
            tables = [(0, 1), (1, 2), (0, 2)].map { pair in
                LinkedTable(
                    id: "t\(pair.0)\(pair.1)",
                    codes: axes.indices.map { $0 == pair.0 || $0 == pair.1 ? Array(axes[$0].codes.indices) : [0] })
            }
        }
        return filled(axes, tables, counts.reduce(1, *), &chance)
    }

    /// Codes that overlap without being nested.
    private func overlapping(_ chance: inout Chance) -> LinkedTables {
        let count = 3 + chance.below(3)
        var codes = [Axis.Code(name: "total", atoms: Array(0..<count))]
        for number in 0..<(2 + chance.below(4)) {
            let atoms = (0..<count).filter { _ in chance.below(2) == 0 }
            if !atoms.isEmpty { codes.append(Axis.Code(name: "c\(number)", atoms: atoms)) }
        }
        codes += (0..<count).map { Axis.Code(name: "a\($0)", atoms: [$0]) }
        return filled(
            [Axis(id: "x", atomCount: count, codes: codes)], [LinkedTable(id: "t", codes: [Array(codes.indices)])],
            count,
            &chance)
    }

    private func filled(
        _ axes: [Axis], _ tables: [LinkedTable], _ atoms: Int, _ chance: inout Chance
    ) -> LinkedTables {
        LinkedTables(
            eventKind: "offence", axes: axes, tables: tables, authorities: [.init(id: "one")],
            contributions: (0..<atoms).compactMap {
                let count = chance.below(2) == 0 ? chance.below(3) : chance.below(6)
                return count > 0 ? Contribution(atom: UInt64($0), count: count) : nil
            })
    }

    /// Sensitive cells and some others, at most twelve in all.
    private func randomStatuses(
        _ tables: LinkedTables, _ layout: Layout, _ values: [Int32], _ sensitivity: Sensitivity, _ zeros: ZeroPolicy,
        _ chance: inout Chance
    ) -> [Protection.Status]? {
        var statuses = [Protection.Status](repeating: .shown, count: layout.slotCount)
        for need in sensitivity.needs { statuses[need.slot] = .hidden }
        for slot in statuses.indices where statuses[slot] == .shown && chance.below(4) > 0 {
            if zeros == .published || sensitivity.standsFree, values[slot] == 0 { continue }
            if sensitivity.standsFree { continue }
            if statuses.count(where: { $0 == .hidden }) < 12 { statuses[slot] = .hidden }
        }
        let hidden = statuses.count { $0 == .hidden }
        return hidden > 0 && hidden <= 12 ? statuses : nil
    }

    /// All assignments, their values by slot, and how each differs from the true one.
    private func enumerate(
        _ tables: LinkedTables, _ layout: Layout, _ values: [Int32], _ statuses: [Protection.Status],
        _ zeros: ZeroPolicy, _ sensitivity: Sensitivity
    ) -> (values: [Set<Int>], changes: [[UInt64: Int]]) {
        let atomCount = tables.axes.reduce(1) { $0 * $1.atomCount }
        // By atom, the slots it is counted in; found by asking the layout about one event at a time.
        let slots = (0..<atomCount).map { atom -> [Int] in
            var alone = tables
            alone.contributions = [Contribution(atom: UInt64(atom), count: 1)]
            return layout.values(of: alone).indices.filter { layout.values(of: alone)[$0] > 0 }
        }
        var truth = [Int](repeating: 0, count: atomCount)
        for contribution in tables.contributions { truth[Int(contribution.atom)] = contribution.count }
        let limit = truth.reduce(0, +) + 6
        var found = [Set<Int>](repeating: [], count: layout.slotCount)
        var changes: [[UInt64: Int]] = []
        var sums = [Int](repeating: 0, count: layout.slotCount)
        var current = [Int](repeating: 0, count: atomCount)
        // The last atom of a slot settles it.
        var lastAtom = [Int](repeating: -1, count: layout.slotCount)
        for atom in 0..<atomCount { for slot in slots[atom] { lastAtom[slot] = atom } }
        func visit(_ atom: Int) {
            if changes.count > enumerationLimit { return }
            if atom == atomCount {
                for slot in sums.indices { found[slot].insert(sums[slot]) }
                var change: [UInt64: Int] = [:]
                for index in 0..<atomCount where current[index] != truth[index] {
                    change[UInt64(index)] = current[index] - truth[index]
                }
                if !change.isEmpty { changes.append(change) }
                return
            }
            var top = limit
            for slot in slots[atom] where statuses[slot] == .shown { top = min(top, Int(values[slot]) - sums[slot]) }
            guard top >= 0 else { return }
            for count in 0...top {
                current[atom] = count
                for slot in slots[atom] { sums[slot] += count }
                let isFine = slots[atom].allSatisfy { slot in
                    guard lastAtom[slot] == atom else { return true }
                    switch statuses[slot] {
                    case .shown: return sums[slot] == Int(values[slot])
                    case .hidden:
                        if sensitivity.standsFree { return sums[slot] >= 1 && sums[slot] <= sensitivity.markerTop }
                        return sums[slot] >= (zeros == .published ? 1 : 0)
                    }
                }
                if isFine { visit(atom + 1) }
                for slot in slots[atom] { sums[slot] -= count }
            }
            current[atom] = 0
        }
        visit(0)
        return (found, changes)
    }
}

/// Chance from a seed (SplitMix64).
struct Chance {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state = state &+ 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
