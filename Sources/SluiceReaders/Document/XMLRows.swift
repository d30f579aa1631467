package import SluiceModel

/// The records of an XML document.
///
/// Read twice: once to see which form fits and, where the form names no columns, which there are; once for the rows.
/// The first row has the columns' names. Row numbers are those of the rows made: the header is row 1.
package enum XMLRows {
    package struct Opened {
        /// Which of the candidates fits, by its place in the list that was given.
        package var match: Int
        package var rows: any RowSource
    }

    /// One form that a document may have, with the caller's number for it.
    package struct Candidate {
        package var index: Int
        package var form: XMLForm

        package init(index: Int, form: XMLForm) {
            self.index = index
            self.form = form
        }
    }

    /// Finds the forms that fit: those whose namespace is the root element's and whose record path leads somewhere.
    ///
    /// Several may; they come in the order given, and each opens its own rows with `rows(_:of:limits:)`.
    ///
    /// - Parameter stream: gives the document from its start each time it is called.
    /// - Throws: `Unreadable` when the document is malformed anywhere, has a document type, or fits no form.
    package static func matches(
        _ stream: () throws(ReaderError) -> any ByteStream, candidates: [Candidate], limits: DecodeLimits
    ) throws(ReaderError) -> [Candidate] {
        let survey = XMLSurvey(forms: candidates.map(\.form), limits: limits)
        try MarkupParser(UnpaddedStream(try stream()), survey, limits: limits, resolvesNamespaces: true).run()
        let fitting = candidates.indices.filter { survey.recordCounts[$0] > 0 }.map { candidates[$0] }
        guard !fitting.isEmpty else { throw .fault(.structureUnexpected, FindingRule.forms) }
        return fitting
    }

    /// The rows of a document that fits the form, header first.
    package static func rows(
        _ stream: () throws(ReaderError) -> any ByteStream, of form: XMLForm, limits: DecodeLimits
    ) throws(ReaderError) -> any RowSource {
        var columns = form.columns
        var notes: [FileNote] = []
        if columns.isEmpty {
            let survey = XMLSurvey(forms: [form], limits: limits)
            try MarkupParser(UnpaddedStream(try stream()), survey, limits: limits, resolvesNamespaces: true).run()
            columns = survey.columns
            guard survey.recordCounts[0] > 0 else { throw .fault(.structureUnexpected, FindingRule.forms) }
            // What is no column would be lost without a word, and a header beside the records would be one of them.
            if survey.hasDepths || survey.hasOthers {
                notes.append(FileNote(.structureUnexpected, rule: FindingRule.document, severity: .fatal, count: 1))
            }
            guard !columns.isEmpty else { throw .fault(.headerMissing, FindingRule.header) }
        }
        guard columns.count <= limits.columnLimit else { throw .fault(.limitExceeded, FindingRule.columnLimit) }
        let handler = XMLRecordHandler(form: form, columns: columns, limits: limits)
        let document = UnpaddedStream(try stream())
        return MarkupRows(
            MarkupParser(document, handler, limits: limits, resolvesNamespaces: true), handler, document, notes)
    }

    /// The first form that fits, and its rows.
    package static func open(
        _ stream: () throws(ReaderError) -> any ByteStream, candidates: [Candidate], limits: DecodeLimits
    ) throws(ReaderError) -> Opened {
        let fitting = try matches(stream, candidates: candidates, limits: limits)
        return Opened(match: fitting[0].index, rows: try rows(stream, of: fitting[0].form, limits: limits))
    }
}

/// Rows made by a handler while its parser goes on.
final class MarkupRows: RowSource {
    private let parser: MarkupParser
    private let handler: RowHandler
    private let document: UnpaddedStream
    private let ownNotes: [FileNote]
    private var hasEnded = false

    /// - Parameters:
    ///   - document: what the parser reads.
    ///   - notes: what is to be said besides what the handler finds.
    init(_ parser: MarkupParser, _ handler: RowHandler, _ document: UnpaddedStream, _ notes: [FileNote]) {
        self.parser = parser
        self.handler = handler
        self.document = document
        ownNotes = notes
    }

    func read(into rows: inout RowText, target: Int) throws(ReaderError) -> Bool {
        guard !hasEnded else { return false }
        swap(&rows, &handler.rows)
        handler.target = target
        defer { swap(&rows, &handler.rows) }
        while handler.rows.bytes.count < target {
            guard try parser.step() else {
                hasEnded = true
                try handler.finish()
                return false
            }
        }
        return true
    }

    var notes: [FileNote] {
        let padding: [FileNote] = document.hasPadding ? [.padding(behind: handler.lastRow - 1)] : []
        return ownNotes + handler.notes + padding
    }
}

/// A handler that makes rows.
class RowHandler: MarkupHandler {
    final var rows = RowText(limits: DecodeLimits())
    /// Bytes of `rows` from which on the parser pauses.
    final var target = 0
    /// The number of the row that was ended last; the header is row 1.
    private(set) final var lastRow = 0

    var notes: [FileNote] { [] }

    /// Called once the document has ended.
    func finish() throws(ReaderError) {}

    /// Ends the row in hand, the n-th of the table from 1, and pauses the parser when there are enough.
    final func endRow(number: Int) {
        rows.endRow()
        lastRow = number
        if let excess = rows.excess { return fail(excess.code, excess.rule, rows: [number]) }
        if rows.bytes.count >= target { control.pause() }
    }
}

