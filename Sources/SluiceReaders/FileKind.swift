package import SluiceModel

/// What a file is, told by its bytes and never by its name.
package enum FileKind: Hashable, Sendable {
    /// Anything that may be delimited text or fixed width.
    case text
    case gzip
    case zip
    /// An Office Open XML workbook.
    case workbook
    case xml
    /// One JSON text.
    case json
    /// A JSON object a line.
    case jsonLines
    /// A kind of file that no reader reads.
    case unsupported(Foreign)

    /// Kinds of file that are known by their first bytes and not read. The raw value goes into a finding's arguments.
    package enum Foreign: Int, CaseIterable, Sendable {
        case pdf = 1, oldOffice, encryptedOffice, rar, sevenZip, tar, openDocument, wordDocument, presentation, image,
            sqlite, parquet, binaryWorkbook, html, otherArchive, spreadsheetXML

        package var code: FindingCode {
            self == .encryptedOffice ? .containerEncrypted : .formatUnsupported
        }

        /// The finding on a file of this kind.
        package var fault: Unreadable {
            Unreadable(code, rule: FindingRule.file, arguments: [rawValue])
        }
    }

    /// How many first bytes are looked at.
    static let headBytes = 64 << 10

    /// Looks at a file's first bytes, and for a zip at its list of members.
    ///
    /// - Throws: also what is wrong with the zip, since its members tell a workbook from other zips.
    package static func of(_ file: any DeliveredBytes, limits: DecodeLimits) throws(ReaderError) -> FileKind {
        let head = try file.bytes(0..<headBytes)
        let kind = of(head: head, isWhole: head.count == file.count)
        switch kind {
        case .zip: return of(try ZipDirectory(file, limits: limits))
        case .unsupported(.oldOffice):
            return try isEncryptedPackage(file, head: head) ? .unsupported(.encryptedOffice) : kind
        default: return kind
        }
    }

    /// What a zip is, by the names of its members.
    static func of(_ directory: ZipDirectory) -> FileKind {
        let names = Set(directory.entries.map { OfficePackage.folded($0.name) })
        func holds(_ name: String) -> Bool { names.contains(Array(name.utf8)) }
        func holdsFolder(_ folder: String) -> Bool { names.contains { $0.starts(with: folder.utf8) } }
        if holds("[content_types].xml") {
            if holds("xl/workbook.bin") { return .unsupported(.binaryWorkbook) }
            if holdsFolder("word/") { return .unsupported(.wordDocument) }
            if holdsFolder("ppt/") { return .unsupported(.presentation) }
            if holdsFolder("xl/") || holds("_rels/.rels") { return .workbook }
        }
        if holds("mimetype"), holds("content.xml"), holds("meta-inf/manifest.xml") {
            return .unsupported(.openDocument)
        }
        return .zip
    }

    /// What a file with these first bytes is; a zip's members are not looked at.
    static func of(head: [UInt8], isWhole: Bool) -> FileKind {
        func starts(_ bytes: [UInt8], at offset: Int = 0) -> Bool {
            head.count >= offset + bytes.count && head[offset..<offset + bytes.count].elementsEqual(bytes)
        }
        if starts([0x50, 0x4B, 3, 4]) || starts([0x50, 0x4B, 5, 6]) { return .zip }
        if starts([0x1F, 0x8B]) { return .gzip }
        for (signature, offset, foreign) in foreignSignatures where starts(signature, at: offset) {
            return .unsupported(foreign)
        }
        return ofText(Head(head), isWhole: isWhole)
    }

    /// Signatures of at least four bytes, so that few texts begin so.
    private static let foreignSignatures: [([UInt8], Int, Foreign)] = [
        (Array("%PDF-".utf8), 0, .pdf),
        ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], 0, .oldOffice),
        // Excel 2 to 4 wrote a bare stream: a record BOF of a worksheet.
        ([0x09, 0x00, 0x04, 0x00], 0, .oldOffice), ([0x09, 0x02, 0x06, 0x00], 0, .oldOffice),
        ([0x09, 0x04, 0x06, 0x00], 0, .oldOffice), ([0x09, 0x08, 0x10, 0x00], 0, .oldOffice),
        (Array("Rar!".utf8) + [0x1A, 0x07], 0, .rar),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], 0, .sevenZip),
        (Array("ustar".utf8), 257, .tar),
        (Array("BZh".utf8) + [0x31, 0x41, 0x59, 0x26], 0, .otherArchive),
        (Array("BZh9".utf8) + [0x31, 0x41, 0x59, 0x26], 0, .otherArchive),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], 0, .otherArchive), ([0x28, 0xB5, 0x2F, 0xFD], 0, .otherArchive),
        (Array("MSCF".utf8) + [0, 0, 0, 0], 0, .otherArchive),
        // Part of a zip that was split, and a zip in an odd wrapping.
        ([0x50, 0x4B, 0x07, 0x08], 0, .otherArchive),
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], 0, .image), ([0xFF, 0xD8, 0xFF], 0, .image),
        (Array("GIF87a".utf8), 0, .image), (Array("GIF89a".utf8), 0, .image),
        ([0x49, 0x49, 0x2A, 0x00], 0, .image), ([0x4D, 0x4D, 0x00, 0x2A], 0, .image),
        (Array("SQLite format 3".utf8) + [0], 0, .sqlite),
        (Array("PAR1".utf8), 0, .parquet),
    ]

    /// An encrypted workbook is an old Office container with a stream `EncryptedPackage`.
    ///
    /// The beginning of the container's directory is looked at, where its first entries stand.
    /// Source: MS-CFB sections 2.2 and 2.6; MS-OFFCRYPTO section 2.3.4.
    private static func isEncryptedPackage(_ file: any DeliveredBytes, head: [UInt8]) throws(ReaderError) -> Bool {
        guard head.count >= 512 else { return false }
        let sectorShift = Int(head[30]) | Int(head[31]) << 8
        guard sectorShift == 9 || sectorShift == 12 else { return false }
        let sector = Int(head[48]) | Int(head[49]) << 8 | Int(head[50]) << 16 | Int(head[51]) << 24
        let start = (sector + 1) << sectorShift
        let directory = try file.bytes(start..<(start + 8 << sectorShift))
        var name: [UInt8] = []
        for letter in "EncryptedPackage".utf8 { name += [letter, 0] }
        guard directory.count >= name.count else { return false }
        // An entry is 128 bytes and begins with its name.
        return stride(from: 0, through: directory.count - name.count, by: 128).contains { offset in
            directory[offset..<offset + name.count].elementsEqual(name)
        }
    }

    // MARK: - Texts

    /// The first bytes of a text as code units: bytes, or the units of UTF-16 after a byte order mark.
    private struct Head {
        let units: [UInt16]

        init(_ bytes: [UInt8]) {
            let isLittleEndian = bytes.starts(with: [0xFF, 0xFE])
            if isLittleEndian || bytes.starts(with: [0xFE, 0xFF]) {
                units = stride(from: 2, to: bytes.count - 1, by: 2).map { index in
                    isLittleEndian
                        ? UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8
                        : UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
                }
            } else {
                units = bytes.dropFirst(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0).map { UInt16($0) }
            }
        }

        /// The place of the first unit from `index` on that is no blank or line end.
        func significant(from index: Int) -> Int? {
            units[min(index, units.count)...].firstIndex { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        }

        func holds(_ text: String, at index: Int) -> Bool {
            let wanted = Array(text.utf8)
            guard index + wanted.count <= units.count else { return false }
            return wanted.indices.allSatisfy { offset in
                let unit = units[index + offset]
                return unit | (0x41...0x5A ~= unit ? 0x20 : 0) == UInt16(wanted[offset])
            }
        }
    }

    private static func ofText(_ head: Head, isWhole: Bool) -> FileKind {
        guard let first = head.significant(from: 0) else { return .text }
        switch head.units[first] {
        case UInt16(UInt8(ascii: "<")): return ofMarkup(head, at: first)
        case UInt16(UInt8(ascii: "[")):
            guard let next = head.significant(from: first + 1) else { return .text }
            // `[id],[name]` is a CSV header.
            let follows: [Character] = ["{", "[", "]"]
            return follows.contains { UInt16($0.asciiValue!) == head.units[next] } ? .json : .text
        case UInt16(UInt8(ascii: "{")):
            guard let next = head.significant(from: first + 1) else { return .text }
            let unit = head.units[next]
            guard unit == UInt16(UInt8(ascii: "\"")) || unit == UInt16(UInt8(ascii: "}")) else { return .text }
            return ofObject(head, at: first, isWhole: isWhole)
        default: return .text
        }
    }

    private static func ofMarkup(_ head: Head, at first: Int) -> FileKind {
        for start in ["<html", "<!doctype html", "<table", "<meta", "<head", "<style", "<body"]
        where head.holds(start, at: first) {
            return .unsupported(.html)
        }
        guard first + 1 < head.units.count else { return .text }
        let second = head.units[first + 1]
        let isMarkup =
            second == UInt16(UInt8(ascii: "?")) || second == UInt16(UInt8(ascii: "!"))
            || second == UInt16(UInt8(ascii: "_")) || 0x41...0x5A ~= second || 0x61...0x7A ~= second || second >= 0x80
        guard isMarkup else { return .text }
        // Excel's own XML of 2003 says so in a processing instruction or by its root element.
        let scanned = min(head.units.count, first + 1024)
        for index in first..<scanned where head.units[index] == UInt16(UInt8(ascii: "<")) {
            if head.holds("<?mso-application progid=\"excel.sheet\"", at: index) {
                return .unsupported(.spreadsheetXML)
            }
        }
        return .xml
    }

    /// One object, or the first of many: what follows it says which.
    private static func ofObject(_ head: Head, at first: Int, isWhole: Bool) -> FileKind {
        var depth = 0
        var isInString = false
        var index = first
        while index < head.units.count {
            let unit = head.units[index]
            if isInString {
                if unit == UInt16(UInt8(ascii: "\\")) { index += 1 }
                if unit == UInt16(UInt8(ascii: "\"")) { isInString = false }
            } else if unit == UInt16(UInt8(ascii: "\"")) {
                isInString = true
            } else if unit == UInt16(UInt8(ascii: "{")) || unit == UInt16(UInt8(ascii: "[")) {
                depth += 1
            } else if unit == UInt16(UInt8(ascii: "}")) || unit == UInt16(UInt8(ascii: "]")) {
                depth -= 1
                if depth == 0 {
                    guard let next = head.significant(from: index + 1) else { return .json }
                    return head.units[next] == UInt16(UInt8(ascii: "{")) ? .jsonLines : .json
                }
            }
            index += 1
        }
        return .json
    }
}
