import SluiceModel

/// Counts the codes of a delivery's records on their way into the store, for its profile.
struct DeliveryTally {
    /// By dimension of the plan: records by code, months among them.
    private var counts: [[Int]]
    private(set) var records = 0
    /// By dimension of the plan: the code that the last records have, and how many.
    private var tails: [(code: Int, count: Int)]
    /// By code of the measure.
    private var sums: [Int: Int] = [:]
    private var largest: [Int: Int] = [:]
    private var links: [UInt128: Int] = [:]
    private var linked = 0

    init(dimensionCount: Int) {
        counts = [[Int]](repeating: [], count: dimensionCount)
        tails = [(code: Int, count: Int)](repeating: (-1, 0), count: dimensionCount)
    }

    mutating func add(_ block: RecordBlock, plan: FormatPlan) {
        records += block.rowCount
        addFigures(block, plan)
        addLinks(block)
        for column in block.columns {
            let dimension = column.dimension
            let codeCount = plan.dimensions[dimension].codeCount
            // Out of its place while it is written to, so that it is not copied.
            var found = counts[dimension]
            counts[dimension] = []
            if found.isEmpty { found = [Int](repeating: 0, count: codeCount) }
            DeliveryTally.count(column, &found)
            counts[dimension] = found
            addTail(column, rowCount: block.rowCount)
        }
    }

    /// A loop for each width: a closure called for every record of every column would be felt.
    private static func count(_ column: RecordBlock.Column, _ found: inout [Int]) {
        let bytes = column.bytes.span
        var counts = found.mutableSpan
        switch column.width {
        case 1: for index in bytes.indices { counts[Int(bytes[index])] += 1 }
        case 2:
            for index in 0..<bytes.count / 2 {
                counts[Int(bytes[2 &* index]) | Int(bytes[2 &* index &+ 1]) &<< 8] += 1
            }
        default: column.forEachCode { _, code in found[code] += 1 }
        }
    }

    private mutating func addTail(_ column: RecordBlock.Column, rowCount: Int) {
        guard rowCount > 0 else { return }
        let code = column.code(rowCount - 1)
        var count = 1
        while count < rowCount, column.code(rowCount - 1 - count) == code { count += 1 }
        let before = tails[column.dimension]
        tails[column.dimension] = (
            Int(code), count == rowCount && before.code == Int(code) ? before.count + count : count
        )
    }

    private mutating func addFigures(_ block: RecordBlock, _ plan: FormatPlan) {
        guard !block.counts.isEmpty,
            let measure = block.columns.first(where: { plan.dimensions[$0.dimension].id == "measure" })
        else { return }
        for row in 0..<block.rowCount {
            guard let count = block.count(row), count != RecordBlock.countHidden else { continue }
            let code = Int(measure.code(row))
            sums[code, default: 0] += Int(count)
            largest[code] = max(largest[code] ?? 0, Int(count))
        }
    }

    private mutating func addLinks(_ block: RecordBlock) {
        var row = 0
        while row < block.rowCount, linked < DeliveryProfile.linkLimit {
            if let token = block.linkToken(row) {
                linked += 1
                links[token, default: 0] += 1
            }
            row += 1
        }
    }

    /// - Parameter codes: the model's code texts by number, for each dimension.
    func profile(
        of report: DecodeReport, dataset: DatasetPlan, plan: FormatPlan, codes: [(id: String, codes: [String])]
    ) -> DeliveryProfile {
        var filled: [String: Int] = [:]
        for (field, missing) in zip(dataset.fields, report.missingCounts) {
            if let missing { filled[field.name] = report.rows.read - missing }
        }
        var shares: [String: [String: Int]] = [:]
        var tailCounts: [String: Int] = [:]
        var tailCodes: [String: String] = [:]
        // Months differ from one delivery to the next by their nature.
        for (index, counts) in counts.enumerated() where !counts.isEmpty && !plan.dimensions[index].isMonth {
            let found = counts.indices.filter { counts[$0] > 0 }.sorted { counts[$0] > counts[$1] }
            var list: [String: Int] = [:]
            for code in found.prefix(DeliveryProfile.codeLimit) {
                list[code == 0 ? "" : codes[index].codes[code]] = counts[code]
            }
            shares[codes[index].id] = list
            tailCounts[codes[index].id] = tails[index].count
            tailCodes[codes[index].id] = tails[index].code == 0 ? "" : codes[index].codes[tails[index].code]
        }
        var profile = DeliveryProfile(
            rows: report.rows.read, filled: filled, records: records, codes: shares,
            endsWithLineEnd: report.endsWithLineEnd)
        for (field, counts) in zip(dataset.fields, report.entryCounts) where !counts.isEmpty {
            guard let table = field.codes else { continue }
            var byText: [String: Int] = [:]
            for (entry, count) in zip(plan.codeTables[table].entries, counts) where count > 0 {
                byText[entry.text, default: 0] += count
            }
            let frequent = byText.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(DeliveryProfile.codeLimit)
            profile.entries[field.name] = Dictionary(frequent.map { ($0.key, $0.value) }, uniquingKeysWith: max)
        }
        if let period = report.period, let month = plan.dimensions.firstIndex(where: \.isMonth), !counts[month].isEmpty
        {
            profile.outside = records - counts[month][period.first.index...period.last.index].reduce(0, +)
        }
        if let measure = codes.first(where: { $0.id == "measure" }) {
            func named(_ figures: [Int: Int]) -> [String: Int] {
                Dictionary(figures.map { ($0.key == 0 ? "" : measure.codes[$0.key], $0.value) }, uniquingKeysWith: max)
            }
            profile.sums = named(sums)
            profile.largest = named(largest)
        }
        (profile.tails, profile.tailCodes) = (tailCounts, tailCodes)
        for (field, days) in zip(dataset.fields, report.emptyDays) { profile.emptyDays[field.name] = days }
        for (field, row) in zip(dataset.fields, report.missingRows) where row > 0 {
            profile.missingRows[field.name] = row
        }
        if !report.unreadRows.isEmpty {
            let unread = zip(dataset.fields, report.unreadRows)
            profile.empty = Set(unread.filter { $0.1 == 0 }.map(\.0.name))
            for (field, row) in unread {
                if let row, row > 0 { profile.unreadRows[field.name] = row }
            }
        }
        if !report.ascending.isEmpty {
            profile.ascending = Set(zip(dataset.fields, report.ascending).filter(\.1).map(\.0.name))
        }
        profile.linked = linked
        profile.linkedToOne = links.values.max() ?? 0
        return profile
    }
}
