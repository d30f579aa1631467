/// Where the cells of linked tables stand in one row of slots, and which slots an atom is counted in.
///
/// A slot is one cell of one table. The same cell may stand in several tables and then has several slots.
package struct Layout: Sendable {
    /// One table's block of slots.
    package struct Block: Sendable {
        package var base: Int
        package var cellCount: Int
        /// How far one step on each axis moves.
        package var strides: [Int]
        /// By axis: `steps[starts[atom] ..< starts[atom + 1]]` are the distances from `base` of the codes that cover
        /// the atom, ascending.
        package var axes: [AtomSteps]
        /// Whether some combination of its codes covers each atom alone.
        package var showsAtoms: Bool
    }

    package struct AtomSteps: Sendable {
        package var starts: [Int32]
        package var steps: [Int32]
    }

    package let blocks: [Block]
    package let slotCount: Int
    /// Whether every atom is a cell of a table, so that checks of cells are checks of atoms.
    package let showsAtoms: Bool

    /// - Precondition: `tables` passed its `check`.
    package init(_ tables: LinkedTables) {
        var blocks: [Block] = []
        var base = 0
        for table in tables.tables {
            var strides = [Int](repeating: 1, count: tables.axes.count)
            var size = 1
            for index in tables.axes.indices.reversed() {
                strides[index] = size
                size *= table.codes[index].count
            }
            let axes = tables.axes.indices.map { index in
                AtomSteps(tables.axes[index], shown: table.codes[index], stride: strides[index])
            }
            let showsAtoms = tables.axes.indices.allSatisfy { index in
                Set(
                    table.codes[index].flatMap { code in
                        let atoms = tables.axes[index].codes[code].atoms
                        return atoms.count == 1 ? atoms : []
                    }
                ).count == tables.axes[index].atomCount
            }
            blocks.append(
                Block(base: base, cellCount: size, strides: strides, axes: axes, showsAtoms: showsAtoms))
            base += size
        }
        self.blocks = blocks
        slotCount = base
        showsAtoms = blocks.contains { $0.showsAtoms }
    }

    /// The table and the cell of a slot.
    package func place(of slot: Int) -> (table: Int, cell: Int) {
        let table = blocks.lastIndex { $0.base <= slot } ?? 0
        return (table, slot - blocks[table].base)
    }

    /// The code of every axis that a slot's cell stands at.
    package func codes(of slot: Int, _ tables: LinkedTables) -> [Int] {
        let (table, cell) = place(of: slot)
        let positions = positions(table: table, cell: cell, tables)
        return positions.indices.map { tables.tables[table].codes[$0][positions[$0]] }
    }

    /// The slots of grand totals: of each table that shows the total of every axis.
    package func grandTotals(of tables: LinkedTables) -> Set<Int> {
        var slots: Set<Int> = []
        for (table, block) in zip(tables.tables, blocks) {
            let places = table.codes.map { $0.firstIndex(of: 0) }
            guard places.allSatisfy({ $0 != nil }) else { continue }
            slots.insert(block.base + zip(places, block.strides).reduce(0) { $0 + $1.0! * $1.1 })
        }
        return slots
    }

    /// The positions on the axes of a table's cell.
    package func positions(table: Int, cell: Int, _ tables: LinkedTables) -> [Int] {
        tables.axes.indices.map { index in
            cell / blocks[table].strides[index] % tables.tables[table].codes[index].count
        }
    }

    /// Calls `body` with each slot of a table that counts the atom.
    package func forEachSlot(table: Int, atoms: [Int], _ buffer: inout [Int32], _ body: (Int) -> Void) {
        let block = blocks[table]
        buffer.removeAll(keepingCapacity: true)
        buffer.append(0)
        for (axis, atom) in zip(block.axes, atoms) {
            let from = Int(axis.starts[atom])
            let to = Int(axis.starts[atom + 1])
            if from == to { return }
            let count = buffer.count
            for index in 0..<count {
                let start = buffer[index]
                buffer[index] = start + axis.steps[from]
                for step in from + 1..<to { buffer.append(start + axis.steps[step]) }
            }
        }
        for step in buffer { body(block.base + Int(step)) }
    }

    /// Every slot that counts the atom.
    package func slots(of atoms: [Int]) -> [Int] {
        var slots: [Int] = []
        var buffer: [Int32] = []
        for table in blocks.indices { forEachSlot(table: table, atoms: atoms, &buffer) { slots.append($0) } }
        return slots
    }

    /// The cell key of every slot: the sum of its record keys, modulo `modulus`.
    package func keys(of tables: LinkedTables, modulus: UInt64) -> [UInt64] {
        var keys = [UInt64](repeating: 0, count: slotCount)
        var buffer: [Int32] = []
        for contribution in tables.contributions {
            let atoms = tables.atoms(ofKey: contribution.atom)
            for table in blocks.indices {
                forEachSlot(table: table, atoms: atoms, &buffer) {
                    keys[$0] = (keys[$0] + contribution.key % modulus) % modulus
                }
            }
        }
        return keys
    }

    /// The true count of every slot.
    package func values(of tables: LinkedTables) -> [Int32] {
        var values = [Int32](repeating: 0, count: slotCount)
        var buffer: [Int32] = []
        var entries: [(key: UInt64, count: Int32)] = []
        entries.reserveCapacity(tables.contributions.count)
        for contribution in tables.contributions {
            if entries.last?.key == contribution.atom {
                entries[entries.count - 1].count += Int32(contribution.count)
            } else {
                entries.append((contribution.atom, Int32(contribution.count)))
            }
        }
        for (key, count) in entries {
            let atoms = tables.atoms(ofKey: key)
            for table in blocks.indices {
                forEachSlot(table: table, atoms: atoms, &buffer) { values[$0] += count }
            }
        }
        return values
    }
}

extension Layout.AtomSteps {
    init(_ axis: Axis, shown: [Int], stride: Int) {
        var counts = [Int32](repeating: 0, count: axis.atomCount + 1)
        for code in shown { for atom in axis.codes[code].atoms { counts[atom + 1] += 1 } }
        for atom in 0..<axis.atomCount { counts[atom + 1] += counts[atom] }
        starts = counts
        steps = [Int32](repeating: 0, count: Int(counts[axis.atomCount]))
        var next = counts
        for (position, code) in shown.enumerated() {
            for atom in axis.codes[code].atoms {
                steps[Int(next[atom])] = Int32(position * stride)
                next[atom] += 1
            }
        }
    }
}
