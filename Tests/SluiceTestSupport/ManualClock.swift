package import SluiceModel
internal import Synchronization

/// A clock that stands still until a test moves it.
package final class ManualClock: Clock {
    private struct State {
        var now: Instant
        var monotonicSeconds: Double
    }

    private let state: Mutex<State>

    package init(_ now: Instant = Instant("2026-04-01T10:15:30Z")!) {
        state = Mutex(State(now: now, monotonicSeconds: 1000))
    }

    package func now() -> Instant { state.withLock { $0.now } }
    package func monotonicSeconds() -> Double { state.withLock { $0.monotonicSeconds } }

    /// Lets time pass, on both clocks.
    package func advance(seconds: Int) {
        state.withLock {
            $0.now = $0.now.adding(seconds: seconds)
            $0.monotonicSeconds += Double(seconds)
        }
    }

    /// Sets the wall clock, also back; the monotonic one does not move.
    package func set(_ now: Instant) { state.withLock { $0.now = now } }
}
