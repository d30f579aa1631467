import SluiceModel
import SluiceReaders
import SluiceTestSupport
import Testing

@testable import SluiceIngest

/// Which columns a file may have, and what is said of those that are not as they should be.
@Suite struct ColumnTests {
    private static func plan(_ mode: FieldsMatch, _ change: (inout DatasetPlan) -> Void = { _ in }) -> FormatPlan {
        SmallPlan { dataset, _ in
            dataset.fieldsMatch = mode
            change(&dataset)
        }.plan
    }

    /// A file of one row with these columns; others than the schema's hold `x`.
    private static func file(_ names: [String]) -> String {
        let cells = ["Id": "a", "Day": "2026-01-31", "Sex": "M", "Age": "20"]
        return names.joined(separator: ",") + "\n" + names.map { cells[$0] ?? "x" }.joined(separator: ",") + "\n"
    }

    private static let names = ["Id", "Day", "Sex", "Age"]

    // MARK: - fieldsMatch

    @Test(arguments: FieldsMatch.allCases)
    func `the schema's own columns fit in every mode`(mode: FieldsMatch) throws {
        let result = try ingest(Self.file(Self.names), Self.plan(mode))
        #expect(result.records == [[24_312, 1, 2]])
        #expect(result.report.findings == [])
    }

