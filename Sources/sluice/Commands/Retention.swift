import ArgumentParser
import SluiceInstance
import SluiceModel

struct Retention: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What is kept how long.", subcommands: [Show.self, Run.self], defaultSubcommand: Show.self)

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Every dataset of which records are kept, and when the oldest of them go.")
        @OptionGroup var common: CommonOptions

        func run() throws {
            let instance = try common.openForQueries()
            let standings = try common.answeringFailures { try instance.retention() }
            let rows = standings.map { standing in
                [
                    standing.authority.text, standing.dataset, "\(standing.months)", "\(standing.deliveries)",
                    "\(standing.superseded)", "\(standing.nextPurge)", "\(standing.due.count)",
                ]
            }
            let certificates = try common.answeringFailures { try instance.certificateRetention() }
            common.show(
                .members(["datasets": .array(standings.map(\.json)), "certificates": certificates.json]),
                (standings.isEmpty
                    ? "no records are kept"
                    : columns(
                        [["AUTHORITY", "DATASET", "MONTHS", "DELIVERIES", "REPLACED", "NEXT PURGE", "DUE NOW"]] + rows))
                    + "\n" + certificates.text)
        }
    }

    struct Run: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Purge what is past its retention, as the daemon does once a day.")
        @OptionGroup var common: CommonOptions
        @Flag(help: "Only list what would be purged.") var dryRun = false

        func run() throws {
            guard dryRun else { return try common.carryOut(.purge) }
            let instance = try common.openForQueries()
            let due = try common.answeringFailures { try instance.retention().flatMap(\.due).map(\.text) }
            let certificates = try common.answeringFailures { try instance.certificateRetention().due }
            common.show(
                .members(["due": .strings(due), "certificates": .strings(certificates)]),
                due.isEmpty && certificates.isEmpty
                    ? "nothing is past its retention"
                    : "past their retention:\n  " + (due + certificates).joined(separator: "\n  "))
        }
    }
}
