import Logging
import SluiceFormat
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
        // Once a process: what this one tries again for its own trouble's sake is not the file's fault.
        if begun.insert(delivery.id).inserted, try store.beginAttempt(delivery.id) > Intake.attemptLimit {
            try decideQuarantine(delivery, from: source, reason: "attempts-exhausted")
            return
        }
        while true {
            if let earlier = try duplicate(of: delivery) {
                try decide(delivery, from: source) { _ in Ruling(outcome: .duplicate, duplicateOf: earlier) }
                return
            }
            guard let compiled = catalogue.plan(for: source.authority, today: delivery.receivedAt.date) else {
                throw PluginUnusable(plugin: source.authority.plugin)
            }
            let spool = try Folder(path: spoolPath)
            let input = try spool.openForReading(FileName(own: delivery.id.text))
            do {
                try decide(delivery, from: source) { transaction in
                    try self.judge(delivery, input, compiled, from: source, in: transaction)
                }
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

    /// The accepted, current delivery of this authority that had the very same bytes, if any.
    ///
    /// A rejected file may be sent again unchanged, since a code list may have been mended meanwhile; and sending an
    /// old file again is how an agency goes back to it after a newer one replaced it.
    private func duplicate(of delivery: Delivery) throws -> DeliveryID? {
        guard let sha256 = delivery.sha256 else { return nil }
        let filter = DeliveryFilter(authority: delivery.authority, sha256: sha256)
        return try store.deliveries(filter).first { earlier in
            guard case .final(let outcome) = earlier.status else { return false }
            return outcome.isAccepted && earlier.id != delivery.id
        }?.id
    }

    /// What is to be written down about a delivery.
    struct Ruling {
        var outcome: Outcome
        var report: DecodeReport?
        var dataset: String?
        var period: Period?
        var rows: RowCounts?
        var findings: [Finding] = []
        var replaces: [DeliveryID] = []
        var duplicateOf: DeliveryID?
        var reason: String?
        var sandbox: SandboxLevel?
        var notChecked: [String] = []

        init(outcome: Outcome, duplicateOf: DeliveryID? = nil, reason: String? = nil) {
            self.outcome = outcome
            self.duplicateOf = duplicateOf
            self.reason = reason
        }
    }

    /// Lets the worker read the file into the transaction, and rules on what it reports.
    private func judge(
        _ delivery: Delivery, _ input: borrowing OpenFile, _ compiled: CompiledPlugin, from source: Source,
        in transaction: any DecisionTransaction
    ) throws -> Ruling {
        let dictionary = CodeDictionary(
            dimensions: compiled.dictionaryDimensions.map { CodeDictionary.Dimension(id: $0.id, codes: $0.codes) })
        var eventKind: String?
        var tokens: LinkTokens?
        var rejectedAlready = false
        let job = WorkerJob(
            executable: workerPath, input: input.descriptor, plan: compiled.plan,
            timeLimitSeconds: settings.decode.timeLimitSeconds, memoryLimitBytes: settings.decode.memoryLimitBytes,
            allowDegraded: settings.decode.sandboxDegradedOK)
        let result = try job.run(
            onSandbox: { self.sandbox = $0 },
            onRecognised: { datasetIndex in
                let output = compiled.plan.datasets[datasetIndex].output
                if case .event(let kind) = output.kind { eventKind = kind }
                if output.linkField != nil { tokens = self.keys.linkTokens(recipe: output.linkRecipe) }
            },
            onBlock: { block, links in
                if rejectedAlready { return }
                var block = block
                if let links, let tokens { block.linkTokens = tokens.tokens(for: links, rowCount: block.rowCount) }
                try transaction.append(block, eventKind: eventKind, dictionary: dictionary)
            },
            onProgress: { rows, _ in self.onProgress(rows) },
            shouldStop: {
                self.onAlive()
                return self.shouldStop()
            })
        rejectedAlready = true
        switch result {
        case .died(let cause):
            if cause == .interrupted { throw Interrupted() }
            throw WorkerDied(cause: cause)
        case .report(let report, let level):
            var ruling = Ruling(outcome: report.outcome)
            ruling.report = report
            ruling.sandbox = level
            ruling.findings = report.findings
            ruling.rows = report.rows
            ruling.dataset = report.assumptions?.dataset
            ruling.period = report.period
            if report.datasetIndex == nil { ruling.rows = nil }
            if ruling.outcome.isAccepted, let index = report.datasetIndex {
                try settlePeriod(&ruling, delivery, compiled.datasets[index], in: transaction)
            }
            if ruling.outcome.isAccepted, try changedAfterClaim(delivery, from: source) {
                ruling = Ruling(outcome: .quarantined, reason: "modified-after-claim")
                ruling.sandbox = level
            }
            if !ruling.outcome.isAccepted { try transaction.discardRecords() }
            return ruling
        }
    }

    /// Replaces what an accepted delivery stands in for: earlier ones of the same dataset whose whole period it covers.
    ///
    /// One that overlaps an earlier period without covering it would count some months twice, so it is rejected.
    private func settlePeriod(
        _ ruling: inout Ruling, _ delivery: Delivery, _ dataset: CompiledDataset,
        in transaction: any DecisionTransaction
    ) throws {
        guard dataset.replacement == .period, let period = ruling.period else { return }
        let current = try transaction.current(
            authority: delivery.authority, dataset: dataset.id, overlapping: period)
        if let clash = current.first(where: { !period.contains($0.period ?? period) }), let other = clash.period {
            ruling.outcome = .rejected
            ruling.findings.insert(
                Finding(
                    rule: "period", code: .periodOverlaps, severity: .fatal,
                    message: "This file covers \(period), but delivery \(clash.id) already covers \(other). Send whole "
                        + "periods: a file for exactly \(other), or one that covers it and more; or ask the operator "
                        + "to withdraw delivery \(clash.id)."),
                at: 0)
            return
        }
        ruling.replaces = current.map(\.id)
    }

    /// Decides a delivery in one transaction and writes its receipt.
    private func decide(
        _ delivery: Delivery, from source: Source, _ rule: (any DecisionTransaction) throws -> Ruling
    ) throws {
        var decided: Ruling?
        try store.decide(delivery.id) { transaction in
            let ruling = try rule(transaction)
            decided = ruling
            let finishedAt = clock.now()
            var details = [
                "authority": delivery.authority.text, "outcome": ruling.outcome.rawValue,
                "plugin": delivery.plugin, "sha256": delivery.sha256 ?? "",
            ]
            if let dataset = ruling.dataset { details["dataset"] = dataset }
            if let period = ruling.period { details["period"] = "\(period)" }
            if let reason = ruling.reason { details["reason"] = reason }
            if let rows = ruling.rows {
                details["rows"] = "\(rows.read)/\(rows.accepted)/\(rows.rejected)"
            }
            var entries = [entry(.deliveryDecided, delivery.id.text, details)]
            for replaced in ruling.replaces {
                entries.append(entry(.deliverySuperseded, replaced.text, ["by": delivery.id.text]))
            }
            let head = try transaction.headAfter(entries)
            let receipt = Receipt(
                delivery: delivery, authorityName: source.authority.name, outcome: ruling.outcome,
                finishedAt: finishedAt, pluginVersion: catalogue.plugins[delivery.plugin]?.version ?? "",
                report: ruling.report, dataset: ruling.dataset, period: ruling.period, rows: ruling.rows,
                findings: ruling.findings, replaces: ruling.replaces, duplicateOf: ruling.duplicateOf,
                reason: ruling.reason, sandbox: ruling.sandbox, notChecked: ruling.notChecked,
                checkpoint: "\(head.size) \(hexadecimal(head.rowHash))")
            return Decision(
                outcome: ruling.outcome, dataset: ruling.dataset, period: ruling.period, rows: ruling.rows,
                finishedAt: finishedAt, reason: ruling.reason, replaces: ruling.replaces, ledger: entries,
                receiptJSON: receipt.json.compactText, receiptText: receipt.text)
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

    func decideQuarantine(_ delivery: Delivery, from source: Source, reason: String) throws {
        try decide(delivery, from: source) { _ in Ruling(outcome: .quarantined, reason: reason) }
    }

    /// Whether somebody wrote to the original after it was copied: what was judged is then not what was sent.
    private func changedAfterClaim(_ delivery: Delivery, from source: Source) throws -> Bool {
        guard let folder = try claimFolder(delivery.id, of: source), let name = try folder.soleEntry(),
            let status = try folder.status(name)
        else { return false }
        // `ingest` leaves an empty file to remember the name by.
        return status.sizeBytes != delivery.bytes && status.sizeBytes != 0
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

/// The worker ended without a report.
struct WorkerDied: Error, CustomStringConvertible {
    var cause: WorkerDeath

    /// Trying again would end the same way and cost as much.
    var isCertain: Bool { cause == .timeLimit || cause == .outputLimit }

    var description: String { "the worker ended without a report (\(cause.reason))" }
}
