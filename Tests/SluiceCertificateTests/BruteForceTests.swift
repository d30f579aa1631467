import SluiceCertificate
import SluiceTestSupport
import TableSupport
import Testing

/// The checker against enumeration: every assignment of counts that an attacker considers possible is made, and the values
/// a cell has in them are held against those the checker finds on walks to each of them.
///
/// Source: case B of the project's reference on disclosure control.
@Suite struct BruteForceTests {
    @Test(arguments: [ZeroPolicy.hideable, .published])
    func `a proof is accepted exactly when enumeration finds enough values`(zeros: ZeroPolicy) throws {
        var accepted = 0
        var refused = 0
        for seed in 0..<10_000 {
            var chance = SplitMix64(seed: UInt64(seed) &* 77 &+ (zeros == .hideable ? 0 : 1_000_003))
            let tables = SmallTables.randomTables(&chance)
            let layout = Layout(tables)
            let values = layout.values(of: tables)
            let threshold = 3 + chance.below(3)
            // Here and there lines that sit in one part must not be seen to.
            let rules = AuditRules(
                primary: PrimaryRules(threshold: threshold, width: 2 + chance.below(threshold)), zeros: zeros,
                hidesGroups: zeros == .hideable && seed % 4 == 0)
            let sensitivity = tables.sensitivity(rules, layout: layout, values: values)
            guard let statuses = SmallTables.randomStatuses(tables, layout, values, sensitivity, zeros, &chance) else {
                continue
            }
            let attainable = SmallTables.enumerate(tables, layout, values, statuses, zeros, sensitivity)
            // Too many to look at all of them.
            if attainable.changes.count > SmallTables.listLimit { continue }
            let isSafe = sensitivity.needs.allSatisfy { need in
                let found = attainable.values[need.slot]
                return found.count >= need.width && found.max()! >= need.reach
            }
            // A walk to every assignment there is, in one step from the true one.
            let walks = attainable.changes.map { change in
                Walk([
                    Walk.Leg(
                        .atoms(change.map { Move.Change(atom: $0.key, by: $0.value) }.sorted { $0.atom < $1.atom }), 1)
                ])
            }
            let protection = Protection(
                statuses: statuses, walks: walks,
                proofs: sensitivity.needs.map { Protection.Proof(slot: $0.slot, walks: Array(walks.indices)) })
            let isAccepted = (try? prove(tables, rules, protection)) != nil
            #expect(isAccepted == isSafe, "seed \(seed)")
            if isAccepted { accepted += 1 } else { refused += 1 }
        }
        #expect(accepted > 500 && refused > 500, "\(accepted) accepted, \(refused) refused")
    }

    /// With y₁ = y₂ + y₃, y₂ + p = 4 and y₃ + p = 5 every second value of y₁ is impossible: 1, 3, 5, 7, 9 remain.
    @Test func `attainable values are counted and not the width between them`() throws {
        // Atoms: a and b of y₁, and p, which belongs to both sums.
        let codes = [
            Axis.Code(name: "total", atoms: [0, 1, 2]), Axis.Code(name: "y1", atoms: [0, 1]),
            Axis.Code(name: "y2", atoms: [0]), Axis.Code(name: "y3", atoms: [1]), Axis.Code(name: "p", atoms: [2]),
            Axis.Code(name: "y2+p", atoms: [0, 2]), Axis.Code(name: "y3+p", atoms: [1, 2]),
        ]
        let tables = LinkedTables(
            eventKind: "offence", axes: [Axis(id: "a", atomCount: 3, codes: codes)],
            tables: [LinkedTable(id: "t", codes: [[1, 2, 3, 4, 5, 6]])], authorities: [.init(id: "one")],
            contributions: [
                Contribution(atom: 0, count: 1), Contribution(atom: 1, count: 2), Contribution(atom: 2, count: 3),
            ])
        let statuses: [Protection.Status] = [.hidden, .hidden, .hidden, .hidden, .shown, .shown]
        let layout = Layout(tables)
        let all = SmallTables.enumerate(
            tables, layout, layout.values(of: tables), statuses, .hideable,
            tables.sensitivity(
                AuditRules(primary: PrimaryRules(threshold: 4), zeros: .hideable), layout: layout,
                values: layout.values(of: tables)))
        #expect(all.values[0].sorted() == [1, 3, 5, 7, 9])
        // One more of y₂ and of y₃, one less of p.
        let move = Move.atoms([.init(atom: 0, by: 1), .init(atom: 1, by: 1), .init(atom: 2, by: -1)])
        func isProved(width: Int, reach: Int = 4) -> Bool {
            let rules = AuditRules(primary: PrimaryRules(threshold: reach, width: width), zeros: .hideable)
            let protection = Protection(
                statuses: statuses, walks: [Walk([.init(move, 3)]), Walk([.init(move, -1)])],
                proofs: [0, 1, 2, 3].map { .init(slot: $0, walks: [0, 1]) })
            return (try? prove(tables, rules, protection)) != nil
        }
        #expect(isProved(width: 5))
        #expect(!isProved(width: 6), "1 to 9 is nine wide and holds five values")
    }
}
