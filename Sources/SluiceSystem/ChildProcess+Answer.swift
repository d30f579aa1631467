/// How a program ended that was asked for one answer.
package enum AnswerEnding: Sendable {
    case answered([UInt8], ExitStatus)
    case timeLimit
    /// It wrote more than it may.
    case outputLimit
    case signalled(Int32)
}

extension ChildProcess {
    /// Reads all that the program writes to `answerEnd` and waits for its end, for so long and so much. Blocks its thread.
    package func answer(
        from answerEnd: borrowing OpenFile, timeLimitSeconds: Int, limitBytes: Int
    ) throws(SystemError) -> AnswerEnding {
        let deadline = monotonicSeconds() + Double(timeLimitSeconds)
        func left() -> Int { Int(((deadline - monotonicSeconds()) * 1000).rounded(.up)) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            guard left() > 0 else { return .timeLimit }
            guard try !waitReadable([answerEnd.descriptor], timeoutMilliseconds: min(left(), 1000)).isEmpty else {
                continue
            }
            let count = try answerEnd.read(into: &buffer)
            if count == 0 { break }
            guard bytes.count + count <= limitBytes else { return .outputLimit }
            bytes += buffer[..<count]
        }
        var status: ExitStatus?
        while status == nil {
            guard left() > 0 else { return .timeLimit }
            status = try wait(timeoutMilliseconds: min(left(), 1000))
        }
        if case .signalled(let signal) = status { return .signalled(signal) }
        return .answered(bytes, status ?? .exited(0))
    }
}
