import SluiceSystem
import Testing

struct FileLockTests {
    /// Whether the lock was free: it is taken and released.
    private func isFree(_ path: String) throws -> Bool {
        switch try FileLock.tryLock(path) {
        case .some: true
        case .none: false
        }
    }

    @Test func `a lock excludes others until it is released`() throws {
        let scratch = try ScratchFolder()
        let path = scratch.path + "/lock"
        do {
            let lock = try FileLock.tryLock(path)
            #expect(try !isFree(path))
            #expect(FileLock.holder(path) == ownProcessID())
            _ = consume lock
        }
        #expect(try isFree(path))
        #expect(try isFree(path))
    }

    @Test func `a child does not keep its parent's lock`() throws {
        let scratch = try ScratchFolder()
        let path = scratch.path + "/lock"
        var pipe = try Pipe(label: "a test's pipe")
        let input = pipe.takeReadEnd()
        let child: ChildProcess
        do {
            let lock = try FileLock.tryLock(path)
            child = try ChildProcess.spawn(path: "/bin/cat", descriptors: [(child: 0, parent: input.descriptor)])
            #expect(try !isFree(path))
            _ = consume lock
        }
        #expect(try isFree(path))
        child.kill()
    }

    @Test func `a lock without a file has no holder`() throws {
        let scratch = try ScratchFolder()
        #expect(FileLock.holder(scratch.path + "/lock") == nil)
    }
}
