#define _GNU_SOURCE
#include "CSluiceLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

// MARK: - Addresses

/// Fills the address. A path too long for it is reached through a descriptor of its folder, returned in `folder`,
/// which the caller closes; -1 otherwise.
static int address_of(const char *path, struct sockaddr_un *address, socklen_t *length, int *folder) {
    *folder = -1;
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    size_t size = strlen(path);
    if (size == 0) return -ENOENT;
    if (path[0] == '@') {
        if (size > sizeof address->sun_path) return -ENAMETOOLONG;
        memcpy(address->sun_path, path, size);
        address->sun_path[0] = 0;
        *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
        return 0;
    }
    *length = sizeof *address;
    if (size < sizeof address->sun_path) {
        memcpy(address->sun_path, path, size + 1);
        return 0;
    }
    const char *slash = strrchr(path, '/');
    char parent[4096];
    if (!slash || (size_t)(slash - path) >= sizeof parent) return -ENAMETOOLONG;
    memcpy(parent, path, (size_t)(slash - path));
    parent[slash - path] = 0;
    int descriptor = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return -errno;
    int printed =
        snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s", descriptor, slash + 1);
    if (printed < 0 || (size_t)printed >= sizeof address->sun_path) {
        close(descriptor);
        return -ENAMETOOLONG;
    }
    *folder = descriptor;
    return 0;
}

// MARK: - Streams

int sluice_connect(const char *path) {
    struct sockaddr_un address;
    socklen_t length;
    int folder;
    int result = address_of(path, &address, &length, &folder);
    if (result < 0) return result;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) result = -errno;
    else if (connect(descriptor, (struct sockaddr *)&address, length) < 0) {
        result = -errno;
        close(descriptor);
    } else result = descriptor;
    if (folder >= 0) close(folder);
    return result;
}

int sluice_listen(const char *path, uint32_t mode) {
    struct stat found;
    if (lstat(path, &found) == 0) {
        if (!S_ISSOCK(found.st_mode)) return -EEXIST;
        int other = sluice_connect(path);
        if (other >= 0) {
            close(other);
            return -EADDRINUSE;
        }
        if (other != -ECONNREFUSED) return other;
        if (unlink(path) < 0 && errno != ENOENT) return -errno;
    } else if (errno != ENOENT) return -errno;

    struct sockaddr_un address;
    socklen_t length;
    int folder;
    int result = address_of(path, &address, &length, &folder);
    if (result < 0) return result;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) result = -errno;
    // Nobody can connect between bind and listen, so the mode is right before it matters.
    else if (bind(descriptor, (struct sockaddr *)&address, length) < 0 || chmod(path, mode) < 0 ||
             listen(descriptor, 16) < 0) {
        result = -errno;
        close(descriptor);
    } else result = descriptor;
    if (folder >= 0) close(folder);
    return result;
}

int sluice_accept(int listener) {
    int descriptor;
    do descriptor = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    while (descriptor < 0 && (errno == EINTR || errno == ECONNABORTED));
    return descriptor < 0 ? -errno : descriptor;
}

int sluice_peer(int connection, struct sluice_peer *peer) {
    struct ucred found;
    socklen_t length = sizeof found;
    if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &found, &length) < 0) return -errno;
    *peer = (struct sluice_peer){.pid = found.pid, .uid = found.uid, .gid = found.gid};
    return 0;
}

static int wait_for(int connection, short events, int64_t deadline_us) {
    for (;;) {
        int64_t left = deadline_us - sluice_monotonic_us();
        if (left < 0) left = 0;
        struct pollfd entry = {.fd = connection, .events = events};
        int64_t milliseconds = (left + 999) / 1000;
        int count = poll(&entry, 1, milliseconds > 1000000 ? 1000000 : (int)milliseconds);
        if (count > 0) return 0;
        if (count == 0 && left == 0) return -ETIMEDOUT;
        if (count < 0 && errno != EINTR) return -errno;
    }
}

union control {
    struct cmsghdr header;
    char space[CMSG_SPACE(4 * sizeof(int))];
};

/* Sends a descriptor along with the message; none when it is negative. */
static void attach(struct msghdr *message, union control *control, int descriptor) {
    if (descriptor < 0) return;
    memset(control, 0, sizeof *control);
    message->msg_control = control;
    message->msg_controllen = CMSG_SPACE(sizeof(int));
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
}

