import SluiceModel
package import SluiceSettings
package import SluiceSystem

/// One authority's drop: its folders, and what was seen in `incoming/` so far.
///
/// ```
/// drop/<authority>/incoming/          agencies write here
///                  receipts/          they read here
///                  held/<id>/NAME     waits for a person, with held/<id>.notice.txt
///                  .sluice-claimed/<id>/NAME    taken aside while it is worked on
/// ```
package final class Source {
    package let authority: Authority
    let path: String
    let settleSeconds: Double
    private var seen: [FileName: Sighting] = [:]
    /// Why the folders cannot be read now, if so.
    package private(set) var unavailable: String?
    package private(set) var isRemote = false

    /// A file in `incoming/`, and since when it has looked as it does now.
    struct Sighting {
        var status: FileStatus
        /// Monotonic seconds.
        var firstSeen: Double
        var unchangedSince: Double
        var looks = 1
        /// Monotonic seconds before which it is not tried again.
        var retryAfter = 0.0
    }

    init(authority: Authority, settings: Settings) {
        self.authority = authority
        path = settings.paths.drop + "/" + authority.id.text
        let milliseconds = authority.settleMilliseconds ?? settings.intake.settleMilliseconds
        settleSeconds = Double(milliseconds) / 1000
        settleRemoteSeconds = Double(settings.intake.settleRemoteMilliseconds) / 1000
        stalledAfterSeconds = Double(settings.intake.stalledAfterSeconds)
    }

    private let settleRemoteSeconds: Double
    private let stalledAfterSeconds: Double

    func incoming() throws(SystemError) -> Folder { try Folder(path: path + "/incoming") }
    func receipts() throws(SystemError) -> Folder { try Folder(path: path + "/receipts") }
    func held() throws(SystemError) -> Folder { try Folder(path: path + "/held") }
    func claimed() throws(SystemError) -> Folder { try Folder(path: path + "/.sluice-claimed") }

    /// Makes the folders. The modes let an agency's group write without listing, and read what is meant for it.
    package func createFolders() throws(SystemError) {
        _ = try Folder.createIfMissing(path: path + "/incoming", mode: 0o3730)
        _ = try Folder.createIfMissing(path: path + "/receipts", mode: 0o2750)
        _ = try Folder.createIfMissing(path: path + "/held", mode: 0o2750)
        _ = try Folder.createIfMissing(path: path + "/.sluice-claimed", mode: 0o700)
    }

    /// Lists `incoming/` and notes what changed since the last look.
    func look(at now: Double) {
        do {
            // The folder of claims is made once and stays: without it this is not our share but the empty mount point.
            _ = try claimed()
            let incoming = try incoming()
            isRemote = try incoming.fileSystem().isRemote
            var current: [FileName: Sighting] = [:]
            for name in try incoming.entries() {
                guard let status = try incoming.status(name) else { continue }
                if var known = seen[name] {
                    if known.status.looksUnchanged(since: status) {
                        known.looks += 1
                    } else {
                        if known.status.kind != status.kind || known.status.inode != status.inode {
                            known.retryAfter = 0
                        }
                        known.unchangedSince = now
                        known.looks = 1
                        known.status = status
                    }
                    current[name] = known
                } else {
                    current[name] = Sighting(status: status, firstSeen: now, unchangedSince: now)
                }
            }
            seen = current
            unavailable = nil
        } catch {
            seen = [:]
            unavailable = "\(error)"
        }
    }

    /// The ready file that has been there longest, by its time of change and then its name.
    func nextReady(at now: Double) -> (name: FileName, status: FileStatus)? {
        let ready = seen.filter { name, sighting in now >= sighting.retryAfter && isReady(name, sighting, at: now) }
        let first = ready.min { a, b in
            let (one, other) = (a.value.status.modifiedNanoseconds, b.value.status.modifiedNanoseconds)
            return one != other ? one < other : a.key.bytes.lexicographicallyPrecedes(b.key.bytes)
        }
        return first.map { ($0.key, $0.value.status) }
    }

    private func isReady(_ name: FileName, _ sighting: Sighting, at now: Double) -> Bool {
        if name.isTemporary { return false }
        // What is no regular file cannot still be growing.
        if sighting.status.kind != .regular { return true }
        switch authority.readiness {
        case .rename: return true
        case .settle:
            let settle = isRemote ? settleRemoteSeconds : settleSeconds
            return sighting.looks >= 2 && now - sighting.unchangedSince >= settle
        }
    }

    /// Files that have been waiting to become ready for longer than is usual.
    func stalled(at now: Double) -> [(name: FileName, status: FileStatus)] {
        seen.filter { name, sighting in
            now - sighting.firstSeen >= stalledAfterSeconds && !isReady(name, sighting, at: now)
        }.map { ($0.key, $0.value.status) }
    }

    /// Taken, or gone: start afresh if the name shows up again.
    func forget(_ name: FileName) { seen[name] = nil }

    /// It could not be taken now; leave it alone for a while.
    func postpone(_ name: FileName, until retry: Double) { seen[name]?.retryAfter = retry }

    package func isStillThere(_ name: FileName) -> Bool { seen[name] != nil }

    /// Files seen in `incoming/` at the last look.
    package var waitingCount: Int { seen.count }

    /// Since when the oldest of them has been there, in monotonic seconds.
    package var oldestFirstSeen: Double? { seen.values.map(\.firstSeen).min() }

    /// When the next file will have settled if nothing changes, in monotonic seconds.
    func nextDeadline() -> Double? {
        let settle = isRemote ? settleRemoteSeconds : settleSeconds
        return seen.compactMap { name, sighting -> Double? in
            if name.isTemporary { return nil }
            let deadline = max(sighting.retryAfter, sighting.unchangedSince + settle)
            return deadline.isFinite ? deadline : nil
        }.min()
    }
}

extension FileStatus {
    /// Whether nothing that shows a change differs: size, times and which file it is.
    func looksUnchanged(since other: FileStatus) -> Bool {
        sizeBytes == other.sizeBytes && modifiedNanoseconds == other.modifiedNanoseconds
            && changedNanoseconds == other.changedNanoseconds && inode == other.inode && device == other.device
            && kind == other.kind
    }
}
