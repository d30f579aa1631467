import SluiceModel
import SluiceSystem
import SluiceTestSupport
import SluiceYAML
import Testing

@testable import SluiceFormat

@Suite struct `Damaged plugins` {
    /// Every file below `path`, by name below it.
    private func files(_ path: String, _ prefix: String = "") -> [(name: String, bytes: [UInt8])] {
        var found: [(name: String, bytes: [UInt8])] = []
        for name in (try? listSmallFolder(path)) ?? [] {
            if let bytes = try? readSmallFile(path + "/" + name) {
                found.append((prefix + name, bytes))
            } else {
                found += files(path + "/" + name, prefix + name + "/")
            }
        }
        return found
    }

    private func damaged(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = bytes
        let pieces = [
            ":", ",", "[", "]", "{", "}", "\"", "\n", " ", "- ", "%", "@", "0", "-1", "99999999999999999999", "null",
            "~",
            "é", "\t", "true", "(", "\\", "*", "drop", "keep", "area", "none",
        ]
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let index = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where index < bytes.count: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 1 where index < bytes.count: bytes.remove(at: index)
            case 2: bytes.insert(contentsOf: Array(pieces.randomElement(using: &random)!.utf8), at: index)
            case 3:
                let end = min(bytes.count, index + Int.random(in: 0...60, using: &random))
                bytes.removeSubrange(index..<end)
            case 4:
                let end = min(bytes.count, index + Int.random(in: 0...60, using: &random))
                bytes.insert(contentsOf: Array(bytes[index..<end]), at: Int.random(in: 0...bytes.count, using: &random))
            default:
                // One word for another of the same file.
                let words = String(decoding: bytes, as: UTF8.self).split { !$0.isLetter && !$0.isNumber }
                guard let old = words.randomElement(using: &random), let new = words.randomElement(using: &random)
                else { continue }
                bytes = Array(String(decoding: bytes, as: UTF8.self).replacing(old, with: new, maxReplacements: 1).utf8)
            }
        }
        return bytes
    }

    @Test(arguments: shippedPlugins)
    func `are reported and never trap, and what compiles can be carried out`(name: String) throws {
        var random = SplitMix64(seed: UInt64(name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) }))
        let model = try shippedModel()
        let originals = files(repository + "/plugins/" + name).filter { !$0.name.hasSuffix(".md") }
        let folder = try TemporaryFolder()
        for file in originals { try folder.write(name + "/" + file.name, file.bytes) }
        var mistakenCount = 0
        for _ in 0..<40 {
            let file = try #require(originals.randomElement(using: &random))
            try folder.write(name + "/" + file.name, damaged(file.bytes, &random))
            let mistakes = Mistakes()
            let plugin = readPlugin(folder: folder.path + "/" + name, mistakes: mistakes)
            let compiled = plugin.flatMap {
                compile(
                    $0, model: model, options: PlanOptions(isHealth: $0.isHealth, today: anyDay), mistakes: mistakes)
            }
            #expect((compiled == nil) == !mistakes.isEmpty)
            #expect(compiled?.plan.check() ?? [] == [])
            _ = readSamples(folder: folder.path + "/" + name, mistakes: mistakes)
            for mistake in mistakes.all { #expect(mistake.line >= 1 && mistake.column >= 1 && !mistake.hint.isEmpty) }
            if !mistakes.isEmpty { mistakenCount += 1 }
            try folder.write(name + "/" + file.name, file.bytes)
        }
        #expect(mistakenCount > 10)
    }

    /// The skeleton with every key of the grammar that the shipped plugins leave out.
    private func fullPlugin() throws -> PluginFolder {
        let folder = try PluginFolder()
        try folder.change(
            PluginFolder.schema, "  - name: Notes",
            """
              - {name: Amount, type: number, decimalChar: ",", groupChar: ".", bareNumber: false,
                 constraints: {exclusiveMinimum: -0.5, maximum: 1e3, enum: [0.25, 100]},
                 sluice: {class: S, treatment: drop}}
              - {name: Tags, type: list, delimiter: ";", itemType: date, constraints: {minLength: 1, maxLength: 9},
                 sluice: {class: S, treatment: drop}}
              - {name: Fruit, type: integer, categories: [{value: 0, label: apple}, {value: 1, label: pear}],
                 missingValues: [{value: "-9", label: refused}], sluice: {class: S, treatment: drop}}
              - {name: Point, type: geopoint, format: array, sluice: {class: Q, treatment: drop}}
              - {name: Mail, format: email, sluice: {class: D, treatment: drop}}
              - {name: Lasts, type: duration, sluice: {class: S, treatment: drop}}
              - name: Notes
            """)
        try folder.change(
            PluginFolder.schema, "primaryKey: Reference",
            """
            primaryKey: Reference
            uniqueKeys: [[Date, Kind], [Amount]]
            foreignKeys: [{fields: [Mail], reference: {fields: [Reference]}},
              {fields: [Kind], reference: {resource: codes/incident-kind, fields: [code]}}]
            """)
        try folder.change(
            PluginFolder.mapping, "map:",
            """
            forms: [csv, xlsx, json, xml, fixed-width]
            xlsx: {sheets: [Data]}
            json: {records: data.items}
            xml: {records: /a/b/c, namespace: urn:x, fields: {Date: "../d/@e", Kind: k}}
            fixedWidth: {skip: 1, columns: [{field: Reference, from: 1, width: 8}, {field: Date, from: 9, width: 10},
              {field: Area, from: 19, width: 9}, {field: Kind, from: 28, width: 2}, {field: Amount, from: 30, width: 5},
              {field: Tags, from: 35, width: 20}, {field: Fruit, from: 55, width: 2}, {field: Point, from: 57, width: 9},
              {field: Mail, from: 66, width: 20}, {field: Lasts, from: 86, width: 9}]}
            rules:
              - {id: a, check: "Age >= 10"}
              - {id: b, check: "Amount < 2.5", severity: warning}
              - {id: c, require: [Age], when: {field: Kind, in: [A, T]}}
              - {id: d, require: [Age, Area], when: not Notes}
              - {id: e, oneOf: [Age, Amount], exactly: one}
              - {id: f, controlTotal: {footers: [Sum], required: true}}
              - {id: g, coverage: month}
              - {id: h, suddenChange: {percent: 50, deliveries: 3}}
            map:
            """)
        return folder
    }

    @Test func `with every key of the grammar are reported and never trap, and what compiles can be exported`() throws {
        var random = SplitMix64(seed: 29)
        let folder = try fullPlugin()
        let model = try shippedModel()
        let (whole, text) = try folder.compiled()
        #expect(whole != nil, "\(text)")
        let originals = try [PluginFolder.schema, PluginFolder.mapping].map { ($0, Array(try folder.text($0).utf8)) }
        var compiledCount = 0
        for _ in 0..<150 {
            let (name, bytes) = try #require(originals.randomElement(using: &random))
            try folder.folder.write("trial/" + name, damaged(bytes, &random))
            let mistakes = Mistakes()
            let plugin = readPlugin(folder: folder.path, mistakes: mistakes)
            let compiled = plugin.flatMap {
                compile($0, model: model, options: PlanOptions(isHealth: false, today: anyDay), mistakes: mistakes)
            }
            #expect((compiled == nil) == !mistakes.isEmpty)
            // Any problem would be a mistake "the plan cannot be carried out", which blames nobody's line.
            #expect(!texts(mistakes).contains("cannot be carried out"), "\(texts(mistakes))")
            if let plugin, compiled != nil {
                compiledCount += 1
                #expect(throws: Never.self) { try exportedSchema(of: plugin, dataset: "incidents", edition: "") }
            }
            try folder.folder.write("trial/" + name, bytes)
        }
        #expect(compiledCount > 5)
    }

    @Test func `as damaged models are reported and never trap`() throws {
        var random = SplitMix64(seed: 11)
        let originals = files(repository + "/config/model")
        let folder = try TemporaryFolder()
        for file in originals { try folder.write(file.name, file.bytes) }
        for _ in 0..<300 {
            let file = try #require(originals.randomElement(using: &random))
            try folder.write(file.name, damaged(file.bytes, &random))
            let mistakes = Mistakes()
            let model = readModel(folder: folder.path, mistakes: mistakes)
            #expect((model == nil) == !mistakes.isEmpty)
            try folder.write(file.name, file.bytes)
        }
    }
}
