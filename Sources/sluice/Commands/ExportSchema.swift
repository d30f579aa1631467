import ArgumentParser
import SluiceFormat
import SluiceInstance
import SluiceModel

extension Plugin {
    struct ExportSchema: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a dataset's schema in the flat standard form, for other tools that read Table Schema.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "A shipped plugin's name, or a plugin's folder.") var plugin: String
        @Argument(help: "The dataset; may be left out where the plugin has one.") var dataset: String?
        @Option(help: "An edition of it; the base schema without it.") var edition = ""

        func run() throws {
            let found = try common.answeringFailures { try Trial.open(plugin: plugin).plugin }
            let ids = found.datasets.map(\.id)
            guard let id = dataset ?? (ids.count == 1 ? ids[0] : nil) else {
                throw ValidationError("name one of the plugin's datasets: \(ids.joined(separator: ", "))")
            }
            let schema: JSON
            do throws(SchemaExportError) {
                schema = try exportedSchema(of: found, dataset: id, edition: edition)
            } catch {
                throw ValidationError("\(error)")
            }
            // JSON either way: it is a file for programs.
            write(schema.prettyText)
        }
    }
}
