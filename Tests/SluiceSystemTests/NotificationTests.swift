import Glibc
import Testing

@testable import SluiceSystem

/// A datagram socket that receives what services send.
private struct Receiver: ~Copyable {
    let file: OpenFile

    init(path: String) throws {
        let number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        file = OpenFile(descriptor: number, label: "a receiver")
        var name = Array(path.utf8)
        if name[0] == UInt8(ascii: "@") { name[0] = 0 }
        let address = [UInt8(AF_UNIX), 0] + name
        let result = unsafe address.withUnsafeBytes { bytes in
            unsafe bind(number, bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(address.count))
        }
        guard result == 0 else { throw SystemError(call: "bind", path: "a receiver", errno: errno) }
    }

    func next() throws -> [UInt8] { try file.readChunk(limitBytes: 1 << 20) }
}

struct SystemNotifierTests {
    @Test(arguments: [false, true])
    func `lines reach the service manager`(isAbstract: Bool) throws {
        let scratch = try ScratchFolder()
        let path = isAbstract ? "@" + scratch.path : scratch.path + "/notify"
        let receiver = try Receiver(path: path)
        let notifier = SystemNotifier(socketPath: path)
        #expect(notifier.isActive)
        #expect(notifier.send("READY=1\nSTATUS=waiting for files"))
        #expect(try receiver.next() == Array("READY=1\nSTATUS=waiting for files".utf8))
    }

    @Test func `without a service manager nothing is sent`() throws {
        let scratch = try ScratchFolder()
        #expect(!SystemNotifier(socketPath: nil).send("READY=1"))
        #expect(!SystemNotifier(socketPath: "relative").isActive)
        #expect(!SystemNotifier(socketPath: scratch.path + "/none").send("READY=1"))
    }

    @Test func `the watchdog watches the process that is meant`() {
        let own = String(ownProcessID())
        func interval(_ microseconds: String?, _ process: String?) -> Int64? {
            SystemNotifier(socketPath: nil, watchdogMicroseconds: microseconds, watchdogProcessID: process)
                .watchdogIntervalMicroseconds
        }
        #expect(interval("30000000", own) == 30_000_000)
        #expect(interval("30000000", nil) == 30_000_000)
        #expect(interval("30000000", "1") == nil)
        #expect(interval("0", own) == nil)
        #expect(interval("soon", own) == nil)
        #expect(interval(nil, own) == nil)
    }
}

struct JournalWriterTests {
    @Test func `an entry is written as the journal expects it`() throws {
        let entry = JournalWriter.encoded([("MESSAGE", "two\nlines"), ("PRIORITY", "6")])
        #expect(entry == Array("MESSAGE\n".utf8) + [9, 0, 0, 0, 0, 0, 0, 0] + Array("two\nlines\nPRIORITY=6\n".utf8))

        let scratch = try ScratchFolder()
        let receiver = try Receiver(path: scratch.path + "/journal")
        let writer = try JournalWriter(path: scratch.path + "/journal")
        #expect(writer.send([("MESSAGE", "two\nlines"), ("PRIORITY", "6")]))
        #expect(try receiver.next() == entry)
    }

    @Test func `an entry too long for a datagram goes as a file`() throws {
        let scratch = try ScratchFolder()
        let receiver = try Receiver(path: scratch.path + "/journal")
        let long = String(repeating: "x", count: 17 << 20)
        #expect(try JournalWriter(path: scratch.path + "/journal").send([("MESSAGE", long)]))
        #expect(try receiver.next() == [])
    }

    @Test func `without a journal nothing is sent`() throws {
        let scratch = try ScratchFolder()
        #expect(try !JournalWriter(path: scratch.path + "/journal").send([("MESSAGE", "text")]))
    }

    @Test func `a field the journal would drop is our mistake`() async {
        await #expect(processExitsWith: .failure) { _ = JournalWriter.encoded([("_TRUSTED", "1")]) }
        await #expect(processExitsWith: .failure) { _ = JournalWriter.encoded([("message", "1")]) }
    }
}
