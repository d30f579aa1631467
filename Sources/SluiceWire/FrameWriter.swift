package import SluiceModel

/// Makes the worker's frames, one after another, in one buffer that its owner writes out and empties.
///
/// ```
/// var frames = FrameWriter()
/// frames.hello(level)
/// frames.plan = plan
/// try frames.recognised(datasetIndex: 0, assumptions)
/// try frames.block(block, links: nil)      // any number of times
/// try frames.report(report)
/// ```
///
/// What does not fit the plan or a frame throws and leaves the buffer as it was: the reader would refuse it.
package struct FrameWriter {
    /// Frames made and not yet written out.
    package private(set) var buffer: [UInt8] = []
    /// Needed from `recognised` on.
    package var plan: FormatPlan?
    private var recognisedIndex: Int?

    package init() {}

    /// Forgets the buffer's bytes and keeps its memory.
    package mutating func removeAll() { buffer.removeAll(keepingCapacity: true) }

    package mutating func hello(_ level: SandboxLevel) {
        small(.hello) { payload in
            payload.byte(Wire.protocolVersion)
            payload.byte(UInt8(clamping: level.landlockABI))
            payload.flag(level.hasNoNewPrivileges)
            payload.flag(level.hasResourceLimits)
        }
    }

    package mutating func progress(rows: Int, bytes: Int) {
        small(.progress) { payload in
            payload.count(rows)
            payload.count(bytes)
        }
    }

    package mutating func failure(_ failure: WorkerFailure) {
        small(.failure) { $0.byte(failure.rawValue) }
    }

    /// States the dataset. The first call counts; the dataset of a file does not change.
    package mutating func recognised(datasetIndex: Int, _ assumptions: Assumptions) throws(WireError) {
        guard recognisedIndex == nil else { return }
        guard let plan, plan.datasets.indices.contains(datasetIndex) else { throw .invalid(.recognised) }
        recognisedIndex = datasetIndex
        small(.recognised) { payload in
            payload.count(datasetIndex)
            payload.byte(assumptions.form.rawValue)
            payload.byte(assumptions.container.rawValue)
            payload.count(assumptions.memberPosition)
            payload.count(assumptions.sheetPosition)
            payload.text(assumptions.encoding)
            payload.flag(assumptions.hasByteOrderMark)
            payload.text(assumptions.delimiter)
            payload.count(assumptions.headerRowNumber)
        }
    }

    /// One block: rows (4 bytes), flags (bit 0 counts, bit 1 links), columns (1 byte); dimension (2 bytes) and width
    /// (1 byte) of each column; the columns' bytes; the counts; the length of the links (4 bytes) and the links.
    package mutating func block(_ block: RecordBlock, links: LinkIdentifiers?) throws(WireError) {
        guard recognisedIndex != nil else { throw .outOfOrder(.block) }
        guard block.columns.count <= 255, block.rowCount >= 0 else { throw .limitExceeded(.blockColumns, limit: 255) }
        guard block.linkTokens.isEmpty else { throw .invalid(.blockLinks) }
        var size = 6 + block.columns.count * 3 + block.counts.count
        for column in block.columns { size += column.bytes.count }
        if let links { size += 4 + links.bytes.count }
        guard size <= Wire.frameLimitBytes else { throw .limitExceeded(.frame, limit: Wire.frameLimitBytes) }

        buffer.reserveCapacity(buffer.count + Wire.frameHeaderBytes + size)
        var writer = ByteWriter()
        swap(&writer.bytes, &buffer)
        writer.uint32(UInt32(size))
        writer.byte(Wire.FrameType.block.rawValue)
        writer.uint32(UInt32(block.rowCount))
        writer.byte((block.counts.isEmpty ? 0 : 1) | (links == nil ? 0 : 2))
        writer.byte(UInt8(block.columns.count))
        for column in block.columns {
            writer.byte(UInt8(truncatingIfNeeded: column.dimension))
            writer.byte(UInt8(truncatingIfNeeded: column.dimension >> 8))
            writer.byte(UInt8(truncatingIfNeeded: column.width))
        }
        for column in block.columns { writer.bytes.append(contentsOf: column.bytes) }
        writer.bytes.append(contentsOf: block.counts)
        if let links {
            writer.uint32(UInt32(links.bytes.count))
            writer.bytes.append(contentsOf: links.bytes)
        }
        swap(&writer.bytes, &buffer)
    }

    /// The last word. States the dataset first when no block did. Messages stay behind, and findings beyond the
    /// plan's limit are cut, the least severe first.
    package mutating func report(_ report: DecodeReport) throws(WireError) {
        guard let plan else { throw .outOfOrder(.report) }
        if let index = report.datasetIndex, let assumptions = report.assumptions {
            try recognised(datasetIndex: index, assumptions)
        }
        guard recognisedIndex == report.datasetIndex else { throw .disagrees(.report) }
        let dataset = report.datasetIndex.map { plan.datasets[$0] }

        var payload = ByteWriter()
        payload.flag(dataset != nil)
        if let dataset {
            let choices = report.assumptions?.dateFormats ?? []
            payload.count(choices.count)
            for choice in choices {
                guard let field = dataset.fields.firstIndex(where: { $0.name == choice.field }),
                    let format = dataset.fields[field].dateFormats.firstIndex(where: { $0.text == choice.format })
                else { throw .invalid(.dateFormats) }
                payload.count(field)
                payload.count(format)
            }
        }
        payload.count(report.rows.read)
        payload.count(report.rows.accepted)
        payload.count(report.rows.rejected)
        payload.count(report.linkedRows)
        payload.optional(report.period) { $0.period($1) }

        var findings = report.findings
        let isCut = findings.count > plan.limits.findingLimit
        if isCut {
            // A stable order, so that what is cut does not depend on the sort.
            let order = findings.indices.sorted {
                findings[$0].severity != findings[$1].severity
                    ? findings[$0].severity > findings[$1].severity : $0 < $1
            }
            findings = order.prefix(plan.limits.findingLimit).map { findings[$0] }
        }
        payload.flag(report.findingsCut || isCut)
        payload.count(findings.count)
        for finding in findings { try self.finding(finding, dataset: dataset, to: &payload) }
        guard report.tables.count <= DecodeLimits.tableLimit else {
            throw .limitExceeded(.reportTables, limit: DecodeLimits.tableLimit)
        }
        payload.array(report.tables) { writer, table in
            writer.count(table.memberPosition)
            writer.count(table.sheetPosition)
            writer.count(table.datasetIndex)
        }
        payload.facts(of: report)
        guard payload.bytes.count <= Wire.frameLimitBytes else {
            throw .limitExceeded(.frame, limit: Wire.frameLimitBytes)
        }
        frame(.report, payload.bytes)
    }

    private func finding(
        _ finding: Finding, dataset: DatasetPlan?, to payload: inout ByteWriter
    ) throws(WireError) {
        var column = 0
        if let name = finding.column {
            guard let index = dataset?.fields.firstIndex(where: { $0.name == name }) else {
                throw .invalid(.findingColumn)
            }
            column = index + 1
        }
        guard FindingRule.isKnown(finding.rule, plan: plan, dataset: dataset) else { throw .invalid(.findingRule) }
        guard finding.rows.count <= Finding.rowLimit, finding.arguments.count <= Finding.argumentLimit else {
            throw .limitExceeded(.findingRows, limit: Finding.rowLimit)
        }
        payload.text(finding.code.rawValue)
        payload.byte(finding.severity.rawValue)
        payload.text(finding.rule)
        payload.count(column)
        payload.count(finding.columnNumber ?? 0)
        payload.count(finding.count)
        payload.array(finding.rows) { $0.count($1) }
        payload.array(finding.arguments) { $0.count($1) }
    }

    private mutating func small(_ type: Wire.FrameType, _ fill: (inout ByteWriter) -> Void) {
        var payload = ByteWriter()
        fill(&payload)
        frame(type, payload.bytes)
    }

    private mutating func frame(_ type: Wire.FrameType, _ payload: [UInt8]) {
        var writer = ByteWriter()
        writer.uint32(UInt32(payload.count))
        writer.byte(type.rawValue)
        buffer.append(contentsOf: writer.bytes)
        buffer.append(contentsOf: payload)
    }
}
