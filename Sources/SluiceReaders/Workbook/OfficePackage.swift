import SluiceModel

/// The parts of an Office Open XML package, found by their relationships.
///
/// Source: ECMA-376 part 2, sections 6 (packages) and 7.3 (content types); part 1, section 8.
struct OfficePackage {
    let file: any DeliveredBytes
    let limits: DecodeLimits
    private let directory: ZipDirectory
    /// Folded part name, without the first `/`, to its place in the directory.
    private var places: [[UInt8]: Int] = [:]

    /// A relationship from one part to another within the package.
    struct Relationship {
        var id: String
        /// What follows the last `/` of the type; the same in both editions of the standard.
        var kind: String
        /// Folded part name.
        var target: [UInt8]
    }

    /// Relationships of one part and entries of the content types.
    private static let entryLimit = 100_000

    init(_ file: any DeliveredBytes, limits: DecodeLimits) throws(ReaderError) {
        self.file = file
        self.limits = limits
        directory = try ZipDirectory(file, limits: limits)
        for (index, entry) in directory.entries.enumerated() {
            // Part names differ by more than case: section 6.2.2.3.
            guard places.updateValue(index, forKey: OfficePackage.folded(entry.name)) == nil else {
                throw .fault(.containerUnsafe, FindingRule.container)
            }
        }
    }

    /// Part names are compared without regard to the case of ASCII letters.
    static func folded(_ name: [UInt8]) -> [UInt8] { name.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 } }

    /// Bytes of padding behind the package.
    var paddingBytes: Int { directory.paddingBytes }

    func holds(_ part: [UInt8]) -> Bool { places[part] != nil }

    func stream(_ part: [UInt8]) throws(ReaderError) -> any ByteStream {
        guard let place = places[part] else { throw .fault(.containerInvalid, FindingRule.container) }
        return try ZipStream(file, directory.entries[place])
    }

    /// Hands a part's elements to a handler.
    func read(_ part: [UInt8], _ handler: MarkupHandler) throws(ReaderError) {
        try MarkupParser(try stream(part), handler, limits: limits, resolvesNamespaces: false).run()
    }

    /// Refuses a package with macros or links to other workbooks, by the types of its parts.
    func checkContentTypes() throws(ReaderError) {
        let types = ContentTypes()
        try read(Array("[content_types].xml".utf8), types)
        let hasMacroPart = places.keys.contains {
            $0.hasSuffix("vbaproject.bin") || $0.starts(with: "xl/macrosheets/".utf8)
        }
        if types.hasMacros || hasMacroPart { throw .fault(.workbookMacros, FindingRule.container) }
        let hasLinkPart = places.keys.contains { $0.starts(with: "xl/externallinks/".utf8) }
        if types.hasLinks || hasLinkPart { throw .fault(.workbookLinks, FindingRule.container) }
    }

    /// The relationships of a part, or of the package for the empty name; none where it has no such part.
    func relationships(of part: [UInt8]) throws(ReaderError) -> [Relationship] {
        let slash = part.lastIndex(of: UInt8(ascii: "/"))
        let folder = slash.map { Array(part[...$0]) } ?? []
        let name = slash.map { Array(part[($0 + 1)...]) } ?? part
        let source = folder + Array("_rels/".utf8) + name + Array(".rels".utf8)
        guard holds(source) else { return [] }
        let handler = Relationships(folder: folder)
        try read(source, handler)
        return handler.found
    }

    private final class ContentTypes: MarkupHandler {
        private(set) var hasMacros = false
        private(set) var hasLinks = false
        private var count = 0

        override func start(_ name: UnsafePointer<CChar>, _ attributes: Attributes) {
            count += 1
            guard count <= OfficePackage.entryLimit else { return fail(.limitExceeded, FindingRule.memberLimit) }
            guard let type = unsafe attributes.text("ContentType") else { return }
            let folded = OfficePackage.folded(Array(type.utf8))
            for mark in ["macroenabled", "vbaproject", "macrosheet"] where folded.holds(mark) { hasMacros = true }
            if folded.holds("externallink") { hasLinks = true }
        }
    }

    private final class Relationships: MarkupHandler {
        private(set) var found: [Relationship] = []
        private let folder: [UInt8]

        init(folder: [UInt8]) { self.folder = folder }

        override func start(_ name: UnsafePointer<CChar>, _ attributes: Attributes) {
            guard let id = unsafe attributes.text("Id"), let type = unsafe attributes.text("Type"),
                let target = unsafe attributes.text("Target")
            else { return }
            guard found.count < OfficePackage.entryLimit else { return fail(.limitExceeded, FindingRule.memberLimit) }
            let kind = type.utf8.split(separator: UInt8(ascii: "/")).last.map { String($0) ?? "" } ?? ""
            // A link to a web page is a relationship to something outside too; only parts are followed.
            if unsafe attributes.text("TargetMode") == "External", kind != "externalLink" { return }
            guard let part = resolved(target) else { return }
            found.append(Relationship(id: id, kind: kind, target: part))
        }

        /// The part a reference names, seen from the folder of its source; nil when it leads out of the package.
        private func resolved(_ target: String) -> [UInt8]? {
            let bytes = OfficePackage.folded(Relationships.unescaped(Array(target.utf8)))
            var parts: [ArraySlice<UInt8>] = []
            if bytes.first != UInt8(ascii: "/") { parts = folder.split(separator: UInt8(ascii: "/")) }
            for part in bytes.split(separator: UInt8(ascii: "/")) {
                if part.elementsEqual("..".utf8) {
                    guard parts.popLast() != nil else { return nil }
                } else if !part.elementsEqual(".".utf8) {
                    parts.append(part)
                }
            }
            return Array(parts.joined(separator: [UInt8(ascii: "/")]))
        }

        /// `%20` is a blank. Source: RFC 3986 section 2.1.
        private static func unescaped(_ bytes: [UInt8]) -> [UInt8] {
            var plain: [UInt8] = []
            var index = 0
            while index < bytes.count {
                if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                    let high = Hexadecimal.value(bytes[index + 1]), let low = Hexadecimal.value(bytes[index + 2])
                {
                    plain.append(UInt8(high << 4 | low))
                    index += 3
                } else {
                    plain.append(bytes[index])
                    index += 1
                }
            }
            return plain
        }
    }
}

enum Hexadecimal {
    /// 0 to 15; nil for what is no digit.
    static func value(_ digit: UInt8) -> Int? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(digit) - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(digit) - 0x57
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(digit) - 0x37
        default: nil
        }
    }
}

extension [UInt8] {
    fileprivate func hasSuffix(_ text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }

    fileprivate func holds(_ text: String) -> Bool {
        let wanted = Array(text.utf8)
        guard count >= wanted.count else { return false }
        return (0...count - wanted.count).contains { self[$0..<$0 + wanted.count].elementsEqual(wanted) }
    }
}
