import Logging
package import SluiceModel
import SluiceSettings
import SluiceStore
import SluiceSystem

extension Intake {
    /// Writes every receipt that is on record but not yet in its agency's folder, then removes what it was about.
    ///
    /// In this order, so that a crash anywhere repeats a step and never skips one: receipt durable, original removed,
    /// spool copy removed, noted in the store.
    package func flushReceipts() {
        let pending: [PendingReceipt]
        do {
            pending = try store.pendingReceipts()
        } catch {
            log.error("receipts cannot be read from the store", metadata: ["error": "\(error)"])
            return
        }
        // The name that a table's receipt needs goes with its file's original, and so after all of them.
        var waiting: Set<DeliveryID> = []
        for receipt in pending where !waiting.contains(receipt.delivery) {
            guard let source = source(receipt.authority) else { continue }
            do {
                try write(receipt, to: source)
            } catch {
                if let parent = try? store.delivery(receipt.delivery)?.parent { waiting.insert(parent) }
                conditions["receipts-waiting." + receipt.authority.text] = "\(error)"
                logTrouble(
                    "a receipt could not be written and will be tried again", error, authority: receipt.authority,
                    delivery: receipt.delivery)
            }
        }
    }

    private func write(_ receipt: PendingReceipt, to source: Source) throws {
        let id = receipt.delivery
        let receipts = try source.receipts()
        let jsonName = FileName(own: receipt.baseName + ".json")
        if let parent = try store.delivery(id)?.parent {
            let name = try claimFolder(parent, of: source)?.soleEntry()
            if try name != nil || receipts.status(jsonName) == nil {
                try writeBoth(receipt, name: name?.escapedForDisplay, in: receipts)
            }
            try store.receiptWritten(id)
            return
        }
        if let folder = try claimFolder(id, of: source), let name = try folder.soleEntry() {
            try writeBoth(receipt, name: name.escapedForDisplay, in: receipts)
            try removeOriginal(name, receipt, from: folder, of: source)
        } else if try receipts.status(jsonName) == nil {
            // The name went with the original; only a restore or a hand in the folders can bring this about.
            try writeBoth(receipt, name: nil, in: receipts)
        }
        // Giving a large file's blocks back takes a while. Should a crash come between, the next start removes it.
        let spool = spoolPath
        let removal = SideWork { Intake.removeSpool(id, in: spool) }
        try store.receiptWritten(id)
        if let error = removal.value() { throw error }
    }

    private func writeBoth(_ receipt: PendingReceipt, name: String?, in receipts: borrowing Folder) throws {
        let named = receipt.named(name)
        try receipts.writeAtomically(FileName(own: receipt.baseName + ".txt"), Array(named.text.utf8), mode: 0o640)
        try receipts.writeAtomically(FileName(own: receipt.baseName + ".json"), Array(named.json.utf8), mode: 0o640)
    }

    /// Removes a claimed original, or hands it back as a new file when somebody wrote to it after the claim.
    private func removeOriginal(
        _ name: FileName, _ receipt: PendingReceipt, from folder: borrowing Folder, of source: Source
    ) throws {
        let claimed = try source.claimed()
        let folderName = FileName(own: receipt.delivery.text)
        guard let delivery = try store.delivery(receipt.delivery) else { return }
        if try wasWrittenTo(name, delivery, in: folder, of: claimed) {
            try folder.rename(name, to: try source.incoming(), as: name, replace: false)
        } else if settings.intake.returnOriginals, delivery.status != .final(.quarantined) {
            try folder.rename(
                name, to: try source.receipts(), as: FileName(own: receipt.delivery.text + ".original"), replace: true)
        } else {
            try folder.remove(name)
        }
        try claimed.removeFolder(folderName)
        try claimed.sync()
    }

    /// A change of size tells at once. A later time alone may be a client that sets the time after writing, so the
    /// bytes decide.
    private func wasWrittenTo(
        _ name: FileName, _ delivery: Delivery, in folder: borrowing Folder, of claimed: borrowing Folder
    ) throws -> Bool {
        guard let sha256 = delivery.sha256, let status = try folder.status(name), status.kind == .regular,
            let folderStatus = try claimed.status(FileName(own: delivery.id.text))
        else { return false }
        if status.sizeBytes != delivery.bytes { return status.sizeBytes != 0 }
        guard status.modifiedNanoseconds > folderStatus.modifiedNanoseconds else { return false }
        return try folder.openForReading(name).sha256() != sha256
    }

    /// A notice for the agency, in its own folder: what waits or was taken back, and why.
    func writeNotice(_ base: String, _ lines: [String], in folder: borrowing Folder) throws(SystemError) {
        let text = lines.joined(separator: "\n") + "\n"
        try folder.writeAtomically(FileName(own: base + ".notice.txt"), Array(text.utf8), mode: 0o640)
    }

    // MARK: - Taking back

    /// Takes an accepted delivery back, with those of its tables that stand: its records are purged and the agency is
    /// told.
    ///
    /// - Returns: the releases its records went into.
    package func withdraw(_ id: DeliveryID, reason: String) throws -> [ReleaseRecord] {
        let tables = try store.deliveries(DeliveryFilter(parent: id)).filter {
            $0.status.isCurrent || $0.canBeReinstated
        }
        var details = ["reason": reason]
        if !tables.isEmpty { details["tables"] = "\(tables.count)" }
        let entries =
            tables.map { entry(.deliveryWithdrawn, $0.id.text, ["reason": reason, "parent": id.text]) }
            + [entry(.deliveryWithdrawn, id.text, details)]
        let releases = try store.withdraw(id, at: clock.now(), ledger: entries)
        if let delivery = try store.delivery(id), let source = source(delivery.authority) {
            try writeNotice(
                "\(id)-withdrawn",
                [
                    "Sluice notice: WITHDRAWN", "", "Delivery \(id) was taken back on \(clock.now().date).",
                    "Its records have been removed. Reason given: \(reason)",
                ] + tables.map { "Table \($0.table?.title ?? "") was delivery \($0.id)." },
                in: try source.receipts())
        }
        log.notice(
            "a delivery was withdrawn", metadata: ["delivery": "\(id)", "releases": "\(releases.count)"])
        return releases
    }

    // MARK: - Names

    /// The file's name, from the agency's own folders: the claim, what is held, or the receipt. Nil once those are
    /// gone. The store has never known it.
    package func fileName(of delivery: Delivery) -> String? {
        guard let source = source(delivery.authority) else { return nil }
        if let parent = delivery.parent { return (try? store.delivery(parent)).flatMap { fileName(of: $0) } }
        if let folder = try? claimFolder(delivery.id, of: source), let name = try? folder.soleEntry() {
            return name.escapedForDisplay
        }
        switch delivery.status {
        case .held:
            guard let held = try? source.held(),
                let folder = try? held.subfolder(FileName(own: delivery.id.text), create: false, mode: 0o750)
            else { return nil }
            return (try? folder.soleEntry())?.escapedForDisplay
        case .stalled:
            guard let incoming = try? source.incoming(), let names = try? incoming.entries() else { return nil }
            return names.first { keys.nameHash($0) == delivery.nameHash }?.escapedForDisplay
        default:
            guard let outcome = delivery.outcomeAtArrival else { return nil }
            let path = source.path + "/receipts/\(delivery.id)-\(outcome.rawValue).receipt.json"
            guard let bytes = try? readSmallFile(path), let receipt = try? JSON(reading: bytes) else { return nil }
            return receipt["file"]?.text
        }
    }
}
