import SluiceFormat
package import SluiceModel
import SluiceSettings
import SluiceStore
import SluiceSystem
import SluiceWire

/// One attempt at a claimed file: the private copy, what the worker is told of it, and the time that is left.
final class Reading {
    /// What the file is on record as; of a file of several tables their parent.
    let delivery: Delivery
    let compiled: CompiledPlugin
    /// Tables of these very bytes that an earlier delivery brought and that stand.
    let standing: [TablePlace: DeliveryID]
    /// The private copy; nil once no worker will read it again.
    private var input: Int32?
    /// Brings the private copy to the disk while the worker reads it.
    private let sync: SideWork<SystemError?>
    /// For all runs of the worker together, so that a file does not get more of it by claiming many tables.
    private(set) var secondsLeft: Double

    init(
        _ delivery: Delivery, input: consuming OpenFile, compiled: CompiledPlugin,
        standing: [TablePlace: DeliveryID], timeLimitSeconds: Int
    ) throws(SystemError) {
        self.delivery = delivery
        sync = try input.beginSync()
        self.input = input.takeDescriptor()
        self.compiled = compiled
        self.standing = standing
        secondsLeft = Double(timeLimitSeconds)
    }

    deinit { end() }

    var inputDescriptor: Int32 { input ?? -1 }

    /// Waits until the private copy is durable: nothing is decided before.
    func awaitDurable() throws(SystemError) {
        if let error = sync.value() { throw error }
    }

    /// No worker will read the file again.
    func end() {
        guard let descriptor = input else { return }
        input = nil
        OpenFile(descriptor: descriptor, label: "the spool copy").beginUncaching()
    }

    func spend(seconds: Double) { secondsLeft -= seconds }
}

/// The file holds several tables, each to be decided by itself; nothing was decided yet.
struct SeveralTables: Error {
    /// Empty when it did hold several and no longer does, by another version of the plugin.
    var entries: [DecodeReport.TableEntry]
}

extension Intake {
    /// Lets the worker read the file into the transaction, and rules on what it reports.
    ///
    /// - Parameter isInParts: some of its tables are on record already.
    /// - Throws: `SeveralTables` when they are to be decided one by one; `WorkerDied`, `Interrupted`.
    func judge(
        _ reading: Reading, from source: Source, isInParts: Bool, in transaction: any DecisionTransaction
    ) throws -> Ruling {
        let (report, sandbox, profile) = try read(
            reading, as: reading.delivery, tableIndex: nil, isKept: true, in: transaction)
        if isInParts || !report.tables.isEmpty {
            guard !isInParts, source.authority.members == .together else {
                throw SeveralTables(entries: report.tables)
            }
            var ruling = try judgeTogether(report.tables, reading, from: source, in: transaction)
            ruling.sandbox = sandbox
            try awaitWord(on: ruling, reading.delivery)
            return ruling
        }
        var ruling = try rule(
            on: report, sandbox, profile, as: reading.delivery, reading.compiled, in: transaction)
        if ruling.outcome.isAccepted, try changedAfterClaim(reading.delivery, from: source) {
            ruling = Ruling(outcome: .quarantined, reason: Intake.modifiedAfterClaim)
            ruling.sandbox = sandbox
        }
        if !ruling.outcome.isAccepted { try transaction.discardRecords() }
        try awaitWord(on: ruling, reading.delivery)
        return ruling
    }

    /// - Throws: `Hold` where somebody has to confirm what the ruling would do, and nobody has.
    func awaitWord(on ruling: Ruling, _ delivery: Delivery) throws {
        guard let hold = Hold(ruling, lossPercent: settings.intake.replaceLossPercent) else { return }
        guard delivery.confirmedAt != nil, let confirmed = delivery.heldFor, hold.isCovered(by: confirmed) else {
            throw hold
        }
    }

    static let modifiedAfterClaim = "modified-after-claim"

