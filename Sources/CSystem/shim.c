#define _GNU_SOURCE
#include "shim.h"
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int csystem_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_CLOEXEC); }

int csystem_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int csystem_eventfd_signal(int descriptor) { return eventfd_write(descriptor, 1); }

int csystem_eventfd_clear(int descriptor) {
    eventfd_t value;
    return eventfd_read(descriptor, &value);
}

int csystem_exchange_names(const char *one, const char *other) {
    return renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE);
}

short csystem_pollrdhup(void) { return POLLRDHUP; }

int csystem_bound_sending(int descriptor, int milliseconds) {
    struct timeval limit = {milliseconds / 1000, milliseconds % 1000 * 1000};
    /* Zero would mean no bound at all. */
    if (milliseconds <= 0) limit.tv_usec = 1000;
    return setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

int64_t csystem_peer_user(int descriptor) {
    struct ucred credentials;
    socklen_t count = sizeof credentials;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &count) != 0) return -1;
    return credentials.pid == 0 ? -1 : (int64_t)credentials.uid;
}

int csystem_stream_socket(int family) { return socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0); }

int csystem_termination_descriptor(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    if (pthread_sigmask(SIG_BLOCK, &signals, NULL) != 0) return -1;
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

int csystem_clock_is_synchronised(void) {
    struct timex state = {0};
    int result = adjtimex(&state);
    /* Where a unit forbids the clock's calls, systemd-timesyncd's own mark says it. */
    if (result < 0 && errno == EPERM)
        return access("/run/systemd/timesync/synchronized", F_OK) == 0;
    return result >= 0 && result != TIME_ERROR;
}

int csystem_hide_process(void) {
    struct rlimit none = {0, 0};
    /* The runtime's crash handler prints registers and starts a program that reads this memory. */
    static const int crashes[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGQUIT};
    for (unsigned i = 0; i < sizeof crashes / sizeof *crashes; i++) signal(crashes[i], SIG_DFL);
    return setrlimit(RLIMIT_CORE, &none) | prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int csystem_start_thread(unsigned long stack, void *(*body)(void *), void *argument) {
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, stack);
    int result = pthread_create(&thread, &attributes, body, argument);
    pthread_attr_destroy(&attributes);
    return result;
}

void csystem_bound_memory(void) {
    mallopt(M_ARENA_MAX, 2);
    /* Once set it stays: otherwise the first large block that is freed raises it, and the next
       ones of its size are kept in the heap for ever. */
    mallopt(M_MMAP_THRESHOLD, 256 * 1024);
    mallopt(M_TRIM_THRESHOLD, 256 * 1024);
}

void csystem_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

void *csystem_semaphore(void) {
    sem_t *semaphore = malloc(sizeof *semaphore);
    if (semaphore == NULL || sem_init(semaphore, 0, 0) != 0) abort();
    return semaphore;
}

void csystem_semaphore_free(void *semaphore) {
    sem_destroy(semaphore);
    free(semaphore);
}

void csystem_semaphore_post(void *semaphore) { sem_post(semaphore); }

int csystem_semaphore_wait(void *semaphore, int64_t until) {
    struct timespec limit = {until / 1000000000, until % 1000000000};
    int result;
    do {
        result = until < 0 ? sem_wait(semaphore)
                           : sem_clockwait(semaphore, CLOCK_MONOTONIC, &limit);
    } while (result != 0 && errno == EINTR);
    return result == 0;
}

int64_t csystem_monotonic_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static sigset_t held_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    return set;
}

void csystem_hold_signals(void) {
    sigset_t set = held_signals();
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int csystem_next_signal(void) {
    sigset_t set = held_signals();
    int number;
    while (sigwait(&set, &number) != 0) {}
    return number;
}

/* Above the numbers that a started program gets its own at. */
static int lifted(int descriptor) {
    if (descriptor < 0) return -1;
    int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 10);
    close(descriptor);
    return copy;
}

int csystem_memory_file(const void *octets, unsigned long count) {
    int file = lifted(memfd_create("picture", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (file < 0) return -1;
    const char *next = octets;
    for (unsigned long left = count; left > 0;) {
        ssize_t written = write(file, next, left);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            close(file);
            return -1;
        }
        next += written;
        left -= (unsigned long)written;
    }
    lseek(file, 0, SEEK_SET);
    fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
    return file;
}

int csystem_pipe(int *reading, int *writing) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    *reading = ends[0];
    *writing = lifted(ends[1]);
    if (*writing >= 0) return 0;
    close(ends[0]);
    return -1;
}

