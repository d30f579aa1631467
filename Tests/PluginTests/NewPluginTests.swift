import SluiceFormat
import SluiceInstance
import SluiceIntake
import SluiceModel
import SluiceSystem
import SluiceTestSupport
import Testing

/// `sluice plugin new --from` with the real worker.
@Suite struct NewPluginTests {
    private let day = CivilDate("2027-01-01")!

    @Test func `a plugin written from a sample passes its own test, and takes the sample`() throws {
        let folder = try TemporaryFolder()
        var text = "Ref;Seen on;Kind;Who\n"
        for row in 0..<40 {
            text += "MADE-UP-\(row);\(padded(row % 28 + 1, 2)).05.2026;\(row % 2 == 0 ? "A" : "B");canary \(row)\n"
        }
        try Folder(path: folder.path).writeAtomically("sample.csv", Array(text.utf8))
        let path = folder.path + "/sample.csv"
        let made = try Trial.writeNewPlugin(
            "guessed", in: folder.path, from: OpenFile(readingPath: path), event: "exclusion", today: day)
        #expect(made.samples.count == 2)
        for sample in made.samples { #expect(sample.differences == []) }
        let (trial, plugin) = try Trial.open(plugin: made.path)
        let (report, _) = try trial.judge(OpenFile(readingPath: path), with: plugin, today: day, progress: { _ in })
        #expect(report.outcome == .accepted, "\(report.findings)")
        #expect(report.period == Period("2026-05"))
        for (_, written) in made.plugin.files { #expect(!written.contains("canary")) }
        // A folder that is there is left alone.
        #expect(throws: PluginExists.self) {
            try Trial.writeNewPlugin(
                "guessed", in: folder.path, from: OpenFile(readingPath: path), event: nil, today: day)
        }
    }

    @Test func `a file that no plugin can be written for leaves nothing`() throws {
        let folder = try TemporaryFolder()
        for (name, text) in [("empty", ""), ("numbers", "1,2\n3,4\n"), ("zip", "PK\u{3}\u{4}")] {
            try Folder(path: folder.path).writeAtomically("sample", Array(text.utf8))
            #expect(throws: SampleRefusal.self, "\(name)") {
                try Trial.writeNewPlugin(
                    name, in: folder.path, from: OpenFile(readingPath: folder.path + "/sample"), event: nil,
                    today: day)
            }
        }
        let left = try Folder(path: folder.path).entries()
        #expect(left == ["sample"])
    }
}
