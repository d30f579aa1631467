import SluiceModel
import SluiceTestSupport
import Testing

@testable import SluiceWire

@Suite struct WireReaderTests {
    // MARK: - What passes

    @Test(arguments: [1, 7, 64, Int.max])
    func `a run comes back frame by frame however the pipe cuts it`(pieceBytes: Int) throws {
        let messages = try Fixture.read(Fixture.stream(), pieceBytes: pieceBytes)
        try #require(messages.count == 6)
        guard case .hello(let level) = messages[0], case .progress(rows: 0, bytes: 10) = messages[1],
            case .recognised(datasetIndex: 0, let assumptions) = messages[2],
            case .block(let block, let links?) = messages[3], case .progress(rows: 4, bytes: 200) = messages[4],
            case .report(let report) = messages[5]
        else {
            Issue.record("the frames came back in another order")
            return
        }
        #expect(level == Fixture.level)
        #expect(assumptions == Fixture.assumptions())
        #expect(block == Fixture.block())
        #expect(links.bytes == Fixture.links().bytes)
        #expect(report == Fixture.report())
    }

    @Test func `a block of counts comes back with its counts`() throws {
        var frames = FrameWriter()
        frames.hello(Fixture.level)
        frames.plan = Fixture.plan
        try frames.recognised(datasetIndex: 1, Fixture.assumptions("counts"))
        try frames.block(Fixture.block(counts: true), links: nil)
        try frames.report(
            DecodeReport(
                assumptions: Fixture.assumptions("counts"), datasetIndex: 1, rows: RowCounts(read: 3, accepted: 3),
                period: nil, findings: []))
        let messages = try Fixture.read(frames.buffer)
        guard case .block(let block, nil) = messages[2] else {
            Issue.record("no block came back")
            return
        }
        #expect(block == Fixture.block(counts: true))
    }

    @Test func `a report without a dataset passes when a finding rejects the file`() throws {
        var frames = FrameWriter()
        frames.hello(Fixture.level)
        frames.plan = Fixture.plan
        let finding = Finding(rule: FindingRule.header, code: .datasetUnknown, severity: .fatal, message: "")
        try frames.report(
            DecodeReport(
                assumptions: nil, datasetIndex: nil, rows: RowCounts(), period: nil, findings: [finding]))
        #expect(try Fixture.read(frames.buffer).count == 2)
    }

    @Test func `a report names its dataset even when no block came before it`() throws {
        var frames = FrameWriter()
        frames.hello(Fixture.level)
        frames.plan = Fixture.plan
        try frames.report(Fixture.report(rows: 0, linked: 0))
        let messages = try Fixture.read(frames.buffer)
        guard case .recognised = messages[1], case .report(let report) = messages[2] else {
            Issue.record("the dataset was not stated")
            return
        }
        #expect(report == Fixture.report(rows: 0, linked: 0))
    }

    @Test(arguments: WorkerFailure.allCases)
    func `a failure comes back as its kind`(failure: WorkerFailure) throws {
        var frames = FrameWriter()
        frames.hello(Fixture.level)
        frames.failure(failure)
        guard case .failure(failure) = try Fixture.read(frames.buffer)[1] else {
            Issue.record("another failure came back")
            return
        }
    }

    // MARK: - Findings

    @Test func `a message never crosses the wire and is made again from the plan`() throws {
        let bytes = try Fixture.stream(report: Fixture.report(findings: [Fixture.finding()]))
        #expect(!String(decoding: bytes, as: UTF8.self).contains("LEAK"))
        guard case .report(let report) = try Fixture.read(bytes).last else {
            Issue.record("no report came back")
            return
        }
        #expect(report.findings.count == 1)
        #expect(report.findings[0].message == "The value is none of those allowed. Use one of: knife, gun.")
        #expect(report.findings[0].rows == [3])
    }

    @Test func `findings beyond the limit are cut, the least severe first, and the report says so`() throws {
        let findings = [Fixture.finding(.note)] + (0..<5).map { _ in Fixture.finding(.error) }
        let bytes = try Fixture.stream(report: Fixture.report(findings: findings))
        guard case .report(let report) = try Fixture.read(bytes).last else {
            Issue.record("no report came back")
            return
        }
        #expect(report.findingsCut)
        #expect(report.findings.map(\.severity) == [Severity](repeating: .error, count: 5))
    }

