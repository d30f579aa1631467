import SluiceModel

/// Reads the `%` notation of date formats, and dates and numbers that the settings themselves write.
enum DateNotation {
    struct Problem: Error {
        var what: String
        var hint: String
    }

    static func defaults(for type: FieldType) -> [String] {
        switch type {
        case .date: ["%Y-%m-%d"]
        // XML Schema's `dateTime`: fraction and zone may stand in some cells of a column and not in others.
        case .datetime: ["%Y-%m-%dT%H:%M:%S%?f%?z"]
        case .time: ["%H:%M:%S"]
        case .year: ["%Y"]
        case .yearmonth: ["%Y-%m"]
        default: []
        }
    }

    /// Reads a format for fields of `type`.
    static func parse(_ text: String, for type: FieldType) throws(Problem) -> DateFormat {
        var parts: [DateFormat.Part] = []
        var isAfterPercent = false
        var isOptional = false
        for byte in text.utf8 {
            guard isAfterPercent else {
                if byte == UInt8(ascii: "%") { isAfterPercent = true } else { parts.append(.literal(byte)) }
                continue
            }
            if byte == UInt8(ascii: "?"), !isOptional {
                isOptional = true
                continue
            }
            isAfterPercent = false
            if isOptional {
                isOptional = false
                switch byte {
                case UInt8(ascii: "f"): parts.append(.optionalFraction)
                case UInt8(ascii: "z"): parts.append(.optionalZone)
                default: throw Problem(what: "only `%?f` and `%?z` may be left out", hint: "use %?f or %?z")
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "Y"): parts.append(.year)
            case UInt8(ascii: "y"): parts.append(.shortYear)
            case UInt8(ascii: "m"): parts.append(.month)
            case UInt8(ascii: "b"): parts.append(.monthName)
            case UInt8(ascii: "d"): parts.append(.day)
            case UInt8(ascii: "H"): parts.append(.hour)
            case UInt8(ascii: "M"): parts.append(.minute)
            case UInt8(ascii: "S"): parts.append(.second)
            case UInt8(ascii: "f"): parts.append(.fraction)
            case UInt8(ascii: "z"): parts.append(.zone)
            case UInt8(ascii: "%"): parts.append(.literal(byte))
            default:
                let letter = byte < 0x80 ? String(UnicodeScalar(byte)) : ""
                throw Problem(what: "`%\(letter)` is not known", hint: "use %Y %y %m %d %H %M %S %f %b %z")
            }
        }
        if isAfterPercent { throw Problem(what: "`%` at the end", hint: "write `%%` for the character") }
        try check(parts, type)
        return DateFormat(text: text, parts: parts)
    }

    private static func check(_ parts: [DateFormat.Part], _ type: FieldType) throws(Problem) {
        func count(_ wanted: DateFormat.Part...) -> Int { parts.filter { wanted.contains($0) }.count }
        let years = count(.year, .shortYear)
        let months = count(.month, .monthName)
        let (days, hours, minutes, seconds) = (count(.day), count(.hour), count(.minute), count(.second))
        let fractions = count(.fraction, .optionalFraction)
        let zones = count(.zone, .optionalZone)
        if max(years, months, days, hours, minutes, seconds, fractions, zones) > 1 {
            throw Problem(what: "a part stands twice", hint: "name each part once")
        }
        if zones == 1, parts.last != .zone, parts.last != .optionalZone {
            throw Problem(what: "`%z` before the end", hint: "the zone comes last")
        }
        // A fraction of anything else would be read and thrown away.
        if let fraction = parts.firstIndex(where: { $0 == .fraction || $0 == .optionalFraction }) {
            let isAfterSecond =
                parts[fraction] == .optionalFraction
                ? parts.prefix(fraction).last == .second
                : fraction >= 2 && parts[fraction - 2] == .second
                    && [.literal(UInt8(ascii: ".")), .literal(UInt8(ascii: ","))].contains(parts[fraction - 1])
            if !isAfterSecond {
                throw Problem(what: "`%f` without `%S` before it", hint: "write `%S.%f` or `%S%?f`")
            }
        }
        let hasClock = hours + minutes + seconds > 0
        let isClockWhole = hours == 1 && minutes == 1
        let fits: Bool
        let needs: String
        switch type {
        case .date:
            (fits, needs) = (
                years == 1 && months == 1 && days == 1 && !hasClock, "year, month and day, and no clock time"
            )
        case .datetime:
            (fits, needs) = (
                years == 1 && months == 1 && days == 1 && (!hasClock || isClockWhole),
                "year, month and day, and of the clock nothing or hour and minute"
            )
        case .time: (fits, needs) = (years + months + days == 0 && isClockWhole, "hour and minute, and no date")
        case .yearmonth: (fits, needs) = (years == 1 && months == 1 && days == 0 && !hasClock, "year and month only")
        case .year: (fits, needs) = (years == 1 && months + days == 0 && !hasClock, "the year only")
        default: (fits, needs) = (false, "a temporal type")
        }
        if !fits { throw Problem(what: "the format does not fit the type", hint: "it needs \(needs)") }
    }

