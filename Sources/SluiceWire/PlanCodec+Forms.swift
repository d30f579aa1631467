import SluiceModel

// The parts of a dataset's plan that say in which form a table arrives and which rules hold between its cells.

// MARK: - Writing

extension ByteWriter {
    mutating func forms(_ forms: TableForms) {
        flag(forms.delimited)
        optional(forms.workbook) { writer, form in
            writer.texts(form.sheetNames)
            writer.optional(form.sheetPosition) { $0.count($1) }
        }
        optional(forms.json) { $0.texts($1.recordsPath) }
        optional(forms.xml) { writer, form in
            writer.texts(form.recordPath)
            writer.optional(form.namespace) { $0.text($1) }
            writer.array(form.columns) { writer, column in
                writer.text(column.name)
                writer.texts(column.path)
            }
        }
        optional(forms.fixedWidth) { writer, form in
            writer.array(form.columns) { writer, column in
                writer.text(column.name)
                writer.count(column.offset)
                writer.count(column.width)
            }
            writer.count(form.leadingLines)
        }
    }

    mutating func contentRule(_ rule: ContentRule) {
        text(rule.id)
        switch rule.condition {
        case .identifiers(let kinds, let percent):
            byte(0)
            varint(UInt64(kinds.rawValue))
            count(percent)
        case .patientColumns: byte(1)
        case .classes(let classes):
            byte(2)
            choices(classes)
        case .together(let facts):
            byte(3)
            choices(facts)
        }
        byte(rule.effect.rawValue)
        text(rule.message)
    }

    mutating func choices<T: RawRepresentable<UInt8> & Hashable>(_ values: Set<T>) {
        array(values.map(\.rawValue).sorted()) { $0.byte($1) }
    }

    mutating func rowRule(_ rule: RowRule) {
        text(rule.id)
        switch rule.kind {
        case .compare(let left, let comparison, let right):
            byte(0)
            count(left)
            byte(comparison.rawValue)
            count(right)
        case .compareValue(let field, let comparison, let value):
            byte(1)
            count(field)
            byte(comparison.rawValue)
            signed(value)
        case .requiredWhen(let fields, let condition):
            byte(2)
            numbers(fields)
            self.condition(condition)
        case .oneOf(let fields, let isExclusive):
            byte(3)
            numbers(fields)
            flag(isExclusive)
        }
        byte(rule.severity.rawValue)
    }

    private mutating func condition(_ condition: RowRule.Condition) {
        switch condition {
        case .hasValue(let field):
            byte(0)
            count(field)
        case .isMissing(let field):
            byte(1)
            count(field)
        case .isOneOf(let field, let entries):
            byte(2)
            count(field)
            numbers(entries)
        }
    }

    mutating func foreignKey(_ key: ForeignKey) {
        numbers(key.fields)
        count(key.dataset)
        numbers(key.referenced)
    }

    mutating func fileRule(_ rule: FileRule) {
        text(rule.id)
        switch rule.kind {
        case .controlTotal(let words, let isRequired):
            byte(0)
            texts(words)
            flag(isRequired)
        case .coverage(let unit):
            byte(1)
            periodUnit(unit)
        case .suddenChange(let percent, let deliveriesMin):
            byte(2)
            count(percent)
            count(deliveriesMin)
        }
        byte(rule.severity.rawValue)
    }

    mutating func periodUnit(_ unit: PeriodUnit) { byte(UInt8(PeriodUnit.allCases.firstIndex(of: unit)!)) }

    /// The sign, the magnitude in two halves of 64 bits, the power of ten.
    mutating func decimal(_ decimal: ExactDecimal) {
        let magnitude = decimal.digits.magnitude
        flag(decimal.digits < 0)
        varint(UInt64(truncatingIfNeeded: magnitude >> 64))
        varint(UInt64(truncatingIfNeeded: magnitude))
        signed(Int(decimal.exponent))
    }
}

// MARK: - Reading

extension ByteReader {
    mutating func contentRule() throws(WireError) -> ContentRule {
        let id = try planText()
        let condition: ContentRule.Condition
        switch try byte() {
        case 0:
            let kinds = try identifierKinds()
            condition = .identifiers(kinds, percent: try count(.planNumber, limit: 100))
        case 1: condition = .patientColumns
        case 2: condition = .classes(try set(PrivacyClass.self))
        case 3: condition = .together(try set(FieldFact.self))
        default: throw .invalid(.planChoice)
        }
        return ContentRule(
            id: id, condition: condition, effect: try choice(ContentRule.Effect.self), message: try planText())
    }

    mutating func identifierKinds() throws(WireError) -> IdentifierKinds {
        let kinds = IdentifierKinds(rawValue: UInt32(try count(.planNumber, limit: Int(UInt32.max))))
        guard kinds.isSubset(of: .all) else { throw .invalid(.planChoice) }
        return kinds
    }

