import ArgumentParser
import Glibc
import SluiceInstance
import SluiceModel
import SluiceRelease
import SluiceStore

struct Release: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Combined anonymised datasets.",
        subcommands: [
            Build.self, Plan.self, List.self, Approve.self, Verify.self, Export.self, Judge.self,
        ])

    struct Build: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Build and publish the next version of a release.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The release's name, from releases/.") var release: String
        @Flag(help: "Say what stands in the way when a cell cannot be protected.") var explain = false

        func run() throws { try common.carryOut(.buildRelease(release, explains: explain)) }
    }

    struct Plan: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Show what a release would hide, table by table and level by level, and which tables would show more.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The release's name, from releases/.") var release: String

        func run() throws {
            try common.answeringFailures {
                let found = try common.openForQueries().planRelease(release)
                common.show(found.json, found.text)
                if found.exit != .done { throw ExitCode(found.exit.rawValue) }
            }
        }
    }

    struct Approve: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Publish a release for the public that waits for a person's approval.",
            discussion: """
                The judgement goes on record: what may be published without prejudicing law enforcement or endangering \
                anybody (draft guidance June 2022, para 37 b). Without --judgement it is read from standard input.
                """)
        @OptionGroup var common: CommonOptions
        @Argument(help: "The release's name.") var release: String
        @Option(help: "Who approves it: name and office.") var by: String
        @Option(help: "Why it may be published, in at most 500 characters.") var judgement: String?

        func run() throws {
            let words = judgement ?? ask()
            try common.carryOut(.approveRelease(release, by: by, judgement: words))
        }

        private func ask() -> String {
            let isTerminal = isatty(0) == 1
            if isTerminal {
                print("What may this publish without prejudicing law enforcement or endangering anybody, and why?")
                print("(draft guidance June 2022, para 37 b; one line)  ", terminator: "")
            }
            return readLine() ?? ""
        }
    }

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write what a certificate proves in the JJ form, for other tools to check.",
            discussion: "One file for each kind of event. They hold true counts, as the certificate does.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The certificate, from state/certificates/.", completion: .file()) var certificate: String
        @Option(name: [.short, .long], help: "The folder to write to.", completion: .directory) var output: String

        func run() throws {
            try common.answeringFailures {
                let result = try Instance.exportExchange(certificate: certificate, to: output)
                common.show(result.json, result.text)
            }
        }
    }

    struct Judge: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Look for a proof that the pattern of hidden cells in a JJ file is safe, whoever made it.",
            discussion: "No instance is needed. Cells are named by their numbers in the file.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The file in JJ form.", completion: .file()) var file: String
        @Option(help: "Counts from 1 to one below it are sensitive.") var threshold = 5
        @Option(help: "How many values must stay possible; the threshold when left out.") var width: Int?
        @Flag(help: "Everybody knows that a hidden count is 1 or more.") var zerosPublished = false

        func run() throws {
            guard (3...1_000_000).contains(threshold), (2...1_000_000).contains(width ?? threshold) else {
                throw ValidationError("a threshold is 3 or more, a width 2 or more")
            }
            var profile = DisclosureProfile(id: "asked", threshold: threshold, width: width)
            profile.zeros = zerosPublished ? .published : .hideable
            try common.answeringFailures {
                let result = try Instance.judgeExchange(file: file, profile: profile)
                common.show(result.json, result.text)
                if result.exit != .done { throw ExitCode(result.exit.rawValue) }
            }
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a published release: its signature, its files, and the proof that it is safe.",
            discussion: """
                The signature needs the public key, the proof the certificate. --config finds both in an instance; a \
                recipient has the key alone and can check signature and files.
                """)
        @OptionGroup var common: CommonOptions
        @Argument(help: "The release's folder, RELEASES/<release>/<version>.", completion: .directory) var folder:
            String
        @Option(help: "The certificate.", completion: .file()) var certificate: String?
        @Option(help: "The public key, NAME+HASH+KEY or a file that holds it.") var key: String?
        @Flag(help: "Leave signature and hashes out: do the tables prove as they stand?") var proofOnly = false

        func run() throws {
            try common.answeringFailures {
                let found: ReleaseVerification
                if certificate != nil || key != nil {
                    found = try Instance.verifyRelease(
                        folder: folder, certificate: certificate, key: key, checksHashes: !proofOnly)
                } else {
                    found = try common.openForQueries().verifyRelease(folder: folder, checksHashes: !proofOnly)
                }
                common.show(found.json, found.text)
                if !found.isFine { throw ExitCode(1) }
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Releases built so far.")
        @OptionGroup var common: CommonOptions

        func run() throws {
            let instance = try common.openForQueries()
            try common.answeringFailures {
                let list = try instance.releasesJSON()
                let rows = list.map { release in
                    ["release", "version", "state", "builtAt", "path"].map { release[$0]?.text ?? "" }
                }
                let stale = list.compactMap { release in
                    release["stale"]?.text.map {
                        "\(release["release"]?.text ?? "")/\(release["version"]?.text ?? "") is stale: \($0)"
                    }
                }
                common.show(
                    .array(list),
                    list.isEmpty
                        ? "no releases yet"
                        : ([columns([["RELEASE", "VERSION", "STATE", "BUILT", "PATH"]] + rows)] + stale)
                            .joined(separator: "\n"))
            }
        }
    }
}

struct Reviews: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What must not be forgotten.", subcommands: [List.self, Acknowledge.self, Close.self, Reopen.self],
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
        static let configuration = CommandConfiguration(
            abstract: "Note that an item was done.",
            discussion: """
                It closes the date that the item's warning names. Before the first warning, and within a day of the \
                last closing, --due has to name the date, so that two people who close the same item do not close the \
                next date with it. An agreement's end is not closed: change validTo in its authority's file.
                """)
        @OptionGroup var common: CommonOptions
        @Argument(help: "The item, or incident-DELIVERY.") var item: String
        @OptionGroup var note: NoteOption
        @Option(help: "The date that is closed, YYYY-MM-DD; as a rule the one that is due.") var due: String?

        func validate() throws { try checkDate(due) }
        func run() throws { try common.carryOut(.closeReview(item, note: note.note, due: due)) }
    }

    struct Reopen: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Undo the last closing of an item: it is due again as it was, and its warning is back.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The item, or incident-DELIVERY.") var item: String
        @OptionGroup var note: NoteOption
        @Option(help: "The date whose closing is undone, YYYY-MM-DD; as a rule that of the last one.") var due: String?

        func validate() throws { try checkDate(due) }
        func run() throws { try common.carryOut(.reopenReview(item, note: note.note, due: due)) }
    }

    struct NoteOption: ParsableArguments {
        @Option(help: "What was done, or why; goes on record, in at most 500 characters.") var note: String

        func validate() throws {
            guard note.count <= 500, note.contains(where: { !$0.isWhitespace }) else {
                throw ValidationError("a note must say something, in at most 500 characters: it stays in the ledger")
            }
        }
    }
}

private func checkDate(_ text: String?) throws {
    guard text.map({ CivilDate($0) != nil }) ?? true else {
        throw ValidationError("--due takes a date such as 2026-12-01")
    }
}
