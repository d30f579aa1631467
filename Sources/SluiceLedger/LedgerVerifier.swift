package import SluiceModel

/// Checks a ledger from its first row to its last, and against checkpoints that others kept.
///
/// Rows come in order, in as many parts as the caller likes:
///
/// ```
/// var verifier = LedgerVerifier(anchors: anchors)
/// try verifier.take(rows)
/// let report = verifier.finish(kept: store.keptLedgerTree())
/// ```
package struct LedgerVerifier {
    package struct Report: Hashable, Sendable {
        /// Rows that fit.
        package var head: LedgerHead
        /// The first thing that is wrong; nil when nothing is.
        package var problem: LedgerError?
        /// In the order they were given.
        package var anchors: [(anchor: Anchor, standing: AnchorStanding)] {
            zip(given, standings).map { (anchor: $0, standing: $1) }
        }
        /// Rows that some anchor vouches for: the first so many.
        package var anchoredRows: Int
        /// Of each restore from a backup, the number of its row.
        package var restores: [Int]
        fileprivate var given: [Anchor]
        fileprivate var standings: [AnchorStanding]
    }

    private let anchors: [Anchor]
    private var standings: [AnchorStanding?]
    /// Places in `anchors` by the rows they count, those that count the fewest last.
    private var due: [Int]
    private var head = LedgerHead.empty
    private var origins: Set<String> = []
    /// With the row that named each first; 0 for those of the caller.
    private var keys: [CheckpointVerifier: Int]
    private let acceptedRestores: Set<Int>
    private var restores: [Int] = []
    private var fault: LedgerError?
    private let chain = LedgerChain()

    /// - Parameters:
    ///   - keys: trusted beside those that the ledger itself names.
    ///   - acceptedRestores: rows of restores that the caller knows to have taken place.
    package init(anchors: [Anchor] = [], keys: [CheckpointVerifier] = [], acceptedRestores: [Int] = []) {
        self.anchors = anchors
        self.keys = Dictionary(keys.map { ($0, 0) }, uniquingKeysWith: { first, _ in first })
        self.acceptedRestores = Set(acceptedRestores)
        standings = Array(repeating: nil, count: anchors.count)
        due = anchors.indices.sorted { anchors[$0].size > anchors[$1].size }
        settleDue()
    }

    /// Something does not fit already: nothing more will be looked at.
    package var hasFault: Bool { fault != nil }

    /// Takes in the rows that follow. After the first that does not fit nothing more is looked at.
    package mutating func take(_ rows: some Sequence<LedgerRow>) {
        guard fault == nil else { return }
        for row in rows {
            do throws(LedgerError) {
                head = try chain.verify(row, after: head)
            } catch {
                fault = error
                return
            }
            switch row.entry.kind {
            case .checkpointKeyMade:
                origins.insert(row.entry.subject)
                if let key = row.entry.details["key"].flatMap({ CheckpointVerifier($0) }), keys[key] == nil {
                    keys[key] = row.sequence
                }
            case .storeRestored: restores.append(row.sequence)
            default: break
            }
            settleDue()
        }
    }

    /// The row after those that were taken cannot be read.
    package mutating func meetUnreadable() { fault = fault ?? .rowUnreadable(sequence: head.size + 1) }

    /// - Parameter kept: what the store keeps of the tree, nil when there is nothing to compare.
    package mutating func finish(kept: (size: Int, nodes: [[UInt8]])? = nil) -> Report {
        if fault == nil, let kept, kept.size != head.size || kept.nodes != head.treeNodes {
            fault = .headDiffers(size: head.size)
        }
        for index in due { standings[index] = .shorter }
        due = []
        var problem = fault
        var final: [AnchorStanding] = []
        var anchored = 0
        var unaccepted: Int?
        for (anchor, found) in zip(anchors, standings) {
            var standing = found ?? .shorter
            var named = 0
            if case .signed(let checkpoint, let note) = anchor.kind {
                let signer = keys.first { $0.key.accepts(note) }
                named = signer?.value ?? 0
                if signer == nil {
                    standing = .notSigned
                } else if !origins.isEmpty, !origins.contains(checkpoint.origin) {
                    standing = .otherLedger
                }
            }
            // Rows that a restore lost: it stands on record right behind the rows that the backup had. Each restore
            // makes a new key, so that an anchor signed with one from before it was made before it.
            if standing == .shorter || standing == .differs,
                let restore = restores.first(where: { $0 <= anchor.size && named < $0 })
            {
                standing = .restoredFrom
                if !acceptedRestores.contains(restore) { unaccepted = min(unaccepted ?? restore, restore) }
            }
            switch standing {
            case .agrees: anchored = max(anchored, anchor.size)
            case .shorter:
                problem = problem ?? .shorterThanAnchor(size: head.size, anchorSize: anchor.size)
            case .differs: problem = problem ?? .rootDiffers(anchorSize: anchor.size)
            // Whoever writes a ledger anew can give it a key of his own.
            case .notSigned, .otherLedger: problem = problem ?? .anchorUnverified(anchorSize: anchor.size)
            // Whoever cuts a ledger short can write that it was restored.
            case .restoredFrom: if let unaccepted { problem = problem ?? .restoreUnaccepted(sequence: unaccepted) }
            }
            final.append(standing)
        }
        return Report(
            head: head, problem: problem, anchoredRows: anchored, restores: restores, given: anchors,
            standings: final)
    }

    /// Judges the anchors that count exactly the rows taken so far.
    private mutating func settleDue() {
        while let index = due.last, anchors[index].size == head.size {
            due.removeLast()
            let agrees: Bool
            switch anchors[index].kind {
            case .signed(let checkpoint, _): agrees = checkpoint.root == head.root
            case .head(_, let rowHash): agrees = rowHash == head.rowHash
            }
            standings[index] = agrees ? .agrees : .differs
        }
    }
}
