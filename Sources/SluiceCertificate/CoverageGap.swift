/// What a source of a part's events has not delivered: a cell that counts any of it would show a sum of the rest.
package struct CoverageGap: Hashable, Sendable {
    /// By axis the atoms it is about, ascending; empty for all.
    package var atoms: [[Int]]

    package init(atoms: [[Int]]) { self.atoms = atoms }

    package func write(_ writer: inout CertificateWriter) {
        for axis in atoms {
            writer.count(axis.count)
            for atom in axis { writer.count(atom) }
        }
    }

    package init(_ reader: inout CertificateReader, axes: [Axis]) throws(ProofRefusal) {
        atoms = []
        for axis in axes {
            var own: [Int] = []
            for _ in 0..<(try reader.items()) { own.append(try reader.count(axis.atomCount - 1)) }
            guard zip(own, own.dropFirst()).allSatisfy({ $0 < $1 }) else { throw .malformed("gaps") }
            atoms.append(own)
        }
    }
}

extension LinkedTables {
    package static let gapLimit = 4096

    /// By slot whether its figure is not available: it would count some of what was not delivered. Empty where none is.
    ///
    /// What cannot occur is 0 all the same.
    package func notAvailable(_ gaps: [CoverageGap], _ layout: Layout) -> [Bool] {
        guard !gaps.isEmpty else { return [] }
        var result = [Bool](repeating: false, count: layout.slotCount)
        for gap in gaps {
            for table in tables.indices {
                var slots = [layout.blocks[table].base]
                for axis in axes.indices {
                    let wanted = Set(gap.atoms[axis])
                    let codes = tables[table].codes[axis]
                    let places = codes.indices.filter { place in
                        wanted.isEmpty || axes[axis].codes[codes[place]].atoms.contains { wanted.contains($0) }
                    }
                    slots = slots.flatMap { slot in places.map { slot + $0 * layout.blocks[table].strides[axis] } }
                }
                for slot in slots { result[slot] = true }
            }
        }
        for (slot, isZero) in structurallyZero(layout).enumerated() where isZero { result[slot] = false }
        return result.contains(true) ? result : []
    }
}
