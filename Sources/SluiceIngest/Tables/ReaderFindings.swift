internal import Glibc
import SluiceModel
import SluiceReaders

extension Finding {
    /// What the file is given up for.
    init(_ fault: Unreadable) {
        self.init(
            rule: fault.rule, code: fault.code, severity: .fatal, rows: Array(fault.rows.prefix(Finding.rowLimit)),
            arguments: Array(fault.arguments.prefix(Finding.argumentLimit)), message: "")
    }

    init(_ note: FileNote) {
        self.init(
            rule: note.rule, code: note.code, severity: note.severity, count: note.count,
            rows: Array(note.rows.prefix(Finding.rowLimit)),
            arguments: Array(note.arguments.prefix(Finding.argumentLimit)), message: "")
    }
}

extension FindingKind {
    /// The kind of a reader's note on a cell.
    init(_ code: FindingCode) {
        switch code {
        case .cellError: self = .cellError
        case .formulaUncached: self = .formulaUncached
        case .bytesInvalid: self = .bytesInvalid
        default: self = .structureUnexpected
        }
    }
}

extension IngestError {
    /// A file that was read to its end once and now cannot be has changed below the reader: an input that failed.
    init(_ error: ReaderError) {
        switch error {
        case .failed(let failure): self = .inputFailed(failure.errno)
        case .unreadable: self = .inputFailed(EIO)
        }
    }
}
