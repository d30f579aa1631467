/*
 * sluice-watch: prints a frame whenever something happens in one of the folders named as arguments.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * This program is free software; you can redistribute it and/or modify it under the terms of the GNU General Public
 * License as published by the Free Software Foundation; either version 2 of the License, or (at your option) any
 * later version. It comes without any warranty; see the file COPYING.
 *
 * A frame on standard output, numbers with their least significant byte first:
 *
 *     u32 length of what follows   u8 kind   u16 folder index   u32 mask   u32 cookie   name, 0 to 255 bytes
 *
 * The program ends when its standard input is closed, when nobody reads its output, or with its parent. It never
 * looks into a file and never decides anything: whoever reads the frames lists the folders.
 *
 * libinotifytools (3.22.6 is meant) asks for some care:
 *   - its descriptor is neither exposed nor close-on-exec, so it is looked for in /proc/self/fd;
 *   - next_events() must be asked for one event: for more it spins until so many have come;
 *   - its timeout is in whole seconds, so the waiting is done by poll() here and the library only asked without
 *     waiting (0 seconds, one event), until it says that nothing is left;
 *   - it keeps a folder's name after the watch is gone and its buffer after a new start, so a watch is never set
 *     again: the reader starts a fresh process instead;
 *   - NULL means an error or the end of the time, which only inotifytools_error() tells apart.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inotifytools/inotify.h>
#include <inotifytools/inotifytools.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum kind {
    KIND_EVENT = 1,
    KIND_OVERFLOW = 2,
    KIND_IGNORED = 3,
    KIND_UNMOUNT = 4,
    KIND_HEARTBEAT = 5,
    KIND_LIMITS = 6,
    KIND_ERROR = 7,
};

enum { HEAD_BYTES = 11, NAME_BYTES = 255, HEARTBEAT_MS = 1000, FOLDER_LIMIT = 4096 };

/* Not in <inotifytools/inotify.h>. */
#ifndef IN_EXCL_UNLINK
#define IN_EXCL_UNLINK 0x04000000
#endif

static const int watched = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB |
                           IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK;

/* The watch descriptor of each folder, in the order of the arguments; -1: none. */
static int watches[FOLDER_LIMIT];
static int folder_count;

/* Output. */

static unsigned char output[1 << 15];
static size_t output_bytes;

static void flush_output(void) {
    size_t written = 0;
    while (written < output_bytes) {
        ssize_t count = write(STDOUT_FILENO, output + written, output_bytes - written);
        if (count < 0 && errno == EINTR) continue;
        /* Nobody reads any more. */
        if (count < 0) exit(0);
        written += (size_t)count;
    }
    output_bytes = 0;
}

static void put(uint32_t value, int bytes) {
    for (int i = 0; i < bytes; i++) output[output_bytes++] = (unsigned char)(value >> (8 * i));
}

static void emit(enum kind kind, int folder, uint32_t mask, uint32_t cookie, const void *name, size_t name_bytes) {
    if (name_bytes > NAME_BYTES) name_bytes = NAME_BYTES;
    if (output_bytes + 4 + HEAD_BYTES + name_bytes > sizeof output) flush_output();
    put((uint32_t)(HEAD_BYTES + name_bytes), 4);
    put(kind, 1);
    put((uint32_t)folder, 2);
    put(mask, 4);
    put(cookie, 4);
    if (name_bytes > 0) memcpy(output + output_bytes, name, name_bytes);
    output_bytes += name_bytes;
}

/* The message never holds a path: one of the folders may be an agency's. */
static void fail(const char *what, int error) {
    flush_output();
    fprintf(stderr, "sluice-watch: %s: %s\n", what, strerror(error));
    exit(1);
}

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Setting up. */

/* The library's descriptor, made close-on-exec. */
static int find_inotify(void) {
    DIR *folder = opendir("/proc/self/fd");
    if (!folder) fail("opening /proc/self/fd", errno);
    int found = -1;
    struct dirent *entry;
    while ((entry = readdir(folder))) {
        char target[64];
        ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1);
        if (length < 0) continue;
        target[length] = 0;
        if (strcmp(target, "anon_inode:inotify") == 0) found = atoi(entry->d_name);
    }
    closedir(folder);
    if (found < 0) fail("finding the inotify descriptor", ENOENT);
    if (fcntl(found, F_SETFD, FD_CLOEXEC) < 0) fail("closing it on exec", errno);
    return found;
}

/* The library's own inotifytools_get_max_queued_events() reads a file that does not exist. */
static uint32_t queue_limit(void) {
    FILE *file = fopen("/proc/sys/fs/inotify/max_queued_events", "re");
    unsigned limit = 0;
    if (!file) return 0;
    if (fscanf(file, "%u", &limit) != 1) limit = 0;
    fclose(file);
    return limit;
}

static void emit_limits(void) {
    int per_user = inotifytools_get_max_user_watches();
    int instances = inotifytools_get_max_user_instances();
    uint32_t values[3] = {queue_limit(), per_user > 0 ? (uint32_t)per_user : 0,
                          instances > 0 ? (uint32_t)instances : 0};
    unsigned char payload[12];
    for (int i = 0; i < 12; i++) payload[i] = (unsigned char)(values[i / 4] >> (8 * (i % 4)));
    emit(KIND_LIMITS, 0, 0, 0, payload, sizeof payload);
}

static int folder_of(int watch) {
    for (int i = 0; i < folder_count; i++)
        if (watches[i] == watch) return i;
    return -1;
}

/* The library names a folder with a slash at its end. */
static int watch_of(const char *path) {
    int watch = inotifytools_wd_from_filename(path);
    if (watch >= 0) return watch;
    char *with_slash;
    if (asprintf(&with_slash, "%s/", path) < 0) return -1;
    watch = inotifytools_wd_from_filename(with_slash);
    free(with_slash);
    return watch;
}

