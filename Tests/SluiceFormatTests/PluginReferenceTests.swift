import SluiceModel
import SluiceSystem
import SluiceYAML
import Testing

@testable import SluiceFormat

/// `docs/plugins.md` against the readers.
@Suite struct `The plugin reference` {
    private func text() throws -> String {
        String(decoding: try readSmallFile(repository + "/docs/plugins.md"), as: UTF8.self)
    }

    /// The first YAML block below a heading.
    private func example(_ heading: String) throws -> [UInt8] {
        let lines = try text().split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0 == "## " + heading })
        let open = try #require(lines[start...].firstIndex { $0 == "```yaml" })
        let close = try #require(lines[open...].firstIndex { $0 == "```" })
        return Array(lines[(open + 1)..<close].joined(separator: "\n").utf8)
    }

    @Test func `has examples that are read without a mistake`() throws {
        let mistakes = Mistakes()
        let header = "code,label,group,valid_from,valid_to,source\nA,a,,,,GK\n"
        let list = try #require(
            CodeList(name: "offence", file: "offence.csv", bytes: Array(header.utf8), mistakes: mistakes))
        let schemaNode = try #require(
            readYAML(file: "schema", bytes: try example("schema.yaml"), mistakes: mistakes))
        let schema = SchemaFileReader(lists: ["offence": list], mistakes: mistakes).read(schemaNode)
        #expect(schema?.foreignKeys.count == 1 && schema?.uniqueKeys.count == 2)
        let mappingNode = try #require(
            readYAML(file: "mapping", bytes: try example("mapping.yaml"), mistakes: mistakes))
        let mapping = try #require(MappingFileReader(mistakes: mistakes).read(mappingNode))
        #expect(mapping.rules.count == 7 && mapping.forms.xmlFields.count == 3)
        #expect(mistakes.isEmpty, "\(texts(mistakes))")
    }

    @Test func `names every type, format, form, constraint and default`() throws {
        let text = try text()
        let words =
            SchemaFieldReader.types.map(\.text) + SchemaFieldReader.checks.map(\.text)
            + FieldCompiler.stringFormats.map(\.text) + FieldCompiler.geopointFormats.map(\.text)
            + SchemaFileReader.fieldsMatches.map(\.text) + FormsReader.names + MappingFileReader.encodings.map(\.text)
            + PeriodUnit.allCases.map(\.rawValue) + Treatment.allCases.map(\.rawValue) + Mapping.defaultFooters + [
                "required", "unique", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
                "exclusiveMaximum", "pattern", "enum", "jsonSchema", "categories", "primaryKey", "uniqueKeys",
                "foreignKeys", "fieldsMatch", "missingValues", "decimalChar", "groupChar", "bareNumber", "itemType",
                "check", "require", "when", "oneOf", "exactly", "controlTotal", "coverage", "suddenChange", "refuse",
                "footers", "skip", "records", "namespace", "sheets",
            ]
        for word in words { #expect(text.contains(word), "\(word)") }
    }
}
