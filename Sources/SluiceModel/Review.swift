/// One item of the register: something that must be looked at again by a date.
package struct ReviewItem: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case strategy
        case needsAssessment = "needs-assessment"
        case agreement
        case impactAssessment = "impact-assessment"
        case retention
        case expectedDelivery = "expected-delivery"
        case other
    }

    /// When it is due.
    package enum Schedule: Hashable, Sendable {
        /// On one date; done when closed.
        case once(CivilDate)
        /// On a date and every so many months after it, on that day of the month or the month's last.
        case every(months: Int, first: CivilDate)
        /// When an agreement ends. Nobody closes it: it moves with the date in the authority's settings.
        case agreement(authority: AuthorityID, lastDay: CivilDate)
        /// `graceDays` after the end of each period of `unit`, unless a delivery that covers the period was accepted.
        case delivery(authority: AuthorityID, dataset: String, unit: PeriodUnit, first: CivilMonth, graceDays: Int)
    }

    package var id: String
    package var kind: Kind
    package var title: String
    package var owner: String
    package var schedule: Schedule
    /// Days before the due date at which to warn, descending; while overdue a warning follows every week.
    package var warningDays: [Int]
    /// The law or agreement it comes from.
    package var source: String

    package static let defaultWarningDays = [90, 30, 14, 7, 1, 0]

    package init(
        id: String, kind: Kind, title: String, owner: String, schedule: Schedule,
        warningDays: [Int] = ReviewItem.defaultWarningDays, source: String = ""
    ) {
        self.id = id
        self.kind = kind
        self.title = title
        self.owner = owner
        self.schedule = schedule
        self.warningDays = warningDays
        self.source = source
    }
}

/// One warning: made once for an item, a due date and a step of the ladder, whatever happens to the process.
package struct ReviewOccurrence: Hashable, Sendable {
    package enum State: String, CaseIterable, Sendable {
        /// On record, not yet written out.
        case pending
        /// Written to the alerts folder.
        case raised
        /// Stays so, also when the item is closed.
        case acknowledged
        /// A later step came, the item was closed or left the register, or its date changed.
        case resolved
    }

    /// Item, due date and step: `strategy/2026-12-01/30`, overdue weeks count down from −7.
    package var key: String
    package var item: String
    package var due: CivilDate
    /// Days before the due date; negative while overdue.
    package var step: Int
    package var state: State
    package var createdAt: Instant

    package init(
        key: String, item: String, due: CivilDate, step: Int, state: State, createdAt: Instant
    ) {
        self.key = key
        self.item = item
        self.due = due
        self.step = step
        self.state = state
        self.createdAt = createdAt
    }
}

/// That an item was done: the due date it closes, who and when.
package struct ReviewClosing: Hashable, Sendable {
    package var item: String
    package var due: CivilDate
    package var closedAt: Instant
    package var actor: String
    package var note: String
    /// When it was undone; it does not count since then.
    package var reopenedAt: Instant?

    package init(
        item: String, due: CivilDate, closedAt: Instant, actor: String, note: String, reopenedAt: Instant? = nil
    ) {
        self.item = item
        self.due = due
        self.closedAt = closedAt
        self.actor = actor
        self.note = note
        self.reopenedAt = reopenedAt
    }
}
