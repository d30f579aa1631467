import SluiceInstance
import SluiceModel
import SluiceStore
import SluiceSystem
import SluiceTestSupport
import Testing

/// A health file with one thing changed, and whether the gate must refuse it.
struct HealthFile: Sendable, CustomTestStringConvertible {
    var what: String
    var isRefused: Bool
    var change: @Sendable (String) -> String

    var testDescription: String { what }
}

/// The file's lines, whatever ends them.
private func lines(_ file: String) -> [String] {
    file.replacing("\r\n", with: "\n").split(separator: "\n").map(String.init)
}

/// Puts text at the end of the first row.
private func inFirstRow(_ text: String) -> @Sendable (String) -> String {
    { file in
        var lines = lines(file)
        lines[1] += text
        return lines.joined(separator: "\n") + "\n"
    }
}

private func withColumn(_ heading: String) -> @Sendable (String) -> String {
    { file in
        let lines = lines(file)
        return ([lines[0] + "," + heading] + lines.dropFirst().map { $0 + ",x" }).joined(separator: "\n") + "\n"
    }
}

private let files: [HealthFile] = [
    HealthFile(what: "nothing changed", isRefused: false) { $0 },
    HealthFile(what: "a number in a cell too many", isRefused: true, change: inFirstRow(",9990000034")),
    HealthFile(
        what: "a number set with no-break spaces", isRefused: true, change: inFirstRow(",999\u{A0}000\u{A0}0034")),
    HealthFile(what: "a number set with dots", isRefused: true, change: inFirstRow(",999.000.0034")),
    HealthFile(what: "a number in two halves", isRefused: true, change: inFirstRow(",99900 00034")),
    HealthFile(what: "a number after a closing quote", isRefused: true, change: inFirstRow(",\"a\" 9990000034")),
    HealthFile(
        what: "a number far along a row that is too long", isRefused: true,
        change: inFirstRow(
            "," + String(repeating: "x ", count: 100_000) + "9990000034 " + String(repeating: "y", count: 2 << 20))),
    HealthFile(what: "ten digits that fail the check", isRefused: false, change: inFirstRow(",9990000035")),
    HealthFile(what: "ten equal digits", isRefused: false, change: inFirstRow(",9999999999")),
    HealthFile(what: "eleven digits", isRefused: false, change: inFirstRow(",99900000340")),
    HealthFile(what: "a heading of the list", isRefused: true, change: withColumn("NHS Number")),
    HealthFile(what: "a heading that holds one", isRefused: true, change: withColumn("Date of birth (patient)")),
    HealthFile(what: "a heading that holds none", isRefused: false, change: withColumn("Shift")),
]

@Suite struct HealthGateTests {
    @Test(arguments: files)
    func `a health file that names a patient is refused`(file: HealthFile) throws {
        let site = try TestInstance(at: "2026-11-21T09:00:00Z")
        let text = file.change(try site.sample("nhs-ed", "istv.csv"))
        let delivery = try site.deliver(text, as: "attendances.csv", for: hospital)
        #expect((delivery.status == .final(.refused)) == file.isRefused)
        if file.isRefused {
            try site.store.forEachBlock(RecordFilter()) { _ in Issue.record("a refused file left records") }
            #expect(try site.filesHolding("9990000034").isEmpty)
        }
    }

    @Test func `a row of a health file too long to be read leaves no doubt`() throws {
        let site = try TestInstance(at: "2026-11-21T09:00:00Z")
        let long = inFirstRow("," + String(repeating: "y", count: 3 << 20) + " 9990000034")
        let delivery = try site.deliver(
            long(try site.sample("nhs-ed", "istv.csv")), as: "attendances.csv", for: hospital)
        #expect(delivery.status == .final(.rejected))
    }
}
