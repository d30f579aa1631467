// An instance's settings: YAML files to one typed value, with every mistake in all of them at once.
//
//   SluiceSettings        the front door: sluice.yaml and the files it points at
//   Settings              what sluice.yaml says, with its defaults
//   Authority             one file of authorities/
//   ReleaseSpec+Reading   one file of releases/
//   ReviewItem+Reading    reviews.yaml
//   AgreementReview       the end of an agreement, as an item beside those of reviews.yaml
//   Disclosure/           who may send and get what: rules, and the gate that judges by them
//   CrossCheck            names that only the model and the plugins can confirm
//   Scalars               dates, months, sizes and short names

import Glibc
import SluiceModel
import SluiceSystem
package import SluiceYAML

/// Reads `sluice.yaml` and the authorities, release specs and reviews it points at.
///
/// Paths in it are relative to its folder. A file or item with a mistake is left out where nothing sensible can be
/// made of it, so that the rest is still checked.
///
/// - Returns: nil when `sluice.yaml` itself cannot be used. While `mistakes` is not empty the value serves to find
///   further mistakes and for nothing else.
package func readSettings(file: String, mistakes: Mistakes) -> Settings? {
    let folders = InstanceFolders(settingsFile: file)
    let ownName = file.split(separator: "/").last.map(String.init) ?? file
    guard let root = readYAMLFile(folders.resolve(ownName), shownAs: file, mistakes: mistakes),
        var top = MappingReader(root, mistakes: mistakes, what: "sluice.yaml")
    else { return nil }
    let instanceName = top.requiredString("instance") ?? ""
    let `operator` = readOperator(&top)
    let controllers = readControllers(&top)
    let (timeZone, zone) = readTimeZone(&top)
    let (paths, places) = readPaths(
        top.mapping("paths", what: "`paths`"), in: folders, root: root, mistakes: mistakes)
    let intake = readIntake(top.mapping("intake", what: "`intake`"))
    let decode = readDecode(top.mapping("decode", what: "`decode`"))
    let supersededDays = top.integer("supersededDays", in: 0...3650)
    let certificateMonths = top.integer("certificateRetentionMonths", in: 1...600)
    top.finish()

    var settings = Settings(
        file: file, folder: folders.absolute, instanceName: instanceName, operator: `operator`,
        controllers: controllers, paths: paths, timeZone: timeZone, zone: zone, intake: intake, decode: decode)
    settings.pathPlaces = places
    if let supersededDays { settings.supersededDays = supersededDays }
    if let certificateMonths { settings.certificateRetentionMonths = certificateMonths }
    func list(_ path: String, _ key: String) -> [SettingsFile] {
        listYAMLFiles(path, in: folders, place: places[key] ?? root, key: key, mistakes: mistakes)
    }
    let authorityFiles = list(paths.authorities, "authorities")
    for file in authorityFiles {
        guard let root = readYAMLFile(file.path, shownAs: file.shown, mistakes: mistakes),
            let read = readAuthority(root, stem: file.stem, mistakes: mistakes)
        else { continue }
        settings.authorities.append(read.authority)
        settings.authorityPlaces.append(read.places)
    }
    // An authority whose file has a mistake is still known: one slip must not make every use of its name another.
    let known = authorityFiles.map(\.stem)
    settings.profiles = readProfiles(paths, folders, place: places["disclosureProfiles"], root, mistakes: mistakes)
    let noise = NoiseTableFolder(paths, folders)
    checkProfiles(&settings, noise, mistakes: mistakes)
    for file in list(paths.releaseSpecs, "releaseSpecs") {
        settings.releaseFiles[file.shown] = file.stem
        guard let root = readYAMLFile(file.path, shownAs: file.shown, mistakes: mistakes),
            let read = readReleaseSpec(
                root, stem: file.stem, authorities: known, profiles: settings.profiles, noise, mistakes: mistakes)
        else { continue }
        settings.releases.append(read.spec)
        settings.releasePlaces.append(read.places)
    }
    /// A file that must be there, named by a path of `sluice.yaml`.
    func one(_ path: String, _ key: String, hint: String) -> Node? {
        let shown = folders.shown(path)
        do {
            return readYAML(file: shown, bytes: try settingsBytes(path, mistakes), mistakes: mistakes)
        } catch {
            mistakes.add(places[key] ?? root, "\(shown) cannot be read: \(reason(error))", hint: hint)
            return nil
        }
    }
    if let node = one(
        paths.reviews, "reviews",
        hint: "write the review register there (`reviews: []` for none), or set `paths.reviews`")
    {
        let read = readReviews(node, authorities: known, mistakes: mistakes)
        settings.reviews = read.map(\.item)
        settings.reviewPlaces = read.map(\.places)
    }
    if let node = one(
        paths.disclosureRules, "disclosureRules",
        hint: "copy the shipped config/disclosure/rules.yaml there, or set `paths.disclosureRules`")
    {
        settings.disclosureRules = readDisclosureRules(node, mistakes: mistakes)
    }
    checkPurposes(settings, mistakes: mistakes)
    checkSources(settings, mistakes: mistakes)
    return settings
}

