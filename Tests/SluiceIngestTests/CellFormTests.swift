import DeliverySupport
import SluiceModel
import Testing

@testable import SluiceIngest

/// Values as spreadsheets, databases and people on the way write them.
@Suite struct CellFormTests {
    // MARK: - In a text

    /// A band for each year of age, some codes with digits in them, and a flag.
    private static let codedPlan = SmallPlan { dataset, plan in
        plan.codeTables[0].entries = ["M", "8", "8N", "PUBLIC PLACE"].map { CodeTable.Entry(text: $0) }
        plan.dimensions[1].codeCount = 5
        dataset.output.columns[1].sources = [.lookup(field: 2, codes: [1, 2, 3, 4])]
        plan.dimensions[2].codeCount = 101
        let bands = (0..<100).map { OutputSource.Band(lower: $0, upper: $0 + 1, code: UInt32($0 + 1)) }
        dataset.output.columns[2].sources = [.band(field: 3, bands: bands)]
        var flag = FieldPlan(name: "Flag", headers: ["flag"], type: .boolean, privacy: .neutral)
        (flag.trueValues, flag.falseValues) = (["1"], ["0"])
        dataset.fields.append(flag)
        plan.dimensions.append(DimensionPlan(id: "weapon", codeCount: 3))
        dataset.output.columns.append(
            OutputColumn(dimension: 3, sources: [.boolean(field: 4, whenTrue: 1, whenFalse: 2)]))
    }.plan

    /// A plain row, and one with another cell in a column.
    private func result(_ column: Int, _ cell: String) throws -> Result {
        var cells = ["a", "2026-01-31", "8N", "34", "1"]
        let plain = cells.joined(separator: ",")
        cells[column] = cell
        return try ingest("Id,Day,Sex,Age,Flag\n\(plain)\n\(cells.joined(separator: ","))\n", Self.codedPlan)
    }

    @Test(arguments: [
        (1, "\u{A0}2026-02-01\u{A0}", "2026-02-01"), (1, "\u{FEFF}2026-02-01", "2026-02-01"),
        (1, "=\"2026-02-01\"", "2026-02-01"), (1, "'2026-02-01", "2026-02-01"),
        (2, "\u{A0}8N", "8N"), (2, "8N\u{A0}", "8N"), (2, "\u{FEFF}8N\u{200B}", "8N"), (2, "=\"8N\"", "8N"),
        (2, "'8N", "8N"), (2, "8.0", "8"), (2, "'8.00", "8"), (2, "PUBLIC\u{A0}PLACE", "PUBLIC PLACE"),
        (3, "\u{A0}17", "17"), (3, "\u{FEFF}17\u{A0}", "17"), (3, "=\"17\"", "17"), (3, "'17", "17"),
        (3, "17.0", "17"), (3, "'17.00", "17"),
        (4, "1.0", "1"), (4, "0.0", "0"), (4, "\u{A0}0", "0"), (4, "=\"0\"", "0"), (4, "'0", "0"),
    ])
    func `what programs put around a value is no part of it`(column: Int, cell: String, plain: String) throws {
        #expect(Self.codedPlan.check() == [])
        let found = try result(column, cell)
        #expect(found.report.findings == [])
        #expect(found.records.count == 2)
        #expect(try found.records == result(column, plain).records)
    }

    @Test(arguments: [
        (1, "''2026-02-01"), (1, "2026-02-01 00:01"), (1, "2026-02-01 24:00"), (2, "8.1"), (2, "8N.0"), (2, "''8N"),
        (3, "17.5"), (3, ".0"), (3, "1\u{A0}7"), (4, "1.5"), (4, "''1"),
    ])
    func `what changes a value is not passed over`(column: Int, cell: String) throws {
        let found = try result(column, cell)
        #expect(found.codes == [column == 2 ? .codeUnknown : .typeMismatch])
        #expect(found.report.findings.first?.rows == [3])
        #expect(found.records.count == 1)
    }

    // MARK: - Moments

    /// What a field of the type holds of a moment.
    private static func slot(_ type: FieldType, _ day: String, _ second: Int) -> Int {
        let date = CivilDate(day)!
        switch type {
        case .date: return date.dayNumber
        case .datetime: return date.dayNumber * 86_400 + second
        case .yearmonth: return date.month.index
        default: return second
        }
    }

    private static let formats: [FieldType: [String]] = [
        .date: ["%d/%m/%Y", "%Y-%m-%d"], .datetime: ["%d/%m/%Y %H:%M:%S"], .time: ["%H:%M:%S"],
        .yearmonth: ["%Y-%m", "%b-%y"],
    ]

    /// Ids are of the type here, and only one value is allowed.
    private static func plan(of type: FieldType, only slot: Int) -> FormatPlan {
        SmallPlan { dataset, _ in
            dataset.fields[0].type = type
            dataset.fields[0].dateFormats = formats[type]!.map { PolicePlan.dateFormat($0) }
            dataset.fields[0].minimum = slot
            dataset.fields[0].maximum = slot
        }.plan
    }

