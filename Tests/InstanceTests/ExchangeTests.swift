import SluiceCertificate
import SluiceInstance
import SluiceModel
import SluiceRelease
import SluiceSystem
import SluiceTestSupport
import Testing

@Suite struct ExchangeTests {
    /// A row of three with its total, the first two hidden.
    private static let row = """
        0
        4
        0 1 2 u 0 40 0 4 4
        1 9 10 x 0 40 0 0 0
        2 20 21 s 0 40 0 0 0
        3 30 31 s 0 40 0 0 0
        1
        0 4 : 3 (-1) 0 (1) 1 (1) 2 (1)

        """

    @Test func `a file of the field is read, and written as it was`() throws {
        let file = try JJFile(text: ExchangeTests.row)
        #expect(file.text == ExchangeTests.row)
        let tables = try file.linkedTables()
        try tables.check()
        #expect(Layout(tables).values(of: tables) == [1, 9, 20, 30])
    }

    @Test(arguments: [
        ("0\n4", "1\n4", 1), ("0\n4", "0\n5", 7), ("u 0 40 0 4 4", "q 0 40 0 4 4", 3), ("2 20 21", "2 20.5 21", 5),
        ("2 20 21", "2 21 21", 8), ("2 (1)", "2 (3)", 8), ("0 4 :", "0 5 :", 8), ("2 (1)", "7 (1)", 8),
    ])
    func `a line that is not of the form is named`(old: String, new: String, line: Int) throws {
        let failure = #expect(throws: ExchangeRefusal.self) {
            _ = try JJFile(text: ExchangeTests.row.replacing(old, with: new))
        }
        guard case .line(let number, _) = try #require(failure) else {
            Issue.record("\(failure!)")
            return
        }
        #expect(number == line)
    }

    @Test func `sums that no inner cells explain are refused`() throws {
        let text = ExchangeTests.row.replacing("\n1\n0 4 :", with: "\n2\n0 3 : 2 (-1) 1 (1) 1 (1)\n0 4 :")
        #expect(throws: ExchangeRefusal.self) { try JJFile(text: text).linkedTables() }
    }

    @Test func `anybody's pattern is judged`() throws {
        let folder = try TemporaryFolder()
        func judge(_ text: String) throws -> CommandResult {
            try Folder(path: folder.path).writeAtomically(FileName(own: "t.jj"), Array(text.utf8), mode: 0o600)
            return try Instance.judgeExchange(
                file: folder.path + "/t.jj", profile: DisclosureProfile(id: "five", threshold: 5))
        }
        let safe = try judge(ExchangeTests.row)
        #expect(safe.exit == .done, "\(safe.text)")
        let alone = try judge(ExchangeTests.row.replacing("1 9 10 x", with: "1 9 10 s"))
        #expect(alone.exit == .no)
        #expect(alone.json["unproved"]?.items?.map(\.number) == [0])
        let open = try judge(ExchangeTests.row.replacing("0 1 2 u", with: "0 1 2 s"))
        #expect(open.json["shown"]?.items?.map(\.number) == [0])
    }

    @Test func `what a release proved is exported, and judged safe when it comes back`() throws {
        let site = try TestInstance()
        let rows = (1...40).map { crime($0) } + (41...43).map { crime($0, offence: "34B") }
        _ = try site.deliver(crimes(rows), as: "march.csv", for: police)
        #expect(site.instance.perform(.buildRelease("violence-profile"), attachment: nil, actor: "test").exit == .done)
        let folder = site.folder.path + "/exchange"
        let result = try Instance.exportExchange(
            certificate: site.site + "/state/certificates/violence-profile-0001.certificate", to: folder)
        #expect(result.exit == .done)
        #expect(try listSmallFolder(folder).contains("offence.jj"))
        let judged = try Instance.judgeExchange(
            file: folder + "/offence.jj", profile: DisclosureProfile(id: "five", threshold: 5))
        #expect(judged.exit == .done, "\(judged.text)")
        #expect((judged.json["sensitive"]?.number ?? 0) > 0)
    }
}
