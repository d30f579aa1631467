import SluiceModel

/// What one column of a sample file is taken for, and why.
struct ColumnGuess {
    /// What the column is to the mapping.
    enum Use: Hashable {
        /// Checked and dropped.
        case nothing
        /// When the row happened.
        case eventDay
        /// The time of day, beside a day without one.
        case clock
        /// The model's dimension `area`, by its codes.
        case area
        /// The model's dimension `age`, in whole years.
        case age
        /// A dimension, through the column's code list.
        case list(dimension: String)
    }

    /// In the file, from 1.
    var columnNumber: Int
    /// The heading as the schema writes it.
    var name: String
    /// The heading as the file has it, where the name had to differ.
    var alias: String?
    var type = FieldType.string
    var notation: String?
    var booleanFamily: Int?
    var privacy = PrivacyClass.sensitive
    var treatment = Treatment.drop
    var check: CheckDigit?
    var use = Use.nothing
    /// The name of its file in `codes/`, and the model's code for each of its values, empty for not known.
    var list: (name: String, groups: [String])?
    /// The dimension the list is likely to belong to although no value of it is a code of the model.
    var suggestedDimension: String?
    var isKey = false
    var isRequired = false
    /// Sentences in plain words, for the schema's comment.
    var reasons: [String] = []
    var profile: ColumnProfile

    init(columnNumber: Int, name: String, alias: String?, profile: ColumnProfile) {
        self.columnNumber = columnNumber
        self.name = name
        self.alias = alias
        self.profile = profile
    }

    /// Every filled cell is another one, and every row has one.
    func isUnique(rowCount: Int) -> Bool {
        rowCount >= ColumnProfile.listedRowsMin && profile.filledCount == rowCount && !profile.isDistinctCut
            && profile.distinctCount == rowCount
    }
}

/// Takes columns for what they are likely to be: by what their cells fit, and by words of their headings.
struct ColumnJudge {
    let questions: DatasetPlan
    let model: EventModel
    let rowCount: Int

    /// Shares of filled cells in per cent: for a kept day, for an identifier's form to name the column.
    private static let daySharePercent = 95
    private static let formSharePercent = 20
    private static let sentenceCharacters = 40

    /// The type and what follows from it; not yet what the mapping makes of it.
    func judge(_ guess: ColumnGuess) -> ColumnGuess {
        var guess = guess
        let column = guess.profile
        if column.filledCount == 0 {
            guess.privacy = .neutral
            guess.reasons.append("No cell of the sample holds a value.")
            return guess
        }
        if judgeIdentifiers(&guess) { return guess }
        if PersonHeading.namesBirth(guess.name) {
            guess.privacy = .direct
            takeExactType(&guess)
            guess.reasons.append(
                "The heading speaks of birth. For ages write `treatment: band` on a date and map "
                    + "`age: {birth: FIELD, at: FIELD}`.")
            return guess
        }
        if PersonHeading.names(guess.name) {
            guess.privacy = .direct
            takeExactType(&guess)
            guess.reasons.append("The heading may name a person, an address or a way to reach someone.")
            return guess
        }
        if ColumnWords.health.fits(guess.name) {
            guess.privacy = .health
            takeExactType(&guess)
            guess.reasons.append("The heading may speak of someone's health, which is never kept.")
            return guess
        }
        if judgeTemporal(&guess) || judgeBoolean(&guess) || judgeArea(&guess) || judgeNumber(&guess) { return guess }
        judgeText(&guess)
        return guess
    }

    // MARK: - Identifiers

    private func judgeIdentifiers(_ guess: inout ColumnGuess) -> Bool {
        let column = guess.profile
        let checks = CheckDigit.allCases.filter { $0 != .urn || ColumnWords.school.fits(guess.name) }
        if let check = checks.max(by: { column.count($0) < column.count($1) }), column.count(check) > 0,
            column.count(check) * 2 >= column.filledCount
        {
            let share = share(column.count(check), of: column.filledCount)
            guess.reasons.append("\(share) pass the check of `\(check.text)`.")
            guess.privacy = check == .urn ? .neutral : .direct
            if column.count(check) == column.filledCount, check != .nino { guess.check = check }
            return true
        }
        let forms = IdentifierForm.allCases
        guard let form = forms.max(by: { column.count($0) < column.count($1) }), column.count(form) > 0 else {
            return false
        }
        let share = share(column.count(form), of: column.filledCount)
        guess.reasons.append("\(share) hold \(form.title).")
        if column.count(form) * 100 >= column.filledCount * Self.formSharePercent, form != .nhsNumberInside {
            guess.privacy = form == .postcode ? .quasi : .direct
            if form == .postcode {
                guess.reasons.append("An area's code in the sender's own export would be of use; a postcode is not.")
            }
        } else {
            guess.privacy = .direct
            guess.treatment = .scan
        }
        return true
    }

    // MARK: - Types

    /// A type only where every filled cell has it: cells of a dropped column should not cost a row.
    private func takeExactType(_ guess: inout ColumnGuess) {
        let column = guess.profile
        if let best = bestNotation(guess), best.count == column.filledCount, best.type != .year {
            guess.type = best.type
            guess.notation = best.text
            guess.reasons.append("All \(grouped(column.filledCount)) cells read as \(plural(best.type)) \(best.text).")
        }
    }

    private func bestNotation(_ guess: ColumnGuess) -> (type: FieldType, text: String, count: Int, others: [String])? {
        var best: (type: FieldType, text: String, count: Int, others: [String])?
        for (field, answers) in zip(questions.fields, guess.profile.answers) where field.type.isTemporal {
            // Four digits are a year, and two numbers with a dot a time, only where the heading says so.
            if field.type == .year, !ColumnWords.year.fits(guess.name) { continue }
            for (format, count) in zip(field.dateFormats, answers) where count > 0 {
                if format.text == "%H.%M", !ColumnWords.clock.fits(guess.name) { continue }
                if best == nil || count > best!.count {
                    best = (field.type, format.text, count, [])
                } else if count == best!.count {
                    best!.others.append(format.text)
                }
            }
        }
        return best
    }

