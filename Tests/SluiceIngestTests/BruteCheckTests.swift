import SluiceModel
import SluiceTestSupport
import Testing

@testable import SluiceIngest

/// The police plan's work done again in the plainest way, to compare with.
private struct PlainPolice {
    var records: [[UInt32]] = []
    var rejectedRows: [Int] = []

    private static func day(_ text: Substring) -> Int? {
        let parts = text.split(separator: "/").compactMap { Int($0) }
        guard parts.count == 3 else { return nil }
        return CivilDate(year: parts[2], month: parts[1], day: parts[0])?.dayNumber
    }

    private static func moment(_ text: String) -> (day: Int, minute: Int)? {
        let halves = text.split(separator: " ")
        guard halves.count == 2, let day = day(halves[0]) else { return nil }
        let time = halves[1].split(separator: ":").compactMap { Int($0) }
        guard time.count == 2, time[0] < 24, time[1] < 60 else { return nil }
        return (day, time[0] * 60 + time[1])
    }

    /// `rows` as lists of cells.
    init(_ rows: [[String]]) {
        var seen: Set<String> = []
        for (index, cells) in rows.enumerated() {
            var isGood = true
            func value(_ column: Int) -> String? {
                ["", "NA", "Not known"].contains(cells[column]) ? nil : cells[column]
            }
            func code(_ column: Int, _ list: [String]) -> UInt32 {
                guard let value = value(column) else { return 0 }
                guard let found = list.firstIndex(of: value) else {
                    isGood = false
                    return 0
                }
                return UInt32(found + 1)
            }
            if let reference = value(0) {
                if reference.count > 20 { isGood = false }
                if !seen.insert(reference).inserted { isGood = false }
            } else {
                isGood = false
            }
            let from = value(3).flatMap(Self.moment)
            let to = value(4).flatMap(Self.moment)
            let recorded = value(5).flatMap { Self.day(Substring($0)) }
            if from == nil || recorded == nil || (value(4) != nil && to == nil) { isGood = false }
            if let from, let to, (to.day, to.minute) < (from.day, from.minute) { isGood = false }
            if let from, let recorded, recorded < from.day { isGood = false }
            if let recorded, recorded > CivilDate("2026-06-30")!.dayNumber { isGood = false }
            func hasForm(_ column: Int, _ prefix: String) -> Bool {
                guard let value = value(column) else { return true }
                return value.count == 9 && value.hasPrefix(prefix) && value.dropFirst(3).allSatisfy { "0"..."9" ~= $0 }
            }
            if !hasForm(6, "E01") || !hasForm(7, "E05") { isGood = false }
            let area = value(6).flatMap { PolicePlan.areas.firstIndex(of: $0) }.map { UInt32($0 + 1) } ?? 0
            let age = value(11).flatMap { Int($0) }
            if value(11) != nil, age == nil || !(0...120).contains(age!) { isGood = false }
            if let text = value(15) {
                if let outcome = Int(text) { if !(1...22).contains(outcome) { isGood = false } } else { isGood = false }
            }
            for column in [13, 14] where value(column) != nil && !["Y", "N"].contains(cells[column]) { isGood = false }
            let offence = code(1, PolicePlan.offences)
            let place = code(8, PolicePlan.locations)
            var weapon = code(9, PolicePlan.weapons)
            if weapon == UInt32(PolicePlan.weapons.count) { weapon = 0 }
            if weapon == 0, cells[13] == "Y" { weapon = 2 }
            let sex = code(10, PolicePlan.sexes)
            let ethnicity = code(12, PolicePlan.ethnicities)
            guard isGood, let from else {
                rejectedRows.append(index + 2)
                continue
            }
            let ageBand = age.map { age in UInt32([10, 15, 18, 25, 35, 50, 150].firstIndex { age < $0 }! + 1) } ?? 0
            let date = CivilDate(dayNumber: from.day)
            records.append([
                UInt32(date.month.index), UInt32(date.weekday), from.minute == 0 ? 0 : UInt32(from.minute / 360 + 1),
                area,
                offence, place, weapon, ageBand, sex, ethnicity,
            ])
        }
    }
}

