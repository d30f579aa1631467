/// How far a source has delivered one month.
package enum MonthCoverage: String, CaseIterable, Sendable {
    /// A delivery that stands covers it and came after the month had ended.
    case complete
    /// What stands of it came before the month had ended.
    case part
    /// No delivery that stands covers it.
    case missing
    /// It was delivered, and a disclosure rule keeps it out of the release.
    case leftOut = "left-out"
}

/// Who may send events of one kind: an authority by one of its datasets.
package struct EventSource: Hashable, Sendable {
    package var authority: AuthorityID
    package var dataset: String
    package var eventKind: String
    /// Codes of the dimension `area`, of any level, that its records are about; empty where nothing is said.
    package var areas: [String]

    package init(authority: AuthorityID, dataset: String, eventKind: String, areas: [String] = []) {
        self.authority = authority
        self.dataset = dataset
        self.eventKind = eventKind
        self.areas = areas
    }
}

/// A source that a release does not wait for: an item of `notExpected`.
package struct NotExpected: Hashable, Sendable {
    package var authority: AuthorityID
    /// Nil for all its datasets.
    package var dataset: String?
    /// Nil where open.
    package var from: CivilMonth?
    package var to: CivilMonth?
    /// Why, in the spec's words.
    package var because: String?

    package init(
        authority: AuthorityID, dataset: String? = nil, from: CivilMonth? = nil, to: CivilMonth? = nil,
        because: String? = nil
    ) {
        self.authority = authority
        self.dataset = dataset
        self.from = from
        self.to = to
        self.because = because
    }

    package func covers(_ source: EventSource, _ month: CivilMonth) -> Bool {
        authority == source.authority && (dataset == nil || dataset == source.dataset)
            && (from.map { $0.index <= month.index } ?? true) && (to.map { month.index <= $0.index } ?? true)
    }
}
