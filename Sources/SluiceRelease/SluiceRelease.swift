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
package import SluiceWire

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
    var actor: String

    package init(
        model: EventModel, store: any Store, place: Place, clock: any Clock, signer: CheckpointSigner, job: ProtectJob,
        searchKey: @escaping (String) -> UInt64, recordSecret: SymmetricKey,
        leavesOut: @escaping (Delivery, ReleaseSpec) -> LeftOut?,
        profile: @escaping (AuthorityID) -> DisclosureProfile?, actor: String
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
        self.actor = actor
    }

    /// Builds the next version of a release and publishes it; one for the public waits for a person's approval.
    ///
    /// - Throws: `ReleaseRefusal` when it may not be published, having written nothing; otherwise what the store or
    ///   the file system throws, and then either nothing is on record or `recover` finishes it.
    package func build(_ spec: ReleaseSpec, explains: Bool = false) throws -> BuiltRelease {
        try recover(spec.id)
        let earlier = try overlapping(spec)
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
        let parts = try protect(&counted, spec, explains: explains)
        let hidden = parts.flatMap { $0.proved.hiddenShares() }
        let all = hidden.reduce(into: HiddenShare(table: "", cells: 0)) { $0.add($1) }
        if all.hiddenNonzero * 2 > all.nonzero, !spec.acceptsHidingMost {
            throw ReleaseRefusal.hidesMost(hidden.filter { $0.hiddenNonzero * 2 > $0.nonzero }.map(\.table))
        }
        var built = try publish(spec, parts, counted, earlier: earlier, hidden: hidden)
        if spec.profile.groupDisclosure == .flagged { built.groups = parts.flatMap { $0.proved.shownGroups() } }
        return built
    }

    // MARK: - Counting

    /// What was counted, before and beside the proof.
    struct Counted {
        /// One for each kind of event, in the order of the spec's tables.
        var counters: [PartCounter]
        var deliveries: [DeliveryID]
        /// Tables that nobody supplied, in words.
        var gaps: [String]
        /// By rule and authority.
        var leftOut: [LeftOut]
    }

    /// Counts every table over the same read of the store.
    func count(_ spec: ReleaseSpec) throws -> Counted {
        var counters: [PartCounter] = []
        for table in spec.tables where !counters.contains(where: { $0.eventKind == table.eventKind }) {
            counters.append(
                try PartCounter(
                    table.eventKind, spec.tables.filter { $0.eventKind == table.eventKind }, model: model,
                    period: spec.period, zeros: spec.structuralZeros.filter { $0.eventKind == table.eventKind },
                    recordKeys: spec.profile.keyModulus.map { RecordKeys(modulus: $0, secret: recordSecret) }))
        }
        var deliveries: [DeliveryID] = []
        var kindsSeen: Set<String> = []
        var tainted: [DeliveryID: LeftOut] = [:]
        for delivery in try store.deliveries(DeliveryFilter()) { tainted[delivery.id] = leavesOut(delivery, spec) }
        var leftOut: Set<LeftOut> = []
        var kindsLeftOut: Set<String> = []
        let filter = RecordFilter(
            eventKinds: counters.map(\.eventKind), authorities: spec.sources, period: spec.period)
        try store.forEachBlock(filter) { stored in
            if let rule = tainted[stored.delivery] {
                leftOut.insert(rule)
                if let kind = stored.eventKind { kindsLeftOut.insert(kind) }
                return
            }
            if deliveries.last != stored.delivery { deliveries.append(stored.delivery) }
            if let kind = stored.eventKind { kindsSeen.insert(kind) }
            for index in counters.indices where counters[index].eventKind == stored.eventKind {
                counters[index].add(stored, of: stored.authority)
            }
        }
        // Zeros would say that nothing happened where nobody has reported.
        guard !deliveries.isEmpty else {
            throw leftOut.isEmpty
                ? ReleaseRefusal.nothingToCount(spec.period) : .allLeftOut(Set(leftOut.map(\.rule)).sorted())
        }
        let gaps = spec.tables.filter { !kindsSeen.contains($0.eventKind) }.map { table in
            kindsLeftOut.contains(table.eventKind)
                ? "All that was sent for the table \(table.id) is left out by a rule: its zeros mean not known."
                : "No authority has sent anything for the table \(table.id): its zeros mean not known."
        }
        return Counted(
            counters: counters, deliveries: deliveries, gaps: gaps,
            leftOut: leftOut.sorted { ($0.authority.text, $0.rule) < ($1.authority.text, $1.rule) })
    }

    // MARK: - Hiding

    /// The tables of one kind of event, proved, and by what.
    struct Part {
        var proved: ProvedTables
        var protection: Protection
    }

    /// Has `sluice-protect` choose what to hide, and proves it.
    private func protect(_ counted: inout Counted, _ spec: ReleaseSpec, explains: Bool) throws -> [Part] {
        let (request, answer) = try ask(&counted, spec, explains: explains)
        let unproved = unprovedCells(request, answer)
        guard unproved.isEmpty else {
            throw ReleaseRefusal.cannotBeProtected(
                unproved, spec.profile.perturbation,
                conflicts: zip(request.parts, answer.parts).flatMap { asked, given in
                    given.conflicts.map { conflict in
                        let names = asked.tables.cellNames([conflict.slot] + conflict.core)
                        return CellConflict(cell: names[0], mustBeShown: Array(names[1...]))
                    }
                })
        }
        return try zip(request.parts, answer.parts).map { asked, given in
            do throws(ProofRefusal) {
                let proved = try prove(asked.tables, given.rules(asked: asked.rules), given.protection)
                return Part(proved: proved, protection: given.protection)
            } catch {
                throw ReleaseRefusal.notProved(error)
            }
        }
    }

    /// Cells that cannot be protected, by name.
    func unprovedCells(_ request: ProtectionRequest, _ answer: ProtectionAnswer) -> [String] {
        zip(request.parts, answer.parts).flatMap { asked, given in asked.tables.cellNames(given.unproved) }
    }

    /// What `sluice-protect` would be asked.
    package func request(_ spec: ReleaseSpec) throws -> ProtectionRequest {
        var counted = try count(spec)
        return try request(&counted, spec, explains: false)
    }

    /// Asks `sluice-protect` what to hide.
    func ask(
        _ counted: inout Counted, _ spec: ReleaseSpec, explains: Bool
    ) throws -> (ProtectionRequest, ProtectionAnswer) {
        let request = try request(&counted, spec, explains: explains)
        let slotCounts = request.parts.map { part in part.tables.tables.reduce(0) { $0 + $1.cellCount } }
        return (request, try job.run(request, slotCounts: slotCounts))
    }

    private func request(
        _ counted: inout Counted, _ spec: ReleaseSpec, explains: Bool
    ) throws -> ProtectionRequest {
        let rules = spec.profile.auditRules
        var request = ProtectionRequest(parts: [], explains: explains)
        for index in counted.counters.indices {
            let tables = counted.counters[index].linkedTables { profile($0)?.primaryRules }
            do throws(ProofRefusal) { try tables.check() } catch {
                throw error == .impossibleCounted
                    ? ReleaseRefusal.structuralZeroCounted(tables.countedZeros()) : .notProved(error)
            }
            var options = SearchOptions(
                tier: spec.profile.tier, key: searchKey(spec.id), totalWeight: spec.profile.totalWeight)
            options.forcedPublic = try forcedPublic(counted.counters[index].specs, tables)
            var own = rules
            for authority in tables.authorities {
                guard let asked = AuthorityID(authority.id).flatMap(profile) else { continue }
                own = try strictest(own, asked, of: authority.id)
            }
            request.parts.append(ProtectionRequest.Part(tables: tables, rules: own, options: options))
        }
        return request
    }

    /// The stricter of the release's rules and those of an authority whose records are in it.
    ///
    /// - Throws: `ReleaseRefusal.authorityAsks` for what the release's way of showing figures cannot give.
    private func strictest(
        _ rules: AuditRules, _ asked: DisclosureProfile, of authority: String
    ) throws(ReleaseRefusal) -> AuditRules {
        var rules = rules
        let isPerturbed = rules.perturbation != .none
        if asked.pooled {
            if isPerturbed { throw .authorityAsks(authority, profile: asked.id, key: "pooled") }
            rules.pooled = true
        }
        if asked.groupDisclosure == .hidden {
            if isPerturbed || rules.zeros == .published {
                throw .authorityAsks(authority, profile: asked.id, key: "groupDisclosure")
            }
            rules.hidesGroups = true
        }
        if asked.wantsZero, isPerturbed || rules.zeros == .published {
            throw .authorityAsks(authority, profile: asked.id, key: "zeroAttainable")
        }
        if case .controlled(let base) = rules.perturbation, asked.width > base - 1 {
            throw .authorityAsks(authority, profile: asked.id, key: "width")
        }
        if asked.singletons == .reckoned { rules.knowsSingletons = true }
        if asked.ownRecords == .reckoned { rules.knowsOwn = true }
        return rules
    }

    /// The slots of the cells that a spec wants shown.
    private func forcedPublic(_ specs: [TableSpec], _ tables: LinkedTables) throws -> Set<Int> {
        guard specs.contains(where: { !$0.publicCells.isEmpty }) else { return [] }
        let layout = Layout(tables)
        var slots: Set<Int> = []
        for (table, spec) in specs.enumerated() {
            for cell in spec.publicCells {
                var slot = layout.blocks[table].base
                for axis in tables.tables[table].columns {
                    let name = cell[tables.axes[axis].id] ?? AxisCodes.totalName
                    let shown = tables.tables[table].codes[axis]
                    guard let place = shown.firstIndex(where: { tables.axes[axis].codes[$0].name == name }) else {
                        throw ReleaseRefusal.publicCellUnknown(table: spec.id, dimension: tables.axes[axis].id)
                    }
                    slot += place * layout.blocks[table].strides[axis]
                }
                slots.insert(slot)
            }
        }
        return slots
    }

    /// Releases of other specs or earlier versions that count events of the same kinds and months: together with them
    /// more may be worked out than from this one alone. What was withdrawn has been seen all the same.
    func overlapping(_ spec: ReleaseSpec) throws -> [ReleaseRecord] {
        let kinds = Set(spec.tables.map(\.eventKind))
        return try store.releases().filter {
            $0.isSeen && $0.period.overlaps(spec.period) && !kinds.isDisjoint(with: $0.eventKinds)
        }
    }
}

