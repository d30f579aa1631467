import SluiceLedger
import SluiceModel
import Testing

struct CheckpointTests {
    private static let signer = CheckpointSigner(origin: "sluice/0011223344556677", seed: [UInt8](0..<32))!
    private static let entry = LedgerEntry(
        at: Instant("2026-04-01T10:15:30Z")!, actor: "daemon", kind: .instanceCreated, subject: "example", details: [:])
    private static let head = LedgerChain().chain([entry, entry, entry], after: .empty).head

    /// Made by Python's `cryptography` and `hashlib` from the seed 00 01 … 1f, not by the code under test.
    private static let note = """
        sluice/0011223344556677
        3
        x9c0EchBcyigd9u5ha/jWl+KpWUjpJf3gcKNcpWLjfo=

        \u{2014} sluice/0011223344556677 J1unY+pZucTykpY610eSZm4h9qs/NTXw3lYGqsI/f9W4vYf73/2+9wcK1FI3pTArw+0NVfmUyUPY5tpY0Nk9Htwneg0=

        """
    private static let verifierText = "sluice/0011223344556677+275ba763+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"

    @Test
    func `a checkpoint is the note that another program makes`() {
        #expect(CheckpointTests.signer.checkpoint(CheckpointTests.head) == CheckpointTests.note)
        #expect("\(CheckpointTests.signer.verifier)" == CheckpointTests.verifierText)
    }

    @Test
    func `a note is read back, also from one line, and its signature holds`() throws {
        let note = try #require(SignedNote(encoded: CheckpointTests.note))
        let key = try #require(CheckpointVerifier(CheckpointTests.verifierText))
        #expect(note.encoded == CheckpointTests.note)
        #expect(key.accepts(note))
        #expect(SignedNote(line: "info: the ledger grew checkpoint=x " + note.line) == note)
        let checkpoint = try #require(Checkpoint(text: note.text))
        #expect(checkpoint == Checkpoint(origin: "sluice/0011223344556677", head: CheckpointTests.head))
    }

    @Test(arguments: ["3", "4", "2", "0", "44", "sluice/0011223344556678"])
    func `a note whose text was changed has no valid signature`(text: String) throws {
        let changed = CheckpointTests.note.replacing("\n3\n", with: "\n\(text)\n", maxReplacements: 1)
        let key = try #require(CheckpointVerifier(CheckpointTests.verifierText))
        let note = try #require(SignedNote(encoded: changed))
        #expect(key.accepts(note) == (text == "3"))
    }

    @Test
    func `every changed character of a note is found`() throws {
        let key = try #require(CheckpointVerifier(CheckpointTests.verifierText))
        let characters = Array(CheckpointTests.note)
        for place in characters.indices {
            var changed = characters
            changed[place] = changed[place] == "B" ? "C" : "B"
            guard let note = SignedNote(encoded: String(changed)) else { continue }
            #expect(!key.accepts(note), "character \(place)")
        }
    }

    @Test(arguments: [
        "", "sluice/a\n3\n", "sluice/a\n3\nAAAA\n", "sluice/a\n03\n\(String(repeating: "A", count: 43))=\n",
        "sluice/a\n-1\n\(String(repeating: "A", count: 43))=\n", "sluice/a\n3\n\(String(repeating: "A", count: 43))=",
        "sluice/a\n3\n\(String(repeating: "A", count: 42))B=\n",
        "sluice/a\n3\n\(String(repeating: "A", count: 43))=\n\n",
    ])
    func `anything else is no checkpoint`(text: String) {
        #expect(Checkpoint(text: text) == nil)
    }

    @Test(arguments: [
        "", "sluice/a", "sluice/a+00000000+AAAA",
        "sluice/0011223344556677+00000000+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
    ])
    func `anything else is no public key`(text: String) {
        #expect(CheckpointVerifier(text) == nil)
    }
}

struct AnchorTests {
    private static let first = CheckpointSigner(origin: "sluice/1", seed: [UInt8](repeating: 1, count: 32))!
    private static let other = CheckpointSigner(origin: "sluice/1", seed: [UInt8](repeating: 2, count: 32))!
    private let chain = LedgerChain()

    private func entry(_ kind: LedgerKind, _ subject: String, _ details: [String: String] = [:]) -> LedgerEntry {
        LedgerEntry(at: Instant(secondsSince1970: 0), actor: "daemon", kind: kind, subject: subject, details: details)
    }

    /// A ledger that names its key, with `count` rows more.
    private func ledger(_ count: Int, seed: Int = 0, key: CheckpointSigner = first) -> [LedgerRow] {
        let named = entry(.checkpointKeyMade, "sluice/1", ["key": "\(key.verifier)"])
        return chain.chain([named] + (0..<count).map { entry(.settingsLoaded, "\(seed)-\($0)") }, after: .empty).rows
    }

