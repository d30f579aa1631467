import Foundation
import SluiceSettings
import SluiceYAML
import Testing

/// An instance in a folder of its own, complete and without a mistake until a test changes a file of it.
struct TemporaryInstance: ~Copyable {
    let folder: String

    static let sluice = """
        instance: Test
        operator: {kind: police, name: P}
        controllers: [P]
        """

    static let authority = """
        authority: north
        name: North
        kind: police
        plugin: police
        gateway: pcsc-16
        purposes: [needs-assessment]
        agreement: {reference: R, validFrom: 2025-04-01, validTo: 2026-03-31}
        dataContact: D
        governanceContact: G
        retentionMonths: 36
        """

    static let release = """
        release: profile
        title: Profile
        audience: partnership
        recipients: [{kind: vru, name: V}]
        purpose: needs-assessment
        period: {from: 2025-04, to: 2026-03}
        profile: {id: five, threshold: 5}
        tables:
          - id: offences
            title: Offences
            event: offence
            by: {area: lad, month: quarter}
        """

    static let reviews = """
        reviews:
          - id: strategy
            kind: strategy
            title: Strategy
            owner: O
            due: 2026-12-01
        """

    /// - Parameter changes: Files to write instead of or beside the complete ones; nil leaves one out.
    init(_ changes: [String: String?] = [:]) throws {
        folder = FileManager.default.temporaryDirectory.path + "/sluice-settings-" + UUID().uuidString
        var files = [
            "sluice.yaml": Self.sluice, "authorities/north.yaml": Self.authority,
            "releases/profile.yaml": Self.release, "reviews.yaml": Self.reviews,
            "disclosure/rules.yaml": "rules: []\n",
        ]
        for (name, text) in changes { files[name] = text }
        for name in ["authorities", "releases", "disclosure"] {
            try FileManager.default.createDirectory(
                atPath: folder + "/" + name, withIntermediateDirectories: true)
        }
        for (name, text) in files {
            try text.write(toFile: folder + "/" + name, atomically: false, encoding: .utf8)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// What is read, and the mistakes with names relative to the instance.
    func read() -> (settings: Settings?, mistakes: [String]) {
        let mistakes = Mistakes()
        let settings = readSettings(file: folder + "/sluice.yaml", mistakes: mistakes)
        return (settings, relative(mistakes))
    }

    func relative(_ mistakes: Mistakes) -> [String] {
        mistakes.all.map { mistake in
            let text = mistake.description
            return text.hasPrefix(folder + "/") ? String(text.dropFirst(folder.utf8.count + 1)) : text
        }
    }
}

/// One text in place of another, which must be there.
func replacing(_ old: String, with new: String, in text: String) -> String {
    let parts = text.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
    precondition(parts.count == 2, "the test's text has changed")
    return parts[0] + new + parts[1]
}
