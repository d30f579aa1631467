import ArgumentParser
import Glibc
import SluiceInstance
import SluiceModel
import SluiceStore
import SluiceSystem

/// The whole system on made-up drops: an instance, twelve months of files, the real daemon until it is idle, a release.
struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Try the whole system on made-up files, then be told where to look.",
        discussion: "Writes below one folder and nowhere else. Run again with the same folder, it begins anew.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "A new folder, or one that an earlier demo made.") var folder = "sluice-demo"
    @Option(help: "The same number makes the same files.") var seed: UInt64 = 2026
    @Option(help: "How much data: 1 is some three hundred thousand rows.") var scale = 1.0
    @Flag(help: "Write the instance and the drops, and stop there.") var dropsOnly = false

    func run() throws {
        guard scale > 0, scale <= 100 else { throw ValidationError("the scale is above 0 and at most 100") }
        try common.answeringFailures {
            let site = try DemoSite(folder: folder)
            let drops = DemoDrops(seed: seed, today: SystemClock().now().date, scale: scale)
            say("Writing an instance below \(site.folder)")
            try site.writeInstance()
            say("Making up \(drops.drops.count) drops")
            try site.write(drops.drops)
            if dropsOnly {
                common.show(.members(["config": .string(site.config)]), "config: \(site.config)")
                return
            }
            let daemon = try ChildProcess.spawn(
                path: try Installation.daemon(), arguments: ["--config", site.config],
                descriptors: [(2, try site.daemonLog().takeDescriptor())])
            say("The daemon takes them in …")
            try waitUntilIdle(site, daemon)
            say("Building the release")
            let release = try ask(.buildRelease(DemoSite.release), site)
            daemon.signal(SIGTERM)
            try daemon.wait(timeoutMilliseconds: 20_000)
            try site.removeSecondNames(drops.drops)
            let summary = try Summary(site, drops.drops, release)
            common.show(summary.json, summary.text)
            if summary.surprises > 0 { throw ExitCode(ExitStatusCode.ourFault.rawValue) }
        }
    }

    private func say(_ text: String) { if !common.json { write(text + "\n") } }

    private func ask(_ command: SluiceInstance.Command, _ site: DemoSite) throws -> CommandResult {
        guard let result = try ControlClient.ask(command, at: site.control, attaching: nil) else {
            throw DemoFailure(what: "the daemon does not answer; its log is \(site.folder)/daemon.log")
        }
        return result
    }

    private func waitUntilIdle(_ site: DemoSite, _ daemon: ChildProcess) throws {
        while true {
            if try daemon.wait(timeoutMilliseconds: 200) != nil {
                throw DemoFailure(what: "the daemon ended; its log is \(site.folder)/daemon.log")
            }
            if let result = try ControlClient.ask(.idle, at: site.control, attaching: nil), result.exit == .done {
                return
            }
        }
    }
}

struct DemoFailure: Error, CustomStringConvertible {
    var what: String
    var description: String { what }
}

/// The folder of a demo.
struct DemoSite {
    let folder: String
    var config: String { folder + "/sluice.yaml" }
    var control: String { folder + "/state/control.sock" }
    static let release = "violence-profile"
    private static let mark = ".made-by-sluice-demo"

    /// Takes a new or empty folder, or one that an earlier demo made, which is then emptied.
    init(folder: String) throws {
        let path = folder.hasPrefix("/") ? folder : workingFolder() + "/" + folder
        self.folder = path
        if let existing = try? Folder(path: path), try !existing.entries(limit: 1).isEmpty {
            guard try existing.status(FileName(own: DemoSite.mark)) != nil else {
                throw DemoFailure(what: "\(path): not empty and not made by a demo; name a new folder")
            }
            try removeAll(in: existing)
        }
    }

    func writeInstance() throws {
        _ = try InstanceTemplate.write(to: folder)
        let root = try Folder(path: folder)
        try root.writeAtomically(FileName(own: DemoSite.mark), [], mode: 0o644)
        // Files settle at once here: nobody is still writing them.
        let settings = String(decoding: try readSmallFile(config), as: UTF8.self)
            .replacing("# settleMilliseconds: 5000", with: "settleMilliseconds: 100")
        try root.writeAtomically(FileName(own: "sluice.yaml"), Array(settings.utf8), mode: 0o644)
        let authorities = try root.subfolder(FileName(own: "authorities"))
        try authorities.writeAtomically(
            FileName(own: DemoSettings.lapsedAuthority + ".yaml"), Array(DemoDrops.lapsedAuthorityYAML.utf8),
            mode: 0o644)
        let register = DemoDrops.reviewsYAML(today: SystemClock().now().date)
        try root.writeAtomically(FileName(own: "reviews.yaml"), Array(register.utf8), mode: 0o644)
    }

    func daemonLog() throws -> OpenFile {
        try Folder(path: folder).createFile(FileName(own: "daemon.log"), mode: 0o644)
    }

    /// Puts the drops into `incoming/`, each a second newer than the one before, so that they are taken in this order.
    func write(_ drops: [DemoDrops.Drop]) throws {
        let start = Int(wallClockSeconds()) - drops.count - 60
        for (index, drop) in drops.enumerated() {
            let incoming = try Folder.createIfMissing(
                path: folder + "/srv/drop/\(drop.authority)/incoming", mode: 0o3730)
            let path = folder + "/srv/drop/\(drop.authority)/incoming/"
            switch drop.kind {
            case .file: try incoming.writeAtomically(FileName(own: drop.name), drop.bytes(), mode: 0o644)
            case .symbolicLink(let target): try incoming.createSymlink(target: target, FileName(own: drop.name))
            case .hardLink(let otherName):
                try incoming.writeAtomically(FileName(own: otherName), drop.bytes(), mode: 0o644)
                guard unsafe link(path + otherName, path + drop.name) == 0 else {
                    throw SystemError(call: "link", path: "a drop of the demo", errno: errno)
                }
            }
            try setTime(path + drop.name, seconds: start + index)
        }
    }

