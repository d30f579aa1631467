// Sentences about values: what was expected of them, and the rules between them.

extension FindingSentence {
    var typeMismatch: String {
        guard finding.rule == FindingRule.format, let field else {
            return "The value is not of the column's type. \(expectation)"
        }
        switch field.stringFormat {
        case .email: return "The value is not an e-mail address. Write it as name@example.org."
        case .uri: return "The value is not a web address. Write it in full, as https://example.org/page."
        case .binary: return "The value is not binary data in Base64. Export the column again."
        case .uuid:
            return "The value is not a UUID. Write it as eight, four, four, four and twelve hexadecimal digits with "
                + "hyphens between."
        case .any: return "The value does not have the column's format. \(expectation)"
        }
    }

    var codeUnknown: String {
        let kept = finding.severity <= .warning ? " The row is kept without it." : ""
        if let field, !field.allowedSlots.isEmpty || !field.allowedNumbers.isEmpty {
            return "The value is none of those allowed.\(kept) \(allowedValues(field))"
        }
        guard let field, let index = field.codes, plan.codeTables.indices.contains(index) else {
            return "The code is not in the list.\(kept) Use a code of the list."
        }
        let part = field.codesPart.map { " (characters \($0.lowerBound + 1) to \($0.upperBound) of the cell)" } ?? ""
        let table = plan.codeTables[index]
        if table.entries.count <= FindingMessages.namedCodesLimit {
            return "The value\(part) is none of those allowed.\(kept)\(suggestion) "
                + "Use one of: \(list(table.entries.map(\.text)))."
        }
        return "The code\(part) is not in the list\(listName).\(kept)\(suggestion) Use a code of the list, or ask the "
            + "partnership to add it."
    }

    /// ` Did you mean "X" or "Y"?`, from the code list; the cell is not known here.
    var suggestion: String {
        guard let index = field?.codes, plan.codeTables.indices.contains(index) else { return "" }
        let entries = plan.codeTables[index].entries
        let near = finding.arguments.prefix(FindingMessages.nearestCodesLimit)
            .filter { entries.indices.contains($0) }.map { "\"\(entries[$0].text)\"" }
        return near.isEmpty ? "" : " Did you mean \(list(near, last: "or"))?"
    }

    var belowMinimum: String {
        guard let field, let bound = bound(field.minimum, field.numberMinimum) else {
            return "The value is below the least allowed. Check it at the source."
        }
        if field.isMinimumExclusive || finding.rule == FindingRule.exclusiveMinimum {
            return
                "The value must be \(field.type.isTemporal ? "after" : "more than") \(bound). Check it at the source."
        }
        return "The value is below the least allowed, \(bound). Check it at the source."
    }

    var aboveMaximum: String {
        guard let field, let bound = bound(field.maximum, field.numberMaximum) else {
            return "The value is above the greatest allowed. Check it at the source."
        }
        if field.isMaximumExclusive || finding.rule == FindingRule.exclusiveMaximum {
            return
                "The value must be \(field.type.isTemporal ? "before" : "less than") \(bound). Check it at the source."
        }
        return "The value is above the greatest allowed, \(bound). Check it at the source."
    }

    private func bound(_ slot: Int?, _ decimal: ExactDecimal?) -> String? {
        if let decimal { return FindingMessages.text(of: decimal) }
        guard let slot, let field else { return nil }
        return FindingMessages.text(ofSlot: slot, type: field.type)
    }

    // MARK: - Keys

    var notUnique: String {
        if finding.rule == FindingRule.primaryKey {
            return "Another row has the same \(keyColumns), which must tell rows apart. Send each record once."
        }
        if finding.rule == FindingRule.uniqueKeys {
            let key = argument(0).flatMap { index in
                dataset.flatMap { $0.uniqueKeys.indices.contains(index) ? $0.uniqueKeys[index] : nil }
            }
            let what = key.map { names($0, last: "and") } ?? "values of a key"
            return "An earlier row has the same \(what), which may occur together only once. Send each record once."
        }
        return "The value occurs in an earlier row, but the column must be unique. Send each record once."
    }

    /// The foreign key that the finding is about.
    private var foreignKey: ForeignKey? {
        let keys = dataset?.foreignKeys ?? []
        let key =
            argument(0).flatMap { keys.indices.contains($0) ? keys[$0] : nil } ?? (keys.count == 1 ? keys[0] : nil)
        return key.flatMap { plan.datasets.indices.contains($0.dataset) ? $0 : nil }
    }

