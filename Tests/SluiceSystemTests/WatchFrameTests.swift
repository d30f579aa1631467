import Testing

@testable import SluiceSystem

struct WatchFrameTests {
    private func frame(
        kind: UInt8, folder: UInt8 = 0, mask: UInt8 = 0, cookie: UInt8 = 0, name: [UInt8] = []
    ) -> [UInt8] {
        let length = 11 + name.count
        return [UInt8(length & 0xFF), UInt8(length >> 8), 0, 0, kind, folder, 0, mask, 0, 0, 0, cookie, 0, 0, 0] + name
    }

    @Test func `frames are cut out of the bytes wherever these are split`() throws {
        let bytes =
            frame(kind: 6, name: [0, 64, 0, 0, 0, 0, 1, 0, 128, 0, 0, 0])
            + frame(kind: 7, folder: 2, mask: 28) + frame(kind: 5)
            + frame(kind: 1, folder: 1, mask: 8, cookie: 7, name: [0xFF, 0x0A]) + frame(kind: 1, mask: 4)
            + frame(kind: 2) + frame(kind: 3, folder: 1) + frame(kind: 4)
            + frame(kind: 1, mask: 8, name: Array(repeating: 0x61, count: 255))
        let frames: [WatchFrame] = [
            .limits(queuedEvents: 16384, watches: 65536, instances: 128),
            .failure(folderIndex: 2, errno: 28), .heartbeat,
            .event(folderIndex: 1, mask: 8, cookie: 7, name: FileName([0xFF, 0x0A])),
            .event(folderIndex: 0, mask: 4, cookie: 0, name: nil),
            .overflow, .ignored(folderIndex: 1), .unmounted(folderIndex: 0),
            .event(folderIndex: 0, mask: 8, cookie: 0, name: FileName(Array(repeating: 0x61, count: 255))),
        ]
        for size in [1, 2, 3, 7, 15, 16, 64, bytes.count] {
            var parser = WatchFrameParser()
            var found: [WatchFrame] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                found += try parser.push(Array(bytes[start..<min(start + size, bytes.count)]))
            }
            #expect(found == frames)
        }
    }

    @Test(
        arguments: [
            [10, 0, 0, 0], [11, 1, 0, 0] + Array(repeating: 0, count: 300), [0xFF, 0xFF, 0xFF, 0xFF],
        ] as [[UInt8]])
    func `a length that no frame has ends the parsing`(bytes: [UInt8]) {
        var parser = WatchFrameParser()
        #expect(throws: WatchFrameError(byteOffset: 15)) { try parser.push(frame(kind: 5) + bytes) }
    }

    @Test func `a frame that means nothing ends the parsing`() {
        let broken = [
            frame(kind: 0), frame(kind: 8), frame(kind: 1, name: [0x2F]), frame(kind: 1, name: [0x2E]),
            frame(kind: 5, name: [1]), frame(kind: 6), frame(kind: 6, name: [1, 2]),
        ]
        for bytes in broken {
            var parser = WatchFrameParser()
            #expect(throws: WatchFrameError(byteOffset: 0)) { try parser.push(bytes) }
        }
    }
}
