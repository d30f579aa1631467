import SluiceCertificate
package import SluiceModel
package import SluiceWire

extension ReleaseBuilder {
    /// The tables of one kind of event, proved, and by what.
    struct Part {
        var proved: ProvedTables
        var protection: Protection
        /// Where a source has not delivered.
        var gaps: [CoverageGap]
        /// By slot; empty where all is available.
        var notAvailable: [Bool]

        init(proved: ProvedTables, protection: Protection, gaps: [CoverageGap]) {
            self.proved = proved
            self.protection = protection
            self.gaps = gaps
            notAvailable = proved.tables.notAvailable(gaps, proved.layout)
        }
    }

    /// Has `sluice-protect` choose what to hide, and proves it.
    func protect(_ counted: inout Counted, _ spec: ReleaseSpec, explains: Bool) throws -> [Part] {
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
        var parts: [Part] = []
        for ((asked, given), gaps) in zip(zip(request.parts, answer.parts), counted.coverage.gaps) {
            do throws(ProofRefusal) {
                let proved = try prove(asked.tables, given.rules(asked: asked.rules), given.protection)
                parts.append(Part(proved: proved, protection: given.protection, gaps: gaps))
            } catch {
                throw ReleaseRefusal.notProved(error)
            }
        }
        return parts
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
