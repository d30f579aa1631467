import SluiceCertificate
import SluiceModel
import SluiceStore

/// One dimension as the tables of a release use it: the codes they show, and the finest parts that these tell apart.
struct AxisCodes {
    let dimension: Dimension
    /// As the certificate has it.
    private(set) var axis: Axis
    /// For people, parallel to the axis's codes.
    private(set) var labels: [String]
    /// At which level each code stands, parallel to them; `total` for a total.
    private(set) var levels: [String]
    /// By node of the dimension, or by month from the first of the period: its atom.
    private var atoms: [Int] = []
    private let period: Period
    /// Codes under which nothing can be counted, for the model has nothing there.
    private(set) var emptyCodes: [Int] = []
    /// By code of a structural zero, its number.
    private(set) var zeroCodes: [String: Int] = [:]

    /// What makes a code that of another table too.
    private enum Meaning: Hashable {
        case total
        case node(Int)
        case month(level: String, String)
        /// Under no code of the level.
        case unknown(String)
        /// Under a code and none of the level below.
        case rest(Int, String)
        /// All that a table shows of the axis.
        case selection([String])
    }

    /// Places are the nodes of the dimension, or the months of the period.
    private var places: Int {
        dimension.kind == .month ? period.last.index - period.first.index + 1 : dimension.nodes.count
    }

    /// - Parameters:
    ///   - uses: what each table asks of the dimension; nil for tables without it.
    ///   - zeros: codes that structural zeros name.
    /// - Returns: by table which codes it shows, in order; `[0]` for tables without it.
    static func make(
        _ dimension: Dimension, uses: [TableSpec.Axis?], zeros: [String], period: Period
    ) -> (AxisCodes, shown: [[Int]]) {
        var made = AxisCodes(dimension, period: period)
        let shown = made.add(uses, zeros)
        return (made, shown)
    }

    private init(_ dimension: Dimension, period: Period) {
        self.dimension = dimension
        self.period = period
        axis = Axis(id: dimension.id, atomCount: 0, codes: [])
        labels = []
        levels = []
    }

    static let totalName = "total"

    private mutating func add(_ uses: [TableSpec.Axis?], _ zeros: [String]) -> [[Int]] {
        var numbers: [Meaning: Int] = [:]
        var covered: [[Int]] = []
        func number(_ meaning: Meaning, _ name: String, _ label: String, _ level: String, _ places: [Int]) -> Int {
            if let known = numbers[meaning] { return known }
            numbers[meaning] = covered.count
            covered.append(places)
            axis.codes.append(Axis.Code(name: name, atoms: []))
            labels.append(label)
            levels.append(level)
            return covered.count - 1
        }
        _ = number(.total, AxisCodes.totalName, "Total", AxisCodes.totalName, Array(0..<places))
        let shown = uses.map { use -> [Int] in
            guard let use else { return [0] }
            var list: [Int] = []
            for entry in entries(use) {
                list.append(number(entry.meaning, entry.name, entry.label, entry.level, entry.places))
            }
            guard use.hasTotal else { return list }
            // The total of a table is that of the codes it shows.
            let all = Set(list.flatMap { covered[$0] })
            if all.count == places { return [0] + list }
            return [
                number(
                    .selection(use.levels + [""] + use.codes), AxisCodes.totalName, "Total", AxisCodes.totalName,
                    all.sorted())
            ]
                + list
        }
        for code in zeros {
            guard let node = dimension.nodes.firstIndex(where: { $0.code == code }) else { continue }
            let level = dimension.nodes[node].level
            zeroCodes[code] = number(
                .node(node), code, dimension.nodes[node].label, level,
                dimension.nodes.indices.filter { $0 != 0 && dimension.ancestors(of: $0, at: level).contains(node) })
        }
        refine(covered)
        return shown
    }

    /// Places that every code treats alike are one atom.
    private mutating func refine(_ covered: [[Int]]) {
        var signatures = [[Int]](repeating: [], count: places)
        for (code, places) in covered.enumerated() { for place in places { signatures[place].append(code) } }
        var atomOf: [[Int]: Int] = [:]
        atoms = signatures.map { signature in
            if let known = atomOf[signature] { return known }
            atomOf[signature] = atomOf.count
            return atomOf.count - 1
        }
        axis.atomCount = atomOf.count
        for (code, places) in covered.enumerated() {
            axis.codes[code].atoms = Set(places.map { atoms[$0] }).sorted()
        }
        // A code without a place covers nothing: it gets an atom of its own, where nothing can be.
        for code in axis.codes.indices where axis.codes[code].atoms.isEmpty {
            axis.codes[code].atoms = [axis.atomCount]
            axis.codes[0].atoms.append(axis.atomCount)
            axis.atomCount += 1
            emptyCodes.append(code)
        }
    }

