import SluiceModel

/// Postcodes, streets, mail and dates of birth.
extension Detector {
    func places(at index: Int, wanted: IdentifierKinds) -> IdentifierKinds {
        var found: IdentifierKinds = []
        if wanted.contains(.postcode), isPostcode(index) { found.insert(IdentifierKinds(.postcode)) }
        if wanted.contains(.streetAddress), isStreetAddress(index) { found.insert(IdentifierKinds(.streetAddress)) }
        if wanted.contains(.dateOfBirth), isBirthDate(index) { found.insert(IdentifierKinds(.dateOfBirth)) }
        return found
    }

    // MARK: - Postcodes

    /// In one token or in two.
    private func isPostcode(_ index: Int) -> Bool {
        guard tokens[index].kind == .mixed else { return false }
        if (5...7).contains(tokens.length(index)) { return Postcode(tokens.text, tokens[index])?.isReal ?? false }
        guard (2...4).contains(tokens.length(index)), tokens.isSpaced(index), tokens.has(form: "0AA", index + 1),
            let code = Postcode(tokens.text, tokens[index], tokens[index + 1])
        else { return false }
        // `E10 2nd floor`
        let isOrdinal =
            tokens[index + 1].letters == .small
            && (tokens.has(index + 1, "1st") || tokens.has(index + 1, "2nd") || tokens.has(index + 1, "3rd")
                || (tokens.byte(index + 1, 1) | 0x20 == UInt8(ascii: "t")
                    && tokens.byte(index + 1, 2) | 0x20 == UInt8(ascii: "h")))
        return code.isReal && !isOrdinal
    }

    // MARK: - Streets

    /// `12 Some Name Road`, `Flat 3`.
    private func isStreetAddress(_ index: Int) -> Bool {
        guard (1...5).contains(tokens.length(index)), isHouseNumber(index) else { return false }
        if index > 0, tokens.isSpaced(index - 1), tokens.has(index - 1, "flat") || tokens.has(index - 1, "apartment") {
            // Other words may stand between it and the house; `flat 2 days ago` has none of these.
            let limit = min(tokens.count, index + 8)
            return (index + 1..<limit).contains { isStreetWord($0, isShort: true) }
                || tokens.isFollowed(index, by: UInt8(ascii: ","))
        }
        var words = 0
        var place = index
        while words < 4, place + 1 < tokens.count,
            tokens.isSpaced(place) || (words == 0 && tokens.isFollowed(place, by: UInt8(ascii: ",")))
        {
            place += 1
            guard tokens[place].kind == .word else { return false }
            let isCapital = tokens[place].letters == .first || tokens[place].letters == .all
            if words > 0, isStreetWord(place, isShort: isCapital || words <= 2) {
                return isCapital && tokens[index + 1].letters != .small
                    || words <= 2 && !isPlainSpeech(index + 1, place)
            }
            words += 1
        }
        return false
    }

    private func isHouseNumber(_ index: Int) -> Bool {
        switch tokens[index].kind {
        case .word: return false
        case .number: return tokens.length(index) <= 4 && tokens.byte(index, 0) != 0x30
        case .mixed:
            let digits = tokens.length(index) - 1
            return digits <= 4 && (0..<digits).allSatisfy { tokens.byte(index, $0) &- 0x30 <= 9 }
                && tokens.byte(index, 0) != 0x30
        }
    }

    /// A word between a number and `street` that no street is called by: `2 men in the street`.
    private func isPlainSpeech(_ first: Int, _ last: Int) -> Bool {
        (first..<last).contains { place in
            [
                "the", "in", "on", "of", "a", "men", "women", "males", "females", "people", "youths", "boys", "girls",
                "cars", "times", "days", "weeks", "months", "years", "hours", "minutes", "miles", "yards", "metres",
                "other", "others", "more", "different", "at", "from", "per", "st", "nd", "rd", "th", "down", "up",
                "along",
                "across", "and", "or", "to", "by", "he", "she", "they", "it", "main", "busy", "side", "back", "dual",
            ].contains { tokens.has(place, $0) }
        }
    }

