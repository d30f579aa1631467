/// The first row of a ledger that does not fit, and why. Trying again does not help.
package enum LedgerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Rows are missing, repeated or out of order.
    case sequenceBroken(expected: Int, found: Int)
    /// The row does not name the hash of the row before it.
    case linkBroken(sequence: Int)
    /// The row's details are not those that were hashed.
    case detailsChanged(sequence: Int)
    /// Another field of the row, or its hash, is not what was written.
    case rowChanged(sequence: Int)

    package var description: String {
        switch self {
        case .sequenceBroken(let expected, let found):
            "ledger row \(expected) is missing: row \(found) stands in its place"
        case .linkBroken(let sequence):
            "ledger row \(sequence) does not follow from the row before it"
        case .detailsChanged(let sequence):
            "ledger row \(sequence): its details were changed after it was written"
        case .rowChanged(let sequence):
            "ledger row \(sequence) was changed after it was written"
        }
    }
}
