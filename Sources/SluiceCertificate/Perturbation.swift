/// What is published in place of the true count of a cell that is not hidden.
package enum Perturbation: Hashable, Sendable {
    /// The count itself.
    case none
    /// The nearest multiple of a base, halves up. Small counts are hidden behind the marker.
    case nearest(base: Int)
    /// One of the two multiples of a base beside the count, so chosen that what is shown adds up. Nothing is hidden; what
    /// is shown as 0 and is none bears a marker.
    case controlled(base: Int)
    /// The count and the noise that a table has for it and the cell's key. Nothing is hidden.
    case cellKey(PerturbationTable)

    /// Whether it is the perturbation that keeps small counts safe, and no cell is hidden.
    package var showsAll: Bool {
        switch self {
        case .none, .nearest: false
        case .controlled, .cellKey: true
        }
    }

    var isNearest: Bool { if case .nearest = self { true } else { false } }
}

/// The noise of the cell key method: for each count, which noise goes with which keys.
///
/// A record has a key, a whole number drawn evenly from 0 to one below `modulus`. The key of a cell is the sum of those of
/// its records, modulo `modulus`. The same records get the same noise in whatever table they are counted.
///
/// - Source: Fraser and Wooton, "A proposed method for confidentialising tabular output to protect against differencing"
///   (2005); Thompson, Broadfoot and Elazar (2013); the forms of the table: `docs/disclosure.md`.
package struct PerturbationTable: Hashable, Sendable {
    /// The keys up to and with `last`, from one above the last of the entry before.
    package struct Entry: Hashable, Sendable {
        package var last: UInt64
        package var noise: Int

        package init(last: UInt64, noise: Int) {
            self.last = last
            self.noise = noise
        }
    }

    /// At least 2.
    package var modulus: UInt64
    /// By count, from 0. Each covers every key.
    package var rows: [[Entry]]
    /// Counts beyond the last row go through the last so many rows again and again.
    package var cycle: Int
    /// What would be published below this is hidden instead; 0: nothing is.
    package var hiddenBelow: Int

    package init(modulus: UInt64, rows: [[Entry]], cycle: Int, hiddenBelow: Int = 0) {
        self.modulus = modulus
        self.rows = rows
        self.cycle = cycle
        self.hiddenBelow = hiddenBelow
    }

    package static let rowLimit = 100_000
    package static let noiseLimit = 1_000
    package static let modulusLimit: UInt64 = 1 << 62

    private func row(_ count: Int) -> [Entry] {
        if count < rows.count { return rows[count] }
        let first = rows.count - cycle
        return rows[first + (count - first) % cycle]
    }

    /// - Parameter key: of the cell, below `modulus`.
    /// - Returns: nil where it is hidden.
    package func published(_ count: Int, key: UInt64) -> Int? {
        let entries = row(count)
        var low = 0
        var high = entries.count - 1
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].last < key { low = middle + 1 } else { high = middle }
        }
        let published = count + entries[low].noise
        return published < hiddenBelow ? nil : published
    }

    /// The counts around one for which some key gives the same figure, without a gap.
    func range(around count: Int, published: Int?) -> ClosedRange<Int> {
        func may(_ other: Int) -> Bool {
            guard other >= 0 else { return false }
            return row(other).contains { entry in
                published.map { other + entry.noise == $0 } ?? (other + entry.noise < hiddenBelow)
            }
        }
        var low = count
        while may(low - 1) { low -= 1 }
        var high = count
        while may(high + 1) { high += 1 }
        return low...high
    }

    package func check() throws(ProofRefusal) {
        guard modulus >= 2, modulus <= PerturbationTable.modulusLimit, rows.count <= PerturbationTable.rowLimit,
            cycle >= 1, cycle <= rows.count - 1, hiddenBelow >= 0, hiddenBelow <= PerturbationTable.noiseLimit
        else { throw .malformed("table of noise") }
        for (count, entries) in rows.enumerated() {
            guard entries.last?.last == modulus - 1,
                zip(entries, entries.dropFirst()).allSatisfy({ $0.last < $1.last }),
                entries.allSatisfy({
                    abs($0.noise) <= PerturbationTable.noiseLimit && count + $0.noise >= 0
                        && (count > 0 || $0.noise == 0)
                })
            else { throw .malformed("table of noise") }
        }
    }
}

