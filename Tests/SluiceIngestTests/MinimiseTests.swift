import SluiceModel
import Testing

@testable import SluiceIngest

@Suite struct MinimiseTests {
    @Test func `blocks hold at most the rows the limits say`() throws {
        let plan = SmallPlan { _, plan in plan.limits.blockRows = 4 }.plan
        let input = PiecesInput(
            Array((SmallPlan.header + String(repeating: "a,2026-01-31,M,20\n", count: 10)).utf8))
        var output = RowsOutput()
        _ = try Ingest(plan: plan).run(input: input, output: &output)
        #expect(output.blockSizes == [4, 4, 2])
        #expect(output.progress.last == input.bytes.count)
    }

    @Test func `codes take as many bytes as their dimension needs`() throws {
        struct Widths: IngestOutput {
            var widths: [Int] = []
            mutating func recognised(datasetIndex: Int, _ assumptions: Assumptions) throws(IngestError) {}
            mutating func progress(rows: Int, bytes: Int) throws(IngestError) {}
            mutating func append(_ block: RecordBlock, links: LinkIdentifiers?) throws(IngestError) {
                widths = block.columns.map(\.width)
                for column in block.columns { #expect(column.bytes.count == block.rowCount * column.width) }
            }
        }
        let plan = SmallPlan { dataset, plan in
            plan.dimensions[1].codeCount = 257
            dataset.output.columns[1].sources = [.lookup(field: 2, codes: [256, 255])]
        }.plan
        let input = PiecesInput(Array((SmallPlan.header + "a,2026-01-31,M,20\n").utf8))
        var output = Widths()
        _ = try Ingest(plan: plan).run(input: input, output: &output)
        #expect(output.widths == [4, 2, 1])
        #expect(try ingest(SmallPlan.header + "a,2026-01-31,M,20\n", plan).records == [[24_312, 256, 2]])
    }

    @Test func `a row whose key was there before leaves its block, and its neighbours stay`() throws {
        let plan = SmallPlan { dataset, plan in
            dataset.fields[0].isUnique = true
            dataset.output.linkField = 0
            plan.limits.blockRows = 3
        }.plan
        let text =
            SmallPlan.header
            + "a,2026-01-31,M,1\na,2026-02-01,F,2\nb,2026-03-01,M,3\na,2026-04-01,F,4\nc,2026-05-01,M,5\n"
        let result = try ingest(text, plan)
        #expect(result.records == [[24_312, 1, 1], [24_314, 1, 1], [24_316, 1, 1]])
        #expect(result.links == ["A", "B", "C"])
        #expect(result.finding(.notUnique)?.rows == [3, 5])
        #expect(result.report.rows == RowCounts(read: 5, accepted: 3, rejected: 2))
        #expect(result.report.linkedRows == 3)
        #expect(result.report.period == Period("2026-01/2026-05"))
    }

    @Test func `a source that cannot tell leaves the word to the next`() throws {
        let plan = SmallPlan { dataset, _ in
            dataset.output.columns[1].sources = [
                .lookup(field: 2, codes: [1, 0]),
                .band(field: 3, bands: [.init(lower: 500, upper: 600, code: 2)]), .constant(1),
            ]
        }.plan
        let result = try ingest(
            SmallPlan.header + "a,2026-01-31,M,550\na,2026-01-31,F,550\na,2026-01-31,,550\na,2026-01-31,F,5\n", plan)
        #expect(result.records.map { $0[1] } == [1, 2, 2, 1])
    }

    @Test func `weekday, part of day and age`() throws {
        let plan = SmallPlan { dataset, plan in
            dataset.fields[1].type = .datetime
            dataset.fields[1].dateFormats = [PolicePlan.dateFormat("%Y-%m-%d %H:%M")]
            dataset.fields[0].type = .date
            dataset.fields[0].dateFormats = [PolicePlan.isoDate]
            plan.dimensions += [
                DimensionPlan(id: "weekday", codeCount: 8), DimensionPlan(id: "part-of-day", codeCount: 5),
                DimensionPlan(id: "years", codeCount: 300),
            ]
            dataset.output.columns += [
                OutputColumn(dimension: 3, sources: [.weekday(field: 1, codes: [1, 2, 3, 4, 5, 6, 7])]),
                OutputColumn(
                    dimension: 4, sources: [.partOfDay(field: 1, codes: [1, 2, 3, 4], midnightIsUnknown: true)]),
                OutputColumn(
                    dimension: 5,
                    sources: [
                        .age(
                            birth: 0, at: 1,
                            bands: (0..<250).map { .init(lower: $0, upper: $0 + 1, code: UInt32($0 + 1)) })
                    ]),
            ]
        }.plan
        #expect(plan.check() == [])
        let rows = [
            ("2000-02-29", "2018-02-28 00:00", [3, 0, 18]), ("2000-02-29", "2018-03-01 00:01", [4, 1, 19]),
            ("2000-06-15", "2026-06-14 05:59", [7, 1, 26]), ("2000-06-15", "2026-06-15 06:00", [1, 2, 27]),
            ("2026-06-15", "2026-06-14 23:59", [7, 4, 0]), ("1965-01-01", "1969-12-31 12:00", [3, 3, 5]),
            ("1850-01-01", "2026-01-02 18:00", [5, 4, 177]), ("", "2026-01-03 17:59", [6, 3, 0]),
        ]
        let text = SmallPlan.header + rows.map { "\($0.0),\($0.1),M,1\n" }.joined()
        let result = try ingest(text, plan)
        #expect(result.records.map { $0[3...].map(Int.init) } == rows.map(\.2))
    }

    @Test func `ages that people of the dataset do not have are told, and no age is kept of them`() throws {
        let plan = SmallPlan { dataset, _ in dataset.ages = 8...21 }.plan
        let result = try ingest(
            SmallPlan.header + ["7", "8", "21", "22", "-1", ""].map { "a,2026-01-31,M,\($0)\n" }.joined(), plan)
        let finding = try #require(result.finding(.ageImplausible))
        #expect(finding.rows == [2, 5, 6] && finding.severity == .warning && finding.column == "Age")
        #expect(finding.message.contains("below 8 or above 21"))
        #expect(result.records.map { $0[2] } == [0, 1, 2, 0, 0, 0])
    }

    @Test(arguments: [nil, 3...21] as [ClosedRange<Int>?])
    func `a birth date by which nobody is of that age is told, and no age is kept of it`(
        ages: ClosedRange<Int>?
    ) throws {
        let plan = SmallPlan { dataset, _ in
            dataset.ages = ages
            dataset.fields[0].type = .date
            dataset.fields[0].dateFormats = [PolicePlan.ukDate]
            let bands: [OutputSource.Band] = [
                .init(lower: 0, upper: 18, code: 1), .init(lower: 18, upper: OutputSource.oldestAge + 1, code: 2),
            ]
            dataset.output.columns[2].sources = [.age(birth: 0, at: 1, bands: bands)]
        }.plan
        #expect(plan.check() == [])
        let births = ["01/01/0015", "01/01/1900", "31/01/2008", "01/02/2008", ""]
        let result = try ingest(SmallPlan.header + births.map { "\($0),2026-01-31,M,\n" }.joined(), plan)
        #expect(result.codes == [.ageImplausible])
        let finding = try #require(result.finding(.ageImplausible))
        #expect(finding.rows == [2, 3] && finding.severity == .warning && finding.column == "Id")
        #expect(result.records.map { $0[2] } == [0, 0, 2, 1, 0])
    }

    @Test func `a month no event lies in is found on its row, and never blank without a word`() throws {
        let result = try ingest(
            SmallPlan.header + "a,1899-12-31,M,20\nb,9999-12-31,M,20\nc,0219-05-01,M,20\nd,2026-01-01,M,20\n"
                + "e,1946-05-31,M,20\nf,1946-06-01,M,20\n", SmallPlan().plan)
        #expect(result.records.map { $0[0] } == [24_312, 23_357])
        #expect(result.finding(.dateImplausible)?.rows == [2, 4, 6])
        #expect(result.finding(.dateImplausible)?.message.contains("80 years before") == true)
        #expect(result.finding(.dateInFuture)?.rows == [3])
        #expect(result.report.period == Period("1946-06/2026-01"))
    }

    @Test func `a month before the first that the dataset knows, or outside those the file is of, is no record`() throws
    {
        let plan = SmallPlan { dataset, _ in
            dataset.earliestMonth = CivilMonth("2025-06")
            dataset.onlyPeriod = Period("2026-01/2026-02")
        }.plan
        let rows = "a,2025-05-31,M,20\nb,2025-06-01,M,20\nc,2026-01-01,M,20\nd,2026-02-28,M,20\ne,2026-03-01,M,20\n"
        let result = try ingest(SmallPlan.header + rows, plan)
        #expect(result.finding(.dateImplausible)?.rows == [2])
        #expect(result.finding(.outsidePeriod)?.rows == [3, 6])
        #expect(result.records.count == 2)
        #expect(result.report.period == Period("2026-01/2026-02"))
    }

    // MARK: - Counts

    @Test func `markers in a table of counts are hidden figures`() throws {
        let plan = SmallPlan { dataset, _ in
            dataset.output.kind = .counts(countField: 3)
            dataset.output.columns.removeLast()
            dataset.fields[3].missingValues = ["", "c", "low", "*"]
        }.plan
        let result = try ingest(
            SmallPlan.header + "a,2026-01-31,M,20\na,2026-01-31,M,c\na,2026-01-31,M,low\na,2026-01-31,M,0\n"
                + "a,2026-01-31,M,-1\na,2026-01-31,M,4294967295\na,2026-01-31,M,4294967294\na,2026-01-31,M,x\n", plan)
        #expect(
            result.records.map { $0[2] } == [20, RecordBlock.countHidden, RecordBlock.countHidden, 0, 4_294_967_294])
        #expect(result.finding(.typeMismatch)?.rows == [9])
        #expect(result.finding(.belowMinimum)?.rows == [6])
        #expect(result.finding(.belowMinimum)?.rule == FindingRule.minimum)
        #expect(result.finding(.aboveMaximum)?.rows == [7])
    }