    private func isStreetWord(_ index: Int, isShort: Bool) -> Bool {
        let long: [StaticString] = [
            "road", "street", "lane", "close", "avenue", "drive", "crescent", "way", "court", "place", "terrace",
            "gardens", "grove", "square", "mews", "walk", "row", "rise", "view", "parade", "hill", "green", "park",
            "house", "tower", "towers", "mansions", "wharf", "quay",
        ]
        let short: [StaticString] = [
            "rd", "st", "ln", "cl", "ave", "av", "dr", "cres", "ct", "pl", "terr", "gdns", "sq",
        ]
        return long.contains { tokens.has(index, $0) } || isShort && short.contains { tokens.has(index, $0) }
    }

    // MARK: - Mail

    /// Source: RFC 5321 section 4.1.2, as people write addresses: no quoted local part, a domain with a dot.
    func holdsEmail() -> Bool {
        let text = tokens.text
        for at in tokens.start..<tokens.end where text[at] == UInt8(ascii: "@") {
            guard at > tokens.start, Detector.isLocal(text[at - 1]), text[at - 1] != UInt8(ascii: ".") else { continue }
            var place = at + 1
            var labelStart = place
            var lastDot = -1
            while place < tokens.end {
                let byte = text[place]
                if byte == UInt8(ascii: ".") {
                    if place == labelStart { break }
                    lastDot = place
                    labelStart = place + 1
                } else if !(TextTokens.isASCIILetter(byte) || byte &- 0x30 <= 9 || byte == UInt8(ascii: "-")
                    || byte >= 0x80)
                {
                    break
                }
                place += 1
            }
            // A full stop behind the address ends the sentence.
            if labelStart == place, lastDot > at {
                var earlier = lastDot - 1
                while earlier > at, text[earlier] != UInt8(ascii: ".") { earlier -= 1 }
                if earlier > at + 1 { return true }
                continue
            }
            if lastDot > at + 1, place - labelStart >= 2, TextTokens.isASCIILetter(text[labelStart]) { return true }
        }
        return false
    }

    private static func isLocal(_ byte: UInt8) -> Bool {
        TextTokens.isASCIILetter(byte) || byte &- 0x30 <= 9 || byte >= 0x80
            || "!#$%&'*+-/=?^_`{|}~.".utf8.contains(byte)
    }

    // MARK: - Births

    /// A date behind `dob`, `born`, `date of birth`.
    private func isBirthDate(_ index: Int) -> Bool {
        guard dateYear(at: index) != nil else { return false }
        // The words before it, but for those of the date itself: `born on Friday 3 April 1987`.
        if isPreceded(index, within: 4, by: "dob", "born", "birth", "birthdate", "birthday", "bday") { return true }
        guard index >= 3 else { return false }
        return tokens.has(index - 3, "d") && tokens.has(index - 2, "o") && tokens.has(index - 1, "b")
    }

