// Is this release proved safe? Integers only, no solver, nothing imported. The rest of Sluice may be wrong about a
// table; it cannot publish one that this target has not accepted.
//
//   LinkedTables   what is counted: axes, codes, tables, events
//   Layout         where its cells stand, and their true counts
//   Needs          which cells are sensitive, and how much must stay open about each
//   Lines          the sums that a reader sees, and what they tell of groups
//   Perturbation   what is shown in place of counts, and what it gives away
//   Protection     what is shown and hidden, and walks that prove it enough
//   Checker        follows the walks
//   CoverageGap    which figures nobody has, for a source has not delivered
//   Certificate    all of it as one file that can be checked without the records

/// The tables of a release that were proved safe to publish together. Only `prove` makes one, and publishing takes
/// nothing else.
package struct ProvedTables: Sendable {
    package let tables: LinkedTables
    package let rules: AuditRules
    package let statuses: [Protection.Status]
    package let layout: Layout
    package let values: [Int32]
    package let sensitiveCount: Int
    /// No two cells share an event, so that nothing hidden but small counts was needed.
    package let standsFree: Bool
    /// Whatever is marked is a count from 1 to one below the release's threshold; where `standsFree` or rounded.
    package let markerTellsCount: Bool
    private let ranges: FigureRanges
    /// By slot; empty where there is none.
    private let structurallyZero: [Bool]

    fileprivate init(_ checker: Checker, statuses: [Protection.Status]) {
        tables = checker.tables
        rules = checker.rules
        layout = checker.layout
        values = checker.values
        sensitiveCount = checker.sensitivity.needs.count
        standsFree = checker.sensitivity.standsFree
        let threshold = checker.rules.primary.threshold
        markerTellsCount =
            !checker.rules.perturbation.showsAll && !checker.rules.hidesGroups
            && checker.sensitivity.markerTops.values.allSatisfy { $0 == threshold - 1 }
        self.statuses = statuses
        ranges = checker.ranges
        structurallyZero = checker.structurallyZero
    }

    /// What is published in a slot.
    package func shown(_ slot: Int) -> Shown {
        if !structurallyZero.isEmpty, structurallyZero[slot] { return .notApplicable }
        return ranges.published(slot, Int(values[slot]), statuses[slot])
    }

    package enum Shown: Hashable, Sendable {
        case count(Int)
        /// The marker `[c]` in place of the count.
        case confidential
        /// 0 with the marker `[low]`: rounded to 0, and none.
        case low
        /// The marker `[z]`: nothing can be counted there.
        case notApplicable
    }
}

/// Accepts linked tables with what is hidden in them when every sensitive cell is hidden and enough stays open about
/// it: some attainable value reaches its threshold, and at least `width` different values are attainable.
///
/// *Worked.* A row of four with its total, counts 1, 9, 9, 9, threshold 5: hiding the 1 alone leaves it the total less
/// the rest. With the first two hidden, of which only the sum is known to be 10, the first may be 0 to 10: eleven
/// values, and some reach 5.
///
/// - Throws: `ProofRefusal` with the first thing that is wrong.
/// - Source: `docs/disclosure.md`, "What is proved".
package func prove(
    _ tables: LinkedTables, _ rules: AuditRules, _ protection: Protection
) throws(ProofRefusal) -> ProvedTables {
    try tables.check()
    try rules.check()
    for authority in tables.authorities { try authority.rules?.check() }
    var checker = Checker(tables, rules, statuses: protection.statuses)
    guard protection.statuses.count == checker.layout.slotCount else { throw .partsDiffer }
    try checker.checkStatuses()
    try checker.checkProofs(protection)
    return ProvedTables(checker, statuses: protection.statuses)
}

