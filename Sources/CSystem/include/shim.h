/* The door to the Linux calls that Swift's Glibc does not carry: they need _GNU_SOURCE. One
   function each, named after the call. */
#ifndef CSYSTEM_SHIM_H
#define CSYSTEM_SHIM_H
#include <stdint.h>

/* accept4 with SOCK_CLOEXEC. */
int csystem_accept(int listener);
/* eventfd with EFD_CLOEXEC and EFD_NONBLOCK, its write, and the read that takes it back to zero. */
int csystem_eventfd(void);
int csystem_eventfd_signal(int descriptor);
int csystem_eventfd_clear(int descriptor);
/* POLLRDHUP: the other side has closed, or at least its half. */
short csystem_pollrdhup(void);
/* SO_SNDTIMEO, which bounds connect() on a UNIX socket. */
int csystem_bound_sending(int descriptor, int milliseconds);
/* SO_PEERCRED: the user of a UNIX socket's other end, or -1. */
int64_t csystem_peer_user(int descriptor);
/* The address of a connection's other end: 4 or 16 octets, an IPv4 address in IPv6 as 4; else 0. */
int csystem_peer_address(int descriptor, unsigned char *octets);
/* inotify_init1 with IN_CLOEXEC and IN_NONBLOCK on a folder: files that were written, moved in or
   linked; -1 where it has none. */
int csystem_watch_folder(const char *path);
/* Waits so long for news of it and reads them all: 1 news, 0 none, -1 it is over. */
int csystem_watch_wait(int watch, int milliseconds);
/* A stream socket with SOCK_CLOEXEC. */
int csystem_stream_socket(int family);
/* Blocks SIGTERM and SIGINT; a signalfd that becomes readable when one of them arrives. */
int csystem_termination_descriptor(void);
/* No core file and no ptrace by others (RLIMIT_CORE, PR_SET_DUMPABLE), no crash handler that
   prints memory; 0 when the first two hold. */
int csystem_hide_process(void);
/* Gives two names to each other's files, at once (RENAME_EXCHANGE). */
int csystem_exchange_names(const char *one, const char *other);
/* adjtimex: whether the kernel says that a time service keeps its clock. */
int csystem_clock_is_synchronised(void);
/* A detached thread with a stack of so many octets. */
int csystem_start_thread(unsigned long stack, void *(*body)(void *), void *argument);
/* mallopt: two arenas at most, and large blocks go back to the system when they are freed. */
void csystem_bound_memory(void);
/* PR_SET_NAME of the thread that calls: at most 15 octets of a name. */
void csystem_name_thread(const char *name);
/* sem_init in memory of its own, its end, sem_post, and sem_clockwait until an instant of
   CLOCK_MONOTONIC in nanoseconds, negative for ever: 0 when the time is over. */
void *csystem_semaphore(void);
void csystem_semaphore_free(void *semaphore);
void csystem_semaphore_post(void *semaphore);
int csystem_semaphore_wait(void *semaphore, int64_t until);
/* CLOCK_MONOTONIC in nanoseconds. */
int64_t csystem_monotonic_nanoseconds(void);
/* Keeps SIGTERM, SIGINT and SIGHUP from this thread and those that it starts, and waits for the
   next of them. SIGPIPE is ignored. */
void csystem_hold_signals(void);
int csystem_next_signal(void);
/* A file in memory with these octets, sealed, at a number of 10 or above, or -1. */
int csystem_memory_file(const void *octets, unsigned long count);
/* A pipe with O_CLOEXEC: its end to read, and the one to write at a number of 10 or above; 0 when
   there is one. */
int csystem_pipe(int *reading, int *writing);
/* Starts a program, named by its whole path, with no environment, in a process group of its own:
   `photo` is its descriptor 3, `frame` 4, `output` its standard output, nothing else is open.
   Its number, or -1. */
int64_t csystem_spawn(const char *program, char *const *arguments, int photo, int frame, int output);
/* Kills a process group that was started so, and waits for its end. */
void csystem_reap(int64_t process);
/* Connects to a UNIX socket within so many milliseconds, and sends it one octet with two
   descriptors (SCM_RIGHTS); the socket, or -1. */
int csystem_hand_over(const char *path, int photo, int frame, int milliseconds);
/* Reads within so many milliseconds: a count, 0 at the end, -1 when time is over or it fails. */
long csystem_read_within(int descriptor, void *buffer, unsigned long count, int64_t milliseconds);
#endif
