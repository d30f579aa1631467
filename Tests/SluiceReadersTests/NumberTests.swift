import Glibc
import SluiceModel
import SluiceTestSupport
import Testing

@testable import SluiceReaders

struct NumberTests {
    private func text(_ number: String, _ kind: NumberKind = .number, since1904: Bool = false) -> String {
        var cell = Scratch()
        let bytes = Array(number.utf8)
        unsafe bytes.withUnsafeBufferPointer {
            unsafe CellNumber(dates: since1904 ? .since1904 : .since1900).append($0, kind: kind, to: &cell)
        }
        return unsafe String(decoding: cell.bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("0", "0"), ("-0", "0"), ("007", "7"), ("12", "12"), ("-12", "-12"), ("1.50", "1.5"), ("1.0", "1"),
        ("0.5", "0.5"),
        ("0.30000000000000004", "0.3"), ("1.1000000000000001", "1.1"), ("123456789012345", "123456789012345"),
        ("1234567890123456789", "1234567890123460000"), ("1E3", "1000"), ("1e-3", "0.001"), ("1E-7", "0.0000001"),
        ("1E-8", "1E-8"), ("1.5E+20", "150000000000000000000"), ("1E21", "1E21"), ("-1.25E300", "-1.25E300"),
        ("+5", "5"), (".5", "0.5"), ("5.", "5"), ("1.0000000000000002", "1"), ("99999999999999.99", "100000000000000"),
        ("999999999999999.9", "1000000000000000"), ("2.5", "2.5"), ("-.5", "-0.5"),
        // What is no number stays.
        ("abc", "abc"), ("1,5", "1,5"), ("NaN", "NaN"), ("INF", "INF"), ("1E999", "1E999"), ("0x10", "0x10"),
        ("-", "-"),
        ("--1", "--1"), ("1e", "1e"), (" 1", " 1"),
    ])
    func `a number has at most 15 digits and is as short as it can be`(number: String, expected: String) {
        #expect(text(number) == expected)
    }

    @Test func `numbers of up to 15 digits come back exactly`() {
        var random = SplitMix64(seed: 3)
        for _ in 0..<20_000 {
            let digits = Int.random(in: -999_999_999_999_999...999_999_999_999_999, using: &random)
            let value = Double(digits) * pow(10, Double(Int.random(in: -12...3, using: &random)))
            var printed = [CChar](repeating: 0, count: 64)
            _ = unsafe withVaList([value]) { unsafe vsnprintf(&printed, 64, "%.15g", $0) }
            let rounded = unsafe strtod(printed, nil)
            // 17 digits, as files have them.
            #expect(Double(text("\(value)")) == rounded)
        }
    }

    @Test(arguments: [
        ("0", NumberKind.date, "0"), ("1", .date, "1900-01-01"), ("59", .date, "1900-02-28"),
        ("60", .date, "1900-02-29"), ("61", .date, "1900-03-01"), ("45413", .date, "2024-05-01"),
        ("45413.99", .date, "2024-05-01T23:45:36"), ("2958465", .date, "9999-12-31"),
        ("2958465.9", .date, "9999-12-31T21:36:00"), ("0.5", .date, "12:00:00"), ("0.25", .dateTime, "06:00:00"),
        // A hair below midnight is the next day, whatever is shown; six tenths of a second are not a hair.
        ("45869.99999999999", .date, "2025-08-01"), ("45869.99999999999", .dateTime, "2025-08-01T00:00:00"),
        ("45869.9999953704", .date, "2025-07-31T23:59:59"), ("45869.9999953704", .dateTime, "2025-07-31T23:59:59"),
        ("0.9999953704", .timeOfDay, "23:59:59"),
        ("2958466", .date, "2958466"), ("-1", .date, "-1"), ("1E9", .date, "1000000000"), ("text", .date, "text"),
        ("45413", .dateTime, "2024-05-01T00:00:00"), ("45413.5", .dateTime, "2024-05-01T12:00:00"),
        ("45413.99999999", .dateTime, "2024-05-02T00:00:00"), ("0.5", .dateTime, "12:00:00"),
        ("2958465.999999999", .dateTime, "2958466"),
        ("0.5", .timeOfDay, "12:00:00"), ("45413.25", .timeOfDay, "2024-05-01T06:00:00"),
        ("0.999999999", .timeOfDay, "00:00:00"),
        ("1.25", .elapsed, "30:00:00"), ("0.0000115740740740741", .elapsed, "00:00:01"), ("10", .elapsed, "240:00:00"),
        ("-0.5", .elapsed, "-0.5"),
    ])
    func `a serial is a day or time, or stays a number`(serial: String, kind: NumberKind, expected: String) {
        #expect(text(serial, kind) == expected)
    }

