import Glibc
import SluiceSystem
import Synchronization
import Testing

struct ChildProcessTests {
    @Test(arguments: [
        ("exit 0", SluiceSystem.ExitStatus.exited(0)), ("exit 7", .exited(7)), ("kill -TERM $$", .signalled(SIGTERM)),
    ])
    func `the way a program ended is told, each time the same`(script: String, end: SluiceSystem.ExitStatus) throws {
        let child = try ChildProcess.spawn(path: "/bin/sh", arguments: ["-c", script])
        #expect(try child.wait() == end)
        #expect(try child.wait(timeoutMilliseconds: 0) == end)
        #expect(child.processorMilliseconds != nil)
    }

    @Test func `a program that is not there is an error at once`() throws {
        #expect(systemError { _ = try ChildProcess.spawn(path: "/nonexistent") }?.errno == ENOENT)
    }

    @Test func `a program that still runs is waited for no longer than asked, and can be killed`() throws {
        var pipe = try Pipe(label: "a test's pipe")
        let input = pipe.takeReadEnd()
        let child = try ChildProcess.spawn(path: "/bin/cat", descriptors: [(child: 0, parent: input.descriptor)])
        #expect(try child.wait(timeoutMilliseconds: 0) == nil)
        #expect(child.processorMilliseconds == nil)
        #expect(try #require(child.peakMemoryKiB()) > 0)
        child.kill()
        #expect(try child.wait() == .signalled(SIGKILL))
        child.kill()
    }

    @Test func `killing a program ends what it started too`() throws {
        var pipe = try Pipe(label: "a test's pipe")
        let reading = pipe.takeReadEnd()
        let child: ChildProcess
        do {
            let writing = pipe.takeWriteEnd()
            child = try ChildProcess.spawn(
                path: "/bin/sh", arguments: ["-c", "sleep 1000 & echo started; wait"],
                environment: ["PATH": "/usr/bin:/bin"], descriptors: [(child: 1, parent: writing.descriptor)])
        }
        #expect(try reading.readChunk(limitBytes: 100) == Array("started\n".utf8))
        child.kill()
        // The end comes only when nobody holds the other side: not the shell, nor its sleep.
        #expect(try reading.readChunk(limitBytes: 100) == [])
    }

    @Test func `letting go of a program that runs ends it`() throws {
        var pipe = try Pipe(label: "a test's pipe"), silent = try Pipe(label: "a test's pipe")
        let reading = pipe.takeReadEnd(), input = silent.takeReadEnd()
        do {
            let writing = pipe.takeWriteEnd()
            _ = try ChildProcess.spawn(
                path: "/bin/cat",
                descriptors: [(child: 0, parent: input.descriptor), (child: 1, parent: writing.descriptor)])
        }
        #expect(try reading.readChunk(limitBytes: 1) == [])
    }

    @Test func `a program has the descriptors it was given and no others`() throws {
        // Open across exec on purpose.
        let leaked = unsafe open("/dev/null", O_RDONLY)
        defer { close(leaked) }
        let list = "for f in /proc/self/fd/*; do [ -e $f ] && echo ${f##*/}; done; true"
        let numbers = try output(
            of: "/bin/sh", ["-c", list], descriptors: [(child: 5, parent: leaked)]
        ).split(separator: "\n")
        #expect(numbers == ["0", "1", "2", "5"])
    }

    @Test func `descriptors whose numbers cross arrive where they belong`() throws {
        let scratch = try ScratchFolder()
        try scratch.write("one", "1")
        try scratch.write("two", "2")
        let one = try scratch.folder.openForReading("one"), two = try scratch.folder.openForReading("two")
        let script = "cat /proc/self/fd/\(one.descriptor) /proc/self/fd/\(two.descriptor)"
        let text = try output(
            of: "/bin/sh", ["-c", script], environment: ["PATH": "/usr/bin:/bin"],
            descriptors: [
                (child: one.descriptor, parent: two.descriptor), (child: two.descriptor, parent: one.descriptor),
            ])
        #expect(text == "21")
    }

    @Test func `a program has the environment it was given and a neutral folder`() throws {
        #expect(try output(of: "/usr/bin/env", [], environment: ["B": "2", "A": "1"]) == "A=1\nB=2\n")
        #expect(try output(of: "/bin/pwd", []) == "/\n")
    }

    @Test func `a program's signals are as if nobody had touched them`() throws {
        signal(SIGPIPE, SIG_IGN)
        let shown = try output(of: "/bin/cat", ["/proc/self/status"])
        func mask(_ name: String) throws -> UInt64 {
            let line = try #require(shown.split(separator: "\n").first { $0.hasPrefix(name + ":\t") })
            // Signals 32 and 33 are the C library's own, which it passes on as they are.
            return try #require(UInt64(line.dropFirst(name.utf8.count + 2), radix: 16)) & ~(3 << 31)
        }
        #expect(try mask("SigIgn") == 0)
        #expect(try mask("SigBlk") == 0)
    }

    @Test func `many threads may start and await programs at once`() async throws {
        try await withThrowingTaskGroup(of: SluiceSystem.ExitStatus?.self) { group in
            for number in 0..<16 {
                group.addTask {
                    try ChildProcess.spawn(path: "/bin/sh", arguments: ["-c", "exit \(number)"]).wait()
                }
            }
            var ends: Set<SluiceSystem.ExitStatus?> = []
            for try await end in group { ends.insert(end) }
            #expect(ends == Set((0..<16).map { .exited($0) }))
        }
    }

    @Test(.enabled(if: unsafe access("/usr/bin/setpriv", X_OK) == 0, "setpriv sets the parent-death signal here"))
    func `a program that dies with its parent outlives the thread that started it`() throws {
        var input = try Pipe(label: "input"), output = try Pipe(label: "output")
        let childInput = input.takeReadEnd(), childOutput = output.takeWriteEnd()
        let writing = input.takeWriteEnd(), reading = output.takeReadEnd()
        let started = Starter(descriptors: [
            (child: 0, parent: childInput.descriptor), (child: 1, parent: childOutput.descriptor),
        ])
        var thread = pthread_t()
        let argument = unsafe Unmanaged.passRetained(started).toOpaque()
        let result = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let starter = unsafe Unmanaged<Starter>.fromOpaque(argument).takeRetainedValue()
                starter.start()
                return nil
            }, argument)
        #expect(result == 0)
        pthread_join(thread, nil)

        let child = try #require(started.child.withLock { $0 })
        try writing.writeAll(Array("alive".utf8))
        let ready = try waitReadable([reading.descriptor, child.descriptor])
        #expect(ready == [reading.descriptor])
        child.kill()
    }

    /// Starts a program on a thread that ends at once.
    private final class Starter: Sendable {
        let descriptors: [(child: Int32, parent: Int32)]
        let child = Mutex<ChildProcess?>(nil)

        init(descriptors: [(child: Int32, parent: Int32)]) { self.descriptors = descriptors }

        func start() {
            let started = try? ChildProcess.spawn(
                path: "/usr/bin/setpriv", arguments: ["--pdeathsig", "KILL", "/bin/cat"], descriptors: descriptors)
            child.withLock { $0 = started }
        }
    }
}
