import CSluiceLinux

/// What a process has taken away from itself, for status, receipts and the self-test.
package struct SandboxReport: Hashable, Sendable {
    /// The version of Landlock's rules in force, which all deny; 0: the kernel has none.
    package var landlockABI: Int
    package var noNewPrivileges: Bool
    package var limits: Bool
    /// Landlock binds the calling thread and those it starts later. With threads running already the confinement has
    /// holes, and the worker must refuse to go on.
    package var isSingleThreaded: Bool

    /// `landlock/abi=7`, or `degraded` where the kernel has no Landlock.
    package var label: String { landlockABI > 0 ? "landlock/abi=\(landlockABI)" : "degraded" }
}

/// The version of Landlock's rules that the kernel offers; 0 where it has none or has them switched off.
package func landlockABI() -> Int { max(0, Int(sluice_landlock_abi())) }

/// Takes from this process everything that decoding needs not: files by path, the network, new processes, privileges,
/// and more memory and time than stated. Open descriptors stay as they are.
///
/// To be called first thing in `main`, while there is one thread. In order: no core dump or tracing; death with the
/// parent; no new privileges; limits; Landlock with every right denied; the threads that the worker wants, which Landlock
/// then binds too; no new processes or threads, a limit that does not bind root.
///
/// - Parameters:
///   - memoryLimitBytes: of address space.
///   - openFileLimit: descriptors from this number on cannot be opened; open ones stay.
///   - parentProcessID: the process whose end ends this one; `nil` for none.
///   - startThreads: makes the threads there are to be. None can be made later.
/// - Throws: at the first step that fails; the process must then give up. `ESRCH`: the parent is gone already.
/// - Source: landlock(7), prctl(2), getrlimit(2).
package func confineWorker(
    memoryLimitBytes: Int, cpuSeconds: Int, openFileLimit: Int = 16, parentProcessID: Int32? = nil,
    startThreads: () -> Void = {}
) throws(SystemError) -> SandboxReport {
    var limits = sluice_limits()
    limits.memory_bytes = UInt64(memoryLimitBytes)
    limits.cpu_seconds = UInt64(cpuSeconds)
    limits.open_files = UInt64(openFileLimit)
    limits.stack_bytes = 8 << 20
    limits.parent_pid = parentProcessID ?? 0
    var found = unsafe sluice_confinement()
    let result = withoutActuallyEscaping(startThreads) { startThreads in
        var start = startThreads
        return unsafe withUnsafeMutablePointer(to: &start) { start in
            unsafe sluice_confine_worker(
                &limits, &found, { unsafe $0!.assumingMemoryBound(to: (() -> Void).self).pointee() }, start)
        }
    }
    let call = unsafe found.failed_call.map { unsafe String(cString: $0) } ?? "confinement"
    try checked(result, call, "the worker's confinement")
    return unsafe SandboxReport(
        landlockABI: Int(found.landlock_abi), noNewPrivileges: found.no_new_privileges != 0,
        limits: found.limits != 0, isSingleThreaded: found.threads == 1)
}

/// Processors this process may run on; 1 or more.
package func processorCount() -> Int { Int(sluice_processor_count()) }

/// All threads of this process allocate from one heap: another one would take 64 MiB of limited address space.
package func useOneHeap() { sluice_use_one_heap() }

/// What is freed stays with this process for the next allocation: a solver takes and gives back large arrays all the time.
package func keepFreedMemory() { sluice_keep_freed_memory() }
