import Logging
import SluiceFormat
import SluiceLedger
import SluiceModel
import SluiceSettings
import SluiceStore
import SluiceSystem

extension Intake {
    /// Starts of the daemon that took up one delivery and did not survive it, after which it is taken to be poison.
    /// Higher than the limit for worker deaths, because an orderly stop ends an attempt too.
    private static let attemptLimit = 15

    /// Runs the worker on a claimed delivery and commits what came of it, until it is decided.
    ///
    /// - Throws: `Interrupted` when asked to stop, and what the store or the file system throws; the claim then stays
    ///   for a later try.
    func process(_ delivery: Delivery, from source: Source) throws {
        guard catalogue.plugins[source.authority.plugin] != nil else {
            throw PluginUnusable(plugin: source.authority.plugin)
        }
        if let obstacle = obstacle(source) { throw HeldByRule(reason: obstacle.reason) }
        // Once a process: what this one tries again for its own trouble's sake is not the file's fault.
        if begun.insert(delivery.id).inserted, try store.beginAttempt(delivery.id) > Intake.attemptLimit {
            try decideQuarantine(delivery, from: source, reason: "attempts-exhausted")
            return
        }
        let isInParts = try !store.deliveries(DeliveryFilter(parent: delivery.id)).isEmpty
        var several: SeveralTables?
        var hold: Hold?
        try untilDecided(delivery, from: source) {
            // Where some tables are decided, the others come to their own end.
            if !isInParts, let earlier = try duplicate(of: delivery) {
                try decide(delivery, from: source) { _ in Ruling(outcome: .duplicate, duplicateOf: earlier) }
                return
            }
            let reading = try open(delivery, from: source)
            do {
                try decide(delivery, from: source) { transaction in
                    let ruling = try self.judge(reading, from: source, isInParts: isInParts, in: transaction)
                    reading.end()
                    return ruling
                }
            } catch let found as SeveralTables {
                several = found
            } catch let found as Hold {
                hold = found
            }
        }
        if let hold { return try holdForWord(delivery, hold, from: source) }
        if let several { try processSeparately(delivery, several.entries, from: source) }
    }

    /// Calls `attempt` until it returns, or the worker has died on the file too often or for good: then the delivery is
    /// quarantined.
    func untilDecided(_ delivery: Delivery, from source: Source, _ attempt: () throws -> Void) throws {
        while true {
            do {
                try attempt()
                return
            } catch let death as WorkerDied {
                guard death.cause.countsAgainstFile else {
                    // Not the file's fault: it stays claimed, and the operator is told.
                    conditions["worker-unusable"] = death.cause.reason
                    throw death
                }
                let deaths = try store.recordWorkerDeath(delivery.id)
                log.warning(
                    "the worker died on a delivery",
                    metadata: [
                        "delivery": "\(delivery.id)", "authority": "\(delivery.authority)",
                        "cause": "\(death.cause.reason)",
                        "deaths": "\(deaths)",
                    ])
                if deaths >= settings.intake.attemptLimit || death.isCertain {
                    try decideQuarantine(delivery, from: source, reason: death.cause.reason)
                    return
                }
            }
        }
    }

    /// Opens the private copy of a file for one attempt.
    func open(_ delivery: Delivery, from source: Source) throws -> Reading {
        guard
            let compiled = catalogue.plan(
                for: source.authority, settings: settings, today: settings.zone.date(at: delivery.receivedAt))
        else {
            throw PluginUnusable(plugin: source.authority.plugin)
        }
        let input = try Folder(path: spoolPath).openForReading(FileName(own: delivery.id.text))
        return try Reading(
            delivery, input: input, compiled: compiled, standing: try standingTables(of: delivery),
            timeLimitSeconds: settings.decode.timeLimitSeconds)
    }

    // MARK: - The same bytes again

    /// Accepted, current deliveries of this authority that had the very same bytes, tables among them.
    private func standing(with delivery: Delivery) throws -> [Delivery] {
        guard let sha256 = delivery.sha256 else { return [] }
        let filter = DeliveryFilter(authority: delivery.authority, sha256: sha256)
        return try store.deliveries(filter).filter { earlier in
            earlier.status.isCurrent && earlier.id != delivery.id && earlier.parent != delivery.id
        }
    }

    /// Tables of the very same bytes that stand; those of an append dataset would otherwise count twice.
    private func standingTables(of delivery: Delivery) throws -> [TablePlace: DeliveryID] {
        var tables: [TablePlace: DeliveryID] = [:]
        for earlier in try standing(with: delivery) {
            if let table = earlier.table { tables[table.place] = earlier.id }
        }
        return tables
    }

    /// The accepted, current delivery of this authority that had the very same bytes, if any; of one with several
    /// tables all must stand.
    ///
    /// A rejected file may be sent again unchanged, since a code list may have been mended meanwhile; and sending an
    /// old file again is how an agency goes back to it after a newer one replaced it.
    private func duplicate(of delivery: Delivery) throws -> DeliveryID? {
        let standing = try standing(with: delivery)
        let tables = Set(standing.compactMap(\.table?.place))
        return try standing.first { earlier in
            guard earlier.parent == nil else { return false }
            return try store.deliveries(DeliveryFilter(parent: earlier.id)).allSatisfy { child in
                child.table.map { tables.contains($0.place) } ?? false
            }
        }?.id
    }

    // MARK: - Deciding

