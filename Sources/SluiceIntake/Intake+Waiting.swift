import Logging
import SluiceModel
import SluiceSettings
import SluiceStore
import SluiceSystem

extension Intake {
    /// Why an authority's files must not be opened today.
    struct Obstacle {
        /// The strictest rule's name, a stable word.
        var reason: String
        var rules: [DisclosureRule]
    }

    /// What holds an authority's files today; nil when nothing does. An agreement that does not cover today holds them
    /// whatever the rules say.
    func obstacle(_ source: Source) -> Obstacle? {
        let today = today()
        let rules = settings.gate.beforeOpening(source.authority, on: today).filter { $0.effect == .hold }
        guard let reason = source.authority.agreement.lapse(on: today) ?? rules.first?.id else { return nil }
        return Obstacle(reason: reason, rules: rules)
    }

    /// Moves a file unopened to the agency's own `held/` folder, where it waits for a person.
    func hold(
        _ name: FileName, _ status: FileStatus, id: DeliveryID, from source: Source, _ obstacle: Obstacle
    ) throws {
        let incoming = try source.incoming()
        let held = try source.held()
        let folder = try held.subfolder(FileName(own: id.text), create: true, mode: 0o2750)
        try incoming.rename(name, to: folder, as: name, replace: false)
        try folder.sync()
        try incoming.sync()
        try recordHeld(id, name, status, from: source, obstacle)
    }

    private func recordHeld(
        _ id: DeliveryID, _ name: FileName, _ status: FileStatus, from source: Source, _ obstacle: Obstacle
    ) throws {
        let reason = obstacle.reason
        let delivery = waiting(.held, id, name, status, of: source, reason: reason)
        let agreement = source.authority.agreement
        let details = [
            "authority": delivery.authority.text, "reason": reason, "agreement": agreement.reference,
            "gateway": source.authority.gateway, "rules": obstacle.rules.map(\.name).joined(separator: " "),
            "because": obstacle.rules.map(\.record).joined(separator: "; "),
        ]
        try record(waiting: delivery, entry(.deliveryHeld, id.text, details))
        var lines = [
            "Sluice notice: HELD", "", "File        \(name.escapedForDisplay)", "Delivery    \(id)",
            "Reason      \(reason)", "Agreement   \(agreement.reference)", "", "The file was not opened.",
        ]
        if obstacle.rules.isEmpty { lines.append("The data-sharing agreement on file does not cover today.") }
        for rule in obstacle.rules { lines += ["", rule.agency, "(\(rule.citation))"] }
        try writeNotice(id.text, lines, in: try source.held())
        log.warning(
            "a delivery is held",
            metadata: ["delivery": "\(id)", "authority": "\(delivery.authority)", "reason": "\(reason)"])
    }

    /// Takes in what was held for a reason that no longer holds.
    package func releaseHeld() {
        for source in sources where source.unavailable == nil {
            guard obstacle(source) == nil, catalogue.plugins[source.authority.plugin] != nil else { continue }
            let filter = DeliveryFilter(authority: source.authority.id, status: .held)
            for delivery in (try? store.deliveries(filter)) ?? [] where !shouldStop() {
                do {
                    if delivery.heldFor != nil, delivery.confirmedAt == nil {
                        try awaitWord(on: delivery, of: source)
                        continue
                    }
                    try release(delivery, of: source)
                } catch {
                    logTrouble(
                        "a held delivery could not be taken in", error, authority: delivery.authority,
                        delivery: delivery.id)
                }
            }
        }
    }

    private func release(_ delivery: Delivery, of source: Source) throws {
        let idName = FileName(own: delivery.id.text)
        conditions["delivery-held.\(delivery.id)"] = nil
        guard let name = try heldName(delivery.id, of: source) else {
            try forgetHeld(delivery, of: source)
            return
        }
        let claim = try source.claimed().subfolder(idName, create: true, mode: 0o700)
        try takeBackHeld(delivery.id, to: claim, from: source)
        try finishClaim(delivery.id, name, in: claim, from: source)
    }

    /// The name of a file that waits, or was taken back already and not yet put in the journal; nil when it is gone.
    func heldName(_ id: DeliveryID, of source: Source) throws -> FileName? {
        let held = try source.held()
        let idName = FileName(own: id.text)
        if try held.status(idName)?.kind == .folder,
            let name = try held.subfolder(idName, create: false, mode: 0o750).soleEntry()
        {
            return name
        }
        return try claimFolder(id, of: source)?.soleEntry()
    }

    /// The operator or the agency removed the file: nothing waits any more.
    func forgetHeld(_ delivery: Delivery, of source: Source) throws {
        let held = try source.held()
        let idName = FileName(own: delivery.id.text)
        if try held.status(idName)?.kind == .folder { try held.removeFolder(idName) }
        try removeNotice(of: delivery.id, in: held)
        try store.remove(waiting: delivery.id)
    }

