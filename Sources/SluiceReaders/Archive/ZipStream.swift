import CLibArchive
import Glibc
import SluiceModel

/// One member of a zip, inflated by libarchive.
///
/// libarchive is shown that member alone, behind a header made of what `ZipDirectory` has checked: it sees no names, no
/// directory and no other member, and need not search for anything.
@safe final class ZipStream: ByteStream {
    private let archive: OpaquePointer
    private let feed: Feed
    private let size: Int
    private var count = 0
    private var hasEnded = false

    init(_ file: any DeliveredBytes, _ entry: ZipDirectory.Entry) throws(ReaderError) {
        size = entry.size
        feed = Feed(file, header: ZipStream.header(for: entry), data: entry.offset..<entry.offset + entry.storedBytes)
        guard let made = unsafe archive_read_new() else { throw .failed(ReadFailure(errno: ENOMEM)) }
        unsafe archive = made
        unsafe archive_read_support_format_zip_streamable(archive)
        let context = unsafe Unmanaged.passUnretained(feed).toOpaque()
        var entryHeader: OpaquePointer?
        let isOpen = unsafe archive_read_open(
            archive, context, nil,
            { _, context, buffer in
                let feed = unsafe Unmanaged<Feed>.fromOpaque(context!).takeUnretainedValue()
                return unsafe feed.next(buffer)
            }, nil)
        guard isOpen == ARCHIVE_OK, unsafe archive_read_next_header(archive, &entryHeader) == ARCHIVE_OK else {
            throw fault
        }
    }

    deinit {
        _ = unsafe archive_read_free(archive)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReaderError) -> Int {
        guard !hasEnded, buffer.count > 0 else { return 0 }
        let got = unsafe archive_read_data(archive, buffer.baseAddress, buffer.count)
        // A wrong checksum or size comes as a warning with the last bytes.
        guard got >= 0 else { throw fault }
        if let failure = feed.failure { throw .failed(failure) }
        count += got
        hasEnded = got == 0
        guard count <= size, !hasEnded || count == size else { throw .fault(.containerInvalid, FindingRule.container) }
        return got
    }

    private var fault: ReaderError {
        if let failure = feed.failure { return .failed(failure) }
        return .fault(.containerInvalid, FindingRule.container)
    }

    /// A local file header, with the sizes in an extra field of 64 bits each.
    private static func header(for entry: ZipDirectory.Entry) -> [UInt8] {
        var header: [UInt8] = []
        func put(_ value: some FixedWidthInteger) {
            unsafe withUnsafeBytes(of: value.littleEndian) { unsafe header.append(contentsOf: $0) }
        }
        put(UInt32(0x0403_4B50))
        put(UInt16(45))
        put(entry.methodFlags)
        put(UInt16(entry.method))
        put(UInt32(0))
        put(entry.crc)
        put(UInt32.max)
        put(UInt32.max)
        put(UInt16(1))
        put(UInt16(20))
        header.append(UInt8(ascii: "m"))
        put(UInt16(1))
        put(UInt16(16))
        put(UInt64(entry.size))
        put(UInt64(entry.storedBytes))
        return header
    }

    /// What libarchive reads: the header, then the stored bytes.
    @safe private final class Feed {
        private(set) var failure: ReadFailure?
        private let file: any DeliveredBytes
        private let header: [UInt8]
        private let data: Range<Int>
        private var isHeaderRead = false
        private var position: Int
        private let buffer: UnsafeMutableRawBufferPointer

        init(_ file: any DeliveredBytes, header: [UInt8], data: Range<Int>) {
            self.file = file
            self.header = header
            self.data = data
            position = data.lowerBound
            unsafe buffer = .allocate(byteCount: SluiceReaders.chunkBytes, alignment: 16)
        }

        deinit {
            unsafe buffer.deallocate()
        }

        /// Shows the next bytes, which stay where they are until the next call. 0 at the end, below 0 after a failure.
        func next(_ shown: UnsafeMutablePointer<UnsafeRawPointer?>?) -> Int {
            guard let shown = unsafe shown else { return -1 }
            unsafe shown.pointee = UnsafeRawPointer(buffer.baseAddress)
            guard isHeaderRead else {
                isHeaderRead = true
                unsafe buffer.copyBytes(from: header)
                return header.count
            }
            let length = min(unsafe buffer.count, data.upperBound - position)
            guard length > 0 else { return 0 }
            do throws(ReadFailure) {
                let got = unsafe try file.read(
                    at: position, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<length]))
                position += got
                return got
            } catch {
                failure = error
                return -1
            }
        }
    }
}
