import Crypto
import SluiceCertificate
import SluiceLedger
package import SluiceModel
import SluiceStore
import SluiceSystem

/// Puts proved tables into the releases folder.
///
/// ```
/// releases/.staging/<release>-<version>/   written and synced
/// releases/<release>/<version>/            one rename
/// releases/<release>/latest                a second
/// ```
///
/// The store knows the release as `publishing` before the first rename, so that `recover` can finish after a crash.
extension ReleaseBuilder {
    func publish(
        _ spec: ReleaseSpec, _ parts: [Part], _ counted: Counted, earlier: [ReleaseRecord], hidden: [HiddenShare]
    ) throws -> BuiltRelease {
        let version = (try store.releases().filter { $0.release == spec.id }.map(\.version).max() ?? 0) + 1
        let builtAt = clock.now()
        var tables: [(path: String, text: String)] = []
        for part in parts {
            for table in part.proved.tables.tables.indices {
                let path = "tables/\(part.proved.tables.tables[table].id).csv"
                tables.append((path, TableFile.text(part.proved, notAvailable: part.notAvailable, table: table)))
            }
        }
        let certificate = Certificate(
            release: spec.id, version: version, profile: spec.profile.name,
            files: tables.map { .init(path: $0.path, sha256: hexadecimal(SHA256.hash(data: Array($0.text.utf8)))) },
            parts: parts.map {
                .init(tables: $0.proved.tables, rules: $0.proved.rules, protection: $0.protection, gaps: $0.gaps)
            })
        let certificateBytes = certificate.bytes
        let certificateHash = hexadecimal(SHA256.hash(data: certificateBytes))
        let warnings = warnings(counted, earlier: earlier)
        let facts = ReleaseFacts(
            spec: spec, version: version, builtAt: builtAt, warnings: warnings, proved: parts.map(\.proved),
            notAvailable: parts.map(\.notAvailable), counted: counted, sources: try sources(of: counted),
            settingsHash: place.settingsHash,
            checkpoint: signer.checkpoint(try store.ledgerHead()), certificateHash: certificateHash)
        let staging = try Folder.createIfMissing(path: place.folder + "/.staging", mode: 0o700)
        let stagingName = "\(spec.id)-\(padded(version, 4))"
        // What an earlier build left there.
        try staging.removeTree(FileName(own: stagingName))
        let target = try staging.subfolder(FileName(own: stagingName), create: true, mode: 0o755)
        let sumsHash = try write(tables + facts.files(), in: target)
        try staging.sync()
        // The proof before what it proves.
        let certificates = try Folder.createIfMissing(path: place.certificates, mode: 0o700)
        // What a crash left holds true counts as well.
        try certificates.removeTemporaries()
        try certificates.writeAtomically(
            FileName(own: ReleaseBuilder.certificateName(spec.id, version)), certificateBytes, mode: 0o600)
        try certificates.sync()

        let waits = spec.audience == .public
        var record = ReleaseRecord(
            release: spec.id, version: version, state: waits ? .pending : .publishing, builtAt: builtAt,
            sumsHash: sumsHash, stagingName: stagingName, audience: spec.audience,
            eventKinds: Set(spec.tables.map(\.eventKind)).sorted(), period: spec.period, deliveries: counted.deliveries)
        let entry = LedgerEntry(
            at: builtAt, actor: actor, kind: .releaseBuilt, subject: "\(spec.id)/\(padded(version, 4))",
            details: [
                "recipients": spec.recipients.map { "\($0.name) (\($0.kind.rawValue))" }.joined(separator: "; "),
                "sha256sums": sumsHash, "audience": spec.audience.rawValue, "purpose": spec.purpose,
                "certificate": certificateHash, "profile": spec.profile.name, "scope": Certificate.scope,
            ])
        try store.insert(record, ledger: [entry])
        if !waits { record = try published(record) }
        return BuiltRelease(
            record: record,
            path: waits
                ? "\(place.folder)/.staging/\(stagingName)" : "\(place.folder)/\(spec.id)/\(padded(version, 4))",
            warnings: warnings, hidden: hidden, certificateHash: certificateHash)
    }

