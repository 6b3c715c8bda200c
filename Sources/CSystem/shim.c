#define _GNU_SOURCE
#include "shim.h"
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <time.h>

int csystem_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_CLOEXEC); }

int csystem_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int csystem_eventfd_signal(int descriptor) { return eventfd_write(descriptor, 1); }

int csystem_eventfd_clear(int descriptor) {
    eventfd_t value;
    return eventfd_read(descriptor, &value);
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
