import SluiceModel
import SluiceTestSupport
import Testing

@testable import SluiceWire

/// A report on a file of several tables: only itself, only when it was asked for, and within its bounds.
@Suite struct ReportTablesTests {
    private static let tables = [
        DecodeReport.TableEntry(memberPosition: 1, sheetPosition: 0, datasetIndex: 1),
        DecodeReport.TableEntry(memberPosition: 3, sheetPosition: 2, datasetIndex: 0),
        DecodeReport.TableEntry(memberPosition: 3, sheetPosition: 1, datasetIndex: 0),
    ]

    private static func report(_ tables: [DecodeReport.TableEntry] = tables) -> DecodeReport {
        var report = DecodeReport(assumptions: nil, datasetIndex: nil, rows: RowCounts(), period: nil, findings: [])
        report.tables = tables
        return report
    }

    private static func places(_ count: Int) -> [DecodeReport.TableEntry] {
        (1...count).map { DecodeReport.TableEntry(memberPosition: 0, sheetPosition: $0, datasetIndex: 0) }
    }

    /// What the reader says of this report as a worker would write it.
    private func read(
        _ report: DecodeReport, plan: FormatPlan = Fixture.plan, before: (inout FrameWriter) throws -> Void = { _ in }
    ) throws -> DecodeReport? {
        var frames = FrameWriter()
        frames.hello(Fixture.level)
        frames.plan = plan
        try before(&frames)
        try frames.report(report)
        guard case .report(let read) = try Fixture.read(frames.buffer, plan: plan).last else { return nil }
        return read
    }

    @Test(arguments: [tables, places(2), places(DecodeLimits.tableLimit)])
    func `tables come back with their places, in their order`(tables: [DecodeReport.TableEntry]) throws {
        #expect(try read(Self.report(tables)) == Self.report(tables))
    }

    @Test func `progress may come before them`() throws {
        #expect(try read(Self.report()) { $0.progress(rows: 0, bytes: 99) } == Self.report())
    }

    @Test func `a worker that was told which table to read may not name others`() {
        var plan = Fixture.plan
        plan.tableIndex = 0
        #expect(throws: WireError.disagrees(.reportTables)) { try read(Self.report(), plan: plan) }
    }

    @Test func `a report of tables says nothing else`() {
        let fatal = Finding(rule: FindingRule.container, code: .containerInvalid, severity: .fatal, message: "")
        let note = Finding(rule: FindingRule.container, code: .memberIgnored, severity: .note, message: "")
        for change: (inout DecodeReport) -> Void in [
            { $0.rows = RowCounts(read: 1, accepted: 0, rejected: 1) }, { $0.findings = [fatal] },
            { $0.findings = [note] }, { $0.findingsCut = true },
        ] {
            var report = Self.report()
            change(&report)
            #expect(throws: WireError.disagrees(.reportTables)) { try read(report) }
        }
        #expect(throws: WireError.self) {
            var report = Self.report()
            report.rows = RowCounts(read: 1, accepted: 1)
            report.linkedRows = 1
            return try read(report)
        }
        #expect(throws: WireError.disagrees(.reportPeriod)) {
            var report = Self.report()
            report.period = Period("2026-04")
            return try read(report)
        }
    }

    @Test func `no dataset and no block comes before it`() throws {
        var stated = Fixture.report(rows: 0, linked: 0)
        stated.rows = RowCounts()
        stated.period = nil
        stated.tables = Self.tables
        #expect(throws: WireError.disagrees(.reportTables)) { try read(stated) }
        // Bytes that no writer of ours makes: a dataset, then a report that denies it.
        var frames = FrameWriter()
        frames.hello(Fixture.level)
        frames.plan = Fixture.plan
        try frames.recognised(datasetIndex: 0, Fixture.assumptions())
        try frames.block(Fixture.block(), links: Fixture.links())
        var other = FrameWriter()
        other.plan = Fixture.plan
        try other.report(Self.report())
        #expect(throws: WireError.disagrees(.report)) { try Fixture.read(frames.buffer + other.buffer) }
    }

    @Test func `one table is none of several, and no two stand at one place`() {
        #expect(throws: WireError.invalid(.reportTables)) { try read(Self.report([Self.tables[0]])) }
        #expect(throws: WireError.invalid(.reportTables)) { try read(Self.report(Self.tables + [Self.tables[1]])) }
        var other = Self.tables[1]
        other.datasetIndex = 1
        #expect(throws: WireError.invalid(.reportTables)) { try read(Self.report(Self.tables + [other])) }
    }

    @Test func `a dataset, a member or a sheet that cannot be is refused`() {
        for entry in [
            DecodeReport.TableEntry(memberPosition: 1, sheetPosition: 1, datasetIndex: 2),
            DecodeReport.TableEntry(memberPosition: 1, sheetPosition: 1, datasetIndex: -1),
            DecodeReport.TableEntry(memberPosition: 10_001, sheetPosition: 1, datasetIndex: 0),
            DecodeReport.TableEntry(memberPosition: 1, sheetPosition: 100_001, datasetIndex: 0),
        ] {
            #expect(throws: WireError.self) { try read(Self.report(Self.tables + [entry])) }
        }
    }

    @Test func `more tables than the limit are refused by the writer, and by the reader before they come`() throws {
        let limit = WireError.limitExceeded(.reportTables, limit: DecodeLimits.tableLimit)
        #expect(throws: limit) { try read(Self.report(Self.places(DecodeLimits.tableLimit + 1))) }
        // No dataset, rows, linked rows, period or findings; then a count of tables of which none follows.
        var payload = ByteWriter(bytes: [0, 0, 0, 0, 0, 0, 0, 0])
        payload.count(DecodeLimits.tableLimit + 1)
        var frames = FrameWriter()
        frames.hello(Fixture.level)
        #expect(throws: limit) { try Fixture.read(frames.buffer + Fixture.frame(5, payload.bytes)) }
        payload = ByteWriter(bytes: [0, 0, 0, 0, 0, 0, 0, 0])
        payload.count(DecodeLimits.tableLimit)
        #expect(throws: WireError.truncated(.report)) {
            try Fixture.read(frames.buffer + Fixture.frame(5, payload.bytes))
        }
    }

    @Test func `a report of tables cut short is refused at every byte`() throws {
        var frames = FrameWriter()
        frames.hello(Fixture.level)
        frames.plan = Fixture.plan
        try frames.report(Self.report())
        for length in 0..<frames.buffer.count {
            #expect(throws: WireError.self) { try Fixture.read(Array(frames.buffer[..<length])) }
        }
    }

    @Test(arguments: 0..<10)
    func `a report of tables with changed bytes is refused or holds only what the plan has`(seed: Int) throws {
        var frames = FrameWriter()
        frames.hello(Fixture.level)
        frames.plan = Fixture.plan
        try frames.report(Self.report())
        var random = SplitMix64(seed: UInt64(seed))
        for _ in 0..<500 {
            var changed = frames.buffer
            for _ in 0...random.int(0...2) { changed[random.int(0...changed.count - 1)] = UInt8(random.int(0...255)) }
            guard case .report(let report)? = try? Fixture.read(changed).last, !report.tables.isEmpty else { continue }
            #expect(report.tables.allSatisfy { Fixture.plan.datasets.indices.contains($0.datasetIndex) })
            #expect(Set(report.tables.map(\.place)).count == report.tables.count && report.tables.count > 1)
            #expect(report.datasetIndex == nil && report.findings.isEmpty && report.rows == RowCounts())
        }
    }
}
