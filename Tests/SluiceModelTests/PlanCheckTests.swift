import SluiceModel
import Testing

@Suite struct `A plan's forms, keys and rules` {
    typealias Change = @Sendable (inout DatasetPlan) -> Void

    private static func xml(_ columns: [XMLForm.Column], record: [String] = ["file", "pupil"]) -> Change {
        { dataset in
            dataset.forms.xml = XMLForm()
            dataset.forms.xml?.recordPath = record
            dataset.forms.xml?.columns = columns
        }
    }

    private static func field(_ index: Int, _ change: @escaping @Sendable (inout FieldPlan) -> Void) -> Change {
        { change(&$0.fields[index]) }
    }

    private static func rule(_ kind: RowRule.Kind) -> Change {
        { $0.rowRules = [RowRule(id: "r", kind: kind, severity: .error)] }
    }

    private static func fileRule(_ kind: FileRule.Kind, _ severity: Severity = .warning) -> Change {
        { $0.fileRules = [FileRule(id: "r", kind: kind, severity: severity)] }
    }

    private static func fixed(_ offset: Int, _ width: Int) -> Change {
        {
            $0.forms.fixedWidth = FixedWidthForm(
                columns: [FixedWidthForm.Column(name: "age", offset: offset, width: width)])
        }
    }

    private static func foreign(_ fields: [Int], _ dataset: Int, _ referenced: [Int]) -> Change {
        { $0.foreignKeys = [ForeignKey(fields: fields, dataset: dataset, referenced: referenced)] }
    }

    static let good: [Change] = [
        { _ in },
        xml([]),
        xml([], record: []),
        xml([XMLForm.Column(name: "ageatoffence", path: ["..", "head", "@age"])]),
        xml([XMLForm.Column(name: "age", path: ["@age"]), XMLForm.Column(name: "day", path: ["a", "b"])]),
        fixed(0, 1),
        fixed(1 << 20, 1 << 20),
        { $0.forms.workbook?.sheetPosition = 1 },
        { $0.footers = ["total"] },
        { $0.uniqueKeys = [[0], [1, 2]] },
        foreign([0], 0, [0]),
        foreign([0, 1], 0, [2, 1]),
        rule(.compareValue(field: ModelPlan.amount, .greater, value: 10)),
        rule(.requiredWhen(fields: [0], condition: .isOneOf(ModelPlan.weapon, entries: [0, 2]))),
        rule(.oneOf(fields: [0, 5], isExclusive: true)),
        fileRule(.controlTotal(words: ["total"], isRequired: true), .error),
        fileRule(.coverage(.month)),
        fileRule(.suddenChange(percent: 50, deliveriesMin: 3)),
        field(ModelPlan.amount) {
            $0.numberMinimum = ExactDecimal(digits: 5, exponent: -1)
            $0.isMinimumExclusive = true
            $0.decimalMark = ","
            $0.groupMark = "."
        },
        field(ModelPlan.age) { $0.allowedSlots = [1, 2, 9] },
        field(ModelPlan.tags) { $0.itemType = .integer },
        {
            $0.validFrom = CivilDate("2024-04-01")
            $0.validTo = CivilDate("2025-03-31")
        },
    ]

