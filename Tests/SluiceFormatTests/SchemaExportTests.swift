import Glibc
import SluiceFormat
import SluiceModel
import SluiceSystem
import SluiceYAML
import Testing

@testable import SluiceFormat

@Suite struct `An exported schema` {
    private static let golden = String(
        #filePath.dropLast("SchemaExportTests.swift".count) + "Goldens/incidents.schema.json")

    /// The skeleton with one field of each kind that the export treats in its own way.
    private func plugin() throws -> (plugin: Plugin, folder: PluginFolder) {
        let folder = try PluginFolder()
        try folder.change(
            PluginFolder.schema, "  - name: Notes",
            """
              - name: NHSNumber
                constraints: {pattern: "999[0-9]{7}"}
                sluice: {class: H, treatment: drop, optional: true, check: nhs-number}
              - name: UPN
                description: The pupil
                sluice: {class: D, treatment: drop, check: upn}
              - name: PNC
                sluice: {class: D, treatment: drop, check: pnc-id, checkSeverity: warning}
              - name: Amount
                type: number
                decimalChar: ","
                groupChar: "."
                bareNumber: false
                missingValues: [{value: n/a, label: not known}]
                constraints: {exclusiveMinimum: -0.5, maximum: 100, enum: [0.25, 100]}
                sluice: {class: S, treatment: drop}
              - name: Tags
                type: list
                delimiter: ";"
                itemType: integer
                sluice: {class: S, treatment: drop}
              - name: Fruit
                type: integer
                categories: [{value: 0, label: apple}, {value: 1, label: pear}]
                sluice: {class: S, treatment: drop}
              - name: Part
                sluice: {class: S, treatment: drop, codes: incident-kind, part: [0, 1]}
              - name: Loose
                sluice: {class: S, treatment: drop, codes: incident-kind, codesSeverity: warning}
              - name: Month
                type: yearmonth
                format: "%m/%Y"
                sluice: {class: Q, treatment: drop}
              - name: Parent
                sluice: {class: D, treatment: drop, optional: true}
              - name: Notes
            """)
        try folder.change(
            PluginFolder.schema, "primaryKey: Reference",
            """
            primaryKey: Reference
            uniqueKeys: [[Date, Area]]
            foreignKeys:
              - {fields: Parent, reference: {fields: Reference}}
            """)
        let mistakes = Mistakes()
        let plugin = try #require(readPlugin(folder: folder.path, mistakes: mistakes), "\(texts(mistakes))")
        #expect(mistakes.isEmpty, "\(texts(mistakes))")
        return (plugin, folder)
    }

    /// Set SLUICE_REWRITE_GOLDENS to write the file anew; the test then fails once, so that nobody does so unnoticed.
    @Test func `is the standard's form of what the plugin says`() throws {
        let made = try plugin()
        let text = try exportedSchema(of: made.plugin, dataset: "incidents", edition: "").prettyText
        if unsafe getenv("SLUICE_REWRITE_GOLDENS") != nil {
            let file = unsafe try #require(fopen(Self.golden, "w"))
            unsafe fputs(text, file)
            unsafe fclose(file)
            Issue.record("the golden was written anew")
        }
        let golden = String(decoding: (try? readSmallFile(Self.golden)) ?? [], as: UTF8.self)
        for (index, (line, expected)) in zip(text.split(separator: "\n"), golden.split(separator: "\n")).enumerated() {
            #expect(line == expected, "line \(index + 1)")
        }
        #expect(text == golden)
        _ = made.folder
    }

    @Test func `reads back as a schema that says the same`() throws {
        let made = try plugin()
        let exported = try exportedSchema(of: made.plugin, dataset: "incidents", edition: "")
        // JSON is YAML. Our own keys are not in it, and every field needs them.
        var members: [JSON.Member] = []
        guard case .object(let pairs) = exported else { return }
        for pair in pairs {
            guard pair.name == "fields", let fields = pair.value.items else {
                members.append(pair)
                continue
            }
            members.append(
                JSON.Member(
                    "fields",
                    .array(fields.map { $0.setting("sluice", .members(["class": "S", "treatment": "drop"])) })))
        }
        let mistakes = Mistakes()
        let node = try #require(
            readYAML(file: "x", bytes: Array(JSON.object(members).prettyText.utf8), mistakes: mistakes))
        let schema = try #require(SchemaFileReader(lists: [:], mistakes: mistakes).read(node))
        #expect(mistakes.isEmpty, "\(texts(mistakes))")
        let original = made.plugin.datasets[0].editions[0].schema
        #expect(schema.fields.map(\.name.value) == original.fields.map(\.name.value))
        #expect(schema.fields.map(\.type) == original.fields.map(\.type))
        #expect(schema.fields.map(\.isRequired) == original.fields.map(\.isRequired))
        #expect(schema.fields.map { $0.exclusiveMinimum?.value } == original.fields.map { $0.exclusiveMinimum?.value })
        #expect(schema.primaryKey.map(\.value) == original.primaryKey.map(\.value))
        #expect(schema.uniqueKeys.map { $0.map(\.value) } == original.uniqueKeys.map { $0.map(\.value) })
        #expect(schema.foreignKeys.map { $0.referenced.map(\.value) } == [["Reference"]])
        #expect(schema.fieldsMatch?.value == .partial)
    }

