import ArgumentParser
import SluiceFormat
import SluiceInstance
import SluiceIntake
import SluiceModel
import SluiceSystem
import SluiceYAML

struct Plugin: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "File formats.", subcommands: [List.self, New.self, Test.self, ExportSchema.self],
        defaultSubcommand: List.self)

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
            abstract: "Begin a new plugin: a commented skeleton, or one written from a sample file. Both work.",
            discussion: """
                With --from the confined worker reads the file. Types, identifiers and code lists are guessed and each \
                guess is commented; nothing of the file is kept but its headings, and values that ten or more rows share \
                in columns that identify nobody. Samples are made up.
                """)
        @OptionGroup var common: CommonOptions
        @Argument(help: "Its name, letters, digits and hyphens; or the folder to make, which is named so.")
        var name: String
        @Option(help: "The folder to put it in.") var `in`: String?
        @Option(help: "A sample of the files it is for: delimited text with headings.") var from: String?
        @Option(help: "With --from: what a row is, an event kind of the model.") var event: String?

        func run() throws {
            let parts = name.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
            guard let id = parts.last, isShortName(id) else {
                throw ValidationError("a plugin's name is 1 to 40 of a-z, 0-9 and -, beginning with a letter")
            }
            if name.contains("/"), self.in != nil {
                throw ValidationError("name the folder once: DIR, or NAME --in DIR")
            }
            if event != nil, from == nil { throw ValidationError("--event goes with --from") }
            let above = (name.hasPrefix("/") ? "/" : "") + parts.dropLast().joined(separator: "/")
            let folder = name.contains("/") ? (above.isEmpty ? "." : above) : self.in ?? "plugins"
            try common.answeringFailures {
                if let from { return try write(id, in: folder, from: from) }
                let path = try Trial.writeNewPlugin(id, in: folder)
                common.show(
                    .members(["plugin": .string(id), "path": .string(path)]),
                    "wrote \(path)\nnext:  sluice plugin test \(path)")
            }
        }

        private func write(_ id: String, in folder: String, from file: String) throws {
            let sample = try OpenFile(readingPath: file)
            guard try sample.status().kind == .regular else { throw NotAFile(path: file) }
            let made = try Trial.writeNewPlugin(
                id, in: folder, from: sample, event: event, today: SystemClock().now().date)
            let failures = made.samples.filter { !$0.differences.isEmpty }
            common.show(
                .members([
                    "plugin": .string(id), "path": .string(made.path), "dataset": .string(made.plugin.dataset),
                    "assumed": .strings(made.plugin.assumptions),
                    "columnsIgnored": .int(made.plugin.ignoredColumnCount),
                    "samples": .int(made.samples.count), "samplesFailed": .int(failures.count),
                ]),
                (["wrote \(made.path)"] + made.plugin.assumptions.map { "assumed: \($0)" }
                    + ["\(made.samples.count) made-up samples, \(failures.count) failed"]
                    + failures.flatMap(\.differences)
                    + [
                        "read the comments in \(made.path)/datasets/\(made.plugin.dataset)/, then",
                        "next:  sluice validate \(shellWord(file)) --plugin \(shellWord(made.path))",
                    ]).joined(separator: "\n"))
            if !failures.isEmpty { throw ExitCode(ExitStatusCode.ourFault.rawValue) }
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
                        let rules = result.rulesMet
                        json.append(
                            .members([
                                "plugin": .string(plugin.id), "sample": .string(result.name),
                                "passed": .bool(result.differences.isEmpty),
                                "differences": .strings(result.differences), "rulesMet": .strings(rules),
                            ]))
                        if !common.json {
                            write("\(result.differences.isEmpty ? "ok  " : "FAIL") \(plugin.id) \(result.name)\n")
                            for difference in result.differences { write("       \(difference)\n") }
                            if !rules.isEmpty { write("       meets \(rules.joined(separator: ", "))\n") }
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

/// A word as a shell must be given it.
private func shellWord(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
        byte.isAlphanumeric || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "-")
    }
    return isPlain && !text.isEmpty ? text : "'" + text.replacing("'", with: "'\\''") + "'"
}

extension UInt8 {
    fileprivate var isAlphanumeric: Bool { (self | 0x20) &- 0x61 < 26 || self &- 0x30 < 10 }
}
