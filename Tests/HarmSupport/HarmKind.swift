/// A mistake that people and programs make with a table on its way.
package struct HarmKind: Sendable {
    package enum Group: Sendable {
        case counted
        /// Nobody could tell by what Sluice knows, and why.
        case untellable(String)
    }

    /// Stable, so that a case can be met again.
    package let id: String
    /// In a few words.
    package let what: String
    package let group: Group
    let forms: [HarmForm]
    /// Sent where the good delivery of the same period stands already.
    let isAgain: Bool
    /// Makes the mistake, and notes its place; false where the delivery has no room for it.
    let make: @Sendable (inout Draft) -> Bool

    init(
        _ id: String, _ what: String, _ forms: [HarmForm] = HarmForm.allCases, untellable: String? = nil,
        isAgain: Bool = false, _ make: @escaping @Sendable (inout Draft) -> Bool
    ) {
        self.id = id
        self.what = what
        group = untellable.map { .untellable($0) } ?? .counted
        self.forms = forms
        self.isAgain = isAgain
        self.make = make
    }

    package var isCounted: Bool {
        if case .counted = group { true } else { false }
    }

    package static let all: [HarmKind] =
        cuts + columns + shifts + dates + joins + repeats + values + codes + bytesOfText + margins + workbooks
        + untellable
}
