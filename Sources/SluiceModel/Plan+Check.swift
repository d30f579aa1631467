extension FormatPlan {
    /// What is wrong with the plan, in words for the programmer who compiled it; empty when the worker can carry it
    /// out without an index out of bounds.
    package func check() -> [String] {
        var problems: [String] = []
        problems += limits.check()
        for (index, pattern) in patterns.enumerated() {
            problems += pattern.check().map { "pattern \(index): \($0)" }
        }
        for (index, dimension) in dimensions.enumerated() where !(1...Int(UInt32.max)).contains(dimension.codeCount) {
            problems.append("dimension \(index): codeCount \(dimension.codeCount) is out of range")
        }
        for (index, table) in codeTables.enumerated() where table.entries.count > 10_000_000 {
            problems.append("code table \(index): too many entries")
        }
        if datasets.isEmpty { problems.append("no dataset") }
        problems += checkContents()
        if !zip(zone.changes, zone.changes.dropFirst()).allSatisfy({ $0.from < $1.from }) {
            problems.append("the changes of the clocks are out of order")
        }
        if let tableIndex, !(0..<DecodeLimits.tableLimit).contains(tableIndex) {
            problems.append("tableIndex \(tableIndex) is out of range")
        }
        for dataset in datasets {
            problems += check(dataset).map { "dataset \(dataset.id)\(dataset.edition.isEmpty ? "" : "@"): \($0)" }
        }
        return problems
    }

    /// What cells are searched by: rules on contents, ordinary words, names of places.
    private func checkContents() -> [String] {
        var problems: [String] = []
        func require(_ condition: Bool, _ problem: @autoclosure () -> String) {
            if !condition { problems.append(problem()) }
        }
        for rule in contentRules {
            guard case .identifiers(_, let percent) = rule.condition else { continue }
            require((0...100).contains(percent), "content rule \(rule.id): percent \(percent) is out of range")
        }
        require(
            ordinaryWords.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x0A || $0 == 0x27 },
            "ordinary words: not in small letters")
        require(gazetteer.allSatisfy { $0.place >= 0 && $0.place < placeCount }, "gazetteer: no such place")
        require(gazetteer.allSatisfy(\.hasWholeWords), "gazetteer: a name is empty or has an empty word")
        require(
            gazetteer.allSatisfy { $0.wordCount <= GazetteerName.wordLimit },
            "gazetteer: a name has more than \(GazetteerName.wordLimit) words")
        return problems
    }

    private func check(_ dataset: DatasetPlan) -> [String] {
        var problems: [String] = []
        func require(_ condition: Bool, _ problem: @autoclosure () -> String) {
            if !condition { problems.append(problem()) }
        }
        require(!dataset.encodings.isEmpty, "no encoding")
        require(!dataset.delimiters.isEmpty, "no delimiter")
        for delimiter in dataset.delimiters {
            // A quote, a line end or a blank would make two meanings of one byte.
            require(
                delimiter < 0x80 && ![0x00, 0x0A, 0x0D, 0x20, 0x22].contains(delimiter),
                "byte \(delimiter) cannot be a delimiter")
        }
        require((1...10_000).contains(dataset.headerWithinRows), "headerWithinRows is out of range")
        require((0...1_000_000).contains(dataset.toleranceRowsPerMillion), "tolerance is out of range")
        require(
            dataset.ages.map { $0.lowerBound >= 0 && $0.upperBound <= OutputSource.oldestAge } ?? true,
            "ages are out of range")
        require(
            !dataset.fields.isEmpty && dataset.fields.count <= limits.columnLimit, "number of fields is out of range")
        require(dataset.fields.contains { !$0.isOptional }, "every field is optional")
        for (index, field) in dataset.fields.enumerated() {
            problems += check(field).map { "field \(index): \($0)" }
        }

        let fields = dataset.fields
        func isField(_ index: Int) -> Bool { fields.indices.contains(index) }
        for rule in dataset.rowRules {
            guard rule.fields.allSatisfy(isField) else {
                problems.append("rule \(rule.id): field index out of range")
                continue
            }
            require(
                rule.severity == .error || rule.severity == .warning,
                "rule \(rule.id): severity must be error or warning")
            switch rule.kind {
            case .compare(let left, _, let right):
                require(
                    RowRule.unit(fields[left].type, fields[right].type) != nil,
                    "rule \(rule.id): the two fields cannot be compared")
            case .compareValue(let field, _, _):
                require(fields[field].type.hasSlot, "rule \(rule.id): the field has no value to compare")
            case .requiredWhen(let required, let condition):
                require(!required.isEmpty, "rule \(rule.id): no field is required")
                if case .isOneOf(let field, let entries) = condition {
                    require(!entries.isEmpty, "rule \(rule.id): the condition names no code")
                    let table = fields[field].codes.flatMap { codeTables.indices.contains($0) ? codeTables[$0] : nil }
                    require(
                        entries.allSatisfy { table?.entries.indices.contains($0) ?? false },
                        "rule \(rule.id): code out of range")
                }
            case .oneOf(let several, _):
                require(several.count > 1, "rule \(rule.id): fewer than two fields")
            }
        }
        require(dataset.primaryKey.allSatisfy(isField), "primary key: field index out of range")
        require(dataset.doublesNeed.map(isField) ?? true, "doubles: field index out of range")
        problems += check(dataset.output, fields: fields)
        problems += checkForms(dataset)
        problems += checkKeysAndFileRules(dataset)

        let monthTypes: Set<FieldType> = [.date, .datetime, .yearmonth, .year]
        switch dataset.period {
        case .field(let index, _):
            require(isField(index) && monthTypes.contains(fields[index].type), "period: not a field with a month")
        case .fields(let from, let to):
            for index in [from, to] {
                require(isField(index) && monthTypes.contains(fields[index].type), "period: not a field with a month")
            }
        case .none: break
        }
        return problems
    }

    private func check(_ field: FieldPlan) -> [String] {
        var problems: [String] = []
        func require(_ condition: Bool, _ problem: @autoclosure () -> String) {
            if !condition { problems.append(problem()) }
        }
        require(!field.name.isEmpty, "no name")
        require(!field.headers.isEmpty, "no header name")
        switch field.type {
        case .date, .datetime, .time, .yearmonth:
            require(!field.dateFormats.isEmpty, "no date format")
        case .boolean:
            require(!field.trueValues.isEmpty || !field.falseValues.isEmpty, "no true or false values")
        default: break
        }
        for format in field.dateFormats {
            require(format.fits(field.type), "date format \(format.text) does not give the type")
        }
        if let pattern = field.pattern { require(patterns.indices.contains(pattern), "pattern index out of range") }
        if let codes = field.codes { require(codeTables.indices.contains(codes), "code table index out of range") }
        if let part = field.codesPart {
            require(
                part.lowerBound >= 0 && part.upperBound <= limits.cellLimitBytes && !part.isEmpty, "part out of range")
        }
        require(
            [.error, .warning].contains(field.codesSeverity) && [.error, .warning].contains(field.checkSeverity),
            "severity must be error or warning")
        return problems + field.checkValues()
    }

    private func check(_ output: OutputPlan, fields: [FieldPlan]) -> [String] {
        var problems: [String] = []
        func require(_ condition: Bool, _ problem: @autoclosure () -> String) {
            if !condition { problems.append(problem()) }
        }
        /// Whether `index` is a field of one of `types` that may leave the worker.
        func source(_ index: Int, _ types: Set<FieldType>, _ label: String) {
            guard fields.indices.contains(index) else {
                problems.append("\(label): field index out of range")
                return
            }
            require(types.contains(fields[index].type), "\(label): field \(index) has the wrong type")
            require(
                fields[index].privacy != .health, "\(label): field \(index) is health information and may not be kept")
        }
        if case .counts(let field) = output.kind { source(field, [.integer], "count") }
        if let link = output.linkField {
            source(link, Set(FieldType.allCases), "link")
            if !output.linkMore.isEmpty {
                require(output.linkMore.count == 2, "link: not a surname, a forename and a date of birth")
                source(output.linkMore[0], [.string], "link")
                source(output.linkMore[output.linkMore.count - 1], [.date], "link")
            }
            require(!isHealth, "a health sender may not be linked")
        }
        var previous = -1
        for column in output.columns {
            guard dimensions.indices.contains(column.dimension) else {
                problems.append("output: dimension index out of range")
                continue
            }
            let dimension = dimensions[column.dimension]
            let label = "output \(dimension.id)"
            require(column.dimension > previous, "\(label): dimensions are not in the model's order")
            previous = column.dimension
            func codes(_ codes: [UInt32], count: Int? = nil) {
                if let count { require(codes.count == count, "\(label): \(codes.count) codes, not \(count)") }
                require(codes.allSatisfy { Int($0) < dimension.codeCount }, "\(label): code out of range")
            }
            func bands(_ bands: [OutputSource.Band]) {
                codes(bands.map(\.code))
                require(bands.allSatisfy { $0.lower < $0.upper }, "\(label): empty band")
            }
            for item in column.sources {
                switch item {
                case .constant(let code): codes([code])
                case .lookup(let field, let entries):
                    source(field, Set(FieldType.allCases), label)
                    let table = fields.indices.contains(field) ? fields[field].codes : nil
                    guard let table, codeTables.indices.contains(table) else {
                        problems.append("\(label): looks up a field without codes")
                        continue
                    }
                    codes(entries, count: codeTables[table].entries.count)
                case .boolean(let field, let whenTrue, let whenFalse):
                    source(field, [.boolean], label)
                    codes([whenTrue, whenFalse])
                case .month(let field):
                    source(field, [.date, .datetime, .yearmonth], label)
                    require(dimension.isMonth && dimension.codeCount == 120_000, "\(label): not a month dimension")
                case .weekday(let field, let days):
                    source(field, [.date, .datetime], label)
                    codes(days, count: 7)
                case .partOfDay(let field, let parts, _):
                    source(field, [.datetime, .time], label)
                    codes(parts, count: 4)
                case .band(let field, let list):
                    source(field, [.integer, .number], label)
                    bands(list)
                case .directory(let field, let second, let areas, let list):
                    source(field, second == nil ? [.string] : [.string, .number, .integer], label)
                    let reading = fields.indices.contains(field) ? fields[field].place : PlaceReading.none
                    let wanted: [PlaceReading] = second == nil ? [.postcode] : [.longitude, .easting]
                    require(wanted.contains(reading), "\(label): field \(field) tells no place")
                    if let second {
                        source(second, [.string, .number, .integer], label)
                        let pair = reading == .longitude ? PlaceReading.latitude : PlaceReading.northing
                        require(
                            fields.indices.contains(second) && fields[second].place == pair,
                            "\(label): fields \(field) and \(second) are no point")
                    }
                    guard codeTables.indices.contains(areas) else {
                        problems.append("\(label): code table index out of range")
                        continue
                    }
                    codes(list, count: codeTables[areas].entries.count)
                case .gazetteer(let field, let list):
                    source(field, [.string], label)
                    codes(list, count: placeCount)
                case .age(let birth, let at, let list):
                    source(birth, [.date, .datetime], label)
                    source(at, [.date, .datetime], label)
                    bands(list)
                }
            }
        }
        return problems
    }
}

