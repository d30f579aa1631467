package import SluiceModel

/// The questions that the worker is asked about a sample file, as a plan: how it may be cut, and what its cells are
/// tried as. The answers come in the order of these fields.
package enum ProfilePlan {
    /// What people write for "no value", beside nothing.
    ///
    /// Source: formats reference, section 7.5.
    static let missingValues = [
        "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "Null", "null", "None", "none", "-", "--", ".", "?", "N/K",
        "NK", "Unknown", "unknown", "UNKNOWN", "Not known", "Not Known", "NOT KNOWN", "not known", "Not Specified",
        "Not specified", "Not stated", "Not Stated", "Not recorded", "Not Recorded", "Not available", "Not Available",
    ]

    /// True and false words of one family each. Source: formats reference, section 7.5.
    static let booleans: [(name: String, whenTrue: [String], whenFalse: [String])] = [
        ("true-false", ["TRUE", "True", "true"], ["FALSE", "False", "false"]),
        ("yes-no", ["Yes", "YES", "yes"], ["No", "NO", "no"]),
        ("y-n", ["Y", "y"], ["N", "n"]),
        ("one-zero", ["1"], ["0"]),
    ]

    /// By type, the likelier of two that read the same text first: this is Britain.
    ///
    /// Source: formats reference, section 7.4.
    static let notations: [(type: FieldType, texts: [String])] = [
        (
            .date,
            [
                "%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%d %m %Y", "%d-%b-%Y", "%d %b %Y",
                "%d/%b/%Y", "%Y-%b-%d", "%b %d, %Y", "%d/%m/%y", "%d-%m-%y", "%d.%m.%y", "%d-%b-%y", "%d %b %y",
                "%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y", "%Y-%m-%d%z", "%Y%m%d",
            ]
        ),
        (
            .datetime,
            [
                "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S%z",
                "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M%z", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S",
                "%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%Y/%m/%d %H:%M",
                "%Y/%m/%d %H:%M:%S", "%d-%b-%Y %H:%M", "%d-%b-%Y %H:%M:%S", "%d %b %Y %H:%M", "%d %b %Y %H:%M:%S",
                "%Y-%b-%d %H:%M:%S", "%d/%m/%y %H:%M", "%d/%m/%y %H:%M:%S", "%d-%b-%y %H:%M", "%m/%d/%Y %H:%M",
                "%m/%d/%Y %H:%M:%S", "%Y%m%d%H%M", "%Y%m%d%H%M%S", "%Y%m%dT%H%M%S",
            ]
        ),
        (.time, ["%H:%M:%S", "%H:%M", "%H.%M"]),
        (.yearmonth, ["%Y-%m", "%m/%Y", "%b-%Y", "%b %Y", "%b-%y", "%Y/%m"]),
        (.year, ["%Y"]),
    ]

    /// Rows that are looked at; a hundred thousand say of a format what there is to say.
    static let rowLimit = 200_000
    static let headerWithinRows = 20

    /// - Parameter today: For the century of years of two digits.
    package static func plan(today: CivilDate) -> FormatPlan {
        func field(_ name: String, _ type: FieldType) -> FieldPlan {
            FieldPlan(name: name, headers: [HeaderName.normalised(name)], type: type, privacy: .neutral)
        }
        var missing = field("missing", .string)
        missing.missingValues = missingValues
        var fields = [missing]
        for family in booleans {
            var boolean = field(family.name, .boolean)
            boolean.trueValues = family.whenTrue
            boolean.falseValues = family.whenFalse
            fields.append(boolean)
        }
        for (type, texts) in notations {
            var temporal = field("\(type)", type)
            temporal.dateFormats = texts.map { text in
                do throws(DateNotation.Problem) {
                    return try DateNotation.parse(text, for: type)
                } catch {
                    preconditionFailure("the notation \(text): \(error.what)")
                }
            }
            fields.append(temporal)
        }
        let dataset = DatasetPlan(
            id: "sample", edition: "", encodings: [.utf8, .utf16, .windows1252],
            delimiters: [",", ";", "\t", "|"].map { UInt8(ascii: $0) }, headerWithinRows: headerWithinRows,
            ignoredHeaders: [], fields: fields, rowRules: [], primaryKey: [],
            output: OutputPlan(kind: .event(""), columns: []), period: .none, toleranceRowsPerMillion: 1_000_000)
        var limits = DecodeLimits()
        limits.rowLimit = rowLimit
        return FormatPlan(
            plugin: "sample", pluginVersion: "0.0.0", isHealth: false, today: today, limits: limits,
            patientColumns: [], codeTables: [], patterns: [], dimensions: [], datasets: [dataset])
    }
}
