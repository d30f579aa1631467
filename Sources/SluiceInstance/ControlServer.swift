import Logging
import SluiceModel
import SluiceSystem
import Synchronization
import Foundation

/// The control socket: one request a connection, answered when the engine has carried it out.
///
/// A request is a JSON message, with an open file beside it for `ingest`; the answer is a JSON message. Who asks is
/// known from the kernel, and file permissions on the socket say who may.
final class ControlServer: Sendable {
    private let engine: Engine
    private let log: Logger
    private let end: Wakeup
    private let path: String

    static let messageLimitBytes = 1 << 20

    init(path: String, engine: Engine, log: Logger) throws {
        self.engine = engine
        self.log = log
        self.path = path
        end = try Wakeup()
        let listener = try UnixListener.listen(path: path, mode: 0o660)
        let box = Mutex<UnixListener?>(listener)
        let thread = Thread { [self] in
            guard let listener = box.withLock({ $0.take() }) else { return }
            serve(listener)
        }
        thread.name = "control"
        thread.start()
    }

    func stop() { end.signal() }

    private func serve(_ listener: borrowing UnixListener) {
        while true {
            guard let ready = try? waitReadable([listener.descriptor, end.descriptor], timeoutMilliseconds: nil) else {
                continue
            }
            if ready.contains(end.descriptor) { return }
            do {
                guard let connection = try listener.accept() else { continue }
                try answer(connection)
            } catch {
                // The other end went away or sent nonsense; that is its own affair.
                log.debug("a control connection failed", metadata: ["error": "\(error)"])
            }
        }
    }

    private func answer(_ connection: borrowing UnixConnection) throws {
        guard
            var message = try connection.receive(limitBytes: ControlServer.messageLimitBytes, timeoutMilliseconds: 2000)
        else { return }
        let peer = try connection.peer()
        guard let json = try? JSON(reading: message.bytes), let command = Command(json) else {
            let refusal = CommandResult(exit: .usage, json: .null, text: "not a request that this daemon knows")
            try connection.send(Array(refusal.asJSON.compactText.utf8))
            return
        }
        let attachment = message.takeAttachment()?.takeDescriptor()
        let answer = Mutex<CommandResult?>(nil)
        let done = DispatchSemaphore(value: 0)
        engine.submit(command, attachment: attachment, actor: "user:\(peer.userID)") { result in
            answer.withLock { $0 = result }
            done.signal()
        }
        done.wait()
        guard let result = answer.withLock({ $0 }) else { return }
        try connection.send(Array(result.asJSON.compactText.utf8))
    }
}

/// The other end: asks the daemon to carry a command out.
package struct ControlClient {
    /// - Returns: nil when no daemon listens at the path.
    package static func ask(_ command: Command, at path: String, attaching file: Int32?) throws -> CommandResult? {
        let connection: UnixConnection
        do {
            connection = try UnixConnection.connect(path: path)
        } catch {
            if error.errno == ENOENT || error.errno == ECONNREFUSED { return nil }
            throw error
        }
        try connection.send(Array(command.json.compactText.utf8), attaching: file)
        // A release over years of records takes its time.
        guard
            let message = try connection.receive(
                limitBytes: 16 << 20, timeoutMilliseconds: 60 * 60 * 1000)
        else { return nil }
        return (try? JSON(reading: message.bytes)).flatMap { CommandResult($0) }
    }
}