    static let bad: [Change] = [
        {
            $0.forms = TableForms()
            $0.forms.delimited = false
            $0.forms.workbook = nil
            $0.forms.json = nil
            $0.forms.xml = nil
        },
        { $0.forms.workbook?.sheetNames = [""] },
        { $0.forms.workbook?.sheetPosition = 0 },
        {
            $0.forms.workbook?.sheetPosition = 1
            $0.forms.workbook?.sheetNames = ["a"]
        },
        { $0.forms.json?.recordsPath = ["data", ""] },
        { $0.forms.json?.recordsPath = [String](repeating: "a", count: 65) },
        xml([], record: ["file", ""]),
        xml([XMLForm.Column(name: "age", path: [])]),
        xml([XMLForm.Column(name: "age", path: [".."])]),
        xml([XMLForm.Column(name: "age", path: ["a", "..", "b"])]),
        xml([XMLForm.Column(name: "age", path: ["..", "..", "a"])]),
        xml([XMLForm.Column(name: "age", path: ["@a", "b"])]),
        xml([XMLForm.Column(name: "age", path: ["@"])]),
        xml([XMLForm.Column(name: "size", path: ["a"])]),
        xml([XMLForm.Column(name: "age", path: ["a"]), XMLForm.Column(name: "age", path: ["b"])]),
        fixed(-1, 1),
        fixed(0, 0),
        fixed((1 << 20) + 1, 1),
        { $0.forms.fixedWidth = FixedWidthForm(columns: []) },
        {
            $0.forms.fixedWidth = FixedWidthForm(
                columns: [FixedWidthForm.Column(name: "age", offset: 0, width: 1)], leadingLines: -1)
        },
        { $0.footers = ["total", ""] },
        { $0.uniqueKeys = [[]] },
        { $0.uniqueKeys = [[7]] },
        foreign([0], 1, [0]),
        foreign([0], -1, [0]),
        foreign([], 0, []),
        foreign([0, 1], 0, [0]),
        foreign([0], 0, [7]),
        foreign([7], 0, [0]),
        foreign([0], 0, [1]),
        rule(.compareValue(field: 0, .equal, value: 1)),
        rule(.compareValue(field: 7, .equal, value: 1)),
        rule(.requiredWhen(fields: [], condition: .hasValue(0))),
        rule(.requiredWhen(fields: [0], condition: .hasValue(7))),
        rule(.requiredWhen(fields: [7], condition: .isMissing(0))),
        rule(.requiredWhen(fields: [0], condition: .isOneOf(ModelPlan.weapon, entries: [3]))),
        rule(.requiredWhen(fields: [0], condition: .isOneOf(ModelPlan.weapon, entries: []))),
        rule(.requiredWhen(fields: [0], condition: .isOneOf(ModelPlan.age, entries: [0]))),
        rule(.oneOf(fields: [0], isExclusive: false)),
        rule(.oneOf(fields: [0, 7], isExclusive: false)),
        fileRule(.controlTotal(words: [], isRequired: true)),
        fileRule(.controlTotal(words: [""], isRequired: true)),
        fileRule(.controlTotal(words: ["total"], isRequired: true), .fatal),
        fileRule(.suddenChange(percent: 0, deliveriesMin: 3)),
        fileRule(.suddenChange(percent: 50, deliveriesMin: 0)),
        fileRule(.suddenChange(percent: 50, deliveriesMin: 3), .error),
        {
            $0.period = .none
            $0.fileRules = [FileRule(id: "r", kind: .coverage(.month), severity: .error)]
        },
        {
            $0.rowRules = [RowRule(id: "r", kind: .oneOf(fields: [0, 1], isExclusive: false), severity: .error)]
            $0.fileRules = [FileRule(id: "r", kind: .coverage(.month), severity: .error)]
        },
        field(ModelPlan.amount) { $0.decimalMark = "" },
        field(ModelPlan.amount) { $0.groupMark = "." },
        field(ModelPlan.amount) { $0.groupMark = "1" },
        field(ModelPlan.amount) { $0.decimalMark = "-" },
        field(ModelPlan.amount) { $0.isMaximumExclusive = true },
        field(ModelPlan.amount) { $0.numberMaximum = ExactDecimal(digits: ExactDecimal.digitsLimit, exponent: 0) },
        field(ModelPlan.amount) { $0.numberMaximum = ExactDecimal(digits: 1, exponent: Int32.min) },
        field(ModelPlan.name) { $0.numberMinimum = ExactDecimal(digits: 1, exponent: 0) },
        field(ModelPlan.age) { $0.minimum = Int.min },
        field(ModelPlan.age) { $0.allowedSlots = [1, 1] },
        field(ModelPlan.age) { $0.allowedSlots = [2, 1] },
        field(ModelPlan.name) { $0.allowedSlots = [1] },
        field(ModelPlan.name) { $0.minimum = 1 },
        field(ModelPlan.name) { $0.lengthMinimum = -1 },
        field(ModelPlan.name) { $0.geopointFormat = .array },
        field(ModelPlan.age) { $0.stringFormat = .email },
        field(ModelPlan.tags) { $0.listDelimiter = "" },
        field(ModelPlan.tags) { $0.itemType = .list },
        {
            $0.validFrom = CivilDate("2024-04-02")
            $0.validTo = CivilDate("2024-04-01")
        },
    ]

    @Test(arguments: good.indices)
    func `are no problem when they can be carried out`(index: Int) {
        var plan = ModelPlan.plan
        Self.good[index](&plan.datasets[0])
        #expect(plan.check() == [])
    }

    @Test(arguments: bad.indices)
    func `are a problem when the worker would trip over them`(index: Int) {
        var plan = ModelPlan.plan
        Self.bad[index](&plan.datasets[0])
        #expect(!plan.check().isEmpty)
    }

    @Test(
        arguments: [
            { $0.memberLimit = 0 }, { $0.inflatedLimitBytes = 0 }, { $0.inflationRatioLimit = 0 },
            { $0.nestingLimit = 0 }, { $0.nestingLimit = 100_000 },
        ] as [@Sendable (inout DecodeLimits) -> Void])
    func `need limits within reason`(change: @Sendable (inout DecodeLimits) -> Void) {
        var plan = ModelPlan.plan
        change(&plan.limits)
        #expect(plan.check().count == 1)
    }
}
