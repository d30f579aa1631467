package import SluiceModel

/// What an instance remembers: deliveries, minimised records, the ledger, receipts to be written, releases and
/// review occurrences.
///
/// Callers may assume: each method is one transaction, durable when it returns (a power cut afterwards loses
/// nothing), and one that throws has changed nothing. Calls may come from any thread; writes queue.
/// Implementers must pass `StoreSuite`, must append every ledger entry in the same transaction as the change it
/// records, and must let no value from a record into an error.
package protocol Store: AnyObject, Sendable {
    // MARK: Deliveries

    /// Journals a delivery for the first time: claimed, held or stalled.
    ///
    /// - Throws: `StoreError.deliveryExists` when the id is taken.
    func insert(_ delivery: Delivery, ledger: [LedgerEntry]) throws

    /// Journals the tables of a claimed delivery as its children: all of them or none.
    ///
    /// - Throws: `StoreError.deliveryExists` when an id is taken, or a table of its parent is on record already.
    func insert(children: [Delivery], ledger: [LedgerEntry]) throws

    /// Changes a waiting or claimed delivery: status, reason, hash, size. Final ones cannot be changed so.
    ///
    /// - Throws: `StoreError.deliveryMissing`, `StoreError.deliveryFinal`.
    func update(_ delivery: Delivery, ledger: [LedgerEntry]) throws

    /// Forgets a waiting delivery whose file the agency took away before it was claimed.
    func remove(waiting id: DeliveryID) throws

    func delivery(_ id: DeliveryID) throws -> Delivery?

    /// Gives every delivery of an authority that came before powers were remembered this one.
    func rememberGateway(_ gateway: String, of authority: AuthorityID) throws

    /// Forgets a delivery that waits or is claimed, with its tables: it was decided in a store that is lost.
    func forget(_ id: DeliveryID) throws

    /// All deliveries that `filter` lets through, oldest claim first.
    func deliveries(_ filter: DeliveryFilter) throws -> [Delivery]

    /// Counts one more attempt, before it begins, and returns how many there have been.
    func beginAttempt(_ id: DeliveryID) throws -> Int

    func recordWorkerDeath(_ id: DeliveryID) throws -> Int

    /// Decides a delivery, in one transaction: the records that `body` appends, the outcome, whatever it replaces,
    /// the ledger rows and the receipt. When `body` throws, nothing happened.
    ///
    /// - Returns: the ledger's head after the transaction, which is also the checkpoint handed to `body`'s decision.
    func decide(_ id: DeliveryID, _ body: (any DecisionTransaction) throws -> Decision) throws

    /// Notes that somebody confirmed what a held delivery would do.
    ///
    /// - Throws: `StoreError.deliveryMissing`, or `.deliveryFinal` when it does not wait to be confirmed.
    func confirm(_ id: DeliveryID, at: Instant, ledger: [LedgerEntry]) throws

    /// Brings back deliveries that were replaced and whose records are kept, in place of others that are current: all in
    /// one transaction.
    ///
    /// - Parameter replacing: these become superseded by the one of `ids` that each is given with.
    /// - Throws: `StoreError.deliveryMissing`, `StoreError.deliveryFinal` when one cannot be brought back or replaced.
    func reinstate(
        _ ids: [DeliveryID], replacing: [(old: DeliveryID, by: DeliveryID)], at: Instant, ledger: [LedgerEntry]) throws

    /// Takes an accepted delivery back, be it current or replaced and not yet purged: purges its records and marks it
    /// `withdrawn`, and so with its children that are.
    ///
    /// - Returns: the releases that its records went into.
    func withdraw(_ id: DeliveryID, at: Instant, ledger: [LedgerEntry]) throws -> [ReleaseRecord]

    /// Purges the records of accepted deliveries that are past their time: all of them or none. Current ones are then
    /// `purged`; replaced ones stay `superseded` and can no longer be brought back.
    ///
    /// - Throws: `StoreError.deliveryMissing`, `StoreError.deliveryFinal` when one has no records.
    func purge(_ ids: [DeliveryID], at: Instant, ledger: [LedgerEntry]) throws

    /// Gives the room of what was purged back to the disk. Purged records were overwritten before.
    func compact() throws

    /// Writes a copy of the store as it is at one moment into a new file, without room that is free. Others may write
    /// meanwhile.
    func writeBackup(to path: String) throws

    /// What is wrong with the file's own structure; nil when nothing is. Takes as long as reading all of it.
    func damage() throws -> String?

    // MARK: Receipts

    /// Receipts that are on record but not yet known to be written, oldest first.
    func pendingReceipts() throws -> [PendingReceipt]

    /// Notes that a receipt is durable and the original gone.
    func receiptWritten(_ id: DeliveryID) throws

    /// The receipt of a decided delivery, without the file's name.
    func receipt(_ id: DeliveryID) throws -> PendingReceipt?

    // MARK: Records

    /// Calls `body` with every block of records of accepted, current deliveries that `filter` lets through, ordered
    /// by delivery and then by place in the file. Blocks are read one at a time.
    func forEachBlock(_ filter: RecordFilter, _ body: (StoredBlock) throws -> Void) throws

    // MARK: Ledger

    /// Appends entries on their own, for decisions that change nothing else here.
    func append(_ entries: [LedgerEntry]) throws

    func ledgerHead() throws -> LedgerHead

    /// What the store keeps of the tree over the ledger's rows, to be held against them: how many rows it is over, and
    /// `LedgerHead.treeNodes`. Nil in a store that has appended nothing since it keeps it.
    func keptLedgerTree() throws -> (size: Int, nodes: [[UInt8]])?

    /// Rows with sequence numbers in `range`, ascending, at most `limit`.
    ///
    /// - Throws: `StoreError.ledgerRowUnreadable` at the first that holds something no version writes.
    func ledgerRows(_ range: Range<Int>, limit: Int) throws -> [LedgerRow]

    /// Has `body` told of the ledger's new head after each transaction that appended to it, once it is durable.
    /// One observer; a later one takes its place.
    func observeLedger(_ body: @escaping @Sendable (LedgerHead) -> Void)

    // MARK: Releases

    func insert(_ release: ReleaseRecord, ledger: [LedgerEntry]) throws
    func markPublished(release: String, version: Int) throws
    /// Moves a release from `pending` to `publishing`, with what is written down about it.
    ///
    /// - Throws: `StoreError.notFound` when it does not wait.
    func approve(release: String, version: Int, ledger: [LedgerEntry]) throws
    /// Gives up a release that was never seen.
    ///
    /// - Throws: `StoreError.notFound` when it is neither `pending` nor `publishing`.
    func abandon(release: String, version: Int, ledger: [LedgerEntry]) throws
    func releases() throws -> [ReleaseRecord]

    // MARK: Reviews

    /// Adds an occurrence unless its key is known.
    ///
    /// - Returns: whether it was new.
    func insert(_ occurrence: ReviewOccurrence, ledger: [LedgerEntry]) throws -> Bool
    func setState(_ state: ReviewOccurrence.State, ofOccurrence key: String, ledger: [LedgerEntry]) throws
    func occurrences(item: String?) throws -> [ReviewOccurrence]
    func insert(_ closing: ReviewClosing, ledger: [LedgerEntry]) throws
    /// Undoes what closed a due date of an item.
    ///
    /// - Throws: `StoreError.notFound` when nothing closes it.
    func reopen(item: String, due: CivilDate, at: Instant, ledger: [LedgerEntry]) throws
    /// Every closing in the order they were made, also those that were undone.
    func closings() throws -> [ReviewClosing]

    // MARK: Small things

    /// A named value of the instance, such as the last time seen.
    func value(_ name: String) throws -> String?
    func setValue(_ name: String, _ value: String) throws

    // MARK: Overlaps

    /// Keeps overlaps in place of all that were kept before.
    func keep(_ overlaps: [OverlapCounts], ledger: [LedgerEntry]) throws

    /// As kept, by id.
    func overlaps() throws -> [OverlapCounts]
}

