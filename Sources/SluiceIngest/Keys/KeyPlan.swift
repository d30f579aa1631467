import SluiceModel

/// Keys of a table, and how a row's key is hashed or written out. The same for every thread of a run.
struct KeyPlan {
    /// What a key is for, and so how a double is reported.
    enum Kind: BitwiseCopyable {
        case primary
        /// A field with `constraints.unique`.
        case unique
        /// `DatasetPlan.uniqueKeys` at this place.
        case combination(Int)
        /// `DatasetPlan.foreignKeys` at this place; either side.
        case reference(Int)
        /// All cells of the row, of a table that has no key: a double is told, and kept.
        case alike
    }

    let count: Int
    /// All that a key is made of.
    let fields: Set<Int>
    private let keys: Flat<Key>
    private let parts: Flat<Part>
    private let columnCount: Int
    /// Only rows with something in this column can be doubles of each other; nil for all rows.
    private let neededColumn: Int?

    private struct Key: BitwiseCopyable {
        let first: Int
        let end: Int
        let kind: Kind
        let columnNumber: Int
        /// All parts are slots or texts.
        let isPlain: Bool
        let hasher: KeyHasher
    }

    private struct Part: BitwiseCopyable {
        enum Form: BitwiseCopyable {
            /// Equal values have equal slots.
            case slot
            /// Equal values have equal bytes.
            case text
            /// Slots hold thousandths; equal values have equal digits.
            case number
            /// Slots hold seconds; equal values have equal fractions too.
            case clock
        }

        let field: Int
        let column: Int
        let form: Form
    }

    /// A key to be looked at.
    struct Wanted {
        var fields: [Int]
        var kind: Kind
        var seed = KeyHasher.newSeed()
    }

    /// What must be unique in a table: those keys of which the file has all columns.
    init(dataset: DatasetPlan, match: HeaderMatch, arena: Arena) {
        var wanted: [Wanted] = []
        if !dataset.primaryKey.isEmpty { wanted.append(Wanted(fields: dataset.primaryKey, kind: .primary)) }
        for (index, field) in dataset.fields.enumerated() where field.isUnique && dataset.primaryKey != [index] {
            wanted.append(Wanted(fields: [index], kind: .unique))
        }
        for (index, key) in dataset.uniqueKeys.enumerated() where key != dataset.primaryKey {
            wanted.append(Wanted(fields: key, kind: .combination(index)))
        }
        wanted.removeAll { !KeyPlan.hasColumns(for: $0.fields, match) }
        // Without a key of its own a row can only be told by all its cells; unless the mapping says that rows alike are
        // usual.
        if wanted.isEmpty, dataset.looksForDoubles { wanted.append(Wanted(fields: [], kind: .alike)) }
        self.init(wanted, dataset: dataset, match: match, arena: arena)
    }

    /// Whether a row whose key was there before is rejected.
    func rejects(_ index: Int) -> Bool { if case .alike = keys[index].kind { false } else { true } }

    static func hasColumns(for fields: [Int], _ match: HeaderMatch) -> Bool {
        fields.allSatisfy { match.columns.contains(.field($0)) }
    }

    /// The file must have the columns of all keys.
    init(_ wanted: [Wanted], dataset: DatasetPlan, match: HeaderMatch, arena: Arena) {
        var columnOfField: [Int: Int] = [:]
        for (column, kind) in match.columns.enumerated() {
            if case .field(let field) = kind { columnOfField[field] = column }
        }
        var keys: [Key] = []
        var parts: [Part] = []
        for key in wanted {
            let first = parts.count
            parts += key.fields.map {
                Part(field: $0, column: columnOfField[$0]!, form: KeyPlan.form(dataset.fields[$0].type))
            }
            keys.append(
                Key(
                    first: first, end: parts.count, kind: key.kind,
                    columnNumber: key.fields.count == 1 ? columnOfField[key.fields[0]]! + 1 : 0,
                    isPlain: !key.fields.isEmpty
                        && key.fields.allSatisfy { [.slot, .text].contains(KeyPlan.form(dataset.fields[$0].type)) },
                    hasher: KeyHasher(seed: key.seed)))
        }
        self.keys = arena.flat(keys)
        fields = Set(parts.map(\.field))
        self.parts = arena.flat(parts)
        count = keys.count
        columnCount = match.columns.count
        neededColumn = dataset.doublesNeed.flatMap { columnOfField[$0] }
    }

    private static func form(_ type: FieldType) -> Part.Form {
        switch type {
        case .number: .number
        case .datetime, .time: .clock
        default: type.hasSlot ? .slot : .text
        }
    }

    /// Notes that a row has a key that an earlier row has, or refers to one that no row has.
    func note(_ index: Int, row: Int, in collector: inout FindingCollector) {
        switch keys[index].kind {
        case .primary: collector.note(.keyNotUnique, columnNumber: keys[index].columnNumber, row: row)
        case .unique: collector.note(.notUnique, columnNumber: keys[index].columnNumber, row: row)
        case .combination(let key): collector.note(uniqueKey: key, row: row)
        case .reference(let key): collector.note(foreignKey: key, row: row)
        case .alike: collector.note(.rowsAlike, columnNumber: 0, row: row)
        }
    }

