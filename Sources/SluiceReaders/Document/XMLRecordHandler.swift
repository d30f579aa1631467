import SluiceModel

/// Turns the records of a document into rows, header first.
///
/// A column is a path from the record's element: names down, an attribute at the end, `..` up before all names. Where
/// several elements match, none of them is the value: the cell is noted. What a column finds above its record is
/// what has been read of it when the record ends: an attribute, or an element that stands before the record.
final class XMLRecordHandler: RowHandler {
    /// A column's way, taken apart.
    private struct Way {
        /// How many levels above the record it begins.
        var up: Int
        var names: [[UInt8]]
        var attribute: [UInt8]?
    }

    /// A column's way for one depth at which its beginning may lie.
    private struct Value {
        var isFound = false
        /// Another element matched.
        var isRepeated = false
        /// Depth of the element whose text is being taken; 0 for none.
        var openDepth = 0
        var text: [UInt8] = []

        mutating func clear() {
            isFound = false
            isRepeated = false
            openDepth = 0
            text.removeAll(keepingCapacity: true)
        }
    }

    private let recordPath: [[UInt8]]
    private let recordDepth: Int
    private let ways: [Way]
    private let headers: [[UInt8]]
    private let rowLimitBytes: Int

    private var path = XMLPath()
    /// How many of the open elements, from the root on, are on the way to a record; the record's depth inside one.
    private var matchedDepth = 0
    private var values: [Value]
    /// The columns that begin at each depth.
    private var columnsByBase: [Int: [Int]] = [:]
    /// The columns that end in an element of this name, or in whichever element they begin at, for the empty name.
    private var columnsByName: [[UInt8]: [Int]] = [:]
    /// The columns whose text is being taken.
    private var openColumns: [Int] = []
    private var hasHeader = false
    private var recordCount = 0
    private var heldBytes = 0

    init(form: XMLForm, columns: [XMLForm.Column], limits: DecodeLimits) {
        recordPath = form.recordPath.isEmpty ? [XMLPath.any, XMLPath.any] : form.recordNames
        recordDepth = recordPath.count
        headers = columns.map { Array($0.name.utf8) }
        ways = columns.map { XMLRecordHandler.way($0.path) }
        values = Array(repeating: Value(), count: columns.count)
        rowLimitBytes = limits.rowLimitBytes
        super.init()
        for (index, way) in ways.enumerated() {
            // A way that leads above the root leads nowhere.
            let base = recordDepth - way.up
            guard base >= 1 else { continue }
            columnsByBase[base, default: []].append(index)
            columnsByName[way.names.last ?? [], default: []].append(index)
        }
    }

    private static func way(_ path: [String]) -> Way {
        var way = Way(up: 0, names: [], attribute: nil)
        for (index, step) in path.enumerated() {
            if step == "..", way.names.isEmpty {
                way.up += 1
            } else if index == path.count - 1, step.hasPrefix("@") {
                way.attribute = Array(step.dropFirst().utf8)
            } else {
                way.names.append(Array(step.utf8))
            }
        }
        return way
    }

    override func start(_ name: UnsafePointer<CChar>, _ attributes: Attributes) {
        unsafe path.enter(QualifiedName(name).local)
        // Everything found below an element of before is forgotten where the next of its level begins.
        if let columns = columnsByBase[depth] {
            for column in columns { forget(column) }
        }
        let name = path.names[depth - 1]
        if depth <= recordDepth, matchedDepth == depth - 1 {
            let wanted = recordPath[depth - 1]
            if wanted == XMLPath.any || wanted == name { matchedDepth = depth }
        }
        if let columns = columnsByName[name] { unsafe begin(columns, attributes) }
        if depth <= recordDepth, let columns = columnsByName[[]] { unsafe begin(columns, attributes) }
    }

    /// Takes what the element that has just begun has for those of the columns whose way it ends.
    @unsafe private func begin(_ columns: [Int], _ attributes: Attributes) {
        for column in columns {
            let base = recordDepth - ways[column].up
            guard matchedDepth >= base, ways[column].names.count == depth - base, isOnWay(column, base: base) else {
                continue
            }
            if let wanted = ways[column].attribute {
                var rest = unsafe attributes
                while let (key, value) = unsafe rest.next() {
                    guard unsafe QualifiedName(key).local.elementsEqual(wanted) else { continue }
                    if values[column].isFound {
                        values[column].isRepeated = true
                    } else {
                        values[column].isFound = true
                        unsafe take(Markup.bytes(value), column)
                    }
                    break
                }
            } else if values[column].isFound {
                values[column].isRepeated = true
            } else {
                values[column].isFound = true
                values[column].openDepth = depth
                openColumns.append(column)
            }
        }
    }

    override func end(_ name: UnsafePointer<CChar>) {
        openColumns.removeAll { column in
            guard values[column].openDepth == depth else { return false }
            values[column].openDepth = 0
            return true
        }
        if matchedDepth == depth {
            if depth == recordDepth { writeRecord() }
            matchedDepth -= 1
        }
        path.leave()
    }

    override func text(_ piece: UnsafeBufferPointer<UInt8>) {
        for column in openColumns { unsafe take(piece, column) }
    }

    override func finish() throws(ReaderError) {
        guard recordCount > 0 else { throw .fault(.structureUnexpected, FindingRule.forms) }
    }

    // MARK: - Values

    private func isOnWay(_ column: Int, base: Int) -> Bool {
        for (offset, name) in ways[column].names.enumerated() where path.names[base + offset] != name { return false }
        return true
    }

    private func forget(_ column: Int) {
        heldBytes -= values[column].text.count
        values[column].clear()
        openColumns.removeAll { $0 == column }
    }

    private func take(_ piece: UnsafeBufferPointer<UInt8>, _ column: Int) {
        heldBytes += piece.count
        guard heldBytes <= rowLimitBytes else {
            return fail(.limitExceeded, FindingRule.rowLimitBytes, rows: [recordCount + 2])
        }
        unsafe values[column].text.append(contentsOf: piece)
    }

    private func writeRecord() {
        if !hasHeader {
            hasHeader = true
            for header in headers { rows.appendCell(header) }
            rows.endRow()
        }
        recordCount += 1
        for column in values.indices {
            let text = XMLText.trimmed(values[column].text)
            unsafe text.withUnsafeBufferPointer { unsafe rows.appendCell($0) }
            if values[column].isRepeated { rows.noteCell(.structureUnexpected) }
        }
        endRow(number: recordCount + 1)
        if let columns = columnsByBase[recordDepth] { for column in columns { forget(column) } }
    }
}