    var referenceUnjudged: String {
        guard let key = foreignKey else {
            return "A table that this one refers to is not in the delivery, so its references were not checked."
        }
        return
            "The delivery has no table \(plan.datasets[key.dataset].id), so nobody looked whether "
            + "\(names(key.fields, last: "and")) is right in every row. Send both tables in one archive or workbook."
    }

    var referenceMissing: String {
        guard let key = foreignKey else {
            return "The value refers to a row that is not there. Send the tables that belong together, whole."
        }
        let other = plan.datasets[key.dataset]
        let referenced = list(
            key.referenced.map { other.fields.indices.contains($0) ? other.fields[$0].name : "a column" }, last: "and")
        let table = other.id == dataset?.id ? "this table" : "the table \(other.id) of this delivery"
        return
            "No row of \(table) has this \(names(key.fields, last: "and")) as its \(referenced). Send the tables that "
            + "belong together, whole, and check the references at the source."
    }

    var keyColumns: String {
        list((dataset?.primaryKey ?? []).map(fieldName), last: "and", whenEmpty: "the key")
    }

    // MARK: - Rules between the fields of a row

    var ruleBroken: String {
        let rule = dataset?.rowRules.first { FindingRule.rowRule($0.id) == finding.rule }
        guard let rule else { return "The row breaks a rule of the dataset. Correct the values the rule names." }
        switch rule.kind {
        case .compare(let left, let comparison, let right):
            return "\(fieldName(left)) \(words(comparison)) \(fieldName(right)). Correct one of the two."
        case .compareValue(let index, let comparison, let value):
            let type = dataset.flatMap { $0.fields.indices.contains(index) ? $0.fields[index].type : nil } ?? .integer
            let text =
                type == .boolean ? (value == 0 ? "false" : "true") : FindingMessages.text(ofSlot: value, type: type)
            return "\(fieldName(index)) \(words(comparison)) \(text). Check it at the source."
        case .requiredWhen(let fields, let condition):
            return "\(names(fields, last: "and")) must have a value \(words(condition)). Fill it in at the source."
        case .oneOf(let fields, isExclusive: true):
            return "Exactly one of \(names(fields, last: "and")) must have a value: not none, and not several."
        case .oneOf(let fields, isExclusive: false):
            return "At least one of \(names(fields, last: "and")) must have a value. Fill it in at the source."
        }
    }

    private func words(_ comparison: RowRule.Comparison) -> String {
        switch comparison {
        case .less: "must be before or less than"
        case .lessOrEqual: "must not be after or more than"
        case .equal: "must equal"
        case .notEqual: "must differ from"
        case .greaterOrEqual: "must not be before or less than"
        case .greater: "must be after or more than"
        }
    }

    private func words(_ condition: RowRule.Condition) -> String {
        switch condition {
        case .hasValue(let field): return "where \(fieldName(field)) has one"
        case .isMissing(let field): return "where \(fieldName(field)) has none"
        case .isOneOf(let index, let entries):
            let table =
                dataset.flatMap { $0.fields.indices.contains(index) ? $0.fields[index].codes : nil }
                .flatMap { plan.codeTables.indices.contains($0) ? plan.codeTables[$0].entries : nil } ?? []
            let codes = entries.filter { table.indices.contains($0) }.map { "\"\(table[$0].text)\"" }
            guard !codes.isEmpty, codes.count <= FindingMessages.namedCodesLimit else {
                return "for some codes of \(fieldName(index))"
            }
            return "where \(fieldName(index)) is \(list(codes, last: "or"))"
        }
    }

    var valueMissing: String {
        guard finding.rule == FindingRule.missingValues else {
            return "The cell is empty but must have a value. \(expectation)"
        }
        let markers = (field?.missingValues ?? []).filter { !$0.isEmpty }
        let some = markers.prefix(FindingMessages.namedCodesLimit).map { "\"\($0)\"" }
        let marker = some.isEmpty ? "" : ", or a marker where there is none: \(list(some, last: "or"))"
        return
            "The count is empty, which says neither a number nor why there is none. Write the number\(marker). Check that "
            + "no cell of the row was lost."
    }

    // MARK: - What was expected

