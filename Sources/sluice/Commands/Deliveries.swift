import ArgumentParser
import SluiceInstance
import SluiceModel
import SluiceStore

struct Deliveries: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What was dropped and what became of it.",
        subcommands: [List.self, Show.self, Confirm.self, Reject.self, Withdraw.self, Reinstate.self],
        defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Every delivery, oldest first.")
        @OptionGroup var common: CommonOptions
        @Option(help: "Only this authority's.") var authority: String?
        @Option(help: "Only the tables of this delivery.") var parent: String?
        @Option(help: "Only those that stand so: accepted, rejected, held, …") var outcome: String?

        func run() throws {
            let instance = try common.openForQueries()
            var filter = DeliveryFilter()
            if let authority {
                guard let id = AuthorityID(authority) else { throw ValidationError("no authority can be called that") }
                filter.authority = id
            }
            if let parent {
                guard let id = DeliveryID(parent) else { throw ValidationError("no delivery can be called that") }
                filter.parent = id
            }
            if let outcome {
                guard let status = DeliveryStatus(outcome) else { throw ValidationError("no delivery can stand so") }
                filter.status = status
            }
            try common.answeringFailures {
                let list = try instance.store.deliveries(filter).map { instance.deliveryJSON($0) }
                common.show(.array(list), list.isEmpty ? "no deliveries" : table(list))
            }
        }

        private func table(_ list: [JSON]) -> String {
            // Tables of one file stand below it as a rule; a column names the file where there are any.
            let hasTables = list.contains { $0["parent"]?.text != nil }
            let header =
                ["DELIVERY", "AUTHORITY", "DATASET", "PERIOD", "ROWS", "OUTCOME"] + (hasTables ? ["TABLE OF"] : [])
            let rows = list.map { delivery in
                let parent = delivery["parent"]?.text ?? "-"
                return [
                    delivery["id"]?.text ?? "", delivery["authority"]?.text ?? "", delivery["dataset"]?.text ?? "-",
                    delivery["period"]?.text ?? "-", delivery["rows"]?["read"]?.number.map { "\($0)" } ?? "-",
                    delivery["outcome"]?.text ?? "",
                ] + (hasTables ? [parent] : [])
            }
            return columns([header] + rows)
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One delivery with its findings.")
        @OptionGroup var common: CommonOptions
        @Argument var delivery: String

        func run() throws {
            let instance = try common.openForQueries()
            try common.answeringFailures {
                guard let id = DeliveryID(delivery), let found = try instance.store.delivery(id) else {
                    complain("no delivery is called so; see `sluice deliveries list`")
                    throw ExitCode(1)
                }
                let json = try instance.deliveryDetailJSON(found)
                let receipt = try instance.receiptText(found)
                let name = json["file"]?.text ?? "(no longer known)"
                if receipt == nil, let figures = json["toConfirm"]?.text {
                    common.show(
                        json,
                        "delivery \(id) of \(found.authority) waits to be confirmed (\(found.reason ?? ""))\n  \(figures)\n"
                            + "To take it in: sluice deliveries confirm \(id)")
                    return
                }
                common.show(json, receipt?.replacing("{file}", with: name) ?? json.prettyText)
            }
        }
    }

    struct Confirm: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a held delivery be taken in that replaces much, or is unlike what usually comes.",
            discussion: "`sluice deliveries show` has the figures. The agency can do the same from its folder.")
        @OptionGroup var common: CommonOptions
        @Argument var delivery: String

        func run() throws { try common.carryOut(.confirm(delivery: delivery)) }
    }

    struct Reject: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Reject a file that is held until somebody confirms it, at once.",
            discussion: "What stood before still stands. The agency gets a receipt with the reason.")
        @OptionGroup var common: CommonOptions
        @Argument var delivery: String
        @Option(help: "Why; goes on record and to the agency.") var reason: String

        func run() throws { try common.carryOut(.reject(delivery: delivery, reason: reason)) }
    }

    struct Reinstate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring a replaced delivery back; the one that replaced it no longer counts.",
            discussion: """
                Everything that the other delivery had replaced comes back with it. Records of replaced deliveries are \
                kept for `supersededDays` of sluice.yaml.
                """)
        @OptionGroup var common: CommonOptions
        @Argument var delivery: String
        @Option(help: "Why; goes on record and to the agency.") var reason: String?

        func run() throws { try common.carryOut(.reinstate(delivery: delivery, reason: reason)) }
    }

    struct Withdraw: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take an accepted delivery back: its records are removed, affected releases listed.")
        @OptionGroup var common: CommonOptions
        @Argument var delivery: String
        @Option(help: "Why; goes on record and to the agency.") var reason: String

        func run() throws { try common.carryOut(.withdraw(delivery: delivery, reason: reason)) }
    }
}
