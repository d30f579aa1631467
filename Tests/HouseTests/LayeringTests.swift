import SluiceModel
import SluiceSystem
import Testing

/// The repository's folder.
let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

/// The three properties of the target graph that the design rests on, and the direction of every import.
@Suite struct LayeringTests {
    /// Target to what it depends on directly: targets of ours, and products of packages.
    private static let dependencies: [String: Set<String>] = {
        var found: [String: Set<String>] = [:]
        for target in targets {
            guard let name = target["name"]?.text else { continue }
            found[name] = Set(
                (target["dependencies"]?.items ?? []).compactMap { dependency in
                    (dependency["byName"] ?? dependency["product"] ?? dependency["target"])?.items?.first?.text
                })
        }
        return found
    }()

    /// Targets below `Tests/`: the tests and what they share. No product links them.
    private static let forTests: Set<String> = Set(
        targets.filter { target in
            target["type"]?.text == "test"
                || ["Tests/", "Benchmarks/"].contains { target["path"]?.text?.hasPrefix($0) == true }
        }.compactMap { $0["name"]?.text })

    private static let targets: [JSON] = (try? describe())?["targets"]?.items ?? []

    /// The package as SwiftPM understands it; read apart from the build that is running these tests.
    private static func describe() throws -> JSON {
        var pipe = try Pipe(label: "the package's description")
        let reading = pipe.takeReadEnd()
        let writing = pipe.takeWriteEnd()
        let environment = ["PATH", "HOME"].reduce(into: [String: String]()) { $0[$1] = environmentValue($1) }
        let child = try ChildProcess.spawn(
            path: "/usr/bin/env",
            arguments: ["swift", "package", "--scratch-path", "/tmp/sluice-house-\(ownProcessID())", "dump-package"],
            environment: environment, descriptors: [(1, writing.descriptor)], workingFolder: root)
        _ = consume writing
        let bytes = try reading.readToEnd(limitBytes: 16 << 20)
        #expect(try child.wait() == .exited(0))
        return try JSON(reading: bytes)
    }

    private func closure(of target: String) -> Set<String> {
        var seen: Set<String> = []
        var open = [target]
        while let next = open.popLast() {
            for dependency in LayeringTests.dependencies[next] ?? [] where seen.insert(dependency).inserted {
                open.append(dependency)
            }
        }
        return seen
    }

    @Test func `the code that parses untrusted bytes is reachable from the worker only`() {
        #expect(!LayeringTests.dependencies.isEmpty)
        let parsers = ["SluiceIngest", "SluiceReaders"]
        for target in LayeringTests.dependencies.keys
        where !LayeringTests.forTests.contains(target) && target != "sluice-decode" && !parsers.contains(target) {
            for parser in parsers { #expect(!closure(of: target).contains(parser), "\(target)") }
        }
        for parser in parsers { #expect(closure(of: "sluice-decode").contains(parser)) }
    }

    @Test func `the search and its solvers are reachable from sluice-protect only, and the checker links nothing`() {
        for target in LayeringTests.dependencies.keys
        where !LayeringTests.forTests.contains(target) && !["sluice-protect", "SluiceDisclosure"].contains(target) {
            #expect(!closure(of: target).contains("SluiceDisclosure"), "\(target)")
        }
        #expect(closure(of: "sluice-protect").contains("SluiceDisclosure"))
        #expect(closure(of: "SluiceCertificate").isEmpty)
    }

    @Test func `no product depends on what is there for tests`() {
        #expect(LayeringTests.forTests.contains("SluiceTestSupport"))
        for target in LayeringTests.dependencies.keys where !LayeringTests.forTests.contains(target) {
            #expect(closure(of: target).isDisjoint(with: LayeringTests.forTests), "\(target)")
        }
    }

    @Test func `the worker links what its row names and nothing else`() {
        #expect(
            closure(of: "sluice-decode") == [
                "SluiceModel", "SluiceCertificate", "SluiceSystem", "SluiceWire", "SluiceReaders", "SluiceIngest",
                "CSluiceLinux", "CSluiceBytes", "CLibArchive", "CLibExpat", "CLibZ",
            ])
    }

    @Test func `every dependency points to a lower row`() {
        let rows: [[String]] = [
            ["CSluiceLinux", "CSluiceBytes", "CLibYAML", "CLibArchive", "CLibExpat", "CLibZ", "CClp", "CCbc"],
            ["SluiceModel", "SluiceYAML", "SluiceCertificate"],
            ["SluiceSystem", "SluiceWire", "SluiceReaders", "SluiceStore", "SluiceDisclosure"],
            ["SluiceIngest", "SluiceFormat", "SluiceLedger", "SluiceStoreSQLite", "SluiceSettings"],
            ["sluice-decode", "sluice-protect", "SluiceIntake", "SluiceRelease", "SluiceReview"],
            ["SluiceInstance"],
            ["sluiced", "sluice"],
        ]
        var rowOf: [String: Int] = [:]
        for (row, targets) in rows.enumerated() { for target in targets { rowOf[target] = row } }
        for (target, dependencies) in LayeringTests.dependencies
        where !LayeringTests.forTests.contains(target) {
            guard let row = rowOf[target] else {
                Issue.record("\(target) stands in no row; give it one here and in docs/architecture.md")
                continue
            }
            for dependency in dependencies {
                if let below = rowOf[dependency] { #expect(below < row, "\(target) imports \(dependency)") }
            }
        }
    }

    @Test func `only the checker makes a proved table, and only two places make minimised records`() throws {
        // Beside the two, the store builds them again from what it kept.
        let makers = [
            "RecordBlock(": [
                "Sources/SluiceIngest/Minimise/", "Sources/SluiceWire/", "Sources/SluiceStoreSQLite/BlockPayload.swift",
            ],
            "ProvedTables(": ["Sources/SluiceCertificate/"],
        ]
        for (expression, places) in makers {
            for (path, text) in try sources() where uncommented(text).contains(expression) {
                #expect(places.contains { path.contains($0) }, "\(path) makes \(expression)")
            }
        }
    }
}

/// Every Swift source file, path below the repository and text.
func sources(below folder: String = "Sources") throws -> [(path: String, text: String)] {
    var found: [(path: String, text: String)] = []
    let here = try Folder(path: root + "/" + folder)
    for name in try here.entries() {
        guard let text = name.text, let status = try here.status(name) else { continue }
        if status.kind == .folder {
            found += try sources(below: folder + "/" + text)
        } else if text.hasSuffix(".swift") {
            found.append(
                (
                    folder + "/" + text,
                    String(decoding: try readSmallFile(root + "/" + folder + "/" + text), as: UTF8.self)
                ))
        }
    }
    return found
}

/// The lines of a source that are no comments.
func uncommented(_ text: String) -> String {
    text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }.joined(separator: "\n")
}
