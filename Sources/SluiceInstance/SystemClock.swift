import Glibc
package import SluiceModel
import SluiceSystem

/// The machine's clocks.
package struct SystemClock: Clock {
    package init() {}

    package func now() -> Instant { Instant(secondsSince1970: Int(wallClockSeconds())) }
    package func monotonicSeconds() -> Double { SluiceSystem.monotonicSeconds() }
}

/// The civil date at an instant in a time zone of the tz database; UTC where the machine does not know the zone.
func localDate(at instant: Instant, timeZone: String) -> CivilDate {
    unsafe setenv("TZ", timeZone, 1)
    tzset()
    var seconds = time_t(instant.secondsSince1970)
    var parts = unsafe tm()
    unsafe localtime_r(&seconds, &parts)
    return unsafe CivilDate(year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday))
        ?? instant.date
}
