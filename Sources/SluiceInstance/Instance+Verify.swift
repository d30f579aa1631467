import Glibc
import SluiceLedger
package import SluiceModel
package import SluiceRelease
import SluiceSettings
import SluiceStore
import SluiceSystem

extension Instance {
    /// Checks a release's folder with what this instance keeps about it: the certificate and the key that signed it.
    package func verifyRelease(folder: String, checksHashes: Bool) throws -> ReleaseVerification {
        let folder = Instance.resolved(folder)
        let provenance = try? readSmallFile(folder + "/provenance.json", limitBytes: 1 << 24)
        guard let json = provenance.flatMap({ try? JSON(reading: $0) }), let release = json["release"]?.text,
            let version = json["version"]?.text.flatMap({ Int($0) }),
            FileName(string: ReleaseBuilder.certificateName(release, version)) != nil
        else {
            return try SluiceRelease.verifyRelease(
                folder: folder, certificate: nil, verifier: signer.verifier, checksHashes: checksHashes
            ).with(proof: .fails("provenance.json does not say which release it is"))
        }
        let name = ReleaseBuilder.certificateName(release, version)
        var certificate: [UInt8]?
        var problem: ReleaseVerification.Answer?
        do throws(SystemError) {
            certificate = try readSmallFile(
                settings.paths.certificates + "/" + name, limitBytes: Instance.certificateLimitBytes)
        } catch {
            problem =
                error.errno == ENOENT
                ? try absence(release, version) : .fails("its certificate cannot be read: \(error)")
        }
        let found = try SluiceRelease.verifyRelease(
            folder: folder, certificate: certificate, verifier: signer.verifier, checksHashes: checksHashes)
        return problem.map { found.with(proof: $0) } ?? found
    }

    /// What it means that a release's certificate is not there.
    private func absence(_ release: String, _ version: Int) throws -> ReleaseVerification.Answer {
        let built = try store.releases().first { $0.release == release && $0.version == version }?.builtAt
        guard let day = built.flatMap({ certificateEnd($0) }) else {
            return .fails("its certificate is not there, and should be kept")
        }
        return day <= today
            ? .notChecked("its certificate was kept until \(day) and is removed")
            : .fails("its certificate is not there, and should be kept until \(day)")
    }

    /// Checks a release's folder with a certificate, a key or both, and no instance.
    ///
    /// - Parameter key: `NAME+HASH+KEY`, or the path of a file that holds it.
    package static func verifyRelease(
        folder: String, certificate path: String?, key: String?, checksHashes: Bool
    ) throws -> ReleaseVerification {
        var verifier: CheckpointVerifier?
        if let key {
            verifier = CheckpointVerifier(key)
            if verifier == nil, let bytes = try? readSmallFile(key, limitBytes: 4096) {
                let text = String(decoding: bytes, as: UTF8.self)
                verifier = CheckpointVerifier(text.split(whereSeparator: \.isWhitespace).first.map { String($0) } ?? "")
            }
            guard verifier != nil else { throw AnchorRefusal.noKey }
        }
        return try SluiceRelease.verifyRelease(
            folder: resolved(folder),
            certificate: try path.map { try readSmallFile($0, limitBytes: certificateLimitBytes) },
            verifier: verifier, checksHashes: checksHashes)
    }

    /// Where a path leads to: `latest` is a link.
    private static func resolved(_ path: String) -> String {
        guard let found = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(found) }
        return unsafe String(cString: found)
    }

    private static let certificateLimitBytes = 1 << 30
}

extension ReleaseVerification {
    package var json: JSON {
        .members([
            "fine": .bool(isFine), "signature": signature.json, "hashes": hashes.json, "proof": proof.json,
        ])
    }

    package var text: String {
        [("signature", signature), ("files", hashes), ("proof", proof)]
            .map { name, answer in name.padded(to: 10) + answer.text }.joined(separator: "\n")
    }
}

extension ReleaseVerification.Answer {
    fileprivate var json: JSON {
        switch self {
        case .holds: .members(["result": "holds"])
        case .fails(let why): .members(["result": "fails", "reason": .string(why)])
        case .notChecked(let why): .members(["result": "not-checked", "reason": .string(why)])
        }
    }

    fileprivate var text: String {
        switch self {
        case .holds: "holds"
        case .fails(let why): "FAILS: \(why)"
        case .notChecked(let why): "not checked: \(why)"
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
