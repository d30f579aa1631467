import Glibc
import SluiceSystem
import Testing

/// Each test runs in a process of its own, which ends with 0 when all was refused and otherwise with the number of the
/// step that was not.
struct ConfinementTests {
    /// Confines the process. Root is not bound by the limit on processes, so that it becomes somebody else first.
    private static func confine() -> SandboxReport {
        if geteuid() == 0, setgid(65534) != 0 || setuid(65534) != 0 { exit(90) }
        guard let report = try? confineWorker(memoryLimitBytes: 64 << 30, cpuSeconds: 60) else { exit(91) }
        return report
    }

    /// Closes what other tests had open when this process was made, so that the limit on descriptors leaves some. What is
    /// no file, pipe or socket is the runtime's own.
    private static func closeInherited() {
        for descriptor in Int32(3)..<256 {
            var status = stat()
            if unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != 0 { close(descriptor) }
        }
    }

    @Test func `the report says what is in force`() async {
        await #expect(processExitsWith: .success) {
            Self.closeInherited()
            guard let status = try? OpenFile(readingPath: "/proc/thread-self/status") else { exit(80) }
            let report = Self.confine()
            guard report.noNewPrivileges, report.limits, report.landlockABI == landlockABI() else { exit(1) }
            let expected = landlockABI() > 0 ? "landlock/abi=\(landlockABI())" : "degraded"
            guard report.label == expected else { exit(2) }
            guard let text = try? status.readToEnd(limitBytes: 1 << 16) else { exit(3) }
            guard String(decoding: text, as: UTF8.self).contains("NoNewPrivs:\t1\n") else { exit(4) }
            // The test runner has threads of its own.
            guard !report.isSingleThreaded else { exit(5) }
        }
    }

    @Test(.enabled(if: landlockABI() > 0, "the kernel has Landlock"))
    func `no path can be opened, read, listed, changed or run`() async {
        await #expect(processExitsWith: .success) {
            Self.closeInherited()
            let root = unsafe open("/", O_RDONLY | O_DIRECTORY)
            _ = Self.confine()
            guard unsafe open("/etc/passwd", O_RDONLY) < 0, errno == EACCES else { exit(1) }
            guard unsafe openat(root, "etc/passwd", O_RDONLY) < 0, errno == EACCES else { exit(2) }
            guard unsafe open("/tmp", O_RDONLY | O_DIRECTORY) < 0, errno == EACCES else { exit(3) }
            let flags = O_WRONLY | O_CREAT
            guard unsafe open("/tmp/sluice-test-confined", flags, 0o600) < 0, errno == EACCES else { exit(4) }
            guard unsafe mkdir("/tmp/sluice-test-confined", 0o700) < 0, errno == EACCES else { exit(5) }
            guard unsafe symlink("a", "/tmp/sluice-test-confined") < 0, errno == EACCES else { exit(6) }
            var arguments: [UnsafeMutablePointer<CChar>?] = unsafe [strdup("true"), nil]
            guard unsafe execv("/bin/true", &arguments) < 0, errno == EACCES else { exit(7) }
        }
    }

    @Test func `no process can be started`() async {
        await #expect(processExitsWith: .success) {
            Self.closeInherited()
            _ = Self.confine()
            guard systemError({ _ = try ChildProcess.spawn(path: "/bin/true") })?.errno == EAGAIN else { exit(1) }
            var pid: pid_t = 0
            var arguments: [UnsafeMutablePointer<CChar>?] = unsafe [strdup("true"), nil]
            guard unsafe posix_spawn(&pid, "/bin/true", nil, nil, &arguments, nil) == EAGAIN else { exit(2) }
        }
    }

    @Test(.enabled(if: landlockABI() > 0, "the kernel has Landlock"))
    func `no network address can be reached, where Landlock knows of networks`() async {
        await #expect(processExitsWith: .success) {
            Self.closeInherited()
            let report = Self.confine()
            guard report.landlockABI >= 4 else { exit(0) }
            let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(9).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let result = unsafe withUnsafeBytes(of: &address) { bytes in
                unsafe connect(
                    number, bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
            }
            guard result < 0, errno == EACCES else { exit(1) }
        }
    }

    @Test func `descriptors that were open go on working, and few can be added`() async {
        await #expect(processExitsWith: .success) {
            Self.closeInherited()
            guard var pipe = try? Pipe(label: "a test's pipe") else { exit(80) }
            let reading = pipe.takeReadEnd(), writing = pipe.takeWriteEnd()
            _ = Self.confine()
            guard (try? writing.writeAll([1, 2, 3])) != nil else { exit(1) }
            guard (try? reading.readChunk(limitBytes: 10)) == [1, 2, 3] else { exit(2) }
            var count = 0
            while fcntl(reading.descriptor, F_DUPFD, 0) >= 0 { count += 1 }
            guard count < 16, errno == EMFILE else { exit(3) }
        }
    }

    @Test func `no regular file grows`() async {
        await #expect(processExitsWith: .success) {
            Self.closeInherited()
            // The folder is gone again before the confinement, which could no longer remove it.
            guard let file = try? ScratchFolder().folder.createFile("file") else { exit(80) }
            _ = Self.confine()
            _ = signal(SIGXFSZ, SIG_IGN)
            guard systemError({ try file.writeAll([1]) })?.errno == EFBIG else { exit(1) }
        }
    }

    @Test func `memory is limited`() async {
        await #expect(processExitsWith: .success) {
            Self.closeInherited()
            guard let report = try? confineWorker(memoryLimitBytes: 512 << 20, cpuSeconds: 60) else { exit(91) }
            // Not malloc: an optimiser may take it out, as nothing uses what it gives.
            let wanted = unsafe mmap(nil, 1 << 30, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            guard report.limits, unsafe wanted == MAP_FAILED else { exit(1) }
        }
    }

    @Test func `time is limited`() async {
        await #expect(processExitsWith: .signal(SIGXCPU)) {
            guard (try? confineWorker(memoryLimitBytes: 64 << 30, cpuSeconds: 1)) != nil else { exit(91) }
            // Calls that no optimiser takes out.
            while getppid() >= 0 {}
        }
    }

    @Test func `own memory is told in spite of confinement`() async {
        await #expect(processExitsWith: .success) {
            Self.closeInherited()
            guard let gauge = try? OwnMemoryGauge() else { exit(80) }
            _ = Self.confine()
            guard let before = gauge.peakKiB(), before > 0 else { exit(1) }
            let bytes = [UInt8](repeating: 1, count: 64 << 20)
            guard let after = gauge.peakKiB(), after >= before + bytes.count >> 11 else { exit(2) }
        }
    }

    @Test func `a worker whose parent has gone gives up`() async {
        await #expect(processExitsWith: .success) {
            Self.closeInherited()
            let error = systemError {
                _ = try confineWorker(memoryLimitBytes: 64 << 30, cpuSeconds: 60, parentProcessID: ownProcessID())
            }
            guard error?.errno == ESRCH else { exit(1) }
        }
    }

    @Test func `a worker whose parent lives goes on`() async {
        await #expect(processExitsWith: .success) {
            Self.closeInherited()
            _ = try confineWorker(memoryLimitBytes: 64 << 30, cpuSeconds: 60, parentProcessID: getppid())
        }
    }
}
