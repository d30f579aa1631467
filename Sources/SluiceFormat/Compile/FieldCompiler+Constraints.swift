import SluiceModel
import SluiceYAML

// What the values of a field must satisfy.

extension FieldCompiler {
    func compileText(_ plan: inout FieldPlan) {
        if field.type != .string {
            for (node, key) in [(field.pattern?.node, "pattern"), (field.check?.node, "check")] {
                guard let node else { continue }
                add(node, "`\(key)` is for strings", hint: "remove it or write `type: string`")
            }
        }
        if ![.string, .object, .array, .list].contains(field.type) {
            for (node, key) in [(field.minimumLength?.node, "minLength"), (field.maximumLength?.node, "maxLength")] {
                guard let node else { continue }
                add(
                    node, "`\(key)` is for strings, objects, arrays and lists",
                    hint: "remove it or write `type: string`")
            }
        }
        plan.pattern = field.pattern.flatMap { builder.pattern($0) }
        plan.lengthMinimum = field.minimumLength?.value
        plan.lengthMaximum = field.maximumLength?.value
        if let minimum = field.minimumLength, let maximum = field.maximumLength, minimum.value > maximum.value {
            add(minimum.node, "`minLength` is above `maxLength`", hint: "swap or correct them")
        }
        plan.check = field.check?.value
        if let severity = field.checkSeverity {
            plan.checkSeverity = severity.value
            if field.check == nil {
                add(severity.node, "`checkSeverity` without `check`", hint: "name the check or remove it")
            }
        }
    }

    // MARK: - Bounds

    func compileBounds(_ plan: inout FieldPlan) {
        for (text, key) in [
            (field.minimum, "minimum"), (field.maximum, "maximum"), (field.exclusiveMinimum, "exclusiveMinimum"),
            (field.exclusiveMaximum, "exclusiveMaximum"),
        ] {
            guard let text else { continue }
            if field.type == .duration {
                add(
                    text.node, "`\(key)` of a duration is refused: a month has no fixed length",
                    hint: "remove it, or send the two days as dates and compare them by a rule")
            } else if !field.type.hasSlot || field.type == .boolean {
                add(text.node, "`\(key)` is for numbers, dates and times", hint: "remove it or write the type")
            }
        }
        guard field.type.hasSlot, field.type != .boolean else { return }
        if field.type == .number || field.type == .integer && !boundsFitSlots {
            let lower = tighter(decimal(field.minimum), decimal(field.exclusiveMinimum)) { $0 < $1 }
            let upper = tighter(decimal(field.maximum), decimal(field.exclusiveMaximum)) { $1 < $0 }
            (plan.numberMinimum, plan.isMinimumExclusive) = (lower?.bound.value, lower?.isExclusive ?? false)
            (plan.numberMaximum, plan.isMaximumExclusive) = (upper?.bound.value, upper?.isExclusive ?? false)
            checkRange(lower, upper) { $0 < $1 }
        } else {
            let formats = formats(plan)
            let lower = tighter(slot(field.minimum, formats), slot(field.exclusiveMinimum, formats)) { $0 < $1 }
            let upper = tighter(slot(field.maximum, formats), slot(field.exclusiveMaximum, formats)) { $0 > $1 }
            (plan.minimum, plan.isMinimumExclusive) = (lower?.bound.value, lower?.isExclusive ?? false)
            (plan.maximum, plan.isMaximumExclusive) = (upper?.bound.value, upper?.isExclusive ?? false)
            checkRange(lower, upper) { $0 < $1 }
        }
    }

    /// Whether all bounds of a whole number have a place in a slot; otherwise they are held exactly.
    private var boundsFitSlots: Bool {
        let bounds = [field.minimum, field.maximum, field.exclusiveMinimum, field.exclusiveMaximum].compactMap(\.self)
        return bounds.allSatisfy { text in
            // What is no whole number is a mistake, and told as one of a slot.
            guard let number = number(text), number.exponent >= 0 else { return true }
            return FieldCompiler.slot(number) != nil
        }
    }

    /// The slot of a whole number; nil where it is none, or has no place there.
    private static func slot(_ number: ExactDecimal) -> Int? {
        guard number.exponent >= 0 else { return nil }
        var value = number.digits
        for _ in 0..<number.exponent {
            guard value.magnitude < 1 << 100 else { return nil }
            value *= 10
        }
        return value.magnitude <= 1 << 60 ? Int(value) : nil
    }

