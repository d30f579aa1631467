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
            case .patientColumn, .holdsIdentifiers, .holdsClasses, .tellsTogether: false
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

    /// The rules on contents that are about an authority, for the worker.
    package func contentRules(_ authority: Authority) -> [ContentRule] {
        striking(authority.kind, authority.function, authority.gateway) { $0.condition.isOnContents }
            .compactMap(\.onContents)
    }

    /// The rules on contents about a sender of one of these kinds, where nobody knows more of it. Those on a function of
    /// a local authority cannot be judged then.
    package static func contentRules(_ rules: [DisclosureRule], ofAny kinds: Set<AuthorityKind>) -> [ContentRule] {
        rules.filter { rule in
            let fitting = rule.functions.isEmpty ? rule.senders : rule.senders.subtracting([.localAuthority])
            return !fitting.isDisjoint(with: kinds)
        }.compactMap(\.onContents)
    }

    /// What keeps records out of a release that were received from an authority under `gateway`.
    ///
    /// What the law says of s.17 holds whatever the rules say; they can only add to it.
    ///
    /// - Parameters:
    ///   - authority: nil when it is no longer in the settings: then every rule is taken to be about it.
    ///   - gateway: nil when nobody remembers it: then it is taken to be the worst.
    package func leavingOut(_ authority: Authority?, gateway: String?, of spec: ReleaseSpec) -> [DisclosureRule] {
        let struck = striking(authority?.kind, authority?.function, gateway) { rule in
            rule.condition == .released && !lets(rule.exception, spec)
        }
        let floor = DisclosureGate.onward
        guard struck.isEmpty, isSection17(gateway), !lets(floor.exception, spec) else { return struck }
        return [floor]
    }

    private func lets(_ exception: DisclosureRule.Exception?, _ spec: ReleaseSpec) -> Bool {
        guard let exception else { return false }
        return (exception.operators?.contains(operatorKind) ?? true)
            && (exception.purposes?.contains(spec.purpose) ?? true)
            && spec.recipients.allSatisfy { exception.recipients?.contains($0.kind) ?? true }
    }

    /// - Source: PCSC Act 2022 s.17(7); draft guidance June 2022, para 160.
    private static let onward = DisclosureRule(
        id: "pcsc-17-7-onward", senders: Set(AuthorityKind.allCases), operators: Set(AuthorityKind.allCases),
        gateways: ["pcsc-17"], functions: [], condition: .released,
        exception: DisclosureRule.Exception(
            operators: [.policingBody], purposes: ["pcsc-14-assist", "pcsc-14-monitor"], recipients: [.policingBody]),
        effect: .leaveOut, citation: "PCSC Act 2022 s.17(7); draft guidance June 2022, para 160",
        agency: "Records that you supplied under section 17 stay with the policing body.",
        record: "records received under section 17 may be used by the policing body alone")

    /// A sender, function or power that is nil fits every rule.
    private func striking(
        _ sender: AuthorityKind?, _ function: String?, _ gateway: String?, _ strikes: (DisclosureRule) -> Bool
    ) -> [DisclosureRule] {
        rules.filter { rule in
            (sender.map { rule.senders.contains($0) } ?? true) && rule.operators.contains(operatorKind)
                && (gateway.map { rule.gateways.contains($0) } ?? true)
                && (sender ?? .localAuthority != .localAuthority || rule.functions.isEmpty || sender == nil
                    || function.map { rule.functions.contains($0) } ?? false)
                && strikes(rule)
        }.sorted { ($1.effect, $0.id) < ($0.effect, $1.id) }
    }
}

extension Settings {
    package var gate: DisclosureGate { DisclosureGate(rules: disclosureRules, operatorKind: self.operator.kind) }
}
