package import Logging
import SluiceIntake
import SluiceModel
import SluiceReview
import SluiceSettings
package import SluiceSystem
import SluiceYAML
import Synchronization

/// The daemon's loop: takes files in, carries commands out, keeps review dates, on one thread.
///
/// Everything that changes the instance happens on that thread, one thing after another. Other threads leave hints,
/// commands and wishes in its mailbox and wake it. It proves that it makes progress by telling the service manager at
/// every turn and after every file; a thread that hangs falls silent and is restarted.
package final class Engine: Sendable {
    private let config: String
    private let log: Logger
    private let notifier: SystemNotifier
    private let wakeup: Wakeup
    private let mailbox = Mutex(Mailbox())

    private struct Mailbox {
        var commands: [Request] = []
        var wantsReload = false
        var wantsStop = false
        /// The watcher is at work, so a slow timer is enough.
        var isWatched = false
    }

    private struct Request {
        var command: Command
        var attachment: Int32?
        var actor: String
        var reply: @Sendable (CommandResult) -> Void
    }

    package init(config: String, log: Logger, notifier: SystemNotifier = SystemNotifier()) throws {
        self.config = config
        self.log = log
        self.notifier = notifier
        wakeup = try Wakeup()
    }

    // MARK: - From other threads

    /// Something may have changed in a drop folder.
    func hint() { wakeup.signal() }

    func setWatched(_ isWatched: Bool) {
        mailbox.withLock { $0.isWatched = isWatched }
        wakeup.signal()
    }

    package func reload() {
        mailbox.withLock { $0.wantsReload = true }
        wakeup.signal()
    }

    /// Ends the loop as soon as it can be ended without losing anything.
    package func stop() {
        mailbox.withLock { $0.wantsStop = true }
        wakeup.signal()
    }

    private var isStopping: Bool { mailbox.withLock { $0.wantsStop } }

    /// Hands a command to the engine's thread. `attachment` is a descriptor it will close.
    func submit(
        _ command: Command, attachment: Int32?, actor: String, reply: @escaping @Sendable (CommandResult) -> Void
    ) {
        mailbox.withLock {
            $0.commands.append(Request(command: command, attachment: attachment, actor: actor, reply: reply))
        }
        wakeup.signal()
    }

    // MARK: - The loop

    /// Opens the instance and works until told to stop. Blocks the calling thread.
    ///
    /// - Throws: what keeps the instance from being opened.
    package func run() throws {
        let instance = try Instance.open(config: config, forChanges: true, log: log)
        prepare(instance)
        let control = try ControlServer(path: instance.settings.paths.control, engine: self, log: log)
        defer { control.stop() }
        let watcher = WatchSupervisor(engine: self, log: log)
        watcher.start(folders: folders(of: instance))
        defer { watcher.stop() }

        notifier.send("STATUS=Finishing what the last run left")
        instance.finishReleases()
        instance.intake.recover()
        notifier.send("READY=1\nSTATUS=\(summary(of: instance))")
        log.notice("sluiced is ready", metadata: ["version": "\(sluiceVersion)"])
        while !isStopping {
            if takeReload() {
                reload(instance)
                watcher.start(folders: folders(of: instance))
            }
            runCommands(on: instance)
            instance.intake.pass()
            tickReviews(instance)
            tickRetention(instance)
            raiseConditions(of: instance)
            notifier.send("WATCHDOG=1\nSTATUS=\(summary(of: instance))")
            if !isStopping { wait(instance) }
        }
        notifier.send("STOPPING=1\nSTATUS=Stopping")
        refuseCommands()
        log.notice("sluiced stops", metadata: [:])
    }

    private func prepare(_ instance: Instance) {
        instance.intake.shouldStop = { [unowned self] in isStopping }
        // Before the daemon is ready, the second line keeps a long recovery from being taken for a hang.
        instance.intake.onProgress = { [unowned self] _ in
            notifier.send("WATCHDOG=1\nEXTEND_TIMEOUT_USEC=60000000")
        }
        instance.intake.onAlive = instance.intake.quietly(every: 1) { [unowned self] in
            notifier.send("WATCHDOG=1\nEXTEND_TIMEOUT_USEC=60000000")
        }
        instance.intake.betweenFiles = { [unowned self, unowned instance] in runCommands(on: instance) }
    }

    private func folders(of instance: Instance) -> [String] {
        instance.settings.authorities.map { instance.settings.paths.drop + "/" + $0.id.text + "/incoming" }
    }

    private func takeReload() -> Bool {
        mailbox.withLock { mailbox in
            defer { mailbox.wantsReload = false }
            return mailbox.wantsReload
        }
    }

    private func runCommands(on instance: Instance) {
        while let request = mailbox.withLock({ $0.commands.isEmpty ? nil : $0.commands.removeFirst() }) {
            let file = request.attachment.map { OpenFile(descriptor: $0, label: "the file sent along") }
            request.reply(instance.perform(request.command, attachment: file, actor: request.actor))
            notifier.send("WATCHDOG=1")
        }
    }

    private func refuseCommands() {
        let left = mailbox.withLock { mailbox in
            defer { mailbox.commands = [] }
            return mailbox.commands
        }
        for request in left {
            _ = request.attachment.map { OpenFile(descriptor: $0, label: "the file sent along") }
            request.reply(CommandResult(exit: .busy, json: .null, text: "the daemon is stopping; try again"))
        }
    }

    /// All or nothing: settings with a mistake leave the old ones in force.
    private func reload(_ instance: Instance) {
        notifier.send("RELOADING=1\nMONOTONIC_USEC=\(monotonicMicroseconds())")
        do {
            try instance.reload()
            log.notice("settings were read again", metadata: [:])
            notifier.send("READY=1\nSTATUS=\(summary(of: instance))")
        } catch {
            log.error("new settings refused; the old ones stay in force", metadata: ["error": "\(error)"])
            notifier.send("READY=1\nSTATUS=New settings refused, the old ones stay in force: run sluice check")
        }
    }

    private func tickReviews(_ instance: Instance) {
        do {
            try instance.reviews(actor: "daemon").tick()
        } catch {
            log.error("reviews could not be looked at", metadata: ["error": "\(error)"])
        }
    }

    /// Once a day: a purge that failed is tried again at the next look.
    private func tickRetention(_ instance: Instance) {
        do {
            try instance.purgeOnceADay()
        } catch {
            log.error("records past their retention could not be purged", metadata: ["error": "\(error)"])
        }
        do {
            try instance.countOverlapsOnceADay()
        } catch {
            log.error("overlaps could not be counted", metadata: ["error": "\(error)"])
        }
    }

    /// What keeps files from being taken in is an alert as long as it lasts.
    private func raiseConditions(of instance: Instance) {
        let folder = AlertFolder(path: instance.settings.paths.alerts)
        let prefix = "condition-"
        do {
            try instance.raiseIncidents()
            var conditions = instance.intake.conditions
            conditions.merge(try instance.standingConditions()) { first, _ in first }
            for name in try folder.names(prefix: prefix) where conditions[String(name.dropFirst(prefix.count))] == nil {
                try folder.remove(name)
            }
            for (name, what) in conditions {
                try folder.writeIfNew(
                    Alert(
                        name: prefix + name,
                        json: .members(["alert": .string(name), "kind": "condition", "what": .string(what)]),
                        text: "Sluice alert: \(name)\n\n\(what)\n\nThis alert goes away by itself once it is mended.\n")
                )
            }
        } catch {
            log.error("alerts could not be written", metadata: ["error": "\(error)"])
        }
    }

    /// Sleeps until the next file can be ready, the next look is due, or somebody wakes it.
    private func wait(_ instance: Instance) {
        let isRemote = instance.intake.sources.contains { $0.isRemote }
        let isWatched = mailbox.withLock { $0.isWatched }
        let settings = instance.settings.intake
        var seconds = Double(isRemote || !isWatched ? settings.pollSeconds : settings.scanSeconds)
        if let deadline = instance.intake.secondsUntilNextDeadline() { seconds = min(seconds, deadline) }
        if let interval = notifier.watchdogIntervalMicroseconds { seconds = min(seconds, Double(interval) / 2_000_000) }
        let hasWaited = try? waitReadable([wakeup.descriptor], timeoutMilliseconds: max(10, Int(seconds * 1000)))
        if hasWaited?.isEmpty == false { wakeup.drain() }
    }

    private func summary(of instance: Instance) -> String {
        let waiting = instance.intake.sources.map { "\($0.authority.id) \($0.waitingCount)" }.joined(separator: ", ")
        let conditions = instance.intake.conditions.isEmpty ? "" : "; \(instance.intake.conditions.count) conditions"
        return "Waiting: \(waiting)\(conditions)"
    }
}
