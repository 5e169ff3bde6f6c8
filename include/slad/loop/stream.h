/* stream: a connected socket: bytes in through a callback, bytes out through a queue.
 * Owns: the descriptor, the bytes not yet consumed, the bytes not yet sent, its timeouts.
 * Must not know: lines, HTTP, what the bytes mean.
 *
 * No callback is ever run from inside a stream_*() call of the owner. */
#ifndef SLAD_LOOP_STREAM_H
#define SLAD_LOOP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "slad/base/span.h"
#include "slad/loop/loop.h"

struct stream;

struct stream_events {
    /* Bytes in order: those not consumed before, then new ones. Returns how many are consumed; the others are
     * offered again, at once when some were consumed, together with more when none were. The span is gone
     * when the callback returns. */
    size_t (*on_data)(void *arg, struct span data);
    /* input_bytes or more are kept and on_data consumed none of them. They are offered once more after this,
     * so the owner can remember to skip (an endless line) and consume them all. If it consumes nothing then
     * either (and has not paused), or when on_full is NULL, the stream is closed. */
    void (*on_full)(void *arg);
    /* The peer will send no more; rest is what was not consumed (gone when the callback returns). The stream
     * can still be written to until stream_close(). NULL: the end of input closes the stream, like an error.
     */
    void (*on_end)(void *arg, struct span rest);
    /* Everything written is with the kernel, after some of it was not. May be NULL. */
    void (*on_drained)(void *arg);
    /* The stream is over by itself (error, timeout, a peer that does not read): called once, at the end of a
     * turn, after it the stream is freed. Not called after stream_close(). */
    void (*on_close)(void *arg, const char *reason);
};

struct stream_options {
    size_t input_bytes;  /* kept unconsumed at most, before on_full; 0: STREAM_INPUT_DEFAULT */
    size_t output_bytes; /* queued at most, a write beyond it closes the stream; 0: no limit */
    int64_t idle_ms;     /* closed when no byte moved for so long; 0: never */
    int64_t total_ms;    /* closed so long after it was opened, whatever moved; 0: never */
    bool in_pieces;      /* much may come: all else that is ready is served between two reads */
    bool at_once;        /* what the peer has sent by now is read in this turn, not in the next one */
};
/* An event line is at most 64 KiB: one byte more tells that it is longer. */
#define STREAM_INPUT_DEFAULT (64 * 1024 + 1)

enum stream_close_how {
    STREAM_DROP,  /* now; what is queued is lost */
    STREAM_FLUSH, /* in the background: after what is queued was taken by the peer, or a few seconds */
};

/* Takes the connected descriptor and makes it non-blocking. Reads from the next turn on, or at_once. events must outlive
 * it. */
struct stream *stream_open(struct loop *loop, int take_fd, const struct stream_options *options,
    const struct stream_events *events, void *arg);
/* Sends now what the kernel takes, and queues the rest. Once the peer takes no more, bytes go nowhere; what
 * it had sent before is still offered, then on_end or on_close follows. */
void stream_write(struct stream *stream, const void *data, size_t bytes);
/* Bytes queued; 0 when all is with the kernel. */
size_t stream_pending(const struct stream *stream);
/* No on_data, on_full, on_end until resumed; at most input_bytes plus one read are kept meanwhile. */
void stream_pause(struct stream *stream);
/* Also offers again, in the next turn, what was kept. */
void stream_resume(struct stream *stream);
/* The owner is done: no callback follows and the pointer is dead. Allowed inside its callbacks; needless in
 * on_close. */
void stream_close(struct stream *stream, enum stream_close_how how);
/* Whether the peer has closed its end altogether, so that nobody will read an answer. On TCP an orderly close
 * is not told apart from a peer that only stopped sending: false. */
int stream_hung_up(const struct stream *stream);

#endif
