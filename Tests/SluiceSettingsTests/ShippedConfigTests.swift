import SluiceModel
import SluiceSettings
import SluiceSystem
import SluiceYAML
import Testing

/// The example settings of `config/` beside the model and the plugins that ship with them.
@Suite struct ShippedConfigTests {
    static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

    @Test func `the shipped settings have no mistake, alone and with model and plugins`() throws {
        let mistakes = Mistakes()
        let read = readSettings(file: Self.root + "/config/sluice.yaml", mistakes: mistakes)
        #expect(mistakes.all.map(\.description) == [])
        let settings = try #require(read)
        #expect(settings.authorities.map(\.plugin).sorted() == ["education", "nhs-ed", "police", "probation", "yot"])
        #expect(settings.releases.map(\.id) == ["violence-profile"])
        #expect(Set(settings.reviewItems.map(\.kind)) == Set(ReviewItem.Kind.allCases))
        let model = try Self.model()
        settings.crossCheck(model: model, plugins: try Self.plugins(), mistakes: mistakes)
        #expect(mistakes.all.map(\.description) == [])
    }

    @Test func `a commented default is the default`() throws {
        var text = String(decoding: try readSmallFile(Self.root + "/config/sluice.yaml"), as: UTF8.self)
        // Uncomments every line of the form `# key: value`; prose has no key of one word.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> Substring in
            let bare = line.drop { $0 == " " }
            guard bare.hasPrefix("# "), let colon = bare.firstIndex(of: ":"), bare[colon...].hasPrefix(": "),
                !bare[..<colon].dropFirst(2).contains(" ")
            else { return line }
            return line.prefix { $0 == " " } + bare.dropFirst(2)
        }
        text = lines.joined(separator: "\n")
        #expect(text.contains("\n  scanSeconds: ") && text.contains("\n  drop: ") && text.contains("\ntimeZone: "))
        let instance = try TemporaryInstance(["sluice.yaml": text])
        let (read, mistakes) = instance.read()
        #expect(mistakes == [])
        let settings = try #require(read)
        #expect(settings.intake == IntakeSettings())
        #expect(settings.decode == DecodeSettings())
        var paths = Paths(folder: instance.folder)
        paths.plugins.append("/usr/share/sluice/plugins")
        #expect(settings.paths == paths)
        for key in [
            "pollSeconds", "settleMilliseconds", "attemptLimit", "memoryLimitBytes", "patientColumns", "control",
        ] {
            #expect(text.contains("\n  \(key): "))
        }
    }

    /// The shipped model's ids, levels and codes; labels and parents do not matter here.
    static func model() throws -> EventModel {
        let folder = root + "/config/model/"
        var top = try reader(folder + "model.yaml")
        let kinds = (top.nodes("eventKinds") ?? []).compactMap { node in
            var kind = MappingReader(node, mistakes: Mistakes(), what: "an event kind")
            return kind?.string("id").map { EventModel.EventKind(id: $0, label: "") }
        }
        let dimensions = try (top.nodes("dimensions") ?? []).map { node in
            var dimension = try #require(MappingReader(node, mistakes: Mistakes(), what: "a dimension"))
            let id = dimension.requiredString("id") ?? ""
            let nodes = try dimension.string("codes").map { try codes(folder + $0) } ?? []
            return Dimension(
                id: id, label: "", kind: dimension.string("kind") == "month" ? .month : .codes,
                levels: dimension.strings("levels") ?? [], keptLevel: dimension.string("keptLevel"), nodes: nodes)
        }
        return EventModel(eventKinds: kinds, dimensions: dimensions)
    }

    /// Code and level of each row: the first cell, and the third, behind a label that may be quoted.
    private static func codes(_ file: String) throws -> [Dimension.Node] {
        let text = String(decoding: try readSmallFile(file), as: UTF8.self)
        return text.split(separator: "\n").dropFirst().map { line in
            var isQuoted = false
            let cells = line.split(omittingEmptySubsequences: false) { character in
                if character == "\"" { isQuoted.toggle() }
                return character == "," && !isQuoted
            }
            return Dimension.Node(code: String(cells[0]), label: "", level: String(cells[2]))
        }
    }

    static func plugins() throws -> [String: (kinds: [AuthorityKind], datasets: [String])] {
        var result: [String: (kinds: [AuthorityKind], datasets: [String])] = [:]
        for name in try listSmallFolder(root + "/plugins") {
            var plugin = try reader(root + "/plugins/" + name + "/plugin.yaml")
            let kinds = (plugin.strings("kinds") ?? []).compactMap { AuthorityKind(rawValue: $0) }
            result[name] = (kinds, plugin.strings("datasets") ?? [])
        }
        return result
    }

    private static func reader(_ file: String) throws -> MappingReader {
        let mistakes = Mistakes()
        let node = try #require(readYAML(file: file, bytes: try readSmallFile(file), mistakes: mistakes))
        return try #require(MappingReader(node, mistakes: mistakes, what: "a file"))
    }
}
