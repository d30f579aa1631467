import Crypto
import SluiceCertificate
package import SluiceLedger
import SluiceModel
import SluiceSystem

/// What was found out about a published release.
package struct ReleaseVerification: Sendable {
    package enum Answer: Hashable, Sendable {
        case holds
        /// Why not.
        case fails(String)
        /// What is needed for it.
        case notChecked(String)
    }

    /// Of `SHA256SUMS`.
    package var signature: Answer
    /// Of every file.
    package var hashes: Answer
    /// Of the tables, as they are published.
    package var proof: Answer

    /// As if the proof had failed, or could not be checked, for a reason of the certificate's.
    package func with(proof: Answer) -> ReleaseVerification {
        var other = self
        other.proof = proof
        return other
    }

    package var isFine: Bool {
        for answer in [signature, hashes, proof] { if case .fails = answer { return false } }
        return [signature, hashes, proof].contains(.holds)
    }
}

/// Holds a release's folder against its certificate and signature.
///
/// - Parameters:
///   - certificate: the bytes of its certificate; nil when there is none to be had.
///   - verifier: the key that should have signed it.
///   - checksHashes: false to ask whether the tables prove as they stand, whatever their hashes.
package func verifyRelease(
    folder path: String, certificate: [UInt8]?, verifier: CheckpointVerifier?, checksHashes: Bool
) throws -> ReleaseVerification {
    _ = try Folder(path: path)
    let verification = VerifiedFolder(path: path)
    return ReleaseVerification(
        signature: !checksHashes
            ? .notChecked("left out as asked")
            : verifier.map { verifier in answer { try verification.checkSignature(verifier) } }
                ?? .notChecked("needs the public key: --key, or --config of the instance"),
        hashes: checksHashes ? answer { try verification.checkHashes() } : .notChecked("left out as asked"),
        proof: certificate.map { bytes in
            answer { try verification.checkProof(bytes, checksHashes: checksHashes) }
        } ?? .notChecked("needs the certificate, which stays with the controller: --certificate, or --config"))
}

private func answer(_ check: () throws -> Void) -> ReleaseVerification.Answer {
    do {
        try check()
        return .holds
    } catch {
        return .fails("\(error)")
    }
}

private struct VerifiedFolder {
    var path: String

    private static let fileLimitBytes = 1 << 30

    func bytes(_ name: String) throws -> [UInt8] {
        do {
            return try readSmallFile(path + "/" + name, limitBytes: VerifiedFolder.fileLimitBytes)
        } catch {
            if error.errno == 2 { throw VerifyRefusal.missing(name) }
            throw error
        }
    }

    func checkSignature(_ verifier: CheckpointVerifier) throws {
        guard verifier.isValid(try bytes("SHA256SUMS.sig"), for: try bytes("SHA256SUMS")) else {
            throw VerifyRefusal.signatureDiffers
        }
    }

