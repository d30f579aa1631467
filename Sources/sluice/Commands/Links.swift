import ArgumentParser
import SluiceInstance
import SluiceModel

struct Links: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "By what records are told to be of the same person, and what is counted from it.",
        subcommands: [List.self, Rotate.self, Count.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Recipes, whom they link, and when overlaps were last counted.")
        @OptionGroup var common: CommonOptions

        func run() throws {
            let instance = try common.openForQueries()
            let links = try common.answeringFailures { try instance.links() }
            var lines: [String] = []
            for link in links {
                lines.append("\(link.recipe.id)  \(link.recipe.title), for \(link.recipe.purpose)")
                lines.append(
                    "  links    "
                        + (link.authorities.isEmpty ? "nobody" : link.authorities.map(\.text).joined(separator: ", ")))
                if let since = link.keySince { lines.append("  key      since \(since)") }
                for overlap in link.recipe.overlaps {
                    let counts = link.overlaps.first { $0.id == overlap.id }
                    lines.append(
                        "  overlap  \(overlap.id): "
                            + (counts.map {
                                "counted \($0.countedAt); \($0.first.percent) % and \($0.second.percent) % of records linked"
                            } ?? "never counted"))
                }
            }
            if links.contains(where: { !$0.recipe.overlaps.isEmpty }) { lines += ["", CohortOverlap.caveat] }
            common.show(.array(links.map(\.json)), lines.isEmpty ? "no link recipes" : lines.joined(separator: "\n"))
        }
    }

    struct Rotate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a recipe another key: earlier tokens never meet later ones.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The recipe.") var recipe: String
        @Option(help: "Why; it stays on record. Name no person.") var reason: String

        func run() throws { try common.carryOut(.rotateLink(recipe, reason: reason)) }
    }

    struct Count: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Count every overlap now; the daemon does so once a day.")
        @OptionGroup var common: CommonOptions

        func run() throws { try common.carryOut(.countOverlaps) }
    }
}
