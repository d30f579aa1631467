import Glibc
import SluiceModel
import SluiceStore

/// Compares a delivery with what its sender usually sends of the dataset: how many rows, how many of them with a value in
/// each column, how many of each code, and whether the last row is whole.
///
/// Only the daemon can, since it alone knows earlier deliveries. What it finds are warnings; what lies beyond the bound in
/// the settings has to be confirmed as well. The measures and their figures are decision 0021.
struct Usual {
    /// Earlier deliveries that are looked at, the newest.
    static let earlierLimit = 12
    /// What holds for a dataset whose mapping has no rule `suddenChange`.
    static let defaultPercent = 50
    static let defaultDeliveries = 3

    /// Something that has to be confirmed.
    struct Unusual: Hashable {
        /// A stable word for it: `rows`, `column NAME`, `codes DIMENSION`.
        var key: String
        /// For people, in one sentence.
        var figures: String
    }

    private(set) var warnings: [Finding] = []
    private(set) var unusual: [Unusual] = []

    private let plan: FormatPlan
    private let datasetIndex: Int
    private var dataset: DatasetPlan { plan.datasets[datasetIndex] }
    private let now: DeliveryProfile
    private let earlier: [(delivery: Delivery, profile: DeliveryProfile)]
    private let unusualPercent: Int

    /// - Parameter earlier: newest first, each current before this one is decided.
    init(
        _ now: DeliveryProfile, plan: FormatPlan, datasetIndex: Int, period: Period?,
        earlier: [(delivery: Delivery, profile: DeliveryProfile)], unusualPercent: Int
    ) {
        self.now = now
        self.plan = plan
        self.datasetIndex = datasetIndex
        self.earlier = earlier
        self.unusualPercent = unusualPercent
        guard !earlier.isEmpty else { return }
        judgePeriod(period)
        judgeColumns()
        judgeCodes()
        judgeEnd()
    }

    /// The rule on the number of rows, which is compared with deliveries of the same length of period.
    ///
    /// - Parameter same: rows of those deliveries, without those that this one replaces.
    mutating func judgeRows(_ accepted: Int, same: [Int]) {
        for rule in dataset.fileRules {
            guard case .suddenChange(let percent, let deliveriesMin) = rule.kind, same.count >= deliveriesMin,
                let median = Usual.exceeded(by: accepted, earlier: same, percent: percent)
            else { continue }
            addRows(accepted, median, rule: FindingRule.rowRule(rule.id))
        }
        let isRuled = dataset.fileRules.contains { if case .suddenChange = $0.kind { true } else { false } }
        guard same.count >= Usual.defaultDeliveries,
            let median = Usual.exceeded(by: accepted, earlier: same, percent: Usual.defaultPercent)
        else { return }
        // Of small numbers half is chance.
        let isChance = Double(abs(accepted - median)) < 4 * Double(accepted + median).squareRoot()
        if !isRuled, !isChance {
            addRows(accepted, median, rule: FindingRule.usual)
        }
        let left = 100 - unusualPercent
        if median >= 20, accepted * 100 < left * median || accepted * left > 100 * median {
            unusual.append(
                Unusual(
                    key: "rows",
                    figures: "It has \(accepted.grouped) good rows; files for as many months usually have about "
                        + "\(median.grouped)."))
        }
    }

