package import SluiceModel

/// What the worker answers when it was asked for a profile: one message, not frames.
package enum ProfileAnswer: Hashable, Sendable {
    case profile(SampleProfile)
    /// The file cannot be profiled.
    case refused(ProfileRefusal)
    /// The work failed; the file may be good.
    case failed(WorkerFailure)
}

/// A profile as bytes. The reader trusts nothing: every number is bounded, lists are as long as the plan's questions,
/// and values are let through only for columns whose own numbers allow it.
package enum ProfileCodec {
    /// First byte of every answer.
    package static let version: UInt8 = 1
    /// Largest answer.
    package static let limitBytes = 64 << 20

    private enum Kind {
        static let profile: UInt8 = 0
        static let refused: UInt8 = 1
        static let failed: UInt8 = 2
    }

    package static func encode(_ answer: ProfileAnswer, sandbox: SandboxLevel) -> [UInt8] {
        var writer = ByteWriter()
        writer.byte(version)
        writer.byte(UInt8(clamping: sandbox.landlockABI))
        writer.flag(sandbox.hasNoNewPrivileges)
        writer.flag(sandbox.hasResourceLimits)
        switch answer {
        case .profile(let profile):
            writer.byte(Kind.profile)
            writer.profile(profile)
        case .refused(let refusal):
            writer.byte(Kind.refused)
            writer.byte(refusal.rawValue)
        case .failed(let failure):
            writer.byte(Kind.failed)
            writer.byte(failure.rawValue)
        }
        return writer.bytes
    }

    /// - Parameter plan: The one whose questions the worker was given.
    package static func decode(
        _ bytes: [UInt8], plan: FormatPlan
    ) throws(WireError) -> (answer: ProfileAnswer, sandbox: SandboxLevel) {
        guard bytes.count <= limitBytes else { throw .limitExceeded(.profile, limit: limitBytes) }
        var reader = ByteReader(bytes, place: .profile)
        guard try reader.byte() == version else { throw .versionUnknown(.profile) }
        let sandbox = SandboxLevel(
            landlockABI: Int(try reader.byte()), hasNoNewPrivileges: try reader.flag(.profile),
            hasResourceLimits: try reader.flag(.profile))
        let answer: ProfileAnswer
        switch try reader.byte() {
        case Kind.profile: answer = .profile(try reader.profile(plan))
        case Kind.refused:
            guard let refusal = ProfileRefusal(rawValue: try reader.byte()) else { throw .invalid(.profile) }
            answer = .refused(refusal)
        case Kind.failed:
            guard let failure = WorkerFailure(rawValue: try reader.byte()) else { throw .invalid(.profile) }
            answer = .failed(failure)
        default: throw .invalid(.profile)
        }
        try reader.expectEnd()
        return (answer, sandbox)
    }
}

/// How many numbers the answer to each of the dataset's fields has, see `ColumnProfile.answers`.
private func answerLengths(_ plan: FormatPlan) -> [Int] {
    plan.datasets[0].fields.map { field in
        switch field.type {
        case .boolean: 1
        case .date, .datetime, .time, .year, .yearmonth: field.dateFormats.count
        default: field.missingValues.count
        }
    }
}

extension ByteWriter {
    fileprivate mutating func profile(_ profile: SampleProfile) {
        byte(profile.encoding.rawValue)
        flag(profile.hasByteOrderMark)
        byte(profile.delimiter)
        count(profile.headerRowNumber)
        count(profile.rowCount)
        count(profile.raggedRowCount)
        flag(profile.isCut)
        array(profile.columns) { $0.column($1) }
    }

    private mutating func column(_ column: ColumnProfile) {
        optional(column.heading) { $0.text($1) }
        for number in [
            column.filledCount, column.blankCount, column.distinctCount, column.lengthMinimum, column.lengthMaximum,
            column.spacedCount, column.integerCount, column.leadingZeroCount, column.pointNumberCount,
            column.commaNumberCount, column.areaCodeCount,
        ] { count(number) }
        flag(column.isDistinctCut)
        for answer in column.answers { for number in answer { count(number) } }
        for number in column.checkCounts + column.formCounts { count(number) }
        array(column.values) { writer, value in
            writer.text(value.text)
            writer.count(value.rowCount)
        }
    }
}

