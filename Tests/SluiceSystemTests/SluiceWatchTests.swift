import Glibc
import SluiceSystem
import Testing

private let canBuild =
    unsafe access("/usr/bin/cc", X_OK) == 0 && access("/usr/include/inotifytools/inotifytools.h", R_OK) == 0

/// The real program, built here by the C compiler.
@Suite(.enabled(if: canBuild, "cc and libinotifytools0-dev are installed"))
struct SluiceWatchTests {
    private static let script: String = {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/" + root + "/Sources/sluice-watch/build.sh"
    }()

    /// A running watcher of folders below its scratch folder.
    private struct Watcher: ~Copyable {
        let scratch: ScratchFolder
        let child: ChildProcess
        private var input: OpenFile?
        private let output: OpenFile
        private var parser = WatchFrameParser()
        private var pending: [WatchFrame] = []

        private init(
            scratch: consuming ScratchFolder, child: ChildProcess, input: consuming OpenFile, output: consuming OpenFile
        ) {
            self.scratch = scratch
            self.child = child
            self.input = consume input
            self.output = output
        }

        init(_ folders: [String], prepare: (borrowing Folder) throws -> Void = { _ in }) throws {
            let scratch = try ScratchFolder()
            try prepare(scratch.folder)
            let base = scratch.path
            let build = try ChildProcess.spawn(
                path: SluiceWatchTests.script, arguments: [base + "/sluice-watch"],
                environment: ["PATH": "/usr/bin:/bin"])
            guard try build.wait() == .exited(0) else {
                throw SystemError(call: "cc", path: SluiceWatchTests.script, errno: ENOEXEC)
            }
            var inputPipe = try Pipe(label: "the watcher's input"), outputPipe = try Pipe(label: "the watcher's output")
            let childInput = inputPipe.takeReadEnd(), childOutput = outputPipe.takeWriteEnd()
            let child = try ChildProcess.spawn(
                path: base + "/sluice-watch", arguments: folders.map { base + "/" + $0 },
                descriptors: [(child: 0, parent: childInput.descriptor), (child: 1, parent: childOutput.descriptor)])
            self.init(
                scratch: scratch, child: child, input: inputPipe.takeWriteEnd(), output: outputPipe.takeReadEnd())
        }

        /// The next frame; `nil` once the watcher has closed its output. Traps after ten silent seconds, in which a
        /// working watcher sends ten heartbeats.
        mutating func next() throws -> WatchFrame? {
            while pending.isEmpty {
                guard try !waitReadable([output.descriptor], timeoutMilliseconds: 10_000).isEmpty else {
                    throw SystemError(call: "poll", path: "the watcher's output", errno: ETIMEDOUT)
                }
                let bytes = try output.readChunk(limitBytes: 1 << 16)
                if bytes.isEmpty { return nil }
                pending = try parser.push(bytes)
            }
            return pending.removeFirst()
        }

        /// Reads on to the first frame that fits; the watcher's end is an error.
        @discardableResult
        mutating func next(where fits: (WatchFrame) -> Bool) throws -> WatchFrame {
            while let frame = try next() {
                if fits(frame) { return frame }
            }
            throw SystemError(call: "read", path: "the watcher's output", errno: EPIPE)
        }

        /// The frames up to the first heartbeat, without it.
        mutating func start() throws -> [WatchFrame] {
            var frames: [WatchFrame] = []
            while let frame = try next(), frame != .heartbeat { frames.append(frame) }
            return frames
        }

        mutating func closeInput() { input = nil }
    }

    private static func twoFolders(_ folder: borrowing Folder) throws {
        _ = try folder.subfolder("a", create: true)
        _ = try folder.subfolder("b", create: true)
    }

    @Test func `a new file is told with its folder and its bytes`() throws {
        var watcher = try Watcher(["a", "b"], prepare: Self.twoFolders)
        guard case .limits(let queued, let watches, let instances)? = try watcher.start().first else {
            Issue.record("no limits")
            return
        }
        #expect(queued > 0 && watches > 0 && instances > 0)

        let folder = try watcher.scratch.folder.subfolder("b")
        let name = try #require(FileName([0xFF, 0x0A, 0x20]))
        do { _ = try folder.createFile(name) }
        try watcher.next { $0 == .event(folderIndex: 1, mask: 0x100, cookie: 0, name: name) }
        try watcher.next { $0 == .event(folderIndex: 1, mask: 0x8, cookie: 0, name: name) }
    }

