import SluiceModel
import SluiceStore

/// The rule that only the daemon can judge, since it alone knows earlier deliveries: whether a delivery has far more or
/// fewer rows than those before it.
enum SuddenChange {
    /// Earlier deliveries that are looked at, the newest.
    static let earlierLimit = 1000

    /// A warning for each rule that an accepted delivery breaks, in the order of the rules.
    ///
    /// It is compared with what stands once it is decided: deliveries that it replaces, and other tables of its own
    /// file, do not count.
    static func findings(
        for ruling: Ruling, of delivery: Delivery, plan: FormatPlan, datasetIndex: Int,
        in transaction: any DecisionTransaction
    ) throws -> [Finding] {
        let dataset = plan.datasets[datasetIndex]
        guard let period = ruling.period, let accepted = ruling.rows?.accepted else { return [] }
        var findings: [Finding] = []
        for case (let rule, .suddenChange(let percent, let deliveriesMin)) in dataset.fileRules.map({ ($0, $0.kind) }) {
            let earlier = try transaction.current(
                authority: delivery.authority, dataset: dataset.id, periodMonths: period.monthCount,
                limit: earlierLimit
            ).filter { other in
                !ruling.replaces.contains(other.id) && (delivery.parent == nil || other.parent != delivery.parent)
            }
            guard earlier.count >= deliveriesMin,
                let median = exceeded(by: accepted, earlier: earlier.compactMap { $0.rows?.accepted }, percent: percent)
            else { continue }
            var finding = Finding(
                rule: FindingRule.rowRule(rule.id), code: .suddenChange, severity: .warning,
                arguments: [accepted, median], message: "")
            finding.message = FindingMessages.message(for: finding, plan: plan, datasetIndex: datasetIndex)
            findings.append(finding)
        }
        return findings
    }

    /// The median of `earlier`, when `accepted` differs from it by more than `percent` of it; else nil.
    ///
    /// Of an even number the mean of the two in the middle, which is compared exactly and returned rounded up: with 50
    /// per cent, 10 and 11 rows before, 16 rows are more than 15.75 and broken, 15 are not.
    static func exceeded(by accepted: Int, earlier: [Int], percent: Int) -> Int? {
        guard !earlier.isEmpty else { return nil }
        let sorted = earlier.sorted()
        let twiceMedian = sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]
        guard abs(2 * accepted - twiceMedian) * 100 > percent * twiceMedian else { return nil }
        return (twiceMedian + 1) / 2
    }
}

extension [Finding] {
    /// Puts warnings in, before the notes, which are least.
    mutating func insert(warnings: [Finding]) {
        insert(contentsOf: warnings, at: firstIndex { $0.severity < .warning } ?? endIndex)
    }
}
