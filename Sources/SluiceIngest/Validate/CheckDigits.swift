import SluiceModel

/// An identifier taken out of its cell: upper-case ASCII, without the blanks and hyphens that people write into it.
struct Identifier {
    enum Verdict {
        case valid
        /// Wrong form or check digit.
        case wrong
        /// Well-formed, but known to stand for nobody.
        case placeholder
    }

    private(set) var bytes: InlineArray<64, UInt8> = .init(repeating: 0)
    private(set) var count = 0

    init() {}

    /// Takes the bytes from `start` to `end`, without blanks, and without hyphens for an NHS number. Nil when more
    /// than 64 are left or one is not printable ASCII.
    init?(_ text: Flat<UInt8>, _ start: Int, _ end: Int, check: CheckDigit?) {
        for index in start..<end {
            let byte = text[index]
            if isBlank(byte) || (check == .nhsNumber && byte == UInt8(ascii: "-")) { continue }
            guard byte > 0x20, byte < 0x7F, count < 64 else { return nil }
            append(byte >= 0x61 && byte <= 0x7A ? byte & 0xDF : byte)
        }
    }

    mutating func append(_ byte: UInt8) {
        bytes[count] = byte
        count += 1
    }

    subscript(index: Int) -> UInt8 { bytes[index] }

    /// Judges form and check digit, and brings a PNC ID to its long form.
    ///
    /// `year` is the current one, for the century of a short PNC ID.
    mutating func judge(_ check: CheckDigit, year: Int) -> Verdict {
        switch check {
        case .nhsNumber: return nhsNumber()
        case .upn: return upn() ? .valid : .wrong
        case .pncID:
            guard let canonical = pncID(year: year) else { return .wrong }
            self = canonical
            return .valid
        case .croNumber: return croNumber() ? .valid : .wrong
        case .crn: return has(form: "A000000") ? .valid : .wrong
        case .prisonNumber: return has(form: "A0000AA") ? .valid : .wrong
        case .nino: return nino() ? .valid : .wrong
        case .uln: return uln() ? .valid : .wrong
        case .urn: return has(form: "000000") ? .valid : .wrong
        }
    }

    // MARK: - Each identifier

    /// Weights 10 to 2 on the first nine digits, modulo 11. Ten equal digits pass and stand for nobody.
    ///
    /// Source: NHS Data Model and Dictionary, NHS NUMBER.
    private func nhsNumber() -> Verdict {
        guard has(form: "0000000000") else { return .wrong }
        var sum = 0
        for index in 0..<9 { sum += digit(index) * (10 - index) }
        guard (11 - sum % 11) % 11 == digit(9) else { return .wrong }
        for index in 1..<10 where bytes[index] != bytes[0] { return .valid }
        return .placeholder
    }

    /// Letter, nine digits and the serial, whose last may be a letter in a temporary number; weights 2 to 13,
    /// modulo 23.
    ///
    /// Source: Government Data Standards Catalogue, UPN.
    private func upn() -> Bool {
        guard has(form: "A000000000000") || has(form: "A00000000000A") else { return false }
        var sum = 0
        for index in 1..<13 {
            let value = isDigit(index) ? digit(index) : Self.upnAlphabet.firstIndex(of: bytes[index])
            guard let value else { return false }
            sum += value * (index + 1)
        }
        return Self.upnAlphabet[sum % 23] == bytes[0]
    }

    /// Long form `YYYY/NNNNNNNL`, or `YY/N…L` with the slash left out or not; the check letter is the last two digits
    /// of the year followed by the serial, modulo 23.
    ///
    /// Source: ministryofjustice/hmpps-person-record, PNC identifier.
    private func pncID(year: Int) -> Identifier? {
        var slash = -1
        for index in 0..<count where bytes[index] == UInt8(ascii: "/") {
            guard slash < 0 else { return nil }
            slash = index
        }
        // Without a slash only the long form has twelve characters.
        let yearDigits = slash >= 0 ? slash : count == 12 ? 4 : 2
        let serialStart = slash >= 0 ? slash + 1 : yearDigits
        let serialEnd = count - 1
        guard yearDigits == 4 || yearDigits == 2, serialEnd > serialStart, serialEnd - serialStart <= 7,
            let written = number(0..<yearDigits), let serial = number(serialStart..<serialEnd)
        else { return nil }
        let fullYear = yearDigits == 4 ? written : written <= year % 100 ? year - year % 100 + written : 1900 + written
        guard Self.letter(fullYear % 100 * 10_000_000 + serial) == bytes[count - 1] else { return nil }
        var canonical = Identifier()
        canonical.append(number: fullYear, width: 4)
        canonical.append(UInt8(ascii: "/"))
        canonical.append(number: serial, width: 7)
        canonical.append(bytes[count - 1])
        return canonical
    }

