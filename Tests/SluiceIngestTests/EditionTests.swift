import SluiceModel
import SluiceReaders
import Testing

@testable import SluiceIngest

/// Editions with the same headings are told apart by time.
@Suite struct EditionTests {
    /// The base until 2024-03, an edition from 2024-04 to 2025-03, one from 2025-04; each knows its own codes of sex.
    private static func plan(
        unit: PeriodUnit = .month, _ change: (inout [DatasetPlan]) -> Void = { _ in }
    ) -> FormatPlan {
        SmallPlan { dataset, plan in
            func edition(_ name: String, _ from: String?, _ to: String?) -> DatasetPlan {
                var edition = dataset
                edition.edition = name
                edition.period = .field(1, unit: unit)
                edition.validFrom = from.flatMap { CivilDate($0) }
                edition.validTo = to.flatMap { CivilDate($0) }
                return edition
            }
            plan.datasets = [
                edition("", nil, "2024-03-31"), edition("2024-04-01", "2024-04-01", "2025-03-31"),
                edition("2025-04-01", "2025-04-01", nil),
            ]
            change(&plan.datasets)
        }.plan
    }

    private static func edition(_ day: String, _ plan: FormatPlan) throws -> String? {
        try ingest(SmallPlan.header + "a,\(day),M,20\n", plan).report.assumptions?.edition
    }

    @Test(arguments: [
        ("2019-01-01", ""), ("2024-03-31", ""), ("2024-04-01", "2024-04-01"), ("2025-03-31", "2024-04-01"),
        ("01/04/2025", "2025-04-01"), ("2026-01-01", "2025-04-01"), ("31/03/2025", "2024-04-01"),
    ])
    func `the edition in force on the first dated row is taken`(day: String, edition: String) throws {
        #expect(Self.plan().check() == [])
        #expect(try Self.edition(day, Self.plan()) == edition)
        // Rows above it whose date cannot be read say nothing, and later rows do not either.
        let text =
            SmallPlan.header
            + "a,,M,20\na,NA,M,20\na\na,soon,M,20\na,9999-01-01,M,20\na,\(day),M,20\na,2010-01-01,M,1\n"
        #expect(try ingest(text, Self.plan()).report.assumptions?.edition == edition)
    }

    @Test func `the first day of the period counts`() throws {
        // The academic year 2023/24 begins when the base is in force.
        #expect(try Self.edition("2024-06-15", Self.plan(unit: .academicYear)) == "")
        #expect(try Self.edition("2024-06-15", Self.plan(unit: .financialYear)) == "2024-04-01")
        #expect(try Self.edition("2024-09-15", Self.plan(unit: .academicYear)) == "2024-04-01")
    }

    @Test func `without a date the edition in force today is taken`() throws {
        var plan = Self.plan()
        #expect(try Self.edition("soon", plan) == "2025-04-01")
        plan.today = CivilDate("2024-12-31")!
        #expect(try Self.edition("soon", plan) == "2024-04-01")
        #expect(try ingest(SmallPlan.header, plan).report.assumptions?.edition == "2024-04-01")
    }

    @Test func `the headings count before the time`() throws {
        let plan = Self.plan { editions in
            var ward = editions[0].fields[0]
            (ward.name, ward.headers) = ("Ward", ["ward"])
            editions[1].fields.append(ward)
        }
        #expect(try Self.edition("2026-01-01", plan) == "2025-04-01")
        let text = "Id,Day,Sex,Age,Ward\na,2026-01-01,M,20,b\n"
        #expect(try ingest(text, plan).report.assumptions?.edition == "2024-04-01")
        // The old date does not bring back an edition whose column is missing.
        #expect(try Self.edition("2024-05-01", plan) == "2025-04-01")
    }

    @Test func `each edition reads the date by its own column and formats`() throws {
        let plan = Self.plan { editions in
            editions[1].fields[1].dateFormats = [PolicePlan.dateFormat("%m/%d/%Y")]
            editions[2].fields[1].dateFormats = [PolicePlan.ukDate]
        }
        // 4 March by the base and the latest edition, 3 April by the middle one, which was in force then.
        #expect(try Self.edition("04/03/2024", plan) == "")
        #expect(try Self.edition("13/05/2025", plan) == "2025-04-01")
        #expect(try Self.edition("05/13/2024", plan) == "2024-04-01")
    }

    @Test func `an edition that is told by its headings only yields to one that time tells`() throws {
        let plan = Self.plan { editions in
            var variant = editions[0]
            (variant.edition, variant.validFrom, variant.validTo) = ("variant", nil, nil)
            editions.insert(variant, at: 0)
            editions.remove(at: 1)
        }
        #expect(try Self.edition("2024-06-01", plan) == "2024-04-01")
        #expect(try Self.edition("2020-06-01", plan) == "variant")
    }

    @Test func `of layouts of fixed width, which have no headings, the one in force is taken`() throws {
        let plan = Self.plan { editions in
            for index in editions.indices {
                editions[index].forms.delimited = false
                // Later editions have a blank column more at the front.
                editions[index].forms.fixedWidth = FixedWidthForm(columns: [
                    .init(name: "id", offset: index, width: 1), .init(name: "day", offset: index + 1, width: 10),
                    .init(name: "sex", offset: index + 11, width: 1), .init(name: "age", offset: index + 12, width: 2),
                ])
            }
        }
        #expect(plan.check() == [])
        func edition(_ line: String) throws -> String? {
            try ingest(line + "\n", plan).report.assumptions?.edition
        }
        #expect(try edition("a2020-06-01M20") == "")
        #expect(try edition(" a2024-06-01M20") == "2024-04-01")
        #expect(try edition("  a2026-06-01M20") == "2025-04-01")
        let result = try ingest("  a2026-06-01M20\n", plan)
        #expect(result.records == [[24_317, 1, 2]])
    }
}
