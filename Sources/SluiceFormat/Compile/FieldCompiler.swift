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
        plan.isFreeText = [.scan, .gazetteer].contains(field.treatment?.value)
        plan.isReference = field.isReference?.value ?? false
        plan.mayHold = field.mayHold
        plan.facts = field.facts
        if let flag = field.isReference, flag.value, plan.isFreeText {
            add(flag.node, "a free text is no reference", hint: "write `treatment: drop`, or remove `reference`")
        }
        return plan
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
    var isModelArea: Bool { treatment?.value == .area && codes == nil && allowedValues == nil }
}
