import SluiceModel
import SluiceYAML

// Rules over the fields of a row and over the rows of a file.

extension EditionCompiler {
    /// Nil for rules over the file, for what only other editions have, and for mistakes.
    mutating func compileRowRule(_ rule: Mapping.Rule) -> RowRule? {
        let kind: RowRule.Kind?
        switch rule.kind {
        case .check(let left, let comparison, let right, let node):
            kind = compileCheck(left, comparison, right, node)
        case .required(let fields, let condition): kind = compileRequired(fields, condition)
        case .oneOf(let fields, let isExclusive):
            let numbers = fields.compactMap { number($0) }
            used.formUnion(numbers)
            kind = numbers.count == fields.count ? .oneOf(fields: numbers, isExclusive: isExclusive) : nil
        case .controlTotal, .coverage, .suddenChange: return nil
        }
        return kind.map { RowRule(id: rule.id, kind: $0, severity: rule.severity) }
    }

    // MARK: - Comparisons

    private mutating func compileCheck(
        _ left: String, _ comparison: RowRule.Comparison, _ right: String, _ node: Node
    ) -> RowRule.Kind? {
        switch (isField(left), isField(right)) {
        case (true, true): return compare(left, comparison, right, node)
        case (true, false): return compare(left, comparison, constant: right, node)
        case (false, true): return compare(right, comparison.turned, constant: left, node)
        case (false, false):
            _ = number(Placed(left, node))
            return nil
        }
    }

    private func isField(_ name: String) -> Bool { namesAnywhere.contains(name) }

    private mutating func compare(
        _ leftName: String, _ comparison: RowRule.Comparison, _ rightName: String, _ node: Node
    ) -> RowRule.Kind? {
        let left = number(Placed(leftName, node))
        let right = number(Placed(rightName, node))
        guard let left, let right else { return nil }
        used.formUnion([left, right])
        if left == right {
            builder.add(node, "the rule compares a field with itself", hint: "name two fields")
        }
        let type = plans[left].type
        if RowRule.unit(type, plans[right].type) == nil {
            builder.add(
                node, "\(shown(leftName)) and \(shown(rightName)) cannot be compared",
                hint: "compare two numbers, two texts, or two dates or times")
        } else if type == .string || type == .boolean, !comparison.isEquality {
            builder.add(node, "texts and booleans have no order", hint: "compare them with = or !=")
        }
        return .compare(left: left, comparison, right: right)
    }

    private mutating func compare(
        _ name: String, _ comparison: RowRule.Comparison, constant: String, _ node: Node
    ) -> RowRule.Kind? {
        guard let field = number(Placed(name, node)) else { return nil }
        used.insert(field)
        let plan = plans[field]
        if let slot = slot(constant, plan) {
            if plan.type == .boolean, !comparison.isEquality {
                builder.add(node, "texts and booleans have no order", hint: "compare them with = or !=")
            }
            return .compareValue(field: field, comparison, value: slot)
        }
        let hint: String
        if let near = nearest(constant, among: schema.fields.map(\.name.value)) {
            hint = "did you mean `\(near)`?"
        } else if plan.type == .string {
            hint = "the values of a text are a code list or an `enum`"
        } else {
            hint = "name a field of \(edition.schemaFile), or write a value of the type of \(shown(name))"
        }
        builder.add(node, "there is no field \(shown(constant)), and it is no value of \(shown(name))", hint: hint)
        return nil
    }

    /// A value as the field's own cells have it, or a date as ISO 8601 has it.
    private func slot(_ text: String, _ plan: FieldPlan) -> Int? {
        switch plan.type {
        case .boolean: return plan.trueValues.contains(text) ? 1 : plan.falseValues.contains(text) ? 0 : nil
        case .number: return DecimalNotation.read(text).flatMap { DecimalNotation.thousandths($0) }
        default:
            let formats =
                plan.dateFormats
                + DateNotation.defaults(for: plan.type).compactMap { try? DateNotation.parse($0, for: plan.type) }
            return DateNotation.slot(
                text, type: plan.type, formats: formats, today: builder.options.today, zone: builder.options.zone
            )
            .flatMap { $0.magnitude <= 1 << 60 ? $0 : nil }
        }
    }

