package import SluiceModel
import SluiceStore

extension ReleaseBuilder {
    /// What was counted, before and beside the proof.
    struct Counted {
        /// One for each kind of event, in the order of the spec's tables.
        var counters: [PartCounter]
        var deliveries: [DeliveryID]
        /// What has been delivered of what is expected.
        var coverage: Coverage
        /// By rule and authority.
        var leftOut: [LeftOut]
    }

    /// Counts every table over the same read of the store.
    func count(_ spec: ReleaseSpec) throws -> Counted {
        var counters: [PartCounter] = []
        for table in spec.tables where !counters.contains(where: { $0.eventKind == table.eventKind }) {
            counters.append(
                try PartCounter(
                    table.eventKind, spec.tables.filter { $0.eventKind == table.eventKind }, model: model,
                    period: spec.period, zeros: spec.structuralZeros.filter { $0.eventKind == table.eventKind },
                    recordKeys: spec.profile.keyModulus.map { RecordKeys(modulus: $0, secret: recordSecret) }))
        }
        var deliveries: [DeliveryID] = []
        var tainted: [DeliveryID: LeftOut] = [:]
        var standing: [Delivery] = []
        for delivery in try store.deliveries(DeliveryFilter()) {
            tainted[delivery.id] = leavesOut(delivery, spec)
            if delivery.status.isCurrent { standing.append(delivery) }
        }
        var leftOut: Set<LeftOut> = []
        let filter = RecordFilter(
            eventKinds: counters.map(\.eventKind), authorities: spec.sources, period: spec.period)
        try store.forEachBlock(filter) { stored in
            if let rule = tainted[stored.delivery] {
                leftOut.insert(rule)
                return
            }
            if deliveries.last != stored.delivery { deliveries.append(stored.delivery) }
            for index in counters.indices where counters[index].eventKind == stored.eventKind {
                counters[index].add(stored, of: stored.authority)
            }
        }
        // Zeros would say that nothing happened where nobody has reported.
        guard !deliveries.isEmpty else {
            throw leftOut.isEmpty
                ? ReleaseRefusal.nothingToCount(spec.period) : .allLeftOut(Set(leftOut.map(\.rule)).sorted())
        }
        var coverage = Coverage(
            spec, counters, sources: sources(spec), deliveries: standing, isLeftOut: { tainted[$0.id] != nil }, day: day
        )
        coverage.waiting = try waiting().filter { authority in
            coverage.rows.contains { $0.source.authority == authority && $0.isExpected.contains(true) }
        }
        return Counted(
            counters: counters, deliveries: deliveries, coverage: coverage,
            leftOut: leftOut.sorted { ($0.authority.text, $0.rule) < ($1.authority.text, $1.rule) })
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