    // MARK: - Values

    /// A value of `text` in the field's slot unit (`FieldType`); nil when the text has none of the formats.
    ///
    /// - Parameter zone: the clocks that a moment with a zone of its own is brought to, as a cell's is.
    static func slot(
        _ text: String, type: FieldType, formats: [DateFormat], today: CivilDate, zone: ZoneOffsets = .utc
    ) -> Int? {
        switch type {
        case .string, .boolean, .object, .array, .list, .duration, .geopoint, .geojson, .any: return nil
        case .integer: return Int(text)
        case .number: return thousandths(text)
        case .date, .datetime, .time, .year, .yearmonth:
            for format in formats {
                if let clock = read(Array(text.utf8), format, today: today), let slot = clock.slot(type, zone: zone) {
                    return slot
                }
            }
            return nil
        }
    }

    /// `12.3456` is 12,346: thousandths, rounded to nearest, halves away from zero.
    static func thousandths(_ text: String) -> Int? {
        var digits = Array(text.utf8)
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
        let halves = digits.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = halves.first, !whole.isEmpty, whole.count <= 15 else { return nil }
        let fraction = halves.count == 2 ? Array(halves[1]) : []
        guard halves.count == 1 || !fraction.isEmpty else { return nil }
        var value = 0
        for place in 0..<(whole.count + 3) {
            let byte =
                place < whole.count
                ? whole[whole.startIndex + place]
                : place - whole.count < fraction.count
                    ? fraction[place - whole.count] : UInt8(ascii: "0")
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        for byte in fraction.dropFirst(3) {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        }
        if fraction.count > 3, fraction[3] >= UInt8(ascii: "5") { value += 1 }
        return isNegative ? -value : value
    }

    struct Clock: Hashable {
        /// What a zone behind it adds to UTC.
        var offsetSeconds: Int?
        var year = 1970
        var month = 1
        var day = 1
        var hour = 0
        var minute = 0
        var second = 0

        /// - Parameter zone: the clocks that a moment with a zone of its own is brought to; nil for its own clocks.
        func slot(_ type: FieldType, zone: ZoneOffsets? = nil) -> Int? {
            guard let date = CivilDate(year: year, month: month, day: day), hour < 24, minute < 60, second < 60 else {
                return nil
            }
            let secondOfDay = hour * 3600 + minute * 60 + second
            switch type {
            case .date: return date.dayNumber
            case .datetime:
                let own = date.dayNumber * 86_400 + secondOfDay
                guard let zone, let offsetSeconds else { return own }
                return zone.local(ofUTC: own - offsetSeconds)
            case .time: return secondOfDay
            case .year: return year
            case .yearmonth: return date.month.index
            default: return nil
            }
        }
    }

    private static let monthNames = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    static func read(_ bytes: [UInt8], _ format: DateFormat, today: CivilDate) -> Clock? {
        var clock = Clock()
        var index = 0
        func digits(_ counts: ClosedRange<Int>) -> Int? {
            var value = 0
            var count = 0
            while count < counts.upperBound, index < bytes.count, (0x30...0x39).contains(bytes[index]) {
                // Only a fraction has so many digits, and its value is not asked for.
                value = value &* 10 &+ Int(bytes[index] - 0x30)
                index += 1
                count += 1
            }
            return count >= counts.lowerBound ? value : nil
        }
        for part in format.parts {
            switch part {
            case .literal(let byte):
                guard index < bytes.count, bytes[index] == byte else { return nil }
                index += 1
            case .year:
                guard let value = digits(4...4) else { return nil }
                clock.year = value
            case .shortYear:
                guard let value = digits(2...2) else { return nil }
                clock.year = value <= today.parts.year % 100 ? 2000 + value : 1900 + value
            case .month:
                guard let value = digits(1...2) else { return nil }
                clock.month = value
            case .monthName:
                guard index + 3 <= bytes.count else { return nil }
                let name = bytes[index..<(index + 3)].map { $0 | 0x20 }
                guard let month = monthNames.firstIndex(where: { Array($0.utf8) == name }) else { return nil }
                clock.month = month + 1
                index += 3
            case .day:
                guard let value = digits(1...2) else { return nil }
                clock.day = value
            case .hour:
                guard let value = digits(1...2) else { return nil }
                clock.hour = value
            case .minute:
                guard let value = digits(1...2) else { return nil }
                clock.minute = value
            case .second:
                guard let value = digits(1...2) else { return nil }
                clock.second = value
            case .fraction:
                guard digits(1...bytes.count) != nil else { return nil }
            case .optionalFraction:
                guard index < bytes.count, bytes[index] == UInt8(ascii: ".") else { continue }
                index += 1
                guard digits(1...bytes.count) != nil else { return nil }
            case .zone, .optionalZone:
                if index == bytes.count, part == .optionalZone { continue }
                if index < bytes.count, bytes[index] == UInt8(ascii: "Z") {
                    index += 1
                    clock.offsetSeconds = 0
                } else {
                    guard index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-")
                    else { return nil }
                    let sign = bytes[index] == UInt8(ascii: "-") ? -1 : 1
                    index += 1
                    guard let hours = digits(2...2) else { return nil }
                    if index < bytes.count, bytes[index] == UInt8(ascii: ":") { index += 1 }
                    guard let minutes = digits(2...2) else { return nil }
                    clock.offsetSeconds = sign * (hours * 3600 + minutes * 60)
                }
            }
        }
        return index == bytes.count ? clock : nil
    }

    // MARK: - Ambiguity

    /// Whether some text has both formats and means different values in them: the first cell would decide a column
    /// that fits either.
    static func areAmbiguous(_ a: DateFormat, _ b: DateFormat, type: FieldType, today: CivilDate) -> Bool {
        for (writer, reader) in [(a, b), (b, a)] {
            for clock in type == .date || type == .yearmonth || type == .year ? dayProbes : probes {
                for isPadded in [true, false] {
                    let text = write(clock, writer, isPadded: isPadded)
                    // Read back by its own format: two digits of a year lose the century.
                    guard let own = read(text, writer, today: today)?.slot(type),
                        let other = read(text, reader, today: today)?.slot(type)
                    else { continue }
                    if own != other { return true }
                }
            }
        }
        return false
    }

    private static let dayProbes = probes.filter { $0.hour == 0 }

    private static let probes: [Clock] = {
        var clocks: [Clock] = []
        for year in [2001, 2012] {
            for month in [1, 2, 12] {
                for day in [1, 3, 12, 21] {
                    for (hour, minute, second) in [(1, 2, 3), (12, 11, 10), (0, 0, 0)] {
                        clocks.append(
                            Clock(year: year, month: month, day: day, hour: hour, minute: minute, second: second))
                    }
                }
            }
        }
        return clocks
    }()

    static func write(_ clock: Clock, _ format: DateFormat, isPadded: Bool) -> [UInt8] {
        func short(_ value: Int) -> [UInt8] { Array((isPadded ? padded(value, 2) : String(value)).utf8) }
        var bytes: [UInt8] = []
        for part in format.parts {
            switch part {
            case .literal(let byte): bytes.append(byte)
            case .year: bytes += Array(padded(clock.year, 4).utf8)
            case .shortYear: bytes += Array(padded(clock.year % 100, 2).utf8)
            case .month: bytes += short(clock.month)
            case .monthName: bytes += Array(monthNames[clock.month - 1].utf8)
            case .day: bytes += short(clock.day)
            case .hour: bytes += short(clock.hour)
            case .minute: bytes += short(clock.minute)
            case .second: bytes += short(clock.second)
            case .zone: bytes.append(UInt8(ascii: "Z"))
            case .fraction: bytes.append(UInt8(ascii: "5"))
            case .optionalFraction: if isPadded { bytes += Array(".5".utf8) }
            case .optionalZone: if isPadded { bytes.append(UInt8(ascii: "Z")) }
            }
        }
        return bytes
    }
}
