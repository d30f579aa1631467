import DeliverySupport
import SluiceIngest
import SluiceModel
import SluiceTestSupport
import Testing

@testable import SluiceWire

/// The two ends together: what a sound worker says must pass the checks meant for one that was taken over.
@Suite struct IngestOverWireTests {
    @Test func `the fixture's plan makes sense`() {
        #expect(Fixture.workablePlan.check() == [])
    }

    @Test func `records, findings and the report of a file pass the reader`() throws {
        let text = """
            CrimeRef,CommittedFrom,CommittedTo,Weapon,VictimAge,Extra
            AB1,2026-04-01,2026-04-02,knife,30,x
            AB2,2026-04-05,2026-04-02,gun,30,x
            AB1,2026-04-01,2026-04-02,knife,30,x
            AB4,1066-10-14,1066-10-14,spoon,200,x
            ,2026-04-01,2026-04-02,knife,30,x
            AB6,2026-05-01,,,,
            """
        let (rows, report) = try roundTrip(Array(text.utf8))
        let direct = try ingest(Array(text.utf8)).report
        #expect(report == direct)
        #expect(report.findings.contains { $0.code == .codeUnknown && $0.column == "Weapon" })
        #expect(rows == report.rows.accepted)
    }

    @Test(arguments: 0..<30)
    func `a report comes over the wire as it was made, whatever the file`(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        for _ in 0..<10 {
            let bytes = randomFile(&random)
            let (rows, report) = try roundTrip(bytes)
            if report.outcome.isAccepted { #expect(rows == report.rows.accepted) }
            #expect(report == (try ingest(bytes).report))
        }
    }

    private func randomFile(_ random: inout SplitMix64) -> [UInt8] {
        let cells = [
            "AB1", "AB2", "ZZ99", "2026-04-01", "01/02/2026", "0001-01-01", "9999-12-31", "2026-13-01", "knife", "gun",
            "rock", "", " ", "\"a\"\"b\"", "\"open", "12", "-3", "999", "\u{1}", "é", "1e9", "AB3", "AB4",
        ]
        var text = "CrimeRef,CommittedFrom,CommittedTo,Weapon,VictimAge\n"
        if random.int(0...9) == 0 { text = "CrimeRef,Weapon,Nobody Knows\n" }
        if random.int(0...9) == 0 { text = "A title row\n\n" + text }
        for row in 0..<random.int(0...250) {
            let isGood = random.int(0...3) > 0
            text +=
                isGood
                ? "QQ\(row),2026-0\(random.int(1...9))-1\(random.int(0...9)),2026-12-01,knife,\(random.int(0...120))"
                : (0..<random.int(0...7)).map { _ in cells.randomElement(using: &random)! }.joined(separator: ",")
            text += ["\n", "\r\n"].randomElement(using: &random)!
        }
        var bytes = Array(text.utf8)
        for _ in 0..<random.int(0...3) where !bytes.isEmpty && random.int(0...2) == 0 {
            bytes[random.int(0...bytes.count - 1)] = UInt8(random.int(0...255))
        }
        return bytes
    }

    /// The rows that came through the reader, and the report it let through.
    private func roundTrip(_ bytes: [UInt8]) throws -> (rows: Int, report: DecodeReport) {
        var (frames, report) = try ingest(bytes)
        try frames.report(report)
        var rows = 0
        for message in try Fixture.read(
            frames.buffer, pieceBytes: 999, plan: Fixture.workablePlan, inputBytes: bytes.count)
        {
            switch message {
            case .block(let block, _): rows += block.rowCount
            case .report(let received): report = received
            default: break
            }
        }
        return (rows, report)
    }

    private func ingest(_ bytes: [UInt8]) throws -> (frames: FrameWriter, report: DecodeReport) {
        var output = FramesOutput(plan: Fixture.workablePlan, sandbox: Fixture.level)
        let report = try Ingest(plan: Fixture.workablePlan).run(input: MemoryDelivery(bytes), output: &output)
        #expect(output.fault == nil)
        return (output.frames, report)
    }
}

extension Fixture {
    /// The fixture's plan with sources and a pattern that `FormatPlan.check()` accepts; every fifth row may be bad.
    static var workablePlan: FormatPlan {
        var plan = plan
        plan.limits.rowLimit = 1_000_000
        plan.limits.findingLimit = 50
        plan.limits.blockRows = 64
        for index in plan.datasets.indices {
            plan.datasets[index].fields[0].pattern = nil
            plan.datasets[index].fields[1].isRequired = true
            plan.datasets[index].toleranceRowsPerMillion = 900_000
            plan.datasets[index].output.columns[0].sources = [.month(field: 1)]
            plan.datasets[index].output.columns[1].sources = [.lookup(field: 3, codes: [1, 2])]
            plan.datasets[index].output.columns[2].sources = [
                .band(field: 4, bands: [OutputSource.Band(lower: 0, upper: 50, code: 299)])
            ]
            plan.datasets[index].output.columns[3].sources = [.constant(255)]
        }
        plan.datasets.removeLast()
        return plan
    }
}
