import SluiceCertificate
package import SluiceModel
import SluiceWire

/// What a release would hide as its spec stands, and what other tables would show more.
package struct ReleasePlan: Sendable {
    /// Cells of one table at one level of each of its dimensions.
    package struct Level: Hashable, Sendable {
        package var table: String
        /// One for each column, `total` for a total.
        package var levels: [String]
        package var nonzero = 0
        package var hiddenNonzero = 0
        package var value = 0
        package var hiddenValue = 0

        package var percentHidden: Int { nonzero > 0 ? hiddenNonzero * 100 / nonzero : 0 }
        package var percentValueHidden: Int { value > 0 ? hiddenValue * 100 / value : 0 }
    }

    /// Other tables in place of one that hides much.
    package struct Proposal: Hashable, Sendable {
        package var table: String
        /// What they are crossed by, in the notation of a spec.
        package var instead: [String]
        package var nonzero: Int
        package var visible: Int
        package var visibleValue: Int
    }

    /// By table.
    package var shares: [HiddenShare]
    package var levels: [Level]
    /// For each table that hides more than a fifth of its figures: the best first, and as it stands for comparison.
    package var proposals: [Proposal]
    /// Tables as the spec has them: figures that would be seen.
    package var standing: [Proposal]
    /// Cells that cannot be protected.
    package var unproved: [String]
}

extension ReleaseBuilder {
    /// Per cent of a table's figures above which others are proposed.
    package static let muchHidden = 20
    private static let proposalLimit = 5
    private static let variantLimit = 24

    /// Counts and protects without publishing, and tries other tables in place of those that hide much.
    package func plan(_ spec: ReleaseSpec) throws -> ReleasePlan {
        var plan = ReleasePlan(shares: [], levels: [], proposals: [], standing: [], unproved: [])
        var spec = spec
        // To compare is what is wanted here; what is published is searched for harder.
        spec.profile.tier = .fast
        let tried = try trial(spec)
        plan.unproved = tried.unproved
        for (counter, part) in zip(tried.counters, tried.parts) {
            plan.shares += part.shares
            for table in counter.specs.indices { plan.levels += part.levels(counter, table) }
        }
        for share in plan.shares where share.percentNonzero > ReleaseBuilder.muchHidden {
            guard let table = spec.tables.first(where: { $0.id == share.table }) else { continue }
            let others = spec.tables.filter { $0.eventKind == table.eventKind && $0.id != table.id }
            plan.standing.append(
                ReleasePlan.Proposal(
                    table: table.id, instead: [ReleaseBuilder.notation(table)], nonzero: share.nonzero,
                    visible: share.nonzero - share.hiddenNonzero,
                    visibleValue: plan.levels.filter { $0.table == table.id }.reduce(0) {
                        $0 + $1.value - $1.hiddenValue
                    }))
            var proposals: [ReleasePlan.Proposal] = []
            for variant in variants(table).prefix(ReleaseBuilder.variantLimit) {
                var other = spec
                other.tables = others + variant
                guard let found = try? trial(other), found.unproved.isEmpty, let part = found.parts.first,
                    let counter = found.counters.first
                else { continue }
                let ids = Set(variant.map(\.id))
                let levels = counter.specs.indices.filter { ids.contains(counter.specs[$0].id) }
                    .flatMap { part.levels(counter, $0) }
                proposals.append(
                    ReleasePlan.Proposal(
                        table: table.id, instead: variant.map { ReleaseBuilder.notation($0) },
                        nonzero: levels.reduce(0) { $0 + $1.nonzero },
                        visible: levels.reduce(0) { $0 + $1.nonzero - $1.hiddenNonzero },
                        visibleValue: levels.reduce(0) { $0 + $1.value - $1.hiddenValue }))
            }
            proposals.sort {
                ($1.visible, $1.visibleValue, $0.instead.count) < ($0.visible, $0.visibleValue, $1.instead.count)
            }
            plan.proposals += proposals.prefix(ReleaseBuilder.proposalLimit)
        }
        return plan
    }

    /// `{area: lad, month: quarter}`, as a spec has it.
    private static func notation(_ table: TableSpec) -> String {
        "{"
            + table.axes.map { axis in
                "\(axis.dimension): "
                    + (axis.levels.count == 1 ? axis.levels[0] : "[\(axis.levels.joined(separator: ", "))]")
            }.joined(separator: ", ") + "}"
    }

