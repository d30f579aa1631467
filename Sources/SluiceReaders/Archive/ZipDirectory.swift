import SluiceModel

/// The members of a zip as its central directory lists them, each checked against its own header.
///
/// A zip says twice where its members are, and programs differ in what they believe. One is read only when both say
/// the same, nothing overlaps, and no name could lead out of a folder.
///
/// Source: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5.
struct ZipDirectory {
    struct Entry {
        var name: [UInt8]
        var method: Int
        /// Bits 1 and 2 of the general purpose flag, which belong to the method.
        var methodFlags: UInt16
        var crc: UInt32
        /// Bytes in the file.
        var storedBytes: Int
        /// Bytes once inflated, as the directory says.
        var size: Int
        /// Where the stored bytes begin.
        var offset: Int
    }

    /// Regular files, litter of operating systems left out, in the order of the directory.
    private(set) var entries: [Entry] = []
    /// Members that were left out as litter.
    private(set) var litterCount = 0
    /// Bytes of padding behind the zip.
    let paddingBytes: Int

    private static let nameLimitBytes = 4096
    /// Stored, deflated, bzip2, LZMA: APPNOTE section 4.4.5.
    private static let methods: Set<Int> = [0, 8, 12, 14]

    private static let invalid = ReaderError.fault(.containerInvalid, FindingRule.container)
    private static let unsafeContainer = ReaderError.fault(.containerUnsafe, FindingRule.container)
    private static let encrypted = ReaderError.fault(.containerEncrypted, FindingRule.container)

    init(_ file: any DeliveredBytes, limits: DecodeLimits) throws(ReaderError) {
        let end = try EndRecord(file)
        paddingBytes = end.paddingBytes
        guard end.entryCount <= limits.memberLimit else {
            throw .fault(.limitExceeded, FindingRule.memberLimit)
        }
        var window = Window(file)
        var position = end.directoryOffset
        let directoryEnd = end.directoryOffset + end.directoryBytes
        var names: Set<[UInt8]> = []
        var ranges: [Range<Int>] = []
        var stored = 0
        var inflated = 0
        for _ in 0..<end.entryCount {
            var central = try CentralHeader(&window, at: position, end: directoryEnd)
            position = central.end
            guard names.insert(central.name).inserted else { throw ZipDirectory.unsafeContainer }
            try ZipDirectory.check(name: central.name)
            try central.checkKind()
            let data = try ZipDirectory.dataOffset(&window, of: central, before: end.directoryOffset)
            ranges.append(central.headerOffset..<data + central.storedBytes)
            if central.name.last == UInt8(ascii: "/") {
                // Some writers deflate even nothing, to two bytes.
                guard central.size == 0, central.storedBytes <= 2 else { throw ZipDirectory.invalid }
                continue
            }
            if ZipDirectory.isLitter(central.name) {
                litterCount += 1
                continue
            }
            guard ZipDirectory.methods.contains(central.method) else {
                throw .fault(.formatUnsupported, FindingRule.container)
            }
            guard central.method != 0 || central.size == central.storedBytes else { throw ZipDirectory.invalid }
            // Compared before it is added: a directory may claim any number.
            guard central.size <= limits.inflatedLimitBytes - inflated else {
                throw .fault(.limitExceeded, FindingRule.inflatedLimitBytes)
            }
            inflated += central.size
            stored += central.storedBytes
            entries.append(
                Entry(
                    name: central.name, method: central.method, methodFlags: central.flags & 0x0006, crc: central.crc,
                    storedBytes: central.storedBytes, size: central.size, offset: data))
        }
        guard !InflationBound.isExceeded(inflated: inflated, stored: stored, limits: limits) else {
            throw .fault(.limitExceeded, FindingRule.inflationRatioLimit)
        }
        try ZipDirectory.checkApart(ranges)
    }

    // MARK: - What is refused

