import ArgumentParser
import SluiceInstance
import SluiceLedger
import SluiceModel
import SluiceStore

struct Release: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Combined anonymised datasets.", subcommands: [Build.self, List.self])

    struct Build: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Build and publish the next version of a release.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The release's name, from releases/.") var release: String

        func run() throws { try common.carryOut(.buildRelease(release)) }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Releases built so far.")
        @OptionGroup var common: CommonOptions

        func run() throws {
            let instance = try common.openForQueries()
            try common.answeringFailures {
                let list = try instance.store.releases().map { instance.releaseJSON($0) }
                let rows = list.map { release in
                    ["release", "version", "state", "builtAt", "path"].map { release[$0]?.text ?? "" }
                }
                common.show(
                    .array(list),
                    list.isEmpty
                        ? "no releases yet" : columns([["RELEASE", "VERSION", "STATE", "BUILT", "PATH"]] + rows))
            }
        }
    }
}

struct Reviews: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What must not be forgotten.", subcommands: [List.self, Acknowledge.self, Close.self],
        defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Every item with the date it is due next.")
        @OptionGroup var common: CommonOptions
        @Flag(help: "Exit with 1 when something is overdue.") var fail = false

        func run() throws {
            let instance = try common.openForQueries()
            let list = try common.answeringFailures { try instance.reviewsJSON() }
            let rows = list.map { item in
                [
                    item["id"]?.text ?? "", item["due"]?.text ?? "-", item["daysLeft"]?.number.map { "\($0)" } ?? "-",
                    item["state"]?.text ?? "", item["owner"]?.text ?? "", item["title"]?.text ?? "",
                ]
            }
            common.show(
                .array(list),
                list.isEmpty ? "no review items" : columns([["ITEM", "DUE", "DAYS", "STATE", "OWNER", "TITLE"]] + rows))
            if fail, list.contains(where: { $0["state"]?.text == "overdue" }) { throw ExitCode(1) }
        }
    }

    struct Acknowledge: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ack", abstract: "Stop the current warning of an item; the next one will come.")
        @OptionGroup var common: CommonOptions
        @Argument var item: String

        func run() throws { try common.carryOut(.acknowledgeReview(item)) }
    }

    struct Close: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Note that an item was done.")
        @OptionGroup var common: CommonOptions
        @Argument var item: String
        @Option(help: "What was done; goes on record.") var note = ""

        func run() throws { try common.carryOut(.closeReview(item, note: note)) }
    }
}

struct Ledger: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Every decision, in a chain of hashes.", subcommands: [Show.self, Verify.self],
        defaultSubcommand: Show.self)

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Rows of the ledger, oldest first.")
        @OptionGroup var common: CommonOptions
        @Option(help: "The first row to show, from 1.") var from = 1
        @Option(help: "At most this many rows.") var limit = 100_000
        @Option(help: "Only rows about this delivery, release, review item or authority.") var subject: String?

        func run() throws {
            guard from >= 1, limit >= 0, limit <= 10_000_000 else { throw ValidationError("no such rows") }
            let instance = try common.openForQueries()
            try common.answeringFailures {
                let rows = try instance.store.ledgerRows(from..<from + limit)
                    .filter { subject == nil || $0.entry.subject == subject }
                let lines = rows.map { row in
                    let details = row.entry.details.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                    return [
                        "\(row.sequence)", "\(row.entry.at)", row.entry.actor, row.entry.kind.rawValue,
                        row.entry.subject, details.joined(separator: " "),
                    ]
                }
                common.show(.array(rows.map { instance.ledgerJSON($0) }), columns(lines))
            }
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Recompute the chain from its first row to its last.")
        @OptionGroup var common: CommonOptions

        func run() throws {
            let instance = try common.openForQueries()
            let result = try common.answeringFailures { try instance.verifyLedger() }
            common.show(
                .members([
                    "intact": .bool(result.problem == nil), "rows": .int(result.rows),
                    "problem": .optional(result.problem),
                ]),
                result.problem ?? "intact: \(result.rows) rows, ending in \(result.checkpoint)")
            if result.problem != nil { throw ExitCode(1) }
        }
    }
}
