import SluiceCertificate
import SluiceModel

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
