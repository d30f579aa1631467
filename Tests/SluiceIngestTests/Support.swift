import SluiceModel
import SluiceReaders

@testable import SluiceIngest
import SluiceSystem

/// Bytes in memory, handed over in pieces of the given sizes, round and round.
final class PiecesInput: DeliveredBytes {
    let bytes: [UInt8]
    let sizes: [Int]
    private var turn = 0

    var count: Int { bytes.count }

    init(_ bytes: [UInt8], sizes: [Int] = [1 << 20]) {
        self.bytes = bytes
        self.sizes = sizes
    }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        let count = min(buffer.count, sizes[turn % sizes.count], bytes.count - offset)
        turn += 1
        for index in 0..<count { unsafe buffer[index] = bytes[offset + index] }
        return count
    }
}

/// Keeps what it is given, row by row.
struct RowsOutput: IngestOutput {
    /// One entry per record: the codes of its columns, then its count if it has one.
    var records: [[UInt32]] = []
    var links: [String] = []
    var recognised: [Int] = []
    var blockSizes: [Int] = []
    var progress: [Int] = []

    mutating func recognised(datasetIndex: Int, _ assumptions: Assumptions) throws(IngestError) {
        recognised.append(datasetIndex)
    }

    mutating func append(_ block: RecordBlock, links: LinkIdentifiers?) throws(IngestError) {
        blockSizes.append(block.rowCount)
        for row in 0..<block.rowCount {
            var record = block.columns.map { code($0.bytes, width: $0.width, row: row) }
            if !block.counts.isEmpty { record.append(code(block.counts, width: 4, row: row)) }
            records.append(record)
        }
        guard let bytes = links?.bytes else { return }
        var index = 0
        while index < bytes.count {
            let length = Int(bytes[index])
            self.links.append(String(decoding: bytes[index + 1..<index + 1 + length], as: UTF8.self))
            index += 1 + length
        }
    }

    mutating func progress(rows: Int, bytes: Int) throws(IngestError) { progress.append(bytes) }

    private func code(_ bytes: [UInt8], width: Int, row: Int) -> UInt32 {
        (0..<width).reduce(0) { $0 | UInt32(bytes[row * width + $1]) << UInt32($1 * 8) }
    }
}

struct Result: Equatable {
    var report: DecodeReport
    var records: [[UInt32]]
    var links: [String]
    var recognised: [Int]

    func finding(_ code: FindingCode) -> Finding? { report.findings.first { $0.code == code } }
    var codes: [FindingCode] { report.findings.map(\.code) }
}

func ingest(
    _ bytes: [UInt8], _ plan: FormatPlan, sizes: [Int] = [1 << 20], team: ThreadTeam = ThreadTeam(count: 1),
    readBytes: Int = TextSource.readBytes
) throws -> Result {
    let input = PiecesInput(bytes, sizes: sizes)
    var output = RowsOutput()
    let report = try Ingest(plan: plan, team: team, readBytes: readBytes).run(input: input, output: &output)
    return Result(report: report, records: output.records, links: output.links, recognised: output.recognised)
}

func ingest(_ text: String, _ plan: FormatPlan, sizes: [Int] = [1 << 20]) throws -> Result {
    try ingest(Array(text.utf8), plan, sizes: sizes)
}

/// A plan small enough to read beside a test: id, day, sex, age, note.
struct SmallPlan {
    var plan: FormatPlan

    static let isoDate = PolicePlan.isoDate
    static let header = "Id,Day,Sex,Age\n"

    init(_ change: (inout DatasetPlan, inout FormatPlan) -> Void = { _, _ in }) {
        func field(_ name: String, _ type: FieldType, _ change: (inout FieldPlan) -> Void = { _ in }) -> FieldPlan {
            var field = FieldPlan(
                name: name, headers: [HeaderName.normalised(name)], type: type, privacy: .neutral)
            field.missingValues = ["", "NA"]
            change(&field)
            return field
        }
        var dataset = DatasetPlan(
            id: "small", edition: "", encodings: [.utf8, .utf16], delimiters: [UInt8(ascii: ",")],
            headerWithinRows: 5, ignoredHeaders: [],
            fields: [
                field("Id", .string), field("Day", .date) { $0.dateFormats = [PolicePlan.isoDate, PolicePlan.ukDate] },
                field("Sex", .string) { $0.codes = 0 }, field("Age", .integer),
            ],
            rowRules: [], primaryKey: [],
            output: OutputPlan(
                kind: .event("offence"),
                columns: [
                    OutputColumn(dimension: 0, sources: [.month(field: 1)]),
                    OutputColumn(dimension: 1, sources: [.lookup(field: 2, codes: [1, 2])]),
                    OutputColumn(
                        dimension: 2,
                        sources: [
                            .band(
                                field: 3,
                                bands: [.init(lower: 0, upper: 18, code: 1), .init(lower: 18, upper: 200, code: 2)])
                        ]),
                ]),
            period: .field(1, unit: .month), toleranceRowsPerMillion: 1_000_000)
        var plan = FormatPlan(
            plugin: "small", pluginVersion: "1.0.0", isHealth: false, today: CivilDate("2026-06-30")!,
            limits: DecodeLimits(), patientColumns: [],
            codeTables: [CodeTable(name: "sex", ignoresCase: false, entries: [.init(text: "M"), .init(text: "F")])],
            patterns: [PolicePlan.fixedPattern("E01######")],
            dimensions: [
                DimensionPlan(id: "month", codeCount: 120_000, isMonth: true), DimensionPlan(id: "sex", codeCount: 3),
                DimensionPlan(id: "age", codeCount: 3),
            ],
            datasets: [])
        change(&dataset, &plan)
        if plan.datasets.isEmpty { plan.datasets = [dataset] }
        self.plan = plan
    }

    /// What becomes of one row more than a good one.
    func judge(_ row: String) throws -> Result {
        let result = try ingest(SmallPlan.header + "a,2026-01-31,M,20\n" + row + "\n", plan)
        return result
    }
}