/// To the nearest multiple, halves up.
package func rounded(_ value: Int, to base: Int) -> Int {
    base > 1 ? (value + base / 2) / base * base : value
}

/// What figures give away.
package struct FigureRanges: Sendable {
    /// More than any count.
    package static let endless = 1 << 40

    private let rules: AuditRules
    private let highestThreshold: Int
    private let sensitivity: Sensitivity
    /// Cell keys by slot, where they matter.
    let keys: [UInt64]

    package init(_ tables: LinkedTables, _ rules: AuditRules, _ layout: Layout, _ sensitivity: Sensitivity) {
        self.rules = rules
        self.sensitivity = sensitivity
        highestThreshold = tables.highestThreshold(rules)
        if case .cellKey(let table) = rules.perturbation {
            keys = layout.keys(of: tables, modulus: table.modulus)
        } else {
            keys = []
        }
    }

    /// What an attacker takes for possible in every slot, whatever else he sees.
    package func ranges(_ values: [Int32], _ statuses: [Protection.Status]) -> [ClosedRange<Int>] {
        guard case .cellKey(let table) = rules.perturbation else {
            return zip(values, statuses).enumerated().map { range($0, Int($1.0), $1.1) }
        }
        // Many cells have the same count and figure.
        var known: [[Int]: ClosedRange<Int>] = [:]
        return values.enumerated().map { slot, value in
            let published = table.published(Int(value), key: keys[slot])
            let pair = [Int(value), published ?? -1]
            if let found = known[pair] { return found }
            let found = table.range(around: Int(value), published: published)
            known[pair] = found
            return found
        }
    }

    /// What an attacker takes for possible in one slot, whatever else he sees.
    func range(_ slot: Int, _ value: Int, _ status: Protection.Status) -> ClosedRange<Int> {
        if status == .hidden {
            if sensitivity.standsFree || rules.perturbation.isNearest {
                return (rules.hidesGroups ? 0 : 1)...max(1, sensitivity.markerTops[slot] ?? 0)
            }
            return (rules.zeros == .published ? 1 : 0)...FigureRanges.endless
        }
        switch rules.perturbation {
        case .none: return value...value
        case .nearest(let base):
            // A shown 0 is one, and whatever else is shown is not small.
            if value == 0 { return 0...0 }
            let shown = rounded(value, to: base)
            return max(shown - base / 2, min(value, highestThreshold))...(shown + base - 1 - base / 2)
        case .controlled(let base):
            if value == 0 { return 0...0 }
            let shown = controlled(value, base, status)
            // A multiple stays what it is, and what is no zero says so.
            return max(1, shown - base + 1)...(shown + base - 1)
        case .cellKey(let table):
            return table.range(around: value, published: table.published(value, key: keys[slot]))
        }
    }

    /// What stands in one slot.
    package func published(_ slot: Int, _ value: Int, _ status: Protection.Status) -> ProvedTables.Shown {
        if status == .hidden { return .confidential }
        switch rules.perturbation {
        case .none: return .count(value)
        case .nearest(let base): return .count(rounded(value, to: base))
        case .controlled(let base):
            let shown = controlled(value, base, status)
            return shown == 0 && value > 0 ? .low : .count(shown)
        case .cellKey(let table): return table.published(value, key: keys[slot]).map { .count($0) } ?? .confidential
        }
    }

    private func controlled(_ value: Int, _ base: Int, _ status: Protection.Status) -> Int {
        value / base * base + (status == .raised ? base : 0)
    }
}
