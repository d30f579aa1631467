// System calls that Swift cannot reach or that need care with the kernel's structures.
//
// Every function returns 0 or a result on success and the negated errno on failure, so that no caller reads errno.
// A name is one entry of an open folder, as bytes with a NUL at the end; a path is an ordinary one.

#ifndef CSLUICELINUX_H
#define CSLUICELINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// MARK: - Folders and files

struct sluice_status {
    uint32_t mode;
    uint32_t uid;
    uint32_t gid;
    int64_t size_bytes;
    int64_t modified_ns;
    int64_t changed_ns;
    uint64_t device;
    uint64_t inode;
    uint64_t link_count;
};

struct sluice_file_system {
    int64_t magic;
    int64_t free_bytes;
    int64_t free_inodes;
    uint64_t identity;
};

/// Opens a folder, which must not be a symbolic link itself.
int sluice_open_folder(const char *path);
/// Opens an entry of a folder beneath it, through no link and on the same file system; `flags` as for open(2).
int sluice_open_entry(int folder, const uint8_t *name, int flags, uint32_t mode);
int sluice_make_folder(int folder, const uint8_t *name, uint32_t mode);
int sluice_set_mode(int descriptor, uint32_t mode);
int sluice_set_owner(int descriptor, uint32_t uid, uint32_t gid);
int sluice_status_of(int descriptor, struct sluice_status *status);
int sluice_status_at(int folder, const uint8_t *name, struct sluice_status *status);
/// Fills `buffer` with linux_dirent64 entries; 0 at the end.
ssize_t sluice_read_entries(int folder, void *buffer, size_t size);
/// Renames within or between folders; without `replace` an existing target gives EEXIST, also where the file system
/// does not know the flag.
int sluice_rename(int from, const uint8_t *name, int to, const uint8_t *new_name, int replace);
/// The same in two steps, for files only. A crash between them leaves both names on one file; calling again finishes.
int sluice_rename_by_link(int from, const uint8_t *name, int to, const uint8_t *new_name);
int sluice_remove(int folder, const uint8_t *name, int is_folder);
int sluice_make_link(const char *target, int folder, const uint8_t *name);
ssize_t sluice_read_link(int folder, const uint8_t *name, void *buffer, size_t size);
int sluice_file_system(int descriptor, struct sluice_file_system *result);

ssize_t sluice_read(int descriptor, void *buffer, size_t size);
ssize_t sluice_read_at(int descriptor, void *buffer, size_t size, int64_t offset);
/// Copies inside the kernel, from and to where the two files are. Not every pair of file systems can.
ssize_t sluice_copy_range(int source, int target, size_t size);
/// Sets room aside for a file's content, without changing its size. Fails only where there is no room.
int sluice_reserve(int descriptor, int64_t size);
ssize_t sluice_write(int descriptor, const void *buffer, size_t size);
int64_t sluice_seek(int descriptor, int64_t offset);
int sluice_truncate(int descriptor, int64_t size_bytes);
int sluice_sync(int descriptor);
int sluice_duplicate(int descriptor, int minimum);
int sluice_reopen_for_reading(int descriptor);

/// Opens and locks a file of our own; EWOULDBLOCK when another process holds it.
int sluice_lock_file(const char *path);
int sluice_unlock_file(int descriptor);

// MARK: - Descriptors and waiting

int sluice_pipe(int descriptors[2]);
int sluice_eventfd(void);
/// Polls for reading; `ready[i]` becomes 1 where a read would not block. -1 waits for ever.
int sluice_wait_readable(const int *descriptors, uint8_t *ready, size_t count, int timeout_ms);

// MARK: - Processes

struct sluice_exit {
    int32_t code;
    int32_t signal;
    int64_t user_us;
    int64_t system_us;
};

/// Starts a program with exactly the mapped descriptors; 0, 1 and 2 become /dev/null where the mapping is silent.
///
/// The start happens on one thread that lives as long as the process: a child's parent-death signal fires when the
/// *thread* that started it ends, and the threads of a pool come and go.
int sluice_spawn(const char *path, char *const *arguments, char *const *environment, const int *child_descriptors,
                 const int *parent_descriptors, size_t count, const char *working_folder, int new_process_group,
                 int32_t *pid, int *process_descriptor);
/// 1 and the exit when the child has ended, 0 when it still runs. Reaps it.
int sluice_reap(int32_t pid, struct sluice_exit *result);
int sluice_signal(int32_t pid, int signal_number);

// MARK: - Confinement

struct sluice_limits {
    uint64_t memory_bytes;
    uint64_t cpu_seconds;
    uint64_t open_files;
    uint64_t stack_bytes;
    int32_t parent_pid;  // 0: no parent-death signal
};

struct sluice_confinement {
    int32_t landlock_abi;
    int32_t no_new_privileges;
    int32_t limits;
    int32_t threads;
    const char *failed_call;
};

/// The version of Landlock's rules that the kernel offers; 0 where it has none.
int sluice_landlock_abi(void);
/// `start_threads` is called with `context` between Landlock, which threads inherit, and the limit that forbids new ones.
int sluice_confine_worker(const struct sluice_limits *limits, struct sluice_confinement *report,
                          void (*start_threads)(void *), void *context);
/// Has the kernel begin to write a range of a file to its disk, and does not wait. A hint: nothing is promised.
void sluice_begin_writeback(int descriptor, int64_t offset, int64_t count);
/// Gives the memory back that the kernel keeps a file's content in. A hint: nothing is promised.
void sluice_uncache(int descriptor);
/// Processors this process may run on, asked of the kernel and not of a file. At least 1.
int32_t sluice_processor_count(void);
/// All threads allocate from one heap: a heap for each would cost 64 MiB of address space.
void sluice_use_one_heap(void);

/* What is freed stays with this process for the next allocation: a solver takes and gives back large arrays all the time. */
void sluice_keep_freed_memory(void);

// MARK: - Local sockets

struct sluice_peer {
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
};

int sluice_listen(const char *path, uint32_t mode);
int sluice_accept(int listener);
int sluice_connect(const char *path);
int sluice_peer(int connection, struct sluice_peer *peer);
/// Sends all bytes before `deadline_us` of the monotonic clock, the descriptor with the first of them; -1: none.
int sluice_send_all(int connection, const void *bytes, size_t size, int attached, int64_t deadline_us);
/// Receives exactly `size` bytes; 0 when the peer had closed before the first one, otherwise `size`.
/// With `attached` not NULL one descriptor may come with the first bytes; more than one gives EBADMSG.
ssize_t sluice_receive_all(int connection, void *bytes, size_t size, int *attached, int64_t deadline_us);

int sluice_datagram_socket(void);
/// Sends one datagram to a path or, with a leading '@', to an abstract name; with `attached` not -1 that descriptor.
int sluice_send_datagram(int socket_descriptor, const char *path, const void *bytes, size_t size, int attached);
/// An anonymous file that holds the bytes and can no longer change.
int sluice_sealed_memory(const void *bytes, size_t size);

// MARK: - The process and the machine

int64_t sluice_wall_clock_seconds(void);
int64_t sluice_monotonic_us(void);
int sluice_random(void *bytes, size_t size);
ssize_t sluice_executable(void *buffer, size_t size);

#endif
