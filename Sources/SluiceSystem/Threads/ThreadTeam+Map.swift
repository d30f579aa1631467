import Synchronization

extension ThreadTeam {
    /// What `body` makes of each number from 0, in their order; the threads take the next number as they become free.
    package func map<Value: Sendable>(_ count: Int, _ body: (Int) -> Value) -> [Value] {
        let next = Atomic<Int>(0)
        let results = Mutex<[Int: Value]>([:])
        run { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < count else { return }
                let value = body(index)
                results.withLock { $0[index] = value }
            }
        }
        return results.withLock { results in (0..<count).map { results[$0]! } }
    }
}
