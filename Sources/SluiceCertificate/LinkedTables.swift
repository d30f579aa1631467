// The audited model: all tables of a release that count the same events, as one thing.
//
// An atom is a combination of the finest codes that any of the tables tells apart, one per axis. Every cell of every
// table is a sum of atoms, so that what ties cells to each other, in one table or over several, nested or overlapping,
// needs no list of equations: it is which atoms they share. An attacker considers every assignment of whole numbers to
// atoms that gives the published cells, so the unpublished inner cells are in the model as well.
//
// Source: the common refinement of overlapping geographies and the linked-table model of Hundepool et al.,
// Statistical Disclosure Control (2012), chapter 4.

/// One dimension as the tables of a release use it.
package struct Axis: Hashable, Sendable {
    /// A code that a table may show: the atoms it covers, ascending.
    package struct Code: Hashable, Sendable {
        package var name: String
        package var atoms: [Int]

        package init(name: String, atoms: [Int]) {
            self.name = name
            self.atoms = atoms
        }

        package func contains(_ atom: Int) -> Bool {
            // Most codes are one run.
            if atoms.count == atoms.last! - atoms[0] + 1 { return atom >= atoms[0] && atom <= atoms.last! }
            return atoms.contains(atom)
        }
    }

    package var id: String
    package var atomCount: Int
    /// Code 0 covers every atom: what a table shows that does not have this axis, and the total of one that has.
    package var codes: [Code]

    package init(id: String, atomCount: Int, codes: [Code]) {
        self.id = id
        self.atomCount = atomCount
        self.codes = codes
    }
}

/// One table: for each axis the codes it shows, in order. Its cells are all their combinations, the last axis running
/// fastest.
package struct LinkedTable: Hashable, Sendable {
    package var id: String
    /// Parallel to the axes of the part; `[0]` where the table does not have the axis.
    package var codes: [[Int]]
    /// The axes that the table has, in the order of its columns.
    package var columns: [Int]

    /// - Parameter columns: nil for those with more than the total, in their order.
    package init(id: String, codes: [[Int]], columns: [Int]? = nil) {
        self.id = id
        self.codes = codes
        self.columns = columns ?? codes.indices.filter { codes[$0] != [0] }
    }

    package var cellCount: Int { codes.reduce(1) { $0 * $1.count } }
}

/// Events of one atom, from one authority, about one person.
package struct Contribution: Hashable, Sendable, Comparable {
    /// The atom of every axis in mixed radix, the last axis running fastest: see `LinkedTables.atomKey`.
    package var atom: UInt64
    /// Into `LinkedTables.authorities`.
    package var authority: Int
    /// Numbered from 1 within the part; 0 where nobody knows which events are about the same person, and then each of
    /// them counts as a person.
    package var person: Int
    /// Events, 1 or more.
    package var count: Int
    /// The sum of their record keys, where the rules perturb by cell key: see `PerturbationTable`.
    package var key: UInt64

    package init(atom: UInt64, authority: Int = 0, person: Int = 0, count: Int, key: UInt64 = 0) {
        self.atom = atom
        self.authority = authority
        self.person = person
        self.count = count
        self.key = key
    }

    package static func < (first: Contribution, second: Contribution) -> Bool {
        (first.atom, first.authority, first.person) < (second.atom, second.authority, second.person)
    }
}

