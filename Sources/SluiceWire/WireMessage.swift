package import SluiceModel

/// What one frame of a worker says.
package enum WireMessage: Sendable {
    /// How the worker confined itself. Always the first.
    case hello(SandboxLevel)
    /// Which dataset the header fits, before any record of it. `Assumptions.dateFormats` is still empty.
    case recognised(datasetIndex: Int, Assumptions)
    case progress(rows: Int, bytes: Int)
    case block(RecordBlock, LinkIdentifiers?)
    /// The file was read to its end, or to where it had to be given up. Last.
    case report(DecodeReport)
    /// The work failed; the file may be good. Last.
    case failure(WorkerFailure)
}

/// Why a worker could not do its work. The raw value is its place on the wire.
package enum WorkerFailure: UInt8, Error, CaseIterable, Sendable {
    /// The kernel has no Landlock and the settings do not allow going without.
    case sandboxMissing = 1
    /// A call that confines the worker failed.
    case sandboxFailed
    /// The plan could not be read, or does not make sense.
    case planInvalid
    case inputUnreadable
    case outputFailed
    /// What the worker made does not fit its own plan: a fault of the program.
    case internalFault

    /// A stable word for the journal and the delivery's reason.
    package var text: String {
        switch self {
        case .sandboxMissing: "sandbox-missing"
        case .sandboxFailed: "sandbox-failed"
        case .planInvalid: "plan-invalid"
        case .inputUnreadable: "input-unreadable"
        case .outputFailed: "output-failed"
        case .internalFault: "internal-fault"
        }
    }

    /// Whether the same file may well be read at another attempt.
    package var canRetry: Bool {
        switch self {
        case .inputUnreadable, .outputFailed: true
        case .sandboxMissing, .sandboxFailed, .planInvalid, .internalFault: false
        }
    }
}

/// The name of a delimiter in `Assumptions.delimiter`: itself, or `tab`.
func delimiterName(_ byte: UInt8) -> String {
    byte == UInt8(ascii: "\t") ? "tab" : String(Unicode.Scalar(byte))
}