    /// Decides a delivery in one transaction, with its tables where the ruling says so, and writes its receipt.
    func decide(
        _ delivery: Delivery, from source: Source, _ rule: (any DecisionTransaction) throws -> Ruling
    ) throws {
        var decided: Ruling?
        try store.decide(delivery.id) { transaction in
            let ruling = try rule(transaction)
            decided = ruling
            let finishedAt = clock.now()
            let tables = ruling.decidesTables ? ruling.tables : []
            var entries: [LedgerEntry] = []
            for table in tables {
                entries.append(claimEntry(of: table.child))
                entries += decisionEntries(of: table.child, table.ruling, from: source)
            }
            entries += decisionEntries(of: delivery, ruling, from: source)
            let head = try transaction.headAfter(entries)
            let receipt = Receipt(
                delivery: delivery, authorityName: source.authority.name, outcome: ruling.outcome,
                finishedAt: finishedAt, pluginVersion: catalogue.plugins[delivery.plugin]?.version ?? "",
                report: ruling.report, dataset: ruling.dataset, period: ruling.period, rows: ruling.rows,
                findings: ruling.findings, replaces: ruling.replaces, duplicateOf: ruling.duplicateOf,
                reason: ruling.reason, sandbox: ruling.sandbox, notChecked: ruling.notChecked,
                checkpoint: signer.checkpoint(head), tables: ruling.tables,
                decidesTables: ruling.decidesTables)
            var decision = Decision(
                outcome: ruling.outcome, dataset: ruling.dataset, period: ruling.period, rows: ruling.rows,
                finishedAt: finishedAt, reason: ruling.reason, replaces: ruling.replaces, ledger: entries,
                receiptJSON: receipt.json.compactText, receiptText: receipt.text,
                children: tables.map { table in
                    var child = Decision.Child(
                        id: table.child.id, outcome: table.ruling.outcome, dataset: table.ruling.dataset,
                        period: table.ruling.period, rows: table.ruling.rows, reason: table.ruling.reason,
                        replaces: table.ruling.replaces)
                    child.profile = table.ruling.profile
                    return child
                })
            decision.profile = ruling.profile
            return decision
        }
        if let decided {
            log.info(
                "a delivery was decided",
                metadata: [
                    "delivery": "\(delivery.id)", "authority": "\(delivery.authority)",
                    "outcome": "\(decided.outcome.rawValue)", "rows": "\(decided.rows?.read ?? 0)",
                ])
        }
        flushReceipts()
        if let sandbox, try store.value("worker-sandbox") != sandbox.text {
            try store.setValue("worker-sandbox", sandbox.text)
        }
    }

    private func decisionEntries(of delivery: Delivery, _ ruling: Ruling, from source: Source) -> [LedgerEntry] {
        var details = [
            "authority": delivery.authority.text, "outcome": ruling.outcome.rawValue,
            "plugin": delivery.plugin, "sha256": delivery.sha256 ?? "",
            "gateway": delivery.gateway ?? source.authority.gateway,
            "agreement": source.authority.agreement.reference,
        ]
        let struck = ruling.findings.filter { $0.severity == .refusal || $0.code == .disclosureRule }
        let rules = Set(struck.map(\.rule))
        let because = settings.disclosureRules.filter { rules.contains($0.name) }.map(\.record)
        if !because.isEmpty { details["because"] = because.joined(separator: "; ") }
        if !rules.isEmpty { details["rules"] = rules.sorted().joined(separator: " ") }
        if let parent = delivery.parent { details["parent"] = parent.text }
        if let table = delivery.table { details["table"] = "\(table.number)" }
        if !ruling.tables.isEmpty { details["tables"] = "\(ruling.tables.count)" }
        if let dataset = ruling.dataset { details["dataset"] = dataset }
        if let period = ruling.period { details["period"] = "\(period)" }
        if let reason = ruling.reason { details["reason"] = reason }
        if let word = ruling.word { details["why"] = word }
        if let rows = ruling.rows {
            details["rows"] = "\(rows.read)/\(rows.accepted)/\(rows.rejected)"
        }
        let decided = entry(.deliveryDecided, delivery.id.text, details)
        return [decided]
            + ruling.replaces.map {
                entry(
                    .deliverySuperseded, $0.text,
                    ["by": delivery.id.text, "keptDays": "\(settings.supersededDays)"])
            }
    }

    /// Ends a delivery that could not be processed. Of one with tables on record, those that are not yet decided end so
    /// first, and the delivery says how each stands.
    func decideQuarantine(_ delivery: Delivery, from source: Source, reason: String) throws {
        let children = try store.deliveries(DeliveryFilter(parent: delivery.id))
        for child in children where child.status == .claimed {
            try decide(child, from: source) { _ in Ruling(outcome: .quarantined, reason: reason) }
        }
        if children.isEmpty {
            try decide(delivery, from: source) { _ in Ruling(outcome: .quarantined, reason: reason) }
        } else {
            try decideParent(delivery, from: source, reason: reason)
        }
    }

    func claimFolder(_ id: DeliveryID, of source: Source) throws -> Folder? {
        let claimed = try source.claimed()
        let name = FileName(own: id.text)
        guard let status = try claimed.status(name), status.kind == .folder else { return nil }
        return try claimed.subfolder(name, create: false, mode: 0o700)
    }
}

/// The plugin an authority sends by cannot be used now; its files wait.
struct PluginUnusable: Error, CustomStringConvertible {
    var plugin: String
    var description: String { "the plugin \(plugin) cannot be used; see `sluice check`" }
}

/// A claim of a time when nothing held the authority's files; it stays as it is until nothing does again.
struct HeldByRule: Error, CustomStringConvertible {
    var reason: String
    var description: String { "a disclosure rule holds the authority's files (\(reason)); the claim waits" }
}

/// The worker ended without a report.
struct WorkerDied: Error, CustomStringConvertible {
    var cause: WorkerDeath

    /// Trying again would end the same way and cost as much.
    var isCertain: Bool { cause == .timeLimit || cause == .outputLimit }

    var description: String { "the worker ended without a report (\(cause.reason))" }
}