    // MARK: - Links

    @Test func `an identifier is linked in one form, and an invalid one not at all`() throws {
        let plan = SmallPlan { dataset, _ in
            dataset.fields[0].check = .pncID
            dataset.fields[0].checkSeverity = .warning
            dataset.output.linkField = 0
        }.plan
        let ids = ["79/163001b", "1979/0163001B", "", "79/163001C", "\" 81/34U \""]
        let result = try ingest(SmallPlan.header + ids.map { "\($0),2026-01-31,M,20\n" }.joined(), plan)
        #expect(result.links == ["1979/0163001B", "1979/0163001B", "", "", "1981/0000034U"])
        #expect(result.report.linkedRows == 3)
        #expect(result.records.count == 5)
        #expect(result.codes == [.checkDigitWrong])
    }

    @Test func `what is no printable ASCII of reasonable length is not linked`() throws {
        let plan = SmallPlan { dataset, _ in dataset.output.linkField = 0 }.plan
        let ids = ["ab 12", "é", String(repeating: "x", count: 64), String(repeating: "x", count: 65)]
        let result = try ingest(SmallPlan.header + ids.map { "\($0),2026-01-31,M,20\n" }.joined(), plan)
        #expect(result.links == ["AB12", "", String(repeating: "X", count: 64), ""])
    }

