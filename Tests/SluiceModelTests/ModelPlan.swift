import SluiceModel

/// A small plan with one field of most types, for checks and messages.
enum ModelPlan {
    static let name = 0
    static let day = 1
    static let weapon = 2
    static let amount = 3
    static let age = 4
    static let tags = 5
    static let area = 6

    static var plan: FormatPlan {
        var name = FieldPlan(name: "CrimeRef", headers: ["crimeref"], type: .string, privacy: .direct)
        name.isRequired = true
        var day = FieldPlan(name: "Day", headers: ["day"], type: .date, privacy: .quasi)
        day.dateFormats = [
            DateFormat(text: "%d/%m/%Y", parts: [.day, .literal(47), .month, .literal(47), .year])
        ]
        var weapon = FieldPlan(name: "Weapon", headers: ["weapon"], type: .string, privacy: .neutral)
        weapon.codes = 0
        let amount = FieldPlan(name: "Amount", headers: ["amount"], type: .number, privacy: .neutral)
        let age = FieldPlan(name: "Age", headers: ["age", "ageatoffence"], type: .integer, privacy: .quasi)
        let tags = FieldPlan(name: "Tags", headers: ["tags"], type: .list, privacy: .neutral)
        var area = FieldPlan(name: "Area", headers: ["area"], type: .string, privacy: .quasi)
        area.codes = 1
        let dataset = DatasetPlan(
            id: "crimes", edition: "", encodings: [.utf8], delimiters: [UInt8(ascii: ",")], headerWithinRows: 20,
            ignoredHeaders: [], fields: [name, day, weapon, amount, age, tags, area], rowRules: [], primaryKey: [0],
            output: OutputPlan(
                kind: .event("offence"), columns: [OutputColumn(dimension: 0, sources: [.month(field: 1)])]),
            period: .field(1, unit: .month), toleranceRowsPerMillion: 50_000)
        return FormatPlan(
            plugin: "police", pluginVersion: "1.0.0", isHealth: false, today: CivilDate("2026-11-20")!,
            limits: DecodeLimits(), patientColumns: [],
            codeTables: [
                CodeTable(
                    name: "weapon", ignoresCase: false,
                    entries: ["knife", "gun", "none"].map { CodeTable.Entry(text: $0) }),
                CodeTable(
                    name: "area", ignoresCase: false,
                    entries: (1...20).map { CodeTable.Entry(text: "E0199900\($0)") }),
            ],
            patterns: [], dimensions: [DimensionPlan(id: "month", codeCount: 120_000, isMonth: true)],
            datasets: [dataset])
    }
}
