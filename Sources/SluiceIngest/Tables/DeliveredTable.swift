import SluiceModel
import SluiceReaders

/// One place in the delivered file where a table may be: the file itself, a member of an archive, a sheet.
struct DeliveredTable {
    /// A note or drawing beside the cells of a sheet.
    struct Aside {
        var workbook: Workbook
        var part: [UInt8]

        func open() throws(ReaderError) -> any ByteStream { try workbook.text(of: part) }
    }

    /// A form the place may be read in, with the datasets that accept it so.
    struct Reading {
        var form: Assumptions.TableForm
        var encoding: TextEncoding?
        var hasByteOrderMark = false
        /// Indices into `FormatPlan.datasets`, ascending.
        var datasets: [Int]
        /// Candidates for the delimiter, in place of the dataset's.
        var delimiters: [UInt8]?
        /// What is to be said where this reading is the one that fits.
        var notes: [Finding] = []
        /// The number of the row before the first record, where the form has no header of its own.
        var rowsAboveRecords: Int?
        /// The rows from the first, in memory of the arena; may be called again for a second pass.
        var open: (Arena) throws(ReaderError) -> any HeadedSource
    }

    var container = Assumptions.Container.none
    /// From 1; 0 where there is only one.
    var memberPosition = 0
    var sheetPosition = 0
    /// Asked not to be seen by whoever made the file.
    var isHidden = false
    /// In the order in which they should be tried; empty when nothing about the place can be read.
    var readings: [Reading] = []
    /// Why it cannot be read.
    var fault: Finding?
    /// What is to be said of what it came in.
    var notes: [Finding] = []
    /// All bytes of the place, for a look at what no reading shows; nil where the readings show all there is.
    var bytes: (() throws(ReaderError) -> any ByteStream)?
    /// Texts beside its cells that no reading shows, where somebody has to look through them.
    var asides: [Aside] = []
}

extension FieldPlan {
    /// Its cells are JSON objects.
    fileprivate var isObject: Bool {
        switch type {
        case .object, .geojson: true
        case .geopoint: geopointFormat == .object
        default: false
        }
    }
}

/// Finds the tables of a delivered file: looks through archives and workbooks, and tells each place's form by its bytes.
struct TableFinder {
    let plan: FormatPlan
    let readBytes: Int

    /// - Throws: what is wrong with the file as a whole.
    func tables(_ file: any DeliveredBytes) throws(ReaderError) -> [DeliveredTable] {
        let kind = try FileKind.of(file, limits: plan.limits)
        switch kind {
        case .gzip, .zip:
            let archive = try Archive.open(file, kind: kind, limits: plan.limits)
            var tables: [DeliveredTable] = []
            for (index, member) in archive.members.enumerated() {
                var found: [DeliveredTable]
                do throws(ReaderError) {
                    found =
                        member.kind == .workbook
                        ? try sheets(try archive.held(index))
                        : try document(member.kind) { () throws(ReaderError) in try archive.stream(index) }
                } catch .unreadable(let fault) {
                    found = [DeliveredTable(fault: Finding(fault))]
                }
                for place in found.indices {
                    found[place].container = kind == .zip ? .zip : .gzip
                    if archive.members.count > 1 { found[place].memberPosition = member.position }
                }
                tables += found
            }
            if archive.paddingBytes > 0, !tables.isEmpty {
                tables[0].notes.append(
                    Finding(
                        rule: FindingRule.container, code: .paddingIgnored, severity: .note,
                        arguments: [archive.paddingBytes], message: ""))
            }
            return tables
        case .workbook: return try sheets(file)
        default: return try document(kind) { DeliveredStream(file) }
        }
    }

    // MARK: - Workbooks

