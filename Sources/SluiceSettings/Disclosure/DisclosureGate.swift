package import SluiceModel

/// The rules of an instance, ready to judge. Every rule that strikes is given back, the strictest first.
///
/// - Source: PCSC Act 2022 ss. 14–17; draft guidance June 2022, paras 143–167. Each rule cites its own.
package struct DisclosureGate: Hashable, Sendable {
    package var rules: [DisclosureRule]
    package var operatorKind: AuthorityKind

    /// What strikes an authority's file before it is opened.
    package func beforeOpening(_ authority: Authority, on day: CivilDate) -> [DisclosureRule] {
        let lapse = authority.agreement.lapse(on: day)
        return striking(authority.kind, authority.function, authority.gateway) { rule in
            switch rule.condition {
            case .always: true
            case .agreementNotBegun, .agreementLapsed: lapse == rule.condition.rawValue
            case .periodOutsideRetention, .released: false
            }
        }
    }

    /// What strikes a table once its period is known.
    package func afterReading(
        _ authority: Authority, dataset: String?, period: Period?, on day: CivilDate
    ) -> [DisclosureRule] {
        guard let period else { return [] }
        let lastMonth = period.last.index + authority.retentionMonths(of: dataset)
        return striking(authority.kind, authority.function, authority.gateway) { rule in
            rule.condition == .periodOutsideRetention && day.month.index > lastMonth
        }
    }

    /// What keeps records of an authority, received under `gateway`, out of a release.
    package func leavingOut(_ authority: Authority, gateway: String, of spec: ReleaseSpec) -> [DisclosureRule] {
        striking(authority.kind, authority.function, gateway) { rule in
            guard rule.condition == .released else { return false }
            guard let exception = rule.exception else { return true }
            let lets =
                (exception.operators?.contains(operatorKind) ?? true)
                && (exception.purposes?.contains(spec.purpose) ?? true)
                && spec.recipients.allSatisfy { exception.recipients?.contains($0.kind) ?? true }
            return !lets
        }
    }

    private func striking(
        _ sender: AuthorityKind, _ function: String?, _ gateway: String, _ strikes: (DisclosureRule) -> Bool
    ) -> [DisclosureRule] {
        rules.filter { rule in
            rule.senders.contains(sender) && rule.operators.contains(operatorKind) && rule.gateways.contains(gateway)
                && (rule.functions.isEmpty || function.map { rule.functions.contains($0) } ?? false) && strikes(rule)
        }.sorted { ($1.effect, $0.id) < ($0.effect, $1.id) }
    }
}

extension Settings {
    package var gate: DisclosureGate { DisclosureGate(rules: disclosureRules, operatorKind: self.operator.kind) }
}
