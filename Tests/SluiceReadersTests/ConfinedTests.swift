import Glibc
import SluiceModel
import SluiceReaders
import SluiceSystem
import Testing

/// Each kind of file is read in a process of its own that has given up every right, as the worker has. It ends with 0
/// when all went well and otherwise with the number of the step that did not.
struct ConfinedTests {
    /// Gives up all rights. Root is not bound by the limit on processes, so that it becomes somebody else first.
    private static func confine() {
        if geteuid() == 0, setgid(65534) != 0 || setuid(65534) != 0 { exit(90) }
        guard (try? confineWorker(memoryLimitBytes: 512 << 20, cpuSeconds: 60)) != nil else { exit(91) }
        if landlockABI() > 0, unsafe open("/etc/passwd", O_RDONLY) >= 0 { exit(92) }
    }

    @Test func `archives are read`() async {
        await #expect(processExitsWith: .success) {
            let files = ["stored.zip", "deflated.zip", "bzip2.zip", "lzma.zip", "members.gz"].map { Fixture.bytes($0) }
            let expected = Fixture.bytes("crimes.csv")
            Self.confine()
            for (index, file) in files.enumerated() {
                let kind = try? FileKind.of(MemoryFile(file), limits: DecodeLimits())
                guard let kind, let archive = try? Archive.open(MemoryFile(file), kind: kind, limits: DecodeLimits()),
                    let stream = try? archive.stream(0), (try? bytes(stream)) == expected
                else { exit(Int32(index) + 1) }
            }
        }
    }

    @Test func `workbooks are read`() async {
        await #expect(processExitsWith: .success) {
            let file = Fixture.bytes("types.xlsx")
            Self.confine()
            guard let book = try? Workbook.open(MemoryFile(file), limits: DecodeLimits()),
                let rows = try? book.rows(ofSheet: 0), let table = try? Table(rows), table.rowCount == 5
            else { exit(1) }
        }
    }

    @Test func `XML and JSON are read`() async {
        await #expect(processExitsWith: .success) {
            Self.confine()
            let document = "<?xml version='1.0' encoding='windows-1252'?><a><b><c>1</c></b></a>"
            let opened = try? XMLRows.open(
                { stream(document) }, candidates: [.init(index: 0, form: XMLForm())], limits: DecodeLimits())
            guard let opened, let table = try? Table(opened.rows), table.text == "c\n1\n" else { exit(1) }
            let json = try? JSONRows.open(
                { stream("[{\"a\":1.5}]") }, isLines: false, candidates: [.init(index: 0, form: JSONForm())],
                limits: DecodeLimits())
            guard let json, let table = try? Table(json.rows), table.text == "a\n1.5\n" else { exit(2) }
        }
    }
}
