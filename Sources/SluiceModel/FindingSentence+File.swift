// Sentences about the file, its container and its columns.

extension FindingSentence {
    var headerMissing: String {
        guard let dataset else {
            return "No header row was found. Put the column headings in the first row."
        }
        return "No header row was found in the first \(dataset.headerWithinRows) rows. Put the column headings in the "
            + "first row."
    }

    var datasetUnknown: String {
        let advice = "Check that the file was dropped in the right folder and that its headings are unchanged."
        guard let nearest = argument(0), plan.datasets.indices.contains(nearest) else {
            return "The headings fit none of the datasets this sender may send. \(advice)"
        }
        let missing = argument(1).map { ", of which \(count($0, "column is", "columns are")) missing" } ?? ""
        return "The headings fit none of the datasets this sender may send. The nearest is "
            + "\(plan.datasets[nearest].id)\(missing). \(advice)"
    }

    var datasetNotAccepted: String {
        let what = dataset.map { "This is a file of \($0.id), which" } ?? "This kind of file"
        let advice = dataset?.refusalAdvice ?? ""
        return "\(what) may not be taken. Nothing of it was kept. "
            + (advice.isEmpty ? "Ask the partnership what to send instead." : advice)
    }

    var toleranceExceeded: String {
        let share = dataset.map { ", more than the \(percent($0.toleranceRowsPerMillion)) allowed" } ?? ""
        let advice = "The whole file was rejected. Correct the errors listed and send it again."
        guard let rejected = argument(0), let read = argument(1) else {
            return "Too many rows have errors\(share). \(advice)"
        }
        return "\(rejected) of \(count(read, "row has", "rows have")) errors\(share). \(advice)"
    }

    var periodUnknown: String {
        let fields: String
        switch dataset?.period {
        case .field(let index, _): fields = " in \(fieldName(index))"
        case .fields(let from, let to): fields = " in \(fieldName(from)) and \(fieldName(to))"
        case .some(.none), nil: fields = ""
        }
        if finding.arguments.isEmpty {
            return
                "We could not work out which months the file covers: no accepted row has a date\(fields). Fill in the "
                + "dates."
        }
        return "No row could be used, so we could not work out which months the file covers. Correct the other errors "
            + "first."
    }

    var linesUnaccounted: String {
        let figures = argument(0).flatMap { total in argument(1).map { " (\(total), and we can account for \($0))" } }
        return
            "The file has more or fewer lines than we could account for\(figures ?? ""). This is a fault of ours. Send "
            + "the file again as a workbook, and tell the operator."
    }

    var outsidePeriod: String {
        let period = dataset?.onlyPeriod.map { " (\($0))" } ?? ""
        return "The row lies outside the months that this file is for\(period) and was left out. If the date is right, "
            + "send the row with the other rows of its month, unless that month is older than this data may be kept."
    }

    var columnFilled: String {
        let what =
            argument(0) == 1 ? "each number is one more than the number in the row before" : "each number is the same"
        return
            "In \(finding.count) rows from this one on \(what), as a spreadsheet's fill handle leaves them. Compare the "
            + "column with its source, and send the file again if it was filled by mistake."
    }

    var rowEmpty: String {
        guard finding.severity >= .warning else { return "The row has no values. Delete empty rows." }
        let rows = finding.count == 1 ? "A row between records has" : "\(finding.count) rows between records have"
        return
            "\(rows) no values. Check that nothing was wiped there, and delete empty rows."
    }

    var dateImplausible: String {
        guard let earliest = dataset?.earliestMonth, let dataset, let field,
            let index = dataset.fields.firstIndex(of: field), dataset.usesForPeriod(index)
        else {
            return
                "The date is more than \(DatasetPlan.oldestEventYears) years before the day the file was received "
                + "(\(plan.today)), and no event of this data is so old. Correct the date."
        }
        return "The date is before \(earliest), when this data begins. Correct the date."
    }