    /// Tables in place of one: margins, coarser levels, and margins together.
    private func variants(_ table: TableSpec) -> [[TableSpec]] {
        var result: [[TableSpec]] = []
        func named(_ axes: [TableSpec.Axis], _ number: Int) -> TableSpec {
            TableSpec(id: "\(table.id)-\(number)", title: table.title, eventKind: table.eventKind, axes: axes)
        }
        if table.axes.count > 1 {
            let margins = table.axes.indices.map { left in
                table.axes.indices.filter { $0 != left }.map { table.axes[$0] }
            }
            // All of them together first: that keeps every dimension.
            result.append(margins.enumerated().map { named($0.element, $0.offset) })
            if margins.count > 2 {
                for left in margins.indices {
                    result.append(
                        margins.enumerated().filter { $0.offset != left }.map { named($0.element, $0.offset) })
                }
            }
            for margin in margins { result.append([named(margin, 0)]) }
        }
        if table.axes.count > 3 {
            // Every pair of dimensions by itself.
            let pairs = table.axes.indices.flatMap { first in (first + 1..<table.axes.count).map { [first, $0] } }
            result.append(pairs.enumerated().map { number, pair in named(pair.map { table.axes[$0] }, number) })
        }
        for place in table.axes.indices {
            for level in coarser(table.axes[place]) {
                var axes = table.axes
                axes[place].levels = [level]
                axes[place].codes = []
                result.append([named(axes, 0)])
            }
        }
        return result
    }

    private func coarser(_ axis: TableSpec.Axis) -> [String] {
        guard let finest = axis.levels.last, let index = model.dimensionIndex(axis.dimension) else { return [] }
        let dimension = model.dimensions[index]
        let levels = dimension.kind == .month ? ["year", "quarter", "month"] : dimension.levels
        guard let place = levels.firstIndex(of: finest) else { return [] }
        return Array(levels[..<place].reversed())
    }

    /// Counts and protects, whatever comes of it.
    private func trial(
        _ spec: ReleaseSpec
    ) throws -> (counters: [PartCounter], parts: [PlannedPart], unproved: [String]) {
        var counted = try count(spec)
        let (request, answer) = try ask(&counted, spec, explains: false)
        let parts = zip(request.parts, answer.parts).map { asked, given in
            PlannedPart(asked.tables, given.rules(asked: asked.rules), given.protection.statuses)
        }
        return (counted.counters, parts, unprovedCells(request, answer))
    }
}

/// Tables with what would be hidden in them; not proved, for comparison alone.
private struct PlannedPart {
    let tables: LinkedTables
    let layout: Layout
    let values: [Int32]
    /// By slot.
    let isHidden: [Bool]

    init(_ tables: LinkedTables, _ rules: AuditRules, _ statuses: [Protection.Status]) {
        self.tables = tables
        let layout = Layout(tables)
        let values = layout.values(of: tables)
        let ranges = FigureRanges(
            tables, rules, layout, tables.sensitivity(rules, layout: layout, values: values))
        isHidden = statuses.indices.map { ranges.published($0, Int(values[$0]), statuses[$0]) == .confidential }
        (self.layout, self.values) = (layout, values)
    }

    var shares: [HiddenShare] { HiddenShare.of(tables, layout, values) { isHidden[$0] } }

    func levels(_ counter: PartCounter, _ table: Int) -> [ReleasePlan.Level] {
        let spec = tables.tables[table]
        var found: [[String]: ReleasePlan.Level] = [:]
        let block = layout.blocks[table]
        for cell in 0..<block.cellCount where values[block.base + cell] > 0 {
            let codes = layout.codes(of: block.base + cell, tables)
            let levels = spec.columns.map { counter.axes[$0].levels[codes[$0]] }
            var level = found[levels] ?? ReleasePlan.Level(table: spec.id, levels: levels)
            let value = Int(values[block.base + cell])
            level.nonzero += 1
            level.value += value
            if isHidden[block.base + cell] {
                level.hiddenNonzero += 1
                level.hiddenValue += value
            }
            found[levels] = level
        }
        return found.values.sorted { ($1.value, $0.levels.joined()) < ($0.value, $1.levels.joined()) }
    }
}