    // MARK: - Required when

    private mutating func compileRequired(
        _ fields: [Placed<String>], _ condition: Mapping.Condition
    ) -> RowRule.Kind? {
        let numbers = fields.compactMap { number($0) }
        used.formUnion(numbers)
        let compiled: RowRule.Condition?
        switch condition {
        case .hasValue(let name): compiled = number(name).map { .hasValue($0) }
        case .isMissing(let name): compiled = number(name).map { .isMissing($0) }
        case .isOneOf(let name, let codes):
            compiled = number(name).flatMap { field in
                entries(codes, of: field, name).map { .isOneOf(field, entries: $0) }
            }
        }
        guard let compiled else { return nil }
        let subject =
            switch compiled {
            case .hasValue(let field), .isMissing(let field), .isOneOf(let field, _): field
            }
        used.insert(subject)
        if let field = fields.first(where: { self.numbers[$0.value] == subject }) {
            builder.add(
                field.node, "\(shown(field.value)) is required and decides itself whether it is",
                hint: "name another field in `when`, or write `required: true` in the schema")
        }
        return numbers.isEmpty ? nil : .requiredWhen(fields: numbers, condition: compiled)
    }

    private func entries(_ codes: [Placed<String>], of field: Int, _ name: Placed<String>) -> [Int]? {
        guard let index = plans[field].codes else {
            builder.add(
                name.node, "\(shown(name.value)) has no code list", hint: "give it `codes` or an `enum` in the schema")
            return nil
        }
        let table = builder.codeTables[index]
        func key(_ text: String) -> String { table.ignoresCase ? lowerCased(text) : text }
        let places = Dictionary(
            table.entries.indices.map { (key(table.entries[$0].text), $0) }, uniquingKeysWith: { first, _ in first })
        var entries: [Int] = []
        for code in codes {
            guard let entry = places[key(code.value)] else {
                builder.add(
                    code.node, "\(shown(code.value)) is not a code of \(shown(name.value))",
                    hint: nameHint(
                        code.value, among: table.entries.prefix(10_000).map(\.text),
                        else: "write a code of its list"))
                continue
            }
            if entries.contains(entry) {
                builder.add(code.node, "\(shown(code.value)) stands twice", hint: "remove one")
            } else {
                entries.append(entry)
            }
        }
        return entries.isEmpty ? nil : entries
    }

    // MARK: - The file

    /// Nil for rules over a row.
    func compileFileRule(_ rule: Mapping.Rule) -> FileRule? {
        var needsPeriod = true
        let kind: FileRule.Kind
        switch rule.kind {
        case .check, .required, .oneOf: return nil
        case .controlTotal(let words, let isRequired):
            needsPeriod = false
            kind = .controlTotal(words: words.map { HeaderName.normalised($0) }, isRequired: isRequired)
        case .coverage(let unit): kind = .coverage(unit)
        case .suddenChange(let percent, let deliveriesMin):
            kind = .suddenChange(percent: percent, deliveriesMin: deliveriesMin)
        }
        if needsPeriod, case .noPeriod = mapping.period {
            builder.add(rule.node, "the rule needs a period, and the dataset has none", hint: "write `period`")
            return nil
        }
        return FileRule(id: rule.id, kind: kind, severity: rule.severity)
    }

    /// Beginnings of rows that are no records; those that state a total are among them.
    func footers() -> [String] {
        var footers: [String] = []
        let totals = mapping.rules.flatMap { rule -> [String] in
            if case .controlTotal(let words, _) = rule.kind { words } else { [] }
        }
        for text in (mapping.footers + totals).map({ HeaderName.normalised($0) }) where !footers.contains(text) {
            footers.append(text)
        }
        return footers
    }
}

extension RowRule.Comparison {
    fileprivate var isEquality: Bool { self == .equal || self == .notEqual }

    /// The same with the two sides exchanged.
    fileprivate var turned: RowRule.Comparison {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .equal, .notEqual: self
        case .greaterOrEqual: .lessOrEqual
        case .greater: .less
        }
    }
}
