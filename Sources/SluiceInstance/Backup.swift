import Crypto
import Glibc
import Logging
import SluiceIntake
import SluiceLedger
package import SluiceModel
import SluiceReview
import SluiceSettings
import SluiceStore
import SluiceStoreSQLite
import SluiceSystem

/// A copy of an instance's state in a folder of its own, complete or not there at all.
///
/// ```
/// BACKUP/backup.json      when and of what, the ledger's signed checkpoint, SHA-256 of the files
/// BACKUP/sluice.db        the store
/// BACKUP/keys/*.key       without them nothing can be linked, known again or signed
/// ```
///
/// Settings are not in it: they are files that people keep elsewhere. Neither are files in drop folders, which agencies
/// keep, and releases, which have been given out.
package struct Backup: Sendable {
    package var path: String
    package var madeAt: Instant
    /// Rows of the ledger.
    package var rows: Int
    package var origin: String
    package var checkpoint: String
    /// By name below `path`, SHA-256 in hexadecimal.
    var files: [(name: String, sha256: String)]

    static let manifestName = "backup.json"
    static let storeName = "sluice.db"
    static let checkpointKeyName = "checkpoint.key"
    static let keyNames = ["name.key", "link.key", checkpointKeyName]

    /// Names of its files in the folder of keys.
    var keys: [String] { files.map(\.name).filter { $0.hasPrefix("keys/") }.map { String($0.dropFirst(5)) } }
}

/// Why there is no backup, or none can be restored. What was there before is untouched.
package enum BackupRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case exists(String)
    case notABackup(String)
    case damaged(path: String, what: String)
    case stateInPlace(String)

    package var description: String {
        switch self {
        case .exists(let path):
            "\(path): something has that name already; give a folder that does not exist yet"
        case .notABackup(let path): "\(path): not a backup; it has no \(Backup.manifestName) that can be read"
        case .damaged(let path, let what): "\(path): the backup is damaged: \(what); take another one"
        case .stateInPlace(let path):
            "\(path): there is a store already; stop the daemon and move the state folder away before restoring"
        }
    }
}

// MARK: - Making one

extension Instance {
    /// Copies store and keys into `folder`, which must not exist, and checks the copy. Others may be writing meanwhile:
    /// the copy is as the store was at one moment.
    ///
    /// - Throws: `BackupRefusal`, and what the store or the file system throws; nothing is left then.
    package func backUp(to path: String) throws -> Backup {
        let (parentPath, name) = try Instance.place(path)
        let parent = try Folder(path: parentPath)
        guard try parent.status(name) == nil else { throw BackupRefusal.exists(path) }
        let partialName = FileName(own: Folder.temporaryPrefix + hexadecimal(try randomBytes(count: 8)))
        let partial = try parent.subfolder(partialName, create: true, mode: 0o700)
        let partialPath = parentPath + "/" + (partialName.text ?? "")
        do {
            let storePath = partialPath + "/" + Backup.storeName
            let earlier = try linkKeys()
            try store.writeBackup(to: storePath)
            let links = try linkKeys()
            guard earlier.allSatisfy({ key in links.contains { $0 == key } }) else {
                throw BackupRefusal.damaged(path: path, what: "a link key was changed meanwhile; back up again")
            }
            let (head, problem) = try Instance.verify(storePath)
            if let problem { throw BackupRefusal.damaged(path: path, what: problem) }
            let keys = try partial.subfolder(FileName(own: "keys"), create: true, mode: 0o700)
            var files = [(name: Backup.storeName, sha256: try OpenFile(readingPath: storePath).sha256())]
            let others = try Backup.keyNames.map { ($0, try readSmallFile(settings.paths.state + "/keys/" + $0)) }
            for (name, bytes) in others + links {
                try keys.writeAtomically(FileName(own: name), bytes, mode: 0o600)
                files.append(("keys/" + name, hexadecimal(SHA256.hash(data: bytes))))
            }
            let backup = Backup(
                path: path, madeAt: clock.now(), rows: head.size, origin: signer.origin,
                checkpoint: signer.checkpoint(head), files: files)
            let manifest = Array(backup.manifest(instance: settings.instanceName).prettyText.utf8)
            try partial.writeAtomically(FileName(own: Backup.manifestName), manifest, mode: 0o600)
            try OpenFile(readingPath: storePath).sync()
            try partial.sync()
            try parent.rename(partialName, as: name, replace: false)
            try parent.sync()
            return backup
        } catch {
            try? parent.removeTree(partialName)
            throw error
        }
    }

