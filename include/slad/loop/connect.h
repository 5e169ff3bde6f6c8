/* connect: a connection to somebody else, made without waiting for it.
 * Owns: the socket until it is connected.
 * Must not know: what is spoken on it; names of hosts. */
#ifndef SLAD_LOOP_CONNECT_H
#define SLAD_LOOP_CONNECT_H

#include "slad/base/err.h"
#include "slad/loop/loop.h"

struct connect;

/* Begins; done() is called once, in a later turn: with the connected, non-blocking descriptor, which is its
 * to close, or with -1 and what went wrong. Then it is gone. host: numeric IPv4 or IPv6. */
struct connect *connect_open(struct loop *loop, const char *host, int port, int64_t timeout_ms,
    void (*done)(void *arg, int take_fd, const struct err *err), void *arg);
/* Gives up: done() is not called any more. NULL is fine. */
void connect_cancel(struct connect *connect);

#endif
