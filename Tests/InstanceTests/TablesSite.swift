import Glibc
import Logging
import SluiceFormat
import SluiceInstance
import SluiceIntake
import SluiceLedger
import SluiceModel
import SluiceSettings
import SluiceStore
import SluiceSystem
import SluiceTestSupport
import SluiceWire
import Testing

/// An instance whose worker takes parts of a file, between lines `=====`, for the tables of an archive.
///
/// A script plays the worker's part of a container: it names the tables, and gives the one that the plan asks for to the
/// real worker as if it were a whole file. A part with a line `DIE` kills it.
final class TablesSite {
    let site: TestInstance
    let authority: String
    private(set) var intake: Intake
    private let folder: TemporaryFolder
    var store: any Store { site.store }

    init(
        _ authority: String = police, at now: String = "2026-04-10T09:00:00Z", members: String? = nil,
        edit change: (String) throws -> Void = { _ in }
    ) throws {
        self.authority = authority
        site = try TestInstance(at: now) { folder in
            if let members {
                let path = folder + "/authorities/\(authority).yaml"
                let text = String(decoding: try readSmallFile(path), as: UTF8.self)
                try Folder(path: folder + "/authorities").writeAtomically(
                    FileName(own: authority + ".yaml"), Array((text + "members: \(members)\n").utf8), mode: 0o644)
            }
            try change(folder)
        }
        folder = try TemporaryFolder()
        intake = site.instance.intake
        try writeWorker()
        try restart()
    }

    private var worker: String { folder.file("worker") }

    /// Takes the instance up anew, as after a crash: nothing in memory is left.
    func restart(store: (any Store)? = nil) throws {
        let instance = site.instance
        let keys = try InstanceKeys(folder: instance.settings.paths.state + "/keys")
        let signer = try #require(CheckpointSigner(origin: "sluice/test", seed: keys.checkpointSeed))
        intake = Intake(
            settings: instance.settings, catalogue: instance.catalogue, store: store ?? instance.store, keys: keys,
            signer: signer, clock: site.clock, workerPath: worker, log: Logger(label: "test"))
    }

    /// From now on the worker sees so many tables in any file of several; nil for as many as there are.
    func pretend(tables: Int?) throws { try folder.write(tables.map { "\($0)" } ?? "", to: "pretended") }

    /// Runs of the worker so far.
    func runs() throws -> Int { try folder.text(of: "runs").utf8.count }

    func drop(_ parts: [String], as name: String = "tables.zip") throws {
        try site.drop(parts.joined(separator: "=====\n"), as: name, for: authority)
    }

    func takeIn() {
        intake.pass()
        site.clock.advance(seconds: 10)
        intake.pass()
    }

    /// Drops a file of these parts, takes it in and returns it with its tables.
    func deliver(_ parts: [String], as name: String = "tables.zip") throws -> (whole: Delivery, tables: [Delivery]) {
        try drop(parts, as: name)
        takeIn()
        let whole = try #require(try store.deliveries(DeliveryFilter()).last { $0.parent == nil })
        return (whole, try tables(of: whole))
    }

    func tables(of whole: Delivery) throws -> [Delivery] { try store.deliveries(DeliveryFilter(parent: whole.id)) }

    func recordCount() throws -> Int {
        var rows = 0
        try store.forEachBlock(RecordFilter()) { rows += $0.block.rowCount }
        return rows
    }

    func receiptNames() throws -> [String] {
        try listSmallFolder(site.site + "/srv/drop/\(authority)/receipts").filter { $0.hasSuffix(".receipt.json") }
    }

    /// Whether nothing of any file is left where files are worked on.
    func isTidy() throws -> Bool {
        let places = ["/state/spool", "/srv/drop/\(authority)/.sluice-claimed", "/srv/drop/\(authority)/incoming"]
        return try places.allSatisfy { try site.files(below: site.site + $0).isEmpty }
            && store.pendingReceipts().isEmpty && store.deliveries(DeliveryFilter(status: .claimed)).isEmpty
    }

    // MARK: - The worker

