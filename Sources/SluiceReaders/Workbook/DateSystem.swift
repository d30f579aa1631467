package import SluiceModel

/// How a workbook counts days: the whole part of a serial number is the day, the rest of it the clock.
///
/// Source: ECMA-376 part 1, section 18.17.4.1.
package enum DateSystem: Hashable, Sendable, BitwiseCopyable {
    /// Day 1 is 1 January 1900, and day 60 is 29 February 1900, which never was.
    case since1900
    /// Day 0 is 1 January 1904.
    case since1904

    /// Serial 61 is 1 March 1900.
    private static let start1900 = CivilDate(year: 1899, month: 12, day: 30)!
    private static let start1904 = CivilDate(year: 1904, month: 1, day: 1)!
    static let secondsPerDay = 86_400

    /// The last day of 9999.
    private var lastDay: Int { self == .since1904 ? 2_957_003 : 2_958_465 }

    /// Day and seconds since midnight of a serial; nil before the first day and after the year 9999.
    ///
    /// Times are rounded to the second. Only what lies within a millisecond of midnight is the next day: a double has no
    /// exact 0.1, and 23:59:59.6 is still today.
    package func parts(ofSerial serial: Double) -> (day: Int, second: Int)? {
        guard serial >= 0, serial < Double(lastDay) + 1 else { return nil }
        let exact = serial * Double(DateSystem.secondsPerDay)
        let rounded = Int(exact.rounded())
        var (day, second) = rounded.quotientAndRemainder(dividingBy: DateSystem.secondsPerDay)
        if second == 0, Double(rounded) - exact > DateSystem.midnightSeconds {
            (day, second) = (day - 1, DateSystem.secondsPerDay - 1)
        }
        return day <= lastDay ? (day, second) : nil
    }

    private static let midnightSeconds = 0.001

    /// The date of a day; nil for day 0 of the system of 1900, and for day 60 of it.
    package func date(ofDay day: Int) -> CivilDate? {
        guard day >= 0, day <= lastDay else { return nil }
        switch self {
        case .since1904: return DateSystem.start1904.adding(days: day)
        case .since1900:
            guard day > 0, day != 60 else { return nil }
            return DateSystem.start1900.adding(days: day < 60 ? day + 1 : day)
        }
    }

    /// The day of a date, the other way round; nil before the first.
    package func day(of date: CivilDate) -> Int? {
        switch self {
        case .since1904:
            let day = date.dayNumber - DateSystem.start1904.dayNumber
            return day >= 0 ? day : nil
        case .since1900:
            let day = date.dayNumber - DateSystem.start1900.dayNumber
            return day > 60 ? day : day > 1 ? day - 1 : nil
        }
    }
}
