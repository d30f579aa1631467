import SluiceModel
import SluiceYAML

/// Compiles one dataset in one edition.
///
/// A mapping may serve several editions. A field it names that this edition lacks and another has is passed over:
/// a source is left out of its dimension's list, a rule is not judged. A name that no edition has is a mistake.
struct EditionCompiler {
    let builder: PlanBuilder
    let dataset: PluginDataset
    let edition: PluginEdition
    var schema: Schema { edition.schema }
    var mapping: Mapping { edition.mapping }
    /// Field numbers by name.
    private(set) var numbers: [String: Int] = [:]
    /// Names of the fields of every edition that the mapping serves.
    private(set) var namesAnywhere: Set<String> = []
    private(set) var plans: [FieldPlan] = []
    /// Fields that something is made of or judged by.
    var used: Set<Int> = []

    init(builder: PlanBuilder, dataset: PluginDataset, edition: PluginEdition) {
        self.builder = builder
        self.dataset = dataset
        self.edition = edition
    }

    mutating func compile() -> (DatasetPlan, CompiledDataset)? {
        for other in dataset.editions where other.mappingFile == edition.mappingFile {
            namesAnywhere.formUnion(other.schema.fields.map(\.name.value))
        }
        compileFields()
        let primaryKey = compilePrimaryKey()
        let period = compilePeriod()
        let uniqueKeys = compileUniqueKeys()
        checkFieldsMatch()
        let rowRules = mapping.rules.compactMap { compileRowRule($0) }
        let fileRules = mapping.rules.compactMap { compileFileRule($0) }
        let forms = compileForms()
        for name in builder.referencedFields[dataset.id] ?? [] {
            if let number = numbers[name] { used.insert(number) }
        }
        let kind = compileKind()
        let columns = compileMap()
        let link = compileLink()
        checkRequirements(columns)
        checkUse()
        guard let period, let kind else { return nil }

        var replacement = Replacement.period
        if case .noPeriod(let node) = mapping.period {
            replacement = .append
            if mapping.replacement?.value == .period {
                builder.add(
                    mapping.replacement?.node ?? node, "a dataset without a period cannot replace one",
                    hint: "write `replace: append`")
            }
            if case .counts = kind {
                builder.add(node, "counts need a period", hint: "name the column that tells it")
            }
        }
        let percent = min(100, max(0, builder.options.tolerancePercentOverride ?? mapping.rejectedPercent))
        var plan = DatasetPlan(
            id: dataset.id, edition: edition.name, encodings: mapping.encodings, delimiters: mapping.delimiters,
            headerWithinRows: mapping.headerWithinRows, ignoredHeaders: ignoredHeaders(), fields: plans,
            rowRules: rowRules, primaryKey: primaryKey,
            output: OutputPlan(
                kind: kind, columns: columns, linkField: link?.fields.first, linkRecipe: link?.recipe ?? ""),
            period: period, toleranceRowsPerMillion: percent * 10_000)
        plan.output.linkMore = Array((link?.fields ?? []).dropFirst())
        plan.uniqueKeys = uniqueKeys
        plan.fieldsMatch = schema.fieldsMatch?.value ?? .byName
        plan.fileRules = fileRules
        plan.forms = forms
        plan.footers = footers()
        plan.refusalAdvice = mapping.refusalAdvice ?? ""
        if case .field(let field, _) = plan.period, let unit = builder.options.cadences[dataset.id] {
            plan.period = .field(field, unit: unit)
        }
        plan.ages = mapping.ages?.value
        plan.earliestMonth = mapping.earliest?.value
        if let earliest = mapping.earliest, plan.period == .none {
            builder.add(
                earliest.node, "`earliest` without a period",
                hint: "remove it, or name the column that tells the period")
        }
        switch mapping.doubles {
        case .told: plan.looksForDoubles = true
        case .allowed: break
        case .toldWith(let name):
            // An edition without the field has nothing to tell doubles by.
            plan.doublesNeed = number(name)
            plan.looksForDoubles = plan.doublesNeed != nil
        }
        (plan.validFrom, plan.validTo) = dataset.validity(of: edition.name)
        var eventKind: String?
        if case .event(let id) = kind { eventKind = id }
        let beside = CompiledDataset(
            id: dataset.id, edition: edition.name, replacement: mapping.replacement?.value ?? replacement,
            eventKind: eventKind, schemaFile: edition.schemaFile, mappingFile: edition.mappingFile)
        return (plan, beside)
    }

