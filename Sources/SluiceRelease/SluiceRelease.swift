// From the store to a folder an analyst can use.
//
//   Aggregate/     records to counts of atoms, and the tables over them
//   Protect/       what is hidden: asked of sluice-protect, believed when proved
//   SluiceRelease  count, hide, have it proved, publish: each step takes what the one before made
//   Publish/       the folder's files, and the renames that put it in its place
//   Verify/        a published release against its certificate

package import Crypto
import SluiceCertificate
package import SluiceLedger
package import SluiceModel
package import SluiceStore

/// Builds releases of one instance.
package struct ReleaseBuilder {
    /// Where releases and their certificates are, and what goes into provenance.
    package struct Place: Sendable {
        /// The folder that holds `<release>/<version>/` and its own staging folder.
        package var folder: String
        /// The folder of certificates, which stay with the controller.
        package var certificates: String
        /// SHA-256 of the settings as they were read, hexadecimal.
        package var settingsHash: String
        /// Plugin id to version.
        package var pluginVersions: [String: String]

        package init(folder: String, certificates: String, settingsHash: String, pluginVersions: [String: String]) {
            self.folder = folder
            self.certificates = certificates
            self.settingsHash = settingsHash
            self.pluginVersions = pluginVersions
        }
    }

    let model: EventModel
    package var store: any Store
    let place: Place
    let clock: any Clock
    let signer: CheckpointSigner
    package var job: ProtectJob
    /// For ties in the search: private, and the same for the same release.
    let searchKey: (String) -> UInt64
    /// For the record keys of the cell key method: private, and the same for all releases.
    let recordSecret: SymmetricKey
    /// Which rule keeps a delivery's records out of a release; nil when none does.
    let leavesOut: (Delivery, ReleaseSpec) -> LeftOut?
    /// What an authority asks for its own records.
    let profile: (AuthorityID) -> DisclosureProfile?
    /// Who may send what a release counts.
    let sources: (ReleaseSpec) -> [EventSource]
    /// Authorities whose files wait to be taken in or to be confirmed.
    let waiting: () throws -> [AuthorityID]
    /// The date of an instant where the instance is.
    let day: (Instant) -> CivilDate
    var actor: String

    package init(
        model: EventModel, store: any Store, place: Place, clock: any Clock, signer: CheckpointSigner, job: ProtectJob,
        searchKey: @escaping (String) -> UInt64, recordSecret: SymmetricKey,
        leavesOut: @escaping (Delivery, ReleaseSpec) -> LeftOut?,
        profile: @escaping (AuthorityID) -> DisclosureProfile?, sources: @escaping (ReleaseSpec) -> [EventSource],
        waiting: @escaping () throws -> [AuthorityID], day: @escaping (Instant) -> CivilDate, actor: String
    ) {
        self.model = model
        self.store = store
        self.place = place
        self.clock = clock
        self.signer = signer
        self.job = job
        self.searchKey = searchKey
        self.recordSecret = recordSecret
        self.leavesOut = leavesOut
        self.profile = profile
        self.sources = sources
        self.waiting = waiting
        self.day = day
        self.actor = actor
    }

    /// Builds the next version of a release and publishes it; one for the public waits for a person's approval.
    ///
    /// - Throws: `ReleaseRefusal` when it may not be published, having written nothing; otherwise what the store or
    ///   the file system throws, and then either nothing is on record or `recover` finishes it.
    package func build(_ spec: ReleaseSpec, explains: Bool = false) throws -> BuiltRelease {
        try recover(spec.id)
        let earlier = try overlapping(spec.tables.map(\.eventKind), spec.period)
        if spec.audience == .public, !earlier.isEmpty {
            throw ReleaseRefusal.overlapsEarlier(
                earlier.map { other in
                    let tables = spec.tables.filter { other.eventKinds.contains($0.eventKind) }.map(\.id)
                    return
                        "release \(other.release), version \(padded(other.version, 4)), holds figures over the events of "
                        + tables.joined(separator: ", ") + " in \(other.period)"
                })
        }
        var counted = try count(spec)
        if spec.audience == .public, !spec.acceptsIncomplete, !counted.coverage.isComplete {
            throw ReleaseRefusal.incomplete(counted.coverage.sentences)
        }
        let parts = try protect(&counted, spec, explains: explains)
        let hidden = parts.flatMap { $0.proved.hiddenShares(notAvailable: $0.notAvailable) }
        let all = hidden.reduce(into: HiddenShare(table: "", cells: 0)) { $0.add($1) }
        if all.hiddenNonzero * 2 > all.nonzero, !spec.acceptsHidingMost {
            throw ReleaseRefusal.hidesMost(hidden.filter { $0.hiddenNonzero * 2 > $0.nonzero }.map(\.table))
        }
        var built = try publish(spec, parts, counted, earlier: earlier, hidden: hidden)
        if spec.profile.groupDisclosure == .flagged { built.groups = parts.flatMap { $0.proved.shownGroups() } }
        return built
    }

    /// Releases that somebody may have seen and that count events of the same kinds and months: together with them
    /// more may be worked out than from this one alone. What was withdrawn has been seen all the same.
    func overlapping(_ eventKinds: [String], _ period: Period) throws -> [ReleaseRecord] {
        try store.releases().filter {
            $0.isSeen && $0.period.overlaps(period) && !Set(eventKinds).isDisjoint(with: $0.eventKinds)
        }
    }
}

extension ReleaseRecord {
    /// Somebody may have it, or have had it.
    var isSeen: Bool { state != .pending && state != .abandoned }
}

/// A release that now stands in its place, or waits for approval.
package struct BuiltRelease: Sendable {
    package var record: ReleaseRecord
    package var path: String
    package var warnings: [String]
    package var hidden: [HiddenShare]
    /// SHA-256 of its certificate, hexadecimal.
    package var certificateHash: String
    /// Cells that are seen to hold all of a total, by name; where the profile asks to be told.
    package var groups: [String] = []
}
