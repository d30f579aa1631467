import DeliverySupport
import SluiceModel
import SluiceReaders
import SluiceTestSupport
import Testing

struct ArchiveTests {
    private static let csv = Array("id,when\n1,2024-05-01\n".utf8)

    private func open(_ bytes: [UInt8], limits: DecodeLimits = DecodeLimits(), step: Int = .max) throws -> Archive {
        let file = MemoryFile(bytes, step: step)
        return try Archive.open(file, kind: try FileKind.of(file, limits: limits), limits: limits)
    }

    private func zip(_ parts: ZipWriter.Part...) -> [UInt8] { ZipWriter(parts: parts).bytes() }

    // MARK: - What is read

    @Test(arguments: ["stored.zip", "deflated.zip", "bzip2.zip", "lzma.zip", "streamed.zip", "large-headers.zip"])
    func `a member is the same however it was stored`(name: String) throws {
        let archive = try open(Fixture.bytes(name))
        #expect(archive.members.count == 2)
        #expect(archive.members.map(\.plainName) == ["crimes", "notes2024"])
        #expect(archive.members.allSatisfy { $0.kind == .text })
        #expect(try bytes(archive.stream(0)) == Fixture.bytes("crimes.csv"))
        #expect(try bytes(archive.stream(1)) == Array("a,b\n1,2\n".utf8))
    }

    @Test(arguments: [1, 2, 7, 100, 65_536])
    func `the size of reads makes no difference`(step: Int) throws {
        for name in ["deflated.zip", "streamed.zip", "members.gz"] {
            let archive = try open(Fixture.bytes(name), step: step)
            #expect(try bytes(archive.stream(0), room: step) == Fixture.bytes("crimes.csv"))
        }
    }

    @Test func `streams of one archive do not disturb each other`() throws {
        let archive = try open(Fixture.bytes("deflated.zip"))
        let first = try archive.stream(0), second = try archive.stream(1), third = try archive.stream(0)
        var buffer = [UInt8](repeating: 0, count: 10)
        let count = try unsafe buffer.withUnsafeMutableBytes { unsafe try first.read(into: $0) }
        #expect(try bytes(second) == Array("a,b\n1,2\n".utf8))
        #expect(try bytes(third) == Fixture.bytes("crimes.csv"))
        #expect(try buffer[..<count] + bytes(first) == Fixture.bytes("crimes.csv")[...])
    }

    @Test func `folders and what operating systems leave behind are passed over`() throws {
        let archive = try open(
            zip(
                .init("data/", ""), .init("data/Crimes 2024.csv", Self.csv), .init("__MACOSX/data/._Crimes.csv", "x"),
                .init("data/.DS_Store", "x"), .init("Thumbs.db", "x"), .init("data/desktop.ini", "x")))
        #expect(archive.members.map(\.plainName) == ["crimes2024"])
        #expect(archive.members[0].size == Self.csv.count)
        #expect(archive.litterCount == 4)
    }

    @Test func `a workbook may come in a zip`() throws {
        let book = Fixture.bytes("types.xlsx")
        let archive = try open(zip(.init("a.xlsx", book), .init("b.csv", Self.csv)))
        #expect(archive.members.map(\.kind) == [.workbook, .text])
        let sheets = try Workbook.open(archive.held(0), limits: DecodeLimits()).sheets
        let direct = try Workbook.open(MemoryFile(book), limits: DecodeLimits()).sheets
        #expect(sheets == direct)
    }

    @Test func `members of a gzip are joined`() throws {
        let archive = try open(gzipped(Self.csv) + gzipped([]) + gzipped(Array("2,2024-05-02\n".utf8)))
        #expect(archive.members.count == 1)
        #expect(archive.members[0].size == nil)
        #expect(try bytes(archive.stream(0)) == Self.csv + Array("2,2024-05-02\n".utf8))
    }

    // MARK: - What is refused

    @Test(arguments: [
        "../a.csv", "a/../../b.csv", "/etc/a.csv", "a\\b.csv", "C:a.csv", "a//b.csv", "./a.csv", "a\0.csv", "",
    ])
    func `a name that may lead elsewhere is refused`(name: String) {
        let found = fault { _ = try open(zip(.init(name, Self.csv))) }
        #expect(found?.code == .containerUnsafe)
    }

