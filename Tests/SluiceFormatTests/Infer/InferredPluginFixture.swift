import SluiceFormat
import SluiceIngest
import SluiceModel
import SluiceReaders
import SluiceSystem
import SluiceWire
import SluiceYAML
import Testing

/// Bytes in memory.
private final class MemoryInput: DeliveredBytes {
    let bytes: [UInt8]
    var count: Int { bytes.count }

    init(bytes: [UInt8]) { self.bytes = bytes }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        let count = min(buffer.count, bytes.count - offset)
        for index in 0..<count { unsafe buffer[index] = bytes[offset + index] }
        return count
    }
}

private struct CountingOutput: IngestOutput {
    var rowCount = 0

    mutating func recognised(datasetIndex: Int, _ assumptions: Assumptions) throws(IngestError) {}
    mutating func append(_ block: RecordBlock, links: LinkIdentifiers?) throws(IngestError) {
        rowCount += block.rowCount
    }
    mutating func progress(rows: Int, bytes: Int) throws(IngestError) {}
}

let inferenceDay = CivilDate(year: 2027, month: 6, day: 1)!

func profile(_ bytes: [UInt8]) throws -> Result<SampleProfile, ProfileRefusal> {
    let plan = ProfilePlan.plan(today: inferenceDay)
    #expect(plan.check() == [])
    let input = MemoryInput(bytes: bytes)
    let result = try Profiler(plan: plan).run(input: input)
    // What the worker would send arrives as it was.
    if case .success(let profile) = result {
        let sandbox = SandboxLevel(landlockABI: 4, hasNoNewPrivileges: true, hasResourceLimits: true)
        let sent = ProfileCodec.encode(.profile(profile), sandbox: sandbox)
        let (answer, level) = try ProfileCodec.decode(sent, plan: plan)
        #expect(answer == .profile(profile))
        #expect(level == sandbox)
    }
    return result
}

/// A plugin written from a file, on disk and compiled.
struct InferredFixture {
    let files: [(path: String, text: String)]
    let profile: SampleProfile
    let compiled: CompiledPlugin

    init(_ bytes: [UInt8], sourceName: String = "") throws {
        profile = try SluiceFormatTests.profile(bytes).get()
        let model = try shippedModel()
        let plan = ProfilePlan.plan(today: inferenceDay)
        files = try inferPlugin(id: "guessed", profile: profile, plan: plan, model: model).files
        let folder = try TemporaryFolder()
        for (path, text) in files { try folder.write("guessed/" + path, text) }
        let mistakes = Mistakes()
        let plugin = readPlugin(folder: folder.path + "/guessed", mistakes: mistakes)
        let result = plugin.flatMap {
            compile($0, model: model, options: PlanOptions(isHealth: false, today: inferenceDay), mistakes: mistakes)
        }
        #expect(mistakes.isEmpty, "\(sourceName)\n\(texts(mistakes))")
        compiled = try #require(result)
        let samples = readSamples(folder: folder.path + "/guessed", mistakes: mistakes)
        #expect(mistakes.isEmpty && samples.count == 2, "\(texts(mistakes))")
        for sample in samples {
            let report = try InferredFixture.report(try readSmallFile(sample.file), compiled.plan)
            #expect(sample.expected.differences(from: report) == [], "\(sourceName) \(sample.name)\n\(report.findings)")
        }
        withExtendedLifetime(folder) {}
    }

    func text(_ path: String) throws -> String { try #require(files.first { $0.path == path }).text }

    func report(_ bytes: [UInt8]) throws -> DecodeReport { try InferredFixture.report(bytes, compiled.plan) }

    func field(_ name: String) throws -> FieldPlan {
        try #require(compiled.plan.datasets[0].fields.first { $0.name == name })
    }

    static func report(_ bytes: [UInt8], _ plan: FormatPlan) throws -> DecodeReport {
        let input = MemoryInput(bytes: bytes)
        var output = CountingOutput()
        let ingest = Ingest(plan: plan)
        return try ingest.run(input: input, output: &output)
    }
}
