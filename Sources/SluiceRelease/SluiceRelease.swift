// From the store to a folder an analyst can use.
//
//   Aggregate/   records to counts
//   SluiceRelease  count, hide, have it proved, publish: each step takes what the one before made
//   Publish/     the folder's files, and the renames that put it in its place

package import SluiceCertificate
package import SluiceLedger
package import SluiceModel
package import SluiceStore

/// Builds releases of one instance.
package struct ReleaseBuilder {
    let model: EventModel
    let store: any Store
    /// The folder that holds `<release>/<version>/` and its own staging folder.
    let folder: String
    let clock: any Clock
    /// SHA-256 of the settings as they were read, hexadecimal.
    let settingsHash: String
    /// Plugin id to version, for provenance.
    let pluginVersions: [String: String]
    let signer: CheckpointSigner
    /// Which rule keeps a delivery's records out of a release; nil when none does.
    let leavesOut: (Delivery, ReleaseSpec) -> LeftOut?
    var actor: String

    package init(
        model: EventModel, store: any Store, folder: String, clock: any Clock, settingsHash: String,
        pluginVersions: [String: String], signer: CheckpointSigner,
        leavesOut: @escaping (Delivery, ReleaseSpec) -> LeftOut?, actor: String
    ) {
        self.model = model
        self.store = store
        self.folder = folder
        self.clock = clock
        self.settingsHash = settingsHash
        self.pluginVersions = pluginVersions
        self.signer = signer
        self.leavesOut = leavesOut
        self.actor = actor
    }

    /// Builds and publishes the next version of a release.
    ///
    /// - Throws: `ReleaseRefusal` when it may not be published, having written nothing; otherwise what the store or
    ///   the file system throws, and then either nothing is on record or `recover` finishes it.
    package func build(_ spec: ReleaseSpec) throws -> BuiltRelease {
        guard spec.audience == .partnership else { throw ReleaseRefusal.publicNotYet }
        let counted = try count(spec)
        let proved: [ProvedTable]
        do {
            proved = try proveByNoEquations(counted.tables, threshold: spec.profile.threshold)
        } catch {
            throw ReleaseRefusal.notProved(error)
        }
        return try publish(spec, proved, counted)
    }

    /// What was counted, before and beside the proof.
    struct Counted {
        var tables: [AuditedTable]
        var aggregators: [Aggregator]
        var deliveries: [DeliveryID]
        /// Tables that nobody supplied, in words.
        var gaps: [String]
        /// By rule and authority.
        var leftOut: [LeftOut]
    }

    /// Counts every table over the same read of the store and hides the small counts.
    private func count(_ spec: ReleaseSpec) throws -> Counted {
        var aggregators: [Aggregator] = []
        for table in spec.tables { aggregators.append(try Aggregator(table, model: model, period: spec.period)) }
        var deliveries: [DeliveryID] = []
        var kindsSeen: Set<String> = []
        var tainted: [DeliveryID: LeftOut] = [:]
        for delivery in try store.deliveries(DeliveryFilter()) { tainted[delivery.id] = leavesOut(delivery, spec) }
        var leftOut: Set<LeftOut> = []
        var kindsLeftOut: Set<String> = []
        let filter = RecordFilter(
            eventKinds: spec.tables.map(\.eventKind), authorities: spec.sources, period: spec.period)
        try store.forEachBlock(filter) { stored in
            if let rule = tainted[stored.delivery] {
                leftOut.insert(rule)
                if let kind = stored.eventKind { kindsLeftOut.insert(kind) }
                return
            }
            if deliveries.last != stored.delivery { deliveries.append(stored.delivery) }
            if let kind = stored.eventKind { kindsSeen.insert(kind) }
            for index in aggregators.indices where aggregators[index].spec.eventKind == stored.eventKind {
                aggregators[index].add(stored)
            }
        }
        let tables = aggregators.map { hideSmallCounts($0, threshold: spec.profile.threshold) }
        // Zeros would say that nothing happened where nobody has reported.
        guard !deliveries.isEmpty else {
            throw leftOut.isEmpty
                ? ReleaseRefusal.nothingToCount(spec.period) : .allLeftOut(Set(leftOut.map(\.rule)).sorted())
        }
        let gaps = spec.tables.filter { !kindsSeen.contains($0.eventKind) }.map { table in
            kindsLeftOut.contains(table.eventKind)
                ? "All that was sent for the table \(table.id) is left out by a rule: its zeros mean not known."
                : "No authority has sent anything for the table \(table.id): its zeros mean not known."
        }
        return Counted(
            tables: tables, aggregators: aggregators, deliveries: deliveries, gaps: gaps,
            leftOut: leftOut.sorted { ($0.authority.text, $0.rule) < ($1.authority.text, $1.rule) })
    }

    /// Every count from 1 to `threshold − 1` becomes `[c]`; a true zero is shown as 0.
    private func hideSmallCounts(_ aggregator: Aggregator, threshold: Int) -> AuditedTable {
        var cells: [AuditedTable.Cell] = []
        cells.reserveCapacity(aggregator.counts.count)
        aggregator.forEachCell { codes, count in
            let isSmall = count > 0 && count < threshold
            cells.append(
                AuditedTable.Cell(codes: codes, trueCount: count, shown: isSmall ? .confidential : .count(count)))
        }
        return AuditedTable(
            id: aggregator.spec.id, eventKind: aggregator.spec.eventKind,
            axes: aggregator.spec.axes.map { AuditedTable.Axis(dimension: $0.dimension, level: $0.level) },
            cells: cells)
    }

    /// Releases of other specs or earlier versions that count events of the same kinds and months: together with them
    /// more may be worked out than from this one alone.
    func overlapping(_ spec: ReleaseSpec) throws -> [ReleaseRecord] {
        let kinds = Set(spec.tables.map(\.eventKind))
        return try store.releases().filter {
            $0.state != .withdrawn && $0.period.overlaps(spec.period) && !kinds.isDisjoint(with: $0.eventKinds)
        }
    }
}