    @Test func `what zip reads from a pipe is a file like any other`() throws {
        var part = ZipWriter.Part("-", Self.csv)
        part.mode = 0o010600
        #expect(try bytes(open(zip(part)).stream(0)) == Self.csv)
        part = ZipWriter.Part("-", [])
        part.mode = 0o010600
        #expect(fault { _ = try open(zip(part)) }?.code == .containerUnsafe)
    }

    @Test(arguments: [UInt32(0o120777), 0o060644, 0o020644, 0o140644])
    func `links, devices and sockets are refused`(mode: UInt32) {
        var part = ZipWriter.Part("a.csv", Self.csv)
        part.mode = mode
        #expect(fault { _ = try open(zip(part)) }?.code == .containerUnsafe)
    }

    @Test func `a name that occurs twice is refused`() {
        #expect(fault { _ = try open(zip(.init("a.csv", Self.csv), .init("a.csv", "x"))) }?.code == .containerUnsafe)
    }

    @Test func `a member that two headers name differently is refused`() {
        var part = ZipWriter.Part("a.csv", Self.csv)
        part.localName = Array("b.csv".utf8)
        #expect(fault { _ = try open(zip(part)) }?.code == .containerUnsafe)
    }

    @Test func `members that overlap are refused`() {
        // One kernel of bytes under two names.
        var second = ZipWriter.Part("b.csv", Self.csv)
        second.headerOffset = 0
        second.localName = Array("a.csv".utf8)
        #expect(fault { _ = try open(zip(.init("a.csv", Self.csv), second)) }?.code == .containerUnsafe)
        // A member whose stored bytes hold another member's header: quoted overlap.
        var outer = ZipWriter.Part("a.csv", [1, 2, 3])
        outer.isDeflated = false
        let inner = ZipWriter.Part("b.csv", Self.csv)
        let alone = ZipWriter(parts: [inner]).bytes()
        outer.storedBytes = 3 + 20
        outer.size = 23
        #expect(alone.count > 23)
        #expect(fault { _ = try open(zip(outer, inner)) }?.code == .containerUnsafe)
    }

    @Test(arguments: [UInt16(1), 0x41, 0x2000])
    func `encryption is named`(flags: UInt16) {
        var part = ZipWriter.Part("a.csv", Self.csv)
        part.flags = flags
        #expect(fault { _ = try open(zip(part)) }?.code == .containerEncrypted)
    }

    @Test func `AES encryption and unknown methods are named`() {
        var part = ZipWriter.Part("a.csv", Self.csv)
        part.method = 99
        #expect(fault { _ = try open(zip(part)) }?.code == .containerEncrypted)
        part.method = 9
        #expect(fault { _ = try open(zip(part)) }?.code == .formatUnsupported)
    }

    @Test func `archives inside archives are refused`() {
        let inner = zip(.init("a.csv", Self.csv))
        #expect(fault { _ = try open(zip(.init("a.zip", inner))) }?.code == .containerUnsafe)
        #expect(fault { _ = try open(zip(.init("a.csv", gzipped(Self.csv)))) }?.code == .containerUnsafe)
        #expect(fault { _ = try open(gzipped(gzipped(Self.csv))) }?.code == .containerUnsafe)
        #expect(fault { _ = try open(gzipped(inner)) }?.code == .containerUnsafe)
        // A zip that holds itself looks no different from one that holds another.
        #expect(fault { _ = try open(zip(.init("self.zip", zip(.init("self.zip", inner))))) }?.code == .containerUnsafe)
    }

    @Test func `limits are kept`() {
        var limits = DecodeLimits()
        limits.memberLimit = 2
        let three = zip(.init("a", Self.csv), .init("b", Self.csv), .init("c", Self.csv))
        #expect(fault { _ = try open(three, limits: limits) }?.rule == FindingRule.memberLimit)
        limits.memberLimit = 3
        limits.inflatedLimitBytes = 3 * Self.csv.count
        #expect(fault { _ = try open(three, limits: limits) } == nil)
        limits.inflatedLimitBytes -= 1
        #expect(fault { _ = try open(three, limits: limits) }?.rule == FindingRule.inflatedLimitBytes)
    }

