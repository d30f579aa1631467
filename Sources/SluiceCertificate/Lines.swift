/// A cell and those of the same table, along one axis, that it is the sum of; by slot.
package struct Line: Hashable, Sendable {
    package var total: Int
    package var parts: [Int]

    package init(total: Int, parts: [Int]) {
        self.total = total
        self.parts = parts
    }
}

extension LinkedTables {
    /// Every sum that a reader of one table sees.
    package func lines(_ layout: Layout) -> [Line] {
        var lines: [Line] = []
        for table in tables.indices {
            for axis in axes.indices where tables[table].codes[axis].count > 2 {
                let stride = layout.blocks[table].strides[axis]
                let count = tables[table].codes[axis].count
                for (total, parts) in sums(table, axis) {
                    for cell in 0..<layout.blocks[table].cellCount where cell / stride % count == total {
                        let slot = layout.blocks[table].base + cell
                        lines.append(Line(total: slot, parts: parts.map { slot + ($0 - total) * stride }))
                    }
                }
            }
        }
        return lines
    }

    /// The positions of a table's codes on an axis that are sums of others, each with these: the largest codes within it
    /// that together are the whole of it.
    private func sums(_ table: Int, _ axis: Int) -> [(total: Int, parts: [Int])] {
        let atoms = tables[table].codes[axis].map { Set(axes[axis].codes[$0].atoms) }
        var sums: [(total: Int, parts: [Int])] = []
        for total in atoms.indices where atoms[total].count > 1 {
            let within = atoms.indices.filter {
                atoms[$0].count < atoms[total].count && atoms[$0].isSubset(of: atoms[total])
            }
            let largest = within.filter { part in
                !within.contains { atoms[$0].count > atoms[part].count && atoms[$0].isSuperset(of: atoms[part]) }
            }
            // Areas may be grouped in more than one way.
            var groupings: [(parts: [Int], atoms: Set<Int>)] = []
            for part in largest {
                if let place = groupings.firstIndex(where: { $0.atoms.isDisjoint(with: atoms[part]) }) {
                    groupings[place].parts.append(part)
                    groupings[place].atoms.formUnion(atoms[part])
                } else {
                    groupings.append(([part], atoms[part]))
                }
            }
            sums += groupings.filter { $0.atoms == atoms[total] }.map { (total, $0.parts) }
        }
        return sums
    }

    /// Lines that sit in one part: whoever is known to be in the total is known to be in that part.
    ///
    /// - Returns: of each line of `threshold` or more, the part that has all of it and the parts that have none and could
    ///   have some.
    /// - Source: group disclosure, Hundepool et al., Statistical Disclosure Control (2012), section 5.2.
    package func groups(
        _ rules: AuditRules, _ layout: Layout, _ values: [Int32]
    ) -> [(total: Int, full: Int, empty: [Int])] {
        let cannot = structurallyZero(layout)
        let threshold = highestThreshold(rules)
        return lines(layout).compactMap { line in
            let value = values[line.total]
            guard value >= threshold, let full = line.parts.first(where: { values[$0] == value }) else { return nil }
            return (line.total, full, line.parts.filter { $0 != full && !(cannot.isEmpty ? false : cannot[$0]) })
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
                guard isWithin.allSatisfy({ $0.contains(true) }) else { continue }
                for cell in 0..<layout.blocks[table].cellCount {
                    let places = layout.positions(table: table, cell: cell, self)
                    if axes.indices.allSatisfy({ isWithin[$0][places[$0]] }) {
                        result[layout.blocks[table].base + cell] = true
                    }
                }
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
