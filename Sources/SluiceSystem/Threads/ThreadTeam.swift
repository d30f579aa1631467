/// A fixed number of threads that do one piece of work together, the caller's own among them.
///
/// The worker makes its team between Landlock, which new threads inherit, and the limit that forbids new ones; from
/// then on there are these and no others. A team of one starts no thread at all.
package final class ThreadTeam {
    /// Threads, with the one that calls `run`.
    package let count: Int
    private let core = Core()

    /// - Parameter count: 1 or more. There are fewer when the system does not give that many.
    package init(count: Int) {
        var started = 1
        while started < count, ThreadTeam.start(core, number: started) { started += 1 }
        self.count = started
    }

    deinit { core.end() }

    /// Runs `body` once on each thread, with the thread's number from 0, and returns when all have.
    package func run(_ body: (Int) -> Void) {
        guard count > 1 else { return body(0) }
        withoutActuallyEscaping(body) { body in
            core.begin(body, others: count - 1)
            body(0)
            core.finish()
        }
    }

    private static func start(_ core: Core, number: Int) -> Bool { startThread { core.serve(number) } }

    /// What the threads share. Outlives the team until the last of them has seen its end.
    private final class Core {
        private let gate = Gate()
        private var work: ((Int) -> Void)?
        /// Raised for each piece of work, so that a thread knows new from old.
        private var round = 0
        private var busy = 0
        private var isEnding = false

        func begin(_ body: @escaping (Int) -> Void, others: Int) {
            gate.guarding {
                work = body
                round += 1
                busy = others
                gate.wakeAll()
            }
        }

        /// Waits for the others.
        func finish() {
            gate.guarding {
                while busy > 0 { gate.wait() }
                work = nil
            }
        }

        func end() {
            gate.guarding {
                isEnding = true
                gate.wakeAll()
            }
        }

        func serve(_ number: Int) {
            var done = 0
            while serve(number, &done) {
                gate.guarding {
                    busy -= 1
                    if busy == 0 { gate.wakeAll() }
                }
            }
        }

        /// Does the next piece of work, and holds on to nothing of it afterwards. False at the end.
        private func serve(_ number: Int, _ done: inout Int) -> Bool {
            gate.lock()
            while round == done, !isEnding { gate.wait() }
            done = round
            let body = isEnding ? nil : work
            gate.unlock()
            guard let body else { return false }
            body(number)
            return true
        }
    }
}
