import Logging
package import SluiceModel
import SluiceSettings
import SluiceStore
import SluiceSystem

extension Ruling {
    /// Of a held delivery that nobody confirmed in time.
    fileprivate init(unconfirmed delivery: Delivery) {
        self.init(outcome: .rejected, reason: Intake.notConfirmed)
        guard let figures = delivery.heldFigures else { return }
        findings = [
            Hold.finding(delivery.reason ?? "", "Nobody confirmed in time that the file is right. " + figures)
        ]
    }

    /// Of a held delivery that the operator rejected.
    fileprivate init(rejected delivery: Delivery, because why: String) {
        self.init(outcome: .rejected, reason: Intake.rejectedByOperator)
        word = why
        findings = [
            Hold.finding(
                delivery.reason ?? "",
                "The operator rejected the file. Reason given: \(why)"
                    + (delivery.heldFigures.map { " (" + $0 + ")" } ?? ""))
        ]
    }
}

extension Hold {
    /// What the figures are about, for the agency.
    fileprivate var opening: String {
        switch reason {
        case Hold.unusual: "The file was read and is unlike what you usually send:"
        case Hold.replacesNewer: "The file was read. If it were taken, it would take the place of a later one:"
        default: "The file was read. If it were taken, it would take away much more than it brings:"
        }
    }

    /// That it was not taken for want of a word.
    static func finding(_ reason: String, _ message: String) -> Finding {
        reason == unusual
            ? Finding(rule: FindingRule.usual, code: .suddenChange, severity: .fatal, message: message)
            : Finding(rule: FindingRule.period, code: .replacesFigures, severity: .fatal, message: message)
    }
}

/// Deliveries that were read and wait for a person's word: what they would do is told to both sides, with figures, and
/// until somebody confirms, what stands goes on standing.
extension Intake {
    /// Moves a claimed file to the agency's `held/` folder and says there what would happen, and how to let it.
    ///
    /// The bytes go first: a crash before the journal knows leaves a claim, whose file is taken back from `held/`.
    func holdForWord(_ delivery: Delivery, _ hold: Hold, from source: Source) throws {
        let held = try source.held()
        let idName = FileName(own: delivery.id.text)
        let folder = try held.subfolder(idName, create: true, mode: 0o2750)
        var name = try folder.soleEntry()
        if let claim = try claimFolder(delivery.id, of: source), let original = try claim.soleEntry() {
            if let status = try claim.status(original), status.sizeBytes == delivery.bytes {
                try claim.rename(original, to: folder, as: original, replace: true)
            } else {
                // `ingest` left the name only: the bytes are in the private copy.
                try copyFromSpool(delivery.id, to: folder, as: original)
                try claim.remove(original)
            }
            name = original
        }
        try folder.sync()
        try held.sync()
        var waiting = delivery
        waiting.status = .held
        waiting.reason = hold.reason
        waiting.heldFor = hold.key
        waiting.heldFigures = hold.figures.joined(separator: " ")
        // The time goes on where a crash made it be read once more.
        if delivery.heldFor != hold.key || delivery.heldAt == nil { waiting.heldAt = clock.now() }
        waiting.confirmedAt = nil
        let details = [
            "authority": delivery.authority.text, "reason": hold.reason, "figures": hold.figures.joined(separator: " "),
            "agreement": source.authority.agreement.reference, "gateway": source.authority.gateway,
        ]
        // The notice too, so that no crash leaves a delivery waiting of which its agency was not told.
        try writeNotice(
            delivery.id.text, noticeLines(waiting, hold, name: name?.escapedForDisplay), in: held)
        try store.update(waiting, ledger: [entry(.deliveryHeld, delivery.id.text, details)])
        raiseAlert(on: waiting)
        try removeSpool(delivery.id)
        try source.claimed().removeFolder(idName)
        log.warning(
            "a delivery waits to be confirmed",
            metadata: [
                "delivery": "\(delivery.id)", "authority": "\(delivery.authority)", "reason": "\(hold.reason)",
            ])
    }

    private func copyFromSpool(_ id: DeliveryID, to folder: borrowing Folder, as name: FileName) throws {
        let spooled = try Folder(path: spoolPath).openForReading(FileName(own: id.text))
        let temporary = FileName(own: Folder.temporaryPrefix + "copy")
        if try folder.status(temporary) != nil { try folder.remove(temporary) }
        let copy = try folder.createFile(temporary, mode: 0o640)
        _ = try spooled.copy(to: copy, limitBytes: settings.intake.fileLimitBytes, onStep: onAlive) { _ in }
        try copy.sync()
        try folder.rename(temporary, as: name, replace: true)
    }

