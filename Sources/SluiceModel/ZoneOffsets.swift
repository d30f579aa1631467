/// What the clocks of a time zone add to UTC, from when on.
package struct ZoneOffsets: Hashable, Sendable {
    package struct Change: Hashable, Sendable {
        /// Seconds since 1970-01-01 UTC from which on the offset holds.
        package var from: Int
        package var offsetSeconds: Int

        package init(from: Int, offsetSeconds: Int) {
            self.from = from
            self.offsetSeconds = offsetSeconds
        }
    }

    /// Before the first change.
    package var firstOffsetSeconds: Int
    /// Ascending.
    package var changes: [Change]

    package init(firstOffsetSeconds: Int, changes: [Change]) {
        self.firstOffsetSeconds = firstOffsetSeconds
        self.changes = changes
    }

    package static let utc = ZoneOffsets(firstOffsetSeconds: 0, changes: [])

    /// No clock is further from UTC. Source: XML Schema part 2, section 3.2.7.3.
    package static let offsetLimitSeconds = 14 * 3600
    package static let changeLimit = 2000

    /// What clocks of the zone showed at an instant, as seconds since 1970-01-01 of their own.
    package func local(ofUTC seconds: Int) -> Int {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].from <= seconds { low = middle + 1 } else { high = middle }
        }
        return seconds + (low == 0 ? firstOffsetSeconds : changes[low - 1].offsetSeconds)
    }

    /// The civil date of an instant.
    package func date(at instant: Instant) -> CivilDate {
        Instant(secondsSince1970: local(ofUTC: instant.secondsSince1970)).date
    }
}
