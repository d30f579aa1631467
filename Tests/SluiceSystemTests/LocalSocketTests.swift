import Glibc
import SluiceSystem
import Testing

struct LocalSocketTests {
    /// Calls `body` with both ends of a connection.
    private func withConnection(
        _ body: (_ client: borrowing UnixConnection, _ server: borrowing UnixConnection) throws -> Void
    ) throws {
        let scratch = try ScratchFolder()
        let listener = try UnixListener.listen(path: scratch.path + "/control")
        let client = try UnixConnection.connect(path: scratch.path + "/control")
        guard let server = try listener.accept() else {
            Issue.record("nobody has connected")
            return
        }
        try body(client, server)
    }

    @Test func `messages go both ways and keep their bounds`() throws {
        try withConnection { client, server in
            try client.send(Array("status".utf8))
            try client.send([])
            #expect(try server.receive(limitBytes: 6)?.bytes == Array("status".utf8))
            #expect(try server.receive(limitBytes: 6)?.bytes == [])
            try server.send(Array("fine".utf8))
            guard let answer = try client.receive(limitBytes: 100) else {
                Issue.record("no answer")
                return
            }
            let bytes = answer.bytes
            #expect(bytes == Array("fine".utf8))
            let hasAttachment = answer.hasAttachment
            #expect(!hasAttachment)
        }
    }

    @Test func `the kernel says who has connected`() throws {
        try withConnection { client, server in
            let own = PeerIdentity(
                userID: ownIdentity().userID, groupID: ownIdentity().groupID, processID: ownProcessID())
            let client = try client.peer(), server = try server.peer()
            #expect(server == own)
            #expect(client == own)
        }
    }

    @Test func `an open file travels with a message`() throws {
        let scratch = try ScratchFolder()
        try scratch.write("file", "content")
        try withConnection { client, server in
            let sent = try scratch.folder.openForReading("file")
            try client.send([1], attaching: sent.descriptor)
            guard var message = try server.receive(limitBytes: 1), let file = message.takeAttachment() else {
                Issue.record("no attachment")
                return
            }
            #expect(file.descriptor != sent.descriptor)
            #expect(try file.readToEnd(limitBytes: 100) == Array("content".utf8))
            let hasAttachment = message.hasAttachment
            #expect(!hasAttachment)
        }
    }

    @Test func `a message over the limit is refused before it is read`() throws {
        try withConnection { client, server in
            try client.send([1, 2, 3])
            #expect(systemError { _ = try server.receive(limitBytes: 2) }?.errno == EMSGSIZE)
        }
    }

    @Test func `silence ends with the time allowed`() throws {
        try withConnection { client, server in
            #expect(systemError { _ = try server.receive(limitBytes: 2, timeoutMilliseconds: 0) }?.errno == ETIMEDOUT)
            _ = client.descriptor
        }
    }

    @Test func `a peer that does not read does not hold the sender for ever`() throws {
        try withConnection { client, server in
            let long = [UInt8](repeating: 0, count: 8 << 20)
            #expect(systemError { try client.send(long, timeoutMilliseconds: 0) }?.errno == ETIMEDOUT)
            _ = server.descriptor
        }
    }

    @Test func `the end of a connection is no message, and one inside a message is an error`() throws {
        let scratch = try ScratchFolder()
        let path = scratch.path + "/control"
        let listener = try UnixListener.listen(path: path)
        for (sent, isError) in [([], false), ([4, 0], true), ([4, 0, 0, 0, 1, 2], true)] as [([UInt8], Bool)] {
            do {
                let client = try UnixConnection.connect(path: path)
                let count = unsafe write(client.descriptor, sent, sent.count)
                #expect(count == sent.count)
            }
            guard let server = try listener.accept() else {
                Issue.record("nobody has connected")
                return
            }
            var isMissing = false
            let error = systemError {
                let message = try server.receive(limitBytes: 10)
                isMissing = message == nil
            }
            #expect(error?.errno == (isError ? ECONNRESET : nil))
            #expect(isMissing == !isError)
        }
    }

    @Test func `sending to a peer that has gone is an error and no signal`() throws {
        let scratch = try ScratchFolder()
        let listener = try UnixListener.listen(path: scratch.path + "/control")
        let client = try UnixConnection.connect(path: scratch.path + "/control")
        do { _ = try listener.accept() }
        #expect(systemError { try client.send([1]) }?.errno == EPIPE)
    }

    @Test func `a socket that a crash left behind is replaced, a live one is not`() throws {
        let scratch = try ScratchFolder()
        let path = scratch.path + "/control"
        do { _ = try UnixListener.listen(path: path) }
        #expect(try scratch.folder.status("control")?.kind == .socket)
        #expect(systemError { _ = try UnixConnection.connect(path: path) }?.errno == ECONNREFUSED)
        let listener = try UnixListener.listen(path: path)
        #expect(systemError { _ = try UnixListener.listen(path: path) }?.errno == EADDRINUSE)
        _ = listener.descriptor
    }

    @Test func `whatever else stands in the socket's place stays there`() throws {
        let scratch = try ScratchFolder()
        try scratch.write("control", "kept")
        #expect(systemError { _ = try UnixListener.listen(path: scratch.path + "/control") }?.errno == EEXIST)
        #expect(try scratch.text("control") == "kept")
    }

    @Test func `a path longer than an address works too`() throws {
        let scratch = try ScratchFolder()
        let path = scratch.path + "/" + String(repeating: "long", count: 40)
        _ = try Folder.createIfMissing(path: path)
        let listener = try UnixListener.listen(path: path + "/control", mode: 0o600)
        let client = try UnixConnection.connect(path: path + "/control")
        try client.send([1])
        #expect(try listener.accept()?.receive(limitBytes: 1)?.bytes == [1])
    }
}
