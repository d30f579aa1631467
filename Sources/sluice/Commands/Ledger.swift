import ArgumentParser
import SluiceInstance
import SluiceLedger
import SluiceModel

struct Ledger: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Every decision, in a chain of hashes.", subcommands: [Show.self, Verify.self, State.self],
        defaultSubcommand: Show.self)

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Rows of the ledger, oldest first.")
        @OptionGroup var common: CommonOptions
        @Option(help: "The first row to show, from 1.") var from = 1
        @Option(help: "At most this many rows.") var limit = 100_000
        @Option(help: "Only rows about this delivery, release, review item or authority.") var subject: String?
        @Option(help: "Only rows about this authority and its deliveries.") var authority: String?
        @Option(help: "Only rows of this kind, such as delivery-decided.") var kind: String?
        @Option(help: "Only decisions that cite this rule or reason.") var rule: String?
        @Option(help: "The first day, YYYY-MM-DD.") var since: String?
        @Option(help: "The last day, YYYY-MM-DD.") var until: String?

        func run() throws {
            guard from >= 1, limit >= 0, limit <= 10_000_000 else { throw ValidationError("no such rows") }
            var filter = LedgerFilter()
            filter.subject = subject
            filter.authority = authority
            filter.kind = kind
            filter.rule = rule
            filter.from = try day(since)
            filter.to = try day(until)
            let instance = try common.openForQueries()
            try common.answeringFailures {
                var list: [JSON] = []
                var lines: [[String]] = []
                try instance.forEachLedgerRow(filter, from: from, limit: limit) { row in
                    if common.json {
                        list.append(instance.ledgerJSON(row))
                        return
                    }
                    let details = row.entry.details.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                    lines.append([
                        "\(row.sequence)", "\(row.entry.at)", row.entry.actor, row.entry.kind.rawValue,
                        row.entry.subject, details.joined(separator: " "),
                    ])
                }
                common.show(.array(list), lines.isEmpty ? "no such rows" : columns(lines))
            }
        }

        private func day(_ text: String?) throws -> CivilDate? {
            guard let text else { return nil }
            guard let date = CivilDate(text) else { throw ValidationError("a day is written YYYY-MM-DD") }
            return date
        }
    }

    struct State: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "statement",
            abstract: "A year in words: received under which power, refused and why, released to whom, purged.")
        @OptionGroup var common: CommonOptions
        @Option(help: "The year, in UTC.") var year: Int

        func run() throws {
            guard (2000...9999).contains(year) else { throw ValidationError("a year has four digits") }
            let instance = try common.openForQueries()
            try common.answeringFailures {
                let statement = try instance.statement(year: year)
                common.show(instance.json(statement), instance.lines(statement).joined(separator: "\n"))
            }
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Recompute the chain from its first row to its last, and hold it against checkpoints.")
        @OptionGroup var common: CommonOptions
        @Option(
            parsing: .upToNextOption,
            help: "Files with a checkpoint: receipts (JSON), provenance.json of releases, signed notes.",
            completion: .file()) var anchor: [String] = []
        @Option(help: "A public key to trust beside those that the ledger names: NAME+HASH+KEY.") var key: [String] =
            []

        @Option(help: "The row of a restore from a backup that you know took place.") var acceptRestore: [Int] = []

        func run() throws {
            let instance = try common.openForQueries()
            let report = try common.answeringFailures {
                try instance.verifyLedger(anchors: anchor, keys: key, acceptedRestores: acceptRestore)
            }
            common.show(report.json, report.lines.joined(separator: "\n"))
            if report.problem != nil { throw ExitCode(1) }
        }
    }
}
