import Glibc
import SluiceModel
import SluiceReaders
import SluiceTestSupport

/// A delivered file in memory, which gives at most so many bytes at a time.
final class MemoryFile: DeliveredBytes {
    let bytes: [UInt8]
    let step: Int

    init(_ bytes: [UInt8], step: Int = .max) {
        self.bytes = bytes
        self.step = step
    }

    var count: Int { bytes.count }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        guard offset < bytes.count else { return 0 }
        let length = min(buffer.count, bytes.count - offset, step)
        unsafe buffer.copyBytes(from: bytes[offset..<offset + length])
        return length
    }
}

/// A file whose reading fails after so many calls.
final class FailingFile: DeliveredBytes {
    private let file: MemoryFile
    private var callsLeft: Int

    init(_ bytes: [UInt8], afterCalls calls: Int) {
        file = MemoryFile(bytes)
        callsLeft = calls
    }

    var count: Int { file.count }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        callsLeft -= 1
        guard callsLeft >= 0 else { throw ReadFailure(errno: EIO) }
        return unsafe try file.read(at: offset, into: buffer)
    }
}

/// A stream of bytes in memory, so many at a time.
func stream(_ text: String, step: Int = .max) -> DeliveredStream { stream(Array(text.utf8), step: step) }

func stream(_ bytes: [UInt8], step: Int = .max) -> DeliveredStream { DeliveredStream(MemoryFile(bytes, step: step)) }

/// Everything a stream gives.
func bytes(_ stream: any ByteStream, room: Int = 4096) throws(ReaderError) -> [UInt8] {
    var all: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 16)
    defer { unsafe buffer.deallocate() }
    while true {
        let count = unsafe try stream.read(into: buffer)
        guard count > 0 else { return all }
        unsafe all.append(contentsOf: buffer[..<count])
    }
}

/// All rows of a source, as it appends them for one target after the other.
struct Table: Equatable {
    var text = ""
    var rowCount = 0
    /// Rows from 0 in the whole table.
    var notes: [CellNote] = []
    var fileNotes: [FileNote] = []

    init(_ source: any RowSource, limits: DecodeLimits = DecodeLimits(), target: Int = 1 << 16) throws(ReaderError) {
        var bytes: [UInt8] = []
        var rows = RowText(limits: limits)
        while true {
            let hasMore = try source.read(into: &rows, target: target)
            for note in rows.notes {
                notes.append(CellNote(row: rowCount + note.row, column: note.column, code: note.code))
            }
            bytes += rows.bytes
            rowCount += rows.rowCount
            rows.removeAll()
            guard hasMore else { break }
        }
        text = String(decoding: bytes, as: UTF8.self)
        fileNotes = source.notes
    }
}

/// What is wrong with a file; nil when the work succeeds.
func fault(_ work: () throws -> Void) -> Unreadable? {
    do {
        try work()
        return nil
    } catch let error as ReaderError {
        if case .unreadable(let fault) = error { return fault }
        return nil
    } catch { return nil }
}

/// A bytes' copy with one or a few random changes: bits, bytes, cuts and repeats.
func mutated(_ bytes: [UInt8], using random: inout SplitMix64) -> [UInt8] {
    var changed = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) where !changed.isEmpty {
        let place = Int.random(in: 0..<changed.count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: changed[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: changed[place] = UInt8.random(in: 0...255, using: &random)
        case 2: changed.removeSubrange(place..<min(changed.count, place + Int.random(in: 1...8, using: &random)))
        case 3: changed.insert(contentsOf: changed[place..<min(changed.count, place + 8)], at: place)
        case 4: changed.removeSubrange(place...)
        default: changed.insert(Array("<>&\"'{}[]:,0 \n\\".utf8).randomElement(using: &random)!, at: place)
        }
    }
    return changed
}