    /// Searches every byte below the folder, outside the agencies' own `incoming/` and `held/`, for what was planted.
    ///
    /// - Returns: the files that hold any, and how many were searched.
    func filesWithIdentifiers() throws -> (found: [String], searched: Int) {
        let search = PlantedSearch(DemoDrops.plantedIdentifiers)
        var found: [String] = []
        var searched = 0
        func look(_ path: String) throws {
            let folder = try Folder(path: path)
            for name in try folder.entries() {
                guard let text = name.text, let status = try folder.status(name) else { continue }
                if status.kind == .folder {
                    if text != "incoming", text != "held" { try look(path + "/" + text) }
                } else if status.kind == .regular {
                    searched += 1
                    let bytes = try readSmallFile(path + "/" + text, limitBytes: 1 << 30)
                    if search.firstPlace(in: bytes) != nil { found.append(path + "/" + text) }
                }
            }
        }
        try look(self.folder)
        return (found, searched)
    }

    /// Removes the second names of hard-linked drops, which their makers would do.
    func removeSecondNames(_ drops: [DemoDrops.Drop]) throws {
        for drop in drops {
            guard case .hardLink(let otherName) = drop.kind else { continue }
            try Folder(path: folder + "/srv/drop/\(drop.authority)/incoming").remove(FileName(own: otherName))
        }
    }
}

/// Removes everything below a folder, following no link.
private func removeAll(in folder: borrowing Folder) throws {
    for name in try folder.entries() {
        if let status = try folder.status(name), status.kind == .folder {
            let inner = try folder.subfolder(name)
            try removeAll(in: inner)
            try folder.removeFolder(name)
        } else {
            try folder.remove(name)
        }
    }
}

private func workingFolder() -> String {
    guard let path = unsafe getcwd(nil, 0) else { return "/" }
    defer { unsafe free(path) }
    return unsafe String(cString: path)
}

private func setTime(_ path: String, seconds: Int) throws {
    var times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
    guard unsafe utimensat(AT_FDCWD, path, &times, AT_SYMLINK_NOFOLLOW) == 0 else {
        throw SystemError(call: "utimensat", path: "a drop of the demo", errno: errno)
    }
}

/// What happened, in plain words.
private struct Summary {
    let json: JSON
    let text: String
    /// Drops that did not end as they were made to.
    let surprises: Int

    init(_ site: DemoSite, _ drops: [DemoDrops.Drop], _ release: CommandResult) throws {
        let instance = try Instance.openForLooking(config: site.config)
        // Files, not the tables in them.
        let deliveries = try instance.store.deliveries(.init()).filter { $0.parent == nil }
            .map { instance.deliveryJSON($0) }
        var byOutcome: [String: Int] = [:]
        for delivery in deliveries { byOutcome[delivery["outcome"]?.text ?? "", default: 0] += 1 }
        var lines = ["", "\(drops.count) files were dropped for \(Set(drops.map(\.authority)).count) authorities."]
        for (outcome, count) in byOutcome.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            lines.append("  \(count) \(outcome)")
        }
        lines += ["", "Among them:"]
        var surprises = deliveries.count == drops.count ? 0 : 1
        for drop in drops {
            let ended = deliveries.first {
                $0["authority"]?.text == drop.authority && $0["file"]?.text == drop.name
            }?["outcome"]?.text
            if ended != drop.expected {
                surprises += 1
                lines.append(
                    "  NOT AS EXPECTED: a file of \(drop.authority) ended as \(ended ?? "nothing"): \(drop.purpose)")
            } else if drop.expected != "accepted" {
                lines.append("  \(drop.expected): \(drop.purpose)")
            }
        }
        let reviews = try instance.reviewsJSON()
        for review in reviews where review["state"]?.text != "ok" {
            lines.append(
                "  review \(review["state"]?.text ?? ""): \(review["title"]?.text ?? ""), due \(review["due"]?.text ?? "")"
            )
        }
        if release.exit != .done { surprises += 1 }
        let (found, searched) = try site.filesWithIdentifiers()
        surprises += found.count
        lines += [
            "",
            found.isEmpty
                ? "Names, NHS numbers and other identifiers were planted in every file. \(searched) files that Sluice "
                    + "wrote were searched for them, byte by byte: none has any."
                : "IDENTIFIERS FOUND where none may be:",
        ]
        lines += found.map { "  " + $0 }
        lines += [
            "", release.text, "", "Where to look:",
            "  \(site.folder)/srv/drop/*/receipts/   what each agency was told",
            "  \(site.folder)/srv/releases/\(DemoSite.release)/latest/   the combined anonymised dataset",
            "  \(site.folder)/srv/alerts/   review dates that approach, and reviews.ics",
            "  sluice status --config \(site.config)",
            "  sluice deliveries list --config \(site.config)",
        ]
        text = lines.joined(separator: "\n")
        self.surprises = surprises
        json = .members([
            "config": .string(site.config), "dropped": .int(drops.count), "surprises": .int(surprises),
            "outcomes": .object(byOutcome.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .int($0.value)) }),
            "release": release.json,
        ])
    }
}
