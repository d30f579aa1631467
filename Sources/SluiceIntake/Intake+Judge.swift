import SluiceFormat
import SluiceModel
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
        let (report, sandbox) = try read(reading, tableIndex: nil, into: transaction)
        if isInParts || !report.tables.isEmpty {
            guard !isInParts, source.authority.members == .together else {
                throw SeveralTables(entries: report.tables)
            }
            var ruling = try judgeTogether(report.tables, reading, from: source, in: transaction)
            ruling.sandbox = sandbox
            return ruling
        }
        var ruling = try rule(on: report, sandbox, as: reading.delivery, reading.compiled, in: transaction)
        if ruling.outcome.isAccepted, try changedAfterClaim(reading.delivery, from: source) {
            ruling = Ruling(outcome: .quarantined, reason: Intake.modifiedAfterClaim)
            ruling.sandbox = sandbox
        }
        if !ruling.outcome.isAccepted { try transaction.discardRecords() }
        return ruling
    }

    static let modifiedAfterClaim = "modified-after-claim"

    /// Runs the worker on the file, or on one of its tables, and puts its records into the transaction, or nowhere.
    ///
    /// A column that a rule drops for what was found in it is known at the end only: then the file is read again without
    /// it, and nothing that was made of it is kept.
    func read(
        _ reading: Reading, tableIndex: Int?, into transaction: (any DecisionTransaction)?
    ) throws -> (report: DecodeReport, sandbox: SandboxLevel) {
        let first = try read(reading, reading.compiled, tableIndex: tableIndex, into: transaction)
        guard let transaction, first.report.tables.isEmpty, first.report.outcome.isAccepted,
            let dataset = first.report.datasetIndex
        else {
            return first
        }
        let plan = reading.compiled.plan
        let dropping = Set(plan.contentRules.filter { $0.effect == .dropColumn }.map(\.name))
        let names = Set(first.report.findings.filter { dropping.contains($0.rule) }.compactMap(\.column))
        let fields = Set(
            plan.datasets[dataset].fields.indices.filter { names.contains(plan.datasets[dataset].fields[$0].name) })
        guard fields.contains(where: { plan.datasets[dataset].output.uses($0) }) else { return first }
        try transaction.discardRecordsOfTurn()
        var compiled = reading.compiled
        compiled.plan.datasets[dataset].output.drop(fields)
        let second = try read(reading, compiled, tableIndex: tableIndex, into: transaction)
        // The records are of the second reading, what is said of them of the first: they must be of the same file.
        guard second.report.outcome.isAccepted, second.report.datasetIndex == dataset,
            second.report.rows == first.report.rows, second.report.period == first.report.period
        else { throw WorkerDied(cause: .protocolViolation(.disagrees(.report))) }
        // Of a column that is linked by no longer nothing is looked for: the first report says what was found.
        var report = first.report
        report.linkedRows = second.report.linkedRows
        return (report, second.sandbox)
    }

    private func read(
        _ reading: Reading, _ compiled: CompiledPlugin, tableIndex: Int?, into transaction: (any DecisionTransaction)?
    ) throws -> (report: DecodeReport, sandbox: SandboxLevel) {
        let dictionary = CodeDictionary(
            dimensions: compiled.dictionaryDimensions.map { CodeDictionary.Dimension(id: $0.id, codes: $0.codes) })
        var eventKind: String?
        var tokens: LinkTokens?
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
        case .report(let report, let level): return (report, level)
        }
    }

    /// What a table deserves by its report and by what was taken before.
    ///
    /// - Parameter delivery: the table's own: the file's, or its child.
    func rule(
        on report: DecodeReport, _ sandbox: SandboxLevel, as delivery: Delivery, _ compiled: CompiledPlugin,
        in transaction: any DecisionTransaction
    ) throws -> Ruling {
        var ruling = Ruling(report, sandbox: sandbox)
        guard ruling.outcome.isAccepted, let index = report.datasetIndex else { return ruling }
        applyRules(&ruling, delivery)
        guard ruling.outcome.isAccepted else { return ruling }
        try settlePeriod(&ruling, delivery, compiled.datasets[index], in: transaction)
        guard ruling.outcome.isAccepted else { return ruling }
        ruling.findings.insert(
            warnings: try SuddenChange.findings(
                for: ruling, of: delivery, plan: compiled.plan, datasetIndex: index, in: transaction))
        return ruling
    }

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

extension Ruling {
    /// Rejects a table that has months in common with another of the same file and dataset.
    mutating func reject(covering period: Period, as covered: Period, ofTable table: DeliveredTable) {
        let place = "\(table.place)"
        reject(
            with: "This table covers \(period), but table \(table.number) of the same file"
                + (place.isEmpty ? "" : " (\(place))") + " already covers \(covered). Put the rows of a period into "
                + "one table, and send each table once.")
    }

    fileprivate mutating func reject(with message: String) {
        outcome = .rejected
        findings.insert(
            Finding(
                rule: FindingRule.period, code: .periodOverlaps, severity: .fatal, message: message), at: 0)
    }
}
