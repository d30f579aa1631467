import SluiceCertificate

/// Rounds every figure to one of the two multiples beside it, so that what is shown adds up.
///
/// Atoms are rounded, in whole multiples, and every figure is the sum of its atoms; a program in whole numbers keeps each
/// figure beside its count. Which way an atom goes is drawn by a private key, upwards as often as its remainder asks for,
/// so that no rule tells it and sums are right on average.
///
/// - Source: zero-restricted controlled rounding, Cox and Ernst, "Controlled rounding" (1982); Fellegi (1975) for unbiased
///   choice. With two dimensions there is always an answer; with more there may be none.
struct ControlledRounding {
    private let tables: LinkedTables
    private let base: Int
    private let key: UInt64

    init(_ tables: LinkedTables, base: Int, key: UInt64) {
        self.tables = tables
        self.base = base
        self.key = key
    }

    /// Atoms that something is counted at: above the first nothing is tried, above the second only the relaxed program, for
    /// a search in whole numbers takes minutes.
    private static let atomLimit = 30_000
    private static let searchLimit = 1_500
    private static let nodeLimit: Int32 = 500

    /// By slot whether it goes up; nil where no answer was found.
    func raised() -> [Bool]? {
        let layout = Layout(tables)
        let values = layout.values(of: tables)
        let counts = tables.atomCounts(knowsOwn: false).map { (key: $0.key, count: $0.value.count) }.sorted {
            $0.key < $1.key
        }
        guard counts.count <= ControlledRounding.atomLimit else { return nil }
        var slotsOfAtom: [[Int]] = []
        var atomsOfSlot: [Int: [Int32]] = [:]
        for (number, atom) in counts.enumerated() {
            slotsOfAtom.append(layout.slots(of: tables.atoms(ofKey: atom.key)))
            for slot in slotsOfAtom[number] { atomsOfSlot[slot, default: []].append(Int32(number)) }
        }
        var program = LinearProgram()
        var rowsOfAtom = [[(row: Int32, value: Double)]](repeating: [], count: counts.count)
        var seen: Set<[Int32]> = []
        for (_, atoms) in atomsOfSlot.sorted(by: { $0.key < $1.key }) where atoms.count > 1 {
            guard seen.insert(atoms).inserted else { continue }
            let value = atoms.reduce(0) { $0 + counts[Int($1)].count }
            let below = Double(value / base)
            let row = program.row(below, value % base > 0 ? below + 1 : below)
            for atom in atoms { rowsOfAtom[Int(atom)].append((row, 1)) }
        }
        for (number, atom) in counts.enumerated() {
            let below = atom.count / base
            let remainder = Double(atom.count % base) / Double(base)
            let drawn = Double(mixed(key ^ atom.key &* 0x9E37_79B9_7F4A_7C15) >> 11) / Double(1 << 53)
            program.column(
                Double(below), Double(remainder > 0 ? below + 1 : below), cost: drawn - remainder, isWhole: true,
                rowsOfAtom[number])
        }
        // Most answers of the relaxed program are whole already, and all of those with two dimensions.
        let relaxed = program.solution(iterationLimit: 200_000)
        let isWhole = relaxed?.allSatisfy { abs($0 - $0.rounded()) < 1e-6 } ?? false
        if !isWhole, counts.count > ControlledRounding.searchLimit { return nil }
        guard let found = isWhole ? relaxed : program.wholeSolution(nodeLimit: ControlledRounding.nodeLimit) else {
            return nil
        }
        return raised(found.map { Int($0.rounded()) }, atomsOfSlot, counts.map(\.count), values)
    }

    /// Checks in whole numbers what came back.
    private func raised(
        _ multiples: [Int], _ atomsOfSlot: [Int: [Int32]], _ counts: [Int], _ values: [Int32]
    ) -> [Bool]? {
        var isRaised = [Bool](repeating: false, count: values.count)
        for (slot, atoms) in atomsOfSlot {
            let sum = atoms.reduce(0) { $0 + multiples[Int($1)] }
            let value = Int(values[slot])
            guard sum == value / base || (sum == value / base + 1 && value % base > 0) else { return nil }
            isRaised[slot] = sum > value / base
        }
        return isRaised
    }
}
