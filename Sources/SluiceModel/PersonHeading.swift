/// Whether a heading names a person, or a thing by which one is found: such a column's values are never listed.
///
/// Words are matched generously: a column that is dropped for nothing costs a line in a schema.
package enum PersonHeading {
    /// Names of people, their addresses and how to reach them, and those who deal with them.
    package static func names(_ heading: String) -> Bool {
        holds(heading, words: words, parts: parts) || alone.contains(HeaderName.normalised(heading))
    }

    /// A day of birth.
    package static func namesBirth(_ heading: String) -> Bool {
        holds(heading, words: ["dob", "born"], parts: ["birth"])
    }

    /// The words of a heading, lower-case: `VictimDOB`, `victim_dob` and `Victim DOB` have two.
    package static func split(_ heading: String) -> [String] {
        var words: [String] = []
        var word = ""
        var previous = Kind.other
        let scalars = Array(heading.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let kind = Kind(scalar)
            let next = index + 1 < scalars.count ? Kind(scalars[index + 1]) : .other
            // A capital begins a word after a small letter, and before one when it ends a run of capitals.
            let begins = kind == .capital && (previous == .small || (previous == .capital && next == .small))
            if begins || kind != .other && previous != .other && (kind == .digit) != (previous == .digit) {
                if !word.isEmpty { words.append(word) }
                word = ""
            }
            if kind == .other {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.unicodeScalars.append(kind == .capital ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar)
            }
            previous = kind
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    /// Whether one of `words` is a word of the heading, or one of `parts` stands anywhere in its letters.
    package static func holds(_ heading: String, words: Set<String>, parts: [String]) -> Bool {
        let normalised = HeaderName.normalised(heading)
        return words.contains(normalised) || split(heading).contains { words.contains($0) }
            || parts.contains { normalised.contains($0) }
    }

    private enum Kind {
        case capital, small, digit, other

        init(_ scalar: Unicode.Scalar) {
            switch scalar.value {
            case 0x41...0x5A: self = .capital
            case 0x61...0x7A, 0x80...: self = .small
            case 0x30...0x39: self = .digit
            default: self = .other
            }
        }
    }

    private static let words: Set<String> = [
        "name", "names", "dob", "born", "initials", "alias", "aliases", "aka", "tel", "fax", "mob", "gp", "doctor",
        "teacher", "nok", "kin", "carer", "parent", "parents", "guardian", "mother", "father", "sibling", "partner",
        "signature", "author", "street", "road", "flat", "house", "town", "uprn", "easting", "northing", "lat", "lon",
        "long", "lng", "ip", "nhs", "upn", "uln", "nino", "pnc", "pncid", "cro", "crn", "noms", "chi", "vrm", "witness",
        "staff", "user", "by", "worker", "manager", "assessor", "investigator", "adviser", "advisor", "referrer",
        "owner", "reviewer", "sergeant", "constable", "inspector", "oic",
    ]

    /// People, when nothing else is said of them: `Victim` is one, `Victim age` is not.
    private static let alone: Set<String> = [
        "person", "people", "victim", "suspect", "offender", "pupil", "student", "child", "patient", "client",
        "complainant", "informant", "aggrieved", "nominal", "defendant", "driver", "subject", "individual", "customer",
        "resident", "employee", "youngperson", "serviceuser", "lead", "holder",
    ]

    private static let parts = [
        "forename", "surname", "firstname", "lastname", "fullname", "middlename", "givenname", "familyname",
        "knownas", "nickname", "maidenname", "birth", "address", "postcode", "postalcode", "zipcode", "email",
        "telephone", "phone", "mobile", "contact", "officer", "collarnumber", "caseworker", "keyworker",
        "socialworker", "practitioner", "clinician", "consultant", "supervisor", "offendermanager", "nextofkin",
        "passport", "licenceno", "licencenumber", "nationalinsurance", "registrationmark", "username", "latitude",
        "longitude", "nhsnumber", "coordinate",
    ]
}