    // MARK: - Fields

    private mutating func compileFields() {
        var owners: [String: String] = [:]
        for field in schema.fields {
            let plan = FieldCompiler(builder: builder, schema: schema, field: field).compile()
            if numbers[field.name.value] == nil { numbers[field.name.value] = plans.count }
            for header in plan.headers {
                if let other = owners[header] {
                    let written = ([field.name] + field.aliases).first { HeaderName.normalised($0.value) == header }
                    builder.add(
                        written?.node ?? field.node,
                        "the header \(shown(written?.value ?? header)) also means the field \(shown(other))",
                        hint: "header names are compared by letters and digits only; rename or remove one")
                } else {
                    owners[header] = field.name.value
                }
            }
            plans.append(plan)
        }
        if !plans.isEmpty, plans.allSatisfy(\.isOptional) {
            builder.add(
                schema.node, "every field is optional", hint: "a dataset is recognised by the columns it must have")
        }
        for name in mapping.ignoredHeaders {
            guard let owner = owners[HeaderName.normalised(name.value)] else { continue }
            builder.add(
                name.node, "the ignored header \(shown(name.value)) means the field \(shown(owner))", hint: "remove it")
        }
    }

    private func ignoredHeaders() -> [String] {
        var names: [String] = []
        for name in mapping.ignoredHeaders.map({ HeaderName.normalised($0.value) }) where !names.contains(name) {
            names.append(name)
        }
        return names
    }

    /// The field of that name. One that only another edition has is passed over unless it is needed.
    func number(_ name: Placed<String>, isNeeded: Bool = false) -> Int? {
        if let number = numbers[name.value] { return number }
        let here = schema.fields.map(\.name.value)
        if !namesAnywhere.contains(name.value) {
            builder.add(
                name.node, "there is no field \(shown(name.value))",
                hint: nameHint(name.value, among: here, else: "the fields are in \(edition.schemaFile)"))
        } else if isNeeded {
            builder.add(
                name.node, "the edition \(shown(edition.name)) has no field \(shown(name.value))",
                hint: "write a mapping for it, mapping@\(edition.name).yaml")
        }
        return nil
    }

    private mutating func compilePrimaryKey() -> [Int] { key(schema.primaryKey) }

    private mutating func compileUniqueKeys() -> [[Int]] {
        var keys: [[Int]] = []
        for names in schema.uniqueKeys {
            let numbers = key(names)
            if numbers.isEmpty { continue }
            if let node = names.first?.node, keys.contains(where: { Set($0) == Set(numbers) }) {
                builder.add(node, "the key stands twice", hint: "remove one")
            } else {
                keys.append(numbers)
            }
        }
        return keys
    }

    /// Field numbers of a key of this schema.
    mutating func key(_ names: [Placed<String>]) -> [Int] {
        var key: [Int] = []
        for name in names {
            guard let number = numbers[name.value] else {
                builder.add(
                    name.node, "there is no field \(shown(name.value))",
                    hint: nameHint(
                        name.value, among: schema.fields.map(\.name.value), else: "name a field of this schema"))
                continue
            }
            if key.contains(number) {
                builder.add(name.node, "\(shown(name.value)) stands twice", hint: "remove one")
            } else {
                key.append(number)
                used.insert(number)
            }
        }
        return key
    }

    /// A mode that says which columns there must be leaves none to choose.
    private func checkFieldsMatch() {
        guard let match = schema.fieldsMatch, [.exact, .equal, .subset].contains(match.value) else { return }
        for field in schema.fields where field.isOptional {
            builder.add(
                field.name.node, "\(shown(field.name.value)) is optional, but `fieldsMatch` asks for every field",
                hint: "remove `optional`, or `fieldsMatch` for our own mode")
        }
    }

    // MARK: - Period