extension ByteReader {
    fileprivate mutating func profile(_ plan: FormatPlan) throws(WireError) -> SampleProfile {
        let dataset = plan.datasets[0]
        guard let encoding = TextEncoding(rawValue: try byte()), dataset.encodings.contains(encoding) else {
            throw .invalid(.profile)
        }
        let hasByteOrderMark = try flag(.profile)
        let delimiter = try byte()
        guard dataset.delimiters.contains(delimiter) else { throw .invalid(.delimiter) }
        let headerRowNumber = try count(.profileNumber, limit: dataset.headerWithinRows)
        guard headerRowNumber >= 1 else { throw .invalid(.profileNumber) }
        let rowCount = try count(.profileNumber, limit: plan.limits.rowLimit)
        let raggedRowCount = try count(.profileNumber, limit: plan.limits.rowLimit)
        let isCut = try flag(.profile)
        let lengths = answerLengths(plan)
        let columns = try array(.profile, limit: plan.limits.columnLimit) { reader throws(WireError) in
            try reader.column(rowCount: rowCount, answerLengths: lengths, cellLimit: plan.limits.rowLimitBytes)
        }
        guard !columns.isEmpty else { throw .invalid(.profile) }
        return SampleProfile(
            encoding: encoding, hasByteOrderMark: hasByteOrderMark, delimiter: delimiter,
            headerRowNumber: headerRowNumber, rowCount: rowCount, raggedRowCount: raggedRowCount, isCut: isCut,
            columns: columns)
    }

    private mutating func column(
        rowCount: Int, answerLengths: [Int], cellLimit: Int
    ) throws(WireError) -> ColumnProfile {
        var column = ColumnProfile(
            heading: try optional(.profileText) { reader throws(WireError) in
                try reader.text(.profileText, limit: ColumnProfile.headingLimitBytes)
            })
        column.filledCount = try count(.profileNumber, limit: rowCount)
        column.blankCount = try count(.profileNumber, limit: rowCount - column.filledCount)
        let filled = column.filledCount
        column.distinctCount = try count(.profileNumber, limit: filled)
        column.lengthMinimum = try count(.profileNumber, limit: cellLimit)
        column.lengthMaximum = try count(.profileNumber, limit: cellLimit)
        guard column.lengthMinimum <= column.lengthMaximum else { throw .disagrees(.profileNumber) }
        column.spacedCount = try count(.profileNumber, limit: filled)
        column.integerCount = try count(.profileNumber, limit: filled)
        column.leadingZeroCount = try count(.profileNumber, limit: filled)
        column.pointNumberCount = try count(.profileNumber, limit: filled)
        column.commaNumberCount = try count(.profileNumber, limit: filled)
        column.areaCodeCount = try count(.profileNumber, limit: filled)
        column.isDistinctCut = try flag(.profile)
        for length in answerLengths {
            // Missing values are not filled cells, so that the rows bound them.
            column.answers.append(try numbers(length, limit: rowCount))
        }
        column.checkCounts = try numbers(CheckDigit.allCases.count, limit: filled)
        column.formCounts = try numbers(IdentifierForm.allCases.count, limit: filled)
        column.values = try array(.profile, limit: ColumnProfile.listedValuesLimit) { reader throws(WireError) in
            let text = try reader.text(.profileText, limit: ColumnProfile.listedValueLimitBytes)
            let rows = try reader.count(.profileNumber, limit: filled)
            // A list that a plugin's code file could not hold, or that shows what few rows hold, is nobody's.
            guard rows >= ColumnProfile.listedRowsMin, !text.isEmpty,
                text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }),
                !"=+-@".utf8.contains(text.utf8.first ?? 0)
            else { throw .invalid(.profileText) }
            return ColumnProfile.Value(text: text, rowCount: rows)
        }
        guard column.values.isEmpty || column.mayListValues,
            Set(column.values.map(\.text)).count == column.values.count,
            column.values.reduce(0, { $0 + $1.rowCount }) <= filled
        else { throw .disagrees(.profileText) }
        return column
    }

    private mutating func numbers(_ length: Int, limit: Int) throws(WireError) -> [Int] {
        var numbers: [Int] = []
        for _ in 0..<length { numbers.append(try count(.profileNumber, limit: limit)) }
        return numbers
    }
}