    /// Name of a version's certificate in the folder of certificates.
    package static func certificateName(_ release: String, _ version: Int) -> String {
        "\(release)-\(padded(version, 4)).certificate"
    }

    private func warnings(_ counted: Counted, earlier: [ReleaseRecord]) -> [String] {
        counted.coverage.sentences
            + counted.leftOut.map {
                "Records of \($0.authority) are not in it: \($0.because) (\($0.citation))."
            }
            + earlier.map {
                "Release \($0.release), version \(padded($0.version, 4)), has tables over the same kind of event and months. Whoever "
                    + "has both may work out more than from either alone: what both give away together was not proved."
            }
    }

    /// Publishes what waits for it, on a person's word.
    ///
    /// - Parameters:
    ///   - name: who decided.
    ///   - judgement: on what may be published without prejudicing law enforcement or anybody's safety.
    /// - Source: draft guidance June 2022, para 37 b.
    package func approve(_ release: String, by name: String, judgement: String) throws -> ReleaseRecord {
        let known = try store.releases().filter { $0.release == release }
        guard let record = known.last(where: { $0.state == .pending }) else {
            throw ReleaseRefusal.versionUnknown(release: release)
        }
        try checkStaged(record)
        // What was built meanwhile may have changed what it gives away.
        let others = try overlapping(record.eventKinds, record.period)
        guard others.isEmpty else {
            throw ReleaseRefusal.overlapsEarlier(
                others.map {
                    "release \($0.release), version \(padded($0.version, 4)), holds figures over the same events"
                })
        }
        try store.approve(
            release: release, version: record.version,
            ledger: [
                LedgerEntry(
                    at: clock.now(), actor: actor, kind: .releaseApproved,
                    subject: "\(release)/\(padded(record.version, 4))",
                    details: ["by": name, "judgement": judgement, "sha256sums": record.sumsHash])
            ])
        return try published(record)
    }

    /// Puts in its place what is on record.
    ///
    /// - Throws: `ReleaseRefusal.notInPlace`, and then `recover` finishes it.
    private func published(_ record: ReleaseRecord) throws -> ReleaseRecord {
        do {
            try putInPlace(record)
        } catch let error as SystemError {
            throw ReleaseRefusal.notInPlace(release: record.release, version: record.version, error: "\(error)")
        }
        var record = record
        record.state = .published
        return record
    }

    /// Finishes releases that a crash left between the store and their place; one that may no longer be published is given
    /// up, on record.
    ///
    /// - Parameter id: nil for all releases.
    package func recover(_ id: String? = nil) throws {
        for record in try store.releases() where record.state == .publishing && (id == nil || record.release == id) {
            do {
                if try !isInPlace(record) { try checkStaged(record) }
                try putInPlace(record)
            } catch let refusal as ReleaseRefusal {
                try store.abandon(
                    release: record.release, version: record.version,
                    ledger: [
                        LedgerEntry(
                            at: clock.now(), actor: actor, kind: .releaseAbandoned,
                            subject: "\(record.release)/\(padded(record.version, 4))", details: ["reason": "\(refusal)"]
                        )
                    ])
            }
        }
    }

    private func isInPlace(_ record: ReleaseRecord) throws -> Bool {
        let releases = try Folder(path: place.folder)
        guard try releases.status(FileName(own: record.release)) != nil else { return false }
        let release = try releases.subfolder(FileName(own: record.release), create: false, mode: 0o755)
        return try release.status(FileName(own: padded(record.version, 4))) != nil
    }