extension GazetteerName {
    /// Words of a name: as many are looked up from each word of a text on.
    package static let wordLimit = 12

    fileprivate var wordCount: Int { text.utf8.count { $0 == 0x20 } + 1 }

    /// At least one word, one blank between two.
    fileprivate var hasWholeWords: Bool {
        var previous: UInt8 = 0x20
        for byte in text.utf8 {
            if byte == 0x20, previous == 0x20 { return false }
            previous = byte
        }
        return previous != 0x20
    }
}

extension DecodeLimits {
    fileprivate func check() -> [String] {
        var problems: [String] = []
        func require(_ value: Int, _ range: ClosedRange<Int>, _ name: String) {
            if !range.contains(value) { problems.append("\(name) \(value) is not within \(range)") }
        }
        require(rowLimitBytes, 16...(64 << 20), "rowLimitBytes")
        require(cellLimitBytes, 1...(64 << 20), "cellLimitBytes")
        require(columnLimit, 1...65_536, "columnLimit")
        require(rowLimit, 1...1_000_000_000, "rowLimit")
        require(blockRows, 1...(1 << 20), "blockRows")
        require(findingLimit, 1...100_000, "findingLimit")
        require(memberLimit, 1...1_000_000, "memberLimit")
        require(inflatedLimitBytes, 1...(1 << 44), "inflatedLimitBytes")
        require(inflationRatioLimit, 1...100_000, "inflationRatioLimit")
        // Readers of nested forms keep a frame for each level.
        require(nestingLimit, 1...1024, "nestingLimit")
        return problems
    }
}

