/* unacked: event lines on their way: those not yet sent and those not yet acknowledged, in order.
 * Owns: the lines until they are acknowledged, and what was counted of them.
 * Must not know: sockets, files. */
#ifndef SLAD_SLACTL_UNACKED_H
#define SLAD_SLACTL_UNACKED_H

#include <stdint.h>
#include "slad/base/buf.h"

enum { UNACKED_BYTES_MAX = 4 * 1024 * 1024 }; /* half a second of a fast disk; then the input waits */

struct unacked_line {
    size_t bytes;    /* with its newline */
    uint64_t number; /* in the input, from 1 */
    bool rejected;
};
struct unacked { /* zero-initialise to start */
    struct buf text;
    size_t head; /* bytes of text that are done with */
    struct unacked_line *lines;
    size_t first, count, capacity; /* lines[first .. first + count] */

    /* Of this connection. */
    size_t sent;              /* bytes it was given, of what is here */
    size_t given, given_bytes; /* lines it was given whole, of those that are here */
    uint64_t done;            /* lines it has acknowledged, which are here no more */

    uint64_t acknowledged, rejected, resent; /* in all */
};

void unacked_add(struct unacked *u, struct span line, uint64_t number);
bool unacked_has_room(const struct unacked *u);
/* What is still to be sent; unacked_sent() says how much of it was. */
struct span unacked_rest(const struct unacked *u);
void unacked_sent(struct unacked *u, size_t bytes);
/* A new connection: all that is here is sent again. */
void unacked_again(struct unacked *u);
/* The first n lines of the connection are done with. -1: it was not given so many. */
int unacked_ack(struct unacked *u, uint64_t n);
/* Line n of the connection was not taken: its number in the input, the first time it is told; 0: it was told before; -1:
 * there is none. */
int64_t unacked_reject(struct unacked *u, uint64_t n);
void unacked_fini(struct unacked *u);

#endif