    private func writeWorker() throws {
        let instance = site.instance
        let settings = try #require(instance.settings.authorities.first { $0.id.text == authority })
        let plan = try #require(
            instance.catalogue.plan(
                for: settings, settings: instance.settings, today: CivilDate("2026-04-10")!)
        ).plan
        // Version, two short texts with their lengths, two flags: see `PlanCodec`.
        let offset = 1 + 1 + plan.plugin.utf8.count + 1 + plan.pluginVersion.utf8.count + 2
        for count in 2...5 {
            var frames = FrameWriter()
            frames.hello(SandboxLevel(landlockABI: 7, hasNoNewPrivileges: true, hasResourceLimits: true))
            frames.plan = plan
            var report = DecodeReport(
                assumptions: nil, datasetIndex: nil, rows: RowCounts(), period: nil, findings: [])
            report.tables = (1...count).map {
                DecodeReport.TableEntry(memberPosition: $0 + 10, sheetPosition: 0, datasetIndex: 0)
            }
            try frames.report(report)
            try folder.write(frames.buffer, to: "tables-\(count)")
        }
        try pretend(tables: nil)
        try folder.write("", to: "runs")
        let script = """
            #!/bin/sh
            PATH=/usr/bin:/bin; export PATH
            cd '\(folder.path)' || exit 9
            printf . >> runs
            cat > in.$$
            cat <&3 > plan.$$
            byte() { od -An -tu1 -j$1 -N1 plan.$$ | tr -d ' '; }
            if [ "$(byte \(offset))" = 0 ]; then
                tables=$(( $(grep -c '^=====$' in.$$) + 1 ))
                [ $tables = 1 ] && exec '\(try Installation.worker())' "$@" < in.$$ 3< plan.$$
                exec cat tables-$(cat pretended | grep . || echo $tables)
            fi
            awk '/^=====$/ { n++; next } n == i { print }' i=$(byte \(offset + 1)) in.$$ > part.$$
            grep -q '^DIE' part.$$ && kill -9 $$
            { head -c \(offset) plan.$$; printf '\\000'; tail -c +\(offset + 3) plan.$$; } > whole.$$
            exec '\(try Installation.worker())' "$@" < part.$$ 3< whole.$$

            """
        try folder.write(script, to: "worker")
        guard unsafe chmod(worker, 0o755) == 0 else { throw SystemError(call: "chmod", path: worker, errno: errno) }
    }
}

/// A store whose process dies at one of its writes: right before it or right after it was made durable. From then on
/// nothing reaches the store.
final class CrashingStore: Store, @unchecked Sendable {
    struct Crash: Error {}

    private let base: any Store
    private let crashAt: Int
    private let isAfter: Bool
    private(set) var writeCount = 0
    private(set) var isDead = false

    init(_ base: any Store, crashAt: Int, isAfter: Bool) {
        self.base = base
        self.crashAt = crashAt
        self.isAfter = isAfter
    }

    private func write<Result>(_ body: () throws -> Result) throws -> Result {
        if isDead { throw Crash() }
        defer { writeCount += 1 }
        guard writeCount == crashAt else { return try body() }
        isDead = true
        if isAfter { _ = try body() }
        throw Crash()
    }

    private func read<Result>(_ body: () throws -> Result) throws -> Result {
        if isDead { throw Crash() }
        return try body()
    }