static void watch_folder(int index, const char *path) {
    watches[index] = -1;
    struct stat status;
    /* The library would follow a link with a slash behind it. */
    if (lstat(path, &status) < 0) {
        emit(KIND_ERROR, index, (uint32_t)errno, 0, NULL, 0);
        return;
    }
    if (!S_ISDIR(status.st_mode)) {
        emit(KIND_ERROR, index, S_ISLNK(status.st_mode) ? ELOOP : ENOTDIR, 0, NULL, 0);
        return;
    }
    if (!inotifytools_watch_file(path, watched)) {
        int error = inotifytools_error();
        emit(KIND_ERROR, index, error > 0 ? (uint32_t)error : EIO, 0, NULL, 0);
        return;
    }
    int watch = watch_of(path);
    /* One folder under two names has one watch, which can only report for one of them. */
    if (watch < 0 || folder_of(watch) >= 0) {
        emit(KIND_ERROR, index, watch < 0 ? EIO : EEXIST, 0, NULL, 0);
        return;
    }
    watches[index] = watch;
}

/* Once the watches are set, descriptors are all that is needed: no path, no network, no process, no privilege.
 * Landlock's constants are spelled out because Debian 12's headers stop at ABI 2. A kernel without it is accepted:
 * this program reads nothing but names. */
static void confine(void) {
    struct rlimit none = {0, 0};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) fail("giving up privileges", errno);
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) fail("refusing core dumps", errno);
    if (setrlimit(RLIMIT_FSIZE, &none) < 0 || setrlimit(RLIMIT_NPROC, &none) < 0 ||
        setrlimit(RLIMIT_CORE, &none) < 0)
        fail("setting limits", errno);

    long abi = syscall(444 /* landlock_create_ruleset */, NULL, 0, 1 /* VERSION */);
    if (abi < 0) return;
    struct {
        uint64_t file_system, network, scoped;
    } rights = {(1 << 13) - 1, 0, 0};
    if (abi >= 2) rights.file_system |= 1 << 13;
    if (abi >= 3) rights.file_system |= 1 << 14;
    if (abi >= 4) rights.network = 3;
    if (abi >= 5) rights.file_system |= 1 << 15;
    if (abi >= 6) rights.scoped = 3;
    long ruleset = syscall(444, &rights, sizeof rights, 0);
    if (ruleset < 0) fail("making the ruleset", errno);
    if (syscall(446 /* landlock_restrict_self */, (int)ruleset, 0) < 0) fail("applying the ruleset", errno);
    close((int)ruleset);
}

/* Running. */

static void report(const struct inotify_event *event) {
    if (event->mask & IN_Q_OVERFLOW) {
        emit(KIND_OVERFLOW, 0, event->mask, 0, NULL, 0);
        return;
    }
    int folder = folder_of(event->wd);
    if (folder < 0) return;
    if (event->mask & IN_UNMOUNT) {
        emit(KIND_UNMOUNT, folder, event->mask, 0, NULL, 0);
    } else if (event->mask & IN_IGNORED) {
        emit(KIND_IGNORED, folder, event->mask, 0, NULL, 0);
        /* The kernel may give the number to no other watch of ours, because none is set after the start. */
        watches[folder] = -1;
    } else {
        /* The kernel fills the name up with NUL bytes. */
        size_t name_bytes = event->len > 0 ? strnlen(event->name, event->len) : 0;
        emit(KIND_EVENT, folder, event->mask, event->cookie, event->name, name_bytes);
    }
}

static void beat(int64_t *next_beat) {
    int64_t now = now_ms();
    if (now < *next_beat) return;
    emit(KIND_HEARTBEAT, 0, 0, 0, NULL, 0);
    *next_beat = now + HEARTBEAT_MS;
}

/* Everything the library and the kernel hold now. */
static void drain(int64_t *next_beat) {
    for (;;) {
        struct inotify_event *event = inotifytools_next_events(0, 1);
        if (!event) {
            int error = inotifytools_error();
            if (error == EINTR) continue;
            if (error != 0) fail("reading events", error);
            return;
        }
        report(event);
        beat(next_beat);
    }
}

static int is_open(int descriptor) {
    char byte;
    ssize_t count;
    /* Whatever comes on standard input means nothing; only its end does. */
    do count = read(descriptor, &byte, 1);
    while (count < 0 && errno == EINTR);
    return count > 0;
}

int main(int argc, char **argv) {
    folder_count = argc - 1;
    if (folder_count < 1 || folder_count > FOLDER_LIMIT) {
        fprintf(stderr, "usage: sluice-watch FOLDER...   (1 to %d of them)\n", FOLDER_LIMIT);
        return 64;
    }
    /* A reader that has gone then shows in write(), which ends the program in order. */
    signal(SIGPIPE, SIG_IGN);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) fail("asking to end with the parent", errno);

    for (int i = 0; i < folder_count; i++) watches[i] = -1;
    if (!inotifytools_initialize()) fail("starting inotify", inotifytools_error());
    int inotify = find_inotify();
    emit_limits();
    for (int i = 0; i < folder_count; i++) watch_folder(i, argv[i + 1]);
    confine();

    int64_t next_beat = now_ms();
    for (;;) {
        beat(&next_beat);
        flush_output();
        struct pollfd set[2] = {{.fd = inotify, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
        int64_t left = next_beat - now_ms();
        if (poll(set, 2, left > 0 ? (int)left : 0) < 0 && errno != EINTR) fail("waiting", errno);
        if (set[1].revents && !is_open(STDIN_FILENO)) return 0;
        if (set[0].revents) drain(&next_beat);
    }
}
