import SluiceCertificate
import SluiceDisclosure
import SluiceModel
import SluiceTestSupport
import TableSupport
import Testing

/// Rounding is audited, not assumed: each rounded figure is a range, and so is the marker of a small count.
@Suite struct RoundingTests {
    private let rules = AuditRules(
        primary: PrimaryRules(threshold: 8, width: 3), zeros: .hideable, perturbation: .nearest(base: 5))

    @Test func `what is rounded is proved with nothing but small counts hidden, or refused`() throws {
        var provedCount = 0
        for seed in 0..<UInt64(60) {
            let tables = Made.random(seed: seed, [("area", 4), ("sex", 2), ("month", 3)])
            var protector = Protector(tables, rules, SearchOptions(tier: .good, key: seed))
            let protection = protector.run()
            let values = Layout(tables).values(of: tables)
            for slot in values.indices {
                #expect((protection.statuses[slot] == .hidden) == (values[slot] > 0 && values[slot] < 8))
            }
            guard protector.unproved.isEmpty else { continue }
            provedCount += 1
            let proved = try prove(tables, rules, protection)
            for slot in values.indices where protection.statuses[slot] == .shown {
                #expect(proved.shown(slot) == .count((Int(values[slot]) + 2) / 5 * 5))
            }
        }
        #expect(provedCount >= 15, "\(provedCount) of 60")
    }

    /// Three small counts in a row of four whose total and rest are shown to 5: of each three values stay possible.
    @Test func `small counts beside rounded ones stay open`() throws {
        let tables = Made.crossed([("region", 4)], [3, 4, 21, 34])
        var protector = Protector(tables, rules, SearchOptions(tier: .fast))
        let protection = protector.run()
        #expect(protector.unproved.isEmpty)
        _ = try prove(tables, rules, protection)
        // Exactly shown, the same would not do.
        var exact = rules
        exact.perturbation = .none
        #expect(throws: ProofRefusal.self) { try prove(tables, exact, protection) }
    }

    /// Counts 1 and 40, rounded to 2: the total of 41 is 41 or 42, the 40 is 39 or 40, so that the 1 is 1 to 3.
    @Test func `a base that is too small is refused`() throws {
        let tables = Made.crossed([("region", 2)], [1, 40])
        var narrow = rules
        narrow.perturbation = .nearest(base: 2)
        narrow.primary.width = 4
        var protector = Protector(tables, narrow, SearchOptions(tier: .good))
        let protection = protector.run()
        #expect(!protector.unproved.isEmpty)
        #expect(throws: ProofRefusal.self) { try prove(tables, narrow, protection) }
    }
}

/// Every figure goes to a multiple beside it, and what is shown adds up.
@Suite struct ControlledRoundingTests {
    @Test(arguments: 0..<60)
    func `what is shown adds up and stands beside the counts`(seed: UInt64) throws {
        let shapes: [[(id: String, count: Int)]] = [
            [("area", 7), ("sex", 2)], [("area", 4), ("sex", 2), ("month", 3)], [("area", 5), ("month", 6)],
        ]
        let tables = Made.random(seed: seed, shapes[Int(seed % 3)])
        let rules = AuditRules(
            primary: PrimaryRules(threshold: 5, width: 4), zeros: .hideable, perturbation: .controlled(base: 5))
        var protector = Protector(tables, rules, SearchOptions(tier: .good, key: seed))
        let protection = protector.run()
        #expect(protector.rules == rules && protector.unproved.isEmpty)
        let proved = try prove(tables, rules, protection)
        #expect(!protection.statuses.contains(.hidden))
        let shown = proved.values.indices.map { slot -> Int in
            switch proved.shown(slot) {
            case .count(let count):
                #expect((count == 0) == (proved.values[slot] == 0))
                return count
            case .low:
                #expect(proved.values[slot] > 0)
                return 0
            default:
                Issue.record("a figure is hidden")
                return 0
            }
        }
        for (slot, count) in shown.enumerated() {
            #expect(count % 5 == 0 && abs(count - Int(proved.values[slot])) < 5)
        }
        let lines = tables.lines(proved.layout)
        #expect(!lines.isEmpty)
        for line in lines {
            #expect(shown[try #require(line.total)] == line.parts.reduce(0) { $0 + shown[$1] })
        }
    }