    @Test(arguments: shippedPlugins)
    func `exists for every edition of the shipped plugins, without our keys`(name: String) throws {
        let plugin = try #require(readPlugin(folder: repository + "/plugins/" + name, mistakes: Mistakes()))
        for dataset in plugin.datasets {
            for edition in dataset.editions {
                let schema = try exportedSchema(of: plugin, dataset: dataset.id, edition: edition.name)
                let fields = try #require(schema["fields"]?.items)
                #expect(fields.count == edition.schema.fields.count)
                for field in fields {
                    #expect(field["sluice"] == nil && field["name"]?.text?.isEmpty == false)
                    #expect((field["constraints"]?["enum"]?.items?.count ?? 0) <= SchemaExport.enumLimit)
                }
            }
        }
    }

    @Test func `of a list that is too long says so in words`() throws {
        let folder = try PluginFolder()
        let rows = (0..<501).map { "C\($0),Code \($0),violence,,,GK,none\n" }.joined()
        try folder.change(PluginFolder.codes, "T,Threats", rows + "T,Threats")
        let plugin = try #require(readPlugin(folder: folder.path, mistakes: Mistakes()))
        let schema = try exportedSchema(of: plugin, dataset: "incidents", edition: "")
        let kind = try #require(schema["fields"]?.items?[3])
        #expect(kind["constraints"] == .members(["required": true]))
        #expect(kind["description"]?.text == "A code of the list `incident-kind`, which has 504.")
    }

    @Test func `of what there is not names what there is`() throws {
        let plugin = try plugin().plugin
        #expect(throws: SchemaExportError(reason: .datasetUnknown, known: ["incidents"])) {
            try exportedSchema(of: plugin, dataset: "incident", edition: "")
        }
        #expect(throws: SchemaExportError(reason: .editionUnknown, known: [""])) {
            try exportedSchema(of: plugin, dataset: "incidents", edition: "2024")
        }
        var broken = plugin
        broken.hasMistakes = true
        #expect(throws: SchemaExportError(reason: .pluginHasMistakes, known: [])) {
            try exportedSchema(of: broken, dataset: "incidents", edition: "")
        }
    }

    @Test(
        arguments: [
            (
                CheckDigit.nhsNumber, ["9990000018", "999 000 0018", "999-000-0018"],
                ["999000001", "99900000181", "A990000018"]
            ),
            (.upn, ["A999000000001", "A99900000000B", "a999 000000001"], ["9999000000001", "A9990000000012"]),
            (.pncID, ["2099/0000001A", "99/1A", "990000001A", "20990000001A"], ["2099/A", "2099/00000001A"]),
            (.croNumber, ["999999/99A", "1/99A", "SF99/123456A", "sf 99/1a"], ["9999999/99A", "SF99A"]),
            (.crn, ["X999999", "x 999999"], ["X99999", "XX99999"]),
            (.prisonNumber, ["A9999ZZ", "a9999zz"], ["A999ZZ", "9999ZZA"]),
            (.nino, ["QQ999999A", "QQ 99 99 99 A", "QQ999999"], ["QQ999999E", "Q999999A"]),
            (.uln, ["9999999999"], ["999999999"]),
            (.urn, ["999999"], ["9999999", "99999A"]),
        ] as [(CheckDigit, [String], [String])])
    func `asks for the form of an identifier, written with blanks or not`(
        check: CheckDigit, good: [String], bad: [String]
    ) throws {
        let table = try PatternCompiler.compile(check.formPattern)
        func matches(_ text: String) -> Bool {
            var state = 0
            for byte in text.utf8 {
                let next = table.transitions[state * table.classCount + Int(table.classes[Int(byte)])]
                if next == .max { return false }
                state = Int(next)
            }
            return table.accepting[state]
        }
        for text in good { #expect(matches(text), "\(text)") }
        for text in bad { #expect(!matches(text), "\(text)") }
    }
}