    private func noticeLines(_ delivery: Delivery, _ hold: Hold, name: String?) -> [String] {
        let id = delivery.id
        let until = lastDay(of: delivery)
        return [
            "Sluice notice: HELD UNTIL YOU CONFIRM", "",
            "File        \(name ?? "(the name is no longer known)")", "Delivery    \(id)",
        ] + (hold.period.map { ["Covers      \($0)"] } ?? []) + [
            "Reason      \(hold.reason)", "",
            hold.opening,
        ] + hold.figures.map { "  " + $0 } + [
            "", "Nothing has changed: the earlier deliveries stand.", "",
            "If the file is wrong, you do not need to do anything with it: send the right one.",
            "If it is right, put an empty file with this name into incoming:", "",
            "  \(ConfirmingName.prefix)\(id).txt", "",
            "Or ask the operator, naming the delivery. If nobody confirms by \(until), the file is rejected.",
        ]
    }

    /// The last day on which a held delivery can be confirmed, to its end.
    private func lastDay(of delivery: Delivery) -> CivilDate {
        settings.zone.date(at: delivery.heldAt ?? delivery.receivedAt).adding(days: settings.intake.confirmDays)
    }

    // MARK: - The word

    /// Takes an agency's word for one of its own deliveries: an empty file of the name that its notice states.
    func confirm(_ id: DeliveryID, by name: FileName, from source: Source) throws {
        let known = try store.delivery(id)
        let incoming = try source.incoming()
        if let known, known.authority == source.authority.id, known.status == .claimed {
            // It is not decided yet, and may come to wait for this word.
            source.postpone(name, until: clock.monotonicSeconds() + 60)
            return
        }
        guard let known, known.authority == source.authority.id, known.status == .held, known.heldFor != nil else {
            try writeNotice(
                "\(id)-nothing-to-confirm",
                [
                    "Sluice notice: NOTHING TO CONFIRM", "", "Name        \(name.escapedForDisplay)", "",
                    "No delivery of yours with this number waits to be confirmed. It may have been confirmed already,",
                    "or rejected because nobody did in time: see the receipts. Otherwise compare the number with the",
                    "notice in the folder held.",
                ], in: try source.receipts())
            try incoming.remove(name)
            source.forget(name)
            return
        }
        if known.confirmedAt == nil { try confirm(known, by: "agency") }
        // The word is on record: now the file may go.
        try incoming.remove(name)
        source.forget(name)
        wordsWereGiven = true
    }

    /// Takes a word for a held delivery, which is then taken in at the next look.
    package func confirm(_ delivery: Delivery, by who: String) throws {
        let details = [
            "authority": delivery.authority.text, "by": who, "what": delivery.heldFor ?? "",
        ]
        try store.confirm(
            delivery.id, at: clock.now(), ledger: [entry(.deliveryConfirmed, delivery.id.text, details)])
        log.notice(
            "a held delivery was confirmed",
            metadata: ["delivery": "\(delivery.id)", "authority": "\(delivery.authority)", "by": "\(who)"])
    }

    static let notConfirmed = "not-confirmed"
    static let rejectedByOperator = "rejected-by-operator"

    /// Looks after a delivery that nobody has confirmed yet: raises the operator's alert, and rejects it when its time is
    /// over.
    func awaitWord(on delivery: Delivery, of source: Source) throws {
        guard try heldName(delivery.id, of: source) != nil else { return try forgetHeld(delivery, of: source) }
        let today = settings.zone.date(at: clock.now())
        guard try today <= lastDay(of: delivery) || hasWordInIncoming(delivery.id, source) else {
            let claim = try source.claimed().subfolder(FileName(own: delivery.id.text), create: true, mode: 0o700)
            try takeBackHeld(delivery.id, to: claim, from: source)
            try decide(delivery, from: source) { _ in Ruling(unconfirmed: delivery) }
            return
        }
        raiseAlert(on: delivery)
    }

    /// Rejects a held delivery at the operator's word.
    ///
    /// - Returns: false when its file is no longer in the folder held.
    package func reject(_ delivery: Delivery, because why: String) throws -> Bool {
        guard let source = source(delivery.authority), source.unavailable == nil else { return false }
        guard try heldName(delivery.id, of: source) != nil else {
            try forgetHeld(delivery, of: source)
            return false
        }
        conditions["delivery-held.\(delivery.id)"] = nil
        let claim = try source.claimed().subfolder(FileName(own: delivery.id.text), create: true, mode: 0o700)
        try takeBackHeld(delivery.id, to: claim, from: source)
        try decide(delivery, from: source) { _ in Ruling(rejected: delivery, because: why) }
        return true
    }

    /// Whether a word for the delivery came that was not looked at yet, say because the daemon was down.
    private func hasWordInIncoming(_ id: DeliveryID, _ source: Source) throws -> Bool {
        try source.incoming().entries().contains { $0.text.map { ConfirmingName.delivery($0) == id } ?? false }
    }

    private func raiseAlert(on delivery: Delivery) {
        conditions["delivery-held.\(delivery.id)"] =
            "Delivery \(delivery.id) of \(delivery.authority) waits to be confirmed (\(delivery.reason ?? "")). "
            + "\(delivery.heldFigures ?? "") The agency confirms it from its folder, or you with "
            + "`sluice deliveries confirm \(delivery.id)`; until then what stood before still stands. "
            + "If nobody confirms by \(lastDay(of: delivery)), it is rejected."
    }
}
