import SluiceModel
import SluiceYAML

/// Checks one field of a schema on its own and makes its plan.
struct FieldCompiler {
    let builder: PlanBuilder
    let schema: Schema
    let field: SchemaField

    static let defaultTrueValues = ["true", "True", "TRUE", "1"]
    static let defaultFalseValues = ["false", "False", "FALSE", "0"]

    func compile() -> FieldPlan {
        var plan = FieldPlan(
            name: field.name.value, headers: headers(), type: field.type, privacy: field.privacy ?? .neutral)
        plan.isOptional = field.isOptional
        plan.isRequired = field.isRequired
        plan.isUnique = field.isUnique
        plan.missingValues = field.missingValues ?? schema.missingValues
        checkTreatment()
        compileTemporal(&plan)
        compileBoolean(&plan)
        compileText(&plan)
        compileBounds(&plan)
        compileCodes(&plan)
        if let flag = field.notInFuture { plan.mayLieInFuture = !flag.value }
        return plan
    }

    private func add(_ node: Node, _ what: String, hint: String) { builder.add(node, what, hint: hint) }

    private func headers() -> [String] {
        var headers: [String] = []
        for name in [field.name] + field.aliases {
            let header = HeaderName.normalised(name.value)
            if header.isEmpty {
                add(name.node, "a header name without a letter or digit", hint: "give it one")
            } else if !headers.contains(header) {
                headers.append(header)
            }
        }
        return headers
    }

    // MARK: - Privacy

    private func checkTreatment() {
        guard let treatment = field.treatment, let privacy = field.privacy else { return }
        switch privacy {
        case .health where treatment.value != .drop:
            add(treatment.node, "a field of class H must be dropped", hint: "write `treatment: drop`")
        case .direct where ![.drop, .scan, .link, .band].contains(treatment.value):
            add(
                treatment.node, "a direct identifier may not be treated as `\(treatment.value.rawValue)`",
                hint: "drop, scan or link it, or band a date of birth")
        default: break
        }
        switch treatment.value {
        case .link:
            if privacy != .direct {
                add(treatment.node, "only a field of class D is linked", hint: "write `class: D` or another treatment")
            }
            if builder.plugin.isHealth {
                add(treatment.node, "a plugin of a health authority never links", hint: "write `treatment: drop`")
            }
            if field.type != .string {
                add(treatment.node, "only a string is linked", hint: "write `type: string`")
            }
        case .truncate where !field.type.isTemporal || field.type == .year:
            add(
                treatment.node, "`truncate` is for dates and times",
                hint: "group a code, band a number, or drop the field")
        case .area where field.type != .string:
            add(treatment.node, "`area` is for strings", hint: "write `type: string`")
        case .band where field.type == .boolean:
            add(treatment.node, "`band` is for numbers and dates of birth", hint: "write `treatment: keep`")
        default: break
        }
    }

    // MARK: - Types

    private func compileTemporal(_ plan: inout FieldPlan) {
        var written: [Placed<String>] = []
        if let format = field.format {
            if format.value == "any" {
                add(
                    format.node, "the format `any` is refused: it would guess",
                    hint: "write the `%` format, or several in `formats`")
            } else if format.value != "default" {
                if field.type.isTemporal {
                    written.append(format)
                } else {
                    add(
                        format.node, "`format` is for dates and times", hint: "remove it or write the type")
                }
            }
        }
        guard field.type.isTemporal else {
            if let first = field.furtherFormats.first {
                add(first.node, "`formats` is for dates and times", hint: "remove it or write the type")
            }
            if let flag = field.notInFuture {
                add(flag.node, "`notInFuture` is for dates", hint: "remove it or write the type")
            }
            return
        }
        if let flag = field.notInFuture, field.type == .time {
            add(flag.node, "`notInFuture` is for dates", hint: "remove it")
        }
        if written.isEmpty {
            let node = field.format?.node ?? field.node
            written = DateNotation.defaults(for: field.type).map { Placed($0, node) }
        }
        var formats: [(format: DateFormat, node: Node)] = []
        for text in written + field.furtherFormats {
            do {
                let format = try DateNotation.parse(text.value, for: field.type)
                if formats.contains(where: { $0.format.parts == format.parts }) {
                    add(text.node, "the format \(shown(text.value)) stands twice", hint: "remove one")
                } else if let other = formats.first(where: {
                    builder.areAmbiguous($0.format, format, type: field.type)
                }) {
                    add(
                        text.node,
                        "the formats \(shown(other.format.text)) and \(shown(text.value)) read the same text as different days",
                        hint: "keep the one the sender uses")
                } else {
                    formats.append((format, text.node))
                }
            } catch {
                add(text.node, "the format \(shown(text.value)): \(error.what)", hint: error.hint)
            }
        }
        plan.dateFormats = formats.map(\.format)
    }

