import Glibc
package import SluiceModel

/// What decides, beside a file's own rows, which months it is of.
package struct PeriodContext: Sendable {
    /// The day of receipt where the instance is.
    package var today: CivilDate
    /// What the sender's files cover by agreement.
    package var cadence: PeriodUnit?
    /// The first month whose records are still kept.
    package var keptFrom: CivilMonth?
    /// Deliveries of the dataset that stand: what each covers and how many records it has.
    package var standing: [PeriodSpan] = []
    /// What each of several earlier deliveries covered, in months.
    package var usualMonths: Int?

    package init(today: CivilDate, cadence: PeriodUnit? = nil, keptFrom: CivilMonth? = nil) {
        self.today = today
        self.cadence = cadence
        self.keptFrom = keptFrom
    }
}

/// Tells the months that a file is of from the months that its rows are of: the run of months that hold it, without a
/// few rows far outside.
///
/// A slip in one date, a late entry or a clock in another zone must not stretch what a delivery covers, for it replaces
/// what it covers. The rule, with worked cases and the reasons for its figures, is decision 0020.
package struct PeriodRun {
    package enum Verdict: Hashable, Sendable {
        /// All rows are of one run.
        case whole
        /// Rows outside these months are stragglers.
        case only(Period)
        /// No such run can be told.
        case unclear
        /// It is not one period of the agreed cadence.
        case offCadence(PeriodUnit)
    }

    /// One step of time with rows in it.
    private struct Unit {
        var period: Period
        var rows: Int
    }

    private let plan: DatasetPlan
    private let context: PeriodContext
    /// What stands in the file, ascending; and what is left of it.
    private let all: [Unit]
    private var units: [Unit]
    private let rows: Int
    /// Rows that are young enough to be kept.
    private var keptCount: Int

    /// - Parameter spans: as `DecodeReport.spans`, of a dataset with a period.
    package static func judge(_ spans: [PeriodSpan], plan: DatasetPlan, _ context: PeriodContext) -> Verdict {
        guard !spans.isEmpty else { return .unclear }
        var run = PeriodRun(spans, plan, context)
        return run.judge()
    }

    private init(_ spans: [PeriodSpan], _ plan: DatasetPlan, _ context: PeriodContext) {
        self.plan = plan
        self.context = context
        if case .field(_, let unit) = plan.period {
            var units: [Unit] = []
            for span in spans {
                let period = unit.period(holding: span.period.first)
                if units.last?.period == period {
                    units[units.count - 1].rows += span.rows
                } else {
                    units.append(Unit(period: period, rows: span.rows))
                }
            }
            all = units
        } else {
            all = spans.map { Unit(period: $0.period, rows: $0.rows) }
        }
        units = all
        rows = all.reduce(0) { $0 + $1.rows }
        keptCount = rows
    }

    /// So many rows may be stragglers.
    private var few: Int { max(3, rows / 100) }

    private mutating func judge() -> Verdict {
        if let cadence = context.cadence { return judge(cadence) }
        if case .fields = plan.period, !alignStated() { return .unclear }
        guard dropPastRetention() else { return .unclear }
        var count = 0
        repeat {
            count = units.count
            trimStanding()
            trimBeyondUsual()
            trimOfTable()
            trimImprobable(atStart: true)
            trimImprobable(atStart: false)
        } while units.count < count
        if !gaps(ofMonths: 3, below: Poisson.impossible).isEmpty { return .unclear }
        guard units.count < all.count, let first = units.first, let last = units.last else { return .whole }
        // Where no row may be missing, none may be left out.
        if plan.toleranceRowsPerMillion == 0 { return .unclear }
        return .only(Period(first: first.period.first, last: units.map(\.period.last).max() ?? last.period.last)!)
    }

    // MARK: - By agreement

    private func judge(_ cadence: PeriodUnit) -> Verdict {
        let main = all.max { $0.rows < $1.rows }!
        let agreed = cadence.period(holding: main.period.first)
        let month = context.today.month
        // Nobody can state the end of a period that is not over.
        let isAgreed = main.period == agreed || main.period.last == month && agreed.contains(main.period)
        guard isAgreed else { return .offCadence(cadence) }
        let others = rows - main.rows
        if others == 0 { return .whole }
        let isClear = others <= few && main.rows >= 2 * others && plan.toleranceRowsPerMillion > 0
        return isClear ? .only(main.period) : .offCadence(cadence)
    }

    // MARK: - What belongs together

    /// Of periods that rows state, those that tile time in steps of one length belong together; a few others do not.
    /// False where they are not few.
    private mutating func alignStated() -> Bool {
        let main = units.max { $0.rows < $1.rows }!.period
        let length = main.monthCount
        let aligned = units.filter {
            $0.period.monthCount == length && ($0.period.first.index - main.first.index) % length == 0
        }
        let hull = Period(first: aligned[0].period.first, last: aligned[aligned.count - 1].period.last)!
        let others = units.filter { !hull.contains($0.period) }.reduce(0) { $0 + $1.rows }
        guard others == 0 || others <= few && rows - others >= 2 * others else { return false }
        units.removeAll { !hull.contains($0.period) }
        return true
    }

    /// Takes out what is older than records are kept, unless that is all. False where it is most.
    private mutating func dropPastRetention() -> Bool {
        guard let first = context.keptFrom else { return true }
        let kept = units.filter { $0.period.last >= first }
        guard !kept.isEmpty, kept.count < units.count else { return true }
        let dropped = units.filter { $0.period.last < first }.reduce(0) { $0 + $1.rows }
        units = kept
        keptCount = rows - dropped
        return dropped * 2 <= rows
    }

    // MARK: - Stragglers

    /// Takes out rows at an edge of which another delivery, which stands, has many more.
    private mutating func trimStanding() {
        for isFirst in [true, false] {
            guard units.count > 1 else { return }
            let edge = isFirst ? units[0] : units[units.count - 1]
            for standing in context.standing where standing.period.overlaps(edge.period) {
                let inside = units.filter { standing.period.contains($0.period) }
                let count = inside.reduce(0) { $0 + $1.rows }
                guard inside.count < units.count, count > 0, isFewOf(count), count * 5 < standing.rows * 4 else {
                    continue
                }
                units.removeAll { standing.period.contains($0.period) }
                break
            }
        }
    }

    /// Takes out rows at an edge that would make the period longer than the sender's files ever are.
    private mutating func trimBeyondUsual() {
        guard let usual = context.usualMonths else { return }
        while let first = units.first, let last = units.last, units.count > 1,
            last.period.last.index - first.period.first.index + 1 > usual
        {
            let isFirst = first.rows <= last.rows
            guard isFewOf(isFirst ? first.rows : last.rows) else { return }
            units.remove(at: isFirst ? 0 : units.count - 1)
        }
    }

    /// A table of counts has as many rows for each month: an edge that has less than half belongs to another.
    private mutating func trimOfTable() {
        guard case .counts = plan.output.kind else { return }
        while units.count > 1 {
            let (first, second) = (units[0].rows, units[1].rows)
            let (last, before) = (units[units.count - 1].rows, units[units.count - 2].rows)
            if first * 2 < second, isFewOf(first) {
                units.removeFirst()
            } else if last * 2 < before, isFewOf(last) {
                units.removeLast()
            } else {
                return
            }
        }
    }

    /// Takes out rows before or after the rest that are far fewer than such a time would have, by the rest's own rate.
    private mutating func trimImprobable(atStart: Bool) {
        let ordered = atStart ? units : units.reversed()
        var count = 0
        var cut = 0
        for index in 1..<max(1, ordered.count) {
            count += ordered[index - 1].rows
            guard isFewOf(count) else { break }
            let outer = ordered[0].period
            let inner = ordered[index].period
            let days =
                atStart
                ? daysBetween(outer.first.firstDay, inner.first.firstDay)
                : daysBetween(inner.last.next.firstDay, outer.last.next.firstDay)
            let expected = Double(days) * rate(of: ordered[index...], atStart: atStart) / 2
            if Poisson.logOfAtMost(count, mean: expected) < Poisson.improbable { cut = index }
        }
        if atStart { units.removeFirst(cut) } else { units.removeLast(cut) }
    }

    /// Whether so many more rows may be left out, with those that were before.
    private func isFewOf(_ count: Int) -> Bool {
        let left = units.reduce(0) { $0 + $1.rows } - count
        let dropped = keptCount - left
        return dropped <= few && left >= 2 * dropped
    }

    // MARK: - Gaps

    /// Times without a row, between others with rows, so many that it was hardly for want of events.
    ///
    /// - Parameter period: rows outside are stragglers.
    package static func gaps(
        _ spans: [PeriodSpan], plan: DatasetPlan, _ context: PeriodContext, in period: Period?
    ) -> [Period] {
        var run = PeriodRun(spans, plan, context)
        if let period { run.units.removeAll { !period.contains($0.period) } }
        return run.gaps(ofMonths: 1, below: Poisson.improbable)
    }

    /// - Parameters:
    ///   - least: months that a gap has at least.
    ///   - bound: logarithm of a probability.
    private func gaps(ofMonths least: Int, below bound: Double) -> [Period] {
        zip(units.indices.dropLast(), units.indices.dropFirst()).compactMap { before, after in
            let (left, right) = (units[before].period, units[after].period)
            let months = right.first.index - left.last.index - 1
            guard months >= least, let end = CivilMonth(index: right.first.index - 1),
                let gap = Period(first: left.last.next, last: end)
            else { return nil }
            let days = daysBetween(left.last.next.firstDay, right.first.firstDay)
            let lower = min(
                rate(of: ArraySlice(units[...before].reversed()), atStart: false),
                rate(of: units[after...], atStart: true))
            return -Double(days) * lower / 2 < bound ? gap : nil
        }
    }

    /// Rows a day at the near edge of what is left: of the nearest step, or of three steps, whichever is less.
    ///
    /// - Parameter atStart: the edge is the earliest one.
    private func rate(of rest: ArraySlice<Unit>, atStart: Bool) -> Double {
        guard let nearest = rest.first else { return 0 }
        let length = nearest.period.monthCount
        let (first, last) =
            atStart
            ? (nearest.period.first.index, nearest.period.first.index + 3 * length - 1)
            : (nearest.period.last.index - 3 * length + 1, nearest.period.last.index)
        let near = rest.filter { first <= $0.period.first.index && $0.period.last.index <= last }
        let farthest = near.map(\.period).last ?? nearest.period
        let days =
            atStart
            ? daysBetween(nearest.period.first.firstDay, farthest.last.next.firstDay)
            : daysBetween(farthest.first.firstDay, nearest.period.last.next.firstDay)
        let own = daysBetween(nearest.period.first.firstDay, nearest.period.last.next.firstDay)
        let mean = Double(near.reduce(0) { $0 + $1.rows }) / Double(days)
        return min(Double(nearest.rows) / Double(own), mean)
    }

    /// Days from one to the other, as far as they have begun.
    private func daysBetween(_ from: CivilDate, _ to: CivilDate) -> Int {
        max(1, min(to.dayNumber, context.today.dayNumber + 1) - from.dayNumber)
    }
}

