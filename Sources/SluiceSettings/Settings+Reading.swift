import Glibc
import SluiceModel
package import SluiceYAML

func readOperator(_ top: inout MappingReader) -> Operator {
    var result = Operator(kind: .voluntary, name: "")
    guard var reader = top.requiredMapping("operator", what: "`operator`") else { return result }
    if let kind = reader.requiredChoice("kind", AuthorityKind.self) { result.kind = kind }
    if let name = reader.requiredString("name") { result.name = name }
    result.governanceContact = reader.string("governanceContact")
    reader.finish()
    return result
}

func readControllers(_ top: inout MappingReader) -> [String] {
    guard let node = top.requiredNode("controllers"), let names = top.strings("controllers") else { return [] }
    if case .sequence([]) = node.value {
        top.mistakes.add(
            node, "`controllers` is empty", hint: "name the bodies that answer for the data (UK GDPR Art. 26)")
    }
    return names
}

/// The time zone's name, and its clocks.
func readTimeZone(_ top: inout MappingReader) -> (name: String, zone: ZoneOffsets) {
    guard let node = top.node("timeZone"), let text = scalarText(node, mistakes: top.mistakes, what: "`timeZone`")
    else { return (defaultTimeZone, zoneOfEngland) }
    if let zone = zoneOffsets(of: text) { return (text, zone) }
    top.mistakes.add(
        node, "`timeZone`: this machine knows no time zone \(shown(text))",
        hint: "write a name such as Europe/London, or install the Debian package tzdata")
    return (text, .utc)
}

func readIntake(_ reader: MappingReader?) -> IntakeSettings {
    var result = IntakeSettings()
    guard var reader else { return result }
    let day = 86_400
    func set(_ value: Int?, _ setting: WritableKeyPath<IntakeSettings, Int>) {
        if let value { result[keyPath: setting] = value }
    }
    set(reader.integer("scanSeconds", in: 1...day), \.scanSeconds)
    set(reader.integer("pollSeconds", in: 1...day), \.pollSeconds)
    set(reader.integer("settleMilliseconds", in: 0...day * 1000), \.settleMilliseconds)
    set(reader.integer("settleRemoteMilliseconds", in: 0...day * 1000), \.settleRemoteMilliseconds)
    set(reader.integer("stalledAfterSeconds", in: 1...365 * day), \.stalledAfterSeconds)
    set(reader.bytes("fileLimitBytes", in: 1...1 << 40), \.fileLimitBytes)
    set(reader.bytes("freeSpaceFloorBytes", in: 0...1 << 50), \.freeSpaceFloorBytes)
    set(reader.integer("attemptLimit", in: 1...100), \.attemptLimit)
    set(reader.integer("replaceLossPercent", in: 0...100), \.replaceLossPercent)
    set(reader.integer("unusualPercent", in: 1...100), \.unusualPercent)
    set(reader.integer("confirmDays", in: 1...365), \.confirmDays)
    if let value = reader.boolean("returnOriginals") { result.returnOriginals = value }
    reader.finish()
    return result
}

func readDecode(_ reader: MappingReader?) -> DecodeSettings {
    var result = DecodeSettings()
    guard var reader else { return result }
    if let value = reader.integer("timeLimitSeconds", in: 1...86_400) { result.timeLimitSeconds = value }
    if let value = reader.bytes("memoryLimitBytes", in: 32 << 20...1 << 40) { result.memoryLimitBytes = value }
    if let value = reader.boolean("sandboxDegradedOK") { result.sandboxDegradedOK = value }
    reader.finish()
    return result
}

