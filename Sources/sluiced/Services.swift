import Foundation
import ServiceLifecycle
import SluiceInstance
import Synchronization
import UnixSignals

/// Runs the engine on a thread of its own, for it blocks, and stops it on a graceful shutdown.
struct EngineService: Service {
    let engine: Engine
    let outcome: EngineOutcome

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let thread = Thread { [engine, outcome] in
                    do {
                        try engine.run()
                        continuation.resume()
                    } catch {
                        outcome.note(error)
                        continuation.resume(throwing: error)
                    }
                }
                thread.name = "engine"
                thread.stackSize = 8 << 20
                thread.start()
            }
        } onGracefulShutdown: {
            engine.stop()
        }
    }
}

/// Passes SIGHUP on.
struct ReloadService: Service {
    let engine: Engine

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() { engine.reload() }
    }
}

/// Why the engine ended, for the exit status.
final class EngineOutcome: Sendable {
    private let error = Mutex<(any Error)?>(nil)

    func note(_ failure: any Error) { error.withLock { $0 = failure } }

    var failure: (any Error)? { error.withLock { $0 } }
}
