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

extension Intake {
    /// What bringing a delivery back changed.
    package struct Reinstated: Sendable {
        /// Those that count again: the one asked for, and others that the same delivery had replaced.
        package var broughtBack: [Delivery]
        /// What had replaced them and counts no longer.
        package var replaced: Delivery?
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
        let isStanding = if case .final(let outcome) = newer.status { outcome.isAccepted } else { false }
        var back = try newer.replaces.compactMap { try store.delivery($0) }.filter(\.canBeReinstated)
        if !isStanding {
            // Others may have come for these months meanwhile.
            let current = try store.deliveries(DeliveryFilter(authority: asked.authority, dataset: asked.dataset))
                .filter { if case .final(let outcome) = $0.status { outcome.isAccepted } else { false } }
            func clash(_ delivery: Delivery) -> Delivery? {
                guard let period = delivery.period else { return nil }
                return current.first { $0.period?.overlaps(period) ?? false }
            }
            if let other = clash(asked) { throw ReinstateRefusal.clash(id, with: other.id, other.period!) }
            back.removeAll { clash($0) != nil }
        }
        var details = ["authority": asked.authority.text, "from": newerID.text]
        if let reason { details["reason"] = reason }
        var entries = back.map { entry(.deliveryReinstated, $0.id.text, details) }
        if isStanding {
            entries.append(
                entry(
                    .deliverySuperseded, newerID.text, ["by": id.text, "keptDays": "\(settings.supersededDays)"]))
        }
        try store.reinstate(
            back.map(\.id), replacing: isStanding ? [(old: newerID, by: id)] : [], at: clock.now(), ledger: entries)
        tell(of: back, instead: isStanding ? newer : nil, reason: reason)
        return Reinstated(broughtBack: back, replaced: isStanding ? newer : nil)
    }

    private func tell(of back: [Delivery], instead newer: Delivery?, reason: String?) {
        guard let first = back.first, let source = source(first.authority) else { return }
        var lines = ["Sluice notice: BROUGHT BACK", ""]
        for delivery in back {
            lines.append(
                "Delivery \(delivery.id)" + (delivery.period.map { ", which covers \($0)," } ?? "") + " counts again.")
        }
        if let newer {
            lines.append(
                "Delivery \(newer.id), which had replaced \(back.count == 1 ? "it" : "them"), no longer counts.")
        }
        if let reason { lines.append("Reason given: \(reason)") }
        do {
            try writeNotice("\(first.id)-reinstated", lines, in: try source.receipts())
        } catch {
            logTrouble("a notice could not be written", error, authority: first.authority, delivery: first.id)
        }
        log.notice(
            "a replaced delivery was brought back",
            metadata: ["delivery": "\(first.id)", "with": "\(back.count - 1)", "replaced": "\(newer?.id.text ?? "")"])
    }
}
