package import SluiceCertificate
package import SluiceModel

/// Why a release may not be built or published. Nothing was written.
package enum ReleaseRefusal: Error, CustomStringConvertible {
    case specUnknown(String)
    /// The spec cannot be used: its mistakes.
    case specBroken(String, [String])
    case axisUnknown(table: String, dimension: String)
    case tableTooLarge(table: String, cellLimit: Int)
    /// No accepted delivery has records of these kinds in the period.
    case nothingToCount(Period)
    case notProved(ProofRefusal)
    /// Disclosure rules leave nothing to count.
    case allLeftOut([String])
    /// `sluice-protect` gave no answer.
    case protectionFailed(String)
    /// Cells that what is shown tells too much of, whatever is hidden, by table and codes.
    case cannotBeProtected([String], DisclosureProfile.Perturbation, conflicts: [CellConflict])
    /// A cell that a spec wants shown is none of its table.
    case publicCellUnknown(table: String, dimension: String)
    /// More than half of the nonzero cells would be hidden.
    case hidesMost([String])
    /// A public release of which a source has not delivered all, in words.
    case incomplete([String])
    /// A public release over events that an earlier one holds figures of.
    case overlapsEarlier([String])
    case versionUnknown(release: String)
    /// An authority whose records are in it asks for what the release's profile cannot give.
    case authorityAsks(String, profile: String, key: String)
    case stagingLost(release: String, version: Int)
    /// What waits is not what was built.
    case stagingChanged(release: String, version: Int)
    /// It is on record and its folder could not be renamed.
    case notInPlace(release: String, version: Int, error: String)
    /// Something is counted where a spec says that nothing can be.
    case structuralZeroCounted([String])
    /// What it counts was replaced, taken back or purged since.
    case recordsGone(release: String, version: Int)

    static func whyUnsafe(_ perturbation: DisclosureProfile.Perturbation) -> String {
        switch perturbation {
        case .none: "nothing can be hidden that makes these cells safe"
        case .nearestRounding, .controlledRounding, .cellKey:
            "what is shown leaves fewer values possible for these cells than `width` asks for"
        }
    }

    private static func remedy(_ perturbation: DisclosureProfile.Perturbation) -> String {
        switch perturbation {
        case .none: ""
        case .nearestRounding, .controlledRounding: "; ask for a larger base, a smaller `width` or fewer tables"
        case .cellKey(let table) where table.hiddenBelow > 0:
            "; ask for a larger `hideBelow`, a smaller `width` or fewer tables"
        case .cellKey: "; write `hideBelow` under `cellKeys`, or ask for a smaller `width` or fewer tables"
        }
    }

    package var description: String {
        switch self {
        case .specUnknown(let id): "no release spec is called \(id); see the files of releases/"
        case .specBroken(let id, let mistakes):
            "the release spec \(id) has mistakes; mend them and build again:\n" + mistakes.joined(separator: "\n")
        case .axisUnknown(let table, let dimension): "table \(table): the model has no dimension \(dimension)"
        case .tableTooLarge(let table, let limit):
            "table \(table): more than \(limit) cells; use coarser levels, or name the codes to show under `only`"
        case .nothingToCount(let period):
            "no accepted delivery has anything to count in \(period); see `sluice deliveries list`"
        case .allLeftOut(let rules):
            "nothing is left to count: every record is kept out by a disclosure rule, \(rules.joined(separator: ", ")); "
                + "see disclosure/rules.yaml"
        case .notProved(let refusal): "not proved safe, so not published: \(refusal)"
        case .protectionFailed(let what):
            "sluice-protect gave no answer: \(what); use coarser levels or fewer tables, or `search: fast` in the profile"
        case .cannotBeProtected(let cells, let perturbation, let conflicts):
            ReleaseRefusal.whyUnsafe(perturbation) + ", so nothing is published: "
                + cells.prefix(5).joined(separator: "; ")
                + (cells.count > 5 ? "; and \(cells.count - 5) more" : "")
                + ReleaseRefusal.remedy(perturbation)
                + (conflicts.isEmpty
                    ? "; `sluice release build --explain` says what stands in the way"
                    : "\n" + conflicts.map(\.description).joined(separator: "\n"))
        case .publicCellUnknown(let table, let dimension):
            "table \(table): an item of `public` has a code of \(dimension) that the table does not show, or no total to stand at"
        case .hidesMost(let tables):
            "more than half of the figures that are not zero would be hidden in: \(tables.joined(separator: ", ")); "
                + "`sluice release plan` proposes tables that show more, or write `acceptHidingMost: true` into the spec"
        case .incomplete(let sentences):
            "not for the public yet: " + sentences.joined(separator: " ")
                + " Wait for them, name under `notExpected` who need not send, or write `acceptIncomplete: true` into the spec"
        case .overlapsEarlier(let others):
            "not for the public yet: \(others.joined(separator: "; ")); what both give away together cannot be proved, "
                + "so choose another period or build for `audience: partnership`"
        case .versionUnknown(let release):
            "no version of the release \(release) waits for approval; see `sluice release list`"
        case .authorityAsks(let authority, let profile, let key):
            "the profile \(profile) of \(authority), whose records are in it, has `\(key)`, which this release's profile cannot "
                + "give: choose another for the release, or leave the authority out under `sources`"
        case .recordsGone(let release, let version):
            "release \(release), version \(padded(version, 4)), counts records that were replaced, taken back or purged since; "
                + "build it again"
        case .stagingChanged(let release, let version):
            "release \(release), version \(padded(version, 4)): what waits in staging is not what was built and signed; find "
                + "out who changed it, and build it again"
        case .notInPlace(let release, let version, let error):
            "release \(release), version \(padded(version, 4)), is built and on record and could not be put in its place: "
                + "\(error); mend that: the next build of it, or the daemon's next start, finishes it"
        case .structuralZeroCounted(let zeros):
            "something is counted where `structuralZeros` of the spec says that nothing can be: "
                + zeros.joined(separator: "; ") + "; take it out of the spec, or ask the agency"
        case .stagingLost(let release, let version):
            "release \(release), version \(padded(version, 4)): its folder is no longer in staging; build it again"
        }
    }
}

/// Figures that together leave no way to protect a cell.
package struct CellConflict: Hashable, Sendable, CustomStringConvertible {
    /// The sensitive cell.
    package var cell: String
    /// Those that must be shown and by themselves leave no way, none to spare. Empty when there is none even with nothing
    /// that must be shown.
    package var mustBeShown: [String]

    package var description: String {
        mustBeShown.isEmpty
            ? "\(cell): too little is counted around it, whatever is hidden; use coarser levels, a longer period, or leave "
                + "the dimension out"
            : "\(cell): it cannot be safe while all of these are shown, so one of them at least must be free to be hidden: "
                + "\(mustBeShown.joined(separator: "; ")); take it out of `public`, or use coarser levels"
    }

    package var json: JSON {
        .members(["cell": .string(cell), "mustBeShown": .strings(mustBeShown)])
    }
}
