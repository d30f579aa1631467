extension FormatPlan {
    /// Places in a form are counted in characters of a line; a line is never longer than this.
    private static let lineLimit = 1 << 20
    private static let sheetLimit = 100_000
    private static let leadingLinesLimit = 10_000

    /// The forms the dataset may arrive in: every path leads somewhere, every column means a field.
    func checkForms(_ dataset: DatasetPlan) -> [String] {
        var problems: [String] = []
        func require(_ condition: Bool, _ problem: @autoclosure () -> String) {
            if !condition { problems.append(problem()) }
        }
        let forms = dataset.forms
        let headers = Set(dataset.fields.flatMap(\.headers))
        func names(_ names: [String], _ form: String) {
            require(names.allSatisfy(headers.contains), "\(form): a column means no field")
            require(Set(names).count == names.count, "\(form): a column stands twice")
        }
        func steps(_ path: [String], _ form: String) {
            require(path.count <= limits.nestingLimit, "\(form): the path is deeper than may be read")
            require(path.allSatisfy { !$0.isEmpty }, "\(form): a step of the path is empty")
        }

        require(
            forms.delimited || forms.workbook != nil || forms.json != nil || forms.xml != nil
                || forms.fixedWidth != nil, "no form")
        if let form = forms.workbook {
            require(form.sheetNames.allSatisfy { !$0.isEmpty }, "workbook: a sheet without a name")
            require(
                form.sheetPosition.map { (1...Self.sheetLimit).contains($0) } ?? true,
                "workbook: the sheet's place is out of range")
            require(
                form.sheetPosition == nil || form.sheetNames.isEmpty, "workbook: both a place and names of sheets")
        }
        if let form = forms.json { steps(form.recordsPath, "json") }
        if let form = forms.xml {
            steps(form.recordPath, "xml")
            // Without a path a record is a child of the root.
            let depth = form.recordPath.isEmpty ? 2 : form.recordPath.count
            names(form.columns.map(\.name), "xml")
            for column in form.columns {
                steps(column.path, "xml")
                let up = column.path.prefix { $0 == ".." }.count
                let down = column.path.dropFirst(up)
                require(!down.isEmpty && !down.contains(".."), "xml: a column's path has no name, or `..` after one")
                require(up < depth, "xml: a column's path leads out of the document")
                require(
                    down.last != "@" && !down.dropLast().contains { $0.utf8.first == UInt8(ascii: "@") },
                    "xml: an attribute is not the last step of its path")
            }
        }
        if let form = forms.fixedWidth {
            require(!form.columns.isEmpty, "fixed width: no column")
            names(form.columns.map(\.name), "fixed width")
            for column in form.columns {
                require(
                    (0...Self.lineLimit).contains(column.offset) && (1...Self.lineLimit).contains(column.width),
                    "fixed width: a column is out of range")
            }
            require(
                (0...Self.leadingLinesLimit).contains(form.leadingLines), "fixed width: leadingLines is out of range")
        }
        // An empty beginning would make a footer of every row.
        require(dataset.footers.allSatisfy { !$0.isEmpty }, "an empty footer")
        if let from = dataset.validFrom, let to = dataset.validTo { require(from <= to, "validFrom is after validTo") }
        return problems
    }

    func checkKeysAndFileRules(_ dataset: DatasetPlan) -> [String] {
        var problems: [String] = []
        func require(_ condition: Bool, _ problem: @autoclosure () -> String) {
            if !condition { problems.append(problem()) }
        }
        let fields = dataset.fields
        for (index, key) in dataset.uniqueKeys.enumerated() {
            require(!key.isEmpty, "unique key \(index): no field")
            require(key.allSatisfy(fields.indices.contains), "unique key \(index): field index out of range")
        }
        for (index, key) in dataset.foreignKeys.enumerated() {
            guard datasets.indices.contains(key.dataset) else {
                problems.append("foreign key \(index): dataset index out of range")
                continue
            }
            let other = datasets[key.dataset].fields
            require(!key.fields.isEmpty, "foreign key \(index): no field")
            require(key.fields.count == key.referenced.count, "foreign key \(index): the two sides differ in number")
            guard key.fields.allSatisfy(fields.indices.contains), key.referenced.allSatisfy(other.indices.contains)
            else {
                problems.append("foreign key \(index): field index out of range")
                continue
            }
            for (field, referenced) in zip(key.fields, key.referenced) {
                require(
                    fields[field].type == other[referenced].type, "foreign key \(index): the two sides differ in type")
            }
        }
        for rule in dataset.fileRules {
            require(
                rule.severity == .error || rule.severity == .warning,
                "rule \(rule.id): severity must be error or warning")
            switch rule.kind {
            case .controlTotal(let words, _):
                require(
                    !words.isEmpty && words.allSatisfy { !$0.isEmpty }, "rule \(rule.id): a footer without words")
            case .coverage:
                require(dataset.period != PeriodPlan.none, "rule \(rule.id): the dataset has no period")
            case .suddenChange(let percent, let deliveriesMin):
                require((1...10_000).contains(percent), "rule \(rule.id): percent is out of range")
                require((1...1000).contains(deliveriesMin), "rule \(rule.id): deliveriesMin is out of range")
                require(rule.severity == .warning, "rule \(rule.id): a sudden change is always a warning")
                require(dataset.period != PeriodPlan.none, "rule \(rule.id): the dataset has no period")
            }
        }
        let ids = dataset.rowRules.map(\.id) + dataset.fileRules.map(\.id)
        require(Set(ids).count == ids.count, "two rules of one name")
        return problems
    }
}

