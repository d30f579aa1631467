import ArgumentParser
import Logging
import SluiceInstance
import SluiceModel
import SluiceSystem

struct BackUp: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy store and keys into a new folder, while the daemon runs, and check them."
    )
    @OptionGroup var common: CommonOptions
    @Argument(help: "A folder that does not exist yet.", completion: .directory) var folder: String

    func run() throws {
        let instance = try common.openForQueries()
        let backup = try common.answeringFailures { try instance.backUp(to: folder) }
        common.show(
            .members([
                "path": .string(backup.path), "madeAt": .string("\(backup.madeAt)"), "rows": .int(backup.rows),
                "checkpoint": .string(backup.checkpoint),
            ]),
            "\(backup.path): store and keys as of \(backup.madeAt), \(backup.rows) rows of the ledger; checked.\nIt holds "
                + "personal data and keys: encrypt it, and let it expire within the retention period.")
    }
}

struct Restore: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a backup in the place of a state folder that was lost; lists what is missing since.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "A folder that `sluice backup` made.", completion: .directory) var folder: String

    func run() throws {
        let actor = "user:\(ownIdentity().userID)"
        let (backup, missing) = try common.answeringFailures {
            let backup = try Instance.restore(config: common.config, from: folder, actor: actor, clock: SystemClock())
            let instance = try Instance.open(config: common.config, forChanges: true, log: Logger(label: "sluice"))
            return (backup, instance.missing)
        }
        var lines = ["restored the store as of \(backup.madeAt), \(backup.rows) rows of the ledger"]
        if missing.isEmpty {
            lines.append("no receipt is newer: nothing is missing")
        } else {
            lines.append("Deliveries since then are lost. Ask for those that were accepted again:")
            lines.append(
                columns(
                    [["AUTHORITY", "DELIVERY", "DATASET", "PERIOD", "OUTCOME"]]
                        + missing.map {
                            [$0.authority.text, $0.delivery, $0.dataset ?? "-", $0.period ?? "-", $0.outcome]
                        }))
        }
        common.show(
            .members([
                "madeAt": .string("\(backup.madeAt)"), "rows": .int(backup.rows),
                "missing": .array(missing.map(\.json)),
            ]), lines.joined(separator: "\n"))
    }
}