    /// Choices in ascending order, each once.
    mutating func set<T: RawRepresentable<UInt8> & Hashable>(_ type: T.Type) throws(WireError) -> Set<T> {
        var last = -1
        return Set(
            try array(.planCount, limit: 256) { r throws(WireError) in
                let value = try r.choice(type)
                guard Int(value.rawValue) > last else { throw WireError.invalid(.planChoice) }
                last = Int(value.rawValue)
                return value
            })
    }

    mutating func numbers() throws(WireError) -> [Int] {
        try array(.planCount, limit: PlanBounds.fields) { r throws(WireError) in try r.number() }
    }

    private mutating func path() throws(WireError) -> [String] {
        try array(.planCount, limit: PlanBounds.steps) { r throws(WireError) in try r.planText() }
    }

    mutating func forms() throws(WireError) -> TableForms {
        var forms = TableForms()
        forms.delimited = try planFlag()
        forms.workbook = try optional(.planChoice) { r throws(WireError) in
            var form = WorkbookForm()
            form.sheetNames = try r.texts()
            form.sheetPosition = try r.optionalNumber()
            return form
        }
        forms.json = try optional(.planChoice) { r throws(WireError) in
            var form = JSONForm()
            form.recordsPath = try r.path()
            return form
        }
        forms.xml = try optional(.planChoice) { r throws(WireError) in
            var form = XMLForm()
            form.recordPath = try r.path()
            form.namespace = try r.optional(.planChoice) { r throws(WireError) in try r.planText() }
            form.columns = try r.array(.planCount, limit: PlanBounds.fields) { r throws(WireError) in
                XMLForm.Column(name: try r.planText(), path: try r.path())
            }
            return form
        }
        forms.fixedWidth = try optional(.planChoice) { r throws(WireError) in
            FixedWidthForm(
                columns: try r.array(.planCount, limit: PlanBounds.fields) { r throws(WireError) in
                    FixedWidthForm.Column(name: try r.planText(), offset: try r.number(), width: try r.number())
                },
                leadingLines: try r.number())
        }
        return forms
    }

    mutating func rowRule() throws(WireError) -> RowRule {
        let id = try planText()
        let kind: RowRule.Kind
        switch try byte() {
        case 0: kind = .compare(left: try number(), try choice(RowRule.Comparison.self), right: try number())
        case 1: kind = .compareValue(field: try number(), try choice(RowRule.Comparison.self), value: try slot())
        case 2: kind = .requiredWhen(fields: try numbers(), condition: try condition())
        case 3: kind = .oneOf(fields: try numbers(), isExclusive: try planFlag())
        default: throw .invalid(.planChoice)
        }
        return RowRule(id: id, kind: kind, severity: try choice(Severity.self))
    }

    private mutating func condition() throws(WireError) -> RowRule.Condition {
        switch try byte() {
        case 0: return .hasValue(try number())
        case 1: return .isMissing(try number())
        case 2: return .isOneOf(try number(), entries: try numbers())
        default: throw .invalid(.planChoice)
        }
    }

    mutating func foreignKey() throws(WireError) -> ForeignKey {
        ForeignKey(fields: try numbers(), dataset: try number(), referenced: try numbers())
    }

    mutating func fileRule() throws(WireError) -> FileRule {
        let id = try planText()
        let kind: FileRule.Kind
        switch try byte() {
        case 0: kind = .controlTotal(words: try texts(), isRequired: try planFlag())
        case 1: kind = .coverage(try periodUnit())
        case 2: kind = .suddenChange(percent: try number(), deliveriesMin: try number())
        default: throw .invalid(.planChoice)
        }
        return FileRule(id: id, kind: kind, severity: try choice(Severity.self))
    }

    mutating func periodUnit() throws(WireError) -> PeriodUnit {
        let unit = Int(try byte())
        guard PeriodUnit.allCases.indices.contains(unit) else { throw .invalid(.planChoice) }
        return PeriodUnit.allCases[unit]
    }

    mutating func decimal() throws(WireError) -> ExactDecimal {
        let isNegative = try planFlag()
        let magnitude = UInt128(try varint(.planNumber)) << 64 | UInt128(try varint(.planNumber))
        // A negative zero would be a second way to write the same number.
        guard magnitude < PlanBounds.decimalMagnitude, magnitude > 0 || !isNegative else { throw .invalid(.planNumber) }
        let exponent = try signed(.planNumber, limit: PlanBounds.decimalExponent)
        return ExactDecimal(digits: isNegative ? -Int128(magnitude) : Int128(magnitude), exponent: Int32(exponent))
    }
}
