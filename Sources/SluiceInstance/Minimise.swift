import Crypto
package import SluiceFormat
import SluiceIntake
package import SluiceModel
import SluiceSettings
package import SluiceSystem
import SluiceYAML

/// What `sluice minimise` does, inside the agency that holds a file: makes of an identifying export the codes that the
/// partnership keeps, and nothing else.
///
/// The worker reads the file several times, confined: to judge it, to write its records, and, as intake will and by its
/// rules, to read what was written. The new file takes its name only when intake's records are the same, one by one.
extension Trial {
    package struct Minimised: Sendable {
        /// What the worker found in the file, judged on the agency's side.
        package var report: DecodeReport
        /// Records in the new file; nil when none was written, because the file was not accepted.
        package var recordCount: Int?
    }

    /// - Parameters:
    ///   - dataset: only this dataset of the plugin; nil for the one the header fits.
    ///   - output: the new file's path; one of that name is replaced.
    /// - Throws: `MinimiseRefusal` when the file cannot be minimised or the proof failed; nothing is written then.
    package func minimise(
        _ file: borrowing OpenFile, with plugin: Plugin, dataset: String?, to output: String, today: CivilDate,
        progress: (_ rows: Int) -> Void
    ) throws -> Minimised {
        var inside = try insidePlan(plugin, dataset: dataset, today: today)
        var rereading = Rereading(inside.plan)
        var last: DecodeReport
        repeat {
            last = try run(file, rereading.plan, onBlock: { _ in }, progress: progress)
        } while rereading.isNeeded(after: last) { _ in PeriodContext(today: today) }
        inside.plan = rereading.plan
        let report = rereading.conclude(last)
        guard report.tables.isEmpty else {
            throw MinimiseRefusal(
                reason:
                    "the file holds \(report.tables.count) tables; minimise them one at a time, each from a file of "
                    + "its own")
        }
        guard report.outcome.isAccepted, let index = report.datasetIndex else {
            return Minimised(report: report, recordCount: nil)
        }
        let id = inside.plan.datasets[index].id
        guard
            let edition = inside.plan.datasets.first(where: { $0.id == id && $0.edition == MinimisedEdition.name })
        else { throw MinimiseRefusal(reason: "the dataset `\(id)` has no minimised edition") }

        let (above, name) = try Self.place(output)
        let folder = try Folder(path: above)
        if let status = try folder.status(name), status.kind != .regular {
            throw MinimiseRefusal(reason: "\(output) is there already and no regular file")
        }
        // Beside it, so that the last step is a rename.
        guard let temporary = FileName(Array(Folder.temporaryPrefix.utf8) + Array("minimised-\(ownProcessID())".utf8))
        else {
            preconditionFailure("a name without a slash")
        }
        do {
            var writer = MinimisedWriter(
                edition: edition, dimensions: inside.dictionaryDimensions, period: report.period,
                file: try folder.createFile(temporary, mode: 0o600, what: "the new file"))
            try writer.begin()
            var written = RecordDigest(plan: inside.plan)
            let again = try run(
                file, inside.plan,
                onBlock: { block in
                    written.add(block)
                    try writer.add(block)
                }, progress: progress)
            try writer.finish()
            guard again == last else { throw MinimiseRefusal(reason: "the file changed while it was read") }

            guard
                let intake = catalogue.plan(
                    trying: plugin, rules: rules, today: today, datasets: dataset.map { [$0] } ?? [])
            else { throw MinimiseRefusal(reason: "the plugin cannot be used; see `sluice plugin test`") }
            var read = RecordDigest(plan: intake.plan)
            let result = try folder.openForReading(temporary, what: "the new file")
            let proof = try run(
                result, intake.plan, onBlock: { read.add($0) }, progress: progress)
            try Self.compare(
                proof, dataset: proof.datasetIndex.map { intake.plan.datasets[$0] }, expecting: report, id: id,
                written: written, read: read)
            try folder.rename(temporary, as: name, replace: true, what: "the new file")
            try folder.sync()
            return Minimised(report: report, recordCount: written.recordCount)
        } catch {
            _ = try? folder.remove(temporary)
            throw error
        }
    }

    private func insidePlan(_ plugin: Plugin, dataset: String?, today: CivilDate) throws -> CompiledPlugin {
        let mistakes = Mistakes()
        var options = PlanOptions(
            isHealth: plugin.isHealth, today: today, patientColumns: catalogue.patientColumns,
            datasets: dataset.map { [$0] } ?? [], isAgencySide: true)
        options.zone = zoneOfEngland
        guard let compiled = compile(plugin, model: catalogue.model, options: options, mistakes: mistakes) else {
            throw InstanceError.settings(mistakes.all)
        }
        return compiled
    }

    private func run(
        _ file: borrowing OpenFile, _ plan: FormatPlan, onBlock: (RecordBlock) throws -> Void,
        progress: (_ rows: Int) -> Void
    ) throws -> DecodeReport {
        let job = WorkerJob(
            executable: try Installation.worker(), input: file.descriptor, plan: plan, timeLimitSeconds: 3600,
            memoryLimitBytes: 512 << 20, allowDegraded: false)
        let result = try job.run(
            onBlock: { block, _ in try onBlock(block) }, onProgress: { rows, _ in progress(rows) })
        switch result {
        case .report(let report, _): return report
        case .died(let death): throw TrialFailure(reason: death.reason)
        }
    }