/// Records of one authority that a disclosure rule keeps out of a release. How many is told to nobody.
package struct LeftOut: Hashable, Sendable {
    package var rule: String
    package var authority: AuthorityID
    /// Why, in the rule's words.
    package var because: String
    package var citation: String

    package init(rule: String, authority: AuthorityID, because: String, citation: String) {
        self.rule = rule
        self.authority = authority
        self.because = because
        self.citation = citation
    }
}

/// A release that now stands in its place.
package struct BuiltRelease: Sendable {
    package var record: ReleaseRecord
    package var path: String
    package var warnings: [String]
    /// Cells hidden and cells in all, by table: for the person who builds, never part of the release.
    package var hidden: [(table: String, hidden: Int, cells: Int)]
}

/// Why a release may not be built. Nothing was written.
package enum ReleaseRefusal: Error, CustomStringConvertible {
    case specUnknown(String)
    case publicNotYet
    case axisUnknown(table: String, dimension: String)
    case tableTooLarge(table: String, cellLimit: Int)
    /// No accepted delivery has records of these kinds in the period.
    case nothingToCount(Period)
    case notProved(ProofRefusal)
    /// Disclosure rules leave nothing to count.
    case allLeftOut([String])

    package var description: String {
        switch self {
        case .specUnknown(let id): "no release spec is called \(id); see the files of releases/"
        case .publicNotYet:
            "a public release needs a proof over all releases together, which this version cannot make; build for "
                + "`audience: partnership`"
        case .axisUnknown(let table, let dimension): "table \(table): the model has no dimension \(dimension)"
        case .tableTooLarge(let table, let limit):
            "table \(table): more than \(limit) cells; use coarser levels, or name the codes to show under `only`"
        case .nothingToCount(let period):
            "no accepted delivery has anything to count in \(period); see `sluice deliveries list`"
        case .allLeftOut(let rules):
            "nothing is left to count: every record is kept out by a disclosure rule, \(rules.joined(separator: ", ")); "
                + "see disclosure/rules.yaml"
        case .notProved(let refusal): "not proved safe, so not published: \(refusal)"
        }
    }
}
