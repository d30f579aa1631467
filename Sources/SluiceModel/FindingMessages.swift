/// Makes a finding's message from the plan's own words: what is wrong, the form that was expected, what to do.
///
/// A pure function of the plan and of the finding's code, rule, column, count and arguments. The worker and the daemon
/// call the same one, so that no text made beside a record ever has to cross the wire. Numbers of rows are not in the
/// message: a receipt prints them beside it.
package enum FindingMessages {
    /// The message of `finding`; what its `message` holds is not looked at.
    ///
    /// Arguments by code, each of which may be left out, and none for the codes that are not named:
    ///
    /// | Code | Arguments |
    /// |---|---|
    /// | `tolerance-exceeded` | rejected rows, read rows |
    /// | `dataset-unknown` | index in the plan of the nearest dataset, how many of its columns were missing |
    /// | `bytes-invalid`, `quote-unclosed` | the byte of the text, from 0 |
    /// | `syntax-invalid`, `document-type-forbidden` | line and column, from 1, 0 for not known; or the byte, from 0 |
    /// | `container-invalid`, `container-unsafe`, `container-encrypted`, `member-ignored` | place of the member, from 1 |
    /// | `sheet-hidden`, `sheet-ignored` | place of the first such sheet, from 1 |
    /// | `column-missing` | number of the column whose heading comes near, from 1 |
    /// | `column-unknown` | index of the field whose heading is nearest |
    /// | `column-repeated` | number of the first column of that name, from 1 |
    /// | `row-ragged` | number of columns of the header |
    /// | `code-unknown`, `area-unknown` | up to three indices of entries of the field's code table that come near |
    /// | `not-unique` of `uniqueKeys`, `reference-missing` | index of the key |
    /// | `total-mismatch` | the rows stated, at most `statedTotalLimit`; the rows read |
    /// | `period-gap` | how many units are empty, `CivilMonth.index` of the first empty one's first month |
    /// | `sudden-change` | rows accepted, median of earlier deliveries |
    /// | `column-filled` | 1 where each number is one more, 0 where each is the same |
    /// | `patient-identifier`, `identifier-found` | the kind of identifier, `IdentifierKind.rawValue` |
    package static func message(for finding: Finding, plan: FormatPlan, datasetIndex: Int?) -> String {
        let dataset = datasetIndex.flatMap { plan.datasets.indices.contains($0) ? plan.datasets[$0] : nil }
        let field = finding.column.flatMap { name in dataset?.fields.first { $0.name == name } }
        return FindingSentence(finding: finding, plan: plan, dataset: dataset, field: field).text
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
            case .fraction: text += "fff"
            // What may be left out is left out.
            case .optionalFraction, .optionalZone: break
            case .literal(let byte): text.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return text
    }

    /// A bound of a field in the form a person writes it: a date for a date, a decimal for a number.
    package static func text(ofSlot slot: Int, type: FieldType) -> String {
        switch type {
        case .string, .integer, .boolean, .year, .object, .array, .list, .duration, .geopoint, .geojson, .any:
            return String(slot)
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

    /// A decimal as people write it, `-12.5`; in powers of ten when it would have more than 40 digits.
    package static func text(of decimal: ExactDecimal) -> String {
        let sign = decimal.digits < 0 ? "-" : ""
        let digits = String(decimal.digits.magnitude)
        if decimal.digits == 0 { return "0" }
        let exponent = Int(decimal.exponent)
        if exponent >= 0 {
            guard digits.utf8.count + exponent <= 40 else { return "\(sign)\(digits)E\(exponent)" }
            return sign + digits + String(repeating: "0", count: exponent)
        }
        guard -exponent <= 40 else { return "\(sign)\(digits)E\(exponent)" }
        let places = -exponent
        let padding = String(repeating: "0", count: max(0, places + 1 - digits.utf8.count))
        let padded = padding + digits
        let fraction = String(padded.suffix(places).reversed().drop { $0 == "0" }.reversed())
        return sign + padded.dropLast(places) + (fraction.isEmpty ? "" : "." + fraction)
    }

    /// At most this many of a list's own codes are named in a message.
    static let namedCodesLimit = 12
    /// Entries of a code list that a finding may name as near.
    package static let nearestCodesLimit = 3
    /// The greatest total of rows that a finding repeats.
    package static let statedTotalLimit = 1_000_000_000
}