    var limitExceeded: String {
        let limits = plan.limits
        switch finding.rule {
        case FindingRule.rowLimit:
            return "The file has more than \(limits.rowLimit) rows. Send it in smaller parts, one per period."
        case FindingRule.columnLimit:
            return "The file has more than \(limits.columnLimit) columns. Check the delimiter, and send only the "
                + "columns of the schema."
        case FindingRule.rowLimitBytes:
            return "A row is longer than \(bytes(limits.rowLimitBytes)). Look for a quotation mark that is not "
                + "closed."
        case FindingRule.cellLimitBytes:
            return "A cell is longer than \(bytes(limits.cellLimitBytes)). Look for a quotation mark that is not "
                + "closed."
        case FindingRule.memberLimit:
            return "The archive has more than \(limits.memberLimit) files. Send them in several archives."
        case FindingRule.inflatedLimitBytes:
            return "The archive or workbook holds more than \(bytes(limits.inflatedLimitBytes)) once unpacked. Send it "
                + "in smaller parts, one per period."
        case FindingRule.inflationRatioLimit:
            return "The archive or workbook unpacks to more than \(limits.inflationRatioLimit) times its size, which "
                + "no table does. Send the file itself, not packed."
        case FindingRule.nestingLimit:
            return "The document has more than \(limits.nestingLimit) levels inside each other. Export the records as "
                + "a plain table."
        default: return "The file is larger than may be read. Send it in smaller parts, one per period."
        }
    }

    var structureUnexpected: String {
        guard finding.rows.isEmpty else {
            return "The record has several values where one is expected: a name or an element occurs more than once. "
                + "Export each record once, with one value for each name."
        }
        guard finding.rule != FindingRule.document else {
            return
                "The document has elements inside its records, or other elements beside them, that this dataset has no "
                + "columns for. Check that it is the export agreed with the partnership; the author of the format may "
                + "name the columns in `xml.fields`."
        }
        return "The document does not have its records where the dataset expects them. Check that it is the export "
            + "agreed with the partnership, in the agreed version."
    }

    var columnUnknown: String {
        let what = "No schema knows the heading of \(columnPosition); the column was not read."
        guard let index = argument(0), let dataset, dataset.fields.indices.contains(index) else {
            return "\(what) Leave it out of the export."
        }
        return "\(what) The nearest heading of the schema is \"\(fieldName(index))\". Correct the heading if that is "
            + "meant; otherwise leave the column out of the export."
    }

    var columnOrder: String {
        let advice = "Put the columns in the order of the schema"
        guard let dataset, dataset.fields.count <= FindingMessages.namedCodesLimit else {
            return "The columns are not in the order that the dataset asks for. \(advice)."
        }
        return "The columns are not in the order that the dataset asks for. \(advice): "
            + "\(list(dataset.fields.map(\.name)))."
    }

    // MARK: - Rules over the whole file

    private var fileRule: FileRule? {
        dataset?.fileRules.first { FindingRule.rowRule($0.id) == finding.rule }
    }

    var totalMismatch: String {
        let advice = "Some rows were lost or added on the way. Export the file again and compare the two numbers."
        guard let stated = argument(0), let read = argument(1) else {
            return "The number of records that the file states is not the number of its rows. \(advice)"
        }
        let more = stated == FindingMessages.statedTotalLimit ? " or more" : ""
        return "The file states \(count(stated, "record", "records"))\(more) and has \(count(read, "row", "rows")). "
            + advice
    }

    var periodGap: String {
        let unit: (one: String, many: String) =
            switch fileRule?.kind {
            case .coverage(.month): ("month", "months")
            case .coverage(.quarter): ("quarter", "quarters")
            case .coverage(.term): ("term", "terms")
            case .coverage(.year): ("year", "years")
            case .coverage(.academicYear): ("academic year", "academic years")
            case .coverage(.financialYear): ("financial year", "financial years")
            default: ("part", "parts")
            }
        let advice = "Check that the export is complete; if nothing happened then, tell the partnership."
        guard let empty = argument(0) else {
            return "The period of the file has a gap: a \(unit.one) without any accepted row. \(advice)"
        }
        let first = argument(1).flatMap { CivilMonth(index: $0) }
            .map { empty == 1 ? ", which begins with \($0)" : ", the first of which begins with \($0)" }
        return "Between the first and the last row of the file, \(count(empty, unit.one, unit.many)) "
            + "\(empty == 1 ? "has" : "have") no accepted row\(first ?? ""). \(advice)"
    }