    private func linkKeys() throws -> [(name: String, bytes: [UInt8])] {
        let folder = settings.paths.state + "/keys"
        return try listSmallFolder(folder).filter(InstanceKeys.isLinkFile).sorted().map { name in
            (name, try readSmallFile(folder + "/" + name))
        }
    }

    private static func place(_ path: String) throws -> (parent: String, name: FileName) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        let slash = path.lastIndex(of: "/")
        let parent = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        guard let name = FileName(Array(name.utf8)) else { throw BackupRefusal.exists(path) }
        return (parent, name)
    }

    /// Opens a store that nobody else uses, and checks its pages and its ledger.
    fileprivate static func verify(_ path: String) throws -> (head: LedgerHead, problem: String?) {
        let store = try SQLiteStore(path: path, chain: LedgerChain())
        if let damage = try store.damage() { return (.empty, damage) }
        let report = try check(store, LedgerVerifier())
        return (report.head, report.problem.map { "\($0)" })
    }
}

extension Backup {
    fileprivate func manifest(instance: String) -> JSON {
        .members([
            "backup": 1, "madeAt": .string("\(madeAt)"), "instance": .string(instance), "origin": .string(origin),
            "sluice": .string(sluiceVersion), "rows": .int(rows), "checkpoint": .string(checkpoint),
            "files": .array(files.map { .members(["name": .string($0.name), "sha256": .string($0.sha256)]) }),
        ])
    }

    /// Reads a backup's description and holds its files against it.
    fileprivate init(reading path: String) throws {
        guard let bytes = try? readSmallFile(path + "/" + Backup.manifestName), let json = try? JSON(reading: bytes),
            json["backup"]?.number == 1, let madeAt = json["madeAt"]?.text.flatMap({ Instant($0) }),
            let rows = json["rows"]?.number, let origin = json["origin"]?.text,
            let checkpoint = json["checkpoint"]?.text, let files = json["files"]?.items
        else { throw BackupRefusal.notABackup(path) }
        self.init(
            path: path, madeAt: madeAt, rows: Int(rows), origin: origin, checkpoint: checkpoint,
            files: files.compactMap { file in
                guard let name = file["name"]?.text, let sha256 = file["sha256"]?.text else { return nil }
                return (name, sha256)
            })
        let expected = [Backup.storeName] + Backup.keyNames.map { "keys/" + $0 }
        let names = self.files.map(\.name)
        guard names.starts(with: expected),
            names.dropFirst(expected.count).allSatisfy({
                $0.hasPrefix("keys/") && !$0.dropFirst(5).contains("/")
                    && InstanceKeys.isLinkFile(String($0.dropFirst(5)))
            })
        else { throw BackupRefusal.notABackup(path) }
        for (name, sha256) in self.files where try OpenFile(readingPath: path + "/" + name).sha256() != sha256 {
            throw BackupRefusal.damaged(path: path, what: "\(name) is not the file that was backed up")
        }
    }
}

// MARK: - Restoring one

/// What a restore could not bring back: to be asked for again.
package struct MissingDelivery: Hashable, Sendable {
    package var authority: AuthorityID
    package var delivery: String
    package var dataset: String?
    package var period: String?
    package var outcome: String
    package var receivedAt: String
}

