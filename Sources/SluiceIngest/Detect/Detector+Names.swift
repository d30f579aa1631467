import SluiceModel

/// Names of people in free text: what stands before and behind a word says more than any list of names.
///
/// A word is *listed* (a name and little else), *unknown* (in no list, not even of the language), *ordinary* (of the
/// language, and at times a name), or *plain* (never a name). Unknown words and capitals in the middle of a sentence are
/// evidence; a title, a relation, a verb of people beside them decide. Places and bodies named after people have last
/// words of their own.
extension Detector {
    /// Whether the tokens, whose words were looked up, hold a name.
    func holdsName() -> Bool {
        let titleCase = titleCase()
        var index = 0
        while index < tokens.count {
            let (isName, next) = judgeName(at: index, titleCase[index])
            if isName { return true }
            index = next
        }
        return false
    }

    // MARK: - Words

    private func has(_ index: Int, _ kind: NameWord.Kind) -> Bool {
        tokens.tokens.indices.contains(index) && tokens[index].words >> UInt16(kind.rawValue) & 1 == 1
    }

    private func has(_ index: Int, any words: [StaticString]) -> Bool { words.contains { tokens.has(index, $0) } }

    private func isListed(_ index: Int) -> Bool { has(index, .given) || has(index, .surname) }

    private func isOrdinary(_ index: Int) -> Bool {
        tokens.tokens.indices.contains(index)
            && (tokens[index].words & NameWordIndex.ordinaryMask != 0 || has(index, .place) && !isListed(index))
    }

    private func isUnknown(_ index: Int) -> Bool {
        tokens.tokens.indices.contains(index) && tokens[index].words == 0 && tokens.length(index) >= 3
            && tokens[index].kind == .word
    }

    /// Never a name.
    private func isPlain(_ index: Int) -> Bool {
        guard tokens.tokens.indices.contains(index), tokens[index].kind == .word else { return true }
        if isListed(index) { return false }
        return has(index, .never) || has(index, .role) || has(index, .title) || has(index, .placeHead)
            || has(index, .verb) || has(index, .before) || has(index, .placeBefore) || has(index, .introducer)
    }

    /// Begins with a capital that the text does not give to every word.
    private func isMarked(_ index: Int) -> Bool {
        guard tokens.tokens.indices.contains(index), tokens[index].kind == .word else { return false }
        switch tokens[index].letters {
        // `other` is McDonald.
        case .first, .other: return true
        case .all: return !tokens.isShouting
        case .none, .small: return false
        }
    }

    /// May be part of a name where the text's capitals do not tell.
    private func isFlat(_ index: Int) -> Bool {
        guard tokens.tokens.indices.contains(index), tokens[index].kind == .word else { return false }
        return tokens.isShouting ? tokens[index].letters == .all : tokens[index].letters == .small
    }

    private func isNameLike(_ index: Int) -> Bool {
        guard tokens.tokens.indices.contains(index), tokens.length(index) > 1, !isPlain(index) else { return false }
        // In a text with capitals a small word may only be a name that is known as one.
        if isMarked(index) { return true }
        return isFlat(index)
            && (tokens.isShouting || tokens.isQuiet || isListed(index) && !isOrdinary(index) || isUnknown(index))
    }

    /// One capital or two.
    private func isInitial(_ index: Int) -> Bool {
        guard tokens.tokens.indices.contains(index), tokens[index].kind == .word,
            TextTokens.isCapital(tokens.byte(index, 0))
        else { return false }
        return tokens.length(index) == 1
            || tokens.length(index) == 2 && tokens[index].letters == .all && !tokens.isShouting
    }

    /// Nothing but blanks, quotes, brackets or an abbreviation's full stop stands between a token and the next.
    private func continues(_ index: Int) -> Bool {
        guard index >= 0, index + 1 < tokens.count else { return false }
        let gap = Int(tokens[index].end) + (tokens[index].isPossessive ? 2 : 0)..<Int(tokens[index + 1].start)
        guard (1...3).contains(gap.count) else { return false }
        return gap.allSatisfy { place in
            switch tokens.text[place] {
            case 0x20, 0x22, 0x27, UInt8(ascii: "("), UInt8(ascii: ")"): true
            case UInt8(ascii: "."): tokens.length(index) <= 4
            default: false
            }
        }
    }

