import SluiceModel
import Testing

@testable import SluiceIngest

@Suite struct RowRuleTests {
    /// `Id` a text, `Day` a date, `Sex` a code, `Age` of the given type.
    private static func plan(
        _ kind: RowRule.Kind, id: FieldType = .string, age: FieldType = .integer, severity: Severity = .error
    ) -> FormatPlan {
        let plan = SmallPlan { dataset, _ in
            dataset.fields[0].type = id
            dataset.fields[3].type = age
            dataset.rowRules = [RowRule(id: "rule", kind: kind, severity: severity)]
            dataset.fields[0].isOptional = true
            dataset.fields[2].isOptional = true
        }.plan
        #expect(plan.check() == [])
        return plan
    }

    private static func brokenRows(_ rows: [String], _ plan: FormatPlan, header: String = SmallPlan.header) throws
        -> [Int]
    {
        let result = try ingest(header + rows.joined(separator: "\n") + "\n", plan)
        if let finding = result.finding(.ruleBroken) { #expect(finding.rule == "rules.rule") }
        return result.finding(.ruleBroken)?.rows ?? []
    }

    @Test(arguments: RowRule.Comparison.allCases)
    func `a value is compared with a constant`(comparison: RowRule.Comparison) throws {
        let rows = ["9", "10", "11", "", "x", "99999999999999999999"].map { "a,2026-01-31,M,\($0)" }
        let holds: [Int] =
            switch comparison {
            case .less: [9]
            case .lessOrEqual: [9, 10]
            case .equal: [10]
            case .notEqual: [9, 11]
            case .greaterOrEqual: [10, 11]
            case .greater: [11]
            }
        let plan = Self.plan(.compareValue(field: 3, comparison, value: 10))
        #expect(try Self.brokenRows(rows, plan) == [9, 10, 11].filter { !holds.contains($0) }.map { $0 - 7 })
    }

    @Test func `numbers are compared to the last digit`() throws {
        let rows = ["1.5", "1.5000001", "1.4999999", "15E-1", "NaN"].map { "a,2026-01-31,M,\($0)" }
        let plan = Self.plan(.compareValue(field: 3, .equal, value: 1500), age: .number)
        #expect(try Self.brokenRows(rows, plan) == [3, 4])
        let two = Self.plan(.compare(left: 0, .less, right: 3), id: .number, age: .number)
        #expect(
            try Self.brokenRows(
                ["1.0001,2026-01-31,M,1.0002", "1.0002,2026-01-31,M,1.0001", "1.00010,2026-01-31,M,1.0001"], two)
                == [3, 4])
    }

    @Test func `a date is compared with a day`() throws {
        let day = CivilDate("2026-01-31")!.dayNumber
        let plan = Self.plan(.compareValue(field: 1, .greaterOrEqual, value: day))
        #expect(try Self.brokenRows(["a,2026-01-30,M,1", "a,2026-01-31,M,1"], plan) == [2])
    }