    private func compileBoolean(_ plan: inout FieldPlan) {
        guard field.type == .boolean else {
            if let first = field.trueValues?.first ?? field.falseValues?.first {
                add(
                    first.node, "`trueValues` and `falseValues` are for booleans",
                    hint: "remove them or write `type: boolean`")
            }
            return
        }
        plan.trueValues = field.trueValues?.map(\.value) ?? Self.defaultTrueValues
        plan.falseValues = field.falseValues?.map(\.value) ?? Self.defaultFalseValues
        for value in plan.falseValues where plan.trueValues.contains(value) {
            let node = (field.falseValues ?? field.trueValues ?? []).first { $0.value == value }?.node
            add(node ?? field.node, "\(shown(value)) means both true and false", hint: "remove one")
        }
        for value in (field.trueValues ?? []) + (field.falseValues ?? []) where plan.missingValues.contains(value.value)
        {
            add(
                value.node, "\(shown(value.value)) is also a missing value",
                hint: "give the field its own `missingValues`")
        }
    }

    // MARK: - Constraints

    private func compileText(_ plan: inout FieldPlan) {
        if field.type != .string {
            for (node, key) in [
                (field.pattern?.node, "pattern"), (field.minimumLength?.node, "minLength"),
                (field.maximumLength?.node, "maxLength"), (field.check?.node, "check"),
            ] {
                guard let node else { continue }
                add(node, "`\(key)` is for strings", hint: "remove it or write `type: string`")
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

    private func compileBounds(_ plan: inout FieldPlan) {
        func bound(_ text: Placed<String>?, _ key: String) -> Int? {
            guard let text else { return nil }
            guard field.type != .string, field.type != .boolean else {
                add(text.node, "`\(key)` is for numbers, dates and times", hint: "remove it or write the type")
                return nil
            }
            let formats =
                plan.dateFormats
                + DateNotation.defaults(for: field.type).compactMap { try? DateNotation.parse($0, for: field.type) }
            if let slot = DateNotation.slot(
                text.value, type: field.type, formats: formats, today: builder.options.today)
            {
                return slot
            }
            add(
                text.node, "\(shown(text.value)) is not a value of the field's type",
                hint: field.type.isTemporal ? "write it in the field's format" : "write a number")
            return nil
        }
        plan.minimum = bound(field.minimum, "minimum")
        plan.maximum = bound(field.maximum, "maximum")
        if let minimum = plan.minimum, let maximum = plan.maximum, minimum > maximum, let place = field.minimum {
            add(place.node, "`minimum` is above `maximum`", hint: "swap or correct them")
        }
    }

    private func compileCodes(_ plan: inout FieldPlan) {
        plan.codesSeverity = field.codesSeverity?.value ?? .error
        plan.codesPart = field.part?.value
        if let codes = field.codes {
            if field.type != .string {
                add(codes.node, "`codes` is for strings", hint: "write `type: string`: codes are not numbers")
            }
            plan.codes = builder.table(ofList: codes.value)
        }
        if let values = field.allowedValues {
            compileAllowedValues(values, &plan)
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

    private func compileAllowedValues(_ values: [Placed<String>], _ plan: inout FieldPlan) {
        let node = values.first?.node ?? field.node
        if field.type != .string {
            add(node, "`enum` is for strings", hint: "write `type: string`, or `minimum` and `maximum`")
        }
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
        if values.isEmpty {
            add(field.node, "`enum` is empty", hint: "list the values or remove it")
            return
        }
        var texts: [String] = []
        for value in values {
            if texts.contains(value.value) {
                add(value.node, "\(shown(value.value)) stands twice", hint: "remove one")
            } else if plan.missingValues.contains(value.value) || value.value.isEmpty {
                add(value.node, "\(shown(value.value)) is a missing value", hint: "remove it from one of the lists")
            } else {
                texts.append(value.value)
            }
        }
        plan.codes = builder.table(ofValues: texts, field: field.name.value)
    }
}

extension SchemaField {
    /// Its cells are codes of the model's areas themselves, not of a list of the plugin's own.
    var isModelArea: Bool { treatment?.value == .area && codes == nil && allowedValues == nil }
}