    var suddenChange: String {
        let advice =
            "Check that nothing was left out or sent twice. If the number is right, nothing is to be done."
        var share = ""
        if case .suddenChange(let percent, _) = fileRule?.kind { share = " by more than \(percent) %" }
        guard let accepted = argument(0), let median = argument(1) else {
            return "The number of rows differs\(share) from that of earlier deliveries. \(advice)"
        }
        return "The number of rows differs\(share) from that of earlier deliveries: \(accepted) now, \(median) as the "
            + "median before. \(advice)"
    }

    // MARK: - The intake gate

    var patientIdentifier: String {
        let law =
            contentRule?.message
            ?? "A health sender may supply anonymous information only (Police, Crime, Sentencing and Courts Act "
            + "2022, ss. 16(4) and 17(6))."
        let place = finding.columnNumber.map { "Column \($0)" } ?? "A column"
        let what =
            (contentRule.map { $0.condition == .patientColumns } ?? (finding.rule == FindingRule.patientColumns))
            ? "has a heading that names a patient identifier" : "holds \(identifiers)"
        return "\(place) \(what).\(chance) \(law) Nothing of the file was kept. Remove the column and send the file "
            + "again."
    }

    var identifierFound: String {
        let place = finding.columnNumber.map { "Column \($0)" } ?? "A column"
        return "\(place) holds \(identifiers).\(chance) " + (contentRule?.message ?? "Leave it out of the export.")
    }

    var contentRule: ContentRule? { plan.contentRules.first { $0.name == finding.rule } }

    private var kind: IdentifierKind? {
        argument(0).flatMap { UInt8(exactly: $0) }.flatMap { IdentifierKind(rawValue: $0) }
            ?? (finding.rule == FindingRule.nhsNumber ? .nhsNumber : nil)
    }

    private var identifiers: String {
        switch kind {
        case .nhsNumber: "valid NHS numbers"
        case .name: "what reads like names of people"
        case .some(let kind): "what has the form of \(kind.plural)"
        case nil: "identifiers"
        }
    }

    /// What a single valid number is worth, where it was enough.
    private var chance: String {
        guard field == nil || field?.isFreeText ?? false || field?.isPlainText ?? false else { return "" }
        switch kind {
        case .nhsNumber:
            return
                " One in eleven numbers of ten digits is valid by chance: if they are references of your own, have the "
                + "column declared as one."
        case .upn, .pncID, .croNumber:
            return " One in twenty-three values of that form is valid by chance: if they are references of your own, "
                + "have the column declared as one."
        default: return ""
        }
    }

    // MARK: - Places and names

    var container: String {
        argument(0).map { $0 > 0 ? "File \($0) of the archive" : "The archive or workbook" }
            ?? "The archive or workbook"
    }

    func place(_ what: String) -> String { argument(0).map { $0 > 0 ? " (\(what) \($0))" : "" } ?? "" }

    var position: String {
        guard let first = argument(0) else { return "" }
        guard let column = argument(1) else { return at(first) }
        let parts = [first > 0 ? "line \(first)" : "", column > 0 ? "column \(column)" : ""].filter { !$0.isEmpty }
        return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
    }

    var headings: String {
        guard let field else { return "the schema gives" }
        return "\"\(field.name)\""
    }

    var columnPosition: String {
        finding.columnNumber.map { "column \($0)" } ?? "a column"
    }

    var encodings: String {
        var names: [String] = []
        for encoding in dataset?.encodings ?? [.utf8] {
            let name =
                switch encoding {
                case .utf8: "UTF-8"
                case .utf16: "UTF-16 with a byte order mark"
                case .windows1252: "Windows-1252"
                case .utf16LittleEndian: "UTF-16, little-endian"
                case .utf16BigEndian: "UTF-16, big-endian"
                }
            if !names.contains(name) { names.append(name) }
        }
        return list(names, last: "or")
    }

    /// The forms that any dataset of the sender may arrive in.
    var forms: String {
        let datasets = dataset.map { [$0] } ?? plan.datasets
        let names = [
            (datasets.contains { $0.forms.delimited }, "delimited text (CSV)"),
            (datasets.contains { $0.forms.workbook != nil }, "an Excel workbook (.xlsx)"),
            (datasets.contains { $0.forms.json != nil }, "JSON or JSON Lines"),
            (datasets.contains { $0.forms.xml != nil }, "XML"),
            (datasets.contains { $0.forms.fixedWidth != nil }, "fixed-width text"),
        ]
        return list(names.filter(\.0).map(\.1), last: "or", whenEmpty: "delimited text (CSV)")
    }
}
