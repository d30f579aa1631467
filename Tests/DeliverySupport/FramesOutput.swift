package import SluiceIngest
package import SluiceModel
package import SluiceWire

/// Writes what comes of a delivery as the worker's frames.
package struct FramesOutput: IngestOutput {
    package var frames = FrameWriter()
    /// The first frame that could not be made.
    package private(set) var fault: WireError?
    package private(set) var recordCount = 0

    /// Begins with the worker's greeting.
    package init(plan: FormatPlan, sandbox: SandboxLevel) {
        frames.hello(sandbox)
        frames.plan = plan
    }

    package mutating func recognised(datasetIndex: Int, _ assumptions: Assumptions) throws(IngestError) {
        attempt { frames throws(WireError) in try frames.recognised(datasetIndex: datasetIndex, assumptions) }
    }

    package mutating func append(_ block: RecordBlock, links: LinkIdentifiers?) throws(IngestError) {
        recordCount += block.rowCount
        attempt { frames throws(WireError) in try frames.block(block, links: links) }
    }

    package mutating func progress(rows: Int, bytes: Int) throws(IngestError) {
        frames.progress(rows: rows, bytes: bytes)
    }

    private mutating func attempt(_ work: (inout FrameWriter) throws(WireError) -> Void) {
        do throws(WireError) { try work(&frames) } catch { fault = fault ?? error }
    }
}