    /// Between a relation or a verb and a name a colon, comma or bracket may stand too.
    private func leads(_ index: Int) -> Bool {
        guard index >= 0, index + 1 < tokens.count, !tokens[index].isPossessive else { return false }
        let gap = Int(tokens[index].end)..<Int(tokens[index + 1].start)
        return (1...3).contains(gap.count)
            && gap.allSatisfy { [0x20, 0x3A, 0x2C, 0x28, 0x2D, 0x2E, 0x22, 0x27, 0x3D].contains(tokens.text[$0]) }
    }

    /// By token, whether its sentence writes most of its longer words with a capital, as headings do.
    private func titleCase() -> [Bool] {
        var result = [Bool](repeating: false, count: tokens.count)
        var first = 0
        while first < tokens.count {
            var last = first
            while last + 1 < tokens.count, !tokens.beginsSentence(last + 1) { last += 1 }
            let longer = (first...last).filter { tokens[$0].kind == .word && tokens.length($0) > 3 }
            let capitals = longer.count { tokens[$0].letters == .first }
            if longer.count >= 3, capitals == longer.count {
                for index in first...last { result[index] = true }
            }
            first = last + 1
        }
        return result
    }

    // MARK: - A name

    /// Whether a name begins at a token, and where to go on: behind the words that were judged together.
    private func judgeName(at index: Int, _ isTitleCase: Bool) -> (isName: Bool, next: Int) {
        guard tokens[index].kind == .word else { return (false, index + 1) }
        if isBehindTitle(index) || isBehindInitials(index, isTitleCase) || isBeforeComma(index) {
            return (true, index + 1)
        }
        // `White (N)`
        if isMarked(index), !has(index, .placeHead), !has(index, .role), index + 1 < tokens.count,
            tokens.length(index + 1) == 1,
            isMarked(index + 1), tokens.isFollowed(index, by: UInt8(ascii: "(")),
            tokens.isFollowed(index + 1, by: UInt8(ascii: ")"))
        {
            return (true, index + 1)
        }
        // `John Lewis` is a shop.
        if isPhrase(index) { return (false, index + 2) }
        // `victim Hall, Peter`; `Pt Ward 6` is none.
        let isHeadOfPerson =
            isMarked(index) && has(index, .placeHead) && (isRelated(index) || isIntroduced(index))
            && index + 1 < tokens.count && tokens[index + 1].kind == .word && !has(index + 1, .placeHead)
        guard isNameLike(index) || isHeadOfPerson else { return (false, index + 1) }
        var last = index
        while last - index < 3, continues(last), !tokens[last].isPossessive,
            isNameLike(last + 1) || isSurnameBehind(last)
                || isInitial(last + 1) && continues(last + 1) && isNameLike(last + 2) && tokens.length(last + 1) == 1
                || isParticle(last + 1) && continues(last + 1) && isNameLike(last + 2)
        {
            last += 1
        }
        return (isName(index, last, isTitleCase), last + 1)
    }