    private mutating func addRows(_ accepted: Int, _ median: Int, rule: String) {
        var finding = Finding(
            rule: rule, code: .suddenChange, severity: .warning, arguments: [accepted, median], message: "")
        finding.message = FindingMessages.message(for: finding, plan: plan, datasetIndex: datasetIndex)
        warnings.append(finding)
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

    // MARK: - Shares

    /// How often something is so, in this delivery and in earlier ones.
    private struct Share {
        var count: Int
        var total: Int
        /// Newest first; only those that know of it, and have rows.
        var earlier: [(count: Int, total: Int)]

        var now: Double { Double(count) / Double(total) }
        var before: Double { Double(earlierCount) / Double(earlierTotal) }
        private var earlierCount: Int { earlier.reduce(0) { $0 + $1.count } }
        private var earlierTotal: Int { earlier.reduce(0) { $0 + $1.total } }

        /// Whether it is another share than before: by ten points and more, by more than it ever moved, beyond chance, and
        /// not already so in the last delivery.
        var hasJumped: Bool {
            guard total > 0, let last = earlier.first, earlierTotal > 0 else { return false }
            let distance = abs(now - before)
            let spread = earlier.map { abs(Double($0.count) / Double($0.total) - before) }.max() ?? 0
            guard distance > max(0.1, 2 * spread),
                abs(now - Double(last.count) / Double(last.total)) > distance / 2
            else { return false }
            let pooled = (Double(count + earlierCount) + 0.5) / (Double(total + earlierTotal) + 1)
            let deviation = (pooled * (1 - pooled) * (1 / Double(total) + 1 / Double(earlierTotal))).squareRoot()
            return distance > 5 * deviation
        }

        var percentNow: String { Share.percent(now) }
        var percentBefore: String { Share.percent(before) }

        private static func percent(_ share: Double) -> String {
            // Not quite all is not all, and hardly any is not none.
            if share > 0, share < 0.01 { return "under 1 %" }
            if share < 1, share > 0.99 { return "over 99 %" }
            return "\(Int((share * 100).rounded())) %"
        }
    }

    /// A column that was filled and now is empty, in part or all, or not there.
    private mutating func judgeColumns() {
        let used = dataset.usedFields
        for (index, field) in dataset.fields.enumerated() {
            guard let filled = now.filled[field.name], now.rows > 0 else { continue }
            let share = Share(
                count: filled, total: now.rows,
                earlier: earlier.compactMap { one in
                    guard let count = one.profile.filled[field.name], one.profile.rows > 0 else { return nil }
                    return (count, one.profile.rows)
                })
            guard share.now < share.before, share.hasJumped else { continue }
            let text =
                "It usually has a value in \(share.percentBefore) of the rows; in this file in \(share.percentNow)."
            warnings.append(
                Finding(
                    column: field.name, rule: FindingRule.usual, code: .columnEmptied, severity: .warning,
                    message: text + " Check that the export still fills this column."))
            if used.contains(index), share.earlier.count >= 2, share.before >= 0.5,
                isBeyondBound(share.now, share.before)
            {
                unusual.append(
                    Unusual(
                        key: "column \(field.name)",
                        figures: "\(field.name) has a value in \(share.percentNow) of the rows; usually in "
                            + "\(share.percentBefore)."))
            }
        }
    }

    /// A code that is far more or far less frequent, the worst of each dimension.
    private mutating func judgeCodes() {
        for column in dataset.output.columns {
            let dimension = plan.dimensions[column.dimension].id
            guard let codes = now.codes[dimension], now.records > 0 else { continue }
            let known = earlier.filter { $0.profile.codes[dimension] != nil && $0.profile.records > 0 }
            guard !known.isEmpty else { continue }
            var names = Set(codes.keys)
            for one in known { names.formUnion(one.profile.codes[dimension]?.keys.map { $0 } ?? []) }
            let jumps = names.map { code in
                (
                    code,
                    Share(
                        count: codes[code] ?? 0, total: now.records,
                        earlier: known.map { ($0.profile.codes[dimension]?[code] ?? 0, $0.profile.records) })
                )
            }.filter(\.1.hasJumped).sorted { a, b in
                let (first, second) = (abs(a.1.now - a.1.before), abs(b.1.now - b.1.before))
                return first != second ? first > second : a.0 < b.0
            }
            guard let (code, share) = jumps.first else { continue }
            let field = column.sources.first?.fields.first.map { dataset.fields[$0].name }
            // An empty column has been told.
            if code.isEmpty, warnings.contains(where: { $0.code == .columnEmptied && $0.column == field }) { continue }
            let what = code.isEmpty ? "rows without a known \(dimension)" : "`\(code)` of \(dimension)"
            let others = jumps.count > 1 ? " \(jumps.count - 1) more codes changed as much." : ""
            warnings.append(
                Finding(
                    column: field, rule: FindingRule.usual, code: .shareChanged, severity: .warning,
                    message: "The share of \(what) is usually \(share.percentBefore); in this file it is "
                        + "\(share.percentNow).\(others) Check that the export and its codes are as before."))
            let unknown = jumps.first { $0.0.isEmpty }?.1
            if let unknown, unknown.earlier.count >= 2, 1 - unknown.before >= 0.5,
                isBeyondBound(1 - unknown.now, 1 - unknown.before)
            {
                unusual.append(
                    Unusual(
                        key: "codes \(dimension)",
                        figures: "\(unknown.percentNow) of the rows have no known \(dimension); usually "
                            + "\(unknown.percentBefore)."))
            }
        }
    }

    private func isBeyondBound(_ now: Double, _ before: Double) -> Bool {
        now * 100 < before * Double(100 - unusualPercent)
    }

    // MARK: - The rest

    private mutating func judgeEnd() {
        guard !now.endsWithLineEnd, earlier.allSatisfy(\.profile.endsWithLineEnd) else { return }
        var finding = Finding(rule: FindingRule.usual, code: .fileCutShort, severity: .warning, message: "")
        finding.message = FindingMessages.message(for: finding, plan: plan, datasetIndex: datasetIndex)
        warnings.append(finding)
    }

    /// A period of another length than all earlier ones.
    private mutating func judgePeriod(_ period: Period?) {
        let lengths = Set(earlier.compactMap { $0.delivery.period?.monthCount })
        guard let period, earlier.count >= Usual.defaultDeliveries, lengths.count == 1, let usual = lengths.first,
            usual != period.monthCount
        else { return }
        func months(_ count: Int) -> String { count == 1 ? "one month" : "\(count) months" }
        warnings.append(
            Finding(
                rule: FindingRule.usual, code: .periodUnclear, severity: .warning,
                message: "The file covers \(months(period.monthCount)), \(period); each of your earlier files covers "
                    + "\(months(usual)). Check the first and the last date."))
    }
}

extension Int {
    /// With commas, as people write large numbers: `20,400`.
    package var grouped: String {
        var text = String(magnitude)
        var place = text.count - 3
        while place > 0 {
            text.insert(",", at: text.index(text.startIndex, offsetBy: place))
            place -= 3
        }
        return self < 0 ? "-" + text : text
    }
}

extension [Finding] {
    /// Puts warnings in, before the notes, which are least.
    mutating func insert(warnings: [Finding]) {
        insert(contentsOf: warnings, at: firstIndex { $0.severity < .warning } ?? endIndex)
    }
}
