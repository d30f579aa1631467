import SluiceCertificate
import SluiceDisclosure
import SluiceModel
import SluiceTestSupport
import TableSupport
import Testing

/// Certificates that were right and are changed: what makes them false must be rejected. Which are false is judged by
/// enumeration, not by the checker.
@Suite struct MutationTests {
    @Test func `every change that makes a certificate false is rejected`() throws {
        var falseOnes = 0
        var harmless = 0
        for seed in 0..<1_500 {
            var chance = SplitMix64(seed: UInt64(seed))
            let tables = SmallTables.randomTables(&chance)
            let zeros: ZeroPolicy = seed % 2 == 0 ? .hideable : .published
            let rules = AuditRules(primary: PrimaryRules(threshold: 3 + chance.below(3)), zeros: zeros)
            var protector = Protector(tables, rules, SearchOptions(tier: .fast, key: UInt64(seed)))
            let protection = protector.run()
            guard protector.unproved.isEmpty, !protection.proofs.isEmpty,
                (try? prove(tables, rules, protection)) != nil
            else { continue }
            for _ in 0..<12 {
                guard let (changed, other) = mutated(tables, protection, &chance) else { continue }
                let isAccepted = (try? prove(changed, rules, other)) != nil
                guard let isTrue = statement(changed, rules, other.statuses) else { continue }
                if isTrue {
                    harmless += 1
                } else {
                    falseOnes += 1
                    #expect(!isAccepted, "seed \(seed): a false certificate was accepted")
                }
            }
        }
        #expect(falseOnes >= 10_000, "\(falseOnes) false ones, \(harmless) harmless")
    }

    /// One thing changed: a count, or a cell unhidden, by itself or with a walk altered or given to every cell.
    private func mutated(
        _ tables: LinkedTables, _ protection: Protection, _ chance: inout SplitMix64
    ) -> (LinkedTables, Protection)? {
        var tables = tables
        var changed = protection
        let kind = chance.below(10)
        if (5..<7).contains(kind) {
            // Another count; the tables then say something else.
            guard !tables.contributions.isEmpty else { return nil }
            let place = chance.below(tables.contributions.count)
            tables.contributions[place].count = max(1, tables.contributions[place].count + chance.below(5) - 2)
            return (tables, changed)
        }
        let hidden = changed.statuses.indices.filter { changed.statuses[$0] == .hidden }
        guard !hidden.isEmpty else { return nil }
        changed.statuses[hidden[chance.below(hidden.count)]] = .shown
        switch kind {
        case 7, 9:
            // Alter a walk so that it no longer needs the cell, or stretch it.
            guard !changed.walks.isEmpty else { return nil }
            let walk = chance.below(changed.walks.count)
            guard let first = changed.walks[walk].legs.first else { return nil }
            if kind == 9 {
                changed.walks[walk].legs[0].amount = first.amount + (chance.below(2) == 0 ? 1 : -1)
            } else if changed.walks[walk].legs.count > 1 {
                changed.walks[walk].legs.removeLast()
            }
        case 8:
            // Give every proof every walk.
            for index in changed.proofs.indices { changed.proofs[index].walks = Array(changed.walks.indices) }
        default: break
        }
        return (tables, changed)
    }

    /// Whether what a certificate says holds: every sensitive cell is hidden and enough stays open about it. Nil where
    /// there is too much to list.
    private func statement(_ tables: LinkedTables, _ rules: AuditRules, _ statuses: [Protection.Status]) -> Bool? {
        let layout = Layout(tables)
        let values = layout.values(of: tables)
        let sensitivity = tables.sensitivity(rules, layout: layout, values: values)
        guard sensitivity.needs.allSatisfy({ statuses[$0.slot] == .hidden }) else { return false }
        let found = SmallTables.enumerate(tables, layout, values, statuses, rules.zeros, sensitivity)
        guard found.changes.count <= SmallTables.listLimit else { return nil }
        return sensitivity.needs.allSatisfy { need in
            let attainable = found.values[need.slot]
            return attainable.count >= need.width && attainable.max() ?? 0 >= need.reach
        }
    }
}
