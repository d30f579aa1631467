/// Text whose lines stand in quotes, each as one cell, without them: what comes of a table that was taken for a column and
/// saved again.
///
/// Lines that are not quoted stay as they are. For encodings in which a quote, CR and LF are a byte each.
package final class UnwrappedLines: ByteStream {
    private let source: any ByteStream
    private var raw = [UInt8](repeating: 0, count: SluiceReaders.chunkBytes)
    private var rawStart = 0
    private var rawEnd = 0
    private var hasEnded = false
    private var isAtStart = true
    private var isQuoted = false

    package init(_ source: any ByteStream) { self.source = source }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReaderError) -> Int {
        var count = 0
        while count < buffer.count, let byte = try next() {
            let isLineEnd = byte == 0x0A || byte == 0x0D
            if byte == UInt8(ascii: "\"") {
                if isAtStart {
                    (isAtStart, isQuoted) = (false, true)
                    continue
                }
                if isQuoted {
                    let following = try peek()
                    if following == byte { _ = try next() }
                    // The one that closes the line.
                    if following == nil || following == 0x0A || following == 0x0D { continue }
                }
            }
            if isLineEnd { (isAtStart, isQuoted) = (true, false) } else { isAtStart = false }
            unsafe buffer[count] = byte
            count += 1
        }
        return count
    }

    private func peek() throws(ReaderError) -> UInt8? {
        if rawStart == rawEnd, !hasEnded {
            rawStart = 0
            rawEnd = try source.fill(&raw)
            hasEnded = rawEnd == 0
        }
        return rawStart < rawEnd ? raw[rawStart] : nil
    }

    private func next() throws(ReaderError) -> UInt8? {
        guard let byte = try peek() else { return nil }
        rawStart += 1
        return byte
    }
}
