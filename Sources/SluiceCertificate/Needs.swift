/// What must stay open about a cell that is too telling to show.
package struct Need: Hashable, Sendable {
    /// The slot of the cell.
    package var slot: Int
    /// Slots of other cells, where it is about the sum of several.
    package var with: [Int] = []
    /// Some attainable value is at least this.
    package var reach: Int
    /// At least so many different values are attainable.
    package var width: Int
    package var wantsZero: Bool

    package var slots: [Int] { [slot] + with }

    package init(slot: Int, reach: Int, width: Int, wantsZero: Bool = false) {
        self.slot = slot
        self.reach = reach
        self.width = width
        self.wantsZero = wantsZero
    }

    package mutating func tighten(_ other: Need) {
        reach = max(reach, other.reach)
        width = max(width, other.width)
        wantsZero = wantsZero || other.wantsZero
    }
}

/// Which cells of linked tables are sensitive, and who is alone in one.
package struct Sensitivity: Sendable {
    /// By slot, ascending.
    package var needs: [Need]
    /// By slot where one person is alone in a cell: which one, a number from 1; only when the rules ask for it.
    package var singletons: [Int: Int]
    /// No two cells of the part share an atom: whatever is hidden is hidden for being small, and the marker says so.
    package var standsFree: Bool
    /// By sensitive slot, the largest count that its marker can stand for; only where nothing but small counts is marked.
    package var markerTops: [Int: Int]
}

extension LinkedTables {
    /// Applies the primary rules to every cell.
    ///
    /// - Parameter values: as `Layout.values` gives them.
    /// - Source: threshold, (n, k) dominance and p % rules with their required upward protection: Hundepool et al.,
    ///   Statistical Disclosure Control (2012), section 4.2; the attainable values asked for: `docs/disclosure.md`.
    package func sensitivity(_ rules: AuditRules, layout: Layout, values: [Int32]) -> Sensitivity {
        let standsFree =
            tables.count == 1
            && zip(axes, tables[0].codes).allSatisfy { axis, shown in
                shown.reduce(0) { $0 + axis.codes[$1].atoms.count } == Set(shown.flatMap { axis.codes[$0].atoms }).count
            }
        var result = Sensitivity(needs: [], singletons: [:], standsFree: standsFree, markerTops: [:])
        let isPlain =
            contributions.allSatisfy { $0.person == 0 } && rules.primary.isThresholdOnly && !rules.knowsSingletons
            && !rules.knowsOwn && authorities.allSatisfy { $0.rules == nil }
        if isPlain {
            let reach = rules.perturbation.showsAll ? 0 : rules.primary.threshold
            for slot in values.indices where values[slot] > 0 && Int(values[slot]) < rules.primary.threshold {
                result.needs.append(
                    Need(
                        slot: slot, reach: reach, width: rules.primary.width, wantsZero: rules.primary.wantsZero))
            }
        } else {
            for table in tables.indices {
                applyByContributor(table, rules, layout, values, &result)
            }
        }
        if !rules.perturbation.showsAll, standsFree || rules.perturbation.isNearest { markerSays(rules, &result) }
        if rules.pooled, !standsFree { pool(rules, layout, values, &result) }
        if rules.hidesGroups { hideGroups(rules, layout, values, &result) }
        return result
    }

    /// Where all of a line sits in one part, another part must be possible too: of those that are 0 the one in whose row
    /// most is counted.
    private func hideGroups(_ rules: AuditRules, _ layout: Layout, _ values: [Int32], _ result: inout Sensitivity) {
        var wanted: Set<Int> = []
        for group in groups(rules, layout, values) {
            let counted = group.empty.map { slot in (slot: slot, value: across(slot, group.full, layout, values)) }
            guard let best = counted.max(by: { ($0.value, $1.slot) < ($1.value, $0.slot) }) else { continue }
            wanted.insert(best.slot)
        }
        result.needs += wanted.map { Need(slot: $0, reach: 1, width: 2) }
        result.needs.sort { $0.slots.lexicographicallyPrecedes($1.slots) }
        // Where nothing but small counts is marked, that marker stands for 0 as well.
        if result.standsFree { for slot in wanted { result.markerTops[slot] = max(1, highestThreshold(rules) - 1) } }
    }

