/// The rules a finding may cite, each by the place where it stands: in the schema, the mapping, the limits of the
/// plan or the intake gate.
///
/// The list is closed. The daemon refuses a report that cites anything else, since a worker that was taken over
/// could write a record's value there.
package enum FindingRule {
    // The file as a whole.
    package static let file = "file"
    package static let header = "header"
    package static let row = "row"
    package static let cell = "cell"
    package static let delimiters = "dialect.delimiters"
    package static let encodings = "dialect.encodings"
    package static let headerWithinRows = "dialect.headerWithinRows"
    package static let ignoreHeaders = "dialect.ignoreHeaders"
    package static let quoting = "dialect.quoting"
    package static let footers = "dialect.footers"
    package static let forms = "forms"
    package static let container = "container"
    package static let document = "document"
    package static let sheet = "sheet"
    package static let fieldsMatch = "fieldsMatch"
    package static let uniqueKeys = "uniqueKeys"
    package static let foreignKeys = "foreignKeys"
    package static let refusal = "refuse"
    package static let format = "format"
    package static let memberLimit = "limits.memberLimit"
    package static let inflatedLimitBytes = "limits.inflatedLimitBytes"
    package static let inflationRatioLimit = "limits.inflationRatioLimit"
    package static let nestingLimit = "limits.nestingLimit"
    package static let exclusiveMinimum = "constraints.exclusiveMinimum"
    package static let exclusiveMaximum = "constraints.exclusiveMaximum"
    package static let period = "period"
    package static let accounting = "accounting"
    package static let doubles = "doubles"
    package static let sends = "sends"
    package static let usual = "usual"
    package static let series = "series"
    package static let ageRange = "sluice.age"
    package static let tolerance = "tolerance"

    // Limits of the plan.
    package static let rowLimit = "limits.rowLimit"
    package static let rowLimitBytes = "limits.rowLimitBytes"
    package static let cellLimitBytes = "limits.cellLimitBytes"
    package static let columnLimit = "limits.columnLimit"
    package static let findingLimit = "limits.findingLimit"

    // Table Schema.
    package static let type = "type"
    package static let required = "constraints.required"
    package static let unique = "constraints.unique"
    package static let pattern = "constraints.pattern"
    package static let enumeration = "constraints.enum"
    package static let minimum = "constraints.minimum"
    package static let maximum = "constraints.maximum"
    package static let minLength = "constraints.minLength"
    package static let maxLength = "constraints.maxLength"
    package static let primaryKey = "primaryKey"
    package static let missingValues = "missingValues"

    // Our own keys.
    package static let codes = "sluice.codes"
    package static let check = "sluice.check"
    package static let notInFuture = "sluice.notInFuture"
    package static let privacyClass = "sluice.class"
    package static let treatment = "sluice.treatment"
    package static let area = "sluice.area"
    package static let locates = "sluice.locates"
    package static let formats = "sluice.formats"
    package static let part = "sluice.part"
    package static let optional = "sluice.optional"
    package static let link = "link"

    // The intake gate.
    package static let patientColumns = "gate.patient-columns"
    package static let nhsNumber = "gate.nhs-number"
    package static let healthField = "gate.health-field"

    /// Every rule whose name does not depend on the plugin.
    package static let fixed: Set<String> = [
        file, header, row, cell, delimiters, encodings, headerWithinRows, ignoreHeaders, quoting, period, tolerance,
        rowLimit, rowLimitBytes, cellLimitBytes, columnLimit, findingLimit,
        type, required, unique, pattern, enumeration, minimum, maximum, minLength, maxLength, primaryKey,
        missingValues, codes, check, notInFuture, privacyClass, treatment, area, locates, formats, part, optional, link,
        patientColumns, nhsNumber, healthField,
        footers, forms, container, document, sheet, fieldsMatch, uniqueKeys, foreignKeys, refusal, format, memberLimit,
        accounting, doubles, sends, usual, series, ageRange, inflatedLimitBytes, inflationRatioLimit, nestingLimit,
        exclusiveMinimum, exclusiveMaximum,
    ]

    /// The name of a rule between fields, `rules.committed-order`.
    package static func rowRule(_ id: String) -> String { "rules." + id }

    /// Whether `rule` is a fixed rule, one of the plan's rules on contents, or one of the dataset's own rules across
    /// fields or over the file.
    package static func isKnown(_ rule: String, plan: FormatPlan?, dataset: DatasetPlan?) -> Bool {
        if fixed.contains(rule) || plan?.contentRules.contains(where: { $0.name == rule }) ?? false { return true }
        guard let dataset else { return false }
        return dataset.rowRules.contains { rowRule($0.id) == rule }
            || dataset.fileRules.contains { rowRule($0.id) == rule }
    }
}
