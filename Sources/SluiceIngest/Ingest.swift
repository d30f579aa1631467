package import SluiceModel

/// Where the bytes of one delivery come from.
///
/// `read` fills at most the buffer it is given and returns how many bytes it put there, 0 at the end of the file. It
/// may return fewer than there is room for.
package protocol IngestInput {
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(IngestError) -> Int
}

/// Where the records of one delivery go.
///
/// `recognised` is called once, before the first block and only when a dataset was; `append` with blocks of one row
/// or more, in the file's order; `progress` now and then with rows and bytes read so far.
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
/// One pass, in bounded memory: the text buffer, one block of records, the tables of the plan, and eight bytes for
/// each row's key. Whatever the bytes are, the result is a report; only a failing input or output throws.
///
/// ```
/// TextSource      bytes of any encoding to UTF-8        Decode/
/// HeaderMatch     which dataset, which column is what
/// RowScanner      rows and cells
/// RowJudge        what is wrong; each field's value     Validate/
/// Minimiser       codes of the shared model             Minimise/
/// ```
package struct Ingest {
    private let plan: FormatPlan

    /// `plan.check()` must have found nothing.
    package init(plan: FormatPlan) { self.plan = plan }

    /// Reads `input` to its end, or to where it has to be given up, and hands the records to `output`.
    ///
    /// A report whose outcome is `rejected` or `refused` makes the records handed over before it void.
    package mutating func run(
        input: inout some IngestInput, output: inout some IngestOutput
    ) throws(IngestError) -> DecodeReport {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        var source = TextSource(limits: plan.limits, arena: arena)
        try source.readFirst(&input)
        let opening = Opening(plan: plan, source: &source, arena: arena)
        switch opening.outcome {
        case .unreadable(let collector):
            return Ingest.report(collector, nil, nil)
        case .misfit(let match, let assumptions, let collector):
            try output.recognised(datasetIndex: match.datasetIndex, assumptions)
            return Ingest.report(collector, match.datasetIndex, assumptions)
        case .open(let match, let assumptions, let collector):
            try output.recognised(datasetIndex: match.datasetIndex, assumptions)
            var rows = RowPipeline(
                plan: plan, match: match, cells: opening.cells, collector: collector, text: source.text, arena: arena)
            var hasEnded = false
            while !hasEnded {
                switch rows.advance(source.text, end: source.end, isComplete: source.isComplete) {
                case .blockFull: break
                case .needsText:
                    try source.fill(&input, keepingFrom: rows.position)
                    rows.textMoved(source.text)
                    try output.progress(rows: rows.counts.read, bytes: source.bytesRead)
                    continue
                case .end: hasEnded = true
                }
                if let sealed = rows.seal(arena: arena), !rows.isRefused {
                    try output.append(sealed.block, links: sealed.links)
                }
            }
            try output.progress(rows: rows.counts.read, bytes: source.bytesRead)
            return rows.report(assumptions: assumptions)
        }
    }

    private static func report(
        _ collector: FindingCollector, _ datasetIndex: Int?, _ assumptions: Assumptions?
    ) -> DecodeReport {
        let (findings, isCut) = collector.findings()
        return DecodeReport(
            assumptions: assumptions, datasetIndex: datasetIndex, rows: RowCounts(), period: nil, findings: findings,
            findingsCut: isCut)
    }
}
