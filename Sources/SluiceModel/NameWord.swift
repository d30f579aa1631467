/// A word that helps to tell a name of a person from other words. Lower case.
package struct NameWord: Hashable, Sendable {
    package enum Kind: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        /// Of people, and rarely anything else.
        case given = 0, surname
        /// Before a name: `mr`, `dr`, `pc`.
        case title
        /// A person by what they are: `patient`, `brother`.
        case role
        /// Says that a name comes: `named`, `aka`.
        case introducer
        /// Stands before a person: `by`, `told`.
        case before
        /// Stands behind a person: `said`, `punched`.
        case verb
        /// Stands before a place: `at`, `near`.
        case placeBefore = 7
        /// The last word of a place's or body's name: `road`, `arms`, `hospital`.
        case placeHead
        /// A town or village, and at times a surname.
        case place
        /// Never a name: function words, months, nationalities, shops, drugs.
        case never

        package var text: String {
            switch self {
            case .given: "given"
            case .surname: "surname"
            case .title: "title"
            case .role: "role"
            case .introducer: "introducer"
            case .before: "before"
            case .verb: "verb"
            case .placeBefore: "place-before"
            case .placeHead: "place-head"
            case .place: "place"
            case .never: "never"
            }
        }
    }

    package var text: String
    package var kind: Kind

    package init(text: String, kind: Kind) {
        self.text = text
        self.kind = kind
    }
}
