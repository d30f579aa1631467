import SluiceFormat
import SluiceInstance
import SluiceIntake
import SluiceModel
import SluiceSystem
import SluiceTestSupport
import SluiceYAML
import Testing

/// `sluice minimise` with the real worker: what it writes is taken by intake as the same records, and holds nothing of
/// the file it was made from.
@Suite struct MinimiseTests {
    private let day = CivilDate("2027-01-01")!

    private func read(_ path: String) throws -> String { String(decoding: try readSmallFile(path), as: UTF8.self) }

    @Test(arguments: ["education", "nhs-ed", "police", "probation", "yot"])
    func `every accepted sample becomes a file that intake takes as the same records`(id: String) throws {
        let folder = try TemporaryFolder()
        let (trial, plugin) = try Trial.open(plugin: id)
        let samples = readSamples(folder: plugin.folder, mistakes: Mistakes())
        let files = Dictionary(uniqueKeysWithValues: samples.map { ($0.name, $0.file) })
        var datasets: Set<String> = []
        for sample in try trial.test(plugin, today: day) {
            guard let report = sample.report, report.outcome.isAccepted else { continue }
            let output = folder.path + "/\(sample.name).csv"
            let source = try #require(files[sample.name])
            let made = try trial.minimise(
                OpenFile(readingPath: source), with: plugin, dataset: nil, to: output, today: day, progress: { _ in })
            #expect(made.report.rows == report.rows, "\(sample.name)")
            #expect(made.recordCount == report.rows.accepted, "\(sample.name)")

            let (again, _) = try trial.judge(
                OpenFile(readingPath: output), with: plugin, today: day, progress: { _ in })
            #expect(again.outcome == .accepted, "\(sample.name) \(again.findings)")
            #expect(again.assumptions?.dataset == report.assumptions?.dataset, "\(sample.name)")
            #expect(again.assumptions?.edition == MinimisedEdition.name, "\(sample.name)")
            #expect(again.rows == RowCounts(read: report.rows.accepted, accepted: report.rows.accepted, rejected: 0))
            #expect(again.period == report.period, "\(sample.name)")
            datasets.insert(report.assumptions?.dataset ?? "")
            expectNothing(of: try read(source), in: try read(output), model: trial.catalogue.model, sample.name)
        }
        #expect(datasets == Set(plugin.datasets.map(\.id)))
        let left = try Folder(path: folder.path).entries()
        #expect(left.allSatisfy { !$0.isTemporary })
    }

    /// No cell of the source stands in the output, but where an agency writes a code of the model, a month or a number.
    private func expectNothing(of source: String, in output: String, model: EventModel, _ name: String) {
        let cells = Set(output.split { $0 == "," || $0.isNewline }.map(String.init))
        let codes = Set(model.dimensions.flatMap { $0.nodes.map(\.code) })
        for line in source.split(whereSeparator: \.isNewline).dropFirst() {
            for cell in line.split(separator: ",") {
                let text = String(cell.filter { $0 != "\"" })
                guard text.utf8.count >= 3, !codes.contains(text), Int(text) == nil, CivilMonth(text) == nil else {
                    continue
                }
                #expect(!cells.contains(text), "\(name)")
                // Shorter ones are parts of codes: a place `pub` and the code `public`.
                if text.utf8.count >= 6 { #expect(!output.contains(text), "\(name)") }
            }
        }
    }

    @Test func `patients are dropped inside the agency, and refused outside`() throws {
        let folder = try TemporaryFolder()
        let (trial, plugin) = try Trial.open(plugin: "nhs-ed")
        let lines = try read(plugin.folder + "/samples/counts.csv").split(whereSeparator: \.isNewline)
        let path = folder.path + "/export.csv"
        let text =
            lines.enumerated().map { row, line in
                line
                    + (row == 0
                        ? ",NHS Number,Patient name,Notes" : ",9990000034,Canary Patient,seen with 999 000 0182")
            }.joined(separator: "\n") + "\n"
        try Folder(path: folder.path).writeAtomically("export.csv", Array(text.utf8))

        let (outside, _) = try trial.judge(OpenFile(readingPath: path), with: plugin, today: day, progress: { _ in })
        #expect(outside.outcome == .refused)
        let output = folder.path + "/out.csv"
        let made = try trial.minimise(
            OpenFile(readingPath: path), with: plugin, dataset: nil, to: output, today: day, progress: { _ in })
        #expect(made.recordCount == lines.count - 1)
        let written = try read(output)
        for canary in ["999000", "Canary", "Patient", "seen"] { #expect(!written.contains(canary)) }
    }

    @Test func `a commissioning data set is refused outside the trust and read inside`() throws {
        let folder = try TemporaryFolder()
        let (trial, plugin) = try Trial.open(plugin: "nhs-ed")
        let path = plugin.folder + "/samples/istv-cds-011.xml"
        let (outside, _) = try trial.judge(OpenFile(readingPath: path), with: plugin, today: day, progress: { _ in })
        #expect(outside.outcome == .refused)
        #expect(outside.rows == RowCounts())
        #expect(outside.findings.map(\.code) == [.datasetNotAccepted])

        // Of five attendances one is no assault.
        let output = folder.path + "/out.csv"
        let made = try trial.minimise(
            OpenFile(readingPath: path), with: plugin, dataset: nil, to: output, today: day, progress: { _ in })
        #expect(made.recordCount == 4)
        let written = try read(output)
        for canary in ["999000", "ZZ99", "RZ999", "MADEUP", "2025-04-0", "52684005"] {
            #expect(!written.contains(canary))
        }
        let (again, _) = try trial.judge(OpenFile(readingPath: output), with: plugin, today: day, progress: { _ in })
        #expect(again.outcome == .accepted)
        #expect(again.assumptions?.dataset == "istv")
        #expect(again.assumptions?.edition == MinimisedEdition.name)
    }

    @Test func `a file that is not accepted leaves nothing behind`() throws {
        let folder = try TemporaryFolder()
        let (trial, plugin) = try Trial.open(plugin: "police")
        try Folder(path: folder.path).writeAtomically("in.csv", Array("no,such,table\n1,2,3\n".utf8))
        let made = try trial.minimise(
            OpenFile(readingPath: folder.path + "/in.csv"), with: plugin, dataset: nil, to: folder.path + "/out.csv",
            today: day, progress: { _ in })
        #expect(made.recordCount == nil && !made.report.outcome.isAccepted)
        let left = try Folder(path: folder.path).entries()
        #expect(left == ["in.csv"])
    }
}
