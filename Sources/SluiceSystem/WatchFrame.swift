/// One frame of `sluice-watch`: a hint that a folder may have changed. The folder's listing decides what has.
package enum WatchFrame: Hashable, Sendable {
    /// Something happened in a folder, by its place among the program's arguments, from 0. `name` is missing when the
    /// folder itself is meant; `mask` and `cookie` are those of inotify(7).
    case event(folderIndex: Int, mask: UInt32, cookie: UInt32, name: FileName?)
    /// The kernel's queue was full and events are lost: every folder may have changed.
    case overflow
    /// The watch of a folder is gone for good. Only a new `sluice-watch` can bring it back.
    case ignored(folderIndex: Int)
    /// The folder's file system was unmounted, and its watch is gone.
    case unmounted(folderIndex: Int)
    /// Sent every second. The first one follows the attempts to watch every folder.
    case heartbeat
    /// The kernel's limits for this user; 0 where it does not tell.
    case limits(queuedEvents: Int, watches: Int, instances: Int)
    /// A folder cannot be watched; it has to be scanned by the clock.
    case failure(folderIndex: Int, errno: Int32)
}

/// The watcher sent something that is no frame: it is broken and has to be started anew.
package struct WatchFrameError: Error, Hashable, Sendable {
    /// Where the frame begins, from the first byte the watcher sent.
    package var byteOffset: Int
}

/// Cuts the bytes of `sluice-watch` into frames.
///
/// A frame: length of what follows (32 bits), kind (8), folder index (16), mask (32), cookie (32), and a name of 0 to
/// 255 bytes; numbers with their least significant byte first.
package struct WatchFrameParser: Sendable {
    private var pending: [UInt8] = []
    private var consumedBytes = 0

    package init() {}

    /// Takes the next bytes, cut anywhere, and returns the frames that are complete now.
    ///
    /// At most one unfinished frame is kept, 270 bytes.
    package mutating func push(_ bytes: [UInt8]) throws(WatchFrameError) -> [WatchFrame] {
        pending += bytes
        var frames: [WatchFrame] = []
        var start = 0
        while pending.count - start >= 4 {
            let length = Int(number(at: start))
            guard (11...11 + 255).contains(length) else { throw WatchFrameError(byteOffset: consumedBytes + start) }
            guard pending.count - start >= 4 + length else { break }
            guard let frame = frame(at: start + 4, length: length) else {
                throw WatchFrameError(byteOffset: consumedBytes + start)
            }
            frames.append(frame)
            start += 4 + length
        }
        pending.removeFirst(start)
        consumedBytes += start
        return frames
    }

    private func frame(at start: Int, length: Int) -> WatchFrame? {
        let folderIndex = Int(pending[start + 1]) | Int(pending[start + 2]) << 8
        let (mask, cookie) = (number(at: start + 3), number(at: start + 7))
        let payload = Array(pending[(start + 11)..<(start + length)])
        if pending[start] != 1, pending[start] != 6, !payload.isEmpty { return nil }
        switch pending[start] {
        case 1:
            let name = FileName(payload)
            guard name != nil || payload.isEmpty else { return nil }
            return .event(folderIndex: folderIndex, mask: mask, cookie: cookie, name: name)
        case 2: return .overflow
        case 3: return .ignored(folderIndex: folderIndex)
        case 4: return .unmounted(folderIndex: folderIndex)
        case 5: return .heartbeat
        case 6:
            guard payload.count == 12 else { return nil }
            return .limits(
                queuedEvents: Int(number(at: start + 11)), watches: Int(number(at: start + 15)),
                instances: Int(number(at: start + 19)))
        case 7: return .failure(folderIndex: folderIndex, errno: Int32(truncatingIfNeeded: mask))
        default: return nil
        }
    }

    private func number(at index: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(pending[index + $1]) << UInt32($1 * 8) }
    }
}
