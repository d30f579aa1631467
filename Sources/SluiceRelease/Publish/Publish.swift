import Crypto
import SluiceCertificate
import SluiceLedger
import SluiceModel
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
    func publish(_ spec: ReleaseSpec, _ proved: [ProvedTable], _ counted: Counted) throws -> BuiltRelease {
        let overlaps = try overlapping(spec)
        let version = (try store.releases().filter { $0.release == spec.id }.map(\.version).max() ?? 0) + 1
        let builtAt = clock.now()
        let warnings =
            counted.gaps
            + counted.leftOut.map {
                "Records of \($0.authority) are not in it: \($0.because) (\($0.citation))."
            }
            + overlaps.map {
                "Release \($0.release), version \($0.version), counts some of the same events. Whoever has both may work "
                    + "out more than from either alone; protection across releases is not part of this version."
            }
        let facts = ReleaseFacts(
            spec: spec, version: version, builtAt: builtAt, warnings: warnings, proved: proved, counted: counted,
            sources: try sources(of: counted), settingsHash: settingsHash,
            checkpoint: signer.checkpoint(try store.ledgerHead()))
        let staging = try Folder.createIfMissing(path: folder + "/.staging", mode: 0o700)
        let stagingName = "\(spec.id)-\(padded(version, 4))"
        // What an earlier build left there.
        try staging.removeTree(FileName(own: stagingName))
        let target = try staging.subfolder(FileName(own: stagingName), create: true, mode: 0o755)
        let sumsHash = try write(facts.files(), in: target)
        try staging.sync()

        let record = ReleaseRecord(
            release: spec.id, version: version, state: .publishing, builtAt: builtAt, sumsHash: sumsHash,
            stagingName: stagingName, audience: spec.audience, eventKinds: spec.tables.map(\.eventKind).sorted(),
            period: spec.period, deliveries: counted.deliveries)
        let entry = LedgerEntry(
            at: builtAt, actor: actor, kind: .releaseBuilt, subject: "\(spec.id)/\(padded(version, 4))",
            details: [
                "recipients": spec.recipients.map { "\($0.name) (\($0.kind.rawValue))" }.joined(separator: "; "),
                "sha256sums": sumsHash, "audience": spec.audience.rawValue, "purpose": spec.purpose,
                "proof": Proof.Rule.noEquations.rawValue, "threshold": "\(spec.profile.threshold)",
            ])
        try store.insert(record, ledger: [entry])
        try putInPlace(record)
        var published = record
        published.state = .published
        return BuiltRelease(
            record: published, path: "\(folder)/\(spec.id)/\(padded(version, 4))", warnings: warnings,
            hidden: proved.map { table in
                (table.table.id, table.table.cells.count { $0.shown == .confidential }, table.table.cells.count)
            })
    }

    /// Finishes releases that a crash left between the store and their place.
    package func recover() throws {
        for record in try store.releases() where record.state == .publishing { try putInPlace(record) }
    }

    /// The two renames. Repeating them is harmless.
    private func putInPlace(_ record: ReleaseRecord) throws {
        let releases = try Folder(path: folder)
        let release = try releases.subfolder(FileName(own: record.release), create: true, mode: 0o755)
        let version = FileName(own: padded(record.version, 4))
        if try release.status(version) == nil {
            let staging = try releases.subfolder(FileName(own: ".staging"), create: false, mode: 0o700)
            try staging.rename(FileName(own: record.stagingName), to: release, as: version, replace: false)
        }
        try release.createSymlink(target: padded(record.version, 4), FileName(own: "latest"))
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
                    pluginVersion: pluginVersions[delivery.plugin] ?? ""))
        }
        return sources.sorted { ($0.authority, $0.dataset, $0.period) < ($1.authority, $1.dataset, $1.period) }
    }
}
