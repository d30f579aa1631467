import SluiceModel

/// A date in a cell, with what stands behind it, so that it can be moved and written as it was.
struct DateText {
    enum Notation {
        /// `2026-11-05`, `05/11/2026`, `2026-11`.
        case iso, slashed, month
    }

    var date: CivilDate
    var notation: Notation
    /// From the character after the date: ` 21:30`, `T21:30:00+00:00`.
    var rest: String

    init?(_ cell: String) {
        let text = Array(cell.utf8)
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= text.count, text[range].allSatisfy({ (0x30...0x39).contains($0) }) else {
                return nil
            }
            return Int(String(decoding: text[range], as: UTF8.self))
        }
        func tail(_ start: Int) -> String? {
            let rest = String(decoding: text[min(start, text.count)...], as: UTF8.self)
            return rest.isEmpty || rest.hasPrefix(" ") || rest.hasPrefix("T") ? rest : nil
        }
        let slash = UInt8(ascii: "/")
        let hyphen = UInt8(ascii: "-")
        if text.count == 7, text[4] == hyphen, let year = number(0..<4), let month = number(5..<7),
            let date = CivilDate(year: year, month: month, day: 1)
        {
            (self.date, notation, rest) = (date, .month, "")
        } else if text.count >= 10, text[4] == hyphen, text[7] == hyphen, let year = number(0..<4),
            let month = number(5..<7), let day = number(8..<10), let tail = tail(10),
            let date = CivilDate(year: year, month: month, day: day)
        {
            (self.date, notation, rest) = (date, .iso, tail)
        } else if text.count >= 10, text[2] == slash, text[5] == slash, let day = number(0..<2),
            let month = number(3..<5), let year = number(6..<10), let tail = tail(10),
            let date = CivilDate(year: year, month: month, day: day)
        {
            (self.date, notation, rest) = (date, .slashed, tail)
        } else {
            return nil
        }
    }

    var text: String {
        let (year, month, day) = date.parts
        return switch notation {
        case .iso: "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))\(rest)"
        case .slashed: "\(padded(day, 2))/\(padded(month, 2))/\(padded(year, 4))\(rest)"
        case .month: "\(padded(year, 4))-\(padded(month, 2))"
        }
    }

    func adding(days: Int) -> DateText {
        var copy = self
        copy.date = date.adding(days: days)
        return copy
    }

    func adding(months: Int) -> DateText {
        var copy = self
        copy.date = date.adding(months: months)
        return copy
    }

    /// Hours and minutes of the clock behind the date, if one stands there.
    var minutes: Int? {
        let digits = Array(rest.utf8)
        guard digits.count >= 6, digits[3] == UInt8(ascii: ":"),
            let hour = Int(String(decoding: digits[1..<3], as: UTF8.self)),
            let minute = Int(String(decoding: digits[4..<6], as: UTF8.self))
        else { return nil }
        return hour * 60 + minute
    }

    /// So many minutes later, into the next day where need be.
    func adding(minutes more: Int) -> DateText {
        guard let minutes else { return self }
        var total = date.dayNumber * 1440 + minutes + more
        var copy = self
        copy.date = CivilDate(dayNumber: total / 1440)
        total %= 1440
        let mark = rest.prefix(1)
        copy.rest = mark + padded(total / 60, 2) + ":" + padded(total % 60, 2) + rest.dropFirst(6)
        return copy
    }

    /// As a spreadsheet counts days, of 1900 or of 1904.
    func serial(from1904: Bool = false) -> String {
        let origin = from1904 ? CivilDate(year: 1904, month: 1, day: 1)! : CivilDate(year: 1899, month: 12, day: 30)!
        let days = date.dayNumber - origin.dayNumber
        guard let minutes, minutes > 0 else { return "\(days)" }
        return "\(Double(days) + Double(minutes) / 1440)"
    }
}
