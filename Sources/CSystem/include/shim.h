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
/* A stream socket with SOCK_CLOEXEC. */
int csystem_stream_socket(int family);
/* Blocks SIGTERM and SIGINT; a signalfd that becomes readable when one of them arrives. */
int csystem_termination_descriptor(void);
/* No core file and no ptrace by others (RLIMIT_CORE, PR_SET_DUMPABLE), no crash handler that
   prints memory; 0 when the first two hold. */
int csystem_hide_process(void);
/* adjtimex: whether the kernel says that a time service keeps its clock. */
int csystem_clock_is_synchronised(void);
/* A detached thread with a stack of 512 KiB. */
int csystem_start_thread(void *(*body)(void *), void *argument);
#endif