    /// `N…/YYL` with the serial padded to six digits for the check, or the file form `SFYY/N…L` with it as it is.
    ///
    /// Source: ministryofjustice/hmpps-person-record, CRO identifier.
    private func croNumber() -> Bool {
        guard count >= 5 else { return false }
        let last = bytes[count - 1]
        if bytes[0] == UInt8(ascii: "S"), bytes[1] == UInt8(ascii: "F") {
            guard count >= 7, count <= 12, bytes[4] == UInt8(ascii: "/"), let year = number(2..<4),
                let serial = number(5..<count - 1)
            else { return false }
            var scale = 1
            for _ in 5..<count - 1 { scale *= 10 }
            return Self.letter(year * scale + serial) == last
        }
        let slash = count - 4
        guard (1...6).contains(slash), bytes[slash] == UInt8(ascii: "/"), let serial = number(0..<slash),
            let year = number(slash + 1..<slash + 3)
        else { return false }
        return Self.letter(year * 1_000_000 + serial) == last
    }

    /// Two letters, six digits and a suffix A to D, which may be missing.
    ///
    /// Source: HMRC National Insurance Manual NIM39110.
    private func nino() -> Bool {
        guard count == 8 || count == 9 else { return false }
        let first = bytes[0]
        let second = bytes[1]
        guard Self.ninoFirst.contains(first), Self.ninoFirst.contains(second), second != UInt8(ascii: "O"),
            number(2..<8) != nil, count == 8 || (UInt8(ascii: "A")...UInt8(ascii: "D")).contains(bytes[8])
        else { return false }
        return !Self.ninoUnused.contains { $0[0] == first && $0[1] == second }
    }

    /// Weights 10 to 2, modulo 11; the check digit is 10 minus the remainder, which is never 0.
    private func uln() -> Bool {
        guard has(form: "0000000000") else { return false }
        var sum = 0
        for index in 0..<9 { sum += digit(index) * (10 - index) }
        return sum % 11 != 0 && 10 - sum % 11 == digit(9)
    }

    // MARK: - Parts

    private func isDigit(_ index: Int) -> Bool { bytes[index] >= 0x30 && bytes[index] <= 0x39 }

    private func digit(_ index: Int) -> Int { Int(bytes[index]) - 0x30 }

    /// Whether every character is a digit where `form` has `0` and a letter where it has `A`.
    private func has(form: StaticString) -> Bool {
        guard form.utf8CodeUnitCount == count else { return false }
        return form.withUTF8Buffer { form in
            (0..<count).allSatisfy { index in
                let isLetter = bytes[index] >= 0x41 && bytes[index] <= 0x5A
                return unsafe form[index] == UInt8(ascii: "A") ? isLetter : isDigit(index)
            }
        }
    }

    /// The digits of `range`; nil when it is empty or holds anything else.
    private func number(_ range: Range<Int>) -> Int? {
        guard !range.isEmpty, range.upperBound <= count, range.count <= 9 else { return nil }
        var value = 0
        for index in range {
            guard isDigit(index) else { return nil }
            value = value * 10 + digit(index)
        }
        return value
    }

    private mutating func append(number: Int, width: Int) {
        for byte in padded(number, width).utf8 { append(byte) }
    }

    private static func letter(_ number: Int) -> UInt8 { policeAlphabet[number % 23] }

    private static let policeAlphabet = Array("ZABCDEFGHJKLMNPQRTUVWXY".utf8)
    private static let upnAlphabet = Array("ABCDEFGHJKLMNPQRTUVWXYZ".utf8)
    private static let ninoFirst = Array("ABCEGHJKLMNOPRSTWXYZ".utf8)
    private static let ninoUnused = ["BG", "GB", "NK", "KN", "TN", "NT", "ZZ"].map { Array($0.utf8) }
}

