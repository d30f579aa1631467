import SluiceCertificate
import Testing

private func table(
    _ cells: [(Int, AuditedTable.Shown)], id: String = "t", kind: String = "offence", dimensions: [String] = ["area"]
) -> AuditedTable {
    AuditedTable(
        id: id, eventKind: kind, axes: dimensions.map { .init(dimension: $0, level: "lad") },
        cells: cells.enumerated().map { index, cell in
            .init(codes: dimensions.map { _ in "c\(index)" }, trueCount: cell.0, shown: cell.1)
        })
}

@Suite struct NoEquationsTests {
    @Test func `a table that hides exactly 1 to 4 is proved`() throws {
        let good = table([(0, .count(0)), (1, .confidential), (4, .confidential), (5, .count(5)), (900, .count(900))])
        let proved = try proveByNoEquations([good], threshold: 5)
        #expect(proved.map(\.table) == [good])
        #expect(proved.map(\.proof.rule.rawValue) == ["no-equations"])
    }

    /// Every way one cell can be wrong, by brute force over small counts, shown values and thresholds.
    @Test func `a single cell is accepted exactly when it leaves the attacker enough values`() {
        for threshold in 3...7 {
            for count in 0...9 {
                for shown in [AuditedTable.Shown.confidential] + (-1...10).map({ .count($0) }) {
                    let isProved = (try? proveByNoEquations([table([(count, shown)])], threshold: threshold)) != nil
                    // What an attacker who knows the rule still takes to be possible.
                    let attainable =
                        switch shown {
                        case .confidential: Array(1..<threshold)
                        case .count(let value): [value]
                        }
                    let isSensitive = (1..<threshold).contains(count)
                    let isTruthful = attainable.contains(count)
                    let expected =
                        isTruthful && (isSensitive ? attainable.count >= threshold - 1 : attainable == [count])
                    #expect(isProved == expected, "threshold \(threshold), count \(count), shown \(shown)")
                }
            }
        }
    }

    @Test func `a threshold that leaves a hidden cell one value is refused`() {
        #expect(throws: ProofRefusal.thresholdTooLow(2)) {
            try proveByNoEquations([table([(1, .confidential)])], threshold: 2)
        }
    }

    @Test func `two tables over the same events are tied by equations`() {
        let one = table([(9, .count(9))], id: "one")
        let other = table([(9, .count(9))], id: "other")
        #expect(throws: ProofRefusal.sharedEvents(table: "other", other: "one")) {
            try proveByNoEquations([one, other], threshold: 5)
        }
        #expect(throws: Never.self) {
            try proveByNoEquations([one, table([(9, .count(9))], id: "other", kind: "search")], threshold: 5)
        }
    }

    @Test func `malformed tables are refused`() {
        var repeated = table([(9, .count(9)), (8, .count(8))])
        repeated.cells[1].codes = repeated.cells[0].codes
        #expect(throws: ProofRefusal.repeatedCell(table: "t", cellIndex: 1)) {
            try proveByNoEquations([repeated], threshold: 5)
        }
        var short = table([(9, .count(9))])
        short.cells[0].codes = []
        #expect(throws: ProofRefusal.wrongShape(table: "t", cellIndex: 0)) {
            try proveByNoEquations([short], threshold: 5)
        }
        #expect(throws: ProofRefusal.repeatedDimension(table: "t", dimension: "area")) {
            try proveByNoEquations([table([(9, .count(9))], dimensions: ["area", "area"])], threshold: 5)
        }
        #expect(throws: ProofRefusal.negativeCount(table: "t", cellIndex: 0)) {
            try proveByNoEquations([table([(-1, .count(-1))])], threshold: 5)
        }
    }
}