    /// What is sensitive in one line, taken together, is a cell that nobody shows: where it is too telling itself, as much
    /// must stay open about it.
    ///
    /// - Source: the pooling of suppressed cells, Hundepool et al., Statistical Disclosure Control (2012), section 4.2;
    ///   asked for whether or not the line's total is shown, since it may follow from others.
    private func pool(_ rules: AuditRules, _ layout: Layout, _ values: [Int32], _ result: inout Sensitivity) {
        let sensitive = Set(result.needs.map(\.slot))
        let shares = tables.indices.flatMap { self.shares($0, layout) }
        var starts = [Int](repeating: 0, count: layout.slotCount + 1)
        for share in shares { starts[Int(share.slot) + 1] += 1 }
        for slot in 0..<layout.slotCount { starts[slot + 1] += starts[slot] }
        var alone = rules
        alone.knowsOwn = false
        var pools: Set<Need> = []
        for line in lines(layout) {
            let parts = line.parts.filter { sensitive.contains($0) }
            guard parts.count > 1 else { continue }
            let pooled = parts.flatMap { shares[starts[$0]..<starts[$0 + 1]] }
                .sorted { ($0.person, $0.slot) < ($1.person, $1.slot) }
            let cell = Cell(value: parts.reduce(0) { $0 + Int(values[$1]) }, pooled)
            guard var need = cell.need(alone, authorities, slot: parts[0]) else { continue }
            need.with = Array(parts[1...])
            pools.insert(need)
        }
        result.needs = (result.needs + pools).sorted { $0.slots.lexicographicallyPrecedes($1.slots) }
    }

    /// What is counted at the code of a part with all other axes at their totals, as far as the table shows them.
    ///
    /// - Parameter full: another part of the same line.
    private func across(_ part: Int, _ full: Int, _ layout: Layout, _ values: [Int32]) -> Int32 {
        let (table, cell) = layout.place(of: part)
        let places = layout.positions(table: table, cell: cell, self)
        let others = layout.positions(table: table, cell: full - layout.blocks[table].base, self)
        var slot = layout.blocks[table].base
        for axis in axes.indices {
            let place = places[axis] == others[axis] ? tables[table].codes[axis].firstIndex(of: 0) : nil
            slot += (place ?? places[axis]) * layout.blocks[table].strides[axis]
        }
        return values[slot]
    }

    /// The marker of a small cell says 1 to one below its threshold: all of that must stay open, and nothing more can. Where
    /// persons are counted, or other rules hide as well, it says nothing of how many events there are.
    private func markerSays(_ rules: AuditRules, _ result: inout Sensitivity) {
        let tellsCount =
            contributions.allSatisfy { $0.person == 0 } && rules.primary.isThresholdOnly && !rules.knowsOwn
            && authorities.allSatisfy { $0.rules?.isThresholdOnly ?? true }
        for index in result.needs.indices {
            let need = result.needs[index]
            // By the threshold alone a cell needs to reach just that.
            let top = tellsCount ? need.reach - 1 : LinkedTables.countLimit
            result.markerTops[need.slot] = top
            // Between rounded figures no one value can be asked for, only that enough are possible.
            result.needs[index].reach = rules.perturbation.isNearest && tellsCount ? 0 : min(need.reach, top)
            result.needs[index].width = min(need.width, top)
            result.needs[index].wantsZero = false
        }
    }

    /// Of the release and of all authorities.
    package func highestThreshold(_ rules: AuditRules) -> Int {
        authorities.reduce(rules.primary.threshold) { max($0, $1.rules?.threshold ?? 0) }
    }

    fileprivate struct Share: Comparable {
        var slot: Int32
        /// A person by number, or a run of events that nobody can tie to persons: then negative and unlike any other.
        var person: Int
        var authority: Int32
        var count: Int32

        static func < (first: Share, second: Share) -> Bool {
            (first.slot, first.person) < (second.slot, second.person)
        }
    }

    /// Who contributes how much to each cell of a table, by slot and person.
    fileprivate func shares(_ table: Int, _ layout: Layout) -> [Share] {
        var shares: [Share] = []
        var buffer: [Int32] = []
        for (index, contribution) in contributions.enumerated() {
            let person = contribution.person == 0 ? -1 - index : contribution.person
            layout.forEachSlot(table: table, atoms: atoms(ofKey: contribution.atom), &buffer) { slot in
                shares.append(
                    Share(
                        slot: Int32(slot), person: person, authority: Int32(contribution.authority),
                        count: Int32(contribution.count)))
            }
        }
        shares.sort()
        return shares
    }

