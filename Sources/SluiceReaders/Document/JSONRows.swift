package import SluiceModel

/// The records of a JSON text or of JSON Lines.
///
/// Read twice: once to see which form fits and which columns there are, in the order in which they first appear; once
/// for the rows. The first row has the columns' names. A string is a cell of its characters, a boolean of its own text,
/// a number of its value (`1.0` and `10e-1` are `1`, as JSON has one kind of number), `null` an empty one; members of an
/// object inside a record are columns `outer.inner`, unless the column is to be had whole; an array, or anything deeper,
/// is a cell of its JSON text without blanks. Row numbers are those of the rows made: the header is row 1.
///
/// Source: RFC 8259; JSON Lines (jsonlines.org).
package enum JSONRows {
    /// One form that a text may have, with the caller's number for it.
    package struct Candidate {
        package var index: Int
        package var form: JSONForm

        package init(index: Int, form: JSONForm) {
            self.index = index
            self.form = form
        }
    }

    package struct Opened {
        /// The candidates that fit, by the caller's numbers: those whose path leads to an array.
        package var matches: [Int]
        package var rows: any RowSource
    }

    /// Finds the first form whose path leads to an array of objects, the others of the same path, and the rows there.
    ///
    /// A text that is one object is a table of one record for a form without a path, when no other fits. JSON Lines
    /// have no path, so that only forms without one fit.
    ///
    /// - Parameters:
    ///   - stream: gives the text from its start each time it is called.
    ///   - isLines: `FileKind.jsonLines`.
    ///   - wholeColumns: names, as `HeaderName.normalised` has them, of columns whose cells are objects.
    /// - Throws: `Unreadable` when the text is malformed anywhere or fits no form.
    package static func open(
        _ stream: () throws(ReaderError) -> any ByteStream, isLines: Bool, candidates: [Candidate],
        wholeColumns: Set<String> = [], limits: DecodeLimits
    ) throws(ReaderError) -> Opened {
        var paths: [[String]] = []
        for candidate in candidates where !paths.contains(candidate.form.recordsPath) {
            paths.append(candidate.form.recordsPath)
        }
        // An array is what a form means; one object is taken for a record only when there is none.
        let shapes: [JSONRecords.Shape] =
            isLines ? [.lines] : paths.map { .array(path: $0.map { Array($0.utf8) }) } + [.single]
        for shape in shapes {
            let path: [String]
            switch shape {
            case .array(let names): path = names.map { String(decoding: $0, as: UTF8.self) }
            case .lines, .single: path = []
            }
            guard paths.contains(path) else { continue }
            guard let columns = try columns(try stream(), shape, wholeColumns, limits: limits) else { continue }
            guard !columns.isEmpty else { throw .fault(.rowsMissing, FindingRule.file) }
            return Opened(
                matches: candidates.filter { $0.form.recordsPath == path }.map(\.index),
                rows: JSONRowSource(
                    JSONRecords(try stream(), shape, wholeColumns, limits: limits), columns, limits: limits))
        }
        throw .fault(.structureUnexpected, FindingRule.forms)
    }

    /// The columns of all records; nil when the text has another shape.
    private static func columns(
        _ stream: any ByteStream, _ shape: JSONRecords.Shape, _ wholeColumns: Set<String>, limits: DecodeLimits
    ) throws(ReaderError) -> JSONColumns? {
        var records = JSONRecords(stream, shape, wholeColumns, limits: limits)
        guard try records.begin() else { return nil }
        var columns = JSONColumns()
        var values = JSONValues(limits: limits)
        while try records.next(
            &values,
            { (name) throws(ReaderError) in
                try columns.add(name, limit: limits.columnLimit)
            })
        {}
        return columns
    }
}

/// The names of a table's columns, and where each stands.
struct JSONColumns {
    private(set) var names: [[UInt8]] = []
    private var places: [[UInt8]: Int] = [:]
    /// The place after the one found last: records have their members in the same order, as a rule.
    private var expected = 0

    var isEmpty: Bool { names.isEmpty }

    mutating func place(of name: [UInt8]) -> Int? {
        if expected < names.count, names[expected] == name {
            expected += 1
            return expected - 1
        }
        guard let found = places[name] else { return nil }
        expected = found + 1
        return found
    }

    /// The name's place, which it gets when it is new.
    mutating func add(_ name: [UInt8], limit: Int) throws(ReaderError) -> Int {
        if let found = place(of: name) { return found }
        guard names.count < limit else { throw .fault(.limitExceeded, FindingRule.columnLimit) }
        names.append(name)
        places[name] = names.count - 1
        expected = names.count
        return names.count - 1
    }
}

