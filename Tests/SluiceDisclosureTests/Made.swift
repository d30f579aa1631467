import SluiceCertificate
import SluiceDisclosure
import SluiceModel
import SluiceTestSupport
import TableSupport

/// Small tables for tests.
enum Made {
    /// Every code and the total of each axis crossed with all others.
    ///
    /// - Parameter counts: of the atoms, the last axis running fastest.
    static func crossed(_ axes: [(id: String, count: Int)], _ counts: [Int]) -> LinkedTables {
        let made = axes.map { axis in
            Axis(
                id: axis.id, atomCount: axis.count,
                codes: [Axis.Code(name: "total", atoms: Array(0..<axis.count))]
                    + (0..<axis.count).map { Axis.Code(name: "\(axis.id)\($0)", atoms: [$0]) })
        }
        return LinkedTables(
            eventKind: "offence", axes: made,
            tables: [LinkedTable(id: "t", codes: made.map { Array($0.codes.indices) })],
            authorities: [LinkedTables.Authority(id: "one")],
            contributions: counts.enumerated().filter { $0.element > 0 }.map {
                Contribution(atom: UInt64($0.offset), count: $0.element)
            })
    }

    static func random(seed: UInt64, _ axes: [(id: String, count: Int)]) -> LinkedTables {
        var chance = SplitMix64(seed: seed)
        let cells = axes.reduce(1) { $0 * $1.count }
        return crossed(axes, (0..<cells).map { _ in chance.below(3) == 0 ? chance.below(5) : chance.below(40) })
    }

    struct Result {
        var protection: Protection
        var hidden: Int
        /// Slots.
        var unproved: [Int]
    }

    /// Protects and proves; what could not be protected is not proved either.
    static func protect(
        _ tables: LinkedTables, _ rules: AuditRules = AuditRules(primary: PrimaryRules(threshold: 5), zeros: .hideable),
        tier: SearchOptions.Tier, key: UInt64 = 0, forced: Set<Int> = []
    ) throws -> Result {
        var protector = Protector(tables, rules, SearchOptions(tier: tier, key: key, forcedPublic: forced))
        let protection = protector.run()
        if protector.unproved.isEmpty { _ = try prove(tables, rules, protection) }
        return Result(
            protection: protection, hidden: protection.statuses.count { $0 == .hidden },
            unproved: protector.unprovedSlots)
    }
}
