/// Identifiers of a person that are looked for in what a file contains, whatever its columns are called.
///
/// The raw value is its place on the wire.
package enum IdentifierKind: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    // With a check digit or letter.
    case nhsNumber = 0, upn, pncID, croNumber
    // With a form.
    case crn, prisonNumber, nino, passportNumber, driverNumber, postcode, streetAddress, phoneNumber, emailAddress
    case dateOfBirth
    // By words around them.
    case name
    case vehicleMark, ipAddress

    /// As a rule names it.
    package var text: String {
        switch self {
        case .nhsNumber: CheckDigit.nhsNumber.text
        case .upn: CheckDigit.upn.text
        case .pncID: CheckDigit.pncID.text
        case .croNumber: CheckDigit.croNumber.text
        case .crn: CheckDigit.crn.text
        case .prisonNumber: CheckDigit.prisonNumber.text
        case .nino: CheckDigit.nino.text
        case .passportNumber: "passport-number"
        case .driverNumber: "driver-number"
        case .postcode: "postcode"
        case .streetAddress: "street-address"
        case .phoneNumber: "phone-number"
        case .emailAddress: "email-address"
        case .dateOfBirth: "date-of-birth"
        case .name: "name"
        case .vehicleMark: "vehicle-mark"
        case .ipAddress: "ip-address"
        }
    }

    package init?(text: String) {
        guard let kind = IdentifierKind.allCases.first(where: { $0.text == text }) else { return nil }
        self = kind
    }

    /// As a message to an agency names several.
    package var plural: String {
        switch self {
        case .nhsNumber: "NHS numbers"
        case .upn: "unique pupil numbers"
        case .pncID: "PNC IDs"
        case .croNumber: "CRO numbers"
        case .crn: "probation case reference numbers"
        case .prisonNumber: "prison numbers"
        case .nino: "National Insurance numbers"
        case .passportNumber: "passport numbers"
        case .driverNumber: "driver numbers"
        case .postcode: "full postcodes"
        case .streetAddress: "street addresses"
        case .phoneNumber: "phone numbers"
        case .emailAddress: "e-mail addresses"
        case .dateOfBirth: "dates of birth"
        case .name: "names of people"
        case .vehicleMark: "vehicle registration marks"
        case .ipAddress: "IP addresses"
        }
    }

    /// Of random values of the identifier's form, how many in a million are valid by chance. A column of a sender's own
    /// references has that share of them; one of identifiers has more. A million where the form says nothing, so that
    /// no column is ever taken for one.
    ///
    /// | Kind | Chance | Because |
    /// |---|---|---|
    /// | NHS number | 1 in 11 | modulus 11 |
    /// | UPN, PNC ID, CRO number | 1 in 23 | modulus 23 |
    /// | National Insurance | 4/26 | suffixes; a column may well have one prefix |
    /// | driver number | 24/100 × 31/100 | month and day of birth |
    /// | postcode | (20/26)² | the letters of the inward part; a column may well have one area |
    /// | phone | 5 in 100 | how numbers of eleven digits begin |
    /// | e-mail | 1 in 100 | a bound: a text with an at sign is rarely anything else |
    /// | date of birth | 1 in 2 | a date of an event rarely lies ten years back |
    /// | vehicle mark | (24/26)³ | the last letters; a column may well have one place and age |
    /// | IP address | 1 in 100 | (256/1000)^4, for numbers of up to three digits |
    package var chancePerMillion: Int {
        switch self {
        case .nhsNumber: 90_910
        case .upn, .pncID, .croNumber: 43_479
        case .nino: 153_847
        case .driverNumber: 74_400
        case .postcode: 600_000
        case .phoneNumber: 50_000
        case .emailAddress, .ipAddress: 10_000
        case .dateOfBirth: 500_000
        case .vehicleMark: 800_000
        case .crn, .prisonNumber, .passportNumber, .streetAddress, .name: 1_000_000
        }
    }
}

/// Some kinds of identifier.
package struct IdentifierKinds: OptionSet, Hashable, Sendable, BitwiseCopyable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package init(_ kind: IdentifierKind) { rawValue = 1 << UInt32(kind.rawValue) }

    package init(_ kinds: some Sequence<IdentifierKind>) {
        rawValue = kinds.reduce(0) { $0 | 1 << UInt32($1.rawValue) }
    }

    package static let all = IdentifierKinds(IdentifierKind.allCases)

    package func contains(_ kind: IdentifierKind) -> Bool { rawValue >> UInt32(kind.rawValue) & 1 == 1 }

    /// In the order of the list.
    package var kinds: [IdentifierKind] { IdentifierKind.allCases.filter { contains($0) } }
}