    /// Over many keys a count of 2 becomes 5 as often as its remainder asks for.
    @Test func `rounding is right on average`() throws {
        let tables = Made.crossed([("area", 2), ("sex", 2)], [2, 13, 24, 31])
        let rules = AuditRules(
            primary: PrimaryRules(threshold: 5, width: 4), zeros: .hideable, perturbation: .controlled(base: 5))
        let draws: UInt64 = 600
        let ups = (0..<draws).count { key in
            var protector = Protector(tables, rules, SearchOptions(tier: .fast, key: key))
            return protector.run().statuses[4] == .raised
        }
        // 0.4 of 600 is 240, five standard deviations are 60; margins that must fit pull a little.
        #expect(abs(ups - 240) < 90, "\(ups)")
    }

    /// Counts of 2 in a, b and c whose pairs are shown too, base 4: each pair is 4 and stays, and no choice for three has
    /// one up in every pair.
    @Test func `where nothing adds up each figure is rounded by itself`() throws {
        let codes = [
            Axis.Code(name: "total", atoms: [0, 1, 2]), Axis.Code(name: "a", atoms: [0]),
            Axis.Code(name: "b", atoms: [1]),
            Axis.Code(name: "c", atoms: [2]), Axis.Code(name: "ab", atoms: [0, 1]),
            Axis.Code(name: "bc", atoms: [1, 2]),
            Axis.Code(name: "ac", atoms: [0, 2]),
        ]
        let tables = LinkedTables(
            eventKind: "offence", axes: [Axis(id: "x", atomCount: 3, codes: codes)],
            tables: [LinkedTable(id: "t", codes: [Array(codes.indices)])], authorities: [.init(id: "one")],
            contributions: (0..<3).map { Contribution(atom: $0, count: 2) })
        let rules = AuditRules(
            primary: PrimaryRules(threshold: 3, width: 3), zeros: .hideable, perturbation: .controlled(base: 4))
        let protector = Protector(tables, rules, SearchOptions(tier: .good))
        #expect(protector.rules == rules.roundingEach)
        #expect(protector.rules.perturbation == .nearest(base: 4) && protector.rules.primary.width == 3)
    }

    @Test func `only what is no multiple goes up`() throws {
        let tables = Made.crossed([("region", 2)], [5, 10])
        let rules = AuditRules(
            primary: PrimaryRules(threshold: 5, width: 4), zeros: .hideable, perturbation: .controlled(base: 5))
        let fine = Protection(statuses: [.shown, .shown, .shown])
        _ = try prove(tables, rules, fine)
        var raised = fine
        raised.statuses[1] = .raised
        #expect(throws: ProofRefusal.malformed("statuses")) { try prove(tables, rules, raised) }
        var hidden = fine
        hidden.statuses[1] = .hidden
        #expect(throws: ProofRefusal.malformed("statuses")) { try prove(tables, rules, hidden) }
    }

    @Test func `what does not add up is refused`() throws {
        let tables = Made.crossed([("region", 2)], [3, 4])
        let rules = AuditRules(
            primary: PrimaryRules(threshold: 5, width: 4), zeros: .hideable, perturbation: .controlled(base: 5))
        // 7 is 5 or 10: [low] and 5 come to 5, both 5 to 10, and both [low] to neither.
        for (statuses, isFine): ([Protection.Status], Bool) in [
            ([.shown, .shown, .raised], true), ([.raised, .raised, .raised], true), ([.shown, .shown, .shown], false),
            ([.raised, .shown, .raised], false),
        ] {
            var refusal: ProofRefusal?
            do throws(ProofRefusal) { _ = try prove(tables, rules, Protection(statuses: statuses)) } catch {
                refusal = error
            }
            #expect((refusal != .addsUpToOther(table: "t", cell: 0)) == isFine)
        }
    }
}

/// The cell key method.
@Suite struct CellKeyTests {
    /// A table with noise of up to 2, from the documentation of the R package ptable: `create_cnt_ptable(D = 2, V = 0.9)`.
    static let small = PerturbationTable(
        modulus: 100_000_000,
        rows: [
            [.init(last: 99_999_999, noise: 0)],
            [
                .init(last: 36_249_999, noise: -1), .init(last: 72_499_999, noise: 0),
                .init(last: 91_249_999, noise: 1), .init(last: 99_999_999, noise: 2),
            ],
            [
                .init(last: 5_154_608, noise: -2), .init(last: 29_536_172, noise: -1),
                .init(last: 70_463_826, noise: 0), .init(last: 94_845_390, noise: 1),
                .init(last: 99_999_999, noise: 2),
            ],
        ], cycle: 1)

