import SluiceFormat
package import SluiceIngest
package import SluiceModel
package import SluiceReaders
package import SluiceSystem
import SluiceYAML

/// The repository's folder.
package let repositoryFolder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

/// A shipped plugin as its own test compiles it, with the bytes of its samples.
package struct ShippedPlugin {
    package struct Sample {
        package var name: String
        package var bytes: [UInt8]
    }

    package var plan: FormatPlan
    /// In the order of their names.
    package var samples: [Sample]

    package static let names = ["education", "nhs-ed", "police", "probation", "yot"]

    /// - Parameter today: the day of judgement, the same as the samples' receipts are written for.
    package init(_ name: String, today: CivilDate = CivilDate("2027-01-01")!) throws {
        let mistakes = Mistakes()
        let folder = repositoryFolder + "/plugins/" + name
        guard let model = readModel(folder: repositoryFolder + "/config/model", mistakes: mistakes),
            let plugin = readPlugin(folder: folder, mistakes: mistakes),
            let columns = readPatientColumns(
                file: repositoryFolder + "/config/disclosure/patient-columns.csv", mistakes: mistakes),
            let compiled = compile(
                plugin, model: model,
                options: PlanOptions(isHealth: plugin.isHealth, today: today, patientColumns: columns),
                mistakes: mistakes)
        else { throw PluginFault(text: mistakes.all.map(\.description).joined(separator: "\n")) }
        plan = compiled.plan
        samples = try readSamples(folder: folder, mistakes: mistakes).map { sample in
            Sample(name: sample.name, bytes: try readSmallFile(sample.file))
        }
    }
}

package struct PluginFault: Error, CustomStringConvertible {
    var text: String
    package var description: String { text }
}

/// A delivered file in memory, which gives at most so many bytes at a time.
package final class MemoryDelivery: DeliveredBytes {
    private let bytes: [UInt8]
    private let step: Int

    package init(_ bytes: [UInt8], step: Int = .max) {
        self.bytes = bytes
        self.step = step
    }

    package var count: Int { bytes.count }

    package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        guard offset >= 0, offset < bytes.count else { return 0 }
        let length = min(buffer.count, bytes.count - offset, step)
        unsafe buffer.copyBytes(from: bytes[offset..<offset + length])
        return length
    }
}

/// What became of a delivery: the report and all of its records as one block.
package struct ReadDelivery: Equatable {
    package var report: DecodeReport
    /// The rows of all blocks in order; nil where there was none.
    package var records: RecordBlock?
    /// The identifiers to link by, as `LinkIdentifiers.bytes`.
    package var links: [UInt8]

    /// Reads a delivery as the worker does, in this process.
    ///
    /// - Parameter readBytes: what a chunk of text takes up, about; nil for what the worker takes.
    package init(
        _ bytes: [UInt8], plan: FormatPlan, team: ThreadTeam = ThreadTeam(count: 1), readBytes: Int? = nil,
        step: Int = .max
    ) throws(IngestError) {
        var output = RecordsOutput()
        let ingest = readBytes.map { Ingest(plan: plan, team: team, readBytes: $0) } ?? Ingest(plan: plan, team: team)
        report = try ingest.run(input: MemoryDelivery(bytes, step: step), output: &output)
        records = output.records
        links = output.links
    }
}

private struct RecordsOutput: IngestOutput {
    var records: RecordBlock?
    var links: [UInt8] = []

    mutating func recognised(datasetIndex: Int, _ assumptions: Assumptions) throws(IngestError) {}

    mutating func append(_ block: RecordBlock, links: LinkIdentifiers?) throws(IngestError) {
        self.links += links?.bytes ?? []
        guard records != nil else { return records = block }
        records!.rowCount += block.rowCount
        records!.counts += block.counts
        for index in block.columns.indices { records!.columns[index].bytes += block.columns[index].bytes }
    }

    mutating func progress(rows: Int, bytes: Int) throws(IngestError) {}
}
