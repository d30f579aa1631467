import SluiceLedger
import SluiceModel
import Testing

/// The hashes below were computed by the Python program in `docs/ledger.md`, not by the code under test.
struct LedgerChainTests {
    private let chain = LedgerChain()

    private static let entries = [
        LedgerEntry(
            at: Instant("2026-04-01T10:15:30Z")!, actor: "daemon", kind: .instanceCreated, subject: "example",
            details: [:]),
        LedgerEntry(
            at: Instant("2026-04-01T10:15:31Z")!, actor: "daemon", kind: .deliveryClaimed,
            subject: "20260401-101531-k3f9q2xw", details: ["bytes": "1024", "authority": "northtown-police"]),
        // A time before 1970, an empty value, and keys whose order differs between bytes, UTF-16 and alphabets.
        LedgerEntry(
            at: Instant(secondsSince1970: -1), actor: "user:1000", kind: .reviewClosed, subject: "strategy",
            details: [
                "b": "2", "\u{e9}": "accent", "a": "", "Z": "capital", "\u{ff5e}": "wide", "\u{10000}": "plane 1",
            ]),
    ]

    @Test
    func `rows have the documented hashes`() {
        let rows = chain.chain(LedgerChainTests.entries, after: .empty).rows
        #expect(rows.map(\.sequence) == [1, 2, 3])
        #expect(
            rows.map { hexadecimal($0.detailsHash) } == [
                "80822a4296af5bf65c6a8dc055a58cfe89ca6983844443fc200dd7afc4cf5472",
                "957a6c257402d97e431f34c5d0c1fd1b3c07f0aab701b455ea3db19256c26717",
                "d453e26a10a5e413969afd1c384d00c484b291f0e055e0663594d6e211c4a914",
            ])
        #expect(
            rows.map { hexadecimal($0.rowHash) } == [
                "ce6497f577c775b3fd42450081884b21e4af36f5544f9dedf82a165411efa86b",
                "21d919a7094adf2779adf111b9abbcadd4c42adc97548df58c85baa611747f1d",
                "1b4c983e0368502d19017f4ebc09855db7587ea7555917b7f3bfc4d98f3fe30e",
            ])
    }

    @Test
    func `entries chained in one go or one by one give the same rows`() {
        var head = LedgerHead.empty
        var single: [LedgerRow] = []
        for entry in LedgerChainTests.entries {
            let row = chain.chain([entry], after: head).rows[0]
            single.append(row)
            head = chain.head(after: head, rowHash: row.rowHash)
        }
        let whole = chain.chain(LedgerChainTests.entries, after: .empty)
        #expect(single == whole.rows)
        #expect(head == whole.head)
        #expect(chain.chain([], after: head).rows.isEmpty)
    }

    @Test
    func `text that moves from one field to the next changes the hash`() {
        let entry = LedgerChainTests.entries[0]
        var moved = entry
        moved.actor = "daemo"
        moved.subject = "nexample"
        #expect(
            chain.chain([entry], after: .empty).rows[0].rowHash
                != chain.chain([moved], after: .empty).rows[0].rowHash)
        #expect(LedgerChain.detailsHash(["ab": "c"]) != LedgerChain.detailsHash(["a": "bc"]))
    }

    @Test
    func `an untouched ledger verifies, whole and in parts`() {
        let (rows, head) = chain.chain(LedgerChainTests.entries, after: .empty)
        #expect(verified([rows]).problem == nil)
        #expect(verified([rows]).head == head)
        #expect(verified([Array(rows[..<1]), [], Array(rows[1...])]) == verified([rows]))
    }

    private func verified(_ parts: [[LedgerRow]]) -> LedgerVerifier.Report {
        var verifier = LedgerVerifier()
        for part in parts { verifier.take(part) }
        return verifier.finish()
    }

    @Test
    func `a row that is left out, repeated or moved is named`() {
        let rows = chain.chain(LedgerChainTests.entries, after: .empty).rows
        #expect(verified([[rows[0], rows[2]]]).problem == .sequenceBroken(expected: 2, found: 3))
        #expect(verified([[rows[0], rows[0]]]).problem == .sequenceBroken(expected: 2, found: 1))
        #expect(verified([Array(rows[1...])]).problem == .sequenceBroken(expected: 1, found: 2))
    }

    @Test(
        arguments: [
            { (row: inout LedgerRow) in row.entry.at = row.entry.at.adding(seconds: 1) },
            { $0.entry.actor += "x" },
            { $0.entry.kind = .releaseBuilt },
            { $0.entry.subject = "" },
            { $0.rowHash[31] ^= 1 },
        ] as [@Sendable (inout LedgerRow) -> Void])
    func `a changed field is named with its row`(change: @Sendable (inout LedgerRow) -> Void) {
        var rows = chain.chain(LedgerChainTests.entries, after: .empty).rows
        change(&rows[1])
        #expect(verified([rows]).problem == .rowChanged(sequence: 2))
    }

    @Test
    func `changed details are told apart from a changed row`() {
        var rows = chain.chain(LedgerChainTests.entries, after: .empty).rows
        rows[1].entry.details["bytes"] = "1025"
        #expect(verified([rows]).problem == .detailsChanged(sequence: 2))
    }

    @Test
    func `a row rewritten with a fresh hash breaks the link of the next`() {
        let entries = LedgerChainTests.entries
        var rows = chain.chain(entries, after: .empty).rows
        var forged = entries[1]
        forged.details["bytes"] = "1025"
        rows[1] = chain.chain([forged], after: chain.head(after: .empty, rowHash: rows[0].rowHash)).rows[0]
        #expect(verified([rows]).problem == .linkBroken(sequence: 3))
    }

    @Test
    func `an error says which row and holds nothing of it`() {
        #expect(
            "\(LedgerError.sequenceBroken(expected: 2, found: 3))"
                == "ledger row 2 is missing: row 3 stands in its place")
        #expect("\(LedgerError.rowChanged(sequence: 7))" == "ledger row 7 was changed after it was written")
    }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}
