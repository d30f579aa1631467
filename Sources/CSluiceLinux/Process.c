#define _GNU_SOURCE
#include "CSluiceLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// MARK: - Starting

struct request {
    const char *path;
    char *const *arguments;
    char *const *environment;
    const int *child_descriptors;
    const int *parent_descriptors;
    size_t count;
    const char *working_folder;
    int new_process_group;
    int32_t pid;
    int result;
    int done;
};

static int start(struct request *request) {
    enum { limit = 64 };
    int parked[limit];
    size_t parked_count = 0;
    if (request->count > limit) return E2BIG;

    int highest = STDERR_FILENO;
    for (size_t i = 0; i < request->count; i++) {
        if (request->child_descriptors[i] < 0 || request->child_descriptors[i] > 255) return EBADF;
        if (request->child_descriptors[i] > highest) highest = request->child_descriptors[i];
    }

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) return error;
    error = posix_spawnattr_init(&attributes);
    if (error) {
        posix_spawn_file_actions_destroy(&actions);
        return error;
    }

    // Parked above every target first, so that no mapping overwrites the source of a later one.
    for (size_t i = 0; !error && i < request->count; i++) {
        int copy = fcntl(request->parent_descriptors[i], F_DUPFD_CLOEXEC, highest + 1);
        if (copy < 0) error = errno;
        else parked[parked_count++] = copy;
    }
    for (int target = 0; !error && target <= highest; target++) {
        size_t i = 0;
        while (i < request->count && request->child_descriptors[i] != target) i++;
        if (i < request->count) error = posix_spawn_file_actions_adddup2(&actions, parked[i], target);
        else if (target <= STDERR_FILENO)
            error = posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_RDWR, 0);
        else error = posix_spawn_file_actions_addclose(&actions, target);
    }
    if (!error) error = posix_spawn_file_actions_addclosefrom_np(&actions, highest + 1);
    if (!error) error = posix_spawn_file_actions_addchdir_np(&actions, request->working_folder);

    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    if (request->new_process_group) flags |= POSIX_SPAWN_SETPGROUP;
    if (!error) error = posix_spawnattr_setsigdefault(&attributes, &all);
    if (!error) error = posix_spawnattr_setsigmask(&attributes, &none);
    if (!error) error = posix_spawnattr_setpgroup(&attributes, 0);
    if (!error) error = posix_spawnattr_setflags(&attributes, flags);

    pid_t pid = -1;
    if (!error)
        error = posix_spawn(&pid, request->path, &actions, &attributes, request->arguments, request->environment);
    request->pid = pid;
    for (size_t i = 0; i < parked_count; i++) close(parked[i]);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct request *pending;
static int has_starter;

static void *starter(void *unused) {
    (void)unused;
    pthread_mutex_lock(&mutex);
    for (;;) {
        while (!pending) pthread_cond_wait(&changed, &mutex);
        struct request *request = pending;
        pthread_mutex_unlock(&mutex);
        int result = start(request);
        pthread_mutex_lock(&mutex);
        request->result = result;
        request->done = 1;
        pending = NULL;
        pthread_cond_broadcast(&changed);
    }
    return NULL;
}

static int launch_starter(void) {
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error) return error;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    // Its signals stay blocked, so that handlers run where the program expects them.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    error = pthread_create(&thread, &attributes, starter, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

int sluice_spawn(const char *path, char *const *arguments, char *const *environment, const int *child_descriptors,
                 const int *parent_descriptors, size_t count, const char *working_folder, int new_process_group,
                 int32_t *pid, int *process_descriptor) {
    struct request request = {
        .path = path,
        .arguments = arguments,
        .environment = environment,
        .child_descriptors = child_descriptors,
        .parent_descriptors = parent_descriptors,
        .count = count,
        .working_folder = working_folder,
        .new_process_group = new_process_group,
    };
    pthread_mutex_lock(&mutex);
    int error = has_starter ? 0 : launch_starter();
    if (!error) {
        has_starter = 1;
        while (pending) pthread_cond_wait(&changed, &mutex);
        pending = &request;
        pthread_cond_broadcast(&changed);
        while (!request.done) pthread_cond_wait(&changed, &mutex);
        error = request.result;
    }
    pthread_mutex_unlock(&mutex);
    if (error) return -error;

    // The child cannot have been reaped yet, so the number still means it. A pidfd is close-on-exec by itself.
    long descriptor = syscall(SYS_pidfd_open, request.pid, 0);
    if (descriptor < 0) {
        error = errno;
        kill(request.pid, SIGKILL);
        while (waitpid(request.pid, NULL, 0) < 0 && errno == EINTR) {}
        return -error;
    }
    *pid = request.pid;
    *process_descriptor = (int)descriptor;
    return 0;
}

// MARK: - Ending

int sluice_reap(int32_t pid, struct sluice_exit *result) {
    int status;
    struct rusage usage;
    pid_t found;
    do found = wait4(pid, &status, WNOHANG, &usage);
    while (found < 0 && errno == EINTR);
    if (found < 0) return -errno;
    if (found == 0) return 0;
    result->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    result->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    result->user_us = (int64_t)usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec;
    result->system_us = (int64_t)usage.ru_stime.tv_sec * 1000000 + usage.ru_stime.tv_usec;
    return 1;
}

int sluice_signal(int32_t pid, int signal_number) { return kill(pid, signal_number) < 0 ? -errno : 0; }

// MARK: - The process and the machine

int64_t sluice_wall_clock_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}

int64_t sluice_monotonic_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int sluice_random(void *bytes, size_t size) {
    uint8_t *next = bytes;
    while (size > 0) {
        ssize_t count = getrandom(next, size, 0);
        if (count < 0) {
            if (errno == EINTR) continue;
            return -errno;
        }
        next += count;
        size -= (size_t)count;
    }
    return 0;
}

ssize_t sluice_executable(void *buffer, size_t size) {
    ssize_t count = readlink("/proc/self/exe", buffer, size);
    return count < 0 ? -errno : count;
}