    /// Whether the words from one token to another, which may be one, are one.
    private func isName(_ index: Int, _ last: Int, _ isTitleCase: Bool) -> Bool {
        let words = Array(index...last)
        let isMarked = isMarked(index)
        let begins = tokens.beginsSentence(index)
        let listed = words.count { isListed($0) }
        let unknown = words.count { isUnknown($0) }
        let isKnown = listed + unknown > 0
        let hasPersonWord = isPersonBefore(index) || isActing(last)

        if endsAsPlace(last) {
            // `Grace Church said`: a surname that places end in too.
            guard last == index, isKnown, !isPlaceBefore(index), !isBehindArticle(index), !isTitleCase,
                isNamedLikePlace(index) || isDoing(last + 1)
                    || has(index, .given) && (isActing(last + 1) || isStrictlyBefore(index)) || isRelated(index)
                    || isIntroduced(index)
            else { return false }
            return true
        }
        if isIntroduced(index), isMarked || isKnown || tokens.isShouting { return true }
        if isRelated(index) {
            if isMarked ? !isTitleCase || isKnown : isKnown || isActing(last) && (tokens.isShouting || last > index) {
                return true
            }
        }
        if tokens[last].isPossessive, isMarked, isKnown, !isPlaceBefore(index), !isOrdinary(last) { return true }
        if tokens[last].isPossessive, isOwner(last),
            isKnown || (isMarked || tokens.isShouting && has(last + 1, .role)) && (!begins || has(last + 1, .role))
        {
            return true
        }
        if isBehindArticle(index) { return false }
        if isFromPerson(index), isMarked || isKnown { return true }
        if isPlaceBefore(index) {
            return last > index && has(index, .given) && isActing(last)
        }
        if last > index {
            if isMarked {
                if isTitleCase { return has(index, .given) && !isOrdinary(index) || unknown > 1 }
                let isList =
                    last == index + 1 && index == 0 && last == tokens.count - 1 && tokens[index].letters == .all
                    && tokens[last].letters == .first
                return isKnown || !begins && hasPersonWord || isList
            }
            if listed > 0 && unknown > 0 || listed > 1 || unknown > 1 { return true }
            return isKnown && hasPersonWord
        }
        if index == 0, last == tokens.count - 1 { return false }
        return isSingleName(index, isMarked: isMarked, begins: begins, isTitleCase)
    }

    private func isSingleName(_ index: Int, isMarked: Bool, begins: Bool, _ isTitleCase: Bool) -> Bool {
        let isOrdinary = isOrdinary(index)
        guard isMarked else {
            if has(index, .given), !isOrdinary { return true }
            // Where all is in capitals, what no list knows is a name, an abbreviation or a place.
            if tokens.isShouting, isUnknown(index) || isListed(index), tokens.length(index) > 3, !isMedicine(index) {
                return !has(index - 1, any: ["to", "towards", "into", "past", "via", "on", "ward", "dr"])
            }
            if isUnknown(index), tokens.length(index) > 3,
                isAskedFor(index) || isPersonBefore(index) && (isActing(index) || isActing(index + 1))
                    || isPersonBefore(index - 1) && isActing(index)
            {
                return true
            }
            guard isListed(index) && !isOrdinary || isUnknown(index) && tokens.length(index) > 3 else {
                if has(index, .given), isAskedFor(index) { return true }
                return tokens.isShouting && isOrdinary
                    && (isStrictlyBefore(index) && isActing(index) || isAskedFor(index))
            }
            return isStrictlyBefore(index) || isDoing(index)
        }
        if begins {
            if has(index, .given), !isOrdinary { return !isTitleCase || isActing(index) }
            if isTitleCase { return false }
            if isOrdinary { return isDoing(index) }
            if tokens[index].letters == .all, !isListed(index) { return isDoing(index) }
            // `Sunay: 3 days`, `Sunay, brother of`
            let isSetOff =
                tokens[index].letters == .first && [0x3A, 0x2C, 0x28].contains { tokens.isFollowed(index, by: $0) }
            return isActing(index) || isJoinedToName(index) || isSetOff
        }
        if isTitleCase || isMedicine(index) { return false }
        // SENCO
        let isAcronym = tokens[index].letters == .all && !isListed(index)
        if isAcronym { return isDoing(index) && tokens.length(index) > 4 }
        if has(index, .given), !isOrdinary { return true }
        if isOrdinary {
            return isStrictlyBefore(index) || isDoing(index) || isActing(index) && isPersonBefore(index)
                || has(index - 1, any: ["with", "against", "between"])
                || tokens.has(index - 1, "from") && has(index, .given) && !has(index, .place) && !isMotion(index)
                || tokens.has(index - 1, "and") && isNameLike(index - 2) && self.isMarked(index - 2)
                    && !isBehindArticle(index - 2)
                || isAskedFor(index)
        }
        if tokens.has(index - 1, "to") { return isActing(index) || !isMotion(index) }
        if has(index - 1, any: ["towards", "into", "past", "via", "on"]) { return isActing(index) }
        return isUnknown(index) || isPersonBefore(index) || isActing(index)
    }

    /// `Angel & Ruhsat`, `Oliver and Mia`.
    private func isJoinedToName(_ index: Int) -> Bool {
        (tokens.has(index + 1, "and") && isMarked(index + 2) && isNameLike(index + 2))
            || (tokens.isFollowed(index, by: UInt8(ascii: "&")) && isMarked(index + 1) && isNameLike(index + 1))
    }

