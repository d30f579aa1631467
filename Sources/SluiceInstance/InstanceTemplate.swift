import SluiceSystem

/// Writes the shipped example settings as a new instance below one folder.
package enum InstanceTemplate {
    /// - Returns: the path of its `sluice.yaml`.
    /// - Throws: `TemplateRefusal.notEmpty` when something is there already.
    package static func write(to folder: String) throws -> String {
        let target = try Folder.createIfMissing(path: folder)
        guard try target.entries(limit: 1).isEmpty else { throw TemplateRefusal.notEmpty(folder) }
        let share = try Installation.share()
        try copy(share + "/config", to: target)
        let path = folder + "/sluice.yaml"
        let text = String(decoding: try readSmallFile(path), as: UTF8.self)
        let settings = text.replacing(
            "plugins: [plugins, /usr/share/sluice/plugins]", with: "plugins: [plugins, \(quoted(share + "/plugins"))]")
        try target.writeAtomically(FileName(own: "sluice.yaml"), Array(settings.utf8), mode: 0o644)
        _ = try target.subfolder(FileName(own: "plugins"), create: true, mode: 0o755)
        return path
    }

    private static func copy(_ source: String, to target: borrowing Folder) throws {
        let folder = try Folder(path: source)
        for name in try folder.entries() {
            guard let status = try folder.status(name), let text = name.text else { continue }
            if status.kind == .folder {
                let inner = try target.subfolder(name, create: true, mode: 0o755)
                try copy(source + "/" + text, to: inner)
            } else {
                try target.writeAtomically(name, try readSmallFile(source + "/" + text), mode: 0o644)
            }
        }
    }

    /// A YAML scalar for a path, whatever is in it.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}

package enum TemplateRefusal: Error, CustomStringConvertible {
    case notEmpty(String)

    package var description: String {
        switch self {
        case .notEmpty(let folder): "\(folder): not empty; name a new folder"
        }
    }
}
