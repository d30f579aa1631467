import ArgumentParser
import SluiceInstance
import SluiceIntake
import SluiceModel
import SluiceSystem

struct Minimise: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make of an identifying export what may be sent: run inside the agency. Needs no instance.",
        discussion: """
            The same confined worker as intake's reads the file. The new file holds the codes that a partnership keeps, \
            and nothing else; it is there only once intake's reading of it has given the very same records.
            """)
    @OptionGroup var common: CommonOptions
    @Argument(help: "The export.") var file: String
    @Option(help: "A shipped plugin's name, or a plugin's folder.") var plugin: String
    @Option(help: "Only this dataset of the plugin.") var dataset: String?
    @Option(name: [.short, .long], help: "The file to write.") var output: String

    func run() throws {
        let outcome: Outcome = try common.answeringFailures {
            let (trial, plugin) = try Trial.open(plugin: plugin)
            let input = try OpenFile(readingPath: file)
            guard try input.status().kind == .regular else { throw NotAFile(path: file) }
            let progress = Progress()
            let made = try trial.minimise(
                input, with: plugin, dataset: dataset, to: output, today: SystemClock().now().date
            ) { rows in progress.show(rows: rows) }
            progress.clear()
            let written = made.recordCount.map { "wrote \(output): \($0) records, read back and found the same" }
            common.show(
                made.report.validationJSON(notChecked: Trial.notChecked)
                    .setting("output", .optional(made.recordCount == nil ? nil : output))
                    .setting("records", .optional(made.recordCount)),
                made.report.validationText + "\n" + (written ?? "nothing was written"))
            return made.report.outcome
        }
        if !outcome.isAccepted { throw ExitCode(ExitStatusCode.no.rawValue) }
    }
}