extension Instance {
    /// Puts a backup in the place of a state folder that was lost, and puts that on record.
    ///
    /// - Returns: the backup that now stands. What is missing since is told by the instance
    ///   that is opened first: `missing`.
    /// - Throws: `BackupRefusal` having changed nothing, `InstanceError.busy` while a daemon runs.
    package static func restore(config: String, from path: String, actor: String, clock: any Clock) throws -> Backup {
        let settings = try self.settings(config: config)
        let backup = try Backup(reading: path)
        let statePath = settings.paths.state
        let state = try Folder.createIfMissing(path: statePath, mode: 0o700)
        guard let lock = try FileLock.tryLock(statePath + "/lock") else {
            throw InstanceError.busy(holder: FileLock.holder(statePath + "/lock"))
        }
        defer { withExtendedLifetime(lock) {} }
        // A log that was left behind would be played into the restored store.
        for suffix in ["", "-wal", "-shm", "-journal"] {
            guard try state.status(FileName(own: Backup.storeName + suffix)) == nil else {
                throw BackupRefusal.stateInPlace(statePath)
            }
        }
        let restoring = try state.subfolder(FileName(own: "restoring"), create: true, mode: 0o700)
        for entry in try restoring.entries() { try restoring.remove(entry) }
        let source = try OpenFile(readingPath: path + "/" + Backup.storeName)
        let size = try source.status().sizeBytes
        let copy = try restoring.createFile(FileName(own: Backup.storeName), mode: 0o600)
        _ = try source.copy(to: copy, limitBytes: size) { _ in }
        let storePath = statePath + "/restoring/" + Backup.storeName
        let (head, problem) = try verify(storePath)
        let signed = SignedNote(encoded: backup.checkpoint).flatMap { Checkpoint(text: $0.text) }
        guard problem == nil, signed == Checkpoint(origin: backup.origin, head: head) else {
            throw BackupRefusal.damaged(
                path: path, what: problem ?? "the ledger is not the one that the backup's checkpoint stands for")
        }
        do {
            // The next row after those of the backup, so that anchors made since then are known for what they are.
            let store = try SQLiteStore(path: storePath, chain: LedgerChain())
            try store.append([
                LedgerEntry(
                    at: clock.now(), actor: actor, kind: .storeRestored, subject: backup.origin,
                    details: ["backupMadeAt": "\(backup.madeAt)", "backupRows": "\(head.size)"])
            ])
            // Whoever opens it first, this command or the daemon after a crash, settles the rest.
            try store.setValue(restorePending, actor)
        }
        let keys = try Folder.createIfMissing(path: statePath + "/keys", mode: 0o700)
        // A recipe's key that the backup does not have would make tokens that its records never meet.
        for name in try listSmallFolder(statePath + "/keys")
        where InstanceKeys.isLinkFile(name) && !backup.keys.contains(name) {
            try keys.remove(FileName(own: name))
        }
        // The key of checkpoints is made anew: those signed with the old one are from before the restore.
        for name in backup.keys where name != Backup.checkpointKeyName {
            try keys.writeAtomically(FileName(own: name), try readSmallFile(path + "/keys/" + name), mode: 0o600)
        }
        try keys.remove(FileName(own: Backup.checkpointKeyName))
        try OpenFile(readingPath: storePath).sync()
        try restoring.rename(
            FileName(own: Backup.storeName), to: state, as: FileName(own: Backup.storeName), replace: false)
        for entry in try restoring.entries() { try restoring.remove(entry) }
        try state.removeFolder(FileName(own: "restoring"))
        try state.sync()
        return backup
    }

    /// Set in a restored store until what came after the backup is settled; has who restored it.
    static let restorePending = "restore-pending"

