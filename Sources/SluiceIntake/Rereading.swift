package import SluiceModel

/// What a reading of a table makes known only at its end, so that the table is read once more: its encoding, columns of
/// which nothing is kept, the months that it is of.
///
/// ```
/// var reading = Rereading(plan)
/// repeat { report = run(reading.plan) } while try reading.isNeeded(after: report) { context of a dataset }
/// report = reading.conclude(report)
/// ```
package struct Rereading {
    /// What the next reading goes by.
    package private(set) var plan: FormatPlan
    private var isSettled = false
    /// What an earlier reading found in columns that a later one does not look at.
    private var identifiers: [Finding] = []
    /// What is wrong with the months, and what may be.
    private var periodFinding: Finding?
    private var periodWarning: Finding?

    package init(_ plan: FormatPlan) { self.plan = plan }

    /// - Parameter context: what decides the months of files of this dataset.
    /// - Returns: true when the table is to be read again, and nothing of this reading kept.
    package mutating func isNeeded(
        after report: DecodeReport, _ context: (DatasetPlan) throws -> PeriodContext
    ) rethrows -> Bool {
        if let encoding = report.fitsEncoding, plan.encoding == nil {
            plan.encoding = encoding
            return true
        }
        guard !isSettled, report.tables.isEmpty, let index = report.datasetIndex else { return false }
        isSettled = true
        let dataset = plan.datasets[index]
        let dropped = Set(report.droppedFields.filter { dataset.output.uses($0) })
        if !dropped.isEmpty {
            let names = Set(dropped.map { dataset.fields[$0].name })
            let rules = Set(plan.contentRules.filter { $0.effect == .dropColumn }.map(\.name))
            identifiers = report.findings.filter { finding in
                rules.contains(finding.rule) && finding.column.map { names.contains($0) } ?? false
            }
            plan.datasets[index].output.drop(dropped)
        }
        var isPartOnly = false
        if dataset.period != .none, report.period != nil, report.outcome.isAccepted {
            let context = try context(dataset)
            switch PeriodRun.judge(report.spans, plan: dataset, context) {
            case .whole: judgeGaps(report.spans, dataset, context, in: nil)
            case .only(let period):
                judgeGaps(report.spans, dataset, context, in: period)
                plan.datasets[index].onlyPeriod = period
                isPartOnly = true
            case .unclear:
                periodFinding = Finding(
                    rule: FindingRule.period, code: .periodUnclear, severity: .fatal,
                    message: Self.message(of: report.spans))
            case .offCadence(let unit):
                periodFinding = Finding(
                    rule: FindingRule.sends, code: .cadenceBroken, severity: .fatal,
                    message: "Each of these files is agreed to cover one \(unit.noun). This one seems to hold "
                        + "\(report.spans.runs). Correct the dates that are wrong, and send one file for each "
                        + "\(unit.noun).")
            }
        }
        return isPartOnly || !dropped.isEmpty
    }

    /// Months that count as delivered with nothing in them; a rule `coverage` of the dataset tells them itself.
    private mutating func judgeGaps(
        _ spans: [PeriodSpan], _ dataset: DatasetPlan, _ context: PeriodContext, in period: Period?
    ) {
        let isRuled = dataset.fileRules.contains { if case .coverage = $0.kind { true } else { false } }
        let gaps = PeriodRun.gaps(spans, plan: dataset, context, in: period)
        guard !isRuled, !gaps.isEmpty else { return }
        let listed = gaps.prefix(6).map { "\($0)" } + (gaps.count > 6 ? ["\(gaps.count - 6) more"] : [])
        periodWarning = Finding(
            rule: FindingRule.period, code: .periodGap, severity: .warning,
            message:
                "The file has no good row of \(listed.listed()), and many of the months before and after. It counts as "
                + "sent for them too, with zeros. Check that the export is complete; if nothing happened then, there is "
                + "nothing to do.")
    }

    private static func message(of spans: [PeriodSpan]) -> String {
        guard !spans.isEmpty else {
            return "The rows are of too many different periods for one file. Send each period in a file of its own."
        }
        return "The rows do not lie in one run of months. The file seems to hold \(spans.runs). Correct the dates that "
            + "are wrong; or send each run of months in a file of its own."
    }

    /// The last report, with what only an earlier reading or all of them together could tell.
    package func conclude(_ last: DecodeReport) -> DecodeReport {
        var report = last
        for finding in identifiers
        where !report.findings.contains(where: { $0.rule == finding.rule && $0.column == finding.column }) {
            report.findings.insert(warnings: [finding])
        }
        if let periodWarning { report.findings.insert(warnings: [periodWarning]) }
        if let periodFinding { report.findings.insert(periodFinding, at: 0) }
        return report
    }
}

extension PeriodUnit {
    /// As people call it.
    package var noun: String { rawValue.replacing("-", with: " ") }
}
