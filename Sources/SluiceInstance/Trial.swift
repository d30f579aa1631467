package import SluiceFormat
package import SluiceIntake
package import SluiceModel
package import SluiceSettings
package import SluiceSystem
import SluiceYAML

/// Puts a file through the real worker without an instance: what `validate` and `plugin test` do.
package struct Trial {
    package let catalogue: Catalogue
    /// As shipped.
    package let rules: [DisclosureRule]

    /// - Parameter plugin: the name of a shipped plugin, or a plugin's folder.
    /// - Throws: `InstanceError.settings` with every mistake of the plugin or the model.
    package static func open(plugin: String) throws -> (trial: Trial, plugin: Plugin) {
        let share = try Installation.share()
        var folder = share + "/plugins"
        var name = plugin
        if plugin.contains("/") || (try? readSmallFile(plugin + "/plugin.yaml")) != nil {
            let parts = plugin.split(separator: "/", omittingEmptySubsequences: true)
            name = parts.last.map(String.init) ?? plugin
            folder = (plugin.hasPrefix("/") ? "/" : "") + parts.dropLast().joined(separator: "/")
            if folder.isEmpty { folder = "." }
        }
        let mistakes = Mistakes()
        let read = Trial.read(share: share, plugins: folder, mistakes: mistakes)
        guard let (catalogue, rules) = read else { throw InstanceError.settings(mistakes.all) }
        if let own = catalogue.broken[name] { throw InstanceError.settings(own) }
        guard let found = catalogue.plugins[name] else {
            let near = nearest(name, among: catalogue.plugins.keys.sorted()).map { "did you mean `\($0)`?" }
            throw InstanceError.settings([
                Mistake(
                    file: folder, what: "no plugin is called `\(name)`",
                    hint: near ?? "there are: " + catalogue.plugins.keys.sorted().joined(separator: ", "))
            ])
        }
        return (Trial(catalogue: catalogue, rules: rules), found)
    }

    /// All shipped plugins, usable or not.
    package static func shipped() throws -> Trial {
        let share = try Installation.share()
        let mistakes = Mistakes()
        let read = Trial.read(share: share, plugins: share + "/plugins", mistakes: mistakes)
        guard let (catalogue, rules) = read else { throw InstanceError.settings(mistakes.all) }
        return Trial(catalogue: catalogue, rules: rules)
    }

    private static func read(
        share: String, plugins: String, mistakes: Mistakes
    ) -> (Catalogue, [DisclosureRule])? {
        let disclosure = share + "/config/disclosure"
        let catalogue = Catalogue.read(
            model: share + "/config/model", plugins: [plugins], patientColumns: disclosure + "/patient-columns.csv",
            words: disclosure + "/words", mistakes: mistakes)
        let rules = readDisclosureRules(file: disclosure + "/rules.yaml", mistakes: mistakes)
        guard let catalogue, let rules else { return nil }
        return (catalogue, rules)
    }

    /// Lets the worker judge a file as if it had been dropped today.
    ///
    /// - Returns: what it found, and how it was confined.
    package func judge(
        _ file: borrowing OpenFile, with plugin: Plugin, today: CivilDate, progress: (_ rows: Int) -> Void
    ) throws -> (report: DecodeReport, sandbox: SandboxLevel) {
        try judge(file, with: plugin, tableIndex: nil, today: today, progress: progress)
    }

    /// Lets the worker judge every table of a file, as intake would: one after another.
    ///
    /// - Returns: the tables in their order; for a file of one, that one without a place.
    package func judgeTables(
        _ file: borrowing OpenFile, with plugin: Plugin, today: CivilDate, progress: (_ rows: Int) -> Void
    ) throws -> [TableReport] {
        let whole = try judge(file, with: plugin, tableIndex: nil, today: today, progress: progress).report
        if whole.tables.isEmpty { return [TableReport(table: nil, report: whole)] }
        let datasets = catalogue.plan(trying: plugin, rules: rules, today: today)?.datasets ?? []
        var reports: [TableReport] = []
        for (index, entry) in whole.tables.enumerated() {
            var report = try judge(file, with: plugin, tableIndex: index, today: today, progress: progress).report
            let replacesMonths = report.datasetIndex.map { datasets[$0].replacement == .period } ?? false
            if replacesMonths, report.outcome.isAccepted, let period = report.period,
                let twin = reports.first(where: { $0.hasMonths(of: report) }),
                let table = twin.table, let covered = twin.report.period
            {
                report.findings.insert(.sameMonths(period, as: covered, ofTable: table), at: 0)
            }
            reports.append(TableReport(table: DeliveredTable(index: index, place: entry.place), report: report))
        }
        return reports
    }

    package struct TableReport: Sendable {
        /// Nil for the only one of its file.
        package var table: DeliveredTable?
        package var report: DecodeReport

        /// Whether another table is of the same dataset and has months in common.
        fileprivate func hasMonths(of other: DecodeReport) -> Bool {
            guard let covered = report.period, let period = other.period else { return false }
            return report.assumptions?.dataset == other.assumptions?.dataset && covered.overlaps(period)
        }
    }

    private func judge(
        _ file: borrowing OpenFile, with plugin: Plugin, tableIndex: Int?, today: CivilDate,
        progress: (_ rows: Int) -> Void
    ) throws -> (report: DecodeReport, sandbox: SandboxLevel) {
        let mistakes = Mistakes()
        guard var compiled = catalogue.plan(trying: plugin, rules: rules, today: today) else {
            throw InstanceError.settings(mistakes.all)
        }
        compiled.plan.tableIndex = tableIndex
        var rereading = Rereading(compiled.plan)
        while true {
            let job = WorkerJob(
                executable: try Installation.worker(), input: file.descriptor, plan: rereading.plan,
                timeLimitSeconds: 3600, memoryLimitBytes: 512 << 20, allowDegraded: false)
            let result = try job.run(
                onSandbox: { _ in }, onRecognised: { _ in }, onBlock: { _, _ in },
                onProgress: { rows, _ in progress(rows) },
                shouldStop: { false })
            switch result {
            case .report(let report, let level):
                // What the sender agreed to and what it sent before is known in an instance alone.
                let isAgain = rereading.isNeeded(after: report) { _ in PeriodContext(today: today) }
                if !isAgain { return (rereading.conclude(report), level) }
            case .died(let death): throw TrialFailure(reason: death.reason)
            }
        }
    }

    /// Rules that only an instance can judge, with its agreements and earlier deliveries.
    package static let notChecked = ["agreement", "duplicate", "period.overlaps", "sudden-change"]
}