extension Store {
    package func ledgerRows(_ range: Range<Int>) throws -> [LedgerRow] { try ledgerRows(range, limit: .max) }
}

/// Which deliveries to list. Empty fields let everything through.
package struct DeliveryFilter: Sendable {
    package var authority: AuthorityID?
    package var dataset: String?
    package var status: DeliveryStatus?
    package var sha256: String?
    package var nameHash: String?
    /// Children of this delivery.
    package var parent: DeliveryID?
    /// Newest first when set; at most this many.
    package var limit: Int?

    package init(
        authority: AuthorityID? = nil, dataset: String? = nil, status: DeliveryStatus? = nil, sha256: String? = nil,
        nameHash: String? = nil, parent: DeliveryID? = nil, limit: Int? = nil
    ) {
        self.authority = authority
        self.dataset = dataset
        self.status = status
        self.sha256 = sha256
        self.nameHash = nameHash
        self.parent = parent
        self.limit = limit
    }
}

/// The transaction that decides one delivery, and with it the tables of its file where it holds several.
package protocol DecisionTransaction: AnyObject {
    /// Journals the tables of this delivery as its children, to be decided with it: the decision then has one of each.
    /// Once, before any record is appended.
    ///
    /// - Throws: `StoreError.deliveryExists` when an id is taken, or a table of the delivery is on record already.
    func open(children: [Delivery]) throws
    /// Blocks appended from here on are of this child.
    func turn(to child: DeliveryID) throws
    /// Adds a block of records of this delivery, or of the child last turned to. `dictionary` says what its codes mean.
    func append(_ block: RecordBlock, eventKind: String?, dictionary: CodeDictionary) throws
    /// Removes the records appended so far, those of all children too: the file turned out not to be acceptable.
    func discardRecords() throws
    /// Takes back the records of the delivery or table whose turn it is, and leaves those of others.
    func discardRecordsOfTurn() throws
    /// Accepted deliveries, not replaced and not withdrawn, of this authority and dataset whose period overlaps
    /// `period`, oldest first.
    func current(authority: AuthorityID, dataset: String, overlapping period: Period) throws -> [Delivery]
    /// Accepted deliveries, not replaced and not withdrawn, of this authority and dataset whose period has so many
    /// months: the newest, at most `limit`, in no order.
    func current(authority: AuthorityID, dataset: String, periodMonths: Int, limit: Int) throws -> [Delivery]
    /// How many months each of the last deliveries of this authority and dataset covers that stand, where there are
    /// three or more and they all cover as many; nil elsewhere.
    func usualMonths(authority: AuthorityID, dataset: String) throws -> Int?
    /// The profiles of the newest deliveries of this authority and dataset that stand, newest first, at most `limit`.
    func profiles(
        authority: AuthorityID, dataset: String, limit: Int
    ) throws -> [(delivery: Delivery, profile: DeliveryProfile)]
    /// The ledger's head as it will be once `entries` are appended, for the receipt's checkpoint.
    func headAfter(_ entries: [LedgerEntry]) throws -> LedgerHead
}