    /// Doses and allergies.
    private func isMedicine(_ index: Int) -> Bool {
        if index > 0, tokens[index - 1].kind != .word { return true }
        if isPreceded(
            index, within: 2, by: "allergic", "allergy", "took", "taking", "given", "prescribed", "mg", "tablets",
            "takes", "on")
        {
            return !isListed(index)
        }
        return index + 1 < tokens.count
            && (tokens[index + 1].kind != .word
                || has(index + 1, any: ["tablets", "tablet", "mg", "capsules", "injection", "cream"]))
            && isUnknown(index)
    }

    /// A word that is no name at other times, with a capital behind a given name: `Krystyna Wall`.
    private func isSurnameBehind(_ index: Int) -> Bool {
        let next = index + 1
        guard isMarked(next), isMarked(index), isUnknown(index) || has(index, .given), isOrdinary(next) else {
            return false
        }
        return has(next, .never) && !has(next, .role) && !has(next, .placeHead) && !has(next, .title)
            && !has(next, .verb)
            && !endsAsPlace(index)
    }

    /// A given name and a surname that places end in too, away from words that stand before places.
    private func isNamedLikePlace(_ index: Int) -> Bool {
        guard has(index, .given) && !isOrdinary(index) || isUnknown(index) && tokens[index].letters == .first,
            isMarked(index), isMarked(index + 1),
            index == 0 || tokens[index - 1].kind == .word
        else { return false }
        if has(index - 1, any: ["to", "by", "into", "past", "via", "towards", "behind", "on", "of"]), !isRelated(index)
        {
            return false
        }
        return has(
            index + 1,
            any: [
                "hill", "hall", "park", "wood", "woods", "field", "fields", "church", "bell", "lane", "cross", "castle",
                "green",
                "bull", "lodge", "moor", "heath", "marsh", "banks", "head", "bridge", "gate", "farm", "close", "grove",
                "lake",
                "bank", "ward", "bar", "garden", "crown", "swan", "house", "street", "day", "week", "test", "lamb",
                "sign",
            ])
    }

    /// `asked for Xyz`
    private func isAskedFor(_ index: Int) -> Bool {
        tokens.has(index - 1, "for")
            && has(
                index - 2,
                any: [
                    "asked", "asking", "asks", "looking", "searching", "waiting", "shouting", "calling", "screaming",
                    "crying", "covering", "carer",
                ])
    }

    /// Words before `to` that go to a place.
    private func isMotion(_ index: Int) -> Bool {
        isPreceded(
            index, within: 5, by: "from", "walk", "walked", "walking", "walks", "way", "bus", "train", "tram", "travel",
            "travelled", "travels", "went", "go", "goes", "going", "back", "moved", "moving", "move", "transferred",
            "transfer", "brought", "came", "route", "drove", "driven", "taken", "conveyed", "close", "next", "trip",
            "road",
            "returned", "return", "came", "sent", "flight", "ferry", "near", "allergic", "allergy", "commute", "taxi",
            "lift")
    }

    /// Two words that together are a shop, a body or a thing, as the list has them.
    private func isPhrase(_ index: Int) -> Bool {
        guard tokens.isSpaced(index), tokens[index + 1].start - tokens[index].end == 1 else { return false }
        let kinds = words.kinds(tokens.text, Int(tokens[index].start), Int(tokens[index + 1].end))
        return kinds >> UInt16(NameWord.Kind.never.rawValue) & 1 == 1
    }

    /// `threats from Xyz`, `letter to Xyz`.
    private func isFromPerson(_ index: Int) -> Bool {
        has(index - 1, any: ["from", "to"]) && leads(index - 1)
            && has(
                index - 2,
                any: [
                    "threats", "threat", "message", "messages", "call", "calls", "text", "texts", "letter", "letters",
                    "email",
                    "statement", "report", "information", "voicemail", "apology", "apologised", "visit", "contact",
                    "warning",
                    "abuse", "harassment", "risk", "disclosure", "referral", "spoken", "spoke", "married", "related",
                    "handover",
                    "introduced", "thanks", "according", "reply", "message",
                ])
    }