    /// A number as the settings write it, or, where it is a text, as the field's own cells do.
    ///
    /// Source: Data Package (v2) Table Schema, "Field Constraints": values of the type as JSON has them, or strings that
    /// can be cast with the field's own format.
    private func number(_ text: Placed<String>) -> ExactDecimal? {
        let (decimal, group) = (field.decimalMark?.value ?? ".", field.groupMark?.value ?? "")
        var own = text.value
        let hasGroups = !group.isEmpty && own.contains(group)
        let fits = !hasGroups || FieldCompiler.isGrouped(own, decimal: decimal, group: group)
        if hasGroups { own = own.replacing(group, with: "") }
        if decimal != ".", !decimal.isEmpty { own = own.replacing(decimal, with: ".") }
        let plain = DecimalNotation.read(text.value)
        let cast = fits ? DecimalNotation.read(own) : nil
        if case .scalar(_, isPlain: true) = text.node.value { return plain ?? cast }
        return cast ?? plain
    }

    /// Whether the marks of groups stand before each three digits of the whole part, as in cells.
    private static func isGrouped(_ text: String, decimal: String, group: String) -> Bool {
        let whole = decimal.isEmpty ? text[...] : text[..<(text.firstRange(of: decimal)?.lowerBound ?? text.endIndex)]
        guard !text[whole.endIndex...].contains(group) else { return false }
        let parts = whole.drop { $0 == "-" || $0 == "+" }.split(separator: group, omittingEmptySubsequences: false)
        return (1...3).contains(parts[0].count) && parts.dropFirst().allSatisfy { $0.count == 3 }
    }

    /// Of a bound that is allowed and one that is not, the one that leaves less.
    private func tighter<Value>(
        _ allowed: Placed<Value>?, _ excluded: Placed<Value>?, _ isWider: (Value, Value) -> Bool
    ) -> (bound: Placed<Value>, isExclusive: Bool)? {
        guard let excluded else { return allowed.map { ($0, false) } }
        guard let allowed else { return (excluded, true) }
        return isWider(excluded.value, allowed.value) ? (allowed, false) : (excluded, true)
    }

    private func checkRange<Value>(
        _ lower: (bound: Placed<Value>, isExclusive: Bool)?, _ upper: (bound: Placed<Value>, isExclusive: Bool)?,
        _ isLess: (Value, Value) -> Bool
    ) {
        guard let lower, let upper else { return }
        if isLess(upper.bound.value, lower.bound.value) {
            add(lower.bound.node, "`minimum` is above `maximum`", hint: "swap or correct them")
        } else if lower.isExclusive || upper.isExclusive, !isLess(lower.bound.value, upper.bound.value) {
            add(lower.bound.node, "no value is between the bounds", hint: "correct one of them")
        }
    }

    private func decimal(_ text: Placed<String>?) -> Placed<ExactDecimal>? {
        guard let text else { return nil }
        if let decimal = number(text) { return Placed(decimal, text.node) }
        addNoValue(text)
        return nil
    }

    private func slot(_ text: Placed<String>?, _ formats: [DateFormat]) -> Placed<Int>? {
        guard let text else { return nil }
        if field.type == .integer, let slot = number(text).flatMap(FieldCompiler.slot) {
            return Placed(slot, text.node)
        }
        if let slot = DateNotation.slot(
            text.value, type: field.type, formats: formats, today: builder.options.today, zone: builder.options.zone),
            slot.magnitude <= 1 << 60
        {
            return Placed(slot, text.node)
        }
        addNoValue(text)
        return nil
    }

    private func addNoValue(_ text: Placed<String>) {
        add(
            text.node, "\(shown(text.value)) is not a value of the field's type",
            hint: field.type.isTemporal
                ? "write it in the field's format"
                : field.type == .boolean
                    ? "write `true`, `false` or one of the field's own values"
                    : field.type == .integer
                        ? "write a whole number" : "write a number, as JSON does or as the cells do")
    }

    /// The schema itself may always write dates as ISO 8601 does.
    private func formats(_ plan: FieldPlan) -> [DateFormat] {
        plan.dateFormats
            + DateNotation.defaults(for: field.type).compactMap { try? DateNotation.parse($0, for: field.type) }
    }

    // MARK: - Codes and values