/// How a delivery was decided.
package struct Decision: Sendable {
    package var outcome: Outcome
    package var dataset: String?
    package var period: Period?
    package var rows: RowCounts?
    package var finishedAt: Instant
    package var reason: String?
    /// These become `superseded`. Their records stay, out of every count, until they are purged.
    package var replaces: [DeliveryID]
    /// What later deliveries are compared with; of an accepted one of one table.
    package var profile: DeliveryProfile?
    package var ledger: [LedgerEntry]
    /// The receipt's JSON and text, with no file name in them; see `PendingReceipt`.
    package var receiptJSON: String
    package var receiptText: String
    /// One for each child that the transaction opened, in that order. They share `finishedAt`, ledger and receipt.
    package var children: [Child]

    /// How one table was decided with its delivery. None is accepted where the delivery is not.
    package struct Child: Sendable {
        package var id: DeliveryID
        package var outcome: Outcome
        package var dataset: String?
        package var period: Period?
        package var rows: RowCounts?
        package var reason: String?
        package var replaces: [DeliveryID]
        package var profile: DeliveryProfile?

        package init(
            id: DeliveryID, outcome: Outcome, dataset: String?, period: Period?, rows: RowCounts?, reason: String?,
            replaces: [DeliveryID]
        ) {
            self.id = id
            self.outcome = outcome
            self.dataset = dataset
            self.period = period
            self.rows = rows
            self.reason = reason
            self.replaces = replaces
        }
    }

    package init(
        outcome: Outcome, dataset: String?, period: Period?, rows: RowCounts?, finishedAt: Instant, reason: String?,
        replaces: [DeliveryID], ledger: [LedgerEntry], receiptJSON: String, receiptText: String,
        children: [Child] = []
    ) {
        self.outcome = outcome
        self.dataset = dataset
        self.period = period
        self.rows = rows
        self.finishedAt = finishedAt
        self.reason = reason
        self.replaces = replaces
        self.ledger = ledger
        self.receiptJSON = receiptJSON
        self.receiptText = receiptText
        self.children = children
    }
}