    private static func checkApart(_ ranges: [Range<Int>]) throws(ReaderError) {
        var reached = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            guard range.lowerBound >= reached else { throw unsafeContainer }
            reached = range.upperBound
        }
    }

    private static func check(name: [UInt8]) throws(ReaderError) {
        guard !name.isEmpty, name.count <= nameLimitBytes, name[0] != UInt8(ascii: "/"),
            !name.contains(0), !name.contains(UInt8(ascii: "\\")),
            !(name.count >= 2 && name[1] == UInt8(ascii: ":"))
        else { throw unsafeContainer }
        let parts = name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            // Only the last part may be empty, in the name of a folder.
            let isUnsafe = part.elementsEqual("..".utf8) || part.elementsEqual(".".utf8)
            guard !isUnsafe, !part.isEmpty || index == parts.count - 1 else { throw unsafeContainer }
        }
    }

    /// Files that macOS and Windows leave in folders.
    static func isLitter(_ name: [UInt8]) -> Bool {
        let parts = name.split(separator: UInt8(ascii: "/"))
        guard let last = parts.last else { return false }
        if parts[0].elementsEqual("__MACOSX".utf8), parts.count > 1 { return true }
        return [".DS_Store", "Thumbs.db", "desktop.ini"].contains { last.elementsEqual($0.utf8) }
    }

    /// Where a member's bytes begin, once its own header agrees with the directory.
    private static func dataOffset(
        _ window: inout Window, of central: CentralHeader, before limit: Int
    ) throws(ReaderError) -> Int {
        let start = central.headerOffset
        guard start >= 0, start <= limit - 30 else { throw invalid }
        let fixed = try window.bytes(at: start, count: 30)
        guard LittleEndian.u32(fixed, 0) == 0x0403_4B50 else { throw invalid }
        let flags = LittleEndian.u16(fixed, 6)
        let nameCount = Int(LittleEndian.u16(fixed, 26))
        let extraCount = Int(LittleEndian.u16(fixed, 28))
        guard flags & 0x2041 == 0 else { throw encrypted }
        let data = start + 30 + nameCount + extraCount
        guard data <= limit, central.storedBytes <= limit - data else { throw invalid }
        let name = try window.bytes(at: start + 30, count: nameCount)
        guard name == central.name, Int(LittleEndian.u16(fixed, 8)) == central.method else { throw unsafeContainer }
        // Bit 3: checksum and sizes follow the data, and stand here as 0 or as they are.
        if flags & 8 == 0 {
            guard LittleEndian.u32(fixed, 14) == central.crc else { throw unsafeContainer }
            let sizes = [(18, central.storedBytes), (22, central.size)]
            for (place, value) in sizes {
                let local = LittleEndian.u32(fixed, place)
                guard local == UInt32.max || Int(local) == value else { throw unsafeContainer }
            }
        }
        return data
    }

    // MARK: - The directory's parts

    /// Where the directory stands.
    private struct EndRecord {
        var entryCount: Int
        var directoryOffset: Int
        var directoryBytes: Int
        /// Bytes of padding behind the record.
        var paddingBytes: Int

        /// The last record whose comment reaches to the end of the file or, where there is none, to padding that does.
        init(_ file: any DeliveredBytes) throws(ReaderError) {
            let count = file.count
            var found = try EndRecord.place(in: file, endingFrom: count)
            if found == nil { found = try EndRecord.place(in: file, endingFrom: count - file.paddingBytes()) }
            guard var recordStart = found else { throw ZipDirectory.invalid }
            let fixed = try file.bytes(recordStart..<recordStart + EndRecord.fixedBytes)
            guard fixed.count == EndRecord.fixedBytes else { throw ZipDirectory.invalid }
            paddingBytes = count - EndRecord.end(of: fixed, 0, at: recordStart)
            let disks = LittleEndian.u16(fixed, 4) | LittleEndian.u16(fixed, 6)
            let counts = (LittleEndian.u16(fixed, 8), LittleEndian.u16(fixed, 10))
            entryCount = Int(counts.1)
            directoryBytes = Int(LittleEndian.u32(fixed, 12))
            directoryOffset = Int(LittleEndian.u32(fixed, 16))
            let isLarge =
                counts.1 == UInt16.max || directoryBytes == Int(UInt32.max) || directoryOffset == Int(UInt32.max)
                || disks == UInt16.max
            if isLarge, recordStart >= 20 {
                let locator = try file.bytes(recordStart - 20..<recordStart)
                if locator.count == 20, LittleEndian.u32(locator, 0) == 0x0706_4B50 {
                    let start = LittleEndian.u64(locator, 8)
                    guard LittleEndian.u32(locator, 4) == 0, start >= 0, start <= recordStart - 20 - 56 else {
                        throw ZipDirectory.invalid
                    }
                    let record = try file.bytes(start..<start + 56)
                    guard record.count == 56, LittleEndian.u32(record, 0) == 0x0606_4B50,
                        LittleEndian.u32(record, 16) == 0, LittleEndian.u32(record, 20) == 0,
                        LittleEndian.u64(record, 24) == LittleEndian.u64(record, 32)
                    else { throw ZipDirectory.invalid }
                    entryCount = LittleEndian.u64(record, 32)
                    directoryBytes = LittleEndian.u64(record, 40)
                    directoryOffset = LittleEndian.u64(record, 48)
                    recordStart = start
                }
            } else if disks != 0 || counts.0 != counts.1 {
                throw ZipDirectory.invalid
            }
            guard entryCount >= 0, directoryOffset >= 0, directoryBytes >= 0, directoryOffset <= recordStart,
                directoryBytes <= recordStart - directoryOffset, entryCount <= directoryBytes / 46
            else { throw ZipDirectory.invalid }
        }

        /// The record without its comment.
        private static let fixedBytes = 22

        /// The place of the last record that ends with its comment at `least` or behind it; nil where there is none.
        private static func place(in file: any DeliveredBytes, endingFrom least: Int) throws(ReaderError) -> Int? {
            // The signature stands before `least`, whatever of the record does not.
            let start = max(0, least - fixedBytes - 0xFFFF)
            let tail = try file.bytes(start..<min(file.count, least + fixedBytes))
            var index = tail.count - fixedBytes
            while index >= 0 {
                if LittleEndian.u32(tail, index) == 0x0605_4B50 {
                    let end = end(of: tail, index, at: start + index)
                    if end >= least, end <= file.count { return start + index }
                }
                index -= 1
            }
            return nil
        }

        /// Where the record that stands at `index` of the bytes and at `place` of the file ends with its comment.
        private static func end(of bytes: [UInt8], _ index: Int, at place: Int) -> Int {
            place + fixedBytes + Int(LittleEndian.u16(bytes, index + 20))
        }
    }

    private struct CentralHeader {
        var name: [UInt8]
        var flags: UInt16
        var method: Int
        var crc: UInt32
        var storedBytes: Int
        var size: Int
        var headerOffset: Int
        /// Where the next header begins.
        var end: Int
        private var madeBy: Int
        private var attributes: UInt32

        init(_ window: inout Window, at position: Int, end limit: Int) throws(ReaderError) {
            guard position <= limit - 46 else { throw ZipDirectory.invalid }
            let fixed = try window.bytes(at: position, count: 46)
            guard LittleEndian.u32(fixed, 0) == 0x0201_4B50 else { throw ZipDirectory.invalid }
            madeBy = Int(fixed[5])
            flags = LittleEndian.u16(fixed, 8)
            method = Int(LittleEndian.u16(fixed, 10))
            crc = LittleEndian.u32(fixed, 16)
            storedBytes = Int(LittleEndian.u32(fixed, 20))
            size = Int(LittleEndian.u32(fixed, 24))
            let nameCount = Int(LittleEndian.u16(fixed, 28))
            let extraCount = Int(LittleEndian.u16(fixed, 30))
            let commentCount = Int(LittleEndian.u16(fixed, 32))
            let disk = LittleEndian.u16(fixed, 34)
            attributes = LittleEndian.u32(fixed, 38)
            headerOffset = Int(LittleEndian.u32(fixed, 42))
            end = position + 46 + nameCount + extraCount + commentCount
            guard end <= limit, disk == 0 || disk == UInt16.max else { throw ZipDirectory.invalid }
            name = try window.bytes(at: position + 46, count: nameCount)
            let extra = try window.bytes(at: position + 46 + nameCount, count: extraCount)
            try readLargeSizes(extra)
            guard storedBytes >= 0, size >= 0, headerOffset >= 0 else { throw ZipDirectory.invalid }
        }

        /// Sizes that need more than 32 bits stand in an extra field, those of them that say so, in this order.
        private mutating func readLargeSizes(_ extra: [UInt8]) throws(ReaderError) {
            let full = Int(UInt32.max)
            guard size == full || storedBytes == full || headerOffset == full else { return }
            var index = 0
            while index + 4 <= extra.count {
                let length = Int(LittleEndian.u16(extra, index + 2))
                guard index + 4 + length <= extra.count else { throw ZipDirectory.invalid }
                if LittleEndian.u16(extra, index) == 1 {
                    var place = index + 4
                    let end = place + length
                    func next() throws(ReaderError) -> Int {
                        guard place + 8 <= end else { throw ZipDirectory.invalid }
                        defer { place += 8 }
                        return LittleEndian.u64(extra, place)
                    }
                    if size == full { size = try next() }
                    if storedBytes == full { storedBytes = try next() }
                    if headerOffset == full { headerOffset = try next() }
                    return
                }
                index += 4 + length
            }
        }

        /// Refuses what is encrypted and what is no file or folder.
        mutating func checkKind() throws(ReaderError) {
            guard flags & 0x2041 == 0, method != 99 else { throw ZipDirectory.encrypted }
            // Unix and macOS put the file's mode into the upper half.
            if madeBy == 3 || madeBy == 19 {
                let kind = attributes >> 28
                // What `zip` reads from its standard input gets the mode of a pipe, and is a file like any other.
                let isPiped = kind == 0o1 && size > 0
                guard kind == 0 || kind == 0o10 || kind == 0o4 || isPiped else { throw ZipDirectory.unsafeContainer }
            }
        }
    }

    /// The file through a buffer: the headers of a directory lie side by side.
    private struct Window {
        private let file: any DeliveredBytes
        private var start = 0
        private var held: [UInt8] = []

        init(_ file: any DeliveredBytes) { self.file = file }

        mutating func bytes(at offset: Int, count: Int) throws(ReaderError) -> [UInt8] {
            if offset < start || offset + count > start + held.count {
                start = offset
                held = try file.bytes(offset..<offset + max(count, 4096))
            }
            guard offset + count <= start + held.count else { throw ZipDirectory.invalid }
            return Array(held[offset - start..<offset - start + count])
        }
    }
}

/// Numbers as zip and gzip write them.
enum LittleEndian {
    static func u16(_ bytes: [UInt8], _ index: Int) -> UInt16 { UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8 }

    static func u32(_ bytes: [UInt8], _ index: Int) -> UInt32 {
        UInt32(u16(bytes, index)) | UInt32(u16(bytes, index + 2)) << 16
    }

    /// A negative number stands for one that no file reaches.
    static func u64(_ bytes: [UInt8], _ index: Int) -> Int {
        Int(bitPattern: UInt(u32(bytes, index)) | UInt(u32(bytes, index + 4)) << 32)
    }
}

/// When inflating has to stop.
enum InflationBound {
    /// The ratio is judged from here on: little files of few letters deflate very well.
    static let freeBytes = 1 << 20

    static func isExceeded(inflated: Int, stored: Int, limits: DecodeLimits) -> Bool {
        inflated > freeBytes && inflated / limits.inflationRatioLimit > stored
    }
}
