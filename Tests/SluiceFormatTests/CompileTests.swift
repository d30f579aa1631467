import SluiceModel
import SluiceSystem
import SluiceYAML
import Testing

@testable import SluiceFormat

/// A plugin in a folder of its own, made from the skeleton.
struct PluginFolder {
    let folder: TemporaryFolder
    let path: String
    static let schema = "datasets/incidents/schema.yaml"
    static let mapping = "datasets/incidents/mapping.yaml"
    static let codes = "codes/incident-kind.csv"

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path + "/trial"
        for file in newPluginFiles(id: "trial") { try folder.write("trial/" + file.path, file.text) }
    }

    func text(_ file: String) throws -> String { String(decoding: try readSmallFile(path + "/" + file), as: UTF8.self) }

    func change(_ file: String, _ part: String, _ changed: String) throws {
        let text = try text(file)
        let new = text.replacing(part, with: changed, maxReplacements: 1)
        #expect(new != text, "\(part) is not in \(file)")
        try folder.write("trial/" + file, new)
    }

    func compiled(_ options: PlanOptions = PlanOptions(isHealth: false, today: anyDay)) throws
        -> (plugin: CompiledPlugin?, text: String)
    {
        let model = try shippedModel()
        let mistakes = Mistakes()
        let plugin = readPlugin(folder: path, mistakes: mistakes)
        let compiled = plugin.flatMap { compile($0, model: model, options: options, mistakes: mistakes) }
        #expect((compiled == nil) == !mistakes.isEmpty)
        #expect(compiled?.plan.check() ?? [] == [])
        return (compiled, texts(mistakes).replacing(path + "/", with: ""))
    }
}

@Suite struct `A new plugin` {
    @Test(arguments: ["trial", "fire", "a-1"])
    func `compiles, and its sample names its dataset`(id: String) throws {
        let folder = try TemporaryFolder()
        for file in newPluginFiles(id: id) { try folder.write(id + "/" + file.path, file.text) }
        let mistakes = Mistakes()
        let plugin = try #require(readPlugin(folder: folder.path + "/" + id + "/", mistakes: mistakes))
        let compiled = compile(
            plugin, model: try shippedModel(), options: PlanOptions(isHealth: false, today: anyDay), mistakes: mistakes)
        let samples = readSamples(folder: folder.path + "/" + id, mistakes: mistakes)
        #expect(mistakes.isEmpty, "\(texts(mistakes))")
        #expect(compiled?.plan.check() == [])
        #expect(samples.map(\.expected.dataset) == ["incidents"])
        #expect(
            plugin.files == [
                "codes/incident-kind.csv", "datasets/incidents/mapping.yaml", "datasets/incidents/schema.yaml",
                "plugin.yaml",
            ])
    }
}

