import SluiceCertificate
import SluiceDisclosure
import SluiceModel
import SluiceTestSupport
import TableSupport
import Testing

/// Rules about lines: a total and the cells it is the sum of.
@Suite struct LineTests {
    private let plain = AuditRules(primary: PrimaryRules(threshold: 5), zeros: .hideable)

    /// All 30 of a region are of one kind: who is known to be among them is known to be of that kind.
    @Test(arguments: SearchOptions.Tier.allCases)
    func `a line that sits in one part leaves another possible`(tier: SearchOptions.Tier) throws {
        let tables = Made.crossed([("region", 3), ("kind", 3)], [30, 0, 0, 12, 9, 8, 7, 20, 6])
        let layout = Layout(tables)
        let values = layout.values(of: tables)
        let groups = tables.groups(plain, layout, values)
        #expect(groups.count == 1)
        #expect(values[groups[0].full] == 30 && groups[0].empty.count == 2)
        #expect(try Made.protect(tables, plain, tier: tier).hidden == 0)
        var rules = plain
        rules.hidesGroups = true
        let result = try Made.protect(tables, rules, tier: tier)
        #expect(result.unproved.isEmpty)
        #expect(result.protection.statuses[groups[0].full] == .hidden)
        // What was proved without the rule is not proved with it.
        #expect(throws: ProofRefusal.self) {
            try prove(tables, rules, Protection(statuses: [Protection.Status](repeating: .shown, count: values.count)))
        }
        let all = SmallTables.enumerate(
            tables, layout, values, result.protection.statuses, .hideable,
            tables.sensitivity(rules, layout: layout, values: values))
        let total = Int(values[groups[0].total])
        #expect(all.changes.contains { change in (change[0] ?? 0) < 0 && 30 + (change[0] ?? 0) < total })
    }

    @Test func `groups cannot be hidden where zeros are shown`() throws {
        let rules = AuditRules(primary: PrimaryRules(threshold: 5), zeros: .published, hidesGroups: true)
        let tables = Made.crossed([("region", 2)], [9, 9])
        #expect(throws: ProofRefusal.self) {
            try prove(tables, rules, Protection(statuses: [.shown, .shown, .shown]))
        }
    }

    /// Two hidden cells of two persons each who have many events: the five of a line's hidden part are four persons.
    @Test(arguments: SearchOptions.Tier.allCases)
    func `what is hidden in a line is not too few together`(tier: SearchOptions.Tier) throws {
        var tables = Made.crossed([("region", 4)], [0, 0, 20, 30])
        tables.contributions =
            (1...4).map { Contribution(atom: $0 <= 2 ? 0 : 1, person: $0, count: 9) } + tables.contributions
        #expect(
            try Made.protect(tables, plain, tier: tier).protection.statuses == [
                .shown, .hidden, .hidden, .shown, .shown,
            ])
        var rules = plain
        rules.pooled = true
        let result = try Made.protect(tables, rules, tier: tier)
        #expect(result.unproved.isEmpty)
        #expect(result.hidden == 3)
        let two = try Made.protect(tables, plain, tier: tier).protection
        #expect(throws: ProofRefusal.sensitiveShown(table: "t", cell: 0)) { try prove(tables, rules, two) }
    }

    /// Lines are found in nested levels, in areas grouped two ways, and not where parts are missing.
    @Test func `lines are the sums that a reader sees`() {
        let codes = [
            Axis.Code(name: "total", atoms: [0, 1, 2, 3]), Axis.Code(name: "north", atoms: [0, 1]),
            Axis.Code(name: "south", atoms: [2, 3]), Axis.Code(name: "east", atoms: [0, 2]),
            Axis.Code(name: "west", atoms: [1, 3]), Axis.Code(name: "a", atoms: [0]), Axis.Code(name: "b", atoms: [1]),
            Axis.Code(name: "c", atoms: [2]),
        ]
        let tables = LinkedTables(
            eventKind: "offence", axes: [Axis(id: "area", atomCount: 4, codes: codes)],
            tables: [LinkedTable(id: "t", codes: [Array(codes.indices)])], authorities: [.init(id: "one")],
            contributions: [Contribution(atom: 0, count: 1)])
        let lines = Set(tables.lines(Layout(tables)))
        #expect(
            lines == [
                Line(total: 0, parts: [1, 2]), Line(total: 0, parts: [3, 4]), Line(total: 1, parts: [5, 6]),
                Line(total: 3, parts: [5, 7]),
            ])
    }

    /// Nothing can be counted in region 1 under kind 2, and everybody knows: it is no room for a secret.
    @Test(arguments: SearchOptions.Tier.allCases)
    func `what cannot occur is no room for a secret`(tier: SearchOptions.Tier) throws {
        var tables = Made.crossed([("region", 3), ("kind", 3)], [3, 20, 0, 12, 9, 18, 17, 20, 16])
        let layout = Layout(tables)
        let zero = layout.blocks[0].strides[0] * 1 + layout.blocks[0].strides[1] * 3
        tables.structuralZeros = [[1, 3]]
        let result = try Made.protect(tables, tier: tier)
        #expect(result.unproved.isEmpty)
        #expect(result.protection.statuses[zero] == .shown)
        let proved = try prove(tables, plain, result.protection)
        #expect(proved.shown(zero) == .notApplicable)
        // Hidden, or moved on a walk, it is refused.
        var hidden = result.protection
        hidden.statuses[zero] = .hidden
        #expect(throws: ProofRefusal.zeroHidden(table: "t", cell: zero)) { try prove(tables, plain, hidden) }
        var counted = tables
        counted.contributions.insert(Contribution(atom: 2, count: 1), at: 2)
        #expect(throws: ProofRefusal.impossibleCounted) { try prove(counted, plain, result.protection) }
    }

    /// A pattern that is safe only if something could be where nothing can is not safe.
    @Test func `a walk through what cannot occur proves nothing`() throws {
        var tables = Made.crossed([("region", 2), ("kind", 2)], [2, 20, 20, 0])
        let hidden = [4, 5, 7, 8]
        var statuses = [Protection.Status](repeating: .shown, count: 9)
        for slot in hidden { statuses[slot] = .hidden }
        let move = Move.product([Move.Step(plus: 0, minus: 1), Move.Step(plus: 0, minus: 1)])
        let rules = AuditRules(primary: PrimaryRules(threshold: 3), zeros: .hideable)
        let protection = Protection(
            statuses: statuses, walks: [Walk([.init(move, 5)])], proofs: [.init(slot: 4, walks: [0])])
        _ = try prove(tables, rules, protection)
        tables.structuralZeros = [[2, 2]]
        statuses[8] = .shown
        var other = protection
        other.statuses = statuses
        #expect(throws: ProofRefusal.self) { try prove(tables, rules, other) }
    }
}
