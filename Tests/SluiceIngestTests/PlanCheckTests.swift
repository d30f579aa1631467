import SluiceModel
import Testing

@Suite struct PlanCheckTests {
    @Test func `a good plan has no problems`() {
        #expect(PolicePlan.plan().check() == [])
        #expect(SmallPlan().plan.check() == [])
    }

    static let changes: [@Sendable (inout FormatPlan) -> Void] = [
        { $0.datasets = [] },
        { $0.limits.blockRows = 0 },
        { $0.tableIndex = -1 },
        { $0.tableIndex = DecodeLimits.tableLimit },
        { $0.limits.rowLimitBytes = -1 },
        { $0.limits.columnLimit = 0 },
        { $0.limits.findingLimit = 0 },
        { $0.dimensions[1].codeCount = 0 },
        { $0.dimensions[1].codeCount = 2 },
        { $0.patterns[0].classes.removeLast() },
        { $0.patterns[0].classes[3] = 200 },
        { $0.patterns[0].transitions[0] = 900 },
        { $0.patterns[0].transitions.removeLast() },
        { $0.patterns[0].accepting = [] },
        { $0.datasets[0].encodings = [] },
        { $0.datasets[0].delimiters = [] },
        { $0.datasets[0].delimiters = [0x22] },
        { $0.datasets[0].delimiters = [0x20] },
        { $0.datasets[0].headerWithinRows = 0 },
        { $0.datasets[0].toleranceRowsPerMillion = -1 },
        { $0.datasets[0].fields = [] },
        { plan in for index in 0..<4 { plan.datasets[0].fields[index].isOptional = true } },
        { $0.datasets[0].fields[0].headers = [] },
        { $0.datasets[0].fields[0].pattern = 1 },
        { $0.datasets[0].fields[0].pattern = -1 },
        { $0.datasets[0].fields[2].codes = 1 },
        { $0.datasets[0].fields[2].codes = nil },
        { $0.datasets[0].fields[2].codesPart = -1..<3 },
        { $0.datasets[0].fields[2].codesSeverity = .fatal },
        { $0.datasets[0].fields[1].dateFormats = [] },
        { $0.datasets[0].fields[1].dateFormats = [PolicePlan.dateFormat("%Y-%m")] },
        { $0.datasets[0].fields[1].dateFormats = [PolicePlan.dateFormat("%Y-%m-%d%d")] },
        { $0.datasets[0].fields[0].type = .boolean },
        { $0.datasets[0].rowRules = [RowRule(id: "r", left: 0, comparison: .less, right: 9, severity: .error)] },
        { $0.datasets[0].rowRules = [RowRule(id: "r", left: 0, comparison: .less, right: 1, severity: .error)] },
        { $0.datasets[0].rowRules = [RowRule(id: "r", left: 1, comparison: .less, right: 1, severity: .fatal)] },
        { $0.datasets[0].primaryKey = [4] },
        { $0.datasets[0].period = .field(0, unit: .month) },
        { $0.datasets[0].period = .fields(from: 1, to: 7) },
        { $0.datasets[0].output.kind = .counts(countField: 0) },
        { $0.datasets[0].output.linkField = 5 },
        { $0.datasets[0].output.columns[0].dimension = 3 },
        { $0.datasets[0].output.columns[0].dimension = 2 },
        { $0.datasets[0].output.columns[1].sources = [.month(field: 1)] },
        { $0.datasets[0].output.columns[1].sources = [.lookup(field: 2, codes: [1])] },
        { $0.datasets[0].output.columns[1].sources = [.lookup(field: 2, codes: [1, 3])] },
        { $0.datasets[0].output.columns[1].sources = [.constant(3)] },
        { $0.datasets[0].output.columns[1].sources = [.weekday(field: 1, codes: [1])] },
        {
            $0.datasets[0].output.columns[1].sources = [
                .partOfDay(field: 1, codes: [1, 1, 1, 1], midnightIsUnknown: false)
            ]
        },
        { $0.datasets[0].output.columns[1].sources = [.band(field: 3, bands: [.init(lower: 2, upper: 2, code: 1)])] },
        { $0.datasets[0].output.columns[1].sources = [.age(birth: 3, at: 1, bands: [])] },
        { $0.datasets[0].output.columns[1].sources = [.boolean(field: 2, whenTrue: 1, whenFalse: 0)] },
        {
            $0.isHealth = true
            $0.datasets[0].output.linkField = 0
        },
    ]

    @Test(arguments: changes.indices)
    func `each thing the worker would trip over is a problem`(index: Int) {
        var plan = SmallPlan().plan
        Self.changes[index](&plan)
        #expect(!plan.check().isEmpty)
    }
}
