package import SluiceFormat
import SluiceIntake
package import SluiceModel
package import SluiceSystem
import SluiceYAML

/// What a plugin's author does: try its samples with the real worker, begin a new one.
extension Trial {
    /// How one sample fared.
    package struct SampleResult: Sendable {
        package var name: String
        /// Empty when the worker found exactly what the receipt beside the sample says.
        package var differences: [String]
        package var report: DecodeReport?

        /// The disclosure rules it met, by name.
        package var rulesMet: [String] {
            Set((report?.findings ?? []).map(\.rule).filter { $0.hasPrefix("gate.") }).sorted()
        }
    }

    /// Runs every sample of a plugin through the real worker.
    ///
    /// - Throws: `InstanceError.settings` when a receipt cannot be read.
    package func test(_ plugin: SluiceFormat.Plugin, today: CivilDate) throws -> [SampleResult] {
        let mistakes = Mistakes()
        let samples = readSamples(folder: plugin.folder, mistakes: mistakes)
        guard mistakes.isEmpty else { throw InstanceError.settings(mistakes.all) }
        return try samples.map { sample in
            let file = try OpenFile(readingPath: sample.file)
            do {
                let (report, _) = try judge(file, with: plugin, today: today, progress: { _ in })
                guard report.tables.isEmpty else {
                    return SampleResult(
                        name: sample.name, differences: ["it holds several tables; a sample is one table"])
                }
                return SampleResult(
                    name: sample.name, differences: sample.expected.differences(from: report), report: report)
            } catch let failure as TrialFailure {
                return SampleResult(name: sample.name, differences: ["\(failure)"])
            }
        }
    }

    /// Writes what the worker found into the receipts beside the samples, to be read and committed by a person.
    package func rewriteReceipts(of plugin: SluiceFormat.Plugin, _ results: [SampleResult]) throws {
        let samples = try Folder(path: plugin.folder + "/samples")
        for result in results {
            guard let report = result.report else { continue }
            try samples.writeAtomically(
                FileName(own: result.name + ".receipt.json"), Array(report.sampleReceipt.utf8), mode: 0o644)
        }
    }

    /// Writes the skeleton of a new plugin into `folder/id`.
    ///
    /// - Returns: the new folder.
    package static func writeNewPlugin(_ id: String, in folder: String) throws -> String {
        try write(newPluginFiles(id: id), of: id, in: folder)
    }

    /// A plugin that was written from a sample file.
    package struct Inferred: Sendable {
        /// The new folder.
        package var path: String
        package var plugin: InferredPlugin
        /// How its own samples fared.
        package var samples: [SampleResult]
    }

    /// Writes a plugin for files like `sample` into `folder/id`, and tries it.
    ///
    /// The worker reads the sample, confined; this process sees its headings, its numbers and the few values that
    /// `ColumnProfile.mayListValues` lets through.
    ///
    /// - Throws: `SampleRefusal` when no plugin can be written for the file; `TrialFailure` when the worker died.
    package static func writeNewPlugin(
        _ id: String, in folder: String, from sample: borrowing OpenFile, event: String?, today: CivilDate
    ) throws -> Inferred {
        if (try? Folder(path: folder + "/" + id)) != nil { throw PluginExists(path: folder + "/" + id) }
        let questions = ProfilePlan.plan(today: today)
        let job = ProfileJob(
            executable: try Installation.worker(), input: sample.descriptor, plan: questions, timeLimitSeconds: 600,
            memoryLimitBytes: 512 << 20)
        let profile: SampleProfile
        switch try job.run() {
        case .profile(let made): profile = made
        case .refused(let refusal): throw SampleRefusal(reason: "\(refusal)")
        case .died(let death): throw TrialFailure(reason: death.reason)
        }
        let model = try Trial.shipped().catalogue.model
        let plugin: InferredPlugin
        do throws(InferenceError) {
            plugin = try inferPlugin(id: id, profile: profile, plan: questions, model: model, event: event)
        } catch {
            throw SampleRefusal(reason: "\(error)")
        }
        let path = try write(plugin.files, of: id, in: folder)
        let (trial, written) = try Trial.open(plugin: path)
        return Inferred(path: path, plugin: plugin, samples: try trial.test(written, today: today))
    }

    private static func write(_ files: [(path: String, text: String)], of id: String, in folder: String) throws
        -> String
    {
        let path = folder + "/" + id
        if (try? Folder(path: path)) != nil { throw PluginExists(path: path) }
        for (file, text) in files {
            let parts = file.split(separator: "/")
            let parent = ([path] + parts.dropLast().map(String.init)).joined(separator: "/")
            let target = try Folder.createIfMissing(path: parent)
            try target.writeAtomically(FileName(own: String(parts[parts.count - 1])), Array(text.utf8), mode: 0o644)
        }
        return path
    }
}

package struct PluginExists: Error, CustomStringConvertible {
    var path: String
    package var description: String { "\(path): is there already; choose another name or folder" }
}

/// No plugin can be written for a sample file.
package struct SampleRefusal: Error, CustomStringConvertible {
    package var reason: String
    package var description: String { "no plugin can be written for this file: \(reason)" }
}

extension DecodeReport {
    /// A sample's receipt: what a person compares, one finding a line.
    fileprivate var sampleReceipt: String {
        let lines = findings.map { finding in
            JSON.members([
                "column": .optional(finding.column), "rule": .string(finding.rule),
                "code": .string(finding.code.rawValue), "severity": .string(finding.severity.text),
                "count": .int(finding.count), "rows": .array(finding.rows.map { .int($0) }),
            ]).lineText
        }
        let head = JSON.members([
            "outcome": .string(outcome.rawValue), "dataset": .optional(assumptions?.dataset),
            "edition": .optional(assumptions?.edition),
        ]).lineText.dropLast()
        let list = lines.isEmpty ? "" : "\n  " + lines.joined(separator: ",\n  ")
        return "\(head),\n \"rows\": \(rows.json.lineText),\n \"findings\": [\(list)]}\n"
    }
}
