import SluiceModel

/// What a report says beside rows, period and findings: both sides of the wire.
extension ByteWriter {
    mutating func facts(of report: DecodeReport) {
        array(report.spans) { writer, span in
            writer.period(span.period)
            writer.count(span.rows)
        }
        optional(report.lines) { writer, lines in
            for count in [
                lines.total, lines.records, lines.headings, lines.above, lines.blank, lines.margins, lines.insideCells,
            ] { writer.count(count) }
        }
        array(report.missingCounts) { $0.optional($1) { $0.count($1) } }
        array(report.entryCounts) { $0.numbers($1) }
        array(report.ascending) { $0.flag($1) }
        array(report.unreadRows) { $0.optional($1) { $0.count($1) } }
        array(report.missingRows) { $0.count($1) }
        array(report.emptyDays) {
            $0.optional($1) { writer, days in
                for count in [days.atStart, days.atEnd, days.count] { writer.count(count) }
            }
        }
        flag(report.endsWithLineEnd)
        optional(report.fitsEncoding) { $0.byte($1.rawValue) }
        numbers(report.droppedFields)
    }

    mutating func period(_ period: Period) {
        count(period.first.index)
        count(period.last.index)
    }
}

/// What the worker said of the rows, which bounds all else it says.
struct ReportFacts {
    var dataset: DatasetPlan?
    var rows: RowCounts
    /// Nothing that counts rows, columns or bytes of the file can be larger.
    var numberLimit: Int
    /// By field of the dataset, how many entries of its code list are counted.
    var entryLimits: [Int]

    /// Reads the facts into `report`.
    ///
    /// - Throws: `WireError` for numbers that no honest worker writes beside these rows.
    func read(_ reader: inout ByteReader, into report: inout DecodeReport) throws(WireError) {
        report.spans = try reader.array(.reportSpans, limit: PeriodSpan.limit) { r throws(WireError) in
            PeriodSpan(period: try r.period(.reportSpans), rows: try r.count(.reportSpans, limit: rows.accepted))
        }
        var sum = 0
        var last: Period?
        for span in report.spans {
            sum += span.rows
            let isNext = last.map { ($0.first, $0.last) < (span.period.first, span.period.last) } ?? true
            guard span.rows > 0, sum <= rows.accepted, isNext else { throw .invalid(.reportSpans) }
            last = span.period
        }
        if !report.spans.isEmpty {
            guard let dataset, dataset.period != PeriodPlan.none else { throw .disagrees(.reportSpans) }
        }
        report.lines = try reader.optional(.reportLines) { r throws(WireError) in
            var counts: [Int] = []
            for _ in 0..<7 { counts.append(try r.count(.reportLines, limit: numberLimit)) }
            var lines = LineAccount()
            (lines.total, lines.records, lines.headings, lines.above) = (counts[0], counts[1], counts[2], counts[3])
            (lines.blank, lines.margins, lines.insideCells) = (counts[4], counts[5], counts[6])
            return lines
        }
        if let lines = report.lines, lines.records != rows.read { throw .disagrees(.reportLines) }
        report.missingCounts = try reader.array(.reportMissing, limit: dataset?.fields.count ?? 0) {
            r throws(WireError) in
            try r.optional(.reportMissing) { r throws(WireError) in try r.count(.reportMissing, limit: rows.read) }
        }
        guard report.missingCounts.isEmpty || report.missingCounts.count == dataset?.fields.count else {
            throw .invalid(.reportMissing)
        }
        let entryLimits = entryLimits
        report.entryCounts = try reader.array(.reportEntries, limit: entryLimits.count) { r throws(WireError) in
            try r.array(.reportEntries, limit: FormatPlan.countedEntryLimit) { r throws(WireError) in
                try r.count(.reportEntries, limit: rows.read)
            }
        }
        guard report.entryCounts.isEmpty || report.entryCounts.count == entryLimits.count else {
            throw .invalid(.reportEntries)
        }
        for (counts, limit) in zip(report.entryCounts, entryLimits) {
            guard counts.isEmpty || counts.count == limit && counts.reduce(0, +) <= rows.read else {
                throw .invalid(.reportEntries)
            }
        }
        report.ascending = try reader.array(.reportAscending, limit: dataset?.fields.count ?? 0) {
            r throws(WireError) in try r.flag(.reportAscending)
        }
        guard report.ascending.isEmpty || report.ascending.count == dataset?.fields.count else {
            throw .invalid(.reportAscending)
        }
        report.unreadRows = try reader.array(.reportUnread, limit: dataset?.fields.count ?? 0) { r throws(WireError) in
            try r.optional(.reportUnread) { r throws(WireError) in try r.count(.reportUnread, limit: numberLimit) }
        }
        guard report.unreadRows.isEmpty || report.unreadRows.count == dataset?.fields.count else {
            throw .invalid(.reportUnread)
        }
        report.missingRows = try reader.array(.reportMissing, limit: dataset?.fields.count ?? 0) {
            r throws(WireError) in
            try r.count(.reportMissing, limit: numberLimit)
        }
        report.emptyDays = try reader.array(.reportDays, limit: dataset?.fields.count ?? 0) { r throws(WireError) in
            try r.optional(.reportDays) { r throws(WireError) in try r.emptyDays() }
        }
        for count in [report.missingRows.count, report.emptyDays.count] where count > 0 {
            guard count == dataset?.fields.count else { throw .invalid(.reportDays) }
        }
        report.endsWithLineEnd = try reader.flag(.report)
        report.fitsEncoding = try reader.optional(.encoding) { r throws(WireError) in
            guard let encoding = TextEncoding(rawValue: try r.byte()), dataset?.encodings.contains(encoding) ?? false
            else { throw WireError.invalid(.encoding) }
            return encoding
        }
        let fieldLimit = dataset.map { max(0, $0.fields.count - 1) } ?? 0
        report.droppedFields = try reader.array(.reportDropped, limit: dataset?.fields.count ?? 0) {
            r throws(WireError) in try r.count(.reportDropped, limit: fieldLimit)
        }
        guard zip(report.droppedFields, report.droppedFields.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw .invalid(.reportDropped)
        }
    }
}

extension ByteReader {
    fileprivate mutating func emptyDays() throws(WireError) -> EmptyDays {
        var counts: [Int] = []
        for _ in 0..<3 { counts.append(try count(.reportDays, limit: EmptyDays.limit)) }
        let days = EmptyDays(atStart: counts[0], atEnd: counts[1], of: counts[2])
        guard days.covered > 0 else { throw .invalid(.reportDays) }
        return days
    }

    mutating func period(_ place: WirePlace) throws(WireError) -> Period {
        guard let first = CivilMonth(index: try count(place, limit: MonthRange.last)),
            let last = CivilMonth(index: try count(place, limit: MonthRange.last)), first.index >= MonthRange.first,
            let period = Period(first: first, last: last)
        else { throw .invalid(place) }
        return period
    }
}
