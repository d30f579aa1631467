import SluiceModel

/// A date and time read from a cell. What the format does not hold is 1 January or midnight.
struct CivilTime: BitwiseCopyable {
    /// Days since 1970-01-01.
    var day: Int32 = 0
    /// `CivilMonth.index`.
    var month: Int32 = 0
    /// Since midnight.
    var second: Int32 = 0
    var dayOfMonth: Int8 = 1
    /// False when a fraction that is not zero follows the second.
    var isWholeSecond = true
}

/// Reads one date format. Most cells have two digits for each part, as the format is usually written: those are
/// checked as three words against a template; others go part by part.
struct DateReader: BitwiseCopyable {
    private enum Place {
        static let year = 0, month = 1, day = 2, hour = 3, minute = 4, second = 5
    }

    /// Kind of part and, for a literal, its byte.
    private let parts: Flat<UInt16>
    private let calendar: Calendar
    /// The last two digits of the latest year that a two-digit year may mean.
    private let pivot: Int
    private let thisCentury: Int

    /// Length of the usual form; 0 when the format has none.
    private let usualLength: Int
    private let templates: (UInt64, UInt64, UInt64)
    private let additions: (UInt64, UInt64, UInt64)
    /// Where each part begins in the usual form; −1 when the format does not hold it.
    private let places: (Int8, Int8, Int8, Int8, Int8, Int8)
    private let hasShortYear: Bool
    /// Whether 24:00:00 is the end of a day, as in XML Schema's `dateTime` (part 2, section 3.2.7). Only the form
    /// without a notation leaves its zone open.
    private let hasEndOfDay: Bool
    /// The clocks that a time with a zone of its own is brought to. A day without a clock stays the day it is.
    private let zone: ZoneTable
    private let hasInstant: Bool

    init(
        _ format: DateFormat, today: CivilDate, zone: ZoneTable? = nil, calendar: Calendar, arena: Arena
    ) {
        self.calendar = calendar
        self.zone = zone ?? ZoneTable(.utc, arena: arena)
        hasInstant = format.parts.contains(.day) && format.parts.contains(.hour)
        let year = today.parts.year
        pivot = year % 100
        thisCentury = year - year % 100
        parts = arena.flat(format.parts.map(DateReader.code))
        hasShortYear = format.parts.contains(.shortYear)
        hasEndOfDay = format.parts.contains(.day) && format.parts.contains(.optionalZone)

        var template: [UInt8] = []
        var isDigit: [Bool] = []
        var places = [Int8](repeating: -1, count: 6)
        var hasUsualForm = true
        for part in format.parts {
            let place = Int8(clamping: template.count)
            switch part {
            case .year: places[Place.year] = place
            case .shortYear: places[Place.year] = place
            case .month: places[Place.month] = place
            case .day: places[Place.day] = place
            case .hour: places[Place.hour] = place
            case .minute: places[Place.minute] = place
            case .second: places[Place.second] = place
            case .literal(let byte):
                template.append(byte)
                isDigit.append(false)
                if byte >= 0x80 { hasUsualForm = false }
                continue
            case .optionalFraction, .optionalZone: continue
            case .monthName, .zone, .fraction:
                hasUsualForm = false
                continue
            }
            let digits = part == .year ? 4 : 2
            template += [UInt8](repeating: UInt8(ascii: "0"), count: digits)
            isDigit += [Bool](repeating: true, count: digits)
        }
        if template.count > 24 { hasUsualForm = false }
        func word(_ index: Int, _ byte: (Int) -> UInt8) -> UInt64 {
            (0..<8).reduce(0) { word, offset in
                let place = index * 8 + offset
                return place < template.count ? word | UInt64(byte(place)) << UInt64(offset * 8) : word
            }
        }
        usualLength = hasUsualForm ? template.count : 0
        templates = (word(0) { template[$0] }, word(1) { template[$0] }, word(2) { template[$0] })
        // After the template is taken out, a digit is at most 9 and a literal 0: one addition makes anything more
        // set the byte's top bit.
        func addition(_ place: Int) -> UInt8 { isDigit[place] ? 0x76 : 0x7F }
        additions = (word(0, addition), word(1, addition), word(2, addition))
        self.places = (places[0], places[1], places[2], places[3], places[4], places[5])
    }