    @Test(arguments: FieldsMatch.allCases, 0..<8)
    func `any permutation of columns gives the same records, or is out of order`(mode: FieldsMatch, seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed * 10 + Int(mode.rawValue)))
        let rows = (0..<20).map { row in
            [
                "\"a, \"\"\(row)\"\"\"", "2026-0\(row % 6 + 1)-1\(row % 10)", row % 3 == 0 ? "M" : "F", "\(row * 4)",
            ]
        }
        func text(_ order: [Int]) -> String {
            ([Self.names] + rows).map { row in order.map { row[$0] }.joined(separator: ",") }.joined(separator: "\n")
        }
        let straight = try ingest(text([0, 1, 2, 3]), Self.plan(mode))
        #expect(straight.records.count == 20)
        let order = [0, 1, 2, 3].shuffled(using: &random)
        let permuted = try ingest(text(order), Self.plan(mode))
        if mode == .exact, order != [0, 1, 2, 3] {
            #expect(permuted.codes == [.columnOrder])
            #expect(permuted.report.findings[0].rule == FindingRule.fieldsMatch)
            #expect(permuted.report.outcome == .rejected)
            #expect(permuted.records == [])
        } else {
            #expect(permuted.records == straight.records)
            #expect(permuted.report.findings == [])
        }
    }

    @Test(
        arguments: [
            (.byName, .warning), (.exact, .fatal), (.equal, .fatal), (.superset, .fatal), (.subset, nil),
            (.partial, nil),
        ] as [(FieldsMatch, Severity?)])
    func `a further column is a warning, against the schema, or of no concern`(
        mode: FieldsMatch, severity: Severity?
    ) throws {
        let result = try ingest(Self.file(Self.names + ["Zelda Quill"]), Self.plan(mode))
        #expect(result.report.findings.map(\.severity) == (severity.map { [$0] } ?? []))
        #expect(result.records.count == (severity == .fatal ? 0 : 1))
        if let finding = result.report.findings.first {
            #expect(finding.code == .columnUnknown)
            #expect(finding.columnNumber == 5)
            #expect(finding.rule == (mode == .byName ? FindingRule.header : FindingRule.fieldsMatch))
        }
        #expect(!"\(result.report)".contains("Zelda"))
    }

    @Test(arguments: [
        (FieldsMatch.byName, true), (.exact, true), (.equal, true), (.subset, true), (.superset, false),
        (.partial, false),
    ])
    func `a column less is missing, or may be absent`(mode: FieldsMatch, isMissing: Bool) throws {
        let result = try ingest(Self.file(["Id", "Day", "Sex"]), Self.plan(mode))
        if isMissing {
            #expect(result.codes == [.columnMissing])
            #expect(result.report.findings[0].column == "Age")
            #expect(result.report.findings[0].arguments == [])
            #expect(result.recognised == [0])
            #expect(result.records == [])
        } else {
            #expect(result.report.findings == [])
            #expect(result.records == [[24_312, 1, 0]])
        }
    }

    @Test(arguments: [FieldsMatch.superset, .partial])
    func `the period and the key are needed also where fields may be absent`(mode: FieldsMatch) throws {
        let plan = Self.plan(mode) { $0.primaryKey = [0] }
        #expect(try ingest(Self.file(["Id", "Day"]), plan).report.outcome == .accepted)
        let withoutPeriod = try ingest(Self.file(["Id", "Sex", "Age"]), plan)
        #expect(withoutPeriod.report.findings.map(\.column) == ["Day"])
        #expect(withoutPeriod.codes == [.columnMissing])
        #expect(try ingest(Self.file(["Day", "Sex", "Age"]), plan).report.findings.map(\.column) == ["Id"])
    }

    @Test func `a few of a table's columns make it partial, and are too few for a superset`() throws {
        let file = Self.file(["Day", "p", "q", "r"])
        #expect(try ingest(file, Self.plan(.partial)).records == [[24_312, 0, 0]])
        let superset = try ingest(file, Self.plan(.superset))
        #expect(superset.codes == [.datasetUnknown])
        #expect(superset.report.findings[0].arguments == [0])
        #expect(try ingest(Self.file(["p", "q"]), Self.plan(.partial)).codes == [.headerMissing])
    }

    @Test func `the order of columns is judged only once all are there`() throws {
        let missing = try ingest(Self.file(["Day", "Id", "Sex"]), Self.plan(.exact))
        #expect(missing.codes == [.columnMissing])
        let unknown = try ingest(Self.file(["Day", "Id", "Sex", "Age", "p"]), Self.plan(.exact))
        #expect(unknown.codes == [.columnUnknown])
        let ignoring = Self.plan(.exact) { $0.ignoredHeaders = ["p"] }
        #expect(try ingest(Self.file(["Id", "Day", "p", "Sex", "Age"]), ignoring).report.outcome == .accepted)
        #expect(
            try ingest(Self.file(["Id", "Day", "Sex", "Age", "Age"]), Self.plan(.exact)).codes == [.columnRepeated])
    }

    @Test func `objects have no order`() throws {
        let text = "[{\"Age\": 20, \"Sex\": \"M\", \"Day\": \"2026-01-31\", \"Id\": \"a\"}]"
        #expect(try ingest(text, Self.plan(.exact)).records == [[24_312, 1, 2]])
    }

    @Test func `a dataset that forbids further columns leaves the file to one that does not`() throws {
        let plan = SmallPlan { dataset, plan in
            var strict = dataset
            strict.id = "strict"
            strict.fieldsMatch = .equal
            plan.datasets = [strict, dataset]
        }.plan
        #expect(try ingest(Self.file(Self.names), plan).report.assumptions?.dataset == "strict")
        #expect(try ingest(Self.file(Self.names + ["p"]), plan).report.assumptions?.dataset == "small")
    }

    // MARK: - Near misses

    @Test func `the heading that comes near a missing column is named by its place`() throws {
        let result = try ingest(Self.file(["Id", "Day", "Agee", "Sexx"]), SmallPlan().plan)
        #expect(result.codes == [.columnMissing, .columnMissing])
        #expect(result.report.findings.map(\.column) == ["Age", "Sex"])
        #expect(result.report.findings.map(\.arguments) == [[3], [4]])
        #expect(result.report.findings[0].message.contains("The heading of column 3 comes near"))
        #expect(!"\(result.report)".contains("Agee"))
    }

    @Test func `a column far from all is reported beside the one that is missing`() throws {
        let result = try ingest(Self.file(["Id", "Day", "Sex", "Zelda Quill"]), SmallPlan().plan)
        #expect(result.codes == [.columnMissing, .columnUnknown])
        #expect(result.report.findings.map(\.arguments) == [[], []])
        #expect(result.report.findings[1].columnNumber == 4)
    }

    @Test func `two headings that come near the same field are each told so`() throws {
        let result = try ingest(Self.file(["Id", "Day", "Agee", "Sex", "Aged"]), SmallPlan().plan)
        #expect(result.codes == [.columnMissing, .columnUnknown, .columnUnknown])
        #expect(result.report.findings.map(\.arguments) == [[], [3], [3]])
    }

    @Test func `an unknown column is given the heading that may be meant`() throws {
        let plan = SmallPlan { dataset, _ in dataset.fields[3].isOptional = true }.plan
        let result = try ingest(Self.file(["Id", "Day", "Sex", "Agee"]), plan)
        #expect(result.codes == [.columnUnknown])
        #expect(result.report.findings[0].arguments == [3])
        #expect(result.report.findings[0].severity == .warning)
        // A field that has its column is not meant.
        let taken = try ingest(Self.file(["Id", "Day", "Sex", "Age", "Agee"]), plan)
        #expect(taken.report.findings[0].arguments == [])
        // Nor is anything of it silent where other columns are of no concern.
        let partial = try ingest(Self.file(["Id", "Day", "Sex", "Agee", "p"]), Self.plan(.partial))
        #expect(partial.codes == [.columnUnknown])
        #expect(partial.report.findings[0].arguments == [3])
        #expect(partial.report.findings[0].severity == .warning)
    }
}