    /// What is in staging is what was proved and put on record, and its records still count.
    ///
    /// - Throws: `ReleaseRefusal`.
    private func checkStaged(_ record: ReleaseRecord) throws {
        let staging = try Folder.createIfMissing(path: place.folder + "/.staging", mode: 0o700)
        guard try staging.status(FileName(own: record.stagingName)) != nil else {
            throw ReleaseRefusal.stagingLost(release: record.release, version: record.version)
        }
        for id in record.deliveries {
            guard try store.delivery(id)?.status.isCurrent ?? false else {
                throw ReleaseRefusal.recordsGone(release: record.release, version: record.version)
            }
        }
        let path = "\(place.folder)/.staging/\(record.stagingName)"
        let sums = try? readSmallFile(path + "/SHA256SUMS", limitBytes: 1 << 24)
        let found = try verifyRelease(folder: path, certificate: nil, verifier: signer.verifier, checksHashes: true)
        guard sums.map({ hexadecimal(SHA256.hash(data: $0)) }) == record.sumsHash, found.signature == .holds,
            found.hashes == .holds
        else { throw ReleaseRefusal.stagingChanged(release: record.release, version: record.version) }
    }

    /// The two renames. Repeating them is harmless.
    private func putInPlace(_ record: ReleaseRecord) throws {
        let releases = try Folder(path: place.folder)
        let release = try releases.subfolder(FileName(own: record.release), create: true, mode: 0o755)
        try release.removeTemporaries()
        let version = FileName(own: padded(record.version, 4))
        if try release.status(version) == nil {
            let staging = try releases.subfolder(FileName(own: ".staging"), create: false, mode: 0o700)
            try staging.rename(FileName(own: record.stagingName), to: release, as: version, replace: false)
        }
        // One that was held up must not take the place of a later one.
        let latest =
            try store.releases().filter { $0.release == record.release && $0.state == .published }
            .map(\.version).max() ?? 0
        try release.createSymlink(target: padded(max(latest, record.version), 4), FileName(own: "latest"))
        try release.sync()
        try releases.sync()
        try store.markPublished(release: record.release, version: record.version)
    }

    /// Writes files and their checksums, each synced.
    ///
    /// - Returns: SHA-256 of `SHA256SUMS`, hexadecimal.
    private func write(_ files: [(path: String, text: String)], in target: borrowing Folder) throws -> String {
        let tables = try target.subfolder(FileName(own: "tables"), create: true, mode: 0o755)
        var sums = ""
        for (path, text) in files.sorted(by: { $0.path < $1.path }) {
            let bytes = Array(text.utf8)
            if path.hasPrefix("tables/") {
                try tables.writeAtomically(FileName(own: String(path.dropFirst(7))), bytes, mode: 0o644)
            } else {
                try target.writeAtomically(FileName(own: path), bytes, mode: 0o644)
            }
            sums += "\(hexadecimal(SHA256.hash(data: bytes)))  \(path)\n"
        }
        try target.writeAtomically(FileName(own: "SHA256SUMS"), Array(sums.utf8), mode: 0o644)
        try target.writeAtomically(
            FileName(own: "SHA256SUMS.sig"), signer.signature(of: Array(sums.utf8)), mode: 0o644)
        try tables.sync()
        try target.sync()
        return hexadecimal(SHA256.hash(data: Array(sums.utf8)))
    }

    /// Which authorities' datasets and periods went in, and by which plugin.
    private func sources(of counted: Counted) throws -> [ReleaseFacts.Source] {
        var sources: Set<ReleaseFacts.Source> = []
        for id in counted.deliveries {
            guard let delivery = try store.delivery(id) else { continue }
            sources.insert(
                ReleaseFacts.Source(
                    authority: delivery.authority.text, dataset: delivery.dataset ?? "",
                    period: delivery.period.map { "\($0)" } ?? "", plugin: delivery.plugin,
                    pluginVersion: place.pluginVersions[delivery.plugin] ?? ""))
        }
        return sources.sorted { ($0.authority, $0.dataset, $0.period) < ($1.authority, $1.dataset, $1.period) }
    }
}
