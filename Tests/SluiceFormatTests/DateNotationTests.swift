import SluiceModel
import Testing

@testable import SluiceFormat

@Suite struct `Date formats` {
    private func format(_ text: String, _ type: FieldType = .date) throws -> DateFormat {
        try DateNotation.parse(text, for: type)
    }

    @Test func `become parts`() throws {
        #expect(try format("%d-%b-%y").parts == [.day, .literal(0x2D), .monthName, .literal(0x2D), .shortYear])
        #expect(try format("%Y%%%m%d").parts == [.year, .literal(0x25), .month, .day])
        #expect(
            try format("%Y-%m-%dT%H:%M:%S.%f%z", .datetime).parts.suffix(4) == [
                .second, .literal(0x2E), .fraction, .zone,
            ])
        #expect(
            try format(DateNotation.defaults(for: .datetime)[0], .datetime).parts.suffix(3) == [
                .second, .optionalFraction, .optionalZone,
            ])
    }

    @Test(arguments: [
        ("%q", FieldType.date, "`%q` is not known"), ("%Y-%m-%", .date, "at the end"), ("%Y-%m", .date, "does not fit"),
        ("%Y-%m-%d %H:%M", .date, "does not fit"), ("%Y-%m-%d-%m", .date, "twice"),
        ("%Y-%m-%d %M", .datetime, "does not fit"),
        ("%d/%m/%Y", .yearmonth, "does not fit"), ("%H", .time, "does not fit"), ("%m", .year, "does not fit"),
        ("%Y-%m-%dT%z%H:%M", .datetime, "before the end"), ("", .date, "does not fit"),
        ("%Y-%m-%dT%?z%H:%M", .datetime, "before the end"), ("%Y-%m-%dT%H:%M:%S%z%?z", .datetime, "twice"),
        ("%Y-%m-%dT%H:%M:%S%?d", .datetime, "may be left out"), ("%Y-%m-%dT%H:%M:%S%??f", .datetime, "may be left"),
        ("%Y-%m-%dT%H:%M:%S%?", .datetime, "at the end"), ("%H:%M.%f", .time, "without `%S`"),
        ("%H:%M:%S%f", .time, "without `%S`"), ("%Y-%m-%d%?f", .date, "without `%S`"),
    ])
    func `that do not give their type are refused`(text: String, type: FieldType, what: String) {
        let error = #expect(throws: DateNotation.Problem.self) { try DateNotation.parse(text, for: type) }
        #expect(error?.what.contains(what) == true, "\(error?.what ?? "")")
    }

    @Test(arguments: [
        ("%d/%m/%Y", "%m/%d/%Y", true), ("%d/%m/%y", "%y/%m/%d", true), ("%d%m%Y", "%m%d%Y", true),
        ("%Y-%m-%d", "%Y-%d-%m", true), ("%d/%m/%Y", "%d/%m/%y", false), ("%Y-%m-%d", "%d/%m/%Y", false),
        ("%d-%b-%Y", "%d-%m-%Y", false), ("%d-%b-%Y", "%b-%d-%Y", false), ("%Y%m%d", "%d%m%Y", true),
    ])
    func `are ambiguous when one text gives two days`(a: String, b: String, isAmbiguous: Bool) throws {
        let (a, b) = (try format(a), try format(b))
        #expect(DateNotation.areAmbiguous(a, b, type: .date, today: anyDay) == isAmbiguous)
        #expect(DateNotation.areAmbiguous(b, a, type: .date, today: anyDay) == isAmbiguous)
    }

    @Test func `read values in the slot's unit`() throws {
        func slot(_ text: String, _ type: FieldType, _ format: String) throws -> Int? {
            DateNotation.slot(text, type: type, formats: [try self.format(format, type)], today: anyDay)
        }
        #expect(try slot("1970-01-02", .date, "%Y-%m-%d") == 1)
        #expect(try slot("31/02/2020", .date, "%d/%m/%Y") == nil)
        #expect(try slot("1/jan/26", .date, "%d/%b/%y") == CivilDate("2026-01-01")?.dayNumber)
        #expect(try slot("1/Jan/27", .date, "%d/%b/%y") == CivilDate("1927-01-01")?.dayNumber)
        #expect(try slot("1970-01-01T01:00:00Z", .datetime, "%Y-%m-%dT%H:%M:%S%z") == 3600)
        // A moment, and its clock where the instance is: here in UTC.
        #expect(try slot("1970-01-01T02:00:00+01:00", .datetime, "%Y-%m-%dT%H:%M:%S%z") == 3600)
        for text in ["1970-01-01T01:00:00", "1970-01-01T01:00:00.25", "1970-01-01T01:00:00.123456789012345678901234Z"] {
            #expect(try slot(text, .datetime, DateNotation.defaults(for: .datetime)[0]) == 3600)
        }
        for text in ["1970-01-01T01:00:00.", "1970-01-01T01:00:00,5", "1970-01-01T01:00:00Zulu", "1970-01-01T01:00"] {
            #expect(try slot(text, .datetime, DateNotation.defaults(for: .datetime)[0]) == nil)
        }
        #expect(try slot("23:59:59.5", .time, "%H:%M:%S.%f") == 86_399)
        #expect(try slot("23:59:59.", .time, "%H:%M:%S.%f") == nil)
        #expect(try slot("23:59", .time, "%H:%M") == 86_340)
        #expect(try slot("24:00", .time, "%H:%M") == nil)
        #expect(try slot("2026-04", .yearmonth, "%Y-%m") == 24_315)
        #expect(try slot("2026", .year, "%Y") == 2026)
    }

    @Test(
        arguments: [
            ("12.3456", 12_346), ("-0.5", -500), ("+7", 7000), ("0.0005", 1),
            ("999999999999999", 999_999_999_999_999_000),
            ("1.", nil), (".5", nil), ("1e3", nil), ("", nil), ("-", nil), ("1234567890123456", nil), ("1.2.3", nil),
        ] as [(String, Int?)])
    func `and numbers in thousandths`(text: String, value: Int?) {
        #expect(DateNotation.thousandths(text) == value)
    }
}