extension AuditRules {
    package func check() throws(ProofRefusal) {
        try primary.check()
        switch perturbation {
        case .none: break
        case .nearest(let base), .controlled(let base):
            guard base >= 2, base <= 1000 else { throw .malformed("rounding base") }
            if perturbation.isNearest, rounded(primary.threshold, to: base) == 0 {
                throw .rulesContradict("what is shown would be rounded to 0")
            }
        case .cellKey(let table):
            try table.check()
            if zeros == .published, table.hiddenBelow > 0 {
                throw .rulesContradict("zeros are to be shown, and what is below a bound is hidden")
            }
        }
        if primary.wantsZero, zeros == .published || perturbation != .none {
            throw .rulesContradict("zero must stay attainable, and zeros are always shown")
        }
        if hidesGroups, zeros == .published {
            throw .rulesContradict("groups cannot be hidden where zeros are always shown")
        }
        if hidesGroups || pooled, perturbation != .none {
            throw .rulesContradict("what is hidden beside small counts cannot be where figures are perturbed")
        }
    }
}

extension PrimaryRules {
    package func check() throws(ProofRefusal) {
        guard threshold >= 3 else { throw .thresholdTooLow(threshold) }
        guard threshold <= 1_000_000, width >= 2, width <= 1_000_000 else { throw .malformed("rules") }
        if let (n, k) = dominance, n < 1 || n > 15 || k < 1 || k > 99 { throw .malformed("rules") }
        if let pPercent, pPercent < 1 || pPercent > 1000 { throw .malformed("rules") }
    }
}

extension Checker {
    /// Each need is met by the walks its proof names; and, where they are reckoned with, against each who is alone in a
    /// cell that a walk changes, by those of its walks that leave his cells as they are.
    mutating func checkProofs(_ protection: Protection) throws(ProofRefusal) {
        let needs = sensitivity.needs
        guard protection.proofs.count == needs.count else { throw missing(protection) }
        var usersOfWalk = [[Int]](repeating: [], count: protection.walks.count)
        for (index, proof) in protection.proofs.enumerated() {
            guard proof.slot == needs[index].slot else { throw missing(protection) }
            guard Set(proof.walks).count == proof.walks.count else { throw .malformed("walk numbers") }
            for walk in proof.walks {
                guard usersOfWalk.indices.contains(walk) else { throw .malformed("walk numbers") }
                usersOfWalk[walk].append(index)
            }
        }
        var attained = needs.map { Attained(value($0)) }
        var bySingleton: [[(attained: Attained, singletons: Set<Int>)]] =
            rules.knowsSingletons ? Array(repeating: [], count: needs.count) : []
        for (number, users) in usersOfWalk.enumerated() where !users.isEmpty {
            let (found, singletons) = try follow(
                protection.walks[number], number: number, needs: users.map { needs[$0] })
            for (place, user) in users.enumerated() {
                attained[user].merge(found[place])
                if rules.knowsSingletons { bySingleton[user].append((found[place], singletons)) }
            }
        }
        for index in needs.indices {
            guard attained[index].isEnough(needs[index]) else { throw notProved(needs[index]) }
            guard rules.knowsSingletons else { continue }
            let own = sensitivity.singletons[needs[index].slot]
            for person in Set(bySingleton[index].flatMap(\.singletons)) where person != own {
                var rest = Attained(value(needs[index]))
                for walk in bySingleton[index] where !walk.singletons.contains(person) { rest.merge(walk.attained) }
                guard rest.isEnough(needs[index]) else { throw notProved(needs[index]) }
            }
        }
    }

    private func notProved(_ need: Need) -> ProofRefusal {
        let (table, cell) = layout.place(of: need.slot)
        return .notProved(table: tables.tables[table].id, cell: cell)
    }

    /// The first sensitive cell that no proof is about.
    private func missing(_ protection: Protection) -> ProofRefusal {
        let proved = Set(protection.proofs.map(\.slot))
        return sensitivity.needs.first { !proved.contains($0.slot) }.map { notProved($0) } ?? .partsDiffer
    }
}