int sluice_send_all(int connection, const void *bytes, size_t size, int attached, int64_t deadline_us) {
    const uint8_t *next = bytes;
    while (size > 0) {
        struct iovec part = {.iov_base = (void *)next, .iov_len = size};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        union control control;
        attach(&message, &control, attached);
        ssize_t count = sendmsg(connection, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0) {
            if (errno == EINTR) continue;
            if (errno != EAGAIN) return -errno;
            int result = wait_for(connection, POLLOUT, deadline_us);
            if (result < 0) return result;
            continue;
        }
        attached = -1;
        next += count;
        size -= (size_t)count;
    }
    return 0;
}

/// Takes the descriptors out of a control message: how many there were, the first in `first`, the others closed.
static int take_descriptors(struct msghdr *message, int *first) {
    int found = 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(header) + i * sizeof(int), sizeof descriptor);
            if (found++ == 0) *first = descriptor;
            else close(descriptor);
        }
    }
    return found;
}

ssize_t sluice_receive_all(int connection, void *bytes, size_t size, int *attached, int64_t deadline_us) {
    uint8_t *next = bytes;
    size_t received = 0;
    int taken = -1, is_broken = 0;
    ssize_t result = 0;
    while (received < size) {
        struct iovec part = {.iov_base = next + received, .iov_len = size - received};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        union control control;
        if (attached) {
            message.msg_control = &control;
            message.msg_controllen = sizeof control;
        }
        ssize_t count = recvmsg(connection, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
        if (count < 0) {
            if (errno == EINTR) continue;
            if (errno != EAGAIN) {
                result = -errno;
                break;
            }
            result = wait_for(connection, POLLIN, deadline_us);
            if (result < 0) break;
            continue;
        }
        int fresh = -1;
        int descriptors = attached ? take_descriptors(&message, &fresh) : 0;
        if (descriptors > 0 && taken < 0) taken = fresh;
        else if (descriptors > 0) {
            close(fresh);
            is_broken = 1;
        }
        // A descriptor that was not asked for is dropped by the kernel, and the flag tells.
        if (descriptors > 1 || (message.msg_flags & MSG_CTRUNC)) is_broken = 1;
        if (is_broken) {
            result = -EBADMSG;
            break;
        }
        if (count == 0) {
            result = received == 0 ? 0 : -ECONNRESET;
            break;
        }
        received += (size_t)count;
        result = (ssize_t)received;
    }
    if (result < (ssize_t)size && taken >= 0) {
        close(taken);
        taken = -1;
    }
    if (attached) *attached = taken;
    return result;
}

// MARK: - Datagrams

int sluice_datagram_socket(void) {
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    int size = 8 << 20;
    (void)setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    // A receiver that no longer reads must not stop the sender for good.
    struct timeval limit = {.tv_sec = 2};
    (void)setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    return descriptor;
}

int sluice_send_datagram(int socket_descriptor, const char *path, const void *bytes, size_t size, int attached) {
    struct sockaddr_un address;
    socklen_t length;
    int folder;
    int result = address_of(path, &address, &length, &folder);
    if (result < 0) return result;
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = size};
    struct msghdr message = {
        .msg_name = &address, .msg_namelen = length, .msg_iov = &part, .msg_iovlen = size > 0 ? 1 : 0};
    union control control;
    attach(&message, &control, attached);
    ssize_t count;
    do count = sendmsg(socket_descriptor, &message, MSG_NOSIGNAL);
    while (count < 0 && errno == EINTR);
    result = count < 0 ? -errno : 0;
    if (folder >= 0) close(folder);
    return result;
}

int sluice_sealed_memory(const void *bytes, size_t size) {
    int descriptor = memfd_create("sluice", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor < 0) return -errno;
    const uint8_t *next = bytes;
    while (size > 0) {
        ssize_t count = sluice_write(descriptor, next, size);
        if (count < 0) {
            close(descriptor);
            return (int)count;
        }
        next += count;
        size -= (size_t)count;
    }
    if (fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0 ||
        lseek(descriptor, 0, SEEK_SET) < 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}
