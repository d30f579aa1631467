import Foundation
import Logging
import SluiceInstance
import SluiceIntake
import SluiceModel
import SluiceStore
import SluiceSystem
import SluiceTestSupport
import Testing

/// A complete instance in a scratch folder, with the shipped settings, a clock that can be set, and the real worker.
final class TestInstance {
    let folder = try! TemporaryFolder()
    let clock: ManualClock
    private(set) var instance: Instance
    var config: String { folder.path + "/site/sluice.yaml" }
    var site: String { folder.path + "/site" }
    var store: any Store { instance.store }

    static let authorities = [
        "marshvale-police", "marshvale-probation", "marshvale-yot", "northmarsh-council-education",
        "northmarsh-hospital",
    ]

    /// - Parameters:
    ///   - holds: files that replace much or are unusual wait for a word, as by default; most tests are about others, and
    ///     send far fewer rows than anybody would.
    ///   - waits: the release is of a year and waits for all that every authority may send; most tests send a month of
    ///     one, and the release is of that month and waits for nobody.
    ///   - edit: changes the settings before the instance is opened; gets the folder of `sluice.yaml`.
    init(
        at now: String = "2026-04-10T09:00:00Z", holds: Bool = false, waits: Bool = false,
        edit: (String) throws -> Void = { _ in }
    ) throws {
        clock = ManualClock(Instant(now)!)
        _ = try InstanceTemplate.write(to: folder.path + "/site")
        // A handful of records hides most of what its tables hold.
        try InstanceTests.edit(
            folder.path + "/site/releases/violence-profile.yaml", "profile: partnership-5\n",
            "profile: partnership-5\nacceptHidingMost: true\n"
                + (waits ? "" : "notExpected: [\(Self.authorities.joined(separator: ", "))]\n"))
        if !waits {
            try InstanceTests.edit(
                folder.path + "/site/releases/violence-profile.yaml", "period: {from: 2025-04, to: 2026-03}",
                "period: {from: 2026-03, to: 2026-03}")
        }
        if !holds {
            try InstanceTests.edit(
                folder.path + "/site/sluice.yaml", "\nintake:\n",
                "\nintake:\n  replaceLossPercent: 100\n  unusualPercent: 100\n")
        }
        try edit(folder.path + "/site")
        instance = try Instance.open(
            config: folder.path + "/site/sluice.yaml", forChanges: true, clock: clock, log: Logger(label: "test"))
    }

    /// Lets go of the instance and opens it anew, as after a restart.
    func reopen() throws {
        // The lock goes with the old one.
        try letGo()
        _ = try opened()
    }

    /// Lets go of the state's lock.
    func letGo() throws {
        let config = config
        let clock = clock
        instance = try withExtendedLifetime(instance) { old in
            try Instance.open(config: config, forChanges: false, clock: clock, log: old.log)
        }
    }

    /// Destroys the state folder, as a lost disk would.
    func loseState() throws {
        try letGo()
        try FileManager.default.removeItem(atPath: site + "/state")
    }

    /// Opens the instance for changes, after `letGo` or `loseState`.
    func opened() throws -> Instance {
        instance = try Instance.open(config: config, forChanges: true, clock: clock, log: Logger(label: "test"))
        return instance
    }

    func incoming(_ authority: String) -> String { site + "/srv/drop/\(authority)/incoming" }

    /// Puts a file into an authority's drop folder.
    func drop(_ text: String, as name: String, for authority: String) throws {
        try drop(Array(text.utf8), as: name, for: authority)
    }

    func drop(_ bytes: [UInt8], as name: String, for authority: String) throws {
        try Folder(path: incoming(authority)).writeAtomically(FileName(own: name), bytes, mode: 0o644)
    }

    /// Looks twice, with enough time between for files to settle, and takes in what is ready.
    func takeIn() {
        instance.intake.pass()
        clock.advance(seconds: 10)
        instance.intake.pass()
    }

    /// Drops a file, takes it in and returns what became of it.
    func deliver(_ text: String, as name: String, for authority: String) throws -> Delivery {
        try drop(text, as: name, for: authority)
        takeIn()
        return try #require(try store.deliveries(DeliveryFilter(limit: 1)).first)
    }

    func sample(_ plugin: String, _ name: String) throws -> String {
        String(decoding: try readSmallFile(Installation.share() + "/plugins/\(plugin)/samples/\(name)"), as: UTF8.self)
    }

    func receipt(_ delivery: Delivery) throws -> (json: JSON, text: String) {
        let base =
            site
            + "/srv/drop/\(delivery.authority)/receipts/\(delivery.id)-\(delivery.outcomeAtArrival!.rawValue).receipt"
        return (
            try JSON(reading: try readSmallFile(base + ".json")),
            String(decoding: try readSmallFile(base + ".txt"), as: UTF8.self)
        )
    }

    /// Every file below a folder, as paths.
    func files(below path: String) throws -> [String] {
        var found: [String] = []
        let folder = try Folder(path: path)
        for name in try folder.entries() {
            guard let status = try folder.status(name), let text = name.text else { continue }
            if status.kind == .folder {
                found += try files(below: path + "/" + text)
            } else {
                found.append(path + "/" + text)
            }
        }
        return found
    }

    /// Files below the instance, outside the agencies' own folders, that hold the bytes anywhere.
    func filesHolding(_ text: String) throws -> [String] {
        let needle = Array(text.utf8)
        return try files(below: site).filter { path in
            guard !path.contains("/incoming/"), !path.contains("/held/") else { return false }
            return try contains(readSmallFile(path), needle)
        }
    }
}

/// Whether `needle` occurs in `haystack`.
func contains(_ haystack: [UInt8], _ needle: [UInt8]) -> Bool {
    guard let first = needle.first, haystack.count >= needle.count else { return false }
    var start = 0
    while let found = haystack[start...].firstIndex(of: first), found + needle.count <= haystack.count {
        if haystack[found..<found + needle.count].elementsEqual(needle) { return true }
        start = found + 1
    }
    return false
}

/// Replaces text in a settings file; fails when it is not there.
func edit(_ path: String, _ old: String, _ new: String) throws {
    let text = String(decoding: try readSmallFile(path), as: UTF8.self)
    try #require(text.contains(old), "the settings no longer hold \(old)")
    try overwrite(path, Array(text.replacing(old, with: new).utf8))
}

/// Writes a file anew.
func overwrite(_ path: String, _ bytes: [UInt8]) throws {
    let parts = path.split(separator: "/")
    try Folder(path: "/" + parts.dropLast().joined(separator: "/")).writeAtomically(
        FileName(own: String(parts.last!)), bytes, mode: 0o644)
}

/// Gives the shipped release other tables, in the notation of a spec.
///
/// - Parameter folder: of `sluice.yaml`.
func replaceTables(in folder: String, with tables: String) throws {
    let path = folder + "/releases/violence-profile.yaml"
    let text = String(decoding: try readSmallFile(path), as: UTF8.self)
    let head = text.split(separator: "tables:\n", maxSplits: 1)[0]
    try overwrite(path, Array((head + "tables:\n" + tables).utf8))
}