    /// Every file that is listed is there and as it was, and no table is there that is not listed.
    func checkHashes() throws {
        var listed: Set<String> = []
        let text = String(decoding: try bytes("SHA256SUMS"), as: UTF8.self)
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].utf8.count == 64, parts[1].hasPrefix(" ") else {
                throw VerifyRefusal.sumsUnreadable
            }
            let name = String(parts[1].dropFirst())
            guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
                throw VerifyRefusal.sumsUnreadable
            }
            listed.insert(name)
            guard hexadecimal(SHA256.hash(data: try bytes(name))) == parts[0] else {
                throw VerifyRefusal.hashDiffers(name)
            }
        }
        for name in try listSmallFolder(path + "/tables") where !listed.contains("tables/" + name) {
            throw VerifyRefusal.hashDiffers("tables/" + name)
        }
        let own: Set = ["tables", "SHA256SUMS", "SHA256SUMS.sig"]
        for name in try listSmallFolder(path) where !listed.contains(name) && !own.contains(name) {
            throw VerifyRefusal.hashDiffers(name)
        }
    }

    /// Proves what the published tables show, not what the certificate says they do.
    func checkProof(_ certificateBytes: [UInt8], checksHashes: Bool) throws {
        let certificate: Certificate
        do throws(ProofRefusal) {
            certificate = try Certificate(certificateBytes)
        } catch {
            throw VerifyRefusal.notProved(error)
        }
        try checkWhole(certificate)
        if checksHashes {
            let provenance = try? JSON(reading: try bytes("provenance.json"))
            let profile = provenance?["profile"]
            guard provenance?["proof"]?["certificate"]?.text == hexadecimal(SHA256.hash(data: certificateBytes)),
                provenance?["release"]?.text == certificate.release,
                provenance?["version"]?.text.flatMap({ Int($0) }) == certificate.version,
                certificate.profile == "\(profile?["id"]?.text ?? "")/\(profile?["version"]?.number ?? 0)",
                certificate.parts.allSatisfy({ part in
                    profile?["threshold"]?.number == part.rules.primary.threshold
                        && profile?["zeros"]?.text == part.rules.zeros.rawValue
                        && statement(of: part.tables.eventKind, provenance) == part.rules.statement
                })
            else { throw VerifyRefusal.otherCertificate }
            for file in certificate.files {
                guard hexadecimal(SHA256.hash(data: try bytes(file.path))) == file.sha256 else {
                    throw VerifyRefusal.hashDiffers(file.path)
                }
            }
        }
        var tables: Set<String> = []
        for part in certificate.parts {
            try check(part)
            tables.formUnion(part.tables.tables.map { $0.id + ".csv" })
        }
        for name in try listSmallFolder(path + "/tables") where !tables.contains(name) {
            throw VerifyRefusal.otherCertificate
        }
    }

    /// As `AuditRules.statement` has it.
    private func statement(of eventKind: String, _ provenance: JSON?) -> String? {
        guard let counted = provenance?["countedBy"]?.items?.first(where: { $0["measure"]?.text == eventKind }),
            let shown = counted["perturbation"]
        else { return nil }
        return "\(counted["width"]?.number ?? 0) \(shown["method"]?.text ?? "") \(shown["base"]?.number ?? 0) "
            + "\(shown["hiddenBelow"]?.number ?? 0)"
    }

    /// Each kind of event is one part, for parts are proved apart; each table one file.
    private func checkWhole(_ certificate: Certificate) throws {
        let ids = certificate.parts.flatMap { $0.tables.tables.map(\.id) }
        guard !certificate.parts.isEmpty,
            Set(certificate.parts.map(\.tables.eventKind)).count == certificate.parts.count,
            Set(ids).count == ids.count, ids.allSatisfy({ FileName(string: $0) != nil && !$0.hasPrefix(".") }),
            Set(certificate.files.map(\.path)) == Set(ids.map { "tables/\($0).csv" })
        else { throw VerifyRefusal.otherCertificate }
    }

    private func check(_ part: Certificate.Part) throws {
        let layout = Layout(part.tables)
        var protection = part.protection
        protection.statuses = [Protection.Status](repeating: .shown, count: layout.slotCount)
        let values = layout.values(of: part.tables)
        var published: [ProvedTables.Shown?] = Array(repeating: nil, count: layout.slotCount)
        let notAvailable = part.tables.notAvailable(part.gaps, layout)
        func isNotAvailable(_ slot: Int) -> Bool { !notAvailable.isEmpty && notAvailable[slot] }
        for table in part.tables.tables.indices {
            let name = "tables/\(part.tables.tables[table].id).csv"
            try TableFile.read(
                String(decoding: try bytes(name), as: UTF8.self), part.tables, layout, table: table
            ) { slot, shown in
                published[slot] = shown
                // What is not shown at all is proved as if it were.
                protection.statuses[slot] =
                    shown.map { part.rules.status(of: $0, count: Int(values[slot])) } ?? part.protection.statuses[slot]
            }
        }
        let proved: ProvedTables
        do throws(ProofRefusal) {
            proved = try prove(part.tables, part.rules, protection)
        } catch {
            throw VerifyRefusal.notProved(error)
        }
        // Safe is not enough: it must be what was proved, neither more hidden nor rounded the other way.
        for slot in protection.statuses.indices
        where published[slot] != (isNotAvailable(slot) ? nil : proved.shown(slot))
            || protection.statuses[slot] != part.protection.statuses[slot]
        {
            let (table, cell) = layout.place(of: slot)
            throw VerifyRefusal.valueDiffers(table: part.tables.tables[table].id, cell: cell)
        }
    }
}

extension AuditRules {
    /// What provenance says of a kind of event: how many values stay open, and what is shown in place of counts.
    fileprivate var statement: String {
        "\(primary.width) \(perturbation.name) \(perturbation.base ?? 0) \(perturbation.hiddenBelow)"
    }

    /// What was done with a cell of which a published file shows this; whether that is right is for the proof to say.
    fileprivate func status(of shown: ProvedTables.Shown, count: Int) -> Protection.Status {
        switch (shown, perturbation) {
        case (.confidential, .cellKey): .shown
        case (.confidential, _): .hidden
        case (.count(let figure), .controlled(let base)) where figure > count / base * base: .raised
        default: .shown
        }
    }
}

extension Perturbation {
    /// As provenance names it.
    var name: String {
        switch self {
        case .none: "none"
        case .nearest: "nearest-rounding"
        case .controlled: "controlled-rounding"
        case .cellKey: "cell-key"
        }
    }

    /// Of rounding.
    var base: Int? {
        switch self {
        case .nearest(let base), .controlled(let base): base
        case .none, .cellKey: nil
        }
    }

    /// Of a table of noise; 0 where nothing is hidden by it.
    var hiddenBelow: Int { if case .cellKey(let table) = self { table.hiddenBelow } else { 0 } }
}
