import SluiceSystem
import Testing

struct PollingTests {
    @Test func `only descriptors with something to read are returned`() throws {
        var full = try Pipe(label: "full"), empty = try Pipe(label: "empty"), ended = try Pipe(label: "ended")
        let fullEnd = full.takeReadEnd(), emptyEnd = empty.takeReadEnd(), endedEnd = ended.takeReadEnd()
        let writing = full.takeWriteEnd()
        try writing.writeAll([1])
        _ = ended.takeWriteEnd()

        let wanted = [emptyEnd.descriptor, endedEnd.descriptor, fullEnd.descriptor]
        #expect(try waitReadable(wanted) == [endedEnd.descriptor, fullEnd.descriptor])
        #expect(try waitReadable([emptyEnd.descriptor], timeoutMilliseconds: 0) == [])
        #expect(try waitReadable([], timeoutMilliseconds: 0) == [])
    }

    @Test func `a wake-up lasts until it is drained, however often it was signalled`() throws {
        let wakeup = try Wakeup()
        #expect(try waitReadable([wakeup.descriptor], timeoutMilliseconds: 0) == [])
        wakeup.signal()
        wakeup.signal()
        #expect(try waitReadable([wakeup.descriptor]) == [wakeup.descriptor])
        #expect(wakeup.drain())
        #expect(!wakeup.drain())
        #expect(try waitReadable([wakeup.descriptor], timeoutMilliseconds: 0) == [])
    }
}
