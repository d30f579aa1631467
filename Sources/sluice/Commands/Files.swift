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
            let reports = try trial.judgeTables(input, with: plugin, today: SystemClock().now().date) { rows in
                progress.show(rows: rows)
            }
            progress.clear()
            common.show(reports.validationJSON(notChecked: Trial.notChecked), reports.validationText)
            return reports.outcome
        }
        if !outcome.isAccepted { throw ExitCode(ExitStatusCode.no.rawValue) }
    }
}

extension [Trial.TableReport] {
    /// The answer of `validate` for people.
    var validationText: String {
        var lines: [String] = []
        if count > 1 { lines.append("\(outcome.rawValue): \(count) tables") }
        for one in self {
            if let table = one.table { lines += ["", "table \(table.title)"] }
            lines += one.report.validationLines
        }
        lines.append("not checked here: " + Trial.notChecked.joined(separator: ", "))
        return lines.joined(separator: "\n")
    }
}

extension DecodeReport {
    /// The answer of `minimise` for people.
    var validationText: String {
        (validationLines + ["not checked here: " + Trial.notChecked.joined(separator: ", ")]).joined(separator: "\n")
    }

    fileprivate var validationLines: [String] {
        var lines = ["\(outcome.rawValue)" + (assumptions.map { ": \($0.dataset)" } ?? "")]
        if let edition = assumptions?.edition, !edition.isEmpty { lines[0] += ", edition \(edition)" }
        lines.append("\(rows.read) rows read, \(rows.accepted) good, \(rows.rejected) bad")
        if let period = period { lines.append("covers \(period)") }
        lines += findings.map { $0.line(rowsRead: rows.read) }
        if let assumed = assumptions {
            lines.append("assumed: " + assumed.text)
        }
        return lines
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
