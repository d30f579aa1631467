import ArgumentParser
import SluiceInstance
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
