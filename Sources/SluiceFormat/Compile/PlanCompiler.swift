package import SluiceModel
package import SluiceYAML

/// What a plan depends on beside the plugin and the model: the sender and the day.
package struct PlanOptions: Hashable, Sendable {
    /// The authority may supply anonymous information only.
    package var isHealth: Bool
    package var today: CivilDate
    /// The instance's clocks.
    package var zone = ZoneOffsets.utc
    package var limits: DecodeLimits
    /// Names of columns that identify a patient, in any spelling.
    package var patientColumns: [String]
    /// Disclosure rules on contents that are about the sender.
    package var contentRules: [ContentRule] = []
    /// Recipes that link the sender; nil for all.
    package var links: Set<String>?
    /// What names of people are told by in free text.
    package var words = PersonWords()
    /// Replaces every mapping's `rejectedPercent`, 0 to 100.
    package var tolerancePercentOverride: Int?
    /// How long a period each file of the sender covers, by dataset, in place of what the plugin says.
    package var cadences: [String: PeriodUnit] = [:]
    /// Only these datasets; empty for all.
    package var datasets: [String]
    /// The plan is for `sluice minimise`, inside the agency that holds the file.
    package var isAgencySide: Bool

    package init(
        isHealth: Bool, today: CivilDate, limits: DecodeLimits = DecodeLimits(), patientColumns: [String] = [],
        tolerancePercentOverride: Int? = nil, datasets: [String] = [], isAgencySide: Bool = false
    ) {
        self.isHealth = isHealth
        self.today = today
        self.limits = limits
        self.patientColumns = patientColumns
        self.tolerancePercentOverride = tolerancePercentOverride
        self.datasets = datasets
        self.isAgencySide = isAgencySide
    }
}

/// A plugin ready for the worker, and what the daemon keeps beside the plan.
package struct CompiledPlugin: Sendable {
    package var plan: FormatPlan
    /// Parallel to `plan.datasets`.
    package var datasets: [CompiledDataset]
    /// What the codes of each dimension of the plan mean: the model's code texts by number, empty for months.
    package var dictionaryDimensions: [(id: String, codes: [String])]
}

/// One dataset in one edition: what the worker need not know.
package struct CompiledDataset: Hashable, Sendable {
    package var id: String
    /// Empty for the base schema.
    package var edition: String
    package var replacement: Replacement
    /// Nil for counts.
    package var eventKind: String?
    /// Names below the plugin's folder, for hashes and for people.
    package var schemaFile: String
    package var mappingFile: String
}

/// Checks a plugin against the shared model and makes the worker's plan of it.
///
/// - Returns: Nil when the plugin was read with mistakes or has some here; all of those are then in `mistakes`.
package func compile(_ plugin: Plugin, model: EventModel, options: PlanOptions, mistakes: Mistakes) -> CompiledPlugin? {
    let builder = PlanBuilder(plugin: plugin, model: model, options: options, mistakes: mistakes)
    for name in options.datasets where !plugin.datasets.contains(where: { $0.id == name }) {
        builder.add(
            plugin.node, "the plugin has no dataset \(shown(name))",
            hint: choiceHint(name, among: plugin.datasets.map(\.id)))
    }
    var plans: [DatasetPlan] = []
    var compiled: [CompiledDataset] = []
    for dataset in plugin.datasets where options.datasets.isEmpty || options.datasets.contains(dataset.id) {
        for edition in dataset.editions {
            var compiler = EditionCompiler(builder: builder, dataset: dataset, edition: edition)
            guard let (plan, beside) = compiler.compile() else { continue }
            plans.append(plan)
            compiled.append(beside)
        }
    }
    ForeignKeyCompiler(builder: builder).compile(&plans)
    guard !builder.hasMistakes, !plugin.hasMistakes else { return nil }
    var patientColumns: [String] = []
    for name in options.patientColumns.map({ HeaderName.normalised($0) }) where !patientColumns.contains(name) {
        patientColumns.append(name)
    }
    var plan = FormatPlan(
        plugin: plugin.id, pluginVersion: plugin.version, isHealth: options.isHealth, today: options.today,
        limits: options.limits, patientColumns: patientColumns, codeTables: builder.codeTables,
        patterns: builder.patterns,
        dimensions: model.dimensions.map { dimension in
            let isMonth = dimension.kind == .month
            return DimensionPlan(
                id: dimension.id, codeCount: isMonth ? PlanBuilder.monthCodeCount : dimension.nodes.count,
                isMonth: isMonth)
        },
        datasets: plans)
    plan.isAgencySide = options.isAgencySide
    plan.zone = options.zone
    let usesPlaces = plans.contains {
        $0.output.columns.contains { $0.sources.contains { if case .gazetteer = $0 { true } else { false } } }
    }
    if usesPlaces {
        plan.placeCount = model.places.count
        plan.gazetteer = model.places.enumerated().flatMap { place, known in
            known.names.map { GazetteerName(text: $0, place: place) }
        }
    }
    plan.contentRules = options.contentRules
    plan.nameWords = options.words.names
    plan.ordinaryWords = options.words.ordinary
    plan.carryOutClassRules()
    MinimisedEdition.add(to: &plan, beside: &compiled, model: model)
    let problems = plan.check()
    for problem in problems {
        builder.add(plugin.node, "the plan cannot be carried out: \(problem)", hint: "check the limits in the settings")
    }
    guard problems.isEmpty else { return nil }
    return CompiledPlugin(
        plan: plan, datasets: compiled,
        dictionaryDimensions: model.dimensions.map { dimension in
            (dimension.id, dimension.kind == .month ? [] : dimension.nodes.map(\.code))
        })
}