    private func sheets(_ file: any DeliveredBytes) throws(ReaderError) -> [DeliveredTable] {
        let workbook = try Workbook.open(file, limits: plan.limits)
        let isOnly = workbook.sheets.count == 1
        var tables: [DeliveredTable] = []
        for (index, sheet) in workbook.sheets.enumerated() {
            let datasets = plan.datasets.indices.filter { dataset in
                guard let form = plan.datasets[dataset].forms.workbook else { return false }
                if let position = form.sheetPosition, position != sheet.position { return false }
                if form.sheetNames.isEmpty { return !sheet.isHidden }
                return form.sheetNames.contains(sheet.name)
            }
            var table = DeliveredTable(sheetPosition: isOnly ? 0 : sheet.position, isHidden: sheet.isHidden)
            table.readings = [
                DeliveredTable.Reading(form: .workbook, datasets: datasets, delimiters: [UInt8(ascii: ",")]) {
                    (arena) throws(ReaderError) in try rows(try workbook.rows(ofSheet: index), arena)
                }
            ]
            if plan.refusesPatients {
                table.asides = try workbook.asides(ofSheet: index).map {
                    DeliveredTable.Aside(workbook: workbook, part: $0)
                }
            }
            tables.append(table)
        }
        return tables
    }

    // MARK: - Documents

    private func document(
        _ kind: FileKind, _ stream: @escaping () throws(ReaderError) -> any ByteStream
    ) throws(ReaderError) -> [DeliveredTable] {
        switch kind {
        case .xml: return [try xml(stream)]
        case .json, .jsonLines: return [try json(stream, isLines: kind == .jsonLines)]
        case .unsupported(let foreign): throw .unreadable(foreign.fault)
        default: return [try text(stream)]
        }
    }

    private func xml(
        _ stream: @escaping () throws(ReaderError) -> any ByteStream
    ) throws(ReaderError) -> DeliveredTable {
        var candidates: [XMLRows.Candidate] = []
        for (index, dataset) in plan.datasets.enumerated() {
            if let form = dataset.forms.xml { candidates.append(XMLRows.Candidate(index: index, form: form)) }
        }
        guard !candidates.isEmpty else { throw .unreadable(Unreadable(.formatUnsupported, rule: FindingRule.forms)) }
        let matches = try XMLRows.matches(stream, candidates: candidates, limits: plan.limits)
        var table = DeliveredTable()
        table.bytes = stream
        // Datasets that read the document alike share one reading.
        for match in matches {
            if let known = table.readings.indices.first(where: { place in
                plan.datasets[table.readings[place].datasets[0]].forms.xml == match.form
            }) {
                table.readings[known].datasets.append(match.index)
                continue
            }
            table.readings.append(
                DeliveredTable.Reading(
                    form: .xml, datasets: [match.index], delimiters: [UInt8(ascii: ",")], rowsAboveRecords: 0
                ) { (arena) throws(ReaderError) in
                    try rows(try XMLRows.rows(stream, of: match.form, limits: plan.limits), arena)
                })
        }
        return table
    }

    private func json(
        _ stream: @escaping () throws(ReaderError) -> any ByteStream, isLines: Bool
    ) throws(ReaderError) -> DeliveredTable {
        var candidates: [JSONRows.Candidate] = []
        for (index, dataset) in plan.datasets.enumerated() {
            if let form = dataset.forms.json { candidates.append(JSONRows.Candidate(index: index, form: form)) }
        }
        guard !candidates.isEmpty else { throw .unreadable(Unreadable(.formatUnsupported, rule: FindingRule.forms)) }
        let wholeColumns = Set(
            plan.datasets.filter { $0.forms.json != nil }.flatMap(\.fields).filter(\.isObject).flatMap(\.headers))
        func open() throws(ReaderError) -> JSONRows.Opened {
            try JSONRows.open(
                stream, isLines: isLines, candidates: candidates, wholeColumns: wholeColumns, limits: plan.limits)
        }
        var table = DeliveredTable()
        table.bytes = stream
        table.readings = [
            DeliveredTable.Reading(
                form: isLines ? .jsonLines : .json, datasets: try open().matches, delimiters: [UInt8(ascii: ",")],
                rowsAboveRecords: 0
            ) { (arena) throws(ReaderError) in try rows(try open().rows, arena) }
        ]
        return table
    }

