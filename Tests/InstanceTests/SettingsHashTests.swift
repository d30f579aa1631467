import Foundation
import Glibc
import SluiceInstance
import SluiceIntake
import SluiceSystem
import SluiceTestSupport
import SluiceYAML
import Testing

@Suite struct SettingsHashTests {
    private func hash(_ config: String) throws -> String {
        let mistakes = Mistakes()
        let read = InstanceSettings.read(config, mistakes: mistakes)
        #expect(mistakes.all.map(\.description) == [])
        return try #require(read).hash
    }

    @Test func `every kind of file that settings are read from changes their hash, and no other does`() throws {
        let folder = try TemporaryFolder()
        let site = folder.path + "/site"
        let config = try InstanceTemplate.write(to: site)
        // A plugin of the instance itself, and a profile with a table of noise.
        try? FileManager.default.removeItem(atPath: site + "/plugins/police")
        try FileManager.default.copyItem(
            atPath: Installation.share() + "/plugins/police", toPath: site + "/plugins/police")
        var noise = "ckey,pcv,pvalue\n"
        for pcv in [1, 2, 501, 750] {
            for key in 0..<256 { noise += "\(key),\(pcv),\(key < 64 ? -1 : key < 192 ? 0 : pcv == 750 ? 2 : 1)\n" }
        }
        try noise.write(toFile: site + "/disclosure/noise.csv", atomically: false, encoding: .utf8)
        // A release that uses the table.
        let spec = site + "/releases/violence-profile.yaml"
        let text = try String(contentsOfFile: spec, encoding: .utf8)
        try text.replacing(
            "\nprofile: partnership-5\n",
            with: "\nprofile: {id: five, threshold: 5, width: 3, cellKeys: {table: noise.csv, hideBelow: 10}}\n"
        ).write(toFile: spec, atomically: false, encoding: .utf8)
        let first = try hash(config)
        #expect(try hash(config) == first)
        var seen: Set<String> = [first]
        let files = [
            "sluice.yaml", "authorities/marshvale-police.yaml", "releases/violence-profile.yaml", "reviews.yaml",
            "disclosure/rules.yaml", "disclosure/profiles.yaml", "disclosure/patient-columns.csv",
            "disclosure/noise.csv",
            "disclosure/words/name-words.csv", "disclosure/words/ordinary-words.txt", "model/model.yaml",
            "model/area.csv", "model/gazetteer.csv", "model/links/upn.yaml", "plugins/police/plugin.yaml",
        ]
        let datasets = try listSmallFolder(site + "/plugins/police/datasets").map {
            "plugins/police/datasets/\($0)/schema.yaml"
        }
        let codes = try listSmallFolder(site + "/plugins/police/codes").filter { $0.hasSuffix(".csv") }.map {
            "plugins/police/codes/\($0)"
        }
        for file in files + datasets.prefix(1) + codes.prefix(1) {
            let path = site + "/" + file
            let before = try Data(contentsOf: URL(fileURLWithPath: path))
            // The same to whoever reads it: a line's end more or less, or a word that nobody writes.
            let changed =
                file.hasSuffix(".csv")
                ? before.dropLast() : before + Data((file.hasSuffix(".txt") ? "zzzz\n" : "\n").utf8)
            try Data(changed).write(to: URL(fileURLWithPath: path))
            #expect(try seen.insert(hash(config)).inserted, "\(file)")
            try before.write(to: URL(fileURLWithPath: path))
        }
        #expect(try hash(config) == first)
        try "x".write(toFile: site + "/authorities/README.md", atomically: false, encoding: .utf8)
        #expect(try hash(config) == first)
        // Wherever the instance lies, and however it is named.
        try FileManager.default.moveItem(atPath: site, toPath: folder.path + "/other")
        #expect(try hash(folder.path + "/other/sluice.yaml") == first)
        #expect(try hash(folder.path + "/./other/sluice.yaml") == first)
    }

    // MARK: - Keys

    /// What may stand where a key is asked for; an unreadable folder and file, of an account that is not root.
    @Test(arguments: ["empty", "cut", "folder", "loop", "folder loop", "file for folder"], [true, false])
    func `a key that cannot be read stops whoever opens the instance, and nothing is made in its place`(
        what: String, creates: Bool
    ) throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/keys"
        _ = try InstanceKeys(folder: path)
        let key = path + "/name.key"
        let manager = FileManager.default
        let isOfFolder = ["folder loop", "file for folder"].contains(what)
        try manager.removeItem(atPath: isOfFolder ? path : key)
        switch what {
        case "empty": try Folder(path: path).writeAtomically(FileName(own: "name.key"), [], mode: 0o600)
        case "cut":
            try Folder(path: path).writeAtomically(
                FileName(own: "name.key"), [UInt8](repeating: 1, count: 31), mode: 0o600)
        case "folder": try manager.createDirectory(atPath: key, withIntermediateDirectories: false)
        case "loop": try manager.createSymbolicLink(atPath: key, withDestinationPath: key)
        case "folder loop": try manager.createSymbolicLink(atPath: path, withDestinationPath: path)
        default: try "x".write(toFile: path, atomically: false, encoding: .utf8)
        }
        let before = try listSmallFolder(folder.path)
        let error = #expect(throws: KeyError.self) { try InstanceKeys(folder: path, creates: creates) }
        #expect("\(try #require(error))".contains("backup"))
        #expect(try listSmallFolder(folder.path) == before)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can become another account"))
    func `a key or a folder of keys that this account may not read is not made anew`() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let folder = try TemporaryFolder()
            _ = try InstanceKeys(folder: folder.path + "/keys")
            let file = folder.path + "/keys/name.key"
            guard unsafe chmod(folder.path, 0o755) == 0, unsafe chown(folder.path + "/keys", 65534, 65534) == 0,
                setgid(65534) == 0, setuid(65534) == 0
            else { exit(90) }
            // The file is root's.
            for creates in [true, false] {
                guard
                    case .unreadable? =
                        (#expect(throws: KeyError.self) {
                            try InstanceKeys(folder: folder.path + "/keys", creates: creates)
                        })
                else { exit(1) }
            }
            guard unsafe access(file, F_OK) == 0, unsafe chmod(folder.path + "/keys", 0) == 0 else { exit(91) }
            for creates in [true, false] {
                guard
                    case .unreadable? =
                        (#expect(throws: KeyError.self) {
                            try InstanceKeys(folder: folder.path + "/keys", creates: creates)
                        })
                else { exit(2) }
            }
            exit(0)
        }
    }
}