    /// Runs the worker on the file, or on one of its tables, and puts its records into the transaction, or nowhere:
    /// again where a reading taught how to read, see `Rereading`.
    ///
    /// - Parameter delivery: the table's own: the file's, or its child.
    func read(
        _ reading: Reading, as delivery: Delivery, tableIndex: Int?, isKept: Bool,
        in transaction: any DecisionTransaction
    ) throws -> (report: DecodeReport, sandbox: SandboxLevel, profile: DeliveryProfile?) {
        var rereading = Rereading(reading.compiled.plan)
        var compiled = reading.compiled
        var rows: Int?
        while true {
            compiled.plan = rereading.plan
            let (report, sandbox, tally) = try read(
                reading, compiled, tableIndex: tableIndex, into: isKept ? transaction : nil)
            // All readings are of one file: a worker that sees another one is not to be believed.
            if let rows, rows != report.rows.read { throw WorkerDied(cause: .protocolViolation(.disagrees(.report))) }
            let isAgain = try rereading.isNeeded(after: report) { dataset in
                try self.context(of: dataset, report, as: delivery, in: transaction)
            }
            guard isAgain else {
                let profile = report.datasetIndex.map {
                    tally.profile(
                        of: report, dataset: compiled.plan.datasets[$0], plan: compiled.plan,
                        codes: compiled.dictionaryDimensions)
                }
                return (rereading.conclude(report), sandbox, profile)
            }
            if isKept { try transaction.discardRecordsOfTurn() }
            // Another encoding may make other rows of the same bytes.
            rows = report.fitsEncoding == nil ? report.rows.read : nil
        }
    }

    /// What decides the months of a table beside its rows.
    private func context(
        of dataset: DatasetPlan, _ report: DecodeReport, as delivery: Delivery, in transaction: any DecisionTransaction
    ) throws -> PeriodContext {
        let today = settings.zone.date(at: delivery.receivedAt)
        var context = PeriodContext(today: today)
        guard let authority = source(delivery.authority)?.authority else { return context }
        context.cadence = authority.cadences[dataset.id]
        // As `Instance.purgeDue` counts: kept for so many months after the last one covered.
        context.keptFrom = CivilMonth(index: today.month.index - authority.retentionMonths(of: dataset.id))
        if let period = report.period {
            context.standing = try transaction.current(
                authority: delivery.authority, dataset: dataset.id, overlapping: period
            ).compactMap { other in
                guard let covered = other.period, let rows = other.rows else { return nil }
                return PeriodSpan(period: covered, rows: rows.accepted)
            }
        }
        context.usualMonths = try transaction.usualMonths(authority: delivery.authority, dataset: dataset.id)
        return context
    }

    private func read(
        _ reading: Reading, _ compiled: CompiledPlugin, tableIndex: Int?, into transaction: (any DecisionTransaction)?
    ) throws -> (report: DecodeReport, sandbox: SandboxLevel, tally: DeliveryTally) {
        let dictionary = CodeDictionary(
            dimensions: compiled.dictionaryDimensions.map { CodeDictionary.Dimension(id: $0.id, codes: $0.codes) })
        var eventKind: String?
        var tokens: LinkTokens?
        var tally = DeliveryTally(dimensionCount: compiled.plan.dimensions.count)
        var plan = compiled.plan
        plan.tableIndex = tableIndex
        guard reading.secondsLeft > 0 else { throw WorkerDied(cause: .timeLimit) }
        var job = WorkerJob(
            executable: workerPath, input: reading.inputDescriptor, plan: plan,
            timeLimitSeconds: Int(reading.secondsLeft.rounded(.up)), memoryLimitBytes: settings.decode.memoryLimitBytes,
            allowDegraded: settings.decode.sandboxDegradedOK)
        let directory = plan.datasets.contains { $0.output.usesDirectory } ? try PostcodeFile.open(settings) : nil
        job.directory = directory?.forWorker
        defer { withExtendedLifetime(directory) {} }
        let began = monotonicSeconds()
        var storing = 0.0
        let result = try job.run(
            onSandbox: { self.sandbox = $0 },
            onRecognised: { datasetIndex in
                let output = plan.datasets[datasetIndex].output
                if case .event(let kind) = output.kind { eventKind = kind }
                guard output.linkField != nil,
                    let recipe = self.catalogue.model.links.first(where: { $0.id == output.linkRecipe })
                else { return }
                tokens = try self.keys.linkTokens(recipe: recipe.id, purpose: recipe.purpose)
            },
            onBlock: { block, links in
                guard let transaction else { return }
                let arrived = monotonicSeconds()
                var block = block
                if let links, let tokens { block.linkTokens = tokens.tokens(for: links, rowCount: block.rowCount) }
                tally.add(block, plan: plan)
                try transaction.append(block, eventKind: eventKind, dictionary: dictionary)
                storing += monotonicSeconds() - arrived
            },
            onProgress: { rows, _ in self.onProgress(rows) },
            shouldStop: {
                self.onAlive()
                return self.shouldStop()
            })
        reading.spend(seconds: monotonicSeconds() - began - storing)
        try reading.awaitDurable()
        switch result {
        case .died(let cause):
            if cause == .interrupted { throw Interrupted() }
            throw WorkerDied(cause: cause)
        case .report(let report, let level): return (report, level, tally)
        }
    }