    /// Reads the bytes from `start` to `end`, all of them; nil when they are no date of this format.
    /// At least 24 readable bytes must follow `start`.
    @inline(__always)
    func read(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> CivilTime? {
        if end &- start == usualLength, let time = readUsual(text, start, end) { return time }
        return readParts(text, start, end)
    }

    @inline(__always)
    private func readUsual(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> CivilTime? {
        let length = end &- start
        var wrong = excess(text.word(at: start), templates.0, additions.0, bytes: min(length, 8))
        if length > 8 {
            wrong |= excess(text.word(at: start &+ 8), templates.1, additions.1, bytes: min(length &- 8, 8))
            if length > 16 {
                wrong |= excess(text.word(at: start &+ 16), templates.2, additions.2, bytes: length &- 16)
            }
        }
        guard wrong & 0x8080_8080_8080_8080 == 0 else { return nil }
        @inline(__always) func two(_ place: Int) -> Int {
            Int(text[start &+ place]) &* 10 &+ Int(text[start &+ place &+ 1]) &- 528
        }
        @inline(__always) func part(_ place: Int8, _ absent: Int) -> Int { place < 0 ? absent : two(Int(place)) }
        var year = 1970
        if places.0 >= 0 {
            let place = Int(places.0)
            year = hasShortYear ? century(two(place)) : two(place) &* 100 &+ two(place &+ 2)
        }
        return time(
            year, part(places.1, 1), part(places.2, 1), part(places.3, 0), part(places.4, 0), part(places.5, 0))
    }

    @inline(__always)
    private func excess(_ word: UInt64, _ template: UInt64, _ addition: UInt64, bytes: Int) -> UInt64 {
        let rest = (word ^ template) & CodeIndex.mask(bytes: bytes)
        return (rest &+ addition) | rest
    }

    @inline(__always)
    private func century(_ shortYear: Int) -> Int {
        shortYear <= pivot ? thisCentury &+ shortYear : thisCentury &- 100 &+ shortYear
    }

    @inline(__always)
    private func time(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int) -> CivilTime? {
        guard hour < 24, minute < 60, second < 60, year >= 1, month >= 1, month <= 12 else { return nil }
        guard let dayNumber = calendar.dayNumber(year: year, month: month, day: day) else { return nil }
        return CivilTime(
            day: Int32(truncatingIfNeeded: dayNumber), month: Int32(truncatingIfNeeded: year &* 12 &+ month &- 1),
            second: Int32(truncatingIfNeeded: hour &* 3600 &+ minute &* 60 &+ second),
            dayOfMonth: Int8(truncatingIfNeeded: day))
    }

    /// Midnight after the day that `time` begins; nil after the last day of the year 9999.
    private func endOfDay(_ time: CivilTime) -> CivilTime? {
        let (year, month, day) = CivilDate(dayNumber: Int(time.day) + 1).parts
        return year > 9999 ? nil : self.time(year, month, day, 0, 0, 0)
    }

    // MARK: - Part by part

    private enum Code {
        static let literal: UInt16 = 0, year: UInt16 = 1, shortYear: UInt16 = 2, month: UInt16 = 3, day: UInt16 = 4
        static let hour: UInt16 = 5, minute: UInt16 = 6, second: UInt16 = 7, monthName: UInt16 = 8, zone: UInt16 = 9
        static let fraction: UInt16 = 10, optionalFraction: UInt16 = 11, optionalZone: UInt16 = 12
    }

    private static func code(_ part: DateFormat.Part) -> UInt16 {
        switch part {
        case .year: Code.year << 8
        case .shortYear: Code.shortYear << 8
        case .month: Code.month << 8
        case .day: Code.day << 8
        case .hour: Code.hour << 8
        case .minute: Code.minute << 8
        case .second: Code.second << 8
        case .monthName: Code.monthName << 8
        case .zone: Code.zone << 8
        case .fraction: Code.fraction << 8
        case .optionalFraction: Code.optionalFraction << 8
        case .optionalZone: Code.optionalZone << 8
        case .literal(let byte): Code.literal << 8 | UInt16(byte)
        }
    }

    private func readParts(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> CivilTime? {
        var index = start
        var (year, month, day, hour, minute, second) = (1970, 1, 1, 0, 0, 0)
        var isWholeSecond = true
        var offset: Int?
        func digit() -> Int? {
            guard index < end, text[index] >= 0x30, text[index] <= 0x39 else { return nil }
            index += 1
            return Int(text[index - 1]) - 0x30
        }
        func exactly(_ count: Int) -> Int? {
            var value = 0
            for _ in 0..<count {
                guard let next = digit() else { return nil }
                value = value * 10 + next
            }
            return value
        }
        func oneOrTwo() -> Int? {
            guard let first = digit() else { return nil }
            guard let next = digit() else { return first }
            return first * 10 + next
        }
        for place in 0..<parts.count {
            let part = parts[place]
            switch part >> 8 {
            case Code.literal:
                guard index < end, text[index] == UInt8(truncatingIfNeeded: part) else { return nil }
                index += 1
            case Code.year:
                guard let value = exactly(4) else { return nil }
                year = value
            case Code.shortYear:
                guard let value = exactly(2) else { return nil }
                year = century(value)
            case Code.month:
                guard let value = oneOrTwo() else { return nil }
                month = value
            case Code.day:
                guard let value = oneOrTwo() else { return nil }
                day = value
            case Code.hour:
                guard let value = oneOrTwo() else { return nil }
                hour = value
            case Code.minute:
                guard let value = oneOrTwo() else { return nil }
                minute = value
            case Code.second:
                guard let value = oneOrTwo() else { return nil }
                second = value
            case Code.monthName:
                guard index + 3 <= end,
                    let found = DateReader.monthNames.firstIndex(where: { name in
                        (0..<3).allSatisfy { text[index + $0] | 0x20 == name[$0] }
                    })
                else { return nil }
                month = found + 1
                index += 3
            case Code.fraction, Code.optionalFraction:
                if part >> 8 == Code.optionalFraction {
                    guard index < end, text[index] == UInt8(ascii: ".") else { continue }
                    index += 1
                }
                guard let first = digit() else { return nil }
                if first != 0 { isWholeSecond = false }
                while let next = digit() { if next != 0 { isWholeSecond = false } }
            default:
                if index == end, part >> 8 == Code.optionalZone { continue }
                guard index < end else { return nil }
                if text[index] == UInt8(ascii: "Z") {
                    index += 1
                    offset = 0
                    continue
                }
                guard text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") else { return nil }
                let isWest = text[index] == UInt8(ascii: "-")
                index += 1
                guard let zoneHour = exactly(2) else { return nil }
                if index < end, text[index] == UInt8(ascii: ":") { index += 1 }
                // No zone is further from Greenwich. Source: XML Schema part 2, section 3.2.7.3.
                guard let zoneMinute = exactly(2), zoneMinute < 60, zoneHour * 60 + zoneMinute <= 14 * 60 else {
                    return nil
                }
                offset = (zoneHour * 60 + zoneMinute) * (isWest ? -60 : 60)
            }
        }
        guard index == end else { return nil }
        var time =
            hasEndOfDay && hour == 24 && minute == 0 && second == 0 && isWholeSecond
            ? time(year, month, day, 0, 0, 0).flatMap { endOfDay($0) } : time(year, month, day, hour, minute, second)
        time?.isWholeSecond = isWholeSecond
        if let offset, hasInstant, let stated = time { return zone.local(stated, offsetSeconds: offset) }
        return time
    }

    private static let monthNames: [[UInt8]] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ].map { Array($0.utf8) }
}

extension DateFormat {
    /// The only form of a type that Table Schema knows without a notation; nil for types that are no time.
    ///
    /// Source: Data Package (v2) Table Schema, "datetime", "date", "time", "year" and "yearmonth".
    static func standard(for type: FieldType) -> DateFormat? {
        let date: [Part] = [.year, .literal(0x2D), .month, .literal(0x2D), .day]
        let clock: [Part] = [.hour, .literal(0x3A), .minute, .literal(0x3A), .second]
        switch type {
        case .date: return DateFormat(text: "%Y-%m-%d", parts: date)
        case .time: return DateFormat(text: "%H:%M:%S", parts: clock)
        case .datetime:
            return DateFormat(
                text: "%Y-%m-%dT%H:%M:%S%?f%?z",
                parts: date + [.literal(UInt8(ascii: "T"))] + clock + [.optionalFraction, .optionalZone])
        case .year: return DateFormat(text: "%Y", parts: [.year])
        case .yearmonth: return DateFormat(text: "%Y-%m", parts: [.year, .literal(0x2D), .month])
        default: return nil
        }
    }
}

/// The clocks of `FormatPlan.zone`, laid out for the loop over rows.
struct ZoneTable: BitwiseCopyable {
    private let first: Int
    private let froms: Flat<Int>
    private let offsets: Flat<Int>

    init(_ zone: ZoneOffsets, arena: Arena) {
        first = zone.firstOffsetSeconds
        froms = arena.flat(zone.changes.map(\.from))
        offsets = arena.flat(zone.changes.map(\.offsetSeconds))
    }

    /// What these clocks show at the moment at which clocks that are `offsetSeconds` before UTC show `time`; nil where no
    /// year from 1 to 9999 has it.
    func local(_ time: CivilTime, offsetSeconds: Int) -> CivilTime? {
        let utc = Int(time.day) * 86_400 + Int(time.second) - offsetSeconds
        var (low, high) = (0, froms.count)
        while low < high {
            let middle = (low + high) / 2
            if froms[middle] <= utc { low = middle + 1 } else { high = middle }
        }
        let local = utc + (low == 0 ? first : offsets[low - 1])
        let second = ((local % 86_400) + 86_400) % 86_400
        let date = CivilDate(dayNumber: (local - second) / 86_400)
        let (year, month, day) = date.parts
        guard (1...9999).contains(year) else { return nil }
        return CivilTime(
            day: Int32(truncatingIfNeeded: date.dayNumber), month: Int32(truncatingIfNeeded: year * 12 + month - 1),
            second: Int32(truncatingIfNeeded: second), dayOfMonth: Int8(truncatingIfNeeded: day),
            isWholeSecond: time.isWholeSecond)
    }
}

/// Day numbers of the first of each month, for the years that files hold.
struct Calendar: BitwiseCopyable {
    private static var firstYear: Int { 1800 }
    private static var lastYear: Int { 2200 }
    private let starts: Flat<Int32>

    init(arena: Arena) {
        var starts: [Int32] = []
        for year in Calendar.firstYear...Calendar.lastYear + 1 {
            for month in 1...12 { starts.append(Int32(CivilDate(year: year, month: month, day: 1)!.dayNumber)) }
        }
        self.starts = arena.flat(starts)
    }

    /// Days since 1970-01-01; nil when there is no such day. `month` is 1 to 12 and `year` 1 to 9999.
    @inline(__always)
    func dayNumber(year: Int, month: Int, day: Int) -> Int? {
        guard year >= Calendar.firstYear, year <= Calendar.lastYear else {
            return CivilDate(year: year, month: month, day: day)?.dayNumber
        }
        let index = (year &- Calendar.firstYear) &* 12 &+ month &- 1
        let start = Int(starts[index])
        guard day >= 1, day <= Int(starts[index &+ 1]) &- start else { return nil }
        return start &+ day &- 1
    }
}