extension Identifier {
    /// Whether the text holds a valid NHS number that is not a placeholder, anywhere in it, next to no further digit:
    /// ten digits, or groups of 3-3-4, 5-5 or 3-7 with up to three bytes between that are neither letters nor digits,
    /// as people and word processors set them.
    ///
    /// Digits with a letter right beside them belong to a longer word, a hash or a reference, and are no number, unless
    /// the letters before them are a label (`NHS9990000018`). One in eleven numbers of ten digits passes by chance.
    ///
    /// - Parameter startLimit: only numbers that begin before it are looked for.
    static func holdsNHSNumber(
        _ text: Flat<UInt8>, _ start: Int, _ end: Int, startLimit: Int = .max
    ) -> Bool {
        guard end &- start >= 10 else { return false }
        var index = start
        while index < end, index < startLimit {
            guard text[index] &- 0x30 <= 9 else {
                index &+= 1
                continue
            }
            var runEnd = index
            while runEnd < end, text[runEnd] &- 0x30 <= 9 { runEnd &+= 1 }
            switch isInWord(text, start, index) ? 0 : runEnd &- index {
            case 10: if isNHSNumber(text, index, end, lengths: (10, 0, 0)) { return true }
            case 5: if isNHSNumber(text, index, end, lengths: (5, 5, 0)) { return true }
            case 3:
                if isNHSNumber(text, index, end, lengths: (3, 3, 4))
                    || isNHSNumber(text, index, end, lengths: (3, 7, 0))
                {
                    return true
                }
            default: break
            }
            index = runEnd
        }
        return false
    }

    /// Whether runs of exactly these lengths begin at `start` and are together a valid number.
    ///
    /// - Source: NHS Data Model and Dictionary, NHS NUMBER: modulus 11 with the weights 10 to 2.
    private static func isNHSNumber(
        _ text: Flat<UInt8>, _ start: Int, _ end: Int, lengths: (Int, Int, Int)
    ) -> Bool {
        var index = start
        var weight = 10
        var sum = 0
        var last = 0
        var isPlaceholder = true
        let first = text[start]
        for length in [lengths.0, lengths.1, lengths.2] where length > 0 {
            if index != start {
                let gap = index
                while index < end, index &- gap < 3, isLoose(text[index]) { index &+= 1 }
                if index == gap { return false }
            }
            for _ in 0..<length {
                guard index < end, text[index] &- 0x30 <= 9 else { return false }
                if text[index] != first { isPlaceholder = false }
                last = Int(text[index] &- 0x30)
                sum += weight * last
                weight -= 1
                index &+= 1
            }
            if index < end, text[index] &- 0x30 <= 9 { return false }
        }
        if index < end, isLetter(text[index]) { return false }
        // The tenth digit was weighted 1: with a check digit of 11 minus the remainder the sum is a multiple of 11.
        return !isPlaceholder && sum % 11 == 0
    }

    /// Whether the digits from `index` on follow a letter that belongs to no label of a number.
    private static func isInWord(_ text: Flat<UInt8>, _ start: Int, _ index: Int) -> Bool {
        guard index > start, isLetter(text[index &- 1]) else { return false }
        var first = index
        while first > start, isLetter(text[first &- 1]) { first &-= 1 }
        if first > start, text[first &- 1] &- 0x30 <= 9 { return true }
        return !labels.contains { label in
            label.count == index &- first && label.indices.allSatisfy { text[first &+ $0] | 0x20 == label[$0] }
        }
    }

    private static let labels = ["nhs", "nhsno", "nhsnum", "nhsnumber", "no", "num", "number"].map { Array($0.utf8) }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    /// What may stand between groups: a blank, a dash or dot, a control byte, part of a character beyond ASCII.
    private static func isLoose(_ byte: UInt8) -> Bool {
        byte <= 0x2F && byte != UInt8(ascii: ",") && byte != UInt8(ascii: "\"") || byte >= 0x7F
            || byte == UInt8(ascii: "_")
    }
}
