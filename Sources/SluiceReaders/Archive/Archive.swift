package import SluiceModel

/// The members of a zip, or the one stream in a gzip.
///
/// Opened only when every member may be read: names that lead out of a folder, names that occur twice, entries that
/// are no files or that overlap, encryption, archives inside, and more or larger members than the limits allow are
/// refused as a whole. Names stay in here.
package final class Archive {
    package struct Member: Hashable, Sendable {
        /// Place among the members that are listed, from 1.
        package var position: Int
        /// What the member is; never `gzip` or `zip`.
        package var kind: FileKind
        /// Bytes once inflated; nil in a gzip, which does not say.
        package var size: Int?
        /// The member's name without folders and extension, as `HeaderName.normalised` has it, to be compared with a
        /// plan's names only.
        package var plainName: String
    }

    /// In the order of the archive's directory.
    package private(set) var members: [Member] = []
    /// Files of operating systems that were passed over.
    package let litterCount: Int
    /// Zeros, blanks, line ends and a Ctrl-Z behind the archive.
    package let paddingBytes: Int

    private let file: any DeliveredBytes
    private let limits: DecodeLimits
    /// Nil for a gzip.
    private let directory: ZipDirectory?

    /// Bytes of a workbook inside a zip, which is held in memory to be read.
    private static let heldLimitBytes = 64 << 20

    /// - Parameter kind: `gzip` or `zip`, as `FileKind.of` says.
    package static func open(
        _ file: any DeliveredBytes, kind: FileKind, limits: DecodeLimits
    ) throws(ReaderError) -> Archive {
        switch kind {
        case .gzip: return try Archive(file, directory: nil, limits: limits)
        case .zip: return try Archive(file, directory: try ZipDirectory(file, limits: limits), limits: limits)
        default: preconditionFailure("only a gzip or a zip is an archive")
        }
    }

    private init(_ file: any DeliveredBytes, directory: ZipDirectory?, limits: DecodeLimits) throws(ReaderError) {
        self.file = file
        self.directory = directory
        self.limits = limits
        litterCount = directory?.litterCount ?? 0
        if let directory {
            paddingBytes = directory.paddingBytes
        } else {
            paddingBytes = try GzipStream.paddingBytes(of: file, limits: limits)
        }
        let count = directory?.entries.count ?? 1
        guard count > 0 else { throw .fault(.containerEmpty, FindingRule.container) }
        for index in 0..<count {
            members.append(
                Member(
                    position: index + 1, kind: try kind(of: index), size: directory?.entries[index].size,
                    plainName: directory.map { Archive.plainName($0.entries[index].name) } ?? ""))
        }
    }

    /// The member's bytes from their start; `index` is its place in `members`. May be asked for any number of times,
    /// and streams do not disturb each other.
    package func stream(_ index: Int) throws(ReaderError) -> any ByteStream {
        guard let directory else { return GzipStream(file, limits: limits) }
        return try ZipStream(file, directory.entries[index])
    }

    /// A member that is a workbook, whose parts are read at random, held in memory.
    package func held(_ index: Int) throws(ReaderError) -> HeldBytes {
        HeldBytes(
            try stream(index).readAll(
                limitBytes: Archive.heldLimitBytes,
                excess: .fault(.limitExceeded, FindingRule.inflatedLimitBytes)))
    }

    private func kind(of index: Int) throws(ReaderError) -> FileKind {
        let stream = try stream(index)
        var head: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: FileKind.headBytes)
        var isWhole = false
        while head.count < FileKind.headBytes, !isWhole {
            let got = try stream.fill(&chunk)
            head += chunk[..<got]
            isWhole = got == 0
        }
        let kind = FileKind.of(head: head, isWhole: isWhole)
        switch kind {
        case .zip:
            guard directory != nil, try FileKind.of(held(index), limits: limits) == .workbook else { throw nested }
            return .workbook
        case .gzip: throw nested
        default: return kind
        }
    }

    private var nested: ReaderError { .fault(.containerUnsafe, FindingRule.container) }

    private static func plainName(_ name: [UInt8]) -> String {
        let last = name.split(separator: UInt8(ascii: "/")).last ?? []
        let stem = last.lastIndex(of: UInt8(ascii: ".")).map { last[..<$0] } ?? last
        return HeaderName.normalised(stem)
    }
}