int64_t csystem_spawn(const char *program, char *const *arguments, int photo, int frame, int output) {
    static char *const nothing[] = {NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, output, 1);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&files, photo, 3);
    posix_spawn_file_actions_adddup2(&files, frame, 4);
    posix_spawn_file_actions_addclosefrom_np(&files, 5);
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    pid_t process;
    int result = posix_spawn(&process, program, &files, &attributes, arguments, nothing);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return result == 0 ? process : -1;
}

void csystem_reap(int64_t process) {
    if (process <= 1) return;
    kill((pid_t)-process, SIGKILL);
    kill((pid_t)process, SIGKILL);
    while (waitpid((pid_t)process, NULL, 0) < 0 && errno == EINTR) {}
}

int csystem_hand_over(const char *path, int photo, int frame, int milliseconds) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) return -1;
    strcpy(address.sun_path, path);
    int descriptor = csystem_stream_socket(AF_UNIX);
    if (descriptor < 0) return -1;
    csystem_bound_sending(descriptor, milliseconds);
    char octet = 1;
    struct iovec data = {&octet, 1};
    union {
        char octets[CMSG_SPACE(2 * sizeof(int))];
        struct cmsghdr aligned;
    } control = {{0}};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1,
        .msg_control = control.octets, .msg_controllen = sizeof control.octets};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(2 * sizeof(int));
    int pictures[2] = {photo, frame};
    memcpy(CMSG_DATA(header), pictures, sizeof pictures);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0 &&
        sendmsg(descriptor, &message, MSG_NOSIGNAL) == 1) {
        shutdown(descriptor, SHUT_WR);
        return descriptor;
    }
    close(descriptor);
    return -1;
}

long csystem_read_within(int descriptor, void *buffer, unsigned long count, int64_t milliseconds) {
    int64_t end = csystem_monotonic_nanoseconds() / 1000000 + milliseconds;
    for (;;) {
        int64_t left = end - csystem_monotonic_nanoseconds() / 1000000;
        if (left <= 0) return -1;
        struct pollfd request = {descriptor, POLLIN, 0};
        int result = poll(&request, 1, left > 3600000 ? 3600000 : (int)left);
        if (result < 0 && errno != EINTR) return -1;
        if (result <= 0) continue;
        ssize_t got = read(descriptor, buffer, count);
        if (got >= 0 || (errno != EINTR && errno != EAGAIN)) return got;
    }
}

int csystem_peer_address(int descriptor, unsigned char *octets) {
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    if (getpeername(descriptor, (struct sockaddr *)&address, &size) != 0) return 0;
    if (address.ss_family == AF_INET) {
        memcpy(octets, &((struct sockaddr_in *)&address)->sin_addr, 4);
        return 4;
    }
    if (address.ss_family != AF_INET6) return 0;
    const struct in6_addr *six = &((struct sockaddr_in6 *)&address)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(six)) {
        memcpy(octets, (const unsigned char *)six + 12, 4);
        return 4;
    }
    memcpy(octets, six, 16);
    return 16;
}

int csystem_watch_folder(const char *path) {
    int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (watch < 0) return -1;
    uint32_t wanted = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF;
    if (inotify_add_watch(watch, path, wanted | IN_ONLYDIR) < 0) {
        close(watch);
        return -1;
    }
    return watch;
}

int csystem_watch_wait(int watch, int milliseconds) {
    struct pollfd waited = {.fd = watch, .events = POLLIN};
    int count = poll(&waited, 1, milliseconds);
    if (count < 0) return errno == EINTR ? 0 : -1;
    if (count == 0) return 0;
    if (waited.revents & (POLLERR | POLLNVAL)) return -1;
    _Alignas(struct inotify_event) char news[4096];
    long read_count;
    int is_over = 0;
    while ((read_count = read(watch, news, sizeof news)) > 0) {
        for (long place = 0; place < read_count;) {
            const struct inotify_event *one = (const struct inotify_event *)(news + place);
            if (one->mask & (IN_IGNORED | IN_UNMOUNT | IN_MOVE_SELF)) is_over = 1;
            place += (long)sizeof *one + one->len;
        }
    }
    return is_over ? -1 : 1;
}
