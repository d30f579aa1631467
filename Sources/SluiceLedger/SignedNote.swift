internal import Crypto
package import SluiceModel

/// A text and who signed it.
///
/// ```
/// TEXT, which ends in a line feed
///
/// — NAME BASE64
/// ```
///
/// with one line or more of signatures; what is encoded is four bytes that tell the key, and the signature of the text
/// with its last line feed.
///
/// Source: C2SP signed-note, with Ed25519 (RFC 8032), signature type 1.
package struct SignedNote: Hashable, Sendable {
    package struct Signature: Hashable, Sendable {
        package var name: String
        /// The first four bytes of SHA-256 over name, line feed, 1 and public key.
        package var keyID: [UInt8]
        package var bytes: [UInt8]
    }

    package var text: String
    package var signatures: [Signature]

    /// Longer notes are refused unread.
    package static let limitBytes = 1 << 16

    package var encoded: String {
        text + "\n" + signatures.map { "\u{2014} \($0.name) \(base64($0.keyID + $0.bytes))\n" }.joined()
    }

    /// Nil when it is not a note.
    package init?(encoded: String) {
        guard encoded.utf8.count <= SignedNote.limitBytes else { return nil }
        var lines = encoded.split(separator: Character("\n"), omittingEmptySubsequences: false)
        guard lines.popLast() == "", let blank = lines.lastIndex(of: ""), blank > 0, blank + 1 < lines.count else {
            return nil
        }
        text = lines[..<blank].map { $0 + "\n" }.joined()
        signatures = []
        for line in lines[(blank + 1)...] {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "\u{2014}", !parts[1].isEmpty,
                let raw = bytes(base64: String(parts[2])), raw.count > 4
            else { return nil }
            signatures.append(
                Signature(name: String(parts[1]), keyID: Array(raw[..<4]), bytes: Array(raw[4...])))
        }
    }

    /// The note on one line: its lines and signatures with blanks between. For notes whose own lines have no blanks.
    package var line: String {
        encoded.split(separator: Character("\n")).joined(separator: " ")
    }

    /// Finds a note of three lines and one signature, as `line` writes it, at the end of `text`.
    package init?(line text: String) {
        let words = text.split { $0 == " " || $0.isNewline }.suffix(6).map(String.init)
        guard words.count == 6, words[3] == "\u{2014}" else { return nil }
        self.init(encoded: words[..<3].map { $0 + "\n" }.joined() + "\n" + words[3...].joined(separator: " ") + "\n")
    }

    fileprivate init(text: String, signatures: [Signature]) {
        self.text = text
        self.signatures = signatures
    }
}

/// Signs checkpoints. The private key is 32 bytes, which only the daemon can read.
package struct CheckpointSigner: Sendable {
    /// The ledger's name, and the key's.
    package let origin: String
    private let key: Curve25519.Signing.PrivateKey

    /// - Parameter seed: 32 bytes.
    package init?(origin: String, seed: [UInt8]) {
        guard CheckpointVerifier.isName(origin), let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        else { return nil }
        self.origin = origin
        self.key = key
    }

    package var verifier: CheckpointVerifier {
        CheckpointVerifier(name: origin, publicKey: Array(key.publicKey.rawRepresentation))
    }

    /// The head as a checkpoint with its signature, a note in several lines.
    package func checkpoint(_ head: LedgerHead) -> String {
        sign(Checkpoint(origin: origin, head: head).text).encoded
    }

    /// The Ed25519 signature of any bytes, 64 bytes.
    ///
    /// - Source: RFC 8032 section 5.1.6.
    package func signature(of bytes: [UInt8]) -> [UInt8] {
        guard let signature = try? key.signature(for: bytes) else { preconditionFailure("Ed25519 signs any bytes") }
        return Array(signature)
    }

    func sign(_ text: String) -> SignedNote {
        guard let signature = try? key.signature(for: Array(text.utf8)) else {
            preconditionFailure("Ed25519 signs any text")
        }
        return SignedNote(
            text: text,
            signatures: [
                SignedNote.Signature(name: origin, keyID: verifier.keyID, bytes: Array(signature))
            ])
    }
}

/// What is needed to check the signatures of one key.
///
/// As text, `NAME+HASH+KEY`: the name, the key's four bytes in hexadecimal, and 1 and the public key in base64.
///
/// Source: C2SP signed-note, "Verifier keys".
package struct CheckpointVerifier: Hashable, Sendable, CustomStringConvertible {
    package let name: String
    /// 32 bytes.
    package let publicKey: [UInt8]

    private static let ed25519: UInt8 = 1

    package init(name: String, publicKey: [UInt8]) {
        self.name = name
        self.publicKey = publicKey
    }

    /// Whether `signature` is one of `bytes` by this key.
    package func isValid(_ signature: [UInt8], for bytes: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(signature, for: bytes)
    }

    /// Reads the form that `description` writes and nothing else.
    package init?(_ text: String) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let raw = bytes(base64: String(parts[2])), raw.count == 33,
            raw[0] == CheckpointVerifier.ed25519, CheckpointVerifier.isName(String(parts[0]))
        else { return nil }
        self.init(name: String(parts[0]), publicKey: Array(raw[1...]))
        guard description == text else { return nil }
    }

    package var description: String {
        "\(name)+\(hexadecimal(keyID))+\(base64([CheckpointVerifier.ed25519] + publicKey))"
    }

    package var keyID: [UInt8] {
        Array(SHA256.hash(data: Array(name.utf8) + [0x0A, CheckpointVerifier.ed25519] + publicKey)).prefix(4).map(
            \.self)
    }

    /// Whether this key signed the note.
    package func accepts(_ note: SignedNote) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey),
            let signature = note.signatures.first(where: { $0.name == name && $0.keyID == keyID })
        else { return false }
        return key.isValidSignature(signature.bytes, for: Array(note.text.utf8))
    }

    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0 != "+" && $0.value >= 0x20 }
    }
}