extension ReleaseRecord {
    /// Somebody may have it, or have had it.
    var isSeen: Bool { state != .pending && state != .abandoned }
}

extension DisclosureProfile {
    var primaryRules: PrimaryRules {
        PrimaryRules(
            threshold: threshold, width: width, dominance: dominance.map { ($0.n, $0.k) }, pPercent: pPercent,
            wantsZero: wantsZero)
    }

    var auditRules: AuditRules {
        AuditRules(
            primary: primaryRules, zeros: zeros == .published ? .published : .hideable,
            knowsSingletons: singletons == .reckoned, knowsOwn: ownRecords == .reckoned,
            perturbation: perturbation.audited, pooled: pooled, hidesGroups: groupDisclosure == .hidden)
    }

    /// Of record keys, where there are any.
    var keyModulus: UInt64? { if case .cellKey(let table) = perturbation { table.modulus } else { nil } }
}

extension DisclosureProfile.Perturbation {
    /// As the certificate has it.
    var audited: Perturbation {
        switch self {
        case .none: .none
        case .nearestRounding(let base): .nearest(base: base)
        case .controlledRounding(let base): .controlled(base: base)
        case .cellKey(let table):
            .cellKey(
                PerturbationTable(
                    modulus: table.modulus,
                    rows: table.rows.map { $0.map { PerturbationTable.Entry(last: $0.last, noise: $0.noise) } },
                    cycle: table.cycle, hiddenBelow: table.hiddenBelow))
        }
    }
}

