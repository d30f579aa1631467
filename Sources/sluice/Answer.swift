import ArgumentParser
import Glibc
import Logging
import SluiceInstance
import SluiceIntake
import SluiceModel
import SluiceSystem

extension CommonOptions {
    /// Opens the instance to look at it.
    func openForQueries() throws -> Instance {
        try answeringFailures {
            try Instance.openForLooking(config: config)
        }
    }

    /// Prints an answer: one JSON value, or lines for people.
    func show(_ json: @autoclosure () -> JSON, _ text: @autoclosure () -> String) {
        write(self.json ? json().prettyText : text() + "\n")
    }

    /// Carries out a command that changes state: here, when nobody else holds the state lock, otherwise by the daemon.
    func carryOut(_ command: Command, attaching file: consuming OpenFile? = nil) throws {
        let result = try perform(command, attaching: file)
        if json {
            write(result.json.prettyText)
        } else if result.exit == .done || result.exit == .no && result.json["error"] == nil {
            write(result.text + "\n")
        } else {
            complain(result.text)
        }
        if result.exit != .done { throw ExitCode(result.exit.rawValue) }
    }

    private func perform(_ command: Command, attaching file: consuming OpenFile?) throws -> CommandResult {
        var file = file
        do {
            let instance = try Instance.open(config: config, forChanges: true, log: Logger(label: "sluice"))
            let progress = Progress()
            instance.intake.onProgress = { rows in progress.show(rows: rows) }
            defer { progress.clear() }
            return instance.perform(command, attachment: file.take(), actor: "user:\(ownIdentity().userID)")
        } catch let busy as InstanceError {
            switch busy {
            case .busy, .noAccess: break
            default: return CommandResult(failure: busy)
            }
            let control = try controlPath()
            // A bare descriptor stays open until it was sent; a value might be let go as soon as it was asked for it.
            let descriptor = file.take()?.takeDescriptor()
            defer { if let descriptor { close(descriptor) } }
            do {
                let result = try ControlClient.ask(command, at: control, attaching: descriptor)
                return result ?? CommandResult(failure: busy)
            } catch let refused as SystemError where refused.errno == EACCES {
                return CommandResult(failure: busy)
            } catch {
                return CommandResult(failure: error)
            }
        } catch {
            return CommandResult(failure: error)
        }
    }

    private func controlPath() throws -> String {
        try answeringFailures { try Instance.controlPath(config: config) }
    }

    /// Turns what is thrown into a message and the exit status of its kind.
    func answeringFailures<Value: ~Copyable>(_ work: () throws -> Value) throws -> Value {
        do {
            return try work()
        } catch let exit as ExitCode {
            throw exit
        } catch {
            let result = CommandResult(failure: error)
            if json {
                write(result.json.prettyText)
            } else {
                complain(result.text)
            }
            throw ExitCode(result.exit.rawValue)
        }
    }
}

/// Rows read so far, on a terminal; nothing anywhere else.
final class Progress {
    private let isTerminal = isatty(2) == 1
    private var shown = false

    func show(rows: Int) {
        guard isTerminal, rows > 0 else { return }
        write("\r\(rows) rows", to: 2)
        shown = true
    }

    func clear() {
        if shown { write("\r\u{1B}[K", to: 2) }
        shown = false
    }
}

func complain(_ text: String) { write("sluice: \(text)\n", to: 2) }

func write(_ text: String, to descriptor: Int32 = 1) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
        let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count < 0 {
            if errno == EINTR { continue }
            // A reader that went away wants no more; anything else means that the answer is lost.
            if descriptor == 1, errno != EPIPE { exit(ExitStatusCode.ourFault.rawValue) }
            return
        }
        bytes = bytes.dropFirst(count)
    }
}

/// A reader that went away ends the output, not the work.
func ignoreBrokenPipe() { signal(SIGPIPE, SIG_IGN) }

/// Rows of cells as columns wide enough for each.
func columns(_ rows: [[String]]) -> String {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
        var line = ""
        for (index, cell) in row.enumerated() {
            line += index == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[index] - cell.count + 2)
        }
        return line
    }.joined(separator: "\n")
}