    private mutating func compilePeriod() -> PeriodPlan? {
        func month(_ name: Placed<String>, unit: PeriodUnit? = nil) -> Int? {
            guard let number = number(name, isNeeded: true) else { return nil }
            // A year alone says nothing of the months of other units.
            let isWholeYear = plans[number].type == .year && unit == .year
            if ![.date, .datetime, .yearmonth].contains(plans[number].type), !isWholeYear {
                builder.add(
                    name.node, "\(shown(name.value)) tells no month", hint: "name a date, datetime or yearmonth field")
            }
            if plans[number].isOptional {
                builder.add(
                    name.node, "the period is told by \(shown(name.value)), which is optional",
                    hint: "remove `optional` from the field")
            }
            return number
        }
        switch mapping.period {
        case .field(let name, let unit):
            guard let number = month(name, unit: unit) else { return nil }
            used.insert(number)
            return .field(number, unit: unit)
        case .fields(let fromName, let toName):
            let from = month(fromName)
            let to = month(toName)
            guard let from, let to else { return nil }
            used.formUnion([from, to])
            return .fields(from: from, to: to)
        case .noPeriod:
            return PeriodPlan.none
        case nil:
            return nil
        }
    }

    // MARK: - Output

    private mutating func compileKind() -> OutputPlan.Kind? {
        switch mapping.output {
        case .event(let id):
            let kinds = builder.model.eventKinds.map(\.id)
            guard kinds.contains(id.value) else {
                builder.add(
                    id.node, "\(shown(id.value)) is not an event kind of the model",
                    hint: choiceHint(id.value, among: kinds))
                return nil
            }
            return .event(id.value)
        case .counts(let name):
            guard let number = number(name, isNeeded: true) else { return nil }
            if plans[number].type != .integer {
                builder.add(
                    name.node, "\(shown(name.value)) is no whole number", hint: "write `type: integer` for the count")
            }
            if let treatment = schema.fields[number].treatment, treatment.value != .keep {
                builder.add(treatment.node, "the count must be kept", hint: "write `treatment: keep`")
            }
            used.insert(number)
            return .counts(countField: number)
        case nil:
            return nil
        }
    }

    private mutating func compileMap() -> [OutputColumn] {
        var columns: [OutputColumn] = []
        for target in mapping.map {
            guard let dimension = builder.model.dimensionIndex(target.dimension.value) else {
                let ids = builder.model.dimensions.map(\.id)
                builder.add(
                    target.dimension.node, "\(shown(target.dimension.value)) is not a dimension of the model",
                    hint: choiceHint(target.dimension.value, among: ids))
                for source in target.sources { markUsed(source) }
                continue
            }
            var sources: [OutputSource] = []
            for source in target.sources {
                markUsed(source)
                if let compiled = compile(source, for: dimension) { sources.append(compiled) }
            }
            if !sources.isEmpty { columns.append(OutputColumn(dimension: dimension, sources: sources)) }
        }
        return columns.sorted { $0.dimension < $1.dimension }
    }

    /// Also for sources with a mistake: one mistake should not look like two.
    private mutating func markUsed(_ source: Mapping.Source) {
        for name in [source.field, source.birth, source.at] + (source.point ?? []) {
            if let name, let number = numbers[name.value] { used.insert(number) }
        }
    }

    private func compile(_ source: Mapping.Source, for dimension: Int) -> OutputSource? {
        let compiler = SourceCompiler(
            builder: builder, source: source, dimension: dimension, schema: schema, plans: plans)
        if let value = source.value { return compiler.constant(value) }
        if let birth = source.birth, let at = source.at {
            let birthNumber = number(birth)
            let atNumber = number(at)
            guard let birthNumber, let atNumber else { return nil }
            return compiler.age(birth: birthNumber, at: atNumber)
        }
        if let point = source.point, point.count == 2 {
            let first = number(point[0])
            let second = number(point[1])
            guard let first, let second else { return nil }
            return compiler.point(first, second)
        }
        guard let name = source.field, let field = number(name) else { return nil }
        return compiler.source(field: field)
    }

