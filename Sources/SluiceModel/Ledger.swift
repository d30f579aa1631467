/// One decision, before it is chained. `details` holds ids, counts and hashes, never a value from a record and never
/// a file's name.
package struct LedgerEntry: Hashable, Sendable {
    package var at: Instant
    /// Who: `daemon`, or the account that ran the command, `user:1000`.
    package var actor: String
    package var kind: LedgerKind
    /// The delivery, release, review item or authority it is about.
    package var subject: String
    /// Sorted by key when encoded.
    package var details: [String: String]

    package init(at: Instant, actor: String, kind: LedgerKind, subject: String, details: [String: String]) {
        self.at = at
        self.actor = actor
        self.kind = kind
        self.subject = subject
        self.details = details
    }
}

package enum LedgerKind: String, CaseIterable, Sendable {
    case instanceCreated = "instance-created"
    case settingsLoaded = "settings-loaded"
    case settingsRefused = "settings-refused"
    case pluginRefused = "plugin-refused"
    case deliveryClaimed = "delivery-claimed"
    case deliveryHeld = "delivery-held"
    case deliveryStalled = "delivery-stalled"
    case deliveryDecided = "delivery-decided"
    case deliverySuperseded = "delivery-superseded"
    case deliveryWithdrawn = "delivery-withdrawn"
    case releaseBuilt = "release-built"
    case releaseRefused = "release-refused"
    case reviewRaised = "review-raised"
    case reviewAcknowledged = "review-acknowledged"
    case reviewClosed = "review-closed"
}

/// A row of the ledger as it is stored: the entry, its place, and the chain of hashes.
package struct LedgerRow: Hashable, Sendable {
    /// From 1, without gaps.
    package var sequence: Int
    package var entry: LedgerEntry
    /// SHA-256 of the canonical encoding of `details`, 32 bytes.
    package var detailsHash: [UInt8]
    /// `rowHash` of the row before, 32 zero bytes for the first.
    package var previousHash: [UInt8]
    /// SHA-256 of the canonical encoding of the row, 32 bytes.
    package var rowHash: [UInt8]

    package init(
        sequence: Int, entry: LedgerEntry, detailsHash: [UInt8], previousHash: [UInt8], rowHash: [UInt8]
    ) {
        self.sequence = sequence
        self.entry = entry
        self.detailsHash = detailsHash
        self.previousHash = previousHash
        self.rowHash = rowHash
    }
}

/// The end of the ledger: how many rows there are and the hash of the last one.
package struct LedgerHead: Hashable, Sendable {
    package var size: Int
    /// 32 bytes, zero when the ledger is empty.
    package var rowHash: [UInt8]

    package init(size: Int, rowHash: [UInt8]) {
        self.size = size
        self.rowHash = rowHash
    }

    package static let empty = LedgerHead(size: 0, rowHash: [UInt8](repeating: 0, count: 32))
}