    @Test func `serials count days without a gap, in both systems`() {
        // A calendar of its own, a day at a time.
        var (year, month, day) = (1900, 1, 1)
        for serial in 1...110_000 {
            let expected = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
            #expect(text("\(serial)", .date) == expected)
            if serial > 1462 { #expect(text("\(serial - 1462)", .date, since1904: true) == expected) }
            // 1900 has a 29 February here, as in the program that the numbers come from.
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) || year == 1900
            let length = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
            day += 1
            if day > length { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }

    @Test func `a day and its date go both ways, in both systems`() {
        for system in [DateSystem.since1900, .since1904] {
            for day in 0...200_000 {
                guard let date = system.date(ofDay: day) else {
                    #expect(system == .since1900 && (day == 0 || day == 60))
                    continue
                }
                #expect(system.day(of: date) == day)
            }
            #expect(system.day(of: CivilDate(year: 1899, month: 12, day: 31)!) == nil)
        }
    }

    @Test func `every second of a day is told`() {
        for second in stride(from: 0, to: 86_400, by: 7) {
            let expected = "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
            #expect(text("\(Double(second) / 86_400)", .timeOfDay) == expected)
            #expect(text("\(Double(second) / 86_400 + 45_413)", .timeOfDay) == "2024-05-01T" + expected)
        }
    }

    @Test(arguments: [
        ("General", NumberKind.number), ("0.00", .number), ("#,##0", .number), ("@", .number), ("0%", .number),
        ("0.00E+00", .number), ("[Red]0", .number), ("\"days\" 0", .number), ("\\d0", .number), ("0_d", .number),
        ("* 0", .number), ("[$€-2] 0", .number), ("# ?/?", .number), ("\"yyyy\"", .number), ("", .number),
        ("dd/mm/yyyy", .date), ("d-mmm-yy", .date), ("mmm", .date), ("[$-809]dd mmmm yyyy;@", .date),
        ("[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", .date), ("yyyy", .date), ("[Red]dd/mm", .date), ("DD/MM/YYYY", .date),
        ("[<60]0;dd/mm/yyyy", .number), ("dd\"h\"mm", .date),
        ("dd/mm/yyyy hh:mm", .dateTime), ("yyyy-mm-dd\\Thh:mm:ss", .dateTime), ("m/d/yy h:mm AM/PM", .dateTime),
        ("hh:mm", .timeOfDay), ("h:mm A/P", .timeOfDay), ("mm:ss.0", .timeOfDay), ("[$-F400]h:mm:ss AM/PM", .timeOfDay),
        ("[h]:mm:ss", .elapsed), ("[mm]:ss", .elapsed), ("[SS]", .elapsed), ("[", .number), ("\\", .number),
        ("\"", .number),
    ])
    func `a format code says what its numbers are`(code: String, expected: NumberKind) {
        #expect(NumberKind(formatCode: code) == expected)
    }

    @Test func `built-in formats say what their numbers are`() {
        let dates = [14, 15, 16, 17], times = [18, 19, 20, 21, 45, 47]
        for id in 0..<50 where !(27...36).contains(id) {
            let expected: NumberKind =
                dates.contains(id)
                ? .date : times.contains(id) ? .timeOfDay : id == 22 ? .dateTime : id == 46 ? .elapsed : .number
            #expect(NumberKind(builtIn: id) == expected)
        }
    }
}
