// The way of a file, from an agency's folder to a receipt.
//
//   Source              one authority's folders and what was seen in them
//   Intake              a pass over all sources: look, claim, process, write receipts
//   Intake+Claim        take a file aside, copy it, put it in the journal
//   Intake+Decide       commit what came of it, in one transaction
//   Intake+Judge        run the worker on it and rule on what it reports
//   Intake+Tables       a file of several tables: all in one transaction, or each in its own
//   Ruling              what is to be written down about it
//   PeriodRun, Rereading, DeliveryTally, Usual    which months it is of, and what usually comes
//   Hold, Intake+Hold   what waits for a person's word, and the word
//   Intake+Reinstate    bring back what was replaced
//   Intake+Receipts     write receipts and notices, then remove originals
//   Intake+Waiting      what is held for a person or never became ready
//   Intake+Recover      finish after a crash what the folders and the journal say was going on
//   WorkerProcess       one run of the confined worker; AnswerProcess: one that gives an answer and no records
//   Catalogue, Keys, PostcodeFile, Receipt

package import Logging
import SluiceFormat
package import SluiceLedger
package import SluiceModel
package import SluiceSettings
package import SluiceStore
import SluiceSystem

/// Takes files in. One instance of it works at a time, on one thread, under the instance's state lock.
///
/// Whatever happens to the process between two system calls, the folders and the journal together say what was going
/// on, and `recover` finishes it: each file ends with exactly one outcome and one receipt.
package final class Intake {
    package let settings: Settings
    package let catalogue: Catalogue
    package let sources: [Source]
    let store: any Store
    let keys: InstanceKeys
    /// Signs the checkpoints in receipts.
    let signer: CheckpointSigner
    let clock: any Clock
    let workerPath: String
    let log: Logger
    /// Asked between files and while a worker runs; true ends the pass at once, losing nothing.
    package var shouldStop: () -> Bool = { false }
    /// Told whenever something moved on, so that a watchdog knows, with the rows read of the file at hand.
    package var onProgress: (_ rows: Int) -> Void = { _ in }
    /// Told a few times a second while a file is copied or the worker is waited for, both of which have limits of their
    /// own, so that a watchdog does not take a long file for a hang.
    package var onAlive: () -> Void = {}
    /// Called between two files, when nothing is half done: for what cannot wait for the end of a long pass.
    package var betweenFiles: () -> Void = {}
    /// The civil date by which agreements and retention are judged, in the instance's time zone.
    package lazy var today: () -> CivilDate = { [clock, settings] in settings.zone.date(at: clock.now()) }
    /// Who is on record for what is done here.
    package var actor = "daemon"
    /// How the last worker was confined, once one has run.
    package internal(set) var sandbox: SandboxLevel?
    /// What keeps files from being taken in, by a stable word; shown by status.
    package internal(set) var conditions: [String: String] = [:]
    var random = SystemRandomNumberGenerator()
    /// Deliveries whose attempt this process has counted.
    var begun: Set<DeliveryID> = []
    /// A held delivery was confirmed in this pass.
    var wordsWereGiven = false
    /// Monotonic seconds before which nothing is claimed, for want of room.
    private var blockedUntil = 0.0
    /// Monotonic seconds before which claims that could not be finished are not tried again.
    var claimsRetryAfter = 0.0

    package init(
        settings: Settings, catalogue: Catalogue, store: any Store, keys: InstanceKeys, signer: CheckpointSigner,
        clock: any Clock, workerPath: String, log: Logger
    ) {
        self.settings = settings
        self.catalogue = catalogue
        self.store = store
        self.keys = keys
        self.signer = signer
        self.clock = clock
        self.workerPath = workerPath
        self.log = log
        sources = settings.authorities.map { Source(authority: $0, settings: settings) }
    }

    package func source(_ authority: AuthorityID) -> Source? { sources.first { $0.authority.id == authority } }

    /// Makes the folders of sources that never had any. One that had them and lacks them now is an unmounted share,
    /// not an empty drop.
    package func createMissingFolders() throws {
        _ = try Folder.createIfMissing(path: settings.paths.state + "/spool", mode: 0o700)
        for source in sources {
            let name = "source-created." + source.authority.id.text
            guard try store.value(name) == nil else { continue }
            try source.createFolders()
            try store.setValue(name, "\(clock.now())")
        }
    }

    /// Looks at every source once and takes in all that is ready, one file of each authority in turn.
    ///
    /// A file that cannot be taken now is left where it is and tried again later; one file's trouble never keeps
    /// another from its turn.
    package func pass() {
        conditions = [:]
        for source in sources { source.look(at: clock.monotonicSeconds()) }
        for source in sources where source.unavailable != nil {
            conditions["source-unavailable." + source.authority.id.text] = source.unavailable
        }
        for source in sources where catalogue.plugins[source.authority.plugin] == nil {
            conditions["plugin-unusable." + source.authority.plugin] = "see `sluice check`"
        }
        if PostcodeFile.isUnusable(settings) { conditions["directory-unusable"] = settings.paths.geography }
        flushReceipts()
        retryClaims()
        releaseHeld()
        noticeStalled()
        blockedUntil = 0
        var worked = true
        // What one look found may take long; new arrivals of others get a look of their own soon.
        let lookAgain = clock.monotonicSeconds() + 10
        while worked, !shouldStop(), clock.monotonicSeconds() < lookAgain, conditions["worker-unusable"] == nil {
            worked = false
            for source in sources where source.unavailable == nil && !shouldStop() {
                guard let plugin = catalogue.plugins[source.authority.plugin], hasRoom(),
                    conditions["directory-unusable"] == nil || !plugin.usesDirectory
                else {
                    blockedUntil = clock.monotonicSeconds() + 5
                    continue
                }
                guard let (name, status) = source.nextReady(at: clock.monotonicSeconds()) else { continue }
                worked = true
                take(name, status, from: source)
                onProgress(0)
                betweenFiles()
            }
        }
        if wordsWereGiven {
            wordsWereGiven = false
            releaseHeld()
        }
    }

    /// Seconds until a file that is settling now can be ready; nil when none is.
    package func secondsUntilNextDeadline() -> Double? {
        let now = clock.monotonicSeconds()
        return sources.compactMap { $0.nextDeadline() }.min().map { max(0.01, max($0, blockedUntil) - now) }
    }

    /// Whether nothing waits that a pass could take in: no file in `incoming/` that may become ready, no claim and no
    /// receipt outstanding. Looks afresh.
    package func isIdle() throws -> Bool {
        for source in sources { source.look(at: clock.monotonicSeconds()) }
        guard try store.pendingReceipts().isEmpty else { return false }
        guard try store.deliveries(DeliveryFilter(status: .claimed)).isEmpty, !hasOrphans() else { return false }
        return sources.allSatisfy { $0.nextDeadline() == nil }
    }

    /// `body`, called at most once in so many seconds.
    package func quietly(every seconds: Double, _ body: @escaping () -> Void) -> () -> Void {
        var last = -Double.infinity
        return { [clock] in
            let now = clock.monotonicSeconds()
            guard now - last >= seconds else { return }
            last = now
            body()
        }
    }

    /// Whether a claim folder still holds something, be it in the journal or not.
    func hasOrphans() -> Bool {
        sources.contains { source in
            source.unavailable == nil && ((try? source.claimed().entries(limit: 1).isEmpty) == false)
        }
    }

    private func take(_ name: FileName, _ status: FileStatus, from source: Source) {
        do {
            try claim(name, status, from: source)
        } catch is Interrupted {
            // The claim stays; a restart finishes it.
        } catch {
            source.postpone(name, until: clock.monotonicSeconds() + 5)
            logTrouble("a file could not be taken in and stays where it is", error, authority: source.authority.id)
        }
    }

    /// Whether the state folder has room for another file, by the floor in the settings.
    func hasRoom() -> Bool {
        guard let spool = try? Folder(path: settings.paths.state + "/spool"), let free = try? spool.freeBytes() else {
            conditions["state-unavailable"] = settings.paths.state
            return false
        }
        guard free >= settings.intake.freeSpaceFloorBytes else {
            conditions["state-full"] = "less than \(settings.intake.freeSpaceFloorBytes) bytes free; no file is claimed"
            return false
        }
        return true
    }

    func logTrouble(_ what: String, _ error: any Error, authority: AuthorityID, delivery: DeliveryID? = nil) {
        var metadata: Logger.Metadata = ["authority": "\(authority)", "error": "\(error)"]
        if let delivery { metadata["delivery"] = "\(delivery)" }
        log.error("\(what)", metadata: metadata)
    }

    func entry(_ kind: LedgerKind, _ subject: String, _ details: [String: String]) -> LedgerEntry {
        LedgerEntry(at: clock.now(), actor: actor, kind: kind, subject: subject, details: details)
    }
}

/// The daemon was asked to stop while a worker ran. Nothing was decided.
struct Interrupted: Error {}