    @Test func `a name and a date of birth are linked in one form`() throws {
        let plan = SmallPlan { dataset, plan in
            dataset.fields.append(FieldPlan(name: "First", headers: ["first"], type: .string, privacy: .direct))
            dataset.output.linkField = 0
            dataset.output.linkMore = [4, 1]
        }.plan
        #expect(plan.check() == [])
        let rows = [
            "O'Brien,2026-01-31,M,20,Mary Ann", "\u{2003}o’brien ,2026-01-31,M,20,MARY",
            "OBRIEN,2026-01-31,M,20,mary-ann",
            "Müller,2026-01-31,M,20,José", "Muller,2026-01-31,M,20,Jose", "Смирнов,2026-01-31,M,20,Anna",
            "Brien,2026-01-31,M,20,", "Brien,2026-01-30,M,20,Mary",
        ]
        let result = try ingest("Id,Day,Sex,Age,First\n" + rows.joined(separator: "\n") + "\n", plan)
        let day = "20484"
        #expect(result.links[0] == "OBRIEN|MARY|\(day)" && result.links[2] == "OBRIEN|MARYANN|\(day)")
        #expect(result.links[3] == "MULLER|JOSE|\(day)" && result.links[4] == result.links[3])
        #expect(result.links[5] == "" && result.links[6] == "" && result.links[7] == "BRIEN|MARY|20483")
    }

