import DeliverySupport
import SluiceModel
import Testing

/// A table means the same in every form that it can be written in: each accepted sample of each shipped plugin, written
/// anew in all of them, gives the identical records, counts, period and findings.
@Suite struct FormEquivalenceTests {
    /// A way to write a table down.
    enum Form: String, CaseIterable {
        case utf8, utf8Mark, utf16Little, utf16Big, windows1252, carriageReturns, bothLineEnds, semicolons, tabs
        case workbook, workbookShared, json, jsonLines, xml, fixedWidth
        case zippedCSV, gzippedCSV, zippedJSON, gzippedJSON

        /// Whether any dataset of the plan takes the form, with no more than the test adds.
        func isTaken(by plan: FormatPlan) -> Bool { plan.datasets.contains { isTaken(by: $0) } }

        func isTaken(by dataset: DatasetPlan) -> Bool {
            switch self {
            case .utf16Little, .utf16Big: dataset.forms.delimited && dataset.encodings.contains(.utf16)
            case .windows1252: dataset.forms.delimited && dataset.encodings.contains(.windows1252)
            case .semicolons: dataset.forms.delimited && dataset.delimiters.contains(UInt8(ascii: ";"))
            case .tabs: dataset.forms.delimited && dataset.delimiters.contains(UInt8(ascii: "\t"))
            case .workbook, .workbookShared: dataset.forms.workbook == WorkbookForm()
            case .json, .jsonLines, .zippedJSON, .gzippedJSON: dataset.forms.json == JSONForm()
            case .xml: dataset.forms.xml == XMLForm()
            default: dataset.forms.delimited
            }
        }
    }

    /// A sample as a table, and what its plainest form gives.
    private struct Subject {
        var name: String
        var table: PlainTable
        var dataset: DatasetPlan
        var datasetIndex: Int
        var delimiter: Unicode.Scalar
        var plain: ReadDelivery

        /// What a form must be able to say to say the same as the sample.
        var isRectangular: Bool { table.rows.allSatisfy { $0.count == table.header.count } }
        var hasEmptyRow: Bool { table.rows.contains { $0.allSatisfy(\.isEmpty) } }
        var hasControls: Bool { table.cells.contains { $0.unicodeScalars.contains { $0.value < 0x20 } } }
        var hasBlanksAround: Bool {
            table.cells.contains { cell in
                [cell.unicodeScalars.first, cell.unicodeScalars.last].contains { $0?.properties.isWhitespace == true }
            }
        }
        var hasNameTwice: Bool {
            let names = table.header.map { HeaderName.normalised($0) }
            return names.contains("") || Set(names).count < names.count
        }
        /// A column that must be there has no text at all.
        var hasWantedColumnWithoutText: Bool {
            table.header.indices.contains { column in
                guard table.rows.allSatisfy({ $0[column].isEmpty }) else { return false }
                return field(table.header[column])?.isOptional != true
            }
        }
        /// A field for each column, by its first header name.
        var fieldNames: [String]? {
            let names = table.header.compactMap { field($0)?.headers[0] }
            return names.count == table.header.count ? names : nil
        }

        private func field(_ heading: String) -> FieldPlan? {
            dataset.fields.first { $0.headers.contains(HeaderName.normalised(heading)) }
        }
    }

    @Test(arguments: ShippedPlugin.names)
    func `every accepted sample is the same in every form`(name: String) throws {
        let plugin = try ShippedPlugin(name)
        var counts: [Form: Int] = [:]
        var subjects = 0
        for sample in plugin.samples {
            guard let subject = try subject(sample, plugin.plan) else { continue }
            subjects += 1
            for form in Form.allCases {
                guard let (bytes, plan) = delivery(subject, in: form, plan: plugin.plan) else { continue }
                let read = try ReadDelivery(bytes, plan: plan)
                expectSame(read, subject.plain, form, "\(subject.name) as \(form.rawValue)")
                counts[form, default: 0] += 1
            }
        }
        // Each plugin has a dozen samples or more that are taken; a form may leave out a few of them, not most.
        #expect(subjects >= 10, "\(name): \(subjects)")
        for form in Form.allCases where form.isTaken(by: plugin.plan) {
            let count = counts[form, default: 0]
            #expect(count >= (form == .windows1252 ? 1 : 5), "\(form.rawValue): \(count) of \(subjects)")
        }
    }

    // MARK: - Writing

