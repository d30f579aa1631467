import Glibc
import SluiceModel

/// A cell's number as text.
struct CellNumber {
    let dates: DateSystem

    /// Appends what the number's text stands for; a text that is no number as it is.
    ///
    /// What is shown as a date, a time or both becomes all that stands in the number, however little of it is shown: a
    /// day alone, a clock alone where there is no day, both where there are both. What a field makes of it is the
    /// field's to say. A serial that the calendar has no place for stays a number.
    func append(_ text: UnsafeBufferPointer<UInt8>, kind: NumberKind, to cell: inout Scratch) {
        if kind != .number, let serial = unsafe CellNumber.value(of: text), append(serial: serial, kind, to: &cell) {
            return
        }
        unsafe CellNumber.append(number: text, to: &cell)
    }

    // MARK: - Dates and times

    private func append(serial: Double, _ kind: NumberKind, to cell: inout Scratch) -> Bool {
        guard let (day, second) = dates.parts(ofSerial: serial) else { return false }
        switch kind {
        case .number: return false
        case .elapsed: CellNumber.append(clock: day * DateSystem.secondsPerDay + second, to: &cell)
        case .timeOfDay, .date, .dateTime:
            // In the system of 1900 no date has day 0: what is there is a time.
            let hasDay = day > 0 || (dates == .since1904 && kind != .timeOfDay)
            // What rounds up to the midnight after day 0 is a time too, the first of the day.
            let isTime = kind == .timeOfDay && serial < 1
            guard hasDay, !isTime else {
                guard kind == .timeOfDay || second > 0 else { return false }
                CellNumber.append(clock: second, to: &cell)
                return true
            }
            guard append(day: day, to: &cell) else { return false }
            if second == 0, kind == .date { return true }
            cell.append(UInt8(ascii: "T"))
            CellNumber.append(clock: second, to: &cell)
        }
        return true
    }

    private func append(day: Int, to cell: inout Scratch) -> Bool {
        if dates == .since1900, day == 60 {
            cell.append(contentsOf: "1900-02-29".utf8)
            return true
        }
        guard let date = dates.date(ofDay: day) else { return false }
        CellNumber.append(date, to: &cell)
        return true
    }

    private static func append(_ date: CivilDate, to cell: inout Scratch) {
        let (year, month, day) = date.parts
        append(year, digits: 4, to: &cell)
        cell.append(UInt8(ascii: "-"))
        append(month, digits: 2, to: &cell)
        cell.append(UInt8(ascii: "-"))
        append(day, digits: 2, to: &cell)
    }

    /// `HH:MM:SS`; hours take more digits where they need them.
    private static func append(clock seconds: Int, to cell: inout Scratch) {
        let hours = seconds / 3600
        if hours < 100 { append(hours, digits: 2, to: &cell) } else { cell.append(contentsOf: String(hours).utf8) }
        cell.append(UInt8(ascii: ":"))
        append(seconds / 60 % 60, digits: 2, to: &cell)
        cell.append(UInt8(ascii: ":"))
        append(seconds % 60, digits: 2, to: &cell)
    }

    private static func append(_ number: Int, digits: Int, to cell: inout Scratch) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            cell.append(UInt8(0x30 + number / divisor % 10))
            divisor /= 10
        }
    }

    // MARK: - Numbers

    /// Significant digits that Excel keeps.
    private static let digitLimit = 15

    /// Appends the shortest decimal of at most 15 significant digits: `0.30000000000000004` is `0.3`.
    static func append(number text: UnsafeBufferPointer<UInt8>, to cell: inout Scratch) {
        if unsafe isShort(text) {
            unsafe cell.append(text)
        } else if let value = unsafe value(of: text) {
            append(value, to: &cell)
        } else {
            unsafe cell.append(text)
        }
    }

    /// Whether the text is its own shortest form: `0`, `-12`, `3.05`.
    private static func isShort(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var digits = 0
        var hasPoint = false
        var index = unsafe text.first == UInt8(ascii: "-") ? 1 : 0
        let first = index
        while index < text.count {
            let byte = unsafe text[index]
            if byte == UInt8(ascii: "."), !hasPoint, index > first {
                hasPoint = true
            } else {
                guard 0x30...0x39 ~= byte else { return false }
                digits += 1
            }
            index += 1
        }
        guard digits > 0, digits <= digitLimit, let last = unsafe text.last else { return false }
        if hasPoint, last == UInt8(ascii: "0") || last == UInt8(ascii: ".") { return false }
        guard unsafe text[first] == UInt8(ascii: "0") else { return true }
        // `0` and `0.5`, and neither `-0` nor `007`.
        let second = first + 1 < text.count ? unsafe text[first + 1] : 0
        return text.count == 1 || (hasPoint && second == UInt8(ascii: "."))
    }

    /// The value of a decimal number; nil for anything else.
    static func value(of text: UnsafeBufferPointer<UInt8>) -> Double? {
        guard !text.isEmpty, text.count <= 400 else { return nil }
        var whole = 0
        if text.count <= digitLimit {
            var index = 0
            while index < text.count, case let digit = unsafe Int(text[index]) - 0x30, 0...9 ~= digit {
                whole = whole * 10 + digit
                index += 1
            }
            if index == text.count { return Double(whole) }
        }
        let allowed = unsafe text.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "e"),
                UInt8(ascii: "E"):
                return true
            default: return false
            }
        }
        guard allowed else { return nil }
        guard let value = unsafe Double(String(decoding: text, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    private static func append(_ value: Double, to cell: inout Scratch) {
        // `d.dddddddddddddde±xx`, correctly rounded.
        var printed = [CChar](repeating: 0, count: 40)
        _ = unsafe withVaList([value]) { unsafe vsnprintf(&printed, printed.count, "%.14e", $0) }
        let text = printed.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        guard let mark = text.firstIndex(of: UInt8(ascii: "e")),
            let exponent = Int(String(decoding: text[(mark + 1)...], as: UTF8.self))
        else { preconditionFailure("a number is printed with its exponent") }
        var digits = text[..<mark].filter { 0x30...0x39 ~= $0 }
        while digits.count > 1, digits.last == 0x30 { digits.removeLast() }
        if digits == [0x30] {
            cell.append(0x30)
            return
        }
        if value < 0 { cell.append(UInt8(ascii: "-")) }
        switch exponent {
        case 0..<21:
            let whole = exponent + 1
            if digits.count <= whole {
                cell.append(contentsOf: digits)
                cell.append(contentsOf: repeatElement(0x30, count: whole - digits.count))
            } else {
                cell.append(contentsOf: digits[..<whole])
                cell.append(UInt8(ascii: "."))
                cell.append(contentsOf: digits[whole...])
            }
        case -7..<0:
            cell.append(contentsOf: "0.".utf8)
            cell.append(contentsOf: repeatElement(0x30, count: -exponent - 1))
            cell.append(contentsOf: digits)
        default:
            cell.append(digits[0])
            if digits.count > 1 {
                cell.append(UInt8(ascii: "."))
                cell.append(contentsOf: digits[1...])
            }
            cell.append(UInt8(ascii: "E"))
            cell.append(contentsOf: String(exponent).utf8)
        }
    }
}
