import Crypto
import Glibc
package import SluiceModel
import SluiceSettings
import SluiceStore
package import SluiceSystem

extension Intake {
    /// Takes a file aside and sees it through to its receipt, or holds it unopened where a disclosure rule says so.
    ///
    /// The rename is the claim: from then on the file is in a folder that only the daemon can enter. It does not
    /// isolate, for a writer may still hold it open; the private copy does.
    func claim(_ name: FileName, _ status: FileStatus, from source: Source) throws {
        if status.kind == .folder {
            try stall(name, status, from: source, reason: "folder")
            source.postpone(name, until: .infinity)
            return
        }
        let incoming = try source.incoming()
        // A long pass may have come between: what changed since it settled must settle again.
        guard let current = try incoming.status(name), current.looksUnchanged(since: status) else {
            source.forget(name)
            return
        }
        if let text = name.text, let wanted = ConfirmingName.delivery(text), status.kind == .regular,
            status.sizeBytes <= ConfirmingName.limitBytes
        {
            try confirm(wanted, by: name, from: source)
            return
        }
        let noticed = try waitingID(name, of: source)
        let id = noticed ?? DeliveryID(at: clock.now(), random: &random)
        if let obstacle = obstacle(source) {
            try hold(name, status, id: id, from: source, obstacle)
            source.forget(name)
            return
        }
        if status.kind == .regular, try isUnreadable(name, in: incoming) {
            try stall(name, status, from: source, reason: "unreadable")
            source.postpone(name, until: clock.monotonicSeconds() + 60)
            return
        }
        let claimed = try source.claimed()
        let folder = try claimed.subfolder(FileName(own: id.text), create: true, mode: 0o700)
        try incoming.rename(name, to: folder, as: name, replace: false)
        source.forget(name)
        try folder.sync()
        try incoming.sync()
        if noticed != nil { try? removeStallNotice(id, source) }
        try finishClaim(id, name, in: folder, from: source)
    }

    /// Whether the file is there and its permissions keep the daemon out.
    private func isUnreadable(_ name: FileName, in incoming: borrowing Folder) throws -> Bool {
        do {
            _ = try incoming.openForReading(name)
            return false
        } catch {
            return error.errno == EACCES || error.errno == EPERM
        }
    }

    /// Copies a file that stands in its claim folder, journals it and processes it.
    func finishClaim(_ id: DeliveryID, _ name: FileName, in folder: borrowing Folder, from source: Source) throws {
        guard let status = try folder.status(name) else { return }
        // Taken aside before, and taken up again only now.
        if let obstacle = obstacle(source) { throw HeldByRule(reason: obstacle.reason) }
        if status.kind == .folder {
            // It took the file's place at the last moment; the next look reports it.
            try putBack(name, from: folder, to: source, id: id)
            return
        }
        var delivery = newDelivery(id, name, status, of: source)
        if let reason = unfitness(status) {
            try journal(&delivery, reason: reason)
            try decideQuarantine(delivery, from: source, reason: reason)
            return
        }
        let file: OpenFile
        do {
            file = try folder.openForReading(name)
        } catch {
            try putBack(name, from: folder, to: source, id: id)
            throw error
        }
        let before = try file.status()
        if let reason = unfitness(before) {
            try journal(&delivery, reason: reason)
            try decideQuarantine(delivery, from: source, reason: reason)
            return
        }
        do {
            delivery.sha256 = try copyToSpool(file, id)
        } catch {
            // No room, most likely: the original goes back untouched and waits.
            try putBack(name, from: folder, to: source, id: id)
            throw error
        }
        guard try file.status().looksUnchanged(since: before) else {
            try removeSpool(id)
            try putBack(name, from: folder, to: source, id: id)
            return
        }
        delivery.bytes = before.sizeBytes
        if let known = try store.delivery(id) {
            delivery.receivedAt = known.receivedAt
            // A word is about these bytes and no others.
            if known.sha256 == delivery.sha256 {
                delivery.heldFor = known.heldFor
                delivery.heldAt = known.heldAt
                delivery.confirmedAt = known.confirmedAt
            }
        }
        try journal(&delivery, reason: nil)
        try process(delivery, from: source)
    }

    /// Puts one file of the operator's choice through the intake, as if the authority had dropped it. The file stays
    /// where it is.
    ///
    /// - Returns: the delivery as it was decided.
    package func ingest(_ file: borrowing OpenFile, named name: FileName, for source: Source) throws -> Delivery {
        let status = try file.status()
        let id = DeliveryID(at: clock.now(), random: &random)
        var delivery = newDelivery(id, name, status, of: source)
        if let obstacle = obstacle(source) { throw IngestRefused.gate(obstacle.reason) }
        if let reason = unfitness(status) { throw IngestRefused.unfit(reason) }
        guard hasRoom() else { throw StoreError.full }
        delivery.sha256 = try copyToSpool(file, id)
        do {
            guard try file.status().looksUnchanged(since: status) else {
                throw IngestRefused.unfit("still-being-written")
            }
            try journal(&delivery, reason: nil)
        } catch {
            // Only where it is surely not on record.
            let isUnknown = (try? store.delivery(id) == nil) ?? false
            if isUnknown { try? removeSpool(id) }
            throw error
        }
        // The claim folder holds the name only, for the receipt.
        let folder = try source.claimed().subfolder(FileName(own: id.text), create: true, mode: 0o700)
        try folder.writeAtomically(name, [], mode: 0o600)
        try process(delivery, from: source)
        return try store.delivery(id) ?? delivery
    }

