import SluiceModel

/// Text as UTF-8 without a byte order mark; UTF-16 and UTF-32 are told by theirs.
///
/// UTF-8 itself goes through unchecked. In the others what is no character is an error, where it stands.
final class UnicodeStream: ByteStream {
    private enum Form { case unknown, utf8, utf16(isLittle: Bool), utf32(isLittle: Bool) }

    private let source: any ByteStream
    private var form = Form.unknown
    private var raw: [UInt8]
    private var rawStart = 0
    private var rawEnd = 0
    private var hasEnded = false
    private var text: [UInt8] = []
    private var textStart = 0

    init(_ source: any ByteStream) {
        self.source = source
        raw = [UInt8](repeating: 0, count: SluiceReaders.chunkBytes)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReaderError) -> Int {
        if case .unknown = form { try begin() }
        if case .utf8 = form, textStart == text.count { return unsafe try source.read(into: buffer) }
        while textStart == text.count {
            guard try fill() else {
                // Half a character is left.
                guard rawStart == rawEnd else { throw invalid }
                return 0
            }
            try decode()
        }
        let length = min(buffer.count, text.count - textStart)
        unsafe text.withUnsafeBytes { bytes in
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[textStart..<textStart + length]))
        }
        textStart += length
        return length
    }

    private func begin() throws(ReaderError) {
        while rawEnd < 4, try fill() {}
        let head = raw[..<rawEnd]
        if head.starts(with: [0xFF, 0xFE, 0, 0]) || head.starts(with: [0, 0, 0xFE, 0xFF]) {
            form = .utf32(isLittle: head[0] == 0xFF)
            rawStart = 4
        } else if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) {
            form = .utf16(isLittle: head[0] == 0xFF)
            rawStart = 2
        } else {
            form = .utf8
            rawStart = rawEnd
            text = Array(head.dropFirst(head.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0))
            return
        }
        try decode()
    }

    /// Reads on behind what is left over; false at the end of the source.
    private func fill() throws(ReaderError) -> Bool {
        guard !hasEnded else { return false }
        raw.replaceSubrange(0..<rawEnd - rawStart, with: Array(raw[rawStart..<rawEnd]))
        rawEnd -= rawStart
        rawStart = 0
        var chunk = [UInt8](repeating: 0, count: raw.count - rawEnd)
        let got = try source.fill(&chunk)
        raw.replaceSubrange(rawEnd..<rawEnd + got, with: chunk[..<got])
        rawEnd += got
        hasEnded = got == 0
        return !hasEnded
    }

    private func decode() throws(ReaderError) {
        text.removeAll(keepingCapacity: true)
        textStart = 0
        switch form {
        case .unknown, .utf8: return
        case .utf32(let isLittle):
            while rawStart + 4 <= rawEnd {
                let bytes = raw[rawStart..<rawStart + 4]
                var value: UInt32 = 0
                if isLittle {
                    for byte in bytes.reversed() { value = value << 8 | UInt32(byte) }
                } else {
                    for byte in bytes { value = value << 8 | UInt32(byte) }
                }
                guard let scalar = Unicode.Scalar(value) else { throw invalid }
                text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                rawStart += 4
            }
        case .utf16(let isLittle):
            while rawStart + 2 <= rawEnd {
                let first = unit(at: rawStart, isLittle)
                var value = UInt32(first)
                var length = 2
                if first & 0xFC00 == 0xD800 {
                    guard rawStart + 4 <= rawEnd else { return }
                    let second = unit(at: rawStart + 2, isLittle)
                    guard second & 0xFC00 == 0xDC00 else { throw invalid }
                    value = 0x10000 + (UInt32(first & 0x3FF) << 10 | UInt32(second & 0x3FF))
                    length = 4
                }
                guard let scalar = Unicode.Scalar(value) else { throw invalid }
                text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                rawStart += length
            }
        }
    }

    private func unit(at index: Int, _ isLittle: Bool) -> UInt16 {
        isLittle
            ? UInt16(raw[index]) | UInt16(raw[index + 1]) << 8 : UInt16(raw[index]) << 8 | UInt16(raw[index + 1])
    }

    private var invalid: ReaderError { .fault(.bytesInvalid, FindingRule.encodings) }
}