/// The cells of one record, by column.
struct JSONValues {
    private(set) var cells: [[UInt8]] = []
    /// What is wrong with a cell.
    private(set) var notes: [FindingCode?] = []
    private var isSet: [Bool] = []
    private var heldBytes = 0
    private let rowLimitBytes: Int

    init(limits: DecodeLimits) { rowLimitBytes = limits.rowLimitBytes }

    mutating func clear() {
        for index in cells.indices {
            cells[index].removeAll(keepingCapacity: true)
            notes[index] = nil
            isSet[index] = false
        }
        heldBytes = 0
    }

    /// Sets a cell; the second of one name is noted and left out.
    mutating func set(_ column: Int, to text: [UInt8], note: FindingCode?) throws(ReaderError) {
        while cells.count <= column {
            cells.append([])
            notes.append(nil)
            isSet.append(false)
        }
        guard !isSet[column] else {
            notes[column] = .structureUnexpected
            return
        }
        heldBytes += text.count + 1
        guard heldBytes <= rowLimitBytes else { throw .fault(.limitExceeded, FindingRule.rowLimitBytes) }
        isSet[column] = true
        cells[column].append(contentsOf: text)
        notes[column] = note
    }
}

/// The objects that are a table's records, one after the other.
struct JSONRecords {
    enum Shape {
        /// An array of objects, at the end of a path of members from the outermost object.
        case array(path: [[UInt8]])
        /// The text is one object.
        case single
        /// An object a line.
        case lines
    }

    private var cursor: JSONCursor
    private let shape: Shape
    private let wholeColumns: Set<String>
    private let limits: DecodeLimits
    /// Objects around the array of records.
    private var outerDepth = 0
    private var isFirst = true
    private var hasEnded = false
    private(set) var count = 0
    /// Padding follows the text. Known once its end was met.
    var hasPadding: Bool { cursor.hasPadding }

    private var outer: [UInt8] = []
    private var name: [UInt8] = []
    private var text: [UInt8] = []

    init(_ stream: any ByteStream, _ shape: Shape, _ wholeColumns: Set<String> = [], limits: DecodeLimits) {
        cursor = JSONCursor(stream, limits: limits)
        self.shape = shape
        self.wholeColumns = wholeColumns
        self.limits = limits
    }

    /// Goes to the first record; false when the text has another shape.
    mutating func begin() throws(ReaderError) -> Bool {
        try cursor.skipBlanks()
        switch shape {
        case .lines: return true
        case .single: return try cursor.peek() == UInt8(ascii: "{")
        case .array(let path):
            guard path.count < limits.nestingLimit else { return false }
            for step in path {
                guard try cursor.peek() == UInt8(ascii: "{"), try cursor.open("{", "}") else { return false }
                while true {
                    try cursor.name(into: &name)
                    if name == step { break }
                    try cursor.skipValue(depth: outerDepth + 1, scratch: &text)
                    guard try cursor.next("}") else { return false }
                }
                outerDepth += 1
            }
            return try cursor.peek() == UInt8(ascii: "[")
        }
    }

    /// Reads the next record into `values`, whose cells `column` places.
    ///
    /// - Returns: false when there is none, and then the text has ended as it should.
    mutating func next(
        _ values: inout JSONValues, _ column: ([UInt8]) throws(ReaderError) -> Int
    ) throws(ReaderError) -> Bool {
        guard !hasEnded, try advance() else {
            if !hasEnded { try finish() }
            hasEnded = true
            return false
        }
        count += 1
        values.clear()
        guard try cursor.peek() == UInt8(ascii: "{") else {
            // What is no value at all is a mistake of its own.
            try cursor.skipValue(depth: outerDepth + 1, scratch: &text)
            throw .fault(.structureUnexpected, FindingRule.document, rows: [count + 1])
        }
        do throws(ReaderError) {
            try readObject(&values, prefix: nil, column)
        } catch {
            guard case .unreadable(var fault) = error, fault.code == .limitExceeded, fault.rows.isEmpty else {
                throw error
            }
            fault.rows = [count + 1]
            throw .unreadable(fault)
        }
        return true
    }