    /// What a table deserves by its report and by what was taken before.
    ///
    /// - Parameter delivery: the table's own: the file's, or its child.
    func rule(
        on report: DecodeReport, _ sandbox: SandboxLevel, _ profile: DeliveryProfile?, as delivery: Delivery,
        _ compiled: CompiledPlugin, in transaction: any DecisionTransaction
    ) throws -> Ruling {
        var ruling = Ruling(report, sandbox: sandbox)
        ruling.profile = profile
        guard ruling.outcome.isAccepted, let index = report.datasetIndex else { return ruling }
        applyRules(&ruling, delivery)
        guard ruling.outcome.isAccepted else { return ruling }
        try settlePeriod(&ruling, delivery, compiled.datasets[index], in: transaction)
        guard ruling.outcome.isAccepted else { return ruling }
        try compare(
            &ruling, delivery, compiled.plan, datasetIndex: index,
            isReplacing: compiled.datasets[index].replacement == .period, in: transaction)
        return ruling
    }

    /// Compares what an accepted delivery brings with what usually comes.
    private func compare(
        _ ruling: inout Ruling, _ delivery: Delivery, _ plan: FormatPlan, datasetIndex: Int, isReplacing: Bool,
        in transaction: any DecisionTransaction
    ) throws {
        guard let profile = ruling.profile else { return }
        let dataset = plan.datasets[datasetIndex].id
        // Other tables of the same file are no earlier ones.
        func isEarlier(_ other: Delivery) -> Bool { delivery.parent == nil || other.parent != delivery.parent }
        let earlier = try transaction.profiles(
            authority: delivery.authority, dataset: dataset, limit: Usual.earlierLimit
        ).filter { isEarlier($0.delivery) }
        var usual = Usual(
            profile, plan: plan, datasetIndex: datasetIndex, period: ruling.period, earlier: earlier,
            unusualPercent: settings.intake.unusualPercent)
        if let period = ruling.period, let accepted = ruling.rows?.accepted {
            let steps = Usual.length(period, of: plan.datasets[datasetIndex])
            // Terms have three to five months.
            var isByTerm = false
            if case .field(_, .term) = plan.datasets[datasetIndex].period { isByTerm = true }
            let spread = isByTerm ? 2 : 0
            var same: [Delivery] = []
            for months in max(1, period.monthCount - spread)...period.monthCount + spread {
                same += try transaction.current(
                    authority: delivery.authority, dataset: dataset, periodMonths: months,
                    limit: Intake.sameLengthLimit
                ).filter { other in
                    isEarlier(other) && !ruling.replaces.contains(other.id)
                        && other.period.map { Usual.length($0, of: plan.datasets[datasetIndex]) } == steps
                }
            }
            usual.judgeRows(accepted, same: same.compactMap { $0.rows?.accepted })
        }
        if isReplacing { usual.judgeTurn(ruling.period, replaces: ruling.replaces) }
        ruling.findings.insert(warnings: usual.warnings)
        ruling.unusual = usual.unusual
    }

    /// Earlier deliveries of one length of period that are looked at, the newest.
    private static let sameLengthLimit = 1000

    /// Lets the rules judge what is known once the file was read.
    private func applyRules(_ ruling: inout Ruling, _ delivery: Delivery) {
        guard let source = source(delivery.authority) else { return }
        let today = today()
        let gate = settings.gate
        let before = gate.beforeOpening(source.authority, on: today).filter { $0.effect == .warn }
        let rules =
            gate.afterReading(source.authority, dataset: ruling.dataset, period: ruling.period, on: today) + before
        for rule in rules {
            let finding = Finding(
                rule: rule.name, code: .disclosureRule, severity: rule.effect == .refuse ? .refusal : .warning,
                message: "\(rule.agency) (\(rule.citation))")
            if rule.effect == .refuse {
                ruling.outcome = .refused
                ruling.findings.insert(finding, at: 0)
            } else {
                ruling.findings.insert(warnings: [finding])
            }
        }
    }

