import SluiceModel
import SluiceReaders

/// Dates and times in the forms that spreadsheets and databases give them, beside those that a schema lists: taken where
/// nothing else can be meant.
struct DateForms: BitwiseCopyable {
    private let instant: DateReader
    private let spacedInstant: DateReader
    private let day: DateReader
    private let clock: DateReader
    /// A moment without its fraction.
    private let scratch: Flat<UInt8>
    private static let scratchBytes = 96

    init(today: CivilDate, zone: ZoneTable, calendar: Calendar, arena: Arena) {
        let date: [DateFormat.Part] = [.year, .literal(0x2D), .month, .literal(0x2D), .day]
        let time: [DateFormat.Part] = [.hour, .literal(0x3A), .minute, .literal(0x3A), .second]
        func reader(_ parts: [DateFormat.Part]) -> DateReader {
            DateReader(
                DateFormat(text: "", parts: parts), today: today, zone: zone, calendar: calendar, arena: arena)
        }
        instant = reader(date + [.literal(UInt8(ascii: "T"))] + time + [.optionalFraction, .optionalZone])
        spacedInstant = reader(date + [.literal(UInt8(ascii: " "))] + time + [.optionalFraction, .optionalZone])
        day = reader(date)
        clock = reader(time + [.optionalFraction])
        scratch = arena.flat(DateForms.scratchBytes, repeating: 0)
    }

    // MARK: - Text

    /// A cell that a format does not read because a midnight follows the date, or noughts the second.
    ///
    /// Programs that know only moments write a date as its midnight: `03/07/2025 00:00`, `2025-07-03T00:00:00.000`, and,
    /// where their clocks are not UTC, `2025-07-02T23:00:00Z`.
    func time(
        _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ reading: FieldChecker.Reading, _ format: DateReader
    ) -> CivilTime? {
        switch reading {
        case .date:
            if let shorter = DateForms.withoutMidnight(text, start, end) { return format.read(text, start, shorter) }
            // A moment with a zone that is a midnight of these clocks.
            guard let moment = instant.read(text, start, end), moment.second == 0, moment.isWholeSecond else {
                return nil
            }
            return moment
        case .yearmonth:
            return DateForms.withoutMidnight(text, start, end).flatMap { format.read(text, start, $0) }
        case .datetime, .time:
            if let shorter = DateForms.withoutZeroFraction(text, start, end) {
                return format.read(text, start, shorter)
            }
            return copyWithoutZeroFraction(text, start, end).flatMap { format.read(scratch, 0, $0) }
        default: return nil
        }
    }

    /// The end of the text without ` 00:00`, `T00:00:00`, `.000` behind it and a zone; nil where it ends otherwise.
    private static func withoutMidnight(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var index = end
        if index > start, text[index - 1] == UInt8(ascii: "Z") { index -= 1 }
        index = withoutZeroFraction(text, start, index) ?? index
        // At least one pair of noughts behind a colon, at most two.
        var pairs = 0
        while pairs < 2, index - 3 > start, text[index - 1] == 0x30, text[index - 2] == 0x30, text[index - 3] == 0x3A {
            index -= 3
            pairs += 1
        }
        guard pairs > 0, index > start, text[index - 1] == 0x30 else { return nil }
        index -= 1
        if index > start, text[index - 1] == 0x30 { index -= 1 }
        guard index - 1 > start, text[index - 1] == UInt8(ascii: "T") || text[index - 1] == UInt8(ascii: " ") else {
            return nil
        }
        return index - 1
    }

    /// The end of the text without `.000` behind it.
    private static func withoutZeroFraction(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var index = end
        while index > start, text[index - 1] == 0x30 { index -= 1 }
        guard index < end, index > start, text[index - 1] == UInt8(ascii: ".") else { return nil }
        return index - 1
    }