    private func anchor(_ rows: [LedgerRow], signedBy signer: CheckpointSigner = first) throws -> Anchor {
        let head = rows.reduce(.empty) { chain.head(after: $0, rowHash: $1.rowHash) }
        return try #require(Anchor(label: "receipt", text: "{\"checkpoint\": \(quoted(signer.checkpoint(head)))}"))
    }

    private func quoted(_ text: String) -> String { JSON.string(text).compactText }

    private func report(_ rows: [LedgerRow], _ anchors: [Anchor]) -> LedgerVerifier.Report {
        var verifier = LedgerVerifier(anchors: anchors)
        verifier.take(rows)
        return verifier.finish()
    }

    @Test
    func `rows up to the latest anchor are vouched for, those after it by none`() throws {
        let rows = ledger(20)
        let found = report(rows, [try anchor(Array(rows[..<5])), try anchor(Array(rows[..<12]))])
        #expect(found.problem == nil)
        #expect(found.anchoredRows == 12)
        #expect(found.anchors.map(\.standing) == [.agrees, .agrees])
    }

    @Test
    func `a tail that was cut anywhere below an anchor is found from that anchor alone`() throws {
        let rows = ledger(20)
        let kept = try anchor(rows)
        for size in 1..<rows.count {
            #expect(report(Array(rows[..<size]), [kept]).problem == .shorterThanAnchor(size: size, anchorSize: 21))
        }
    }

    @Test
    func `a ledger written anew is found, with the same key or another`() throws {
        let kept = try anchor(Array(ledger(20)[..<9]))
        #expect(report(ledger(20, seed: 1), [kept]).problem == .rootDiffers(anchorSize: 9))
        #expect(
            report(ledger(20, seed: 1, key: AnchorTests.other), [kept]).problem == .anchorUnverified(anchorSize: 9))
    }

    @Test
    func `an anchor by a stranger or of another ledger vouches for nothing`() throws {
        let rows = ledger(20)
        let forged = report(rows, [try anchor(rows, signedBy: AnchorTests.other)])
        #expect(forged.problem == .anchorUnverified(anchorSize: 21))
        #expect(forged.anchoredRows == 0)
        let elsewhere = CheckpointSigner(origin: "sluice/2", seed: [UInt8](repeating: 1, count: 32))!
        var verifier = LedgerVerifier(anchors: [try anchor(rows, signedBy: elsewhere)], keys: [elsewhere.verifier])
        verifier.take(rows)
        #expect(verifier.finish().anchors.map(\.standing) == [.otherLedger])
    }

    @Test
    func `anchors newer than the backup that was restored are excused once a person knows of the restore`() throws {
        let before = ledger(20)
        let lost = try anchor(before)
        let old = try anchor(Array(before[..<9]))
        let head = before[..<10].reduce(LedgerHead.empty) { chain.head(after: $0, rowHash: $1.rowHash) }
        let newKey = entry(.checkpointKeyMade, "sluice/1", ["key": "\(AnchorTests.other.verifier)"])
        let after = chain.chain(
            [entry(.storeRestored, "sluice/1"), newKey] + (0..<30).map { entry(.settingsLoaded, "new-\($0)") },
            after: head)
        let rows = Array(before[..<10]) + after.rows
        func report(_ rows: [LedgerRow], _ anchors: [Anchor], accepting: [Int]) -> LedgerVerifier.Report {
            var verifier = LedgerVerifier(anchors: anchors, acceptedRestores: accepting)
            verifier.take(rows)
            return verifier.finish()
        }
        let found = report(rows, [lost, old], accepting: [])
        #expect(found.problem == .restoreUnaccepted(sequence: 11))
        #expect(found.restores == [11])
        #expect(found.anchors.map(\.standing) == [.restoredFrom, .agrees])
        #expect(report(rows, [lost, old], accepting: [11]).problem == nil)
        // What was signed after the restore has no excuse.
        let since = try anchor(rows, signedBy: AnchorTests.other)
        #expect(report(rows, [since], accepting: [11]).problem == nil)
        let cut = report(Array(rows[..<30]), [since], accepting: [11])
        #expect(cut.problem == .shorterThanAnchor(size: 30, anchorSize: 42))
    }

    @Test
    func `receipts from before checkpoints were signed still serve`() throws {
        let rows = ledger(20)
        let text = "{\"checkpoint\": \"9 \(hexadecimal(rows[8].rowHash))\"}"
        #expect(report(rows, [try #require(Anchor(label: "old", text: text))]).anchoredRows == 9)
        #expect(
            report(ledger(20, seed: 1), [try #require(Anchor(label: "old", text: text))]).problem
                == .rootDiffers(anchorSize: 9))
    }

    @Test(arguments: ["", "{", "{}", "{\"checkpoint\": 3}", "{\"checkpoint\": \"9\"}", "9 00", "no note"])
    func `a file without a checkpoint is no anchor`(text: String) {
        #expect(Anchor(label: "x", text: text) == nil)
    }
}
