import SluiceModel

/// Counts the codes of a delivery's records on their way into the store, for its profile.
struct DeliveryTally {
    /// By dimension of the plan: records by code.
    private var counts: [[Int]]
    private(set) var records = 0

    init(dimensionCount: Int) { counts = [[Int]](repeating: [], count: dimensionCount) }

    mutating func add(_ block: RecordBlock, plan: FormatPlan) {
        records += block.rowCount
        // Months differ from one delivery to the next by their nature.
        for column in block.columns where !plan.dimensions[column.dimension].isMonth {
            let dimension = column.dimension
            let codeCount = plan.dimensions[dimension].codeCount
            // Out of its place while it is written to, so that it is not copied.
            var found = counts[dimension]
            counts[dimension] = []
            if found.isEmpty { found = [Int](repeating: 0, count: codeCount) }
            switch column.width {
            case 1: for code in column.bytes { found[Int(code)] += 1 }
            case 2:
                for place in stride(from: 0, to: column.bytes.count, by: 2) {
                    found[Int(column.bytes[place]) | Int(column.bytes[place + 1]) << 8] += 1
                }
            default: for row in 0..<block.rowCount { found[Int(column.code(row))] += 1 }
            }
            counts[dimension] = found
        }
    }

    /// - Parameter codes: the model's code texts by number, for each dimension.
    func profile(of report: DecodeReport, dataset: DatasetPlan, codes: [(id: String, codes: [String])])
        -> DeliveryProfile
    {
        var filled: [String: Int] = [:]
        for (field, missing) in zip(dataset.fields, report.missingCounts) {
            if let missing { filled[field.name] = report.rows.read - missing }
        }
        var shares: [String: [String: Int]] = [:]
        for (index, counts) in counts.enumerated() where !counts.isEmpty {
            let found = counts.indices.filter { counts[$0] > 0 }.sorted { counts[$0] > counts[$1] }
            var list: [String: Int] = [:]
            for code in found.prefix(DeliveryProfile.codeLimit) {
                list[code == 0 ? "" : codes[index].codes[code]] = counts[code]
            }
            shares[codes[index].id] = list
        }
        return DeliveryProfile(
            rows: report.rows.read, filled: filled, records: records, codes: shares,
            endsWithLineEnd: report.endsWithLineEnd)
    }
}
