import SluiceIngest
package import SluiceModel
package import SluiceSystem
import SluiceWire

/// What must hold of every delivery, whatever its bytes are.
package enum DeliveryInvariants {
    /// A promise that was broken, and how.
    package struct Violation: Error, CustomStringConvertible {
        package var description: String
    }

    /// Texts that stand in made-up files and may stand in no message.
    package static let canaries = ["zqcanary", "73920461"]

    /// Reads a delivery in several ways and judges what comes of it.
    ///
    /// - The worker's frames pass the reader that mistrusts them, and come out as they went in.
    /// - The result is the same for one thread and for `team`, for every size of chunks and of reads; a document that
    ///   cannot be read is so in all of them.
    /// - Rows read are rows accepted and rejected; an accepted file has a record for each row that it says.
    /// - Findings are in their order, their rows ascend, and no message holds a value of the file.
    ///
    /// - Parameter plan: one whose `check()` finds nothing.
    package static func check(_ bytes: [UInt8], plan: FormatPlan, team: ThreadTeam) throws {
        let first = try readOverWire(bytes, plan: plan)
        guard first.report.tables.isEmpty else {
            // The file holds several tables: each is a delivery of its own.
            try require(first.recordCount == 0, "records of a table that nobody asked for")
            for table in first.report.tables.indices.prefix(3) {
                var choice = plan
                choice.tableIndex = table
                try check(bytes, plan: choice, team: team)
            }
            return
        }
        try judge(first.report, records: first.recordCount, plan: plan)
        let plain = try ReadDelivery(bytes, plan: plan)
        try require(plain.report == first.report, "the report is another over the wire")
        try require(!plain.report.outcome.isAccepted || plain.records?.rowCount ?? 0 == first.recordCount, "records")
        func same(_ other: ReadDelivery, _ what: String) throws {
            // Of a document with several faults, one or another is met first: it depends on how far was read ahead.
            if isUnreadable(plain.report), isUnreadable(other.report) {
                return try require(other.report.outcome == plain.report.outcome, "another outcome \(what)")
            }
            // A file of an archive that is left out is read as far as it takes to see that: damage may lie behind.
            let (one, two) = (plain.report, other.report)
            if leavesOut(one) && isDamaged(two) || leavesOut(two) && isDamaged(one) { return }
            // Nor does damage behind a beginning that is none of the datasets' have to be met.
            if isDamaged(one) || isDamaged(two), !one.outcome.isAccepted, !two.outcome.isAccepted { return }
            try require(
                other.report == plain.report,
                "another report \(what): \(summary(plain.report)) and \(summary(other.report))")
            // The records of a file that is not taken are void.
            guard plain.report.outcome.isAccepted else { return }
            try require(other.records == plain.records, "other records \(what)")
            try require(other.links == plain.links, "other links \(what)")
        }
        try same(ReadDelivery(bytes, plan: plan, readBytes: 64), "in small chunks")
        // A markup parser looks at an unfinished tag again with each read, so a large file has larger ones.
        let step = max(7, bytes.count >> 14)
        try same(ReadDelivery(bytes, plan: plan, readBytes: 1000, step: step), "in small reads")
        try same(ReadDelivery(bytes, plan: plan, team: team), "with several threads")
        try same(ReadDelivery(bytes, plan: plan, team: team, readBytes: 100), "in small chunks on several threads")
    }

    private static func leavesOut(_ report: DecodeReport) -> Bool {
        report.findings.contains { $0.code == .memberIgnored }
    }

    private static func isDamaged(_ report: DecodeReport) -> Bool {
        report.findings.contains { $0.code == .containerInvalid && $0.severity == .fatal }
    }

    private static func summary(_ report: DecodeReport) -> String {
        let findings = report.findings.map { "\($0.severity.text) \($0.code.rawValue) \($0.rule) ×\($0.count)" }
        return "\(report.outcome.rawValue), \(report.rows.read) rows [\(findings.joined(separator: "; "))]"
    }

    /// The bytes are no document of their form: damaged, cut off, or too large.
    private static func isUnreadable(_ report: DecodeReport) -> Bool {
        let faults: Set<FindingCode> = [
            .containerInvalid, .containerUnsafe, .syntaxInvalid, .structureUnexpected, .documentTypeForbidden,
            .bytesInvalid,
        ]
        let bounds = [
            FindingRule.inflatedLimitBytes, FindingRule.inflationRatioLimit, FindingRule.nestingLimit,
            FindingRule.rowLimitBytes, FindingRule.cellLimitBytes,
        ]
        return report.findings.contains {
            $0.severity == .fatal && (faults.contains($0.code) || bounds.contains($0.rule))
        }
    }

    package static func require(_ condition: Bool, _ what: @autoclosure () -> String) throws {
        if !condition { throw Violation(description: what()) }
    }

    /// - Parameter records: how many were handed over.
    private static func judge(_ report: DecodeReport, records: Int, plan: FormatPlan) throws {
        try require(report.rows.read == report.rows.accepted + report.rows.rejected, "rows do not add up")
        try require(
            min(report.rows.read, report.rows.accepted, report.rows.rejected, report.linkedRows) >= 0,
            "a negative count")
        try require((report.assumptions == nil) == (report.datasetIndex == nil), "half a dataset")
        if report.outcome.isAccepted {
            try require(records == report.rows.accepted, "\(records) records of \(report.rows.accepted) rows")
            try require(report.datasetIndex != nil, "accepted as no dataset")
        }
        try require(report.findings.count <= plan.limits.findingLimit, "too many findings")
        try require(!report.findings.isEmpty || report.datasetIndex != nil, "nothing was read and nothing is said")
        for (finding, next) in zip(report.findings, report.findings.dropFirst()) {
            try require(next.severity <= finding.severity, "the worst finding does not come first")
        }
        for finding in report.findings {
            let code = finding.code.rawValue
            try require(!finding.message.isEmpty, "\(code) without words")
            try require(finding.rows.count <= Finding.rowLimit, "\(code) names too many rows")
            try require(finding.arguments.count <= Finding.argumentLimit, "\(code) has too many arguments")
            try require(zip(finding.rows, finding.rows.dropFirst()).allSatisfy { $0 <= $1 }, "\(code): rows descend")
            try require(finding.count >= 1, "\(code) counts nothing")
            let message = finding.message.lowercased()
            // The number of rows that a closing row states is meant to be told.
            for canary in canaries where finding.code != .totalMismatch || Int(canary) == nil {
                try require(!message.contains(canary), "\(code) tells a value")
            }
        }
    }

    // MARK: - Over the wire

    private static func readOverWire(_ bytes: [UInt8], plan: FormatPlan) throws -> (
        report: DecodeReport, recordCount: Int
    ) {
        var output = FramesOutput(
            plan: plan, sandbox: SandboxLevel(landlockABI: 1, hasNoNewPrivileges: true, hasResourceLimits: true))
        let report = try Ingest(plan: plan).run(input: MemoryDelivery(bytes), output: &output)
        try require(output.fault == nil, "a frame could not be made: \(output.fault.map { "\($0)" } ?? "")")
        try output.frames.report(report)
        var reader = WireReader(plan: plan, inputBytes: bytes.count)
        reader.push(output.frames.buffer)
        var received: DecodeReport?
        while let message = try reader.next() {
            if case .report(let report) = message { received = report }
        }
        try reader.end()
        try require(received == report, "the report is another after the wire")
        return (report, output.recordCount)
    }
}
