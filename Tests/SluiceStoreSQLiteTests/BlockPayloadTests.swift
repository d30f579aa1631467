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
    func `a payload that is cut short or too long is refused`() {
        for count in 0..<BlockPayloadTests.bytes.count {
            #expect(throws: UnreadableValue.self) {
                _ = try BlockPayload.decode(Data(BlockPayloadTests.bytes[..<count]))
            }
        }
        #expect(throws: UnreadableValue.self) { _ = try BlockPayload.decode(Data(BlockPayloadTests.bytes + [0])) }
    }

    @Test(arguments: [(0, 2), (1, 4), (12, 3), (17, 0), (2, 255), (7, 255)])
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