extension LinkedTables {
    /// Structural zeros at which something is counted all the same, by their codes.
    func countedZeros() -> [String] {
        structuralZeros.filter { zero in
            var alone = self
            alone.structuralZeros = [zero]
            return contributions.contains { alone.impossibleAtoms.contains(atoms(ofKey: $0.atom)) }
        }.map { zero in
            "event \(eventKind), "
                + zip(axes, zero).filter { $1 != 0 }.map { "\($0.id) \($0.codes[$1].name)" }.joined(separator: ", ")
        }
    }

    /// Cells by their tables and codes, which say nothing about their counts.
    func cellNames(_ slots: [Int]) -> [String] {
        let layout = Layout(self)
        return slots.map { slot in
            let table = tables[layout.place(of: slot).table]
            let codes = layout.codes(of: slot, self)
            let names = table.columns.map { axes[$0].codes[codes[$0]].name }
            return "table \(table.id), \(names.joined(separator: " · "))"
        }
    }
}

extension ProvedTables {
    /// How much of each table is hidden: for the person who builds, never part of a release.
    func hiddenShares() -> [HiddenShare] {
        HiddenShare.of(tables, layout, values) { shown($0) == .confidential }
    }

    /// Cells that are seen to hold all of a total, by name.
    func shownGroups() -> [String] {
        guard rules.perturbation == .none else { return [] }
        // Seen where the total is, or where all parts are.
        let full = tables.groups(rules, layout, values).filter { group in
            statuses[group.full] == .shown && !group.empty.isEmpty
                && (group.total.map { statuses[$0] == .shown } ?? false
                    || group.empty.allSatisfy { statuses[$0] == .shown })
        }
        return tables.cellNames(Set(full.map(\.full)).sorted())
    }
}