@Suite struct `Compiling` {
    @Test func `makes the plan that the files describe`() throws {
        let options = PlanOptions(
            isHealth: false, today: anyDay, patientColumns: ["NHS Number", "nhs_number"], tolerancePercentOverride: nil)
        let compiled = try #require(try PluginFolder().compiled(options).plugin)
        let plan = compiled.plan
        #expect(plan.plugin == "trial")
        #expect(plan.patientColumns == ["nhsnumber"])
        let dataset = try #require(plan.datasets.first)
        #expect(dataset.fields.map(\.name) == ["Reference", "Date", "Area", "Kind", "Age", "Notes"])
        #expect(dataset.fields[0].headers == ["reference", "ref"])
        #expect(dataset.fields[1].dateFormats.map(\.text) == ["%Y-%m-%d", "%d/%m/%Y"])
        #expect(!dataset.fields[1].mayLieInFuture)
        #expect(dataset.fields[2].codesSeverity == .warning)
        #expect(dataset.primaryKey == [0])
        #expect(dataset.toleranceRowsPerMillion == 50_000)
        #expect(dataset.period == .field(1, unit: .month))
        #expect(dataset.delimiters == [0x2C, 0x3B, 0x09])
        let model = try shippedModel()
        func source(_ id: String) throws -> OutputSource? {
            let number = try #require(model.dimensionIndex(id))
            return dataset.output.columns.first { $0.dimension == number }?.sources.first
        }
        #expect(try source("month") == .month(field: 1))
        let weapons = model.dimensions[try #require(model.dimensionIndex("weapon"))].nodes
        let knife = UInt32(try #require(weapons.firstIndex { $0.code == "knife" }))
        let none = UInt32(try #require(weapons.firstIndex { $0.code == "none" }))
        #expect(try source("weapon") == .lookup(field: 3, codes: [0, knife, none]))
        #expect(
            compiled.datasets
                == ["", MinimisedEdition.name].map { edition in
                    CompiledDataset(
                        id: "incidents", edition: edition, replacement: .period, eventKind: "offence",
                        schemaFile: PluginFolder.schema, mappingFile: PluginFolder.mapping)
                })
        #expect(compiled.dictionaryDimensions.map(\.id) == model.dimensions.map(\.id))
        #expect(compiled.dictionaryDimensions[0].codes == [])
        #expect(compiled.dictionaryDimensions[1].codes.first == "unknown")
    }

    @Test func `keeps an area no finer than the model does`() throws {
        let plan = try #require(try PluginFolder().compiled().plugin).plan
        let model = try shippedModel()
        let number = try #require(model.dimensionIndex("area"))
        let area = model.dimensions[number]
        let column = try #require(plan.datasets[0].output.columns.first { $0.dimension == number })
        guard case .lookup(let field, let codes) = column.sources[0] else {
            Issue.record("an area is looked up")
            return
        }
        let entries = plan.codeTables[try #require(plan.datasets[0].fields[field].codes)].entries
        #expect(entries.count == codes.count)
        for (entry, code) in zip(entries, codes) {
            #expect(area.nodes[Int(code)].level != "lsoa", "\(entry.text)")
        }
        let small = try #require(entries.firstIndex { $0.text == "E01999001" })
        #expect(area.nodes[Int(codes[small])].code == "E02999001")
    }

    @Test func `makes bands of the age tree that do not overlap, the finest of nested ones`() throws {
        let plan = try #require(try PluginFolder().compiled().plugin).plan
        let model = try shippedModel()
        let number = try #require(model.dimensionIndex("age"))
        let column = try #require(plan.datasets[0].output.columns.first { $0.dimension == number })
        guard case .band(_, let bands) = column.sources[0] else {
            Issue.record("an age is banded")
            return
        }
        let nodes = model.dimensions[number].nodes
        #expect(bands.map(\.lower) == [0, 10, 15, 18, 25, 35, 50])
        #expect(bands.map { nodes[Int($0.code)].code } == ["0-9", "10-14", "15-17", "18-24", "25-34", "35-49", "50+"])
        for (a, b) in zip(bands, bands.dropFirst()) { #expect(a.upper == b.lower) }
    }

    @Test func `holds bands of a number in thousandths`() throws {
        let folder = try PluginFolder()
        try folder.change(PluginFolder.schema, "type: integer", "type: number")
        try folder.change(
            PluginFolder.mapping, "  age: Age",
            "  age: Age\n  severity: {field: Age, bands: [{to: 2.5, code: risk-low}, {from: 2.5, to: 40, code: risk-high}]}"
        )
        let plan = try #require(try folder.compiled().plugin).plan
        let sources = plan.datasets[0].output.columns.flatMap(\.sources)
        let bands = sources.compactMap { if case .band(_, let bands) = $0 { bands } else { nil } }
        #expect(bands.map { $0[0].upper }.sorted() == [2500, 10_000])
        #expect(plan.datasets[0].fields[4].maximum == nil)
        #expect(plan.datasets[0].fields[4].numberMaximum == ExactDecimal(digits: 120, exponent: 0))
    }

    @Test func `takes the tolerance and the datasets of its options`() throws {
        let folder = try PluginFolder()
        var options = PlanOptions(isHealth: false, today: anyDay, tolerancePercentOverride: 50)
        options.datasets = ["incidents"]
        #expect(try folder.compiled(options).plugin?.plan.datasets[0].toleranceRowsPerMillion == 500_000)
        options.datasets = ["incident"]
        #expect(try folder.compiled(options).text.contains("no dataset `incident`; did you mean `incidents`?"))
    }

    @Test(arguments: [
        // The plugin itself.
        ("plugin.yaml", "plugin: trial", "plugin: trail", "plugin.yaml:2:9: the plugin's name is not its folder's"),
        ("plugin.yaml", "0.1.0", "0.1", "plugin.yaml:3:10: `0.1` is not a version"),
        ("plugin.yaml", "[voluntary]", "[volunteers]", "`volunteers` is not a kind of authority"),
        (
            "plugin.yaml", "[incidents]", "[incident]",
            "datasets/incidents is not in `datasets`; did you mean `incident`?"
        ),
        ("plugin.yaml", "[incidents]", "[incidents, incidents]", "`incidents` stands twice"),
        ("plugin.yaml", "[incidents]", "[]", "the plugin has no dataset"),
        ("plugin.yaml", "sources:", "source:", "unknown key `source`; did you mean `sources`?"),
        // Fields.
        (PluginFolder.schema, "class: D, treatment: drop", "class: H, treatment: keep", "class H must be dropped"),
        (PluginFolder.schema, "class: D, treatment: drop", "class: D, treatment: keep", "direct identifier may not"),
        (
            PluginFolder.schema, "class: D, treatment: drop", "class: Q, treatment: link",
            "only a field of class D is linked"
        ),
        (
            PluginFolder.schema, "class: D, treatment: drop", "class: D, treatment: link",
            "`Reference` is linked for nothing"
        ),
        (PluginFolder.schema, "class: D, treatment: drop", "class: X, treatment: drop", "`class` cannot be `X`"),
        (PluginFolder.schema, "class: D, treatment: drop", "treatment: drop", "needs the key `class`"),
        (PluginFolder.schema, "class: D, treatment: drop", "class: D, treatment: dropp", "did you mean `drop`?"),
        (
            PluginFolder.schema, "treatment: truncate", "treatment: keep",
            "has the treatment `keep` but becomes its month"
        ),
        (
            PluginFolder.schema, "treatment: truncate", "treatment: drop",
            "has the treatment `drop` and may not be mapped"
        ),
        (
            PluginFolder.schema, "aliases: [Ref]", "aliases: [date]",
            "the header `Date` also means the field `Reference`"
        ),
        (PluginFolder.schema, "aliases: [Ref]", "aliases: [\"--\"]", "a header name without a letter or digit"),
        (PluginFolder.schema, "unique: true", "uniqe: true", "unknown key `uniqe`; did you mean `unique`?"),
        (PluginFolder.schema, "unique: true", "minimum: 3", "`minimum` is for numbers"),
        (PluginFolder.schema, "unique: true", "minLength: 30", "`minLength` is above `maxLength`"),
        (
            PluginFolder.schema, "unique: true", "pattern: \"a(?=b)\"",
            "schema.yaml:9:44: `pattern`, character 2: look-ahead"
        ),
        (PluginFolder.schema, "minimum: 0", "pattern: \"[0-9]+\"", "`pattern` is for strings"),
        (PluginFolder.schema, "minimum: 0", "minimum: 200", "`minimum` is above `maximum`"),
        (PluginFolder.schema, "minimum: 0", "minimum: zero", "`zero` is not a value of the field's type"),
        (PluginFolder.schema, "minimum: 0", "enum: [\"one\"]", "`one` is not a value of the field's type"),
        (PluginFolder.schema, "notInFuture: true", "check: upn", "`check` is for strings"),
        (PluginFolder.schema, "notInFuture: true", "checkSeverity: error", "`checkSeverity` without `check`"),
        (PluginFolder.schema, "notInFuture: true", "codesSeverity: error", "`codesSeverity` without `codes`"),
        (PluginFolder.schema, "notInFuture: true", "part: [0, 4]", "`part` without `codes`"),
        (PluginFolder.schema, "notInFuture: true", "optional: true", "told by `Date`, which is optional"),
        (PluginFolder.schema, "\"%d/%m/%Y\"", "\"%d/%m/%Y\", \"%m/%d/%Y\"", "read the same text as different days"),
        (PluginFolder.schema, "\"%d/%m/%Y\"", "\"%Y-%m-%d\"", "the format `%Y-%m-%d` stands twice"),
        (PluginFolder.schema, "\"%d/%m/%Y\"", "\"%d/%m\"", "the format does not fit the type"),
        (PluginFolder.schema, "type: date", "type: date\n    format: any", "the format `any` is refused"),
        (PluginFolder.schema, "type: date", "type: day", "`type` cannot be `day`"),
        (PluginFolder.schema, "type: date", "type: integer", "`truncate` is for dates and times"),
        (PluginFolder.schema, "type: integer", "type: integer\n    format: \"%Y\"", "`format` is for dates and times"),
        (PluginFolder.schema, "type: integer", "type: integer\n    trueValues: [\"1\"]", "are for booleans"),
        (PluginFolder.schema, "codes: incident-kind", "codes: incident-kid", "did you mean `incident-kind`?"),
        (PluginFolder.schema, "codes: incident-kind", "notInFuture: true", "`notInFuture` is for dates"),
        (PluginFolder.schema, "primaryKey: Reference", "primaryKey: Referense", "did you mean `Reference`?"),
        (
            PluginFolder.schema, "treatment: scan, optional: true", "treatment: scan, optional: yes",
            "must be true or false"
        ),
        (PluginFolder.schema, "class: D, treatment: scan", "class: S, treatment: keep", "`Notes` is kept for nothing"),
        (PluginFolder.schema, "  - name: Notes", "  - title: Notes", "a field needs the key `name`"),
        (PluginFolder.schema, "fields:", "feilds:", "unknown key `feilds`; did you mean `fields`?"),
        // The mapping.
        (
            PluginFolder.mapping, "event: offence", "event: offense",
            "`offense` is not an event kind of the model; did you mean"
        ),
        (PluginFolder.mapping, "event: offence", "counts: {field: Age}", "the count must be kept"),
        (PluginFolder.mapping, "event: offence", "counts: {field: Kind}", "`Kind` is no whole number"),
        (
            PluginFolder.mapping, "event: offence", "event: offence\ncounts: {field: Age}",
            "`event` or `counts`, not both"
        ),
        (PluginFolder.mapping, "event: offence", "", "a mapping needs `event` or `counts`"),
        (PluginFolder.mapping, "\";\"", "\"::\"", "a delimiter is one ASCII character"),
        (PluginFolder.mapping, "\";\"", "\"x\"", "a delimiter is one ASCII character"),
        (PluginFolder.mapping, "utf-16", "utf16", "did you mean `utf-16`?"),
        (
            PluginFolder.mapping, "field: Date, unit: month", "field: Dat, unit: month",
            "there is no field `Dat`; did you mean `Date`?"
        ),
        (PluginFolder.mapping, "field: Date, unit: month", "field: Date, unit: week", "`unit` cannot be `week`"),
        (PluginFolder.mapping, "field: Date, unit: month", "field: Kind, unit: month", "`Kind` tells no month"),
        (PluginFolder.mapping, "{field: Date, unit: month}", "none", "a dataset without a period cannot replace one"),
        (PluginFolder.mapping, "rejectedPercent: 5", "rejectedPercent: 101", "out of range"),
        (PluginFolder.mapping, "rejectedPercent: 5", "rejectPercent: 5", "did you mean `rejectedPercent`?"),
        (
            PluginFolder.mapping, "weekday: Date", "week-day: Date",
            "`week-day` is not a dimension of the model; did you mean `weekday`?"
        ),
        (PluginFolder.mapping, "weekday: Date", "part-of-day: Date", "`Date` gives no code of `part-of-day`"),
        (PluginFolder.mapping, "weekday: Date", "weekday: Notes", "has the treatment `scan` and may not be mapped"),
        (PluginFolder.mapping, "month: Date", "sex: {value: man}", "no field is mapped to `month`"),
        (PluginFolder.mapping, "month: Date", "month: {value: \"2026-01\"}", "a month cannot be a fixed value"),
        (PluginFolder.mapping, "month: Date", "month: Kind", "`Kind` tells no month"),
        (
            PluginFolder.mapping, "month: Date", "month: Date\n  sex: {value: femal}",
            "`femal` is not a code of `sex`; did you mean `female`?"
        ),
        (PluginFolder.mapping, "area: Area", "place: Area", "is an area and gives no code of `place`"),
        (
            PluginFolder.mapping, "column: weapon", "column: wepon",
            "has no column `wepon` to map by; did you mean `weapon`?"
        ),
        (PluginFolder.mapping, "column: weapon", "values: {A: knife}", "`values` means nothing for this field"),
        (PluginFolder.mapping, "age: Age", "age: {field: Age, column: x}", "`column` means nothing"),
        (PluginFolder.mapping, "age: Age", "severity: Age", "is a number without bands"),
        (PluginFolder.mapping, "age: Age", "age: {birth: Age}", "`birth` and `at` go together"),
        (PluginFolder.mapping, "age: Age", "age: {birth: Age, at: Date}", "`Age` is no date"),
        (PluginFolder.mapping, "age: Age", "age: {birth: Age, value: x}", "either `field`, or"),
        (PluginFolder.mapping, "age: Age", "age: []", "no source for `age`"),
        (
            PluginFolder.mapping, "age: Age", "age: {field: Age, bands: [{from: 5, to: 5, code: 0-9}]}",
            "the band is empty"
        ),
        (
            PluginFolder.mapping, "age: Age",
            "age: {field: Age, bands: [{from: 0, to: 9, code: 0-9}, {from: 8, to: 20, code: 10-17}]}",
            "overlaps an earlier one"
        ),
        (
            PluginFolder.mapping, "replace: period", "replace: period\nlink: {field: Reference, recipe: upn}",
            "the treatment of `Reference` is `drop`"
        ),
        (PluginFolder.mapping, "map:", "rules: [{id: a, check: \"Date >= Dat\"}]\nmap:", "there is no field `Dat`"),
        (PluginFolder.mapping, "map:", "rules: [{id: a, check: \"Date >= Age\"}]\nmap:", "cannot be compared"),
        (PluginFolder.mapping, "map:", "rules: [{id: a, check: \"Date => Age\"}]\nmap:", "is not a check"),
        (PluginFolder.mapping, "map:", "rules: [{id: a, check: \"Date\"}]\nmap:", "is not a check"),
        (PluginFolder.mapping, "map:", "rules: [{id: a, check: \"Kind < Area\"}]\nmap:", "have no order"),
        (PluginFolder.mapping, "map:", "rules: [{id: a, check: \"Date = Date\"}]\nmap:", "with itself"),
        (
            PluginFolder.mapping, "dialect:", "dialect:\n  ignoreHeaders: [\"ref.\"]",
            "the ignored header `ref.` means the field `Reference`"
        ),
        // Code lists.
        (
            PluginFolder.codes, "A,Assault,violence", "A,Assault,violents",
            "codes/incident-kind.csv:2:11: `violents` is not a code of `offence`"
        ),
        (
            PluginFolder.codes, ",knife", ",nife",
            "codes/incident-kind.csv:3:77: `nife` is not a code of `weapon`; did you mean `knife`?"
        ),
        (PluginFolder.codes, "T,Threats", "A,Threats", "`A` stands twice for the same time"),
        (PluginFolder.codes, "T,Threats", ",Threats", "the code is empty"),
        (PluginFolder.codes, "T,Threats", "T ,Threats", "a space before or after the code"),
        (PluginFolder.codes, "2020-01-01", "2020-02-30", "is not a day"),
        (PluginFolder.codes, "2020-01-01,", "2020-01-01,2019-01-01", "`valid_from` is after `valid_to`"),
        (
            PluginFolder.codes, "valid_from", "validfrom",
            "the column `valid_from` is missing; `validfrom` may be meant for it"
        ),
    ])
    func `tells a slip with file, line, column and hint`(file: String, part: String, changed: String, expected: String)
        throws
    {
        let folder = try PluginFolder()
        try folder.change(file, part, changed)
        let text = try folder.compiled().text
        #expect(text.contains(expected), "\(text)")
    }

    @Test func `tells all mistakes at once, each once`() throws {
        let folder = try PluginFolder()
        try folder.change(PluginFolder.schema, "class: D, treatment: drop", "class: H, treatment: keep")
        try folder.change(PluginFolder.schema, "codes: incident-kind", "codes: incident-kind, kodes: x")
        try folder.change(PluginFolder.mapping, "event: offence", "event: offense")
        try folder.change(PluginFolder.mapping, "weekday: Date", "weekday: Dat")
        try folder.change(PluginFolder.codes, ",knife", ",nife")
        try folder.folder.write("trial/datasets/incidents/schema@2020.yaml", try folder.text(PluginFolder.schema))
        let lines = try folder.compiled().text.split(separator: "\n")
        for expected in ["class H must", "`kodes`", "`offense`", "`Dat`", "`nife`"] {
            // The edition repeats the schema's own mistakes in its own file.
            #expect(lines.count { $0.contains(expected) && !$0.contains("schema@2020") } == 1, "\(expected): \(lines)")
        }
    }

    @Test func `joins rows of one code that are valid at different times`() throws {
        let folder = try PluginFolder()
        try folder.change(
            PluginFolder.codes, "T,Threats,violence,2020-01-01,,",
            "T,Threats,violence,2010-01-01,2012-12-31,x,none\nT,Threats,violence,2020-01-01,,")
        let table = try #require(try folder.compiled().plugin).plan.codeTables.first { $0.name == "incident-kind" }
        #expect(table?.entries.map(\.text) == ["A", "AK", "T"])
        #expect(table?.entries[2].validFrom == CivilDate("2010-01-01"))
        #expect(table?.entries[2].validTo == nil)

        try folder.change(PluginFolder.codes, "T,Threats,violence,2010", "T,Threats,robbery,2010")
        #expect(try folder.compiled().text.contains("`T` becomes something else here than in line 4"))
    }

    @Test func `compares the codes of a -nocase list without case`() throws {
        let folder = try PluginFolder()
        try folder.change(PluginFolder.schema, "codes: incident-kind", "codes: kind-nocase")
        try folder.folder.write(
            "trial/codes/kind-nocase.csv",
            try folder.text(PluginFolder.codes).replacing("T,Threats", with: "ak,Threats"))
        #expect(try folder.compiled().text.contains("kind-nocase.csv:4:1: the code `ak` stands twice"))
    }

    @Test func `makes codes of values and booleans`() throws {
        let folder = try PluginFolder()
        try folder.change(
            PluginFolder.schema, "  - name: Notes",
            """
              - name: Sex
                constraints: {enum: [M, female, X]}
                sluice: {class: Q, treatment: group}
              - name: Knife
                type: boolean
                sluice: {class: S, treatment: keep}
              - name: Notes
            """)
        try folder.change(
            PluginFolder.mapping, "  weapon: {field: Kind, column: weapon}",
            "  sex: {field: Sex, values: {M: male, X: unknown}}\n  weapon: [{field: Knife, true: knife}, {field: Kind, column: weapon}]"
        )
        let (compiled, text) = try folder.compiled()
        let plan = try #require(compiled, "\(text)").plan
        let model = try shippedModel()
        let sex = model.dimensions[try #require(model.dimensionIndex("sex"))].nodes.map(\.code)
        let sources = plan.datasets[0].output.columns.flatMap(\.sources)
        let male = UInt32(try #require(sex.firstIndex(of: "male")))
        let female = UInt32(try #require(sex.firstIndex(of: "female")))
        #expect(sources.contains(.lookup(field: 5, codes: [male, female, 0])))
        #expect(sources.contains { if case .boolean(6, _, 0) = $0 { true } else { false } })
        #expect(plan.datasets[0].fields[6].trueValues == ["true", "True", "TRUE", "1"])

        try folder.change(PluginFolder.mapping, "M: male", "Z: male")
        let second = try folder.compiled().text
        #expect(second.contains("`Z` is not a value of `Sex`"))
        #expect(second.contains("the value `M` of `Sex` is not a code of `sex`"))
    }

    @Test func `links by a recipe of the model, and never for a health authority`() throws {
        let folder = try PluginFolder()
        try folder.change(
            PluginFolder.schema, "class: D, treatment: drop",
            "class: D, treatment: link, check: upn, checkSeverity: warning")
        try folder.change(PluginFolder.mapping, "map:", "link: {field: Reference, recipe: upn}\nmap:")
        let plan = try #require(try folder.compiled().plugin).plan
        #expect(plan.datasets[0].output.linkField == 0 && plan.datasets[0].output.linkMore == [])
        #expect(plan.datasets[0].output.linkRecipe == "upn")
        var options = PlanOptions(isHealth: true, today: anyDay)
        let asHealth = try #require(try folder.compiled(options).plugin).plan
        #expect(asHealth.datasets[0].output.linkField == nil)
        options.isHealth = false
        options.links = ["pnc-id"]
        #expect(try #require(try folder.compiled(options).plugin).plan.datasets[0].output.linkField == nil)
        try folder.change("plugin.yaml", "[voluntary]", "[voluntary, health]")
        #expect(try folder.compiled().text.contains("a plugin of a health authority never links"))
    }

    @Test(arguments: [
        ("{field: Reference, recipe: unp}", "there is no link recipe `unp`; did you mean `upn`?"),
        ("{field: Reference, recipe: pnc-id}", "the recipe links by pnc-id, which `Reference` is not"),
        ("{surname: Reference, forename: Reference, birthDate: Date, recipe: upn}", "the recipe links by upn"),
        ("{surname: Reference, field: Reference, forename: Reference, birthDate: Date, recipe: upn}", "`field` beside"),
        ("{surname: Reference, recipe: upn}", "needs the key `forename`"),
    ])
    func `refuses a link that its recipe cannot make`(link: String, said: String) throws {
        let folder = try PluginFolder()
        try folder.change(
            PluginFolder.schema, "class: D, treatment: drop",
            "class: D, treatment: link, check: upn, checkSeverity: warning")
        try folder.change(PluginFolder.mapping, "map:", "link: \(link)\nmap:")
        let text = try folder.compiled().text
        #expect(text.replacing("\n    ", with: "; ").contains(said) || text.contains(said), "\(text)")
    }

    @Test func `gives datetimes a zone or none by default`() throws {
        let folder = try PluginFolder()
        try folder.change(PluginFolder.schema, "type: date", "type: datetime")
        try folder.change(
            PluginFolder.mapping, "  area: Area", "  area: Area\n  part-of-day: {field: Date, midnightIsUnknown: true}")
        let (compiled, text) = try folder.compiled()
        let plan = try #require(compiled, "\(text)").plan
        #expect(
            plan.datasets[0].fields[1].dateFormats.map(\.text)
                == ["%Y-%m-%dT%H:%M:%S%?f%?z", "%d/%m/%Y"])
    }
}

@Suite struct `Editions` {
    private func folderWithEdition(_ change: (String) -> String) throws -> PluginFolder {
        let folder = try PluginFolder()
        try folder.folder.write(
            "trial/datasets/incidents/schema@2020.yaml", change(try folder.text(PluginFolder.schema)))
        return folder
    }

    private let withoutAge = { (text: String) in
        guard let from = text.firstRange(of: "  - name: Age"), let to = text.firstRange(of: "  - name: Notes") else {
            return text
        }
        return String(text[..<from.lowerBound] + text[to.lowerBound...])
    }

    @Test func `follow the base and leave what they lack not known`() throws {
        let folder = try folderWithEdition(withoutAge)
        try folder.change(PluginFolder.mapping, "map:", "rules: [{id: old, check: \"Age != Years\"}]\nmap:")
        try folder.change(
            PluginFolder.schema, "  - name: Notes",
            "  - name: Years\n    type: integer\n    sluice: {class: Q, treatment: drop}\n  - name: Notes")
        let (compiled, text) = try folder.compiled()
        let plan = try #require(compiled, "\(text)").plan
        #expect(plan.datasets.map(\.edition) == ["", "2020", MinimisedEdition.name])
        #expect(plan.datasets.map(\.rowRules.count) == [1, 0, 0])
        #expect(plan.datasets[0].output.columns.count == plan.datasets[1].output.columns.count + 1)
        #expect(
            compiled?.datasets.map(\.schemaFile).prefix(2) == [
                PluginFolder.schema, "datasets/incidents/schema@2020.yaml",
            ])
    }

    @Test func `need their period and month`() throws {
        let folder = try folderWithEdition {
            $0.replacing("name: Date", with: "name: Day").replacing("truncate", with: "drop")
        }
        let text = try folder.compiled().text
        #expect(text.contains("the edition `2020` has no field `Date`"), "\(text)")
    }

    @Test func `with a mapping of their own name its fields only`() throws {
        let folder = try folderWithEdition { $0.replacing("name: Date", with: "name: Day") }
        let mapping = try folder.text(PluginFolder.mapping)
        try folder.folder.write(
            "trial/datasets/incidents/mapping@2020.yaml", mapping.replacing(": Date", with: ": Day"))
        let (compiled, first) = try folder.compiled()
        #expect(compiled?.datasets.map(\.mappingFile)[1] == "datasets/incidents/mapping@2020.yaml", "\(first)")
        try folder.folder.write("trial/datasets/incidents/mapping@2020.yaml", mapping)
        #expect(try folder.compiled().text.contains("mapping@2020.yaml:7:17: there is no field `Date`"))
        try folder.folder.write("trial/datasets/incidents/mapping@2021.yaml", mapping)
        #expect(try folder.compiled().text.contains("mapping@2021.yaml:1:1: there is no schema of this edition"))
    }

    @Test func `keep one header for one field`() throws {
        let folder = try folderWithEdition { $0.replacing("aliases: [Ref]", with: "aliases: [A-GE]") }
        #expect(try folder.compiled().text.contains("schema@2020.yaml:"))
    }
}

@Suite struct `Patient columns and samples` {
    @Test func `are read with their mistakes`() throws {
        let folder = try TemporaryFolder()
        try folder.write("p.csv", "name,label,source\nNHS_Number,NHS number,NHSDD\nnhs number,again,x\n--,none,x\n")
        let mistakes = Mistakes()
        #expect(readPatientColumns(file: folder.path + "/p.csv", mistakes: mistakes) == nil)
        #expect(mistakes.all.map(\.line) == [3, 4])
        try folder.write("p.csv", "name,label,source\nNHS_Number,NHS number,NHSDD\n")
        #expect(readPatientColumns(file: folder.path + "/p.csv", mistakes: Mistakes()) == ["nhsnumber"])
    }

    @Test func `as shipped are read without a mistake`() {
        let mistakes = Mistakes()
        let columns = readPatientColumns(
            file: repository + "/config/disclosure/patient-columns.csv", mistakes: mistakes)
        #expect(mistakes.isEmpty, "\(texts(mistakes))")
        #expect(columns?.contains("nhsnumber") == true)
    }

    @Test func `say how a report differs from a receipt`() throws {
        let folder = try TemporaryFolder()
        try folder.write("samples/a.csv", "x\n")
        try folder.write(
            "samples/a.receipt.json",
            """
            {"outcome": "accepted-with-rejections", "dataset": "d", "edition": "",
             "rows": {"read": 2, "accepted": 1, "rejected": 1},
             "findings": [
               {"column": "X", "rule": "type", "code": "type-mismatch", "severity": "error", "count": 1, "rows": [2]},
               {"column": null, "columnNumber": 3, "code": "column-unknown"}]}
            """)
        let mistakes = Mistakes()
        let sample = try #require(readSamples(folder: folder.path, mistakes: mistakes).first)
        #expect(mistakes.isEmpty, "\(texts(mistakes))")
        #expect(sample.file == folder.path + "/samples/a.csv")
        let assumed = Assumptions(
            dataset: "d", edition: "", encoding: "utf-8", hasByteOrderMark: false, delimiter: ",", headerRowNumber: 1,
            dateFormats: [])
        var report = DecodeReport(
            assumptions: assumed, datasetIndex: 0, rows: RowCounts(read: 2, accepted: 1, rejected: 1), period: nil,
            findings: [
                Finding(columnNumber: 3, rule: "header", code: .columnUnknown, severity: .warning, message: ""),
                Finding(
                    column: "X", columnNumber: 1, rule: "type", code: .typeMismatch, severity: .error, rows: [2],
                    message: ""),
            ])
        #expect(sample.expected.differences(from: report) == [])
        report.findings[1].rows = [3]
        report.rows.read = 3
        #expect(
            sample.expected.differences(from: report) == [
                "rows read: expected 2, got 3",
                "missing finding: X type type-mismatch error × 1 rows 2",
                "unexpected finding: X type type-mismatch error × 1, rows 3",
            ])
    }

    @Test func `without their other half are mistakes`() throws {
        let folder = try TemporaryFolder()
        try folder.write("samples/a.csv", "x\n")
        try folder.write("samples/b.receipt.json", "{\"outcome\": \"acepted\", \"row\": 1}")
        let mistakes = Mistakes()
        #expect(readSamples(folder: folder.path, mistakes: mistakes).isEmpty)
        let text = texts(mistakes)
        for expected in [
            "no sample for this receipt", "the sample has no receipt", "did you mean `accepted`?",
            "did you mean `rows`?",
        ] {
            #expect(text.contains(expected), "\(text)")
        }
    }
}
