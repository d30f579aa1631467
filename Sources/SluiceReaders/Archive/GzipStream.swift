import CLibZ
import SluiceModel

/// What is in a gzip: the members one after the other, each with its checksum and length verified.
///
/// By zlib itself: libarchive 3.6 reads past a gzip's checksum and past whatever follows it without a word.
///
/// Source: RFC 1952 sections 2.2 and 2.3.1.
@safe final class GzipStream: ByteStream {
    private let stream: UnsafeMutablePointer<z_stream>
    private let input: UnsafeMutableRawBufferPointer
    private let source: DeliveredStream
    private let limits: DecodeLimits
    /// Bytes of padding behind the last member. Known once the end was read.
    private(set) var paddingBytes = 0
    private var stored = 0
    private var inflated = 0
    private var hasEnded = false

    private static let invalid = ReaderError.fault(.containerInvalid, FindingRule.container)

    init(_ file: any DeliveredBytes, limits: DecodeLimits) {
        self.limits = limits
        source = DeliveredStream(file)
        unsafe input = .allocate(byteCount: SluiceReaders.chunkBytes, alignment: 16)
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 16 on top of the largest window: a gzip wrapper, and nothing else.
        let result = unsafe inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(result == Z_OK, "out of memory")
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
        unsafe input.deallocate()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReaderError) -> Int {
        guard !hasEnded, let base = buffer.baseAddress, buffer.count > 0 else { return 0 }
        let room = min(buffer.count, Int(UInt32.max) / 2)
        unsafe stream.pointee.next_out = base.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_out = UInt32(room)
        while unsafe stream.pointee.avail_out == UInt32(room) {
            if unsafe stream.pointee.avail_in == 0 {
                // The file ends inside a member.
                guard try fill() else { throw GzipStream.invalid }
            }
            switch unsafe inflate(stream, Z_NO_FLUSH) {
            case Z_OK, Z_BUF_ERROR: break
            case Z_STREAM_END:
                let isLeft = unsafe stream.pointee.avail_in > 0
                let more: Bool
                if isLeft { more = true } else { more = try fill() }
                if more, try !isPadding() {
                    // Another member, or the error that zlib finds at once in what is none.
                    guard unsafe inflateReset(stream) == Z_OK else { throw GzipStream.invalid }
                } else {
                    hasEnded = true
                    return try took(room - Int(unsafe stream.pointee.avail_out))
                }
            default: throw GzipStream.invalid
            }
        }
        return try took(room - Int(unsafe stream.pointee.avail_out))
    }

    /// Whether nothing but padding follows, as tapes, block devices and text tools leave it; then all of it is read. No
    /// member begins with a byte of it.
    ///
    /// Source: gzip 1.12, "trailing zero bytes ignored".
    private func isPadding() throws(ReaderError) -> Bool {
        var padding = Padding()
        repeat {
            while unsafe stream.pointee.avail_in > 0 {
                guard padding.take(UInt32(unsafe stream.pointee.next_in.pointee)) else {
                    guard padding.count == 0 else { throw GzipStream.invalid }
                    return false
                }
                unsafe stream.pointee.next_in += 1
                unsafe stream.pointee.avail_in -= 1
            }
        } while try fill()
        paddingBytes = padding.count
        return true
    }

    /// Bytes of padding at the end of a file, those of the last member's trailer not among them.
    ///
    /// A trailer ends in zeros itself, and only who inflates the file knows where. So a large file is not asked unless
    /// its last bytes are hardly a trailer's: three zeros and fewer are not told of then.
    static func paddingBytes(of file: any DeliveredBytes, limits: DecodeLimits) throws(ReaderError) -> Int {
        guard try mayBePadded(file) else { return 0 }
        let stream = GzipStream(file, limits: limits)
        var chunk = [UInt8](repeating: 0, count: SluiceReaders.chunkBytes)
        do throws(ReaderError) {
            while try stream.fill(&chunk) > 0 {}
        } catch .unreadable {
            // Whoever reads the member meets it again, and says so.
            return 0
        }
        return stream.paddingBytes
    }

    /// A length of four bytes ends in a zero below 16 MiB, and is one only where nothing was deflated.
    private static func mayBePadded(_ file: any DeliveredBytes) throws(ReaderError) -> Bool {
        let tail = try file.bytes(max(0, file.count - 4)..<file.count)
        var padding = Padding()
        guard let last = tail.last, padding.take(UInt32(last)) else { return false }
        return last != 0 || file.count <= SluiceReaders.chunkBytes || tail.allSatisfy { $0 == 0 }
    }

    private func took(_ count: Int) throws(ReaderError) -> Int {
        inflated += count
        guard inflated <= limits.inflatedLimitBytes else {
            throw .fault(.limitExceeded, FindingRule.inflatedLimitBytes)
        }
        let taken = stored - Int(unsafe stream.pointee.avail_in)
        guard !InflationBound.isExceeded(inflated: inflated, stored: taken, limits: limits) else {
            throw .fault(.limitExceeded, FindingRule.inflationRatioLimit)
        }
        return count
    }

    private func fill() throws(ReaderError) -> Bool {
        let got = unsafe try source.read(into: input)
        unsafe stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_in = UInt32(got)
        stored += got
        return got > 0
    }
}