    private func entries(
        _ use: TableSpec.Axis
    ) -> [(meaning: Meaning, name: String, label: String, level: String, places: [Int])] {
        let isWanted: (String) -> Bool = { use.codes.isEmpty || use.codes.contains($0) }
        var result: [(meaning: Meaning, name: String, label: String, level: String, places: [Int])] = []
        if dimension.kind == .month {
            for level in use.levels {
                var months: [(name: String, places: [Int])] = []
                for place in 0..<places {
                    guard let month = CivilMonth(index: period.first.index + place) else { continue }
                    let name = AxisCodes.monthCode(month, level: level)
                    if months.last?.name == name {
                        months[months.count - 1].places.append(place)
                    } else {
                        months.append((name, [place]))
                    }
                }
                for entry in months where isWanted(entry.name) {
                    result.append(
                        (
                            .month(level: level, entry.name), entry.name, label(entry.name, level, entry.places), level,
                            entry.places
                        )
                    )
                }
            }
            return result
        }
        for (depth, level) in use.levels.enumerated() {
            var under: [Int: [Int]] = [:]
            var unknown: [Int] = []
            for node in dimension.nodes.indices {
                let ancestors = node == 0 ? [] : dimension.ancestors(of: node, at: level)
                if ancestors.isEmpty { unknown.append(node) }
                for ancestor in ancestors { under[ancestor, default: []].append(node) }
            }
            for node in dimension.nodes.indices where dimension.nodes[node].level == level {
                guard isWanted(dimension.nodes[node].code) else { continue }
                result.append(
                    (.node(node), dimension.nodes[node].code, dimension.nodes[node].label, level, under[node] ?? [node])
                )
                // What is under it and under nothing of the next level would stand there by subtraction.
                guard depth + 1 < use.levels.count else { continue }
                let finer = use.levels[depth + 1]
                let rest = (under[node] ?? []).filter { dimension.ancestors(of: $0, at: finer).isEmpty }
                if !rest.isEmpty {
                    result.append(
                        (
                            .rest(node, finer), dimension.nodes[node].code + "/" + dimension.nodes[0].code,
                            dimension.nodes[node].label + ", not known more closely", finer, rest
                        ))
                }
            }
            if depth == 0, isWanted(dimension.nodes[0].code) {
                result.append((.unknown(level), dimension.nodes[0].code, dimension.nodes[0].label, level, unknown))
            }
        }
        return result
    }

    /// The name of a step of time, and which of its months are in the period where not all are.
    private func label(_ name: String, _ level: String, _ places: [Int]) -> String {
        let whole = level == "month" ? 1 : level == "quarter" ? 3 : 12
        guard places.count < whole, let first = CivilMonth(index: period.first.index + places[0]),
            let last = CivilMonth(index: period.first.index + places[places.count - 1])
        else { return name }
        return name + (first == last ? ", of it \(first)" : ", of it \(first) to \(last)")
    }

    // MARK: - What was not delivered

    /// The atoms that hold any of these months.
    func atoms(ofMonths months: [Int]) -> [Int] {
        Set(months.filter { $0 >= period.first.index && $0 <= period.last.index }.map { atom(ofMonth: $0) }).sorted()
    }

    /// The atoms that hold what records about these codes may be counted under: the codes, all below them, and what is
    /// known less closely.
    func atoms(about codes: [String]) -> [Int] {
        let isAbout = nodes(about: codes)
        return Set(dimension.nodes.indices.filter { $0 == 0 || isAbout[$0] }.map { atoms[$0] }).sorted()
    }

    /// The atoms of codes that are neither below nor above any of these.
    func atoms(outside codes: [String]) -> [Int] {
        let isAbout = nodes(about: codes)
        return Set(dimension.nodes.indices.filter { $0 != 0 && !isAbout[$0] }.map { atoms[$0] }).sorted()
    }

    /// By node whether it is one of the codes, below or above one.
    private func nodes(about codes: [String]) -> [Bool] {
        let codes = Set(codes)
        var isAbout = [Bool](repeating: false, count: dimension.nodes.count)
        var known = [Bool?](repeating: nil, count: dimension.nodes.count)
        func isBelow(_ node: Int) -> Bool {
            if let answer = known[node] { return answer }
            let answer =
                codes.contains(dimension.nodes[node].code) || dimension.nodes[node].parents.contains { isBelow($0) }
            known[node] = answer
            return answer
        }
        func markAbove(_ node: Int) {
            for parent in dimension.nodes[node].parents where !isAbout[parent] {
                isAbout[parent] = true
                markAbove(parent)
            }
        }
        for node in dimension.nodes.indices where isBelow(node) { isAbout[node] = true }
        for node in dimension.nodes.indices where codes.contains(dimension.nodes[node].code) { markAbove(node) }
        return isAbout
    }

    // MARK: - Records

    /// The atom of every code of a block's dictionary, by number.
    ///
    /// A code that the model has since lost is "not known".
    func atoms(of dictionary: CodeDictionary.Dimension) -> [Int] {
        let nodeOfCode = Dictionary(
            dimension.nodes.enumerated().map { ($1.code, $0) }, uniquingKeysWith: { first, _ in first })
        return dictionary.codes.map { atoms[nodeOfCode[$0] ?? 0] }
    }

    /// The atom of a record without this dimension.
    var unknownAtom: Int { atoms[0] }

    /// The atom of a month in the period.
    func atom(ofMonth index: Int) -> Int { atoms[index - period.first.index] }

    /// `2026-04`, `2026-Q2`, `2026`, or `2026-27` for a financial year.
    static func monthCode(_ month: CivilMonth, level: String) -> String {
        switch level {
        case "year": return padded(month.year, 4)
        case "quarter": return padded(month.year, 4) + "-Q\((month.month - 1) / 3 + 1)"
        case "financial-year":
            let year = month.month >= 4 ? month.year : month.year - 1
            return padded(year, 4) + "-" + padded((year + 1) % 100, 2)
        default: return "\(month)"
        }
    }
}