    private func isParticle(_ index: Int) -> Bool {
        has(index, any: ["de", "da", "van", "von", "el", "al", "bin", "ibn", "della", "dos", "mac", "le", "la"])
    }

    /// `Mr Xyz`, `PC 1234 Xyz`.
    private func isBehindTitle(_ index: Int) -> Bool {
        var title = index - 1
        if title > 0, tokens[title].kind == .number, has(title - 1, .title) { title -= 1 }
        guard title >= 0, has(title, .title), continues(index - 1), !isBehindArticle(title) else { return false }
        // `miss school`, `sister said`: a title has its capital, but where no word has one.
        let isFlatText = tokens.isShouting || tokens.isQuiet
        guard isMarked(title) || isFlatText else { return false }
        guard isMarked(index) || isFlat(index) && isFlatText, !has(index, .title) else { return false }
        // `Mrs F Ward`
        if tokens.length(index) == 1, continues(index), isMarked(index + 1) || isFlatText { return true }
        // `MRS HALL`, `pc cross`: such a title is nothing else.
        if isFlatText,
            has(title, any: ["mr", "mrs", "ms", "pc", "dc", "ds", "di", "pcso", "insp", "sgt", "rev", "cllr", "prof"])
        {
            let isOther =
                has(index, .verb) || has(index, .before) || has(index, .placeBefore) || has(index, .introducer)
                || has(index, .role) && !isActing(index) || !isOrdinary(index) && has(index, .never)
            if !isOther { return true }
        }
        if isPlain(index) {
            // `Mr Small`, `PC Judge's`; `Dr discharged` and `Sgt in` are none.
            let isWeak = has(index, .role) || has(index, .verb) || has(index, .before) || has(index, .placeBefore)
            if isFlatText || isWeak && !isActing(index) && !tokens[index].isPossessive { return false }
            if !isOrdinary(index), !has(index, .placeHead), tokens[index].letters != .other, tokens.length(index) < 5 {
                return false
            }
        }
        if isFlatText, isOrdinary(index), has(title, .role) || has(title, .never) || tokens.has(title, "miss") {
            return false
        }
        var last = index
        while last - index < 2, continues(last), !tokens[last].isPossessive, isNameLike(last + 1) { last += 1 }
        if has(last + 1, .placeHead), endsAsPlace(last), !tokens[last].isPossessive { return false }
        return true
    }

    /// `J. Smith`, `J Smith`, `AB Jones`.
    private func isBehindInitials(_ index: Int, _ isTitleCase: Bool) -> Bool {
        guard isInitial(index), continues(index) else { return false }
        var last = index + 1
        if isInitial(last), continues(last), tokens.length(last) == 1 { last += 1 }
        let isStopped = tokens.isFollowed(index, by: UInt8(ascii: "."))
        // `E. G. Judge`: such initials stand before nothing else.
        if last == index + 2, isStopped, tokens.isFollowed(index + 1, by: UInt8(ascii: ".")), isMarked(last),
            tokens.length(last) > 2
        {
            return true
        }
        guard isNameLike(last) || has(last, .placeHead) && isActing(last), isMarked(last) || tokens.isShouting else {
            return false
        }
        if tokens.isShouting, !isStopped { return false }
        // `A Road`, `I Was`; two capitals are an abbreviation more often than initials.
        if !isStopped,
            has(index, any: ["a", "i"]) || tokens.length(index) == 2 && (!isListed(last) || isOrdinary(last))
        {
            return false
        }
        if isPlain(index), tokens.length(index) > 1 { return false }
        if endsAsPlace(last) && !isActing(last + 1) || isTitleCase && !isListed(last) && !isUnknown(last) {
            return false
        }
        return !isOrdinary(last) || isStopped
    }

