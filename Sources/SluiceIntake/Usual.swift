import Glibc
import SluiceModel
import SluiceStore

/// Compares a delivery with what its sender usually sends of the dataset: which period, how many rows, how many of them
/// with a value in each column, how many of each code, how large the figures, and whether the last row is whole.
///
/// Only the daemon can, since it alone knows earlier deliveries. What it finds are warnings; what lies beyond the bound in
/// the settings has to be confirmed as well. The measures and their figures are decision 0021.
struct Usual {
    /// Earlier deliveries that are looked at, the newest.
    static let earlierLimit = 12
    /// What holds for a dataset whose mapping has no rule `suddenChange`.
    static let defaultPercent = 25
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
        judgeLinks()
        guard !earlier.isEmpty else { return }
        judgeLength(period)
        judgeColumns()
        judgeEntries()
        judgeCodes()
        judgeMonths()
        judgeFigures(period)
        judgeOrder()
        judgeUnread()
        judgeTails()
        judgeDays(period)
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
        guard same.count >= Usual.defaultDeliveries else { return }
        let isRuled = dataset.fileRules.contains { if case .suddenChange = $0.kind { true } else { false } }
        let usual = Usual.median(same)
        if !isRuled, isFar(accepted, same) { addRows(accepted, usual, rule: FindingRule.usual) }
        let left = 100 - unusualPercent
        if usual >= 20, accepted * 100 < left * usual || accepted * left > 100 * usual {
            unusual.append(
                Unusual(
                    key: "rows",
                    figures: "It has \(accepted.grouped) good rows; files for as long a time usually have about "
                        + "\(usual.grouped)."))
        }
    }

    /// Whether a number is another than before: by a quarter and more, by more than it ever moved, and beyond chance. Of a
    /// table that always had the same number of rows, any other.
    private func isFar(_ number: Int, _ earlier: [Int], isTable: Bool = true) -> Bool {
        let usual = Usual.median(earlier)
        let spread = earlier.map { abs($0 - usual) }.max() ?? 0
        let distance = abs(number - usual)
        if isTable, case .counts = dataset.output.kind, spread == 0 { return distance > 0 }
        return Usual.isBeyondChance(distance, of: usual, spread: spread, deliveries: earlier.count)
    }

    /// 3.3 deviations: one in a thousand, were counts of events independent.
    private static func isBeyondChance(_ distance: Int, of usual: Int, spread: Int, deliveries: Int) -> Bool {
        let deviation = (Double(max(usual, 1)) * (1 + 1 / Double(deliveries))).squareRoot()
        return distance * 100 > defaultPercent * usual && distance > 2 * spread && Double(distance) > 3.3 * deviation
    }

    /// Of an even number the mean of the two in the middle, rounded up.
    private static func median(_ numbers: [Int]) -> Int { (twiceMedian(numbers) + 1) / 2 }

    private static func twiceMedian(_ numbers: [Int]) -> Int {
        let sorted = numbers.sorted()
        return sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]
    }

    private mutating func warn(_ code: FindingCode, column: String? = nil, rows: [Int] = [], _ message: String) {
        warnings.append(
            Finding(
                column: column, rule: FindingRule.usual, code: code, severity: .warning, rows: rows, message: message))
    }

    /// ` 3 more codes changed as much.`
    private func others(_ count: Int) -> String { count > 0 ? " \(count) more codes changed as much." : "" }

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
        let twiceMedian = twiceMedian(earlier)
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
            return distance > 4 * deviation
        }

        /// Whether what every delivery had is gone: nine would be expected, and none is there.
        var isGone: Bool {
            count == 0 && earlier.count >= Usual.defaultDeliveries && earlier.allSatisfy { $0.count > 0 }
                && before * Double(total) > 9.2
        }

        /// Whether each row of all earlier deliveries was so, of many, and now not each is.
        var wasAlwaysSo: Bool {
            earlier.count >= Usual.defaultDeliveries && earlierTotal >= 100 && earlierCount == earlierTotal
                && count < total
        }

        /// Whether no row of any earlier delivery was so, of many, and now some are.
        var wasNeverSo: Bool {
            earlier.count >= Usual.defaultDeliveries && earlierTotal >= 100 && earlierCount == 0 && count > 0
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
            let rows = { (count: Int) in count == 1 ? "1 row has" : "\(count.grouped) rows have" }
            var text: String
            if share.wasAlwaysSo, !share.hasJumped {
                text =
                    "Every row of your earlier files has a value here; in this file \(rows(share.total - share.count)) none. "
                    + "Check that no cell was left out or has slipped into another column."
            } else if share.wasNeverSo {
                text =
                    "No row of your earlier files has a value here; in this file \(rows(share.count)) one. Check that no cell "
                    + "has slipped into this column."
            } else if share.hasJumped {
                text =
                    "It usually has a value in \(share.percentBefore) of the rows; in this file in \(share.percentNow). "
                    + (share.now < share.before
                        ? "Check that the export still fills this column."
                        : "Check that the export has not filled it with a value of its own.")
            } else {
                continue
            }
            let first = share.wasAlwaysSo ? now.missingRows[field.name] : nil
            warn(
                share.now < share.before ? .columnEmptied : .shareChanged, column: field.name,
                rows: first.map { [$0] } ?? [], text)
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

    /// An entry of a column's code list that is far more or far less frequent, the worst of each column.
    private mutating func judgeEntries() {
        for field in dataset.fields {
            guard let counts = now.entries[field.name], now.rows > 0 else { continue }
            let known = earlier.filter { $0.profile.entries[field.name] != nil && $0.profile.rows > 0 }
            let jumps = Usual.jumps(
                counts, total: now.rows, earlier: known.map { ($0.profile.entries[field.name] ?? [:], $0.profile.rows) }
            )
            guard let (entry, share) = jumps.first else { continue }
            warn(
                .shareChanged, column: field.name,
                "The share of `\(entry)` is usually \(share.percentBefore); in this file it is "
                    + "\(share.percentNow).\(others(jumps.count - 1)) Check that the export and its codes are as before."
            )
        }
    }

    /// Codes whose share has jumped or that are gone, the worst first.
    private static func jumps(
        _ counts: [String: Int], total: Int, earlier: [(counts: [String: Int], total: Int)]
    ) -> [(code: String, share: Share)] {
        guard !earlier.isEmpty else { return [] }
        var names = Set(counts.keys)
        for one in earlier { names.formUnion(one.counts.keys) }
        var jumps: [(code: String, share: Share)] = []
        for code in names {
            let share = Share(
                count: counts[code] ?? 0, total: total, earlier: earlier.map { ($0.counts[code] ?? 0, $0.total) })
            if share.hasJumped || share.isGone { jumps.append((code, share)) }
        }
        return jumps.sorted { a, b in
            let (first, second) = (abs(a.share.now - a.share.before), abs(b.share.now - b.share.before))
            return first != second ? first > second : a.code < b.code
        }
    }

    /// A code that is far more or far less frequent, the worst of each dimension.
    private mutating func judgeCodes() {
        for column in dataset.output.columns {
            let dimension = plan.dimensions[column.dimension].id
            guard let codes = now.codes[dimension], now.records > 0 else { continue }
            let known = earlier.filter { $0.profile.codes[dimension] != nil && $0.profile.records > 0 }
            let jumps = Usual.jumps(
                codes, total: now.records,
                earlier: known.map { ($0.profile.codes[dimension] ?? [:], $0.profile.records) })
            guard let (code, share) = jumps.first else { continue }
            let fields = column.sources.flatMap(\.fields).map { dataset.fields[$0].name }
            // Of several columns nobody knows which.
            let field = fields.count == 1 ? fields[0] : nil
            // An emptied column and codes of its list have been told.
            let told: FindingCode = code.isEmpty ? .columnEmptied : .shareChanged
            let isTold = warnings.contains { $0.code == told && $0.column.map(fields.contains) ?? false }
            if isTold, code.isEmpty { continue }
            if !isTold {
                let what = code.isEmpty ? "rows without a known \(dimension)" : "`\(code)` of \(dimension)"
                warn(
                    .shareChanged, column: field,
                    "The share of \(what) is usually \(share.percentBefore); in this file it is "
                        + "\(share.percentNow).\(others(jumps.count - 1)) Check that the export and its codes are as before"
                        + (fields.count > 1 ? ", in \(fields.joined(separator: ", "))." : "."))
            }
            let unknown = jumps.first { $0.code.isEmpty }?.share
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
    private mutating func judgeLength(_ period: Period?) {
        let lengths = Set(earlier.compactMap { $0.delivery.period.map(length) })
        guard let period, earlier.count >= Usual.defaultDeliveries, lengths.count == 1, let usual = lengths.first,
            usual != length(period)
        else { return }
        func steps(_ count: Int) -> String { count == 1 ? "one \(step)" : "\(count) \(step)s" }
        warn(
            .periodUnclear,
            "The file covers \(steps(length(period))), \(period); each of your earlier files covers "
                + "\(steps(usual)). Check the first and the last date.")
    }

    /// The time that a dataset is sent by, for people.
    private var step: String {
        guard case .field(_, let unit) = dataset.period else { return "month" }
        return unit.noun
    }

    /// How many steps of that time.
    private func length(_ period: Period) -> Int { Usual.length(period, of: dataset) }

    static func length(_ period: Period, of dataset: DatasetPlan) -> Int {
        guard case .field(_, let unit) = dataset.period else { return period.monthCount }
        return unit.count(in: period)
    }

    /// A new period that is not the one due: it does not follow the latest that stands.
    ///
    /// - Parameter replaces: what it takes the place of; that is told by itself.
    mutating func judgeTurn(_ period: Period?, replaces: [DeliveryID]) {
        guard let period, replaces.isEmpty, earlier.count >= 2,
            let latest = earlier.compactMap(\.delivery.period).max(by: { $0.last < $1.last }),
            latest.last.next != period.first
        else { return }
        let isLate = period.first > latest.last
        warn(
            .periodOutOfTurn,
            "The file covers \(period). The latest that stands is \(latest)"
                + (isLate ? ", and nothing has come for the time between. " : ". ")
                + "If \(period) is meant, there is nothing to do; otherwise check the dates and send the right file: this "
                + "one counts for \(period).")
    }

    /// Records of months that the file does not cover: most events are of the time in which they are recorded.
    private mutating func judgeMonths() {
        guard let outside = now.outside, now.records > 0, case .event = dataset.output.kind else { return }
        let share = Share(
            count: outside, total: now.records,
            earlier: earlier.compactMap { one in
                guard let count = one.profile.outside, one.profile.records > 0 else { return nil }
                return (count, one.profile.records)
            })
        guard share.hasJumped else { return }
        let month = dataset.output.columns.first { plan.dimensions[$0.dimension].isMonth }
        warn(
            .shareChanged, column: month?.sources.first?.fields.first.map { dataset.fields[$0].name },
            "\(share.percentNow) of the records are of months that the file does not cover; usually "
                + "\(share.percentBefore). Check the dates.")
    }

    /// A column in perfect order that never was: sorted by itself, its values stand in the rows of others.
    private mutating func judgeOrder() {
        let known = earlier.compactMap(\.profile.ascending)
        guard now.rows >= 50, known.count >= Usual.defaultDeliveries, let ascending = now.ascending else { return }
        for field in dataset.fields
        where ascending.contains(field.name) && !known.contains(where: { $0.contains(field.name) }) {
            warn(
                .columnSorted, column: field.name,
                "The values stand in ascending order; in your earlier files they never did. If only this column "
                    + "was sorted, each value stands in the row of another: export the file again. If whole rows were "
                    + "sorted, there is nothing to do.")
        }
    }

    /// A column that nobody reads and that never had a value: what stands there now may have slipped out of its own.
    private mutating func judgeUnread() {
        let known = earlier.filter { $0.profile.empty != nil }
        guard known.count >= Usual.defaultDeliveries, known.reduce(0, { $0 + $1.profile.rows }) >= 100 else { return }
        for field in dataset.fields {
            guard let row = now.unreadRows[field.name],
                known.allSatisfy({ $0.profile.empty?.contains(field.name) ?? false })
            else { continue }
            warn(
                .shareChanged, column: field.name, rows: [row],
                "Nothing stands in this column in your earlier files; in this file something does, first in this row. Check "
                    + "that no cell has slipped into it.")
        }
    }

    /// One code in so many of the last records as it never was, nor is by chance: filled down.
    private mutating func judgeTails() {
        for column in dataset.output.columns {
            let dimension = plan.dimensions[column.dimension].id
            guard let count = now.tails[dimension], let code = now.tailCodes[dimension], count >= 20 else { continue }
            let known = earlier.filter { $0.profile.tails[dimension] != nil && $0.profile.codes[dimension] != nil }
            let longest = known.compactMap { $0.profile.tails[dimension] }.max() ?? 0
            guard known.count >= Usual.defaultDeliveries, count > 2 * longest else { continue }
            let before = known.reduce(0) { $0 + ($1.profile.codes[dimension]?[code] ?? 0) }
            let all = known.reduce(0) { $0 + $1.profile.records }
            let share = (Double(before) + 0.5) / (Double(all) + 1)
            guard Double(count) * log(share) < Poisson.improbable else { continue }
            let fields = column.sources.flatMap(\.fields).map { dataset.fields[$0].name }
            let what = code.isEmpty ? "no known \(dimension)" : "`\(code)` as \(dimension)"
            warn(
                .columnFilled, column: fields.count == 1 ? fields[0] : nil,
                "The last \(count.grouped) records all have \(what); in your earlier files at most the last "
                    + "\(longest.grouped) \(longest == 1 ? "has" : "have") the same. Check that the column was not filled "
                    + "down by mistake.")
        }
    }

    /// Days at an edge of the period of which no row is, more than there ever were, and not by chance.
    private mutating func judgeDays(_ period: Period?) {
        guard let period else { return }
        // A snapshot is of one day or a few.
        let fields = dataset.fields.map(\.name).filter { (now.emptyDays[$0]?.covered ?? 0) >= 7 }
        for (isEnd, field) in [true, false].flatMap({ isEnd in fields.map { (isEnd, $0) } }) {
            let known = earlier.compactMap { $0.profile.emptyDays[field] }
            guard known.count >= Usual.defaultDeliveries, let days = now.emptyDays[field] else { continue }
            let rate = Double(now.rows) / Double(days.covered)
            let empty = isEnd ? days.atEnd : days.atStart
            let most = known.map { isEnd ? $0.atEnd : $0.atStart }.max() ?? 0
            guard 2 * empty > 3 * most + 2, -rate * Double(empty - most) < Poisson.impossible else { continue }
            warn(
                .fileCutShort,
                "No row has a date of the \(isEnd ? "last" : "first") \(empty) days of \(period) in \(field); of your "
                    + "earlier files none lacked more than \(most) there. Check that no rows are missing at the "
                    + "\(isEnd ? "end" : "beginning") of the file.")
            // Other dates of the same rows say the same.
            return
        }
    }

    /// Figures of a measure that are larger or smaller than they ever were.
    private mutating func judgeFigures(_ period: Period?) {
        guard case .counts(let field) = dataset.output.kind, let period else { return }
        let same = earlier.filter { $0.delivery.period.map(length) == length(period) }
        guard same.count >= Usual.defaultDeliveries else { return }
        for measure in now.sums.keys.sorted() {
            let sums = same.compactMap { $0.profile.sums[measure] }
            let tops = same.compactMap { $0.profile.largest[measure] }
            guard sums.count >= Usual.defaultDeliveries, let sum = now.sums[measure] else { continue }
            let usual = Usual.median(sums)
            let top = now.largest[measure] ?? 0
            let highest = tops.max() ?? 0
            let what = measure.isEmpty ? "rows without a known measure" : "`\(measure)`"
            var text: String
            if isFar(sum, sums, isTable: false) {
                text = "The figures of \(what) add up to \(sum.grouped); usually to about \(usual.grouped)."
            } else if top > 2 * highest, Double(top - highest) > 3.3 * Double(max(highest, 1)).squareRoot() {
                text =
                    "The largest figure of \(what) is \(top.grouped); in earlier files it was at most \(highest.grouped)."
            } else {
                continue
            }
            text += " Check the figures, and that each stands in its own row."
            warn(.figuresChanged, column: dataset.fields[field].name, text)
        }
    }

    /// One person in a large part of all rows: a value that a program fills in where none is known.
    private mutating func judgeLinks() {
        guard now.linkedToOne >= 20, now.linkedToOne * 4 >= now.linked, let field = dataset.output.linkField else {
            return
        }
        warn(
            .shareChanged, column: dataset.fields[field].name,
            "One value stands in \(now.linkedToOne.grouped) of \(now.linked.grouped) rows, as if they were all "
                + "about one person. Check that the export leaves the column empty where it is not known.")
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
