import SluiceModel

/// A checkpoint that somebody kept: in a receipt, in a release, or in the journal.
package struct Anchor: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case signed(Checkpoint, SignedNote)
        /// Size and last row's hash, as receipts had it before checkpoints were signed.
        case head(size: Int, rowHash: [UInt8])
    }

    /// What the caller calls it: a file's name.
    package var label: String
    package var kind: Kind

    package init(label: String, kind: Kind) {
        self.label = label
        self.kind = kind
    }

    /// Finds the checkpoint in a receipt or provenance file (JSON), in a signed note, or in a line of the journal; nil
    /// when there is none.
    package init?(label: String, text: String) {
        let found: String
        if text.utf8.first == UInt8(ascii: "{") {
            guard let json = try? JSON(reading: text), let checkpoint = json["checkpoint"]?.text else { return nil }
            found = checkpoint
        } else {
            found = text
        }
        guard let kind = Anchor.kind(found) else { return nil }
        self.init(label: label, kind: kind)
    }

    /// Rows that it counts.
    package var size: Int {
        switch kind {
        case .signed(let checkpoint, _): checkpoint.size
        case .head(let size, _): size
        }
    }

    private static func kind(_ text: String) -> Kind? {
        if let note = SignedNote(encoded: text) ?? SignedNote(line: text), let checkpoint = Checkpoint(text: note.text)
        {
            return .signed(checkpoint, note)
        }
        let words = text.split { $0 == " " || $0.isNewline }
        guard words.count == 2, let size = Int(words[0]), size >= 0, let rowHash = bytes(hexadecimal: words[1]),
            rowHash.count == 32
        else { return nil }
        return .head(size: size, rowHash: rowHash)
    }

    private static func bytes(hexadecimal text: Substring) -> [UInt8]? {
        let digits = text.utf8.map { digit -> UInt8? in
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
            default: nil
            }
        }
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}

/// How an anchor stands to the ledger.
package enum AnchorStanding: String, Hashable, Sendable {
    /// Its rows are the ledger's first.
    case agrees
    /// It counts more rows than there are.
    case shorter = "shorter-than-anchor"
    /// The rows it counts were others.
    case differs = "root-differs"
    /// It was made after the backup from which the store was restored later: its rows are lost, on record.
    case restoredFrom = "restored-from"
    /// No key that the ledger names, or that the caller trusts, signed it.
    case notSigned = "not-signed"
    /// It is of another ledger.
    case otherLedger = "other-ledger"
}