    @Test func `both halves of a rename between folders carry one cookie`() throws {
        var watcher = try Watcher(["a", "b"], prepare: Self.twoFolders)
        _ = try watcher.start()
        let from = try watcher.scratch.folder.subfolder("a"), to = try watcher.scratch.folder.subfolder("b")
        do { _ = try from.createFile("file") }
        try from.rename("file", to: to, as: "file")
        guard case .event(0, 0x40, let left, "file") = try watcher.next(where: { $0.mask == 0x40 }),
            case .event(1, 0x80, let arrived, "file") = try watcher.next(where: { $0.mask == 0x80 })
        else {
            Issue.record("no rename")
            return
        }
        #expect(left == arrived && left != 0)
    }

    @Test func `a folder that cannot be watched is named, and the others are watched`() throws {
        var watcher = try Watcher(["missing", "link", "file", "a", "a/"]) { folder in
            _ = try folder.subfolder("a", create: true)
            try folder.createSymlink(target: "a", "link")
            try folder.writeAtomically("file", [])
        }
        #expect(
            try watcher.start().dropFirst() == [
                .failure(folderIndex: 0, errno: ENOENT), .failure(folderIndex: 1, errno: ELOOP),
                .failure(folderIndex: 2, errno: ENOTDIR), .failure(folderIndex: 4, errno: EEXIST),
            ])
        do { _ = try watcher.scratch.folder.subfolder("a").createFile("file") }
        try watcher.next { $0 == .event(folderIndex: 3, mask: 0x8, cookie: 0, name: "file") }
    }

    @Test func `the end of a folder is told, and the others are watched on`() throws {
        var watcher = try Watcher(["a", "b"], prepare: Self.twoFolders)
        _ = try watcher.start()
        try watcher.scratch.folder.removeFolder("a")
        try watcher.next { $0 == .ignored(folderIndex: 0) }
        do { _ = try watcher.scratch.folder.subfolder("b").createFile("file") }
        try watcher.next { $0 == .event(folderIndex: 1, mask: 0x8, cookie: 0, name: "file") }
    }

    @Test func `an idle watcher goes on beating`() throws {
        var watcher = try Watcher(["a"], prepare: Self.twoFolders)
        _ = try watcher.start()
        #expect(try watcher.next() == .heartbeat)
    }

    @Test func `events that the kernel could not keep are told as an overflow`() throws {
        var watcher = try Watcher(["a"], prepare: Self.twoFolders)
        guard case .limits(let queued, _, _)? = try watcher.start().first, queued <= 1 << 16 else {
            try Test.cancel("the kernel's queue is too long to fill")
        }
        let folder = try watcher.scratch.folder.subfolder("a")
        watcher.child.signal(SIGSTOP)
        // Each file makes two events, of which the queue has no room for half.
        for number in 0..<queued { _ = try folder.createFile(FileName(stringLiteral: "file \(number)")) }
        watcher.child.signal(SIGCONT)
        try watcher.next { $0 == .overflow }
        do { _ = try folder.createFile("last") }
        try watcher.next { $0 == .event(folderIndex: 0, mask: 0x8, cookie: 0, name: "last") }
    }

    @Test func `the watcher ends when its input is closed`() throws {
        var watcher = try Watcher(["a"], prepare: Self.twoFolders)
        _ = try watcher.start()
        watcher.closeInput()
        #expect(try watcher.child.wait() == .exited(0))
    }

    @Test func `the watcher has given up its privileges before its first heartbeat`() throws {
        var watcher = try Watcher(["a"], prepare: Self.twoFolders)
        _ = try watcher.start()
        let status = String(
            decoding: try readSmallFile("/proc/\(watcher.child.pid)/status", limitBytes: 1 << 16), as: UTF8.self)
        #expect(status.contains("NoNewPrivs:\t1\n"))
    }

    @Test func `a watcher that is called wrongly says so`() throws {
        var watcher = try Watcher([])
        #expect(try watcher.next() == nil)
        #expect(try watcher.child.wait() == .exited(64))
    }
}

extension WatchFrame {
    fileprivate var mask: UInt32? {
        if case .event(_, let mask, _, _) = self { mask } else { nil }
    }
}
