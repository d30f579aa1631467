import SluiceModel
import SluiceStore

/// A store in which nothing is ever decided: it lets the intake come to a decision, with all that the records and
/// earlier deliveries say to it, notes what it would be, and takes it back.
final class RehearsalStore: Store, @unchecked Sendable {
    /// What the intake was about to write down. Thrown out of the transaction, which thereby leaves nothing.
    struct Decided: Error {
        var decision: Decision
        /// By table: the delivery's own records, and those of each of its children.
        var records: [DeliveryID: RecordBag]
    }

    private let base: any Store
    /// The delivery journalled last.
    private(set) var latest: DeliveryID?

    init(_ base: any Store) { self.base = base }

    func insert(_ delivery: Delivery, ledger: [LedgerEntry]) throws {
        latest = delivery.id
        try base.insert(delivery, ledger: ledger)
    }

    func decide(_ id: DeliveryID, _ body: (any DecisionTransaction) throws -> Decision) throws {
        try base.decide(id) { transaction in
            let noting = NotingTransaction(transaction, of: id)
            let decision = try body(noting)
            throw Decided(decision: decision, records: noting.records)
        }
    }

    func insert(children: [Delivery], ledger: [LedgerEntry]) throws {
        try base.insert(children: children, ledger: ledger)
    }
    func update(_ delivery: Delivery, ledger: [LedgerEntry]) throws { try base.update(delivery, ledger: ledger) }
    func remove(waiting id: DeliveryID) throws { try base.remove(waiting: id) }
    func delivery(_ id: DeliveryID) throws -> Delivery? { try base.delivery(id) }
    func deliveries(_ filter: DeliveryFilter) throws -> [Delivery] { try base.deliveries(filter) }
    func beginAttempt(_ id: DeliveryID) throws -> Int { try base.beginAttempt(id) }
    func recordWorkerDeath(_ id: DeliveryID) throws -> Int { try base.recordWorkerDeath(id) }
    func withdraw(_ id: DeliveryID, at instant: Instant, ledger: [LedgerEntry]) throws -> [ReleaseRecord] {
        try base.withdraw(id, at: instant, ledger: ledger)
    }
    func rememberGateway(_ gateway: String, of authority: AuthorityID) throws {
        try base.rememberGateway(gateway, of: authority)
    }
    func forget(_ id: DeliveryID) throws { try base.forget(id) }
    func confirm(_ id: DeliveryID, at instant: Instant, ledger: [LedgerEntry]) throws {
        try base.confirm(id, at: instant, ledger: ledger)
    }
    func reinstate(
        _ ids: [DeliveryID], replacing: [(old: DeliveryID, by: DeliveryID)], at instant: Instant, ledger: [LedgerEntry]
    ) throws { try base.reinstate(ids, replacing: replacing, at: instant, ledger: ledger) }
    func purge(_ ids: [DeliveryID], at instant: Instant, ledger: [LedgerEntry]) throws {
        try base.purge(ids, at: instant, ledger: ledger)
    }
    func compact() throws { try base.compact() }
    func writeBackup(to path: String) throws { try base.writeBackup(to: path) }
    func damage() throws -> String? { try base.damage() }
    func pendingReceipts() throws -> [PendingReceipt] { try base.pendingReceipts() }
    func receiptWritten(_ id: DeliveryID) throws { try base.receiptWritten(id) }
    func receipt(_ id: DeliveryID) throws -> PendingReceipt? { try base.receipt(id) }
    func forEachBlock(_ filter: RecordFilter, _ body: (StoredBlock) throws -> Void) throws {
        try base.forEachBlock(filter, body)
    }
    func append(_ entries: [LedgerEntry]) throws { try base.append(entries) }
    func ledgerHead() throws -> LedgerHead { try base.ledgerHead() }
    func ledgerRows(_ range: Range<Int>, limit: Int) throws -> [LedgerRow] {
        try base.ledgerRows(range, limit: limit)
    }
    func keptLedgerTree() throws -> (size: Int, nodes: [[UInt8]])? { try base.keptLedgerTree() }
    func observeLedger(_ body: @escaping @Sendable (LedgerHead) -> Void) { base.observeLedger(body) }
    func insert(_ release: ReleaseRecord, ledger: [LedgerEntry]) throws { try base.insert(release, ledger: ledger) }
    func markPublished(release: String, version: Int) throws {
        try base.markPublished(release: release, version: version)
    }
    func approve(release: String, version: Int, ledger: [LedgerEntry]) throws {
        try base.approve(release: release, version: version, ledger: ledger)
    }
    func abandon(release: String, version: Int, ledger: [LedgerEntry]) throws {
        try base.abandon(release: release, version: version, ledger: ledger)
    }
    func releases() throws -> [ReleaseRecord] { try base.releases() }
    func insert(_ occurrence: ReviewOccurrence, ledger: [LedgerEntry]) throws -> Bool {
        try base.insert(occurrence, ledger: ledger)
    }
    func setState(_ state: ReviewOccurrence.State, ofOccurrence key: String, ledger: [LedgerEntry]) throws {
        try base.setState(state, ofOccurrence: key, ledger: ledger)
    }
    func occurrences(item: String?) throws -> [ReviewOccurrence] { try base.occurrences(item: item) }
    func insert(_ closing: ReviewClosing, ledger: [LedgerEntry]) throws { try base.insert(closing, ledger: ledger) }
    func reopen(item: String, due: CivilDate, at: Instant, ledger: [LedgerEntry]) throws {
        try base.reopen(item: item, due: due, at: at, ledger: ledger)
    }

