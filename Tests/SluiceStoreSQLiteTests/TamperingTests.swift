import Foundation
import GRDB
import SluiceLedger
import SluiceModel
import SluiceStore
import SluiceTestSupport
import Testing

@testable import SluiceStoreSQLite

/// Ledgers that somebody changed behind the store's back, checked by the store's verifier and by `scripts/verify-ledger`,
/// which was written from the documentation and shares no code with it.
struct TamperingTests {
    private static let rowCount = 60
    /// The receipt that the checks are given counts so many.
    private static let anchorSize = 40
    private static let signer = CheckpointSigner(
        origin: "sluice/0011223344556677", seed: [UInt8](repeating: 7, count: 32))!

    /// Debian's own, which has the package from `scripts/setup`, or another that has it.
    private static let python = ["/usr/bin/python3", "python3"].first { run($0, ["-c", "import cryptography"]) != nil }

    /// What a forger does to a copy of the store. All that he does to rows after the anchor is found by the chain or by
    /// the kept tree; what he writes anew consistently is found where an anchor counts it.
    private enum Forgery: CaseIterable {
        case none, time, actor, kind, subject, details, detailsDamaged, detailsHash, previousHash, rowHash
        case rowDeleted, rowRepeated, rowsSwapped, tailCut, tailCutWithTree, writtenAnew, tree
        case rowBefore, rowFarBehind, textBehindNUL, noText, nameTwice
    }

