package import SluiceModel
import SluiceSystem

/// One current alert.
package struct Alert: Hashable, Sendable {
    /// Names its files: `<name>.json` and `<name>.txt`.
    package var name: String
    package var json: JSON
    package var text: String

    package init(name: String, json: JSON, text: String) {
        self.name = name
        self.json = json
        self.text = text
    }
}

/// The folder of current alerts: what is in it is open, what was seen to is gone.
package struct AlertFolder: Sendable {
    let path: String

    package init(path: String) { self.path = path }

    private func folder() throws(SystemError) -> Folder { try Folder.createIfMissing(path: path, mode: 0o755) }

    package func write(_ alert: Alert) throws {
        let folder = try folder()
        try folder.writeAtomically(FileName(own: alert.name + ".json"), Array(alert.json.prettyText.utf8), mode: 0o644)
        try folder.writeAtomically(FileName(own: alert.name + ".txt"), Array(alert.text.utf8), mode: 0o644)
    }

    /// Puts back an alert that somebody deleted without seeing to it.
    package func writeIfMissing(_ alert: Alert) throws {
        if try folder().status(FileName(own: alert.name + ".json")) == nil { try write(alert) }
    }

    /// Writes an alert that is not there, or says something else.
    package func writeIfNew(_ alert: Alert) throws {
        let current = try? readSmallFile(path + "/" + alert.name + ".txt")
        if current != Array(alert.text.utf8) { try write(alert) } else { try writeIfMissing(alert) }
    }

    /// What an alert's file says; nil when there is none that can be read.
    func alert(_ name: String) throws -> JSON? {
        (try? readSmallFile(path + "/" + name + ".json")).flatMap { try? JSON(reading: $0) }
    }

    package func remove(_ name: String) throws {
        let folder = try folder()
        for file in [FileName(own: name + ".json"), FileName(own: name + ".txt")] where try folder.status(file) != nil {
            try folder.remove(file)
        }
    }

    /// Names of the alerts that begin with `prefix`.
    package func names(prefix: String) throws -> [String] {
        try folder().entries().compactMap(\.text).filter { $0.hasPrefix(prefix) && $0.hasSuffix(".json") }
            .map { String($0.dropLast(5)) }
    }

    /// Writes `reviews.ics` when it says something new.
    func writeCalendar(_ calendar: Calendar) throws {
        let folder = try folder()
        let current = try? readSmallFile(path + "/reviews.ics")
        let bytes = Array(calendar.text.utf8)
        guard current != bytes else { return }
        try folder.writeAtomically(FileName(own: "reviews.ics"), bytes, mode: 0o644)
    }
}
