import SluiceModel
import SluiceTestSupport
import Testing

@testable import SluiceIngest

@Suite struct NearMissTests {
    private static func table(_ texts: [String]) -> CodeTable {
        CodeTable(name: "list", ignoresCase: false, entries: texts.map { CodeTable.Entry(text: $0) })
    }

    private static let weapons = ["KNIFE", "Firearm", "Blunt object", "Bottle", "Corrosive", "None", "Not known"]

    @Test(arguments: [
        ("knife", ["KNIFE"]), ("FIREARM", ["Firearm"]), ("bluntobject", ["Blunt object"]),
        ("Blunt-Object.", ["Blunt object"]), ("Blunt  object", ["Blunt object"]), ("Knfie", ["KNIFE"]),
        ("Knif", ["KNIFE"]), ("Knives", ["KNIFE"]), ("Daggers", []), ("Bottl", ["Bottle"]), ("Botttle", ["Bottle"]),
        ("B0ttle", ["Bottle"]),
        ("Corosiv", ["Corrosive"]), ("Coroisve", ["Corrosive"]), ("Crosiv", []), ("N0ne", ["None"]), ("", []),
        ("unknown", []), ("Not know", ["Not known"]), ("x", []), ("----", []),
    ])
    func `near codes are found by their letters`(cell: String, expected: [String]) throws {
        let near = try #require(NearMiss(Self.table(Self.weapons)))
        #expect(near.entries(near: Array(cell.utf8)).map { Self.weapons[Int($0)] } == expected)
    }

    @Test(arguments: [
        ("8", ["008"]), ("08", ["008"]), ("0008", ["008"]), ("012", ["12"]), ("O08", ["008"]), ("l2", ["12"]),
        ("1O5A", ["105A"]), ("105a", ["105A"]), ("105 A", ["105A"]), ("lO5A", ["105A"]), ("9", []), ("0", ["000"]),
    ])
    func `leading zeros and look-alikes are found`(cell: String, expected: [String]) throws {
        let codes = ["008", "12", "105A", "8N", "000"]
        let near = try #require(NearMiss(Self.table(codes)))
        #expect(near.entries(near: Array(cell.utf8)).map { codes[Int($0)] } == expected)
    }

    @Test func `the nearest kind wins, and more than three are none`() throws {
        let codes = ["AB1", "ab1", "A-B1", "ABI", "AC1", "AD1", "AE1", "AF1"]
        let near = try #require(NearMiss(Self.table(codes)))
        #expect(near.entries(near: Array("aB1".utf8)) == [0, 1])
        #expect(near.entries(near: Array("A.B1".utf8)) == [0, 1, 2])
        #expect(near.entries(near: Array("AX1".utf8)) == [])
        #expect(near.entries(near: Array("XAC1".utf8)) == [4])
    }

    @Test func `long lists are not searched and long texts are no codes`() throws {
        let codes = (0..<20_001).map { "C" + padded($0, 6) }
        #expect(NearMiss(Self.table(codes)) == nil)
        let near = try #require(NearMiss(Self.table(Array(codes.dropLast()))))
        #expect(near.entries(near: Array("c000007".utf8)) == [7])
        #expect(near.entries(near: [UInt8](repeating: 0x43, count: 5000)) == [])
        #expect(near.entries(near: [0xFF, 0xFE, 0x80]) == [])
    }