    private func rows(_ source: any RowSource, _ arena: Arena) throws(ReaderError) -> any HeadedSource {
        let chunks = RowChunks(source, limits: plan.limits, readBytes: readBytes, arena: arena)
        try chunks.readFirst()
        return chunks
    }

    // MARK: - Text

    private func text(
        _ stream: @escaping () throws(ReaderError) -> any ByteStream
    ) throws(ReaderError) -> DeliveredTable {
        let headArena = Arena()
        defer { withExtendedLifetime(headArena) {} }
        let head = TextSource(try stream(), limits: plan.limits, arena: headArena)
        try head.readFirst()
        var table = DeliveredTable()
        let verdict = Recognition.verdict(head.raw, count: head.rawCount, isWhole: head.isComplete, plan: plan)
        guard case .readings(let readings) = verdict else {
            if case .unreadable(let code, let rule) = verdict {
                table.fault = Finding(rule: rule, code: code, severity: .fatal, message: "")
            }
            table.bytes = stream
            return table
        }
        func source(
            _ reading: Recognition.Reading, hasQuotes: Bool, _ arena: Arena, isUnwrapped: Bool = false
        ) throws(ReaderError) -> TextSource {
            let bytes = try stream()
            let source = TextSource(
                isUnwrapped ? unwrapped(bytes, reading) : bytes, limits: plan.limits, readBytes: readBytes,
                hasQuotes: hasQuotes, arena: arena)
            try source.readFirst()
            source.begin(reading.form, skipping: reading.byteOrderMarkBytes)
            return source
        }
        func delimited(
            _ reading: Recognition.Reading, _ datasets: [Int], isUnwrapped: Bool
        ) -> DeliveredTable.Reading {
            let note = Finding(rule: FindingRule.quoting, code: .linesQuoted, severity: .warning, message: "")
            return DeliveredTable.Reading(
                form: .delimited, encoding: reading.encoding, hasByteOrderMark: reading.byteOrderMarkBytes > 0,
                datasets: datasets, notes: isUnwrapped ? [note] : []
            ) { (arena) throws(ReaderError) in
                try source(reading, hasQuotes: true, arena, isUnwrapped: isUnwrapped)
            }
        }
        var lastReadings: [DeliveredTable.Reading] = []
        for reading in readings {
            let datasets = reading.datasets.filter { plan.datasets[$0].forms.delimited }
            guard !datasets.isEmpty else { continue }
            head.begin(reading.form, skipping: reading.byteOrderMarkBytes)
            let quoted = zip(datasets, datasets.map { quotedLines(head, $0) })
            let all = quoted.filter { $0.1 == .all }.map { $0.0 }
            let records = quoted.filter { $0.1 == .records }.map { $0.0 }
            // The headings fit in either reading, and the records in this one alone.
            if !records.isEmpty { table.readings.append(delimited(reading, records, isUnwrapped: true)) }
            table.readings.append(delimited(reading, datasets, isUnwrapped: false))
            if !all.isEmpty { lastReadings.append(delimited(reading, all, isUnwrapped: true)) }
        }
        table.readings += lastReadings
        // A file without a header fits any layout: only its lines' length speaks for one.
        for reading in readings {
            head.begin(reading.form, skipping: reading.byteOrderMarkBytes)
            for dataset in reading.datasets {
                guard let form = plan.datasets[dataset].forms.fixedWidth, fits(head, form) else { continue }
                table.readings.append(
                    DeliveredTable.Reading(
                        form: .fixedWidth, encoding: reading.encoding,
                        hasByteOrderMark: reading.byteOrderMarkBytes > 0, datasets: [dataset],
                        delimiters: [UInt8(ascii: ",")], rowsAboveRecords: form.leadingLines
                    ) { (arena) throws(ReaderError) in
                        try rows(
                            FixedWidthSource(
                                try source(reading, hasQuotes: false, arena), form: form, limits: plan.limits,
                                arena: arena), arena)
                    })
            }
        }
        return table
    }

    // MARK: - Lines in quotes