    /// `SMITH, John`; `Smith, J`.
    private func isBeforeComma(_ index: Int) -> Bool {
        let next = index + 1
        guard next < tokens.count, tokens.isFollowed(index, by: UInt8(ascii: ",")),
            tokens[next].start - tokens[index].end <= 2,
            !tokens[index].isPossessive, !isPlain(index) || has(index, .placeHead),
            tokens.beginsSentence(index) || tokens[index].letters == .all
        else { return false }
        let isFlatText = tokens.isShouting || tokens.isQuiet
        guard isFlatText ? isFlat(index) && isFlat(next) : isMarked(index) && isMarked(next) else { return false }
        if isInitial(next), !isFlatText { return isListed(index) || isUnknown(index) }
        guard !isPlain(next) else { return false }
        let isUpper = tokens[index].letters == .all && !tokens.isShouting && tokens.length(index) > 3
        if isUpper, tokens[next].letters == .first { return true }
        if has(next, .given), !has(index, .placeHead), isListed(index) || isUnknown(index) || tokens.count == 2 {
            return true
        }
        return (isListed(index) || isUnknown(index)) && isUnknown(next) && !isFlatText
    }

    // MARK: - Words around a name

    /// A word behind makes it a place or a body: `Victoria Park`, `Duke of York`, `Rose and Crown`.
    private func endsAsPlace(_ last: Int) -> Bool {
        var next = last + 1
        guard next < tokens.count, continues(last) || tokens[last].isPossessive || tokens.isJoined(last, by: 0x2D)
        else {
            return false
        }
        // `St Mary's Catholic Primary School`
        while next - last <= 3, next < tokens.count, !has(next, .placeHead), isMarked(next), isPlain(next),
            continues(next)
        {
            next += 1
        }
        if has(next, .placeHead) { return isMarked(next) || isFlat(next) && !isHomeWord(next) }
        guard next + 1 < tokens.count, isMarked(next + 1) || isFlat(next + 1) && (tokens.isShouting || tokens.isQuiet)
        else { return false }
        if tokens.has(next, "of"), !has(next + 1, .role) { return true }
        return tokens.has(next, "and") && has(next + 1, .placeHead)
    }

    private func isHomeWord(_ index: Int) -> Bool {
        has(
            index,
            any: [
                "house", "flat", "flats", "home", "team", "day", "week", "index", "act", "order", "test", "sign",
                "line",
                "bank", "hall", "drive", "play", "playing", "cross", "view", "walk", "way", "place", "close",
                "position", "head",
            ])
    }

    /// `named Xyz`, `name is Xyz`, `known as "Xyz"`, `names him as Xyz`.
    private func isIntroduced(_ index: Int) -> Bool {
        guard index > 0, leads(index - 1) else { return false }
        if has(index - 1, .introducer) { return true }
        // `goes by "Xyz"`
        if tokens.has(index - 1, "by"), has(index - 2, any: ["goes", "going", "went", "known", "go"]) { return true }
        guard has(index - 1, any: ["is", "as", "was"]) else { return false }
        let earlier = max(0, index - 4)..<(index - 1)
        return earlier.contains { has($0, .introducer) || tokens.has($0, "known") && tokens.has(index - 1, "as") }
    }

    /// A relation or role before it: `victim Xyz`, `his brother, Xyz`, `parents of Xyz`.
    private func isRelated(_ index: Int) -> Bool {
        guard index > 0, leads(index - 1) else { return false }
        if has(index - 1, .role) { return true }
        return tokens.has(index - 1, "of") && index > 1
            && (has(index - 2, .role)
                || has(
                    index - 2,
                    any: [
                        "parents", "parent", "family", "friends", "mothers", "behaviour", "attendance", "house", "home",
                    ]))
    }

    /// A possessive before what people have.
    private func isOwner(_ last: Int) -> Bool {
        let next = last + 1
        guard next < tokens.count else { return false }
        return has(next, .role)
            || has(
                next,
                any: [
                    "house", "home", "flat", "car", "phone", "address", "bag", "room", "jacket", "coat", "face", "head",
                    "arm", "hand", "account", "behaviour", "parents", "parent", "family", "attendance", "engagement",
                    "name",
                    "bedroom", "property", "bike", "work", "version", "friends", "dog", "birthday", "statement",
                    "return",
                    "absence", "leg", "back", "chest", "nose", "eye", "hair", "clothes", "wallet", "attitude",
                    "progress",
                    "order", "front", "door", "garden", "mobile", "purse", "rucksack",
                ])
    }