    var expectation: String {
        guard let field else { return "Check the column against the schema." }
        if let index = field.codes, plan.codeTables.indices.contains(index) {
            let entries = plan.codeTables[index].entries
            if entries.count <= FindingMessages.namedCodesLimit {
                return "Use one of: \(list(entries.map(\.text)))."
            }
            return "Use a code of the list\(listName)."
        }
        if !field.allowedSlots.isEmpty || !field.allowedNumbers.isEmpty { return allowedValues(field) }
        switch field.type {
        case .string, .any: return "Fill it in from the source."
        case .integer, .number: return "Write \(number(field))."
        case .boolean: return "Use one of: \(list(field.trueValues + field.falseValues))."
        case .year: return "Write the year in four digits."
        case .date, .datetime, .time, .yearmonth:
            let forms = field.dateFormats.map { FindingMessages.form(of: $0) }
            guard !forms.isEmpty else { return "Write it as ISO 8601 does." }
            return "Write it as \(list(forms, last: "or")), in one form throughout the column."
        case .object: return "Write a JSON object, {\"name\": value}."
        case .array: return "Write a JSON array, [value, value]."
        case .list: return "Write \(Self.plural(of: field.itemType)) with \"\(field.listDelimiter)\" between them."
        case .duration: return "Write a duration as ISO 8601 does: P1Y2M3DT4H5M6S, or a part of it."
        case .geopoint:
            switch field.geopointFormat {
            case .text: return "Write longitude and latitude in degrees: -1.5, 53.4."
            case .array: return "Write longitude and latitude in degrees: [-1.5, 53.4]."
            case .object: return "Write longitude and latitude in degrees: {\"lon\": -1.5, \"lat\": 53.4}."
            }
        case .geojson: return "Write a GeoJSON object."
        }
    }

    private func number(_ field: FieldPlan) -> String {
        let groups = field.groupMark.isEmpty ? "" : "\"\(field.groupMark)\" between groups of three digits"
        let around = field.isBareNumber ? "" : "; a currency or per cent sign beside it is passed over"
        if field.type == .integer {
            return "a whole number\(groups.isEmpty ? " without spaces or thousands separators" : ", with " + groups)"
                + around
        }
        let mark = field.decimalMark == "." ? "a full stop" : "\"\(field.decimalMark)\""
        return
            "a number with \(mark) before decimals and \(groups.isEmpty ? "no thousands separators" : groups)\(around)"
    }

    private static func plural(of type: FieldType) -> String {
        switch type {
        case .integer: "whole numbers"
        case .number: "numbers"
        case .boolean: "true or false"
        case .date: "dates (YYYY-MM-DD)"
        case .datetime: "dates with times (YYYY-MM-DDThh:mm:ss)"
        case .time: "times (hh:mm:ss)"
        default: "the items"
        }
    }

    private func allowedValues(_ field: FieldPlan) -> String {
        guard field.allowedSlots.count + field.allowedNumbers.count <= FindingMessages.namedCodesLimit else {
            return "Use a value of the schema's."
        }
        if !field.allowedNumbers.isEmpty {
            return "Use one of: \(list(field.allowedNumbers.map { FindingMessages.text(of: $0) }))."
        }
        let texts = field.allowedSlots.map { slot in
            field.type == .boolean
                ? (slot == 0 ? "false" : "true") : FindingMessages.text(ofSlot: slot, type: field.type)
        }
        return "Use one of: \(list(texts))."
    }

    var patternExpectation: String {
        guard let index = field?.pattern, plan.patterns.indices.contains(index) else {
            return "Check the column against the schema."
        }
        return "Expected: the pattern \(plan.patterns[index].text)"
    }

    /// Names the codes of the list that are in force for a time only, as long as they are few.
    var codeNotInForce: String {
        let entries = field?.codes.flatMap { plan.codeTables.indices.contains($0) ? plan.codeTables[$0].entries : nil }
        let dated = (entries ?? []).filter { $0.validFrom != nil || $0.validTo != nil }
        let spans = dated.map { entry in
            switch (entry.validFrom, entry.validTo) {
            case (let from?, let to?): "\(entry.text) (\(from) to \(to))"
            case (let from?, nil): "\(entry.text) (from \(from))"
            case (nil, let to?): "\(entry.text) (until \(to))"
            case (nil, nil): entry.text
            }
        }
        let known = (1...12).contains(spans.count) ? " In force for a time only: " + list(spans, last: "and") + "." : ""
        return "The list\(listName) has this code, but not for the day of the event. Use the code that was in force "
            + "then.\(known)"
    }

    var listName: String {
        guard let index = field?.codes, plan.codeTables.indices.contains(index), !plan.codeTables[index].name.isEmpty
        else { return "" }
        return " \"\(plan.codeTables[index].name)\""
    }

    var isCollection: Bool {
        switch field?.type {
        case .object, .array, .list: true
        default: false
        }
    }

    func length(_ length: Int) -> String {
        isCollection ? count(length, "item", "items") : count(length, "character", "characters")
    }

    static func name(of check: CheckDigit) -> String {
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
}
