import SluiceModel

/// The edition in which a dataset arrives that `sluice minimise` has made: the codes of its records themselves.
///
/// Its columns are `sluice-DIMENSION` for each dimension that an edition of the dataset fills (months as `YYYY-MM`,
/// other dimensions by the model's code texts, empty for not known), `sluice-count` for counts (empty where the figure
/// was withheld), and `sluice-period-first` and `sluice-period-last`, the same in each row, for the period of the file
/// they were made from. There is no key, rule or link: those were judged where the identifiers still were.
package enum MinimisedEdition {
    /// Its name as an edition.
    package static let name = "minimised"

    package static func header(ofDimension id: String) -> String { "sluice-\(id)" }
    package static let countHeader = "sluice-count"
    package static let periodFirstHeader = "sluice-period-first"
    package static let periodLastHeader = "sluice-period-last"
    /// What stands in a row's first cell when all of them would be empty: a blank row is no record.
    package static let notKnown = "unknown"

    /// Adds the edition to every dataset of a plan that can have one without doubt which dataset a header means: not
    /// where an edition has that name already, where a field is called like one of these columns, or where another
    /// dataset becomes the very same columns.
    static func add(to plan: inout FormatPlan, beside: inout [CompiledDataset], model: EventModel) {
        let taken = Set(plan.datasets.flatMap { $0.fields.flatMap(\.headers) })
        var tables: [Int: Int] = [:]
        var made: [(dataset: DatasetPlan, beside: CompiledDataset)] = []
        for id in uniqueIDs(plan) {
            let editions = plan.datasets.indices.filter { plan.datasets[$0].id == id }
            guard let base = editions.first, !editions.contains(where: { plan.datasets[$0].edition == name }) else {
                continue
            }
            let dimensions = Set(editions.flatMap { plan.datasets[$0].output.columns.map(\.dimension) }).sorted()
            let dataset = edition(
                of: plan.datasets[base], dimensions: dimensions,
                hasPeriod: editions.contains { plan.datasets[$0].period != .none }, plan: &plan, tables: &tables,
                model: model)
            guard let dataset, taken.isDisjoint(with: dataset.fields.flatMap(\.headers)) else { continue }
            var compiled = beside[base]
            compiled.edition = name
            made.append((dataset, compiled))
        }
        for (index, item) in made.enumerated() {
            let headers = Set(item.dataset.fields.flatMap(\.headers))
            let isAlone = made.enumerated().allSatisfy { other, twin in
                other == index || Set(twin.dataset.fields.flatMap(\.headers)) != headers
            }
            guard isAlone else { continue }
            plan.datasets.append(item.dataset)
            beside.append(item.beside)
        }
    }

    private static func uniqueIDs(_ plan: FormatPlan) -> [String] {
        var ids: [String] = []
        for dataset in plan.datasets where !ids.contains(dataset.id) { ids.append(dataset.id) }
        return ids
    }

    /// Nil when a code of the model could not be written into a cell and read again as it is.
    private static func edition(
        of base: DatasetPlan, dimensions: [Int], hasPeriod: Bool, plan: inout FormatPlan, tables: inout [Int: Int],
        model: EventModel
    ) -> DatasetPlan? {
        var fields: [FieldPlan] = []
        func add(_ header: String, _ type: FieldType, _ privacy: PrivacyClass) -> Int {
            var field = FieldPlan(
                name: header, headers: [HeaderName.normalised(header)], type: type, privacy: privacy)
            field.missingValues = ["", notKnown]
            if type == .yearmonth { field.dateFormats = [monthFormat] }
            fields.append(field)
            return fields.count - 1
        }
        var columns: [OutputColumn] = []
        for index in dimensions {
            let dimension = model.dimensions[index]
            let header = header(ofDimension: dimension.id)
            if dimension.kind == .month {
                columns.append(
                    OutputColumn(dimension: index, sources: [.month(field: add(header, .yearmonth, .neutral))]))
                continue
            }
            guard dimension.nodes.dropFirst().allSatisfy({ isPlain($0.code) }) else { return nil }
            let field = add(header, .string, .sensitive)
            if tables[index] == nil {
                tables[index] = plan.codeTables.count
                plan.codeTables.append(
                    CodeTable(
                        name: dimension.id, ignoresCase: false,
                        entries: dimension.nodes.dropFirst().map { CodeTable.Entry(text: $0.code) }))
            }
            fields[field].codes = tables[index]
            let codes = dimension.nodes.indices.dropFirst().map { UInt32(dimension.kept($0)) }
            columns.append(OutputColumn(dimension: index, sources: [.lookup(field: field, codes: codes)]))
        }
        var kind = base.output.kind
        if case .counts = kind {
            let count = add(countHeader, .integer, .neutral)
            fields[count].minimum = 0
            kind = .counts(countField: count)
        }
        var period = PeriodPlan.none
        if hasPeriod {
            let first = add(periodFirstHeader, .yearmonth, .neutral)
            period = .fields(from: first, to: add(periodLastHeader, .yearmonth, .neutral))
        }
        guard Set(fields.map(\.headers)).count == fields.count, !fields.isEmpty else { return nil }
        var dataset = DatasetPlan(
            id: base.id, edition: name, encodings: [.utf8], delimiters: [UInt8(ascii: ",")], headerWithinRows: 1,
            ignoredHeaders: [], fields: fields, rowRules: [], primaryKey: [],
            output: OutputPlan(kind: kind, columns: columns), period: period, toleranceRowsPerMillion: 0)
        // It is made by a program: whatever else stands in it was put there.
        dataset.fieldsMatch = .equal
        return dataset
    }

    /// Nothing that needs quoting, and nothing that a spreadsheet would take for a formula.
    private static func isPlain(_ code: String) -> Bool {
        guard let first = code.utf8.first, !"=+-@".utf8.contains(first), code != notKnown else { return false }
        return code.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\"") }
    }

    private static let monthFormat = DateFormat(text: "%Y-%m", parts: [.year, .literal(UInt8(ascii: "-")), .month])
}