enum Poisson {
    /// Logarithms of one in ten thousand and of one in a million.
    static let improbable = -9.21
    static let impossible = -13.8

    /// The logarithm of the probability of at most `count` events where `mean` are expected.
    static func logOfAtMost(_ count: Int, mean: Double) -> Double {
        guard mean > 0 else { return 0 }
        guard Double(count) < mean else { return 0 }
        // The terms fall from the last to the first: the sum is the last one times a geometric-like series.
        let last = Double(count) * log(mean) - mean - lgamma(Double(count) + 1)
        var term = 1.0
        var sum = 1.0
        for index in stride(from: count, to: 0, by: -1) {
            term *= Double(index) / mean
            sum += term
            if term < 1e-17 * sum { break }
        }
        return min(0, last + log(sum))
    }
}

extension [PeriodSpan] {
    /// The runs of months that hold rows, with how many: `2016-09 (1 row) and 2026-07/2026-09 (310 rows)`.
    var runs: String {
        var runs: [PeriodSpan] = []
        for span in self {
            if let last = runs.last, span.period.first.index <= last.period.last.index + 1 {
                runs[runs.count - 1] = PeriodSpan(
                    period: Period(first: last.period.first, last: Swift.max(last.period.last, span.period.last))!,
                    rows: last.rows + span.rows)
            } else {
                runs.append(span)
            }
        }
        let shown = runs.prefix(6).map { "\($0.period) (\($0.rows) \($0.rows == 1 ? "row" : "rows"))" }
        if runs.count > shown.count { return shown.joined(separator: ", ") + " and more" }
        return shown.listed()
    }
}
