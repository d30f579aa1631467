/// What the worker recognised and took for granted about a file. Goes into the receipt.
package struct Assumptions: Hashable, Sendable {
    package var dataset: String
    package var edition: String
    package var encoding: String
    package var hasByteOrderMark: Bool
    /// `,` or a name such as `tab`.
    package var delimiter: String
    /// From 1.
    package var headerRowNumber: Int
    /// The names, from the schema, of the date format each temporal column turned out to have: field, format.
    package var dateFormats: [DateFormatChoice]

    package struct DateFormatChoice: Hashable, Sendable {
        package var field: String
        package var format: String

        package init(field: String, format: String) {
            self.field = field
            self.format = format
        }
    }

    package init(
        dataset: String, edition: String, encoding: String, hasByteOrderMark: Bool, delimiter: String,
        headerRowNumber: Int, dateFormats: [DateFormatChoice]
    ) {
        self.dataset = dataset
        self.edition = edition
        self.encoding = encoding
        self.hasByteOrderMark = hasByteOrderMark
        self.delimiter = delimiter
        self.headerRowNumber = headerRowNumber
        self.dateFormats = dateFormats
    }
}

/// How many rows were read, kept and thrown out. `read == accepted + rejected`.
package struct RowCounts: Hashable, Sendable {
    package var read: Int
    package var accepted: Int
    package var rejected: Int

    package init(read: Int = 0, accepted: Int = 0, rejected: Int = 0) {
        self.read = read
        self.accepted = accepted
        self.rejected = rejected
    }
}

/// The worker's last word on a file. The daemon decides the outcome from it.
package struct DecodeReport: Hashable, Sendable {
    /// Nil when no dataset of the plugin was recognised.
    package var assumptions: Assumptions?
    /// Index into `FormatPlan.datasets`, with `assumptions`.
    package var datasetIndex: Int?
    package var rows: RowCounts
    package var period: Period?
    /// Worst first.
    package var findings: [Finding]
    /// True when more distinct findings were met than the limit allows to report.
    package var findingsCut: Bool
    /// Rows that carry an identifier to link by, of those accepted.
    package var linkedRows: Int

    package init(
        assumptions: Assumptions?, datasetIndex: Int?, rows: RowCounts, period: Period?, findings: [Finding],
        findingsCut: Bool = false, linkedRows: Int = 0
    ) {
        self.assumptions = assumptions
        self.datasetIndex = datasetIndex
        self.rows = rows
        self.period = period
        self.findings = findings
        self.findingsCut = findingsCut
        self.linkedRows = linkedRows
    }

    /// What the file deserves on its own: `refused`, `rejected`, `accepted-with-rejections` or `accepted`.
    package var outcome: Outcome {
        let worst = findings.map(\.severity).max() ?? .note
        if worst == .refusal { return .refused }
        if worst == .fatal { return .rejected }
        return rows.rejected > 0 ? .acceptedWithRejections : .accepted
    }
}

/// How a worker is confined. Stated in status and in every receipt.
package struct SandboxLevel: Hashable, Sendable {
    /// 0 when the kernel has no Landlock.
    package var landlockABI: Int
    package var hasNoNewPrivileges: Bool
    package var hasResourceLimits: Bool

    package init(landlockABI: Int, hasNoNewPrivileges: Bool, hasResourceLimits: Bool) {
        self.landlockABI = landlockABI
        self.hasNoNewPrivileges = hasNoNewPrivileges
        self.hasResourceLimits = hasResourceLimits
    }

    /// `landlock/abi=7,no-new-privileges,rlimits` or `degraded/…`.
    package var text: String {
        var parts = [landlockABI > 0 ? "landlock/abi=\(landlockABI)" : "degraded/no-landlock"]
        if hasNoNewPrivileges { parts.append("no-new-privileges") }
        if hasResourceLimits { parts.append("rlimits") }
        return parts.joined(separator: ",")
    }
}