/// The worker ended without a report.
package struct TrialFailure: Error, CustomStringConvertible {
    var reason: String
    package var description: String {
        "the worker could not process the file (\(reason)); an instance would quarantine it"
    }
}

extension [Trial.TableReport] {
    /// The worst of the tables: they are taken together unless the authority's file says otherwise.
    package var outcome: Outcome {
        let worstLast: [Outcome] = [.accepted, .acceptedWithRejections, .rejected, .refused]
        return worstLast.last { outcome in contains { $0.report.outcome == outcome } } ?? .rejected
    }

    /// The answer of `sluice validate --json`.
    package func validationJSON(notChecked: [String]) -> JSON {
        if count == 1, self[0].table == nil { return self[0].report.validationJSON(notChecked: notChecked) }
        return .members([
            "outcome": .string(outcome.rawValue),
            "tables": .array(
                map { one in
                    .members(["table": one.table.map(\.json) ?? .null])
                        .adding(one.report.validationJSON(notChecked: []))
                }),
            "notChecked": .strings(notChecked),
        ])
    }
}

extension JSON {
    /// The members of both, those of `other` last.
    fileprivate func adding(_ other: JSON) -> JSON {
        guard case .object(let members) = self, case .object(let more) = other else { return self }
        return .object(members + more.filter { $0.name != "notChecked" })
    }
}

extension DecodeReport {
    /// The answer of `sluice validate --json` for a file of one table.
    package func validationJSON(notChecked: [String]) -> JSON {
        .members([
            "outcome": .string(outcome.rawValue),
            "dataset": .optional(assumptions?.dataset),
            "edition": .optional(assumptions?.edition),
            "period": .optional(period.map { "\($0)" }),
            "assumed": assumptions?.json ?? .null,
            "rows": rows.json,
            "lines": lines?.json ?? .null,
            "findings": .array(findings.map(\.json)),
            "findingsCut": .bool(findingsCut),
            "notChecked": .strings(notChecked),
        ])
    }
}
