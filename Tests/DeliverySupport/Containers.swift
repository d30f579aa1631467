import CLibZ

/// Deflates with zlib: 15 + 16 bits for a gzip, -15 for what stands in a zip.
package func deflated(_ bytes: [UInt8], windowBits: Int32 = -15) -> [UInt8] {
    var stream = unsafe z_stream()
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    let isReady = unsafe deflateInit2_(
        &stream, 9, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
    precondition(isReady == Z_OK)
    var input = bytes
    var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 100 + 100)
    let made = unsafe input.withUnsafeMutableBufferPointer { source in
        unsafe output.withUnsafeMutableBufferPointer { target in
            unsafe stream.next_in = source.baseAddress
            unsafe stream.avail_in = UInt32(source.count)
            unsafe stream.next_out = target.baseAddress
            unsafe stream.avail_out = UInt32(target.count)
            let isWhole = unsafe deflate(&stream, Z_FINISH)
            precondition(isWhole == Z_STREAM_END)
            return unsafe Int(stream.total_out)
        }
    }
    unsafe deflateEnd(&stream)
    return Array(output[..<made])
}

package func gzipped(_ bytes: [UInt8]) -> [UInt8] { deflated(bytes, windowBits: 15 + 16) }

/// Writes a zip, or one with a stated flaw.
package struct ZipWriter {
    package struct Part {
        package var name: [UInt8]
        package var data: [UInt8]
        package var isDeflated = true
        package var flags: UInt16 = 0
        package var mode: UInt32 = 0
        /// What the directory or the member's own header says instead of the truth.
        package var localName: [UInt8]?
        package var crc: UInt32?
        package var size: Int?
        package var storedBytes: Int?
        package var headerOffset: Int?
        package var method: UInt16?

        package init(_ name: String, _ data: [UInt8]) {
            self.name = Array(name.utf8)
            self.data = data
        }

        package init(_ name: String, _ text: String) { self.init(name, Array(text.utf8)) }
    }

    package var parts: [Part] = []

    package init(parts: [Part] = []) { self.parts = parts }

    package func bytes() -> [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for part in parts {
            let stored = part.isDeflated ? deflated(part.data) : part.data
            let sum = unsafe UInt32(crc32(0, part.data, UInt32(part.data.count)))
            let method: UInt16 = part.method ?? (part.isDeflated ? 8 : 0)
            let storedBytes = UInt32(part.storedBytes ?? stored.count)
            let size = UInt32(part.size ?? part.data.count)
            let start = part.headerOffset ?? file.count
            let common: [UInt8] =
                little(part.flags) + little(method) + little(UInt32(0)) + little(part.crc ?? sum)
                + little(storedBytes) + little(size)
            let localName = part.localName ?? part.name
            file += little(UInt32(0x0403_4B50)) + little(UInt16(20)) + common
            file += little(UInt16(localName.count)) + little(UInt16(0)) + localName + stored
            directory += little(UInt32(0x0201_4B50)) + little(UInt16(0x0314)) + little(UInt16(20)) + common
            directory += little(UInt16(part.name.count)) + little(UInt16(0)) + little(UInt16(0)) + little(UInt16(0))
            directory += little(UInt16(0)) + little(part.mode << 16) + little(UInt32(start)) + part.name
        }
        let place = UInt32(file.count)
        let count = UInt16(parts.count)
        let end: [UInt8] =
            little(UInt32(0x0605_4B50)) + little(UInt32(0)) + little(count) + little(count)
            + little(UInt32(directory.count)) + little(place) + little(UInt16(0))
        return file + directory + end
    }

    private func little(_ value: some FixedWidthInteger) -> [UInt8] {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe Array($0) }
    }
}