    func insert(_ delivery: Delivery, ledger: [LedgerEntry]) throws {
        try write { try base.insert(delivery, ledger: ledger) }
    }
    func insert(children: [Delivery], ledger: [LedgerEntry]) throws {
        try write { try base.insert(children: children, ledger: ledger) }
    }
    func update(_ delivery: Delivery, ledger: [LedgerEntry]) throws {
        try write { try base.update(delivery, ledger: ledger) }
    }
    func remove(waiting id: DeliveryID) throws { try write { try base.remove(waiting: id) } }
    func delivery(_ id: DeliveryID) throws -> Delivery? { try read { try base.delivery(id) } }
    func deliveries(_ filter: DeliveryFilter) throws -> [Delivery] { try read { try base.deliveries(filter) } }
    func beginAttempt(_ id: DeliveryID) throws -> Int { try write { try base.beginAttempt(id) } }
    func recordWorkerDeath(_ id: DeliveryID) throws -> Int { try write { try base.recordWorkerDeath(id) } }
    func decide(_ id: DeliveryID, _ body: (any DecisionTransaction) throws -> Decision) throws {
        try write { try base.decide(id, body) }
    }
    func withdraw(_ id: DeliveryID, at instant: Instant, ledger: [LedgerEntry]) throws -> [ReleaseRecord] {
        try write { try base.withdraw(id, at: instant, ledger: ledger) }
    }
    func rememberGateway(_ gateway: String, of authority: AuthorityID) throws {
        try write { try base.rememberGateway(gateway, of: authority) }
    }
    func forget(_ id: DeliveryID) throws { try write { try base.forget(id) } }
    func confirm(_ id: DeliveryID, at instant: Instant, ledger: [LedgerEntry]) throws {
        try write { try base.confirm(id, at: instant, ledger: ledger) }
    }
    func reinstate(
        _ ids: [DeliveryID], replacing: [(old: DeliveryID, by: DeliveryID)], at instant: Instant, ledger: [LedgerEntry]
    ) throws { try write { try base.reinstate(ids, replacing: replacing, at: instant, ledger: ledger) } }
    func purge(_ ids: [DeliveryID], at instant: Instant, ledger: [LedgerEntry]) throws {
        try write { try base.purge(ids, at: instant, ledger: ledger) }
    }
    func compact() throws { try write { try base.compact() } }
    func writeBackup(to path: String) throws { try read { try base.writeBackup(to: path) } }
    func damage() throws -> String? { try read { try base.damage() } }
    func pendingReceipts() throws -> [PendingReceipt] { try read { try base.pendingReceipts() } }
    func receiptWritten(_ id: DeliveryID) throws { try write { try base.receiptWritten(id) } }
    func receipt(_ id: DeliveryID) throws -> PendingReceipt? { try read { try base.receipt(id) } }
    func forEachBlock(_ filter: RecordFilter, _ body: (StoredBlock) throws -> Void) throws {
        try read { try base.forEachBlock(filter, body) }
    }
    func append(_ entries: [LedgerEntry]) throws { try write { try base.append(entries) } }
    func ledgerHead() throws -> LedgerHead { try read { try base.ledgerHead() } }
    func ledgerRows(_ range: Range<Int>, limit: Int) throws -> [LedgerRow] {
        try read { try base.ledgerRows(range, limit: limit) }
    }
    func keptLedgerTree() throws -> (size: Int, nodes: [[UInt8]])? { try read { try base.keptLedgerTree() } }
    func observeLedger(_ body: @escaping @Sendable (LedgerHead) -> Void) { base.observeLedger(body) }
    func insert(_ release: ReleaseRecord, ledger: [LedgerEntry]) throws {
        try write { try base.insert(release, ledger: ledger) }
    }
    func markPublished(release: String, version: Int) throws {
        try write { try base.markPublished(release: release, version: version) }
    }
    func approve(release: String, version: Int, ledger: [LedgerEntry]) throws {
        try write { try base.approve(release: release, version: version, ledger: ledger) }
    }
    func abandon(release: String, version: Int, ledger: [LedgerEntry]) throws {
        try write { try base.abandon(release: release, version: version, ledger: ledger) }
    }
    func releases() throws -> [ReleaseRecord] { try read { try base.releases() } }
    func insert(_ occurrence: ReviewOccurrence, ledger: [LedgerEntry]) throws -> Bool {
        try write { try base.insert(occurrence, ledger: ledger) }
    }
    func setState(_ state: ReviewOccurrence.State, ofOccurrence key: String, ledger: [LedgerEntry]) throws {
        try write { try base.setState(state, ofOccurrence: key, ledger: ledger) }
    }
    func occurrences(item: String?) throws -> [ReviewOccurrence] { try read { try base.occurrences(item: item) } }
    func insert(_ closing: ReviewClosing, ledger: [LedgerEntry]) throws {
        try write { try base.insert(closing, ledger: ledger) }
    }
    func reopen(item: String, due: CivilDate, at: Instant, ledger: [LedgerEntry]) throws {
        try write { try base.reopen(item: item, due: due, at: at, ledger: ledger) }
    }
    func closings() throws -> [ReviewClosing] { try read { try base.closings() } }
    func value(_ name: String) throws -> String? { try read { try base.value(name) } }
    func setValue(_ name: String, _ value: String) throws { try write { try base.setValue(name, value) } }
    func keep(_ overlaps: [OverlapCounts], ledger: [LedgerEntry]) throws {
        try write { try base.keep(overlaps, ledger: ledger) }
    }
    func overlaps() throws -> [OverlapCounts] { try read { try base.overlaps() } }
}