    @Test(arguments: [
        (FieldType.date, "03/07/2025 00:00", "2025-07-03", 0), (.date, "03/07/2025 0:00:00", "2025-07-03", 0),
        (.date, "2025-07-03 00:00:00.000", "2025-07-03", 0), (.date, "2025-07-03T00:00:00.000Z", "2025-07-03", 0),
        (.datetime, "05/07/2025 19:54:00.000", "2025-07-05", 71_640), (.time, "19:54:00.0", "1970-01-01", 71_640),
        (.yearmonth, "Apr-25", "2025-04-01", 0), (.yearmonth, "2025-04", "2025-04-01", 0),
    ])
    func `a midnight behind a date and noughts behind a second say nothing`(
        type: FieldType, cell: String, day: String, second: Int
    ) throws {
        let plan = Self.plan(of: type, only: Self.slot(type, day, second))
        #expect(plan.check() == [])
        let result = try ingest(SmallPlan.header + "\(cell),2026-01-31,M,20\n", plan)
        #expect(result.report.findings == [])
        #expect(result.records == [[24_312, 1, 2]])
    }

    // MARK: - In a workbook

    private static func texts(_ cells: [String]) -> String {
        cells.map { "<c t=\"inlineStr\"><is><t>\($0)</t></is></c>" }.joined()
    }

    /// A row for each cell, which stands in its first column. Style 1 shows a day, 2 a day and a clock, 3 a month, 4 a
    /// clock.
    private static func workbook(_ cells: [String], after last: String = "", heading: [String] = []) -> [UInt8] {
        let rows = cells.map { "<row>\($0)\(texts(["2026-01-31", "M", "20"]))\(last)</row>" }.joined()
        let styles = [0, 14, 22, 17, 20].map { "<xf numFmtId=\"\($0)\"/>" }.joined()
        let header = "<row>\(texts(["Id", "Day", "Sex", "Age"] + heading))</row>"
        return WorkbookWriter(rows: header + rows, styles: "<cellXfs>\(styles)</cellXfs>").bytes()
    }

    @Test(arguments: [
        (FieldType.date, "<c s=\"1\"><v>45843</v></c>", "2025-07-05", 0),
        (.date, "<c s=\"2\"><v>45843</v></c>", "2025-07-05", 0),
        (.date, "<c s=\"1\" t=\"d\"><v>2025-07-03T00:00:00.000</v></c>", "2025-07-03", 0),
        // A hair below midnight.
        (.date, "<c s=\"1\"><v>45869.99999999999</v></c>", "2025-08-01", 0),
        (.datetime, "<c s=\"1\"><v>45843.82916666667</v></c>", "2025-07-05", 71_640),
        (.datetime, "<c s=\"2\"><v>45843.82916666667</v></c>", "2025-07-05", 71_640),
        (.time, "<c s=\"1\"><v>45843.82916666667</v></c>", "1970-01-01", 71_640),
        (.time, "<c s=\"1\"><v>0.82916666667</v></c>", "1970-01-01", 71_640),
        (.time, "<c s=\"4\"><v>0.82916666667</v></c>", "1970-01-01", 71_640),
        (.yearmonth, "<c s=\"3\"><v>45748</v></c>", "2025-04-01", 0),
        (.yearmonth, "<c s=\"1\"><v>45748</v></c>", "2025-04-01", 0),
    ])
    func `a date cell is what its field asks for, however it is shown`(
        type: FieldType, cell: String, day: String, second: Int
    ) throws {
        let plan = Self.plan(of: type, only: Self.slot(type, day, second))
        let result = try ingest(Self.workbook([cell]), plan)
        #expect(result.report.findings == [])
        #expect(result.records == [[24_312, 1, 2]])
    }

    @Test(arguments: [
        (FieldType.time, "<c s=\"1\"><v>45843</v></c>"), (.date, "<c s=\"4\"><v>0.82916666667</v></c>"),
        (.yearmonth, "<c s=\"4\"><v>0.82916666667</v></c>"), (.datetime, "<c s=\"4\"><v>0.82916666667</v></c>"),
    ])
    func `a date cell without the part that its field asks for is none of its type`(
        type: FieldType, cell: String
    ) throws {
        let plan = Self.plan(of: type, only: 0)
        let result = try ingest(Self.workbook([cell, "<c/>"]), plan)
        #expect(result.codes == [.typeMismatch])
        #expect(result.finding(.typeMismatch)?.rows == [2])
    }

    private static let error = "<c t=\"e\"><v>#N/A</v></c>"

    @Test func `an error in a column that nobody reads is a warning, and the row is kept`() throws {
        let dropped = try ingest(Self.workbook([Self.error]), SmallPlan().plan)
        #expect(dropped.codes == [.cellError])
        #expect(dropped.finding(.cellError)?.severity == .warning)
        #expect(dropped.finding(.cellError)?.rows == [2])
        #expect(dropped.records == [[24_312, 1, 2]])
        let unknown = try ingest(
            Self.workbook([Self.texts(["a"])], after: Self.error, heading: ["Local comment"]), SmallPlan().plan)
        #expect(unknown.codes == [.columnUnknown, .cellError])
        #expect(unknown.finding(.cellError)?.severity == .warning)
        #expect(unknown.records == [[24_312, 1, 2]])
    }

    @Test func `an error in a required cell is all that is said of the cell`() throws {
        let plan = SmallPlan { dataset, _ in dataset.fields[0].isRequired = true }.plan
        let result = try ingest(Self.workbook([Self.error, Self.texts(["a"])]), plan)
        #expect(result.codes == [.cellError])
        #expect(result.finding(.cellError)?.severity == .error)
        #expect(result.finding(.cellError)?.rows == [2])
        #expect(result.report.rows == RowCounts(read: 2, accepted: 1, rejected: 1))
    }
}
