import Logging
import SluiceModel
import SluiceSettings
import SluiceStore
import SluiceSystem

extension Intake {
    /// Finishes what a stop or a crash left: claims without a row, rows without an outcome, receipts not written,
    /// spool copies of nothing.
    ///
    /// Trouble with one claim is logged and leaves it for the next start; it keeps nothing else from being finished.
    package func recover() {
        claimsRetryAfter = clock.monotonicSeconds() + 60
        for source in sources {
            do {
                try recoverClaims(source)
                try recoverHeld(source)
            } catch {
                logTrouble("a source could not be recovered", error, authority: source.authority.id)
            }
        }
        flushReceipts()
        do {
            try recoverIngested()
            try sweepSpool()
        } catch {
            log.error("the spool could not be recovered", metadata: ["error": "\(error)"])
        }
    }

    /// Takes up claims that could not be finished when they were made, for want of room or of a worker, now and then.
    func retryClaims() {
        let now = clock.monotonicSeconds()
        guard now >= claimsRetryAfter else { return }
        claimsRetryAfter = now + 60
        let open = try? store.deliveries(DeliveryFilter(status: .claimed))
        guard hasOrphans() || open?.isEmpty == false else { return }
        recover()
    }

    /// Claims of the last run, oldest first.
    private func recoverClaims(_ source: Source) throws {
        let claimed = try source.claimed()
        for entry in try claimed.entries().sorted(by: { $0.bytes.lexicographicallyPrecedes($1.bytes) }) {
            guard !shouldStop(), let text = entry.text, let id = DeliveryID(text) else { continue }
            do {
                try recoverClaim(id, entry, in: claimed, of: source)
            } catch is Interrupted {
                return
            } catch {
                logTrouble("a claim could not be finished yet", error, authority: source.authority.id, delivery: id)
            }
        }
    }

    private func recoverClaim(
        _ id: DeliveryID, _ entry: FileName, in claimed: borrowing Folder, of source: Source
    ) throws {
        let folder = try claimed.subfolder(entry, create: false, mode: 0o700)
        let delivery = try store.delivery(id)
        if delivery?.status == .claimed { try takeBackHeld(id, to: folder, from: source) }
        guard let name = try folder.soleEntry() else {
            // The crash came before the rename, or after the original was removed.
            if delivery?.status != .claimed { try claimed.removeFolder(entry) }
            if let delivery, delivery.status == .claimed { try resume(delivery, from: source) }
            return
        }
        guard let delivery else {
            try finishClaim(id, name, in: folder, from: source)
            return
        }
        switch delivery.status {
        case .claimed: try resume(delivery, from: source, original: try? folder.openForReading(name))
        case .held, .stalled: try finishClaim(id, name, in: folder, from: source)
        case .final, .superseded, .withdrawn, .purged:
            // Its receipt is pending and takes the original with it; or it was written to after the claim and could
            // not be handed back because a newer file of its name stood there.
            if try !store.pendingReceipts().contains(where: { $0.delivery == id }) {
                try putBack(name, from: folder, to: source, id: id)
            }
        }
    }

    /// Takes up a journalled claim again, from its spool copy, or where that did not reach the disk, from the original
    /// as it was claimed.
    private func resume(_ delivery: Delivery, from source: Source, original: consuming OpenFile? = nil) throws {
        if let reason = delivery.reason, delivery.sha256 == nil {
            try decideQuarantine(delivery, from: source, reason: reason)
            return
        }
        let spool = try Folder(path: spoolPath)
        let name = FileName(own: delivery.id.text)
        if let status = try spool.status(name), status.sizeBytes == delivery.bytes,
            try spool.openForReading(name).sha256() == delivery.sha256
        {
            try process(delivery, from: source)
            return
        }
        // Anything but what was journalled is damage that must not be read.
        if let original, try original.status().kind == .regular,
            try copyToSpool(original, delivery.id) == delivery.sha256
        {
            try process(delivery, from: source)
        } else {
            try decideQuarantine(delivery, from: source, reason: "spool-damaged")
        }
    }

    /// Deliveries of `sluice ingest` whose claim folder was never made.
    private func recoverIngested() throws {
        for delivery in try store.deliveries(DeliveryFilter(status: .claimed)) where !shouldStop() {
            // A table is seen to with its file, which is claimed as long as one of its tables is.
            guard delivery.parent == nil, let source = source(delivery.authority),
                try claimFolder(delivery.id, of: source) == nil
            else { continue }
            do {
                try resume(delivery, from: source)
            } catch is Interrupted {
                return
            }
        }
    }

    /// Removes copies that no claim needs.
    private func sweepSpool() throws {
        let spool = try Folder(path: spoolPath)
        for entry in try spool.entries() {
            if let text = entry.text, let id = DeliveryID(text), try store.delivery(id)?.status == .claimed { continue }
            try spool.remove(entry)
        }
    }
}
