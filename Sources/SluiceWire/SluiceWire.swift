// What passes between the daemon and one worker, as bytes.
//
//   PlanCodec    daemon → worker: the plan of one delivery
//   FrameWriter  worker → daemon: frames, made by the worker
//   ReportCodec  what a report says beside rows and findings, both sides
//   WireReader   the same frames read by the daemon, which trusts none of them
//   WireMessage  what one frame says
//   WireError    why bytes were refused
//
// A frame is the length of its payload (4 bytes, little-endian), its type (1 byte) and the payload. The order is
// hello, (recognised | progress | block)*, then report or failure, then the end.

/// Bounds and names that both ends of the pipe share.
package enum Wire {
    /// Stated by the worker's first frame. Changes with any change of a frame or of the plan's encoding.
    package static let protocolVersion: UInt8 = 4
    /// Largest payload of one frame.
    package static let frameLimitBytes = 8 << 20
    package static let frameHeaderBytes = 5
    /// Largest encoded plan.
    package static let planLimitBytes = 64 << 20

    package enum FrameType: UInt8, Sendable {
        case hello = 1, recognised, progress, block, report, failure
    }
}
