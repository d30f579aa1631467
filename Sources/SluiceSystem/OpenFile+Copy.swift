import CSluiceLinux
import Glibc

extension OpenFile {
    /// Copies from here to the end of this file into another, which is empty and open for reading too, and returns how
    /// many bytes there were.
    ///
    /// - Parameters:
    ///   - onStep: called now and then, on this thread.
    ///   - body: sees the copy's bytes in order, say to hash them, chunk by chunk on another thread while the next ones
    ///     are copied.
    /// - Throws: `EFBIG` when there are more than `limitBytes`; what was copied by then stays. `ENOSPC` at once where
    ///   there is no room.
    package func copy(
        to other: borrowing OpenFile, limitBytes: Int, chunkBytes: Int = 1 << 18, onStep: () -> Void = {},
        _ body: (Span<UInt8>) -> Void
    ) throws(SystemError) -> Int {
        try checked(
            sluice_reserve(other.descriptor, Int64(min(try status().sizeBytes, limitBytes))), "fallocate", label)
        let progress = CopyProgress()
        let team = ThreadTeam(count: 3)
        var copied = Result<Int, SystemError>.success(0)
        var seen = Result<Void, SystemError>.success(())
        team.run { number in
            switch number {
            case 0:
                defer { progress.end() }
                copied = OpenFile.result { () throws(SystemError) in
                    try copy(to: other, limitBytes: limitBytes, progress, onStep: onStep)
                }
            case 1:
                seen = OpenFile.result { () throws(SystemError) in
                    try other.follow(progress, chunkBytes: chunkBytes, body)
                }
            default: other.writeBack(progress)
            }
        }
        let count = try copied.get()
        // Where there are no other threads, one after the other.
        if team.count == 1 { try other.follow(progress, chunkBytes: chunkBytes, body) }
        try seen.get()
        return count
    }

    private static func result<Value>(_ body: () throws(SystemError) -> Value) -> Result<Value, SystemError> {
        do throws(SystemError) { return .success(try body()) } catch { return .failure(error) }
    }

    private func copy(
        to other: borrowing OpenFile, limitBytes: Int, _ progress: CopyProgress, onStep: () -> Void
    ) throws(SystemError) -> Int {
        var copiedBytes = 0
        var isInKernel = true
        var buffer: [UInt8] = []
        while true {
            // One byte more than the limit is not copied, but looked for.
            let room = limitBytes - copiedBytes
            var count = 0
            if isInKernel, room > 0 {
                count = sluice_copy_range(descriptor, other.descriptor, min(room, OpenFile.stepBytes))
            }
            if count <= 0 {
                // At the end, at the limit, or two file systems that only a program can copy between.
                isInKernel = isInKernel && count == 0 && copiedBytes > 0
                if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: OpenFile.bufferBytes) }
                count = try read(into: &buffer)
                if count == 0 { return copiedBytes }
                guard count <= room else { throw SystemError(call: "read", path: label, errno: EFBIG) }
                try other.writeAll(buffer.span.extracting(0..<count))
            }
            copiedBytes += count
            progress.advance(to: copiedBytes)
            onStep()
        }
    }

    /// Reads what another thread writes, from its start, as far as it has got.
    private func follow(
        _ progress: CopyProgress, chunkBytes: Int, _ body: (Span<UInt8>) -> Void
    ) throws(SystemError) {
        var buffer = [UInt8](repeating: 0, count: chunkBytes)
        var seenBytes = 0
        while true {
            let limit = progress.wait(beyond: seenBytes)
            if limit == seenBytes { return }
            while seenBytes < limit {
                let count = try checked(
                    unsafe sluice_read_at(
                        descriptor, &buffer, min(chunkBytes, limit - seenBytes), Int64(seenBytes)), "read", label)
                guard count > 0 else { throw SystemError(call: "read", path: label, errno: EIO) }
                body(buffer.span.extracting(0..<count))
                seenBytes += count
            }
        }
    }

    /// Has the disk work while the rest is copied, so that a sync at the end has little left to wait for. Where the
    /// disk is slower than the copy, this thread waits for it and the copy does not.
    private func writeBack(_ progress: CopyProgress) {
        var begunBytes = 0
        while true {
            let limit = progress.wait(beyond: begunBytes)
            if progress.isOver { return }
            let count = min(limit - begunBytes, OpenFile.stepBytes)
            sluice_begin_writeback(descriptor, Int64(begunBytes), Int64(count))
            begunBytes += count
        }
    }

    private static let stepBytes = 8 << 20
    private static let bufferBytes = 1 << 20
}

/// How far a copy has got.
private final class CopyProgress {
    private let gate = Gate()
    /// Guarded by `gate`.
    private var copiedBytes = 0
    private var hasEnded = false

    func advance(to bytes: Int) {
        gate.guarding {
            copiedBytes = bytes
            gate.wakeAll()
        }
    }

    func end() {
        gate.guarding {
            hasEnded = true
            gate.wakeAll()
        }
    }

    /// No more bytes will come.
    var isOver: Bool { gate.guarding { hasEnded } }

    /// Waits until more bytes than `seen` are there, or until no more will come; returns how many are there.
    func wait(beyond seen: Int) -> Int {
        gate.guarding {
            while copiedBytes == seen, !hasEnded { gate.wait() }
            return copiedBytes
        }
    }
}
