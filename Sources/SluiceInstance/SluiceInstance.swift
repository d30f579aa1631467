// One instance, opened: what the daemon and the command line both do.
//
//   Instance             settings, plugins, store and lock of one instance, and how they are opened
//   Instance+Queries     what there is to show; needs no lock
//   Instance+Commands    what changes state; needs the lock, or the daemon that holds it
//   Instance+Ledger      rows of the ledger by what they are about, and its check
//   Instance+Retention   what is kept how long, and its purge
//   Instance+Incidents   alerts of files that may not be taken
//   Links                by what records are linked, its keys, and what is counted from it
//   Geography            the look-up of postcodes, from the worker into its place
//   Statement            a year of the ledger in words
//   Backup               a copy of the state, and its way back
//   Command              a request to change state, as it crosses the control socket
//   Engine               the daemon's loop, on a thread of its own
//   WatchSupervisor      keeps sluice-watch running and turns its hints into wake-ups
//   ControlServer        the control socket
//   EventLog             log lines for journald or a terminal
//   Installation         where the programs, plugins and example settings are
//   SystemClock          the machine's clocks

import Crypto
import Glibc
package import Logging
import SluiceFormat
package import SluiceIntake
import SluiceLedger
package import SluiceModel
package import SluiceRelease
package import SluiceReview
package import SluiceSettings
package import SluiceStore
import SluiceStoreSQLite
import SluiceSystem
package import SluiceYAML

/// The settings of an instance and what they name, read and checked as a whole.
package struct InstanceSettings: Sendable {
    package private(set) var settings: Settings
    package let catalogue: Catalogue
    /// SHA-256 over the names and bytes of every file that was read for them, in the order of the names, hexadecimal.
    package let hash: String

    /// Reads everything that `sluice check` checks.
    ///
    /// - Parameter mistakes: gets every mistake of every file, but for those of release specs: they are in
    ///   `Settings.brokenReleases`, and the instance runs without these releases.
    /// - Returns: nil when the instance cannot run with these settings. Plugins that nobody uses may be broken.
    package static func read(_ file: String, mistakes: Mistakes) -> InstanceSettings? {
        let all = Mistakes()
        var read = readAll(file, mistakes: all)
        for mistake in read?.settings.setAsideBrokenReleases(all.all) ?? all.all { mistakes.add(mistake) }
        return read
    }

    private static func readAll(_ file: String, mistakes: Mistakes) -> InstanceSettings? {
        guard let settings = readSettings(file: file, mistakes: mistakes) else { return nil }
        let paths = settings.paths
        let read = Catalogue.read(
            model: paths.model, plugins: paths.plugins, patientColumns: paths.patientColumns,
            words: paths.words, mistakes: mistakes)
        guard let catalogue = read else { return nil }
        var plugins: [String: (kinds: [AuthorityKind], datasets: [String])] = [:]
        for (id, plugin) in catalogue.plugins { plugins[id] = (plugin.kinds, plugin.datasets.map(\.id)) }
        settings.crossCheck(model: catalogue.model, plugins: plugins, mistakes: mistakes)
        return InstanceSettings(
            settings: settings, catalogue: catalogue, hash: hash(of: mistakes.filesRead, in: settings))
    }

    /// Of files by their names in the instance's folder, so that it is the same wherever the instance lies.
    private static func hash(of files: [(path: String, bytes: [UInt8])], in settings: Settings) -> String {
        let folder = settings.folder == "/" ? "/" : settings.folder + "/"
        var byName: [String: [UInt8]] = [:]
        for (path, bytes) in files {
            byName[path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path] = bytes
        }
        var hash = SHA256()
        for (name, bytes) in byName.sorted(by: { $0.key < $1.key }) {
            hash.update(data: Array("\(name.utf8.count) \(name) \(bytes.count) ".utf8))
            hash.update(data: bytes)
        }
        return hexadecimal(hash.finalize())
    }
}

