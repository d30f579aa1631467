internal import Crypto
package import SluiceModel

/// The Merkle tree over the ledger's rows: one hash that stands for all of them, and from which a short proof leads to
/// any.
///
/// The leaf of a row is its `rowHash`. A ledger's head keeps the roots of the complete subtrees that its rows make, the
/// largest first: one for each bit that is set in the number of rows. A row more joins them pairwise, so that appending
/// costs two hashes on average and the tree itself is never kept.
///
/// Source: RFC 6962 section 2.1.
package enum MerkleTree {
    /// The tree over no rows: SHA-256 of nothing.
    package static let emptyRoot = Array(SHA256.hash(data: [UInt8]()))

    /// The root over the rows whose complete subtrees are `nodes`, the largest first.
    package static func root(_ nodes: [[UInt8]]) -> [UInt8] {
        guard var root = nodes.last else { return emptyRoot }
        for node in nodes.dropLast().reversed() { root = parent(node, root) }
        return root
    }

    /// Adds the row after the first `size` ones.
    package static func append(_ rowHash: [UInt8], to nodes: inout [[UInt8]], size: Int) {
        var node = leaf(rowHash)
        var left = size
        while left & 1 == 1 {
            guard let sibling = nodes.popLast() else { preconditionFailure("a tree of \(size) rows lacks a subtree") }
            node = parent(sibling, node)
            left >>= 1
        }
        nodes.append(node)
    }

    private static func leaf(_ rowHash: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: [0] + rowHash)) }

    private static func parent(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: [1] + left + right))
    }
}

extension LedgerHead {
    /// The root of the Merkle tree over all rows, 32 bytes.
    package var root: [UInt8] { MerkleTree.root(treeNodes) }

    /// The head once a row with this hash follows.
    package func following(rowHash: [UInt8]) -> LedgerHead {
        var head = self
        MerkleTree.append(rowHash, to: &head.treeNodes, size: size)
        head.size += 1
        head.rowHash = rowHash
        return head
    }
}
