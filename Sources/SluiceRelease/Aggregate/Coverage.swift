import SluiceCertificate
package import SluiceModel
import SluiceStore

/// What each expected source has delivered of a release's period, month by month.
///
/// A figure is true of months that every expected source has delivered, and somebody has: a 0 there was delivered. Of all
/// others nobody knows, and a sum of what came would be taken for the whole.
package struct Coverage: Sendable {
    package struct Row: Hashable, Sendable {
        package var source: EventSource
        /// Parallel to the months of the period.
        package var months: [MonthCoverage]
        /// Whether the release waits for it, parallel to them.
        package var isExpected: [Bool]
        /// Why it does not, in the spec's words.
        package var because: [String]

        /// Numbers of months that are expected and not complete.
        package var lacking: [Int] { months.indices.filter { isExpected[$0] && months[$0] != .complete } }
    }

    package let period: Period
    package let rows: [Row]
    /// Authorities whose files wait to be taken in or to be confirmed.
    package var waiting: [AuthorityID] = []
    /// Where figures are not available, parallel to the counters.
    let gaps: [[CoverageGap]]
    /// What is counted, in the order of the tables, and months of it that were delivered of some areas alone.
    private let kinds: [(id: String, monthsOfSome: [Int])]

    package var isComplete: Bool { sentences.isEmpty }

    /// - Parameters:
    ///   - sources: who may send what the release counts.
    ///   - deliveries: all that stand.
    ///   - isLeftOut: kept out of the release by a rule.
    ///   - day: the local date of an instant.
    init(
        _ spec: ReleaseSpec, _ counters: [PartCounter], sources: [EventSource], deliveries: [Delivery],
        isLeftOut: (Delivery) -> Bool, day: (Instant) -> CivilDate
    ) {
        period = spec.period
        let months = spec.period.months
        var rows: [Row] = []
        for source in sources {
            let own = deliveries.filter { $0.authority == source.authority && $0.dataset == source.dataset }
            // Of several datasets that hold the same kind of event those are waited for that ever came; all, if none did.
            if own.isEmpty {
                let others = Set(
                    sources.filter { $0.authority == source.authority && $0.eventKind == source.eventKind }
                        .map(\.dataset))
                let isSentOtherwise = deliveries.contains {
                    $0.authority == source.authority && $0.dataset.map(others.contains) ?? false
                }
                if isSentOtherwise { continue }
            }
            var row = Row(
                source: source, months: Array(repeating: .missing, count: months.count),
                isExpected: months.map { month in !spec.notExpected.contains { $0.covers(source, month) } },
                because: [])
            for exception in spec.notExpected where months.contains(where: { exception.covers(source, $0) }) {
                if let because = exception.because { row.because.append(because) }
            }
            for delivery in own {
                guard let covered = delivery.period, covered.overlaps(spec.period) else { continue }
                let isOut = isLeftOut(delivery)
                let received = day(delivery.receivedAt)
                for (index, month) in months.enumerated() where covered.contains(month) {
                    let found: MonthCoverage =
                        isOut ? .leftOut : received < month.next.firstDay ? .part : .complete
                    if found.rank > row.months[index].rank { row.months[index] = found }
                }
            }
            rows.append(row)
        }
        self.rows = rows
        var gaps: [[CoverageGap]] = []
        var kinds: [(id: String, monthsOfSome: [Int])] = []
        for counter in counters {
            let (found, monthsOfSome) = Coverage.gaps(
                counter, rows.filter { $0.source.eventKind == counter.eventKind }, period)
            gaps.append(found)
            kinds.append((counter.eventKind, monthsOfSome))
        }
        (self.gaps, self.kinds) = (gaps, kinds)
    }

    // MARK: - What is not available

    /// Where figures over events of a kind are not available, each once and in order; and the months of which that is so
    /// because those who delivered them are about some areas alone.
    private static func gaps(
        _ counter: PartCounter, _ rows: [Row], _ period: Period
    ) -> (gaps: [CoverageGap], monthsOfSome: [Int]) {
        func numbers(_ months: [Int]) -> [Int] { months.map { period.first.index + $0 } }
        var gaps: Set<CoverageGap> = []
        var monthsOfSome: [Int] = []
        for row in rows where !row.lacking.isEmpty {
            gaps.insert(counter.gap(months: numbers(row.lacking), areas: row.source.areas))
        }
        for (areas, months) in monthsByAreas(rows, monthCount: period.monthCount) {
            if areas.isEmpty {
                gaps.insert(counter.gap(months: numbers(months), areas: []))
            } else if let gap = counter.gap(months: numbers(months), outside: areas) {
                gaps.insert(gap)
                monthsOfSome += months
            }
        }
        return (
            gaps.sorted { $0.atoms.lexicographicallyPrecedes($1.atoms) { $0.lexicographicallyPrecedes($1) } },
            monthsOfSome.sorted()
        )
    }

    /// Numbers of months by the areas that those who have delivered them are about; months that nobody has delivered by no
    /// areas. Without those that somebody has delivered who does not say which areas: he may be about all.
    private static func monthsByAreas(_ rows: [Row], monthCount: Int) -> [[String]: [Int]] {
        var found: [[String]: [Int]] = [:]
        for month in 0..<monthCount {
            let delivering = rows.filter { $0.months[month] == .complete || $0.months[month] == .part }
            if delivering.contains(where: { $0.source.areas.isEmpty }) { continue }
            found[Set(delivering.flatMap(\.source.areas)).sorted(), default: []].append(month)
        }
        return found
    }

    // MARK: - In words

    /// One sentence for each source that has not delivered all that is expected of it, and one for each whose files wait.
    package var sentences: [String] {
        var sentences: [String] = []
        for row in rows {
            for (status, what) in [
                (MonthCoverage.missing, "has not delivered \(row.source.dataset) for"),
                (.part, "delivered \(row.source.dataset) before the month had ended for"),
                (.leftOut, "delivered \(row.source.dataset), which a rule keeps out, for"),
            ] {
                let months = row.lacking.filter { row.months[$0] == status }
                guard !months.isEmpty else { continue }
                sentences.append(
                    "\(row.source.authority) \(what) \(words(months)): figures over events of the kind "
                        + "\(row.source.eventKind) that count \(these(months))"
                        + (row.source.areas.isEmpty ? "" : " in its areas") + " are [x].")
            }
        }
        for (kind, monthsOfSome) in kinds {
            let own = rows.filter { $0.source.eventKind == kind }
            // Where somebody was expected it is said above.
            let unsaid = (Coverage.monthsByAreas(own, monthCount: period.monthCount)[[]] ?? []).filter { month in
                !own.contains { $0.lacking.contains(month) }
            }
            if !unsaid.isEmpty {
                sentences.append(
                    "Nobody has delivered events of the kind \(kind) for \(words(unsaid)): figures that count "
                        + "\(these(unsaid)) are [x].")
            }
            if !monthsOfSome.isEmpty {
                sentences.append(
                    "Events of the kind \(kind) for \(words(monthsOfSome)) were delivered of some areas alone: figures of "
                        + "other areas that count \(these(monthsOfSome)) are [x].")
            }
        }
        return sentences
            + waiting.map { "Files of \($0) were waiting when this was built: what is in them is not counted." }
    }

    /// `2025-04/2025-06 and 2026-01`
    private func words(_ months: [Int]) -> String { months.map { period.months[$0] }.runs.map { "\($0)" }.listed() }

    private func these(_ months: [Int]) -> String { months.count == 1 ? "this month" : "these months" }

    /// As provenance has it.
    var json: JSON {
        .array(
            rows.map { row in
                .members([
                    "authority": .string(row.source.authority.text), "dataset": .string(row.source.dataset),
                    "measure": .string(row.source.eventKind), "areas": .strings(row.source.areas),
                    "months": .object(
                        zip(period.months, row.months).map { JSON.Member("\($0)", .string($1.rawValue)) }),
                    "notExpected": .strings(
                        zip(period.months, row.isExpected).filter { !$1 }.map { "\($0.0)" }),
                    "because": .strings(row.because),
                ])
            })
    }
}

extension MonthCoverage {
    /// Of several deliveries of a month the best one says how far it has come, unless one of them is kept out.
    fileprivate var rank: Int {
        switch self {
        case .missing: 0
        case .part: 1
        case .complete: 2
        case .leftOut: 3
        }
    }
}