    /// The sample's table; nil where it is no accepted delimited text.
    private func subject(_ sample: ShippedPlugin.Sample, _ plan: FormatPlan) throws -> Subject? {
        let asSent = try ReadDelivery(sample.bytes, plan: plan)
        guard asSent.report.outcome.isAccepted, let assumptions = asSent.report.assumptions,
            let datasetIndex = asSent.report.datasetIndex, assumptions.form == .delimited,
            assumptions.container == .none,
            let encoding = TextEncoding.allCases.first(where: { $0.text == assumptions.encoding }),
            let sent = assumptions.delimiter == "tab" ? "\t" : assumptions.delimiter.unicodeScalars.first
        else { return nil }
        let table = try #require(
            PlainTable(
                reading: sample.bytes, encoding: encoding, delimiter: sent, headerRow: assumptions.headerRowNumber),
            "\(sample.name)")
        let dataset = plan.datasets[datasetIndex]
        let delimiter = Unicode.Scalar(dataset.delimiters[0])
        let plain = try ReadDelivery(Array(table.delimited(delimiter).utf8), plan: plan)
        expectSame(asSent, plain, .utf8, sample.name)
        #expect(plain.records?.rowCount == plain.report.rows.accepted, "\(sample.name)")
        return Subject(
            name: sample.name, table: table, dataset: dataset, datasetIndex: datasetIndex, delimiter: delimiter,
            plain: plain)
    }

    /// The sample written in a form; nil where the dataset does not take it or it cannot say the same.
    private func delivery(_ subject: Subject, in form: Form, plan: FormatPlan) -> (bytes: [UInt8], plan: FormatPlan)? {
        guard form.isTaken(by: subject.dataset) else { return nil }
        let table = subject.table
        let text = table.delimited(subject.delimiter)
        // Neither cells beyond the header nor fewer; no row of nothing, and each column by a name of its own.
        let isObjects = subject.isRectangular && !subject.hasEmptyRow && !subject.hasNameTwice
        switch form {
        case .utf8: return (Array(text.utf8), plan)
        case .utf8Mark: return TextEncoding.utf8.bytes(text, hasMark: true).map { ($0, plan) }
        case .utf16Little: return TextEncoding.utf16LittleEndian.bytes(text, hasMark: true).map { ($0, plan) }
        case .utf16Big: return TextEncoding.utf16BigEndian.bytes(text, hasMark: true).map { ($0, plan) }
        case .windows1252: return TextEncoding.windows1252.bytes(text).map { ($0, plan) }
        case .carriageReturns:
            // A line feed of a cell would stay one among line ends that are none.
            guard !subject.hasControls else { return nil }
            return (Array(table.delimited(subject.delimiter, lineEnd: "\r").utf8), plan)
        case .bothLineEnds: return (Array(table.delimited(subject.delimiter, lineEnd: "\r\n").utf8), plan)
        case .semicolons: return (Array(table.delimited(";").utf8), plan)
        case .tabs: return (Array(table.delimited("\t").utf8), plan)
        case .zippedCSV: return (zipped(Array(text.utf8), as: "table.csv"), plan)
        case .gzippedCSV: return (gzipped(Array(text.utf8)), plan)
        case .workbook, .workbookShared:
            // A sheet is as wide as its widest row; controls are no characters of XML.
            guard subject.isRectangular, !subject.hasControls else { return nil }
            return (table.workbook(sharesStrings: form == .workbookShared), plan)
        case .json: return isObjects ? (Array(table.json().utf8), plan) : nil
        case .jsonLines: return isObjects ? (Array(table.jsonLines().utf8), plan) : nil
        case .zippedJSON: return isObjects ? (zipped(Array(table.json().utf8), as: "table.json"), plan) : nil
        case .gzippedJSON: return isObjects ? (gzipped(Array(table.json().utf8)), plan) : nil
        case .xml:
            // Text is trimmed, and an element without any in the whole document is no column.
            guard isObjects, !subject.hasBlanksAround, !subject.hasControls, !subject.hasWantedColumnWithoutText else {
                return nil
            }
            return (Array(table.xml().utf8), plan)
        case .fixedWidth:
            // Only columns of the schema have a place.
            guard isObjects, !subject.hasBlanksAround, !subject.hasControls, let names = subject.fieldNames else {
                return nil
            }
            let (text, layout) = table.fixedWidth(names: names)
            var changed = plan
            changed.datasets[subject.datasetIndex].forms.fixedWidth = layout
            return changed.check().isEmpty ? (Array(text.utf8), changed) : nil
        }
    }

    private func zipped(_ bytes: [UInt8], as name: String) -> [UInt8] {
        var writer = ZipWriter()
        writer.parts.append(ZipWriter.Part(name, bytes))
        return writer.bytes()
    }

    // MARK: - Comparing

    private func expectSame(_ read: ReadDelivery, _ plain: ReadDelivery, _ form: Form, _ name: String) {
        #expect(read.report.outcome == plain.report.outcome, "\(name) \(read.report.findings)")
        #expect(read.report.datasetIndex == plain.report.datasetIndex, "\(name)")
        #expect(read.report.rows == plain.report.rows, "\(name)")
        #expect(read.report.period == plain.report.period, "\(name)")
        #expect(read.report.linkedRows == plain.report.linkedRows, "\(name)")
        // A workbook's dates are numbers and have no format.
        let formats = read.report.assumptions?.dateFormats ?? []
        let plainFormats = plain.report.assumptions?.dateFormats ?? []
        switch form {
        case .workbook, .workbookShared: #expect(formats.allSatisfy { plainFormats.contains($0) }, "\(name)")
        default: #expect(formats == plainFormats, "\(name)")
        }
        #expect(read.records == plain.records, "\(name)")
        #expect(read.links == plain.links, "\(name)")
        #expect(findings(read, form) == findings(plain, form), "\(name)")
    }

    /// The findings with rows counted from the header, which not every form has a row for. An XML document's columns
    /// stand in the order of their first text.
    private func findings(_ read: ReadDelivery, _ form: Form) -> [Finding] {
        let header = read.report.assumptions?.headerRowNumber ?? 0
        return read.report.findings.map { finding in
            var moved = finding
            moved.rows = finding.rows.map { $0 - header }.filter { $0 != 0 }
            moved.message = ""
            if form == .xml { moved.columnNumber = nil }
            return moved
        }
    }
}
