// Landlock's constants are spelled out: Debian 12's kernel headers stop at ABI 2, the running kernel may be newer.

#define _GNU_SOURCE
#include "CSluiceLinux.h"

#include <errno.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif

struct ruleset {
    uint64_t handled_file_system;
    uint64_t handled_network;  // ABI 4
    uint64_t scoped;           // ABI 6
};

static long create_ruleset(int abi) {
    uint64_t file_system = (1 << 13) - 1;          // ABI 1: execute to make-symlink
    if (abi >= 2) file_system |= 1 << 13;          // refer
    if (abi >= 3) file_system |= 1 << 14;          // truncate
    if (abi >= 5) file_system |= 1 << 15;          // ioctl on devices
    if (abi >= 9) file_system |= 1 << 16;          // resolve a local socket by path
    struct ruleset ruleset = {
        .handled_file_system = file_system,
        .handled_network = abi >= 4 ? 3 : 0,       // TCP bind and connect
        .scoped = abi >= 6 ? 3 : 0,                // abstract sockets and signals
    };
    // An old kernel accepts only the structure it knows, or a longer one whose tail is zero.
    return syscall(SYS_landlock_create_ruleset, &ruleset, sizeof ruleset, 0);
}

int sluice_landlock_abi(void) {
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1 /* VERSION */);
    if (abi < 0) return errno == ENOSYS || errno == EOPNOTSUPP ? 0 : -errno;
    return (int)abi;
}

/// Makes the ruleset that grants nothing. `abi` becomes the version it uses, 0 where the kernel has no Landlock; then
/// the result is 0 too, otherwise a descriptor.
static int make_ruleset(int *abi) {
    *abi = sluice_landlock_abi();
    if (*abi <= 0) return *abi;
    long ruleset = create_ruleset(*abi);
    if (ruleset < 0 && errno == EINVAL && *abi > 8) {
        *abi = 8;
        ruleset = create_ruleset(*abi);
    }
    return ruleset < 0 ? -errno : (int)ruleset;
}

static int apply_ruleset(int ruleset) {
    long result = syscall(SYS_landlock_restrict_self, ruleset, 0);
    int error = errno;
    close(ruleset);
    return result < 0 ? -error : 0;
}

static int limit(int resource, uint64_t soft, uint64_t hard) {
    struct rlimit value = {.rlim_cur = soft, .rlim_max = hard};
    return setrlimit(resource, &value) < 0 ? -errno : 0;
}

/// A limit that an inherited, lower hard limit already satisfies stays as it is.
static int limit_at_most(int resource, uint64_t soft, uint64_t hard) {
    struct rlimit now;
    if (getrlimit(resource, &now) < 0) return -errno;
    if (now.rlim_max < soft) soft = now.rlim_max;
    if (now.rlim_max < hard) hard = now.rlim_max;
    return limit(resource, soft, hard);
}

#define REQUIRE(call, name)                                                                                            \
    do {                                                                                                               \
        int error_ = (call);                                                                                           \
        if (error_ < 0) {                                                                                              \
            report->failed_call = name;                                                                                \
            return error_;                                                                                             \
        }                                                                                                              \
    } while (0)

int sluice_confine_worker(const struct sluice_limits *limits, struct sluice_confinement *report,
                          void (*start_threads)(void *), void *context) {
    *report = (struct sluice_confinement){0};
    struct stat tasks;
    // A thread is a folder there, and a folder's link count is two more than the folders in it.
    report->threads = stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink > 2 ? (int32_t)tasks.st_nlink - 2 : 0;

    REQUIRE(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -errno : 0, "prctl(dumpable)");
    if (limits->parent_pid) {
        REQUIRE(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ? -errno : 0, "prctl(parent-death signal)");
        // The parent may have died before the line above.
        REQUIRE(getppid() == limits->parent_pid ? 0 : -ESRCH, "getppid");
    }
    REQUIRE(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0, "prctl(no new privileges)");
    report->no_new_privileges = 1;

    // Made before the limits: with the look-up files open, the limit may leave no number for one more descriptor.
    int abi, ruleset = make_ruleset(&abi);
    REQUIRE(ruleset, "landlock_create_ruleset");

    REQUIRE(limit_at_most(RLIMIT_AS, limits->memory_bytes, limits->memory_bytes), "setrlimit(memory)");
    // The soft limit sends SIGXCPU, the hard one a second later SIGKILL.
    REQUIRE(limit_at_most(RLIMIT_CPU, limits->cpu_seconds, limits->cpu_seconds + 1), "setrlimit(processor time)");
    REQUIRE(limit(RLIMIT_FSIZE, 0, 0), "setrlimit(file size)");
    REQUIRE(limit_at_most(RLIMIT_NOFILE, limits->open_files, limits->open_files), "setrlimit(open files)");
    REQUIRE(limit(RLIMIT_CORE, 0, 0), "setrlimit(core)");
    REQUIRE(limit_at_most(RLIMIT_STACK, limits->stack_bytes, limits->stack_bytes), "setrlimit(stack)");
    REQUIRE(limit(RLIMIT_MEMLOCK, 0, 0), "setrlimit(locked memory)");

    if (abi > 0) REQUIRE(apply_ruleset(ruleset), "landlock_restrict_self");
    report->landlock_abi = abi;

    // Threads inherit the ruleset; after them no new one can be made.
    if (start_threads) start_threads(context);
    REQUIRE(limit(RLIMIT_NPROC, 0, 0), "setrlimit(processes)");
    report->limits = 1;
    return 0;
}

int32_t sluice_processor_count(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) < 0) return 1;
    int count = CPU_COUNT(&set);
    return count > 0 ? count : 1;
}

void sluice_use_one_heap(void) {
    mallopt(M_ARENA_MAX, 1);
}

void sluice_keep_freed_memory(void) {
    mallopt(M_MMAP_THRESHOLD, 256 << 20);
    mallopt(M_TRIM_THRESHOLD, 512 << 20);
}
