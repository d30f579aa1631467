import SluiceModel

/// Samples made up from what the columns were taken for. They look invented and hold nothing of the sample file but
/// values of its code lists.
struct MadeUpRows {
    static let goodCount = 3

    let good: String
    let bad: String
    private(set) var badCount: Int

    init(inference: PluginInference) {
        let columns = inference.columns
        let delimiter = inference.profile.delimiter
        let areas = Self.areas(inference.model)
        func cells(_ row: Int) -> [String] { columns.map { Self.cell($0, row: row, areas: areas) } }
        let header = CSVText.row(columns.map(\.name), delimiter: delimiter)

        var good = header
        for row in 0..<Self.goodCount { good += CSVText.row(cells(row), delimiter: delimiter) }
        self.good = good

        var bad = header + CSVText.row(cells(0), delimiter: delimiter)
        // A cell too many.
        bad += CSVText.row(cells(1) + ["one cell too many"], delimiter: delimiter)
        badCount = 2
        // A day that is none.
        if let day = columns.firstIndex(where: { $0.use == .eventDay }) {
            var row = cells(2)
            row[day] = "no day"
            bad += CSVText.row(row, delimiter: delimiter)
            badCount += 1
        }
        self.bad = bad
    }

    private static func cell(_ column: ColumnGuess, row: Int, areas: [String]) -> String {
        if let check = column.check { return invented(check, row: row) }
        if let list = column.list, !list.groups.isEmpty {
            return column.profile.values[row % column.profile.values.count].text
        }
        switch column.type {
        case .integer: return column.use == .age ? String(17 + row * 8) : String(row + 1)
        case .number: return "\(row + 1).5"
        case .boolean:
            let words = ProfilePlan.booleans[column.booleanFamily ?? 0]
            return row % 2 == 0 ? words.whenTrue[0] : words.whenFalse[0]
        case .date, .datetime, .time, .year, .yearmonth:
            guard let notation = column.notation, let format = try? DateNotation.parse(notation, for: column.type)
            else {
                return ""
            }
            // Days of one month long past, at times of one part of the day.
            let clock = DateNotation.Clock(year: 2024, month: 1, day: 8 + row, hour: 10, minute: 20 + row, second: 0)
            return String(decoding: DateNotation.write(clock, format, isPadded: true), as: UTF8.self)
        default: break
        }
        if column.use == .area, !areas.isEmpty { return areas[row % areas.count] }
        if column.isKey { return "INVENTED-\(row + 1)" }
        return column.treatment == .scan ? "Made up" : "INVENTED"
    }

    /// The model's areas at its finest level, some of them.
    private static func areas(_ model: EventModel) -> [String] {
        guard let place = model.dimensionIndex("area") else { return [] }
        let dimension = model.dimensions[place]
        for level in dimension.levels.reversed() {
            let codes = dimension.nodes.dropFirst().filter { $0.level == level }.map(\.code)
            if !codes.isEmpty { return Array(codes.prefix(goodCount)) }
        }
        return []
    }

    /// Identifiers that pass their check and belong to nobody.
    ///
    /// Source: formats reference, sections 8.1 to 8.5, and the same rules for further numbers.
    private static func invented(_ check: CheckDigit, row: Int) -> String {
        let numbers =
            switch check {
            case .nhsNumber: ["9990000034", "9990000182", "9991112227"]
            case .upn: ["G999999900001", "N999000099001", "Z99900009900A"]
            case .pncID: ["2099/9999999V", "2099/0000001G", "2099/0000002H"]
            case .croNumber: ["000001/99W", "000002/99X", "000003/99Y"]
            case .crn: ["X999999", "X999998", "X999997"]
            case .prisonNumber: ["A9999ZZ", "A9998ZZ", "A9997ZZ"]
            case .nino: ["INVENTED-1", "INVENTED-2", "INVENTED-3"]
            case .uln: ["9999999998", "9999999971", "9999999963"]
            case .urn: ["999999", "999998", "999997"]
            }
        return numbers[row % numbers.count]
    }
}
