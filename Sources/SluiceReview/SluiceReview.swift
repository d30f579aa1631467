// What must not be forgotten.
//
//   ReviewKeeper   when each item is due, which warning it has reached, what people did about it
//   AlertFolder    current alerts as JSON and text files
//   Calendar       the same dates as a calendar to subscribe to

package import Logging
package import SluiceModel
package import SluiceStore

/// Keeps the register's promises: every warning of every item is raised once, whatever happens to the process.
///
/// A warning is an occurrence with a key made of item, due date and step. It goes on record before it is written out
/// and is noted as raised afterwards, so a crash in between writes the same alert again under the same key.
package struct ReviewKeeper {
    let items: [ReviewItem]
    let store: any Store
    let alerts: AlertFolder
    let clock: any Clock
    /// The civil date in the instance's time zone.
    let today: () -> CivilDate
    let log: Logger
    package var actor = "daemon"

    package init(
        items: [ReviewItem], store: any Store, alerts: AlertFolder, clock: any Clock,
        today: @escaping () -> CivilDate, log: Logger
    ) {
        self.items = items
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
        let closings = try store.closings()
        return try items.map { item in
            guard let due = try nextDue(of: item, closings) else {
                return Standing(item: item, due: nil, daysLeft: nil, state: .closed)
            }
            let daysLeft = due.dayNumber - today().dayNumber
            var state = Standing.State.ok
            if let step = reachedStep(of: item, daysLeft: daysLeft) {
                let current = try store.occurrences(item: item.id).first { $0.due == due && $0.step == step }
                state = current?.state == .acknowledged ? .acknowledged : daysLeft < 0 ? .overdue : .due
            }
            return Standing(item: item, due: due, daysLeft: daysLeft, state: state)
        }
    }

    /// The date an item is due next; nil when it never is again.
    private func nextDue(of item: ReviewItem, _ closings: [ReviewClosing]) throws -> CivilDate? {
        let closed = closings.filter { $0.item == item.id }
        switch item.schedule {
        case .once(let date): return closed.contains { $0.due == date } ? nil : date
        case .every(let months, let first):
            guard let last = closed.map(\.due).max(), last >= first else { return first }
            return last.adding(months: months)
        case .delivery(let authority, let dataset, let unit, let first, let graceDays):
            let accepted = try store.deliveries(DeliveryFilter(authority: authority, dataset: dataset))
                .filter { delivery in
                    // What came and is past its retention came all the same.
                    if case .final(let outcome) = delivery.status { return outcome.isAccepted }
                    return delivery.status == .purged
                }
                .compactMap(\.period)
            // Each period is due some days after it ends; the first one that nothing covers is what is awaited. One
            // that never came can be closed by a person, with the reason.
            var month = first
            while true {
                let period = unit.period(holding: month)
                let due = period.last.next.firstDay.adding(days: graceDays)
                let isCovered = accepted.contains { $0.contains(period) } || closed.contains { $0.due == due }
                guard isCovered else { return due }
                month = period.last.next
            }
        }
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
        var raised: [ReviewOccurrence] = []
        let standings = try standings()
        for standing in standings {
            try resolveOutdated(standing)
            guard let due = standing.due, let daysLeft = standing.daysLeft,
                let step = reachedStep(of: standing.item, daysLeft: daysLeft)
            else { continue }
            let occurrence = ReviewOccurrence(
                key: "\(standing.item.id)/\(due)/\(step)", item: standing.item.id, due: due, step: step,
                state: .pending, createdAt: clock.now())
            let entry = entry(.reviewRaised, standing.item.id, ["due": "\(due)", "step": "\(step)"])
            if try store.insert(occurrence, ledger: [entry]) { try resolveEarlierSteps(occurrence) }
            let known = try store.occurrences(item: standing.item.id).first { $0.key == occurrence.key }
            switch known?.state {
            case .pending:
                try alerts.write(alert(standing, occurrence))
                try store.setState(.raised, ofOccurrence: occurrence.key, ledger: [])
                raised.append(occurrence)
                log.warning(
                    "a review date approaches",
                    metadata: ["review": "\(standing.item.id)", "due": "\(due)", "days": "\(daysLeft)"])
            case .raised: try alerts.writeIfMissing(alert(standing, occurrence))
            default: break
            }
        }
        try alerts.writeCalendar(calendar(standings, stamp: clock.now()))
        return raised
    }

    /// Takes alerts that stand in the folder, but that the store does not know, for raised: of a store that was restored
    /// from a backup older than they are. They are not raised again then.
    package func adoptRaised() throws {
        for standing in try standings() {
            guard let due = standing.due, let daysLeft = standing.daysLeft,
                let step = reachedStep(of: standing.item, daysLeft: daysLeft)
            else { continue }
            let key = "\(standing.item.id)/\(due)/\(step)"
            guard try alerts.alert(alertName(standing.item.id))?["alert"]?.text == key else { continue }
            let occurrence = ReviewOccurrence(
                key: key, item: standing.item.id, due: due, step: step, state: .pending, createdAt: clock.now())
            let entry = entry(.reviewRaised, standing.item.id, ["due": "\(due)", "step": "\(step)", "adopted": "yes"])
            guard try store.insert(occurrence, ledger: [entry]) else { continue }
            try resolveEarlierSteps(occurrence)
            try store.setState(.raised, ofOccurrence: key, ledger: [])
        }
    }

    /// A warning for a date that no longer stands is resolved, and its alert removed.
    private func resolveOutdated(_ standing: Standing) throws {
        for occurrence in try store.occurrences(item: standing.item.id)
        where occurrence.due != standing.due && occurrence.state != .resolved {
            // The file first: a crash in between finds the occurrence again.
            try alerts.remove(alertName(occurrence.item))
            try store.setState(.resolved, ofOccurrence: occurrence.key, ledger: [])
        }
    }

    /// The alert of an item is always that of its latest step.
    private func resolveEarlierSteps(_ latest: ReviewOccurrence) throws {
        for occurrence in try store.occurrences(item: latest.item)
        where occurrence.key != latest.key && occurrence.state != .resolved {
            try store.setState(.resolved, ofOccurrence: occurrence.key, ledger: [])
        }
    }

    private func alertName(_ item: String) -> String { "review-" + item }

    private func alert(_ standing: Standing, _ occurrence: ReviewOccurrence) -> Alert {
        let item = standing.item
        let days = standing.daysLeft ?? 0
        let when =
            days > 1 ? "in \(days) days" : days == 1 ? "tomorrow" : days == 0 ? "today" : "overdue by \(-days) days"
        var lines = [
            "Sluice alert: \(item.title) is due \(when)", "", "Due         \(occurrence.due)",
            "Owner       \(item.owner)",
            "Kind        \(item.kind.rawValue)", "Review      \(item.id)",
        ]
        if !item.source.isEmpty { lines.append("Because     \(item.source)") }
        lines += [
            "", "When it is done:   sluice reviews close \(item.id) --note \"…\"",
            "To stop this step: sluice reviews ack \(item.id)",
        ]
        return Alert(
            name: alertName(item.id),
            json: .members([
                "alert": .string(occurrence.key), "kind": .string(item.kind.rawValue), "review": .string(item.id),
                "title": .string(item.title), "owner": .string(item.owner), "due": .string("\(occurrence.due)"),
                "step": .int(occurrence.step), "source": .string(item.source),
                "raisedAt": .string("\(occurrence.createdAt)"),
            ]),
            text: lines.joined(separator: "\n") + "\n")
    }

    // MARK: - What people do

    /// Acknowledges an item's current warning: its alert goes, the next step will come.
    ///
    /// - Throws: `ReviewRefusal` when there is no such item or no warning to acknowledge.
    package func acknowledge(_ id: String) throws {
        let standing = try standing(id)
        let open = try store.occurrences(item: id).filter { $0.state == .raised || $0.state == .pending }
        guard !open.isEmpty else { throw ReviewRefusal.nothingToAcknowledge(id) }
        for occurrence in open {
            let entry = entry(.reviewAcknowledged, id, ["due": "\(occurrence.due)", "step": "\(occurrence.step)"])
            try store.setState(.acknowledged, ofOccurrence: occurrence.key, ledger: [entry])
        }
        try alerts.remove(alertName(standing.item.id))
    }

    /// Notes that an item was done; the next due date follows from its schedule.
    ///
    /// - Returns: the date it is due next, nil when never again.
    package func close(_ id: String, note: String) throws -> CivilDate? {
        let standing = try standing(id)
        guard let due = standing.due else { throw ReviewRefusal.closedAlready(id) }
        let closing = ReviewClosing(item: id, due: due, closedAt: clock.now(), actor: actor, note: note)
        try store.insert(closing, ledger: [entry(.reviewClosed, id, ["due": "\(due)", "note": note])])
        try tick()
        return try self.standing(id).due
    }

    private func standing(_ id: String) throws -> Standing {
        guard let standing = try standings().first(where: { $0.item.id == id }) else {
            throw ReviewRefusal.unknown(id)
        }
        return standing
    }

    private func entry(_ kind: LedgerKind, _ subject: String, _ details: [String: String]) -> LedgerEntry {
        LedgerEntry(at: clock.now(), actor: actor, kind: kind, subject: subject, details: details)
    }
}

/// Why a review command has nothing to do.
package enum ReviewRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case unknown(String)
    case nothingToAcknowledge(String)
    case closedAlready(String)

    package var description: String {
        switch self {
        case .unknown(let id): "no review item is called \(id); see `sluice reviews list`"
        case .nothingToAcknowledge(let id): "\(id) has no open warning to acknowledge"
        case .closedAlready(let id): "\(id) was due on one date only and is closed"
        }
    }
}