/// What the editions of one plugin share while they are compiled: tables, patterns and the model's codes.
final class PlanBuilder {
    /// One beyond the last `CivilMonth.index`.
    static let monthCodeCount = 120_000

    let plugin: Plugin
    let model: EventModel
    let options: PlanOptions
    private let mistakes: Mistakes
    private(set) var hasMistakes = false
    private(set) var codeTables: [CodeTable] = []
    private(set) var patterns: [PatternTable] = []
    /// Names of fields that a foreign key of some table refers to, by dataset.
    let referencedFields: [String: Set<String>]
    private var known: Set<Mistake> = []
    private var listTables: [String: Int] = [:]
    private var valueTables: [[String]: Int] = [:]
    private var areaTable: Int?
    private var patternNumbers: [String: Int?] = [:]
    private var codeNumbers: [[String: UInt32]?]
    private var ageBands: [Int: [OutputSource.Band]] = [:]
    private var lookups: [Lookup: [UInt32]] = [:]

    private var ambiguities: [[DateFormat]: Bool] = [:]

    private struct Lookup: Hashable {
        var list: String
        var column: String
        var dimension: Int
    }

    init(plugin: Plugin, model: EventModel, options: PlanOptions, mistakes: Mistakes) {
        self.plugin = plugin
        self.model = model
        self.options = options
        self.mistakes = mistakes
        referencedFields = ForeignKeyCompiler.referencedFields(plugin)
        codeNumbers = Array(repeating: nil, count: model.dimensions.count)
    }

    // MARK: - Mistakes

    /// Puts a mistake on record, once: editions that share a mapping would repeat it.
    func add(_ node: Node, _ what: String, hint: String) {
        add(Mistake(file: node.file, line: node.line, column: node.column, what: what, hint: hint))
    }

    func add(_ mistake: Mistake) {
        hasMistakes = true
        if known.insert(mistake).inserted { mistakes.add(mistake) }
    }

    // MARK: - Tables

    func table(ofList name: String) -> Int? {
        if let number = listTables[name] { return number }
        guard let list = plugin.codeLists[name] else { return nil }
        codeTables.append(
            CodeTable(
                name: name, ignoresCase: list.ignoresCase,
                entries: list.entries.map {
                    CodeTable.Entry(text: $0.text, validFrom: $0.validFrom, validTo: $0.validTo)
                }))
        listTables[name] = codeTables.count - 1
        return codeTables.count - 1
    }

    func table(ofValues values: [String], field: String) -> Int {
        if let number = valueTables[values] { return number }
        // No name: findings then cite the constraint and not a code list.
        codeTables.append(CodeTable(name: "", ignoresCase: false, entries: values.map { CodeTable.Entry(text: $0) }))
        valueTables[values] = codeTables.count - 1
        return codeTables.count - 1
    }

    /// The codes of the model's areas, in its order without `unknown`.
    func tableOfAreas() -> Int? {
        if let areaTable { return areaTable }
        guard let index = model.dimensionIndex("area") else { return nil }
        let entries = model.dimensions[index].nodes.dropFirst().map { CodeTable.Entry(text: $0.code) }
        codeTables.append(CodeTable(name: "area", ignoresCase: false, entries: Array(entries)))
        areaTable = codeTables.count - 1
        return areaTable
    }

