import Foundation
import GRDB
import SluiceModel
import SluiceStore
import SluiceTestSupport
import Testing

@testable import SluiceStoreSQLite

struct BlockPayloadTests {
    private static let block = RecordBlock(
        rowCount: 2,
        columns: [
            RecordBlock.Column(dimension: 7, width: 1, bytes: [1, 2]),
            RecordBlock.Column(dimension: 300, width: 2, bytes: [3, 0, 4, 1]),
        ],
        counts: [5, 0, 0, 0, 255, 255, 255, 255], linkTokens: [UInt8](0..<32))

    private static let bytes: [UInt8] =
        [2, 3, 2, 0, 2, 0, 0, 0]  // version, flags, columns, rows
        + [7, 0, 0, 0, 1] + [1, 0, 0, 0, 1]  // dimension and width; smallest code and bits: 1 and 2 are 0 and 1
        + [44, 1, 0, 0, 2] + [3, 0, 0, 0, 9]  // 3 and 260 are 0 and 257
        + [0b10] + [0b0000_0000, 0b0000_0010, 0b10]  // codes
        + [5, 0, 0, 0, 255, 255, 255, 255] + [UInt8](0..<32)  // counts, link tokens

    private static let firstVersion: [UInt8] =
        [1, 3, 2, 0, 2, 0, 0, 0]  // version, flags, columns, rows
        + [7, 0, 0, 0, 1] + [44, 1, 0, 0, 2]  // dimensions and widths
        + [1, 2] + [3, 0, 4, 1]  // codes
        + [5, 0, 0, 0, 255, 255, 255, 255] + [UInt8](0..<32)  // counts, link tokens

    @Test
    func `a block has the documented bytes`() throws {
        #expect([UInt8](BlockPayload.encode(BlockPayloadTests.block)) == BlockPayloadTests.bytes)
        #expect(try BlockPayload.decode(Data(BlockPayloadTests.bytes)) == BlockPayloadTests.block)
    }

    @Test
    func `a block of the first version is still read`() throws {
        #expect(try BlockPayload.decode(Data(BlockPayloadTests.firstVersion)) == BlockPayloadTests.block)
    }

    @Test
    func `any block comes back as it was, and takes no more than the bits that its codes need`() throws {
        var random = SplitMix64(seed: 11)
        for _ in 0..<400 {
            let rowCount = Int.random(in: 0...70, using: &random)
            var block = RecordBlock(rowCount: rowCount, columns: [])
            var limit = 8
            for dimension in 0..<Int.random(in: 0...5, using: &random) {
                let width = [1, 2, 4].randomElement(using: &random) ?? 1
                let bits = Int.random(in: 0...8 * width, using: &random)
                let spread = (UInt64(1) << UInt64(bits)) - 1
                let smallest = UInt64.random(in: 0...(UInt64(1) << UInt64(8 * width)) - 1 - spread, using: &random)
                var bytes: [UInt8] = []
                for _ in 0..<rowCount {
                    let code = smallest + UInt64.random(in: 0...spread, using: &random)
                    for byte in 0..<width { bytes.append(UInt8(truncatingIfNeeded: code >> UInt64(8 * byte))) }
                }
                block.columns.append(RecordBlock.Column(dimension: dimension, width: width, bytes: bytes))
                limit += 10 + (rowCount * bits + 7) / 8
            }
            let data = BlockPayload.encode(block)
            #expect(data.count <= limit)
            #expect(try BlockPayload.decode(data) == block)
        }
    }

    @Test
    func `codes beyond their width, or more rows than a block can have, are refused`() {
        // Smallest 255 and one bit of which the second row makes 256.
        let beyond: [UInt8] = [2, 0, 1, 0, 2, 0, 0, 0] + [0, 0, 0, 0, 1] + [255, 0, 0, 0, 1] + [0b10]
        #expect(throws: UnreadableValue.self) { _ = try BlockPayload.decode(Data(beyond)) }
        let endless: [UInt8] = [2, 0, 1, 0, 255, 255, 255, 255] + [0, 0, 0, 0, 1] + [3, 0, 0, 0, 0]
        #expect(throws: UnreadableValue.self) { _ = try BlockPayload.decode(Data(endless)) }
    }

    @Test
    func `a payload that is cut short or too long is refused`() {
        for count in 0..<BlockPayloadTests.bytes.count {
            #expect(throws: UnreadableValue.self) {
                _ = try BlockPayload.decode(Data(BlockPayloadTests.bytes[..<count]))
            }
        }
        #expect(throws: UnreadableValue.self) { _ = try BlockPayload.decode(Data(BlockPayloadTests.bytes + [0])) }
    }

    @Test(arguments: [(0, 3), (1, 4), (12, 3), (17, 9), (16, 1), (22, 0), (2, 255), (7, 255)])
    func `a payload of another version, flag, width or length is refused`(place: Int, value: UInt8) {
        var bytes = BlockPayloadTests.bytes
        bytes[place] = value
        #expect(throws: UnreadableValue.self) { _ = try BlockPayload.decode(Data(bytes)) }
    }

    @Test
    func `a block that is not well formed stops the program`() async {
        await #expect(processExitsWith: .failure) {
            _ = BlockPayload.encode(
                RecordBlock(rowCount: 2, columns: [RecordBlock.Column(dimension: 0, width: 2, bytes: [1, 2])]))
        }
    }
}

struct BlockQueryTests {
    @Test(arguments: [
        RecordFilter(),
        RecordFilter(
            eventKinds: ["offence", "search"], authorities: [AuthorityID("northtown-police")!],
            period: Period("2026-04")!),
    ])
    func `blocks are read in order without being sorted in memory`(filter: RecordFilter) throws {
        let database = try DatabaseQueue()
        try Schema.migrator.migrate(database)
        let (sql, arguments) = SQLiteStore.blockQuery(filter)
        let plan = try database.read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: arguments).map { $0["detail"] as String }
        }
        #expect(plan.count == 2)
        #expect(plan[0].hasPrefix("SCAN d"))
        #expect(plan[1].contains("record_block_by_place"))
    }
}