    // MARK: - The intake gate

    @Test func `health information is counted and never put out`() throws {
        let plan = SmallPlan { dataset, _ in
            dataset.fields[0].privacy = .health
        }.plan
        let result = try ingest(SmallPlan.header + "a,2026-01-31,M,20\nNA,2026-01-31,M,20\nb,2026-01-31,M,20\n", plan)
        let finding = try #require(result.finding(.healthFieldDropped))
        #expect(finding.severity == .warning)
        #expect(finding.count == 2)
        #expect(result.report.outcome == .accepted)
        #expect(try ingest(SmallPlan.header + ",2026-01-31,M,20\n", plan).report.findings == [])

        var feeding = plan
        feeding.datasets[0].output.columns[1].sources = [.constant(1)]
        #expect(feeding.check() == [])
        feeding.datasets[0].fields[2].privacy = .health
        feeding.datasets[0].output.columns[1].sources = [.lookup(field: 2, codes: [1, 2])]
        #expect(!feeding.check().isEmpty)
    }

    static func healthPlan() -> FormatPlan {
        SmallPlan { _, plan in
            plan.isHealth = true
            plan.patientColumns = ["nhsnumber", "surname"]
            plan.limits.blockRows = 2
        }.plan
    }

    @Test(arguments: ["NHS Number", "Surname"])
    func `a column that names patients refuses a health sender's file`(heading: String) throws {
        let result = try ingest("Id,Day,Sex,Age,\(heading)\na,2026-01-31,M,20,x\n", Self.healthPlan())
        #expect(result.codes == [.patientIdentifier])
        #expect(result.report.findings[0].columnNumber == 5)
        #expect(result.report.findings[0].rule == FindingRule.patientColumns)
        #expect(result.report.outcome == .refused)
        #expect(result.records == [])
        let unknown = try ingest("\(heading),Other\nx,y\n", Self.healthPlan())
        #expect(unknown.report.outcome == .refused)
    }

    @Test(arguments: [
        ("see 999 000 0034", "Id", 1, 4), ("\"x\n9990000034\"", "Id", 1, 4), ("", nil, 5, 4),
    ])
    func `a valid NHS number in any cell refuses a health sender's file`(
        cell: String, column: String?, columnNumber: Int, row: Int
    ) throws {
        let last = cell.isEmpty ? "999-000-0182" : "z"
        let text =
            "Id,Day,Sex,Age,Free\na,2026-01-31,M,20,z\nb,2026-01-31,M,20,z\n\(cell.isEmpty ? "c" : cell),2026-01-31,M,20,\(last)\n"
            + "d,2026-01-31,M,20,z\n"
        let result = try ingest(text, Self.healthPlan())
        let finding = try #require(result.finding(.patientIdentifier))
        #expect(finding.column == column)
        #expect(finding.columnNumber == columnNumber)
        #expect(finding.rows == [row])
        #expect(finding.severity == .refusal)
        #expect(result.report.outcome == .refused)

        var police = Self.healthPlan()
        police.isHealth = false
        #expect(try ingest(text, police).report.outcome == .accepted)
    }