    func pattern(_ text: Placed<String>) -> Int? {
        if let number = patternNumbers[text.value] { return number }
        var number: Int?
        do {
            patterns.append(try PatternCompiler.compile(text.value))
            number = patterns.count - 1
        } catch {
            add(
                text.node, "`pattern`, character \(error.characterNumber): \(error.what)",
                hint: "a pattern is an XML Schema regular expression and matches the whole value")
        }
        patternNumbers[text.value] = .some(number)
        return number
    }

    /// Whether the first cell would decide between two formats that read some text differently.
    func areAmbiguous(_ a: DateFormat, _ b: DateFormat, type: FieldType) -> Bool {
        if let known = ambiguities[[a, b]] { return known }
        let areAmbiguous = DateNotation.areAmbiguous(a, b, type: type, today: options.today)
        ambiguities[[a, b]] = areAmbiguous
        return areAmbiguous
    }

    // MARK: - Codes

    func numbers(of dimension: Int) -> [String: UInt32] {
        if let numbers = codeNumbers[dimension] { return numbers }
        var numbers: [String: UInt32] = [:]
        let nodes = model.dimensions[dimension].nodes
        for index in nodes.indices { numbers[nodes[index].code] = UInt32(index) }
        codeNumbers[dimension] = numbers
        return numbers
    }

    /// The code that is stored for `text`: its own or, when it is finer than is kept, the one above.
    func code(_ text: String, of dimension: Int) -> UInt32? {
        guard let number = numbers(of: dimension)[text] else { return nil }
        return UInt32(model.dimensions[dimension].kept(Int(number)))
    }

    func code(_ text: Placed<String>, of dimension: Int) -> UInt32? {
        if let code = code(text.value, of: dimension) { return code }
        let id = model.dimensions[dimension].id
        add(text.node, "\(shown(text.value)) is not a code of `\(id)`", hint: codeHint(text.value, of: dimension))
        return nil
    }

    func codeHint(_ text: String, of dimension: Int) -> String {
        let codes = model.dimensions[dimension].nodes.map(\.code)
        let id = model.dimensions[dimension].id
        if codes.count <= 20 { return choiceHint(text, among: codes) }
        return nameHint(text, among: codes, else: "the codes of `\(id)` are in the model's folder")
    }

    /// What each entry of a code list becomes in a dimension, by the cell in `column`.
    func codes(ofList list: CodeList, column: String, dimension: Int) -> [UInt32] {
        let key = Lookup(list: list.name, column: column, dimension: dimension)
        if let codes = lookups[key] { return codes }
        var codes: [UInt32] = []
        for entry in list.entries {
            guard let place = list.places[column] else { return [] }
            let cell = entry.cells[place]
            if cell.text.isEmpty {
                codes.append(0)
            } else if let code = code(cell.text, of: dimension) {
                codes.append(code)
            } else {
                add(
                    Mistake(
                        file: list.file, line: cell.line, column: cell.column,
                        what: "\(shown(cell.text)) is not a code of `\(model.dimensions[dimension].id)`",
                        hint: codeHint(cell.text, of: dimension)))
                codes.append(0)
            }
        }
        lookups[key] = codes
        return codes
    }

    /// The age tree as bands of whole years that do not overlap, ascending; of nested ranges the finest.
    func ageBands(of dimension: Int) -> [OutputSource.Band] {
        if let bands = ageBands[dimension] { return bands }
        let openEnd = OutputSource.oldestAge + 1
        let dimensionValue = model.dimensions[dimension]
        var edges: Set<Int> = []
        for node in dimensionValue.nodes {
            guard let lower = node.ageLower else { continue }
            edges.insert(lower)
            edges.insert(node.ageUpper ?? openEnd)
        }
        let sorted = edges.sorted()
        var bands: [OutputSource.Band] = []
        for (lower, upper) in zip(sorted, sorted.dropFirst()) {
            let holding = dimensionValue.nodes.indices.filter { index in
                guard let from = dimensionValue.nodes[index].ageLower else { return false }
                return from <= lower && upper <= dimensionValue.nodes[index].ageUpper ?? openEnd
            }
            func depth(_ index: Int) -> Int {
                dimensionValue.levels.firstIndex(of: dimensionValue.nodes[index].level) ?? -1
            }
            guard let finest = holding.max(by: { depth($0) < depth($1) }) else { continue }
            let code = UInt32(dimensionValue.kept(finest))
            if let last = bands.last, last.code == code, last.upper == lower {
                bands[bands.count - 1].upper = upper
            } else {
                bands.append(OutputSource.Band(lower: lower, upper: upper, code: code))
            }
        }
        ageBands[dimension] = bands
        return bands
    }
}
