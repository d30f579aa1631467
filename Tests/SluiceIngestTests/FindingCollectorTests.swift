import SluiceModel
import SluiceTestSupport
import Testing

@testable import SluiceIngest

@Suite struct FindingCollectorTests {
    private static let plan = SmallPlan { dataset, _ in
        dataset.rowRules = [
            RowRule(id: "first", kind: .oneOf(fields: [0, 1], isExclusive: false), severity: .error),
            RowRule(id: "second", kind: .oneOf(fields: [0, 3], isExclusive: true), severity: .warning),
        ]
        dataset.uniqueKeys = [[0], [0, 1]]
        dataset.foreignKeys = [ForeignKey(fields: [2], dataset: 0, referenced: [2])]
    }.plan

    private static func collector() -> FindingCollector {
        var collector = FindingCollector(plan: plan)
        collector.begin(datasetIndex: 0, fieldOfColumn: [0, 1, 2, 3, nil])
        return collector
    }

    private enum Note {
        case kind(FindingKind, column: Int), rule(Int), unique(Int), foreign(Int), look(Int32)

        func apply(to collector: inout FindingCollector, row: Int) {
            switch self {
            case .kind(let kind, let column): collector.note(kind, columnNumber: column, row: row)
            case .rule(let rule): collector.note(rule: rule, row: row)
            case .unique(let key): collector.note(uniqueKey: key, row: row)
            case .foreign(let key): collector.note(foreignKey: key, row: row)
            case .look(let entry):
                collector.note(.codeUnknown, columnNumber: 3, row: row)
                if collector.wantsLook(columnNumber: 3) {
                    collector.add(.init(row: row, entries: (entry, -1, -1)), columnNumber: 3)
                }
            }
        }
    }

    @Test(arguments: 0..<30 as Range<UInt64>)
    func `parts of a file merge to what the whole would give`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let rowCount = Int.random(in: 1...400, using: &random)
        var notes: [[Note]] = []
        for _ in 0..<rowCount {
            notes.append(
                (0..<Int.random(in: 0...3, using: &random)).map { _ in
                    switch Int.random(in: 0..<6, using: &random) {
                    case 0: .rule(Int.random(in: 0...1, using: &random))
                    case 1: .unique(Int.random(in: 0...1, using: &random))
                    case 2: .foreign(0)
                    case 3, 4: .look(Int32.random(in: -1...1, using: &random))
                    default:
                        .kind(
                            FindingKind.allCases.randomElement(using: &random)!,
                            column: Int.random(in: 0...5, using: &random))
                    }
                })
        }
        var whole = Self.collector()
        for (row, notes) in notes.enumerated() { for note in notes { note.apply(to: &whole, row: row + 1) } }

        var parts: [(FindingCollector, Int)] = []
        var start = 0
        while start < rowCount {
            let end = Int.random(in: start + 1...rowCount, using: &random)
            var part = Self.collector()
            for row in start..<end { for note in notes[row] { note.apply(to: &part, row: row - start + 1) } }
            parts.append((part, start))
            start = end
        }
        parts.shuffle(using: &random)
        var merged = Self.collector()
        for (part, offset) in parts { merged.merge(part, rowOffset: offset) }
        #expect(merged.findings().findings == whole.findings().findings)
        for finding in merged.findings().findings {
            #expect(finding.rows == finding.rows.sorted())
            #expect(Set(finding.rows).count == finding.rows.count)
            #expect(finding.rows.count == min(finding.count, 10) || Set(finding.rows).count < 10)
        }
    }

    @Test func `findings about a part move with its rows`() {
        var part = Self.collector()
        part.add(
            Finding(rule: FindingRule.quoting, code: .quoteUnclosed, severity: .fatal, rows: [3], message: ""))
        var merged = Self.collector()
        merged.merge(part, rowOffset: 100)
        #expect(merged.findings().findings.map(\.rows) == [[103]])
    }

    @Test func `an emptied collector is like a new one`() {
        var used = Self.collector()
        used.note(.typeMismatch, columnNumber: 4, row: 9)
        used.note(rule: 1, row: 9)
        Note.look(1).apply(to: &used, row: 8)
        used.removeAll()
        #expect(used.findings().findings == [])
        used.note(.typeMismatch, columnNumber: 2, row: 5)
        var fresh = Self.collector()
        fresh.note(.typeMismatch, columnNumber: 2, row: 5)
        #expect(used.findings().findings == fresh.findings().findings)
    }

    @Test func `keys are named by their place, and by their column where it is one`() {
        var collector = Self.collector()
        collector.note(uniqueKey: 0, row: 2)
        collector.note(uniqueKey: 1, row: 3)
        collector.note(foreignKey: 0, row: 4)
        let findings = collector.findings().findings
        #expect(findings.map(\.code) == [.notUnique, .notUnique, .referenceMissing])
        #expect(findings.map(\.column) == [nil, "Id", "Sex"])
        #expect(findings.map(\.arguments) == [[1], [0], [0]])
        #expect(findings.map(\.rule) == [FindingRule.uniqueKeys, FindingRule.uniqueKeys, FindingRule.foreignKeys])
        #expect(findings.allSatisfy { $0.severity == .error })
    }

    @Test func `a report is in the order in which a person would set the file right`() {
        var collector = Self.collector()
        collector.note(rule: 0, row: 2)
        collector.note(.typeMismatch, columnNumber: 4, row: 2)
        for row in 2...9 { collector.note(.patternMismatch, columnNumber: 4, row: row) }
        collector.note(.codeUnknown, columnNumber: 3, row: 2)
        collector.note(.keyNotUnique, columnNumber: 0, row: 2)
        collector.note(.rowRagged, columnNumber: 0, row: 2)
        collector.note(.bytesInvalid, columnNumber: 2, row: 2)
        collector.note(.headerRepeated, columnNumber: 0, row: 2)
        collector.note(.footerIgnored, columnNumber: 0, row: 12)
        collector.note(rule: 1, row: 2)
        collector.add(
            Finding(columnNumber: 5, rule: FindingRule.header, code: .columnUnknown, severity: .warning, message: ""))
        collector.add(Finding(rule: FindingRule.sheet, code: .sheetIgnored, severity: .note, message: ""))
        collector.add(
            Finding(rule: FindingRule.tolerance, code: .toleranceExceeded, severity: .fatal, message: ""))
        #expect(
            collector.findings().findings.map(\.code) == [
                .toleranceExceeded, .bytesInvalid, .rowRagged, .notUnique, .codeUnknown, .patternMismatch,
                .typeMismatch, .ruleBroken, .columnUnknown, .ruleBroken, .sheetIgnored, .footerIgnored, .headerRepeated,
            ])
    }

    @Test func `every kind cites a rule that a report may cite`() {
        for kind in FindingKind.allCases {
            let rule = kind.rule(field: Self.plan.datasets[0].fields[2], plan: Self.plan)
            #expect(FindingRule.isKnown(rule, plan: Self.plan, dataset: Self.plan.datasets[0]), "\(kind)")
        }
        #expect(FindingKind.rowRagged.rule(field: nil, plan: Self.plan) == FindingRule.row)
    }
}
