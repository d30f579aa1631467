import HarmSupport
import SluiceSystem

/// Runs the cases on a few threads and prints what became of them.
final class HarmRun {
    private let options: HarmOptions
    private let gate = Gate()
    private var next = 0
    private var tallies: [String: Tally] = [:]
    private var silent: [(HarmCase, HarmCase.Result)] = []
    private var fault: (any Error)?

    private struct Tally {
        var fates: [HarmCase.Fate: Int] = [:]
        var toldBy: [String: Int] = [:]
        var count: Int { fates.reduce(0) { $0 + ($1.key == .inapplicable ? 0 : $1.value) } }
    }

    init(_ options: HarmOptions) { self.options = options }

    /// So many of each kind that those that count make up what was asked for; a few have no room in any delivery.
    private var casesPerKind: Int { options.cases / max(1, kinds.filter(\.isCounted).count) + 2 }

    private var kinds: [HarmKind] { options.kind.map { [$0] } ?? HarmKind.all }

    /// - Returns: the exit status.
    func run() throws -> Int32 {
        if let kind = options.kind, let seed = options.seed { return try show(HarmCase(kind, seed: seed)) }
        try checkUnspoilt()
        let team = ThreadTeam(count: 2)
        team.run { _ in self.work() }
        if let fault { throw fault }
        print()
        printTable(of: kinds.filter(\.isCounted), title: "Kinds that count")
        let untellable = kinds.filter { !$0.isCounted }
        if !untellable.isEmpty {
            printTable(of: untellable, title: "Kinds that nobody could tell, which do not count")
            for kind in untellable {
                if case .untellable(let reason) = kind.group { print("  \(kind.id): \(reason)") }
            }
        }
        let counted = silent.filter { $0.0.kind.isCounted }
        for (one, result) in counted.sorted(by: { ($0.0.kind.id, $0.0.seed) < ($1.0.kind.id, $1.0.seed) }) {
            try keep(result)
            print(
                "silent: scripts/harm --kind \(one.kind.id) --seed \(one.seed)   \(result.dataset) "
                    + "\(result.form.rawValue), \(result.place): \(result.difference)")
        }
        let cases = kinds.filter(\.isCounted).reduce(0) { $0 + (tallies[$1.id]?.count ?? 0) }
        print("kinds: \(kinds.filter(\.isCounted).count)   cases: \(cases)   silent: \(counted.count)")
        return options.checks && !counted.isEmpty ? 1 : 0
    }

    /// Unspoilt deliveries give no finding: an instance that could not take them would tell everything.
    private func checkUnspoilt() throws {
        let sites = HarmSites()
        for dataset in HarmDataset.all {
            for form in HarmForm.allCases { _ = try sites.good(dataset, form) }
        }
        print("unspoilt deliveries: \(HarmDataset.all.count * HarmForm.allCases.count), nothing found in them")
    }

    private func work() {
        let sites = HarmSites()
        let kinds = kinds
        let count = casesPerKind * kinds.count
        while true {
            let index = gate.guarding {
                defer { next += 1 }
                return fault == nil ? next : Int.max
            }
            guard index < count else { return }
            let one = HarmCase(kinds[index % kinds.count], seed: UInt64(index / kinds.count))
            do {
                let result = try one.run(in: sites)
                gate.guarding { note(one, result) }
            } catch {
                gate.guarding { fault = fault ?? HarmCaseFault(of: one, error: error) }
            }
        }
    }

    private func note(_ one: HarmCase, _ result: HarmCase.Result) {
        tallies[one.kind.id, default: Tally()].fates[result.fate, default: 0] += 1
        if result.fate == .silent { silent.append((one, result)) }
        for code in result.toldBy { tallies[one.kind.id, default: Tally()].toldBy[code, default: 0] += 1 }
    }

    private func printTable(of kinds: [HarmKind], title: String) {
        print(title)
        print(
            "  " + column("kind", 24)
                + ["cases", "rejected", "held", "told", "same", "silent"].map { right($0, 9) }.joined())
        for kind in kinds {
            let tally = tallies[kind.id] ?? Tally()
            let numbers = [tally.count] + [.rejected, .held, .told, .same, .silent].map { tally.fates[$0] ?? 0 }
            let codes = tally.toldBy.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(4)
                .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            print("  " + column(kind.id, 24) + numbers.map { right("\($0)", 9) }.joined() + "   " + codes)
        }
        print()
    }

    private func column(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    private func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(1, width - text.count)) + text
    }

    private func keep(_ result: HarmCase.Result) throws {
        let folder = try Folder.createIfMissing(path: options.keep)
        try folder.writeAtomically(FileName(own: result.name), result.bytes, mode: 0o600)
    }

    /// Prints one case in full and keeps its file.
    private func show(_ one: HarmCase) throws -> Int32 {
        let result = try one.run(in: HarmSites())
        print("\(one.kind.id): \(one.kind.what)")
        guard result.fate != .inapplicable else {
            print("no delivery has room for it")
            return 0
        }
        try keep(result)
        print("dataset     \(result.dataset), \(result.form.rawValue)")
        print("mistake     \(result.place)")
        print("differs     \(result.difference.isEmpty ? "in nothing" : result.difference)")
        print(
            "came to     \(result.fate.rawValue)"
                + (result.toldBy.isEmpty ? "" : " by " + result.toldBy.sorted().joined(separator: ", ")))
        for line in result.lines { print("  \(line)") }
        print("file        \(options.keep)/\(result.name)")
        return options.checks && result.fate == .silent ? 1 : 0
    }
}

/// The tool itself failed on a case.
private struct HarmCaseFault: Error, CustomStringConvertible {
    var of: HarmCase
    var error: any Error
    var description: String { "--kind \(of.kind.id) --seed \(of.seed): \(error)" }
}