@Suite struct BruteCheckTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `a plain re-implementation makes the same records`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        func pick(_ list: [String]) -> String {
            // Now and then nothing, or nonsense.
            switch Int.random(in: 0..<200, using: &random) {
            case 0: ""
            case 1: "NA"
            case 2: "Zzz, \"x\"\ny"
            default: list.randomElement(using: &random)!
            }
        }
        func two(_ range: ClosedRange<Int>) -> String { padded(Int.random(in: range, using: &random), 2) }
        var rows: [[String]] = []
        for row in 0..<3000 {
            let month = two(1...12)
            let day = two(1...29)
            let clock = "\(two(0...24)):\(two(0...59))"
            rows.append([
                Int.random(in: 0..<100, using: &random) == 0 ? "54/0000001/25" : "54/\(padded(row, 7))/25",
                pick(PolicePlan.offences), "Assault, \"occasioning\" harm", pick(["\(day)/\(month)/2025 \(clock)"]),
                pick(["\(day)/\(month)/2025 23:59", "\(day)/\(month)/2025 12:00"]),
                pick(["\(two(1...28))/\(two(1...12))/2026", "29/12/2025"]),
                pick(["E0103\(two(10...18))00", "E0199999"]),
                pick(["E05008001"]), pick(PolicePlan.locations), pick(PolicePlan.weapons), pick(PolicePlan.sexes),
                pick(["\(Int.random(in: -1...122, using: &random))"]), pick(PolicePlan.ethnicities), pick(["Y", "N"]),
                pick(["Y", "N"]), pick(["\(Int.random(in: 0...23, using: &random))"]),
            ])
        }
        let plain = PlainPolice(rows)
        let lines = rows.map { cells in
            cells.map { cell in
                cell.contains(where: { ",\"\n".contains($0) }) ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
            }.joined(separator: ",")
        }
        var plan = PolicePlan.plan(blockRows: 500)
        plan.datasets[0].toleranceRowsPerMillion = 1_000_000
        // The plain one knows one format.
        for index in [3, 4, 5] { plan.datasets[0].fields[index].dateFormats.removeFirst() }
        #expect(plan.check() == [])
        let result = try ingest(PolicePlan.header + "\r\n" + lines.joined(separator: "\r\n"), plan, sizes: [4096, 17])
        #expect(result.report.rows.rejected == plain.rejectedRows.count)
        #expect(result.records.count == plain.records.count)
        for index in 0..<min(result.records.count, plain.records.count)
        where result.records[index] != plain.records[index] {
            Issue.record("record \(index) is \(result.records[index]), not \(plain.records[index])")
            break
        }
        #expect(plain.records.count > 500)
        #expect(plain.rejectedRows.count > 100)
    }

    /// Any bytes at all: no trap, and the same report whatever the pieces.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func `random bytes make a report`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed &+ 1000)
        let alphabet: [[UInt8]] =
            [
                ",", "\"", "\n", "\r", "\r\n", "a", "M", "F", "20", "2026-01-31", "\t", " ", "\u{0}", "é", "😀",
                "9990000034",
            ]
            .map { Array($0.utf8) } + [[0xC3], [0xFF], [0x80]]
        var bytes = seed % 3 == 0 ? [] : Array(SmallPlan.header.utf8)
        for _ in 0..<Int.random(in: 0..<400, using: &random) { bytes += alphabet.randomElement(using: &random)! }
        var plan = SmallPlan { dataset, plan in
            dataset.fields[0].isUnique = true
            dataset.fields[0].pattern = 0
            plan.limits.rowLimitBytes = 80
            plan.limits.cellLimitBytes = 30
            plan.limits.blockRows = 3
            plan.limits.columnLimit = 6
        }.plan
        plan.isHealth = seed % 2 == 0
        let whole = try ingest(bytes, plan)
        #expect(whole.report.rows.read == whole.report.rows.accepted + whole.report.rows.rejected)
        if whole.report.outcome.isAccepted { #expect(whole.records.count == whole.report.rows.accepted) }
        #expect(try ingest(bytes, plan, sizes: [1]) == whole)
        #expect(try ingest(bytes, plan, sizes: [3, 11]) == whole)
    }
}
