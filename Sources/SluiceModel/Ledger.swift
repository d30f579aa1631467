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

/// What happened. Text, so that a ledger with kinds of a later version can still be checked.
package struct LedgerKind: RawRepresentable, Hashable, Sendable {
    package var rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }
    private init(_ rawValue: String) { self.rawValue = rawValue }

    package static let instanceCreated = LedgerKind("instance-created")
    package static let settingsLoaded = LedgerKind("settings-loaded")
    package static let settingsRefused = LedgerKind("settings-refused")
    package static let pluginRefused = LedgerKind("plugin-refused")
    package static let checkpointKeyMade = LedgerKind("checkpoint-key-made")
    package static let deliveryClaimed = LedgerKind("delivery-claimed")
    package static let deliveryHeld = LedgerKind("delivery-held")
    package static let deliveryStalled = LedgerKind("delivery-stalled")
    package static let deliveryDecided = LedgerKind("delivery-decided")
    package static let deliverySuperseded = LedgerKind("delivery-superseded")
    package static let deliveryConfirmed = LedgerKind("delivery-confirmed")
    package static let deliveryReinstated = LedgerKind("delivery-reinstated")
    package static let deliveryWithdrawn = LedgerKind("delivery-withdrawn")
    package static let recordsPurged = LedgerKind("records-purged")
    package static let certificatePurged = LedgerKind("certificate-purged")
    package static let geographyImported = LedgerKind("geography-imported")
    package static let linkKeyRotated = LedgerKind("link-key-rotated")
    package static let overlapsCounted = LedgerKind("overlaps-counted")
    package static let releaseBuilt = LedgerKind("release-built")
    package static let releaseApproved = LedgerKind("release-approved")
    package static let releaseAbandoned = LedgerKind("release-abandoned")
    package static let releaseRefused = LedgerKind("release-refused")
    package static let reviewRaised = LedgerKind("review-raised")
    package static let reviewAcknowledged = LedgerKind("review-acknowledged")
    package static let reviewClosed = LedgerKind("review-closed")
    package static let reviewReopened = LedgerKind("review-reopened")
    package static let storeRestored = LedgerKind("store-restored")
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

/// The end of the ledger: how many rows there are, the hash of the last one, and what the tree over all of them comes to.
package struct LedgerHead: Hashable, Sendable {
    package var size: Int
    /// 32 bytes, zero when the ledger is empty.
    package var rowHash: [UInt8]
    /// Roots of the complete subtrees of the Merkle tree over all rows, the largest first: one of 32 bytes for each bit
    /// that is set in `size`. `SluiceLedger` makes the tree's root of them.
    package var treeNodes: [[UInt8]]

    package init(size: Int, rowHash: [UInt8], treeNodes: [[UInt8]]) {
        self.size = size
        self.rowHash = rowHash
        self.treeNodes = treeNodes
    }

    package static let empty = LedgerHead(size: 0, rowHash: [UInt8](repeating: 0, count: 32), treeNodes: [])
}
