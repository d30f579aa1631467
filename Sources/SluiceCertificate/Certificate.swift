/// The proof of one version of a release, complete in itself: with it the release can be checked when the records are
/// gone. It holds true counts and stays with the controller; what is published of it is its hash.
///
/// As a file: the line `SLUICE-CERTIFICATE 2`, then release, version, profile, the published tables with their SHA-256,
/// and for each kind of event its rules, tables, protection and gaps, in the notation of `docs/disclosure.md`. Those that
/// begin with `SLUICE-CERTIFICATE 1` have no gaps.
package struct Certificate: Sendable {
    package struct File: Hashable, Sendable {
        /// Within the release's folder.
        package var path: String
        /// SHA-256, hexadecimal.
        package var sha256: String

        package init(path: String, sha256: String) {
            self.path = path
            self.sha256 = sha256
        }
    }

    /// What was proved about one kind of event.
    package struct Part: Sendable {
        package var tables: LinkedTables
        package var rules: AuditRules
        package var protection: Protection
        /// Where figures are not available. What is proved holds with and without them: they show less.
        package var gaps: [CoverageGap]

        package init(tables: LinkedTables, rules: AuditRules, protection: Protection, gaps: [CoverageGap] = []) {
            self.tables = tables
            self.rules = rules
            self.protection = protection
            self.gaps = gaps
        }
    }

    package var release: String
    package var version: Int
    /// Id and version.
    package var profile: String
    package var files: [File]
    package var parts: [Part]

    package init(release: String, version: Int, profile: String, files: [File], parts: [Part]) {
        self.release = release
        self.version = version
        self.profile = profile
        self.files = files
        self.parts = parts
    }

    /// What it says about other releases.
    package static let scope = "this release alone"

    private static let magic = "SLUICE-CERTIFICATE 2\n"
    private static let magicWithoutGaps = "SLUICE-CERTIFICATE 1\n"

    package var bytes: [UInt8] {
        var writer = CertificateWriter()
        writer.raw(Certificate.magic.utf8)
        writer.text(release)
        writer.count(version)
        writer.text(profile)
        writer.count(files.count)
        for file in files {
            writer.text(file.path)
            writer.text(file.sha256)
        }
        writer.count(parts.count)
        for part in parts {
            part.rules.write(&writer)
            part.tables.write(&writer)
            part.protection.write(&writer)
            writer.count(part.gaps.count)
            for gap in part.gaps { gap.write(&writer) }
        }
        return writer.bytes
    }

    package init(_ bytes: [UInt8]) throws(ProofRefusal) {
        var reader = CertificateReader(bytes)
        let first = try reader.raw(Certificate.magic.utf8.count)
        let hasGaps = first.elementsEqual(Certificate.magic.utf8)
        guard hasGaps || first.elementsEqual(Certificate.magicWithoutGaps.utf8) else { throw .malformed("first line") }
        self.init(
            release: try reader.text(), version: try reader.count(1 << 31), profile: try reader.text(), files: [],
            parts: [])
        for _ in 0..<(try reader.items()) { files.append(File(path: try reader.text(), sha256: try reader.text())) }
        for _ in 0..<(try reader.items()) {
            let rules = try AuditRules(&reader)
            try rules.check()
            var part = Part(tables: try LinkedTables(&reader), rules: rules, protection: try Protection(&reader))
            if hasGaps {
                for _ in 0..<(try reader.count(LinkedTables.gapLimit)) {
                    part.gaps.append(try CoverageGap(&reader, axes: part.tables.axes))
                }
            }
            for authority in part.tables.authorities { try authority.rules?.check() }
            guard part.protection.statuses.count == part.tables.tables.reduce(0, { $0 + $1.cellCount }) else {
                throw .partsDiffer
            }
            parts.append(part)
        }
        guard reader.isAtEnd else { throw .malformed("end") }
    }
}
