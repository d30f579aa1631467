import SluiceModel
package import SluiceYAML

/// Reads a plugin folder: `plugin.yaml`, every dataset's schemas and mappings, and the code lists.
///
/// What can be judged without the shared model and an authority is judged here; `compile` does the rest.
///
/// - Returns: Nil when `plugin.yaml` cannot be used at all; otherwise what could be read, even beside mistakes.
package func readPlugin(folder: String, mistakes: Mistakes) -> Plugin? {
    let countBefore = mistakes.all.count
    var reader = PluginReader(folder: folder, mistakes: mistakes)
    guard var plugin = reader.read() else { return nil }
    plugin.files = reader.files.sorted()
    plugin.hasMistakes = mistakes.all.count > countBefore
    return plugin
}

private struct PluginReader {
    let folder: String
    let mistakes: Mistakes
    private(set) var files: [String] = []

    init(folder: String, mistakes: Mistakes) {
        var trimmed = folder
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        self.folder = trimmed
        self.mistakes = mistakes
    }

    mutating func read() -> Plugin? {
        guard let root = yaml("plugin.yaml"), var reader = MappingReader(root, mistakes: mistakes, what: "a plugin")
        else { return nil }
        let id = reader.requiredPlacedString("plugin")
        let version = reader.requiredPlacedString("version")
        let title = reader.requiredString("title")
        _ = reader.requiredNode("kinds")
        let kindNames = reader.placedStrings("kinds") ?? []
        _ = reader.requiredNode("datasets")
        let datasetNames = reader.placedStrings("datasets") ?? []
        _ = reader.requiredNode("sources")
        let sources = reader.placedStrings("sources")
        reader.finish()

        if let id {
            let folderName = folder.split(separator: "/").last.map(String.init) ?? folder
            if !isShortName(id.value) {
                mistakes.add(
                    id.node, "\(shown(id.value)) cannot name a plugin",
                    hint: "up to 40 of a-z, 0-9 and `-`, beginning with a letter")
            } else if id.value != folderName {
                mistakes.add(id.node, "the plugin's name is not its folder's", hint: "write `plugin: \(folderName)`")
            }
        }
        if let version, !isVersion(version.value) {
            mistakes.add(version.node, "\(shown(version.value)) is not a version", hint: "write three numbers, `1.0.0`")
        }
        var kinds: [AuthorityKind] = []
        for name in kindNames {
            guard let kind = AuthorityKind(rawValue: name.value) else {
                mistakes.add(
                    name.node, "\(shown(name.value)) is not a kind of authority",
                    hint: choiceHint(name.value, among: AuthorityKind.allCases.map(\.rawValue)))
                continue
            }
            if kinds.contains(kind) {
                mistakes.add(name.node, "\(shown(name.value)) stands twice", hint: "remove one")
            } else {
                kinds.append(kind)
            }
        }
        if let sources, sources.isEmpty {
            mistakes.add(root, "`sources` is empty", hint: "say where the formats are defined")
        }

        let lists = codeLists()
        var datasets: [PluginDataset] = []
        for name in datasetNames {
            if !isShortName(name.value) {
                mistakes.add(
                    name.node, "\(shown(name.value)) cannot name a dataset",
                    hint: "up to 40 of a-z, 0-9 and `-`, beginning with a letter")
            } else if datasets.contains(where: { $0.id == name.value }) {
                mistakes.add(name.node, "\(shown(name.value)) stands twice", hint: "remove one")
            } else {
                datasets.append(dataset(name, lists: lists))
            }
        }
        if datasetNames.isEmpty {
            mistakes.add(root, "the plugin has no dataset", hint: "name at least one in `datasets`")
        }
        for name in folderNames(folder + "/datasets", mistakes: mistakes)
        where !datasetNames.contains(where: { $0.value == name }) {
            mistakes.add(
                root, "datasets/\(name) is not in `datasets`",
                hint: nameHint(name, among: datasetNames.map(\.value), else: "add it there or remove the folder"))
        }
        return Plugin(
            id: id?.value ?? "", version: version?.value ?? "", title: title ?? "", kinds: kinds, folder: folder,
            sources: (sources ?? []).map(\.value), datasets: datasets, files: [], hasMistakes: false, codeLists: lists,
            node: root)
    }

