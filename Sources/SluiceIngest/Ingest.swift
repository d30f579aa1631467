package import SluiceModel
package import SluiceReaders
package import SluiceSystem

/// Where the records of one delivery go.
///
/// `recognised` is called once, before the first block and only when a dataset was; `append` with blocks of one row
/// or more; `progress` now and then with rows and bytes read so far. One call at a time, from any of the team's threads.
package protocol IngestOutput {
    mutating func recognised(datasetIndex: Int, _ assumptions: Assumptions) throws(IngestError)
    mutating func append(_ block: RecordBlock, links: LinkIdentifiers?) throws(IngestError)
    mutating func progress(rows: Int, bytes: Int) throws(IngestError)
}

/// The work failed; the data may be good. Trying again can help.
package enum IngestError: Error, Hashable, Sendable {
    /// Reading the file failed, with the system's error number.
    case inputFailed(Int32)
    /// Handing on what was read failed.
    case outputFailed(Int32)
}

/// Turns the bytes of one delivery into minimised records and findings, as a plan says.
///
/// Bounded memory: for each thread a chunk of text, a block of records and the tables of the plan; five to six
/// bytes for each row's key, and eleven to twenty-two for each value that foreign keys refer to. Whatever the bytes
/// are, the result is a report; only a failing input or output throws. The result does not depend on the number of
/// threads.
///
/// ```
/// TableFinder     archives, sheets, forms: where tables may be    Tables/
/// TextSource      bytes of any encoding to chunks of UTF-8        Decode/
/// HeaderMatch     which dataset, which column is what
/// RowPipeline     a chunk's rows: RowScanner, RowJudge, Minimiser Validate/  Minimise/
/// RowFold         chunks in order: counts, findings, keys         Keys/
/// ```
package struct Ingest {
    private let plan: FormatPlan
    private let team: ThreadTeam
    private let readBytes: Int
    private let lookUps: LookUps

    /// `plan.check()` must have found nothing.
    package init(plan: FormatPlan, team: ThreadTeam = ThreadTeam(count: 1), lookUps: LookUps = .none) {
        self.init(plan: plan, team: team, readBytes: TextSource.readBytes, lookUps: lookUps)
    }

    /// - Parameter readBytes: what a chunk of delimited text takes up, about.
    package init(plan: FormatPlan, team: ThreadTeam, readBytes: Int, lookUps: LookUps = .none) {
        self.plan = plan
        self.lookUps = lookUps
        self.team = team
        self.readBytes = readBytes
    }

    /// Reads `input` to its end, or to where it has to be given up, and hands the records to `output`.
    ///
    /// A report whose outcome is `rejected` or `refused` makes the records handed over before it void. Of a file with
    /// several tables, and a plan that asks for none of them, the report lists the tables and nothing is handed over.
    package func run(
        input: any DeliveredBytes, output: inout some IngestOutput
    ) throws(IngestError) -> DecodeReport {
        let finder = TableFinder(plan: plan, readBytes: readBytes)
        let choice: TableChoice
        do throws(ReaderError) {
            choice = try TableChoice(plan: plan, tables: try finder.tables(input))
        } catch {
            switch error {
            case .failed(let failure): throw .inputFailed(failure.errno)
            case .unreadable(let fault):
                var collector = FindingCollector(plan: plan)
                collector.add(Finding(fault))
                if plan.refusesPatients, let finding = try patients(in: input) { collector.add(finding) }
                return report(collector, nil, nil)
            }
        }
        defer { withExtendedLifetime(choice.arena) {} }
        let opening = choice.opening
        if plan.tableIndex == nil, choice.recognised.count > 1 {
            var report = report(FindingCollector(plan: plan), nil, nil)
            report.tables = Array(choice.recognised.prefix(DecodeLimits.tableLimit))
            return report
        }
        switch opening.outcome {
        case .unreadable: return report(opening.collector, nil, nil)
        case .misfit(let match, let assumptions):
            try output.recognised(datasetIndex: match.datasetIndex, assumptions)
            return report(opening.collector, match.datasetIndex, assumptions)
        case .open(let match, let assumptions):
            guard let source = opening.source, let reading = opening.reading else {
                fatalError("open without a source")
            }
            try output.recognised(datasetIndex: match.datasetIndex, assumptions)
            let head = TableHead(match, reading, in: source).account
            let rowBytes = source.averageRowBytes(from: match.nextRow)
            // Deflated text is some ten times as long; a guess too low costs time, one too high address space.
            let mayInflate = assumptions.container != .none || reading.form == .workbook
            let textBytes = input.count * (mayInflate ? 10 : 1)
            source.skip(to: match.nextRow, rowIndex: match.headRowCount, delimiter: match.delimiter)
            var collector = opening.collector
            if !lookUps.hasDirectory, match.hasColumns(of: plan.datasets[match.datasetIndex].output.directoryFields) {
                collector.add(Finding(rule: FindingRule.locates, code: .directoryMissing, severity: .note, message: ""))
            }
            var references: References?
            if !plan.datasets[match.datasetIndex].foreignKeys.isEmpty {
                let found = try References(
                    of: match, among: choice.targets, plan: plan, team: team, arena: choice.arena)
                for key in found.unjudged {
                    collector.add(
                        Finding(
                            rule: FindingRule.foreignKeys, code: .referenceUnjudged, severity: .warning,
                            arguments: [key], message: ""))
                }
                references = found
            }
            let table = Table(
                plan: plan, match: match, assumptions: assumptions, collector: collector,
                head: head, references: references,
                lookUps: lookUps,
                bytesExpected: mayInflate ? plan.limits.inflatedBytes(ofInput: input.count) : input.count,
                rowsExpected: min(plan.limits.rowLimit, textBytes / rowBytes + textBytes / rowBytes / 8),
                arena: choice.arena
            ) { (arena) throws(ReaderError) in
                let again = try reading.open(arena)
                again.skip(to: match.nextRow, rowIndex: match.headRowCount, delimiter: match.delimiter)
                return again
            }
            return try table.run(source, team: team, output: &output)
        }
    }

    /// Looks through the bytes of a file in which no table can be looked for.
    private func patients(in input: any DeliveredBytes) throws(IngestError) -> Finding? {
        do throws(ReaderError) {
            return try PatientScan.finding(in: DeliveredTable(bytes: { DeliveredStream(input) }), plan: plan)
        } catch {
            throw IngestError(error)
        }
    }

    private func report(
        _ collector: FindingCollector, _ datasetIndex: Int?, _ assumptions: Assumptions?
    ) -> DecodeReport {
        let (findings, isCut) = collector.findings()
        return DecodeReport(
            assumptions: assumptions, datasetIndex: datasetIndex, rows: RowCounts(), period: nil, findings: findings,
            findingsCut: isCut)
    }
}