    @Test func `the writer refuses a rule, a column or a format the plan does not know`() {
        var frames = FrameWriter()
        frames.plan = Fixture.plan
        var finding = Fixture.finding()
        finding.rule = "constraints.Jane Doe"
        #expect(throws: WireError.invalid(.findingRule)) {
            try frames.report(Fixture.report(findings: [finding]))
        }
        finding = Fixture.finding()
        finding.column = "Jane Doe"
        #expect(throws: WireError.invalid(.findingColumn)) {
            try frames.report(Fixture.report(findings: [finding]))
        }
        var report = Fixture.report()
        report.assumptions?.dateFormats[0].format = "Jane Doe"
        #expect(throws: WireError.invalid(.dateFormats)) { try frames.report(report) }
    }

    @Test func `a rule that no list knows is refused by the reader`() throws {
        var bytes = try Fixture.stream(report: Fixture.report(findings: [Fixture.finding()]))
        let rule = Array("sluice.codes".utf8)
        let start = bytes.indices.first { bytes[$0...].starts(with: rule) }!
        bytes[start] = UInt8(ascii: "S")
        #expect(throws: WireError.invalid(.findingRule)) { try Fixture.read(bytes) }
    }

    /// What the reader says of a report with this one finding.
    private func read(_ finding: Finding, inputBytes: Int = Fixture.inputBytes) throws -> Finding? {
        let bytes = try Fixture.stream(report: Fixture.report(findings: [finding]))
        guard case .report(let report) = try Fixture.read(bytes, inputBytes: inputBytes).last else { return nil }
        return report.findings.first
    }

    @Test func `an index in a finding is one that the plan has, even when the file is small`() throws {
        var finding = Fixture.finding()
        finding.arguments = [1, 0]
        #expect(try read(finding)?.message.contains("Did you mean \"gun\" or \"knife\"?") == true)
        finding.arguments = [2]
        #expect(throws: WireError.limitExceeded(.findingNumber, limit: 1)) { try read(finding) }
        finding.arguments = [0, 1, 0, 1]
        #expect(throws: WireError.invalid(.findingNumber)) { try read(finding) }
        finding.column = nil
        finding.arguments = [0]
        #expect(throws: WireError.invalid(.findingNumber)) { try read(finding) }

        finding.code = .columnUnknown
        finding.arguments = [4]
        #expect(try read(finding)?.arguments == [4])
        finding.arguments = [5]
        #expect(throws: WireError.limitExceeded(.findingNumber, limit: 4)) { try read(finding) }

        finding.code = .periodGap
        finding.arguments = [3, CivilMonth("2026-04")!.index]
        #expect(try read(finding, inputBytes: 10)?.arguments == finding.arguments)
        finding.code = .rowRagged
        #expect(throws: WireError.self) { try read(finding, inputBytes: 10) }
        finding.code = .totalMismatch
        finding.arguments = [FindingMessages.statedTotalLimit, 5]
        #expect(try read(finding, inputBytes: 10)?.arguments == finding.arguments)
        finding.arguments = [FindingMessages.statedTotalLimit + 1, 5]
        #expect(throws: WireError.self) { try read(finding, inputBytes: 10) }
    }

    // MARK: - Forms

    private func recognise(
        _ change: (inout Assumptions) -> Void, plan: FormatPlan = Fixture.plan, inputBytes: Int = Fixture.inputBytes
    ) throws -> Assumptions? {
        var frames = FrameWriter()
        frames.hello(Fixture.level)
        frames.plan = plan
        var assumptions = Fixture.assumptions()
        change(&assumptions)
        try frames.recognised(datasetIndex: 0, assumptions)
        frames.failure(.internalFault)
        let messages = try Fixture.read(frames.buffer, plan: plan, inputBytes: inputBytes)
        guard case .recognised(_, let read) = messages[1] else { return nil }
        return read
    }

    @Test func `the form, the container and the place come back`() throws {
        for change: (inout Assumptions) -> Void in [
            {
                $0.form = .workbook; $0.sheetPosition = 3; $0.container = .zip; $0.memberPosition = 2
            },
            { $0.container = .gzip },
            {
                $0.form = .xml; $0.encoding = "windows-1252"; $0.delimiter = ""; $0.headerRowNumber = 0
            },
            {
                $0.form = .jsonLines; $0.encoding = ""; $0.headerRowNumber = 0
            },
        ] {
            var expected = Fixture.assumptions()
            change(&expected)
            #expect(try recognise(change) == expected)
        }
    }

    @Test func `a form that the dataset may not arrive in is refused, and a place without its container`() {
        #expect(throws: WireError.invalid(.assumptions)) { try recognise { $0.form = .fixedWidth } }
        var plan = Fixture.plan
        plan.datasets[0].forms.delimited = false
        #expect(throws: WireError.invalid(.assumptions)) { try recognise({ _ in }, plan: plan) }
        for change: (inout Assumptions) -> Void in [
            { $0.memberPosition = 1 },
            { $0.sheetPosition = 1 },
            {
                $0.container = .zip; $0.memberPosition = 10_001
            },
            { $0.headerRowNumber = 0 },
            {
                $0.form = .json; $0.delimiter = ";"
            },
            {
                $0.form = .json; $0.encoding = "utf-7"
            },
        ] {
            #expect(throws: WireError.self) { try recognise(change) }
        }
    }

    @Test func `what was packed may have more rows than the file has bytes, within the plan's ratio`() throws {
        func stream(_ container: Assumptions.Container, read: Int) throws -> [UInt8] {
            var frames = FrameWriter()
            frames.hello(Fixture.level)
            frames.plan = Fixture.plan
            var assumptions = Fixture.assumptions()
            assumptions.container = container
            try frames.recognised(datasetIndex: 0, assumptions)
            var report = Fixture.report(rows: 0, linked: 0)
            report.rows = RowCounts(read: read, accepted: 0, rejected: read)
            try frames.report(report)
            return frames.buffer
        }
        let inflated = 10_000 * 100 + 1 << 20
        #expect(throws: Never.self) { try Fixture.read(stream(.gzip, read: inflated), inputBytes: 10_000) }
        #expect(throws: WireError.self) { try Fixture.read(stream(.gzip, read: inflated + 2), inputBytes: 10_000) }
        #expect(throws: WireError.self) { try Fixture.read(stream(.none, read: 20_000), inputBytes: 10_000) }
    }

    @Test func `a rule between fields is known by its id in the dataset`() throws {
        var finding = Fixture.finding()
        finding.rule = "rules.committed-order"
        finding.code = .ruleBroken
        finding.column = nil
        let bytes = try Fixture.stream(report: Fixture.report(findings: [finding]))
        guard case .report(let report) = try Fixture.read(bytes).last else {
            Issue.record("no report came back")
            return
        }
        #expect(
            report.findings[0].message
                == "CommittedTo must not be before or less than CommittedFrom. Correct one of the two.")
    }

    @Test(arguments: [[3, 3], [4, 3], [0], [200_000]])
    func `rows of a finding must ascend from 1 within the file`(rows: [Int]) throws {
        var finding = Fixture.finding()
        finding.rows = rows
        let bytes = try Fixture.stream(report: Fixture.report(findings: [finding]))
        #expect(throws: WireError.self) { try Fixture.read(bytes) }
    }

    @Test func `a number too large for the file is refused`() throws {
        var finding = Fixture.finding()
        finding.code = .rowRagged
        finding.arguments = [9_990_000_000]
        let bytes = try Fixture.stream(report: Fixture.report(findings: [finding]))
        #expect(throws: WireError.limitExceeded(.findingNumber, limit: Fixture.inputBytes + 1)) {
            try Fixture.read(bytes)
        }
    }

    // MARK: - Blocks

    @Test(arguments: [0, 101])
    func `a block has between one row and the plan's most`(rows: Int) throws {
        let bytes = try Fixture.stream(blocks: [Fixture.block(rows: rows)], links: Fixture.links(rows: rows))
        #expect(throws: WireError.self) { try Fixture.read(bytes) }
    }

    @Test func `more rows than the plan allows are refused`() throws {
        let blocks = [RecordBlock](repeating: Fixture.block(rows: 100), count: 11)
        let bytes = try Fixture.stream(blocks: blocks, links: Fixture.links(rows: 100))
        #expect(throws: WireError.limitExceeded(.rowLimit, limit: 1000)) { try Fixture.read(bytes) }
    }

    @Test func `a code beyond its dimension is refused in every width`() throws {
        func refusal(_ column: Int, _ bytes: [UInt8]) throws -> WireError? {
            var block = Fixture.block()
            block.columns[column].bytes = bytes
            let stream = try Fixture.stream(blocks: [block])
            do {
                _ = try Fixture.read(stream)
                return nil
            } catch let error as WireError {
                return error
            }
        }
        #expect(try refusal(1, [0, 5, 0]) == .invalid(.blockCodes))
        #expect(try refusal(1, [0, 4, 0]) == nil)
        #expect(try refusal(2, Fixture.bytes([0, 300, 0] as [UInt16])) == .invalid(.blockCodes))
        #expect(try refusal(2, Fixture.bytes([0, 299, 0] as [UInt16])) == nil)
        #expect(try refusal(3, [255, 255, 255]) == nil)
        let earliest = UInt32(CivilMonth("1900-01")!.index)
        let latest = UInt32(CivilMonth("2200-12")!.index)
        #expect(try refusal(0, Fixture.bytes([0, earliest, latest])) == nil)
        #expect(try refusal(0, Fixture.bytes([0, earliest - 1, latest])) == .invalid(.blockMonths))
        #expect(try refusal(0, Fixture.bytes([0, earliest, latest + 1])) == .invalid(.blockMonths))
        #expect(try refusal(0, Fixture.bytes([1, earliest, latest])) == .invalid(.blockMonths))
    }

    @Test func `columns must be those of the dataset, in order, with exact bytes`() throws {
        var swapped = Fixture.block()
        swapped.columns.swapAt(1, 3)
        var missing = Fixture.block()
        missing.columns.removeLast()
        var wide = Fixture.block()
        wide.columns[1].width = 2
        var long = Fixture.block()
        long.columns[3].bytes.append(0)
        var short = Fixture.block()
        short.columns[3].bytes.removeLast()
        for block in [swapped, missing, wide, long, short, Fixture.block(counts: true)] {
            let bytes = try Fixture.stream(blocks: [block])
            #expect(throws: WireError.self) { try Fixture.read(bytes) }
        }
    }

    @Test func `identifiers come exactly where the dataset links`() throws {
        let without = try Fixture.stream(links: nil)
        #expect(throws: WireError.invalid(.blockLinks)) { try Fixture.read(without) }
        var frames = FrameWriter()
        frames.hello(Fixture.level)
        frames.plan = Fixture.plan
        try frames.recognised(datasetIndex: 1, Fixture.assumptions("counts"))
        try frames.block(Fixture.block(counts: true), links: Fixture.links())
        #expect(throws: WireError.invalid(.blockLinks)) { try Fixture.read(frames.buffer) }
    }

    @Test(
        arguments: [
            [0, 0], [0, 0, 0, 0], [3, 65, 65, 65], [65] + [UInt8](repeating: 65, count: 65) + [0, 0],
            [1, 0x1F, 0, 0], [1, 0x7F, 0, 0], [1, 0xC3, 0, 0],
        ] as [[UInt8]])
    func `identifiers that are cut, too many, too long or not printable are refused`(bytes: [UInt8]) throws {
        let stream = try Fixture.stream(links: LinkIdentifiers(bytes: bytes))
        #expect(throws: WireError.self) { try Fixture.read(stream) }
    }

    @Test func `an identifier of the greatest length passes`() throws {
        let links = LinkIdentifiers(bytes: [64] + [UInt8](repeating: 0x7E, count: 64) + [0, 1, 0x20])
        #expect(try Fixture.read(Fixture.stream(links: links)).count == 6)
    }

    // MARK: - Order and totals

    @Test func `frames out of order are refused`() throws {
        var parts: [String: [UInt8]] = [:]
        func part(_ name: String, _ make: (inout FrameWriter) throws -> Void) throws {
            var frames = FrameWriter()
            frames.plan = Fixture.plan
            try frames.recognised(datasetIndex: 0, Fixture.assumptions())
            frames.removeAll()
            try make(&frames)
            parts[name] = frames.buffer
        }
        try part("hello") { $0.hello(Fixture.level) }
        try part("progress") { $0.progress(rows: 1, bytes: 1) }
        try part("block") { try $0.block(Fixture.block(), links: Fixture.links()) }
        try part("report") { try $0.report(Fixture.report()) }
        try part("empty") { try $0.report(Fixture.report(rows: 0, linked: 0)) }
        try part("failure") { $0.failure(.internalFault) }
        var frames = FrameWriter()
        frames.plan = Fixture.plan
        try frames.recognised(datasetIndex: 0, Fixture.assumptions())
        parts["recognised"] = frames.buffer

        func run(_ names: String) throws -> Int {
            try Fixture.read(names.split(separator: " ").flatMap { parts[String($0)]! }).count
        }
        #expect(try run("hello recognised block report") == 4)
        #expect(try run("hello recognised empty") == 3)
        #expect(try run("hello recognised block failure") == 4)
        for names in [
            "", "progress", "recognised", "failure", "hello hello", "hello block", "hello recognised recognised",
            "hello", "hello recognised block", "hello recognised block report report",
            "hello recognised block report progress", "hello failure progress", "hello report", "hello empty",
            "hello recognised block empty", "hello recognised report", "hello recognised block block report",
        ] {
            #expect(throws: WireError.self, "\(names)") { try run(names) }
        }
    }

    @Test func `a report may differ from the rows that came only when the file is discarded`() throws {
        let differs = try Fixture.stream(report: Fixture.report(rows: 7))
        #expect(throws: WireError.disagrees(.reportRows)) { try Fixture.read(differs) }
        let links = try Fixture.stream(report: Fixture.report(linked: 1))
        #expect(throws: WireError.disagrees(.linkedRows)) { try Fixture.read(links) }
        let fatal = Finding(rule: FindingRule.tolerance, code: .toleranceExceeded, severity: .fatal, message: "")
        let discarded = try Fixture.stream(report: Fixture.report(rows: 7, findings: [fatal]))
        #expect(try Fixture.read(discarded).count == 6)
    }

    @Test func `rows read must be those accepted and rejected`() throws {
        var report = Fixture.report()
        report.rows.read += 1
        let bytes = try Fixture.stream(report: report)
        #expect(throws: WireError.disagrees(.reportRows)) { try Fixture.read(bytes) }
    }

    @Test func `a period comes only from a dataset that has one and within the centuries in use`() throws {
        var report = Fixture.report()
        report.period = Period("1899-12/2026-04")
        let early = try Fixture.stream(report: report)
        #expect(throws: WireError.invalid(.reportPeriod)) { try Fixture.read(early) }
        var frames = FrameWriter()
        frames.hello(Fixture.level)
        frames.plan = Fixture.plan
        try frames.report(
            DecodeReport(
                assumptions: Fixture.assumptions("counts"), datasetIndex: 1, rows: RowCounts(),
                period: Period("2026-04"), findings: []))
        #expect(throws: WireError.disagrees(.reportPeriod)) { try Fixture.read(frames.buffer) }
    }

    @Test func `progress never goes back`() {
        var frames = FrameWriter()
        frames.hello(Fixture.level)
        frames.progress(rows: 2, bytes: 20)
        frames.progress(rows: 2, bytes: 19)
        #expect(throws: WireError.disagrees(.progress)) { try Fixture.read(frames.buffer) }
    }

    // MARK: - Frames

    @Test func `a frame's length is judged before its payload comes`() {
        var reader = WireReader(plan: Fixture.plan, inputBytes: 10)
        reader.push(Fixture.bytes([UInt32(Wire.frameLimitBytes + 1)]) + [1])
        #expect(throws: WireError.limitExceeded(.frame, limit: Wire.frameLimitBytes)) { try reader.next() }
    }

    @Test func `an unknown type, version or word is refused`() {
        #expect(throws: WireError.invalid(.frameType)) { try Fixture.read(Fixture.frame(9, [])) }
        #expect(throws: WireError.versionUnknown(.hello)) { try Fixture.read(Fixture.frame(1, [99, 0, 0, 0])) }
        #expect(throws: WireError.invalid(.hello)) {
            try Fixture.read(Fixture.frame(1, [Wire.protocolVersion, 0, 2, 0]))
        }
        let hello = Fixture.frame(1, [Wire.protocolVersion, 0, 1, 1])
        #expect(throws: WireError.trailing(.hello)) {
            try Fixture.read(Fixture.frame(1, [Wire.protocolVersion, 0, 1, 1, 0]))
        }
        #expect(throws: WireError.invalid(.encoding)) {
            try Fixture.read(hello + Fixture.frame(2, [0, 0, 0, 0, 0, 2, 74, 68, 0, 1, 44, 1]))
        }
        #expect(throws: WireError.invalid(.delimiter)) {
            try Fixture.read(hello + Fixture.frame(2, [0, 0, 0, 0, 0, 5] + Array("utf-8".utf8) + [0, 1, 59, 1]))
        }
        #expect(throws: WireError.limitExceeded(.recognised, limit: 1)) {
            try Fixture.read(hello + Fixture.frame(2, [2]))
        }
    }

    @Test func `after an error every call throws it again`() {
        var reader = WireReader(plan: Fixture.plan, inputBytes: 10)
        reader.push(Fixture.frame(9, []))
        #expect(throws: WireError.invalid(.frameType)) { try reader.next() }
        reader.push(Fixture.frame(1, [Wire.protocolVersion, 0, 1, 1]))
        #expect(throws: WireError.invalid(.frameType)) { try reader.next() }
        #expect(throws: WireError.invalid(.frameType)) { try reader.end() }
    }

    @Test func `a run cut short is refused at every byte`() throws {
        let bytes = try Fixture.stream(report: Fixture.report(findings: [Fixture.finding()]))
        for length in 0..<bytes.count {
            #expect(throws: WireError.self) { try Fixture.read(Array(bytes[..<length])) }
        }
    }

    @Test(arguments: 0..<20)
    func `a run with changed bytes is refused or holds only what the plan allows`(seed: Int) throws {
        let plan = Fixture.plan
        let bytes = try Fixture.stream(
            blocks: [Fixture.block(rows: 9), Fixture.block(rows: 9)], links: Fixture.links(rows: 9),
            report: Fixture.report(rows: 18, linked: 10, findings: [Fixture.finding(), Fixture.finding(.note)]))
        #expect(try Fixture.read(bytes).count == 7)
        var random = SplitMix64(seed: UInt64(seed))
        for _ in 0..<500 {
            var changed = bytes
            for _ in 0...random.int(0...2) {
                let place = random.int(0...changed.count - 1)
                switch random.int(0...3) {
                case 0: changed.remove(at: place)
                case 1: changed.insert(UInt8(random.int(0...255)), at: place)
                default: changed[place] = UInt8(random.int(0...255))
                }
            }
            guard let messages = try? Fixture.read(changed) else { continue }
            for case .block(let block, let links) in messages {
                #expect(block.columns[1].bytes.allSatisfy { Int($0) < plan.dimensions[1].codeCount })
                #expect(block.columns.map(\.dimension) == [0, 1, 2, 3])
                #expect(countLinked(links!.bytes, rowCount: block.rowCount) != nil)
            }
            for case .report(let report) in messages {
                #expect(report.findings.allSatisfy { !$0.message.isEmpty })
                #expect(
                    report.findings.allSatisfy { FindingRule.isKnown($0.rule, plan: plan, dataset: plan.datasets[0]) })
            }
        }
    }
}
