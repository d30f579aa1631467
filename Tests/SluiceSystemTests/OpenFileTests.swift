import Glibc
import SluiceSystem
import Testing

struct OpenFileTests {
    @Test func `a copy is seen chunk by chunk and counted`() throws {
        let scratch = try ScratchFolder()
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try scratch.folder.writeAtomically("source", bytes)
        let target = try scratch.folder.createFile("target")
        var seen: [UInt8] = []
        let count = try scratch.folder.openForReading("source").copy(to: target, limitBytes: 100_000, chunkBytes: 4096)
        {
            for index in $0.indices { seen.append($0[index]) }
        }
        #expect(count == 100_000)
        #expect(seen == bytes)
        try target.seek(to: 0)
        #expect(try target.readToEnd(limitBytes: 100_000) == bytes)
    }

    @Test func `a copy stops at its limit`() throws {
        let scratch = try ScratchFolder()
        try scratch.write("source", "12345")
        let target = try scratch.folder.createFile("target")
        let error = systemError {
            _ = try scratch.folder.openForReading("source").copy(to: target, limitBytes: 4) { _ in }
        }
        #expect(error?.errno == EFBIG)
        #expect(try target.status().sizeBytes <= 4)
    }

    @Test func `a copy of just the limit is whole, and an empty one is empty`() throws {
        let scratch = try ScratchFolder()
        try scratch.write("source", "12345")
        try scratch.write("nothing", "")
        var seen: [UInt8] = []
        let target = try scratch.folder.createFile("target")
        let count = try scratch.folder.openForReading("source").copy(to: target, limitBytes: 5) { span in
            for index in span.indices { seen.append(span[index]) }
        }
        #expect(count == 5)
        #expect(seen == Array("12345".utf8))
        #expect(try target.status().sizeBytes == 5)
        let empty = try scratch.folder.createFile("empty")
        #expect(try scratch.folder.openForReading("nothing").copy(to: empty, limitBytes: 5) { _ in } == 0)
    }

    @Test func `what the kernel cannot copy is copied all the same`() throws {
        let scratch = try ScratchFolder()
        // A pipe has no place to copy from.
        var pipe = try Pipe(label: "pipe")
        let reading = pipe.takeReadEnd()
        let writing = pipe.takeWriteEnd()
        try writing.writeAll(Array("12345".utf8))
        _ = consume writing
        let target = try scratch.folder.createFile("target")
        var seen: [UInt8] = []
        let count = try reading.copy(to: target, limitBytes: 100) { span in
            for index in span.indices { seen.append(span[index]) }
        }
        #expect(count == 5)
        #expect(seen == Array("12345".utf8))
        // The kernel's own files say that they are empty.
        let status = try OpenFile(readingPath: "/proc/self/status")
        let copy = try scratch.folder.createFile("copy")
        #expect(try status.copy(to: copy, limitBytes: 1 << 20) { _ in } > 100)
    }

    @Test func `chunks are as long as asked for, but for the last`() throws {
        let scratch = try ScratchFolder()
        try scratch.write("file", "abcde")
        var lengths: [Int] = []
        try scratch.folder.openForReading("file").forEachChunk(sizeBytes: 2) { lengths.append($0.count) }
        #expect(lengths == [2, 2, 1])
    }

    @Test func `a file that is longer than allowed is not read to its end`() throws {
        let scratch = try ScratchFolder()
        try scratch.write("file", "abcde")
        let file = try scratch.folder.openForReading("file")
        #expect(systemError { _ = try file.readToEnd(limitBytes: 4) }?.errno == EFBIG)
    }

    @Test func `sealed bytes are read from the start and cannot be changed`() throws {
        let sealed = try OpenFile(sealing: Array("plan".utf8), label: "a plan")
        #expect(systemError { try sealed.writeAll([1]) }?.errno == EPERM)
        #expect(systemError { try sealed.truncate(toBytes: 0) }?.errno == EPERM)
        #expect(try sealed.readToEnd(limitBytes: 10) == Array("plan".utf8))
    }

    @Test func `a file opened anew can only be read, from its start`() throws {
        let scratch = try ScratchFolder()
        let file = try scratch.folder.createFile("file")
        try file.writeAll(Array("text".utf8))
        let again = try file.reopenedForReading()
        #expect(systemError { try again.writeAll([1]) }?.errno == EBADF)
        #expect(try again.readToEnd(limitBytes: 10) == Array("text".utf8))
    }

    @Test func `a descriptor that was handed over stays open`() throws {
        let scratch = try ScratchFolder()
        try scratch.write("file")
        let number = try scratch.folder.openForReading("file").takeDescriptor()
        let again = OpenFile(descriptor: number, label: "taken over")
        #expect(try again.status().sizeBytes == 1)
    }
}