/// All tables of a release that count events of one kind, and what they count.
package struct LinkedTables: Hashable, Sendable {
    package struct Authority: Hashable, Sendable {
        package var id: String
        /// The rules it asks for where its events are in a cell, besides those of the release.
        package var rules: PrimaryRules?

        package init(id: String, rules: PrimaryRules? = nil) {
            self.id = id
            self.rules = rules
        }
    }

    /// The kind of event that is counted.
    package var eventKind: String
    package var axes: [Axis]
    package var tables: [LinkedTable]
    package var authorities: [Authority]
    /// Ascending, no two of the same atom, authority and person.
    package var contributions: [Contribution]
    /// Combinations of codes, one per axis, that cannot occur and that everybody knows to be 0.
    package var structuralZeros: [[Int]]

    package init(
        eventKind: String, axes: [Axis], tables: [LinkedTable], authorities: [Authority],
        contributions: [Contribution], structuralZeros: [[Int]] = []
    ) {
        self.eventKind = eventKind
        self.axes = axes
        self.tables = tables
        self.authorities = authorities
        self.contributions = contributions
        self.structuralZeros = structuralZeros
    }

    /// Cells above which a part is refused.
    package static let cellLimit = 20_000_000
    package static let axisLimit = 24
    package static let structuralZeroLimit = 1_000
    /// More than any count.
    package static let countLimit = 1 << 30

    package func atomKey(_ atoms: [Int]) -> UInt64 {
        var key: UInt64 = 0
        for (axis, atom) in zip(axes, atoms) { key = key * UInt64(axis.atomCount) + UInt64(atom) }
        return key
    }

    package func atoms(ofKey key: UInt64) -> [Int] {
        var rest = key
        var atoms = [Int](repeating: 0, count: axes.count)
        for index in axes.indices.reversed() {
            let count = UInt64(axes[index].atomCount)
            atoms[index] = Int(rest % count)
            rest /= count
        }
        return atoms
    }

    /// By atom how many events there are, and how many of them the authority that has most of them knows for its own; 0
    /// where that is not asked, or one authority has all there is.
    package func atomCounts(knowsOwn: Bool) -> [UInt64: (count: Int, known: Int)] {
        var counts: [UInt64: (count: Int, known: Int)] = [:]
        var own: [Int: Int] = [:]
        let asks = knowsOwn && Set(contributions.map(\.authority)).count > 1
        for (index, contribution) in contributions.enumerated() {
            counts[contribution.atom, default: (0, 0)].count += contribution.count
            guard asks else { continue }
            own[contribution.authority, default: 0] += contribution.count
            let next = index + 1
            if next == contributions.count || contributions[next].atom != contribution.atom {
                counts[contribution.atom]!.known = own.values.max() ?? 0
                own.removeAll(keepingCapacity: true)
            }
        }
        return counts
    }

    /// Whether the structure means anything. Everything here may have been read from a file.
    package func check() throws(ProofRefusal) {
        guard !axes.isEmpty, axes.count <= LinkedTables.axisLimit, !tables.isEmpty else { throw .malformed("axes") }
        guard !authorities.isEmpty, authorities.count <= 4096 else { throw .malformed("authorities") }
        var product = UInt64(1)
        for axis in axes {
            let (next, isTooLarge) = product.multipliedReportingOverflow(by: UInt64(max(0, axis.atomCount)))
            guard axis.atomCount > 0, !isTooLarge, !axis.codes.isEmpty else { throw .malformed("axes") }
            product = next
            guard axis.codes[0].atoms == Array(0..<axis.atomCount) else { throw .malformed("total code") }
            for code in axis.codes {
                guard !code.atoms.isEmpty, code.atoms.first! >= 0, code.atoms.last! < axis.atomCount,
                    zip(code.atoms, code.atoms.dropFirst()).allSatisfy({ $0 < $1 })
                else { throw .malformed("code") }
            }
        }
        var cells = 0
        for table in tables {
            guard table.codes.count == axes.count, Set(table.columns).count == table.columns.count,
                table.columns.allSatisfy({ axes.indices.contains($0) }),
                axes.indices.allSatisfy({ table.columns.contains($0) || table.codes[$0] == [0] })
            else { throw .malformed("table axes") }
            var size = 1
            for (axis, shown) in zip(axes, table.codes) {
                guard !shown.isEmpty, shown.allSatisfy({ axis.codes.indices.contains($0) }),
                    Set(shown).count == shown.count
                else { throw .malformed("table codes") }
                size *= shown.count
                guard size <= LinkedTables.cellLimit else { throw .tooLarge(limit: LinkedTables.cellLimit) }
            }
            cells += size
            guard cells <= LinkedTables.cellLimit else { throw .tooLarge(limit: LinkedTables.cellLimit) }
        }
        guard structuralZeros.count <= LinkedTables.structuralZeroLimit else {
            throw .malformed("structural zeros")
        }
        for zero in structuralZeros {
            guard zero.count == axes.count, zip(axes, zero).allSatisfy({ $0.codes.indices.contains($1) })
            else { throw .malformed("structural zeros") }
        }
        var total = 0
        var last: Contribution?
        for contribution in contributions {
            guard contribution.atom < product, authorities.indices.contains(contribution.authority),
                contribution.person >= 0, contribution.person <= contributions.count, contribution.count > 0,
                contribution.count <= 1 << 31, last.map({ $0 < contribution }) ?? true
            else { throw .malformed("contributions") }
            last = contribution
            total += contribution.count
            guard total < 1 << 31 else { throw .malformed("contributions") }
        }
        let impossible = impossibleAtoms
        guard impossible.isEmpty || !contributions.contains(where: { impossible.contains(atoms(ofKey: $0.atom)) })
        else { throw .impossibleCounted }
    }
}