    /// What the R package cellKey gives for this table, on the bounds as well.
    @Test func `noise is looked up as the published method does`() {
        let keys: [UInt64] = [0, 5_154_609, 36_250_000, 50_000_000, 72_500_000, 91_250_000, 99_999_999]
        for (count, noise) in [(1, [-1, -1, 0, 0, 1, 2, 2]), (2, [-2, -1, 0, 0, 1, 1, 2])] {
            for other in count == 1 ? [1] : [2, 3, 12_326] {
                #expect(keys.map { CellKeyTests.small.published(other, key: $0)! - other } == noise)
            }
        }
        #expect(keys.allSatisfy { CellKeyTests.small.published(0, key: $0) == 0 })
    }

    @Test func `what is perturbed is proved as ranges, or refused`() throws {
        var provedCount = 0
        let rules = AuditRules(
            primary: PrimaryRules(threshold: 3, width: 2), zeros: .hideable,
            perturbation: .cellKey(CellKeyTests.small))
        for seed in 0..<UInt64(60) {
            let tables = CellKeyTests.keyed(Made.random(seed: seed, [("area", 5), ("sex", 2), ("month", 3)]), seed)
            var protector = Protector(tables, rules, SearchOptions(tier: .good, key: seed))
            let protection = protector.run()
            #expect(!protection.statuses.contains(.hidden))
            guard protector.unproved.isEmpty else { continue }
            provedCount += 1
            let proved = try prove(tables, rules, protection)
            for slot in proved.values.indices {
                guard case .count(let count) = proved.shown(slot) else {
                    Issue.record("a figure is hidden")
                    continue
                }
                #expect(abs(count - Int(proved.values[slot])) <= 2)
            }
        }
        #expect(provedCount >= 15, "\(provedCount) of 60")
    }

    /// Beyond the last row counts go through the last rows again, and what would be below a bound is hidden.
    @Test func `large counts cycle and small figures are hidden`() {
        let rows = (0...4).map { count in
            [PerturbationTable.Entry(last: 9, noise: count == 0 ? 0 : count == 3 ? -1 : count == 4 ? 1 : 0)]
        }
        let table = PerturbationTable(modulus: 10, rows: rows, cycle: 2, hiddenBelow: 2)
        #expect((0...8).map { table.published($0, key: 0) } == [nil, nil, 2, 2, 5, 4, 7, 6, 9])
    }

    /// The same records have the same noise wherever they are counted.
    @Test func `the same cell has the same figure in every table`() throws {
        var tables = CellKeyTests.keyed(Made.random(seed: 3, [("area", 4), ("sex", 2)]), 3)
        let whole = tables.tables[0].codes
        tables.tables.append(LinkedTable(id: "again", codes: [whole[0], [0]]))
        let rules = AuditRules(
            primary: PrimaryRules(threshold: 3, width: 2), zeros: .hideable,
            perturbation: .cellKey(CellKeyTests.small))
        var protector = Protector(tables, rules, SearchOptions(tier: .fast))
        let proved = try prove(tables, rules, protector.run())
        for area in whole[0].indices {
            #expect(proved.shown(area * whole[1].count) == proved.shown(proved.layout.blocks[1].base + area))
        }
    }

    @Test func `a table of noise that would make less than nothing or something of nothing is refused`() {
        let tables = Made.crossed([("region", 2)], [5, 10])
        var rules = AuditRules(primary: PrimaryRules(threshold: 3, width: 2), zeros: .hideable)
        let plain = [PerturbationTable.Entry(last: 9, noise: 0)]
        for rows in [
            [[.init(last: 9, noise: 1)], plain], [plain, [.init(last: 9, noise: -2)]],
            [plain, [.init(last: 8, noise: 0)]],
            [plain, [.init(last: 4, noise: 0), .init(last: 4, noise: 1), .init(last: 9, noise: 0)]], [plain],
        ] {
            rules.perturbation = .cellKey(PerturbationTable(modulus: 10, rows: rows, cycle: 1))
            #expect(throws: ProofRefusal.malformed("table of noise")) {
                try prove(tables, rules, Protection(statuses: [.shown, .shown, .shown]))
            }
        }
    }

    /// With a key for every event.
    static func keyed(_ tables: LinkedTables, _ seed: UInt64) -> LinkedTables {
        var tables = tables
        var chance = SplitMix64(seed: seed &+ 99)
        for index in tables.contributions.indices {
            for _ in 0..<tables.contributions[index].count {
                tables.contributions[index].key =
                    (tables.contributions[index].key + chance.next() % small.modulus) % small.modulus
            }
        }
        return tables
    }
}

/// Ranges against enumeration: what can stand where a figure stands, by the definition of each method.
@Suite struct RangeTests {
    enum Method: String, CaseIterable { case nearest, controlled, cellKey }