    @Test(.enabled(if: python != nil, "python3 with the package cryptography is not installed"))
    func `500 tamperings are found by two verifiers that agree, and untouched ledgers pass`() throws {
        let folder = try TemporaryFolder()
        let base = folder.file("base.sqlite")
        let anchor = try makeLedger(base)
        let anchorFile = folder.file("receipt.json")
        try Data(JSON.members(["checkpoint": .string(anchor)]).compactText.utf8).write(
            to: URL(fileURLWithPath: anchorFile))
        var random = SplitMix64(seed: 4)
        var expected: [(file: String, forgery: Forgery, reason: String)] = []
        for number in 0..<550 {
            let forgery: Forgery =
                number < 50 ? .none : Forgery.allCases.dropFirst().randomElement(using: &random) ?? .none
            let file = folder.file("\(number).sqlite")
            try FileManager.default.copyItem(atPath: base, toPath: file)
            try forge(forgery, file, &random)
            let report = try verify(file, anchor)
            expected.append((file, forgery, report.problem?.reason ?? "intact"))
            #expect((report.problem == nil) == (forgery == .none), "\(number): \(forgery)")
        }
        let script = repository + "/Tests/SluiceStoreSQLiteTests/verify_many.py"
        let arguments = [script, repository + "/scripts/verify-ledger", anchorFile] + expected.map(\.file)
        let python = try #require(TamperingTests.python)
        let answers = try #require(TamperingTests.run(python, arguments)).split(separator: "\n").map(String.init)
        #expect(answers.count == expected.count)
        for ((file, forgery, reason), answer) in zip(expected, answers) {
            #expect(answer == reason, "\(file): \(forgery)")
        }
        // Each kind of fault was met.
        #expect(
            Set(expected.map(\.reason)) == [
                "intact", "row-missing", "link-broken", "details-changed", "row-changed", "row-unreadable",
                "head-differs", "shorter-than-anchor", "root-differs",
            ])
    }

    private func makeLedger(_ file: String) throws -> String {
        let store = try SQLiteStore(path: file, chain: LedgerChain())
        func entry(_ number: Int) -> LedgerEntry {
            LedgerEntry(
                at: Instant(secondsSince1970: 1_775_038_530 + number), actor: number % 3 == 0 ? "daemon" : "user:1000",
                kind: .deliveryDecided, subject: "delivery-\(number)",
                details: ["outcome": "accepted", "rows": "\(number)/\(number)/0", "é": "\u{1F4A7}"])
        }
        try store.append([
            LedgerEntry(
                at: Instant(secondsSince1970: 0), actor: "daemon", kind: .checkpointKeyMade,
                subject: TamperingTests.signer.origin, details: ["key": "\(TamperingTests.signer.verifier)"])
        ])
        var anchor = ""
        for number in 2...TamperingTests.rowCount {
            try store.append([entry(number)])
            if number == TamperingTests.anchorSize { anchor = TamperingTests.signer.checkpoint(try store.ledgerHead()) }
        }
        return anchor
    }

    private func verify(_ file: String, _ anchor: String) throws -> LedgerVerifier.Report {
        let store = try SQLiteStore(path: file, chain: LedgerChain(), readOnly: true)
        let anchors = [try #require(Anchor(label: "receipt", text: anchor))]
        var verifier = LedgerVerifier(anchors: anchors)
        let kept = try store.keptLedgerTree()
        do {
            verifier.take(try store.ledgerRows(Int.min..<Int.max))
        } catch StoreError.ledgerRowUnreadable(let sequence) {
            verifier.take(try store.ledgerRows(Int.min..<sequence))
            verifier.meetUnreadable()
        }
        return verifier.finish(kept: kept)
    }

    private func forge(_ forgery: Forgery, _ file: String, _ random: inout SplitMix64) throws {
        let row = Int.random(in: 1...TamperingTests.rowCount, using: &random)
        // Below the receipt's size: what is cut or written anew above it, with the tree, leaves no trace that it could
        // show.
        let covered = Int.random(in: 2..<TamperingTests.anchorSize, using: &random)
        let place = Int.random(in: 0..<32, using: &random)
        let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
        let database = try DatabaseQueue(path: file)
        try database.write { db in
            try db.execute(
                sql: """
                    DROP TRIGGER ledger_is_not_changed; DROP TRIGGER ledger_is_not_deleted;
                    DROP TRIGGER ledger_is_appended;
                    """)
            func set(_ column: String, _ value: (any DatabaseValueConvertible)?, of row: Int = row) throws {
                try db.execute(
                    sql: "UPDATE ledger SET \(column) = ? WHERE sequence = ?", arguments: [value, row])
            }
            func flip(_ column: String) throws {
                var hash = try #require(
                    try Data.fetchOne(db, sql: "SELECT \(column) FROM ledger WHERE sequence = ?", arguments: [row]))
                hash[place] ^= bit
                try set(column, hash)
            }
            func keepTree(_ head: LedgerHead) throws { try LedgerTable.keep(head, db) }
            func head(of size: Int) throws -> LedgerHead {
                try LedgerTable.rows(1..<size + 1, db).reduce(.empty) {
                    LedgerChain().head(after: $0, rowHash: $1.rowHash)
                }
            }
            switch forgery {
            case .none: break
            case .time: try set("at", Int.random(in: 0..<1_000_000, using: &random))
            case .actor: try set("actor", "user:0")
            case .kind: try set("kind", "release-built")
            case .subject: try set("subject", "another")
            case .details: try set("details", #"{"outcome":"refused"}"#)
            case .detailsDamaged: try set("details", #"{"outcome":"#)
            case .detailsHash: try flip("details_hash")
            case .previousHash: try flip("previous_hash")
            case .rowHash: try flip("row_hash")
            case .rowDeleted:
                // The last one is a tail that was cut.
                try db.execute(sql: "DELETE FROM ledger WHERE sequence = ?", arguments: [max(1, row - 1)])
            case .rowRepeated:
                try db.execute(
                    sql: """
                        INSERT INTO ledger SELECT \(TamperingTests.rowCount + 1), at, actor, kind, subject, details,
                        details_hash, previous_hash, row_hash FROM ledger WHERE sequence = ?
                        """, arguments: [row])
            case .rowsSwapped:
                let other = row % TamperingTests.rowCount + 1
                for (from, to) in [(row, 1_000), (other, row), (1_000, other)] {
                    try db.execute(sql: "UPDATE ledger SET sequence = ? WHERE sequence = ?", arguments: [to, from])
                }
            case .rowBefore, .rowFarBehind:
                try db.execute(
                    sql: """
                        INSERT INTO ledger SELECT ?, at, actor, kind, subject, details, details_hash, previous_hash,
                        row_hash FROM ledger WHERE sequence = ?
                        """,
                    arguments: [forgery == .rowBefore ? -place : place % 2 == 0 ? Int.max : 1_000 + place, row])
            case .textBehindNUL:
                try db.execute(
                    sql: "UPDATE ledger SET subject = subject || char(0) || 'x' WHERE sequence = ?", arguments: [row])
            case .noText:
                try db.execute(
                    sql: "UPDATE ledger SET actor = CAST(x'ff41' AS TEXT) WHERE sequence = ?", arguments: [row])
            case .nameTwice:
                try db.execute(
                    sql: """
                        UPDATE ledger SET details = '{"outcome":"refused",' || substr(details, 2) WHERE sequence = ?
                        """, arguments: [max(2, row)])
            case .tailCut: try db.execute(sql: "DELETE FROM ledger WHERE sequence >= ?", arguments: [max(2, row)])
            case .tailCutWithTree:
                try db.execute(sql: "DELETE FROM ledger WHERE sequence > ?", arguments: [covered])
                try keepTree(try head(of: covered))
            case .writtenAnew:
                // By one who knows the whole of the encoding.
                let old = try LedgerTable.rows(covered..<TamperingTests.rowCount + 1, db)
                var entries = old.map(\.entry)
                entries[0].subject = "another"
                let (rows, end) = LedgerChain().chain(entries, after: try head(of: covered - 1))
                try db.execute(sql: "DELETE FROM ledger WHERE sequence >= ?", arguments: [covered])
                for row in rows { try LedgerTable.insert(row, db) }
                try keepTree(end)
            case .tree:
                var head = try head(of: TamperingTests.rowCount)
                head.treeNodes[place % head.treeNodes.count][place] ^= bit
                try keepTree(head)
            }
        }
    }

    private let repository = String(#filePath.split(separator: "/Tests/")[0])

    /// What the program printed; nil when it cannot be run or fails.
    private static func run(_ program: String, _ arguments: [String]) -> String? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
    }
}
