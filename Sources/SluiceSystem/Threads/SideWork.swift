internal import Glibc

/// One piece of work on a thread of its own, beside the caller's.
package final class SideWork<Value> {
    private let gate = Gate()
    /// Guarded by `gate`.
    private var outcome: Value?

    /// Begins the work. Where the system gives no thread, it is done before this returns.
    package init(_ body: @escaping () -> Value) {
        let work = {
            let value = body()
            self.gate.guarding {
                self.outcome = value
                self.gate.wakeAll()
            }
        }
        if !startThread(work) { work() }
    }

    /// What came of the work, once it is done.
    package func value() -> Value {
        gate.guarding {
            while true {
                if let outcome { return outcome }
                gate.wait()
            }
        }
    }
}

/// Runs `body` on a new thread that nobody waits for; false when the system gives none.
func startThread(_ body: @escaping () -> Void) -> Bool {
    final class Work {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }
    let work = unsafe Unmanaged.passRetained(Work(body))
    var thread = pthread_t()
    let result = unsafe pthread_create(
        &thread, nil,
        { argument in
            let work = unsafe Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue()
            work.body()
            return nil
        }, work.toOpaque())
    if result == 0 { pthread_detach(thread) } else { unsafe work.release() }
    return result == 0
}
