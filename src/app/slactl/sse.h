/* sse: server-sent events (WHATWG HTML, 9.2) cut out of the bytes as they come.
 * Owns: the message that is not yet whole, until sse_fini().
 * Must not know: what a message says. */
#ifndef SLAD_SLACTL_SSE_H
#define SLAD_SLACTL_SSE_H

#include "slad/base/buf.h"

enum { SSE_BYTES_MAX = 1024 * 1024 }; /* of a message: a breach has about 500 */

struct sse { /* set message and arg, zero the rest */
    /* event: "message" when none is named. data: "" for one that only moves the id. Anything but 0 ends. */
    int (*message)(void *arg, const char *event, struct span data);
    void *arg;
    char id[32]; /* of the last message; "": none yet. Kept by sse_restart() */
    struct buf line, data;
    char event[32], next_id[32];
    bool has_id; /* next_id is set */
};
/* 0; what the message said; or -1: a message over SSE_BYTES_MAX. */
int sse_take(struct sse *sse, struct span bytes);
/* The connection broke: what is not whole is forgotten. */
void sse_restart(struct sse *sse);
void sse_fini(struct sse *sse);

#endif