    /// Copies a text without the `.000` before its zone, as in `2025-07-05T19:54:00.000Z` or `….000+01:00`; returns the
    /// length of the copy, nil where there is no such thing.
    private func copyWithoutZeroFraction(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Int? {
        guard end - start <= DateForms.scratchBytes / 2, let dot = (start..<end).first(where: { text[$0] == 0x2E })
        else {
            return nil
        }
        var zone = dot + 1
        while zone < end, text[zone] == 0x30 { zone += 1 }
        guard zone > dot + 1, zone < end,
            [UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "-")].contains(text[zone])
        else { return nil }
        for offset in 0..<scratch.count { scratch[offset] = 0 }
        scratch.copy(start..<dot, from: text, to: 0)
        scratch.copy(zone..<end, from: text, to: dot - start)
        return end - start - (zone - dot)
    }

    // MARK: - Workbooks

    /// What a field makes of a workbook's cell: the month of a date, the day of a moment, the clock that stands in the
    /// number however it is shown. Nil where the cell holds no such thing.
    func workbookTime(
        _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ reading: FieldChecker.Reading, _ system: DateSystem
    ) -> CivilTime? {
        guard let (time, hasDay, hasClock) = parts(text, start, end, reading, system) else { return nil }
        switch reading {
        case .date, .yearmonth, .formattedYear, .year: return hasDay ? time : nil
        case .datetime: return hasDay ? time : nil
        case .time: return hasClock ? time : nil
        default: return nil
        }
    }

    private func parts(
        _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ reading: FieldChecker.Reading, _ system: DateSystem
    ) -> (time: CivilTime, hasDay: Bool, hasClock: Bool)? {
        if let time = instant.read(text, start, end) ?? spacedInstant.read(text, start, end) {
            return (time, true, true)
        }
        if let time = day.read(text, start, end) { return (time, true, false) }
        if let time = clock.read(text, start, end) { return (time, false, true) }
        // A number that is not shown as a date or a time.
        guard reading != .year, reading != .formattedYear, let serial = DateForms.serial(text, start, end),
            serial < 1 ? reading == .time : DateForms.plausibleSerials.contains(serial),
            let (day, second) = system.parts(ofSerial: serial)
        else { return nil }
        guard serial >= 1 else {
            var time = CivilTime()
            time.second = Int32(truncatingIfNeeded: second)
            return (time, false, true)
        }
        guard let date = system.date(ofDay: day) else { return nil }
        let (year, month, dayOfMonth) = date.parts
        let time = CivilTime(
            day: Int32(truncatingIfNeeded: date.dayNumber), month: Int32(truncatingIfNeeded: year * 12 + month - 1),
            second: Int32(truncatingIfNeeded: second), dayOfMonth: Int8(truncatingIfNeeded: dayOfMonth))
        return (time, true, second > 0)
    }

    /// From May 1927 to the end of 2099: a smaller number may be a year, a larger one a date written in digits.
    private static var plausibleSerials: Range<Double> { 10_000..<73_051 }

    /// Up to seven digits and a fraction; nil for all else.
    private static func serial(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Double? {
        guard start < end, end - start <= 24 else { return nil }
        var index = start
        var whole = 0
        while index < end, text[index] &- 0x30 < 10, index - start < 7 {
            whole = whole * 10 + Int(text[index] - 0x30)
            index += 1
        }
        guard index > start else { return nil }
        if index == end { return Double(whole) }
        guard text[index] == UInt8(ascii: "."), index + 1 < end,
            (index + 1..<end).allSatisfy({ text[$0] &- 0x30 < 10 })
        else { return nil }
        return Double(String(decoding: text.bytes(start..<end), as: UTF8.self))
    }

    /// The number that a workbook's date cell holds, for a field that asks for a whole number; nil for all else.
    func serialNumber(_ text: Flat<UInt8>, _ start: Int, _ end: Int, _ system: DateSystem) -> Int? {
        guard let time = day.read(text, start, end) else { return nil }
        return system.day(of: CivilDate(dayNumber: Int(time.day)))
    }
}
