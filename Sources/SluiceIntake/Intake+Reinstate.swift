import Logging
package import SluiceModel
import SluiceSettings
import SluiceStore
import SluiceSystem

/// Why a delivery cannot be brought back.
package enum ReinstateRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case notReplaced(DeliveryID, DeliveryStatus, tables: [DeliveryID])
    case purged(DeliveryID, on: CivilDate)
    /// What replaced it was replaced as well.
    case replacedAgain(DeliveryID, by: DeliveryID, whichWas: DeliveryID)
    case clash(DeliveryID, with: DeliveryID, Period)

    package var description: String {
        switch self {
        case .notReplaced(let id, let status, let tables):
            "delivery \(id) is \(status.text): only one that was replaced can be brought back"
                + (tables.isEmpty
                    ? "; see `sluice deliveries list --outcome superseded`"
                    : "; of its tables these were replaced, name one of them: "
                        + tables.map(\.text).joined(separator: ", "))
        case .purged(let id, let day):
            "the records of delivery \(id) were removed on \(day); ask the agency to send the file again"
        case .replacedAgain(let id, let by, let other):
            "delivery \(id) was replaced by \(by), which was replaced by \(other) in turn; bring \(by) back first: "
                + "`sluice deliveries reinstate \(by)`"
        case .clash(let id, let other, let period):
            "delivery \(other), which stands, covers \(period), of which delivery \(id) is too; withdraw \(other) first: "
                + "`sluice deliveries withdraw \(other) --reason \"…\"`"
        }
    }
}

extension Delivery {
    fileprivate func hasMonths(of other: Delivery) -> Bool {
        guard id != other.id, let period, let others = other.period else { return id == other.id }
        return period.overlaps(others)
    }
}

extension Intake {
    /// What bringing a delivery back changed.
    package struct Reinstated: Sendable {
        /// Those that count again: the one asked for, and others that were replaced with it.
        package var broughtBack: [Delivery]
        /// What counts no longer: what had replaced them, and what else stands for their months.
        package var setAside: [Delivery]
        /// Months of these of which nothing counts any more.
        package var uncovered: [Period] = []
    }

    /// Undoes a replacement, as a whole: what a delivery had replaced counts again, and it does not.
    ///
    /// - Throws: `ReinstateRefusal`.
    package func reinstate(_ id: DeliveryID, reason: String?) throws -> Reinstated {
        guard let asked = try store.delivery(id) else { throw StoreError.deliveryMissing(id) }
        guard asked.status == .superseded, let newerID = asked.replacedBy, let newer = try store.delivery(newerID)
        else {
            let tables = try store.deliveries(DeliveryFilter(parent: id)).filter { $0.status == .superseded }
            throw ReinstateRefusal.notReplaced(id, asked.status, tables: tables.map(\.id))
        }
        if let purgedAt = asked.purgedAt { throw ReinstateRefusal.purged(id, on: settings.zone.date(at: purgedAt)) }
        if newer.status == .superseded {
            throw ReinstateRefusal.replacedAgain(id, by: newerID, whichWas: newer.replacedBy ?? newerID)
        }
        let current = try store.deliveries(DeliveryFilter(authority: asked.authority, dataset: asked.dataset))
            .filter(\.status.isCurrent)
        let isStanding = current.contains { $0.id == newerID }
        // What replaced it goes. Where it stood in for several that were brought back before, so do they; what else came
        // for these months meanwhile, and is of other months too, is not ours to take away.
        func clash(_ delivery: Delivery) -> Delivery? {
            current.first { other in
                guard other.id != newerID, other.hasMonths(of: delivery) else { return false }
                let isCovered = other.period.map { delivery.period?.contains($0) ?? false } ?? false
                return !isStanding || !isCovered
            }
        }
        if let other = clash(asked), let period = other.period {
            throw ReinstateRefusal.clash(id, with: other.id, period)
        }
        // What was replaced at once with it, and no other of the same months: one that was brought back has replaced
        // what it was replaced by, beside what it had replaced before.
        var back = [asked]
        for other in try newer.replaces.compactMap({ try store.delivery($0) })
        where other.canBeReinstated && other.supersededAt == asked.supersededAt && clash(other) == nil {
            if !back.contains(where: { $0.hasMonths(of: other) }) { back.append(other) }
        }
        back.sort { $0.id < $1.id }
        let setAside = current.filter { other in
            other.id == newerID || back.contains { $0.hasMonths(of: other) }
        }
        var done = Reinstated(broughtBack: back, setAside: setAside)
        let counted = back + current.filter { other in !setAside.contains { $0.id == other.id } }
        done.uncovered = setAside.compactMap(\.period).flatMap { $0.without(counted.compactMap(\.period)) }
        var details = ["authority": asked.authority.text, "from": newerID.text]
        if let reason { details["reason"] = reason }
        let entries =
            back.map { entry(.deliveryReinstated, $0.id.text, details) }
            + setAside.map {
                entry(.deliverySuperseded, $0.id.text, ["by": id.text, "keptDays": "\(settings.supersededDays)"])
            }
        try store.reinstate(
            back.map(\.id), replacing: setAside.map { (old: $0.id, by: id) }, at: clock.now(), ledger: entries)
        tell(of: done, reason: reason)
        return done
    }

    private func tell(of done: Reinstated, reason: String?) {
        let back = done.broughtBack
        guard let first = back.first, let source = source(first.authority) else { return }
        var lines = ["Sluice notice: BROUGHT BACK", ""]
        for delivery in back {
            lines.append(
                "Delivery \(delivery.id)" + (delivery.period.map { ", which covers \($0)," } ?? "") + " counts again.")
        }
        for delivery in done.setAside {
            lines.append(
                "Delivery \(delivery.id)" + (delivery.period.map { ", which covers \($0)," } ?? "")
                    + " no longer counts.")
        }
        if !done.uncovered.isEmpty {
            lines.append(
                "Nothing of yours counts for \(done.uncovered.map { "\($0)" }.joined(separator: ", ")) now: send those months "
                    + "again.")
        }
        if let reason { lines.append("Reason given: \(reason)") }
        lines.append("If this is wrong, tell the operator, naming the delivery.")
        do {
            try writeNotice("\(first.id)-reinstated", lines, in: try source.receipts())
        } catch {
            logTrouble("a notice could not be written", error, authority: first.authority, delivery: first.id)
        }
        log.notice(
            "a replaced delivery was brought back",
            metadata: [
                "delivery": "\(first.id)", "with": "\(back.count - 1)",
                "setAside": "\(done.setAside.map(\.id.text).joined(separator: " "))",
            ])
    }
}
