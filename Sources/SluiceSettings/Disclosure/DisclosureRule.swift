package import SluiceModel

/// A rule of the intake gate or the release gate: about the parties, or about what a file contains.
///
/// Who sends, under which power, who operates and who gets a release decide whether it fits; `condition` when it strikes.
package struct DisclosureRule: Hashable, Sendable {
    package enum Condition: String, CaseIterable, Sendable {
        case always
        case agreementNotBegun = "agreement-not-begun"
        case agreementLapsed = "agreement-lapsed"
        case periodOutsideRetention = "period-outside-retention"
        case released
        // On contents.
        case patientColumn = "patient-column"
        case holdsIdentifiers = "holds-identifiers"
        case holdsClasses = "holds-classes"
        case tellsTogether = "tells-together"

        package var isOnContents: Bool {
            switch self {
            case .patientColumn, .holdsIdentifiers, .holdsClasses, .tellsTogether: true
            case .always, .agreementNotBegun, .agreementLapsed, .periodOutsideRetention, .released: false
            }
        }
    }

    /// Ordered: the strictest last.
    package enum Effect: String, CaseIterable, Sendable, Comparable {
        case warn
        /// Nothing of a column is kept.
        case dropColumn = "drop-column"
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
    /// Of a local authority, whose files alone they narrow the rule to; empty for any.
    package var functions: Set<String>
    package var condition: Condition
    /// Of `holds-identifiers`; `percent` of a column's cells must hold one, 0 for any.
    package var identifiers: IdentifierKinds = []
    package var percent = 0
    /// Of `holds-classes`.
    package var classes: Set<PrivacyClass> = []
    /// Of `tells-together`.
    package var facts: Set<FieldFact> = []
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
        case .patientColumn: [.refuse]
        case .holdsIdentifiers, .holdsClasses: [.refuse, .dropColumn, .warn]
        case .tellsTogether: [.refuse, .warn]
        }
    }

    /// What the worker carries out; nil for a rule on parties.
    package var onContents: ContentRule? {
        let condition: ContentRule.Condition
        switch self.condition {
        case .patientColumn: condition = .patientColumns
        case .holdsIdentifiers: condition = .identifiers(identifiers, percent: percent)
        case .holdsClasses: condition = .classes(classes)
        case .tellsTogether: condition = .together(facts)
        case .always, .agreementNotBegun, .agreementLapsed, .periodOutsideRetention, .released: return nil
        }
        let effect: ContentRule.Effect
        switch self.effect {
        case .refuse: effect = .refuse
        case .dropColumn: effect = .dropColumn
        case .warn, .leaveOut, .hold: effect = .warn
        }
        return ContentRule(id: id, condition: condition, effect: effect, message: "\(agency) (\(citation))")
    }
}

// MARK: - Rules beside each other

extension DisclosureRule {
    /// Whether `other` strikes whenever this rule does, and is at least as strict: then this one never decides.
    package func isCovered(by other: DisclosureRule) -> Bool {
        guard other.id != id, other.effect >= effect, condition.isJudged(with: other.condition),
            senders.isSubset(of: other.senders), operators.isSubset(of: other.operators),
            gateways.isSubset(of: other.gateways),
            other.functions.isEmpty || !senders.contains(.localAuthority)
                || !functions.isEmpty && functions.isSubset(of: other.functions)
        else { return false }
        switch (condition, other.condition) {
        case (.released, .released): return other.exception == nil || other.exception == exception
        case (_, .always): return true
        case (.holdsIdentifiers, .holdsIdentifiers):
            return identifiers.isSubset(of: other.identifiers) && percent >= other.percent
        case (.holdsClasses, .holdsClasses): return classes.isSubset(of: other.classes)
        case (.tellsTogether, .tellsTogether): return facts.isSuperset(of: other.facts)
        default: return condition == other.condition
        }
    }

    /// Of two that cover each other, the earlier one decides.
    package static func neverDecisive(_ rules: [DisclosureRule]) -> [(rule: DisclosureRule, beside: DisclosureRule)] {
        rules.enumerated().compactMap { index, rule in
            rules.enumerated().first { place, other in
                rule.isCovered(by: other) && (place < index || !other.isCovered(by: rule))
            }.map { (rule, $0.element) }
        }
    }
}

extension DisclosureRule.Condition {
    /// Judged at the same moment, so that one can stand for the other.
    fileprivate func isJudged(with other: DisclosureRule.Condition) -> Bool {
        switch self {
        case .always, .agreementNotBegun, .agreementLapsed:
            [.always, .agreementNotBegun, .agreementLapsed].contains(other)
        default: self == other
        }
    }
}