    // MARK: - A row's key

    /// Whether `hash` can tell all about the key; otherwise `slowHash` must be asked.
    @inline(__always)
    func isPlain(_ index: Int) -> Bool { keys[index].isPlain }

    /// The hash of the row's key; 0 when a part of it is missing or bad.
    @inline(__always)
    func hash(
        _ index: Int, _ text: Flat<UInt8>, _ values: Flat<FieldValue>, _ cells: Flat<RowScanner.Cell>
    ) -> UInt64 {
        var hasher = keys[index].hasher
        var part = keys[index].first
        while part < keys[index].end {
            let state = values[parts[part].field].state
            if state == .missing || state == .bad { return 0 }
            if state == .good, parts[part].form == .slot {
                hasher.add(values[parts[part].field].value)
            } else {
                let cell = cells[parts[part].column]
                hasher.add(text, Int(cell.start), Int(cell.end))
            }
            part &+= 1
        }
        return hasher.finish()
    }

    /// The same for a key that is not plain.
    @inline(never)
    func slowHash(_ index: Int, _ text: Flat<UInt8>, _ judge: RowJudge) -> UInt64 {
        if case .alike = keys[index].kind { return hashOfAll(index, text, judge.cells) }
        for part in keys[index].first..<keys[index].end {
            let state = judge.values[parts[part].field].state
            if state == .missing || state == .bad { return 0 }
        }
        var hasher = keys[index].hasher
        for byte in bytes(index, text, judge) { hasher.add(Int(byte)) }
        return hasher.finish()
    }

    private func hashOfAll(_ index: Int, _ text: Flat<UInt8>, _ cells: Flat<RowScanner.Cell>) -> UInt64 {
        if let neededColumn, cells[neededColumn].start == cells[neededColumn].end { return 0 }
        var hasher = keys[index].hasher
        for column in 0..<columnCount { hasher.add(text, Int(cells[column].start), Int(cells[column].end)) }
        return hasher.finish()
    }

    /// The row's key itself, all parts of which must be good: each part's length and bytes.
    func bytes(_ index: Int, _ text: Flat<UInt8>, _ judge: RowJudge) -> [UInt8] {
        var bytes: [UInt8] = []
        if case .alike = keys[index].kind {
            for column in 0..<columnCount {
                let own = text.bytes(Int(judge.cells[column].start)..<Int(judge.cells[column].end))
                bytes += KeyPlan.bytes(own.count) + own
            }
            return bytes
        }
        for part in keys[index].first..<keys[index].end {
            let field = parts[part].field
            let own: [UInt8]
            if judge.values[field].state == .good, parts[part].form == .slot {
                own = KeyPlan.bytes(judge.values[field].value)
            } else {
                own = rare(part, text, judge)
            }
            bytes += KeyPlan.bytes(own.count) + own
        }
        return bytes
    }

    /// The part's value where it is not its slot.
    @inline(never)
    private func rare(_ part: Int, _ text: Flat<UInt8>, _ judge: RowJudge) -> [UInt8] {
        let field = parts[part].field
        let value = judge.values[field]
        let cell = judge.cell(of: field)
        let (start, end) =
            parts[part].form == .text
            ? (Int(cell.start), Int(cell.end)) : RowJudge.trimmed(text, Int(cell.start), Int(cell.end))
        if value.state == .good {
            switch parts[part].form {
            case .number:
                if let number = judge.exactNumber(of: field, text), !number.isCut {
                    return KeyPlan.bytes(number.isNegative ? 1 : 0)
                        + KeyPlan.bytes(Int(truncatingIfNeeded: number.digits >> 64))
                        + KeyPlan.bytes(Int(truncatingIfNeeded: number.digits)) + KeyPlan.bytes(number.exponent)
                }
            case .clock:
                let fraction = value.time.isWholeSecond ? [] : KeyPlan.fraction(text, start, end)
                return KeyPlan.bytes(value.value) + fraction
            case .slot, .text: break
            }
        }
        return text.bytes(start..<end)
    }

    /// The digits of the fraction of a second that the text has, without zeros at their end. Nothing but a zone follows
    /// it, so its point or comma is the last.
    private static func fraction(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> [UInt8] {
        let isMark = { (index: Int) in text[index] == UInt8(ascii: ".") || text[index] == UInt8(ascii: ",") }
        guard let point = (start..<end).last(where: isMark) else { return [] }
        var digits: [UInt8] = []
        for index in point + 1..<end {
            guard text[index] >= 0x30, text[index] <= 0x39 else { break }
            digits.append(text[index])
        }
        while digits.last == 0x30 { digits.removeLast() }
        return digits
    }

    private static func bytes(_ value: Int) -> [UInt8] {
        let word = UInt64(bitPattern: Int64(value))
        return stride(from: UInt64(0), to: 64, by: 8).map { UInt8(truncatingIfNeeded: word >> $0) }
    }
}