    private func judgeTemporal(_ guess: inout ColumnGuess) -> Bool {
        let column = guess.profile
        guard let best = bestNotation(guess), best.count * 100 >= column.filledCount * Self.daySharePercent else {
            return false
        }
        let rest = column.filledCount - best.count
        var reason =
            "\(share(best.count, of: column.filledCount)) read as \(plural(best.type)) \(best.text)"
            + (rest > 0 ? "; \(grouped(rest)) did not." : ".")
        if !best.others.isEmpty {
            reason += " They also read as \(best.others.joined(separator: ", ")): check the order."
        }
        guess.reasons.append(reason)
        guess.privacy = .quasi
        // A type that some cells do not have costs rows: worth it for the day of the event only, which is chosen later.
        guess.type = best.type
        guess.notation = best.text
        return true
    }

    private func judgeBoolean(_ guess: inout ColumnGuess) -> Bool {
        let column = guess.profile
        var family = 0
        for (field, answers) in zip(questions.fields, column.answers) where field.type == .boolean {
            defer { family += 1 }
            guard answers[0] == column.filledCount else { continue }
            // Ones and noughts are counts as well.
            if field.trueValues == ["1"], column.distinctCount < 2 || column.filledCount < 20 { continue }
            guess.type = .boolean
            guess.booleanFamily = family
            guess.reasons.append("All \(grouped(column.filledCount)) cells are yes or no (\(field.name)).")
            return true
        }
        return false
    }

    private func judgeArea(_ guess: inout ColumnGuess) -> Bool {
        let column = guess.profile
        guard column.areaCodeCount * 100 >= column.filledCount * Self.daySharePercent else { return false }
        guess.privacy = .quasi
        guess.reasons.append(
            "\(share(column.areaCodeCount, of: column.filledCount)) have the form of an area's code "
                + "(Office for National Statistics).")
        return true
    }

    private func judgeNumber(_ guess: inout ColumnGuess) -> Bool {
        let column = guess.profile
        if column.leadingZeroCount > 0 { return false }
        if column.integerCount == column.filledCount {
            guess.type = .integer
            guess.reasons.append("All \(grouped(column.filledCount)) cells are whole numbers.")
        } else if column.pointNumberCount == column.filledCount {
            guess.type = .number
            guess.reasons.append("All \(grouped(column.filledCount)) cells are numbers.")
        } else if column.commaNumberCount == column.filledCount {
            guess.reasons.append(
                "All \(grouped(column.filledCount)) cells are numbers with a comma; kept as text here.")
        } else {
            return false
        }
        if guess.type == .integer, ColumnWords.age.fits(guess.name) {
            guess.privacy = .quasi
            guess.reasons.append("The heading speaks of age.")
        } else if guess.isUnique(rowCount: rowCount) {
            guess.privacy = .direct
            guess.reasons.append("Each row has its own: an identifier.")
        }
        return true
    }

    private func judgeText(_ guess: inout ColumnGuess) {
        let column = guess.profile
        let (shortest, longest) = (column.lengthMinimum, column.lengthMaximum)
        let lengths = (shortest == longest ? "" : "\(grouped(shortest)) to ") + "\(grouped(longest)) characters"
        if column.leadingZeroCount > 0 { guess.reasons.append("Digits with leading zeros: codes, not numbers.") }
        if !column.values.isEmpty {
            let rows = column.values.reduce(0) { $0 + $1.rowCount }
            guess.privacy = ColumnWords.neutral.fits(guess.name) ? .neutral : .sensitive
            guess.reasons.append(
                (column.values.count == 1
                    ? "One value stands in ten or more rows, "
                    : "\(grouped(column.values.count)) values stand in ten or more rows each, ")
                    + "\(grouped(rows)) of \(grouped(column.filledCount)) cells\(column.values.count == 1 ? "" : " together")."
            )
            return
        }
        let isSpaced = column.spacedCount * 2 >= column.filledCount
        if column.lengthMaximum > Self.sentenceCharacters && column.spacedCount > 0
            || isSpaced && column.lengthMaximum > 20
        {
            guess.treatment = .scan
            guess.reasons.append("Free text of \(lengths): searched for identifiers and dropped.")
        } else if !column.isDistinctCut, column.distinctCount * 10 >= column.filledCount * 9, column.filledCount > 1 {
            guess.privacy = .direct
            guess.reasons.append("Nearly every row has its own value of \(lengths): an identifier.")
        } else if column.spacedCount == 0, column.distinctCount > ColumnProfile.listedValuesLimit,
            ColumnWords.key.fits(guess.name)
        {
            guess.privacy = .direct
            guess.reasons.append("An identifier by its heading that several rows may share, of \(lengths).")
        } else {
            guess.reasons.append(
                "Text of \(lengths)\(column.isDistinctCut ? "" : ", \(grouped(column.distinctCount)) different").")
        }
    }

    // MARK: - Words

    private func share(_ count: Int, of whole: Int) -> String {
        count == whole ? "All \(grouped(whole)) cells" : "\(grouped(count)) of \(grouped(whole)) cells"
    }

    private func plural(_ type: FieldType) -> String {
        switch type {
        case .date: "dates"
        case .datetime: "dates with time"
        case .time: "times"
        case .yearmonth: "months"
        default: "years"
        }
    }
}

/// `1234567` as `1,234,567`.
func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index) % 3 == 0 { text += "," }
        text.append(digit)
    }
    return text
}