    private func isPlaceBefore(_ index: Int) -> Bool {
        guard index > 0, continues(index - 1) else { return false }
        // `Café Xyz`, `Hotel Xyz`
        if has(index - 1, .placeHead), isMarked(index - 1), !isListed(index - 1), isMarked(index) { return true }
        guard has(index - 1, .placeBefore) else { return false }
        if tokens.has(index - 1, "of") { return !isRelated(index) }
        // `by`, `to`, `into` stand before people too.
        return !has(index - 1, any: ["by", "to", "into", "towards", "behind", "on", "past"])
            || tokens.has(index - 1, "on") && !isListed(index)
    }

    private func isBehindArticle(_ index: Int) -> Bool {
        has(
            index - 1,
            any: [
                "the", "a", "an", "st", "saint", "no", "some", "any", "each", "every", "new", "old", "king", "queen",
                "prince", "princess", "duke", "duchess", "earl", "lord", "lady", "pope", "admiral", "captain", "royal",
            ])
    }

    /// What stands before is what people are told, hit or met by.
    private func isPersonBefore(_ index: Int) -> Bool { index > 0 && has(index - 1, .before) && leads(index - 1) }

    /// Without the words that stand before things as often.
    private func isStrictlyBefore(_ index: Int) -> Bool {
        isPersonBefore(index)
            && !has(
                index - 1,
                any: [
                    "and", "to", "from", "for", "via", "that", "when", "while", "because", "after", "before", "with",
                    "re",
                    "between", "against", "likes", "loves", "feels", "thinks", "believes", "reports", "reported",
                    "stated",
                    "stating", "says", "said", "states", "alleges", "alleged", "claims", "claimed", "discussed", "to",
                    "bit",
                ])
    }

    /// A verb of people stands behind.
    private func isActing(_ last: Int) -> Bool {
        verb(behind: last) != nil
    }

    /// The verb of people behind a token, an adverb between them or not.
    private func verb(behind last: Int) -> Int? {
        guard last + 1 < tokens.count, continues(last), !tokens[last].isPossessive else { return nil }
        if has(last + 1, .verb) || isPast(last + 1) { return last + 1 }
        let isAdverb = has(
            last + 1,
            any: [
                "then", "also", "later", "again", "allegedly", "reportedly", "repeatedly", "subsequently", "now",
                "still", "suddenly",
            ])
        return isAdverb && continues(last + 1) && has(last + 2, .verb) ? last + 2 : nil
    }

    /// A word of the language in `-ed`, in small letters: most are verbs.
    private func isPast(_ index: Int) -> Bool {
        guard isOrdinary(index), tokens.length(index) > 4, tokens[index].letters == .small || tokens.isShouting else {
            return false
        }
        let length = tokens.length(index)
        return tokens.byte(index, length - 1) | 0x20 == UInt8(ascii: "d")
            && tokens.byte(index, length - 2) | 0x20 == UInt8(ascii: "e")
    }

    /// The same without the forms of `be` and `have`, which follow things as often.
    private func isDoing(_ last: Int) -> Bool {
        guard let verb = verb(behind: last) else { return false }
        if has(verb, any: ["was", "is", "got"]), has(verb + 1, .before),
            !has(
                verb + 1,
                any: [
                    "with", "by", "and", "to", "from", "for", "seen", "asked", "via", "when", "after", "before", "re",
                    "that", "between", "against",
                ])
        {
            return true
        }
        // `Shepherd was arrested`: done to people alone.
        if has(verb, any: ["was", "is", "been", "got"]),
            has(
                verb + 1,
                any: [
                    "arrested", "circulated", "charged", "bailed", "interviewed", "excluded", "suspended", "cautioned",
                    "sentenced", "convicted", "breached", "admitted", "discharged", "detained", "remanded",
                ])
        {
            return true
        }
        // Of a word of the language only what people do counts.
        guard has(verb, .verb) || !isOrdinary(last) else { return false }
        return !has(
            verb,
            any: [
                "is", "was", "has", "had", "will", "would", "and", "who", "got", "gets", "appears", "appeared", "seems",
                "seemed", "remains", "remained", "lost", "continued", "started", "began", "became", "goes", "needs",
                "aged", "works", "worked", "used", "does", "did", "moved", "broken", "left", "made", "makes", "hits",
                "kicks", "bites", "bit", "reports", "claims", "returned", "received", "came", "fell", "stays",
            ])
    }
}
