import SluiceModel

/// Tries other tables in place of one and keeps what they would show.
struct ProposalSearch {
    /// Of each kind of change.
    private static let tryLimit = 24
    /// All choices of totals of five dimensions.
    private static let totalsLimit = 31

    private typealias Tables = [[TableSpec.Axis]]

    private let table: TableSpec
    private let model: EventModel
    /// What tables would show; nil where they cannot be protected.
    private let show: ([TableSpec]) throws -> ReleasePlan.Figures?
    /// Of what was tried.
    private var best: (tables: Tables, seen: Int)
    private var found: [Tables: ReleasePlan.Figures] = [:]
    private var tried: Set<Tables>

    init(_ table: TableSpec, model: EventModel, show: @escaping ([TableSpec]) throws -> ReleasePlan.Figures?) {
        self.table = table
        self.model = model
        self.show = show
        best = ([], -1)
        tried = [[table.axes]]
    }

    /// What can be protected, the best first.
    mutating func proposals() throws -> [ReleasePlan.Proposal] {
        for axes in otherTotals() { try attempt([axes]) }
        for axes in coarser().prefix(ProposalSearch.tryLimit) { try attempt([axes]) }
        let sizes = 1..<max(1, table.axes.count)
        if let size = sizes.last { for margin in subsets(table.axes, of: size) { try attempt([margin]) } }
        for size in sizes { try attempt(subsets(table.axes, of: size)) }
        try addMargins(sizes.flatMap { subsets(table.axes, of: $0) })
        let proposals = found.map { tables, figures in
            ReleasePlan.Proposal(table: table.id, instead: named(tables).map(\.notation), figures: figures)
        }
        return proposals.sorted { first, second in
            (second.figures.visible, second.figures.visibleValue, first.instead.count, first.instead.joined())
                < (first.figures.visible, first.figures.visibleValue, second.instead.count, second.instead.joined())
        }
    }

    /// The table with fewer totals, or more, those that differ in few first.
    private func otherTotals() -> Tables {
        let changes = (1..<1 << min(table.axes.count, 16)).sorted {
            ($0.nonzeroBitCount, $0) < ($1.nonzeroBitCount, $1)
        }
        return changes.prefix(ProposalSearch.totalsLimit).map { change in
            var axes = table.axes
            for place in axes.indices where change >> place & 1 == 1 { axes[place].hasTotal.toggle() }
            return axes
        }
    }

    /// Adds margins to the best of all where they show more; what came between is not proposed.
    private mutating func addMargins(_ margins: Tables) throws {
        let alone = found
        for margin in margins.prefix(ProposalSearch.tryLimit)
        where !best.tables.contains(where: { holds($0, margin) }) {
            try attempt(best.tables.filter { !holds(margin, $0) } + [margin])
        }
        let last = found[best.tables]
        found = alone
        found[best.tables] = last
    }

    private mutating func attempt(_ tables: Tables) throws {
        guard tried.insert(tables).inserted, let figures = try show(named(tables)) else { return }
        found[tables] = figures
        if figures.visible > best.seen { best = (tables, figures.visible) }
    }

    /// Whether a table by `axes` shows every figure of one by `margin`.
    private func holds(_ axes: [TableSpec.Axis], _ margin: [TableSpec.Axis]) -> Bool {
        axes.allSatisfy { axis in
            guard let part = margin.first(where: { $0.dimension == axis.dimension }) else { return axis.hasTotal }
            return axis.levels == part.levels && axis.codes == part.codes && (axis.hasTotal || !part.hasTotal)
        } && margin.allSatisfy { part in axes.contains { $0.dimension == part.dimension } }
    }

    private func subsets(_ axes: [TableSpec.Axis], of size: Int) -> Tables {
        guard size > 0 else { return [[]] }
        return axes.indices.flatMap { first in
            subsets(Array(axes[(first + 1)...]), of: size - 1).map { [axes[first]] + $0 }
        }
    }

    private func named(_ tables: Tables) -> [TableSpec] {
        tables.enumerated().map { number, axes in
            var margin = TableSpec(
                id: "\(table.id)-\(number)", title: table.title, eventKind: table.eventKind, axes: axes)
            let kept = Set(
                axes.filter { axis in
                    table.axes.contains { $0.dimension == axis.dimension && $0.levels == axis.levels }
                }.map(\.dimension))
            margin.publicCells = table.publicCells.filter { kept.isSuperset(of: $0.keys) }
            return margin
        }
    }

    /// The axes of a table with one of them on a coarser level.
    private func coarser() -> Tables {
        table.axes.indices.flatMap { place in
            coarser(table.axes[place]).map { level in
                var axes = table.axes
                axes[place].levels = [level]
                axes[place].codes = []
                return axes
            }
        }
    }

    private func coarser(_ axis: TableSpec.Axis) -> [String] {
        guard let finest = axis.levels.last, let index = model.dimensionIndex(axis.dimension) else { return [] }
        let dimension = model.dimensions[index]
        let levels = dimension.kind == .month ? ["year", "quarter", "month"] : dimension.levels
        guard let place = levels.firstIndex(of: finest) else { return [] }
        return Array(levels[..<place].reversed())
    }
}

extension TableSpec {
    /// `by: {area: lad, month: quarter}, totals: true`, as a spec has it.
    var notation: String {
        func list(_ words: [String]) -> String { "[\(words.joined(separator: ", "))]" }
        let levels = axes.map { axis in
            "\(axis.dimension): " + (axis.levels.count == 1 ? axis.levels[0] : list(axis.levels))
        }
        let only = axes.filter { !$0.codes.isEmpty }.map { "\($0.dimension): \(list($0.codes))" }
        let totals = axes.filter(\.hasTotal).map(\.dimension)
        return "by: {\(levels.joined(separator: ", "))}"
            + (only.isEmpty ? "" : ", only: {\(only.joined(separator: ", "))}")
            + (totals.isEmpty ? "" : ", totals: " + (totals.count == levels.count ? "true" : list(totals)))
    }
}
