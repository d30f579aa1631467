/// Makes a finding's message from the plan's own words: what is wrong, the form that was expected, what to do.
///
/// A pure function of the plan and of the finding's code, rule, column, count and arguments. The worker and the daemon
/// call the same one, so that no text made beside a record ever has to cross the wire. Numbers of rows are not in the
/// message: a receipt prints them beside it.
package enum FindingMessages {
    /// The message of `finding`; what its `message` holds is not looked at.
    ///
    /// Arguments by code, each of which may be left out: `tolerance-exceeded` rejected and read rows;
    /// `row-ragged` the number of columns of the header; `column-repeated` the number of the first column of
    /// that name, from 1; `bytes-invalid` and `quote-unclosed` the byte of the file, from 0; `dataset-unknown` the
    /// index in the plan of the dataset that came nearest and how many of its columns were missing;
    /// `date-in-future`, `row-empty` and all others none.
    package static func message(for finding: Finding, plan: FormatPlan, datasetIndex: Int?) -> String {
        let dataset = datasetIndex.flatMap { plan.datasets.indices.contains($0) ? plan.datasets[$0] : nil }
        let field = finding.column.flatMap { name in dataset?.fields.first { $0.name == name } }
        return Sentence(finding: finding, plan: plan, dataset: dataset, field: field).text
    }

    /// The form of a date or time in letters people know: `DD/MM/YYYY`, `YYYY-MM-DD hh:mm`.
    package static func form(of format: DateFormat) -> String {
        var text = ""
        for part in format.parts {
            switch part {
            case .year: text += "YYYY"
            case .shortYear: text += "YY"
            case .month: text += "MM"
            case .day: text += "DD"
            case .hour: text += "hh"
            case .minute: text += "mm"
            case .second: text += "ss"
            case .monthName: text += "Jan"
            case .zone: text += "Z"
            case .literal(let byte): text.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return text
    }

    /// A bound of a field in the form a person writes it: a date for a date, a decimal for a number.
    package static func text(ofSlot slot: Int, type: FieldType) -> String {
        switch type {
        case .string, .integer, .boolean, .year: return String(slot)
        case .number:
            let magnitude = slot.magnitude
            let fraction = padded(Int(magnitude % 1000), 3)
            let trimmed = fraction.reversed().drop { $0 == "0" }.reversed()
            return (slot < 0 ? "-" : "") + String(magnitude / 1000) + (trimmed.isEmpty ? "" : "." + String(trimmed))
        case .date: return CivilDate(dayNumber: slot).description
        case .datetime: return Instant(secondsSince1970: slot).description.filter { $0 != "Z" }
        case .time: return padded(slot / 3600, 2) + ":" + padded(slot / 60 % 60, 2) + ":" + padded(slot % 60, 2)
        case .yearmonth: return CivilMonth(index: slot)?.description ?? String(slot)
        }
    }

    /// At most this many of a list's own codes are named in a message.
    fileprivate static let namedCodesLimit = 12
}

private struct Sentence {
    let finding: Finding
    let plan: FormatPlan
    let dataset: DatasetPlan?
    let field: FieldPlan?

    var text: String {
        switch finding.code {
        // The file.
        case .fileEmpty: return "The file is empty. Export it again and check that it holds a header and rows."
        case .headerMissing: return headerMissing
        case .rowsMissing:
            return "The file has a header but no rows. If there is nothing to report for the period, tell the "
                + "partnership instead of sending an empty file."
        case .datasetUnknown: return datasetUnknown
        case .encodingUnsupported:
            return "The text is not in an encoding this dataset accepts. Save the file as \(encodings)."
        case .formatUnsupported:
            return "This kind of file cannot be read. Send delimited text (CSV), one table per file."
        case .quoteUnclosed:
            return "A quoted cell is opened and never closed, so the rest of the file cannot be told apart"
                + at(argument(0)) + ". Write a quotation mark inside a quoted cell twice, or export the file again."
        case .toleranceExceeded: return toleranceExceeded
        case .periodUnknown: return periodUnknown
        case .periodOverlaps:
            return "The reporting period overlaps part of an earlier delivery's. Send whole periods, or withdraw the "
                + "earlier delivery first."
        case .limitExceeded: return limitExceeded

        // Columns.
        case .columnMissing:
            return "The column is not in the file. Add it, with the heading \(headings)."
        case .columnUnknown:
            return "No schema knows the heading of \(columnPosition); the column was not read. Leave it out of the "
                + "export."
        case .columnRepeated:
            let first = argument(0).map { " (first: column \($0))" } ?? ""
            return "The heading of \(columnPosition) stands for a column that is already there\(first). Keep one of "
                + "them."
        case .columnIgnored: return "The contents of \(columnPosition) are not used and were not read."

        // Rows.
        case .rowRagged:
            let expected = argument(0).map { ", which has \($0) columns" } ?? ""
            return "The row has more or fewer cells than the header\(expected). Look for a delimiter inside an "
                + "unquoted cell."
        case .rowTooLong:
            return "The row is longer than \(bytes(plan.limits.rowLimitBytes)). Look for a quotation mark that is "
                + "not closed."
        case .rowEmpty: return "The row has no values. Delete empty rows."

        // Cells.
        case .cellTooLong:
            return "The cell is longer than \(bytes(plan.limits.cellLimitBytes)). Look for a quotation mark that is "
                + "not closed."
        case .bytesInvalid:
            return "The bytes are not valid in the file's encoding\(at(argument(0))). Save the file as \(encodings)."
        case .characterForbidden:
            return "The cell holds a control character. Remove it from the source, or export the column again."
        case .valueMissing: return "The cell is empty but must have a value. \(expectation)"
        case .typeMismatch: return "The value is not of the column's type. \(expectation)"
        case .patternMismatch: return "The value does not have the form the schema asks for. \(patternExpectation)"
        case .codeUnknown: return codeUnknown
        case .codeNotInForce:
            return "The code exists but is not in force on the day in question\(listName). Use the code that is."
        case .checkDigitWrong:
            let what = field?.check.map { "valid \(Sentence.name(of: $0))" } ?? "valid identifier"
            return "The value is not a \(what): its form or check digit is wrong. Check it for typing errors at the "
                + "source."
        case .placeholder:
            return "The value stands for a missing one. Leave the cell empty when the value is not known."
        case .belowMinimum:
            return "The value is below the least allowed\(bound(field?.minimum)). Check it at the source."
        case .aboveMaximum:
            return "The value is above the greatest allowed\(bound(field?.maximum)). Check it at the source."
        case .tooShort:
            let least = field?.lengthMinimum.map { ": at least \(characters($0))" } ?? ""
            return "The value is too short\(least). Look for leading zeros that were lost."
        case .tooLong:
            let most = field?.lengthMaximum.map { ": at most \(characters($0))" } ?? ""
            return "The value is too long\(most). Check that the column holds what its heading says."
        case .notUnique: return notUnique
        case .dateInFuture:
            return "The date is later than the day the file was received (\(plan.today)). Correct the date."
        case .ruleBroken: return ruleBroken
        case .areaUnknown:
            return "The area code is not one of the partnership's areas; the row is kept without an area. Use the code "
                + "of an area the partnership covers."
        case .keyMissing: return "The row has no value in \(keyColumns), which tells rows apart. Fill it in."

        // The intake gate.
        case .healthFieldDropped:
            return "The column may hold health information about patients, which may not be shared under the Serious "
                + "Violence Duty. It was not kept. Leave it out of the export."
        case .patientIdentifier: return patientIdentifier
        }
    }

    // MARK: - Sentences that need more than one line

    private var headerMissing: String {
        guard let dataset else {
            return "No header row was found. Put the column headings in the first row."
        }
        return "No header row was found in the first \(dataset.headerWithinRows) rows. Put the column headings in the "
            + "first row."
    }

    private var datasetUnknown: String {
        let advice = "Check that the file was dropped in the right folder and that its headings are unchanged."
        guard let nearest = argument(0), plan.datasets.indices.contains(nearest) else {
            return "The headings fit none of the datasets this sender may send. \(advice)"
        }
        let missing = argument(1).map { ", of which \(count($0, "column is", "columns are")) missing" } ?? ""
        return "The headings fit none of the datasets this sender may send. The nearest is "
            + "\(plan.datasets[nearest].id)\(missing). \(advice)"
    }

    private var toleranceExceeded: String {
        let share = dataset.map { ", more than the \(percent($0.toleranceRowsPerMillion)) allowed" } ?? ""
        let advice = "The whole file was rejected. Correct the errors listed and send it again."
        guard let rejected = argument(0), let read = argument(1) else {
            return "Too many rows have errors\(share). \(advice)"
        }
        return "\(rejected) of \(count(read, "row has", "rows have")) errors\(share). \(advice)"
    }

    private var periodUnknown: String {
        let fields: String
        switch dataset?.period {
        case .field(let index, _): fields = " in \(fieldName(index))"
        case .fields(let from, let to): fields = " in \(fieldName(from)) and \(fieldName(to))"
        case .some(.none), nil: fields = ""
        }
        return "The reporting period cannot be told: no accepted row has a date\(fields). Fill in the dates."
    }

    private var limitExceeded: String {
        switch finding.rule {
        case FindingRule.rowLimit:
            return "The file has more than \(plan.limits.rowLimit) rows. Send it in smaller parts, one per period."
        case FindingRule.columnLimit:
            return "The file has more than \(plan.limits.columnLimit) columns. Check the delimiter, and send only the "
                + "columns of the schema."
        case FindingRule.rowLimitBytes:
            return "A row is longer than \(bytes(plan.limits.rowLimitBytes)). Look for a quotation mark that is not "
                + "closed."
        case FindingRule.cellLimitBytes:
            return "A cell is longer than \(bytes(plan.limits.cellLimitBytes)). Look for a quotation mark that is not "
                + "closed."
        default: return "The file is larger than may be read. Send it in smaller parts, one per period."
        }
    }

    private var codeUnknown: String {
        let kept = finding.severity <= .warning ? " The row is kept without it." : ""
        guard let field, let index = field.codes, plan.codeTables.indices.contains(index) else {
            return "The code is not in the list.\(kept) Use a code of the list."
        }
        let part = field.codesPart.map { " (characters \($0.lowerBound + 1) to \($0.upperBound) of the cell)" } ?? ""
        let table = plan.codeTables[index]
        if table.entries.count <= FindingMessages.namedCodesLimit {
            return "The value\(part) is none of those allowed.\(kept) Use one of: \(list(table.entries.map(\.text)))."
        }
        return "The code\(part) is not in the list\(listName).\(kept) Use a code of the list, or ask the partnership "
            + "to add it."
    }

    private var notUnique: String {
        if finding.rule == FindingRule.primaryKey {
            return "Another row has the same \(keyColumns), which must tell rows apart. Send each record once."
        }
        return "The value occurs in an earlier row, but the column must be unique. Send each record once."
    }

    private var ruleBroken: String {
        let rule = dataset?.rowRules.first { FindingRule.rowRule($0.id) == finding.rule }
        guard let rule else { return "The row breaks a rule of the dataset. Correct the values the rule names." }
        let relation: String
        switch rule.comparison {
        case .less: relation = "must be before or less than"
        case .lessOrEqual: relation = "must not be after or more than"
        case .equal: relation = "must equal"
        case .notEqual: relation = "must differ from"
        case .greaterOrEqual: relation = "must not be before or less than"
        case .greater: relation = "must be after or more than"
        }
        return "\(fieldName(rule.left)) \(relation) \(fieldName(rule.right)). Correct one of the two."
    }

    private var patientIdentifier: String {
        let law =
            "A health sender may supply anonymous information only (Police, Crime, Sentencing and Courts Act "
            + "2022, ss. 16(4) and 17(6))."
        let place = finding.columnNumber.map { "Column \($0)" } ?? "A column"
        if finding.rule == FindingRule.nhsNumber {
            return "\(place) holds valid NHS numbers. \(law) Nothing of the file was kept. Remove the column and "
                + "send the file again."
        }
        return "\(place) has a heading that names a patient identifier. \(law) Nothing of the file was kept. Remove "
            + "the column and send the file again."
    }

    // MARK: - What was expected

    private var expectation: String {
        guard let field else { return "Check the column against the schema." }
        if let index = field.codes, plan.codeTables.indices.contains(index) {
            let entries = plan.codeTables[index].entries
            if entries.count <= FindingMessages.namedCodesLimit {
                return "Use one of: \(list(entries.map(\.text)))."
            }
            return "Use a code of the list\(listName)."
        }
        switch field.type {
        case .string: return "Fill it in from the source."
        case .integer: return "Write a whole number without spaces or thousands separators."
        case .number: return "Write a number with a full stop before decimals and no thousands separators."
        case .boolean: return "Use one of: \(list(field.trueValues + field.falseValues))."
        case .year: return "Write the year in four digits."
        case .date, .datetime, .time, .yearmonth:
            let forms = field.dateFormats.map { FindingMessages.form(of: $0) }
            guard !forms.isEmpty else { return "Write it as ISO 8601 does." }
            return "Write it as \(list(forms, last: "or")), in one form throughout the column."
        }
    }

    private var patternExpectation: String {
        guard let index = field?.pattern, plan.patterns.indices.contains(index) else {
            return "Check the column against the schema."
        }
        return "Expected: the pattern \(plan.patterns[index].text)"
    }

    private var listName: String {
        guard let index = field?.codes, plan.codeTables.indices.contains(index) else { return "" }
        return " \"\(plan.codeTables[index].name)\""
    }

    private var headings: String {
        guard let field else { return "the schema gives" }
        return "\"\(field.name)\""
    }

    private var encodings: String {
        let names = (dataset?.encodings ?? [.utf8]).map { encoding in
            switch encoding {
            case .utf8: "UTF-8"
            case .utf16: "UTF-16 with a byte order mark"
            case .windows1252: "Windows-1252"
            }
        }
        return list(names, last: "or")
    }

    private var columnPosition: String {
        finding.columnNumber.map { "column \($0)" } ?? "a column"
    }

    private var keyColumns: String {
        list((dataset?.primaryKey ?? []).map(fieldName), last: "and", whenEmpty: "the key")
    }

    private static func name(of check: CheckDigit) -> String {
        switch check {
        case .nhsNumber: "NHS number"
        case .upn: "unique pupil number (UPN)"
        case .pncID: "PNC ID"
        case .croNumber: "CRO number"
        case .crn: "case reference number (CRN)"
        case .prisonNumber: "prison number"
        case .nino: "National Insurance number"
        case .uln: "unique learner number (ULN)"
        case .urn: "unique reference number (URN)"
        }
    }

    // MARK: - Numbers and lists

    private func argument(_ index: Int) -> Int? {
        finding.arguments.indices.contains(index) ? finding.arguments[index] : nil
    }

    private func fieldName(_ index: Int) -> String {
        guard let dataset, dataset.fields.indices.contains(index) else { return "a column" }
        return dataset.fields[index].name
    }

    private func at(_ byte: Int?) -> String { byte.map { ", at byte \($0)" } ?? "" }

    private func bound(_ slot: Int?) -> String {
        guard let slot, let field else { return "" }
        return ", " + FindingMessages.text(ofSlot: slot, type: field.type)
    }

    private func bytes(_ count: Int) -> String {
        if count >= 1 << 20, count % (1 << 20) == 0 { return "\(count >> 20) MiB" }
        if count >= 1 << 10, count % (1 << 10) == 0 { return "\(count >> 10) KiB" }
        return self.count(count, "byte", "bytes")
    }

    private func characters(_ count: Int) -> String { self.count(count, "character", "characters") }

    private func count(_ count: Int, _ one: String, _ many: String) -> String {
        "\(count) \(count == 1 ? one : many)"
    }

    /// Parts per million as per cent, with as many decimals as it has.
    private func percent(_ rowsPerMillion: Int) -> String {
        // A thousandth of a per cent is ten per million; a slot of type number counts thousandths.
        FindingMessages.text(ofSlot: rowsPerMillion / 10, type: .number) + " %"
    }

    private func list(_ items: [String], last: String? = nil, whenEmpty: String = "the schema's values") -> String {
        guard let final = items.last else { return whenEmpty }
        guard let last, items.count > 1 else { return items.joined(separator: ", ") }
        return items.dropLast().joined(separator: ", ") + " \(last) " + final
    }
}