extension PatternTable {
    fileprivate func check() -> [String] {
        guard classes.count == 256, (1...256).contains(classCount) else { return ["the classes are incomplete"] }
        guard classes.allSatisfy({ Int($0) < classCount }) else { return ["a class is out of range"] }
        guard !accepting.isEmpty, accepting.count < Int(UInt16.max),
            transitions.count == accepting.count * classCount
        else { return ["the table has the wrong size"] }
        guard transitions.allSatisfy({ $0 == .max || Int($0) < accepting.count }) else {
            return ["a state is out of range"]
        }
        return []
    }
}

extension DateFormat {
    /// Whether the parts give a value of `type`, each at most once, and no literal is a digit.
    fileprivate func fits(_ type: FieldType) -> Bool {
        func count(_ wanted: Part...) -> Int { parts.count { wanted.contains($0) } }
        let years = count(.year, .shortYear)
        let months = count(.month, .monthName)
        let days = count(.day)
        guard years <= 1, months <= 1, days <= 1, count(.hour) <= 1, count(.minute) <= 1, count(.second) <= 1,
            count(.zone, .optionalZone) <= 1, count(.fraction, .optionalFraction) <= 1
        else { return false }
        switch type {
        case .date, .datetime: return years == 1 && months == 1 && days == 1
        case .yearmonth: return years == 1 && months == 1
        case .year: return years == 1
        case .time: return count(.hour) == 1
        default: return true
        }
    }
}

extension RowRule {
    /// What two fields are compared by.
    package enum Unit: Sendable, BitwiseCopyable {
        /// The slots as they are.
        case slot
        /// Thousandths; a whole number is scaled.
        case thousandths
        case day, month, year
        /// Byte by byte.
        case text
    }

    /// The unit in which fields of these types can be compared, the coarser of the two; nil when there is none.
    package static func unit(_ a: FieldType, _ b: FieldType) -> Unit? {
        func calendarRank(_ type: FieldType) -> Int? {
            switch type {
            case .datetime: 0
            case .date: 1
            case .yearmonth: 2
            case .year: 3
            default: nil
            }
        }
        if a == b { return a == .string ? .text : a.hasSlot ? .slot : nil }
        if let rankA = calendarRank(a), let rankB = calendarRank(b) {
            switch max(rankA, rankB) {
            case 1: return .day
            case 2: return .month
            default: return .year
            }
        }
        return Set([a, b]) == [.integer, .number] ? .thousandths : nil
    }
}