    private func newDelivery(_ id: DeliveryID, _ name: FileName, _ status: FileStatus, of source: Source) -> Delivery {
        var delivery = Delivery(
            id: id, authority: source.authority.id, plugin: source.authority.plugin, nameHash: keys.nameHash(name),
            sha256: nil, bytes: status.kind == .regular ? status.sizeBytes : 0, status: .claimed,
            receivedAt: clock.now())
        delivery.gateway = source.authority.gateway
        return delivery
    }

    /// Why a thing in a drop folder may not be opened; nil when it may.
    private func unfitness(_ status: FileStatus) -> String? {
        if status.kind != .regular { return "not-a-regular-file" }
        // A second name could be another agency's file, or one this agency may not read.
        if status.linkCount != 1 { return "hard-linked" }
        if status.sizeBytes > settings.intake.fileLimitBytes { return "too-large" }
        return nil
    }

    /// Puts a claim in the journal; one that waited before has its row already.
    private func journal(_ delivery: inout Delivery, reason: String?) throws {
        delivery.reason = reason
        let details = [
            "authority": delivery.authority.text, "sha256": delivery.sha256 ?? "", "bytes": "\(delivery.bytes)",
        ]
        let entry = entry(.deliveryClaimed, delivery.id.text, details)
        if try store.delivery(delivery.id) != nil {
            try store.update(delivery, ledger: [entry])
        } else {
            try store.insert(delivery, ledger: [entry])
        }
    }

    /// Gives a claimed file back to `incoming/`. A newer file of that name may stand there: then it stays claimed and
    /// recovery sees to it.
    func putBack(
        _ name: FileName, from folder: borrowing Folder, to source: Source, id: DeliveryID
    ) throws(SystemError) {
        let incoming = try source.incoming()
        try folder.rename(name, to: incoming, as: name, replace: false)
        try incoming.sync()
        try source.claimed().removeFolder(FileName(own: id.text))
    }

    // MARK: - Spool

    var spoolPath: String { settings.paths.state + "/spool" }

    /// Copies `file` into the spool, hashing what is written. The copy is durable once it was read, see `Reading`.
    ///
    /// - Returns: SHA-256, hexadecimal.
    func copyToSpool(_ file: borrowing OpenFile, _ id: DeliveryID) throws -> String {
        let spool = try Folder(path: spoolPath)
        var hash = SHA256()
        do {
            // A crash before the journal row left it.
            try spool.remove(FileName(own: id.text))
            let copy = try spool.createFile(FileName(own: id.text), mode: 0o600)
            _ = try file.copy(to: copy, limitBytes: settings.intake.fileLimitBytes, onStep: onAlive) {
                hash.update($0)
            }
            try spool.sync()
        } catch {
            _ = try? spool.remove(FileName(own: id.text))
            throw error
        }
        return hexadecimal(hash.finalize())
    }

    func removeSpool(_ id: DeliveryID) throws(SystemError) {
        if let error = Intake.removeSpool(id, in: spoolPath) { throw error }
    }

    /// - Returns: why it could not be removed; nil when it is gone.
    static func removeSpool(_ id: DeliveryID, in spoolPath: String) -> SystemError? {
        do throws(SystemError) {
            let spool = try Folder(path: spoolPath)
            if try spool.status(FileName(own: id.text)) != nil { try spool.remove(FileName(own: id.text)) }
            return nil
        } catch {
            return error
        }
    }
}

extension OpenFile {
    /// SHA-256 of the whole file, hexadecimal.
    package func sha256() throws -> String {
        var hash = SHA256()
        try forEachChunk(sizeBytes: 1 << 20) { hash.update($0) }
        return hexadecimal(hash.finalize())
    }
}

extension SHA256 {
    /// Takes in a chunk without copying it.
    mutating func update(_ chunk: Span<UInt8>) {
        unsafe chunk.withUnsafeBytes { unsafe update(bufferPointer: $0) }
    }
}

/// Why `sluice ingest` does not take a file. The file is as it was.
package enum IngestRefused: Error, Hashable, Sendable, CustomStringConvertible {
    /// A rule holds the authority's files, say because its agreement does not cover today.
    case gate(String)
    case unfit(String)

    package var description: String {
        switch self {
        case .gate(let reason):
            "a disclosure rule holds this authority's files (\(reason)); the file was not opened"
        case .unfit(let reason): "the file cannot be taken in (\(reason))"
        }
    }
}