    /// The year of the date that begins at a token; nil when none does. A year of two digits is the latest that is not
    /// to come.
    func dateYear(at index: Int) -> Int? {
        if tokens.length(index) == 8, tokens[index].kind == .number {
            let number = tokens.number(index)
            return Detector.year(number / 10_000, number / 100 % 100, number % 100, today)
        }
        for mark in [UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "."), 0x20] {
            guard tokens.isJoined(index, by: mark), tokens.isJoined(index + 1, by: mark) else { continue }
            let (a, b, c) = (tokens.number(index), tokens.number(index + 1), tokens.number(index + 2))
            // `1987-04-03T00:00:00` and `2019-01-01Z`: the day is the beginning of its token.
            let day = c >= 0 ? c : leadingNumber(index + 2)
            if tokens.length(index) == 4, let year = Detector.year(a, b, day, today) { return year }
            if tokens.length(index) <= 2, a >= 0 {
                let month = b >= 0 ? b : monthNumber(index + 1)
                let digits = c >= 0 ? tokens.length(index + 2) : 0
                if digits == 4 { return Detector.year(c, month, a, today) }
                if digits == 2, mark != 0x20 || b < 0 { return Detector.year(century(c), month, a, today) }
            }
        }
        // `3 April 1987`, `3rd of April 1987`, `April 3, 1987`.
        let day = tokens.number(index) >= 0 ? tokens.number(index) : leadingNumber(index)
        guard (1...31).contains(day) else { return nil }
        var place = index + 1
        if tokens.has(place, "of") { place += 1 }
        let month = monthNumber(place)
        guard month > 0, place + 1 < tokens.count else { return nil }
        let year = tokens.number(place + 1)
        switch tokens.length(place + 1) {
        case 4: return Detector.year(year, month, day, today)
        case 2 where year >= 0: return Detector.year(century(year), month, day, today)
        default: return nil
        }
    }

    private func century(_ year: Int) -> Int {
        let current = today.parts.year
        return year <= current % 100 ? current - current % 100 + year : current - current % 100 - 100 + year
    }

    private static func year(_ year: Int, _ month: Int, _ day: Int, _ today: CivilDate) -> Int? {
        (1900...today.parts.year).contains(year) && (1...12).contains(month) && (1...31).contains(day) ? year : nil
    }

    /// The digits a token begins with, at most two; −1 for none.
    private func leadingNumber(_ index: Int) -> Int {
        guard index < tokens.count, tokens[index].kind == .mixed else { return -1 }
        var value = -1
        for offset in 0..<min(2, tokens.length(index)) {
            let byte = tokens.byte(index, offset)
            guard byte &- 0x30 <= 9 else { break }
            value = max(0, value) * 10 + Int(byte - 0x30)
        }
        return value
    }

    private func monthNumber(_ index: Int) -> Int {
        guard index < tokens.count, tokens[index].kind == .word, tokens.length(index) >= 3 else { return -1 }
        let months: [StaticString] = [
            "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november", "december",
        ]
        for (month, name) in months.enumerated() {
            let length = tokens.length(index)
            guard length == 3 || length == name.utf8CodeUnitCount || month == 8 && length == 4 else { continue }
            let isSame = name.withUTF8Buffer { name in
                (0..<min(length, name.count)).allSatisfy { unsafe tokens.byte(index, $0) | 0x20 == name[$0] }
            }
            if isSame { return month + 1 }
        }
        return -1
    }

    // MARK: - Whole cells

    /// Whether the whole cell is an identifier; nil when it does not even have the form of one.
    func wholeIs(_ kind: IdentifierKind) -> Bool? {
        let last = tokens.count - 1
        func isOne(_ form: StaticString) -> Bool { last == 0 && tokens.has(form: form, 0) }
        switch kind {
        case .nhsNumber:
            guard let found = identifier(0, last, check: .nhsNumber), found.count == 10,
                (0..<10).allSatisfy({ found[$0] &- 0x30 <= 9 })
            else { return nil }
            return isValid(0, last, .nhsNumber)
        case .upn:
            guard isOne("A000000000000") || isOne("A00000000000A") else { return nil }
            return isValid(0, 0, .upn)
        case .pncID:
            let hasSlash =
                last == 1 && [2, 4].contains(tokens.length(0)) && tokens[0].kind == .number
                && tokens.isJoined(0, by: UInt8(ascii: "/")) && endsInSerial(1, from: 0, digits: 1...7)
            guard hasSlash || isOne("00000000000A") else { return nil }
            return isValid(0, last, .pncID)
        case .croNumber:
            let isStandard =
                last == 1 && tokens[0].kind == .number && tokens.length(0) <= 6 && tokens.has(form: "00A", 1)
            let isFile = last == 1 && tokens.has(form: "AA00", 0) && endsInSerial(1, from: 0, digits: 1...6)
            guard isStandard || isFile, tokens.isJoined(0, by: UInt8(ascii: "/")) else { return nil }
            return isValid(0, 1, .croNumber)
        case .nino:
            guard isOne("AA000000A") else { return nil }
            return isValid(0, 0, .nino)
        case .driverNumber:
            guard last == 0, tokens.length(0) == 16, tokens[0].kind == .mixed, tokens.has(form: "000000", 0, within: 5)
            else { return nil }
            return isDriverNumber(0, 0)
        case .postcode:
            let code =
                last == 0
                ? Postcode(tokens.text, tokens[0])
                : last == 1 && tokens.isSpaced(0) ? Postcode(tokens.text, tokens[0], tokens[1]) : nil
            return code?.isReal
        case .phoneNumber:
            guard isOne("00000000000") else { return nil }
            return beginsPhone(0)
        case .emailAddress:
            let hasAt = (tokens.start + 1..<max(tokens.start + 1, tokens.end)).contains {
                tokens.text[$0] == UInt8(ascii: "@")
            }
            guard hasAt else { return nil }
            return holdsEmail()
        case .ipAddress:
            guard last == 3, (0..<3).allSatisfy({ tokens.isJoined($0, by: UInt8(ascii: ".")) }),
                (0...3).allSatisfy({ tokens[$0].kind == .number && tokens.length($0) <= 3 })
            else { return nil }
            return (0...3).allSatisfy { tokens.number($0) <= 255 }
        case .dateOfBirth:
            guard let year = dateYear(at: 0), last <= 6 else { return nil }
            return year <= today.parts.year - 10
        case .vehicleMark:
            guard let mark = identifier(0, last, check: nil), mark.count == 7, last <= 1,
                isOne("AA00AAA") || tokens.has(form: "AA00", 0) && last == 1 && tokens.length(1) == 3
            else { return nil }
            return isCurrentMark(mark)
        case .crn, .prisonNumber, .passportNumber, .streetAddress, .name: return nil
        }
    }
}

