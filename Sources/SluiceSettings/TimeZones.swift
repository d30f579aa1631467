internal import Foundation
package import SluiceModel

/// When the clocks of a time zone change, by the tz database of the machine; nil for a name that it does not have.
///
/// Changes from 1900 to 2100 are found; two within a month that cancel each other are not.
package func zoneOffsets(of name: String) -> ZoneOffsets? {
    // Foundation takes more than names, `GMT+3` among them.
    guard let zone = TimeZone(identifier: name) else { return nil }
    func offset(_ seconds: Int) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
    }
    let month = 30 * 86_400
    let first = CivilDate(year: 1900, month: 1, day: 1)!.dayNumber * 86_400
    let last = CivilDate(year: 2100, month: 1, day: 1)!.dayNumber * 86_400
    var changes: [ZoneOffsets.Change] = []
    var (before, known) = (first, offset(first))
    let start = known
    while before < last {
        let after = before + month
        let next = offset(after)
        if next != known {
            var (low, high) = (before, after)
            while high - low > 1 {
                let middle = (low + high) / 2
                if offset(middle) == known { low = middle } else { high = middle }
            }
            changes.append(ZoneOffsets.Change(from: high, offsetSeconds: next))
            known = next
        }
        before = after
    }
    return ZoneOffsets(firstOffsetSeconds: start, changes: changes)
}

/// The clocks of England and Wales; UTC where the machine has no tz database.
package let zoneOfEngland = zoneOffsets(of: defaultTimeZone) ?? .utc

package let defaultTimeZone = "Europe/London"
