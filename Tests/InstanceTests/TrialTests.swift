import Foundation
import SluiceInstance
import SluiceModel
import SluiceSystem
import SluiceTestSupport
import Testing

@Suite struct TrialTests {
    /// Counts of April in two tables that differ, and of May.
    private static let archive = """
        UEsDBBQAAAAIAAAAIVycSbPgPgAAAFYAAAAFAAAAYS5jc3YLSC3KzE/RcSxKTdTxTU0sLi1K1XHOL80r4TIyMDLVNTDRcTWwsLS0\
        NDAw1MlPS0vNS04t1jE0wpA1QpEFAFBLAwQUAAAACAAAACFcd31yCD4AAABWAAAABQAAAGIuY3N2C0gtysxP0XEsSk3U8U1NLC4t\
        StVxzi/NK+EyMjAy1TUw0XE1sLC0tDQwMNTJT0tLzUtOLdYxNMaQNUKRBQBQSwMEFAAAAAgAAAAhXLQ1Jn8+AAAAVgAAAAUAAABj\
        LmNzdgtILcrMT9FxLEpN1PFNTSwuLUrVcc4vzSvhMjIwMtU1MNVxNbCwtLQ0MDDUyU9LS81LTi3WMTTBkDVCkQUAUEsBAhQDFAAA\
        AAgAAAAhXJxJs+A+AAAAVgAAAAUAAAAAAAAAAAAAAIABAAAAAGEuY3N2UEsBAhQDFAAAAAgAAAAhXHd9cgg+AAAAVgAAAAUAAAAA\
        AAAAAAAAAIABYQAAAGIuY3N2UEsBAhQDFAAAAAgAAAAhXLQ1Jn8+AAAAVgAAAAUAAAAAAAAAAAAAAIABwgAAAGMuY3N2UEsFBgAA\
        AAADAAMAmQAAACMBAAAAAA==
        """

    @Test func `a trial rejects two tables of the same months, as intake does`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("tables.zip")
        try #require(Data(base64Encoded: Self.archive)).write(to: URL(fileURLWithPath: path))
        let (trial, plugin) = try Trial.open(plugin: "police")
        let reports = try trial.judgeTables(
            OpenFile(readingPath: path), with: plugin, today: CivilDate("2026-01-10")!, progress: { _ in })
        #expect(reports.map(\.report.outcome) == [.accepted, .rejected, .accepted])
        #expect(reports.outcome == .rejected)
        #expect(reports[1].report.findings.first?.code == .periodOverlaps)
        #expect(reports[1].report.findings.first?.message.contains("table 1 of the same file") == true)
    }
}
