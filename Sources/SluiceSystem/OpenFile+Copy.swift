import CSluiceLinux
import Glibc

extension OpenFile {
    /// Copies from here to the end of this file into another and returns how many bytes there were.
    ///
    /// - Parameters:
    ///   - onChunk: called after each chunk, on this thread.
    ///   - body: sees each chunk in order, say to hash it, on another thread while the next ones are copied.
    /// - Throws: `EFBIG` as soon as there are more than `limitBytes`; what was copied by then stays.
    package func copy(
        to other: borrowing OpenFile, limitBytes: Int, chunkBytes: Int = 1 << 18, onChunk: () -> Void = {},
        _ body: (Span<UInt8>) -> Void
    ) throws(SystemError) -> Int {
        let team = ThreadTeam(count: 2)
        // Without a second thread, a belt of one chunk is emptied as soon as it is filled.
        let isAlone = team.count == 1
        let belt = Belt(chunkCount: isAlone ? 1 : OpenFile.chunksAhead, chunkBytes: chunkBytes)
        var outcome = Result<Int, SystemError>.success(0)
        team.run { number in
            guard number == 0 else {
                while belt.withNext(body) {}
                return
            }
            defer { belt.end() }
            do throws(SystemError) {
                outcome = .success(
                    try copy(to: other, limitBytes: limitBytes, on: belt) {
                        if isAlone { _ = belt.withNext(body) }
                        onChunk()
                    })
            } catch {
                outcome = .failure(error)
            }
        }
        return try outcome.get()
    }

    private func copy(
        to other: borrowing OpenFile, limitBytes: Int, on belt: Belt, onChunk: () -> Void
    ) throws(SystemError) -> Int {
        var copiedBytes = 0
        var begunBytes = 0
        while true {
            let chunk = belt.free()
            chunk.count = try read(into: &chunk.bytes)
            if chunk.count == 0 { return copiedBytes }
            guard copiedBytes + chunk.count <= limitBytes else {
                throw SystemError(call: "read", path: label, errno: EFBIG)
            }
            belt.handOver()
            try chunk.withSpan { (span) throws(SystemError) in try other.writeAll(span) }
            copiedBytes += chunk.count
            if copiedBytes - begunBytes >= OpenFile.writebackBytes {
                // The disk works while the rest is read, so that a sync at the end has little left to wait for.
                sluice_begin_writeback(other.descriptor, Int64(begunBytes), Int64(copiedBytes - begunBytes))
                begunBytes = copiedBytes
            }
            onChunk()
        }
    }

    private static let writebackBytes = 8 << 20
    private static let chunksAhead = 8
}

/// Chunks on their way from the thread that fills them to the one that looks at them, and back to be filled anew.
private final class Belt {
    final class Chunk {
        var bytes: [UInt8]
        var count = 0

        init(bytes: Int) { self.bytes = [UInt8](repeating: 0, count: bytes) }

        /// What was filled.
        func withSpan<Failure: Error>(_ body: (Span<UInt8>) throws(Failure) -> Void) throws(Failure) {
            try unsafe bytes.withUnsafeBufferPointer { (buffer) throws(Failure) in
                try unsafe body(buffer.extracting(0..<count).span)
            }
        }
    }

    private let chunks: [Chunk]
    private let gate = Gate()
    /// Guarded by `gate`: chunks handed over, and looked at, since the beginning.
    private var filled = 0
    private var seen = 0
    private var hasEnded = false

    init(chunkCount: Int, chunkBytes: Int) { chunks = (0..<chunkCount).map { _ in Chunk(bytes: chunkBytes) } }

    /// The next chunk to fill. What it held was looked at.
    func free() -> Chunk {
        gate.guarding {
            while filled - seen == chunks.count { gate.wait() }
            return chunks[filled % chunks.count]
        }
    }

    /// The chunk last got is filled. It must not be written to any more.
    func handOver() {
        gate.guarding {
            filled += 1
            gate.wakeAll()
        }
    }

    /// No more chunks will come.
    func end() {
        gate.guarding {
            hasEnded = true
            gate.wakeAll()
        }
    }

    /// Looks at the next chunk, once there is one; false when there is none any more.
    func withNext(_ body: (Span<UInt8>) -> Void) -> Bool {
        let chunk: Chunk? = gate.guarding {
            while filled == seen, !hasEnded { gate.wait() }
            return filled == seen ? nil : chunks[seen % chunks.count]
        }
        guard let chunk else { return false }
        chunk.withSpan(body)
        gate.guarding {
            seen += 1
            gate.wakeAll()
        }
        return true
    }
}
