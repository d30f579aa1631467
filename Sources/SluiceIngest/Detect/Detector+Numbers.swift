import SluiceModel

/// Numbers and codes, by check digit or form.
extension Detector {
    /// The kinds of `wanted` that begin at a token.
    func numbers(at index: Int, wanted: IdentifierKinds) -> IdentifierKinds {
        var found: IdentifierKinds = []
        func add(_ kind: IdentifierKind, _ holds: @autoclosure () -> Bool) {
            if wanted.contains(kind), holds() { found.insert(IdentifierKinds(kind)) }
        }
        switch tokens[index].kind {
        case .number:
            add(.pncID, isSlashedPNC(index))
            add(.croNumber, isCRO(index))
            add(
                .passportNumber,
                tokens.length(index) == 9 && isPreceded(index, within: 5, by: "passport", "ppt", "pport"))
            add(.phoneNumber, beginsPhone(index))
            add(.ipAddress, isIPv4(index) || isIPv6(index))
        case .mixed:
            add(.upn, tokens.length(index) == 13 && isValid(index, index, .upn))
            add(.pncID, isPlainPNC(index))
            add(.croNumber, isFileCRO(index))
            add(
                .crn,
                tokens.has(form: "A000000", index)
                    && isPreceded(index, within: 5, by: "crn", "delius", "ndelius", "nomis", "probation"))
            add(.prisonNumber, tokens.has(form: "A0000AA", index))
            add(.nino, isNINO(index))
            add(.passportNumber, isForeignPassport(index))
            add(.driverNumber, isDriverNumber(index, index) || isSpacedDriverNumber(index))
            add(.vehicleMark, isVehicleMark(index))
            add(.phoneNumber, beginsPhone(index))
            add(.ipAddress, isIPv6(index))
        case .word:
            add(.nino, isSpacedNINO(index))
            add(.vehicleMark, isVehicleMark(index))
            add(.driverNumber, isSpacedDriverNumber(index))
            add(.ipAddress, isIPv6(index))
        }
        return found
    }

    // MARK: - Police and courts

    /// `YYYY/NNNNNNNL` or `YY/N…L`. Source: ministryofjustice/hmpps-person-record, PNC identifier.
    func isSlashedPNC(_ index: Int) -> Bool {
        let length = tokens.length(index)
        return (length == 4 || length == 2) && tokens.isJoined(index, by: UInt8(ascii: "/"))
            && endsInSerial(index + 1, from: 0, digits: 1...7) && isValid(index, index + 1, .pncID)
    }

    /// The long form without its slash; the short one only behind the word, since one house number with a letter in 23
    /// would be one.
    private func isPlainPNC(_ index: Int) -> Bool {
        guard endsInSerial(index, from: 0, digits: 3...11) else { return false }
        let isLong = tokens.length(index) == 12
        return (isLong || isPreceded(index, within: 3, by: "pnc", "pncid")) && isValid(index, index, .pncID)
    }

    /// `N…/YYL`; one of fewer than three digits only behind the word.
    /// Source: ministryofjustice/hmpps-person-record, CRO identifier.
    func isCRO(_ index: Int) -> Bool {
        let length = tokens.length(index)
        return length <= 6 && (length >= 3 || isPreceded(index, within: 3, by: "cro"))
            && tokens.isJoined(index, by: UInt8(ascii: "/")) && tokens.has(form: "00A", index + 1)
            && isValid(index, index + 1, .croNumber)
    }

    /// `SFYY/N…L`.
    func isFileCRO(_ index: Int) -> Bool {
        tokens.has(form: "AA00", index) && tokens.isJoined(index, by: UInt8(ascii: "/"))
            && endsInSerial(index + 1, from: 0, digits: 1...6) && isValid(index, index + 1, .croNumber)
    }

    /// Digits, and one letter behind them.
    func endsInSerial(_ index: Int, from offset: Int, digits: ClosedRange<Int>) -> Bool {
        guard index < tokens.count, tokens[index].kind == .mixed else { return false }
        let count = tokens.length(index) - offset - 1
        guard digits.contains(count), TextTokens.isASCIILetter(tokens.byte(index, offset + count)) else { return false }
        return (0..<count).allSatisfy { tokens.byte(index, offset + $0) &- 0x30 <= 9 }
    }

    // MARK: - National Insurance, passports, driving

    /// In one piece, or `AB 123456 C`. Without its suffix only behind the word.
    /// Source: HMRC National Insurance Manual NIM39110.
    private func isNINO(_ index: Int) -> Bool {
        guard tokens.has(form: "AA000000A", index) || tokens.has(form: "AA000000", index) else { return false }
        let isWhole = tokens.length(index) == 9
        if !isWhole, tokens.isSpaced(index), tokens.length(index + 1) == 1, isValid(index, index + 1, .nino) {
            return true
        }
        return (isWhole || isPreceded(index, within: 4, by: "nino", "ni", "insurance")) && isValid(index, index, .nino)
    }