    /// What every code of a list is near to, found in the plainest way.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `one change away is what a plain search finds`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        // No letters that look like digits, so that only changes count.
        let alphabet = Array("acdefghjkmnpqrtuvwxy".utf8)
        func word(_ lengths: ClosedRange<Int>) -> [UInt8] {
            (0..<Int.random(in: lengths, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
        }
        let words = Array(Set((0..<60).map { _ in word(2...5) })).sorted { $0.lexicographicallyPrecedes($1) }
        let near = try #require(NearMiss(Self.table(words.map { String(decoding: $0, as: UTF8.self) })))
        func neighbours(_ text: [UInt8]) -> Set<[UInt8]> {
            var all: Set<[UInt8]> = []
            for place in text.indices {
                var shorter = text
                shorter.remove(at: place)
                all.insert(shorter)
                for letter in alphabet {
                    var changed = text
                    changed[place] = letter
                    all.insert(changed)
                }
                if place + 1 < text.count {
                    var swapped = text
                    swapped.swapAt(place, place + 1)
                    all.insert(swapped)
                }
            }
            for place in 0...text.count {
                for letter in alphabet { all.insert(text[..<place] + [letter] + text[place...]) }
            }
            return all
        }
        for _ in 0..<400 {
            let cell = word(2...5)
            guard !words.contains(cell) else { continue }
            let around = neighbours(cell)
            let plain = words.indices.filter { around.contains(words[$0]) }.map(Int32.init)
            #expect(near.entries(near: cell) == (plain.count <= 3 ? plain : []))
        }
    }

    // MARK: - In a report

    private static func report(_ cells: [String], _ codes: [String], severity: Severity = .error) throws -> Finding? {
        let plan = SmallPlan { dataset, plan in
            plan.codeTables[0].entries = codes.map { CodeTable.Entry(text: $0) }
            dataset.output.columns[1].sources = [.constant(1)]
            dataset.fields[2].codesSeverity = severity
        }.plan
        return try ingest(SmallPlan.header + cells.map { "a,2026-01-31,\($0),20\n" }.joined(), plan)
            .finding(.codeUnknown)
    }

    @Test func `a finding names the entries that were nearest, the most frequent first`() throws {
        let finding = try Self.report(
            ["knife", "bottle", "Firearn", "bottle", "B0ttle", "firearm", "zzzzz"], Self.weapons)
        #expect(finding?.arguments == [3, 1, 0])
        #expect(finding?.count == 7)
        #expect(try Self.report(["zzzzz"], Self.weapons)?.arguments == [])
        #expect(try Self.report(["knife"], Self.weapons, severity: .warning)?.arguments == [0])
    }

    @Test func `only the first unknown codes of a column are looked at`() throws {
        let cells = [String](repeating: "bottle", count: 64) + [String](repeating: "knife", count: 500)
        let finding = try Self.report(cells, Self.weapons)
        #expect(finding?.arguments == [3])
        #expect(finding?.count == 564)
    }

    @Test func `part of a cell is compared where part of it is the code`() throws {
        let plan = SmallPlan { dataset, plan in dataset.fields[2].codesPart = 0..<1 }.plan
        let result = try ingest(SmallPlan.header + "a,2026-01-31,m-rest,20\n", plan)
        #expect(result.finding(.codeUnknown)?.arguments == [0])
    }

    // MARK: - Headings

    private static let dataset = {
        var dataset = PolicePlan.plan().datasets[0]
        dataset.fields[0].headers.append("incidentnumber")
        return dataset
    }()

    @Test(
        arguments: [
            ("Ofence Code", "OffenceCode"), ("offence-code2", "OffenceCode"), ("Victim Sxe", "VictimSex"),
            ("VictimAges", "VictimAge"), ("Incident Nmber", "CrimeRef"), ("Crime Reference", "CrimeRef"),
            ("Comitted From", "CommittedFrom"), ("LSO", "LSOA"), ("Knife", "KnifeFlag"), ("Notes", nil), ("", nil),
            ("Offence", nil), ("Victim", nil), ("x", nil), ("Committed", nil),
        ] as [(String, String?)])
    func `a heading near one field's names it`(header: String, field: String?) {
        let found = NearMiss.field(ofHeader: header, among: Self.dataset)
        #expect(found.map { Self.dataset.fields[$0].name } == field)
    }

    @Test func `a field that has its column is not named again`() {
        #expect(NearMiss.field(ofHeader: "Ofence Code", among: Self.dataset, taken: [1]) == nil)
    }
}
