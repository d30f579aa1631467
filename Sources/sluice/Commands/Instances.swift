import ArgumentParser
import SluiceInstance
import SluiceIntake
import SluiceModel
import SluiceSettings
import SluiceSystem
import SluiceYAML

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a complete, commented instance below one folder.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "A folder that is empty or does not exist yet.") var folder: String

    func run() throws {
        try common.answeringFailures {
            let path = try InstanceTemplate.write(to: folder)
            common.show(
                .members(["config": .string(path)]),
                """
                wrote \(path)
                next:  sluice check --config \(path)
                       sluiced --config \(path)
                """)
        }
    }
}

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Report every mistake in an instance's settings.")
    @OptionGroup var common: CommonOptions

    func run() throws {
        let mistakes = Mistakes()
        let read = InstanceSettings.read(common.config, mistakes: mistakes)
        let settings = read?.settings
        settings?.checkAccess(mistakes: mistakes)
        for (_, broken) in (settings?.brokenReleases ?? [:]).sorted(by: { $0.key < $1.key }) {
            for mistake in broken { mistakes.add(mistake) }
        }
        if common.json {
            write(
                JSON.members([
                    "mistakes": .array(mistakes.all.map(\.json)), "notes": .strings(settings.map { notes($0) } ?? []),
                ]).prettyText)
        } else if mistakes.isEmpty, let settings, let catalogue = read?.catalogue {
            write(
                "no mistakes: \(settings.authorities.count) authorities, \(catalogue.plugins.count) plugins, "
                    + "\(settings.releases.count) releases, \(settings.reviewItems.count) review items\n")
            for note in notes(settings) { write("note: \(note)\n") }
        } else {
            for mistake in mistakes.all { write("\(mistake)\n", to: 2) }
            let count = mistakes.all.count
            write(count == 1 ? "1 mistake\n" : "\(count) mistakes\n", to: 2)
        }
        if !mistakes.isEmpty || read == nil { throw ExitCode(ExitStatusCode.settings.rawValue) }
    }

    /// What is no mistake and worth a look.
    private func notes(_ settings: Settings) -> [String] {
        DisclosureRule.neverDecisive(settings.disclosureRules).map { rule, other in
            "the disclosure rule `\(rule.id)` never decides alone: whenever it strikes, `\(other.id)` does, which is as strict"
        }
    }
}

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "State at a glance.")
    @OptionGroup var common: CommonOptions

    func run() throws {
        let instance = try common.openForQueries()
        try common.answeringFailures {
            let status = try instance.statusJSON(isDaemonRunning: instance.isDaemonRunning)
            common.show(status, text(status))
        }
    }

    private func text(_ status: JSON) -> String {
        var lines = [
            "Sluice \(status["version"]?.text ?? ""), instance \(status["instance"]?.text ?? ""), "
                + "daemon \(status["daemon"]?.text ?? "")",
            "", "Sources",
        ]
        let sources = (status["sources"]?.items ?? []).map { source in
            [
                "  " + (source["authority"]?.text ?? ""), source["mode"]?.text ?? "",
                "\(source["waiting"]?.number ?? 0) waiting"
                    + (source["oldestWaitingSeconds"]?.number.map { ", oldest \($0) s" } ?? ""),
            ]
        }
        lines.append(columns(sources))
        if let held = status["held"]?.number, held > 0 { lines.append("  \(held) held for a person") }
        for held in status["toConfirm"]?.items ?? [] {
            lines.append(
                "  delivery \(held["delivery"]?.text ?? "") of \(held["authority"]?.text ?? "") waits to be confirmed: "
                    + (held["figures"]?.text ?? ""))
        }
        for plugin in status["plugins"]?.items ?? [] where plugin["state"]?.text == "unusable" {
            lines.append("  plugin \(plugin["id"]?.text ?? "") cannot be used; see `sluice check`")
        }
        lines.append("Worker   \(status["worker"]?["sandbox"]?.text ?? "has not run yet")")
        lines.append(
            "Store    \(status["store"]?["deliveries"]?.number ?? 0) deliveries, ledger of "
                + "\(status["store"]?["ledger"]?.number ?? 0) rows")
        if let release = status["lastRelease"]?["path"]?.text { lines.append("Release  \(release)") }
        for stale in status["staleReleases"]?.items ?? [] {
            lines.append(
                "         \(stale["release"]?.text ?? "")/\(stale["version"]?.text ?? "") is stale: "
                    + (stale["reason"]?.text ?? ""))
        }
        for broken in status["brokenReleases"]?.items ?? [] {
            lines.append("         the spec \(broken["release"]?.text ?? "") has mistakes; see `sluice check`")
        }
        lines.append(
            "Reviews  \(status["reviews"]?["due"]?.number ?? 0) due, \(status["reviews"]?["overdue"]?.number ?? 0) overdue"
        )
        return lines.joined(separator: "\n")
    }
}
