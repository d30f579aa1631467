import SluiceModel
import SluiceTestSupport

/// One delivery with one mistake, made anew from a kind and a seed.
package struct HarmCase: Sendable {
    package let kind: HarmKind
    package let seed: UInt64

    package init(_ kind: HarmKind, seed: UInt64) {
        self.kind = kind
        self.seed = seed
    }

    /// What became of it.
    package enum Fate: String, CaseIterable, Sendable {
        case rejected, held, told
        /// What is stored and what stands is as without the mistake.
        case same
        case silent
        /// The kind has no room in the delivery.
        case inapplicable
    }

    package struct Result {
        package var fate: Fate
        package var dataset = ""
        package var form = HarmForm.csv
        /// Where the mistake is.
        package var place = ""
        package var difference = ""
        /// Codes of the findings that tell it.
        package var toldBy: Set<String> = []
        package var verdict: Verdict?
        package var bytes: [UInt8] = []
        package var name = ""
        /// What it says, line by line.
        package var lines: [String] {
            guard let verdict else { return [] }
            return ["outcome \(verdict.outcome)" + (verdict.reason.map { " (\($0))" } ?? "")]
                + (verdict.heldFigures.map { ["held: \($0)"] } ?? []) + verdict.findings.map(\.line)
                + (verdict.saysNothingToDo ? ["Nothing to do."] : [])
        }
    }

    package func run(in sites: HarmSites) throws -> Result {
        let forms = kind.forms
        var targets = HarmDataset.all.flatMap { dataset in forms.map { (dataset, $0) } }
        // All in turn; some kinds have room in few of them, which are then looked for.
        let first = targets.remove(at: Int(seed % UInt64(targets.count)))
        var order = SplitMix64(seed: seed)
        targets.shuffle(using: &order)
        for (dataset, form) in [first] + targets {
            var draft = Draft(dataset, form: form)
            draft.random = SplitMix64(seed: seed &* 0x1_0000_0001 &+ kind.id.utf8.reduce(7) { $0 &* 131 &+ UInt64($1) })
            guard kind.make(&draft) else { continue }
            return try judge(draft, in: sites)
        }
        return Result(fate: .inapplicable)
    }

    private func judge(_ draft: Draft, in sites: HarmSites) throws -> Result {
        let dataset = draft.dataset
        // One delivery in five is sent where the period stands already.
        let isAgain = kind.isAgain || seed % 5 == 4
        let site = try isAgain ? sites.again() : sites.first()
        let good = try sites.good(dataset, draft.form)
        let bytes = draft.encoded()
        let name = dataset.fileName(before: 0, form: draft.form)
        let verdict = try site.rehearse(bytes, named: name, for: dataset.authority)
        var result = Result(
            fate: .same, dataset: dataset.name, form: draft.form, place: draft.place.text, verdict: verdict,
            bytes: bytes, name: "\(kind.id)-\(seed).\(draft.form.rawValue)")
        if isAgain { result.place += ", sent again" }
        if verdict.outcome == "held" {
            result.fate = .held
            return result
        }
        if !verdict.isAccepted {
            // The same bytes again change nothing: what stands is what the good run left, if the good bytes stand.
            result.fate = .rejected
            result.toldBy = Set(
                verdict.findings.filter { $0.severity == "fatal" || $0.severity == "refusal" }.map(\.code))
            if verdict.outcome == "duplicate" { result.toldBy = ["duplicate"] }
            return result
        }
        guard let difference = difference(verdict, good, isAgain: isAgain) else { return result }
        result.difference = difference
        let telling = verdict.findings.filter { !good.findings.contains($0) && tells($0, draft.place) }
        result.toldBy = Set(telling.map(\.code))
        result.fate = telling.isEmpty || verdict.saysNothingToDo ? .silent : .told
        return result
    }

    /// How what is stored and stands differs from the good run; nil when it does not.
    ///
    /// Earlier deliveries that neither run touches are left out of both.
    ///
    /// - Parameter isAgain: the good delivery stands already.
    private func difference(_ verdict: Verdict, _ good: Verdict, isAgain: Bool) -> String? {
        var parts: [String] = []
        let wanted = (isAgain ? [] : good.standing) + verdict.replaced
        func names(_ standing: [Verdict.Standing]) -> [String] {
            standing.map { "\($0.dataset) \($0.period)" }.sorted()
        }
        if names(verdict.standing) != names(wanted) {
            func text(_ names: [String]) -> String { names.isEmpty ? "nothing" : names.joined(separator: " + ") }
            parts.append("new: \(text(names(verdict.standing))), in place of \(text(names(wanted)))")
        }
        func all(_ standing: [Verdict.Standing]) -> RecordBag {
            standing.reduce(into: RecordBag()) { $0.add($1.records) }
        }
        let (missing, added) = all(verdict.standing).difference(from: all(wanted))
        if missing + added > 0 { parts.append("\(missing) records missing, \(added) that should not be there") }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    /// Whether a finding that the good run has not speaks of the place.
    private func tells(_ finding: SeenFinding, _ place: Place) -> Bool {
        if finding.isNote { return false }
        if !place.rows.isDisjoint(with: finding.rows) { return true }
        // Of many rows only the first are listed.
        let namesRow = finding.rows.isEmpty || place.rows.isEmpty || finding.count > finding.rows.count
        if let column = finding.column {
            let name = HeaderName.normalised(column)
            return namesRow && place.columns.contains { HeaderName.normalised($0) == name }
        }
        return place.isOfFile && (finding.isOfFile || place.rows.isEmpty)
    }
}

/// The instances that one thread tries its cases in, and the good runs.
package final class HarmSites {
    private var firstSite: HarmSite?
    private var againSite: HarmSite?
    private var goodRuns: [String: Verdict] = [:]

    package init() {}

    func first() throws -> HarmSite {
        if let firstSite { return firstSite }
        let site = try HarmSite(HarmDataset.all, includesCurrent: false)
        firstSite = site
        return site
    }

    func again() throws -> HarmSite {
        if let againSite { return againSite }
        let site = try HarmSite(HarmDataset.all, includesCurrent: true, keysOf: first())
        againSite = site
        return site
    }

    /// What becomes of a delivery without a mistake.
    ///
    /// - Throws: `HarmFault` when it is not accepted, or anything is found: the samples it is grown from have none.
    package func good(_ dataset: HarmDataset, _ form: HarmForm) throws -> Verdict {
        let key = "\(dataset.name) \(form)"
        if let known = goodRuns[key] { return known }
        let draft = Draft(dataset, form: form)
        let verdict = try first().rehearse(
            draft.encoded(), named: dataset.fileName(before: 0, form: form), for: dataset.authority)
        guard verdict.outcome == "accepted", verdict.findings.isEmpty, verdict.saysNothingToDo else {
            throw HarmFault(
                description: "an unspoilt delivery of \(key) is not taken without a word: \(verdict.outcome) "
                    + (verdict.heldFigures ?? "") + verdict.findings.map { "\n  " + $0.line }.joined())
        }
        goodRuns[key] = verdict
        return verdict
    }
}
