import Foundation
import Logging
import SluiceSystem
import Synchronization

/// Keeps `sluice-watch` running and turns whatever it says into a wake-up of the engine.
///
/// Its events are hints and nothing more: without it, or with it dead, the engine looks by the clock and comes to the
/// same results later.
final class WatchSupervisor: Sendable {
    private let engine: Engine
    private let log: Logger
    private let state = Mutex(State())

    private struct State {
        var folders: [String] = []
        var isStopping = false
        var isRunning = false
        var end: Wakeup?
    }

    /// The watcher says something every second; after this long without a word it is taken to be dead.
    private static let silenceMilliseconds = 5000
    private static let backOffSeconds = [1, 2, 5, 15, 60]

    init(engine: Engine, log: Logger) {
        self.engine = engine
        self.log = log
    }

    /// Watches these folders from now on.
    func start(folders: [String]) {
        guard let program = Installation.watcher() else {
            log.notice("sluice-watch is not installed; drop folders are looked at by the clock", metadata: [:])
            return
        }
        let isNew = state.withLock { state in
            state.folders = folders
            // One that runs is ended and started anew with the new folders.
            state.end?.signal()
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard isNew else { return }
        let thread = Thread { [self] in supervise(program) }
        thread.name = "watch"
        thread.start()
    }

    func stop() {
        state.withLock { state in
            state.isStopping = true
            state.end?.signal()
        }
    }

    private func supervise(_ program: String) {
        var failures = 0
        while let end = try? Wakeup(), let folders = next(end) {
            let started = monotonicSeconds()
            do {
                try runOnce(program, folders, until: end)
                failures = 0
                continue
            } catch {
                log.warning(
                    "sluice-watch ended; folders are looked at by the clock until it is back",
                    metadata: ["error": "\(error)"])
            }
            engine.setWatched(false)
            failures = monotonicSeconds() - started > 60 ? 0 : failures + 1
            let pause = WatchSupervisor.backOffSeconds[min(failures, WatchSupervisor.backOffSeconds.count - 1)]
            _ = try? waitReadable([end.descriptor], timeoutMilliseconds: pause * 1000)
        }
    }

    private func next(_ end: Wakeup) -> [String]? {
        state.withLock { state in
            if state.isStopping { return nil }
            state.end = end
            return state.folders
        }
    }

    /// Runs the watcher until told to end.
    ///
    /// - Throws: when it dies, falls silent or sends nonsense.
    private func runOnce(_ program: String, _ folders: [String], until end: Wakeup) throws {
        var output = try Pipe(label: "sluice-watch")
        var life = try Pipe(label: "sluice-watch")
        let words = output.takeReadEnd()
        let wordsWritten = output.takeWriteEnd()
        let lifeRead = life.takeReadEnd()
        // The watcher ends when this end of its standard input is closed. A bare descriptor, for a value might be let
        // go as soon as nothing mentions it any more.
        let lifeline = life.takeWriteEnd().takeDescriptor()
        defer { close(lifeline) }
        let child = try ChildProcess.spawn(
            path: program, arguments: folders,
            descriptors: [(0, lifeRead.descriptor), (1, wordsWritten.descriptor), (2, 2)])
        _ = consume wordsWritten
        defer { child.kill() }
        try follow(words, until: end)
    }

    /// Reads what the watcher says until told to end.
    private func follow(_ words: borrowing OpenFile, until end: Wakeup) throws {
        var parser = WatchFrameParser()
        var isWatched = false
        while true {
            let ready = try waitReadable(
                [words.descriptor, end.descriptor], timeoutMilliseconds: WatchSupervisor.silenceMilliseconds)
            if ready.contains(end.descriptor) { return }
            guard !ready.isEmpty else { throw WatcherGone.silent }
            let bytes = try words.readChunk(limitBytes: 1 << 16)
            guard !bytes.isEmpty else { throw WatcherGone.ended }
            for frame in try parser.push(bytes) {
                switch frame {
                case .heartbeat:
                    if !isWatched {
                        isWatched = true
                        engine.setWatched(true)
                    }
                case .event, .overflow: engine.hint()
                case .ignored, .unmounted: throw WatcherGone.lostFolder
                case .failure: throw WatcherGone.cannotWatch
                case .limits: break
                }
            }
        }
    }
}

private enum WatcherGone: Error {
    case silent, ended, lostFolder, cannotWatch
}
