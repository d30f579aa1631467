import SluiceModel
import SluiceReview
import SluiceSettings
import SluiceStore

/// A file that a disclosure rule forbade to take is an incident at its sender: somebody exported what may not leave.
/// Its alert stays until a person closes it, `sluice reviews close incident-ID --note "…"`.
///
/// Alerts are made of what the store holds, so that a crash or a deleted file loses none.
extension Instance {
    static let incidentPrefix = "incident-"

    /// Writes the alert of every refused delivery that nobody has closed yet, and removes the others.
    package func raiseIncidents() throws {
        let folder = AlertFolder(path: settings.paths.alerts)
        let present = Set(try folder.names(prefix: Instance.incidentPrefix))
        var open: Set<String> = []
        let refused = try store.deliveries(DeliveryFilter(status: .final(.refused)))
        let ids = Set(refused.map(\.id))
        for delivery in refused {
            // The tables of a refused file are its incident; one table of a file that was taken is one of its own.
            if let parent = delivery.parent, ids.contains(parent) { continue }
            guard try !isClosed(delivery.id) else { continue }
            let name = Instance.incidentPrefix + delivery.id.text
            open.insert(name)
            if !present.contains(name) { try folder.write(try incident(delivery)) }
        }
        for name in present.subtracting(open) { try folder.remove(name) }
    }

    private func closedName(_ id: DeliveryID) -> String { "incident-closed." + id.text }

    /// The value is when it was closed, empty since it was reopened.
    private func isClosed(_ id: DeliveryID) throws -> Bool { try store.value(closedName(id))?.isEmpty == false }

    private func incident(_ delivery: Delivery) throws -> Alert {
        let authority = settings.authorities.first { $0.id == delivery.authority }
        let contacts = [authority?.governanceContact, settings.operator.governanceContact].compactMap(\.self)
        let receipt = try store.receipt(delivery.id).flatMap { try? JSON(reading: $0.json) }
        let findings = [receipt].compactMap(\.self) + (receipt?["tables"]?.items ?? [])
        let reasons = findings.flatMap { $0["findings"]?.items ?? [] }.filter { $0["severity"]?.text == "refusal" }
        let name = Instance.incidentPrefix + delivery.id.text
        let what =
            "A file from \(authority?.name ?? delivery.authority.text) held what it may not send. It was refused, and "
            + "nothing of it is kept here but its SHA-256 and this record."
        let next =
            "At the sender: delete the export and every copy of it, in outboxes, shared folders and bins; find out how "
            + "it came to be made, and judge whether it is a personal data breach (UK GDPR Art. 33: within 72 hours). "
            + "Then close this with: sluice reviews close \(name) --note \"…\""
        var lines = [
            "Sluice incident: A FILE THAT MAY NOT BE TAKEN", "", what, "", "Delivery    \(delivery.id)",
            "From        \(delivery.authority)", "Received    \(delivery.receivedAt)",
            "SHA-256     \(delivery.sha256 ?? "-")", "For         " + contacts.joined(separator: "; "), "", "Why",
        ]
        lines += reasons.map { "  [\($0["rule"]?.text ?? "")] \($0["message"]?.text ?? "")" }
        lines += ["", "What to do", "  " + next]
        return Alert(
            name: name,
            json: .members([
                "alert": .string(name), "kind": "incident", "delivery": .string(delivery.id.text),
                "authority": .string(delivery.authority.text), "receivedAt": .string("\(delivery.receivedAt)"),
                "sha256": .optional(delivery.sha256), "contacts": .strings(contacts), "what": .string(what),
                "next": .string(next),
                "reasons": .array(
                    reasons.map {
                        .members([
                            "rule": .string($0["rule"]?.text ?? ""), "message": .string($0["message"]?.text ?? ""),
                        ])
                    }),
            ]),
            text: lines.joined(separator: "\n") + "\n")
    }

    /// The refused delivery that an incident is called after; nil when `name` is none's.
    private func refusedDelivery(_ name: String) throws -> DeliveryID? {
        guard name.hasPrefix(Instance.incidentPrefix),
            let id = DeliveryID(String(name.dropFirst(Instance.incidentPrefix.count))),
            let delivery = try store.delivery(id), delivery.status == .final(.refused)
        else { return nil }
        return id
    }

    /// Closes an incident; nil when `name` is none.
    func closeIncident(_ name: String, note: String, actor: String) throws -> CommandResult? {
        guard let id = try refusedDelivery(name) else { return nil }
        if let closedAt = try store.value(closedName(id)), !closedAt.isEmpty {
            return .no("\(name) was closed at \(closedAt); to undo that: sluice reviews reopen \(name) --note \"…\"")
        }
        try store.append([
            LedgerEntry(at: clock.now(), actor: actor, kind: .reviewClosed, subject: name, details: ["note": note])
        ])
        try store.setValue(closedName(id), "\(clock.now())")
        try raiseIncidents()
        return CommandResult(exit: .done, json: .members(["review": .string(name)]), text: "\(name): closed")
    }

    /// Undoes the closing of an incident; nil when `name` is none.
    func reopenIncident(_ name: String, note: String, actor: String) throws -> CommandResult? {
        guard let id = try refusedDelivery(name) else { return nil }
        guard try isClosed(id) else { return .no("\(name) is open; there is no closing to undo") }
        try store.append([
            LedgerEntry(at: clock.now(), actor: actor, kind: .reviewReopened, subject: name, details: ["note": note])
        ])
        try store.setValue(closedName(id), "")
        try raiseIncidents()
        return CommandResult(exit: .done, json: .members(["review": .string(name)]), text: "\(name): open again")
    }
}
