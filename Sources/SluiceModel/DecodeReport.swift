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
    /// The form of the table.
    package var form = TableForm.delimited
    /// What the table came in.
    package var container = Container.none
    /// Place of the member in its archive or of the sheet in its workbook, from 1; 0 where there is only one.
    package var memberPosition = 0
    package var sheetPosition = 0

    package enum TableForm: UInt8, CaseIterable, Sendable {
        case delimited = 0, workbook, xml, json, jsonLines, fixedWidth

        package var text: String {
            switch self {
            case .delimited: "csv"
            case .workbook: "xlsx"
            case .xml: "xml"
            case .json: "json"
            case .jsonLines: "jsonl"
            case .fixedWidth: "fixed-width"
            }
        }
    }

    package enum Container: UInt8, CaseIterable, Sendable {
        case none = 0, gzip, zip
    }

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

extension Assumptions {
    /// What was taken for granted, in words: `workbook, sheet 2, header in row 4`.
    package var text: String {
        var parts: [String] = []
        switch container {
        case .none: break
        case .gzip: parts.append("gzip")
        case .zip: parts.append(memberPosition > 0 ? "ZIP, file \(memberPosition)" : "ZIP")
        }
        switch form {
        case .delimited: break
        case .workbook: parts.append(sheetPosition > 0 ? "workbook, sheet \(sheetPosition)" : "workbook")
        case .xml: parts.append("XML, each record a row from 1")
        case .json: parts.append("JSON, each record a row from 1")
        case .jsonLines: parts.append("JSON Lines, each record a row from 1")
        case .fixedWidth: parts.append("columns of fixed width")
        }
        if !encoding.isEmpty {
            parts.append("encoding \(encoding)\(hasByteOrderMark ? " with byte order mark" : "")")
        }
        if !delimiter.isEmpty { parts.append("delimiter \(Self.names[delimiter] ?? delimiter)") }
        if headerRowNumber > 0, form != .fixedWidth { parts.append("header in row \(headerRowNumber)") }
        return parts.joined(separator: ", ")
    }

    private static let names = [",": "comma", ";": "semicolon", "|": "vertical bar", ":": "colon"]
}

/// Where a table stands in its file. Tables are named by it, never by a name, which may be a person's.
package struct TablePlace: Hashable, Sendable, CustomStringConvertible {
    /// Of the member in its archive and of the sheet in its workbook, from 1; 0 where there is none.
    package var memberPosition: Int
    package var sheetPosition: Int

    package init(memberPosition: Int, sheetPosition: Int) {
        self.memberPosition = memberPosition
        self.sheetPosition = sheetPosition
    }

    /// `file 2, sheet 1`.
    package var description: String {
        let parts = [
            memberPosition > 0 ? "file \(memberPosition)" : "", sheetPosition > 0 ? "sheet \(sheetPosition)" : "",
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: ", ")
    }
}

/// Where every line of a delimited file went; of other forms every row of the sheet, element or object.
///
/// The parts add up to `total`, which is counted apart from them: in delimited text the line ends, elsewhere what the
/// reader of the form handed on.
package struct LineAccount: Hashable, Sendable {
    package var total = 0
    /// Rows that were judged, kept or not.
    package var records = 0
    /// The row of headings, and each time it was repeated.
    package var headings = 0
    /// Titles and other rows above the headings.
    package var above = 0
    package var blank = 0
    /// Totals, lines of dashes and what else programs write around a table.
    package var margins = 0
    /// Lines that go on in a quoted cell of the row before.
    package var insideCells = 0

    package init() {}

    package var accounted: Int { records + headings + above + blank + margins + insideCells }

    package static func + (a: LineAccount, b: LineAccount) -> LineAccount {
        var sum = a
        sum.total += b.total
        sum.records += b.records
        sum.headings += b.headings
        sum.above += b.above
        sum.blank += b.blank
        sum.margins += b.margins
        sum.insideCells += b.insideCells
        return sum
    }
}

/// How many accepted rows tell the same period: a month, or the months that two columns state.
package struct PeriodSpan: Hashable, Sendable {
    package var period: Period
    package var rows: Int

    package init(period: Period, rows: Int) {
        self.period = period
        self.rows = rows
    }

    /// Different periods that are told apart; a file with more is of no period.
    package static let limit = 4096
}

/// Days at the edges of a period of which no row of a table has the date in one column.
package struct EmptyDays: Hashable, Sendable {
    package var atStart: Int
    package var atEnd: Int
    /// Days of the period, as far as they have begun; more than the two together.
    package var count: Int

    package init(atStart: Int, atEnd: Int, of count: Int) {
        self.atStart = atStart
        self.atEnd = atEnd
        self.count = count
    }

    /// More than any period has.
    package static let limit = 200_000

    /// Days from the first with a row to the last.
    package var covered: Int { count - atStart - atEnd }
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
    /// The recognised tables of a file that holds several, when the plan did not say which of them to read; else
    /// empty. The report then says nothing else: no dataset, row or finding. Two or more, at most
    /// `DecodeLimits.tableLimit`, no two at one place, in the order that `FormatPlan.tableIndex` counts them.
    package var tables: [TableEntry] = []
    /// What the rows say of the period, ascending by first and last month, each once; empty where none does.
    package var spans: [PeriodSpan] = []
    /// Nil where the file was not read to its end.
    package var lines: LineAccount?
    /// By field of the dataset: rows read with no value there; nil where nobody looked, as at a text that is only
    /// dropped. A field whose column the file lacks has a value in none.
    package var missingCounts: [Int?] = []
    /// By field of the dataset: by entry of its code list, how many cells named it; empty where nobody counted, see
    /// `FormatPlan.countedEntries`.
    package var entryCounts: [[Int]] = []
    /// By field of the dataset: its values never fall from row to row, by their bytes or as dates, and at least ten of them
    /// differ. Empty where the file was not read to its end.
    package var ascending: [Bool] = []
    /// By field of the dataset whose column is there and not read: the first row with anything in it, from 1; 0 where there
    /// is none. Empty where the file was not read to its end.
    package var unreadRows: [Int?] = []
    /// By field of the dataset: the first row with no value there, from 1; 0 where each has one or nobody looked. Empty where
    /// the file was not read to its end.
    package var missingRows: [Int] = []
    /// By field of the dataset: nil where it has no date of the period. Empty where the file was not read to its end.
    package var emptyDays: [EmptyDays?] = []
    /// The last row of delimited text ends with a line end.
    package var endsWithLineEnd = true
    /// It was read as UTF-8 and holds bytes that are none, but all of it is valid in this encoding, which the dataset
    /// takes too: to be read again so.
    package var fitsEncoding: TextEncoding?
    /// Fields of which a rule on contents keeps nothing, for what was found in them; ascending.
    package var droppedFields: [Int] = []

    /// One of several tables of a file.
    package struct TableEntry: Hashable, Sendable {
        package var place: TablePlace
        /// Index into `FormatPlan.datasets`.
        package var datasetIndex: Int

        package init(memberPosition: Int, sheetPosition: Int, datasetIndex: Int) {
            place = TablePlace(memberPosition: memberPosition, sheetPosition: sheetPosition)
            self.datasetIndex = datasetIndex
        }

        package var memberPosition: Int { place.memberPosition }
        package var sheetPosition: Int { place.sheetPosition }
    }

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

    /// What the file deserves on its own: `refused`, `rejected`, `accepted-with-rejections` or `accepted`. Not asked of
    /// a file of several tables, each of which has an outcome of its own.
    package var outcome: Outcome {
        precondition(tables.isEmpty, "a file of several tables was judged as one")
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
