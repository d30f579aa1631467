import ArgumentParser
import SluiceFormat
import SluiceInstance
import SluiceIntake
import SluiceModel
import SluiceYAML

struct Plugin: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "File formats.", subcommands: [List.self, New.self, Test.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The shipped plugins and what they read.")
        @OptionGroup var common: CommonOptions

        func run() throws {
            try common.answeringFailures {
                let catalogue = try Trial.shipped().catalogue
                let plugins = catalogue.plugins.values.sorted { $0.id < $1.id }
                let json: [JSON] =
                    plugins.map { plugin in
                        .members([
                            "id": .string(plugin.id), "version": .string(plugin.version), "state": "ok",
                            "title": .string(plugin.title), "kinds": .strings(plugin.kinds.map(\.rawValue)),
                            "datasets": .strings(plugin.datasets.map(\.id)),
                        ])
                    }
                    + catalogue.broken.sorted { $0.key < $1.key }.map { id, mistakes in
                        .members([
                            "id": .string(id), "state": "unusable", "mistakes": .strings(mistakes.map { "\($0)" }),
                        ])
                    }
                let rows =
                    plugins.map { [$0.id, $0.version, $0.datasets.map(\.id).joined(separator: ", ")] }
                    + catalogue.broken.sorted { $0.key < $1.key }.map { [$0.key, "-", "unusable: \($0.value[0])"] }
                common.show(.array(json), columns([["PLUGIN", "VERSION", "DATASETS"]] + rows))
            }
        }
    }

    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Begin a new plugin: a commented skeleton that works.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Its name: letters, digits and hyphens.") var name: String
        @Option(help: "The folder to put it in.") var `in` = "plugins"

        func run() throws {
            guard isShortName(name) else {
                throw ValidationError("a plugin's name is 1 to 40 of a-z, 0-9 and -, beginning with a letter")
            }
            try common.answeringFailures {
                let path = try Trial.writeNewPlugin(name, in: self.in)
                common.show(
                    .members(["plugin": .string(name), "path": .string(path)]),
                    "wrote \(path)\nnext:  sluice plugin test \(path)")
            }
        }
    }

    struct Test: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run a plugin's samples through the real worker and compare with the receipts beside them.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "A shipped plugin's name, or a plugin's folder; every shipped one without it.")
        var plugin: String?
        @Flag(help: "Write what the worker found into the receipts, to be read before you keep them.")
        var rewrite = false

        func run() throws {
            var failures = 0
            var json: [JSON] = []
            try common.answeringFailures {
                let names = try plugin.map { [$0] } ?? Trial.shipped().catalogue.plugins.keys.sorted()
                for name in names {
                    let (trial, plugin) = try Trial.open(plugin: name)
                    let results = try trial.test(plugin, today: SystemClock().now().date)
                    if rewrite { try trial.rewriteReceipts(of: plugin, results.filter { !$0.differences.isEmpty }) }
                    for result in results {
                        if !result.differences.isEmpty { failures += 1 }
                        json.append(
                            .members([
                                "plugin": .string(plugin.id), "sample": .string(result.name),
                                "passed": .bool(result.differences.isEmpty),
                                "differences": .strings(result.differences),
                            ]))
                        if !common.json {
                            write("\(result.differences.isEmpty ? "ok  " : "FAIL") \(plugin.id) \(result.name)\n")
                            for difference in result.differences { write("       \(difference)\n") }
                        }
                    }
                }
            }
            if common.json {
                write(JSON.array(json).prettyText)
            } else {
                write("\(json.count) samples, \(failures) failed\n")
            }
            if failures > 0 { throw ExitCode(ExitStatusCode.no.rawValue) }
        }
    }
}
