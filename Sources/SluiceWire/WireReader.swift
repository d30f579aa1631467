package import SluiceModel

/// Reads a worker's frames and lets through only what its plan allows.
///
/// The worker reads an agency's bytes and may have been taken over by them. So nothing it says is believed: the order
/// of frames, every code of every record against the plan, every number of a finding against the file's size, and the
/// totals of the report against the rows that came. No text of the worker's reaches the result but words of closed
/// lists; messages are made here, from the plan.
///
/// Push bytes as they come, then call `next()` until it returns nil; at the end of the pipe call `end()`. After the
/// first error every call throws that error again.
package struct WireReader {
    /// Rows in the blocks so far.
    package private(set) var rowsReceived = 0
    /// Those of them with an identifier to link by.
    package private(set) var linkedRowsReceived = 0

    private let plan: FormatPlan
    /// Nothing that counts rows, columns or bytes of the file as it is can be larger.
    private let plainLimit: Int
    /// Nor of what it may inflate to.
    private let inflatedLimit: Int
    /// Which of the two holds.
    private var numberLimit: Int { mayInflate ? inflatedLimit : plainLimit }
    /// Until the worker has said that the file is no container, it may be one.
    package var mayInflate: Bool {
        guard let assumptions = recognised?.assumptions else { return true }
        return assumptions.container != .none || assumptions.form == .workbook
    }
    private var buffer: [UInt8] = []
    private var offset = 0
    private var state = State.start
    private var recognised: (datasetIndex: Int, assumptions: Assumptions)?
    private var progress = (rows: 0, bytes: 0)

    private enum State {
        case start, running, finished
        case failed(WireError)
    }

    /// Sheets of a workbook; Excel itself is bounded by memory only.
    private static let sheetLimit = 100_000

    /// `inputBytes` is the size of the file the worker reads.
    package init(plan: FormatPlan, inputBytes: Int) {
        self.plan = plan
        // Small files may be told of limits and positions beyond their own size.
        plainLimit = max(inputBytes, 4096) + 1
        inflatedLimit = max(plainLimit, plan.limits.inflatedBytes(ofInput: inputBytes) + 1)
    }

    /// Takes the next bytes of the pipe. Keeps at most one unfinished frame beside them.
    package mutating func push(_ bytes: ArraySlice<UInt8>) {
        if offset > 0 {
            buffer.removeSubrange(0..<offset)
            offset = 0
        }
        buffer.append(contentsOf: bytes)
    }

    package mutating func push(_ bytes: [UInt8]) { push(bytes[...]) }

    /// The next whole frame's message, or nil when more bytes are needed.
    package mutating func next() throws(WireError) -> WireMessage? {
        if case .failed(let error) = state { throw error }
        do {
            return try nextChecked()
        } catch {
            state = .failed(error)
            buffer = []
            offset = 0
            throw error
        }
    }

    /// Checks that the worker said its last word and nothing after it.
    package mutating func end() throws(WireError) {
        switch state {
        case .failed(let error): throw error
        case .start, .running: throw .truncated(.end)
        case .finished:
            guard offset == buffer.count else { throw .trailing(.end) }
        }
    }

    // MARK: - Frames

    private mutating func nextChecked() throws(WireError) -> WireMessage? {
        if case .finished = state {
            guard offset == buffer.count else { throw .trailing(.end) }
            return nil
        }
        guard buffer.count - offset >= Wire.frameHeaderBytes else { return nil }
        var header = ByteReader(buffer, range: offset..<offset + Wire.frameHeaderBytes, place: .frame)
        let length = Int(try header.uint32())
        // Judged before the payload is waited for, so that a false length cannot make the daemon gather it.
        guard length <= Wire.frameLimitBytes else { throw .limitExceeded(.frame, limit: Wire.frameLimitBytes) }
        guard let type = Wire.FrameType(rawValue: try header.byte()) else { throw .invalid(.frameType) }
        try checkOrder(type)
        let start = offset + Wire.frameHeaderBytes
        guard buffer.count - start >= length else { return nil }

        let payload = start..<start + length
        let message = try message(type, payload)
        offset = payload.upperBound
        switch message {
        case .report, .failure: state = .finished
        default: state = .running
        }
        return message
    }

    private func checkOrder(_ type: Wire.FrameType) throws(WireError) {
        switch (state, type) {
        case (.start, .hello), (.running, .progress), (.running, .report), (.running, .failure): return
        case (.running, .recognised) where recognised == nil: return
        case (.running, .block) where recognised != nil: return
        default: throw .outOfOrder(.frameType)
        }
    }

    private mutating func message(_ type: Wire.FrameType, _ range: Range<Int>) throws(WireError) -> WireMessage {
        switch type {
        case .hello:
            var reader = ByteReader(buffer, range: range, place: .hello)
            guard try reader.byte() == Wire.protocolVersion else { throw .versionUnknown(.hello) }
            let level = SandboxLevel(
                landlockABI: Int(try reader.byte()), hasNoNewPrivileges: try reader.flag(.hello),
                hasResourceLimits: try reader.flag(.hello))
            try reader.expectEnd()
            return .hello(level)
        case .recognised:
            var reader = ByteReader(buffer, range: range, place: .recognised)
            let (index, assumptions) = try readRecognised(&reader)
            try reader.expectEnd()
            recognised = (index, assumptions)
            return .recognised(datasetIndex: index, assumptions)
        case .progress:
            var reader = ByteReader(buffer, range: range, place: .progress)
            let rows = try reader.count(.progress, limit: numberLimit)
            let bytes = try reader.count(.progress, limit: numberLimit)
            try reader.expectEnd()
            guard rows >= progress.rows, bytes >= progress.bytes else { throw .disagrees(.progress) }
            progress = (rows, bytes)
            return .progress(rows: rows, bytes: bytes)
        case .block:
            var reader = ByteReader(buffer, range: range, place: .block)
            let (block, links) = try readBlock(&reader)
            try reader.expectEnd()
            return .block(block, links)
        case .report:
            var reader = ByteReader(buffer, range: range, place: .report)
            let report = try readReport(&reader)
            try reader.expectEnd()
            return .report(report)
        case .failure:
            var reader = ByteReader(buffer, range: range, place: .failure)
            guard let failure = WorkerFailure(rawValue: try reader.byte()) else { throw .invalid(.failure) }
            try reader.expectEnd()
            return .failure(failure)
        }
    }

    // MARK: - Recognised

    private func readRecognised(_ reader: inout ByteReader) throws(WireError) -> (Int, Assumptions) {
        let index = try reader.count(.recognised, limit: max(0, plan.datasets.count - 1))
        guard plan.datasets.indices.contains(index) else { throw .invalid(.recognised) }
        let dataset = plan.datasets[index]
        guard let form = Assumptions.TableForm(rawValue: try reader.byte()), dataset.forms.allows(form),
            let container = Assumptions.Container(rawValue: try reader.byte())
        else { throw .invalid(.assumptions) }
        let memberPosition = try reader.count(.assumptions, limit: plan.limits.memberLimit)
        let sheetPosition = try reader.count(.assumptions, limit: WireReader.sheetLimit)
        guard memberPosition == 0 || container != .none, sheetPosition == 0 || form == .workbook else {
            throw .invalid(.assumptions)
        }
        let encoding = try reader.text(.encoding, limit: 16)
        let hasByteOrderMark = try reader.flag(.recognised)
        let delimiter = try reader.text(.delimiter, limit: 16)
        switch form {
        case .delimited:
            guard dataset.encodings.contains(where: { $0.text == encoding }) else { throw .invalid(.encoding) }
            guard dataset.delimiters.contains(where: { delimiterName($0) == delimiter }) else {
                throw .invalid(.delimiter)
            }
        case .fixedWidth, .workbook, .xml, .json, .jsonLines:
            // A document says itself what it is written in.
            let encodings = form == .fixedWidth ? dataset.encodings : TextEncoding.allCases
            guard encoding.isEmpty || encodings.contains(where: { $0.text == encoding }) else {
                throw .invalid(.encoding)
            }
            guard delimiter.isEmpty || delimiter == "," else { throw .invalid(.delimiter) }
        }
        let headerRowNumber = try reader.count(.assumptions, limit: inflatedLimit)
        // Records of a document and lines cut at fixed places need no header.
        guard headerRowNumber >= (form == .delimited || form == .workbook ? 1 : 0) else {
            throw .invalid(.assumptions)
        }
        var assumptions = Assumptions(
            dataset: dataset.id, edition: dataset.edition, encoding: encoding, hasByteOrderMark: hasByteOrderMark,
            delimiter: delimiter, headerRowNumber: headerRowNumber, dateFormats: [])
        assumptions.form = form
        assumptions.container = container
        assumptions.memberPosition = memberPosition
        assumptions.sheetPosition = sheetPosition
        return (index, assumptions)
    }

    // MARK: - Blocks

    private mutating func readBlock(_ reader: inout ByteReader) throws(WireError) -> (RecordBlock, LinkIdentifiers?) {
        guard let datasetIndex = recognised?.datasetIndex else { throw .outOfOrder(.block) }
        let output = plan.datasets[datasetIndex].output
        let rowCount = Int(try reader.uint32())
        guard rowCount >= 1 else { throw .invalid(.blockRows) }
        guard rowCount <= plan.limits.blockRows else { throw .limitExceeded(.blockRows, limit: plan.limits.blockRows) }
        guard rowCount <= plan.limits.rowLimit - rowsReceived else {
            throw .limitExceeded(.rowLimit, limit: plan.limits.rowLimit)
        }

        let isCounts = if case .counts = output.kind { true } else { false }
        let isLinked = output.linkField != nil
        let flags = try reader.byte()
        guard flags & 1 == (isCounts ? 1 : 0), flags < 4 else { throw .invalid(.blockCounts) }
        guard flags & 2 == (isLinked ? 2 : 0) else { throw .invalid(.blockLinks) }
        guard Int(try reader.byte()) == output.columns.count else { throw .invalid(.blockColumns) }

        var columns: [RecordBlock.Column] = []
        columns.reserveCapacity(output.columns.count)
        for column in output.columns {
            guard plan.dimensions.indices.contains(column.dimension) else { throw .invalid(.plan) }
            let width = RecordBlock.width(codeCount: plan.dimensions[column.dimension].codeCount)
            let statedDimension = Int(try reader.byte()) | Int(try reader.byte()) << 8
            let statedWidth = Int(try reader.byte())
            guard statedDimension == column.dimension, statedWidth == width else { throw .invalid(.blockColumns) }
            columns.append(RecordBlock.Column(dimension: column.dimension, width: width, bytes: []))
        }
        for index in columns.indices {
            let bytes = try reader.data(rowCount * columns[index].width)
            let dimension = plan.dimensions[columns[index].dimension]
            if dimension.isMonth {
                guard monthsAreLegal(bytes, width: columns[index].width) else { throw .invalid(.blockMonths) }
            } else {
                guard codesAreLegal(bytes, width: columns[index].width, codeCount: dimension.codeCount) else {
                    throw .invalid(.blockCodes)
                }
            }
            columns[index].bytes = bytes
        }
        let counts = isCounts ? try reader.data(rowCount * 4) : []

        var links: LinkIdentifiers?
        if isLinked {
            let length = Int(try reader.uint32())
            guard length <= rowCount * (1 + LinkIdentifiers.identifierLimitBytes) else {
                throw .limitExceeded(.blockLinks, limit: rowCount * (1 + LinkIdentifiers.identifierLimitBytes))
            }
            let bytes = try reader.data(length)
            guard let linked = countLinked(bytes, rowCount: rowCount) else { throw .invalid(.blockLinks) }
            linkedRowsReceived += linked
            links = LinkIdentifiers(bytes: bytes)
        }
        rowsReceived += rowCount
        return (RecordBlock(rowCount: rowCount, columns: columns, counts: counts), links)
    }

    // MARK: - The report

    private func readReport(_ reader: inout ByteReader) throws(WireError) -> DecodeReport {
        let hasDataset = try reader.flag(.report)
        guard hasDataset == (recognised != nil) else { throw .disagrees(.report) }
        let dataset = recognised.map { plan.datasets[$0.datasetIndex] }
        var assumptions = recognised?.assumptions
        if let dataset { assumptions?.dateFormats = try readDateFormats(&reader, dataset: dataset) }

        let rows = RowCounts(
            read: try reader.count(.reportRows, limit: numberLimit),
            accepted: try reader.count(.reportRows, limit: numberLimit),
            rejected: try reader.count(.reportRows, limit: numberLimit))
        guard rows.read == rows.accepted + rows.rejected else { throw .disagrees(.reportRows) }
        let linkedRows = try reader.count(.linkedRows, limit: rows.accepted)
        let period = try reader.optional(.reportPeriod) { r throws(WireError) in try r.period(.reportPeriod) }
        if period != nil {
            guard let dataset, dataset.period != PeriodPlan.none else { throw .disagrees(.reportPeriod) }
        }

        let findingsCut = try reader.flag(.findings)
        let datasetIndex = recognised?.datasetIndex
        let findingReader = FindingReader(plan: plan, datasetIndex: datasetIndex, numberLimit: numberLimit)
        let findings = try reader.array(.findings, limit: plan.limits.findingLimit) { r throws(WireError) in
            try findingReader.finding(&r)
        }

        let tables = try readTables(&reader)
        var report = DecodeReport(
            assumptions: assumptions, datasetIndex: datasetIndex, rows: rows, period: period, findings: findings,
            findingsCut: findingsCut, linkedRows: linkedRows)
        try ReportFacts(
            dataset: dataset, rows: rows, numberLimit: numberLimit,
            entryLimits: dataset?.fields.map { plan.countedEntries(of: $0) } ?? []
        ).read(&reader, into: &report)
        if !tables.isEmpty {
            guard !hasDataset, rows == RowCounts(), period == nil, findings.isEmpty, !findingsCut else {
                throw .disagrees(.reportTables)
            }
            let nothing = DecodeReport(assumptions: nil, datasetIndex: nil, rows: rows, period: nil, findings: [])
            guard report == nothing else { throw .disagrees(.reportTables) }
            report.tables = tables
            return report
        }

        // Of a file that is refused or rejected as a whole the daemon keeps no record, so the totals may differ.
        let isDiscarded = findings.contains { $0.severity >= .fatal }
        guard isDiscarded || rows.accepted == rowsReceived else { throw .disagrees(.reportRows) }
        guard isDiscarded || linkedRows == linkedRowsReceived else { throw .disagrees(.linkedRows) }
        guard isDiscarded || recognised != nil else { throw .disagrees(.report) }
        return report
    }

    /// The tables of a file that holds several, which only a worker tells that was not told which of them to read.
    private func readTables(_ reader: inout ByteReader) throws(WireError) -> [DecodeReport.TableEntry] {
        let tables = try reader.array(.reportTables, limit: DecodeLimits.tableLimit) { r throws(WireError) in
            DecodeReport.TableEntry(
                memberPosition: try r.count(.reportTables, limit: plan.limits.memberLimit),
                sheetPosition: try r.count(.reportTables, limit: WireReader.sheetLimit),
                datasetIndex: try r.count(.reportTables, limit: max(0, plan.datasets.count - 1)))
        }
        if tables.isEmpty { return [] }
        guard plan.tableIndex == nil else { throw .disagrees(.reportTables) }
        guard tables.count > 1, Set(tables.map(\.place)).count == tables.count,
            tables.allSatisfy({ plan.datasets.indices.contains($0.datasetIndex) })
        else { throw .invalid(.reportTables) }
        return tables
    }

    private func readDateFormats(
        _ reader: inout ByteReader, dataset: DatasetPlan
    ) throws(WireError) -> [Assumptions.DateFormatChoice] {
        try reader.array(.dateFormats, limit: dataset.fields.count) { r throws(WireError) in
            let fieldIndex = try r.count(.dateFormats, limit: dataset.fields.count - 1)
            let field = dataset.fields[fieldIndex]
            let format = try r.count(.dateFormats, limit: max(0, field.dateFormats.count - 1))
            guard field.dateFormats.indices.contains(format) else { throw WireError.invalid(.dateFormats) }
            return Assumptions.DateFormatChoice(field: field.name, format: field.dateFormats[format].text)
        }
    }
}

extension TableForms {
    /// Whether the dataset may arrive in this form.
    fileprivate func allows(_ form: Assumptions.TableForm) -> Bool {
        switch form {
        case .delimited: delimited
        case .workbook: workbook != nil
        case .xml: xml != nil
        case .json, .jsonLines: json != nil
        case .fixedWidth: fixedWidth != nil
        }
    }
}