    @Test func `a bomb is refused, in a zip before it is inflated and in a gzip soon after it begins`() throws {
        let zeros = [UInt8](repeating: 0x30, count: 4 << 20)
        #expect(fault { _ = try open(zip(.init("a.csv", zeros))) }?.rule == FindingRule.inflationRatioLimit)
        let archive = try open(gzipped(zeros))
        var count = 0
        let stream = try archive.stream(0)
        let found = fault {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let got = try unsafe buffer.withUnsafeMutableBytes { unsafe try stream.read(into: $0) }
                guard got > 0 else { return }
                count += got
            }
        }
        #expect(found?.rule == FindingRule.inflationRatioLimit)
        #expect(count <= 1 << 20)
        // As much, but not so well deflated, is no bomb; nor is a little of anything.
        #expect(fault { _ = try bytes(open(gzipped(Array(zeros[..<(1 << 20)]))).stream(0)) } == nil)
    }

    @Test func `a member that lies about its size or checksum is refused while it is read`() {
        for size in [Self.csv.count - 1, Self.csv.count + 1, 1 << 20] {
            var part = ZipWriter.Part("a.csv", Self.csv)
            part.size = size
            #expect(fault { _ = try bytes(open(zip(part)).stream(0)) }?.code == .containerInvalid)
        }
        var part = ZipWriter.Part("a.csv", Self.csv)
        part.crc = 1
        #expect(fault { _ = try bytes(open(zip(part)).stream(0)) }?.code == .containerInvalid)
    }

    @Test func `a directory that claims absurd sizes is refused`() {
        // Sizes in the extra field of 64 bits, each the largest there is.
        var bytes = zip(.init("a.csv", Self.csv), .init("b.csv", Self.csv))
        let extra: [UInt8] =
            [1, 0, 16, 0] + [UInt8](repeating: 0xFF, count: 7) + [0x7F] + [UInt8](repeating: 0, count: 8)
        var place = 0
        var added = 0
        while place + 46 < bytes.count {
            defer { place += 1 }
            guard bytes[place..<place + 4].elementsEqual([0x50, 0x4B, 1, 2]) else { continue }
            bytes.replaceSubrange(place + 20..<place + 28, with: [UInt8](repeating: 0xFF, count: 8))
            bytes[place + 30] = UInt8(extra.count)
            bytes.insert(contentsOf: extra, at: place + 46 + 5)
            added += extra.count
        }
        #expect(added == 2 * extra.count)
        bytes[bytes.count - 22 + 12] += UInt8(added)
        #expect(
            fault { _ = try open(bytes) }?.code == .limitExceeded
                || fault { _ = try open(bytes) }?.code == .containerUnsafe)
    }

    @Test func `an archive of nothing is empty`() {
        #expect(fault { _ = try open(zip()) }?.code == .containerEmpty)
        #expect(fault { _ = try open(zip(.init("data/", ""))) }?.code == .containerEmpty)
    }

    @Test func `what follows a gzip, or a wrong checksum or length, is an error`() {
        let whole = gzipped(Self.csv)
        let tails: [[UInt8]] = [
            [0, 0, 0, 1], [0, 0x1F, 0x8B], [1], [0x1F], [0x1F, 0x8B], [0x1A, 0x1A], [0x0A, 0x78], [0x20, 0x1F, 0x8B],
        ]
        for tail in tails {
            #expect(fault { _ = try bytes(open(whole + tail).stream(0)) }?.code == .containerInvalid)
        }
        for place in whole.count - 8..<whole.count {
            var broken = whole
            broken[place] ^= 0x10
            #expect(fault { _ = try bytes(open(broken).stream(0)) }?.code == .containerInvalid)
        }
    }

    private static let paddings: [[UInt8]] = [
        [0], [UInt8](repeating: 0, count: 8), [UInt8](repeating: 0, count: 511), [UInt8](repeating: 0, count: 200_000),
        [0x0A], [0x0D, 0x0A], [0x20, 0x20], [0x1A], [0x0A, 0x1A, 0, 0], [0, 0x09, 0],
    ]

    @Test(arguments: paddings)
    func `padding behind a gzip is told, and the noughts that its trailer ends with are none`(padding: [UInt8]) throws {
        for step in [Int.max, 1000] {
            let archive = try open(gzipped(Self.csv) + padding, step: step)
            #expect(try bytes(archive.stream(0)) == Self.csv)
            #expect(archive.paddingBytes == padding.count)
        }
        #expect(try open(gzipped(Self.csv)).paddingBytes == 0)
    }

    @Test func `a few noughts behind a large gzip may be its trailer's, and are read without a word`() throws {
        var random = SplitMix64(seed: 2)
        // Deflated it is larger than what is inflated to tell; its length ends in one nought.
        let text = (0..<200_000).map { _ in UInt8.random(in: 0x61...0x7A, using: &random) }
        let whole = gzipped(text)
        #expect(whole.count > 65_536)
        let told: [([UInt8], Int)] = [([], 0), ([0, 0], 0), ([0, 0, 0], 3), ([0x0A], 1), ([0x0D, 0x0A], 2)]
        for (padding, count) in told {
            let archive = try open(whole + padding)
            #expect(archive.paddingBytes == count)
            #expect(try bytes(archive.stream(0)) == text)
        }
    }

    @Test(arguments: paddings)
    func `padding behind a zip is told`(padding: [UInt8]) throws {
        for step in [Int.max, 1000] {
            let archive = try open(zip(.init("a.csv", Self.csv), .init("b.csv", "x")) + padding, step: step)
            #expect(archive.members.count == 2)
            #expect(try bytes(archive.stream(0)) == Self.csv)
            #expect(archive.paddingBytes == padding.count)
        }
        #expect(try open(zip(.init("a.csv", Self.csv))).paddingBytes == 0)
    }

    @Test func `what else follows a zip is an error`() {
        let whole = zip(.init("a.csv", Self.csv))
        let tails: [[UInt8]] = [[1], [0, 1], [0x1A, 0x1A], [0x50, 0x4B, 5, 6], [0, 0x50, 0x4B, 5, 6, 0]]
        for tail in tails { #expect(fault { _ = try open(whole + tail) }?.code == .containerInvalid) }
    }

    @Test func `a file cut off anywhere is an error and nothing worse`() {
        for whole in [zip(.init("a.csv", Self.csv), .init("b/c.csv", Self.csv)), gzipped(Self.csv)] {
            for length in 4..<whole.count {
                let found = fault { _ = try bytes(open(Array(whole[..<length])).stream(0)) }
                #expect(found != nil, "\(length)")
            }
        }
    }

    @Test func `damage anywhere is an error or makes no difference`() {
        var random = SplitMix64(seed: 1)
        let whole = zip(.init("a.csv", Self.csv), .init("b/c.csv", Self.csv)), packed = gzipped(Self.csv)
        for _ in 0..<3000 {
            for original in [whole, packed] {
                let file = MemoryFile(mutated(original, using: &random))
                _ = fault {
                    let kind = try FileKind.of(file, limits: DecodeLimits())
                    guard kind == .zip || kind == .gzip else { return }
                    let archive = try Archive.open(file, kind: kind, limits: DecodeLimits())
                    for member in archive.members.indices {
                        // A checksum vouches for what is read.
                        let read = try bytes(archive.stream(member))
                        #expect(read.starts(with: Self.csv) || read.isEmpty)
                    }
                }
            }
        }
    }

    @Test func `a failure to read is no fault of the file`() throws {
        for calls in 0..<6 {
            let file = FailingFile(Fixture.bytes("deflated.zip"), afterCalls: calls)
            do throws(ReaderError) {
                let archive = try Archive.open(file, kind: .zip, limits: DecodeLimits())
                _ = try bytes(archive.stream(0))
            } catch {
                #expect(error == .failed(ReadFailure(errno: 5)))
            }
        }
    }
}
