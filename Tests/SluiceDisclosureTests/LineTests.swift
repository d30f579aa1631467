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
        let total = Int(values[try #require(groups[0].total)])
        #expect(all.changes.contains { change in (change[0] ?? 0) < 0 && 30 + (change[0] ?? 0) < total })
    }

    @Test func `groups cannot be hidden where zeros are shown`() throws {
        let rules = AuditRules(primary: PrimaryRules(threshold: 5), zeros: .published, hidesGroups: true)
        let tables = Made.crossed([("region", 2)], [9, 9])
        #expect(throws: ProofRefusal.self) {
            try prove(tables, rules, Protection(statuses: [.shown, .shown, .shown]))
        }
    }

    /// Whoever sees all parts of a line sees where all of it sits, whether or not its total stands anywhere.
    @Test(arguments: SearchOptions.Tier.allCases)
    func `a group is one without totals too, and in whichever table it stands`(tier: SearchOptions.Tier) throws {
        var rules = plain
        rules.hidesGroups = true
        let crossed = Made.crossed([("region", 3), ("kind", 3)], [30, 0, 0, 12, 9, 8, 7, 20, 6])
        var alone = crossed
        alone.tables[0].codes = [[1, 2, 3], [1, 2, 3]]
        let shown = Protection(statuses: [Protection.Status](repeating: .shown, count: 9))
        #expect(throws: ProofRefusal.self) { try prove(alone, rules, shown) }
        let result = try Made.protect(alone, rules, tier: tier)
        // One of the two zeros may be something else; the marker then stands for 0 to 4.
        #expect(result.unproved.isEmpty && result.hidden == 1)
        #expect(result.protection.statuses.prefix(3).contains(.hidden))
        for tables in [[alone.tables[0], crossed.tables[0]], [crossed.tables[0], alone.tables[0]]] {
            var both = crossed
            both.tables = tables.enumerated().map { LinkedTable(id: "t\($0.offset)", codes: $0.element.codes) }
            #expect(try Made.protect(both, rules, tier: tier).unproved.isEmpty)
        }
    }

    /// Seven are enough for the release, whatever another authority asks for in another region.
    @Test func `a line is one from the release's own threshold on`() throws {
        var tables = Made.crossed([("region", 2), ("kind", 3)], [7, 0, 0, 20, 30, 40])
        tables.authorities = [.init(id: "a"), .init(id: "b", rules: PrimaryRules(threshold: 10))]
        for index in tables.contributions.indices where tables.contributions[index].atom >= 3 {
            tables.contributions[index].authority = 1
        }
        var rules = plain
        rules.hidesGroups = true
        let layout = Layout(tables)
        #expect(!tables.groups(rules, layout, layout.values(of: tables)).isEmpty)
        #expect(try Made.protect(tables, rules, tier: .fast).hidden > 0)
    }

    /// Two hidden cells of two persons each who have nine events: what the line hides of these is of four persons.
    @Test(arguments: SearchOptions.Tier.allCases)
    func `what is sensitive in a line is not too few together`(tier: SearchOptions.Tier) throws {
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
        // Over the pattern of two every walk there is leaves their sum at 18 and 18.
        let move = Move.product([Move.Step(plus: 0, minus: 1)])
        let two = Protection(
            statuses: [.shown, .hidden, .hidden, .shown, .shown],
            walks: [Walk([.init(move, 9)]), Walk([.init(move, -9)])],
            proofs: [.init(slot: 1, walks: [0, 1]), .init(slot: 1, walks: [0, 1]), .init(slot: 2, walks: [0, 1])])
        _ = try prove(
            tables, plain, Protection(statuses: two.statuses, walks: two.walks, proofs: [two.proofs[0], two.proofs[2]]))
        #expect(throws: ProofRefusal.notProved(table: "t", cell: 1)) { try prove(tables, rules, two) }
    }

    /// A third hidden cell that follows from its column is no help: the sum of the two must stay open over all lines.
    @Test(arguments: SearchOptions.Tier.allCases)
    func `what is hidden beside a pool must not follow from other lines`(tier: SearchOptions.Tier) throws {
        var tables = Made.crossed([("row", 3), ("column", 4)], [0, 0, 20, 30, 0, 0, 25, 35, 40, 50, 60, 70])
        tables.contributions =
            [0, 1, 4, 5].flatMap { atom in
                (1...2).map { Contribution(atom: atom, person: Int(atom) * 2 + $0, count: 9) }
            } + tables.contributions
        tables.contributions.sort()
        for index in tables.contributions.indices where tables.contributions[index].person > 0 {
            tables.contributions[index].person = index + 1
        }
        var rules = plain
        rules.pooled = true
        let layout = Layout(tables)
        let values = layout.values(of: tables)
        #expect(tables.sensitivity(rules, layout: layout, values: values).needs.contains { $0.with.count == 1 })
        // 30 is 135 − 35 − 70, so that the first two are 86 − 20 − 30 together.
        let hidden: Set<Int32> = [18, 30, 25, 40, 50]
        let forced = Set(values.indices.filter { !hidden.contains(values[$0]) })
        #expect(try Made.protect(tables, plain, tier: tier, forced: forced).unproved.isEmpty)
        #expect(try !Made.protect(tables, rules, tier: tier, forced: forced).unproved.isEmpty)
        #expect(try Made.protect(tables, rules, tier: tier).unproved.isEmpty)
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
        // Only the margin is published: the inner cells are nobody's to see.
        var tables = Made.crossed([("region", 2), ("kind", 2)], [2, 0, 20, 20])
        tables.tables[0] = LinkedTable(id: "t", codes: [[0, 1, 2], [0]])
        let rules = AuditRules(primary: PrimaryRules(threshold: 3), zeros: .hideable)
        func protection(kind: Int32) -> Protection {
            let move = Move.product([Move.Step(plus: 0, minus: 1), Move.Step(plus: kind)])
            return Protection(
                statuses: [.shown, .hidden, .hidden], walks: [Walk([.init(move, 2)])],
                proofs: [.init(slot: 1, walks: [0])])
        }
        for kind in [Int32(0), 1] { _ = try prove(tables, rules, protection(kind: kind)) }
        tables.structuralZeros = [[1, 2]]
        _ = try prove(tables, rules, protection(kind: 0))
        #expect(throws: ProofRefusal.atomImpossible(walk: 0, leg: 0)) {
            try prove(tables, rules, protection(kind: 1))
        }
        // The search knows it too.
        for tier in SearchOptions.Tier.allCases {
            #expect(try Made.protect(tables, rules, tier: tier).unproved.isEmpty)
        }
    }
}