/// The profiles; none where the file is not there and nobody named it.
private func readProfiles(
    _ paths: Paths, _ folders: InstanceFolders, place: Node?, _ root: Node, mistakes: Mistakes
) -> [DisclosureProfile] {
    let shown = folders.shown(paths.disclosureProfiles)
    do {
        let bytes = try settingsBytes(paths.disclosureProfiles, mistakes)
        guard let node = readYAML(file: shown, bytes: bytes, mistakes: mistakes) else { return [] }
        return readProfiles(node, NoiseTableFolder(paths, folders), mistakes: mistakes)
    } catch {
        if error.errno == ENOENT, place == nil { return [] }
        mistakes.add(
            place ?? root, "\(shown) cannot be read: \(reason(error))",
            hint: "copy the shipped config/disclosure/profiles.yaml there, or set `paths.disclosureProfiles`")
        return []
    }
}

/// Puts the profiles that authorities name in their place.
private func checkProfiles(_ settings: inout Settings, _ noise: NoiseTableFolder, mistakes: Mistakes) {
    for index in settings.authorities.indices {
        guard let node = settings.authorityPlaces[index].profile else { continue }
        settings.authorities[index].profile = readProfile(
            node, among: settings.profiles, noise, mistakes: mistakes)
    }
}

extension NoiseTableFolder {
    /// Beside the profiles.
    fileprivate init(_ paths: Paths, _ folders: InstanceFolders) {
        func folder(_ path: String) -> String {
            path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        }
        self.init(
            absolute: folder(paths.disclosureProfiles), shown: folder(folders.shown(paths.disclosureProfiles)))
    }
}

// MARK: - Files

/// Where the instance is, as opened and as people wrote it.
struct InstanceFolders {
    /// Begins with `/`; symbolic links are left as they are.
    let absolute: String
    /// What stands before a relative path in messages: `` or `D/`.
    private let shownPrefix: String

    init(settingsFile: String) {
        let parts = settingsFile.split(separator: "/", omittingEmptySubsequences: false)
        shownPrefix = parts.count > 1 ? parts.dropLast().joined(separator: "/") + "/" : ""
        let folder = shownPrefix.isEmpty ? "." : shownPrefix
        absolute = normal(folder.hasPrefix("/") ? folder : currentFolder() + "/" + folder)
    }

    func resolve(_ path: String) -> String { normal(path.hasPrefix("/") ? path : absolute + "/" + path) }

    /// A path in the instance's folder as messages name it, beginning like the settings file's own name.
    func shown(_ path: String) -> String {
        let base = absolute == "/" ? "/" : absolute + "/"
        return path.hasPrefix(base) ? shownPrefix + path.dropFirst(base.count) : path
    }
}

private struct SettingsFile {
    var path: String
    /// As messages name it.
    var shown: String
    /// The name without `.yaml`.
    var stem: String
}

/// The bytes of a file that the settings depend on.
func settingsBytes(_ path: String, _ mistakes: Mistakes) throws(SystemError) -> [UInt8] {
    let bytes = try readSmallFile(path)
    mistakes.noteRead(path, bytes)
    return bytes
}

private func readYAMLFile(_ path: String, shownAs file: String, mistakes: Mistakes) -> Node? {
    do {
        return readYAML(file: file, bytes: try settingsBytes(path, mistakes), mistakes: mistakes)
    } catch {
        mistakes.add(
            Mistake(file: file, what: "cannot be read: \(reason(error))", hint: "check its name and its permissions"))
        return nil
    }
}

/// The `.yaml` files of a folder, by name. Hidden files and other kinds are left alone.
private func listYAMLFiles(
    _ path: String, in folders: InstanceFolders, place: Node, key: String, mistakes: Mistakes
) -> [SettingsFile] {
    let names: [String]
    do {
        names = try listSmallFolder(path)
    } catch {
        mistakes.add(
            place, "\(folders.shown(path)) cannot be read: \(reason(error))",
            hint: "make the folder, or set `paths.\(key)`")
        return []
    }
    return names.compactMap { name in
        let shown = folders.shown(path + "/" + name)
        if name.hasPrefix(".") { return nil }
        if name.hasSuffix(".yml") {
            mistakes.add(Mistake(file: shown, what: "only files ending in .yaml are read", hint: "rename it"))
            return nil
        }
        guard name.hasSuffix(".yaml") else { return nil }
        return SettingsFile(path: path + "/" + name, shown: shown, stem: String(name.dropLast(5)))
    }
}

func reason(_ error: SystemError) -> String { unsafe String(cString: strerror(error.errno)) }

private func currentFolder() -> String {
    guard let path = unsafe getcwd(nil, 0) else { return "/" }
    defer { unsafe free(path) }
    return unsafe String(cString: path)
}

/// `path` without empty parts and `.`. A `..` stays: what it means depends on symbolic links.
private func normal(_ path: String) -> String {
    "/" + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
}
