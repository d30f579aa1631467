import SluiceCertificate
import SluiceTestSupport

/// Made-up linked tables by shape and seed: area × month × offence, every total crossed with every other.
///
/// Counts are gamma-Poisson around log-normal effects of area and offence, so that a third or so of the nonzero cells
/// are 1 to 4.
struct Instance {
    struct Shape {
        var regions: Int
        var districts: Int
        var wards: Int
        var groups: Int
        var codes: Int
    }

    static let shapes: [String: Shape] = [
        "tiny": Shape(regions: 1, districts: 2, wards: 2, groups: 1, codes: 3),
        "5k": Shape(regions: 2, districts: 3, wards: 4, groups: 2, codes: 3),
        "31k": Shape(regions: 3, districts: 5, wards: 6, groups: 3, codes: 4),
        "160k": Shape(regions: 4, districts: 8, wards: 10, groups: 4, codes: 5),
        "1m": Shape(regions: 6, districts: 10, wards: 22, groups: 6, codes: 6),
    ]

    /// - Parameter name: a shape, or a shape with `-sparse`.
    static func crossed(_ name: String, seed: UInt64) -> LinkedTables? {
        let isSparse = name.hasSuffix("-sparse")
        guard let shape = shapes[isSparse ? String(name.dropLast(7)) : name] else { return nil }
        var chance = Chance(seed: seed)
        let area = tree("area", [shape.regions, shape.districts, shape.wards])
        let month = tree("month", [1, 4, 3])
        let offence = tree("offence", [1, shape.groups, shape.codes])
        let areaEffect = (0..<area.atomCount).map { _ in chance.logNormal(0.8) }
        let offenceEffect = (0..<offence.atomCount).map { _ in chance.logNormal(1) }
        let monthEffect = (0..<12).map { _ in 0.8 + 0.4 * chance.uniform() }
        var contributions: [Contribution] = []
        var key: UInt64 = 0
        for a in 0..<area.atomCount {
            for m in 0..<12 {
                for o in 0..<offence.atomCount {
                    let rate = (isSparse ? 0.09 : 2.2) * areaEffect[a] * monthEffect[m] * offenceEffect[o]
                    let count = chance.poisson(rate * chance.gamma2())
                    if count > 0 { contributions.append(Contribution(atom: key, count: count)) }
                    key += 1
                }
            }
        }
        let axes = [area, month, offence]
        return LinkedTables(
            eventKind: "offence", axes: axes,
            tables: [LinkedTable(id: "crossed", codes: axes.map { Array($0.codes.indices) })],
            authorities: [LinkedTables.Authority(id: "one")], contributions: contributions)
    }

    /// What a partnership publishes: three kinds of event with four linked tables each, 200,000 cells or so.
    ///
    /// Areas down to wards, three years of months, what happened and one attribute of persons; each table crosses two or
    /// three of them, and no table all four.
    static func partnership(seed: UInt64) -> [LinkedTables] {
        (0..<3).map { kind in
            var chance = Chance(seed: seed &+ UInt64(kind) &* 1_000)
            let axes = [
                tree("area", [2, 8, 12]), tree("month", [3, 4, 3]), tree("what", [1, 4]), tree("who", [1, 7]),
            ]
            let sums = axes.map { axis in
                (0..<axis.atomCount).reduce(into: [Double]()) { sums, _ in
                    sums.append((sums.last ?? 0) + chance.logNormal(0.7))
                }
            }
            var counts: [UInt64: Int] = [:]
            for _ in 0..<150_000 {
                var key: UInt64 = 0
                for axis in axes.indices {
                    let at = chance.uniform() * sums[axis].last!
                    key = key * UInt64(axes[axis].atomCount) + UInt64(sums[axis].firstIndex { $0 >= at } ?? 0)
                }
                counts[key, default: 0] += 1
            }
            let tables = [[0, 1, 2], [0, 2, 3], [1, 2, 3], [0, 3]].enumerated().map { number, cross in
                LinkedTable(
                    id: "t\(kind)\(number)",
                    codes: axes.indices.map { cross.contains($0) ? Array(axes[$0].codes.indices) : [0] }, columns: cross
                )
            }
            return LinkedTables(
                eventKind: "kind\(kind)", axes: axes, tables: tables, authorities: [LinkedTables.Authority(id: "one")],
                contributions: counts.sorted { $0.key < $1.key }.map { Contribution(atom: $0.key, count: $0.value) })
        }
    }

    /// A tree with one total; a level with one code is left out, for it is the total.
    static func tree(_ id: String, _ counts: [Int]) -> Axis {
        let atomCount = counts.reduce(1, *)
        var codes = [Axis.Code(name: "all", atoms: Array(0..<atomCount))]
        var size = atomCount
        var width = 1
        for (level, count) in counts.enumerated() {
            width *= count
            size /= count
            if width == 1 { continue }
            for number in 0..<width {
                codes.append(
                    Axis.Code(name: "\(id)\(level)-\(number)", atoms: Array(number * size..<(number + 1) * size)))
            }
        }
        return Axis(id: id, atomCount: atomCount, codes: codes)
    }
}

/// Chance from a seed, the same on every machine.
struct Chance {
    private var numbers: SplitMix64

    init(seed: UInt64) { numbers = SplitMix64(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1) }

    /// Between 0 and 1, neither of them.
    mutating func uniform() -> Double { (Double(numbers.next() >> 11) + 0.5) / 9_007_199_254_740_992 }
}
