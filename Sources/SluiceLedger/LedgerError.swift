/// The first row of a ledger that does not fit, or a checkpoint that contradicts it, and why. Trying again does not help.
package enum LedgerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Rows are missing, repeated or out of order.
    case sequenceBroken(expected: Int, found: Int)
    /// The row does not name the hash of the row before it.
    case linkBroken(sequence: Int)
    /// The row's details are not those that were hashed.
    case detailsChanged(sequence: Int)
    /// Another field of the row, or its hash, is not what was written.
    case rowChanged(sequence: Int)
    /// The row holds something that no version writes.
    case rowUnreadable(sequence: Int)
    /// The head that the store keeps is not that of its rows.
    case headDiffers(size: Int)
    /// A signed checkpoint counts more rows than there are: the end was cut off.
    case shorterThanAnchor(size: Int, anchorSize: Int)
    /// The rows that a signed checkpoint counts were others: the ledger was written anew.
    case rootDiffers(anchorSize: Int)
    /// A checkpoint is of another ledger, or signed by no key that this one names.
    case anchorUnverified(anchorSize: Int)
    /// A checkpoint does not fit, which a restore from a backup would explain, if there was one.
    case restoreUnaccepted(sequence: Int)

    /// What programs match on.
    package var reason: String {
        switch self {
        case .sequenceBroken: "row-missing"
        case .linkBroken: "link-broken"
        case .detailsChanged: "details-changed"
        case .rowChanged: "row-changed"
        case .rowUnreadable: "row-unreadable"
        case .headDiffers: "head-differs"
        case .shorterThanAnchor: "shorter-than-anchor"
        case .rootDiffers: "root-differs"
        case .anchorUnverified: "anchor-unverified"
        case .restoreUnaccepted: "restored-from"
        }
    }

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
        case .rowUnreadable(let sequence):
            "ledger row \(sequence) cannot be read: it was changed after it was written"
        case .headDiffers(let size):
            "the \(size) rows of the ledger do not lead to the head that the store keeps: its end was cut off or changed"
        case .shorterThanAnchor(let size, let anchorSize):
            "the ledger has \(size) rows, and a signed checkpoint counts \(anchorSize): its end was cut off"
        case .rootDiffers(let anchorSize):
            "the first \(anchorSize) rows are not those that a signed checkpoint stands for: the ledger was written anew"
        case .anchorUnverified(let anchorSize):
            "a checkpoint of \(anchorSize) rows is of another ledger, or signed by no key that this one names: it shows "
                + "nothing, unless the ledger and its key were replaced"
        case .restoreUnaccepted(let sequence):
            "a checkpoint counts rows that are gone; row \(sequence) says that the store was restored from an older backup. "
                + "Find out whether it was; if so, check again with --accept-restore \(sequence)"
        }
    }
}