extension FieldPlan {
    /// Types of the items of a list. Source: Data Package (v2) Table Schema, "list".
    package static let itemTypes: Set<FieldType> = [.string, .integer, .boolean, .number, .datetime, .date, .time]

    /// How values are read and bounded.
    func checkValues() -> [String] {
        var problems: [String] = []
        func require(_ condition: Bool, _ problem: @autoclosure () -> String) {
            if !condition { problems.append(problem()) }
        }
        require(stringFormat == .any || type == .string, "a string format for another type")
        require(geopointFormat == .text || type == .geopoint, "a geopoint format for another type")
        if type == .number || type == .integer {
            for mark in [decimalMark, groupMark] {
                require(NumberMark.isLegal(mark), "a mark that could be part of a number itself")
            }
            require(!decimalMark.isEmpty, "no decimal mark")
            require(decimalMark != groupMark, "the decimal mark is also the group mark")
        }
        if type == .list {
            require((1...256).contains(listDelimiter.utf8.count), "no delimiter between items")
            require(Self.itemTypes.contains(itemType), "items cannot be of that type")
        }

        for bound in [minimum, maximum] {
            // So far from the edge of `Int` that a difference cannot trap.
            require(bound.map { $0.magnitude <= 1 << 60 } ?? true, "a bound is out of range")
            require(bound == nil || type.hasSlot, "a bound for a type without one")
        }
        for bound in [numberMinimum, numberMaximum] {
            require(bound == nil || type == .number || type == .integer, "a decimal bound for another type")
            require(bound?.isWithinLimits ?? true, "a decimal bound is out of range")
        }
        require(
            !isMinimumExclusive || minimum != nil || numberMinimum != nil, "an exclusive minimum without its bound")
        require(
            !isMaximumExclusive || maximum != nil || numberMaximum != nil, "an exclusive maximum without its bound")
        let lengths = [lengthMinimum, lengthMaximum].compactMap { $0 }
        require(lengths.allSatisfy { $0 >= 0 }, "a length is out of range")
        require(allowedSlots.isEmpty || type.hasSlot, "allowed values for a type without slots")
        require(
            allowedNumbers.isEmpty || allowedSlots.isEmpty && (type == .number || type == .integer),
            "allowed numbers for a type that is none, or beside allowed values")
        require(
            zip(allowedSlots, allowedSlots.dropFirst()).allSatisfy { $0 < $1 }, "allowed values are not ascending")
        return problems
    }
}

/// What may stand between the digits of a number.
package enum NumberMark {
    package static let limitBytes = 16

    /// Whether `mark` can be told from the number's own signs: no digit, sign, or letter of an exponent; may be empty.
    package static func isLegal(_ mark: String) -> Bool {
        mark.utf8.count <= limitBytes
            && mark.utf8.allSatisfy { byte in
                byte >= 0x20 && byte != 0x7F && !(0x30...0x39).contains(byte)
                    && ![UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(byte)
            }
    }
}

extension ExactDecimal {
    /// One more than the greatest magnitude of `digits`: ten to the power of 36.
    package static let digitsLimit: Int128 = 1_000_000_000_000_000_000_000_000_000_000_000_000
    package static let exponentLimit: Int32 = 1000

    package var isWithinLimits: Bool {
        digits > -ExactDecimal.digitsLimit && digits < ExactDecimal.digitsLimit
            && exponent.magnitude <= ExactDecimal.exponentLimit.magnitude
    }
}
