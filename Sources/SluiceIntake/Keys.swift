package import Crypto
import Glibc
package import SluiceModel
package import SluiceSystem

/// The secrets of an instance, each 32 bytes in a file of `state/keys/` that only the daemon can read.
///
/// The worker never sees one, and nothing derived from them leaves in a release.
package struct InstanceKeys: Sendable {
    /// For hashes of file names: the store must not hold a name, yet must know one again.
    private let nameKey: SymmetricKey
    /// For link tokens; each recipe has a key of its own, derived from it.
    private let linkKey: SymmetricKey
    private let folder: String
    /// The private key that signs the ledger's checkpoints, 32 bytes.
    package let checkpointSeed: [UInt8]

    /// Reads the keys below `folder`, making them the first time.
    ///
    /// - Parameter creates: false for whoever only looks: a key that is not there yet is then made up and not kept, so that
    ///   nobody but the daemon's own account ever owns one.
    /// - Throws: `KeyError`: when a key file can be read by others and must then be taken to be known, when it is no key, and
    ///   when the file or its folder cannot be read.
    package init(folder: String, creates: Bool = true) throws {
        self.folder = folder
        nameKey = try InstanceKeys.key("name", in: folder, creates: creates)
        linkKey = try InstanceKeys.key("link", in: folder, creates: creates)
        let checkpointKey = try InstanceKeys.key("checkpoint", in: folder, creates: creates)
        checkpointSeed = unsafe checkpointKey.withUnsafeBytes { unsafe Array($0) }
        guard creates else { return }
        for name in try listSmallFolder(folder) where InstanceKeys.isLinkFile(name) {
            _ = try InstanceKeys.key(String(name.dropLast(4)), in: folder, creates: false)
        }
    }

    /// For ties in the search for what to hide in a release: the same every time, and nobody else's to know.
    package func searchKey(_ release: String) -> UInt64 {
        let code = HMAC<SHA256>.authenticationCode(for: Array("sluice search \(release)".utf8), using: nameKey)
        return code.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// For the record keys of the cell key method: the same for all releases, so that the same records have the same noise.
    package var recordSecret: SymmetricKey {
        SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array("sluice record keys".utf8), using: nameKey))
    }

    /// The keyed hash under which the store knows a file's name. Hexadecimal, 64 characters.
    package func nameHash(_ name: FileName) -> String {
        hexadecimal(HMAC<SHA256>.authenticationCode(for: name.bytes, using: nameKey))
    }

    /// Of a recipe for its purpose: each pair has a key of its own, derived from the instance's and from the recipe's, which
    /// is made at its first use.
    package func linkTokens(recipe: String, purpose: String) throws -> LinkTokens {
        let own = try InstanceKeys.key(InstanceKeys.linkName(recipe), in: folder, creates: true)
        let label = unsafe Array("sluice link v2 \(recipe) \(purpose) ".utf8) + own.withUnsafeBytes { unsafe Array($0) }
        return LinkTokens(key: SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: label, using: linkKey)))
    }

    /// Gives a recipe another key. Tokens made before can neither be made again nor meet later ones.
    package func rotateLink(recipe: String) throws {
        let keys = try Folder.createIfMissing(path: folder, mode: 0o700)
        try keys.writeAtomically(
            FileName(own: InstanceKeys.linkName(recipe) + ".key"), try randomBytes(count: 32), mode: 0o600)
    }

    /// Names of the recipes' files.
    package static func isLinkFile(_ name: String) -> Bool { name.hasPrefix("link-") && name.hasSuffix(".key") }

    /// A recipe's key, as `key` calls it.
    private static func linkName(_ recipe: String) -> String { "link-" + recipe }

    private static func key(_ name: String, in folder: String, creates: Bool) throws -> SymmetricKey {
        let path = folder + "/" + name + ".key"
        let file = FileName(own: name + ".key")
        do {
            guard let keys = try keyFolder(folder, creates: creates) else {
                return SymmetricKey(data: try randomBytes(count: 32))
            }
            guard let status = try keys.status(file) else {
                let bytes = try randomBytes(count: 32)
                if creates { try keys.writeAtomically(file, bytes, mode: 0o600) }
                return SymmetricKey(data: bytes)
            }
            guard status.kind == .regular else {
                throw KeyError.unreadable(
                    path: path, why: "it is a \(status.kind == .folder ? "folder" : "special file")")
            }
            guard status.mode & 0o077 == 0 else { throw KeyError.exposed(path: path) }
            let bytes = try readSmallFile(path, limitBytes: 4096)
            guard bytes.count == 32 else { throw KeyError.damaged(path: path) }
            return SymmetricKey(data: bytes)
        } catch let error as SystemError {
            throw KeyError.unreadable(path: path, why: "\(error)")
        }
    }

    /// The folder of keys; nil where nothing is in its place and it is not to be made. A folder that is there and cannot be
    /// entered throws: nobody can say that it has no key.
    private static func keyFolder(_ path: String, creates: Bool) throws(SystemError) -> Folder? {
        if creates { return try Folder.createIfMissing(path: path, mode: 0o700) }
        do throws(SystemError) {
            return try Folder(path: path)
        } catch {
            guard error.errno == ENOENT else { throw error }
            return nil
        }
    }
}

package enum KeyError: Error, Hashable, Sendable, CustomStringConvertible {
    case exposed(path: String)
    case damaged(path: String)
    /// There is something, or may be: another key in its place would know nothing of before again.
    case unreadable(path: String, why: String)

    package var description: String {
        switch self {
        case .exposed(let path):
            "\(path): others can read this key; take it to be known: set its mode to 0600 and see docs/operating.md, Keys"
        case .damaged(let path): "\(path): not a key of 32 bytes; restore it from a backup"
        case .unreadable(let path, let why):
            "\(path): this key cannot be read (\(why)); let the daemon's account read its folder and the file, or restore "
                + "them from a backup. No other key is made in its place, for it would not know earlier records again"
        }
    }
}

/// Turns identifiers into tokens that say only "the same person as before".
///
/// A token is the first 128 bits of HMAC-SHA256 (RFC 2104) of the normalised identifier under the recipe's key.
package struct LinkTokens {
    private let key: SymmetricKey

    fileprivate init(key: SymmetricKey) { self.key = key }

    /// One token of 16 bytes per row, zero where the row has no identifier, in row order; none at all when no row has
    /// one.
    package func tokens(for links: LinkIdentifiers, rowCount: Int) -> [UInt8] {
        // As many bytes as rows: each is a length of 0.
        guard links.bytes.count > rowCount else { return [] }
        var tokens = [UInt8](repeating: 0, count: rowCount * RecordBlock.linkTokenBytes)
        var offset = 0
        for rowIndex in 0..<rowCount {
            let length = Int(links.bytes[offset])
            offset += 1
            if length > 0 {
                let code = HMAC<SHA256>.authenticationCode(for: links.bytes[offset..<offset + length], using: key)
                var index = rowIndex * RecordBlock.linkTokenBytes
                let end = index + RecordBlock.linkTokenBytes
                for byte in code where index < end {
                    tokens[index] = byte
                    index += 1
                }
            }
            offset += length
        }
        return tokens
    }
}
