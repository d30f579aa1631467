/// Bytes one after the other.
package protocol ByteStream: AnyObject {
    /// Fills the buffer at most; may return fewer bytes than there are, 0 only at the end, and then always.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReaderError) -> Int
}

extension ByteStream {
    /// Everything that is left.
    ///
    /// - Throws: `excess` before holding more than `limitBytes`.
    func readAll(limitBytes: Int, excess: ReaderError) throws(ReaderError) -> [UInt8] {
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: SluiceReaders.chunkBytes)
        while true {
            let count = try fill(&chunk)
            guard count > 0 else { return all }
            guard all.count + count <= limitBytes else { throw excess }
            all += chunk[..<count]
        }
    }

    /// Reads once into the array, from its start.
    func fill(_ chunk: inout [UInt8]) throws(ReaderError) -> Int {
        var got = 0
        var failure: ReaderError?
        unsafe chunk.withUnsafeMutableBytes { buffer in
            do throws(ReaderError) { got = unsafe try read(into: buffer) } catch { failure = error }
        }
        if let failure { throw failure }
        return got
    }
}

/// A range of the delivered file as it is.
package final class DeliveredStream: ByteStream {
    private let file: any DeliveredBytes
    private var position: Int
    private let end: Int

    package init(_ file: any DeliveredBytes, range: Range<Int>? = nil) {
        self.file = file
        position = range?.lowerBound ?? 0
        end = min(range?.upperBound ?? Int.max, file.count)
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReaderError) -> Int {
        let length = min(buffer.count, end - position)
        guard length > 0 else { return 0 }
        let got: Int
        do throws(ReadFailure) {
            got = unsafe try file.read(at: position, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<length]))
        } catch { throw .failed(error) }
        position += got
        return got
    }
}

/// Bytes that were taken from a stream to look at them, and then the rest of it.
final class ResumedStream: ByteStream {
    private var taken: ArraySlice<UInt8>
    private let rest: any ByteStream

    init(taken: ArraySlice<UInt8>, rest: any ByteStream) {
        self.taken = taken
        self.rest = rest
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReaderError) -> Int {
        guard !taken.isEmpty else { return unsafe try rest.read(into: buffer) }
        let length = min(buffer.count, taken.count)
        unsafe taken.withUnsafeBytes { bytes in
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<length]))
        }
        taken.removeFirst(length)
        return length
    }
}
