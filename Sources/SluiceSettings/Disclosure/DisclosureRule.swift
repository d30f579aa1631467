package import SluiceModel

/// A rule of the intake gate or the release gate, about the parties and not about a file's contents.
///
/// Who sends, under which power, who operates and who gets a release decide whether it fits; `condition` when it strikes.
package struct DisclosureRule: Hashable, Sendable {
    package enum Condition: String, CaseIterable, Sendable {
        case always
        case agreementNotBegun = "agreement-not-begun"
        case agreementLapsed = "agreement-lapsed"
        case periodOutsideRetention = "period-outside-retention"
        case released
    }

    /// Ordered: the strictest last.
    package enum Effect: String, CaseIterable, Sendable, Comparable {
        case warn
        /// Records do not go into a release.
        case leaveOut = "leave-out"
        /// The file waits unopened for a person.
        case hold
        case refuse

        package static func < (a: Effect, b: Effect) -> Bool {
            (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
        }
    }

    /// What lets a case pass that the rule would strike: all of what is not nil.
    package struct Exception: Hashable, Sendable {
        package var operators: Set<AuthorityKind>?
        package var purposes: Set<String>?
        /// Every recipient is of one of these kinds.
        package var recipients: Set<AuthorityKind>?
    }

    package var id: String
    package var senders: Set<AuthorityKind>
    package var operators: Set<AuthorityKind>
    package var gateways: Set<String>
    /// Of a local authority; empty for any.
    package var functions: Set<String>
    package var condition: Condition
    package var exception: Exception?
    package var effect: Effect
    package var citation: String
    package var agency: String
    package var record: String

    /// As findings and the ledger cite it.
    package var name: String { "gate." + id }

    /// The effects that make sense where the condition is judged.
    static func effects(_ condition: Condition) -> [Effect] {
        switch condition {
        case .always, .agreementNotBegun, .agreementLapsed: [.hold, .warn]
        case .periodOutsideRetention: [.refuse, .warn]
        case .released: [.leaveOut]
        }
    }
}
