package import SluiceCertificate
package import SluiceTestSupport

/// Tables so small that everything an attacker considers possible can be listed.
package enum SmallTables {
    /// Assignments listed before one gives up.
    package static let listLimit = 4_000

    package static func randomTables(_ chance: inout SplitMix64) -> LinkedTables {
        switch chance.below(4) {
        case 0: return crossed([2 + chance.below(3), 2 + chance.below(2)], &chance, inner: true)
        case 1: return crossed([2, 2, 2], &chance, inner: true)
        case 2: return crossed([2 + chance.below(2), 2, 2], &chance, inner: false)
        default: return overlapping(&chance)
        }
    }

    /// All cells, or without the inner ones: only pairs of axes are then crossed.
    package static func crossed(_ counts: [Int], _ chance: inout SplitMix64, inner: Bool) -> LinkedTables {
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
    package static func overlapping(_ chance: inout SplitMix64) -> LinkedTables {
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

    package static func filled(
        _ axes: [Axis], _ tables: [LinkedTable], _ atoms: Int, _ chance: inout SplitMix64
    ) -> LinkedTables {
        LinkedTables(
            eventKind: "offence", axes: axes, tables: tables, authorities: [.init(id: "one")],
            contributions: (0..<atoms).compactMap {
                let count = chance.below(2) == 0 ? chance.below(3) : chance.below(6)
                return count > 0 ? Contribution(atom: UInt64($0), count: count) : nil
            })
    }

    /// Sensitive cells and some others, at most twelve in all.
    package static func randomStatuses(
        _ tables: LinkedTables, _ layout: Layout, _ values: [Int32], _ sensitivity: Sensitivity, _ zeros: ZeroPolicy,
        _ chance: inout SplitMix64
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
    package static func enumerate(
        _ tables: LinkedTables, _ layout: Layout, _ values: [Int32], _ statuses: [Protection.Status],
        _ zeros: ZeroPolicy, _ sensitivity: Sensitivity
    ) -> (values: [Set<Int>], changes: [[UInt64: Int]]) {
        enumerate(tables, layout, values) { slot, value in
            if statuses[slot] == .shown { return value == Int(values[slot]) }
            if sensitivity.standsFree { return value >= 1 && value <= sensitivity.markerTops[slot] ?? 0 }
            return value >= (zeros == .published ? 1 : 0)
        }
    }

    /// - Parameter isPossible: whether a slot may have a value, by what stands there.
    package static func enumerate(
        _ tables: LinkedTables, _ layout: Layout, _ values: [Int32], isPossible: (Int, Int) -> Bool
    ) -> (values: [Set<Int>], changes: [[UInt64: Int]]) {
        let atomCount = tables.axes.reduce(1) { $0 * $1.atomCount }
        // By atom, the slots it is counted in; found by asking the layout about one event at a time.
        let slots = (0..<atomCount).map { atom -> [Int] in
            var alone = tables
            alone.contributions = [Contribution(atom: UInt64(atom), count: 1)]
            let values = layout.values(of: alone)
            return values.indices.filter { values[$0] > 0 }
        }
        var truth = [Int](repeating: 0, count: atomCount)
        for contribution in tables.contributions { truth[Int(contribution.atom)] = contribution.count }
        let limit = truth.reduce(0, +) + 6
        let highest = values.indices.map { slot in (0...limit).last { isPossible(slot, $0) } ?? -1 }
        var found = [Set<Int>](repeating: [], count: layout.slotCount)
        var changes: [[UInt64: Int]] = []
        var sums = [Int](repeating: 0, count: layout.slotCount)
        var current = [Int](repeating: 0, count: atomCount)
        // The last atom of a slot settles it.
        var lastAtom = [Int](repeating: -1, count: layout.slotCount)
        for atom in 0..<atomCount { for slot in slots[atom] { lastAtom[slot] = atom } }
        func visit(_ atom: Int) {
            if changes.count > listLimit { return }
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
            for slot in slots[atom] { top = min(top, highest[slot] - sums[slot]) }
            guard top >= 0 else { return }
            for count in 0...top {
                current[atom] = count
                for slot in slots[atom] { sums[slot] += count }
                let isFine = slots[atom].allSatisfy { slot in
                    lastAtom[slot] != atom || isPossible(slot, sums[slot])
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

extension SplitMix64 {
    /// From 0.
    package mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
