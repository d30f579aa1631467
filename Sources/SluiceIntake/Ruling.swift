import SluiceModel

/// What is to be written down about a delivery.
struct Ruling: Sendable {
    var outcome: Outcome
    var report: DecodeReport?
    var dataset: String?
    var period: Period?
    var rows: RowCounts?
    var findings: [Finding] = []
    var replaces: [DeliveryID] = []
    /// What each of those takes away and what this one brings in its place, in the same order.
    var replacements: [Replaced] = []
    /// What later deliveries are compared with.
    var profile: DeliveryProfile?
    /// What is so unlike the sender's other deliveries that it has to be confirmed.
    var unusual: [Usual.Unusual] = []
    var duplicateOf: DeliveryID?
    var reason: String?
    /// Why, in the words of who decided it.
    var word: String?
    var sandbox: SandboxLevel?
    var notChecked: [String] = []
    /// Of a file of several tables: how each stands, in the order of the file.
    var tables: [TableRuling] = []
    /// The tables are decided with the delivery, and have no receipt but its own.
    var decidesTables = false

    init(outcome: Outcome, duplicateOf: DeliveryID? = nil, reason: String? = nil) {
        self.outcome = outcome
        self.duplicateOf = duplicateOf
        self.reason = reason
    }

    /// What a worker reports of one table, before anything else is known of it.
    init(_ report: DecodeReport, sandbox: SandboxLevel) {
        outcome = report.outcome
        self.report = report
        self.sandbox = sandbox
        findings = report.findings
        dataset = report.assumptions?.dataset
        period = report.period
        rows = report.datasetIndex == nil ? nil : report.rows
    }

    /// Of a table that was decided before, as the store has it.
    init(decided child: Delivery, outcome: Outcome) {
        self.outcome = outcome
        dataset = child.dataset
        period = child.period
        rows = child.rows
        reason = child.reason
        replaces = child.replaces
    }
}

/// An earlier delivery that another takes the place of; or several, where the other's rows are of all their months
/// together.
struct Replaced: Hashable, Sendable {
    var deliveries: [DeliveryID]
    /// Those of them that came after it.
    var newer: [DeliveryID] = []
    var period: Period
    /// Records that they have.
    var before: Int
    /// Rows of the other that are of their months.
    var now: Int

    /// - Parameters:
    ///   - current: what `period` covers.
    ///   - spans: of the rows of `delivery`, which takes their place.
    static func list(
        _ current: [Delivery], in period: Period, by delivery: Delivery, _ spans: [PeriodSpan]
    ) -> [Replaced] {
        func covered(_ delivery: Delivery) -> Period { delivery.period ?? period }
        let isTogether = spans.contains { span in current.count { covered($0).overlaps(span.period) } > 1 }
        let groups = isTogether ? [current] : current.map { [$0] }
        return groups.map { group in
            let periods = group.map(covered)
            let rows = spans.filter { span in periods.contains { $0.overlaps(span.period) } }.reduce(0) { $0 + $1.rows }
            let first = periods.map(\.first).min() ?? period.first
            let last = periods.map(\.last).max() ?? period.last
            return Replaced(
                deliveries: group.map(\.id), newer: group.filter { $0.receivedAt > delivery.receivedAt }.map(\.id),
                period: Period(first: first, last: last) ?? period,
                before: group.reduce(0) { $0 + ($1.rows?.accepted ?? 0) }, now: rows)
        }
    }

    /// `delivery D`, or `deliveries D and E`, with the verb that follows.
    func names(_ one: String, _ several: String) -> String {
        let listed = deliveries.map(\.text).listed()
        return deliveries.count > 1 ? "deliveries \(listed), \(several)" : "delivery \(listed), \(one)"
    }

    /// - Parameter percent: so much less is much.
    func takesMuchAway(percent: Int) -> Bool { now * 100 < (100 - percent) * before }
}

/// How one of several tables stands.
struct TableRuling: Sendable {
    /// The table's own delivery.
    var child: Delivery
    var ruling: Ruling
}

extension [TableRuling] {
    /// The rows of all tables; nil when none has any.
    var rows: RowCounts? {
        let counts = compactMap(\.ruling.rows)
        return counts.isEmpty
            ? nil
            : counts.reduce(into: RowCounts()) { sum, rows in
                sum.read += rows.read
                sum.accepted += rows.accepted
                sum.rejected += rows.rejected
            }
    }

    /// What a delivery deserves whose tables stand or fall together: the worst of them.
    var outcomeTogether: Outcome {
        map(\.ruling.outcome).max { $0.weight < $1.weight } ?? .rejected
    }

    /// What a delivery deserves whose tables are decided each by itself: the worst of them, but where one was taken the
    /// delivery is, with rejections.
    var outcomeSeparate: Outcome {
        let worst = outcomeTogether
        let isTaken = contains { $0.ruling.outcome.isAccepted }
        return isTaken && !worst.isAccepted ? .acceptedWithRejections : worst
    }
}

extension Outcome {
    /// How bad it is, from 0.
    fileprivate var weight: Int {
        switch self {
        case .duplicate: 0
        case .accepted: 1
        case .acceptedWithRejections: 2
        case .rejected: 3
        case .refused: 4
        case .quarantined: 5
        }
    }
}