/// What a release does with zeros, and with it what an attacker knows of a hidden cell.
package enum ZeroPolicy: String, CaseIterable, Hashable, Sendable {
    /// A zero may be hidden behind the same marker, so a hidden cell is 0 or more.
    case hideable
    /// A zero is always shown, so everybody knows that a hidden cell is 1 or more.
    case published
}

/// When a cell is too telling to show, and how much must stay open about it.
package struct PrimaryRules: Hashable, Sendable {
    /// Fewer persons than this, and more than none, are too few. 1 or less: no such rule.
    package var threshold: Int
    /// How many values must stay attainable.
    package var width: Int
    /// The `n` largest contributors must not make more than `k` per cent.
    package var dominance: (n: Int, k: Int)?
    /// Nobody but the second largest must be able to tell the largest within `p` per cent.
    package var pPercent: Int?
    /// 0 must stay attainable; only where zeros are hideable.
    package var wantsZero: Bool

    package init(
        threshold: Int, width: Int? = nil, dominance: (n: Int, k: Int)? = nil, pPercent: Int? = nil,
        wantsZero: Bool = false
    ) {
        self.threshold = threshold
        self.width = width ?? threshold
        self.dominance = dominance
        self.pPercent = pPercent
        self.wantsZero = wantsZero
    }

    package static func == (first: PrimaryRules, second: PrimaryRules) -> Bool {
        first.threshold == second.threshold && first.width == second.width && first.pPercent == second.pPercent
            && first.dominance?.n == second.dominance?.n && first.dominance?.k == second.dominance?.k
            && first.wantsZero == second.wantsZero
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(threshold)
        hasher.combine(width)
    }
}

/// What counts as safe: the rules, and what the attacker knows besides the published cells.
package struct AuditRules: Hashable, Sendable {
    package var primary: PrimaryRules
    package var zeros: ZeroPolicy
    /// One who is alone in a cell knows that cell, and all others must be safe from him as well.
    package var knowsSingletons: Bool
    /// An authority knows its own events, and the others' must be safe from it.
    package var knowsOwn: Bool
    /// What is shown in place of counts.
    package var perturbation: Perturbation
    /// What is sensitive in one line, taken together, is one more sensitive cell.
    package var pooled: Bool
    /// Where all of a total sits in one part, that must not be seen.
    package var hidesGroups: Bool

    package init(
        primary: PrimaryRules, zeros: ZeroPolicy, knowsSingletons: Bool = false, knowsOwn: Bool = false,
        perturbation: Perturbation = .none, pooled: Bool = false, hidesGroups: Bool = false
    ) {
        self.primary = primary
        self.zeros = zeros
        self.knowsSingletons = knowsSingletons
        self.knowsOwn = knowsOwn
        self.perturbation = perturbation
        self.pooled = pooled
        self.hidesGroups = hidesGroups
    }

    /// The same with each figure rounded by itself, where rounding that adds up was wanted and not found. The marker then
    /// stands for small counts, and as much stays open about them as it can.
    package var roundingEach: AuditRules {
        guard case .controlled(let base) = perturbation else { return self }
        var rules = self
        rules.perturbation = .nearest(base: base)
        rules.primary.width = max(primary.width, primary.threshold)
        return rules
    }
}
