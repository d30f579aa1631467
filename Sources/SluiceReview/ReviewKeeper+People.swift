package import SluiceModel
import SluiceStore

extension ReviewKeeper {
    /// Acknowledges an item's current warning: its alert goes, the next step will come.
    ///
    /// - Throws: `ReviewRefusal` when there is no such item or no warning to acknowledge.
    package func acknowledge(_ id: String) throws {
        _ = try standing(id)
        let open = try store.occurrences(item: id).filter(\.isOpen)
        guard !open.isEmpty else { throw ReviewRefusal.nothingToAcknowledge(id) }
        for occurrence in open {
            let entry = entry(.reviewAcknowledged, id, ["due": "\(occurrence.due)", "step": "\(occurrence.step)"])
            try store.setState(.acknowledged, ofOccurrence: occurrence.key, ledger: [entry])
        }
        try alerts.remove(alertName(id))
    }

    /// Notes that an item was done; the next due date follows from its schedule.
    ///
    /// Two people who close the same item close one date of it. So the date has to be named where closing without it
    /// could mean another: before the item's first warning, and within a day of the last closing.
    ///
    /// - Parameter named: The date that is closed; nil for the one that is due.
    /// - Returns: the date it is due next, nil when never again.
    /// - Throws: `ReviewRefusal`.
    @discardableResult
    package func close(_ id: String, due named: CivilDate? = nil, note: String) throws -> CivilDate? {
        guard note.contains(where: { !$0.isWhitespace }) else { throw ReviewRefusal.noteEmpty }
        let standing = try standing(id)
        if case .agreement(let authority, let lastDay) = standing.item.schedule {
            throw ReviewRefusal.followsAgreement(id, authority: authority, lastDay: lastDay)
        }
        let closed = try closings(of: id).filter { $0.reopenedAt == nil }
        if let named, named != standing.due, let earlier = closed.last(where: { $0.due == named }) {
            throw ReviewRefusal.closed(earlier, next: standing.due)
        }
        guard let due = standing.due else {
            // An item that is due on one date is done when that is closed.
            throw closed.last.map { ReviewRefusal.closed($0, next: nil) } ?? .unknown(id)
        }
        if let named {
            guard named == due else { throw ReviewRefusal.notTheDate(id, named: named, due: due) }
        } else if let last = closed.last, standing.state == .ok || isRecent(last.closedAt) {
            throw ReviewRefusal.closed(last, next: due)
        } else if standing.state == .ok {
            throw ReviewRefusal.early(id, due: due)
        }
        let closing = ReviewClosing(item: id, due: due, closedAt: clock.now(), actor: actor, note: note)
        try store.insert(closing, ledger: [entry(.reviewClosed, id, ["due": "\(due)", "note": note])])
        try tick()
        return try self.standing(id).due
    }

    /// Undoes the last closing of an item: it is due again as it was, and so is its warning.
    ///
    /// - Parameter named: The date whose closing is undone; nil for that of the last one.
    /// - Returns: the closing that no longer counts.
    /// - Throws: `ReviewRefusal`.
    @discardableResult
    package func reopen(_ id: String, due named: CivilDate? = nil, note: String) throws -> ReviewClosing {
        guard note.contains(where: { !$0.isWhitespace }) else { throw ReviewRefusal.noteEmpty }
        _ = try standing(id)
        let all = try closings(of: id)
        guard let last = all.last(where: { $0.reopenedAt == nil }) else { throw ReviewRefusal.nothingToReopen(id) }
        if let named {
            guard named == last.due else { throw ReviewRefusal.notTheLast(last, named: named) }
        } else if let reopenedAt = all.compactMap(\.reopenedAt).max(), reopenedAt > last.closedAt,
            isRecent(reopenedAt)
        {
            // Somebody has just undone a later one: this would be another date.
            throw ReviewRefusal.reopened(last, at: reopenedAt)
        }
        let details = ["due": "\(last.due)", "closedAt": "\(last.closedAt)", "note": note]
        try store.reopen(
            item: id, due: last.due, at: clock.now(), ledger: [entry(.reviewReopened, id, details)])
        try tick()
        return last
    }

    private func closings(of id: String) throws -> [ReviewClosing] { try store.closings().filter { $0.item == id } }

    /// Whether somebody else may still act on what was true before.
    private func isRecent(_ instant: Instant) -> Bool {
        clock.now().secondsSince1970 - instant.secondsSince1970 < 86_400
    }

    private func standing(_ id: String) throws -> Standing {
        guard let standing = try standings().first(where: { $0.item.id == id }) else {
            throw ReviewRefusal.unknown(id)
        }
        return standing
    }
}

/// Why a review command has nothing to do.
package enum ReviewRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case unknown(String)
    case noteEmpty
    case nothingToAcknowledge(String)
    /// Of an item that was closed, with the date it is due next.
    case closed(ReviewClosing, next: CivilDate?)
    /// No warning has come yet, and nobody ever closed it.
    case early(String, due: CivilDate)
    case notTheDate(String, named: CivilDate, due: CivilDate)
    case followsAgreement(String, authority: AuthorityID, lastDay: CivilDate)
    case nothingToReopen(String)
    case notTheLast(ReviewClosing, named: CivilDate)
    case reopened(ReviewClosing, at: Instant)

    package var description: String {
        switch self {
        case .unknown(let id): "no review item is called \(id); see `sluice reviews list`"
        case .noteEmpty: "a note must say something: it stays in the ledger"
        case .nothingToAcknowledge(let id): "\(id) has no open warning to acknowledge"
        case .closed(let last, let next?):
            "\(last.item) was closed at \(last.closedAt) by \(last.actor), for \(last.due); it is due next on "
                + "\(next). To close that date too, name it: sluice reviews close \(last.item) --due \(next) "
                + "--note \"…\""
        case .closed(let last, nil):
            "\(last.item) was closed at \(last.closedAt) by \(last.actor), for \(last.due), and is not due again. To "
                + "undo that: sluice reviews reopen \(last.item) --note \"…\""
        case .early(let id, let due):
            "\(id) is due on \(due) and has had no warning yet. To close that date early, name it: sluice reviews "
                + "close \(id) --due \(due) --note \"…\""
        case .notTheDate(let id, let named, let due): "\(id) is due next on \(due), not on \(named); close that date"
        case .followsAgreement(let id, let authority, let lastDay):
            "\(id) cannot be closed while the agreement ends on \(lastDay): files that come later wait unopened. Change "
                + "`validTo` in authorities/\(authority).yaml once it is renewed, then reload the settings; its "
                + "warnings follow. To stop this step only: sluice reviews ack \(id)"
        case .nothingToReopen(let id): "\(id) is not closed; there is nothing to undo"
        case .notTheLast(let last, let named):
            "\(last.item) was last closed for \(last.due), not for \(named); name that date, or leave --due out"
        case .reopened(let last, let at):
            "\(last.item) was reopened at \(at). To undo also what closed it for \(last.due), name that date: sluice "
                + "reviews reopen \(last.item) --due \(last.due) --note \"…\""
        }
    }
}