    func closings() throws -> [ReviewClosing] { try base.closings() }
    func value(_ name: String) throws -> String? { try base.value(name) }
    func setValue(_ name: String, _ value: String) throws { try base.setValue(name, value) }
    func keep(_ overlaps: [OverlapCounts], ledger: [LedgerEntry]) throws { try base.keep(overlaps, ledger: ledger) }
    func overlaps() throws -> [OverlapCounts] { try base.overlaps() }
}

/// Passes everything on and notes the records on the way.
private final class NotingTransaction: DecisionTransaction {
    private let base: any DecisionTransaction
    private var turn: DeliveryID
    private(set) var records: [DeliveryID: RecordBag] = [:]

    init(_ base: any DecisionTransaction, of delivery: DeliveryID) {
        self.base = base
        turn = delivery
    }

    func open(children: [Delivery]) throws { try base.open(children: children) }

    func turn(to child: DeliveryID) throws {
        try base.turn(to: child)
        turn = child
    }

    func append(_ block: RecordBlock, eventKind: String?, dictionary: CodeDictionary) throws {
        try base.append(block, eventKind: eventKind, dictionary: dictionary)
        records[turn, default: RecordBag()].add(block, eventKind: eventKind, dictionary: dictionary)
    }

    func discardRecords() throws {
        try base.discardRecords()
        records = [:]
    }

    func discardRecordsOfTurn() throws {
        try base.discardRecordsOfTurn()
        records[turn] = nil
    }

    func current(authority: AuthorityID, dataset: String, overlapping period: Period) throws -> [Delivery] {
        try base.current(authority: authority, dataset: dataset, overlapping: period)
    }

    func current(authority: AuthorityID, dataset: String, periodMonths: Int, limit: Int) throws -> [Delivery] {
        try base.current(authority: authority, dataset: dataset, periodMonths: periodMonths, limit: limit)
    }

    func usualMonths(authority: AuthorityID, dataset: String) throws -> Int? {
        try base.usualMonths(authority: authority, dataset: dataset)
    }

    func profiles(
        authority: AuthorityID, dataset: String, limit: Int
    ) throws -> [(delivery: Delivery, profile: DeliveryProfile)] {
        try base.profiles(authority: authority, dataset: dataset, limit: limit)
    }

    func headAfter(_ entries: [LedgerEntry]) throws -> LedgerHead { try base.headAfter(entries) }
}
