import DeliverySupport
import SluiceModel
import SluiceSystem
import SluiceTestSupport

/// A dataset of a shipped plugin, with good deliveries that are grown from one of its samples.
///
/// A grown row is a sample's row with its dates moved into the period, a key of its own, and values of other sample rows
/// in columns that do not hang together. All of it is as invented as the samples.
package struct HarmDataset: Sendable {
    package let authority: String
    package let plugin: String
    package let dataset: String
    package var name: String { "\(plugin)/\(dataset)" }
    /// What one delivery covers.
    let unit: PeriodUnit
    /// Good rows of one delivery, give or take a few per cent.
    let usualRows: Int
    let header: [String]
    private let sample: [[String]]
    private let roles: [String: Role]
    /// Columns whose dates move together, the first of which lies in the period.
    private let moving: [String]
    /// Columns whose values are mixed among the rows.
    private let mixed: [String]
    /// Columns that decide what is stored or what stands.
    package let used: Set<Int>
    /// Columns of keys.
    let keys: [Int]
    /// The column without which rows may be alike.
    let doublesColumn: Int?
    /// Columns that decide the period.
    let periodColumns: Set<Int>
    /// Columns of births, which decide ages.
    let births: Set<Int>
    /// Columns of free text, of which hardly a value is known.
    let freeTexts: Set<Int>

    /// What becomes of a column that is not copied.
    enum Role: Sendable {
        /// The mark `#` stands for a digit of the row's number.
        case numbered(String)
        case hexadecimal
        case firstDay, lastDay, month
    }

    static let specifications:
        [(
            authority: String, plugin: String, dataset: String, sample: String, unit: PeriodUnit, rows: Int,
            roles: [String: Role], moving: [String], mixed: [String]
        )] = [
            (
                "marshvale-police", "police", "recorded-crime", "recorded-crime.csv", .month, 220,
                ["CrimeRef": .numbered("99/#######/26")], ["RecordedDate", "CommittedFrom", "CommittedTo"],
                ["LSOA", "LocationType", "VictimSex", "VictimAge", "VictimEthnicity", "Outcome"]
            ),
            (
                "marshvale-police", "police", "outcomes", "outcomes.csv", .month, 160,
                ["Crime ID": .hexadecimal, "Month": .month], [], ["LSOA code", "Outcome type"]
            ),
            (
                "marshvale-police", "police", "stop-and-search", "stop-and-search.csv", .month, 120, [:], ["Date"],
                ["Object of search", "Outcome"]
            ),
            (
                "marshvale-police", "police", "street", "street.csv", .month, 260,
                ["Crime ID": .hexadecimal, "Month": .month], [], ["LSOA code"]
            ),
            ("marshvale-police", "police", "counts", "counts.csv", .month, 0, [:], [], []),
            (
                "northmarsh-hospital", "nhs-ed", "istv", "istv.csv", .month, 90,
                ["ReportingPeriodStartDate": .firstDay, "ReportingPeriodEndDate": .lastDay],
                ["ArrivalDateTime", "AssaultDateTime"], ["AssaultMethod", "AssaultLocationType", "Age", "Sex", "LSOA"]
            ),
            ("northmarsh-hospital", "nhs-ed", "counts", "counts.csv", .month, 0, [:], [], []),
            (
                "northmarsh-council-education", "education", "attendance", "attendance-good.csv", .month, 280, [:],
                ["Date", "DOB"], ["Session", "Code"]
            ),
            (
                "northmarsh-council-education", "education", "exclusions", "exclusions-good.csv", .term, 110, [:],
                ["StartDate", "EndDate", "DOB"], ["Area"]
            ),
            ("northmarsh-council-education", "education", "counts", "counts-good.csv", .month, 0, [:], [], []),
            (
                "marshvale-probation", "probation", "caseload", "caseload-good.csv", .month, 150,
                ["snapshotDate": .lastDay, "crn": .numbered("X######")], [],
                ["area", "offenceCode", "roshRegister", "ethnicity"]
            ),
            ("marshvale-probation", "probation", "counts", "counts-good.csv", .month, 0, [:], [], []),
            (
                "marshvale-yot", "yot", "offences", "offences-good.csv", .quarter, 90,
                [
                    "ypid": .numbered("YP-######"), "offenceID": .numbered("OFF-######"), "returnStart": .firstDay,
                    "returnEnd": .lastDay,
                ],
                ["outcomeDate", "offenceDate"], ["offenceLSOA", "yjboffenceCategory"]
            ),
            ("marshvale-yot", "yot", "counts", "counts-good.csv", .month, 0, [:], [], []),
        ]

    /// All that come as tables of rows. The transfers of schools come as XML only.
    package static func shipped() throws -> [HarmDataset] {
        var plugins: [String: ShippedPlugin] = [:]
        for name in ShippedPlugin.names { plugins[name] = try ShippedPlugin(name) }
        return specifications.map { one in
            let plan = plugins[one.plugin]!.plan.datasets.first { $0.id == one.dataset }!
            let path = "\(repositoryFolder)/plugins/\(one.plugin)/samples/\(one.sample)"
            let bytes = (try? readSmallFile(path)) ?? []
            let table = PlainTable(reading: bytes, encoding: .utf8, delimiter: ",", headerRow: 1)!
            let usedFields = plan.usedFields
            func column(_ field: Int) -> Int? {
                table.header.firstIndex { heading in
                    let heading = HeaderName.normalised(heading)
                    return plan.fields[field].headers.contains { HeaderName.normalised($0) == heading }
                        || HeaderName.normalised(plan.fields[field].name) == heading
                }
            }
            var used: Set<Int> = []
            for field in usedFields { if let place = column(field) { used.insert(place) } }
            let keyFields = plan.primaryKey + plan.uniqueKeys.flatMap { $0 }
            var periodFields: [Int] = []
            switch plan.period {
            case .field(let field, _): periodFields = [field]
            case .fields(let from, let to): periodFields = [from, to]
            case .none: break
            }
            func columns(_ names: Set<String>) -> Set<Int> {
                Set(table.header.indices.filter { names.contains(table.header[$0]) })
            }
            return HarmDataset(
                authority: one.authority, plugin: one.plugin, dataset: one.dataset, unit: one.unit,
                usualRows: one.rows, header: table.header, sample: table.rows, roles: one.roles, moving: one.moving,
                mixed: one.mixed, used: used, keys: keyFields.compactMap(column),
                doublesColumn: plan.doublesNeed.flatMap(column),
                periodColumns: Set(periodFields.compactMap(column)), births: columns(["DOB", "dateOfBirth"]),
                freeTexts: columns(["AssaultLocationDescription"]))
        }
    }

    private func place(_ heading: String) -> Int { header.firstIndex(of: heading)! }

    // MARK: - Periods

    /// The period of the delivery at hand, and those of earlier ones, the newest first.
    func period(before: Int) -> Period {
        var period = unit.period(holding: CivilMonth("2026-11")!)
        // The term and the quarter must be over, as the month is.
        if unit != .month { period = unit.period(holding: CivilMonth(index: period.first.index - 1)!) }
        for _ in 0..<before { period = unit.period(holding: CivilMonth(index: period.first.index - 1)!) }
        return period
    }

    static let earlierDeliveries = 5

    // MARK: - Rows

    /// The rows of one delivery; the same ones each time.
    func rows(before: Int) -> [[String]] {
        var random = SplitMix64(seed: UInt64(before) &* 7919 &+ name.utf8.reduce(17) { $0 &* 31 &+ UInt64($1) })
        let period = period(before: before)
        if dataset == "counts" { return countRows(period, &random) }
        let target = usualRows + random.int(-usualRows / 16...usualRows / 16)
        var rows: [[String]] = []
        var seen: Set<[String]> = []
        var anchors: [Int] = []
        let unmoved = moving.isEmpty
        while rows.count < target {
            var row = random.element(of: sample)
            for heading in mixed { row[place(heading)] = random.element(of: sample)[place(heading)] }
            if let anchor = moving.first {
                // A row without the date that decides stays as it is only where nothing else moves.
                guard let old = DateText(row[place(anchor)]), old.date.parts.year > 1901 else { continue }
                let days = period.last.next.firstDay.dayNumber - period.first.firstDay.dayNumber
                let wanted = period.first.firstDay.dayNumber + random.int(3...days - 3)
                for heading in moving {
                    guard let date = DateText(row[place(heading)]) else { continue }
                    row[place(heading)] = date.adding(days: wanted - old.date.dayNumber).text
                }
                anchors.append(wanted)
            }
            for (heading, role) in roles {
                if case .numbered = role { continue }
                row[place(heading)] = text(role, period, number: 0, was: row[place(heading)], &random)
            }
            // No two rows alike, nor two of one key.
            let key = keys.isEmpty ? row : keys.map { row[$0] }
            let isNumbered = roles.values.contains { if case .numbered = $0 { true } else { false } }
            guard isNumbered || seen.insert(key).inserted else {
                if !unmoved { anchors.removeLast() }
                continue
            }
            rows.append(row)
        }
        // As programs export: by date, and numbered in that order.
        if !unmoved {
            let order = rows.indices.sorted { (anchors[$0], $0) < (anchors[$1], $1) }
            rows = order.map { rows[$0] }
        }
        for index in rows.indices {
            let number = (5 - before) * 10_000 + index + 1
            for (heading, role) in roles {
                guard case .numbered = role else { continue }
                rows[index][place(heading)] = text(role, period, number: number, was: "", &random)
            }
        }
        return rows
    }

    private func text(
        _ role: Role, _ period: Period, number: Int, was old: String, _ random: inout SplitMix64
    ) -> String {
        func like(_ date: CivilDate) -> String {
            var text = DateText(old) ?? DateText("2000-01-01")!
            text.date = date
            return text.text
        }
        switch role {
        case .numbered(let pattern):
            let digits = padded(number, pattern.filter { $0 == "#" }.count)
            return pattern.prefix { $0 != "#" } + digits + pattern.drop { $0 != "#" }.drop { $0 == "#" }
        case .hexadecimal:
            // An event without one stays without.
            if old.isEmpty { return "" }
            return (0..<8).map { _ in
                let part = String(random.next() >> 32, radix: 16)
                return String(repeating: "0", count: 8 - part.count) + part
            }.joined()
        case .firstDay: return like(period.first.firstDay)
        case .lastDay: return like(period.last.next.firstDay.adding(days: -1))
        case .month: return "\(period.first)"
        }
    }

    private static let areas =
        (1...2).map { "E0899900\($0)" } + (1...8).map { "E0599900\($0)" } + (1...9).map { "E0199900\($0)" }
        + (10...30).map { "E019990\($0)" }

    private func countRows(_ period: Period, _ random: inout SplitMix64) -> [[String]] {
        let measures = sample.reduce(into: [String]()) { found, row in
            if !found.contains(row[2]) { found.append(row[2]) }
        }
        // A figure moves about what it usually is, which is large for a district and small for a ward.
        var rows: [[String]] = []
        let month = "\(period.first)"
        for (index, area) in HarmDataset.areas.enumerated() {
            for (number, measure) in measures.prefix(4).enumerated() {
                let size = area.hasPrefix("E08") ? 2400 : area.hasPrefix("E05") ? 300 : 40
                let usual = size / (1 + number * 2) * (7 + (index * 5 + number) % 7) / 10
                let count = max(0, usual + random.int(-usual / 10 - 1...usual / 10 + 1))
                rows.append([month, area, measure, count < 5 && random.oneIn(3) ? "c" : "\(count)"])
            }
        }
        return rows
    }
}

extension HarmDataset {
    /// Read once. Traps where the shipped plugins cannot be.
    package static let all = try! shipped()
}