extension TextTokens {
    /// Whether a token's characters from `offset` on begin with `form`.
    fileprivate func has(form: StaticString, _ index: Int, within offset: Int) -> Bool {
        guard length(index) >= offset + form.utf8CodeUnitCount else { return false }
        return (0..<form.utf8CodeUnitCount).allSatisfy { byte(index, offset + $0) &- 0x30 <= 9 }
    }
}

/// A postcode's two parts: capitals, no blank.
///
/// Source: BS 7666 as the format reference has it: outward A9, A99, A9A, AA9, AA99 or AA9A, inward 9AA.
struct Postcode {
    /// Without blanks, capitals.
    let code: Identifier
    let outwardLength: Int

    var isOfNorthernIreland: Bool { code[0] == UInt8(ascii: "B") && code[1] == UInt8(ascii: "T") }

    init?(_ text: Flat<UInt8>, _ token: TextTokens.Token, _ inward: TextTokens.Token? = nil) {
        self.init(text, Int(token.start), Int((inward ?? token).end))
    }

    /// Of the bytes from `start` to `end`, blanks among them or not; nil for another form.
    init?(_ text: Flat<UInt8>, _ start: Int, _ end: Int) {
        guard end - start <= 12, let code = Identifier(text, start, end, check: nil), (5...7).contains(code.count)
        else {
            return nil
        }
        let inward = code.count - 3
        func isDigit(_ place: Int) -> Bool { code[place] &- 0x30 <= 9 }
        func isLetter(_ place: Int) -> Bool { TextTokens.isCapital(code[place]) }
        guard isDigit(inward), isLetter(inward + 1), isLetter(inward + 2), isLetter(0) else { return nil }
        let letters = isLetter(1) ? 2 : 1
        switch inward - letters {
        case 1: guard isDigit(letters) else { return nil }
        case 2: guard isDigit(letters), isDigit(letters + 1) || isLetter(letters + 1) else { return nil }
        default: return nil
        }
        self.code = code
        outwardLength = inward
    }

    /// Of an area there is, with letters that may stand where they do. `ZZ99`, for people without an address or from
    /// abroad, is nobody's.
    var isReal: Bool {
        let letters = TextTokens.isCapital(code[1]) ? 2 : 1
        let area = letters == 2 ? [code[0], code[1]] : [code[0]]
        guard Postcode.areas.contains(area) else { return false }
        return (outwardLength + 1...outwardLength + 2).allSatisfy { !Postcode.notInward.contains(code[$0]) }
    }

    private static let notInward = Array("CIKMOV".utf8)

    /// The 121 areas of Great Britain and Northern Ireland and the three of the Channel Islands and Man.
    private static let areas = Set(
        """
        AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY \
        G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR \
        NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA \
        WC WD WF WN WR WS WV YO ZE
        """.split(separator: " ").map { Array($0.utf8) })
}