/// The paths, and where each that was written stands.
func readPaths(
    _ reader: MappingReader?, in folders: InstanceFolders, root: Node, mistakes: Mistakes
) -> (paths: Paths, places: [String: Node]) {
    var result = Paths(folder: folders.absolute)
    var places: [String: Node] = [:]
    guard var reader else { return (result, places) }

    func path(_ node: Node, _ key: String) -> String? {
        guard let text = scalarText(node, mistakes: mistakes, what: "`\(key)`") else { return nil }
        guard !text.isEmpty, !text.unicodeScalars.contains("\0") else {
            mistakes.add(node, "`\(key)` is not a path", hint: "write one, from / or from the folder of sluice.yaml")
            return nil
        }
        return folders.resolve(text)
    }
    func read(_ key: String, _ setting: WritableKeyPath<Paths, String>) {
        guard let node = reader.node(key) else { return }
        places[key] = node
        if let path = path(node, key) { result[keyPath: setting] = path }
    }
    read("drop", \.drop)
    read("releases", \.releases)
    read("alerts", \.alerts)
    read("state", \.state)
    result.control = result.state + "/control.sock"
    result.geography = result.state + "/geography"
    read("geography", \.geography)
    read("model", \.model)
    if let nodes = reader.nodes("plugins") { result.plugins = nodes.compactMap { path($0, "plugins") } }
    read("authorities", \.authorities)
    read("releaseSpecs", \.releaseSpecs)
    read("reviews", \.reviews)
    read("patientColumns", \.patientColumns)
    read("words", \.words)
    read("disclosureRules", \.disclosureRules)
    read("disclosureProfiles", \.disclosureProfiles)
    read("control", \.control)
    reader.finish()

    // Each of these belongs to other people: none may hold another.
    let separate = result.written
    for (key, path) in separate {
        guard let what = notAFolder(path) else { continue }
        mistakes.add(
            places[key] ?? root, "`\(key)` cannot be a folder: \(what)",
            hint: "move what is in its place, or set `paths.\(key)` to a folder")
    }
    for (index, (key, path)) in separate.enumerated() {
        let path = real(path)
        for (otherKey, other) in separate[..<index].map({ ($0.0, real($0.1)) })
        where holds(path, other) || holds(other, path) {
            mistakes.add(
                places[key] ?? places[otherKey] ?? root,
                "`\(key)` and `\(otherKey)` are one folder or inside each other",
                hint: "give each a folder of its own, for different people may read them")
        }
    }
    return (result, places)
}

extension Paths {
    /// Folders that the daemon writes into, by their keys.
    fileprivate var written: [(key: String, path: String)] {
        [("drop", drop), ("releases", releases), ("alerts", alerts), ("state", state)]
    }
}

extension Settings {
    /// Checks that the account that asks may write into the folders of the instance that are there, as the daemon has to.
    package func checkAccess(mistakes: Mistakes) {
        for (key, path) in paths.written {
            var status = stat()
            guard unsafe stat(path, &status) == 0, unsafe access(path, W_OK | X_OK) != 0 else { continue }
            let why = unsafe String(cString: strerror(errno))
            let hint = "check it as the daemon's account; if that may not write there either, give it the folder"
            let what = "`\(key)`: this account may not write into \(path): \(why)"
            if let place = pathPlaces[key] {
                mistakes.add(place, what, hint: hint)
            } else {
                mistakes.add(Mistake(file: file, what: what, hint: hint))
            }
        }
    }
}

private func holds(_ folder: String, _ path: String) -> Bool {
    path == folder || path.hasPrefix(folder == "/" ? folder : folder + "/")
}

/// Where a path leads, as far as it exists: two of them may name one folder through links and `..`.
private func real(_ path: String) -> String {
    var rest: [Substring] = []
    var parts = path.split(separator: "/")
    while true {
        if let found = unsafe realpath("/" + parts.joined(separator: "/"), nil) {
            defer { unsafe free(found) }
            let base = unsafe String(cString: found)
            return rest.isEmpty ? base : (base == "/" ? "" : base) + "/" + rest.joined(separator: "/")
        }
        guard let last = parts.popLast() else { return path }
        rest.insert(last, at: 0)
    }
}

/// Why there neither is a folder at the path nor can be one; nil when there is, or nothing stands in its way.
private func notAFolder(_ path: String) -> String? {
    var above = ""
    for part in path.split(separator: "/") {
        above += "/" + part
        var status = stat()
        if unsafe stat(above, &status) == 0 {
            if status.st_mode & S_IFMT != S_IFDIR { return "\(above) is a file" }
            continue
        }
        let failure = errno
        if unsafe lstat(above, &status) == 0 { return "\(above) is a link to nothing" }
        // Whoever may not look there may not be the daemon's account.
        return failure == ENOENT || failure == EACCES ? nil : unsafe "\(above): \(String(cString: strerror(failure)))"
    }
    return nil
}