    private func applyByContributor(
        _ table: Int, _ rules: AuditRules, _ layout: Layout, _ values: [Int32], _ result: inout Sensitivity
    ) {
        let shares = shares(table, layout)
        var from = 0
        while from < shares.count {
            var to = from
            while to < shares.count, shares[to].slot == shares[from].slot { to += 1 }
            let slot = Int(shares[from].slot)
            let cell = Cell(value: Int(values[slot]), shares[from..<to])
            if let need = cell.need(rules, authorities, slot: slot) { result.needs.append(need) }
            if rules.knowsSingletons, cell.persons == 1 {
                let person = shares[from].person
                result.singletons[slot] = person > 0 ? person : contributions.count - person
            }
            from = to
        }
        // Tables stand one after the other and their shares by slot, so the needs are ascending.
    }

    /// The contributors of one cell, or of several together.
    fileprivate struct Cell {
        var value: Int
        var persons = 0
        /// Events of the largest contributors, descending.
        var largest: [Int] = []
        /// Events by authority.
        var byAuthority: [Int: Int] = [:]
        /// Persons by authority whom nobody else has events of.
        var ownPersons: [Int: Int] = [:]

        var authorities: [Int] { byAuthority.keys.sorted() }

        /// - Parameter shares: those of a person next to each other.
        init(value: Int, _ given: some Sequence<Share>) {
            self.value = value
            let shares = given.map { (person: $0.person, authority: Int($0.authority), count: Int($0.count)) }
            var counts: [Int] = []
            var last: Int?
            var lastAuthority: Int?
            func closePerson() {
                if let lastAuthority { ownPersons[lastAuthority, default: 0] += 1 }
                lastAuthority = nil
            }
            for share in shares {
                byAuthority[share.authority, default: 0] += share.count
                if share.person != last || share.person < 0 { closePerson() }
                if share.person < 0 {
                    persons += share.count
                    ownPersons[share.authority, default: 0] += share.count
                    // Each is one event of somebody: only the first few can matter.
                    counts += [Int](repeating: 1, count: min(share.count, 16))
                } else if share.person == last {
                    counts[counts.count - 1] += share.count
                    if lastAuthority != share.authority { lastAuthority = nil }
                } else {
                    persons += 1
                    counts.append(share.count)
                    last = share.person
                    lastAuthority = share.authority
                }
            }
            closePerson()
            largest = Array(counts.sorted(by: >).prefix(16))
        }

        /// The stricter of the release's rules and those of everybody whose events are in it.
        func need(_ rules: AuditRules, _ all: [Authority], slot: Int) -> Need? {
            var need: Need?
            for primary in [rules.primary] + authorities.compactMap({ all[$0].rules }) {
                guard let more = self.need(primary, rules, slot: slot) else { continue }
                if need == nil { need = more } else { need!.tighten(more) }
            }
            return need
        }

        private func need(_ rules: PrimaryRules, _ audit: AuditRules, slot: Int) -> Need? {
            var reach: Int?
            // Where all is shown a small count need not look like a large one, only like enough others.
            let asked = audit.perturbation.showsAll ? 0 : rules.threshold
            if persons > 0, persons < rules.threshold { reach = asked }
            if audit.knowsOwn, byAuthority.count > 1 {
                for (authority, own) in byAuthority {
                    let others = persons - (ownPersons[authority] ?? 0)
                    if others > 0, others < rules.threshold { reach = max(reach ?? 0, asked > 0 ? own + asked : 0) }
                }
            }
            if let (n, k) = rules.dominance {
                let sum = largest.prefix(n).reduce(0, +)
                // sum > k / 100 · value, and upward 100 / k · sum − value more.
                if sum * 100 > k * value { reach = max(reach ?? 0, (100 * sum + k - 1) / k) }
            }
            if let p = rules.pPercent, let first = largest.first {
                let rest = value - first - (largest.count > 1 ? largest[1] : 0)
                if rest * 100 < p * first { reach = max(reach ?? 0, value + (p * first + 99) / 100 - rest) }
            }
            guard let reach else { return nil }
            return Need(slot: slot, reach: reach, width: rules.width, wantsZero: rules.wantsZero)
        }
    }
}

extension PrimaryRules {
    var isThresholdOnly: Bool { dominance == nil && pPercent == nil }
}
