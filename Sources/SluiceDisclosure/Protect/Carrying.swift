import SluiceCertificate

/// Changes as they are carried out: what they move, and how the certificate writes them.
extension Search {
    /// Notes every slot that a change moves, and by how much, in `moves`.
    ///
    /// - Parameter candidate: by axis into `Changes`; or one negative number, −1 less an index into `explicit`.
    mutating func expand(_ candidate: [Int32]) {
        moves.removeAll(keepingCapacity: true)
        if candidate[0] < 0 { return expandExplicit(Int(-1 - candidate[0])) }
        for block in layout.blocks.indices {
            let start = moves.count
            moves.append((Int32(layout.blocks[block].base), 1))
            for axis in candidate.indices {
                let end = moves.count
                for at in changes[axis].up(candidate[axis], block: block) {
                    let step = changes[axis].steps[at]
                    for index in start..<end { moves.append((moves[index].slot + step, moves[index].by)) }
                }
                for at in changes[axis].down(candidate[axis], block: block) {
                    let step = changes[axis].steps[at]
                    for index in start..<end { moves.append((moves[index].slot + step, -moves[index].by)) }
                }
                moves.removeSubrange(start..<end)
                if moves.count == start { break }
            }
        }
    }

    private mutating func expandExplicit(_ number: Int) {
        var all: [(slot: Int32, by: Int32)] = []
        for (key, by) in explicit[number] {
            for slot in slots(ofAtom: key) { all.append((Int32(slot), by)) }
        }
        all.sort { $0.slot < $1.slot }
        for entry in all {
            if let last = moves.last, last.slot == entry.slot {
                moves[moves.count - 1].by += entry.by
            } else {
                if moves.last?.by == 0 { moves.removeLast() }
                moves.append(entry)
            }
        }
        if moves.last?.by == 0 { moves.removeLast() }
    }

    /// Keeps a change of atoms and gives the number that stands for it.
    mutating func keep(_ changes: [(key: UInt64, by: Int32)]) -> Int32 {
        explicit.append(changes)
        return -Int32(explicit.count)
    }

    /// Lets go of the change that was kept last.
    mutating func forget(_ number: Int32) { if number == -Int32(explicit.count) { explicit.removeLast() } }

    /// The atoms that a change moves, by key.
    func atoms(_ candidate: [Int32]) -> [(key: UInt64, by: Int32)] {
        if candidate[0] < 0 { return explicit[Int(-1 - candidate[0])] }
        var list: [(key: UInt64, by: Int32)] = [(0, 1)]
        for axis in candidate.indices {
            let size = UInt64(tables.axes[axis].atomCount)
            let pair = changes[axis].pairs[Int(candidate[axis])]
            list =
                list.map { ($0.key * size + UInt64(pair.plus), $0.by) }
                + (pair.minus < 0 ? [] : list.map { ($0.key * size + UInt64(pair.minus), -$0.by) })
        }
        return list
    }

    mutating func number(axis: Int, _ atom: Int) -> Int32 { changes[axis].number(atom, -1) }

    /// As the certificate has it.
    func move(_ candidate: [Int32]) -> Move {
        if candidate[0] < 0 {
            return .atoms(
                explicit[Int(-1 - candidate[0])].map { Move.Change(atom: $0.key, by: Int($0.by)) }
                    .sorted { $0.atom < $1.atom })
        }
        return .product(candidate.indices.map { changes[$0].pairs[Int(candidate[$0])] })
    }
}
