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
    /// Nothing that counts rows, columns or bytes of the file can be larger.
    private let numberLimit: Int
    private var buffer: [UInt8] = []
    private var offset = 0
    private var state = State.start
    private var recognised: (datasetIndex: Int, assumptions: Assumptions)?
    private var progress = (rows: 0, bytes: 0)

    private enum State {
        case start, running, finished
        case failed(WireError)
    }

    /// `inputBytes` is the size of the file the worker reads.
    package init(plan: FormatPlan, inputBytes: Int) {
        self.plan = plan
        // Small files may be told of limits and positions beyond their own size.
        numberLimit = max(inputBytes, 4096) + 1
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
        let encoding = try reader.text(.encoding, limit: 16)
        guard dataset.encodings.contains(where: { $0.text == encoding }) else {
            throw .invalid(.encoding)
        }
        let hasByteOrderMark = try reader.flag(.recognised)
        let delimiter = try reader.text(.delimiter, limit: 16)
        guard dataset.delimiters.contains(where: { delimiterName($0) == delimiter }) else {
            throw .invalid(.delimiter)
        }
        let headerRowNumber = try reader.count(.assumptions, limit: numberLimit)
        guard headerRowNumber >= 1 else { throw .invalid(.assumptions) }
        return (
            index,
            Assumptions(
                dataset: dataset.id, edition: dataset.edition, encoding: encoding, hasByteOrderMark: hasByteOrderMark,
                delimiter: delimiter, headerRowNumber: headerRowNumber, dateFormats: [])
        )
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
        let period = try reader.optional(.reportPeriod) { r throws(WireError) in
            let range = MonthRange.first...MonthRange.last
            guard let first = CivilMonth(index: try r.count(.reportPeriod, limit: MonthRange.last)),
                let last = CivilMonth(index: try r.count(.reportPeriod, limit: MonthRange.last)),
                range.contains(first.index), let period = Period(first: first, last: last)
            else { throw WireError.invalid(.reportPeriod) }
            return period
        }
        if period != nil {
            guard let dataset, dataset.period != PeriodPlan.none else { throw .disagrees(.reportPeriod) }
        }

        let findingsCut = try reader.flag(.findings)
        let datasetIndex = recognised?.datasetIndex
        let findings = try reader.array(.findings, limit: plan.limits.findingLimit) { r throws(WireError) in
            try readFinding(&r, datasetIndex: datasetIndex)
        }

        // Of a file that is refused or rejected as a whole the daemon keeps no record, so the totals may differ.
        let isDiscarded = findings.contains { $0.severity >= .fatal }
        guard isDiscarded || rows.accepted == rowsReceived else { throw .disagrees(.reportRows) }
        guard isDiscarded || linkedRows == linkedRowsReceived else { throw .disagrees(.linkedRows) }
        guard isDiscarded || recognised != nil else { throw .disagrees(.report) }
        return DecodeReport(
            assumptions: assumptions, datasetIndex: datasetIndex, rows: rows, period: period, findings: findings,
            findingsCut: findingsCut, linkedRows: linkedRows)
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

    private func readFinding(_ reader: inout ByteReader, datasetIndex: Int?) throws(WireError) -> Finding {
        let dataset = datasetIndex.map { plan.datasets[$0] }
        guard let code = FindingCode(rawValue: try reader.text(.findingCode, limit: 40)) else {
            throw .invalid(.findingCode)
        }
        guard let severity = Severity(rawValue: try reader.byte()) else { throw .invalid(.findings) }
        let rule = try reader.text(.findingRule, limit: 1 << 10)
        guard FindingRule.isKnown(rule, dataset: dataset) else { throw .invalid(.findingRule) }
        let column = try reader.count(.findingColumn, limit: dataset?.fields.count ?? 0)
        let columnNumber = try reader.count(.findingNumber, limit: numberLimit)
        let count = try reader.count(.findingNumber, limit: numberLimit)
        let rows = try reader.array(.findingRows, limit: Finding.rowLimit) { r throws(WireError) in
            try r.count(.findingRows, limit: numberLimit)
        }
        for (index, row) in rows.enumerated() {
            guard row > (index == 0 ? 0 : rows[index - 1]) else { throw .invalid(.findingRows) }
        }
        let arguments = try reader.array(.findingNumber, limit: Finding.argumentLimit) { r throws(WireError) in
            try r.count(.findingNumber, limit: numberLimit)
        }
        var finding = Finding(
            column: column == 0 ? nil : dataset?.fields[column - 1].name,
            columnNumber: columnNumber == 0 ? nil : columnNumber, rule: rule, code: code, severity: severity,
            count: count, rows: rows, arguments: arguments, message: "")
        finding.message = FindingMessages.message(for: finding, plan: plan, datasetIndex: datasetIndex)
        return finding
    }
}
