internal import Glibc

/// A lock, and a place to wait until another thread changes what it guards.
///
/// Source: POSIX.1-2017, pthread_mutex_lock and pthread_cond_wait.
@safe
package final class Gate: Sendable {
    private nonisolated(unsafe) let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private nonisolated(unsafe) let condition: UnsafeMutablePointer<pthread_cond_t>

    package init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe condition.initialize(to: pthread_cond_t())
        precondition(unsafe pthread_mutex_init(mutex, nil) == 0 && pthread_cond_init(condition, nil) == 0)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Runs `body` while no other thread is between this gate's lock and unlock.
    package func guarding<Result>(_ body: () -> Result) -> Result {
        lock()
        defer { unlock() }
        return body()
    }

    package func lock() { precondition(unsafe pthread_mutex_lock(mutex) == 0) }

    package func unlock() { precondition(unsafe pthread_mutex_unlock(mutex) == 0) }

    /// Unlocks, waits for `wakeAll`, locks again. May return without one.
    package func wait() { precondition(unsafe pthread_cond_wait(condition, mutex) == 0) }

    package func wakeAll() { precondition(unsafe pthread_cond_broadcast(condition) == 0) }
}