    /// Goes to where a record begins; false when there is none.
    private mutating func advance() throws(ReaderError) -> Bool {
        let wasFirst = isFirst
        isFirst = false
        switch shape {
        case .single: return wasFirst
        case .array: return wasFirst ? try cursor.open("[", "]") : try cursor.next("]")
        case .lines:
            let hasLineEnd = try cursor.skipBlanks()
            guard try cursor.peek() != nil else { return false }
            guard wasFirst || hasLineEnd else { throw cursor.syntaxFault }
            return true
        }
    }

    /// Reads what stands after the records.
    private mutating func finish() throws(ReaderError) {
        if case .array(let path) = shape {
            for step in path.reversed() {
                while try cursor.next("}") {
                    try cursor.name(into: &name)
                    // Two members of this name: two tables, of which nobody says which is meant.
                    guard name != step else { throw .fault(.structureUnexpected, FindingRule.document) }
                    try cursor.skipValue(depth: outerDepth, scratch: &text)
                }
                outerDepth -= 1
            }
        }
        try cursor.skipBlanks()
        guard try cursor.peek() == nil else { throw cursor.syntaxFault }
    }

    /// Whether an object of this name is one cell.
    private func isWhole(_ name: [UInt8]) -> Bool {
        !wholeColumns.isEmpty && wholeColumns.contains(HeaderName.normalised(name))
    }

    private mutating func readObject(
        _ values: inout JSONValues, prefix: [UInt8]?, _ column: ([UInt8]) throws(ReaderError) -> Int
    ) throws(ReaderError) {
        guard try cursor.open("{", "}") else { return }
        repeat {
            try cursor.name(into: &name)
            if let prefix { name = prefix + [UInt8(ascii: ".")] + name }
            guard let first = try cursor.peek() else { throw cursor.syntaxFault }
            if first == UInt8(ascii: "{"), prefix == nil, !isWhole(name) {
                try readObject(&values, prefix: name, column)
                continue
            }
            text.removeAll(keepingCapacity: true)
            var note: FindingCode?
            switch first {
            case UInt8(ascii: "\""):
                let isWhole = try cursor.string(into: &text, limitBytes: limits.rowLimitBytes)
                if !isWhole { note = .bytesInvalid }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                let depth = outerDepth + (prefix == nil ? 2 : 3)
                try cursor.copyValue(into: &text, depth: depth, limitBytes: limits.rowLimitBytes)
            default:
                try cursor.copyPlainValue(into: &text, limitBytes: limits.rowLimitBytes)
                if first == UInt8(ascii: "n") {
                    text.removeAll(keepingCapacity: true)
                } else if first != UInt8(ascii: "t"), first != UInt8(ascii: "f") {
                    JSONNumber.shorten(&text)
                }
            }
            try values.set(try column(name), to: text, note: note)
        } while try cursor.next("}")
    }
}

/// The rows of records whose columns are known.
final class JSONRowSource: RowSource {
    private var records: JSONRecords
    private var columns: JSONColumns
    private var values: JSONValues
    private var hasBegun = false
    private var hasEnded = false

    init(_ records: JSONRecords, _ columns: JSONColumns, limits: DecodeLimits) {
        self.records = records
        self.columns = columns
        values = JSONValues(limits: limits)
    }

    var notes: [FileNote] { records.hasPadding ? [.padding(behind: records.count)] : [] }

    func read(into rows: inout RowText, target: Int) throws(ReaderError) -> Bool {
        guard !hasEnded else { return false }
        if !hasBegun {
            hasBegun = true
            guard try records.begin() else { throw changed }
            for name in columns.names { rows.appendCell(name) }
            try end(&rows, number: 1)
        }
        while rows.bytes.count < target {
            let hasRecord = try records.next(&values) { (name) throws(ReaderError) in
                guard let place = columns.place(of: name) else { throw changed }
                return place
            }
            guard hasRecord else {
                hasEnded = true
                return false
            }
            for column in columns.names.indices {
                guard column < values.cells.count else {
                    rows.appendEmptyCells(1)
                    continue
                }
                rows.appendCell(values.cells[column])
                if let note = values.notes[column] { rows.noteCell(note) }
            }
            try end(&rows, number: records.count + 1)
        }
        return true
    }

    private func end(_ rows: inout RowText, number: Int) throws(ReaderError) {
        rows.endRow()
        guard var excess = rows.excess else { return }
        excess.rows = [number]
        throw .unreadable(excess)
    }

    /// The text is another one than at the first reading.
    private var changed: ReaderError { .fault(.structureUnexpected, FindingRule.document) }
}