    /// Replaces what an accepted delivery stands in for: earlier ones of the same dataset whose whole period it covers.
    ///
    /// One that overlaps an earlier period without covering it would count some months twice, so it is rejected; so is
    /// a table that overlaps another of its own file.
    private func settlePeriod(
        _ ruling: inout Ruling, _ delivery: Delivery, _ dataset: CompiledDataset,
        in transaction: any DecisionTransaction
    ) throws {
        guard dataset.replacement == .period, let period = ruling.period else { return }
        let current = try transaction.current(
            authority: delivery.authority, dataset: dataset.id, overlapping: period)
        if let parent = delivery.parent, let twin = current.first(where: { $0.parent == parent }),
            let table = twin.table, let covered = twin.period
        {
            ruling.reject(covering: period, as: covered, ofTable: table)
            return
        }
        if let clash = current.first(where: { !period.contains($0.period ?? period) }), let other = clash.period {
            ruling.reject(
                with: "This file covers \(period), but delivery \(clash.id) already covers \(other). Send whole "
                    + "periods: a file for exactly \(other), or one that covers it and more; or ask the operator "
                    + "to withdraw delivery \(clash.id).")
            return
        }
        ruling.replaces = current.map(\.id)
        ruling.replacements = Replaced.list(current, in: period, by: delivery, ruling.report?.spans ?? [])
        // A correction is meant so; last month's file under this month's name is not.
        let bringsMonths = !period.without(current.compactMap(\.period)).isEmpty
        for replaced in ruling.replacements {
            let (now, before) = (replaced.now, replaced.before)
            ruling.findings.insert(
                warnings: [
                    Finding(
                        rule: FindingRule.period, code: .replacesFigures,
                        severity: now < before || !bringsMonths ? .warning : .note,
                        message:
                            "For \(replaced.period) this file has \(now.grouped) good \(now == 1 ? "row" : "rows"); "
                            + replaced.names("which it replaces, had", "which it replaces, had together")
                            + " \(before.grouped)."
                            + (bringsMonths
                                ? ""
                                : " It brings no month that had not come. If it is a correction, there is nothing to do.")
                    )
                ])
        }
    }

    /// Whether somebody wrote to the original after it was copied: what was judged is then not what was sent.
    ///
    /// - Parameter delivery: the file's, not a table's.
    func changedAfterClaim(_ delivery: Delivery, from source: Source) throws -> Bool {
        guard let folder = try claimFolder(delivery.id, of: source), let name = try folder.soleEntry(),
            let status = try folder.status(name)
        else { return false }
        // `ingest` leaves an empty file to remember the name by.
        return status.sizeBytes != delivery.bytes && status.sizeBytes != 0
    }
}

extension Finding {
    /// That a table has months in common with another of its file and dataset.
    package static func sameMonths(
        _ period: Period, as covered: Period, ofTable table: DeliveredTable
    ) -> Finding {
        let place = "\(table.place)"
        return Finding(
            rule: FindingRule.period, code: .periodOverlaps, severity: .fatal,
            message: "This table covers \(period), but table \(table.number) of the same file"
                + (place.isEmpty ? "" : " (\(place))") + " already covers \(covered). Put the rows of a period into "
                + "one table, and send each table once.")
    }
}

extension Ruling {
    /// Rejects a table that has months in common with another of the same file and dataset.
    mutating func reject(covering period: Period, as covered: Period, ofTable table: DeliveredTable) {
        outcome = .rejected
        findings.insert(.sameMonths(period, as: covered, ofTable: table), at: 0)
    }

    /// Rejects a table that would have to be confirmed, where others of its file are decided already.
    mutating func reject(for hold: Hold) {
        outcome = .rejected
        replaces = []
        findings.insert(
            Hold.finding(
                hold.reason,
                "The table would have to be confirmed: " + hold.figures.joined(separator: " ")
                    + " Send it again in a file of its own."), at: 0)
    }

    fileprivate mutating func reject(with message: String) {
        outcome = .rejected
        findings.insert(
            Finding(
                rule: FindingRule.period, code: .periodOverlaps, severity: .fatal, message: message), at: 0)
    }
}
