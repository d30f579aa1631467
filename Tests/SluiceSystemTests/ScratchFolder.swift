import Glibc
import SluiceSystem

/// A folder of its own below /tmp, removed with everything in it when the value goes out of scope.
struct ScratchFolder: ~Copyable {
    let path: String
    let folder: Folder

    init() throws {
        let digits = try randomBytes(count: 8).map { String($0, radix: 16) }.joined(separator: "-")
        let path = "/tmp/sluice-test-\(digits)"
        let folder = try Folder.createIfMissing(path: path, mode: 0o700)
        self.init(path: path, folder: folder)
    }

    private init(path: String, folder: consuming Folder) {
        self.path = path
        self.folder = folder
    }

    deinit {
        _ = try? ChildProcess.spawn(path: "/bin/rm", arguments: ["-rf", "--", path]).wait()
    }

    func write(_ name: FileName, _ text: String = "x") throws {
        try folder.writeAtomically(name, Array(text.utf8))
    }

    func text(_ name: FileName) throws -> String {
        String(decoding: try folder.openForReading(name).readToEnd(limitBytes: 1 << 20), as: UTF8.self)
    }
}

/// The error that a call throws, or `nil`; for expectations about its number.
func systemError(_ body: () throws -> Void) -> SystemError? {
    do {
        try body()
        return nil
    } catch {
        return error as? SystemError
    }
}

/// Runs a program to its end and returns what it wrote to standard output.
func output(
    of path: String, _ arguments: [String], environment: [String: String] = [:],
    descriptors: [(child: Int32, parent: Int32)] = []
) throws -> String {
    var pipe = try Pipe(label: "a test's pipe")
    let reading = pipe.takeReadEnd()
    let child: ChildProcess
    do {
        let writing = pipe.takeWriteEnd()
        child = try ChildProcess.spawn(
            path: path, arguments: arguments, environment: environment,
            descriptors: descriptors + [(child: 1, parent: writing.descriptor)])
    }
    let bytes = try reading.readToEnd(limitBytes: 1 << 20)
    try child.wait()
    return String(decoding: bytes, as: UTF8.self)
}