    func compileCodes(_ plan: inout FieldPlan) {
        plan.codesSeverity = field.codesSeverity?.value ?? .error
        plan.codesPart = field.part?.value
        if let codes = field.codes {
            if field.type != .string {
                add(codes.node, "`codes` is for strings", hint: "write `type: string`: codes are not numbers")
            }
            plan.codes = builder.table(ofList: codes.value)
        }
        if let values = field.allowedValues, let node = values.first?.node {
            if field.type == .string {
                compileAllowedTexts(values, node, &plan)
            } else {
                compileAllowedSlots(values, node, &plan)
            }
        }
        if field.isModelArea {
            plan.codes = builder.tableOfAreas()
            plan.codesSeverity = field.codesSeverity?.value ?? .warning
            if plan.codes == nil, let treatment = field.treatment {
                add(treatment.node, "the model has no dimension `area`", hint: "add one or drop the field")
            }
        }
        if plan.codes == nil, field.codes == nil {
            if let severity = field.codesSeverity {
                add(severity.node, "`codesSeverity` without `codes`", hint: "name a code list or remove it")
            }
            if let part = field.part {
                add(part.node, "`part` without `codes`", hint: "name a code list or remove it")
            }
        }
    }

    private func compileAllowedTexts(_ values: [Placed<String>], _ node: Node, _ plan: inout FieldPlan) {
        if let codes = field.codes {
            add(codes.node, "`codes` beside `enum`", hint: "keep one: both say which values are allowed")
            return
        }
        if field.treatment?.value == .area {
            add(node, "`enum` on an area", hint: "remove it: the model's areas are the values")
            return
        }
        if let part = field.part {
            add(part.node, "`part` without `codes`", hint: "name a code list or remove it")
        }
        var texts: [String] = []
        for value in values {
            if texts.contains(value.value) {
                add(value.node, "\(shown(value.value)) stands twice", hint: "remove one")
            } else if isMissing(value, plan) {
                add(value.node, "\(shown(value.value)) is a missing value", hint: "remove it from one of the lists")
            } else {
                texts.append(value.value)
            }
        }
        plan.codes = builder.table(ofValues: texts, field: field.name.value)
    }

    private func isMissing(_ value: Placed<String>, _ plan: FieldPlan) -> Bool {
        plan.missingValues.contains(value.value) || value.value.isEmpty
    }

    /// Values are compared by what they mean: `01` and `1` are one whole number.
    private func compileAllowedSlots(_ values: [Placed<String>], _ node: Node, _ plan: inout FieldPlan) {
        guard field.type.hasSlot else {
            add(
                node, "`enum` is for strings, numbers, booleans, dates and times",
                hint: "remove it or write `type: string`")
            return
        }
        if field.type == .number || field.type == .integer {
            return compileAllowedNumbers(values, &plan)
        }
        let formats = formats(plan)
        var slots: Set<Int> = []
        for value in values {
            let found: Int?
            switch field.type {
            case .boolean:
                let isIn = { (list: [String]) in list.contains(value.value) }
                // The values of the type itself, as JSON has them, whatever the cells have.
                found =
                    isIn(plan.trueValues)
                    ? 1
                    : isIn(plan.falseValues) ? 0 : value.value == "true" ? 1 : value.value == "false" ? 0 : nil
            default: found = slot(value, formats)?.value
            }
            guard let found else {
                // A slot that is none is on record already.
                if field.type == .boolean { addNoValue(value) }
                continue
            }
            if !slots.insert(found).inserted {
                add(value.node, "\(shown(value.value)) stands twice", hint: "remove one")
            } else if isMissing(value, plan) {
                add(value.node, "\(shown(value.value)) is a missing value", hint: "remove it from one of the lists")
            }
        }
        plan.allowedSlots = slots.sorted()
    }

    /// Numbers are allowed by their value, `1.0` as `1`; exactly, where a slot cannot hold one of them.
    private func compileAllowedNumbers(_ values: [Placed<String>], _ plan: inout FieldPlan) {
        var numbers: [ExactDecimal] = []
        for value in values {
            guard let found = number(value), field.type == .number || found.exponent >= 0 else {
                addNoValue(value)
                continue
            }
            if numbers.contains(where: { !($0 < found) && !(found < $0) }) {
                add(value.node, "\(shown(value.value)) stands twice", hint: "remove one")
            } else if isMissing(value, plan) {
                add(value.node, "\(shown(value.value)) is a missing value", hint: "remove it from one of the lists")
            } else {
                numbers.append(found)
            }
        }
        let slots = numbers.map { field.type == .number ? DecimalNotation.thousandths($0) : FieldCompiler.slot($0) }
        if slots.contains(where: { $0 == nil }) {
            plan.allowedNumbers = numbers.sorted(by: <)
        } else {
            plan.allowedSlots = slots.compactMap(\.self).sorted()
        }
    }
}