// MARK: - Paths

/// Where in a document the events are, and which elements are records of a form.
struct XMLPath {
    /// Local names of the open elements, the root's first.
    private(set) var names: [[UInt8]] = []

    mutating func enter(_ local: UnsafeBufferPointer<UInt8>) { unsafe names.append(Array(local)) }
    mutating func leave() { names.removeLast() }

    /// Whether the innermost element is a record: its path from the root, which a form's path begins with, is the
    /// form's; an empty path means each child of the root.
    func isRecord(_ path: [[UInt8]]) -> Bool {
        if path.isEmpty { return names.count == 2 }
        return names.count == path.count && zip(path, names).allSatisfy { $0 == XMLPath.any || $0 == $1 }
    }

    static let any = Array("*".utf8)
}

/// A name as expat gives it, `namespace LF local name`.
@unsafe struct QualifiedName {
    let namespace: UnsafeBufferPointer<UInt8>
    let local: UnsafeBufferPointer<UInt8>

    init(_ name: UnsafePointer<CChar>) {
        let all = unsafe Markup.bytes(name)
        unsafe local = Markup.afterLast(MarkupParser.separator, name)
        let length = unsafe all.count - local.count
        unsafe namespace = UnsafeBufferPointer(rebasing: all[..<max(0, length - 1)])
    }
}

extension XMLForm {
    /// The record path as bytes.
    var recordNames: [[UInt8]] { recordPath.map { Array($0.utf8) } }
}

/// Blanks at both ends of a text, as XML and every form count them.
enum XMLText {
    static func trimmed(_ text: [UInt8]) -> ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
        guard let first = text.firstIndex(where: { !isBlank($0) }),
            let last = text.lastIndex(where: { !isBlank($0) })
        else { return [] }
        return text[first...last]
    }
}

// MARK: - The first reading

/// Counts the records of each form, and finds the columns of the first form when it names none.
final class XMLSurvey: MarkupHandler {
    /// One per form; 0 where its namespace is not the root's.
    private(set) var recordCounts: [Int]
    /// In the order in which they first appear: attributes and children of records, by their local names.
    private(set) var columns: [XMLForm.Column] = []
    /// Some text stands in elements inside the children of a record, where no column looks.
    private(set) var hasDepths = false
    /// Where each child of the root is a record: they are not all called the same.
    private(set) var hasOthers = false

    private var recordName: [UInt8] = []
    private let forms: [(path: [[UInt8]], namespace: [UInt8]?)]
    private let findsColumns: Bool
    private let columnLimit: Int
    private var isPossible: [Bool]
    private var path = XMLPath()
    /// Depth of the record the events are in; 0 outside.
    private var recordDepth = 0
    private var seen: Set<[UInt8]> = []
    /// The child of the record the events are in, whether it has text, and whether it has children.
    private var child: [UInt8] = []
    private var childHasText = false

    init(forms: [XMLForm], limits: DecodeLimits) {
        self.forms = forms.map { ($0.recordNames, $0.namespace.map { Array($0.utf8) }) }
        findsColumns = forms.count == 1 && forms[0].columns.isEmpty
        columnLimit = limits.columnLimit
        recordCounts = Array(repeating: 0, count: forms.count)
        isPossible = Array(repeating: true, count: forms.count)
    }

    override func start(_ name: UnsafePointer<CChar>, _ attributes: Attributes) {
        let qualified = unsafe QualifiedName(name)
        unsafe path.enter(qualified.local)
        if depth == 1 {
            for index in forms.indices {
                guard let wanted = forms[index].namespace else { continue }
                isPossible[index] = unsafe qualified.namespace.elementsEqual(wanted)
            }
        }
        if recordDepth > 0 {
            if findsColumns, depth == recordDepth + 1 {
                unsafe child = Array(qualified.local)
                childHasText = false
            }
            return
        }
        for index in forms.indices where isPossible[index] && path.isRecord(forms[index].path) {
            recordCounts[index] += 1
            guard findsColumns else { continue }
            recordDepth = depth
            let name = path.names[depth - 1]
            if recordName.isEmpty { recordName = name }
            if forms[index].path.isEmpty, name != recordName { hasOthers = true }
            var rest = unsafe attributes
            while let (key, _) = unsafe rest.next() {
                let local = unsafe Array(QualifiedName(key).local)
                add(Array("@".utf8) + local)
            }
        }
    }

    override func end(_ name: UnsafePointer<CChar>) {
        path.leave()
        if recordDepth > 0 {
            if depth == recordDepth + 1, childHasText { add(child) }
            if depth == recordDepth { recordDepth = 0 }
        }
    }

    override func text(_ piece: UnsafeBufferPointer<UInt8>) {
        guard recordDepth > 0, depth > recordDepth, !childHasText || depth > recordDepth + 1, !hasDepths else { return }
        guard unsafe piece.contains(where: { $0 > 0x20 }) else { return }
        if depth == recordDepth + 1 { childHasText = true } else { hasDepths = true }
    }

    private func add(_ step: [UInt8]) {
        guard !seen.contains(step) else { return }
        guard columns.count < columnLimit else { return fail(.limitExceeded, FindingRule.columnLimit) }
        seen.insert(step)
        let text = String(decoding: step, as: UTF8.self)
        columns.append(XMLForm.Column(name: step.first == 0x40 ? String(text.dropFirst()) : text, path: [text]))
    }
}