/// One instance, open for changes or for looking.
///
/// Whoever changes state holds the state lock: the daemon, or one command while no daemon runs.
package final class Instance {
    package private(set) var current: InstanceSettings
    package let store: any Store
    package let clock: any Clock
    package let log: Logger
    package private(set) var intake: Intake
    let keys: InstanceKeys
    let signer: CheckpointSigner
    private let workerPath: String
    private let protectPath: String
    private let lock: FileLock?
    private var isRestored = false
    /// What `staleReleases` found, and how long the ledger was: nothing changes without a row there.
    var staleFound: (ledger: Int, releases: [StaleRelease])?
    /// Deliveries that a restore could not bring back, told by the opening that settled it.
    package private(set) var missing: [MissingDelivery] = []

    package var settings: Settings { current.settings }
    package var catalogue: Catalogue { current.catalogue }

    /// - Throws: `InstanceError.busy` when another process holds the lock; `InstanceError.settings` with every mistake.
    package static func open(
        config: String, forChanges: Bool, clock: any Clock = SystemClock(), log: Logger
    ) throws -> Instance {
        let current = try read(config)
        let state = current.settings.paths.state
        var lock: FileLock?
        if forChanges {
            let path = state + "/lock"
            do {
                _ = try Folder.createIfMissing(path: state, mode: 0o700)
                lock = try FileLock.tryLock(path)
            } catch {
                // Whoever may not enter the state folder may still ask the daemon, if one runs.
                guard error.errno == EACCES || error.errno == EPERM else { throw error }
                throw InstanceError.noAccess(state: state)
            }
            if lock == nil { throw InstanceError.busy(holder: FileLock.holder(path)) }
        }
        return try Instance(current, lock: lock, forChanges: forChanges, clock: clock, log: log)
    }

    private init(
        _ current: InstanceSettings, lock: consuming FileLock?, forChanges: Bool, clock: any Clock, log: Logger
    ) throws {
        self.current = current
        self.clock = clock
        self.log = log
        let state = current.settings.paths.state
        let file = state + "/sluice.db"
        if !forChanges {
            do {
                _ = try OpenFile(readingPath: file)
            } catch {
                let isRefused = error.errno == EACCES || error.errno == EPERM
                throw isRefused ? InstanceError.noAccess(state: state) : InstanceError.neverStarted(state: state)
            }
        }
        store = try SQLiteStore(path: file, chain: LedgerChain(), readOnly: !forChanges)
        keys = try InstanceKeys(folder: current.settings.paths.state + "/keys", creates: forChanges)
        signer = try Instance.signer(store, keys, forChanges: forChanges)
        workerPath = try Installation.worker()
        protectPath = try Installation.protector()
        self.lock = lock
        intake = Intake(
            settings: current.settings, catalogue: current.catalogue, store: store, keys: keys, signer: signer,
            clock: clock, workerPath: workerPath, log: log)
        if forChanges {
            // The store as it was before; what it does not know of is settled before anybody works with it.
            isRestored = try store.value(Instance.restorePending)?.isEmpty == false
            let (signer, log) = (signer, log)
            store.observeLedger { head in
                guard let line = SignedNote(encoded: signer.checkpoint(head))?.line else { return }
                log.info("the ledger grew", metadata: ["checkpoint": "\(line)"])
            }
            try prepare()
            if isRestored { missing = try settleRestored() }
        }
    }

    /// What signs the ledger's checkpoints. The ledger gets its name the first time, from random digits.
    private static func signer(
        _ store: any Store, _ keys: InstanceKeys, forChanges: Bool
    ) throws -> CheckpointSigner {
        let name = "ledger-origin"
        var origin = try store.value(name)
        if origin == nil, forChanges {
            origin = "sluice/" + hexadecimal(try randomBytes(count: 8))
            try store.setValue(name, origin ?? "")
        }
        guard let signer = CheckpointSigner(origin: origin ?? "sluice/unnamed", seed: keys.checkpointSeed) else {
            throw KeyError.damaged(path: "checkpoint.key")
        }
        return signer
    }

    private static func read(_ config: String) throws -> InstanceSettings {
        let mistakes = Mistakes()
        guard let settings = InstanceSettings.read(config, mistakes: mistakes), mistakes.isEmpty else {
            throw InstanceError.settings(mistakes.all)
        }
        return settings
    }

    /// The settings of an instance whose state need not be there.
    static func settings(config: String) throws -> Settings { try read(config).settings }

    /// Makes what a new instance lacks and puts the settings in force on record.
    private func prepare() throws {
        intake.today = { [clock, settings] in settings.zone.date(at: clock.now()) }
        try intake.createMissingFolders()
        for path in [settings.paths.releases, settings.paths.alerts] { _ = try Folder.createIfMissing(path: path) }
        if try store.value("settings-hash") != current.hash {
            let kind: LedgerKind = try store.ledgerHead().size == 0 ? .instanceCreated : .settingsLoaded
            try store.append([
                LedgerEntry(
                    at: clock.now(), actor: "daemon", kind: kind, subject: settings.instanceName,
                    details: ["settings": current.hash, "sluice": sluiceVersion])
            ])
            try store.setValue("settings-hash", current.hash)
        }
        // Deliveries from before powers were remembered: today's is all that is known, and stays from here on.
        for authority in settings.authorities {
            try store.rememberGateway(authority.gateway, of: authority.id)
        }
        let key = "\(signer.verifier)"
        if try store.value("checkpoint-key") != key {
            // In this order: a crash between the two names the key twice, and never not at all.
            try store.append([
                LedgerEntry(
                    at: clock.now(), actor: "daemon", kind: .checkpointKeyMade, subject: signer.origin,
                    details: ["key": key])
            ])
            try store.setValue("checkpoint-key", key)
        }
    }

    /// Reads the settings again, all or nothing.
    ///
    /// - Throws: `InstanceError.settings`; the old ones then stay in force, and the refusal is on record.
    package func reload() throws {
        let mistakes = Mistakes()
        guard let fresh = InstanceSettings.read(settings.file, mistakes: mistakes), mistakes.isEmpty else {
            try store.append([
                LedgerEntry(
                    at: clock.now(), actor: "daemon", kind: .settingsRefused, subject: settings.instanceName,
                    details: ["mistakes": "\(mistakes.all.count)"])
            ])
            throw InstanceError.settings(mistakes.all)
        }
        guard fresh.settings.paths.state == settings.paths.state else {
            throw InstanceError.settings([
                Mistake(
                    file: settings.file, what: "paths.state changed while the daemon runs",
                    hint: "stop the daemon, move the state folder, start it again")
            ])
        }
        let old = intake
        let before = current
        current = fresh
        intake = Intake(
            settings: fresh.settings, catalogue: fresh.catalogue, store: store, keys: keys, signer: signer,
            clock: clock, workerPath: workerPath, log: log)
        intake.shouldStop = old.shouldStop
        intake.onProgress = old.onProgress
        intake.onAlive = old.onAlive
        intake.betweenFiles = old.betweenFiles
        do {
            try prepare()
        } catch {
            current = before
            intake = old
            throw error
        }
    }

    /// Today in the instance's time zone.
    package var today: CivilDate { settings.zone.date(at: clock.now()) }

    /// The register's keeper, acting for `actor`.
    package func reviews(actor: String) -> ReviewKeeper {
        var keeper = ReviewKeeper(
            items: settings.reviewItems, ledgerName: signer.origin, store: store,
            alerts: AlertFolder(path: settings.paths.alerts), clock: clock,
            today: { [unowned self] in self.today }, log: log)
        keeper.actor = actor
        return keeper
    }

    /// Builds releases for `actor`.
    package func releases(actor: String) -> ReleaseBuilder {
        ReleaseBuilder(
            model: catalogue.model, store: store,
            place: ReleaseBuilder.Place(
                folder: settings.paths.releases, certificates: settings.paths.certificates,
                settingsHash: current.hash, pluginVersions: catalogue.plugins.mapValues(\.version)),
            clock: clock, signer: signer,
            job: ProtectJob(executable: protectPath, allowsDegraded: settings.decode.sandboxDegradedOK),
            searchKey: { [keys] in keys.searchKey($0) }, recordSecret: keys.recordSecret,
            leavesOut: { [settings] delivery, spec in
                let authority = settings.authorities.first { $0.id == delivery.authority }
                return settings.gate.leavingOut(authority, gateway: delivery.gateway, of: spec).first.map {
                    LeftOut(
                        rule: $0.name, authority: delivery.authority, because: $0.record, citation: $0.citation)
                }
            },
            profile: { [settings] id in settings.authorities.first { $0.id == id }?.profile },
            sources: { [unowned self] spec in eventSources(spec) },
            waiting: { [unowned self] in try authoritiesWithFilesWaiting() },
            day: { [settings] in settings.zone.date(at: $0) }, actor: actor)
    }
}

/// Why an instance cannot be opened or asked.
package enum InstanceError: Error, CustomStringConvertible {
    /// Another process changes this instance now.
    case busy(holder: Int32?)
    case settings([Mistake])
    case neverStarted(state: String)
    /// This account may not enter the state folder.
    case noAccess(state: String)
    case programMissing(String)

    package var description: String {
        switch self {
        case .busy(let holder):
            "another process" + (holder.map { " (\($0))" } ?? "") + " is changing this instance; try again in a moment"
        case .settings(let mistakes): mistakes.map { "\($0)" }.joined(separator: "\n")
        case .neverStarted(let state): "\(state): no store yet; start the daemon or take a file in with `sluice ingest`"
        case .noAccess(let state):
            "\(state): this account may not enter it; run the command as the daemon's user, or as root"
        case .programMissing(let name): "the program \(name) is not beside this one; install Sluice again"
        }
    }
}
