import Logging
import SluiceInstance
import SluiceIntake
import SluiceLedger
import SluiceModel
import SluiceSettings
import SluiceStore
import SluiceSystem
import SluiceTestSupport

/// What a receipt says at one place.
package struct SeenFinding: Hashable, Sendable {
    var column: String?
    var rule: String
    var code: String
    var severity: String
    var count: Int
    var rows: [Int]
    var message: String

    init(_ json: JSON) {
        column = json["column"]?.text
        rule = json["rule"]?.text ?? ""
        code = json["code"]?.text ?? ""
        severity = json["severity"]?.text ?? ""
        count = json["count"]?.number ?? 1
        rows = json["rows"]?.items?.compactMap(\.number) ?? []
        message = json["message"]?.text ?? ""
    }

    var isNote: Bool { severity == "note" }
    var isOfFile: Bool { column == nil && rows.isEmpty }

    var line: String {
        var text = "\(severity) \(code)"
        if let column { text += " \(column)" }
        if !rows.isEmpty { text += " rows \(rows.map(String.init).joined(separator: ","))" }
        if count > 1 { text += " ×\(count)" }
        return text + ": " + message
    }
}

/// What would have become of a delivery.
package struct Verdict {
    /// The outcome in the ledger's word, or `held`.
    package var outcome: String
    package var isAccepted: Bool
    var reason: String?
    /// What the receipt says, worst first; what a hold says.
    var findings: [SeenFinding]
    var heldFigures: String?
    var receipt: String
    /// What would newly stand, and what would no longer.
    var standing: [Standing]
    var replaced: [Standing]

    struct Standing {
        var dataset: String
        var period: String
        var records: RecordBag
    }

    var saysNothingToDo: Bool { receipt.contains("Nothing to do") }
}

