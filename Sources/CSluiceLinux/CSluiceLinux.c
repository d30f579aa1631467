#define _GNU_SOURCE
#include "CSluiceLinux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

static int result_of(long value) { return value < 0 ? -errno : (int)value; }

// MARK: - Folders and files

int sluice_open_folder(const char *path) {
    return result_of(open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

int sluice_open_entry(int folder, const uint8_t *name, int flags, uint32_t mode) {
    flags |= O_CLOEXEC | O_NOFOLLOW | O_NOCTTY;
    struct open_how how = {
        .flags = (uint64_t)flags,
        .mode = (flags & O_CREAT) ? mode : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    };
    long descriptor = syscall(SYS_openat2, folder, (const char *)name, &how, sizeof how);
    // A kernel before 5.6. A name is a single entry, so that O_NOFOLLOW alone keeps the same promise but for mounts.
    if (descriptor < 0 && errno == ENOSYS) descriptor = openat(folder, (const char *)name, flags, mode);
    return result_of(descriptor);
}

int sluice_make_folder(int folder, const uint8_t *name, uint32_t mode) {
    return result_of(mkdirat(folder, (const char *)name, mode));
}

int sluice_set_mode(int descriptor, uint32_t mode) { return result_of(fchmod(descriptor, mode)); }

int sluice_set_owner(int descriptor, uint32_t uid, uint32_t gid) { return result_of(fchown(descriptor, uid, gid)); }

static void convert(const struct stat *from, struct sluice_status *to) {
    to->mode = from->st_mode;
    to->uid = from->st_uid;
    to->gid = from->st_gid;
    to->size_bytes = from->st_size;
    to->modified_ns = (int64_t)from->st_mtim.tv_sec * 1000000000 + from->st_mtim.tv_nsec;
    to->changed_ns = (int64_t)from->st_ctim.tv_sec * 1000000000 + from->st_ctim.tv_nsec;
    to->device = from->st_dev;
    to->inode = from->st_ino;
    to->link_count = from->st_nlink;
}

int sluice_status_of(int descriptor, struct sluice_status *status) {
    struct stat found;
    if (fstat(descriptor, &found) < 0) return -errno;
    convert(&found, status);
    return 0;
}

int sluice_status_at(int folder, const uint8_t *name, struct sluice_status *status) {
    struct stat found;
    if (fstatat(folder, (const char *)name, &found, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) < 0) return -errno;
    convert(&found, status);
    return 0;
}

ssize_t sluice_read_entries(int folder, void *buffer, size_t size) {
    return result_of(syscall(SYS_getdents64, folder, buffer, size));
}

static int is_same_file(int folder, const char *name, int other_folder, const char *other_name) {
    struct stat one, other;
    return fstatat(folder, name, &one, AT_SYMLINK_NOFOLLOW) == 0 &&
           fstatat(other_folder, other_name, &other, AT_SYMLINK_NOFOLLOW) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

int sluice_rename_by_link(int from, const uint8_t *name, int to, const uint8_t *new_name) {
    const char *old = (const char *)name, *new = (const char *)new_name;
    if (linkat(from, old, to, new, 0) < 0) {
        if (errno != EEXIST) return -errno;
        if (!is_same_file(from, old, to, new)) return -EEXIST;
    }
    return result_of(unlinkat(from, old, 0));
}

int sluice_rename(int from, const uint8_t *name, int to, const uint8_t *new_name, int replace) {
    const char *old = (const char *)name, *new = (const char *)new_name;
    if (replace) return result_of(renameat(from, old, to, new));
    if (syscall(SYS_renameat2, from, old, to, new, 1 /* RENAME_NOREPLACE */) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return -errno;
    // NFS, for one, refuses the flag.
    return sluice_rename_by_link(from, name, to, new_name);
}

int sluice_remove(int folder, const uint8_t *name, int is_folder) {
    return result_of(unlinkat(folder, (const char *)name, is_folder ? AT_REMOVEDIR : 0));
}

int sluice_make_link(const char *target, int folder, const uint8_t *name) {
    return result_of(symlinkat(target, folder, (const char *)name));
}

ssize_t sluice_read_link(int folder, const uint8_t *name, void *buffer, size_t size) {
    return result_of(readlinkat(folder, (const char *)name, buffer, size));
}

int sluice_file_system(int descriptor, struct sluice_file_system *result) {
    struct statfs found;
    if (fstatfs(descriptor, &found) < 0) return -errno;
    result->magic = (int64_t)(uint32_t)found.f_type;
    result->free_bytes = (int64_t)found.f_bavail * (int64_t)(found.f_frsize ? found.f_frsize : found.f_bsize);
    result->free_inodes = (int64_t)found.f_ffree;
    memcpy(&result->identity, &found.f_fsid, sizeof result->identity);
    return 0;
}

ssize_t sluice_read(int descriptor, void *buffer, size_t size) {
    if (size > 1 << 30) size = 1 << 30;
    ssize_t count;
    do count = read(descriptor, buffer, size);
    while (count < 0 && errno == EINTR);
    return result_of(count);
}

ssize_t sluice_read_at(int descriptor, void *buffer, size_t size, int64_t offset) {
    if (size > 1 << 30) size = 1 << 30;
    ssize_t count;
    do count = pread(descriptor, buffer, size, offset);
    while (count < 0 && errno == EINTR);
    return result_of(count);
}

ssize_t sluice_copy_range(int source, int target, size_t size) {
    ssize_t count;
    do count = copy_file_range(source, NULL, target, NULL, size, 0);
    while (count < 0 && errno == EINTR);
    return result_of(count);
}

int sluice_reserve(int descriptor, int64_t size) {
    if (size <= 0 || fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, size) == 0) return 0;
    // Elsewhere than on a full disk it is a hint: not every file system knows it.
    return errno == ENOSPC || errno == EDQUOT ? -errno : 0;
}

ssize_t sluice_write(int descriptor, const void *buffer, size_t size) {
    if (size > 1 << 30) size = 1 << 30;
    ssize_t count;
    do count = write(descriptor, buffer, size);
    while (count < 0 && errno == EINTR);
    return result_of(count);
}

int64_t sluice_seek(int descriptor, int64_t offset) {
    off_t position = lseek(descriptor, offset, SEEK_SET);
    return position < 0 ? -errno : position;
}

int sluice_truncate(int descriptor, int64_t size_bytes) { return result_of(ftruncate(descriptor, size_bytes)); }

int sluice_sync(int descriptor) {
    int result;
    do result = fsync(descriptor);
    while (result < 0 && errno == EINTR);
    return result_of(result);
}

int sluice_duplicate(int descriptor, int minimum) { return result_of(fcntl(descriptor, F_DUPFD_CLOEXEC, minimum)); }

int sluice_reopen_for_reading(int descriptor) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    return result_of(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

int sluice_lock_file(const char *path) {
    int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return -errno;
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
    int error = errno;
    close(descriptor);
    return -error;
}

int sluice_unlock_file(int descriptor) { return result_of(flock(descriptor, LOCK_UN)); }

// MARK: - Descriptors and waiting

int sluice_pipe(int descriptors[2]) { return result_of(pipe2(descriptors, O_CLOEXEC)); }

int sluice_eventfd(void) { return result_of(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

int sluice_wait_readable(const int *descriptors, uint8_t *ready, size_t count, int timeout_ms) {
    struct pollfd *set = calloc(count ? count : 1, sizeof *set);
    if (!set) return -ENOMEM;
    for (size_t i = 0; i < count; i++) set[i] = (struct pollfd){.fd = descriptors[i], .events = POLLIN};
    int64_t deadline = sluice_monotonic_us() + (int64_t)timeout_ms * 1000;
    int result;
    while ((result = poll(set, count, timeout_ms)) < 0 && errno == EINTR) {
        if (timeout_ms < 0) continue;
        int64_t left = deadline - sluice_monotonic_us();
        timeout_ms = left > 0 ? (int)((left + 999) / 1000) : 0;
    }
    int error = errno;
    for (size_t i = 0; i < count; i++) ready[i] = set[i].revents != 0;
    free(set);
    return result < 0 ? -error : result;
}

void sluice_begin_writeback(int descriptor, int64_t offset, int64_t count) {
    // Not every file system knows it; the sync that follows is what counts.
    (void)sync_file_range(descriptor, offset, count, SYNC_FILE_RANGE_WRITE);
}

void sluice_uncache(int descriptor) { (void)posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED); }
