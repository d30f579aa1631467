/// Cells of one table along one axis that make a whole together, by slot.
package struct Line: Hashable, Sendable {
    /// The cell they are the sum of, where the table shows it.
    package var total: Int?
    package var parts: [Int]

    package init(total: Int?, parts: [Int]) {
        self.total = total
        self.parts = parts
    }
}

extension LinkedTables {
    /// Every sum that a reader of one table can make: of a code that others are parts of, and of the largest codes, whether
    /// or not their total is shown.
    package func lines(_ layout: Layout) -> [Line] {
        var lines: [Line] = []
        for table in tables.indices {
            let block = layout.blocks[table]
            for axis in axes.indices where tables[table].codes[axis].count > 1 {
                let stride = block.strides[axis]
                let count = tables[table].codes[axis].count
                for (total, parts) in sums(table, axis) {
                    // Cells at position 0 of the axis stand in runs of a stride.
                    for from in Swift.stride(from: 0, to: block.cellCount, by: stride * count) {
                        for cell in from..<from + stride {
                            let base = block.base + cell
                            lines.append(
                                Line(total: total.map { base + $0 * stride }, parts: parts.map { base + $0 * stride }))
                        }
                    }
                }
            }
        }
        return lines
    }

    /// Above which only one way of grouping codes that overlap is looked for.
    private static let restartLimit = 200

    /// The positions of a table's codes on an axis that make a whole together: the largest codes within one that are all of
    /// it, and those that are within none.
    private func sums(_ table: Int, _ axis: Int) -> [(total: Int?, parts: [Int])] {
        let atoms = tables[table].codes[axis].map { Set(axes[axis].codes[$0].atoms) }
        func largest(_ given: [Int]) -> [Int] {
            given.filter { part in
                !given.contains { atoms[$0].count > atoms[part].count && atoms[$0].isSuperset(of: atoms[part]) }
            }
        }
        var sums: [(total: Int?, parts: [Int])] = []
        for total in atoms.indices where atoms[total].count > 1 {
            let within = atoms.indices.filter {
                atoms[$0].count < atoms[total].count && atoms[$0].isSubset(of: atoms[total])
            }
            for parts in groupings(largest(within), atoms)
            where parts.reduce(0, { $0 + atoms[$1].count }) == atoms[total].count {
                sums.append((total, parts))
            }
        }
        for parts in groupings(largest(Array(atoms.indices)), atoms) where parts.count > 1 { sums.append((nil, parts)) }
        return sums
    }

    /// Codes of which no two overlap, put together: all of them where none do, otherwise beginning with each in turn.
    private func groupings(_ codes: [Int], _ atoms: [Set<Int>]) -> [[Int]] {
        let all = codes.reduce(into: Set<Int>()) { $0.formUnion(atoms[$1]) }
        if codes.reduce(0, { $0 + atoms[$1].count }) == all.count { return codes.isEmpty ? [] : [codes] }
        var found: Set<[Int]> = []
        for first in codes.prefix(codes.count > LinkedTables.restartLimit ? 1 : codes.count) {
            var parts = [first]
            var covered = atoms[first]
            for code in codes where code != first && covered.isDisjoint(with: atoms[code]) {
                parts.append(code)
                covered.formUnion(atoms[code])
            }
            found.insert(parts.sorted())
        }
        return found.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Lines that sit in one part: whoever is known to be in one of them is known to be in that part.
    ///
    /// - Returns: of each line of the release's threshold or more, the part that has all of it and the parts that have none
    ///   and could have some.
    /// - Source: group disclosure, Hundepool et al., Statistical Disclosure Control (2012), section 5.2.
    package func groups(
        _ rules: AuditRules, _ layout: Layout, _ values: [Int32]
    ) -> [(total: Int?, full: Int, empty: [Int])] {
        let cannot = structurallyZero(layout)
        return lines(layout).compactMap { line in
            let value = line.parts.reduce(0) { $0 + Int(values[$1]) }
            guard value >= rules.primary.threshold, let full = line.parts.first(where: { Int(values[$0]) == value })
            else { return nil }
            return (line.total, full, line.parts.filter { $0 != full && (cannot.isEmpty || !cannot[$0]) })
        }
    }

    /// By slot whether nothing can ever be counted there; empty where there is no such cell.
    package func structurallyZero(_ layout: Layout) -> [Bool] {
        guard !structuralZeros.isEmpty else { return [] }
        var result = [Bool](repeating: false, count: layout.slotCount)
        for zero in structuralZeros {
            for table in tables.indices {
                // By axis, at which of its codes the table shows nothing but what is impossible.
                let isWithin = axes.indices.map { axis in
                    let atoms = Set(axes[axis].codes[zero[axis]].atoms)
                    return tables[table].codes[axis].map {
                        axes[axis].codes[$0].atoms.allSatisfy { atoms.contains($0) }
                    }
                }
                var slots = [layout.blocks[table].base]
                for axis in axes.indices {
                    let places = isWithin[axis].indices.filter { isWithin[axis][$0] }
                    slots = slots.flatMap { slot in places.map { slot + $0 * layout.blocks[table].strides[axis] } }
                }
                for slot in slots { result[slot] = true }
            }
        }
        return result.contains(true) ? result : []
    }

    /// Tells atoms that are within a structural zero.
    package var impossibleAtoms: ImpossibleAtoms { ImpossibleAtoms(self) }
}

/// Combinations that cannot occur, asked for by atom.
package struct ImpossibleAtoms: Sendable {
    private let zeros: [[Set<Int>]]

    init(_ tables: LinkedTables) {
        zeros = tables.structuralZeros.map { zero in zip(tables.axes, zero).map { Set($0.codes[$1].atoms) } }
    }

    package var isEmpty: Bool { zeros.isEmpty }

    package func contains(_ atoms: [Int]) -> Bool {
        zeros.contains { zip($0, atoms).allSatisfy { $0.contains($1) } }
    }
}
