/* listen: a listening socket, in the file system or on TCP, that hands over connected sockets.
 * Owns: the listening socket, its path in the file system, the number of connections that are open.
 * Must not know: what is spoken on a connection. */
#ifndef SLAD_LOOP_LISTEN_H
#define SLAD_LOOP_LISTEN_H

#include <stddef.h>
#include <stdint.h>
#include "slad/base/err.h"
#include "slad/loop/loop.h"

struct listener;

struct listen_options {
    const char *unix_path; /* a stream socket here; NULL: TCP */
    unsigned mode;         /* of unix_path; 0: 0660 */
    const char *group;     /* that unix_path is given to, a name or a number; NULL: the process's */
    const char *host;      /* numeric IPv4 or IPv6 ("[::1]" too), or "localhost"; NULL: 127.0.0.1 */
    int port;              /* 0: any free one, see listener_port() */
    int inherited_fd; /* a listening socket handed over by the service manager, from 3 up: then all of the
                       * above only describes it; anything below 3 means none */
    size_t max_connections; /* open at once; 0: LISTEN_CONNECTIONS_DEFAULT */
};
/* Enough for every switch and desk of a large centre, and well under systemd's default of 1024 descriptors
 * when several inputs listen. */
#define LISTEN_CONNECTIONS_DEFAULT 256

/* Listens from the next turn on. A socket file that nobody answers at is replaced, one that somebody answers
 * at is ERR_IN_USE, as is a busy port or a path that is no socket. The path appears with its final mode and
 * group and already listening, by rename; its folder is created (0755) when only that is missing. on_accept
 * takes the connected, non-blocking fd and calls listener_release() once it has closed it; it may be called
 * many times a turn. on_refused (may be NULL) tells that a connection was closed at once because
 * max_connections were open; it is counted in connections_refused as well.
 * ERR_INVALID, ERR_IN_USE, ERR_DENIED, ERR_NOT_FOUND (the group), ERR_IO. */
int listener_open(struct loop *loop, const struct listen_options *options,
    void (*on_accept)(void *arg, int take_fd), void (*on_refused)(void *arg), void *arg,
    struct listener **out, struct err *err) WARN_UNUSED;
/* One accepted connection is closed. */
void listener_release(struct listener *listener);
/* The TCP port listened at, 0 for others. */
int listener_port(const struct listener *listener);
/* How often accepting was suspended for a moment because the process or the system had no descriptors left.
 */
uint64_t listener_pauses(const struct listener *listener);
/* Stops listening and removes the path when it is still this socket's. Not from inside its callbacks. NULL is
 * fine. */
void listener_close(struct listener *listener);

#endif
