package import SluiceModel

/// The delivered file's bytes, at random.
///
/// Bound to classes, so that a C library's callbacks can hold it. The bytes must not change while a reader lives; if
/// they do, rows may be wrong, but nothing beyond a buffer's bounds is touched.
package protocol DeliveredBytes: AnyObject {
    /// Bytes in the file.
    var count: Int { get }
    /// Fills the buffer from `offset` as far as the file goes; may return fewer bytes than there are, and 0 only at the
    /// end.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int
}

/// Reading the file failed. Not the file's fault; trying again can help.
package struct ReadFailure: Error, Hashable, Sendable {
    package var errno: Int32

    package init(errno: Int32) { self.errno = errno }
}

/// The file is at fault. Becomes one finding, `fatal`, over the file.
package struct Unreadable: Error, Hashable, Sendable {
    package var code: FindingCode
    package var rule: String
    /// From 1.
    package var rows: [Int]
    /// Numbers of the message: for `syntax-invalid` the line and column, from 1, or the byte, from 0.
    package var arguments: [Int]

    package init(_ code: FindingCode, rule: String, rows: [Int] = [], arguments: [Int] = []) {
        self.code = code
        self.rule = rule
        self.rows = rows
        self.arguments = arguments
    }
}

/// Why reading stopped.
package enum ReaderError: Error, Hashable, Sendable {
    case failed(ReadFailure)
    case unreadable(Unreadable)

    static func fault(
        _ code: FindingCode, _ rule: String, rows: [Int] = [], arguments: [Int] = []
    ) -> ReaderError {
        .unreadable(Unreadable(code, rule: rule, rows: rows, arguments: arguments))
    }
}

extension DeliveredBytes {
    /// The bytes of a range, fewer where the file ends before it does.
    func bytes(_ range: Range<Int>) throws(ReaderError) -> [UInt8] {
        guard range.lowerBound >= 0, range.lowerBound < count else { return [] }
        let wanted = min(range.upperBound, count) - range.lowerBound
        var found = [UInt8](repeating: 0, count: wanted)
        var filled = 0
        while filled < wanted {
            var got = 0
            var failure: ReadFailure?
            unsafe found.withUnsafeMutableBytes { buffer in
                do throws(ReadFailure) {
                    got = unsafe try read(
                        at: range.lowerBound + filled, into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
                } catch { failure = error }
            }
            if let failure { throw .failed(failure) }
            // The file became shorter than it said.
            guard got > 0 else { break }
            filled += got
        }
        found.removeLast(wanted - filled)
        return found
    }
}

/// Bytes that are held in memory: a workbook that came inside a zip.
package final class HeldBytes: DeliveredBytes {
    private let held: [UInt8]

    package init(_ bytes: [UInt8]) { held = bytes }

    package var count: Int { held.count }

    package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        guard offset >= 0, offset < held.count else { return 0 }
        let length = min(buffer.count, held.count - offset)
        unsafe held.withUnsafeBytes { bytes in
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length]))
        }
        return length
    }
}