    private func removeNotice(of id: DeliveryID, in held: borrowing Folder) throws {
        let notice = FileName(own: id.text + ".notice.txt")
        if try held.status(notice) != nil { try held.remove(notice) }
    }

    /// Moves a file that waited back into its claim folder; does nothing where none waits.
    func takeBackHeld(_ id: DeliveryID, to claim: borrowing Folder, from source: Source) throws {
        let held = try source.held()
        let idName = FileName(own: id.text)
        guard let status = try held.status(idName), status.kind == .folder else { return }
        let folder = try held.subfolder(idName, create: false, mode: 0o750)
        if let name = try folder.soleEntry() {
            // An empty file may stand there to remember the name by.
            try folder.rename(name, to: claim, as: name, replace: true)
            try claim.sync()
        }
        // A crash can leave part of a copy.
        try folder.removeTemporaries()
        try held.removeFolder(idName)
        try removeNotice(of: id, in: held)
        try held.sync()
    }

    // MARK: - Stalled

    /// Tells agencies of files that never became ready, and forgets notices whose file is gone.
    func noticeStalled() {
        let now = clock.monotonicSeconds()
        for source in sources where source.unavailable == nil {
            for (name, status) in source.stalled(at: now) {
                do {
                    let reason = name.isTemporary ? "temporary-name" : "still-being-written"
                    try stall(name, status, from: source, reason: reason)
                } catch {
                    logTrouble("a notice could not be written", error, authority: source.authority.id)
                }
            }
            let filter = DeliveryFilter(authority: source.authority.id, status: .stalled)
            for delivery in (try? store.deliveries(filter)) ?? [] where fileName(of: delivery) == nil {
                try? store.remove(waiting: delivery.id)
                try? removeStallNotice(delivery.id, source)
            }
        }
    }

    /// Puts on record, once, that a file cannot be taken as it is, and tells the agency.
    func stall(_ name: FileName, _ status: FileStatus, from source: Source, reason: String) throws {
        guard try waitingID(name, of: source) == nil else { return }
        let id = DeliveryID(at: clock.now(), random: &random)
        let delivery = waiting(.stalled, id, name, status, of: source, reason: reason)
        try record(
            waiting: delivery,
            entry(.deliveryStalled, id.text, ["authority": delivery.authority.text, "reason": reason]))
        let advice =
            switch reason {
            case "folder": "This is a folder. Put the files themselves into incoming."
            case "unreadable": "Sluice may not read this file. Give its group read permission."
            case "temporary-name":
                "The name says it is still being uploaded. Rename it when it is complete, or delete it."
            default: "It keeps changing, so it is not complete. Finish the upload, or delete it and send it again."
            }
        try writeNotice(
            "\(id)-stalled",
            [
                "Sluice notice: NOT TAKEN YET", "", "Name        \(name.escapedForDisplay)", "Reason      \(reason)",
                "",
                advice,
            ],
            in: try source.receipts())
        log.warning(
            "something in a drop folder cannot be taken",
            metadata: ["delivery": "\(id)", "authority": "\(delivery.authority)", "reason": "\(reason)"])
    }

    /// The id under which a file of this name is known to be waiting; its notice goes when it is taken.
    func waitingID(_ name: FileName, of source: Source) throws -> DeliveryID? {
        let filter = DeliveryFilter(
            authority: source.authority.id, status: .stalled, nameHash: keys.nameHash(name))
        return try store.deliveries(filter).first?.id
    }

    func removeStallNotice(_ id: DeliveryID, _ source: Source) throws {
        try source.receipts().remove(FileName(own: "\(id)-stalled.notice.txt"))
    }

    private func waiting(
        _ status: DeliveryStatus, _ id: DeliveryID, _ name: FileName, _ file: FileStatus, of source: Source,
        reason: String
    ) -> Delivery {
        Delivery(
            id: id, authority: source.authority.id, plugin: source.authority.plugin, nameHash: keys.nameHash(name),
            sha256: nil, bytes: file.kind == .regular ? file.sizeBytes : 0, status: status, receivedAt: clock.now(),
            reason: reason)
    }

    private func record(waiting delivery: Delivery, _ entry: LedgerEntry) throws {
        if try store.delivery(delivery.id) != nil {
            try store.update(delivery, ledger: [entry])
        } else {
            try store.insert(delivery, ledger: [entry])
        }
    }

    /// Puts on record what stands in `held/` without a row: the crash came between the rename and the journal.
    func recoverHeld(_ source: Source) throws {
        let held = try source.held()
        for entry in try held.entries() {
            guard let text = entry.text, let id = DeliveryID(text) else { continue }
            // One that is claimed was read, and is taken up with its claim.
            if let known = try store.delivery(id), known.status != .stalled { continue }
            let folder = try held.subfolder(entry, create: false, mode: 0o750)
            guard let name = try folder.soleEntry(), let status = try folder.status(name) else {
                try held.removeFolder(entry)
                continue
            }
            try recordHeld(
                id, name, status, from: source, obstacle(source) ?? Obstacle(reason: "agreement-lapsed", rules: []))
        }
    }
}
