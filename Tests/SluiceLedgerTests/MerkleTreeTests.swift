import Crypto
import SluiceLedger
import SluiceModel
import Testing

struct MerkleTreeTests {
    /// MTH of RFC 6962 section 2.1, as it is written there.
    private func root(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
        if leaves.isEmpty { return Array(SHA256.hash(data: [UInt8]())) }
        if leaves.count == 1 { return Array(SHA256.hash(data: [0] + leaves.first!)) }
        var half = 1
        while half * 2 < leaves.count { half *= 2 }
        let split = leaves.startIndex + half
        return Array(SHA256.hash(data: [1] + root(leaves[..<split]) + root(leaves[split...])))
    }

    @Test
    func `the root that grows row by row is that of the definition, for every size`() {
        let leaves = (0..<70).map { number in Array(SHA256.hash(data: [UInt8(number)])) }
        var head = LedgerHead.empty
        #expect(head.root == root([]))
        for (index, leaf) in leaves.enumerated() {
            head = LedgerChain().head(after: head, rowHash: leaf)
            #expect(head.size == index + 1)
            #expect(head.treeNodes.count == head.size.nonzeroBitCount)
            #expect(head.root == root(leaves[...index]))
        }
    }
}