    /// `AB 12 34 56 C` or `AB 123456 C`.
    private func isSpacedNINO(_ index: Int) -> Bool {
        guard tokens.length(index) == 2, tokens.isSpaced(index) || tokens.isJoined(index, by: 0x2D) else {
            return false
        }
        var last = index
        var digits = 0
        while last + 1 < tokens.count, digits < 6, tokens.isSpaced(last) || tokens.isJoined(last, by: 0x2D) {
            last += 1
            guard tokens[last].kind == .number else {
                // The suffix may stand right behind the last digits.
                guard tokens[last].kind == .mixed, endsInSerial(last, from: 0, digits: 1...6) else { return false }
                return digits + tokens.length(last) - 1 == 6 && isValidWithoutHyphens(index, last)
            }
            digits += tokens.length(last)
        }
        guard digits == 6, last + 1 < tokens.count, tokens.isSpaced(last) || tokens.isJoined(last, by: 0x2D),
            tokens.length(last + 1) == 1
        else { return false }
        return isValidWithoutHyphens(index, last + 1)
    }

    private func isValidWithoutHyphens(_ first: Int, _ last: Int) -> Bool {
        var found = Identifier()
        for token in first...last {
            for offset in 0..<tokens.length(token) where found.count < 20 {
                found.append(tokens.capital(token, offset))
            }
        }
        if case .valid = found.judge(.nino, year: today.parts.year) { return true }
        return false
    }

    /// One or two letters and digits, as other states number theirs, behind the word.
    private func isForeignPassport(_ index: Int) -> Bool {
        (8...9).contains(tokens.length(index)) && TextTokens.isASCIILetter(tokens.byte(index, 0))
            && isPreceded(index, within: 5, by: "passport", "ppt", "pport")
    }

    /// 5 characters of the surname, decade, month (5 or 6 first for a woman), day, year, initials, three more.
    ///
    /// Source: general knowledge of the licence's layout; its last two characters are no public check.
    func isDriverNumber(_ first: Int, _ last: Int) -> Bool {
        guard let found = identifier(first, last, check: nil), found.count == 16 else { return false }
        func isLetter(_ place: Int) -> Bool { TextTokens.isASCIILetter(found[place]) }
        func digit(_ place: Int) -> Int { found[place] &- 0x30 <= 9 ? Int(found[place] - 0x30) : -1 }
        // 9 fills up a short surname and a missing initial.
        var isFilling = false
        for place in 0..<5 {
            if digit(place) == 9, place > 0 { isFilling = true } else if isFilling || !isLetter(place) { return false }
        }
        for place in 5..<11 where digit(place) < 0 { return false }
        let month = (digit(6) % 5) * 10 + digit(7)
        let day = digit(8) * 10 + digit(9)
        guard [0, 1, 5, 6].contains(digit(6)), (1...12).contains(month), (1...31).contains(day) else { return false }
        // The second and third of the last five are an initial or 9, and anything.
        return (isLetter(11) || digit(11) == 9) && (isLetter(12) || digit(12) == 9)
    }

    /// Set as `MORGA 657054 SM9IJ`.
    private func isSpacedDriverNumber(_ index: Int) -> Bool {
        tokens.length(index) == 5 && tokens.isSpaced(index) && tokens.has(form: "000000", index + 1)
            && tokens.isSpaced(index + 1) && tokens.length(index + 2) == 5 && isDriverNumber(index, index + 2)
    }

    /// `AB12 CDE` with an age identifier in use. Older marks, and any in small letters, only behind a word.
    ///
    /// Source: DVLA, INF104: two letters of the place without I, Q and Z, two digits of the half year, three letters
    /// without I and Q; before 2001 `A123 BCD` and `ABC 123D`.
    private func isVehicleMark(_ index: Int) -> Bool {
        var last = index
        if tokens.length(index) < 5, tokens.isSpaced(index) { last = index + 1 }
        let isNamed = isPreceded(
            index, within: 4, by: "reg", "registration", "vrm", "vrn", "plate", "plates", "index", "vehicle", "car",
            "van", "registered")
        if last > index || tokens.length(index) == 7, let mark = identifier(index, last, check: nil),
            isCurrentMark(mark)
        {
            // `at 10 the`
            return isNamed
                || !["the", "and", "for", "was", "you", "per"].contains { tokens.has(last, $0) }
        }
        return isNamed && [index, last].contains { end in identifier(index, end, check: nil).map(isOldMark) ?? false }
    }

    func isCurrentMark(_ mark: Identifier) -> Bool {
        guard mark.count == 7 else { return false }
        for place in [0, 1, 4, 5, 6] {
            let letter = mark[place]
            guard TextTokens.isCapital(letter), letter != UInt8(ascii: "I"), letter != UInt8(ascii: "Q") else {
                return false
            }
            if place < 2, letter == UInt8(ascii: "Z") { return false }
        }
        guard mark[2] &- 0x30 <= 9, mark[3] &- 0x30 <= 9 else { return false }
        let age = Int(mark[2] - 0x30) * 10 + Int(mark[3] - 0x30)
        let year = today.parts.year % 100
        return age >= 2 && age <= year || age >= 51 && age <= 50 + year
    }

