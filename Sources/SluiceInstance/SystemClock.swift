package import SluiceModel
import SluiceSystem

/// The machine's clocks.
package struct SystemClock: Clock {
    package init() {}

    package func now() -> Instant { Instant(secondsSince1970: Int(wallClockSeconds())) }
    package func monotonicSeconds() -> Double { SluiceSystem.monotonicSeconds() }
}
