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
        compileFormat(&plan)
        compileTemporal(&plan)
        compileBoolean(&plan)
        compileNumber(&plan)
        compileList(&plan)
        compileText(&plan)
        compileBounds(&plan)
        compileCodes(&plan)
        if let flag = field.notInFuture { plan.mayLieInFuture = !flag.value }
        plan.place = field.treatment?.value == .gazetteer ? .gazetteer : field.locates?.value ?? .none
        plan.isFreeText = [.scan, .gazetteer].contains(field.treatment?.value)
        plan.isReference = field.isReference?.value ?? false
        plan.mayHold = field.mayHold
        plan.facts = field.facts
        if let flag = field.isReference, flag.value, plan.isFreeText {
            add(flag.node, "a free text is no reference", hint: "write `treatment: drop`, or remove `reference`")
        }
        return plan
    }

    /// A postcode is a text and a coordinate a number, and both become an area.
    private func checkPlace() {
        guard let locates = field.locates else { return }
        let isPostcode = locates.value == .postcode
        if isPostcode ? field.type != .string : ![.string, .number, .integer].contains(field.type) {
            add(
                locates.node, "`locates: \(locates.value.text)` does not go with the field's type",
                hint: isPostcode ? "write `type: string`" : "write `type: number`")
        }
        if field.codes != nil || field.allowedValues != nil || field.check != nil {
            add(locates.node, "`locates` beside a list of values or a check", hint: "keep one")
        }
        if let treatment = field.treatment, ![.area, .drop].contains(treatment.value) {
            add(treatment.node, "a field that tells a place becomes an area", hint: "write `treatment: area`")
        }
    }

    func add(_ node: Node, _ what: String, hint: String) { builder.add(node, what, hint: hint) }

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
        checkPlace()
        switch privacy {
        case .health where treatment.value != .drop:
            add(treatment.node, "a field of class H must be dropped", hint: "write `treatment: drop`")
        case .direct where ![.drop, .scan, .link, .band, .gazetteer].contains(treatment.value):
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
            if field.type != .string, field.type != .date {
                add(treatment.node, "only a string or a date of birth is linked", hint: "write `type: string`")
            }
        case .truncate where !field.type.isTemporal || field.type == .year:
            add(
                treatment.node, "`truncate` is for dates and times",
                hint: "group a code, band a number, or drop the field")
        case .area where field.locates != nil: break
        case .area where field.type != .string:
            add(
                treatment.node, "`area` is for strings",
                hint: "write `type: string`, or `locates` for a number that tells a place")
        case .gazetteer where field.type != .string || field.codes != nil || field.allowedValues != nil:
            add(treatment.node, "`gazetteer` is for free text", hint: "write `type: string` without codes")
        case .band where field.type == .boolean:
            add(treatment.node, "`band` is for numbers and dates of birth", hint: "write `treatment: keep`")
        case .band, .truncate, .group:
            // Such a value is checked and nothing is made of it.
            guard !field.type.hasSlot, field.type != .string else { break }
            add(
                treatment.node,
                "nothing can be made of the type `\(SchemaFieldReader.name(of: field.type))`",
                hint: "write `treatment: drop`, or `type: string`")
        default: break
        }
    }
}

extension SchemaField {
    /// Its cells are codes of the model's areas themselves, not of a list of the plugin's own.
    var isModelArea: Bool { treatment?.value == .area && codes == nil && allowedValues == nil && locates == nil }
}
