internal import Glibc
import SluiceModel

/// Which columns of a table are looked at for identifiers, how, and which rules what was found meets.
///
/// | Column | Of a health sender | Of others |
/// |---|---|---|
/// | that no schema knows; free text: `scan`, `gazetteer` | searched | searched |
/// | a text without code list, pattern or check | searched | left alone |
/// | declared as `reference` | weighed | left alone |
/// | any other | searched for NHS numbers, weighed for the rest | left alone |
///
/// Of senders of all kinds a column that is linked by is weighed for NHS numbers. A date is weighed as one of birth in
/// every column that is looked at.
struct ContentGate {
    struct Column: BitwiseCopyable {
        var index: Int
        /// Kinds that some rule asks for, anywhere in the cell, and as the whole of it.
        var searched: IdentifierKinds
        var weighed: IdentifierKinds
        /// Kinds of which one cell that is searched refuses the file: nothing more of it is read.
        var stopping: IdentifierKinds
    }

    /// Those that are looked at, and one behind the last for what a row has too many.
    let columns: [Column]
    private let rules: [ContentRule]
    private let names: [String?]
    /// By column.
    private let fields: [Int?]

    init(plan: FormatPlan, match: HeaderMatch) {
        let dataset = plan.datasets[match.datasetIndex]
        let rules = plan.isAgencySide ? [] : plan.contentRulesInForce
        self.rules = rules
        fields = match.columns.map { if case .field(let field) = $0 { field } else { nil } }
        names = fields.map { $0.map { dataset.fields[$0].name } }
        var asked: IdentifierKinds = []
        var stopping: IdentifierKinds = []
        for rule in rules {
            guard case .identifiers(let kinds, let percent) = rule.condition else { continue }
            asked.formUnion(kinds)
            if percent == 0, rule.effect == .refuse { stopping.formUnion(kinds) }
        }
        guard !asked.isEmpty else {
            columns = []
            return
        }
        let patient = IdentifierKinds(.nhsNumber)
        let birth = IdentifierKinds(.dateOfBirth)
        func column(_ index: Int, searched: IdentifierKinds, weighed: IdentifierKinds) -> Column {
            Column(
                index: index, searched: searched.intersection(asked), weighed: weighed.intersection(asked),
                stopping: searched.intersection(stopping))
        }
        var columns: [Column] = []
        for (index, kind) in match.columns.enumerated() {
            switch kind {
            case .field(let number) where !plan.refusesPatients && !dataset.fields[number].isFreeText:
                guard dataset.output.linkField == number, dataset.fields[number].check != .nhsNumber else { continue }
                columns.append(column(index, searched: [], weighed: patient))
            case .field(let number):
                let field = dataset.fields[number]
                let kinds = IdentifierKinds.all.subtracting(field.mayHold)
                if field.isFreeText || field.isPlainText {
                    columns.append(column(index, searched: kinds, weighed: birth.intersection(kinds)))
                } else if field.isReference {
                    columns.append(column(index, searched: [], weighed: kinds))
                } else {
                    columns.append(
                        column(
                            index, searched: patient.intersection(kinds), weighed: kinds.subtracting(patient)))
                }
            case .ignored where !plan.refusesPatients: continue
            case .unknown, .unnamed, .repeated, .ignored:
                columns.append(column(index, searched: .all, weighed: birth))
            }
        }
        if plan.refusesPatients { columns.append(column(match.columns.count, searched: .all, weighed: [])) }
        self.columns = columns
    }

    /// What the rules say of a file's tally: by rule, column and kind.
    func findings(_ tally: DetectionTally) -> [Finding] {
        var findings: [Finding] = []
        for rule in rules {
            guard case .identifiers(let kinds, let percent) = rule.condition else { continue }
            for column in columns {
                for kind in kinds.kinds {
                    guard column.searched.union(column.weighed).contains(kind),
                        let count = tally.counts[DetectionTally.Place(column: column.index, kind: kind)],
                        ContentGate.strikes(kind, count, filled: tally.filled[column.index], percent: percent)
                    else { continue }
                    findings.append(
                        Finding(
                            column: column.index < names.count ? names[column.index] : nil,
                            columnNumber: column.index + 1, rule: rule.name,
                            code: rule.effect == .refuse ? .patientIdentifier : .identifierFound,
                            severity: rule.effect == .refuse ? .refusal : .warning,
                            count: max(count.found, count.valid),
                            rows: count.rows, arguments: [Int(kind.rawValue)], message: ""))
                }
            }
        }
        return findings
    }

    /// Fields of which nothing may be kept for what was found in them, ascending.
    func droppedFields(_ tally: DetectionTally) -> [Int] {
        let dropping = Set(rules.filter { $0.effect == .dropColumn }.map(\.name))
        guard !dropping.isEmpty else { return [] }
        let columns = Set(findings(tally).filter { dropping.contains($0.rule) }.compactMap(\.columnNumber))
        return Set(columns.compactMap { $0 - 1 < fields.count ? fields[$0 - 1] : nil }).sorted()
    }

    private static func strikes(
        _ kind: IdentifierKind, _ count: DetectionTally.Count, filled: Int, percent: Int
    ) -> Bool {
        let hits = max(count.found, count.valid)
        if percent > 0, hits < ContentRule.cellsMin || hits * 100 < percent * filled { return false }
        return count.found > 0 || isBeyondChance(count, of: kind)
    }

    /// Whether more of the different values are valid than chance explains.
    static func isBeyondChance(_ count: DetectionTally.Count, of kind: IdentifierKind) -> Bool {
        let (trials, hits) = count.shaped.counts()
        return isBeyondChance(hits, of: trials, chance: Double(kind.chancePerMillion) / 1_000_000)
    }

    /// Whether at least `hits` of `trials` would come about by chance less often than `ContentRule.chanceLimit`: the
    /// upper tail of the binomial distribution.
    static func isBeyondChance(_ hits: Int, of trials: Int, chance: Double) -> Bool {
        guard trials > 0, hits <= trials, Double(hits) > Double(trials) * chance, chance < 1 else { return false }
        // The first term by logarithms, each further one from the one before; they fall from the first on.
        let (n, k) = (Double(trials), Double(hits))
        let first =
            lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(chance) + (n - k) * log(1 - chance)
        var term = exp(first)
        var sum = 0.0
        var index = hits
        while index <= trials, term > 0 {
            sum += term
            if sum >= ContentRule.chanceLimit { return false }
            if term < sum * 1e-12 { break }
            term *= (n - Double(index)) / (Double(index) + 1) * chance / (1 - chance)
            index += 1
        }
        return true
    }
}
