// The record of every decision.
//
//   LedgerChain         entries to rows, each with the hash of the one before
//   MerkleTree          one hash that stands for all rows
//   Checkpoint          size and root, as others keep them; SignedNote has the signature
//   Anchor              a checkpoint that somebody kept
//   LedgerVerifier      do the rows fit together, and do anchors fit them?

internal import Crypto
package import SluiceModel
internal import SluiceStore

/// The ledger's chain of hashes: turns entries into rows, and checks that rows still fit together.
///
/// Every row's hash covers the row before it, so a row cannot be changed, left out or moved without every later hash
/// changing. A chain alone does not show a cut tail or a rewrite of everything; for that its head travels as a
/// checkpoint in receipts and releases, see `Checkpoint`.
///
/// The canonical encoding is final: `docs/ledger.md` has it byte by byte with a worked example, so that others can
/// check a ledger without this program. In short, with `u32` and `u64` unsigned and big-endian, and `text` a `u32`
/// count of bytes followed by that many bytes of UTF-8:
///
/// ```
/// detailsHash = SHA-256( "sluice ledger details v1" 00
///                        u32 number of details, then of each, sorted by the bytes of its key:
///                        text key, text value )
/// rowHash     = SHA-256( "sluice ledger row v1" 00
///                        u64 sequence
///                        u64 at, seconds since 1970-01-01 UTC, two's complement
///                        text actor
///                        text kind
///                        text subject
///                        32 bytes detailsHash
///                        32 bytes previousHash )
/// ```
///
/// Each field has a fixed size or begins with its size, so two different rows never have the same encoding.
package struct LedgerChain: LedgerChaining {
    package init() {}

    package func chain(_ entries: [LedgerEntry], after head: LedgerHead) -> (rows: [LedgerRow], head: LedgerHead) {
        var head = head
        var rows: [LedgerRow] = []
        rows.reserveCapacity(entries.count)
        for entry in entries {
            let sequence = head.size + 1
            let detailsHash = LedgerChain.detailsHash(entry.details)
            let rowHash = LedgerChain.rowHash(
                sequence: sequence, entry: entry, detailsHash: detailsHash, previousHash: head.rowHash)
            rows.append(
                LedgerRow(
                    sequence: sequence, entry: entry, detailsHash: detailsHash, previousHash: head.rowHash,
                    rowHash: rowHash))
            head = head.following(rowHash: rowHash)
        }
        return (rows, head)
    }

    package func head(after head: LedgerHead, rowHash: [UInt8]) -> LedgerHead { head.following(rowHash: rowHash) }

    /// Checks that `row` continues the chain after `head`, and returns the head that it leads to.
    ///
    /// - Throws: why it does not.
    package func verify(_ row: LedgerRow, after head: LedgerHead) throws(LedgerError) -> LedgerHead {
        guard row.sequence == head.size + 1 else {
            throw .sequenceBroken(expected: head.size + 1, found: row.sequence)
        }
        guard row.previousHash == head.rowHash else { throw .linkBroken(sequence: row.sequence) }
        guard row.detailsHash == LedgerChain.detailsHash(row.entry.details) else {
            throw .detailsChanged(sequence: row.sequence)
        }
        let rowHash = LedgerChain.rowHash(
            sequence: row.sequence, entry: row.entry, detailsHash: row.detailsHash, previousHash: row.previousHash)
        guard row.rowHash == rowHash else { throw .rowChanged(sequence: row.sequence) }
        return head.following(rowHash: rowHash)
    }

    // MARK: - Canonical encoding

    /// SHA-256 of the canonical encoding of `details`, 32 bytes.
    package static func detailsHash(_ details: [String: String]) -> [UInt8] {
        var encoding = CanonicalEncoding(domain: "sluice ledger details v1")
        encoding.append(UInt32(details.count))
        // By bytes and not by Swift's order of characters, so that any language sorts the same way.
        for (key, value) in details.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            encoding.append(text: key)
            encoding.append(text: value)
        }
        return encoding.hash()
    }

    /// SHA-256 of the canonical encoding of a row, 32 bytes.
    package static func rowHash(
        sequence: Int, entry: LedgerEntry, detailsHash: [UInt8], previousHash: [UInt8]
    ) -> [UInt8] {
        var encoding = CanonicalEncoding(domain: "sluice ledger row v1")
        encoding.append(UInt64(sequence))
        encoding.append(UInt64(bitPattern: Int64(entry.at.secondsSince1970)))
        encoding.append(text: entry.actor)
        encoding.append(text: entry.kind.rawValue)
        encoding.append(text: entry.subject)
        encoding.append(hash: detailsHash)
        encoding.append(hash: previousHash)
        return encoding.hash()
    }
}

/// Bytes to be hashed, field by field, after a domain that no other use of the hash begins with.
private struct CanonicalEncoding {
    private var bytes: [UInt8]

    init(domain: StaticString) {
        bytes = Array("\(domain)\0".utf8)
    }

    mutating func append(_ number: some FixedWidthInteger & UnsignedInteger) {
        for shift in stride(from: number.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    mutating func append(text: String) {
        append(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func append(hash: [UInt8]) {
        precondition(hash.count == 32, "a hash has 32 bytes")
        bytes.append(contentsOf: hash)
    }

    func hash() -> [UInt8] { Array(SHA256.hash(data: bytes)) }
}