/// A receipt as the store keeps it. The file's name is put in when it is written, from the agency's own folder.
package struct PendingReceipt: Hashable, Sendable {
    package var delivery: DeliveryID
    package var authority: AuthorityID
    package var outcome: Outcome
    package var json: String
    package var text: String

    package init(delivery: DeliveryID, authority: AuthorityID, outcome: Outcome, json: String, text: String) {
        self.delivery = delivery
        self.authority = authority
        self.outcome = outcome
        self.json = json
        self.text = text
    }
}

/// What the codes of a block mean: for each of its dimensions, the model's code texts by number.
///
/// The store keeps each distinct dictionary once. A month dimension has an empty list: its codes are month indices.
package struct CodeDictionary: Hashable, Sendable {
    package struct Dimension: Hashable, Sendable {
        package var id: String
        package var codes: [String]

        package init(id: String, codes: [String]) {
            self.id = id
            self.codes = codes
        }
    }

    package var dimensions: [Dimension]

    package init(dimensions: [Dimension]) { self.dimensions = dimensions }
}

/// Which records to read. Empty lists let everything through.
package struct RecordFilter: Sendable {
    package var eventKinds: [String]
    package var authorities: [AuthorityID]
    /// Deliveries whose period overlaps this one; single records still have to be looked at.
    package var period: Period?

    package init(eventKinds: [String] = [], authorities: [AuthorityID] = [], period: Period? = nil) {
        self.eventKinds = eventKinds
        self.authorities = authorities
        self.period = period
    }
}

/// A block as it was kept, with what its codes meant then.
package struct StoredBlock: Sendable {
    package var delivery: DeliveryID
    package var authority: AuthorityID
    /// Nil for a `counts` dataset.
    package var eventKind: String?
    package var block: RecordBlock
    package var dictionary: CodeDictionary

    package init(
        delivery: DeliveryID, authority: AuthorityID, eventKind: String?, block: RecordBlock,
        dictionary: CodeDictionary
    ) {
        self.delivery = delivery
        self.authority = authority
        self.eventKind = eventKind
        self.block = block
        self.dictionary = dictionary
    }
}

/// Chains ledger entries onto a head. `SluiceLedger` is the one that does; a store is given it when opened.
package protocol LedgerChaining: Sendable {
    /// The rows that record `entries` after `head`, in order, and the head that they lead to.
    func chain(_ entries: [LedgerEntry], after head: LedgerHead) -> (rows: [LedgerRow], head: LedgerHead)

    /// The head once a row with this hash follows.
    func head(after head: LedgerHead, rowHash: [UInt8]) -> LedgerHead
}

/// What a store cannot do. Never holds a value from a record.
package enum StoreError: Error, Hashable, Sendable {
    case deliveryExists(DeliveryID)
    case deliveryMissing(DeliveryID)
    case deliveryFinal(DeliveryID)
    /// The disk is full or the quota is used up. Trying again helps once there is room.
    case full
    /// The database is locked by another program. Trying again can help.
    case busy
    /// The file is not a store of this version: what was found and what to do.
    case unusable(what: String, hint: String)
    /// A row of the ledger was changed so that it cannot be read.
    case ledgerRowUnreadable(sequence: Int)
    /// The database failed otherwise: operation and result code, no arguments.
    case failed(operation: String, resultCode: Int)
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .full: "the state folder has no room; make some, then try again"
        case .busy: "another program is using the store; try again in a moment"
        case .unusable(let what, let hint): "the store: \(what); \(hint)"
        case .ledgerRowUnreadable(let sequence):
            "row \(sequence) of the ledger cannot be read; see `sluice ledger verify`"
        case .deliveryExists(let id): "delivery \(id) is on record already"
        case .deliveryMissing(let id): "no delivery is called \(id)"
        case .deliveryFinal(let id): "delivery \(id) is decided already"
        case .failed(let operation, let resultCode): "the store failed to \(operation) (SQLite result \(resultCode))"
        }
    }
}
