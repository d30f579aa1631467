import SluiceModel

@testable import SluiceWire

/// A small plan that makes sense: an events dataset that links, a counts dataset, dimensions of each width.
enum Fixture {
    static let inputBytes = 100_000

    static var plan: FormatPlan {
        var crimeRef = FieldPlan(name: "CrimeRef", headers: ["crimeref"], type: .string, privacy: .direct)
        crimeRef.isRequired = true
        crimeRef.pattern = 0
        var date = FieldPlan(name: "CommittedFrom", headers: ["committedfrom"], type: .date, privacy: .quasi)
        date.dateFormats = [
            DateFormat(text: "default", parts: [.year, .literal(45), .month, .literal(45), .day]),
            DateFormat(text: "%d/%m/%Y", parts: [.day, .literal(47), .month, .literal(47), .year]),
        ]
        date.mayLieInFuture = false
        var until = date
        until.name = "CommittedTo"
        until.headers = ["committedto"]
        var weapon = FieldPlan(name: "Weapon", headers: ["weapon"], type: .string, privacy: .neutral)
        weapon.codes = 0
        var age = FieldPlan(name: "VictimAge", headers: ["victimage"], type: .integer, privacy: .quasi)
        age.minimum = 0
        age.maximum = 120
        let fields = [crimeRef, date, until, weapon, age]

        let columns = [0, 1, 2, 3].map { OutputColumn(dimension: $0, sources: [.constant(0)]) }
        func dataset(_ id: String, _ output: OutputPlan, _ period: PeriodPlan) -> DatasetPlan {
            DatasetPlan(
                id: id, edition: "", encodings: [.utf8, .utf16], delimiters: [UInt8(ascii: ","), 9],
                headerWithinRows: 20, ignoredHeaders: [], fields: fields,
                rowRules: [
                    RowRule(id: "committed-order", left: 2, comparison: .greaterOrEqual, right: 1, severity: .error)
                ], primaryKey: [0], output: output, period: period, toleranceRowsPerMillion: 50_000)
        }
        var limits = DecodeLimits()
        limits.rowLimit = 1000
        limits.blockRows = 100
        limits.findingLimit = 5
        return FormatPlan(
            plugin: "police", pluginVersion: "1.0.0", isHealth: false, today: CivilDate("2026-11-20")!, limits: limits,
            patientColumns: ["nhsnumber"],
            codeTables: [
                CodeTable(
                    name: "weapon", ignoresCase: false,
                    entries: [CodeTable.Entry(text: "knife"), CodeTable.Entry(text: "gun")])
            ],
            patterns: [
                PatternTable(
                    text: "[A-Z]{2}\\d+", classes: [UInt8](repeating: 0, count: 256), classCount: 1,
                    transitions: [0], accepting: [true])
            ],
            dimensions: [
                DimensionPlan(id: "month", codeCount: 120_000, isMonth: true),
                DimensionPlan(id: "weapon", codeCount: 5),
                DimensionPlan(id: "area", codeCount: 300), DimensionPlan(id: "full", codeCount: 256),
            ],
            datasets: [
                dataset(
                    "recorded-crime",
                    OutputPlan(kind: .event("offence"), columns: columns, linkField: 0, linkRecipe: "pnc-id"),
                    .field(1, unit: .month)),
                dataset("counts", OutputPlan(kind: .counts(countField: 4), columns: columns), .none),
            ])
    }

    static let level = SandboxLevel(landlockABI: 7, hasNoNewPrivileges: true, hasResourceLimits: true)

    static func assumptions(_ dataset: String = "recorded-crime") -> Assumptions {
        Assumptions(
            dataset: dataset, edition: "", encoding: "utf-8", hasByteOrderMark: false, delimiter: ",",
            headerRowNumber: 1, dateFormats: [])
    }

    static func bytes<T: FixedWidthInteger>(_ values: [T]) -> [UInt8] {
        values.flatMap { value in (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
    }

    /// A block of `rows` rows of dataset 0, or of dataset 1 with counts.
    static func block(rows: Int = 3, counts: Bool = false) -> RecordBlock {
        RecordBlock(
            rowCount: rows,
            columns: [
                RecordBlock.Column(
                    dimension: 0, width: 4,
                    bytes: bytes((0..<rows).map { UInt32($0 % 3 == 0 ? 0 : CivilMonth("2026-04")!.index + $0 % 3) })),
                RecordBlock.Column(dimension: 1, width: 1, bytes: (0..<rows).map { UInt8($0 % 5) }),
                RecordBlock.Column(dimension: 2, width: 2, bytes: bytes((0..<rows).map { UInt16($0 % 300) })),
                RecordBlock.Column(dimension: 3, width: 1, bytes: (0..<rows).map { UInt8($0 % 256) }),
            ], counts: counts ? bytes((0..<rows).map { $0 == 0 ? RecordBlock.countHidden : UInt32($0) }) : [])
    }

    /// An identifier for every second row, beginning with the first.
    static func links(rows: Int = 3) -> LinkIdentifiers {
        LinkIdentifiers(bytes: (0..<rows).flatMap { $0 % 2 == 0 ? [4] + Array("AB12".utf8) : [0] })
    }

    static func report(rows: Int = 3, linked: Int = 2, findings: [Finding] = []) -> DecodeReport {
        var assumptions = assumptions()
        assumptions.dateFormats = [Assumptions.DateFormatChoice(field: "CommittedFrom", format: "%d/%m/%Y")]
        return DecodeReport(
            assumptions: assumptions, datasetIndex: 0,
            rows: RowCounts(read: rows + 1, accepted: rows, rejected: 1), period: Period("2026-04/2026-05"),
            findings: findings, linkedRows: linked)
    }

    static func finding(_ severity: Severity = .error) -> Finding {
        Finding(
            column: "Weapon", columnNumber: 4, rule: FindingRule.codes, code: .codeUnknown, severity: severity,
            count: 1, rows: [3], message: "LEAK")
    }

    /// The frames of a whole run over dataset 0.
    static func stream(
        blocks: [RecordBlock] = [block()], links: LinkIdentifiers? = links(), report: DecodeReport = report()
    ) throws -> [UInt8] {
        var frames = FrameWriter()
        frames.hello(level)
        frames.plan = plan
        frames.progress(rows: 0, bytes: 10)
        try frames.recognised(datasetIndex: 0, assumptions())
        for block in blocks { try frames.block(block, links: links) }
        frames.progress(rows: 4, bytes: 200)
        try frames.report(report)
        return frames.buffer
    }

    static func frame(_ type: UInt8, _ payload: [UInt8]) -> [UInt8] {
        bytes([UInt32(payload.count)]) + [type] + payload
    }

    /// All messages of `bytes`, pushed in pieces, to the end of the pipe.
    static func read(
        _ bytes: [UInt8], pieceBytes: Int = .max, plan: FormatPlan = plan, inputBytes: Int = inputBytes
    ) throws -> [WireMessage] {
        var reader = WireReader(plan: plan, inputBytes: inputBytes)
        var messages: [WireMessage] = []
        var offset = 0
        while offset < bytes.count {
            let end = offset + min(pieceBytes, bytes.count - offset)
            reader.push(Array(bytes[offset..<end]))
            while let message = try reader.next() { messages.append(message) }
            offset = end
        }
        try reader.end()
        return messages
    }
}
