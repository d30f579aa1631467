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
                isUnwrapped ? UnwrappedLines(bytes) : bytes, limits: plan.limits, readBytes: readBytes,
                hasQuotes: hasQuotes, arena: arena)
            try source.readFirst()
            source.begin(reading.form, skipping: reading.byteOrderMarkBytes)
            return source
        }
        for reading in readings {
            let datasets = reading.datasets.filter { plan.datasets[$0].forms.delimited }
            if !datasets.isEmpty {
                table.readings.append(
                    DeliveredTable.Reading(
                        form: .delimited, encoding: reading.encoding,
                        hasByteOrderMark: reading.byteOrderMarkBytes > 0, datasets: datasets
                    ) { (arena) throws(ReaderError) in try source(reading, hasQuotes: true, arena) })
            }
        }
        for reading in readings where reading.form == .utf8 || reading.form == .windows1252 {
            head.begin(reading.form, skipping: reading.byteOrderMarkBytes)
            let datasets = reading.datasets.filter { plan.datasets[$0].forms.delimited && isWrapped(head, $0) }
            guard !datasets.isEmpty else { continue }
            table.readings.append(
                DeliveredTable.Reading(
                    form: .delimited, encoding: reading.encoding,
                    hasByteOrderMark: reading.byteOrderMarkBytes > 0, datasets: datasets,
                    notes: [Finding(rule: FindingRule.quoting, code: .linesQuoted, severity: .warning, message: "")]
                ) { (arena) throws(ReaderError) in
                    try source(reading, hasQuotes: true, arena, isUnwrapped: true)
                })
        }
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

    /// Whether the first line with something in it is one quoted cell that holds a delimiter of the dataset.
    private func isWrapped(_ head: TextSource, _ dataset: Int) -> Bool {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let cells = arena.flat(2, repeating: RowScanner.Cell(start: 0, end: 0, marks: []))
        return plan.datasets[dataset].delimiters.contains { delimiter in
            var scanner = RowScanner(delimiter: delimiter, cells: cells)
            scanner.restart(at: 0, in: head.text)
            while case .row = scanner.scan(head.text, end: head.end, isLast: head.isComplete) {
                if scanner.cellCount == 1, cells[0].start == cells[0].end { continue }
                return scanner.cellCount == 1 && scanner.rowMarks.contains(.quoted) && scanner.breakCount == 0
                    && !scanner.rowMarks.contains(.afterQuote)
                    && head.text.firstIndex(of: delimiter, in: Int(cells[0].start)..<Int(cells[0].end)) != nil
            }
            return false
        }
    }

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
