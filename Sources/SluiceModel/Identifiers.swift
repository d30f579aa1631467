/// The short name of an authority: the name of its drop folder and of its file in `authorities/`.
///
/// 1 to 40 characters of `a-z`, `0-9` and `-`, beginning with a letter.
package struct AuthorityID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let text: String

    package init?(_ text: String) {
        guard isShortName(text) else { return nil }
        self.text = text
    }

    package var description: String { text }

    package static func < (a: AuthorityID, b: AuthorityID) -> Bool { a.text < b.text }
}

/// The name of one delivery: the UTC second it was claimed and eight random characters,
/// `20260401-101530-k3f9q2xw`. Sorting by text sorts by time.
package struct DeliveryID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let text: String

    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 24, bytes[8] == UInt8(ascii: "-"), bytes[15] == UInt8(ascii: "-") else {
            return nil
        }
        for (index, byte) in bytes.enumerated() where index != 8 && index != 15 {
            let isDigit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
            let isLetter = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
            guard isDigit || (index > 15 && isLetter) else { return nil }
        }
        self.text = text
    }

    /// Makes a new name. `random` supplies the last eight characters, 40 bits.
    package init(at instant: Instant, random: inout some RandomNumberGenerator) {
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
        var bits = random.next() as UInt64
        var suffix = ""
        for _ in 0..<8 {
            suffix.append(alphabet[Int(bits & 31)])
            bits >>= 5
        }
        text = instant.compactText + "-" + suffix
    }

    package var description: String { text }

    package static func < (a: DeliveryID, b: DeliveryID) -> Bool { a.text < b.text }
}

/// Whether `text` can name an authority, plugin, dataset, dimension, release or review item.
package func isShortName(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, bytes.count <= 40 else { return false }
    guard first >= UInt8(ascii: "a"), first <= UInt8(ascii: "z") else { return false }
    return bytes.allSatisfy { byte in
        (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z"))
            || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
            || byte == UInt8(ascii: "-")
    }
}

/// The kinds of body the Serious Violence Duty speaks of.
///
/// Source: Police, Crime, Sentencing and Courts Act 2022 ss. 11–17; draft guidance June 2022, paras 18–23.
package enum AuthorityKind: String, CaseIterable, Sendable {
    case police, probation, yot, fire, health
    case nhsProvider = "nhs-provider"
    case localAuthority = "local-authority"
    case education, prison
    case youthCustody = "youth-custody"
    case policingBody = "policing-body"
    case vru, voluntary

    /// Whether this kind of sender may supply anonymous information only.
    ///
    /// Source: PCSC Act 2022 s.16(4)(b) and s.17(6)(b); draft guidance June 2022, paras 148–149, 157.
    package var isHealth: Bool { self == .health || self == .nhsProvider }
}
