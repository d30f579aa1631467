/// Up to `DecodeLimits.blockRows` minimised records, column by column.
///
/// Every value is a code of the shared model, a month, a count or a keyed token; there is no place in it for text.
/// Two places build one, and a house test keeps it so: the minimiser in the worker, and the wire reader in the
/// daemon, which checks every value against the plan again because a worker may have been taken over. The store builds
/// it anew from what it kept.
package struct RecordBlock: Hashable, Sendable {
    /// One dimension's codes, in row order.
    package struct Column: Hashable, Sendable {
        /// Index into `FormatPlan.dimensions`.
        package var dimension: Int
        /// Bytes per code: 1, 2 or 4, see `RecordBlock.width(codeCount:)`.
        package var width: Int
        /// `rowCount × width` bytes, little-endian.
        package var bytes: [UInt8]

        package init(dimension: Int, width: Int, bytes: [UInt8]) {
            self.dimension = dimension
            self.width = width
            self.bytes = bytes
        }
    }

    package var rowCount: Int
    package var columns: [Column]
    /// For a `counts` dataset: one count per row, 4 bytes little-endian each; `countHidden` where the sender gave a
    /// marker in place of a figure. Empty for events.
    package var counts: [UInt8]
    /// 16 bytes per row, all zero where the row has none; empty when the dataset links nothing.
    /// The worker never fills it: `LinkIdentifiers` travels beside the block and the daemon makes the tokens.
    package var linkTokens: [UInt8]

    package static let countHidden = UInt32.max
    package static let linkTokenBytes = 16

    package init(rowCount: Int, columns: [Column], counts: [UInt8] = [], linkTokens: [UInt8] = []) {
        self.rowCount = rowCount
        self.columns = columns
        self.counts = counts
        self.linkTokens = linkTokens
    }

    /// Bytes needed for one code of a dimension of `codeCount` codes.
    package static func width(codeCount: Int) -> Int {
        codeCount <= 1 << 8 ? 1 : codeCount <= 1 << 16 ? 2 : 4
    }
}

/// The normalised identifiers of one block's rows, on their way from the worker to the daemon's keyed hash.
/// Never stored.
package struct LinkIdentifiers: Sendable {
    /// For each row a length byte and that many bytes; length 0 where the row has none.
    package var bytes: [UInt8]
    package static let identifierLimitBytes = 64

    package init(bytes: [UInt8]) { self.bytes = bytes }
}

extension RecordBlock.Column {
    package func code(_ row: Int) -> UInt32 {
        (0..<width).reduce(0) { $0 | UInt32(bytes[row * width + $1]) << UInt32($1 * 8) }
    }

    /// Calls `body` with each row's index and code.
    @inlinable @inline(__always)
    package func forEachCode(_ body: (Int, Int) -> Void) {
        let bytes = bytes.span
        switch width {
        case 1: for row in bytes.indices { body(row, Int(bytes[row])) }
        case 2: for row in 0..<bytes.count / 2 { body(row, Int(bytes[2 * row]) | Int(bytes[2 * row + 1]) << 8) }
        default:
            for row in 0..<bytes.count / 4 {
                let low = Int(bytes[4 * row]) | Int(bytes[4 * row + 1]) << 8
                body(row, low | Int(bytes[4 * row + 2]) << 16 | Int(bytes[4 * row + 3]) << 24)
            }
        }
    }
}

extension RecordBlock {
    /// `countHidden` where the sender gave a marker; nil for events.
    package func count(_ row: Int) -> UInt32? {
        guard !counts.isEmpty else { return nil }
        return (0..<4).reduce(0) { $0 | UInt32(counts[row * 4 + $1]) << UInt32($1 * 8) }
    }

    /// Nil where the row has none.
    package func linkToken(_ row: Int) -> UInt128? {
        let start = row * RecordBlock.linkTokenBytes
        guard start + RecordBlock.linkTokenBytes <= linkTokens.count else { return nil }
        var token: UInt128 = 0
        for index in start..<start + RecordBlock.linkTokenBytes { token = token << 8 | UInt128(linkTokens[index]) }
        return token == 0 ? nil : token
    }
}
