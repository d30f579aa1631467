import SluiceCertificate

/// Changes of one axis: from one atom to another, or to nowhere. Which codes of each table they move is worked out once.
struct Changes {
    /// Both −1 where there is none.
    private(set) var pairs: [Move.Step] = []
    /// A number that changes with the same `plus` and the same codes on its side share.
    private(set) var plusClasses: [Int32] = []
    /// For each change and table three bounds of `steps`: what goes up stands between the first two, what goes down
    /// between the last two.
    private(set) var bounds: [Int32] = [0]
    private(set) var steps: [Int32] = []
    private var numbers: [UInt64: Int32] = [:]
    private var classes: [[Int32]: Int32] = [:]
    private let axis: Int
    private let blocks: [Layout.Block]

    init(axis: Int, blocks: [Layout.Block]) {
        self.axis = axis
        self.blocks = blocks
    }

    /// The number of a change.
    mutating func number(_ plus: Int, _ minus: Int) -> Int32 {
        let key = UInt64(UInt32(plus)) << 32 | UInt64(UInt32(bitPattern: Int32(minus)))
        if let known = numbers[key] { return known }
        let number = Int32(pairs.count)
        numbers[key] = number
        pairs.append(Move.Step(plus: Int32(plus), minus: Int32(minus)))
        var sides: [Int32] = [Int32(plus)]
        for block in blocks {
            let of = block.axes[axis]
            let up = of.steps[Int(of.starts[plus])..<Int(of.starts[plus + 1])]
            let down = minus < 0 ? [] : of.steps[Int(of.starts[minus])..<Int(of.starts[minus + 1])]
            for step in up where !down.contains(step) {
                steps.append(step)
                sides.append(step)
            }
            sides.append(-1)
            bounds.append(Int32(steps.count))
            for step in down where !up.contains(step) { steps.append(step) }
            bounds.append(Int32(steps.count))
        }
        if let known = classes[sides] {
            plusClasses.append(known)
        } else {
            classes[sides] = Int32(classes.count)
            plusClasses.append(Int32(classes.count - 1))
        }
        return number
    }

    func up(_ change: Int32, block: Int) -> Range<Int> {
        let at = 2 * (Int(change) * blocks.count + block)
        return Int(bounds[at])..<Int(bounds[at + 1])
    }

    func down(_ change: Int32, block: Int) -> Range<Int> {
        let at = 2 * (Int(change) * blocks.count + block) + 1
        return Int(bounds[at])..<Int(bounds[at + 1])
    }
}

/// For every code that a table shows on an axis, the codes beside it that a change may go to.
struct Neighbours {
    /// By code: codes of the same depth that share all that lies above them both.
    private(set) var siblings: [[Int32]]
    /// By code: a few others, the nearest first.
    private(set) var cousins: [[Int32]]
    /// By code: many more of the same depth, the nearest first.
    private(set) var others: [[Int32]]

    static let siblingLimit = 48
    static let otherLimit = 96

    /// - Parameter shown: the codes of the axis that any table shows.
    init(_ axis: Axis, shown: [Int], key: UInt64) {
        siblings = [[Int32]](repeating: [], count: axis.codes.count)
        cousins = siblings
        others = siblings
        var codesOfAtom = [[Int]](repeating: [], count: axis.atomCount)
        for code in shown { for atom in axis.codes[code].atoms { codesOfAtom[atom].append(code) } }
        // Codes that share what lies above them stand together.
        var families: [[Int]: [Int]] = [:]
        for code in shown {
            let atoms = axis.codes[code].atoms
            let above = codesOfAtom[atoms[0]].filter { other in
                let others = axis.codes[other].atoms
                return others.count > atoms.count
                    && (others.count == axis.atomCount || Set(others).isSuperset(of: atoms))
            }
            families[above.sorted(), default: []].append(code)
        }
        let ordered = families.sorted { $0.value[0] < $1.value[0] }
        for (place, family) in ordered.enumerated() {
            let sets = family.value.map { Set(axis.codes[$0].atoms) }
            for (index, code) in family.value.enumerated() {
                let others = family.value.indices.filter { $0 != index && sets[$0].isDisjoint(with: sets[index]) }
                siblings[code] = others.map { family.value[$0] }.sorted {
                    mixed(key ^ UInt64(code) << 24 ^ UInt64($0)) < mixed(key ^ UInt64(code) << 24 ^ UInt64($1))
                }.prefix(Neighbours.siblingLimit).map { Int32($0) }
            }
            let above = Set(family.key)
            let nearest = ordered.indices
                .filter { $0 != place && ordered[$0].key.count == family.key.count }
                .map { (distance: above.symmetricDifference(ordered[$0].key).count, place: $0) }
                .sorted { ($0.distance, $0.place) < ($1.distance, $1.place) }
            for (index, code) in family.value.enumerated() {
                for (rank, (_, other)) in nearest.enumerated() {
                    let codes = ordered[other].value
                    if others[code].count < Neighbours.otherLimit {
                        others[code] += codes.filter { sets[index].isDisjoint(with: axis.codes[$0].atoms) }.map {
                            Int32($0)
                        }
                    }
                    if rank >= 3 { continue }
                    for step in 0..<min(2, codes.count) {
                        let cousin = codes[(index + step) % codes.count]
                        if sets[index].isDisjoint(with: axis.codes[cousin].atoms) {
                            cousins[code].append(Int32(cousin))
                        }
                    }
                }
            }
        }
    }
}

/// A number that looks like chance and depends on nothing else.
func mixed(_ number: UInt64) -> UInt64 {
    var z = number &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
}