/// How much of one table is hidden.
package struct HiddenShare: Hashable, Sendable {
    package var table: String
    package var cells: Int
    package var hidden = 0
    package var nonzero = 0
    package var hiddenNonzero = 0

    static func of(
        _ tables: LinkedTables, _ layout: Layout, _ values: [Int32], isHidden: (Int) -> Bool
    ) -> [HiddenShare] {
        tables.tables.indices.map { table in
            let block = layout.blocks[table]
            var share = HiddenShare(table: tables.tables[table].id, cells: block.cellCount)
            for slot in block.base..<block.base + block.cellCount {
                let hides = isHidden(slot)
                if hides { share.hidden += 1 }
                if values[slot] > 0 {
                    share.nonzero += 1
                    if hides { share.hiddenNonzero += 1 }
                }
            }
            return share
        }
    }

    mutating func add(_ other: HiddenShare) {
        cells += other.cells
        hidden += other.hidden
        nonzero += other.nonzero
        hiddenNonzero += other.hiddenNonzero
    }

    /// Per cent of the cells that are not zero, rounded down.
    package var percentNonzero: Int { nonzero > 0 ? hiddenNonzero * 100 / nonzero : 0 }
}

/// Records of one authority that a disclosure rule keeps out of a release. How many is told to nobody.
package struct LeftOut: Hashable, Sendable {
    package var rule: String
    package var authority: AuthorityID
    /// Why, in the rule's words.
    package var because: String
    package var citation: String

    package init(rule: String, authority: AuthorityID, because: String, citation: String) {
        self.rule = rule
        self.authority = authority
        self.because = because
        self.citation = citation
    }
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
