package import SluiceModel

/// The ledger's head in words, as it travels in receipts and releases: whoever keeps one can see later that the ledger
/// was cut shorter or written anew.
///
/// ```
/// sluice/2b7e151628aed2a6
/// 42
/// CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
/// ```
///
/// Source: C2SP tlog-checkpoint: origin, size and root of the tree of RFC 6962, each on a line.
package struct Checkpoint: Hashable, Sendable {
    /// Which ledger it is of.
    package var origin: String
    /// Rows.
    package var size: Int
    /// Root of the Merkle tree over these rows, 32 bytes.
    package var root: [UInt8]

    package init(origin: String, size: Int, root: [UInt8]) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    package init(origin: String, head: LedgerHead) {
        self.init(origin: origin, size: head.size, root: head.root)
    }

    /// The text that is signed.
    package var text: String { "\(origin)\n\(size)\n\(base64(root))\n" }

    /// Reads the form that `text` writes, and further lines, which are allowed and mean nothing here.
    package init?(text: String) {
        let lines = text.split(separator: Character("\n"), omittingEmptySubsequences: false)
        guard lines.count >= 4, lines.last == "", !lines.dropLast().contains(""), let size = Int(lines[1]), size >= 0,
            String(size) == lines[1], let root = bytes(base64: String(lines[2])), root.count == 32
        else { return nil }
        self.init(origin: String(lines[0]), size: size, root: root)
    }
}

/// Size and root on one line, for people.
package func checkpointLine(_ head: LedgerHead) -> String { "\(head.size) \(base64(head.root))" }
