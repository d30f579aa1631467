/// A date of the proleptic Gregorian calendar, without a time zone.
package struct CivilDate: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Days since 1970-01-01; negative before.
    package let dayNumber: Int

    package init(dayNumber: Int) { self.dayNumber = dayNumber }

    /// Fails unless the day exists, in a year from 1 to 9999.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= CivilDate.dayCount(year: year, month: month)
        else { return nil }
        // Days from civil, in eras of 400 years that begin on 1 March (Howard Hinnant, "chrono-compatible low-level
        // date algorithms").
        let shifted = month > 2 ? year : year - 1
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        dayNumber = era * 146_097 + dayOfEra - 719_468
    }

    /// Reads `YYYY-MM-DD` and nothing else.
    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
            let year = decimal(parts[0]), let month = decimal(parts[1]), let day = decimal(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    package static func dayCount(year: Int, month: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        default: 31
        }
    }

    package var parts: (year: Int, month: Int, day: Int) {
        let shifted = dayNumber + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// 1 for Monday to 7 for Sunday (ISO 8601).
    package var weekday: Int {
        let shifted = (dayNumber + 3) % 7
        return (shifted < 0 ? shifted + 7 : shifted) + 1
    }

    package var month: CivilMonth {
        let (year, month, _) = parts
        return CivilMonth(year: year, month: month)!
    }

    package func adding(days: Int) -> CivilDate { CivilDate(dayNumber: dayNumber + days) }

    /// The same day of a later month, or that month's last day.
    package func adding(months: Int) -> CivilDate {
        let (year, month, day) = parts
        let index = year * 12 + month - 1 + months
        let newYear = index / 12
        let newMonth = index % 12 + 1
        return CivilDate(
            year: newYear, month: newMonth, day: min(day, CivilDate.dayCount(year: newYear, month: newMonth)))!
    }

    package var description: String {
        let (year, month, day) = parts
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
    }

    package static func < (a: CivilDate, b: CivilDate) -> Bool { a.dayNumber < b.dayNumber }
}

/// A calendar month, `2026-04`.
package struct CivilMonth: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Year times twelve plus the month from 0: April 2026 is 24,315. Always above zero, so that zero can mean
    /// "not known" in a record.
    package let index: Int

    package init?(index: Int) {
        guard index >= 12, index < 120_000 else { return nil }
        self.index = index
    }

    package init?(year: Int, month: Int) {
        guard (1...9999).contains(year), (1...12).contains(month) else { return nil }
        index = year * 12 + month - 1
    }

    /// Reads `YYYY-MM` and nothing else.
    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].count == 4, parts[1].count == 2,
            let year = decimal(parts[0]), let month = decimal(parts[1])
        else { return nil }
        self.init(year: year, month: month)
    }

    package var year: Int { index / 12 }
    package var month: Int { index % 12 + 1 }
    package var firstDay: CivilDate { CivilDate(year: year, month: month, day: 1)! }
    package var next: CivilMonth { CivilMonth(index: index + 1)! }
    package var description: String { padded(year, 4) + "-" + padded(month, 2) }

    package static func < (a: CivilMonth, b: CivilMonth) -> Bool { a.index < b.index }
}

/// What a delivery covers: whole months, first and last included. Written `2026-04` or `2026-04/2026-06`.
package struct Period: Hashable, Sendable, CustomStringConvertible {
    package let first: CivilMonth
    package let last: CivilMonth

    package init?(first: CivilMonth, last: CivilMonth) {
        guard first <= last else { return nil }
        self.first = first
        self.last = last
    }

    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let first = CivilMonth(String(parts[0])),
            let last = CivilMonth(String(parts[parts.count - 1]))
        else { return nil }
        self.init(first: first, last: last)
    }

    package func contains(_ other: Period) -> Bool { first <= other.first && other.last <= last }
    /// From 1.
    package var monthCount: Int { last.index - first.index + 1 }

    package func overlaps(_ other: Period) -> Bool { first <= other.last && other.first <= last }
    package var description: String { first == last ? "\(first)" : "\(first)/\(last)" }
}

extension Period {
    /// In order.
    package var months: [CivilMonth] { (first.index...last.index).compactMap { CivilMonth(index: $0) } }

    package func contains(_ month: CivilMonth) -> Bool { first <= month && month <= last }