    @Test func `placeholders and other ten-digit numbers refuse nothing`() throws {
        let result = try ingest(
            SmallPlan.header + "9999999999,2026-01-31,M,20\n9990000035,2026-01-31,M,20\n", Self.healthPlan())
        #expect(result.report.outcome == .accepted)
    }

    @Test func `an NHS number in a title above the header refuses the file`() throws {
        let result = try ingest("for 9990000034\n" + SmallPlan.header + "a,2026-01-31,M,20\n", Self.healthPlan())
        #expect(result.report.outcome == .refused)
        #expect(result.finding(.patientIdentifier)?.rows == [1])
    }

    // MARK: - Periods

    @Test(arguments: [
        (PeriodUnit.month, "2025-09/2026-01"), (.quarter, "2025-07/2026-03"), (.term, "2025-09/2026-03"),
        // As far as they are over: the test's day is in June 2026.
        (.year, "2025-01/2026-06"), (.academicYear, "2025-09/2026-06"), (.financialYear, "2025-04/2026-03"),
    ])
    func `a period is widened to whole units`(unit: PeriodUnit, expected: String) throws {
        let plan = SmallPlan { dataset, _ in dataset.period = .field(1, unit: unit) }.plan
        let result = try ingest(SmallPlan.header + "a,2025-09-30,M,20\nb,2026-01-01,M,20\nc,2030-01-01,?,20\n", plan)
        #expect(result.report.period == Period(expected))
    }

    @Test func `a file whose rows have no month cannot be placed`() throws {
        let result = try ingest(SmallPlan.header + "a,,M,20\n", SmallPlan().plan)
        #expect(result.codes == [.periodUnknown])
        #expect(result.report.outcome == .rejected)
        let without = SmallPlan { dataset, _ in dataset.period = .none }.plan
        #expect(try ingest(SmallPlan.header + "a,,M,20\n", without).report.outcome == .accepted)
    }

    @Test func `a period of two fields runs from the first of one to the last of the other`() throws {
        let plan = SmallPlan { dataset, _ in
            dataset.fields[0].type = .year
            dataset.period = .fields(from: 1, to: 0)
        }.plan
        let result = try ingest(SmallPlan.header + "2026,2026-03-01,M,20\n2025,2025-10-01,M,20\n", plan)
        #expect(result.report.period == Period("2025-10/2026-06"))
        #expect(
            result.report.spans == [
                PeriodSpan(period: Period("2025-10/2025-12")!, rows: 1),
                PeriodSpan(period: Period("2026-03/2026-12")!, rows: 1),
            ])
    }

    @Test func `a period at the edges of the calendar does not trap`() throws {
        for unit in PeriodUnit.allCases {
            let plan = SmallPlan { dataset, plan in
                dataset.period = .field(1, unit: unit)
                plan.today = CivilDate("2200-12-31")!
            }.plan
            let result = try ingest(SmallPlan.header + "a,2200-12-31,M,20\nb,0001-01-01,M,2\n", plan)
            #expect(result.finding(.dateImplausible)?.rows == [3])
            #expect(result.report.period?.last == CivilMonth("2200-12"))
            var early = plan
            early.today = CivilDate("1979-12-31")!
            let first = try ingest(SmallPlan.header + "a,1900-01-01,M,20\nb,0001-01-01,M,2\n", early)
            #expect(first.finding(.dateImplausible)?.rows == [3])
            #expect(first.report.period?.first == CivilMonth("1900-01"))
        }
    }

    @Test func `a dimension that nothing feeds is unknown in every record`() throws {
        let plan = SmallPlan { dataset, plan in
            dataset.output.columns[1].sources = []
            plan.limits.blockRows = 2
        }.plan
        let rows = (1...5).map { "\($0),2026-01-31,M,20\n" }.joined()
        let result = try ingest(SmallPlan.header + rows, plan)
        #expect(plan.check() == [])
        #expect(result.records.map { $0[1] } == [0, 0, 0, 0, 0])
    }
}