    private func isOldMark(_ mark: Identifier) -> Bool {
        guard (5...7).contains(mark.count) else { return false }
        let isLetter = (0..<mark.count).map { TextTokens.isCapital(mark[$0]) }
        let letters = isLetter.count { $0 }
        guard letters == 4 else { return false }
        let isPrefix = isLetter[0] && !isLetter[1] && isLetter.suffix(3).allSatisfy(\.self)
        let isSuffix = isLetter.prefix(3).allSatisfy(\.self) && !isLetter[3] && isLetter[mark.count - 1]
        return isPrefix || isSuffix
    }

    // MARK: - Phones and networks

    /// A British number, ten or eleven digits from 0 on, or +44 and nine or ten more; set in any groups.
    ///
    /// Source: Ofcom, National Telephone Numbering Plan: 01, 02, 03, 05, 07, 08; 09 is no person's.
    func beginsPhone(_ index: Int) -> Bool {
        // What came before would be part of the same number.
        if index > 0, tokens[index - 1].kind == .number,
            tokens.isSpaced(index - 1) || tokens.isJoined(index - 1, by: 0x2D),
            tokens.length(index - 1) > 2
        {
            return false
        }
        var digits = 0
        var lead = [0, 0, 0, 0]
        var token = index
        var groups = 0
        while token < tokens.count, tokens[token].kind == .number, digits <= 14 {
            // `+44 (0)20`: the bracketed zero is not dialled. Once: every other group brings digits, and so the end.
            let isOptionalZero =
                digits == 2 && groups == 1 && tokens.length(token) == 1 && tokens.byte(token, 0) == 0x30
            if !isOptionalZero {
                for offset in 0..<tokens.length(token) {
                    if digits < 4 { lead[digits] = Int(tokens.byte(token, offset) - 0x30) }
                    digits += 1
                }
            }
            groups += 1
            guard token + 1 < tokens.count, isPhoneGap(token) else { break }
            token += 1
        }
        let start = Int(tokens[index].start)
        let hasPlus = start > tokens.start && tokens.text[start - 1] == UInt8(ascii: "+")
        if lead[0] == 4, lead[1] == 4, hasPlus { return (11...12).contains(digits) && lead[2] != 0 }
        if lead[0] == 0, lead[1] == 0, lead[2] == 4, lead[3] == 4 { return (13...14).contains(digits) }
        // A lone zero begins a version or an amount.
        guard lead[0] == 0, groups <= 5, tokens.length(index) >= 3 else { return false }
        switch lead[1] {
        case 7: return digits == 11
        case 1: return digits == 11 || digits == 10
        case 2, 3, 8: return digits == 11
        default: return false
        }
    }

    private func isPhoneGap(_ token: Int) -> Bool {
        let gap = Int(tokens[token].end)..<Int(tokens[token + 1].start)
        return gap.count <= 3
            && gap.allSatisfy { [0x20, 0x2D, 0x2E, 0x28, 0x29].contains(tokens.text[$0]) }
    }

    /// Four numbers of a byte each, one of them 10 or more: `1.2.3.4` numbers a section more often.
    private func isIPv4(_ index: Int) -> Bool {
        let dot = UInt8(ascii: ".")
        guard index + 3 < tokens.count, (0..<3).allSatisfy({ tokens.isJoined(index + $0, by: dot) }),
            (0..<4).allSatisfy({ (0...255).contains(tokens.number(index + $0)) }), !tokens.isJoined(index + 3, by: dot),
            !(index > 0 && tokens.isJoined(index - 1, by: dot))
        else { return false }
        if isPreceded(index, within: 2, by: "ip", "address") { return true }
        if isPreceded(index, within: 2, by: "version", "v", "release", "build", "section") { return false }
        return tokens.number(index) > 0 && (0..<4).contains { tokens.number(index + $0) >= 10 }
    }

    /// Eight groups of hexadecimal digits, or fewer with `::`.
    private func isIPv6(_ index: Int) -> Bool {
        let colon = UInt8(ascii: ":")
        if index > 0, Int(tokens[index].start) > 0, tokens.text[Int(tokens[index].start) - 1] == colon { return false }
        var groups = 0
        var hasGap = false
        var token = index
        while token < tokens.count, isHexadecimal(token) {
            groups += 1
            guard token + 1 < tokens.count else { break }
            let gap = Int(tokens[token].end)..<Int(tokens[token + 1].start)
            guard !gap.isEmpty, gap.count <= 2, gap.allSatisfy({ tokens.text[$0] == colon }) else { break }
            if gap.count == 2 { hasGap = true }
            token += 1
        }
        return groups == 8 || hasGap && groups >= 3
    }

    private func isHexadecimal(_ index: Int) -> Bool {
        (1...4).contains(tokens.length(index))
            && (0..<tokens.length(index)).allSatisfy { offset in
                let byte = tokens.byte(index, offset)
                return byte &- 0x30 <= 9 || (byte | 0x20) &- 0x61 < 6
            }
    }
}