    /// Brings a restored instance in line with what happened after the backup, as far as the agencies' folders and the
    /// alerts tell: deliveries that were taken back since are taken back again, those that were brought back are brought
    /// back again, records past their retention go, and
    /// alerts that were raised are not raised again. A crash on the way repeats it.
    ///
    /// - Returns: deliveries that were decided since, whose files are gone: agencies have to send them again.
    /// - Throws: what reading a folder throws, too: of a share that is not mounted nobody can say what is missing.
    func settleRestored() throws -> [MissingDelivery] {
        let actor = try store.value(Instance.restorePending) ?? "daemon"
        intake.actor = actor
        defer { intake.actor = "daemon" }
        var missing: [MissingDelivery] = []
        var reinstated: [(id: DeliveryID, receipts: String, name: String)] = []
        for authority in settings.authorities {
            let receipts = settings.paths.drop + "/" + authority.id.text + "/receipts"
            for name in try listSmallFolder(receipts) {
                if name.hasSuffix("-withdrawn.notice.txt") {
                    let id = DeliveryID(String(name.dropLast("-withdrawn.notice.txt".count)))
                    // Of one that was replaced the records are kept as well.
                    guard let id, let delivery = try store.delivery(id),
                        delivery.status.isCurrent || delivery.canBeReinstated
                    else { continue }
                    _ = try intake.withdraw(id, reason: "withdrawn before the store was restored")
                } else if name.hasSuffix("-reinstated.notice.txt") {
                    guard let id = DeliveryID(String(name.dropLast("-reinstated.notice.txt".count))) else { continue }
                    reinstated.append((id, receipts, name))
                } else if name.hasSuffix(".receipt.json"), let bytes = try? readSmallFile(receipts + "/" + name),
                    let json = try? JSON(reading: bytes), let text = json["delivery"]?.text, let id = DeliveryID(text)
                {
                    // One that was open in the backup was decided since, and its file went with the receipt.
                    let known = try store.delivery(id)
                    if let known, known.parent == nil, [.held, .stalled, .claimed].contains(known.status) {
                        try store.forget(id)
                    } else if known != nil {
                        continue
                    }
                    missing.append(
                        MissingDelivery(
                            authority: authority.id, delivery: text, dataset: json["dataset"]?.text,
                            period: json["period"]?.text, outcome: json["outcome"]?.text ?? "",
                            receivedAt: json["receivedAt"]?.text ?? ""))
                }
            }
        }
        for (id, receipts, name) in reinstated { try repeatReinstating(id, receipts, name) }
        _ = try purgeDue(actor: actor)
        try reviews(actor: actor).settleRestored()
        try store.setValue(Instance.restorePending, "")
        return missing.sorted { ($0.authority.text, $0.delivery) < ($1.authority.text, $1.delivery) }
    }
}

extension Instance {
    /// Brings a delivery back that a notice says was brought back, unless it was replaced once more since. What cannot be
    /// repeated is logged, with what to do.
    private func repeatReinstating(_ id: DeliveryID, _ receipts: String, _ name: String) throws {
        guard let delivery = try store.delivery(id), delivery.status == .superseded,
            let supersededAt = delivery.supersededAt,
            let notice = try Folder(path: receipts).status(FileName(own: name)),
            notice.modifiedNanoseconds / 1_000_000_000 >= supersededAt.secondsSince1970
        else { return }
        do {
            _ = try intake.reinstate(id, reason: "brought back before the store was restored")
        } catch let refusal as ReinstateRefusal {
            log.warning(
                "a delivery was brought back before the store was restored, and cannot be again",
                metadata: ["delivery": "\(id)", "why": "\(refusal)"])
        }
    }
}

extension MissingDelivery {
    package var json: JSON {
        .members([
            "authority": .string(authority.text), "delivery": .string(delivery), "dataset": .optional(dataset),
            "period": .optional(period), "outcome": .string(outcome), "receivedAt": .string(receivedAt),
        ])
    }

    /// Whether its records are missing too.
    package var wasAccepted: Bool { Outcome(rawValue: outcome)?.isAccepted ?? false }
}
