import Glibc
import SluiceSystem

/// Tries, confined, what a worker that was taken over would try. `sluice doctor` and the daemon's start run it.
///
/// Prints the level and one line per attempt to descriptor 1: `denied`, `ALLOWED` (a hole) or `not-yet-confined`
/// (what this kernel's Landlock or this user's limits cannot take away).
enum SelfTest {
    private enum Answer: String {
        case denied
        case allowed = "ALLOWED"
        case notYetConfined = "not-yet-confined"
    }

    static func run(_ options: Options) -> Int32 {
        let report: SandboxReport
        do throws(SystemError) {
            report = try confineWorker(
                memoryLimitBytes: options.memoryLimitBytes, cpuSeconds: options.cpuLimitSeconds,
                parentProcessID: options.parent)
        } catch {
            say("sandbox failed: \(error.call): error \(error.errno)\n", to: 1)
            return ExitCode.selfTestFailed
        }
        say("sandbox \(report.label)\n", to: 1)
        var hasHole = !report.isSingleThreaded
        if hasHole { say("threads ALLOWED\n", to: 1) }
        func note(_ attempt: String, _ answer: Answer) {
            if answer == .allowed { hasHole = true }
            say("\(attempt) \(answer.rawValue)\n", to: 1)
        }
        note("open-file", openFile("/etc/passwd", O_RDONLY))
        note("create-file", openFile("/tmp/sluice-decode-self-test", O_WRONLY | O_CREAT | O_EXCL))
        note("connect", connectSocket())
        note("new-process", startProcess())
        // Last, and never "allowed" in words: a program that starts here replaces this one. /bin/false then ends with
        // 1 in its place, which is the answer for a hole.
        if hasHole { return ExitCode.selfTestFailed }
        note("execute", execute("/bin/false"))
        return hasHole ? ExitCode.selfTestFailed : ExitCode.done
    }

    private static func openFile(_ path: String, _ flags: Int32) -> Answer {
        let descriptor = unsafe open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return errno == EACCES || errno == EPERM ? .denied : .allowed }
        close(descriptor)
        if flags & O_CREAT != 0 { unsafe unlink(path) }
        return .allowed
    }

    /// A connection to the discard port of this machine; that nobody listens there shows that the network was reached.
    private static func connectSocket() -> Answer {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return .denied }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(9).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return result < 0 && (errno == EACCES || errno == EPERM) ? .denied : .notYetConfined
    }

    /// Starts /bin/true in a new process. `EAGAIN`: no new process; `EACCES`: one was made, and could not execute.
    private static func startProcess() -> Answer {
        var pid: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = unsafe [strdup("/bin/true"), nil]
        let result = unsafe posix_spawn(&pid, "/bin/true", nil, nil, &arguments, nil)
        switch result {
        case 0:
            waitpid(pid, nil, 0)
            return .allowed
        case EAGAIN, EPERM: return .denied
        default: return .notYetConfined
        }
    }

    private static func execute(_ path: String) -> Answer {
        var arguments: [UnsafeMutablePointer<CChar>?] = unsafe [strdup(path), nil]
        unsafe execv(path, &arguments)
        return errno == EACCES || errno == EPERM ? .denied : .allowed
    }
}