    /// The proof: intake takes the new file, and its records are those that were written.
    private static func compare(
        _ proof: DecodeReport, dataset: DatasetPlan?, expecting report: DecodeReport, id: String,
        written: RecordDigest, read: RecordDigest
    ) throws {
        func require(_ condition: Bool, _ reason: String) throws {
            if !condition { throw MinimiseRefusal(reason: "the proof failed: " + reason) }
        }
        if written.recordCount > 0 {
            try require(proof.outcome == .accepted, "intake would not accept the new file (\(proof.outcome.rawValue))")
        }
        try require(
            dataset?.id == id && dataset?.edition == MinimisedEdition.name, "intake takes it for another dataset")
        try require(
            read.recordCount == written.recordCount,
            "intake reads \(read.recordCount) records of \(written.recordCount)")
        try require(proof.rows.rejected == 0, "intake rejects \(proof.rows.rejected) rows")
        try require(proof.period == report.period, "intake reads another period")
        try require(read == written, "intake reads other records")
    }

    /// The folder of the new file, as a path, and its name there.
    private static func place(_ path: String) throws -> (folder: String, name: FileName) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        guard let last = parts.last, !path.hasSuffix("/"), let name = FileName(string: last) else {
            throw MinimiseRefusal(reason: "the new file needs a name")
        }
        let above = (path.hasPrefix("/") ? "/" : "") + parts.dropLast().joined(separator: "/")
        return (above.isEmpty ? "." : above, name)
    }
}

/// A file cannot be minimised. Nothing was written.
package struct MinimiseRefusal: Error, CustomStringConvertible {
    package var reason: String
    package var description: String { "nothing was written: \(reason)" }
}

/// A digest over records in their order: of each the code of every dimension of the model, and its count.
private struct RecordDigest: Equatable {
    private let dimensionCount: Int
    private(set) var recordCount = 0
    private var hash = SHA256()

    init(plan: FormatPlan) { dimensionCount = plan.dimensions.count }

    mutating func add(_ block: RecordBlock) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(block.rowCount * 4 * (dimensionCount + 1))
        for row in 0..<block.rowCount {
            var codes = [UInt32](repeating: 0, count: dimensionCount + 1)
            for column in block.columns { codes[column.dimension] = column.code(row) }
            codes[dimensionCount] = block.count(row) ?? 0
            for code in codes {
                for shift in stride(from: UInt32(0), to: 32, by: 8) {
                    bytes.append(UInt8(truncatingIfNeeded: code >> shift))
                }
            }
        }
        recordCount += block.rowCount
        hash.update(data: bytes)
    }

    static func == (a: RecordDigest, b: RecordDigest) -> Bool {
        a.recordCount == b.recordCount && a.hash.finalize() == b.hash.finalize()
    }
}

/// Writes records as the rows of a minimised edition.
private struct MinimisedWriter: ~Copyable {
    private let edition: DatasetPlan
    private let dimensions: [(id: String, codes: [String])]
    private let period: Period?
    private let file: OpenFile
    private var buffer: [UInt8] = []
    private static let bufferBytes = 1 << 20

    init(
        edition: DatasetPlan, dimensions: [(id: String, codes: [String])], period: Period?, file: consuming OpenFile
    ) {
        self.edition = edition
        self.dimensions = dimensions
        self.period = period
        self.file = file
    }

    mutating func begin() throws { try append(edition.fields.map(\.name)) }

    mutating func add(_ block: RecordBlock) throws {
        for row in 0..<block.rowCount {
            var cells: [String] = []
            for output in edition.output.columns {
                let code = block.columns.first { $0.dimension == output.dimension }?.code(row) ?? 0
                cells.append(text(Int(code), of: output.dimension))
            }
            if case .counts = edition.output.kind {
                let count = block.count(row) ?? RecordBlock.countHidden
                cells.append(count == RecordBlock.countHidden ? "" : String(count))
            }
            if edition.period != .none {
                cells.append(period.map { "\($0.first)" } ?? "")
                cells.append(period.map { "\($0.last)" } ?? "")
            }
            if cells.allSatisfy(\.isEmpty) { cells[0] = MinimisedEdition.notKnown }
            try append(cells)
        }
    }

    mutating func finish() throws {
        try flush()
        try file.sync()
    }

    /// Empty for not known.
    private func text(_ code: Int, of dimension: Int) -> String {
        if code == 0 { return "" }
        let codes = dimensions[dimension].codes
        // Months have no list.
        return codes.isEmpty ? CivilMonth(index: code).map { "\($0)" } ?? "" : codes[code]
    }

    private mutating func append(_ cells: [String]) throws {
        for (index, cell) in cells.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            // Codes need no quotes and begin no formula: the edition is not there where one would. A hostile worker
            // cannot bring another text in here either, since its codes are checked numbers.
            guard let first = cell.utf8.first else { continue }
            precondition(!"=+-@\t\r".utf8.contains(first), "a code that begins a formula")
            buffer += cell.utf8
        }
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    private mutating func flush() throws {
        try file.writeAll(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}
