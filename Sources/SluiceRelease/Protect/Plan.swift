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

    /// Figures over one kind of event, each counted once however many tables show it.
    package struct Figures: Hashable, Sendable {
        package var nonzero = 0
        package var visible = 0
        /// What the figures count, all together.
        package var value = 0
        package var visibleValue = 0

        package var percentValueSeen: Int { value > 0 ? visibleValue * 100 / value : 0 }
    }

    /// Other tables in place of one that hides much.
    package struct Proposal: Hashable, Sendable {
        package var table: String
        /// What they are crossed by, in the notation of a spec.
        package var instead: [String]
        /// Of these tables and of all others over the same kind of event.
        package var figures: Figures
    }

    /// By table.
    package var shares: [HiddenShare]
    /// By kind of event, over all of its tables.
    package var figures: [(eventKind: String, figures: Figures)]
    package var levels: [Level]
    /// For each table that hides more than a fifth of its figures: the best first, and as it stands for comparison.
    package var proposals: [Proposal]
    /// Tables as the spec has them: figures that would be seen.
    package var standing: [Proposal]
    /// Cells that cannot be protected, and why not.
    package var unproved: [String]
    package var whyUnproved: String
    /// What a source has not delivered.
    package var incomplete: [String] = []
}

extension ReleaseBuilder {
    /// Per cent of a table's figures above which others are proposed.
    package static let muchHidden = 20
    private static let proposalLimit = 5

    /// Counts and protects without publishing, and tries other tables in place of those that hide much.
    package func plan(_ spec: ReleaseSpec) throws -> ReleasePlan {
        var plan = ReleasePlan(
            shares: [], figures: [], levels: [], proposals: [], standing: [], unproved: [],
            whyUnproved: ReleaseRefusal.whyUnsafe(spec.profile.perturbation))
        var spec = spec
        // To compare is what is wanted here; what is published is searched for harder.
        spec.profile.tier = .fast
        let tried = try trial(spec)
        plan.unproved = tried.unproved
        plan.incomplete = tried.coverage.sentences
        for (counter, part) in zip(tried.counters, tried.parts) {
            plan.shares += part.shares
            for table in counter.specs.indices { plan.levels += part.levels(counter, table) }
            let standing = part.figures
            plan.figures.append((counter.eventKind, standing))
            for share in part.shares where share.percentNonzero > ReleaseBuilder.muchHidden {
                guard let table = spec.tables.first(where: { $0.id == share.table }) else { continue }
                plan.standing.append(
                    ReleasePlan.Proposal(table: table.id, instead: [table.notation], figures: standing))
                let others = spec.tables.filter { $0.eventKind == counter.eventKind && $0.id != table.id }
                var search = ProposalSearch(table, model: model) { try figures(others + $0, spec) }
                plan.proposals += try search.proposals().prefix(ReleaseBuilder.proposalLimit)
            }
        }
        return plan
    }

    /// What tables over one kind of event would show; nil where they cannot be counted or protected.
    ///
    /// - Throws: what kept the search from an answer.
    private func figures(_ tables: [TableSpec], _ spec: ReleaseSpec) throws -> ReleasePlan.Figures? {
        var other = spec
        other.tables = tables
        do {
            let found = try trial(other)
            return found.unproved.isEmpty ? found.parts.first?.figures : nil
        } catch let refusal as ReleaseRefusal {
            // Of a search that failed nothing follows about the tables; anything else is about them, such as their size.
            if case .protectionFailed = refusal { throw refusal }
            return nil
        }
    }

    /// Counts and protects, whatever comes of it.
    private func trial(
        _ spec: ReleaseSpec
    ) throws -> (counters: [PartCounter], parts: [PlannedPart], unproved: [String], coverage: Coverage) {
        var counted = try count(spec)
        let (request, answer) = try ask(&counted, spec, explains: false)
        let parts = zip(zip(request.parts, answer.parts), counted.coverage.gaps).map { pair, gaps in
            PlannedPart(pair.0.tables, pair.1.rules(asked: pair.0.rules), pair.1.protection.statuses, gaps)
        }
        return (counted.counters, parts, unprovedCells(request, answer), counted.coverage)
    }
}

/// Tables with what would be hidden in them; not proved, for comparison alone.
private struct PlannedPart {
    let tables: LinkedTables
    let layout: Layout
    let values: [Int32]
    /// By slot.
    let isHidden: [Bool]
    /// By slot; empty where all is available.
    let notAvailable: [Bool]

    init(_ tables: LinkedTables, _ rules: AuditRules, _ statuses: [Protection.Status], _ gaps: [CoverageGap]) {
        self.tables = tables
        let layout = Layout(tables)
        let values = layout.values(of: tables)
        let ranges = FigureRanges(
            tables, rules, layout, tables.sensitivity(rules, layout: layout, values: values))
        isHidden = statuses.indices.map { ranges.published($0, Int(values[$0]), statuses[$0]) == .confidential }
        notAvailable = tables.notAvailable(gaps, layout)
        (self.layout, self.values) = (layout, values)
    }

    var shares: [HiddenShare] { HiddenShare.of(tables, layout, values, notAvailable) { isHidden[$0] } }

    private func isSeen(_ slot: Int) -> Bool { values[slot] > 0 && (notAvailable.isEmpty || !notAvailable[slot]) }

    var figures: ReleasePlan.Figures {
        var figures = ReleasePlan.Figures()
        var met: Set<[Int]> = []
        for slot in values.indices where isSeen(slot) && met.insert(layout.codes(of: slot, tables)).inserted {
            figures.nonzero += 1
            figures.value += Int(values[slot])
            if isHidden[slot] { continue }
            figures.visible += 1
            figures.visibleValue += Int(values[slot])
        }
        return figures
    }

    func levels(_ counter: PartCounter, _ table: Int) -> [ReleasePlan.Level] {
        let spec = tables.tables[table]
        var found: [[String]: ReleasePlan.Level] = [:]
        let block = layout.blocks[table]
        for cell in 0..<block.cellCount where isSeen(block.base + cell) {
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
