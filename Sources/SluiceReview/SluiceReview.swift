// What must not be forgotten.
//
//   ReviewKeeper          when each item is due, and which warning it has reached
//   ReviewKeeper+People   what people do about it: acknowledge, close, reopen
//   AlertFolder           current alerts as JSON and text files
//   Calendar              the same dates as a calendar to subscribe to

package import Logging
package import SluiceModel
package import SluiceStore

/// Keeps the register's promises: every warning of every item is raised once, whatever happens to the process.
///
/// A warning is an occurrence with a key made of item, due date and step. It goes on record before it is written out
/// and is noted as raised afterwards, so a crash in between writes the same alert again under the same key.
package struct ReviewKeeper {
    let items: [ReviewItem]
    /// Stays the same for the life of the instance, over restores too.
    let ledgerName: String
    let store: any Store
    let alerts: AlertFolder
    let clock: any Clock
    /// The civil date in the instance's time zone.
    let today: () -> CivilDate
    let log: Logger
    package var actor = "daemon"

    package init(
        items: [ReviewItem], ledgerName: String, store: any Store, alerts: AlertFolder, clock: any Clock,
        today: @escaping () -> CivilDate, log: Logger
    ) {
        self.items = items
        self.ledgerName = ledgerName
        self.store = store
        self.alerts = alerts
        self.clock = clock
        self.today = today
        self.log = log
    }

    // MARK: - Where each item stands

    /// An item with the date it is due next.
    package struct Standing: Sendable {
        package var item: ReviewItem
        /// Nil once an item that is due on one date only was closed.
        package var due: CivilDate?
        /// What tells this date of the item from its earlier and later ones; stays when the date is moved.
        package var cycle: String
        /// Negative when overdue.
        package var daysLeft: Int?
        package var state: State

        package enum State: String, Sendable {
            /// No warning is reached yet.
            case ok
            /// A warning was reached and nobody has acknowledged it.
            case due
            case acknowledged
            case overdue
            case closed
        }
    }

    package func standings() throws -> [Standing] {
        let closings = Dictionary(grouping: try store.closings().filter { $0.reopenedAt == nil }, by: \.item)
        return try items.map { item in
            guard let (due, cycle) = try nextDue(of: item, closings[item.id] ?? []) else {
                return Standing(item: item, due: nil, cycle: "", daysLeft: nil, state: .closed)
            }
            let daysLeft = due.dayNumber - today().dayNumber
            var state = Standing.State.ok
            if let step = reachedStep(of: item, daysLeft: daysLeft) {
                let current = try store.occurrences(item: item.id).first { $0.due == due && $0.step == step }
                state = current?.state == .acknowledged ? .acknowledged : daysLeft < 0 ? .overdue : .due
            }
            return Standing(item: item, due: due, cycle: cycle, daysLeft: daysLeft, state: state)
        }
    }

    /// The date an item is due next; nil when it never is again.
    ///
    /// - Parameter closed: What closed the item and still counts.
    private func nextDue(
        of item: ReviewItem, _ closed: [ReviewClosing]
    ) throws -> (due: CivilDate, cycle: String)? {
        switch item.schedule {
        case .once(let date): return closed.contains { $0.due == date } ? nil : (date, "\(closed.count)")
        case .every(let months, let first):
            let due = ReviewKeeper.due(every: months, from: first, after: closed.map(\.due).max())
            return due.map { ($0, "\(closed.count)") }
        case .agreement(_, let lastDay): return (lastDay, "end")
        case .delivery(let authority, let dataset, let unit, let first, let graceDays):
            let accepted = try store.deliveries(DeliveryFilter(authority: authority, dataset: dataset))
                // What came and is past its retention came all the same.
                .filter { $0.status.isCurrent || $0.status == .purged }
                .compactMap(\.period)
            // Each period is due some days after it ends; the first one that nothing covers is what is awaited. One
            // that never came can be closed by a person, with the reason.
            var month = first
            while true {
                let period = unit.period(holding: month)
                let due = period.last.next.firstDay.adding(days: graceDays)
                let isCovered = accepted.contains { $0.contains(period) } || closed.contains { $0.due == due }
                guard isCovered else { return (due, "\(period.first)") }
                month = period.last.next
            }
        }
    }

    /// The first date of a schedule after the last one that was closed: each is counted from the first, so that the end
    /// of a short month shortens no other (31 August, 30 September, 31 October).
    ///
    /// Earlier versions counted each from the one before, so that it slid towards the start of the month. A date that
    /// was closed then stands for the one it slid from.
    ///
    /// - Returns: nil past the last year that a date can have.
    package static func due(every months: Int, from first: CivilDate, after last: CivilDate?) -> CivilDate? {
        guard let last else { return first }
        let (year, month, _) = first.parts
        var (due, slid, count) = (first, first, 0)
        while last >= due || last == slid {
            count += 1
            guard CivilMonth(index: year * 12 + month - 1 + count * months) != nil else { return nil }
            due = first.adding(months: count * months)
            slid = slid.adding(months: months)
        }
        return due
    }

    /// The most urgent step of the ladder that has been reached: days before the due date, or minus 7, minus 14, … for
    /// each week overdue. Nil before the first.
    ///
    /// With the default ladder, 20 days left have reached step 30, 0 and −6 days step 0, −15 days step −14.
    func reachedStep(of item: ReviewItem, daysLeft: Int) -> Int? {
        if daysLeft <= -7 { return -(-daysLeft / 7 * 7) }
        return item.warningDays.filter { $0 >= daysLeft }.min() ?? (daysLeft < 0 ? 0 : nil)
    }

    // MARK: - Warning

    /// Raises what is to be raised today and brings the alerts folder and the calendar up to date.
    ///
    /// Steps missed while nothing ran collapse into the most urgent one: one alert, not a burst.
    ///
    /// - Returns: what was raised now, for the journal.
    @discardableResult
    package func tick() throws -> [ReviewOccurrence] {
        let standings = try standings()
        try resolveOutdated(standings)
        var raised: [ReviewOccurrence] = []
        var open: Set<String> = []
        for standing in standings {
            guard let warning = warning(of: standing), let daysLeft = standing.daysLeft,
                let occurrence = try onRecord(warning)
            else { continue }
            try resolveEarlierSteps(occurrence)
            guard occurrence.state != .acknowledged else { continue }
            open.insert(alertName(occurrence.item))
            // Every day anew: it says how many are left.
            try alerts.writeIfNew(alert(standing, occurrence))
            guard occurrence.state == .pending else { continue }
            try store.setState(.raised, ofOccurrence: occurrence.key, ledger: [])
            raised.append(occurrence)
            log.warning(
                "a review \(ReviewKeeper.words(daysLeft: daysLeft))",
                metadata: ["review": "\(occurrence.item)", "due": "\(occurrence.due)", "days": "\(daysLeft)"])
        }
        for name in try alerts.names(prefix: alertName("")) where !open.contains(name) { try alerts.remove(name) }
        try alerts.writeCalendar(calendar(standings))
        return raised
    }

    /// The warning that an item has reached, as it is made; nil before the first.
    private func warning(of standing: Standing) -> ReviewOccurrence? {
        guard let due = standing.due, let daysLeft = standing.daysLeft,
            let step = reachedStep(of: standing.item, daysLeft: daysLeft)
        else { return nil }
        let id = standing.item.id
        return ReviewOccurrence(
            key: "\(id)/\(due)/\(step)", item: id, due: due, step: step, state: .pending, createdAt: clock.now())
    }

    /// The warning as the store has it, put there if it is new.
    ///
    /// One that was resolved and stands again is raised again: its item was reopened or is back in the register, or its
    /// date is what it was.
    private func onRecord(_ warning: ReviewOccurrence) throws -> ReviewOccurrence? {
        var details = ["due": "\(warning.due)", "step": "\(warning.step)"]
        if try store.insert(warning, ledger: [entry(.reviewRaised, warning.item, details)]) { return warning }
        guard var known = try store.occurrences(item: warning.item).first(where: { $0.key == warning.key }) else {
            return nil
        }
        if known.state == .resolved {
            details["again"] = "yes"
            try store.setState(
                .pending, ofOccurrence: known.key, ledger: [entry(.reviewRaised, warning.item, details)])
            known.state = .pending
        }
        return known
    }

    /// Brings a restored store in line with what was told after its backup was made.
    ///
    /// Alerts that stand in the folder, but that the store does not know, are taken for raised, and not raised again. No
    /// event of the calendar may fall behind the revision it had.
    package func settleRestored() throws {
        for standing in try standings() {
            guard let warning = warning(of: standing),
                try alerts.alert(alertName(warning.item))?["alert"]?.text == warning.key
            else { continue }
            let entry = entry(
                .reviewRaised, warning.item,
                ["due": "\(warning.due)", "step": "\(warning.step)", "adopted": "yes"])
            guard try store.insert(warning, ledger: [entry]) else { continue }
            try resolveEarlierSteps(warning)
            try store.setState(.raised, ofOccurrence: warning.key, ledger: [])
        }
        try raiseRevisions()
    }

    /// A warning for a date that no longer stands is resolved, also that of an item that left the register. Its alert
    /// goes with it.
    private func resolveOutdated(_ standings: [Standing]) throws {
        let due = Dictionary(standings.map { ($0.item.id, $0.due) }) { first, _ in first }
        for occurrence in try store.occurrences(item: nil)
        where occurrence.isOpen && occurrence.due != due[occurrence.item] ?? nil {
            try store.setState(.resolved, ofOccurrence: occurrence.key, ledger: [])
        }
    }

    /// The alert of an item is always that of its latest step.
    private func resolveEarlierSteps(_ latest: ReviewOccurrence) throws {
        for occurrence in try store.occurrences(item: latest.item)
        where occurrence.isOpen && occurrence.key != latest.key {
            try store.setState(.resolved, ofOccurrence: occurrence.key, ledger: [])
        }
    }

    func alertName(_ item: String) -> String { "review-" + item }

    private func alert(_ standing: Standing, _ occurrence: ReviewOccurrence) -> Alert {
        let item = standing.item
        let days = standing.daysLeft ?? 0
        var lines = [
            "Sluice alert: \(item.title) \(ReviewKeeper.words(daysLeft: days))", "", "Due         \(occurrence.due)",
            "Owner       \(item.owner)",
            "Kind        \(item.kind.rawValue)", "Review      \(item.id)",
        ]
        if !item.source.isEmpty { lines.append("Because     \(item.source)") }
        if case .agreement(let authority, let lastDay) = item.schedule {
            lines += [
                "", days < 0 ? "It ended. Files wait unopened." : "Files that come after \(lastDay) wait unopened.",
                "When it is renewed: change validTo in authorities/\(authority).yaml, then reload the settings.",
                "It cannot be closed: its warnings follow that date.",
            ]
        } else {
            lines += [
                "", "When it is done:    sluice reviews close \(item.id) --due \(occurrence.due) --note \"…\"",
            ]
        }
        lines.append("To stop this step:  sluice reviews ack \(item.id)")
        return Alert(
            name: alertName(item.id),
            json: .members([
                "alert": .string(occurrence.key), "kind": .string(item.kind.rawValue), "review": .string(item.id),
                "title": .string(item.title), "owner": .string(item.owner), "due": .string("\(occurrence.due)"),
                "daysLeft": .int(days), "step": .int(occurrence.step), "source": .string(item.source),
                "raisedAt": .string("\(occurrence.createdAt)"),
            ]),
            text: lines.joined(separator: "\n") + "\n")
    }

    /// `is due in 20 days`, `is due today`, `is overdue by 3 days`.
    package static func words(daysLeft days: Int) -> String {
        switch days {
        case 2...: "is due in \(days) days"
        case 1: "is due tomorrow"
        case 0: "is due today"
        case -1: "is overdue by 1 day"
        default: "is overdue by \(-days) days"
        }
    }

    func entry(_ kind: LedgerKind, _ subject: String, _ details: [String: String]) -> LedgerEntry {
        LedgerEntry(at: clock.now(), actor: actor, kind: kind, subject: subject, details: details)
    }
}

extension ReviewOccurrence {
    /// Whether an alert of it stands, or is about to.
    var isOpen: Bool { state == .pending || state == .raised }
}