    @Test func `fields are required where another has a value, or none`() throws {
        let rows = ["a,2026-01-31,M,20", "a,2026-01-31,,20", "NA,2026-01-31,,20", "a,2026-01-31,M,", ",2026-01-31,M,x"]
        #expect(
            try Self.brokenRows(rows, Self.plan(.requiredWhen(fields: [2, 3], condition: .hasValue(0)))) == [3, 5])
        #expect(try Self.brokenRows(rows, Self.plan(.requiredWhen(fields: [2], condition: .isMissing(0)))) == [4])
    }

    @Test func `fields are required where a code is one of some`() throws {
        let rows = ["a,2026-01-31,M,", "a,2026-01-31,F,", "a,2026-01-31,F,20", "a,2026-01-31,?,", "a,2026-01-31,,"]
        let plan = Self.plan(.requiredWhen(fields: [3], condition: .isOneOf(2, entries: [1])))
        #expect(try Self.brokenRows(rows, plan) == [3])
        // Entries of one text are one code, whichever of them is meant.
        var dated = plan
        dated.codeTables[0].entries = [.init(text: "F"), .init(text: "F"), .init(text: "M")]
        dated.datasets[0].output.columns[1].sources = [.constant(1)]
        #expect(try Self.brokenRows(rows, dated) == [3])
    }

    @Test func `one of several has a value, or exactly one`() throws {
        let rows = ["a,2026-01-31,M,20", ",2026-01-31,M,", ",2026-01-31,,20", ",2026-01-31,M,x", "a,2026-01-31,M,"]
        #expect(try Self.brokenRows(rows, Self.plan(.oneOf(fields: [0, 3], isExclusive: false))) == [3])
        #expect(try Self.brokenRows(rows, Self.plan(.oneOf(fields: [0, 3], isExclusive: true))) == [2, 3])
    }

    @Test func `a field whose column the file lacks is missing`() throws {
        let header = "Day,Age\n"
        #expect(
            try Self.brokenRows(
                ["2026-01-31,20"], Self.plan(.requiredWhen(fields: [0], condition: .hasValue(3))), header: header) == [
                    2
                ])
        #expect(
            try Self.brokenRows(
                ["2026-01-31,20"], Self.plan(.requiredWhen(fields: [3], condition: .isMissing(0))), header: header)
                == [])
        #expect(
            try Self.brokenRows(
                ["2026-01-31,20"], Self.plan(.oneOf(fields: [0, 2], isExclusive: false)), header: header)
                == [2])
        #expect(
            try Self.brokenRows(["2026-01-31,20"], Self.plan(.compare(left: 0, .equal, right: 2)), header: header) == []
        )
    }

    @Test func `a rule of severity warning keeps the row`() throws {
        let plan = Self.plan(.oneOf(fields: [0, 3], isExclusive: true), severity: .warning)
        let result = try ingest(SmallPlan.header + "a,2026-01-31,M,20\n", plan)
        #expect(result.records.count == 1)
        #expect(result.finding(.ruleBroken)?.severity == .warning)
    }

    // MARK: - A second look

    /// A judge over one row at a time, in memory.
    private struct Bench {
        let arena = Arena()
        var judge: RowJudge
        let batch: RowBatch

        init(_ plan: FormatPlan, isQuiet: Bool = false, onlyFields: Set<Int>? = nil) {
            let dataset = plan.datasets[0]
            batch = RowBatch(
                columnCount: dataset.fields.count, fieldCount: dataset.fields.count, cellRoom: 8, arena: arena)
            var collector = FindingCollector(plan: plan)
            collector.begin(datasetIndex: 0, fieldOfColumn: Array(dataset.fields.indices))
            judge = RowJudge(
                plan: plan, dataset: dataset, columns: dataset.fields.indices.map { .field($0) },
                wanted: onlyFields ?? [0, 1, 2, 3], batch: batch, collector: collector, arena: arena, isQuiet: isQuiet,
                onlyFields: onlyFields)
        }

        mutating func take(_ row: String) -> Bool {
            let bytes = Array(row.utf8)
            let text = arena.flat(bytes + [UInt8](repeating: 0, count: 64))
            var scanner = RowScanner(delimiter: UInt8(ascii: ","), cells: batch.cells(of: 0))
            scanner.restart(at: 0, in: text)
            _ = scanner.scan(text, end: bytes.count, isLast: true)
            batch.lines[0] = 7
            batch.isRejected[0] = false
            judge.judge(text, count: 1)
            judge.select(0)
            return !batch.isRejected[0]
        }
    }

    @Test func `a quiet judge reads the fields it is asked for and notes nothing`() {
        let plan = Self.plan(.oneOf(fields: [0, 3], isExclusive: true))
        var bench = Bench(plan, isQuiet: true, onlyFields: [1, 3])
        let isGood = bench.take("a,2026-01-31,?,20")
        #expect(isGood)
        #expect(bench.judge.values[1].value == CivilDate("2026-01-31")!.dayNumber)
        #expect(bench.judge.values[3].value == 20)
        #expect(bench.judge.values[0].state == .missing)
        #expect(bench.judge.values[2].state == .missing)
        let isKept = bench.take("a,soon,?,x")
        #expect(!isKept)
        #expect(bench.judge.values[1].state == .bad)
        #expect(bench.judge.collector.findings().findings == [])
        var loud = Bench(plan, onlyFields: [1, 3])
        let isQuietlyKept = loud.take("a,soon,?,20")
        #expect(!isQuietlyKept)
        #expect(loud.judge.collector.findings().findings.map(\.code) == [.typeMismatch])
    }

    @Test func `a later judge can be told which date formats were chosen`() {
        var first = Bench(SmallPlan().plan)
        let isFirstKept = first.take("a,01/02/2026,M,20")
        #expect(isFirstKept)
        var later = Bench(SmallPlan().plan)
        later.judge.formatChoices = first.judge.formatChoices
        let isOtherKept = later.take("a,2026-02-01,M,20")
        #expect(!isOtherKept)
        let isSameKept = later.take("a,01/02/2026,M,20")
        #expect(isSameKept)
    }

    @Test func `exact numbers of equal value have equal parts`() {
        var plan = SmallPlan().plan
        plan.datasets[0].fields[3].type = .number
        var bench = Bench(plan)
        func exact(_ cell: String) -> [String]? {
            let bytes = Array("a,2026-01-31,M,\(cell)".utf8) + [UInt8](repeating: 0, count: 64)
            _ = bench.take("a,2026-01-31,M,\(cell)")
            let text = bench.arena.flat(bytes)
            return bench.judge.exactNumber(of: 3, text).map { ["\($0.isNegative)", "\($0.digits)", "\($0.exponent)"] }
        }
        #expect(exact("1.50") == exact("15E-1"))
        #expect(exact("1.0001") != exact("1.0002"))
        #expect(exact("-0") == exact("0.00"))
        #expect(exact("NaN") == nil)
    }
}
