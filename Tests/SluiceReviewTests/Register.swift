import Foundation
import Logging
import SluiceLedger
import SluiceModel
import SluiceReview
import SluiceStore
import SluiceStoreSQLite
import SluiceTestSupport

/// A register over a real store, with a date that can be set.
final class Register {
    let folder = try! TemporaryFolder()
    let clock = ManualClock(Instant("2026-01-01T09:00:00Z")!)
    /// As reviews.yaml has them at the moment.
    var items: [ReviewItem]
    var ledgerName = "sluice/0011223344556677"
    private(set) var store: any Store

    init(_ items: [ReviewItem]) throws {
        self.items = items
        store = try SQLiteStore(path: folder.path + "/sluice.db", chain: LedgerChain())
    }

    var keeper: ReviewKeeper {
        let clock = clock
        return ReviewKeeper(
            items: items, ledgerName: ledgerName, store: store, alerts: AlertFolder(path: folder.path + "/alerts"),
            clock: clock,
            today: { clock.now().date }, log: Logger(label: "test"))
    }

    func setDate(_ text: String) { clock.set(Instant(text + "T09:00:00Z")!) }

    /// As after a restart of the daemon.
    func restart() throws { store = try SQLiteStore(path: folder.path + "/sluice.db", chain: LedgerChain()) }

    func loseCalendar() throws { try FileManager.default.removeItem(atPath: folder.path + "/alerts/reviews.ics") }

    /// The file of an alert; nil when there is none.
    func alert(_ name: String = "review-strategy") -> String? { try? folder.text(of: "alerts/\(name).txt") }

    /// What the ledger says of kinds, as `kind due`.
    func ledger(_ kinds: LedgerKind...) throws -> [String] {
        try store.ledgerRows(1..<10_000).filter { kinds.contains($0.entry.kind) }.map {
            "\($0.entry.kind.rawValue) \($0.entry.details["due"] ?? "")"
        }
    }

    var alerts: [String] { (try? AlertFolder(path: folder.path + "/alerts").names(prefix: "")) ?? [] }

    func accept(_ period: String, authority: AuthorityID, dataset: String) throws {
        var random = SystemRandomNumberGenerator()
        let id = DeliveryID(at: clock.now(), random: &random)
        let delivery = Delivery(
            id: id, authority: authority, plugin: "p", nameHash: "00", sha256: "\(period)", bytes: 1, status: .claimed,
            receivedAt: clock.now())
        try store.insert(delivery, ledger: [])
        try store.decide(id) { _ in
            Decision(
                outcome: .accepted, dataset: dataset, period: Period(period), rows: RowCounts(read: 1, accepted: 1),
                finishedAt: clock.now(), reason: nil, replaces: [], ledger: [], receiptJSON: "{}", receiptText: "")
        }
    }
}

func item(_ schedule: ReviewItem.Schedule) -> ReviewItem {
    ReviewItem(id: "strategy", kind: .strategy, title: "The strategy", owner: "Lead", schedule: schedule)
}