    private mutating func compileLink() -> (fields: [Int], recipe: String)? {
        var chosen: (fields: [Int], recipe: String)?
        for link in mapping.links {
            guard let found = compile(link) else { continue }
            if chosen == nil, builder.options.links?.contains(found.recipe) ?? true { chosen = found }
        }
        // A social care authority sends by the plugin of others, without what they are linked by.
        return builder.options.isHealth ? nil : chosen
    }

    /// Nil where it has a mistake, or this edition has not its fields.
    private mutating func compile(_ link: Mapping.Link) -> (fields: [Int], recipe: String)? {
        let recipes = builder.model.links
        guard let recipe = recipes.first(where: { $0.id == link.recipe.value }) else {
            builder.add(
                link.recipe.node, "there is no link recipe \(shown(link.recipe.value))",
                hint: nameHint(
                    link.recipe.value, among: recipes.map(\.id), else: "write one into the model's folder `links/`"))
            return nil
        }
        if builder.plugin.isHealth {
            builder.add(link.recipe.node, "records of a health authority are never linked", hint: "remove `link`")
        }
        let numbers = link.fields.map { number($0) }
        guard !numbers.contains(where: { $0 == nil }) else { return nil }
        let fields = numbers.compactMap(\.self)
        used.formUnion(fields)
        switch recipe.way {
        case .identifier(let check):
            if fields.count != 1 || plans[fields[0]].check != check {
                builder.add(
                    link.fields[0].node,
                    "the recipe links by \(check.text), which \(shown(link.fields[0].value)) is not",
                    hint: "give the field `check: \(check.text)`, or name another recipe")
            }
        case .nameAndBirthDate:
            if fields.count != 3 || plans[fields[0]].type != .string || plans[fields[1]].type != .string
                || plans[fields[2]].type != .date
            {
                builder.add(
                    link.recipe.node, "the recipe links by name and date of birth",
                    hint: "write {surname: FIELD, forename: FIELD, birthDate: FIELD}, two strings and a date")
                return nil
            }
        }
        for (field, name) in zip(fields, link.fields) {
            guard let treatment = schema.fields[field].treatment?.value, treatment != .link,
                plans[field].type != .date || treatment != .band
            else { continue }
            builder.add(
                name.node, "the treatment of \(shown(name.value)) is `\(treatment.rawValue)`",
                hint: "write `treatment: link` in the schema or remove `link` here")
        }
        return (fields, recipe.id)
    }

    // MARK: - The whole

    private func checkRequirements(_ columns: [OutputColumn]) {
        guard let month = builder.model.dimensions.firstIndex(where: { $0.kind == .month }) else { return }
        let targets = Set(mapping.map.map(\.dimension.value))
        func isMapped(_ dimension: Int) -> Bool { columns.contains { $0.dimension == dimension } }
        switch mapping.output {
        case .event:
            let id = builder.model.dimensions[month].id
            if !targets.contains(id) {
                builder.add(mapping.node, "no field is mapped to `\(id)`", hint: "every event has a month; map a date")
            } else if !isMapped(month), !builder.hasMistakes {
                builder.add(
                    schema.node, "the edition has no field that is mapped to `\(id)`",
                    hint: "write a mapping for it, mapping@\(edition.name).yaml")
            }
        case .counts:
            guard builder.model.dimensionIndex("measure") != nil, !targets.contains("measure") else { return }
            builder.add(
                mapping.node, "no field is mapped to `measure`",
                hint: "counts need a measure; map a field or {value: CODE}")
        case nil: break
        }
    }

    private func checkUse() {
        for (index, field) in schema.fields.enumerated() {
            guard let treatment = field.treatment else { continue }
            switch treatment.value {
            case .drop, .scan: continue
            case .link:
                if mapping.links.contains(where: { $0.fields.contains { $0.value == field.name.value } }) { continue }
                builder.add(
                    treatment.node, "\(shown(field.name.value)) is linked for nothing",
                    hint: "name it in the mapping's `link` or drop it")
            case .keep, .band, .truncate, .area, .group, .gazetteer:
                if used.contains(index) { continue }
                builder.add(
                    treatment.node,
                    "\(shown(field.name.value)) is kept for nothing: neither map, rule, key nor period names it",
                    hint: "write `treatment: drop` or map it")
            }
        }
    }
}
