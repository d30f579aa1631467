import SluiceModel
import SluiceTestSupport
import Testing

@testable import SluiceIntake

@Suite struct UsualTests {
    @Test func `the bound itself is within it, on both sides`() {
        #expect(Usual.exceeded(by: 15, earlier: [10], percent: 50) == nil)
        #expect(Usual.exceeded(by: 16, earlier: [10], percent: 50) == 10)
        #expect(Usual.exceeded(by: 5, earlier: [10], percent: 50) == nil)
        #expect(Usual.exceeded(by: 4, earlier: [10], percent: 50) == 10)
    }

    @Test func `of an even number the mean of the two in the middle counts, exactly`() {
        #expect(Usual.exceeded(by: 15, earlier: [11, 10], percent: 50) == nil)
        #expect(Usual.exceeded(by: 16, earlier: [10, 11], percent: 50) == 11)
        #expect(Usual.exceeded(by: 16, earlier: [900, 10, 11, 1], percent: 50) == 11)
    }

    @Test func `nothing earlier is nothing to compare with, and after nothing anything is a change`() {
        #expect(Usual.exceeded(by: 7, earlier: [], percent: 1) == nil)
        #expect(Usual.exceeded(by: 0, earlier: [0, 0, 0], percent: 1) == nil)
        #expect(Usual.exceeded(by: 1, earlier: [0, 0, 0], percent: 10_000) == 0)
        #expect(Usual.exceeded(by: 0, earlier: [3], percent: 100) == nil)
        #expect(Usual.exceeded(by: 0, earlier: [3], percent: 99) == 3)
    }

    @Test(arguments: 0..<20)
    func `it is the median by the book`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<500 {
            let earlier = (0..<Int.random(in: 1...9, using: &random)).map { _ in Int.random(in: 0...40, using: &random)
            }
            let accepted = Int.random(in: 0...90, using: &random)
            let percent = Int.random(in: 1...200, using: &random)
            // The value that as many are above as below, by counting.
            let doubled = (0...80).filter { value in
                let below = earlier.count { 2 * $0 < value }
                let above = earlier.count { 2 * $0 > value }
                return below <= earlier.count / 2 && above <= earlier.count / 2
            }
            let median = Double(doubled.first! + doubled.last!) / 4
            let isExceeded = abs(Double(accepted) - median) * 100 > Double(percent) * median
            let found = Usual.exceeded(by: accepted, earlier: earlier, percent: percent)
            #expect((found != nil) == isExceeded)
            if let found { #expect(Double(found) == median.rounded(.up)) }
        }
    }

    @Test func `warnings stand before the notes`() {
        func finding(_ severity: Severity, _ count: Int = 1) -> Finding {
            Finding(rule: FindingRule.file, code: .suddenChange, severity: severity, count: count, message: "")
        }
        var findings = [finding(.error), finding(.warning), finding(.note)]
        findings.insert(warnings: [finding(.warning, 7)])
        #expect(findings.map(\.severity) == [.error, .warning, .warning, .note])
        #expect(findings[2].count == 7)
        findings = []
        findings.insert(warnings: [finding(.warning)])
        #expect(findings.count == 1)
    }
}