    @Test(arguments: Method.allCases)
    func `a proof over ranges is accepted exactly when enumeration finds enough values`(method: Method) throws {
        var accepted = 0
        var refused = 0
        for seed in 0..<4_000 {
            var chance = SplitMix64(seed: UInt64(seed) &* 31 &+ 7)
            let tables = CellKeyTests.keyed(SmallTables.randomTables(&chance), UInt64(seed))
            let layout = Layout(tables)
            let values = layout.values(of: tables)
            let base = 2 + chance.below(3)
            let threshold = 3 + chance.below(3)
            let perturbation: Perturbation =
                switch method {
                case .nearest: .nearest(base: base)
                case .controlled: .controlled(base: base)
                case .cellKey: .cellKey(CellKeyTests.small)
                }
            let rules = AuditRules(
                primary: PrimaryRules(threshold: threshold, width: 2 + chance.below(3)), zeros: .hideable,
                perturbation: perturbation)
            let sensitivity = tables.sensitivity(rules, layout: layout, values: values)
            guard !sensitivity.needs.isEmpty else { continue }
            var statuses = [Protection.Status](repeating: .shown, count: values.count)
            for slot in statuses.indices {
                switch method {
                case .nearest: if values[slot] > 0 && Int(values[slot]) < threshold { statuses[slot] = .hidden }
                case .controlled: break
                case .cellKey: break
                }
            }
            if method == .controlled {
                guard let drawn = RangeTests.drawn(tables, layout, values, base, &chance) else { continue }
                statuses = drawn
            }
            let keys = RangeTests.keys(tables, layout)
            let all = SmallTables.enumerate(tables, layout, values) { slot, value in
                let truth = Int(values[slot])
                switch method {
                case .nearest:
                    if statuses[slot] == .hidden { return value >= 1 && value < threshold }
                    let isSmall = value > 0 && value < threshold
                    return !isSmall && (value + base / 2) / base == (truth + base / 2) / base
                        && (value == 0) == (truth == 0)
                case .controlled:
                    let shown = truth / base + (statuses[slot] == .raised ? 1 : 0)
                    let mayBe = value % base == 0 ? value / base == shown : [0, 1].contains(shown - value / base)
                    // 0 is shown as 0, and what is none and shown as 0 says so.
                    return mayBe && (shown > 0 || (value == 0) == (truth == 0))
                case .cellKey:
                    let table = CellKeyTests.small
                    let shown = table.published(truth, key: keys[slot])
                    let row = table.rows[min(value, table.rows.count - 1)]
                    return row.contains { table.published(value, key: $0.last) == shown }
                }
            }
            if all.changes.count > SmallTables.listLimit { continue }
            let isSafe = sensitivity.needs.allSatisfy { need in
                let found = all.values[need.slot]
                return found.count >= need.width && found.max() ?? 0 >= need.reach
            }
            let walks = all.changes.map { change in
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
        #expect(accepted > 100 && refused > 100, "\(accepted) accepted, \(refused) refused")
    }

    /// Each atom up or down by chance, until every cell is at a multiple beside it; nil when that takes too long.
    private static func drawn(
        _ tables: LinkedTables, _ layout: Layout, _ values: [Int32], _ base: Int, _ chance: inout SplitMix64
    ) -> [Protection.Status]? {
        for _ in 0..<40 {
            var multiples = [Int](repeating: 0, count: values.count)
            for contribution in tables.contributions {
                let isUp = contribution.count % base > 0 && chance.below(2) == 0
                for slot in layout.slots(of: tables.atoms(ofKey: contribution.atom)) {
                    multiples[slot] += contribution.count / base + (isUp ? 1 : 0)
                }
            }
            let ups = values.indices.map { multiples[$0] - Int(values[$0]) / base }
            if values.indices.allSatisfy({ ups[$0] == 0 || ups[$0] == 1 && Int(values[$0]) % base > 0 }) {
                return ups.map { $0 == 1 ? .raised : .shown }
            }
        }
        return nil
    }

    /// Cell keys, added up cell by cell.
    private static func keys(_ tables: LinkedTables, _ layout: Layout) -> [UInt64] {
        var keys = [UInt64](repeating: 0, count: layout.slotCount)
        for contribution in tables.contributions {
            for slot in layout.slots(of: tables.atoms(ofKey: contribution.atom)) {
                keys[slot] = (keys[slot] + contribution.key) % CellKeyTests.small.modulus
            }
        }
        return keys
    }
}