    /// The runs of months in it that none of `others` holds.
    package func without(_ others: [Period]) -> [Period] {
        months.filter { month in !others.contains { $0.contains(month) } }.runs
    }
}

extension [CivilMonth] {
    /// Of months in order, those that follow each other as one period.
    package var runs: [Period] {
        var runs: [Period] = []
        for month in self {
            if let last = runs.last, last.last.next == month {
                runs[runs.count - 1] = Period(first: last.first, last: month)!
            } else {
                runs.append(Period(first: month, last: month)!)
            }
        }
        return runs
    }
}

extension [String] {
    /// `a, b and c`.
    package func listed(_ conjunction: String = "and") -> String {
        guard let last, count > 1 else { return joined() }
        return dropLast().joined(separator: ", ") + " \(conjunction) " + last
    }
}

/// How a dataset divides time when it is sent: the period a row's date falls in, as whole months.
package enum PeriodUnit: String, CaseIterable, Sendable {
    case month, quarter, term
    case year
    case academicYear = "academic-year"
    case financialYear = "financial-year"

    /// How many periods of this unit have a month in `period`.
    package func count(in period: Period) -> Int {
        var count = 0
        var month = period.first
        while month <= period.last {
            count += 1
            month = self.period(holding: month).last.next
        }
        return count
    }

    /// The period of this unit that holds `month`.
    ///
    /// Terms are those of the school census: autumn September to December, spring January to March, summer April
    /// to August. An academic year begins in September, a financial year in April.
    package func period(holding month: CivilMonth) -> Period {
        let year = month.year
        func months(_ fromYear: Int, _ from: Int, _ count: Int) -> Period {
            let first = CivilMonth(year: fromYear, month: from)!
            return Period(first: first, last: CivilMonth(index: first.index + count - 1)!)!
        }
        switch self {
        case .month: return months(year, month.month, 1)
        case .quarter: return months(year, (month.month - 1) / 3 * 3 + 1, 3)
        case .term:
            switch month.month {
            case 9...12: return months(year, 9, 4)
            case 1...3: return months(year, 1, 3)
            default: return months(year, 4, 5)
            }
        case .year: return months(year, 1, 12)
        case .academicYear: return months(month.month >= 9 ? year : year - 1, 9, 12)
        case .financialYear: return months(month.month >= 4 ? year : year - 1, 4, 12)
        }
    }
}

/// A moment, in whole seconds since 1970-01-01 UTC.
package struct Instant: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let secondsSince1970: Int

    package init(secondsSince1970: Int) { self.secondsSince1970 = secondsSince1970 }

    package var date: CivilDate {
        CivilDate(dayNumber: Int((Double(secondsSince1970) / 86_400).rounded(.down)))
    }

    private var secondOfDay: Int { secondsSince1970 - date.dayNumber * 86_400 }

    /// `2026-04-01T10:15:30Z`
    package var description: String {
        let second = secondOfDay
        return "\(date)T" + padded(second / 3600, 2) + ":" + padded(second / 60 % 60, 2) + ":"
            + padded(second % 60, 2) + "Z"
    }

    /// `20260401-101530`
    package var compactText: String {
        description.filter { $0.isNumber || $0 == "T" }.map { $0 == "T" ? "-" : String($0) }.joined()
    }

    /// Reads the form that `description` writes.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 20, bytes[10] == UInt8(ascii: "T"), bytes[19] == UInt8(ascii: "Z"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let date = CivilDate(String(text.prefix(10))), let hour = decimal(bytes[11..<13]),
            let minute = decimal(bytes[14..<16]), let second = decimal(bytes[17..<19]),
            hour < 24, minute < 60, second < 60
        else { return nil }
        secondsSince1970 = date.dayNumber * 86_400 + hour * 3600 + minute * 60 + second
    }

    package func adding(seconds: Int) -> Instant { Instant(secondsSince1970: secondsSince1970 + seconds) }

    package static func < (a: Instant, b: Instant) -> Bool { a.secondsSince1970 < b.secondsSince1970 }
}

/// Tells the time. Tests pass one they can set.
package protocol Clock: Sendable {
    /// The moment now, by the machine's wall clock.
    func now() -> Instant
    /// Seconds on a clock that never steps back, for time-outs and settling.
    func monotonicSeconds() -> Double
}

private func decimal(_ digits: some Sequence<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
        guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
        value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value
}

/// `number` in decimal, with zeros before it up to `width` digits.
package func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
}