    private func isVersion(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 3
            && parts.allSatisfy { (1...6).contains($0.count) && $0.allSatisfy { (0x30...0x39).contains($0) } }
    }

    // MARK: - Files

    private mutating func yaml(_ name: String, named: Node? = nil) -> Node? {
        let path = folder + "/" + name
        guard let bytes = settingsBytes(path, named: named, mistakes: mistakes) else { return nil }
        files.append(name)
        return readYAML(file: path, bytes: bytes, mistakes: mistakes)
    }

    private mutating func codeLists() -> [String: CodeList] {
        var lists: [String: CodeList] = [:]
        for fileName in folderNames(folder + "/codes", mistakes: mistakes) {
            let path = folder + "/codes/" + fileName
            let name = String(fileName.dropLast(4))
            guard fileName.hasSuffix(".csv"), isShortName(name) else {
                mistakes.add(
                    Mistake(
                        file: path, what: "the name of a code list ends in `.csv`",
                        hint: "before it up to 40 of a-z, 0-9 and `-`, beginning with a letter"))
                continue
            }
            guard let bytes = settingsBytes(path, mistakes: mistakes) else { continue }
            files.append("codes/" + fileName)
            lists[name] = CodeList(name: name, file: path, bytes: bytes, mistakes: mistakes)
        }
        return lists
    }

    private mutating func dataset(_ name: Placed<String>, lists: [String: CodeList]) -> PluginDataset {
        let base = "datasets/" + name.value
        let known = folderNames(folder + "/" + base, mistakes: mistakes)
        var editionNames = [""]
        var mappingNames: Set<String> = [""]
        for file in known {
            if file == "schema.yaml" || file == "mapping.yaml" { continue }
            if let edition = editionName(file, prefix: "schema@") {
                editionNames.append(edition)
            } else if let edition = editionName(file, prefix: "mapping@") {
                mappingNames.insert(edition)
            } else {
                mistakes.add(
                    Mistake(
                        file: folder + "/" + base + "/" + file, what: "the file is not one of a dataset's",
                        hint: nameHint(
                            file, among: ["schema.yaml", "mapping.yaml"],
                            else:
                                "a dataset has schema.yaml, mapping.yaml, schema@EDITION.yaml and mapping@EDITION.yaml")
                    ))
            }
        }
        for edition in mappingNames.sorted() where !editionNames.contains(edition) {
            mistakes.add(
                Mistake(
                    file: "\(folder)/\(base)/mapping@\(edition).yaml", what: "there is no schema of this edition",
                    hint: nameHint(edition, among: editionNames, else: "add schema@\(edition).yaml")))
        }

        var mappings: [String: Mapping] = [:]
        for edition in mappingNames.sorted() {
            let file = base + (edition.isEmpty ? "/mapping.yaml" : "/mapping@\(edition).yaml")
            guard let node = yaml(file, named: name.node) else { continue }
            mappings[edition] = MappingFileReader(mistakes: mistakes).read(node)
        }
        var editions: [PluginEdition] = []
        for edition in editionNames {
            let file = base + (edition.isEmpty ? "/schema.yaml" : "/schema@\(edition).yaml")
            guard let node = yaml(file, named: name.node) else { continue }
            let owner = mappingNames.contains(edition) ? edition : ""
            guard let schema = SchemaFileReader(lists: lists, mistakes: mistakes).read(node),
                let mapping = mappings[owner]
            else { continue }
            editions.append(
                PluginEdition(
                    name: edition, schemaFile: file,
                    mappingFile: base + (owner.isEmpty ? "/mapping.yaml" : "/mapping@\(owner).yaml"), schema: schema,
                    mapping: mapping))
        }
        return PluginDataset(id: name.value, editions: editions, node: name.node)
    }

    private func editionName(_ file: String, prefix: String) -> String? {
        guard file.hasPrefix(prefix), file.hasSuffix(".yaml") else { return nil }
        let name = file.dropFirst(prefix.count).dropLast(5)
        let allowed = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
        }
        return allowed && (1...40).contains(name.utf8.count) ? String(name) : nil
    }
}
