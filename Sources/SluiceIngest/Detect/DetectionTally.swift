import SluiceModel

/// What was found in which column, over the rows of a chunk or a file. Bounded by columns × kinds × the sample's size.
struct DetectionTally {
    /// Of one kind in one column.
    struct Count: Hashable {
        /// Cells that were searched and hold one.
        var found = 0
        /// Cells that were weighed as a whole and are valid.
        var valid = 0
        /// The different values that were weighed and have the form of one.
        var shaped = DistinctSample()
        /// The first rows it was found in, ascending.
        var rows: [Int] = []
    }

    private(set) var counts: [Place: Count] = [:]
    /// By column, cells that hold anything.
    private(set) var filled: [Int]

    struct Place: Hashable {
        /// From 0.
        var column: Int
        var kind: IdentifierKind
    }

    init(columnCount: Int) { filled = [Int](repeating: 0, count: columnCount) }

    mutating func fill(_ column: Int) { filled[column] &+= 1 }

    mutating func add(_ column: Int, _ found: IdentifierKinds, row: Int) {
        for kind in found.kinds {
            let place = Place(column: column, kind: kind)
            counts[place, default: Count()].found += 1
            note(row, at: place)
        }
    }

    /// `hash`: of the cell's value.
    mutating func add(_ column: Int, shaped: IdentifierKinds, valid: IdentifierKinds, hash: UInt64, row: Int) {
        for kind in shaped.kinds {
            let place = Place(column: column, kind: kind)
            counts[place, default: Count()].shaped.insert(hash, isValid: valid.contains(kind))
            guard valid.contains(kind) else { continue }
            counts[place, default: Count()].valid += 1
            note(row, at: place)
        }
    }

    private mutating func note(_ row: Int, at place: Place) {
        guard let rows = counts[place]?.rows, rows.count < Finding.rowLimit, rows.last != row else { return }
        counts[place]?.rows.append(row)
    }

    /// Adds what was found in later rows, whose numbers are `rowOffset` too low.
    mutating func merge(_ later: DetectionTally, rowOffset: Int) {
        for column in filled.indices { filled[column] += later.filled[column] }
        for (place, count) in later.counts {
            var sum = counts[place] ?? Count()
            sum.found += count.found
            sum.shaped.merge(count.shaped)
            sum.valid += count.valid
            let room = Finding.rowLimit - sum.rows.count
            sum.rows += count.rows.prefix(room).map { $0 + rowOffset }
            counts[place] = sum
        }
    }

    mutating func removeAll() {
        for column in filled.indices { filled[column] = 0 }
        counts.removeAll(keepingCapacity: true)
    }
}
