import Glibc
package import Logging
import SluiceSystem
import Synchronization

/// Writes log events as records of the systemd journal, or as lines on standard error where there is none.
///
/// Every value is data about the work (ids, counts, paths of the settings), never from a record and never an agency's
/// file name. Control characters are escaped and length is bounded all the same, so that nothing can forge a line.
package struct EventLog: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level = .info
    private let journal: JournalWriter?

    private static let valueLimit = 2000

    package init(isDaemon: Bool) {
        // systemd sets JOURNAL_STREAM when standard error goes to the journal already.
        journal = isDaemon && environmentValue("JOURNAL_STREAM") != nil ? try? JournalWriter() : nil
        if !isDaemon { logLevel = .error }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let fields = all.map { (name: $0.key, value: EventLog.shown("\($0.value)")) }.sorted { $0.name < $1.name }
        let message = EventLog.shown("\(event.message)")
        if let journal {
            var record = [
                (name: "MESSAGE", value: ([message] + fields.map { "\($0.name)=\($0.value)" }).joined(separator: " ")),
                (name: "PRIORITY", value: "\(event.level.priority)"), (name: "SYSLOG_IDENTIFIER", value: "sluiced"),
            ]
            record += fields.map { (name: "SLUICE_" + $0.name.uppercased().replacing(".", with: "_"), value: $0.value) }
            if journal.send(record) { return }
        }
        var line = "\(event.level.rawValue): \(message)"
        for field in fields { line += " \(field.name)=\(field.value)" }
        line += "\n"
        let bytes = Array(line.utf8)
        _ = unsafe write(2, bytes, bytes.count)
    }

    private static func shown(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(valueLimit) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                shown += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}

extension Logger.Level {
    /// The number syslog(3) gives it.
    fileprivate var priority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
