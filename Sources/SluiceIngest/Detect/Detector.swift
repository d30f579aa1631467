import SluiceModel

/// Looks for identifiers of a person in a cell, by what the cell holds and not by what its column is called.
///
/// A free text is searched for any identifier anywhere in it (`kinds`). A cell of a column of one kind of value is
/// weighed as a whole (`weigh`): whether it has the form of an identifier, and whether it is one. The second is for
/// columns of a sender's own references, where one valid number says nothing and a share above chance does.
///
/// ```
/// TextTokens          words, numbers, and the signs between       TextTokens.swift
/// numbers, codes      check digits and forms                      Detector+Numbers.swift
/// addresses, dates    postcodes, streets, mail, births            Detector+Places.swift
/// names               words around words                          Detector+Names.swift
/// DetectionTally      what was found, by column, over a file      DetectionTally.swift
/// ContentGate         which rules that meets                      ContentGate.swift
/// ```
struct Detector {
    var tokens: TextTokens
    let words: NameWordIndex
    let today: CivilDate

    init(
        words: [NameWord], ordinary: [UInt8], today: CivilDate, limitBytes: Int, arena: Arena
    ) {
        tokens = TextTokens(limitBytes: limitBytes, arena: arena)
        self.words = NameWordIndex(words, ordinary: ordinary, arena: arena)
        self.today = today
    }

    /// The kinds of `wanted` that the text from `start` to `end` holds. Eight readable bytes must follow `end`.
    mutating func kinds(_ source: Flat<UInt8>, _ start: Int, _ end: Int, wanted: IdentifierKinds) -> IdentifierKinds {
        guard end > start else { return [] }
        var found: IdentifierKinds = []
        let marks = Detector.marks(source, start, end)
        let hasForms = marks.hasDigit || marks.hasAt || marks.hasColon
        guard hasForms || wanted.contains(.name) && marks.hasLetter else { return [] }
        tokens.cut(source, start, end)
        if marks.hasDigit, wanted.contains(.nhsNumber),
            Identifier.holdsNHSNumber(tokens.text, tokens.start, tokens.end)
        {
            found.insert(IdentifierKinds(.nhsNumber))
        }
        if marks.hasAt, wanted.contains(.emailAddress), holdsEmail() { found.insert(IdentifierKinds(.emailAddress)) }
        if marks.hasDigit || marks.hasColon {
            let rest = wanted.subtracting([IdentifierKinds(.nhsNumber), IdentifierKinds(.emailAddress)])
            for index in 0..<tokens.count where tokens[index].kind != .word || tokens.length(index) <= 5 {
                found.formUnion(numbers(at: index, wanted: rest.subtracting(found)))
                found.formUnion(places(at: index, wanted: rest.subtracting(found)))
            }
        }
        if wanted.contains(.name), marks.hasLetter {
            tokens.look(up: words)
            if holdsName() { found.insert(IdentifierKinds(.name)) }
        }
        return found
    }

    /// Which of `wanted` the whole cell has the form of, and which of those it is.
    mutating func weigh(
        _ source: Flat<UInt8>, _ start: Int, _ end: Int, wanted: IdentifierKinds
    ) -> (shaped: IdentifierKinds, valid: IdentifierKinds) {
        let (first, last) = RowJudge.trimmed(source, start, end)
        // The shortest is a postcode without its blank, the longest a mail address.
        guard last - first >= 5, last - first <= 100 else { return ([], []) }
        // What is linked by is weighed for NHS numbers alone, row by row, and most of it ends in a letter.
        if wanted == IdentifierKinds(.nhsNumber), TextTokens.isASCIILetter(source[last - 1]) { return ([], []) }
        tokens.cut(source, first, last)
        guard tokens.count > 0, tokens.count <= 12 else { return ([], []) }
        var shaped: IdentifierKinds = []
        var valid: IdentifierKinds = []
        for kind in IdentifierKind.allCases where wanted.contains(kind) {
            guard let isValid = wholeIs(kind) else { continue }
            shaped.insert(IdentifierKinds(kind))
            if isValid { valid.insert(IdentifierKinds(kind)) }
        }
        return (shaped, valid)
    }

    // MARK: - At a glance

    private struct Marks {
        var hasDigit = false
        var hasLetter = false
        var hasAt = false
        var hasColon = false
    }

    private static func marks(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Marks {
        var marks = Marks()
        for index in start..<end {
            let byte = text[index]
            if byte >= 0xEF {
                // Full-width digits, letters and signs begin so.
                return Marks(hasDigit: true, hasLetter: true, hasAt: true, hasColon: true)
            } else if byte &- 0x30 <= 9 {
                marks.hasDigit = true
            } else if byte >= 0x80 || TextTokens.isASCIILetter(byte) {
                marks.hasLetter = true
            } else if byte == UInt8(ascii: "@") {
                marks.hasAt = true
            } else if byte == UInt8(ascii: ":") {
                marks.hasColon = true
            }
        }
        return marks
    }

    // MARK: - Words nearby

    /// Whether one of `words` stands among the `within` tokens before `index`.
    func isPreceded(_ index: Int, within: Int = 4, by words: StaticString...) -> Bool {
        var place = index - 1
        while place >= 0, place >= index - within {
            if words.contains(where: { tokens.has(place, $0) }) { return true }
            place -= 1
        }
        return false
    }

    /// The identifier that the bytes from one token's start to another's end are, without blanks.
    func identifier(_ first: Int, _ last: Int, check: CheckDigit?) -> Identifier? {
        Identifier(tokens.text, Int(tokens[first].start), Int(tokens[last].end), check: check)
    }

    func isValid(_ first: Int, _ last: Int, _ check: CheckDigit) -> Bool {
        guard var found = identifier(first, last, check: check) else { return false }
        if case .valid = found.judge(check, year: today.parts.year) { return true }
        return false
    }
}