    /// The text without the quotes around its lines.
    private func unwrapped(_ bytes: any ByteStream, _ reading: Recognition.Reading) -> UnwrappedLines {
        let units: UnwrappedLines.Units =
            switch reading.form {
            case .utf8, .windows1252: .bytes
            case .utf16LittleEndian: .pairs(isLittle: true)
            case .utf16BigEndian: .pairs(isLittle: false)
            }
        return UnwrappedLines(
            bytes, units: units, delimiters: reading.datasets.flatMap { plan.datasets[$0].delimiters },
            skipping: reading.byteOrderMarkBytes, limits: plan.limits)
    }

    /// Which lines are one quoted cell each that holds delimiters.
    private enum QuotedLines {
        case none
        /// All of them, but for titles above.
        case all
        /// All below the only row of several cells.
        case records
    }

    /// Rows below the headings that are looked at for quotes around them.
    private static let quotedRows = 20

    private func quotedLines(_ head: TextSource, _ index: Int) -> QuotedLines {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let cells = arena.flat(plan.limits.columnLimit + 1, repeating: RowScanner.Cell(start: 0, end: 0, marks: []))
        let dataset = plan.datasets[index]
        for delimiter in dataset.delimiters {
            let lines = quotedLines(head, delimiter, headerWithinRows: dataset.headerWithinRows, cells)
            if lines != .none { return lines }
        }
        return .none
    }

    private func quotedLines(
        _ head: TextSource, _ delimiter: UInt8, headerWithinRows: Int, _ cells: Flat<RowScanner.Cell>
    ) -> QuotedLines {
        var scanner = RowScanner(delimiter: delimiter, cells: cells)
        scanner.restart(at: 0, in: head.text)
        // Lines in quotes above the first row of several cells, which may be the headings, and below it.
        var (above, below) = (0, 0)
        var headingCount = 0
        var row = 0
        while row < headerWithinRows + TableFinder.quotedRows,
            case .row = scanner.scan(head.text, end: head.end, isLast: head.isComplete)
        {
            row += 1
            let filled = (0..<min(scanner.cellCount, cells.count)).count { cells[$0].start < cells[$0].end }
            if filled > 1 {
                // A second one is a record, which is no line in quotes.
                if headingCount > 0 { return above > 0 ? .all : .none }
                headingCount = filled
                continue
            }
            guard filled == 1, cells[0].marks.contains(.quoted), scanner.breakCount == 0,
                !scanner.rowMarks.contains(.afterQuote)
            else { continue }
            let delimiters = (Int(cells[0].start)..<Int(cells[0].end)).count { head.text[$0] == delimiter }
            if headingCount == 0 {
                if delimiters > 0, row <= headerWithinRows { above += 1 }
            } else if delimiters >= headingCount - 1, scanner.cellCount == 1 || headingCount >= TableFinder.wideCount {
                below += 1
            }
        }
        return below > 0 ? .records : above > 0 ? .all : .none
    }

    /// In a table of so many columns no first cell has as many delimiters as there are columns, with nothing behind it.
    private static let wideCount = 4

    /// Whether the first lines are as long as the layout's: no longer, and not shorter than half of it.
    private func fits(_ head: TextSource, _ form: FixedWidthForm) -> Bool {
        let width = form.columns.map { $0.offset + $0.width }.max() ?? 0
        var start = 0
        var lineCount = 0
        while start < head.end, lineCount < form.leadingLines + 20 {
            let next = head.text.lineEnd(from: start, to: head.end, isLast: head.isComplete)
            guard let next = next ?? (head.isComplete ? head.end : nil) else { break }
            var end = next
            while end > start, head.text[end - 1] == 0x0A || head.text[end - 1] == 0x0D { end -= 1 }
            let length = (start..<end).count { head.text[$0] & 0xC0 != 0x80 }
            if lineCount >= form.leadingLines, length > 0, length > width || length * 2 < width { return false }
            lineCount += 1
            start = next
        }
        return lineCount > form.leadingLines
    }
}
