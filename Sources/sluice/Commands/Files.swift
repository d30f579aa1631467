import ArgumentParser
import SluiceInstance
import SluiceIntake
import SluiceModel
import SluiceSystem

struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Judge a file as Sluice would, before it is dropped. Needs no instance; keeps nothing.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The file, as it would be dropped.") var file: String
    @Option(help: "A shipped plugin's name, or a plugin's folder.") var plugin: String

    func run() throws {
        let outcome: Outcome = try common.answeringFailures {
            let (trial, plugin) = try Trial.open(plugin: plugin)
            let input = try OpenFile(readingPath: file)
            guard try input.status().kind == .regular else {
                throw NotAFile(path: file)
            }
            let progress = Progress()
            let (report, _) = try trial.judge(input, with: plugin, today: SystemClock().now().date) { rows in
                progress.show(rows: rows)
            }
            progress.clear()
            common.show(report.validationJSON(notChecked: Trial.notChecked), text(report))
            return report.outcome
        }
        if !outcome.isAccepted { throw ExitCode(ExitStatusCode.no.rawValue) }
    }

    private func text(_ report: DecodeReport) -> String {
        var lines = ["\(report.outcome.rawValue)" + (report.assumptions.map { ": \($0.dataset)" } ?? "")]
        if let edition = report.assumptions?.edition, !edition.isEmpty { lines[0] += ", edition \(edition)" }
        lines.append("\(report.rows.read) rows read, \(report.rows.accepted) good, \(report.rows.rejected) bad")
        if let period = report.period { lines.append("covers \(period)") }
        lines += report.findings.map(\.line)
        if let assumed = report.assumptions {
            lines.append(
                "assumed: encoding \(assumed.encoding), delimiter \(assumed.delimiter), header in row "
                    + "\(assumed.headerRowNumber)")
        }
        lines.append("not checked here: " + Trial.notChecked.joined(separator: ", "))
        return lines.joined(separator: "\n")
    }
}

struct Ingest: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take one file through the whole intake, as if an authority had dropped it. The file stays.")
    @OptionGroup var common: CommonOptions
    @Argument var file: String
    @Option(help: "Whose file it is.") var authority: String

    func run() throws {
        let input: OpenFile = try common.answeringFailures { try OpenFile(readingPath: file) }
        guard let last = file.split(separator: "/").last, let name = FileName(string: String(last)) else {
            throw ValidationError("the file needs a name")
        }
        try common.carryOut(.ingest(authority: authority, nameHex: name.hexadecimalText), attaching: input)
    }
}

/// What was named is no regular file.
struct NotAFile: Error, CustomStringConvertible {
    var path: String
    var description: String { "\(path): not a regular file; name the file itself" }
}