/// An instance with the shipped settings into which every dataset was delivered for several periods, and an intake that
/// decides nothing for good: every delivery meets it in the same state.
package final class HarmSite {
    private let folder: TemporaryFolder
    private let instance: Instance
    private let rehearsal: RehearsalStore
    private let intake: Intake
    /// Earlier deliveries, all of which stand.
    private var earlier: [DeliveryID: Verdict.Standing] = [:]
    private let clock = ManualClock(Instant("2026-12-10T09:00:00Z")!)

    /// - Parameters:
    ///   - includesCurrent: the good delivery of the period at hand was taken in already, too.
    ///   - other: has the same keys, so that its records are the same.
    package init(_ datasets: [HarmDataset], includesCurrent: Bool, keysOf other: HarmSite? = nil) throws {
        folder = try TemporaryFolder()
        var log = Logger(label: "harm")
        log.logLevel = .critical
        let config = try InstanceTemplate.write(to: folder.path + "/site")
        if let other {
            _ = try Folder.createIfMissing(path: folder.path + "/site/state", mode: 0o700)
            let keys = try Folder.createIfMissing(path: folder.path + HarmSite.keys, mode: 0o700)
            for name in try listSmallFolder(other.folder.path + HarmSite.keys) {
                let bytes = try readSmallFile(other.folder.path + HarmSite.keys + "/" + name)
                try keys.writeAtomically(FileName(own: name), bytes, mode: 0o600)
            }
        }
        instance = try Instance.open(config: config, forChanges: true, clock: clock, log: log)
        let keys = try InstanceKeys(folder: instance.settings.paths.state + "/keys", creates: false)
        guard let signer = CheckpointSigner(origin: "sluice/harm", seed: keys.checkpointSeed) else {
            throw HarmFault(description: "no signer")
        }
        rehearsal = RehearsalStore(instance.store)
        intake = Intake(
            settings: instance.settings, catalogue: instance.catalogue, store: rehearsal, keys: keys, signer: signer,
            clock: clock, workerPath: try Installation.worker(), log: log)
        for dataset in datasets {
            for before in ((includesCurrent ? 0 : 1)...HarmDataset.earlierDeliveries).reversed() {
                let draft = Draft(dataset, before: before)
                try take(draft.csv(), as: dataset, before: before)
            }
        }
        try instance.store.forEachBlock(RecordFilter()) { stored in
            earlier[stored.delivery]?.records.add(
                stored.block, eventKind: stored.eventKind, dictionary: stored.dictionary)
        }
    }

    private static let keys = "/site/state/keys"

    private func take(_ bytes: [UInt8], as dataset: HarmDataset, before: Int) throws {
        clock.advance(seconds: 60)
        let name = dataset.fileName(before: before, form: .csv)
        let delivery = try withFile(bytes) { file in
            try instance.intake.ingest(file, named: name, for: instance.intake.source(AuthorityID(dataset.authority)!)!)
        }
        guard delivery.status == .final(.accepted) else {
            let receipt = try instance.store.receipt(delivery.id)?.text ?? delivery.heldFigures ?? ""
            throw HarmFault(description: "\(dataset.name) \(dataset.period(before: before)) is not good: \(receipt)")
        }
        earlier[delivery.id] = Verdict.Standing(
            dataset: dataset.dataset, period: "\(dataset.period(before: before))", records: RecordBag())
    }

    private func withFile<Result>(_ bytes: [UInt8], _ body: (borrowing OpenFile) throws -> Result) throws -> Result {
        try folder.write(bytes, to: "delivery")
        return try body(try OpenFile(readingPath: folder.file("delivery")))
    }

    /// Lets the intake judge a file to the end, and takes everything back.
    func rehearse(_ bytes: [UInt8], named name: FileName, for authority: String) throws -> Verdict {
        let source = intake.source(AuthorityID(authority)!)!
        do {
            let delivery = try withFile(bytes) { try intake.ingest($0, named: name, for: source) }
            // Only what waits returns.
            guard delivery.status == .held else { throw HarmFault(description: "neither decided nor held") }
            defer { clear(delivery.id, authority) }
            return Verdict(
                outcome: "held", isAccepted: false, reason: delivery.reason, findings: [],
                heldFigures: delivery.heldFigures, receipt: "", standing: [], replaced: [])
        } catch let decided as RehearsalStore.Decided {
            defer { rehearsal.latest.map { clear($0, authority) } }
            return try verdict(decided)
        }
    }

    private func verdict(_ decided: RehearsalStore.Decided) throws -> Verdict {
        let decision = decided.decision
        let json = try JSON(reading: Array(decision.receiptJSON.utf8))
        let findings =
            (json["findings"]?.items ?? [])
            + (json["tables"]?.items ?? []).flatMap {
                $0["findings"]?.items ?? []
            }
        var standing: [Verdict.Standing] = []
        var replaces = Set(decision.replaces)
        if decision.outcome.isAccepted {
            let all = decision.children.map {
                (id: $0.id, dataset: $0.dataset, period: $0.period, isAccepted: $0.outcome.isAccepted)
            }
            for child in decision.children { replaces.formUnion(child.replaces) }
            let own = all.isEmpty ? rehearsal.latest.map { [($0, decision.dataset, decision.period, true)] } ?? [] : all
            for (id, dataset, period, isAccepted) in own where isAccepted {
                standing.append(
                    Verdict.Standing(
                        dataset: dataset ?? "", period: period.map { "\($0)" } ?? "",
                        records: decided.records[id] ?? RecordBag()))
            }
        }
        return Verdict(
            outcome: decision.outcome.rawValue, isAccepted: decision.outcome.isAccepted, reason: decision.reason,
            findings: findings.map(SeenFinding.init), heldFigures: nil, receipt: decision.receiptText,
            standing: standing, replaced: replaces.compactMap { earlier[$0] })
    }

    /// Leaves no trace of a delivery in the folders and the journal.
    private func clear(_ id: DeliveryID, _ authority: String) {
        let paths = instance.settings.paths
        let drop = paths.drop + "/" + authority
        let name = FileName(own: id.text)
        try? Folder(path: drop + "/.sluice-claimed").removeTree(name)
        try? Folder(path: drop + "/held").removeTree(name)
        _ = try? Folder(path: drop + "/held").remove(FileName(own: id.text + ".notice.txt"))
        _ = try? Folder(path: paths.state + "/spool").remove(name)
        try? instance.store.forget(id)
    }
}

package struct HarmFault: Error, CustomStringConvertible {
    package var description: String
}
